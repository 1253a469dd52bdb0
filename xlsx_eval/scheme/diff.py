"""What changed from one scheme to another, in words an officer can put before the meeting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from xlsx_eval.formula import Formula
from xlsx_eval.scheme import Check, Field, Indicator, Requirement, Scheme
from xlsx_eval.scheme.rules import number_text, rule_kinds
from xlsx_eval.scheme.standards import parameter_words

_LABELS = {
    "target": "目标",
    "step": "步长",
    "deduct": "每步扣分",
    "full": "折算满分",
    "steps": "步数计法",
    "lowest": "最低分",
    "zero": "零分线",
    "overshoot": "超额说明线",
    "bad": "扣分的答案",
    "also": "另扣公式",
    "outside": "其余值",
    "question": "提问",
    "take": "选法",
    "formula": "公式",
    "words": "规则文字",
    "reason": "扣分理由",
}
_WORDS = {
    "whole": "按整步",
    "started": "不足一步按一步",
    "chosen": "部门选定",
    "best": "取分高者",
    "first": "前项优先",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: `kind` is 新增, 取消 or 修改; `area` the part of the scheme, `name` what it concerns."""

    area: str
    kind: str
    name: str
    text: str

    def __str__(self) -> str:
        return f"{self.kind}{self.area}“{self.name}”" + (f"：{self.text}" if self.text else "")


def diff_schemes(old: Scheme, new: Scheme) -> tuple[Change, ...]:
    """Every difference in what is asked, allowed and worth; nothing when they judge alike."""
    return (
        *_head(old, new),
        *_indicators(old, new),
        *_own(old, new),
        *_fields(old, new),
        *_formulas("推算数", old.derived, new.derived),
        *_checks(old, new),
        *_requirements(old, new),
    )


def _head(old: Scheme, new: Scheme) -> Iterator[Change]:
    told = {
        "名称": (old.name, new.name),
        "年度": (str(old.year), str(new.year)),
        "总分": (number_text(old.points), number_text(new.points)),
        "金额单位": (old.unit, new.unit),
        "等级": (_grades(old), _grades(new)),
        "超额说明线": (_share(old.overshoot), _share(new.overshoot)),
    }
    for name, (before, after) in told.items():
        if before != after:
            yield Change("方案", "修改", name, _from_to(before, after))


def _grades(scheme: Scheme) -> str:
    return "、".join(f"{grade}≥{number_text(lowest)}" for grade, lowest in scheme.grades)


def _share(share: float) -> str:
    return f"{number_text(share * 100)}%"


def _from_to(before: object, after: object) -> str:
    return f"由“{before}”改为“{after}”"


def _indicators(old: Scheme, new: Scheme) -> Iterator[Change]:
    before = {one.key: one for one in old.indicators}
    after = {one.key: one for one in new.indicators}
    for key, one in before.items():
        if key not in after:
            yield Change("指标", "取消", one.title, f"原 {number_text(one.points)} 分")
    for key, one in after.items():
        if key not in before:
            yield Change("指标", "新增", one.title, f"{number_text(one.points)} 分；{one.standard}")
        else:
            texts = list(_indicator(before[key], one))
            if texts:
                yield Change("指标", "修改", one.title, "；".join(texts))


def _indicator(old: Indicator, new: Indicator) -> Iterator[str]:
    if old.points != new.points:
        yield f"分值由 {number_text(old.points)} 分改为 {number_text(new.points)} 分"
    if old.path != new.path:
        yield f"由“{'—'.join(old.path)}”移到“{'—'.join(new.path)}”"
    if old.kind != new.kind:
        kinds = rule_kinds()
        yield f"规则由“{kinds[old.kind]['title']}”改为“{kinds[new.kind]['title']}”（{new.standard}）"
    else:
        yield from _parameters(old, new)
    yield from _formula("指标值公式", old.value, new.value)
    yield from _formula("不适用条件", old.not_applicable, new.not_applicable)
    if old.drops != new.drops:
        yield "不适用时由得满分改为不计分并折算" if new.drops else "不适用时由不计分并折算改为得满分"
    if old.meaning != new.meaning:
        yield f"指标解释{_from_to(old.meaning, new.meaning)}"


def _parameters(old: Indicator, new: Indicator) -> Iterator[str]:
    before, after = (_parameter_texts(one) for one in (old, new))
    for name in dict.fromkeys((*before, *after)):
        was, now = before.get(name, "不设"), after.get(name, "不设")
        if was != now:
            yield f"{name}由 {was} 改为 {now}"
    if [(item.text, item.points) for item in old.items] != [(item.text, item.points) for item in new.items]:
        yield f"评分要点由“{_items(old)}”改为“{_items(new)}”"


def _parameter_texts(indicator: Indicator) -> dict[str, str]:
    """Every number and list of a rule in words, by its label."""
    rule = {"kind": indicator.kind, **indicator.parameters}
    spoken = parameter_words(rule, indicator.unit)
    words = rule_kinds()[indicator.kind].get("parameters", {})
    texts = {}
    for key, value in indicator.parameters.items():
        if isinstance(value, list):
            texts["各档"] = indicator.standard
        elif key in words:
            texts[_LABELS[key]] = spoken[words[key]]
        else:
            text = number_text(value) if isinstance(value, (int, float)) else _WORDS.get(value, str(value))
            texts[_LABELS.get(key, key)] = text
    return texts


def _items(indicator: Indicator) -> str:
    return "；".join(f"{item.text} {number_text(item.points)} 分" for item in indicator.items)


def _formula(what: str, old: Formula | None, new: Formula | None) -> Iterator[str]:
    before, after = ("无" if one is None else f"={_plain(one.text)}" for one in (old, new))
    if before != after:
        yield f"{what}由 {before} 改为 {after}"


def _plain(text: str) -> str:
    """A value's formula without the guard that loading puts round it."""
    if text.startswith("IFERROR(") and text.endswith(',"")'):
        return text.removeprefix("IFERROR(").removesuffix(',"")')
    return text


def _own(old: Scheme, new: Scheme) -> Iterator[Change]:
    before = old.own.blocks if old.own else {}
    after = new.own.blocks if new.own else {}
    for block in dict.fromkeys((*before, *after)):
        was, now = before.get(block), after.get(block)
        if was is None and now is not None:
            yield Change("自定指标类别", "新增", block, f"{number_text(now)} 分")
        elif was is not None and now is None:
            yield Change("自定指标类别", "取消", block, f"原 {number_text(was)} 分")
        elif was != now:
            text = f"分值由 {number_text(was or 0)} 分改为 {number_text(now or 0)} 分"
            yield Change("自定指标类别", "修改", block, text)
    if old.own and new.own and old.own.score.text != new.own.score.text:
        yield Change("自定指标", "修改", "计分公式", "计分公式已改")


def _asked(scheme: Scheme) -> dict[str, Field]:
    """Fields that the scheme declares, without those that each indicator brings along."""
    brought = {sheet.name for sheet in scheme.sheets if sheet.kind == "indicators"}
    return {name: field for name, field in scheme.fields.items() if field.sheet not in brought}


def _fields(old: Scheme, new: Scheme) -> Iterator[Change]:
    before, after = _asked(old), _asked(new)
    for name, field in before.items():
        if name not in after:
            yield Change("数据项", "取消", name, f"原在“{field.sheet}”")
    for name, field in after.items():
        if name not in before:
            yield Change("数据项", "新增", name, f"在“{field.sheet}”" + ("，必填" if field.required else ""))
        else:
            texts = list(_field(before[name], field, old, new))
            if texts:
                yield Change("数据项", "修改", name, "；".join(texts))


def _field(old: Field, new: Field, one: Scheme, other: Scheme) -> Iterator[str]:
    if old.type != new.type:
        yield f"类型由 {old.type} 改为 {new.type}"
    if old.required != new.required:
        yield "改为必填" if new.required else "改为可不填"
    if _undated(old.label, one) != _undated(new.label, other):
        yield f"显示名称{_from_to(old.label, new.label)}"
    if old.choices != new.choices:
        yield f"可选内容{_from_to('、'.join(old.choices), '、'.join(new.choices))}"
    if old.unit != new.unit:
        yield f"单位{_from_to(old.unit, new.unit)}"
    if old.sheet != new.sheet:
        yield f"由工作表“{old.sheet}”移到“{new.sheet}”"


def _undated(text: str, scheme: Scheme) -> str:
    """A label with its years as words, so that another year alone is no change."""
    for offset, word in ((-1, "上年"), (0, "本年"), (1, "次年")):
        text = text.replace(str(scheme.year + offset), word)
    return text


def _formulas(area: str, before: Mapping[str, Formula], after: Mapping[str, Formula]) -> Iterator[Change]:
    for name in dict.fromkeys((*before, *after)):
        if name not in after:
            yield Change(area, "取消", name, "")
        elif name not in before:
            yield Change(area, "新增", name, f"={after[name].text}")
        elif before[name].text != after[name].text:
            yield Change(area, "修改", name, f"由 ={before[name].text} 改为 ={after[name].text}")


def _checks(old: Scheme, new: Scheme) -> Iterator[Change]:
    yield from _placed("勾稽关系", old.checks, new.checks)


def _requirements(old: Scheme, new: Scheme) -> Iterator[Change]:
    yield from _placed("填报要求", old.requirements, new.requirements)


def _placed(
    area: str, before: Sequence[Check | Requirement], after: Sequence[Check | Requirement]
) -> Iterator[Change]:
    was, now = {one.id: one for one in before}, {one.id: one for one in after}
    for name in dict.fromkeys((*was, *now)):
        if name not in now:
            yield Change(area, "取消", was[name].title, "")
        elif name not in was:
            yield Change(area, "新增", now[name].title, "")
        elif _test(was[name]) != _test(now[name]):
            yield Change(area, "修改", now[name].title, f"由 {_test(was[name])} 改为 {_test(now[name])}")
        elif was[name].verdict != now[name].verdict:
            text = f"不符时由“{was[name].verdict}”改为“{now[name].verdict}”"
            yield Change(area, "修改", now[name].title, text)


def _test(one: Check | Requirement) -> str:
    if isinstance(one, Requirement):
        return f"={one.test.text}"
    return f"{one.left.text}={one.right.text}"
