"""Two independent readers of xlsx files, and where they and ours say different things about a cell."""

from __future__ import annotations

import datetime as dt
import io
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import openpyxl
import python_calamine

from xlsx_eval.cell import CellRef, ErrorValue, Scalar
from xlsx_eval.errors import Unreadable
from xlsx_eval.xlsx.read.book import Cell
from xlsx_eval.xlsx.read.serial import to_serial
from xlsx_eval.xlsx.read.stream import unescaped
from xlsx_eval.xlsx.read.workbook import read_book

Cells = Mapping[tuple[int, int], Scalar]

HYPERLINK = "blank cell with a hyperlink"
ERROR = "error value"
SPACES = "spaces at the ends of a text"
TWO_PARTS = "two parts whose names differ in case only"
TYPED_VALUE = "result of a formula typed inlineStr"
EARLY_DATE = "number below 61 shown as a date"
LATE_DATE = "number beyond the last date"
ZONED_DATE = "ISO date with a time zone"
ESCAPED = "escaped character"
FORMULA_SPACES = "spaces at the ends of a formula"

VERDICTS: Mapping[str, str] = {
    HYPERLINK: "ours: the cell holds nothing; openpyxl puts the link's target there",
    ERROR: "ours: the cell holds an error value; calamine's Python side gives a blank",
    SPACES: "ours: Excel drops XML blanks at the ends of a text without xml:space; openpyxl keeps them",
    TWO_PARTS: "ours: such a package breaks the standard; the part spelt as the relationship says is read",
    TYPED_VALUE: "ours: an old LibreOffice wrote the result in `v`; the others drop it",
    EARLY_DATE: "ours: the stored number; the others turn it into a date of their own and lose it",
    LATE_DATE: "ours: the stored number; openpyxl makes it an error value",
    ZONED_DATE: "ours: a serial as for any other ISO date; calamine leaves it text",
    ESCAPED: "ours: `_x000D_` stands for a carriage return; openpyxl leaves it as written",
    FORMULA_SPACES: "either: spaces around a formula mean nothing; ours drops them",
}
"""Each known kind of difference and who is right."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell on which `reader` and ours differ; `kind` is the known cause, empty when there is none."""

    reader: str
    sheet: str
    cell: str
    ours: Scalar
    theirs: Scalar
    kind: str


def differences(data: bytes) -> Iterator[Difference]:
    """All differences of values in one workbook; none where ours refuses the file or the other fails."""
    try:
        book = read_book(data)
    except Unreadable:
        return
    twice = _has_parts_twice(data)
    for reader, theirs in (("openpyxl", by_openpyxl(data)), ("calamine", by_calamine(data, book.date1904))):
        for sheet in book.sheets:
            for found in _in_sheet(reader, sheet.name, sheet.cells, theirs.get(sheet.name)):
                yield replace(found, kind=TWO_PARTS) if twice else found


def formula_differences(data: bytes) -> Iterator[Difference]:
    """All differences of formulas from openpyxl, shared ones written out."""
    try:
        book = read_book(data)
    except Unreadable:
        return
    theirs = formulas_by_openpyxl(data)
    for sheet in book.sheets:
        ours = {place: cell.formula for place, cell in sheet.cells.items() if cell.formula}
        others = theirs.get(sheet.name)
        for place in sorted(set(ours) | set(others)) if others is not None else ():
            mine, other = ours.get(place), others.get(place) if others else None
            if mine != other:
                kind = FORMULA_SPACES if (mine or "").strip() == str(other or "").strip() else ""
                yield Difference("openpyxl", sheet.name, str(CellRef(*place)), mine, other, kind)


def _has_parts_twice(data: bytes) -> bool:
    names = [name.lower() for name in zipfile.ZipFile(io.BytesIO(data)).namelist()]
    return len(set(names)) < len(names)


def by_openpyxl(data: bytes) -> dict[str, Cells]:
    """Values by openpyxl, dates as serials; empty if it cannot open the file."""
    book = _opened(data, data_only=True)
    if book is None:
        return {}
    date1904 = book.epoch.year == 1904
    return {
        sheet.title: {place: _scalar(value, date1904) for place, value in _filled(sheet)}
        for sheet in book.worksheets
    }


def formulas_by_openpyxl(data: bytes) -> dict[str, dict[tuple[int, int], str]]:
    """Formulas by openpyxl without "="; data tables, which have no text, left out."""
    book = _opened(data, data_only=False)
    found: dict[str, dict[tuple[int, int], str]] = {}
    for sheet in book.worksheets if book else ():
        texts = {place: getattr(value, "text", value) for place, value in _filled(sheet, formulas=True)}
        found[sheet.title] = {
            place: text.removeprefix("=")
            for place, text in texts.items()
            if isinstance(text, str) and text != "="
        }
    return found


def _opened(data: bytes, data_only: bool) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(io.BytesIO(data), data_only=data_only)
    except Exception:
        return None


def _filled(sheet: Any, formulas: bool = False) -> Iterator[tuple[tuple[int, int], Any]]:
    """Cells with a value; the public iterators would create every blank one in between, millions in some."""
    for place, cell in vars(sheet)["_cells"].items():
        if cell.value is not None and (not formulas or cell.data_type == "f"):
            yield place, cell.value


def by_calamine(data: bytes, date1904: bool = False) -> dict[str, Cells]:
    """Values by calamine, dates as serials; without the sheets it cannot read."""
    try:
        book = python_calamine.load_workbook(io.BytesIO(data))
    except Exception:
        return {}
    sheets: dict[str, Cells] = {}
    for name in book.sheet_names:
        try:
            sheet = book.get_sheet_by_name(name)
            top, left = sheet.start or (0, 0)
            sheets[name] = {
                (row, column): _scalar(value, date1904)
                for row, values in enumerate(sheet.to_python(), top + 1)
                for column, value in enumerate(values, left + 1)
                if value != ""
            }
        except Exception:
            continue
    return sheets


def _in_sheet(
    reader: str, sheet: str, ours: Mapping[tuple[int, int], Cell], theirs: Cells | None
) -> Iterator[Difference]:
    for place in sorted(set(ours) | set(theirs)) if theirs is not None else ():
        cell = ours.get(place)
        mine, other = None if cell is None else cell.value, theirs.get(place) if theirs else None
        if not _same(mine, other):
            yield Difference(reader, sheet, str(CellRef(*place)), mine, other, _kind(cell, mine, other))


def _kind(cell: Cell | None, ours: Scalar, theirs: Scalar) -> str:
    """The known cause of a difference, by what the two values are."""
    if isinstance(ours, ErrorValue):
        return ERROR if theirs is None else ""
    if isinstance(ours, float):
        return _kind_of_number(ours, theirs)
    if isinstance(ours, str) and "".join(ours.split()) == "".join(str(theirs or "").split()):
        return SPACES
    if ours in (None, "") and isinstance(theirs, str):
        return HYPERLINK
    if isinstance(ours, str) and unescaped(str(theirs)) == ours:
        return ESCAPED
    if isinstance(ours, str) and theirs is None and cell is not None and cell.formula:
        return TYPED_VALUE
    return ""


def _kind_of_number(ours: float, theirs: Scalar) -> str:
    if isinstance(theirs, str):
        return LATE_DATE if theirs == "#VALUE!" else ZONED_DATE if "T" in theirs else ""
    return EARLY_DATE if isinstance(theirs, float) and ours < 61 else ""


def _scalar(value: Any, date1904: bool) -> Scalar:
    if isinstance(value, bool | str) or value is None:
        return value
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, dt.datetime | dt.date | dt.time | dt.timedelta):
        return to_serial(value, date1904)
    return str(value)


def _same(ours: Scalar, theirs: Scalar) -> bool:
    if isinstance(ours, ErrorValue):
        return str(ours) == theirs
    if ours is None or ours == "":
        return theirs is None or theirs == ""
    if isinstance(ours, float) and isinstance(theirs, float):
        return abs(ours - theirs) <= 2e-8 * max(1.0, abs(ours))
    return type(ours) is type(theirs) and ours == theirs
