"""Reads the rows of a scheme's workbook: every value with the cell it stands in, every fault with its place."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlsx_eval.errors import SchemeError
from xlsx_eval.scheme.book import blocks
from xlsx_eval.scheme.book.blocks import Block, Column
from xlsx_eval.scheme.remarks import did_you_mean

Place = tuple[str, str]
"""Sheet and cell."""


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row of a block: its values by key, the cell of each, and of the row itself."""

    values: dict[str, Any]
    cells: dict[str, Place]
    place: Place


@dataclass(slots=True)
class ReadBook:
    """Every block's rows, and what could not be read."""

    rows: dict[Block, list[ReadRow]] = field(default_factory=dict)
    faults: list[tuple[Place, str]] = field(default_factory=list)


def read_rows(data: bytes, source: str) -> ReadBook:
    """All blocks of the workbook; raises SchemeError where it is no workbook at all."""
    try:
        opened = openpyxl.load_workbook(io.BytesIO(data))
    except Exception as error:
        raise SchemeError(source, (f"不是可读取的 .xlsx 工作簿（{type(error).__name__}）",)) from None
    book = ReadBook()
    sheets = {sheet.title.strip(): sheet for sheet in opened.worksheets}
    for name in dict.fromkeys(block.sheet for block in blocks.BLOCKS):
        mine = [block for block in blocks.BLOCKS if block.sheet == name]
        if name in sheets:
            _Reader(sheets[name], book).blocks(mine)
        else:
            book.faults.append(((name, "A1"), f"缺少工作表“{name}”{did_you_mean(name, sheets)}"))
            book.rows.update({block: [] for block in mine})
    return book


class _Reader:
    """One sheet being read."""

    def __init__(self, sheet: Worksheet, book: ReadBook) -> None:
        self._sheet = sheet
        self._book = book

    def blocks(self, wanted: list[Block]) -> None:
        starts = {}
        for row in range(1, self._sheet.max_row + 1):
            text = self._value(row, 1)
            if isinstance(text, str) and text.strip().startswith("【"):
                starts[text.strip().strip("【】")] = row
        for block in wanted:
            if block.title not in starts:
                fault = f"缺少【{block.title}】一段{did_you_mean(block.title, starts)}"
                self._book.faults.append(((self._sheet.title, "A1"), fault))
                self._book.rows[block] = []
                continue
            start = starts[block.title]
            end = min((row for row in starts.values() if row > start), default=self._sheet.max_row + 1)
            read = self._head if block is blocks.HEAD else self._rows
            self._book.rows[block] = list(read(block, start, end))

    def _value(self, row: int, column: int) -> Any:
        value = self._sheet.cell(row, column).value
        return getattr(value, "text", value)

    def _place(self, row: int, column: int) -> Place:
        return self._sheet.title, f"{get_column_letter(column)}{row}"

    def _headings(self, block: Block, row: int) -> dict[int, Column]:
        known = {column.heading: column for column in block.columns}
        found: dict[int, Column] = {}
        for index in range(1, self._sheet.max_column + 1):
            heading = self._value(row, index)
            if heading is None or str(heading).strip() == "":
                continue
            heading = str(heading).strip()
            if heading in known:
                found[index] = known[heading]
            else:
                fault = f"【{block.title}】没有“{heading}”这一列{did_you_mean(heading, known)}"
                self._book.faults.append((self._place(row, index), fault))
        for column in block.columns:
            if column.key and column not in found.values():
                self._book.faults.append(
                    (self._place(row, 1), f"【{block.title}】缺少“{column.heading}”一列")
                )
        return found

    def _rows(self, block: Block, start: int, end: int) -> Iterator[ReadRow]:
        headings = self._headings(block, start + 1)
        for row in range(start + 2, end):
            read = ReadRow({}, {}, self._place(row, 1))
            for index, column in headings.items():
                if column.key:
                    self._take(read, row, index, column)
            if read.cells:
                yield read

    def _head(self, block: Block, start: int, end: int) -> Iterator[ReadRow]:
        known = {column.heading: column for column in blocks.HEAD_ROWS}
        read = ReadRow({}, {}, self._place(start, 1))
        for row in range(start + 2, end):
            name = self._value(row, 1)
            if name is None:
                continue
            column = known.get(str(name).strip())
            if column is None:
                fault = f"没有“{name}”这一项{did_you_mean(name, known)}"
                self._book.faults.append((self._place(row, 1), fault))
            else:
                self._take(read, row, 2, column)
        yield read

    def _take(self, read: ReadRow, row: int, index: int, column: Column) -> None:
        value = self._value(row, index)
        if value is None or value == "":
            return
        place = self._place(row, index)
        read.cells[column.key] = place
        try:
            read.values[column.key] = column.codec.read(value)
        except ValueError as error:
            self._book.faults.append((place, f"{column.heading}{error}"))
