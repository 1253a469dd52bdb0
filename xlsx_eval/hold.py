"""One worker a workspace: holds it, and tells the next who does."""

from __future__ import annotations

import datetime
import json
import os
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from xlsx_eval.errors import FolderError, WorkspaceError
from xlsx_eval.filelock import lock_file

_LOCK, _HOLDER = ".xlsx-eval.lock", ".xlsx-eval.holder.json"


@contextmanager
def hold(root: Path, command: str, clock: Callable[[], datetime.datetime]) -> Iterator[None]:
    """Holds the workspace until the block ends or the process dies; raises WorkspaceError naming who holds it."""
    try:
        stream = (root / _LOCK).open("a")
    except OSError as error:
        raise FolderError(str(root), "unwritable") from error
    with stream:
        if not lock_file(stream):
            raise WorkspaceError(str(root), (_words(root / _HOLDER),))
        told = {
            "host": platform.node(),
            "process": os.getpid(),
            "command": command,
            "since": clock().isoformat(sep=" ", timespec="seconds"),
        }
        holder = root / _HOLDER
        holder.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        try:
            yield
        finally:
            holder.unlink(missing_ok=True)


def _words(holder: Path) -> str:
    try:
        raw = json.loads(holder.read_text(encoding="utf-8"))
        who = f"{raw['host']} 上的 {raw['command']}（进程 {raw['process']}，自 {raw['since']}）"
    except (OSError, ValueError, KeyError, TypeError):
        who = "另一个程序"
    return f"正由{who}处理，同一时间只能有一个；请等它结束或先停止它"
