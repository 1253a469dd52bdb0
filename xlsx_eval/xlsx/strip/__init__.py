"""Taking our marks and sheets off a workbook: exactly as it was, or by what is ours in a file saved since."""

from __future__ import annotations

from xlsx_eval.xlsx.package.archive import DEFAULT_LIMITS, Limits
from xlsx_eval.xlsx.package.parts import Package
from xlsx_eval.xlsx.strip.notes import strip_notes
from xlsx_eval.xlsx.strip.sheets import strip_sheets
from xlsx_eval.xlsx.strip.undo import record_part, undone
from xlsx_eval.xlsx.write.highlight import strip_highlights
from xlsx_eval.xlsx.write.patch import Patch
from xlsx_eval.xlsx.write.sheet import outline
from xlsx_eval.xlsx.write.workbook import our_sheets

_SIGN = b"xlsx-eval"
"""Stands in every highlight and every note of ours."""


def strip_marks(data: bytes, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The workbook without anything of ours; one that holds nothing of ours comes back as the same bytes.

    Its parts are those we were given, byte for byte, if nobody saved the file since.
    """
    return stripped(Package.open(data, limits)).data


def stripped(package: Package) -> Package:
    """The package without anything of ours."""
    while (before := undone(package)) is not None:
        package = before
    patch = Patch(package)
    record = record_part(package)
    if record:
        patch.drop(record)
        patch.unrelate(package.workbook, record)
    ours = our_sheets(package)
    if ours and len(ours) < len(package.sheets):
        strip_sheets(patch, ours)
    for position, sheet in enumerate(package.sheets):
        if position not in ours and sheet.kind == "worksheet" and package.has(sheet.partname):
            _strip_sheet(patch, position)
    return Package.open(patch.save(record=False), package.archive.limits) if patch.changes else package


def _strip_sheet(patch: Patch, position: int) -> None:
    package = patch.package
    sheet = package.sheets[position]
    data = patch.text(sheet.partname).data
    noted = any(
        rel.kind == "comments" and package.has(rel.target) and _SIGN in patch.text(rel.target).data
        for rel in package.rels(sheet.partname)
    )
    if not noted and _SIGN not in data:
        return
    root = outline(data, sheet.partname)
    strip_highlights(patch, sheet.partname, root)
    strip_notes(patch, sheet, root)
