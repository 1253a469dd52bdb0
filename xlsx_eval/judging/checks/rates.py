"""Checks of every claimed rate against the one its own figures give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from xlsx_eval.findings import Finding, finding
from xlsx_eval.formula import Formula
from xlsx_eval.judging.case import Case, readable
from xlsx_eval.judging.precision import FLOAT_NOISE, answers_of, half_unit, value_tolerance
from xlsx_eval.reading.entries import Answer, show
from xlsx_eval.scheme import Figures, Indicator
from xlsx_eval.scheme.rules import value_text


def indicator_rates(case: Case) -> Iterator[Finding]:
    """D01, D02 or D03 for the claimed value of each measured indicator."""
    for indicator in case.scheme.indicators:
        if indicator.value is None or indicator.claimed_value is None:
            continue
        claim = case.submission.answers.get(indicator.claimed_value.name)
        inputs = {
            answer.field.name: answer
            for answer in answers_of(indicator.value, case.submission, case.scheme)
            if answer.row is None
        }
        if claim is None or not all(readable(answer) for answer in (claim, *inputs.values())):
            continue
        yield from _indicator_rate(case, indicator, indicator.value, claim, inputs)


def _indicator_rate(
    case: Case, indicator: Indicator, formula: Formula, claim: Answer, inputs: Mapping[str, Answer]
) -> Iterator[Finding]:
    value = formula.evaluate(case.scored.figures)
    if not isinstance(value, float):
        return
    how = _how(inputs.values(), value)
    if claim.number is None:
        about = f"rate:{indicator.key}"
        yield _rate_finding("D03", claim, indicator.title + "指标值", value, how, indicator.unit, about)
        return
    tolerance = value_tolerance(formula, case.scored.figures, inputs, case.scheme.decimals)
    about = f"rate:{indicator.key}"
    yield from compare_rate(claim, indicator.title, value, tolerance, how, indicator.unit, about)


def table_rates(case: Case) -> Iterator[Finding]:
    """D01 or D04 for the claimed rate of each table row."""
    for table in case.scheme.tables.values():
        for column in table.columns:
            if column.claims is None:
                continue
            for index in case.submission.filled_rows(table.id):
                row = case.submission.row(table.id, index)
                yield from _row_rate(case, column.claims, row, column.name.removeprefix(f"{table.id}_"))


def _row_rate(case: Case, formula: Formula, row: Mapping[str, Answer], column: str) -> Iterator[Finding]:
    claim = row[column]
    inputs = {name: row[name] for name in sorted(formula.names) if name in row}
    if claim.number is None or not all(readable(answer) for answer in inputs.values()):
        return
    figures = Figures({name: answer.value for name, answer in row.items()})
    value = formula.evaluate(figures)
    label = f"{_row_name(row)} {claim.field.title}"
    about = f"row:{claim.field.table}:{claim.row}"
    if not isinstance(value, float):
        blank = [answer for answer in inputs.values() if answer.number is None]
        missing = "、".join(answer.field.title for answer in blank)
        lacking = f"计算所需的数据未填（{missing}）" if blank else "作除数的预算数为 0，无法计算"
        words = {"字段": label, "原文": claim.shown, "缺少": lacking}
        also = tuple(answer.place for answer in blank)
        yield finding(
            "D04", claim.place, claim.field.name, words=words, found=claim.shown, also=also, about=about
        )
        return
    tolerance = value_tolerance(formula, figures, inputs, case.scheme.decimals)
    how = _how(inputs.values(), value)
    yield from compare_rate(claim, label, value, tolerance, how, about=about)


def _row_name(row: Mapping[str, Answer]) -> str:
    return next((str(answer.value) for answer in row.values() if answer.value), "")


def compare_rate(
    claim: Answer, label: str, value: float, tolerance: float, how: str, unit: str = "%", about: str = ""
) -> Iterator[Finding]:
    """Nothing when the claim is the value within print precision; D02 when it is 1 minus it, else D01."""
    claimed = claim.number or 0.0
    allowed = tolerance + half_unit(claim, 2) + FLOAT_NOISE
    if abs(claimed - value) <= allowed:
        return
    saved = unit == "%" and abs(claimed - (1 - value)) <= allowed
    yield _rate_finding("D02" if saved else "D01", claim, label, value, how, unit, about)


def _rate_finding(
    code: str, claim: Answer, label: str, value: float, how: str, unit: str, about: str
) -> Finding:
    expected = value_text(value, unit)
    words = {"字段": label, "原文": claim.shown, "应为": expected, "算式": how}
    return finding(
        code,
        claim.place,
        claim.field.name,
        words=words,
        found=claim.shown,
        expected=expected,
        about=about,
        correction=round(value, 6),
    )


def _how(inputs: Iterable[Answer], value: float) -> str:
    """The division as a person would write it: the two figures whose quotient is the value."""
    answers = [answer for answer in inputs if answer.number is not None]
    for top in answers:
        for bottom in answers:
            if (
                top is not bottom
                and bottom.number
                and abs((top.number or 0) / bottom.number - value) < FLOAT_NOISE
            ):
                return f"{show(top.value, top.field)}÷{show(bottom.value, bottom.field)}"
    return "按表内数据计算"
