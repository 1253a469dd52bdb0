"""Writes the sample that is no workbook: a small picture under a workbook's name, the same bytes everywhere."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

TARGET = Path(__file__).parent / "inbox" / "扫描件.xlsx"
WIDTH, HEIGHT = 42, 59


def picture() -> bytes:
    """A grey page with dark lines on it, as PNG."""
    header = struct.pack(">2L5B", WIDTH, HEIGHT, 8, 0, 0, 0, 0)
    lines = b"".join(b"\0" + _line(row) for row in range(HEIGHT))
    # Stored, not deflated: what deflating makes of the same pixels differs between builds of zlib.
    pixels = zlib.compress(lines, level=0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def _line(row: int) -> bytes:
    if 6 < row < 52 and row % 5 == 0:
        return b"\xee" * 6 + b"\x44" * (WIDTH - 12) + b"\xee" * 6
    return b"\xee" * WIDTH


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))


if __name__ == "__main__":
    TARGET.write_bytes(picture())
