"""How a season stands: every department of the roster, who is missing, who was late, what is nobody's."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import IO

from xlsx_eval.evaluate import FOR_REVIEW, UNREADABLE
from xlsx_eval.ledger import OUTCOMES, UNREAD, Arrival, Ledger, Review, Verdict
from xlsx_eval.outbox import FINDINGS, RESULTS, SCORES, SUMMARY, Outbox
from xlsx_eval.paper import Column, Paper
from xlsx_eval.results import Result, Tables, json_line
from xlsx_eval.review import Final, final
from xlsx_eval.roster import Department, Roster, read_roster
from xlsx_eval.scheme import Scheme
from xlsx_eval.summary import Row, draw_summary, row_of
from xlsx_eval.workspace import Workspace

MISSING, EXCUSED, REVIEWED = "未报送", "免报", "已复核"
LATE, OVERDUE = "迟报", "逾期未报"


@dataclass(frozen=True, slots=True)
class Standing:
    """One department: `state` is that of its latest round, or 未报送, 免报, 已复核; `since` when it came to be so.

    `timely` is 迟报, 逾期未报 or ""; `score` is ours and `final` with the reviewer's; both None before a round.
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


@dataclass(frozen=True, slots=True)
class Status:
    """The season: departments in the order of the roster, and arrivals that wait for a person."""

    departments: tuple[Standing, ...]
    unclaimed: tuple[Arrival, ...]
    unread: tuple[Arrival, ...]
    arrivals: tuple[Arrival, ...]

    def count(self, *states: str) -> int:
        """Departments in any of these states."""
        return sum(one.state in states for one in self.departments)


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
    reviews = ledger.reviews()
    times = {one.id: one.arrived for one in arrivals}
    deadline = workspace.config.deadline
    listed = {one.code: one for one in roster.departments}
    filed: dict[str, Standing] = {}
    latest: dict[str, int] = {}
    # The verdicts of one department at a time: those of a province do not fit into memory together.
    for code, verdicts in groupby(ledger.verdicts(), key=lambda one: one.department):
        rounds = list(verdicts)
        # A department that was taken off the roster does not vanish with what it sent.
        department = listed.get(code) or Department(code, rounds[-1].result.department)
        filed[code] = _filed(department, rounds, times, reviews, scheme, deadline)
        latest[code] = max(one.arrival for one in rounds)
    gone = (one for code, one in filed.items() if code not in listed)
    departments = tuple(filed.get(one.code) or _unfiled(one, deadline, today) for one in roster.departments)
    unread = tuple(
        one for one in arrivals if one.outcome == UNREAD and latest.get(one.department, 0) <= one.id
    )
    departments = (*departments, *gone)
    return Status(departments, tuple(ledger.unclaimed()), unread, tuple(arrivals))


def _unfiled(one: Department, deadline: datetime.date | None, today: datetime.date) -> Standing:
    overdue = deadline is not None and today > deadline and not one.excused
    state = EXCUSED if one.excused else MISSING
    return Standing(one.code, one.name, state, timely=OVERDUE if overdue else "", note=one.excused)


def _filed(
    one: Department,
    rounds: Sequence[Verdict],
    times: Mapping[int, str],
    reviews: Mapping[tuple[str, str], Review],
    scheme: Scheme,
    deadline: datetime.date | None,
) -> Standing:
    latest = rounds[-1]
    decided = final(latest, rounds, reviews, scheme)
    first = datetime.datetime.fromisoformat(times[rounds[0].arrival]).date()
    reviewed = latest.result.state == FOR_REVIEW and decided.closed and decided.reviewed > 0
    return Standing(
        code=one.code,
        name=one.name,
        state=REVIEWED if reviewed else latest.result.state,
        round=latest.round,
        score=latest.result.score,
        final=decided,
        claimed=latest.result.claimed,
        since=times[latest.arrival].replace("T", " "),
        timely=LATE if deadline is not None and first > deadline else "",
        output=latest.output,
    )


def write_summary(workspace: Workspace, today: datetime.date) -> Path:
    """汇总表.xlsx and the records, from the ledger alone; returns the path of the former."""
    scheme = workspace.scheme()
    roster = read_roster(workspace.roster, scheme)
    with Ledger(workspace.ledger) as ledger, Outbox(workspace.outbox) as outbox:
        shown = _status(workspace, roster, scheme, ledger, today)
        sheets = (lambda paper: draw_collection(paper, shown), lambda paper: draw_finals(paper, shown))
        with ExitStack() as files:
            _write_records(outbox, ledger, shown, scheme, files, sheets)
        for name in ledger.current_outputs():
            outbox.still(name)
        outbox.finish()
        return outbox.root / SUMMARY


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
    tables = Tables(_table(outbox, FINDINGS, files), _table(outbox, SCORES, files), scheme)
    rows: list[Row] = []
    for result, output in _results(ledger, shown):
        lines.write(json_line(result))
        tables.write(result)
        rows.append(row_of(result, output))
    lines.flush()
    with outbox.path_for(SUMMARY) as target:
        draw_summary(target, rows, path, scheme, sheets)


def _table(outbox: Outbox, name: str, files: ExitStack) -> IO[str]:
    path = files.enter_context(outbox.path_for(name))
    return files.enter_context(path.open("w", encoding="utf-8-sig", newline=""))


def _results(ledger: Ledger, shown: Status) -> Iterator[tuple[Result, str]]:
    """What counts of every department, then what could not be read."""
    for verdict in ledger.current():
        yield verdict.result, verdict.output
    for one in shown.unread:
        result = Result(file=one.file, sha256=one.digest, state=UNREADABLE, reason=one.reason)
        yield result, one.output


def draw_collection(paper: Paper, shown: Status) -> None:
    """The sheet 收集情况: every department of the roster, then every file that came."""
    columns = (
        Column("序号", 6, "count"),
        Column("预算编码", 11, "word"),
        Column("单位名称", 24),
        Column("状态", 11, "word"),
        Column("轮次", 7, "count"),
        Column("核定得分", 10, "score"),
        Column("最近报送时间", 21, "word"),
        Column("时限", 11, "word"),
        Column("备注", 44),
    )
    sheet = paper.sheet("收集情况", columns)
    sheet.title("收集情况", "按名册列出全部部门；“备注”为免报原因。以每个部门最新一轮为准。")
    sheet.header(frozen=3)
    for number, one in enumerate(shown.departments, 1):
        rounds = one.round or None
        sheet.line(
            (number, one.code, one.name, one.state, rounds, one.score, one.since, one.timely, one.note)
        )
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
        came = one.arrived.replace("T", " ")
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
