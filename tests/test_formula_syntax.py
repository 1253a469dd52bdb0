"""What parses, what is refused and where, and what a formula says about itself."""

from __future__ import annotations

import pickle

import pytest

from xlsx_eval.errors import FormulaError
from xlsx_eval.formula import FUNCTIONS, Value, compile_formula


def no_names(name: str) -> Value:
    raise KeyError(name)


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("", 0, "公式为空"),
        ("=", 1, "公式为空"),
        ("=1+", 3, "不完整"),
        ("=*2", 1, "之前缺少"),
        ("=(1+2", 5, "缺少右括号"),
        ("=1+2)", 4, "此处不应出现“)”"),
        ("=1 2", 3, "此处不应出现“2”"),
        ("=SUMM(1)", 1, "是否为 SUM？"),
        ("=1+averge(1)", 3, "是否为 AVERAGE？"),
        ("=查找(1)", 1, "没有名为 查找 的函数"),
        ("=IF()", 1, "IF 不能带 0 个参数"),
        ("=IF(1,2,3,4)", 1, "IF 不能带 4 个参数"),
        ("=SUMIFS(a,b)", 1, "SUMIFS 不能带 2 个参数"),
        ("=COUNTIFS(a,b,c)", 1, "COUNTIFS 不能带 3 个参数"),
        ("=MATCH(a,b,1)", 1, "只支持精确查找，第 3 个参数请写 0"),
        ("=VLOOKUP(a,b,2,TRUE)", 1, "第 4 个参数请写 FALSE"),
        ("=SUM（1）", 4, "半角“(”"),
        ("=IF(a，1,2)", 5, "半角“,”"),
        ("=a≥5", 2, "不能使用字符“≥”"),
        ('="abc', 1, "缺少右侧的引号"),
        ("={1,2}", 1, "数组常量"),
        ("=[1]Sheet1!A1", 1, "其他工作簿"),
        ("=SUM(A:A)", 6, "A1:B2"),
        ("=SUM(1;2)", 6, "半角逗号"),
        ("=2022年预算", 1, "不能以数字开头"),
        ("=Sheet1!XFE1:XFE2", 1, "超出工作表范围"),
        ("=名称 (1)", 4, "此处不应出现“(”"),
        ("=" + "(" * 70 + "1" + ")" * 70, 65, "嵌套超过 64 层"),
        ("=" + "-" * 70 + "1", 65, "嵌套超过 64 层"),
        ("=1" + "+1" * 4096, 8193, "超过 8192 个字符"),
    ],
)
def test_a_wrong_formula_is_refused_at_its_place(text: str, position: int, words: str) -> None:
    with pytest.raises(FormulaError) as caught:
        compile_formula(text)
    assert words in caught.value.message
    assert caught.value.position == position
    assert caught.value.text == text


def test_a_long_sum_is_no_deep_one() -> None:
    assert compile_formula("1" + "+1" * 4000).evaluate(no_names) == 4001


def test_sixty_levels_evaluate() -> None:
    deep = "IF(TRUE," * 60 + "7" + ")" * 60
    assert compile_formula(deep).evaluate(no_names) == 7


def test_a_formula_knows_what_it_uses() -> None:
    formula = compile_formula("=if(支出合计_决算数>=$D$8, sum(功能科目_决算数), '基础 数据'!C2:$B1)+TRUE")
    assert formula.text == "if(支出合计_决算数>=$D$8, sum(功能科目_决算数), '基础 数据'!C2:$B1)+TRUE"
    assert formula.names == {"支出合计_决算数", "功能科目_决算数"}
    assert formula.cells == {"D8", "'基础 数据'!B1:C2"}
    assert formula.functions == {"IF", "SUM"}


@pytest.mark.parametrize(
    "name", ["三公经费_决算数", "_x", "a.b", "FY_2022", "XYZ2022", "A1B", "SUMX", "年初预算数2"]
)
def test_what_is_a_name(name: str) -> None:
    assert compile_formula(name).names == {name}


@pytest.mark.parametrize("cell", ["D8", "XFD1048576", "FY2022", "基础数据!D8"])
def test_what_is_a_cell(cell: str) -> None:
    assert compile_formula(cell).cells == {cell}


def test_rendering_replaces_names_and_nothing_else() -> None:
    formula = compile_formula('= IF( 值>=年度指标值 , 值2 ,"值 ""值""") &\n$D$8& 值')
    replaced = {"值": "E8", "年度指标值": "INDEX(自定指标_年度指标值,3)"}
    assert (
        formula.render(replaced.get)
        == ' IF( E8>=INDEX(自定指标_年度指标值,3) , 值2 ,"值 ""值""") &\n$D$8& E8'
    )
    assert formula.render(lambda name: None) == formula.text


def test_rendering_leaves_functions_and_truths() -> None:
    assert compile_formula("IF(TRUE,SUM(a),FALSE())").render(lambda name: "B2") == "IF(TRUE,SUM(B2),FALSE())"


def test_a_formula_survives_the_way_to_a_worker() -> None:
    formula = compile_formula("=ROUND(a*2,1)")
    copy = pickle.loads(pickle.dumps(formula))
    assert copy == formula
    assert copy.evaluate({"a": 1.26}.__getitem__) == 2.5


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_function_takes_what_it_says(name: str) -> None:
    function = FUNCTIONS[name]
    arguments = ",".join(["0"] * max(function.least, len(function.kinds)))
    assert compile_formula(f"{name.lower()}({arguments})").functions == {name}
    if function.least:
        with pytest.raises(FormulaError, match=name):
            compile_formula(f"{name}({','.join(['1'] * (function.least - 1))})")
