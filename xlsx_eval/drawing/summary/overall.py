"""The first sheet: coverage, scores, grades and their charts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from xlsx_eval.drawing.paper import Column, Paper, Sheet, Value
from xlsx_eval.drawing.summary.departments import RANKING, Range, ranking_ranges
from xlsx_eval.drawing.summary.figures import (
    PENDING,
    band_counts,
    bands,
    grade_counts,
    judged,
    ranked,
    shares,
    totals,
    use_of,
)
from xlsx_eval.drawing.summary.rows import Coverage, Row, repeats
from xlsx_eval.scheme import Scheme
from xlsx_eval.states import STATES

SHEET = "汇总"
_CHART_ROWS = 16
_MOST_DEPARTMENTS = 60
_CHART_DEPARTMENTS = 12
_COUNTED = ("word", "count", "share", "text")
_OURS, _CLAIMED = "#4F81BD", "#F2A65A"


def draw_overall(paper: Paper, rows: Sequence[Row], scheme: Scheme, coverage: Coverage | None) -> None:
    """Coverage, scores and grades as tables, then the charts; final scores and grades in a season."""
    columns = (Column("项目", 30), Column("数值", 16), Column("占比", 16), Column("说明", 62))
    sheet = paper.sheet(SHEET, columns)
    told = "得分为程序核定得分，尚未计入人工复核"
    if coverage is not None:
        told = (
            "得分和等级为最终结果，已复核的指标以复核得分为准；"
            "“部门×指标”“指标分析”“虚高与谦抑”按程序核定得分"
        )
    sheet.title(
        f"{scheme.year}年度{scheme.name}汇总表",
        f"金额单位：{scheme.unit}。{told}；无法读取的文件不参与平均和等级分布。",
    )
    word, numerals = ("核定" if coverage is None else "最终"), iter("一二三四五")
    if coverage is not None:
        _departments(sheet, coverage, next(numerals))
    _files(sheet, rows, next(numerals))
    _scores(sheet, rows, scheme, next(numerals), word)
    grades = _grades(sheet, rows, scheme, next(numerals), word)
    spread = _bands(sheet, rows, scheme, next(numerals), word)
    sheet.blank()
    _grade_chart(paper, sheet, grades)
    _band_chart(paper, sheet, spread, word)
    sheet.blank(_CHART_ROWS)
    _department_charts(paper, sheet, rows, word)


def _departments(sheet: Sheet, coverage: Coverage, numeral: str) -> None:
    """Who has to file and did, of the roster."""
    sheet.section(f"{numeral}、收集情况")
    sheet.header(("部门", "部门数", "占应报", "说明"))
    overdue = f"其中逾期未报 {coverage.overdue} 个" if coverage.overdue else ""
    for words, count, told in (
        ("应报", coverage.due, "名册所列部门，免报的除外"),
        ("已报", coverage.came, f"其中已完成复核 {coverage.reviewed} 个" if coverage.reviewed else ""),
        ("未报", coverage.missing, overdue),
        ("迟报", coverage.late, "首次报送晚于截止日期，已计入已报"),
    ):
        share = 100 * count / coverage.due if coverage.due else None
        sheet.line((words, count, share, told), kinds=_COUNTED)
    sheet.line(("免报", coverage.excused, None, "不计入应报，原因见“收集情况”"), kinds=_COUNTED)
    rate = 100 * coverage.came / coverage.due if coverage.due else None
    sheet.line(("覆盖率", None, rate, "已报÷应报"), kinds=_COUNTED, bold=True)
    if coverage.outdated:
        sheet.remark(
            f"{coverage.outdated} 个部门按旧方案核定：其最新一轮核对后，评价方案、评价年度或程序已变更，"
            "见“收集情况”备注；重新报送后按现行方案核定。"
        )


def _files(sheet: Sheet, rows: Sequence[Row], numeral: str) -> None:
    sheet.section(f"{numeral}、报送情况")
    sheet.header(("处理结果", "文件数", "占比", "说明"))
    notes = {
        "通过": "未发现需要修改或说明的问题",
        "退回修改": "存在错误，按“问题清单”修改后重新报送",
        "待复核": "有待说明或无法核验的事项，由财政部门复核",
        "无法读取": "不是可识别的工作簿或已损坏，按回执处理后重新报送",
    }
    counts = [sum(row.state == state for row in rows) for state in STATES]
    for state, count, share in zip(STATES, counts, shares(counts), strict=True):
        sheet.line((state, count, share, notes[state]), kinds=_COUNTED)
    again = len(repeats(rows))
    note = f"其中重复报送 {again} 份，均单独计入，见“报送情况”" if again else ""
    sheet.line(("合计", len(rows), 100.0 if rows else 0.0, note), kinds=_COUNTED, bold=True)


def _scores(sheet: Sheet, rows: Sequence[Row], scheme: Scheme, numeral: str, word: str) -> None:
    known = totals(rows)
    pending = sum(row.final_grade is None for row in judged(rows))
    sheet.section(f"{numeral}、得分情况")
    sheet.header(("项目", "数值", "单位", "说明"))
    note = f"{pending} 个部门有未核定分值，其得分为已核定部分之和" if pending else ""
    counted = "按预算编码计，编码缺失的按文件计"
    if word == "最终":
        counted = "已有核对结果的部门，含报送后免报和从名册移除的"
    lines: tuple[tuple[str, Value, str, str, str], ...] = (
        ("报送部门", known.departments, "number", "个", counted),
        (f"平均{word}得分", known.mean, "score", "分", note),
        (f"{word}得分中位数", known.median, "score", "分", ""),
        (f"{word}得分最高值", known.highest, "score", "分", ""),
        (f"{word}得分最低值", known.lowest, "score", "分", ""),
        ("平均自评总分", known.claimed_mean, "score", "分", "未填自评总分的不计"),
        ("涉及资金", known.money, "money", scheme.unit, "各部门支出合计决算数之和，未填或无法读取的不计"),
    )
    for words, value, kind, unit, told in lines:
        sheet.line((words, value, unit, told), kinds=("text", kind, "word", "text"))


def _grades(
    sheet: Sheet, rows: Sequence[Row], scheme: Scheme, numeral: str, word: str
) -> tuple[int, list[tuple[str, int]]]:
    counted = grade_counts(rows, scheme)
    sheet.section(f"{numeral}、等级分布")
    sheet.header((f"{word}等级", "部门数", "占比", "结果应用"))
    first = sheet.row
    parts = shares([count for _, count in counted])
    for (grade, count), share in zip(counted, parts, strict=True):
        use = "有分值无法核定，待补充或复核后定级" if grade == PENDING else use_of(grade, scheme)
        sheet.line((grade, count, share, use), kinds=_COUNTED)
    count = sum(count for _, count in counted)
    sheet.line(("合计", count, 100.0 if count else 0.0, ""), kinds=_COUNTED, bold=True)
    return first, counted


def _bands(
    sheet: Sheet, rows: Sequence[Row], scheme: Scheme, numeral: str, word: str
) -> tuple[int, list[str], list[int], list[int]]:
    words = [words for words, _, _ in bands(scheme)]
    ours = band_counts([row.final for row in judged(rows)], scheme)
    claimed = band_counts([row.claimed for row in judged(rows)], scheme)
    sheet.section(f"{numeral}、得分分布")
    sheet.header(("分数段", f"{word}得分（个）", "自评总分（个）", "说明"))
    first = sheet.row
    parts = zip(shares(ours), shares(claimed), strict=True)
    notes = [f"占{word} {mine:.2f}%，占自评 {theirs:.2f}%" for mine, theirs in parts]
    for line in zip(words, ours, claimed, notes, strict=True):
        sheet.line(line, kinds=("text", "count", "count", "text"))
    return first, words, ours, claimed


def _grade_chart(paper: Paper, sheet: Sheet, grades: tuple[int, list[tuple[str, int]]]) -> None:
    first, counted = grades
    chart = _chart(paper, "等级分布（部门数）", max(count for _, count in counted))
    last = first + len(counted) - 1
    _series(
        chart,
        sheet.name,
        "部门数",
        ((first, 0, last, 0), [name for name, _ in counted]),
        ((first, 1, last, 1), [count for _, count in counted]),
        _OURS,
    )
    chart.set_legend({"none": True})
    _place(sheet, chart, 0, 440)


def _band_chart(
    paper: Paper, sheet: Sheet, spread: tuple[int, list[str], list[int], list[int]], word: str
) -> None:
    first, words, ours, claimed = spread
    last = first + len(words) - 1
    chart = _chart(paper, f"得分分布：{word}与自评（部门数）", max(*ours, *claimed))
    names = ((first, 0, last, 0), words)
    _series(chart, sheet.name, f"{word}得分", names, ((first, 1, last, 1), ours), _OURS)
    _series(chart, sheet.name, "自评总分", names, ((first, 2, last, 2), claimed), _CLAIMED)
    _place(sheet, chart, 3, 445)


def _department_charts(paper: Paper, sheet: Sheet, rows: Sequence[Row], word: str) -> None:
    """Score and self-score of each department in rank order, so many to a chart as can be read."""
    placed = [row for _, row in ranked(rows)][:_MOST_DEPARTMENTS]
    for number, first in enumerate(range(0, len(placed), _CHART_DEPARTMENTS)):
        shown = placed[first : first + _CHART_DEPARTMENTS]
        if number % 2 == 0:
            sheet.break_page()
        title = f"各部门{word}得分与自评总分（分）"
        if len(placed) > _CHART_DEPARTMENTS:
            title += f"：第 {first + 1}～{first + len(shown)} 位"
        chart = _chart(paper, title, 100)
        names, ours, claimed = ranking_ranges(first, len(shown), season=word == "最终")
        words = (names, [row.name for row in shown])
        _series(chart, RANKING, f"{word}得分", words, (ours, [row.final for row in shown]), _OURS)
        _series(chart, RANKING, "自评总分", words, (claimed, [row.claimed for row in shown]), _CLAIMED)
        _place(sheet, chart, 0, 890)
        sheet.blank(_CHART_ROWS)


def _chart(paper: Paper, title: str, most: float) -> Any:
    chart = paper.chart("column")
    font = {"name": "宋体", "size": 10}
    chart.set_title({"name": title, "name_font": {"name": "黑体", "size": 12, "bold": False}})
    chart.set_x_axis({"num_font": font})
    step = max(1, math.ceil(most / 5))
    lines = {"visible": True, "line": {"color": "#D9D9D9"}}
    chart.set_y_axis({"num_font": font, "min": 0, "major_unit": step, "major_gridlines": lines})
    chart.set_legend({"position": "bottom", "font": font})
    return chart


def _series(
    chart: Any,
    sheet: str,
    name: str,
    categories: tuple[Range, Sequence[str]],
    values: tuple[Range, Sequence[float | None]],
    colour: str,
) -> None:
    whole = all(value is None or isinstance(value, int) for value in values[1])
    # The rows are on disk by now, so the chart is given its data for programs that do not recalculate.
    chart.add_series(
        {
            "name": name,
            "categories": [sheet, *categories[0]],
            "values": [sheet, *values[0]],
            "categories_data": list(categories[1]),
            "values_data": list(values[1]),
            "fill": {"color": colour},
            "data_labels": {
                "value": True,
                "num_format": "General" if whole else "0.0",
                "font": {"name": "宋体", "size": 8},
            },
            "gap": 80,
        }
    )


def _place(sheet: Sheet, chart: Any, column: int, width: int) -> None:
    chart.set_size({"width": width, "height": 300})
    sheet.drawn.insert_chart(sheet.row, column, chart, {"x_offset": 4, "y_offset": 4})
