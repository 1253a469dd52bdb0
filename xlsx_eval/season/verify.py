"""Proof that the records are sound: every original as it came, every verdict reproducible bit by bit."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from xlsx_eval.errors import Unreadable
from xlsx_eval.judging.evaluate import evaluate
from xlsx_eval.scheme import Scheme
from xlsx_eval.scheme.digest import program_digest, scheme_digest
from xlsx_eval.season.collect import output_name
from xlsx_eval.season.dossier import as_json, packed, packed_findings
from xlsx_eval.season.ledger import ACCEPTED, Arrival, Ledger, Review, Verdict
from xlsx_eval.season.originals import Archive
from xlsx_eval.season.review import waiver_fault
from xlsx_eval.season.round_judge import Basis, Round, judge_round
from xlsx_eval.season.workspace import Workspace
from xlsx_eval.xlsx.package.archive import NO_LIMITS

_BROKEN = (ValueError, TypeError, LookupError, AttributeError, AssertionError)
"""What reading a record raises that holds something else than what was written."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was checked, and in `faults` what is wrong.

    Verdicts of another program (`foreign`) or by another scheme (`outdated`) are looked at, but not given again.
    `waived` counts the errors that reviewers let stand.
    """

    originals: int
    verdicts: int
    outdated: int
    faults: tuple[str, ...]
    foreign: int = 0
    waived: int = 0

    @property
    def reproduced(self) -> int:
        """Verdicts that were judged once more."""
        return self.verdicts - self.outdated - self.foreign


def verify(workspace: Workspace) -> Report:
    """Checks archive and ledger against each other; writes nothing."""
    scheme = workspace.scheme()
    archive = Archive(workspace.archive)
    digest = scheme_digest(workspace.root, workspace.config.scheme, scheme.year)
    with Ledger(workspace.ledger, read_only=True) as ledger:
        arrivals = {one.id: one for one in ledger.arrivals()}
        faults = list(_originals(archive, arrivals))
        waivers = _waivers(ledger)
        waived = sum(map(len, waivers.values()))
        judged: set[int] = set()
        rounds: Counter[str] = Counter()
        verdicts = outdated = foreign = 0
        for verdict in _verdicts(ledger, arrivals):
            if isinstance(verdict, str):
                faults.append(verdict)
                continue
            verdicts += 1
            rounds[verdict.department] += 1
            judged.add(verdict.arrival)
            # Another program may rightly judge otherwise: only the same one proves anything by its answer.
            same = verdict.program == program_digest()
            current = same and verdict.scheme_digest == digest
            foreign += not same
            outdated += same and not current
            arrival = arrivals.get(verdict.arrival)
            found = list(_structure(verdict, arrival, rounds[verdict.department]))
            if arrival is not None and current:
                fault = _fault(archive, arrival.digest) or _judged_again(verdict, arrival, archive, scheme)
                found += [fault] if fault else []
            found += _waived(waivers.pop((verdict.department, verdict.round), []), verdict)
            faults += [f"{verdict.department} 第 {verdict.round} 轮：{fault}" for fault in found]
    faults += _without_verdict(arrivals, judged)
    for (department, number), entries in waivers.items():
        faults += [f"{department} 第 {number} 轮：{fault}" for fault in _waived(entries, None)]
    return Report(
        len({one.digest for one in arrivals.values()}), verdicts, outdated, tuple(faults), foreign, waived
    )


def _originals(archive: Archive, arrivals: Mapping[int, Arrival]) -> Iterator[str]:
    kept = set(archive.digests())
    for arrival in arrivals.values():
        if fault := _fault(archive, arrival.digest):
            yield f"{arrival.file}（{arrival.digest[:12]}）：{fault}"
    # Bytes that were kept before a run was killed are no fault: their file is still in the inbox.
    for digest in sorted(kept - {one.digest for one in arrivals.values()}):
        if fault := _fault(archive, digest):
            yield f"{digest[:12]}：{fault}"


def _fault(archive: Archive, digest: str) -> str:
    try:
        return archive.fault(digest)
    except OSError as error:
        return f"原件无法读取（{error.strerror}）"


def _verdicts(ledger: Ledger, arrivals: Mapping[int, Arrival]) -> Iterator[Verdict | str]:
    """Every verdict by department and round; a sentence in place of one that cannot be read and those after it."""
    last = ("", 0)
    try:
        for verdict in ledger.verdicts():
            last = verdict.department, verdict.round
            yield verdict
        return
    except _BROKEN:
        pass
    for department in sorted({one.department for one in arrivals.values() if one.department >= last[0]}):
        try:
            for verdict in ledger.verdicts(department):
                if (verdict.department, verdict.round) > last:
                    yield verdict
        except _BROKEN as error:
            yield f"{department}：台账中的核对结果已损坏，不能读取（{type(error).__name__}）"


def _structure(verdict: Verdict, arrival: Arrival | None, expected: int) -> Iterator[str]:
    """What does not fit together in a verdict, whatever judged it; it should be the round `expected`."""
    if verdict.round != expected:
        yield f"轮次不连续，应为第 {expected} 轮"
    if verdict.result.code != verdict.department:
        yield f"核对结果的预算编码为“{verdict.result.code}”"
    basis = verdict.basis if isinstance(verdict.basis, dict) else {}
    if (basis.get("code"), basis.get("round")) != (verdict.department, verdict.round):
        yield "核对依据与部门、轮次不一致"
    if not verdict.output.startswith(f"{verdict.result.state}/"):
        yield "退件名称与核对结果不一致"
    if arrival is None:
        yield "没有对应的收件记录"
    elif arrival.outcome != ACCEPTED:
        yield f"对应的收件记录为“{arrival.outcome or '待处理'}”，应为“{ACCEPTED}”"
    elif (arrival.department, arrival.output) != (verdict.department, verdict.output):
        yield "部门或退件名称与收件记录不一致"
    elif arrival.digest != verdict.result.sha256:
        yield "文件指纹与收件记录不一致"


def _waivers(ledger: Ledger) -> dict[tuple[str, int], list[Review]]:
    """Entries that let an error stand, by the department and round they were made on."""
    found: dict[tuple[str, int], list[Review]] = defaultdict(list)
    for entry in ledger.reviews().values():
        if entry.waived:
            found[entry.department, entry.round].append(entry)
    return found


def _waived(entries: Sequence[Review], verdict: Verdict | None) -> Iterator[str]:
    for entry in entries:
        if fault := waiver_fault(entry, verdict):
            yield f"同意保留的错误（{entry.item}）{fault}"


def _without_verdict(arrivals: Mapping[int, Arrival], judged: set[int]) -> list[str]:
    return [
        f"{one.file}（{one.digest[:12]}）：{ACCEPTED}，但没有可读取的核对结果"
        for one in arrivals.values()
        if one.outcome == ACCEPTED and one.id not in judged
    ]


def _judged_again(verdict: Verdict, arrival: Arrival, archive: Archive, scheme: Scheme) -> str:
    try:
        basis = Basis.read(verdict.basis)
        data = archive.path(arrival.digest).read_bytes()
        # It was within the limits of its day.
        evaluation = evaluate(data, scheme, NO_LIMITS)
        judged = judge_round(data, arrival.file, arrival.digest, evaluation, basis)
        return next((words for words, same in _compared(verdict, judged, basis) if not same), "")
    except Unreadable as error:
        return f"原件已不能读取（{error.reason}）"
    except OSError as error:
        return f"原件无法读取（{error.strerror}）"
    except _BROKEN as error:
        return f"台账所记的核对依据不完整，不能重新核对（{type(error).__name__}）"


def _compared(verdict: Verdict, judged: Round, basis: Basis) -> Iterator[tuple[str, bool]]:
    """Each part of a verdict against its reproduction: what is to be said where they differ, whether they agree."""
    standings = zip(judged.keys, judged.standings, strict=True)
    again = tuple((key, one.word, one.answer) for key, one in standings)
    findings = packed_findings(judged.result.findings)
    digest = hashlib.sha256(judged.data).hexdigest()
    yield "重新核对的得分与台账不一致", packed(judged.result) == packed(verdict.result)
    yield "重新核对的问题与台账不一致", findings == packed_findings(verdict.result.findings)
    yield "重新核对的部门与台账不一致", judged.basis.code == verdict.department
    yield "重新核对的整改状态或整改说明与台账不一致", again == verdict.standings
    yield "重新核对的填报数与台账不一致", as_json(judged.figures) == as_json(verdict.figures)
    yield "重新核对的内容指纹与台账不一致", judged.content == verdict.content_digest
    yield "重新生成的退件名称与台账不一致", output_name(judged, basis) == verdict.output
    yield "重新生成的退件与当时的不一致", digest == verdict.output_digest
