"""Workbooks that are not OOXML packages: .xls, .xlsb and .ods by calamine, delimited text by csv."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator
from itertools import zip_longest

import python_calamine

from xlsx_eval.cell import CellRef, Scalar
from xlsx_eval.errors import Unreadable
from xlsx_eval.xlsx.package.archive import Archive, Limits
from xlsx_eval.xlsx.read import delimited
from xlsx_eval.xlsx.read.biff import SheetRecords, check_xlsb, xls_sheets
from xlsx_eval.xlsx.read.book import Book, Cell, SheetData
from xlsx_eval.xlsx.read.ods import ods_sheets
from xlsx_eval.xlsx.read.serial import to_serial

_STATES = {"Visible": "visible", "Hidden": "hidden", "VeryHidden": "veryHidden"}
_DATE, _MOMENT, _TIME, _SPAN = "yyyy/m/d", "yyyy/m/d h:mm:ss", "h:mm:ss", "[h]:mm:ss"
_PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?\Z")
_MOST_DIGITS = 15
"""Excel keeps 15 digits; longer ones are codes, and stay text."""

_Raw = float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta


def read_calamine(data: bytes, kind: str, limits: Limits) -> Book:
    """Values of a .xls, .xlsb or .ods; formulas, locks and names are not told.

    Error values of a .xlsb are read as blanks.
    """
    records = _records(data, kind, limits)
    try:
        sheets = tuple(_sheets(data, records, limits))
    except (Unreadable, KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:
        # A panic of the library's Rust part is no Exception.
        raise Unreadable("damaged", f"{kind}: {error}") from error
    return Book(kind=kind, sheets=sheets)


def _records(data: bytes, kind: str, limits: Limits) -> tuple[SheetRecords, ...]:
    """What the library does not tell about each sheet; raises Unreadable for what it must not be given."""
    if kind == "xls":
        return xls_sheets(data)
    archive = Archive.open(data, limits)
    if kind == "ods":
        return ods_sheets(archive)
    check_xlsb(archive)
    return ()


def _sheets(data: bytes, records: tuple[SheetRecords, ...], limits: Limits) -> Iterator[SheetData]:
    room = limits.cells
    with python_calamine.load_workbook(io.BytesIO(data)) as book:
        for listed, more in zip_longest(book.sheets_metadata, records[: len(book.sheets_metadata)]):
            if listed.typ != python_calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_name(listed.name)
            cells = _with_errors(_cells(sheet, room), more)
            room -= len(cells)
            yield SheetData(
                name=listed.name,
                cells=cells,
                state=_STATES.get(str(listed.visible).rpartition(".")[2], "visible"),
                merges=tuple(
                    (CellRef(top + 1, left + 1), CellRef(bottom + 1, right + 1))
                    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
                ),
            )


def _cells(sheet: python_calamine.CalamineSheet, room: int) -> dict[tuple[int, int], Cell]:
    top, left = sheet.start or (0, 0)
    cells: dict[tuple[int, int], Cell] = {}
    for row, values in enumerate(sheet.to_python(), top + 1):
        for column, raw in enumerate(values, left + 1):
            if raw != "":
                value, code = _scalar(raw)
                cells[row, column] = Cell(CellRef(row, column), value, number_format=code)
        if len(cells) > room:
            raise Unreadable("too_large", f"{sheet.name}: more than {room} cells")
    return cells


def _with_errors(
    cells: dict[tuple[int, int], Cell], records: SheetRecords | None
) -> dict[tuple[int, int], Cell]:
    """The cells with the error values the library leaves out, in order."""
    if records is None or not records.errors:
        return cells
    errors = {place: Cell(CellRef(*place), error) for place, error in records.errors.items()}
    return dict(sorted((cells | errors).items()))


def _scalar(raw: _Raw) -> tuple[Scalar, str]:
    """A value and the format that tells what it is; dates become serials of the 1900 system."""
    if isinstance(raw, bool | str):
        return raw, "General"
    if isinstance(raw, int | float):
        return float(raw), "General"
    if isinstance(raw, dt.datetime):
        return to_serial(raw), _MOMENT
    if isinstance(raw, dt.date):
        return to_serial(raw), _DATE
    return to_serial(raw), _TIME if isinstance(raw, dt.time) else _SPAN


def read_csv(data: bytes, limits: Limits) -> Book:
    """Delimited text as a workbook of one sheet; numbers in plain spelling are numbers, `010` stays text."""
    text = delimited.decode(data)
    if text is None:
        raise Unreadable("not_a_workbook", "no text")
    try:
        records = delimited.rows(text, delimited.delimiter(text) or ",")
    except csv.Error as error:
        raise Unreadable("damaged", f"csv: {error}") from error
    cells: dict[tuple[int, int], Cell] = {}
    for row, fields in enumerate(records, 1):
        for column, field in enumerate(fields, 1):
            if field:
                cells[row, column] = Cell(CellRef(row, column), _typed(field))
        if len(cells) > limits.cells:
            raise Unreadable("too_large", f"more than {limits.cells} cells")
    return Book(kind="csv", sheets=(SheetData(name="Sheet1", cells=cells),))


def _typed(field: str) -> float | str:
    digits = sum(character.isdigit() for character in field)
    return float(field) if digits <= _MOST_DIGITS and _PLAIN_NUMBER.match(field) else field
