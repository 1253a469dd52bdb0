"""Excel's rules, a line each: what the formula engine must give."""

from __future__ import annotations

import pytest

from xlsx_eval.formula import Column, Value, compile_formula
from xlsx_eval.xlsx.cell import ErrorValue, Scalar

VALUE, DIV0, NUM, NA = ErrorValue.VALUE, ErrorValue.DIV0, ErrorValue.NUM, ErrorValue.NA
NAME, REF = ErrorValue.NAME, ErrorValue.REF


def column(*values: Scalar) -> Column:
    return tuple((value,) for value in values)


BOOK: dict[str, Value] = {
    "支出合计_决算数": 2624.8,
    "支出合计_预算数": 3000,
    "空": None,
    "空文本": "",
    "错": DIV0,
    "是": True,
    "文本数": "1,234.5",
    "单位": "教育局",
    "列": column(10, 20.0, None, "30", True, ""),
    "科目": column("教育", "教育支出", "卫生", None, "", "5", 5.0),
    "金额": column(1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0),
    "带错列": column(1.0, NA, 2.0),
    "基础数据!D8": 7.5,
    "D8:D9": column(1.0, 2.0),
}


def result(text: str) -> Scalar:
    return compile_formula(text).evaluate(BOOK.__getitem__)


PRECEDENCE = [
    ("=-2^2", 4.0, "a sign binds tighter than ^"),
    ("=2^3^2", 64.0, "^ is left associative"),
    ("=0-2^2", -4.0, "a difference binds looser than ^"),
    ("=2^-1", 0.5, "a sign may follow ^"),
    ("=50%", 0.5, "% is postfix"),
    ("=2^50%*2", 2**0.5 * 2, "% binds tighter than ^"),
    ("=-5%%", -0.0005, "% repeats"),
    ("=1+2*3", 7.0, "* before +"),
    ("=7-2-1", 4.0, "- is left associative"),
    ('=1+1&"a"', "2a", "+ before &"),
    ('="a"&1=1&"a"', False, "& before ="),
    ("=1=1=TRUE", True, "comparisons are left associative"),
    ("=--3", 3.0, "signs repeat"),
    ("= 1 +\n 2 ", 3.0, "spaces and line breaks are free"),
]


@pytest.mark.parametrize(("text", "expected", "rule"), PRECEDENCE)
def test_precedence_is_excels(text: str, expected: Scalar, rule: str) -> None:
    assert result(text) == expected, rule


def test_a_rate_over_names() -> None:
    assert result("=支出合计_决算数/支出合计_预算数") == 2624.8 / 3000
