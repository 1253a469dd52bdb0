"""Figures that a check of their own knows to be wrong, with what they were probably meant to be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xlsx_eval.findings import Finding
from xlsx_eval.judging.case import Case
from xlsx_eval.judging.diagnosis import units
from xlsx_eval.reading.entries import Answer

_KNOWN = frozenset({"B04", "B11", "B22", "E03"})


@dataclass(frozen=True, slots=True)
class Known:
    """A figure that is wrong by itself, what it should be, and the finding that says so."""

    answer: Answer
    value: float
    finding: Finding


def known_causes(case: Case, found: Sequence[Finding]) -> Iterator[Known]:
    """Amounts in a wrong unit, negative figures, self-scores beyond their points."""
    answers = {(answer.place.sheet, answer.place.cell): answer for answer in case.submission.all_answers()}
    for item in found:
        answer = answers.get((item.sheet, item.cell))
        if answer is not None and answer.number is not None and item.code in _KNOWN:
            yield Known(answer, _mended(item, answer, answer.number, case), item)


def _mended(item: Finding, answer: Answer, number: float, case: Case) -> float:
    if item.code == "B11":
        return number / units.WAN
    if item.code == "B22":
        return units.too_small(case)[answer.place][1]
    if item.code == "E03":
        known = item.correction
        return known if isinstance(known, float) else max(0.0, min(number, answer.field.points or number))
    return abs(number)
