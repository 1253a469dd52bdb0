"""Status and summary come from ledger and roster: who is missing or late, what counts, what is nobody's."""

from __future__ import annotations

import csv
import datetime
import json
from pathlib import Path

import openpyxl
import pytest
from seasons import clock, collected, drop, form, made, right

from xlsx_eval.collect import collect_once
from xlsx_eval.roster import Department
from xlsx_eval.status import EXCUSED, LATE, MISSING, OVERDUE, status, write_summary
from xlsx_eval.workspace import Workspace

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
    from forms import scheme

    from xlsx_eval.roster import draw_roster

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
