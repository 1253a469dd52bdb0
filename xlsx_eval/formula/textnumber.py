"""Text that Excel takes for a number in arithmetic: 1,234.5, 12%, (5), ¥3, 2023-01-31, 12:30."""

from __future__ import annotations

import re
from datetime import date

_NUMBER = re.compile(
    r"(?P<open>\()? *(?P<sign>[-+])? *[¥￥$]? *(?P<sign2>[-+])?"
    r"(?P<digits>(?:[0-9]+(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+)"
    r"(?P<exponent>[eE][-+]?[0-9]+)? *(?P<percent>%)? *(?P<close>\))?\Z"
)
_DATE = re.compile(
    r"(?P<year>[0-9]{4})(?:(?P<mark>[-/])(?P<month>[0-9]{1,2})(?:(?P=mark)(?P<day>[0-9]{1,2}))?"
    r"|年(?P<month2>[0-9]{1,2})月(?:(?P<day2>[0-9]{1,2})日)?)(?: +(?P<time>[0-9:]+))?\Z"
)
_TIME = re.compile(r"([0-9]{1,2}):([0-5]?[0-9])(?::([0-5]?[0-9]))?\Z")
_EPOCH = date(1899, 12, 30).toordinal()
_LONGEST = 255


def text_number(text: str) -> float | None:
    """The number a text stands for, or None where Excel says #VALUE!."""
    stripped = text.strip(" ")
    if not stripped or len(stripped) > _LONGEST:
        return None
    number = _plain(stripped)
    if number is None:
        number = _date(stripped)
    return _time(stripped) if number is None else number


def _plain(text: str) -> float | None:
    match = _NUMBER.match(text)
    if match is None or bool(match["open"]) != bool(match["close"]):
        return None
    if match["sign2"] and (match["sign"] or match["open"]):
        return None
    number = float(match["digits"].replace(",", "") + (match["exponent"] or ""))
    if number == float("inf"):
        return None
    if match["percent"]:
        number /= 100
    return -number if match["open"] or "-" in (match["sign"], match["sign2"]) else number


def _date(text: str) -> float | None:
    match = _DATE.match(text)
    if match is None:
        return None
    try:
        day = date(
            int(match["year"]),
            int(match["month"] or match["month2"]),
            int(match["day"] or match["day2"] or 1),
        )
    except ValueError:
        return None
    if day.year < 1900:
        return None
    # Excel counts a 29 February 1900 that never was, so days before it stand one lower.
    serial = float(day.toordinal() - _EPOCH - (day < date(1900, 3, 1)))
    if match["time"] is None:
        return serial
    time = _time(match["time"])
    return None if time is None else serial + time


def _time(text: str) -> float | None:
    match = _TIME.match(text)
    if match is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return (hours * 3600 + minutes * 60 + seconds) / 86400
