"""Merged cells: only the top-left one holds anything, and it speaks for those it covers."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator

from xlsx_eval.findings import Place
from xlsx_eval.locate.remark import Remark
from xlsx_eval.xlsx.book import SheetData
from xlsx_eval.xlsx.cell import CellRef

_LISTED = 4


class Merges:
    """The merged ranges of a sheet, sorted once, asked cell by cell."""

    def __init__(self, sheet: SheetData) -> None:
        self._sheet = sheet
        self._used: dict[CellRef, CellRef] = {}
        by_column: dict[int, list[tuple[int, int, CellRef]]] = {}
        for top, bottom in sheet.merges:
            for column in range(top.column, min(bottom.column, top.column + _WIDEST) + 1):
                by_column.setdefault(column, []).append((bottom.row, top.row, top))
        self._by_column = {column: sorted(ranges) for column, ranges in by_column.items()}

    def top(self, ref: CellRef, suits: Callable[[CellRef], bool]) -> CellRef:
        """The cell that speaks for `ref`: the top-left one of its merge, if that one suits and `ref` is blank."""
        ranges = self._by_column.get(ref.column)
        if not ranges or (ref.row, ref.column) in self._sheet.cells:
            return ref
        at = bisect_left(ranges, (ref.row, 0, CellRef(1, 1)))
        if at < len(ranges) and ranges[at][1] <= ref.row:
            top = ranges[at][2]
            if top != ref and suits(top) and (top.row, top.column) in self._sheet.cells:
                self._used[top] = ref
                return top
        return ref

    def told(self, called: str) -> Iterator[Remark]:
        """A22 for merged ranges whose content was read for more than one cell."""
        if not self._used:
            return
        ranges = [f"{top}:{last}" for top, last in sorted(self._used.items())]
        more = "等" if len(ranges) > _LISTED else ""
        places = [Place(self._sheet.name, str(top)) for top in sorted(self._used)]
        words = {"表名": called, "区域": "、".join(ranges[:_LISTED]) + more}
        yield Remark("A22", places[0], called, words, also=tuple(places[1:]))


_WIDEST = 40
"""Columns of one merged range that are looked at; a form is not wider."""
