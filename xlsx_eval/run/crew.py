"""Where the work runs: in processes whose death, hanging or greed costs one file only."""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import re
import shutil
import signal
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import wait
from pathlib import Path
from typing import IO, Any, Protocol

import psutil

from xlsx_eval.run.allowance import DEFAULT_ALLOWANCE, Allowance
from xlsx_eval.run.one import Refused, Source, judge, refused
from xlsx_eval.scheme import Scheme
from xlsx_eval.xlsx.package.archive import DEFAULT_LIMITS, Limits

_WINDOW = 4
_FILES_A_WORKER = 4
"""So many files are judged in the time that it takes to start another worker."""
_MOST_WORKERS = 61
"""Windows waits for no more processes at a time."""
_TRIES = 3
"""How often a job is sent that no worker lived to begin; then it is tried alone."""
_LOOK = 0.05
"""Seconds between two looks at how much memory the workers have."""
_FOLDER = "xlsx-eval-"
_OWNED = re.compile(rf"{_FOLDER}([0-9]+)-[^-]+")
_DAY = 86_400.0
_TIMED_OUT, _TOO_LARGE = "Timeout", "Memory"
"""How a trace begins: the former is the interpreter's own word."""


@dataclass(frozen=True, slots=True)
class Job:
    """A file to judge: where it is, what it is called in the records, and another judge than the usual one.

    What a judge gives the crew hands on as it is, or a Refused where the file cost its process.
    """

    path: Path
    file: str
    judge: Callable[..., Any] = judge


class Workforce(Protocol):
    """Whatever judges files."""

    def judged(self, jobs: Sequence[Job]) -> Iterator[Any]:
        """Every job judged, in the order given."""
        ...


@dataclass(frozen=True, slots=True)
class Here:
    """This process, without a limit of time or memory."""

    scheme: Scheme
    limits: Limits = DEFAULT_LIMITS

    def judged(self, jobs: Sequence[Job]) -> Iterator[Any]:
        """Every job judged, in the order given."""
        for job in jobs:
            yield job.judge(job.path, job.file, self.scheme, self.limits)


@dataclass(slots=True)
class _Flight:
    number: int
    job: Job
    future: Future[Any]
    tries: int = 1


class Crew:
    """Worker processes that are replaced when one of them dies; to be used in a `with` block.

    At most `workers` of them, fewer for a few files; one is kept at hand between two calls of `judged`. A worker
    keeps a file named by the job's number while it is at work, and whatever ends the process writes into it: the
    interpreter's watchdog when time is up, our own when it has taken more memory than allowed; so the files tell
    which jobs had been started and which one is to blame. A second file says what was read, for nobody touches a
    file again that has cost a worker; a third, by the process, which job it is at.
    """

    def __init__(self, scheme: Scheme, workers: int, allowed: Allowance = DEFAULT_ALLOWANCE) -> None:
        self._scheme = scheme
        self._workers = min(workers, _MOST_WORKERS)
        self._allowed = allowed
        sweep_abandoned(Path(tempfile.gettempdir()))
        # The owner's number stands in the name, so that the next one knows whether anybody still uses it.
        prefix = f"{_FOLDER}{os.getpid()}-"
        self._folder = tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True)
        self._traces = Path(self._folder.name)
        self._hired = 0
        self._pool: ProcessPoolExecutor | None = None
        self._count = 0

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *_: object) -> None:
        self.dismiss()
        self._folder.cleanup()

    def stand_by(self) -> None:
        """One worker, ready before the first file comes."""
        if self._hired > 1:
            self.dismiss()
        if self._pool is None:
            self._staffed(1).submit(os.getpid)

    def dismiss(self) -> None:
        """End the workers; jobs not begun are dropped."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
        self._pool = None

    def judged(self, jobs: Sequence[Job]) -> Iterator[Any]:
        """Results in order, so many jobs under way at a time that memory does not grow with their number."""
        if not jobs:
            return
        with self._weighed():
            try:
                yield from self._judged(jobs)
            except BaseException:
                self.dismiss()
                raise

    def _judged(self, jobs: Sequence[Job]) -> Iterator[Any]:
        waiting = deque(enumerate(jobs, self._count))
        self._count += len(jobs)
        flying: deque[_Flight] = deque()
        pool = self._staffed(min(self._workers, -(-len(jobs) // _FILES_A_WORKER)))
        while waiting or flying:
            try:
                while waiting and len(flying) < self._hired * _WINDOW:
                    number, job = waiting[0]
                    flying.append(_Flight(number, job, pool.submit(_work, number, job)))
                    waiting.popleft()
                judged = flying[0].future.result()
            except BrokenExecutor:
                pool = self._recover(flying)
            else:
                flying.popleft()
                yield judged

    def _staffed(self, workers: int) -> ProcessPoolExecutor:
        """A pool of as many workers, the one there is if it has them."""
        if self._pool is not None and self._hired < workers:
            self.dismiss()
        if self._pool is None:
            self._pool, self._hired = self._hire(workers), workers
        return self._pool

    def _hire(self, workers: int) -> ProcessPoolExecutor:
        # A forked child would inherit locks held by the progress bar's thread, so workers start afresh.
        context = multiprocessing.get_context("spawn")
        arguments = (self._scheme, self._allowed, self._traces)
        return ProcessPoolExecutor(workers, context, initializer=_start_worker, initargs=arguments)

    def _recover(self, flying: deque[_Flight]) -> ProcessPoolExecutor:
        """After a death: results that came are kept, the guilty job is refused, those begun are tried alone."""
        self.dismiss()
        pool = self._staffed(self._hired)
        for flight in flying:
            if flight.future.done() and not flight.future.cancelled() and flight.future.exception() is None:
                continue
            trace = self._traces / str(flight.number)
            if not trace.exists() and flight.tries < _TRIES:
                flight.tries += 1
                flight.future = pool.submit(_work, flight.number, flight.job)
            elif _text(trace):
                flight.future = _finished(self._blamed(flight.number, flight.job))
            else:
                flight.future = _finished(self._alone(flight.number, flight.job))
        return pool

    def _alone(self, number: int, job: Job) -> Any:
        """The job in a process of its own, so that a further death is surely its doing."""
        with self._hire(1) as pool:
            try:
                return pool.submit(_work, number, job).result()
            except BrokenExecutor:
                return self._blamed(number, job)

    def _blamed(self, number: int, job: Job) -> Refused:
        told = _text(self._traces / str(number))
        reason = next((why for word, why in _REASONS.items() if told.startswith(word)), "worker_died")
        size, _, digest = _text(_seen(self._traces, number)).partition(" ")
        source = Source(int(size), digest) if digest else Source()
        return refused(job.file, source, reason, self._scheme, trace=told or "the worker process died")

    @contextmanager
    def _weighed(self) -> Iterator[None]:
        """Meanwhile a worker that takes more memory than a file is allowed is ended, whatever it is doing."""
        done = threading.Event()
        watchdog = threading.Thread(target=self._weigh, args=(done,), name="memory", daemon=True)
        watchdog.start()
        try:
            yield
        finally:
            done.set()
            watchdog.join()

    def _weigh(self, done: threading.Event) -> None:
        while not done.wait(_LOOK):
            for at in self._traces.glob("*.at"):
                with suppress(psutil.Error, OSError):
                    worker = psutil.Process(int(at.stem))
                    taken = worker.memory_info().rss >> 20
                    # The number of a process that died may be another's by now.
                    if taken > self._allowed.memory and psutil.Process() in worker.parents():
                        told = f"{_TOO_LARGE}: {taken} MB, {self._allowed.memory} allowed"
                        (self._traces / _text(at)).write_text(told, encoding="utf-8")
                        worker.kill()


def sweep_abandoned(temporary: Path) -> None:
    """Removes folders of ours below `temporary` whose owner is dead: one that was killed could not do it itself."""
    for folder in temporary.glob(f"{_FOLDER}*"):
        owner = _OWNED.fullmatch(folder.name)
        if owner is not None and not folder.is_symlink() and not psutil.pid_exists(int(owner[1])):
            shutil.rmtree(folder, ignore_errors=True)
        elif owner is None:
            # Earlier programs left no number; theirs are empty once nobody uses them, and others are not removed.
            _remove_old_empty(folder)


def _remove_old_empty(folder: Path) -> None:
    with suppress(OSError):
        if not folder.is_symlink() and time.time() - folder.stat().st_mtime > _DAY:
            folder.rmdir()


_REASONS = {_TIMED_OUT: "timed_out", _TOO_LARGE: "too_much_memory"}


def _seen(traces: Path, number: int) -> Path:
    return traces / f"{number}.seen"


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


def _finished(judged: object) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_result(judged)
    return future


_worker: list[tuple[Scheme, Allowance, Path]] = []
"""What a worker process was hired with; empty in every other process."""


def _start_worker(scheme: Scheme, allowed: Allowance, traces: Path) -> None:
    # Ctrl-C reaches every process of the terminal; the one that writes the outputs decides what happens.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    _worker.append((scheme, allowed, traces))


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _work(number: int, job: Job) -> Any:
    scheme, allowed, traces = _worker[-1]
    path, seen, at = traces / str(number), _seen(traces, number), traces / f"{os.getpid()}.at"

    def tell(source: Source) -> None:
        seen.write_text(f"{source.size} {source.sha256}", encoding="utf-8")

    try:
        with path.open("w", encoding="utf-8") as trace, _watched(trace, allowed.seconds):
            at.write_text(str(number), encoding="utf-8")
            with _overheard(traces / f"{number}.said") as said:
                judged = job.judge(job.path, job.file, scheme, allowed.limits, tell)
            return replace(judged, said=_text(said))
    finally:
        for told in (at, seen, path, traces / f"{number}.said"):
            told.unlink(missing_ok=True)


@contextmanager
def _overheard(path: Path) -> Iterator[Path]:
    """Meanwhile whatever a library prints past Python (a panic in Rust) goes into the file and not on the terminal."""
    with path.open("wb") as said:
        before = os.dup(2)
        os.dup2(said.fileno(), 2)
        try:
            yield path
        finally:
            os.dup2(before, 2)
            os.close(before)


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
