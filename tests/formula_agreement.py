"""Our results beside those of an office program: equal, differing for a named reason, or wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from pathlib import Path
from typing import Any

from formula_pairs import FORMULAS, Pairs
from office import recalculate

from xlsx_eval.cell import ErrorValue, Scalar
from xlsx_eval.formula import Value
from xlsx_eval.formula.evaluate import evaluate, prepare
from xlsx_eval.formula.nodes import Binary, Call, Group, Node, Reference, Unary
from xlsx_eval.formula.numbers import number_text, rounded, same
from xlsx_eval.formula.parse import parse
from xlsx_eval.formula.textnumber import text_number
from xlsx_eval.formula.tokens import tokenize
from xlsx_eval.formula.values import Fault, cells, integer, number

TOLERANCE = 1e-11
"""Relative difference left to the order of additions."""
NOTHING = 1e-300
"""Excel has no smaller numbers than 2.2E-308 and shows 0."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a comparison ended: how many were compared, the named differences, and (formula, ours, theirs) else."""

    compared: int
    named: Counter[str]
    wrong: tuple[tuple[str, Scalar, Any], ...]


def compare(pairs: Pairs, tmp_path: Path) -> Outcome:
    """Every formula computed by both."""
    book = pairs.book()
    theirs = recalculate(pairs.workbook(), tmp_path)[FORMULAS]
    named: Counter[str] = Counter()
    wrong: list[tuple[str, Scalar, Any]] = []
    for row, formula in enumerate(pairs.formulas, 1):
        tree = parse(formula, tokenize(formula))
        ours, found = result(tree, book), theirs.get(f"A{row}")
        if agree(ours, found):
            continue
        reason = reason_of(tree, book, found)
        if reason is None:
            wrong.append((formula, ours, found))
        else:
            named[reason] += 1
    return Outcome(len(pairs.formulas), named, tuple(wrong))


def result(tree: Node, book: Mapping[str, Value]) -> Scalar:
    """What our engine gives, as Formula.evaluate would."""
    return evaluate(prepare(tree), book.__getitem__)


def agree(ours: Scalar, theirs: Any) -> bool:
    """Whether both show the same; a saved empty text reads back as nothing."""
    if isinstance(ours, ErrorValue):
        return bool(theirs == str(ours))
    if isinstance(ours, str):
        return bool((theirs or "") == ours)
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return ours is theirs
    if ours is None or not isinstance(theirs, int | float):
        return False
    return bool(ours == theirs or abs(ours - theirs) <= max(NOTHING, TOLERANCE * max(abs(ours), abs(theirs))))


def reason_of(tree: Node, book: Mapping[str, Value], theirs: Any) -> str | None:
    """The named difference that explains a disagreement, or None."""
    for reason, applies in _REASONS.items():
        if applies(tree, book, theirs):
            return reason
    return None


def _parts(node: Node) -> Iterator[Node]:
    yield node
    match node:
        case Unary():
            yield from _parts(node.operand)
        case Binary():
            yield from _parts(node.left)
            yield from _parts(node.right)
        case Group():
            yield from _parts(node.inner)
        case Call():
            for argument in node.arguments:
                yield from _parts(argument)


def _values(tree: Node, book: Mapping[str, Value]) -> Iterator[Scalar]:
    for part in _parts(tree):
        if isinstance(part, Reference):
            yield from cells(book.get(part.text, ErrorValue.NAME))
        else:
            yield result(part, book)


def _two_errors(tree: Node, book: Mapping[str, Value], theirs: Any) -> bool:
    met = {str(value) for value in _values(tree, book) if isinstance(value, ErrorValue)}
    if any(result(divisor, book) == 0 for divisor in _divisors(tree)):
        met.add(str(ErrorValue.DIV0))
    return theirs in met and str(result(tree, book)) in met


def _divisors(tree: Node) -> Iterator[Node]:
    for part in _parts(tree):
        if isinstance(part, Binary) and part.operator == "/":
            yield part.right
        elif isinstance(part, Call) and part.name == "MOD":
            yield part.arguments[1]


def _called(tree: Node, book: Mapping[str, Value], names: tuple[str, ...], error: ErrorValue) -> bool:
    return any(
        isinstance(part, Call) and part.name in names and result(part, book) is error for part in _parts(tree)
    )


def _out_of_range(tree: Node, book: Mapping[str, Value], theirs: Any) -> bool:
    return bool(theirs == "#VALUE!") and (
        _called(tree, book, ("SQRT", "LARGE", "SMALL"), ErrorValue.NUM)
        or _called(tree, book, ("INDEX", "VLOOKUP"), ErrorValue.REF)
    )


def _large_quotient(tree: Node, book: Mapping[str, Value], theirs: Any) -> bool:
    return _called(tree, book, ("MOD",), ErrorValue.NUM)


def _nothing_sought(tree: Node, book: Mapping[str, Value], theirs: Any) -> bool:
    return any(
        isinstance(part, Call) and part.name == "FIND" and result(part.arguments[0], book) in ("", 0.0)
        for part in _parts(tree)
    )


def _exponent(tree: Node, book: Mapping[str, Value], theirs: Any) -> bool:
    joins = any(
        (isinstance(part, Call) and part.name in _TEXT_FUNCTIONS) or getattr(part, "operator", "") == "&"
        for part in _parts(tree)
    )
    return joins and any(_is_long(each) for each in _values(tree, book) if type(each) is float)


def _is_long(number: float) -> bool:
    written = number_text(abs(number))
    if "E" in written or (written.startswith("0.000") and len(written) > 18):
        return True
    with localcontext(prec=15, rounding=ROUND_HALF_UP):
        return float(+Decimal(repr(abs(number)))) != float(written)


def _text_condition(tree: Node, book: Mapping[str, Value], theirs: Any) -> bool:
    conditions = [
        result(part.arguments[0], book)
        for part in _parts(tree)
        if isinstance(part, Call) and part.name in ("IF", "NOT")
    ]
    return any(isinstance(value, str) and text_number(value) is not None for value in conditions)


def _noise_cut_off(tree: Node, book: Mapping[str, Value], theirs: Any) -> bool:
    return any(
        isinstance(part, Call) and part.name in ("INT", "ROUNDUP", "ROUNDDOWN") and _at_the_edge(part, book)
        for part in _parts(tree)
    )


def _at_the_edge(call: Call, book: Mapping[str, Value]) -> bool:
    try:
        operand = number(result(call.arguments[0], book))
        digits = integer(result(call.arguments[1], book)) if len(call.arguments) > 1 else 0
    except Fault:
        return False
    nearest = rounded(operand, digits, "ROUND_HALF_UP")
    return not same(operand, nearest) and abs(operand - nearest) < 1e-9 * max(1.0, abs(operand))


def _signed_blank(tree: Node, book: Mapping[str, Value], theirs: Any) -> bool:
    return any(
        isinstance(part, Unary)
        and part.operator == "+"
        and isinstance(part.operand, Reference)
        and book.get(part.operand.text) is None
        for part in _parts(tree)
    )


def _blanks_in_countifs(tree: Node, book: Mapping[str, Value], theirs: Any) -> bool:
    return any(
        isinstance(part, Call)
        and part.name == "COUNTIFS"
        and any(None in _values(area, book) for area in part.arguments[::2])
        for part in _parts(tree)
    )


def _half_below(tree: Node, book: Mapping[str, Value], theirs: Any) -> bool:
    return any(
        isinstance(part, Call) and part.name == "ROUND" and _at_the_half(part, book) for part in _parts(tree)
    )


def _at_the_half(call: Call, book: Mapping[str, Value]) -> bool:
    try:
        operand, digits = number(result(call.arguments[0], book)), integer(result(call.arguments[1], book))
    except Fault:
        return False
    shifted = abs(operand) * 10.0**digits
    return abs(shifted % 1 - 0.5) < 1e-14 * max(1.0, shifted)


def _blank_sought(tree: Node, book: Mapping[str, Value], theirs: Any) -> bool:
    return any(
        isinstance(part, Call)
        and part.name in ("MATCH", "VLOOKUP")
        and isinstance(part.arguments[0], Reference)
        and book.get(part.arguments[0].text) is None
        for part in _parts(tree)
    )


def _cancelled(tree: Node, book: Mapping[str, Value], theirs: Any) -> bool:
    ours = result(tree, book)
    if type(ours) is not float or not isinstance(theirs, int | float) or isinstance(theirs, bool):
        return False
    met = [abs(each) for each in _values(tree, book) if type(each) is float and abs(each) < 1e21]
    adds = any(
        isinstance(part, Call) and part.name in ("SUM", "AVERAGE", "SUMIF", "SUMIFS") for part in _parts(tree)
    )
    return adds and abs(ours - theirs) <= 1e-14 * max(met, default=0.0)


_TEXT_FUNCTIONS = ("LEN", "LEFT", "RIGHT", "MID", "EXACT", "CONCATENATE", "TRIM")
_REASONS: Mapping[str, Callable[[Node, Mapping[str, Value], Any], bool]] = {
    "which of two errors": _two_errors,
    "another error for a place out of range": _out_of_range,
    "a quotient too large for MOD": _large_quotient,
    "FIND of an empty text": _nothing_sought,
    "the digits of a number in a text": _exponent,
    "text as a condition": _text_condition,
    "a difference cut off without rounding": _noise_cut_off,
    "a half that is just below in binary": _half_below,
    "a blank sought by MATCH or VLOOKUP": _blank_sought,
    "digits lost where large numbers cancel": _cancelled,
    "a plus sign before a blank cell": _signed_blank,
    "blank cells in COUNTIFS": _blanks_in_countifs,
}
