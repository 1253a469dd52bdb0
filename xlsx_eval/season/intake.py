"""From the inbox into the archive: only what has stopped changing, and nothing is removed before it is kept."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from xlsx_eval.errors import FolderError
from xlsx_eval.run.inbox import scan
from xlsx_eval.season.ledger import Arrival, Ledger
from xlsx_eval.season.originals import Archive

Clock = Callable[[], datetime.datetime]
BUSY, GONE = "正被其他程序占用，稍后再试", "收件文件夹暂时无法访问，稍后再试"
_JITTER = datetime.timedelta(minutes=1)
CLOCK = "已收下；但本机时间 {now} 早于上一次收件时间 {latest}，请核对系统时钟，以免误记迟报"


@dataclass(slots=True)
class Settling:
    """Remembers files between looks; one is ready when size and time were the same for `seconds`."""

    seconds: float
    _seen: dict[str, tuple[tuple[int, int], float]] = field(default_factory=dict)

    def ready(self, files: Mapping[str, Path], now: float) -> tuple[dict[str, Path], dict[str, Path]]:
        """(ready, waiting) of the files that lie there at the moment `now` of a clock that never goes back."""
        ready: dict[str, Path] = {}
        waiting: dict[str, Path] = {}
        seen: dict[str, tuple[tuple[int, int], float]] = {}
        for file, path in files.items():
            try:
                mark = _mark(path)
            except OSError:
                continue
            before = self._seen.get(file)
            since = before[1] if before is not None and before[0] == mark else now
            seen[file] = (mark, since)
            (ready if now - since >= self.seconds else waiting)[file] = path
        self._seen = seen
        return ready, waiting


def lying(inbox: Path, out: Path) -> dict[str, Path]:
    """Files in the inbox by their name in records; links are left where they are. Raises FolderError."""
    return {file: path for file, path in scan(inbox, out).files if not path.is_symlink()}


def _mark(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns


class Intake:
    """Takes files into archive and ledger; `problems` says what could not be taken, by file."""

    def __init__(self, archive: Archive, ledger: Ledger, clock: Clock) -> None:
        self._archive = archive
        self._ledger = ledger
        self._clock = clock
        self.problems: dict[str, str] = {}

    def take(self, files: Mapping[str, Path]) -> int:
        """Takes these as one batch, together with what a killed run had taken of it; returns how many."""
        if not files and not self._ledger.has_open_batch():
            return 0
        batch = self._ledger.open_batch()
        count = sum(self._take_one(batch, file, path) for file, path in sorted(files.items()))
        self._ledger.complete_batch(batch)
        return count

    def _take_one(self, batch: int, file: str, path: Path) -> bool:
        try:
            before = _mark(path)
            digest, size = self._archive.put(path)
            if _mark(path) != before:
                return False
        except FolderError:
            raise
        except OSError:
            self.problems[file] = BUSY
            return False
        arrival = self._ledger.taken(file, digest, before[1])
        if arrival is not None:
            self._remove(arrival, path, before)
            return False
        self._tell_clock(file)
        now = self._clock().isoformat(timespec="seconds")
        self._remove(self._ledger.take(batch, file, digest, size, before[1], now), path, before)
        return True

    def _tell_clock(self, file: str) -> None:
        """A clock that was wrong, or is now, would make departments late that are not."""
        latest, now = self._ledger.latest_time(), self._clock()
        if latest and now + _JITTER < datetime.datetime.fromisoformat(latest):
            said = f"{now:%Y-%m-%d %H:%M}"
            self.problems[file] = CLOCK.format(now=said, latest=latest[:16].replace("T", " "))

    def _remove(self, arrival: Arrival, path: Path, mark: tuple[int, int]) -> None:
        """Takes the file off the inbox, unless another version lies there by now."""
        try:
            if _mark(path) == mark:
                path.unlink()
        except FileNotFoundError:
            pass
        except OSError:
            self.problems[arrival.file] = BUSY
            return
        self._ledger.release(arrival.id)

    def recover(self, files: Mapping[str, Path]) -> None:
        """Removes what a killed run had kept and recorded but not removed yet."""
        self._archive.sweep()
        for arrival in self._ledger.unreleased():
            path = files.get(arrival.file)
            if path is None:
                self._ledger.release(arrival.id)
            else:
                self._remove(arrival, path, (arrival.size, arrival.modified))
