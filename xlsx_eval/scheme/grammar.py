"""The shape of a scheme file, checked by the `schema` package before anything is built from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schema import And, Or, Schema, SchemaError

from xlsx_eval.errors import SchemeError
from xlsx_eval.scheme.parts import TYPES
from xlsx_eval.scheme.rules import rule_kinds

_TEXT = And(str, len)
_NUMBER = And(Or(int, float), lambda value: not isinstance(value, bool))
_POINTS = And(_NUMBER, lambda value: value >= 0)
_TYPE = Or(*sorted(TYPES))
_VERDICT = Or("错误", "待说明", "无法核验", "提示")

_FIELD = {
    "name": _TEXT,
    "type": _TYPE,
    "label?": str,
    "required?": bool,
    "choices?": [_TEXT],
    "help?": str,
    "unit?": str,
    "points?": _POINTS,
}
_GRID = {
    "title": _TEXT,
    "unit?": str,
    "type": _TYPE,
    "columns": [{"name": str, "label?": _TEXT}],
    "rows": [{"name": _TEXT, "label?": _TEXT, "type?": _TYPE, "required?": [str], "help?": str}],
}
_TABLE = {
    "id": _TEXT,
    "rows": And(int, lambda value: 0 < value <= 5000),
    "columns": [
        {
            "name": _TEXT,
            "type": _TYPE,
            "label?": _TEXT,
            "choices?": [_TEXT],
            "width?": _NUMBER,
            "key?": bool,
            "claims?": _TEXT,
            "help?": str,
        }
    ],
}
_SHEET = {
    "name": _TEXT,
    "kind": Or("notes", "form", "grid", "table", "indicators"),
    "title": _TEXT,
    "note?": str,
    "lines?": [str],
    "field?": [_FIELD],
    "grid?": [_GRID],
    "table?": _TABLE,
}
_INDICATOR = {
    "path": [_TEXT],
    "name": _TEXT,
    "points": _POINTS,
    "value?": _TEXT,
    "rule": {
        "kind": lambda value: value in rule_kinds(),
        "target?": _NUMBER,
        "step?": And(_NUMBER, lambda value: value > 0),
        "deduct?": _POINTS,
        "items?": [And([Or(str, int, float)], lambda value: len(value) == 2)],
        "bad?": _TEXT,
        "also?": _TEXT,
    },
    "not_applicable?": _TEXT,
    "missing?": _VERDICT,
    "meaning?": str,
}
_OWN = {"sheet": _TEXT, "table": _TEXT, "blocks": [[Or(str, int, float)]], "survey?": str, "score": _TEXT}
_CHECK = {
    "id": _TEXT,
    "title": _TEXT,
    "left": _TEXT,
    "right": _TEXT,
    "each?": [_TEXT],
    "needs?": [_TEXT],
    "verdict?": _VERDICT,
    "hint?": str,
}
_REQUIRE = {
    "id": _TEXT,
    "title": _TEXT,
    "test": _TEXT,
    "place": _TEXT,
    "needs?": [_TEXT],
    "verdict": _VERDICT,
    "expected": _TEXT,
    "message": _TEXT,
    "hint": _TEXT,
}
_HEAD = {
    "id": _TEXT,
    "name": _TEXT,
    "year": And(int, lambda value: 2000 <= value <= 2100),
    "points": _POINTS,
    "unit": str,
    "decimals": And(int, lambda value: 0 <= value <= 6),
    "grades": [[Or(str, int, float)]],
    "remark_bands": [_NUMBER],
    "overshoot": _NUMBER,
    "source?": str,
}
_EXAMPLE = {"indicator": _TEXT, "inputs": {str: Or(str, int, float)}, "points": _NUMBER}
_SCHEME = {
    "scheme": _HEAD,
    "sheet": [_SHEET],
    "derived?": {str: _TEXT},
    "indicator": [_INDICATOR],
    "own?": _OWN,
    "check?": [_CHECK],
    "require?": [_REQUIRE],
    "example?": [_EXAMPLE],
}


def _compile(shape: Any) -> Any:
    """Turns the tables above, whose optional keys end in "?", into the words of the `schema` package."""
    from schema import Optional  # its name would shadow typing's in the annotations above

    if isinstance(shape, dict):
        compiled: dict[Any, Any] = {}
        for key, value in shape.items():
            optional = isinstance(key, str) and key.endswith("?")
            compiled[Optional(key[:-1]) if optional else key] = _compile(value)
        return compiled
    if isinstance(shape, list):
        return [_compile(entry) for entry in shape]
    return shape


_GRAMMAR = Schema(_compile(_SCHEME))


def check_grammar(raw: Mapping[str, Any], source: str) -> None:
    """Raises SchemeError naming the table and key that do not have the shape a scheme must have."""
    try:
        _GRAMMAR.validate(dict(raw))
    except SchemaError as error:
        raise SchemeError(source, tuple(str(line) for line in error.autos if line)) from None
