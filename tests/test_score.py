"""Rules earn the points they say, from the figures as read."""

from __future__ import annotations

import pytest
from forms import judge, scheme, score_of
from hypothesis import given, settings
from hypothesis import strategies as st

from xlsx_eval.scheme import Figures


@pytest.mark.parametrize(
    ("final", "points"), [(100, 2), (95.01, 2), (95, 1.5), (90, 1), (90.01, 1.5), (80, 0), (50, 0), (120, 2)]
)
def test_completion_loses_half_a_point_for_each_whole_five(final: float, points: float) -> None:
    assert score_of(judge(支出合计_年初预算数=100, 支出合计_决算数=final), "预算完成率") == points


def test_the_adjusted_budget_counts_where_there_is_one() -> None:
    found = judge(支出合计_年初预算数=200, 支出合计_调整后预算数=100, 支出合计_决算数=100)
    assert score_of(found, "预算完成率") == 2


@pytest.mark.parametrize(("spent", "points"), [(0, 2), (100, 2), (101, 1.8), (103.5, 1.4), (111, 0)])
def test_control_loses_a_fifth_for_each_point_over(spent: float, points: float) -> None:
    found = judge(三公经费_年初预算数=100, 三公经费_决算数=spent)
    assert score_of(found, "三公经费控制率") == pytest.approx(points, abs=1e-9)


@pytest.mark.parametrize(("bought", "points"), [(100, 2), (110, 1), (90, 1), (104, 2), (60, 0)])
def test_procurement_loses_on_either_side(bought: float, points: float) -> None:
    assert score_of(judge(政府采购_年初预算数=100, 政府采购_决算数=bought), "政府采购执行率") == points


def test_no_procurement_is_not_applicable_and_full() -> None:
    found = judge(政府采购_年初预算数=0, 政府采购_决算数=0)
    one = next(one for one in found.indicators if one.key == "政府采购执行率")
    assert (one.score, one.state) == (2, "不适用")


def test_additive_and_subtractive_checklists() -> None:
    found = judge(
        预算编制完整性_要点1="是",
        预算编制完整性_要点2="部分",
        预算编制准确性_要点1="否",
        预算编制准确性_要点2="否",
        预算编制准确性_要点3="否",
        **{f"资金使用合规性_要点{number}": "是" if number == 3 else "否" for number in range(1, 8)},
    )
    assert score_of(found, "预算编制完整性") == 1.5
    assert score_of(found, "预算编制准确性") == 0, "three times one from two stops at nothing"
    assert score_of(found, "资金使用合规性") == 1


def test_disagreeing_figures_cut_the_information_score() -> None:
    answers = {f"基础信息完善性_要点{number}": "是" for number in (1, 2, 3)}
    assert score_of(judge(**answers), "基础信息完善性") == 1
    wrong = judge(**answers, 基本支出_决算数=1, 项目支出_决算数=1, 支出合计_决算数=5)
    assert score_of(wrong, "基础信息完善性") == 0.5


def test_what_cannot_be_computed_is_neither_full_nor_zero() -> None:
    found = judge(支出合计_决算数=80)
    one = next(one for one in found.indicators if one.key == "预算完成率")
    assert (one.score, one.state) == (None, "无法核验")
    assert found.grade is None
    assert found.unscored == 100


def test_the_reason_is_composed_from_the_rule() -> None:
    found = judge(支出合计_年初预算数=2624.8, 支出合计_决算数=2038.06)
    one = next(one for one in found.indicators if one.key == "预算完成率")
    assert (
        one.reason == "预算完成率 77.65%，低于目标 100% 共 22.35 个百分点，每满 5 个百分点扣 0.5 分，扣 2 分"
    )
    assert one.inputs["支出合计_决算数"] == ("基础数据!E13", 2038.06)


VALUES = st.one_of(
    st.floats(-1e9, 1e9, allow_nan=False), st.sampled_from(["", "是", "否", "不适用", 0.0, 1.0]), st.none()
)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_score_is_blank_or_lies_between_nothing_and_the_points(data: st.DataObject) -> None:
    names = [field.name for field in scheme().single_fields()]
    values = {name: data.draw(VALUES) for name in names}
    figures = Figures({**values, "勾稽不符数": 0.0}, derived=scheme().derived)
    assert scheme().indicators
    for indicator in scheme().indicators:
        value = None if indicator.value is None else indicator.value.evaluate(figures)
        score = indicator.score.evaluate(figures.with_values({"值": value, "满分": indicator.points}))
        assert score == "" or (isinstance(score, float) and 0 <= score <= indicator.points)


def test_a_block_counts_at_most_its_points_whatever_its_rows_claim() -> None:
    row = {
        "一级指标": "履职产出",
        "三级指标": "检查企业户数",
        "指标性质": "≥",
        "年度指标值": 100,
        "实际完成值": 100,
        "分值": 40,
        "自评得分": 40,
    }
    found = judge(自定指标=[row, {**row, "三级指标": "培训人次"}])
    assert (found.score, found.unscored) == (30, 70)
