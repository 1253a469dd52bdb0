"""Checks of single entries: present, readable, of the right kind, in range."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xlsx_eval.cell import ErrorValue
from xlsx_eval.findings import Finding, finding
from xlsx_eval.judging.case import Case, readable
from xlsx_eval.reading.entries import Answer, show
from xlsx_eval.reading.normalise.text import means_nothing, narrow

_CODE = re.compile(r"\d{6}\Z")
_PLACEHOLDER = re.compile(
    r"×{2,}|(?<![A-Za-z0-9./])[Xx]{2,}(?![A-Za-z0-9])|＊{2,}|\*{3,}|请填写|此处填写|待补充"
)
_SEVERAL = re.compile(
    r"\s*[-+]?[0-9０-９][0-9０-９.,%％]*(?:\s*[；;、/\n，]+\s*[-+]?[0-9０-９][0-9０-９.%％]*)+\s*\Z"
)
_MOST_RATE = 100.0
_YEARS_BEFORE, _YEARS_AFTER = 1, 5
"""Years around the scheme's in which a date is plausible."""
_PROBLEMS = {"date": "B08", "choice": "B05"}


def required(case: Case) -> Iterator[Finding]:
    """B01 for required fields left blank."""
    for answer in case.submission.answers.values():
        if answer.field.required and readable(answer) and _missing(answer):
            yield _about("B01", answer, expected="必填", points=answer.field.points or 0)


def _missing(answer: Answer) -> bool:
    """Whether a required entry is blank, or a word such as 无 where a name or number to call is due."""
    if answer.field.type == "text" and isinstance(answer.value, str):
        return means_nothing(answer.value)
    return answer.value is None


def readable_entries(case: Case) -> Iterator[Finding]:
    """One finding for each entry that is not of the field's kind."""
    for answer in case.submission.all_answers():
        if answer.problem is not None and not isinstance(answer.raw, ErrorValue):
            yield _unreadable(answer, case)


def _unreadable(answer: Answer, case: Case) -> Finding:
    several = answer.field.numeric and isinstance(answer.raw, str) and _SEVERAL.match(answer.raw)
    code = "B20" if several else _PROBLEMS.get(answer.field.type, "B02")
    expected = {"B08": "日期", "B05": "、".join(answer.field.choices), "B20": "一个数字"}.get(code, "数字")
    example = {"示例": f"{case.scheme.year + 1}-03-20"}
    if isinstance(answer.raw, float) and code == "B02":
        example["原文"] = f"{answer.shown}（{answer.problem}）"
    return _about(code, answer, expected=expected, words=example, points=answer.field.points or 0)


def normalised(case: Case) -> Iterator[Finding]:
    """B03 for each entry that was not read as it stands."""
    told = {spot for one in case.submission.recomputed for spot in one.causes}
    for answer in case.submission.all_answers():
        if answer.note and readable(answer) and answer.place not in told:
            yield _about(
                "B03", answer, expected=show(answer.value, answer.field), words={"说明": answer.note}
            )


def ranges(case: Case) -> Iterator[Finding]:
    """B04 for figures below zero or beyond reason, B12 for counts that are no whole numbers."""
    for answer in case.submission.all_answers():
        number = answer.number
        if number is None or answer.field.type in ("target", "year", "score"):
            continue
        if number < 0 and not answer.field.signed:
            yield _about("B04", answer, expected="不小于 0", words={"范围": "不小于 0"})
        elif answer.field.type == "rate" and number > _MOST_RATE:
            yield _about("B04", answer, expected="百分比", words={"范围": "0～10000%"})
        elif answer.field.type == "integer" and number != int(number):
            yield _about("B12", answer, expected="整数")


def codes_and_years(case: Case) -> Iterator[Finding]:
    """B06 for a budget code that is not six digits, B07 for another year than the scheme's."""
    for answer in case.submission.answers.values():
        if answer.field.type == "code" and answer.value is not None and not _CODE.match(str(answer.value)):
            yield _about("B06", answer, expected=_whole_code(str(answer.value)))
        if answer.field.type == "year" and answer.number not in (None, float(case.scheme.year)):
            year = str(case.scheme.year)
            yield _about("B07", answer, expected=year, words={"年度": year})


def _whole_code(code: str) -> str:
    """What the code should be: filled up where it only lost its zeros."""
    return f"{code.zfill(6)}（疑似丢失开头的 0）" if code.isdecimal() and 3 <= len(code) < 6 else "6 位数字"


def dates(case: Case) -> Iterator[Finding]:
    """B21 for dates far from the year that is judged."""
    first, last = case.scheme.year - _YEARS_BEFORE, case.scheme.year + _YEARS_AFTER
    for answer in case.submission.all_answers():
        if answer.field.type == "date" and isinstance(answer.value, str):
            year = int(answer.value[:4]) if answer.value[:4].isdigit() else first
            if not first <= year <= last:
                span = f"{first}～{last} 年"
                yield _about("B21", answer, expected=span, words={"日期": answer.value, "期间": span})


def placeholders(case: Case) -> Iterator[Finding]:
    """B15 for texts in which a placeholder was left."""
    for answer in case.submission.all_answers():
        if answer.field.type in ("text", "long") and isinstance(answer.value, str):
            match = _PLACEHOLDER.search(answer.value)
            if match:
                around = answer.value[max(0, match.start() - 8) : match.end() + 8]
                yield _about("B15", answer, expected="本部门的实际内容", words={"原文": around})


def last_years_words(case: Case) -> Iterator[Finding]:
    """B23 for a text that speaks of the year before and never of the year that is judged."""
    year, before = str(case.scheme.year), str(case.scheme.year - 1)
    for answer in case.submission.answers.values():
        if answer.field.type != "long" or not isinstance(answer.value, str):
            continue
        text = narrow(answer.value)
        match = re.search(f"{before}年", text)
        if match and f"{year}年" not in text:
            around = answer.value[max(0, match.start() - 8) : match.end() + 12]
            yield _about("B23", answer, expected=f"{year} 年度的情况", words={"原文": around, "年度": year})


def nameless_rows(case: Case) -> Iterator[Finding]:
    """B13 for table rows with figures but no name (own indicators have their own check)."""
    for table in case.scheme.tables.values():
        if case.scheme.own is not None and table is case.scheme.own.table:
            continue
        short = table.key.name.removeprefix(f"{table.id}_")
        for index in case.submission.filled_rows(table.id):
            key = case.submission.row(table.id, index).get(short)
            if key is not None and key.value is None and not key.lost:
                row = "".join(filter(str.isdigit, key.place.cell))
                yield _about("B13", key, expected="名称", words={"行": row})


def _about(
    code: str,
    answer: Answer,
    *,
    found: str | None = None,
    expected: str = "",
    words: dict[str, str] | None = None,
    points: float = 0.0,
    money: float = 0.0,
) -> Finding:
    """A finding at the entry's own cell."""
    filled = {"字段": answer.field.title, "原文": answer.shown, **(words or {})}
    return finding(
        code,
        answer.place,
        answer.field.name,
        words=filled,
        found=answer.shown if found is None else found,
        expected=expected,
        points=points,
        money=money,
    )
