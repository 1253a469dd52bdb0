"""What the ledger holds: arrivals, verdicts with what tells their workbooks, reviewers' entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from xlsx_eval.judging.results import Result

ACCEPTED, IDENTICAL, OLDER, SUPERSEDED, UNCLAIMED, UNREAD = (
    *("已受理", "内容相同", "旧版本", "被替代"),
    *("待认领", "无法读取"),
)
OUTCOMES = (ACCEPTED, IDENTICAL, OLDER, SUPERSEDED, UNCLAIMED, UNREAD)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that came. `outcome` is one of OUTCOMES, "" until decided; `modified` is the file's own time in ns.

    `arrived` never runs backwards, `clock` is what the clock said ("" in ledgers of earlier programs).
    `department` is the code it was counted for, or of an undecided one a guess; `seen_code` and `seen_name` are
    what it says itself; `output` is what was handed back for it.
    """

    id: int
    batch: int
    file: str
    digest: str
    size: int
    modified: int
    arrived: str
    released: int = 0
    outcome: str = ""
    reason: str = ""
    department: str = ""
    seen_code: str = ""
    seen_name: str = ""
    output: str = ""
    clock: str = ""

    @property
    def came(self) -> str:
        """When it came, by the clock."""
        return self.clock or self.arrived


@dataclass(frozen=True, slots=True)
class Verdict:
    """A round of a department as judged.

    `content_digest` is that of the workbook without our marks; `basis` what the judgement rested on beside the
    bytes and the scheme; `figures` are the numbers of its single fields; `standings` are (identity, standing,
    answer) of each finding of the result. `program` is the digest of the program that judged, "" of one that
    knew itself by its version only.
    """

    arrival: int
    department: str
    round: int
    result: Result
    output: str
    output_digest: str
    content_digest: str
    scheme_digest: str
    basis: Mapping[str, Any] = field(default_factory=dict)
    figures: Mapping[str, float] = field(default_factory=dict)
    standings: tuple[tuple[str, str, str], ...] = ()
    program: str = ""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A round's digests: of the file that came, of what was handed back, of what it holds without our marks.

    `basis` and `scheme` are what it was judged on, `program` what judged it.
    """

    round: int
    file: str
    output: str
    content: str
    answers: tuple[str, ...]
    arrival: int
    scheme: str
    basis: Mapping[str, Any]
    program: str


@dataclass(frozen=True, slots=True)
class Review:
    """A reviewer's entry for one item of a department's round.

    `source` is the digest of the sheet it stood in, and where that lay. `waived` says that he lets a disputed
    finding stand; then `reviewer` and `remark` say who he is and why.
    """

    department: str
    round: int
    item: str
    score: float | None
    remark: str
    entered: str
    source: str
    waived: bool = False
    reviewer: str = ""
