"""Heights of rows whose text wraps, estimated so that no office program cuts it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from xlsx_eval.xlsx.write.added import NewRow, Style

_DEFAULT_WIDTH = 8.43
_TALLEST = 409.0
_WIDE = re.compile("[\u2e80-\U0010ffff“”‘’—…·×÷°§]")
_DIGIT = 0.53
"""Width of a digit in em: a column's width counts digits of the standard font at 11 points."""


def row_height(
    number: int, row: NewRow, widths: Sequence[float], merged: Mapping[tuple[int, int], float | None]
) -> float:
    """Points for row `number`, by its tallest cell; `merged` holds the width of merged areas, or None."""
    tallest = 15.0
    for column, cell in enumerate(row.cells, 1):
        if cell is None:
            continue
        width = widths[column - 1] if column <= len(widths) else _DEFAULT_WIDTH
        room = merged.get((number, column), width)
        told = room is not None and isinstance(cell.value, str)
        lines = _lines(str(cell.value), cell.style, room or 0) if told else 1
        tallest = max(tallest, lines * cell.style.size * 1.32 + 5)
    return min(_TALLEST, round(tallest * 4) / 4)


def _lines(text: str, style: Style, width: float) -> int:
    if not style.wrap:
        return 1
    room = max(2, int(_characters(width, style)))
    if 2 * len(text) <= room and "\n" not in text:
        return 1
    return sum(max(1, -(-display_width(line) // room)) for line in text.split("\n"))


def _characters(width: float, style: Style) -> float:
    """Half-width characters that fit; one is kept free, as no Han character is split."""
    bold = 1.06 if style.bold else 1.0
    return (width * 11 * _DIGIT - 4) / (style.size * 0.5 * bold) - 1


def display_width(text: str) -> int:
    """Half-width characters that a line takes up; everything beyond Latin script counts double."""
    return len(text) + len(_WIDE.findall(text))
