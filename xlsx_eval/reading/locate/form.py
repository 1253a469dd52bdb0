"""The fixed texts of a sheet of the template: what confirms a place, and finds it again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from xlsx_eval.cell import CellRef
from xlsx_eval.reading.locate.text import with_years
from xlsx_eval.scheme import Field, Grid, Indicator, Scheme, Sheet
from xlsx_eval.scheme.layout import (
    ANSWER_COLUMN,
    FORM_FIRST_ROW,
    FORM_INPUT_COLUMN,
    FORM_LABEL_COLUMN,
    INDICATOR_HEADING_ROW,
    INDICATOR_HEADINGS,
    TABLE_HEADING_ROW,
    VALUE_COLUMN,
)
from xlsx_eval.scheme.rules import number_text

_SIGNATURE_ROWS = 5
_NAME_COLUMN, _POINTS_COLUMN, _STANDARD_COLUMN, _ITEM_COLUMN = 3, 4, 5, 6
_CLOSED = "—"
"""What the template writes where nothing is to be filled in."""
HELP = "填报说明"
"""The heading of what the template explains beside its input cells."""
NOTE = CellRef(2, 1)
"""Where the note of a sheet stands, as the unit of its amounts."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A fixed text and its cell; a heading names its column, other texts their row.

    `points` is a fixed number.
    """

    ref: CellRef
    text: str
    heading: bool = False
    points: float | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """A sheet of the template: its fixed texts, its fields with their heading rows, and how far it reaches.

    `locked` are fixed texts by which nothing is found, as the standards of indicators are.
    """

    sheet: Sheet
    anchors: tuple[Anchor, ...]
    fields: tuple[tuple[Field, int], ...]
    last: CellRef
    locked: tuple[Anchor, ...] = ()

    @property
    def heading_rows(self) -> tuple[int, ...]:
        """Rows of column headings, top to bottom."""
        return tuple(sorted({heading for _, heading in self.fields}))


def forms_of(scheme: Scheme, year_shift: int = 0) -> tuple[Form, ...]:
    """Every sheet with fields; years in its texts moved by `year_shift`, as another year's template has them."""
    return tuple(_form(scheme, sheet, year_shift) for sheet in scheme.sheets if sheet.kind != "notes")


def _form(scheme: Scheme, sheet: Sheet, shift: int) -> Form:
    anchors, locked = (
        tuple(
            replace(anchor, text=with_years(anchor.text, shift)) if shift else anchor
            for anchor in texts(scheme, sheet)
        )
        for texts in (_anchors, _locked)
    )
    fields = tuple(_fields(scheme, sheet))
    row = max([anchor.ref.row for anchor in anchors] + [field.cell.row for field, _ in fields])
    column = max(anchor.ref.column for anchor in anchors)
    if sheet.table is not None:
        row = sheet.table.first_row + sheet.table.rows - 1
    elif sheet.kind == "form":
        row, column = row + _SIGNATURE_ROWS, FORM_INPUT_COLUMN + 1
    elif sheet.kind == "grid":
        column = max(len(grid.headings) for grid in sheet.grids) + 2
    return Form(sheet, anchors, fields, CellRef(row, column), locked)


def _locked(scheme: Scheme, sheet: Sheet) -> Iterator[Anchor]:
    if sheet.note:
        yield Anchor(NOTE, sheet.note)
    for indicator in scheme.indicators if sheet.kind == "indicators" else ():
        yield Anchor(CellRef(indicator.rows[0], _STANDARD_COLUMN), indicator.standard)
        if not indicator.items:
            yield Anchor(CellRef(indicator.rows[0], ANSWER_COLUMN), _CLOSED)
        if indicator.claimed_value is None:
            yield Anchor(CellRef(indicator.rows[0], VALUE_COLUMN), _CLOSED)


def _fields(scheme: Scheme, sheet: Sheet) -> Iterator[tuple[Field, int]]:
    for field in sheet.fields:
        yield field, FORM_FIRST_ROW - 1
    for grid in sheet.grids:
        for line in grid.rows:
            yield from ((field, grid.heading_row) for field in line.fields)
    if sheet.table is not None:
        yield from ((field, TABLE_HEADING_ROW) for field in sheet.table.columns)
    if sheet.kind == "indicators":
        for field in scheme.fields.values():
            if field.sheet == sheet.name:
                yield field, INDICATOR_HEADING_ROW


def _anchors(scheme: Scheme, sheet: Sheet) -> Iterator[Anchor]:
    if sheet.kind == "form":
        row = FORM_FIRST_ROW - 1
        yield Anchor(CellRef(row, FORM_LABEL_COLUMN), "填报项目", True)
        yield Anchor(CellRef(row, FORM_INPUT_COLUMN), "填报内容", True)
        yield from (Anchor(field.label_cell, field.label) for field in sheet.fields)
    for grid in sheet.grids:
        yield from _grid_anchors(scheme, grid)
    if sheet.table is not None:
        yield Anchor(CellRef(TABLE_HEADING_ROW, 1), "序号", True)
        for field in sheet.table.columns:
            yield Anchor(field.label_cell, field.label + _unit(field, scheme), True)
    if sheet.kind == "indicators":
        yield from _indicator_anchors(scheme)


def _grid_anchors(scheme: Scheme, grid: Grid) -> Iterator[Anchor]:
    unit = f"（{grid.unit}）" if grid.unit else ""
    yield Anchor(CellRef(grid.title_row, 1), grid.title)
    yield Anchor(CellRef(grid.heading_row, 1), "项目", True)
    for column, heading in enumerate(grid.headings, start=2):
        yield Anchor(CellRef(grid.heading_row, column), heading + unit, True)
    for line in grid.rows:
        yield Anchor(CellRef(line.row, 1), line.label + ("" if grid.unit else _unit(line.fields[0], scheme)))


def _unit(field: Field, scheme: Scheme) -> str:
    units = {"amount": field.unit or scheme.unit, "rate": "%", "integer": field.unit}
    counted = units.get(field.type, "")
    return f"（{counted}）" if counted else ""


def _indicator_anchors(scheme: Scheme) -> Iterator[Anchor]:
    for column, heading in enumerate(INDICATOR_HEADINGS, start=1):
        yield Anchor(CellRef(INDICATOR_HEADING_ROW, column), heading, True)
    for level in (1, 2):
        for path, group in groupby(scheme.indicators, key=lambda one: one.path[:level]):
            members = list(group)
            if len(path) == level:
                points = number_text(sum(one.points for one in members))
                yield Anchor(CellRef(members[0].rows[0], level), f"{path[-1]}（{points} 分）")
    for indicator in scheme.indicators:
        yield from _one_indicator(indicator)


def _one_indicator(indicator: Indicator) -> Iterator[Anchor]:
    row = indicator.rows[0]
    yield Anchor(CellRef(row, _NAME_COLUMN), indicator.name)
    yield Anchor(CellRef(row, _POINTS_COLUMN), number_text(indicator.points), points=indicator.points)
    for item in indicator.items:
        yield Anchor(CellRef(item.answer.cell.row, _ITEM_COLUMN), indicator.question(item))
