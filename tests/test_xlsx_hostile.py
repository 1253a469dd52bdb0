"""Hostile parts: numbers of thousands of digits, deep nesting, fields shorter than they say."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Iterator

import pytest
from packages import MAIN, SPREADSHEET, with_note, with_part, zipped

from xlsx_eval.errors import Unreadable
from xlsx_eval.xlsx import Mark, annotate_cells, strip_marks
from xlsx_eval.xlsx.read.sniff import sniff
from xlsx_eval.xlsx.read.workbook import read_book

MARKS = [Mark("Sheet1", "B1", "错误", "合计不符。"), Mark("Sheet1", "A3", "提示", "已按数字读取。")]
_NUMBER = re.compile(r'(?:"|>|:)[A-Z]*(\d+)(?=["<])')


def _parts() -> dict[str, str]:
    """A workbook with every kind of number that reading or marking looks at."""
    styles = (
        f'<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="0.0"/></numFmts>'
        '<fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0"/></cellStyleXfs><cellXfs count="1"><xf numFmtId="164" fontId="0"/>'
        '</cellXfs><dxfs count="1"><dxf><font/></dxf></dxfs></styleSheet>'
    )
    strings = f'<sst xmlns="{MAIN}"><si><t>年初预算数</t></si></sst>'
    parts = with_note()
    book = "xl/workbook.xml"
    parts = with_part(parts, book, "styles", "xl/styles.xml", styles, f"{SPREADSHEET}.styles+xml")
    parts = with_part(
        parts, book, "sharedStrings", "xl/sharedStrings.xml", strings, f"{SPREADSHEET}.sharedStrings+xml"
    )
    drawn = {name: data if isinstance(data, str) else data.decode() for name, data in parts.items()}
    sheet = drawn["xl/worksheets/sheet1.xml"]
    sheet = sheet.replace("<sheetData>", '<cols><col min="1" max="2" width="9"/></cols><sheetData>')
    third = '<row r="3" ht="15"><c r="A3" s="0" t="s"><v>0</v></c></row></sheetData>'
    rule = '<cfRule type="cellIs" dxfId="0" priority="1"><formula>1</formula></cfRule>'
    rule = f'<conditionalFormatting sqref="A9">{rule}</conditionalFormatting>'
    drawn["xl/worksheets/sheet1.xml"] = sheet.replace("</sheetData>", third + rule)
    name = '<definedNames><definedName name="a" localSheetId="0">Sheet1!$A$1</definedName></definedNames>'
    drawn[book] = drawn[book].replace("</sheets>", f"</sheets>{name}")
    return drawn


def _answers(data: bytes) -> Iterator[str]:
    """What reading, marking and stripping come to: done, or the reason it was refused for."""
    for work in (read_book, lambda one: annotate_cells(one, MARKS), strip_marks):
        try:
            work(data)
        except Unreadable as error:
            yield error.reason
        else:
            yield "done"


def test_a_sheet_id_of_five_thousand_digits_is_damage() -> None:
    parts = _parts()
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace('sheetId="1"', f'sheetId="{"1" * 5000}"')
    assert list(_answers(zipped(parts))) == ["xml_damaged"] * 3


def test_no_number_of_five_thousand_digits_is_an_error_of_the_program() -> None:
    parts, tried = _parts(), 0
    for name, text in parts.items():
        for match in _NUMBER.finditer(text):
            data = zipped({**parts, name: text[: match.start(1)] + "1" * 5000 + text[match.end(1) :]})
            assert set(_answers(data)) <= {"done", "xml_damaged", "damaged"}, (name, match[0])
            tried += 1
    assert tried > 20


@pytest.mark.parametrize("depth", [100, 990, 3000])
def test_deep_nesting_is_marked_and_stripped_in_every_part(depth: int) -> None:
    parts = _parts()
    for name in ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/comments1.xml"):
        at = parts[name].rindex("</")
        nested = f"<extLst>{'<a>' * depth}{'</a>' * depth}</extLst>"
        data = zipped({**parts, name: parts[name][:at] + nested + parts[name][at:]})
        assert list(_answers(data)) == ["done"] * 3, name
        assert strip_marks(annotate_cells(data, MARKS)) == data or name == "xl/styles.xml"


def test_a_deeply_nested_conditional_format_is_compared_with_ours() -> None:
    parts = _parts()
    nested = f"<dxf><font/>{'<a>' * 990}{'</a>' * 990}</dxf>"
    parts["xl/styles.xml"] = parts["xl/styles.xml"].replace("<dxf><font/></dxf>", nested)
    assert list(_answers(zipped(parts))) == ["done"] * 3


@pytest.mark.parametrize(("says", "holds"), [(24, 8), (16, 0), (8, 7), (65535, 4)])
def test_a_zip64_field_shorter_than_it_says_is_damage(says: int, holds: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in _parts().items():
            archive.writestr(name, text)
    data = bytearray(out.getvalue())
    end = data.rindex(b"PK\x05\x06")
    size, start = struct.unpack_from("<2L", data, end + 12)
    field = struct.pack("<2H", 1, says) + bytes(holds)
    (name_size,) = struct.unpack_from("<H", data, start + 28)
    struct.pack_into("<H", data, start + 30, len(field))
    struct.pack_into("<L", data, end + 12, size + len(field))
    data[start + 46 + name_size : start + 46 + name_size] = field
    assert sniff(bytes(data)) == "truncated"
    assert list(_answers(bytes(data))) == ["truncated"] * 3
