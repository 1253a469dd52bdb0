"""Conditions, and questions about what a cell holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from xlsx_eval.cell import ErrorValue, Scalar
from xlsx_eval.formula.signature import Function
from xlsx_eval.formula.values import VALUE, Fault, Value, raise_errors, truth


def _if(condition: bool, then: Value, otherwise: Value = False) -> Value:
    return then if condition else otherwise


def _if_error(value: Scalar, instead: Scalar) -> Scalar:
    return instead if isinstance(value, ErrorValue) else value


def _choose(index: int, *choices: Value) -> Value:
    if not 1 <= index <= len(choices):
        raise Fault(VALUE)
    return choices[index - 1]


def _truths(arguments: tuple[Value, ...]) -> Iterator[bool]:
    for argument in arguments:
        if isinstance(argument, tuple):
            for row in argument:
                yield from (truth(cell) for cell in row if cell is not None and not isinstance(cell, str))
        else:
            yield truth(argument)


def _and(*arguments: Value) -> bool:
    return all(_some(arguments))


def _or(*arguments: Value) -> bool:
    return any(_some(arguments))


def _some(arguments: tuple[Value, ...]) -> list[bool]:
    found = list(_truths(arguments))
    if not found:
        raise Fault(VALUE)
    return found


def _first(value: Value) -> Scalar:
    return raise_errors(value[0][0] if isinstance(value, tuple) else value)


def _n(value: Value) -> float:
    first = _first(value)
    return float(first) if isinstance(first, float | bool) else 0.0


def _t(value: Value) -> str:
    first = _first(value)
    return first if isinstance(first, str) else ""


LOGIC: Mapping[str, Function] = {
    "IF": Function("Lrr", 2, _if),
    "AND": Function("r", 1, _and, repeats=1),
    "OR": Function("r", 1, _or, repeats=1),
    "NOT": Function("l", 1, lambda condition: not condition),
    "TRUE": Function("", 0, lambda: True),
    "FALSE": Function("", 0, lambda: False),
    "IFERROR": Function("ss", 2, _if_error),
    "CHOOSE": Function("ir", 2, _choose, repeats=1),
    "ISBLANK": Function("s", 1, lambda value: value is None),
    "ISNUMBER": Function("s", 1, lambda value: isinstance(value, float) and not isinstance(value, bool)),
    "ISTEXT": Function("s", 1, lambda value: isinstance(value, str)),
    "ISERROR": Function("s", 1, lambda value: isinstance(value, ErrorValue)),
    "ISNA": Function("s", 1, lambda value: value is ErrorValue.NA),
    "NA": Function("", 0, lambda: ErrorValue.NA),
    "N": Function("r", 1, _n),
    "T": Function("r", 1, _t),
}
