"""Results as records: one line a file in results.jsonl, and the same as findings.csv and scores.csv."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from xlsx_eval.cell import Scalar
from xlsx_eval.findings import VERDICTS, Finding
from xlsx_eval.judging.evaluate import Evaluation
from xlsx_eval.judging.score import IndicatorScore, indicator_codes
from xlsx_eval.scheme import Scheme
from xlsx_eval.states import UNREADABLE

FINDING_FIELDS = (
    "code",
    "verdict",
    "sheet",
    "cell",
    "field",
    "found",
    "expected",
    "message",
    "hint",
    "points",
    "correction",
    "candidates",
    "under",
)
INDICATOR_FIELDS = (
    *("code", "path", "name", "points", "value", "claimed_value"),
    *("claimed", "score", "state", "reason", "formula"),
)
MONEY = "支出合计_决算数"
"""The figure that tells how much money a submission covers."""

_HEAD_HEADINGS = ("文件", "单位名称", "预算编码")
_FINDING_HEADINGS = (
    *_HEAD_HEADINGS,
    *("代码", "结论", "工作表", "单元格", "填报项", "填报", "应为", "问题说明", "处理办法", "涉及分值"),
    *("更正为", "可能有误的单元格", "更正后"),
)
_SCORE_HEADINGS = (
    *_HEAD_HEADINGS,
    *("评价年度", "状态", "轮次", "自评总分", "核定得分", "差额", "未核定分值", "自评等级", "核定等级"),
    *VERDICTS,
)

_RISKY = re.compile(r"[=+\-@＝＋－＠\t\r]")
"""The full-width signs too: Excel with a Chinese input method takes them for the narrow ones."""
_NUMBER = re.compile(r"[+-]?[0-9][0-9,]*(?:\.[0-9]*)?%?\Z")


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one file of the inbox.

    `file` is its path in the inbox; of a file that could not be read only it, `sha256`, `state` and `reason`
    (a sentence) say anything. `unscored` and `claimed_grade` are as in Evaluation; `money` is what was spent.
    """

    file: str
    sha256: str
    state: str
    round: int = 1
    reason: str = ""
    department: str = ""
    code: str = ""
    year: int | None = None
    scheme: str = ""
    score: float | None = None
    unscored: float = 0.0
    claimed: float | None = None
    grade: str | None = None
    claimed_grade: str | None = None
    money: float | None = None
    findings: tuple[Finding, ...] = ()
    indicators: tuple[IndicatorScore, ...] = ()

    @property
    def counts(self) -> tuple[int, ...]:
        """Number of findings of each verdict, in the order of VERDICTS."""
        return tuple(sum(finding.verdict == verdict for finding in self.findings) for verdict in VERDICTS)


def result_of(evaluation: Evaluation, file: str, sha256: str, round_number: int) -> Result:
    """The evaluation as the result of that file."""
    return Result(
        file=file,
        sha256=sha256,
        state=evaluation.state,
        round=round_number,
        department=evaluation.department,
        code=evaluation.code,
        year=evaluation.year,
        scheme=evaluation.scheme,
        score=evaluation.score,
        unscored=evaluation.unscored,
        claimed=evaluation.claimed,
        grade=evaluation.grade,
        claimed_grade=evaluation.claimed_grade,
        money=evaluation.submission.number(MONEY),
        findings=evaluation.findings,
        indicators=evaluation.indicators,
    )


def record_of(result: Result, more: Mapping[str, object] | None = None) -> dict[str, Any]:
    """The fields of results.jsonl, then `more`; `reason` stands only where the file could not be read."""
    record: dict[str, Any] = {
        "file": result.file,
        "sha256": result.sha256,
        "department": result.department,
        "code": result.code,
        "year": result.year,
        "scheme": result.scheme,
        "state": result.state,
        "round": result.round,
        "score": result.score,
        "claimed": result.claimed,
        "grade": result.grade,
        "findings": [_finding_record(finding) for finding in result.findings],
        "indicators": [_indicator_record(indicator) for indicator in result.indicators],
    }
    if result.state == UNREADABLE:
        record["reason"] = result.reason
    return record | dict(more or {})


def _finding_record(finding: Finding) -> dict[str, Any]:
    return {name: getattr(finding, name) for name in FINDING_FIELDS}


def _candidates_text(finding: Finding) -> str:
    return "；".join(f"{sheet}!{cell}={value}" for sheet, cell, value in finding.candidates)


def _indicator_record(indicator: IndicatorScore) -> dict[str, Any]:
    record = {name: getattr(indicator, name) for name in INDICATOR_FIELDS}
    record["inputs"] = {name: [cell, _plain(value)] for name, (cell, value) in indicator.inputs.items()}
    return record


def _plain(value: Scalar) -> float | str | bool | None:
    return value if value is None or isinstance(value, float | int | str | bool) else str(value)


def json_line(result: Result, more: Mapping[str, object] | None = None) -> str:
    """The record as one line of results.jsonl, with its newline."""
    return json.dumps(record_of(result, more), ensure_ascii=False, separators=(",", ":")) + "\n"


def read_records(path: Path) -> Iterator[Mapping[str, Any]]:
    """The records of a results.jsonl, one at a time."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def neutral(value: object) -> object:
    """A text that a spreadsheet would take for a formula gets a leading '; numbers stay as they are."""
    if isinstance(value, str) and _RISKY.match(value) and not _NUMBER.match(value):
        return f"'{value}"
    return value


def score_columns(scheme: Scheme) -> tuple[tuple[str, str], ...]:
    """(key, heading) of each column of scores: an indicator of the scheme, or a block of own indicators."""
    columns = [
        (indicator.key, f"{code} {indicator.name}")
        for indicator, code in zip(scheme.indicators, indicator_codes(scheme), strict=True)
    ]
    blocks = scheme.own.blocks if scheme.own else {}
    return (*columns, *((block, block) for block in blocks))


def column_points(scheme: Scheme) -> dict[str, float]:
    """Points of each column by its key."""
    points = {indicator.key: indicator.points for indicator in scheme.indicators}
    return points | dict(scheme.own.blocks if scheme.own else {})


def column_of(indicator: IndicatorScore) -> str:
    """Key of the column an indicator belongs to: its own, or its block for an own indicator."""
    return indicator.key if indicator.own_row is None else indicator.path[0]


def column_scores(result: Result) -> dict[str, float | None]:
    """Our score by column; None where any of its indicators could not be scored."""
    scores: dict[str, float | None] = {}
    for indicator in result.indicators:
        key = column_of(indicator)
        before = scores.get(key, 0.0)
        known = before is not None and indicator.score is not None
        scores[key] = round((before or 0.0) + (indicator.score or 0.0), 6) if known else None
    return scores


class Tables:
    """Writes findings.csv and scores.csv, a result at a time; the streams are opened with newline="".

    `more` are headings of further columns of scores, before those of the indicators.
    """

    def __init__(self, findings: IO[str], scores: IO[str], scheme: Scheme, more: Sequence[str] = ()) -> None:
        self._findings = csv.writer(findings)
        self._scores = csv.writer(scores)
        self._columns = score_columns(scheme)
        self._findings.writerow(_FINDING_HEADINGS)
        self._scores.writerow((*_SCORE_HEADINGS, *more, *(heading for _, heading in self._columns)))

    def write(self, result: Result, more: Sequence[object] = ()) -> None:
        """Append the lines of one result; `more` are its values in the further columns."""
        head = (result.file, result.department, result.code)
        for finding in result.findings:
            record = _finding_record(finding) | {"candidates": _candidates_text(finding)}
            words = (record[name] for name in FINDING_FIELDS)
            self._findings.writerow(map(neutral, (*head, *words)))
        self._scores.writerow(map(neutral, (*head, *self._score_cells(result, more))))

    def _score_cells(self, result: Result, more: Sequence[object]) -> tuple[object, ...]:
        scores = column_scores(result)
        cells = (
            result.year,
            result.state,
            result.round,
            result.claimed,
            result.score,
            difference(result),
            result.unscored if result.score is not None else None,
            result.claimed_grade,
            result.grade,
            *(result.counts if result.score is not None else [None] * len(VERDICTS)),
        )
        return (*cells, *more, *(scores.get(key) for key, _ in self._columns))


def difference(result: Result) -> float | None:
    """Self-score less our score; None where either is missing."""
    if result.claimed is None or result.score is None:
        return None
    return round(result.claimed - result.score, 6)
