"""Consequences under the finding that names their cause, so that one mistake is told once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xlsx_eval.findings import VERDICTS, Finding, catalogue
from xlsx_eval.judging.diagnosis.grouping import CONSEQUENCES

_OF_SUMS = frozenset({"C01", "C02", "C03", "C05"})
_LISTED = 5


def carrying(item: Finding, consequences: Sequence[Finding]) -> Finding:
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


def _relation(item: Finding) -> str:
    """The sum that a finding is about, with which its message begins."""
    return item.message.partition("：")[0]
