"""Entries of a department's own indicators, read again by what their row says: its points and its unit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from xlsx_eval.reading.entries import Answer, Submission, show
from xlsx_eval.reading.normalise import Reading, read_number, read_text
from xlsx_eval.reading.targets import leveled, with_target
from xlsx_eval.scheme import Scheme
from xlsx_eval.xlsx.read.book import Book
from xlsx_eval.xlsx.read.number_formats import is_percent

_PERCENTS = ("%", "％", "百分比", "百分点", "个百分点")
_PERCENTAGE_FROM, _CLEARLY = 1.5, 20.0
"""Percentages that no share of 1 reaches, and those that lie far above any."""
_WRITTEN_UNIT = re.compile(r"[\d０-９.．]\s*([^\d０-９.．,，\s]+)\s*\Z")


def with_row_context(submission: Submission, scheme: Scheme) -> Submission:
    """Self-scores read with their row's points, targets and results in their row's unit."""
    if scheme.own is None:
        return submission
    table = scheme.own.table.id
    columns = dict(submission.columns)
    points = columns.get(f"{table}_分值", ())
    claims = columns.get(f"{table}_自评得分", ())
    if claims:
        columns[f"{table}_自评得分"] = tuple(
            _scored_of(claim, points[row].number) if row < len(points) else claim
            for row, claim in enumerate(claims)
        )
    names = [f"{table}_年度指标值", f"{table}_实际完成值"]
    if not {*names, f"{table}_指标性质"} <= scheme.fields.keys():
        return replace(submission, columns=columns)
    rows = range(max((len(columns.get(name, ())) for name in names), default=0))
    read = [_target_and_actual(submission.row(table, row), submission.book) for row in rows]
    for name, column in zip(names, zip(*read, strict=True), strict=False):
        if name in columns:
            columns[name] = column
    return replace(submission, columns=columns)


def _scored_of(answer: Answer, full_points: float | None) -> Answer:
    if not isinstance(answer.raw, str):
        return answer
    return _read_as(answer, read_number(answer.raw, kind="score", full_points=full_points))


def _read_as(answer: Answer, reading: Reading) -> Answer:
    return replace(
        answer,
        value=reading.value,
        note=reading.note if reading.normalised else "",
        problem=reading.problem,
        decimals=reading.decimals,
    )


def _target_and_actual(row: Mapping[str, Answer], book: Book) -> tuple[Answer, Answer]:
    """Target and result of a row in its unit."""
    unit = _unit_of(row, book)
    if row["指标性质"].value == "定性":
        return row["年度指标值"], leveled(row["实际完成值"])
    target, actual = (_in_unit(row[name], unit, book) for name in ("年度指标值", "实际完成值"))
    target, actual = with_target(target, actual, row["指标性质"].value)
    if unit in _PERCENTS:
        lower_is_better = row["指标性质"].value == "≤"
        if is_share_beside(actual, target, book) and not lower_is_better:
            return target, _as_percentage(actual)
        # A limit of 0.5% and a result of 1.8% are both plausible; one of 45% beside 0.6 is not.
        if is_share_beside(target, actual, book) and (
            not lower_is_better or (actual.number or 0) >= _CLEARLY
        ):
            return _as_percentage(target), actual
    return target, actual


def is_share_beside(answer: Answer, other: Answer, book: Book) -> bool:
    """Whether a figure without a sign is a share of 1 where its row's other figure is a percentage: 0.938 beside 90."""
    share, whole = answer.number, other.number
    if share is None or whole is None or not (0 < share <= 1 and whole > _PERCENTAGE_FROM):
        return False
    if in_percent_cell(answer, book) or (isinstance(answer.raw, str) and _WRITTEN_UNIT.search(answer.raw)):
        return False
    return 10 * share < whole


def _as_percentage(answer: Answer) -> Answer:
    shown, meant = show(answer.number), show(round((answer.number or 0) * 100, 8))
    note = f"单元格为“{answer.shown}”，计量单位为“%”，按 {meant}% 读取；如确为 {shown}%，请填写“{shown}%”"
    return replace(answer, value=float(meant), note=note)


def _unit_of(row: Mapping[str, Answer], book: Book) -> str:
    """The row's 计量单位; where it is blank, the unit written behind the target, or % of a percent cell."""
    unit = row.get("计量单位")
    if unit is not None and isinstance(unit.value, str):
        return unit.value.strip("（）() ")
    target = row.get("年度指标值")
    written = _WRITTEN_UNIT.search(target.raw) if target is not None and isinstance(target.raw, str) else None
    if written:
        return written[1]
    figures = [row[name] for name in ("年度指标值", "实际完成值") if name in row]
    return "%" if any(one.number is not None and in_percent_cell(one, book) for one in figures) else ""


def _in_unit(answer: Answer, unit: str, book: Book) -> Answer:
    """The answer in the row's unit: 90 for `≤90万元` in 万元, 95 for `95%` in %."""
    if not unit:
        return answer
    if isinstance(answer.raw, str) and answer.formula is None:
        reading = read_number(answer.raw, kind="number", unit="%" if unit in _PERCENTS else unit)
        return _read_as(answer, reading if reading.problem is None else read_text(answer.raw))
    if unit in _PERCENTS and answer.number is not None and in_percent_cell(answer, book):
        points = float(f"{answer.number * 100:.12g}")
        note = f"单元格为“{show(points)}%”，计量单位为“%”，按 {show(points)} 读取"
        return replace(answer, value=points, note=note)
    return answer


def in_percent_cell(answer: Answer, book: Book) -> bool:
    """Whether its cell shows a fraction as a percentage."""
    sheet, ref = book.sheet(answer.place.sheet), answer.place[1]
    cell = sheet.cells.get((ref.row, ref.column)) if sheet else None
    return cell is not None and is_percent(cell.number_format)
