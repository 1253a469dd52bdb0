"""What would agree if one figure were another: sums and rates tried with a single value changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from xlsx_eval.formula import Formula, Value
from xlsx_eval.judging.case import Case, readable
from xlsx_eval.judging.precision import FLOAT_NOISE, answers_of, half_unit, value_tolerance
from xlsx_eval.reading.entries import Answer
from xlsx_eval.scheme import Figures


@dataclass(frozen=True, slots=True)
class _Sum:
    """A cross-check and the fields it rests on."""

    name: str
    left: Formula
    right: Formula
    tolerance: float
    fields: frozenset[str]
    agrees: bool


@dataclass(frozen=True, slots=True)
class _Rate:
    """A stated rate, its formula and the cells it rests on; `row` are the values of its table row."""

    name: str
    formula: Formula
    claimed: float
    allowed: float
    inputs: Mapping[str, Answer]
    row: Mapping[str, Answer] | None
    agrees: bool


class Trials:
    """The sums and rates of a case that can be said to agree or not, ready to be tried with other figures."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._sums = tuple(self._all_sums())
        self._rates = (*self._indicator_rates(), *self._row_rates())

    @property
    def failing(self) -> frozenset[str]:
        """Names of what does not agree now."""
        sums = (one.name for one in self._sums if not one.agrees)
        return frozenset((*sums, *(one.name for one in self._rates if not one.agrees)))

    def healed(self, answer: Answer, value: float) -> frozenset[str]:
        """What would agree if the figure were `value`; nothing if something else would then fail."""
        figures = self._case.scored.figures.with_values({answer.field.name: self._changed(answer, value)})
        healed = set()
        for one in self._sums:
            if answer.field.name in one.fields:
                agrees = self._sum_agrees(one, figures)
                if one.agrees and not agrees:
                    return frozenset()
                if agrees and not one.agrees:
                    healed.add(one.name)
        for rate in self._rates:
            if any(used.spot == answer.spot for used in rate.inputs.values()):
                agrees = self._rate_agrees(rate, answer, value, figures)
                if rate.agrees and not agrees:
                    return frozenset()
                if agrees and not rate.agrees:
                    healed.add(rate.name)
        return frozenset(healed)

    def _changed(self, answer: Answer, value: float) -> Value:
        column = self._case.submission.columns.get(answer.field.name)
        if column is None:
            return value
        return tuple(
            (value if one.spot == answer.spot else "" if one.value is None else one.value,) for one in column
        )

    def _all_sums(self) -> Iterator[_Sum]:
        for check, scored in zip(self._case.scheme.checks, self._case.scored.checks, strict=True):
            if scored.agrees is None:
                continue
            used = [
                answer
                for side in (check.left, check.right)
                for answer in answers_of(side, self._case.submission, self._case.scheme)
            ]
            fields = frozenset(answer.field.name for answer in used)
            agrees = scored.agrees or not all(map(readable, used))
            yield _Sum(scored.title, check.left, check.right, scored.tolerance, fields, agrees)

    @staticmethod
    def _sum_agrees(one: _Sum, figures: Figures) -> bool:
        left, right = one.left.evaluate(figures), one.right.evaluate(figures)
        if not isinstance(left, float) or not isinstance(right, float):
            return True
        return abs(left - right) <= one.tolerance + FLOAT_NOISE

    def _indicator_rates(self) -> Iterator[_Rate]:
        for indicator in self._case.scheme.indicators:
            if indicator.value is None or indicator.claimed_value is None:
                continue
            used = answers_of(indicator.value, self._case.submission, self._case.scheme)
            inputs = {answer.field.name: answer for answer in used if answer.row is None}
            claim = self._case.submission.answers.get(indicator.claimed_value.name)
            yield from self._rate(claim, indicator.value, self._case.scored.figures, inputs, None)

    def _row_rates(self) -> Iterator[_Rate]:
        for table in self._case.scheme.tables.values():
            for column in table.columns:
                if column.claims is None:
                    continue
                for index in self._case.submission.filled_rows(table.id):
                    row = self._case.submission.row(table.id, index)
                    claim = row.get(column.name.removeprefix(f"{table.id}_"))
                    inputs = {name: row[name] for name in column.claims.names if name in row}
                    figures = Figures({name: answer.value for name, answer in row.items()})
                    yield from self._rate(claim, column.claims, figures, inputs, row)

    def _rate(
        self,
        claim: Answer | None,
        formula: Formula,
        figures: Figures,
        inputs: Mapping[str, Answer],
        row: Mapping[str, Answer] | None,
    ) -> Iterator[_Rate]:
        value = formula.evaluate(figures)
        if claim is None or claim.number is None or not isinstance(value, float):
            return
        if not all(map(readable, inputs.values())):
            return
        allowed = value_tolerance(formula, figures, inputs, self._case.scheme.decimals) + half_unit(claim, 2)
        agrees = abs(claim.number - value) <= allowed + FLOAT_NOISE
        name = f"{claim.place.sheet}!{claim.place.cell}"
        yield _Rate(name, formula, claim.number, allowed, inputs, row, agrees)

    @staticmethod
    def _rate_agrees(rate: _Rate, answer: Answer, value: float, figures: Figures) -> bool:
        if rate.row is not None:
            changed = {
                name: value if one.place == answer.place else one.value for name, one in rate.row.items()
            }
            figures = Figures(changed)
        computed = rate.formula.evaluate(figures)
        if not isinstance(computed, float):
            return True
        return abs(rate.claimed - computed) <= rate.allowed + FLOAT_NOISE


def mendings(case: Case) -> Iterator[tuple[Answer, float]]:
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
