"""Scores of a submission: every indicator by its rule, every cross-check by its figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from xlsx_eval.xlsx.cell import Scalar


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in the department's workbook; `cell` is `D8`."""

    sheet: str
    cell: str


@dataclass(frozen=True, slots=True)
class IndicatorScore:
    """One indicator as judged.

    `code` is its running number (`1.01`), `path` its 一级 and 二级; `value` and `claimed_value` are the recomputed
    and the stated figure (None: none), `claimed` and `score` the self-score and ours (None: not given, cannot
    be computed). `state` is 已核定, 无法核验, 待复核 or 不适用. `formula` is the scheme's text, `inputs` the cells and
    values it used; `reason` says in words why points were lost.
    """

    code: str
    path: tuple[str, ...]
    name: str
    points: float
    value: float | None
    claimed_value: float | None
    claimed: float | None
    score: float | None
    state: str
    reason: str
    formula: str
    inputs: Mapping[str, tuple[str, Scalar]] = field(default_factory=dict)
    place: Place | None = None
    own_row: int | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class CheckScore:
    """One cross-check as computed; None where a side is not given. `agrees` is None when it cannot be said."""

    id: str
    title: str
    left: float | None
    right: float | None
    tolerance: float
    agrees: bool | None
