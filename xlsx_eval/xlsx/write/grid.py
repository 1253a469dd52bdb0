"""Pixel sizes of a worksheet's columns and rows, to place boxes over them."""

from __future__ import annotations

import re
from collections.abc import Collection

from xlsx_eval.cell import CellRef
from xlsx_eval.xlsx.package.markup import Node, whole
from xlsx_eval.xlsx.write.vml import Grid

_ROW = re.compile(rb"<(?:[\w.-]+:)?row\s[^>]*>")
_ATTRIBUTE = re.compile(rb"""\s(r|ht|hidden)\s*=\s*["']([^"']*)["']""")
_REACH = 60
"""Rows and columns beyond a cell that its box may cover."""


def grid_of(root: Node, data: bytes, refs: Collection[CellRef]) -> Grid:
    """Sizes near these cells; `root` is the outline of the sheet whose text is `data`."""
    near = {row for ref in refs for row in range(max(1, ref.row - 1), ref.row + _REACH)}
    shape = root.find("sheetFormatPr")
    height = _number(shape.attrs.get("defaultRowHeight", "")) if shape else None
    width = _number(shape.attrs.get("defaultColWidth", "")) if shape else None
    return Grid(
        _columns(root, {column for ref in refs for column in range(ref.column, ref.column + _REACH)}),
        _rows(data, near),
        72 if width is None else round(width * 7 + 5),
        20 if height is None else round(height / 0.75),
    )


def _columns(root: Node, near: set[int]) -> dict[int, int]:
    sizes: dict[int, int] = {}
    cols = root.find("cols")
    last = max(near)
    for node in cols.all("col") if cols else ():
        first, final = whole(node.attrs.get("min", "")), whole(node.attrs.get("max", ""))
        width = _number(node.attrs.get("width", ""))
        if first is None or final is None or width is None:
            continue
        pixels = 0 if node.attrs.get("hidden") in ("1", "true") else round(width * 7)
        sizes |= {column: pixels for column in range(first, min(final, last) + 1) if column in near}
    return sizes


def _rows(data: bytes, near: set[int]) -> dict[int, int]:
    sizes: dict[int, int] = {}
    if b" ht=" not in data and b" hidden=" not in data:
        return sizes
    for match in _ROW.finditer(data):
        attrs = dict(_ATTRIBUTE.findall(match[0]))
        number = whole(attrs.get(b"r", b"").decode())
        if number is None or number not in near:
            continue
        height = _number(attrs.get(b"ht", b"").decode())
        if attrs.get(b"hidden") in (b"1", b"true"):
            sizes[number] = 0
        elif height is not None:
            sizes[number] = round(height / 0.75)
    return sizes


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 <= number < 1e5 else None
