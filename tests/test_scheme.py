"""A scheme checks itself: every contradiction is told in words, with its place and what to write instead."""

from __future__ import annotations

import copy
import io
import pickle
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from office import recalculate
from small_scheme import one, small, small_checked, small_raw, small_text

from xlsx_eval.drawing.marked import annotate
from xlsx_eval.errors import SchemeError
from xlsx_eval.form.fill import fill
from xlsx_eval.form.template import draw_template
from xlsx_eval.judging.evaluate import evaluate
from xlsx_eval.scheme import Scheme, check_scheme, load_scheme, scheme_names
from xlsx_eval.scheme.book import blocks
from xlsx_eval.scheme.grammar import RULE_KEYS, TABLES, allowed_keys
from xlsx_eval.scheme.load import check_raw, read_raw
from xlsx_eval.scheme.rules import rule_kinds

FLOOR = one('{ kind = "floor", target = 1, step = 0.05, deduct = 2 }', "=决算数/预算数")


# ---------------------------------------------------------------- ready schemes


@pytest.mark.parametrize("name", scheme_names())
def test_a_ready_scheme_has_no_fault_and_examples_that_hold(name: str) -> None:
    checked = check_scheme(name)
    assert checked.errors == ()
    assert checked.scheme is not None
    assert checked.scheme.examples


@pytest.mark.parametrize("name", [name for name in scheme_names() if name != "default"])
def test_what_is_remembered_says_so(name: str) -> None:
    _, _, raw = read_raw(name)
    assert raw["scheme"]["remembered"]
    assert "记忆" in raw["scheme"]["note"] or "自定" in raw["scheme"]["note"]
    assert raw["scheme"]["source"]


@pytest.mark.parametrize("name", scheme_names())
def test_a_ready_scheme_is_good_for_another_year(name: str) -> None:
    assert load_scheme(name, year=2031).year == 2031


@pytest.mark.parametrize("name", scheme_names())
def test_a_scheme_travels_to_a_worker_and_back(name: str) -> None:
    scheme = load_scheme(name)
    assert pickle.loads(pickle.dumps(scheme)) == scheme


@pytest.mark.parametrize("name", scheme_names())
def test_a_template_is_drawn_from_it(name: str) -> None:
    scheme = load_scheme(name)
    book = openpyxl.load_workbook(io.BytesIO(draw_template(scheme)))
    assert book.sheetnames == [sheet.name for sheet in scheme.sheets]
    assert set(book.defined_names) == set(scheme.fields)


ENTRIES: dict[str, list[Any]] = {
    "rate": [0.5, 0.85, 0.92, 0.95, 1, 1.03],
    "integer": [0, 10, 100, 103],
    "amount": [0, 0, 10, 95, 100, 103.5],
    "number": [0, 10, 92],
    "code": ["102001"],
    "date": ["2023-03-20"],
}


def filled(scheme: Scheme, seed: int) -> bytes:
    """A workbook of the scheme with figures that meet and miss its targets."""
    chance = random.Random(seed)
    values: dict[str, Any] = {}
    for field in scheme.single_fields():
        if field.type == "choice":
            values[field.name] = chance.choice(field.choices)
        elif field.type == "score":
            values[field.name] = round((field.points or 10) * chance.choice([0.6, 0.8, 1]), 2)
        elif field.type == "year":
            values[field.name] = scheme.year
        elif chance.random() > 0.05:
            values[field.name] = chance.choice(ENTRIES.get(field.type, ["文字"]))
    if scheme.own is not None:
        values[scheme.own.table.id] = [
            {
                "一级指标": block,
                "三级指标": f"{block}总成本",
                "指标性质": chance.choice(["≥", "≤", "=", "定性"]),
                "年度指标值": 100,
                "实际完成值": chance.choice([90, 100, "达成"]),
                "分值": points,
                "自评得分": points,
            }
            for block, points in scheme.own.blocks.items()
        ]
    return fill(values, scheme)


@pytest.mark.parametrize("name", scheme_names())
def test_an_office_program_computes_its_score_sheet_as_we_do(name: str, tmp_path: Path) -> None:
    scheme = load_scheme(name)
    data = filled(scheme, 2)
    marked = annotate(data, evaluate(data, scheme))
    ours = openpyxl.load_workbook(io.BytesIO(marked), data_only=True)
    theirs = recalculate(marked, tmp_path)
    compared = 0
    for row in ours["评分表"].iter_rows():
        for cell in row:
            other = theirs["评分表"].get(cell.coordinate)
            if isinstance(cell.value, (int, float)) and isinstance(other, (int, float)):
                compared += 1
                assert abs(cell.value - other) < 1e-9, cell
            else:
                assert (cell.value or None) == (other or None) or str(cell.value) == str(other), cell
    assert compared > len(scheme.indicators)


# ---------------------------------------------------------------- a scheme from a published table, in TOML alone

PUBLISHED = """
[[indicator]]
path = ["投入", "预算配置"]
name = "财政供养人员控制率"
points = 5
value = "=项数/考核得分"
rule = { kind = "ceiling", target = 1, step = 0.01, deduct = 0.5 }

[[indicator]]
path = ["投入", "预算配置"]
name = "重点支出安排率"
points = 5
value = "=决算数/预算数"
rule = { kind = "bands", bands = [["≥90%", 5], ["[80%,90%)", 4], ["[70%,80%)", 3], ["[60%,70%)", 2], ["<60%", 0]] }

[[example]]
indicator = "重点支出安排率"
inputs = { "决算数" = 89.9, "预算数" = 100 }
points = 4
"""


def test_a_scheme_written_from_a_published_table_needs_no_python(tmp_path: Path) -> None:
    path = tmp_path / "岳阳.toml"
    path.write_text(small_text(PUBLISHED), encoding="utf-8")
    scheme = load_scheme(path)
    values = {"决算数": 70, "预算数": 100, "项数": 102, "考核得分": 100}
    assert [one.score for one in evaluate(fill(values, scheme), scheme).indicators] == [4, 3]


# ---------------------------------------------------------------- what the check says

CHECKED: dict[str, tuple[str, str]] = {
    "points that do not add up": (
        one('{ kind = "discretionary" }', points=8),
        "总分为 10，但各指标分值合计 8",
    ),
    "a checklist worth more than the indicator": (
        one('{ kind = "additive", items = [["甲", 6], ["乙", 6]] }'),
        "分值为 10，但按规则最高得 12 分",
    ),
    "bands worth less than the indicator": (
        one('{ kind = "bands", bands = [["≥1", 8], ["<1", 0]] }', "=决算数/预算数"),
        "分值为 10，但按规则最高得 8 分",
    ),
    "bands with a gap": (
        one('{ kind = "bands", bands = [["≥90%", 10], ["<80%", 0]] }', "=决算数/预算数"),
        "0.8（即 80%） 与 0.9（即 90%） 之间的值不在任何一档",
    ),
    "a band that is none": (
        one('{ kind = "bands", bands = [["90以上", 10], ["<80%", 0]] }', "=决算数/预算数"),
        "“90以上”不是区间，请写成",
    ),
    "a name with a slip": (
        one('{ kind = "floor", target = 1, step = 0.05, deduct = 2 }', "=决算/预算数"),
        "没有“决算”这个数据项；是否应为“决算数”",
    ),
    "a formula that does not parse": (
        one('{ kind = "floor", target = 1, step = 0.05, deduct = 2 }', "=决算数/(预算数"),
        "公式有误：",
    ),
    "a cell instead of a name": (
        one('{ kind = "floor", target = 1, step = 0.05, deduct = 2 }', "=数据!B6/预算数"),
        "请改用数据项的名称",
    ),
    "a key with a slip": (
        one('{ kind = "floor", target = 1, stepp = 0.05, deduct = 2 }', "=决算数/预算数"),
        "没有“stepp”这一键；是否应为“step”",
    ),
    "a key that is missing": (
        one('{ kind = "floor", target = 1, deduct = 2 }', "=决算数/预算数"),
        "缺少“step”，请补写",
    ),
    "a kind with a slip": (
        one('{ kind = "flor", target = 1, step = 0.05, deduct = 2 }', "=决算数/预算数"),
        "没有“flor”这种规则；是否应为“floor”",
    ),
    "a word where a number is due": (
        one('{ kind = "floor", target = "100%", step = 0.05, deduct = 2 }', "=决算数/预算数"),
        "应为数字，现为“100%”",
    ),
    "no value for a measured rule": (
        one('{ kind = "floor", target = 1, step = 0.05, deduct = 2 }'),
        "需要 value",
    ),
    "a step that takes more than there is": (
        one('{ kind = "floor", target = 1, step = 0.05, deduct = 20 }', "=决算数/预算数"),
        "每步扣 20 分，超过分值 10 分",
    ),
    "words against the points": (
        one(
            '{ kind = "floor", target = 1, step = 0.05, deduct = 2 }',
            "=决算数/预算数",
            'meaning = "完成预算的计8分，每低5%扣2分"',
        ),
        "分值为 10 分，文字却写“8 分”",
    ),
    "full marks named with a number of the rule": (
        one(
            '{ kind = "floor", target = 1, step = 0.05, deduct = 2 }',
            "=决算数/预算数",
            'meaning = "满分 2 分"',
        ),
        "文字却写满分 2 分",
    ),
    "a level whose name says other points": (
        FLOOR.replace('["一级", "二级"]', '["投入（15分）", "二级"]'),
        "“投入（15分）”写着 15 分，但下面各指标分值合计 10 分",
    ),
    "another year": (
        one(
            '{ kind = "floor", target = 1, step = 0.05, deduct = 2 }',
            "=决算数/预算数",
            'meaning = "2019年决算数÷预算数"',
        ),
        "写着“2019 年”，方案年度为 2022；请改为 {年度}",
    ),
    "the same name twice under one parent": (FLOOR + FLOOR, "“二级·指标”重复"),
    "an example that does not hold": (
        FLOOR + '[[example]]\nindicator = "指标"\ninputs = { "决算数" = 92.8, "预算数" = 100 }\npoints = 7',
        "应得 7 分，按规则得 8 分",
    ),
    "an example of nothing": (
        FLOOR + '[[example]]\nindicator = "指示"\ninputs = {}\npoints = 7',
        "没有“指示”这个指标；是否应为“指标”",
    ),
    "a derived figure in a circle": (
        FLOOR + '[derived]\n"甲" = "=乙+1"\n"乙" = "=甲+1"',
        "推算绕了一圈又用到自己",
    ),
    "a check whose stated side is no field": (
        FLOOR + '[[check]]\nid = "甲"\ntitle = "甲"\nleft = "=决算数"\nright = "=100"',
        "右边应是部门填报的数据项",
    ),
    "a requirement placed nowhere": (
        FLOOR
        + '[[require]]\nid = "甲"\ntitle = "甲"\ntest = "=决算数>0"\nplace = "决算"\nverdict = "错误"\nexpected = "甲"\nmessage = "{预算}"\nhint = "甲"',
        "没有“决算”这个单项数据；是否应为“决算数”",
    ),
    "a placeholder that is no field": (
        FLOOR
        + '[[require]]\nid = "甲"\ntitle = "甲"\ntest = "=决算数>0"\nplace = "决算数"\nverdict = "错误"\nexpected = "甲"\nmessage = "{预算}"\nhint = "甲"',
        "花括号里的“预算”不是数据项；是否应为“预算数”",
    ),
}


@pytest.mark.parametrize("fault", CHECKED)
def test_the_check_says(fault: str) -> None:
    text, said = CHECKED[fault]
    checked = small_checked(text)
    sentences = [checked.sentence(remark) for remark in checked.errors]
    assert any(said in sentence for sentence in sentences), sentences


PROBED: dict[str, tuple[str, str]] = {
    "money against percent": (
        one('{ kind = "floor", target = 1, step = 0.05, deduct = 2 }', "=决算数-预算数"),
        "结果是金额（万元），而规则按百分比（%）计分",
    ),
    "money and percent added up": (
        FLOOR + '[[check]]\nid = "甲"\ntitle = "甲"\nleft = "=决算数/预算数"\nright = "=上年数"',
        "两边单位不同",
    ),
    "text where a figure is due": (
        one('{ kind = "floor", target = 1, step = 0.05, deduct = 2 }', "=单位名称/预算数"),
        "试算始终得不出分数",
    ),
    "a requirement that never fires": (
        FLOOR
        + '[[require]]\nid = "甲"\ntitle = "甲"\ntest = "=决算数>=-1"\nplace = "决算数"\nverdict = "错误"\nexpected = "甲"\nmessage = "甲"\nhint = "甲"',
        "要求从未触发",
    ),
    "a requirement that always fires": (
        FLOOR
        + '[[require]]\nid = "甲"\ntitle = "甲"\ntest = "=LEN(单位名称)>99"\nplace = "决算数"\nverdict = "错误"\nexpected = "甲"\nmessage = "甲"\nhint = "甲"',
        "要求总是触发",
    ),
    "a check of a figure against itself": (
        FLOOR + '[[check]]\nid = "甲"\ntitle = "甲"\nleft = "=决算数"\nright = "=决算数"',
        "两边恒等",
    ),
    "a formula above the points": (
        one('{ kind = "formula", formula = "=满分*值*2" }', "=决算数/预算数"),
        "不在 0～10 之间",
    ),
    "a rule that never takes anything": (
        one('{ kind = "floor", target = -9, step = 0.05, deduct = 2 }', "=决算数/预算数"),
        "试算始终得满分",
    ),
    "a figure that nothing uses": (FLOOR, "没有公式用到“上年数”"),
}


@pytest.mark.parametrize("fault", PROBED)
def test_trying_the_formulas_shows(fault: str) -> None:
    text, said = PROBED[fault]
    checked = small_checked(text, thorough=True)
    sentences = [checked.sentence(remark) for remark in checked.remarks]
    assert any(said in sentence for sentence in sentences), sentences


def test_a_requirement_is_written_once_for_several_figures() -> None:
    text = (
        FLOOR
        + '[[require]]\nid = "{列}过大"\ntitle = "{列}"\ntest = "={列}<=10*上年数"\nplace = "{列}"\neach = ["决算数", "预算数"]\nneeds = ["{列}"]\nverdict = "待说明"\nexpected = "{上年数}"\nmessage = "{列} {{列}}"\nhint = "请核对。"'
    )
    assert small_checked(text, thorough=True).errors == ()
    first, second = small(text).requirements
    assert (first.id, first.place, first.needs, first.message) == (
        "决算数过大",
        "决算数",
        ("决算数",),
        "决算数 {决算数}",
    )
    assert (second.id, second.place, second.test.names) == ("预算数过大", "预算数", {"预算数", "上年数"})


def test_a_sound_scheme_is_not_complained_about() -> None:
    assert small_checked(FLOOR, thorough=True).errors == ()


def test_a_remark_names_the_line_of_the_file() -> None:
    text = small_text(FLOOR.replace("step = 0.05", "step = 0"))
    checked = small_checked(FLOOR.replace("step = 0.05", "step = 0"))
    line = next(n for n, words in enumerate(text.splitlines(), 1) if words.startswith("rule ="))
    assert checked.sentence(checked.errors[0]).startswith(
        f"第 {line} 行 [[indicator]] 第 1 个（指标） rule step："
    )


def test_what_the_program_needs_must_be_asked_for() -> None:
    raw = small_raw(FLOOR)
    raw["sheet"][0]["field"] = raw["sheet"][0]["field"][1:]
    assert "缺少程序需要的数据项“单位名称”" in check_raw(raw, "small").errors[0].text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": "没有的"}, "缺少"),
        ({"table": "没有的表"}, "没有“没有的表”这张明细表"),
        ({"survey": "满意"}, "没有“满意”这一类；是否应为“满意度”"),
        (
            {"blocks": [["履职产出", 30], ["履职效果", 30], ["满意", 10]]},
            "“满意”不在“一级指标”一列的可选内容中",
        ),
        ({"blocks": [["履职产出", 40], ["履职效果", 30], ["满意度", 10]]}, "各指标分值合计 110"),
        ({"score": "=实际完成"}, "“实际完成”不是“自定指标”的列；是否应为“实际完成值”"),
    ],
)
def test_own_indicators_are_checked(change: dict[str, Any], said: str) -> None:
    _, _, raw = read_raw("default")
    raw["own"] |= change
    if "id" in change:
        del raw["own"]["table"], raw["own"]["id"]
    texts = [remark.text for remark in check_raw(raw, "default").errors]
    assert any(said in text for text in texts), texts


def test_texts_that_name_a_blocks_points_must_name_its_points() -> None:
    _, _, raw = read_raw("default")
    for sheet in raw["sheet"]:
        sheet["note"] = sheet.get("note", "").replace("履职产出 30 分", "履职产出 40 分")
    assert [one.text for one in check_raw(raw, "default").errors] == ["“履职产出”为 30 分，文字却写“40 分”"]


def test_a_file_that_is_missing_or_no_toml_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(SchemeError, match="没有这个现成方案"):
        load_scheme("nirgends")
    path = tmp_path / "scheme.toml"
    path.write_text("[scheme", encoding="utf-8")
    with pytest.raises(SchemeError, match="不是有效的 TOML"):
        load_scheme(path)


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(SchemeError) as raised:
        small(FLOOR.replace("决算数", "决算") + '[[example]]\nindicator = "指示"\ninputs = {}\npoints = 1')
    assert len(raised.value.problems) >= 2


# ---------------------------------------------------------------- the tables of the scheme itself


def test_every_key_of_a_scheme_has_a_column_in_its_workbook() -> None:
    held = {column.key for block in blocks.BLOCKS for column in block.columns} | {
        column.key for column in blocks.HEAD_ROWS
    }
    for table, where in (
        ("sheet", ""),
        ("field", ""),
        ("grid_row", ""),
        ("column", ""),
        ("check", ""),
        ("require", ""),
    ):
        for key in TABLES[table]:
            name = key.removesuffix("?")
            if name not in ("field", "grid", "table"):
                assert f"{where}{name}" in held, (table, name)
    lists = {"items", "bands", "states", "cases", "levels", "ways"}
    assert set(RULE_KEYS) - lists <= held
    assert {f"scheme.{key.removesuffix('?')}" for key in TABLES["scheme"]} - held == {
        "scheme.grades",
        "scheme.remark_bands",
    }


def test_every_kind_of_rule_says_what_it_may_hold_and_what_it_says() -> None:
    assert len(rule_kinds()) > 5
    for kind, entry in rule_kinds().items():
        must, may = allowed_keys(kind)
        assert must | may <= set(RULE_KEYS), kind
        assert entry["title"]
        assert entry["about"]
        assert "standard" in entry


# ---------------------------------------------------------------- the guide for officers

GUIDE = Path(__file__).resolve().parents[1] / "docs" / "schemes.zh-CN.md"


def test_the_guide_names_every_kind_of_rule_and_every_ready_scheme() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    for kind, entry in rule_kinds().items():
        assert f"| {entry['title']} |" in text, kind
        assert f"`{kind}` {entry['title']}" in text, kind
    assert all(f"| `{name}` |" in text for name in scheme_names())


def test_the_guides_pictures_are_there_and_its_toml_is_sound() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    pictures = [line.partition("](")[2].rstrip(")") for line in text.splitlines() if "![" in line]
    assert pictures
    assert all((GUIDE.parent / picture).exists() for picture in pictures)
    shown = text.partition("```toml\n")[2].partition("```")[0]
    renamed = shown.replace("重点项目支出/项目总支出", "决算数/预算数").replace('"重点项目支出"', '"决算数"')
    assert small_checked(renamed.replace('"项目总支出"', '"预算数"'), 5).errors == ()


def places(table: Any) -> Iterator[tuple[Any, Any]]:
    """Every key and index of raw tables, with the table that holds it."""
    keys = list(table) if isinstance(table, dict) else range(len(table)) if isinstance(table, list) else ()
    for key in keys:
        yield table, key
        yield from places(table[key])


@pytest.mark.parametrize("name", ["monitoring", "yueyang"])
def test_whatever_is_damaged_in_a_scheme_is_told_and_never_breaks_the_check(name: str) -> None:
    chance = random.Random(7)
    _, _, raw = read_raw(name)
    values: list[Any] = [None, "", 0, -1, 1.5, True, [], {}, ["x"], "(坏", "=1/", "{坏", [[]], [["a"]]]
    for _ in range(120):
        damaged = copy.deepcopy(raw)
        table, key = chance.choice(list(places(damaged)))
        if chance.random() < 0.3:
            del table[key]
        else:
            table[key] = chance.choice(values)
        checked = check_raw(damaged, name)
        assert all(checked.sentence(remark) for remark in checked.remarks)
        assert checked.errors or checked.scheme is not None
