"""Tables on the terminal: drawn by rich on a screen, plain aligned columns otherwise."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Sequence

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

_COLOURS = {
    "错误": "red",
    "待说明": "yellow",
    "无法核验": "cyan",
    "退回修改": "red",
    "待复核": "yellow",
    "通过": "green",
}


def show_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print the rows below their headings."""
    clean_rows = [[clean(cell) for cell in row] for row in rows]
    if sys.stdout.isatty():
        Console(file=sys.stdout).print(_drawn(headings, clean_rows))
        return
    for line in aligned([list(headings), *clean_rows]):
        click.echo(line)


def _drawn(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(header_style="bold")
    for heading in headings:
        # Chinese has no blanks to break at; anything but folding would cut the sentence short.
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell, style=_COLOURS.get(cell, "")) for cell in row))
    return table


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines whose columns begin at the same place, a Chinese character taking two."""
    widths = [max(map(display_width, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell + " " * (width - display_width(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


def display_width(text: str) -> int:
    """Columns that `text` takes on a terminal."""
    return sum(_character_width(character) for character in text)


def _character_width(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def clean(text: str) -> str:
    """`text` on one line and without control characters, which a workbook could use to steer a terminal."""
    plain = " ".join(text.split())
    return "".join(
        character if unicodedata.category(character) not in {"Cc", "Cs"} else "\ufffd" for character in plain
    )
