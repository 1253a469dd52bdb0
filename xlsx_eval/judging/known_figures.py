"""What the bureau knows of a department, against what its workbook says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from xlsx_eval.findings import Finding, finding
from xlsx_eval.judging.evaluate import Evaluation
from xlsx_eval.reading.entries import Answer, show

_LAST, _THIS = "_上年决算数", "_决算数"
_NOISE = 1e-9
CODE_FIELD = "预算编码"


def known_findings(
    evaluation: Evaluation, code: str, approved: Mapping[str, float], last_year: Mapping[str, float]
) -> Iterator[Finding]:
    """Differences from the roster's code and approved figures, and from last year's final figures by field."""
    yield from _code(evaluation, code)
    for name, figure in approved.items():
        yield from _compared("G01", evaluation, name, figure)
    for name, figure in last_year.items():
        stated = name.removesuffix(_THIS) + _LAST
        if name.endswith(_THIS) and not name.endswith(_LAST) and stated not in approved:
            yield from _compared("G02", evaluation, stated, figure)


def _code(evaluation: Evaluation, code: str) -> Iterator[Finding]:
    answer = evaluation.submission.answers.get(CODE_FIELD)
    if answer is None or not evaluation.code or evaluation.code == code:
        return
    words = {"原文": evaluation.code, "应为": code}
    yield finding("G03", answer.place, CODE_FIELD, words=words, found=evaluation.code, expected=code)


def _compared(code: str, evaluation: Evaluation, name: str, figure: float) -> Iterator[Finding]:
    answer = evaluation.submission.answers.get(name)
    # A blank or unreadable entry is its own finding where it is required.
    if answer is None or answer.number is None or _same(answer, answer.number, figure):
        return
    expected = show(figure, answer.field)
    words = {"字段": answer.field.title, "原文": answer.shown, "应为": expected}
    money = abs(answer.number - figure) if answer.field.type == "amount" else 0.0
    yield finding(code, answer.place, name, words=words, found=answer.shown, expected=expected, money=money)


def _same(answer: Answer, number: float, figure: float) -> bool:
    """Whether both agree to the decimals that were typed."""
    decimals = 0 if answer.decimals is None else answer.decimals
    return (
        abs(number - figure)
        <= 0.5 * 10.0 ** -max(decimals, 2 if answer.field.type == "amount" else 0) + _NOISE
    )
