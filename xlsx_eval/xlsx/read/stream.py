"""XML parts read as a stream of elements, for parts too large to be kept as a tree."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from xml.parsers import expat

from xlsx_eval.errors import Unreadable
from xlsx_eval.xlsx.package.markup import MAIN, Text

_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
TRUE = ("1", "true")
_SPACE = "http://www.w3.org/XML/1998/namespace space"
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_SURROGATE = re.compile("[\ud800-\udfff]")


def main_names(local: Iterable[str]) -> dict[str, str]:
    """Local names by the full names expat gives them, in transitional and strict files."""
    return {f"{uri} {name}": name for name in local for uri in (MAIN, _STRICT)}


def stream(
    raw: bytes,
    partname: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    with_parser: Callable[[expat.XMLParserType], None] | None = None,
) -> None:
    """Run the handlers over a part; raises Unreadable for damaged XML and for any document type.

    `with_parser` receives the parser, so that a reader can switch character data on and off.
    """
    parser = expat.ParserCreate("UTF-8", " ")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end

    def refuse(*_: object) -> None:
        raise Unreadable("hostile", f"{partname}: document type declaration")

    parser.StartDoctypeDeclHandler = refuse
    if with_parser:
        with_parser(parser)
    try:
        parser.Parse(Text.of(raw, partname).data, True)
    except (expat.ExpatError, ValueError) as error:
        raise Unreadable("xml_damaged", f"{partname}: {error}") from error


def as_stored(text: str, attrs: dict[str, str]) -> str:
    """Text of a `t` or `v` element as Excel takes it: spaces at its ends count only under xml:space."""
    return text if attrs.get(_SPACE) == "preserve" else text.strip(" \t\r\n")


def unescaped(text: str) -> str:
    """Text with `_x000D_`-style escapes decoded; half a surrogate pair becomes U+FFFD."""
    if "_x" not in text:
        return text
    text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    if _SURROGATE.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
