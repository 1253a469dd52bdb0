"""What every check is given, and what they share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from xlsx_eval.cell import Address
from xlsx_eval.judging.score import ScoreSheet, score_submission
from xlsx_eval.reading.entries import Answer, Submission
from xlsx_eval.reading.normalise.text import means_nothing
from xlsx_eval.scheme import Scheme

_BARE_FIGURE = re.compile(r"[-+\d.,%％０-９]+")
SCORE_PRECISION = 0.005
SCORE_PRECISION_MOST = 0.05


@dataclass(frozen=True, slots=True)
class Case:
    """A submission with its scheme and scores."""

    submission: Submission
    scheme: Scheme
    scored: ScoreSheet

    def place(self, field_name: str) -> Address:
        """Where a single field stands; the whole file when it was not found."""
        answer = self.submission.answers.get(field_name)
        return Address() if answer is None else answer.place

    def explained(self, field_name: str) -> bool | None:
        """Whether a single field gives a reason; None where it was not found."""
        answer = self.submission.answers.get(field_name)
        return None if answer is None else explains(answer)

    def expected(self, parts: Iterable[Answer]) -> list[Answer]:
        """Those that are given or should be: blank ones too, but for cells of rows that hold nothing."""
        tables = self.scheme.tables
        rows = {table: frozenset(self.submission.filled_rows(table)) for table in tables}
        return [part for part in parts if part.row is None or part.row in rows[part.field.table or ""]]


def explains(answer: Answer) -> bool | None:
    """Whether an entry gives a reason; None where its field was not found."""
    return None if answer.lost else not says_nothing(answer)


def corrected(case: Case, values: Mapping[Address, float]) -> Case:
    """The case as it would be with other figures in some cells."""
    submission = _with_values(case.submission, values)
    return replace(case, submission=submission, scored=score_submission(submission, case.scheme))


def _with_values(submission: Submission, values: Mapping[Address, float]) -> Submission:
    def renewed(answer: Answer) -> Answer:
        return replace(answer, value=values[answer.place]) if answer.place in values else answer

    return replace(
        submission,
        answers={name: renewed(answer) for name, answer in submission.answers.items()},
        columns={name: tuple(map(renewed, column)) for name, column in submission.columns.items()},
    )


def says_nothing(answer: Answer) -> bool:
    """Whether an entry that should hold words holds none: blank, 无, -, / or a bare figure."""
    words = "" if answer.value is None else str(answer.value).strip()
    return not words or means_nothing(words) or _BARE_FIGURE.fullmatch(words) is not None


def readable(answer: Answer) -> bool:
    """Whether the entry is blank or was read; False when it is wrong by itself or lost, which is its own finding."""
    if answer.lost or answer.problem is not None or answer.erring:
        return False
    return not (answer.uncached and answer.raw is None)


def same_score(claimed: float, score: float, decimals: int | None) -> bool:
    """Whether two scores agree within the printed precision of the claimed one, at most 0.05."""
    printed = 0.5 * 10.0 ** -(decimals if decimals else 2)
    tolerance = min(max(printed, SCORE_PRECISION), SCORE_PRECISION_MOST)
    return abs(claimed - score) <= tolerance + 1e-9
