"""The workbook part: sheets appended at the end, and names scoped to them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from xlsx_eval.cell import quote_sheet
from xlsx_eval.errors import Unreadable
from xlsx_eval.xlsx.package.archive import DEFAULT_LIMITS, Limits
from xlsx_eval.xlsx.package.markup import Node, whole
from xlsx_eval.xlsx.package.parts import Package, SheetEntry
from xlsx_eval.xlsx.write.edits import append_child, content, element, insert
from xlsx_eval.xlsx.write.patch import Patch
from xlsx_eval.xlsx.write.sheet import place

_CHILDREN = (
    "fileVersion fileSharing workbookPr workbookProtection bookViews sheets functionGroups "
    "externalReferences definedNames calcPr oleSize customWorkbookViews pivotCaches smartTagPr "
    "smartTagTypes webPublishing fileRecoveryPr webPublishObjects extLst"
)
WORKBOOK_ORDER = _CHILDREN.split()
OURS = "_xlsx_eval"
"""Hidden name scoped to every sheet we add, by which it is known again."""
_FOOTER = re.compile("oddFooter[^<]*绩效自评审核 xlsx-eval".encode())
_WORKSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"


def our_sheets(package: Package) -> frozenset[int]:
    """Positions of the sheets that we added: by the hidden name scoped to each, or by their printed footer.

    The footer counts only where no such name is left at all: page setup of several sheets at once can give
    it to the department's own.
    """
    defined = package.parse(package.workbook).find("definedNames")
    scopes = (
        node.attrs.get("localSheetId", "")
        for node in (defined.all("definedName") if defined else ())
        if node.attrs.get("name") == OURS
    )
    numbers = {whole(scope, package.workbook) for scope in scopes}
    found = {number for number in numbers if number is not None and number < len(package.sheets)}
    if not found:
        found = {at for at, sheet in enumerate(package.sheets) if _bears_footer(package, sheet)}
    return frozenset(found)


def _bears_footer(package: Package, sheet: SheetEntry) -> bool:
    if sheet.kind != "worksheet" or not package.has(sheet.partname):
        return False
    data = package.text(sheet.partname).data
    return _FOOTER.search(data, max(0, len(data) - 65_536)) is not None


def free_sheet_names(data: bytes, wanted: Sequence[str], limits: Limits = DEFAULT_LIMITS) -> dict[str, str]:
    """A name for each wanted one that no sheet of the workbook bears but ours: `评分表` or `评分表(2)`."""
    package = Package.open(data, limits)
    ours = our_sheets(package)
    taken = {sheet.name.casefold() for at, sheet in enumerate(package.sheets) if at not in ours}
    names: dict[str, str] = {}
    for name in wanted:
        names[name] = _free(name, taken)
        taken.add(names[name].casefold())
    return names


def _free(name: str, taken: set[str]) -> str:
    number, candidate = 1, name
    while candidate.casefold() in taken:
        number += 1
        suffix = f"({number})"
        candidate = name[: 31 - len(suffix)] + suffix
    return candidate


def check_sheet_name(name: str) -> None:
    """Raises ValueError for a name that Excel refuses."""
    units = len(name.encode("utf-16-le")) // 2
    if not name or units > 31 or set(name) & set("[]:*?/\\") or name.startswith("'") or name.endswith("'"):
        raise ValueError(f"not a sheet name: {name!r}")


def append_sheets(patch: Patch, sheets: Sequence[tuple[str, bytes, Mapping[str, str]]]) -> None:
    """Queue worksheets of (name, part contents, names scoped to it) at the end of the workbook."""
    package = patch.package
    data = patch.text(package.workbook).data
    root = package.parse(package.workbook)
    taken = {sheet.name.casefold() for sheet in package.sheets}
    number = max([0, *(sheet.sheet_id for sheet in package.sheets)])
    listed, names = [], []
    for position, (name, contents, scoped) in enumerate(sheets, len(package.sheets)):
        check_sheet_name(name)
        if name.casefold() in taken:
            raise ValueError(f"the workbook has a sheet {name!r} already")
        taken.add(name.casefold())
        partname = patch.add("worksheets", "sheet", ".xml", contents, _WORKSHEET)
        rel_id = patch.relate(package.workbook, "worksheet", partname)
        number += 1
        attrs = {"name": name, "sheetId": str(number), "xmlns:r": patch.rel_uri, "r:id": rel_id}
        listed.append(element(f"{root.tag}sheet", attrs))
        names += [_defined(root, key, position, value) for key, value in sorted(scoped.items())]
        names.append(_defined(root, OURS, position, f'"{name}"', hidden=True))
    sheets_node = root.find("sheets")
    if sheets_node is None:
        raise Unreadable("xml_damaged", f"{package.workbook}: no sheets")
    patch.edit(package.workbook, append_child(sheets_node, data, "".join(listed)))
    _define(patch, root, data, names)


def _define(patch: Patch, root: Node, data: bytes, names: Sequence[str]) -> None:
    defined = root.find("definedNames")
    if defined is not None:
        patch.edit(patch.package.workbook, append_child(defined, data, "".join(names)))
        return
    at = place(root, "definedNames", WORKBOOK_ORDER)
    patch.edit(patch.package.workbook, insert(at, element(f"{root.tag}definedNames", {}, *names)))


def _defined(root: Node, name: str, position: int, refers: str, hidden: bool = False) -> str:
    attrs = {"name": name, "localSheetId": str(position), **({"hidden": "1"} if hidden else {})}
    return element(f"{root.tag}definedName", attrs, content(refers))


def print_titles(name: str, rows: tuple[int, int]) -> str:
    """What _xlnm.Print_Titles refers to."""
    return f"{quote_sheet(name)}!${rows[0]}:${rows[1]}"
