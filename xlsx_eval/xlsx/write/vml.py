"""VML drawings, which hold the boxes of notes: text goes in before the end, nothing is read as XML.

Parts that Excel writes are not always well-formed, so tags are found by pattern.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from xlsx_eval.cell import CellRef
from xlsx_eval.xlsx.package.markup import Node, whole
from xlsx_eval.xlsx.package.parts import SheetEntry
from xlsx_eval.xlsx.write.edits import Edit, element, insert
from xlsx_eval.xlsx.write.patch import Patch
from xlsx_eval.xlsx.write.rowheight import display_width
from xlsx_eval.xlsx.write.sheet import WORKSHEET_ORDER, place

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_NAMESPACES = (
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"'
)
_SHAPE_TYPE = (
    f'<v:shapetype {_NAMESPACES} id="_x0000_t202" coordsize="21600,21600" o:spt="202" '
    'path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>'
    '<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_END = re.compile(rb"</(?:[\w.-]+:)?xml\s*>")
_IDMAP = re.compile(rb"""<o:idmap\b[^>]*?\bdata\s*=\s*["']([0-9, ]+)["']""")
_SPID = re.compile(rb"_x0000_s([0-9]{1,9})\b")
_BLOCK = 1024
_TALLEST = 1600
"""Pixels of a box; a longer text is read in a box that the reader draws larger."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Pixel sizes of a sheet's columns and rows, as far as they are told."""

    columns: Mapping[int, int]
    rows: Mapping[int, int]
    column: int = 72
    row: int = 20

    def width(self, column: int) -> int:
        """Of a 1-based column."""
        return self.columns.get(column, self.column)

    def height(self, row: int) -> int:
        """Of a 1-based row."""
        return self.rows.get(row, self.row)


def write_boxes(
    patch: Patch, sheet: SheetEntry, root: Node, boxes: Mapping[CellRef, str], grid: Grid
) -> None:
    """Queue a box for each note on a sheet of which `root` is the outline."""
    package = patch.package
    legacy = next((node for node in root.descendants() if node.name == "legacyDrawing"), None)
    rel = package.rel(sheet.partname, legacy.rel_id()) if legacy else None
    ids = (node.attrs.get("shapeId", "") for node in root.descendants())
    used = [number for number in map(whole, ids) if number is not None]
    if rel and package.has(rel.target):
        _extend(patch, rel.target, boxes, grid, used)
        return
    # Shape ids must differ over the whole workbook, so each drawing claims a block of them.
    block = _free_block(patch)
    shapes = _shapes(boxes, grid, max([block * _BLOCK, *used]))
    drawing = (
        f'<xml {_NAMESPACES}><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{block}"/>'
        f"</o:shapelayout>{_SHAPE_TYPE}{shapes}</xml>"
    )
    name = patch.add("drawings", "vmlDrawing", ".vml", drawing.encode(), CONTENT_TYPE)
    rel_id = patch.relate(sheet.partname, "vmlDrawing", name, legacy.rel_id() if legacy else None)
    if legacy is None:
        patch.edit(
            sheet.partname,
            insert(place(root, "legacyDrawing", WORKSHEET_ORDER), _legacy(patch, root, rel_id)),
        )


def _legacy(patch: Patch, root: Node, rel_id: str) -> str:
    """The element by which the sheet finds its boxes; strict files wrap it, as Excel does."""
    written = element(f"{root.tag}legacyDrawing", {"xmlns:r": patch.rel_uri, "r:id": rel_id})
    if not patch.strict:
        return written
    choice = element("mc:Choice", {"xmlns:v": "urn:schemas-microsoft-com:vml", "Requires": "v"}, written)
    mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    return element("mc:AlternateContent", {"xmlns:mc": mc}, choice)


def _extend(
    patch: Patch, partname: str, boxes: Mapping[CellRef, str], grid: Grid, used: Sequence[int]
) -> None:
    data = patch.text(partname).data
    ends = list(_END.finditer(data))
    block = _IDMAP.search(data)
    first = _claimed(block[1], partname)[0] * _BLOCK if block else _BLOCK
    highest = max([first, *used, *(whole(number.decode(), partname) or 0 for number in _SPID.findall(data))])
    kind = "" if b'_x0000_t202"' in data or b"_x0000_t202'" in data else _SHAPE_TYPE
    at = ends[-1].start() if ends else len(data)
    patch.edit(partname, Edit(at, at, kind + _shapes(boxes, grid, highest)))


def _claimed(found: bytes, partname: str) -> list[int]:
    """The blocks of shape ids that a drawing lists as its own."""
    return [whole(number.strip().decode(), partname) or 0 for number in found.split(b",")]


def _free_block(patch: Patch) -> int:
    """A block of shape ids that no drawing of the package claims."""
    package = patch.package
    claimed = [0]
    for name in package.names:
        if name.lower().endswith(".vml"):
            for found in _IDMAP.findall(package.read(name)):
                claimed += _claimed(found, name)
    patch.vml_block = max([*claimed, patch.vml_block]) + 1
    return patch.vml_block


def _shapes(boxes: Mapping[CellRef, str], grid: Grid, highest: int) -> str:
    return "".join(
        _shape(ref, text, grid, highest + number)
        for number, (ref, text) in enumerate(sorted(boxes.items()), 1)
    )


def _shape(ref: CellRef, text: str, grid: Grid, number: int) -> str:
    width, height = box_size(text)
    anchor = _anchor(ref, grid, width, height)
    return (
        f'<v:shape {_NAMESPACES} id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;'
        f"margin-left:60pt;margin-top:2pt;width:{width * 0.75:g}pt;height:{height * 0.75:g}pt;"
        f'z-index:{number % _BLOCK};visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto">'
        '<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/>'
        '<v:path o:connecttype="none"/>'
        '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
        '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
        f"<x:Anchor>{anchor}</x:Anchor><x:AutoFill>False</x:AutoFill>"
        f"<x:Row>{ref.row - 1}</x:Row><x:Column>{ref.column - 1}</x:Column>"
        "</x:ClientData></v:shape>"
    )


def box_size(text: str) -> tuple[int, int]:
    """Width and height in pixels that hold the text in 9-point 宋体, a Han character being 12 wide."""
    width = 300
    per_line = (width - 20) // 6
    lines = sum(max(1, -(-display_width(line) // (per_line - 1))) for line in text.split("\n"))
    return width, min(17 * lines + 20, _TALLEST)


def _anchor(ref: CellRef, grid: Grid, width: int, height: int) -> str:
    """Left column, offset, top row, offset, right column, offset, bottom row, offset; all 0-based pixels."""
    left, right = _span(ref.column + 1, 12, width, grid.width, 16_384)
    top, bottom = _span(max(ref.row - 1, 1), 8 if ref.row > 1 else 2, height, grid.height, 1_048_576)
    return f"{left[0]}, {left[1]}, {top[0]}, {top[1]}, {right[0]}, {right[1]}, {bottom[0]}, {bottom[1]}"


def _span(
    start: int, offset: int, length: int, size: Callable[[int], int], last: int
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Where a stretch of pixels begins and ends, counted in columns or rows from a 1-based one."""
    start = min(start, last)
    offset = min(offset, max(size(start) - 1, 0))
    at, left = start, offset + length
    while left >= size(at) and at < last and at < start + 4096:
        left -= size(at)
        at += 1
    return (start - 1, offset), (at - 1, min(left, max(size(at) - 1, 0)))
