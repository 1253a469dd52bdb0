"""Workbooks as packages of parts: reads them, and changes only what must change."""

from xlsx_eval.xlsx.marks import annotate_book, annotate_cells
from xlsx_eval.xlsx.strip import strip_marks
from xlsx_eval.xlsx.write.added import AddedSheet, Mark, NewCell, NewRow, Style
from xlsx_eval.xlsx.write.workbook import free_sheet_names

__all__ = [
    "AddedSheet",
    "Mark",
    "NewCell",
    "NewRow",
    "Style",
    "annotate_book",
    "annotate_cells",
    "free_sheet_names",
    "strip_marks",
]
