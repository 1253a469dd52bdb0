"""Errors for the operator: each owns its sentence and survives pickling; the command line turns it into text."""

from __future__ import annotations


class XlsxEvalError(Exception):
    """Base of every error this package raises on purpose."""


class Unreadable(XlsxEvalError):
    """A file that cannot be judged; `reason` is a key of the receipts table, `detail` says what was seen.

    Reasons: empty, truncated, encrypted, pdf, picture, zip_of_workbooks, not_a_workbook, xml_damaged,
    damaged (a .xls, .xlsb, .ods or .csv whose structure cannot be followed), too_large, hostile.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}" if self.detail else self.reason


class SchemeError(XlsxEvalError):
    """A scheme that contradicts itself; `problems` says where and what, a sentence each."""

    def __init__(self, source: str, problems: tuple[str, ...]) -> None:
        super().__init__(source, problems)
        self.source = source
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(f"{self.source}: {problem}" for problem in self.problems)


class FillError(XlsxEvalError):
    """Values that do not fit the template; `problems` names each key."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(self.problems)


class FormulaError(XlsxEvalError):
    """A formula that does not parse or calls what the engine does not know; `position` counts characters."""

    def __init__(self, text: str, message: str, position: int = 0) -> None:
        super().__init__(text, message, position)
        self.text = text
        self.message = message
        self.position = position

    def __str__(self) -> str:
        return f"{self.message} (character {self.position + 1} of {self.text!r})"
