"""Results of a workbook's own formulas where no office program has stored one."""

from __future__ import annotations

from xlsx_eval.errors import FormulaError
from xlsx_eval.formula import Column, Value, compile_formula
from xlsx_eval.locate import target_of
from xlsx_eval.xlsx.book import Book
from xlsx_eval.xlsx.cell import CellRef, ErrorValue, Scalar

MAX_DEPTH = 40
MAX_CELLS = 20_000


class Recomputer:
    """Computes formulas that came without a cached value; what the engine cannot compute stays None."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._known: dict[tuple[str, CellRef], Scalar] = {}
        self._depth = 0

    def value(self, sheet: str, ref: CellRef) -> Scalar:
        """Value of a cell: stored where there is one, else computed; #REF! on a cycle, None if not computable."""
        data = self._book.sheet(sheet)
        cell = data.cells.get((ref.row, ref.column)) if data else None
        if cell is None:
            return None
        if cell.cached or cell.formula is None:
            return cell.value
        key = (sheet.casefold(), ref)
        if key not in self._known:
            self._known[key] = ErrorValue.REF
            self._known[key] = self._compute(sheet, cell.formula)
        return self._known[key]

    def _compute(self, sheet: str, text: str) -> Scalar:
        if self._depth >= MAX_DEPTH:
            return None
        try:
            formula = compile_formula(text)
        except FormulaError:
            return None
        self._depth += 1
        try:
            return formula.evaluate(lambda name: self._lookup(sheet, name))
        finally:
            self._depth -= 1

    def _lookup(self, sheet: str, name: str) -> Value:
        refers_to = self._book.names.get(name)
        target = target_of(
            refers_to if refers_to is not None else name if "!" in name else f"{_q(sheet)}!{name}"
        )
        if target is None:
            raise KeyError(name)
        where, first, last = target
        if first == last:
            return self.value(where, first)
        return self._column(where, first, last)

    def _column(self, sheet: str, first: CellRef, last: CellRef) -> Column:
        if (last.row - first.row + 1) * (last.column - first.column + 1) > MAX_CELLS:
            raise KeyError(sheet)
        return tuple(
            tuple(self.value(sheet, CellRef(row, column)) for column in range(first.column, last.column + 1))
            for row in range(first.row, last.row + 1)
        )


def _q(sheet: str) -> str:
    return "'" + sheet.replace("'", "''") + "'"
