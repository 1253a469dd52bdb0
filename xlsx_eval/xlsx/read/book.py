"""A workbook as read: sheets, cells with formulas and cached values, and defined names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from xlsx_eval.cell import CellRef, Scalar


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as it came.

    `value` is the stored or cached value: floats for all numbers (dates are serials), None for blank;
    `formula` without "=", shared formulas written out for this cell; `cached` is False when a formula has no
    cached value; `number_format` is the format code, e.g. `0.00%` (`General` when none); `locked` is the cell's
    own protection flag, which counts only where the sheet is protected.
    """

    ref: CellRef
    value: Scalar
    formula: str | None = None
    cached: bool = True
    number_format: str = "General"
    locked: bool = True


@dataclass(frozen=True, slots=True)
class SheetData:
    """A worksheet's cells that hold a value or a formula, by (row, column), both 1-based.

    `state` is visible, hidden or veryHidden; `merges` are inclusive (top-left, bottom-right) pairs; `claimed` is the
    last cell the sheet says it has, true or not.
    """

    name: str
    cells: Mapping[tuple[int, int], Cell]
    state: str = "visible"
    partname: str = ""
    merges: tuple[tuple[CellRef, CellRef], ...] = ()
    protected: bool = False
    claimed: CellRef | None = None
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()

    def value(self, ref: CellRef) -> Scalar:
        """Value at `ref`; None where the sheet holds no such cell."""
        cell = self.cells.get((ref.row, ref.column))
        return None if cell is None else cell.value


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook as read. `names` are the workbook-wide defined names and what they refer to, without "=".

    `local_names` are keyed by (sheet, name). `kind` is xlsx, xlsm, xltx, xltm, xls, xlsb, ods or csv.
    `properties` are the custom document properties as text.
    """

    kind: str
    sheets: tuple[SheetData, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    local_names: Mapping[tuple[str, str], str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    date1904: bool = False
    signed: bool = False
    structure_locked: bool = False
    external_links: tuple[str, ...] = ()

    def sheet(self, name: str) -> SheetData | None:
        """The sheet of that name, letter case ignored as Excel does; None if there is none."""
        folded = name.casefold()
        return next((sheet for sheet in self.sheets if sheet.name.casefold() == folded), None)
