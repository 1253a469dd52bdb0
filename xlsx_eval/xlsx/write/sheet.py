"""A worksheet part: its outline without the rows, and where a new child belongs."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable

from xlsx_eval.cell import CellRef
from xlsx_eval.xlsx.package.markup import Node, parse

_CHILDREN = (
    "sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection "
    "protectedRanges scenarios autoFilter sortState dataConsolidate customSheetViews mergeCells "
    "phoneticPr conditionalFormatting dataValidations hyperlinks printOptions pageMargins pageSetup "
    "headerFooter rowBreaks colBreaks customProperties cellWatches ignoredErrors smartTags drawing "
    "legacyDrawing legacyDrawingHF drawingHF picture oleObjects controls webPublishItems tableParts "
    "extLst"
)
WORKSHEET_ORDER = _CHILDREN.split()
_SHEET_DATA = re.compile(rb"<((?:[\w.-]+:)?)sheetData(?=[\s>])[^>]*(?<!/)>")


def outline(data: bytes, partname: str = "") -> Node:
    """Root of a worksheet given as UTF-8, with everything but rows and cells.

    Rows are cut out before parsing where no comment or CDATA could hide a tag, so a large sheet costs little.
    """
    opened = None if b"<!" in data else _SHEET_DATA.search(data)
    closing = data.rfind(b"</%ssheetData" % opened[1]) if opened else -1
    if opened is None or closing < opened.end():
        return parse(data, partname)
    cut = closing - opened.end()
    root = parse(data[: opened.end()] + data[closing:], partname)
    _shift(root, opened.end(), cut)
    return root


def _shift(node: Node, after: int, cut: int) -> None:
    """Offsets beyond the cut counted as in the whole part."""
    for below in node.descendants():
        below.start += cut if below.start >= after else 0
        below.inner += cut if below.inner > after else 0
        below.close += cut if below.close >= after else 0
        below.end += cut if below.end > after else 0


def place(root: Node, name: str, order: list[str]) -> int:
    """Offset at which a new child `name` belongs: before the first child of higher rank, else at the end."""
    rank = order.index(name)
    for child in root.children:
        if _rank(child, order) > rank:
            return child.start
    return root.close


def _rank(child: Node, order: list[str]) -> int:
    """Rank of a child; mc:AlternateContent takes that of what it wraps, unknown children none."""
    if child.name == "AlternateContent":
        wrapped = (node.name for branch in child.children for node in branch.children)
        return next((_rank_of(name, order) for name in wrapped if _rank_of(name, order) >= 0), -1)
    return _rank_of(child.name, order)


def _rank_of(name: str, order: list[str]) -> int:
    name = {"oleObject": "oleObjects", "control": "controls"}.get(name, name)
    return order.index(name) if name in order else -1


def areas_of(root: Node, refs: Iterable[CellRef]) -> dict[CellRef, tuple[CellRef, CellRef]]:
    """For each cell its merged area (top-left, bottom-right), or the cell itself twice."""
    wanted = sorted(set(refs))
    areas = {ref: (ref, ref) for ref in wanted}
    merges = root.find("mergeCells")
    for node in merges.all("mergeCell") if merges and wanted else ():
        first, _, last = node.attrs.get("ref", "").partition(":")
        try:
            area = CellRef.parse(first), CellRef.parse(last or first)
        except ValueError:
            continue
        low = bisect_left(wanted, CellRef(area[0].row, 0))
        high = bisect_left(wanted, CellRef(area[1].row + 1, 0))
        for ref in wanted[low:high]:
            if area[0].column <= ref.column <= area[1].column:
                areas[ref] = area
    return areas
