"""Rules as formula templates (rules.toml) and the formulas they become for one indicator."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from xlsx_eval.scheme.parts import Item


@cache
def rule_kinds() -> Mapping[str, Mapping[str, Any]]:
    """The table of rule kinds, by kind."""
    text = files("xlsx_eval").joinpath("schemes", "rules.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def number_text(number: float) -> str:
    """A number as a formula writes it: no trailing zeros, no exponent."""
    return f"{number:.10f}".rstrip("0").rstrip(".")


def percent_text(number: float) -> str:
    """A rate in words: 0.776 is 77.6%."""
    return f"{number_text(round(number * 100, 2))}%"


def is_checklist(kind: str) -> bool:
    """Whether the rule is answered point by point instead of by a value."""
    return "item" in rule_kinds()[kind]


def score_text(rule: Mapping[str, Any], items: Sequence[Item], not_applicable: str | None) -> str:
    """The score formula of an indicator, over 值, 满分 and the fields' names, with "=".

    A measured indicator scores "" while its value is no number, a checklist while an answer is missing: what
    cannot be computed is never 0.
    """
    kind = rule_kinds()[rule["kind"]]
    if "item" in kind:
        return _checklist_text(kind, rule, items)
    body = kind["formula"].removeprefix("=")
    for parameter, word in kind["parameters"].items():
        body = body.replace(word, number_text(rule[parameter]))
    scored = f'IF(ISNUMBER(值),{body},"")'
    if not_applicable is None:
        return f"={scored}"
    return f"=IF(IFERROR({not_applicable.removeprefix('=')},FALSE),满分,{scored})"


def _checklist_text(kind: Mapping[str, Any], rule: Mapping[str, Any], items: Sequence[Item]) -> str:
    one = kind["item"].replace("{不符答案}", rule.get("bad", "否"))
    parts = [_item_text(one, item) for item in items]
    if "also" in rule:
        parts.append(rule["also"])
    blank = ",".join(f'{item.answer.name}=""' for item in items)
    body = kind["formula"].removeprefix("=").replace("各项", "+".join(parts))
    return f'=IF(OR({blank}),"",{body})'


def _item_text(template: str, item: Item) -> str:
    """`template` with its words 答 and 分 filled in; quoted words such as "部分" stay."""
    pieces = template.split('"')
    for index in range(0, len(pieces), 2):
        pieces[index] = pieces[index].replace("分", number_text(item.points)).replace("答", item.answer.name)
    return '"'.join(pieces)


def standard_text(rule: Mapping[str, Any], points: float, items: Sequence[Item], meaning: str) -> str:
    """The standard as the template prints it, from the rule's own words."""
    kind = rule_kinds()[rule["kind"]]
    words = {"满分": number_text(points), "要点": "；".join(_item_words(rule, item) for item in items)}
    words["不符答案"] = rule.get("bad", "否")
    for parameter, word in kind.get("parameters", {}).items():
        value = rule[parameter]
        words[word] = number_text(value) if parameter == "deduct" else percent_text(value)
        if parameter == "step":
            words[word] = f"{number_text(value * 100)} 个百分点"
    text = kind["standard"].format_map(words)
    return f"{meaning}。{text}。" if meaning else f"{text}。"


def _item_words(rule: Mapping[str, Any], item: Item) -> str:
    sign = "" if rule["kind"] == "additive" else "扣 "
    return f"{item.text}（{sign}{number_text(item.points)} 分）"


def reason_template(kind: str) -> str:
    """The sentence that says why points were lost, with its placeholders."""
    return str(rule_kinds()[kind]["reason"])
