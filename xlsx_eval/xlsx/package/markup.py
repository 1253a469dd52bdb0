"""XML parts as text with byte offsets: read by expat, never serialised again."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from xml.parsers import expat

from xlsx_eval.errors import Unreadable

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/"
_MOST_DIGITS = 20
_TAG = re.compile(rb"""<(?:[^>"']++|"[^"]*+"|'[^']*+')*+>""")
_DECLARED = re.compile(rb"""\A<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")


def transitional(uri: str) -> str:
    """The transitional spelling of a namespace or relationship type; others unchanged."""
    if uri == _STRICT_MAIN:
        return MAIN
    if uri.startswith(_STRICT_OFFICE):
        return _OFFICE + uri.removeprefix(_STRICT_OFFICE)
    return uri


@dataclass(slots=True)
class Node:
    """An element and where it stands in its part.

    `start` is the offset of its tag, `inner` follows the tag, `close` is where its end tag starts, `end`
    follows that; all but `start` agree for `<a/>`. `name` is local, `uri` as transitional files spell it;
    attributes are keyed by local name, or by `uri local` when they have a namespace.
    """

    uri: str
    name: str
    prefix: str
    attrs: dict[str, str]
    start: int
    inner: int
    close: int = 0
    end: int = 0
    text: str = ""
    children: list[Node] = field(default_factory=list)

    def find(self, name: str) -> Node | None:
        """First child of that local name."""
        return next((child for child in self.children if child.name == name), None)

    def all(self, name: str) -> list[Node]:
        """Children of that local name."""
        return [child for child in self.children if child.name == name]

    def descendants(self) -> Iterator[Node]:
        """Itself and all below, in document order."""
        # A stack of our own: a file may nest deeper than Python lets a function call itself.
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += reversed(node.children)

    def rel_id(self) -> str | None:
        """Its `r:id` attribute."""
        return self.attrs.get(f"{REL} id")

    @property
    def self_closed(self) -> bool:
        """Written as `<a/>`."""
        return self.inner == self.end

    @property
    def tag(self) -> str:
        """Its prefix as written, with the colon; empty without one."""
        return f"{self.prefix}:" if self.prefix else ""


def whole(text: str, partname: str = "") -> int | None:
    """The number these digits spell, None for other text; raises Unreadable for more than any part may count to."""
    if not text.isdecimal():
        return None
    # Python itself refuses to read a number of thousands of digits, with an error of its own.
    if len(text) > _MOST_DIGITS:
        raise Unreadable("xml_damaged", f"{partname}: a number of {len(text)} digits")
    return int(text)


@dataclass(frozen=True, slots=True)
class Text:
    """A part's text as UTF-8 `data`, and the codec it came in."""

    data: bytes
    codec: str

    @classmethod
    def of(cls, raw: bytes, partname: str = "") -> Text:
        """Text of a part in whatever encoding it is."""
        codec = _codec(raw)
        if codec == "utf-8":
            return cls(raw, codec)
        try:
            data = raw.decode(codec).encode()
        except (UnicodeError, LookupError) as error:
            raise Unreadable("xml_damaged", f"{partname}: {error}") from error
        return cls(data, codec)

    def encoded(self, data: bytes) -> bytes:
        """`data` (UTF-8) in the part's own encoding; characters it lacks become references."""
        if self.codec == "utf-8":
            return data
        return data.decode().encode(self.codec, "xmlcharrefreplace")


def _codec(raw: bytes) -> str:
    if raw.startswith(codecs.BOM_UTF16_LE) or raw[:4] == b"<\0?\0":
        return "utf-16-le"
    if raw.startswith(codecs.BOM_UTF16_BE) or raw[:4] == b"\0<\0?":
        return "utf-16-be"
    declared = _DECLARED.match(raw)
    name = declared[1].decode().lower() if declared else "utf-8"
    if name in ("utf-8", "utf8", "us-ascii", "ascii") or name.startswith("utf-16"):
        return "utf-8"
    return name


def parse(data: bytes, partname: str = "", depth: int = 1000) -> Node:
    """Root of an XML part given as UTF-8, its descendants down to `depth` levels below it.

    Rows and cells under `sheetData` are not collected. Raises Unreadable for what is not well-formed, and for
    entity declarations.
    """
    builder = _Builder(data, partname, depth)
    return builder.run()


class _Builder:
    """Collects nodes while expat reads."""

    def __init__(self, data: bytes, partname: str, depth: int) -> None:
        self.data = data
        self.partname = partname
        self.depth = depth
        self.level = 0
        self.rows_at = 0
        self.root: Node | None = None
        self.open: list[Node] = []
        self.parser = expat.ParserCreate("UTF-8", " ")
        self.parser.namespace_prefixes = True
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        # No office program declares entities; declared ones can grow without bounds or name a file to be read.
        self.parser.EntityDeclHandler = self._entity

    def run(self) -> Node:
        try:
            self.parser.Parse(self.data, True)
        except expat.ExpatError as error:
            raise Unreadable("xml_damaged", f"{self.partname}: {error}") from error
        assert self.root is not None
        return self.root

    def _entity(self, *_: object) -> None:
        raise Unreadable("hostile", f"{self.partname}: entity declaration")

    def _start(self, name: str, attrs: dict[str, str]) -> None:
        self.level += 1
        if self.level > self.depth + 1 or self.rows_at:
            return
        start = self.parser.CurrentByteIndex
        # The parser says where a tag starts but not where it ends, and attributes may contain ">".
        match = _TAG.match(self.data, start)
        inner = match.end() if match else start
        uri, local, prefix = _split(name)
        if " " in "".join(attrs):
            attrs = {_key(key): value for key, value in attrs.items()}
        node = Node(uri, local, prefix, attrs, start, inner)
        if self.open:
            self.open[-1].children.append(node)
        else:
            self.root = node
        self.open.append(node)
        # Rows are nearly all of a sheet, and whoever needs them reads them as a stream.
        if local == "sheetData":
            self.rows_at = self.level

    def _end(self, _: str) -> None:
        if self.level == self.rows_at:
            self.rows_at = 0
        self.level -= 1
        if self.level > self.depth or self.rows_at:
            return
        node = self.open.pop()
        node.close = self.parser.CurrentByteIndex
        if self.data[node.inner - 2 : node.inner] == b"/>":
            node.close = node.end = node.inner
        else:
            node.end = self.data.index(b">", node.close) + 1

    def _characters(self, text: str) -> None:
        if self.open and self.level <= self.depth + 1 and not self.rows_at:
            self.open[-1].text += text


@lru_cache(maxsize=1024)
def _split(name: str) -> tuple[str, str, str]:
    parts = name.split(" ")
    if len(parts) == 1:
        return "", parts[0], ""
    return transitional(parts[0]), parts[1], parts[2] if len(parts) > 2 else ""


def _key(name: str) -> str:
    parts = name.split(" ")
    return name if len(parts) == 1 else f"{transitional(parts[0])} {parts[1]}"
