"""Findings about figures as they should be told: the cause first, all that rests on it as it will be afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from xlsx_eval.cell import Address
from xlsx_eval.findings import ERROR, Finding
from xlsx_eval.judging.case import Case, corrected
from xlsx_eval.judging.checks.scores import total_and_grade
from xlsx_eval.judging.diagnosis.consequences import carrying
from xlsx_eval.judging.diagnosis.known import Known, known_causes
from xlsx_eval.judging.diagnosis.moves import Moves, cells_of
from xlsx_eval.judging.diagnosis.relations import Relation, Relations
from xlsx_eval.judging.diagnosis.search import CERTAIN, OPEN, Cause, Search, groups
from xlsx_eval.judging.diagnosis.told import cause_finding, contradiction, opened, undecided
from xlsx_eval.judging.score import IndicatorScore

_Named = tuple[str, str]
"""Sheet and cell as a finding names them."""
Judge = Callable[[Case], list[Finding]]
"""What the checks of figures find in a case."""
_TOTALS = frozenset({"total", "grade"})
_OWED = frozenset({"B01", "C03"})
"""Findings that ask for the entry of a blank cell."""
_DOUBTS = frozenset({"C01", "C03", "C08", "D01", "D02"})
"""Findings of relations that prove something, so that a cause is worth looking for."""
_SCORES = frozenset({"E01", "E02", "E03", "E04"})
_MOST_FAILING = 60
"""With more relations failing the form is in such disorder that no smallest cause means anything."""


@dataclass(frozen=True, slots=True)
class Head:
    """A finding under which others stand: its cells, what it mends, and whether its values are told."""

    finding: Finding
    cells: frozenset[Address]
    mends: frozenset[str]
    is_open: bool
    meant: float | None = None
    contradicts: bool = False
    sure: bool = True


def diagnosed(
    case: Case, other: Sequence[Finding], figures: Sequence[Finding], judge: Judge
) -> list[Finding]:
    """All findings of a case: `other` as they are, `figures` by what is behind them.

    `figures` are what `judge` finds in the case as it stands.
    """
    known = tuple(known_causes(case, [*other, *figures]))
    base = corrected(case, {one.answer.place: one.value for one in known}) if known else case
    relations, causes = _searched(base) if _doubtful(base, known, figures, judge) else (None, ())
    heads = [*_known_heads(known), *_cause_heads(causes, figures, [*other, *figures])]
    if not heads:
        return [*other, *_with_totals(case, _doubted(figures, relations, {}))]
    mended = corrected(base, cells_of(cause.move for cause in causes)) if causes else base
    shown = _Shown(case, heads, relations or Relations(case))
    told = shown.findings(other, _without_totals(figures), _without_totals(judge(mended)))
    # Last, for only now it is known which self-scores are corrected and which wait for an open case.
    sure = cells_of(cause.move for cause in causes if cause.level == CERTAIN)
    told = _doubted(told, relations, sure)
    return _with_totals(mended, [*told, *(item for item in figures if item.about in _TOTALS)])


def _doubtful(base: Case, known: Sequence[Known], figures: Sequence[Finding], judge: Judge) -> bool:
    """Whether a relation fails that what is known to be wrong does not explain."""
    left = judge(base) if known else figures
    return any(item.code in _DOUBTS for item in left)


def _searched(base: Case) -> tuple[Relations, tuple[Cause, ...]]:
    relations = Relations(base)
    failing = [relation for relation in relations.every if relations.off(relation, {})]
    if not failing or len(failing) > _MOST_FAILING:
        return relations, ()
    search = Search(relations, Moves(base, relations))
    return relations, _joined(cause for group in groups(failing) for cause in search.causes(group))


def _joined(causes: Iterable[Cause]) -> tuple[Cause, ...]:
    """Causes that are one and the same move, found from the sums of several columns, as one with all it mends."""
    found: dict[frozenset[Address], Cause] = {}
    for cause in causes:
        cells = frozenset(cause.move.changes)
        one = found.get(cells)
        mends = {relation.about: relation for known in (one, cause) if known for relation in known.mends}
        found[cells] = replace(cause, mends=tuple(mends.values()))
    return tuple(found.values())


def _known_heads(known: Iterable[Known]) -> Iterator[Head]:
    for one in known:
        meant = round(one.value, 4) if one.finding.code in ("B11", "B22") else None
        yield Head(one.finding, frozenset({one.answer.place}), frozenset(), is_open=False, meant=meant)


def _closed(cause: Cause, others: Sequence[Finding]) -> Finding:
    """The finding of a cause; an entry that is owed anyway is asked for once, with what it should be."""
    own = cause_finding(cause)
    for item in others:
        owed = item.code in _OWED and (item.sheet, item.cell) == (own.sheet, own.cell)
        if owed and len(cause.move.answers) == 1:
            told = "" if item.correction is not None else f"；{own.message.partition('，')[2]}"
            return replace(
                item,
                message=item.message + told,
                expected=own.expected,
                correction=own.correction,
                money=own.money,
                also=tuple(dict.fromkeys((*item.also, *own.also))),
            )
    return own


def _cause_heads(
    causes: Iterable[Cause], figures: Sequence[Finding], others: Sequence[Finding]
) -> Iterator[Head]:
    causes = tuple(causes)
    two_sided = {relation.about for cause in causes for relation in cause.against}
    for cause in causes:
        cells = set(cause.move.changes)
        mends = frozenset(relation.about for relation in cause.mends)
        if cause.level != OPEN:
            sure = cause.level == CERTAIN
            yield Head(_closed(cause, others), frozenset(cells), mends, is_open=False, sure=sure)
            continue
        if cause.against:
            mends |= {relation.about for relation in cause.against}
            yield Head(contradiction(cause), frozenset(cells), mends, is_open=True, contradicts=True)
            continue
        # What would mend only the other side of a contradiction is told there.
        told = [item for item in figures if item.about in mends and not mends <= two_sided]
        if told:
            cells |= {spot for rival in cause.rivals for spot in rival.changes}
            dearest = max(cause.mends, key=lambda relation: relation.cost).about
            first = next((item for item in told if item.about == dearest), told[0])
            yield Head(opened(first, cause), frozenset(cells), mends, is_open=True)


def _doubted(
    figures: Sequence[Finding], relations: Relations | None, sure: Mapping[Address, float]
) -> list[Finding]:
    """Rates that may be right over a figure that is wrong are not ordered to change, nor are the scores by them."""
    if relations is None:
        return list(figures)
    known = {one.about: one for one in relations.every}
    doubtful = {
        item.about
        for item in figures
        if item.code == "D01" and item.about in known and relations.unsupported(known[item.about], sure)
    }
    scores = {about.replace("rate:", "score:", 1) for about in doubtful}
    told: list[Finding] = []
    for item in figures:
        if item.about in doubtful and not item.candidates:
            # One that is told as it will be speaks of figures that do not stand there yet.
            item = replace(item, correction=None) if item.under else undecided(item, known[item.about])
        elif item.about in scores and item.code in ("E01", "E02"):
            item = replace(item, correction=None)
        told.append(item)
    return told


def _without_totals(figures: Iterable[Finding]) -> list[Finding]:
    return [item for item in figures if item.about not in _TOTALS]


def _with_totals(case: Case, figures: Sequence[Finding]) -> list[Finding]:
    """Findings with total and grade as they will be once the self-scores are corrected."""
    scores = {
        (item.sheet, item.cell): item.correction
        for item in figures
        if item.code in _SCORES and isinstance(item.correction, float)
    }
    slipped = _slipped(case, figures, scores)
    if slipped is not None:
        figures = [_lowered(item) if item is slipped else item for item in figures]
        scores[slipped.sheet, slipped.cell] = _score_of(case, slipped)
    waiting = _waiting_scores(case, figures)
    if not scores and not waiting:
        return list(figures)
    totals = total_and_grade(_claiming(case, scores), waiting=waiting)
    said = {item.about: item for item in figures if item.about in _TOTALS}
    first = min(scores) if scores else None
    return _without_totals(figures) + [
        _afterwards(item, said.get(item.about), first) for item in totals if item.about in _TOTALS
    ]


def _waiting_scores(case: Case, figures: Iterable[Finding]) -> bool:
    """Whether a self-score is wrong and not known: out of its band, or resting on a figure that is still open."""
    claims = {_named(one) for one in case.scored.indicators}
    return any(
        (item.code in _SCORES | {"F03"} and item.correction is None)
        or (item.candidates and not claims.isdisjoint(item.also))
        for item in figures
    )


def _claiming(case: Case, scores: Mapping[_Named, float]) -> Case:
    """The case with other self-scores; what we scored stays."""
    indicators = tuple(
        replace(one, claimed=scores[_named(one)]) if _named(one) in scores else one
        for one in case.scored.indicators
    )
    return replace(case, scored=replace(case.scored, indicators=indicators))


def _slipped(case: Case, figures: Sequence[Finding], scores: Mapping[_Named, float]) -> Finding | None:
    """The one lowered self-score that rule and total both speak against, whatever reason stands beside it."""
    if not any(item.code == "E07" for item in total_and_grade(_claiming(case, scores))):
        return None
    for item in figures:
        if item.code == "E13":
            more = {**scores, (item.sheet, item.cell): _score_of(case, item)}
            if not any(one.code == "E07" for one in total_and_grade(_claiming(case, more))):
                return item
    return None


def _score_of(case: Case, item: Finding) -> float:
    scored = (one for one in case.scored.indicators if _named(one) == (item.sheet, item.cell))
    return next((one.score or 0.0 for one in scored), 0.0)


def _named(one: IndicatorScore) -> _Named:
    """Where an indicator's self-score stands, as findings name it."""
    return ("", "") if one.place is None else (one.place.sheet, one.place.cell)


def _lowered(item: Finding) -> Finding:
    """A lowered self-score that the total contradicts too: no deduction, but a slip."""
    correction = float(item.expected)
    message = f"{item.message}；自评总分与按 {item.expected} 分计算的合计相符，疑似得分填错"
    return replace(item, verdict=ERROR, message=message, correction=correction)


def _afterwards(item: Finding, before: Finding | None, first: _Named | None) -> Finding:
    if first is None or (before is not None and before.expected == item.expected):
        return item
    message = f"更正各项自评得分后，{item.message}"
    return replace(item, message=message, under=f"{first[0]}!{first[1]}")


class _Shown:
    """Findings arranged under their heads."""

    def __init__(self, case: Case, heads: Sequence[Head], relations: Relations) -> None:
        self._heads = heads
        self._cells = {relation.about: frozenset(relation.cells) for relation in relations.every}
        self._rests = self._resting(case, relations.every)

    def findings(
        self, other: Iterable[Finding], before: Sequence[Finding], after: Sequence[Finding]
    ) -> list[Finding]:
        """`other`, the heads with what hangs under them, and what is still to be told of the figures."""
        carried: dict[int, list[Finding]] = {number: [] for number in range(len(self._heads))}
        own = {id(head.finding) for head in self._heads}
        subjects = {_subject(item) for item in after}
        first = {_subject(head.finding) for head in self._heads if head.is_open}
        owed = {(head.finding.sheet, head.finding.cell) for head in self._heads if not head.is_open}
        listed: list[Finding] = []
        for item in before:
            if id(item) not in own and _subject(item) not in subjects and _subject(item) not in first:
                if (item.sheet, item.cell) in owed and item.code in _OWED:
                    continue
                over = self._heads_of(item)
                if item.about.startswith("require:") and all(self._heads[one].is_open for one in over):
                    listed.append(item)
                    continue
                for one in over:
                    carried[one].append(item)
        then = {_subject(item): item for item in before}
        # A row that is to go has no rate of its own any more.
        deleted = {
            head.finding.about.replace("doubled:", "row:")
            for head in self._heads
            if head.finding.code == "C12"
        }
        for item in after:
            if item.about in deleted:
                continue
            if id(item) in own or _subject(item) in first:
                continue
            number = self._resting_on(item)
            was = then.get(_subject(item))
            contradictory = self._contradiction_of(item)
            if contradictory is not None:
                carried[contradictory] += [] if was is None else [was]
                continue
            if number is None or (was is not None and was.expected == item.expected):
                listed.append(was if number is None and was is not None else item)
            elif self._heads[number].is_open:
                listed += [] if was is None else [_waiting(was, self._heads[number].finding)]
            else:
                listed.append(_hung(item, self._heads[number]))
        heads = [
            carrying(_borne_out(head, carried[number]), carried[number])
            for number, head in enumerate(self._heads)
        ]
        kept = [
            item
            for item in other
            if id(item) not in own and not (item.code in _OWED and (item.sheet, item.cell) in owed)
        ]
        return [*kept, *heads, *(item for item in listed if id(item) not in own)]

    def _resting(self, case: Case, relations: Iterable[Relation]) -> Mapping[str, frozenset[Address]]:
        """Cells that scores without a relation of their own rest on: those of all sums, for some count these."""
        sums: set[Address] = set()
        for relation in relations:
            if relation.additive:
                sums |= set(relation.cells)
        counting = {
            f"score:{one.key}": frozenset(sums)
            for one in case.scheme.indicators
            if "勾稽不符数" in one.score.names
        }
        return {**self._cells, **counting}

    def _resting_on(self, item: Finding) -> int | None:
        """Number of the first head on whose cells the finding rests; an open one first, since it orders nothing."""
        cells = self._rests.get(item.about, frozenset())
        hits = [number for number, head in enumerate(self._heads) if head.cells & cells]
        return min(hits, key=lambda number: not self._heads[number].is_open, default=None)

    def _contradiction_of(self, item: Finding) -> int | None:
        """The contradiction a sum is one side of: told there, and not again by itself."""
        return next(
            (n for n, head in enumerate(self._heads) if head.contradicts and item.about in head.mends), None
        )

    def _heads_of(self, item: Finding) -> list[int]:
        """The heads that make a finding vanish: those that mend it, else those whose cells it rests on."""
        cells = self._rests.get(item.about, frozenset())
        resting = [number for number, head in enumerate(self._heads) if head.cells & cells]
        # What is wrong by itself was set right before the search, which so never saw what it mends.
        mending = [number for number in resting if item.about in self._heads[number].mends]
        if mending:
            return mending + [number for number in resting if not self._heads[number].mends]
        return resting or [0]


def _borne_out(head: Head, carried: Sequence[Finding]) -> Finding:
    """An amount that was asked about, with its value where failing sums prove it."""
    if head.meant is None or not any(item.code == "C01" for item in carried):
        return head.finding
    return replace(head.finding, correction=head.meant)


def _waiting(item: Finding, head: Finding) -> Finding:
    """A finding that rests on figures of which it is open which is wrong: told, and nothing ordered."""
    note = f"；所依据的数据尚待核实（见 {head.sheet}!{head.cell}），核实后再定"
    return replace(item, message=item.message + note, correction=None, under=f"{head.sheet}!{head.cell}")


def _hung(item: Finding, head: Head) -> Finding:
    """A finding as it will stand once the figure it rests on is corrected; ordered only where that figure is sure."""
    own = head.finding
    message = f"更正 {own.cell} 后，{item.message}"
    correction = item.correction if head.sure else None
    return replace(item, message=message, correction=correction, under=f"{own.sheet}!{own.cell}")


def _subject(item: Finding) -> tuple[str, str, str]:
    """What a finding is about: its relation where it has one, else its code, and its cell."""
    return item.about or item.code, item.sheet, item.cell
