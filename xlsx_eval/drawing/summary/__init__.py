"""汇总表.xlsx: all departments of a run in one workbook, the figures by pandas, the sheets by xlsxwriter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from xlsx_eval.drawing.paper import Paper
from xlsx_eval.drawing.summary.analysis import (
    draw_common_problems,
    draw_findings,
    draw_gaps,
    draw_indicators,
)
from xlsx_eval.drawing.summary.departments import draw_files, draw_matrix, draw_ranking, draw_sent_back
from xlsx_eval.drawing.summary.figures import marks_frame
from xlsx_eval.drawing.summary.overall import draw_overall
from xlsx_eval.drawing.summary.problems import overview
from xlsx_eval.drawing.summary.rows import Coverage, Repeat, Row, repeats, row_of
from xlsx_eval.scheme import Scheme


def draw_summary(
    path: Path,
    rows: Sequence[Row],
    records: Path,
    scheme: Scheme,
    more: Sequence[Callable[[Paper], None]] = (),
    coverage: Coverage | None = None,
) -> None:
    """Writes the summary of `rows` to `path`; the findings are read from `records`, a results.jsonl.

    `more` draw further sheets behind the others; with the `coverage` of a season the final scores, those
    with a reviewer's, stand beside ours.
    """
    paper = Paper(path, f"{scheme.year}年度{scheme.name}汇总表", scheme.year)
    marks = marks_frame(rows)
    found = overview(records)
    season = coverage is not None
    draw_overall(paper, rows, scheme, coverage)
    draw_ranking(paper, rows, scheme, season=season)
    draw_matrix(paper, rows, marks, scheme)
    draw_findings(paper, records)
    draw_common_problems(paper, rows, found)
    draw_indicators(paper, marks, scheme)
    draw_gaps(paper, rows, marks, scheme)
    draw_sent_back(paper, rows, found, season=season)
    draw_files(paper, rows)
    for draw in more:
        draw(paper)
    paper.close()


__all__ = ["Coverage", "Repeat", "Row", "draw_summary", "repeats", "row_of"]
