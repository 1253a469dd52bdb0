"""Cell references and cell values, printed and compared as Excel does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

MAX_ROW = 1_048_576
MAX_COLUMN = 16_384

_REF = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})\Z")
_PLAIN_SHEET = re.compile(r"[^\W\d]\w*\Z")
_LOOKS_LIKE_REF = re.compile(r"(?i:[a-z]{1,3}[0-9]+|r[0-9]*c?[0-9]*|c[0-9]*|true|false)\Z")


class ErrorValue(Enum):
    """Excel's error values, spelt as a cell shows them."""

    NULL = "#NULL!"
    DIV0 = "#DIV/0!"
    VALUE = "#VALUE!"
    REF = "#REF!"
    NAME = "#NAME?"
    NUM = "#NUM!"
    NA = "#N/A"

    def __str__(self) -> str:
        return self.value


Scalar = float | str | bool | ErrorValue | None
"""What one cell can hold; `None` is a blank cell."""


def column_letters(column: int) -> str:
    """Letters of a 1-based column: 1 is A, 27 is AA."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """1-based column of its letters, in either case."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def quote_sheet(name: str) -> str:
    """Sheet name as it stands in a reference, quoted where Excel requires it.

    Excel leaves a name bare only if it starts with a letter, holds word characters and is no reference itself.
    """
    if _PLAIN_SHEET.match(name) and not _LOOKS_LIKE_REF.match(name):
        return name
    return "'" + name.replace("'", "''") + "'"


@dataclass(frozen=True, slots=True, order=True)
class CellRef:
    """A cell by 1-based row and column; sorts row-major."""

    row: int
    column: int

    @classmethod
    def parse(cls, text: str) -> CellRef:
        """`D8` or `$D$8`; raises ValueError for anything else or outside the sheet."""
        match = _REF.match(text)
        if match is None:
            raise ValueError(f"not a cell reference: {text!r}")
        ref = cls(int(match[2]), column_number(match[1]))
        if ref.row > MAX_ROW or ref.column > MAX_COLUMN:
            raise ValueError(f"outside the sheet: {text!r}")
        return ref

    @property
    def absolute(self) -> str:
        """With dollar signs, `$D$8`."""
        return f"${column_letters(self.column)}${self.row}"

    def on(self, sheet: str) -> str:
        """As a formula on another sheet writes it: `'人员 情况'!D8`."""
        return f"{quote_sheet(sheet)}!{self}"

    def __str__(self) -> str:
        return f"{column_letters(self.column)}{self.row}"


FIRST = CellRef(1, 1)
_NOWHERE = CellRef(0, 0)


class Address(NamedTuple):
    """A cell of a sheet, parsed once and carried; without arguments no cell, as where a whole file is meant.

    A tuple, since it is the key of most tables of a judgement and is hashed far more often than printed.
    """

    sheet: str = ""
    ref: CellRef = _NOWHERE

    @property
    def cell(self) -> str:
        """`D8`; "" where there is no cell."""
        return str(self.ref) if self.ref.row else ""

    @property
    def absolute(self) -> str:
        """As a formula of another sheet writes it once and for all: `'表 1'!$D$8`."""
        return f"{quote_sheet(self.sheet)}!{self.ref.absolute}"

    def __str__(self) -> str:
        return f"{self.sheet}!{self.cell}"
