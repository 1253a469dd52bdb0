"""Which rows of a sheet are the rows of a table: prefilled ones, totals and what stands below included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from xlsx_eval.cell import Address, CellRef, ErrorValue
from xlsx_eval.reading.locate.remark import Remark
from xlsx_eval.reading.locate.text import is_total
from xlsx_eval.scheme import Table
from xlsx_eval.xlsx.read.book import Cell, SheetData

MOST_ROWS = 2_000
"""Rows of one table that are read; a template has a few dozen."""
_LISTED = 6
_IDLE = (None, 0.0, "", "-", "—", "——", ErrorValue.DIV0, ErrorValue.VALUE, ErrorValue.NA)


@dataclass(frozen=True, slots=True)
class TableRows:
    """Rows to read, top to bottom, and what is to be told about others."""

    rows: tuple[int, ...]
    remarks: tuple[Remark, ...]


def table_rows(
    sheet: SheetData, table: Table, columns: Mapping[str, int], first: int, last: int, called: str
) -> TableRows:
    """Rows `first` to `last` without totals and empty formulas, and rows of data that stand below them."""
    used = sorted({row for row, column in sheet.cells if row >= first and column in set(columns.values())})
    last = min(last, first + MOST_ROWS - 1)
    inside = list(range(first, last + 1))
    below = [row for row in used if row > last and _is_data(sheet, table, columns, row)][
        : MOST_ROWS - len(inside)
    ]
    totals = [row for row in (*inside, *below) if _total_name(sheet, table, columns, row)]
    idle = {row for row in used if row <= last and _is_idle(sheet, columns, row)}
    rows = tuple(row for row in (*inside, *below) if row not in totals and row not in idle)
    remarks = [
        *_told_totals(sheet, table, columns, totals, called),
        *_told_below(sheet, table, columns, below, called),
    ]
    return TableRows(rows, tuple(remarks))


def _cells(sheet: SheetData, columns: Mapping[str, int], row: int) -> Iterator[tuple[str, Cell]]:
    for name, column in columns.items():
        cell = sheet.cells.get((row, column))
        if cell is not None and not is_idle(cell):
            yield name, cell


def is_idle(cell: Cell) -> bool:
    """Whether a cell shows nothing that was entered: blank, or a prepared formula over blanks, giving 0, "" or an error."""
    if cell.formula is not None and cell.cached:
        return cell.value in _IDLE
    return cell.value is None and cell.formula is None


def _is_idle(sheet: SheetData, columns: Mapping[str, int], row: int) -> bool:
    """Whether the row holds formulas, but no entry."""
    return not any(True for _ in _cells(sheet, columns, row))


def _is_data(sheet: SheetData, table: Table, columns: Mapping[str, int], row: int) -> bool:
    """Whether a row below the table is meant for it: a name and a figure, or several figures."""
    filled = dict(_cells(sheet, columns, row))
    figures = sum(
        1
        for name, cell in filled.items()
        if name != table.key.name and (isinstance(cell.value, float) or cell.formula)
    )
    return figures >= 2 or (figures >= 1 and table.key.name in filled) or len(filled) >= 3


def _total_name(sheet: SheetData, table: Table, columns: Mapping[str, int], row: int) -> str:
    """The row's name if it is a total's."""
    for column in (columns.get(table.key.name, 0), 1):
        cell = sheet.cells.get((row, column))
        if cell is not None and isinstance(cell.value, str) and is_total(cell.value):
            return cell.value.strip()
    return ""


def _told_totals(
    sheet: SheetData, table: Table, columns: Mapping[str, int], rows: Sequence[int], called: str
) -> Iterator[Remark]:
    key = columns.get(table.key.name, 1)
    for row in rows:
        place = Address(sheet.name, CellRef(row, key))
        name = _total_name(sheet, table, columns, row)
        cells = [Address(sheet.name, cell.ref) for _, cell in _cells(sheet, columns, row)]
        words = {"表名": called, "行": str(row), "名称": name}
        also = tuple(other for other in cells if other != place)
        yield Remark("A18", place, table.key.name, words, name, also=also)


def _told_below(
    sheet: SheetData, table: Table, columns: Mapping[str, int], rows: Sequence[int], called: str
) -> Iterator[Remark]:
    if not rows:
        return
    key = columns.get(table.key.name, 1)
    places = [Address(sheet.name, CellRef(row, key)) for row in rows]
    more = "等" if len(rows) > _LISTED else ""
    words = {"表名": called, "行": "、".join(map(str, rows[:_LISTED])) + more}
    yield Remark("A17", places[0], table.key.name, words, also=tuple(places[1:]))
