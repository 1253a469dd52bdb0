"""The archive keeps bytes once; the ledger keeps verdicts once, and never writes over a person."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from forms import judge

from xlsx_eval.errors import WorkspaceError
from xlsx_eval.judging.results import result_of
from xlsx_eval.season.ledger import ACCEPTED, IDENTICAL, UNCLAIMED, Ledger, Review, Verdict, _steps
from xlsx_eval.season.originals import Archive


def result(**values: object):  # type: ignore[no-untyped-def]
    return result_of(judge(**values), "甲.xlsx", "00", 1)


def verdict(arrival: int, department: str = "102001", number: int = 1, **values: object) -> Verdict:
    return Verdict(
        arrival,
        department,
        number,
        result(**values),
        "退回修改/甲.xlsx",
        "a",
        "b",
        "c",
        {"x": [1]},
        {"编制数": 3.0},
    )


def arrive(ledger: Ledger, file: str = "甲.xlsx", digest: str = "d1") -> int:
    batch = ledger.open_batch()
    arrival = ledger.take(batch, file, digest, 3, 5, "2023-04-01T08:00:00")
    ledger.complete_batch(batch)
    return arrival.id


def test_the_archive_keeps_bytes_once_by_their_digest(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    (tmp_path / "a").write_bytes(b"one")
    (tmp_path / "b").write_bytes(b"one")
    assert archive.put(tmp_path / "a") == archive.put(tmp_path / "b")
    digest = next(archive.digests())
    assert list(archive.digests()) == [digest]
    assert archive.path(digest).read_bytes() == b"one"
    assert archive.fault(digest) == ""


def test_the_archive_tells_bytes_that_changed_or_are_gone_and_heals_a_torn_file(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    (tmp_path / "a").write_bytes(b"one")
    digest, _ = archive.put(tmp_path / "a")
    archive.path(digest).chmod(0o644)
    archive.path(digest).write_bytes(b"two")
    assert archive.fault(digest) == "原件内容已被改动"
    archive.put(tmp_path / "a")
    assert archive.fault(digest) == ""
    archive.path(digest).unlink()
    assert archive.fault(digest) == "原件缺失"


def test_a_batch_that_was_not_completed_is_taken_up_again(tmp_path: Path) -> None:
    with Ledger(tmp_path / "l") as ledger:
        batch = ledger.open_batch()
        ledger.take(batch, "甲.xlsx", "d", 1, 2, "t")
        assert ledger.pending() == []
    with Ledger(tmp_path / "l") as ledger:
        assert ledger.open_batch() == batch
        ledger.complete_batch(batch)
        assert [one.file for one in ledger.pending()] == ["甲.xlsx"]
        assert ledger.open_batch() != batch


def test_the_time_of_arrival_never_runs_backwards(tmp_path: Path) -> None:
    with Ledger(tmp_path / "l") as ledger:
        batch = ledger.open_batch()
        ledger.take(batch, "甲", "d", 1, 2, "2023-04-02T08:00:00")
        assert ledger.take(batch, "乙", "e", 1, 2, "2023-04-01T08:00:00").arrived == "2023-04-02T08:00:00"


def test_a_verdict_comes_back_as_it_was_given(tmp_path: Path) -> None:
    with Ledger(tmp_path / "l") as ledger:
        given = verdict(arrive(ledger), 支出合计_决算数="abc", 单位名称="区教育局")
        ledger.record(given)
        assert list(ledger.current()) == [given]
        assert [one.outcome for one in ledger.arrivals()] == [ACCEPTED]
        assert ledger.pending() == []


def test_a_round_is_judged_once(tmp_path: Path) -> None:
    with Ledger(tmp_path / "l") as ledger:
        first, second = arrive(ledger), arrive(ledger, "乙.xlsx")
        ledger.record(verdict(first))
        with pytest.raises(WorkspaceError):
            ledger.record(verdict(second))
        assert [one.id for one in ledger.pending()] == [second], "neither half of the transaction was kept"
        ledger.record(verdict(second, number=2))
        assert [one.round for one in ledger.current()] == [2]
        assert [one.round for one in ledger.verdicts("102001")] == [1, 2]


def test_an_arrival_without_verdict_is_decided_and_may_be_reopened(tmp_path: Path) -> None:
    with Ledger(tmp_path / "l") as ledger:
        one = arrive(ledger)
        ledger.decide(one, UNCLAIMED, reason="不在名册中", seen_code="9")
        assert [(item.reason, item.seen_code) for item in ledger.unclaimed()] == [("不在名册中", "9")]
        ledger.reopen(one)
        assert [item.id for item in ledger.pending()] == [one]
        ledger.decide(one, IDENTICAL)
        assert ledger.pending() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE verdict SET state = ''",
        "DELETE FROM verdict",
        "UPDATE review SET score = 0",
        "DELETE FROM review",
    ],
)
def test_verdicts_and_entries_cannot_be_written_over(statement: str, tmp_path: Path) -> None:
    with Ledger(tmp_path / "l") as ledger:
        ledger.record(verdict(arrive(ledger)))
        ledger.enter([Review("102001", 1, "指标", 1.5, "属实", "t", "s")])
    with sqlite3.connect(tmp_path / "l") as raw, pytest.raises(sqlite3.IntegrityError):
        raw.execute(statement)


def test_the_later_entry_counts_and_a_bad_one_keeps_all_out(tmp_path: Path) -> None:
    with Ledger(tmp_path / "l") as ledger:
        one = Review("102001", 1, "指标", 1.5, "属实", "t", "s")
        ledger.enter([one, replace(one, score=2.0)])
        assert ledger.reviews()["102001", "指标"].score == 2.0
        with pytest.raises(WorkspaceError):
            ledger.enter([replace(one, score=0.0), replace(one, remark=None)])  # type: ignore[arg-type]
        assert ledger.reviews()["102001", "指标"].score == 2.0


def test_a_ledger_of_the_first_version_is_brought_up_with_all_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "l"
    with sqlite3.connect(path) as raw:
        for statement in _steps()[0]:
            raw.execute(statement)
        raw.execute("INSERT INTO batch VALUES (1, 1)")
        raw.execute(
            "INSERT INTO arrival (batch, file, digest, size, modified, arrived) VALUES (1, '甲', 'd', 1, 2, 't')"
        )
        raw.execute("PRAGMA user_version=1")
    with Ledger(path) as ledger:
        assert [one.file for one in ledger.pending()] == ["甲"]
        assert ledger.reviews() == {}


def test_a_ledger_of_a_later_program_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "l") as raw:
        raw.execute("PRAGMA user_version=99")
    with pytest.raises(WorkspaceError, match="更新程序"):
        Ledger(tmp_path / "l")


def test_a_file_that_is_no_ledger_is_told(tmp_path: Path) -> None:
    (tmp_path / "l").write_bytes(b"no database at all" * 100)
    with pytest.raises(WorkspaceError, match="台账无法读写"):
        Ledger(tmp_path / "l")
