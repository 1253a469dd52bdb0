"""Where the work runs: here, or in processes whose death or hanging costs one file only."""

from __future__ import annotations

import faulthandler
import multiprocessing
import signal
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from xlsx_eval.judging import Judged, Source, judge, refused
from xlsx_eval.scheme import Scheme

SECONDS = 60.0
"""Time one file may take before its worker is ended."""
_WINDOW = 4
_TRIES = 3
"""How often a job is sent that no worker lived to begin; then it is tried alone."""


@dataclass(frozen=True, slots=True)
class Job:
    """A file to judge: where it is, what it is called in the records, and another judge than the usual one."""

    path: Path
    file: str
    judge: Callable[..., Judged] = judge


@dataclass(slots=True)
class _Flight:
    number: int
    job: Job
    future: Future[Judged]
    tries: int = 1


def spread(
    jobs: Sequence[Job], scheme: Scheme, workers: int = 1, seconds: float = SECONDS
) -> Iterator[Judged]:
    """Every job judged, in the order given; with one worker in this process, without a time limit."""
    workers = min(workers, len(jobs))
    if workers <= 1:
        for job in jobs:
            yield job.judge(job.path, job.file, scheme)
        return
    with tempfile.TemporaryDirectory(prefix="xlsx-eval-", ignore_cleanup_errors=True) as traces:
        crew = _Crew(scheme, workers, seconds, Path(traces))
        try:
            yield from crew.judged(jobs)
        finally:
            crew.dismiss()


class _Crew:
    """Worker processes that are replaced when one of them dies.

    A worker keeps a file named by the job's number while it is at work, and the interpreter's watchdog writes
    into it when it ends the process; so the files tell which jobs had been started and which one is to blame.
    A second file says what was read, for nobody touches a file again that has cost a worker.
    """

    def __init__(self, scheme: Scheme, workers: int, seconds: float, traces: Path) -> None:
        self._scheme = scheme
        self._workers = workers
        self._seconds = seconds
        self._traces = traces
        self._pool = self._hire(workers)

    def _hire(self, workers: int) -> ProcessPoolExecutor:
        # A forked child would inherit locks held by the progress bar's thread, so workers start afresh.
        context = multiprocessing.get_context("spawn")
        arguments = (self._scheme, self._seconds, self._traces)
        return ProcessPoolExecutor(workers, context, initializer=_start_worker, initargs=arguments)

    def dismiss(self) -> None:
        """End the workers; jobs not begun are dropped."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def judged(self, jobs: Sequence[Job]) -> Iterator[Judged]:
        """Results in order, so many jobs under way at a time that memory does not grow with their number."""
        waiting = deque(enumerate(jobs))
        flying: deque[_Flight] = deque()
        while waiting or flying:
            try:
                while waiting and len(flying) < self._workers * _WINDOW:
                    number, job = waiting[0]
                    flying.append(_Flight(number, job, self._send(self._pool, number, job)))
                    waiting.popleft()
                judged = flying[0].future.result()
            except BrokenExecutor:
                self._recover(flying)
            else:
                flying.popleft()
                yield judged

    def _send(self, pool: ProcessPoolExecutor, number: int, job: Job) -> Future[Judged]:
        return pool.submit(_work, number, job)

    def _recover(self, flying: deque[_Flight]) -> None:
        """After a death: results that came are kept, the guilty job is refused, those begun are tried alone."""
        self.dismiss()
        self._pool = self._hire(self._workers)
        for flight in flying:
            if flight.future.done() and not flight.future.cancelled() and flight.future.exception() is None:
                continue
            trace = self._traces / str(flight.number)
            if not trace.exists() and flight.tries < _TRIES:
                flight.tries += 1
                flight.future = self._send(self._pool, flight.number, flight.job)
            elif _text(trace):
                flight.future = _finished(self._blamed(flight.number, flight.job))
            else:
                flight.future = _finished(self._alone(flight.number, flight.job))

    def _alone(self, number: int, job: Job) -> Judged:
        """The job in a process of its own, so that a further death is surely its doing."""
        with self._hire(1) as pool:
            try:
                return self._send(pool, number, job).result()
            except BrokenExecutor:
                return self._blamed(number, job)

    def _blamed(self, number: int, job: Job) -> Judged:
        told = _text(self._traces / str(number))
        reason = "timed_out" if told.startswith("Timeout") else "worker_died"
        size, _, digest = _text(_seen(self._traces, number)).partition(" ")
        source = Source(int(size), digest) if digest else Source()
        return refused(job.file, source, reason, self._scheme, trace=told or "the worker process died")


def _seen(traces: Path, number: int) -> Path:
    return traces / f"{number}.seen"


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


def _finished(judged: Judged) -> Future[Judged]:
    future: Future[Judged] = Future()
    future.set_result(judged)
    return future


_worker: list[tuple[Scheme, float, Path]] = []
"""What a worker process was hired with; empty in every other process."""


def _start_worker(scheme: Scheme, seconds: float, traces: Path) -> None:
    # Ctrl-C reaches every process of the terminal; the one that writes the outputs decides what happens.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _worker.append((scheme, seconds, traces))


def _work(number: int, job: Job) -> Judged:
    scheme, seconds, traces = _worker[-1]
    path, seen = traces / str(number), _seen(traces, number)

    def tell(source: Source) -> None:
        seen.write_text(f"{source.size} {source.sha256}", encoding="utf-8")

    try:
        with path.open("w", encoding="utf-8") as trace, _watched(trace, seconds):
            return job.judge(job.path, job.file, scheme, tell)
    finally:
        path.unlink(missing_ok=True)
        seen.unlink(missing_ok=True)


@contextmanager
def _watched(trace: IO[str], seconds: float) -> Iterator[None]:
    faulthandler.enable(trace)
    # The watchdog is a thread of the C library: it ends even a worker that never lets go of the lock.
    faulthandler.dump_traceback_later(seconds, exit=True, file=trace)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
        faulthandler.disable()
