"""Packages compared by what their members hold: how hard they are deflated depends on the build of zlib."""

from __future__ import annotations

import io
import zipfile


def members(data: bytes) -> list[tuple[str, bytes]]:
    """Names and contents of the members, in order."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return [(name, package.read(name)) for name in package.namelist()]
