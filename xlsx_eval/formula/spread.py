"""One operation on every cell of columns, as SUMPRODUCT computes its arguments."""

from __future__ import annotations

from collections.abc import Callable

from xlsx_eval.cell import ErrorValue, Scalar
from xlsx_eval.formula.values import Column, Value, scalar


def is_large(value: Value) -> bool:
    """Whether a value is a column of more than one cell."""
    return isinstance(value, tuple) and (len(value) > 1 or len(value[0]) > 1)


def elementwise(
    operation: Callable[..., Value],
    values: tuple[Value, ...],
    spend: Callable[[int], None],
    spreads: tuple[bool, ...] | None = None,
) -> Column:
    """The operation's results in the shape of the largest column; values that do not spread go in whole."""
    spreads = spreads or (True,) * len(values)
    pairs = tuple(zip(values, spreads, strict=True))
    shapes = [_shape(value) for value, spread in pairs if spread]
    rows = max(shape[0] for shape in shapes)
    columns = max(shape[1] for shape in shapes)
    whole = [_shape(value) for value, spread in pairs if not spread]
    spend(rows * columns * sum((shape[0] * shape[1] for shape in whole), start=1))
    return tuple(
        tuple(
            scalar(operation(*(_at(value, row, column) if spread else value for value, spread in pairs)))
            for column in range(columns)
        )
        for row in range(rows)
    )


def _shape(value: Value) -> tuple[int, int]:
    return (len(value), len(value[0])) if isinstance(value, tuple) else (1, 1)


def _at(value: Value, row: int, column: int) -> Scalar:
    """Cell of a column spread over a larger shape: one row or one cell repeats, past the end is #N/A."""
    if not isinstance(value, tuple):
        return value
    rows, columns = _shape(value)
    row, column = (0 if rows == 1 else row), (0 if columns == 1 else column)
    return value[row][column] if row < rows and column < columns else ErrorValue.NA
