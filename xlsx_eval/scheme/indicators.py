"""Indicators from their raw tables: keys, formulas, and the cells of their sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xlsx_eval.formula import compile_formula
from xlsx_eval.scheme.layout import (
    ANSWER_COLUMN,
    CLAIM_COLUMN,
    EVIDENCE_COLUMN,
    INDICATOR_HEADING_ROW,
    VALUE_COLUMN,
    WHY_COLUMN,
)
from xlsx_eval.scheme.parts import Field, Indicator, Item
from xlsx_eval.scheme.rules import is_checklist, reason_template, rule_kinds, score_text, standard_text
from xlsx_eval.xlsx.cell import CellRef


def build_indicators(raw: Sequence[Mapping[str, Any]], sheet: str) -> tuple[Indicator, ...]:
    """All fixed indicators, one under the other on their sheet; a checklist takes a row for each point."""
    keys = _keys(raw)
    row = INDICATOR_HEADING_ROW + 1
    built = []
    for entry, key in zip(raw, keys, strict=True):
        indicator = _build(entry, key, sheet, row)
        built.append(indicator)
        row = indicator.rows[1] + 1
    return tuple(built)


def _keys(raw: Sequence[Mapping[str, Any]]) -> list[str]:
    """The name alone where it is unique, else 二级_三级, for the same name may stand under two parents."""
    names = [entry["name"] for entry in raw]
    return [
        entry["name"] if names.count(entry["name"]) == 1 else f"{entry['path'][-1]}_{entry['name']}"
        for entry in raw
    ]


def _build(raw: Mapping[str, Any], key: str, sheet: str, row: int) -> Indicator:
    rule = raw["rule"]
    checklist = is_checklist(rule["kind"])
    items = _items(rule, key, sheet, row) if checklist else ()
    points = float(raw["points"])
    value = compile_formula(_guarded(raw["value"])) if "value" in raw else None
    not_applicable = raw.get("not_applicable")
    return Indicator(
        key=key,
        path=tuple(raw["path"]),
        name=raw["name"],
        points=points,
        kind=rule["kind"],
        parameters={name: rule[name] for name in rule if name not in ("kind", "items")},
        score=compile_formula(score_text(rule, items, not_applicable)),
        value=value,
        not_applicable=None if not_applicable is None else compile_formula(not_applicable),
        items=items,
        missing=raw.get("missing", "无法核验"),
        meaning=raw.get("meaning", ""),
        standard=standard_text(rule, points, items, raw.get("meaning", "")),
        reason=reason_template(rule["kind"]),
        rows=(row, row + max(1, len(items)) - 1),
        claimed_value=None if checklist else _field(key, "指标值", "rate", sheet, row, VALUE_COLUMN),
        claimed=_field(key, "自评得分", "score", sheet, row, CLAIM_COLUMN, points=points),
        why=_field(key, "扣分原因", "long", sheet, row, WHY_COLUMN),
        evidence=_field(key, "佐证材料", "long", sheet, row, EVIDENCE_COLUMN),
    )


def _guarded(value: str) -> str:
    """The value, "" while it cannot be computed."""
    return f'=IFERROR({value.removeprefix("=")},"")'


def _items(rule: Mapping[str, Any], key: str, sheet: str, row: int) -> tuple[Item, ...]:
    answers = tuple(rule_kinds()[rule["kind"]]["answers"])
    items = []
    for number, (text, points) in enumerate(rule["items"], start=1):
        cell = CellRef(row + number - 1, ANSWER_COLUMN)
        heading = CellRef(INDICATOR_HEADING_ROW, ANSWER_COLUMN)
        name = f"{key}_要点{number}"
        answer = Field(
            name, f"{key.replace('_', '·')}：{text}", "choice", sheet, cell, heading, choices=answers
        )
        items.append(Item(text, float(points), answer))
    return tuple(items)


def _field(
    key: str, word: str, kind: str, sheet: str, row: int, column: int, points: float | None = None
) -> Field:
    cell, heading = CellRef(row, column), CellRef(INDICATOR_HEADING_ROW, column)
    return Field(
        f"{key}_{word}", f"{key.replace('_', '·')} {word}", kind, sheet, cell, heading, points=points
    )
