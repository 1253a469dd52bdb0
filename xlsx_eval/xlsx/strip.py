"""Taking our marks and sheets off a workbook again."""

from __future__ import annotations

from xlsx_eval.xlsx.package import Package
from xlsx_eval.xlsx.undo import undone


def strip_marks(data: bytes) -> bytes:
    """The workbook without anything of ours; a workbook without it comes back as the same bytes."""
    package = Package.open(data)
    while (before := undone(package)) is not None:
        data = before
        package = Package.open(data)
    return data
