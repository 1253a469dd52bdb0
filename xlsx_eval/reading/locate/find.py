"""Where a submitted workbook keeps each field: names first, confirmed by row and column headings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field

from xlsx_eval.cell import FIRST, Address, CellRef
from xlsx_eval.reading.locate.align import Alignment, align, label_row, matched
from xlsx_eval.reading.locate.changes import beside, changed_columns, changed_rows, changed_texts, gone
from xlsx_eval.reading.locate.copies import copy_remarks, repeated_rows
from xlsx_eval.reading.locate.form import Form, forms_of
from xlsx_eval.reading.locate.hidden import hidden_entries
from xlsx_eval.reading.locate.merges import Merges
from xlsx_eval.reading.locate.names import BROKEN, ELSEWHERE, Named, named_places
from xlsx_eval.reading.locate.remark import Located, Location, Remark
from xlsx_eval.reading.locate.rows import MOST_ROWS, TableRows, is_idle, table_rows
from xlsx_eval.reading.locate.sheets import Chosen, choose_sheets, sheet_remarks
from xlsx_eval.scheme import Field, Scheme
from xlsx_eval.xlsx.read.book import Book, SheetData

YEAR_PROPERTY = "xlsx-eval year"
_LISTED = 4


def locate(book: Book, scheme: Scheme) -> Located:
    """Every field that can be found, and what is to be told about where it was."""
    named = named_places(book, scheme)
    shift, forms = _forms(book, scheme)
    places: dict[str, Location] = {}
    remarks: list[Remark] = list(_other_year(book, scheme, shift))
    for chosen in choose_sheets(book, forms, named):
        finder = _Finder(chosen, named, scheme)
        found = finder.places()
        places.update(found)
        remarks += finder.told()
        remarks += hidden_entries(chosen.sheet, (ref for one in found.values() for ref in one.cells))
    ordered = {name: places[name] for name in scheme.fields if name in places}
    return Located(ordered, tuple(remarks))


def _forms(book: Book, scheme: Scheme) -> tuple[int, tuple[Form, ...]]:
    """The forms with the years that the workbook's own texts bear, and how many years these are off."""
    best, most = (0, forms_of(scheme)), -1
    for shift in dict.fromkeys((0, _said_shift(book, scheme), -1, 1)):
        forms = best[1] if shift == 0 else forms_of(scheme, shift)
        texts = sum(len(form.anchors) for form in forms)
        found = sum(matched(form, sheet) for form in forms if (sheet := book.sheet(form.sheet.name)))
        if found > most:
            best, most = (shift, forms), found
        if found == texts:
            break
    return best


def _said_shift(book: Book, scheme: Scheme) -> int:
    """Years between the template that was filled in and the scheme, by the template's own word."""
    year = book.properties.get(YEAR_PROPERTY, "").partition(".")[0]
    return int(year) - scheme.year if year.isdigit() and 1990 <= int(year) <= 2100 else 0


def _other_year(book: Book, scheme: Scheme, shift: int) -> Iterator[Remark]:
    """A04 where only the texts, not the template's own word, tell another year."""
    if shift and _said_shift(book, scheme) == 0:
        year = str(scheme.year + shift)
        words = {"模板年度": year, "年度": scheme.year}
        yield Remark("A04", Address(), "", words, year, str(scheme.year))


@dataclass
class _Finder:
    """Finds the fields of one form on the sheet chosen for it."""

    chosen: Chosen
    named: Mapping[str, Named]
    scheme: Scheme
    alignment: Alignment = field(init=False)
    here: dict[str, CellRef] = field(init=False)
    moved: dict[str, tuple[CellRef, CellRef, CellRef]] = field(init=False, default_factory=dict)
    unsure: dict[str, CellRef] = field(init=False, default_factory=dict)
    by_label: list[str] = field(init=False, default_factory=list)
    lost: set[str] = field(init=False, default_factory=set)
    table: TableRows | None = field(init=False, default=None)
    bottom: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        sheet = self.sheet.name
        self.here = {
            one.name: self.named[one.name].first or CellRef(1, 1)
            for one, _ in self.form.fields
            if self.named[one.name].first is not None and self.named[one.name].sheet == sheet
        }
        self.alignment = align(self.form, self.sheet, self.here)
        self.merges = Merges(self.sheet)

    @property
    def form(self) -> Form:
        return self.chosen.form

    @property
    def sheet(self) -> SheetData:
        return self.chosen.sheet

    def places(self) -> dict[str, Location]:
        """Every field of the form that is there."""
        cells = {}
        for one, heading in self.form.fields:
            found = self._cell(one, heading)
            if found is not None:
                cells[one.name] = found
        self._part(cells)
        self.lost = {one.name for one, _ in self.form.fields} - set(cells)
        if self.form.sheet.table is not None:
            return self._columns(cells)
        taken = set(cells.values())
        return {
            name: Location(self.sheet.name, (self._merged(name, ref, taken),), name in self.here)
            for name, ref in cells.items()
        }

    def _merged(self, name: str, ref: CellRef, taken: Set[CellRef]) -> CellRef:
        """The cell that speaks for a field's own; a figure never speaks for another."""
        if not self.scheme.fields[name].numeric:
            return self.merges.top(ref, self._is_input)
        top = self.merges.top(ref, lambda cell: self._is_input(cell) and cell not in taken)
        if top == ref:
            self.merges.hides(ref)
        return top

    def _part(self, cells: dict[str, CellRef]) -> None:
        """Of several fields that headings lead to one cell, it belongs to the one whose name says so."""
        by_cell: dict[CellRef, list[str]] = {}
        for name, ref in cells.items():
            by_cell.setdefault(ref, []).append(name)
        for ref, names in by_cell.items():
            for name in names if len(names) > 1 else ():
                if self.here.get(name) != ref:
                    self._give_way(name, cells)

    def _give_way(self, name: str, cells: dict[str, CellRef]) -> None:
        """Back to the cell of its name, or lost."""
        self.moved.pop(name, None)
        self.unsure.pop(name, None)
        self.by_label = [other for other in self.by_label if other != name]
        if name in self.here and self.here[name] not in cells.values():
            cells[name] = self.here[name]
        else:
            del cells[name]

    def _is_input(self, ref: CellRef) -> bool:
        """Whether a cell may hold an entry: it is no label."""
        return ref.column > 1

    def _cell(self, one: Field, heading: int) -> CellRef | None:
        """The first cell of a field: where name and headings agree, else the surer of both."""
        row = label_row(self.form, one.cell.row)
        labelled = self.alignment.place(one.cell, heading, row)
        named = self.here.get(one.name)
        if labelled is None and named is not None and self._in_line_of_another(one, named, row):
            return None
        if labelled is None or named == labelled:
            return named if named is not None else labelled
        certain = self.alignment.certain(one.cell, heading, row)
        if named is None:
            if certain:
                self.by_label.append(one.name)
            else:
                self.unsure[one.name] = labelled
            return labelled
        if one.table is not None and named.column == labelled.column:
            return named
        # A label that leads to a blank while the name leads to an entry may have been moved itself.
        chosen = labelled if certain and (self._filled(labelled) or not self._filled(named)) else named
        self.moved[one.name] = (named, labelled, chosen)
        return chosen

    def _in_line_of_another(self, one: Field, ref: CellRef, home: int) -> bool:
        """Whether the label beside a cell is that of another line: the field's own line was pasted over."""
        lines = self.alignment.rows.items()
        return one.table is None and any(now == ref.row for other, now in lines if other != home)

    def _filled(self, ref: CellRef) -> bool:
        cell = self.sheet.cells.get((ref.row, ref.column))
        return cell is not None and not is_idle(cell)

    def _columns(self, cells: Mapping[str, CellRef]) -> dict[str, Location]:
        table = self.form.sheet.table
        if table is None or not cells:
            return {}
        heading = self.alignment.rows.get(self.form.heading_rows[0])
        first = heading + 1 if heading is not None else min(ref.row for ref in cells.values())
        ends = [self.named[name].last for name in cells if name in self.here]
        last = max(
            [end.row for end in ends if end is not None and end.row >= first], default=first + table.rows - 1
        )
        starts = [ref.row for name, ref in cells.items() if name in self.here and ref.row > first]
        if len(starts) > len(cells) // 2:
            first = min(starts)
        columns = {name: ref.column for name, ref in cells.items()}
        self.bottom = min(last, first + MOST_ROWS - 1)
        self.table = table_rows(self.sheet, table, columns, first, last, self.sheet.name)
        return {name: self._column(name, column, self.table.rows) for name, column in columns.items()}

    def _column(self, name: str, column: int, rows: tuple[int, ...]) -> Location:
        cells = tuple(CellRef(row, column) for row in rows)
        if self.scheme.fields[name].numeric:
            for ref in cells:
                self.merges.hides(ref)
        else:
            cells = tuple(self.merges.top(ref, lambda top: top.column == column) for ref in cells)
        return Location(self.sheet.name, cells, name in self.here)

    def told(self) -> Iterator[Remark]:
        """What is to be told of this form, after its places were found."""
        yield from sheet_remarks(self.chosen)
        yield from copy_remarks(self.chosen)
        yield from self._told_names()
        if not self.alignment.at_home:
            yield from changed_columns(self.form, self.sheet, self.alignment)
            yield from changed_rows(self.form, self.sheet, self.alignment)
            yield from gone(self.form, self.sheet, self.alignment, self.lost)
        yield from repeated_rows(self.form, self.sheet, self.alignment)
        yield from changed_texts(self.form, self.sheet, self.alignment)
        rows = set(self.table.rows) if self.table else set()
        if self.table:
            yield from self.table.remarks
        yield from beside(self.form, self.sheet, self.alignment, rows, self.bottom)
        yield from self.merges.told(self.form.sheet.name)

    def _told_names(self) -> Iterator[Remark]:
        labels = {one.name: one.label for one, _ in self.form.fields}
        for code, fault in (("A03", BROKEN), ("A19", ELSEWHERE)):
            hit = [
                name
                for name in self.by_label
                if (self.named[name].fault == ELSEWHERE) == (fault == ELSEWHERE)
            ]
            if hit:
                words = {
                    "表名": self.sheet.name,
                    "数量": len(hit),
                    "清单": _listed([labels[name] for name in hit]),
                }
                yield Remark(code, Address(self.sheet.name, FIRST), self.sheet.name, words)
        if self.unsure:
            places = [Address(self.sheet.name, ref) for ref in self.unsure.values()]
            words = {
                "表名": self.sheet.name,
                "数量": len(places),
                "位置": "、".join(place.cell for place in places[:_LISTED])
                + ("等" if len(places) > _LISTED else ""),
                "清单": _listed([labels[name] for name in self.unsure]),
            }
            yield Remark("A21", places[0], next(iter(self.unsure)), words, also=tuple(places[1:]))
        yield from self._told_moves(labels)

    def _told_moves(self, labels: Mapping[str, str]) -> Iterator[Remark]:
        """A10, one for all fields that went the same way."""
        ways: dict[tuple[int, int, bool], list[str]] = {}
        for name, (before, labelled, chosen) in self.moved.items():
            way = labelled.row - before.row, labelled.column - before.column, chosen == labelled
            ways.setdefault(way, []).append(name)
        for names in ways.values():
            more = "等" if len(names) > 1 else ""
            before, labelled, chosen = self.moved[names[0]]
            words = {
                "表名": self.sheet.name,
                "字段": _listed([labels[name] for name in names]),
                "名称位置": f"{before}{more}",
                "表头位置": f"{labelled}{more}",
                "采用": f"{chosen}{more}",
            }
            cells = [ref for name in names for ref in (self.moved[name][2], self.moved[name][0])]
            also = tuple(Address(self.sheet.name, ref) for ref in dict.fromkeys(cells) if ref != chosen)
            yield Remark("A10", Address(self.sheet.name, chosen), names[0], words, also=also)


def _listed(labels: list[str]) -> str:
    return "、".join(labels[:_LISTED]) + (f"等 {len(labels)} 项" if len(labels) > _LISTED else "")
