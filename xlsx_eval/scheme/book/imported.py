"""Reads a scheme back from its workbook, every fault with its sheet and cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xlsx_eval.errors import SchemeError
from xlsx_eval.scheme import Checked, Scheme
from xlsx_eval.scheme.book.assemble import Assembly
from xlsx_eval.scheme.book.read import Place, read_rows
from xlsx_eval.scheme.load import check_raw
from xlsx_eval.scheme.remarks import Remark


@dataclass(frozen=True, slots=True)
class Imported:
    """A scheme's workbook as read: its raw tables, what the check of them says, and what could not be read."""

    checked: Checked
    faults: tuple[str, ...]
    advice: tuple[str, ...]

    @property
    def raw(self) -> Mapping[str, Any]:
        """The raw tables."""
        return self.checked.raw

    @property
    def scheme(self) -> Scheme:
        """The scheme; raises SchemeError with every fault, each with its sheet and cell."""
        if self.faults or self.checked.scheme is None:
            raise SchemeError(self.checked.source, self.faults)
        return self.checked.scheme


def import_scheme(data: bytes, source: str, *, year: int | None = None, thorough: bool = True) -> Imported:
    """A scheme's workbook read and checked; raises SchemeError only where it is no workbook."""
    assembly = Assembly(read_rows(data, source))
    assembly.put_together()
    faults = [_sentence(place, text) for place, text in assembly.faults]
    checked = check_raw(assembly.raw, source, year=year, thorough=thorough and not faults)

    def said(remark: Remark) -> str:
        return _sentence(assembly.place(remark.path) or ("方案", "A1"), remark.text)

    unread = {place for place, _ in assembly.faults}
    errors = [said(one) for one in checked.errors if assembly.place(one.path) not in unread]
    return Imported(checked, (*faults, *errors), tuple(map(said, checked.advice)))


def _sentence(place: Place, text: str) -> str:
    return f"工作表“{place[0]}” {place[1]}：{text}"
