"""results.jsonl, findings.csv and scores.csv; and the names of what is handed back."""

from __future__ import annotations

import csv
import io
import json
from pathlib import PurePath, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st
from results_inline import finding, indicator, result

from xlsx_eval.cell import ErrorValue
from xlsx_eval.judging.results import Result, Tables, json_line, neutral, record_of, score_columns
from xlsx_eval.names import MAX_BYTES, MAX_CHARACTERS, Names, round_of, safe_stem, shown_name
from xlsx_eval.scheme import load_scheme

SCHEME = load_scheme()


def written(*results: Result) -> tuple[list[list[str]], list[list[str]]]:
    """Rows of findings.csv and scores.csv as a csv reader sees them."""
    findings, scores = io.StringIO(newline=""), io.StringIO(newline="")
    tables = Tables(findings, scores, SCHEME)
    for one in results:
        tables.write(one)
    return list(csv.reader(io.StringIO(findings.getvalue()))), list(
        csv.reader(io.StringIO(scores.getvalue()))
    )


class TestRecords:
    def test_a_record_has_exactly_the_fields_of_the_contract(self) -> None:
        record = record_of(result(findings=(finding(),), indicators=(indicator("预算完成率", 2, 2, 0),)))
        assert list(record) == [
            *("file", "sha256", "department", "code", "year", "scheme", "state", "round", "score"),
            *("claimed", "grade", "findings", "indicators"),
        ]
        assert list(record["findings"][0]) == [
            *("code", "verdict", "sheet", "cell", "field", "found", "expected", "message", "hint", "points"),
            *("correction", "candidates", "under"),
        ]
        assert list(record["indicators"][0]) == [
            *(
                "code",
                "path",
                "name",
                "points",
                "value",
                "claimed_value",
                "claimed",
                "score",
                "state",
                "reason",
            ),
            *("formula", "inputs"),
        ]

    def test_an_unreadable_file_says_why(self) -> None:
        record = record_of(
            Result("扫描件.xlsx", "cd" * 32, "无法读取", reason="文件是图片或扫描件，不是工作簿")
        )
        assert (record["state"], record["reason"]) == ("无法读取", "文件是图片或扫描件，不是工作簿")
        assert (record["score"], record["findings"], record["year"]) == (None, [], None)

    def test_inputs_carry_cell_and_value_and_errors_as_excel_spells_them(self) -> None:
        one = indicator(
            "预算完成率",
            2,
            None,
            None,
            inputs={
                "支出合计_决算数": ("基础数据!E13", 2038.06),
                "支出合计_预算数": ("基础数据!D13", ErrorValue.DIV0),
            },
        )
        inputs = json.loads(json_line(result(indicators=(one,))))["indicators"][0]["inputs"]
        assert inputs == {
            "支出合计_决算数": ["基础数据!E13", 2038.06],
            "支出合计_预算数": ["基础数据!D13", "#DIV/0!"],
        }

    def test_a_record_is_one_line_whatever_a_text_holds(self) -> None:
        line = json_line(result(findings=(finding(found="两行\n文字\u2028分隔"),)))
        assert line.count("\n") == 1
        assert line.endswith("\n")
        assert json.loads(line)["findings"][0]["found"] == "两行\n文字\u2028分隔"


class TestCsv:
    def test_headings_are_chinese_and_lines_follow_the_findings(self) -> None:
        wrong = finding(points=2.0, correction=2037.97, candidates=(("基础数据", "E15", 5.0),))
        findings, _ = written(result(findings=(wrong, finding("E01", message="自评偏高"))))
        assert findings[0][:6] == ["文件", "单位名称", "预算编码", "代码", "结论", "工作表"]
        assert [row[3] for row in findings[1:]] == ["C01", "E01"]
        assert findings[1] == [
            *("甲局.xlsx", "甲局", "101001", "C01", "错误", "基础数据", "E14", "支出合计_决算数"),
            *("2038.06", "2037.97", "合计不符", "请核对各分项与合计。", "2.0"),
            *("2037.97", "基础数据!E15=5.0", ""),
        ]

    def test_scores_hold_a_column_for_each_indicator_and_block(self) -> None:
        indicators = (
            indicator("预算完成率", 2, 2, 0.5),
            indicator("产量", 10, 10, 9.5, path=("履职产出", "数量"), own_row=0),
            indicator("质量", 20, 20, 20, path=("履职产出", "质量"), own_row=1),
            indicator("满意", 10, 10, None, path=("满意度", "满意度"), own_row=2),
        )
        _, scores = written(result(indicators=indicators))
        line = dict(zip(*scores, strict=True))
        assert (line["核定得分"], line["差额"], line["错误"]) == ("90.0", "2.5", "0")
        assert (line["1.04 预算完成率"], line["履职产出"], line["满意度"], line["履职效果"]) == (
            "0.5",
            "29.5",
            "",
            "",
        )

    def test_the_same_name_under_two_parents_has_two_columns(self) -> None:
        headings = [heading for _, heading in score_columns(SCHEME)]
        assert len(headings) == len(set(headings)) == len(SCHEME.indicators) + 3

    @pytest.mark.parametrize(
        "text",
        [
            "=1+1",
            "+cmd|' /C calc'!A0",
            "-2+3",
            "@SUM(A1)",
            "\tx",
            "\rx",
            "=",
            "-",
            "＝1+1",
            "＋1+1",
            "－A1",
            "＠SUM(A1)",
        ],
    )
    def test_text_that_a_spreadsheet_would_calculate_is_neutralised(self, text: str) -> None:
        findings, scores = written(result(department=text, findings=(finding(found=text),)))
        assert (findings[1][8], findings[1][1], scores[1][1]) == (f"'{text}", f"'{text}", f"'{text}")

    @pytest.mark.parametrize("value", [-2.5, "-2.5", "+3", "-1,234.50", "-5%", 0.0, None, "文字"])
    def test_numbers_stay_numbers(self, value: object) -> None:
        assert neutral(value) == value

    def test_an_unreadable_file_leaves_its_figures_blank(self) -> None:
        _, scores = written(Result("a.pdf", "00", "无法读取", reason="文件是 PDF 文档"))
        line = dict(zip(*scores, strict=True))
        assert (line["状态"], line["核定得分"], line["错误"], line["未核定分值"]) == ("无法读取", "", "", "")


class TestNames:
    @pytest.mark.parametrize(
        ("stem", "safe"),
        [
            ("CON", "_CON"),
            ("nul.2022", "_nul.2022"),
            ("com1", "_com1"),
            ("COM10", "COM10"),
            ("教育局. . ", "教育局"),
            ('a/b\\c:d*e?f"g<h>i|j', "a_b_c_d_e_f_g_h_i_j"),
            ("..", "未命名"),
            ("e\u0301cole", "\u00e9cole"),
            ("xslx.\u202eexe", "xslx.exe"),
            ("换\n行\x00", "换_行_"),
        ],
    )
    def test_a_stem_is_safe_on_every_system(self, stem: str, safe: str) -> None:
        assert safe_stem(stem) == safe

    @given(st.text(), st.sampled_from(["_第1轮.xlsx", "_无法读取回执.xlsx"]))
    def test_any_name_is_short_and_no_path(self, stem: str, ending: str) -> None:
        name = Names().take("通过", stem, ending).removeprefix("通过/")
        assert name.endswith(ending)
        assert len(name) <= MAX_CHARACTERS
        assert len(name.encode("utf-8")) <= MAX_BYTES
        assert not set(name) & set('<>:"/\\|?*\0')
        assert not name.startswith((" ", ".."))

    def test_the_same_stem_gets_a_number_in_any_letter_case(self) -> None:
        names = Names()
        taken = [names.take("通过", stem, "_第1轮.xlsx") for stem in ("Abc", "abc", "ABC", "Abc_2")]
        assert taken == [
            "通过/Abc_第1轮.xlsx",
            "通过/abc_2_第1轮.xlsx",
            "通过/ABC_3_第1轮.xlsx",
            "通过/Abc_2_2_第1轮.xlsx",
        ]
        assert names.take("退回修改", "Abc", "_第1轮.xlsx") == "退回修改/Abc_第1轮.xlsx"

    @pytest.mark.parametrize(
        ("stem", "known"),
        [
            ("甲局", ("甲局", 1)),
            ("甲局_第1轮", ("甲局", 2)),
            ("甲局_第12轮", ("甲局", 13)),
            ("第1轮", ("第1轮", 1)),
        ],
    )
    def test_a_file_of_an_earlier_round_is_the_next_round(self, stem: str, known: tuple[str, int]) -> None:
        assert round_of(stem) == known

    def test_a_name_mangled_by_an_archive_is_read_as_gbk(self) -> None:
        raw = "教育局.xlsx".encode("gb18030").decode("utf-8", "surrogateescape")
        assert shown_name(PurePath(raw)) == "教育局.xlsx"

    def test_a_shown_name_keeps_its_folders(self) -> None:
        assert shown_name(PurePosixPath("二级单位/甲.xlsx")) == "二级单位/甲.xlsx"
