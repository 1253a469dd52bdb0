"""The figures of the summary, by pandas; nothing here knows of sheets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from xlsx_eval.drawing.summary.rows import Row
from xlsx_eval.judging.score import NOT_APPLICABLE
from xlsx_eval.scheme import Scheme
from xlsx_eval.states import UNREADABLE

PENDING = "待定"
"""Stands for the grade while points are left that no score could be computed for."""
NOISE = 1e-6
_USES = ("预算安排优先保障", "预算安排予以保持", "预算安排从紧，按比例压减", "取消或重新论证后安排")
"""Use of the result by the grade's place, from the best of four."""


def judged(rows: Sequence[Row]) -> list[Row]:
    """The rows of files that could be read."""
    return [row for row in rows if row.state != UNREADABLE]


def ranked(rows: Sequence[Row]) -> list[tuple[int, Row]]:
    """Rank and row of every judged file, the highest final score first; equal scores share a rank."""
    known = [row for row in judged(rows) if row.final is not None]
    scores = pd.Series([row.final for row in known], dtype=float).round(2)
    ranks = scores.rank(method="min", ascending=False).astype(int)
    placed = zip(ranks.tolist(), known, strict=True)
    return sorted(placed, key=lambda pair: (pair[0], pair[1].code, pair[1].file))


def shares(counts: Sequence[int]) -> list[float]:
    """Percentages of the counts to two decimals that add up to 100.00, by the largest remainder."""
    total = sum(counts)
    if not total:
        return [0.0 for _ in counts]
    exact = [Fraction(count * 10_000, total) for count in counts]
    whole = [int(share) for share in exact]
    order = sorted(range(len(counts)), key=lambda index: (whole[index] - exact[index], index))
    for index in order[: 10_000 - sum(whole)]:
        whole[index] += 1
    return [share / 100 for share in whole]


@dataclass(frozen=True, slots=True)
class Totals:
    """The whole batch in figures; None where no file gives one."""

    departments: int
    mean: float | None
    median: float | None
    highest: float | None
    lowest: float | None
    claimed_mean: float | None
    money: float | None


def totals(rows: Sequence[Row]) -> Totals:
    """Figures of final scores over all files that could be read; `departments` counts different codes, or files without."""
    frame = pd.DataFrame(
        [(row.code or row.file, row.final, row.claimed, row.money) for row in judged(rows)],
        columns=["code", "score", "claimed", "money"],
    ).astype({"score": float, "claimed": float, "money": float})
    scores = frame["score"]
    return Totals(
        departments=int(frame["code"].nunique()),
        mean=_known(scores.mean()),
        median=_known(scores.median()),
        highest=_known(scores.max()),
        lowest=_known(scores.min()),
        claimed_mean=_known(frame["claimed"].mean()),
        money=_known(frame["money"].sum(min_count=1)),
    )


def _known(number: float) -> float | None:
    return None if pd.isna(number) else round(float(number), 6)


def grade_counts(rows: Sequence[Row], scheme: Scheme) -> list[tuple[str, int]]:
    """Number of files of each final grade of the scheme, and of those whose grade is pending."""
    grades = [row.final_grade or PENDING for row in judged(rows)]
    return [(name, grades.count(name)) for name in (*(name for name, _ in scheme.grades), PENDING)]


def bands(scheme: Scheme) -> list[tuple[str, float, float]]:
    """(words, lowest, beyond) of the score bands between the grades, the best first."""
    upper, found = scheme.points + 1.0, []
    for name, lowest in scheme.grades:
        words = (
            f"{name}（{lowest:g}分及以上）" if upper > scheme.points else f"{name}（{lowest:g}～{upper:g}分）"
        )
        found.append((words, lowest, upper))
        upper = lowest
    return found


def band_counts(scores: Sequence[float | None], scheme: Scheme) -> list[int]:
    """Number of scores in each band; a score above the points counts in the best."""
    known = pd.Series([score for score in scores if score is not None], dtype=float).round(2)
    best = bands(scheme)[0][1]
    return [
        int(((known >= lowest) & ((known < upper) | (lowest == best))).sum())
        for _, lowest, upper in bands(scheme)
    ]


def marks_frame(rows: Sequence[Row]) -> pd.DataFrame:
    """A line for each column of each judged file, but those that do not apply.

    Columns: row, column, points, claimed, score, above (claimed less score), lost (whether points were).
    """
    lines = [
        (number, mark.column, mark.points, mark.claimed, mark.score)
        for number, row in enumerate(judged(rows))
        for mark in row.marks
        if mark.word != NOT_APPLICABLE
    ]
    frame = pd.DataFrame(lines, columns=["row", "column", "points", "claimed", "score"])
    frame = frame.astype({"points": float, "claimed": float, "score": float})
    frame["above"] = (frame["claimed"] - frame["score"]).round(6)
    frame["lost"] = (frame["points"] - frame["score"]) > NOISE
    return frame


@dataclass(frozen=True, slots=True)
class ColumnFigures:
    """One column over all departments; rates are shares of its points, None where nothing was scored."""

    scored: int
    mean: float | None
    rate: float | None
    claimed_rate: float | None
    losing: int
    inflated: int
    modest: int
    unscored: int


def column_figures(marks: pd.DataFrame, column: str) -> ColumnFigures:
    """Figures of one column; its self-score rate is over those that were scored as well."""
    own = marks[marks["column"] == column]
    scored = own[own["score"].notna()]
    both = scored[scored["claimed"].notna()]
    return ColumnFigures(
        scored=len(scored),
        mean=_known(scored["score"].mean()),
        rate=_ratio(scored["score"].sum(), scored["points"].sum()),
        claimed_rate=_ratio(both["claimed"].sum(), both["points"].sum()),
        losing=int(scored["lost"].sum()),
        inflated=int((both["above"] > NOISE).sum()),
        modest=int((both["above"] < -NOISE).sum()),
        unscored=len(own) - len(scored),
    )


def _ratio(part: float, whole: float) -> float | None:
    return round(float(part) / float(whole), 6) if whole else None


@dataclass(frozen=True, slots=True)
class Gap:
    """Self-score against ours: of one column, or (`column` None) of all that have both, `columns` in number."""

    row: Row
    column: str | None
    columns: int
    points: float
    claimed: float
    score: float

    @property
    def above(self) -> float:
        """How much the self-score lies above ours; negative when it lies below."""
        return round(self.claimed - self.score, 6)


def department_gaps(rows: Sequence[Row], marks: pd.DataFrame) -> list[Gap]:
    """One gap a file, over the columns that have both scores."""
    known = judged(rows)
    both = marks[marks["above"].notna()]
    sums = both.groupby("row", sort=True).agg(
        columns=("column", "size"),
        points=("points", "sum"),
        claimed=("claimed", "sum"),
        score=("score", "sum"),
    )
    return [
        Gap(known[int(row)], None, int(columns), points, claimed, score)
        for row, columns, points, claimed, score in sums.round(6).reset_index().to_numpy().tolist()
    ]


def column_gaps(rows: Sequence[Row], marks: pd.DataFrame) -> list[Gap]:
    """One gap for each file and column that has both scores."""
    known = judged(rows)
    both = marks[marks["above"].notna()]
    return [
        Gap(known[int(row)], str(column), 1, points, claimed, score)
        for row, column, points, claimed, score in both.iloc[:, :5].to_numpy(dtype=object).tolist()
    ]


def largest(gaps: Sequence[Gap], *, above: bool, most: int) -> list[Gap]:
    """The gaps above (or below) our score, the largest first, equal ones in the order of the files."""
    sign = 1 if above else -1
    chosen = [gap for gap in gaps if sign * gap.above > NOISE]
    return sorted(chosen, key=lambda gap: (-sign * gap.above, gap.row.file))[:most]


def remark(row: Row, scheme: Scheme) -> str:
    """What the distance of the self-score from the final score amounts to, by the scheme's bands."""
    if row.final is None or row.claimed is None:
        return "未填自评总分"
    if row.final_unscored > NOISE:
        return f"尚有 {row.final_unscored:g} 分未核定，暂不评价"
    share = abs(row.claimed - row.final) / scheme.points
    level = sum(share > band + 1e-9 for band in scheme.remark_bands)
    if level == 0:
        return "自评与核定基本一致"
    words = ("略", "明显", "严重")[min(level, 3) - 1]
    return f"自评{words}偏{'高' if row.claimed > row.final else '低'}"


def use_of(grade: str | None, scheme: Scheme) -> str:
    """What follows from a grade; "" while it is pending or the scheme has not four grades."""
    names = [name for name, _ in scheme.grades]
    return _USES[names.index(grade)] if grade in names and len(names) == len(_USES) else ""
