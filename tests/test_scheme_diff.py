"""The difference of two schemes in words, and what it does to workbooks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from xlsx_eval.form.fill import fill
from xlsx_eval.run.effect import effects, workbooks
from xlsx_eval.scheme import Scheme, load_scheme
from xlsx_eval.scheme.diff import diff_schemes
from xlsx_eval.scheme.load import check_raw, checked_scheme, read_raw


def changed(change: Callable[[dict[str, Any]], Any]) -> Scheme:
    _, _, raw = read_raw("default")
    raw["example"] = []
    change(raw)
    return checked_scheme(check_raw(raw, "changed"))


def indicator(raw: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in raw["indicator"] if one["name"] == name)
    return found


def told(change: Callable[[dict[str, Any]], Any]) -> list[str]:
    return [str(one) for one in diff_schemes(load_scheme(), changed(change))]


def test_a_scheme_does_not_differ_from_itself_or_from_its_next_year() -> None:
    assert diff_schemes(load_scheme(), load_scheme()) == ()
    next_year = [str(one) for one in diff_schemes(load_scheme(), load_scheme(year=2023))]
    assert next_year[0] == "修改方案“年度”：由“2022”改为“2023”"
    assert not any("数据项" in one for one in next_year)


def test_points_that_move_are_told_at_both_indicators() -> None:
    def move(raw: dict[str, Any]) -> None:
        indicator(raw, "预算完成率")["points"] = 3
        indicator(raw, "公用经费控制率")["points"] = 1

    assert told(move) == [
        "修改指标“预算完成率”：分值由 2 分改为 3 分",
        "修改指标“公用经费控制率”：分值由 2 分改为 1 分",
    ]


def test_a_rule_that_changes_is_told_in_its_own_words() -> None:
    def change(raw: dict[str, Any]) -> None:
        indicator(raw, "预算完成率")["rule"] |= {"step": 0.1, "deduct": 1, "steps": "started"}

    assert told(change) == [
        "修改指标“预算完成率”：步长由 5 个百分点 改为 10 个百分点；每步扣分由 0.5 改为 1；步数计法由 不设 改为 不足一步按一步"
    ]


def test_another_base_and_another_kind_of_rule_are_told() -> None:
    def change(raw: dict[str, Any]) -> None:
        indicator(raw, "预算完成率")["value"] = "=支出合计_决算数/支出合计_年初预算数"
        indicator(raw, "结转结余率")["rule"] = {"kind": "bands", "bands": [["≤5%", 2], [">5%", 0]]}

    first, second = told(change)
    assert "由 =支出合计_决算数/支出合计_预算数 改为 =支出合计_决算数/支出合计_年初预算数" in first
    assert "规则由“上限扣分”改为“分档”" in second


def test_indicators_fields_and_checks_that_come_and_go_are_told() -> None:
    def change(raw: dict[str, Any]) -> None:
        raw["indicator"].remove(indicator(raw, "支付进度率"))
        indicator(raw, "预算完成率")["points"] = 3
        raw["check"] = [one for one in raw["check"] if one["id"] != "结转结余推算"]
        raw["sheet"][1]["field"].append({"name": "传真", "type": "text", "required": True})

    texts = told(change)
    assert "取消指标“支付进度率”：原 1 分" in texts
    assert "新增数据项“传真”：在“基本情况”，必填" in texts
    assert any(one.startswith("取消勾稽关系“上年结转") for one in texts)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    common = {"公用经费_年初预算数": 10, "公用经费_决算数": 10, "支出合计_年初预算数": 100}
    for name, spent in (("甲局", 100), ("乙局", 88)):
        data = fill({"单位名称": name, "支出合计_决算数": spent, **common}, load_scheme())
        (tmp_path / f"{name}.xlsx").write_bytes(data)
    (tmp_path / "丙局.xlsx").write_bytes(b"no workbook")
    (tmp_path / "~$甲局.xlsx").write_bytes(b"lock")
    return tmp_path


def test_over_a_folder_it_says_whose_score_would_change_and_by_how_much(folder: Path) -> None:
    def harder(raw: dict[str, Any]) -> None:
        indicator(raw, "预算完成率")["rule"]["deduct"] = 1

    found = {one.file: one for one in effects(workbooks(folder), load_scheme(), changed(harder))}
    assert set(found) == {"甲局.xlsx", "乙局.xlsx", "丙局.xlsx"}
    assert found["甲局.xlsx"].difference == 0
    assert found["乙局.xlsx"].difference == -1
    assert "预算完成率 1→0" in found["乙局.xlsx"].sentence()
    assert found["丙局.xlsx"].problem
