"""The output folder: files appear whole, what we wrote is known again, and what people wrote is never lost."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from xlsx_eval.errors import FolderError
from xlsx_eval.files import lock_file, sync_folder
from xlsx_eval.states import STATES

MANIFEST = "清单.jsonl"
SUMMARY, RESULTS, FINDINGS, SCORES, LOG = (
    "汇总表.xlsx",
    "results.jsonl",
    "findings.csv",
    "scores.csv",
    "运行日志.txt",
)
FIXED = (SUMMARY, RESULTS, FINDINGS, SCORES, LOG)
_LOCK = ".xlsx-eval.lock"
_UNFINISHED = ".xlsx-eval.tmp"
_SET_ASIDE = "（人工修改）"


class Outbox:
    """Writes under one folder, one run at a time; to be used in a `with` block and finished in it.

    Before a file appears, its name and digest stand in the manifest; so the next run, even after one that was
    killed, knows our files. Those it does not write again are removed; one that was changed since is no
    longer ours: it is kept, under another name where its own is needed. `kept` lists such files. With
    `forgiving`, a name that the system refuses, because another program has the file open, costs itself only:
    what lies there stays, and `refused` lists it; else it is a FolderError.
    """

    def __init__(self, root: Path, *, forgiving: bool = False) -> None:
        self.root = root
        self.kept: list[str] = []
        self.refused: list[str] = []
        self._forgiving = forgiving
        self._written: dict[str, str] = {}
        with _telling(root):
            root.mkdir(parents=True, exist_ok=True)
            self._lock = (root / _LOCK).open("a")
        if lock_file(self._lock) is False:
            self._lock.close()
            raise FolderError(str(root), "busy")
        self._ours = _read_manifest(root / MANIFEST)
        self._refuse_foreign()
        self._sweep()
        with _telling(root / MANIFEST):
            self._journal = (root / MANIFEST).open("a", encoding="utf-8")

    def __enter__(self) -> Outbox:
        return self

    def __exit__(self, *_: object) -> None:
        self._journal.close()
        self._lock.close()

    def _refuse_foreign(self) -> None:
        """Without a manifest a file under one of our fixed names is somebody else's."""
        for name in FIXED:
            if not self._ours and (self.root / name).exists():
                self._lock.close()
                raise FolderError(str(self.root / name), "foreign")

    def _sweep(self) -> None:
        """Remove what a killed run left half written."""
        for folder in (self.root, *(self.root / state for state in STATES)):
            for path in folder.glob(f".*{_UNFINISHED}"):
                path.unlink(missing_ok=True)

    def write(self, name: str, data: bytes) -> None:
        """Put a file at `name`, a path below the root with forward slashes."""
        with self.path_for(name) as path:
            path.write_bytes(data)

    def still(self, name: str) -> None:
        """What an earlier run wrote at `name` is to stay, as if this one had written it."""
        digests = self._ours.get(name)
        if digests and name not in self._written:
            found = self._found(name)
            self._written[name] = found if found in digests else max(digests)

    def _found(self, name: str) -> str:
        """Digest of what lies at `name`, "" where nothing does or it cannot be read just now."""
        path = self.root / name
        try:
            return _digest(path) if path.is_file() else ""
        except PermissionError:
            return ""

    @contextmanager
    def path_for(self, name: str) -> Iterator[Path]:
        """Where to write what shall stand at `name`; it appears there when the block ends, unless by an error."""
        target = self.root / name
        short = hashlib.sha256(name.encode("utf-8")).hexdigest()[:16]
        temporary = target.with_name(f".{short}{_UNFINISHED}")
        try:
            with _telling(target):
                target.parent.mkdir(exist_ok=True)
                yield temporary
                self._publish(temporary, target, name)
        finally:
            temporary.unlink(missing_ok=True)

    def _publish(self, temporary: Path, target: Path, name: str) -> None:
        digest = _synced_digest(temporary)
        with self._forgiven(name):
            if target.exists() and not self._is_ours(name):
                self._set_aside(target)
            self._journal.write(_manifest_line(name, digest))
            self._journal.flush()
            os.replace(temporary, target)
            sync_folder(target.parent)
            self._written[name] = digest

    @contextmanager
    def _forgiven(self, name: str) -> Iterator[None]:
        """Only a refusal is forgiven: a full disk would refuse everything else as well."""
        try:
            yield
        except PermissionError:
            if not self._forgiving:
                raise
            self.refused.append(name)
            # What an earlier run left there is ours still, and not for finish to remove.
            self.still(name)

    def _is_ours(self, name: str) -> bool:
        digests = self._ours.get(name, frozenset()) | {self._written.get(name, "")}
        return _digest(self.root / name) in digests

    def _set_aside(self, target: Path) -> None:
        number = 1
        while True:
            mark = _SET_ASIDE if number == 1 else f"{_SET_ASIDE}_{number}"
            aside = target.with_name(f"{target.stem}{mark}{target.suffix}")
            if not aside.exists():
                break
            number += 1
        os.replace(target, aside)
        self.kept.append(aside.relative_to(self.root).as_posix())

    def finish(self) -> None:
        """Remove what earlier runs wrote and this one did not, and leave the manifest of this run."""
        for name in sorted(self._ours.keys() - self._written.keys()):
            target = self.root / name
            if not target.is_file():
                continue
            with _telling(target), self._forgiven(name):
                if self._is_ours(name):
                    target.unlink()
                else:
                    self.kept.append(name)
        self._journal.close()
        lines = (_manifest_line(name, digest) for name, digest in sorted(self._written.items()))
        temporary = self.root / f".{MANIFEST}{_UNFINISHED}"
        with _telling(self.root / MANIFEST):
            temporary.write_text("".join(lines), encoding="utf-8")
            _synced_digest(temporary)
            os.replace(temporary, self.root / MANIFEST)


def _manifest_line(name: str, digest: str) -> str:
    return json.dumps({"path": name, "sha256": digest}, ensure_ascii=False) + "\n"


def _read_manifest(path: Path) -> Mapping[str, frozenset[str]]:
    """Digests by name; a line torn by a power cut is passed over."""
    found: dict[str, frozenset[str]] = {}
    if not path.exists():
        return found
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            entry = json.loads(line)
            name, digest = str(entry["path"]), str(entry["sha256"])
        except (ValueError, KeyError, TypeError):
            continue
        if _below(name):
            found[name] = found.get(name, frozenset()) | {digest}
    return found


def _below(name: str) -> bool:
    """Whether a manifest's name is one we could have written, so that an altered manifest reaches nothing else."""
    folder, _, rest = name.rpartition("/")
    return name in FIXED or (folder in STATES and rest not in {"", ".", ".."} and "\\" not in rest)


@contextmanager
def _telling(path: Path) -> Iterator[None]:
    """Turns a refusal of the system into the operator's error, which names no temporary file of ours."""
    try:
        yield
    except OSError as error:
        named = str(error.filename or path)
        raise FolderError(str(path) if named.endswith(_UNFINISHED) else named, "unwritable") from error


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _synced_digest(path: Path) -> str:
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())
    return _digest(path)


def write_whole(path: Path, data: bytes) -> None:
    """Write a single file so that it appears whole or not at all; raises FolderError."""
    temporary = path.with_name(f".{path.name[:60]}{_UNFINISHED}")
    with _telling(path):
        try:
            temporary.write_bytes(data)
            _synced_digest(temporary)
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
