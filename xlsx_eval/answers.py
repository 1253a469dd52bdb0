"""The department's answers: the column 整改说明 of the 问题清单 that came back with a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from xlsx_eval.annotate import PROBLEMS
from xlsx_eval.annotate.problems import ANSWER
from xlsx_eval.rounds import Past
from xlsx_eval.xlsx.book import Book, SheetData

LONGEST = 2000
_CODE, _PLACE, _MESSAGE = "代码", "所在单元格", "问题说明"
_WHOLE = "整个工作簿"
_LOOK_DOWN = 30


def read_answers(book: Book, past: Sequence[Past]) -> Mapping[int, str] | None:
    """Answers by position in `past`; None when the workbook holds no 问题清单 of ours."""
    lists = [found for sheet in book.sheets if (found := _list_of(sheet)) is not None]
    if not lists:
        return None
    answers: dict[int, str] = {}
    for code, place, message, answer in (line for found in lists for line in found):
        position = _position(code, place, message, past)
        if position is not None and answer:
            answers.setdefault(position, answer[:LONGEST])
    return answers


def _position(code: str, place: str, message: str, past: Sequence[Past]) -> int | None:
    """The finding a line is about: by code and place, else by what it says."""
    for index, one in enumerate(past):
        item = one.finding
        where = f"{item.sheet}!{item.cell}" if item.cell else _WHOLE
        here = item.code == code and where == place
        if here and (f"{item.message}。" == message or _alone(index, past)):
            return index
    for index, one in enumerate(past):
        if one.finding.code == code and f"{one.finding.message}。" == message:
            return index
    return None


def _alone(index: int, past: Sequence[Past]) -> bool:
    item = past[index].finding
    key = (item.code, item.sheet, item.cell)
    return sum((one.finding.code, one.finding.sheet, one.finding.cell) == key for one in past) == 1


def _list_of(sheet: SheetData) -> list[tuple[str, str, str, str]] | None:
    """(code, place, message, answer) of every line, None when the sheet is no 问题清单."""
    if not sheet.name.startswith(PROBLEMS):
        return None
    for row in range(1, _LOOK_DOWN):
        headings = {_text(sheet, row, column): column for column in range(1, 20)}
        if {_CODE, _PLACE, _MESSAGE, ANSWER} <= headings.keys():
            columns = [headings[name] for name in (_CODE, _PLACE, _MESSAGE, ANSWER)]
            return list(_lines(sheet, row, columns))
    return None


def _lines(sheet: SheetData, heading: int, columns: Sequence[int]) -> Iterator[tuple[str, str, str, str]]:
    for row in sorted({row for row, _ in sheet.cells if row > heading}):
        code, place, message, answer = (_text(sheet, row, column) for column in columns)
        if code:
            yield code, place, message, answer


def _text(sheet: SheetData, row: int, column: int) -> str:
    cell = sheet.cells.get((row, column))
    value = None if cell is None else cell.value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()
