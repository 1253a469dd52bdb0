"""Marks: highlights and notes on the cells of any workbook."""

from __future__ import annotations

import re

import pytest
from lxml import etree
from packages import (
    MAIN,
    REL,
    SPREADSHEET,
    STRICT_MAIN,
    parts_of,
    prefixed,
    relationships,
    with_note,
    with_part,
    workbook_parts,
    worksheet,
    zipped,
)

from xlsx_eval.errors import Unreadable
from xlsx_eval.xlsx import Mark, annotate_cells
from xlsx_eval.xlsx.package.archive import Archive
from xlsx_eval.xlsx.package.parts import Package

SHEET = "xl/worksheets/sheet1.xml"
NS = {"m": MAIN}


def _mark(
    cell: str = "B1", level: str = "错误", text: str = "E01 合计与分项之和不符。", sheet: str = "Sheet1"
) -> Mark:
    return Mark(sheet, cell, level, text)


def _tree(data: bytes, name: str) -> etree._Element:
    return etree.fromstring(parts_of(data)[name])


def _rules(data: bytes, name: str = SHEET) -> list[tuple[str, str]]:
    found = _tree(data, name).iterfind(".//m:conditionalFormatting", NS)
    return [(str(node.get("sqref")), str(node.findtext(".//m:formula", namespaces=NS))) for node in found]


def _notes(data: bytes, name: str = "xl/comments1.xml") -> dict[str, str]:
    root = _tree(data, name)
    local = root.tag.removesuffix("comments")
    return {
        str(node.get("ref")): "".join(node.itertext(f"{local}t")) for node in root.iter(f"{local}comment")
    }


def test_a_mark_adds_one_rule_one_note_one_box_and_touches_nothing_else() -> None:
    source = zipped(workbook_parts())
    result = annotate_cells(source, [_mark()])
    before, after = parts_of(source), parts_of(result)
    assert set(after) - set(before) == {
        "xl/comments1.xml",
        "xl/drawings/vmlDrawing1.vml",
        "xl/worksheets/_rels/sheet1.xml.rels",
        "xl/styles.xml",
        "xl/xlsxEval/undo.json",
    }
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {SHEET, "xl/_rels/workbook.xml.rels", "[Content_Types].xml"}
    assert _rules(result) == [("B1", 'AND(N("xlsx-eval")=0,ISNUMBER($B$1),$B$1=12.5)')]
    assert "E01 合计与分项之和不符。" in _notes(result)["B1"]
    assert b"<x:Row>0</x:Row><x:Column>1</x:Column>" in after["xl/drawings/vmlDrawing1.vml"]


def test_same_input_gives_the_same_bytes() -> None:
    source = zipped(workbook_parts())
    marks = [_mark("A1"), _mark("B2", "提示")]
    assert annotate_cells(source, marks) == annotate_cells(source, iter(marks))


@pytest.mark.parametrize(
    ("cell", "condition"),
    [
        ("A1", 'ISTEXT($A$1),EXACT($A$1&"","项目")'),
        ("B1", "ISNUMBER($B$1),$B$1=12.5"),
        ("A2", "ISLOGICAL($A$2),$A$2=TRUE"),
        ("B2", "ISNUMBER($B$2),$B$2=25"),
        ("C9", "LEN($C$9)=0"),
    ],
)
def test_the_highlight_holds_while_the_value_is_the_one_sent(cell: str, condition: str) -> None:
    assert _rules(annotate_cells(zipped(workbook_parts()), [_mark(cell)])) == [
        (cell, f'AND(N("xlsx-eval")=0,{condition})')
    ]


def test_the_element_goes_where_the_schema_wants_it() -> None:
    after = (
        '<mergeCells count="1"><mergeCell ref="D4:E5"/></mergeCells><phoneticPr fontId="0"/>'
        '<conditionalFormatting sqref="A1"><cfRule type="expression" priority="7"><formula>TRUE</formula></cfRule>'
        '</conditionalFormatting><pageMargins left="1" right="1" top="1" bottom="1" header="0" footer="0"/>'
        '<pageSetup r:id="rId7"/><tableParts count="0"/>'
    )
    parts = workbook_parts({"Sheet1": worksheet(after=after)})
    result = annotate_cells(zipped(parts), [_mark("E5")])
    root = _tree(result, SHEET)
    order = [etree.QName(child).localname for child in root]
    assert order == [
        "sheetData", "mergeCells", "phoneticPr", "conditionalFormatting", "conditionalFormatting", "pageMargins",
        "pageSetup", "legacyDrawing", "tableParts",
    ]  # fmt: skip
    rules = root.findall(".//m:cfRule", NS)
    assert [rule.get("priority") for rule in rules] == ["7", "8"]
    assert _rules(result)[1][0] == "D4:E5"
    assert "$D$4" in _rules(result)[1][1]
    # pageSetup points to a relationship that is not there: no new one may take its id.
    ids = re.findall(rb' Id="(\w+)"', parts_of(result)["xl/worksheets/_rels/sheet1.xml.rels"])
    assert b"rId7" not in ids
    assert len(set(ids)) == 2


def test_several_marks_on_a_cell_give_one_highlight_of_the_gravest_and_one_note() -> None:
    marks = [
        _mark("B1", "提示", "N09 提示"),
        _mark("B1", "错误", "E01 错误"),
        _mark("B1", "错误", "E01 错误"),
    ]
    result = annotate_cells(zipped(workbook_parts()), marks)
    assert len(_rules(result)) == 1
    note = _notes(result)["B1"]
    assert note.index("N09") < note.index("E01")
    assert note.count("E01 错误") == 1
    dxf = _tree(result, "xl/styles.xml").find(".//m:dxf//m:bgColor", NS)
    assert dxf is not None
    assert dxf.get("rgb") == "FFFFC7CE"


def test_a_note_is_appended_to_the_comment_that_is_there() -> None:
    source = zipped(with_note('<r><rPr><b/></rPr><t>部门:</t></r><r><t xml:space="preserve"> 已核</t></r>'))
    result = annotate_cells(source, [_mark("B1"), _mark("A1")])
    notes = _notes(result)
    assert list(notes) == ["A1", "B1"]
    assert notes["B1"].startswith("部门: 已核\n【绩效自评审核 xlsx-eval】")
    boxes = parts_of(result)["xl/drawings/vmlDrawing1.vml"]
    assert boxes.count(b'ObjectType="Note"') == 2
    assert b"1, 15, 0, 2, 3, 15, 4, 4" in boxes
    assert b"_x0000_s1026" in boxes


@pytest.mark.parametrize(
    ("text", "start"),
    [("<t>旧的</t>", "旧的\n【"), ("<t/>", "\n【"), ("", "\n【"), ("<t>一</t><r><t>二</t></r>", "一二\n【")],
)
def test_plain_comments_become_runs(text: str, start: str) -> None:
    result = annotate_cells(zipped(with_note(text)), [_mark("B1")])
    assert _notes(result)["B1"].startswith(start)
    body = _tree(result, "xl/comments1.xml").find(".//m:text", NS)
    assert body is not None
    assert {etree.QName(child).localname for child in body} == {"r"}


def test_comments_stay_sorted_by_row_then_column() -> None:
    result = annotate_cells(
        zipped(with_note(ref="B2", row=1)), [_mark(cell) for cell in ("C3", "A1", "C2", "A2")]
    )
    assert list(_notes(result)) == ["A1", "A2", "B2", "C2", "C3"]


def test_a_thread_keeps_its_cell_to_itself() -> None:
    threads = (
        '<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">'
        '<threadedComment ref="B1" id="{1}" personId="{2}"><text>谁核的?</text></threadedComment></ThreadedComments>'
    )
    parts = with_part(
        with_note(), SHEET, "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment",
        "xl/threadedComments/threadedComment1.xml", threads, "application/vnd.ms-excel.threadedcomments+xml",
    )  # fmt: skip
    source = zipped(parts)
    result = annotate_cells(source, [_mark("B1")])
    before, after = parts_of(source), parts_of(result)
    assert [area for area, _ in _rules(result)] == ["B1"]
    for name in (
        "xl/comments1.xml",
        "xl/drawings/vmlDrawing1.vml",
        "xl/threadedComments/threadedComment1.xml",
    ):
        assert after[name] == before[name]


def test_controls_share_their_drawing_with_the_notes_and_keep_their_shapes() -> None:
    drawing = (
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">'
        '<o:shapelayout><o:idmap data="3"/></o:shapelayout><v:shape id="_x0000_s3073"><br></v:shape></xml>'
    )
    sheet = worksheet(
        after='<legacyDrawing r:id="rId1"/><controls><control shapeId="3080" r:id="rId9"/></controls>'
    )
    vml = "application/vnd.openxmlformats-officedocument.vmlDrawing"
    parts = with_part(
        workbook_parts({"Sheet1": sheet}), SHEET, "vmlDrawing", "xl/drawings/d.vml", drawing, vml
    )
    result = annotate_cells(zipped(parts), [_mark()])
    after = parts_of(result)["xl/drawings/d.vml"].decode()
    assert after.startswith(drawing.removesuffix("</xml>"))
    assert "_x0000_s3081" in after
    assert parts_of(result)[SHEET].count(b"legacyDrawing") == 1


def test_header_pictures_keep_their_own_drawing() -> None:
    parts = workbook_parts({"Sheet1": worksheet(after='<legacyDrawingHF r:id="rId1"/>')})
    vml = "application/vnd.openxmlformats-officedocument.vmlDrawing"
    picture = '<xml><o:idmap v:ext="edit" data="1"/></xml>'
    parts = with_part(parts, SHEET, "vmlDrawing", "xl/drawings/vmlDrawing1.vml", picture, vml)
    result = annotate_cells(zipped(parts), [_mark()])
    after = parts_of(result)
    assert after["xl/drawings/vmlDrawing1.vml"].decode() == picture
    assert b'data="2"' in after["xl/drawings/vmlDrawing2.vml"]
    assert after[SHEET].index(b"<legacyDrawing ") < after[SHEET].index(b"<legacyDrawingHF ")


def test_prefixed_strict_parts_get_prefixed_strict_markup() -> None:
    parts = workbook_parts({"Sheet1": worksheet(main=STRICT_MAIN, prefix="x")}, strict=True)
    after = parts_of(annotate_cells(zipped(parts), [_mark()]))
    root = etree.fromstring(after[SHEET])
    assert {etree.QName(node).namespace for node in root.iter() if "Alternate" not in str(node.tag)} == {
        STRICT_MAIN,
        "http://schemas.openxmlformats.org/markup-compatibility/2006",
    }
    assert b'<mc:Choice xmlns:v="urn:schemas-microsoft-com:vml" Requires="v"><x:legacyDrawing' in after[SHEET]
    assert (
        b"purl.oclc.org/ooxml/officeDocument/relationships/comments"
        in after["xl/worksheets/_rels/sheet1.xml.rels"]
    )
    assert etree.fromstring(after["xl/comments1.xml"]).tag == f"{{{STRICT_MAIN}}}comments"
    assert etree.fromstring(after["xl/styles.xml"]).tag == f"{{{STRICT_MAIN}}}styleSheet"


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "gb18030"])
def test_insertions_are_in_the_encoding_of_the_part(codec: str) -> None:
    declared = {"utf-8-sig": "UTF-8", "gb18030": "GB18030"}.get(codec, "UTF-16")
    sheet = worksheet(ROW_WITH_TEXT).replace('encoding="UTF-8"', f'encoding="{declared}"')
    parts = workbook_parts({"Sheet1": ""})
    parts[SHEET] = sheet.encode(codec)
    result = annotate_cells(zipped(parts), [_mark("A1")])
    decoded = parts_of(result)[SHEET].decode(codec)
    assert 'EXACT($A$1&amp;"","年初预算数"' in decoded
    assert (
        decoded.replace(decoded[decoded.index("<conditionalF") : decoded.index("</worksheet>")], "") == sheet
    )


ROW_WITH_TEXT = '<row r="1"><c r="A1" t="str"><v>年初预算数</v></c></row>'


def test_content_types_are_written_as_overrides_whatever_the_defaults_say() -> None:
    parts = workbook_parts()
    types = str(parts["[Content_Types].xml"]).replace("application/xml", f"{SPREADSHEET}.sheet.main+xml")
    types = re.sub('<Default Extension="rels"[^>]*/>', "", types)
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        for name in ("_rels/.rels", "xl/_rels/workbook.xml.rels")
    )
    parts["[Content_Types].xml"] = types.replace("</Types>", overrides + "</Types>")
    package = Package.open(annotate_cells(zipped(parts), [_mark()]))
    assert package.content_type("xl/comments1.xml") == f"{SPREADSHEET}.comments+xml"
    assert package.content_type("xl/drawings/vmlDrawing1.vml").endswith("vmlDrawing")
    assert package.content_type("xl/worksheets/_rels/sheet1.xml.rels").endswith("relationships+xml")
    assert package.declares("xl/worksheets/_rels/sheet1.xml.rels")


def test_a_part_name_that_a_stray_override_claims_is_not_used() -> None:
    parts = workbook_parts()
    stray = f'<Override PartName="/xl/comments1.xml" ContentType="{SPREADSHEET}.comments+xml"/></Types>'
    parts["[Content_Types].xml"] = str(parts["[Content_Types].xml"]).replace("</Types>", stray)
    assert "xl/comments2.xml" in parts_of(annotate_cells(zipped(parts), [_mark()]))


def test_a_dangling_styles_relationship_gets_the_part_it_awaits() -> None:
    parts = workbook_parts()
    rels = [("rId1", "worksheet", "worksheets/sheet1.xml"), ("rId5", "styles", "looks/styles.xml")]
    parts["xl/_rels/workbook.xml.rels"] = relationships(rels)
    after = parts_of(annotate_cells(zipped(parts), [_mark()]))
    assert b"<dxfs" in after["xl/looks/styles.xml"]
    assert after["xl/_rels/workbook.xml.rels"].count(b"/styles") == 2


def test_formats_are_appended_so_that_no_index_changes() -> None:
    styles = (
        f'<x:styleSheet xmlns:x="{MAIN}">'
        + prefixed(
            '<cellStyles count="1"><cellStyle name="a" xfId="0"/></cellStyles><dxfs count="1"><dxf><fill/></dxf></dxfs>'
            '<tableStyles count="0"/>',
            "x",
        )
        + "</x:styleSheet>"
    )
    parts = with_part(
        workbook_parts(), "xl/workbook.xml", "styles", "xl/styles.xml", styles, f"{SPREADSHEET}.styles+xml"
    )
    result = annotate_cells(zipped(parts), [_mark("A1"), _mark("A2", "提示"), _mark("B1")])
    dxfs = _tree(result, "xl/styles.xml").find("m:dxfs", NS)
    assert dxfs is not None
    assert dxfs.get("count") == "3"
    assert len(dxfs) == 3
    assert [rule.get("dxfId") for rule in _tree(result, SHEET).iterfind(".//m:cfRule", NS)] == ["1", "1", "2"]


def test_macro_projects_are_copied_and_their_workbook_stays_one() -> None:
    parts = workbook_parts()
    content_type = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    types = str(parts["[Content_Types].xml"]).replace(f"{SPREADSHEET}.sheet.main+xml", content_type)
    parts["[Content_Types].xml"] = types
    kind = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
    parts = with_part(
        parts,
        "xl/workbook.xml",
        kind,
        "xl/vbaProject.bin",
        b"\xd0\xcf",
        "application/vnd.ms-office.vbaProject",
    )
    package = Package.open(annotate_cells(zipped(parts), [_mark()]))
    assert package.kind == "xlsm"
    assert package.read("xl/vbaProject.bin") == b"\xd0\xcf"


def test_calculation_chain_and_cached_values_stay() -> None:
    chain = f'<calcChain xmlns="{MAIN}"><c r="B2" i="1"/></calcChain>'
    parts = with_part(
        workbook_parts(),
        "xl/workbook.xml",
        "calcChain",
        "xl/calcChain.xml",
        chain,
        f"{SPREADSHEET}.calcChain+xml",
    )
    after = parts_of(annotate_cells(zipped(parts), [_mark("B2")]))
    assert after["xl/calcChain.xml"].decode() == chain
    assert b"<f>B1*2</f><v>25</v>" in after[SHEET]
    assert b"fullCalcOnLoad" not in after["xl/workbook.xml"]


@pytest.mark.parametrize("name", ["人员 情况", "O&apos;Brien &amp; Co", "😀表", "R1C1"])
def test_sheets_of_any_name_are_found(name: str) -> None:
    parts = workbook_parts({name: worksheet()})
    plain = name.replace("&apos;", "'").replace("&amp;", "&")
    assert _rules(annotate_cells(zipped(parts), [_mark(sheet=plain)]))


def test_three_hundred_sheets_are_marked_in_their_order() -> None:
    names = [f"表{number}" for number in range(300)]
    source = zipped(workbook_parts({name: worksheet() for name in names}))
    result = annotate_cells(source, [_mark(sheet=name) for name in reversed(names)])
    package = Package.open(result)
    drawings = [name for name in package.names if name.endswith(".vml")]
    blocks = [re.findall(rb'idmap v:ext="edit" data="(\d+)"', package.read(name))[0] for name in drawings]
    assert len(set(blocks)) == 300
    assert [sheet.name for sheet in package.sheets] == names


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        (_mark(sheet="无此表"), "无此表"),
        (_mark(cell="12"), "12"),
        (_mark(level="严重"), "严重"),
        (_mark(sheet="图表"), "图表"),
    ],
)
def test_a_mark_that_has_no_cell_is_an_error_naming_it(mark: Mark, words: str) -> None:
    parts = workbook_parts({"Sheet1": worksheet(), "图表": "<chartsheet/>"})
    rels = str(parts["xl/_rels/workbook.xml.rels"])
    second = f'{REL}/worksheet" Target="worksheets/sheet2.xml'
    parts["xl/_rels/workbook.xml.rels"] = rels.replace(second, second.replace("/worksheet", "/chartsheet", 1))
    with pytest.raises(ValueError, match=words):
        annotate_cells(zipped(parts), [mark])


def test_a_damaged_sheet_is_refused_and_nothing_is_written() -> None:
    with pytest.raises(Unreadable) as caught:
        annotate_cells(zipped(workbook_parts({"Sheet1": "<worksheet><sheetData>"})), [_mark()])
    assert caught.value.reason == "xml_damaged"


def test_boxes_are_large_enough_for_their_text() -> None:
    short, long = _mark("A1", text="短"), _mark("B2", text="支出预算数与决算数相差较大，请说明原因。" * 12)
    drawing = parts_of(annotate_cells(zipped(workbook_parts()), [short, long]))["xl/drawings/vmlDrawing1.vml"]
    heights = [float(found) for found in re.findall(rb";height:([0-9.]+)pt", drawing)]
    # 240 Han characters of 9 points, 23 to a line of 280 pixels, with a head and a foot line.
    assert heights[0] < 60
    assert heights[1] > 12 * 12 + 24


def test_endless_texts_are_cut_and_forbidden_characters_left_out() -> None:
    result = annotate_cells(zipped(workbook_parts()), [_mark("A1", text="\x00\ud800甲" * 40_000)])
    assert 10_000 < len(_notes(result)["A1"]) < 32_767
    assert "\x00" not in _notes(result)["A1"]


def test_members_that_need_no_change_are_copied_raw() -> None:
    source = zipped({**workbook_parts(), "media/seal.png": b"\x89PNG" + bytes(200)})
    packed = {member.name: member.crc for member in Archive.open(source).members}
    result = Archive.open(annotate_cells(source, [_mark()]))
    names = [member.name for member in result.members]
    assert names[: len(packed)] == list(packed)
    kept = next(member for member in result.members if member.name == "media/seal.png")
    assert (kept.crc, kept.date) == (packed["media/seal.png"], Archive.open(source).members[-1].date)
