"""Draws the workbook that departments fill in: one sheet after the other, as the scheme lays them out."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable, Mapping

from xlsxwriter.workbook import Workbook

from xlsx_eval.form.template.indicators import draw_indicators
from xlsx_eval.form.template.looks import BODY_FONT, Looks
from xlsx_eval.form.template.measure import BODY_SIZE
from xlsx_eval.form.template.page import Entries, Entry, Page
from xlsx_eval.form.template.sheets import draw_form, draw_grid, draw_notes, draw_table
from xlsx_eval.scheme import Scheme

TEMPLATE_VERSION = 1
"""Raised when places or names change, so that a reader can tell old templates."""
SCHEME_PROPERTY, YEAR_PROPERTY, VERSION_PROPERTY = "xlsx-eval scheme", "xlsx-eval year", "xlsx-eval version"

_DRAWERS: Mapping[str, Callable[[Page], None]] = {
    "notes": draw_notes,
    "form": draw_form,
    "grid": draw_grid,
    "table": draw_table,
    "indicators": draw_indicators,
}
_AS_TYPED = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}


def draw_template(scheme: Scheme, entries: Entries | None = None) -> bytes:
    """The template as an .xlsx package, `entries` poured in; the same arguments give the same bytes.

    `entries` are written as they are, whatever a validation says; `fill` makes them from a file's values.
    """
    target = io.BytesIO()
    base = {"font_name": BODY_FONT, "font_size": BODY_SIZE}
    book = Workbook(target, {"in_memory": True, "default_format_properties": base, **_AS_TYPED})
    _describe(book, scheme)
    looks = Looks(book)
    for number, sheet in enumerate(scheme.sheets):
        page = Page(book, looks, scheme, sheet, entries or Entries({}, {}))
        _DRAWERS[sheet.kind](page)
        if number == 0:
            page.activate()
    book.close()
    return target.getvalue()


def _describe(book: Workbook, scheme: Scheme) -> None:
    """Title and date, and what tells a reader which scheme and template it has before it."""
    created = datetime.datetime(scheme.year + 1, 1, 1)
    book.set_properties({"title": f"{scheme.year}年度{scheme.name}表", "created": created})
    book.set_custom_property(SCHEME_PROPERTY, scheme.id, "text")
    book.set_custom_property(YEAR_PROPERTY, scheme.year, "number")
    book.set_custom_property(VERSION_PROPERTY, TEMPLATE_VERSION, "number")


__all__ = ["TEMPLATE_VERSION", "Entries", "Entry", "draw_template"]
