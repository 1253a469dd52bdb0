"""Loads a scheme: reads the TOML, checks its shape, builds its parts, and lets it check itself."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from xlsx_eval.errors import FormulaError, SchemeError
from xlsx_eval.formula import Formula, compile_formula
from xlsx_eval.scheme.grammar import check_grammar
from xlsx_eval.scheme.indicators import build_indicators
from xlsx_eval.scheme.layout import lay_out
from xlsx_eval.scheme.lint import lint
from xlsx_eval.scheme.parts import Check, Example, Field, Own, Requirement, Scheme, Sheet, Table


def scheme_names() -> tuple[str, ...]:
    """Names of the schemes that come with the package."""
    entries = files("xlsx_eval").joinpath("schemes").iterdir()
    names = (entry.name for entry in entries if entry.name.endswith(".toml"))
    return tuple(sorted(name.removesuffix(".toml") for name in names if name != "rules.toml"))


def load_scheme(name_or_path: str | Path | None = None, *, year: int | None = None) -> Scheme:
    """A scheme by the name of a ready one (None: the default) or by the path of a TOML file.

    `year` replaces the scheme's own. Raises SchemeError, saying where and what is wrong.
    """
    source, text = _text_of("default" if name_or_path is None else name_or_path)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SchemeError(source, (f"not valid TOML: {error}",)) from None
    check_grammar(raw, source)
    if year is not None:
        raw["scheme"]["year"] = year
    try:
        scheme = _build(_with_years(raw, raw["scheme"]["year"]))
    except FormulaError as error:
        raise SchemeError(source, (str(error),)) from None
    problems = tuple(lint(scheme))
    if problems:
        raise SchemeError(source, problems)
    return scheme


def _text_of(name_or_path: str | Path) -> tuple[str, str]:
    ready = str(name_or_path)
    if ready in scheme_names():
        return ready, files("xlsx_eval").joinpath("schemes", f"{ready}.toml").read_text(encoding="utf-8")
    path = Path(name_or_path)
    try:
        return path.name, path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        known = ", ".join(scheme_names())
        message = f"no ready scheme of that name ({known}) and no readable file: {error}"
        raise SchemeError(ready, (message,)) from None


def _with_years(raw: Any, year: int) -> Any:
    """`raw` with {上年}, {年度} and {次年} replaced in every text."""
    if isinstance(raw, str):
        years = {"{上年}": year - 1, "{年度}": year, "{次年}": year + 1}
        for word, number in years.items():
            raw = raw.replace(word, str(number))
        return raw
    if isinstance(raw, dict):
        return {key: _with_years(value, year) for key, value in raw.items()}
    if isinstance(raw, list):
        return [_with_years(value, year) for value in raw]
    return raw


def _build(raw: Mapping[str, Any]) -> Scheme:
    head = raw["scheme"]
    sheets = tuple(lay_out(entry) for entry in raw["sheet"])
    sheet = next((sheet.name for sheet in sheets if sheet.kind == "indicators"), "指标自评")
    indicators = build_indicators(raw["indicator"], sheet)
    fields = _unique(_all_fields(sheets))
    for indicator in indicators:
        fields.update(_unique(_indicator_fields(indicator)))
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
        derived={name: compile_formula(text) for name, text in raw.get("derived", {}).items()},
        indicators=indicators,
        own=_own(raw["own"], tables) if "own" in raw else None,
        checks=tuple(check for entry in raw.get("check", ()) for check in _checks(entry)),
        requirements=tuple(_requirement(entry) for entry in raw.get("require", ())),
        examples=tuple(_example(entry) for entry in raw.get("example", ())),
    )


def _all_fields(sheets: Sequence[Sheet]) -> Iterator[Field]:
    for sheet in sheets:
        yield from sheet.fields
        for grid in sheet.grids:
            for row in grid.rows:
                yield from row.fields
        if sheet.table is not None:
            yield from sheet.table.columns


def _indicator_fields(indicator: Any) -> Iterator[Field]:
    yield from (item.answer for item in indicator.items)
    if indicator.claimed_value is not None:
        yield indicator.claimed_value
    yield from (indicator.claimed, indicator.why, indicator.evidence)


def _unique(fields: Iterator[Field]) -> dict[str, Field]:
    named: dict[str, Field] = {}
    for item in fields:
        if item.name in named:
            raise SchemeError(item.sheet, (f"the name {item.name!r} is declared twice",))
        named[item.name] = item
    return named


def _own(raw: Mapping[str, Any], tables: Mapping[str, Table]) -> Own:
    blocks = {name: float(points) for name, points in raw["blocks"]}
    formula = compile_formula(" ".join(line.strip() for line in raw["score"].splitlines()))
    return Own(tables[raw["table"]], blocks, raw.get("survey", ""), formula, formula.text)


def _checks(raw: Mapping[str, Any]) -> Iterator[Check]:
    for word in raw.get("each", ("",)):
        yield Check(
            id=raw["id"].replace("{列}", word),
            title=raw["title"].replace("{列}", word),
            left=_present(raw["left"], raw.get("needs", ()), word),
            right=compile_formula(raw["right"].replace("{列}", word)),
            verdict=raw.get("verdict", "错误"),
            hint=raw.get("hint", ""),
            needs=tuple(name.replace("{列}", word) for name in raw.get("needs", ())),
        )


def _present(text: str, needs: Sequence[str], word: str) -> Formula:
    """`text`, but "" while a needed figure or every figure is missing, so that a sum of blanks is not 0."""
    text = text.replace("{列}", word).removeprefix("=")
    names = ",".join(sorted(compile_formula(text).names))
    missing = f"COUNT({names})=0"
    if needs:
        missing = f"OR({missing},COUNT({','.join(needs)})<{len(needs)})".replace("{列}", word)
    return compile_formula(f'=IF({missing},"",{text})')


def _requirement(raw: Mapping[str, Any]) -> Requirement:
    words = {key: raw[key] for key in ("id", "title", "place", "verdict", "expected", "message", "hint")}
    return Requirement(test=compile_formula(raw["test"]), needs=tuple(raw.get("needs", ())), **words)


def _example(raw: Mapping[str, Any]) -> Example:
    return Example(raw["indicator"], dict(raw["inputs"]), raw["points"])
