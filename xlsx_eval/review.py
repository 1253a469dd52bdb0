"""What a person decides: the items of a verdict that need a reviewer, and the final score with his entries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from xlsx_eval.findings import EXPLAIN, UNVERIFIABLE
from xlsx_eval.ledger import Review, Verdict
from xlsx_eval.rounds import EXPLAINED
from xlsx_eval.scheme import Figures, Scheme
from xlsx_eval.score import FOR_REVIEWER, UNSCORED, IndicatorScore, ScoreSheet, blocks_of

_QUALITATIVE = "qualitative"
_BANDS = {"达成": (0.8, 1.0), "部分达成": (0.6, 0.8), "未达成": (0.0, 0.6)}
UNSCORABLE, OPINION, EXPLANATION = "无法核定", "酌情评定", "部门已说明"


@dataclass(frozen=True, slots=True)
class Item:
    """Something for the reviewer: an indicator, or an explained finding (`points` 0: a remark only).

    `key` tells it within its department; `lowest` and `points` bound the reviewer's score; `why` is one of
    无法核定, 酌情评定, 部门已说明; `words` are the department's answer or our reason.
    """

    key: str
    why: str
    name: str
    claimed: float | None
    score: float | None
    lowest: float
    points: float
    words: str


def items(verdict: Verdict, scheme: Scheme) -> Iterator[Item]:
    """Everything of a verdict that a person has to decide."""
    kinds = {indicator.key: indicator for indicator in scheme.indicators}
    for key, one in _keyed(verdict).items():
        known = kinds.get(one.key)
        parameters = None if known is None else known.parameters
        if one.state in (UNSCORED, FOR_REVIEWER):
            why = UNSCORABLE if one.state == UNSCORED else OPINION
            yield _indicator(key, one, why, _bounds(one, parameters))
        elif _qualitative(one) or (known is not None and known.kind == _QUALITATIVE):
            yield _indicator(key, one, OPINION, _bounds(one, parameters))
    pairs = zip(verdict.result.findings, verdict.standings, strict=True)
    seen: Counter[str] = Counter()
    for finding, (key, word, answer) in pairs:
        seen[key] += 1
        if word == EXPLAINED and finding.verdict in (EXPLAIN, UNVERIFIABLE):
            words = f"{finding.message}。部门说明：{answer}"
            yield Item(f"F|{key}|{seen[key]}", EXPLANATION, finding.field, None, None, 0.0, 0.0, words)


def _keyed(verdict: Verdict) -> dict[str, IndicatorScore]:
    """The indicators by their items' keys; an own one is known by what it says, wherever its row stands."""
    keyed: dict[str, IndicatorScore] = {}
    seen: Counter[str] = Counter()
    for one in verdict.result.indicators:
        key = f"I|{one.key}" if one.own_row is None else _own_key(one)
        seen[key] += 1
        keyed[key if seen[key] == 1 else f"{key}#{seen[key]}"] = one
    return keyed


def _own_key(one: IndicatorScore) -> str:
    target = one.claimed_value if one.claimed_value is not None else _given(one, "年度指标值")
    sign = _given(one, "指标性质")
    return "|".join(("I", "自定", "".join(one.name.split()), sign, f"{target}"))


def _indicator(key: str, one: IndicatorScore, why: str, bounds: tuple[float, float]) -> Item:
    return Item(
        key,
        why,
        f"{one.code} {one.name}",
        one.claimed,
        one.score,
        bounds[0],
        bounds[1],
        one.reason,
    )


def _qualitative(one: IndicatorScore) -> bool:
    """Whether an own indicator is judged by words; its self-score stands only within the band of its result."""
    return _given(one, "指标性质") == "定性"


def _given(one: IndicatorScore, name: str) -> str:
    return str(one.inputs.get(name, ("", ""))[1])


def _bounds(one: IndicatorScore, parameters: Mapping[str, object] | None) -> tuple[float, float]:
    """The range a reviewer may choose from."""
    band = _BANDS.get(_given(one, "实际完成值")) if parameters is None and _qualitative(one) else None
    if band is not None:
        return round(band[0] * one.points, 4), round(band[1] * one.points, 4)
    lowest = (parameters or {}).get("lowest", 0.0)
    return (float(lowest) if isinstance(lowest, int | float) else 0.0), one.points


@dataclass(frozen=True, slots=True)
class Final:
    """A department's result with the reviewer's entries; `open` counts items undecided."""

    score: float
    unscored: float
    grade: str | None
    reviewed: int
    open: int
    changed: float

    @property
    def closed(self) -> bool:
        """Whether every item has been decided."""
        return self.open == 0


def final(
    verdict: Verdict,
    rounds: Sequence[Verdict],
    reviews: Mapping[tuple[str, str], Review],
    scheme: Scheme,
) -> Final:
    """Our score, replaced where a reviewer entered his; entries for other figures than these do not count."""
    needed = list(items(verdict, scheme))
    counting = {
        item.key: entry
        for item in needed
        if (entry := standing_entry(item, verdict, rounds, reviews)) is not None
    }
    decided = tuple(_with_entry(one, counting.get(key)) for key, one in _keyed(verdict).items())
    sheet = ScoreSheet(decided, (), Figures({}), scheme.points, blocks_of(scheme))
    missing = sheet.unscored(scheme.points)
    return Final(
        score=sheet.score,
        unscored=missing,
        grade=None if missing > 0 else scheme.grade(sheet.score),
        reviewed=len(counting),
        open=sum(not _decided(item.key, counting) for item in needed),
        changed=round(sheet.score - (verdict.result.score or 0.0), 4),
    )


def _with_entry(one: IndicatorScore, entry: Review | None) -> IndicatorScore:
    return one if entry is None or entry.score is None else replace(one, score=entry.score)


def _decided(key: str, counting: Mapping[str, Review]) -> bool:
    entry = counting.get(key)
    return entry is not None and (entry.score is not None or key.startswith("F|"))


def standing_entry(
    item: Item,
    verdict: Verdict,
    rounds: Sequence[Verdict],
    reviews: Mapping[tuple[str, str], Review],
) -> Review | None:
    """The entry for an item that still counts: it was not taken back, is in range, and what it was made on stands."""
    entry = reviews.get((verdict.department, item.key))
    if entry is None or (entry.score is None and not entry.remark) or not _within(item, entry.score):
        return None
    if entry.round == verdict.round:
        return entry
    then = next((one for one in rounds if one.round == entry.round), None)
    if then is None or _ground(then, item.key) != _ground(verdict, item.key):
        return None
    return entry


def _within(item: Item, score: float | None) -> bool:
    return score is None or item.lowest - 1e-9 <= score <= item.points + 1e-9


def _ground(verdict: Verdict, key: str) -> object:
    """What an entry rests on: an indicator's figures, or a finding with its answer."""
    if key.startswith("I|"):
        one = _keyed(verdict).get(key)
        return None if one is None else _figures(one)
    identity, _, number = key.removeprefix("F|").rpartition("|")
    pairs = zip(verdict.result.findings, verdict.standings, strict=True)
    grounds = [
        (finding.found, finding.expected, finding.message, said[2])
        for finding, said in pairs
        if said[0] == identity
    ]
    return grounds[int(number) - 1] if len(grounds) >= int(number) else None


def _figures(one: IndicatorScore) -> tuple[object, ...]:
    inputs = {name: value for name, (_, value) in one.inputs.items()}
    return one.claimed, one.value, one.score, one.points, inputs


__all__ = ["EXPLANATION", "OPINION", "UNSCORABLE", "Final", "Item", "final", "items", "standing_entry"]
