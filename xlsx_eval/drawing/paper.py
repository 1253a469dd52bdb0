"""Workbooks of our own, for people: written row by row from the top, wide and high enough, ready to print."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from xlsx_eval.form.template.measure import line_count, row_height

Value = str | float | int | None
"""What a cell of ours shows; None is left blank, text is never taken for a formula or a link."""

_A4 = 9
_LONGEST = 32_767
_MOST_LINES = 24
_INDENT = 1.3
"""Width that an indented text loses, in characters."""
_NARROW = 4.0
"""A text of Chinese characters this much narrower than its column surely stays on one line."""
_BORDER: Mapping[str, object] = {"border": 1, "border_color": "808080"}
_AS_TYPED = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}

_KINDS: Mapping[str, Mapping[str, object]] = {
    "text": {"align": "left", "indent": 1},
    "word": {"align": "center"},
    "code": {"align": "center", "num_format": "@"},
    "count": {"align": "center", "num_format": "#,##0"},
    "number": {"align": "right", "indent": 1, "num_format": "#,##0"},
    "score": {"align": "right", "indent": 1, "num_format": "0.00"},
    "difference": {"align": "right", "indent": 1, "num_format": "+0.00;-0.00;0.00"},
    "rate": {"align": "right", "indent": 1, "num_format": "0.00%"},
    "share": {"align": "right", "indent": 1, "num_format": '0.00"%"'},
    "money": {"align": "right", "indent": 1, "num_format": "#,##0.00"},
}
_FILLS = {
    "通过": "D9EAD3",
    "退回修改": "F4CCCC",
    "待复核": "FFE8B3",
    "无法读取": "D9D9D9",
    "错误": "F4CCCC",
    "待说明": "FFE8B3",
    "无法核验": "DCE3EC",
    "提示": "E9F2E4",
}
"""Cells holding exactly these words get their colour."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet: heading, width in characters, and the kind of its values (a key of the formats)."""

    heading: str
    width: float
    kind: str = "text"


class Paper:
    """A workbook being written to `target`; the same calls give the same bytes."""

    def __init__(self, target: Path | IO[bytes], title: str, year: int) -> None:
        # xlsxwriter writes into the dictionary of the default format, so each book gets its own.
        font = {"font_name": "宋体", "font_size": 10.5}
        options = {"constant_memory": True, "default_format_properties": font, **_AS_TYPED}
        self._book = Workbook(str(target) if isinstance(target, Path) else target, options)
        # A date that depends on nothing but the scheme, or the same input would not give the same bytes.
        self._book.set_properties({"title": title, "created": datetime.datetime(year + 1, 1, 1)})
        self._formats: dict[tuple[tuple[str, object], ...], Format] = {}
        self._cell_formats: dict[tuple[str, bool, str | None], Format] = {}

    def sheet(self, name: str, columns: Sequence[Column], *, landscape: bool = True) -> Sheet:
        """A new sheet behind those there are."""
        return Sheet(self, self._book.add_worksheet(name), columns, landscape)

    def looks(self, **properties: object) -> Format:
        """A format of these properties, made once."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format({"valign": "vcenter", "text_wrap": True, **properties})
        return self._formats[key]

    def cell_looks(self, kind: str, bold: bool, fill: str | None) -> Format:
        """The format of a bordered cell, looked up by what tells cells apart, for there are many."""
        key = (kind, bold, fill)
        if key not in self._cell_formats:
            extra: dict[str, object] = {"bold": True} if bold else {}
            if fill is not None:
                extra["bg_color"] = fill
            self._cell_formats[key] = self.looks(**{**_KINDS[kind], **_BORDER, **extra})
        return self._cell_formats[key]

    def chart(self, kind: str) -> Any:
        """A native chart, to be placed on a sheet."""
        return self._book.add_chart({"type": kind})

    def close(self) -> None:
        """Write the file."""
        self._book.close()


class Sheet:
    """A sheet being written from the top down; `row` is the 0-based row that comes next."""

    def __init__(self, paper: Paper, drawn: Worksheet, columns: Sequence[Column], landscape: bool) -> None:
        self._paper = paper
        self.drawn = drawn
        self.columns = tuple(columns)
        self.row = 0
        self._header_row = 0
        self._breaks: list[int] = []
        for index, column in enumerate(self.columns):
            drawn.set_column(index, index, column.width)
        if landscape:
            drawn.set_landscape()
        drawn.set_paper(_A4)
        drawn.fit_to_pages(1, 0)
        drawn.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        drawn.set_footer("&C第 &P 页 共 &N 页")
        drawn.hide_gridlines(2)

    @property
    def name(self) -> str:
        """The sheet's name."""
        return str(self.drawn.get_name())

    def title(self, text: str, note: str = "") -> None:
        """Title band over all columns and, below it, a line of explanation."""
        self._band(text, {"bold": True, "font_size": 16, "font_name": "黑体", "align": "center"}, least=34)
        if note:
            self._band(note, {"font_color": "595959", "align": "left", "font_size": 9}, least=18)

    def section(self, text: str) -> None:
        """Heading of a block over all columns."""
        self._band(text, {"bold": True, "font_size": 12, "font_name": "黑体", "align": "left"}, least=26)

    def remark(self, text: str) -> None:
        """A sentence over all columns."""
        self._band(text, {"align": "left"}, least=20)

    def _band(self, text: str, properties: dict[str, object], least: float) -> None:
        width = sum(column.width for column in self.columns)
        size = properties.get("font_size", 10.5)
        assert isinstance(size, int | float)
        lines = line_count(text, width * 10.5 / size)
        self.drawn.set_row(self.row, max(least, row_height(lines) * size / 10.5))
        looks = self._paper.looks(**properties)
        if len(self.columns) > 1:
            self.drawn.merge_range(self.row, 0, self.row, len(self.columns) - 1, text, looks)
        else:
            self.drawn.write_string(self.row, 0, text, looks)
        self.row += 1

    def header(self, headings: Sequence[str] | None = None, *, frozen: int | None = None) -> None:
        """Heading row; with `frozen` it stays on screen with that many columns, and repeats in print."""
        texts = tuple(headings or (column.heading for column in self.columns))
        looks = self._paper.looks(bold=True, bg_color="DCE6F1", align="center", **_BORDER)
        self._height(texts)
        for index, text in enumerate(texts):
            self.drawn.write_string(self.row, index, text, looks)
        self._header_row = self.row
        self.row += 1
        if frozen is not None:
            self.drawn.freeze_panes(self.row, frozen)
            self.drawn.repeat_rows(self.row - 1)

    def filter(self) -> None:
        """Filter buttons on the last heading row, over the rows below it."""
        last = max(self.row - 1, self._header_row + 1)
        self.drawn.autofilter(self._header_row, 0, last, len(self.columns) - 1)

    def line(
        self, values: Sequence[Value], *, kinds: Sequence[str] | None = None, bold: bool = False
    ) -> None:
        """A bordered row; `kinds` replaces those of the columns."""
        kinds = kinds or [column.kind for column in self.columns]
        shown = [value[:_LONGEST] if isinstance(value, str) else value for value in values]
        self._height(shown)
        for index, (value, kind) in enumerate(zip(shown, kinds, strict=False)):
            self._cell(index, value, kind, bold)
        self.row += 1

    def _cell(self, index: int, value: Value, kind: str, bold: bool) -> None:
        fill = _FILLS.get(value) if isinstance(value, str) else None
        looks = self._paper.cell_looks(kind, bold, fill)
        if value is None or value == "":
            self.drawn.write_blank(self.row, index, None, looks)
        elif isinstance(value, str):
            self.drawn.write_string(self.row, index, value, looks)
        else:
            self.drawn.write_number(self.row, index, value, looks)

    def _height(self, values: Sequence[Value]) -> None:
        lines = [
            line_count(value, column.width - (_INDENT if column.kind == "text" else 0))
            for value, column in zip(values, self.columns, strict=False)
            if isinstance(value, str) and (len(value) * 2 > column.width - _NARROW or "\n" in value)
        ]
        self.drawn.set_row(self.row, row_height(min(_MOST_LINES, max(lines, default=1)), least=20))

    def break_page(self) -> None:
        """Begin a new page in print with the row that comes next."""
        self._breaks.append(self.row)
        self.drawn.set_h_pagebreaks(self._breaks)

    def blank(self, rows: int = 1) -> None:
        """Leave rows empty."""
        self.row += rows
