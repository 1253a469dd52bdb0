"""A season in a temporary folder: departments of a roster, workbooks filled inline, one pass after the other."""

from __future__ import annotations

import datetime
import itertools
import os
import time
from functools import cache
from pathlib import Path

from forms import scheme

from xlsx_eval.collect import Pass, collect_once
from xlsx_eval.fill import fill, read_values
from xlsx_eval.roster import Department, draw_roster
from xlsx_eval.workspace import CONFIG, Workspace, init_workspace, open_workspace

NAMES = {"102001": "区应急管理局", "105001": "区教育局", "010203": "区档案馆"}
SAMPLES = Path(__file__).resolve().parents[1] / "samples" / "values"
_TICKS = itertools.count(1)


def made(root: Path, *departments: Department, config: str = "") -> Workspace:
    """A workspace with these departments, or those of NAMES."""
    root.mkdir(parents=True, exist_ok=True)
    init_workspace(root)
    listed = departments or tuple(Department(code, name) for code, name in NAMES.items())
    draw_roster(root / "roster.xlsx", scheme(), listed)
    (root / CONFIG).write_text(f"settle = 0\nworkers = 1\n{config}", encoding="utf-8")
    return open_workspace(root)


def form(code: str, name: str | None = None, **values: object) -> bytes:
    """A workbook of that department with just these values."""
    return fill(
        {"预算编码": code, "单位名称": NAMES.get(code, "") if name is None else name, **values}, scheme()
    )


@cache
def _right() -> dict[str, object]:
    return read_values(SAMPLES / "区教育局.toml")


def right(code: str, name: str, **changes: object) -> bytes:
    """A faultless workbook of that department, but for the `changes`: values by sheet, then by field."""
    values = {key: dict(value) if isinstance(value, dict) else value for key, value in _right().items()}
    head = values["基本情况"]
    assert isinstance(head, dict)
    head.update(单位名称=name, 预算编码=code)
    for sheet, changed in changes.items():
        entries = values[sheet]
        assert isinstance(entries, dict)
        assert isinstance(changed, dict)
        entries.update(changed)
    return fill(values, scheme())


def drop(workspace: Workspace, file: str, data: bytes) -> Path:
    """Puts a file into the inbox; each is a second younger than the one before."""
    path = workspace.inbox / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    stamp = 1_700_000_000 + next(_TICKS)
    os.utime(path, (stamp, stamp))
    return path


def clock() -> datetime.datetime:
    return datetime.datetime(2023, 4, 1, 9, 0, 0)


def collected(workspace: Workspace) -> Pass:
    """One pass at a time that stands still."""
    return collect_once(workspace, clock)


def returned(workspace: Workspace) -> list[str]:
    """Workbooks in the outbox, as `state/name`."""
    folders = ("退回修改", "通过", "待复核", "无法读取")
    found = (path for folder in folders for path in (workspace.outbox / folder).glob("*"))
    return sorted(path.relative_to(workspace.outbox).as_posix() for path in found)


def wait_until(done: object, seconds: float = 10.0) -> bool:
    """Whether `done()` came true in time."""
    assert callable(done)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if done():
            return True
        time.sleep(0.02)
    return False
