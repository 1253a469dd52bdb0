"""Every shape of rule: what it earns, what it says, and that an office program computes the same."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from office import recalculate
from small_scheme import one, small

from xlsx_eval.drawing.marked import annotate
from xlsx_eval.findings import Finding
from xlsx_eval.form.fill import fill
from xlsx_eval.judging.evaluate import Evaluation, evaluate
from xlsx_eval.scheme import Scheme, load_scheme
from xlsx_eval.scheme.bands import coverage_faults, parse_band
from xlsx_eval.scheme.lint import earned_points
from xlsx_eval.scheme.rules import rule_kinds

RATE = "=决算数/预算数"
CHANGE = "=(预算数-上年数)/上年数"


def spent(percent: float) -> dict[str, float]:
    return {"决算数": percent, "预算数": 100}


# rule, value, further keys, inputs, points earned
EARNED: list[tuple[str, str, str, dict[str, Any], object]] = [
    # 1 ceiling
    ('{ kind = "ceiling", target = 1, step = 0.01, deduct = 0.5 }', RATE, "", spent(100), 10.0),
    ('{ kind = "ceiling", target = 1, step = 0.01, deduct = 0.5 }', RATE, "", spent(101.99), 9.5),
    ('{ kind = "ceiling", target = 1, step = 0.01, deduct = 0.5 }', RATE, "", spent(200), 0.0),
    ('{ kind = "ceiling", target = 1, step = 0.01, deduct = 0.5, steps = "started" }', RATE, "", spent(101.01), 9.0),
    ('{ kind = "ceiling", target = 1, step = 0.01, deduct = 0.5, lowest = 4 }', RATE, "", spent(200), 4.0),
    ('{ kind = "ceiling", target = 1, step = 0.01, deduct = 0.5, zero = 1.05 }', RATE, "", spent(105), 7.5),
    ('{ kind = "ceiling", target = 1, step = 0.01, deduct = 0.5, zero = 1.05 }', RATE, "", spent(105.1), 0.0),
    # 2 floor: whole steps, or started ones; 0.95-0.90 is a whole step although its binary fraction is less
    ('{ kind = "floor", target = 1, step = 0.05, deduct = 2 }', RATE, "", spent(92.8), 8.0),
    ('{ kind = "floor", target = 1, step = 0.05, deduct = 2 }', RATE, "", spent(99.27), 10.0),
    ('{ kind = "floor", target = 0.95, step = 0.05, deduct = 2 }', RATE, "", spent(90), 8.0),
    ('{ kind = "floor", target = 1, step = 0.05, deduct = 2, steps = "started" }', RATE, "", spent(99.27), 8.0),
    ('{ kind = "floor", target = 1, step = 0.05, deduct = 2, steps = "started" }', RATE, "", spent(95), 8.0),
    # 3 two-sided
    ('{ kind = "two_sided", target = 1, step = 0.05, deduct = 2 }', RATE, "", spent(110), 6.0),
    ('{ kind = "two_sided", target = 1, step = 0.05, deduct = 2 }', RATE, "", spent(90), 6.0),
    # 4 bands with open and closed ends
    ('{ kind = "bands", bands = [["≤0", 10], ["(0,10%]", 4], [">10%", 0]] }', CHANGE, "", {"预算数": 100, "上年数": 100}, 10.0),
    ('{ kind = "bands", bands = [["≤0", 10], ["(0,10%]", 4], [">10%", 0]] }', CHANGE, "", {"预算数": 110, "上年数": 100}, 4.0),
    ('{ kind = "bands", bands = [["≤0", 10], ["(0,10%]", 4], [">10%", 0]] }', CHANGE, "", {"预算数": 110.1, "上年数": 100}, 0.0),
    ('{ kind = "bands", outside = "待复核", bands = [["0", 10], [">0", 0]] }', CHANGE, "", {"预算数": 99, "上年数": 100}, "待复核"),
    ('{ kind = "bands", outside = 3, bands = [["0", 10], [">0", 0]] }', CHANGE, "", {"预算数": 99, "上年数": 100}, 3.0),
    # 5 states, answered or seen from the figures
    ('{ kind = "states", states = [["显著", 10], ["一般", 5], ["没有", 0]] }', "", "", {"指标_要点1": "一般"}, 5.0),
    ('{ kind = "states", states = [["显著", 10], ["一般", 5], ["没有", 0]] }', "", "", {}, ""),
    ('{ kind = "cases", cases = [["=决算数=0", 10, "无结余"], ["=决算数<=上年数", 6, "不超上年"], ["=TRUE", 0, "超上年"]] }', "", "", {"决算数": 5, "上年数": 5}, 6.0),
    ('{ kind = "cases", cases = [["=决算数=0", 10, "无结余"], ["=决算数<=上年数", 6, "不超上年"], ["=TRUE", 0, "超上年"]] }', "", "", {"决算数": 5}, ""),
    # 6 and 7 checklists
    ('{ kind = "additive", items = [["甲", 6], ["乙", 4]] }', "", "", {"指标_要点1": "部分", "指标_要点2": "是"}, 7.0),
    ('{ kind = "subtractive", bad = "是", items = [["甲", 6], ["乙", 6]] }', "", "", {"指标_要点1": "是", "指标_要点2": "是"}, 0.0),
    ('{ kind = "subtractive", lowest = 2, items = [["甲", 6], ["乙", 6]] }', "", "", {"指标_要点1": "否", "指标_要点2": "否"}, 2.0),
    # 8 and 9 proportions
    ('{ kind = "proportional", target = 1 }', RATE, "", spent(85), 8.5),
    ('{ kind = "proportional", target = 1 }', RATE, "", spent(130), 10.0),
    ('{ kind = "proportional", target = 1, zero = 0.6 }', RATE, "", spent(59), 0.0),
    ('{ kind = "reverse_proportional", target = 1 }', RATE, "", spent(125), 8.0),
    # 10 a score from outside, held by the bureau
    ('{ kind = "external", full = 100 }', "=考核得分", 'unit = "分"', {"考核得分": 92}, 9.2),
    ('{ kind = "external", full = 100 }', "=考核得分", 'unit = "分"', {"考核得分": 120}, 10.0),
    ('{ kind = "external", full = 100 }', "=考核得分", 'unit = "分"', {}, "待复核"),
    # 11 qualitative bands: the department's own score, in its band or not at all
    ('{ kind = "qualitative", levels = [["达成", 0.8, 1], ["未达成", 0, 0.8]] }', "", "", {"指标_要点1": "达成", "指标_自评得分": 8}, 8.0),
    ('{ kind = "qualitative", levels = [["达成", 0.8, 1], ["未达成", 0, 0.8]] }', "", "", {"指标_要点1": "达成", "指标_自评得分": 7}, ""),
    # 12 satisfaction
    ('{ kind = "satisfaction", bands = [["≥95%", 10], ["[85%,95%)", 6], ["<85%", 0]] }', "=满意度", "", {"满意度": 0.95}, 10.0),
    ('{ kind = "satisfaction", bands = [["≥95%", 10], ["[85%,95%)", 6], ["<85%", 0]] }', "=满意度", "", {"满意度": 0.949}, 6.0),
    # 14 not applicable: full marks, or left out
    ('{ kind = "two_sided", target = 1, step = 0.05, deduct = 2 }', RATE, "not_applicable = '=AND(预算数=0,决算数=0)'", {"预算数": 0, "决算数": 0}, 10.0),
    ('{ kind = "two_sided", target = 1, step = 0.05, deduct = 2 }', RATE, "not_applicable = '=AND(预算数=0,决算数=0)'\nif_not_applicable = \"rescale\"", {"预算数": 0, "决算数": 0}, "不适用"),
    # 15 a person's alone
    ('{ kind = "discretionary" }', "", "", {"指标_自评得分": 10}, "待复核"),
    # a formula of one's own
    ('{ kind = "formula", formula = "=IF(值>1,0,ROUND(满分*值,1))" }', RATE, "", spent(50), 5.0),
    ('{ kind = "formula", formula = "=IF(项数=0,满分,MAX(0,满分-2*项数))" }', "", "", {"项数": 3}, 4.0),
    # other units than percent, and what a missing figure gives
    ('{ kind = "ceiling", target = 0, step = 1, deduct = 2 }', "=项数", 'unit = "项"', {"项数": 3}, 4.0),
    ('{ kind = "floor", target = 1, step = 0.05, deduct = 2 }', RATE, "", {"决算数": 5}, ""),
    ('{ kind = "floor", target = 1, step = 0.05, deduct = 2 }', RATE, 'missing = "待复核"', {"决算数": 5}, "待复核"),
]  # fmt: skip

# 13 either-or
WAYS = """{{ kind = "either", take = "{take}", ways = [
    {{ name = "面积", value = "=决算数/预算数", rule = {{ kind = "ceiling", target = 1, step = 0.05, deduct = 2 }} }},
    {{ name = "概算", value = "=调整数/上年数", rule = {{ kind = "bands", bands = [["≤100%", 10], [">100%", 5]] }} }},
] }}"""
BOTH = {"决算数": 110, "预算数": 100, "调整数": 120, "上年数": 100}
EITHER: list[tuple[str, dict[str, Any], object]] = [
    ("chosen", BOTH | {"指标_要点1": "面积"}, 6.0),
    ("chosen", BOTH | {"指标_要点1": "概算"}, 5.0),
    ("chosen", BOTH, ""),
    ("best", BOTH, 6.0),
    ("best", {"调整数": 120, "上年数": 100}, 5.0),
    ("best", {}, ""),
    ("first", BOTH, 6.0),
    ("first", {"调整数": 90, "上年数": 100}, 10.0),
]


@pytest.mark.parametrize(("rule", "value", "more", "inputs", "points"), EARNED)
def test_a_rule_earns(rule: str, value: str, more: str, inputs: dict[str, Any], points: object) -> None:
    scheme = small(one(rule, value, more))
    assert earned_points(scheme, scheme.indicators[0], inputs) == points


@pytest.mark.parametrize(("take", "inputs", "points"), EITHER)
def test_either_of_two_measures_earns(take: str, inputs: dict[str, Any], points: object) -> None:
    scheme = small(one(WAYS.format(take=take)))
    assert earned_points(scheme, scheme.indicators[0], inputs) == points


def test_every_kind_of_rule_is_tried_above() -> None:
    tried = {rule.split('"')[1] for rule, *_ in EARNED} | {"either"}
    assert tried == set(rule_kinds())


def judged(scheme: Scheme, values: dict[str, Any]) -> Evaluation:
    return evaluate(fill(values, scheme), scheme)


# Reasons, composed from the rule
REASONS: list[tuple[str, str, str, dict[str, Any], str]] = [
    (
        '{ kind = "floor", target = 1, step = 0.05, deduct = 0.5 }',
        RATE,
        "",
        spent(77.6),
        "指标 77.6%，低于目标 100% 共 22.4 个百分点，每满 5 个百分点扣 0.5 分，扣 2 分",
    ),
    (
        '{ kind = "floor", target = 1, step = 0.05, deduct = 1, steps = "started" }',
        RATE,
        "",
        spent(92),
        "指标 92%，低于目标 100% 共 8 个百分点，每 5 个百分点（不足的按一个步长计）扣 1 分，扣 2 分",
    ),
    (
        '{ kind = "floor", target = 1, step = 0.05, deduct = 1, zero = 0.6 }',
        RATE,
        "",
        spent(50),
        "指标 50%，低于目标 100% 共 50 个百分点，每满 5 个百分点扣 1 分；低于 60% 的不得分，扣 10 分",
    ),
    (
        '{ kind = "ceiling", target = 0, step = 1, deduct = 2 }',
        "=项数",
        'unit = "项"',
        {"项数": 3},
        "指标 3 项，高于目标 0 项 共 3 项，每满 1 项扣 2 分，扣 6 分",
    ),
    (
        '{ kind = "bands", bands = [["≥90%", 10], ["[80%,90%)", 6], ["<80%", 0]] }',
        RATE,
        "",
        spent(85),
        "指标 85%，属于“[80%,90%)”，得 6 分，扣 4 分",
    ),
    (
        '{ kind = "cases", cases = [["=决算数=0", 10, "无结余"], ["=决算数>0", 4, "有结余"]] }',
        "",
        "",
        {"决算数": 5},
        "指标：有结余，得 4 分，扣 6 分",
    ),
    (
        '{ kind = "states", states = [["显著", 10], ["一般", 5]] }',
        "",
        "",
        {"指标_要点1": "一般"},
        "指标为“一般”，得 5 分，扣 5 分",
    ),
    (
        '{ kind = "external", full = 100 }',
        "=考核得分",
        'unit = "分"',
        {"考核得分": 92},
        "指标评定 92 分，按 100 分制折算得 9.2 分，扣 0.8 分",
    ),
    (
        WAYS.format(take="best"),
        "",
        "",
        BOTH,
        "指标（面积） 110%，高于目标 100% 共 10 个百分点，每满 5 个百分点扣 2 分，扣 4 分",
    ),
    (
        '{ kind = "formula", formula = "=满分*值", words = "按完成率折算" }',
        RATE,
        "",
        spent(50),
        "指标 50%，按完成率折算得 5 分，扣 5 分",
    ),
    ('{ kind = "discretionary", lowest = 2 }', "", "", {}, "由复核人在 2～10 分之间评定"),
    (
        '{ kind = "external", full = 100 }',
        "=考核得分",
        "",
        {},
        "财政部门尚未给出评定得分，由复核人在 0～10 分之间评定",
    ),
]


@pytest.mark.parametrize(("rule", "value", "more", "inputs", "reason"), REASONS)
def test_a_reason_is_said_in_the_rules_own_words(
    rule: str, value: str, more: str, inputs: dict[str, Any], reason: str
) -> None:
    assert judged(small(one(rule, value, more)), inputs).indicators[0].reason == reason


def codes(evaluation: Evaluation) -> set[str]:
    return {item.code for item in evaluation.findings if item.field.startswith("指标")}


def finding(evaluation: Evaluation, code: str) -> Finding:
    return next(item for item in evaluation.findings if item.code == code)


def test_what_a_person_must_score_is_no_fault_of_the_department_and_makes_the_workbook_wait() -> None:
    scheme = small(one('{ kind = "discretionary", words = "按影响程度" }'))
    values = {"单位名称": "甲局", "预算编码": "102001", "评价年度": 2022}
    evaluation = judged(scheme, {**values, "指标_自评得分": 10, "自评总分": 10, "自评等级": "优"})
    assert evaluation.findings == ()
    assert (evaluation.state, evaluation.unscored, evaluation.grade) == ("待复核", 10, None)
    assert evaluation.indicators[0].state == "待复核"
    assert "由复核人在 0～10 分之间酌情评定" in scheme.indicators[0].standard


def test_a_score_from_outside_is_not_asked_of_the_department_while_the_bureau_has_not_given_it() -> None:
    scheme = small(one('{ kind = "external", full = 100 }', "=考核得分"))
    assert codes(judged(scheme, {})) == set()
    assert scheme.fields["考核得分"].bureau


def test_the_bureaus_cell_is_locked_and_grey_in_the_template(tmp_path: Path) -> None:
    scheme = load_scheme("hunan")
    path = tmp_path / "template.xlsx"
    path.write_bytes(fill({}, scheme))
    field = scheme.fields["重点工作考核得分"]
    cell = openpyxl.load_workbook(path)[field.sheet][str(field.cell)]
    assert cell.protection.locked
    other = scheme.fields["调查满意度"]
    assert not openpyxl.load_workbook(path)[other.sheet][str(other.cell)].protection.locked


TWO = one('{ kind = "floor", target = 1, step = 0.05, deduct = 1 }', RATE, points=60) + one(
    '{ kind = "ceiling", target = 1, step = 0.01, deduct = 1 }',
    "=调整数/上年数",
    "not_applicable = '=上年数=0'\nif_not_applicable = \"rescale\"",
    points=40,
).replace('"指标"', '"别的"')


def test_what_does_not_apply_is_left_out_and_the_rest_rescaled() -> None:
    scheme = small(TWO, 100)
    values = spent(90) | {"上年数": 0, "指标_指标值": 0.9, "指标_自评得分": 58, "指标_扣分原因": "支出较慢"}
    evaluation = judged(scheme, {**values, "自评总分": 96.67, "自评等级": "优"})
    assert (evaluation.score, evaluation.unscored, evaluation.grade) == (96.67, 0, "优")
    assert [one.shown for one in evaluation.indicators] == [58, "不适用"]
    assert {item.code for item in evaluation.findings} == set()


def test_points_claimed_for_what_is_left_out_are_an_error() -> None:
    evaluation = judged(small(TWO, 100), spent(100) | {"上年数": 0, "别的_自评得分": 40})
    assert finding(evaluation, "E14").field == "别的_自评得分"


def test_a_qualitative_self_score_outside_its_band_is_told_once() -> None:
    rule = '{ kind = "qualitative", levels = [["达成", 0.8, 1], ["部分达成", 0.6, 0.8], ["未达成", 0, 0.6]] }'
    evaluation = judged(small(one(rule)), {"指标_要点1": "部分达成", "指标_自评得分": 9})
    assert codes(evaluation) == {"F03"}
    assert finding(evaluation, "F03").expected == "6～8"


def test_far_above_the_target_an_explanation_is_owed() -> None:
    rule = '{ kind = "proportional", target = 1, overshoot = 0.3 }'
    values = spent(140) | {"指标_指标值": 1.4, "指标_自评得分": 10}
    assert codes(judged(small(one(rule, RATE)), values)) == {"F02"}
    assert codes(judged(small(one(rule, RATE)), values | {"指标_扣分原因": "目标偏低"})) == set()


def test_a_falling_rate_may_be_negative_where_the_scheme_says_so() -> None:
    rule = '{ kind = "ceiling", target = 0, step = 0.01, deduct = 1 }'
    values = {"预算数": 90, "上年数": 100, "指标_指标值": -0.1, "指标_自评得分": 10}
    assert codes(judged(small(one(rule, CHANGE, "signed = true")), values)) == set()
    assert "B04" in codes(judged(small(one(rule, CHANGE)), values))


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("[80%,90%)", (0.8, 0.8999), (0.7999, 0.9)),
        ("(0,10%]", (0.0001, 0.1), (0.0, 0.1001)),
        ("（0，10%】", (0.0001, 0.1), (0.0, 0.1001)),
        ("≥95%", (0.95, 2.0), (0.9499,)),
        ("<75%", (0.7499, -1.0), (0.75,)),
        (">30", (30.01,), (30.0,)),
        ("0", (0.0,), (0.01, -0.01)),
        ("(-∞,0]", (0.0, -5.0), (0.01,)),
        ("[0.1,∞)", (0.1, 0.30000000000000004), (0.09,)),
    ],
)
def test_a_band_holds(text: str, inside: tuple[float, ...], outside: tuple[float, ...]) -> None:
    band = parse_band(text)
    assert all(band.holds(value) for value in inside)
    assert not any(band.holds(value) for value in outside)


@pytest.mark.parametrize(
    ("bands", "fault"),
    [
        (["≥90%", "<80%"], "0.8（即 80%） 与 0.9（即 90%） 之间的值不在任何一档"),
        (["≥90%", "≤90%"], "端点 0.9（即 90%） 同时属于"),
        ([">90%", "<90%"], "端点 0.9（即 90%） 不属于任何一档"),
        (["≥80%", "<90%"], "重叠"),
        (["[80%,70%]", "≥80%", "<80%"], "不含任何值"),
        (["(0,10%]", ">10%"], "小于 0（即 0%） 的值不在任何一档"),
        (["≥90%", "<90%"], ""),
        ([">30%", "(20%,30%]", "≤20%"], ""),
    ],
)
def test_bands_must_cover_every_value_once(bands: list[str], fault: str) -> None:
    found = coverage_faults([parse_band(text) for text in bands])
    assert any(fault in one for one in found) if fault else found == []


def test_a_band_that_is_none_is_refused_with_the_way_to_write_it() -> None:
    with pytest.raises(ValueError, match=r"请写成 \[80%,90%\)"):
        parse_band("八成以上")


def all_shapes() -> tuple[Scheme, dict[str, Any]]:
    """One scheme with every case above as an indicator of its own, and figures for them."""
    cases = [(rule, value, more) for rule, value, more, *_ in EARNED]
    cases += [(WAYS.format(take=take), "", "") for take in ("chosen", "best", "first")]
    text = "".join(
        one(rule, value, more).replace('name = "指标"', f'name = "指标{number}"', 1)
        for number, (rule, value, more) in enumerate(cases)
    )
    scheme = small(text, 10 * len(cases))
    chance = random.Random(5)
    values: dict[str, Any] = {}
    for indicator in scheme.indicators:
        for item in indicator.items:
            values[item.answer.name] = chance.choice(item.answer.choices)
        values[indicator.claimed.name] = chance.choice([0, 5, 8, 10])
    return scheme, values


@pytest.mark.parametrize(
    "figures",
    [
        {
            "预算数": 100,
            "决算数": 92.8,
            "上年数": 95,
            "调整数": 101,
            "满意度": 0.949,
            "项数": 3,
            "考核得分": 88.5,
        },
        {"预算数": 0, "决算数": 0, "上年数": 0, "调整数": -3, "满意度": 0.95, "项数": 0},
        {"预算数": 99.9, "决算数": "105.1.", "上年数": 100},
    ],
)
def test_an_office_program_computes_every_shape_as_we_do(figures: dict[str, Any], tmp_path: Path) -> None:
    scheme, values = all_shapes()
    data = fill(values | figures, scheme)
    marked = annotate(data, evaluate(data, scheme))
    path = tmp_path / "marked.xlsx"
    path.write_bytes(marked)
    ours = openpyxl.load_workbook(path, data_only=True)
    theirs = recalculate(marked, tmp_path)
    for sheet in ("评分表", "取数表"):
        for row in ours[sheet].iter_rows():
            for cell in row:
                other = theirs[sheet].get(cell.coordinate)
                if isinstance(cell.value, (int, float)) and isinstance(other, (int, float)):
                    assert abs(cell.value - other) < 1e-9, cell
                else:
                    assert (cell.value or None) == (other or None) or str(cell.value) == str(other), cell
