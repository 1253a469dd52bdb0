"""One workbook handed back: marks on its cells, and the sheets 问题清单, 评分表, 勾稽表 and 取数表 appended."""

from __future__ import annotations

from xlsx_eval.drawing.marked.agreement import agreement_sheet, disagreeing_formula
from xlsx_eval.drawing.marked.problems import marks_of, problem_sheet
from xlsx_eval.drawing.marked.scoring import score_sheet
from xlsx_eval.drawing.marked.sources import gather, source_sheet
from xlsx_eval.judging.evaluate import Evaluation
from xlsx_eval.judging.rounds import History
from xlsx_eval.judging.score import proven_wrong
from xlsx_eval.reading.convert import poured
from xlsx_eval.xlsx import annotate_book, free_sheet_names

PROBLEMS, SCORES, AGREEMENT, SOURCES = "问题清单", "评分表", "勾稽表", "取数表"

__all__ = ["AGREEMENT", "PROBLEMS", "SCORES", "SOURCES", "annotate"]


def annotate(data: bytes, evaluation: Evaluation, history: History | None = None) -> bytes:
    """The workbook with everything found written on it, and otherwise as it came; earlier marks of ours go.

    With a `history`, 问题清单 says how each finding stands since the round before.
    """
    limits = evaluation.limits
    data = poured(data, evaluation.basis, limits) or data
    names = free_sheet_names(data, (PROBLEMS, SCORES, AGREEMENT, SOURCES), limits)
    wrong = proven_wrong(evaluation.basis, evaluation.checks)
    sources = gather(evaluation, names[SOURCES], disagreeing_formula(evaluation, names[AGREEMENT]), wrong)
    sheets = (
        problem_sheet(evaluation, names[PROBLEMS], history),
        score_sheet(evaluation, names[SCORES], sources.names),
        agreement_sheet(evaluation, names[AGREEMENT], sources.names),
        source_sheet(evaluation, names[SOURCES], sources),
    )
    return annotate_book(data, marks_of(evaluation), sheets, limits)
