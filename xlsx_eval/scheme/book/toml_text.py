"""A scheme's raw tables as TOML text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+\Z")


def to_toml(raw: Mapping[str, Any]) -> str:
    """The text that reads back as `raw`; tables of tables stand under headers two deep, deeper ones inline."""
    return "\n".join(_tables(raw, ())).strip() + "\n"


def _tables(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    inner = []
    for key, value in table.items():
        if len(path) < 2 and _is_table(value):
            inner.append(key)
        else:
            yield f"{_key(key)} = {_value(value)}"
    for key in inner:
        here = (*path, key)
        name = ".".join(map(_key, here))
        for entry in table[key] if isinstance(table[key], list) else (table[key],):
            yield ""
            yield f"[[{name}]]" if isinstance(table[key], list) else f"[{name}]"
            yield from _tables(entry, here)


def _is_table(value: Any) -> bool:
    if isinstance(value, dict):
        return "kind" not in value
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _key(key: str) -> str:
    return key if _BARE.match(key) else _string(key)


def _string(text: str) -> str:
    # JSON's escapes are TOML's, but for the delete character.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, dict):
        inside = ", ".join(f"{_key(key)} = {_value(entry)}" for key, entry in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if all(isinstance(entry, (list, dict)) for entry in value) and value:
        return "[\n" + "".join(f"    {_value(entry)},\n" for entry in value) + "]"
    return f"[{', '.join(map(_value, value))}]"
