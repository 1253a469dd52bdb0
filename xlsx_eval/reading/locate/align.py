"""Rows and columns of a template's sheet found again on a submitted one, by their texts, then by names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from xlsx_eval.cell import CellRef
from xlsx_eval.reading.locate.form import HELP, Anchor, Form
from xlsx_eval.reading.locate.text import core
from xlsx_eval.xlsx.read.book import SheetData

_MOST_ROWS = 400
"""Rows with a text of the form that are compared; a form has a few dozen."""
_HEADING_REACH = 2
"""Rows above and below the heading row in which a heading of several lines may stand."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """Where rows and columns of the template are now; `columns` by heading row, then by template column.

    What only position suggests is in `guessed_rows` and `guessed_columns` ((heading row, column) pairs).
    """

    rows: Mapping[int, int]
    columns: Mapping[int, Mapping[int, int]]
    guessed_rows: frozenset[int] = frozenset()
    guessed_columns: frozenset[tuple[int, int]] = frozenset()
    at_home: bool = False

    def place(self, cell: CellRef, heading: int, label_row: int) -> CellRef | None:
        """Where a cell of the template is now; None if its row or column is gone."""
        row, column = self.rows.get(label_row), self.columns.get(heading, {}).get(cell.column)
        return None if row is None or column is None else CellRef(row + cell.row - label_row, column)

    def certain(self, cell: CellRef, heading: int, label_row: int) -> bool:
        """Whether texts or names, not position alone, led to it."""
        return label_row not in self.guessed_rows and (heading, cell.column) not in self.guessed_columns


def matched(form: Form, sheet: SheetData) -> int:
    """How many of the form's texts stand where the template has them."""
    return sum(1 for anchor in form.anchors if stands(anchor, sheet, anchor.ref))


def stands(anchor: Anchor, sheet: SheetData, ref: CellRef) -> bool:
    """Whether the text, recognisably, is in that cell."""
    cell = sheet.cells.get((ref.row, ref.column))
    if cell is None:
        return False
    if anchor.points is not None:
        return isinstance(cell.value, (float, str))
    return isinstance(cell.value, str) and core(cell.value) == core(anchor.text)


def at_home(form: Form) -> Alignment:
    """Everything where the template has it."""
    rows = {row: row for row in _label_rows(form) | set(form.heading_rows)}
    columns: dict[int, dict[int, int]] = {heading: {} for heading in form.heading_rows}
    for field, heading in form.fields:
        columns[heading][field.cell.column] = field.cell.column
    for anchor in form.anchors:
        if anchor.heading:
            columns.setdefault(anchor.ref.row, {})[anchor.ref.column] = anchor.ref.column
    return Alignment(rows, columns, at_home=True)


def _label_rows(form: Form) -> set[int]:
    return {label_row(form, field.cell.row) for field, _ in form.fields}


def label_row(form: Form, row: int) -> int:
    """The row whose text names a field: its own, but a table's heading row for all its rows."""
    return form.heading_rows[0] if form.sheet.table is not None else row


def align(form: Form, sheet: SheetData, named: Mapping[str, CellRef]) -> Alignment:
    """The form on that sheet; `named` are the cells its fields' names point to on it."""
    if matched(form, sheet) == len(form.anchors):
        return at_home(form)
    where = _where(form, sheet)
    rows = _rows(form, where, named)
    guessed = _interpolated(form, rows, sheet)
    columns: dict[int, Mapping[int, int]] = {}
    doubtful: set[tuple[int, int]] = set()
    for heading in form.heading_rows:
        columns[heading], unsure = _columns(form, heading, rows, where, named, sheet)
        doubtful |= {(heading, column) for column in unsure}
    return Alignment(rows, columns, frozenset(guessed), frozenset(doubtful))


def _where(form: Form, sheet: SheetData) -> dict[str, list[CellRef]]:
    """Cells of every text of the form, by its core."""
    wanted = {core(anchor.text) for anchor in form.anchors if anchor.points is None}
    found: dict[str, list[CellRef]] = {text: [] for text in wanted}
    for cell in sheet.cells.values():
        if isinstance(cell.value, str) and len(cell.value) <= 400:
            text = core(cell.value)
            if text in found:
                found[text].append(cell.ref)
    return found


def _row_texts(form: Form) -> dict[int, list[str]]:
    texts: dict[int, list[str]] = {}
    for anchor in form.anchors:
        if anchor.points is None:
            texts.setdefault(anchor.ref.row, []).append(core(anchor.text))
    return texts


def _rows(form: Form, where: Mapping[str, list[CellRef]], named: Mapping[str, CellRef]) -> dict[int, int]:
    texts = _row_texts(form)
    seen: dict[int, set[str]] = {}
    for text, refs in where.items():
        for ref in refs:
            seen.setdefault(ref.row, set()).add(text)
    hints = _row_hints(form, named)
    theirs = sorted(seen)[:_MOST_ROWS]
    ours = sorted(texts)
    weights = [[_weight(row, texts[row], other, seen[other], hints) for other in theirs] for row in ours]
    rows = _monotone(ours, theirs, weights)
    _moved(rows, ours, theirs, weights)
    for row, votes in hints.items():
        if row not in rows:
            best = votes.most_common(1)[0][0]
            if best not in rows.values():
                rows[row] = best
    return rows


def _row_hints(form: Form, named: Mapping[str, CellRef]) -> dict[int, Counter[int]]:
    """For each row of the template, the rows that the names of its fields point to."""
    hints: dict[int, Counter[int]] = {}
    for field, _heading in form.fields:
        ref = named.get(field.name)
        if ref is not None:
            row = ref.row - 1 if field.table is not None else ref.row
            hints.setdefault(label_row(form, field.cell.row), Counter())[row] += 1
    return hints


def _weight(
    row: int, texts: Sequence[str], other: int, seen: set[str], hints: Mapping[int, Counter[int]]
) -> float:
    shared = sum(1 for text in texts if text in seen)
    if not shared:
        return 0.0
    # Names and the old place only decide between rows of equal texts.
    return shared + 0.01 * (hints.get(row, Counter())[other] > 0) + 0.001 * (row == other)


def _monotone(
    ours: Sequence[int], theirs: Sequence[int], weights: Sequence[Sequence[float]]
) -> dict[int, int]:
    """The order-keeping match of greatest weight."""
    best = [[0.0] * (len(theirs) + 1) for _ in range(len(ours) + 1)]
    for i in range(len(ours) - 1, -1, -1):
        line, below, own = best[i], best[i + 1], weights[i]
        for j in range(len(theirs) - 1, -1, -1):
            take = own[j] + below[j + 1] if own[j] else 0.0
            line[j] = max(take, below[j], line[j + 1])
    rows, i, j = {}, 0, 0
    while i < len(ours) and j < len(theirs):
        if weights[i][j] and best[i][j] == weights[i][j] + best[i + 1][j + 1]:
            rows[ours[i]] = theirs[j]
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return rows


def _moved(
    rows: dict[int, int], ours: Sequence[int], theirs: Sequence[int], weights: Sequence[Sequence[float]]
) -> None:
    """Rows that changed places: the one row left that has their texts."""
    for i, row in enumerate(ours):
        if row in rows:
            continue
        taken = set(rows.values())
        left = [
            (weights[i][j], other) for j, other in enumerate(theirs) if weights[i][j] and other not in taken
        ]
        left.sort(reverse=True)
        if left and (len(left) == 1 or left[0][0] > left[1][0]):
            rows[row] = left[0][1]


def _interpolated(form: Form, rows: dict[int, int], sheet: SheetData) -> set[int]:
    """Rows of fields that neither text nor name found, placed by their neighbours where these leave room."""
    guessed = set()
    filled = {row for row, _ in sheet.cells}
    for row in sorted(_label_rows(form) | set(form.heading_rows)):
        if row in rows:
            continue
        above = max((known for known in rows if known < row), default=None)
        below = min((known for known in rows if known > row), default=None)
        place = None
        if (above is not None and below is not None and rows[below] - rows[above] == below - above) or (
            above is not None and below is None and rows[above] + row - above in filled
        ):
            place = rows[above] + row - above
        elif above is None and below is not None and rows[below] - (below - row) in filled:
            place = rows[below] - (below - row)
        if place is not None and place >= 1 and place not in rows.values():
            rows[row] = place
            guessed.add(row)
    return guessed


def _columns(
    form: Form,
    heading: int,
    rows: Mapping[int, int],
    where: Mapping[str, list[CellRef]],
    named: Mapping[str, CellRef],
    sheet: SheetData,
) -> tuple[dict[int, int], set[int]]:
    """Columns under one heading row, and those of them that are only guessed."""
    hints: dict[int, Counter[int]] = {}
    for field, field_heading in form.fields:
        if field_heading == heading and field.name in named:
            hints.setdefault(field.cell.column, Counter())[named[field.name].column] += 1
    anchors = [anchor for anchor in form.anchors if anchor.heading and anchor.ref.row == heading]
    row = rows.get(heading)
    columns: dict[int, int] = {}
    for anchor in anchors:
        there = [] if row is None else _near(where[core(anchor.text)], row)
        chosen = _choose(anchor.ref.column, there, columns.values(), hints.get(anchor.ref.column))
        if chosen is not None:
            columns[anchor.ref.column] = chosen
    for column, votes in hints.items():
        if column not in columns and votes.most_common(1)[0][0] not in columns.values():
            columns[column] = votes.most_common(1)[0][0]
    headed = {column for (there, column), cell in sheet.cells.items() if there == row and cell.value != HELP}
    return columns, _guess_columns(columns, {anchor.ref.column for anchor in anchors}, headed)


def _near(refs: Iterable[CellRef], row: int) -> list[int]:
    """Columns of the refs in or next to that row, those in it before the others."""
    close = [(abs(ref.row - row), ref.column) for ref in refs if abs(ref.row - row) <= _HEADING_REACH]
    least = min((distance for distance, _ in close), default=0)
    return [column for distance, column in close if distance == least]


def _choose(home: int, there: list[int], taken: Iterable[int], votes: Counter[int] | None) -> int | None:
    """One of the columns with that heading: the named one, the old one, or the first that is free."""
    free = [column for column in sorted(there) if column not in set(taken)]
    if votes:
        best = votes.most_common(1)[0][0]
        if best in free:
            return best
    return home if home in free else free[0] if free else None


def _guess_columns(columns: dict[int, int], wanted: set[int], headed: set[int]) -> set[int]:
    """Columns without heading and name, placed beside the nearest one known to their left, else right."""
    guessed = set()
    for column in sorted(wanted - set(columns)):
        known = [other for other in columns if other < column] or [
            other for other in columns if other > column
        ]
        if not known:
            continue
        nearest = max(known) if max(known) < column else min(known)
        right = min((other for other in columns if other > column), default=None)
        place = columns[nearest] + column - nearest
        between = (
            nearest < column and right is not None and columns[right] - columns[nearest] == right - nearest
        )
        fits = between or (place in headed and (right is None or place < columns[right]))
        if place >= 1 and place not in columns.values() and fits:
            columns[column] = place
            guessed.add(column)
    return guessed
