"""Looks of the sheets we add, in one place."""

from __future__ import annotations

from dataclasses import replace

from xlsx_eval.cell import Scalar
from xlsx_eval.xlsx import NewCell, Style

TITLE = Style(bold=True, size=16, border=False, horizontal="center")
SUBTITLE = Style(size=10.5, border=False, horizontal="left")
HEADING = Style(bold=True, fill="DDE6F0", horizontal="center")
TEXT = Style(horizontal="left")
CENTRED = Style(horizontal="center")
NUMBER = Style(horizontal="center", number_format="#,##0.00####")
SCORE = Style(horizontal="center", number_format="0.0###")
RATE = Style(horizontal="center", number_format="0.00%")
GENERAL = Style(horizontal="center")
TOTAL = Style(bold=True, fill="F2F2F2", horizontal="center", number_format="0.0###")
LINK = Style(horizontal="center", color="0563C1", underline=True)
INPUT = Style(horizontal="left", fill="FFF9DB", locked=False)
SECTION = Style(bold=True, size=12, border=False, horizontal="left")
VERDICT_FILLS = {"错误": "F8CBAD", "待说明": "FFE699", "无法核验": "D9E1F2", "提示": "E2EFDA"}


def text(value: Scalar, style: Style = TEXT) -> NewCell:
    """A cell of fixed content."""
    return NewCell(value=value, style=style)


def live(formula: str, cached: Scalar, style: Style = CENTRED) -> NewCell:
    """A cell with a formula (without "=") and the result we computed; a missing figure is "", never 0."""
    return NewCell(value="" if cached is None else cached, formula=formula, style=style)


def verdict_style(verdict: str) -> Style:
    """The verdict's own colour."""
    return replace(CENTRED, bold=True, fill=VERDICT_FILLS[verdict])
