"""Excel's operators on scalars: arithmetic, comparison and text joining."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from xlsx_eval.cell import Scalar
from xlsx_eval.formula.numbers import same
from xlsx_eval.formula.values import DIV0, LONGEST_TEXT, NUM, VALUE, Fault, finite, number, raise_errors, text

Operator = Callable[[Scalar, Scalar], Scalar]


def power(base: float, exponent: float) -> float:
    """base^exponent; #NUM! for 0^0 and for roots of negative numbers, #DIV/0! for 0 to a negative power."""
    if base == 0 and exponent <= 0:
        raise Fault(NUM if exponent == 0 else DIV0)
    try:
        result = base**exponent
    except OverflowError:
        raise Fault(NUM) from None
    if isinstance(result, complex):
        raise Fault(NUM)
    return finite(float(result))


def divide(left: float, right: float) -> float:
    """left/right; #DIV/0! for a zero divisor."""
    if right == 0:
        raise Fault(DIV0)
    return finite(left / right)


def join(left: Scalar, right: Scalar) -> str:
    """The texts of both, one after the other; #VALUE! beyond a cell's 32,767 characters."""
    joined = text(left) + text(right)
    if len(joined) > LONGEST_TEXT:
        raise Fault(VALUE)
    return joined


def compare(left: Scalar, right: Scalar) -> int:
    """-1, 0 or 1: numbers before texts before truths, case ignored, a blank as the other side's zero."""
    raise_errors(left)
    raise_errors(right)
    left, right = _unblank(left, right), _unblank(right, left)
    if isinstance(left, float) and isinstance(right, float):
        return 0 if same(left, right) else -1 if left < right else 1
    ranks = _rank(left), _rank(right)
    if ranks[0] != ranks[1]:
        return -1 if ranks[0] < ranks[1] else 1
    folded = fold(left), fold(right)
    if folded[0] == folded[1]:
        return 0
    return -1 if _collation(folded[0]) < _collation(folded[1]) else 1


def fold(value: Scalar) -> str:
    """Text as comparisons see it, upper and lower case alike; FALSE stands before TRUE."""
    return text(value).upper()


def _collation(folded: str) -> list[tuple[int, str]]:
    """Order of texts: signs before digits before letters; Chinese follows by code point."""
    return [(0 if not each.isalnum() else 1 if each.isdigit() else 2, each) for each in folded]


def _unblank(value: Scalar, other: Scalar) -> Scalar:
    if value is not None:
        return value
    if isinstance(other, str):
        return ""
    return False if isinstance(other, bool) else 0.0


def _rank(value: Scalar) -> int:
    return 2 if isinstance(value, bool) else 1 if isinstance(value, str) else 0


def _sum(left: Scalar, right: Scalar) -> float:
    return finite(number(left) + number(right))


def _difference(left: Scalar, right: Scalar) -> float:
    return finite(number(left) - number(right))


def _last_sum(left: Scalar, right: Scalar) -> float:
    first, second = number(left), number(right)
    return 0.0 if same(first, -second) else finite(first + second)


def _last_difference(left: Scalar, right: Scalar) -> float:
    first, second = number(left), number(right)
    return 0.0 if same(first, second) else finite(first - second)


BINARY: Mapping[str, Operator] = {
    "+": _sum,
    "-": _difference,
    "*": lambda left, right: finite(number(left) * number(right)),
    "/": lambda left, right: divide(number(left), number(right)),
    "^": lambda left, right: power(number(left), number(right)),
    "&": join,
    "=": lambda left, right: compare(left, right) == 0,
    "<>": lambda left, right: compare(left, right) != 0,
    "<": lambda left, right: compare(left, right) < 0,
    ">": lambda left, right: compare(left, right) > 0,
    "<=": lambda left, right: compare(left, right) <= 0,
    ">=": lambda left, right: compare(left, right) >= 0,
}
LAST: Mapping[str, Operator] = {"+": _last_sum, "-": _last_difference}
"""+ and - as the very last step of a formula: 0 where both sides agree to 15 digits."""
UNARY: Mapping[str, Callable[[Scalar], Scalar]] = {
    "+": lambda value: value,
    "-": lambda value: -number(value) or 0.0,
    "%": lambda value: finite(number(value) / 100),
}
