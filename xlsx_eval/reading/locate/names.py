"""Defined names of a workbook, and what each of them is good for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from xlsx_eval.cell import CellRef
from xlsx_eval.scheme import Scheme
from xlsx_eval.xlsx.read.book import Book

_TARGET = re.compile(r"(?:'((?:[^']|'')+)'|([^'!\[\]]+))!(\$?[A-Z]{1,3}\$?\d+)(?::(\$?[A-Z]{1,3}\$?\d+))?\Z")
_EXTERNAL = re.compile(r"'?[^'!]*\[")

MISSING, BROKEN, ELSEWHERE = "missing", "broken", "elsewhere"
"""Why a name is no use: there is none, it refers to nothing, it refers to another workbook."""


def target_of(refers_to: str) -> tuple[str, CellRef, CellRef] | None:
    """Sheet and corners that a defined name refers to; None for #REF!, other workbooks and formulas."""
    match = _TARGET.match(refers_to.removeprefix("="))
    if match is None:
        return None
    sheet = match[1].replace("''", "'") if match[1] else match[2]
    if "[" in sheet:
        return None
    try:
        first = CellRef.parse(match[3])
        last = CellRef.parse(match[4]) if match[4] else first
    except ValueError:
        return None
    return sheet, first, last


@dataclass(frozen=True, slots=True)
class Named:
    """Where a field's name points; `fault` says why it points nowhere in this workbook."""

    sheet: str = ""
    first: CellRef | None = None
    last: CellRef | None = None
    fault: str = ""


def named_places(book: Book, scheme: Scheme) -> dict[str, Named]:
    """The defined name of every field; one scoped to a sheet counts where there is no other."""
    names = {name.casefold(): refers_to for (_, name), refers_to in book.local_names.items()}
    names |= {name.casefold(): refers_to for name, refers_to in book.names.items()}
    sheets = {sheet.name.casefold(): sheet.name for sheet in book.sheets}
    return {name: _named(names.get(name.casefold()), sheets) for name in scheme.fields}


def _named(refers_to: str | None, sheets: dict[str, str]) -> Named:
    if refers_to is None:
        return Named(fault=MISSING)
    target = target_of(refers_to)
    if target is not None and target[0].casefold() in sheets:
        return Named(sheets[target[0].casefold()], target[1], target[2])
    return Named(fault=ELSEWHERE if _EXTERNAL.match(refers_to) else BROKEN)
