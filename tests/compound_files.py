"""OLE compound files drawn inline, as small as they can be."""

from __future__ import annotations

import struct


def compound(*names: str, head: bytes = b"", cut: int = 0) -> bytes:
    """An OLE file of 512-byte sectors: 0 the FAT, 1 the directory, from 2 on one stream of eight sectors."""
    fat = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 10), 0xFFFFFFFE] + [0xFFFFFFFF] * 118
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H", 62, 3, 0xFFFE, 9, 6)
    header += bytes(6) + struct.pack("<9L", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109L", 0, *[0xFFFFFFFF] * 108)
    directory = b""
    for name, kind, start, size in [("Root Entry", 5, 0xFFFFFFFE, 0)] + [
        (name, 2, 2, 4096) for name in names
    ]:
        raw = name.encode("utf-16-le")
        entry = raw.ljust(64, b"\0") + struct.pack("<HBB3L", len(raw) + 2, kind, 1, *[0xFFFFFFFF] * 3)
        directory += entry.ljust(116, b"\0") + struct.pack("<LLL", start, size, 0)
    whole = header + struct.pack("<128L", *fat) + directory.ljust(512, b"\0") + head.ljust(4096, b"\0")
    return whole[: len(whole) - cut]
