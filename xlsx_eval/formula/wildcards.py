"""Excel's wildcards: ? is one character, * any number of them, ~ takes the next one as it stands."""

from __future__ import annotations

from functools import lru_cache

_ONE = object()
_ANY = object()


def has_wildcards(pattern: str) -> bool:
    """Whether a pattern means anything but itself."""
    return any(mark in pattern for mark in "?*~")


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text fits the pattern; time grows with the product of both lengths at most."""
    parts = _parse(pattern)
    place = at = 0
    star = -1
    resume = 0
    while at < len(text):
        if place < len(parts) and parts[place] is _ANY:
            star, resume = place, at
            place += 1
        elif place < len(parts) and (parts[place] is _ONE or parts[place] == text[at]):
            place += 1
            at += 1
        elif star >= 0:
            resume += 1
            place, at = star + 1, resume
        else:
            return False
    return all(part is _ANY for part in parts[place:])


@lru_cache(maxsize=256)
def _parse(pattern: str) -> tuple[object, ...]:
    parts: list[object] = []
    characters = iter(pattern)
    for character in characters:
        if character == "~":
            parts.append(next(characters, "~"))
        else:
            parts.append(_ANY if character == "*" else _ONE if character == "?" else character)
    return tuple(parts)
