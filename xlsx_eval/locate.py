"""Where a submitted workbook keeps each field: by defined name, else by the template's place and its labels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from xlsx_eval.scheme import Field, Scheme, Table
from xlsx_eval.xlsx.book import Book, SheetData
from xlsx_eval.xlsx.cell import CellRef

_TARGET = re.compile(r"(?:'((?:[^']|'')+)'|([^'!\[\]]+))!(\$?[A-Z]{1,3}\$?\d+)(?::(\$?[A-Z]{1,3}\$?\d+))?\Z")
_NOISE = re.compile(r"[\s\u00a0\u3000\u200b-\u200d\ufeff“”\"'（）()：:]+")


@dataclass(frozen=True, slots=True)
class Location:
    """Cells of one field, top to bottom (one cell unless it is a column); `by_name` is False when labels led here."""

    sheet: str
    cells: tuple[CellRef, ...]
    by_name: bool


def target_of(refers_to: str) -> tuple[str, CellRef, CellRef] | None:
    """Sheet and corners that a defined name refers to; None for #REF!, other workbooks and formulas."""
    match = _TARGET.match(refers_to.removeprefix("="))
    if match is None:
        return None
    sheet = match[1].replace("''", "'") if match[1] else match[2]
    try:
        first = CellRef.parse(match[3])
        last = CellRef.parse(match[4]) if match[4] else first
    except ValueError:
        return None
    return sheet, first, last


def squeeze(text: object) -> str:
    """A label without what varies: blanks of every kind, quotes, brackets and colons."""
    return _NOISE.sub("", str(text)) if text is not None else ""


def locate(book: Book, scheme: Scheme) -> dict[str, Location]:
    """Every field that can be found, by name."""
    names = {name.casefold(): refers_to for name, refers_to in book.names.items()}
    located = {}
    for field in scheme.fields.values():
        place = _by_name(book, names, field, scheme) or _by_label(book, field, scheme)
        if place is not None:
            located[field.name] = place
    return located


def _by_name(book: Book, names: dict[str, str], field: Field, scheme: Scheme) -> Location | None:
    target = target_of(names.get(field.name.casefold(), ""))
    if target is None:
        return None
    sheet, first, last = target
    if book.sheet(sheet) is None:
        return None
    if field.table is None:
        last = first
    cells = tuple(CellRef(row, first.column) for row in range(first.row, last.row + 1))
    return Location(sheet, cells[: 4 * scheme.tables[field.table].rows] if field.table else cells, True)


def _by_label(book: Book, field: Field, scheme: Scheme) -> Location | None:
    sheet = book.sheet(field.sheet)
    if sheet is None:
        return None
    table = scheme.tables[field.table] if field.table else None
    at_home = sheet.cells.get((field.label_cell.row, field.label_cell.column))
    if at_home is not None and _same_label(at_home.value, field):
        return Location(sheet.name, _cells_of(field, field.cell, table), False)
    found = list(_labelled(sheet, field))
    if len(found) != 1:
        return None
    shift_row = found[0].row - field.label_cell.row
    shift_column = found[0].column - field.label_cell.column
    cell = CellRef(field.cell.row + shift_row, field.cell.column + shift_column)
    return Location(sheet.name, _cells_of(field, cell, table), False)


def _cells_of(field: Field, first: CellRef, table: Table | None) -> tuple[CellRef, ...]:
    rows = table.rows if table else 1
    return tuple(CellRef(first.row + offset, first.column) for offset in range(rows))


def _labelled(sheet: SheetData, field: Field) -> Iterator[CellRef]:
    for cell in sheet.cells.values():
        if isinstance(cell.value, str) and _same_label(cell.value, field):
            yield cell.ref


def _same_label(text: object, field: Field) -> bool:
    """Whether a label on the sheet is this field's; headings carry units and columns carry years."""
    seen = squeeze(text)
    if not seen:
        return False
    wanted = squeeze(field.label)
    return seen == wanted or seen.startswith(wanted) or (len(seen) >= 2 and wanted.startswith(seen))
