"""Indicators from their raw tables: keys, formulas, and the cells of their sheet."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from xlsx_eval.cell import CellRef
from xlsx_eval.formula import compile_formula
from xlsx_eval.scheme.compose import score_formula, value_formula, way_formula
from xlsx_eval.scheme.layout import (
    ANSWER_COLUMN,
    CLAIM_COLUMN,
    EVIDENCE_COLUMN,
    INDICATOR_HEADING_ROW,
    VALUE_COLUMN,
    WHY_COLUMN,
)
from xlsx_eval.scheme.parts import Field, Indicator, Item, Way
from xlsx_eval.scheme.rules import is_answered, plain_name, rule_kinds
from xlsx_eval.scheme.standards import standard_text

_QUESTIONS = {"states": "完成情况", "qualitative": "完成情况", "either": "采用的指标"}


def build_indicators(
    raw: Sequence[Mapping[str, Any]], sheet: str, figures: Collection[str] = ()
) -> tuple[Indicator, ...]:
    """All fixed indicators, one under the other on their sheet; a checklist takes a row for each point.

    `figures` are the names that hold numbers.
    """
    keys = indicator_keys(raw)
    row = INDICATOR_HEADING_ROW + 1
    built = []
    for entry, key in zip(raw, keys, strict=True):
        indicator = _build(entry, key, sheet, row, figures)
        built.append(indicator)
        row = indicator.rows[1] + 1
    return tuple(built)


def indicator_keys(raw: Sequence[Mapping[str, Any]]) -> list[str]:
    """The name alone where it is unique, else 二级_三级, for the same name may stand under two parents."""
    names = [plain_name(entry["name"]) for entry in raw]
    return [
        name if names.count(name) == 1 else f"{plain_name(entry['path'][-1])}_{name}"
        for entry, name in zip(raw, names, strict=True)
    ]


def _build(raw: Mapping[str, Any], key: str, sheet: str, row: int, figures: Collection[str]) -> Indicator:
    rule = raw["rule"]
    items = _items(rule, key, float(raw["points"]), sheet, row) if is_answered(rule) else ()
    points = float(raw["points"])
    value = value_formula(raw, items)
    claims_value = value is not None and rule["kind"] != "external"
    not_applicable = raw.get("not_applicable")
    unit = raw.get("unit", rule["ways"][0].get("unit", "%") if rule["kind"] == "either" else "%")
    rate = "rate" if unit == "%" else "number"
    return Indicator(
        key=key,
        path=tuple(raw["path"]),
        name=raw["name"],
        points=points,
        kind=rule["kind"],
        parameters={name: rule[name] for name in rule if name not in ("kind", "items")},
        score=compile_formula(score_formula(raw, key, items, figures)),
        value=None if value is None else compile_formula(value),
        not_applicable=None if not_applicable is None else compile_formula(not_applicable),
        items=items,
        missing=raw.get("missing", "无法核验"),
        meaning=raw.get("meaning", ""),
        standard=standard_text(raw, items),
        reason=str(rule.get("reason", rule_kinds()[rule["kind"]]["reason"])),
        rows=(row, row + max(1, len(items)) - 1),
        claimed_value=_field(
            key, "指标值", rate, sheet, row, VALUE_COLUMN, unit=unit, signed=raw.get("signed")
        )
        if claims_value
        else None,
        claimed=_field(key, "自评得分", "score", sheet, row, CLAIM_COLUMN, points=points),
        why=_field(key, "扣分原因", "long", sheet, row, WHY_COLUMN),
        evidence=_field(key, "佐证材料", "long", sheet, row, EVIDENCE_COLUMN),
        unit=unit,
        drops=raw.get("if_not_applicable") == "rescale",
        ways=tuple(_way(way) for way in rule.get("ways", ())),
    )


def _way(raw: Mapping[str, Any]) -> Way:
    value, score = compile_formula(raw["value"]), compile_formula(way_formula(raw))
    return Way(raw["name"], raw.get("unit", "%"), value, score, raw["rule"])


def _items(rule: Mapping[str, Any], key: str, points: float, sheet: str, row: int) -> tuple[Item, ...]:
    kind = rule_kinds()[rule["kind"]]
    if kind["list"] != "items":
        options = rule[kind["list"]]
        choices = tuple(one["name"] if rule["kind"] == "either" else one[0] for one in options)
        question = rule.get("question", _QUESTIONS[rule["kind"]])
        return (_item(question, points, key, 1, sheet, row, choices),)
    return tuple(
        _item(text, float(worth), key, number, sheet, row, tuple(kind["answers"]))
        for number, (text, worth) in enumerate(rule["items"], start=1)
    )


def _item(
    text: str, points: float, key: str, number: int, sheet: str, row: int, choices: tuple[str, ...]
) -> Item:
    cell = CellRef(row + number - 1, ANSWER_COLUMN)
    heading = CellRef(INDICATOR_HEADING_ROW, ANSWER_COLUMN)
    label = f"{key.replace('_', '·')}：{text}"
    return Item(
        text, points, Field(f"{key}_要点{number}", label, "choice", sheet, cell, heading, choices=choices)
    )


def _field(
    key: str,
    word: str,
    kind: str,
    sheet: str,
    row: int,
    column: int,
    *,
    points: float | None = None,
    unit: str = "",
    signed: bool | None = None,
) -> Field:
    cell, heading = CellRef(row, column), CellRef(INDICATOR_HEADING_ROW, column)
    label = f"{key.replace('_', '·')} {word}"
    unit = "" if unit == "%" else unit
    return Field(
        f"{key}_{word}", label, kind, sheet, cell, heading, unit=unit, points=points, signed=bool(signed)
    )
