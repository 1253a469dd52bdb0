"""The command line: what it prints, the codes it ends with, and that the README tells the truth."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click import Group

from xlsx_eval.cli import program, run
from xlsx_eval.cli.codes import code_of
from xlsx_eval.cli.tables import aligned, clean, display_width, show_table
from xlsx_eval.cli.words import LANGUAGES, Words, asked_language

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "samples"
INBOX = SAMPLES / "inbox"
READMES = ("README.md", "README.zh-CN.md")


def ran(*argv: str | Path, lang: str = "zh") -> tuple[int, str, str]:
    """Exit code, output and errors of a command line."""
    out, err = io.StringIO(), io.StringIO()
    code = run([*map(str, argv), "--lang", lang], out, err)
    return code, out.getvalue(), err.getvalue()


def commands(group: Group, above: str = "") -> Iterator[tuple[str, ...]]:
    """Every command as the words that call it."""
    for name, command in group.commands.items():
        if isinstance(command, Group):
            yield from ((name, *rest) for rest in commands(command))
        else:
            yield (name,)


COMMANDS = tuple(commands(program(Words("en"))))


def examples(readme: str) -> list[tuple[str, int]]:
    """Command lines of a README's sh blocks with the exit code their comment states, else 0."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    found = []
    for block in re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL):
        for line in block.splitlines():
            if line.startswith("xlsx-eval "):
                stated = re.search(r"#.*(?:exit code|退出码) (\d)", line)
                found.append((line.partition(" #")[0].strip(), int(stated[1]) if stated else 0))
    return found


class TestReadme:
    @pytest.mark.parametrize("readme", READMES)
    def test_every_command_stands_in_it(self, readme: str) -> None:
        called = [line for line, _ in examples(readme)]
        assert len(COMMANDS) > 10
        for words in COMMANDS:
            assert any(line.startswith(f"xlsx-eval {' '.join(words)}") for line in called), words

    @pytest.mark.parametrize("readme", READMES)
    def test_its_examples_run_as_printed(
        self, readme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shutil.copytree(SAMPLES, tmp_path / "samples")
        monkeypatch.chdir(tmp_path)
        printed = list(examples(readme))
        assert len(printed) >= len(COMMANDS)
        for line, stated in printed:
            code, out, err = ran(*shlex.split(line)[1:])
            assert code == stated, (line, out, err)

    @pytest.mark.parametrize("readme", READMES)
    def test_every_exit_code_and_output_is_told(self, readme: str) -> None:
        text = (ROOT / readme).read_text(encoding="utf-8")
        for word in (
            "退回修改/",
            "通过/",
            "待复核/",
            "无法读取/",
            "汇总表.xlsx",
            "results.jsonl",
            "findings.csv",
        ):
            assert word in text
        assert all(f"| {code} |" in text or f"{code} " in text for code in range(5))

    @pytest.mark.parametrize("words", COMMANDS)
    @pytest.mark.parametrize("lang", LANGUAGES)
    def test_help_has_an_example_that_calls_the_command(self, words: tuple[str, ...], lang: str) -> None:
        code, out, _ = ran(*words, "--help", lang=lang)
        assert code == 0
        assert f"xlsx-eval {' '.join(words)}" in out.rpartition("示例" if lang == "zh" else "Example")[2]
        assert "--lang" in out


class TestRun:
    def test_a_run_ends_in_words_that_say_where_things_are(self, tmp_path: Path) -> None:
        code, out, err = ran("run", INBOX, "-o", tmp_path / "out", "--workers", "0")
        assert (code, err) == (3, "")
        lines = out.splitlines()
        assert lines[0].startswith("[1/7] ")
        assert "共核对 7 个文件：通过 1，" in lines[7]
        assert lines[-1] == f"汇总表：{tmp_path / 'out' / '汇总表.xlsx'}"

    def test_the_same_run_in_english(self, tmp_path: Path) -> None:
        _, out, _ = ran("run", INBOX, "-o", tmp_path / "out", "--workers", "0", lang="en")
        assert "Judged 7 files: 1 passed" in out

    def test_limits_are_named_and_refuse_a_file(self, tmp_path: Path) -> None:
        words = ("run", INBOX, "-o", tmp_path / "out", "--workers", "0")
        code, out, _ = ran(*words, "--limit", "members=10", "--limit", "cells=2000")
        assert code == 3
        assert out.count("文件内容超出处理上限") == 6

    @pytest.mark.parametrize(
        ("limit", "told"),
        [
            ("rows=3", "没有“rows”这一项上限，可用：memory、total"),
            ("memory=9", "memory 应为 256 至"),
            ("cells=many", "cells 应为 1000 至 100000000 之间的整数"),
            ("cells", "cells 应为"),
        ],
    )
    def test_a_limit_that_is_none_says_what_there_is(self, limit: str, told: str, tmp_path: Path) -> None:
        code, _, err = ran("run", INBOX, "-o", tmp_path / "out", "--limit", limit)
        assert code == 2
        assert told in err

    def test_repeats_are_told(self, tmp_path: Path) -> None:
        (tmp_path / "in").mkdir()
        for name in ("a.xlsx", "b.xlsx"):
            shutil.copy(INBOX / "区教育局.xlsx", tmp_path / "in" / name)
        code, out, _ = ran("run", tmp_path / "in", "-o", tmp_path / "out", "--workers", "0")
        assert code == 0
        assert "重复报送：“b.xlsx”与“a.xlsx”内容相同" in out

    @pytest.mark.parametrize(
        ("states", "code"),
        [
            ((), 0),
            (("通过",), 0),
            (("通过", "待复核"), 2),
            (("待复核", "退回修改"), 1),
            (("无法读取", "退回修改", "待复核"), 3),
        ],
    )
    def test_the_gravest_outcome_decides_the_code(self, states: tuple[str, ...], code: int) -> None:
        assert code_of(states) == code


class TestCheck:
    def test_findings_stand_in_aligned_columns(self) -> None:
        code, out, _ = ran("check", INBOX / "区卫生健康局.xlsx")
        head, headings, *lines = out.splitlines()
        assert code == 1
        assert head.startswith("区卫生健康局.xlsx：退回修改，核定 ")
        assert headings.split() == ["代码", "结论", "位置", "填报", "应为", "说明"]
        place = display_width(headings[: headings.index("说明")])
        assert lines
        for line in lines:
            before = next(line[:end] for end in range(len(line)) if display_width(line[:end]) == place)
            assert before.endswith("  ")

    def test_a_faultless_workbook_says_so(self) -> None:
        code, out, _ = ran("check", INBOX / "区教育局.xlsx")
        assert (code, out.splitlines()[1]) == (0, "未发现问题。")

    def test_several_files_are_all_shown(self) -> None:
        code, out, err = ran("check", INBOX / "扫描件.xlsx", INBOX / "区教育局.xlsx", INBOX / "没有.xlsx")
        assert code == 3
        assert "区教育局.xlsx：通过" in out
        assert "扫描件.xlsx 无法读取" in err
        assert "没有找到文件" in err


class TestForms:
    def test_template_without_a_name_overwrites_nothing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        assert ran("template")[0] == 0
        (made,) = tmp_path.iterdir()
        assert made.name == "2022年度部门整体支出绩效自评表.xlsx"
        made.write_bytes(b"filled in meanwhile")
        code, _, err = ran("template")
        assert code == 2
        assert "已存在" in err
        assert made.read_bytes() == b"filled in meanwhile"

    def test_the_year_reaches_the_template(self, tmp_path: Path) -> None:
        ran("template", "-o", tmp_path / "a.xlsx", "--year", "2023")
        ran("template", "-o", tmp_path / "b.xlsx", "--year", "2024")
        assert (tmp_path / "a.xlsx").read_bytes() != (tmp_path / "b.xlsx").read_bytes()

    def test_strip_gives_back_what_was_sent(self, tmp_path: Path) -> None:
        ran("run", INBOX, "-o", tmp_path / "out", "--workers", "0")
        back = tmp_path / "out" / "退回修改" / "区卫生健康局_第1轮.xlsx"
        assert ran("strip", back, "-o", tmp_path / "a.xlsx")[0] == 0
        assert (tmp_path / "a.xlsx").read_bytes() == (INBOX / "区卫生健康局.xlsx").read_bytes()

    def test_unknown_values_are_one_line_and_no_traceback(self, tmp_path: Path) -> None:
        (tmp_path / "v.toml").write_text('"单位名" = "甲"\n', encoding="utf-8")
        code, out, err = ran("fill", tmp_path / "v.toml", "-o", tmp_path / "a.xlsx")
        assert (code, out) == (2, "")
        assert err.startswith("错误：")
        assert "Traceback" not in err
        assert not (tmp_path / "a.xlsx").exists()


class TestExplain:
    def test_a_code_is_explained_in_any_case(self) -> None:
        code, out, _ = ran("explain", "e01")
        assert code == 0
        assert out.startswith("E01  错误  ")
        assert "处理办法：" in out

    def test_without_a_code_all_are_listed(self) -> None:
        code, out, _ = ran("explain")
        assert code == 0
        assert len(out.splitlines()) > 20

    def test_an_unknown_code_gets_a_suggestion(self) -> None:
        code, _, err = ran("explain", "E011")
        assert code == 2
        assert "E01" in err


class TestOperator:
    @pytest.mark.parametrize(
        "argv",
        [
            (),
            ("nonsense",),
            ("run",),
            ("run", "没有这个文件夹", "-o", "x"),
            ("check", "--scheme", "没有这个方案", "a.xlsx"),
            ("scheme", "check", "没有.toml"),
            ("fill", "没有.toml", "-o", "x.xlsx"),
            ("strip", "没有.xlsx", "-o", "x.xlsx"),
            ("template", "--year", "abc"),
        ],
    )
    @pytest.mark.parametrize("lang", LANGUAGES)
    def test_mistakes_end_in_code_2_and_one_line(
        self, argv: tuple[str, ...], lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        code, _, err = ran(*argv, lang=lang)
        assert code == 2
        if argv:
            assert len(err.splitlines()) == 1, err
            assert "Traceback" not in err
        assert list(tmp_path.iterdir()) == []

    def test_a_folder_that_cannot_be_written_is_one_line(self, tmp_path: Path) -> None:
        (tmp_path / "out").write_bytes(b"")
        code, _, err = ran("run", INBOX, "-o", tmp_path / "out" / "deeper", "--workers", "0")
        assert code == 2
        assert err.startswith("错误：无法写入 ")

    def test_the_installed_program_survives_a_console_without_chinese(self) -> None:
        environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
        call = "from xlsx_eval.cli import main; main()"
        done = subprocess.run(
            [sys.executable, "-c", call, "check", str(INBOX / "区卫生健康局.xlsx"), "--lang", "zh"],
            capture_output=True,
            env=environment,
            cwd=ROOT,
            check=False,
        )
        assert done.returncode == 1, done.stderr
        assert b"E01" in done.stdout

    def test_pandas_is_not_loaded_for_a_single_file(self) -> None:
        call = "import sys, xlsx_eval.cli; sys.exit('pandas' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", call], cwd=ROOT, check=False).returncode == 0


class TestWords:
    def test_every_sentence_stands_in_both_languages_with_the_same_parts(self) -> None:
        from xlsx_eval.cli.words import _table

        assert len(_table()) > 50
        for key, texts in _table().items():
            assert set(texts) == set(LANGUAGES), key
            parts = [set(re.findall(r"{(\w+)}", text)) for text in texts.values()]
            assert parts[0] == parts[1], key

    @pytest.mark.parametrize(
        ("argv", "system", "language"),
        [
            (["check", "--lang", "en"], "zh_CN.UTF-8", "en"),
            (["--lang=zh", "check"], "en_US.UTF-8", "zh"),
            (["check"], "zh_CN.UTF-8", "zh"),
            (["check"], "de_DE.UTF-8", "en"),
            (["check", "--lang", "fr"], "zh_CN.UTF-8", "zh"),
        ],
    )
    def test_the_language_is_the_one_asked_for_else_the_systems(
        self, argv: list[str], system: str, language: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("LC_ALL", system)
        assert asked_language(argv) == language


class TestTables:
    def test_chinese_takes_two_columns(self) -> None:
        lines = aligned([["代码", "说明"], ["E01", "自评"], ["重复报送", "x"]])
        assert lines == ["代码      说明", "E01       自评", "重复报送  x"]

    def test_a_narrow_screen_cuts_no_sentence(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class Screen(io.StringIO):
            def isatty(self) -> bool:
                return True

        monkeypatch.setenv("COLUMNS", "40")
        message = "“家庭医生签约率”自评8分，按评分标准应为6.4分，未达到目标"
        screen = Screen()
        with contextlib.redirect_stdout(screen):
            show_table(["代码", "说明"], [["E01", message]])
        cells = [line.split("│")[2] for line in screen.getvalue().splitlines() if line.startswith("│")]
        assert "".join(re.sub(r"\x1b\[[0-9;]*m", "", cell).strip() for cell in cells) == message

    def test_a_cell_cannot_steer_the_terminal(self) -> None:
        assert clean("a\x1b[31mb\nc\td") == "a\ufffd[31mb c d"


@pytest.mark.parametrize(
    ("lang", "told"), [("zh", "程序自身出错，不能据此认为任何文件有误"), ("en", "The program itself failed")]
)
def test_a_failure_of_the_program_has_a_code_of_its_own(
    lang: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise ZeroDivisionError("drawn by the test")

    monkeypatch.setattr("xlsx_eval.cli.forms.strip_marks", failing)
    code, out, err = ran("strip", INBOX / "区教育局.xlsx", "-o", "unused.xlsx", lang=lang)
    assert (code, out) == (4, "")
    assert "ZeroDivisionError: drawn by the test" in err
    assert told in err.splitlines()[-1]
