"""Workbooks in other formats (.xls, .xlsb, .ods, .csv): their entries found by labels, poured into a fresh template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from xlsx_eval.cell import Address, ErrorValue, Scalar
from xlsx_eval.form.fill import LONGEST_TEXT, fill
from xlsx_eval.reading.entries import Answer, Submission
from xlsx_eval.reading.locate import Remark
from xlsx_eval.reading.submission import read_submission
from xlsx_eval.scheme import Scheme, Table
from xlsx_eval.xlsx import strip_marks
from xlsx_eval.xlsx.package.archive import DEFAULT_LIMITS, Limits
from xlsx_eval.xlsx.read.sniff import sniff
from xlsx_eval.xlsx.read.workbook import read_book

FOREIGN = frozenset({"xls", "xlsb", "ods", "csv"})
"""Kinds of workbook that cannot be written on."""
_PACKAGES = frozenset({"xlsx", "xlsm", "xltx", "xltm"})
_WORTH_TELLING = frozenset({"A10", "A11", "A13", "A15", "A16", "A17", "A18", "A21", "A22", "A23"})
"""What is told of the file that came; that its names are lost and its sheets named otherwise goes without saying."""


def submitted(data: bytes, scheme: Scheme, limits: Limits = DEFAULT_LIMITS) -> Submission:
    """The answers of a workbook of any kind, without our own marks; raises errors.Unreadable.

    Those of another format have their places in the fresh template; what the file lacks is listed as lost.
    """
    if sniff(data) not in FOREIGN:
        return read_submission(read_book(without_marks(data, limits), limits), scheme)
    source = read_submission(read_book(data, limits), scheme)
    if len(source.lost) == len(scheme.fields):
        return source
    fresh = read_submission(read_book(_fresh(source, scheme)), scheme)
    gone = {field.name for field in source.lost}
    return replace(
        fresh,
        book=replace(fresh.book, kind=source.book.kind),
        answers={name: answer for name, answer in fresh.answers.items() if name not in gone},
        columns={name: column for name, column in fresh.columns.items() if name not in gone},
        lost=source.lost,
        remarks=tuple(_told(source)),
    )


def without_marks(data: bytes, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The file without our marks; one of a format that cannot bear them as it is."""
    return strip_marks(data, limits) if sniff(data) in _PACKAGES else data


def poured(data: bytes, scheme: Scheme, limits: Limits = DEFAULT_LIMITS) -> bytes | None:
    """A fresh template with the entries of a workbook in another format; None for one that can be written on."""
    if sniff(data) not in FOREIGN:
        return None
    return _fresh(read_submission(read_book(data, limits), scheme), scheme)


def extension_of(kind: str) -> str:
    """The extension of what is handed back for a workbook of that kind."""
    return ".xlsx" if kind in FOREIGN else f".{kind}"


def _told(source: Submission) -> Iterator[Remark]:
    """Remarks about the file that came, whose cells are not those of the template that goes back."""
    for remark in source.remarks:
        if remark.code in _WORTH_TELLING:
            yield replace(remark, place=Address(), also=())


def _fresh(source: Submission, scheme: Scheme) -> bytes:
    values: dict[str, object] = {name: _entry(answer) for name, answer in source.answers.items()}
    needed: dict[str, int] = {}
    for table in scheme.tables.values():
        rows = [dict(_row(source, table, index)) for index in source.filled_rows(table.id)]
        values[table.id] = rows
        needed[table.id] = len(rows)
    return fill(values, _widened(scheme, needed))


def _row(source: Submission, table: Table, index: int) -> Iterator[tuple[str, object]]:
    for name, answer in source.row(table.id, index).items():
        yield name, _entry(answer)


def _entry(answer: Answer) -> object:
    """What is written into the fresh cell: the entry as it came, as far as a cell can hold it."""
    raw: Scalar = answer.raw
    if isinstance(raw, bool | ErrorValue):
        return str(raw).upper()
    if not isinstance(raw, str):
        return raw
    text = "".join(char for char in raw if not "\ud800" <= char <= "\udfff")
    text = text.encode("utf-16-le")[: 2 * LONGEST_TEXT].decode("utf-16-le", "ignore")
    return f" {text}" if text.startswith("<r>") and text.endswith("</r>") else text


def _widened(scheme: Scheme, needed: Mapping[str, int]) -> Scheme:
    """The scheme with room for as many rows as its tables need, so that none is cut off."""
    if all(count <= scheme.tables[name].rows for name, count in needed.items()):
        return scheme
    tables = {
        name: replace(table, rows=max(table.rows, needed[name])) for name, table in scheme.tables.items()
    }
    sheets = tuple(
        sheet if sheet.table is None else replace(sheet, table=tables[sheet.table.id])
        for sheet in scheme.sheets
    )
    own = None if scheme.own is None else replace(scheme.own, table=tables[scheme.own.table.id])
    return replace(scheme, tables=tables, sheets=sheets, own=own)
