"""File names we write: taken from the file that came, safe on every system, never the same twice."""

from __future__ import annotations

import os
import re
import unicodedata
from collections import defaultdict
from pathlib import PurePath

MAX_CHARACTERS = 150
MAX_BYTES = 240

_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(?i:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\.|\Z)")
_ROUND = re.compile(r"_第([1-9][0-9]{0,2})轮\Z")


def shown_name(path: PurePath) -> str:
    """The path as text for people and records, parts joined by `/`.

    A name that is no UTF-8 (unpacked from a GBK archive) is read as GB 18030 where that works.
    """
    return "/".join(_readable(part) for part in path.parts)


def _readable(name: str) -> str:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        raw = os.fsencode(name)
        try:
            name = raw.decode("gb18030")
        except UnicodeDecodeError:
            name = raw.decode("utf-8", "replace")
    return unicodedata.normalize("NFC", name)


def round_of(stem: str) -> tuple[str, int]:
    """Stem without the mark of an earlier round, and the round it is now: `甲_第1轮` is `甲` in round 2."""
    match = _ROUND.search(stem)
    if match is None:
        return stem, 1
    return stem[: match.start()], int(match[1]) + 1


def safe_stem(stem: str, room: str = "") -> str:
    """`stem` as Windows, macOS and Linux all accept it, short enough that `room` still fits behind it."""
    kept = "".join(character for character in unicodedata.normalize("NFC", stem) if _visible(character))
    kept = _shortened(_FORBIDDEN.sub("_", kept).strip(" ."), room).rstrip(" .")
    if not kept:
        return "未命名"
    return f"_{kept}" if _RESERVED.match(kept) else kept


def _visible(character: str) -> bool:
    # Format characters would let a name pretend to be another, e.g. by turning the reading direction.
    return unicodedata.category(character) not in {"Cf", "Cs", "Co", "Zl", "Zp"}


def _shortened(text: str, room: str) -> str:
    text = text[: MAX_CHARACTERS - len(room)]
    while len((text + room).encode("utf-8")) > MAX_BYTES:
        text = text[:-1]
    return text


class Names:
    """Hands out names under the output folder; one that is taken, in any letter case, gets _2, _3 and so on."""

    def __init__(self) -> None:
        self._taken: dict[str, set[str]] = defaultdict(set)

    def take(self, folder: str, stem: str, ending: str) -> str:
        """A free `folder/stem+ending`, made safe; `ending` holds the round and the extension."""
        number = 1
        while True:
            tail = ending if number == 1 else f"_{number}{ending}"
            name = safe_stem(stem, tail) + tail
            key = name.casefold()
            if key not in self._taken[folder]:
                self._taken[folder].add(key)
                return f"{folder}/{name}"
            number += 1

    def reserve(self, name: str) -> None:
        """`folder/name` is taken already."""
        folder, _, rest = name.rpartition("/")
        self._taken[folder].add(rest.casefold())
