"""Taking our notes off a worksheet, whoever saved it since: known by their first and last lines."""

from __future__ import annotations

import re

from xlsx_eval.cell import CellRef
from xlsx_eval.xlsx.package.markup import Node, parse
from xlsx_eval.xlsx.package.parts import SheetEntry
from xlsx_eval.xlsx.write.edits import Edit, content
from xlsx_eval.xlsx.write.notes import comments_part, escaped, threaded_cells
from xlsx_eval.xlsx.write.patch import Patch
from xlsx_eval.xlsx.write.stored import unescaped

_OURS = re.compile(r"\n?【绩效自评审核\s*xlsx-eval】.*?(?:【审核意见完】|\Z)", re.S)
_SHAPE = re.compile(rb"<((?:[\w.-]+:)?shape)\b[^>]*(?<!/)>.*?</\1\s*>", re.S)
_DRAWN = re.compile(rb"<(?:[\w.-]+:)?(?:shape|rect|roundrect|oval|line|polyline|group|image|arc|curve)[\s>/]")
_PLACE = re.compile(rb"<(?:[\w.-]+:)?(Row|Column)>\s*([0-9]{1,7})\s*</")
_IS_NOTE = re.compile(rb"""ObjectType\s*=\s*["']Note["']""")


def strip_notes(patch: Patch, sheet: SheetEntry, root: Node) -> None:
    """Queue the removal of our notes from a sheet whose outline is `root`; others keep their text and box.

    A note that somebody turned into a thread is left: its text is the thread's shadow.
    """
    partname = comments_part(patch.package, sheet)
    if not partname:
        return
    data = patch.text(partname).data
    comments = parse(data, partname)
    listed = comments.find("commentList")
    threads = threaded_cells(patch.package, sheet)
    present = listed.all("comment") if listed else []
    gone: set[CellRef] = set()
    for comment in present:
        if comment.attrs.get("ref", "").upper() in threads:
            continue
        edits = _cleaned(comment, data)
        if edits is None:
            gone.add(CellRef.parse(comment.attrs.get("ref", "A1").partition(":")[0]))
            edits = [Edit(comment.start, comment.end, "")]
        patch.edit(partname, *edits)
    if gone:
        _drop_boxes(patch, sheet, root, gone)
    if gone and len(gone) == len(present):
        patch.drop(partname)
        patch.unrelate(sheet.partname, partname)


def _cleaned(comment: Node, data: bytes) -> list[Edit] | None:
    """Edits that take our text out of a comment; None when nothing else is in it."""
    body = comment.find("text")
    pieces = _pieces(body) if body else []
    whole = "".join(text for _, _, text in pieces)
    cuts = [match.span() for match in _OURS.finditer(whole)]
    if not cuts:
        return []
    if not _OURS.sub("", whole).strip():
        return None
    edits: list[Edit] = []
    at = 0
    for run, node, text in pieces:
        kept = "".join(letter for index, letter in enumerate(text, at) if not _within(index, cuts))
        at += len(text)
        if kept == text:
            continue
        edits.append(Edit(run.start, run.end, "") if not kept else _rewritten(node, data, kept))
    return edits


def _pieces(body: Node) -> list[tuple[Node, Node, str]]:
    """The texts of a comment in order: the element to remove with it, its `t`, what it says."""
    found: list[tuple[Node, Node, str]] = []
    for child in body.children:
        if child.name == "t":
            found.append((child, child, unescaped(child.text)))
        elif child.name == "r":
            found += [(child, text, unescaped(text.text)) for text in child.all("t")]
    return found


def _within(index: int, cuts: list[tuple[int, int]]) -> bool:
    return any(start <= index < end for start, end in cuts)


def _rewritten(node: Node, data: bytes, text: str) -> Edit:
    tag = data[node.start + 1 : node.inner].split(None, 1)[0].rstrip(b"/>").decode()
    written = content(escaped(text))
    return Edit(node.start, node.end, f'<{tag} xml:space="preserve">{written}</{tag}>')


def _drop_boxes(patch: Patch, sheet: SheetEntry, root: Node, cells: set[CellRef]) -> None:
    package = patch.package
    legacy = next((node for node in root.descendants() if node.name == "legacyDrawing"), None)
    rel = package.rel(sheet.partname, legacy.rel_id()) if legacy else None
    if legacy is None or rel is None or not package.has(rel.target):
        return
    data = patch.text(rel.target).data
    ours = [match for match in _SHAPE.finditer(data) if _cell(match[0]) in cells]
    left = data
    for match in reversed(ours):
        left = left[: match.start()] + left[match.end() :]
    if _DRAWN.search(left):
        patch.edit(rel.target, *(Edit(match.start(), match.end(), "") for match in ours))
        return
    patch.drop(rel.target)
    patch.unrelate(sheet.partname, rel.target)
    wrapper = next((node for node in root.all("AlternateContent") if legacy in node.descendants()), legacy)
    patch.edit(sheet.partname, Edit(wrapper.start, wrapper.end, ""))


def _cell(shape: bytes) -> CellRef | None:
    """The cell that a note's box belongs to; None for other shapes."""
    if not _IS_NOTE.search(shape):
        return None
    found = {name: int(number) + 1 for name, number in _PLACE.findall(shape)}
    return CellRef(found[b"Row"], found[b"Column"]) if len(found) == 2 else None
