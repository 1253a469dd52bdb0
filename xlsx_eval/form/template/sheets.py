"""Draws the sheets of text, forms, grids and tables where the scheme's layout puts them."""

from __future__ import annotations

from xlsx_eval.cell import CellRef
from xlsx_eval.form.template.measure import HELP_SIZE, line_count, row_height
from xlsx_eval.form.template.page import Entry, Page
from xlsx_eval.scheme import Field, Grid, GridRow, Table
from xlsx_eval.scheme.layout import (
    FORM_FIRST_ROW,
    FORM_INPUT_COLUMN,
    FORM_LABEL_COLUMN,
    GRID_FIRST_ROW,
    TABLE_HEADING_ROW,
)

NOTES_TAB, FORM_TAB, FIGURES_TAB, OWN_TAB = "#7F7F7F", "#ED7D31", "#4472C4", "#70AD47"
_HELP_COLUMN = FORM_INPUT_COLUMN + 1
_SIGNATURES = ("单位负责人（签字）：", "填报单位（盖章）：", "日期：　　　　年　　月　　日")
_LEAST = 20.0
_LONG_LEAST = 84.0
_WIDTHS = {
    "text": 20.0,
    "long": 36.0,
    "code": 12.0,
    "date": 14.0,
    "choice": 12.0,
    "integer": 12.0,
    "amount": 19.0,
    "rate": 22.0,
    "score": 10.0,
}


def unit_of(field: Field, unit: str) -> str:
    """What a field is counted in, in brackets; "" for text and bare numbers."""
    units = {"amount": field.unit or unit, "rate": "%", "integer": field.unit}
    counted = units.get(field.type, "")
    return f"（{counted}）" if counted else ""


def draw_notes(page: Page) -> None:
    """Title and numbered lines, nothing to fill in."""
    page.columns((3, 110, 3))
    page.head()
    for row, line in enumerate(page.sheet.lines, start=3):
        page.text(CellRef(row, 2), line, "line")
        page.height(row, row_height(line_count(line, 104), 30))
    page.finish(CellRef(1, 1), (1, 1), CellRef(len(page.sheet.lines) + 2, 3), NOTES_TAB)


def draw_form(page: Page) -> None:
    """A line a field: number, label, input, help; the last form of the workbook ends in signatures."""
    page.columns((6, 20, 68, 48))
    page.head()
    row = FORM_FIRST_ROW - 1
    for column, words in enumerate(("序号", "填报项目", "填报内容", "填报说明"), start=1):
        page.text(CellRef(row, column), words, "heading")
    page.height(row, 24)
    for number, field in enumerate(page.sheet.fields, start=1):
        _form_line(page, number, field)
    last = FORM_FIRST_ROW + len(page.sheet.fields) - 1
    if page.sheet is page.scheme.sheets[-1]:
        last = _signatures(page, last + 2)
    page.finish(CellRef(FORM_FIRST_ROW, 1), (1, row), CellRef(last, _HELP_COLUMN), FORM_TAB)


def _form_line(page: Page, number: int, field: Field) -> None:
    row = field.cell.row
    explained = ("必填。" if field.required else "") + field.help
    page.text(CellRef(row, 1), number, "centred")
    page.text(CellRef(row, FORM_LABEL_COLUMN), field.label, "label")
    page.input(field)
    page.text(CellRef(row, _HELP_COLUMN), explained, "help")
    lines = max(
        line_count(_shown(page.entry(field)), page.widths[FORM_INPUT_COLUMN - 1]),
        line_count(explained, page.widths[_HELP_COLUMN - 1], HELP_SIZE),
    )
    page.height(row, row_height(lines, _LONG_LEAST if field.type == "long" else 26))


def _signatures(page: Page, row: int) -> int:
    """Lines to sign, stamp and date the printed form; returns the last row."""
    for offset, words in enumerate(_SIGNATURES):
        page.text(
            CellRef(row + offset, FORM_INPUT_COLUMN),
            words,
            "signature",
            to=CellRef(row + offset, _HELP_COLUMN),
        )
        page.height(row + offset, 34)
    return row + len(_SIGNATURES) - 1


def draw_grid(page: Page) -> None:
    """Titled blocks of figures, a help text at the end of each line."""
    widest = max(len(grid.headings) for grid in page.sheet.grids)
    page.columns((30, *[21.0] * widest, 60))
    page.head()
    for grid in page.sheet.grids:
        _grid_head(page, grid)
        for line in grid.rows:
            _grid_line(page, grid, line)
    last = page.sheet.grids[-1].rows[-1].row
    frozen = CellRef(GRID_FIRST_ROW, 2)
    blocks = [(grid.title_row, grid.rows[-1].row + 1) for grid in page.sheet.grids]
    page.keep_together(blocks, (1, GRID_FIRST_ROW - 1))
    page.finish(frozen, (1, GRID_FIRST_ROW - 1), CellRef(last, len(page.widths)), FIGURES_TAB)


def _grid_head(page: Page, grid: Grid) -> None:
    last = len(page.widths)
    page.text(CellRef(grid.title_row, 1), grid.title, "section", to=CellRef(grid.title_row, last))
    page.height(grid.title_row, 26)
    row = grid.heading_row
    unit = f"\n（{grid.unit}）" if grid.unit else ""
    words = ("项目", *(f"{heading}{unit}" for heading in grid.headings))
    for column, text in enumerate(words, start=1):
        page.text(CellRef(row, column), text, "heading")
    page.text(CellRef(row, len(words) + 1), "填报说明", "heading", to=CellRef(row, last))
    widest = max(line_count(text, page.widths[column]) for column, text in enumerate(words))
    page.height(row, row_height(widest, 24))


def _grid_line(page: Page, grid: Grid, line: GridRow) -> None:
    label = line.label if grid.unit else f"{line.label}{unit_of(line.fields[0], page.scheme.unit)}"
    page.text(CellRef(line.row, 1), label, "label")
    for field in line.fields:
        page.input(field)
    first = 2 + len(line.fields)
    help_text = f"{_required(line, grid)}{line.help}"
    page.text(CellRef(line.row, first), help_text, "help", to=CellRef(line.row, len(page.widths)))
    lines = max(
        line_count(help_text, sum(page.widths[first - 1 :]), HELP_SIZE),
        line_count(label, page.widths[0]),
        *(line_count(_shown(page.entry(field)), page.widths[1]) for field in line.fields),
    )
    page.height(line.row, row_height(lines, _LEAST))


def _required(line: GridRow, grid: Grid) -> str:
    """Which figures of the line must be given, in words."""
    wanted = [name for field, name in zip(line.fields, grid.headings, strict=True) if field.required]
    if not wanted:
        return ""
    return "必填。" if len(line.fields) == 1 else f"必填：{'、'.join(wanted)}。"


def draw_table(page: Page) -> None:
    """Numbered rows under column headings; rows without long text grow by themselves as the clerk types."""
    table = page.sheet.table
    assert table is not None
    page.columns((6, *(field.width or _WIDTHS.get(field.type, 14.0) for field in table.columns)))
    page.head()
    page.text(CellRef(TABLE_HEADING_ROW, 1), "序号", "heading")
    words = [_heading(field, page.scheme.unit) for field in table.columns]
    for field, text in zip(table.columns, words, strict=True):
        page.text(field.label_cell, text, "heading")
        page.column(table, field)
    lines = max(line_count(text, width) for text, width in zip(words, page.widths[1:], strict=True))
    page.height(TABLE_HEADING_ROW, row_height(lines, 30))
    for index in range(table.rows):
        page.text(CellRef(table.first_row + index, 1), index + 1, "centred")
    _fit_rows(page, table)
    last = CellRef(table.first_row + table.rows - 1, len(page.widths))
    own = page.scheme.own is not None and page.scheme.own.table is table
    frozen = CellRef(table.first_row, table.key.cell.column + 1)
    page.finish(frozen, (1, TABLE_HEADING_ROW), last, OWN_TAB if own else FIGURES_TAB)


def _heading(field: Field, unit: str) -> str:
    """A column's label with its unit on a line of its own."""
    return f"{field.label}\n{unit_of(field, unit)}".rstrip("\n")


def _fit_rows(page: Page, table: Table) -> None:
    """Rows whose text needs more than one line get its height; the others grow as the clerk types."""
    widths = dict(zip((field.name for field in table.columns), page.widths[1:], strict=True))
    for index, row in enumerate(page.rows(table)):
        lines = max((line_count(_shown(row.get(name)), width) for name, width in widths.items()), default=1)
        if lines > 1:
            page.height(table.first_row + index, row_height(lines))


def _shown(entry: Entry) -> str:
    return "" if entry is None else str(entry)
