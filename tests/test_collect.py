"""Collecting: what comes is archived, judged and handed back once; which version counts is never in doubt."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from pathlib import Path

import openpyxl
import pytest
from forms import scheme
from office import saved_as
from seasons import clock, collected, drop, form, made, returned, right

from xlsx_eval.errors import WorkspaceError
from xlsx_eval.season.collect import Collector, collect_once
from xlsx_eval.season.intake import Settling
from xlsx_eval.season.ledger import ACCEPTED, IDENTICAL, OLDER, SUPERSEDED, UNCLAIMED, UNREAD, Arrival, Ledger
from xlsx_eval.season.originals import Archive
from xlsx_eval.season.roster import Department, draw_roster
from xlsx_eval.season.verify import verify
from xlsx_eval.season.workspace import CONFIG, Workspace, open_workspace


@pytest.fixture
def season(tmp_path: Path) -> Workspace:
    return made(tmp_path / "season")


def arrivals(workspace: Workspace) -> list[Arrival]:
    with Ledger(workspace.ledger) as ledger:
        return ledger.arrivals()


def outcomes(workspace: Workspace) -> dict[str, str]:
    return {one.file: one.outcome for one in arrivals(workspace)}


def inbox(workspace: Workspace) -> list[str]:
    return sorted(path.name for path in workspace.inbox.rglob("*") if path.is_file())


def test_a_file_is_archived_judged_handed_back_and_gone_from_the_inbox(season: Workspace) -> None:
    data = form("102001")
    drop(season, "随便什么名字.xlsx", data)
    done = collected(season)
    assert done.outcomes == {ACCEPTED: 1}
    assert returned(season) == ["退回修改/102001_区应急管理局_第1轮_退回修改.xlsx"]
    assert inbox(season) == []
    assert Archive(season.archive).path(hashlib.sha256(data).hexdigest()).read_bytes() == data


def test_the_next_workbook_of_a_department_is_its_next_round_and_takes_the_place(season: Workspace) -> None:
    drop(season, "a.xlsx", form("102001", 编制数="很多"))
    collected(season)
    drop(season, "b.xlsx", form("102001", 编制数=3))
    collected(season)
    assert returned(season) == ["退回修改/102001_区应急管理局_第2轮_退回修改.xlsx"]
    sheet = openpyxl.load_workbook(season.outbox / returned(season)[0])["问题清单"]
    assert "第 2 轮" in str(sheet["A2"].value)
    assert "已整改" in {row[10] for row in sheet.iter_rows(min_row=6, values_only=True)}


def test_a_right_workbook_passes(season: Workspace) -> None:
    drop(season, "a.xlsx", right("105001", "区教育局"))
    collected(season)
    assert returned(season) == ["通过/105001_区教育局_第1轮_通过.xlsx"]


def test_the_same_bytes_again_are_no_new_round(season: Workspace) -> None:
    data = form("102001")
    for file in ("a.xlsx", "又一次.xlsx"):
        drop(season, file, data)
        collected(season)
    assert outcomes(season) == {"a.xlsx": ACCEPTED, "又一次.xlsx": IDENTICAL}
    assert returned(season) == ["退回修改/102001_区应急管理局_第1轮_退回修改.xlsx"]


def test_our_own_copy_sent_back_unchanged_is_no_new_round(season: Workspace) -> None:
    drop(season, "a.xlsx", form("102001"))
    collected(season)
    drop(season, "a_已改.xlsx", (season.outbox / returned(season)[0]).read_bytes())
    collected(season)
    assert outcomes(season)["a_已改.xlsx"] == IDENTICAL


def test_our_own_copy_with_answers_is_a_round(season: Workspace) -> None:
    drop(season, "a.xlsx", form("102001"))
    collected(season)
    book = openpyxl.load_workbook(season.outbox / returned(season)[0])
    book["问题清单"]["K6"].value = "已向财政部门说明"
    target = io.BytesIO()
    book.save(target)
    drop(season, "a2.xlsx", target.getvalue())
    collected(season)
    assert outcomes(season)["a2.xlsx"] == ACCEPTED
    with Ledger(season.ledger) as ledger:
        assert "已向财政部门说明" in {answer for one in ledger.current() for _, _, answer in one.standings}


def test_an_older_version_is_told_and_does_not_count(season: Workspace) -> None:
    first = form("102001", 编制数=1)
    for file, data in (("一.xlsx", first), ("二.xlsx", form("102001", 编制数=2)), ("旧.xlsx", first)):
        drop(season, file, data)
        collected(season)
    assert outcomes(season)["旧.xlsx"] == OLDER
    assert "第 1 轮" in arrivals(season)[-1].reason
    assert returned(season) == ["退回修改/102001_区应急管理局_第2轮_退回修改.xlsx"]


def test_of_two_files_of_one_batch_the_later_counts_and_the_other_is_shown(season: Workspace) -> None:
    later, earlier = form("102001", 编制数=2), form("102001", 编制数=1)
    drop(season, "z较早.xlsx", earlier)
    drop(season, "a较晚.xlsx", later)
    done = collected(season)
    assert done.outcomes == {ACCEPTED: 1, SUPERSEDED: 1}
    assert outcomes(season) == {"a较晚.xlsx": ACCEPTED, "z较早.xlsx": SUPERSEDED}
    assert "a较晚.xlsx" in next(one.reason for one in arrivals(season) if one.outcome == SUPERSEDED)
    assert len(list(Archive(season.archive).digests())) == 2


def test_the_same_file_twice_in_one_batch_is_one_round(season: Workspace) -> None:
    data = form("102001")
    drop(season, "a.xlsx", data)
    drop(season, "邮件/a.xlsx", data)
    assert collected(season).outcomes == {ACCEPTED: 1, IDENTICAL: 1}


def test_an_older_version_in_the_batch_does_not_hide_the_new_one(season: Workspace) -> None:
    first = form("102001", 编制数=1)
    drop(season, "一.xlsx", first)
    collected(season)
    drop(season, "新.xlsx", form("102001", 编制数=2))
    drop(season, "旧.xlsx", first)
    collected(season)
    assert outcomes(season) == {"一.xlsx": ACCEPTED, "新.xlsx": ACCEPTED, "旧.xlsx": OLDER}


def test_a_file_of_no_department_waits_until_the_roster_knows_it(season: Workspace) -> None:
    drop(season, "新单位.xlsx", form("109009", "区大数据中心"))
    assert collected(season).outcomes == {UNCLAIMED: 1}
    waiting = list((season.root / "待认领").iterdir())
    assert [path.name for path in waiting] == ["0001_新单位.xlsx"]
    assert returned(season) == []
    draw_roster(season.roster, scheme(), (Department("109009", "区大数据中心"),))
    assert collected(season).outcomes == {ACCEPTED: 1}
    assert list((season.root / "待认领").iterdir()) == []
    assert returned(season) == ["退回修改/109009_区大数据中心_第1轮_退回修改.xlsx"]


def test_a_workbook_with_anothers_code_is_merged_with_neither(season: Workspace) -> None:
    drop(season, "a.xlsx", form("102001", "区教育局"))
    assert collected(season).outcomes == {UNCLAIMED: 1}
    assert "属于“区应急管理局”" in arrivals(season)[0].reason


def test_a_lost_zero_is_restored_from_the_roster_and_told(season: Workspace) -> None:
    drop(season, "a.xlsx", form("10203", "区档案馆"))
    collected(season)
    with Ledger(season.ledger) as ledger:
        verdict = next(ledger.current())
    assert verdict.department == "010203"
    assert "G03" in {item.code for item in verdict.result.findings}


def test_a_file_that_cannot_be_read_gets_a_receipt_until_its_department_sends_a_workbook(
    season: Workspace,
) -> None:
    drop(season, "102001_扫描件.xlsx", b"%PDF-1.4 ...")
    assert collected(season).outcomes == {UNREAD: 1}
    assert returned(season) == ["无法读取/102001_扫描件_无法读取回执.xlsx"]
    drop(season, "a.xlsx", form("102001"))
    collected(season)
    assert returned(season) == ["退回修改/102001_区应急管理局_第1轮_退回修改.xlsx"]


def test_receipts_of_files_of_one_name_do_not_replace_each_other(season: Workspace) -> None:
    for content in (b"%PDF-1", b"%PDF-2"):
        drop(season, "扫描.pdf", content)
        collected(season)
    assert len(returned(season)) == 2


def test_locks_partial_files_and_links_are_left_alone(season: Workspace, tmp_path: Path) -> None:
    secret = tmp_path / "secret.xlsx"
    secret.write_bytes(form("102001"))
    drop(season, "~$a.xlsx", b"x")
    drop(season, "b.xlsx.crdownload", b"x")
    (season.inbox / "link.xlsx").symlink_to(secret)
    assert collected(season).outcomes == {}
    assert secret.exists()
    assert len(inbox(season)) == 3


def test_a_file_that_changes_between_two_looks_waits(season: Workspace) -> None:
    path = drop(season, "a.xlsx", form("102001")[:100])
    settling = Settling(5)
    with Collector(season, clock) as collector:
        assert collector.collect(settling, 0).waiting == ("a.xlsx",)
        path.write_bytes(form("102001"))
        assert collector.collect(settling, 6).waiting == ("a.xlsx",)
        assert collector.collect(settling, 10).decided == 0
        assert collector.collect(settling, 11).outcomes == {ACCEPTED: 1}


def test_approved_figures_of_the_roster_are_compared(tmp_path: Path) -> None:
    season = made(tmp_path / "s", Department("102001", "区应急管理局", approved={"编制数": 12.0}))
    drop(season, "a.xlsx", form("102001", 编制数=13))
    collected(season)
    with Ledger(season.ledger) as ledger:
        found = {item.code: item.expected for item in next(ledger.current()).result.findings}
    assert found["G01"] == "12"


def test_last_years_ledger_adds_a_comparison(tmp_path: Path) -> None:
    before = made(tmp_path / "2021")
    drop(before, "a.xlsx", form("102001", 支出合计_决算数=88.5))
    collected(before)
    season = made(tmp_path / "2022", config='last_year = "../2021"\n')
    drop(season, "a.xlsx", form("102001", 支出合计_上年决算数=90))
    collected(season)
    with Ledger(season.ledger) as ledger:
        found = {item.code: item for item in next(ledger.current()).result.findings}
    assert (found["G02"].found, found["G02"].expected) == ("90", "88.5")


def test_a_second_worker_is_told_who_holds_the_workspace(season: Workspace) -> None:
    with Collector(season, clock, "watch"), pytest.raises(WorkspaceError, match=f"watch（进程 {os.getpid()}"):
        collect_once(season, clock)
    collect_once(season, clock)


def test_the_same_season_gives_the_same_bytes(tmp_path: Path) -> None:
    seen = []
    for name in ("a", "b"):
        season = made(tmp_path / name)
        drop(season, "a.xlsx", form("102001"))
        collected(season)
        drop(season, "b.xlsx", form("102001", 编制数=3))
        collected(season)
        seen.append((season.outbox / returned(season)[0]).read_bytes())
    assert seen[0] == seen[1]


@pytest.mark.parametrize(
    "name",
    [
        "x..\\..\\outside.xlsx",
        "CON.xlsx",
        "a\u202excod.xlsx",
        "=cmd.xlsx",
        "长" * 60 + ".xlsx",
        "无法读取\u200b .pdf",
    ],
)
def test_a_file_name_reaches_no_path(name: str, season: Workspace) -> None:
    drop(season, name, b"%PDF-1.4")
    collected(season)
    found = returned(season)
    assert len(found) == 1
    assert found[0].startswith("无法读取/")
    assert "\u202e" not in found[0]


@pytest.mark.parametrize("name", ["../../x", "=1+1", "通过/区教育局", "区教育局\n"])
def test_a_departments_name_reaches_no_path_and_no_other_department(name: str, season: Workspace) -> None:
    drop(season, "a.xlsx", form("102001", name))
    collected(season)
    assert returned(season) == []
    copies = [path.name for path in (season.root / "待认领").iterdir()]
    assert copies == ["0001_a.xlsx"]


def test_a_file_changed_by_hand_in_the_outbox_is_set_aside(season: Workspace) -> None:
    drop(season, "a.xlsx", form("102001", 编制数=1))
    collected(season)
    mine = season.outbox / returned(season)[0]
    mine.write_bytes(b"edited by an officer")
    drop(season, "b.xlsx", form("102001", 编制数=2))
    collected(season)
    assert mine.read_bytes() == b"edited by an officer"
    assert len(returned(season)) == 2


def test_limits_of_the_configuration_refuse_a_file_and_others_go_on(tmp_path: Path) -> None:
    season = made(tmp_path / "s", config="[limits]\nmembers = 40\n")
    padded = io.BytesIO(form("102001"))
    with zipfile.ZipFile(padded, "a") as package:
        for number in range(40):
            package.writestr(f"xl/media/image{number}.png", b"")
    drop(season, "图多.xlsx", padded.getvalue())
    drop(season, "b.xlsx", form("105001"))
    done = collect_once(season, clock)
    assert dict(done.outcomes) == {"无法读取": 1, "已受理": 1}
    assert verify(season).faults == ()


def test_a_limit_set_lower_later_changes_no_verdict(season: Workspace) -> None:
    drop(season, "a.xlsx", form("102001"))
    collected(season)
    with (season.root / CONFIG).open("a", encoding="utf-8") as config:
        config.write("[limits]\nmembers = 10\n")
    assert verify(open_workspace(season.root)).faults == ()


@pytest.mark.parametrize("kind", ["xls", "ods"])
@pytest.mark.xdist_group("office")
def test_a_workbook_in_another_format_is_a_round_and_comes_back_as_a_template(
    kind: str, season: Workspace, tmp_path: Path
) -> None:
    drop(season, f"a.{kind}", saved_as(form("102001", 编制数="很多"), kind, tmp_path))
    assert dict(collected(season).outcomes) == {ACCEPTED: 1}
    assert returned(season) == ["退回修改/102001_区应急管理局_第1轮_退回修改.xlsx"]
    assert verify(season).faults == ()


@pytest.mark.xdist_group("office")
def test_what_was_only_opened_and_saved_is_no_new_round(season: Workspace, tmp_path: Path) -> None:
    drop(season, "a.xlsx", form("102001", 编制数="很多"))
    collected(season)
    output = next((season.outbox / "退回修改").iterdir())
    saved = saved_as(output.read_bytes(), "xlsx", tmp_path)
    drop(season, "另存.xlsx", saved)
    assert dict(collected(season).outcomes) == {IDENTICAL: 1}
    drop(season, "b.xlsx", form("102001", 编制数=12))
    collected(season)
    drop(season, "再存.xlsx", saved)
    assert dict(collected(season).outcomes) == {OLDER: 1}


def test_a_file_claimed_later_does_not_override_a_newer_one(season: Workspace) -> None:
    drop(season, "旧.xlsx", form("102001", "应急局", 编制数=3))
    assert dict(collected(season).outcomes) == {UNCLAIMED: 1}
    drop(season, "新.xlsx", form("102001", 编制数=4))
    assert dict(collected(season).outcomes) == {ACCEPTED: 1}
    named = [Department("102001", "区应急管理局", aliases=("应急局",)), Department("105001", "区教育局")]
    draw_roster(season.roster, scheme(), named)
    assert dict(collected(season).outcomes) == {SUPERSEDED: 1}
    with Ledger(season.ledger) as ledger:
        assert [one.round for one in ledger.verdicts()] == [1]
    assert "已有较晚报送的第 1 轮" in arrivals(season)[0].reason


def test_the_same_file_is_judged_again_once_the_roster_was_put_right(tmp_path: Path) -> None:
    season = made(tmp_path / "s", Department("105001", "区教育局", approved={"编制数": 999.0}))
    data = right("105001", "区教育局")
    drop(season, "a.xlsx", data)
    assert dict(collected(season).states) == {"退回修改": 1}
    drop(season, "a.xlsx", data)
    assert dict(collected(season).outcomes) == {IDENTICAL: 1}
    draw_roster(season.roster, scheme(), [Department("105001", "区教育局")])
    drop(season, "a.xlsx", data)
    assert dict(collected(season).states) == {"通过": 1}
    assert verify(season).faults == ()


def test_an_unreadable_ledger_of_last_year_makes_no_receipt(tmp_path: Path) -> None:
    season = made(tmp_path / "s", config="last_year = '../none'\n")
    drop(season, "a.xlsx", form("102001"))
    with pytest.raises(WorkspaceError, match="没有台账"):
        collected(season)
    assert returned(season) == []
