"""What changed in a form, in plain words: rows and columns put in or moved, texts altered, entries beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set

from xlsx_eval.cell import Address, CellRef, column_letters
from xlsx_eval.reading.locate.align import Alignment
from xlsx_eval.reading.locate.form import NOTE, Anchor, Form
from xlsx_eval.reading.locate.remark import Remark
from xlsx_eval.reading.locate.rows import is_idle
from xlsx_eval.reading.locate.text import core, squeeze
from xlsx_eval.xlsx.read.book import Cell, SheetData

_LISTED = 3
_MOST_CELLS = 60
_LONGEST = 20


def changed_columns(form: Form, sheet: SheetData, alignment: Alignment) -> Iterator[Remark]:
    """A11 for columns put in, and for those that changed places; each column told once."""
    told: set[int] = set()
    for heading in sorted(alignment.columns, key=lambda row: -len(alignment.columns[row])):
        columns = sorted(alignment.columns[heading].items())
        row = alignment.rows.get(heading, 1)
        for (_, before), (home, column) in zip([(0, 0), *columns], columns, strict=False):
            inserted = [other for other in range(before + 1, column) if other not in dict(columns).values()]
            gap = column - before - (home - (0 if before == 0 else _home(columns, before)))
            for other in inserted[:gap] if gap > 0 else ():
                if other not in told:
                    told.add(other)
                    yield _inserted_column(form, sheet, heading, row, other, (home, column))
            if column < before and column not in told:
                told.add(column)
                words = f"“{_heading(form, heading, home)}”一列已移动，取自 {column_letters(column)} 列"
                yield _changed(sheet, CellRef(row, column), words)


def _home(columns: list[tuple[int, int]], column: int) -> int:
    return next(home for home, now in columns if now == column)


def _inserted_column(
    form: Form, sheet: SheetData, heading: int, row: int, column: int, following: tuple[int, int]
) -> Remark:
    words = (
        f"{column_letters(column)} 列为插入列，“{_heading(form, heading, following[0])}”"
        f"取自 {column_letters(following[1])} 列"
    )
    return _changed(sheet, CellRef(row, column), words)


def _heading(form: Form, row: int, column: int) -> str:
    found = (anchor.text for anchor in form.anchors if anchor.heading and anchor.ref == CellRef(row, column))
    return next(found, column_letters(column)).replace("\n", "")


def _changed(sheet: SheetData, ref: CellRef, words: str) -> Remark:
    return Remark("A11", Address(sheet.name, ref), sheet.name, {"表名": sheet.name, "说明": words})


def changed_rows(form: Form, sheet: SheetData, alignment: Alignment) -> Iterator[Remark]:
    """A11 for rows put in between, rows put above, and rows that changed places."""
    rows = sorted(alignment.rows.items())
    kept = _in_order(rows)
    moved = {home: row for home, row in rows if home not in kept}
    before_home, before = 0, 0
    for home, row in rows:
        name = _row_name(form, home)
        if home in moved:
            yield _changed(sheet, CellRef(row, 1), f"“{name}”一行已移动，取自第 {row} 行")
            continue
        free = [other for other in range(before + 1, row) if other not in moved.values()]
        more = len(free) - sum(other not in moved for other in range(before_home + 1, home))
        if more > 0 and (before or row > home):
            first = free[-more]
            span = f"第 {first} 行" if more == 1 else f"第 {first}～{free[-1]} 行"
            yield _changed(sheet, CellRef(first, 1), f"{span}为插入行，“{name}”取自第 {row} 行")
        before_home, before = home, row


def _in_order(rows: Sequence[tuple[int, int]]) -> set[int]:
    """The homes of the most rows that still follow one another: the others are those that moved."""
    runs: list[tuple[tuple[int, int], ...]] = []
    for home, row in rows:
        before = max((run for run in runs if run[-1][1] < row), key=len, default=())
        runs.append((*before, (home, row)))
    return {home for home, _ in max(runs, key=len, default=())}


def _row_name(form: Form, row: int) -> str:
    texts = [anchor.text for anchor in form.anchors if anchor.ref.row == row and anchor.points is None]
    return texts[0].strip("　 ") if texts else f"第 {row} 行"


def gone(form: Form, sheet: SheetData, alignment: Alignment, lost: Set[str]) -> Iterator[Remark]:
    """A11 for rows and columns of fixed texts that are no longer there; what took fields along is told with these."""
    if not alignment.rows:
        return
    told_rows = {field.cell.row for field, _ in form.fields if field.name in lost}
    told_columns = {(heading, field.cell.column) for field, heading in form.fields if field.name in lost}
    for row in sorted({anchor.ref.row for anchor in form.anchors} - set(alignment.rows) - told_rows):
        above = max((now for home, now in alignment.rows.items() if home < row), default=0)
        yield _changed(sheet, CellRef(above + 1, 1), f"模板第 {row} 行“{_row_name(form, row)}”已删除")
    for anchor in form.anchors:
        home = (anchor.ref.row, anchor.ref.column)
        columns = alignment.columns.get(anchor.ref.row, {})
        if not anchor.heading or anchor.ref.row not in alignment.rows or home in told_columns:
            continue
        if anchor.ref.column not in columns:
            before = max((now for other, now in columns.items() if other < anchor.ref.column), default=0)
            place = CellRef(alignment.rows[anchor.ref.row], before + 1)
            yield _changed(sheet, place, f"“{_heading(form, *home)}”一列已删除，其内容按模板规定")


def changed_texts(form: Form, sheet: SheetData, alignment: Alignment) -> Iterator[Remark]:
    """A15 for every fixed text that is not, where it stands now, what the template says."""
    for anchor in (*form.anchors, *form.locked):
        note = anchor in form.locked and anchor.ref == NOTE
        ref = _note_place(anchor, sheet, alignment) if note else _place(form, anchor, alignment)
        if ref is None:
            continue
        cell = sheet.cells.get((ref.row, ref.column))
        if not _same(anchor, cell):
            words = {"原文": anchor.text, "现文": _shown(cell)}
            yield Remark("A15", Address(sheet.name, ref), sheet.name, words, _shown(cell), anchor.text)


def _note_place(note: Anchor, sheet: SheetData, alignment: Alignment) -> CellRef | None:
    """Where a sheet's note is now: in any cell above its headings that says the same, else as far above as it was."""
    first, now = min(alignment.rows.items(), default=(0, 0))
    wanted = squeeze(note.text)
    for (row, _), cell in sheet.cells.items():
        if row < now and isinstance(cell.value, str) and squeeze(cell.value) == wanted:
            return cell.ref
    row = now - first + note.ref.row
    return CellRef(row, note.ref.column) if row >= 1 else None


def _place(form: Form, anchor: Anchor, alignment: Alignment) -> CellRef | None:
    row = alignment.rows.get(anchor.ref.row)
    if row is None:
        return None
    if anchor.heading:
        column = alignment.columns.get(anchor.ref.row, {}).get(anchor.ref.column)
    else:
        column = label_column(form, anchor, alignment)
    return None if column is None else CellRef(row, column)


def label_column(form: Form, anchor: Anchor, alignment: Alignment) -> int | None:
    """Where the column of a row's text is now: as its own heading row says, or the nearest above."""
    above = [row for row in form.heading_rows if row <= anchor.ref.row] or list(form.heading_rows)
    columns = alignment.columns.get(above[-1], {})
    return columns.get(anchor.ref.column)


def _same(anchor: Anchor, cell: Cell | None) -> bool:
    value = None if cell is None else cell.value
    if anchor.points is not None and isinstance(value, float):
        return abs(value - anchor.points) < 1e-9
    said = "" if value is None else value
    return isinstance(said, str) and squeeze(said) == squeeze(anchor.text)


def _shown(cell: Cell | None) -> str:
    if cell is None or cell.value is None:
        return "空白"
    return f"{cell.value:g}" if isinstance(cell.value, float) else str(cell.value)


def beside(
    form: Form, sheet: SheetData, alignment: Alignment, rows_read: set[int], least: int
) -> Iterator[Remark]:
    """A16 for what was entered outside the form, all of it in one remark.

    `rows_read` are a table's rows, `least` is the last row its names cover.
    """
    bottom, right = _reach(form, alignment)
    bottom = max(bottom, least)
    texts = {core(anchor.text) for anchor in form.anchors}
    between = _between(form, alignment)
    outside = [
        cell
        for (row, column), cell in sorted(sheet.cells.items())
        if (column > right or (row > bottom and row not in rows_read) or row in between)
        and not is_idle(cell)
        and not _is_ours(cell, texts)
        and not _is_serial(cell, form, alignment)
    ]
    if outside:
        seen = "、".join(_clipped(cell) for cell in outside[:_LISTED])
        more = f"等 {len(outside)} 处" if len(outside) > _LISTED else ""
        places = [Address(sheet.name, cell.ref) for cell in outside[:_MOST_CELLS]]
        words = {"表名": sheet.name, "内容": seen + more}
        yield Remark("A16", places[0], sheet.name, words, seen + more, also=tuple(places[1:]))


def _is_serial(cell: Cell, form: Form, alignment: Alignment) -> bool:
    """Whether it is one of the numbers that the template gives a table's rows, moved down with its row."""
    table = form.sheet.table
    if table is None or not isinstance(cell.value, float) or not 1 <= cell.value <= table.rows:
        return False
    return cell.ref.column == alignment.columns.get(form.heading_rows[0], {}).get(1)


def _between(form: Form, alignment: Alignment) -> set[int]:
    """Rows of a grid that the form leaves empty, or that were put in."""
    if form.sheet.kind != "grid" or not alignment.rows:
        return set()
    known = set(alignment.rows.values())
    return set(range(min(known), max(known))) - known


def _is_ours(cell: Cell, texts: set[str]) -> bool:
    return isinstance(cell.value, str) and core(cell.value) in texts


def _reach(form: Form, alignment: Alignment) -> tuple[int, int]:
    """Last row and column of the form as it stands now."""
    if alignment.at_home:
        return form.last.row, form.last.column
    mapped = max(((home, row) for home, row in alignment.rows.items()), default=(0, 0))
    bottom = max([*list(alignment.rows.values()), mapped[1] + form.last.row - mapped[0]])
    shifts = [now - home for columns in alignment.columns.values() for home, now in columns.items()]
    return bottom, form.last.column + max([0, *shifts])


def _clipped(cell: Cell) -> str:
    text = _shown(cell) if cell.value is not None else f"={cell.formula}"
    return f"“{text if len(text) <= _LONGEST else text[:_LONGEST] + '…'}”"
