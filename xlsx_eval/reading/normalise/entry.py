"""A number in text, taken apart: the marks and words round it, its digits, its unit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from xlsx_eval.reading.normalise.numerals import in_digits
from xlsx_eval.reading.normalise.units import Unit, unit_of

_MOST_DIGITS = 40
_ENTRY = re.compile(
    r"""['’`]?
    (?P<sign>>=|<=|=>|=<|[≥≤≧≦⩾⩽><=≈约~共近逾超达]|大于等于|小于等于|不低于|不高于|不少于|不多于|不超过|大于|小于
      |高于|低于|达到|超过|至少|至多|共计|合计|大约|完成)?\s*
    (?:¥|\$|rmb|cny|人民币)?\s*
    (?P<minus>[-–△▲+负])?\s*
    ¥?\s*
    (?P<number>[0-9][0-9,\ ]*(?:\.[0-9]*)?(?:e[+-]?[0-9]{1,3})?|\.[0-9]+)
    (?P<unit>[^0-9]{0,16})\Z""",
    re.VERBOSE | re.IGNORECASE,
)
_GROUPED = re.compile(r"[0-9]{1,3}(?:[, ][0-9]{3})+(?:\.[0-9]*)?\Z")
_PARENTHESES = re.compile(r"\(([^()]*[0-9][^()]*)\)\Z")
_TRAILING = ".。,，、;；:："
_LIMIT = re.compile(r"(?:及|或|\()*(?:以上|以下|以内|左右|上下|余|多)(?:\(含\)|\))?\Z")
_APPROXIMATE = frozenset({"≈", "约", "近", "逾", "大约", "左右", "上下", "余", "多"})
_MINUSES = ("-", "–", "△", "▲", "负")


@dataclass(frozen=True, slots=True)
class Entry:
    """A number in text. `marks` are the words and signs that say more than the number (≥, 约, 以上)."""

    number: Decimal
    decimals: int
    marks: tuple[str, ...]
    unit: Unit

    @property
    def approximate(self) -> bool:
        """Whether it says itself that it is no exact figure."""
        return any(mark.strip("(含)") in _APPROXIMATE for mark in self.marks)


def entry_of(text: str) -> Entry | None:
    """The only number in a trimmed, half-width text; None if there is none, or more than one."""
    body = text.replace("。", ".").rstrip(_TRAILING)
    body = in_digits(body) or body
    inside = _PARENTHESES.match(body)
    match = _ENTRY.match(inside[1].strip() if inside else body)
    digits = _digits(match["number"]) if match else None
    if match is None or digits is None:
        return None
    number = Decimal(digits)
    if inside or match["minus"] in _MINUSES:
        number = -number
    said = match["unit"].strip()
    limit = _LIMIT.search(said)
    unit = unit_of(said[: limit.start()] if limit else said)
    if not unit.percent and set("%‰") & set(unit.text):
        return None
    marks = tuple(mark for mark in (match["sign"], limit[0] if limit else None) if mark)
    return Entry(number, _decimals(digits), marks, unit)


def _digits(text: str) -> str | None:
    """Digits of a number without separators; None where commas or spaces do not part thousands."""
    text = text.strip()
    if "," in text or " " in text:
        if not _GROUPED.match(text):
            return None
        text = text.replace(",", "").replace(" ", "")
    return text.rstrip(".") if 0 < len(text) <= _MOST_DIGITS else None


def _decimals(digits: str) -> int:
    mantissa, _, exponent = digits.lower().partition("e")
    return max(len(mantissa.partition(".")[2]) - int(exponent or 0), 0)
