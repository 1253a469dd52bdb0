"""All findings about a submission, in one pass, the gravest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from xlsx_eval.cell import Address
from xlsx_eval.findings import ERROR, UNVERIFIABLE, Finding, finding, gravity
from xlsx_eval.judging.case import Case
from xlsx_eval.judging.checks import entries, formulas, own, rates, scores, structure, sums
from xlsx_eval.judging.diagnosis import units
from xlsx_eval.judging.diagnosis.diagnose import diagnosed
from xlsx_eval.judging.diagnosis.grouping import grouped

__all__ = ["Case", "validate"]

CHECKS: tuple[Callable[[Case], Iterable[Finding]], ...] = (
    structure.lost_fields,
    structure.places,
    structure.template_year,
    structure.other_template,
    structure.overgrown,
    structure.copied_columns,
    structure.signature,
    structure.external_links,
    structure.converted,
    entries.required,
    entries.readable_entries,
    entries.normalised,
    entries.ranges,
    entries.codes_and_years,
    entries.placeholders,
    entries.last_years_words,
    entries.nameless_rows,
    entries.dates,
    formulas.error_values,
    formulas.missing_results,
    formulas.other_results,
    formulas.foreign_references,
    formulas.overwritten,
    units.money_units,
    sums.cross_checks,
    sums.requirements,
    rates.indicator_rates,
    rates.table_rates,
    scores.indicator_scores,
    scores.total_and_grade,
    own.blocks,
    own.rows,
)
OF_FIGURES: tuple[Callable[[Case], Iterable[Finding]], ...] = (
    sums.cross_checks,
    sums.requirements,
    rates.indicator_rates,
    rates.table_rates,
    scores.indicator_scores,
    scores.total_and_grade,
    own.rows,
)
"""The checks whose findings a wrong figure elsewhere can bring about."""
_CAUSES = frozenset({"B01", "B02", "B10", "B14"})


def validate(case: Case) -> tuple[Finding, ...]:
    """Every finding; another form altogether gives just that one."""
    if structure.is_foreign(case):
        return tuple(structure.foreign_form(case))
    other = [item for check in CHECKS if check not in OF_FIGURES for item in _guarded(check, case)]
    figures = [item for check in OF_FIGURES for item in _guarded(check, case)]
    found = grouped(_diagnosed(case, other, figures))
    found = [_with_consequences(item, case) for item in found]
    order = {sheet.name: number for number, sheet in enumerate(case.submission.book.sheets)}
    return _under_heads(sorted(found, key=lambda item: (*gravity(item), order.get(item.sheet, -1))))


def _under_heads(found: list[Finding]) -> tuple[Finding, ...]:
    """What hangs under another finding comes right after it, so that the list is worked through from the top."""
    heads = {f"{item.sheet}!{item.cell}" for item in found if not item.under}
    hanging: dict[str, list[Finding]] = {}
    for item in found:
        if item.under in heads:
            hanging.setdefault(item.under, []).append(item)
    ordered: list[Finding] = []
    for item in found:
        if item.under not in heads:
            ordered += [item, *hanging.pop(f"{item.sheet}!{item.cell}", ())]
    return tuple(ordered)


def _diagnosed(case: Case, other: list[Finding], figures: list[Finding]) -> list[Finding]:
    """Findings by their causes; all as they are, and that said, should this fail."""
    try:
        return diagnosed(case, other, figures, _figure_findings)
    except Exception as error:
        words = {"检查": f"diagnosis（{type(error).__name__}）"}
        return [*other, *figures, finding("A08", Address(), "diagnosis", words=words)]


def _figure_findings(case: Case) -> list[Finding]:
    return [item for check in OF_FIGURES for item in check(case)]


def _guarded(check: Callable[[Case], Iterable[Finding]], case: Case) -> Iterator[Finding]:
    """A check that fails becomes a finding of its own, and the others go on."""
    try:
        yield from check(case)
    except Exception as error:
        words = {"检查": f"{check.__name__}（{type(error).__name__}）"}
        yield finding("A08", Address(), check.__name__, words=words, verdict=UNVERIFIABLE)


def _with_consequences(item: Finding, case: Case) -> Finding:
    """A wrong entry with the indicators it keeps from being scored, and their points."""
    if item.code not in _CAUSES or item.verdict not in (ERROR, UNVERIFIABLE):
        return item
    hit = [
        one
        for one in case.scored.indicators
        if item.field in one.inputs and one.score is None and one.own_row is None
    ]
    if not hit:
        return item
    names = "、".join(f"“{one.name}”" for one in hit)
    points = item.points + sum(one.points for one in hit)
    return replace(item, message=f"{item.message}，因此{names}无法核定", points=points)
