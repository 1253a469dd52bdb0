"""How much room text needs: columns of width, points of height, generous enough for every office program."""

from __future__ import annotations

import math
import unicodedata

BODY_SIZE, HELP_SIZE = 10.5, 9.5
LINE = 16.0
"""Height in points of a line of body text; LibreOffice's substitute fonts need the most."""
_PADDING = 5.0
_MARGIN = 2.5
_TALLEST = 409.0
"""Excel's limit for a row."""


def text_width(text: str) -> float:
    """Width of `text` on one line, in characters of a column's width; a Chinese character takes two."""
    return sum(2.0 if unicodedata.east_asian_width(char) in "WFA" else 1.1 for char in text)


def line_count(text: str, width: float, size: float = BODY_SIZE) -> int:
    """Lines that `text` in a font of `size` points takes in a column of `width` characters."""
    usable = max(2.0, (width - _MARGIN) * BODY_SIZE / size)
    return sum(max(1, math.ceil(text_width(line) / usable)) for line in text.split("\n"))


def row_height(lines: int, least: float = 0.0) -> float:
    """Height of a row in points that shows `lines` lines, and at least `least`."""
    return min(_TALLEST, max(least, lines * LINE + _PADDING))


def clip(text: str, limit: int) -> str:
    """`text` cut to `limit` characters with an ellipsis, as Excel's prompts require."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
