"""Workbooks as they are in the wild: annotated without loss or refused with a reason, and stripped again."""

from __future__ import annotations

import importlib.util
import os
import time
from collections import Counter
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from packages import CORPUS, require_corpus

from xlsx_eval.errors import Unreadable
from xlsx_eval.xlsx import AddedSheet, Mark, NewCell, NewRow, annotate_book, free_sheet_names, strip_marks
from xlsx_eval.xlsx.package.parts import Package, SheetEntry
from xlsx_eval.xlsx.write.notes import comments_part

CHUNKS = 8
CHECKED = 1 if os.environ.get("XLSX_EVAL_CORPUS") == "all" else 12
"""Every how many files the slow conformance check is run on."""
REASONS = {"not_a_workbook", "truncated", "xml_damaged", "hostile", "encrypted", "empty", "too_large"}
SECONDS = 5.0


def _files(chunk: int) -> list[Path]:
    return require_corpus()[chunk::CHUNKS]


def _marks(package: Package, sheet: SheetEntry) -> list[Mark]:
    marks = [
        Mark(sheet.name, "A1", "错误", 'E01 <&> "测试"\n请核对。'),
        Mark(sheet.name, "C3", "提示", "N02"),
    ]
    partname = comments_part(package, sheet)
    listed = package.parse(partname).find("commentList") if partname else None
    cells = [node.attrs["ref"] for node in listed.all("comment")[:2]] if listed else []
    return marks + [Mark(sheet.name, cell, "待说明", "W03") for cell in cells if ":" not in cell]


def work(data: bytes) -> tuple[list[Mark], list[AddedSheet]]:
    """Marks on the first sheets of a workbook, also where notes are already, and a sheet to add."""
    package = Package.open(data)
    sheets = [sheet for sheet in package.sheets if sheet.kind == "worksheet" and package.has(sheet.partname)]
    marks = [mark for sheet in sheets[:3] for mark in _marks(package, sheet)]
    name = free_sheet_names(data, ["评分表"])["评分表"]
    row = NewRow((NewCell("分"), NewCell(2.0, formula="1+1")))
    return marks, [AddedSheet(name, (row,), repeat_rows=(1, 1))]


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_workbook_is_annotated_without_loss_or_refused_with_a_reason(chunk: int) -> None:
    reasons = set()
    for path in _files(chunk):
        data = path.read_bytes()
        start = time.process_time()
        try:
            task = work(data)
            result = annotate_book(data, *task)
        except Unreadable as refused:
            reasons.add(refused.reason)
            continue
        assert time.process_time() - start < SECONDS, path
        source, after = Package.open(data), Package.open(result)
        assert after.names[: len(source.names)] == source.names, path
        back = Package.open(strip_marks(result))
        assert back.names == source.names, path
        assert all(back.read(name) == source.read(name) for name in source.names), path
        assert annotate_book(result, *task) == result, path
    assert reasons <= REASONS


@cache
def _checker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("conform", CORPUS.parent / "tools" / "xlsx_conform.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _defects(data: bytes) -> Counter[str]:
    checker = _checker()
    check = checker.Checker(checker.Schemas(str(CORPUS.parent / "xsd"))).check
    return Counter(code for level, code, *_ in check(data) if level == "ERROR")


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_no_defect_that_the_source_lacked(chunk: int) -> None:
    files = _files(chunk)[::CHECKED]
    assert files
    for path in files:
        data = path.read_bytes()
        try:
            result = annotate_book(data, *work(data))
        except Unreadable:
            continue
        before = _defects(data)
        # Of two members for one part name the checker looks at the one that the relationship does not mean.
        if not before["zip-duplicate"]:
            assert not _defects(result) - before, path
