"""One workbook judged: bytes and a scheme in, an evaluation out; nothing is written."""

from __future__ import annotations

from dataclasses import dataclass

from xlsx_eval.findings import Finding
from xlsx_eval.score import CheckScore, IndicatorScore
from xlsx_eval.submission import Submission

PASSED, SENT_BACK, FOR_REVIEW, UNREADABLE = "通过", "退回修改", "待复核", "无法读取"
STATES = (PASSED, SENT_BACK, FOR_REVIEW, UNREADABLE)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A workbook as judged.

    `score` adds what could be computed; `unscored` are the points of indicators that could not be; `grade` is
    None while any is unscored. `claimed` is the department's own total (None: not given). `state` is 退回修改 when
    there is a 错误, 待复核 when something is to be explained or cannot be checked, else 通过.
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
