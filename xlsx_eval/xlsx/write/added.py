"""Sheets we add to a workbook, as values: cells, looks and print setup, before any XML exists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from xlsx_eval.cell import ErrorValue

MARK_LEVELS = ("错误", "待说明", "无法核验", "备选", "关联", "提示")
"""Verdicts a mark can carry, the gravest first; they choose the highlight's colour."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A remark on one cell of the workbook: highlighted until the value changes, and noted.

    `cell` is `D8`; `level` is one of MARK_LEVELS; `text` is the note's body, lines separated by newlines.
    """

    sheet: str
    cell: str
    level: str
    text: str


@dataclass(frozen=True, slots=True)
class Style:
    """Looks of a cell we write. Colours are RRGGBB; sizes in points; None leaves Excel's default."""

    bold: bool = False
    size: float = 10.5
    color: str | None = None
    fill: str | None = None
    border: bool = True
    underline: bool = False
    horizontal: str | None = None
    vertical: str = "center"
    wrap: bool = True
    number_format: str | None = None
    locked: bool = True


@dataclass(frozen=True, slots=True)
class NewCell:
    """A cell we write: `value` is the cached result when there is a `formula` (written without "=").

    `link` is an internal location such as `基础数据!D8`.
    """

    value: float | str | bool | ErrorValue | None = None
    formula: str | None = None
    style: Style = field(default_factory=Style)
    link: str | None = None


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row we write; `height` in points, None lets the office program fit it.

    `kept` says that the same object is drawn into many workbooks, always in a sheet of the same widths and never
    merged, so that what was made of it may be kept.
    """

    cells: tuple[NewCell | None, ...] = ()
    height: float | None = None
    hidden: bool = False
    kept: bool = False


@dataclass(frozen=True, slots=True)
class AddedSheet:
    """A whole sheet to append.

    `widths` are column widths in characters from A on; `merges` are ranges such as `A1:F1`; `frozen` is the
    top-left cell of the scrolling pane; `repeat_rows` the 1-based header rows printed on every page;
    `names` are defined names scoped to this sheet and what they refer to (`取数表!$E$5`, without "=");
    `colour_rules` are (range, formula, fill) conditional formats; `landscape` is A4 fitted to one page wide.
    """

    name: str
    rows: tuple[NewRow, ...]
    widths: tuple[float, ...] = ()
    merges: tuple[str, ...] = ()
    frozen: str | None = None
    repeat_rows: tuple[int, int] | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    colour_rules: tuple[tuple[str, str, str], ...] = ()
    landscape: bool = True
    protected: bool = True
    tab_color: str | None = None
