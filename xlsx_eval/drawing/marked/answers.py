"""The department's answers: the column 整改说明 of the 问题清单 that came back with a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from xlsx_eval.drawing.marked import PROBLEMS
from xlsx_eval.drawing.marked.problems import ANSWER, STANDING_HEADING
from xlsx_eval.judging.rounds import FIXED, Past
from xlsx_eval.xlsx.read.book import Book, SheetData

LONGEST = 2000
_CODE, _PLACE, _MESSAGE = "代码", "所在单元格", "问题说明"
_NUMBER = "序号"
_WHOLE = "整个工作簿"
_LOOK_DOWN = 30


def read_answers(book: Book, past: Sequence[Past]) -> Mapping[int, str] | None:
    """Answers by position in `past`; None when the workbook holds no 问题清单 of ours.

    A line that says what a finding says goes before one that only stands at its place.
    """
    lists = [found for sheet in book.sheets if (found := _list_of(sheet)) is not None]
    if not lists:
        return None
    lines = [line for found in lists for line in found]
    said = [_said(line, past) for line in lines]
    answers: dict[int, str] = {}
    for line, position in zip(lines, said, strict=True):
        if position is not None and line.answer:
            answers.setdefault(position, line.answer[:LONGEST])
    for line, position in zip(lines, said, strict=True):
        placed = _placed(line, past) if position is None and line.answer else None
        if placed is not None and placed not in said:
            answers.setdefault(placed, line.answer[:LONGEST])
    return answers


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a 问题清单 that came back."""

    code: str
    place: str
    message: str
    answer: str


def _said(line: _Line, past: Sequence[Past]) -> int | None:
    """The finding of that code that says just this, of several the one of that place."""
    same = [
        index
        for index, one in enumerate(past)
        if one.finding.code == line.code and f"{one.finding.message}。" == line.message
    ]
    return next((index for index in same if _where(past[index]) == line.place), same[0] if same else None)


def _placed(line: _Line, past: Sequence[Past]) -> int | None:
    """The only finding of that code and place."""
    for index, one in enumerate(past):
        if one.finding.code == line.code and _where(one) == line.place and _alone(index, past):
            return index
    return None


def _where(one: Past) -> str:
    return f"{one.finding.sheet}!{one.finding.cell}" if one.finding.cell else _WHOLE


def _alone(index: int, past: Sequence[Past]) -> bool:
    item = past[index].finding
    key = (item.code, item.sheet, item.cell)
    return sum((one.finding.code, one.finding.sheet, one.finding.cell) == key for one in past) == 1


def _list_of(sheet: SheetData) -> list[_Line] | None:
    """Every line but those of corrected items, None when the sheet is no 问题清单."""
    if not sheet.name.startswith(PROBLEMS):
        return None
    for row in range(1, _LOOK_DOWN):
        headings = {_text(sheet, row, column): column for column in range(1, 20)}
        if {_CODE, _PLACE, _MESSAGE, ANSWER} <= headings.keys():
            return list(_lines(sheet, row, headings))
    return None


def _lines(sheet: SheetData, heading: int, headings: Mapping[str, int]) -> Iterator[_Line]:
    columns = [headings[name] for name in (_CODE, _PLACE, _MESSAGE, ANSWER)]
    for row in sorted({row for row, _ in sheet.cells if row > heading}):
        line = _Line(*(_text(sheet, row, column) for column in columns))
        if line.code and not _corrected(sheet, row, headings):
            yield line


def _corrected(sheet: SheetData, row: int, headings: Mapping[str, int]) -> bool:
    """Whether we listed the row as 已整改: without a number, unlike one the department calls so itself."""
    standing, number = (headings.get(name) for name in (STANDING_HEADING, _NUMBER))
    if standing is None or _text(sheet, row, standing) != FIXED:
        return False
    return number is None or not _text(sheet, row, number)


def _text(sheet: SheetData, row: int, column: int) -> str:
    cell = sheet.cells.get((row, column))
    value = None if cell is None else cell.value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()
