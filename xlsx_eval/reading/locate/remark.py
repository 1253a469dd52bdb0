"""What is to be told about places, and where each field was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from xlsx_eval.cell import Address, CellRef


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to be told of how a place was found; `words` fill the catalogue's message of `code`.

    `field` is the field or sheet it is about, `also` further places of the same cause.
    """

    code: str
    place: Address
    field: str
    words: Mapping[str, object]
    found: str = ""
    expected: str = ""
    also: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class Location:
    """Cells of one field, top to bottom (one cell unless it is a column); `by_name` is False when labels led here."""

    sheet: str
    cells: tuple[CellRef, ...]
    by_name: bool


@dataclass(frozen=True, slots=True)
class Located:
    """Every field that was found, by name, and what is to be told about it."""

    places: Mapping[str, Location]
    remarks: tuple[Remark, ...] = field(default=())
