"""Reading a workbook's bytes into a Book: what is stored in every cell, whoever wrote the file."""

from __future__ import annotations

import contextlib
import io
import struct
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from compound_files import compound
from hypothesis import given, settings
from hypothesis import strategies as st
from other_readers import differences

from xlsx_eval.cell import CellRef, ErrorValue
from xlsx_eval.errors import Unreadable
from xlsx_eval.xlsx.package.archive import Archive, Limits
from xlsx_eval.xlsx.read.biff import check_xlsb, xls_sheets
from xlsx_eval.xlsx.read.book import Book, Cell, SheetData
from xlsx_eval.xlsx.read.shared_formulas import SharedFormula
from xlsx_eval.xlsx.read.workbook import read_book

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
CORPUS = Path(__file__).resolve().parents[1].parent / "shared" / "corpus"
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def raw_parts(
    rows: str = "",
    *,
    before: str = "",
    after: str = "",
    strings: str | None = None,
    styles: str | None = None,
    workbook: str = "",
    names: str = "",
    uri: str = MAIN,
    office: str = OFFICE,
) -> dict[str, str | bytes]:
    """Parts of a workbook with one sheet 基础数据 holding `rows`, written as given."""
    linked = [("sheet1", "worksheet", "worksheets/sheet1.xml")]
    linked += [("strings", "sharedStrings", "sharedStrings.xml")] * (strings is not None)
    linked += [("styles", "styles", "styles.xml")] * (styles is not None)
    rels = "".join(f'<Relationship Id="{i}" Type="{office}/{kind}" Target="{to}"/>' for i, kind, to in linked)
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/xl/workbook.xml" ContentType="{WORKBOOK_TYPE}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{RELS}"><Relationship Id="r1" Type="{office}/officeDocument"'
        ' Target="xl/workbook.xml"/></Relationships>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELS}">{rels}</Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{uri}" xmlns:r="{office}">{workbook}<sheets>'
        f'<sheet name="基础数据" sheetId="1" r:id="sheet1"/></sheets>{names}</workbook>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{uri}">{before}<sheetData>{rows}</sheetData>{after}'
        "</worksheet>",
    }
    if strings is not None:
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{uri}">{strings}</sst>'
    if styles is not None:
        parts["xl/styles.xml"] = f'<styleSheet xmlns="{uri}">{styles}</styleSheet>'
    return parts


def read_rows(rows: str, **more: str) -> SheetData:
    """The sheet read back from raw row markup."""
    return read_book(packed(raw_parts(rows, **more))).sheets[0]


def cell(sheet: SheetData, row: int, column: int) -> Cell:
    return sheet.cells[row, column]


def test_values_of_every_type_come_as_stored() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet("基础数据")
        sheet.write_row(0, 0, [1234.5, "三公经费", True, -0.0])
        sheet.write_formula(1, 0, "=A1*2", None, 2469)
        sheet.write_formula(1, 1, "=1/0", None, "#DIV/0!")
    sheet = read_book(buffer.getvalue()).sheets[0]
    assert [cell(sheet, 1, column).value for column in (1, 2, 3, 4)] == [1234.5, "三公经费", True, 0]
    assert (cell(sheet, 2, 1).value, cell(sheet, 2, 1).formula) == (2469.0, "A1*2")
    assert str(cell(sheet, 2, 2).value) == "#DIV/0!"


def test_a_file_that_is_no_workbook_is_refused_with_its_reason() -> None:
    with pytest.raises(Unreadable) as raised:
        read_book(b"%PDF-1.7")
    assert raised.value.reason == "pdf"


def test_a_raw_sheet_is_read() -> None:
    assert read_rows('<row r="1"><c r="B1"><v>2</v></c></row>').cells[1, 2].value == 2
    assert isinstance(read_book(packed(raw_parts())), Book)


# ---------------------------------------------------------------- text


def test_rich_text_is_joined_and_phonetic_readings_are_left_out() -> None:
    strings = (
        "<si><r><t>三公</t></r><r><rPr><b/></rPr><t>经费</t></r><rPh sb='0' eb='1'><t>サンコウ</t></rPh>"
        "<phoneticPr fontId='1'/></si>"
    )
    assert read_rows('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', strings=strings).cells[1, 1].value == (
        "三公经费"
    )


def test_inline_strings_are_read_as_text_too() -> None:
    inline = "<is><r><t>年初</t></r><r><t>预算数</t></r><rPh sb='0' eb='1'><t>x</t></rPh></is>"
    sheet = read_rows(f'<row r="1"><c r="A1" t="inlineStr">{inline}</c></row>')
    assert cell(sheet, 1, 1).value == "年初预算数"


def test_escaped_characters_are_decoded_once() -> None:
    strings = "<si><t>a_x000D_b_x4e00__x005F_x000D__xD83D__xDE00__xD83D_</t></si>"
    sheet = read_rows('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', strings=strings)
    assert cell(sheet, 1, 1).value == "a\rb一_x000D_😀\ufffd"


def test_spaces_at_the_ends_count_only_where_xml_space_preserves_them() -> None:
    strings = '<si><t> a </t></si><si><t xml:space="preserve"> b </t></si><si><t>\u3000c\xa0</t></si>'
    strings += '<si><r><t>d </t></r><r><t xml:space="preserve"> e</t></r></si>'
    cells = "".join(f'<c r="{letter}1" t="s"><v>{index}</v></c>' for index, letter in enumerate("ABCD"))
    sheet = read_rows(f'<row r="1">{cells}</row>', strings=strings)
    assert [cell(sheet, 1, column).value for column in (1, 2, 3, 4)] == ["a", " b ", "\u3000c\xa0", "d e"]


def test_a_shared_string_that_is_not_there_is_damage_and_never_a_blank() -> None:
    with pytest.raises(Unreadable) as raised:
        read_rows('<row r="1"><c r="B7" t="s"><v>3</v></c></row>', strings="<si><t>a</t></si>")
    assert raised.value.reason == "xml_damaged"
    assert "B7" in raised.value.detail


def test_rare_characters_survive() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        book.add_worksheet().write(0, 0, "𠮷林省😀é")
    assert read_book(buffer.getvalue()).sheets[0].cells[1, 1].value == "𠮷林省😀é"


# ---------------------------------------------------------------- formulas and their results


def test_a_formula_without_a_cached_value_is_told_from_a_blank() -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["A1"] = "=SUM(B1:C1)"
    buffer = io.BytesIO()
    book.save(buffer)
    found = read_book(buffer.getvalue()).sheets[0].cells[1, 1]
    assert (found.formula, found.value, found.cached) == ("SUM(B1:C1)", None, False)


def test_a_formula_whose_result_is_empty_text_is_cached() -> None:
    sheet = read_rows('<row r="1"><c r="A1" t="str"><f>IF(B1="","",B1)</f><v></v></c></row>')
    assert (cell(sheet, 1, 1).value, cell(sheet, 1, 1).cached) == ("", True)


def test_shared_formulas_are_written_out_for_each_cell() -> None:
    sheet = read_rows(
        '<row r="2"><c r="C2"><f t="shared" ref="C2:C4" si="0">A2+$B$1+A$1+$B2</f><v>1</v></c></row>'
        '<row r="3"><c r="C3"><f t="shared" si="0"/><v>2</v></c></row>'
        '<row r="4"><c r="C4"><f t="shared" si="0"/><v>3</v></c><c r="D4"><f t="shared" si="0"/><v>4</v></c></row>'
    )
    assert cell(sheet, 2, 3).formula == "A2+$B$1+A$1+$B2"
    assert cell(sheet, 4, 3).formula == "A4+$B$1+A$1+$B4"
    assert cell(sheet, 4, 4).formula == "B4+$B$1+B$1+$B4"


def test_a_shared_formula_used_before_it_is_defined_is_written_out() -> None:
    sheet = read_rows(
        '<row r="1"><c r="A1"><f t="shared" si="7"/><v>1</v></c></row>'
        '<row r="2"><c r="A2"><f t="shared" ref="A1:A2" si="7">B2*2</f><v>1</v></c></row>'
    )
    assert cell(sheet, 1, 1).formula == "B1*2"


def test_a_shared_formula_that_is_defined_nowhere_leaves_its_value() -> None:
    sheet = read_rows('<row r="1"><c r="A1"><f t="shared" si="9"/><v>4</v></c></row>')
    assert (cell(sheet, 1, 1).value, cell(sheet, 1, 1).formula) == (4, None)


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("SUM(A1:B2)", "SUM(B3:C4)"),
        ("IF(A1=\"A1\",Sheet1!A1,'A1 表'!A1)", "IF(B3=\"A1\",Sheet1!B3,'A1 表'!B3)"),
        ("LOG10(A1)+A1B+_A1+年1", "LOG10(B3)+A1B+_A1+年1"),
        ("SUM(A:A,$A:$A,A:$B)", "SUM(B:B,$A:$A,B:$B)"),
        ("SUM(1:1,$1:$1,2:$3)", "SUM(3:3,$1:$1,4:$3)"),
        ("表1[A1]+表1[[#This Row],[B2]]+[1]Sheet1!A1", "表1[A1]+表1[[#This Row],[B2]]+[1]Sheet1!B3"),
        ("A1%&a1", "B3%&B3"),
        ("1.5*A1+1E5", "1.5*B3+1E5"),
        ("A1048575", "#REF!"),
        ("XFD1", "#REF!"),
        ("基础数据.A1+A1.5", "基础数据.A1+A1.5"),
    ],
)
def test_only_relative_references_move(text: str, moved: str) -> None:
    assert SharedFormula(text, CellRef(1, 1)).at(3, 2).upper() == moved.upper()


def test_an_array_formula_stands_in_its_first_cell() -> None:
    sheet = read_rows(
        '<row r="1"><c r="A1"><f t="array" ref="A1:B1">TRANSPOSE(D1:D2)</f><v>1</v></c><c r="B1"><v>2</v></c></row>'
    )
    assert cell(sheet, 1, 1).formula == "TRANSPOSE(D1:D2)"
    assert (cell(sheet, 1, 2).formula, cell(sheet, 1, 2).value) == (None, 2)


def test_a_formula_written_with_an_equals_sign_is_given_without() -> None:
    assert read_rows('<row r="1"><c r="A1"><f>=B1</f><v>1</v></c></row>').cells[1, 1].formula == "B1"


# ---------------------------------------------------------------- types and formats


@pytest.mark.parametrize("error", list(ErrorValue))
def test_error_values_are_themselves(error: ErrorValue) -> None:
    sheet = read_rows(f'<row r="1"><c r="A1" t="e"><v>{error.value}</v></c></row>')
    assert cell(sheet, 1, 1).value is error


def test_newer_error_values_count_as_value_errors() -> None:
    sheet = read_rows('<row r="1"><c r="A1" t="e"><v>#SPILL!</v></c></row>')
    assert cell(sheet, 1, 1).value is ErrorValue.VALUE


def test_booleans_are_booleans() -> None:
    sheet = read_rows('<row r="1"><c r="A1" t="b"><v>1</v></c><c r="B1" t="b"><v>0</v></c></row>')
    assert cell(sheet, 1, 1).value is True
    assert cell(sheet, 1, 2).value is False


def test_what_is_no_number_stays_text() -> None:
    sheet = read_rows(
        '<row r="1"><c r="A1"><v>NaN</v></c><c r="B1"><v>1_0</v></c><c r="C1"><v>abc</v></c></row>'
    )
    assert [cell(sheet, 1, column).value for column in (1, 2, 3)] == ["NaN", "1_0", "abc"]


@pytest.mark.parametrize(
    ("iso", "serial"),
    [
        ("2023-05-10", 45056),
        ("2023-05-10T12:00:00", 45056.5),
        ("2023-05-10T12:00:00.000Z", 45056.5),
        ("1900-01-01", 1),
        ("06:00:00", 0.25),
        ("T18:00", 0.75),
    ],
)
def test_iso_dates_become_serials(iso: str, serial: float) -> None:
    assert read_rows(f'<row r="1"><c r="A1" t="d"><v>{iso}</v></c></row>').cells[1, 1].value == serial


def test_iso_dates_follow_the_1904_system() -> None:
    parts = raw_parts(
        '<row r="1"><c r="A1" t="d"><v>2023-05-10</v></c></row>', workbook='<workbookPr date1904="1"/>'
    )
    book = read_book(packed(parts))
    assert book.date1904
    assert book.sheets[0].cells[1, 1].value == 45056 - 1462


def test_number_formats_and_locks_come_from_the_styles() -> None:
    styles = (
        '<numFmts count="1"><numFmt numFmtId="176" formatCode="0.0%"/></numFmts>'
        '<cellStyleXfs count="1"><xf numFmtId="3"><protection locked="0"/></xf></cellStyleXfs>'
        '<cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="176"><protection locked="0"/></xf>'
        '<xf numFmtId="31"><alignment/><protection hidden="1"/></xf><xf numFmtId="4"/></cellXfs>'
        '<dxfs count="1"><dxf><numFmt numFmtId="176" formatCode="wrong"/><protection locked="0"/></dxf></dxfs>'
    )
    cells = "".join(
        f'<c r="{letter}1" s="{style}"><v>1</v></c>' for letter, style in zip("ABCDE", "01239", strict=True)
    )
    sheet = read_rows(f'<row r="1">{cells}</row>', styles=styles)
    found = [(cell(sheet, 1, column).number_format, cell(sheet, 1, column).locked) for column in range(1, 6)]
    chinese = 'yyyy"年"m"月"d"日"'
    assert found == [
        ("General", True),
        ("0.0%", False),
        (chinese, True),
        ("#,##0.00", True),
        ("General", True),
    ]


def test_a_workbook_without_styles_or_strings_is_read() -> None:
    sheet = read_rows('<row r="1"><c r="A1" s="5"><v>1</v></c></row>')
    assert (cell(sheet, 1, 1).number_format, cell(sheet, 1, 1).locked) == ("General", True)


# ---------------------------------------------------------------- places


def test_rows_and_cells_without_r_follow_one_another() -> None:
    sheet = read_rows(
        "<row><c><v>1</v></c><c/><c><v>3</v></c></row><row/><row><c r='D3'><v>4</v></c><c><v>5</v></c></row>"
    )
    assert {place: found.value for place, found in sheet.cells.items()} == {
        (1, 1): 1, (1, 3): 3, (3, 4): 4, (3, 5): 5,
    }  # fmt: skip


def test_blank_formatted_cells_do_not_move_those_without_a_place() -> None:
    sheet = read_rows(
        '<row r="1"><c r="A1" s="0"/><c><v>2</v></c></row><row r="5" ht="9"/><row><c><v>6</v></c></row>'
    )
    assert set(sheet.cells) == {(1, 2), (6, 1)}


def test_a_wrong_dimension_is_not_believed() -> None:
    sheet = read_rows('<row r="91"><c r="Z91"><v>1</v></c></row>', before='<dimension ref="A1:A1"/>')
    assert set(sheet.cells) == {(91, 26)}


@pytest.mark.parametrize("ref", ["XFE1", "A0", "A1048577", "A", "7", "ÄÄ1", "A-1"])
def test_a_place_outside_the_sheet_is_damage(ref: str) -> None:
    with pytest.raises(Unreadable) as raised:
        read_rows(f'<row r="1"><c r="{ref}"><v>1</v></c></row>')
    assert raised.value.reason == "xml_damaged"


def test_text_that_looks_like_a_blank_cell_is_text() -> None:
    inline = '<c r="A1" t="inlineStr"><is><t><![CDATA[x<c r="B1"/>y]]></t></is></c>'
    assert read_rows(f'<row r="1">{inline}</row>').cells[1, 1].value == 'x<c r="B1"/>y'


def test_merges_hidden_parts_and_protection_are_told() -> None:
    sheet = read_rows(
        '<row r="1" hidden="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>'
        '<row r="900" hidden="1"/>',
        before='<cols><col min="2" max="3" hidden="1"/><col min="5" max="5" width="9"/></cols>',
        after='<sheetProtection sheet="1" objects="1"/><mergeCells><mergeCell ref="A1:C2"/></mergeCells>',
    )
    assert sheet.merges == ((CellRef(1, 1), CellRef(2, 3)),)
    assert (sheet.hidden_rows, sheet.hidden_columns) == (frozenset({1}), frozenset({2, 3}))
    assert sheet.protected
    assert not read_rows("", after='<sheetProtection objects="1"/>').protected


# ---------------------------------------------------------------- the workbook


def test_names_are_global_or_belong_to_a_sheet_of_any_kind() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        book.add_worksheet("基础数据").write(0, 0, 1)
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=基础数据!$A$1:$A$2"})
        book.add_chartsheet("图").set_chart(chart)
        book.add_worksheet("评分表").hide()
        book.define_name("年初预算数", "=基础数据!$D$8")
        book.define_name("评分表!年初预算数", "=评分表!$E$5")
    found = read_book(buffer.getvalue())
    assert found.names == {"年初预算数": "基础数据!$D$8"}
    assert found.local_names == {("评分表", "年初预算数"): "评分表!$E$5"}
    assert [(sheet.name, sheet.state) for sheet in found.sheets] == [
        ("基础数据", "visible"),
        ("评分表", "hidden"),
    ]


def test_properties_protection_links_and_signatures_are_told() -> None:
    parts = raw_parts(
        workbook='<workbookProtection lockStructure="1"/>',
        names='<externalReferences><externalReference r:id="x1"/></externalReferences>',
    )
    rels = str(parts["xl/_rels/workbook.xml.rels"])
    link = f'<Relationship Id="x1" Type="{OFFICE}/externalLink" Target="externalLinks/externalLink1.xml"/>'
    parts["xl/_rels/workbook.xml.rels"] = rels.replace("</Rel", f"{link}</Rel")
    parts["xl/externalLinks/externalLink1.xml"] = f'<externalLink xmlns="{MAIN}"/>'
    parts["xl/externalLinks/_rels/externalLink1.xml.rels"] = (
        f'<Relationships xmlns="{RELS}"><Relationship Id="rId1" Type="{OFFICE}/externalLinkPath" '
        'Target="file:///D:/去年.xlsx" TargetMode="External"/></Relationships>'
    )
    parts["_rels/.rels"] = str(parts["_rels/.rels"]).replace(
        "</Rel",
        f'<Relationship Id="c" Type="{OFFICE}/custom-properties" Target="docProps/custom.xml"/><Relationship Id="s" '
        'Type="http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/origin" '
        'Target="_xmlsignatures/origin.sigs"/></Rel',
    )
    parts["docProps/custom.xml"] = (
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
        'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
        '<property name="KSOProductBuildVer"><vt:lpwstr>2052-12.1.0</vt:lpwstr></property></Properties>'
    )
    book = read_book(packed(parts))
    assert book.structure_locked
    assert book.signed
    assert book.external_links == ("file:///D:/去年.xlsx",)
    assert book.properties == {"KSOProductBuildVer": "2052-12.1.0"}


# ---------------------------------------------------------------- how files come


def test_strict_workbooks_are_read() -> None:
    strings = "<si><t>严格</t></si>"
    parts = raw_parts(
        '<row r="1"><c r="A1" t="s"><v>0</v></c></row>',
        strings=strings,
        uri=STRICT_MAIN,
        office=STRICT_OFFICE,
    )
    assert read_book(packed(parts)).sheets[0].cells[1, 1].value == "严格"


def test_prefixed_elements_are_read() -> None:
    parts = raw_parts()
    parts["xl/worksheets/sheet1.xml"] = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="A1"><x:v>5</x:v></x:c></x:row>'
        "</x:sheetData></x:worksheet>"
    )
    assert read_book(packed(parts)).sheets[0].cells[1, 1].value == 5


def test_elements_of_other_namespaces_are_no_cells() -> None:
    sheet = read_rows('<row r="1"><c r="A1"><v>1</v><o:v xmlns:o="urn:o">2</o:v></c></row>')
    assert cell(sheet, 1, 1).value == 1


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-8-sig"])
def test_parts_in_other_encodings_are_read(codec: str) -> None:
    parts = raw_parts('<row r="1"><c r="A1" t="inlineStr"><is><t>预算</t></is></c></row>')
    declared = "UTF-8" if codec == "utf-8-sig" else "UTF-16"
    for name in ("xl/workbook.xml", "xl/worksheets/sheet1.xml"):
        parts[name] = f'<?xml version="1.0" encoding="{declared}"?>{parts[name]!s}'.encode(codec)
    book = read_book(packed(parts))
    assert (book.sheets[0].name, book.sheets[0].cells[1, 1].value) == ("基础数据", "预算")


def test_entities_never_expand_and_document_types_are_refused() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;">]>'
    for name in ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml"):
        parts = raw_parts(strings="<si><t>a</t></si>", styles="")
        parts[name] = bomb + str(parts[name])
        with pytest.raises(Unreadable) as raised:
            read_book(packed(parts))
        assert raised.value.reason == "hostile", name


def test_external_entities_are_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    parts = raw_parts('<row r="1"><c r="A1" t="str"><v>&x;</v></c></row>')
    doctype = f'<!DOCTYPE w [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    parts["xl/worksheets/sheet1.xml"] = doctype + str(parts["xl/worksheets/sheet1.xml"])
    with pytest.raises(Unreadable) as raised:
        read_book(packed(parts))
    assert raised.value.reason == "hostile"


def test_damaged_xml_names_its_part() -> None:
    parts = raw_parts()
    parts["xl/worksheets/sheet1.xml"] = "<worksheet><sheetData>"
    with pytest.raises(Unreadable) as raised:
        read_book(packed(parts))
    assert raised.value.reason == "xml_damaged"
    assert "xl/worksheets/sheet1.xml" in raised.value.detail


def test_a_sheet_without_its_part_is_damage() -> None:
    parts = raw_parts()
    del parts["xl/worksheets/sheet1.xml"]
    with pytest.raises(Unreadable) as raised:
        read_book(packed(parts))
    assert raised.value.reason == "xml_damaged"


# ---------------------------------------------------------------- limits


def test_a_million_formatted_empty_rows_cost_little_time_and_keep_no_cell() -> None:
    rows = "".join(
        f'<row r="{row}" s="3" customFormat="1"><c r="A{row}" s="3"/></row>' for row in range(1, 1048577)
    )
    data = packed(raw_parts(f'{rows[:-6]}<c r="B1048576"><v>1</v></c></row>'))
    start = time.process_time()
    sheet = read_book(data).sheets[0]
    assert set(sheet.cells) == {(1048576, 2)}
    assert time.process_time() - start < 20


def test_more_cells_than_allowed_are_refused() -> None:
    rows = "".join(f'<row r="{row}"><c r="A{row}"><v>1</v></c></row>' for row in range(1, 12))
    with pytest.raises(Unreadable) as raised:
        read_book(packed(raw_parts(rows)), Limits(cells=10))
    assert raised.value.reason == "too_large"
    assert len(read_book(packed(raw_parts(rows)), Limits(cells=11)).sheets[0].cells) == 11


def test_a_package_that_inflates_too_far_is_refused() -> None:
    parts = raw_parts()
    parts["xl/media/big.bin"] = bytes(2 << 20)
    with pytest.raises(Unreadable) as raised:
        read_book(packed(parts), Limits(total=1 << 20))
    assert raised.value.reason == "too_large"


def test_a_file_larger_than_allowed_is_refused_whatever_it_is() -> None:
    with pytest.raises(Unreadable) as raised:
        read_book(b"a,b\n" * 1000, Limits(total=1000))
    assert raised.value.reason == "too_large"


def test_forty_thousand_merges_take_bounded_time() -> None:
    merges = "".join(f'<mergeCell ref="A{row}:B{row}"/>' for row in range(1, 42001))
    start = time.process_time()
    assert len(read_rows("", after=f"<mergeCells>{merges}</mergeCells>").merges) == 42000
    assert time.process_time() - start < 10


# ---------------------------------------------------------------- other kinds of file


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_is_read_as_one_sheet(codec: str) -> None:
    text = '编码,指标,金额,备注\r\n010,"三公,经费",1234.5,\r\n\r\n,合计,-3,"1,234.50"\r\n'
    book = read_book(text.encode(codec))
    assert book.kind == "csv"
    values = {place: found.value for place, found in book.sheets[0].cells.items() if place[0] > 1}
    assert values == {
        (2, 1): "010", (2, 2): "三公,经费", (2, 3): 1234.5, (4, 2): "合计", (4, 3): -3, (4, 4): "1,234.50",
    }  # fmt: skip


def test_csv_keeps_long_codes_as_text() -> None:
    book = read_book(b"a,b\n123456789012345678,123456789012345\n")
    assert [found.value for found in book.sheets[0].cells.values()] == [
        "a", "b", "123456789012345678", 123456789012345.0,
    ]  # fmt: skip


def open_document(rows: str) -> bytes:
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="基础数据">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    mimetype = "application/vnd.oasis.opendocument.spreadsheet"
    return packed({"mimetype": mimetype, "content.xml": content, "META-INF/manifest.xml": MANIFEST})


def test_an_open_document_is_read() -> None:
    book = read_book(
        open_document(
            '<table:table-row><table:table-cell office:value-type="string"><text:p>预算</text:p></table:table-cell>'
            '<table:table-cell office:value-type="float" office:value="12.5"/>'
            '<table:table-cell office:value-type="date" office:date-value="2023-05-10"/></table:table-row>'
        )
    )
    assert book.kind == "ods"
    sheet = book.sheet("基础数据")
    assert sheet is not None
    assert [sheet.cells[1, column].value for column in (1, 2, 3)] == ["预算", 12.5, 45056]
    assert sheet.cells[1, 3].number_format == "yyyy/m/d"


def test_an_open_document_tells_its_error_values() -> None:
    error = 'office:value-type="string" office:string-value="" calcext:value-type="error"'
    book = read_book(
        open_document(
            '<table:table-row table:number-rows-repeated="2"><table:table-cell office:value-type="float" '
            'office:value="1"/></table:table-row><table:table-row><table:table-cell '
            f'table:number-columns-repeated="2"/><table:table-cell {error}><office:annotation><text:p>注</text:p>'
            f"</office:annotation><text:p>#DIV/0!</text:p></table:table-cell><table:table-cell {error}>"
            "<text:p>Err:502</text:p></table:table-cell></table:table-row>"
        )
    )
    values = {place: found.value for place, found in book.sheets[0].cells.items()}
    assert values == {(1, 1): 1, (2, 1): 1, (3, 3): ErrorValue.DIV0, (3, 4): ErrorValue.VALUE}


def record(number: int, content: bytes) -> bytes:
    return struct.pack("<HH", number, len(content)) + content


def old_workbook(*records: bytes) -> bytes:
    """A .xls whose only sheet, listed after its globals, holds the records."""
    bof = record(0x0809, bytes(16))
    globals_end = len(bof) + 4 + 14
    listed = record(0x0085, struct.pack("<LBBBB", globals_end + 4, 0, 0, 6, 0) + b"Sheet1")
    return compound(
        "Workbook", head=bof + listed + record(0x0A, b"") + bof + b"".join(records) + record(0x0A, b"")
    )


def number_record(row: int, column: int) -> bytes:
    return record(0x0203, struct.pack("<HHHd", row, column, 0, 1.5))


def test_an_old_workbook_tells_its_error_values() -> None:
    formula = struct.pack("<HHH", 1, 2, 0) + b"\x02\0\x07\0\0\0\xff\xff" + bytes(8)
    typed = struct.pack("<HHHBB", 0, 0, 0, 0x2A, 1)
    truth = struct.pack("<HHHBB", 0, 1, 0, 1, 0)
    (sheet,) = xls_sheets(old_workbook(record(0x0205, typed), record(0x0205, truth), record(0x0006, formula)))
    assert sheet.errors == {(1, 1): ErrorValue.NA, (2, 3): ErrorValue.DIV0}
    assert sheet.size == 6


def test_old_workbooks_whose_cells_lie_too_far_apart_are_refused() -> None:
    # Their reader would allocate the whole rectangle and, failing, end the process.
    stray = [
        piece for row in range(0, 60000, 500) for piece in (number_record(row, 0), number_record(row, 255))
    ]
    with pytest.raises(Unreadable) as raised:
        read_book(old_workbook(*stray[:2], *stray[-2:]))
    assert raised.value.reason == "too_large"
    claim = record(0x0200, struct.pack("<LLHHH", 0, 1 << 31, 0, 256, 0))
    with pytest.raises(Unreadable) as raised:
        read_book(old_workbook(claim, number_record(0, 0)))
    assert raised.value.reason == "hostile"


def test_binary_workbooks_whose_cells_lie_too_far_apart_are_refused() -> None:
    def row(number: int, column: int) -> bytes:
        return b"\0\x04" + struct.pack("<L", number) + b"\x05\x10" + struct.pack("<LLd", column, 0, 1.0)

    def archive(part: bytes) -> Archive:
        return Archive.open(
            packed({"xl/worksheets/sheet1.bin": part, "xl/worksheets/_rels/sheet1.bin.rels": ""})
        )

    check_xlsb(archive(row(0, 0) + row(1000, 99)))
    with pytest.raises(Unreadable) as raised:
        check_xlsb(archive(row(0, 0) + row(1048575, 16383)))
    assert raised.value.reason == "too_large"


def test_error_values_of_a_wild_old_workbook_are_told() -> None:
    path = CORPUS / "jazzband+tablib" / "ca0a6e38_errors.xls"
    if not path.exists():
        pytest.skip("no collection of wild workbooks beside the repository")
    sheet = read_book(path.read_bytes()).sheets[0]
    assert [str(sheet.cells[2, column].value) for column in (1, 2, 3, 4)] == [
        "#DIV/0!",
        "#NAME?",
        "#N/A",
        "#N/A",
    ]


MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry '
    'manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
    "</manifest:manifest>"
)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"PK\x03\x04" + bytes(40), "truncated"),
        (b"\x89PNG\r\n\x1a\n" + bytes(9), "picture"),
        (b"\x00\x01binary", "not_a_workbook"),
        (packed({"甲.xlsx": b"x"}), "zip_of_workbooks"),
        (packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), "damaged"),
    ],
)
def test_each_unreadable_file_has_its_own_reason(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as raised:
        read_book(data)
    assert raised.value.reason == reason


# ---------------------------------------------------------------- properties


@given(
    st.lists(
        st.one_of(
            st.floats(-1e300, 1e300),
            st.booleans(),
            st.text(
                st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=("Cs", "Cc")),
                max_size=20,
            ).filter(
                lambda text: (
                    "_x" not in text
                    and not text.startswith(("=", "{", "http", "ftp", "mailto", "inter", "exter"))
                )
            ),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_what_is_written_is_read_back(values: list[float | bool | str]) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        for column, value in enumerate(values):
            sheet.write(0, column, value)
    cells = read_book(buffer.getvalue()).sheets[0].cells
    written = {(1, column) for column, value in enumerate(values, 1) if value != ""}
    assert {place for place, cell in cells.items() if cell.value is not None} == written
    for column, value in enumerate(values, 1):
        if value != "":
            found = cells[1, column].value
            assert found == (float(f"{value:.16g}") if isinstance(value, float) else value)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.binary(min_size=1, max_size=6))
def test_no_damage_raises_anything_but_unreadable(at: int, noise: bytes) -> None:
    data = bytearray(
        packed(raw_parts('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', strings="<si><t>a</t></si>"))
    )
    at %= len(data)
    data[at : at + len(noise)] = noise
    try:
        book = read_book(bytes(data))
    except Unreadable:
        return
    assert book.kind in ("xlsx", "csv")


# ---------------------------------------------------------------- wild workbooks
SMALL = 50_000
"""Larger files are compared by bench/agreement.py; comparing takes ten times as long as reading."""


def wild_files() -> list[Path]:
    if not CORPUS.exists():
        pytest.skip("no collection of wild workbooks beside the repository")
    return sorted(path for path in CORPUS.glob("*/*") if path.is_file())


def test_every_wild_file_is_read_or_refused_in_time() -> None:
    slow = []
    for path in wild_files():
        start = time.process_time()
        with contextlib.suppress(Unreadable):
            read_book(path.read_bytes())
        if time.process_time() - start > 5:
            slow.append(path.name)
    assert slow == []


def test_wild_values_agree_with_two_other_readers() -> None:
    unexplained = []
    for path in wild_files():
        if path.stat().st_size <= SMALL and path.suffix in (".xlsx", ".xlsm"):
            unexplained += [(path.name, found) for found in differences(path.read_bytes()) if not found.kind]
    assert unexplained == []
