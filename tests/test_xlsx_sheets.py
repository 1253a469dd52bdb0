"""Sheets we add: their markup, names, looks and print setup."""

from __future__ import annotations

import io

import openpyxl
import pytest
from lxml import etree
from packages import MAIN, parts_of, workbook_parts, worksheet, zipped

from xlsx_eval.cell import ErrorValue
from xlsx_eval.xlsx import (
    AddedSheet,
    Mark,
    NewCell,
    NewRow,
    Style,
    annotate_book,
    free_sheet_names,
)
from xlsx_eval.xlsx.write.newsheet import stored_formula
from xlsx_eval.xlsx.write.rowheight import display_width, row_height

NS = {"m": MAIN}
HEAD = Style(bold=True, fill="D9E1F2", horizontal="center", locked=True)
OPEN = Style(locked=False, number_format="0.00%")


def _sheet(name: str = "评分表", **more: object) -> AddedSheet:
    rows = (
        NewRow((NewCell("部门整体支出绩效评分表", style=Style(bold=True, size=16)), None)),
        NewRow((NewCell("指标", style=HEAD), NewCell("得分", style=HEAD))),
        NewRow((NewCell("预算完成率"), NewCell(25.0, formula="预算数*2", style=OPEN))),
        NewRow(
            (NewCell("D8", link="'人员 情况'!D8"), NewCell(None, formula="IFS(1=2,1)")),
            height=30,
            hidden=True,
        ),
    )
    return AddedSheet(name, rows, **more)  # type: ignore[arg-type]


def _added(sheet: AddedSheet) -> tuple[bytes, etree._Element]:
    result = annotate_book(zipped(workbook_parts()), [], [sheet])
    return result, etree.fromstring(parts_of(result)["xl/worksheets/sheet2.xml"])


def test_the_sheet_stands_last_under_a_new_id_with_names_of_its_own() -> None:
    sheet = _sheet(names={"预算数": "Sheet1!$B$1"}, repeat_rows=(1, 2))
    parts = parts_of(annotate_book(zipped(workbook_parts()), [], [sheet, _sheet("取数 表")]))
    root = etree.fromstring(parts["xl/workbook.xml"])
    listed = [(node.get("name"), node.get("sheetId")) for node in root.iterfind(".//m:sheet", NS)]
    assert listed == [("Sheet1", "1"), ("评分表", "2"), ("取数 表", "3")]
    defined = [(n.get("name"), n.get("localSheetId"), n.text) for n in root.iterfind(".//m:definedName", NS)]
    assert defined == [
        ("_xlnm.Print_Titles", "1", "评分表!$1:$2"),
        ("预算数", "1", "Sheet1!$B$1"),
        ("_xlsx_eval", "1", '"评分表"'),
        ("_xlsx_eval", "2", '"取数 表"'),
    ]


def test_names_join_those_of_the_workbook_in_their_place() -> None:
    names = '<definedNames><definedName name="预算数">Sheet1!$A$1</definedName></definedNames><calcPr calcId="1"/>'
    parts = parts_of(annotate_book(zipped(workbook_parts(names=names)), [], [_sheet()]))
    root = etree.fromstring(parts["xl/workbook.xml"])
    assert [etree.QName(child).localname for child in root] == ["sheets", "definedNames", "calcPr"]
    assert root.findtext(".//m:definedName", namespaces=NS) == "Sheet1!$A$1"
    bare = etree.fromstring(
        parts_of(annotate_book(zipped(workbook_parts(names="<calcPr/>")), [], [_sheet()]))["xl/workbook.xml"]
    )
    assert [etree.QName(child).localname for child in bare] == ["sheets", "definedNames", "calcPr"]


def test_cells_hold_texts_inline_formulas_with_cached_values_links_and_errors() -> None:
    result, root = _added(_sheet())
    book = openpyxl.load_workbook(io.BytesIO(result))
    cached = openpyxl.load_workbook(io.BytesIO(result), data_only=True)["评分表"]
    assert book["评分表"]["B3"].value == "=预算数*2"
    assert cached["B3"].value == 25
    assert cached["A1"].value == "部门整体支出绩效评分表"
    assert root.find(".//m:hyperlink", NS).get("location") == "'人员 情况'!D8"
    assert "_xlfn.IFS(" in str(root.findtext(".//m:c[@r='B4']/m:f", namespaces=NS))
    assert "xl/sharedStrings.xml" not in parts_of(result)


def test_values_of_every_kind_are_written() -> None:
    values = [1.0, 0.1, 1e20, True, ErrorValue.DIV0, "a_x000D_b<&>\r", None, float("inf"), "长" * 40_000]
    sheet = AddedSheet("表", (NewRow(tuple(NewCell(value) for value in values)),))
    result, _ = _added(sheet)
    row = [cell.value for cell in openpyxl.load_workbook(io.BytesIO(result))["表"][1]]
    assert row[:5] == [1, 0.1, 1e20, True, "#DIV/0!"]
    assert row[6:8] == [None, "#NUM!"]
    written = etree.fromstring(parts_of(result)["xl/worksheets/sheet2.xml"])
    assert written.findtext(".//m:c[@r='F1']//m:t", namespaces=NS) == "a_x005F_x000D_b<&>\r"
    assert len(written.findtext(".//m:c[@r='I1']//m:t", namespaces=NS) or "") == 32_767


def test_looks_print_setup_panes_and_protection() -> None:
    rules = (("B3:B9", "$B3<1", "FFC7CE"),)
    sheet = _sheet(widths=(20, 8.5), merges=("A1:B1",), frozen="B3", colour_rules=rules, tab_color="C00000")
    _, root = _added(sheet)
    order = [etree.QName(child).localname for child in root]
    assert order == [
        "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetProtection", "mergeCells",
        "conditionalFormatting", "hyperlinks", "printOptions", "pageMargins", "pageSetup", "headerFooter",
    ]  # fmt: skip
    pane = root.find(".//m:pane", NS)
    assert (pane.get("xSplit"), pane.get("ySplit"), pane.get("topLeftCell"), pane.get("state")) == (
        "1", "2", "B3", "frozen",
    )  # fmt: skip
    setup = root.find("m:pageSetup", NS)
    assert (setup.get("paperSize"), setup.get("orientation"), setup.get("fitToHeight")) == (
        "9",
        "landscape",
        "0",
    )
    assert root.find(".//m:pageSetUpPr", NS).get("fitToPage") == "1"
    assert root.find("m:sheetProtection", NS).get("sheet") == "1"
    assert root.find("m:sheetProtection", NS).get("formatColumns") == "0"
    hidden = root.find(".//m:row[@r='4']", NS)
    assert (hidden.get("hidden"), hidden.get("ht")) == ("1", "30")


def test_an_equal_style_is_written_once_and_found_again() -> None:
    once = annotate_book(zipped(workbook_parts()), [], [_sheet()])
    twice = annotate_book(zipped(workbook_parts()), [], [_sheet(), _sheet("表二")])
    assert parts_of(once)["xl/styles.xml"] == parts_of(twice)["xl/styles.xml"]
    book = openpyxl.load_workbook(io.BytesIO(once))["评分表"]
    assert book["B3"].number_format == "0.00%"
    assert book["B3"].protection.locked is False
    assert book["A2"].font.name == "宋体"
    assert book["A2"].fill.fgColor.rgb == "FFD9E1F2"


def test_a_name_that_is_taken_gets_a_number() -> None:
    source = zipped(workbook_parts({"评分表": worksheet(), "LIST": worksheet()}))
    long = "很长的工作表名称" * 4
    assert free_sheet_names(source, ["评分表", "List", "问题清单"]) == {
        "评分表": "评分表(2)",
        "List": "List(2)",
        "问题清单": "问题清单",
    }
    taken = zipped(workbook_parts({long[:31]: worksheet()}))
    assert free_sheet_names(taken, [long[:31]])[long[:31]] == long[:28] + "(2)"


def test_names_of_our_own_sheets_are_free() -> None:
    names = free_sheet_names(annotate_book(zipped(workbook_parts()), [], [_sheet()]), ["评分表"])
    assert names == {"评分表": "评分表"}


@pytest.mark.parametrize("name", ["", "a/b", "'x", "名" * 32, "😀" * 16, "sheet1"])
def test_names_that_excel_refuses_are_errors(name: str) -> None:
    with pytest.raises(ValueError, match="sheet"):
        annotate_book(zipped(workbook_parts()), [], [_sheet(name)])


def test_marks_and_sheets_go_together() -> None:
    result = annotate_book(zipped(workbook_parts()), [Mark("Sheet1", "A1", "错误", "E01")], [_sheet()])
    assert {"xl/comments1.xml", "xl/worksheets/sheet2.xml"} <= set(parts_of(result))


def test_newer_functions_are_prefixed_only_where_they_are_called() -> None:
    assert stored_formula('IFS(a,"IFS(1)")+SUMIFS(b,c)') == '_xlfn.IFS(a,"IFS(1)")+SUMIFS(b,c)'
    assert stored_formula("_xlfn.IFS(a)") == "_xlfn.IFS(a)"


def test_rows_are_tall_enough_for_their_wrapped_text() -> None:
    assert display_width("预算a") == 5
    short = row_height(1, NewRow((NewCell("短"),)), (20,), {})
    tall = row_height(1, NewRow((NewCell("长" * 100),)), (20,), {})
    assert short < 24
    # 20 characters at 11 points hold 9 or 10 Han characters of 10.5 points: 10 to 12 lines.
    assert 10 * 10.5 * 1.3 < tall < 14 * 10.5 * 1.5
    spread = row_height(1, NewRow((NewCell("长" * 100),)), (20,), {(1, 1): 100.0})
    assert spread < tall / 3
    assert row_height(1, NewRow((NewCell("长" * 100),)), (20,), {(1, 1): None}) == short
