"""What moved, was renamed, copied or hidden, alone and together: the code and the cell that must be told."""

from __future__ import annotations

import io
from collections.abc import Callable

import openpyxl
import pytest
from damage import Editor, faultless, named_cells, resaved, saved, told
from forms import judge, scheme
from openpyxl.workbook import Workbook
from test_locate import RIGHT, shift, without_names

from xlsx_eval import annotate, evaluate
from xlsx_eval.xlsx import strip_marks

DATA, FUNCTIONS, PROJECTS, SCORES = "基础数据", "支出功能科目", "项目支出", "指标自评"
Change = Callable[[Workbook], None]


def title_rows(sheet: str, count: int) -> Change:
    return lambda book: shift(book, sheet, rows=(1, count))


def column(sheet: str, at: int) -> Change:
    return lambda book: shift(book, sheet, columns=(at, 1))


def renamed(sheet: str, name: str) -> Change:
    def change(book: Workbook) -> None:
        book[sheet].title = name

    return change


def hidden(sheet: str) -> Change:
    def change(book: Workbook) -> None:
        book[sheet].sheet_state = "hidden"

    return change


def copied(sheet: str, cell: str, value: object) -> Change:
    def change(book: Workbook) -> None:
        copy = book.copy_worksheet(book[sheet])
        copy.title = f"{sheet} (2)"
        copy[cell] = value

    return change


def together(*changes: Change) -> Change:
    def change(book: Workbook) -> None:
        for one in changes:
            one(book)

    return change


ALONE: dict[str, tuple[Change, tuple[str, str, str]]] = {
    "13 title rows": (title_rows(DATA, 3), ("A11", DATA, "A4")),
    "14 renamed": (renamed(DATA, "附表二"), ("A12", "附表二", "A1")),
    "14 hidden": (hidden(PROJECTS), ("A14", PROJECTS, "A1")),
    "14 copied and changed": (copied(DATA, "E13", 1), ("A13", f"{DATA} (2)", "A1")),
    "34 column put in": (column(DATA, 5), ("A11", DATA, "E12")),
    "34 row put in": (lambda book: shift(book, DATA, rows=(16, 1)), ("A11", DATA, "A16")),
}


@pytest.mark.parametrize("name", ALONE)
def test_one_change_is_told_at_its_place_and_everything_is_read(name: str) -> None:
    change, place = ALONE[name]
    found = resaved(change)
    # The library renames a sheet and leaves the names that refer to it.
    assert {one for one in told(found) if one[0] != "A03"} == {place}
    assert found.score == RIGHT


@pytest.mark.parametrize("name", ALONE)
def test_one_change_with_all_names_lost_is_told_at_the_same_place(name: str) -> None:
    change, place = ALONE[name]
    found = resaved(together(change, without_names))
    assert place in told(found)
    assert {code for code, _, _ in told(found)} == {place[0], "A03"}
    assert {cell for code, _, cell in told(found) if code == "A03"} == {"A1"}
    assert found.score == RIGHT


def test_rows_columns_names_and_sheet_names_changed_together() -> None:
    change = together(
        column(DATA, 5), title_rows(DATA, 2), without_names, renamed(DATA, "表一"), hidden(PROJECTS)
    )
    found = resaved(change)
    told_here = {one for one in told(found) if one[0] != "A03"}
    assert told_here == {
        ("A12", "表一", "A1"),
        ("A11", "表一", "E14"),
        ("A11", "表一", "A4"),
        ("A14", PROJECTS, "A1"),
    }
    assert ("A03", "表一", "A1") in told(found)
    assert found.score == RIGHT


def test_a_fault_in_a_form_that_moved_is_told_and_marked_where_it_stands_now() -> None:
    def change(book: Workbook) -> None:
        book[DATA]["E13"] = 51432.18
        together(column(DATA, 5), title_rows(DATA, 2), renamed(DATA, "表一"))(book)

    book = openpyxl.load_workbook(io.BytesIO(faultless()))
    change(book)
    data = saved(book)
    found = evaluate(data, scheme())
    assert ("C07", "表一", "F15") in told(found)
    annotated = annotate(data, found)
    note = openpyxl.load_workbook(io.BytesIO(annotated))["表一"]["F15"].comment
    assert note is not None
    assert "C07" in note.text
    assert strip_marks(annotated) == strip_marks(data)


def test_14_names_that_refer_to_nothing_on_a_hidden_sheet() -> None:
    editor = Editor()
    editor.swap("xl/workbook.xml", "项目支出!$F$5:$F$64</definedName>", "项目支出!#REF!</definedName>")
    editor.swap("xl/workbook.xml", 'name="项目支出" sheetId', 'name="项目支出" state="hidden" sheetId')
    found = evaluate(editor.save(), scheme())
    assert told(found) == {("A03", PROJECTS, "A1"), ("A14", PROJECTS, "A1")}
    assert found.score == RIGHT


def test_14_a_hidden_original_with_a_changed_visible_copy_is_asked() -> None:
    found = resaved(together(copied(DATA, "E13", 1), hidden(DATA)))
    assert told(found) == {("A13", f"{DATA} (2)", "A1"), ("A14", DATA, "A1")}
    assert next(item.verdict for item in found.findings if item.code == "A13") == "待说明"


def test_14_sheets_that_exchanged_their_names() -> None:
    def change(book: Workbook) -> None:
        one, other = book[FUNCTIONS], book[PROJECTS]
        one.title = "临时"
        other.title, one.title = FUNCTIONS, PROJECTS

    found = resaved(change)
    assert {("A12", PROJECTS, "A1"), ("A12", FUNCTIONS, "A1")} <= told(found)
    assert found.score == RIGHT


def test_14_a_missing_sheet_is_one_finding_and_nothing_that_rests_on_it_is_another() -> None:
    def change(book: Workbook) -> None:
        del book[PROJECTS]

    found = resaved(change)
    assert told(found) == {("A02", "", "")}
    assert f"未找到“{PROJECTS}”中的 7 个填报项" in found.findings[0].message
    assert found.state == "退回修改"


@pytest.mark.parametrize("protected", [True, False])
def test_26_a_cell_to_be_noted_may_be_merged_filtered_or_protected(protected: bool) -> None:
    book = openpyxl.load_workbook(io.BytesIO(faultless()))
    book[DATA]["E13"] = 51432.18
    book[DATA].protection.sheet = protected
    book[DATA].auto_filter.ref = "A12:E17"
    book[DATA].merge_cells("E13:F13")
    data = saved(book)
    found = evaluate(data, scheme())
    assert ("C07", DATA, "E13") in told(found)
    annotated = annotate(data, found)
    note = openpyxl.load_workbook(io.BytesIO(annotated))[DATA]["E13"].comment
    assert note is not None
    assert "C07" in note.text
    assert strip_marks(annotated) == data


def test_06_an_external_link_is_told() -> None:
    book = openpyxl.load_workbook(io.BytesIO(faultless()))
    book[DATA]["H30"] = "=[1]决算!B7"
    editor = Editor(saved(book))
    editor.parts["xl/externalLinks/externalLink1.xml"] = (
        '<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
    )
    ns = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    listed = f'<externalReferences><externalReference {ns} r:id="rId900"/></externalReferences><definedNames>'
    editor.swap("xl/workbook.xml", "<definedNames>", listed)
    editor.swap(
        "xl/_rels/workbook.xml.rels",
        "</Relationships>",
        '<Relationship Id="rId900" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLink"'
        ' Target="externalLinks/externalLink1.xml"/></Relationships>',
    )
    editor.parts["xl/externalLinks/_rels/externalLink1.xml.rels"] = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1"'
        ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLinkPath"'
        ' Target="去年决算.xlsx" TargetMode="External"/></Relationships>'
    )
    found = evaluate(editor.save(), scheme())
    (link,) = (item for item in found.findings if item.code == "A06")
    assert "去年决算.xlsx" in link.message


def test_a_signed_workbook_is_told_that_its_signature_goes() -> None:
    editor = Editor()
    editor.swap(
        "_rels/.rels",
        "</Relationships>",
        '<Relationship Id="rId900" Type="http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/origin"'
        ' Target="_xmlsignatures/origin.sigs"/></Relationships>',
    )
    editor.parts["_xmlsignatures/origin.sigs"] = ""
    assert "A05" in {item.code for item in evaluate(editor.save(), scheme()).findings}


def test_no_survey_is_told_at_its_block() -> None:
    found = judge(单位名称="区档案馆", 预算编码="010203")
    survey = [item for item in found.findings if item.code == "E11"]
    assert len(survey) == 1
    assert named_cells(survey[0])


@pytest.mark.parametrize("names", [True, False])
def test_08_an_empty_column_inside_a_table_is_told_and_passed_over(names: bool) -> None:
    found = resaved(together(column(FUNCTIONS, 5), *(() if names else (without_names,))))
    assert {one for one in told(found) if one[0] != "A03"} == {("A11", FUNCTIONS, "E4")}
    assert found.score == RIGHT


@pytest.mark.parametrize("names", [True, False])
def test_08_a_blank_heading_in_the_middle_is_told_and_asked_where_nothing_else_confirms(names: bool) -> None:
    def change(book: Workbook) -> None:
        book[FUNCTIONS]["D4"] = None
        if not names:
            without_names(book)

    found = resaved(change)
    asked = set() if names else {("A21", FUNCTIONS, "D5")}
    assert {one for one in told(found) if one[0] != "A03"} == {("A15", FUNCTIONS, "D4"), *asked}
    assert found.score == RIGHT
