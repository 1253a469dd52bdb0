"""What holds for every workbook, every set of marks and every edit."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from packages import (
    MAIN,
    SPREADSHEET,
    STRICT_MAIN,
    parts_of,
    prefixed,
    with_note,
    with_part,
    workbook_parts,
    worksheet,
    zipped,
)
from test_xlsx_strip import saved_since

from xlsx_eval.xlsx import AddedSheet, Mark, NewCell, NewRow, Style, annotate_book, strip_marks
from xlsx_eval.xlsx.package.markup import Text
from xlsx_eval.xlsx.write.added import MARK_LEVELS
from xlsx_eval.xlsx.write.edits import Edit, applied, content, taken_back

AROUND = (
    "",
    '<sheetProtection sheet="1"/><autoFilter ref="A1:B2"/>',
    '<mergeCells><mergeCell ref="B2:C4"/><mergeCell ref="bad"/></mergeCells>',
    '<conditionalFormatting sqref="A1"><cfRule type="expression" priority="3"><formula>1</formula></cfRule>'
    "</conditionalFormatting>",
    '<dataValidations count="1"><dataValidation type="list" sqref="A1"/></dataValidations>',
    '<pageMargins left="1" right="1" top="1" bottom="1" header="0" footer="0"/><pageSetup r:id="rId3"/>',
    '<tableParts count="0"/><extLst><ext uri="x"/></extLst>',
)
NAMES = ("Sheet1", "基础 数据", "Q&amp;A's")
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
cells = st.builds("{}{}".format, st.sampled_from("ABCZ"), st.integers(1, 12))


@dataclass(frozen=True)
class Case:
    """A source workbook, marks for it and sheets to add."""

    source: bytes
    marks: list[Mark]
    sheets: list[AddedSheet]


@st.composite
def sheet_parts(draw: st.DrawFn, strict: bool) -> str:
    """A worksheet with any cells and children, under any prefix."""
    rows = ""
    for row in sorted(draw(st.sets(st.integers(1, 12), max_size=4))):
        inner = "".join(
            f'<c r="{column}{row}" t="inlineStr"><is><t>{content(draw(texts))}</t></is></c>'
            if draw(st.booleans())
            else f'<c r="{column}{row}"><v>{draw(st.floats(allow_nan=False, allow_infinity=False))!r}</v></c>'
            for column in sorted(draw(st.sets(st.sampled_from("ABC"), max_size=3)))
        )
        rows += f'<row r="{row}">{inner}</row>'
    after = "".join(sorted(draw(st.sets(st.sampled_from(AROUND), max_size=3)), key=AROUND.index))
    main = STRICT_MAIN if strict else MAIN
    return worksheet(rows, "", after, main, draw(st.sampled_from(["", "x", "ns0"])))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Workbooks of one to three sheets, plain or strict, in any encoding, with or without notes and styles."""
    if draw(st.integers(0, 4)) == 0:
        parts, names = with_note(f"<t>{content(draw(texts))}</t>"), ["Sheet1"]
    else:
        strict = draw(st.booleans())
        names = list(NAMES[: draw(st.integers(1, 3))])
        parts = workbook_parts({name: draw(sheet_parts(strict)) for name in names}, strict=strict)
        if draw(st.booleans()):
            main = STRICT_MAIN if strict else MAIN
            body = draw(
                st.sampled_from(['<dxfs count="0"/>', '<fonts count="9"><font/></fonts><cellXfs/>', ""])
            )
            styles = f'<s:styleSheet xmlns:s="{main}">{prefixed(body, "s")}</s:styleSheet>'
            kind = f"{SPREADSHEET}.styles+xml"
            parts = with_part(parts, "xl/workbook.xml", "styles", "xl/styles.xml", styles, kind)
        codec = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
        first = "xl/worksheets/sheet1.xml"
        declared = str(parts[first]).replace("UTF-8", "UTF-16" if codec == "utf-16" else "UTF-8")
        parts = {**parts, first: declared.encode(codec)}
    plain = [name.replace("&amp;", "&") for name in names]
    mark = st.builds(Mark, st.sampled_from(plain), cells, st.sampled_from(MARK_LEVELS), texts)
    styles = st.builds(Style, bold=st.booleans(), fill=st.sampled_from([None, "FFFF00"]), wrap=st.booleans())
    rows = st.lists(
        st.lists(st.builds(NewCell, texts, style=styles), max_size=3).map(tuple).map(NewRow), max_size=3
    )
    sheets = st.builds(
        AddedSheet, st.just("评分表"), rows.map(tuple), frozen=st.sampled_from([None, "A1", "B2"])
    )
    return Case(zipped(parts), draw(st.lists(mark, max_size=6)), draw(st.lists(sheets, max_size=1)))


@settings(deadline=None, max_examples=50)
@given(cases())
def test_stripping_gives_back_the_source(case: Case) -> None:
    result = annotate_book(case.source, case.marks, case.sheets)
    assert list(parts_of(strip_marks(result)).items()) == list(parts_of(case.source).items())


@settings(deadline=None, max_examples=50)
@given(cases(), cases())
def test_annotating_again_equals_annotating_once(case: Case, other: Case) -> None:
    result = annotate_book(case.source, case.marks, case.sheets)
    assert annotate_book(result, case.marks, case.sheets) == result
    fewer = annotate_book(result, case.marks[:1], other.sheets)
    assert annotate_book(fewer, case.marks, case.sheets) == result


@settings(deadline=None, max_examples=50)
@given(cases())
def test_no_part_is_lost_and_what_is_changed_is_well_formed(case: Case) -> None:
    before, after = parts_of(case.source), parts_of(annotate_book(case.source, case.marks, case.sheets))
    assert list(after)[: len(before)] == list(before)
    for name, data in after.items():
        if data != before.get(name) and name.endswith((".xml", ".rels")):
            etree.fromstring(data)


@settings(deadline=None, max_examples=50)
@given(cases())
def test_sheets_saved_since_come_back_as_they_were(case: Case) -> None:
    """Without the record, what is recognised as ours is all that we added to a sheet."""
    result = annotate_book(case.source, case.marks, case.sheets)
    stripped, before = parts_of(strip_marks(zipped(saved_since(result)))), parts_of(case.source)
    for name, data in before.items():
        if name.startswith("xl/worksheets/sheet"):
            assert stripped[name] == data
    added = {name for name in stripped if name not in before and not name.endswith(".rels")}
    assert added <= {"xl/styles.xml"}


@st.composite
def edited(draw: st.DrawFn) -> tuple[Text, list[Edit]]:
    """A text in some encoding and edits that do not overlap."""
    codec = draw(st.sampled_from(["utf-8", "utf-16-le", "latin-1"]))
    letters = st.text(st.characters(codec="latin-1" if codec == "latin-1" else "utf-8"), max_size=40)
    text = draw(letters)
    places = sorted(
        draw(st.lists(st.integers(0, len(text)), max_size=6).filter(lambda found: len(found) % 2 == 0))
    )
    bytes_before = [len(text[:place].encode()) for place in places]
    pairs = zip(bytes_before[::2], bytes_before[1::2], strict=True)
    return Text(text.encode(), codec), [Edit(start, end, draw(texts)) for start, end in pairs]


@given(edited())
def test_edits_can_be_taken_back(case: tuple[Text, list[Edit]]) -> None:
    text, edits = case
    changed, hunks = applied(text, edits)
    assert taken_back(changed, hunks) == text
