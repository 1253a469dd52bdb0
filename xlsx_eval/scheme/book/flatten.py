"""A scheme's raw tables as the rows of the workbook's blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from xlsx_eval.scheme.book import blocks
from xlsx_eval.scheme.book.blocks import Block
from xlsx_eval.scheme.rules import rule_kinds

Row = dict[str, Any]


def flatten(raw: Mapping[str, Any]) -> dict[Block, list[Row]]:
    """Every block's rows, each by the keys of its columns; a key that is not given is absent."""
    head, own = raw["scheme"], raw.get("own", {})
    return {
        blocks.HEAD: [_head(raw)],
        blocks.GRADES: [{"grade": grade, "lowest": lowest} for grade, lowest in head["grades"]],
        blocks.REMARKS: [{"share": share} for share in head["remark_bands"]],
        blocks.OWN_BLOCKS: [{"block": block, "points": points} for block, points in own.get("blocks", ())],
        blocks.SHEETS: [_sheet(sheet) for sheet in raw["sheet"]],
        blocks.GRIDS: [
            {"sheet": sheet["name"], **_without(grid, "rows")}
            for sheet in raw["sheet"]
            for grid in sheet.get("grid", ())
        ],
        blocks.FIELDS: [
            {"sheet": sheet["name"], **field} for sheet in raw["sheet"] for field in sheet.get("field", ())
        ],
        blocks.ROWS: [
            {"sheet": sheet["name"], "grid": grid["title"], **row}
            for sheet in raw["sheet"]
            for grid in sheet.get("grid", ())
            for row in grid["rows"]
        ],
        blocks.COLUMNS: [
            {"sheet": sheet["name"], **column}
            for sheet in raw["sheet"]
            for column in sheet.get("table", {}).get("columns", ())
        ],
        blocks.DERIVED: [
            {"name": name, "formula": formula} for name, formula in raw.get("derived", {}).items()
        ],
        blocks.INDICATORS: [_indicator(entry, n) for n, entry in enumerate(raw["indicator"], start=1)],
        blocks.RULES: [row for n, entry in enumerate(raw["indicator"], start=1) for row in _rules(entry, n)],
        blocks.ENTRIES: [
            row for n, entry in enumerate(raw["indicator"], start=1) for row in _entries(entry["rule"], n)
        ],
        blocks.CHECKS: [dict(entry) for entry in raw.get("check", ())],
        blocks.REQUIREMENTS: [dict(entry) for entry in raw.get("require", ())],
        blocks.EXAMPLES: [dict(entry) for entry in raw.get("example", ())],
    }


def _without(entry: Mapping[str, Any], *keys: str) -> Row:
    return {key: value for key, value in entry.items() if key not in keys}


def _head(raw: Mapping[str, Any]) -> Row:
    row = {f"scheme.{key}": value for key, value in raw["scheme"].items()}
    return row | {f"own.{key}": value for key, value in raw.get("own", {}).items()}


def _sheet(sheet: Mapping[str, Any]) -> Row:
    row = _without(sheet, "field", "grid", "table")
    return row | {f"table.{key}": value for key, value in sheet.get("table", {}).items() if key != "columns"}


def _indicator(entry: Mapping[str, Any], number: int) -> Row:
    levels = {f"level{level}": name for level, name in enumerate(entry["path"], start=1)}
    return {"number": number, **levels, **_without(entry, "path", "rule")}


def _rules(entry: Mapping[str, Any], number: int) -> Iterator[Row]:
    rule = entry["rule"]
    yield {"number": number, **_without(rule, *_lists())}
    for way, one in enumerate(rule.get("ways", ()), start=1):
        named = {f"way.{key}": one[key] for key in ("name", "value", "unit") if key in one}
        yield {"number": number, "way": way, **_without(one["rule"], *_lists()), **named}


def _lists() -> set[str]:
    return {str(kind["list"]) for kind in rule_kinds().values() if "list" in kind}


def _entries(rule: Mapping[str, Any], number: int, way: int | None = None) -> Iterator[Row]:
    key = rule_kinds()[rule["kind"]].get("list", "")
    if key == "ways":
        for index, one in enumerate(rule["ways"], start=1):
            yield from _entries(one["rule"], number, index)
        return
    for entry in rule.get(key, ()):
        row: Row = {"number": number, "text": entry[0], "points": entry[1]}
        if way is not None:
            row["way"] = way
        if len(entry) > 2:
            row["most" if key == "levels" else "words"] = entry[2]
        yield row
