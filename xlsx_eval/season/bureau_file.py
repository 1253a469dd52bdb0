"""Workbooks that the bureau fills in itself, roster and review sheet: opened, and their numbers read."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence

import openpyxl

from xlsx_eval.errors import Said, WorkspaceError

_NUMBER = re.compile(
    r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(?:\.[0-9]+|(?<=[0-9])\.)?(?:[eE][+-]?[0-9]+)?\Z"
)

Rows = Sequence[Sequence[object]]


def rows_of(data: bytes, name: str) -> Mapping[str, Rows]:
    """The rows of every worksheet by its name; raises WorkspaceError, whatever the file called `name` holds."""
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
        return {
            sheet.title: [tuple(row) for row in sheet.iter_rows(values_only=True)]
            for sheet in book.worksheets
        }
    except Exception as error:
        # The library raises whatever its parsers meet in a damaged file: of XML, of a type, of a missing part.
        raise WorkspaceError(name, (unreadable(error),)) from error


def unreadable(error: Exception) -> Said:
    """That a file cannot be read, and what to do."""
    kind = type(error).__name__
    return Said(f"无法读取（{kind}），请另存为 .xlsx", f"cannot be read ({kind}); save it as .xlsx")


def typed_number(text: str) -> float | None:
    """The number that is typed; commas only where they part thousands, so that `1,23` is none."""
    if not any(character.isdigit() for character in text) or not _NUMBER.match(text):
        return None
    return float(text.replace(",", ""))
