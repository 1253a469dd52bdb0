"""Taking our sheets out of a workbook, whoever saved it since, with all that hangs on their positions."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from xlsx_eval.xlsx.package.markup import Node, parse, whole
from xlsx_eval.xlsx.package.parts import Package, rels_of
from xlsx_eval.xlsx.write.edits import Edit, set_attribute
from xlsx_eval.xlsx.write.patch import Patch


def strip_sheets(patch: Patch, positions: Collection[int]) -> None:
    """Queue the removal of the sheets at these positions, their names, calculation order and own parts."""
    package = patch.package
    data = patch.text(package.workbook).data
    root = package.parse(package.workbook)
    listed = root.find("sheets")
    nodes = listed.all("sheet") if listed else []
    for position in positions:
        patch.edit(package.workbook, Edit(nodes[position].start, nodes[position].end, ""))
    patch.edit(package.workbook, *_names(root, data, positions), *_views(root, data, positions, len(nodes)))
    gone = [package.sheets[position] for position in positions]
    _drop_parts(patch, [sheet.partname for sheet in gone if package.has(sheet.partname)])
    _shorten_chain(patch, {sheet.sheet_id for sheet in gone})


def _names(root: Node, data: bytes, positions: Collection[int]) -> Iterable[Edit | None]:
    """Names scoped to what goes go too; those of later sheets count one position less."""
    defined = root.find("definedNames")
    if defined is None:
        return
    scoped = [(node, whole(node.attrs.get("localSheetId", ""))) for node in defined.all("definedName")]
    dropped = [node for node, scope in scoped if scope in positions]
    if len(dropped) == len(scoped):
        yield Edit(defined.start, defined.end, "")
        return
    for node, scope in scoped:
        if node in dropped:
            yield Edit(node.start, node.end, "")
        elif scope is not None:
            yield set_attribute(node, data, "localSheetId", str(_moved(scope, positions)))


def _views(root: Node, data: bytes, positions: Collection[int], count: int) -> Iterable[Edit | None]:
    """The tab in front stays so; where it was ours, the sheet before it comes to the front."""
    views = root.find("bookViews")
    left = max(0, count - len(positions) - 1)
    for view in views.all("workbookView") if views else ():
        for name in ("activeTab", "firstSheet"):
            given = whole(view.attrs.get(name, ""))
            if given is not None:
                yield set_attribute(view, data, name, str(min(_moved(given, positions), left)))


def _moved(position: int, positions: Collection[int]) -> int:
    return position - sum(gone < position for gone in positions)


def _drop_parts(patch: Patch, partnames: Collection[str]) -> None:
    """Remove parts and whatever only they lead to."""
    package = patch.package
    doomed = set(_reached(package, partnames, ()))
    kept = set(_reached(package, [""], doomed & set(partnames)))
    for partname in partnames:
        patch.unrelate(package.workbook, partname)
    for partname in doomed - kept:
        patch.drop(partname)
        if package.has(rels_of(partname)):
            patch.drop(rels_of(partname))


def _reached(package: Package, starts: Iterable[str], barred: Collection[str]) -> Iterable[str]:
    """Parts that relationships lead to from `starts`, not through those `barred`."""
    waiting, seen = list(starts), set(barred)
    while waiting:
        partname = waiting.pop()
        if partname in seen or (partname and not package.has(partname)):
            continue
        seen.add(partname)
        yield partname
        waiting += [rel.target for rel in package.rels(partname) if not rel.external]


def _shorten_chain(patch: Patch, sheet_ids: Collection[int]) -> None:
    """Drop the calculation chain's cells on these sheets; a cell without a sheet has that of the one before."""
    package = patch.package
    rels = package.rels(package.workbook)
    partname = next((rel.target for rel in rels if rel.kind == "calcChain" and package.has(rel.target)), "")
    if not partname:
        return
    data = patch.text(partname).data
    cells = parse(data, partname, 1).all("c")
    gone = {str(sheet_id) for sheet_id in sheet_ids}
    sheet, edits = "", []
    for cell in cells:
        sheet = cell.attrs.get("i", sheet)
        if sheet in gone:
            edits.append(Edit(cell.start, cell.end, ""))
    if edits and len(edits) == len(cells):
        patch.drop(partname)
        patch.unrelate(package.workbook, partname)
        return
    patch.edit(partname, *edits)
