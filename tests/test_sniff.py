"""What a file is, told by content: every name a department may give it lies."""

from __future__ import annotations

import csv
import io
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
import xlsxwriter
from compound_files import compound
from hypothesis import given
from hypothesis import strategies as st

from xlsx_eval.xlsx.read.sniff import sniff

SHARED = Path(__file__).resolve().parents[1].parent / "shared"


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def package(content_type: str) -> bytes:
    types = f'<Types><Override PartName="/xl/workbook.xml" ContentType="{content_type}"/></Types>'
    return zipped({"[Content_Types].xml": types, "xl/workbook.xml": "<workbook/>"})


def workbook() -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        book.add_worksheet("基础数据").write(0, 0, "年初预算数")
    return buffer.getvalue()


BOF = struct.pack("<HH", 0x0809, 16) + bytes(16)
FILE_PASS = struct.pack("<HH", 0x2F, 6) + bytes(6)


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", "xlsx"),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml", "xltx"),
        ("application/vnd.ms-excel.sheet.macroEnabled.main+xml", "xlsm"),
        ("application/vnd.ms-excel.template.macroEnabled.main+xml", "xltm"),
        ("application/vnd.ms-excel.addin.macroEnabled.main+xml", "xlsm"),
        ("application/vnd.ms-excel.sheet.binary.macroEnabled.main", "xlsb"),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml", "docx"),
        (
            "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml",
            "other_office",
        ),
    ],
)
def test_a_package_is_what_its_content_type_says(content_type: str, kind: str) -> None:
    assert sniff(package(content_type)) == kind


def test_content_types_may_be_utf16() -> None:
    types = '<?xml version="1.0" encoding="UTF-16"?><Types ContentType="application/vnd.openxmlformats-'
    types += 'officedocument.spreadsheetml.sheet.main+xml"/>'
    assert sniff(zipped({"[Content_Types].xml": types.encode("utf-16")})) == "xlsx"


def test_a_package_without_content_types_is_known_by_its_workbook_part() -> None:
    assert sniff(zipped({"xl/workbook.xml": "<workbook/>"})) == "xlsx"
    assert sniff(zipped({"xl/workbook.bin": b"\1"})) == "xlsb"


def test_a_workbook_embedded_in_a_document_does_not_make_it_a_workbook() -> None:
    types = (
        '<Types><Default Extension="xlsx" ContentType="application/vnd.openxmlformats-officedocument.spread'
        'sheetml.sheet"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
        'officedocument.wordprocessingml.document.main+xml"/></Types>'
    )
    assert sniff(zipped({"[Content_Types].xml": types, "word/embeddings/1.xlsx": workbook()})) == "docx"


def test_open_documents_are_told_apart_by_mimetype_and_manifest() -> None:
    sheet = "application/vnd.oasis.opendocument.spreadsheet"
    assert sniff(zipped({"mimetype": sheet, "content.xml": "<a/>"})) == "ods"
    assert sniff(zipped({"mimetype": f"{sheet}-template"})) == "ods"
    assert sniff(zipped({"mimetype": "application/vnd.oasis.opendocument.text"})) == "other_office"
    manifest = f'<manifest media-type="{sheet}"/>'
    assert sniff(zipped({"META-INF/manifest.xml": manifest, "content.xml": "<a/>"})) == "ods"
    assert sniff(zipped({"mimetype": sheet, "META-INF/manifest.xml": "<encryption-data/>"})) == "encrypted"


def test_ole_streams_tell_encrypted_packages_old_workbooks_and_documents_apart() -> None:
    assert sniff(compound("EncryptionInfo", "EncryptedPackage")) == "encrypted"
    assert sniff(compound("Workbook", head=BOF)) == "xls"
    assert sniff(compound("Book", head=BOF)) == "xls"
    assert sniff(compound("WordDocument")) == "other_office"
    assert sniff(compound("Something")) == "unknown"


def test_an_old_workbook_with_a_password_is_encrypted() -> None:
    assert sniff(compound("Workbook", head=BOF + FILE_PASS)) == "encrypted"


def test_an_old_workbook_cut_off_is_truncated() -> None:
    assert sniff(compound("Workbook", head=BOF, cut=600)) == "truncated"
    assert sniff(compound("Workbook", head=BOF)[:700]) == "truncated"


def test_a_half_copied_workbook_is_truncated() -> None:
    data = workbook()
    assert sniff(data[: len(data) // 2]) == "truncated"
    assert sniff(data[:2]) == "truncated"


def test_nothing_and_nothing_but_zeros_are_empty() -> None:
    assert sniff(b"") == sniff(bytes(4096)) == sniff(b"\r\n ") == "empty"


def test_archives_of_workbooks_are_told_from_other_archives() -> None:
    assert sniff(zipped({"财政局/整体支出.xlsx": workbook()})) == "zip_of_workbooks"
    assert sniff(zipped({"读我.txt": "x"})) == "zip"
    assert sniff(b"Rar!\x1a\x07\x01\x00" + bytes(20) + b"x") == "zip"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7\n", "pdf"),
        (b"\xef\xbb\xbf%PDF-1.4", "pdf"),
        (b"\x89PNG\r\n\x1a\n" + bytes(9), "picture"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "picture"),
        (b"GIF89a..", "picture"),
        (b"BM\x36\x10\0\0\0\0\0\0\x36", "picture"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "other_office"),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>', "other_office"),
        (rb"{\rtf1\ansi", "other_office"),
        (b"\x00\x01\x02\x03\x04", "unknown"),
        ("本单位无此项目".encode(), "unknown"),
    ],
)
def test_other_files_are_named(data: bytes, kind: str) -> None:
    assert sniff(data) == kind


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_delimited_text_is_csv_in_every_usual_encoding(codec: str, separator: str) -> None:
    text = "指标,年初预算数\r\n公用经费,12.5\r\n三公经费,3\r\n".replace(",", separator)
    assert sniff(text.encode(codec)) == "csv"


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"a,b\n"]),
)
def test_no_bytes_make_it_raise(tail: bytes, head: bytes) -> None:
    assert isinstance(sniff(head + tail), str)


@given(st.integers(0, 8000), st.binary(min_size=1, max_size=8))
def test_no_damage_to_an_ole_file_makes_it_raise(at: int, noise: bytes) -> None:
    data = bytearray(compound("Workbook", head=BOF))
    data[at : at + len(noise)] = noise
    assert isinstance(sniff(bytes(data)), str)


def test_wild_workbooks_are_what_the_index_says() -> None:
    index = SHARED / "corpus" / "index.csv"
    if not index.exists():
        pytest.skip("no collection of wild workbooks beside the repository")
    expected = {"ooxml": {"xlsx", "xlsm", "xltx"}, "biff": {"xls"}, "ods": {"ods"}, "xlsb": {"xlsb"}}
    wrong = []
    for row in csv.DictReader(index.open(encoding="utf-8")):
        kind = sniff((SHARED / "corpus" / row["path"]).read_bytes())
        wanted = {"encrypted"} if row["encryption"] else expected.get(row["kind"])
        if wanted and kind not in wanted:
            wrong.append((row["path"].rpartition("/")[2][9:].removeprefix("null_"), kind))
    # The index goes by file name: one is an archive with a single empty member, one a fuzzer cut off.
    assert set(wrong) == {
        ("archive.xlsx", "zip_of_workbooks"),
        ("clusterfuzz-testcase-minimized-POIHSSFFuzzer-6537773940867072.xls", "truncated"),
    }
