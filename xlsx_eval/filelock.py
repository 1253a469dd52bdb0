"""A lock on an open file that goes when its holder goes, however it ends."""

from __future__ import annotations

import sys
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
