"""Why points were lost, in words composed from the rule and the figures."""

from __future__ import annotations

from collections.abc import Mapping

from xlsx_eval.scheme import Indicator
from xlsx_eval.scheme.rules import number_text, percent_text
from xlsx_eval.submission import Answer, Submission, show


def lost_points_reason(
    indicator: Indicator, value: float | None, score: float | None, submission: Submission
) -> str:
    """The sentence for a fixed indicator; "" when nothing was lost or nothing could be computed."""
    if score is None or score >= indicator.points:
        return ""
    words = {"失分": show(round(indicator.points - score, 4)), "指标": indicator.title}
    if indicator.items:
        words["不符"] = "；".join(failed_items(indicator, submission)) or "数据勾稽核对不符"
    if value is not None:
        words["值"] = percent_text(value)
        words.update(_parameter_words(indicator, value))
    return indicator.reason.format_map(words)


def _parameter_words(indicator: Indicator, value: float) -> dict[str, str]:
    numbers = {
        name: number for name, number in indicator.parameters.items() if isinstance(number, float | int)
    }
    target = numbers.get("target", 0.0)
    words = {"目标": percent_text(target), "偏差": _points_apart(value - target)}
    if "step" in numbers:
        words["步长"] = f"{number_text(round(numbers['step'] * 100, 4))} 个百分点"
    if "deduct" in numbers:
        words["扣分"] = number_text(numbers["deduct"])
    return words


def _points_apart(difference: float) -> str:
    return f"{number_text(round(abs(difference) * 100, 2))} 个百分点"


def failed_items(indicator: Indicator, submission: Submission) -> list[str]:
    """The checklist points answered against the department, with the answer."""
    bad = {"是"} if indicator.parameters.get("bad") == "是" else {"否", "部分"}
    failed = []
    for item in indicator.items:
        answer = submission.text(item.answer.name)
        if answer in bad:
            failed.append(f"“{item.text}”为“{answer}”")
    return failed


def own_reason(row: Mapping[str, Answer], points: float | None, score: float | None) -> str:
    """The sentence for an own indicator that earned less than its points."""
    if points is None or score is None or score >= points:
        return ""
    target, actual, sign = row["年度指标值"], row["实际完成值"], row["指标性质"].value
    lost = show(round(points - score, 4))
    if sign == "定性":
        return f"定性指标“{show(actual.value)}”，自评 {show(score)} 分在规定区间内，扣 {lost} 分"
    way = "目标÷实际" if sign == "≤" else "实际÷目标"
    return f"目标 {sign}{show(target.value)}，实际 {show(actual.value)}，未达到目标，按{way}的比例得 {show(score)} 分，扣 {lost} 分"
