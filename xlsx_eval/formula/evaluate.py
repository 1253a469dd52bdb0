"""A parsed formula prepared once as nested steps, then run over the values of one workbook after another."""

from __future__ import annotations

from collections.abc import Callable

from xlsx_eval.cell import ErrorValue, Scalar
from xlsx_eval.formula.functions import FUNCTIONS
from xlsx_eval.formula.nodes import Binary, Call, Group, Literal, Node, Reference, Unary
from xlsx_eval.formula.operators import BINARY, LAST, UNARY
from xlsx_eval.formula.spread import elementwise, is_large
from xlsx_eval.formula.values import (
    NUM,
    Column,
    Fault,
    Value,
    clean,
    clean_column,
    count,
    integer,
    number,
    raise_errors,
    scalar,
    text,
    truth,
)

Lookup = Callable[[str], Value]
"""Value of a name (`支出合计_决算数`), cell (`基础数据!D8`) or range; raises KeyError where there is none."""

MOST_CELLS = 5_000_000
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


class Run:
    """One run over one workbook: where its values come from and how many cells it may still touch."""

    __slots__ = ("left", "lookup")

    def __init__(self, lookup: Lookup) -> None:
        self.lookup = lookup
        self.left = MOST_CELLS

    def spend(self, cells: int) -> None:
        """Count cells touched; raises #NUM! when there are too many."""
        self.left -= cells
        if self.left < 0:
            raise Overspent


class Overspent(Exception):
    """A run that touches more cells than MOST_CELLS."""


Step = Callable[[Run], Value]


def evaluate(step: Step, lookup: Lookup) -> Scalar:
    """The result as a cell would show it: one scalar, a blank as 0."""
    try:
        result = scalar(step(Run(lookup)))
    except (Overspent, RecursionError):
        # A lookup may evaluate other formulas in turn; a chain of them too long for the stack ends here.
        return NUM
    return 0.0 if result is None else result


def prepare(node: Node) -> Step:
    """The steps that compute a formula; + or - as its last one gives 0 where both sides agree to 15 digits."""
    if isinstance(node, Binary) and node.operator in LAST:
        return _operation(LAST[node.operator], (_step(node.left, False), _step(node.right, False)), False)
    return _step(node, False)


def _step(node: Node, array: bool) -> Step:
    """Steps of one node; `array` is set inside SUMPRODUCT, where columns go cell by cell."""
    match node:
        case Literal():
            value = node.value
            return lambda run: value
        case Reference():
            return _reference(node)
        case Binary():
            return _chain(node, array)
        case Unary():
            return _operation(UNARY[node.operator], (_step(node.operand, array),), array)
        case Group():
            return _step(node.inner, array)
        case Call():
            return _call(node, array)


def _reference(node: Reference) -> Step:
    name = node.text
    missing = ErrorValue.REF if node.is_cell else ErrorValue.NAME

    def step(run: Run) -> Column:
        try:
            found = run.lookup(name)
        except KeyError:
            return ((missing,),)
        if not isinstance(found, tuple):
            return ((clean(found),),)
        if not found or not found[0]:
            return ((None,),)
        run.spend(len(found) * len(found[0]))
        return clean_column(found)

    return step


def _chain(node: Binary, array: bool) -> Step:
    """Left operands go into a list, so that a long sum does not nest as deeply as it is long."""
    chain: list[Binary] = [node]
    while isinstance(chain[-1].left, Binary):
        chain.append(chain[-1].left)
    first = _step(chain[-1].left, array)
    following = [(BINARY[link.operator], _step(link.right, array)) for link in reversed(chain)]

    def step(run: Run) -> Value:
        value = first(run)
        for operator, right in following:
            value = _apply(operator, (value, right(run)), array, run)
        return value

    return step


def _operation(operator: Callable[..., Value], operands: tuple[Step, ...], array: bool) -> Step:
    return lambda run: _apply(operator, tuple(operand(run) for operand in operands), array, run)


def _apply(operator: Callable[..., Value], values: tuple[Value, ...], array: bool, run: Run) -> Value:
    if array and any(map(is_large, values)):
        return elementwise(lambda *each: _apply(operator, each, False, run), values, run.spend)
    try:
        return operator(*map(scalar, values))
    except Fault as fault:
        return fault.error


def _call(node: Call, array: bool) -> Step:
    function = FUNCTIONS[node.name]
    inner = array or node.name == "SUMPRODUCT"
    arguments = tuple(_step(argument, inner) for argument in node.arguments)
    kinds = tuple(function.kind(index) for index in range(len(arguments)))
    call = function.call

    def called(*values: Value) -> Value:
        try:
            return call(
                *(
                    value if kind == "r" else _CONVERT[kind](scalar(value))
                    for kind, value in zip(kinds, values, strict=True)
                )
            )
        except Fault as fault:
            return fault.error

    def step(run: Run) -> Value:
        values = tuple(argument(run) for argument in arguments)
        for value in values:
            if isinstance(value, tuple):
                run.spend(len(value))
        if array and any(
            kind not in "rL" and is_large(value) for kind, value in zip(kinds, values, strict=True)
        ):
            return elementwise(called, values, run.spend, tuple(kind not in "rL" for kind in kinds))
        return called(*values)

    return step
