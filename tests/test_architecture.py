"""The architecture page and its picture say what is so."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import pytest
from test_layers import ROOMS

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "architecture.md"


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    """The script that draws the picture."""
    return runpy.run_path(str(ROOT / "docs" / "pictures" / "architecture.py"))


def test_the_picture_shows_the_imports_of_today(script: dict[str, Any]) -> None:
    shown = (ROOT / "docs" / "pictures" / "architecture.svg").read_text(encoding="utf-8")
    assert shown == script["drawn"](), "run: python docs/pictures/architecture.py"


def test_the_rooms_of_the_picture_stand_in_the_order_that_is_kept(script: dict[str, Any]) -> None:
    order = [name for line in ROOMS for name in line.split() if name in script["ROOMS"]]
    assert order == [room for room in script["ROOMS"] if room != script["SMALL"]]
    folders = {path.parent.name for path in (ROOT / "xlsx_eval").glob("*/__init__.py")}
    assert folders == set(order)


def test_every_arrow_of_the_picture_points_down(script: dict[str, Any]) -> None:
    order = list(script["ROOMS"])
    arrows = script["arrows"]()
    assert len(arrows) > 20
    assert [ends for ends in arrows if order.index(ends[0]) > order.index(ends[1])] == []


def test_every_place_the_page_names_is_there() -> None:
    named = re.findall(r"`([a-z_]+/[a-z_/.]*|[a-z_]+\.toml)`", PAGE.read_text(encoding="utf-8"))
    assert len(named) > 30
    base = ROOT / "xlsx_eval"
    rooms = (ROOT, base, *(base / room for room in ("xlsx", "reading", "judging", "drawing", "scheme")))
    missing = [
        name
        for name in named
        if not any((room / name).exists() or (room / f"{name}.py").exists() for room in rooms)
    ]
    assert missing == []


def test_every_link_between_pages_leads_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    links = [
        (page, target)
        for page in pages
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
    ]
    assert len(links) > 30
    broken = [(page.name, target) for page, target in links if not (page.parent / target).exists()]
    assert broken == []
