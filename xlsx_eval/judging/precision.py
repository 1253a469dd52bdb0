"""Print precision: how far two figures may lie apart by rounding alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from xlsx_eval.formula import Formula
from xlsx_eval.reading.entries import Answer, Submission
from xlsx_eval.scheme import Figures, Scheme

FLOAT_NOISE = 1e-9


def half_unit(answer: Answer, decimals: int) -> float:
    """Half of the last printed digit of an amount, 0 for a count.

    An amount without decimals is taken as exact to the form's `decimals`: the form asks for that many, so a
    whole number says its decimals are zero. More decimals than the form prints do not sharpen it.
    """
    if answer.number is None or answer.field.type == "integer":
        return 0.0
    printed = answer.decimals if answer.decimals is not None else decimals
    if answer.field.type == "rate":
        return 0.5 * 10.0 ** -(printed + 2)
    return 0.5 * 10.0 ** -(min(printed, decimals) if printed > 0 else decimals)


def answers_of(formula: Formula, submission: Submission, scheme: Scheme) -> Iterator[Answer]:
    """Every answer a formula rests on, through derived figures down to the cells."""
    for name in sorted(formula.names):
        if name in scheme.derived:
            yield from answers_of(scheme.derived[name], submission, scheme)
        else:
            yield from submission.named(name)


def sum_tolerance(answers: Iterable[Answer], decimals: int) -> float:
    """What rounding explains between figures that are added up: the sum of their half units."""
    return sum(half_unit(answer, decimals) for answer in answers)


def value_tolerance(formula: Formula, figures: Figures, inputs: Mapping[str, Answer], decimals: int) -> float:
    """How far a computed value may move when each of its `inputs` (by name) moves by its half unit."""
    result = formula.evaluate(figures)
    if not isinstance(result, float):
        return 0.0
    moved = 0.0
    for name, answer in inputs.items():
        if answer.number is not None:
            shifted = figures.with_values({name: answer.number + half_unit(answer, decimals)})
            other = formula.evaluate(shifted)
            moved += abs(other - result) if isinstance(other, float) else 0.0
    return moved
