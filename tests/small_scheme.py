"""Schemes small enough to be read in a test: a few figures and the indicators in question."""

from __future__ import annotations

import tomllib
from typing import Any

from xlsx_eval.scheme.load import Checked, check_raw, checked_scheme
from xlsx_eval.scheme.parts import Scheme

_HEAD = """
[scheme]
id = "small"
name = "小方案"
year = 2022
points = {points}
unit = "万元"
decimals = 2
grades = [["优", {excellent}], ["差", 0]]
remark_bands = [0.05]
overshoot = 0.3

[[sheet]]
name = "基本情况"
kind = "form"
title = "基本情况"
field = [
    { name = "单位名称", type = "text" },
    { name = "预算编码", type = "code" },
    { name = "评价年度", type = "year" },
    { name = "自评总分", type = "score", points = {points} },
    { name = "自评等级", type = "choice", choices = ["优", "差"] },
]

[[sheet]]
name = "数据"
kind = "grid"
title = "数据"

[[sheet.grid]]
title = "金额"
unit = "万元"
type = "amount"
columns = [{ name = "", label = "金额" }]
rows = [
    { name = "预算数" },
    { name = "决算数" },
    { name = "上年数" },
    { name = "调整数", signed = true },
    { name = "满意度", type = "rate" },
    { name = "项数", type = "integer" },
    { name = "考核得分", type = "number", bureau = true },
]

[[sheet]]
name = "指标自评"
kind = "indicators"
title = "指标自评"
"""


def small_text(indicators: str, points: float = 10) -> str:
    """The text of a scheme with these indicators."""
    head = _HEAD.replace("{points}", f"{points:g}").replace("{excellent}", f"{0.9 * points:g}")
    return head + indicators


def small_raw(indicators: str, points: float = 10) -> dict[str, Any]:
    """Its raw tables."""
    return tomllib.loads(small_text(indicators, points))


def small(indicators: str, points: float = 10) -> Scheme:
    """The scheme; raises SchemeError when it contradicts itself."""
    return checked_scheme(check_raw(small_raw(indicators, points), "small"))


def small_checked(indicators: str, points: float = 10, *, thorough: bool = False) -> Checked:
    """What the check of it says."""
    text = small_text(indicators, points)
    return check_raw(tomllib.loads(text), "small.toml", text=text, thorough=thorough)


def one(rule: str, value: str = "", more: str = "", points: float = 10) -> str:
    """One indicator named 指标 with that rule."""
    given = f"value = '{value}'\n" if value else ""
    return f'\n[[indicator]]\npath = ["一级", "二级"]\nname = "指标"\npoints = {points:g}\n{given}rule = {rule}\n{more}\n'
