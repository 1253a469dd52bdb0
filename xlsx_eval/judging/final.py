"""The result that stands once a person has decided what only a person can."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Final:
    """A department's result with the reviewer's entries; `open` counts items undecided.

    `waived` counts errors that the reviewer lets stand, `errors` those that nobody does.
    """

    score: float
    unscored: float
    grade: str | None
    reviewed: int
    open: int
    changed: float
    waived: int = 0
    errors: int = 0

    @property
    def closed(self) -> bool:
        """Whether every item has been decided."""
        return self.open == 0
