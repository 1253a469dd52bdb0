"""Looks of the template: a handful of named styles, and the number format of each type of field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from xlsx_eval.form.template.measure import BODY_SIZE, HELP_SIZE
from xlsx_eval.scheme import Field

BODY_FONT, TITLE_FONT = "宋体", "黑体"
_INPUT_FILL, _LABEL_FILL, _HEADING_FILL, _CLOSED_FILL = "#FFFBE0", "#F2F2F2", "#DCE6F1", "#EDEDED"
_LEFT, _CENTRED = {"align": "left", "indent": 1}, {"align": "center"}
_FRAMED = {"border": 1, "border_color": "#808080"}

LOOKS: Mapping[str, Mapping[str, Any]] = {
    "title": {"font_name": TITLE_FONT, "font_size": 16, "bold": True, "align": "center", "text_wrap": False},
    "note": {"font_color": "#7F3F00", "align": "left"},
    "line": {"font_size": 11, "align": "left"},
    "section": {"font_name": TITLE_FONT, "font_size": 12, "bold": True, "align": "left"},
    "heading": {
        **_FRAMED,
        "font_name": TITLE_FONT,
        "bold": True,
        "align": "center",
        "bg_color": _HEADING_FILL,
    },
    "label": {**_FRAMED, **_LEFT, "bg_color": _LABEL_FILL},
    "centred": {**_FRAMED, "align": "center", "bg_color": _LABEL_FILL},
    "points": {**_FRAMED, "align": "center", "bg_color": _LABEL_FILL, "num_format": "0.0#"},
    "help": {**_FRAMED, "font_size": HELP_SIZE, "font_color": "#595959", **_LEFT},
    "closed": {**_FRAMED, "align": "center", "font_color": "#7F7F7F", "bg_color": _CLOSED_FILL},
    "signature": {"font_size": 12, "align": "left"},
    "input": {**_FRAMED, "bg_color": _INPUT_FILL, "locked": False},
    "bureau": {**_FRAMED, "bg_color": _CLOSED_FILL},
}
"""Every style but what depends on a field; a change here changes the whole template."""

_OF_TYPE: Mapping[str, Mapping[str, Any]] = {
    "text": {**_LEFT, "num_format": "@"},
    "long": _LEFT,
    "code": {**_CENTRED, "num_format": "@"},
    "year": {**_CENTRED, "num_format": "0"},
    "date": {**_CENTRED, "num_format": "yyyy-mm-dd"},
    "choice": _CENTRED,
    # Figures keep Excel's own alignment: a number that came in as text then stands on the left and is seen.
    "integer": {"num_format": "#,##0"},
    "amount": {"num_format": "#,##0.00"},
    "rate": {"num_format": "0.00%"},
    "score": {**_CENTRED, "num_format": "0.0#"},
    "number": {},
    "target": _CENTRED,
}


class Looks:
    """The styles of one workbook, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[str, Format] = {}

    def __call__(self, name: str) -> Format:
        """The style of that name in LOOKS."""
        return self._format(name, LOOKS[name])

    def input(self, field: Field) -> Format:
        """The style of an input cell of that field."""
        look = "bureau" if field.bureau else "input"
        return self._format(f"{look} {field.type}", {**LOOKS[look], **_OF_TYPE[field.type]})

    def _format(self, key: str, properties: Mapping[str, Any]) -> Format:
        if key not in self._made:
            common = {"font_name": BODY_FONT, "font_size": BODY_SIZE, "text_wrap": True, "valign": "vcenter"}
            self._made[key] = self._book.add_format({**common, **properties})
        return self._made[key]
