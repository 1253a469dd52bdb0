"""A workbook as answers: each field's entry as typed, as read, and where it stands."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field

from xlsx_eval.findings import Place
from xlsx_eval.locate import Remark, locate
from xlsx_eval.normalise import Reading, read_date, read_number, read_text
from xlsx_eval.recompute import Recomputer, Spot
from xlsx_eval.scheme import Field, Figures, Scheme
from xlsx_eval.xlsx.book import Book, Cell
from xlsx_eval.xlsx.cell import CellRef, ErrorValue, Scalar
from xlsx_eval.xlsx.number_formats import is_percent

PERCENT_UNITS = ("%", "％", "百分比", "百分点", "个百分点")
NUMBER_KINDS = {"target": "number"}


@dataclass(frozen=True, slots=True)
class Answer:
    """One entry. `raw` is the cell's value as it came; `value` what was read (None: blank or not readable).

    `note` says how it was read when that is not plain; `problem` why it could not be; `decimals` are those
    printed (of a rate: of its percentage). `row` counts a table's rows from 0. `uncached` tells a formula that
    came without a result.
    """

    field: Field
    place: Place
    raw: Scalar
    value: float | str | None
    note: str = ""
    problem: str | None = None
    decimals: int | None = None
    row: int | None = None
    formula: str | None = None
    uncached: bool = False

    @property
    def spot(self) -> Spot:
        """Its cell."""
        return self.place.sheet, CellRef.parse(self.place.cell)

    @property
    def given(self) -> bool:
        """Whether anything was entered: something that could be read, or something that could not."""
        if self.value is not None or self.problem is not None or isinstance(self.raw, ErrorValue):
            return True
        return self.uncached

    @property
    def number(self) -> float | None:
        """The value when it is a number."""
        return self.value if isinstance(self.value, float) else None

    @property
    def figure(self) -> Scalar:
        """The value as formulas see it: an amount or count that cannot be read is #N/A, so that nothing rests on it."""
        if self.field.type not in ("amount", "integer"):
            return self.value
        unread = self.problem is not None or isinstance(self.raw, ErrorValue)
        return ErrorValue.NA if unread else self.value

    @property
    def shown(self) -> str:
        """The entry as the department would recognise it."""
        return show(self.raw, self.field)


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A formula whose stored result `shown` is not what it gives: `value`.

    `causes` are the cells it leaves out because they hold text; without any, the stored result is stale.
    """

    answer: Answer
    shown: float
    value: float
    causes: tuple[Spot, ...]


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
    error_roots: Mapping[Spot, Spot] = dataclass_field(default_factory=dict)

    def text(self, name: str) -> str:
        """Text of a single field, "" when blank."""
        answer = self.answers.get(name)
        return "" if answer is None or answer.value is None else str(answer.value)

    def number(self, name: str) -> float | None:
        """Number in a single field; None when blank or no number."""
        answer = self.answers.get(name)
        return None if answer is None else answer.number

    def row(self, table: str, index: int) -> dict[str, Answer]:
        """Answers of one table row by short column name."""
        prefix = f"{table}_"
        return {
            name.removeprefix(prefix): column[index]
            for name, column in self.columns.items()
            if column and column[0].field.table == table and index < len(column)
        }

    def filled_rows(self, table: str) -> Iterator[int]:
        """Indexes of the rows of a table that hold anything."""
        columns = [column for column in self.columns.values() if column and column[0].field.table == table]
        for index in range(max((len(column) for column in columns), default=0)):
            if any(index < len(column) and column[index].given for column in columns):
                yield index

    def all_answers(self) -> Iterator[Answer]:
        """Every answer, single fields first."""
        yield from self.answers.values()
        for column in self.columns.values():
            yield from column

    def named(self, name: str) -> tuple[Answer, ...]:
        """The answers behind a name: one of a field, many of a column, none of another name."""
        if name in self.columns:
            return self.columns[name]
        return (self.answers[name],) if name in self.answers else ()

    def figures(self, scheme: Scheme, more: Mapping[str, Scalar]) -> Figures:
        """The names as formulas see them, with `more` beside them."""
        values: dict[str, Scalar] = dict.fromkeys((field.name for field in scheme.single_fields()), "")
        values.update({name: answer.figure for name, answer in self.answers.items()})
        values.update(more)
        columns = {
            field.name: tuple((answer.figure,) for answer in self.columns.get(field.name, ())) or (("",),)
            for field in scheme.column_fields()
        }
        return Figures(values, columns, scheme.derived)


def read_submission(book: Book, scheme: Scheme) -> Submission:
    """Every answer of the workbook; what is not found is listed, never guessed."""
    located = locate(book, scheme)
    reader = _Reader(book, scheme)
    answers: dict[str, Answer] = {}
    columns: dict[str, tuple[Answer, ...]] = {}
    for field in scheme.fields.values():
        location = located.places.get(field.name)
        if location is None:
            continue
        if field.table is None:
            answers[field.name] = reader.answer(field, location.sheet, location.cells[0], None)
        else:
            columns[field.name] = tuple(
                reader.answer(field, location.sheet, ref, row) for row, ref in enumerate(location.cells)
            )
    lost = tuple(field for field in scheme.fields.values() if field.name not in located.places)
    submission = _with_full_points(Submission(book, answers, columns, lost, located.remarks), scheme)
    return reader.with_formulas(_with_percent_targets(submission, scheme))


def _with_full_points(submission: Submission, scheme: Scheme) -> Submission:
    """Own indicators' self-scores read again with their row's points, so that 满分 and 扣0.5分 have a meaning."""
    if scheme.own is None:
        return submission
    table = scheme.own.table.id
    points, claims = (
        submission.columns.get(f"{table}_分值", ()),
        submission.columns.get(f"{table}_自评得分", ()),
    )
    read = tuple(
        _scored_of(claim, points[row].number) if row < len(points) else claim
        for row, claim in enumerate(claims)
    )
    return replace(submission, columns={**submission.columns, f"{table}_自评得分": read})


def _scored_of(answer: Answer, full_points: float | None) -> Answer:
    if not isinstance(answer.raw, str):
        return answer
    reading = read_number(answer.raw, kind="score", full_points=full_points)
    note = reading.note if reading.normalised else ""
    return replace(
        answer,
        value=reading.value,
        note=note,
        problem=reading.problem,
        decimals=reading.decimals,
    )


def _with_percent_targets(submission: Submission, scheme: Scheme) -> Submission:
    """Own indicators measured in %: a figure typed as `95%` is 95 there, as its target is 90."""
    if scheme.own is None:
        return submission
    table = scheme.own.table.id
    units = submission.columns.get(f"{table}_计量单位", ())
    percent = {unit.row for unit in units if str(unit.value).strip("（）() ") in PERCENT_UNITS}
    columns = dict(submission.columns)
    for name in (f"{table}_年度指标值", f"{table}_实际完成值"):
        columns[name] = tuple(
            _in_points(answer, submission.book) if answer.row in percent else answer
            for answer in columns.get(name, ())
        )
    return replace(submission, columns=columns)


def _in_points(answer: Answer, book: Book) -> Answer:
    """The answer in percentage points where it was typed with a percent sign or in a percent cell."""
    if answer.number is None or not _typed_as_percent(answer, book):
        return answer
    points = float(f"{answer.number * 100:.12g}")
    note = f"单元格为“{show(points)}%”，计量单位为“%”，按 {show(points)} 读取"
    decimals = None if answer.decimals is None else max(answer.decimals - 2, 0)
    return replace(answer, value=points, note=note, decimals=decimals)


def _typed_as_percent(answer: Answer, book: Book) -> bool:
    if isinstance(answer.raw, str):
        return any(sign in answer.raw for sign in ("%", "％", "百分比"))
    sheet, ref = book.sheet(answer.place.sheet), CellRef.parse(answer.place.cell)
    cell = sheet.cells.get((ref.row, ref.column)) if sheet else None
    return cell is not None and is_percent(cell.number_format)


class _Reader:
    """Reads cells of one workbook as answers."""

    def __init__(self, book: Book, scheme: Scheme) -> None:
        self._book = book
        self._sheets = {sheet.name.casefold(): sheet for sheet in book.sheets}
        self._unit = scheme.unit
        self._recompute = Recomputer(book)

    def with_formulas(self, submission: Submission) -> Submission:
        """The submission with every formula read as it computes from what the entries mean."""
        formulas = [answer for answer in submission.all_answers() if answer.formula is not None]
        if not formulas:
            return submission
        recomputed = tuple(self._recomputed(formulas, submission))
        renewed = {one.answer.spot: one.answer for one in recomputed}
        roots = {
            answer.spot: self._recompute.error_root(*answer.spot)
            for answer in formulas
            if isinstance(answer.raw, ErrorValue)
        }
        return replace(
            submission,
            answers={name: renewed.get(answer.spot, answer) for name, answer in submission.answers.items()},
            columns={
                name: tuple(renewed.get(answer.spot, answer) for answer in column)
                for name, column in submission.columns.items()
            },
            recomputed=recomputed,
            error_roots=roots,
        )

    def _recomputed(self, formulas: list[Answer], submission: Submission) -> Iterator[Recomputed]:
        meant: dict[Spot, Scalar] = {
            answer.spot: answer.value
            for answer in submission.all_answers()
            if isinstance(answer.raw, str) and answer.number is not None
        }
        afresh = Recomputer(self._book, afresh=True)
        understood = Recomputer(self._book, afresh=True, meant=meant)
        for answer in formulas:
            if not isinstance(answer.raw, float) or answer.uncached:
                continue
            plain, full = afresh.value(*answer.spot), understood.value(*answer.spot)
            if not isinstance(full, float) or _alike(full, answer.raw):
                continue
            causes = () if _alike(full, plain) else afresh.roots(*answer.spot, meant)
            cell = self._sheets[answer.place.sheet.casefold()].cells[
                answer.spot[1].row, answer.spot[1].column
            ]
            read = self._read(answer.field, answer.place, full, cell)
            renewed = replace(answer, value=read.value, problem=read.problem)
            yield Recomputed(renewed, answer.raw, full, causes)

    def answer(self, field: Field, sheet: str, ref: CellRef, row: int | None) -> Answer:
        data = self._sheets[sheet.casefold()]
        cell = data.cells.get((ref.row, ref.column))
        place = Place(data.name, str(ref))
        if cell is None:
            return Answer(field, place, None, None, row=row)
        raw = cell.value
        if not cell.cached:
            raw = self._recompute.value(data.name, ref)
        answer = self._read(field, place, raw, cell)
        return replace(answer, row=row, formula=cell.formula, uncached=not cell.cached)

    def _read(self, field: Field, place: Place, raw: Scalar, cell: Cell) -> Answer:
        if raw is None or isinstance(raw, ErrorValue):
            return Answer(field, place, raw, None)
        reading = self._reading(field, raw, cell)
        value = reading.value
        if isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        told = reading.normalised and (field.type != "long" or value is None)
        note = reading.note if told else ""
        return Answer(field, place, raw, value, note, reading.problem, reading.decimals)

    def _reading(self, field: Field, raw: Scalar, cell: Cell) -> Reading:
        if field.type == "date":
            return read_date(raw, cell.number_format, self._book.date1904)
        if field.type == "target":
            reading = read_number(raw, kind="number", number_format=cell.number_format)
            return reading if reading.problem is None else read_text(raw)
        if field.type == "year":
            return read_number(str(raw).rstrip("年度 ") if isinstance(raw, str) else raw, kind="number")
        if field.numeric:
            kind = NUMBER_KINDS.get(field.type, field.type)
            unit = self._unit if field.type == "amount" else field.unit
            return read_number(
                raw, kind=kind, number_format=cell.number_format, unit=unit, full_points=field.points
            )
        if field.type == "code":
            return _code(raw)
        return _choice(read_text(raw), field) if field.type == "choice" else read_text(raw)


def _alike(one: Scalar, other: Scalar) -> bool:
    """Whether two results are the same but for float noise."""
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= 1e-9 * max(1.0, abs(one), abs(other))
    return one == other


def _code(raw: Scalar) -> Reading:
    """A code as text, its digits made half-width."""
    reading = read_text(f"{raw:.0f}" if isinstance(raw, float) and raw == int(raw) else raw)
    if not isinstance(reading.value, str):
        return reading
    narrow = unicodedata.normalize("NFKC", reading.value).replace(" ", "")
    if narrow == reading.value:
        return reading
    return replace(reading, value=narrow, normalised=True, note=f"单元格为“{raw}”，按“{narrow}”读取")


_SAME_SIGNS = {
    ">=": "≥",
    "<=": "≤",
    "≧": "≥",
    "≦": "≤",
    "大于等于": "≥",
    "小于等于": "≤",
    "等于": "=",
}
_TRIFLES = re.compile(r"[\s,.;:。，；：、“”\"'()]+")


def _fold(text: str) -> str:
    """A choice without what differs in typing only: width, letter case, blanks and punctuation."""
    narrow = unicodedata.normalize("NFKC", text).casefold()
    return _TRIFLES.sub("", narrow) or narrow


def _choice(reading: Reading, field: Field) -> Reading:
    """A choice as the dropdown writes it where the entry differs by width, case, blanks or sign only."""
    if not isinstance(reading.value, str) or reading.value in field.choices:
        return reading
    folded = _fold(_SAME_SIGNS.get(unicodedata.normalize("NFKC", reading.value), reading.value))
    for choice in field.choices:
        if _fold(choice) == folded:
            note = f"单元格为“{reading.value}”，按“{choice}”读取"
            return replace(reading, value=choice, normalised=True, note=note)
    return replace(reading, value=None, normalised=False, note="", problem="不在可选项内")


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
