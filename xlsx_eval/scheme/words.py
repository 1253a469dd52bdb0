"""Words against numbers: what a scheme's texts say of points and years must be what its numbers say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from xlsx_eval.scheme.parts import Scheme
from xlsx_eval.scheme.remarks import ADVICE, Path, Remark
from xlsx_eval.scheme.rules import LIST_KEYS, number_text

_POINTS = re.compile(r"(\d+(?:\.\d+)?)\s*分(?![钟之点制比类项别为档位数值析])")
_FULL = re.compile(r"(?:满分|计|共|分值)\s*(?:为|：|:)?\s*(\d+(?:\.\d+)?)\s*分(?![钟之点制比类项别为档位])")
_YEAR = re.compile(r"(?<!\d)(20\d\d)\s*年")


def word_remarks(raw: Mapping[str, Any], scheme: Scheme) -> Iterator[Remark]:
    """Every text whose points or years are not the scheme's; `raw` has its year words filled in."""
    for index, entry in enumerate(raw["indicator"]):
        yield from _indicator(entry, ("indicator", index))
    yield from _levels(raw["indicator"])
    yield from _blocks(raw, scheme)
    yield from _total(raw, scheme)
    years = {scheme.year + offset for offset in (-1, 0, 1)}
    for path, text in _texts(raw, ()):
        for year in _YEAR.findall(text):
            if int(year) not in years:
                yield Remark(
                    path, f"写着“{year} 年”，方案年度为 {scheme.year}；请改为 {{年度}}、{{上年}} 或 {{次年}}"
                )


def _indicator(entry: Mapping[str, Any], path: Path) -> Iterator[Remark]:
    rule = entry["rule"]
    numbers = {float(entry["points"]), *_numbers(rule)}
    placed = [((*path, "meaning"), entry.get("meaning", ""))]
    placed += [((*path, "rule", key), rule[key]) for key in ("words", "question") if key in rule]
    for place, text in placed:
        for said in _POINTS.findall(text):
            if float(said) not in numbers:
                known = "、".join(number_text(number) for number in sorted(numbers))
                yield Remark(
                    place,
                    f"分值为 {number_text(float(entry['points']))} 分，文字却写“{said} 分”（规则中的分数：{known}）",
                )
        for said in _FULL.findall(text):
            if float(said) != float(entry["points"]) and float(said) in numbers:
                yield Remark(
                    place, f"分值为 {number_text(float(entry['points']))} 分，文字却写满分 {said} 分"
                )


def _numbers(rule: Mapping[str, Any]) -> Iterator[float]:
    for key in ("deduct", "lowest", "full", "outside"):
        if isinstance(rule.get(key), (int, float)):
            yield float(rule[key])
    for key in LIST_KEYS[:-2]:
        yield from (float(one[1]) for one in rule.get(key, ()))
    for word in ("formula", "also"):
        yield from (
            float(number) for number in re.findall(r"(?<![\w.])\d+(?:\.\d+)?", str(rule.get(word, "")))
        )
    for way in rule.get("ways", ()):
        yield from _numbers(way["rule"])


def _levels(indicators: Sequence[Mapping[str, Any]]) -> Iterator[Remark]:
    """Levels whose name says their points, as in 过程（40分）, against the indicators below them."""
    said: set[tuple[str, ...]] = set()
    for index, entry in enumerate(indicators):
        for depth in range(1, len(entry["path"]) + 1):
            level = tuple(entry["path"][:depth])
            named = _POINTS.findall(level[-1])
            below = sum(one["points"] for one in indicators if tuple(one["path"][:depth]) == level)
            if named and level not in said and abs(float(named[-1]) - below) > 1e-9:
                yield Remark(
                    ("indicator", index, "path"),
                    f"“{level[-1]}”写着 {named[-1]} 分，但下面各指标分值合计 {number_text(below)} 分",
                )
            said.add(level)


def _blocks(raw: Mapping[str, Any], scheme: Scheme) -> Iterator[Remark]:
    """Texts that name a block of own indicators with points."""
    if scheme.own is None:
        return
    for path, text in _texts({"sheet": raw["sheet"]}, ()):
        for block, points in scheme.own.blocks.items():
            for said in re.findall(rf"{re.escape(block)}\s*(\d+(?:\.\d+)?)\s*分", text):
                if float(said) != points:
                    yield Remark(path, f"“{block}”为 {number_text(points)} 分，文字却写“{said} 分”")


def _total(raw: Mapping[str, Any], scheme: Scheme) -> Iterator[Remark]:
    for path, text in _texts({"sheet": raw["sheet"]}, ()):
        for said in re.findall(r"(?:满分|总分为)\s*(\d+(?:\.\d+)?)\s*分", text):
            if float(said) != scheme.points:
                yield Remark(path, f"总分为 {number_text(scheme.points)}，文字却写满分 {said} 分", ADVICE)


def _texts(raw: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(raw, str):
        yield path, raw
    elif isinstance(raw, dict):
        for key, value in raw.items():
            yield from _texts(value, (*path, key))
    elif isinstance(raw, list):
        for index, value in enumerate(raw):
            yield from _texts(value, (*path, index))
