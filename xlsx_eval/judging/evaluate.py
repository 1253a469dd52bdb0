"""One workbook judged: bytes and a scheme in, an evaluation out; nothing is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from xlsx_eval.findings import ERROR, EXPLAIN, UNVERIFIABLE, Finding, gravity
from xlsx_eval.judging.score import FOR_REVIEWER, UNSCORED, CheckScore, IndicatorScore, score_submission
from xlsx_eval.judging.validate import Case, validate
from xlsx_eval.reading.convert import submitted
from xlsx_eval.reading.entries import Submission
from xlsx_eval.scheme import Scheme
from xlsx_eval.states import FOR_REVIEW, PASSED, SENT_BACK
from xlsx_eval.xlsx.package.archive import DEFAULT_LIMITS, Limits


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A workbook as judged.

    `score` adds what could be computed; `unscored` are the points of indicators that could not be; `grade` is
    None while any is unscored. `claimed` is the department's own total (None: not given). `state` is 退回修改 when
    there is a 错误, 待复核 when something is to be explained, cannot be checked or waits for a person's score, else 通过. `basis` is the scheme
    that judged it, `limits` what the workbook was allowed to cost.
    """

    scheme: str
    year: int
    department: str
    code: str
    state: str
    score: float
    unscored: float
    grade: str | None
    claimed: float | None
    claimed_grade: str | None
    findings: tuple[Finding, ...]
    indicators: tuple[IndicatorScore, ...]
    checks: tuple[CheckScore, ...]
    submission: Submission
    basis: Scheme
    limits: Limits = DEFAULT_LIMITS


def evaluate(data: bytes, scheme: Scheme, limits: Limits = DEFAULT_LIMITS) -> Evaluation:
    """Reads, scores and validates a workbook of any kind this program reads; raises errors.Unreadable."""
    submission = submitted(data, scheme, limits)
    scored = score_submission(submission, scheme)
    findings = validate(Case(submission, scheme, scored))
    unscored = scored.unscored(scheme.points)
    return Evaluation(
        scheme=scheme.id,
        year=scheme.year,
        department=submission.text("单位名称"),
        code=submission.text("预算编码"),
        state=_state(findings, scored.indicators),
        score=scored.score,
        unscored=unscored,
        grade=None if unscored > 0 else scheme.grade(scored.score),
        claimed=submission.number("自评总分"),
        claimed_grade=submission.text("自评等级") or None,
        findings=findings,
        indicators=scored.indicators,
        checks=scored.checks,
        submission=submission,
        basis=scheme,
        limits=limits,
    )


def with_findings(evaluation: Evaluation, more: Iterable[Finding]) -> Evaluation:
    """The evaluation with findings that rest on more than the workbook, and the state that follows."""
    findings = tuple(sorted((*evaluation.findings, *more), key=gravity))
    state = _state(findings, evaluation.indicators)
    return replace(evaluation, findings=findings, state=state)


def _state(findings: Iterable[Finding], indicators: Iterable[IndicatorScore]) -> str:
    verdicts = {item.verdict for item in findings}
    if ERROR in verdicts:
        return SENT_BACK
    waiting = any(one.state in (FOR_REVIEWER, UNSCORED) for one in indicators)
    return FOR_REVIEW if waiting or verdicts & {EXPLAIN, UNVERIFIABLE} else PASSED
