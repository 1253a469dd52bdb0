"""Other formats than .xlsx: their entries are found by labels and come back in a fresh template."""

from __future__ import annotations

import csv
import io
import tempfile
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from damage import Editor, faultless, told
from forms import scheme
from office import _convert, recalculate, require_office

from xlsx_eval import annotate, evaluate
from xlsx_eval.reading.convert import extension_of, poured
from xlsx_eval.reading.submission import read_submission
from xlsx_eval.xlsx.read.workbook import read_book

RIGHT = 98.1


@cache
def in_format(extension: str) -> bytes:
    """The faultless form as a real office program writes it in another format."""
    require_office()
    with tempfile.TemporaryDirectory() as work:
        return Path(_convert(faultless(), extension, Path(work))).read_bytes()


@pytest.mark.parametrize("kind", ["xls", "ods"])
@pytest.mark.xdist_group("office")
def test_a_workbook_in_another_format_is_read_whole_and_told(kind: str) -> None:
    data = in_format(kind)
    found = evaluate(data, scheme())
    assert told(found) == {("A07", "", "")}
    assert (found.score, found.department, found.code) == (RIGHT, "区教育局", "105001")
    assert found.submission.book.kind == kind
    assert found.submission.text("填报日期") == "2023-03-15"


@pytest.mark.parametrize("kind", ["xls", "ods"])
@pytest.mark.xdist_group("office")
def test_it_comes_back_as_a_template_that_can_be_corrected_and_sent_again(kind: str) -> None:
    data = in_format(kind)
    back = annotate(data, evaluate(data, scheme()))
    again = evaluate(back, scheme())
    assert again.findings == ()
    assert again.score == RIGHT
    assert extension_of(kind) == ".xlsx"


def as_csv(sheet: str, encoding: str = "utf-8-sig") -> bytes:
    page = openpyxl.load_workbook(io.BytesIO(faultless()))[sheet]
    stream = io.StringIO()
    csv.writer(stream).writerows(["" if value is None else value for value in row] for row in page.values)
    return stream.getvalue().encode(encoding)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_one_sheet_as_csv_is_known_by_its_contents_and_the_others_are_missing(encoding: str) -> None:
    data = as_csv("基础数据", encoding)
    found = evaluate(data, scheme())
    codes = {code for code, _, _ in told(found)}
    assert {"A07", "A02"} <= codes
    lost = {item.field for item in found.findings if item.code == "A02"}
    assert lost == {"基本情况", "支出功能科目", "项目支出", "指标自评", "产出与效果", "自评结论"}
    assert found.submission.number("支出合计_决算数") == 51342.18
    assert found.submission.answers["支出合计_决算数"].place.cell == "E13"


def test_a_csv_that_is_something_else() -> None:
    data = "姓名,电话\n张三,123\n李四,456\n".encode()
    found = evaluate(data, scheme())
    assert told(found) == {("A01", "", "")}
    assert openpyxl.load_workbook(io.BytesIO(annotate(data, found)))["问题清单"]


def test_more_rows_than_the_template_has_are_not_cut_off() -> None:
    book = openpyxl.load_workbook(io.BytesIO(faultless()))
    page = book["项目支出"]
    for row in range(13, 113):
        page[f"B{row}"], page[f"F{row}"] = f"项目{row}", 0
    stream = io.StringIO()
    csv.writer(stream).writerows(["" if value is None else value for value in row] for row in page.values)
    found = evaluate(stream.getvalue().encode(), scheme())
    names = [answer.value for answer in found.submission.columns["项目_项目名称"] if answer.value]
    assert names[-1] == "项目112"
    assert "A17" in {code for code, _, _ in told(found)}


def test_what_can_be_written_on_is_not_poured() -> None:
    assert poured(faultless(), scheme()) is None


@pytest.mark.parametrize("kind", ["xls", "ods"])
@pytest.mark.xdist_group("office")
def test_every_entry_survives_the_pouring(kind: str) -> None:
    fresh = poured(in_format(kind), scheme())
    assert fresh is not None
    ours = read_submission(read_book(faultless()), scheme())
    theirs = read_submission(read_book(fresh), scheme())
    for answer, other in zip(ours.all_answers(), theirs.all_answers(), strict=True):
        assert (answer.place, answer.value) == (other.place, other.value)


@pytest.mark.xdist_group("office")
def test_an_office_program_computes_the_same_from_a_form_with_many_faults(tmp_path: Path) -> None:
    editor = Editor()
    editor.set("支出功能科目", "F5", "若干").set("基础数据", "E19", "#REF!").set(
        "基础数据", "E14", "44906.32\u200b"
    )
    editor.set("基础数据", "D13", 50000, "D14+D17").set("基础数据", "C13", None, "C14+C17")
    editor.set("基础数据", "E13", 6435.86, "SUM(E14,E17)").set("基础数据", "B7", "305人")
    editor.set("项目支出", "F6", 13528000).set("项目支出", "E7", "大约")
    editor.set("项目支出", "B13", "合计").set("项目支出", "F13", 6435.86)
    for row in range(9, 20):
        editor.set("支出功能科目", f"F{row}", 0, f"D{row}*0")
    editor.swap("xl/workbook.xml", "基础数据!$E$18</definedName>", "基础数据!#REF!</definedName>")
    data = editor.save()
    written = annotate(data, evaluate(data, scheme()))
    ours = openpyxl.load_workbook(io.BytesIO(written), data_only=True)
    theirs = recalculate(written, tmp_path)
    for sheet in ("评分表", "勾稽表", "取数表"):
        for row in ours[sheet].iter_rows():
            for cell in row:
                other = theirs[sheet].get(cell.coordinate)
                if isinstance(cell.value, int | float) and isinstance(other, int | float):
                    assert other == pytest.approx(cell.value, rel=1e-12), (sheet, cell.coordinate)
                else:
                    assert (cell.value or None) == (other or None), (sheet, cell.coordinate)


def test_a_renamed_text_file_is_what_it_contains() -> None:
    assert read_book(as_csv("基本情况")).kind == "csv"
