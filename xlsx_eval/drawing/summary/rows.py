"""What the summary keeps in memory of each file: its figures, not its findings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from xlsx_eval.judging.final import Final
from xlsx_eval.judging.results import Result, column_of


@dataclass(frozen=True, slots=True)
class Mark:
    """Scores of one column (an indicator, or a block of own indicators).

    `claimed` and `score` are None where any part of the column has none; `word` then stands for the score of
    an indicator that does not apply (不适用) or waits for a person (待复核).
    """

    column: str
    points: float
    claimed: float | None
    score: float | None
    word: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One file: as Result, less its findings; `output` is what was handed back, `counts` are by verdict.

    `final`, `final_unscored` and `final_grade` take a reviewer's scores for ours where there are any;
    `timely` is 迟报 or "", `note` what else is to be known of the department.
    """

    file: str
    sha256: str
    output: str
    department: str
    code: str
    state: str
    round: int
    reason: str
    score: float | None
    unscored: float
    claimed: float | None
    grade: str | None
    claimed_grade: str | None
    money: float | None
    counts: tuple[int, ...]
    marks: tuple[Mark, ...]
    final: float | None
    final_unscored: float
    final_grade: str | None
    timely: str = ""
    note: str = ""

    @property
    def name(self) -> str:
        """Department, or the file's name where the department is not known."""
        return self.department or PurePosixPath(self.file).stem


def row_of(result: Result, output: str, final: Final | None = None, timely: str = "", note: str = "") -> Row:
    """The row of a result that was handed back as `output`; without a `final` it is ours."""
    return Row(
        file=result.file,
        sha256=result.sha256,
        output=output,
        department=result.department,
        code=result.code,
        state=result.state,
        round=result.round,
        reason=result.reason,
        score=result.score,
        unscored=result.unscored,
        claimed=result.claimed,
        grade=result.grade,
        claimed_grade=result.claimed_grade,
        money=result.money,
        counts=result.counts,
        marks=_marks(result),
        final=result.score if final is None else final.score,
        final_unscored=result.unscored if final is None else final.unscored,
        final_grade=result.grade if final is None else final.grade,
        timely=timely,
        note=note,
    )


def _marks(result: Result) -> tuple[Mark, ...]:
    parts: dict[str, list[Mark]] = {}
    for one in result.indicators:
        column = column_of(one)
        word = one.shown if isinstance(one.shown, str) else ""
        parts.setdefault(column, []).append(Mark(column, one.points, one.claimed, one.score, word))
    return tuple(_together(column, marks) for column, marks in parts.items())


def _together(column: str, marks: Sequence[Mark]) -> Mark:
    return Mark(
        column,
        round(sum(mark.points for mark in marks), 6),
        _total(mark.claimed for mark in marks),
        _total(mark.score for mark in marks),
        marks[0].word if len(marks) == 1 else "",
    )


def _total(numbers: Iterable[float | None]) -> float | None:
    known = list(numbers)
    if any(number is None for number in known):
        return None
    return round(sum(number for number in known if number is not None), 6)


@dataclass(frozen=True, slots=True)
class Coverage:
    """A season's departments: how many have to file, did, did late, did not in time, need not.

    `reviewed` are those all of whose open items a reviewer decided; `outdated` rest on another scheme.
    """

    due: int
    came: int
    late: int
    overdue: int
    excused: int
    reviewed: int
    outdated: int

    @property
    def missing(self) -> int:
        """Departments that have to file and did not yet."""
        return self.due - self.came


@dataclass(frozen=True, slots=True)
class Repeat:
    """A file that came more than once: `same` tells whether the bytes (内容) or only the code (编码) agree."""

    file: str
    first: str
    same: str

    def __str__(self) -> str:
        what = "内容" if self.same == "内容" else "预算编码"
        return f"与“{self.first}”{what}相同"


def repeats(rows: Sequence[Row]) -> tuple[Repeat, ...]:
    """Files whose bytes, or else whose department's code, came before, in the order of the rows.

    A file that was never read has no digest, and one that cannot be judged has no code.
    """
    found: list[Repeat] = []
    digests: dict[str, str] = {}
    codes: dict[str, str] = {}
    for row in rows:
        if row.sha256 in digests:
            found.append(Repeat(row.file, digests[row.sha256], "内容"))
        elif row.code in codes:
            found.append(Repeat(row.file, codes[row.code], "编码"))
        if row.sha256:
            digests.setdefault(row.sha256, row.file)
        if row.code:
            codes.setdefault(row.code, row.file)
    return tuple(found)
