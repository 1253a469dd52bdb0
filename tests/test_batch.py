"""A whole inbox: every file comes out, one bad file stops nothing, and what people wrote is never lost."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path, PosixPath

import openpyxl
import psutil
import pytest

from xlsx_eval.errors import FolderError
from xlsx_eval.judging.results import read_records
from xlsx_eval.run.allowance import allowance
from xlsx_eval.run.batch import Step, run
from xlsx_eval.run.crew import Crew, Here, Job, sweep_abandoned
from xlsx_eval.run.inbox import scan
from xlsx_eval.run.one import Judged, Refused, judge
from xlsx_eval.run.outbox import MANIFEST, Outbox, write_whole
from xlsx_eval.scheme import load_scheme
from xlsx_eval.xlsx import strip_marks
from xlsx_eval.xlsx.package.archive import Limits

SCHEME = load_scheme()
SAMPLES = Path(__file__).resolve().parents[1] / "samples" / "inbox"
GOOD, REVIEW, FAULTY = "区教育局.xlsx", "区文化旅游体育局.xlsx", "区卫生健康局.xlsx"


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """A passing, a doubtful and a faulty workbook, and a text file called .xlsx."""
    folder = tmp_path / "收件"
    folder.mkdir()
    for name in (GOOD, REVIEW, FAULTY):
        shutil.copy(SAMPLES / name, folder / name)
    (folder / "说明.xlsx").write_text("这不是工作簿", encoding="utf-8")
    return folder


def files(folder: Path) -> dict[str, bytes]:
    """Every file below the folder but the lock."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".xlsx-eval.lock"
    }


def judged(inbox: Path, out: Path, **settings: object) -> dict[str, bytes]:
    """What a run in this process leaves in `out`."""
    run(inbox, out, SCHEME, workers=0, **settings)  # type: ignore[arg-type]
    return files(out)


class TestOutputs:
    def test_every_file_comes_out_in_the_folder_of_its_state(self, inbox: Path, tmp_path: Path) -> None:
        done = run(inbox, tmp_path / "out", SCHEME, workers=0)
        assert done.states == {"通过": 1, "退回修改": 1, "待复核": 1, "无法读取": 1}
        assert sorted(files(tmp_path / "out")) == sorted(
            [
                "findings.csv",
                "results.jsonl",
                "scores.csv",
                "待复核/区文化旅游体育局_第1轮.xlsx",
                "无法读取/说明_无法读取回执.xlsx",
                "汇总表.xlsx",
                "清单.jsonl",
                "退回修改/区卫生健康局_第1轮.xlsx",
                "通过/区教育局_第1轮.xlsx",
            ]
        )

    def test_what_is_handed_back_is_the_submission_and_our_marks(self, inbox: Path, tmp_path: Path) -> None:
        back = judged(inbox, tmp_path / "out")["退回修改/区卫生健康局_第1轮.xlsx"]
        assert strip_marks(back) == (inbox / FAULTY).read_bytes()

    def test_the_same_input_gives_the_same_bytes_whoever_does_the_work(
        self, inbox: Path, tmp_path: Path
    ) -> None:
        here = judged(inbox, tmp_path / "甲")
        run(inbox, tmp_path / "乙", SCHEME, workers=2)
        assert files(tmp_path / "乙") == here
        assert judged(inbox, tmp_path / "甲") == here

    def test_records_stand_in_the_order_of_the_names(self, inbox: Path, tmp_path: Path) -> None:
        judged(inbox, tmp_path / "out")
        names = [record["file"] for record in read_records(tmp_path / "out" / "results.jsonl")]
        assert names == sorted(names)
        assert len(names) == 4

    def test_csv_opens_as_utf_8_in_excel(self, inbox: Path, tmp_path: Path) -> None:
        out = judged(inbox, tmp_path / "out")
        assert out["findings.csv"].startswith(b"\xef\xbb\xbf")
        assert out["scores.csv"].startswith(b"\xef\xbb\xbf")

    def test_progress_tells_each_file_once(self, inbox: Path, tmp_path: Path) -> None:
        steps: list[Step] = []
        run(inbox, tmp_path / "out", SCHEME, workers=0, progress=steps.append)
        assert [(step.done, step.total) for step in steps] == [(number, 4) for number in (1, 2, 3, 4)]
        assert steps[0].output == f"退回修改/{FAULTY[:-5]}_第1轮.xlsx"

    def test_our_own_annotated_workbook_sent_back_is_the_next_round(
        self, inbox: Path, tmp_path: Path
    ) -> None:
        first = judged(inbox, tmp_path / "out")
        again = tmp_path / "再报"
        again.mkdir()
        (again / "区卫生健康局_第1轮.xlsx").write_bytes(first["退回修改/区卫生健康局_第1轮.xlsx"])
        second = judged(again, tmp_path / "out2")
        assert "退回修改/区卫生健康局_第2轮.xlsx" in second
        record = json.loads(second["results.jsonl"])
        assert (record["round"], record["score"]) == (2, 80.79)

    def test_an_empty_inbox_gives_an_empty_summary(self, tmp_path: Path) -> None:
        (tmp_path / "收件").mkdir()
        done = run(tmp_path / "收件", tmp_path / "out", SCHEME)
        assert done.total == 0
        assert openpyxl.load_workbook(tmp_path / "out" / "汇总表.xlsx").sheetnames[0] == "汇总"


class TestInbox:
    def test_locks_halves_and_system_files_are_passed_over_and_counted(
        self, inbox: Path, tmp_path: Path
    ) -> None:
        for name in (
            "~$区教育局.xlsx",
            ".DS_Store",
            "Thumbs.db",
            "甲.xlsx.tmp",
            "乙.part",
            "丙.xlsx.crdownload",
        ):
            (inbox / name).write_bytes(b"x")
        found = scan(inbox, tmp_path / "out")
        assert (len(found.files), found.skipped) == (4, 6)

    def test_subfolders_are_read_and_equal_names_both_kept(self, inbox: Path, tmp_path: Path) -> None:
        (inbox / "乡镇").mkdir()
        shutil.copy(inbox / GOOD, inbox / "乡镇" / GOOD)
        out = judged(inbox, tmp_path / "out")
        assert "通过/区教育局_第1轮.xlsx" in out
        assert "通过/区教育局_2_第1轮.xlsx" in out

    def test_an_output_folder_inside_the_inbox_is_no_input(self, inbox: Path) -> None:
        assert judged(inbox, inbox / "out") == judged(inbox, inbox / "out")
        assert len(scan(inbox, inbox / "out").files) == 4

    def test_outputs_are_never_taken_for_the_inbox(self, inbox: Path, tmp_path: Path) -> None:
        judged(inbox, tmp_path / "out")
        for wrong in (tmp_path / "out" / "退回修改", tmp_path / "out"):
            with pytest.raises(FolderError) as caught:
                run(wrong, tmp_path / "out", SCHEME)
            assert caught.value.problem == "inbox_in_out"

    def test_a_missing_inbox_is_the_operators_error(self, tmp_path: Path) -> None:
        with pytest.raises(FolderError) as caught:
            run(tmp_path / "没有", tmp_path / "out", SCHEME)
        assert caught.value.problem == "no_inbox"

    @pytest.mark.skipif(os.name != "posix", reason="only POSIX file names can be other than Unicode")
    def test_a_name_that_is_no_unicode_is_shown_as_gbk(self, tmp_path: Path) -> None:
        folder = tmp_path / "收件"
        folder.mkdir()
        raw = os.fsencode(folder) + b"/" + "教育局.xlsx".encode("gb18030")
        with open(raw, "wb") as stream:
            stream.write((SAMPLES / GOOD).read_bytes())
        assert "通过/教育局_第1轮.xlsx" in judged(folder, tmp_path / "out")


class TestRepeats:
    def test_the_same_bytes_twice_are_both_judged_and_told(self, inbox: Path, tmp_path: Path) -> None:
        shutil.copy(inbox / GOOD, inbox / "区教育局(1).xlsx")
        done = run(inbox, tmp_path / "out", SCHEME, workers=0)
        assert done.states["通过"] == 2
        assert [(one.file, one.first, one.same) for one in done.repeats] == [
            ("区教育局.xlsx", "区教育局(1).xlsx", "内容")
        ]

    def test_the_same_code_in_different_files_is_told(self, inbox: Path, tmp_path: Path) -> None:
        book = openpyxl.load_workbook(inbox / GOOD)
        book.save(inbox / "区教育局-更正.xlsx")
        done = run(inbox, tmp_path / "out", SCHEME, workers=0)
        assert [(one.first, one.same) for one in done.repeats] == [("区教育局-更正.xlsx", "编码")]
        assert done.total == 5


class TestOutbox:
    def test_a_second_run_replaces_its_own_and_removes_what_is_stale(
        self, inbox: Path, tmp_path: Path
    ) -> None:
        judged(inbox, tmp_path / "out")
        (inbox / FAULTY).unlink()
        out = judged(inbox, tmp_path / "out")
        assert not [name for name in out if name.startswith("退回修改/")]
        assert "通过/区教育局_第1轮.xlsx" in out

    def test_a_file_of_somebody_else_is_left_alone(self, inbox: Path, tmp_path: Path) -> None:
        judged(inbox, tmp_path / "out")
        (tmp_path / "out" / "通过" / "备注.txt").write_text("我的", encoding="utf-8")
        (tmp_path / "out" / "通知.docx").write_bytes(b"mine")
        (inbox / GOOD).unlink()
        out = judged(inbox, tmp_path / "out")
        assert out["通过/备注.txt"] == "我的".encode()
        assert out["通知.docx"] == b"mine"

    def test_an_output_changed_by_hand_is_kept_beside_the_new_one(self, inbox: Path, tmp_path: Path) -> None:
        judged(inbox, tmp_path / "out")
        edited = tmp_path / "out" / "汇总表.xlsx"
        edited.write_bytes(b"with the officer's remarks")
        done = run(inbox, tmp_path / "out", SCHEME, workers=0)
        assert done.kept == ("汇总表（人工修改）.xlsx",)
        assert files(tmp_path / "out")["汇总表（人工修改）.xlsx"] == b"with the officer's remarks"
        assert edited.read_bytes().startswith(b"PK")

    def test_a_stale_output_changed_by_hand_stays(self, inbox: Path, tmp_path: Path) -> None:
        judged(inbox, tmp_path / "out")
        name = "退回修改/区卫生健康局_第1轮.xlsx"
        (tmp_path / "out" / name).write_bytes(b"edited")
        (inbox / FAULTY).unlink()
        done = run(inbox, tmp_path / "out", SCHEME, workers=0)
        assert done.kept == (name,)
        assert (tmp_path / "out" / name).read_bytes() == b"edited"

    def test_a_folder_with_somebody_elses_summary_is_refused(self, inbox: Path, tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "汇总表.xlsx").write_bytes(b"mine")
        with pytest.raises(FolderError) as caught:
            run(inbox, tmp_path / "out", SCHEME)
        assert caught.value.problem == "foreign"
        assert (tmp_path / "out" / "汇总表.xlsx").read_bytes() == b"mine"

    def test_a_run_that_was_killed_is_finished_by_the_next(self, inbox: Path, tmp_path: Path) -> None:
        whole = judged(inbox, tmp_path / "甲")

        def stop(step: Step) -> None:
            if step.done == 2:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            run(inbox, tmp_path / "乙", SCHEME, workers=0, progress=stop)
        half = files(tmp_path / "乙")
        assert len([name for name in half if name.endswith(".xlsx")]) == 2
        assert all(data == whole[name] for name, data in half.items() if name != MANIFEST)
        assert judged(inbox, tmp_path / "乙") == whole

    def test_nothing_half_written_stays_visible(self, tmp_path: Path) -> None:
        def fail(outbox: Outbox) -> None:
            with outbox.path_for("通过/甲.xlsx") as path:
                path.write_bytes(b"half")
                raise RuntimeError

        with Outbox(tmp_path) as outbox, pytest.raises(RuntimeError):
            fail(outbox)
        assert list(files(tmp_path)) == [MANIFEST]

    def test_two_runs_do_not_write_into_one_folder(self, tmp_path: Path) -> None:
        with Outbox(tmp_path), pytest.raises(FolderError) as caught:
            Outbox(tmp_path)
        assert caught.value.problem == "busy"
        with Outbox(tmp_path):
            pass

    def test_an_altered_manifest_reaches_no_other_file(self, inbox: Path, tmp_path: Path) -> None:
        victim = tmp_path / "文件.txt"
        victim.write_bytes(b"")
        out = tmp_path / "out"
        out.mkdir()
        empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        lines = [
            {"path": name, "sha256": empty} for name in ("../文件.txt", str(victim), "通过/../../文件.txt")
        ]
        (out / MANIFEST).write_text(
            "".join(json.dumps(line) + "\n" for line in lines) + "{torn", encoding="utf-8"
        )
        judged(inbox, out)
        assert victim.exists()

    def test_an_output_folder_that_cannot_be_made_is_the_operators_error(
        self, inbox: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "out").write_bytes(b"a file")
        with pytest.raises(FolderError) as caught:
            run(inbox, tmp_path / "out", SCHEME)
        assert caught.value.problem == "unwritable"

    def test_a_single_file_appears_whole(self, tmp_path: Path) -> None:
        write_whole(tmp_path / "a.xlsx", b"data")
        assert files(tmp_path) == {"a.xlsx": b"data"}
        with pytest.raises(FolderError):
            write_whole(tmp_path / "没有" / "a.xlsx", b"data")


class Deadly(PosixPath):
    """A file whose reading kills the process."""

    def read_bytes(self) -> bytes:
        os.kill(os.getpid(), signal.SIGKILL)
        return super().read_bytes()


class Endless(PosixPath):
    """A file whose reading never ends."""

    def read_bytes(self) -> bytes:
        time.sleep(600)
        return super().read_bytes()


class Greedy(PosixPath):
    """A file whose reading takes all the memory there is."""

    def read_bytes(self) -> bytes:
        hoard = []
        while True:
            hoard.append(b"x" * (8 << 20))
            time.sleep(0.005)


class BadBytes(bytes):
    """Bytes that fail when they are looked at."""

    def startswith(self, *_: object) -> bool:
        raise ZeroDivisionError("a fault of ours")

    def __getitem__(self, _: object) -> bytes:  # type: ignore[override]
        raise ZeroDivisionError("a fault of ours")


class Bytes(PosixPath):
    """A file whose contents make the program fail."""

    def read_bytes(self) -> bytes:
        return BadBytes(super().read_bytes())


@pytest.mark.skipif(os.name != "posix", reason="the fixtures end their process by a signal")
class TestTrouble:
    def outcomes(self, *paths: Path, **settings: float) -> Iterator[tuple[str, str]]:
        jobs = [Job(path, path.name) for path in paths]
        with Crew(SCHEME, 2, allowance(settings)) as crew:
            for one in crew.judged(jobs):
                yield one.result.state, one.result.reason[:12]

    def test_a_worker_that_dies_costs_its_file_only(self) -> None:
        good, review = SAMPLES / GOOD, SAMPLES / REVIEW
        assert list(self.outcomes(good, Deadly(SAMPLES / FAULTY), review, good)) == [
            ("通过", ""),
            ("无法读取", "处理该文件时核对程序意外"[:12]),
            ("待复核", ""),
            ("通过", ""),
        ]

    def test_a_file_that_takes_too_long_costs_itself_only(self) -> None:
        good = SAMPLES / GOOD
        assert list(self.outcomes(good, Endless(SAMPLES / FAULTY), good, seconds=4.0)) == [
            ("通过", ""),
            ("无法读取", "处理该文件超过规定时限，"),
            ("通过", ""),
        ]

    def test_a_file_that_takes_too_much_memory_costs_itself_only(self) -> None:
        good = SAMPLES / GOOD
        assert list(self.outcomes(good, Greedy(SAMPLES / FAULTY), good, memory=512)) == [
            ("通过", ""),
            ("无法读取", "处理该文件占用内存超过规定上限，已停止处理"[:12]),
            ("通过", ""),
        ]

    def test_a_single_file_is_watched_as_well(self) -> None:
        (outcome,) = self.outcomes(Endless(SAMPLES / FAULTY), seconds=2)
        assert outcome == ("无法读取", "处理该文件超过规定时限，")

    def test_a_crew_goes_on_after_a_death_with_the_next_files(self) -> None:
        with Crew(SCHEME, 2) as crew:
            crew.stand_by()
            for path in (Deadly(SAMPLES / FAULTY), SAMPLES / GOOD):
                (one,) = crew.judged([Job(path, path.name)])
                crew.stand_by()
        assert one.result.state == "通过"

    def test_workers_end_with_a_run_that_is_killed(self) -> None:
        script = (
            "from pathlib import Path; from xlsx_eval import load_scheme\n"
            "from xlsx_eval.run.crew import Crew, Job\n"
            "if __name__ == '__main__':\n"
            "    crew = Crew(load_scheme(), 1)\n"
            f"    list(crew.judged([Job(Path({str(SAMPLES / GOOD)!r}), 'a')]))\n"
            "    print('judged', flush=True); input()\n"
        )
        with subprocess.Popen(
            [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as run:
            assert run.stdout is not None
            assert run.stdout.readline() == "judged\n"
            workers = psutil.Process(run.pid).children(recursive=True)
            assert workers
            run.kill()
        _, alive = psutil.wait_procs(workers, timeout=10)
        assert alive == []

    def test_a_file_larger_than_allowed_is_not_even_opened(self, tmp_path: Path) -> None:
        path = tmp_path / "大.xlsx"
        with path.open("wb") as stream:
            stream.truncate(2 << 20)
        limits = allowance({"total": 1}).limits
        (one,) = Here(SCHEME, limits).judged([Job(Deadly(path), path.name)])
        assert (one.result.state, one.result.reason) == ("无法读取", "文件内容超出处理上限")

    def test_cells_beyond_what_is_allowed_refuse_the_file(self) -> None:
        (one,) = Here(SCHEME, Limits(cells=100)).judged([Job(SAMPLES / GOOD, GOOD)])
        assert one.result.reason == "文件内容超出处理上限"

    def test_a_fault_of_the_program_gives_a_receipt_and_a_traceback(self) -> None:
        (one,) = Here(SCHEME).judged([Job(Bytes(SAMPLES / GOOD), GOOD)])
        assert (one.result.state, one.result.reason[:5]) == ("无法读取", "核对程序处")
        assert "a fault of ours" in one.trace
        assert one.data.startswith(b"PK")

    def test_the_operator_finds_the_traceback_in_the_log(self, inbox: Path, tmp_path: Path) -> None:
        (inbox / "锁住.xlsx").write_bytes(b"")
        (inbox / "锁住.xlsx").chmod(0)
        if os.access(inbox / "锁住.xlsx", os.R_OK):
            pytest.skip("this user reads every file, so none can be refused")
        done = run(inbox, tmp_path / "out", SCHEME, workers=0)
        assert done.failures == 1
        assert "PermissionError" in (tmp_path / "out" / "运行日志.txt").read_text(encoding="utf-8")


class TestRefused:
    @pytest.fixture
    def locked(self, monkeypatch: pytest.MonkeyPatch) -> set[str]:
        """Names that another program has open, as Windows refuses to replace or remove them."""
        names: set[str] = set()
        replace, unlink = os.replace, Path.unlink

        def refusing(source: Path, target: Path) -> None:
            if Path(target).name in names:
                raise PermissionError(13, "in use", str(target))
            replace(source, target)

        def keeping(path: Path, missing_ok: bool = False) -> None:
            if path.name in names:
                raise PermissionError(13, "in use", str(path))
            unlink(path, missing_ok=missing_ok)

        monkeypatch.setattr("xlsx_eval.run.outbox.os.replace", refusing)
        monkeypatch.setattr(Path, "unlink", keeping)
        return names

    @pytest.mark.parametrize("name", ["退回修改/区卫生健康局_第1轮.xlsx", "汇总表.xlsx", "results.jsonl"])
    def test_an_output_that_is_open_elsewhere_costs_itself_only(
        self, name: str, locked: set[str], inbox: Path, tmp_path: Path
    ) -> None:
        out = tmp_path / "out"
        before = judged(inbox, out)
        locked.add(Path(name).name)
        shutil.copy(SAMPLES / "区应急管理局.xlsx", inbox)
        done = run(inbox, out, SCHEME, workers=0)
        assert done.refused == (name,)
        assert done.total == 5
        after = files(out)
        assert after[name] == before[name], "what is open elsewhere stays as it was"
        assert after["scores.csv"] != before["scores.csv"]
        locked.clear()
        assert run(inbox, out, SCHEME, workers=0).refused == ()
        assert files(out) == judged(inbox, tmp_path / "fresh")

    def test_an_output_that_is_no_longer_wanted_but_open_is_told_and_goes_later(
        self, locked: set[str], inbox: Path, tmp_path: Path
    ) -> None:
        out = tmp_path / "out"
        judged(inbox, out)
        (inbox / FAULTY).unlink()
        locked.add("区卫生健康局_第1轮.xlsx")
        assert run(inbox, out, SCHEME, workers=0).refused == ("退回修改/区卫生健康局_第1轮.xlsx",)
        locked.clear()
        judged(inbox, out)
        assert not (out / "退回修改/区卫生健康局_第1轮.xlsx").exists()


def muttering(*given: object, **named: object) -> Judged | Refused:
    """Judges a file while a library prints past Python."""
    os.write(2, b"thread '<unnamed>' panicked at src/lib.rs\n")
    return judge(*given, **named)  # type: ignore[arg-type]


def test_what_a_library_prints_goes_with_the_file_and_not_on_the_terminal(
    inbox: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with Crew(SCHEME, 1) as crew:
        (one,) = crew.judged([Job(inbox / GOOD, GOOD, muttering)])
    assert isinstance(one, Judged)
    assert (one.said, one.result.state) == (
        "thread '<unnamed>' panicked at src/lib.rs\n",
        "通过",
    )
    assert "panicked" not in capfd.readouterr().err


def test_folders_of_dead_owners_are_removed_and_no_others(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    names = {
        "dead": f"xlsx-eval-{ended.pid}-abc",
        "mine": f"xlsx-eval-{os.getpid()}-abc",
        "old": "xlsx-eval-abcdefgh",
        "new": "xlsx-eval-ijklmnop",
        "other": "xlsx-eval-full",
    }
    for name in names.values():
        (tmp_path / name).mkdir()
    (tmp_path / names["dead"] / "1.seen").write_text("", encoding="utf-8")
    (tmp_path / names["other"] / "a").write_text("", encoding="utf-8")
    for name in ("old", "other"):
        os.utime(tmp_path / names[name], (1, 1))
    sweep_abandoned(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {names["mine"], names["new"], names["other"]}
