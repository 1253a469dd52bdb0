"""Workbooks sealed with the password that Excel itself tries unasked; any other password stays closed.

Excel seals a workbook so when its structure is protected or it is set read-only, and opens it without a question.
"""

from __future__ import annotations

import importlib.util
import io
import re
import struct
from functools import lru_cache

from xlsx_eval.xlsx.package import ole

DEFAULT_PASSWORD = "VelvetSweatshop"
_MOST_BYTES = 64 << 20
_MOST_ENTRIES = 200
_MOST_INFO = 64 << 10
_MOST_SPINS = 1_000_000
_SPINS = re.compile(rb"spinCount\s*=\s*[\"']([0-9]{1,20})[\"']")


def can_unseal() -> bool:
    """Whether the library that deciphers is installed (the extra `passwords`)."""
    return importlib.util.find_spec("msoffcrypto") is not None


@lru_cache(maxsize=1)
def unsealed(data: bytes) -> bytes | None:
    """The workbook inside a compound file sealed with the default password; None where that does not open it.

    The last file is kept, since telling its kind, reading and marking each ask for it.
    """
    if not can_unseal() or not _bounded(data):
        return None
    import msoffcrypto

    out = io.BytesIO()
    try:
        file = msoffcrypto.OfficeFile(io.BytesIO(data))
        if file.format == "ooxml":
            file.load_key(password=DEFAULT_PASSWORD, verify_password=True)
        else:
            file.load_key(password=DEFAULT_PASSWORD)
        file.decrypt(out)
    except Exception:
        # A wrong password and a damaged file come out of the library as errors of many kinds, its own and Python's.
        return None
    return out.getvalue()


def _bounded(data: bytes) -> bool:
    """Whether the library may be given the file: it follows loops and counts that a hostile one would exploit."""
    if not 512 <= len(data) <= _MOST_BYTES:
        return False
    fat_sectors, more_fat_sectors = (
        struct.unpack_from("<L", data, 44)[0],
        struct.unpack_from("<L", data, 72)[0],
    )
    if max(fat_sectors, more_fat_sectors) > len(data) >> 9:
        return False
    try:
        entries = ole.sizes(data)
        info = ole.read(data, ("EncryptionInfo",))
    except EOFError:
        return False
    if len(entries) > _MOST_ENTRIES or any(size > len(data) for size in entries):
        return False
    spins = _SPINS.search(info)
    # The description is XML and is given to a parser that expands entities.
    return len(info) <= _MOST_INFO and b"<!" not in info and (not spins or int(spins[1]) <= _MOST_SPINS)
