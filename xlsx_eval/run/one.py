"""One file of the inbox, judged and ready to be handed back; whatever happens, something comes out."""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeVar

from xlsx_eval.drawing.marked import annotate
from xlsx_eval.drawing.marked.answers import read_answers
from xlsx_eval.drawing.receipt import draw_receipt, reason_sentence
from xlsx_eval.errors import Unreadable, WorkspaceError
from xlsx_eval.judging.evaluate import Evaluation, evaluate
from xlsx_eval.judging.results import Result, result_of
from xlsx_eval.judging.rounds import History, Past, Standing, compare, identities
from xlsx_eval.names import round_of
from xlsx_eval.reading.convert import FOREIGN, extension_of, without_marks
from xlsx_eval.scheme import Scheme
from xlsx_eval.states import UNREADABLE
from xlsx_eval.xlsx.package.archive import DEFAULT_LIMITS, Limits
from xlsx_eval.xlsx.read.book import Book
from xlsx_eval.xlsx.read.workbook import read_book


@dataclass(frozen=True, slots=True)
class Judged:
    """A workbook's result, what is handed back for it, and the extension that goes with the content.

    `said` is what a library printed while it read the file.
    """

    result: Result
    data: bytes
    extension: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that could not be judged: its result says why, and a receipt is handed back for it.

    `trace` is a traceback for whoever looks after the program, "" when nothing went wrong in it.
    """

    result: Result
    data: bytes
    trace: str = ""
    said: str = ""

    @property
    def extension(self) -> str:
        """That of the receipt, whatever came."""
        return ".xlsx"


T = TypeVar("T")
"""What becomes of a file that can be judged."""


@dataclass(frozen=True, slots=True)
class Source:
    """What is known of a file's bytes; of one that was never read, nothing."""

    size: int = 0
    sha256: str = ""

    @classmethod
    def of(cls, data: bytes) -> Source:
        """Size and digest of the bytes."""
        return cls(len(data), hashlib.sha256(data).hexdigest())


def judge(
    path: Path,
    file: str,
    scheme: Scheme,
    limits: Limits = DEFAULT_LIMITS,
    seen: Callable[[Source], None] | None = None,
) -> Judged | Refused:
    """The file at `path`, called `file` in the records; a fault of file or program gives a receipt.

    `seen` is told of the file as soon as it was read.
    """
    return guarded(path, file, scheme, limits, seen, _handed_back)


def guarded(
    path: Path,
    file: str,
    scheme: Scheme,
    limits: Limits,
    seen: Callable[[Source], None] | None,
    handed_back: Callable[[bytes, str, Source, Scheme, Limits], T],
) -> T | Refused:
    """What `handed_back` makes of the file's bytes, or the receipt for the fault that kept it from doing so."""
    try:
        size = path.stat().st_size
        if size > limits.total:
            return refused(file, Source(size), "too_large", scheme)
        data = path.read_bytes()
    except OSError:
        return refused(file, Source(), "unopened", scheme, trace=traceback.format_exc())
    source = Source.of(data)
    if seen is not None:
        seen(source)
    try:
        return handed_back(data, file, source, scheme, limits)
    except Unreadable as error:
        return refused(file, source, error.reason, scheme, detail=error.detail)
    except WorkspaceError:
        # The season's own files are at fault, not this one.
        raise
    except MemoryError:
        return refused(file, source, "too_much_memory", scheme, trace=traceback.format_exc())
    except Exception:
        return refused(file, source, "program_failed", scheme, trace=traceback.format_exc())


def _handed_back(data: bytes, file: str, source: Source, scheme: Scheme, limits: Limits) -> Judged:
    evaluation = evaluate(data, scheme, limits)
    _, round_number = round_of(PurePosixPath(file).stem)
    history = _answered(data, evaluation, round_number)
    # A workbook that brings answers to our list has been with us before, whatever its file is called now.
    number = round_number if history is None else history.round
    result = result_of(evaluation, file, source.sha256, number)
    return Judged(result, annotate(data, evaluation, history), extension_of(evaluation.submission.book.kind))


def sent_book(data: bytes, evaluation: Evaluation) -> Book | None:
    """The workbook with our sheets still in it, from which answers are read; None where it bears no marks."""
    book, limits = evaluation.submission.book, evaluation.limits
    # A workbook saved in another format holds our sheets as its own, and what was read of it is a fresh template.
    if book.kind in FOREIGN or without_marks(data, limits) != data:
        return read_book(data, limits)
    return None


def _answered(data: bytes, evaluation: Evaluation, number: int) -> History | None:
    """The answers that a workbook brings back, beside the findings that are still there; None without any.

    Without a ledger nothing is known of the round before, so its list in the workbook is all there is to go by:
    what is new or corrected since is not told, but no answer is lost on the way.
    """
    sent = sent_book(data, evaluation)
    if sent is None:
        return None
    past = tuple(
        Past(item, key) for item, key in zip(evaluation.findings, identities(evaluation), strict=True)
    )
    answers = read_answers(sent, past)
    if not answers:
        return None
    history = compare(evaluation, past, answers, max(2, number))
    standings = tuple(one if one.answer else Standing() for one in history.standings)
    return History(history.round, standings)


def refused(
    file: str, source: Source, reason: str, scheme: Scheme, *, detail: str = "", trace: str = ""
) -> Refused:
    """A file that could not be judged, for one of the reasons of the receipts table."""
    result = Result(
        file=file,
        sha256=source.sha256,
        state=UNREADABLE,
        round=round_of(PurePosixPath(file).stem)[1],
        reason=reason_sentence(reason, detail),
    )
    receipt = draw_receipt(file, source.size, source.sha256, reason, detail, scheme.year)
    return Refused(result, receipt, trace)
