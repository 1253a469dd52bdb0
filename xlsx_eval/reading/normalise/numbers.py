"""Numbers as departments type them: separators, units, signs, percentages, points."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from decimal import Decimal

from xlsx_eval.cell import ErrorValue, Scalar
from xlsx_eval.reading.normalise.entry import Entry, entry_of
from xlsx_eval.reading.normalise.reading import BLANK, Reading, percent, plain, quoted, refused, told
from xlsx_eval.reading.normalise.text import blank_told, means_nothing, narrow, trimmed
from xlsx_eval.reading.normalise.units import Unit, unit_of
from xlsx_eval.xlsx.read.number_formats import GENERAL, decimals, is_date, is_percent

_PERCENT_FROM = 1.5
"""A rate above this without a percent sign is a percentage."""
_ABSURD_RATE = 10.0
"""A rate shown as 1000% or more is told: 85 typed where 85% was meant shows as 8500%."""
_MOST_DECIMALS = 10
_RESIDUE = 1e-9
_LONGEST = 100
"""Longer texts are sentences; trying to read them would only cost time."""
_FULL = re.compile(r"(?:(?:得|计)?满分|全分|不扣分|未扣分)\Z")
_DEDUCTED = re.compile(r"扣(?:除|减)?\s*([0-9]+(?:\.[0-9]+)?)\s*分?\Z")
_POINTS = re.compile(r"(?:自评)?(?:得|计)?\s*(?=[-0-9.])")


@dataclass(frozen=True, slots=True)
class _Field:
    """What the field asks for."""

    kind: str
    number_format: str
    unit: str
    full_points: float | None


def read_number(
    raw: Scalar,
    *,
    kind: str,
    number_format: str = GENERAL,
    unit: str = "",
    full_points: float | None = None,
) -> Reading:
    """The number an entry means.

    `kind` is amount, integer, rate, score or number; `unit` the field's own (万元, 人); `full_points` what 满分
    and 扣0.5分 refer to. A rate is returned as a fraction. Entries such as 无 or —— are read as None and told.
    """
    field = _Field(kind, number_format, unit, full_points)
    if raw is None or raw == "":
        return BLANK
    if isinstance(raw, ErrorValue):
        return refused(f"公式结果为错误值 {raw}，应为数字")
    if isinstance(raw, bool):
        return refused(f"单元格为逻辑值 {str(raw).upper()}，应填写数字")
    if isinstance(raw, str):
        return _from_text(raw, field)
    return _from_number(float(raw), field)


def _from_number(value: float, field: _Field) -> Reading:
    if not math.isfinite(value):
        return refused("单元格的数值超出范围")
    # What binary fractions leave of a difference that is nothing; no form asks for so many decimals.
    value = 0.0 if abs(value) < _RESIDUE else value
    if is_date(field.number_format):
        return refused("单元格显示为日期，应填写数字")
    if field.kind == "rate":
        return _rate(value, field.number_format)
    printed = decimals(field.number_format)
    if printed is not None and is_percent(field.number_format):
        printed += 2
    return Reading(value, decimals=_fewest(stored_decimals(value), printed))


def _fewest(typed: int, printed: int | None) -> int:
    """Decimals a figure was given with: a cell's format adds zeros that nobody typed, and hides what it cuts."""
    return typed if printed is None else min(typed, printed)


def _rate(value: float, number_format: str) -> Reading:
    """A rate given as a number; in a percent cell it is a fraction already, unless that would be absurd."""
    if is_percent(number_format):
        typed = max(stored_decimals(value) - 2, 0)
        reading = Reading(value, decimals=_fewest(typed, decimals(number_format)))
        if abs(value) < _ABSURD_RATE:
            return reading
        meant = float(_exact(value) / 100)
        how = f"按 {percent(meant)} 读取；如确为 {percent(value)}，请说明"
        return told(percent(value), meant, how, stored_decimals(value))
    digits = stored_decimals(value)
    if abs(value) > _PERCENT_FROM:
        rate = _exact(value) / 100
        return told(plain(value), float(rate), f"未带百分号，按 {percent(float(rate))} 读取", digits)
    digits = max(digits - 2, 0)
    if abs(value) <= 1:
        return Reading(value, decimals=digits)
    how = f"未带百分号，按 {percent(value)} 读取；如应为 {plain(value)}%，请填写 {plain(value)}%"
    return told(plain(value), value, how, digits)


def _from_text(raw: str, field: _Field) -> Reading:
    text = trimmed(raw)
    if not text:
        return blank_told()
    if means_nothing(text):
        return told(raw, None, "未填写数值，按未填报处理")
    if len(text) > _LONGEST:
        return refused(f"{quoted(raw)}不是可以识别的数字")
    text = narrow(text).strip()
    if field.kind == "score":
        points = _points(raw, text, field.full_points)
        if points:
            return points
        text = _POINTS.sub("", text, count=1) if _POINTS.match(text) else text
    return _entry(raw, text, field)


def _points(raw: str, text: str, full: float | None) -> Reading | None:
    """A score told in words: 满分, 扣0.5分."""
    deducted = _DEDUCTED.match(text)
    if not deducted and not _FULL.match(text):
        return None
    if full is None:
        return refused(f"{quoted(raw)}应填写为具体得分")
    if not deducted:
        return told(raw, full, f"按满分 {plain(full)} 分读取", stored_decimals(full))
    value = float(_exact(full) - Decimal(deducted[1]))
    how = f"按满分 {plain(full)} 分扣减后得 {plain(value)} 分读取"
    return told(raw, value, how, max(_point_digits(deducted[1]), stored_decimals(full)))


def _entry(raw: str, text: str, field: _Field) -> Reading:
    """A number in text, in the field's own unit, or why it is none or its unit does not fit."""
    entry = entry_of(text)
    if entry is None:
        return refused(f"{quoted(raw)}不是可以识别的数字")
    if field.kind == "rate":
        return _rate_in_text(raw, entry)
    unit, wanted = entry.unit, unit_of(field.unit)
    number, digits = entry.number, entry.decimals
    if wanted.percent and unit.stated and not unit.percent:
        if unit.text.strip("()") != "分":
            return refused(f"{quoted(raw)}的单位“{unit.text}”不是百分比")
        # A survey's 93.8 points of 100 are 93.8%.
        unit = replace(unit, factor=wanted.factor)
        entry = replace(entry, unit=unit)
    if unit.percent and not wanted.percent and field.kind != "number":
        return refused(f"{quoted(raw)}为百分数，应填写{field.unit or '数字'}")
    if unit.stated:
        if field.kind == "amount" and not unit.is_money:
            return refused(f"{quoted(raw)}的单位“{unit.text}”与“{field.unit or '元'}”不符")
        shift = unit.factor / wanted.factor
        number, digits = number * shift, max(digits - shift.adjusted(), 0)
    value = float(number)
    if not math.isfinite(value):
        return refused(f"{quoted(raw)}超出范围")
    return told(raw, value, _how(raw, value, entry, wanted), digits)


def _how(raw: str, value: float, entry: Entry, wanted: Unit) -> str:
    """How a number in text was understood, with what was left out or converted."""
    shown, unit = plain(value), entry.unit
    if not set(raw) - set("0123456789.-+"):
        return f"系文本型数字，按数值 {shown} 读取"
    converted = unit.stated and unit.factor != wanted.factor
    left = [f"“{mark}”" for mark in entry.marks]
    left += [f"单位“{unit.text}”"] if unit.text and not converted else []
    how = f"按 {shown} 读取"
    if unit.text and wanted.text:
        how = f"按 {shown}{'' if wanted.percent else ' '}{wanted.text}读取"
    said = [f"已由“{unit.text}”折算"] if converted else []
    said += [f"{'、'.join(left)}不计入数值"] if left else []
    return f"{how}（{'，'.join(said)}）" if said else how


def _rate_in_text(raw: str, entry: Entry) -> Reading:
    """A rate in text: a percentage with its sign, else as a number in the cell would be read."""
    unit, number = entry.unit, entry.number
    if unit.text and not unit.percent:
        return refused(f"{quoted(raw)}的单位“{unit.text}”不是百分比")
    left = f"（{'、'.join(f'“{mark}”' for mark in entry.marks)}不计入数值）" if entry.marks else ""
    if unit.percent:
        rate = float(number * unit.factor)
        if not math.isfinite(rate):
            return refused(f"{quoted(raw)}超出范围")
        return told(
            raw, rate, f"按 {percent(rate)} 读取{left}", max(entry.decimals - unit.factor.adjusted() - 2, 0)
        )
    if not math.isfinite(float(number)):
        return refused(f"{quoted(raw)}超出范围")
    reading = _rate(float(number), GENERAL)
    how = reading.note.partition("，")[2] or f"系文本型数字，按 {percent(float(number))} 读取"
    is_percentage = abs(number) > Decimal(str(_PERCENT_FROM))
    return told(
        raw, reading.value, how + left, entry.decimals if is_percentage else max(entry.decimals - 2, 0)
    )


def _point_digits(text: str) -> int:
    return len(text.partition(".")[2])


def _exact(value: float) -> Decimal:
    return Decimal(repr(value))


def stored_decimals(value: float) -> int:
    """Decimals a number was typed with, float noise (0.0900000762939453, 0.30000000000000004) left out."""
    exact = _exact(value).normalize()
    stored = max(-int(exact.as_tuple().exponent), 0)
    if len(exact.as_tuple().digits) < 13:
        return stored
    tolerance = min(abs(value), 1.0) * 1e-6
    for count in range(min(stored, _MOST_DECIMALS)):
        if abs(value - round(value, count)) <= tolerance:
            return count
    return min(stored, _MOST_DECIMALS)
