"""A scheme as a workbook: what goes out comes back, and every fault has its sheet and cell."""

from __future__ import annotations

import io
import tomllib
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlsx_eval.errors import SchemeError
from xlsx_eval.scheme import scheme_names
from xlsx_eval.scheme.book import export_scheme, import_scheme, to_toml
from xlsx_eval.scheme.book.cells import INPUTS, LINES, LIST, TEXT
from xlsx_eval.scheme.load import read_raw


@pytest.mark.parametrize("name", scheme_names())
def test_every_ready_scheme_comes_back_exactly_as_it_was(name: str) -> None:
    _, _, raw = read_raw(name)
    imported = import_scheme(export_scheme(raw), f"{name}.xlsx", thorough=False)
    assert imported.faults == ()
    assert imported.raw == raw


@pytest.mark.parametrize("name", scheme_names())
def test_every_ready_scheme_is_the_same_as_toml_again(name: str) -> None:
    _, _, raw = read_raw(name)
    assert tomllib.loads(to_toml(raw)) == raw


def test_the_same_scheme_gives_the_same_workbook() -> None:
    _, _, raw = read_raw("hunan")
    assert export_scheme(raw) == export_scheme(raw)


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_characters="\n\r、", exclude_categories=["Cs", "Cc"])
).filter(lambda text: text.strip() == text and text not in ("（空）", "（无）"))


@settings(max_examples=200, deadline=None)
@given(st.lists(TEXTS, max_size=5))
def test_lists_come_back_whatever_stands_in_them(items: list[str]) -> None:
    assert LIST.read(LIST.write(items)) == items


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_texts_and_lines_come_back(text: str) -> None:
    assert TEXT.read(TEXT.write(text)) == text
    assert LINES.read(LINES.write([text, "二"])) == [text, "二"]


def test_a_list_whose_items_hold_the_separator_is_written_line_by_line() -> None:
    assert LIST.read(LIST.write(["甲、乙", "丙"])) == ["甲、乙", "丙"]
    assert LIST.read(LIST.write(["甲、乙"])) == ["甲、乙"]


def test_inputs_keep_numbers_and_words_apart() -> None:
    inputs = {"甲": 1.5, "乙": "是", "丙": "12", "丁": 3}
    assert INPUTS.read(INPUTS.write(inputs)) == inputs


def edited(change: Callable[[openpyxl.Workbook], Any], name: str = "default") -> bytes:
    _, _, raw = read_raw(name)
    book = openpyxl.load_workbook(io.BytesIO(export_scheme(raw)))
    change(book)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def cell_of(book: openpyxl.Workbook, sheet: str, text: str, heading: str) -> Any:
    """The cell under `heading` in the row that holds `text`."""
    found = next(cell for row in book[sheet].iter_rows() for cell in row if cell.value == text)
    for row in range(found.row, 0, -1):
        for cell in book[sheet][row]:
            if cell.value == heading:
                return book[sheet].cell(found.row, cell.column)
    raise AssertionError(heading)


FAULTS: dict[str, tuple[str, str, str, Any, str]] = {
    "a word where points are due": ("指标", "预算完成率", "分值", "两分", "分值应为数字，现为“两分”"),
    "points that do not add up": ("指标", "预算完成率", "分值", 3, "各指标分值合计 101"),
    "a name nobody declared": (
        "指标",
        "预算完成率",
        "指标值公式",
        "=支出合计_决算/支出合计_预算数",
        "没有“支出合计_决算”这个数据项；是否应为“支出合计_决算数”",
    ),
    "a formula with a full-width sign": (
        "指标",
        "预算完成率",
        "指标值公式",
        "=支出合计_决算数／支出合计_预算数",
        "公式有误：此处为全角符号“／”，请改为半角“/”",
    ),
    "an unknown type of field": ("数据项", "预算编码", "类型", "编号", "没有“编号”"),
    "a sheet that is not there": (
        "数据项",
        "预算编码",
        "工作表",
        "基本情",
        "没有“基本情”这张工作表；是否应为“基本情况”",
    ),
    "an unknown kind of rule": ("评分规则", "公用经费控制率", "规则类型", "上限", "没有“上限”"),
    "a rule without its step": ("评分规则", "公用经费控制率", "步长", None, "缺少“step”"),
    "an example that the rule does not give": ("示例", "结转结余率", "应得", 2, "应得 2 分，按规则得 1.4 分"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_with_its_sheet_and_cell(fault: str) -> None:
    sheet, text, heading, value, said = FAULTS[fault]
    where: list[str] = []

    def change(book: openpyxl.Workbook) -> None:
        cell = cell_of(book, sheet, text, heading)
        cell.value = value
        where.append(cell.coordinate)

    imported = import_scheme(edited(change), "方案.xlsx")
    told = [one for one in imported.faults if said in one]
    assert told, imported.faults
    # A total is told at the total and a missing number at its row; all else at the very cell.
    if fault not in ("points that do not add up", "a rule without its step"):
        assert told[0].startswith(f"工作表“{sheet}” {where[0]}：")
    with pytest.raises(SchemeError):
        _ = imported.scheme


def test_a_missing_sheet_and_a_missing_block_are_told() -> None:
    imported = import_scheme(edited(lambda book: book.remove(book["示例"])), "方案.xlsx")
    assert imported.faults[0] == "工作表“示例” A1：缺少工作表“示例”"


def test_rows_put_in_and_columns_moved_are_read_all_the_same() -> None:
    def change(book: openpyxl.Workbook) -> None:
        book["指标"].insert_cols(3)
        book["示例"].insert_rows(6, 2)

    imported = import_scheme(edited(change), "方案.xlsx", thorough=False)
    assert imported.faults == ()
    assert imported.raw == read_raw("default")[2]


def test_an_officer_changes_points_and_gets_another_scheme() -> None:
    def change(book: openpyxl.Workbook) -> None:
        cell_of(book, "指标", "支付进度率", "分值").value = 2
        cell_of(book, "指标", "预算完成率", "分值").value = 1
        for row in book["示例"].iter_rows():
            for cell in row:
                if cell.value == "预算完成率":
                    for other in row[:3]:
                        other.value = None

    scheme = import_scheme(edited(change), "方案.xlsx").scheme
    points = {one.key: one.points for one in scheme.indicators}
    assert (points["支付进度率"], points["预算完成率"]) == (2, 1)


def test_what_is_no_workbook_is_refused_in_words() -> None:
    with pytest.raises(SchemeError, match="不是可读取的"):
        import_scheme(b"not a workbook", "方案.xlsx")
