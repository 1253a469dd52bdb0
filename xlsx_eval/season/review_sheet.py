"""复核表.xlsx: the bureau's own sheet for what a person decides, drawn, and read back with every fault told."""

from __future__ import annotations

import datetime
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from openpyxl.utils import get_column_letter

from xlsx_eval.drawing.paper import Column, Paper
from xlsx_eval.errors import Said, WorkspaceError
from xlsx_eval.judging.rounds import explains
from xlsx_eval.run.outbox import write_whole
from xlsx_eval.scheme import Scheme
from xlsx_eval.season.bureau_file import rows_of, typed_number
from xlsx_eval.season.ledger import Ledger, Review, Verdict
from xlsx_eval.season.review import DISPUTE, Item, items, standing_entry
from xlsx_eval.season.workspace import Workspace

SHEET = "复核表"
SCORE, REMARK, KEY = "复核得分", "复核意见", "标识（勿改）"
WAIVED, REVIEWER = "同意保留", "复核人"
_COLUMNS = (
    Column("预算编码", 11, "word"),
    Column("单位名称", 22),
    Column("轮次", 6, "count"),
    Column("复核原因", 11, "word"),
    Column("事项", 30),
    Column("填报内容", 16),
    Column("应为", 16),
    Column("情况", 52),
    Column("自评得分", 9, "score"),
    Column("核定得分", 9, "score"),
    Column("可评范围", 12, "word"),
    Column(SCORE, 10, "score"),
    Column(REMARK, 36),
    Column(WAIVED, 10, "word"),
    Column(REVIEWER, 12, "word"),
    Column(KEY, 20),
)
_SCORE_DRAWN, _REMARK_DRAWN = "原复核得分（勿改）", "原复核意见（勿改）"
_WAIVED_DRAWN, _REVIEWER_DRAWN = "原同意保留（勿改）", "原复核人（勿改）"
_DRAWN = {SCORE: _SCORE_DRAWN, REMARK: _REMARK_DRAWN, WAIVED: _WAIVED_DRAWN, REVIEWER: _REVIEWER_DRAWN}
# Hidden: what the sheet was drawn with, so that reading takes only what was changed in it.
_HIDDEN = (
    *(Column(_SCORE_DRAWN, 10, "score"), Column(_REMARK_DRAWN, 36)),
    *(Column(_WAIVED_DRAWN, 10, "word"), Column(_REVIEWER_DRAWN, 12, "word")),
)
_ALL_COLUMNS = (*_COLUMNS, *_HIDDEN)
# A sheet drawn before errors could be left standing has no columns for it, and is read like one that leaves them blank.
_LATER = frozenset({WAIVED, REVIEWER, _WAIVED_DRAWN, _REVIEWER_DRAWN})
_YES, _NO = "是", frozenset({"", "否"})
LONGEST = 1000
_LONGEST_KEY = 200
_ESCAPED = re.compile(r"_x[0-9A-Fa-f]{4}_")
_LAST_DIGIT = 1e-9
_ESCAPE = "x005F_"
"""What a workbook writes into a text before something that looks like an escape, such as _x0041_."""


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
    sheet = paper.sheet(SHEET, _ALL_COLUMNS)
    for index, column in enumerate(_HIDDEN, start=len(_COLUMNS)):
        sheet.drawn.set_column(index, index, column.width, None, {"hidden": True})
    sheet.title(
        f"{scheme.year}年度{scheme.name}复核表",
        f"请在“{SCORE}”“{REMARK}”“{WAIVED}”“{REVIEWER}”四栏填写，其余各栏勿改。得分须在“可评范围”内；范围为“—”的只填意见。"
        f"“部门有异议”的错误，经核实可以保留的，在“{WAIVED}”填“{_YES}”，并写明理由（“{REMARK}”）和“{REVIEWER}”。"
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


def _cells(line: _Line) -> tuple[_Entered, ...]:
    item, result = line.item, line.verdict.result
    said = _said(line.entry or _blank(line))
    return (
        *(line.verdict.department, result.department, line.verdict.round, item.why, item.name),
        *(item.found, item.expected, item.words),
        *(item.claimed, item.score, _range(item)),
        *(*said, _mark(item.key), *said),
    )


def _mark(key: str) -> str:
    """An item's key as the sheet shows it: as it is, or a digest of one that a cell would not keep."""
    if len(key) <= _LONGEST_KEY and not _ESCAPED.search(key):
        return key
    return f"{key[:2]}{hashlib.sha256(key.encode()).hexdigest()[:20]}"


def _range(item: Item) -> str:
    return f"{item.lowest:g}～{item.points:g}" if item.points else "—"


@dataclass(frozen=True, slots=True)
class ReviewRead:
    """What reading a sheet gave: how many `entered`, and the rows that are `outdated`, in words with their cell."""

    entered: int
    outdated: tuple[str, ...] = ()


def read_review(workspace: Workspace, path: Path, now: datetime.datetime) -> ReviewRead:
    """Records what was filled in, all or, where there is a fault, nothing.

    Only cells that differ from what the sheet was drawn with are taken; rows of a department that sent another
    round since are left out and told. Raises WorkspaceError that tells every fault with its cell.
    """
    scheme = workspace.scheme()
    data = path.read_bytes()
    sheets = rows_of(data, path.name)
    if SHEET not in sheets:
        raise WorkspaceError(
            path.name,
            (Said(f"没有工作表“{SHEET}”，不是复核表", f"there is no sheet {SHEET}; not a review sheet"),),
        )
    with Ledger(workspace.ledger) as ledger:
        source = _Source(hashlib.sha256(data).hexdigest(), str(path.resolve()))
        rounds = {verdict.department: verdict.round for verdict in ledger.current()}
        lines = list(_lines(ledger, scheme))
        reading = _Reading(lines, rounds, source, now.isoformat(timespec="seconds"))
        entries = list(reading.entries(sheets[SHEET]))
        if reading.problems:
            raise WorkspaceError(path.name, tuple(reading.problems))
        return ReviewRead(ledger.enter(entries), tuple(reading.outdated))


@dataclass(frozen=True, slots=True)
class _Source:
    """The file that is read: its digest, and where it lies, which tells the same sheet when it is read again."""

    digest: str
    path: str

    def __str__(self) -> str:
        return f"{self.digest} {self.path}"

    def gave(self, entry: Review) -> bool:
        """Whether an entry came from an earlier reading of this file."""
        return entry.source.partition(" ")[2] == self.path


@dataclass(frozen=True, slots=True)
class _Filled:
    """A row of a filled sheet: what it holds now, and what it was drawn with."""

    number: int
    cells: Mapping[str, object]
    columns: Mapping[str, int]

    def text(self, heading: str) -> str:
        """The entry under a heading."""
        return _text(self.cells.get(heading))

    @property
    def key(self) -> tuple[str, str]:
        """Department and item."""
        return self.text("预算编码"), self.text(KEY)

    @property
    def scored(self) -> bool:
        """Whether the score was changed since the sheet was drawn."""
        return not _same(_number(self.text(SCORE)), _number(self.text(_SCORE_DRAWN)))

    def changed(self, heading: str) -> bool:
        """Whether the text under the heading was changed since the sheet was drawn."""
        return not _same(self.text(heading), self.text(_DRAWN[heading]))

    @property
    def first_changed(self) -> str:
        """The first of its columns that was filled in or changed, "" where none was."""
        texts = (heading for heading in (REMARK, WAIVED, REVIEWER) if self.changed(heading))
        return SCORE if self.scored else next(texts, "")

    def place(self, heading: str) -> str:
        """Row, heading and cell in words."""
        cell = f"{get_column_letter(self.columns[heading] + 1)}{self.number}"
        return f"第 {self.number} 行“{heading}”（{cell}）"


class _Reading:
    """Rows of a filled sheet on their way to entries, and what is wrong with them."""

    def __init__(self, known: Sequence[_Line], rounds: Mapping[str, int], source: _Source, now: str) -> None:
        self._rounds = rounds
        self._known = {(line.verdict.department, _mark(line.item.key)): line for line in known}
        self._source = source
        self._now = now
        self._seen: dict[tuple[str, str], int] = {}
        self.problems: list[str] = []
        self.outdated: list[str] = []

    def entries(self, rows: Sequence[Sequence[object]]) -> Iterator[Review]:
        """New entries: cells that differ from what the sheet was drawn with and from what the ledger holds."""
        start = next((index for index, row in enumerate(rows) if KEY in row and SCORE in row), None)
        if start is None:
            self.problems.append(f"没有标题行（应有“{SCORE}”“{REMARK}”“{KEY}”）")
            return
        headings = {_text(cell): index for index, cell in enumerate(rows[start])}
        needed = (column.heading for column in _ALL_COLUMNS if column.heading not in _LATER)
        missing = [heading for heading in needed if heading not in headings]
        if missing:
            self.problems.append(f"缺少列：{'、'.join(missing)}")
            return
        for number, row in enumerate(rows[start + 1 :], start=start + 2):
            filled = _Filled(number, {name: row[index] for name, index in headings.items()}, headings)
            entry = self._entry(filled) if filled.first_changed else None
            if entry is not None:
                yield entry

    def _entry(self, filled: _Filled) -> Review | None:
        if self._outdated(filled):
            return None
        line = self._known.get(filled.key)
        problem = self._fault(line, filled)
        if problem:
            self.problems.append(f"第 {filled.number} 行{problem}")
        if problem or line is None:
            return None
        before = line.entry or _blank(line)
        problems = len(self.problems)
        entry = replace(
            before,
            score=self._score(line, filled) if filled.scored else before.score,
            remark=filled.text(REMARK) if filled.changed(REMARK) else before.remark,
            waived=self._waived(line, filled) if filled.changed(WAIVED) else before.waived,
            reviewer=filled.text(REVIEWER) if filled.changed(REVIEWER) else before.reviewer,
        )
        if entry.waived and not (entry.reviewer and explains(entry.remark)):
            self.problems.append(
                f"第 {filled.number} 行同意保留错误，须同时写明“{REVIEWER}”和理由（“{REMARK}”）"
            )
        if len(self.problems) > problems or self._conflicts(filled, before, entry) or _alike(before, entry):
            return None
        return replace(entry, round=line.verdict.round, entered=self._now, source=str(self._source))

    def _conflicts(self, filled: _Filled, before: Review, entry: Review) -> bool:
        """Whether a changed cell would write over what somebody else entered meanwhile."""
        pairs = zip(_DRAWN, _said(before), _said(entry), strict=True)
        changed = (
            (heading, held, new)
            for heading, held, new in pairs
            if (filled.scored if heading == SCORE else filled.changed(heading))
        )
        return any(self._conflict(filled, heading, held, new, before) for heading, held, new in changed)

    def _waived(self, line: _Line, filled: _Filled) -> bool:
        """Whether an error is left standing, False where that is not said or cannot be, which is told."""
        said = filled.text(WAIVED)
        if said in _NO:
            return False
        if said != _YES:
            self.problems.append(f"{filled.place(WAIVED)}应填“{_YES}”或留空，现为“{said}”")
        elif not line.item.waivable:
            self.problems.append(f"{filled.place(WAIVED)}只用于“{DISPUTE}”的错误，本行请留空")
        return True

    def _outdated(self, filled: _Filled) -> bool:
        """Whether the row was drawn for a round that its department has replaced since, which is told."""
        drawn, latest = filled.text("轮次"), self._rounds.get(filled.key[0], 0)
        if not drawn.isdecimal() or not 0 < int(drawn) < latest:
            return False
        self.outdated.append(
            f"{filled.place(filled.first_changed)}为{filled.key[0]}{filled.text('单位名称')}第 {drawn} 轮的"
            f"“{filled.text('事项')}”，该部门已报送第 {latest} 轮，未读入，请重新生成复核表填写"
        )
        return True

    def _fault(self, line: _Line | None, filled: _Filled) -> str:
        first = self._seen.setdefault(filled.key, filled.number)
        if line is None:
            return f"“{filled.text('事项')}”不在待复核事项中（预算编码或标识被改动，或部门已重新报送）"
        if first != filled.number:
            return f"与第 {first} 行为同一事项"
        if filled.text("轮次") != str(line.verdict.round):
            return f"为第 {filled.text('轮次')} 轮，该部门已报送第 {line.verdict.round} 轮，请重新生成复核表"
        long = next((name for name in (REMARK, REVIEWER) if len(filled.text(name)) > LONGEST), "")
        return f"“{long}”超过 {LONGEST} 字" if long else ""

    def _score(self, line: _Line, filled: _Filled) -> float | None:
        """The score as typed, None when it was emptied or cannot stand, which is told."""
        value, item = _number(filled.text(SCORE)), line.item
        if value is None:
            return None
        if isinstance(value, str):
            self.problems.append(f"第 {filled.number} 行“{SCORE}”应为数字，现为“{value}”")
        elif not item.points:
            self.problems.append(
                f"第 {filled.number} 行不评分（不涉及得分，或该指标另有评分行），请只填“{REMARK}”"
            )
        elif not item.lowest - 1e-9 <= value <= item.points + 1e-9:
            self.problems.append(f"第 {filled.number} 行“{SCORE}”为 {value:g}，应在 {_range(item)} 之间")
        else:
            return value
        return None

    def _conflict(self, filled: _Filled, heading: str, held: _Entered, new: _Entered, before: Review) -> bool:
        """Whether somebody else entered another value after this sheet was drawn, which is told."""
        drawn = filled.text(_DRAWN[heading])
        unchanged = _same(held, _number(drawn) if heading == SCORE else drawn)
        if unchanged or _same(held, new) or self._source.gave(before):
            return False
        self.problems.append(
            f"{filled.place(heading)}填了{_shown(new)}，但台账中已另记为{_shown(held)}（本表生成时为{_shown(drawn)}），"
            "请重新生成复核表核对后再填"
        )
        return True


_Entered = float | str | None


def _blank(line: _Line) -> Review:
    return Review(line.verdict.department, line.verdict.round, line.item.key, None, "", "", "")


def _said(entry: Review) -> tuple[_Entered, ...]:
    """What an entry says, in the order of its columns."""
    return entry.score, entry.remark, _YES if entry.waived else "", entry.reviewer


def _alike(one: Review, other: Review) -> bool:
    return all(_same(before, now) for before, now in zip(_said(one), _said(other), strict=True))


def _same(one: _Entered, other: _Entered) -> bool:
    """Whether two entries are one: scores but for their last digit, texts but for how a workbook escapes them."""
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= _LAST_DIGIT
    if isinstance(one, str) and isinstance(other, str):
        return one.replace(_ESCAPE, "") == other.replace(_ESCAPE, "")
    return one == other


def _shown(entry: _Entered) -> str:
    if entry is None or entry == "":
        return "空白"
    return f"“{entry:g}”" if isinstance(entry, float) else f"“{entry}”"


def _number(text: str) -> float | str | None:
    """The number that is written, None of a blank; what is no number stays text."""
    plain = unicodedata.normalize("NFKC", text)
    number = typed_number(plain)
    return number if number is not None or not plain else plain


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
