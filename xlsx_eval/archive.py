"""Originals by their digest: written once, whole, and never changed."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

_UNFINISHED = ".xlsx-eval.tmp"
_CHUNK = 1 << 20


class Archive:
    """Files under `root`, each at `ab/abcdef…` by the SHA-256 of its bytes."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, digest: str) -> Path:
        """Where the bytes of that digest lie, or would."""
        return self.root / digest[:2] / digest

    def put(self, source: Path) -> tuple[str, int]:
        """Keeps the bytes of `source`; returns digest and size once they are surely on disk."""
        self.root.mkdir(parents=True, exist_ok=True)
        temporary = self.root / f".{uuid.uuid4().hex}{_UNFINISHED}"
        try:
            digest, size = _copied(source, temporary)
            target = self.path(digest)
            if not (target.exists() and digest_of(target) == digest):
                target.parent.mkdir(exist_ok=True)
                temporary.chmod(0o444)
                os.replace(temporary, target)
                _sync(target.parent)
                _sync(self.root)
        finally:
            temporary.unlink(missing_ok=True)
        return digest, size

    def sweep(self) -> None:
        """Removes what a killed run left half written."""
        for path in self.root.glob(f".*{_UNFINISHED}"):
            path.unlink(missing_ok=True)

    def digests(self) -> Iterator[str]:
        """Names of all files kept, sorted."""
        yield from sorted(path.name for path in self.root.glob("[0-9a-f][0-9a-f]/*"))

    def fault(self, digest: str) -> str:
        """What is wrong with the bytes of that digest, "" when nothing is."""
        path = self.path(digest)
        if not path.is_file():
            return "原件缺失"
        return "" if digest_of(path) == digest else "原件内容已被改动"


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _copied(source: Path, target: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as incoming, target.open("xb") as kept:
        while chunk := incoming.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            kept.write(chunk)
        kept.flush()
        os.fsync(kept.fileno())
    return digest.hexdigest(), size


def _sync(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
