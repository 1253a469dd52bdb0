"""What lies in a folder of submissions, and what of it is none."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from xlsx_eval.errors import FolderError
from xlsx_eval.names import shown_name

_SYSTEM_FILES = frozenset({"thumbs.db", "desktop.ini"})
_PARTIAL = (".tmp", ".part", ".crdownload", ".download")
_SYSTEM_FOLDERS = frozenset({"__macosx"})


@dataclass(frozen=True, slots=True)
class Found:
    """Files of an inbox by the name they have in records, sorted by it, and how many were passed over."""

    files: tuple[tuple[str, Path], ...]
    skipped: int


def scan(inbox: Path, out: Path) -> Found:
    """Every file under `inbox` but locks, halves and what the system leaves; `out` inside it is left out."""
    if not inbox.is_dir():
        raise FolderError(str(inbox), "no_inbox")
    files: list[tuple[str, Path]] = []
    skipped = 0
    for path in _walk(inbox, out.resolve()):
        if passed_over(path.name) or not path.is_file():
            skipped += 1
        else:
            files.append((shown_name(path.relative_to(inbox)), path))
    return Found(tuple(sorted(files)), skipped)


def passed_over(name: str) -> bool:
    """Whether a file of that name is no submission: an office lock, a half copy, a hidden or system file."""
    folded = name.casefold()
    return folded.startswith(("~$", ".")) or folded.endswith(_PARTIAL) or folded in _SYSTEM_FILES


def _walk(inbox: Path, out: Path) -> Iterator[Path]:
    for folder, subfolders, names in os.walk(inbox):
        here = Path(folder)
        subfolders[:] = [
            name
            for name in subfolders
            if not name.startswith(".")
            and name.casefold() not in _SYSTEM_FOLDERS
            and (here / name).resolve() != out
        ]
        yield from (here / name for name in names)
