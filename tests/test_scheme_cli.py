"""`scheme` on the command line: check, diff, export, import, and a scheme's workbook wherever a scheme is asked for."""

from __future__ import annotations

import io
import tomllib
from pathlib import Path

import openpyxl
import pytest

from xlsx_eval.cli import run
from xlsx_eval.form.fill import fill
from xlsx_eval.run.effect import workbooks
from xlsx_eval.scheme import load_scheme
from xlsx_eval.scheme.load import read_raw


def ran(*argv: str | Path) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    code = run([*map(str, argv), "--lang", "zh"], out, err)
    return code, out.getvalue(), err.getvalue()


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "方案.xlsx"
    assert ran("scheme", "export", "project", "-o", path)[0] == 0
    return path


def edit(path: Path, sheet: str, old: object, new: object) -> None:
    book = openpyxl.load_workbook(path)
    cell = next(cell for row in book[sheet].iter_rows() for cell in row if cell.value == old)
    cell.value = new
    book.save(path)


def test_export_and_import_give_the_scheme_back(book: Path, tmp_path: Path) -> None:
    target = tmp_path / "方案.toml"
    assert ran("scheme", "import", book, "-o", target)[0] == 0
    assert tomllib.loads(target.read_text(encoding="utf-8")) == read_raw("project")[2]


def test_check_says_a_workbook_is_sound_or_where_it_is_not(book: Path) -> None:
    code, out, _ = ran("scheme", "check", book)
    assert (code, "没有发现问题" in out) == (0, True)
    edit(book, "指标", "=项目执行数/项目预算数", "=项目执行/项目预算数")
    code, out, err = ran("scheme", "check", book)
    assert code == 2
    assert "工作表“指标” F5：没有“项目执行”这个数据项；是否应为“项目执行数”" in out
    assert "改正后才能使用" in err


def test_a_faulty_workbook_is_not_imported(book: Path, tmp_path: Path) -> None:
    edit(book, "指标", 10, "十分")
    code, _, err = ran("scheme", "import", book, "-o", tmp_path / "方案.toml")
    assert code == 2
    assert "分值应为数字，现为“十分”" in err
    assert not (tmp_path / "方案.toml").exists()


def test_diff_tells_what_changed_and_whose_score_would(book: Path, tmp_path: Path) -> None:
    scheme = load_scheme("project")
    folder = tmp_path / "去年"
    folder.mkdir()
    values = {"单位名称": "甲局", "年度资金总额_全年预算数": 100, "年度资金总额_全年执行数": 50}
    (folder / "甲局.xlsx").write_bytes(fill(values, scheme))
    edit(book, "评分规则", "正比例", "分档")
    opened = openpyxl.load_workbook(book)
    rules = opened["评分规则"]
    for row in rules.iter_rows():
        for cell in row:
            if cell.value == 1 and cell.number_format == "0%":
                cell.value = None
            if cell.value == "【要点和分档】":
                entries = cell.row + 2
    for offset, (text, points) in enumerate([("≥90%", 10), ("<90%", 0)]):
        rules.cell(entries + offset, 1).value = 1
        rules.cell(entries + offset, 2).value = text
        rules.cell(entries + offset, 3).value = points
    for row in opened["示例"].iter_rows(min_row=5):
        for cell in row:
            cell.value = None
    opened.save(book)
    code, out, err = ran("scheme", "diff", "project", book, folder)
    assert (code, err) == (0, "")
    assert "修改指标“预算执行率”：规则由“正比例”改为“分档”" in out
    assert "甲局：5→0 分（-5）" in out
    assert "共 1 个工作簿，1 个得分变化（其中 1 个下降）" in out


def test_a_scheme_that_equals_another_is_said_to(book: Path) -> None:
    assert ran("scheme", "diff", "project", book)[1] == "两个方案没有差别。\n"


def test_a_template_is_drawn_from_a_schemes_workbook(book: Path, tmp_path: Path) -> None:
    assert ran("template", "--scheme", book, "-o", tmp_path / "模板.xlsx")[0] == 0
    drawn = openpyxl.load_workbook(tmp_path / "模板.xlsx")
    assert drawn.sheetnames == [sheet.name for sheet in load_scheme("project").sheets]


def test_diff_over_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    code, _, err = ran("scheme", "diff", "default", "project", tmp_path / "没有")
    assert (code, err) == (2, f"错误：没有找到文件夹 {tmp_path / '没有'}\n")


def test_diff_counts_workbooks_of_every_kind_that_is_read(tmp_path: Path) -> None:
    for name in ("a.csv", "b.xltx", "c.xltm", "d.txt", "~$e.xlsx"):
        (tmp_path / name).write_bytes(b"")
    assert [path.name for path in workbooks(tmp_path)] == ["a.csv", "b.xltx", "c.xltm"]
