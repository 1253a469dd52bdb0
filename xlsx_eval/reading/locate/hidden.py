"""Entries in hidden rows and columns: read like all others, but told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xlsx_eval.cell import Address, CellRef, column_letters
from xlsx_eval.reading.locate.remark import Remark
from xlsx_eval.reading.locate.rows import is_idle
from xlsx_eval.xlsx.read.book import SheetData

_LISTED = 6


def hidden_entries(sheet: SheetData, inputs: Iterable[CellRef]) -> Iterator[Remark]:
    """A14 for the filled input cells that a reviewer cannot see, all of a sheet in one remark."""
    if not sheet.hidden_rows and not sheet.hidden_columns:
        return
    hidden = sorted({ref for ref in inputs if _is_hidden(sheet, ref) and _is_filled(sheet, ref)})
    if not hidden:
        return
    rows = sorted({ref.row for ref in hidden if ref.row in sheet.hidden_rows})
    columns = sorted({ref.column for ref in hidden if ref.column in sheet.hidden_columns})
    spans = [f"第 {_listed(map(str, rows))} 行"] if rows else []
    spans += [f"{_listed(map(column_letters, columns))} 列"] if columns else []
    places = [Address(sheet.name, ref) for ref in hidden]
    words = {"表名": sheet.name, "范围": "、".join(spans)}
    yield Remark("A14", places[0], sheet.name, words, also=tuple(places[1:]))


def _is_hidden(sheet: SheetData, ref: CellRef) -> bool:
    return ref.row in sheet.hidden_rows or ref.column in sheet.hidden_columns


def _is_filled(sheet: SheetData, ref: CellRef) -> bool:
    cell = sheet.cells.get((ref.row, ref.column))
    return cell is not None and not is_idle(cell)


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    return "、".join(every[:_LISTED]) + ("等" if len(every) > _LISTED else "")
