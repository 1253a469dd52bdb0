"""Taking our changes back exactly, by the record kept in the package."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from xlsx_eval.xlsx.package.archive import Member
from xlsx_eval.xlsx.package.markup import Text
from xlsx_eval.xlsx.package.parts import Package
from xlsx_eval.xlsx.write.edits import Hunk, taken_back
from xlsx_eval.xlsx.write.patch import RECORD_TYPE


def record_part(package: Package) -> str:
    """Name of the part with our record; empty if the package has none."""
    rels = package.rels(package.workbook)
    return next((rel.target for rel in rels if rel.type == RECORD_TYPE and package.has(rel.target)), "")


def undone(package: Package) -> Package | None:
    """The package before our last change; None unless every part is still as we left it."""
    name = record_part(package)
    if not name:
        return None
    try:
        return _taken_back(package, name, json.loads(package.read(name)))
    except (ValueError, TypeError, LookupError, AttributeError):
        return None


def _taken_back(package: Package, name: str, record: dict[str, Any]) -> Package | None:
    """As undone; a record that is not of our making fails in any of the ways caught there."""
    replaced: dict[Member, bytes] = {}
    for partname, entry in record["parts"].items():
        data = package.read(partname)
        if hashlib.sha256(data).hexdigest() != entry["sha256"]:
            return None
        text = taken_back(Text.of(data, partname), (Hunk(*hunk) for hunk in entry["hunks"]))
        replaced[package.member(partname)] = text.encoded(text.data)
    removed = {package.member(added) for added in record["added"] if package.has(added)}
    if package.member(name) not in removed:
        return None
    return Package.open(package.archive.rewritten(replaced, (), removed), package.archive.limits)
