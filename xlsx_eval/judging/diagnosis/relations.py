"""Everything that ties the figures of one workbook together, ready to be tried with other figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from xlsx_eval.cell import Address, Scalar
from xlsx_eval.findings import ERROR
from xlsx_eval.formula import Column, Formula, Value
from xlsx_eval.judging.case import Case, readable, same_score
from xlsx_eval.judging.diagnosis.slips import slip_between
from xlsx_eval.judging.precision import FLOAT_NOISE, answers_of, half_unit, value_tolerance
from xlsx_eval.reading.entries import Answer
from xlsx_eval.scheme import Check, Figures, Indicator, Table

Changes = Mapping[Address, float]
"""Other figures in some cells."""
_FIGURES = frozenset({"amount", "integer", "rate"})

# What it takes to leave a relation as broken as it stands. A sum that must hold is never left; a rate or a
# score typed by hand is wrong more often than the figures it rests on.
_SUM, _ASKED, _RATE, _SCORE, _REQUIREMENT = 6.0, 1.7, 1.5, 0.9, 0.8
_EXPLAINED = 1.2
"""Up to what cost a typed rate is wrong by a slip that is no chance: with one digit off any rate is near another."""
_SAVED = 0.0006
"""How near a typed rate must lie to 1 minus the right one to be taken for a saving rate."""


@dataclass(frozen=True, slots=True)
class Relation:
    """Figures that must fit each other.

    `cells` are those it rests on, by their place; `claim` is the typed rate or score that it checks, None of a
    sum. `off` tells by how much it fails with other figures: 0 where it holds, None where it cannot be said.
    """

    about: str
    title: str
    cells: Mapping[Address, Answer]
    cost: float
    off: Callable[[Changes], float | None]
    claim: Answer | None = None
    additive: bool = False

    @property
    def proves(self) -> bool:
        """Whether its failing proves that a figure or a claim is wrong, rather than asks about it or bounds it."""
        if self.claim is not None:
            return not self.about.startswith("score:")
        return self.additive and self.cost >= _SUM


@dataclass(slots=True)
class Relations:
    """The relations of a case, those of every cell, and the figures as they would be."""

    case: Case
    every: tuple[Relation, ...] = ()
    of: dict[Address, list[Relation]] = field(default_factory=dict)
    _known: dict[frozenset[tuple[Address, float]], Figures] = field(default_factory=dict)
    _off: dict[tuple[str, frozenset[tuple[Address, float]]], float | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.every = tuple(_all(self.case, self))
        for relation in self.every:
            for spot in relation.cells:
                self.of.setdefault(spot, []).append(relation)

    def off(self, relation: Relation, changes: Changes) -> float | None:
        """By how much the relation fails; remembered, for only what touches its cells can change it."""
        touching = frozenset((spot, value) for spot, value in changes.items() if spot in relation.cells)
        key = (relation.about, touching)
        if key not in self._off:
            self._off[key] = relation.off(dict(touching))
        return self._off[key]

    def unsupported(self, relation: Relation, changes: Changes) -> bool:
        """Whether a claim rests on a figure that no sum bears out, and nothing explains how the claim went wrong."""
        if relation.claim is None or relation.cost <= _EXPLAINED:
            return False
        return not all(self._borne_out(spot, changes) for spot, one in relation.cells.items() if one.number)

    def _borne_out(self, spot: Address, changes: Changes) -> bool:
        sums = [one for one in self.of[spot] if one.additive and one.cost >= _SUM]
        return any(self.off(one, changes) == 0.0 for one in sums)

    def figures(self, changes: Changes) -> Figures:
        """The names as formulas would see them."""
        if not changes:
            return self.case.scored.figures
        key = frozenset(changes.items())
        if key not in self._known:
            self._known[key] = self.case.scored.figures.with_values(dict(self._renamed(changes)))
        return self._known[key]

    def _renamed(self, changes: Changes) -> Iterator[tuple[str, Value]]:
        names = {answer.field.name: answer.row is not None for answer in self._changed(changes)}
        for name, is_column in names.items():
            answers = self.case.submission.named(name)
            if is_column:
                column: Column = tuple((_figure(answer, changes),) for answer in answers)
                yield name, column
            else:
                yield name, _figure(answers[0], changes)

    def _changed(self, changes: Changes) -> Iterator[Answer]:
        for spot in changes:
            for relation in self.of.get(spot, ())[:1]:
                yield relation.cells[spot]


def _figure(answer: Answer, changes: Changes) -> Scalar:
    value = changes.get(answer.place, answer.figure)
    return "" if value is None else value


def _all(case: Case, relations: Relations) -> Iterator[Relation]:
    yield from _sums(case, relations)
    yield from _requirements(case, relations)
    for indicator in case.scheme.indicators:
        yield from _rate(case, indicator, relations)
        yield from _score(case, indicator, relations)
    for table in case.scheme.tables.values():
        yield from _row_rates(case, table)


def _cells(answers: Iterator[Answer]) -> dict[Address, Answer]:
    return {answer.place: answer for answer in answers if not answer.lost and answer.field.type in _FIGURES}


def _sums(case: Case, relations: Relations) -> Iterator[Relation]:
    for check, scored in zip(case.scheme.checks, case.scored.checks, strict=True):
        stated = list(answers_of(check.right, case.submission, case.scheme))
        parts = case.expected(answers_of(check.left, case.submission, case.scheme))
        if not stated or not all(map(readable, (*stated, *parts))):
            continue
        off = partial(_sum_off, check, scored.tolerance, relations)
        cost = _SUM if check.verdict == ERROR else _ASKED
        cells = _cells(iter((*stated, *parts)))
        yield Relation(f"sum:{check.id}", check.title, cells, cost, off, additive=True)


def _sum_off(check: Check, tolerance: float, relations: Relations, changes: Changes) -> float | None:
    figures = relations.figures(changes)
    left: Value = check.left.evaluate(figures)
    right = check.right.evaluate(figures)
    if not isinstance(left, float):
        left = _with_one_blank(check, relations, changes)
    if not isinstance(left, float):
        return None
    if not isinstance(right, float):
        # A total left blank over figures is owed; over nothing it is not.
        return left if abs(left) > FLOAT_NOISE and right == "" else None
    difference = left - right
    return 0.0 if abs(difference) <= tolerance + FLOAT_NOISE else difference


def _with_one_blank(check: Check, relations: Relations, changes: Changes) -> Value:
    """The sum without the one part that is blank though it is needed; nothing where more are, or all."""
    submission = relations.case.submission
    parts = [submission.answers[name] for name in check.needs if name in submission.answers]
    blank = [part for part in parts if not part.given and part.place not in changes]
    if len(blank) != 1 or len(parts) < 2:
        return None
    return check.left.evaluate(relations.figures({**changes, blank[0].place: 0.0}))


def _requirements(case: Case, relations: Relations) -> Iterator[Relation]:
    for requirement in case.scheme.requirements:
        if any(case.submission.number(name) is None for name in requirement.needs):
            continue
        cells = _cells(answers_of(requirement.test, case.submission, case.scheme))
        off = partial(_test_off, requirement.test, relations)
        cost = _SUM if requirement.verdict == ERROR else _REQUIREMENT
        yield Relation(f"require:{requirement.id}", requirement.title, cells, cost, off)


def _test_off(test: Formula, relations: Relations, changes: Changes) -> float | None:
    return 1.0 if test.evaluate(relations.figures(changes)) is False else 0.0


def _rate(case: Case, indicator: Indicator, relations: Relations) -> Iterator[Relation]:
    if indicator.value is None or indicator.claimed_value is None:
        return
    claim = case.submission.answers.get(indicator.claimed_value.name)
    used = list(answers_of(indicator.value, case.submission, case.scheme))
    if claim is None or claim.number is None or not all(map(readable, (claim, *used))):
        return
    inputs = {answer.field.name: answer for answer in used if answer.row is None}
    off = partial(_rate_off, case, indicator.value, claim, inputs, relations)
    title = f"“{indicator.title}”指标值"
    cost = _claim_cost(claim, indicator.value.evaluate(case.scored.figures))
    yield Relation(f"rate:{indicator.key}", title, _cells(iter(used)), cost, off, claim)


def _claim_cost(claim: Answer, value: Value) -> float:
    """What it takes to believe that a typed rate is wrong: less where a slip or a saving rate explains it."""
    if claim.number is None or not isinstance(value, float):
        return _RATE
    if abs(claim.number - (1 - value)) < _SAVED:
        return _SCORE
    percents = [round(100 * figure, 2) for figure in (claim.number, value)]
    return min(_RATE, slip_between(*percents).cost)


def _rate_off(
    case: Case,
    formula: Formula,
    claim: Answer,
    inputs: Mapping[str, Answer],
    relations: Relations,
    changes: Changes,
) -> float | None:
    figures = relations.figures(changes)
    return _claim_off(formula, figures, claim, _renewed(inputs, changes), case.scheme.decimals)


def _claim_off(
    formula: Formula, figures: Figures, claim: Answer, inputs: Mapping[str, Answer], decimals: int
) -> float | None:
    """How far a typed rate lies from what its figures give, beyond what their printed digits explain."""
    value = formula.evaluate(figures)
    if not isinstance(value, float) or claim.number is None:
        return None
    allowed = value_tolerance(formula, figures, inputs, decimals) + half_unit(claim, 2)
    difference = claim.number - value
    return 0.0 if abs(difference) <= allowed + FLOAT_NOISE else difference


def _renewed(inputs: Mapping[str, Answer], changes: Changes) -> Mapping[str, Answer]:
    """The inputs as they would be, since the tolerance moves each by its last digit."""
    return {
        name: replace(answer, value=changes[answer.place]) if answer.place in changes else answer
        for name, answer in inputs.items()
    }


def _score(case: Case, indicator: Indicator, relations: Relations) -> Iterator[Relation]:
    """A self-score and the rule; it holds too where the department took points off itself and said why."""
    claim = case.submission.answers.get(indicator.claimed.name)
    if indicator.value is None or claim is None or claim.number is None or indicator.items:
        return
    cells = _cells(answers_of(indicator.value, case.submission, case.scheme))
    if not 0 <= claim.number <= indicator.points or not cells:
        return
    off = partial(_score_off, indicator, claim, case.explained(indicator.why.name), relations)
    title = f"“{indicator.title}”自评得分"
    yield Relation(f"score:{indicator.key}", title, cells, _SCORE, off, claim)


def _score_off(
    indicator: Indicator, claim: Answer, explained: bool | None, relations: Relations, changes: Changes
) -> float | None:
    if indicator.value is None or claim.number is None:
        return None
    figures = relations.figures(changes)
    value = indicator.value.evaluate(figures)
    if not isinstance(value, float):
        return None
    score = indicator.score.evaluate(figures.with_values({"值": value, "满分": indicator.points}))
    if not isinstance(score, float):
        return None
    if same_score(claim.number, score, claim.decimals) or (explained and claim.number < score):
        return 0.0
    return claim.number - score


def _row_rates(case: Case, table: Table) -> Iterator[Relation]:
    for column in table.columns:
        if column.claims is None:
            continue
        for index in case.submission.filled_rows(table.id):
            row = case.submission.row(table.id, index)
            claim = row[column.name.removeprefix(f"{table.id}_")]
            inputs = {name: row[name] for name in column.claims.names if name in row}
            if claim.number is None or not all(map(readable, (claim, *inputs.values()))):
                continue
            name = str(row[table.key.name.removeprefix(f"{table.id}_")].value or f"第 {index + 1} 行")
            off = partial(_row_off, case, column.claims, claim, inputs)
            about, title = f"row:{table.id}:{index}", f"“{name}”{claim.field.title}"
            figures = Figures({name: answer.value for name, answer in inputs.items()})
            cost = _claim_cost(claim, column.claims.evaluate(figures))
            yield Relation(about, title, _cells(iter(inputs.values())), cost, off, claim)


def _row_off(
    case: Case, formula: Formula, claim: Answer, inputs: Mapping[str, Answer], changes: Changes
) -> float | None:
    figures = Figures({name: changes.get(answer.place, answer.value) for name, answer in inputs.items()})
    return _claim_off(formula, figures, claim, _renewed(inputs, changes), case.scheme.decimals)
