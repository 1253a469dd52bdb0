"""Targets that are no single number: a span of figures, and a day by which something is due."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace

from xlsx_eval.reading.entries import Answer, show
from xlsx_eval.reading.normalise import read_date
from xlsx_eval.reading.normalise.text import narrow, trimmed

_SPAN = re.compile(
    r"([0-9]+(?:\.[0-9]+)?)\s*[^0-9.]{0,4}?\s*[-~～—–至到]\s*([0-9]+(?:\.[0-9]+)?)\s*([^0-9]{0,8})\Z"
)
_DUE = re.compile(
    r"(?:于|在|至)?([0-9]{4}[-./年][0-9]{1,2}(?:[-./月][0-9]{0,2})?[月日号]?)\s*(?:底|末|下旬)?\s*(?:之?前|以前|前完成|完成|内)?\Z"
)
_EPOCH = dt.date(1899, 12, 30)


def with_target(target: Answer, actual: Answer, sign: object) -> tuple[Answer, Answer]:
    """Target and result of a row as numbers where the target is a span or a day; else as they are.

    Of a span the bound counts that the result is measured by, and the result itself where it lies inside. Days
    become serials where the result came in time, which is as good as the target, whatever the sign; of one that
    came late no number is made, since a ratio of days says nothing about points.
    """
    if isinstance(target.raw, str) and not isinstance(target.value, float):
        text = narrow(trimmed(target.raw))
        span = _SPAN.match(text)
        if span and actual.number is not None:
            return _within(target, float(span[1]), float(span[2]), actual.number, sign), actual
        due, done = _day(target), _day(actual)
        if due is not None and done is not None and done <= due:
            return _dated(target, due, done), _dated(actual, done, done)
    return target, actual


def overdue(target: Answer, actual: Answer) -> bool:
    """Whether both name a day and the result's is the later one."""
    due, done = _day(target), _day(actual)
    return due is not None and done is not None and done > due


def _within(target: Answer, low: float, high: float, actual: float, sign: object) -> Answer:
    if low > high:
        return target
    bound = low if sign == "≥" else high if sign == "≤" else min(max(actual, low), high)
    note = f"单元格为“{target.shown}”，按区间 {show(low)}～{show(high)} 读取，以 {show(bound)} 比较"
    return replace(target, value=bound, note=note, problem=None)


def _day(answer: Answer) -> dt.date | None:
    """The last day that an entry such as 2022年12月底前 allows; None where it names none."""
    if answer.formula is not None or not isinstance(answer.raw, str):
        return None
    match = _DUE.match(narrow(trimmed(answer.raw)))
    iso = read_date(match[1].rstrip("-./年")).value if match else None
    if not isinstance(iso, str) or iso.count("-") == 0:
        return None
    year, month, *day = map(int, iso.split("-"))
    if day:
        return dt.date(year, month, day[0])
    following = dt.date(year + month // 12, month % 12 + 1, 1)
    return following - dt.timedelta(days=1)


def _dated(answer: Answer, day: dt.date, counted: dt.date) -> Answer:
    note = f"单元格为“{answer.shown}”，按日期 {day.isoformat()} 读取"
    return replace(answer, value=float((counted - _EPOCH).days), note=note, problem=None)


QUALITATIVE: Mapping[str, str] = {
    "达成预期指标": "达成",
    "达成年度指标": "达成",
    "部分达成预期指标并具有一定效果": "部分达成",
    "部分达成预期指标": "部分达成",
    "部分达成年度指标": "部分达成",
    "未达成预期指标且效果较差": "未达成",
    "未达成预期指标": "未达成",
    "未达成年度指标": "未达成",
}
"""The finance ministry's words for the three levels, and those that departments put for them."""


def leveled(answer: Answer) -> Answer:
    """A qualitative result as the form's own word for it."""
    words = "" if not isinstance(answer.value, str) else answer.value.strip("。.；; ")
    level = QUALITATIVE.get(words)
    if level is None:
        return answer
    return replace(answer, value=level, note=f"单元格为“{answer.shown}”，按“{level}”读取")
