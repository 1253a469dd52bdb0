"""A worksheet part read as a stream: cells, merges, what is hidden, whether it is protected."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from xml.parsers import expat

from xlsx_eval.cell import (
    MAX_COLUMN,
    MAX_ROW,
    CellRef,
    Scalar,
    column_number,
)
from xlsx_eval.errors import Unreadable
from xlsx_eval.xlsx.read.blanks import without_blanks
from xlsx_eval.xlsx.read.book import Cell
from xlsx_eval.xlsx.read.cell_styles import PLAIN
from xlsx_eval.xlsx.read.cell_values import Context, stored_value
from xlsx_eval.xlsx.read.shared_formulas import SharedFormula
from xlsx_eval.xlsx.read.stream import TRUE, as_stored, main_names, stream, unescaped

_NAMES = main_names(("row", "c", "v", "f", "t", "rPh", "col", "mergeCell", "sheetProtection", "dimension"))
_DIGITS = "0123456789"


class _Columns(dict[str, int]):
    """Column numbers by letters, worked out once each."""

    def __missing__(self, letters: str) -> int:
        column = column_number(letters) if letters.isascii() and letters.isalpha() else 0
        if not 1 <= column <= MAX_COLUMN:
            raise ValueError(f"no column {letters!r}")
        self[letters] = column
        return column


_COLUMNS = _Columns()


@dataclass(slots=True)
class Grid:
    """What one worksheet part holds."""

    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    merges: list[tuple[CellRef, CellRef]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    protected: bool = False
    claimed: CellRef | None = None


def read_grid(raw: bytes, partname: str, context: Context) -> Grid:
    """Cells with a value or a formula, and the sheet's marks; raises Unreadable for a damaged part."""
    reader = _Reader(partname, context)
    stream(without_blanks(raw), partname, reader.start, reader.end, reader.attach)
    reader.finish()
    return reader.grid


class _Reader:
    """Follows the elements of a worksheet; one cell is open at a time."""

    def __init__(self, partname: str, context: Context) -> None:
        self.partname = partname
        self.context = context
        self.styles = {str(index): style for index, style in enumerate(context.styles)}
        self.grid = Grid()
        self.row = 0
        self.column = 0
        self.ref: str | None = None
        self.attrs: dict[str, str] | None = None
        self.value: str | None = None
        self.formula: str | None = None
        self.formula_attrs: dict[str, str] | None = None
        self.inline: list[str] | None = None
        self.text_attrs: dict[str, str] = {}
        self.phonetic = False
        self.pieces: list[str] = []
        self.take = self.pieces.append
        self.shared: dict[str, SharedFormula] = {}
        self.waiting: list[tuple[tuple[int, int], str]] = []

    def attach(self, parser: expat.XMLParserType) -> None:
        self.parser = parser

    def start(self, name: str, attrs: dict[str, str]) -> None:
        local = _NAMES.get(name)
        if local == "c":
            self.attrs = attrs
            if "r" in attrs:
                self.ref = attrs["r"]
            else:
                self._next_place()
        elif local is None:
            return
        elif self.attrs is None:
            self._outside(local, attrs)
        elif local == "v" or local == "t":
            self.text_attrs = attrs
            self.parser.CharacterDataHandler = None if self.phonetic else self.take
        elif local == "f":
            self.formula_attrs = attrs
            self.parser.CharacterDataHandler = self.take
        elif local == "rPh":
            self.phonetic = True

    def end(self, name: str) -> None:
        local = _NAMES.get(name)
        if local is None or self.attrs is None:
            return
        if local == "c":
            if self.value is not None or self.formula_attrs is not None or self.inline is not None:
                self._keep(self.attrs)
                self.value = self.formula = self.formula_attrs = self.inline = None
            self.attrs = None
        elif local == "v":
            self.parser.CharacterDataHandler = None
            self.value = "".join(self.pieces)
            self.pieces.clear()
        elif local == "rPh":
            self.phonetic = False
        else:
            self._take_text(local)

    def _take_text(self, local: str) -> None:
        """Close `f` or `t`."""
        self.parser.CharacterDataHandler = None
        text = "".join(self.pieces)
        self.pieces.clear()
        if local == "f":
            self.formula = text
        elif not self.phonetic:
            self.inline = [*(self.inline or ()), as_stored(text, self.text_attrs)]

    def finish(self) -> None:
        """Write out the shared formulas that were used before they were defined."""
        for place, index in self.waiting:
            shared = self.shared.get(index)
            formula = shared.at(*place) if shared else None
            self.grid.cells[place] = replace(self.grid.cells[place], formula=formula)
        last = max((row for row, _ in self.grid.cells), default=0)
        self.grid.hidden_rows = {row for row in self.grid.hidden_rows if row <= last}

    def _next_place(self) -> None:
        """A cell that does not say where it is stands right of the one before it."""
        self._place()
        self.column += 1

    def _place(self) -> None:
        """Work out where the open cell is; put off until then, since most formatted cells are blank."""
        ref, self.ref = self.ref, None
        if ref is None:
            return
        letters = ref.rstrip(_DIGITS)
        try:
            self.column = _COLUMNS[letters]
            self.row = int(ref[len(letters) :])
        except ValueError:
            raise self._damaged(f"cell {ref!r}") from None
        if not 1 <= self.row <= MAX_ROW:
            raise self._damaged(f"cell {ref!r}")

    def _outside(self, local: str, attrs: dict[str, str]) -> None:
        """Elements beside cells."""
        if local == "row":
            self._start_row(attrs)
        elif local == "mergeCell":
            self._merge(attrs.get("ref", ""))
        elif local == "dimension":
            self._claim(attrs.get("ref", ""))
        elif local == "col":
            if attrs.get("hidden") in TRUE:
                first, last = int(attrs.get("min", "0")), int(attrs.get("max", "0"))
                self.grid.hidden_columns.update(range(max(first, 1), min(last, MAX_COLUMN) + 1))
        elif local == "sheetProtection":
            self.grid.protected = attrs.get("sheet") in TRUE

    def _claim(self, ref: str) -> None:
        """The bottom right corner the sheet says it has; nothing is read by it."""
        try:
            self.grid.claimed = CellRef.parse(ref.rpartition(":")[2])
        except ValueError:
            return

    def _start_row(self, attrs: dict[str, str]) -> None:
        number = attrs.get("r")
        self._place()
        self.row = self.row + 1 if number is None else int(number)
        self.column = 0
        if not 1 <= self.row <= MAX_ROW:
            raise self._damaged(f"row {self.row}")
        if attrs.get("hidden") in TRUE:
            self.grid.hidden_rows.add(self.row)

    def _merge(self, ref: str) -> None:
        first, _, last = ref.partition(":")
        try:
            self.grid.merges.append((CellRef.parse(first), CellRef.parse(last)))
        except ValueError:
            return

    def _keep(self, attrs: dict[str, str]) -> None:
        """Keep the open cell, if it holds anything."""
        self._place()
        value = self._value(attrs.get("t", "n"))
        formula = None if self.formula_attrs is None else self._formula(self.formula_attrs)
        if value is None and formula is None:
            return
        cells = self.grid.cells
        if len(cells) >= self.context.most_cells:
            raise Unreadable("too_large", f"{self.partname}: more than {self.context.most_cells} cells")
        row, column = self.row, self.column
        style = self.styles.get(attrs.get("s", "0"), PLAIN)
        cells[row, column] = Cell(
            CellRef(row, column), value, formula, formula is None or value is not None, style.number_format,
            style.locked,
        )  # fmt: skip

    def _formula(self, attrs: dict[str, str]) -> str | None:
        text = (self.formula or "").strip().removeprefix("=")
        if attrs.get("t") != "shared":
            return text or None
        index = attrs.get("si", "")
        if text:
            if "ref" in attrs or index not in self.shared:
                self.shared[index] = SharedFormula(text, CellRef(self.row, self.column))
            return text
        if index in self.shared:
            return self.shared[index].at(self.row, self.column)
        self.waiting.append(((self.row, self.column), index))
        return ""

    def _value(self, kind: str) -> Scalar:
        if self.inline is not None and (kind == "inlineStr" or self.value is None):
            return unescaped("".join(self.inline))
        if self.value is None:
            return None
        try:
            return stored_value(kind, self.value, self.text_attrs, self.context)
        except LookupError:
            place = CellRef(self.row, self.column)
            raise self._damaged(f"cell {place}: no shared string {self.value!r}") from None

    def _damaged(self, what: str) -> Unreadable:
        return Unreadable("xml_damaged", f"{self.partname}: {what}")
