"""Whatever comes in, something comes out: mutated workbooks and the corpus of wild ones, read as if submitted."""

from __future__ import annotations

import importlib.util
import signal
import sys
import time
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from forms import scheme

from xlsx_eval import annotate, evaluate
from xlsx_eval.errors import Unreadable

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT.parent / "shared" / "corpus"
SAMPLE, CHUNK = 80, 20
SECONDS = 30.0
"""Far more than a file takes: machines that run tests are busy."""


@cache
def fuzz() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fuzz", ROOT / "bench" / "fuzz.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["fuzz"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("first", range(0, SAMPLE, CHUNK))
def test_no_mutant_gives_anything_but_an_outcome(first: int) -> None:
    for number in range(first, first + CHUNK):
        name, data = fuzz().mutant(number)
        start = time.process_time()
        became, trace = fuzz().outcome(data)
        assert became not in fuzz().FORBIDDEN, (number, name, became, trace)
        assert time.process_time() - start < SECONDS, (number, name)


@pytest.mark.parametrize("number", [238, 243])
def test_a_mutant_that_once_gave_a_traceback(number: int) -> None:
    """Our own sheet is listed, but its part is gone."""
    assert fuzz().outcome(fuzz().mutant(number)[1])[0] not in fuzz().FORBIDDEN


def test_the_same_number_gives_the_same_mutant() -> None:
    assert fuzz().mutant(3) == fuzz().mutant(3)


def wild() -> list[Path]:
    return (
        sorted(path for path in CORPUS.rglob("*") if path.is_file() and path.suffix != ".md")
        if CORPUS.exists()
        else []
    )


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not beside this checkout")
@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="no alarm to guard the time with")
@pytest.mark.parametrize("part", range(8))
def test_every_wild_workbook_read_as_if_submitted_has_an_outcome(part: int) -> None:
    assert wild()[part::8]
    for path in wild()[part::8]:
        data = path.read_bytes()
        try:
            evaluation = evaluate(data, scheme())
            assert annotate(data, evaluation)
        except Unreadable:
            continue
        else:
            codes = {item.code for item in evaluation.findings}
            assert "A08" not in codes, (
                path,
                [item.message for item in evaluation.findings if item.code == "A08"],
            )
            assert codes, path
