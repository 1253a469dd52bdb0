"""Files as every room handles them: names written through to the disk, and a lock that goes with its holder."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO

if sys.platform == "win32":
    import msvcrt

    def lock_file(stream: IO[str]) -> bool | None:
        """Take the lock without waiting; False when another process holds it."""
        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def lock_file(stream: IO[str]) -> bool | None:
        """Take the lock without waiting; False when another process holds it, None where there are no locks."""
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return None
        return True


def sync_folder(folder: Path) -> None:
    """Write the names of `folder` through to the disk, where the system has such a thing."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
