"""How a season stands: every department of the roster, who is missing, who was late, what is nobody's."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import IO

from xlsx_eval.drawing.paper import Column, Paper
from xlsx_eval.drawing.summary import Coverage, Row, draw_summary, row_of
from xlsx_eval.judging.final import Final
from xlsx_eval.judging.results import Result, Tables, json_line
from xlsx_eval.run.outbox import FINDINGS, RESULTS, SCORES, SUMMARY, Outbox
from xlsx_eval.scheme import Scheme
from xlsx_eval.scheme.digest import program_digest, scheme_digest
from xlsx_eval.season.ledger import OUTCOMES, UNCLAIMED, UNREAD, Arrival, Ledger, Review, Verdict
from xlsx_eval.season.review import Item, final, items, standing_entry
from xlsx_eval.season.roster import Department, Roster, read_roster
from xlsx_eval.season.workspace import Workspace
from xlsx_eval.states import FOR_REVIEW, SENT_BACK, UNREADABLE

MISSING, EXCUSED, REVIEWED = "未报送", "免报", "已复核"
LATE, OVERDUE = "迟报", "逾期未报"
REMOVED, OUTDATED = "已从名册移除", "按旧方案核定"
_RECORD_FIELDS = ("final", "final_grade", "timely")
_SCORE_HEADINGS = ("最终得分", "最终等级", "时限")
"""What a season adds to the fields of results.jsonl and the columns of scores.csv."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a reviewer decided and still stands: the matter, and his entry."""

    item: Item
    entry: Review


@dataclass(frozen=True, slots=True)
class Standing:
    """One department: `state` is that of its latest round, or 未报送, 免报, 已复核; `since` when it came to be so.

    `timely` is 迟报, 逾期未报 or ""; `score` is ours and `final` with the reviewer's; both None before a round.
    `freed` is 免报 or 已从名册移除 where it does not have to file; `outdated` says that its latest round was
    judged by another scheme, year or program; `decisions` are the reviewer's.
    """

    code: str
    name: str
    state: str
    round: int = 0
    score: float | None = None
    final: Final | None = None
    claimed: float | None = None
    since: str = ""
    timely: str = ""
    note: str = ""
    output: str = ""
    freed: str = ""
    outdated: bool = False
    decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    """The season: departments in the order of the roster, and arrivals that wait for a person.

    What was nobody's or could not be read no longer waits once every department it may be of sent a workbook;
    `owed` are the unclaimed that such a department is known of.
    """

    departments: tuple[Standing, ...]
    unclaimed: tuple[Arrival, ...]
    unread: tuple[Arrival, ...]
    arrivals: tuple[Arrival, ...]
    owed: tuple[Arrival, ...] = ()

    def count(self, *states: str) -> int:
        """Departments in any of these states."""
        return sum(one.state in states for one in self.departments)

    @property
    def coverage(self) -> Coverage:
        """Who has to file and did, in numbers."""
        due = [one for one in self.departments if not one.freed]
        return Coverage(
            due=len(due),
            came=sum(one.round > 0 for one in due),
            late=sum(one.timely == LATE for one in due),
            overdue=sum(one.timely == OVERDUE for one in due),
            excused=sum(one.freed == EXCUSED for one in self.departments),
            reviewed=sum(one.state == REVIEWED for one in due),
            outdated=sum(one.outdated for one in self.departments),
        )


@dataclass(frozen=True, slots=True)
class _Season:
    """What every department is looked at with; `times` are by arrival, `reviews` by department and item."""

    scheme: Scheme
    digest: str
    deadline: datetime.date | None
    times: Mapping[int, str]
    reviews: Mapping[tuple[str, str], Review]

    def late(self, first: Verdict) -> bool:
        """Whether a department's first round came after the deadline."""
        came = datetime.datetime.fromisoformat(self.times[first.arrival]).date()
        return self.deadline is not None and came > self.deadline


def status(workspace: Workspace, today: datetime.date) -> Status:
    """The season as the ledger and the roster tell it."""
    scheme = workspace.scheme()
    roster = read_roster(workspace.roster, scheme)
    with Ledger(workspace.ledger) as ledger:
        return _status(workspace, roster, scheme, ledger, today)


def _status(
    workspace: Workspace, roster: Roster, scheme: Scheme, ledger: Ledger, today: datetime.date
) -> Status:
    arrivals = ledger.arrivals()
    season = _Season(
        scheme,
        scheme_digest(workspace.root, workspace.config.scheme, scheme.year),
        workspace.config.deadline,
        {one.id: one.came for one in arrivals},
        ledger.reviews(),
    )
    listed = {one.code: one for one in roster.departments}
    filed: dict[str, Standing] = {}
    latest: dict[str, int] = {}
    # The verdicts of one department at a time: those of a province do not fit into memory together.
    for code, verdicts in groupby(ledger.verdicts(), key=lambda one: one.department):
        rounds = list(verdicts)
        filed[code] = _filed(listed.get(code), rounds, season)
        latest[code] = max(one.arrival for one in rounds)
    gone = (one for code, one in filed.items() if code not in listed)
    departments = tuple(
        filed.get(one.code) or _unfiled(one, season.deadline, today) for one in roster.departments
    )
    unread = tuple(
        one for one in arrivals if one.outcome == UNREAD and latest.get(one.department, 0) <= one.id
    )
    departments = (*departments, *gone)
    suspects = {one.id: _suspects(one, roster) for one in arrivals if one.outcome == UNCLAIMED}
    unclaimed = tuple(
        one for one in arrivals if one.id in suspects and not _settled(one, suspects[one.id], latest)
    )
    owed = tuple(one for one in unclaimed if suspects[one.id])
    return Status(departments, unclaimed, unread, tuple(arrivals), owed)


def _suspects(one: Arrival, roster: Roster) -> frozenset[str]:
    """Codes of the departments an unclaimed file may be of: by the code or name in it, or its file's name."""
    known = (roster.identify(one.seen_code, "")[0], roster.identify("", one.seen_name)[0])
    return frozenset(found.code for found in known if found) | frozenset({one.department} - {""})


def _settled(one: Arrival, suspects: frozenset[str], latest: Mapping[str, int]) -> bool:
    """Whether every department the file may be of sent a workbook after it."""
    return bool(suspects) and all(latest.get(code, 0) > one.id for code in suspects)


def _unfiled(one: Department, deadline: datetime.date | None, today: datetime.date) -> Standing:
    overdue = deadline is not None and today > deadline and not one.excused
    state = EXCUSED if one.excused else MISSING
    timely = OVERDUE if overdue else ""
    freed = EXCUSED if one.excused else ""
    return Standing(one.code, one.name, state, timely=timely, note=one.excused, freed=freed)


def _filed(listed: Department | None, rounds: Sequence[Verdict], season: _Season) -> Standing:
    """A department that sent a workbook; one that was taken off the roster since does not vanish with it."""
    latest = rounds[-1]
    decided = final(latest, rounds, season.reviews, season.scheme)
    reviewed = _passes_by_review(latest.result.state, decided)
    outdated = (latest.scheme_digest, latest.program) != (season.digest, program_digest())
    freed, why = _freed(listed)
    return Standing(
        code=latest.department,
        name=latest.result.department if listed is None else listed.name,
        state=REVIEWED if reviewed else latest.result.state,
        round=latest.round,
        score=latest.result.score,
        final=decided,
        claimed=latest.result.claimed,
        since=season.times[latest.arrival].replace("T", " "),
        timely=LATE if not freed and season.late(rounds[0]) else "",
        note="；".join(filter(None, (why, OUTDATED if outdated else "", _waived(decided)))),
        output=latest.output,
        freed=freed,
        outdated=outdated,
        decisions=_decisions(rounds, season),
    )


def _passes_by_review(state: str, decided: Final) -> bool:
    """Whether a person has decided all that was open, errors that he lets stand among it."""
    waiting = state == FOR_REVIEW or (state == SENT_BACK and decided.errors == 0)
    return waiting and decided.closed and decided.reviewed > 0


def _waived(decided: Final) -> str:
    return f"经复核同意保留错误 {decided.waived} 项" if decided.waived else ""


def _decisions(rounds: Sequence[Verdict], season: _Season) -> tuple[Decision, ...]:
    latest = rounds[-1]
    entries = (
        (item, standing_entry(item, latest, rounds, season.reviews)) for item in items(latest, season.scheme)
    )
    return tuple(Decision(item, entry) for item, entry in entries if entry is not None)


def _freed(listed: Department | None) -> tuple[str, str]:
    """免报 or 已从名册移除 and the words for it; two blanks where a department has to file."""
    if listed is None:
        return REMOVED, REMOVED
    return (EXCUSED, f"免报：{listed.excused}") if listed.excused else ("", "")


def write_summary(workspace: Workspace, today: datetime.date) -> Path:
    """汇总表.xlsx and the records, from the ledger alone; returns the path of the former."""
    scheme = workspace.scheme()
    roster = read_roster(workspace.roster, scheme)
    with Ledger(workspace.ledger) as ledger, Outbox(workspace.outbox) as outbox:
        shown = _status(workspace, roster, scheme, ledger, today)
        draws = (draw_collection, draw_finals, draw_decisions)
        sheets = [partial(_drawn, draw, shown) for draw in draws]
        with ExitStack() as files:
            _write_records(outbox, ledger, shown, scheme, files, sheets)
        for name in ledger.current_outputs():
            outbox.still(name)
        outbox.finish()
        return outbox.root / SUMMARY


def _drawn(draw: Callable[[Paper, Status], None], shown: Status, paper: Paper) -> None:
    draw(paper, shown)


def _write_records(
    outbox: Outbox,
    ledger: Ledger,
    shown: Status,
    scheme: Scheme,
    files: ExitStack,
    sheets: Sequence[Callable[[Paper], None]],
) -> None:
    path = files.enter_context(outbox.path_for(RESULTS))
    lines = files.enter_context(path.open("w", encoding="utf-8", newline="\n"))
    findings, scores = (_table(outbox, name, files) for name in (FINDINGS, SCORES))
    tables = Tables(findings, scores, scheme, _SCORE_HEADINGS)
    rows: list[Row] = []
    for result, row in _results(ledger, shown):
        more = (row.final, row.final_grade, row.timely)
        lines.write(json_line(result, dict(zip(_RECORD_FIELDS, more, strict=True))))
        tables.write(result, more)
        rows.append(row)
    lines.flush()
    with outbox.path_for(SUMMARY) as target:
        draw_summary(target, rows, path, scheme, sheets, shown.coverage)


def _table(outbox: Outbox, name: str, files: ExitStack) -> IO[str]:
    path = files.enter_context(outbox.path_for(name))
    return files.enter_context(path.open("w", encoding="utf-8-sig", newline=""))


def _results(ledger: Ledger, shown: Status) -> Iterator[tuple[Result, Row]]:
    """What counts of every department, then what could not be read."""
    standings = {one.code: one for one in shown.departments}
    for verdict in ledger.current():
        one = standings[verdict.department]
        yield verdict.result, row_of(verdict.result, verdict.output, one.final, one.timely, one.note)
    for arrival in shown.unread:
        result = Result(file=arrival.file, sha256=arrival.digest, state=UNREADABLE, reason=arrival.reason)
        yield result, row_of(result, arrival.output)


def draw_collection(paper: Paper, shown: Status) -> None:
    """The sheet 收集情况: every department of the roster, then every file that came."""
    columns = (
        Column("序号", 6, "count"),
        Column("预算编码", 11, "word"),
        Column("单位名称", 24),
        Column("状态", 11, "word"),
        Column("轮次", 7, "count"),
        Column("核定得分", 10, "score"),
        Column("最终得分", 10, "score"),
        Column("最近报送时间", 21, "word"),
        Column("时限", 11, "word"),
        Column("备注", 44),
    )
    sheet = paper.sheet("收集情况", columns)
    sheet.title(
        "收集情况",
        "按名册列出全部部门；以每个部门最新一轮为准；免报的和已从名册移除的不计入应报，也不计迟报。",
    )
    sheet.header(frozen=3)
    for number, one in enumerate(shown.departments, 1):
        head = (number, one.code, one.name, one.state, one.round or None)
        score = None if one.final is None else one.final.score
        sheet.line((*head, one.score, score, one.since, one.timely, one.note))
    sheet.filter()
    _draw_arrivals(paper, shown.arrivals)


def _draw_arrivals(paper: Paper, arrivals: Sequence[Arrival]) -> None:
    columns = (
        Column("序号", 6, "count"),
        Column("收到时间", 21, "word"),
        Column("文件名", 36),
        Column("预算编码", 11, "word"),
        Column("处理结果", 11, "word"),
        Column("说明", 44),
        Column("退件", 40),
        Column("文件指纹", 16, "word"),
    )
    sheet = paper.sheet("收件登记", columns)
    sheet.title("收件登记", f"收到的每个文件及其处理结果：{'、'.join(OUTCOMES)}。只有“已受理”的计入轮次。")
    sheet.header(frozen=3)
    for one in arrivals:
        came = one.came.replace("T", " ")
        sheet.line(
            (one.id, came, one.file, one.department, one.outcome, one.reason, one.output, one.digest[:12])
        )
    sheet.filter()


def draw_finals(paper: Paper, shown: Status) -> None:
    """The sheet 最终得分: self-score, ours, and with the reviewer's entries, side by side."""
    columns = (
        Column("序号", 6, "count"),
        Column("预算编码", 11, "word"),
        Column("单位名称", 24),
        Column("状态", 11, "word"),
        Column("自评总分", 10, "score"),
        Column("核定得分", 10, "score"),
        Column("复核调整", 10, "difference"),
        Column("最终得分", 10, "score"),
        Column("未定分值", 9, "score"),
        Column("最终等级", 9, "word"),
        Column("已复核事项", 8, "count"),
        Column("待复核事项", 8, "count"),
    )
    sheet = paper.sheet("最终得分", columns)
    sheet.title(
        "最终得分",
        "最终得分＝核定得分，复核人填写了复核得分的指标以复核得分为准；有未定分值或未报送的不定级。",
    )
    sheet.header(frozen=3)
    for number, one in enumerate(shown.departments, 1):
        done = one.final
        if done is None:
            sheet.line((number, one.code, one.name, one.state, *([None] * 8)))
            continue
        figures = (one.claimed, one.score, done.changed, done.score, done.unscored)
        sheet.line(
            (number, one.code, one.name, one.state, *figures, done.grade or "待定", done.reviewed, done.open)
        )
    sheet.filter()


def draw_decisions(paper: Paper, shown: Status) -> None:
    """The sheet 复核决定: every reviewer's entry that counts, with his reason; none where nobody decided anything."""
    decided = [(one, decision) for one in shown.departments for decision in one.decisions]
    if not decided:
        return
    columns = (
        Column("序号", 6, "count"),
        Column("预算编码", 11, "word"),
        Column("单位名称", 24),
        Column("复核原因", 11, "word"),
        Column("事项", 30),
        Column("情况", 52),
        Column("核定得分", 9, "score"),
        Column("复核得分", 9, "score"),
        Column("同意保留", 9, "word"),
        Column("复核意见", 36),
        Column("复核人", 12, "word"),
        Column("复核时间", 21, "word"),
    )
    sheet = paper.sheet("复核决定", columns)
    sheet.title("复核决定", "复核人在复核表中作出、现行有效的全部决定；“同意保留”的错误不再要求部门更正。")
    sheet.header(frozen=3)
    for number, (one, decision) in enumerate(decided, 1):
        item, entry = decision.item, decision.entry
        head = (number, one.code, one.name, item.why, item.name, item.words, item.score, entry.score)
        came = entry.entered.replace("T", " ")
        sheet.line((*head, "是" if entry.waived else "", entry.remark, entry.reviewer, came))
    sheet.filter()
