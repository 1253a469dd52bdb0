"""What a formula computes with, and Excel's conversions between numbers, texts, truths and errors."""

from __future__ import annotations

import math
from collections.abc import Iterator

from xlsx_eval.cell import ErrorValue, Scalar
from xlsx_eval.formula.numbers import SMALLEST, number_text
from xlsx_eval.formula.textnumber import text_number

Column = tuple[tuple[Scalar, ...], ...]
"""The values of a range, row by row."""
Value = Scalar | Column

LONGEST_TEXT = 32_767


class Fault(Exception):
    """An Excel error on its way to becoming the result."""

    def __init__(self, error: ErrorValue) -> None:
        super().__init__(error)
        self.error = error


VALUE = ErrorValue.VALUE
NUM = ErrorValue.NUM
DIV0 = ErrorValue.DIV0


def cells(value: Value) -> Iterator[Scalar]:
    """Every value of a range, row by row; a scalar is one cell."""
    if isinstance(value, tuple):
        for row in value:
            yield from row
    else:
        yield value


def scalar(value: Value) -> Scalar:
    """The one value of a single cell; #VALUE! for a longer column, which has no place in a scalar's stead."""
    if not isinstance(value, tuple):
        return value
    if len(value) == 1 and len(value[0]) == 1:
        return value[0][0]
    return VALUE


def clean(value: Scalar) -> Scalar:
    """A looked-up scalar with integers made floats and what Excel cannot hold made an error."""
    kind = type(value)
    if kind is float:
        return value if SMALLEST <= abs(value) < math.inf else _bounded(value)  # type: ignore[arg-type]
    if kind is str or kind is bool or not isinstance(value, int | float):
        return value
    return _bounded(value)


def _bounded(value: float) -> Scalar:
    try:
        return finite(float(value))
    except (OverflowError, Fault):
        return NUM


def clean_column(column: Column) -> Column:
    """A looked-up column with each of its values cleaned."""
    return tuple([tuple([clean(value) for value in row]) for row in column])


def finite(number: float) -> float:
    """The number if Excel can hold it; raises #NUM! beyond, gives 0 below."""
    size = abs(number)
    if SMALLEST <= size < math.inf:
        return number
    if size < SMALLEST:
        return 0.0
    raise Fault(NUM)


def number(value: Scalar) -> float:
    """As an arithmetic operand: blank is 0, TRUE 1, text a number where it reads as one."""
    if isinstance(value, float):
        return value
    if value is None:
        return 0.0
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, ErrorValue):
        raise Fault(value)
    read = text_number(value)
    if read is None:
        raise Fault(VALUE)
    return read


def integer(value: Scalar) -> int:
    """As a count or place: a number cut off towards zero; #VALUE! beyond 32 bits."""
    whole = math.trunc(number(value))
    if abs(whole) >= 2**31:
        raise Fault(VALUE)
    return whole


def count(value: Scalar) -> int:
    """As a number of characters: whole, and #VALUE! below 0."""
    if number(value) < 0:
        raise Fault(VALUE)
    return integer(value)


def text(value: Scalar) -> str:
    """As an operand of text joining: blank is empty, truths are TRUE and FALSE."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, ErrorValue):
        raise Fault(value)
    return number_text(value)


def truth(value: Scalar) -> bool:
    """As a condition: numbers other than 0 and the words TRUE and FALSE; any other text is #VALUE!."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        word = value.upper()
        if word in ("TRUE", "FALSE"):
            return word == "TRUE"
        raise Fault(VALUE)
    return number(value) != 0


def raise_errors(value: Scalar) -> Scalar:
    """The value itself, raising it if it is an error."""
    if isinstance(value, ErrorValue):
        raise Fault(value)
    return value
