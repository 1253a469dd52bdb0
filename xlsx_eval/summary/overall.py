"""The first sheet: coverage, scores, grades and their charts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from xlsx_eval.evaluate import STATES
from xlsx_eval.paper import Column, Paper, Sheet, Value
from xlsx_eval.scheme import Scheme
from xlsx_eval.summary.departments import RANKING, Range, ranking_ranges
from xlsx_eval.summary.figures import (
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
from xlsx_eval.summary.rows import Row, repeats

SHEET = "汇总"
_CHART_ROWS = 16
_MOST_DEPARTMENTS = 60
_CHART_DEPARTMENTS = 12
_OURS, _CLAIMED = "#4F81BD", "#F2A65A"


def draw_overall(paper: Paper, rows: Sequence[Row], scheme: Scheme) -> None:
    """Coverage, scores and grades as tables, then the charts."""
    columns = (Column("项目", 30), Column("数值", 16), Column("占比", 16), Column("说明", 62))
    sheet = paper.sheet(SHEET, columns)
    sheet.title(
        f"{scheme.year}年度{scheme.name}汇总表",
        f"金额单位：{scheme.unit}。得分为程序核定得分，尚未计入人工复核；无法读取的文件不参与平均和等级分布。",
    )
    _coverage(sheet, rows)
    _scores(sheet, rows, scheme)
    grades = _grades(sheet, rows, scheme)
    spread = _bands(sheet, rows, scheme)
    sheet.blank()
    _grade_chart(paper, sheet, grades)
    _band_chart(paper, sheet, spread)
    sheet.blank(_CHART_ROWS)
    _department_charts(paper, sheet, rows)


def _coverage(sheet: Sheet, rows: Sequence[Row]) -> None:
    sheet.section("一、报送情况")
    sheet.header(("处理结果", "文件数", "占比", "说明"))
    notes = {
        "通过": "未发现需要修改或说明的问题",
        "退回修改": "存在错误，按“问题清单”修改后重新报送",
        "待复核": "有待说明或无法核验的事项，由财政部门复核",
        "无法读取": "不是可识别的工作簿或已损坏，按回执处理后重新报送",
    }
    counts = [sum(row.state == state for row in rows) for state in STATES]
    kinds = ("word", "count", "share", "text")
    for state, count, share in zip(STATES, counts, shares(counts), strict=True):
        sheet.line((state, count, share, notes[state]), kinds=kinds)
    again = len(repeats(rows))
    note = f"其中重复报送 {again} 份，均单独计入，见“报送情况”" if again else ""
    sheet.line(("合计", len(rows), 100.0 if rows else 0.0, note), kinds=kinds, bold=True)


def _scores(sheet: Sheet, rows: Sequence[Row], scheme: Scheme) -> None:
    known = totals(rows)
    pending = sum(row.grade is None for row in judged(rows))
    sheet.section("二、得分情况")
    sheet.header(("项目", "数值", "单位", "说明"))
    note = f"{pending} 个部门有未核定分值，其得分为已核定部分之和" if pending else ""
    lines: tuple[tuple[str, Value, str, str, str], ...] = (
        ("报送部门", known.departments, "number", "个", "按预算编码计，编码缺失的按文件计"),
        ("平均核定得分", known.mean, "score", "分", note),
        ("核定得分中位数", known.median, "score", "分", ""),
        ("最高核定得分", known.highest, "score", "分", ""),
        ("最低核定得分", known.lowest, "score", "分", ""),
        ("平均自评总分", known.claimed_mean, "score", "分", "未填自评总分的不计"),
        ("涉及资金", known.money, "money", scheme.unit, "各部门支出合计决算数之和，未填或无法读取的不计"),
    )
    for words, value, kind, unit, told in lines:
        sheet.line((words, value, unit, told), kinds=("text", kind, "word", "text"))


def _grades(sheet: Sheet, rows: Sequence[Row], scheme: Scheme) -> tuple[int, list[tuple[str, int]]]:
    counted = grade_counts(rows, scheme)
    sheet.section("三、等级分布")
    sheet.header(("核定等级", "部门数", "占比", "结果应用"))
    kinds = ("word", "count", "share", "text")
    first = sheet.row
    parts = shares([count for _, count in counted])
    for (grade, count), share in zip(counted, parts, strict=True):
        use = "有分值无法核定，待补充或复核后定级" if grade == PENDING else use_of(grade, scheme)
        sheet.line((grade, count, share, use), kinds=kinds)
    count = sum(count for _, count in counted)
    sheet.line(("合计", count, 100.0 if count else 0.0, ""), kinds=kinds, bold=True)
    return first, counted


def _bands(sheet: Sheet, rows: Sequence[Row], scheme: Scheme) -> tuple[int, list[str], list[int], list[int]]:
    words = [words for words, _, _ in bands(scheme)]
    ours = band_counts([row.score for row in judged(rows)], scheme)
    claimed = band_counts([row.claimed for row in judged(rows)], scheme)
    sheet.section("四、得分分布")
    sheet.header(("分数段", "核定得分（个）", "自评总分（个）", "说明"))
    first = sheet.row
    parts = zip(shares(ours), shares(claimed), strict=True)
    notes = [f"占核定 {mine:.2f}%，占自评 {theirs:.2f}%" for mine, theirs in parts]
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


def _band_chart(paper: Paper, sheet: Sheet, spread: tuple[int, list[str], list[int], list[int]]) -> None:
    first, words, ours, claimed = spread
    last = first + len(words) - 1
    chart = _chart(paper, "得分分布：核定与自评（部门数）", max(*ours, *claimed))
    names = ((first, 0, last, 0), words)
    _series(chart, sheet.name, "核定得分", names, ((first, 1, last, 1), ours), _OURS)
    _series(chart, sheet.name, "自评总分", names, ((first, 2, last, 2), claimed), _CLAIMED)
    _place(sheet, chart, 3, 445)


def _department_charts(paper: Paper, sheet: Sheet, rows: Sequence[Row]) -> None:
    """Score and self-score of each department in rank order, so many to a chart as can be read."""
    placed = [row for _, row in ranked(rows)][:_MOST_DEPARTMENTS]
    for number, first in enumerate(range(0, len(placed), _CHART_DEPARTMENTS)):
        shown = placed[first : first + _CHART_DEPARTMENTS]
        if number % 2 == 0:
            sheet.break_page()
        title = "各部门核定得分与自评总分（分）"
        if len(placed) > _CHART_DEPARTMENTS:
            title += f"：第 {first + 1}～{first + len(shown)} 位"
        chart = _chart(paper, title, 100)
        names, ours, claimed = ranking_ranges(first, len(shown))
        words = (names, [row.name for row in shown])
        _series(chart, RANKING, "核定得分", words, (ours, [row.score for row in shown]), _OURS)
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
