"""Reading a workbook's bytes, of any kind an office program writes, into a `Book`."""

from __future__ import annotations

from collections.abc import Iterator

from xlsx_eval.errors import Unreadable
from xlsx_eval.xlsx.package import ole
from xlsx_eval.xlsx.package.archive import DEFAULT_LIMITS, Limits
from xlsx_eval.xlsx.package.markup import Node, whole
from xlsx_eval.xlsx.package.parts import Package, SheetEntry
from xlsx_eval.xlsx.package.sealed import can_unseal, unsealed
from xlsx_eval.xlsx.read.book import Book, SheetData
from xlsx_eval.xlsx.read.cell_styles import CellStyle, cell_styles
from xlsx_eval.xlsx.read.cell_values import Context
from xlsx_eval.xlsx.read.cells import read_grid
from xlsx_eval.xlsx.read.foreign import read_calamine, read_csv
from xlsx_eval.xlsx.read.sniff import sniff
from xlsx_eval.xlsx.read.strings import shared_strings

_REFUSED = {
    "empty": "empty",
    "truncated": "truncated",
    "encrypted": "encrypted",
    "rights_managed": "rights_managed",
    "pdf": "pdf",
    "picture": "picture",
    "zip_of_workbooks": "zip_of_workbooks",
}
"""Reasons for the kinds that are no workbook; the others are not_a_workbook."""

_TRUE = ("1", "true", "on")


def read_book(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Book:
    """The workbook in `data`; raises Unreadable, and nothing else, for what cannot be read in `limits`."""
    if len(data) > limits.total:
        raise Unreadable("too_large", f"{len(data)} bytes")
    kind = sniff(data)
    if kind in ("xlsx", "xlsm", "xltx", "xltm"):
        return _read_package(data, kind, limits)
    if kind in ("xls", "xlsb", "ods"):
        if data.startswith(ole.SIGNATURE):
            data = unsealed(data) or data
        return read_calamine(data, kind, limits)
    if kind == "csv":
        return read_csv(data, limits)
    if kind == "encrypted" and data.startswith(ole.SIGNATURE) and not can_unseal():
        raise Unreadable("encrypted_untried", kind)
    raise Unreadable(_REFUSED.get(kind, "not_a_workbook"), kind)


def _read_package(data: bytes, kind: str, limits: Limits) -> Book:
    package = Package.open(data, limits)
    root = package.parse(package.workbook)
    date1904 = _flag(root.find("workbookPr"), "date1904")
    # Charts and dialogs count as positions of names but hold no cells.
    entries = [entry for entry in package.sheets if entry.kind == "worksheet"]
    sheets = tuple(_sheets(package, entries, date1904, limits))
    names, local_names = _names(root, [entry.name for entry in package.sheets])
    return Book(
        kind=kind,
        sheets=sheets,
        names=names,
        local_names=local_names,
        properties=_properties(package),
        date1904=date1904,
        signed=any(rel.kind == "origin" for rel in package.rels("")),
        structure_locked=_flag(root.find("workbookProtection"), "lockStructure"),
        external_links=tuple(_external_links(package, root)),
    )


def _sheets(
    package: Package, entries: list[SheetEntry], date1904: bool, limits: Limits
) -> Iterator[SheetData]:
    strings, styles = _strings(package), _styles(package)
    kept = 0
    for entry in entries:
        context = Context(strings, styles, date1904, limits.cells - kept)
        grid = read_grid(_part(package, entry), entry.partname, context)
        kept += len(grid.cells)
        yield SheetData(
            name=entry.name,
            cells=grid.cells,
            state=entry.state,
            partname=entry.partname,
            merges=tuple(grid.merges),
            protected=grid.protected,
            claimed=grid.claimed,
            hidden_rows=frozenset(grid.hidden_rows),
            hidden_columns=frozenset(grid.hidden_columns),
        )


def _part(package: Package, entry: SheetEntry) -> bytes:
    if not package.has(entry.partname):
        raise Unreadable("xml_damaged", f"sheet {entry.name!r}: no part {entry.partname!r}")
    return package.read(entry.partname)


def _strings(package: Package) -> tuple[str, ...]:
    partname = _related(package, "sharedStrings")
    return shared_strings(package.read(partname), partname) if partname else ()


def _styles(package: Package) -> tuple[CellStyle, ...]:
    partname = _related(package, "styles")
    return cell_styles(package.read(partname), partname) if partname else ()


def _related(package: Package, kind: str) -> str | None:
    """The workbook's part of that kind, if it is there."""
    for rel in package.rels(package.workbook):
        if rel.kind == kind and not rel.external and package.has(rel.target):
            return rel.target
    return None


def _flag(node: Node | None, name: str) -> bool:
    return node is not None and node.attrs.get(name, "").lower() in _TRUE


def _names(root: Node, sheets: list[str]) -> tuple[dict[str, str], dict[tuple[str, str], str]]:
    """Workbook-wide names, and those of one sheet; `localSheetId` counts sheets of every kind."""
    names: dict[str, str] = {}
    local: dict[tuple[str, str], str] = {}
    listed = root.find("definedNames")
    for node in listed.all("definedName") if listed else ():
        name, text = node.attrs.get("name", ""), node.text.strip().removeprefix("=")
        scope = node.attrs.get("localSheetId")
        position = None if scope is None else whole(scope, "xl/workbook.xml")
        if scope is None:
            names[name] = text
        elif position is not None and position < len(sheets):
            local[sheets[position], name] = text
    return names, local


def _external_links(package: Package, root: Node) -> Iterator[str]:
    """What `[1]`, `[2]` … in formulas stand for, in order; empty for a link without a target."""
    listed = root.find("externalReferences")
    for node in listed.all("externalReference") if listed else ():
        rel = package.rel(package.workbook, node.rel_id())
        targets = package.rels(rel.target) if rel and not rel.external else ()
        yield targets[0].target if targets else ""


def _properties(package: Package) -> dict[str, str]:
    """Custom document properties as text."""
    partname = next((rel.target for rel in package.rels("") if rel.kind == "custom-properties"), None)
    if partname is None or not package.has(partname):
        return {}
    return {
        node.attrs.get("name", ""): "".join(below.text for below in node.descendants()).strip()
        for node in package.parse(partname).all("property")
    }
