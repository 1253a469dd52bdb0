"""Bands of a value with open and closed ends, as tables print them: `[80%,90%)`, `≥95%`, `>30%`, `0`."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from xlsx_eval.scheme.rules import number_text

_INTERVAL = re.compile(r"([\[(（【])\s*([^,，\s]*)\s*[,，]\s*([^,，\s]*?)\s*([\])）】])\Z")
_ONE_SIDED = re.compile(r"(>=|<=|[≥≤><＞＜=＝])\s*(.+)\Z")
_SIGNS = {">=": "≥", "<=": "≤", "＞": ">", "＜": "<", "＝": "="}
_NUMBER = re.compile(r"([-+−－]?\d+(?:\.\d+)?)(%|％)?\Z")


@dataclass(frozen=True, slots=True)
class Band:
    """One range of a value; `closed_low` and `closed_high` tell whether its ends belong to it."""

    text: str
    low: float
    high: float
    closed_low: bool
    closed_high: bool

    @property
    def condition(self) -> str:
        """The test as a formula over 值, which is rounded so that 0.1+0.2 is 0.3."""
        tests = []
        if self.low == self.high:
            return f"ROUND(值,9)={number_text(self.low)}"
        if self.low > -math.inf:
            tests.append(f"ROUND(值,9){'>=' if self.closed_low else '>'}{number_text(self.low)}")
        if self.high < math.inf:
            tests.append(f"ROUND(值,9){'<=' if self.closed_high else '<'}{number_text(self.high)}")
        return tests[0] if len(tests) == 1 else f"AND({','.join(tests) or 'TRUE'})"

    def holds(self, value: float) -> bool:
        """Whether the value lies in it."""
        value = round(value, 9)
        above = value >= self.low if self.closed_low else value > self.low
        below = value <= self.high if self.closed_high else value < self.high
        return above and below

    @property
    def empty(self) -> bool:
        """Whether no value lies in it."""
        return self.low > self.high or (self.low == self.high and not (self.closed_low and self.closed_high))


def parse_band(text: str) -> Band:
    """A band from its printed form; raises ValueError saying how to write it."""
    stripped = text.strip()
    one = _ONE_SIDED.match(stripped)
    if one is not None:
        return _one_sided(text, _SIGNS.get(one[1], one[1]), _bound(one[2], text))
    interval = _INTERVAL.match(stripped)
    if interval is None:
        value = _bound(stripped, text)
        return Band(text, value, value, True, True)
    low, high = _bound(interval[2], text, -math.inf), _bound(interval[3], text, math.inf)
    return Band(text, low, high, interval[1] in "[【", interval[4] in "]】")


def _one_sided(text: str, sign: str, bound: float) -> Band:
    if sign == "=":
        return Band(text, bound, bound, True, True)
    if sign in ">≥":
        return Band(text, bound, math.inf, sign == "≥", False)
    return Band(text, -math.inf, bound, False, sign == "≤")


def _bound(word: str, text: str, infinite: float | None = None) -> float:
    if infinite is not None and word in ("", "∞", "-∞", "+∞", "－∞"):
        return infinite
    match = _NUMBER.match(word.strip())
    if match is None:
        raise ValueError(f"“{text}”不是区间，请写成 [80%,90%)、(0,10%]、≥95%、>30% 或单个数的形式")
    number = float(match[1].replace("−", "-").replace("－", "-"))
    return float(f"{number / 100:.12g}") if match[2] else number


def coverage_faults(bands: Sequence[Band]) -> list[str]:
    """What is wrong with bands that should cover every value once: gaps, overlaps, empty ones, in words."""
    faults = [f"区间“{band.text}”不含任何值" for band in bands if band.empty]
    ordered = sorted((band for band in bands if not band.empty), key=lambda band: (band.low, band.high))
    if not ordered:
        return faults
    if ordered[0].low > -math.inf:
        faults.append(f"小于 {_shown(ordered[0].low)} 的值不在任何一档")
    for left, right in pairwise(ordered):
        faults += _between(left, right)
    if ordered[-1].high < math.inf:
        faults.append(f"大于 {_shown(ordered[-1].high)} 的值不在任何一档")
    return faults


def _between(left: Band, right: Band) -> list[str]:
    if left.high > right.low:
        return [f"区间“{left.text}”与“{right.text}”重叠"]
    if left.high < right.low:
        return [f"{_shown(left.high)} 与 {_shown(right.low)} 之间的值不在任何一档"]
    if left.closed_high and right.closed_low:
        return [f"端点 {_shown(left.high)} 同时属于“{left.text}”和“{right.text}”"]
    if not left.closed_high and not right.closed_low:
        return [f"端点 {_shown(left.high)} 不属于任何一档"]
    return []


def _shown(bound: float) -> str:
    return (
        f"{number_text(bound)}（即 {number_text(round(bound * 100, 6))}%）"
        if abs(bound) <= 2
        else number_text(bound)
    )
