"""The founding case, filled as printed: what its own numbers prove, each at its cell, and nothing that is right."""

from __future__ import annotations

from pathlib import Path

import pytest
from forms import codes_at, scheme

from xlsx_eval import Evaluation, evaluate
from xlsx_eval.findings import ERROR, EXPLAIN, UNVERIFIABLE

SAMPLE = Path(__file__).resolve().parents[1] / "samples" / "inbox" / "区应急管理局.xlsx"


@pytest.fixture(scope="module")
def founding() -> Evaluation:
    return evaluate(SAMPLE.read_bytes(), scheme())


def verdicts_at(evaluation: Evaluation, sheet: str, cell: str) -> dict[str, str]:
    return {
        item.code: item.verdict for item in evaluation.findings if (item.sheet, item.cell) == (sheet, cell)
    }


def test_the_rate_of_health_spending_is_proven_wrong(founding: Evaluation) -> None:
    found = [item for item in founding.findings if (item.sheet, item.cell) == ("支出功能科目", "G6")]
    wrong = next(item for item in found if item.verdict == ERROR)
    assert (wrong.code, wrong.found, wrong.expected) == ("D01", "100%", "150.44%")


def test_the_saving_rate_is_told_from_the_control_rate_and_the_score_stands(founding: Evaluation) -> None:
    found = [item for item in founding.findings if item.field == "三公经费控制率_指标值"]
    wrong = next(item for item in found if item.verdict == ERROR)
    assert (wrong.code, wrong.found, wrong.expected) == ("D02", "91.6%", "8.4%")
    one = next(one for one in founding.indicators if one.key == "三公经费控制率")
    assert (one.claimed, one.score) == (2, 2)


def test_full_marks_at_77_6_percent_are_worth_nothing(founding: Evaluation) -> None:
    one = next(one for one in founding.indicators if one.key == "预算完成率")
    assert (one.claimed, one.score) == (2, 0)
    assert "E01" in codes_at(founding, "预算完成率_自评得分")


def test_the_functions_do_not_add_up_to_the_final_total(founding: Evaluation) -> None:
    wrong = next(item for item in founding.findings if item.field == "支出合计_决算数" and item.code == "C01")
    assert (wrong.verdict, wrong.found, wrong.expected) == (ERROR, "2038.06", "2037.97")


def test_missing_scores_total_and_grade_are_errors(founding: Evaluation) -> None:
    assert codes_at(founding, "预算编制准确性_自评得分") == {"E04"}
    assert codes_at(founding, "自评总分") == {"B01"}
    assert codes_at(founding, "自评等级") == {"B01"}
    empty = {item.field: item.verdict for item in founding.findings if item.code == "E10"}
    assert empty == {"履职产出": ERROR, "履职效果": ERROR}


def test_what_is_to_be_explained(founding: Evaluation) -> None:
    assert verdicts_at(founding, "基础数据", "B28") == {"C05": EXPLAIN}
    assert EXPLAIN in verdicts_at(founding, "指标自评", "I13").values()


def test_what_cannot_be_checked(founding: Evaluation) -> None:
    assert UNVERIFIABLE in verdicts_at(founding, "指标自评", "I33").values()
    assert [item.verdict for item in founding.findings if item.field == "满意度"] == [UNVERIFIABLE]


def test_nothing_that_is_right_is_an_error(founding: Evaluation) -> None:
    budget = [
        item
        for item in founding.findings
        if item.field == "支出合计_年初预算数" and "功能科目" in item.message
    ]
    assert {item.verdict for item in budget} <= {"提示"}
    assert ERROR not in verdicts_at(founding, "指标自评", "H12").values(), "77.6% is right to one decimal"
    assert ERROR not in verdicts_at(founding, "支出功能科目", "G8").values(), "76.7% is right"
    management = sum(indicator.points for indicator in scheme().indicators)
    assert management == 30


def test_errors_come_first_and_state_says_what_happens(founding: Evaluation) -> None:
    ranks = [("错误", "待说明", "无法核验", "提示").index(item.verdict) for item in founding.findings]
    assert ranks == sorted(ranks)
    assert founding.state == "退回修改"
    assert founding.grade is None
