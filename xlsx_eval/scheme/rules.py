"""Rules as formula templates (rules.toml), and how numbers are written in formulas and in sentences."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

REVIEW = "待复核"
DROPPED = "不适用"
"""What a score cell says instead of a number: a person must score it; it is left out and the rest rescaled."""

LIST_KEYS = ("items", "bands", "states", "cases", "levels", "ways")
COMMON_KEYS = ("zero", "overshoot", "words", "formula")
_NOT_IN_NAMES = re.compile(r"[^\w.]")


@cache
def _tables() -> Mapping[str, Any]:
    text = files("xlsx_eval").joinpath("schemes", "rules.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def rule_kinds() -> Mapping[str, Mapping[str, Any]]:
    """The table of rule kinds, by kind."""
    kinds: Mapping[str, Mapping[str, Any]] = _tables()["kind"]
    return kinds


def rule_words() -> Mapping[str, str]:
    """Words that the sentences of several kinds share."""
    words: Mapping[str, str] = _tables()["words"]
    return words


def is_answered(rule: Mapping[str, Any]) -> bool:
    """Whether the department answers by choosing from a list, point by point or once."""
    if rule["kind"] == "either":
        return bool(rule.get("take", "chosen") == "chosen")
    return rule["kind"] in ("additive", "subtractive", "states", "qualitative")


def is_measured(kind: str) -> bool:
    """Whether the rule scores a value, which the indicator must then give as a formula."""
    return kind in ("bands", "satisfaction") or "parameters" in rule_kinds()[kind]


def plain_name(name: str) -> str:
    """A name without what a defined name cannot hold: quotes, brackets, blanks."""
    return _NOT_IN_NAMES.sub("", name)


def number_text(number: float) -> str:
    """A number as a formula writes it: no trailing zeros, no exponent."""
    text = f"{Decimal(repr(round(float(number), 10))):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent_text(number: float) -> str:
    """A rate in words: 0.776 is 77.6%."""
    return f"{number_text(round(number * 100, 2))}%"


def value_text(value: float, unit: str) -> str:
    """A value with its unit, in words: 77.6%, 3 项."""
    if unit == "%":
        return percent_text(value)
    return f"{number_text(round(value, 4))} {unit}".rstrip()


def distance_text(distance: float, unit: str) -> str:
    """How far two values lie apart: rates in percentage points."""
    if unit == "%":
        return f"{number_text(round(abs(distance) * 100, 2))} 个百分点"
    return value_text(abs(distance), unit)
