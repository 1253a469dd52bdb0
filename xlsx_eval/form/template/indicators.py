"""Draws the sheet of indicators: levels merged over indicators, an indicator over its checklist rows."""

from __future__ import annotations

import math
from itertools import groupby

from xlsx_eval.cell import CellRef
from xlsx_eval.form.template.measure import HELP_SIZE, line_count, row_height
from xlsx_eval.form.template.page import Page
from xlsx_eval.scheme import Field, Indicator
from xlsx_eval.scheme.layout import (
    ANSWER_COLUMN,
    CLAIM_COLUMN,
    EVIDENCE_COLUMN,
    INDICATOR_HEADING_ROW,
    INDICATOR_HEADINGS,
    VALUE_COLUMN,
    WHY_COLUMN,
)
from xlsx_eval.scheme.rules import number_text

INDICATORS_TAB = "#70AD47"
_WIDTHS = (9, 13, 17, 7, 40, 36, 10, 11, 10, 26, 22)
_NAME_COLUMN, _POINTS_COLUMN, _STANDARD_COLUMN, _ITEM_COLUMN = 3, 4, 5, 6
_LEAST = 24.0


def draw_indicators(page: Page) -> None:
    """All indicators with a fixed rule, one under the other."""
    page.columns(_WIDTHS)
    page.head()
    for column, words in enumerate(INDICATOR_HEADINGS, start=1):
        page.text(CellRef(INDICATOR_HEADING_ROW, column), words, "heading")
    page.height(INDICATOR_HEADING_ROW, 30)
    for level in (1, 2):
        _levels(page, level)
    for indicator in page.scheme.indicators:
        _indicator(page, indicator)
    last = CellRef(page.scheme.indicators[-1].rows[1], len(_WIDTHS))
    frozen = CellRef(INDICATOR_HEADING_ROW + 1, _NAME_COLUMN + 1)
    page.keep_together([indicator.rows for indicator in page.scheme.indicators], (1, INDICATOR_HEADING_ROW))
    page.finish(frozen, (1, INDICATOR_HEADING_ROW), last, INDICATORS_TAB)


def _levels(page: Page, level: int) -> None:
    """The cells of 一级指标 or 二级指标, each over all its indicators and with their points."""
    for path, group in groupby(page.scheme.indicators, key=lambda indicator: indicator.path[:level]):
        members = list(group)
        if len(path) < level:
            continue
        points = number_text(sum(indicator.points for indicator in members))
        first, last = CellRef(members[0].rows[0], level), CellRef(members[-1].rows[1], level)
        page.text(first, f"{path[-1]}\n（{points} 分）", "centred", to=last)


def _indicator(page: Page, indicator: Indicator) -> None:
    first, last = indicator.rows
    _over(page, indicator, _NAME_COLUMN, indicator.name, "label")
    _over(page, indicator, _POINTS_COLUMN, indicator.points, "points")
    _over(page, indicator, _STANDARD_COLUMN, indicator.standard, "help")
    for item in indicator.items:
        page.text(CellRef(item.answer.cell.row, _ITEM_COLUMN), indicator.question(item), "label")
        page.input(item.answer)
    if not indicator.items:
        page.text(CellRef(first, _ITEM_COLUMN), _measure_words(indicator), "closed")
        page.text(CellRef(first, ANSWER_COLUMN), "—", "closed")
    if indicator.claimed_value is None:
        _over(page, indicator, VALUE_COLUMN, "—", "closed")
    else:
        page.input(indicator.claimed_value, to=CellRef(last, VALUE_COLUMN))
    page.input(indicator.claimed, to=CellRef(last, CLAIM_COLUMN))
    page.input(indicator.why, to=CellRef(last, WHY_COLUMN))
    page.input(indicator.evidence, to=CellRef(last, EVIDENCE_COLUMN))
    _fit(page, indicator)


def _measure_words(indicator: Indicator) -> str:
    return "按评分标准评分" if indicator.claimed_value is None else "按指标值评分"


def _over(page: Page, indicator: Indicator, column: int, text: str | float, look: str) -> None:
    """Fixed text over all rows of an indicator."""
    first, last = indicator.rows
    page.text(CellRef(first, column), text, look, to=CellRef(last, column))


def _fit(page: Page, indicator: Indicator) -> None:
    """Rows high enough for each question, and together for the texts merged over them."""
    rows = range(indicator.rows[0], indicator.rows[1] + 1)
    merged = [
        line_count(indicator.standard, _WIDTHS[_STANDARD_COLUMN - 1], HELP_SIZE),
        line_count(indicator.name, _WIDTHS[_NAME_COLUMN - 1]),
        *(_filled_lines(page, field) for field in (indicator.claimed, indicator.why, indicator.evidence)),
    ]
    share = math.ceil(max(merged) / len(rows))
    for index, row in enumerate(rows):
        own = (
            line_count(indicator.question(indicator.items[index]), _WIDTHS[_ITEM_COLUMN - 1])
            if indicator.items
            else 1
        )
        page.height(row, row_height(max(own, share), _LEAST))


def _filled_lines(page: Page, field: Field) -> int:
    entry = page.entry(field)
    return line_count("" if entry is None else str(entry), _WIDTHS[field.cell.column - 1])
