"""A zip archive as bytes: members are read within limits and copied as they came, or replaced."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from xlsx_eval.errors import Unreadable

_END = b"PK\x05\x06"
_END64 = b"PK\x06\x06"
_LOCATOR64 = b"PK\x06\x07"
_CENTRAL = struct.Struct("<4s4B4HL2L5H2L")
_LOCAL = struct.Struct("<4s2B4HL2L2H")
_FULL16 = 0xFFFF
_FULL32 = 0xFFFFFFFF
_ENCRYPTED = 0x1
_UTF8 = 0x800
_STORED, _DEFLATED = 0, 8
_LARGE = 8 << 20
"""Contents from here on are packed for speed."""
_FIXED_TIME, _FIXED_DATE = 0, 0x21
"""1980-01-01 00:00, the date office programs themselves give to members."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a workbook may cost: bytes after inflation, members, inflation of a large member, cells kept."""

    total: int = 512 << 20
    member: int = 256 << 20
    members: int = 10_000
    ratio: int = 300
    ratio_from: int = 32 << 20
    cells: int = 1_000_000


DEFAULT_LIMITS = Limits()
NO_LIMITS = Limits(1 << 62, 1 << 62, 1 << 62, 1 << 62, 1 << 62, 1 << 62)


@dataclass(frozen=True, slots=True)
class Member:
    """An entry of the central directory; `offset` is where its local header starts in the archive."""

    name: str
    raw_name: bytes
    method: int
    flags: int
    time: int
    date: int
    crc: int
    packed: int
    size: int
    offset: int
    made_by: int
    external: int
    internal: int

    @property
    def is_folder(self) -> bool:
        """A directory entry, as WPS writes them."""
        return self.name.endswith(("/", "\\")) and self.size == 0


class Archive:
    """A zip archive held in memory."""

    def __init__(self, data: bytes, members: tuple[Member, ...], limits: Limits) -> None:
        self.data = data
        self.members = members
        self.limits = limits

    @classmethod
    def open(cls, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Archive:
        """The archive in `data`; raises Unreadable if it is none, is cut off or exceeds `limits`."""
        count, start, shift = _directory(data)
        if count > limits.members:
            raise Unreadable("too_large", f"{count} members")
        members = tuple(_members(data, start, count, shift))
        # Claims are refused before anything is inflated; `read` then holds each member to what it claimed.
        total = sum(member.size for member in members)
        if total > limits.total:
            raise Unreadable("too_large", f"{total} bytes after inflation")
        for member in members:
            _check_member(member, limits)
        return cls(data, members, limits)

    def read(self, member: Member) -> bytes:
        """Contents of `member`; raises Unreadable if damaged or larger than it claims."""
        start = self._payload(member)
        packed = self.data[start : start + member.packed]
        if member.method == _STORED:
            content = packed
        elif member.method == _DEFLATED:
            content = _inflate(packed, member)
        else:
            raise Unreadable("xml_damaged", f"{member.name}: compression method {member.method}")
        if len(content) != member.size or zlib.crc32(content) != member.crc:
            raise Unreadable("truncated", f"{member.name}: contents do not match the directory")
        return content

    def rewritten(
        self,
        replaced: Mapping[Member, bytes],
        added: Iterable[tuple[str, bytes]] = (),
        removed: Collection[Member] = (),
    ) -> bytes:
        """The archive with members replaced or removed, the others copied, and `added` at the end."""
        out = bytearray()
        directory = bytearray()
        kept = [member for member in self.members if member not in removed]
        for member in kept:
            content = replaced.get(member)
            start = self._payload(member)
            packed = self.data[start : start + member.packed] if content is None else b""
            _append(out, directory, member, content, packed)
        new = list(added)
        for name, content in new:
            _append(out, directory, _new_member(name), content, b"")
        start = len(out)
        return bytes(out + directory + _end_record(len(kept) + len(new), len(directory), start))

    def _payload(self, member: Member) -> int:
        header = self.data[member.offset : member.offset + _LOCAL.size]
        if len(header) < _LOCAL.size or header[:4] != b"PK\x03\x04":
            raise Unreadable("truncated", f"{member.name}: no local header")
        name_size, extra_size = struct.unpack_from("<2H", header, 26)
        return member.offset + _LOCAL.size + int(name_size) + int(extra_size)


def _directory(data: bytes) -> tuple[int, int, int]:
    """Number of entries, offset of the directory, and by how much leading bytes shift all offsets."""
    # It is the last thing in the file but for a comment, which is at most 64 KB long.
    end = data.rfind(_END, max(0, len(data) - 22 - _FULL16))
    if end < 0 or end + 22 > len(data):
        raise Unreadable("truncated" if data[:4] == b"PK\x03\x04" else "not_a_workbook", "no zip directory")
    count, size, start = struct.unpack_from("<10xH2L", data, end)
    stop = end
    if count == _FULL16 or size == _FULL32 or start == _FULL32 or data[end - 20 : end - 16] == _LOCATOR64:
        at = struct.unpack_from("<Q", data, end - 12)[0] if data[end - 20 : end - 16] == _LOCATOR64 else -1
        if 0 <= at <= len(data) - 56 and data[at : at + 4] == _END64:
            count, size, start = struct.unpack_from("<Q2Q", data, at + 32)
            stop = at
    # Bytes may stand before an archive, whose offsets go on counting from its own start.
    shift = stop - size - start
    if shift < 0:
        raise Unreadable("truncated", "the zip directory lies outside the file")
    return int(count), int(start) + int(shift), int(shift)


def _members(data: bytes, at: int, count: int, shift: int) -> Iterable[Member]:
    for _ in range(count):
        if data[at : at + 4] != b"PK\x01\x02" or at + _CENTRAL.size > len(data):
            raise Unreadable("truncated", "the zip directory is damaged")
        fields = _CENTRAL.unpack_from(data, at)
        flags, method, time, date, crc, packed, size = fields[5:12]
        name_size, extra_size, comment_size, _, internal, external, offset = fields[12:19]
        raw = data[at + 46 : at + 46 + name_size]
        extra = data[at + 46 + name_size : at + 46 + name_size + extra_size]
        size, packed, offset = _wide(extra, size, packed, offset)
        # Without the flag any code page may be meant; this one has a character for every byte, so none is lost.
        name = raw.decode("utf-8" if flags & _UTF8 else "cp437", "replace")
        yield Member(
            name=name, raw_name=raw, method=method, flags=flags, time=time, date=date, crc=crc, packed=packed,
            size=size, offset=offset + shift, made_by=fields[1] | fields[2] << 8, external=external,
            internal=internal,
        )  # fmt: skip
        at += 46 + name_size + extra_size + comment_size


def _wide(extra: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """Sizes and offset, taken from the zip64 extra field where the narrow ones are full."""
    at = 0
    while at + 4 <= len(extra):
        tag, length = struct.unpack_from("<2H", extra, at)
        if tag == 1:
            if at + 4 + length > len(extra):
                raise Unreadable("truncated", "the zip64 field of a member is cut off")
            # Only those numbers stand in it that did not fit the narrow ones, in this order.
            wide = list(struct.unpack_from(f"<{length // 8}Q", extra, at + 4))
            size = wide.pop(0) if size == _FULL32 and wide else size
            packed = wide.pop(0) if packed == _FULL32 and wide else packed
            offset = wide.pop(0) if offset == _FULL32 and wide else offset
        at += 4 + length
    return size, packed, offset


def _check_member(member: Member, limits: Limits) -> None:
    if member.flags & _ENCRYPTED:
        raise Unreadable("encrypted", member.name)
    if member.size > limits.member:
        raise Unreadable("too_large", f"{member.name}: {member.size} bytes")
    if member.size > limits.ratio_from and member.size > limits.ratio * max(member.packed, 1):
        raise Unreadable("hostile", f"{member.name}: inflates {member.size // max(member.packed, 1)}-fold")


def _inflate(packed: bytes, member: Member) -> bytes:
    inflater = zlib.decompressobj(-15)
    try:
        # One byte more than claimed is enough to know that the claim is false; a bomb goes no further.
        return inflater.decompress(packed, member.size + 1)
    except zlib.error as error:
        raise Unreadable("truncated", f"{member.name}: {error}") from error


def _new_member(name: str) -> Member:
    raw = name.encode()
    return Member(
        name=name, raw_name=raw, method=_DEFLATED, flags=0 if name.isascii() else _UTF8, time=_FIXED_TIME,
        date=_FIXED_DATE, crc=0, packed=0, size=0, offset=0, made_by=20, external=0, internal=0,
    )  # fmt: skip


def _append(out: bytearray, directory: bytearray, member: Member, content: bytes | None, raw: bytes) -> None:
    """Append one member and its directory entry; sizes stand in the header, so no data descriptor follows."""
    method, crc, size = member.method, member.crc, member.size
    if content is not None:
        deflater = zlib.compressobj(6 if len(content) < _LARGE else 1, zlib.DEFLATED, -15)
        raw = deflater.compress(content) + deflater.flush()
        method, crc, size = _DEFLATED, zlib.crc32(content), len(content)
    if max(size, len(raw), len(out)) >= _FULL32:
        raise Unreadable("too_large", "more than 4 GiB")
    # Two flags tell how hard a member was packed, which is true only of bytes that are copied.
    shared = (
        member.flags & _UTF8 | member.flags & 0x6 * (content is None),
        method, member.time, member.date, crc, len(raw), size, len(member.raw_name),
    )  # fmt: skip
    directory += struct.pack("<4s2H", b"PK\x01\x02", member.made_by, 20)
    directory += struct.pack("<4H3L2H", *shared, 0)
    directory += struct.pack("<3H2L", 0, 0, member.internal, member.external, len(out)) + member.raw_name
    out += struct.pack("<4sH4H3L2H", b"PK\x03\x04", 20, *shared, 0) + member.raw_name + raw


def _end_record(count: int, size: int, start: int) -> bytes:
    if count >= _FULL16:
        raise Unreadable("too_large", f"{count} members")
    return struct.pack("<4s4H2LH", _END, 0, 0, count, count, size, start, 0)
