"""What an input cell accepts: its validation, its Chinese prompt and its message when refused."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from xlsx_eval.form.template.measure import clip
from xlsx_eval.scheme import Field, Scheme
from xlsx_eval.scheme.rules import number_text

TITLE_LIMIT, TEXT_LIMIT, LIST_LIMIT = 32, 255, 255
"""Excel's limits; a longer title, text or list makes it repair the workbook."""
_LONGEST = {"text": 200, "long": 2000}
_SIGNS_AND_DIGITS = "0123456789≥≤=<>＞＜＝"


@dataclass(frozen=True, slots=True)
class Rule:
    """What is accepted, in Excel's terms, and the same in words."""

    accepts: Mapping[str, Any]
    words: str


def validation(field: Field, scheme: Scheme) -> dict[str, Any]:
    """The data validation of a field's cells, ready to be written."""
    rule = _RULES[field.type](field, scheme)
    prompt = f"{field.help}{rule.words}" if field.help else rule.words
    return {
        **rule.accepts,
        "ignore_blank": True,
        "input_title": clip(field.label, TITLE_LIMIT),
        "input_message": clip(prompt, TEXT_LIMIT),
        "error_title": clip(f"{field.label}填写有误", TITLE_LIMIT),
        "error_message": clip(f"{rule.words}请点“重试”修改，或点“取消”恢复原值。", TEXT_LIMIT),
        "error_type": "stop",
    }


def _between(kind: str, low: object, high: object) -> dict[str, Any]:
    return {"validate": kind, "criteria": "between", "minimum": low, "maximum": high}


def _text(field: Field, scheme: Scheme) -> Rule:
    longest = _LONGEST[field.type]
    return Rule(
        {"validate": "length", "criteria": "<=", "value": longest}, f"请填写文字，不超过 {longest} 字。"
    )


def _code(field: Field, scheme: Scheme) -> Rule:
    return Rule({"validate": "length", "criteria": "==", "value": 6}, "请填写六位编码，保留开头的 0。")


def _year(field: Field, scheme: Scheme) -> Rule:
    return Rule(
        {"validate": "integer", "criteria": "==", "value": scheme.year}, f"请填写四位年份 {scheme.year}。"
    )


def _date(field: Field, scheme: Scheme) -> Rule:
    first, last = datetime.date(scheme.year, 1, 1), datetime.date(scheme.year + 5, 12, 31)
    return Rule(
        _between("date", first, last), f"请填写 {scheme.year} 年以后的日期，格式如 {scheme.year}-12-20。"
    )


def _choice(field: Field, scheme: Scheme) -> Rule:
    words = f"请从下拉列表中选择：{'、'.join(field.choices)}。"
    if len(",".join(field.choices)) > LIST_LIMIT or any("," in choice for choice in field.choices):
        return Rule({"validate": "any"}, words)
    return Rule({"validate": "list", "source": list(field.choices)}, words)


def _integer(field: Field, scheme: Scheme) -> Rule:
    return Rule(
        {"validate": "integer", "criteria": ">=", "value": 0}, "请填写不小于 0 的整数，不填单位文字。"
    )


def _amount(field: Field, scheme: Scheme) -> Rule:
    if field.signed:
        words = f"请填写数字，单位为{scheme.unit}，保留 {scheme.decimals} 位小数；减少的填负数。"
        return Rule(_between("decimal", -1e12, 1e12), words)
    words = (
        f"请填写不小于 0 的数字，单位为{scheme.unit}，保留 {scheme.decimals} 位小数；"
        "不填单位文字、空格或多余的小数点（如“7.50.”应填 7.50）。"
    )
    return Rule({"validate": "decimal", "criteria": ">=", "value": 0}, words)


def _rate(field: Field, scheme: Scheme) -> Rule:
    if field.signed:
        return Rule(_between("decimal", -10, 10), "请填写百分数，如 -5.2%，下降的填负数。")
    return Rule(_between("decimal", 0, 10), "请填写百分数，如 95.1%，范围为 0%～1000%。")


def _score(field: Field, scheme: Scheme) -> Rule:
    points = scheme.points if field.points is None else field.points
    return Rule(
        _between("decimal", 0, points), f"请填写 0 至 {number_text(points)} 之间的数字，不填“满分”等文字。"
    )


def _number(field: Field, scheme: Scheme) -> Rule:
    unit = f"，单位为{field.unit}" if field.unit else ""
    return Rule(_between("decimal", -1e15, 1e15), f"请填写数字{unit}，不填单位文字。")


def _target(field: Field, scheme: Scheme) -> Rule:
    """A number, or words of a qualitative indicator; a sign or unit belongs into its own column."""
    first = field.cell
    test = f'=OR(ISNUMBER({first}),ISERROR(FIND(LEFT({first},1),"{_SIGNS_AND_DIGITS}")))'
    words = "请只填数字；符号选在“指标性质”，单位填在“计量单位”。定性指标填文字。"
    return Rule({"validate": "custom", "value": test}, words)


_RULES: Mapping[str, Callable[[Field, Scheme], Rule]] = {
    "text": _text,
    "long": _text,
    "code": _code,
    "year": _year,
    "date": _date,
    "choice": _choice,
    "integer": _integer,
    "amount": _amount,
    "rate": _rate,
    "score": _score,
    "number": _number,
    "target": _target,
}
