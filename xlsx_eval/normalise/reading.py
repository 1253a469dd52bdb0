"""What one entry was read as, and what is to be said about it."""

from __future__ import annotations

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
_LONGEST = 40


def quoted(raw: str) -> str:
    """The entry as typed, in quotation marks, shortened if long."""
    return f"“{raw if len(raw) <= _LONGEST else raw[:_LONGEST] + '…'}”"


def told(raw: str, value: float | str | None, how: str, decimals: int | None = None) -> Reading:
    """A reading that is told: `how` completes the sentence about the cell."""
    return Reading(value, True, f"单元格为{quoted(raw)}，{how}", None, decimals)


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
