"""Proof: whatever is altered in the ledger is a fault in words, of this scheme's verdicts and of older ones."""

from __future__ import annotations

import io
import sqlite3
from pathlib import Path

import openpyxl
import pytest
from seasons import collected, drop, form, made, returned

from xlsx_eval.scheme.digest import program_digest_of
from xlsx_eval.season.ledger import Ledger
from xlsx_eval.season.verify import verify
from xlsx_eval.season.workspace import Workspace


@pytest.fixture
def season(tmp_path: Path) -> Workspace:
    """Two rounds of one department, the second with answers, and one of another."""
    workspace = made(tmp_path / "season")
    drop(workspace, "a.xlsx", form("105001", 编制数=10, 年末在职人数=12))
    drop(workspace, "b.xlsx", form("102001", 编制数=3))
    collected(workspace)
    name = next(name for name in returned(workspace) if "105001" in name)
    book = openpyxl.load_workbook(workspace.outbox / name)
    sheet = book["问题清单"]
    column = [cell.value for cell in sheet[5]].index("整改说明（部门填写）") + 1
    for row in range(6, sheet.max_row + 1):
        sheet.cell(row, column).value = "部门的答复"
    answered = io.BytesIO()
    book.save(answered)
    drop(workspace, "c.xlsx", answered.getvalue())
    collected(workspace)
    return workspace


def altered(workspace: Workspace, statement: str) -> str:
    """The faults once the ledger was altered by hand, past its own guards."""
    database = sqlite3.connect(workspace.ledger)
    for trigger in ("verdict_stays", "verdict_kept"):
        database.execute(f"DROP TRIGGER {trigger}")
    assert database.execute(statement).rowcount > 0
    database.commit()
    database.close()
    return "\n".join(verify(workspace).faults)


def test_what_nobody_touched_is_sound(season: Workspace) -> None:
    report = verify(season)
    assert (report.originals, report.verdicts, report.outdated, report.faults) == (3, 3, 0, ())


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (
            "UPDATE verdict SET figures = replace(figures, '12.0', '99.0')",
            "105001 第 1 轮：重新核对的填报数与台账不一致",
        ),
        (
            "UPDATE verdict SET standings = replace(standings, '部门的答复', '改过的') WHERE round = 2",
            "105001 第 2 轮：重新核对的整改状态或整改说明与台账不一致",
        ),
        ("UPDATE verdict SET content_digest = '00'", "内容指纹与台账不一致"),
        (
            "UPDATE verdict SET result = replace(result, '退回修改', '通过')",
            "退件名称与核对结果不一致",
        ),
        (
            "UPDATE verdict SET output = '退回修改/999.xlsx' WHERE round = 2",
            "105001 第 2 轮：部门或退件名称与收件记录不一致",
        ),
        (
            "UPDATE verdict SET department = '010203' WHERE department = '102001'",
            "010203 第 1 轮：核对结果的预算编码为“102001”",
        ),
        ("DELETE FROM verdict WHERE round = 2", "c.xlsx"),
        ("UPDATE verdict SET round = 5 WHERE round = 2", "105001 第 5 轮：轮次不连续，应为第 2 轮"),
        ("UPDATE arrival SET outcome = '旧版本' WHERE id = 3", "对应的收件记录为“旧版本”"),
        ("UPDATE verdict SET basis = '{}'", "核对依据不完整"),
        (
            "UPDATE verdict SET findings = '[' WHERE department = '102001'",
            "102001：台账中的核对结果已损坏",
        ),
        ("UPDATE verdict SET basis = '[]'", "105001 第 2 轮：核对依据与部门、轮次不一致"),
        ("DELETE FROM arrival WHERE id = 3", "105001 第 2 轮：没有对应的收件记录"),
    ],
)
def test_what_was_altered_is_told_and_where(season: Workspace, statement: str, words: str) -> None:
    assert words in altered(season, statement)


def test_one_broken_record_does_not_hide_the_others(season: Workspace) -> None:
    told = altered(season, "UPDATE verdict SET findings = '[' WHERE department = '102001'")
    assert told.count("已损坏") == 1
    assert verify(season).verdicts == 2


def test_verdicts_of_an_older_scheme_are_still_looked_at(season: Workspace) -> None:
    told = altered(season, "UPDATE verdict SET scheme_digest = 'x', round = round * 5 WHERE round = 2")
    assert told == "105001 第 10 轮：轮次不连续，应为第 2 轮\n105001 第 10 轮：核对依据与部门、轮次不一致"
    assert verify(season).outdated == 1


def test_another_program_is_told_and_no_fault(season: Workspace) -> None:
    told = altered(season, "UPDATE verdict SET program = 'x', figures = '{}' WHERE round = 2")
    report = verify(season)
    assert (told, report.foreign, report.outdated, report.reproduced) == ("", 1, 0, 2)


def aged(workspace: Workspace) -> None:
    """The ledger as the program of version 0.1.0 kept it: without what the last step added."""
    database = sqlite3.connect(workspace.ledger)
    database.executescript(
        "DROP TRIGGER verdict_stays;"
        "ALTER TABLE verdict DROP COLUMN program;"
        "ALTER TABLE review DROP COLUMN waived;"
        "ALTER TABLE review DROP COLUMN reviewer;"
        "UPDATE verdict SET scheme_digest = 'of version 0.1.0';"
        "CREATE TRIGGER verdict_stays BEFORE UPDATE ON verdict"
        " BEGIN SELECT RAISE (ABORT, 'a verdict is never changed'); END;"
        "INSERT INTO review (department, round, item, score, remark, entered, source)"
        " VALUES ('105001', 2, 'I|x', 1.5, '属实', '2023-04-02T09:00:00', 's');"
        "PRAGMA user_version = 3;"
    )
    database.close()


def test_an_old_ledger_is_sound_and_verified_without_a_change(season: Workspace) -> None:
    aged(season)
    before = season.ledger.read_bytes()
    report = verify(season)
    assert (report.originals, report.verdicts, report.foreign, report.faults) == (3, 3, 3, ())
    assert season.ledger.read_bytes() == before


def test_an_old_ledger_is_carried_on_and_stays_sound(season: Workspace) -> None:
    aged(season)
    drop(season, "d.xlsx", form("102001", 编制数=4))
    assert collected(season).outcomes == {"已受理": 1}
    report = verify(season)
    assert (report.verdicts, report.foreign, report.reproduced, report.faults) == (4, 3, 1, ())
    with Ledger(season.ledger, read_only=True) as ledger:
        (entry,) = ledger.reviews().values()
    assert (entry.score, entry.remark, entry.waived, entry.reviewer) == (1.5, "属实", False, "")


def test_an_old_ledger_still_tells_what_was_altered(season: Workspace) -> None:
    aged(season)
    database = sqlite3.connect(season.ledger)
    database.executescript(
        "DROP TRIGGER verdict_stays; UPDATE verdict SET round = 5 WHERE round = 2;"
        "CREATE TRIGGER verdict_stays BEFORE UPDATE ON verdict BEGIN SELECT RAISE (ABORT, 'x'); END"
    )
    database.close()
    assert "105001 第 5 轮：轮次不连续，应为第 2 轮" in verify(season).faults


def package(root: Path, ends: str) -> Path:
    """A small package whose files end their lines so."""
    (root / "inner" / "__pycache__").mkdir(parents=True)
    (root / "one.py").write_bytes(f"a = 1{ends}b = 2{ends}".encode())
    (root / "inner" / "two.toml").write_bytes(f"x = 1{ends}".encode())
    (root / "inner" / "__pycache__" / "one.pyc").write_bytes(ends.encode())
    return root


def test_the_program_is_known_by_its_code_and_data_and_not_by_how_it_was_installed(tmp_path: Path) -> None:
    unix, windows = package(tmp_path / "unix", "\n"), package(tmp_path / "windows", "\r\n")
    same = program_digest_of(unix)
    assert program_digest_of(windows) == same
    (windows / "inner" / "two.toml").write_text("x = 2\n", encoding="utf-8")
    assert program_digest_of(windows) != same
    (unix / "one.py").rename(unix / "three.py")
    assert program_digest_of(unix) != same
