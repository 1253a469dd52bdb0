"""Amounts in 元 or 亿元 where 万元 is asked: recognised by evidence and asked about, never corrected."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence

from xlsx_eval.cell import Address
from xlsx_eval.findings import ERROR, EXPLAIN, Finding, finding
from xlsx_eval.judging.case import Case, corrected, readable
from xlsx_eval.judging.precision import answers_of
from xlsx_eval.reading.entries import Answer, show
from xlsx_eval.scheme import Check

WAN = 10_000.0
_LEAST, _MOST = 2_000.0, 50_000.0
"""How many times its neighbours an amount in 元 is, roughly."""
_BEYOND = 3.0
"""How far beyond a bound of the scheme an amount must lie to be taken for 元."""
_ROUNDS = 6


def money_units(case: Case) -> Iterator[Finding]:
    """B22 for amounts that sums prove 10,000 times too small, B11 for amounts that look like 元."""
    small = too_small(case)
    for answer, value in small.values():
        yield _asked("B22", answer, value, value)
    mended = corrected(case, {spot: value for spot, (_, value) in small.items()}) if small else case
    for answer in suspects(mended).values():
        number = answer.number or 0.0
        yield _asked("B11", answer, round(number / WAN, 2), number)


def _asked(code: str, answer: Answer, wan: float, money: float) -> Finding:
    return finding(
        code,
        answer.place,
        answer.field.name,
        words={"字段": answer.field.title, "原文": answer.shown},
        found=answer.shown,
        expected=f"{show(wan)}（万元）",
        money=money,
    )


def too_small(case: Case) -> dict[Address, tuple[Answer, float]]:
    """Amounts that mend failing sums as 10,000 times what they are, by their cells, with what they should be.

    One sum suffices for an amount that is out of its line; else several must agree. None may then fail.
    """
    mended: dict[Address, list[tuple[Answer, float]]] = {}
    for answer, value in _mendings(case):
        if _is_amount(answer) and _is_wan_times(answer, value):
            mended.setdefault(answer.place, []).append((answer, value))
    groups = [_groups(line) for line in _lines(case)] if mended else []
    alone = {answer.place for below, above in groups if len(below) < len(above) for answer in below}
    found = {spot: ways[0] for spot, ways in mended.items() if spot in alone or len(ways) > 1}
    outcomes = list(_outcomes(case, {spot: value for spot, (_, value) in found.items()}))
    broken = {spot for _, before, after, spots in outcomes if before and after is False for spot in spots}
    return {spot: one for spot, one in found.items() if spot not in broken}


def _is_wan_times(answer: Answer, value: float) -> bool:
    """Whether a value is 10,000 times an amount, as exactly as the amount is printed."""
    number = answer.number or 0.0
    printed = 0.5 * 10.0 ** -(answer.decimals or 2)
    return abs(value / WAN - number) <= min(printed, 0.02 * number)


def suspects(case: Case) -> dict[Address, Answer]:
    """Amounts that look like 元, by their cells: out of their line, sum or bound, and no sum contradicts."""
    fewer, more = _out_of_line(case)
    banned: set[Address] = set()
    found: dict[Address, Answer] = {}
    for _ in range(_ROUNDS):
        found = _gathered(case, {**fewer, **more}, banned)
        against = _contradicted(case, found, more)
        if not against:
            return found
        banned |= against
    return {spot: answer for spot, answer in found.items() if spot not in banned}


def _gathered(
    case: Case, first: Mapping[Address, Answer], banned: Container[Address]
) -> dict[Address, Answer]:
    """The first suspects, and those that come out once the others are read as 元."""
    found = {spot: answer for spot, answer in first.items() if spot not in banned}
    for _ in range(_ROUNDS):
        read = _as_yuan(case, found)
        more = {answer.place: answer for answer in (*_out_of_sum(read), *_out_of_bounds(read))}
        fresh = {spot: one for spot, one in more.items() if spot not in found and spot not in banned}
        if not fresh:
            break
        found |= fresh
    return found


def _as_yuan(case: Case, found: Mapping[Address, Answer]) -> Case:
    """The case with these amounts read as 元."""
    values = {spot: (answer.number or 0.0) / WAN for spot, answer in found.items()}
    return corrected(case, values) if values else case


def _contradicted(case: Case, found: Mapping[Address, Answer], more: Container[Address]) -> set[Address]:
    """Suspects that a sum speaks against, which held before; of the greater part of a line, those that none bears out."""
    broken: set[Address] = set()
    borne_out: set[Address] = set()
    values = {spot: (answer.number or 0.0) / WAN for spot, answer in found.items()}
    for check, before, after, spots in _outcomes(case, values):
        if before and after is False:
            broken |= spots
        elif after and check.verdict == ERROR:
            borne_out |= spots
    doubtful = {spot for spot in found if spot in more}
    # The greater part of a line goes first: read as 元 it may break the sums of those that are.
    return doubtful & broken or doubtful - borne_out or broken


def _outcomes(
    case: Case, values: Mapping[Address, float]
) -> Iterator[tuple[Check, bool | None, bool | None, set[Address]]]:
    """Each sum that uses some of these cells: whether it agrees, whether it would with these values, and the cells."""
    if not values:
        return
    read = corrected(case, values).scored.checks
    for check, before, after in zip(case.scheme.checks, case.scored.checks, read, strict=True):
        used = [
            answer
            for side in (check.left, check.right)
            for answer in answers_of(side, case.submission, case.scheme)
        ]
        spots = {answer.place for answer in used} & values.keys()
        if spots and all(map(readable, used)):
            yield check, before.agrees, after.agrees, spots


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


def _out_of_line(case: Case) -> tuple[dict[Address, Answer], dict[Address, Answer]]:
    """The greater amounts of lines that lie some 10,000 times apart: where they are the fewer, and where not."""
    fewer: dict[Address, Answer] = {}
    more: dict[Address, Answer] = {}
    for below, above in map(_groups, _lines(case)):
        target = fewer if len(above) < len(below) else more
        target.update({answer.place: answer for answer in above})
    return fewer, more


def _groups(line: Sequence[Answer]) -> tuple[Sequence[Answer], Sequence[Answer]]:
    """The smaller and the greater amounts of a line that lie some 10,000 times apart; none if they do not."""
    ordered = sorted(line, key=lambda answer: answer.number or 0.0)
    for at in range(1, len(ordered)):
        below, above = ordered[at - 1].number or 0.0, ordered[at].number or 0.0
        if _LEAST <= above / below <= _MOST:
            return ordered[:at], ordered[at:]
    return (), ()


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


def _out_of_bounds(case: Case) -> Iterator[Answer]:
    """Amounts far beyond what a requirement of the scheme that only asks lets pass, and within it as 元."""
    doubted = _doubted(case)
    for requirement in case.scheme.requirements:
        answer = case.submission.answers.get(requirement.place)
        if requirement.verdict != EXPLAIN or answer is None or not _is_amount(answer):
            continue
        if any(case.submission.number(name) is None for name in requirement.needs):
            continue
        bounds = {one.field.name for one in answers_of(requirement.test, case.submission, case.scheme)}
        if bounds & doubted - {requirement.place}:
            continue
        number = answer.number or 0.0
        holds = [
            requirement.test.evaluate(case.scored.figures.with_values({requirement.place: value}))
            is not False
            for value in (number, number / _BEYOND, number / WAN)
        ]
        if holds == [False, False, True]:
            yield answer


def _doubted(case: Case) -> set[str]:
    """Fields of sums that fail: as bounds they prove nothing."""
    return {
        answer.field.name
        for check, scored in zip(case.scheme.checks, case.scored.checks, strict=True)
        for side in (check.left, check.right)
        for answer in answers_of(side, case.submission, case.scheme)
        if scored.agrees is False and check.verdict == ERROR
    }


def _mendings(case: Case) -> Iterator[tuple[Answer, float]]:
    """Each figure of a failing sum with the value, not below 0, that would mend this sum.

    A sum over a row whose figure is blank is not mended by another: the blank explains it as well.
    """
    for check, scored in zip(case.scheme.checks, case.scored.checks, strict=True):
        stated = list(answers_of(check.right, case.submission, case.scheme))
        every = list(answers_of(check.left, case.submission, case.scheme))
        parts = [one for one in every if one.number is not None]
        if scored.agrees is not False or len(stated) != 1 or not all(map(readable, parts + stated)):
            continue
        if any(one.row is not None and not one.given for one in case.expected(every)):
            continue
        difference = (scored.left or 0.0) - (scored.right or 0.0)
        values = [(stated[0], (stated[0].number or 0.0) + difference)]
        values += [(one, (one.number or 0.0) - difference) for one in parts]
        yield from ((answer, round(value, 6)) for answer, value in values if value >= 0)
