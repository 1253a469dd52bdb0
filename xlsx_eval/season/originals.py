"""Originals by their digest: written once, whole, and never changed."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from xlsx_eval.errors import FolderError
from xlsx_eval.files import sync_folder

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
        """Keeps the bytes of `source`; returns digest and size once they are surely on disk.

        Raises OSError when `source` cannot be read, FolderError when the archive cannot be written.
        """
        with source.open("rb") as incoming, _telling(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
            temporary = self.root / f".{uuid.uuid4().hex}{_UNFINISHED}"
            try:
                digest, size = _copied(incoming, temporary)
                self._keep(temporary, digest)
            finally:
                temporary.unlink(missing_ok=True)
        return digest, size

    def _keep(self, temporary: Path, digest: str) -> None:
        target = self.path(digest)
        if target.exists() and digest_of(target) == digest:
            return
        target.parent.mkdir(exist_ok=True)
        temporary.chmod(0o444)
        os.replace(temporary, target)
        sync_folder(target.parent)
        sync_folder(self.root)

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


class _SourceError(Exception):
    """Carries an OSError of the source past the archive's own."""

    def __init__(self, cause: OSError) -> None:
        super().__init__(cause)
        self.cause = cause


@contextmanager
def _telling(root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FolderError(str(root), "unwritable") from error
    except _SourceError as error:
        raise error.cause from None


def _copied(incoming: IO[bytes], target: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with target.open("xb") as kept:
        while chunk := _chunk(incoming):
            digest.update(chunk)
            size += len(chunk)
            kept.write(chunk)
        kept.flush()
        os.fsync(kept.fileno())
    return digest.hexdigest(), size


def _chunk(incoming: IO[bytes]) -> bytes:
    try:
        return incoming.read(_CHUNK)
    except OSError as error:
        raise _SourceError(error) from error
