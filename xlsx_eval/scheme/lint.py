"""A scheme checks itself: every contradiction with its place and what to write instead."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from xlsx_eval.formula import Formula
from xlsx_eval.scheme.bands import coverage_faults, parse_band
from xlsx_eval.scheme.figures import Figures
from xlsx_eval.scheme.parts import Indicator, Scheme
from xlsx_eval.scheme.remarks import Path, Remark, did_you_mean
from xlsx_eval.scheme.rules import DROPPED, REVIEW, is_measured, number_text, rule_kinds

BUILT_IN_NAMES = frozenset({"值", "满分", "勾稽不符数"})
_NOISE = 1e-9


def lint(scheme: Scheme) -> Iterator[Remark]:
    """Every contradiction of the scheme; nothing when it is sound."""
    yield from _points(scheme)
    yield from _grades(scheme)
    yield from _rules(scheme)
    yield from _names(scheme)
    yield from _cycles(scheme)
    yield from _examples(scheme)


def _points(scheme: Scheme) -> Iterator[Remark]:
    own = sum(scheme.own.blocks.values()) if scheme.own else 0
    total = sum(indicator.points for indicator in scheme.indicators) + own
    if abs(total - scheme.points) > _NOISE:
        more = f"（其中自定指标 {number_text(own)} 分）" if own else ""
        yield Remark(
            ("scheme", "points"),
            f"总分为 {number_text(scheme.points)}，但各指标分值合计 {number_text(total)}{more}；请改总分或改指标分值",
        )
    for index, indicator in enumerate(scheme.indicators):
        highest = highest_points(indicator)
        if highest is not None and abs(highest - indicator.points) > _NOISE:
            yield Remark(
                ("indicator", index, "points"),
                f"分值为 {number_text(indicator.points)}，但按规则最高得 {number_text(highest)} 分；请改分值或改规则",
            )


def highest_points(indicator: Indicator) -> float | None:
    """The most a rule with listed points can give; None where its formula gives the points themselves."""
    if indicator.kind == "additive":
        return sum(item.points for item in indicator.items)
    for key in ("bands", "states", "cases"):
        if key in indicator.parameters:
            return max((float(one[1]) for one in indicator.parameters[key]), default=0.0)
    if indicator.kind == "qualitative":
        return max((one[2] for one in indicator.parameters["levels"]), default=0.0) * indicator.points
    return None


def _grades(scheme: Scheme) -> Iterator[Remark]:
    lowest = [limit for _, limit in scheme.grades]
    if any(above <= below for above, below in pairwise(lowest)):
        yield Remark(("scheme", "grades"), "等级应自高到低排列，最低分依次减小")
    if lowest and lowest[-1] != 0:
        yield Remark(
            ("scheme", "grades"), f"最低一级从 {number_text(lowest[-1])} 分起，低于此分没有等级；请写 0"
        )
    if lowest and lowest[0] > scheme.points:
        yield Remark(("scheme", "grades"), f"最高一级从 {number_text(lowest[0])} 分起，高于总分，永远评不到")
    grade = scheme.fields.get("自评等级")
    names = tuple(name for name, _ in scheme.grades)
    if grade is not None and set(grade.choices) != set(names):
        yield Remark(
            ("scheme", "grades"),
            f"等级为“{'、'.join(names)}”，但数据项“自评等级”的可选内容为“{'、'.join(grade.choices)}”；请改为一致",
        )


def _rules(scheme: Scheme) -> Iterator[Remark]:
    for index, indicator in enumerate(scheme.indicators):
        path = ("indicator", index, "rule")
        if is_measured(indicator.kind) and indicator.value is None:
            yield Remark(
                ("indicator", index), "按指标值计分的规则需要 value（指标值的公式），如 =决算数/预算数"
            )
        yield from _list_remarks(indicator, path)
        yield from _number_remarks(indicator.parameters, indicator.points, path)
        for number, way in enumerate(indicator.ways):
            yield from _number_remarks(way.rule, indicator.points, (*path, "ways", number, "rule"))
            if "bands" in way.rule:
                yield from _bands(way.rule, (*path, "ways", number, "rule"))
        if indicator.drops and indicator.not_applicable is None:
            yield Remark(
                ("indicator", index, "if_not_applicable"),
                "写了不适用的处理办法，但没有 not_applicable（不适用的条件）",
            )


def _list_remarks(indicator: Indicator, path: Path) -> Iterator[Remark]:
    rule = indicator.parameters
    if "bands" in rule:
        yield from _bands(rule, path)
    wanted = str(rule_kinds()[indicator.kind].get("list", ""))
    listed = indicator.items if wanted == "items" else rule.get(wanted, ())
    least = 2 if wanted in ("bands", "states", "cases", "levels", "ways") else 1
    if wanted and len(listed) < least:
        yield Remark((*path, wanted), f"至少写 {least} 项，现有 {len(listed)} 项")
    named = rule.get(wanted, ()) if wanted in ("states", "levels") else ()
    if len({one[0] for one in named}) < len(named):
        yield Remark((*path, wanted), "各项名称重复，部门无法区分")
    if indicator.kind == "discretionary" and rule.get("lowest", 0) >= indicator.points:
        yield Remark((*path, "lowest"), "酌情评分的最低分应低于分值")
    for number, one in enumerate(rule.get("levels", ())):
        if not 0 <= one[1] < one[2] <= 1:
            yield Remark((*path, "levels", number), "档次的比例应在 0～1 之间，且最低比例小于最高比例")


def _bands(rule: Mapping[str, Any], path: Path) -> Iterator[Remark]:
    faults = coverage_faults([parse_band(str(one[0])) for one in rule["bands"]])
    for fault in faults:
        if "outside" in rule and "不在任何一档" in fault:
            continue
        yield Remark(
            (*path, "bands"), f"{fault}；请补齐或改正区间，确实不列的写 outside（其余值得几分或“{REVIEW}”）"
        )


def _number_remarks(rule: Mapping[str, Any], points: float, path: Path) -> Iterator[Remark]:
    if rule.get("deduct", 0) > points:
        yield Remark(
            (*path, "deduct"),
            f"每步扣 {number_text(rule['deduct'])} 分，超过分值 {number_text(points)} 分；请核对",
        )
    if rule.get("lowest", 0) > points:
        yield Remark(
            (*path, "lowest"), f"最低分 {number_text(rule['lowest'])} 高于分值 {number_text(points)}"
        )
    if rule.get("deduct") == 0:
        yield Remark((*path, "deduct"), "每步扣 0 分，规则永远不扣分")
    if "zero" in rule and "target" in rule and rule["zero"] == rule["target"]:
        yield Remark((*path, "zero"), "零分线与目标相同，中间的步长永远用不上")


def formulas(scheme: Scheme) -> Iterator[tuple[Path, Formula]]:
    """Every formula over the whole workbook, with its place."""
    for name, formula in scheme.derived.items():
        yield ("derived", name), formula
    for index, indicator in enumerate(scheme.indicators):
        yield ("indicator", index, "rule"), indicator.score
        if indicator.value is not None:
            yield ("indicator", index, "value"), indicator.value
        if indicator.not_applicable is not None:
            yield ("indicator", index, "not_applicable"), indicator.not_applicable
    for check in scheme.checks:
        yield ("check", check.number, "left"), check.left
        yield ("check", check.number, "right"), check.right
    for requirement in scheme.requirements:
        yield ("require", requirement.number, "test"), requirement.test


def _names(scheme: Scheme) -> Iterator[Remark]:
    known = set(scheme.fields) | set(scheme.derived) | BUILT_IN_NAMES
    said: set[tuple[Path, str]] = set()
    for path, formula in formulas(scheme):
        for name in sorted(formula.names - known):
            if (path[:2], name) not in said:
                said.add((path[:2], name))
                yield Remark(path, f"没有“{name}”这个数据项{did_you_mean(name, known)}")
        if formula.cells:
            listed = "、".join(sorted(formula.cells))
            yield Remark(path, f"公式直接引用了单元格 {listed}；请改用数据项的名称")
    yield from _row_names(scheme)
    yield from _other_names(scheme, known)
    for name in sorted(set(scheme.derived) & (set(scheme.fields) | BUILT_IN_NAMES)):
        yield Remark(("derived", name), f"“{name}”与数据项同名，请改名")


def _other_names(scheme: Scheme, known: set[str]) -> Iterator[Remark]:
    for check in scheme.checks:
        for name in sorted(set(check.needs) - known):
            yield Remark(
                ("check", check.number, "needs"), f"没有“{name}”这个数据项{did_you_mean(name, known)}"
            )
        if not any(name in scheme.fields for name in check.right.names):
            yield Remark(
                ("check", check.number, "right"),
                "右边应是部门填报的数据项，标注才有位置；推算的一边请写在左边",
            )
    for requirement in scheme.requirements:
        index, place = requirement.number, requirement.place
        if place not in scheme.fields or scheme.fields[place].table is not None:
            single = [field.name for field in scheme.single_fields()]
            yield Remark(
                ("require", index, "place"), f"没有“{place}”这个单项数据{did_you_mean(place, single)}"
            )
        for name in sorted(set(requirement.needs) - known):
            yield Remark(("require", index, "needs"), f"没有“{name}”这个数据项{did_you_mean(name, known)}")
        for key in ("message", "expected"):
            yield from _placeholders(getattr(requirement, key), known, ("require", index, key))


def _placeholders(text: str, known: set[str], path: Path) -> Iterator[Remark]:
    for piece in text.split("{")[1:]:
        name = piece.partition("}")[0]
        if "}" not in piece or name not in known:
            yield Remark(path, f"花括号里的“{name}”不是数据项{did_you_mean(name, known)}")


def _row_names(scheme: Scheme) -> Iterator[Remark]:
    """Formulas over one row of a table name its columns without the table."""
    for number, sheet in enumerate(scheme.sheets):
        if sheet.table is None:
            continue
        table = sheet.table
        columns = {column.name.removeprefix(f"{table.id}_") for column in table.columns}
        placed: list[tuple[Path, Formula]] = [
            (("sheet", number, "table", "columns", index, "claims"), column.claims)
            for index, column in enumerate(table.columns)
            if column.claims is not None
        ]
        if scheme.own is not None and scheme.own.table is table:
            placed.append((("own", "score"), scheme.own.score))
        for path, formula in placed:
            for name in sorted(formula.names - columns):
                yield Remark(path, f"“{name}”不是“{table.id}”的列{did_you_mean(name, columns)}")


def _cycles(scheme: Scheme) -> Iterator[Remark]:
    for name in scheme.derived:
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            for used in scheme.derived[waiting.pop()].names:
                if used == name:
                    yield Remark(("derived", name), "推算绕了一圈又用到自己，请改公式")
                    return
                if used in scheme.derived and used not in seen:
                    seen.add(used)
                    waiting.append(used)


def _examples(scheme: Scheme) -> Iterator[Remark]:
    indicators = {indicator.key: indicator for indicator in scheme.indicators}
    for index, example in enumerate(scheme.examples):
        if example.indicator not in indicators:
            meant = did_you_mean(example.indicator, indicators)
            yield Remark(("example", index, "indicator"), f"没有“{example.indicator}”这个指标{meant}")
            continue
        known = {field.name for field in scheme.single_fields()} | {"勾稽不符数"}
        for name in sorted(set(example.inputs) - known):
            yield Remark(("example", index, "inputs"), f"没有“{name}”这个数据项{did_you_mean(name, known)}")
        earned = earned_points(scheme, indicators[example.indicator], example.inputs)
        if not _same(earned, example.points):
            yield Remark(
                ("example", index, "points"), f"应得 {_said(example.points)}，按规则得 {_said(earned)}"
            )


def _same(earned: object, expected: float | str) -> bool:
    if isinstance(earned, float) and not isinstance(expected, str):
        return math.isclose(earned, expected, abs_tol=1e-9)
    return earned == expected


def _said(earned: object) -> str:
    if isinstance(earned, (int, float)):
        return f"{number_text(earned)} 分"
    return f"“{earned}”" if earned in (REVIEW, DROPPED) else "不出结果（缺数据）"


def earned_points(scheme: Scheme, indicator: Indicator, inputs: Mapping[str, float | str]) -> object:
    """What an indicator earns from figures by name, all others blank."""
    values: dict[str, float | str | bool | None] = dict.fromkeys(scheme.fields, "")
    values.update({name: float(v) if isinstance(v, int) else v for name, v in inputs.items()})
    values.setdefault("勾稽不符数", 0.0)
    values["满分"] = indicator.points
    figures = Figures(values, derived=scheme.derived)
    if indicator.value is not None:
        figures = figures.with_values({"值": indicator.value.evaluate(figures)})
    earned = indicator.score.evaluate(figures)
    return round(earned, 9) if isinstance(earned, float) else earned
