"""The same form twice in a workbook, or the same row twice in a form: which one is meant is asked."""

from __future__ import annotations

from collections.abc import Iterator

from xlsx_eval.cell import FIRST, Address, CellRef
from xlsx_eval.reading.locate.align import Alignment
from xlsx_eval.reading.locate.form import Form
from xlsx_eval.reading.locate.remark import Remark
from xlsx_eval.reading.locate.sheets import Chosen
from xlsx_eval.reading.locate.text import core
from xlsx_eval.xlsx.read.book import SheetData


def copy_remarks(chosen: Chosen) -> Iterator[Remark]:
    """A13 for every further sheet that holds the same form."""
    for copy in chosen.copies:
        words = {
            "表名": chosen.sheet.name,
            "副本": copy.name,
            "比较": _compared(chosen.sheet, copy),
            "采用": chosen.sheet.name,
        }
        yield Remark("A13", Address(copy.name, FIRST), chosen.form.sheet.name, words, copy.name)


def _compared(sheet: SheetData, copy: SheetData) -> str:
    """How the two differ, in words."""
    ours = {place: cell.value for place, cell in sheet.cells.items()}
    theirs = {place: cell.value for place, cell in copy.cells.items()}
    differing = [place for place in sorted(set(ours) | set(theirs)) if ours.get(place) != theirs.get(place)]
    if not differing:
        return "内容相同"
    return f"有 {len(differing)} 个单元格内容不同（如 {CellRef(*differing[0])}）"


def repeated_rows(form: Form, sheet: SheetData, alignment: Alignment) -> Iterator[Remark]:
    """A23 for rows whose texts stand a second time where the form has nothing."""
    texts = {
        anchor.ref.row: core(anchor.text)
        for anchor in form.anchors
        if not anchor.heading and anchor.points is None
    }
    wanted = list(texts.values())
    known = set(alignment.rows.values())
    rows = {text: alignment.rows[row] for row, text in texts.items() if row in alignment.rows}
    column = min((anchor.ref.column for anchor in form.anchors if not anchor.heading), default=1)
    for cell in sheet.cells.values():
        if not isinstance(cell.value, str) or cell.ref.row in known or cell.ref.column > column + 2:
            continue
        text = core(cell.value)
        if text in rows and wanted.count(text) == 1:
            words = {"表名": sheet.name, "行": cell.ref.row, "原行": rows[text], "名称": cell.value.strip()}
            yield Remark("A23", Address(sheet.name, cell.ref), sheet.name, words, cell.value.strip())
