"""Error values of an OpenDocument spreadsheet, which the library reading it gives as blanks."""

from __future__ import annotations

from collections.abc import Mapping
from xml.parsers import expat

from xlsx_eval.cell import ErrorValue
from xlsx_eval.xlsx.package.archive import Archive
from xlsx_eval.xlsx.read.biff import SheetRecords
from xlsx_eval.xlsx.read.stream import stream

_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0 p"
_ANNOTATION = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 annotation"
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_MOST_REPEATS = 1000
_ERRORS: Mapping[str, ErrorValue] = {error.value: error for error in ErrorValue}


def ods_sheets(archive: Archive) -> tuple[SheetRecords, ...]:
    """Error values of each table in order; those LibreOffice numbers (`Err:502`) count as value errors."""
    content = next((member for member in archive.members if member.name == "content.xml"), None)
    if content is None:
        return ()
    reader = _Reader()
    stream(archive.read(content), content.name, reader.start, reader.end, reader.attach)
    return tuple(reader.sheets)


class _Reader:
    """Follows rows and cells, counting repeats; only cells of the type `error` are kept."""

    def __init__(self) -> None:
        self.sheets: list[SheetRecords] = []
        self.row = 1
        self.column = 1
        self.rows = 1
        self.columns = 1
        self.is_error = False
        self.in_note = False
        self.pieces: list[str] = []

    def attach(self, parser: expat.XMLParserType) -> None:
        self.parser = parser

    def start(self, name: str, attrs: dict[str, str]) -> None:
        if name in _CELLS:
            self.columns = int(attrs.get(f"{_TABLE}number-columns-repeated", "1"))
            self.is_error = any(
                value == "error" and key.endswith(" value-type") for key, value in attrs.items()
            )
        elif name == f"{_TABLE}table-row":
            self.rows = int(attrs.get(f"{_TABLE}number-rows-repeated", "1"))
            self.column = 1
        elif name == f"{_TABLE}table":
            self.sheets.append(SheetRecords())
            self.row = 1
        elif name == _ANNOTATION:
            self.in_note = True
        elif name == _TEXT and self.is_error and not self.in_note:
            self.parser.CharacterDataHandler = self.pieces.append

    def end(self, name: str) -> None:
        if name in _CELLS:
            if self.is_error and self.sheets:
                self._keep()
            self.column += self.columns
            self.is_error = False
        elif name == f"{_TABLE}table-row":
            self.row += self.rows
        elif name == _ANNOTATION:
            self.in_note = False
        elif name == _TEXT:
            self.parser.CharacterDataHandler = None

    def _keep(self) -> None:
        """The error in each repeat of its cell; only in the first when they are beyond reason."""
        error = _ERRORS.get("".join(self.pieces).strip(), ErrorValue.VALUE)
        self.pieces.clear()
        few = self.rows * self.columns <= _MOST_REPEATS
        for row in range(self.row, self.row + (self.rows if few else 1)):
            for column in range(self.column, self.column + (self.columns if few else 1)):
                self.sheets[-1].errors[row, column] = error
