"""What a scheme is made of, as frozen values: sheets and fields, indicators, cross-checks, examples."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from xlsx_eval.cell import CellRef
from xlsx_eval.formula import Formula
from xlsx_eval.scheme.rules import number_text, plain_name

_NUMBERING = re.compile(r"^[\s　]*(?:[（(][一二三四五六七八九十\d]+[）)]|[一二三四五六七八九十\d]+[.、．])")

_POINT_SIGNS = {"additive": "", "subtractive": "扣 "}

NUMERIC_TYPES = frozenset({"integer", "amount", "rate", "score", "number", "target"})
TYPES = frozenset({"text", "long", "code", "year", "date", "choice"}) | NUMERIC_TYPES


@dataclass(frozen=True, slots=True)
class Field:
    """Something a department fills in: one cell, or one column of a table when `table` is set.

    `name` is its defined name. `cell` is the input cell (of a column: its first row) and `label_cell` the
    heading that names it. `points` bounds a score; `choices` are the only words a choice admits; `claims` is
    the formula text that a claimed figure must agree with (over the row's own columns in a table). A `signed`
    figure may be negative; a `bureau` field is filled by the bureau and locked for the department.
    """

    name: str
    label: str
    type: str
    sheet: str
    cell: CellRef
    label_cell: CellRef
    unit: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    help: str = ""
    points: float | None = None
    width: float | None = None
    table: str | None = None
    claims: Formula | None = None
    signed: bool = False
    bureau: bool = False

    @property
    def title(self) -> str:
        """Its label as a sentence quotes it: without the form's numbering, inner quotes made single."""
        return _NUMBERING.sub("", self.label).replace("“", "‘").replace("”", "’")

    @property
    def numeric(self) -> bool:
        """Whether formulas may calculate with it."""
        return self.type in NUMERIC_TYPES


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one kind: `columns` are fields whose cells run `rows` rows down from `first_row`.

    `key` is the column that names a row.
    """

    id: str
    sheet: str
    columns: tuple[Field, ...]
    key: Field
    first_row: int
    rows: int

    def cell(self, column: Field, index: int) -> CellRef:
        """Cell of the 0-based row `index` in that column."""
        return CellRef(self.first_row + index, column.cell.column)

    def column(self, name: str) -> Field:
        """The column by its short name, as row formulas write it; KeyError if there is none."""
        for column in self.columns:
            if column.name == f"{self.id}_{name}":
                return column
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class GridRow:
    """One line of a grid: its label and the fields in it, left to right."""

    label: str
    fields: tuple[Field, ...]
    row: int
    help: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A titled block of rows and columns of figures on a sheet; `heading_row` holds the column headings."""

    title: str
    unit: str
    headings: tuple[str, ...]
    title_row: int
    heading_row: int
    rows: tuple[GridRow, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of the template; `kind` is notes, form, grid, table or indicators."""

    name: str
    kind: str
    title: str
    note: str = ""
    lines: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    grids: tuple[Grid, ...] = ()
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One point of a checklist: its question, the points it carries, and the field that holds the answer."""

    text: str
    points: float
    answer: Field


@dataclass(frozen=True, slots=True)
class Way:
    """One of several measures that an either-or indicator may be scored by."""

    name: str
    unit: str
    value: Formula
    score: Formula
    rule: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator with a fixed rule.

    `key` is 二级_三级, unique; `value` and `score` are formulas, `score` over 值 (the value) and 满分 (its
    points); `kind` names the rule in rules.toml and `parameters` hold its numbers and lists. `missing` is the
    verdict when the value cannot be computed. `rows` are the (first, last) rows it takes on the sheet. `unit`
    is that of the value. `drops` tells that it is left out, and the rest rescaled, where it does not apply.
    """

    key: str
    path: tuple[str, ...]
    name: str
    points: float
    kind: str
    parameters: Mapping[str, Any]
    score: Formula
    value: Formula | None
    not_applicable: Formula | None
    items: tuple[Item, ...]
    missing: str
    meaning: str
    standard: str
    reason: str
    rows: tuple[int, int]
    claimed_value: Field | None
    claimed: Field
    why: Field
    evidence: Field
    unit: str = "%"
    drops: bool = False
    ways: tuple[Way, ...] = ()

    @property
    def title(self) -> str:
        """Its name, with its parent where the name alone would not tell which is meant."""
        return self.name if self.key == plain_name(self.name) else f"{self.path[-1]}·{self.name}"

    def question(self, item: Item) -> str:
        """A checklist point's text, with what it earns or costs where each point has its own."""
        if self.kind not in _POINT_SIGNS:
            return item.text
        return f"{item.text}（{_POINT_SIGNS[self.kind]}{number_text(item.points)} 分）"


@dataclass(frozen=True, slots=True)
class Own:
    """The department's own indicators: a table, the points of each block, and the score of one row."""

    table: Table
    blocks: Mapping[str, float]
    survey: str
    score: Formula
    score_text: str


@dataclass(frozen=True, slots=True)
class Check:
    """Two figures that must agree within print precision: `left` recomputed, `right` as stated.

    `number` counts the entries of the file; one entry may stand for several columns.
    """

    id: str
    title: str
    left: Formula
    right: Formula
    verdict: str
    hint: str
    needs: tuple[str, ...]
    number: int = 0


@dataclass(frozen=True, slots=True)
class Requirement:
    """A test that must not be FALSE; an error value passes, for the figure it lacks is its own finding."""

    id: str
    title: str
    test: Formula
    place: str
    needs: tuple[str, ...]
    verdict: str
    expected: str
    message: str
    hint: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class Example:
    """Inputs by name and what the indicator of that key must earn from them: points, 待复核 or 不适用."""

    indicator: str
    inputs: Mapping[str, float | str]
    points: float | str


@dataclass(frozen=True, slots=True)
class Scheme:
    """A whole scheme: what is asked, what is allowed, what it is worth."""

    id: str
    name: str
    year: int
    points: float
    unit: str
    decimals: int
    grades: tuple[tuple[str, float], ...]
    remark_bands: tuple[float, ...]
    overshoot: float
    sheets: tuple[Sheet, ...]
    fields: Mapping[str, Field]
    tables: Mapping[str, Table]
    derived: Mapping[str, Formula]
    indicators: tuple[Indicator, ...]
    own: Own | None
    checks: tuple[Check, ...]
    requirements: tuple[Requirement, ...]
    examples: tuple[Example, ...]
    settings: Mapping[str, str] = field(default_factory=dict)

    def grade(self, score: float) -> str:
        """Grade of a score: the first whose lowest score it reaches."""
        return next(name for name, lowest in self.grades if score >= lowest - 1e-9)

    def single_fields(self) -> Iterator[Field]:
        """Fields of one cell, in the order of the sheets."""
        return (item for item in self.fields.values() if item.table is None)

    def column_fields(self) -> Iterator[Field]:
        """Fields that are table columns."""
        return (item for item in self.fields.values() if item.table is not None)
