"""The fixed texts of a sheet of the template: what confirms a place, and finds it again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from xlsx_eval.locate.text import with_years
from xlsx_eval.scheme import Field, Grid, Indicator, Scheme, Sheet
from xlsx_eval.scheme.layout import (
    FORM_FIRST_ROW,
    FORM_INPUT_COLUMN,
    FORM_LABEL_COLUMN,
    INDICATOR_HEADING_ROW,
    INDICATOR_HEADINGS,
    TABLE_HEADING_ROW,
)
from xlsx_eval.scheme.rules import number_text
from xlsx_eval.xlsx.cell import CellRef

_SIGNATURE_ROWS = 5
_NAME_COLUMN, _POINTS_COLUMN, _ITEM_COLUMN = 3, 4, 6


@dataclass(frozen=True, slots=True)
class Anchor:
    """A fixed text and its cell; a heading names its column, other texts their row.

    `points` is a fixed number. A `loose` text is compared without what stands behind it in brackets.
    """

    ref: CellRef
    text: str
    heading: bool = False
    points: float | None = None
    loose: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A sheet of the template: its fixed texts, its fields with their heading rows, and how far it reaches."""

    sheet: Sheet
    anchors: tuple[Anchor, ...]
    fields: tuple[tuple[Field, int], ...]
    last: CellRef

    @property
    def heading_rows(self) -> tuple[int, ...]:
        """Rows of column headings, top to bottom."""
        return tuple(sorted({heading for _, heading in self.fields}))


def forms_of(scheme: Scheme, year_shift: int = 0) -> tuple[Form, ...]:
    """Every sheet with fields; years in its texts moved by `year_shift`, as another year's template has them."""
    return tuple(_form(scheme, sheet, year_shift) for sheet in scheme.sheets if sheet.kind != "notes")


def _form(scheme: Scheme, sheet: Sheet, shift: int) -> Form:
    anchors = tuple(
        replace(anchor, text=with_years(anchor.text, shift)) if shift else anchor
        for anchor in _anchors(scheme, sheet)
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
    return Form(sheet, anchors, fields, CellRef(row, column))


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
                yield Anchor(CellRef(members[0].rows[0], level), f"{path[-1]}（{points} 分）", loose=True)
    for indicator in scheme.indicators:
        yield from _one_indicator(indicator)


def _one_indicator(indicator: Indicator) -> Iterator[Anchor]:
    row = indicator.rows[0]
    yield Anchor(CellRef(row, _NAME_COLUMN), indicator.name)
    yield Anchor(CellRef(row, _POINTS_COLUMN), number_text(indicator.points), points=indicator.points)
    for item in indicator.items:
        yield Anchor(CellRef(item.answer.cell.row, _ITEM_COLUMN), item.text, loose=True)
