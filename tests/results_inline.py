"""Results written out in tests: real values, with only what a test is about said."""

from __future__ import annotations

from typing import Any

from xlsx_eval.findings import Finding
from xlsx_eval.judging.results import Result
from xlsx_eval.judging.score import IndicatorScore


def finding(code: str = "C01", verdict: str = "错误", message: str = "合计不符", **others: Any) -> Finding:
    """A finding at 基础数据!E14."""
    words = {
        "sheet": "基础数据",
        "cell": "E14",
        "field": "支出合计_决算数",
        "found": "2038.06",
        "expected": "2037.97",
        "hint": "请核对各分项与合计。",
    }
    return Finding(code=code, verdict=verdict, message=message, **{**words, **others})


def indicator(
    key: str, points: float, claimed: float | None, score: float | None, **others: Any
) -> IndicatorScore:
    """An indicator by its key; with `own_row` one of the department's own."""
    words: dict[str, Any] = {
        "code": "1.04",
        "path": ("履职管理", "预算执行管理"),
        "name": key,
        "value": None,
        "claimed_value": None,
        "state": "已核定" if score is not None else "无法核验",
        "reason": "",
        "formula": "=支出合计_决算数/支出合计_预算数",
    }
    return IndicatorScore(points=points, claimed=claimed, score=score, key=key, **{**words, **others})


def result(file: str = "甲局.xlsx", state: str = "退回修改", **others: Any) -> Result:
    """A judged file of 甲局 with 90 points."""
    words: dict[str, Any] = {
        "sha256": "ab" * 32,
        "department": file.rpartition("/")[2].removesuffix(".xlsx"),
        "code": "101001",
        "year": 2022,
        "scheme": "default",
        "score": 90.0,
        "claimed": 92.5,
        "grade": "优",
        "claimed_grade": "优",
    }
    return Result(file=file, state=state, **{**words, **others})
