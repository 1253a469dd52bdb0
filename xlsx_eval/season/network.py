"""Whether a folder lies on another machine, whose system tells nobody here of changes."""

from __future__ import annotations

from pathlib import Path

import psutil

_REMOTE = frozenset(
    [
        "nfs",
        "nfs4",
        "cifs",
        "smb2",
        "smb3",
        "smbfs",
        "ncpfs",
        "afs",
        "afpfs",
        "davfs",
        "webdav",
        "9p",
        "ceph",
        "glusterfs",
        "lustre",
        "gpfs",
    ]
)


def on_network(folder: Path) -> bool:
    """Whether the folder is on a network drive; a link is followed."""
    path = folder.resolve()
    if str(path).startswith("\\\\"):
        return True
    holding = [one for one in psutil.disk_partitions(all=True) if path.is_relative_to(one.mountpoint)]
    if not holding:
        return False
    nearest = max(holding, key=lambda one: len(Path(one.mountpoint).parts))
    kind = nearest.fstype.casefold()
    return kind in _REMOTE or kind.startswith("fuse.") or "remote" in nearest.opts.split(",")
