"""What the records of a binary workbook say that the library reading them does not tell.

It gives blanks for error values; and it allocates each sheet's whole rectangle, where a failed allocation ends
the process. So the records are looked through before it sees the file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from xlsx_eval.cell import ErrorValue
from xlsx_eval.errors import Unreadable
from xlsx_eval.xlsx.package import ole
from xlsx_eval.xlsx.package.archive import Archive

MOST_CELLS = 8_000_000
"""Cells of all rectangles together, some 32 bytes each while a file is read."""

_BOF, _SHEET, _DIMENSIONS, _FORMULA, _ERROR = 0x0809, 0x0085, 0x0200, 0x0006, 0x0205
_XLS_CELLS = frozenset({_FORMULA, 0x00BD, 0x00D6, 0x00FD, 0x0203, 0x0204, _ERROR, 0x027E, 0x0406})
_XLS_ROWS, _XLS_COLUMNS = 65_536, 256
_ROW_HEADER = 0
_XLSB_CELLS = range(2, 12)
_CODES: Mapping[int, ErrorValue] = {
    0x00: ErrorValue.NULL, 0x07: ErrorValue.DIV0, 0x0F: ErrorValue.VALUE, 0x17: ErrorValue.REF,
    0x1D: ErrorValue.NAME, 0x24: ErrorValue.NUM, 0x2A: ErrorValue.NA,
}  # fmt: skip


@dataclass(slots=True)
class SheetRecords:
    """The rectangle round all cells of one sheet, 0-based, and its error values by 1-based row and column."""

    top: int = 1 << 32
    left: int = 1 << 32
    bottom: int = -1
    right: int = -1
    errors: dict[tuple[int, int], ErrorValue] = field(default_factory=dict)

    def add(self, row: int, column: int) -> None:
        """Widen the rectangle to hold one more cell."""
        self.top, self.bottom = min(self.top, row), max(self.bottom, row)
        self.left, self.right = min(self.left, column), max(self.right, column)

    @property
    def size(self) -> int:
        """Cells of the rectangle, blank ones counted."""
        return max(self.bottom - self.top + 1, 0) * max(self.right - self.left + 1, 0)


def xls_sheets(data: bytes) -> tuple[SheetRecords, ...]:
    """Sheets of a .xls in workbook order, of every kind; raises Unreadable where they spread too far."""
    try:
        stream = ole.read(data, ("Workbook", "Book"))
    except EOFError as error:
        raise Unreadable("truncated", str(error)) from error
    starts, found = _xls_records(stream)
    _check(found.values())
    return tuple(found.get(start, SheetRecords()) for start in starts)


def check_xlsb(archive: Archive) -> None:
    """Raise Unreadable where the sheets of a .xlsb spread too far."""
    parts = [member for member in archive.members if "worksheets" in member.name.lower()]
    _check(_xlsb_sheet(archive.read(part)) for part in parts if part.name.lower().endswith(".bin"))


def _check(sheets: Iterable[SheetRecords]) -> None:
    total = 0
    for sheet in sheets:
        total += sheet.size
        if total > MOST_CELLS:
            raise Unreadable("too_large", f"cells spread over a rectangle of {total} cells")


def _xls_records(stream: bytes) -> tuple[list[int], dict[int, SheetRecords]]:
    """Where the listed sheets start, and what follows each start."""
    starts: list[int] = []
    found: dict[int, SheetRecords] = {}
    sheet = SheetRecords()
    at = 0
    while at + 4 <= len(stream):
        record, size = struct.unpack_from("<HH", stream, at)
        at += 4
        if record == _BOF:
            sheet = found[at - 4] = SheetRecords()
        elif at + size > len(stream):
            break
        elif record == _SHEET and size >= 4:
            starts.append(int.from_bytes(stream[at : at + 4], "little"))
        elif record in _XLS_CELLS and size >= 6:
            _xls_cell(sheet, record, stream[at : at + size])
        elif record == _DIMENSIONS and size >= 12:
            _, last_row, _, last_column = struct.unpack_from("<LLHH", stream, at)
            if last_row > _XLS_ROWS or last_column > _XLS_COLUMNS:
                raise Unreadable("hostile", f"a sheet of {last_row} rows and {last_column} columns")
        at += size
    return starts, found


def _xls_cell(sheet: SheetRecords, record: int, content: bytes) -> None:
    row, column = struct.unpack_from("<HH", content)
    sheet.add(row, column)
    code = -1
    if record == _ERROR and content[7:8] == b"\1":
        code = content[6]
    elif record == _FORMULA and content[12:14] == b"\xff\xff" and content[6] == 2:
        code = content[8]
    if code in _CODES:
        sheet.errors[row + 1, column + 1] = _CODES[code]


def _xlsb_sheet(part: bytes) -> SheetRecords:
    sheet = SheetRecords()
    row = at = 0
    while at < len(part):
        record, at = _number(part, at, 2)
        size, at = _number(part, at, 4)
        if record == _ROW_HEADER and at + 4 <= len(part):
            row = int.from_bytes(part[at : at + 4], "little")
        elif record in _XLSB_CELLS and at + 4 <= len(part):
            sheet.add(row, int.from_bytes(part[at : at + 4], "little"))
        at += size
    return sheet


def _number(part: bytes, at: int, most: int) -> tuple[int, int]:
    """A number of up to `most` bytes of seven bits, the lowest first, and where it ends."""
    number = 0
    for index, byte in enumerate(part[at : at + most]):
        number |= (byte & 0x7F) << 7 * index
        if not byte & 0x80:
            return number, at + index + 1
    return number, at + most
