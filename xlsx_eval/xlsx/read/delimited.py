"""Delimited text: which encoding it is in, which character separates its fields, and its rows."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffe\uffff]")
_DELIMITERS = ",\t;|"
_SAMPLE = 20


def decode(data: bytes) -> str | None:
    """Text of `data` in UTF-8, UTF-16 or GB18030; None when it is no text."""
    for codec in _codecs(data):
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        return None if _CONTROL.search(text) else text
    return None


def delimiter(text: str) -> str | None:
    """The separator whose fields are most even in the first rows; None if no row has two fields."""
    best, best_score = None, 0.0
    for candidate in _DELIMITERS:
        sizes = [len(row) for row, _ in zip(_rows(text, candidate), range(_SAMPLE), strict=False) if row]
        several = [size for size in sizes if size > 1]
        if len(several) * 2 <= len(sizes):
            continue
        score = len(several) / len(sizes) + max(map(several.count, several)) / len(sizes)
        if score > best_score:
            best, best_score = candidate, score
    return best


def rows(text: str, separator: str) -> list[list[str]]:
    """Records of the text; raises csv.Error for what is not delimited text."""
    return list(_rows(text, separator))


def _rows(text: str, separator: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator)


def _codecs(data: bytes) -> tuple[str, ...]:
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return (codec,)
    if b"\0" in data and len(data) % 2 == 0:
        low, high = data[::2].count(0), data[1::2].count(0)
        return ("utf-16-le",) if high > low else ("utf-16-be",)
    return ("utf-8", "gb18030")
