"""汇总表.xlsx: its figures, its sheets, and that an office program shows them whole."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from office import require_office, to_png
from results_inline import finding, indicator, result

from xlsx_eval.drawing.summary import draw_summary, repeats, row_of
from xlsx_eval.drawing.summary.figures import (
    band_counts,
    column_figures,
    department_gaps,
    largest,
    marks_frame,
    ranked,
    remark,
    shares,
    totals,
)
from xlsx_eval.judging.results import Result, json_line
from xlsx_eval.scheme import load_scheme

SCHEME = load_scheme()
CONFORM = Path(__file__).resolve().parents[1].parent / "shared" / "tools" / "xlsx_conform.py"
SHEETS = [
    "汇总",
    "排名",
    "部门×指标",
    "问题明细",
    "共性问题",
    "指标分析",
    "虚高与谦抑",
    "退回清单",
    "报送情况",
]


def department(name: str, code: str, score: float, claimed: float | None, **others: Any) -> Result:
    """A judged department with two indicators, 预算完成率 and the block 履职产出."""
    indicators = (
        indicator("预算完成率", 2, 2, 0.5),
        indicator("产量", 30, 29, 30, path=("履职产出", "数量"), own_row=0),
    )
    words: dict[str, Any] = {"indicators": indicators, "sha256": code * 10, "grade": SCHEME.grade(score)}
    return result(f"{name}.xlsx", code=code, score=score, claimed=claimed, **{**words, **others})


BATCH = (
    department("甲局", "101001", 95.0, 99.0, state="通过", money=1000.5),
    department("乙局", "102001", 95.0, 91.0, findings=(finding(), finding("E01", "错误", "自评偏高"))),
    department(
        "丙局",
        "103001",
        61.0,
        95.0,
        findings=(finding("C01", "待说明", "=1+1"),),
        state="待复核",
        money=20.25,
    ),
    department("丁局", "104001", 40.0, None, unscored=11.0, grade=None, findings=(finding(), finding())),
    Result("扫描件.xlsx", "ee" * 32, "无法读取", reason="文件是图片或扫描件，不是工作簿"),
)


def drawn(tmp_path: Path, results: Sequence[Result] = BATCH) -> bytes:
    """The summary of the results."""
    records = tmp_path / "results.jsonl"
    records.write_text("".join(map(json_line, results)), encoding="utf-8")
    rows = [row_of(one, f"{one.state}/{one.file}") for one in results]
    draw_summary(tmp_path / "汇总表.xlsx", rows, records, SCHEME)
    return (tmp_path / "汇总表.xlsx").read_bytes()


def sheets(data: bytes) -> dict[str, list[tuple[Any, ...]]]:
    """Rows of every sheet that hold anything."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    return {
        sheet.title: [
            row for row in sheet.iter_rows(values_only=True) if any(cell is not None for cell in row)
        ]
        for sheet in book.worksheets
    }


def line(rows: list[tuple[Any, ...]], first: object) -> tuple[Any, ...]:
    """The first row that begins with `first`."""
    return next(row for row in rows if row[0] == first)


class TestFigures:
    @given(st.lists(st.integers(0, 500), min_size=1, max_size=12))
    def test_shares_add_up_to_a_hundred(self, counts: list[int]) -> None:
        parts = shares(counts)
        assert round(sum(parts), 2) == (100.0 if sum(counts) else 0.0)
        for count, part in zip(counts, parts, strict=True):
            assert abs(part - 100 * count / (sum(counts) or 1)) < 0.01 + 1e-9

    def test_equal_scores_share_a_rank(self) -> None:
        assert [(rank, row.name) for rank, row in ranked([row_of(one, "") for one in BATCH])] == [
            (1, "甲局"),
            (1, "乙局"),
            (3, "丙局"),
            (4, "丁局"),
        ]

    def test_money_is_what_was_read(self) -> None:
        known = totals([row_of(one, "") for one in BATCH])
        assert (known.departments, known.money, known.mean, known.median) == (4, 1020.75, 72.75, 78.0)
        assert totals([]).money is None

    @pytest.mark.parametrize(
        ("score", "band"),
        [(100.0, 0), (90.0, 0), (89.999999, 0), (89.99, 1), (80, 1), (60, 2), (0, 3), (105, 0)],
    )
    def test_a_score_falls_into_one_band(self, score: float, band: int) -> None:
        assert band_counts([score], SCHEME) == [int(place == band) for place in range(4)]

    @pytest.mark.parametrize(
        ("score", "claimed", "words"),
        [
            (90.0, 95.0, "自评与核定基本一致"),
            (90.0, 95.5, "自评略偏高"),
            (80.0, 91.0, "自评明显偏高"),
            (60.0, 95.0, "自评严重偏高"),
            (95.0, 84.0, "自评明显偏低"),
            (90.0, None, "未填自评总分"),
        ],
    )
    def test_a_distant_self_score_is_remarked_on_by_bands(
        self, score: float, claimed: float | None, words: str
    ) -> None:
        assert remark(row_of(result(score=score, claimed=claimed), ""), SCHEME) == words

    def test_no_remark_while_points_are_unscored(self) -> None:
        row = row_of(result(score=40.0, claimed=93.0, unscored=11.0, grade=None), "")
        assert remark(row, SCHEME) == "尚有 11 分未核定，暂不评价"

    def test_an_indicator_over_all_departments(self) -> None:
        marks = marks_frame([row_of(one, "") for one in BATCH])
        figures = column_figures(marks, "预算完成率")
        assert (figures.scored, figures.rate, figures.claimed_rate) == (4, 0.25, 1.0)
        assert (figures.losing, figures.inflated, figures.modest) == (4, 4, 0)
        assert column_figures(marks, "履职产出").modest == 4

    def test_an_indicator_that_does_not_apply_counts_for_nobody(self) -> None:
        parts = (indicator("预算完成率", 2, 2, None, state="不适用"),)
        rows = [row_of(department("甲局", "1", 90, 90, indicators=parts), "")]
        assert rows[0].marks[0].word == "不适用"
        assert column_figures(marks_frame(rows), "预算完成率").unscored == 0

    def test_gaps_compare_only_what_has_both_scores(self) -> None:
        parts = (indicator("预算完成率", 2, 2, 0.5), indicator("公用经费控制率", 2, 2, None))
        rows = [row_of(department("甲局", "1", 90, 95, indicators=parts), "")]
        (gap,) = department_gaps(rows, marks_frame(rows))
        assert (gap.columns, gap.points, gap.above) == (1, 2.0, 1.5)
        assert largest([gap], above=True, most=5) == [gap]
        assert largest([gap], above=False, most=5) == []

    def test_a_repeat_is_told_by_bytes_first_and_by_code_else(self) -> None:
        rows = [
            row_of(result("甲.xlsx", sha256="1", code="101001"), ""),
            row_of(result("乙.xlsx", sha256="1", code="101001"), ""),
            row_of(result("丙.xlsx", sha256="2", code="101001"), ""),
            row_of(Result("丁.pdf", "3", "无法读取"), ""),
            row_of(Result("戊.pdf", "4", "无法读取"), ""),
            row_of(Result("己.xlsx", "", "无法读取"), ""),
            row_of(Result("庚.xlsx", "", "无法读取"), ""),
        ]
        assert [str(one) for one in repeats(rows)] == ["与“甲.xlsx”内容相同", "与“甲.xlsx”预算编码相同"]


class TestSheets:
    def test_it_holds_every_sheet_in_order(self, tmp_path: Path) -> None:
        assert list(sheets(drawn(tmp_path))) == SHEETS

    def test_overall_counts_every_file(self, tmp_path: Path) -> None:
        rows = sheets(drawn(tmp_path))["汇总"]
        assert line(rows, "通过")[1:3] == (1, 20)
        assert line(rows, "退回修改")[1:3] == (2, 40)
        assert line(rows, "合计")[1:3] == (5, 100)
        assert line(rows, "涉及资金")[1] == 1020.75
        assert line(rows, "优")[1:3] == (2, 50)
        assert line(rows, "待定")[1] == 1

    def test_ranking_marks_a_grade_as_pending(self, tmp_path: Path) -> None:
        rows = sheets(drawn(tmp_path))["排名"]
        last = line(rows, 4)
        assert last[2:10] == ("丁局", "退回修改", None, 40, None, 11, "优", "待定")
        assert line(rows, 1)[-2] == "预算安排优先保障"

    def test_the_matrix_has_a_line_a_department_and_its_feet(self, tmp_path: Path) -> None:
        rows = sheets(drawn(tmp_path))["部门×指标"]
        heads = next(row for row in rows if row[0] == "预算编码")
        place = heads.index("1.04 预算完成率")
        assert [row[place] for row in rows[-7:-3]] == [0.5, 0.5, 0.5, 0.5]
        assert [row[1] for row in rows[-3:]] == ["分值", "平均得分率", "失分部门数"]
        assert [row[place] for row in rows[-3:]] == [2, 0.25, 4]

    def test_the_matrix_says_why_a_score_is_no_number(self, tmp_path: Path) -> None:
        parts = (
            indicator("预算完成率", 2, 2, None, state="不适用"),
            indicator("支付进度率", 1, 1, None, state="待复核"),
            indicator("结转结余率", 2, 2, None),
        )
        rows = sheets(drawn(tmp_path, (department("甲局", "101001", 90, 90, indicators=parts),)))["部门×指标"]
        heads, values = (next(row for row in rows if row[0] == first) for first in ("预算编码", "101001"))
        shown = dict(zip(heads, values, strict=True))
        assert (shown["1.04 预算完成率"], shown["1.05 支付进度率"]) == ("不适用", "待复核")
        assert shown["1.08 结转结余率"] is None

    def test_every_finding_is_listed_and_grouped(self, tmp_path: Path) -> None:
        book = sheets(drawn(tmp_path))
        assert [row[3] for row in book["问题明细"][3:]] == ["C01", "E01", "C01", "C01", "C01"]
        common = line(book["共性问题"], "C01")
        assert (common[1], common[3], common[4], common[5]) == ("错误", 3, 0.75, 4)
        assert common[6] == "乙局：合计不符"

    def test_sent_back_says_why(self, tmp_path: Path) -> None:
        rows = sheets(drawn(tmp_path))["退回清单"]
        assert line(rows, 1)[7] == "1.合计不符\n2.自评偏高"
        assert line(rows, 3)[2:5] == ("扫描件", "扫描件.xlsx", "无法读取")
        assert line(rows, 3)[7] == "文件是图片或扫描件，不是工作簿"

    def test_every_file_is_listed_with_what_became_of_it(self, tmp_path: Path) -> None:
        rows = sheets(drawn(tmp_path, (*BATCH, department("甲局二", "101001", 80, 80, sha256="101001" * 10))))
        files = rows["报送情况"]
        assert line(files, 6)[8] == "与“甲局.xlsx”内容相同"
        assert line(files, 5)[4:8] == ("无法读取", 1, "e" * 12, "无法读取/扫描件.xlsx")
        assert line(rows["汇总"], "合计")[3] == "其中重复报送 1 份，均单独计入，见“报送情况”"

    def test_text_never_becomes_a_formula_or_a_link(self, tmp_path: Path) -> None:
        risky = '=HYPERLINK("http://x","y")'
        data = drawn(
            tmp_path, (department(risky, "+1", 90, 90, findings=(finding(found=risky, message=risky),)),)
        )
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = [name for name in package.namelist() if name.startswith("xl/worksheets/sheet")]
            assert len(names) > 5
            for name in names:
                part = package.read(name).decode("utf-8")
                assert not re.search(r"<f[ >]|<hyperlink", part), name

    def test_charts_are_native_and_carry_their_data(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(io.BytesIO(drawn(tmp_path))) as package:
            charts = [package.read(name).decode() for name in package.namelist() if "charts/chart" in name]
        assert len(charts) == 3
        assert all("<c:numCache>" in chart for chart in charts)
        assert "甲局" in charts[2]

    def test_headings_stay_and_pages_are_a4(self, tmp_path: Path) -> None:
        book = openpyxl.load_workbook(io.BytesIO(drawn(tmp_path)))
        for sheet in book.worksheets:
            assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape"), sheet.title
            # One page wide is what a reader assumes where no width is stated.
            assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0), sheet.title
            assert sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.title
        for name in ("排名", "部门×指标", "问题明细", "共性问题", "指标分析", "退回清单", "报送情况"):
            assert book[name].freeze_panes is not None, name
            assert book[name].print_title_rows == "$3:$3", name
        assert book["问题明细"].auto_filter.ref == "A3:M8"

    def test_the_same_results_give_the_same_bytes(self, tmp_path: Path) -> None:
        assert drawn(tmp_path) == drawn(tmp_path)

    @pytest.mark.parametrize("results", [(), BATCH[4:], BATCH[3:4]])
    def test_few_files_or_none_still_give_a_summary(
        self, tmp_path: Path, results: tuple[Result, ...]
    ) -> None:
        assert list(sheets(drawn(tmp_path, results))) == SHEETS

    def test_hundreds_of_departments_fit(self, tmp_path: Path) -> None:
        many = [department(f"第{number}局", f"{number:06}", 50 + number % 50, 90) for number in range(300)]
        data = drawn(tmp_path, many)
        assert len(sheets(data)["排名"]) == 303
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            assert len([name for name in package.namelist() if "charts/chart" in name]) == 2 + 5


class TestShown:
    def test_the_package_is_sound(self, tmp_path: Path) -> None:
        if not CONFORM.exists():
            pytest.skip("the conformance checker does not lie beside the repository")
        for results in (BATCH, ()):
            drawn(tmp_path, results)
            checked = subprocess.run(
                [sys.executable, str(CONFORM), str(tmp_path / "汇总表.xlsx")],
                capture_output=True,
                text=True,
                check=False,
            )
            assert checked.returncode == 0, checked.stdout

    def test_an_office_program_draws_every_sheet(self, tmp_path: Path) -> None:
        require_office()
        assert len(to_png(drawn(tmp_path), tmp_path)) >= len(SHEETS)
