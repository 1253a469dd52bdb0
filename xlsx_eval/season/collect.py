"""One pass over a workspace: inbox, archive, judgement, outbox, ledger; it may be killed at any instant."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import os
import pickle
import shutil
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath

from xlsx_eval.errors import FolderError
from xlsx_eval.judging.results import Result
from xlsx_eval.names import Names, safe_stem
from xlsx_eval.run.crew import Crew, Job, Workforce
from xlsx_eval.run.one import Refused
from xlsx_eval.run.outbox import FIXED, LOG, Outbox
from xlsx_eval.scheme import Scheme
from xlsx_eval.scheme.digest import program_digest, scheme_digest
from xlsx_eval.season.hold import hold
from xlsx_eval.season.intake import Clock, Intake, Settling, lying
from xlsx_eval.season.ledger import (
    ACCEPTED,
    IDENTICAL,
    OLDER,
    SUPERSEDED,
    UNCLAIMED,
    UNREAD,
    Arrival,
    Fingerprint,
    Ledger,
    Verdict,
)
from xlsx_eval.season.originals import Archive
from xlsx_eval.season.roster import Roster, read_roster
from xlsx_eval.season.round_judge import Basis, Nobodys, Outcome, Round, RoundJudge, write_roster
from xlsx_eval.season.unclaimed import show_unclaimed
from xlsx_eval.season.workspace import Workspace

_WORK = ".xlsx-eval-work-"
_CANNOT_WRITE = "无法写入，请关闭占用它的程序或检查磁盘空间，之后自动重试"


@dataclass(frozen=True, slots=True)
class Pass:
    """What a pass did: arrivals by outcome, files still changing, and what could not be done, by file."""

    outcomes: Mapping[str, int] = field(default_factory=dict)
    states: Mapping[str, int] = field(default_factory=dict)
    waiting: tuple[str, ...] = ()
    problems: Mapping[str, str] = field(default_factory=dict)
    kept: tuple[str, ...] = ()

    @property
    def decided(self) -> int:
        """Number of arrivals decided."""
        return sum(self.outcomes.values())


@dataclass(frozen=True, slots=True)
class _Case:
    """An arrival as judged, the judgement itself kept in a file until it is needed."""

    arrival: Arrival
    department: str | None
    content: str
    answers: tuple[str, ...]
    spool: Path
    approved: Mapping[str, float] = field(default_factory=dict)
    last_year: Mapping[str, float] = field(default_factory=dict)

    def judged(self) -> Outcome:
        """The judgement."""
        judged = pickle.loads(self.spool.read_bytes())
        assert isinstance(judged, Outcome)
        return judged


def _case(arrival: Arrival, judged: Outcome, spool: Path) -> _Case:
    match judged:
        case Round(basis=basis, content=content):
            known = (basis.approved, basis.last_year)
            return _Case(arrival, basis.code, content, judged.answers, spool, *known)
        case Refused() | Nobodys():
            return _Case(arrival, None, "", (), spool)


class Collector:
    """Works on one workspace at a time, alone; to be used in a `with` block."""

    def __init__(
        self,
        workspace: Workspace,
        clock: Clock = datetime.datetime.now,
        command: str = "run",
        workforce: Workforce | None = None,
    ) -> None:
        self.workspace = workspace
        self._open = contextlib.ExitStack()
        self._holds = {workspace.root: self._open.enter_context(hold(workspace.root, command, clock))}
        self._command = command
        try:
            self.scheme: Scheme = workspace.scheme()
            self.ledger = self._open.enter_context(Ledger(workspace.ledger))
        except BaseException:
            self._open.close()
            raise
        self._crew = self._open.enter_context(
            Crew(self.scheme, workspace.config.workers or os.cpu_count() or 1, workspace.config.allowed)
        )
        self._workforce = workforce or self._crew
        self.archive = Archive(workspace.archive)
        self._clock = clock
        self._digest = scheme_digest(workspace.root, workspace.config.scheme, self.scheme.year)
        self._recovered = False
        self._reset()

    def _reset(self) -> None:
        self._outcomes: Counter[str] = Counter()
        self._states: Counter[str] = Counter()
        self._problems: dict[str, str] = {}

    def __enter__(self) -> Collector:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def stand_by(self) -> None:
        """Has a worker ready, so that the next file need not wait for one to start."""
        self._crew.stand_by()

    def collect(self, settling: Settling, now: float) -> Pass:
        """Takes what is ready at the moment `now` and decides everything that waits."""
        self._reset()
        self._hold_folders()
        roster = read_roster(self.workspace.roster, self.scheme)
        files = lying(self.workspace.inbox, self.workspace.outbox)
        intake = Intake(self.archive, self.ledger, self._clock)
        if not self._recovered:
            self._sweep()
        intake.recover(files)
        ready, waiting = settling.ready(files, now)
        # What waits from before is decided first, for its rounds come first.
        kept = self._decide_all(roster)
        intake.take(ready)
        self._reclaim(roster)
        kept += self._decide_all(roster, always=not self._recovered)
        self._recovered = True
        problems = {**intake.problems, **self._problems}
        return Pass(dict(self._outcomes), dict(self._states), tuple(waiting), problems, tuple(kept))

    def _hold_folders(self) -> None:
        """Inbox and outbox on a share are held as well: another workspace may have been given the same."""
        for folder in (self.workspace.inbox, self.workspace.outbox):
            inside = folder.resolve().is_relative_to(self.workspace.root.resolve())
            if not inside and folder not in self._holds and folder.is_dir():
                held = self._open.enter_context(hold(folder, self._command, self._clock))
                self._holds[folder] = held
        self._check_holds()

    def _check_holds(self) -> None:
        for held in self._holds.values():
            held.check()

    def _sweep(self) -> None:
        for path in self.workspace.root.glob(f"{_WORK}*"):
            shutil.rmtree(path, ignore_errors=True)

    def _reclaim(self, roster: Roster) -> None:
        """What was nobody's is judged again when the roster knows it by now."""
        for one in self.ledger.unclaimed():
            if roster.identify(one.seen_code, one.seen_name)[0] is not None:
                self.ledger.reopen(one.id)

    def _decide_all(self, roster: Roster, *, always: bool = False) -> list[str]:
        pending = self.ledger.pending()
        if not pending and not always:
            return []
        batches: dict[int, list[Arrival]] = defaultdict(list)
        for arrival in pending:
            batches[arrival.batch].append(arrival)
        with Outbox(self.workspace.outbox) as outbox:
            for batch in sorted(batches):
                self._decide_batch(batches[batch], roster, outbox)
            for name in (*FIXED, *self.ledger.current_outputs()):
                outbox.still(name)
            try:
                outbox.finish()
            except FolderError as error:
                self._problems[error.path] = _CANNOT_WRITE
            self._problems.update(show_unclaimed(self.workspace.root, self.ledger.unclaimed(), self.archive))
            return list(outbox.kept)

    def _decide_batch(self, arrivals: Sequence[Arrival], roster: Roster, outbox: Outbox) -> None:
        with tempfile.TemporaryDirectory(prefix=_WORK, dir=self.workspace.root) as folder:
            cases = self._judged(arrivals, roster, Path(folder))
            counting = self._counting(cases)
            # What counts comes last: a run killed in between finds it alone, and the others stay what they are.
            for case in sorted(cases, key=lambda one: counting.get(one.department or "") is one):
                self._decide(case, counting, roster, outbox)

    def _judged(self, arrivals: Sequence[Arrival], roster: Roster, folder: Path) -> list[_Case]:
        listed = folder / "roster.json"
        write_roster(roster, listed)
        judge = RoundJudge(listed, folder.name, self.workspace.ledger, self._last_ledger())
        jobs = [Job(self.archive.path(one.digest), one.file, judge) for one in arrivals]
        cases = []
        for arrival, judged in zip(arrivals, self._workforce.judged(jobs), strict=True):
            spool = folder / str(arrival.id)
            spool.write_bytes(pickle.dumps(judged))
            cases.append(_case(arrival, judged, spool))
        return cases

    def _last_ledger(self) -> Path | None:
        """Last year's ledger, proven to be readable before a file is judged by it."""
        path = self.workspace.last_ledger()
        if path is not None:
            with Ledger(path, read_only=True):
                pass
        return path

    def _counting(self, cases: Sequence[_Case]) -> dict[str, _Case]:
        """Of each department the file of this batch that is its next round: the latest that is new."""
        counting: dict[str, _Case] = {}
        for case in sorted(cases, key=lambda one: (one.arrival.modified, one.arrival.id)):
            if case.department is not None and self._seen_before(case) is None:
                counting[case.department] = case
        return counting

    def _seen_before(self, case: _Case) -> tuple[str, str] | None:
        """IDENTICAL or OLDER with its words, None for a workbook that is new or would be judged otherwise now."""
        rounds = self.ledger.fingerprints(case.department or "")
        # Figures that did not change since the latest round may come with other answers: that is a new round too.
        answering = bool(rounds) and case.content == rounds[-1].content
        for one in reversed(rounds):
            latest = one is rounds[-1]
            same_file = case.arrival.digest in {one.file, one.output}
            same = case.content == one.content
            if same_file or (same and (not answering or case.answers == one.answers)):
                if latest and self._judged_otherwise(case, one):
                    return None
                return (IDENTICAL if latest else OLDER), f"与第 {one.round} 轮报送内容相同，不另计轮次"
        if rounds and case.arrival.id < rounds[-1].arrival:
            return SUPERSEDED, f"已有较晚报送的第 {rounds[-1].round} 轮，以其为准"
        return None

    def _judged_otherwise(self, case: _Case, one: Fingerprint) -> bool:
        """Whether scheme, program, approved or last year's figures have changed since that round."""
        known = {"approved": case.approved, "last_year": case.last_year}
        judged_by = (one.scheme, one.program)
        return judged_by != (self._digest, program_digest()) or any(
            one.basis[name] != now for name, now in known.items()
        )

    def _decide(self, case: _Case, counting: Mapping[str, _Case], roster: Roster, outbox: Outbox) -> None:
        self._check_holds()
        judged = case.judged()
        try:
            outcome = self._outcome(case, judged, counting, roster, outbox)
        except FolderError as error:
            self._problems[case.arrival.file] = f"{error.path}：{_CANNOT_WRITE}"
            return
        self._outcomes[outcome] += 1

    def _outcome(
        self,
        case: _Case,
        judged: Outcome,
        counting: Mapping[str, _Case],
        roster: Roster,
        outbox: Outbox,
    ) -> str:
        match judged:
            case Refused():
                return self._unreadable(case.arrival, judged, roster, outbox)
            case Nobodys():
                return self._nobodys(case.arrival, judged, roster)
            case Round():
                return self._round(case, judged, counting, outbox)

    def _nobodys(self, arrival: Arrival, judged: Nobodys, roster: Roster) -> str:
        self._tell(arrival.file, judged.said)
        guess = roster.guess(arrival.file)
        self.ledger.decide(
            arrival.id, UNCLAIMED, reason=judged.reason, department=guess, **_seen(judged.result)
        )
        return UNCLAIMED

    def _round(self, case: _Case, judged: Round, counting: Mapping[str, _Case], outbox: Outbox) -> str:
        arrival, code = case.arrival, judged.basis.code
        self._tell(arrival.file, judged.said)
        winner = counting.get(code)
        if winner is case:
            self._accept(arrival, judged, outbox)
            return ACCEPTED
        outcome, words = self._seen_before(case) or _beaten(arrival, winner)
        if outcome == IDENTICAL and winner is not None and winner.arrival.digest != arrival.digest:
            outcome = OLDER
        self.ledger.decide(arrival.id, outcome, reason=words, department=code, **_seen(judged.result))
        return outcome

    def _unreadable(self, arrival: Arrival, judged: Refused, roster: Roster, outbox: Outbox) -> str:
        names = Names()
        for name in self.ledger.current_outputs():
            names.reserve(name)
        stem = PurePosixPath(arrival.file).stem
        output = names.take(judged.result.state, stem, f"_无法读取回执{judged.extension}")
        outbox.write(output, judged.data)
        self._tell(arrival.file, "\n".join(filter(None, (judged.trace, judged.said))))
        guess = roster.guess(arrival.file)
        self.ledger.decide(arrival.id, UNREAD, reason=judged.result.reason, department=guess, output=output)
        self._states[judged.result.state] += 1
        return UNREAD

    def _tell(self, file: str, trace: str) -> None:
        if not trace:
            return
        with (self.workspace.root / LOG).open("a", encoding="utf-8", errors="replace") as log:
            log.write(f"{file}\n{trace}\n\n")

    def _accept(self, arrival: Arrival, judged: Round, outbox: Outbox) -> None:
        basis = judged.basis
        output = output_name(judged, basis)
        outbox.write(output, judged.data)
        standings = zip(judged.keys, judged.standings, strict=True)
        verdict = Verdict(
            arrival=arrival.id,
            department=basis.code,
            round=basis.round,
            result=judged.result,
            output=output,
            output_digest=hashlib.sha256(judged.data).hexdigest(),
            content_digest=judged.content,
            scheme_digest=self._digest,
            program=program_digest(),
            basis=asdict(basis),
            figures=judged.figures,
            standings=tuple((key, one.word, one.answer) for key, one in standings),
        )
        self.ledger.record(verdict, reason="", **_seen(judged.result))
        self._states[judged.result.state] += 1


def _seen(result: Result) -> dict[str, str]:
    return {"seen_code": result.code, "seen_name": result.department}


def output_name(judged: Round, basis: Basis) -> str:
    """`退回修改/102001_应急管理局_第2轮_退回修改.xlsx`, all of it from the roster."""
    state = judged.result.state
    tail = f"_第{basis.round}轮_{state}{judged.extension}"
    return f"{state}/{safe_stem(f'{basis.code}_{basis.name}', tail)}{tail}"


def _beaten(arrival: Arrival, winner: _Case | None) -> tuple[str, str]:
    assert winner is not None
    if arrival.digest == winner.arrival.digest:
        return IDENTICAL, f"与同批“{winner.arrival.file}”内容相同，以其为准"
    return SUPERSEDED, f"同批另有较晚的“{winner.arrival.file}”，以其为准"


def collect_once(
    workspace: Workspace,
    clock: Clock = datetime.datetime.now,
    settle: float | None = None,
    workforce: Workforce | None = None,
) -> Pass:
    """One pass for a scheduled task: looks twice, `settle` seconds apart, and works on what did not change.

    The work is done by processes as the configuration says, unless a `workforce` is given.
    """
    seconds = workspace.config.settle if settle is None else settle
    settling = Settling(seconds)
    with Collector(workspace, clock, workforce=workforce) as collector:
        settling.ready(lying(workspace.inbox, workspace.outbox), time.monotonic())
        time.sleep(seconds)
        return collector.collect(settling, time.monotonic())
