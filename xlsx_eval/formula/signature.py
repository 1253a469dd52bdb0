"""How a function takes its arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from xlsx_eval.formula.values import Value


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the formula language.

    `kinds` says a letter per argument how it is converted: n number, i whole number, c number of characters, t text, l truth, v any
    scalar but an error, s any scalar, L a truth that is never taken element by element, r as it stands (a
    reference or array is a column). `least` arguments are required; the last `repeats` kinds may come again.
    """

    kinds: str
    least: int
    call: Callable[..., Value]
    repeats: int = 0

    def kind(self, index: int) -> str:
        """Letter of the argument at a place, counted from 0."""
        if index >= len(self.kinds):
            index = len(self.kinds) - self.repeats + (index - len(self.kinds)) % self.repeats
        return self.kinds[index]

    def accepts(self, count: int) -> bool:
        """Whether it can be called with so many arguments."""
        if count <= len(self.kinds):
            return count >= self.least
        return self.repeats > 0 and (count - len(self.kinds)) % self.repeats == 0
