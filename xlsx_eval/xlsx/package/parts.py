"""A workbook's package: its parts, their types and relationships, and its sheets."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from urllib.parse import unquote

from xlsx_eval.errors import Unreadable
from xlsx_eval.xlsx.package import ole
from xlsx_eval.xlsx.package.archive import DEFAULT_LIMITS, Archive, Limits, Member
from xlsx_eval.xlsx.package.markup import REL, Node, Text, parse, transitional, whole
from xlsx_eval.xlsx.package.sealed import unsealed

CONTENT_TYPES = "[Content_Types].xml"
_KINDS = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": "xlsx",
    "application/vnd.ms-excel.sheet.macroenabled.main+xml": "xlsm",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml": "xltx",
    "application/vnd.ms-excel.template.macroenabled.main+xml": "xltm",
    "application/vnd.ms-excel.addin.macroenabled.main+xml": "xlam",
    "application/vnd.ms-excel.sheet.binary.macroenabled.main": "xlsb",
}
_SHEET_KINDS = ("worksheet", "chartsheet", "dialogsheet")


@dataclass(frozen=True, slots=True)
class Relationship:
    """A relationship; `type` in its transitional spelling, `target` a part name, or as written if external.

    The part name is spelt as the archive spells it; a target that no member answers to stays as resolved.
    """

    id: str
    type: str
    target: str
    external: bool = False

    @property
    def kind(self) -> str:
        """Last segment of the type: `worksheet`, `comments`, `vmlDrawing`."""
        return self.type.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """A sheet as the workbook lists it; `kind` is worksheet, chartsheet, dialogsheet or another."""

    name: str
    state: str
    sheet_id: int
    partname: str
    kind: str
    rel_id: str = ""


class Package:
    """A package held in memory; parts are inflated when read, and then kept."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        members = [member for member in archive.members if not member.is_folder]
        # Names ignore case, yet an archive may hold two that differ in nothing else, and relationships to both.
        self._members = {_key(member.name): member for member in members}
        self._exact = {_slashed(member.name): member for member in members}
        self._read: dict[int, bytes] = {}
        self._parsed: dict[tuple[int, int], Node] = {}
        self._rels: dict[str, tuple[Relationship, ...]] = {}
        self._types: tuple[dict[str, str], dict[str, str]] | None = None
        self._sheets: tuple[SheetEntry, ...] | None = None
        self.workbook = self._find_workbook()

    @classmethod
    def open(cls, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Package:
        """The workbook package in `data`; raises Unreadable when it is none or exceeds `limits`."""
        if not data:
            raise Unreadable("empty")
        if data.startswith(ole.SIGNATURE):
            inner = unsealed(data)
            if inner is not None and not inner.startswith(ole.SIGNATURE):
                return cls(Archive.open(inner, limits))
            sealed = "EncryptedPackage".encode("utf-16-le") in data
            raise Unreadable("encrypted" if sealed else "not_a_workbook", "OLE compound file")
        return cls(Archive.open(data, limits))

    @property
    def data(self) -> bytes:
        """The whole package."""
        return self.archive.data

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all members in archive order, folders left out."""
        return tuple(member.name for member in self.archive.members if not member.is_folder)

    @property
    def kind(self) -> str:
        """xlsx, xlsm, xltx, xltm, xlam or xlsb, by the workbook's content type; xlsx when that is unknown."""
        return _KINDS.get(self.content_type(self.workbook).lower(), "xlsx")

    def has(self, partname: str) -> bool:
        """Whether a member answers to `partname`, letter case ignored."""
        return _slashed(partname) in self._exact or _key(partname) in self._members

    def member(self, partname: str) -> Member:
        """The archive's entry for a part, that of its very spelling before another; KeyError without one."""
        return self._exact.get(_slashed(partname)) or self._members[_key(partname)]

    def spelling(self, partname: str) -> str:
        """`partname` as the archive spells it; unchanged if it is not there."""
        return self.member(partname).name if self.has(partname) else partname

    def read(self, partname: str) -> bytes:
        """Contents of a part; raises KeyError when it is not there, Unreadable when damaged."""
        member = self.member(partname)
        # By its place, since two members may bear the same name.
        if member.offset not in self._read:
            self._read[member.offset] = self.archive.read(member)
        return self._read[member.offset]

    def text(self, partname: str) -> Text:
        """Text of a part, whatever its encoding."""
        return Text.of(self.read(partname), partname)

    def parse(self, partname: str, depth: int = 1000) -> Node:
        """Elements of an XML part, parsed once; offsets count in its UTF-8 form (see Text)."""
        key = self.member(partname).offset, depth
        if key not in self._parsed:
            self._parsed[key] = parse(self.text(partname).data, partname, depth)
        return self._parsed[key]

    def rels(self, partname: str) -> tuple[Relationship, ...]:
        """Relationships of a part, in file order; "" is the package itself."""
        key = _key(partname)
        if key not in self._rels:
            self._rels[key] = self._read_rels(partname)
        return self._rels[key]

    def rel(self, partname: str, rel_id: str | None) -> Relationship | None:
        """The relationship of that id."""
        return next((rel for rel in self.rels(partname) if rel.id == rel_id), None)

    def content_type(self, partname: str) -> str:
        """Content type by Override, else by Default; empty if neither tells."""
        overrides, defaults = self._content_types()
        found = overrides.get(_key(partname))
        return found or defaults.get(posixpath.splitext(partname)[1][1:].lower(), "")

    def declares(self, partname: str) -> bool:
        """Whether [Content_Types].xml names this very part, be it there or not."""
        return _key(partname) in self._content_types()[0]

    @property
    def sheets(self) -> tuple[SheetEntry, ...]:
        """All sheets in workbook order; raises Unreadable for a binary workbook."""
        if self._sheets is None:
            if self.kind == "xlsb":
                raise Unreadable("not_a_workbook", "binary workbook (.xlsb)")
            root = self.parse(self.workbook)
            listed = root.find("sheets")
            self._sheets = tuple(self._sheet(node) for node in listed.all("sheet")) if listed else ()
        return self._sheets

    def _sheet(self, node: Node) -> SheetEntry:
        rel = self.rel(self.workbook, node.rel_id())
        return SheetEntry(
            name=node.attrs.get("name", ""),
            state=node.attrs.get("state", "visible"),
            sheet_id=whole(node.attrs.get("sheetId", "0"), self.workbook) or 0,
            partname=rel.target if rel and not rel.external else "",
            kind=rel.kind if rel else "",
            rel_id=node.rel_id() or "",
        )

    def _find_workbook(self) -> str:
        for rel in self.rels(""):
            if rel.kind == "officeDocument" and self.has(rel.target):
                return self._checked(rel.target)
        overrides, _ = self._content_types()
        for key, content_type in overrides.items():
            if content_type.lower() in _KINDS and key in self._members:
                return self._members[key].name
        raise Unreadable("not_a_workbook", "no workbook part")

    def _checked(self, partname: str) -> str:
        content_type = self.content_type(partname).lower()
        if content_type in _KINDS or "spreadsheetml" in content_type:
            return partname
        if "wordprocessingml" in content_type or "presentationml" in content_type:
            raise Unreadable("not_a_workbook", content_type)
        if partname.lower().endswith(".xml") and self.parse(partname, 0).name == "workbook":
            return partname
        raise Unreadable("not_a_workbook", content_type or partname)

    def _read_rels(self, partname: str) -> tuple[Relationship, ...]:
        rels_name = rels_of(partname)
        if not self.has(rels_name):
            return ()
        return tuple(
            self._relationship(node, partname)
            for node in self.parse(rels_name, 1).children
            if node.name == "Relationship"
        )

    def _relationship(self, node: Node, source: str) -> Relationship:
        target = node.attrs.get("Target", "")
        external = node.attrs.get("TargetMode", "").lower() == "external"
        if not external and not target.startswith("#"):
            target = self.spelling(resolve(source, target))
        return Relationship(
            node.attrs.get("Id", ""), transitional(node.attrs.get("Type", "")), target, external
        )

    def _content_types(self) -> tuple[dict[str, str], dict[str, str]]:
        """Overrides by part key and defaults by extension."""
        if self._types is None:
            if not self.has(CONTENT_TYPES):
                raise Unreadable("not_a_workbook", "no [Content_Types].xml")
            root = self.parse(CONTENT_TYPES, 1)
            overrides = {
                _key(node.attrs.get("PartName", "")): node.attrs.get("ContentType", "")
                for node in root.all("Override")
            }
            defaults = {
                node.attrs.get("Extension", "").lower(): node.attrs.get("ContentType", "")
                for node in root.all("Default")
            }
            self._types = overrides, defaults
        return self._types


def rels_of(partname: str) -> str:
    """Name of the part holding the relationships of `partname`; "" is the package itself."""
    folder, name = posixpath.split(partname.replace("\\", "/"))
    return posixpath.join(folder, "_rels", f"{name}.rels")


def resolve(source: str, target: str) -> str:
    """Part name that `target`, written in a relationship of `source`, leads to; never above the package."""
    source, target = source.replace("\\", "/"), target.replace("\\", "/").partition("#")[0]
    base = "/" if target.startswith("/") else f"/{posixpath.dirname(source)}"
    return posixpath.normpath(posixpath.join(base, target)).lstrip("/")


def _key(partname: str) -> str:
    """What makes two spellings one part: case, leading slash, backslashes and percent signs do not count."""
    return unquote(_slashed(partname)).lower()


def _slashed(partname: str) -> str:
    return partname.replace("\\", "/").lstrip("/")


__all__ = ["CONTENT_TYPES", "REL", "Limits", "Package", "Relationship", "SheetEntry", "rels_of", "resolve"]
