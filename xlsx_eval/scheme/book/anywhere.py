"""A scheme from wherever it stands: a ready one, a TOML file, or a scheme's workbook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlsx_eval.errors import SchemeError
from xlsx_eval.scheme import Scheme, check_scheme, load_scheme
from xlsx_eval.scheme.book.imported import import_scheme
from xlsx_eval.scheme.load import checked_scheme, read_raw


@dataclass(frozen=True, slots=True)
class Report:
    """What a check of a scheme found, in words; `scheme` is None while there are errors."""

    scheme: Scheme | None
    errors: tuple[str, ...]
    advice: tuple[str, ...]


def load_any(name_or_path: str | Path | None = None, *, year: int | None = None) -> Scheme:
    """A scheme by name, TOML file or workbook; raises SchemeError, saying where and what is wrong."""
    if not is_workbook(name_or_path):
        return load_scheme(name_or_path, year=year)
    path = Path(str(name_or_path))
    return import_scheme(_bytes(path), path.name, year=year, thorough=False).scheme


def report_on(name_or_path: str | Path, *, year: int | None = None) -> Report:
    """Everything there is to say about a scheme; raises SchemeError where it cannot be read at all."""
    if is_workbook(name_or_path):
        path = Path(str(name_or_path))
        imported = import_scheme(_bytes(path), path.name, year=year)
        scheme = None if imported.faults else imported.scheme
        return Report(scheme, imported.faults, imported.advice)
    checked = check_scheme(name_or_path, year=year)
    scheme = None if checked.errors else checked_scheme(checked)
    return Report(
        scheme, tuple(map(checked.sentence, checked.errors)), tuple(map(checked.sentence, checked.advice))
    )


def raw_tables(name_or_path: str | Path) -> Mapping[str, Any]:
    """The raw tables of a ready scheme, a TOML file or a sound workbook; raises SchemeError."""
    if not is_workbook(name_or_path):
        return read_raw(name_or_path)[2]
    path = Path(str(name_or_path))
    imported = import_scheme(_bytes(path), path.name, thorough=False)
    if imported.faults:
        raise SchemeError(path.name, imported.faults)
    return imported.raw


def is_workbook(name_or_path: str | Path | None) -> bool:
    """Whether the path names a workbook; a scheme is told from its file's name as an officer sees it."""
    return str(name_or_path).casefold().endswith((".xlsx", ".xlsm"))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SchemeError(path.name, (f"无法读取（{error.strerror}）",)) from None
