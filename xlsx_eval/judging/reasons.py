"""Why points were lost, in words composed from the rule and the figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xlsx_eval.formula import compile_formula
from xlsx_eval.reading.entries import Answer, Submission, show
from xlsx_eval.scheme import Figures, Indicator, Way
from xlsx_eval.scheme.bands import parse_band
from xlsx_eval.scheme.rules import distance_text, number_text, rule_kinds, value_text
from xlsx_eval.scheme.standards import parameter_words


def lost_points_reason(
    indicator: Indicator,
    value: float | None,
    score: float | None,
    submission: Submission,
    figures: Figures,
) -> str:
    """The sentence for a fixed indicator; "" when nothing was lost or nothing could be computed."""
    if score is None or score >= indicator.points:
        return ""
    rule: Mapping[str, Any] = {"kind": indicator.kind, **indicator.parameters}
    name, reason = indicator.title, indicator.reason
    if indicator.ways:
        way = _way_taken(indicator, score, submission, figures)
        if way is None:
            return ""
        rule, name = way.rule, f"{indicator.title}（{way.name}）"
        reason = rule_kinds()[rule["kind"]]["reason"]
    words = {
        "指标": name,
        "失分": show(round(indicator.points - score, 4)),
        "得分": show(round(score, 4)),
        "档": _choice_made(indicator, rule, value, submission, figures),
        "不符": "；".join(failed_items(indicator, submission)) or "数据勾稽核对不符",
        "按公式": indicator.parameters.get("words", "").rstrip("。") or "按方案公式",
        "为值": "" if value is None else f" {value_text(value, indicator.unit)}",
    }
    if value is not None:
        words |= parameter_words(rule, indicator.unit) | _value_words(rule, value, indicator.unit)
    return reason.format_map(words)


def _value_words(rule: Mapping[str, Any], value: float, unit: str) -> dict[str, str]:
    words = {
        "值": value_text(value, unit),
        "偏差": distance_text(value - rule.get("target", 0.0), unit),
    }
    beyond = rule_kinds()[rule["kind"]].get("zero", "")
    crossed = "zero" in rule and (value > rule["zero"] if ">" in beyond else value < rule["zero"])
    return words if crossed else {**words, "零分": ""}


def _way_taken(indicator: Indicator, score: float, submission: Submission, figures: Figures) -> Way | None:
    """The way that gave the score: the one chosen, else the first that gives as much."""
    chosen = submission.text(indicator.items[0].answer.name) if indicator.items else ""
    for way in indicator.ways:
        local = figures.with_values({"值": way.value.evaluate(figures), "满分": indicator.points})
        if chosen == way.name or (not chosen and way.score.evaluate(local) == score):
            return way
    return None


def _choice_made(
    indicator: Indicator,
    rule: Mapping[str, Any],
    value: float | None,
    submission: Submission,
    figures: Figures,
) -> str:
    """The band, case or state that decided the score, in the scheme's words."""
    if rule["kind"] == "cases":
        local = figures.with_values({"值": value, "满分": indicator.points})
        true = (words for test, _, words in rule["cases"] if compile_formula(test).evaluate(local) is True)
        return str(next(true, "不属于所列情形"))
    if "bands" in rule and value is not None:
        return next((text for text, _ in rule["bands"] if parse_band(text).holds(value)), "不属于所列各档")
    return submission.text(indicator.items[0].answer.name) if indicator.items else ""


def failed_items(indicator: Indicator, submission: Submission) -> list[str]:
    """The checklist points answered against the department, with the answer."""
    bad = {"是"} if indicator.parameters.get("bad") == "是" else {"否", "部分"}
    failed = []
    for item in indicator.items:
        answer = submission.text(item.answer.name)
        if answer in bad:
            failed.append(f"“{item.text}”为“{answer}”")
    return failed


def review_reason(indicator: Indicator) -> str:
    """Why a person must score it, and within what range."""
    lowest = number_text(indicator.parameters.get("lowest", 0))
    within = f"由复核人在 {lowest}～{number_text(indicator.points)} 分之间评定"
    return f"财政部门尚未给出评定得分，{within}" if indicator.kind == "external" else within


def own_reason(row: Mapping[str, Answer], points: float | None, score: float | None) -> str:
    """The sentence for an own indicator that earned less than its points."""
    if points is None or score is None or score >= points:
        return ""
    target, actual, sign = row["年度指标值"], row["实际完成值"], row["指标性质"].value
    lost = show(round(points - score, 4))
    if sign == "定性":
        return f"定性指标“{show(actual.value)}”，自评 {show(score)} 分在规定区间内，扣 {lost} 分"
    if not target.number or target.number < 0:
        return f"目标 {sign}{show(target.value)}，实际 {show(actual.value)}，未达到目标，扣 {lost} 分"
    over = sign == "=" and (actual.number or 0) > target.number
    way = "目标÷实际" if sign == "≤" or over else "实际÷目标"
    missed = "偏离目标" if over else "未达到目标"
    return f"目标 {sign}{show(target.value)}，实际 {show(actual.value)}，{missed}，按{way}的比例得 {show(score)} 分，扣 {lost} 分"
