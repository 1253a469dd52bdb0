"""How much of a workbook survives a note and a highlight: ours beside openpyxl, wolfxl and openrsxl.

    python bench/fidelity.py CORPUS [--checker xlsx_conform.py] [--xsd DIR] [-o docs/fidelity.md]

Each tool puts one note and one highlight on the first worksheet of every workbook; what it saves is compared
with the source part by part. Peers that are not installed (extra `peers`) are left out of the table.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import importlib.util
import io
import multiprocessing
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path

from lxml import etree

from xlsx_eval.xlsx import Mark, annotate_cells
from xlsx_eval.xlsx.package.parts import Package

SECONDS = 60.0
CELL = "A1"
TEXT = "E01 合计与分项之和不符。"
_CACHED = re.compile(rb"(?:</f>|<f\b[^>]*/>)\s*<v>[^<]")
_SHAPE = re.compile(
    rb"<x:Anchor>([^<]*)</x:Anchor>.*?<x:Row>(\d+)</x:Row>\s*<x:Column>(\d+)</x:Column>", re.S
)
_PASSING = ("calcChain", "printerSettings", "sharedStrings")
"""Kinds that are rebuilt, or whose texts may stand in the cells; their loss is no loss of content."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one workbook; `lost` counts parts by kind, `defects` are codes of the checker."""

    saved: bool
    seconds: float = 0.0
    error: str = ""
    lost: Mapping[str, int] = field(default_factory=dict)
    malformed: bool = False
    notes_changed: bool = False
    cached_lost: bool = False
    defects: frozenset[str] = frozenset()


def ours(data: bytes) -> bytes:
    """Our patcher."""
    sheet = next(sheet for sheet in Package.open(data).sheets if sheet.kind == "worksheet")
    return annotate_cells(data, [Mark(sheet.name, CELL, "错误", TEXT)])


def like_openpyxl(module: str) -> Callable[[bytes], bytes]:
    """A library with openpyxl's interface, asked to keep what it can."""

    def annotate(data: bytes) -> bytes:
        library = importlib.import_module(module)
        options = (
            {"keep_vba": b"vbaProject" in data, "rich_text": True} if module != "wolfxl" else {"modify": True}
        )
        book = library.load_workbook(io.BytesIO(data), **options)
        sheet = book.worksheets[0]
        comments = importlib.import_module(f"{module}.comments")
        if sheet[CELL].comment is None:
            sheet[CELL].comment = comments.Comment(TEXT, "bench")
        fill = importlib.import_module(f"{module}.styles").PatternFill(bgColor="FFC7CE")
        rule = importlib.import_module(f"{module}.formatting.rule").FormulaRule(formula=["TRUE"], fill=fill)
        sheet.conditional_formatting.add(CELL, rule)
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    return annotate


PEERS = ("openpyxl", "wolfxl", "openrsxl")
TOOLS: dict[str, Callable[[bytes], bytes]] = {
    "xlsx-eval": ours,
    **{peer: like_openpyxl(peer) for peer in PEERS if importlib.util.find_spec(peer)},
}


def compared(source: bytes, result: bytes, check: Callable[[bytes], frozenset[str]]) -> dict[str, object]:
    """How `result` differs from `source`, as fields of Outcome."""
    before, after = Package.open(source), _opened(result)
    if after is None:
        return {"malformed": True, "lost": _kinds(before)}
    lost = _kinds(before) - _kinds(after)
    return {
        "lost": dict(lost),
        "malformed": bool(_malformed(after) - _malformed(before)),
        "notes_changed": not _notes(before).items() <= _notes(after).items(),
        "cached_lost": _cached(after) < _cached(before),
        "defects": check(result) - check(source),
    }


def _opened(data: bytes) -> Package | None:
    try:
        package = Package.open(data)
        _ = package.sheets
    except Exception:
        return None
    return package


def _kinds(package: Package) -> Counter[str]:
    """Parts by the last word of their content type, or by their suffix."""
    kinds: Counter[str] = Counter()
    for name in package.names:
        content_type = package.content_type(name)
        if not name.endswith(".rels") and content_type and not name.startswith("["):
            kinds[content_type.rpartition(".")[2].rpartition("/")[2].removesuffix("+xml")] += 1
    for passing in _PASSING:
        kinds.pop(passing, None)
    return kinds


def _malformed(package: Package) -> set[str]:
    names = (name for name in package.names if name.lower().endswith((".xml", ".rels")))
    return {name for name in names if not _well_formed(package.read(name))}


def _well_formed(data: bytes) -> bool:
    try:
        etree.fromstring(data, etree.XMLParser(resolve_entities=False, huge_tree=True))
    except etree.XMLSyntaxError:
        return False
    return True


def _notes(package: Package) -> dict[tuple[str, str], object]:
    """Every note but that of the bench, by sheet and cell: its runs and the place of its box."""
    found: dict[tuple[str, str], object] = {}
    for sheet in package.sheets:
        rels = package.rels(sheet.partname)
        parts = [rel.target for rel in rels if rel.kind == "comments" and package.has(rel.target)]
        boxes = _boxes(package, [rel.target for rel in rels if rel.kind == "vmlDrawing"])
        for part in parts:
            if not _well_formed(package.read(part)):
                continue
            for node in package.parse(part).descendants():
                ref = node.attrs.get("ref", "")
                if node.name == "comment" and ref != CELL:
                    runs = [
                        (sorted(look.name for look in run.children[0].children), text.text)
                        for run in node.descendants()
                        if run.name == "r" and run.children
                        for text in run.all("t")
                    ]
                    plain = "".join(below.text for below in node.descendants() if below.name == "t")
                    found[sheet.name, ref] = plain, runs, boxes.get(ref)
    return found


def _boxes(package: Package, names: Iterable[str]) -> dict[str, str]:
    data = b"".join(package.read(name) for name in names if package.has(name))
    places = ((anchor, int(row), int(column)) for anchor, row, column in _SHAPE.findall(data))
    return {_cell(row, column): re.sub(r"\s", "", anchor.decode()) for anchor, row, column in places}


def _cell(row: int, column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def _cached(package: Package) -> int:
    """Formula cells with a cached value."""
    names = (sheet.partname for sheet in package.sheets if package.has(sheet.partname))
    return sum(len(_CACHED.findall(package.read(name).replace(b"x:", b""))) for name in names)


def _serve(pipe: Connection, tool: str) -> None:
    """Runs one tool on what comes through the pipe, in a process that may crash or hang."""
    while True:
        data = pipe.recv()
        start = time.perf_counter()
        try:
            result = TOOLS[tool](data)
        except BaseException as error:
            pipe.send(f"{type(error).__name__}: {error}"[:200])
            continue
        pipe.send((time.perf_counter() - start, result))


def _check(checker: str | None, xsd: str | None) -> Callable[[bytes], frozenset[str]]:
    """Codes of errors that the conformance checker finds; nothing where there is none."""
    if checker is None:
        return lambda _: frozenset()
    spec = importlib.util.spec_from_file_location("checker", checker)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    check = module.Checker(module.Schemas(xsd) if xsd else None).check

    def errors(data: bytes) -> frozenset[str]:
        try:
            return frozenset(code for level, code, *_ in check(data) if level == "ERROR")
        except Exception as error:
            return frozenset({type(error).__name__})

    return errors


def outcomes(
    tool: str, files: Iterable[bytes], check: Callable[[bytes], frozenset[str]]
) -> Iterator[Outcome]:
    """One outcome a file, in order; a tool that hangs or dies is started afresh."""
    worker: tuple[multiprocessing.Process, Connection] | None = None
    for data in files:
        if worker is None:
            here, there = multiprocessing.Pipe()
            process = multiprocessing.Process(target=_serve, args=(there, tool), daemon=True)
            process.start()
            there.close()
            worker = process, here
        try:
            worker[1].send(data)
            answer = worker[1].recv() if worker[1].poll(SECONDS) else "no answer"
        except (EOFError, BrokenPipeError, ConnectionResetError):
            answer = "died"
        if answer in ("no answer", "died"):
            worker[0].kill()
            worker = None
        if isinstance(answer, str):
            yield Outcome(False, error=answer)
        else:
            yield Outcome(True, answer[0], **compared(data, answer[1], check))  # type: ignore[arg-type]


def row(tool: str, found: list[Outcome]) -> str:
    """A line of the table."""
    saved = [outcome for outcome in found if outcome.saved]
    version = importlib.metadata.version(tool) if tool != "xlsx-eval" else ""
    counts = (
        len(saved),
        sum(bool(outcome.lost) for outcome in saved),
        sum(sum(outcome.lost.values()) for outcome in saved),
        sum(outcome.notes_changed for outcome in saved),
        sum(outcome.cached_lost for outcome in saved),
        sum(outcome.malformed for outcome in saved),
        sum(bool(outcome.defects) for outcome in saved),
    )
    milliseconds = statistics.median(outcome.seconds for outcome in saved) * 1000 if saved else 0.0
    return f"| {tool} {version}".rstrip() + " | " + " | ".join(map(str, counts)) + f" | {milliseconds:.1f} |"


def table(files: list[Path], checker: str | None, xsd: str | None) -> str:
    """The page, with the kinds of parts that each tool loses most often."""
    sources = [path.read_bytes() for path in files]
    check = cache(_check(checker, xsd))
    lines, losses = [], []
    for tool in TOOLS:
        found = list(outcomes(tool, sources, check))
        lines.append(row(tool, found))
        kinds = Counter(kind for outcome in found for kind in outcome.lost)
        told = "、".join(f"{kind} {count}" for kind, count in kinds.most_common(8)) or "none"
        refused = Counter(outcome.error.partition(":")[0] for outcome in found if not outcome.saved)
        losses.append(f"- **{tool}** loses {told}; not saved: {dict(refused) or 'none'}")
    return _PAGE.format(count=len(sources), rows="\n".join(lines), losses="\n".join(losses))


_PAGE = """# Fidelity

Made by `bench/fidelity.py` over {count} wild workbooks (every OOXML package of the corpus that has a worksheet):
every tool puts one note and one highlight on the first worksheet and saves; the result is compared with the
source part by part.

| tool | saved | files losing parts | parts lost | others' notes changed | cached values lost | malformed | new defects | ms (median) |
|---|---|---|---|---|---|---|---|---|
{rows}

*Parts lost* counts parts by kind and leaves out calculation chains, printer settings and shared strings, which programs
rebuild. *Others' notes changed*: text, runs or box of a note that was there. *New defects*: files in which the
conformance checker finds an error that the source lacked.

{losses}
"""


def workbooks(corpus: Path) -> list[Path]:
    """The corpus's OOXML workbooks that are whole packages with a worksheet."""
    found = []
    for path in sorted(corpus.rglob("*.xls[xm]")):
        try:
            package = Package.open(path.read_bytes())
            if any(sheet.kind == "worksheet" and package.has(sheet.partname) for sheet in package.sheets):
                found.append(path)
        except Exception:
            continue
    return found


def main() -> None:
    """Writes the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--checker")
    parser.add_argument("--xsd")
    parser.add_argument("-o", "--output", type=Path, default=Path("docs/fidelity.md"))
    options = parser.parse_args()
    options.output.write_text(
        table(workbooks(options.corpus), options.checker, options.xsd), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
