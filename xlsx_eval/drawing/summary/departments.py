"""Sheets with a line a department or file: ranking, scores by indicator, sent back, what came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from xlsx_eval.drawing.paper import Column, Paper, Value
from xlsx_eval.drawing.summary.figures import PENDING, column_figures, ranked, remark, use_of
from xlsx_eval.drawing.summary.problems import Overview
from xlsx_eval.drawing.summary.rows import Row, repeats
from xlsx_eval.judging.results import column_points, score_columns
from xlsx_eval.scheme import Scheme
from xlsx_eval.states import SENT_BACK, UNREADABLE

RANKING = "排名"
_RANKING_COLUMNS = (
    Column("名次", 6, "count"),
    Column("预算编码", 11, "word"),
    Column("单位名称", 24),
    Column("状态", 11, "word"),
    Column("自评总分", 10, "score"),
    Column("核定得分", 10, "score"),
    Column("最终得分", 10, "score"),
    Column("差额", 10, "difference"),
    Column("未核定分值", 9, "score"),
    Column("自评等级", 7, "word"),
    Column("核定等级", 7, "word"),
    Column("最终等级", 7, "word"),
    Column("自评差异评价", 22),
    Column("错误", 7, "count"),
    Column("待说明", 7, "count"),
    Column("无法核验", 7, "count"),
    Column("结果应用", 24),
    Column("时限", 8, "word"),
    Column("备注", 24),
)
_OF_A_SEASON = frozenset({"最终得分", "最终等级", "时限"})
_HEAD_ROWS = 3
Range = tuple[int, int, int, int]


def ranking_ranges(skipped: int, lines: int, *, season: bool) -> tuple[Range, Range, Range]:
    """Where so many lines of the ranking, after those skipped, hold the names, scores and self-scores.

    The scores are the final ones of a season, else ours.
    """
    first = _HEAD_ROWS + skipped
    last = first + lines - 1
    headings = [column.heading for column in _ranking_columns(season)]
    score = headings.index("最终得分" if season else "核定得分")
    return (first, 2, last, 2), (first, score, last, score), (first, 4, last, 4)


def _ranking_columns(season: bool) -> tuple[Column, ...]:
    return tuple(column for column in _RANKING_COLUMNS if season or column.heading not in _OF_A_SEASON)


def draw_ranking(paper: Paper, rows: Sequence[Row], scheme: Scheme, *, season: bool) -> None:
    """Every judged file by its final score."""
    sheet = paper.sheet(RANKING, _ranking_columns(season))
    word = "最终" if season else "核定"
    told = f"差额＝自评总分－{word}得分；有未核定分值的，{word}得分为已核定部分之和，{word}等级待定，名次仅供参考。"
    if season:
        told = f"按最终得分排名；最终得分＝核定得分，已复核的指标以复核得分为准。{told}"
    sheet.title(f"{scheme.year}年度{scheme.name}排名表", told)
    sheet.header(frozen=3)
    again = {repeat.file: f"重复报送：{repeat}" for repeat in repeats(rows)}
    for rank, row in ranked(rows):
        cells = _ranking_cells(rank, row, scheme, again.get(row.file, ""))
        sheet.line([cells[column.heading] for column in sheet.columns])
    sheet.filter()


def _ranking_cells(rank: int, row: Row, scheme: Scheme, again: str) -> Mapping[str, Value]:
    known = row.final is not None and row.claimed is not None
    errors, explain, unverifiable = row.counts[:3]
    return {
        "名次": rank,
        "预算编码": row.code,
        "单位名称": row.name,
        "状态": row.state,
        "自评总分": row.claimed,
        "核定得分": row.score,
        "最终得分": row.final,
        "差额": round((row.claimed or 0.0) - (row.final or 0.0), 6) if known else None,
        "未核定分值": row.final_unscored,
        "自评等级": row.claimed_grade,
        "核定等级": row.grade or PENDING,
        "最终等级": row.final_grade or PENDING,
        "自评差异评价": remark(row, scheme),
        "错误": errors,
        "待说明": explain,
        "无法核验": unverifiable,
        "结果应用": use_of(row.final_grade, scheme),
        "时限": row.timely,
        "备注": "；".join(filter(None, (row.note, again))),
    }


def draw_matrix(paper: Paper, rows: Sequence[Row], marks: pd.DataFrame, scheme: Scheme) -> None:
    """Our score of every department in every indicator; blank where none could be computed."""
    keys = score_columns(scheme)
    head = (Column("预算编码", 10, "word"), Column("单位名称", 22), Column("核定得分", 9, "score"))
    sheet = paper.sheet("部门×指标", (*head, *(Column(words, 9, "score") for _, words in keys)))
    sheet.title(
        f"{scheme.year}年度各部门分指标核定得分",
        "空白为无法核定；自定指标按类合计，其中有一项无法核定的，该类留空。",
    )
    sheet.header(frozen=2)
    for _, row in ranked(rows):
        scores: dict[str, Value] = {mark.column: mark.word or mark.score for mark in row.marks}
        sheet.line((row.code, row.name, row.score, *(scores.get(key) for key, _ in keys)))
    figures = [column_figures(marks, key) for key, _ in keys]
    points = column_points(scheme)
    feet: tuple[tuple[str, str, list[Value]], ...] = (
        ("分值", "score", [points[key] for key, _ in keys]),
        ("平均得分率", "rate", [figure.rate for figure in figures]),
        ("失分部门数", "count", [figure.losing for figure in figures]),
    )
    for words, kind, values in feet:
        kinds = ("word", "text", "score", *[kind] * len(keys))
        sheet.line(("", words, None, *values), kinds=kinds, bold=True)


def draw_sent_back(paper: Paper, rows: Sequence[Row], found: Overview, *, season: bool) -> None:
    """Files that have to come again, and why."""
    columns = (
        Column("序号", 6, "count"),
        Column("预算编码", 11, "word"),
        Column("单位名称", 22),
        Column("报送文件", 26),
        Column("状态", 11, "word"),
        Column("轮次", 6, "count"),
        Column("错误", 6, "count"),
        Column("退回原因", 74),
        Column("退回文件", 30),
        *((Column("时限", 8, "word"),) if season else ()),
    )
    sheet = paper.sheet("退回清单", columns)
    sheet.title("退回清单", "列出退回修改和无法读取的文件；请将“退回文件”发还部门，限期修改后重新报送。")
    sheet.header(frozen=3)
    returned = [row for row in rows if row.state in {SENT_BACK, UNREADABLE}]
    for number, row in enumerate(returned, 1):
        errors = row.counts[0] if row.state == SENT_BACK else None
        reason = found.reasons.get(row.file, "")
        head = (number, row.code, row.name, row.file, row.state, row.round)
        sheet.line((*head, errors, reason, row.output, *((row.timely,) if season else ())))
    if not returned:
        sheet.remark("没有需要退回的文件。")


def draw_files(paper: Paper, rows: Sequence[Row]) -> None:
    """Every file that came and what became of it."""
    columns = (
        Column("序号", 6, "count"),
        Column("报送文件", 34),
        Column("单位名称", 22),
        Column("预算编码", 11, "word"),
        Column("处理结果", 11, "word"),
        Column("轮次", 6, "count"),
        Column("文件指纹", 16, "word"),
        Column("输出文件", 36),
        Column("重复报送", 36),
        Column("说明", 30),
    )
    sheet = paper.sheet("报送情况", columns)
    sheet.title(
        "报送情况",
        "文件指纹为 SHA-256 前 12 位，相同即内容完全相同；重复报送的文件均单独核对，请确认以哪一份为准。",
    )
    sheet.header(frozen=2)
    again = _repeat_words(rows)
    for number, row in enumerate(rows, 1):
        line = (number, row.file, row.name if row.department else "", row.code, row.state, row.round)
        sheet.line((*line, row.sha256[:12], row.output, again.get(row.file, ""), row.reason))
    sheet.filter()


def _repeat_words(rows: Sequence[Row]) -> Mapping[str, str]:
    return {repeat.file: str(repeat) for repeat in repeats(rows)}
