"""One finding for each cause: a figure whose correction heals several checks carries them as its consequences."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from xlsx_eval.entries import Answer, Submission, show
from xlsx_eval.findings import Finding, Place, catalogue, finding
from xlsx_eval.precision import answers_of
from xlsx_eval.recompute import Spot
from xlsx_eval.score import score_submission
from xlsx_eval.validate import units
from xlsx_eval.validate.case import Case, readable
from xlsx_eval.validate.grouping import CONSEQUENCES
from xlsx_eval.validate.trials import Trials

CONSEQUENT = frozenset(
    {"C01", "C02", "C03", "C05", "C06", "D01", "D02", "E01", "E02", "E05", "E07", "E13", "F02"}
)
"""Findings that a wrong figure elsewhere can bring about."""
SCORE_FINDINGS = frozenset({"E01", "E02", "E05"})
"""Findings that question a self-score; one that is still questioned otherwise is no mere consequence."""
_KNOWN = frozenset({"B04", "B11", "E03"})
_MOST_TRIALS = 120
_LISTED = 5


@dataclass(frozen=True, slots=True)
class Cause:
    """A figure that is probably wrong, what it should be, and the finding that says so."""

    answer: Answer
    value: float
    finding: Finding


def causes_of(case: Case, found: Sequence[Finding]) -> tuple[Cause, ...]:
    """Amounts in 元, negative figures, and figures that several checks agree to be wrong."""
    return (*_known(case, found), *_diagnosed(case, found))


def _known(case: Case, found: Sequence[Finding]) -> Iterator[Cause]:
    answers = {answer.place: answer for answer in case.submission.all_answers()}
    for item in found:
        answer = answers.get(Place(item.sheet, item.cell))
        if answer is not None and answer.number is not None and item.code in _KNOWN:
            yield Cause(answer, _mended(item.code, answer, answer.number), item)


def _mended(code: str, answer: Answer, number: float) -> float:
    """What a figure known to be wrong was probably meant to be."""
    if code == "B11":
        return number / units.WAN
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
    for answer, value in _candidates(case, known):
        healed = trials.healed(answer, value)
        if len(healed) >= 2 and (answer.spot not in best or len(healed) > len(best[answer.spot][2])):
            best[answer.spot] = (answer, value, healed)
    for answer, value, healed in best.values():
        rivals = [other for spot, (_, _, other) in best.items() if spot != answer.spot and other & healed]
        if all(len(other) < len(healed) for other in rivals):
            yield Cause(answer, value, _wrong(answer, value, healed))


def _candidates(case: Case, known: Container[Place]) -> Iterator[tuple[Answer, float]]:
    """Each figure of a failing sum with the value that would mend this sum."""
    count = 0
    for check, scored in zip(case.scheme.checks, case.scored.checks, strict=True):
        stated = list(answers_of(check.right, case.submission, case.scheme))
        parts = [
            one for one in answers_of(check.left, case.submission, case.scheme) if one.number is not None
        ]
        if scored.agrees is not False or len(stated) != 1 or not all(map(readable, parts + stated)):
            continue
        difference = (scored.left or 0.0) - (scored.right or 0.0)
        trials = [(stated[0], (stated[0].number or 0.0) + difference)]
        trials += [(one, (one.number or 0.0) - difference) for one in parts]
        for answer, value in trials:
            if answer.place not in known and value >= 0 and count < _MOST_TRIALS:
                count += 1
                yield answer, round(value, 6)


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


def corrected(case: Case, values: Mapping[Spot, float]) -> Case:
    """The case as it would be with other figures in some cells."""
    submission = _with_values(case.submission, values)
    return replace(case, submission=submission, scored=score_submission(submission, case.scheme))


def _with_values(submission: Submission, values: Mapping[Spot, float]) -> Submission:
    def renewed(answer: Answer) -> Answer:
        return replace(answer, value=values[answer.spot]) if answer.spot in values else answer

    return replace(
        submission,
        answers={name: renewed(answer) for name, answer in submission.answers.items()},
        columns={name: tuple(map(renewed, column)) for name, column in submission.columns.items()},
    )


def under_causes(
    found: Sequence[Finding], causes: Sequence[Cause], without: Sequence[Finding]
) -> list[Finding]:
    """Findings with those that vanish once the causes are mended moved under the gravest of them.

    `without` are the findings of the mended case.
    """
    left = {(item.code, item.sheet, item.cell) for item in without}
    vanished = [
        item for item in found if item.code in CONSEQUENT and (item.code, item.sheet, item.cell) not in left
    ]
    if not vanished:
        return list(found)
    gravest = max(causes, key=lambda cause: cause.finding.money).finding
    kept = [item for item in found if item not in vanished]
    return [_carrying(item, vanished) if item is gravest else item for item in kept]


def without_sums(case: Case) -> Case:
    """The case as it would be scored if no cross-check failed."""
    scheme = replace(case.scheme, checks=())
    return replace(case, scheme=scheme, scored=score_submission(case.submission, scheme))


def under_sums(found: Sequence[Finding], without: Sequence[Finding]) -> list[Finding]:
    """Findings with the self-scores that only failing sums lower moved under each of these sums.

    `without` are the findings of the case as if no sum failed. Under each, for all of them must be mended.
    """
    left = {(item.sheet, item.cell) for item in without if item.code in SCORE_FINDINGS}
    lowered = [item for item in found if item.code in SCORE_FINDINGS and (item.sheet, item.cell) not in left]
    if not lowered or not any(item.code == "C01" for item in found):
        return list(found)
    kept = [item for item in found if item not in lowered]
    return [_carrying(item, lowered) if item.code == "C01" else item for item in kept]


def _carrying(item: Finding, vanished: Sequence[Finding]) -> Finding:
    named = [f"{one.sheet}!{one.cell} {catalogue()[one.code].title}" for one in vanished[:_LISTED]]
    more = f"等 {len(vanished)} 项" if len(vanished) > _LISTED else ""
    places = tuple(
        (one.sheet, one.cell) for one in vanished if (one.sheet, one.cell) != (item.sheet, item.cell)
    )
    return replace(
        item,
        message=f"{item.message}{CONSEQUENCES}{'、'.join(named)}{more}",
        points=item.points + sum(one.points for one in vanished),
        also=(*item.also, *dict.fromkeys(places)),
    )
