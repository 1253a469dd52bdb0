"""Functions of text; characters are counted as Excel counts them, in UTF-16 units."""

from __future__ import annotations

import re
from collections.abc import Mapping

from xlsx_eval.formula.signature import Function
from xlsx_eval.formula.values import LONGEST_TEXT, VALUE, Fault, number

_SPACES = re.compile(" +")


def _units(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


def _cut(text: str, start: int, count: int) -> str:
    if text.isascii():
        return text[start : start + count]
    # A character cut in half becomes U+FFFD, because half a character cannot be written to a file.
    return _units(text)[2 * start : 2 * (start + count)].decode("utf-16-le", "replace")


def _length(text: str) -> int:
    return len(_units(text)) // 2


def _left(text: str, count: int = 1) -> str:
    return _cut(text, 0, count)


def _right(text: str, count: int = 1) -> str:
    return _cut(text, max(0, _length(text) - count), count)


def _mid(text: str, start: int, count: int) -> str:
    if start < 1:
        raise Fault(VALUE)
    return _cut(text, start - 1, count)


def _concatenate(*texts: str) -> str:
    joined = "".join(texts)
    if len(joined) > LONGEST_TEXT:
        raise Fault(VALUE)
    return joined


def _substitute(text: str, old: str, new: str, which: int | None = None) -> str:
    if which is not None and which < 1:
        raise Fault(VALUE)
    if not old:
        return text
    if which is None:
        return _concatenate(text.replace(old, new))
    parts = text.split(old)
    if which >= len(parts):
        return text
    return _concatenate(old.join(parts[:which]), new, old.join(parts[which:]))


def _find(sought: str, text: str, start: int = 1) -> float:
    if start < 1 or start > _length(text) + 1:
        raise Fault(VALUE)
    skipped = len(_cut(text, 0, start - 1))
    place = text.find(sought, skipped)
    if place < 0:
        raise Fault(VALUE)
    return float(_length(text[:place]) + 1)


def _value(given: bool | float | str | None) -> float:
    if isinstance(given, bool):
        raise Fault(VALUE)
    return number(given)


STRINGS: Mapping[str, Function] = {
    "LEN": Function("t", 1, lambda text: float(_length(text))),
    "LEFT": Function("tc", 1, _left),
    "RIGHT": Function("tc", 1, _right),
    "MID": Function("tcc", 3, _mid),
    "EXACT": Function("tt", 2, lambda left, right: left == right),
    "TRIM": Function("t", 1, lambda text: _SPACES.sub(" ", text).strip(" ")),
    "CONCATENATE": Function("t", 1, _concatenate, repeats=1),
    "UPPER": Function("t", 1, str.upper),
    "LOWER": Function("t", 1, str.lower),
    "SUBSTITUTE": Function("ttti", 3, _substitute),
    "FIND": Function("tti", 2, _find),
    "VALUE": Function("v", 1, _value),
}
