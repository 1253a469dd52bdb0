"""Faults: each has an outcome in words, nothing is lost, and the work is finished once the fault is gone."""

from __future__ import annotations

import datetime
import os
import resource
import sys
from pathlib import Path

import pytest
from seasons import clock, collected, drop, form, made, returned

from xlsx_eval.errors import FolderError, XlsxEvalError
from xlsx_eval.run.outbox import write_whole
from xlsx_eval.season.collect import collect_once
from xlsx_eval.season.ledger import ACCEPTED, Ledger
from xlsx_eval.season.standing import status
from xlsx_eval.season.verify import verify
from xlsx_eval.season.workspace import Workspace

sys.path.append(str(Path(__file__).resolve().parents[1] / "bench"))


@pytest.fixture
def season(tmp_path: Path) -> Workspace:
    return made(tmp_path / "season")


def accepted(season: Workspace) -> int:
    with Ledger(season.ledger) as ledger:
        return sum(one.outcome == ACCEPTED for one in ledger.arrivals())


def with_room_for(season: Workspace, size: int) -> str:
    """A pass of a process that can write no file beyond `size` bytes; what it told, or "" when it came through."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        told = ""
        try:
            told = "".join(collect_once(season, clock).problems.values())
        except XlsxEvalError as error:
            told = str(error)
        except BaseException as error:
            told = f"CRASHED {type(error).__name__} {error}"
        os.write(writing, told.encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as stream:
        return stream.read().decode()


@pytest.mark.parametrize("size", [100, 5_000, 30_000, 50_000])
def test_a_full_disk_is_told_and_nothing_is_lost(size: int, season: Workspace) -> None:
    drop(season, "a.xlsx", form("102001"))
    drop(season, "b.xlsx", form("105001"))
    told = with_room_for(season, size)
    assert told
    assert not told.startswith("CRASHED")
    assert collected(season).problems == {}
    assert len(returned(season)) == 2
    assert accepted(season) == 2
    assert verify(season).faults == ()


def test_an_annotated_file_open_in_excel_keeps_only_its_department_waiting(
    season: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(season, "a.xlsx", form("102001"))
    drop(season, "b.xlsx", form("105001"))
    replace = os.replace

    def shared(source: str | Path, target: str | Path) -> None:
        if "102001" in Path(target).name:
            raise PermissionError(13, "The process cannot access the file", str(target))
        replace(source, target)

    with monkeypatch.context() as patched:
        patched.setattr("xlsx_eval.run.outbox.os.replace", shared)
        done = collected(season)
    assert done.outcomes == {ACCEPTED: 1}
    assert "无法写入" in done.problems["a.xlsx"]
    assert [name for name in returned(season) if "105001" in name]
    assert collected(season).outcomes == {ACCEPTED: 1}
    assert len(returned(season)) == 2


def test_an_old_copy_open_in_excel_goes_later(season: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    drop(season, "a.xlsx", form("102001", 编制数=1))
    collected(season)
    drop(season, "b.xlsx", form("102001", 编制数=2))
    unlink = Path.unlink

    def shared(path: Path, missing_ok: bool = False) -> None:
        if "第1轮" in path.name:
            raise PermissionError(13, "The process cannot access the file", str(path))
        unlink(path, missing_ok=missing_ok)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", shared)
        done = collected(season)
    assert done.outcomes == {ACCEPTED: 1}
    assert done.problems
    collected(season)
    assert returned(season) == ["退回修改/102001_区应急管理局_第2轮_退回修改.xlsx"]


def test_a_file_that_cannot_be_removed_from_the_inbox_is_judged_once_and_removed_later(
    season: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = drop(season, "a.xlsx", form("102001"))
    unlink = Path.unlink

    def shared(target: Path, missing_ok: bool = False) -> None:
        if target.name == "a.xlsx":
            raise PermissionError(13, "The process cannot access the file", str(target))
        unlink(target, missing_ok=missing_ok)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", shared)
        assert "占用" in collected(season).problems["a.xlsx"]
        assert collected(season).outcomes == {}
    assert path.exists()
    collected(season)
    assert not path.exists()
    assert accepted(season) == 1


def test_a_folder_that_cannot_be_written_is_told_and_the_file_stays(season: Workspace) -> None:
    path = drop(season, "a.xlsx", form("102001"))
    season.archive.rmdir()
    season.archive.write_bytes(b"a file where the folder should be")
    with pytest.raises(FolderError, match="archive"):
        collected(season)
    assert path.exists()
    season.archive.unlink()
    assert collected(season).outcomes == {ACCEPTED: 1}


def test_an_inbox_that_is_gone_is_told(season: Workspace) -> None:
    season.inbox.rmdir()
    with pytest.raises(FolderError, match="inbox"):
        collected(season)


def test_a_clock_set_back_changes_no_order(season: Workspace) -> None:
    drop(season, "a.xlsx", form("102001", 编制数=1))
    collected(season)
    drop(season, "b.xlsx", form("102001", 编制数=2))
    collect_once(season, lambda: datetime.datetime(2001, 1, 1))
    with Ledger(season.ledger) as ledger:
        times = [one.arrived for one in ledger.arrivals()]
        assert [one.round for one in ledger.current()] == [2]
    assert times == sorted(times)


def test_a_clock_that_was_in_the_future_makes_nobody_late(tmp_path: Path) -> None:
    season = made(tmp_path / "s", config="deadline = 2023-04-30\n")
    drop(season, "a.xlsx", form("102001"))
    collect_once(season, lambda: datetime.datetime(2030, 1, 1))
    drop(season, "b.xlsx", form("105001"))
    told = collected(season).problems
    assert "本机时间 2023-04-01 09:00 早于上一次收件时间 2030-01-01 00:00" in told["b.xlsx"]
    drop(season, "c.xlsx", form("010203"))
    assert collected(season).problems == {}
    timely = {one.code: one.timely for one in status(season, datetime.date(2023, 5, 1)).departments}
    assert timely == {"102001": "迟报", "105001": "", "010203": ""}


def test_what_is_sound_is_proven_and_what_was_altered_is_told(season: Workspace) -> None:
    drop(season, "a.xlsx", form("102001", 编制数=1))
    collected(season)
    drop(season, "b.xlsx", form("102001", 编制数=2))
    collected(season)
    report = verify(season)
    assert (report.originals, report.verdicts, report.outdated, report.faults) == (2, 2, 0, ())
    original = next(season.archive.glob("??/*"))
    original.chmod(0o644)
    original.write_bytes(original.read_bytes() + b"x")
    assert any("原件内容已被改动" in fault for fault in verify(season).faults)
    original.unlink()
    assert any("原件缺失" in fault for fault in verify(season).faults)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked processes")
def test_runs_killed_at_random_instants_end_as_undisturbed_ones(tmp_path: Path) -> None:
    from crash import crash

    assert crash(3, 2, 7, tmp_path).kills >= 3


def test_what_an_officer_keeps_among_the_unclaimed_is_left_alone(season: Workspace) -> None:
    drop(season, "x.xlsx", form("999999", "某单位"))
    collected(season)
    folder = season.root / "待认领"
    ours = next(path for path in folder.iterdir())
    (folder / "2023_核实记录.txt").write_text("已电话核实", encoding="utf-8")
    (folder / "2023_往来函").mkdir()
    (folder / "0099_旧件.xlsx").write_bytes(ours.read_bytes())
    drop(season, "a.xlsx", form("105001"))
    done = collected(season)
    assert (done.outcomes, done.problems) == ({ACCEPTED: 1}, {})
    assert {path.name for path in folder.iterdir()} == {ours.name, "2023_核实记录.txt", "2023_往来函"}


def test_a_folder_for_the_unclaimed_that_cannot_be_written_is_told(season: Workspace) -> None:
    (season.root / "待认领").write_bytes(b"in the way")
    drop(season, "x.xlsx", form("999999", "某单位"))
    drop(season, "a.xlsx", form("105001"))
    done = collected(season)
    assert done.outcomes[ACCEPTED] == 1
    assert list(done.problems) == ["待认领"]


def test_no_temporary_name_is_told_when_a_file_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(FolderError) as caught:
        write_whole(tmp_path / "没有" / "复核表.xlsx", b"")
    assert caught.value.path == str(tmp_path / "没有" / "复核表.xlsx")
