"""A scheme as a workbook an officer edits: export, import, every fault with its sheet and cell."""

from xlsx_eval.scheme.book.anywhere import Report, load_any, raw_tables, report_on
from xlsx_eval.scheme.book.draw import draw_book as export_scheme
from xlsx_eval.scheme.book.imported import Imported, import_scheme
from xlsx_eval.scheme.book.toml_text import to_toml

__all__ = [
    "Imported",
    "Report",
    "export_scheme",
    "import_scheme",
    "load_any",
    "raw_tables",
    "report_on",
    "to_toml",
]
