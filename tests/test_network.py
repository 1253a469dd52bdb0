"""Network drives are known by what the system says of the drive that holds a folder."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from xlsx_eval.season.network import on_network


def drive(mountpoint: str, fstype: str, opts: str = "rw") -> SimpleNamespace:
    return SimpleNamespace(mountpoint=mountpoint, fstype=fstype, opts=opts)


@pytest.mark.parametrize(
    ("kind", "opts", "remote"),
    [
        ("nfs4", "rw", True),
        ("cifs", "rw", True),
        ("fuse.sshfs", "rw", True),
        ("NTFS", "rw,remote", True),
        ("NTFS", "rw,fixed", False),
        ("ext4", "rw", False),
        ("apfs", "rw", False),
    ],
)
def test_a_drive_of_each_kind(
    kind: str, opts: str, remote: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drives = [drive("/", "ext4"), drive(str(tmp_path / "share"), kind, opts)]
    monkeypatch.setattr(psutil, "disk_partitions", lambda all: drives)
    assert on_network(tmp_path / "share" / "inbox") is remote
    assert not on_network(tmp_path / "shared")


def test_a_folder_here_is_on_no_network(tmp_path: Path) -> None:
    assert not on_network(tmp_path)
