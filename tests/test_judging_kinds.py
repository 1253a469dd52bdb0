"""What departments really write, and what it proves: approximate figures, spans, days, numerals, units, copies."""

from __future__ import annotations

import pytest
from damage import Editor, edited, evaluate, told
from forms import scheme

from xlsx_eval import Evaluation, load_scheme
from xlsx_eval.findings import Finding
from xlsx_eval.form.fill import fill
from xlsx_eval.reading.normalise.numerals import in_digits

OWN, DATA = "产出与效果", "基础数据"


def the(evaluation: Evaluation, code: str) -> Finding:
    found = [item for item in evaluation.findings if item.code == code]
    assert len(found) == 1, [(item.code, item.cell, item.message) for item in evaluation.findings]
    return found[0]


@pytest.mark.parametrize("typed", ["约18400", "18400左右", "近18400", "18400余", "≈18400"])
def test_an_approximate_figure_below_its_target_proves_nothing_and_is_asked_about(typed: str) -> None:
    found = edited(OWN, "H6", typed)
    asked = the(found, "F05")
    assert (asked.verdict, asked.cell, asked.found) == ("待说明", "H6", typed)
    assert "约数" in asked.message
    assert {item.verdict for item in found.findings} == {"待说明", "提示"}
    assert found.state == "待复核"


def test_an_approximate_figure_that_meets_its_target_is_only_told() -> None:
    assert {item.code for item in edited(OWN, "H6", "约18900").findings} == {"B03"}


@pytest.mark.parametrize(
    ("cell", "typed", "says"),
    [
        ("F7", "100%以上", "年度指标值填写为“100%以上”，而指标性质为“=”"),
        ("H8", "96分", "实际完成值填写为“96分”，而计量单位为“%”"),
        ("F10", "850元以内", "年度指标值填写为“850元以内”，而计量单位为“元/平方米”"),
        ("H10", "832元", "实际完成值填写为“832元”，而计量单位为“元/平方米”"),
        ("F6", "不超过18500", "年度指标值填写为“不超过18500”，而指标性质为“≥”"),
    ],
)
def test_words_against_the_sign_or_the_unit_are_asked_about(cell: str, typed: str, says: str) -> None:
    asked = the(edited(OWN, cell, typed), "F05")
    assert (asked.verdict, asked.cell, asked.found) == ("待说明", cell, typed)
    assert says in asked.message


def test_a_figure_in_another_unit_proves_no_score() -> None:
    found = edited(OWN, "H8", "90分")
    assert {item.code for item in found.findings} == {"F05", "B03"}


@pytest.mark.parametrize("typed", ["2022年12月底前", "2022年12月31日前"])
def test_a_day_is_a_target_and_an_earlier_day_meets_it(typed: str) -> None:
    found = evaluate(Editor().set(OWN, "F5", typed).set(OWN, "H5", "2022年11月").save(), scheme())
    assert {item.code for item in found.findings} == {"B03"}
    one = next(one for one in found.indicators if one.own_row == 0)
    assert (one.score, one.points) == (6, 6)


@pytest.mark.parametrize("typed", ["10-12", "10～14", "10—12所"])
def test_a_span_is_a_target(typed: str) -> None:
    found = edited(OWN, "F5", typed)
    told_of = the(found, "B03")
    assert told_of.cell == "F5"
    assert "按区间 10～" in told_of.message
    assert next(one.score for one in found.indicators if one.own_row == 0) == 6


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("一百二十万", "120万"),
        ("十二", "12"),
        ("三千五百人", "3500人"),
        ("两万零五十", "20050"),
        ("一亿二千万元", "12000万元"),
        ("二〇二二", "2022"),
        ("一般", None),
        ("三公经费", None),
        ("12", None),
    ],
)
def test_chinese_numerals(text: str, digits: str | None) -> None:
    assert in_digits(text) == digits


def test_a_chinese_numeral_is_read_and_told() -> None:
    found = edited(OWN, "H6", "一万八千九百二十")
    assert told(found) == {("B03", OWN, "H6")}
    assert "按 18920 读取" in the(found, "B03").message


@pytest.mark.parametrize("words", ["达成预期指标", "达成年度指标。"])
def test_the_ministrys_words_are_choices(words: str) -> None:
    found = edited(OWN, "H15", words)
    assert told(found) == {("B03", OWN, "H15")}
    assert the(found, "B03").expected == "达成"


def test_a_percentage_is_told_without_a_stray_blank() -> None:
    assert "按 95%读取" in the(edited(OWN, "F8", "95%以上"), "B03").message


@pytest.mark.parametrize("typed", ["2023年3月22日 星期三", "2023-03-22（周三）"])
def test_a_weekday_behind_a_date_falls_away(typed: str) -> None:
    assert the(edited("基本情况", "C9", typed), "B03").expected == "2023-03-22"


@pytest.mark.parametrize("blank", ["\u202f", "\u2009"])
def test_narrow_blanks_part_thousands(blank: str) -> None:
    found = edited(DATA, "E13", f"51{blank}342.18")
    assert told(found) == {("B03", DATA, "E13")}
    assert found.submission.number("支出合计_决算数") == 51342.18


def test_what_a_binary_fraction_leaves_is_nothing() -> None:
    assert edited(DATA, "E19", -8.9e-16).findings == ()


def test_a_negative_carry_over_is_asked_about() -> None:
    asked = next(item for item in edited(DATA, "B27", -126.4).findings if item.cell == "B27")
    assert (asked.code, asked.verdict, asked.found) == ("C06", "待说明", "-126.4")


def test_figures_a_line_too_high_are_asked_about_though_their_sum_holds() -> None:
    found = evaluate(
        Editor().set(DATA, "E20", 12.31).set(DATA, "E21", 8.15).set(DATA, "E22", 0).save(), scheme()
    )
    asked = the(found, "C06")
    assert (asked.cell, asked.verdict) == ("E20", "待说明")
    assert "错行或互换" in asked.hint


def test_two_lines_exchanged_are_asked_about_where_one_exceeds_its_budget() -> None:
    found = evaluate(Editor().set(DATA, "E21", 8.15).set(DATA, "E22", 12.31).save(), scheme())
    assert (the(found, "C06").cell, the(found, "C06").found) == ("E22", "12.31")


def test_final_figures_copied_from_last_year_are_one_question() -> None:
    found = Editor()
    for row, value in {13: 48215.36, 14: 42105.2, 15: 39880.75, 16: 2224.45, 17: 6110.16}.items():
        found.set(DATA, f"E{row}", value)
    for row in (18, 19, 20, 21, 22, 23):
        found.set(DATA, f"E{row}", None).set(DATA, f"B{row}", None)
    asked = the(evaluate(found.save(), scheme()), "C11")
    assert (asked.cell, asked.verdict) == ("E13", "待说明")
    assert "“决算数”与“上年决算数”5 个数完全相同" in asked.message


def test_a_sentence_of_last_year_is_found_in_any_long_text() -> None:
    asked = the(edited("自评结论", "C6", "2021年度完成薄弱学校改造12所。"), "B23")
    assert (asked.cell, asked.verdict) == ("C6", "待说明")
    assert "2021年度完成" in asked.found or "2021年度完成" in asked.message
    assert edited("自评结论", "C6", "2021年启动，2022年度完成改造12所。").findings == ()


@pytest.mark.parametrize(
    ("name", "count"),
    [("hunan", "年末在职人数"), ("yueyang", "财政供养人员数"), ("framework2013", "在职人员数")],
)
def test_over_quota_is_asked_at_the_head_count_in_every_scheme(name: str, count: str) -> None:
    other = load_scheme(name)
    found = evaluate(fill({"编制数": 18, count: 20}, other), other)
    asked = next(item for item in found.findings if item.code == "C06" and item.field == count)
    assert (asked.verdict, asked.found, asked.expected) == ("待说明", "20", "不超过编制数 18 人")


@pytest.mark.parametrize("sign", ["≥", "=", "≤"])
def test_a_result_after_its_day_proves_no_score_and_is_asked_about(sign: str) -> None:
    """How many points a delay costs no rule says: a person decides, and no ratio of days is made up."""
    editor = Editor().set(OWN, "E5", sign).set(OWN, "F5", "2022年12月底前").set(OWN, "H5", "2025年6月")
    found = evaluate(editor.save(), scheme())
    asked = the(found, "F05")
    assert (asked.verdict, asked.sheet, asked.cell, asked.found) == ("待说明", OWN, "H5", "2025年6月")
    assert "实际完成时间“2025年6月”晚于年度指标值“2022年12月底前”" in asked.message
    assert told(found) == {("F05", OWN, "H5")}
    one = next(one for one in found.indicators if one.own_row == 0)
    assert (one.score, one.state) == (None, "无法核验")
    assert (found.state, found.grade) == ("待复核", None)


@pytest.mark.parametrize("typed", ["2022年12月上旬前", "2022年12月中旬前", "2022年12月初"])
def test_a_part_of_a_month_is_no_day_that_could_be_compared(typed: str) -> None:
    """Taken for the end of the month it would let a late result pass."""
    found = evaluate(Editor().set(OWN, "F5", typed).set(OWN, "H5", "2022年12月31日").save(), scheme())
    assert ("B02", OWN, "F5") in told(found)
    assert next(one.score for one in found.indicators if one.own_row == 0) is None
