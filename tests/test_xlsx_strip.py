"""Taking our marks off: exactly as it was, and from files that office programs saved since."""

from __future__ import annotations

import json
import re

import pytest
from lxml import etree
from packages import (
    MAIN,
    REL,
    SPREADSHEET,
    parts_of,
    with_note,
    with_part,
    workbook_parts,
    worksheet,
    zipped,
)

from xlsx_eval.xlsx import AddedSheet, Mark, NewCell, NewRow, annotate_book, annotate_cells, strip_marks
from xlsx_eval.xlsx.package.parts import Package

SHEET = "xl/worksheets/sheet1.xml"
RECORD = "xl/xlsxEval/undo.json"
MARKS = [Mark("Sheet1", "B1", "错误", "E01 合计不符。\n请核对。"), Mark("Sheet1", "C7", "提示", "N02 空白。")]
SHEETS = [
    AddedSheet(
        "评分表", (NewRow((NewCell(1.0, formula="1"),)),), names={"预算数": "Sheet1!$B$1"}, repeat_rows=(1, 1)
    ),
    AddedSheet("问题清单", (NewRow((NewCell("x"),)),)),
]


def saved_since(data: bytes) -> dict[str, bytes]:
    """Parts as an office program leaves them: without our record, which it does not know."""
    parts = parts_of(data)
    del parts[RECORD]
    types = re.sub(rb'<Override PartName="/xl/xlsxEval/undo.json"[^>]*/>', b"", parts["[Content_Types].xml"])
    rels = re.sub(rb'<Relationship [^>]*undo.json"/>', b"", parts["xl/_rels/workbook.xml.rels"])
    return {**parts, "[Content_Types].xml": types, "xl/_rels/workbook.xml.rels": rels}


def test_stripping_gives_back_every_part_byte_for_byte_in_order() -> None:
    for parts in (workbook_parts(), with_note(), workbook_parts(strict=True)):
        source = zipped(parts)
        stripped = strip_marks(annotate_book(source, MARKS, SHEETS))
        assert list(parts_of(stripped).items()) == list(parts_of(source).items())


def test_a_workbook_without_marks_comes_back_as_the_same_bytes() -> None:
    source = zipped(with_note())
    assert strip_marks(source) is source


def test_annotating_twice_equals_annotating_once() -> None:
    source = zipped(with_note())
    once = annotate_book(source, MARKS, SHEETS)
    assert annotate_book(once, MARKS, SHEETS) == once
    assert annotate_cells(annotate_book(once, MARKS[:1], []), MARKS) == annotate_cells(source, MARKS)


def test_a_file_saved_since_loses_exactly_what_is_ours() -> None:
    source = zipped(with_note("<r><t>部门的批注</t></r>"))
    stripped = parts_of(strip_marks(zipped(saved_since(annotate_book(source, MARKS, SHEETS)))))
    before = parts_of(source)
    assert set(stripped) - set(before) == {"xl/styles.xml"}
    for name in before:
        if name not in ("[Content_Types].xml", "xl/_rels/workbook.xml.rels", "xl/comments1.xml"):
            assert stripped[name] == before[name]
    assert "部门的批注" in stripped["xl/comments1.xml"].decode()
    assert b"xlsx-eval" not in stripped["xl/comments1.xml"].split(b"</authors>")[1]
    assert stripped["xl/comments1.xml"].count(b"<comment ") == 1


def test_saved_since_and_annotated_again_is_a_fixpoint() -> None:
    saved = zipped(saved_since(annotate_book(zipped(with_note()), MARKS, SHEETS)))
    once = annotate_book(saved, MARKS, SHEETS)
    assert annotate_book(once, MARKS, SHEETS) == once
    assert [sheet.name for sheet in Package.open(once).sheets] == ["Sheet1", "评分表", "问题清单"]
    assert parts_of(once)["xl/styles.xml"].count(b"<dxf>") == 2


def test_the_departments_part_of_a_shared_note_survives_edits_around_ours() -> None:
    parts = saved_since(annotate_cells(zipped(with_note()), MARKS))
    text = parts["xl/comments1.xml"].decode().replace("审核意见完】", "审核意见完】\n已整改, 见附件")
    parts["xl/comments1.xml"] = text.encode()
    root = etree.fromstring(parts_of(strip_marks(zipped(parts)))["xl/comments1.xml"])
    notes = {
        node.get("ref"): "".join(node.itertext(f"{{{MAIN}}}t")) for node in root.iter(f"{{{MAIN}}}comment")
    }
    assert notes == {"B1": "部门的批注\n已整改, 见附件", "C7": "\n已整改, 见附件"}


def test_a_note_of_ours_that_became_a_thread_is_left_to_it() -> None:
    parts = saved_since(annotate_cells(zipped(workbook_parts()), MARKS[:1]))
    kind = "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"
    threads = '<ThreadedComments xmlns="x"><threadedComment ref="B1" id="{1}"/></ThreadedComments>'
    relation = f'<Relationship Id="rId77" Type="{kind}" Target="/xl/t.xml"/></Relationships>'.encode()
    rels = "xl/worksheets/_rels/sheet1.xml.rels"
    parts[rels] = parts[rels].replace(b"</Relationships>", relation)
    source = {**parts, "xl/t.xml": threads.encode()}
    assert parts_of(strip_marks(zipped(source)))["xl/comments1.xml"] == parts["xl/comments1.xml"]


def test_a_note_without_its_last_line_is_ours_to_the_end() -> None:
    parts = saved_since(annotate_cells(zipped(with_note()), MARKS))
    parts["xl/comments1.xml"] = parts["xl/comments1.xml"].replace("\n【审核意见完】".encode(), b"")
    text = parts_of(strip_marks(zipped(parts)))["xl/comments1.xml"].decode()
    assert re.findall(r"<t[^>]*>([^<]*)</t>", text) == ["部门的批注"]


def test_excel_renames_parts_merges_rules_and_moves_texts() -> None:
    """What Excel is known to do on saving: other part names and prefixes, rules on one range joined, formulas kept."""
    parts = saved_since(annotate_cells(zipped(workbook_parts()), MARKS))
    sheet = parts[SHEET].decode()
    ours = re.findall(r"<cfRule.*?</cfRule>", sheet)[0]
    own = '<cfRule type="expression" dxfId="0" priority="1"><formula>B1&gt;1</formula></cfRule>'
    sheet = sheet.replace(ours, own + ours.replace("AND(N(", "AND( N(").replace('dxfId="0"', 'dxfId="5"'))
    parts[SHEET] = sheet.encode()
    parts["xl/comments7.xml"] = parts.pop("xl/comments1.xml").replace(b'xml:space="preserve"', b"")
    parts["xl/drawings/vmlDrawing9.vml"] = parts.pop("xl/drawings/vmlDrawing1.vml").replace(
        b"_s1025", b"_s2049"
    )
    for name in ("[Content_Types].xml", "xl/worksheets/_rels/sheet1.xml.rels"):
        parts[name] = (
            parts[name].replace(b"comments1.xml", b"comments7.xml").replace(b"Drawing1.vml", b"Drawing9.vml")
        )
    stripped = parts_of(strip_marks(zipped(parts)))
    assert stripped[SHEET].decode().count("<cfRule") == 1
    assert own in stripped[SHEET].decode()
    assert not {"xl/comments7.xml", "xl/drawings/vmlDrawing9.vml"} & set(stripped)
    assert b"legacyDrawing" not in stripped[SHEET]
    assert (
        b"comments7" not in stripped["[Content_Types].xml"] + stripped["xl/worksheets/_rels/sheet1.xml.rels"]
    )


def test_wps_adds_its_own_attributes_and_renames_the_author() -> None:
    """What WPS is known to do on saving: etc: attributes on sheets, comments in a folder, the user as their author."""
    parts = saved_since(annotate_cells(zipped(with_note()), MARKS))
    etc = (
        b' xmlns:etc="http://www.wps.cn/officeDocument/2017/etCustomData" etc:filterBottomFollowUsedRange="0"'
    )
    parts[SHEET] = parts[SHEET].replace(b"<worksheet ", b"<worksheet" + etc + b" ", 1)
    comments = parts.pop("xl/comments1.xml")
    parts["xl/comments/comment1.xml"] = re.sub(rb"<author>[^<]*</author>", b"<author>user</author>", comments)
    for name in ("[Content_Types].xml", "xl/worksheets/_rels/sheet1.xml.rels"):
        parts[name] = parts[name].replace(b"comments1.xml", b"comments/comment1.xml")
    stripped = parts_of(strip_marks(zipped(parts)))
    assert etc in stripped[SHEET]
    assert b"xlsx-eval" not in stripped[SHEET]
    text = stripped["xl/comments/comment1.xml"].decode()
    assert re.findall(r"<t[^>]*>([^<]*)</t>", text) == ["部门的批注"]


def test_rules_in_an_extension_are_found_and_an_empty_extension_goes() -> None:
    """LibreOffice and WPS write some rules as x14."""
    rule = (
        '<x14:conditionalFormatting xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main">'
        '<x14:cfRule type="expression" priority="1"><xm:f>{}</xm:f></x14:cfRule><xm:sqref>B1</xm:sqref>'
        "</x14:conditionalFormatting>"
    )
    ours, own = rule.format('AND(N("xlsx-eval")=0,B1=1)'), rule.format("B1=2")
    frame = (
        '<extLst><ext xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" uri="u">'
        "<x14:conditionalFormattings>{}</x14:conditionalFormattings></ext></extLst>"
    )
    for inner, left in ((ours + own, frame.format(own)), (ours, "")):
        source = zipped(workbook_parts({"Sheet1": worksheet(after=frame.format(inner))}))
        assert parts_of(strip_marks(source))[SHEET].decode() == worksheet(after=left)


def test_our_sheets_go_though_moved_and_what_counts_positions_follows() -> None:
    names = (
        '<bookViews><workbookView activeTab="2" firstSheet="1"/></bookViews>',
        '<definedNames><definedName name="_xlsx_eval" localSheetId="1" hidden="1">"评分表"</definedName>'
        '<definedName name="x" localSheetId="1">评分表!$A$1</definedName>'
        '<definedName name="_xlnm.Print_Area" localSheetId="2">甲!$A$1</definedName></definedNames>',
    )
    parts = workbook_parts({"基础": worksheet(), "评分表": worksheet(), "甲": worksheet()}, names[1])
    parts["xl/workbook.xml"] = str(parts["xl/workbook.xml"]).replace("<sheets>", names[0] + "<sheets>")
    chain = f'<calcChain xmlns="{MAIN}"><c r="B2" i="3"/><c r="A1"/><c r="B2" i="2"/><c r="C1"/><c r="B2" i="1"/></calcChain>'
    content_type = f"{SPREADSHEET}.calcChain+xml"
    parts = with_part(parts, "xl/workbook.xml", "calcChain", "xl/calcChain.xml", chain, content_type)
    printer = "application/vnd.openxmlformats-officedocument.spreadsheetml.printerSettings"
    second = "xl/worksheets/sheet2.xml"
    parts = with_part(parts, second, "printerSettings", "xl/printerSettings/p2.bin", b"p", printer)
    parts["xl/worksheets/_rels/sheet3.xml.rels"] = (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        f'Type="{REL}/image" Target="../media/seal.png"/></Relationships>'
    )
    parts = with_part(parts, second, "image", "xl/media/seal.png", b"png", "image/png")
    stripped = parts_of(strip_marks(zipped(parts)))
    book = stripped["xl/workbook.xml"].decode()
    assert re.findall('sheet name="(.*?)"', book) == ["基础", "甲"]
    assert 'activeTab="1" firstSheet="1"' in book
    assert re.findall('definedName name="(.*?)" localSheetId="(.)"', book) == [("_xlnm.Print_Area", "1")]
    assert re.findall(rb'r="(\w+)"', stripped["xl/calcChain.xml"]) == [b"B2", b"A1", b"B2"]
    assert second not in stripped
    assert "xl/printerSettings/p2.bin" not in stripped
    assert "xl/media/seal.png" in stripped
    assert "xl/worksheets/_rels/sheet2.xml.rels" not in stripped


def test_our_sheet_is_known_by_its_footer_where_names_were_lost() -> None:
    parts = saved_since(annotate_book(zipped(workbook_parts()), [], SHEETS))
    book = re.sub(rb"<definedNames>.*</definedNames>", b"", parts["xl/workbook.xml"])
    parts["xl/workbook.xml"] = book
    assert [sheet.name for sheet in Package.open(strip_marks(zipped(parts))).sheets] == ["Sheet1"]


def test_a_footer_given_to_all_sheets_makes_none_of_the_departments_ours() -> None:
    parts = saved_since(annotate_book(zipped(workbook_parts()), [], SHEETS))
    footer = re.findall(rb"<headerFooter>.*?</headerFooter>", parts["xl/worksheets/sheet2.xml"])[0]
    parts[SHEET] = parts[SHEET].replace(b"</worksheet>", footer + b"</worksheet>")
    assert [sheet.name for sheet in Package.open(strip_marks(zipped(parts))).sheets] == ["Sheet1"]


def test_a_changed_part_falls_back_to_what_is_recognised() -> None:
    parts = parts_of(annotate_book(zipped(with_note()), MARKS, SHEETS))
    parts[SHEET] = parts[SHEET].replace(b"<v>12.5</v>", b"<v>13</v>")
    stripped = parts_of(strip_marks(zipped(parts)))
    assert b"<v>13</v>" in stripped[SHEET]
    assert b"xlsx-eval" not in stripped[SHEET]
    assert RECORD not in stripped
    assert b"undo" not in stripped["[Content_Types].xml"] + stripped["xl/_rels/workbook.xml.rels"]


@pytest.mark.parametrize(
    "record",
    [
        b"",
        b"[]",
        b'{"parts": 3, "added": []}',
        json.dumps({"parts": {}, "added": []}).encode(),
        json.dumps({"parts": {SHEET: {"sha256": "0", "hunks": []}}, "added": [RECORD]}).encode(),
        json.dumps({"parts": {"none.xml": {}}, "added": [RECORD]}).encode(),
    ],
)
def test_a_record_that_is_not_ours_is_taken_out_and_otherwise_ignored(record: bytes) -> None:
    parts = parts_of(annotate_cells(zipped(workbook_parts()), MARKS))
    parts[RECORD] = record
    stripped = parts_of(strip_marks(zipped(parts)))
    assert RECORD not in stripped
    assert b"conditionalFormatting" not in stripped[SHEET]
