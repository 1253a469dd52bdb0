"""One named template a department, with what the bureau knows filled in."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from forms import codes_at, scheme

from xlsx_eval import evaluate
from xlsx_eval.cli import run
from xlsx_eval.scheme import load_scheme
from xlsx_eval.season.roster import Department, draw_roster
from xlsx_eval.season.workspace import init_workspace

DEPARTMENTS = (
    Department("010200", "区教育局", approved={"编制数": 120, "支出合计_年初预算数": 9860.5}),
    Department("102001", "区住房/城乡建设局"),
    Department("102002", "区档案馆", excused="并入区委办"),
)


def drawn(tmp_path: Path) -> tuple[int, Path]:
    draw_roster(tmp_path / "名册.xlsx", scheme(), DEPARTMENTS)
    argv = ["template", "--roster", str(tmp_path / "名册.xlsx"), "-o", str(tmp_path / "模板"), "--lang", "zh"]
    out = io.StringIO()
    return run(argv, out, out), tmp_path / "模板"


def test_every_department_that_has_to_file_gets_its_own(tmp_path: Path) -> None:
    code, folder = drawn(tmp_path)
    assert code == 0
    assert sorted(path.name for path in folder.iterdir()) == [
        "010200_区教育局.xlsx",
        "102001_区住房_城乡建设局.xlsx",
    ]


def test_what_the_bureau_knows_is_filled_in(tmp_path: Path) -> None:
    _, folder = drawn(tmp_path)
    judged = evaluate((folder / "010200_区教育局.xlsx").read_bytes(), scheme())
    assert (judged.department, judged.code) == ("区教育局", "010200")
    assert judged.submission.number("编制数") == 120
    assert judged.submission.number("支出合计_年初预算数") == 9860.5
    assert codes_at(judged, "评价年度") == set()


def test_a_template_that_was_filled_in_is_never_replaced(tmp_path: Path) -> None:
    _, folder = drawn(tmp_path)
    (folder / "010200_区教育局.xlsx").write_bytes(b"filled in by hand")
    code, _ = drawn(tmp_path)
    assert code == 2
    assert (folder / "010200_区教育局.xlsx").read_bytes() == b"filled in by hand"


def of_workspace(tmp_path: Path, *options: str) -> tuple[int, str]:
    """Templates for the roster of a workspace of another scheme and year; exit code and what was said."""
    if not (tmp_path / "season").exists():
        workspace = init_workspace(tmp_path / "season", "hunan", 2023)
        draw_roster(workspace.roster, workspace.scheme(), DEPARTMENTS[1:])
    roster = str(tmp_path / "season" / "roster.xlsx")
    out = io.StringIO()
    argv = ["template", "--roster", roster, "-o", str(tmp_path / "模板"), "--lang", "zh", *options]
    return run(argv, out, out), out.getvalue()


def test_the_roster_of_a_workspace_gives_templates_of_its_scheme_and_year(tmp_path: Path) -> None:
    code, told = of_workspace(tmp_path)
    assert code == 0, told
    hunan = load_scheme("hunan", year=2023)
    judged = evaluate((tmp_path / "模板" / "102001_区住房_城乡建设局.xlsx").read_bytes(), hunan)
    assert judged.code == "102001"
    assert judged.submission.number("评价年度") == 2023
    assert of_workspace(tmp_path, "--scheme", "hunan", "--year", "2023")[0] == 0


@pytest.mark.parametrize("options", [("--scheme", "default"), ("--year", "2022")])
def test_a_scheme_or_year_that_contradicts_the_workspace_is_refused(
    options: tuple[str, str], tmp_path: Path
) -> None:
    code, told = of_workspace(tmp_path, *options)
    assert code == 2
    assert "2023 年度；--scheme 或 --year 与之不符" in told
    assert not (tmp_path / "模板").exists()
