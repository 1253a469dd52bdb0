"""Checks of the workbook as a whole: is it the form that was sent out?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from xlsx_eval.cell import FIRST, Address, CellRef
from xlsx_eval.findings import Finding, finding
from xlsx_eval.judging.case import Case
from xlsx_eval.judging.precision import answers_of
from xlsx_eval.reading.entries import Answer
from xlsx_eval.scheme import Field, Own

_FEWEST_COPIED = 4
"""From how many equal figures on two columns are taken for one, copied."""
LISTED = 4
MANY_ROWS, MANY_COLUMNS = 10_000, 1_000
YEAR_PROPERTY = "xlsx-eval year"
SCHEME_PROPERTY = "xlsx-eval scheme"
VERSION_PROPERTY = "xlsx-eval version"
TEMPLATE_VERSION = 1


def is_foreign(case: Case) -> bool:
    """Whether not one field of the scheme was found: another form altogether."""
    return len(case.submission.lost) == len(case.scheme.fields)


def foreign_form(case: Case) -> Iterator[Finding]:
    """A01 when nothing of the form is there."""
    if is_foreign(case):
        words = {"方案": case.scheme.name, "缺失": len(case.submission.lost)}
        yield finding("A01", Address(), "", words=words, points=case.scheme.points)


def lost_fields(case: Case) -> Iterator[Finding]:
    """A02 for the fields of each sheet that were not found, with the indicators that rest on them."""
    for sheet, fields in _by_sheet(case.submission.lost):
        hit = _unscored_without(case, sheet)
        words = {"表名": sheet, "数量": len(fields), "清单": _listed(fields)}
        told = finding(
            "A02",
            _near(case, sheet, fields[0]),
            sheet,
            words=words,
            points=sum(field.points or 0 for field in fields) + sum(hit.values()),
        )
        names = _joined([f"“{name}”" for name in hit])
        yield replace(told, message=f"{told.message}，因此{names}无法核定") if hit else told


def _near(case: Case, sheet: str, lost: Field) -> Address:
    """The heading of the nearest field that is still there; A1 of the sheet without any, the file without the sheet."""
    there = [
        answer
        for answer in case.submission.all_answers()
        if answer.field.sheet == sheet and answer.row in (None, 0)
    ]
    if not there:
        data = case.submission.book.sheet(sheet)
        return Address() if data is None else Address(data.name, FIRST)
    nearest = min(there, key=lambda answer: _distance(answer.field.cell, lost.cell))
    field, ref = nearest.field, nearest.place[1]
    row = max(1, ref.row + field.label_cell.row - field.cell.row)
    column = ref.column if field.label_cell.column == field.cell.column else field.label_cell.column
    return Address(nearest.place.sheet, CellRef(row, column))


def _distance(one: CellRef, other: CellRef) -> int:
    return abs(one.row - other.row) + abs(one.column - other.column)


def _unscored_without(case: Case, sheet: str) -> dict[str, float]:
    """Indicators that no score could be computed for because fields of a sheet were not found, with their points."""
    hit = {}
    for indicator, scored in zip(case.scheme.indicators, case.scored.indicators, strict=False):
        formulas = [one for one in (indicator.value, indicator.score) if one is not None]
        used = (answer for one in formulas for answer in answers_of(one, case.submission, case.scheme))
        if scored.score is None and any(one.lost and one.field.sheet == sheet for one in used):
            hit[scored.name] = indicator.points
    own = case.scheme.own
    if (
        own is None
        or own.table.sheet != sheet
        or not _needed(own) & {one.name for one in case.submission.lost}
    ):
        return hit
    scores = {one.own_row: one.score for one in case.scored.indicators}
    for row in case.submission.filled_rows(own.table.id):
        if scores.get(row) is None:
            entries = case.submission.row(own.table.id, row)
            name = entries["三级指标"].value or f"第 {row + 1} 个自定指标"
            hit[str(name)] = entries["分值"].number or 0.0
    return hit


def _needed(own: Own) -> set[str]:
    """Columns without which an own indicator cannot be scored."""
    return {f"{own.table.id}_{name}" for name in (*own.score.names, "一级指标")}


def places(case: Case) -> Iterator[Finding]:
    """What is to be told of where fields were found: names, sheets, rows, columns, texts, entries beside the form."""
    for remark in case.submission.remarks:
        yield finding(
            remark.code,
            remark.place,
            remark.field,
            words=remark.words,
            found=remark.found,
            expected=remark.expected,
            also=remark.also,
        )


def _by_sheet(fields: Iterable[Field]) -> Iterator[tuple[str, list[Field]]]:
    groups: dict[str, list[Field]] = {}
    for field in fields:
        groups.setdefault(field.sheet, []).append(field)
    yield from groups.items()


def _listed(fields: list[Field]) -> str:
    return _joined([field.title for field in fields])


def _joined(names: list[str]) -> str:
    more = f"等 {len(names)} 项" if len(names) > LISTED else ""
    return "、".join(names[:LISTED]) + more


def template_year(case: Case) -> Iterator[Finding]:
    """A04 when the template itself says another year."""
    year = case.submission.book.properties.get(YEAR_PROPERTY, "")
    if year.isdigit() and int(year) != case.scheme.year:
        words = {"模板年度": year, "年度": case.scheme.year}
        yield finding("A04", Address(), "", words=words, found=year, expected=str(case.scheme.year))


def other_template(case: Case) -> Iterator[Finding]:
    """A20 for the template of another scheme, A09 for another version of this one's."""
    properties = case.submission.book.properties
    scheme, version = properties.get(SCHEME_PROPERTY, ""), properties.get(VERSION_PROPERTY, "")
    if scheme and scheme != case.scheme.id:
        words = {"模板方案": scheme, "方案": f"{case.scheme.name}（{case.scheme.id}）"}
        yield finding("A20", Address(), "", words=words, found=scheme, expected=case.scheme.id)
    elif version and version != str(TEMPLATE_VERSION):
        words = {"版本": version, "现行": str(TEMPLATE_VERSION)}
        yield finding("A09", Address(), "", words=words, found=version, expected=str(TEMPLATE_VERSION))


def overgrown(case: Case) -> Iterator[Finding]:
    """A24 for sheets that claim far more rows or columns than hold anything."""
    for sheet in case.submission.book.sheets:
        if sheet.claimed is None or (sheet.claimed.row < MANY_ROWS and sheet.claimed.column < MANY_COLUMNS):
            continue
        last = max((row for row, _ in sheet.cells), default=0)
        right = max((column for _, column in sheet.cells), default=0)
        if sheet.claimed.row >= max(MANY_ROWS, 10 * last) or sheet.claimed.column >= max(
            MANY_COLUMNS, 10 * right
        ):
            words = {"表名": sheet.name, "范围": str(sheet.claimed), "行": str(last)}
            yield finding(
                "A24", Address(sheet.name, FIRST), sheet.name, words=words, found=str(sheet.claimed)
            )


def copied_columns(case: Case) -> Iterator[Finding]:
    """C11 for a column of final figures that repeats last year's figure by figure."""
    columns: dict[tuple[str, str], dict[int, Answer]] = {}
    for answer in case.submission.all_answers():
        if answer.number and answer.field.type == "amount":
            column = answer.place.sheet, answer.field.name.rpartition("_")[2]
            columns.setdefault(column, {})[answer.place.ref.row] = answer
    for (sheet, name), before in columns.items():
        now = columns.get((sheet, name.replace("上年", "本年"))) or columns.get(
            (sheet, name.replace("上年", "")), {}
        )
        alike = "上年" in name and len(now) >= _FEWEST_COPIED and now.keys() == before.keys()
        if alike and all(now[row].number == before[row].number for row in now):
            yield _copied(name, [now[row] for row in sorted(now)])


def _copied(name: str, cells: list[Answer]) -> Finding:
    words = {"列": name.replace("上年", ""), "另列": name, "数量": str(len(cells))}
    return finding(
        "C11",
        cells[0].place,
        cells[0].field.name,
        words=words,
        found=f"与{name}相同",
        expected=f"{words['列']}的实际数",
        also=tuple(cell.place for cell in cells[1:]),
    )


def signature(case: Case) -> Iterator[Finding]:
    """A05: a digital signature cannot survive an annotation."""
    if case.submission.book.signed:
        yield finding("A05", Address(), "", words={})


def external_links(case: Case) -> Iterator[Finding]:
    """A06: links to other workbooks, which are never followed."""
    links = case.submission.book.external_links
    if links:
        yield finding("A06", Address(), "", words={"清单": "、".join(links[:LISTED])})


def converted(case: Case) -> Iterator[Finding]:
    """A07: a file of another format, whose values were poured into a fresh template."""
    kind = case.submission.book.kind
    if kind in ("xls", "xlsb", "ods", "csv"):
        yield finding("A07", Address(), "", words={"格式": f".{kind}"})
