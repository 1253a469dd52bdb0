"""问题清单: every finding with a link to its cell, what to do, and a column for the department's answer."""

from __future__ import annotations

from collections import Counter

from xlsx_eval.cell import CellRef, column_letters, quote_sheet
from xlsx_eval.drawing.marked.looks import (
    CENTRED,
    HEADING,
    INPUT,
    LINK,
    SCORE,
    SUBTITLE,
    TEXT,
    TITLE,
    text,
    verdict_style,
)
from xlsx_eval.findings import ERROR, VERDICTS, Finding
from xlsx_eval.judging.evaluate import Evaluation
from xlsx_eval.judging.rounds import FIXED, History, Past, Standing
from xlsx_eval.reading.entries import show
from xlsx_eval.xlsx import AddedSheet, Mark, NewCell, NewRow

ANSWER = "整改说明（部门填写）"
HEADINGS = (
    "序号",
    "结论",
    "代码",
    "所在单元格",
    "填报项",
    "填报内容",
    "应为",
    "问题说明",
    "处理办法",
    "涉及分值",
    ANSWER,
)
WIDTHS = (6, 10, 7, 18, 20, 16, 18, 46, 38, 8, 28)
STANDING_HEADING, STANDING_WIDTH = "整改状态", 10
HEADING_ROW = 5
_SEVERAL_CELLS = frozenset({"C09"})


def problem_sheet(evaluation: Evaluation, name: str, history: History | None = None) -> AddedSheet:
    """问题清单 as a sheet; with a `history`, how each finding stands since the round before."""
    again = history is not None and history.round > 1
    headings = (*HEADINGS[:-1], STANDING_HEADING, ANSWER) if again else HEADINGS
    last = column_letters(len(headings))
    round_words = f"　　轮次：第 {history.round} 轮" if history is not None else ""
    rows = [
        NewRow((text(f"{evaluation.year}年度绩效自评问题清单", TITLE),), height=32),
        NewRow(
            (
                text(
                    f"单位：{evaluation.department or '（未填单位名称）'}　　核对结果：{_result(evaluation)}{round_words}",
                    SUBTITLE,
                ),
            )
        ),
        NewRow((text(_advice(evaluation), SUBTITLE),)),
        NewRow(),
        NewRow(tuple(text(heading, HEADING) for heading in headings)),
    ]
    standings = history.standings if again and history is not None else (None,) * len(evaluation.findings)
    numbered = enumerate(zip(evaluation.findings, standings, strict=True), start=1)
    rows += [_row(number, item, evaluation, standing) for number, (item, standing) in numbered]
    merges = [f"A1:{last}1", f"A2:{last}2", f"A3:{last}3"]
    if not evaluation.findings:
        rows.append(NewRow((text("经核对，未发现问题。", TEXT), *(text("", TEXT) for _ in headings[1:]))))
        merges.append(f"A{len(rows)}:{last}{len(rows)}")
    if again and history is not None:
        rows += [_fixed_row(one, evaluation) for one in history.fixed]
    return AddedSheet(
        name=name,
        rows=tuple(rows),
        widths=(*WIDTHS[:-1], STANDING_WIDTH, WIDTHS[-1]) if again else WIDTHS,
        merges=tuple(merges),
        frozen=f"A{HEADING_ROW + 1}",
        repeat_rows=(HEADING_ROW, HEADING_ROW),
        tab_color="C00000",
    )


def _result(evaluation: Evaluation) -> str:
    counts = Counter(item.verdict for item in evaluation.findings)
    listed = "，".join(f"{verdict} {counts[verdict]} 条" for verdict in VERDICTS if counts[verdict])
    return f"{evaluation.state}（{listed}）" if listed else evaluation.state


_ADVICE = {
    "退回修改": "请逐条更正“错误”，对“待说明”和“无法核验”的问题在“整改说明”栏说明情况，修改后将本工作簿重新报送。点击单元格地址可直接跳转。",
    "待复核": "没有需要更正的错误；请对“待说明”和“无法核验”的问题补充数据，或在“整改说明”栏说明情况。点击单元格地址可直接跳转。",
    "通过": "无需修改。“提示”仅供参考。",
}


def _advice(evaluation: Evaluation) -> str:
    return _first_steps(evaluation) + _ADVICE.get(evaluation.state, "")


def _row(number: int, item: Finding, evaluation: Evaluation, standing: Standing | None = None) -> NewRow:
    status = () if standing is None else (text(standing.word, CENTRED),)
    return NewRow(
        (
            text(float(number), CENTRED),
            text(item.verdict, verdict_style(item.verdict)),
            text(item.code, CENTRED),
            _place(item),
            text(field_label(item, evaluation), TEXT),
            text(item.found, TEXT),
            text("待核对" if _undecided(item) else item.expected, TEXT),
            text(f"{_kind(item)}{item.message}。", TEXT),
            text(item.hint, TEXT),
            text(round(item.points, 4) if item.points else "", SCORE),
            *status,
            text("" if standing is None else standing.answer, INPUT),
        )
    )


def _fixed_row(one: Past, evaluation: Evaluation) -> NewRow:
    """A finding of the round before that is gone: no number and no link, for its cell may have moved."""
    item = one.finding
    place = f"{item.sheet}!{item.cell}" if item.cell else "整个工作簿"
    return NewRow(
        (
            text("", CENTRED),
            text(item.verdict, CENTRED),
            text(item.code, CENTRED),
            text(place, CENTRED),
            text(field_label(item, evaluation), TEXT),
            text(item.found, TEXT),
            text(item.expected, TEXT),
            text(f"{item.message}。", TEXT),
            text("", TEXT),
            text("", SCORE),
            text(FIXED, CENTRED),
            text(one.answer, TEXT),
        )
    )


def _place(item: Finding) -> NewCell:
    if not item.cell:
        return text("整个工作簿", CENTRED)
    return NewCell(f"{item.sheet}!{item.cell}", style=LINK, link=CellRef.parse(item.cell).on(item.sheet))


def field_label(item: Finding, evaluation: Evaluation) -> str:
    """The field as its form calls it."""
    field = evaluation.basis.fields.get(item.field)
    return item.field if field is None else field.title


def marks_of(evaluation: Evaluation) -> tuple[Mark, ...]:
    """A mark for every finding's cell, and a pointer on the further cells of the same cause."""
    marks = []
    for number, item in enumerate(evaluation.findings, start=1):
        if not item.cell:
            continue
        body = f"【{item.verdict} {item.code}】{item.message}。\n{item.hint}\n（问题清单第 {number} 条）"
        level = "备选" if item.candidates and item.verdict == ERROR else item.verdict
        marks.append(Mark(item.sheet, item.cell, level, body))
        marks += [_further(item, number, sheet, cell) for sheet, cell in item.also]
    return tuple(marks)


def _further(item: Finding, number: int, sheet: str, cell: str) -> Mark:
    """The mark of a further cell: one of those that may be wrong, one that only follows, or one of the same fault."""
    where, listed = f"{quote_sheet(item.sheet)}!{item.cell}", f"见问题清单第 {number} 条"
    offered = next((value for *place, value in item.candidates if place == [sheet, cell]), None)
    if offered is not None:
        value = offered if isinstance(offered, str) else show(round(offered, 4))
        words = f"【备选 {item.code}】与 {where} 等处至少一处有误；若为本格，应为 {value}。请对照账表核对，{listed}。"
        return Mark(sheet, cell, "备选", words)
    if item.correction is not None and not _of_the_fault(item):
        words = f"【关联 {item.code}】由 {where} 引起，更正该处后随之消除，{listed}。"
        return Mark(sheet, cell, "关联", words)
    return Mark(sheet, cell, item.verdict, f"【{item.verdict} {item.code}】与{where} 为同一问题，{listed}。")


def _of_the_fault(item: Finding) -> bool:
    """Whether its further cells went wrong with it, as figures that were exchanged, rather than because of it."""
    return item.code in _SEVERAL_CELLS


def _first_steps(evaluation: Evaluation) -> str:
    """How many cells to mend first, how many cases are only to be looked up, and what follows from them."""
    heads = [item for item in evaluation.findings if item.verdict == ERROR and not item.under]
    hanging = sum(1 for item in evaluation.findings if item.under)
    undecided = sum(1 for item in heads if item.candidates)
    steps = [f"先改这 {len(heads) - undecided} 处"] if len(heads) > undecided else []
    steps += [f"核对“几处之一”{undecided} 条"] if undecided else []
    if not steps or (not undecided and len(heads) == len(evaluation.findings)):
        return ""
    follows = f"，其余 {hanging} 条将随之消除或按更正后的数改正" if hanging else ""
    return f"{'，'.join(steps)}{follows}。"


def _undecided(item: Finding) -> bool:
    """Whether no value may be told yet: one of several cells is wrong, or what it rests on is still open."""
    return bool(item.candidates) or (bool(item.under) and item.correction is None)


def _kind(item: Finding) -> str:
    """What to do with a finding, before its words: seen in black and white too."""
    if item.under:
        return f"〔随 {item.under.rpartition('!')[2]} 更正〕"
    if item.candidates:
        return "〔几处之一，请核对〕"
    return "〔先改〕" if item.verdict == ERROR and item.correction is not None else ""
