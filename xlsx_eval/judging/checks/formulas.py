"""Checks of what the department's own formulas say: results missing, stale, erring, incomplete or overwritten."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from xlsx_eval.cell import Address, CellRef, ErrorValue
from xlsx_eval.findings import Finding, finding
from xlsx_eval.judging.case import Case
from xlsx_eval.reading.entries import Answer, Recomputed, show
from xlsx_eval.xlsx.read.shared_formulas import SharedFormula

_FEW = 0.25
"""Share of numbers among formulas of one kind up to which the numbers are the exception."""
_LISTED = 3
_FAR = CellRef(500_000, 8_000)


def error_values(case: Case) -> Iterator[Finding]:
    """B10 where an error began; the cells it spread to are named under it."""
    erring = [answer for answer in case.submission.all_answers() if answer.erring]
    groups: dict[Address, list[Answer]] = {}
    for answer in erring:
        groups.setdefault(case.submission.error_roots.get(answer.place, answer.place), []).append(answer)
    for root, answers in groups.items():
        yield _error(root, answers)


def _error(root: Address, answers: Sequence[Answer]) -> Finding:
    """At the answer that is the root itself, else at the first it spread to, with the root among the others."""
    own = next((answer for answer in answers if answer.place == root), None)
    told = own or answers[0]
    others = [answer.place for answer in answers if answer is not told]
    said = told.shown
    if own is None:
        others.insert(0, _place(root))
        said += f"，原因在 {root[0]}!{root[1]}"
    elif told.formula:
        said += f"（公式 ={told.formula}）"
    spread = [answer.field.title for answer in answers if answer is not told]
    if spread:
        said += f"，并使“{'”“'.join(spread[:_LISTED])}”{f'等 {len(spread)} 项' if len(spread) > _LISTED else ''}出错"
    return finding(
        "B10",
        told.place,
        told.field.name,
        words={"字段": told.field.title, "原文": said},
        found=told.shown,
        expected="正确的数值",
        points=told.field.points or 0.0,
        also=tuple(others),
    )


def _place(spot: Address) -> Address:
    return Address(spot[0], spot[1])


def missing_results(case: Case) -> Iterator[Finding]:
    """B09 for formulas computed in place of the office program, B14 for those that could not be."""
    told = {one.answer.place for one in case.submission.recomputed}
    for answer in case.submission.all_answers():
        if not answer.uncached or isinstance(answer.raw, ErrorValue) or answer.place in told:
            continue
        code, expected = ("B14", "公式的计算结果") if answer.raw is None else ("B09", "")
        words = {"字段": answer.field.title, "结果": answer.shown}
        yield finding(
            code, answer.place, answer.field.name, words=words, found=f"={answer.formula}", expected=expected
        )


def other_results(case: Case) -> Iterator[Finding]:
    """B17 at the texts that a formula leaves out, B18 at a formula whose stored result is stale."""
    left_out: dict[Address, list[Recomputed]] = {}
    for one in case.submission.recomputed:
        for spot in one.causes:
            left_out.setdefault(spot, []).append(one)
        if not one.causes:
            yield _stale(one)
    named = {answer.place: answer for answer in case.submission.all_answers()}
    for spot, formulas in left_out.items():
        if spot in named:
            yield _text(named[spot], formulas)


def _stale(one: Recomputed) -> Finding:
    shown, value = show(one.shown, one.answer.field), show(one.value, one.answer.field)
    words = {"字段": one.answer.field.title, "显示": shown, "应为": value}
    return finding(
        "B18", one.answer.place, one.answer.field.name, words=words, found=shown, expected=value,
        money=one.difference if one.answer.field.type == "amount" else 0.0,
    )  # fmt: skip


def _text(cause: Answer, formulas: Sequence[Recomputed]) -> Finding:
    first = formulas[0]
    words = {
        "字段": cause.field.title,
        "公式位置": "、".join(one.answer.place.cell for one in formulas),
        "显示": show(first.shown, first.answer.field),
        "应为": show(first.value, first.answer.field),
    }
    return finding(
        "B17",
        cause.place,
        cause.field.name,
        words=words,
        found=cause.shown,
        expected=show(cause.value, cause.field),
        money=first.difference if first.answer.field.type == "amount" else 0.0,
        also=tuple(one.answer.place for one in formulas),
    )


def foreign_references(case: Case) -> Iterator[Finding]:
    """B16 for each entry taken from another workbook."""
    for answer in case.submission.all_answers():
        if answer.formula and "[" in answer.formula.replace("[@", ""):
            words = {"字段": answer.field.title, "公式": f"={answer.formula[:60]}", "结果": answer.shown}
            yield finding("B16", answer.place, answer.field.name, words=words, found=answer.shown)


@dataclass(frozen=True, slots=True)
class _Kind:
    """Formulas of one shape among the cells of a row or column."""

    example: Answer
    count: int


def overwritten(case: Case) -> Iterator[Finding]:
    """B19 for a number among cells that are all computed by the same formula."""
    found: dict[Address, Finding] = {}
    for cells in _families(case):
        kind = _commonest(cells)
        typed = [answer for answer in cells if answer.formula is None and isinstance(answer.raw, float)]
        if kind is None or kind.count < 2 or len(typed) > max(1, kind.count * _FEW):
            continue
        for answer in typed:
            found.setdefault(answer.place, _overwritten(answer, kind.example))
    yield from found.values()


def _families(case: Case) -> Iterator[list[Answer]]:
    """Cells that a template or a clerk computes alike: a line of a grid, a column of a table."""
    for sheet in case.scheme.sheets:
        for grid in sheet.grids:
            for row in grid.rows:
                answers = (case.submission.answers.get(field.name) for field in row.fields)
                yield [answer for answer in answers if answer is not None and answer.given]
    for column in case.submission.columns.values():
        yield [answer for answer in column if answer.given]


def _commonest(cells: Iterable[Answer]) -> _Kind | None:
    kinds: dict[str, list[Answer]] = {}
    for answer in cells:
        if answer.formula:
            # Formulas of one kind read the same once they are moved to one and the same cell.
            moved = SharedFormula(answer.formula, answer.place[1]).at(_FAR.row, _FAR.column)
            kinds.setdefault(moved, []).append(answer)
    best = max(kinds.values(), key=len, default=None)
    return None if best is None else _Kind(best[0], len(best))


def _overwritten(answer: Answer, example: Answer) -> Finding:
    words = {
        "字段": answer.field.title,
        "原文": answer.shown,
        "公式位置": example.place.cell,
        "公式": str(example.formula),
    }
    return finding(
        "B19", answer.place, answer.field.name, words=words, found=answer.shown, expected="公式",
        money=abs(answer.number or 0.0) if answer.field.type == "amount" else 0.0,
    )  # fmt: skip
