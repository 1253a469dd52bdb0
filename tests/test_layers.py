"""Design §9: a module imports only from below; imports for types count as well."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1] / "xlsx_eval"

ROOMS = (
    "__main__",
    "cli",
    "season",
    "run",
    "drawing",
    "judging",
    "reading",
    "form",
    "scheme",
    "xlsx",
    "formula",
    "names findings files",
    "states cell",
    "errors",
)
"""Rooms and small modules from the top down; those that share a line do not know each other."""

INSIDE = {
    "xlsx": ("marks", "strip", "write", "read", "package"),
    "scheme": (
        "book diff digest",
        "load",
        "probe",
        "lint grammar build words references",
        "indicators",
        "compose layout figures",
        "standards",
        "bands parts",
        "rules remarks",
    ),
    "form": ("fill", "template"),
    "reading": (
        "convert",
        "submission",
        "own_entries",
        "targets",
        "entries",
        "recompute",
        "locate normalise",
    ),
    "judging": (
        "known_figures results",
        "final rounds",
        "evaluate",
        "validate",
        "diagnosis",
        "checks",
        "case",
        "score",
        "precision reasons",
    ),
    "drawing": ("summary receipt marked", "paper"),
    "run": ("batch", "effect crew inbox", "one", "outbox allowance"),
    "season": (
        "watch verify",
        "collect",
        "standing review_sheet round_judge unclaimed",
        "intake workspace prefill",
        "review roster",
        "ledger",
        "bureau_file dossier hold network originals records",
    ),
}
"""The order inside each room, likewise; a room that is not named keeps none but that no circle forms."""

DOMAIN_FREE = ("formula", "xlsx", "cell", "files")
"""Rooms that know nothing of what the workbooks are about: they import only each other and the errors."""


def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name."""
    found: dict[str, Path] = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(path: Path, known: dict[str, Path]) -> Iterator[str]:
    """Modules of ours that the file imports, wherever in it and for whatever purpose."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: a relative import cannot be placed"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                if inner in known:
                    yield inner
                elif node.module in known:
                    yield str(node.module)


def place(name: str, layers: tuple[str, ...]) -> int:
    """Place of a name among layers, counted from the top."""
    return next(number for number, names in enumerate(layers) if name in names.split())


def test_every_module_has_its_place() -> None:
    known = modules()
    for layers, prefix in (
        (ROOMS, "xlsx_eval"),
        *((inner, f"xlsx_eval.{room}") for room, inner in INSIDE.items()),
    ):
        depth = prefix.count(".") + 1
        names = {name.split(".")[depth] for name in known if name.startswith(f"{prefix}.")}
        placed = [name for line in layers for name in line.split()]
        assert names == set(placed), prefix
        assert len(placed) == len(set(placed)), prefix


@pytest.mark.parametrize("module", [name for name in modules() if "." in name])
def test_a_module_imports_only_from_below(module: str) -> None:
    known = modules()
    assert known[module].is_file()
    room, *own = module.split(".")[1:]
    for imported in imports(known[module], known):
        assert imported != "xlsx_eval", f"{module} imports the front of the package"
        other, *theirs = imported.split(".")[1:]
        if other != room:
            assert place(other, ROOMS) > place(room, ROOMS), (
                f"{module} imports {imported}, which is not below it"
            )
        elif own and theirs and own[0] != theirs[0] and room in INSIDE:
            below = place(theirs[0], INSIDE[room]) > place(own[0], INSIDE[room])
            assert below, f"{module} imports {imported}, which is not below it in the room"


@pytest.mark.parametrize(
    "module",
    [name for name in modules() if name.startswith(tuple(f"xlsx_eval.{one}" for one in DOMAIN_FREE))],
)
def test_a_library_knows_nothing_of_the_domain(module: str) -> None:
    known = modules()
    assert known[module].is_file()
    for imported in imports(known[module], known):
        assert imported.split(".")[1] in (*DOMAIN_FREE, "errors"), f"{module} imports {imported}"


def test_no_modules_import_each_other_in_a_circle() -> None:
    known = modules()
    graph = {name: {one for one in imports(path, known) if one != name} for name, path in known.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_only_the_command_line_prints_and_reads_sys() -> None:
    assert len(modules()) > 100
    for name, path in modules().items():
        if name.startswith(("xlsx_eval.cli", "xlsx_eval.__main__")) or name == "xlsx_eval.files":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        called = {
            node.func.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        brought = {
            alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
        }
        assert "print" not in called, name
        assert not brought & {"sys", "click", "rich", "logging"}, name
