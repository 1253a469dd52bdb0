"""What goes back to a department: its workbook as it came, our marks, and three live sheets."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from damage import Editor
from forms import judge, scheme
from office import recalculate, require_office

from xlsx_eval import annotate, evaluate
from xlsx_eval.cell import Address, CellRef
from xlsx_eval.drawing.marked.problems import marks_of
from xlsx_eval.drawing.marked.sources import live_value
from xlsx_eval.form.fill import fill
from xlsx_eval.formula import compile_formula
from xlsx_eval.reading.entries import Answer
from xlsx_eval.xlsx import strip_marks
from xlsx_eval.xlsx.read.workbook import read_book

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = sorted((ROOT / "samples" / "inbox").glob("区*.xlsx"))
CONFORM = ROOT.parent / "shared" / "tools" / "xlsx_conform.py"
OURS = ("问题清单", "评分表", "勾稽表", "取数表")


@cache
def annotated(path: Path) -> bytes:
    data = path.read_bytes()
    return annotate(data, evaluate(data, scheme()))


def cached_values(data: bytes) -> dict[str, dict[str, Any]]:
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    return {
        sheet.title: {cell.coordinate: cell.value for row in sheet.iter_rows() for cell in row}
        for sheet in book.worksheets
    }


def same(ours: object, theirs: object) -> bool:
    if isinstance(ours, int | float) and isinstance(theirs, int | float):
        return abs(ours - theirs) <= 1e-9
    return (ours if ours != "" else None) == (theirs if theirs != "" else None)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_an_office_program_computes_what_we_wrote(path: Path, tmp_path: Path) -> None:
    written, theirs = cached_values(annotated(path)), recalculate(annotated(path), tmp_path)
    for sheet in ("评分表", "勾稽表", "取数表"):
        differing = {
            ref: (value, theirs[sheet].get(ref))
            for ref, value in written[sheet].items()
            if not same(value, theirs[sheet].get(ref))
        }
        assert differing == {}


def test_a_correction_in_the_input_sheet_moves_the_score(tmp_path: Path) -> None:
    require_office()
    path = next(path for path in SAMPLES if path.stem == "区应急管理局")
    book = openpyxl.load_workbook(io.BytesIO(annotated(path)))
    book["基础数据"]["E13"] = 2500
    stream = io.BytesIO()
    book.save(stream)
    scores = recalculate(stream.getvalue(), tmp_path)["评分表"]
    row = next(int(ref[1:]) for ref, value in scores.items() if ref[0] == "D" and value == "预算完成率")
    assert cached_values(annotated(path))["评分表"][f"I{row}"] == 0
    assert scores[f"I{row}"] == 2
    assert scores[f"G{row}"] == pytest.approx(2500 / 2624.8)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_taking_our_marks_off_gives_back_what_came(path: Path) -> None:
    stripped = strip_marks(annotated(path))
    before, after = (zipfile.ZipFile(io.BytesIO(data)) for data in (path.read_bytes(), stripped))
    assert before.namelist() == after.namelist()
    assert all(before.read(name) == after.read(name) for name in before.namelist())


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_our_own_file_sent_back_untouched_is_judged_and_annotated_the_same(path: Path) -> None:
    again = annotated(path)
    second = evaluate(again, scheme())
    assert second.findings == evaluate(path.read_bytes(), scheme()).findings
    assert annotate(again, second) == annotated(path)


def test_members_that_need_no_change_are_the_same_bytes() -> None:
    path = SAMPLES[0]
    before, after = (zipfile.ZipFile(io.BytesIO(data)) for data in (path.read_bytes(), annotated(path)))
    untouched = [name for name in before.namelist() if "theme" in name or "docProps/core" in name]
    assert untouched
    assert all(before.read(name) == after.read(name) for name in untouched)
    assert set(before.namelist()) <= set(after.namelist())


def test_the_sheets_are_appended_behind_the_departments_own() -> None:
    names = [sheet.name for sheet in read_book(annotated(SAMPLES[0])).sheets]
    assert names == [sheet.name for sheet in scheme().sheets] + list(OURS)


def test_every_finding_with_a_cell_is_noted_there_and_listed() -> None:
    path = next(path for path in SAMPLES if path.stem == "区应急管理局")
    found = evaluate(path.read_bytes(), scheme()).findings
    book = openpyxl.load_workbook(io.BytesIO(annotated(path)))
    for number, item in enumerate(found, start=1):
        assert item.message in book[item.sheet][item.cell].comment.text
        row = [cell.value for cell in book["问题清单"][5 + number]]
        assert row[:4] == [number, item.verdict, item.code, f"{item.sheet}!{item.cell}"]
    assert book["问题清单"].max_row == 5 + len(found)


def test_a_faultless_workbook_gets_no_finding_at_all() -> None:
    path = next(path for path in SAMPLES if path.stem == "区教育局")
    judged = evaluate(path.read_bytes(), scheme())
    assert judged.findings == ()
    assert (judged.state, judged.grade) == ("通过", "优")


def test_text_of_a_department_never_becomes_a_formula() -> None:
    data = fill({"单位名称": "=HYPERLINK(1)", "填报人": "+1"}, scheme())
    book = openpyxl.load_workbook(io.BytesIO(annotate(data, evaluate(data, scheme()))))
    listed = [cell for row in book["问题清单"].iter_rows() for cell in row if cell.value]
    assert all(cell.data_type != "f" for cell in listed)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("7.50.", 7.5),
        (77.6, 0.776),
        ('说"了"', None),
        (" ", None),
        (None, None),
        (12.0, 12.0),
        ("甲" * 300, None),
        ("多行\n文字", None),
    ],
)
def test_the_live_reading_gives_the_value_we_read(raw: object, value: object) -> None:
    field = scheme().fields["支出合计_决算数"]
    formula = compile_formula(
        live_value(Answer(field, Address("基础数据", CellRef.parse("E13")), raw, value), "基础数据!E13")
    )  # type: ignore[arg-type]
    assert formula.evaluate(lambda name: raw) == pytest.approx("" if value is None else value)  # type: ignore[arg-type,return-value]


@pytest.mark.parametrize(
    ("name", "raw", "value", "corrected", "then"),
    [
        ("自定指标_实际完成值", 0.9025, 90.25, 0.97, 97),
        ("公用经费控制率_指标值", 98.5, 0.985, 97, 0.97),
        ("公用经费控制率_指标值", 98.5, 0.985, 0.97, 0.97),
    ],
)
def test_a_figure_read_in_other_units_is_read_so_after_a_correction(
    name: str, raw: float, value: float, corrected: float, then: float
) -> None:
    answer = Answer(scheme().fields[name], Address("甲", CellRef.parse("B2")), raw, value)
    formula = compile_formula(live_value(answer, "甲!B2"))
    assert formula.evaluate(lambda cell: raw) == pytest.approx(value, abs=1e-12)
    assert formula.evaluate(lambda cell: corrected) == pytest.approx(then, abs=1e-12)
    assert formula.evaluate(lambda cell: None) == ""


def test_the_live_reading_follows_a_correction() -> None:
    field = scheme().fields["支出合计_决算数"]
    formula = compile_formula(
        live_value(Answer(field, Address("基础数据", CellRef.parse("E13")), "7.50.", 7.5), "基础数据!E13")
    )
    assert formula.evaluate(lambda name: 8.25) == 8.25


def test_nothing_we_write_has_a_defect(tmp_path: Path) -> None:
    if not CONFORM.exists():
        pytest.skip("the conformance checker is not beside the repository")
    files = []
    for path in SAMPLES:
        (tmp_path / path.name).write_bytes(annotated(path))
        files.append(str(tmp_path / path.name))
    done = subprocess.run([sys.executable, str(CONFORM), *files], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_findings_are_the_same_on_every_run() -> None:
    values = {"单位名称": "教育局", "支出合计_年初预算数": 100, "支出合计_决算数": 80, "自评总分": 97}
    assert judge(**values).findings == judge(**values).findings


def test_the_list_begins_with_what_to_mend_first_and_says_what_kind_each_finding_is() -> None:
    editor = (
        Editor()
        .set("基础数据", "E13", 51432.18)
        .set("指标自评", "H12", 0.9917)
        .set("基础数据", "B15", 41234.56)
    )
    evaluation = evaluate(editor.save(), scheme())
    sheet = openpyxl.load_workbook(io.BytesIO(annotate(editor.save(), evaluation)))["问题清单"]
    assert str(sheet["A3"].value).startswith(
        "先改这 1 处，核对“几处之一”1 条，其余 1 条将随之消除或按更正后的数改正。"
    )
    rows = {row[3].value: row for row in sheet.iter_rows(min_row=6)}
    assert str(rows["基础数据!E13"][7].value).startswith("〔先改〕")
    assert str(rows["指标自评!H12"][7].value).startswith("〔随 E13 更正〕更正 E13 后，")
    assert str(rows["基础数据!B14"][7].value).startswith("〔几处之一，请核对〕")
    assert [rows[place][6].value for place in ("基础数据!E13", "基础数据!B14")] == ["51342.18", "待核对"]


def test_cells_that_may_be_wrong_and_cells_that_only_follow_look_different() -> None:
    editor = Editor().set("基础数据", "E13", 51432.18).set("基础数据", "B15", 41234.56)
    marks = {(mark.sheet, mark.cell): mark for mark in marks_of(evaluate(editor.save(), scheme()))}
    assert marks["基础数据", "E13"].level == "错误"
    assert marks["基础数据", "B28"].level == "关联"
    assert marks["基础数据", "B15"].level == "备选"
    assert "若为本格，应为 39880.75" in marks["基础数据", "B15"].text
