"""What the checks install is pinned by digest, and is what the project says it needs."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements" / "checks.txt"
_PINNED = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)


def _name(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found is not None, requirement
    return re.sub(r"[-_.]+", "-", found[0]).lower()


def test_all_that_the_project_asks_for_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    asked = {_name(one) for one in (*project["dependencies"], *extras["test"], *extras["dev"])}
    pinned = {name for name, _ in _PINNED.findall(LOCK.read_text(encoding="utf-8"))}
    assert asked - pinned == set()
    assert len(asked) > 15


def test_every_pin_has_digests_and_no_place_to_fetch_it_from() -> None:
    text = LOCK.read_text(encoding="utf-8")
    entries = re.split(r"^(?=[a-z0-9-]+==)", text, flags=re.MULTILINE)[1:]
    assert len(entries) > 30
    assert [one.split()[0] for one in entries if "--hash=sha256:" not in one] == []
    assert re.findall(r"https?://|--(?:extra-)?index-url|--find-links", text) == []


def test_the_markup_library_of_the_tests_is_none_of_the_program() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "lxml" not in {_name(one) for one in project["dependencies"]}
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "xlsx_eval").rglob("*.py")]
    assert sources
    assert not [text for text in sources if re.search(r"^\s*(?:import|from) lxml\b", text, re.MULTILINE)]
