"""OLE compound files, read only as far as it takes to say what they hold."""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator
from dataclasses import dataclass

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER = struct.Struct("<30xHH14xL4xLL4xL")
_LAST_SECTOR = 0xFFFFFFFA
_ENTRY = 128
_ROOT = 5


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream of the directory: its first bytes, and whether the file holds every sector of it."""

    name: str
    head: bytes
    complete: bool


def streams(data: bytes) -> tuple[Stream, ...]:
    """Streams and storages of the compound file in `data`; raises EOFError when its directory is cut off."""
    try:
        return tuple(_Compound(data).streams())
    except (struct.error, IndexError) as error:
        raise EOFError("the compound file's directory is cut off") from error


def sizes(data: bytes) -> tuple[int, ...]:
    """What each entry of the directory claims as its size; raises EOFError when it is cut off."""
    try:
        return tuple(size for _, _, _, size in _Compound(data).entries)
    except (struct.error, IndexError) as error:
        raise EOFError("the compound file's directory is cut off") from error


def read(data: bytes, names: Collection[str]) -> bytes:
    """Contents of the first stream of one of these names, empty if there is none; raises EOFError when cut off."""
    try:
        compound = _Compound(data)
    except (struct.error, IndexError) as error:
        raise EOFError("the compound file's directory is cut off") from error
    for name, _, start, size in compound.entries:
        if name in names:
            return compound.content(start, size)
    return b""


class _Compound:
    """Sectors and chains of one compound file."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        shift, mini_shift, directory, cutoff, mini_start, more_fat = _HEADER.unpack_from(data)
        if not 7 <= shift <= 16 or not 2 <= mini_shift < shift:
            raise EOFError("the compound file's header is damaged")
        self.size: int = 1 << shift
        self.mini_size: int = 1 << mini_shift
        self.cutoff: int = cutoff
        self.fat = self._fat(more_fat)
        self.entries = list(self._entries(directory))
        self.mini_fat = self._numbers(self._chain(mini_start))
        root = next((entry for entry in self.entries if entry[1] == _ROOT), None)
        self.mini_sectors = self._chain(root[2]) if root else []

    def streams(self) -> Iterator[Stream]:
        for name, kind, start, size in self.entries:
            if kind != _ROOT:
                yield self._stream(name, start, size)

    def content(self, start: int, size: int) -> bytes:
        """A whole stream, from large sectors or from the small ones inside the root's stream."""
        if size >= self.cutoff:
            return b"".join(map(self._sector, self._chain(start)))[:size]
        small = b"".join(map(self._sector, self.mini_sectors))
        found: list[bytes] = []
        while start < len(self.mini_fat) and len(found) <= len(self.mini_fat):
            found.append(small[start * self.mini_size : (start + 1) * self.mini_size])
            start = self.mini_fat[start]
        return b"".join(found)[:size]

    def _stream(self, name: str, start: int, size: int) -> Stream:
        if size < self.cutoff:
            return Stream(name, self._mini_head(start), True)
        chain = self._chain(start)
        complete = bool(chain) and all(self._at(sector) < len(self.data) for sector in chain)
        return Stream(name, self._sector(start), complete and len(chain) * self.size >= size)

    def _mini_head(self, start: int) -> bytes:
        index, rest = divmod(start * self.mini_size, self.size)
        if index >= len(self.mini_sectors):
            return b""
        return self._sector(self.mini_sectors[index])[rest:]

    def _at(self, sector: int) -> int:
        return (sector + 1) * self.size

    def _sector(self, sector: int) -> bytes:
        return self.data[self._at(sector) : self._at(sector) + self.size]

    def _fat(self, difat: int) -> list[int]:
        count = self.size // 4
        sectors = list(struct.unpack_from("<109L", self.data, 76))
        seen: set[int] = set()
        while difat < _LAST_SECTOR and difat not in seen:
            seen.add(difat)
            *more, difat = struct.unpack(f"<{count}L", self._sector(difat))
            sectors += more
        return self._numbers([sector for sector in sectors if sector < _LAST_SECTOR])

    def _numbers(self, sectors: list[int]) -> list[int]:
        found: list[int] = []
        for sector in sectors:
            content = self._sector(sector)
            found += struct.unpack(f"<{len(content) // 4}L", content[: len(content) // 4 * 4])
        return found

    def _chain(self, start: int) -> list[int]:
        """Sectors from `start` on; a loop or a link out of the table ends the chain."""
        chain: list[int] = []
        seen: set[int] = set()
        while start < _LAST_SECTOR and start not in seen:
            seen.add(start)
            chain.append(start)
            start = self.fat[start] if start < len(self.fat) else _LAST_SECTOR
        return chain

    def _entries(self, directory: int) -> Iterator[tuple[str, int, int, int]]:
        """Name, type, first sector and size of every entry in use."""
        for number, sector in enumerate(self._chain(directory)):
            content = self._sector(sector)
            if not content and number == 0:
                raise EOFError("the compound file's directory is cut off")
            for at in range(0, len(content) - _ENTRY + 1, _ENTRY):
                length, kind = struct.unpack_from("<HB", content, at + 64)
                start, size = struct.unpack_from("<LL", content, at + 116)
                if kind:
                    name = content[at : at + min(max(length - 2, 0), 62)].decode("utf-16-le", "replace")
                    yield name, kind, start, size
