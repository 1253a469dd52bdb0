"""Each check finds its fault at its cell, and passes over what is right."""

from __future__ import annotations

import pytest
from damage import Editor, at, edited, told
from forms import codes_at, codes_in_row, judge, scheme

from xlsx_eval import evaluate

OWN_ROW = {
    "一级指标": "履职产出",
    "二级指标": "数量指标",
    "三级指标": "检查企业户数",
    "指标性质": "≥",
    "年度指标值": 100,
    "计量单位": "户",
    "实际完成值": 100,
    "分值": 30,
    "自评得分": 30,
}


def own(**changes: object) -> list[dict[str, object]]:
    row = {**OWN_ROW, **changes}
    return [{name: value for name, value in row.items() if value is not None}]


def test_a_required_field_left_blank() -> None:
    assert "B01" in codes_at(judge(评价年度=2022), "单位名称")
    assert "B01" not in codes_at(judge(单位名称="教育局"), "单位名称")


def test_the_wrong_year() -> None:
    assert codes_at(judge(评价年度=2021), "评价年度") == {"B07"}
    assert codes_at(judge(评价年度=2022), "评价年度") == set()


def test_a_code_that_is_not_six_digits() -> None:
    assert codes_at(judge(预算编码="10201"), "预算编码") == {"B06"}


def test_a_negative_amount_and_a_split_person() -> None:
    found = judge(支出合计_决算数=-5, 编制数=18.5)
    assert "B04" in codes_at(found, "支出合计_决算数")
    assert "B12" in codes_at(found, "编制数")


def test_a_placeholder_left_in() -> None:
    assert "B15" in codes_at(judge(部门职能="负责XX县的教育工作"), "部门职能")


def test_parts_that_do_not_add_up() -> None:
    found = judge(基本支出_决算数=60, 项目支出_决算数=30, 支出合计_决算数=100)
    assert "C01" in codes_at(found, "支出合计_决算数")


def test_a_difference_that_rounding_explains_is_a_notice() -> None:
    found = judge(
        功能科目=[{"科目名称": "甲", "决算数": 18.33}, {"科目名称": "乙", "决算数": 20.62}],
        支出合计_决算数=38.9,
    )
    assert "C02" in codes_at(found, "支出合计_决算数")
    assert "C01" not in codes_at(found, "支出合计_决算数")


def test_one_unit_more_than_rounding_explains_is_an_error() -> None:
    found = judge(
        功能科目=[{"科目名称": "甲", "决算数": 18.33}, {"科目名称": "乙", "决算数": 20.62}],
        支出合计_决算数=38.8,
    )
    assert "C01" in codes_at(found, "支出合计_决算数")


def test_whole_numbers_are_exact() -> None:
    found = judge(基本支出_决算数=60, 项目支出_决算数=30, 支出合计_决算数=91)
    assert "C01" in codes_at(found, "支出合计_决算数")


def test_an_empty_total_over_filled_parts() -> None:
    found = judge(公务接待费_上年决算数=1.5, 公务用车运行维护费_上年决算数=2.5)
    assert "C03" in codes_at(found, "三公经费_上年决算数")


def test_a_total_without_any_part_cannot_be_checked() -> None:
    assert "C04" in codes_at(judge(支出合计_决算数=100), "支出合计_决算数")


def test_zero_carry_over_with_money_unspent_is_to_be_explained() -> None:
    found = judge(支出合计_年初预算数=2624.8, 支出合计_决算数=2038.06, 年末结转结余=0)
    assert codes_at(found, "年末结转结余") == {"C05"}


def test_money_taken_back_explains_zero_carry_over() -> None:
    found = judge(支出合计_年初预算数=100, 支出合计_决算数=90, 财政收回=10, 年末结转结余=0)
    assert codes_at(found, "年末结转结余") == set()


def test_head_count_over_quota_is_to_be_explained() -> None:
    found = judge(编制数=18, 年末在职人数=20)
    assert codes_at(found, "年末在职人数") == {"C06"}


def test_a_wrong_rate() -> None:
    found = judge(公用经费_年初预算数=40, 公用经费_决算数=39, 公用经费控制率_指标值=0.95)
    assert "D01" in codes_at(found, "公用经费控制率_指标值")


@pytest.mark.parametrize("claimed", [0.975, "97.5%", "98%", 0.97500001])
def test_a_right_rate_as_printed(claimed: object) -> None:
    found = judge(公用经费_年初预算数=40, 公用经费_决算数=39, 公用经费控制率_指标值=claimed)
    assert not {"D01", "D02"} & codes_at(found, "公用经费控制率_指标值")


def test_the_saving_rate_taken_for_the_control_rate() -> None:
    found = judge(三公经费_年初预算数=5, 三公经费_决算数=0.42, 三公经费控制率_指标值="91.6%")
    assert "D02" in codes_at(found, "三公经费控制率_指标值")


def test_a_rate_that_could_be_computed_but_was_not_given() -> None:
    assert "D03" in codes_at(judge(编制数=18, 年末在职人数=18), "在职人员控制率_指标值")


def test_the_rate_of_a_function_row() -> None:
    rows = [{"科目名称": "卫生健康支出", "年初预算数": 20.62, "决算数": 31.02, "完成率": "100%"}]
    assert "D01" in codes_in_row(judge(功能科目=rows), "功能科目", 0)


def test_a_rate_without_its_figures_cannot_be_checked() -> None:
    rows = [{"科目名称": "卫生健康支出", "完成率": 1}]
    assert "D04" in codes_in_row(judge(功能科目=rows), "功能科目", 0)


def test_full_marks_below_the_target() -> None:
    found = judge(支出合计_年初预算数=100, 支出合计_决算数=80, 预算完成率_自评得分=2)
    assert codes_at(found, "预算完成率_自评得分") == {"E01"}


def test_points_taken_although_the_target_is_met() -> None:
    found = judge(支出合计_年初预算数=100, 支出合计_决算数=100, 预算完成率_自评得分=1.5)
    assert codes_at(found, "预算完成率_自评得分") == {"E02"}


def test_points_taken_with_a_reason_are_a_notice() -> None:
    values = {"预算完成率_自评得分": 1.5, "预算完成率_扣分原因": "执行进度前慢后快"}
    found = judge(支出合计_年初预算数=100, 支出合计_决算数=100, **values)
    assert codes_at(found, "预算完成率_自评得分") == {"E13"}


def test_a_score_above_the_points_and_below_zero() -> None:
    assert codes_at(judge(资产清查情况_自评得分=3), "资产清查情况_自评得分") == {"E03"}
    assert codes_at(judge(资产清查情况_自评得分=-1), "资产清查情况_自评得分") == {"E03"}


def test_a_missing_score() -> None:
    found = judge(单位名称="教育局")
    missing = [item for item in found.findings if item.code == "E04"]
    cell = scheme().fields["资产清查情况_自评得分"]
    assert len(missing) == 1, "seventeen blank scores are one thing to do"
    assert "共 17 处" in missing[0].message
    assert (cell.sheet, str(cell.cell)) in {*missing[0].also, (missing[0].sheet, missing[0].cell)}


def test_lost_points_without_a_reason() -> None:
    found = judge(支出合计_年初预算数=100, 支出合计_决算数=95, 预算完成率_自评得分=1.5)
    assert codes_at(found, "预算完成率_自评得分") == {"E05"}


def test_full_marks_without_figures_cannot_be_checked() -> None:
    assert codes_at(judge(政府采购执行率_自评得分="满分"), "政府采购执行率_自评得分") == {"E06", "B03"}


def test_a_blank_figure_is_not_zero() -> None:
    found = judge(政府采购_年初预算数=0, 政府采购执行率_自评得分=2)
    assert codes_at(found, "政府采购执行率_自评得分") == {"E06"}
    both = judge(政府采购_年初预算数=0, 政府采购_决算数=0, 政府采购执行率_自评得分=2)
    assert codes_at(both, "政府采购执行率_自评得分") == set()


def test_progress_without_a_plan_is_to_be_explained() -> None:
    found = judge(支付进度率_自评得分=1)
    verdicts = {item.verdict for item in found.findings if item.field == "支付进度率_自评得分"}
    assert verdicts == {"待说明"}


def test_unanswered_checklist_points() -> None:
    assert "E12" in codes_at(
        judge(预算编制完整性_要点1="是", 预算编制完整性_自评得分=2), "预算编制完整性_要点2"
    )


def test_total_against_its_items() -> None:
    found = judge(自评总分=98, 资产清查情况_自评得分=1)
    assert codes_at(found, "自评总分") == set(), "99 points are open, so 98 is possible"
    assert codes_at(judge(自评总分=0.5, 资产清查情况_自评得分=1), "自评总分") == {"E07"}


def test_a_total_that_its_open_items_cannot_reach() -> None:
    rows = [
        {
            **OWN_ROW,
            "一级指标": block,
            "分值": points,
            "自评得分": points - 10,
            "偏差原因": "年中任务调整，主动核减",
        }
        for block, points in (("履职产出", 30), ("履职效果", 30))
    ]
    found = judge(自评总分=98, 自定指标=rows)
    assert "E07" in codes_at(found, "自评总分"), "20 points are given away, 80 are the most"


def test_total_against_grade() -> None:
    assert codes_at(judge(自评总分=88, 自评等级="优"), "自评等级") == {"E08"}
    assert codes_at(judge(自评总分=90, 自评等级="优"), "自评等级") == set()


def test_block_points_that_do_not_add_up() -> None:
    assert "E09" in codes_in_row(judge(自定指标=own(分值=25, 自评得分=25)), "自定指标", 0)
    assert "E09" not in codes_in_row(judge(自定指标=own()), "自定指标", 0)


def test_blocks_without_any_indicator() -> None:
    found = judge(单位名称="教育局")
    assert [item.code for item in found.findings if item.field == "履职产出"] == ["E10"]
    assert [item.verdict for item in found.findings if item.field == "满意度"] == ["无法核验"]


def test_an_own_indicator_scored_above_its_result() -> None:
    assert "E01" in codes_in_row(judge(自定指标=own(实际完成值=90)), "自定指标", 0)
    fair = judge(自定指标=own(实际完成值=90, 自评得分=27, 偏差原因="两户停产"))
    assert codes_in_row(fair, "自定指标", 0) == set()


def test_modesty_is_told() -> None:
    assert "E02" in codes_in_row(judge(自定指标=own(自评得分=27)), "自定指标", 0)


def test_cost_is_scored_in_reverse_proportion() -> None:
    found = judge(自定指标=own(指标性质="≤", 年度指标值=90, 实际完成值=100, 自评得分=27, 偏差原因="材料涨价"))
    assert codes_in_row(found, "自定指标", 0) == set()


def test_an_incomplete_row() -> None:
    assert "F01" in codes_in_row(judge(自定指标=own(年度指标值=None)), "自定指标", 0)


def test_far_above_target_owes_an_explanation() -> None:
    assert "F02" in codes_in_row(judge(自定指标=own(实际完成值=140)), "自定指标", 0)
    assert "F02" not in codes_in_row(judge(自定指标=own(实际完成值=130)), "自定指标", 0)


@pytest.mark.parametrize(("target", "actual"), [(90, "95%"), ("90%", "95%"), ("≥90%", 95), (90, "95％")])
def test_percentages_are_compared_in_the_unit_of_the_row(target: object, actual: object) -> None:
    found = judge(自定指标=own(计量单位="%", 年度指标值=target, 实际完成值=actual))
    assert codes_in_row(found, "自定指标", 0) <= {"B03"}


def test_a_far_too_high_percentage_is_asked_about_not_scored_down() -> None:
    found = judge(自定指标=own(计量单位="%", 年度指标值=90, 实际完成值="290%"))
    assert codes_in_row(found, "自定指标", 0) == {"B03", "F02"}


def test_a_qualitative_score_outside_its_band() -> None:
    row = own(指标性质="定性", 年度指标值=None, 实际完成值="部分达成", 自评得分=30)
    assert "F03" in codes_in_row(judge(自定指标=row), "自定指标", 0)
    row = own(指标性质="定性", 年度指标值=None, 实际完成值="部分达成", 自评得分=20, 偏差原因="尚有两项未验收")
    assert codes_in_row(judge(自定指标=row), "自定指标", 0) == set()


def test_a_qualitative_result_in_other_words() -> None:
    row = own(指标性质="定性", 年度指标值=None, 实际完成值="完成", 自评得分=30)
    assert "F04" in codes_in_row(judge(自定指标=row), "自定指标", 0)


def test_text_where_a_number_is_compared() -> None:
    assert "B02" in codes_in_row(judge(自定指标=own(实际完成值="全部完成")), "自定指标", 0)


def test_another_form_altogether() -> None:
    import io

    import xlsxwriter
    from forms import scheme

    from xlsx_eval import evaluate

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.add_worksheet("通讯录").write("A1", "姓名")
    book.close()
    found = evaluate(stream.getvalue(), scheme())
    assert [item.code for item in found.findings] == ["A01"]
    assert found.state == "退回修改"


@pytest.mark.parametrize(
    ("unit", "target", "actual"), [("万元", "≤90万元", 90), (None, "≤90万元", 90), ("个", "≥50个", "50个")]
)
def test_a_unit_written_behind_a_figure_is_the_rows_unit(
    unit: object, target: object, actual: object
) -> None:
    sign = str(target)[0]
    found = judge(自定指标=own(指标性质=sign, 计量单位=unit, 年度指标值=target, 实际完成值=actual))
    assert codes_in_row(found, "自定指标", 0) == {"B03"}


@pytest.mark.parametrize("nothing", ["无", "/", "——", "0"])
def test_a_reason_that_says_nothing_is_no_reason(nothing: str) -> None:
    found = judge(自定指标=own(实际完成值=90, 自评得分=27, 偏差原因=nothing))
    assert codes_in_row(found, "自定指标", 0) == {"E05"}


def test_a_required_name_that_says_nothing_is_missing() -> None:
    assert "B01" in codes_at(judge(单位名称="无"), "单位名称")


def test_an_address_is_no_placeholder() -> None:
    address = "http://www.example.invalid/xxgk/index.html"
    assert "B15" not in codes_at(judge(预决算信息公开性_佐证材料=address), "预决算信息公开性_佐证材料")
    assert "B15" in codes_at(judge(部门职能="负责XX县的教育工作"), "部门职能")


@pytest.mark.parametrize(
    ("sign", "target", "actual"), [("≥", -5, -10), ("≤", -5, -3), ("≥", 0, -10), ("≤", -5, 0)]
)
def test_an_unmet_target_of_nothing_or_less_earns_nothing(sign: str, target: int, actual: int) -> None:
    found = judge(
        自定指标=own(
            三级指标="用电量增长率",
            计量单位="%",
            指标性质=sign,
            年度指标值=target,
            实际完成值=actual,
        )
    )
    assert next(one.score for one in found.indicators if one.own_row == 0) == 0
    assert "E01" in codes_in_row(found, "自定指标", 0)


@pytest.mark.parametrize("level", ["产出指标", None])
def test_a_row_without_its_block_says_nothing_about_the_points_of_others(level: str | None) -> None:
    found = edited("产出与效果", "B5", level)
    assert told(found) == {("F01" if level is None else "B05", "产出与效果", "B5")}
    alone = judge(自定指标=own(一级指标=level))
    assert not {"E09", "E10", "E11"} & {item.code for item in alone.findings}


@pytest.mark.parametrize("points", [-6, 0])
def test_points_of_nothing_or_less_are_told_at_their_own_cell(points: int) -> None:
    found = edited("产出与效果", "I16", points)
    assert told(found) == {("B04", "产出与效果", "I16")}
    assert next(item.expected for item in found.findings) == "大于 0，至多 10"
    assert next(one.score for one in found.indicators if one.own_row == 11) is None


def test_negative_points_are_told_even_where_the_block_adds_up() -> None:
    editor = Editor().set("产出与效果", "I16", -6).set("产出与效果", "I17", 16)
    editor.set("产出与效果", "J17", 10)
    assert {code for code, _, cell in told(evaluate(editor.save(), scheme())) if cell == "I16"} == {"B04"}


@pytest.mark.parametrize("target", ["≤12", "不超过12", "12以内", "＜12"])
def test_a_target_with_another_sign_than_its_row_is_asked(target: str) -> None:
    found = edited("产出与效果", "F5", target)
    assert told(found) == {("F05", "产出与效果", "F5"), ("B03", "产出与效果", "F5")}
    assert at(found, "产出与效果", "E5") == {"F05"}


@pytest.mark.parametrize("target", ["≥12", "不少于12", "12所以上", "12所", "12个"])
def test_a_target_with_the_sign_and_unit_of_its_row_is_read(target: str) -> None:
    assert told(edited("产出与效果", "F5", target)) == {("B03", "产出与效果", "F5")}


@pytest.mark.parametrize(("cell", "typed"), [("F5", "12人"), ("H5", "12人"), ("H5", "12％")])
def test_another_unit_than_that_of_the_row_is_asked(cell: str, typed: str) -> None:
    found = edited("产出与效果", cell, typed)
    assert at(found, "产出与效果", cell) == {"F05", "B03"}
    assert at(found, "产出与效果", "G5") == {"F05"}


@pytest.mark.parametrize(("cell", "typed"), [("H16", 105), ("H16", "130%"), ("F7", 120), ("H8", 100.5)])
def test_a_share_of_a_whole_above_100_percent_is_out_of_range(cell: str, typed: object) -> None:
    found = edited("产出与效果", cell, typed)
    assert "B04" in at(found, "产出与效果", cell)
    assert "F02" not in {code for code, _, _ in told(found)}


def test_a_negative_count_or_cost_is_out_of_range() -> None:
    assert told(edited("产出与效果", "H10", -5)) == {("B04", "产出与效果", "H10")}
    both = Editor().set("产出与效果", "F5", -12).set("产出与效果", "H5", -12)
    assert told(evaluate(both.save(), scheme())) == {
        ("B04", "产出与效果", "F5"),
        ("B04", "产出与效果", "H5"),
    }


def test_a_share_below_a_limit_in_percent_is_asked_about() -> None:
    row = own(三级指标="资产负债率", 指标性质="≤", 计量单位="%", 年度指标值=60, 实际完成值=0.75)
    assert codes_in_row(judge(自定指标=row), "自定指标", 0) == {"F05"}
    row = own(三级指标="资产负债率", 指标性质="≤", 计量单位="%", 年度指标值=60, 实际完成值=0.45)
    assert codes_in_row(judge(自定指标=row), "自定指标", 0) == set()


def test_a_figure_to_be_explained_is_not_proven_wrong() -> None:
    answers = {f"基础信息完善性_要点{number}": "是" for number in (1, 2, 3)}
    found = judge(
        支出合计_年初预算数=100, 支出合计_决算数=80, 年末结转结余=0, 基础信息完善性_自评得分=1, **answers
    )
    assert codes_at(found, "年末结转结余") == {"C05"}
    assert codes_at(found, "基础信息完善性_自评得分") == set()


def test_a_divisor_of_zero_is_called_so() -> None:
    found = judge(支出合计_年初预算数=100, 支出合计_调整后预算数=0, 支出合计_决算数=80, 预算完成率_自评得分=2)
    told = next(item for item in found.findings if item.field == "预算完成率_自评得分")
    assert "除数为 0" in told.message
    assert "未填" not in told.message


def test_the_stocktake_must_lie_in_the_year() -> None:
    import datetime

    for day, codes in ((datetime.date(2021, 6, 1), {"C06"}), (datetime.date(2022, 12, 20), set())):
        found = judge(资产清查情况_要点1="是", 资产盘点日期=day)
        assert codes <= codes_at(found, "资产盘点日期")


def test_the_grade_is_taken_from_the_total_as_printed() -> None:
    assert codes_at(judge(自评总分=89.995, 自评等级="优"), "自评等级") == set()
