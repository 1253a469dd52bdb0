"""Numbers as Excel keeps, shows and rounds them: binary doubles seen through 15 decimal digits."""

from __future__ import annotations

import math
from decimal import ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, ROUND_UP, Decimal

DIGITS = 15
SMALLEST = 2.2250738585072014e-308
"""Smallest number Excel computes with; anything closer to zero is 0."""

__all__ = [
    "ROUND_DOWN",
    "ROUND_FLOOR",
    "ROUND_HALF_UP",
    "ROUND_UP",
    "floor",
    "number_text",
    "rounded",
    "same",
    "seen",
]


def seen(number: float) -> float:
    """The number at the 15 significant digits a user can see."""
    return float(f"{number:.14e}")


def same(left: float, right: float) -> bool:
    """Whether two numbers agree to 15 significant digits, Excel's equality."""
    if left == right:
        return True
    if abs(left - right) > 1e-13 * max(abs(left), abs(right)):
        return False
    return seen(left) == seen(right)


def rounded(number: float, digits: int, mode: str) -> float:
    """Round the decimal the user sees (2.675 is 2.675) to `digits` places, which may be negative."""
    decimal = Decimal(f"{number:.14e}")
    if not decimal or decimal.adjusted() + digits >= DIGITS:
        return number
    if decimal.adjusted() + digits < -1:
        # Excel rounds up from the first digit however far away it is, unless the result overflows.
        decimal = (
            Decimal(0 if mode not in (ROUND_UP, ROUND_FLOOR) else 1).copy_sign(decimal).scaleb(-digits - 1)
        )
    return float(decimal.quantize(Decimal(1).scaleb(-digits), rounding=mode))


def floor(number: float) -> float:
    """Next integer below what the user sees: 434.99999999999994 is 435."""
    return float(math.floor(seen(number)))


def number_text(number: float) -> str:
    """The number as text joining writes it: 15 digits, an exponent only beyond 20 characters."""
    mantissa, _, exponent_text = f"{abs(number):.14e}".partition("e")
    digits = mantissa.replace(".", "").rstrip("0")
    exponent = int(exponent_text)
    if not digits:
        return "0"
    sign = "-" if number < 0 else ""
    if exponent > 19 or (exponent < 0 and 1 - exponent + len(digits) > 20):
        return f"{sign}{_point(digits, 1)}E{exponent:+03d}"
    if exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
    return sign + _point(digits.ljust(exponent + 1, "0"), exponent + 1)


def _point(digits: str, place: int) -> str:
    return f"{digits[:place]}.{digits[place:]}" if len(digits) > place else digits
