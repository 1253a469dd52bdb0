"""Taking a value out of a range; what is sought must be met exactly, which the parser sees to."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from xlsx_eval.cell import ErrorValue, Scalar
from xlsx_eval.formula.operators import compare, fold
from xlsx_eval.formula.signature import Function
from xlsx_eval.formula.values import VALUE, Column, Fault, Value, cells
from xlsx_eval.formula.wildcards import has_wildcards, matches


def _index(area: Value, row: int, column: int | None = None) -> Value:
    rows: Column = area if isinstance(area, tuple) else ((area,),)
    if column is None and len(rows) == 1:
        row, column = 1, row
    column = 1 if column is None and len(rows[0]) == 1 else column or 0
    if row < 0 or column < 0:
        raise Fault(VALUE)
    if row > len(rows) or column > len(rows[0]):
        raise Fault(ErrorValue.REF)
    chosen = rows[row - 1 : row] if row else rows
    return tuple(each[column - 1 : column] if column else each for each in chosen)


def _match(wanted: Scalar, area: Value, exact: Scalar) -> float:
    if not isinstance(area, tuple) or (len(area) > 1 and len(area[0]) > 1):
        raise Fault(ErrorValue.NA)
    fits = _exactly(wanted)
    for place, cell in enumerate(cells(area), 1):
        if fits(cell):
            return float(place)
    raise Fault(ErrorValue.NA)


def _vertical(wanted: Scalar, area: Value, column: int, exact: Scalar) -> Value:
    rows: Column = area if isinstance(area, tuple) else ((area,),)
    if column < 1:
        raise Fault(VALUE)
    if column > len(rows[0]):
        raise Fault(ErrorValue.REF)
    fits = _exactly(wanted)
    for row in rows:
        if fits(row[0]):
            return row[column - 1]
    raise Fault(ErrorValue.NA)


def _exactly(wanted: Scalar) -> Callable[[Scalar], bool]:
    if isinstance(wanted, str) and has_wildcards(wanted):
        pattern = fold(wanted)
        return lambda cell: isinstance(cell, str) and matches(pattern, fold(cell))
    sought = 0.0 if wanted is None else wanted
    return lambda cell: type(cell) is type(sought) and compare(cell, sought) == 0


LOOKUPS: Mapping[str, Function] = {
    "INDEX": Function("rii", 2, _index),
    "MATCH": Function("vrs", 3, _match),
    "VLOOKUP": Function("vris", 4, _vertical),
}
