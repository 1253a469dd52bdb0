"""Merged cells: only the top-left one holds anything, and it speaks for those it covers."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator

from xlsx_eval.cell import Address, CellRef
from xlsx_eval.reading.locate.remark import Remark
from xlsx_eval.xlsx.read.book import SheetData

_LISTED = 4


class Merges:
    """The merged ranges of a sheet, sorted once, asked cell by cell."""

    def __init__(self, sheet: SheetData) -> None:
        self._sheet = sheet
        self._used: dict[CellRef, CellRef] = {}
        self._hidden: dict[CellRef, list[CellRef]] = {}
        by_column: dict[int, list[tuple[int, int, CellRef]]] = {}
        for top, bottom in sheet.merges:
            for column in range(top.column, min(bottom.column, top.column + _WIDEST) + 1):
                by_column.setdefault(column, []).append((bottom.row, top.row, top))
        self._by_column = {column: sorted(ranges) for column, ranges in by_column.items()}

    def top(self, ref: CellRef, suits: Callable[[CellRef], bool]) -> CellRef:
        """The cell that speaks for `ref`: the top-left one of its merge, if that one suits and `ref` is blank."""
        top = self._over(ref)
        if top is None or not suits(top):
            return ref
        self._used[top] = ref
        return top

    def hides(self, ref: CellRef) -> None:
        """Remembers a cell for a figure of its own that a merge with a figure in it covers, if one does."""
        top = self._over(ref)
        if top is not None:
            self._hidden.setdefault(top, []).append(ref)

    def _over(self, ref: CellRef) -> CellRef | None:
        """The top-left cell, with something in it, of the merge that covers a blank cell."""
        ranges = self._by_column.get(ref.column)
        if not ranges or (ref.row, ref.column) in self._sheet.cells:
            return None
        at = bisect_left(ranges, (ref.row, 0, CellRef(1, 1)))
        if at == len(ranges) or ranges[at][1] > ref.row:
            return None
        top = ranges[at][2]
        return top if top != ref and (top.row, top.column) in self._sheet.cells else None

    def told(self, called: str) -> Iterator[Remark]:
        """A22 for merged ranges whose content was read for more than one cell, A25 for those that hide figures."""
        if self._used:
            ranges = [f"{top}:{last}" for top, last in sorted(self._used.items())]
            more = "等" if len(ranges) > _LISTED else ""
            places = [Address(self._sheet.name, top) for top in sorted(self._used)]
            words = {"表名": called, "区域": "、".join(ranges[:_LISTED]) + more}
            yield Remark("A22", places[0], called, words, also=tuple(places[1:]))
        for top, covered in sorted(self._hidden.items()):
            named = "、".join(str(ref) for ref in covered[:_LISTED])
            more = f"等 {len(covered)} 个" if len(covered) > _LISTED else ""
            words = {"表名": called, "位置": str(top), "单元格": named + more}
            also = tuple(Address(self._sheet.name, ref) for ref in covered)
            yield Remark("A25", Address(self._sheet.name, top), called, words, also=also)


_WIDEST = 40
"""Columns of one merged range that are looked at; a form is not wider."""
