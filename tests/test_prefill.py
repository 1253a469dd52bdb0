"""One named template a department, with what the bureau knows filled in."""

from __future__ import annotations

import io
from pathlib import Path

from forms import codes_at, scheme

from xlsx_eval import evaluate
from xlsx_eval.cli import run
from xlsx_eval.roster import Department, draw_roster

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
