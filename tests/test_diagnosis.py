"""Diagnosis: which figure is wrong, what it was meant to be, and what is never ordered."""

from __future__ import annotations

import pytest
from damage import Editor, edited, evaluate, faultless, told
from forms import scheme

from xlsx_eval import Evaluation
from xlsx_eval.findings import Finding
from xlsx_eval.judging.diagnosis.slips import (
    ARBITRARY,
    BLANK,
    EXTRA,
    IN_YUAN,
    MISSING,
    ONE_DIGIT,
    SHIFTED,
    SIGN,
    SWAPPED,
    ZERO,
    Slip,
    meant_by,
    slip_between,
)

DATA, FUNCTIONS, PROJECTS, SCORES, ENDING = "基础数据", "支出功能科目", "项目支出", "指标自评", "自评结论"


def only(evaluation: Evaluation, code: str) -> Finding:
    found = [item for item in evaluation.findings if item.code == code]
    assert len(found) == 1, [(item.code, item.cell, item.message) for item in evaluation.findings]
    return found[0]


@pytest.mark.parametrize(
    ("stands", "meant", "slip"),
    [
        (None, 5.0, BLANK),
        (0.0, 5.0, ZERO),
        (15632.0, 15362.0, SWAPPED),
        (39808.75, 39880.75, SWAPPED),
        (153620.0, 15362.0, SHIFTED),
        (1536.2, 15362.0, SHIFTED),
        (153620000.0, 15362.0, IN_YUAN),
        (-12.5, 12.5, SIGN),
        (15364.0, 15362.0, ONE_DIGIT),
        (1970.9, 1970.99, ONE_DIGIT),
        (155362.0, 15362.0, EXTRA),
        (1562.0, 15362.0, MISSING),
        (17890.0, 15362.0, ARBITRARY),
    ],
)
def test_a_slip_is_known_by_both_figures(stands: float | None, meant: float, slip: Slip) -> None:
    assert slip_between(stands, meant) is slip


@pytest.mark.parametrize("stands", [15632.0, 153620.0, 155362.0])
def test_a_slip_that_leads_back_to_few_figures_is_led_back(stands: float) -> None:
    assert 15362.0 in set(meant_by(stands))


def test_a_faultless_form_has_no_cause() -> None:
    assert evaluate(faultless(), scheme()).findings == ()


@pytest.mark.parametrize(
    ("sheet", "cell", "typed", "meant", "slip"),
    [
        (DATA, "E13", 51432.18, 51342.18, "疑似相邻两位数字颠倒"),
        (DATA, "E13", 513421.8, 51342.18, "疑似小数点错位"),
        (DATA, "B15", 39808.75, 39880.75, "疑似相邻两位数字颠倒"),
        (FUNCTIONS, "F5", 41438.85, 44138.85, "疑似"),
        (DATA, "E17", 643586, 6435.86, "疑似小数点错位"),
    ],
)
def test_a_slip_is_told_at_its_own_cell_with_its_value_and_nothing_else_is_ordered(
    sheet: str, cell: str, typed: float, meant: float, slip: str
) -> None:
    found = edited(sheet, cell, typed)
    cause = only(found, "C07")
    assert told(found) == {("C07", sheet, cell)}
    assert (cause.correction, cause.verdict) == (meant, "错误")
    assert cause.expected == f"{meant:.2f}".rstrip("0").rstrip(".")
    assert slip in cause.message
    assert "由此引起：" in cause.message
    assert edited(sheet, cell, meant).findings == ()


def test_two_figures_that_were_exchanged_are_one_cause() -> None:
    editor = Editor().set(DATA, "E15", 2338.21).set(DATA, "E16", 42568.11)
    found = evaluate(editor.save(), scheme())
    cause = only(found, "C09")
    assert told(found) == {("C09", DATA, "E15")}
    assert (cause.expected, cause.also) == (
        "E15 42568.11、E16 2338.21",
        ((DATA, "E16"), (SCORES, "H14"), (SCORES, "I14")),
    )
    assert "E15、E16 疑似两数互换" in cause.message
    assert "1811.41%" not in cause.message, "the rate is right and never ordered to change"


def test_of_several_figures_that_would_do_none_is_ordered() -> None:
    found = edited(DATA, "B15", 41234.56)
    wrong = only(found, "C01")
    assert told(found) == {("C01", DATA, "B14")}
    assert wrong.correction is None
    assert {(DATA, "B15", 39880.75), (DATA, "B16", 870.64)} <= set(wrong.candidates)
    assert "中至少一处有误" in wrong.message
    assert "若为 B15，应为 39880.75" in wrong.message


def test_a_head_count_that_only_its_rate_speaks_against_is_offered_beside_the_rate() -> None:
    found = edited(DATA, "B7", 304)
    wrong = only(found, "D01")
    assert (wrong.sheet, wrong.cell, wrong.correction) == (SCORES, "H22", None)
    assert (DATA, "B7", 305.0) in wrong.candidates


def test_a_blank_that_is_owed_is_asked_for_once_and_with_its_value() -> None:
    found = edited(DATA, "E13", None)
    owed = only(found, "B01")
    assert told(found) == {("B01", DATA, "E13")}
    assert (owed.correction, owed.expected) == (51342.18, "51342.18")
    assert "推算应为 51342.18" in owed.message


def test_a_total_left_blank_is_told_with_its_sum() -> None:
    found = edited(DATA, "E17", None)
    assert only(found, "C03").correction == 6435.86
    assert told(found) == {("C03", DATA, "E17")}


def test_an_amount_in_yuan_that_sums_prove_is_told_in_wan() -> None:
    asked = only(edited(DATA, "E13", 513421800), "B11")
    assert (asked.verdict, asked.correction, asked.expected) == ("错误", 51342.18, "51342.18（万元）")


def test_totals_are_told_as_they_will_be_after_all_corrections() -> None:
    """The total agrees with a wrong self-score; both are told at once, or the total would come back a round later."""
    found = evaluate(Editor().set(SCORES, "G20", "否").save(), scheme())
    score, total = only(found, "E01"), only(found, "E07")
    assert (score.sheet, score.cell, score.correction) == (SCORES, "I19", 0.5)
    assert (total.cell, total.found, total.correction) == ("C4", "98.1", 97.6)
    assert total.message.startswith("更正各项自评得分后，自评总分填报 98.1")
    assert total.under == f"{SCORES}!I19"
    mended = Editor().set(SCORES, "G20", "否").set(SCORES, "I19", 0.5).set(ENDING, "C4", 97.6)
    left = evaluate(mended.save(), scheme())
    assert {item.code for item in left.findings} <= {"E05"}, "the reason is still owed"


def test_a_self_score_typed_too_low_does_not_cost_the_total_that_was_right() -> None:
    found = edited(SCORES, "I33", 1)
    assert (ENDING, "C4") not in {(item.sheet, item.cell) for item in found.findings}
    low = next(item for item in found.findings if (item.sheet, item.cell) == (SCORES, "I33"))
    assert low.correction == 2.0


def test_what_only_asks_orders_nothing() -> None:
    """Carry-over that does not follow may have its reason; no figure is told to be another."""
    found = edited(DATA, "B29", None)
    assert all(item.correction is None for item in found.findings)


def test_a_rate_computed_from_a_wrong_figure_is_told_as_it_will_be() -> None:
    """The clerk divided by what he had mistyped: the figure is the cause, the rate follows it."""
    editor = Editor().set(DATA, "E13", 51432.18).set(SCORES, "H12", 0.9917)
    found = evaluate(editor.save(), scheme())
    rate = next(item for item in found.findings if (item.sheet, item.cell) == (SCORES, "H12"))
    assert only(found, "C07").correction == 51342.18
    assert (rate.code, rate.expected, rate.under) == ("D01", "99%", f"{DATA}!E13")
    assert rate.message.startswith("更正 E13 后，")


def test_two_sums_that_demand_different_values_of_one_blank_are_told_as_a_contradiction() -> None:
    """Filling it by either would only make the other fail, so neither value is ordered."""
    editor = Editor().set(DATA, "E14", None).set(DATA, "E15", 30000)
    found = evaluate(editor.save(), scheme())
    wrong = only(found, "C10")
    assert (wrong.sheet, wrong.cell, wrong.found, wrong.correction) == (DATA, "E14", "空白", None)
    assert "按“基本支出＋项目支出＝支出合计（决算数）”应为 44906.32" in wrong.message
    assert "按“人员经费＋公用经费＝基本支出（决算数）”应为 32338.21" in wrong.message
    assert {value for *_, value in wrong.candidates} == {44906.32, 32338.21}
    assert (DATA, "E15") in wrong.also
    assert all(item.correction is None for item in found.findings)


def test_a_sum_whose_wrong_part_is_known_by_its_own_rate_contradicts_nothing() -> None:
    editor = Editor().set(DATA, "E17", None).set(PROJECTS, "F5", 777.77)
    told_values = {
        (item.sheet, item.cell): item.correction
        for item in evaluate(editor.save(), scheme()).findings
        if item.correction is not None
    }
    assert told_values == {(DATA, "E17"): 6435.86, (PROJECTS, "F5"): 2312.45}


def test_the_total_is_told_as_all_corrections_make_it_though_a_figure_is_wrong_too() -> None:
    """A wrong amount elsewhere does not bring the sum of the wrong scores back."""
    editor = Editor().set(DATA, "E13", 51432.18).set(SCORES, "G20", "否").set(ENDING, "C4", 50)
    found = evaluate(editor.save(), scheme())
    assert only(found, "C07").correction == 51342.18
    assert only(found, "E07").correction == 97.6
    assert only(found, "E01").correction == 0.5


def test_the_total_is_not_ordered_while_a_self_score_waits_for_an_open_case() -> None:
    editor = Editor().set(DATA, "B7", 304).set(SCORES, "I22", 0.5).set(ENDING, "C4", 91)
    found = evaluate(editor.save(), scheme())
    assert only(found, "D01").correction is None
    total = only(found, "E07")
    assert total.correction is None or not any(
        item.correction is None and item.code in ("E01", "E02") for item in found.findings
    )


def test_a_rate_whose_figure_no_sum_bears_out_is_offered_beside_that_figure() -> None:
    """The procurement stands in no sum: the rate is as likely right as the figure."""
    found = edited(DATA, "E23", 1100.5)
    rate = next(item for item in found.findings if (item.sheet, item.cell) == (SCORES, "H33"))
    assert rate.correction is None
    assert (SCORES, "H33") in {(sheet, cell) for sheet, cell, _ in rate.candidates}
    assert (DATA, "E23") in {(sheet, cell) for sheet, cell, _ in rate.candidates}
    assert all(item.correction is None for item in found.findings)


def test_a_blank_that_one_sum_alone_tells_names_the_other_figures_of_the_sum() -> None:
    found = edited(DATA, "E22", None)
    cause = only(found, "C07")
    assert (cause.cell, cause.correction) == ("E22", 8.15)
    assert "疑似应为 8.15" in cause.message
    assert {(DATA, "E18"), (DATA, "E21")} <= set(cause.also)


def test_a_row_entered_twice_is_one_cause_that_is_deleted_and_no_total_is_ordered() -> None:
    editor = Editor()
    entered = {"B": "校园文化活动", "C": 10.5, "D": 12, "E": 12, "F": 11.25}
    free = [row for row in range(5, 65) if not named_row(row)]
    for column, value in entered.items():
        editor.set(PROJECTS, f"{column}{free[0]}", value).set(PROJECTS, f"{column}{free[1]}", value)
    for cell, value in {"B17": 6120.66, "C17": 6532, "D17": 6952, "E17": 6447.11}.items():
        editor.set(DATA, cell, value)
    for cell, value in {"B13": 48225.86, "C13": 50132, "D13": 51872.5, "E13": 51353.43}.items():
        editor.set(DATA, cell, value)
    found = evaluate(editor.save(), scheme())
    doubled = only(found, "C12")
    assert (doubled.sheet, doubled.cell, doubled.expected) == (PROJECTS, f"C{free[1]}", "删去重复的一行")
    assert doubled.correction is None
    assert f"第 {free[1]} 行与前面一行" in doubled.message
    assert not [item for item in found.findings if (item.sheet, item.cell) == (DATA, "E17")]


def named_row(row: int) -> bool:
    """Whether the faultless form has a project in that line of its sheet."""
    return any(
        answer.place.ref.row == row and answer.value is not None
        for answer in evaluate(faultless(), scheme()).submission.columns["项目_项目名称"]
    )
