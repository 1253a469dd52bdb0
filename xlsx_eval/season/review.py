"""What a person decides: the items of a verdict that need a reviewer, and the final score with his entries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from xlsx_eval.findings import ERROR, EXPLAIN, NOTICE, UNVERIFIABLE, Finding
from xlsx_eval.judging.final import Final
from xlsx_eval.judging.rounds import EXPLAINED, disputed, explains
from xlsx_eval.judging.score import FOR_REVIEWER, UNSCORED, IndicatorScore, ScoreSheet, blocks_of
from xlsx_eval.scheme import Figures, Scheme
from xlsx_eval.season.ledger import Review, Verdict

_QUALITATIVE = "qualitative"
_BANDS = {"达成": (0.8, 1.0), "部分达成": (0.6, 0.8), "未达成": (0.0, 0.6)}
_NAME_SHOWN = 100
_LISTED = 3
UNSCORABLE, OPINION, EXPLANATION, DISPUTE = "无法核定", "酌情评定", "部门已说明", "部门有异议"


@dataclass(frozen=True, slots=True)
class Item:
    """Something for the reviewer: an indicator, an explained finding, or an error the department disputes.

    `key` tells it within its department; `lowest` and `points` bound the reviewer's score (`points` 0: a remark
    only); `why` is one of 无法核定, 酌情评定, 部门已说明, 部门有异议; `words` are the department's answer or our reason; `found`
    and `expected` what was filled in and what should stand there. `decides` is the key of the indicator whose
    score a reviewer's entry replaces, that of a finding's own indicator too; "" where there is none.
    """

    key: str
    why: str
    name: str
    claimed: float | None
    score: float | None
    lowest: float
    points: float
    words: str
    found: str = ""
    expected: str = ""
    decides: str = ""

    @property
    def waivable(self) -> bool:
        """Whether the reviewer may let it stand as it is."""
        return self.why == DISPUTE


def items(verdict: Verdict, scheme: Scheme) -> Iterator[Item]:
    """Everything of a verdict that a person has to decide."""
    keyed = _keyed(verdict)
    kinds = {indicator.key: indicator for indicator in scheme.indicators}
    decided = set()
    for key, one in keyed.items():
        known = kinds.get(one.key)
        if one.state in (UNSCORED, FOR_REVIEWER):
            why = UNSCORABLE if one.state == UNSCORED else OPINION
        elif _qualitative(one) or (known is not None and known.kind == _QUALITATIVE):
            why = OPINION
        else:
            continue
        decided.add(key)
        words = one.reason or (_hindrance(one, verdict, scheme) if why == UNSCORABLE else "")
        yield _indicator(key, one, why, _bounds(one, scheme), words)
    for key, finding, answer in _explained(verdict):
        item = _explanation(key, finding, answer, _owner(finding, keyed), scheme)
        # An indicator is decided in one place: its own line, or that of its first finding.
        if item.decides in decided:
            item = replace(item, lowest=0.0, points=0.0, decides="")
        elif item.decides:
            decided.add(item.decides)
        yield item


def _explained(verdict: Verdict) -> Iterator[tuple[str, Finding, str]]:
    """Item key, finding and answer of everything the department explained or disputes."""
    pairs = zip(verdict.result.findings, verdict.standings, strict=True)
    seen: Counter[str] = Counter()
    for finding, (identity, word, answer) in pairs:
        seen[identity] += 1
        explained = word == EXPLAINED and finding.verdict in (EXPLAIN, UNVERIFIABLE)
        if explained or disputed(finding, answer):
            yield f"F|{identity}|{seen[identity]}", finding, answer


def _explanation(
    key: str, finding: Finding, answer: str, owner: tuple[str, IndicatorScore] | None, scheme: Scheme
) -> Item:
    """An explained finding; its own indicator's score may be set beside it."""
    item = Item(
        key=key,
        why=DISPUTE if finding.verdict == ERROR else EXPLANATION,
        name=_title(finding, _row_name(key), scheme),
        claimed=None,
        score=None,
        lowest=0.0,
        points=0.0,
        words=f"{finding.message}。部门说明：{answer}",
        found=finding.found,
        expected=finding.expected,
    )
    if owner is None:
        return item
    known, one = owner
    item = replace(item, claimed=one.claimed, score=one.score)
    if one.own_row is not None:
        item = replace(item, name=f"{_named(one)}：{_title(finding, '', scheme)}")
    if one.dropped or not one.points:
        return item
    lowest, points = _bounds(one, scheme)
    return replace(item, lowest=lowest, points=points, decides=known)


def _row_name(key: str) -> str:
    """The name of the table row a finding's identity tells."""
    identity = key.removeprefix("F|").rpartition("|")[0]
    return identity.split("|", 2)[2] if identity.count("|") > 1 else ""


def _title(finding: Finding, row: str, scheme: Scheme) -> str:
    """What the form calls a finding's field, and in a table its row."""
    field = scheme.fields.get(finding.field)
    title = (finding.field or finding.sheet) if field is None else field.title
    return f"{_short(row)}：{title}" if row else title


def _named(one: IndicatorScore) -> str:
    return f"{one.code} {_short(one.name)}"


def _short(name: str) -> str:
    return name if len(name) <= _NAME_SHOWN else f"{name[:_NAME_SHOWN]}…"


def _owner(finding: Finding, keyed: Mapping[str, IndicatorScore]) -> tuple[str, IndicatorScore] | None:
    """The one indicator that rests on the finding's cell; None where there is none or there are several."""
    owners = [(key, one) for key, one in keyed.items() if (finding.sheet, finding.cell) in _cells(one)]
    return owners[0] if len(owners) == 1 else None


def _cells(one: IndicatorScore) -> set[tuple[str, str]]:
    """(sheet, cell) of an indicator's figures and of its self-score."""
    inputs = (address.rpartition("!") for address, _ in one.inputs.values())
    cells = {(sheet, cell) for sheet, _, cell in inputs}
    return cells if one.place is None else {*cells, (one.place.sheet, one.place.cell)}


def _hindrance(one: IndicatorScore, verdict: Verdict, scheme: Scheme) -> str:
    """Why no score could be computed: what was found on its figures, else which of them are missing."""
    claim = None if one.place is None else (one.place.sheet, one.place.cell)
    figures = _cells(one) - {claim}
    found = [finding for finding in verdict.result.findings if _touches(finding, figures)]
    found = found or [
        finding
        for finding in verdict.result.findings
        if finding.verdict in (EXPLAIN, UNVERIFIABLE) and (finding.sheet, finding.cell) == claim
    ]
    if found:
        return "；".join(dict.fromkeys(finding.message for finding in found[:_LISTED]))
    blank = [name for name, (_, value) in one.inputs.items() if value is None]
    titles = (scheme.fields[name].title if name in scheme.fields else name for name in blank)
    return f"计算所需的数据未填：{'、'.join(titles)}" if blank else "按所填数据无法计算得分"


def _touches(finding: Finding, cells: set[tuple[str, str]]) -> bool:
    places = {(finding.sheet, finding.cell), *finding.also}
    return finding.verdict != NOTICE and not places.isdisjoint(cells)


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


def _indicator(key: str, one: IndicatorScore, why: str, bounds: tuple[float, float], words: str) -> Item:
    own = one.own_row is not None
    return Item(
        key=key,
        why=why,
        name=_named(one),
        claimed=one.claimed,
        score=one.score,
        lowest=bounds[0],
        points=bounds[1],
        words=words,
        found=_said(one, "实际完成值") if own else "",
        expected=f"{_sign(one)}{_said(one, '年度指标值')}" if own else "",
        decides=key,
    )


def _said(one: IndicatorScore, name: str) -> str:
    """An own indicator's entry as it would be written."""
    value = one.inputs.get(name, ("", None))[1]
    return f"{value:.12g}" if isinstance(value, float) else "" if value is None else str(value)


def _sign(one: IndicatorScore) -> str:
    sign = _given(one, "指标性质")
    return "" if sign == "定性" else sign


def _qualitative(one: IndicatorScore) -> bool:
    """Whether an own indicator is judged by words; its self-score stands only within the band of its result."""
    return _given(one, "指标性质") == "定性"


def _given(one: IndicatorScore, name: str) -> str:
    return str(one.inputs.get(name, ("", ""))[1])


def _bounds(one: IndicatorScore, scheme: Scheme) -> tuple[float, float]:
    """The range a reviewer may choose from."""
    parameters = next((known.parameters for known in scheme.indicators if known.key == one.key), None)
    band = _BANDS.get(_given(one, "实际完成值")) if parameters is None and _qualitative(one) else None
    if band is not None:
        return round(band[0] * one.points, 4), round(band[1] * one.points, 4)
    lowest = (parameters or {}).get("lowest", 0.0)
    return (float(lowest) if isinstance(lowest, int | float) else 0.0), one.points


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
    entries = {item.decides: counting[item.key] for item in needed if item.decides and item.key in counting}
    decided = tuple(_with_entry(one, entries.get(key)) for key, one in _keyed(verdict).items())
    sheet = ScoreSheet(decided, (), Figures({}), scheme.points, blocks_of(scheme))
    missing = sheet.unscored(scheme.points)
    waived = sum(item.waivable and item.key in counting and counting[item.key].waived for item in needed)
    return Final(
        score=sheet.score,
        unscored=missing,
        grade=None if missing > 0 else scheme.grade(sheet.score),
        reviewed=len(counting),
        open=sum(not _decided(item.key, counting) for item in needed),
        changed=round(sheet.score - (verdict.result.score or 0.0), 4),
        waived=waived,
        errors=sum(one.verdict == ERROR for one in verdict.result.findings) - waived,
    )


def waiver_fault(entry: Review, verdict: Verdict | None) -> str:
    """What is wrong with an entry that lets an error stand, "" when nothing is; `verdict` is that of its round."""
    if not entry.reviewer or not explains(entry.remark):
        return "没有复核人或理由"
    if verdict is None:
        return "没有对应的核对结果"
    known = {key for key, finding, _ in _explained(verdict) if finding.verdict == ERROR}
    return "" if entry.item in known else "没有对应的、部门有异议的错误"


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
    if entry.score is not None and _scored_on(then, item.decides) != _scored_on(verdict, item.decides):
        return None
    return entry


def _scored_on(verdict: Verdict, key: str) -> object:
    """The figures of the indicator of that key."""
    one = _keyed(verdict).get(key)
    return None if one is None else _figures(one)


def _within(item: Item, score: float | None) -> bool:
    return score is None or item.lowest - 1e-9 <= score <= item.points + 1e-9


def _ground(verdict: Verdict, key: str) -> object:
    """What an entry rests on: an indicator's figures, or a finding with its answer."""
    if key.startswith("I|"):
        return _scored_on(verdict, key)
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


__all__ = [
    "DISPUTE",
    "EXPLANATION",
    "OPINION",
    "UNSCORABLE",
    "Final",
    "Item",
    "final",
    "items",
    "standing_entry",
    "waiver_fault",
]
