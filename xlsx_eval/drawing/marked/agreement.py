"""勾稽表: every cross-check of the scheme with both sides, their difference and the tolerance, live."""

from __future__ import annotations

from xlsx_eval.cell import quote_sheet
from xlsx_eval.drawing.marked.looks import (
    CENTRED,
    HEADING,
    NUMBER,
    SUBTITLE,
    TEXT,
    TITLE,
    VERDICT_FILLS,
    live,
    text,
)
from xlsx_eval.findings import ERROR, EXPLAIN
from xlsx_eval.formula import Formula
from xlsx_eval.judging.evaluate import Evaluation
from xlsx_eval.judging.score import CheckScore
from xlsx_eval.scheme import Check
from xlsx_eval.xlsx import AddedSheet, NewRow

HEADINGS = ("序号", "勾稽关系", "计算数", "填报数", "差额", "允许误差", "核对结果")
WIDTHS = (6, 58, 18, 18, 16, 14, 14)
HEADING_ROW = 4
FIRST_ROW = HEADING_ROW + 1
DISAGREES, ASKS, AGREES, OPEN = "不符", "待说明", "相符", "未核对"


def disagreeing_formula(evaluation: Evaluation, sheet: str) -> str:
    """Counts the cross-checks that disagree, as another sheet writes it."""
    return f'COUNTIF({quote_sheet(sheet)}!$G${FIRST_ROW}:$G${_last_row(evaluation)},"{DISAGREES}")'


def _last_row(evaluation: Evaluation) -> int:
    return FIRST_ROW + max(1, len(evaluation.checks)) - 1


def agreement_sheet(evaluation: Evaluation, name: str, names: dict[str, str]) -> AddedSheet:
    """勾稽表 as a sheet; `names` are scoped to it. A check with neither side given is a hidden row."""
    hint = "计算数由各分项推算；允许误差按所填小数位数四舍五入推算，差额在允许误差之内的视为相符。"
    rows = [
        NewRow((text(f"{evaluation.year}年度绩效自评数据勾稽核对表", TITLE),), height=32),
        NewRow((text(hint, SUBTITLE),)),
        NewRow(),
        NewRow(tuple(text(heading, HEADING) for heading in HEADINGS)),
    ]
    pairs = zip(evaluation.basis.checks, evaluation.checks, strict=True)
    rows += [_row(number, check, scored) for number, (check, scored) in enumerate(pairs, start=1)]
    return AddedSheet(
        name=name,
        rows=tuple(rows),
        widths=WIDTHS,
        merges=("A1:G1", "A2:G2"),
        frozen=f"A{FIRST_ROW}",
        repeat_rows=(HEADING_ROW, HEADING_ROW),
        names=names,
        colour_rules=tuple(
            (f"G{FIRST_ROW}:G{_last_row(evaluation)}", f'$G{FIRST_ROW}="{word}"', VERDICT_FILLS[verdict])
            for word, verdict in ((DISAGREES, ERROR), (ASKS, EXPLAIN))
        ),
        tab_color="A6A6A6",
    )


def _row(number: int, check: Check, scored: CheckScore) -> NewRow:
    row = FIRST_ROW + number - 1
    both = f"COUNT(C{row},D{row})<2"
    within = f"ABS(C{row}-D{row})<=F{row}+0.000000001"
    apart = DISAGREES if check.verdict == ERROR else ASKS
    return NewRow(
        (
            text(float(number), CENTRED),
            text(check.title, TEXT),
            live(_side(check.left, scored.left), scored.left, NUMBER),
            live(_side(check.right, scored.right), scored.right, NUMBER),
            live(f'IF({both},"",ROUND(C{row}-D{row},6))', _apart(scored), NUMBER),
            text(scored.tolerance, NUMBER),
            live(f'IF({both},"{OPEN}",IF({within},"{AGREES}","{apart}"))', _result(scored, apart), CENTRED),
        ),
        hidden=scored.left is None and scored.right is None,
    )


def _side(formula: Formula, value: float | None) -> str:
    """One side of a check; blank, and no error value, while a figure of it cannot be read."""
    plain = formula.text.removeprefix("=")
    return plain if value is not None else f'IFERROR({plain},"")'


def _apart(scored: CheckScore) -> float | None:
    return None if scored.left is None or scored.right is None else round(scored.left - scored.right, 6)


def _result(scored: CheckScore, apart: str) -> str:
    return OPEN if scored.agrees is None else AGREES if scored.agrees else apart
