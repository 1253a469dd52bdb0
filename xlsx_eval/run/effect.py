"""Whose score would change, and by how much, if workbooks were judged by another scheme."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from xlsx_eval.errors import FolderError, Unreadable
from xlsx_eval.judging.evaluate import Evaluation, evaluate
from xlsx_eval.judging.score import IndicatorScore
from xlsx_eval.scheme import Scheme

_SKIPPED = ("~$", ".")
_KINDS = frozenset({".xlsx", ".xlsm", ".xltx", ".xltm", ".xls", ".xlsb", ".ods", ".csv"})


@dataclass(frozen=True, slots=True)
class IndicatorEffect:
    """One indicator under both schemes; None where a scheme has it not or could not score it."""

    name: str
    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True)
class Effect:
    """One workbook under both schemes; `problem` says why it could not be read, and then the rest is 0."""

    file: str
    department: str
    before: float = 0.0
    after: float = 0.0
    grade_before: str = ""
    grade_after: str = ""
    indicators: tuple[IndicatorEffect, ...] = ()
    problem: str = ""

    @property
    def difference(self) -> float:
        """By how much the score would rise (fall: negative)."""
        return round(self.after - self.before, 4)

    def sentence(self) -> str:
        """The effect in words."""
        if self.problem:
            return f"{self.file}：无法读取（{self.problem}）"
        who = self.department or self.file
        if not self.indicators and not self.difference:
            return f"{who}：得分不变，{self.before:g} 分"
        grade = (
            ""
            if self.grade_before == self.grade_after
            else f"，等级由“{self.grade_before}”变为“{self.grade_after}”"
        )
        moved = "；".join(f"{one.name} {_said(one.before)}→{_said(one.after)}" for one in self.indicators)
        return f"{who}：{self.before:g}→{self.after:g} 分（{self.difference:+g}）{grade}。{moved}"


def _said(score: float | None) -> str:
    return "无" if score is None else f"{score:g}"


def workbooks(folder: Path) -> Iterator[Path]:
    """Workbooks of a folder and the folders in it, by name; lock files and hidden ones are passed over.

    Raises FolderError where there is no such folder.
    """
    if not folder.is_dir():
        raise FolderError(str(folder), "no_inbox")
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in _KINDS and not path.name.startswith(_SKIPPED) and path.is_file():
            yield path


def effects(paths: Iterable[Path], old: Scheme, new: Scheme) -> Iterator[Effect]:
    """What the change of scheme does to each workbook, one after the other."""
    for path in paths:
        try:
            data = path.read_bytes()
            yield effect(path.name, evaluate(data, old), evaluate(data, new))
        except Unreadable as error:
            yield Effect(path.name, "", problem=str(error))
        except OSError as error:
            yield Effect(path.name, "", problem=error.strerror or type(error).__name__)


def effect(file: str, before: Evaluation, after: Evaluation) -> Effect:
    """The difference between two judgements of one workbook."""
    was, now = (_by_name(one.indicators) for one in (before, after))
    moved = tuple(
        IndicatorEffect(name, was.get(name), now.get(name))
        for name in dict.fromkeys((*was, *now))
        if was.get(name) != now.get(name)
    )
    return Effect(
        file,
        after.department or before.department,
        before.score,
        after.score,
        before.grade or "待定",
        after.grade or "待定",
        moved,
    )


def _by_name(indicators: Iterable[IndicatorScore]) -> dict[str, float | None]:
    return {one.name if one.own_row is None else f"{one.code} {one.name}": one.score for one in indicators}
