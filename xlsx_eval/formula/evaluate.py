"""A parsed formula computed over the values of one workbook."""

from __future__ import annotations

from collections.abc import Callable

from xlsx_eval.formula.functions import FUNCTIONS
from xlsx_eval.formula.nodes import Binary, Call, Group, Literal, Node, Reference, Unary
from xlsx_eval.formula.operators import BINARY, LAST, UNARY
from xlsx_eval.formula.signature import Function
from xlsx_eval.formula.values import (
    NUM,
    Column,
    Fault,
    Value,
    clean,
    count,
    integer,
    number,
    raise_errors,
    scalar,
    text,
    truth,
)
from xlsx_eval.xlsx.cell import ErrorValue, Scalar

Lookup = Callable[[str], Value]
"""Value of a name (`支出合计_决算数`), cell (`基础数据!D8`) or range; raises KeyError where there is none."""

MOST_CELLS = 4_000_000
"""Cells one evaluation may touch; a formula that asks for more is #NUM!."""

_CONVERT: dict[str, Callable[[Scalar], object]] = {
    "n": number,
    "i": integer,
    "c": count,
    "t": text,
    "l": truth,
    "L": truth,
    "v": raise_errors,
    "s": lambda value: value,
}
_ELEMENTWISE = frozenset("nictlvs")


def evaluate(node: Node, lookup: Lookup) -> Scalar:
    """The result as a cell would show it: one scalar, a blank as 0."""
    result = scalar(_Evaluation(lookup).root(node))
    return 0.0 if result is None else result


class _Evaluation:
    """One run over one workbook; `_array` is set inside SUMPRODUCT, where columns go cell by cell."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._array = False
        self._left = MOST_CELLS

    def root(self, node: Node) -> Value:
        if isinstance(node, Binary) and node.operator in LAST:
            left = self._value(node.left)
            return self._apply(LAST[node.operator], left, self._value(node.right))
        return self._value(node)

    def _value(self, node: Node) -> Value:
        match node:
            case Literal():
                return node.value
            case Reference():
                return self._reference(node)
            case Binary():
                return self._chain(node)
            case Unary():
                return self._apply(UNARY[node.operator], self._value(node.operand))
            case Group():
                return self._value(node.inner)
            case Call():
                return self._call(node)

    def _reference(self, node: Reference) -> Column:
        try:
            found = self._lookup(node.text)
        except KeyError:
            found = ErrorValue.REF if node.is_cell else ErrorValue.NAME
        rows = found if isinstance(found, tuple) else ((found,),)
        self._spend(len(rows) * len(rows[0]) if rows else 0)
        return tuple(tuple(map(clean, row)) for row in rows)

    def _chain(self, node: Binary) -> Value:
        """Left operands go into a list, so that a long sum does not nest as deeply as it is long."""
        chain = [node]
        while isinstance(chain[-1].left, Binary):
            chain.append(chain[-1].left)
        value = self._value(chain[-1].left)
        for step in reversed(chain):
            value = self._apply(BINARY[step.operator], value, self._value(step.right))
        return value

    def _call(self, node: Call) -> Value:
        function = FUNCTIONS[node.name]
        outer = self._array
        self._array = outer or node.name == "SUMPRODUCT"
        arguments = [self._value(argument) for argument in node.arguments]
        self._array = outer
        self._spend(sum(len(each) * len(each[0]) for each in arguments if isinstance(each, tuple) and each))
        kinds = [function.kind(index) for index in range(len(arguments))]
        spread = [kind in _ELEMENTWISE for kind in kinds]
        return self._spread(lambda *values: _called(function, kinds, values), arguments, spread)

    def _apply(self, operation: Callable[..., Value], *operands: Value) -> Value:
        return self._spread(
            lambda *values: _operated(operation, values), list(operands), [True] * len(operands)
        )

    def _spread(self, operation: Callable[..., Value], values: list[Value], spread: list[bool]) -> Value:
        """One call; or, inside SUMPRODUCT, one for each cell of the columns among the spread values."""
        shapes = [_shape(each) for each, spreads in zip(values, spread, strict=True) if spreads]
        rows = max((shape[0] for shape in shapes), default=1)
        columns = max((shape[1] for shape in shapes), default=1)
        if not self._array or rows * columns == 1:
            return operation(*values)
        self._spend(rows * columns)
        return tuple(
            tuple(
                scalar(
                    operation(
                        *(
                            _at(each, row, column) if s else each
                            for each, s in zip(values, spread, strict=True)
                        )
                    )
                )
                for column in range(columns)
            )
            for row in range(rows)
        )

    def _spend(self, cells: int) -> None:
        self._left -= cells
        if self._left < 0:
            raise Fault(NUM)


def _called(function: Function, kinds: list[str], values: tuple[Value, ...]) -> Value:
    try:
        return function.call(
            *(
                value if kind == "r" else _CONVERT[kind](scalar(value))
                for kind, value in zip(kinds, values, strict=True)
            )
        )
    except Fault as fault:
        return fault.error


def _operated(operation: Callable[..., Value], values: tuple[Value, ...]) -> Value:
    try:
        return operation(*map(scalar, values))
    except Fault as fault:
        return fault.error


def _shape(value: Value) -> tuple[int, int]:
    return (len(value), len(value[0])) if isinstance(value, tuple) and value else (1, 1)


def _at(value: Value, row: int, column: int) -> Scalar:
    """Cell of a column spread over a larger array: one row or one cell repeats, past the end is #N/A."""
    if not isinstance(value, tuple):
        return value
    rows, columns = _shape(value)
    row, column = (0 if rows == 1 else row), (0 if columns == 1 else column)
    return value[row][column] if row < rows and column < columns else ErrorValue.NA
