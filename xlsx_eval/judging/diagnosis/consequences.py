"""Consequences under the finding that names their cause, so that one mistake is told once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from xlsx_eval.findings import VERDICTS, Finding, catalogue, gravity
from xlsx_eval.judging.case import Case, corrected
from xlsx_eval.judging.diagnosis.causes import Cause
from xlsx_eval.judging.diagnosis.grouping import CONSEQUENCES
from xlsx_eval.judging.score import score_submission

CONSEQUENT = frozenset(
    {"C01", "C02", "C03", "C05", "C06", "D01", "D02", "E01", "E02", "E05", "E07", "E13", "F02"}
)
"""Findings that a wrong figure elsewhere can bring about."""
SELF_SCORES = frozenset({"E01", "E02", "E05"})
"""Findings that question a self-score; one that is still questioned otherwise is no mere consequence."""
_OF_SUMS = frozenset({"C01", "C02", "C03", "C05"})
_FIGURE = re.compile(r"[-+]?[0-9][0-9,.]*")
_MOST_TRIALS = 12
_LISTED = 5

Judge = Callable[[Case], Iterable[Finding]]
"""What the checks find in a case."""
_Subject = tuple[str, str, str, str]


def under_causes(
    case: Case, found: Sequence[Finding], causes: Sequence[Cause], judge: Judge
) -> list[Finding]:
    """Findings with those that vanish once a cause is mended moved under it.

    Each cause is mended alone first, then those of one column together, then all of them. What only all heal
    goes under each column without which it stays, at its gravest cause; under the gravest of all failing that.
    """
    carried: dict[Finding, list[Finding]] = {cause.finding: [] for cause in causes}
    left = [item for item in found if item.code in CONSEQUENT]

    def healed(mended: Iterable[Cause]) -> list[Finding]:
        values = {cause.answer.spot: cause.value for cause in mended}
        remaining = {_subject(item) for item in judge(corrected(case, values))}
        return [item for item in left if _subject(item) not in remaining]

    columns = _columns(causes)
    for stage in ([(cause,) for cause in causes], columns):
        together = stage if len(stage) <= _MOST_TRIALS else []
        placed = [(group, healed(group)) for group in together]
        for group, items in placed:
            carried[_gravest(group)] += items
        left = [item for item in left if not any(item in items for _, items in placed)]
    left = healed(causes)
    for item, carrier in _needed(left, causes, columns, healed):
        carried[carrier] += [item]
    moved = {item for items in carried.values() for item in items}
    return [_carrying(item, carried.get(item, ())) for item in found if item not in moved]


def _columns(causes: Iterable[Cause]) -> list[tuple[Cause, ...]]:
    """The causes by the columns in which they stand."""
    columns: dict[tuple[str, int], list[Cause]] = {}
    for cause in causes:
        sheet, cell = cause.answer.spot
        columns.setdefault((sheet, cell.column), []).append(cause)
    return [tuple(column) for column in columns.values()]


def _gravest(causes: Iterable[Cause]) -> Finding:
    return min((cause.finding for cause in causes), key=gravity)


def _needed(
    joint: Sequence[Finding],
    causes: Sequence[Cause],
    columns: Sequence[tuple[Cause, ...]],
    healed: Callable[[Iterable[Cause]], list[Finding]],
) -> Iterator[tuple[Finding, Finding]]:
    """What only all causes together heal, with each finding it belongs under."""
    if not joint:
        return
    needing: list[tuple[Finding, list[Finding]]] = []
    for column in columns if len(columns) <= _MOST_TRIALS else ():
        without = healed(cause for cause in causes if cause not in column)
        needing.append((_gravest(column), [item for item in joint if item not in without]))
    for item in joint:
        carriers = [carrier for carrier, items in needing if item in items] or [_gravest(causes)]
        yield from ((item, carrier) for carrier in carriers)


def _subject(item: Finding) -> _Subject:
    """What a finding is about: its cell, and there the sum, the requirement, the self-score or the code."""
    if item.code in SELF_SCORES:
        return item.sheet, item.cell, "", ""
    about = _relation(item) if item.code in _OF_SUMS else ""
    if item.code == "C06":
        about = _FIGURE.sub("", item.message)
    return item.sheet, item.cell, item.code, about


def _relation(item: Finding) -> str:
    """The sum that a finding is about, with which its message begins."""
    return item.message.partition("：")[0]


def without_sums(case: Case) -> Case:
    """The case as it would be scored if no cross-check failed."""
    scheme = replace(case.scheme, checks=())
    return replace(case, scheme=scheme, scored=score_submission(case.submission, scheme))


def under_sums(found: Sequence[Finding], without: Iterable[Finding]) -> list[Finding]:
    """Findings with the self-scores that only failing sums lower moved under each of these sums.

    `without` are the findings of the case as if no sum failed. Under each, for all of them must be mended; where
    every failing sum has gone under a cause, under each of these causes.
    """
    left = {_subject(item) for item in without}
    lowered = [item for item in found if item.code in SELF_SCORES and _subject(item) not in left]
    failing = [item for item in found if item.code == "C01"]
    carriers = failing or [item for item in found if CONSEQUENCES in item.message]
    if not lowered or not carriers:
        return list(found)
    kept = [item for item in found if item not in lowered]
    return [_carrying(item, lowered) if item in carriers else item for item in kept]


def _carrying(item: Finding, consequences: Sequence[Finding]) -> Finding:
    """A finding with its consequences, as grave as the gravest of them."""
    if not consequences:
        return item
    named = list(dict.fromkeys(_named(one) for one in consequences))
    more = f"等 {len(named)} 项" if len(named) > _LISTED else ""
    lead = "；" if CONSEQUENCES in item.message else CONSEQUENCES
    places = (
        (one.sheet, one.cell) for one in consequences if (one.sheet, one.cell) != (item.sheet, item.cell)
    )
    return replace(
        item,
        verdict=min((item.verdict, *(one.verdict for one in consequences)), key=VERDICTS.index),
        message=f"{item.message}{lead}{'、'.join(named[:_LISTED])}{more}",
        points=item.points + sum(one.points for one in consequences),
        also=tuple(dict.fromkeys((*item.also, *places))),
    )


def _named(item: Finding) -> str:
    title = catalogue()[item.code].title
    relation = f"〔{_relation(item)}〕" if item.code in _OF_SUMS else ""
    return f"{item.sheet}!{item.cell} {title}{relation}"
