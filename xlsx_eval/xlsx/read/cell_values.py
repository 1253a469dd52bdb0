"""The value of a cell, from its type and its text as stored."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlsx_eval.cell import ErrorValue, Scalar
from xlsx_eval.xlsx.read.cell_styles import CellStyle
from xlsx_eval.xlsx.read.serial import from_iso
from xlsx_eval.xlsx.read.stream import TRUE, as_stored, unescaped

_ERRORS: Mapping[str, ErrorValue] = {error.value: error for error in ErrorValue}


@dataclass(frozen=True, slots=True)
class Context:
    """What cells refer to outside their sheet, and how many of them may be kept."""

    strings: Sequence[str] = ()
    styles: Sequence[CellStyle] = ()
    date1904: bool = False
    most_cells: int = 1 << 40


def stored_value(kind: str, text: str, attrs: dict[str, str], context: Context) -> Scalar:
    """Value of the text in `v`; raises LookupError for a shared string that is not there.

    `kind` is the cell's `t`, `attrs` are those of `v`. Error values newer than Excel 2007 count as #VALUE!.
    """
    if kind == "n":
        return _number(text)
    if kind == "s":
        return _shared_string(text, context.strings)
    if kind == "b":
        return text.strip() in TRUE if text.strip() else None
    if kind == "e":
        return _ERRORS.get(text.strip(), ErrorValue.VALUE)
    if kind == "d":
        serial = from_iso(text, context.date1904)
        return unescaped(text) if serial is None else serial
    return unescaped(as_stored(text, attrs))


def _shared_string(text: str, strings: Sequence[str]) -> str | None:
    if not text.strip():
        return None
    index = text.strip()
    if not index.isdecimal():
        raise LookupError(text)
    return strings[int(index)]


def _number(text: str) -> float | str | None:
    """A number; what is none stays text, so that nothing typed is lost."""
    try:
        number = float(text)
    except ValueError:
        return unescaped(text) if text.strip() else None
    return number if math.isfinite(number) and "_" not in text else text
