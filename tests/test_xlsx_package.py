"""Packages: names, types, relationships and sheets however they are spelt."""

from __future__ import annotations

import pytest
from packages import (
    MAIN,
    PACKAGE_REL,
    REL,
    SPREADSHEET,
    STRICT_MAIN,
    relationships,
    with_part,
    workbook_parts,
    worksheet,
    zipped,
)

from xlsx_eval.errors import Unreadable
from xlsx_eval.xlsx.package.parts import Package, rels_of, resolve


def test_sheets_are_listed_with_state_id_part_and_kind() -> None:
    parts = workbook_parts({"基础数据": worksheet(), "隐藏": worksheet()})
    parts["xl/workbook.xml"] = str(parts["xl/workbook.xml"]).replace(
        'sheetId="2"', 'sheetId="9" state="veryHidden"'
    )
    package = Package.open(zipped(parts))
    assert package.workbook == "xl/workbook.xml"
    assert package.kind == "xlsx"
    assert [(s.name, s.state, s.sheet_id, s.partname, s.kind) for s in package.sheets] == [
        ("基础数据", "visible", 1, "xl/worksheets/sheet1.xml", "worksheet"),
        ("隐藏", "veryHidden", 9, "xl/worksheets/sheet2.xml", "worksheet"),
    ]


@pytest.mark.parametrize(
    "target",
    ["worksheets/sheet1.xml", "/xl/worksheets/sheet1.xml", "Worksheets/SHEET1.xml", "worksheets\\sheet1.xml"],
)
def test_targets_absolute_relative_and_in_other_case_find_the_part(target: str) -> None:
    parts = workbook_parts()
    parts["xl/_rels/workbook.xml.rels"] = relationships([("rId1", "worksheet", target)])
    assert Package.open(zipped(parts)).sheets[0].partname == "xl/worksheets/sheet1.xml"


def test_member_names_with_backslashes_are_kept_and_found() -> None:
    parts = {name.replace("/", "\\"): data for name, data in workbook_parts().items()}
    package = Package.open(zipped(parts))
    assert package.workbook == "xl\\workbook.xml"
    assert package.sheets[0].partname == "xl\\worksheets\\sheet1.xml"
    assert package.read("xl/worksheets/sheet1.xml") == package.read("XL\\worksheets\\sheet1.xml")


def test_strict_types_read_as_transitional_ones() -> None:
    package = Package.open(zipped(workbook_parts(strict=True)))
    assert package.rels(package.workbook)[0].type == f"{REL}/worksheet"
    assert package.parse(package.sheets[0].partname).uri == MAIN
    assert STRICT_MAIN.encode() in package.read(package.workbook)


def test_a_workbook_elsewhere_under_another_prefix_in_utf_16() -> None:
    sheet = worksheet(prefix="x").replace("UTF-8", "UTF-16").encode("utf-16")
    book = (
        f'<?xml version="1.0" encoding="utf-16"?><q:workbook xmlns:q="{MAIN}" xmlns:z="{REL}"><q:sheets>'
        '<q:sheet name="表一" sheetId="1" z:id="R3f2a"/></q:sheets></q:workbook>'
    )
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" '
        f'ContentType="{SPREADSHEET}.sheet.main+xml"/><Override PartName="/data/s.xml" '
        f'ContentType="{SPREADSHEET}.worksheet+xml"/></Types>'
    )
    package = Package.open(
        zipped(
            {
                "_rels/.rels": relationships([("a", "officeDocument", "/data/book.xml")]),
                "data/book.xml": book.encode("utf-16-le"),
                "data/_rels/book.xml.rels": relationships([("R3f2a", "worksheet", "s.xml")]),
                "data/s.xml": sheet,
                "[Content_Types].xml": types,
            }
        )
    )
    assert [(s.name, s.partname) for s in package.sheets] == [("表一", "data/s.xml")]
    assert package.text("data/s.xml").codec == "utf-16-le"
    assert package.content_type("data/book.xml").endswith("sheet.main+xml")


def test_external_and_local_targets_stay_as_written() -> None:
    parts = workbook_parts()
    parts["xl/worksheets/_rels/sheet1.xml.rels"] = (
        f'<Relationships xmlns="{PACKAGE_REL}"><Relationship Id="rId1" Type="{REL}/hyperlink" '
        'Target="http://a.b/c?d=1" TargetMode="External"/><Relationship Id="rId2" '
        f'Type="{REL}/hyperlink" Target="#Sheet1!A1"/></Relationships>'
    )
    rels = Package.open(zipped(parts)).rels("xl/worksheets/sheet1.xml")
    assert [(rel.kind, rel.target, rel.external) for rel in rels] == [
        ("hyperlink", "http://a.b/c?d=1", True),
        ("hyperlink", "#Sheet1!A1", False),
    ]


def test_targets_never_lead_above_the_package() -> None:
    assert resolve("xl/workbook.xml", "../../../etc/passwd") == "etc/passwd"
    assert resolve("", "xl/workbook.xml") == "xl/workbook.xml"
    assert rels_of("") == "_rels/.rels"
    assert rels_of("xl\\workbook.xml") == "xl/_rels/workbook.xml.rels"


def test_macro_workbooks_and_templates_are_told_apart() -> None:
    for kind, content_type in (
        ("xlsm", "application/vnd.ms-excel.sheet.macroEnabled.main+xml"),
        ("xltx", f"{SPREADSHEET}.template.main+xml"),
        ("xltm", "application/vnd.ms-excel.template.macroEnabled.main+xml"),
    ):
        parts = workbook_parts()
        types = str(parts["[Content_Types].xml"])
        parts["[Content_Types].xml"] = types.replace(f"{SPREADSHEET}.sheet.main+xml", content_type)
        assert Package.open(zipped(parts)).kind == kind


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"hello", "not_a_workbook"),
        (zipped({"readme.txt": "x"}), "not_a_workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "not_a_workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (zipped({**workbook_parts(), "_rels/.rels": "<a><b></a>"}), "xml_damaged"),
    ],
)
def test_what_is_no_workbook_is_refused_with_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        Package.open(data)
    assert caught.value.reason == reason


def test_entities_are_never_expanded() -> None:
    parts = workbook_parts()
    parts["xl/workbook.xml"] = '<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + str(
        parts["xl/workbook.xml"]
    )
    with pytest.raises(Unreadable) as caught:
        _ = Package.open(zipped(parts)).sheets
    assert caught.value.reason == "hostile"


def test_a_word_document_is_no_workbook() -> None:
    parts = workbook_parts()
    types = str(parts["[Content_Types].xml"]).replace("spreadsheetml.sheet", "wordprocessingml.document")
    parts["[Content_Types].xml"] = types
    with pytest.raises(Unreadable) as caught:
        Package.open(zipped(parts))
    assert caught.value.reason == "not_a_workbook"


def test_of_two_names_that_differ_in_case_the_one_spelt_so_is_read() -> None:
    parts = {**workbook_parts(), "xl/worksheets/SHEET1.xml": worksheet("")}
    package = Package.open(zipped(parts))
    assert package.sheets[0].partname == "xl/worksheets/sheet1.xml"
    assert package.read("xl/worksheets/SHEET1.xml") != package.read("xl/worksheets/sheet1.xml")


def test_overrides_for_parts_that_are_not_there_are_known() -> None:
    parts = with_part(workbook_parts(), "xl/workbook.xml", "styles", "xl/styles.xml", "", "a/b")
    del parts["xl/styles.xml"]
    package = Package.open(zipped(parts))
    assert package.declares("xl/styles.xml")
    assert not package.has("xl/styles.xml")
