"""The formulas that a rule becomes for one indicator: its value and its score, over 值, 满分 and the fields' names."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from xlsx_eval.formula import compile_formula
from xlsx_eval.scheme.bands import parse_band
from xlsx_eval.scheme.parts import Item
from xlsx_eval.scheme.rules import (
    DROPPED,
    REVIEW,
    is_answered,
    number_text,
    rule_kinds,
)

_NOTHING = '""'


def value_formula(raw: Mapping[str, Any], items: Sequence[Item]) -> str | None:
    """The formula of an indicator's value, "" while it cannot be computed; None where it has none."""
    rule = raw["rule"]
    if rule["kind"] != "either":
        return f"=IFERROR({_bare(raw['value'])},{_NOTHING})" if "value" in raw else None
    ways = rule["ways"]
    values = [f"IFERROR({_bare(way['value'])},{_NOTHING})" for way in ways]
    take = rule.get("take", "chosen")
    if take == "chosen":
        tests = [f'{items[0].answer.name}="{way["name"]}"' for way in ways]
    elif take == "first":
        tests = [f"ISNUMBER({value})" for value in values]
    else:
        scores = [_way_score(way, raw["points"]) for way in ways]
        tests = [f"{score}>=MAX({','.join(scores)})" for score in scores]
    return f"={_nested(tests, values, _NOTHING)}"


def score_formula(
    raw: Mapping[str, Any], key: str, items: Sequence[Item], figures: Collection[str] = ()
) -> str:
    """The score formula of an indicator, with "="; `figures` are the names that hold numbers.

    What cannot be computed is "", never 0; what a person must score is 待复核, what is left out 不适用.
    """
    rule = raw["rule"]
    scored = _guarded(raw, rule, key, items, figures)
    if "not_applicable" not in raw:
        return f"={scored}"
    otherwise = f'"{DROPPED}"' if raw.get("if_not_applicable") == "rescale" else "满分"
    return f"=IF(IFERROR({_bare(raw['not_applicable'])},FALSE),{otherwise},{scored})"


def _guarded(
    raw: Mapping[str, Any], rule: Mapping[str, Any], key: str, items: Sequence[Item], figures: Collection[str]
) -> str:
    kind = rule["kind"]
    absent = f'"{REVIEW}"' if REVIEW in (rule_kinds()[kind].get("absent"), raw.get("missing")) else _NOTHING
    if kind == "either":
        return _either(rule, items, absent, float(raw["points"]))
    body = _body(rule, key, items)
    if is_answered(rule):
        blank = ",".join(f'{item.answer.name}=""' for item in items)
        return f"IF(OR({blank}),{_NOTHING},{body})"
    if kind == "cases":
        used = sorted(_names(rule) & set(figures))
        scored = f"IFERROR({body},{absent})"
        return f"IF(COUNT({','.join(used)})<{len(used)},{absent},{scored})" if used else scored
    if kind == "discretionary":
        return body
    if kind == "formula":
        body = f"IFERROR({body},{absent})"
        return f"IF(ISNUMBER(值),{body},{absent})" if "value" in raw else body
    return f"IF(ISNUMBER(值),{body},{absent})"


def _names(rule: Mapping[str, Any]) -> set[str]:
    return {name for condition, *_ in rule["cases"] for name in compile_formula(condition).names}


def _bare(text: str) -> str:
    return " ".join(line.strip() for line in text.strip().removeprefix("=").splitlines())


def _nested(tests: Sequence[str], results: Sequence[str], otherwise: str) -> str:
    for test, result in zip(reversed(tests), reversed(results), strict=True):
        otherwise = f"IF({test},{result},{otherwise})"
    return otherwise


def _body(rule: Mapping[str, Any], key: str, items: Sequence[Item]) -> str:
    kind = rule_kinds()[rule["kind"]]
    if rule["kind"] == "formula":
        return _bare(rule["formula"])
    if kind.get("list") == "items":
        return _checklist(kind, rule, items)
    if "list" in kind:
        return _choices(kind, rule, key, items)
    body = _filled(_bare(kind["formula"]), kind, rule)
    if "zero" in rule and "zero" in kind:
        test = kind["zero"].replace("零分线", number_text(rule["zero"]))
        body = f"IF({test},0,{body})"
    return body


def _filled(body: str, kind: Mapping[str, Any], rule: Mapping[str, Any]) -> str:
    """`body` with the words of the rule's numbers replaced by the numbers."""
    body = body.replace("取步", "ROUNDUP" if rule.get("steps") == "started" else "ROUNDDOWN")
    body = body.replace("最低分", number_text(rule.get("lowest", 0)))
    for parameter, word in kind.get("parameters", {}).items():
        body = body.replace(word, number_text(rule[parameter]))
    return body


def _choices(kind: Mapping[str, Any], rule: Mapping[str, Any], key: str, items: Sequence[Item]) -> str:
    """Nested IFs over bands, cases, states or levels."""
    otherwise = _outside(rule)
    for entry in reversed(rule[kind["list"]]):
        words = {"其余": otherwise, "分": number_text(entry[1])}
        if rule["kind"] in ("bands", "satisfaction"):
            words["条件"] = parse_band(entry[0]).condition
        elif rule["kind"] == "cases":
            words["条件"] = _bare(entry[0])
        else:
            words |= {"答": items[0].answer.name, "情形": entry[0].replace('"', '""')}
        if rule["kind"] == "qualitative":
            words |= {"低": f"{number_text(entry[1])}*满分", "高": f"{number_text(entry[2])}*满分"}
        otherwise = kind["each"].format_map(words)
    return (
        otherwise.replace("自评>", f"{key}_自评得分>")
        .replace("自评<", f"{key}_自评得分<")
        .replace(",自评,", f",{key}_自评得分,")
    )


def _outside(rule: Mapping[str, Any]) -> str:
    outside = rule.get("outside", "")
    return f'"{outside}"' if isinstance(outside, str) else number_text(outside)


def _checklist(kind: Mapping[str, Any], rule: Mapping[str, Any], items: Sequence[Item]) -> str:
    one = kind["each"].replace("{不符答案}", rule.get("bad", "否"))
    parts = [_item_text(one, item) for item in items]
    if rule.get("also"):
        parts.append(_bare(rule["also"]))
    return _filled(_bare(kind["formula"]).replace("各项", "+".join(parts)), kind, rule)


def _item_text(template: str, item: Item) -> str:
    """`template` with its words 答 and 分 filled in; quoted words such as "部分" stay."""
    pieces = template.split('"')
    for index in range(0, len(pieces), 2):
        pieces[index] = pieces[index].replace("分", number_text(item.points)).replace("答", item.answer.name)
    return '"'.join(pieces)


def way_formula(way: Mapping[str, Any]) -> str:
    """The score of one way by its value, over 值 and 满分, with "="."""
    return f'=IF(ISNUMBER(值),{_body(way["rule"], "", ())},"")'


def _way_score(way: Mapping[str, Any], points: float) -> str:
    """The score of one way over the fields' names alone; -1 while it cannot be computed."""
    words = {"值": f"({_bare(way['value'])})", "满分": number_text(points)}
    body = compile_formula(f"=IF(ISNUMBER(值),{_body(way['rule'], '', ())},-1)").render(words.get)
    return f"IFERROR({body},-1)"


def _either(rule: Mapping[str, Any], items: Sequence[Item], absent: str, points: float) -> str:
    ways = rule["ways"]
    take = rule.get("take", "chosen")
    if take == "chosen":
        answer = items[0].answer.name
        bodies = [f"IF(ISNUMBER(值),{_body(way['rule'], '', ())},{absent})" for way in ways]
        tests = [f'{answer}="{way["name"]}"' for way in ways]
        return f'IF({answer}="",{_NOTHING},{_nested(tests, bodies, _NOTHING)})'
    scores = [_way_score(way, points) for way in ways]
    if take == "best":
        return f"IF(MAX({','.join(scores)})<0,{absent},MAX({','.join(scores)}))"
    return _nested([f"{score}>=0" for score in scores], scores, absent)
