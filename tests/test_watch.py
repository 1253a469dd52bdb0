"""Watching: a file is taken soon after it is complete, idleness costs nothing, and trouble passes."""

from __future__ import annotations

import datetime
import os
import resource
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from forms import scheme
from seasons import form, made, returned, wait_until

from xlsx_eval.errors import WorkspaceError
from xlsx_eval.season.roster import Department, draw_roster
from xlsx_eval.season.watch import Told, watch
from xlsx_eval.season.workspace import Workspace

DEPARTMENTS = (Department("102001", "区应急管理局"), Department("105001", "区教育局"))


def clock() -> datetime.datetime:
    return datetime.datetime(2023, 4, 1)


@contextmanager
def watching(season: Workspace) -> Iterator[list[Told]]:
    stop, told = threading.Event(), list[Told]()
    thread = threading.Thread(target=watch, args=(season, told.append, stop, clock), daemon=True)
    thread.start()
    time.sleep(0.5)
    try:
        yield told
    finally:
        stop.set()
        thread.join(timeout=40)


@pytest.fixture
def season(tmp_path: Path) -> Workspace:
    return made(tmp_path / "season", *DEPARTMENTS)


@pytest.mark.parametrize("polling", ["false", "true"])
def test_a_file_is_handed_back_within_two_seconds_of_being_complete(polling: str, tmp_path: Path) -> None:
    season = made(tmp_path / "s", *DEPARTMENTS, config=f"polling = {polling}\n")
    data = form("102001")
    with watching(season):
        path = season.inbox / "a.xlsx"
        with path.open("wb") as stream:
            for part in range(0, len(data), len(data) // 3):
                stream.write(data[part : part + len(data) // 3])
                stream.flush()
                time.sleep(0.1)
        complete = time.monotonic()
        assert wait_until(lambda: len(returned(season)) == 1 and not path.exists())
        assert time.monotonic() - complete < (2.0 if polling == "false" else 4.0)


def test_idle_watching_uses_no_measurable_cpu(season: Workspace) -> None:
    with watching(season):
        time.sleep(1)
        before = resource.getrusage(resource.RUSAGE_SELF)
        time.sleep(3)
        after = resource.getrusage(resource.RUSAGE_SELF)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert used < 0.09, f"{used:.3f} s of CPU in 3 s of idleness"


def test_a_share_that_is_gone_for_a_while_is_told_and_taken_up_again(
    season: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xlsx_eval.season.watch.RETRY", 0.3)
    away = season.root / "away"
    with watching(season) as told:
        season.inbox.rename(away)
        assert wait_until(lambda: any("暂时无法访问" in one.trouble for one in told), 5)
        (away / "a.xlsx").write_bytes(form("102001"))
        away.rename(season.inbox)
        assert wait_until(lambda: len(returned(season)) == 1, 8)
    assert sum("暂时无法访问" in one.trouble for one in told) == 1


def test_a_broken_roster_is_told_and_the_files_wait(
    season: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xlsx_eval.season.watch.RETRY", 0.3)
    season.roster.write_bytes(b"half saved")
    with watching(season) as told:
        (season.inbox / "a.xlsx").write_bytes(form("102001"))
        assert wait_until(lambda: any("roster.xlsx" in one.trouble for one in told))
        assert returned(season) == []
        draw_roster(season.roster, scheme(), DEPARTMENTS)
        assert wait_until(lambda: len(returned(season)) == 1)


def test_a_second_watcher_says_who_holds_the_workspace(season: Workspace) -> None:
    with watching(season), pytest.raises(WorkspaceError, match=f"进程 {os.getpid()}"):
        watch(season, lambda _: None, threading.Event(), clock)


def test_a_roster_that_cannot_be_read_is_told_and_watching_goes_on(season: Workspace) -> None:
    whole = season.roster.read_bytes()
    with zipfile.ZipFile(season.roster) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    with zipfile.ZipFile(season.roster, "w") as package:
        for name, data in parts.items():
            package.writestr(name, data[: len(data) // 2] if name == "xl/worksheets/sheet1.xml" else data)
    with watching(season) as told:
        assert wait_until(lambda: any("roster.xlsx：无法读取（" in one.trouble for one in told))
        season.roster.write_bytes(whole)
        (season.inbox / "a.xlsx").write_bytes(form("102001"))
        assert wait_until(lambda: len(returned(season)) == 1, 20)


def test_a_fault_of_the_program_is_told_kept_and_watching_goes_on(
    season: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise RuntimeError("of the program")

    monkeypatch.setattr("xlsx_eval.season.collect.read_roster", failing)
    with watching(season) as told:
        assert wait_until(lambda: bool(told))
        assert told[0].trouble == "程序出错（RuntimeError），详见运行日志.txt，稍后自动重试"
        monkeypatch.undo()
        (season.inbox / "a.xlsx").write_bytes(form("102001"))
        assert wait_until(lambda: len(returned(season)) == 1, 20)
    assert "RuntimeError: of the program" in (season.root / "运行日志.txt").read_text(encoding="utf-8")
