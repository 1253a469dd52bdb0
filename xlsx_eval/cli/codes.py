"""Exit codes: what a script or scheduler learns from a run."""

from __future__ import annotations

from collections.abc import Collection

from xlsx_eval.states import FOR_REVIEW, SENT_BACK, UNREADABLE

DONE, RETURNED, ACT, UNREAD, FAILED = 0, 1, 2, 3, 4
"""All passed; something was sent back; the operator must act; a file could not be read; the program failed."""


def code_of(states: Collection[str]) -> int:
    """The code for files of these states: unreadable first, then sent back, then for review."""
    if UNREADABLE in states:
        return UNREAD
    if SENT_BACK in states:
        return RETURNED
    return ACT if FOR_REVIEW in states else DONE
