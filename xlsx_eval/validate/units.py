"""Amounts in 元 where 万元 is asked: recognised by evidence and asked about, never corrected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlsx_eval.entries import Answer, show
from xlsx_eval.findings import Finding, finding
from xlsx_eval.precision import answers_of
from xlsx_eval.recompute import Spot
from xlsx_eval.validate.case import Case, readable

WAN = 10_000.0
_LEAST, _MOST = 2_000.0, 50_000.0
"""How many times its neighbours an amount in 元 is, roughly."""


def money_units(case: Case) -> Iterator[Finding]:
    """B11 for amounts some 10,000 times their neighbours, or that add up only when read as 元."""
    for answer in suspects(case).values():
        number = answer.number or 0.0
        words = {"字段": answer.field.title, "原文": answer.shown}
        wan = f"{show(round(number / WAN, 2))}（万元）"
        yield finding(
            "B11",
            answer.place,
            answer.field.name,
            words=words,
            found=answer.shown,
            expected=wan,
            money=number,
        )


def suspects(case: Case) -> dict[Spot, Answer]:
    """Amounts that look like 元, by their cells."""
    found: dict[Spot, Answer] = {}
    for line in _lines(case):
        for answer in _out_of_line(line):
            found[answer.spot] = answer
    for answer in _out_of_sum(case):
        found.setdefault(answer.spot, answer)
    return found


def _lines(case: Case) -> Iterator[list[Answer]]:
    """The amounts that stand side by side in one line of a grid or table."""
    for sheet in case.scheme.sheets:
        for grid in sheet.grids:
            for row in grid.rows:
                answers = (case.submission.answers.get(field.name) for field in row.fields)
                yield [answer for answer in answers if answer is not None and _is_amount(answer)]
    for table in case.scheme.tables.values():
        for index in case.submission.filled_rows(table.id):
            yield [answer for answer in case.submission.row(table.id, index).values() if _is_amount(answer)]


def _is_amount(answer: Answer) -> bool:
    return answer.field.type == "amount" and answer.number is not None and answer.number > 0


def _out_of_line(line: Sequence[Answer]) -> list[Answer]:
    """The larger of two groups of amounts that lie some 10,000 times apart."""
    ordered = sorted(line, key=lambda answer: answer.number or 0.0)
    for at in range(1, len(ordered)):
        below, above = ordered[at - 1].number or 0.0, ordered[at].number or 0.0
        if _LEAST <= above / below <= _MOST:
            return ordered[at:]
    return []


def _out_of_sum(case: Case) -> Iterator[Answer]:
    """Parts larger than their total that fit it as 元, or a total that fits its parts as 元."""
    for check, scored in zip(case.scheme.checks, case.scored.checks, strict=True):
        parts = [
            one for one in answers_of(check.left, case.submission, case.scheme) if one.number is not None
        ]
        stated = list(answers_of(check.right, case.submission, case.scheme))
        if scored.agrees is not False or len(stated) != 1 or not all(readable(one) for one in parts + stated):
            continue
        total, whole = stated[0].number or 0.0, sum(one.number or 0.0 for one in parts)
        if abs(whole - (scored.left or 0.0)) > 1e-6 * max(1.0, abs(whole)):
            continue
        # What would be next to nothing in 万元 fits any total: a total of 0 proves no part to be 元.
        least = WAN * (scored.tolerance + 0.02)
        large = [one for one in parts if (one.number or 0.0) > max(total * 1.5, least)]
        rest = whole - sum(one.number or 0.0 for one in large)
        slack = scored.tolerance + 0.01 * (len(large) + 1)
        if large and abs(rest + sum(one.number or 0.0 for one in large) / WAN - total) <= slack:
            yield from large
        elif whole > 0 and total > whole and abs(total / WAN - whole) <= scored.tolerance + 0.01:
            yield stated[0]
