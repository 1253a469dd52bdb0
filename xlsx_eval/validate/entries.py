"""Checks of single entries: present, readable, of the right kind, in range."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xlsx_eval.findings import Finding, finding
from xlsx_eval.submission import Answer, show
from xlsx_eval.validate.case import Case, readable
from xlsx_eval.xlsx.cell import ErrorValue

_CODE = re.compile(r"\d{6}\Z")
_PLACEHOLDER = re.compile(r"[×Xx]{2,}|＊{2,}|\*{3,}|请填写|此处填写|待补充")
_MOST_RATE = 100.0
_PROBLEMS = {"date": "B08", "choice": "B05"}


def required(case: Case) -> Iterator[Finding]:
    """B01 for required fields left blank."""
    for answer in case.submission.answers.values():
        if answer.field.required and answer.value is None and readable(answer):
            yield _about("B01", answer, expected="必填", points=answer.field.points or 0)


def readable_entries(case: Case) -> Iterator[Finding]:
    """One finding for each entry that is an error value, lacks a result, or is not of the field's kind."""
    for answer in case.submission.all_answers():
        if isinstance(answer.raw, ErrorValue):
            yield _about("B10", answer, expected="正确的数值")
        elif answer.uncached:
            yield _uncached(answer)
        elif answer.problem is not None:
            yield _unreadable(answer, case)


def _uncached(answer: Answer) -> Finding:
    if answer.raw is None:
        return _about("B14", answer, found=f"={answer.formula}", expected="公式的计算结果")
    return _about("B09", answer, found=f"={answer.formula}", words={"结果": answer.shown})


def _unreadable(answer: Answer, case: Case) -> Finding:
    code = _PROBLEMS.get(answer.field.type, "B02")
    expected = {"B08": "日期", "B05": "、".join(answer.field.choices)}.get(code, "数字")
    example = {"示例": f"{case.scheme.year + 1}-03-20"}
    return _about(code, answer, expected=expected, words=example, points=answer.field.points or 0)


def normalised(case: Case) -> Iterator[Finding]:
    """B03 for each entry that was not read as it stands."""
    for answer in case.submission.all_answers():
        if answer.note and readable(answer):
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
            yield _about("B06", answer, expected="6 位数字")
        if answer.field.type == "year" and answer.number not in (None, float(case.scheme.year)):
            year = str(case.scheme.year)
            yield _about("B07", answer, expected=year, words={"年度": year})


def placeholders(case: Case) -> Iterator[Finding]:
    """B15 for texts in which a placeholder was left."""
    for answer in case.submission.all_answers():
        if answer.field.type in ("text", "long") and isinstance(answer.value, str):
            match = _PLACEHOLDER.search(answer.value)
            if match:
                around = answer.value[max(0, match.start() - 8) : match.end() + 8]
                yield _about("B15", answer, expected="本部门的实际内容", words={"原文": around})


def nameless_rows(case: Case) -> Iterator[Finding]:
    """B13 for table rows with figures but no name (own indicators have their own check)."""
    for table in case.scheme.tables.values():
        if case.scheme.own is not None and table is case.scheme.own.table:
            continue
        short = table.key.name.removeprefix(f"{table.id}_")
        for index in case.submission.filled_rows(table.id):
            key = case.submission.row(table.id, index).get(short)
            if key is not None and key.value is None:
                row = "".join(filter(str.isdigit, key.place.cell))
                yield _about("B13", key, expected="名称", words={"行": row})


def money_units(case: Case) -> Iterator[Finding]:
    """B11 for amounts some 10,000 times their neighbours in the same row: 元 written for 万元."""
    for answer, others in _amounts_with_neighbours(case):
        number = answer.number
        ratios = [number / other for other in others if number is not None and other > 0]
        if ratios and min(ratios) > 1000 and any(2000 <= ratio <= 50000 for ratio in ratios):
            wan = show(round((number or 0) / 10000, 2))
            yield _about("B11", answer, expected=f"{wan}（万元）", money=number or 0)


def _amounts_with_neighbours(case: Case) -> Iterator[tuple[Answer, list[float]]]:
    for sheet in case.scheme.sheets:
        for grid in sheet.grids:
            for row in grid.rows:
                names = [field.name for field in row.fields if field.type == "amount"]
                yield from _with_neighbours(
                    [case.submission.answers[n] for n in names if n in case.submission.answers]
                )
    for table in case.scheme.tables.values():
        for index in case.submission.filled_rows(table.id):
            cells = case.submission.row(table.id, index).values()
            yield from _with_neighbours([answer for answer in cells if answer.field.type == "amount"])


def _with_neighbours(answers: list[Answer]) -> Iterator[tuple[Answer, list[float]]]:
    for answer in answers:
        if answer.number is not None and answer.number > 0:
            yield (
                answer,
                [other.number for other in answers if other is not answer and other.number is not None],
            )


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
