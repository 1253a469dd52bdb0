"""Slips of the hand that turn the figure somebody meant into the one that stands in the cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xlsx_eval.reading.entries import show

WAN = 10_000.0
_NOISE = 1e-9


@dataclass(frozen=True, slots=True)
class Slip:
    """A kind of slip: how much it takes to believe it, and how it is told; "" where nothing explains the figure."""

    cost: float
    words: str = ""


BLANK = Slip(0.9, "该格未填")
SWAPPED = Slip(1.0, "疑似相邻两位数字颠倒")
IN_YUAN = Slip(0.9, "疑似误以元为单位填写")
SHIFTED = Slip(1.0, "疑似小数点错位")
SIGN = Slip(1.0, "疑似正负号有误")
EXTRA = Slip(1.3, "疑似多录一位数字")
MISSING = Slip(1.4, "疑似漏录一位数字")
ONE_DIGIT = Slip(1.4, "疑似一位数字有误")
ZERO = Slip(2.0, "疑似漏填")
NOTHING_DUE = Slip(3.4)
"""A figure where nothing was meant: hardly anybody types one where none is due."""
ARBITRARY = Slip(2.6)
"""A figure that no slip explains. The costs only rank: what a search prefers was tuned by trying clerks' slips."""


def slip_between(stands: float | None, meant: float) -> Slip:
    """The likeliest slip by which somebody who meant `meant` typed `stands` (None: nothing)."""
    if stands is None:
        return BLANK
    if abs(stands + meant) <= _NOISE * abs(meant):
        return SIGN
    if stands == 0:
        return ZERO
    if meant == 0:
        return NOTHING_DUE
    for power, slip in ((WAN, IN_YUAN), (10.0, SHIFTED), (100.0, SHIFTED), (1000.0, SHIFTED)):
        if _same(stands, meant * power) or (slip is SHIFTED and _same(stands * power, meant)):
            return slip
    return _by_digits(*_digits(stands, meant))


def _same(one: float, other: float) -> bool:
    """Equal as somebody would write them: dividing by ten may cut the last printed digit off."""
    return abs(one - other) <= 1e-6 * max(abs(one), abs(other))


def _digits(one: float, other: float) -> tuple[str, str]:
    """Both figures as digits with as many decimals, so that places of one value stand below each other."""
    decimals = max(len(show(abs(figure)).partition(".")[2]) for figure in (one, other))
    return f"{abs(one):.{decimals}f}".replace(".", ""), f"{abs(other):.{decimals}f}".replace(".", "")


def _by_digits(stands: str, meant: str) -> Slip:
    if len(stands) == len(meant):
        wrong = [at for at, (one, other) in enumerate(zip(stands, meant, strict=True)) if one != other]
        if len(wrong) == 1:
            return ONE_DIGIT
        if len(wrong) == 2 and wrong[1] == wrong[0] + 1 and stands[wrong[0]] == meant[wrong[1]]:
            return SWAPPED if stands[wrong[1]] == meant[wrong[0]] else ARBITRARY
        return ARBITRARY
    if len(stands) == len(meant) + 1 and any(_without(stands, at) == meant for at in range(len(stands))):
        return EXTRA
    if len(meant) == len(stands) + 1 and any(_without(meant, at) == stands for at in range(len(meant))):
        return MISSING
    return ARBITRARY


def _without(digits: str, at: int) -> str:
    return digits[:at] + digits[at + 1 :]


def meant_by(stands: float) -> Iterator[float]:
    """Figures somebody may have meant who typed `stands`, as far as a slip leads back to few of them.

    Where a digit is wrong or lost, only a relation can tell which it was.
    """
    text = show(abs(stands))
    for at in range(len(text) - 1):
        pair = at + 1 if text[at + 1] != "." else at + 2
        if text[at] == "." or pair >= len(text) or text[at] == text[pair]:
            continue
        letters = list(text)
        letters[at], letters[pair] = letters[pair], letters[at]
        yield float("".join(letters))
    for at in range(len(text) - 1):
        if text[at] == text[at + 1]:
            yield float(_without(text, at))
    for power in (10.0, 100.0, 1000.0, WAN):
        yield round(stands / power, 4)
        if power < WAN:
            yield round(stands * power, 4)
    if stands < 0:
        yield -stands
