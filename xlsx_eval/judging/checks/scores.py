"""Checks of the self-scores: given, possible, by the rule both ways, explained, added up, graded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from xlsx_eval.findings import EXPLAIN, Finding, finding
from xlsx_eval.formula.numbers import ROUND_HALF_UP, rounded
from xlsx_eval.judging.case import Case, readable, same_score
from xlsx_eval.judging.precision import answers_of
from xlsx_eval.judging.score import UNSCORED, IndicatorScore, rescaled
from xlsx_eval.reading.entries import Answer, show
from xlsx_eval.scheme import Indicator
from xlsx_eval.scheme.rules import value_text

LISTED = 3
_WAITING = "；部分得分尚待核实，核实后再更正总分"
_EXPLAIN_HINT = "请补填所需数据；确实无法提供的，请说明理由和评分依据。"
_TELL_THE_SCORE = frozenset({"E01", "E02", "E03", "E04"})
_ZERO_HINT = "请核对作除数的预算数或编制数；未调整预算的，调整后预算数请留空，不要填 0。"


def indicator_scores(case: Case) -> Iterator[Finding]:
    """Every fixed indicator's self-score against its rule, and what keeps the rule from being applied."""
    by_key = {scored.key: scored for scored in case.scored.indicators}
    for indicator in case.scheme.indicators:
        claim = case.submission.answers.get(indicator.claimed.name)
        if claim is None:
            continue
        scored = by_key[indicator.key]
        if scored.dropped:
            yield from _left_out(scored, claim)
            continue
        if indicator.kind == "external" and claim.number is None and readable(claim):
            continue
        out = list(_out_of_band(case, indicator, scored, claim))
        yield from out
        if out:
            continue
        explained = case.explained(indicator.why.name)
        yield from self_score(scored, claim, explained)
        yield from _overshoot(case, indicator, scored, explained)
        if scored.state == UNSCORED:
            yield from _cannot_score(case, indicator, scored, claim)


def _left_out(scored: IndicatorScore, claim: Answer) -> Iterator[Finding]:
    """E14 for a self-score of an indicator that does not apply and is not counted."""
    if claim.number:
        yield _score_finding("E14", scored, claim, claim.number)


def _out_of_band(
    case: Case, indicator: Indicator, scored: IndicatorScore, claim: Answer
) -> Iterator[Finding]:
    """F03 for a qualitative indicator whose self-score does not lie in the band of the level chosen."""
    if indicator.kind != "qualitative" or claim.number is None or not 0 <= claim.number <= scored.points:
        return
    level = case.submission.text(indicator.items[0].answer.name)
    for name, low, high in indicator.parameters["levels"]:
        least, most = low * scored.points, high * scored.points
        if name == level and not least - 1e-9 <= claim.number <= most + 1e-9:
            expected = f"{show(round(least, 4))}～{show(round(most, 4))}"
            words = {"指标": scored.name, "实际": level, "区间": expected, "自评": show(claim.number)}
            yield finding(
                "F03",
                claim.place,
                claim.field.name,
                words=words,
                found=claim.shown,
                expected=expected,
                points=max(least - claim.number, claim.number - most),
            )


def _overshoot(
    case: Case, indicator: Indicator, scored: IndicatorScore, explained: bool | None
) -> Iterator[Finding]:
    """F02 for a value further above its target than the rule lets pass without an explanation."""
    limit, target = indicator.parameters.get("overshoot"), indicator.parameters.get("target")
    field = indicator.claimed_value
    if limit is None or explained is not False or not target or scored.value is None or field is None:
        return
    over = scored.value / target - 1
    if over > limit + 1e-9:
        words = {
            "指标": scored.name,
            "目标": value_text(target, indicator.unit),
            "实际": value_text(scored.value, indicator.unit),
            "超出": f"{show(round(over * 100, 1))}%",
        }
        found = words["实际"]
        expected = "扣分原因栏的说明"
        yield finding(
            "F02",
            case.place(field.name),
            field.name,
            words=words,
            found=found,
            expected=expected,
            points=scored.points,
        )


def self_score(scored: IndicatorScore, claim: Answer, explained: bool | None) -> Iterator[Finding]:
    """E01 to E05 and E13: one finding at most for one self-score; `explained` is None where no reason could be given."""
    if not readable(claim):
        return
    if claim.number is None:
        yield _score_finding("E04", scored, claim, scored.points)
    elif claim.number > scored.points + 1e-9 or claim.number < 0:
        yield _score_finding("E03", scored, claim, abs(claim.number - scored.points))
    elif scored.score is not None and not same_score(claim.number, scored.score, claim.decimals):
        difference = round(abs(claim.number - scored.score), 4)
        if claim.number > scored.score:
            yield _score_finding("E01", scored, claim, difference)
        elif explained is not None:
            yield _score_finding("E13" if explained else "E02", scored, claim, difference)
    elif claim.number < scored.points - 1e-9 and explained is False:
        yield _score_finding("E05", scored, claim, round(scored.points - claim.number, 4))


def _score_finding(code: str, scored: IndicatorScore, claim: Answer, points: float) -> Finding:
    score = "无法核定" if scored.score is None else show(scored.score)
    words = {
        "指标": scored.name,
        "自评": claim.shown if claim.number is None else show(claim.number),
        "核定": score,
        "分值": show(scored.points),
        "依据": scored.reason or "评分标准",
        "差": show(points),
        "扣分": show(points),
    }
    within = f"0～{show(scored.points)}"
    # A score that is known is told at once; its range alone would cost another round.
    possible = within if scored.score is None else score
    expected = {"E03": possible, "E04": possible, "E05": "扣分原因", "E14": "空白（不计分）"}
    told = scored.score if code in _TELL_THE_SCORE else None
    return finding(
        code,
        claim.place,
        claim.field.name,
        words=words,
        found=claim.shown,
        expected=expected.get(code, score),
        points=points,
        about=f"score:{scored.key}",
        correction=told,
    )


def _cannot_score(
    case: Case, indicator: Indicator, scored: IndicatorScore, claim: Answer
) -> Iterator[Finding]:
    claimed = "未自评" if claim.number is None else f"自评 {show(claim.number)} 分"
    words = {"指标": indicator.title, "自评": claimed}
    if indicator.items:
        yield from _unanswered(case, indicator, words)
        return
    inputs = list(answers_of(indicator.value or indicator.score, case.submission, case.scheme))
    if not all(readable(answer) for answer in inputs):
        return
    if any(answer.field.required and answer.value is None for answer in inputs):
        return
    missing = [answer.field.title for answer in inputs if answer.value is None]
    words["缺少"] = f"计算所需的数据未填（{'、'.join(missing)}）" if missing else "除数为 0，无法计算"
    hint = _EXPLAIN_HINT if indicator.missing == EXPLAIN else None
    yield finding(
        "E06",
        claim.place,
        claim.field.name,
        words=words,
        found=claim.shown,
        expected="可核对的数据",
        verdict=indicator.missing,
        hint=hint if missing else _ZERO_HINT,
        points=indicator.points,
    )


def _unanswered(case: Case, indicator: Indicator, words: dict[str, str]) -> Iterator[Finding]:
    answers = [case.submission.answers.get(item.answer.name) for item in indicator.items]
    blank = [
        (item, answer)
        for item, answer in zip(indicator.items, answers, strict=True)
        if answer is not None and answer.value is None and readable(answer)
    ]
    if not blank:
        return
    more = "等" if len(blank) > LISTED else ""
    words |= {"数量": str(len(blank)), "清单": "；".join(item.text for item, _ in blank[:LISTED]) + more}
    places = [answer.place for _, answer in blank]
    yield finding(
        "E12",
        places[0],
        blank[0][1].field.name,
        words=words,
        found="空白",
        expected="逐项选择",
        points=indicator.points,
        also=tuple(places[1:]),
    )


def total_and_grade(case: Case, *, waiting: bool = False) -> Iterator[Finding]:
    """E07 for a total that its items cannot give, E08 for a grade that the total does not have.

    While some self-scores are `waiting` to be settled neither is told what to be: that would be wrong again.
    """
    total = case.submission.answers.get("自评总分")
    if total is None or total.number is None:
        return
    if total.number > case.scheme.points + 1e-9 or total.number < 0:
        words = {"字段": total.field.title, "原文": total.shown, "范围": f"0～{show(case.scheme.points)}"}
        yield finding("B04", total.place, "自评总分", words=words, found=total.shown, expected=words["范围"])
        return
    wrong = list(_total(case, total, total.number))
    if waiting:
        wrong = [replace(item, message=f"{item.message}{_WAITING}", correction=None) for item in wrong]
    yield from wrong
    right = wrong[0].correction if wrong else total.number
    yield from _grade(
        case, right if isinstance(right, float) else total.number, open_=not isinstance(right, float)
    )


def _total(case: Case, total: Answer, stated: float) -> Iterator[Finding]:
    dropped = case.scored.dropped
    counted = [one for one in case.scored.indicators if not one.dropped]
    given = [one for one in counted if one.claimed is not None]
    claimed = round(sum(one.claimed or 0 for one in given), 4)
    open_points = round(case.scheme.points - dropped - sum(one.points for one in given), 4)
    if dropped:
        claimed = rescaled(claimed, case.scheme.points, dropped)
        open_points = rescaled(open_points, case.scheme.points, dropped)
    least, most = claimed, claimed + max(0.0, open_points)
    if least - 0.005 - 1e-9 <= stated <= most + 0.005 + 1e-9:
        return
    more = (
        f"（另有 {show(open_points)} 分的指标未评分，总分至多 {show(most)}）" if open_points > 0.005 else ""
    )
    difference = show(round(abs(stated - claimed), 4))
    words = {"自评": show(stated), "合计": show(claimed), "差": difference, "补充": more}
    yield finding(
        "E07",
        total.place,
        "自评总分",
        words=words,
        found=total.shown,
        expected=show(claimed),
        points=abs(stated - claimed),
        about="total",
        correction=None if open_points > 0.005 else claimed,
    )


def _grade(case: Case, stated: float, *, open_: bool) -> Iterator[Finding]:
    answer = case.submission.answers.get("自评等级")
    if answer is None or not isinstance(answer.value, str):
        return
    grade = case.scheme.grade(rounded(stated, 2, ROUND_HALF_UP))
    if answer.value != grade:
        words = {"自评": answer.value, "总分": show(stated), "等级": grade}
        item = finding(
            "E08",
            answer.place,
            "自评等级",
            words=words,
            found=answer.value,
            expected=grade,
            about="grade",
            correction=None if open_ else grade,
        )
        yield replace(item, message=f"{item.message}；总分更正后再定等级") if open_ else item
