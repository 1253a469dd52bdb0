"""What one entry was read as, and what is to be said about it."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reading:
    """One entry as read.

    `value` is None for a blank and for what could not be read; `problem` then tells which, and why. `note`
    says in Chinese how an entry that is not plain was understood; it is to be shown when `normalised`.
    `decimals` are those printed, of the percentage for rates; None where the entry prints none.
    """

    value: float | str | None
    normalised: bool = False
    note: str = ""
    problem: str | None = None
    decimals: int | None = None


BLANK = Reading(None)
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb]"
)
"""Characters without width, which a text takes along from web pages and other programs."""
_LONGEST = 40


def quoted(raw: str) -> str:
    """The entry as it is seen, in quotation marks, shortened if long."""
    shown = INVISIBLE.sub("", raw)
    return f"“{shown if len(shown) <= _LONGEST else shown[:_LONGEST] + '…'}”"


def told(raw: str, value: float | str | None, how: str, decimals: int | None = None) -> Reading:
    """A reading that is told: `how` completes the sentence about the cell."""
    hidden = "；其中的不可见字符已去除" if INVISIBLE.search(raw) else ""
    return Reading(value, True, f"单元格为{quoted(raw)}，{how}{hidden}", None, decimals)


def refused(problem: str) -> Reading:
    """An entry that could not be read."""
    return Reading(None, problem=problem)


def plain(number: float) -> str:
    """A number in full, without float noise or an exponent."""
    text = f"{number:.10f}".rstrip("0").rstrip(".") if abs(number) < 1e15 else f"{number:.15g}"
    return "0" if text in ("-0", "") else text


def percent(rate: float) -> str:
    """A rate as a percentage."""
    return f"{plain(round(rate * 100, 8))}%"
