"""A scheme checks itself: every problem is a sentence that says where and what to write instead."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from xlsx_eval.formula import Formula
from xlsx_eval.scheme.figures import Figures
from xlsx_eval.scheme.parts import Indicator, Scheme
from xlsx_eval.scheme.rules import number_text, rule_kinds

BUILT_IN_NAMES = frozenset({"值", "满分", "勾稽不符数"})


def lint(scheme: Scheme) -> Iterator[str]:
    """Every contradiction of the scheme, in words; nothing when it is sound."""
    yield from _points(scheme)
    yield from _grades(scheme)
    yield from _parameters(scheme)
    yield from _names(scheme)
    yield from _cycles(scheme)
    yield from _examples(scheme)


def _points(scheme: Scheme) -> Iterator[str]:
    own = sum(scheme.own.blocks.values()) if scheme.own else 0
    total = sum(indicator.points for indicator in scheme.indicators) + own
    if abs(total - scheme.points) > 1e-9:
        yield f"scheme.points is {number_text(scheme.points)}, but the indicators add up to {number_text(total)}"
    for indicator in scheme.indicators:
        if indicator.kind == "additive":
            items = sum(item.points for item in indicator.items)
            if abs(items - indicator.points) > 1e-9:
                yield (
                    f"indicator {indicator.key}: points {number_text(indicator.points)}, "
                    f"but its items add up to {number_text(items)}"
                )


def _grades(scheme: Scheme) -> Iterator[str]:
    lowest = [limit for _, limit in scheme.grades]
    if lowest != sorted(lowest, reverse=True) or len(set(lowest)) != len(lowest):
        yield "scheme.grades must fall from the best to the worst"
    if lowest[-1] != 0:
        yield f"scheme.grades: the worst grade starts at {lowest[-1]}, write 0, or scores below it have no grade"


def _parameters(scheme: Scheme) -> Iterator[str]:
    for indicator in scheme.indicators:
        for name in rule_kinds()[indicator.kind].get("parameters", {}):
            if name not in indicator.parameters:
                yield f"indicator {indicator.key}: rule {indicator.kind} needs {name!r}"
        if not indicator.items and indicator.value is None:
            yield f"indicator {indicator.key}: rule {indicator.kind} needs `value`, the formula of its figure"


def _formulas(scheme: Scheme) -> Iterator[tuple[str, Formula]]:
    for name, formula in scheme.derived.items():
        yield f"derived {name}", formula
    for indicator in scheme.indicators:
        yield f"indicator {indicator.key}: score", indicator.score
        if indicator.value is not None:
            yield f"indicator {indicator.key}: value", indicator.value
    for check in scheme.checks:
        yield f"check {check.id}: left", check.left
        yield f"check {check.id}: right", check.right
    for requirement in scheme.requirements:
        yield f"require {requirement.id}: test", requirement.test


def _names(scheme: Scheme) -> Iterator[str]:
    known = set(scheme.fields) | set(scheme.derived) | BUILT_IN_NAMES
    for where, formula in _formulas(scheme):
        for name in sorted(formula.names - known):
            yield f"{where}: {name!r} is not declared{_did_you_mean(name, known)}"
    yield from _row_names(scheme)
    for check in scheme.checks:
        for name in sorted(set(check.needs) - known):
            yield f"check {check.id}: needs {name!r}, which is not declared{_did_you_mean(name, known)}"
    for requirement in scheme.requirements:
        if requirement.place not in scheme.fields:
            yield f"require {requirement.id}: place {requirement.place!r} is no field{_did_you_mean(requirement.place, known)}"


def _row_names(scheme: Scheme) -> Iterator[str]:
    """Formulas over one row of a table name its columns without the table."""
    for table in scheme.tables.values():
        columns = {column.name.removeprefix(f"{table.id}_") for column in table.columns}
        formulas = [(column.name, column.claims) for column in table.columns if column.claims is not None]
        if scheme.own is not None and scheme.own.table is table:
            formulas.append(("own.score", scheme.own.score))
        for where, formula in formulas:
            for name in sorted(formula.names - columns):
                yield f"{where}: {name!r} is no column of {table.id}{_did_you_mean(name, columns)}"


def _did_you_mean(name: str, known: set[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else ""


def _cycles(scheme: Scheme) -> Iterator[str]:
    for name in scheme.derived:
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            for used in scheme.derived[waiting.pop()].names:
                if used == name:
                    yield f"derived {name} depends on itself"
                    return
                if used in scheme.derived and used not in seen:
                    seen.add(used)
                    waiting.append(used)


def _examples(scheme: Scheme) -> Iterator[str]:
    indicators = {indicator.key: indicator for indicator in scheme.indicators}
    for number, example in enumerate(scheme.examples, start=1):
        if example.indicator not in indicators:
            yield f"example {number}: no indicator {example.indicator!r}{_did_you_mean(example.indicator, set(indicators))}"
            continue
        earned = _earned(scheme, indicators[example.indicator], dict(example.inputs))
        if earned != example.points:
            yield f"example {number} ({example.indicator}): expects {example.points}, the rule gives {earned}"


def _earned(scheme: Scheme, indicator: Indicator, inputs: dict[str, float | str]) -> object:
    values: dict[str, float | str | bool | None] = dict.fromkeys(scheme.fields, "")
    values.update(inputs)
    values.update({"满分": indicator.points, "勾稽不符数": 0.0})
    figures = Figures(values, derived=scheme.derived)
    if indicator.value is not None:
        figures = figures.with_values({"值": indicator.value.evaluate(figures)})
    earned = indicator.score.evaluate(figures)
    return round(earned, 9) if isinstance(earned, float) else earned
