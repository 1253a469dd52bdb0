"""One worker a folder: holds it, and tells the next who does, on this machine or another that shares the folder."""

from __future__ import annotations

import datetime
import json
import os
import platform
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from xlsx_eval.errors import FolderError, Said, WorkspaceError
from xlsx_eval.files import lock_file

BEAT = 5.0
"""Seconds between two signs of life in the holder's file."""
_PATIENCE = 2.5
"""How many beats are waited for before a holder on another machine counts as dead."""
_LOCK, _HOLDER = ".xlsx-eval.holder.lock", ".xlsx-eval.holder.json"
_MACHINE = f"{platform.node()}-{uuid.getnode():x}"


class Hold:
    """A folder held; `check` raises WorkspaceError when another machine has taken it meanwhile."""

    def __init__(self, root: Path, told: dict[str, object]) -> None:
        self._root = root
        self._told = told
        self._lost = threading.Event()
        self._ended = threading.Event()
        self._beats = 0

    def check(self) -> None:
        """Raises WorkspaceError naming who holds the folder now, if that is no longer this process."""
        if self._lost.is_set():
            raise WorkspaceError(str(self._root), (_words(_read(self._root)),))

    def beat(self) -> None:
        """Says once that the holder lives; a folder that is out of reach just now is not lost."""
        there = _read(self._root)
        if there and there.get("token", self._told["token"]) != self._told["token"]:
            self._lost.set()
            return
        self._beats += 1
        self._write()

    def _write(self) -> None:
        with suppress(OSError):
            text = json.dumps({**self._told, "beat": self._beats}, ensure_ascii=False)
            (self._root / _HOLDER).write_text(text, encoding="utf-8")

    def _live(self) -> None:
        while not self._ended.wait(BEAT) and not self._lost.is_set():
            self.beat()

    @contextmanager
    def living(self) -> Iterator[Hold]:
        """Meanwhile the holder's file shows signs of life; it goes at the end, unless it is another's by then."""
        self._write()
        thread = threading.Thread(target=self._live, name="holder", daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._ended.set()
            thread.join()
            if _read(self._root).get("token") == self._told["token"]:
                with suppress(OSError):
                    (self._root / _HOLDER).unlink(missing_ok=True)


@contextmanager
def hold(
    root: Path, command: str, clock: Callable[[], datetime.datetime], machine: str = _MACHINE
) -> Iterator[Hold]:
    """Holds the folder until the block ends or the process dies; raises WorkspaceError naming who holds it.

    The file system's lock tells apart the processes of one machine. Many a share keeps no locks between
    machines, so a holder also shows signs of life in a file; who finds them takes the folder only once they
    have stopped.
    """
    try:
        stream = (root / _LOCK).open("a")
    except OSError as error:
        raise FolderError(str(root), "unwritable") from error
    with stream:
        locked = lock_file(stream)
        found = _read(root)
        ours_alone = locked and found.get("machine", machine) == machine
        if locked is False or (found and not ours_alone and _alive(root, found)):
            raise WorkspaceError(str(root), (_words(_read(root)),))
        told: dict[str, object] = {
            "host": platform.node(),
            "machine": machine,
            "token": uuid.uuid4().hex,
            "process": os.getpid(),
            "command": command,
            "since": clock().isoformat(sep=" ", timespec="seconds"),
        }
        with Hold(root, told).living() as held:
            if not ours_alone:
                # Two that found the folder free at the same moment: the later sign is the one that stays.
                time.sleep(min(0.5, BEAT))
                held.beat()
            held.check()
            yield held


def _alive(root: Path, found: dict[str, object]) -> bool:
    """Whether the holder of a folder shows a sign of life within some beats."""
    end = time.monotonic() + BEAT * _PATIENCE
    while time.monotonic() < end:
        time.sleep(BEAT / 10)
        now = _read(root)
        if now != found:
            return bool(now)
    return False


def _read(root: Path) -> dict[str, object]:
    """What the holder's file says; {} without one, or while it is out of reach or being written."""
    try:
        raw = json.loads((root / _HOLDER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return raw if isinstance(raw, dict) else {}


def _words(told: dict[str, object]) -> Said:
    try:
        who = f"{told['host']} 上的 {told['command']}（进程 {told['process']}，自 {told['since']}）"
        whom = f"{told['command']} on {told['host']} (process {told['process']}, since {told['since']})"
    except KeyError:
        who, whom = "另一个程序", "another program"
    return Said(
        f"正由{who}处理，同一时间只能有一个；请等它结束或先停止它",
        f"in use by {whom}; only one at a time may be: wait for it to end, or stop it",
    )
