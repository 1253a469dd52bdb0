"""The part of a sheet we add: rows with cached values, looks, links, print setup and protection."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from xlsx_eval.cell import CellRef, ErrorValue, column_letters
from xlsx_eval.xlsx.write.added import AddedSheet, NewCell, NewRow
from xlsx_eval.xlsx.write.edits import content, element
from xlsx_eval.xlsx.write.notes import escaped
from xlsx_eval.xlsx.write.patch import Patch
from xlsx_eval.xlsx.write.rowheight import row_height
from xlsx_eval.xlsx.write.styles import Look, Styles

_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
FOOTER = "&L绩效自评审核 xlsx-eval&C第 &P 页，共 &N 页"
"""Printed under every sheet of ours; office programs keep it, so the sheet is known by it as well."""
_letters = cache(column_letters)
_LONGEST_TEXT = 32_767
_KEPT: dict[tuple[int, int, tuple[int, ...]], tuple[NewRow, str]] = {}
_MOST_KEPT = 20_000
"""Rows drawn before, by row, number and cell formats; and how many, a few megabytes, are kept."""
_NEWER = re.compile(
    r"(?<![\w.])(IFS|SWITCH|MAXIFS|MINIFS|TEXTJOIN|CONCAT|IFNA|NUMBERVALUE|DAYS|XLOOKUP|ISFORMULA|FORMULATEXT)\("
)
_STRING = re.compile(r'("(?:[^"]|"")*")')


def sheet_xml(patch: Patch, styles: Styles, sheet: AddedSheet) -> bytes:
    """The worksheet part of `sheet`; styles it needs are queued in `styles`."""
    return (
        _DECLARATION + element("worksheet", {"xmlns": patch.main_uri}, *_children(styles, sheet))
    ).encode()


def _children(styles: Styles, sheet: AddedSheet) -> Iterator[str]:
    tab = element("tabColor", {"rgb": f"FF{sheet.tab_color}"}) if sheet.tab_color else ""
    fit = element("pageSetUpPr", {"fitToPage": "1"}) if sheet.landscape else ""
    if tab or fit:
        yield element("sheetPr", {}, tab, fit)
    yield element("dimension", {"ref": _dimension(sheet)})
    yield _views(sheet)
    yield element("sheetFormatPr", {"defaultRowHeight": "15"})
    if sheet.widths:
        yield element("cols", {}, *(_column(at, width) for at, width in enumerate(sheet.widths, 1)))
    yield element("sheetData", {}, _rows(styles, sheet))
    if sheet.protected:
        allowed = dict.fromkeys(("formatCells", "formatColumns", "formatRows"), "0")
        yield element("sheetProtection", {"sheet": "1", "objects": "1", "scenarios": "1", **allowed})
    if sheet.merges:
        merges = "".join(element("mergeCell", {"ref": area}) for area in sheet.merges)
        yield element("mergeCells", {"count": str(len(sheet.merges))}, merges)
    yield from _colour_rules(styles, sheet)
    links = "".join(_links(sheet))
    if links:
        yield element("hyperlinks", {}, links)
    yield from _print_setup(sheet)


def _dimension(sheet: AddedSheet) -> str:
    columns = max([1, *(len(row.cells) for row in sheet.rows)])
    return f"A1:{column_letters(columns)}{max(1, len(sheet.rows))}"


def _views(sheet: AddedSheet) -> str:
    pane = ""
    if sheet.frozen:
        corner = CellRef.parse(sheet.frozen)
        split = {"xSplit": corner.column - 1, "ySplit": corner.row - 1}
        active = {(True, True): "bottomRight", (True, False): "topRight"}.get(
            (corner.column > 1, corner.row > 1), "bottomLeft"
        )
        attrs = {name: str(count) for name, count in split.items() if count}
        if attrs:
            attrs |= {"topLeftCell": str(corner), "activePane": active, "state": "frozen"}
            pane = element("pane", attrs) + element("selection", {"pane": active})
    return element("sheetViews", {}, element("sheetView", {"workbookViewId": "0"}, pane))


def _column(number: int, width: float) -> str:
    return element("col", {"min": str(number), "max": str(number), "width": f"{width:g}", "customWidth": "1"})


def _rows(styles: Styles, sheet: AddedSheet) -> str:
    merged = _merged_widths(sheet)
    return "".join(_row(styles, sheet, number, row, merged) for number, row in enumerate(sheet.rows, 1))


def _row(
    styles: Styles,
    sheet: AddedSheet,
    number: int,
    row: NewRow,
    merged: Mapping[tuple[int, int], float | None],
) -> str:
    if not row.kept:
        return _drawn(styles, sheet, number, row, merged)
    formats = tuple(styles.xf(cell.style) for cell in row.cells if cell is not None)
    known = _KEPT.get((id(row), number, formats))
    if known is None:
        if len(_KEPT) >= _MOST_KEPT:
            _KEPT.clear()
        # Kept with the row, so that no other can come to bear its id.
        known = _KEPT[id(row), number, formats] = row, _drawn(styles, sheet, number, row, merged)
    return known[1]


def _drawn(
    styles: Styles,
    sheet: AddedSheet,
    number: int,
    row: NewRow,
    merged: Mapping[tuple[int, int], float | None],
) -> str:
    attrs = {"r": str(number)}
    height = row.height
    if height is None:
        height = row_height(number, row, sheet.widths, merged)
    attrs |= {"ht": f"{height:g}", "customHeight": "1"}
    if row.hidden:
        attrs["hidden"] = "1"
    cells = [
        _cell(styles, f"{_letters(column)}{number}", cell)
        for column, cell in enumerate(row.cells, 1)
        if cell is not None
    ]
    return element("row", attrs, *cells)


def _merged_widths(sheet: AddedSheet) -> dict[tuple[int, int], float | None]:
    """Characters across each one-row merged area by its top-left cell; None for other merged cells."""
    widths: dict[tuple[int, int], float | None] = {}
    for area in sheet.merges:
        first, _, last = area.partition(":")
        top, bottom = CellRef.parse(first), CellRef.parse(last or first)
        columns = range(top.column, bottom.column + 1)
        for row in range(top.row, bottom.row + 1):
            widths |= dict.fromkeys(((row, column) for column in columns), None)
        if top.row == bottom.row:
            widths[top.row, top.column] = sum(
                sheet.widths[column - 1] if column <= len(sheet.widths) else 8.43 for column in columns
            )
    return widths


def _cell(styles: Styles, ref: str, cell: NewCell) -> str:
    kind, value = _value(cell)
    start = f'<c r="{ref}" s="{styles.xf(cell.style)}"' + (f' t="{kind}"' if kind else "")
    if kind == "inlineStr":
        return f'{start}><is><t xml:space="preserve">{value}</t></is></c>'
    formula = f"<f>{content(stored_formula(cell.formula))}</f>" if cell.formula is not None else ""
    written = f"<v>{value}</v>" if value or kind == "str" else ""
    return f"{start}>{formula}{written}</c>" if formula or written else f"{start}/>"


def _value(cell: NewCell) -> tuple[str, str]:
    """Type attribute and written value of a cell."""
    value = cell.value
    if value is None:
        return ("str", "") if cell.formula is not None else ("", "")
    if isinstance(value, bool):
        return "b", str(int(value))
    if isinstance(value, ErrorValue):
        return "e", str(value)
    if isinstance(value, str):
        return "str" if cell.formula is not None else "inlineStr", content(escaped(value[:_LONGEST_TEXT]))
    if value - value != 0:
        return "e", str(ErrorValue.NUM)
    return "", repr(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


@lru_cache(maxsize=8_192)
def stored_formula(formula: str) -> str:
    """A formula as files store it: functions younger than 2007 bear the prefix `_xlfn.`."""
    pieces = _STRING.split(formula)
    pieces[::2] = [_NEWER.sub(r"_xlfn.\1(", piece) for piece in pieces[::2]]
    return "".join(pieces)


def _colour_rules(styles: Styles, sheet: AddedSheet) -> Iterator[str]:
    for priority, (area, formula, fill) in enumerate(sheet.colour_rules, 1):
        attrs = {"type": "expression", "dxfId": str(styles.dxf(Look(fill))), "priority": str(priority)}
        rule = element("cfRule", attrs, element("formula", {}, content(stored_formula(formula))))
        yield element("conditionalFormatting", {"sqref": area.replace(",", " ")}, rule)


def _links(sheet: AddedSheet) -> Iterator[str]:
    for number, row in enumerate(sheet.rows, 1):
        for column, cell in enumerate(row.cells, 1):
            if cell is not None and cell.link:
                yield _link(f"{_letters(column)}{number}", cell.link)


@lru_cache(maxsize=20_000)
def _link(ref: str, location: str) -> str:
    return element("hyperlink", {"ref": ref, "location": location})


def _print_setup(sheet: AddedSheet) -> Iterator[str]:
    if sheet.landscape:
        yield element("printOptions", {"horizontalCentered": "1"})
    margins = {"left": "0.5", "right": "0.5", "top": "0.6", "bottom": "0.6", "header": "0.3", "footer": "0.3"}
    yield element("pageMargins", margins)
    if sheet.landscape:
        yield element("pageSetup", {"paperSize": "9", "orientation": "landscape", "fitToHeight": "0"})
    yield element("headerFooter", {}, element("oddFooter", {}, content(FOOTER)))
