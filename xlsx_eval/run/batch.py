"""A folder of workbooks: each judged, handed back and recorded, then all summed up."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from xlsx_eval.drawing.summary import Repeat, Row, draw_summary, repeats, row_of
from xlsx_eval.errors import FolderError
from xlsx_eval.judging.results import Result, Tables, json_line
from xlsx_eval.names import Names, round_of
from xlsx_eval.run.allowance import DEFAULT_ALLOWANCE, Allowance
from xlsx_eval.run.crew import Crew, Here, Job, Workforce
from xlsx_eval.run.inbox import scan
from xlsx_eval.run.one import Judged, Refused
from xlsx_eval.run.outbox import FINDINGS, LOG, RESULTS, SCORES, SUMMARY, Outbox
from xlsx_eval.scheme import Scheme
from xlsx_eval.states import STATES


@dataclass(frozen=True, slots=True)
class Step:
    """One file done: the `done`-th of `total`, and what was handed back."""

    done: int
    total: int
    result: Result
    output: str


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What a run came to: files by state, files passed over, and what the operator should know.

    `failures` counts files on which the program itself failed; `kept` are files in the output folder that
    were changed by hand since an earlier run and set aside; `refused` are those that could not be written.
    """

    out: Path
    states: Mapping[str, int]
    skipped: int
    failures: int
    repeats: tuple[Repeat, ...]
    kept: tuple[str, ...]
    refused: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """Number of files judged or refused."""
        return sum(self.states.values())


def run(
    inbox: Path,
    out: Path,
    scheme: Scheme,
    *,
    workers: int | None = None,
    allowed: Allowance = DEFAULT_ALLOWANCE,
    progress: Callable[[Step], None] | None = None,
) -> BatchResult:
    """Judges every file under `inbox` and writes annotated workbooks, receipts, records and summary to `out`.

    `workers` are processes (None: one per processor; 0: this one alone, without the limits of time and memory that
    `allowed` sets for a file).
    Raises FolderError when `inbox` cannot be read or `out` cannot be written.
    """
    _refuse_own_outputs(inbox, out)
    found = scan(inbox, out)
    jobs = [Job(path, file) for file, path in found.files]
    with Outbox(out, forgiving=True) as outbox:
        with _workforce(scheme, workers, allowed) as workforce, ExitStack() as open_files:
            records = _Records(outbox, scheme, open_files)
            for done, one in enumerate(workforce.judged(jobs), 1):
                output = records.add(one)
                if progress is not None:
                    progress(Step(done, len(jobs), one.result, output))
            records.sum_up()
        outbox.finish()
        return records.outcome(found.skipped)


@contextmanager
def _workforce(scheme: Scheme, workers: int | None, allowed: Allowance) -> Iterator[Workforce]:
    if workers == 0:
        yield Here(scheme, allowed.limits)
        return
    with Crew(scheme, workers or os.cpu_count() or 1, allowed) as crew:
        yield crew


def _refuse_own_outputs(inbox: Path, out: Path) -> None:
    """Judging what lies in our own output folders would replace the inputs by their outputs."""
    here = inbox.resolve()
    for state in STATES:
        if here.is_relative_to(out.resolve() / state):
            raise FolderError(str(inbox), "inbox_in_out")
    if here == out.resolve():
        raise FolderError(str(inbox), "inbox_in_out")


class _Records:
    """The growing outputs of a run."""

    def __init__(self, outbox: Outbox, scheme: Scheme, open_files: ExitStack) -> None:
        self._outbox = outbox
        self._scheme = scheme
        self._names = Names()
        self._rows: list[Row] = []
        self._failures = 0
        self._log: IO[str] | None = None
        self._open_files = open_files
        self._lines_path = open_files.enter_context(outbox.path_for(RESULTS))
        self._lines = open_files.enter_context(self._lines_path.open("w", encoding="utf-8", newline="\n"))
        self._tables = Tables(self._open_table(FINDINGS), self._open_table(SCORES), scheme)

    def _open_table(self, name: str) -> IO[str]:
        path = self._open_files.enter_context(self._outbox.path_for(name))
        return self._open_files.enter_context(path.open("w", encoding="utf-8-sig", newline=""))

    def add(self, judged: Judged | Refused) -> str:
        """Hand one file back and record it; returns the name it was given below the output folder."""
        result = judged.result
        output = self._name(judged)
        self._outbox.write(output, judged.data)
        self._lines.write(json_line(result))
        self._tables.write(result)
        self._rows.append(row_of(result, output))
        match judged:
            case Refused(trace=trace, said=said) if trace:
                self._failures += 1
                self._tell(result.file, "\n".join(filter(None, (trace, said))))
            case Refused(said=said) | Judged(said=said) if said:
                self._tell(result.file, said)
        return output

    def _name(self, judged: Judged | Refused) -> str:
        stem, _ = round_of(PurePosixPath(judged.result.file).stem)
        match judged:
            case Refused():
                ending = "_无法读取回执"
            case Judged(result):
                ending = f"_第{result.round}轮"
        return self._names.take(judged.result.state, stem, ending + judged.extension)

    def _tell(self, file: str, trace: str) -> None:
        if self._log is None:
            path = self._open_files.enter_context(self._outbox.path_for(LOG))
            self._log = self._open_files.enter_context(path.open("w", encoding="utf-8", errors="replace"))
        self._log.write(f"{file}\n{trace}\n\n")

    def sum_up(self) -> None:
        """Draw the summary of all rows, reading the findings back from the records."""
        self._lines.flush()
        with self._outbox.path_for(SUMMARY) as path:
            draw_summary(path, self._rows, self._lines_path, self._scheme)

    def outcome(self, skipped: int) -> BatchResult:
        """The run in figures."""
        counts = Counter(row.state for row in self._rows)
        return BatchResult(
            out=self._outbox.root,
            states={state: counts[state] for state in STATES},
            skipped=skipped,
            failures=self._failures,
            repeats=repeats(self._rows),
            kept=tuple(self._outbox.kept),
            refused=tuple(self._outbox.refused),
        )
