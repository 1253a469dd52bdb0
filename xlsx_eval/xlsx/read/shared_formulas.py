"""A shared formula, taken apart once and written out for each cell that uses it."""

from __future__ import annotations

import re
from collections.abc import Callable

from xlsx_eval.cell import MAX_COLUMN, MAX_ROW, CellRef, column_letters, column_number

_TOKEN = re.compile(
    r""""(?:[^"]|"")*"                                             # text
    | '(?:[^']|'')*'                                               # a quoted sheet name
    | \[(?:[^\[\]]|\[[^\[\]]*\])*\]                                # another workbook, or columns of a table
    | (?<![\w.$\\?])(?:
        (?P<cell>\$?[A-Za-z]{1,3}\$?[0-9]{1,7}) (?![\w.(!?])
      | (?P<columns>\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}) (?![\w.(!$?])
      | (?P<rows>\$?[0-9]{1,7}:\$?[0-9]{1,7}) (?![\w.(!$?])
    )""",
    re.VERBOSE,
)
_CELL = re.compile(r"(\$?)([A-Za-z]{1,3})(\$?)([0-9]+)\Z")
_LOST = "#REF!"

Piece = str | Callable[[int, int], str]


class SharedFormula:
    """The formula of the cell `home`, ready to be moved."""

    def __init__(self, text: str, home: CellRef) -> None:
        self.home = home
        self.pieces = _pieces(text)

    def at(self, row: int, column: int) -> str:
        """The formula as it stands in another cell, its relative references moved along."""
        down, right = row - self.home.row, column - self.home.column
        return "".join(piece if isinstance(piece, str) else piece(down, right) for piece in self.pieces)


def _pieces(text: str) -> list[Piece]:
    pieces: list[Piece] = []
    done = 0
    for match in _TOKEN.finditer(text):
        if not match.lastgroup:
            continue
        moved = _moved(match.lastgroup, match[0])
        if moved is not None:
            pieces += [text[done : match.start()], moved]
            done = match.end()
    return [*pieces, text[done:]]


def _moved(group: str, text: str) -> Callable[[int, int], str] | None:
    """How a reference moves; None for a fixed one and for what only looks like a reference."""
    if group == "cell":
        return _moved_cell(text)
    first, _, last = text.partition(":")
    if first.startswith("$") and last.startswith("$"):
        return None
    move = _column if group == "columns" else _row

    def span(down: int, right: int) -> str:
        by = right if group == "columns" else down
        ends = move(first, by), move(last, by)
        return _LOST if _LOST in ends else ":".join(ends)

    return span


def _moved_cell(text: str) -> Callable[[int, int], str] | None:
    match = _CELL.match(text)
    if not match or (match[1] and match[3]):
        return None
    column_text, row_text = match[1] + match[2], match[3] + match[4]
    if not 1 <= int(match[4]) <= MAX_ROW or column_number(match[2]) > MAX_COLUMN:
        return None

    def cell(down: int, right: int) -> str:
        column, row = _column(column_text, right), _row(row_text, down)
        return _LOST if _LOST in (column, row) else column + row

    return cell


def _column(text: str, by: int) -> str:
    if text.startswith("$"):
        return text
    column = column_number(text) + by
    return column_letters(column) if 1 <= column <= MAX_COLUMN else _LOST


def _row(text: str, by: int) -> str:
    if text.startswith("$"):
        return text
    row = int(text) + by
    return str(row) if 1 <= row <= MAX_ROW else _LOST
