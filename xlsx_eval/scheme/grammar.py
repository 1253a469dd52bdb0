"""The shape of a scheme: which keys each table has and what they hold, in words an officer understands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schema import And, Optional, Or, Schema, SchemaError

from xlsx_eval.errors import FormulaError
from xlsx_eval.findings import VERDICTS
from xlsx_eval.formula import compile_formula
from xlsx_eval.scheme.bands import parse_band
from xlsx_eval.scheme.parts import TYPES
from xlsx_eval.scheme.remarks import Path, Remark, did_you_mean, shown
from xlsx_eval.scheme.rules import DROPPED, LIST_KEYS, REVIEW, is_measured, rule_kinds

SHEET_KINDS = ("notes", "form", "grid", "table", "indicators")


@dataclass(frozen=True, slots=True)
class Key:
    """What one key holds: a shape the `schema` package checks and its words, or a table of its own.

    `many` tells a list of such tables; `formula` a text that must compile.
    """

    shape: Any = None
    words: str = ""
    table: str = ""
    many: bool = False
    formula: bool = False


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


_NUMBER = And(_is_number)
_FILLED = And(str, len)

TEXT = Key(str, "应为文字")
NAME = Key(_FILLED, "应为文字，不能为空")
FLAG = Key(bool, "应为 true 或 false")
NUMBER = Key(_NUMBER, "应为数字")
POINTS = Key(And(_is_number, lambda value: value >= 0), "应为不小于 0 的数字")
TYPE = Key(Or(*sorted(TYPES)), f"应为下列类型之一：{'、'.join(sorted(TYPES))}")
VERDICT = Key(Or(*VERDICTS), f"应为“{'”“'.join(VERDICTS)}”之一")
WORDS = Key([_FILLED], "应为文字的列表")
FORMULA = Key(_FILLED, "应为公式", formula=True)
COUNT = Key(And(int, lambda value: 0 < value <= 5000), "应为 1～5000 的整数")


def _is_pair(value: object) -> bool:
    """Whether it is a text and a number."""
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and _is_number(value[1])


def _one_of(*choices: str) -> Key:
    return Key(Or(*choices), f"应为“{'”“'.join(choices)}”之一")


TABLES: Mapping[str, Mapping[str, Key]] = {
    "": {
        "scheme": Key(table="scheme"),
        "sheet": Key(table="sheet", many=True),
        "derived?": Key({Optional(str): str}, "应为“名称 = 公式”"),
        "indicator": Key(table="indicator", many=True),
        "own?": Key(table="own"),
        "check?": Key(table="check", many=True),
        "require?": Key(table="require", many=True),
        "example?": Key(table="example", many=True),
    },
    "scheme": {
        "id": NAME,
        "name": NAME,
        "year": Key(And(int, lambda value: 2000 <= value <= 2100), "应为四位年份"),
        "points": POINTS,
        "unit": TEXT,
        "decimals": Key(And(int, lambda value: 0 <= value <= 6), "应为 0～6 的整数"),
        "grades": Key(And([_is_pair], len), "应为 [[等级, 最低分], …]，自高到低"),
        "remark_bands": Key([_NUMBER], "应为数字的列表"),
        "overshoot": NUMBER,
        "source?": TEXT,
        "remembered?": FLAG,
        "note?": TEXT,
    },
    "sheet": {
        "name": NAME,
        "kind": _one_of(*SHEET_KINDS),
        "title": NAME,
        "note?": TEXT,
        "lines?": Key([str], "应为文字的列表"),
        "field?": Key(table="field", many=True),
        "grid?": Key(table="grid", many=True),
        "table?": Key(table="table"),
    },
    "field": {
        "name": NAME,
        "type": TYPE,
        "label?": TEXT,
        "required?": FLAG,
        "choices?": WORDS,
        "help?": TEXT,
        "unit?": TEXT,
        "points?": POINTS,
        "signed?": FLAG,
        "bureau?": FLAG,
    },
    "grid": {
        "title": NAME,
        "unit?": TEXT,
        "type": TYPE,
        "columns": Key(table="grid_column", many=True),
        "rows": Key(table="grid_row", many=True),
    },
    "grid_column": {"name": TEXT, "label?": NAME},
    "grid_row": {
        "name": NAME,
        "label?": NAME,
        "type?": TYPE,
        "required?": Key([str], "应为列名的列表"),
        "help?": TEXT,
        "signed?": FLAG,
        "bureau?": FLAG,
        "choices?": WORDS,
        "unit?": TEXT,
    },
    "table": {"id": NAME, "rows": COUNT, "columns": Key(table="column", many=True)},
    "column": {
        "name": NAME,
        "type": TYPE,
        "label?": NAME,
        "choices?": WORDS,
        "width?": NUMBER,
        "key?": FLAG,
        "claims?": FORMULA,
        "help?": TEXT,
        "signed?": FLAG,
        "bureau?": FLAG,
    },
    "indicator": {
        "path": Key(And([_FILLED], lambda path: 1 <= len(path) <= 2), "应为 [一级指标, 二级指标]"),
        "name": NAME,
        "points": POINTS,
        "value?": FORMULA,
        "unit?": TEXT,
        "signed?": FLAG,
        "rule": Key(table="rule"),
        "not_applicable?": FORMULA,
        "if_not_applicable?": _one_of("full", "rescale"),
        "missing?": _one_of(*VERDICTS, REVIEW),
        "meaning?": TEXT,
        "remembered?": FLAG,
    },
    "own": {
        "sheet": NAME,
        "table": NAME,
        "blocks": Key([_is_pair], "应为 [[类别, 分值], …]"),
        "survey?": TEXT,
        "score": FORMULA,
    },
    "check": {
        "id": NAME,
        "title": NAME,
        "left": FORMULA,
        "right": FORMULA,
        "each?": WORDS,
        "needs?": WORDS,
        "verdict?": VERDICT,
        "hint?": TEXT,
    },
    "require": {
        "id": NAME,
        "title": NAME,
        "test": FORMULA,
        "place": NAME,
        "each?": WORDS,
        "needs?": WORDS,
        "verdict": VERDICT,
        "expected": NAME,
        "message": NAME,
        "hint": NAME,
    },
    "example": {
        "indicator": NAME,
        "inputs": Key({Optional(str): Or(str, _NUMBER)}, "应为“名称 = 值”"),
        "points": Key(Or(_NUMBER, REVIEW, DROPPED), f"应为数字，或“{REVIEW}”“{DROPPED}”"),
    },
    "way": {"name": NAME, "value": FORMULA, "unit?": TEXT, "rule": Key(table="rule")},
}
"""Every table of a scheme by name ("" is the file itself); a key that ends in "?" may be left out."""

RULE_KEYS: Mapping[str, Key] = {
    "target": NUMBER,
    "step": Key(And(_is_number, lambda value: value > 0), "应为大于 0 的数字"),
    "deduct": POINTS,
    "full": Key(And(_is_number, lambda value: value > 0), "应为大于 0 的数字"),
    "steps": _one_of("whole", "started"),
    "lowest": POINTS,
    "zero": NUMBER,
    "overshoot": NUMBER,
    "bad": _one_of("是", "否"),
    "also": FORMULA,
    "words": TEXT,
    "question": NAME,
    "formula": FORMULA,
    "reason": NAME,
    "take": _one_of("chosen", "best", "first"),
    "outside": Key(Or(_NUMBER, REVIEW), f"应为数字或“{REVIEW}”"),
    "items": Key([And([Or(_FILLED, _NUMBER)], lambda one: len(one) == 2)], "应为 [[要点, 分], …]"),
    "bands": Key([And([Or(_FILLED, _NUMBER)], lambda one: len(one) == 2)], "应为 [[区间, 分], …]"),
    "states": Key([And([Or(_FILLED, _NUMBER)], lambda one: len(one) == 2)], "应为 [[情形, 分], …]"),
    "cases": Key([And([Or(_FILLED, _NUMBER)], lambda one: len(one) == 3)], "应为 [[条件公式, 分, 说明], …]"),
    "levels": Key(
        [And([Or(_FILLED, _NUMBER)], lambda one: len(one) == 3)], "应为 [[档次, 最低比例, 最高比例], …]"
    ),
    "ways": Key(table="way", many=True),
}


def allowed_keys(kind: str) -> tuple[set[str], set[str]]:
    """Keys that a rule of that kind must and may have, besides `kind`."""
    entry = rule_kinds()[kind]
    must = set(entry.get("parameters", {})) | ({entry["list"]} if "list" in entry else set())
    may = set(entry.get("options", {}))
    if "zero" in entry:
        may.add("zero")
    if kind in ("floor", "proportional"):
        may.add("overshoot")
    if kind in ("bands", "satisfaction"):
        may.add("outside")
    if kind in ("states", "qualitative", "either"):
        may.add("question")
    if kind in ("discretionary", "formula"):
        may.add("words")
    if kind == "formula":
        must.add("formula")
        may.add("reason")
    return must, may


def shape_remarks(raw: Mapping[str, Any]) -> Iterator[Remark]:
    """Every key that is missing, unknown, or does not hold what it should."""
    yield from _table(raw, TABLES[""], ())
    derived = raw.get("derived")
    if isinstance(derived, dict):
        for name, text in derived.items():
            yield from _formula(text, ("derived", name))


def _table(raw: Any, keys: Mapping[str, Key], path: Path) -> Iterator[Remark]:
    if not isinstance(raw, dict):
        yield Remark(path, f"应为一组“键 = 值”，现为{shown(raw)}")
        return
    known = {key.removesuffix("?"): entry for key, entry in keys.items()}
    for key in raw:
        if key not in known:
            yield Remark((*path, key), f"没有“{key}”这一键{did_you_mean(key, known)}")
    for key in keys:
        if not key.endswith("?") and key not in raw:
            yield Remark(path, f"缺少“{key}”，请补写")
    for key, entry in known.items():
        if key in raw:
            yield from _value(raw[key], entry, (*path, key))


def _value(value: Any, entry: Key, path: Path) -> Iterator[Remark]:
    if entry.many:
        if not isinstance(value, list):
            yield Remark(path, f"应为列表，现为{shown(value)}")
            return
        for index, one in enumerate(value):
            yield from _table(one, TABLES[entry.table], (*path, index))
    elif entry.table == "rule":
        yield from _rule(value, path)
    elif entry.table:
        yield from _table(value, TABLES[entry.table], path)
    else:
        yield from _plain(value, entry, path)


def _plain(value: Any, entry: Key, path: Path) -> Iterator[Remark]:
    try:
        Schema(entry.shape).validate(value)
    except SchemaError:
        yield Remark(path, f"{entry.words}，现为{shown(value)}")
        return
    if entry.formula:
        yield from _formula(value, path)


def _formula(text: Any, path: Path) -> Iterator[Remark]:
    try:
        compile_formula(str(text).replace("{列}", "列"))
    except FormulaError as error:
        yield Remark(path, f"公式有误：{error.message}（第 {error.position + 1} 个字符，{shown(text)}）")


def _rule(raw: Any, path: Path) -> Iterator[Remark]:
    if not isinstance(raw, dict) or "kind" not in raw:
        yield Remark(path, "评分规则缺少 kind，请写明规则类型")
        return
    kinds = rule_kinds()
    if not isinstance(raw["kind"], str) or raw["kind"] not in kinds:
        yield Remark((*path, "kind"), f"没有“{raw['kind']}”这种规则{did_you_mean(raw['kind'], kinds)}")
        return
    must, may = allowed_keys(raw["kind"])
    keys = {key: RULE_KEYS[key] for key in sorted(must)} | {f"{key}?": RULE_KEYS[key] for key in sorted(may)}
    yield from _table(raw, {"kind": NAME, **keys}, path)
    for index, one in enumerate(_rows(raw, "bands")):
        try:
            parse_band(str(one[0]))
        except ValueError as error:
            yield Remark((*path, "bands", index), str(error))
    for index, one in enumerate(_rows(raw, "cases")):
        yield from _formula(one[0], (*path, "cases", index))
    for index, one in enumerate(_rows(raw, "ways")):
        rule = one.get("rule")
        kind = rule.get("kind") if isinstance(rule, dict) else None
        if isinstance(kind, str) and kind in kinds and not is_measured(kind):
            yield Remark((*path, "ways", index), f"“{kind}”不能作为二选一的规则，请用按指标值计分的规则")
    yield from _numbers(raw, path)


def _rows(raw: Mapping[str, Any], key: str) -> Sequence[Any]:
    """The entries of a list that have the shape they should; the others are told of already."""
    rows, kind = raw.get(key, ()), dict if key == "ways" else list
    return rows if isinstance(rows, list) and all(isinstance(one, kind) and one for one in rows) else ()


def _numbers(raw: Mapping[str, Any], path: Path) -> Iterator[Remark]:
    """The points in lists of pairs and triples stand in their place and are numbers."""
    for key in LIST_KEYS[:-1]:
        for index, one in enumerate(_rows(raw, key)):
            numbers = one[1:] if key == "levels" else one[1:2]
            words = one[:1] if key != "cases" else [one[0], *one[2:]]
            if not all(_is_number(number) for number in numbers) or not all(
                isinstance(word, str) for word in words
            ):
                yield Remark((*path, key, index), f"{RULE_KEYS[key].words}，现为{shown(one)}")
