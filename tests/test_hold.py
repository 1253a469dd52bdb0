"""Two at one folder: on one machine the file system's lock tells them apart, on a share the signs of life do."""

from __future__ import annotations

import datetime
import json
import threading
import time
from pathlib import Path

import pytest
from seasons import clock, made, wait_until

from xlsx_eval.errors import WorkspaceError
from xlsx_eval.season.collect import Collector
from xlsx_eval.season.hold import Hold, hold
from xlsx_eval.season.intake import Settling
from xlsx_eval.season.workspace import CONFIG, open_workspace

BEAT = 0.2
HOLDER = ".xlsx-eval.holder.json"


@pytest.fixture
def share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose locks reach no other machine: each gets its own lock, or none."""
    monkeypatch.setattr("xlsx_eval.season.hold.BEAT", BEAT)
    monkeypatch.setattr("xlsx_eval.season.hold.lock_file", lambda _: True)
    return tmp_path


def held_by(folder: Path, machine: str, token: str) -> None:
    """The file of a holder on that machine, as it is left by one that was killed."""
    told = {"host": "乙", "command": "run", "process": 2, "since": "九点", "beat": 9}
    text = json.dumps({**told, "machine": machine, "token": token})
    (folder / HOLDER).write_text(text, encoding="utf-8")


def now() -> datetime.datetime:
    return datetime.datetime(2023, 4, 1, 9)


def test_another_machine_is_told_who_holds_a_share_without_locks(share: Path) -> None:
    with (
        hold(share, "watch", now, "甲机"),
        pytest.raises(WorkspaceError, match=r"watch（进程 .*同一时间只能有一个"),
        hold(share, "run", now, "乙机"),
    ):
        pass
    assert not (share / HOLDER).exists()


def test_a_holder_that_ended_leaves_the_folder_to_another_machine_at_once(share: Path) -> None:
    with hold(share, "run", now, "甲机"):
        pass
    begun = time.monotonic()
    with hold(share, "run", now, "乙机"):
        assert time.monotonic() - begun < BEAT


def test_a_holder_that_was_killed_is_followed_once_its_signs_of_life_have_stopped(share: Path) -> None:
    held_by(share, "甲机", "t")
    begun = time.monotonic()
    with hold(share, "run", now, "乙机") as held:
        assert time.monotonic() - begun >= 2 * BEAT
        held.check()


def test_a_killed_holder_of_this_machine_is_followed_at_once(share: Path) -> None:
    held_by(share, "甲机", "t")
    begun = time.monotonic()
    with hold(share, "run", now, "甲机"):
        assert time.monotonic() - begun < BEAT


def test_where_there_are_no_locks_at_all_one_machine_holds_a_folder_once(
    share: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xlsx_eval.season.hold.lock_file", lambda _: None)
    with hold(share, "watch", now, "甲机"), pytest.raises(WorkspaceError), hold(share, "run", now, "甲机"):
        pass


def test_of_two_that_take_a_folder_at_the_same_moment_one_stays(
    share: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xlsx_eval.season.hold.lock_file", lambda _: None)
    outcomes: list[str] = []
    start, end = threading.Barrier(2), threading.Event()

    def take(machine: str) -> None:
        start.wait()
        try:
            with hold(share, "run", now, machine) as held:
                # A machine that paused between looking and signing finds out at the next beat.
                time.sleep(3 * BEAT)
                held.check()
                outcomes.append("held")
                end.wait(10)
        except WorkspaceError:
            outcomes.append("refused")

    threads = [threading.Thread(target=take, args=(machine,)) for machine in ("甲机", "乙机")]
    for thread in threads:
        thread.start()
    assert wait_until(lambda: len(outcomes) == 2, 10)
    end.set()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["held", "refused"]


def test_who_was_cut_off_and_followed_finds_out_and_leaves_the_other_alone(share: Path) -> None:
    with hold(share, "watch", now, "甲机") as first:
        held_by(share, "乙机", "other")
        assert wait_until(lambda: _lost(first), 5)
    assert json.loads((share / HOLDER).read_text(encoding="utf-8"))["token"] == "other"


def _lost(held: Hold) -> bool:
    try:
        held.check()
    except WorkspaceError as error:
        return "乙 上的 run（进程 2，自 九点）" in str(error)
    return False


def test_a_share_that_is_gone_for_a_minute_is_not_lost(share: Path) -> None:
    with hold(share, "watch", now, "甲机") as held:
        held._root = share / "gone"
        held.beat()
        held._root = share
        held.beat()
        held.check()
        with pytest.raises(WorkspaceError, match="watch（进程"), hold(share, "run", now, "乙机"):
            pass


def test_two_workspaces_cannot_share_an_inbox(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    seasons = []
    for name in ("甲", "乙"):
        made(tmp_path / name)
        text = f"settle = 0\nworkers = 1\ninbox = '{inbox.as_posix()}'\n"
        (tmp_path / name / CONFIG).write_text(text, encoding="utf-8")
        seasons.append(open_workspace(tmp_path / name))
    with Collector(seasons[0], clock) as first, Collector(seasons[1], clock) as second:
        first.collect(Settling(0), 0.0)
        with pytest.raises(WorkspaceError, match="inbox：正由"):
            second.collect(Settling(0), 0.0)
