"""A workspace is made once, and its configuration is checked key by key."""

from __future__ import annotations

import datetime
import io
import pickle
from importlib.resources import files
from pathlib import Path

import pytest

from xlsx_eval.cli import run
from xlsx_eval.errors import Said, WorkspaceError
from xlsx_eval.run.allowance import DEFAULT_ALLOWANCE
from xlsx_eval.scheme.book import export_scheme, raw_tables
from xlsx_eval.season.workspace import CONFIG, SCHEME, init_workspace, open_workspace


def test_init_makes_folders_roster_manual_and_a_configuration_that_opens(tmp_path: Path) -> None:
    root = tmp_path / "2022年绩效"
    init_workspace(root)
    assert {path.name for path in root.iterdir()} == {
        *("inbox", "outbox", "archive"),
        *("roster.xlsx", "使用说明.txt", CONFIG),
    }
    workspace = open_workspace(root)
    assert workspace.scheme().year == 2022
    assert workspace.config.deadline is None
    assert "inbox" in (root / "使用说明.txt").read_text(encoding="utf-8-sig")


def test_init_takes_another_year(tmp_path: Path) -> None:
    init_workspace(tmp_path, year=2025)
    assert open_workspace(tmp_path).scheme().year == 2025


def test_init_changes_nothing_in_a_workspace(tmp_path: Path) -> None:
    init_workspace(tmp_path)
    (tmp_path / CONFIG).write_text("settle = 3\n", encoding="utf-8")
    with pytest.raises(WorkspaceError, match="已经是工作文件夹"):
        init_workspace(tmp_path)
    assert open_workspace(tmp_path).config.settle == 3


def test_a_roster_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "roster.xlsx").write_bytes(b"ours")
    init_workspace(tmp_path)
    assert (tmp_path / "roster.xlsx").read_bytes() == b"ours"


def test_a_deadline_is_a_date(tmp_path: Path) -> None:
    init_workspace(tmp_path)
    (tmp_path / CONFIG).write_text("deadline = 2023-04-30\n", encoding="utf-8")
    assert open_workspace(tmp_path).config.deadline == datetime.date(2023, 4, 30)


def test_the_limits_it_is_made_with_are_the_defaults(tmp_path: Path) -> None:
    init_workspace(tmp_path)
    assert open_workspace(tmp_path).config.allowed == DEFAULT_ALLOWANCE


def test_limits_are_set_in_mb_and_seconds(tmp_path: Path) -> None:
    init_workspace(tmp_path)
    (tmp_path / CONFIG).write_text("[limits]\nseconds = 7.5\ntotal = 64\ncells = 5000\n", encoding="utf-8")
    allowed = open_workspace(tmp_path).config.allowed
    assert (allowed.seconds, allowed.limits.total, allowed.limits.cells) == (7.5, 64 << 20, 5_000)
    assert (allowed.memory, allowed.limits.member) == (2_048, 256 << 20)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("settel = 1", "settel：没有这一项"),
        ("settle = -1", "settle：应为秒数"),
        ('deadline = "4月30日"', "deadline：应为日期"),
        ("year = 23", "year：应为四位年度"),
        ("polling = 1", 'polling：应为 "auto"、true 或 false'),
        ("workers = 1.5", "workers：应为进程数"),
        ('scheme = "没有的方案"', "scheme："),
        ('outbox = "inbox/out"', "outbox 不能放在 inbox 里面"),
        ('inbox = "."', "不能"),
        ('last_year = "."', "last_year：不能是本工作文件夹自己"),
        ('last_year = "inbox/.."', "last_year：不能是本工作文件夹自己"),
        ("scheme = ", "无法读取"),
        ("limits = 1", "limits：应为"),
        ("[limits]\nrows = 1", "limits.rows：没有这一项"),
        ("[limits]\nmemory = 1", "limits.memory：应为 256 至 1048576 之间的整数"),
        ("[limits]\ncells = 1e6", "limits.cells：应为 1000 至 100000000 之间的整数"),
        ("[limits]\nseconds = true", "limits.seconds：应为 1 至 86400 之间的数"),
    ],
)
def test_a_wrong_key_is_named_with_what_it_should_be(text: str, words: str, tmp_path: Path) -> None:
    init_workspace(tmp_path)
    (tmp_path / CONFIG).write_text(text, encoding="utf-8")
    with pytest.raises(WorkspaceError, match=words):
        open_workspace(tmp_path)


def test_all_wrong_keys_are_told_at_once(tmp_path: Path) -> None:
    init_workspace(tmp_path)
    (tmp_path / CONFIG).write_text('year = 1\nsettle = "x"\nnothing = 1\n', encoding="utf-8")
    with pytest.raises(WorkspaceError) as caught:
        open_workspace(tmp_path)
    assert len(caught.value.problems) == 3


def test_a_folder_that_is_no_workspace_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="请先运行 init"):
        open_workspace(tmp_path)


def test_a_scheme_file_is_copied_from_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = files("xlsx_eval").joinpath("schemes", "hunan.toml").read_text(encoding="utf-8")
    Path("ours.toml").write_text(text, encoding="utf-8")
    init_workspace(Path("season"), "./ours.toml", 2023)
    Path("ours.toml").unlink()
    workspace = open_workspace(tmp_path / "season")
    assert workspace.config.scheme == SCHEME
    assert (workspace.scheme().id, workspace.scheme().year) == ("hunan", 2023)
    assert (workspace.root / SCHEME).read_text(encoding="utf-8") == text


def test_a_scheme_workbook_becomes_the_scheme_file_of_the_workspace(tmp_path: Path) -> None:
    (tmp_path / "ours.xlsx").write_bytes(export_scheme(raw_tables("hunan")))
    init_workspace(tmp_path / "season", str(tmp_path / "ours.xlsx"))
    assert open_workspace(tmp_path / "season").scheme().id == "hunan"


def test_another_scheme_that_lies_there_is_not_replaced(tmp_path: Path) -> None:
    text = files("xlsx_eval").joinpath("schemes", "hunan.toml").read_text(encoding="utf-8")
    (tmp_path / "ours.toml").write_text(text, encoding="utf-8")
    (tmp_path / SCHEME).write_text("# theirs", encoding="utf-8")
    with pytest.raises(WorkspaceError, match="内容不同的方案文件"):
        init_workspace(tmp_path, str(tmp_path / "ours.toml"))
    assert (tmp_path / SCHEME).read_text(encoding="utf-8") == "# theirs"


def test_the_manual_says_how_templates_are_handed_out(tmp_path: Path) -> None:
    init_workspace(tmp_path)
    assert "xlsx-eval template --roster" in (tmp_path / "使用说明.txt").read_text(encoding="utf-8-sig")


def test_errors_are_told_in_the_language_that_was_asked_for(tmp_path: Path) -> None:
    for lang, words in (
        ("zh", f"错误：{tmp_path}：不是工作文件夹（没有 xlsx-eval.toml），请先运行 init\n"),
        ("en", f"Error: {tmp_path}: not a workspace (there is no xlsx-eval.toml); run init first\n"),
    ):
        err = io.StringIO()
        assert run(["status", str(tmp_path), "--lang", lang], io.StringIO(), err) == 2
        assert err.getvalue() == words


def test_a_configuration_that_is_no_toml_is_told_by_its_place_in_either_language(tmp_path: Path) -> None:
    init_workspace(tmp_path / "w")
    path = tmp_path / "w" / CONFIG
    path.write_text("year = 2022\ndeadline = 2023年4月30日\n", encoding="utf-8")
    with pytest.raises(WorkspaceError) as told:
        open_workspace(tmp_path / "w")
    assert told.value.told("zh") == "xlsx-eval.toml：无法读取：第 2 行第 16 列附近写法有误"
    assert told.value.told("en").startswith("xlsx-eval.toml: cannot be read: Expected newline")
    path.write_bytes("# 截止日期".encode("gbk"))
    with pytest.raises(WorkspaceError, match="不是 UTF-8 编码，请另存为 UTF-8"):
        open_workspace(tmp_path / "w")


def test_an_error_keeps_both_languages_on_its_way_between_processes() -> None:
    there = WorkspaceError("a", (Said("没有这个文件", "there is no such file"),))
    back = pickle.loads(pickle.dumps(there))
    assert (back.told("zh"), back.told("en")) == ("a：没有这个文件", "a: there is no such file")
