"""Published submissions filled into the scheme that fits: everything provable is found, nothing right is an error."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from xlsx_eval.form.fill import fill
from xlsx_eval.judging.evaluate import Evaluation, evaluate
from xlsx_eval.scheme import Scheme, load_scheme
from xlsx_eval.scheme.load import check_raw, checked_scheme, read_raw

CASES = Path(__file__).resolve().parents[1].parent / "shared" / "cases" / "others.toml"


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    if not CASES.exists():
        pytest.skip("the published cases are not beside this checkout")
    return {case["id"]: case for case in tomllib.loads(CASES.read_text(encoding="utf-8"))["case"]}


def judged(scheme: Scheme, values: dict[str, Any]) -> Evaluation:
    return evaluate(fill(values, scheme), scheme)


def found(evaluation: Evaluation, code: str) -> dict[str, Any]:
    """Findings of that code by field."""
    return {item.field: item for item in evaluation.findings if item.code == code}


def errors(evaluation: Evaluation) -> set[tuple[str, str]]:
    return {(item.code, item.field) for item in evaluation.findings if item.verdict == "错误"}


def hunan_with_eight_points() -> Scheme:
    """The locality whose 在职人员控制率, 三公经费变动率 and 预算完成率 are worth 8 points each."""
    _, _, raw = read_raw("hunan")
    points = {
        "在职人员控制率": 8,
        "预算完成率": 8,
        "新建楼堂馆所面积控制率": 2,
        "新建楼堂馆所投资概算控制率": 2,
    }
    for indicator in raw["indicator"]:
        indicator["points"] = points.get(indicator["name"], indicator["points"])
    raw["example"] = []
    return checked_scheme(check_raw(raw, "hunan, 8 points"))


def score_of(evaluation: Evaluation, name: str) -> float | None:
    return next(one.score for one in evaluation.indicators if one.name == name)


@pytest.fixture(scope="module")
def base_data(published: dict[str, Any]) -> Evaluation:
    case = published["base-data-2018"]

    def row(name: str, figures: list[Any]) -> dict[str, Any]:
        return {f"{name}_{column}": figure for column, figure in zip(columns, figures, strict=True)}

    columns = ["上年决算数", "本年预算数", "本年决算数"]
    budget = case["budget"]
    values = {
        "编制数": case["staff"]["quota"],
        "年末在职人数": case["staff"]["actual"],
        "在职人员控制率_指标值": case["staff"]["claimed_rate"],
        **row("三公经费", case["three_public"]),
        **row("公务用车购置费", case["vehicle_purchase"]),
        **row("公务用车运行维护费", case["vehicle_running"]),
        **row("公务接待费", case["reception"]),
        **row("公用经费", case["public_expense_total"]),
        **row("办公经费", case["public_office"]),
        **row("水电差旅费", case["public_utilities_travel"]),
        **row("会议培训费", case["public_meetings"]),
        **row("政府采购", case["procurement"]),
        "年初预算数": budget["initial"],
        "本年追加": round(budget["adjusted"] - budget["initial"], 2),
        "调整后预算数": budget["adjusted"],
        "上年结转": budget["carry_in"],
        "年末结余": budget["carry_out"],
        "上年三公经费预算数": case["three_public_budget_last_year"],
        **{f"{name}_自评得分": points for name, points in case["claims"].items()},
    }
    return judged(hunan_with_eight_points(), values)


def test_an_empty_total_over_filled_parts_is_found_in_each_column(base_data: Evaluation) -> None:
    totals = found(base_data, "C03")
    assert {"公用经费_上年决算数", "公用经费_本年预算数", "公用经费_本年决算数"} == set(totals)
    assert totals["公用经费_本年预算数"].expected == "18.3"


def test_an_empty_department_is_found(base_data: Evaluation) -> None:
    assert "单位名称" in found(base_data, "B01")


def test_a_number_with_a_dot_too_many_is_read_and_told(base_data: Evaluation) -> None:
    assert found(base_data, "B03")["水电差旅费_本年预算数"].expected == "7.5"


def test_parts_over_budget_and_the_base_of_the_rate_are_asked_for(base_data: Evaluation) -> None:
    asked = found(base_data, "C06")
    assert asked["公用经费_本年决算数"].verdict == "待说明"
    assert asked["上年三公经费预算数"].verdict == "待说明"


def test_what_is_right_in_the_base_data_is_no_error(base_data: Evaluation) -> None:
    wrong = {field for _, field in errors(base_data)}
    assert "在职人员控制率_指标值" not in wrong
    assert not any(field.startswith("三公经费_") for field in wrong)
    assert not any(one.agrees is False for one in base_data.checks)
    claimed = ["在职人员控制率_自评得分", "三公经费变动率_自评得分", "预算完成率_自评得分"]
    assert not wrong & set(claimed[0::2])


def test_99_27_percent_earns_8_of_8_and_92_8_percent_3_of_5(base_data: Evaluation) -> None:
    assert score_of(base_data, "预算完成率") == 8
    assert (
        round(next(one.value or 0 for one in base_data.indicators if one.name == "预算完成率"), 4) == 0.9927
    )
    low = judged(load_scheme("hunan"), {"上年结转": 0, "年初预算数": 1000, "本年追加": 0, "年末结余": 72})
    assert score_of(low, "预算完成率") == 3


def own_row(
    name: str, block: str, sign: str, target: float, actual: float, points: float, claim: float
) -> dict[str, Any]:
    return {
        "一级指标": block,
        "三级指标": name,
        "指标性质": sign,
        "年度指标值": target,
        "实际完成值": actual,
        "分值": points,
        "自评得分": claim,
    }


def test_school_project_claims_more_than_its_items_can_give(published: dict[str, Any]) -> None:
    case = published["school-project-2021"]
    items = case["items"]
    assert sum(items) + 10 == 94
    execution, late, others = items[5 - 1], items[10], [*items[:4], *items[5:10], *items[11:]]
    rows = [own_row("完成时间", "产出指标", "=", 12, 12, 5, late)]
    blocks = ["产出指标"] * 10 + ["效益指标"] * 4
    for number, (claim, block) in enumerate(zip(others, blocks, strict=True), start=1):
        # The form does not print every indicator's points: the largest is taken to have missed its target.
        points = 17 if claim == 13 else claim
        rows.append(own_row(f"指标{number}", block, "≥", points, claim, points, claim))
    values = {
        "年度资金总额_全年预算数": 64.8,
        "年度资金总额_全年执行数": 64.8,
        "当年财政拨款_全年预算数": 64.8,
        "当年财政拨款_全年执行数": 64.8,
        "预算执行率_指标值": 1,
        "预算执行率_自评得分": execution,
        "自评总分": case["claimed_total"],
        "自定指标": rows,
    }
    evaluation = judged(load_scheme("project"), values)
    total = found(evaluation, "E07")["自评总分"]
    assert "至多 96" in total.message, "two scores are corrected by a point each before the total is"
    assert found(evaluation, "E02")["预算执行率_自评得分"].expected == "10"
    assert found(evaluation, "E02")["自定指标_自评得分"].message.startswith(
        "“完成时间”自评 4 分，按评分标准应得 5 分"
    )


@pytest.fixture(scope="module")
def township(published: dict[str, Any]) -> Evaluation:
    case = published["township-project-2022"]
    total, fiscal = case["total_row"], case["fiscal_row"]
    words = {"initial": "年初预算数", "adjusted": "全年预算数", "executed": "全年执行数"}
    signs = [("≥", 50), ("≥", 100), ("≤", 90)]
    rows = [
        own_row(name, "产出指标", sign, target, actual, points, claim)
        for (name, _, actual, points, claim), (sign, target) in zip(case["indicators"], signs, strict=True)
    ]
    values: dict[str, Any] = {f"年度资金总额_{word}": total[key] for key, word in words.items()}
    values |= {f"当年财政拨款_{word}": fiscal[key] for key, word in words.items()}
    values |= {"预算执行率_指标值": total["rate"], "预算执行率_自评得分": total["score"], "自定指标": rows}
    return judged(load_scheme("project"), values)


def test_a_total_row_of_zeros_over_filled_rows_is_wrong_in_each_column(township: Evaluation) -> None:
    left_out = found(township, "C07")
    assert (left_out["年度资金总额_年初预算数"].found, left_out["年度资金总额_年初预算数"].correction) == (
        "0",
        90,
    )
    assert left_out["年度资金总额_全年预算数"].correction == 89.974
    # What was spent has a second relation that no figure mends, so that no value is told.
    assert found(township, "C01")["年度资金总额_全年执行数"].expected == "89.974"


def test_ten_points_lost_to_an_empty_total_row_are_told(township: Evaluation) -> None:
    lost = found(township, "E02")["预算执行率_自评得分"]
    assert (lost.found, lost.expected, lost.points) == ("0", "10", 10)


def test_a_cost_that_is_not_what_was_spent_is_wrong(township: Evaluation) -> None:
    assert found(township, "C06")["年度资金总额_全年执行数"].verdict == "错误"


def test_the_townships_own_indicators_are_met_and_no_error(township: Evaluation) -> None:
    scores = [one for one in township.indicators if one.own_row is not None]
    assert [one.score for one in scores] == [8, 8, 8]
    assert not {code for code, field in errors(township) if field == "自定指标_自评得分"}


def test_points_taken_although_every_target_is_met_are_told(published: dict[str, Any]) -> None:
    case = published["resources-project-2020"]
    rows = []
    for number, (target, actual, points, claim) in enumerate(case["indicators"], start=1):
        sign, figure, _ = target.split()
        block = "效益指标" if sign == "≥" else "产出指标"
        rows.append(own_row(f"指标{number}", block, sign, float(figure), actual, points, claim))
    values = {
        "年度资金总额_全年预算数": 7.29,
        "年度资金总额_全年执行数": 7.29,
        "预算执行率_指标值": 1,
        "预算执行率_自评得分": 10,
        "自定指标": rows,
    }
    evaluation = judged(load_scheme("project"), values)
    told = [item for item in evaluation.findings if item.code == "E02"]
    assert sorted((item.found, item.expected) for item in told) == [
        ("19", "20"),
        ("19", "20"),
        ("27", "30"),
        ("9", "10"),
    ]
    assert not any(field.startswith("年度资金总额") for _, field in errors(evaluation))
