"""What a row of own indicators says against itself: sign, unit, rates above 100%, negative counts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from xlsx_eval.findings import Finding, finding
from xlsx_eval.reading.entries import Answer, show
from xlsx_eval.reading.normalise.entry import Entry, entry_of
from xlsx_eval.reading.normalise.text import narrow, trimmed
from xlsx_eval.reading.normalise.units import unit_of
from xlsx_eval.reading.own_entries import is_share_beside
from xlsx_eval.reading.targets import overdue
from xlsx_eval.xlsx.read.book import Book

_FIGURES = ("年度指标值", "实际完成值")
_AT_MOST = re.compile("[≤≦⩽<]|=<|小于|低于|不高于|不多于|不超过|至多|以下|以内")
_AT_LEAST = re.compile("[≥≧⩾>]|=>|大于|高于|不低于|不少于|至少|以上")
_NO_MORE = re.compile("不(?:高于|多于|超过)")
_NO_LESS = re.compile("不(?:低于|少于)")
_WHOLE = re.compile("满意度|合格率|达标率|及时率")
_FALLS = re.compile("增|减|降|净|差|变动|变化|盈|亏|结余|利润")
"""What may well be negative."""
_PLAIN_COUNTER = "个"
_SURVEYED = re.compile("满意")
"""A survey gives its points of 100 as a percentage."""
_PER = re.compile("[/每]")
"""What makes a unit one of cost or rate: 元 is not 元/平方米."""
_CLEARLY_A_LIMIT = 20.0
"""A limit in percent beside which a result of at most 1 may be a share of 1."""


def contradictions(row: Mapping[str, Answer], name: str, book: Book) -> Iterator[Finding]:
    """F05 for what is to be explained, B04 for figures that cannot be."""
    if row["指标性质"].value == "定性":
        return
    yield from _sign(row, name)
    yield from _units(row, name)
    yield from _share_or_percentage(row, name, book)
    yield from _approximate(row, name)
    yield from _late(row, name)
    for column in _FIGURES:
        limits = out_of_reach(row, row[column])
        if limits:
            answer = row[column]
            words = {"字段": f"{name} {column}", "原文": answer.shown, "范围": limits}
            yield finding(
                "B04", answer.place, answer.field.name, words=words, found=answer.shown, expected=limits
            )


def out_of_reach(row: Mapping[str, Answer], answer: Answer) -> str:
    """The range in which a figure of the row must lie; "" where it does, or where there is none."""
    number, name = answer.number, str(row["三级指标"].value or "")
    unit = unit_of(_unit(row))
    if number is None:
        return ""
    if number > 100 + 1e-9 and _WHOLE.search(name) and (unit.percent or unit.text in ("", "分")):
        return "0～100"
    counted = unit.stated and not unit.percent and not _FALLS.search(name)
    return "不小于 0" if number < 0 and counted else ""


def _unit(row: Mapping[str, Answer]) -> str:
    unit = row.get("计量单位")
    return "" if unit is None or unit.value is None else str(unit.value)


def _entry(answer: Answer) -> Entry | None:
    """A figure typed as text, taken apart."""
    if not isinstance(answer.raw, str) or answer.number is None:
        return None
    return entry_of(narrow(trimmed(answer.raw)))


def _sign(row: Mapping[str, Answer], name: str) -> Iterator[Finding]:
    """A target typed with another sign than the row's."""
    target, sign = row["年度指标值"], row["指标性质"]
    entry = _entry(target)
    if entry is None or sign.value is None:
        return
    said = _direction("".join(entry.marks))
    if said and said != sign.value:
        yield _told(target, sign, name, f"年度指标值填写为“{target.shown}”，而指标性质为“{sign.value}”")


def _direction(marks: str) -> str:
    if _NO_MORE.search(marks):
        return "≤"
    if _NO_LESS.search(marks):
        return "≥"
    if _AT_MOST.search(marks):
        return "≤"
    return "≥" if _AT_LEAST.search(marks) else ""


def _units(row: Mapping[str, Answer], name: str) -> Iterator[Finding]:
    """Figures typed with another unit than the row's: 12人 where 所 are counted."""
    unit = row.get("计量单位")
    if unit is None or not isinstance(unit.value, str):
        return
    wanted = unit_of(unit.value)
    for column in _FIGURES:
        entry = _entry(row[column])
        if entry is None or not entry.unit.stated or (wanted.percent and entry.unit.percent):
            continue
        typed = entry.unit
        if wanted.percent and typed.text.strip("()") == "分" and _SURVEYED.search(name):
            continue
        if typed.percent or wanted.percent or not _alike(typed.base, wanted.base):
            words = f"{column}填写为“{row[column].shown}”，而计量单位为“{unit.value}”"
            yield _told(row[column], unit, name, words)


def _alike(typed: str, wanted: str) -> bool:
    """Whether two units may be the same: one names the other, or one is said in general only."""
    if _PER.search(typed) is None and _PER.search(wanted) is not None and typed:
        return False
    return not typed or not wanted or typed == _PLAIN_COUNTER or typed in wanted or wanted in typed


def _share_or_percentage(row: Mapping[str, Answer], name: str, book: Book) -> Iterator[Finding]:
    """A result below a limit in percent that would exceed it if it were a share of 1."""
    target, actual = row["年度指标值"], row["实际完成值"]
    if row["指标性质"].value != "≤" or not unit_of(_unit(row)).percent:
        return
    share, limit = actual.number or 0.0, target.number or 0.0
    if limit >= _CLEARLY_A_LIMIT and share * 100 > limit and is_share_beside(actual, target, book):
        words = f"实际完成值填写为 {actual.shown}，不能确定是 {show(share)}% 还是 {show(share * 100)}%"
        yield _told(actual, row["计量单位"], name, words)


def proves_nothing(row: Mapping[str, Answer], name: str) -> bool:
    """Whether a figure of the row is only about right, or in another unit, so that no score can rest on it."""
    return _vague(row) or any(True for _ in _units(row, name))


def _vague(row: Mapping[str, Answer]) -> bool:
    entries = (_entry(row[column]) for column in _FIGURES)
    return any(entry is not None and entry.approximate for entry in entries)


def _approximate(row: Mapping[str, Answer], name: str) -> Iterator[Finding]:
    """A figure that is only about right, where the exact one decides whether the target is met."""
    target, actual = row["年度指标值"], row["实际完成值"]
    if not _vague(row) or target.number is None or actual.number is None:
        return
    met = {"≥": actual.number >= target.number, "≤": actual.number <= target.number}
    if not met.get(str(row["指标性质"].value), actual.number == target.number):
        vague = next(row[one] for one in _FIGURES if (entry := _entry(row[one])) and entry.approximate)
        yield _told(
            vague, target, name, f"{vague.field.title}填写为约数“{vague.shown}”，不能据以认定未达到目标"
        )


def _late(row: Mapping[str, Answer], name: str) -> Iterator[Finding]:
    """A result after the day it was due: how much that costs a person decides."""
    target, actual = row["年度指标值"], row["实际完成值"]
    if overdue(target, actual):
        words = f"实际完成时间“{actual.shown}”晚于年度指标值“{target.shown}”，得分待复核"
        yield _told(actual, target, name, words)


def _told(answer: Answer, against: Answer, name: str, words: str) -> Finding:
    return finding(
        "F05",
        answer.place,
        answer.field.name,
        words={"指标": name, "矛盾": words},
        found=answer.shown,
        expected=f"与“{against.field.title}”一致",
        also=() if against.lost else (against.place,),
    )
