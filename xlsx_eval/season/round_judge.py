"""One file of a season judged: whose it is, which round, how it stands against the round before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from xlsx_eval.cell import Scalar
from xlsx_eval.drawing.marked import annotate
from xlsx_eval.drawing.marked.answers import read_answers
from xlsx_eval.judging.evaluate import Evaluation, evaluate, with_findings
from xlsx_eval.judging.known_figures import known_findings
from xlsx_eval.judging.results import Result, result_of
from xlsx_eval.judging.rounds import Past, Standing, compare, identities, with_explained
from xlsx_eval.reading.convert import FOREIGN, extension_of
from xlsx_eval.run.one import Refused, Source, guarded, sent_book
from xlsx_eval.scheme import Scheme
from xlsx_eval.season.dossier import as_json, finding_of
from xlsx_eval.season.ledger import Ledger, Verdict
from xlsx_eval.season.roster import Department, Roster
from xlsx_eval.xlsx.package.archive import DEFAULT_LIMITS, Limits
from xlsx_eval.xlsx.read.book import Book


@dataclass(frozen=True, slots=True)
class Basis:
    """What a department's next workbook is judged on beside its bytes and the scheme."""

    code: str
    name: str
    round: int = 1
    approved: Mapping[str, float] = field(default_factory=dict)
    last_year: Mapping[str, float] = field(default_factory=dict)
    past: tuple[Past, ...] = ()

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> Basis:
        """From what `asdict` gave, as JSON keeps it."""
        past = tuple(Past(finding_of(one["finding"]), one["identity"], one["answer"]) for one in raw["past"])
        return cls(**{**raw, "past": past})


def write_roster(roster: Roster, path: Path) -> None:
    """The roster as a file that worker processes read."""
    path.write_text(as_json([asdict(one) for one in roster.departments]), encoding="utf-8")


@lru_cache(maxsize=2)
def _roster(path: Path, _: str) -> Roster:
    raw = json.loads(path.read_text(encoding="utf-8"))
    return Roster(tuple(Department(**{**one, "aliases": tuple(one["aliases"])}) for one in raw))


def past_of(verdict: Verdict) -> tuple[Past, ...]:
    """The findings of a verdict as the next round knows them."""
    pairs = zip(verdict.result.findings, verdict.standings, strict=True)
    return tuple(Past(item, key, answer) for item, (key, _, answer) in pairs)


@dataclass(frozen=True, slots=True)
class Nobodys:
    """A workbook of no department of the roster, for a `reason`; `result` holds what it says of itself."""

    result: Result
    reason: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class Round:
    """A workbook judged on `basis` as its department's next round, and what is handed back for it.

    `standings` and `keys` go with the result's findings; `content` is the digest of what the workbook holds
    without our marks; `figures` are the numbers of its single fields.
    """

    result: Result
    data: bytes
    extension: str
    basis: Basis
    content: str
    standings: tuple[Standing, ...]
    keys: tuple[str, ...]
    figures: Mapping[str, float]
    said: str = ""

    @property
    def answers(self) -> tuple[str, ...]:
        """The department's answers, finding by finding."""
        return tuple(one.answer for one in self.standings)


Outcome = Refused | Nobodys | Round
"""What becomes of a file of a season."""


@dataclass(frozen=True, slots=True)
class RoundJudge:
    """Judges files of a batch by `roster`, a file of `mark` (so that a changed one is read again), and the ledgers.

    `ledger` is the season's, of which nothing changes while a batch is judged, `last` the one of the year before.
    """

    roster: Path
    mark: str
    ledger: Path
    last: Path | None = None

    def __call__(
        self,
        path: Path,
        file: str,
        scheme: Scheme,
        limits: Limits = DEFAULT_LIMITS,
        seen: Callable[[Source], None] | None = None,
    ) -> Outcome:
        """The file at `path`; a fault of file or program gives a receipt."""
        return guarded(path, file, scheme, limits, seen, self._judged)

    def _judged(
        self, data: bytes, file: str, source: Source, scheme: Scheme, limits: Limits
    ) -> Nobodys | Round:
        evaluation = evaluate(data, scheme, limits)
        roster = _roster(self.roster, self.mark)
        department, reason = roster.identify(evaluation.code, evaluation.department)
        if department is None:
            return Nobodys(result_of(evaluation, file, source.sha256, 1), reason)
        return judge_round(data, file, source.sha256, evaluation, self._basis(department))

    def _basis(self, department: Department) -> Basis:
        latest = _latest(self.ledger, department.code)
        before = None if self.last is None else _latest(self.last, department.code)
        return Basis(
            code=department.code,
            name=department.name,
            round=1 if latest is None else latest.round + 1,
            approved=dict(department.approved),
            last_year={} if before is None else before.figures,
            past=() if latest is None else past_of(latest),
        )


def _latest(ledger: Path, department: str) -> Verdict | None:
    with Ledger(ledger, read_only=True) as opened:
        return opened.latest(department)


def judge_round(data: bytes, file: str, sha256: str, evaluation: Evaluation, basis: Basis) -> Round:
    """The workbook as the round that `basis` says; a pure function, so that a verdict can be reproduced."""
    more = known_findings(evaluation, basis.code, basis.approved, basis.last_year)
    evaluation = with_findings(evaluation, more)
    book = evaluation.submission.book
    sent = sent_book(data, evaluation)
    answers = None if sent is None else read_answers(sent, basis.past)
    # An answer may make of an error a matter for the reviewer; only then it is known how each finding stands.
    history = compare(evaluation, basis.past, answers, basis.round)
    evaluation = with_explained(evaluation, history)
    history = compare(evaluation, basis.past, answers, basis.round)
    result = result_of(evaluation, file, sha256, basis.round)
    numbers = evaluation.submission.answers.items()
    return Round(
        result=replace(result, department=basis.name, code=basis.code),
        data=annotate(data, evaluation, history),
        extension=extension_of(book.kind),
        content=content_digest(sent if sent is not None and book.kind in FOREIGN else book),
        standings=history.standings,
        keys=identities(evaluation),
        basis=basis,
        figures={name: answer.number for name, answer in numbers if answer.number is not None},
    )


def content_digest(book: Book) -> str:
    """Digest of what the cells hold, the same whichever office program saved the workbook."""
    lines = [
        f"{sheet.name}\0{cell.ref}\0{_said(cell.value)}"
        for sheet in book.sheets
        for cell in sorted(sheet.cells.values(), key=lambda one: (one.ref.row, one.ref.column))
        if cell.value not in (None, "")
    ]
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def _said(value: Scalar) -> str:
    # Programs differ in the last digits of a result they computed themselves.
    return f"{value:.12g}" if isinstance(value, float) else str(value).replace("\r", "")
