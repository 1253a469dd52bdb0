"""Taking our changes back exactly, by the record kept in the package."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from xlsx_eval.xlsx.archive import Member
from xlsx_eval.xlsx.edits import Hunk, taken_back
from xlsx_eval.xlsx.markup import Text
from xlsx_eval.xlsx.package import Package
from xlsx_eval.xlsx.patch import RECORD_TYPE


def record_part(package: Package) -> str:
    """Name of the part with our record; empty if the package has none."""
    rels = package.rels(package.workbook)
    return next((rel.target for rel in rels if rel.type == RECORD_TYPE and package.has(rel.target)), "")


def undone(package: Package) -> Package | None:
    """The package before our last change; None unless every part is still as we left it."""
    name = record_part(package)
    record = _read(package, name) if name else None
    if record is None:
        return None
    replaced: dict[Member, bytes] = {}
    for partname, entry in record["parts"].items():
        if not package.has(partname):
            return None
        data = package.read(partname)
        if hashlib.sha256(data).hexdigest() != entry["sha256"]:
            return None
        text = taken_back(Text.of(data, partname), (Hunk(*hunk) for hunk in entry["hunks"]))
        replaced[package.member(partname)] = text.encoded(text.data)
    removed = {package.member(added) for added in record["added"] if package.has(added)}
    return Package.open(package.archive.rewritten(replaced, (), removed))


def _read(package: Package, name: str) -> dict[str, Any] | None:
    """The record, if it is one of ours."""
    try:
        record = json.loads(package.read(name))
    except ValueError:
        return None
    known = isinstance(record, dict) and record.get("version") == 1
    return record if known and {"parts", "added"} <= record.keys() else None
