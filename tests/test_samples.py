"""Each sample shows what it is there to show."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from xlsx_eval.errors import Unreadable
from xlsx_eval.findings import ERROR, EXPLAIN, NOTICE
from xlsx_eval.judging.evaluate import Evaluation, evaluate
from xlsx_eval.scheme import load_scheme
from xlsx_eval.states import FOR_REVIEW, PASSED, SENT_BACK

INBOX = Path(__file__).resolve().parents[1] / "samples" / "inbox"


@cache
def judged(department: str) -> Evaluation:
    return evaluate((INBOX / f"{department}.xlsx").read_bytes(), load_scheme())


def places(evaluation: Evaluation, verdict: str) -> set[tuple[str, str]]:
    return {(found.sheet, found.cell) for found in evaluation.findings if found.verdict == verdict}


def grouped_places(evaluation: Evaluation, verdict: str) -> set[tuple[str, str]]:
    found = [item for item in evaluation.findings if item.verdict == verdict]
    return {place for item in found for place in ((item.sheet, item.cell), *item.also)}


def test_the_faultless_department_gets_no_finding_at_all() -> None:
    evaluation = judged("区教育局")
    assert evaluation.findings == ()
    assert (evaluation.state, evaluation.grade, evaluation.unscored) == (PASSED, "优", 0)
    assert evaluation.score == pytest.approx(98.1)
    assert evaluation.claimed == pytest.approx(98.1)


def test_the_department_that_owes_explanations_owes_nothing_else() -> None:
    evaluation = judged("区文化旅游体育局")
    assert {found.verdict for found in evaluation.findings} == {EXPLAIN}
    assert places(evaluation, EXPLAIN) == {
        ("基础数据", "B7"),  # more staff than posts
        ("基础数据", "B28"),  # the carry-over does not follow
        ("基础数据", "B41"),  # no sample size
        ("产出与效果", "H10"),  # far above the target
    }
    assert evaluation.state == FOR_REVIEW
    assert evaluation.score == evaluation.claimed == pytest.approx(96.5)


def test_the_middling_department_has_two_claims_its_figures_do_not_bear_out() -> None:
    evaluation = judged("区卫生健康局")
    assert places(evaluation, ERROR) == {("指标自评", "I37"), ("产出与效果", "J11"), ("自评结论", "C4")}
    total = next(item for item in evaluation.findings if item.code == "E07")
    assert (total.found, total.expected, total.correction) == ("83.39", "80.79", 80.79)
    assert total.message.startswith("更正各项自评得分后，"), "it agrees with its items as they stand"
    assert {found.verdict for found in evaluation.findings} == {ERROR}
    assert (evaluation.state, evaluation.grade) == (SENT_BACK, "良")


def test_entries_typed_wrongly_are_read_and_each_reading_is_told() -> None:
    evaluation = judged("区交通运输局")
    told = grouped_places(evaluation, NOTICE)
    assert {
        ("基础数据", "C13"),  # "8,900.00"
        ("基础数据", "D13"),  # full-width digits
        ("基础数据", "E13"),  # a no-break space
        ("基础数据", "C21"),  # "12万元"
        ("基础数据", "C22"),  # "4.00."
        ("基础数据", "B33"),  # a full-width percent sign
        ("产出与效果", "F6"),  # "≥50个"
    } <= told
    assert evaluation.department == "区交通运输局"
    assert ("基础数据", "E16") in places(evaluation, EXPLAIN) | places(evaluation, ERROR)  # 元 for 万元


@pytest.mark.parametrize(
    ("sheet", "cell"),
    [
        ("基本情况", "C6"),  # last year's year
        ("基本情况", "C7"),  # a required field left blank
        ("基础数据", "E13"),  # a sum that is wrong
        ("基础数据", "E17"),  # an empty total over filled rows
        ("基础数据", "E18"),  # parts that do not add up
        ("基础数据", "B39"),  # more assets in use than there are
        ("支出功能科目", "G5"),  # a wrong rate
        ("指标自评", "H14"),  # the saving rate for the control rate
        ("指标自评", "I12"),  # full marks below the target
        ("指标自评", "I13"),  # a score above the points
        ("指标自评", "I16"),  # points given away without a reason
        ("指标自评", "I19"),  # no score
        ("指标自评", "G18"),  # an answer that is no choice
        ("产出与效果", "H8"),  # a word for a figure
        ("产出与效果", "I5"),  # points of a block that do not add up
        ("产出与效果", "J12"),  # target × points for actual ÷ target
        ("自评结论", "C4"),  # items that do not add up to the total
        ("自评结论", "C5"),  # a grade that does not fit the total
    ],
)
def test_the_faulty_department_has_a_fault_of_every_kind(sheet: str, cell: str) -> None:
    assert (sheet, cell) in places(judged("区农业农村局"), ERROR)


@pytest.mark.parametrize(
    ("sheet", "cell"),
    [
        ("基本情况", "C12"),  # a placeholder left in
        ("基础数据", "B7"),  # temporary staff counted in
        ("基础数据", "B28"),  # nothing carried over though much is unspent
        ("基础数据", "B40"),  # an inventory without its date
    ],
)
def test_the_faulty_department_owes_explanations_too(sheet: str, cell: str) -> None:
    assert (sheet, cell) in places(judged("区农业农村局"), EXPLAIN)


def test_a_picture_under_a_workbooks_name_is_no_workbook() -> None:
    with pytest.raises(Unreadable):
        judged("扫描件")
