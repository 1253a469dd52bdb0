"""Values stored in single cells of a worksheet part, found by text so that large sheets cost little."""

from __future__ import annotations

import re
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from xml.parsers import expat

from xlsx_eval.cell import CellRef
from xlsx_eval.xlsx.package.markup import Node, whole
from xlsx_eval.xlsx.package.parts import Package

_HIDDEN = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>", re.S)
_WITHOUT_REF = re.compile(rb"""<(?:[\w.-]+:)?(?:c|row)(?=[\s>/])(?![^>]* r=["'])""")
_STRING_ITEM = re.compile(rb"<(?:[\w.-]+:)?si(?=[\s>/])")
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Stored:
    """What a cell holds: `kind` is n, text, b, e, d, blank or unknown (a formula never calculated)."""

    kind: str
    text: str = ""
    formula: bool = False


BLANK = Stored("blank")


def stored_values(data: bytes, refs: Collection[CellRef], strings: SharedStrings) -> dict[CellRef, Stored]:
    """What the cells of `refs` hold in a worksheet given as UTF-8; cells not written are blank."""
    plain = _HIDDEN.sub(lambda match: b" " * len(match[0]), data) if b"<!" in data else data
    starts = _by_text(plain, refs)
    if len(starts) < len(refs) and _WITHOUT_REF.search(plain):
        starts = _counted(data, refs)
    return {ref: _stored(data, starts[ref], strings) if ref in starts else BLANK for ref in refs}


def _by_text(data: bytes, refs: Collection[CellRef]) -> dict[CellRef, int]:
    """Offsets of the tags of cells, by their `r` attribute."""
    if not refs:
        return {}
    names = b"|".join(str(ref).encode() for ref in sorted(refs))
    pattern = re.compile(rb""" r=["'](%s)["']""" % names)
    starts: dict[CellRef, int] = {}
    for match in pattern.finditer(data):
        start = data.rfind(b"<", 0, match.start())
        if re.match(rb"<(?:[\w.-]+:)?c\s", data[start : start + 80]):
            starts.setdefault(CellRef.parse(match[1].decode()), start)
    return starts


def _counted(data: bytes, refs: Collection[CellRef]) -> dict[CellRef, int]:
    """Offsets of the tags of cells, by counting where `r` is left out, as the standard allows."""
    counter = _Counter(frozenset(refs))
    counter.parser.Parse(data, True)
    return counter.starts


class _Counter:
    """Walks all rows and cells; only for the few files whose cells bear no reference."""

    def __init__(self, refs: frozenset[CellRef]) -> None:
        self.refs = refs
        self.row = self.column = 0
        self.starts: dict[CellRef, int] = {}
        self.parser = expat.ParserCreate("UTF-8", " ")
        self.parser.StartElementHandler = self._start

    def _start(self, name: str, attrs: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        given = attrs.get("r", "")
        if local == "row":
            number = whole(given)
            self.row = self.row + 1 if number is None else number
            self.column = 0
        elif local == "c":
            ref = CellRef.parse(given) if given else CellRef(self.row, self.column + 1)
            self.column = ref.column
            if ref in self.refs:
                self.starts.setdefault(ref, self.parser.CurrentByteIndex)


def _fragment(data: bytes, start: int) -> Node | None:
    """The element at `start` by itself; prefixes need no declaration here, names keep them."""
    size = _CHUNK
    while True:
        node = _Fragment().read(data[start : start + size])
        if node is not None or start + size >= len(data):
            return node
        size *= 8


class _Fragment:
    """Reads one element and stops caring; what follows it in the buffer may be anything."""

    def __init__(self) -> None:
        self.open: list[Node] = []
        self.root: Node | None = None
        self.parser = expat.ParserCreate("UTF-8")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def read(self, data: bytes) -> Node | None:
        with suppress(expat.ExpatError):
            self.parser.Parse(data, False)
        return self.root

    def _start(self, name: str, attrs: dict[str, str]) -> None:
        if self.root is None:
            node = Node("", name.rpartition(":")[2], "", attrs, 0, 0)
            if self.open:
                self.open[-1].children.append(node)
            self.open.append(node)

    def _end(self, _: str) -> None:
        if self.root is None:
            node = self.open.pop()
            if not self.open:
                self.root = node

    def _characters(self, text: str) -> None:
        if self.root is None and self.open:
            self.open[-1].text += text


def _stored(data: bytes, start: int, strings: SharedStrings) -> Stored:
    node = _fragment(data, start)
    if node is None:
        return BLANK
    kind = node.attrs.get("t", "n")
    formula = node.find("f") is not None
    written = node.find("v")
    inline = node.find("is")
    if kind == "inlineStr" and inline is not None:
        return _text(rich_text(inline), formula)
    if written is None or (not written.text and kind != "str"):
        return Stored("unknown", formula=True) if formula else BLANK
    if kind == "s":
        return _text(strings.get(written.text.strip()), formula)
    if kind in ("str", "inlineStr"):
        return _text(unescaped(written.text), formula)
    return Stored(kind if kind in ("b", "e", "d") else "n", written.text.strip(), formula)


def _text(text: str, formula: bool) -> Stored:
    return Stored("text", text, formula)


class SharedStrings:
    """The workbook's shared strings, looked up one by one; phonetic guides are no part of a string."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._data: bytes | None = None
        self._starts: list[int] = []

    def get(self, index: str) -> str:
        """The string of that index; empty where there is none, as Excel shows it."""
        if self._data is None:
            self._load()
        assert self._data is not None
        number = whole(index)
        if number is None or number >= len(self._starts):
            return ""
        node = _fragment(self._data, self._starts[number])
        return rich_text(node) if node else ""

    def _load(self) -> None:
        package = self._package
        rels = package.rels(package.workbook)
        name = next(
            (rel.target for rel in rels if rel.kind == "sharedStrings" and package.has(rel.target)), ""
        )
        self._data = package.text(name).data if name else b""
        plain = _HIDDEN.sub(lambda match: b" " * len(match[0]), self._data)
        self._starts = [match.start() for match in _STRING_ITEM.finditer(plain)]


def rich_text(node: Node) -> str:
    """Text of a string item or comment: its own `t` and those of its runs."""
    pieces = [*node.all("t"), *(piece for run in node.all("r") for piece in run.all("t"))]
    return unescaped("".join(map(_kept, pieces)))


def _kept(piece: Node) -> str:
    """What an office program reads: blanks at the ends only under xml:space."""
    return piece.text if piece.attrs.get("xml:space") == "preserve" else piece.text.strip(" \t\r\n")


def unescaped(text: str) -> str:
    """`_x000D_` and its like as the characters they stand for."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
