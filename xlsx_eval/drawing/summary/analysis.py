"""Sheets over all departments: every finding, common problems, indicators, self-scores too high or too low."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from xlsx_eval.drawing.paper import Column, Paper, Sheet, Value
from xlsx_eval.drawing.summary.figures import (
    Gap,
    column_figures,
    column_gaps,
    department_gaps,
    judged,
    largest,
)
from xlsx_eval.drawing.summary.problems import Overview, finding_lines
from xlsx_eval.drawing.summary.rows import Row
from xlsx_eval.findings import catalogue
from xlsx_eval.judging.results import column_points, score_columns
from xlsx_eval.scheme import Scheme

_MOST_LINES = 1_000_000
_MOST_GAPS = 20


def draw_findings(paper: Paper, records: Path) -> None:
    """Every finding of every file, to be filtered."""
    columns = (
        Column("序号", 6, "count"),
        Column("预算编码", 11, "word"),
        Column("单位名称", 18),
        Column("代码", 7, "word"),
        Column("结论", 10, "word"),
        Column("位置", 18),
        Column("填报项", 22),
        Column("填报", 16),
        Column("应为", 20),
        Column("问题说明", 44),
        Column("处理办法", 36),
        Column("涉及分值", 8, "score"),
        Column("报送文件", 22),
    )
    sheet = paper.sheet("问题明细", columns)
    sheet.title("问题明细", "按报送文件排列；可按代码、结论或单位筛选。")
    sheet.header(frozen=3)
    for number, (record, finding) in enumerate(finding_lines(records), 1):
        if number > _MOST_LINES:
            sheet.remark("问题过多，其余见 findings.csv。")
            break
        place = f"{finding['sheet']}!{finding['cell']}" if finding["cell"] else finding["sheet"]
        words = (finding[name] for name in ("field", "found", "expected", "message", "hint"))
        head = (number, record["code"], record["department"], finding["code"], finding["verdict"], place)
        sheet.line((*head, *words, finding["points"] or None, record["file"]))
    sheet.filter()


def draw_common_problems(paper: Paper, rows: Sequence[Row], found: Overview) -> None:
    """Findings by code, those of most departments first, with an example."""
    columns = (
        Column("代码", 8, "word"),
        Column("结论", 10, "word"),
        Column("问题", 28),
        Column("涉及文件数", 9, "count"),
        Column("占已核对文件", 11, "rate"),
        Column("出现次数", 9, "count"),
        Column("示例", 62),
        Column("处理办法", 44),
    )
    sheet = paper.sheet("共性问题", columns)
    sheet.title("共性问题", "按涉及文件数排列；示例取首个出现的文件。")
    sheet.header(frozen=3)
    read = len(judged(rows))
    for code, common in found.common.items():
        entry = catalogue().get(code)
        title, advice = (entry.title, entry.explanation) if entry else (code, "")
        share = common.files / read
        sheet.line((code, common.verdict, title, common.files, share, common.times, common.example, advice))
    if not found.common:
        sheet.remark("未发现问题。")


def draw_indicators(paper: Paper, marks: pd.DataFrame, scheme: Scheme) -> None:
    """Each indicator over all departments, and those whose self-scores lie furthest above ours."""
    columns = (
        Column("指标", 34),
        Column("二级指标", 22),
        Column("分值", 8, "score"),
        Column("已核定部门数", 9, "count"),
        Column("平均得分", 9, "score"),
        Column("平均得分率", 10, "rate"),
        Column("自评得分率", 10, "rate"),
        Column("虚高幅度", 10, "rate"),
        Column("失分部门数", 9, "count"),
        Column("自评偏高部门数", 9, "count"),
        Column("自评偏低部门数", 9, "count"),
        Column("无法核定部门数", 9, "count"),
    )
    sheet = paper.sheet("指标分析", columns)
    sheet.title(
        "指标分析",
        "得分率＝得分÷分值，按能核定的部门计算；虚高幅度＝自评得分率－平均得分率；自定指标按类合计。",
    )
    sheet.header(frozen=1)
    parents = {indicator.key: indicator.path[-1] for indicator in scheme.indicators}
    points = column_points(scheme)
    inflated: list[tuple[float, str]] = []
    for key, words in score_columns(scheme):
        figures = column_figures(marks, key)
        known = figures.rate is not None and figures.claimed_rate is not None
        above = (figures.claimed_rate or 0.0) - (figures.rate or 0.0) if known else None
        if above is not None and above > 0:
            inflated.append((above, words))
        line: tuple[Value, ...] = (points[key], figures.scored, figures.mean, figures.rate)
        line = (*line, figures.claimed_rate, above, figures.losing, figures.inflated, figures.modest)
        sheet.line((words, parents.get(key, "自定指标"), *line, figures.unscored))
    _most_inflated(sheet, inflated)


def _most_inflated(sheet: Sheet, inflated: Sequence[tuple[float, str]]) -> None:
    top = sorted(inflated, key=lambda pair: (-pair[0], pair[1]))[:3]
    if top:
        words = "；".join(f"{name}（高 {above:.2%}）" for above, name in top)
        sheet.remark(f"虚高幅度最大的指标：{words}。")


def draw_gaps(paper: Paper, rows: Sequence[Row], marks: pd.DataFrame, scheme: Scheme) -> None:
    """The largest self-scores above ours and below ours, by department and by indicator."""
    columns = (
        Column("序号", 6, "count"),
        Column("预算编码", 11, "word"),
        Column("单位名称", 24),
        Column("指标", 40),
        Column("分值", 10, "score"),
        Column("自评得分", 10, "score"),
        Column("核定得分", 10, "score"),
        Column("差额", 10, "difference"),
        Column("差额占分值", 10, "rate"),
    )
    sheet = paper.sheet("虚高与谦抑", columns)
    sheet.title(
        "自评虚高与谦抑",
        "差额＝自评得分－核定得分，只比较自评和核定均有得分的指标；谦抑指自评低于按评分标准应得的分。",
    )
    names = dict(score_columns(scheme))
    whole, single = department_gaps(rows, marks), column_gaps(rows, marks)
    for title, gaps, above in (
        ("一、部门自评虚高", whole, True),
        ("二、部门自评谦抑", whole, False),
        ("三、单项指标虚高", single, True),
        ("四、单项指标谦抑", single, False),
    ):
        _gap_block(sheet, f"{title}（前 {_MOST_GAPS}）", largest(gaps, above=above, most=_MOST_GAPS), names)


def _gap_block(sheet: Sheet, title: str, gaps: Sequence[Gap], names: dict[str, str]) -> None:
    sheet.section(title)
    if not gaps:
        sheet.remark("没有。")
        return
    sheet.header()
    for number, gap in enumerate(gaps, 1):
        what = f"合计（{gap.columns} 项可比）" if gap.column is None else names.get(gap.column, gap.column)
        share = gap.above / gap.points if gap.points else None
        head = (number, gap.row.code, gap.row.name, what)
        sheet.line((*head, gap.points, gap.claimed, gap.score, gap.above, share))
