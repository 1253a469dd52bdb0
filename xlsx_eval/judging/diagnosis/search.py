"""The smallest, likeliest set of wrong figures that explains what fails, and how sure it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from xlsx_eval.cell import Address
from xlsx_eval.judging.diagnosis.moves import Move, Moves, cells_of
from xlsx_eval.judging.diagnosis.relations import Relation, Relations
from xlsx_eval.judging.diagnosis.slips import ONE_DIGIT

CERTAIN, LIKELY, OPEN = "certain", "likely", "open"
_CLEAR, _AHEAD = 0.9, 0.45
"""How much dearer the next best explanation must be for a cause to be certain, or likely."""
_BEAM, _DEPTH, _RELATIONS_TRIED = 4, 8, 3
_WITNESS = 1.5
"""From what cost on a relation that a value closes is a witness for it."""
_OFFERED, _MOST_OFFERED = 1.7, 12
"""How much dearer an explanation may be that is still offered beside the best, and how many are."""


@dataclass(frozen=True, slots=True)
class Cause:
    """A move that explains what fails.

    `level` is certain, likely or open; `mends` are the relations that hold with it and fail without; `rivals`
    are other moves that would do as well, the best first. `against` are sums that demand another value of the
    same cell, so that whatever it holds one of them fails.
    """

    move: Move
    level: str
    mends: tuple[Relation, ...]
    rivals: tuple[Move, ...] = ()
    against: tuple[Relation, ...] = ()


@dataclass(frozen=True, slots=True)
class _Node:
    moves: tuple[Move, ...]
    failing: tuple[Relation, ...]
    cost: float


class Search:
    """Looks for moves in one group of failing relations."""

    def __init__(self, relations: Relations, moves: Moves) -> None:
        self._relations = relations
        self._moves = moves

    def causes(self, failing: Sequence[Relation]) -> tuple[Cause, ...]:
        """The causes behind some failing relations that hang together; none where leaving them is likelier."""
        best = self._best(_Node((), tuple(failing), _left(failing)))
        return tuple(self._judged(move, best) for move in best.moves)

    def _best(self, start: _Node) -> _Node:
        beam, best = [start], start
        for _ in range(_DEPTH):
            grown = {_sign(node): node for parent in beam for node in self._children(parent)}
            beam = sorted(grown.values(), key=lambda node: node.cost)[:_BEAM]
            if not beam or beam[0].cost >= best.cost:
                break
            best = beam[0]
        return best

    def _children(self, node: _Node) -> Iterator[_Node]:
        """The node with one move more, where that pays."""
        changes = cells_of(node.moves)
        tried: set[tuple[tuple[Address, float], ...]] = set()
        for relation in _dearest(node.failing)[:_RELATIONS_TRIED]:
            for move in self._moves.mending(relation, changes):
                sign = tuple(sorted(move.changes.items(), key=repr))
                if sign not in tried:
                    tried.add(sign)
                    child = self._with(node, move, changes)
                    if child.cost < node.cost:
                        yield child

    def _with(self, node: _Node, move: Move, changes: Mapping[Address, float]) -> _Node:
        after = {**changes, **move.changes}
        touched = {
            relation.about: relation for spot in move.changes for relation in self._relations.of.get(spot, ())
        }
        failing = [relation for relation in node.failing if relation.about not in touched]
        failing += [relation for relation in touched.values() if self._relations.off(relation, after)]
        paid = sum(one.cost for one in node.moves) + move.cost
        return _Node((*node.moves, move), tuple(failing), paid + _left(failing))

    def _judged(self, move: Move, best: _Node) -> Cause:
        """How sure a move of the best node is: by the next best way to explain what it explains."""
        others = tuple(one for one in best.moves if one is not move)
        changes = cells_of(others)
        failing = self._failing(changes, best, move)
        without = _Node(others, failing, sum(one.cost for one in others) + _left(failing))
        mends = tuple(one for one in failing if not self._relations.off(one, {**changes, **move.changes}))
        ways = sorted(self._children(without), key=lambda node: node.cost)
        rivals = [way for way in ways if way.moves[-1].changes != move.changes]
        # A different value of one cell is told at that cell, the same cell with others by what is left over.
        against = self._against(move, mends, others)
        if against:
            return Cause(move, OPEN, mends, _near(move, rivals, best.cost), against)
        gap = min((way.cost for way in (*rivals, without)), default=without.cost) - best.cost
        witnesses = _witnesses(mends)
        told = move.explained and (witnesses > 1 or move.slip is not ONE_DIGIT or _sizeable(move, mends))
        # A blank takes any value: one sum tells it only as far as its other figures are right.
        sure = witnesses > 1 or any(one.number is not None for one in move.answers)
        if gap >= _CLEAR and sure and (told or witnesses > 1):
            return Cause(move, CERTAIN, mends)
        if gap >= _AHEAD and (told or witnesses > 1):
            return Cause(move, LIKELY, mends)
        return Cause(move, OPEN, mends, _near(move, rivals, best.cost))

    def _against(self, move: Move, mends: Sequence[Relation], others: Sequence[Move]) -> tuple[Relation, ...]:
        """Sums over the one cell of a move that then fail, but for figures changed beside it without any reason."""
        if len(move.answers) > 1 or (move.explained and move.answers[0].number is not None):
            return ()
        place = move.answers[0].place
        sure = (one for one in others if one.explained or self._has_witness(one, place))
        after = {**cells_of(sure), **move.changes}
        proving = [one for one in mends if one.additive and one.proves]
        against = tuple(one for one in proving if self._relations.off(one, after))
        # What two sums say without help is not outweighed by a third.
        return against if len(proving) - len(against) < 2 else ()

    def _has_witness(self, move: Move, place: Address) -> bool:
        """Whether something that does not rest on the cell `place` says the same as the move by itself."""
        return any(
            one.cost >= _WITNESS
            and place not in one.cells
            and bool(self._relations.off(one, {}))
            and self._relations.off(one, move.changes) == 0.0
            for spot in move.changes
            for one in self._relations.of.get(spot, ())
        )

    def _failing(self, changes: Mapping[Address, float], best: _Node, move: Move) -> tuple[Relation, ...]:
        """What fails with `changes` among what the move touches and what the best node leaves."""
        near = {one.about: one for spot in move.changes for one in self._relations.of.get(spot, ())}
        near |= {one.about: one for one in best.failing}
        return tuple(one for one in near.values() if self._relations.off(one, changes))


def _sizeable(move: Move, mends: Sequence[Relation]) -> bool:
    """Whether one wrong digit tells anything: above the decimals of a figure that a sum gives exactly.

    A difference below 1 is one digit off in nearly any figure, and so is what a printed rate allows.
    """
    return any(relation.additive for relation in mends) and all(
        abs(value - (one.number or 0.0)) >= 1 for one, value in zip(move.answers, move.values, strict=True)
    )


def _near(move: Move, rivals: Sequence[_Node], cost: float) -> tuple[Move, ...]:
    """Other moves nearly as likely, one for a cell."""
    found: dict[frozenset[Address], Move] = {frozenset(move.changes): move}
    for way in rivals:
        if way.cost - cost < _OFFERED:
            found.setdefault(frozenset(way.moves[-1].changes), way.moves[-1])
    return tuple(found.values())[1 : _MOST_OFFERED + 1]


def _left(failing: Iterable[Relation]) -> float:
    return sum(relation.cost for relation in failing)


def _dearest(failing: Iterable[Relation]) -> list[Relation]:
    # A score or a bound alone leads to no figure: many would do.
    worth = [relation for relation in failing if relation.proves]
    return sorted(worth, key=lambda relation: (-relation.cost, len(relation.cells)))


def _sign(node: _Node) -> frozenset[tuple[Address, float]]:
    return frozenset(cells_of(node.moves).items())


def _witnesses(mends: Iterable[Relation]) -> int:
    return sum(1 for relation in mends if relation.cost >= _WITNESS)


def groups(failing: Sequence[Relation]) -> list[list[Relation]]:
    """Failing relations by whether they share a cell, so that far-apart mistakes are looked for apart."""
    found: list[tuple[set[Address], list[Relation]]] = []
    for relation in failing:
        cells, members = set(relation.cells), [relation]
        apart = []
        for others, theirs in found:
            if others & cells:
                cells |= others
                members = [*theirs, *members]
            else:
                apart.append((others, theirs))
        found = [*apart, (cells, members)]
    return [members for _, members in found]
