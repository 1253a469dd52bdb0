"""The shared strings of a workbook, as plain text."""

from __future__ import annotations

from xml.parsers import expat

from xlsx_eval.xlsx.read.stream import as_stored, main_names, stream, unescaped

_NAMES = main_names(("si", "t", "rPh"))


def shared_strings(raw: bytes, partname: str) -> tuple[str, ...]:
    """Texts of the part by index: rich text joined, phonetic readings left out, escapes decoded."""
    reader = _Strings()
    stream(raw, partname, reader.start, reader.end, reader.attach)
    return tuple(reader.texts)


class _Strings:
    """Collects the text of every item."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.runs: list[str] = []
        self.pieces: list[str] = []
        self.attrs: dict[str, str] = {}
        self.phonetic = False

    def attach(self, parser: expat.XMLParserType) -> None:
        self.parser = parser

    def start(self, name: str, attrs: dict[str, str]) -> None:
        local = _NAMES.get(name)
        if local == "t":
            self.attrs = attrs
            if not self.phonetic:
                self.parser.CharacterDataHandler = self.pieces.append
        elif local == "rPh":
            self.phonetic = True

    def end(self, name: str) -> None:
        local = _NAMES.get(name)
        if local == "t":
            self.parser.CharacterDataHandler = None
            self.runs.append(as_stored("".join(self.pieces), self.attrs))
            self.pieces.clear()
        elif local == "si":
            self.texts.append(unescaped("".join(self.runs)))
            self.runs.clear()
        elif local == "rPh":
            self.phonetic = False
