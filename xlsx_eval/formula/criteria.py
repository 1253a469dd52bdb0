"""Criteria of COUNTIF, SUMIF and their kin: `>=60`, `<>`, `教育*`, a number, a text, a truth."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import compress

from xlsx_eval.cell import ErrorValue, Scalar
from xlsx_eval.formula.aggregates import total
from xlsx_eval.formula.numbers import same
from xlsx_eval.formula.operators import compare, fold
from xlsx_eval.formula.signature import Function
from xlsx_eval.formula.textnumber import text_number
from xlsx_eval.formula.values import DIV0, VALUE, Column, Fault, Value, cells, finite, raise_errors
from xlsx_eval.formula.wildcards import has_wildcards, matches

Test = Callable[[Scalar], bool]

_CRITERION = re.compile(r"(<=|>=|<>|<|>|=)?(.*)\Z", re.DOTALL)
_ORDERS: Mapping[str, Callable[[int, int], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_ERRORS = {str(error): error for error in ErrorValue}


def criterion(value: Scalar) -> Test:
    """Whether a cell fits; a blank criterion means 0, an empty text means blank or empty."""
    if value is None:
        return _equals(0.0)
    if not isinstance(value, str):
        return _equals(value)
    match = _CRITERION.match(value)
    assert match is not None
    sign, rest = match[1], match[2]
    if not rest:
        return _about_blanks(sign)
    operand = _operand(rest)
    if sign in _ORDERS:
        return _ordered(_ORDERS[sign], operand)
    fits = _equals(operand)
    return (lambda cell: not fits(cell)) if sign == "<>" else fits


def _operand(text: str) -> Scalar:
    number = text_number(text)
    if number is not None:
        return number
    word = text.upper()
    return word == "TRUE" if word in ("TRUE", "FALSE") else _ERRORS.get(word, text)


def _about_blanks(sign: str | None) -> Test:
    if sign is None:
        return lambda cell: cell is None or cell == ""
    if sign == "=":
        return lambda cell: cell is None
    if sign == "<>":
        return lambda cell: cell is not None
    return lambda cell: False


def _equals(operand: Scalar) -> Test:
    if isinstance(operand, bool | ErrorValue):
        return lambda cell: cell is operand
    if isinstance(operand, float):
        return lambda cell: _is_number(cell, operand)
    pattern = fold(operand)
    if has_wildcards(pattern):
        return lambda cell: isinstance(cell, str) and matches(pattern, fold(cell))
    return lambda cell: isinstance(cell, str) and fold(cell) == pattern


def _is_number(cell: Scalar, operand: float) -> bool:
    if isinstance(cell, bool):
        return False
    read = text_number(cell) if isinstance(cell, str) else cell
    return isinstance(read, float) and same(read, operand)


def _ordered(order: Callable[[int, int], bool], operand: Scalar) -> Test:
    kind = type(operand)
    return lambda cell: type(cell) is kind and order(compare(cell, operand), 0)


def _area(value: Value) -> Column:
    if not isinstance(value, tuple):
        raise Fault(VALUE)
    return value


def _count_if(area: Value, wanted: Scalar) -> float:
    return float(sum(map(criterion(wanted), cells(_area(area)))))


def _chosen(numbers: Value, picks: Iterator[bool]) -> Iterator[float]:
    for cell in compress(cells(numbers), picks):
        raise_errors(cell)
        if isinstance(cell, float):
            yield cell


def _sum_if(area: Value, wanted: Scalar, numbers: Value = None) -> float:
    return _sum_ifs(area if numbers is None else numbers, area, wanted)


def _average_if(area: Value, wanted: Scalar, numbers: Value = None) -> float:
    averaged = area if numbers is None else numbers
    chosen = list(_chosen(averaged, _fitting(_area(averaged), (area, wanted))))
    if not chosen:
        raise Fault(DIV0)
    return finite(total(chosen) / len(chosen))


def _sum_ifs(numbers: Value, *pairs: Value) -> float:
    return finite(total(_chosen(numbers, _fitting(_area(numbers), pairs))))


def _count_ifs(*pairs: Value) -> float:
    return float(sum(_fitting(_area(pairs[0]), pairs)))


def _fitting(like: Column, pairs: tuple[Value, ...]) -> Iterator[bool]:
    tests = [criterion(wanted) for wanted in pairs[1::2] if not isinstance(wanted, tuple)]
    areas = [_area(area) for area in pairs[::2]]
    if any(len(area) != len(like) or len(area[0]) != len(like[0]) for area in areas):
        raise Fault(VALUE)
    for row in zip(*map(cells, areas), strict=True):
        yield all(test(cell) for test, cell in zip(tests, row, strict=True))


CRITERIA: Mapping[str, Function] = {
    "COUNTIF": Function("rs", 2, _count_if),
    "COUNTIFS": Function("rs", 2, _count_ifs, repeats=2),
    "AVERAGEIF": Function("rsr", 2, _average_if),
    "SUMIF": Function("rsr", 2, _sum_if),
    "SUMIFS": Function("rrs", 3, _sum_ifs, repeats=2),
}
