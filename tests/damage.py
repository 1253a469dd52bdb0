"""A workbook of ours changed as departments and programs change them: cell by cell, or by openpyxl."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl
from forms import scheme
from openpyxl.workbook import Workbook
from openpyxl.workbook.defined_name import DefinedName

from xlsx_eval import Evaluation, evaluate
from xlsx_eval.cell import CellRef
from xlsx_eval.findings import Finding
from xlsx_eval.form.fill import fill, read_values

VALUES = Path(__file__).resolve().parents[1] / "samples" / "values" / "区教育局.toml"


@cache
def faultless() -> bytes:
    """A form without fault: every figure adds up, every rate is right."""
    return fill(read_values(VALUES), scheme())


class Editor:
    """A package whose cells are set by changing their XML; everything else stays as it is."""

    def __init__(self, data: bytes | None = None) -> None:
        with zipfile.ZipFile(io.BytesIO(data or faultless())) as archive:
            self.parts = {name: archive.read(name).decode("utf-8") for name in archive.namelist()}
        names = re.findall(r'<sheet name="([^"]+)"', self.parts["xl/workbook.xml"])
        self.sheets = {name: f"xl/worksheets/sheet{number}.xml" for number, name in enumerate(names, start=1)}

    def set(self, sheet: str, cell: str, value: object = None, formula: str | None = None) -> Editor:
        """Put a value, or a formula with this result (None: without any), into a cell."""
        part = self.sheets[sheet]
        found = re.search(rf'<c r="{cell}"([^>]*?)(/>|>.*?</c>)', self.parts[part], re.DOTALL)
        style = re.search(r' s="\d+"', found[1]) if found else None
        new = _cell_xml(cell, style[0] if style else "", value, formula)
        if found:
            self.parts[part] = self.parts[part].replace(found[0], new, 1)
        else:
            self._insert(part, cell, new)
        return self

    def _insert(self, part: str, cell: str, new: str) -> None:
        row = int(re.sub(r"\D", "", cell))
        xml = self.parts[part]
        found = re.search(rf'<row r="{row}"[^>]*?(/>|>.*?</row>)', xml, re.DOTALL)
        if found and found[0].endswith("</row>"):
            self.parts[part] = xml.replace(found[0], _in_row(found[0], cell, new), 1)
            return
        if found:
            self.parts[part] = xml.replace(found[0], f'<row r="{row}">{new}</row>', 1)
            return
        later = next((m for m in re.finditer(r'<row r="(\d+)"', xml) if int(m[1]) > row), None)
        at = later.start() if later else xml.index("</sheetData>")
        self.parts[part] = f'{xml[:at]}<row r="{row}">{new}</row>{xml[at:]}'

    def swap(self, part: str, old: str, new: str) -> Editor:
        """Replace text in a part; it must be there."""
        assert old in self.parts[part], old
        self.parts[part] = self.parts[part].replace(old, new)
        return self

    def save(self) -> bytes:
        """The package."""
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in self.parts.items():
                archive.writestr(name, text)
        return stream.getvalue()


def _in_row(row: str, cell: str, new: str) -> str:
    wanted = _order(cell)
    for found in re.finditer(r'<c r="([A-Z]+\d+)"', row):
        if _order(found[1]) > wanted:
            return row[: found.start()] + new + row[found.start() :]
    return row.removesuffix("</row>") + new + "</row>"


def _order(cell: str) -> tuple[int, str]:
    letters = re.sub(r"\d", "", cell)
    return len(letters), letters


def _cell_xml(cell: str, style: str, value: object, formula: str | None) -> str:
    if formula is not None:
        kind = ' t="str"' if isinstance(value, str) and not value.startswith("#") else ""
        kind = ' t="e"' if isinstance(value, str) and value.startswith("#") else kind
        result = "" if value is None else f"<v>{escape(str(value))}</v>"
        return f'<c r="{cell}"{style}{kind}><f>{escape(formula)}</f>{result}</c>'
    if value is None:
        return f'<c r="{cell}"{style}/>'
    if isinstance(value, bool):
        return f'<c r="{cell}"{style} t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{cell}"{style}><v>{value!r}</v></c>'
    if str(value).startswith("#") and str(value)[-1] in "!?A":
        return f'<c r="{cell}"{style} t="e"><v>{value}</v></c>'
    text = escape(str(value))
    return f'<c r="{cell}"{style} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def edited(sheet: str, cell: str, value: object = None, formula: str | None = None) -> Evaluation:
    """The faultless form with one cell changed, judged."""
    return evaluate(Editor().set(sheet, cell, value, formula).save(), scheme())


def cut(book: Workbook, sheet: str, *, row: int = 0, column: int = 0) -> None:
    """Delete a row or a column as Excel does: merges and names move along, names of what is gone break."""
    page = book[sheet]
    merges = [merged.bounds for merged in page.merged_cells.ranges]
    for merged in list(page.merged_cells.ranges):
        page.unmerge_cells(str(merged))
    if row:
        page.delete_rows(row)
    if column:
        page.delete_cols(column)
    for left, top, right, bottom in merges:
        across, down = _left(left, right, column), _left(top, bottom, row)
        if across and down and across + down != (left, left, top, top):
            page.merge_cells(None, down[0], across[0], down[1], across[1])
    for name, defined in list(book.defined_names.items()):
        where, _, cells = defined.attr_text.partition("!")
        if where.strip("'") == sheet:
            corners = [CellRef.parse(corner) for corner in cells.split(":")]
            across = _left(corners[0].column, corners[-1].column, column)
            down = _left(corners[0].row, corners[-1].row, row)
            rest = "#REF!"
            if across and down:
                rest = f"{CellRef(down[0], across[0]).absolute}:{CellRef(down[1], across[1]).absolute}"
            book.defined_names[name] = DefinedName(name, attr_text=f"{where}!{rest}")


def _left(first: int, last: int, gone: int) -> tuple[int, int] | None:
    """What is left of a span when one of its rows or columns is deleted; None if it was all."""
    if first == last == gone:
        return None
    return first - (0 < gone < first), last - (0 < gone <= last)


def resaved(change: Callable[[Workbook], None]) -> Evaluation:
    """The faultless form changed through openpyxl, judged."""
    book = openpyxl.load_workbook(io.BytesIO(faultless()))
    change(book)
    return evaluate(saved(book), scheme())


def saved(book: Workbook) -> bytes:
    """The workbook as openpyxl writes it."""
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def at(evaluation: Evaluation, sheet: str, cell: str) -> set[str]:
    """Codes that name a cell, be it as one of several."""
    return {item.code for item in evaluation.findings if (sheet, cell) in named_cells(item)}


def named_cells(item: Finding) -> set[tuple[str, str]]:
    """Every cell that a finding names."""
    return {(item.sheet, item.cell), *item.also}


def told(evaluation: Evaluation) -> set[tuple[str, str, str]]:
    """Code, sheet and cell of every finding."""
    return {(item.code, item.sheet, item.cell) for item in evaluation.findings}
