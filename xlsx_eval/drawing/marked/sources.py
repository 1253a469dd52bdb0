"""取数表: every figure the scores rest on, with a link to its cell, the entry as typed and the value as read.

The value is itself live: it follows the department's cell, and says as a formula how a badly typed entry is
read. Names scoped to the sheets we add point here, so the scheme's formulas stand in 评分表 as they are written,
see read values, and survive lost or broken names of the workbook.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from xlsx_eval.cell import CellRef, ErrorValue, Scalar, quote_sheet
from xlsx_eval.drawing.marked.looks import (
    CENTRED,
    HEADING,
    LINK,
    NUMBER,
    RATE,
    SCORE,
    SECTION,
    SUBTITLE,
    TEXT,
    TITLE,
    live,
    text,
)
from xlsx_eval.formula import Formula
from xlsx_eval.judging.evaluate import Evaluation
from xlsx_eval.reading.entries import Answer, Submission, show
from xlsx_eval.reading.own_entries import in_percent_cell
from xlsx_eval.scheme import Field, Scheme
from xlsx_eval.xlsx import AddedSheet, NewCell, NewRow

VALUE_COLUMN = 5
HEADINGS = ("序号", "数据项", "所在单元格", "填报内容", "采用值（可计算）", "读取说明")
WIDTHS = (6, 34, 24, 26, 20, 44)
FIRST_ROW = 5
LONGEST_LITERAL = 250
_LOOKS = {"rate": RATE, "amount": NUMBER, "score": SCORE}


@dataclass(frozen=True, slots=True)
class Sources:
    """The rows of 取数表 and where each name's value stands, as `取数表!$E$5` or a range."""

    rows: tuple[NewRow, ...]
    names: dict[str, str]


def source_sheet(evaluation: Evaluation, name: str, sources: Sources) -> AddedSheet:
    """取数表 as a sheet."""
    head = (
        NewRow((text(f"{evaluation.year}年度绩效自评取数表", TITLE),), height=30),
        NewRow(
            (
                text(
                    "本表列出评分所用的每个数据：取自哪个单元格、填报内容、采用值。修改填报数据后采用值随之变化。",
                    SUBTITLE,
                ),
            )
        ),
        NewRow(),
        NewRow(tuple(text(heading, HEADING) for heading in HEADINGS)),
    )
    return AddedSheet(
        name=name,
        rows=head + sources.rows,
        widths=WIDTHS,
        merges=("A1:F1", "A2:F2"),
        frozen=f"A{FIRST_ROW}",
        repeat_rows=(FIRST_ROW - 1, FIRST_ROW - 1),
        names=sources.names,
        tab_color="A6A6A6",
    )


def gather(evaluation: Evaluation, sheet: str, disagreeing: str, wrong: float) -> Sources:
    """Rows and names for every figure that a formula of 评分表 uses.

    `disagreeing` is the formula that counts the cross-checks that disagree, `wrong` its result.
    """
    builder = _Builder(evaluation, sheet)
    builder.single_fields()
    builder.columns()
    builder.derived()
    builder.count("勾稽不符数", disagreeing, wrong)
    return Sources(tuple(builder.rows), builder.names)


def used_names(scheme: Scheme) -> frozenset[str]:
    """Names of fields that 评分表 needs: those in formulas, and every claimed value and score."""
    formulas = list(_formulas(scheme))
    names = {name for formula in formulas for name in formula.names}
    for indicator in scheme.indicators:
        names.add(indicator.claimed.name)
        if indicator.claimed_value is not None:
            names.add(indicator.claimed_value.name)
    names.update({"自评总分", "自评等级"})
    if scheme.own is not None:
        own = scheme.own
        columns = own.score.names | {"分值", "自评得分", "年度指标值", "实际完成值"}
        names.update(f"{own.table.id}_{name}" for name in columns)
    return frozenset(names)


def _formulas(scheme: Scheme) -> Iterator[Formula]:
    yield from scheme.derived.values()
    for indicator in scheme.indicators:
        yield from (one for one in (indicator.value, indicator.score) if one is not None)
    for check in scheme.checks:
        yield from (check.left, check.right)


class _Builder:
    """Adds rows to 取数表 and remembers where each name's value came to stand."""

    def __init__(self, evaluation: Evaluation, sheet: str) -> None:
        self._scheme: Scheme = evaluation.basis
        self._submission: Submission = evaluation.submission
        self._figures = evaluation.submission.figures(evaluation.basis, {})
        self._used = used_names(evaluation.basis)
        self._sheet = quote_sheet(sheet)
        self._number = 0
        self.rows: list[NewRow] = []
        self.names: dict[str, str] = {}

    @property
    def _row(self) -> int:
        return FIRST_ROW + len(self.rows)

    def _point(self, name: str, first: int, last: int) -> None:
        start = CellRef(first, VALUE_COLUMN).absolute
        end = "" if last == first else f":{CellRef(last, VALUE_COLUMN).absolute}"
        self.names[name] = f"{self._sheet}!{start}{end}"

    def single_fields(self) -> None:
        for field in self._scheme.single_fields():
            if field.name in self._used:
                self._point(field.name, self._row, self._row)
                self._add(field.name, self._submission.named(field.name)[0], hidden=False)

    def columns(self) -> None:
        for field in self._scheme.column_fields():
            if field.name in self._used and field.table is not None:
                self._column(field, self._last_filled(field.table))

    def _last_filled(self, table: str) -> int:
        return max(self._submission.filled_rows(table), default=-1)

    def _column(self, field: Field, last_filled: int) -> None:
        answers = self._submission.named(field.name)
        if field.name not in self._submission.columns:
            answers = tuple(replace(answers[0], row=row) for row in range(max(1, last_filled + 1)))
        self._point(field.name, self._row, self._row + len(answers) - 1)
        for index, answer in enumerate(answers):
            self._add(f"{field.name}（第 {index + 1} 行）", answer, hidden=index > last_filled)

    def _add(self, label: str, answer: Answer, *, hidden: bool) -> None:
        self._number += 1
        if (
            answer.raw is None
            and answer.formula is None
            and not (answer.lost or answer.note or answer.problem)
        ):
            where = answer.place.ref.on(answer.place.sheet)
            self.rows.append(_blank_row(self._number, label, where, answer.field.type, hidden))
            return
        cells: tuple[NewCell, ...]
        if answer.lost:
            cells = (
                text("未找到", CENTRED),
                text("", TEXT),
                live('""' if answer.figure is None else "NA()", answer.figure, CENTRED),
                text("工作簿中未找到该填报项", TEXT),
            )
        else:
            where = answer.place.ref.on(answer.place.sheet)
            shown = "" if answer.raw is None else show(answer.raw, answer.field)
            note = answer.note or (f"未采用：{answer.problem}" if answer.problem else "")
            cells = (
                NewCell(where, style=LINK, link=where),
                text(shown, TEXT),
                live(
                    self._live_value(answer, where), _cached(answer), _LOOKS.get(answer.field.type, CENTRED)
                ),
                text(note, TEXT),
            )
        self.rows.append(
            NewRow((text(float(self._number), CENTRED), text(label, TEXT), *cells), hidden=hidden)
        )

    def _live_value(self, answer: Answer, where: str) -> str:
        in_points = in_percent_cell(answer, self._submission.book)
        return live_value(answer, where, in_points=in_points)

    def derived(self) -> None:
        self.rows.append(NewRow((text("由上述数据推算的数据", SECTION),)))
        for name, formula in self._scheme.derived.items():
            value = self._figures(name)
            self._computed(
                name, formula.text.removeprefix("="), value if not isinstance(value, tuple) else None
            )

    def count(self, name: str, formula: str, value: float) -> None:
        self._computed(name, formula, value)

    def _computed(self, name: str, formula: str, value: Scalar) -> None:
        self._number += 1
        self._point(name, self._row, self._row)
        cells = (
            text(float(self._number), CENTRED),
            text(name, TEXT),
            text("（推算）", CENTRED),
            text("", TEXT),
        )
        self.rows.append(NewRow((*cells, live(formula, value, CENTRED), text(f"＝{formula}", TEXT))))


@lru_cache(maxsize=20_000)
def _blank_row(number: int, label: str, where: str, field_type: str, hidden: bool) -> NewRow:
    """The row of a cell that holds nothing, which is the same in every workbook of a form."""
    cells = (
        text(float(number), CENTRED),
        text(label, TEXT),
        NewCell(where, style=LINK, link=where),
        text("", TEXT),
        live(f'IF({where}="","",{where})', "", _LOOKS.get(field_type, CENTRED)),
        text("", TEXT),
    )
    return NewRow(cells, hidden=hidden, kept=True)


def _cached(answer: Answer) -> Scalar:
    return "" if answer.figure is None else answer.figure


def live_value(answer: Answer, where: str, *, in_points: bool = True) -> str:
    """The formula of an entry's value: the cell itself, "" while blank, and the reading of what was typed.

    A figure read in other units (95 for 95% in a row counted in %) is read so after a correction too, unless
    its cell shows no percentage (`in_points`): then a correction is meant as it stands.
    """
    plain = f'IF({where}="","",{where})'
    if isinstance(answer.raw, ErrorValue):
        return f"IFERROR({plain},{_literal(_cached(answer))})"
    if answer.raw is None or answer.raw == answer.value:
        return plain
    if isinstance(answer.raw, float) and isinstance(answer.value, float):
        if in_points and _same(answer.value, answer.raw * 100):
            return f'IF({where}="","",IF(ISNUMBER({where}),ROUND({where}*100,10),{where}))'
        if answer.field.type == "rate" and _same(answer.value, answer.raw / 100):
            return f'IF({where}="","",IF(ISNUMBER({where}),IF(ABS({where})>1.5,{where}/100,{where}),{where}))'
    return f"IF({_as_sent(answer.raw, where)},{_literal(_cached(answer))},{plain})"


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-12 * max(1.0, abs(one))


def _as_sent(raw: Scalar, where: str) -> str:
    """The test that a cell still holds what was sent."""
    if isinstance(raw, bool):
        return f"EXACT({where},{'TRUE' if raw else 'FALSE'})"
    if isinstance(raw, float):
        return f"{where}={_literal(raw)}"
    if len(str(raw)) > LONGEST_LITERAL:
        return f"LEN({where})={len(str(raw))}"
    return f'EXACT({where}&"",{_literal(str(raw))})'


def _literal(value: Scalar) -> str:
    if isinstance(value, ErrorValue):
        return "NA()"
    if isinstance(value, float):
        return repr(value).removesuffix(".0") if "e" not in repr(value) else f"{value:.15g}".upper()
    return '"' + str(value)[:LONGEST_LITERAL].replace('"', '""') + '"'
