"""Functions over many values: in a range only numbers count, written directly a text or truth counts too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import prod

from xlsx_eval.cell import ErrorValue, Scalar
from xlsx_eval.formula.signature import Function
from xlsx_eval.formula.textnumber import text_number
from xlsx_eval.formula.values import (
    DIV0,
    NUM,
    VALUE,
    Column,
    Fault,
    Value,
    cells,
    finite,
    number,
    raise_errors,
)


def is_number(value: Scalar) -> bool:
    """Whether a cell holds a number; a truth is none."""
    return isinstance(value, float) and not isinstance(value, bool)


def _numbers(arguments: tuple[Value, ...]) -> list[float]:
    found: list[float] = []
    for argument in arguments:
        if isinstance(argument, tuple):
            found += column_numbers(argument)
        else:
            found.append(number(argument))
    return found


def column_numbers(column: Column) -> list[float]:
    """The numbers in a column; raises its first error."""
    values = [cell for row in column for cell in row]
    for cell in values:
        if isinstance(cell, ErrorValue):
            raise Fault(cell)
    return [cell for cell in values if type(cell) is float]


def _sum(*arguments: Value) -> float:
    return finite(total(_numbers(arguments)))


def total(numbers: Iterable[float]) -> float:
    """Their sum from left to right, as Excel adds."""
    result = 0.0
    for each in numbers:
        result += each
    return result


def _average(*arguments: Value) -> float:
    numbers = _numbers(arguments)
    if not numbers:
        raise Fault(DIV0)
    return finite(total(numbers) / len(numbers))


def _count(*arguments: Value) -> float:
    return float(sum(_counted(argument) for argument in arguments))


def _counted(argument: Value) -> int:
    if isinstance(argument, tuple):
        return sum(map(is_number, cells(argument)))
    if isinstance(argument, str):
        return int(text_number(argument) is not None)
    return int(not isinstance(argument, ErrorValue))


def _count_all(*arguments: Value) -> float:
    return float(
        sum(
            sum(cell is not None for cell in cells(argument)) if isinstance(argument, tuple) else 1
            for argument in arguments
        )
    )


def _count_blank(area: Value) -> float:
    return float(sum(cell is None or cell == "" for cell in cells(area)))


def _product(*arguments: Value) -> float:
    numbers = _numbers(arguments)
    return finite(prod(numbers)) if numbers else 0.0


def _large(area: Value, place: int) -> float:
    return _ranked(area, place, reverse=True)


def _small(area: Value, place: int) -> float:
    return _ranked(area, place, reverse=False)


def _ranked(area: Value, place: int, reverse: bool) -> float:
    numbers = sorted(_numbers((area,)), reverse=reverse)
    if not 1 <= place <= len(numbers):
        raise Fault(NUM)
    return numbers[place - 1]


def _sum_product(*arguments: Value) -> float:
    arrays: list[Column] = [each if isinstance(each, tuple) else ((each,),) for each in arguments]
    shape = _shape(arrays[0])
    if any(_shape(array) != shape for array in arrays):
        raise Fault(VALUE)
    return finite(total(_products(arrays)))


def _products(arrays: list[Column]) -> Iterator[float]:
    for factors in zip(*map(cells, arrays), strict=True):
        product = 1.0
        for factor in factors:
            raise_errors(factor)
            product *= factor if isinstance(factor, float) else 0.0
        yield product


def _shape(array: Column) -> tuple[int, int]:
    return len(array), len(array[0]) if array else 0


AGGREGATES: Mapping[str, Function] = {
    "SUM": Function("r", 1, _sum, repeats=1),
    "AVERAGE": Function("r", 1, _average, repeats=1),
    "MIN": Function("r", 1, lambda *arguments: min(_numbers(arguments), default=0.0), repeats=1),
    "MAX": Function("r", 1, lambda *arguments: max(_numbers(arguments), default=0.0), repeats=1),
    "COUNT": Function("r", 1, _count, repeats=1),
    "COUNTA": Function("r", 1, _count_all, repeats=1),
    "COUNTBLANK": Function("r", 1, _count_blank),
    "PRODUCT": Function("r", 1, _product, repeats=1),
    "LARGE": Function("ri", 2, _large),
    "SMALL": Function("ri", 2, _small),
    "SUMPRODUCT": Function("r", 1, _sum_product, repeats=1),
}
