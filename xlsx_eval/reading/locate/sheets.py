"""Which sheet of the workbook is which sheet of the template: by name, by content, by what names point to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlsx_eval.cell import FIRST, Address
from xlsx_eval.reading.locate.align import matched
from xlsx_eval.reading.locate.form import Form
from xlsx_eval.reading.locate.names import Named
from xlsx_eval.reading.locate.remark import Remark
from xlsx_eval.reading.locate.rows import is_idle
from xlsx_eval.reading.locate.text import core
from xlsx_eval.xlsx.read.book import Book, SheetData

_LIKELY = 0.6
"""Share of a form's texts that must be found before a sheet is taken for it whatever it is called."""
_MOST_TEXTS = 20_000


@dataclass(frozen=True, slots=True)
class Chosen:
    """The sheet that holds a form, and others that hold the same one."""

    form: Form
    sheet: SheetData
    copies: tuple[SheetData, ...] = ()


def choose_sheets(book: Book, forms: Sequence[Form], named: Mapping[str, Named]) -> tuple[Chosen, ...]:
    """A sheet for every form that has one; no sheet is used twice."""
    chosen: dict[int, SheetData] = {}
    for number, form in enumerate(forms):
        sheet = book.sheet(form.sheet.name)
        if sheet is not None and matched(form, sheet) == len(form.anchors):
            chosen[number] = sheet
    likeness = _Likeness(book, forms)
    for number, form in enumerate(forms):
        if number not in chosen:
            free = [sheet for sheet in book.sheets if all(sheet is not used for used in chosen.values())]
            best = _best(form, free, named, likeness)
            if best is not None:
                chosen[number] = best
    spare = [sheet for sheet in book.sheets if all(sheet is not used for used in chosen.values())]
    return tuple(
        _fuller(
            forms[number], sheet, tuple(other for other in spare if likeness(forms[number], other) >= _LIKELY)
        )
        for number, sheet in sorted(chosen.items())
    )


def _fuller(form: Form, sheet: SheetData, copies: tuple[SheetData, ...]) -> Chosen:
    """The sheet with its copies, or a copy with the sheet where almost only the copy was filled in."""
    counts = [_filled(form, one) for one in (sheet, *copies)]
    most = counts.index(max(counts))
    if most and counts[0] * 10 <= counts[most]:
        others = tuple(one for one in (sheet, *copies) if one is not copies[most - 1])
        return Chosen(form, copies[most - 1], others)
    return Chosen(form, sheet, copies)


def _filled(form: Form, sheet: SheetData) -> int:
    """Entries where the template has its input cells; of a table, in its first rows."""
    reach = range(10) if form.sheet.table is not None else range(1)
    places = ((field.cell.row + more, field.cell.column) for field, _ in form.fields for more in reach)
    cells = (sheet.cells.get(place) for place in places)
    return sum(1 for cell in cells if cell is not None and not is_idle(cell))


def _best(
    form: Form, free: Sequence[SheetData], named: Mapping[str, Named], likeness: _Likeness
) -> SheetData | None:
    """The likeliest of the free sheets: its content counts, its name and the fields' names decide near ties."""
    votes = Counter(
        named[field.name].sheet for field, _ in form.fields if named[field.name].first is not None
    )
    least = max(1, len(form.fields) // 2)
    ranked = []
    for position, sheet in enumerate(free):
        alike = likeness(form, sheet)
        called = sheet.name.casefold() == form.sheet.name.casefold()
        meant = votes[sheet.name] >= least
        if alike >= _LIKELY or (alike > 0 and (called or meant)) or (called and meant):
            ranked.append((alike + 0.2 * called + 0.1 * meant, -position, sheet))
    return max(ranked, key=lambda entry: entry[:2])[2] if ranked else None


class _Likeness:
    """How much of a form's texts a sheet holds, 0 to 1; texts of a sheet are gathered once."""

    def __init__(self, book: Book, forms: Sequence[Form]) -> None:
        self._texts: dict[str, frozenset[str]] = {}
        self._wanted = {form.sheet.name: _texts(form) for form in forms}

    def __call__(self, form: Form, sheet: SheetData) -> float:
        wanted, seen = self._wanted[form.sheet.name], self._of(sheet)
        for other, texts in self._wanted.items():
            if other != form.sheet.name and texts - wanted <= seen and not (wanted - texts) & seen:
                return 0.0 if texts - wanted else len(wanted & seen) / len(wanted)
        return len(wanted & seen) / len(wanted)

    def _of(self, sheet: SheetData) -> frozenset[str]:
        if sheet.name not in self._texts:
            values = (cell.value for cell in sheet.cells.values())
            texts = [value for value in values if isinstance(value, str) and len(value) <= 400]
            self._texts[sheet.name] = frozenset(core(text) for text in texts[:_MOST_TEXTS])
        return self._texts[sheet.name]


def _texts(form: Form) -> frozenset[str]:
    return frozenset(core(anchor.text) for anchor in form.anchors if anchor.points is None)


def sheet_remarks(chosen: Chosen) -> list[Remark]:
    """A12 for another name, A14 for a hidden sheet."""
    wanted, sheet = chosen.form.sheet.name, chosen.sheet
    remarks = []
    if sheet.name.casefold() != wanted.casefold():
        words = {"原名": wanted, "现名": sheet.name}
        remarks.append(Remark("A12", Address(sheet.name, FIRST), wanted, words, sheet.name, wanted))
    if sheet.state != "visible":
        remarks.append(
            Remark("A14", Address(sheet.name, FIRST), wanted, {"表名": sheet.name, "范围": "工作表"})
        )
    return remarks
