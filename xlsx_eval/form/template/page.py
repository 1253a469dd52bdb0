"""One sheet being drawn: places text and inputs; every sheet gets the same protection and print setup."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from xlsx_eval.cell import CellRef, quote_sheet
from xlsx_eval.form.template.looks import Looks
from xlsx_eval.form.template.measure import line_count, row_height
from xlsx_eval.form.template.prompts import validation
from xlsx_eval.scheme import Field, Scheme, Sheet, Table

Entry = str | int | float | datetime.date | None
"""What one input cell can be given; None and "" leave it blank."""


@dataclass(frozen=True, slots=True)
class Entries:
    """What is poured into a template: by field name, and by table id its rows, each by the columns' names."""

    fields: Mapping[str, Entry]
    tables: Mapping[str, Sequence[Mapping[str, Entry]]]


_A4 = 9
_PRINTED_WIDTH, _PRINTED_HEIGHT = 770.0, 510.0
"""Points that an A4 page on its side leaves between the margins, a little spared for other fonts."""
_USUAL_HEIGHT = 15.0
_FOOTER = "&C第 &P 页 共 &N 页"


class Page:
    """A worksheet of the template and what its drawers need at hand."""

    def __init__(self, book: Workbook, looks: Looks, scheme: Scheme, sheet: Sheet, entries: Entries) -> None:
        self._book = book
        self._looks = looks
        self.scheme = scheme
        self.sheet = sheet
        self._entries = entries
        self._drawn = book.add_worksheet(sheet.name)
        self.widths: Sequence[float] = ()
        self._heights: dict[int, float] = {}

    def columns(self, widths: Sequence[float]) -> None:
        """Set the widths of the columns from A on."""
        self.widths = widths
        for index, width in enumerate(widths):
            self._drawn.set_column(index, index, width)

    def height(self, row: int, points: float) -> None:
        """Fix the height of a 1-based row."""
        self._heights[row] = points
        self._drawn.set_row(row - 1, points)

    def head(self) -> None:
        """Title band and note line over all columns."""
        last = len(self.widths)
        self.text(CellRef(1, 1), self.sheet.title, "title", to=CellRef(1, last))
        self.height(1, 33)
        if self.sheet.note:
            self.text(CellRef(2, 1), self.sheet.note, "note", to=CellRef(2, last))
            self.height(2, row_height(line_count(self.sheet.note, sum(self.widths)), 22))

    def text(self, ref: CellRef, text: str | float, look: str, to: CellRef | None = None) -> None:
        """Fixed text at `ref`, merged down to `to`."""
        self._write(ref, to, text, self._looks(look))

    def input(self, field: Field, to: CellRef | None = None) -> None:
        """The input cell of a field, merged down to `to`: named, validated, filled."""
        self._write(field.cell, to, self.entry(field), self._looks.input(field))
        self._name(field, field.cell)
        self._validate(field, field.cell)

    def entry(self, field: Field) -> Entry:
        """The value poured into a single field."""
        return self._entries.fields.get(field.name)

    def rows(self, table: Table) -> Sequence[Mapping[str, Entry]]:
        """The rows poured into a table."""
        return self._entries.tables.get(table.id, ())

    def column(self, table: Table, field: Field) -> None:
        """All input cells of a table's column, under one name and one validation."""
        rows = self.rows(table)
        look = self._looks.input(field)
        for index in range(table.rows):
            value = rows[index].get(field.name) if index < len(rows) else None
            self._write(table.cell(field, index), None, value, look)
        last = table.cell(field, table.rows - 1)
        self._name(field, last)
        self._validate(field, last)

    def finish(self, frozen: CellRef, repeat: tuple[int, int], last: CellRef, tab: str) -> None:
        """Freeze above and left of `frozen`, repeat rows in print, and protect what is no input."""
        sheet = self._drawn
        if frozen != CellRef(1, 1):
            sheet.freeze_panes(frozen.row - 1, frozen.column - 1)
        sheet.repeat_rows(repeat[0] - 1, repeat[1] - 1)
        sheet.print_area(0, 0, last.row - 1, last.column - 1)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.center_horizontally()
        sheet.set_margins(left=0.5, right=0.5, top=0.5, bottom=0.6)
        sheet.set_footer(_FOOTER)
        sheet.set_tab_color(tab)
        sheet.hide_gridlines(2)
        sheet.protect("", {"format_columns": True, "format_rows": True})

    def keep_together(self, blocks: Sequence[tuple[int, int]], repeated: tuple[int, int]) -> None:
        """Begin a new printed page before a block of rows (first, last) that the page would cut in two.

        `repeated` are the rows printed at the top of every page.
        """
        column_points = sum((width * 7 + 5) * 0.75 for width in self.widths)
        room = _PRINTED_HEIGHT * max(1.0, column_points / _PRINTED_WIDTH)
        used = top = self._points(*repeated)
        breaks = []
        for first, last in blocks:
            if used > top and used + self._points(first, last) > room:
                breaks.append(first - 1)
                used = top
            used += self._points(first, last)
        self._drawn.set_h_pagebreaks(breaks)

    def _points(self, first: int, last: int) -> float:
        return sum(self._heights.get(row, _USUAL_HEIGHT) for row in range(first, last + 1))

    def activate(self) -> None:
        """Open the workbook on this sheet."""
        self._drawn.activate()

    def _write(self, ref: CellRef, to: CellRef | None, value: Entry, look: Format) -> None:
        row, column = ref.row - 1, ref.column - 1
        if to is not None and to != ref:
            self._drawn.merge_range(row, column, to.row - 1, to.column - 1, "", look)
        if value is None or value == "":
            self._drawn.write_blank(row, column, None, look)
        elif isinstance(value, str):
            self._drawn.write_string(row, column, value, look)
        elif isinstance(value, datetime.date):
            self._drawn.write_datetime(row, column, value, look)
        else:
            self._drawn.write_number(row, column, value, look)

    def _name(self, field: Field, last: CellRef) -> None:
        where = field.cell.absolute if last == field.cell else f"{field.cell.absolute}:{last.absolute}"
        self._book.define_name(field.name, f"={quote_sheet(self.sheet.name)}!{where}")

    def _validate(self, field: Field, last: CellRef) -> None:
        options = validation(field, self.scheme)
        first = field.cell
        self._drawn.data_validation(first.row - 1, first.column - 1, last.row - 1, last.column - 1, options)
        if field.type == "code":
            self._drawn.ignore_errors({"number_stored_as_text": f"{first}:{last}"})
