"""Errors for the operator: each owns its sentence and survives pickling; the command line turns it into text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class XlsxEvalError(Exception):
    """Base of every error this package raises on purpose."""


class Unreadable(XlsxEvalError):
    """A file that cannot be judged; `reason` is a key of the receipts table, `detail` says what was seen.

    Reasons: empty, truncated, encrypted, encrypted_untried, rights_managed, pdf, picture, zip_of_workbooks, not_a_workbook, xml_damaged,
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


class FolderError(XlsxEvalError):
    """A folder that cannot be worked with; `problem` is a key of FolderError.SENTENCES, `path` where it lies."""

    SENTENCES: ClassVar[Mapping[str, str]] = {
        "no_inbox": "there is no such folder",
        "inbox_in_out": "the submissions lie where the outputs would go; choose another output folder",
        "foreign": "the output folder holds a file of this name that is not ours; choose another output folder",
        "busy": "another run is writing into this folder",
        "unwritable": "cannot be written; close it in other programs and check the permissions",
    }

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(path, problem)
        self.path = path
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.path}: {self.SENTENCES[self.problem]}"


class WorkspaceError(XlsxEvalError):
    """A workspace, or a file the bureau keeps in it, that cannot be used; `problems` says where and what."""

    def __init__(self, source: str, problems: tuple[str, ...]) -> None:
        super().__init__(source, problems)
        self.source = source
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(f"{self.source}：{problem}" for problem in self.problems)
