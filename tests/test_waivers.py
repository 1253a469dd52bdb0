"""Answers and waivers: a disputed error goes to the reviewer, who alone may let it stand, with name and reason."""

from __future__ import annotations

import datetime
import io
import json
import sqlite3
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from forms import scheme
from seasons import NAMES, SAMPLES, answered, collected, drop, made, returned, right

from xlsx_eval.errors import WorkspaceError
from xlsx_eval.form.fill import fill, read_values
from xlsx_eval.run.batch import run
from xlsx_eval.season.ledger import Ledger
from xlsx_eval.season.review_sheet import SHEET, ReviewRead, read_review, write_review
from xlsx_eval.season.roster import Department
from xlsx_eval.season.standing import Standing, status, write_summary
from xlsx_eval.season.verify import verify
from xlsx_eval.season.workspace import Workspace

CODE = "105001"
NOW = datetime.datetime(2023, 5, 1, 9)
WORDS = "县财预〔2022〕18号追加，数据无误"


def wrong() -> bytes:
    """A workbook that is right but for one error, its own grade."""
    values = read_values(SAMPLES / "区教育局.toml")
    values["基本情况"].update(单位名称=NAMES[CODE], 预算编码=CODE)
    values["自评结论"].update(自评等级="差")
    return fill(values, scheme())


def handed(season: Workspace) -> bytes:
    """What was handed back to the department last."""
    return (season.outbox / next(name for name in returned(season) if CODE in name)).read_bytes()


def disputed(root: Path, words: str = WORDS) -> Workspace:
    """A season whose only department answered its errors with `words`."""
    season = made(root, Department(CODE, NAMES[CODE]))
    drop(season, "a.xlsx", wrong())
    collected(season)
    drop(season, "b.xlsx", answered(handed(season), words, verdict="错误"))
    collected(season)
    return season


@pytest.fixture
def season(tmp_path: Path) -> Workspace:
    return disputed(tmp_path / "season")


def one(season: Workspace) -> Standing:
    (found,) = status(season, NOW.date()).departments
    return found


def lines(season: Workspace) -> tuple[Any, list[dict[str, Any]]]:
    """A review sheet drawn now, as a workbook and as its lines by heading."""
    path = season.root / "复核表.xlsx"
    write_review(season, path)
    book = openpyxl.load_workbook(path)
    rows = list(book[SHEET].iter_rows())
    start = next(at for at, row in enumerate(rows) if row[0].value == "预算编码")
    names = [str(cell.value) for cell in rows[start]]
    return book, [dict(zip(names, row, strict=True)) for row in rows[start + 1 :]]


def reviewed(season: Workspace, **entries: object) -> ReviewRead:
    """Reads a review sheet in which every disputed line holds these entries, and every score is ours."""
    book, drawn = lines(season)
    for line in drawn:
        if line["复核原因"].value != "部门有异议":
            line["复核得分"].value = line["核定得分"].value
            continue
        for heading, value in entries.items():
            line[heading].value = value
    path = season.root / "已填.xlsx"
    book.save(path)
    return read_review(season, path, NOW)


def test_a_disputed_error_is_a_line_for_the_reviewer(season: Workspace) -> None:
    _, drawn = lines(season)
    (line,) = (line for line in drawn if line["复核原因"].value == "部门有异议")
    assert WORDS in line["情况"].value
    assert (line["填报内容"].value, line["轮次"].value) == ("差", 2)
    state = one(season)
    assert (state.state, state.final and state.final.waived) == ("退回修改", 0)


@pytest.mark.parametrize("words", ["已修改。", "已核对", "无", "。"])
def test_words_that_dispute_nothing_are_no_line(words: str, tmp_path: Path) -> None:
    _, drawn = lines(disputed(tmp_path / "season", words))
    assert [line for line in drawn if line["复核原因"].value == "部门有异议"] == []


def test_the_reviewer_lets_it_stand_and_the_workbook_passes(season: Workspace) -> None:
    assert reviewed(season, 同意保留="是", 复核人="王科长", 复核意见="批复文件已核，予以认可").entered == 2
    state = one(season)
    assert (state.state, state.note) == ("已复核", "经复核同意保留错误 1 项")
    report = verify(season)
    assert (report.waived, report.faults) == (1, ())
    with Ledger(season.ledger) as ledger:
        entry = ledger.reviews()[CODE, "F|E08|自评等级|1"]
    assert (entry.waived, entry.reviewer, entry.remark) == (True, "王科长", "批复文件已核，予以认可")
    sheet = openpyxl.load_workbook(write_summary(season, NOW.date()))["复核决定"]
    told = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    (line,) = (line for line in told if line[3] == "部门有异议")
    assert (line[1], line[3], *line[8:11]) == (
        *(CODE, "部门有异议"),
        *("是", "批复文件已核，予以认可", "王科长"),
    )


def test_without_a_decision_the_summary_has_no_such_sheet(season: Workspace) -> None:
    assert "复核决定" not in openpyxl.load_workbook(write_summary(season, NOW.date())).sheetnames


@pytest.mark.parametrize(
    ("entries", "fault"),
    [
        (
            {"同意保留": "是", "复核意见": "批复文件已核"},
            "同意保留错误，须同时写明“复核人”和理由（“复核意见”）",
        ),
        ({"同意保留": "是", "复核人": "王科长"}, "同意保留错误，须同时写明“复核人”和理由（“复核意见”）"),
        ({"同意保留": "是", "复核人": "王科长", "复核意见": "。"}, "须同时写明"),
        ({"同意保留": "行", "复核人": "王科长", "复核意见": "已核"}, "应填“是”或留空，现为“行”"),
    ],
)
def test_a_waiver_needs_name_and_reason(entries: dict[str, object], fault: str, season: Workspace) -> None:
    with pytest.raises(WorkspaceError) as told:
        reviewed(season, **entries)
    assert fault in str(told.value)
    assert one(season).state == "退回修改"


def test_a_remark_alone_decides_against_the_department(season: Workspace) -> None:
    reviewed(season, 复核人="王科长", 复核意见="文号与批复不符，请更正")
    state = one(season)
    assert state.final is not None
    assert (state.state, state.final.open, state.final.errors) == ("退回修改", 0, 1)


def test_only_a_disputed_error_can_be_left_standing(tmp_path: Path) -> None:
    season = made(tmp_path / "season", Department(CODE, NAMES[CODE]))
    drop(season, "a.xlsx", right(CODE, NAMES[CODE]))
    collected(season)
    book, drawn = lines(season)
    assert drawn, "the sample waits for a person's opinion"
    assert {line["复核原因"].value for line in drawn} == {"酌情评定"}
    drawn[0]["同意保留"].value, drawn[0]["复核人"].value, drawn[0]["复核意见"].value = (
        "是",
        "王",
        "已核实情况",
    )
    book.save(season.root / "已填.xlsx")
    with pytest.raises(WorkspaceError, match="只用于“部门有异议”的错误，本行请留空"):
        read_review(season, season.root / "已填.xlsx", NOW)


def test_a_waiver_falls_when_the_answer_changes(season: Workspace) -> None:
    reviewed(season, 同意保留="是", 复核人="王科长", 复核意见="批复文件已核")
    assert one(season).state == "已复核"
    drop(season, "c.xlsx", answered(handed(season), "另有原因，详见附件", verdict="错误"))
    collected(season)
    assert (one(season).round, one(season).state) == (3, "退回修改")


def test_nothing_in_a_departments_workbook_waives(season: Workspace) -> None:
    book = openpyxl.load_workbook(io.BytesIO(handed(season)))
    drawn, _ = lines(season)
    sheet = book.create_sheet("复核表")
    for row in drawn[SHEET].iter_rows():
        for cell in row:
            sheet.cell(cell.row, cell.column).value = cell.value
    for row in range(4, sheet.max_row + 1):
        sheet.cell(row, 13).value, sheet.cell(row, 14).value, sheet.cell(row, 15).value = "已核实", "是", "王"
    target = io.BytesIO()
    book.save(target)
    drop(season, "c.xlsx", target.getvalue())
    collected(season)
    assert one(season).state == "退回修改"
    with Ledger(season.ledger) as ledger:
        assert ledger.reviews() == {}


def test_verify_tells_a_waiver_that_nobody_gave(season: Workspace) -> None:
    reviewed(season, 同意保留="是", 复核人="王科长", 复核意见="批复文件已核")
    database = sqlite3.connect(season.ledger)
    columns = "department, round, item, score, remark, entered, source, waived, reviewer"
    copied = columns.replace("reviewer", "''")
    database.execute(f"INSERT INTO review ({columns}) SELECT {copied} FROM review")
    database.execute(
        f"INSERT INTO review ({columns}) VALUES ('{CODE}', 2, 'F|X99|1', NULL, '已核实', 't', 's', 1, '王')"
    )
    database.commit()
    database.close()
    told = "\n".join(verify(season).faults)
    assert "没有复核人或理由" in told
    assert "同意保留的错误（F|X99|1）没有对应的、部门有异议的错误" in told


def test_a_sheet_drawn_before_there_were_waivers_is_still_read(season: Workspace) -> None:
    book, drawn = lines(season)
    drawn[-1]["复核意见"].value = "旧表所填"
    sheet = book[SHEET]
    for heading in ("原复核人（勿改）", "原同意保留（勿改）", "复核人", "同意保留"):
        sheet.delete_cols(drawn[0][heading].column)
    book.save(season.root / "旧表.xlsx")
    assert read_review(season, season.root / "旧表.xlsx", NOW).entered == 1


def test_an_explained_difference_from_the_approved_figure_waits_for_the_reviewer(tmp_path: Path) -> None:
    department = Department(CODE, NAMES[CODE], approved={"编制数": 1000.0})
    season = made(tmp_path / "season", department)
    drop(season, "a.xlsx", right(CODE, NAMES[CODE]))
    collected(season)
    assert one(season).state == "退回修改"
    drop(season, "b.xlsx", answered(handed(season), "编办〔2022〕7号调整", verdict="错误"))
    collected(season)
    assert one(season).state == "待复核"
    assert verify(season).faults == ()
    book, drawn = lines(season)
    (line,) = (line for line in drawn if "编办〔2022〕7号调整" in line["情况"].value)
    assert (line["复核原因"].value, line["应为"].value) == ("部门已说明", "1000")
    for each in drawn:
        each["复核意见"].value = "文号属实"
        if each["可评范围"].value != "—":
            each["复核得分"].value = each["核定得分"].value
    book.save(season.root / "已填.xlsx")
    read_review(season, season.root / "已填.xlsx", NOW)
    assert one(season).state == "已复核"


def test_a_run_without_a_workspace_carries_answers(tmp_path: Path) -> None:
    inbox, out, again = (tmp_path / name for name in ("in", "out", "again"))
    inbox.mkdir()
    (inbox / "甲.xlsx").write_bytes(wrong())
    run(inbox, out, scheme(), workers=0)
    (back,) = (out / "退回修改").glob("*")
    (inbox / "甲.xlsx").write_bytes(answered(back.read_bytes(), WORDS, verdict="错误"))
    run(inbox, again, scheme(), workers=0)
    (handed_back,) = (again / "退回修改").glob("*")
    assert handed_back.name == "甲_第2轮.xlsx"
    sheet = openpyxl.load_workbook(handed_back)["问题清单"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5)]
    told = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    assert [(line["整改状态"], line["整改说明（部门填写）"]) for line in told if line["结论"] == "错误"] == [
        ("有异议", WORDS)
    ]
    (record,) = (again / "results.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(record)["round"] == 2
