"""Status and summary come from ledger and roster: who is missing or late, what counts, what is nobody's."""

from __future__ import annotations

import csv
import datetime
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from forms import scheme
from seasons import clock, collected, drop, form, made, right

from xlsx_eval.cli import run
from xlsx_eval.season.collect import collect_once
from xlsx_eval.season.ledger import Ledger, Review
from xlsx_eval.season.review import items
from xlsx_eval.season.roster import Department, draw_roster
from xlsx_eval.season.standing import (
    EXCUSED,
    LATE,
    MISSING,
    OUTDATED,
    OVERDUE,
    REMOVED,
    status,
    write_summary,
)
from xlsx_eval.season.workspace import CONFIG, Workspace, open_workspace

TODAY = datetime.date(2023, 4, 15)


@pytest.fixture
def season(tmp_path: Path) -> Workspace:
    departments = (
        Department("102001", "区应急管理局"),
        Department("105001", "区教育局"),
        Department("010203", "区档案馆"),
        Department("109001", "区某中心", excused="机构已撤并"),
    )
    workspace = made(tmp_path / "season", *departments, config="deadline = 2023-04-10\n")
    drop(workspace, "=cmd.xlsx", form("102001", 编制数=1))
    drop(workspace, "b.xlsx", right("105001", "区教育局"))
    drop(workspace, "c.xlsx", form("999999", "=HYPERLINK(1)"))
    drop(workspace, "010203.pdf", b"%PDF-1.4")
    collected(workspace)
    return workspace


def test_everyone_of_the_roster_is_listed_with_state_round_and_time(season: Workspace) -> None:
    shown = status(season, TODAY)
    assert [(one.code, one.state, one.round, one.timely) for one in shown.departments] == [
        ("102001", "退回修改", 1, ""),
        ("105001", "通过", 1, ""),
        ("010203", MISSING, 0, OVERDUE),
        ("109001", EXCUSED, 0, ""),
    ]
    assert shown.departments[0].since == "2023-04-01 09:00:00"
    assert shown.departments[3].note == "机构已撤并"
    assert [one.file for one in shown.unclaimed] == ["c.xlsx"]
    assert [one.file for one in shown.unread] == ["010203.pdf"]


def test_before_the_deadline_nobody_is_overdue(season: Workspace) -> None:
    assert status(season, datetime.date(2023, 4, 10)).departments[2].timely == ""


def test_a_first_workbook_after_the_deadline_is_late_and_a_later_round_is_not(season: Workspace) -> None:
    late = lambda: datetime.datetime(2023, 4, 11, 8)  # noqa: E731
    drop(season, "d.xlsx", form("010203"))
    drop(season, "e.xlsx", form("102001", 编制数=2))
    collect_once(season, late)
    shown = {one.code: one for one in status(season, TODAY).departments}
    assert shown["010203"].timely == LATE
    assert shown["102001"].timely == ""
    assert shown["102001"].round == 2


def test_a_department_taken_off_the_roster_is_still_shown(season: Workspace) -> None:
    draw_roster(season.roster, scheme(), (Department("105001", "区教育局"),))
    assert [one.code for one in status(season, TODAY).departments] == ["105001", "102001"]


def test_the_summary_is_rebuilt_from_the_ledger_and_holds_what_counts(season: Workspace) -> None:
    drop(season, "b2.xlsx", form("102001", 编制数=2))
    collect_once(season, clock)
    path = write_summary(season, TODAY)
    book = openpyxl.load_workbook(path)
    assert {"汇总", "排名", "收集情况", "收件登记", "最终得分"} <= set(book.sheetnames)
    ranking = [row[1] for row in book["排名"].iter_rows(min_row=4, values_only=True)]
    assert sorted(ranking) == ["102001", "105001"]
    lines = (season.outbox / "results.jsonl").read_text(encoding="utf-8").splitlines()
    assert sorted((json.loads(line)["state"], json.loads(line)["round"]) for line in lines) == [
        ("无法读取", 1),
        ("退回修改", 2),
        ("通过", 1),
    ]
    first = path.read_bytes()
    path.unlink()
    assert write_summary(season, TODAY).read_bytes() == first


def test_nothing_a_department_wrote_is_a_formula_in_the_summary(season: Workspace) -> None:
    book = openpyxl.load_workbook(write_summary(season, TODAY))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert [cell for cell in cells if cell.value == "=cmd.xlsx"]
    with (season.outbox / "scores.csv").open(encoding="utf-8-sig", newline="") as stream:
        assert not [cell for row in csv.reader(stream) for cell in row if cell.startswith("=")]


def test_the_workbooks_handed_back_stay_when_the_summary_is_written(season: Workspace) -> None:
    write_summary(season, TODAY)
    drop(season, "z.xlsx", form("102001", 编制数=9))
    collected(season)
    assert (season.outbox / "汇总表.xlsx").exists()
    assert (season.outbox / "通过" / "105001_区教育局_第1轮_通过.xlsx").exists()


def reviewed_season(tmp_path: Path) -> Workspace:
    """A department with the better score by ours alone, and one that the reviewer lifts above it."""
    workspace = made(
        tmp_path / "season", Department("102001", "区应急管理局"), Department("105001", "区教育局")
    )
    drop(workspace, "a.xlsx", form("102001", 编制数=10, 年末在职人数=9))
    drop(workspace, "b.xlsx", form("105001"))
    collected(workspace)
    with Ledger(workspace.ledger) as ledger:
        verdict = next(one for one in ledger.current() if one.department == "105001")
        ledger.enter(
            Review("105001", 1, one.key, one.points or None, "", "2023-04-12T09:00:00", "")
            for one in items(verdict, workspace.scheme())
        )
    return workspace


def lines_of(sheet: Any, first: str) -> list[dict[str, Any]]:
    """Lines below the heading row that begins with `first`, by heading."""
    rows = list(sheet.iter_rows(values_only=True))
    start = next(index for index, row in enumerate(rows) if row[0] == first)
    return [dict(zip(rows[start], row, strict=False)) for row in rows[start + 1 :]]


def test_the_summary_ranks_and_grades_by_the_final_score_and_shows_both(tmp_path: Path) -> None:
    workspace = reviewed_season(tmp_path)
    shown = {one.code: one for one in status(workspace, TODAY).departments}
    final = shown["105001"].final
    assert final is not None
    assert final.score > (shown["105001"].score or 0)
    book = openpyxl.load_workbook(write_summary(workspace, TODAY))
    ranking = {line["预算编码"]: line for line in lines_of(book["排名"], "名次")}
    assert ranking["105001"]["最终得分"] == final.score
    assert ranking["105001"]["核定得分"] == shown["105001"].score
    assert (ranking["105001"]["核定等级"], ranking["105001"]["最终等级"]) == ("待定", final.grade or "待定")
    best = max(shown.values(), key=lambda one: one.final.score if one.final else 0)
    assert ranking[best.code]["名次"] == 1
    told = [cell for row in book["汇总"].iter_rows(values_only=True) for cell in row if cell]
    assert not [cell for cell in told if "尚未计入人工复核" in str(cell)]
    assert "平均最终得分" in told


def test_the_records_hold_ours_and_the_final_score(tmp_path: Path) -> None:
    workspace = reviewed_season(tmp_path)
    final = {one.code: one.final for one in status(workspace, TODAY).departments}["105001"]
    assert final is not None
    write_summary(workspace, TODAY)
    lines = (workspace.outbox / "results.jsonl").read_text(encoding="utf-8").splitlines()
    record = next(one for one in map(json.loads, lines) if one["code"] == "105001")
    assert (record["final"], record["final_grade"], record["timely"]) == (final.score, final.grade, "")
    assert record["score"] == round(final.score - final.changed, 4)
    with (workspace.outbox / "scores.csv").open(encoding="utf-8-sig", newline="") as stream:
        row = next(one for one in csv.DictReader(stream) if one["预算编码"] == "105001")
    assert float(row["最终得分"]) == final.score
    assert float(row["核定得分"]) == record["score"]


def test_the_first_sheet_says_who_has_to_file_who_did_and_who_was_late(season: Workspace) -> None:
    drop(season, "d.xlsx", form("102001", 编制数=3))
    drop(season, "e.xlsx", form("010203", 编制数=3))
    collect_once(season, lambda: datetime.datetime(2023, 4, 11, 8))
    book = openpyxl.load_workbook(write_summary(season, TODAY))
    cells = {line["部门"]: line for line in lines_of(book["汇总"], "部门")}
    counts = {word: cells[word]["部门数"] for word in ("应报", "已报", "未报", "迟报", "免报")}
    assert counts == {"应报": 3, "已报": 3, "未报": 0, "迟报": 1, "免报": 1}
    assert cells["覆盖率"]["占应报"] == 100
    late = {line["预算编码"]: line["时限"] for line in lines_of(book["排名"], "名次")}
    assert late == {"010203": LATE, "102001": None, "105001": None}
    back = {line["预算编码"]: line["时限"] for line in lines_of(book["退回清单"], "序号")}
    assert back["010203"] == LATE
    lines = (season.outbox / "results.jsonl").read_text(encoding="utf-8").splitlines()
    assert {one["code"]: one["timely"] for one in map(json.loads, lines)}["010203"] == LATE


def test_a_department_taken_off_or_excused_later_is_neither_due_nor_late(season: Workspace) -> None:
    drop(season, "d.xlsx", form("010203"))
    collect_once(season, lambda: datetime.datetime(2023, 4, 11, 8))
    listed = (Department("105001", "区教育局"), Department("010203", "区档案馆", excused="机构改革"))
    draw_roster(season.roster, scheme(), listed)
    shown = status(season, TODAY)
    notes = {one.code: (one.note, one.timely) for one in shown.departments}
    assert notes == {
        "105001": ("", ""),
        "010203": ("免报：机构改革", ""),
        "102001": (REMOVED, ""),
    }
    coverage = shown.coverage
    assert (coverage.due, coverage.came, coverage.late, coverage.excused) == (1, 1, 0, 1)
    ranking = lines_of(openpyxl.load_workbook(write_summary(season, TODAY))["排名"], "名次")
    assert {line["预算编码"]: line["备注"] for line in ranking}["102001"] == REMOVED


def test_verdicts_of_an_older_scheme_or_year_are_told(season: Workspace) -> None:
    assert status(season, TODAY).coverage.outdated == 0
    (season.root / CONFIG).write_text("settle = 0\nworkers = 1\nyear = 2024\n", encoding="utf-8")
    changed = open_workspace(season.root)
    shown = status(changed, TODAY)
    assert shown.coverage.outdated == 2
    assert [one.note for one in shown.departments[:2]] == [OUTDATED, OUTDATED]
    book = openpyxl.load_workbook(write_summary(changed, TODAY))
    told = [str(cell) for row in book["汇总"].iter_rows(values_only=True) for cell in row if cell]
    assert [cell for cell in told if cell.startswith("2 个部门按旧方案核定")]
    out = io.StringIO()
    run(["status", str(season.root), "--lang", "zh"], out, out)
    assert "2 个部门按旧方案核定" in out.getvalue()


def ran(workspace: Workspace) -> int:
    """Exit code of a pass by the command line."""
    out = io.StringIO()
    return run(["run", str(workspace.root), "--lang", "zh"], out, out)


def test_an_unclaimed_file_waits_until_every_department_it_may_be_of_has_filed(tmp_path: Path) -> None:
    workspace = made(tmp_path / "season")
    drop(workspace, "a.xlsx", form("105001", "区档案馆"))
    assert ran(workspace) == 2
    drop(workspace, "b.xlsx", right("105001", "区教育局"))
    assert ran(workspace) == 2
    assert [one.file for one in status(workspace, TODAY).unclaimed] == ["a.xlsx"]
    drop(workspace, "c.xlsx", right("010203", "区档案馆"))
    assert ran(workspace) == 0
    assert status(workspace, TODAY).unclaimed == ()


def test_a_file_of_nobody_at_all_is_told_once_and_still_listed(tmp_path: Path) -> None:
    workspace = made(tmp_path / "season")
    drop(workspace, "a.xlsx", form("999999", "某公司"))
    assert [ran(workspace), ran(workspace)] == [2, 0]
    assert [one.file for one in status(workspace, TODAY).unclaimed] == ["a.xlsx"]


def test_a_file_that_cannot_be_read_goes_before_what_could_not_be_done(tmp_path: Path) -> None:
    workspace = made(tmp_path / "season")
    drop(workspace, "a.xlsx", b"%PDF-1.4")
    drop(workspace, "b.xlsx", form("999999", "某公司"))
    (workspace.root / "待认领").write_bytes(b"in the way")
    assert ran(workspace) == 3
    drop(workspace, "c.xlsx", form("105001"))
    assert ran(workspace) == 1
    drop(workspace, "d.xlsx", right("105001", "区教育局"))
    assert ran(workspace) == 2
