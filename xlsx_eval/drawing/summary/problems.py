"""Findings of all files, read back from the records one file at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xlsx_eval.findings import ERROR, VERDICTS
from xlsx_eval.judging.results import read_records
from xlsx_eval.states import SENT_BACK, UNREADABLE

_REASONS = 6


@dataclass(slots=True)
class Common:
    """A code over all files: in how many it was found, how often, and where first."""

    verdict: str
    files: int = 0
    times: int = 0
    example: str = ""


@dataclass(frozen=True, slots=True)
class Overview:
    """Findings in short: `common` by code, the most frequent first; `reasons` by the file sent back."""

    common: Mapping[str, Common]
    reasons: Mapping[str, str] = field(default_factory=dict)


def overview(records: Path) -> Overview:
    """Common problems and the reasons for sending back, from a results.jsonl."""
    common: dict[str, Common] = {}
    reasons: dict[str, str] = {}
    for record in read_records(records):
        _count(record, common)
        if record["state"] == SENT_BACK:
            reasons[record["file"]] = _reasons(record)
        elif record["state"] == UNREADABLE:
            reasons[record["file"]] = record["reason"]
    order = sorted(common, key=lambda code: (-common[code].files, -common[code].times, code))
    return Overview({code: common[code] for code in order}, reasons)


def _count(record: Mapping[str, Any], common: dict[str, Common]) -> None:
    seen: set[str] = set()
    for finding in record["findings"]:
        code = finding["code"]
        entry = common.setdefault(code, Common(finding["verdict"]))
        if VERDICTS.index(finding["verdict"]) < VERDICTS.index(entry.verdict):
            entry.verdict = finding["verdict"]
        entry.times += 1
        entry.files += code not in seen
        entry.example = entry.example or f"{record['department'] or record['file']}：{finding['message']}"
        seen.add(code)


def _reasons(record: Mapping[str, Any]) -> str:
    messages = [finding["message"] for finding in record["findings"] if finding["verdict"] == ERROR]
    lines = [f"{number}.{message}" for number, message in enumerate(messages[:_REASONS], 1)]
    if len(messages) > _REASONS:
        lines.append(f"……共 {len(messages)} 项错误，其余见退回文件的“问题清单”。")
    return "\n".join(lines)


def finding_lines(records: Path) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """(record, finding) of every finding, in the order of the records."""
    for record in read_records(records):
        for finding in record["findings"]:
            yield record, finding
