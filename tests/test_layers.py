"""Design §9: a module imports only from below; imports for types count as well."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1] / "xlsx_eval"

LAYERS = (
    {"__main__"},
    {"cli"},
    {"watch"},
    {"verify"},
    {"collect"},
    {"batch"},
    {"spread", "round_judge"},
    {"judging"},
    {"status", "review_sheet"},
    {"summary"},
    {"takein", "unclaimed"},
    {"receipt"},
    {"workspace"},
    {"prefill"},
    {"roster"},
    {"paper"},
    {"review"},
    {"ledger"},
    {"dossier"},
    {"results", "inbox", "outbox"},
    {"hold"},
    {"names", "filelock", "archive", "scheme_digest", "network"},
    {"durable"},
    {"known_figures", "answers"},
    {"annotate"},
    {"rounds"},
    {"scheme_effect"},
    {"evaluate"},
    {"validate"},
    {"score"},
    {"precision", "reasons"},
    {"convert"},
    {"fill"},
    {"template"},
    {"submission"},
    {"own_entries"},
    {"entries"},
    {"recompute"},
    {"locate", "normalise"},
    {"scheme_book", "scheme_diff"},
    {"scheme"},
    {"formula"},
    {"findings"},
    {"allowance"},
    {"xlsx"},
    {"errors"},
)
"""Modules and packages from the top down; those that share a layer do not know each other."""


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


def layer(module: str) -> int:
    """Place of a module's topmost package, counted from the top."""
    name = module.split(".")[1]
    return next(place for place, names in enumerate(LAYERS) if name in names)


def test_every_module_has_its_place() -> None:
    names = {module.split(".")[1] for module in modules() if "." in module}
    placed = [name for names_here in LAYERS for name in names_here]
    assert not names - set(placed)
    assert len(placed) == len(set(placed))


@pytest.mark.parametrize("module", [name for name in modules() if "." in name])
def test_a_module_imports_only_from_below(module: str) -> None:
    known = modules()
    own = module.split(".")[1]
    for imported in imports(known[module], known):
        assert imported != "xlsx_eval", f"{module} imports the front of the package"
        if imported.split(".")[1] != own:
            assert layer(imported) > layer(module), f"{module} imports {imported}, which is not below it"


def test_no_modules_import_each_other_in_a_circle() -> None:
    known = modules()
    graph = {name: {one for one in imports(path, known) if one != name} for name, path in known.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_only_the_command_line_prints_and_reads_sys() -> None:
    for name, path in modules().items():
        if name.startswith(("xlsx_eval.cli", "xlsx_eval.__main__")) or name == "xlsx_eval.filelock":
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
