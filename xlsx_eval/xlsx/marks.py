"""Writing on a workbook: highlights and notes on its cells, and sheets of ours behind its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from xlsx_eval.cell import CellRef
from xlsx_eval.xlsx.package.archive import DEFAULT_LIMITS, Limits
from xlsx_eval.xlsx.package.parts import Package, SheetEntry
from xlsx_eval.xlsx.strip import stripped
from xlsx_eval.xlsx.write.added import MARK_LEVELS, AddedSheet, Mark
from xlsx_eval.xlsx.write.edits import insert
from xlsx_eval.xlsx.write.grid import grid_of
from xlsx_eval.xlsx.write.highlight import highest_priority, highlight
from xlsx_eval.xlsx.write.newsheet import sheet_xml
from xlsx_eval.xlsx.write.notes import write_notes
from xlsx_eval.xlsx.write.patch import Patch
from xlsx_eval.xlsx.write.sheet import WORKSHEET_ORDER, areas_of, outline, place
from xlsx_eval.xlsx.write.stored import SharedStrings, stored_values
from xlsx_eval.xlsx.write.styles import Look, Styles
from xlsx_eval.xlsx.write.vml import write_boxes
from xlsx_eval.xlsx.write.workbook import append_sheets, print_titles

_LOOKS = {
    "错误": Look("FFC7CE", "9C0006", "9C0006", underline=True),
    "待说明": Look("FFEB9C", "7F4F00", "BF8F00"),
    "无法核验": Look("D6DCE4", "203764", "5B7294"),
    "备选": Look("FFDDAA", "9C0006", "C00000"),
    "关联": Look("F5F5F5", "595959", "A6A6A6"),
    "提示": Look("E2EFDA", "375623", "A9BFA0"),
}
"""A black-and-white print tells marked cells by the border, and 错误 by the line under its value;
what is only offered has the red line round it and no such line, what hangs on another cell is grey throughout."""


def annotate_cells(data: bytes, marks: Iterable[Mark]) -> bytes:
    """The workbook with these marks; marks of an earlier round are taken off first.

    Raises ValueError for a mark on a sheet that is missing or has no cells, Unreadable for no workbook.
    """
    return annotate_book(data, marks, ())


def annotate_book(
    data: bytes, marks: Iterable[Mark], sheets: Sequence[AddedSheet], limits: Limits = DEFAULT_LIMITS
) -> bytes:
    """The workbook with these marks and, behind its own, these sheets; raises as annotate_cells does."""
    package = stripped(Package.open(data, limits))
    patch = Patch(package)
    styles = Styles(patch)
    strings = SharedStrings(package)
    for sheet, marked in _by_sheet(package, marks):
        _mark_sheet(patch, styles, strings, sheet, marked)
    if sheets:
        append_sheets(
            patch, [(sheet.name, sheet_xml(patch, styles, sheet), _names(sheet)) for sheet in sheets]
        )
    styles.finish()
    return patch.save()


def _names(sheet: AddedSheet) -> Mapping[str, str]:
    titles = {"_xlnm.Print_Titles": print_titles(sheet.name, sheet.repeat_rows)} if sheet.repeat_rows else {}
    return {**sheet.names, **titles}


def _by_sheet(package: Package, marks: Iterable[Mark]) -> list[tuple[SheetEntry, dict[CellRef, list[Mark]]]]:
    """Marks by sheet, in workbook order, and by cell."""
    entries = {sheet.name.casefold(): sheet for sheet in package.sheets}
    found: dict[str, dict[CellRef, list[Mark]]] = defaultdict(lambda: defaultdict(list))
    for mark in marks:
        entry = entries.get(mark.sheet.casefold())
        if entry is None or entry.kind != "worksheet" or not package.has(entry.partname):
            raise ValueError(f"no worksheet {mark.sheet!r} for the mark on {mark.cell}")
        if mark.level not in MARK_LEVELS:
            raise ValueError(f"unknown level {mark.level!r} on {mark.sheet}!{mark.cell}")
        found[mark.sheet.casefold()][CellRef.parse(mark.cell)].append(mark)
    return [(entries[name], dict(found[name])) for name in entries if name in found]


def _mark_sheet(
    patch: Patch,
    styles: Styles,
    strings: SharedStrings,
    sheet: SheetEntry,
    marked: Mapping[CellRef, Sequence[Mark]],
) -> None:
    data = patch.text(sheet.partname).data
    root = outline(data, sheet.partname)
    areas = areas_of(root, marked)
    cells: dict[CellRef, list[Mark]] = defaultdict(list)
    for ref in sorted(marked):
        cells[areas[ref][0]] += marked[ref]
    ends = {areas[ref][0]: areas[ref][1] for ref in marked}
    values = stored_values(data, cells, strings)
    priority = highest_priority(root)
    at = place(root, "conditionalFormatting", WORKSHEET_ORDER)
    for ref, here in cells.items():
        # A lower number wins: rules of the department's own stay on top of ours.
        priority += 1
        look = _LOOKS[min((mark.level for mark in here), key=MARK_LEVELS.index)]
        dxf = styles.dxf(look)
        area = str(ref) if ends[ref] == ref else f"{ref}:{ends[ref]}"
        patch.edit(sheet.partname, insert(at, highlight(root.tag, area, ref, values[ref], dxf, priority)))
    texts = {ref: "\n".join(dict.fromkeys(mark.text for mark in here)) for ref, here in cells.items()}
    boxes = write_notes(patch, sheet, texts)
    if boxes:
        write_boxes(patch, sheet, root, boxes, grid_of(root, data, boxes))
