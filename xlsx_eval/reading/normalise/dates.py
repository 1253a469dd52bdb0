"""Dates as departments type them: serials, 2023.5, 2023年5月10日, in whole or in part."""

from __future__ import annotations

import datetime as dt
import re

from xlsx_eval.cell import ErrorValue, Scalar
from xlsx_eval.reading.normalise.reading import BLANK, Reading, plain, refused, told
from xlsx_eval.reading.normalise.text import blank_told, means_nothing, narrow, trimmed
from xlsx_eval.xlsx.read.number_formats import GENERAL, is_date
from xlsx_eval.xlsx.read.serial import from_serial

_SERIALS = range(20_000, 80_001)
"""Serials of 1954 to 2119, taken for dates even where the cell does not show them as such."""
_YEARS = range(1900, 2101)
_DATE = re.compile(
    r"([0-9]{4})\s*(?:[-/.年]\s*([0-9]{1,2})\s*(?:[-/.月]\s*(?:([0-9]{1,2})\s*[日号]?)?)?)?年?(?:[T\s]+[0-9:.]+)?\Z"
)
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})?\Z")
_WEEKDAY = re.compile(r"\s*[(]?(?:星期|周|礼拜)[0-9一二三四五六日天][)]?\Z")
_LONGEST = 40
_CHINESE = {character: str(digit) for digit, character in enumerate("〇一二三四五六七八九")} | {
    "零": "0",
    "○": "0",
}
_TENS = re.compile("([一二三])?十([一二三四五六七八九])?")


def read_date(raw: Scalar, number_format: str = GENERAL, date1904: bool = False) -> Reading:
    """The date of an entry as ISO text, `2023-05` or `2023` when it is given in part; told when typed as text."""
    if raw is None or raw == "":
        return BLANK
    if isinstance(raw, bool | ErrorValue):
        return refused(f"单元格为 {str(raw).upper()}，应填写日期")
    if isinstance(raw, str):
        return _from_text(raw)
    return _from_number(float(raw), number_format, date1904)


def _from_number(value: float, number_format: str, date1904: bool) -> Reading:
    shown = is_date(number_format)
    if shown or int(value if abs(value) < 1e9 else 0) in _SERIALS:
        moment = from_serial(value, date1904)
        if moment is None:
            return refused(f"单元格的日期序列值 {plain(value)} 不是有效日期")
        text = moment.date().isoformat()
        return Reading(text) if shown else told(plain(value), text, f"按日期 {text} 读取")
    written = plain(value)
    found = _iso(written)
    if found is None:
        return refused(f"{written} 不是可以识别的日期")
    how = f"按 {found} 读取"
    if written.endswith(".1"):
        how += f"；如为 {written[:4]} 年 10 月，请填写 {written[:4]}-10"
    return told(written, found, how)


def _from_text(raw: str) -> Reading:
    text = trimmed(raw)
    if not text:
        return blank_told()
    if means_nothing(text):
        return told(raw, None, "未填写日期，按未填报处理")
    found = None
    if len(text) <= _LONGEST:
        found = _iso(_WEEKDAY.sub("", _arabic(narrow(text)).rstrip("。.")))
    if found is None:
        return refused(f"“{raw[:40]}”不是可以识别的日期")
    return told(raw, found, f"系文本，按日期 {found} 读取")


def _iso(text: str) -> str | None:
    """ISO text of a date in digits; None if there is no such day."""
    match = _DATE.match(text) or _COMPACT.match(text)
    if not match:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    if year not in _YEARS or (month is not None and not 1 <= month <= 12):
        return None
    if month is None:
        return f"{year}"
    if day is None:
        return f"{year}-{month:02}"
    try:
        return dt.date(year or 0, month, day).isoformat()
    except ValueError:
        return None


def _arabic(text: str) -> str:
    """Chinese digits of a date as Arabic ones: 二〇二三年五月二十一日."""
    text = _TENS.sub(
        lambda match: (_CHINESE[match[1] or "一"]) + (_CHINESE[match[2]] if match[2] else "0"), text
    )
    return "".join(_CHINESE.get(character, character) for character in text)
