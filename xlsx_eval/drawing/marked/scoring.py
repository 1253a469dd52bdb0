"""评分表: every indicator with the scheme's own formulas live and our results cached."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from xlsx_eval.cell import Scalar
from xlsx_eval.drawing.marked import looks
from xlsx_eval.drawing.marked.looks import (
    CENTRED,
    HEADING,
    RATE,
    SCORE,
    SUBTITLE,
    TEXT,
    TITLE,
    TOTAL,
    live,
    text,
)
from xlsx_eval.judging.evaluate import Evaluation
from xlsx_eval.judging.score import NOT_APPLICABLE, UNSCORED, IndicatorScore, blocks_of, rescaled
from xlsx_eval.scheme import Indicator, Own, Scheme
from xlsx_eval.scheme.rules import number_text
from xlsx_eval.xlsx import AddedSheet, NewCell, NewRow

HEADINGS = (
    "序号",
    "一级指标",
    "二级指标",
    "三级指标",
    "分值",
    "填报值/目标值",
    "核定值/实际值",
    "自评得分",
    "核定得分",
    "差异",
    "评分标准",
    "核定说明（按报送数据）",
)
WIDTHS = (6.5, 10, 14, 22, 7, 12.5, 12.5, 9.5, 9.5, 8.5, 50, 44)
HEADING_ROW = 6
FIRST_ROW = HEADING_ROW + 1


@dataclass
class Layout:
    """Rows of 评分表 as they are laid down; formulas elsewhere ask it where things stand."""

    rows: list[NewRow] = field(default_factory=list)
    merges: list[str] = field(default_factory=list)

    @property
    def next_row(self) -> int:
        """1-based number of the row that comes next."""
        return len(self.rows) + 1

    def add(self, *cells: NewCell | None, height: float | None = None, hidden: bool = False) -> None:
        """Lays one row down."""
        self.rows.append(NewRow(cells, height, hidden))


def score_sheet(evaluation: Evaluation, name: str, names: dict[str, str]) -> AddedSheet:
    """评分表 as a sheet; `names` are scoped to it."""
    layout = Layout()
    _head(layout, evaluation)
    for scored in evaluation.indicators:
        _indicator(layout, evaluation.basis, scored)
    _merge_levels(layout, evaluation.indicators)
    _total(layout, evaluation)
    last = FIRST_ROW + len(evaluation.indicators) - 1
    return AddedSheet(
        name=name,
        rows=tuple(layout.rows),
        widths=WIDTHS,
        merges=tuple(layout.merges),
        frozen=f"E{FIRST_ROW}",
        repeat_rows=(HEADING_ROW, HEADING_ROW),
        names=names,
        colour_rules=(
            (f"J{FIRST_ROW}:J{last}", f"AND(ISNUMBER($J{FIRST_ROW}),ABS($J{FIRST_ROW})>0.005)", "FFE699"),
        ),
        tab_color="2F5597",
    )


def _head(layout: Layout, evaluation: Evaluation) -> None:
    scheme, total = evaluation.basis, FIRST_ROW + len(evaluation.indicators)
    department = evaluation.department or "（未填单位名称）"
    layout.add(text(f"{evaluation.year}年度{scheme.name}评分表", TITLE), height=32)
    layout.add(
        text(
            f"单位：{department}　　预算编码：{evaluation.code or '（未填）'}　　评价年度：{evaluation.year}",
            SUBTITLE,
        )
    )
    hint = "本表按报送数据和评分标准自动计算，公式可查看；修改填报数据后得分随之变化。最终得分以财政部门复核为准。"
    layout.add(text(hint, SUBTITLE))
    layout.add(
        None,
        text("自评总分", HEADING),
        live("自评总分", evaluation.claimed, TOTAL),
        text("核定得分", HEADING),
        live(f"I{total}", evaluation.score, TOTAL),
        text("待核分值", HEADING),
        live(_unscored(evaluation, total), evaluation.unscored, TOTAL),
        text("核定等级", HEADING),
        live(_grade(scheme), evaluation.grade or "待定", TOTAL),
        text("自评等级", HEADING),
        live("自评等级", evaluation.claimed_grade, TOTAL),
    )
    layout.add()
    layout.add(*(text(heading, HEADING) for heading in HEADINGS))
    layout.merges += ["A1:L1", "A2:L2", "A3:L3"]


def _unscored(evaluation: Evaluation, total: int) -> str:
    scheme = evaluation.basis
    dropped = f"-{_dropped(total - 1)}" if _rescales(scheme) else ""
    scored = _within_blocks(evaluation, lambda first, last: f'SUMIF(I{first}:I{last},">=0",E{first}:E{last})')
    return f"ROUND(MAX(0,{number_text(scheme.points)}-({scored}){dropped}),2)"


def _within_blocks(evaluation: Evaluation, total: Callable[[int, int], str]) -> str:
    """Totals of runs of rows added up; a block of own indicators counts at most its points.

    `total` writes the total from a first to a last row.
    """
    blocks = blocks_of(evaluation.basis)
    fixed = [one for one in evaluation.indicators if one.own_row is None]
    parts = [total(FIRST_ROW, FIRST_ROW + len(fixed) - 1)] if fixed else []
    row = FIRST_ROW + len(fixed)
    own = [one.path[0] for one in evaluation.indicators if one.own_row is not None]
    for block, members in groupby(own):
        last = row + len(list(members)) - 1
        parts.append(f"MIN({number_text(blocks[block])},{total(row, last)})")
        row = last + 1
    return "+".join(parts) or "0"


def _rescales(scheme: Scheme) -> bool:
    return any(indicator.drops for indicator in scheme.indicators)


def _dropped(last: int) -> str:
    """The points of indicators that are left out, as a formula."""
    return f'SUMIF(I{FIRST_ROW}:I{last},"{NOT_APPLICABLE}",E{FIRST_ROW}:E{last})'


def _rescaled(summed: str, last: int, scheme: Scheme, decimals: int) -> str:
    """A sum of scores, rescaled where the scheme leaves out what does not apply."""
    if not _rescales(scheme):
        return f"ROUND({summed},{decimals})"
    points, dropped = number_text(scheme.points), _dropped(last)
    return f"IF({dropped}=0,ROUND({summed},{decimals}),ROUND(({summed})*{points}/({points}-{dropped}),2))"


def _grade(scheme: Scheme) -> str:
    graded = f'"{scheme.grades[-1][0]}"'
    for grade, lowest in reversed(scheme.grades[:-1]):
        graded = f'IF(E4>={number_text(lowest)},"{grade}",{graded})'
    return f'IF(G4>0,"待定",{graded})'


def _indicator(layout: Layout, scheme: Scheme, scored: IndicatorScore) -> None:
    row = layout.next_row
    if scored.own_row is None:
        indicator = next(one for one in scheme.indicators if one.key == scored.key)
        middle = tuple(_fixed(indicator, scored, row))
        standard = indicator.standard
    elif scheme.own is not None:
        middle = tuple(_own(scheme.own, scored, scored.own_row))
        standard = OWN_STANDARD
    difference = (
        None if scored.claimed is None or scored.score is None else round(scored.claimed - scored.score, 4)
    )
    layout.add(
        text(scored.code, CENTRED),
        text(scored.path[0], CENTRED),
        text(scored.path[-1], CENTRED),
        text(scored.name, TEXT),
        *middle,
        live(f'IF(COUNT(H{row},I{row})<2,"",ROUND(H{row}-I{row},4))', difference, SCORE),
        text(standard, TEXT),
        text(_remark(scored), TEXT),
    )


OWN_STANDARD = "达到年度指标值得满分；未达到的按实际与目标的比例得分；定性指标按达成、部分达成、未达成三档，自评得分须在规定区间内。"


def _remark(scored: IndicatorScore) -> str:
    if scored.state == UNSCORED:
        return "数据不全，得分无法核定，见问题清单。"
    if scored.dropped:
        return "不适用，不计分，其余指标折算为总分。"
    return f"{scored.reason}。" if scored.reason else scored.state


def _fixed(indicator: Indicator, scored: IndicatorScore, row: int) -> Iterator[NewCell]:
    yield text(indicator.points, SCORE)
    look = RATE if indicator.unit == "%" else looks.NUMBER
    if indicator.claimed_value is None:
        yield text("—", CENTRED)
    else:
        yield live(indicator.claimed_value.name, scored.claimed_value, look)
    if indicator.value is None:
        yield text("—", CENTRED)
    else:
        yield live(indicator.value.text.removeprefix("="), scored.value, look)
    yield live(indicator.claimed.name, scored.claimed, SCORE)
    own_cells = {"值": f"G{row}", "满分": f"E{row}"}
    yield live(indicator.score.render(own_cells.get), scored.shown, SCORE)


def _own(own: Own, scored: IndicatorScore, index: int) -> Iterator[NewCell]:
    def cell(name: str) -> str:
        return f"INDEX({own.table.id}_{name},{index + 1})"

    inputs = {name: value for name, (_, value) in scored.inputs.items()}
    yield live(cell("分值"), _or_blank(inputs.get("分值")), SCORE)
    yield live(cell("年度指标值"), _or_blank(inputs.get("年度指标值")), looks.GENERAL)
    yield live(cell("实际完成值"), _or_blank(inputs.get("实际完成值")), looks.GENERAL)
    yield live(cell("自评得分"), scored.claimed, SCORE)
    if scored.score is None and own.score.names - inputs.keys():
        yield text("", SCORE)
    elif scored.points < 0 or inputs.get("分值") == 0:
        yield live(f'IF(N({cell("分值")})<=0,"",{own.score.render(cell)})', None, SCORE)
    else:
        yield live(own.score.render(cell), scored.score, SCORE)


def _or_blank(value: Scalar) -> Scalar:
    return "" if value is None else value


def _merge_levels(layout: Layout, indicators: tuple[IndicatorScore, ...]) -> None:
    """Runs of the same 一级 and 二级 are one cell each, as departments know them from printed tables."""
    for column, depth in (("B", 1), ("C", 2)):
        start = 0
        for index in range(1, len(indicators) + 1):
            if index == len(indicators) or indicators[index].path[:depth] != indicators[start].path[:depth]:
                if index - start > 1:
                    layout.merges.append(f"{column}{FIRST_ROW + start}:{column}{FIRST_ROW + index - 1}")
                start = index


def _total(layout: Layout, evaluation: Evaluation) -> None:
    last = layout.next_row - 1
    claimed = sum(one.claimed for one in evaluation.indicators if one.claimed is not None)
    points = sum(one.points for one in evaluation.indicators)
    scheme = evaluation.basis
    dropped = sum(one.points for one in evaluation.indicators if one.dropped)
    claimed = rescaled(claimed, scheme.points, dropped) if dropped else round(claimed, 4)
    earned = _within_blocks(evaluation, lambda first, last: f"SUM(I{first}:I{last})")
    layout.add(
        text("合计", TOTAL),
        text("", TOTAL),
        text("", TOTAL),
        text("", TOTAL),
        live(f"SUM(E{FIRST_ROW}:E{last})", points, TOTAL),
        text("", TOTAL),
        text("", TOTAL),
        live(_rescaled(f"SUM(H{FIRST_ROW}:H{last})", last, scheme, 4), claimed, TOTAL),
        live(_rescaled(earned, last, scheme, 2), evaluation.score, TOTAL),
        live(f"ROUND(H{last + 1}-I{last + 1},4)", round(claimed - evaluation.score, 4), TOTAL),
        text("", TOTAL),
        text("", TOTAL),
    )
    layout.merges.append(f"A{last + 1}:D{last + 1}")
