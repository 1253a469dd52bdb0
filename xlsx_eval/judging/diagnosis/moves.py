"""What somebody may have got wrong: one figure, two that were exchanged, a row that should not be there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from xlsx_eval.cell import Address
from xlsx_eval.judging.case import Case, readable
from xlsx_eval.judging.diagnosis.relations import Relation, Relations
from xlsx_eval.judging.diagnosis.slips import Slip, meant_by, slip_between
from xlsx_eval.reading.entries import Answer, show

_EXCHANGED = Slip(1.2, "疑似两数互换")
_SHIFTED = Slip(1.7, "疑似整列错行")
DOUBLED = Slip(0.8, "疑似重复填报")
_FORMULA, _ALONE = 0.8, 1.0
"""What it takes more to believe that a cell with a formula, which nobody types, is the wrong one; and less to believe it
of a figure that stands in no sum."""


@dataclass(frozen=True, slots=True)
class Move:
    """Cells with what they should hold instead, and the slip that would explain what they hold now."""

    answers: tuple[Answer, ...]
    values: tuple[float, ...]
    slip: Slip
    cost: float

    @property
    def changes(self) -> Mapping[Address, float]:
        """The values by their cells."""
        return {answer.place: value for answer, value in zip(self.answers, self.values, strict=True)}

    @property
    def explained(self) -> bool:
        """Whether a slip leads from what was meant to what stands there."""
        return bool(self.slip.words)


class Moves:
    """The moves that may mend a relation of one case."""

    def __init__(self, case: Case, relations: Relations) -> None:
        self._case = case
        self._relations = relations
        self._doubled = tuple(_doubled_rows(case))
        self._exchanges: dict[Address, list[Move]] = {}
        for move in (*_exchanges(case), *_shifted_blocks(case)):
            for answer in move.answers:
                self._exchanges.setdefault(answer.place, []).append(move)

    def mending(self, relation: Relation, changes: Mapping[Address, float]) -> Iterator[Move]:
        """Moves over cells not changed yet that make a failing relation hold."""
        for move in self._possible(relation, changes):
            if any(spot in changes for spot in move.changes):
                continue
            if self._relations.off(relation, {**changes, **move.changes}) == 0.0:
                yield move

    def _possible(self, relation: Relation, changes: Mapping[Address, float]) -> Iterator[Move]:
        seen: set[int] = set()
        # A sum of parts with three decimals has three, whatever the form prints.
        finest = max([2, *(_decimals(answer) for answer in relation.cells.values())])
        for spot, answer in relation.cells.items():
            values = (
                self._closing(relation, changes, answer)
                if relation.additive
                else self._meant(relation, answer)
            )
            yield from (self._single(answer, value) for value in values if _writable(answer, value, finest))
            for move in self._exchanges.get(spot, ()):
                if id(move) not in seen:
                    seen.add(id(move))
                    yield move
        for move in self._doubled:
            if any(answer.place in relation.cells for answer in move.answers):
                yield move

    def _closing(
        self, relation: Relation, changes: Mapping[Address, float], answer: Answer
    ) -> Iterator[float]:
        """The value of one cell with which a sum holds, whatever else it rests on."""
        off = self._relations.off(relation, changes)
        stands = changes.get(answer.place, answer.number or 0.0)
        if not off:
            return
        # Far enough that the sum does not come to hold on the way.
        far = 1000.0 * (abs(off) + 1.0)
        moved = relation.off({**_touching(relation, changes), answer.place: stands + far})
        if moved is None:
            return
        share = round((moved - off) / far, 6)
        if abs(share) == 1.0:
            yield round(stands - off / share, 4)

    def _single(self, answer: Answer, value: float) -> Move:
        slip = slip_between(answer.number, value)
        trust = (_FORMULA if answer.formula else 0.0) - (0.0 if self._supported(answer) else _ALONE)
        return Move((answer,), (value,), slip, slip.cost + trust)

    def _supported(self, answer: Answer) -> bool:
        """Whether a sum speaks for or against the figure; one that stands in none is known by its rates only."""
        return any(relation.additive for relation in self._relations.of.get(answer.place, ()))

    def _meant(self, relation: Relation, answer: Answer) -> Iterator[float]:
        """Figures a slip leads back to; where no sum holds the cell, also the one that would give the rate."""
        if not answer.number:
            return
        yield from meant_by(answer.number)
        off, claim = relation.off({}), relation.claim
        if off and claim is not None and claim.number and not self._supported(answer):
            decimals = 0 if answer.field.type == "integer" else 2
            value = claim.number - off
            for share in (claim.number / value, value / claim.number) if value else ():
                yield round(answer.number * share, decimals)


def _touching(relation: Relation, changes: Mapping[Address, float]) -> dict[Address, float]:
    return {spot: value for spot, value in changes.items() if spot in relation.cells}


def _decimals(answer: Answer) -> int:
    return 0 if answer.number is None else len(show(answer.number).partition(".")[2])


def _writable(answer: Answer, value: float, finest: int) -> bool:
    """Whether the form would take the value: no amount below 0, none with more decimals than `finest`."""
    decimals = {"integer": 0, "rate": 6}.get(answer.field.type, finest)
    return value >= 0 and abs(round(value, decimals) - value) <= 1e-6 and value != answer.number


def _exchanges(case: Case) -> Iterator[Move]:
    """Two figures next to each other, in one column or in one line, each in the other's cell."""
    for line in _lines(case):
        for one, other in _pairs(line):
            if one.number and other.number and one.number != other.number:
                yield Move((one, other), (other.number, one.number), _EXCHANGED, _EXCHANGED.cost)


def _pairs(line: list[Answer]) -> Iterator[tuple[Answer, Answer]]:
    for distance in (1, 2):
        yield from zip(line, line[distance:], strict=False)


def _lines(case: Case) -> list[list[Answer]]:
    """The figures of each column and of each line of the form's grids, and of each row of its tables."""
    columns: dict[tuple[str, int], list[Answer]] = {}
    rows: dict[tuple[str, int], list[Answer]] = {}
    for answer in case.submission.all_answers():
        if answer.lost or answer.field.type not in ("amount", "integer") or not readable(answer):
            continue
        sheet, ref = answer.place
        if answer.row is None:
            columns.setdefault((sheet, ref.column), []).append(answer)
        elif answer.number is None:
            continue
        rows.setdefault((sheet, ref.row), []).append(answer)
    lines = [*columns.values(), *rows.values()]
    return [sorted(line, key=lambda answer: answer.place[1]) for line in lines]


def _shifted_blocks(case: Case) -> Iterator[Move]:
    """Three or more figures of one column that stand one line too high or too low."""
    for check in case.scheme.checks:
        # A check may name its total on both sides, as one that sums must not exceed; it is no part.
        names = sorted(check.left.names - check.right.names)
        parts = [part for name in names for part in case.submission.named(name)]
        if any(part.row is not None or part.lost or not readable(part) for part in parts) or len(parts) < 3:
            continue
        parts.sort(key=lambda part: part.place[1])
        if any(second.place[1].row != first.place[1].row + 1 for first, second in pairwise(parts)):
            continue
        figures = [part.number or 0.0 for part in parts]
        if sum(1 for figure in figures if figure) < 2:
            continue
        if not figures[-1]:
            yield Move(tuple(parts), (0.0, *figures[:-1]), _SHIFTED, _SHIFTED.cost)
        if not figures[0]:
            yield Move(tuple(parts), (*figures[1:], 0.0), _SHIFTED, _SHIFTED.cost)


def _doubled_rows(case: Case) -> Iterator[Move]:
    """Rows of a table that repeat another, name and figures; without them their figures would not count."""
    for table in case.scheme.tables.values():
        seen: set[tuple[object, ...]] = set()
        for index in case.submission.filled_rows(table.id):
            row = case.submission.row(table.id, index).values()
            amounts = [answer for answer in row if answer.field.type == "amount"]
            given = [answer for answer in amounts if answer.number]
            name = next((answer.value for answer in row if answer.field.name == table.key.name), None)
            signs = (name, *(answer.value for answer in amounts))
            if name and given and signs in seen:
                yield Move(tuple(given), (0.0,) * len(given), DOUBLED, DOUBLED.cost)
            seen.add(signs)


def cells_of(moves: Iterable[Move]) -> dict[Address, float]:
    """All values of some moves by their cells."""
    return {spot: value for move in moves for spot, value in move.changes.items()}
