"""Units behind a number: money, ten thousands, percentages, or anything counted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

_PERCENTS = {"%": "0.01", "百分比": "0.01", "百分点": "0.01", "个百分点": "0.01", "‰": "0.001"}
_MULTIPLES = {"万亿": 12, "千万": 7, "百万": 6, "十万": 5, "亿": 8, "万": 4}
_MULTIPLE = re.compile("(" + "|".join(_MULTIPLES) + ")")
_HUNDREDS = {"千": 3, "百": 2}
_HUNDRED = re.compile("([千百])(?=元|圆)")
_MONEY = {"元", "圆", "元整", "圆整", "块", "元人民币"}


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its text, the power of ten it stands for, and what is counted (`base`)."""

    text: str = ""
    factor: Decimal = Decimal(1)
    base: str = ""
    percent: bool = False

    @property
    def stated(self) -> bool:
        """Whether anything was said about the unit."""
        return bool(self.text or self.base)

    @property
    def is_money(self) -> bool:
        """Money, or only ten thousands of it (12万)."""
        return self.base in _MONEY or (self.base == "" and self.factor > 1)


def unit_of(text: str) -> Unit:
    """The unit written as `text`."""
    text = text.strip()
    bare = text.strip("()")
    if bare in _PERCENTS:
        return Unit(text, Decimal(_PERCENTS[bare]), "", True)
    multiple = _MULTIPLE.match(bare)
    if multiple:
        return Unit(text, Decimal(10) ** _MULTIPLES[multiple[1]], bare[multiple.end() :])
    hundred = _HUNDRED.match(bare)
    if hundred:
        return Unit(text, Decimal(10) ** _HUNDREDS[hundred[1]], bare[1:])
    return Unit(text, Decimal(1), bare)
