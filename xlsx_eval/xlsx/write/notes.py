"""Notes: legacy comments of a worksheet, written beside those that are there and never over a thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xlsx_eval.cell import CellRef
from xlsx_eval.xlsx.package.markup import Node, parse
from xlsx_eval.xlsx.package.parts import Package, SheetEntry
from xlsx_eval.xlsx.write.edits import Edit, append_child, content, element, insert
from xlsx_eval.xlsx.write.patch import Patch

AUTHOR = "绩效自评审核 xlsx-eval"
HEADER = "【绩效自评审核 xlsx-eval】"
FOOTER = "【审核意见完】"
_LONGEST = 30_000
"""Characters of a note; Excel takes no more than 32,767 in one text."""
_CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_FONT = (("sz", "9"), ("rFont", "宋体"), ("family", "3"), ("charset", "134"))


@dataclass(frozen=True, slots=True)
class Written:
    """Which cells got a note of their own and so need a shape, and its text."""

    boxes: Mapping[CellRef, str]


def comments_part(package: Package, sheet: SheetEntry) -> str:
    """Name of the sheet's comments part; empty if it has none."""
    rels = package.rels(sheet.partname)
    return next((rel.target for rel in rels if rel.kind == "comments" and package.has(rel.target)), "")


def threaded_cells(package: Package, sheet: SheetEntry) -> frozenset[str]:
    """Cells with a comment thread, as `D8`."""
    cells: set[str] = set()
    for rel in package.rels(sheet.partname):
        if rel.kind == "threadedComment" and package.has(rel.target):
            root = package.parse(rel.target, 1)
            cells |= {node.attrs.get("ref", "").upper() for node in root.all("threadedComment")}
    return frozenset(cells)


def note_text(text: str) -> str:
    """The whole text of a note of ours."""
    return f"{HEADER}\n{text[:_LONGEST]}\n{FOOTER}"


def write_notes(patch: Patch, sheet: SheetEntry, notes: Mapping[CellRef, str]) -> Mapping[CellRef, str]:
    """Queue notes on these cells; returns those that need a box, with their text.

    A note already on the cell gets ours as further runs; a thread is left alone.
    """
    threads = threaded_cells(patch.package, sheet)
    wanted = {ref: note_text(text) for ref, text in sorted(notes.items()) if str(ref) not in threads}
    if not wanted:
        return {}
    partname = comments_part(patch.package, sheet)
    if partname:
        return _extend(patch, partname, wanted)
    _create(patch, sheet, wanted)
    return wanted


def _create(patch: Patch, sheet: SheetEntry, notes: Mapping[CellRef, str]) -> None:
    written = "".join(_comment("", ref, 0, text) for ref, text in notes.items())
    root = element(
        "comments",
        {"xmlns": patch.main_uri},
        element("authors", {}, element("author", {}, AUTHOR)),
        element("commentList", {}, written),
    )
    data = ('<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + root).encode()
    name = patch.add("", "comments", ".xml", data, _CONTENT_TYPE)
    patch.relate(sheet.partname, "comments", name)


def _extend(patch: Patch, partname: str, notes: Mapping[CellRef, str]) -> Mapping[CellRef, str]:
    data = patch.text(partname).data
    root = parse(data, partname)
    listed = root.find("commentList")
    present = {node.attrs.get("ref", "").upper(): node for node in listed.all("comment")} if listed else {}
    fresh = {ref: text for ref, text in notes.items() if str(ref) not in present}
    for ref, text in notes.items():
        if ref not in fresh:
            patch.edit(partname, *_further_runs(root, data, present[str(ref)], text))
    if fresh:
        patch.edit(partname, *_fresh(root, data, fresh))
    return fresh


def _fresh(root: Node, data: bytes, notes: Mapping[CellRef, str]) -> list[Edit]:
    """Comments inserted row-major, under our author."""
    authors, listed = root.find("authors"), root.find("commentList")
    names = [node.text for node in authors.all("author")] if authors else []
    author = names.index(AUTHOR) if AUTHOR in names else len(names)
    edits: list[Edit] = []
    if author == len(names):
        new = element(f"{root.tag}author", {}, AUTHOR)
        whole = element(f"{root.tag}authors", {}, new)
        edits.append(append_child(authors, data, new) if authors else insert(root.inner, whole))
    if listed is None:
        written = "".join(_comment(root.tag, ref, author, text) for ref, text in notes.items())
        return [*edits, insert(root.close, element(f"{root.tag}commentList", {}, written))]
    if listed.self_closed:
        written = "".join(_comment(root.tag, ref, author, text) for ref, text in notes.items())
        return [*edits, append_child(listed, data, written)]
    for ref, text in notes.items():
        edits.append(insert(_position(listed, ref), _comment(root.tag, ref, author, text)))
    return edits


def _position(listed: Node, ref: CellRef) -> int:
    for node in listed.all("comment"):
        try:
            if CellRef.parse(node.attrs.get("ref", "")) > ref:
                return node.start
        except ValueError:
            continue
    return listed.close


def _comment(tag: str, ref: CellRef, author: int, text: str) -> str:
    return element(
        f"{tag}comment",
        {"ref": str(ref), "authorId": str(author)},
        element(f"{tag}text", {}, _runs(tag, text)),
    )


def _runs(tag: str, text: str) -> str:
    """The first line bold, as office programs do with the author's name."""
    head, _, rest = text.partition("\n")
    return _run(tag, head, bold=True) + _run(tag, f"\n{rest}", bold=False)


def _run(tag: str, text: str, bold: bool) -> str:
    looks = [element(f"{tag}b", {})] if bold else []
    looks += [element(f"{tag}{name}", {"val": value}) for name, value in _FONT]
    written = element(f"{tag}t", {"xml:space": "preserve"}, content(escaped(text)))
    return element(f"{tag}r", {}, element(f"{tag}rPr", {}, *looks), written)


def escaped(text: str) -> str:
    """Text in which nothing reads as an `_x000D_` escape."""
    return text.replace("_x", "_x005F_x") if "_x" in text else text


def _further_runs(root: Node, data: bytes, comment: Node, text: str) -> list[Edit]:
    """Ours as further runs of a comment that is there; its plain text becomes a run of its own."""
    body = comment.find("text")
    runs = _run(root.tag, "\n", bold=False) + _runs(root.tag, text)
    if body is None:
        return [append_child(comment, data, element(f"{root.tag}text", {}, runs))]
    plain = body.find("t")
    if plain is None:
        return [_after_runs(body, data, runs)]
    opened = Edit(plain.start, plain.start, f"<{root.tag}r>")
    closed = Edit(plain.end, plain.end, f"</{root.tag}r>")
    if body.find("r") is None:
        return [opened, insert(plain.end, f"</{root.tag}r>{runs}")]
    return [opened, closed, _after_runs(body, data, runs)]


def _after_runs(body: Node, data: bytes, runs: str) -> Edit:
    """After the last run, before phonetic guides."""
    present = body.all("r")
    if present:
        return insert(present[-1].end, runs)
    return append_child(body, data, runs) if not body.children else insert(body.inner, runs)
