"""Rounds of correction: which finding of this round was there before, and what became of the others."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from xlsx_eval.findings import ERROR, EXPLAIN, UNVERIFIABLE, Finding
from xlsx_eval.judging.evaluate import Evaluation, with_findings
from xlsx_eval.reading.entries import Answer, Submission
from xlsx_eval.reading.normalise.text import means_nothing, trimmed
from xlsx_eval.scheme import Scheme

NEW, OPEN, EXPLAINED, FIXED = "新增", "未整改", "已说明", "已整改"
DISPUTED = "有异议"
"""How an error stands that the department did not correct but gave a reason for: a reviewer decides."""
_ANSWERABLE = frozenset({EXPLAIN, UNVERIFIABLE})
_UNNAMED = "（未填名称）"
_COMPARED, _ALIKE = 200, 0.5
"""How much of two names is compared, and the share of common characters from which one is the other mended."""
_FIGURE = re.compile(r"[-+\d.,%％\s]+")
_SEEN = frozenset(
    {"已阅", "已读", "已知", "已知悉", "知悉", "收到", "已收到", "阅", "无说明", "无需说明", "OK", "ok"}
)
_MENDED = frozenset({"已整改", "已修改", "已更正", "已改正", "已改", "已调整", "已核对", "已核实"})
"""Answers that dispute nothing: they call mended, or looked at, what still stands."""
_RESTS_ON_ROSTER = "G01"
"""The difference from an approved figure: the department may hold a later approval than the roster knows."""
_NUMBERED = re.compile(r"#[0-9]+\Z")
Sign = tuple[str, ...]
"""What tells findings of one identity apart: never their words, which change from version to version."""


@dataclass(frozen=True, slots=True)
class Past:
    """A finding of the round before, its identity, and the department's answer to it as far as it is known."""

    finding: Finding
    identity: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a finding stands: 新增, 未整改, 已说明 or 有异议 ("" in the first round), and the department's answer."""

    word: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """A round against the one before; `standings` go with the evaluation's findings, `fixed` are gone since."""

    round: int
    standings: tuple[Standing, ...]
    fixed: tuple[Past, ...] = ()


def compare(
    evaluation: Evaluation, past: Sequence[Past], answers: Mapping[int, str] | None, number: int
) -> History:
    """The findings of round `number` against `past`, those of the round before.

    `answers` are the department's, by position in `past`; None when it sent a workbook without our 问题清单,
    so that what it answered earlier still holds.
    """
    said = [one.answer if answers is None else answers.get(index, "") for index, one in enumerate(past)]
    matched = _matched(evaluation.findings, identities(evaluation), past)
    standings = tuple(
        _standing(item, said[matched[index]] if index in matched else None, number)
        for index, item in enumerate(evaluation.findings)
    )
    again = set(matched.values())
    fixed = tuple(
        Past(one.finding, one.identity, said[index]) for index, one in enumerate(past) if index not in again
    )
    return History(number, standings, fixed)


def _standing(item: Finding, answer: str | None, number: int) -> Standing:
    if answer is None:
        return Standing(NEW if number > 1 else "")
    if disputed(item, answer):
        return Standing(DISPUTED, answer)
    explained = item.verdict in _ANSWERABLE and explains(answer)
    return Standing(EXPLAINED if explained else OPEN, answer)


def disputed(item: Finding, answer: str) -> bool:
    """Whether the department gives a reason why what we call an error is none."""
    return item.verdict == ERROR and explains(answer) and trimmed(answer).rstrip("。.！!") not in _MENDED


def with_explained(evaluation: Evaluation, history: History) -> Evaluation:
    """The evaluation with every explained difference from an approved figure waiting for the reviewer.

    Our advice to name the document of the approval would else lead nowhere: the error would stand for ever.
    """
    pairs = list(zip(evaluation.findings, history.standings, strict=True))
    explained = [item for item, said in pairs if _is_approved_elsewhere(item, said)]
    if not explained:
        return evaluation
    rest = tuple(item for item, said in pairs if not _is_approved_elsewhere(item, said))
    return with_findings(
        replace(evaluation, findings=rest), (replace(item, verdict=EXPLAIN) for item in explained)
    )


def _is_approved_elsewhere(item: Finding, said: Standing) -> bool:
    return item.code == _RESTS_ON_ROSTER and disputed(item, said.answer)


def explains(answer: str) -> bool:
    """Whether an answer says something, as a reason must: not blank, no bare figure, not 无, /, 。 or 已阅."""
    words = trimmed(answer)
    if means_nothing(words) or _FIGURE.fullmatch(words):
        return False
    bare = "".join(letter for letter in words if letter.isalnum())
    return bool(bare) and bare not in _SEEN


def _matched(findings: Sequence[Finding], keys: Sequence[str], past: Sequence[Past]) -> dict[int, int]:
    """Position in `past` of each finding that was there: by its relation and figures, by its relation, in order.

    Rows of one name may have changed places, so each is tried under its own number and then under any.
    """
    matched: dict[int, int] = {}
    for says in (_figures, _relation, _nothing):
        for about in (_itself, _base):
            now = [(about(key), says(item)) for key, item in zip(keys, findings, strict=True)]
            then = [(about(one.identity), says(one.finding)) for one in past]
            matched |= _paired(now, then, matched)
    return matched | _renamed(findings, keys, past, matched)


def _renamed(
    findings: Sequence[Finding], keys: Sequence[str], past: Sequence[Past], matched: Mapping[int, int]
) -> dict[int, int]:
    """What is still unmatched on both sides and stands in one place, in a row whose name was only mended."""
    taken = set(matched.values())
    waiting = {_place(one.finding): at for at, one in enumerate(past) if at not in taken}
    renamed: dict[int, int] = {}
    for index, item in enumerate(findings):
        at = None if index in matched else waiting.get(_place(item))
        if at is not None and _mended(past[at].identity, keys[index]):
            renamed[index] = waiting.pop(_place(item))
    return renamed


def _place(item: Finding) -> tuple[str, str, str, str]:
    return item.code, item.field, item.sheet, item.cell


def _mended(before: str, after: str) -> bool:
    """Whether two identities are of one row that was given a name or a better one, rather than of two rows."""
    if min(before.count("|"), after.count("|")) < 2:
        return False
    old, new = (_base(identity).split("|", 2)[2][:_COMPARED] for identity in (before, after))
    return old == _UNNAMED or SequenceMatcher(None, old, new).ratio() >= _ALIKE


def _paired(
    now: Sequence[tuple[str, Sign]], then: Sequence[tuple[str, Sign]], matched: Mapping[int, int]
) -> dict[int, int]:
    """What is still unmatched on both sides and bears the same sign, in order."""
    taken = set(matched.values())
    waiting: dict[tuple[str, Sign], deque[int]] = defaultdict(deque)
    for position, sign in enumerate(then):
        if position not in taken:
            waiting[sign].append(position)
    return {
        index: waiting[sign].popleft()
        for index, sign in enumerate(now)
        if index not in matched and waiting.get(sign)
    }


def _itself(identity: str) -> str:
    return identity


def _base(identity: str) -> str:
    """The identity of a table row without the number that tells rows of one name apart."""
    return _NUMBERED.sub("", identity) if identity.count("|") > 1 else identity


def _figures(item: Finding) -> Sign:
    return item.about, item.found, item.expected


def _relation(item: Finding) -> Sign:
    return (item.about,)


def _nothing(item: Finding) -> Sign:
    return ()


def identities(evaluation: Evaluation) -> tuple[str, ...]:
    """What each finding is about, whatever its cell: its code, and its field or its row's key and column."""
    rows = dict(_rows(evaluation.submission, evaluation.basis))
    return tuple(_identity(item, rows) for item in evaluation.findings)


def _identity(item: Finding, rows: Mapping[tuple[str, str], str]) -> str:
    row = rows.get((item.sheet, item.cell))
    return "|".join((item.code, item.field or item.sheet, *([row] if row else [])))


def _rows(submission: Submission, scheme: Scheme) -> Iterator[tuple[tuple[str, str], str]]:
    """(sheet, cell) of every table cell and the name of its row; of equal names the second is `…#2`."""
    for table in scheme.tables.values():
        names = _row_names(submission.columns.get(table.key.name, ()))
        for column in table.columns:
            for answer in submission.columns.get(column.name, ()):
                if answer.row is not None and answer.row in names:
                    yield (answer.place.sheet, answer.place.cell), names[answer.row]


def _row_names(keys: Sequence[Answer]) -> dict[int, str]:
    seen: dict[str, int] = defaultdict(int)
    names: dict[int, str] = {}
    for answer in keys:
        name = "".join(str(answer.value or "").split()) or _UNNAMED
        seen[name] += 1
        names[answer.row or 0] = name if seen[name] == 1 else f"{name}#{seen[name]}"
    return names
