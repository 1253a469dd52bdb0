"""Causes: figures that are probably wrong, with what they should be and the finding that says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from xlsx_eval.findings import Finding, Place, finding
from xlsx_eval.judging.case import Case
from xlsx_eval.judging.diagnosis import units
from xlsx_eval.judging.diagnosis.trials import Trials, mendings
from xlsx_eval.reading.entries import Answer, show
from xlsx_eval.reading.recompute import Spot

_KNOWN = frozenset({"B04", "B11", "B22", "E03"})
_MOST_TRIALS = 120
_LISTED = 5


@dataclass(frozen=True, slots=True)
class Cause:
    """A figure that is probably wrong, what it should be, and the finding that says so."""

    answer: Answer
    value: float
    finding: Finding


def causes_of(case: Case, found: Sequence[Finding]) -> tuple[Cause, ...]:
    """Amounts in a wrong unit, negative figures, and figures that several checks agree to be wrong."""
    return (*_known(case, found), *_diagnosed(case, found))


def _known(case: Case, found: Sequence[Finding]) -> Iterator[Cause]:
    answers = {answer.place: answer for answer in case.submission.all_answers()}
    for item in found:
        answer = answers.get(Place(item.sheet, item.cell))
        if answer is not None and answer.number is not None and item.code in _KNOWN:
            yield Cause(answer, _mended(item.code, answer, answer.number, case), item)


def _mended(code: str, answer: Answer, number: float, case: Case) -> float:
    """What a figure known to be wrong was probably meant to be."""
    if code == "B11":
        return number / units.WAN
    if code == "B22":
        return units.too_small(case)[answer.spot][1]
    if code == "E03":
        return max(0.0, min(number, answer.field.points or number))
    return abs(number)


def _diagnosed(case: Case, found: Sequence[Finding]) -> Iterator[Cause]:
    """C07: the one figure whose correction heals at least two failing checks or rates and breaks none."""
    known = {Place(item.sheet, item.cell) for item in found if item.code in _KNOWN}
    trials = Trials(case)
    if len(trials.failing) < 2:
        return
    best: dict[Spot, tuple[Answer, float, frozenset[str]]] = {}
    for answer, value in islice(mendings(case), _MOST_TRIALS):
        if answer.place in known:
            continue
        healed = trials.healed(answer, value)
        if len(healed) >= 2 and (answer.spot not in best or len(healed) > len(best[answer.spot][2])):
            best[answer.spot] = (answer, value, healed)
    for answer, value, healed in best.values():
        rivals = [other for spot, (_, _, other) in best.items() if spot != answer.spot and other & healed]
        if all(len(other) < len(healed) for other in rivals):
            yield Cause(answer, value, _wrong(answer, value, healed))


def _wrong(answer: Answer, value: float, healed: Iterable[str]) -> Finding:
    sums_healed = sorted(name for name in healed if "!" not in name)
    rates_healed = sorted(name for name in healed if "!" in name)
    basis = "、".join(
        [f"“{name}”" for name in sums_healed] + [f"{name} 的比率" for name in rates_healed][:_LISTED]
    )
    words = {"字段": answer.field.title, "原文": answer.shown, "依据": basis, "应为": show(round(value, 4))}
    return finding(
        "C07",
        answer.place,
        answer.field.name,
        words=words,
        found=answer.shown,
        expected=show(round(value, 4)),
        money=abs(value - (answer.number or 0.0)),
    )
