"""Builds a scheme from its raw tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from xlsx_eval.formula import Formula, compile_formula
from xlsx_eval.scheme.indicators import build_indicators
from xlsx_eval.scheme.layout import lay_out
from xlsx_eval.scheme.parts import (
    Check,
    Example,
    Field,
    Indicator,
    Own,
    Requirement,
    Scheme,
    Sheet,
    Table,
)


def build_scheme(raw: Mapping[str, Any]) -> Scheme:
    """A scheme from raw tables whose shape and references are right; raises FormulaError."""
    head = raw["scheme"]
    sheets = tuple(lay_out(entry) for entry in raw["sheet"])
    sheet = next((sheet.name for sheet in sheets if sheet.kind == "indicators"), "指标自评")
    fields = {field.name: field for field in _all_fields(sheets)}
    derived = {name: compile_formula(text) for name, text in raw.get("derived", {}).items()}
    figures = {name for name, field in fields.items() if field.numeric and field.table is None} | set(derived)
    indicators = build_indicators(raw["indicator"], sheet, figures)
    for indicator in indicators:
        fields.update((field.name, field) for field in _indicator_fields(indicator))
    tables = {sheet.table.id: sheet.table for sheet in sheets if sheet.table is not None}
    return Scheme(
        id=head["id"],
        name=head["name"],
        year=head["year"],
        points=head["points"],
        unit=head["unit"],
        decimals=head["decimals"],
        grades=tuple((name, lowest) for name, lowest in head["grades"]),
        remark_bands=tuple(head["remark_bands"]),
        overshoot=head["overshoot"],
        sheets=sheets,
        fields=fields,
        tables=tables,
        derived=derived,
        indicators=indicators,
        own=_own(raw["own"], tables) if "own" in raw else None,
        checks=tuple(
            check for number, entry in enumerate(raw.get("check", ())) for check in _checks(entry, number)
        ),
        requirements=tuple(
            requirement
            for number, entry in enumerate(raw.get("require", ()))
            for requirement in _requirements(entry, number)
        ),
        examples=tuple(_example(entry) for entry in raw.get("example", ())),
        settings={key: str(head[key]) for key in ("source", "note") if key in head},
    )


def _all_fields(sheets: Sequence[Sheet]) -> Iterator[Field]:
    for sheet in sheets:
        yield from sheet.fields
        for grid in sheet.grids:
            for row in grid.rows:
                yield from row.fields
        if sheet.table is not None:
            yield from sheet.table.columns


def _indicator_fields(indicator: Indicator) -> Iterator[Field]:
    yield from (item.answer for item in indicator.items)
    if indicator.claimed_value is not None:
        yield indicator.claimed_value
    yield from (indicator.claimed, indicator.why, indicator.evidence)


def _own(raw: Mapping[str, Any], tables: Mapping[str, Table]) -> Own:
    blocks = {name: float(points) for name, points in raw["blocks"]}
    formula = compile_formula(" ".join(line.strip() for line in raw["score"].splitlines()))
    return Own(tables[raw["table"]], blocks, raw.get("survey", ""), formula, formula.text)


def _checks(raw: Mapping[str, Any], number: int) -> Iterator[Check]:
    for word in raw.get("each", ("",)):
        yield Check(
            id=raw["id"].replace("{列}", word),
            title=raw["title"].replace("{列}", word),
            left=_present(raw["left"], raw.get("needs", ()), word),
            right=compile_formula(raw["right"].replace("{列}", word)),
            verdict=raw.get("verdict", "错误"),
            hint=raw.get("hint", ""),
            needs=tuple(name.replace("{列}", word) for name in raw.get("needs", ())),
            number=number,
        )


def _present(text: str, needs: Sequence[str], word: str) -> Formula:
    """`text`, but "" while a needed figure or every figure is missing, so that a sum of blanks is not 0."""
    text = text.replace("{列}", word).removeprefix("=")
    names = ",".join(sorted(compile_formula(text).names))
    missing = f"COUNT({names})=0"
    if needs:
        missing = f"OR({missing},COUNT({','.join(needs)})<{len(needs)})".replace("{列}", word)
    return compile_formula(f'=IF({missing},"",{text})')


def _requirements(raw: Mapping[str, Any], number: int) -> Iterator[Requirement]:
    keys = ("id", "title", "place", "verdict", "expected", "message", "hint")
    for word in raw.get("each", ("",)):
        yield Requirement(
            **{key: raw[key].replace("{列}", word) for key in keys},
            test=compile_formula(raw["test"].replace("{列}", word)),
            needs=tuple(name.replace("{列}", word) for name in raw.get("needs", ())),
            number=number,
        )


def _example(raw: Mapping[str, Any]) -> Example:
    return Example(raw["indicator"], dict(raw["inputs"]), raw["points"])
