"""One file of the inbox, judged and ready to be handed back; whatever happens, something comes out."""

from __future__ import annotations

import hashlib
import traceback
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from xlsx_eval.annotate import annotate
from xlsx_eval.errors import Unreadable
from xlsx_eval.evaluate import UNREADABLE, evaluate
from xlsx_eval.names import round_of
from xlsx_eval.receipt import draw_receipt, reason_sentence
from xlsx_eval.results import Result, result_of
from xlsx_eval.scheme import Scheme


@dataclass(frozen=True, slots=True)
class Judged:
    """A file's result, what is handed back for it, and the extension that goes with the content.

    `trace` is a traceback for whoever looks after the program, "" when nothing went wrong in it.
    """

    result: Result
    data: bytes
    extension: str
    trace: str = ""


def judge(path: Path, file: str, scheme: Scheme) -> Judged:
    """The file at `path`, called `file` in the records; a fault of file or program gives a receipt."""
    try:
        data = path.read_bytes()
    except OSError as error:
        return refused(file, b"", "unopened", str(error), scheme, trace=f"{type(error).__name__}: {error}")
    try:
        return _handed_back(data, file, scheme)
    except Unreadable as error:
        return refused(file, data, error.reason, error.detail, scheme)
    except Exception:
        return refused(file, data, "program_failed", "", scheme, trace=traceback.format_exc())


def _handed_back(data: bytes, file: str, scheme: Scheme) -> Judged:
    evaluation = evaluate(data, scheme)
    _, round_number = round_of(PurePosixPath(file).stem)
    result = result_of(evaluation, file, hashlib.sha256(data).hexdigest(), round_number)
    return Judged(result, annotate(data, evaluation), f".{evaluation.submission.book.kind}")


def refused(file: str, data: bytes, reason: str, detail: str, scheme: Scheme, *, trace: str = "") -> Judged:
    """A file that could not be judged, for one of the reasons of the receipts table."""
    digest = hashlib.sha256(data).hexdigest()
    result = Result(
        file=file,
        sha256=digest,
        state=UNREADABLE,
        round=round_of(PurePosixPath(file).stem)[1],
        reason=reason_sentence(reason, detail),
    )
    receipt = draw_receipt(file, len(data), digest, reason, detail, scheme.year)
    return Judged(result, receipt, ".xlsx", trace)
