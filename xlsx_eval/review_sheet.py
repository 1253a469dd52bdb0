"""复核表.xlsx: the bureau's own sheet for what a person decides, drawn, and read back with every fault told."""

from __future__ import annotations

import datetime
import hashlib
import io
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException
from schema import And, Schema

from xlsx_eval.errors import WorkspaceError
from xlsx_eval.ledger import Ledger, Review, Verdict
from xlsx_eval.outbox import write_whole
from xlsx_eval.paper import Column, Paper
from xlsx_eval.review import Item, items, standing_entry
from xlsx_eval.scheme import Scheme
from xlsx_eval.workspace import Workspace

SHEET = "复核表"
SCORE, REMARK, KEY = "复核得分", "复核意见", "标识（勿改）"
_COLUMNS = (
    Column("预算编码", 11, "word"),
    Column("单位名称", 22),
    Column("轮次", 6, "count"),
    Column("复核原因", 11, "word"),
    Column("事项", 30),
    Column("情况", 52),
    Column("自评得分", 9, "score"),
    Column("核定得分", 9, "score"),
    Column("可评范围", 12, "word"),
    Column(SCORE, 10, "score"),
    Column(REMARK, 36),
    Column(KEY, 20),
)
LONGEST = 1000
_NUMBER = Schema(And(float, lambda number: number == number))


@dataclass(frozen=True, slots=True)
class _Line:
    """One item of one department, with what a reviewer entered before."""

    verdict: Verdict
    item: Item
    entry: Review | None


def write_review(workspace: Workspace, path: Path) -> int:
    """Draws the sheet for all that waits or was decided; returns the number of items."""
    scheme = workspace.scheme()
    with Ledger(workspace.ledger) as ledger:
        lines = list(_lines(ledger, scheme))
    target = io.BytesIO()
    paper = Paper(target, "复核表", scheme.year)
    sheet = paper.sheet(SHEET, _COLUMNS)
    sheet.title(
        f"{scheme.year}年度{scheme.name}复核表",
        f"请在“{SCORE}”“{REMARK}”两栏填写，其余各栏勿改。得分须在“可评范围”内；范围为“—”的只填意见。"
        "本表由财政部门留存，不发部门。",
    )
    sheet.header(frozen=2)
    for line in lines:
        sheet.line(_cells(line))
    sheet.filter()
    paper.close()
    write_whole(path, target.getvalue())
    return len(lines)


def _lines(ledger: Ledger, scheme: Scheme) -> Iterator[_Line]:
    reviews = ledger.reviews()
    for verdict in ledger.current():
        rounds = list(ledger.verdicts(verdict.department))
        for item in items(verdict, scheme):
            yield _Line(verdict, item, standing_entry(item, verdict, rounds, reviews))


def _cells(line: _Line) -> tuple[str | float | None, ...]:
    item, entry, result = line.item, line.entry, line.verdict.result
    return (
        *(line.verdict.department, result.department, line.verdict.round, item.why, item.name, item.words),
        *(item.claimed, item.score, _range(item)),
        None if entry is None else entry.score,
        "" if entry is None else entry.remark,
        item.key,
    )


def _range(item: Item) -> str:
    return f"{item.lowest:g}～{item.points:g}" if item.points else "—"


def read_review(workspace: Workspace, path: Path, now: datetime.datetime) -> int:
    """Records what was filled in, all or nothing; returns the number of new entries.

    Raises WorkspaceError that tells every fault with its cell.
    """
    scheme = workspace.scheme()
    try:
        data = path.read_bytes()
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise WorkspaceError(path.name, ("无法读取，请另存为 .xlsx",)) from error
    if SHEET not in book.sheetnames:
        raise WorkspaceError(path.name, (f"没有工作表“{SHEET}”，不是复核表",))
    with Ledger(workspace.ledger) as ledger:
        known = {(line.verdict.department, line.item.key): line for line in _lines(ledger, scheme)}
        reading = _Reading(known, hashlib.sha256(data).hexdigest(), now.isoformat(timespec="seconds"))
        entries = list(reading.entries([tuple(row) for row in book[SHEET].iter_rows(values_only=True)]))
        if reading.problems:
            raise WorkspaceError(path.name, tuple(reading.problems))
        return ledger.enter(entries)


class _Reading:
    """Rows of a filled sheet on their way to entries, and what is wrong with them."""

    def __init__(self, known: Mapping[tuple[str, str], _Line], source: str, now: str) -> None:
        self._known = known
        self._source = source
        self._now = now
        self._seen: dict[tuple[str, str], int] = {}
        self.problems: list[str] = []

    def entries(self, rows: Sequence[Sequence[object]]) -> Iterator[Review]:
        """New entries: filled cells that differ from what was entered before."""
        start = next((index for index, row in enumerate(rows) if KEY in row and SCORE in row), None)
        if start is None:
            self.problems.append(f"没有标题行（应有“{SCORE}”“{REMARK}”“{KEY}”）")
            return
        headings = {_text(cell): index for index, cell in enumerate(rows[start])}
        missing = [column.heading for column in _COLUMNS if column.heading not in headings]
        if missing:
            self.problems.append(f"缺少列：{'、'.join(missing)}")
            return
        for number, row in enumerate(rows[start + 1 :], start=start + 2):
            entry = self._entry({heading: row[index] for heading, index in headings.items()}, number)
            if entry is not None:
                yield entry

    def _entry(self, cells: Mapping[str, object], number: int) -> Review | None:
        score, remark = cells[SCORE], _text(cells[REMARK])
        if _text(score) == "" and not remark:
            return None
        key = (_text(cells["预算编码"]), _text(cells[KEY]))
        line = self._known.get(key)
        problem = self._fault(line, key, cells, remark, number)
        value = None if problem else self._score(line, score, number)
        if problem:
            self.problems.append(f"第 {number} 行{problem}")
        if problem or line is None or value == "fault":
            return None
        assert not isinstance(value, str)
        before = line.entry
        if before is not None and (before.score, before.remark) == (value, remark):
            return None
        return Review(key[0], line.verdict.round, key[1], value, remark, self._now, self._source)

    def _fault(
        self,
        line: _Line | None,
        key: tuple[str, str],
        cells: Mapping[str, object],
        remark: str,
        number: int,
    ) -> str:
        first = self._seen.setdefault(key, number)
        if line is None:
            return f"“{_text(cells['事项'])}”不在待复核事项中（预算编码或标识被改动，或部门已重新报送）"
        if first != number:
            return f"与第 {first} 行为同一事项"
        if _text(cells["轮次"]) != str(line.verdict.round):
            return f"为第 {_text(cells['轮次'])} 轮，该部门已报送第 {line.verdict.round} 轮，请重新生成复核表"
        if len(remark) > LONGEST:
            return f"“{REMARK}”超过 {LONGEST} 字"
        return ""

    def _score(self, line: _Line | None, cell: object, number: int) -> float | str | None:
        """The score as typed, None when blank, "fault" when it cannot stand."""
        text = unicodedata.normalize("NFKC", _text(cell))
        if not text or line is None:
            return None
        try:
            value = float(text)
        except ValueError:
            self.problems.append(f"第 {number} 行“{SCORE}”应为数字，现为“{text}”")
            return "fault"
        item = line.item
        if not item.points:
            self.problems.append(f"第 {number} 行为说明事项，不评分，请只填“{REMARK}”")
            return "fault"
        if not _NUMBER.is_valid(value) or not item.lowest - 1e-9 <= value <= item.points + 1e-9:
            self.problems.append(f"第 {number} 行“{SCORE}”为 {text}，应在 {_range(item)} 之间")
            return "fault"
        return value


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
