"""Findings: coded, judged, placed and said in words; the words live in findings.toml."""

from __future__ import annotations

from dataclasses import dataclass

ERROR = "错误"
EXPLAIN = "待说明"
UNVERIFIABLE = "无法核验"
NOTICE = "提示"
VERDICTS = (ERROR, EXPLAIN, UNVERIFIABLE, NOTICE)
"""The three verdicts and the notice, the gravest first."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to say about one place of a workbook.

    `found` and `expected` are texts as the department would write them; `message` is the whole sentence and
    `hint` says what to do; `points` are those at stake. `sheet` and `cell` are empty only when the whole file
    is meant.
    """

    code: str
    verdict: str
    sheet: str
    cell: str
    field: str
    found: str
    expected: str
    message: str
    hint: str
    points: float = 0.0
