"""What is wrong with a scheme: each remark knows its place in the raw tables and says it in words."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]
"""A place in the raw tables: `("indicator", 3, "rule", "step")`, counted from 0."""

ERROR, ADVICE = "错误", "提示"


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to say about one place; an 错误 keeps the scheme from being used, a 提示 does not."""

    path: Path
    text: str
    level: str = ERROR


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """The nearest known word as a question, "" when none is near."""
    close = difflib.get_close_matches(str(word), list(known), n=1, cutoff=0.5)
    return f"；是否应为“{close[0]}”" if close else ""


def shown(value: object) -> str:
    """A raw value in a message."""
    if value is None or value == "":
        return "空"
    text = str(value)
    return f"“{text if len(text) <= 40 else text[:39] + '…'}”"


_LABELS = ("name", "id", "title", "indicator")


def place_words(path: Path, raw: Mapping[str, Any], text: str = "") -> str:
    """A place in words an officer finds: the table, its number and name, the key, and the line of the file."""
    words: list[str] = []
    here: Any = raw
    for step in path:
        here = _inside(here, step)
        if isinstance(step, int):
            label = next((str(here[key]) for key in _LABELS if isinstance(here, dict) and key in here), "")
            words[-1] += f" 第 {step + 1} 个" + (f"（{label}）" if label else "")
        else:
            words.append(
                f"[[{step}]]" if isinstance(here, list) and here and isinstance(here[0], dict) else step
            )
    line = _line(path, raw, text)
    return (f"第 {line} 行 " if line else "") + " ".join(words)


def _inside(here: Any, step: str | int) -> Any:
    try:
        return here[step]
    except (KeyError, IndexError, TypeError):
        return None


def _line(path: Sequence[str | int], raw: Mapping[str, Any], text: str) -> int | None:
    """Line of the header of the table at `path`, of its key where that can be found below it."""
    if not text or not path:
        return None
    headers = [line.strip() for line in text.splitlines()]
    first = str(path[0])
    number = path[1] if len(path) > 1 and isinstance(path[1], int) else 0
    starts = [index for index, line in enumerate(headers) if line in (f"[[{first}]]", f"[{first}]")]
    if number >= len(starts):
        return None
    start = starts[number]
    for key in [step for step in path[1:] if isinstance(step, str)]:
        pattern = re.compile(rf"[\"']?{re.escape(key)}[\"']?\s*=")
        for index in range(start + 1, len(headers)):
            if headers[index] in (f"[[{first}]]", f"[{first}]"):
                break
            if pattern.match(headers[index]):
                return index + 1
    return start + 1
