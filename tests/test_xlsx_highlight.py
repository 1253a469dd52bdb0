"""Formulas of highlights: true while the cell holds the value that was sent."""

from __future__ import annotations

import pytest
from packages import parts_of, with_part, workbook_parts, worksheet, zipped

from xlsx_eval.cell import CellRef
from xlsx_eval.xlsx.package.parts import Package
from xlsx_eval.xlsx.write.highlight import literal, still_formula
from xlsx_eval.xlsx.write.stored import SharedStrings, Stored, stored_values

ALWAYS = 'N("xlsx-eval")=0'


@pytest.mark.parametrize(
    ("value", "conditions"),
    [
        (Stored("n", "0"), "ISNUMBER(D8),D8=0"),
        (Stored("n", "-1.50"), "ISNUMBER(D8),D8=-1.5"),
        (Stored("n", "1e-7"), "ISNUMBER(D8),D8=1E-07"),
        (Stored("n", "0.30000000000000004"), "ISNUMBER(D8),D8=0.30000000000000004"),
        (Stored("b", "0"), "ISLOGICAL(D8),D8=FALSE"),
        (Stored("e", "#N/A"), "ERROR.TYPE(D8)=7"),
        (Stored("e", "#SPILL!"), "ISERROR(D8)"),
        (Stored("text", ""), "LEN(D8)=0"),
        (Stored("text", '说"好"'), 'ISTEXT(D8),EXACT(D8&"","说""好""")'),
    ],
)
def test_each_kind_of_value_has_its_condition(value: Stored, conditions: str) -> None:
    assert still_formula("D8", value) == f"AND({ALWAYS},{conditions})"


@pytest.mark.parametrize("value", [Stored("unknown"), Stored("d", "2024-01-01"), Stored("n", "NaN")])
def test_what_cannot_be_told_stays_highlighted(value: Stored) -> None:
    assert still_formula("D8", value) == ALWAYS


def test_literals_stay_below_the_limit_and_spell_control_characters() -> None:
    assert literal("甲\n乙") == '"甲"&CHAR(10)&"乙"'
    assert literal("a_x000D_b") == '"a"&"_"&"x000D_b"'
    pieces = literal("长" * 450).split("&")
    assert all(len(piece) <= 257 for piece in pieces)
    assert "".join(piece.strip('"') for piece in pieces) == "长" * 450


def test_long_texts_are_compared_by_length_and_both_ends() -> None:
    formula = still_formula("D8", Stored("text", "始" * 3000 + "终" * 3000))
    assert "LEN(D8)=6000" in formula
    assert len(formula) < 8192
    assert still_formula("D8", Stored("text", "😀" * 2000)) == ALWAYS
    assert "LEFT(D8,3)" in still_formula("D8", Stored("text", "abc" + "😀" * 2000))


def _values(rows: str, *cells: str, strings: str = "") -> list[tuple[str, str, bool]]:
    parts = workbook_parts({"Sheet1": worksheet(rows)})
    if strings:
        sst = f'<sst xmlns="x">{strings}</sst>'
        parts = with_part(parts, "xl/workbook.xml", "sharedStrings", "xl/s.xml", sst, "a/b")
    package = Package.open(zipped(parts))
    data = parts_of(zipped(parts))["xl/worksheets/sheet1.xml"]
    refs = [CellRef.parse(cell) for cell in cells]
    found = stored_values(data, refs, SharedStrings(package))
    return [(found[ref].kind, found[ref].text, found[ref].formula) for ref in refs]


def test_shared_strings_are_looked_up_without_phonetic_guides() -> None:
    strings = (
        "<si><t>零</t></si><!-- <si/> --><si><r><t>一</t></r><r><t>_x000D_二</t></r><rPh sb='0' eb='1'>"
        "<t>yi</t></rPh></si>"
    )
    rows = '<row r="1"><c r="A1" t="s"><v>1</v></c><c r="B1" t="s"><v>9</v></c></row>'
    assert _values(rows, "A1", "B1", strings=strings) == [("text", "一\r二", False), ("text", "", False)]


def test_cells_without_references_are_counted() -> None:
    rows = (
        "<row><c><v>1</v></c><c/><c><v>3</v></c></row><row/><row><c><f>A1</f></c><c r='F3'><v>6</v></c></row>"
    )
    assert _values(rows, "A1", "B1", "C1", "A3", "F3", "Z9") == [
        ("n", "1", False),
        ("blank", "", False),
        ("n", "3", False),
        ("unknown", "", True),
        ("n", "6", False),
        ("blank", "", False),
    ]


def test_tags_in_comments_and_other_spellings_do_not_deceive() -> None:
    rows = '<!-- <c r="A1"><v>9</v></c> --><row r="1"><c s="1"\n r = \'A1\'><v> 7 </v></c></row>'
    assert _values(rows, "A1") == [("n", "7", False)]


def test_blanks_at_the_ends_count_only_where_they_are_kept() -> None:
    rows = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t> 一 </t></is></c>'
        '<c r="B1" t="inlineStr"><is><t xml:space="preserve"> 二 </t></is></c></row>'
    )
    assert [text for _, text, _ in _values(rows, "A1", "B1")] == ["一", " 二 "]


def test_formula_results_are_the_cached_values() -> None:
    rows = (
        '<row r="1"><c r="A1" t="str"><f>"x"</f><v>x</v></c><c r="B1" t="str"><f>""</f><v></v></c>'
        '<c r="C1" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="D1"><v/></c></row>'
    )
    assert _values(rows, "A1", "B1", "C1", "D1") == [
        ("text", "x", True),
        ("text", "", True),
        ("e", "#DIV/0!", True),
        ("blank", "", False),
    ]
