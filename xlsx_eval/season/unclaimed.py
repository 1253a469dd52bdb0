"""待认领: copies of the files that are nobody's, for an officer to look into."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from xlsx_eval.errors import FolderError
from xlsx_eval.names import safe_stem
from xlsx_eval.run.outbox import write_whole
from xlsx_eval.season.ledger import Arrival
from xlsx_eval.season.originals import Archive, digest_of

FOLDER = "待认领"
_OURS = re.compile(r"[0-9]{4,}_")
_KINDS = frozenset({".xlsx", ".xlsm", ".xltx", ".xltm", ".xls", ".xlsb", ".ods", ".csv", ".et"})
_CANNOT_WRITE = "无法写入，请关闭占用它的程序或检查磁盘空间和权限，之后自动重试"
_CANNOT_REMOVE = "已有归属，但副本无法删除，请关闭占用它的程序，之后自动重试"


def show_unclaimed(root: Path, arrivals: Sequence[Arrival], archive: Archive) -> Mapping[str, str]:
    """Makes the folder hold a copy of each of these arrivals and no older copy of ours.

    Returns what could not be done, by file. Whatever else lies there, or was changed since, is left alone.
    """
    folder = root / FOLDER
    wanted = {_name(one): one for one in arrivals}
    if not wanted and not folder.is_dir():
        return {}
    try:
        folder.mkdir(exist_ok=True)
        return {**_copy(folder, wanted, archive), **_clear(folder, wanted, archive)}
    except OSError:
        return {FOLDER: _CANNOT_WRITE}


def _copy(folder: Path, wanted: Mapping[str, Arrival], archive: Archive) -> Mapping[str, str]:
    problems: dict[str, str] = {}
    for name, one in wanted.items():
        try:
            if not (folder / name).exists():
                write_whole(folder / name, archive.path(one.digest).read_bytes())
        except (OSError, FolderError):
            problems[f"{FOLDER}/{name}"] = _CANNOT_WRITE
    return problems


def _clear(folder: Path, wanted: Mapping[str, Arrival], archive: Archive) -> Mapping[str, str]:
    problems: dict[str, str] = {}
    for path in _named_by_us(folder):
        try:
            if path.name not in wanted and archive.path(digest_of(path)).is_file():
                path.unlink(missing_ok=True)
        except OSError:
            problems[f"{FOLDER}/{path.name}"] = _CANNOT_REMOVE
    return problems


def _named_by_us(folder: Path) -> Iterator[Path]:
    """Files named as ours are; whether one is ours its bytes tell, for those are an original's."""
    return (path for path in sorted(folder.iterdir()) if _OURS.match(path.name) and path.is_file())


def _name(arrival: Arrival) -> str:
    path = PurePosixPath(arrival.file)
    kind = path.suffix.lower() if path.suffix.lower() in _KINDS else ".bin"
    head = f"{arrival.id:04d}_"
    return f"{head}{safe_stem(path.stem, head + kind)}{kind}"
