"""The command line's words in the language of whoever sits before it."""

from __future__ import annotations

import locale
import os
import sys
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

LANGUAGES = ("zh", "en")


class Words:
    """Sentences by key in one language, filled in when called."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, key: str, **parts: object) -> str:
        """The sentence under `key` with its parts filled in."""
        text = _table()[key][self.language]
        return text.format(**parts) if parts else text


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    raw = tomllib.loads(files("xlsx_eval").joinpath("words.toml").read_text(encoding="utf-8"))
    table: dict[str, Mapping[str, str]] = {}
    _flatten(raw, "", table)
    return table


def _flatten(raw: Mapping[str, object], prefix: str, table: dict[str, Mapping[str, str]]) -> None:
    own = {key: value for key, value in raw.items() if isinstance(value, str)}
    if own:
        table[prefix] = own
    for key, value in raw.items():
        if isinstance(value, dict):
            _flatten(value, f"{prefix}.{key}" if prefix else key, table)


def asked_language(arguments: Sequence[str]) -> str:
    """The language after --lang, else the system's; the help itself needs it before anything is parsed."""
    for place, argument in enumerate(arguments):
        if argument == "--lang" and place + 1 < len(arguments):
            asked = arguments[place + 1]
        elif argument.startswith("--lang="):
            asked = argument.partition("=")[2]
        else:
            continue
        if asked in LANGUAGES:
            return asked
    return system_language()


def system_language() -> str:
    """zh on a Chinese system, else en."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "zh" if value.casefold().startswith("zh") else "en"
    if sys.platform == "win32":
        import ctypes

        # The low ten bits are the primary language; 4 is Chinese.
        return "zh" if ctypes.windll.kernel32.GetUserDefaultUILanguage() & 0x3FF == 4 else "en"
    return "zh" if (locale.getlocale()[0] or "").casefold().startswith("zh") else "en"
