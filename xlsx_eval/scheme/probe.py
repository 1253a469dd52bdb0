"""Tries a scheme's formulas on sampled figures: what never fires, always fires, never works, mixes units."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from xlsx_eval.cell import Scalar
from xlsx_eval.formula import Column, Formula
from xlsx_eval.scheme.figures import Figures
from xlsx_eval.scheme.lint import formulas
from xlsx_eval.scheme.parts import Field, Indicator, Scheme
from xlsx_eval.scheme.remarks import ADVICE, Path, Remark
from xlsx_eval.scheme.rules import number_text

SAMPLES = 160
_TABLE_ROWS = 3
_AMOUNTS = (
    0.0,
    0.0,
    0.0,
    0.0,
    1.0,
    5.0,
    42.0,
    80.0,
    90.0,
    99.0,
    100.0,
    100.0,
    101.0,
    103.0,
    120.0,
    200.0,
    1000.0,
)
_RATES = (0.0, 0.3, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.99, 1.0, 1.0, 1.02, 1.2)
_SCALE = 7.0


def probe(scheme: Scheme) -> Iterator[Remark]:
    """Every formula that does not do what a formula of its kind should, and figures that nothing uses."""
    words = _words(scheme)
    samples = [_sample(scheme, words, random.Random(seed)) for seed in range(SAMPLES)]
    for index, indicator in enumerate(scheme.indicators):
        yield from _indicator(indicator, samples, ("indicator", index))
    yield from _checks(scheme, samples)
    for requirement in scheme.requirements:
        results = [requirement.test.evaluate(figures) for figures in samples]
        path: Path = ("require", requirement.number, "test")
        yield from _fires([one is False for one in results], path, "要求")
    yield from _units(scheme)
    yield from _unused(scheme)


def _words(scheme: Scheme) -> tuple[str, ...]:
    """Texts to try: those that the scheme's formulas compare with."""
    compared = {
        piece.strip("*?")
        for _, formula in formulas(scheme)
        for piece in formula.text.split('"')[1::2]
        if piece.strip("*?")
    }
    return ("", "文字", *sorted(compared))


def _sample(scheme: Scheme, words: tuple[str, ...], chance: random.Random) -> Figures:
    blank = chance.choice((0.0, 0.0, 0.15))
    values: dict[str, Scalar] = {"勾稽不符数": chance.choice((0.0, 2.0))}
    columns: dict[str, Column] = {}
    for field in scheme.fields.values():
        if field.table is None:
            values[field.name] = "" if chance.random() < blank else _entry(field, words, chance)
        else:
            columns[field.name] = tuple(
                (_entry(field, words, chance),) for _ in range(chance.randint(1, _TABLE_ROWS))
            )
    return Figures(values, columns, scheme.derived)


def _entry(field: Field, words: tuple[str, ...], chance: random.Random) -> Scalar:
    if field.type == "choice":
        return chance.choice(field.choices)
    if field.type == "rate":
        return chance.choice(_RATES)
    if field.type == "score":
        return round(chance.random() * (field.points or 10.0), 1)
    if field.numeric:
        value = chance.choice(_AMOUNTS)
        return -value if field.signed and chance.random() < 0.4 else value
    return chance.choice(words)


def _local(indicator: Indicator, figures: Figures) -> Figures:
    more: dict[str, Scalar] = {"满分": indicator.points}
    if indicator.value is not None:
        more["值"] = indicator.value.evaluate(figures)
    return figures.with_values(more)


def _indicator(indicator: Indicator, samples: list[Figures], path: Path) -> Iterator[Remark]:
    results = [indicator.score.evaluate(_local(indicator, figures)) for figures in samples]
    scores = [one for one in results if isinstance(one, float)]
    if indicator.kind == "discretionary":
        return
    if not scores:
        yield Remark(
            (*path, "value" if indicator.value is not None else "rule"),
            "试算始终得不出分数；请检查公式中的数据项是否为数字",
        )
        return
    top, bottom = max(scores), min(scores)
    if top > indicator.points + 1e-9 or bottom < -1e-9:
        wrong = top if top > indicator.points else bottom
        yield Remark(
            (*path, "rule"), f"试算得出 {number_text(wrong)} 分，不在 0～{number_text(indicator.points)} 之间"
        )
    elif top < indicator.points - 1e-9 and indicator.kind != "qualitative":
        yield Remark(
            (*path, "rule"),
            f"试算最高只得 {number_text(top)} 分，得不到满分 {number_text(indicator.points)} 分",
            ADVICE,
        )
    elif bottom > indicator.points - 1e-9:
        yield Remark((*path, "rule"), "试算始终得满分，规则不起作用", ADVICE)
    if indicator.not_applicable is not None:
        answers = [indicator.not_applicable.evaluate(figures) is True for figures in samples]
        yield from _fires(answers, (*path, "not_applicable"), "不适用条件")


def _fires(fired: list[bool], path: Path, what: str) -> Iterator[Remark]:
    if not any(fired):
        yield Remark(path, f"试算 {len(fired)} 组数据，{what}从未触发；请检查公式", ADVICE)
    elif all(fired):
        yield Remark(path, f"试算 {len(fired)} 组数据，{what}总是触发；请检查公式")


def _checks(scheme: Scheme, samples: list[Figures]) -> Iterator[Remark]:
    said: set[int] = set()
    for check in scheme.checks:
        pairs = [(check.left.evaluate(figures), check.right.evaluate(figures)) for figures in samples]
        both = [
            (left, right) for left, right in pairs if isinstance(left, float) and isinstance(right, float)
        ]
        if check.number in said:
            continue
        if not both:
            said.add(check.number)
            yield Remark(("check", check.number, "left"), "试算始终得不出两边的数；请检查数据项是否为数字")
        elif all(left == right for left, right in both):
            said.add(check.number)
            yield Remark(("check", check.number), "两边恒等，核对不起作用", ADVICE)


@dataclass(frozen=True, slots=True)
class _Dimension:
    """How a figure grows with the amounts of money: 0 not at all, 1 as they do; None mixed."""

    degree: float | None


def _units(scheme: Scheme) -> Iterator[Remark]:
    """A rate must not grow with the money, both sides of a check must grow alike."""
    for index, indicator in enumerate(scheme.indicators):
        if indicator.value is None or indicator.ways:
            continue
        degree = _degree(indicator.value, scheme)
        path: Path = ("indicator", index, "value")
        if indicator.unit == "%" and degree is not None and degree.degree != 0:
            if degree.degree is None:
                yield Remark(path, "公式把金额与比率或常数混在一起相加减，单位不一致；请检查", ADVICE)
            else:
                yield Remark(
                    path, f"结果是金额（{scheme.unit}），而规则按百分比（%）计分；请除以基数，或写明 unit"
                )
    said: set[int] = set()
    for check in scheme.checks:
        left, right = _degree(check.left, scheme), _degree(check.right, scheme)
        if left is None or right is None or left == right or check.number in said:
            continue
        said.add(check.number)
        yield Remark(("check", check.number), "两边单位不同：一边随金额变化，一边不随（如万元与 %）；请检查")


def _degree(formula: Formula, scheme: Scheme) -> _Dimension | None:
    """None where no sample gives a number other than 0."""
    seen: set[float | None] = set()
    for seed in range(12):
        chance = random.Random(seed)
        plain = {field.name: _positive(field, chance) for field in scheme.fields.values()}
        before = formula.evaluate(_figures(plain, scheme, 1.0))
        after = formula.evaluate(_figures(plain, scheme, _SCALE))
        if isinstance(before, float) and isinstance(after, float) and abs(before) > 1e-9:
            ratio = after / before
            known = [degree for degree in (0.0, 1.0, -1.0, 2.0) if abs(ratio / _SCALE**degree - 1) < 1e-6]
            seen.add(known[0] if known else None)
    if not seen:
        return None
    return _Dimension(seen.pop() if len(seen) == 1 else None)


def _positive(field: Field, chance: random.Random) -> Scalar:
    if field.type in ("amount", "number", "target"):
        return round(10 + 90 * chance.random(), 2)
    if field.type == "rate":
        return round(0.5 + 0.5 * chance.random(), 4)
    return float(chance.randint(5, 50)) if field.numeric else _entry(field, ("文字",), chance)


def _figures(plain: Mapping[str, Scalar], scheme: Scheme, scale: float) -> Figures:
    values: dict[str, Scalar] = {"勾稽不符数": 0.0}
    columns: dict[str, Column] = {}
    for name, value in plain.items():
        field = scheme.fields[name]
        if field.type == "amount" and isinstance(value, float):
            value *= scale
        if field.table is None:
            values[name] = value
        else:
            columns[name] = ((value,),)
    return Figures(values, columns, scheme.derived)


def used_names(scheme: Scheme) -> set[str]:
    """Names of fields that some formula uses, by itself or through a derived figure."""
    used: set[str] = set()
    for formula in scheme.derived.values():
        used |= formula.names
    for indicator in scheme.indicators:
        for one in (indicator.value, indicator.score, indicator.not_applicable):
            used |= one.names if one is not None else set()
    for check in scheme.checks:
        used |= check.left.names | check.right.names
    for requirement in scheme.requirements:
        used |= requirement.test.names
    return used


def _unused(scheme: Scheme) -> Iterator[Remark]:
    """Figures of forms and grids that no formula asks for: declared for nothing, or forgotten in one."""
    used = used_names(scheme)
    for number, sheet in enumerate(scheme.sheets):
        placed: list[tuple[Path, Field]] = [
            (("sheet", number, "field", i), field) for i, field in enumerate(sheet.fields)
        ]
        for index, grid in enumerate(sheet.grids):
            placed += [
                (("sheet", number, "grid", index, "rows", row), field)
                for row, line in enumerate(grid.rows)
                for field in line.fields[:1]
                if not used & {one.name for one in line.fields}
            ]
        for path, field in placed:
            wanted = field.type in ("amount", "rate", "integer", "number")
            if wanted and field.name not in used:
                yield Remark(path, f"没有公式用到“{field.label}”；不需要的可删去", ADVICE)
    for name in sorted(set(scheme.derived) - used):
        yield Remark(("derived", name), f"没有公式用到推算数“{name}”；不需要的可删去", ADVICE)
