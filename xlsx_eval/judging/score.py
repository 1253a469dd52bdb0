"""Scores of a submission: every indicator by its rule, every cross-check by its figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from xlsx_eval.cell import Address, ErrorValue, Scalar
from xlsx_eval.findings import ERROR
from xlsx_eval.formula import Formula
from xlsx_eval.formula.numbers import ROUND_HALF_UP, rounded
from xlsx_eval.judging.precision import FLOAT_NOISE, answers_of, sum_tolerance
from xlsx_eval.judging.reasons import lost_points_reason, own_reason, review_reason
from xlsx_eval.reading.entries import Answer, Submission
from xlsx_eval.scheme import Check, Figures, Indicator, Own, Scheme
from xlsx_eval.scheme.rules import DROPPED, REVIEW

SCORED, UNSCORED, NOT_APPLICABLE, FOR_REVIEWER = "已核定", "无法核验", DROPPED, REVIEW


@dataclass(frozen=True, slots=True)
class IndicatorScore:
    """One indicator as judged.

    `code` is its running number (`1.01`), `path` its 一级 and 二级; `value` and `claimed_value` are the recomputed
    and the stated figure (None: none), `claimed` and `score` the self-score and ours (None: not given, cannot
    be computed). `state` is 已核定, 无法核验, 不适用 (full marks, or no score and the rest rescaled) or 待复核 (a person
    must score it). `unit` is that of the value. `formula` is the scheme's text, `inputs` the cells and values
    it used; `reason` says in words why points were lost.
    """

    code: str
    path: tuple[str, ...]
    name: str
    points: float
    value: float | None
    claimed_value: float | None
    claimed: float | None
    score: float | None
    state: str
    reason: str
    formula: str
    inputs: Mapping[str, tuple[str, Scalar]] = field(default_factory=dict)
    place: Address | None = None
    own_row: int | None = None
    key: str = ""
    unit: str = "%"

    @property
    def dropped(self) -> bool:
        """Whether it is left out and the others rescaled."""
        return self.score is None and self.state == NOT_APPLICABLE

    @property
    def shown(self) -> Scalar:
        """What its score cell holds: the score, or the word that stands for it; None while nothing can be said."""
        if self.score is None and self.state in (NOT_APPLICABLE, FOR_REVIEWER):
            return self.state
        return self.score


@dataclass(frozen=True, slots=True)
class CheckScore:
    """One cross-check as computed; None where a side is not given. `agrees` is None when it cannot be said."""

    id: str
    title: str
    left: float | None
    right: float | None
    tolerance: float
    agrees: bool | None


@dataclass(frozen=True, slots=True)
class ScoreSheet:
    """All indicators and cross-checks of a submission, and the figures they were computed from."""

    indicators: tuple[IndicatorScore, ...]
    checks: tuple[CheckScore, ...]
    figures: Figures
    points: float = 100.0
    blocks: Mapping[str, float] = field(default_factory=dict)

    @property
    def score(self) -> float:
        """Sum of what could be scored, rescaled where points are left out, with 2 decimals as the form prints it."""
        earned = self._within_blocks([(one, one.score) for one in self.indicators if one.score is not None])
        if not self.dropped:
            return rounded(earned, 2, ROUND_HALF_UP)
        return rescaled(earned, self.points, self.dropped)

    @property
    def dropped(self) -> float:
        """Points of indicators that are left out because they do not apply."""
        return sum(one.points for one in self.indicators if one.dropped)

    def unscored(self, points: float) -> float:
        """Points of `points` in all that no score could be computed for."""
        scored = self._within_blocks([(one, one.points) for one in self.indicators if one.score is not None])
        return rounded(max(0.0, points - scored - self.dropped), 2, ROUND_HALF_UP)

    def _within_blocks(self, amounts: Sequence[tuple[IndicatorScore, float]]) -> float:
        """The sum of `amounts`; a block of own indicators counts at most its points, whatever its rows claim."""
        fixed = sum(amount for one, amount in amounts if one.own_row is None)
        own = dict.fromkeys(self.blocks, 0.0)
        for one, amount in amounts:
            if one.own_row is not None:
                own[one.path[0]] = own.get(one.path[0], 0.0) + amount
        return fixed + sum(min(amount, self.blocks.get(block, amount)) for block, amount in own.items())


def rescaled(earned: float, points: float, dropped: float) -> float:
    """What was earned of the points that apply, as a share of all points, rounded as a cell would."""
    left = points - dropped
    return rounded(earned * points / left, 2, ROUND_HALF_UP) if left > 0 else 0.0


def score_submission(submission: Submission, scheme: Scheme) -> ScoreSheet:
    """Cross-checks first, for indicators may ask how many of them disagree."""
    figures = submission.figures(scheme, {"勾稽不符数": 0.0})
    checks = tuple(score_check(check, figures, submission, scheme) for check in scheme.checks)
    figures = submission.figures(scheme, {"勾稽不符数": proven_wrong(scheme, checks)})
    indicators = [
        _score_indicator(indicator, code, figures, submission, scheme)
        for indicator, code in zip(scheme.indicators, indicator_codes(scheme), strict=True)
    ]
    if scheme.own is not None:
        indicators.extend(_own_scores(scheme.own, len(_first_levels(scheme)), submission))
    return ScoreSheet(tuple(indicators), checks, figures, scheme.points, blocks_of(scheme))


def proven_wrong(scheme: Scheme, checks: Sequence[CheckScore]) -> float:
    """How many cross-checks disagree that are 错误 by the scheme; one that asks for an explanation proves nothing."""
    pairs = zip(scheme.checks, checks, strict=True)
    return float(sum(1 for check, scored in pairs if scored.agrees is False and check.verdict == ERROR))


def blocks_of(scheme: Scheme) -> Mapping[str, float]:
    """Points of the blocks of own indicators, by block."""
    return {} if scheme.own is None else scheme.own.blocks


def _first_levels(scheme: Scheme) -> list[str]:
    return list(dict.fromkeys(indicator.path[0] for indicator in scheme.indicators))


def indicator_codes(scheme: Scheme) -> Iterator[str]:
    """Running numbers of the fixed indicators: `1.01`, by first level."""
    levels = _first_levels(scheme)
    counts = dict.fromkeys(levels, 0)
    for indicator in scheme.indicators:
        counts[indicator.path[0]] += 1
        yield f"{levels.index(indicator.path[0]) + 1}.{counts[indicator.path[0]]:02d}"


def score_check(check: Check, figures: Figures, submission: Submission, scheme: Scheme) -> CheckScore:
    """One cross-check; it cannot be said whether it agrees while a side is missing."""
    left, right = _number(check.left.evaluate(figures)), _number(check.right.evaluate(figures))
    answers = [*answers_of(check.left, submission, scheme), *answers_of(check.right, submission, scheme)]
    tolerance = round(sum_tolerance(answers, scheme.decimals), 9)
    agrees = None if left is None or right is None else abs(left - right) <= tolerance + FLOAT_NOISE
    return CheckScore(check.id, check.title, left, right, tolerance, agrees)


def _number(value: Scalar) -> float | None:
    return value if isinstance(value, float) else None


def _score_indicator(
    indicator: Indicator, code: str, figures: Figures, submission: Submission, scheme: Scheme
) -> IndicatorScore:
    value = None if indicator.value is None else _number(indicator.value.evaluate(figures))
    local = figures.with_values({"值": value, "满分": indicator.points})
    result = indicator.score.evaluate(local)
    score = _number(result)
    applies = indicator.not_applicable is None or indicator.not_applicable.evaluate(figures) is not True
    claimed_value = None
    if indicator.claimed_value is not None:
        claimed_value = submission.number(indicator.claimed_value.name)
    answer = submission.answers.get(indicator.claimed.name)
    score = None if score is None else round(score, 9)
    return IndicatorScore(
        code=code,
        path=indicator.path,
        name=indicator.title,
        points=indicator.points,
        value=value,
        claimed_value=claimed_value,
        claimed=None if answer is None else answer.number,
        score=score,
        state=_state(result, applies),
        reason=review_reason(indicator)
        if result == FOR_REVIEWER
        else lost_points_reason(indicator, value, score, submission, figures),
        formula=(indicator.value or indicator.score).text,
        inputs=_inputs(indicator.value or indicator.score, submission, scheme),
        place=None if answer is None else answer.place,
        key=indicator.key,
        unit=indicator.unit,
    )


def _state(result: Scalar, applies: bool) -> str:
    if isinstance(result, float):
        return SCORED if applies else NOT_APPLICABLE
    return result if isinstance(result, str) and result in (FOR_REVIEWER, NOT_APPLICABLE) else UNSCORED


def _inputs(formula: Formula, submission: Submission, scheme: Scheme) -> dict[str, tuple[str, Scalar]]:
    return {
        answer.field.name: (_address(answer), answer.value)
        for answer in answers_of(formula, submission, scheme)
        if answer.row is None and not answer.lost
    }


def _address(answer: Answer) -> str:
    return str(answer.place)


def _own_scores(own: Own, levels: int, submission: Submission) -> Iterator[IndicatorScore]:
    """The department's own indicators, one for each row that names one, in the order of the blocks."""
    rows = [submission.row(own.table.id, index) for index in submission.filled_rows(own.table.id)]
    for number, block in enumerate(own.blocks, start=levels + 1):
        members = [row for row in rows if row["一级指标"].value == block]
        for position, row in enumerate(members, start=1):
            yield _own_score(own, row, f"{number}.{position:02d}")


def _own_score(own: Own, row: Mapping[str, Answer], code: str) -> IndicatorScore:
    values = {name: ErrorValue.NA if answer.lost else answer.value for name, answer in row.items()}
    points = row["分值"].number
    score = None if points is not None and points <= 0 else _number(own.score.evaluate(Figures(values)))
    name = row["三级指标"]
    return IndicatorScore(
        code=code,
        path=(str(row["一级指标"].value or ""), str(row["二级指标"].value or "")),
        name=str(name.value or f"第 {(name.row or 0) + 1} 行"),
        points=points or 0.0,
        value=row["实际完成值"].number,
        claimed_value=row["年度指标值"].number,
        claimed=row["自评得分"].number,
        score=score,
        state=UNSCORED if score is None else SCORED,
        reason=own_reason(row, points, score),
        formula=own.score_text,
        inputs={
            name: (_address(answer), answer.value)
            for name, answer in row.items()
            if name in own.score.names and not answer.lost
        },
        place=None if row["自评得分"].lost else row["自评得分"].place,
        own_row=name.row,
        key=f"{own.table.id}_{name.row}",
    )
