"""Findings: coded, judged, placed and said in words; the words live in findings.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from xlsx_eval.cell import Address

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
    is meant. `also` are further cells of the same cause, as (sheet, cell). `about` names what was judged (`sum:…`,
    `rate:…`, `score:…`), whatever the words; `correction` is the value the cell should hold where one is told,
    `candidates` are (sheet, cell, value) of which at least one is wrong where none can be told, and `under` is the
    cell (`表!D8`) of the finding that must be mended first.
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
    money: float = 0.0
    also: tuple[tuple[str, str], ...] = ()
    about: str = ""
    correction: float | str | None = None
    candidates: tuple[tuple[str, str, float | str], ...] = ()
    under: str = ""


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One code of the catalogue: its usual verdict, its words with placeholders, and what `explain` prints."""

    code: str
    verdict: str
    title: str
    message: str
    hint: str
    explanation: str


@cache
def catalogue() -> Mapping[str, CatalogueEntry]:
    """All findings there are, by code."""
    raw = tomllib.loads(files("xlsx_eval").joinpath("findings.toml").read_text(encoding="utf-8"))
    return {code: CatalogueEntry(code=code, **entry) for code, entry in raw.items()}


def finding(
    code: str,
    place: Address,
    field: str,
    *,
    words: Mapping[str, object],
    found: str = "",
    expected: str = "",
    verdict: str | None = None,
    hint: str | None = None,
    points: float = 0.0,
    money: float = 0.0,
    also: tuple[Address, ...] = (),
    about: str = "",
    correction: float | str | None = None,
) -> Finding:
    """A finding of that code with the catalogue's words filled in; KeyError if a word is missing."""
    entry = catalogue()[code]
    return Finding(
        code=code,
        verdict=verdict or entry.verdict,
        sheet=place.sheet,
        cell=place.cell,
        field=field,
        found=found,
        expected=expected,
        message=entry.message.format_map(words),
        hint=hint or entry.hint.format_map(words),
        points=round(points, 4),
        money=round(money, 4),
        also=tuple((other.sheet, other.cell) for other in also),
        about=about,
        correction=correction,
    )


def gravity(item: Finding) -> tuple[int, float, float]:
    """Sort key of a finding: by verdict, then points at stake, then money, the greatest first."""
    return (VERDICTS.index(item.verdict), -item.points, -item.money)
