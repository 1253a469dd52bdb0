"""What the styles part says about reading a cell: its number format and its own lock."""

from __future__ import annotations

from dataclasses import dataclass

from xlsx_eval.xlsx.read.number_formats import BUILTIN, GENERAL
from xlsx_eval.xlsx.read.stream import main_names, stream

_NAMES = main_names(("numFmt", "cellXfs", "xf", "protection", "dxfs"))
FALSE = ("0", "false")


@dataclass(frozen=True, slots=True)
class CellStyle:
    """The part of a cell's style that matters to a reader."""

    number_format: str = GENERAL
    locked: bool = True


PLAIN = CellStyle()


def cell_styles(raw: bytes, partname: str) -> tuple[CellStyle, ...]:
    """Styles by the index cells use."""
    reader = _Styles()
    stream(raw, partname, reader.start, reader.end)
    formats = {**BUILTIN, **reader.formats}
    return tuple(CellStyle(formats.get(number, GENERAL), locked) for number, locked in reader.records)


class _Styles:
    """Collects custom formats and cell records."""

    def __init__(self) -> None:
        self.formats: dict[int, str] = {}
        self.records: list[tuple[int, bool]] = []
        self.inside = False

    def start(self, name: str, attrs: dict[str, str]) -> None:
        local = _NAMES.get(name)
        if local == "xf":
            if self.inside:
                self.records.append((_number(attrs.get("numFmtId")), True))
        elif local == "cellXfs":
            self.inside = True
        elif local == "protection":
            if self.inside and self.records:
                self.records[-1] = self.records[-1][0], attrs.get("locked", "1") not in FALSE
        elif local == "numFmt" and not self.records:
            self.formats[_number(attrs.get("numFmtId"))] = attrs.get("formatCode", GENERAL)

    def end(self, name: str) -> None:
        if _NAMES.get(name) == "cellXfs":
            self.inside = False


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0
