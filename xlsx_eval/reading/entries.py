"""A workbook's answers: each field's entry as typed, as read, and where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field

from xlsx_eval.cell import Address, ErrorValue, Scalar
from xlsx_eval.reading.locate import Remark
from xlsx_eval.scheme import Field, Figures, Scheme
from xlsx_eval.xlsx.read.book import Book


@dataclass(frozen=True, slots=True)
class Answer:
    """One entry. `raw` is the cell's value as it came; `value` what was read (None: blank or not readable).

    `note` says how it was read when that is not plain; `problem` why it could not be; `decimals` are those
    printed (of a rate: of its percentage). `row` counts a table's rows from 0. `uncached` tells a formula that
    came without a result.
    """

    field: Field
    place: Address
    raw: Scalar
    value: float | str | None
    note: str = ""
    problem: str | None = None
    decimals: int | None = None
    row: int | None = None
    formula: str | None = None
    uncached: bool = False

    @property
    def erring(self) -> bool:
        """Whether it holds an error value, and what it should be could not be told either."""
        return isinstance(self.raw, ErrorValue) and self.value is None

    @property
    def lost(self) -> bool:
        """Whether its field was not found: nothing was read, and it stands nowhere."""
        return not self.place.ref.row

    @property
    def given(self) -> bool:
        """Whether anything was entered: something that could be read, or something that could not."""
        if self.value is not None or self.problem is not None or self.erring:
            return True
        return self.uncached

    @property
    def number(self) -> float | None:
        """The value when it is a number."""
        return self.value if isinstance(self.value, float) else None

    @property
    def figure(self) -> Scalar:
        """The value as formulas see it: an amount or count lost or unreadable is #N/A, so that nothing rests on it."""
        if self.field.type not in ("amount", "integer"):
            return self.value
        unread = self.lost or self.problem is not None or self.erring
        return ErrorValue.NA if unread else self.value

    @property
    def shown(self) -> str:
        """The entry as the department would recognise it."""
        return show(self.raw, self.field)


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A formula whose result `shown`, as an office program computes it, is not what it gives: `value`.

    `causes` are the cells it leaves out, or errs over, because they hold text; without any, the stored result
    is stale.
    """

    answer: Answer
    shown: float | ErrorValue
    value: float
    causes: tuple[Address, ...]

    @property
    def difference(self) -> float:
        """How far what is shown lies off; all of the value where an error is shown."""
        return abs(self.value - self.shown) if isinstance(self.shown, float) else abs(self.value)


@dataclass(frozen=True, slots=True)
class Submission:
    """All answers of a workbook. `answers` are the single fields by name, `columns` the tables' columns.

    `lost` are fields that were not found; `remarks` tell how the others were. `recomputed` are formulas read
    otherwise than stored, `error_roots` the cells where the errors of answers began.
    """

    book: Book
    answers: Mapping[str, Answer]
    columns: Mapping[str, tuple[Answer, ...]]
    lost: tuple[Field, ...]
    remarks: tuple[Remark, ...] = ()
    recomputed: tuple[Recomputed, ...] = ()
    error_roots: Mapping[Address, Address] = dataclass_field(default_factory=dict)
    _filled: dict[str, tuple[int, ...]] = dataclass_field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def text(self, name: str) -> str:
        """Text of a single field, "" when blank."""
        answer = self.answers.get(name)
        return "" if answer is None or answer.value is None else str(answer.value)

    def number(self, name: str) -> float | None:
        """Number in a single field; None when blank or no number."""
        answer = self.answers.get(name)
        return None if answer is None else answer.number

    def row(self, table: str, index: int) -> dict[str, Answer]:
        """Answers of one table row by short column name; those of lost columns are blank and stand nowhere."""
        prefix = f"{table}_"
        missing = {
            field.name.removeprefix(prefix): _nowhere(field, index)
            for field in self.lost
            if field.table == table
        }
        found = {
            name.removeprefix(prefix): column[index]
            for name, column in self.columns.items()
            if column and column[0].field.table == table and index < len(column)
        }
        return missing | found

    def filled_rows(self, table: str) -> Iterator[int]:
        """Indexes of the rows of a table that hold anything."""
        yield from self._rows_of(table)

    def _rows_of(self, table: str) -> tuple[int, ...]:
        """Looked at once: nearly every check asks for them."""
        if table not in self._filled:
            columns = [one for one in self.columns.values() if one and one[0].field.table == table]
            rows = {index for column in columns for index, answer in enumerate(column) if answer.given}
            self._filled[table] = tuple(sorted(rows))
        return self._filled[table]

    def all_answers(self) -> Iterator[Answer]:
        """Every answer, single fields first."""
        yield from self.answers.values()
        for column in self.columns.values():
            yield from column

    def named(self, name: str) -> tuple[Answer, ...]:
        """The answers behind a name: one of a field, lost or not, many of a column, none of another name."""
        if name in self.columns:
            return self.columns[name]
        if name in self.answers:
            return (self.answers[name],)
        return tuple(_nowhere(field) for field in self.lost if field.name == name)

    def figures(self, scheme: Scheme, more: Mapping[str, Scalar]) -> Figures:
        """The names as formulas see them, with `more` beside them."""
        values: dict[str, Scalar] = dict.fromkeys((field.name for field in scheme.single_fields()), "")
        values.update({field.name: _nowhere(field).figure for field in self.lost})
        values.update({name: answer.figure for name, answer in self.answers.items()})
        values.update(more)
        columns = {
            field.name: tuple((answer.figure,) for answer in self.named(field.name)) or (("",),)
            for field in scheme.column_fields()
        }
        return Figures(values, columns, scheme.derived)


def _nowhere(field: Field, row: int | None = None) -> Answer:
    """The answer of a field that was not found."""
    return Answer(field, Address(), None, None, row=row)


def show(value: Scalar, field: Field | None = None) -> str:
    """A value as the department sees it in the cell: rates as percentages, no float noise."""
    if value is None:
        return "空白"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if field is not None and field.type == "rate" and abs(value) <= 1.5:
            return f"{show(round(value * 100, 4))}%"
        return f"{round(value, 6):.6f}".rstrip("0").rstrip(".") if abs(value) < 1e15 else repr(value)
    return str(value)
