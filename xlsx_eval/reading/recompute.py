"""A workbook's own formulas computed again: where no result was stored, where it is stale, where text was left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from xlsx_eval.cell import Address, CellRef, ErrorValue, Scalar, quote_sheet
from xlsx_eval.errors import FormulaError
from xlsx_eval.formula import Column, Formula, Value, compile_formula
from xlsx_eval.reading.locate import target_of
from xlsx_eval.xlsx.read.book import Book, Cell, SheetData

MAX_DEPTH = 40
MAX_CELLS = 20_000

"""A cell of a workbook: its sheet's name as the workbook spells it, and the reference."""


class Recomputer:
    """Computes the formulas of one workbook; what the engine cannot compute is None.

    Stored results are taken where there are any, unless `afresh`; `meant` are values that take the place of
    what cells hold.
    """

    def __init__(
        self, book: Book, *, afresh: bool = False, meant: Mapping[Address, Scalar] | None = None
    ) -> None:
        self._sheets = {sheet.name.casefold(): sheet for sheet in book.sheets}
        self._names = {name.casefold(): refers_to for name, refers_to in book.names.items()}
        self._afresh = afresh
        self._meant = meant or {}
        self._known: dict[Address, Scalar] = {}
        self._depth = 0
        self._failed = False

    def value(self, sheet: str, ref: CellRef) -> Scalar:
        """Value of a cell; #REF! on a cycle, None if blank or not computable."""
        data, cell = self._cell(sheet, ref)
        if data is None:
            self._failed = True
            return None
        spot = Address(data.name, ref)
        if spot in self._meant:
            return self._meant[spot]
        if cell is None or cell.formula is None or (cell.cached and not self._afresh):
            return None if cell is None else cell.value
        if spot not in self._known:
            self._known[spot] = ErrorValue.REF
            self._known[spot] = self._compute(data.name, cell)
        return self._known[spot]

    def _cell(self, sheet: str, ref: CellRef) -> tuple[SheetData | None, Cell | None]:
        data = self._sheets.get(sheet.casefold())
        return data, None if data is None else data.cells.get((ref.row, ref.column))

    def _compute(self, sheet: str, cell: Cell) -> Scalar:
        """Result of a formula; its stored one, if any, where the engine cannot tell."""
        kept = cell.value if cell.cached else None
        formula = parsed(cell.formula)
        if formula is None or self._depth >= MAX_DEPTH:
            return kept
        self._depth += 1
        failed, self._failed = self._failed, False
        try:
            result = formula.evaluate(lambda name: self._lookup(sheet, name))
            return kept if self._failed else result
        finally:
            self._depth -= 1
            self._failed = failed

    def _lookup(self, sheet: str, name: str) -> Value:
        target = self._target(sheet, name)
        if target is None:
            self._failed = True
            raise KeyError(name)
        where, first, last = target
        if first == last:
            return self.value(where, first)
        if _size(first, last) > MAX_CELLS:
            self._failed = True
            raise KeyError(name)
        return self._column(where, first, last)

    def _target(self, sheet: str, name: str) -> tuple[str, CellRef, CellRef] | None:
        refers_to = self._names.get(name.casefold())
        if refers_to is None:
            refers_to = name if "!" in name else f"{quote_sheet(sheet)}!{name}"
        return target_of(refers_to)

    def _column(self, sheet: str, first: CellRef, last: CellRef) -> Column:
        return tuple(
            tuple(self.value(sheet, CellRef(row, column)) for column in range(first.column, last.column + 1))
            for row in range(first.row, last.row + 1)
        )

    def precedents(self, sheet: str, ref: CellRef) -> Iterator[Address]:
        """Cells that the formula of a cell reads, blank ones included; none where it is no formula."""
        _, cell = self._cell(sheet, ref)
        formula = None if cell is None else parsed(cell.formula)
        for name in sorted((formula.cells | formula.names) if formula else ()):
            target = self._target(sheet, name)
            if target is None or target[0].casefold() not in self._sheets or _size(*target[1:]) > MAX_CELLS:
                continue
            where = self._sheets[target[0].casefold()].name
            for row in range(target[1].row, target[2].row + 1):
                for column in range(target[1].column, target[2].column + 1):
                    yield Address(where, CellRef(row, column))

    def roots(self, sheet: str, ref: CellRef, spots: Mapping[Address, Scalar]) -> tuple[Address, ...]:
        """Which of `spots` a formula rests on, through other formulas too."""
        found: dict[Address, None] = {}
        seen: set[Address] = set()
        waiting = [Address(sheet, ref)]
        while waiting and len(seen) < MAX_CELLS:
            for spot in self.precedents(*waiting.pop()):
                if spot in seen:
                    continue
                seen.add(spot)
                if spot in spots:
                    found[spot] = None
                elif self._is_formula(spot):
                    waiting.append(spot)
        return tuple(found)

    def error_root(self, sheet: str, ref: CellRef) -> Address:
        """The cell where an error began: followed back as long as a formula reads an erring cell."""
        spot = Address(sheet, ref)
        seen = {spot}
        while True:
            erring = (other for other in self.precedents(*spot) if self._errs(other) and other not in seen)
            before = next(erring, None)
            if before is None:
                return spot
            seen.add(before)
            spot = before

    def _is_formula(self, spot: Address) -> bool:
        cell = self._cell(*spot)[1]
        return cell is not None and cell.formula is not None

    def _errs(self, spot: Address) -> bool:
        cell = self._cell(*spot)[1]
        return cell is not None and isinstance(cell.value, ErrorValue)


def _size(first: CellRef, last: CellRef) -> int:
    return (last.row - first.row + 1) * (last.column - first.column + 1)


def parsed(text: str | None) -> Formula | None:
    """The formula, if it is one that the engine knows."""
    if not text:
        return None
    try:
        return compile_formula(text)
    except FormulaError:
        return None
