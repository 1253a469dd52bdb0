"""Writes a scheme as a workbook that an officer can read, print and edit."""

from __future__ import annotations

import datetime
import io
import math
from collections.abc import Mapping, Sequence
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from xlsx_eval.scheme.book import blocks
from xlsx_eval.scheme.book.blocks import Block, Column
from xlsx_eval.scheme.book.cells import CellValue, Codec
from xlsx_eval.scheme.book.flatten import Row, flatten
from xlsx_eval.scheme.rules import rule_kinds

GUIDE = "填写说明"
_A4 = 9
_AS_TYPED = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
_FRAME: Mapping[str, Any] = {"border": 1, "border_color": "#A6A6A6", "text_wrap": True, "valign": "vcenter"}
_LOOKS: Mapping[str, Mapping[str, Any]] = {
    "title": {"font_name": "黑体", "font_size": 15, "bold": True},
    "block": {"font_name": "黑体", "font_size": 12, "bold": True, "font_color": "#1F3864"},
    "help": {"font_size": 9.5, "font_color": "#595959"},
    "line": {"text_wrap": True, "valign": "top"},
    "heading": {**_FRAME, "font_name": "黑体", "bg_color": "#DCE6F1", "align": "center"},
    "label": {**_FRAME, "bg_color": "#F2F2F2"},
    "text": {**_FRAME, "num_format": "@"},
    "formula": {**_FRAME, "num_format": "@", "font_color": "#1F3864"},
    "number": {**_FRAME, "align": "center"},
    "rate": {**_FRAME, "align": "center", "num_format": "0.##%"},
    "whole_rate": {**_FRAME, "align": "center", "num_format": "0%"},
    "centred": {**_FRAME, "align": "center"},
}


_LINE, _TALLEST = 15.0, 400.0


def _lines(value: CellValue, width: float) -> int:
    """Lines that a value takes in a column of that many characters; a Chinese character takes two."""
    if not isinstance(value, str):
        return 1
    return sum(
        max(1, math.ceil(sum(2.0 if ord(char) > 0x2E7F else 1.15 for char in line) / max(2.0, width - 1.5)))
        for line in value.split("\n")
    )


def draw_book(raw: Mapping[str, Any]) -> bytes:
    """The scheme's raw tables as an .xlsx workbook; the same tables give the same bytes."""
    target = io.BytesIO()
    base = {"font_name": "宋体", "font_size": 10.5}
    book = Workbook(target, {"in_memory": True, "default_format_properties": base, **_AS_TYPED})
    head = raw["scheme"]
    created = datetime.datetime(head["year"] + 1, 1, 1)
    book.set_properties({"title": f"{head['name']}（评价方案）", "created": created})
    drawing = _Drawing(book, raw)
    drawing.guide(head["name"])
    for name in dict.fromkeys(block.sheet for block in blocks.BLOCKS):
        drawing.sheet(name)
    book.close()
    return target.getvalue()


class _Drawing:
    """The workbook as its sheets are drawn one after the other."""

    def __init__(self, book: Workbook, raw: Mapping[str, Any]) -> None:
        self._book = book
        self._rows = flatten(raw)
        self._units = {n: entry.get("unit", "%") for n, entry in enumerate(raw["indicator"], start=1)}
        self._names = {n: entry["name"] for n, entry in enumerate(raw["indicator"], start=1)}
        self._widths: dict[str, Sequence[float]] = {}
        self._looks: dict[str, Format] = {
            name: book.add_format({"font_name": "宋体", "font_size": 10.5, **look})
            for name, look in _LOOKS.items()
        }

    def guide(self, name: str) -> None:
        """A first sheet of words: how the workbook is edited, and what each kind of rule does."""
        sheet = self._page(GUIDE, f"{name}——评价方案", (22, 96))
        lines = [
            (
                "怎样修改",
                "直接在各表中修改；每张表由一个或几个【标题】开头的表格组成，可增删行，不要改动【标题】和列标题。",
            ),
            (
                "公式",
                "公式用数据项的名称书写，如 =支出合计_决算数/支出合计_预算数；单元格为文本格式，公式按文字保存。",
            ),
            ("空白", "不填表示“不规定”；确实要填空文字的写“（空）”。"),
            ("示例", "每条规则至少写一条示例（哪些数据应得几分），检查方案时逐条试算。"),
            ("检查", "改完后用 scheme import 读回并检查；有问题的按工作表和单元格列出。"),
        ]
        for row, (label, text) in enumerate(lines, start=2):
            sheet.write_string(row, 0, label, self._looks["label"])
            sheet.write_string(row, 1, text, self._looks["text"])
        row = len(lines) + 3
        sheet.write_string(row, 0, "规则类型", self._looks["heading"])
        sheet.write_string(row, 1, "含义", self._looks["heading"])
        for offset, kind in enumerate(rule_kinds().values(), start=1):
            sheet.write_string(row + offset, 0, str(kind["title"]), self._looks["label"])
            sheet.write_string(row + offset, 1, str(kind["about"]), self._looks["text"])

    def sheet(self, name: str) -> None:
        """One sheet with its blocks under each other."""
        mine = [block for block in blocks.BLOCKS if block.sheet == name]
        most = max(len(block.columns) for block in mine)
        widths = [
            max(block.columns[i].width for block in mine if i < len(block.columns)) for i in range(most)
        ]
        self._widths[name] = widths
        sheet = self._page(name, name, widths)
        row = 2
        for block in mine:
            row = self._block(sheet, block, row) + 1

    def _page(self, name: str, title: str, widths: Sequence[float]) -> Worksheet:
        sheet: Worksheet = self._book.add_worksheet(name)
        for index, width in enumerate(widths):
            sheet.set_column(index, index, width)
        sheet.write_string(0, 0, title, self._looks["title"])
        sheet.set_row(0, 28)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer("&C第 &P 页 共 &N 页")
        sheet.hide_gridlines(2)
        return sheet

    def _block(self, sheet: Worksheet, block: Block, row: int) -> int:
        """Title, headings and rows; returns the row after its spare ones."""
        sheet.write_string(row, 0, f"【{block.title}】", self._looks["block"])
        if block.help:
            sheet.write_string(row, 2, block.help, self._looks["help"])
        row += 1
        for index, column in enumerate(block.columns):
            sheet.write_string(row, index, column.heading, self._looks["heading"])
            if column.help:
                sheet.write_comment(row, index, column.help, {"x_scale": 1.6, "font_size": 10})
        row += 1
        if block is blocks.HEAD:
            return self._head(sheet, row)
        rows = self._rows[block]
        for offset, entry in enumerate(rows):
            self._row(sheet, block, row + offset, entry)
        last = row + len(rows) + block.spare
        for offset in range(len(rows), len(rows) + block.spare):
            self._row(sheet, block, row + offset, {})
        for index, column in enumerate(block.columns):
            self._dropdown(sheet, column.codec, row, last - 1, index)
        return last

    def _head(self, sheet: Worksheet, row: int) -> int:
        entry = self._rows[blocks.HEAD][0]
        block_width = self._widths[blocks.HEAD.sheet][1]
        for offset, column in enumerate(blocks.HEAD_ROWS):
            sheet.write_string(row + offset, 0, column.heading, self._looks["label"])
            if column.key in entry:
                lines = _lines(column.codec.write(entry[column.key]), block_width)
                sheet.set_row(row + offset, min(_TALLEST, _LINE * lines + 3))
            self._cell(sheet, row + offset, 1, column, entry, {})
            sheet.write_string(row + offset, 2, column.help, self._looks["text"])
            self._dropdown(sheet, column.codec, row + offset, row + offset, 1)
        return row + len(blocks.HEAD_ROWS)

    def _row(self, sheet: Worksheet, block: Block, row: int, entry: Row) -> None:
        unit = entry.get("way.unit", "%") if "way" in entry else self._units.get(entry.get("number", 0), "%")
        looks = {"rate": "number"} if unit != "%" else {}
        widths = self._widths[block.sheet]
        shown = [
            _lines(column.codec.write(entry[column.key]), widths[index])
            for index, column in enumerate(block.columns)
            if column.key in entry
        ]
        sheet.set_row(row, min(_TALLEST, _LINE * max(shown, default=1) + 3))
        for index, column in enumerate(block.columns):
            if not column.key:
                name = self._names.get(entry.get("number", 0), "")
                sheet.write_string(row, index, name, self._looks["label"])
            else:
                self._cell(sheet, row, index, column, entry, looks)

    def _cell(
        self,
        sheet: Worksheet,
        row: int,
        index: int,
        column: Column,
        entry: Row,
        looks: Mapping[str, str],
    ) -> None:
        value: CellValue = column.codec.write(entry[column.key]) if column.key in entry else None
        look = looks.get(column.codec.look, column.codec.look)
        if look == "rate" and isinstance(value, (int, float)) and float(value * 100).is_integer():
            look = "whole_rate"
        if value is None:
            sheet.write_blank(row, index, None, self._looks[look])
        elif isinstance(value, str):
            sheet.write_string(row, index, value, self._looks["centred" if column.codec.choices else look])
        else:
            sheet.write_number(row, index, value, self._looks["number" if look == "text" else look])

    @staticmethod
    def _dropdown(sheet: Worksheet, codec: Codec, first: int, last: int, column: int) -> None:
        if codec.choices:
            options = {
                "validate": "list",
                "source": list(codec.choices),
                "error_title": "请从下拉列表中选择",
                "error_message": f"请选择：{'、'.join(codec.choices)}"[:255],
            }
            sheet.data_validation(first, column, last, column, options)
