"""Excel's date serials: days since the end of 1899, or since 1904 on old Macintosh workbooks."""

from __future__ import annotations

import datetime as dt
import re

_EPOCH = dt.datetime(1899, 12, 30)
_EPOCH_1904 = dt.datetime(1904, 1, 1)
_FALSE_LEAP_DAY = 60
"""Serial of 1900-02-29, which Excel counts though it never was; before it the epoch is a day later."""
_LAST = 2_958_466
_TIME = re.compile(r"T?(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?Z?\Z")


def to_serial(moment: dt.datetime | dt.date | dt.time | dt.timedelta, date1904: bool = False) -> float:
    """Serial of a moment; a time alone or a duration is a fraction of days."""
    if isinstance(moment, dt.timedelta):
        return moment.total_seconds() / 86400
    if isinstance(moment, dt.time):
        return (moment.hour * 3600 + moment.minute * 60 + moment.second + moment.microsecond / 1e6) / 86400
    if not isinstance(moment, dt.datetime):
        moment = dt.datetime(moment.year, moment.month, moment.day)
    moment = moment.replace(tzinfo=None)
    if date1904:
        return (moment - _EPOCH_1904).total_seconds() / 86400
    days = (moment - _EPOCH).total_seconds() / 86400
    return days if days > _FALSE_LEAP_DAY else days - 1


def from_serial(serial: float, date1904: bool = False) -> dt.datetime | None:
    """Moment of a serial; None outside 1900-01-01 … 9999-12-31 and for the day that never was."""
    if not 0 <= serial < _LAST or (not date1904 and _FALSE_LEAP_DAY <= serial < _FALSE_LEAP_DAY + 1):
        return None
    if not date1904 and serial < _FALSE_LEAP_DAY:
        serial += 1
    epoch = _EPOCH_1904 if date1904 else _EPOCH
    try:
        return epoch + dt.timedelta(seconds=round(serial * 86400, 3))
    except OverflowError:
        return None


def from_iso(text: str, date1904: bool = False) -> float | None:
    """Serial of an ISO 8601 date, time or both, as strict workbooks write them; None if it is none."""
    text = text.strip()
    time = _TIME.match(text)
    if time:
        return (int(time[1]) * 3600 + int(time[2]) * 60 + float(time[3] or 0)) / 86400
    try:
        return to_serial(dt.datetime.fromisoformat(text), date1904)
    except ValueError:
        return None
