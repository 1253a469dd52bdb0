"""Changes to a part's text at byte offsets, and how to take them back exactly."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from xlsx_eval.xlsx.package.markup import Node, Text

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")

_SPECIAL = re.compile('[\x00-\x1f&<>"\ufffe\uffff\ud800-\udfff]')


@dataclass(frozen=True, slots=True)
class Edit:
    """Bytes `start` to `end` of the UTF-8 text give way to `new`; start == end inserts."""

    start: int
    end: int
    new: str


@dataclass(frozen=True, slots=True)
class Hunk:
    """In the changed text, `size` bytes at `at` stand where `old` stood."""

    at: int
    size: int
    old: str


def applied(text: Text, edits: Iterable[Edit]) -> tuple[Text, tuple[Hunk, ...]]:
    """The text with all edits made, and the hunks that take them back; offsets all count in the old text.

    Insertions at one offset stay in the order given. Raises ValueError if two edits overlap.
    """
    pieces: list[bytes] = []
    hunks: list[Hunk] = []
    at = size = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if edit.start < at:
            raise ValueError(f"two changes overlap at byte {edit.start}")
        new = _writable(edit.new, text.codec)
        pieces += [text.data[at : edit.start], new]
        size += edit.start - at
        hunks.append(Hunk(size, len(new), text.data[edit.start : edit.end].decode()))
        size += len(new)
        at = edit.end
    pieces.append(text.data[at:])
    return Text(b"".join(pieces), text.codec), tuple(hunks)


def taken_back(text: Text, hunks: Iterable[Hunk]) -> Text:
    """The text before the edits that gave `hunks`."""
    edits = (Edit(hunk.at, hunk.at + hunk.size, hunk.old) for hunk in hunks)
    return applied(text, edits)[0]


def _writable(new: str, codec: str) -> bytes:
    """UTF-8 of `new`, with references for characters that the part's encoding lacks."""
    if codec == "utf-8" or codec.startswith("utf-16"):
        return new.encode()
    return new.encode(codec, "xmlcharrefreplace").decode(codec).encode()


def insert(at: int, new: str) -> Edit:
    """An insertion."""
    return Edit(at, at, new)


def append_child(node: Node, data: bytes, new: str) -> Edit:
    """`new` as the last child of `node`, which is opened up if it was written as `<a/>`."""
    if not node.self_closed:
        return insert(node.close, new)
    tag = data[node.start : node.inner].decode()
    name = tag[1:].split(None, 1)[0].rstrip("/>")
    return Edit(node.inner - 2, node.inner, f">{new}</{name}>")


def set_attribute(node: Node, data: bytes, name: str, value: str) -> Edit | None:
    """The attribute's value changed; None if it is not written or already so."""
    match = re.search(rb"""\s%s\s*=\s*(["'])(.*?)\1""" % name.encode(), data[node.start : node.inner], re.S)
    if match is None or match[2].decode() == value:
        return None
    return Edit(node.start + match.start(2), node.start + match.end(2), escape(value, {'"': "&quot;"}))


def element(tag: str, attrs: dict[str, str], *children: str) -> str:
    """An element as text; `tag` with its prefix, values escaped here, children given as markup."""
    written = "".join(f" {name}={_quoted(value)}" for name, value in attrs.items())
    inner = "".join(children)
    return f"<{tag}{written}>{inner}</{tag}>" if inner else f"<{tag}{written}/>"


def content(text: str) -> str:
    """Text content as XML allows it: characters it forbids are dropped, carriage returns referenced."""
    if not _SPECIAL.search(text):
        return text
    return escape(_ILLEGAL.sub("", text), {"\r": "&#13;"})


def _quoted(value: str) -> str:
    if not _SPECIAL.search(value):
        return f'"{value}"'
    return quoteattr(_ILLEGAL.sub("", value), {"\r": "&#13;"})
