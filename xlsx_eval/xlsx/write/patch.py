"""One change of a package: edits to its parts, new parts and relationships, and the record of it."""

from __future__ import annotations

import hashlib
import json
import posixpath
from collections import defaultdict

from xlsx_eval.xlsx.package.archive import Member
from xlsx_eval.xlsx.package.markup import Text, parse
from xlsx_eval.xlsx.package.parts import CONTENT_TYPES, Package, rels_of
from xlsx_eval.xlsx.write.edits import Edit, Hunk, append_child, applied, element

RECORD_TYPE = "urn:xlsx-eval:relationships/undo"
RECORD_NAME = "xlsxEval/undo.json"
_RECORD_CONTENT = "application/vnd.xlsx-eval.undo+json"
_RELS_CONTENT = "application/vnd.openxmlformats-package.relationships+xml"
_PACKAGE_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


class Patch:
    """Edits gathered for a package; `save` makes them. Offsets always count in the parts as they came."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.vml_block = 0
        self.strict = (
            b"http://purl.oclc.org/ooxml/spreadsheetml/main" in self.text(package.workbook).data[:4096]
        )
        self._edits: dict[str, list[Edit]] = defaultdict(list)
        self._added: dict[str, bytes] = {}
        self._removed: set[str] = set()
        self._overrides: list[tuple[str, str]] = []
        self._unrelated: dict[str, set[str]] = defaultdict(set)
        self._relations: dict[str, list[tuple[str, str, str]]] = defaultdict(list)

    @property
    def changes(self) -> bool:
        """Whether anything is queued."""
        return bool(any(self._edits.values()) or self._added or self._removed or self._unrelated)

    @property
    def rel_uri(self) -> str:
        """Namespace of office relationships in this package's spelling, strict or transitional."""
        return _STRICT_OFFICE if self.strict else _OFFICE

    @property
    def main_uri(self) -> str:
        """Namespace of SpreadsheetML in this package's spelling."""
        if self.strict:
            return "http://purl.oclc.org/ooxml/spreadsheetml/main"
        return "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

    def text(self, partname: str) -> Text:
        """A part's text as it came."""
        return Text.of(self.package.read(partname), partname)

    def edit(self, partname: str, *edits: Edit | None) -> None:
        """Queue edits to a part of the source; None among them is no edit."""
        self._edits[self.package.spelling(partname)] += [edit for edit in edits if edit is not None]

    def add(self, folder: str, stem: str, suffix: str, data: bytes, content_type: str) -> str:
        """Add a part named `stem` + number + `suffix` under the workbook's folder; returns its name."""
        base = posixpath.join(posixpath.dirname(self.package.workbook.replace("\\", "/")), folder)
        number = 1
        while self._taken(name := posixpath.join(base, f"{stem}{number}{suffix}")):
            number += 1
        self.put(name, data, content_type)
        return name

    def put(self, name: str, data: bytes, content_type: str) -> None:
        """Add a part of this very name, which the package lacks."""
        self._added[name] = data
        if self.package.content_type(name).lower() != content_type.lower() or not self.package.declares(name):
            self._overrides.append((name, content_type))

    def drop(self, partname: str) -> None:
        """Leave a part of the source out, and its content type; edits to it are void."""
        self._removed.add(self.package.spelling(partname))

    def unrelate(self, source: str, target: str) -> None:
        """Take out the relationships of `source` that lead to `target`."""
        self._unrelated[source].add(target)

    def relate(self, source: str, kind: str, target: str, rel_id: str | None = None) -> str:
        """Relate `source` to the part `target`; returns the relationship's id.

        `kind` is the last segment of an office type, or a whole type if it holds a colon.
        """
        rel_id = rel_id or self._free_id(source)
        kind = kind if ":" in kind else f"{self.rel_uri}/{kind}"
        self._relations[source].append((rel_id, kind, target))
        return rel_id

    def save(self, record: bool = True) -> bytes:
        """The package with everything queued; `record` keeps in it what is needed to take it back exactly."""
        if record:
            self.relate(self.package.workbook, RECORD_TYPE, self._record_name)
            self._overrides.append((self._record_name, _RECORD_CONTENT))
        for source, relations in self._relations.items():
            self._write_relations(source, relations)
        for source, targets in self._unrelated.items():
            self._cut_relations(source, targets)
        self._write_types()
        texts = {
            name: applied(self.text(name), edits)
            for name, edits in self._edits.items()
            if edits and name not in self._removed
        }
        done = {name: text.encoded(text.data) for name, (text, _) in texts.items()}
        if record:
            hunks = {name: hunks for name, (_, hunks) in texts.items()}
            self._added[self._record_name] = _record(done, hunks, [*self._added, self._record_name])
        replaced: dict[Member, bytes] = {self.package.member(name): data for name, data in done.items()}
        removed = {self.package.member(name) for name in self._removed}
        return self.package.archive.rewritten(replaced, self._added.items(), removed)

    def _taken(self, name: str) -> bool:
        folded = name.lower()
        return (
            self.package.has(name)
            or self.package.declares(name)
            or any(folded == added.lower() for added in self._added)
        )

    def _free_id(self, source: str) -> str:
        """An id that neither the relationships nor the part's own text uses: a dangling one must stay so."""
        used = {rel.id for rel in self.package.rels(source)}
        used |= {rel_id for rel_id, _, _ in self._relations[source]}
        text = self.text(source).data if self.package.has(source) else b""
        number = len(used) + 1
        while f"rId{number}" in used or b'"rId%d"' % number in text or b"'rId%d'" % number in text:
            number += 1
        return f"rId{number}"

    def _write_relations(self, source: str, relations: list[tuple[str, str, str]]) -> None:
        name = rels_of(source)
        if self.package.has(name):
            data = self.text(name).data
            root = parse(data, name, 1)
            self.edit(name, append_child(root, data, _relationships(root.tag, source, relations)))
            return
        written = element("Relationships", {"xmlns": _PACKAGE_RELS}, _relationships("", source, relations))
        self._added[name] = (_DECLARATION + written).encode()
        if not self.package.content_type("a.rels"):
            self._overrides.append((name, _RELS_CONTENT))

    def _cut_relations(self, source: str, targets: set[str]) -> None:
        name = rels_of(source)
        if not self.package.has(name) or self.package.spelling(name) in self._removed:
            return
        gone = {rel.id for rel in self.package.rels(source) if rel.target in targets and not rel.external}
        for node in self.package.parse(name, 1).all("Relationship"):
            if node.attrs.get("Id") in gone:
                self.edit(name, Edit(node.start, node.end, ""))

    @property
    def _record_name(self) -> str:
        base = posixpath.dirname(self.package.workbook.replace("\\", "/"))
        return posixpath.join(base, RECORD_NAME)

    def _write_types(self) -> None:
        data = self.text(CONTENT_TYPES).data
        root = parse(data, CONTENT_TYPES, 1)
        gone = {name.lower() for name in self._removed}
        for node in root.all("Override"):
            if node.attrs.get("PartName", "").lstrip("/").lower() in gone:
                self.edit(CONTENT_TYPES, Edit(node.start, node.end, ""))
        written = "".join(
            element(f"{root.tag}Override", {"PartName": f"/{name}", "ContentType": content_type})
            for name, content_type in self._overrides
        )
        if written:
            self.edit(CONTENT_TYPES, append_child(root, data, written))


def _relationships(prefix: str, source: str, relations: list[tuple[str, str, str]]) -> str:
    folder = posixpath.dirname(source.replace("\\", "/"))
    return "".join(
        element(
            f"{prefix}Relationship",
            {"Id": rel_id, "Type": kind, "Target": posixpath.relpath(target, folder or ".")},
        )
        for rel_id, kind, target in relations
    )


def _record(done: dict[str, bytes], hunks: dict[str, tuple[Hunk, ...]], added: list[str]) -> bytes:
    parts = {
        name: {
            "sha256": hashlib.sha256(data).hexdigest(),
            "hunks": [[hunk.at, hunk.size, hunk.old] for hunk in hunks[name]],
        }
        for name, data in done.items()
    }
    return json.dumps({"version": 1, "parts": parts, "added": added}, ensure_ascii=True).encode()
