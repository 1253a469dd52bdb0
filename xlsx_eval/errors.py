"""Errors for the operator: each owns its sentence and survives pickling; the command line turns it into text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import ClassVar

_TOML_PLACE = re.compile(r"\(at line ([0-9]+), column ([0-9]+)\)")


class Said(str):
    """A sentence in Chinese that knows itself in English as well: who raises it owns it in both."""

    def __new__(cls, zh: str, en: str) -> Said:
        """The sentence `zh`, in English `en`."""
        said = super().__new__(cls, zh)
        said.en = en
        return said

    en: str

    def __reduce__(self) -> tuple[type[Said], tuple[str, str]]:
        return Said, (str(self), self.en)


def toml_fault(error: ValueError) -> Said:
    """What is wrong with a TOML file, from the parser's own error, which speaks English only."""
    if isinstance(error, UnicodeDecodeError):
        return Said("不是 UTF-8 编码，请另存为 UTF-8", "not UTF-8; save it as UTF-8")
    place = _TOML_PLACE.search(str(error))
    if place is None:
        return Said("内容不完整或写法有误", str(error))
    return Said(f"第 {place[1]} 行第 {place[2]} 列附近写法有误", str(error))


def _told(source: str, problems: Iterable[str], colon: str, language: str) -> str:
    if language == "en":
        return "\n".join(f"{source}: {getattr(problem, 'en', problem)}" for problem in problems)
    return "\n".join(f"{source}{colon}{problem}" for problem in problems)


class XlsxEvalError(Exception):
    """Base of every error this package raises on purpose."""

    def told(self, language: str) -> str:
        """The error in a language, zh or en, as far as whoever raised it said it in that."""
        return str(self)


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
        return self.told("zh")

    def told(self, language: str) -> str:
        """Source and problem, a line each."""
        return _told(self.source, self.problems, ": ", language)


class FillError(XlsxEvalError):
    """Values that do not fit the template; `problems` names each key."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        return self.told("zh")

    def told(self, language: str) -> str:
        """A line for each key."""
        return "\n".join(getattr(problem, language, problem) for problem in self.problems)


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
        return self.told("zh")

    def told(self, language: str) -> str:
        """Source and problem, a line each."""
        return _told(self.source, self.problems, "：", language)
