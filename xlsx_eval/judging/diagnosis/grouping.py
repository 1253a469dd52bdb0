"""Notices that say the same of many cells of one column, made one; every cell is still named."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from xlsx_eval.cell import CellRef
from xlsx_eval.findings import VERDICTS, Finding

GROUPED = frozenset({"A18", "B01", "B03", "B09", "B11", "B14", "B16", "B19", "B22", "E04"})
"""Codes of which several in one column are one and the same observation."""
_BLANK = frozenset({"B01", "E04"})
CONSEQUENCES = "；由此引起："
"""What leads a list of consequences in a message."""
_FEWEST = 3
_LISTED = 8
_OWN_WORDS = re.compile("“[^”]*”|[-+]?[0-9][0-9,.]*%?")


def grouped(found: Iterable[Finding]) -> list[Finding]:
    """Findings with three or more of one kind in one column drawn together under the first of them."""
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for item in found:
        groups.setdefault(_kind(item), []).append(item)
    drawn: list[Finding] = []
    for members in groups.values():
        drawn += [_drawn(members)] if len(members) >= _FEWEST else members
    return drawn


def _plain(item: Finding) -> str:
    """The message without the consequences it carries."""
    return item.message.partition(CONSEQUENCES)[0]


def _kind(item: Finding) -> tuple[str, ...]:
    # What tells a value is about its own cell alone.
    if item.code not in GROUPED or not item.cell or (item.code in _BLANK and item.correction is not None):
        return (item.code, item.sheet, item.cell, item.message)
    column = "".join(filter(str.isalpha, item.cell))
    return (item.code, item.sheet, column, _OWN_WORDS.sub("", _plain(item)), item.hint)


def _drawn(members: list[Finding]) -> Finding:
    ordered = sorted(members, key=lambda item: CellRef.parse(item.cell))
    first, others = ordered[0], ordered[1:]
    cells = "、".join(item.cell for item in others[:_LISTED]) + ("等" if len(others) > _LISTED else "")
    consequences = dict.fromkeys(item.message.partition(CONSEQUENCES)[2] for item in ordered)
    carried = "；".join(filter(None, consequences))
    also = [place for item in ordered for place in ((item.sheet, item.cell), *item.also)][1:]
    return replace(
        first,
        verdict=min((item.verdict for item in ordered), key=VERDICTS.index),
        message=f"{_plain(first)}；同类情形共 {len(ordered)} 处（另见 {cells}）"
        + (f"{CONSEQUENCES}{carried}" if carried else ""),
        points=sum(item.points for item in ordered),
        money=sum(item.money for item in ordered),
        also=tuple(dict.fromkeys(place for place in also if place != (first.sheet, first.cell))),
    )
