"""Read every workbook of a folder with ours, openpyxl and calamine, and write docs/reading.md about it.

Run: PYTHONPATH=. python bench/agreement.py [FOLDER] [-o docs/reading.md]
"""

from __future__ import annotations

import argparse
import contextlib
import io
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY / "tests"))

from other_readers import VERDICTS, Difference, by_calamine, by_openpyxl, differences, formula_differences  # noqa: E402

from xlsx_eval.cell import ErrorValue  # noqa: E402
from xlsx_eval.errors import Unreadable  # noqa: E402
from xlsx_eval.xlsx.read.workbook import read_book  # noqa: E402

PACKAGES = ("xlsx", "xlsm", "xltx", "xltm")


@dataclass(slots=True)
class Count:
    """What was seen over all files."""

    files: int = 0
    read: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    cells: int = 0
    formulas: int = 0
    slowest: float = 0.0
    seconds: float = 0.0
    other_fails: Counter[str] = field(default_factory=Counter)
    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)
    files_of: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    examples: dict[tuple[str, str], Difference] = field(default_factory=dict)


def count(paths: list[Path]) -> Count:
    """Compare all files."""
    seen = Count()
    for path in paths:
        _one(path, seen)
    return seen


def _one(path: Path, seen: Count) -> None:
    data = path.read_bytes()
    seen.files += 1
    start = time.perf_counter()
    try:
        book = read_book(data)
    except Unreadable as error:
        seen.refused[error.reason] += 1
        return
    finally:
        spent = time.perf_counter() - start
        seen.seconds += spent
        seen.slowest = max(seen.slowest, spent)
    seen.read[book.kind] += 1
    if book.kind not in PACKAGES:
        return
    cells = [cell for sheet in book.sheets for cell in sheet.cells.values()]
    seen.cells += len(cells)
    seen.formulas += sum(cell.formula is not None for cell in cells)
    with contextlib.redirect_stdout(io.StringIO()):
        seen.other_fails["openpyxl"] += not by_openpyxl(data)
        seen.other_fails["calamine"] += not by_calamine(data)
        for found in [*differences(data), *formula_differences(data)]:
            key = found.kind, found.reader
            seen.kinds[key] += 1
            seen.files_of.setdefault(key, set()).add(path.name)
            seen.examples.setdefault(key, found)


def page(seen: Count) -> Iterator[str]:
    """The lines of docs/reading.md."""
    yield "# Reading: agreement with two other readers"
    yield ""
    yield "Written by `bench/agreement.py`, which reads every file of a collection of wild workbooks three times."
    yield ""
    yield f"- {seen.files} files: " + ", ".join(f"{kind} {n}" for kind, n in seen.read.most_common())
    refused = ", ".join(f"{reason} {n}" for reason, n in seen.refused.most_common())
    yield f"- refused {seen.refused.total()}: {refused}; no other exception"
    yield f"- compared: {seen.cells} cells of packages, {seen.formulas} of them formulas"
    fails = ", ".join(f"{reader} {n}" for reader, n in sorted(seen.other_fails.items()))
    yield f"- packages we read that the other cannot open: {fails}"
    yield f"- slowest file {seen.slowest:.1f} s, all files {seen.seconds:.0f} s"
    yield ""
    yield "| difference | reader | cells | files | example (ours / theirs) | who is right |"
    yield "|---|---|---|---|---|---|"
    for (kind, reader), cells in seen.kinds.most_common():
        files = len(seen.files_of[kind, reader])
        example = _example(seen.examples[kind, reader])
        verdict = VERDICTS.get(kind, "**not explained**")
        yield f"| {kind or '?'} | {reader} | {cells} | {files} | {example} | {verdict} |"
    yield ""
    yield "Cells that hold neither a value nor a formula are not kept by ours and not compared."
    yield "Results of an array formula stand as plain values in all its cells but the first, which has the formula."
    yield "Error values newer than Excel 2007 (`#SPILL!`, `#CALC!`) are read as `#VALUE!`."
    yield ""
    yield "In .xls, .xlsb and .ods calamine tells no formulas, names, locks or formats. It reads error values as"
    yield "blanks: ours takes them from the file itself for .xls and .ods, in .xlsb they stay blanks."


def _example(found: Difference) -> str:
    return f"`{_short(_plain(found.ours))}` / `{_short(_plain(found.theirs))}`"


def _plain(value: object) -> object:
    return str(value) if isinstance(value, ErrorValue) else value


def _short(value: object) -> str:
    text = repr(value).replace("|", "¦").replace("`", "'")
    return text if len(text) <= 40 else text[:37] + "…"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=REPOSITORY.parent / "shared" / "corpus")
    parser.add_argument("-o", "--output", type=Path, default=REPOSITORY / "docs" / "reading.md")
    chosen = parser.parse_args()
    paths = sorted(path for path in chosen.folder.rglob("*") if path.is_file() and path.name != "index.csv")
    chosen.output.parent.mkdir(parents=True, exist_ok=True)
    chosen.output.write_text("\n".join(page(count(paths))) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
