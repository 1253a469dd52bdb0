"""What LibreOffice makes of our workbooks: it opens them, agrees with them, and what it saves can be stripped."""

from __future__ import annotations

import io
import os
import subprocess
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from office import recalculate, recalculated
from packages import parts_of, require_corpus, with_note, workbook_parts, worksheet, zipped
from test_xlsx_corpus import work

from xlsx_eval.errors import Unreadable
from xlsx_eval.xlsx import AddedSheet, Mark, NewCell, NewRow, annotate_book, strip_marks
from xlsx_eval.xlsx.package.parts import Package

ROWS = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>年初预算数</t></is></c><c r="B1" t="inlineStr"><is><t>7.50.</t></is></c></row>'
    '<row r="2"><c r="A2" t="inlineStr"><is><t>决算数</t></is></c><c r="B2"><v>6</v></c></row>'
)
NAMES = '<definedNames><definedName name="预算数">基础数据!$B$1</definedName></definedNames>'
MARKS = [
    Mark("基础数据", "B1", "错误", "E07 单元格为 “7.50.”，按 7.5 读取。\n请改为数字。"),
    Mark("基础数据", "C9", "提示", "N02 空白。"),
]


def _book() -> bytes:
    return zipped(workbook_parts({"基础数据": worksheet(ROWS)}, NAMES))


def _sheets() -> list[AddedSheet]:
    read = NewCell(7.5, formula='IF(EXACT(基础数据!B1&"","7.50."),7.5,基础数据!B1)')
    blank = NewCell("", formula='IF(LEN(基础数据!B3)=0,"",基础数据!B3)')
    score = (
        NewCell(0.8, formula="决算数/预算数"),
        NewCell("达标", formula='IF(预算数>=7.5,"达标","未达标")'),
        NewCell("无法计算", formula='IFERROR(空白数*1,"无法计算")'),
        NewCell(2.0, formula="IFS(1=2,1,TRUE,2)"),
    )
    names = {"预算数": "取数表!$A$1", "空白数": "取数表!$A$2", "决算数": "基础数据!$B$2"}
    return [
        AddedSheet("评分表", (NewRow(score),), names=names, repeat_rows=(1, 1), frozen="A2"),
        AddedSheet("取数表", (NewRow((read,)), NewRow((blank,)))),
    ]


@pytest.mark.xdist_group("office")
def test_names_scoped_to_our_sheet_shadow_those_of_the_workbook(tmp_path: Path) -> None:
    values = recalculate(annotate_book(_book(), MARKS, _sheets()), tmp_path)
    assert values["评分表"] == {"A1": 0.8, "B1": "达标", "C1": "无法计算", "D1": 2}
    assert values["取数表"]["A1"] == 7.5


@pytest.mark.xdist_group("office")
def test_libreoffice_saves_our_workbook_and_ours_is_found_and_removed(tmp_path: Path) -> None:
    saved = recalculated(annotate_book(_book(), MARKS, _sheets()), tmp_path)
    assert any(b"xlsx-eval" in data for data in parts_of(saved).values())
    stripped = strip_marks(saved)
    package = Package.open(stripped)
    assert [sheet.name for sheet in package.sheets] == ["基础数据"]
    assert not [name for name in package.names if b"xlsx-eval" in package.read(name)]
    assert not [name for name in package.names if b"_xlsx_eval" in package.read(name)]
    assert not [name for name in package.names if "comments" in name or name.endswith(".vml")]
    book = openpyxl.load_workbook(io.BytesIO(stripped))
    assert list(book.defined_names) == ["预算数"]
    assert book["基础数据"]["B2"].value == 6
    again = annotate_book(saved, MARKS, _sheets())
    assert annotate_book(again, MARKS, _sheets()) == again
    assert recalculate(again, tmp_path)["评分表"]["A1"] == 0.8


@pytest.mark.xdist_group("office")
def test_a_department_s_own_note_survives_libreoffice_and_stripping(tmp_path: Path) -> None:
    marks = [Mark("Sheet1", "B1", "错误", "E01"), Mark("Sheet1", "D4", "错误", "E02")]
    saved = recalculated(annotate_book(zipped(with_note("<t>部门的批注</t>")), marks, []), tmp_path)
    notes = openpyxl.load_workbook(io.BytesIO(strip_marks(saved)))["Sheet1"]
    assert notes["B1"].comment.text == "部门的批注"
    assert notes["D4"].comment is None


@pytest.mark.xdist_group("office")
def test_libreoffice_opens_what_it_opened_before_and_sees_the_same_values(tmp_path: Path) -> None:
    every = 1 if os.environ.get("XLSX_EVAL_CORPUS") == "all" else 50
    compared = 0
    for path in require_corpus()[7::every]:
        data = path.read_bytes()
        try:
            result = annotate_book(data, *work(data))
        except Unreadable:
            continue
        try:
            before = recalculate(data, tmp_path)
        except (AssertionError, subprocess.TimeoutExpired):
            continue
        after = recalculate(result, tmp_path)
        assert {name: _lasting(after[name]) for name in before} == {
            name: _lasting(values) for name, values in before.items()
        }, path
        compared += 1
    assert compared > 5


def _lasting(values: dict[str, object]) -> dict[str, object]:
    """Values but those that tell the time of day."""
    return {cell: value for cell, value in values.items() if not isinstance(value, datetime)}
