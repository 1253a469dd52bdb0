"""One file of a season judged: whose it is, which round, how it stands against the round before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from xlsx_eval.annotate import annotate
from xlsx_eval.answers import read_answers
from xlsx_eval.dossier import as_json, finding_of
from xlsx_eval.evaluate import Evaluation, evaluate, with_findings
from xlsx_eval.judging import Judged, Source, guarded
from xlsx_eval.known_figures import known_findings
from xlsx_eval.results import result_of
from xlsx_eval.roster import Department, Roster
from xlsx_eval.rounds import Past, Standing, compare, identities
from xlsx_eval.scheme import Scheme
from xlsx_eval.xlsx import strip_marks
from xlsx_eval.xlsx.archive import DEFAULT_LIMITS, Limits
from xlsx_eval.xlsx.read import read_book


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


@dataclass(frozen=True, slots=True)
class Known:
    """The roster and every department's basis, as a batch begins."""

    roster: Roster
    bases: Mapping[str, Basis]

    def write(self, path: Path) -> None:
        """As a file that worker processes read."""
        departments = [asdict(one) for one in self.roster.departments]
        bases = {code: asdict(one) for code, one in self.bases.items()}
        path.write_text(as_json({"departments": departments, "bases": bases}), encoding="utf-8")


@lru_cache(maxsize=2)
def _known(path: Path, _: str) -> Known:
    raw = json.loads(path.read_text(encoding="utf-8"))
    departments = (Department(**{**one, "aliases": tuple(one["aliases"])}) for one in raw["departments"])
    bases = {code: Basis.read(one) for code, one in raw["bases"].items()}
    return Known(Roster(tuple(departments)), bases)


@dataclass(frozen=True, slots=True)
class RoundJudged(Judged):
    """A file judged as its department's next round; `department` is None where it is nobody's, for a `reason`.

    `standings` go with the result's findings; `content` is the digest of the workbook without our marks.
    """

    department: str | None = None
    reason: str = ""
    content: str = ""
    standings: tuple[Standing, ...] = ()
    keys: tuple[str, ...] = ()
    basis: Basis | None = None
    figures: Mapping[str, float] = field(default_factory=dict)

    @property
    def answers(self) -> tuple[str, ...]:
        """The department's answers, finding by finding."""
        return tuple(one.answer for one in self.standings)


@dataclass(frozen=True, slots=True)
class RoundJudge:
    """Judges files of a batch by what is `known`, a file of `mark` (so that a changed one is read again)."""

    known: Path
    mark: str

    def __call__(
        self,
        path: Path,
        file: str,
        scheme: Scheme,
        limits: Limits = DEFAULT_LIMITS,
        seen: Callable[[Source], None] | None = None,
    ) -> Judged:
        """The file at `path`; a fault of file or program gives a receipt."""
        return guarded(path, file, scheme, limits, seen, self._judged)

    def _judged(self, data: bytes, file: str, source: Source, scheme: Scheme, limits: Limits) -> Judged:
        known = _known(self.known, self.mark)
        evaluation = evaluate(data, scheme, limits)
        department, reason = known.roster.identify(evaluation.code, evaluation.department)
        if department is None:
            result = result_of(evaluation, file, source.sha256, 1)
            return RoundJudged(result, b"", f".{evaluation.submission.book.kind}", reason=reason)
        return judge_round(data, file, source.sha256, evaluation, known.bases[department.code])


def judge_round(data: bytes, file: str, sha256: str, evaluation: Evaluation, basis: Basis) -> RoundJudged:
    """The workbook as the round that `basis` says; a pure function, so that a verdict can be reproduced."""
    more = known_findings(evaluation, basis.code, basis.approved, basis.last_year)
    evaluation = with_findings(evaluation, more)
    limits = evaluation.limits
    bare = strip_marks(data, limits)
    answers = read_answers(read_book(data, limits), basis.past) if bare != data else None
    history = compare(evaluation, basis.past, answers, basis.round)
    result = result_of(evaluation, file, sha256, basis.round)
    numbers = evaluation.submission.answers.items()
    return RoundJudged(
        result=replace(result, department=basis.name, code=basis.code),
        data=annotate(data, evaluation, history),
        extension=f".{evaluation.submission.book.kind}",
        department=basis.code,
        content=hashlib.sha256(bare).hexdigest(),
        standings=history.standings,
        keys=identities(evaluation),
        basis=basis,
        figures={name: answer.number for name, answer in numbers if answer.number is not None},
    )
