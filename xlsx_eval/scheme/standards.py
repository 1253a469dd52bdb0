"""A rule in words: the standard that the template prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xlsx_eval.scheme.parts import Item
from xlsx_eval.scheme.rules import (
    distance_text,
    number_text,
    percent_text,
    rule_kinds,
    rule_words,
    value_text,
)


def standard_text(raw: Mapping[str, Any], items: Sequence[Item]) -> str:
    """The standard of an indicator: its meaning, its rule, and what happens where it does not apply."""
    rule, unit = raw["rule"], raw.get("unit", "%")
    sentences = [raw.get("meaning", ""), rule_text(rule, float(raw["points"]), items, unit)]
    if raw.get("if_not_applicable") == "rescale":
        sentences.append(rule_words()["not_applicable_rescale"])
    return "".join(f"{sentence.rstrip('。')}。" for sentence in sentences if sentence)


def rule_text(rule: Mapping[str, Any], points: float, items: Sequence[Item], unit: str) -> str:
    """The rule as one sentence without its full stop."""
    kind = rule_kinds()[rule["kind"]]
    words = parameter_words(rule, unit)
    words |= {
        "满分": number_text(points),
        "最低分": number_text(rule.get("lowest", 0)),
        "要点": "；".join(_item_words(rule, item) for item in items),
        "不符答案": rule.get("bad", "否"),
        "各档": "；".join(_choice_words(rule, points)),
        "说明": f"{rule['words'].rstrip('。')}。" if rule.get("words") else "",
        "选法": rule_words()[rule.get("take", "chosen")],
        "各法": "；".join(_way_words(rule, points)),
    }
    if rule["kind"] == "formula":
        words["说明"] = rule.get("words", "").rstrip("。") or "按方案公式计分"
    return str(kind["standard"].format_map(words))


def parameter_words(rule: Mapping[str, Any], unit: str) -> dict[str, str]:
    """The numbers of a rule in words, by the names its sentences use."""
    kind, shared = rule_kinds()[rule["kind"]], rule_words()
    steps = rule.get("steps", "whole")
    lowest = rule.get("lowest", 0)
    words = {
        "余数": shared[f"left_{steps}"],
        "每满": shared[f"each_{steps}"],
        "不足": shared["part_started"] if steps == "started" else "",
        "扣完": shared["most_lost"].format_map({"最低分": number_text(lowest)})
        if lowest
        else shared["all_lost"],
        "零分": "",
    }
    for parameter, word in kind.get("parameters", {}).items():
        words[word] = _parameter(parameter, rule[parameter], unit)
    if "zero" in rule and "zero_words" in kind:
        words["零分"] = kind["zero_words"].format_map({"零分线": value_text(rule["zero"], unit)})
    return words


def _parameter(parameter: str, value: float, unit: str) -> str:
    if parameter in ("deduct", "full"):
        return number_text(value)
    return distance_text(value, unit) if parameter == "step" else value_text(value, unit)


def _item_words(rule: Mapping[str, Any], item: Item) -> str:
    sign = "扣 " if rule["kind"] == "subtractive" else ""
    return f"{item.text}（{sign}{number_text(item.points)} 分）"


def _choice_words(rule: Mapping[str, Any], points: float) -> list[str]:
    if rule["kind"] == "cases":
        return [f"{words}得 {number_text(earned)} 分" for _, earned, words in rule["cases"]]
    if rule["kind"] == "qualitative":
        return [
            f"{level}得 {number_text(low * points)}～{number_text(high * points)} 分（{percent_text(low)}～{percent_text(high)}）"
            for level, low, high in rule["levels"]
        ]
    listed = rule.get(str(rule_kinds()[rule["kind"]].get("list")), ())
    if rule["kind"] in ("bands", "satisfaction", "states"):
        return [f"{text} 得 {number_text(earned)} 分" for text, earned in listed]
    return []


def _way_words(rule: Mapping[str, Any], points: float) -> list[str]:
    return [
        f"（{number}）{way['name']}：{rule_text(way['rule'], points, (), way.get('unit', '%'))}"
        for number, way in enumerate(rule.get("ways", ()), start=1)
    ]
