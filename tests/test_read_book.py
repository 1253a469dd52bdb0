"""Reading a workbook's bytes into a Book: what is stored in every cell, whoever wrote the file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import pytest
import xlsxwriter

from xlsx_eval.errors import Unreadable
from xlsx_eval.xlsx.book import Book, Cell, SheetData
from xlsx_eval.xlsx.read import read_book

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
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
