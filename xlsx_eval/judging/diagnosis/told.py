"""What the search found, in findings: the causes themselves, and what to say of those that stay open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from xlsx_eval.cell import Address
from xlsx_eval.findings import Finding, finding
from xlsx_eval.judging.diagnosis.moves import DOUBLED, Move
from xlsx_eval.judging.diagnosis.relations import Relation
from xlsx_eval.judging.diagnosis.search import CERTAIN, Cause
from xlsx_eval.reading.entries import Answer, show

_LISTED = 5
_MARKED = 40
_WAYS = 6
"""How many ways to mend a relation are spelt out; further cells are only named."""


def cause_finding(cause: Cause) -> Finding:
    """C07 for one figure, C09 for several that went wrong together."""
    move, first = cause.move, cause.move.answers[0]
    doubt = "应为" if cause.level == CERTAIN else "疑似应为"
    basis = _basis(cause.mends)
    money = sum(
        abs(value - (one.number or 0.0)) for one, value in zip(move.answers, move.values, strict=True)
    )
    meant = [show(round(value, 4), one.field) for one, value in zip(move.answers, move.values, strict=True)]
    if len(move.answers) == 1:
        slip = f"，{move.slip.words}" if move.slip.words and first.number is not None else ""
        stands = f"填报 {first.shown}" if first.number is not None else "未填"
        words = {"字段": first.field.title, "填报": stands, "依据": basis, "应为": meant[0]}
        words |= {"疑似": slip, "判断": doubt}
        return finding(
            "C07",
            first.place,
            first.field.name,
            words=words,
            found=first.shown,
            expected=meant[0],
            money=money,
            also=_parts(cause),
            about=f"figure:{first.field.name}:{first.row}",
            correction=move.values[0],
        )
    if move.slip is DOUBLED:
        return _doubled(cause, basis, money)
    cells = "、".join(one.place.cell for one in move.answers)
    values = "、".join(f"{one.place.cell} {text}" for one, text in zip(move.answers, meant, strict=True))
    words = {"单元格": cells, "疑似": move.slip.words, "依据": basis, "应为": values, "判断": doubt}
    return finding(
        "C09",
        first.place,
        first.field.name,
        words=words,
        found="、".join(one.shown for one in move.answers),
        expected=values,
        money=money,
        also=tuple(one.place for one in move.answers[1:]),
        about=f"figures:{first.field.name}:{first.row}",
        correction=move.values[0],
    )


def _doubled(cause: Cause, basis: str, money: float) -> Finding:
    """C12: a row that is to be deleted rather than filled with other figures, so that no value is told."""
    first = cause.move.answers[0]
    return finding(
        "C12",
        first.place,
        first.field.name,
        words={"行": first.place.ref.row, "依据": basis},
        found="、".join(one.shown for one in cause.move.answers),
        expected="删去重复的一行",
        money=money,
        also=tuple(one.place for one in cause.move.answers[1:]),
        about=f"doubled:{first.field.table}:{first.row}",
    )


def _parts(cause: Cause) -> tuple[Address, ...]:
    """The figures a blank was worked out from where one sum alone tells it: a slip among them would show no other way."""
    answer = cause.move.answers[0]
    if answer.number is not None or cause.level == CERTAIN:
        return ()
    cells = {spot for relation in cause.mends if relation.additive for spot in relation.cells}
    return tuple(sorted(cells - {answer.place}, key=str))[:_MARKED]


def _basis(mends: Sequence[Relation]) -> str:
    sums = [relation for relation in mends if relation.claim is None]
    rates = [relation for relation in mends if relation.claim is not None]
    named = [_quoted(relation.title) for relation in sums] + [relation.title for relation in rates]
    more = f"等 {len(named)} 项" if len(named) > _LISTED else ""
    return "、".join(named[:_LISTED]) + more


def _quoted(title: str) -> str:
    """A title in quotes; in brackets where it has quotes of its own."""
    return f"〔{title}〕" if "“" in title else f"“{title}”"


def contradiction(cause: Cause) -> Finding:
    """C10 for a figure of which two sums demand different values; neither is ordered."""
    answer, value = cause.move.answers[0], cause.move.values[0]
    sides = [(one, value) for one in cause.mends if one.additive and one not in cause.against]
    stands = cause.move.changes
    for relation in cause.against:
        off = relation.off(stands)
        far = relation.off({answer.place: value + 1.0})
        share = 0.0 if off is None or far is None else round(far - off, 6)
        if off and abs(share) == 1.0:
            sides.append((relation, round(value - off / share, 4)))
    said = "；".join(f"按{_quoted(relation.title)}应为 {show(other)}" for relation, other in sides)
    stated = f"填报 {answer.shown}" if answer.number is not None else "未填"
    others = {
        spot: one for relation in (*cause.mends, *cause.against) for spot, one in relation.cells.items()
    }
    told = finding(
        "C10",
        answer.place,
        answer.field.name,
        words={"字段": answer.field.title, "填报": stated, "各方": said},
        found=answer.shown,
        expected="待核实",
        money=max(abs(one - (answer.number or 0.0)) for _, one in sides),
        also=tuple(spot for spot in others if spot != answer.place)[:_MARKED],
        about=f"figure:{answer.field.name}:{answer.row}",
    )
    return replace(told, candidates=tuple((answer.place.sheet, answer.place.cell, one) for _, one in sides))


def undecided(item: Finding, relation: Relation) -> Finding:
    """A rate that its figures do not give, where no sum speaks for these: the figures are offered beside it."""
    if relation.claim is None or item.correction is None:
        return item
    off, claimed = relation.off({}), relation.claim.number
    offered: list[tuple[str, str, float | str]] = [(item.sheet, item.cell, item.correction)]
    for spot, answer in relation.cells.items():
        for value in _giving(relation, answer, claimed, off):
            offered.append((spot.sheet, str(spot.ref), value))
    ways = "；".join(
        f"若为 {cell}，应约为 {show(value)}" for _, cell, value in offered[1:] if isinstance(value, float)
    )
    note = (
        f"；也可能是计算所用的数填错（{ways}），请先核对" if ways else "；也可能是计算所用的数填错，请先核对"
    )
    places = tuple((spot.sheet, str(spot.ref)) for spot in relation.cells)
    return replace(
        item,
        message=item.message + note,
        correction=None,
        candidates=tuple(offered),
        also=tuple(dict.fromkeys((*places, *item.also))),
    )


def _giving(relation: Relation, answer: Answer, claimed: float | None, off: float | None) -> Iterator[float]:
    """The value of one figure, above or below the line, with which a rate is what is claimed."""
    if not off or not claimed or not answer.number or claimed == off:
        return
    share = claimed / (claimed - off)
    decimals = 0 if answer.field.type == "integer" else 2
    for value in (round(answer.number * share, decimals), round(answer.number / share, decimals)):
        if relation.off({answer.place: value}) == 0.0:
            yield value
            return


def opened(item: Finding, cause: Cause) -> Finding:
    """A finding of a relation that several figures might mend, with all of them, ordering none."""
    moves = (cause.move, *cause.rivals)
    candidates: list[tuple[str, str, float | str]] = [
        (one.place.sheet, one.place.cell, value)
        for move in moves
        for one, value in zip(move.answers, move.values, strict=True)
    ]
    if item.correction is not None:
        candidates.append((item.sheet, item.cell, item.correction))
    ways = "；".join(_way(move) for move in moves[:_WAYS])
    cells = "、".join(dict.fromkeys(cell for _, cell, _ in candidates))
    note = f"；{cells} 中至少一处有误" + (f"（{ways}）" if ways else "")
    places = ((sheet, cell) for sheet, cell, _ in candidates if (sheet, cell) != (item.sheet, item.cell))
    return replace(
        item,
        message=item.message + note,
        candidates=tuple(dict.fromkeys(candidates)),
        correction=None,
        also=tuple(dict.fromkeys((*places, *item.also))),
    )


def _way(move: Move) -> str:
    """One way to mend it, in words."""
    cells = "、".join(one.place.cell for one in move.answers)
    if len(move.answers) > 1:
        return f"或 {cells} {move.slip.words}"
    return f"若为 {cells}，应为 {show(round(move.values[0], 4), move.answers[0].field)}"
