"""Functions of single numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping

from xlsx_eval.formula.numbers import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, floor, rounded, same
from xlsx_eval.formula.operators import power
from xlsx_eval.formula.signature import Function
from xlsx_eval.formula.values import DIV0, NUM, Fault, finite

_MOD_LIMIT = 1_125_900_000_000
"""Largest quotient MOD divides out, above which it is #NUM!."""


def _mod(dividend: float, divisor: float) -> float:
    if divisor == 0:
        raise Fault(DIV0)
    quotient = finite(dividend / divisor)
    if abs(quotient) >= _MOD_LIMIT:
        raise Fault(NUM)
    whole = divisor * floor(quotient)
    return 0.0 if same(dividend, whole) else finite(dividend - whole)


def _square_root(number: float) -> float:
    if number < 0:
        raise Fault(NUM)
    return math.sqrt(number)


def _sign(number: float) -> float:
    return float((number > 0) - (number < 0))


def _rounding(mode: str, least: int = 2) -> Function:
    return Function("ni", least, lambda number, digits=0: finite(rounded(number, digits, mode)))


MATHEMATICS: Mapping[str, Function] = {
    "ABS": Function("n", 1, abs),
    "INT": Function("n", 1, floor),
    "MOD": Function("nn", 2, _mod),
    "ROUND": _rounding(ROUND_HALF_UP),
    "ROUNDUP": _rounding(ROUND_UP),
    "ROUNDDOWN": _rounding(ROUND_DOWN),
    "TRUNC": _rounding(ROUND_DOWN, least=1),
    "POWER": Function("nn", 2, power),
    "SQRT": Function("n", 1, _square_root),
    "SIGN": Function("n", 1, _sign),
}
