"""LibreOffice as the oracle of the tests: hard recalculation and pictures, in a profile of its own."""

from __future__ import annotations

import atexit
import io
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest

TIMEOUT = 120

_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
</item>
</oor:items>
"""


def require_office() -> None:
    """Skip the test where no LibreOffice is installed; fail it under XLSX_EVAL_REQUIRE_OFFICE=1."""
    if shutil.which("soffice") is None:
        _absent("soffice is not installed, so nothing can be compared with a real office program")


def recalculate(data: bytes, tmp_path: Path) -> dict[str, dict[str, Any]]:
    """Every value of a workbook after LibreOffice recalculated all of it, by sheet and cell."""
    book = openpyxl.load_workbook(io.BytesIO(recalculated(data, tmp_path)), data_only=True)
    return {
        sheet.title: {
            cell.coordinate: cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None
        }
        for sheet in book.worksheets
    }


def recalculated(data: bytes, tmp_path: Path) -> bytes:
    """The workbook as LibreOffice saves it after a hard recalculation."""
    return _convert(data, "xlsx", tmp_path).read_bytes()


def saved_as(data: bytes, extension: str, tmp_path: Path) -> bytes:
    """The workbook as LibreOffice saves it in another of its formats: ods, xls, xlsx."""
    return _convert(data, extension, tmp_path).read_bytes()


def to_png(data: bytes, tmp_path: Path) -> list[Path]:
    """A picture of every printed page, in order."""
    if shutil.which("pdftoppm") is None:
        _absent("pdftoppm is not installed, so pages cannot be drawn")
    pdf = _convert(data, "pdf", tmp_path)
    stem = pdf.with_suffix("")
    subprocess.run(["pdftoppm", "-r", "80", "-png", str(pdf), str(stem)], check=True, timeout=TIMEOUT)
    return sorted(stem.parent.glob(f"{stem.name}-*.png"), key=lambda page: int(page.stem.rsplit("-", 1)[1]))


def _absent(reason: str) -> None:
    if os.environ.get("XLSX_EVAL_REQUIRE_OFFICE") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@cache
def _profile() -> Path:
    """One private profile per test process, so that workers never wait for each other's lock."""
    profile = Path(tempfile.mkdtemp(prefix="xlsx-eval-office-"))
    atexit.register(shutil.rmtree, profile, ignore_errors=True)
    (profile / "user").mkdir()
    (profile / "user" / "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")
    return profile


def _convert(data: bytes, extension: str, tmp_path: Path) -> Path:
    require_office()
    work = Path(tempfile.mkdtemp(dir=tmp_path))
    source = work / "book.xlsx"
    source.write_bytes(data)
    target = work / "out"
    command = [
        "soffice",
        f"-env:UserInstallation={_profile().as_uri()}",
        "--headless",
        "--norestore",
        "--convert-to",
        extension,
        "--outdir",
        str(target),
        str(source),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    made = target / f"book.{extension}"
    if not made.exists():
        raise AssertionError(f"soffice made no {extension}: {done.returncode} {done.stdout} {done.stderr}")
    return made
