"""A season in a temporary folder: departments of a roster, workbooks filled inline, one pass after the other."""

from __future__ import annotations

import datetime
import io
import itertools
import os
import time
import zipfile
from functools import cache
from pathlib import Path

import openpyxl
from forms import scheme

from xlsx_eval.form.fill import fill, read_values
from xlsx_eval.run.crew import Here
from xlsx_eval.season.collect import Pass, collect_once
from xlsx_eval.season.roster import Department, draw_roster
from xlsx_eval.season.workspace import CONFIG, Workspace, init_workspace, open_workspace

NAMES = {"102001": "区应急管理局", "105001": "区教育局", "010203": "区档案馆"}
SAMPLES = Path(__file__).resolve().parents[1] / "samples" / "values"
_TICKS = itertools.count(1)
_CODE, _NAME = "987654", "占位单位名称"


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


def right(code: str, name: str, **changes: str) -> bytes:
    """A faultless workbook of that department, but for the `changes` of its base figures."""
    return stamped(_drawn(tuple(sorted(changes.items()))), code, name)


@cache
def _drawn(changes: tuple[tuple[str, str], ...]) -> bytes:
    values = read_values(SAMPLES / "区教育局.toml")
    values["基本情况"].update(单位名称=_NAME, 预算编码=_CODE)
    values["基础数据"].update(changes)
    return fill(values, scheme())


def stamped(data: bytes, code: str, name: str, old_code: str = _CODE, old_name: str = _NAME) -> bytes:
    """The workbook as another department's: drawing one anew for each would take most of a season's time."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as package, zipfile.ZipFile(target, "w") as made_out:
        for info in package.infolist():
            part = package.read(info)
            if info.filename == "xl/sharedStrings.xml":
                part = part.replace(old_code.encode(), code.encode()).replace(
                    old_name.encode(), name.encode()
                )
            made_out.writestr(info, part)
    return target.getvalue()


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
    return collect_once(workspace, clock, workforce=Here(scheme()))


def answered(data: bytes, words: str, *, sheet: str = "问题清单", verdict: str = "待说明") -> bytes:
    """The workbook as saved by another program with `words` written beside every finding of that verdict."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    problems = book[sheet]
    headings = {cell.value: cell.column for cell in problems[5]}
    for row in range(6, problems.max_row + 1):
        if problems.cell(row, headings["结论"]).value == verdict:
            problems.cell(row, headings["整改说明（部门填写）"]).value = words
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


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
