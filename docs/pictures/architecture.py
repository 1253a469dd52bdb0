"""Draws architecture.svg from the imports of the program: its rooms, top to bottom, and who uses whom.

    python docs/pictures/architecture.py

A test draws it again and compares, so that the picture cannot show what is no longer so.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.sax.saxutils import escape

HERE = Path(__file__).resolve().parent
PACKAGE = HERE.parents[1] / "xlsx_eval"
PICTURE = HERE / "architecture.svg"
SMALL = "small modules"
ROOMS = {
    "cli": "the commands: the library with words round it",
    "season": "weeks of collecting: workspace, roster, ledger, review",
    "run": "many workbooks: one file, worker processes, output folder",
    "drawing": "what we draw: notes and sheets, summary, receipt",
    "judging": "submission → scores, checks, diagnosis, rounds",
    "reading": "workbook → submission: find, read, recompute",
    "form": "the empty template, and filling it",
    "scheme": "what is asked and what it is worth",
    "xlsx": "a workbook as a package: read, write, strip",
    "formula": "an Excel formula: parse, evaluate",
    SMALL: "errors · states · findings · files · names · cell",
}
"""Rooms from the top down and what each is for; the order is that of tests/test_layers.py."""

WIDTH, HEIGHT, GAP, LEFT = 460, 44, 26, 230


def room_of(module: str) -> str:
    """The room of a module of ours; loose modules share one."""
    part = module.split(".")[1] if "." in module else ""
    return part if part in ROOMS else SMALL


def modules() -> Mapping[str, Path]:
    """Every module of the program by its dotted name."""
    found: dict[str, Path] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(path: Path, known: Mapping[str, Path]) -> Iterator[str]:
    """Modules of ours that the file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                if inner in known or node.module in known:
                    yield inner if inner in known else node.module


def arrows() -> frozenset[tuple[str, str]]:
    """Which room imports from which; the front doors of the package are left out."""
    known = modules()
    found: set[tuple[str, str]] = set()
    for module, path in known.items():
        if module in ("xlsx_eval", "xlsx_eval.__main__"):
            continue
        for other in imported(path, known):
            ends = room_of(module), room_of(other)
            if ends[0] != ends[1]:
                found.add(ends)
    return frozenset(found)


def drawn() -> str:
    """The picture: a box a room, arcs on the left to what it imports."""
    order = list(ROOMS)
    tall = len(order) * (HEIGHT + GAP) + 20
    style = "font-family:sans-serif"
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 20}" height="{tall}" style="{style}">',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        '<marker id="a" markerUnits="userSpaceOnUse" markerWidth="9" markerHeight="8" refX="8" refY="4" '
        'orient="auto"><path d="M0,0L9,4L0,8z" fill="#5b7294"/></marker>',
    ]
    top = {room: 10 + number * (HEIGHT + GAP) for number, room in enumerate(order)}
    for one, other in sorted(arrows(), key=lambda ends: (order.index(ends[0]), order.index(ends[1]))):
        start, end = top[one] + HEIGHT - 12, top[other] + 12
        bend = LEFT - 22 * abs(order.index(other) - order.index(one)) - 6
        out.append(
            f'<path d="M{LEFT},{start}C{bend},{start} {bend},{end} {LEFT},{end}" fill="none" stroke="#5b7294" '
            f'stroke-width="1.4" stroke-opacity="0.6" marker-end="url(#a)">'
            f"<title>{escape(one)} → {escape(other)}</title></path>"
        )
    for room, y in top.items():
        out += [
            f'<rect x="{LEFT}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="5" fill="#eef2f7" stroke="#203764"/>',
            f'<text x="{LEFT + 12}" y="{y + 18}" font-size="14" font-weight="bold" fill="#203764">'
            f"{escape(room)}</text>",
            f'<text x="{LEFT + 12}" y="{y + 35}" font-size="12" fill="#333333">{escape(ROOMS[room])}</text>',
        ]
    return "\n".join([*out, "</svg>", ""])


if __name__ == "__main__":
    PICTURE.write_text(drawn(), encoding="utf-8", newline="\n")
