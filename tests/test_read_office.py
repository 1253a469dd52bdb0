"""The same form saved by a real office program in each of its formats is read as the same values."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import pytest
import xlsxwriter
from office import saved_as

from xlsx_eval.cell import CellRef, ErrorValue, Scalar
from xlsx_eval.xlsx.read.book import Book
from xlsx_eval.xlsx.read.number_formats import is_date, is_percent
from xlsx_eval.xlsx.read.workbook import read_book

EXPECTED: dict[tuple[int, int], Scalar] = {
    (1, 1): "部门整体支出绩效自评基础数据",
    (3, 1): "102001",
    (3, 2): 1234.5,
    (3, 3): 0.776,
    (3, 4): 45005.0,
    (4, 1): " 前后有空格 ",
    (4, 2): True,
    (4, 3): 2469.0,
    (4, 4): ErrorValue.DIV0,
    (5, 1): "一\n二",
    (5, 3): "合格",
}


def form() -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet("基础数据")
        sheet.merge_range("A1:D1", "部门整体支出绩效自评基础数据")
        sheet.write_string("A3", "102001", book.add_format({"num_format": "@", "locked": False}))
        sheet.write_number("B3", 1234.5, book.add_format({"num_format": "#,##0.00"}))
        sheet.write_number("C3", 0.776, book.add_format({"num_format": "0.0%"}))
        sheet.write_datetime("D3", dt.datetime(2023, 3, 20), book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write_string("A4", " 前后有空格 ")
        sheet.write_boolean("B4", True)
        sheet.write_formula("C4", "=B3*2", None, 2469)
        sheet.write_formula("D4", "=B3/0", None, "#DIV/0!")
        sheet.write_string("A5", "一\n二")
        sheet.write_formula("C5", '=IF(B3>0,"合格","")', None, "合格")
        sheet.write_blank("D5", None, book.add_format({"bg_color": "yellow"}))
        sheet.protect()
        book.define_name("年初预算数", "=基础数据!$B$3")
        book.add_worksheet("隐藏").hide()
    return buffer.getvalue()


def values(book: Book) -> dict[tuple[int, int], Scalar]:
    return {place: cell.value for place, cell in book.sheets[0].cells.items()}


def test_as_written() -> None:
    assert values(read_book(form())) == EXPECTED


def test_a_form_saved_as_xlsx_keeps_values_formulas_names_and_locks(tmp_path: Path) -> None:
    book = read_book(saved_as(form(), "xlsx", tmp_path))
    sheet = book.sheets[0]
    assert values(book) == EXPECTED
    assert (sheet.cells[4, 3].formula, sheet.cells[4, 3].cached) == ("B3*2", True)
    assert book.names["年初预算数"].replace("$", "") == "基础数据!B3"
    assert sheet.protected
    assert (sheet.cells[3, 1].locked, sheet.cells[3, 2].locked) == (False, True)
    assert sheet.merges == ((CellRef(1, 1), CellRef(1, 4)),)
    assert is_percent(sheet.cells[3, 3].number_format)
    assert is_date(sheet.cells[3, 4].number_format)
    assert [listed.state for listed in book.sheets] == ["visible", "hidden"]


@pytest.mark.parametrize("extension", ["ods", "xls"])
def test_a_form_saved_in_another_format_keeps_its_values(extension: str, tmp_path: Path) -> None:
    book = read_book(saved_as(form(), extension, tmp_path))
    assert book.kind == extension
    assert values(book) == EXPECTED
    assert is_date(book.sheets[0].cells[3, 4].number_format)
    assert [listed.state for listed in book.sheets] == ["visible", "hidden"]
