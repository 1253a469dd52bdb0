"""Reads a workbook into answers; what is not found is listed, never guessed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace

from xlsx_eval.cell import Address, CellRef, ErrorValue, Scalar
from xlsx_eval.reading.entries import Answer, Recomputed, Submission
from xlsx_eval.reading.locate import locate
from xlsx_eval.reading.normalise import Reading, read_date, read_number, read_text
from xlsx_eval.reading.normalise.numbers import stored_decimals
from xlsx_eval.reading.own_entries import with_row_context
from xlsx_eval.reading.recompute import Recomputer
from xlsx_eval.scheme import Field, Scheme
from xlsx_eval.xlsx.read.book import Book, Cell

NUMBER_KINDS = {"target": "number"}
_FEWEST_DIGITS = 2
"""Decimals from which a stored result may be a rounded one; one with fewer is rather stale."""


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
    submission = reader.with_formulas(Submission(book, answers, columns, lost, located.remarks))
    return with_row_context(submission, scheme)


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
        renewed = {one.answer.place: one.answer for one in recomputed}
        roots = {
            answer.place: self._recompute.error_root(*answer.place)
            for answer in formulas
            if answer.erring and answer.place not in renewed
        }
        return replace(
            submission,
            answers={name: renewed.get(answer.place, answer) for name, answer in submission.answers.items()},
            columns={
                name: tuple(renewed.get(answer.place, answer) for answer in column)
                for name, column in submission.columns.items()
            },
            recomputed=recomputed,
            error_roots=roots,
        )

    def _recomputed(self, formulas: list[Answer], submission: Submission) -> Iterator[Recomputed]:
        meant: dict[Address, Scalar] = {
            answer.place: answer.value
            for answer in submission.all_answers()
            if isinstance(answer.raw, str) and answer.number is not None
        }
        afresh = Recomputer(self._book, afresh=True)
        understood = Recomputer(self._book, afresh=True, meant=meant)
        for answer in formulas:
            if not isinstance(answer.raw, float | ErrorValue):
                continue
            plain, full = afresh.value(*answer.place), understood.value(*answer.place)
            if not isinstance(full, float) or _alike(full, answer.raw) or _rounded(full, answer.raw):
                continue
            causes = () if _alike(full, plain) else afresh.roots(*answer.place, meant)
            if not causes and (answer.uncached or isinstance(answer.raw, ErrorValue)):
                continue
            cell = self._sheets[answer.place.sheet.casefold()].cells[
                answer.place[1].row, answer.place[1].column
            ]
            read = self._read(answer.field, answer.place, full, cell)
            renewed = replace(answer, value=read.value, problem=read.problem)
            yield Recomputed(renewed, answer.raw, full, causes)

    def answer(self, field: Field, sheet: str, ref: CellRef, row: int | None) -> Answer:
        data = self._sheets[sheet.casefold()]
        cell = data.cells.get((ref.row, ref.column))
        place = Address(data.name, ref)
        if cell is None:
            return Answer(field, place, None, None, row=row)
        raw = cell.value
        if not cell.cached:
            raw = self._recompute.value(data.name, ref)
        answer = self._read(field, place, raw, cell)
        return replace(answer, row=row, formula=cell.formula, uncached=not cell.cached)

    def _read(self, field: Field, place: Address, raw: Scalar, cell: Cell) -> Answer:
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


def _rounded(full: float, stored: Scalar) -> bool:
    """Whether a stored result is the full one rounded, as with 以显示精度为准 or by a program that keeps few digits."""
    if not isinstance(stored, float):
        return False
    digits = stored_decimals(stored)
    return digits >= _FEWEST_DIGITS and _alike(round(full, digits), stored)


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
