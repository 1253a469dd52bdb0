"""The catalogue of findings: every code used, every message complete, every hint an instruction."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from xlsx_eval.findings import VERDICTS, catalogue

SOURCES = Path(__file__).resolve().parents[1] / "xlsx_eval"
CODES = sorted(catalogue())


@pytest.mark.parametrize("code", CODES)
def test_an_entry_has_a_verdict_and_words_that_end_in_an_instruction(code: str) -> None:
    entry = catalogue()[code]
    assert re.fullmatch(r"[A-Z]\d\d", code)
    assert entry.verdict in VERDICTS
    assert entry.hint.startswith(("请", "{办法}"))
    assert entry.explanation.endswith("。")
    assert not entry.message.endswith("。"), "the list and the note close the sentence themselves"


@pytest.mark.parametrize("code", CODES)
def test_the_placeholders_are_chinese_words(code: str) -> None:
    entry = catalogue()[code]
    for text in (entry.message, entry.hint):
        names = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
        assert all(re.fullmatch(r"[\u4e00-\u9fff]+", name) for name in names)


def test_every_code_is_used_and_every_used_code_is_in_the_catalogue() -> None:
    used = set()
    for path in SOURCES.rglob("*.py"):
        used |= set(re.findall(r'"([A-G]\d\d)"', path.read_text(encoding="utf-8")))
    assert set(CODES) <= used
    assert {code for code in used if code not in CODES} == set()
