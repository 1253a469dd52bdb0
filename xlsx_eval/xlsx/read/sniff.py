"""What a file is, told by its content and never by its name."""

from __future__ import annotations

import csv
import re
import struct

from xlsx_eval.errors import Unreadable
from xlsx_eval.xlsx.package import ole
from xlsx_eval.xlsx.package.archive import NO_LIMITS, Archive, Member
from xlsx_eval.xlsx.package.markup import Text
from xlsx_eval.xlsx.package.sealed import unsealed
from xlsx_eval.xlsx.read import delimited

_READ_AT_MOST = 4 << 20

_PACKAGES = (
    ("spreadsheetml.sheet.main+xml", "xlsx"),
    ("spreadsheetml.template.main+xml", "xltx"),
    ("ms-excel.sheet.macroenabled.main+xml", "xlsm"),
    ("ms-excel.addin.macroenabled.main+xml", "xlsm"),
    ("ms-excel.template.macroenabled.main+xml", "xltm"),
    ("ms-excel.sheet.binary.macroenabled.main", "xlsb"),
    ("wordprocessingml.", "docx"),
    ("ms-word.", "docx"),
    ("presentationml.", "other_office"),
    ("ms-powerpoint.", "other_office"),
    ("ms-visio.", "other_office"),
)
"""Parts of content types and the kind they prove, the surest first."""

_WORKBOOK_PARTS = (("xl/workbook.xml", "xlsx"), ("xl/workbook.bin", "xlsb"))

_ODF = "application/vnd.oasis.opendocument."
_WORKBOOK_NAME = re.compile(r"\.(?:xls[xmb]?|xlt[xm]?|et|ett|ods|csv)\Z", re.IGNORECASE)
_PICTURE = re.compile(
    rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|GIF8[79]a|BM.{4}\0\0\0\0|II\*\0|MM\0\*|RIFF.{4}WEBP"
    rb"|.{4}ftyp(?:heic|heix|mif1|avif)",
    re.DOTALL,
)
_OTHER_ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08")
_MARKED_UP = re.compile(
    r"\s*(?:<\?xml|<!doctype|<html|<table|<head|<meta|<office:|<workbook|\{\\rtf)", re.IGNORECASE
)
_FILE_PASS, _MAX_RECORDS = 0x2F, 8


def sniff(data: bytes) -> str:
    """The kind of file in `data`.

    A workbook is xlsx, xlsm, xltx, xltm, xlsb, xls, ods or csv; anything else is encrypted, rights_managed, truncated, empty,
    pdf, picture, zip_of_workbooks, zip (any other archive), docx, other_office (presentations, web pages,
    XML or rich text) or unknown. Never raises.
    """
    if not data.strip(b"\0 \t\r\n"):
        return "empty"
    if data.startswith(ole.SIGNATURE):
        return _opened_kind(data)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _archive_kind(data)
    # Readers of PDF accept up to so many bytes before it.
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if _PICTURE.match(data):
        return "picture"
    if data.startswith(_OTHER_ARCHIVES):
        return "zip"
    # A copy that broke off before the signature was whole.
    if ole.SIGNATURE.startswith(data) or b"PK\x03\x04".startswith(data):
        return "truncated"
    return _text_kind(data)


def _opened_kind(data: bytes) -> str:
    """The kind of a compound file, of what is in it where Excel would open its seal unasked."""
    kind = _compound_kind(data)
    inner = unsealed(data) if kind == "encrypted" else None
    if inner is None:
        return kind
    return _compound_kind(inner) if inner.startswith(ole.SIGNATURE) else _archive_kind(inner)


def _compound_kind(data: bytes) -> str:
    try:
        found = {stream.name: stream for stream in ole.streams(data)}
    except EOFError:
        return "truncated"
    if "DRMEncryptedDataSpace" in found or "\tDRMContent" in found:
        return "rights_managed"
    if "EncryptedPackage" in found or "EncryptionInfo" in found:
        return "encrypted"
    workbook = found.get("Workbook") or found.get("Book")
    if workbook is None:
        other = {"WordDocument", "PowerPoint Document", "VisioDocument", "Contents"}
        return "other_office" if other & found.keys() else "unknown"
    if not workbook.complete:
        return "truncated"
    return "encrypted" if _has_password(workbook.head) else "xls"


def _has_password(head: bytes) -> bool:
    """Whether a FilePass record follows the first BOF; encrypted streams keep their record headers plain."""
    at = 0
    for _ in range(_MAX_RECORDS):
        if at + 4 > len(head):
            return False
        record, size = struct.unpack_from("<HH", head, at)
        if record == _FILE_PASS:
            return True
        at += 4 + size
    return False


def _archive_kind(data: bytes) -> str:
    try:
        archive = Archive.open(data, NO_LIMITS)
    except Unreadable as error:
        return error.reason if error.reason in ("truncated", "encrypted") else "zip"
    members = {member.name.replace("\\", "/").lower(): member for member in archive.members}
    odf = _odf_kind(archive, members)
    if odf:
        return odf
    types = _text(archive, members.get("[content_types].xml")).lower()
    for needle, kind in _PACKAGES:
        if needle in types:
            return kind
    for name, kind in _WORKBOOK_PARTS:
        if name in members:
            return kind
    if any(_WORKBOOK_NAME.search(name) for name in members):
        return "zip_of_workbooks"
    return "zip"


def _odf_kind(archive: Archive, members: dict[str, Member]) -> str | None:
    manifest = _text(archive, members.get("meta-inf/manifest.xml"))
    mimetype = _text(archive, members.get("mimetype")).strip()
    if not mimetype.startswith(_ODF):
        declared = re.search(rf"{re.escape(_ODF)}[a-z-]+", manifest)
        mimetype = declared[0] if declared and "content.xml" in members else ""
    if not mimetype:
        return None
    if "encryption-data" in manifest:
        return "encrypted"
    return "ods" if mimetype.startswith(f"{_ODF}spreadsheet") else "other_office"


def _text(archive: Archive, member: Member | None) -> str:
    """A small member as text; empty when it is absent, large or damaged."""
    if member is None or member.size > _READ_AT_MOST:
        return ""
    try:
        return Text.of(archive.read(member)).data.decode("utf-8", "replace")
    except Unreadable:
        return ""


def _text_kind(data: bytes) -> str:
    text = delimited.decode(data)
    if text is None:
        return "unknown"
    if _MARKED_UP.match(text.lstrip("\ufeff")):
        return "other_office"
    try:
        return "csv" if delimited.delimiter(text) else "unknown"
    except csv.Error:
        return "unknown"
