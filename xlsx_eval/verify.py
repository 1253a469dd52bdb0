"""Proof that the records are sound: every original as it came, every verdict reproducible bit by bit."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from xlsx_eval.archive import Archive
from xlsx_eval.dossier import packed, packed_findings
from xlsx_eval.errors import Unreadable
from xlsx_eval.evaluate import evaluate
from xlsx_eval.ledger import Arrival, Ledger, Verdict
from xlsx_eval.round_judge import Basis, judge_round
from xlsx_eval.scheme import Scheme
from xlsx_eval.scheme_digest import scheme_digest
from xlsx_eval.workspace import Workspace
from xlsx_eval.xlsx.archive import NO_LIMITS


@dataclass(frozen=True, slots=True)
class Report:
    """What was checked; `faults` say what is wrong; `outdated` verdicts rest on another scheme or program."""

    originals: int
    verdicts: int
    outdated: int
    faults: tuple[str, ...]


def verify(workspace: Workspace) -> Report:
    """Checks archive and ledger against each other; writes nothing."""
    scheme = workspace.scheme()
    archive = Archive(workspace.archive)
    digest = scheme_digest(workspace.root, workspace.config.scheme, scheme.year)
    with Ledger(workspace.ledger, read_only=True) as ledger:
        arrivals = {one.id: one for one in ledger.arrivals()}
        faults = list(_originals(archive, arrivals))
        verdicts = outdated = 0
        for verdict in ledger.verdicts():
            verdicts += 1
            if verdict.scheme_digest != digest:
                outdated += 1
                continue
            arrival = arrivals[verdict.arrival]
            fault = archive.fault(arrival.digest) or _judged_again(verdict, arrival, archive, scheme)
            if fault:
                faults.append(f"{verdict.department} 第 {verdict.round} 轮：{fault}")
    return Report(len({one.digest for one in arrivals.values()}), verdicts, outdated, tuple(faults))


def _originals(archive: Archive, arrivals: dict[int, Arrival]) -> Iterator[str]:
    kept = set(archive.digests())
    for arrival in arrivals.values():
        if fault := archive.fault(arrival.digest):
            yield f"{arrival.file}（{arrival.digest[:12]}）：{fault}"
    # Bytes that were kept before a run was killed are no fault: their file is still in the inbox.
    for digest in sorted(kept - {one.digest for one in arrivals.values()}):
        if fault := archive.fault(digest):
            yield f"{digest[:12]}：{fault}"


def _judged_again(verdict: Verdict, arrival: Arrival, archive: Archive, scheme: Scheme) -> str:
    data = archive.path(arrival.digest).read_bytes()
    try:
        basis = Basis.read(verdict.basis)
        # It was within the limits of its day.
        evaluation = evaluate(data, scheme, NO_LIMITS)
        judged = judge_round(data, arrival.file, arrival.digest, evaluation, basis)
    except Unreadable as error:
        return f"原件已不能读取（{error.reason}）"
    if packed(judged.result) != packed(verdict.result):
        return "重新核对的得分与台账不一致"
    if packed_findings(judged.result.findings) != packed_findings(verdict.result.findings):
        return "重新核对的问题与台账不一致"
    if hashlib.sha256(judged.data).hexdigest() != verdict.output_digest:
        return "重新生成的退件与当时的不一致"
    return ""
