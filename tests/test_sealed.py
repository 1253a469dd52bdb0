"""Workbooks sealed with the password that Excel tries unasked."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from compound_files import compound

from xlsx_eval.drawing.receipt import reason_sentence
from xlsx_eval.errors import Unreadable
from xlsx_eval.judging.evaluate import evaluate
from xlsx_eval.scheme import load_scheme
from xlsx_eval.xlsx import Mark, annotate_cells, strip_marks
from xlsx_eval.xlsx.package import sealed
from xlsx_eval.xlsx.read.sniff import sniff
from xlsx_eval.xlsx.read.workbook import read_book

SAMPLE = Path(__file__).resolve().parents[1] / "samples" / "inbox" / "区卫生健康局.xlsx"


def sealed_with(password: str, data: bytes) -> bytes:
    """The workbook as Excel seals it."""
    ooxml = pytest.importorskip("msoffcrypto.format.ooxml")
    out = io.BytesIO()
    ooxml.OOXMLFile(io.BytesIO(data)).encrypt(password, out)
    return out.getvalue()


def test_what_excel_opens_unasked_is_judged_like_the_workbook_inside() -> None:
    scheme, plain = load_scheme(year=2022), SAMPLE.read_bytes()
    data = sealed_with("VelvetSweatshop", plain)
    assert sniff(data) == "xlsx"
    shut, open_ = evaluate(data, scheme), evaluate(plain, scheme)
    assert (shut.state, shut.score) == (open_.state, open_.score)
    assert [(one.code, one.cell) for one in shut.findings] == [(one.code, one.cell) for one in open_.findings]
    assert shut.findings


def test_marks_go_onto_the_workbook_inside() -> None:
    plain = SAMPLE.read_bytes()
    marks = [Mark("基础数据", "B1", "错误", "合计不符。")]
    marked = annotate_cells(sealed_with("VelvetSweatshop", plain), marks)
    assert marked == annotate_cells(plain, marks)
    assert strip_marks(marked) == plain


def test_any_other_password_stays_closed() -> None:
    data = sealed_with("一二三四", SAMPLE.read_bytes())
    assert sniff(data) == "encrypted"
    with pytest.raises(Unreadable) as caught:
        read_book(data)
    assert caught.value.reason == "encrypted"


def test_without_the_library_the_receipt_says_that_nothing_was_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    data = sealed_with("VelvetSweatshop", SAMPLE.read_bytes())
    monkeypatch.setattr("xlsx_eval.xlsx.read.workbook.can_unseal", lambda: False)
    monkeypatch.setattr(sealed, "can_unseal", lambda: False)
    sealed.unsealed.cache_clear()
    with pytest.raises(Unreadable) as caught:
        read_book(data)
    assert caught.value.reason == "encrypted_untried"
    assert "未安装解密组件" in reason_sentence(caught.value.reason)
    sealed.unsealed.cache_clear()


def test_a_file_under_rights_management_has_its_own_sentence() -> None:
    data = compound("EncryptedPackage", "DRMEncryptedDataSpace")
    assert sniff(data) == "rights_managed"
    with pytest.raises(Unreadable) as caught:
        read_book(data)
    assert caught.value.reason == "rights_managed"
    assert "信息权限管理" in reason_sentence(caught.value.reason)


def test_a_hostile_seal_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    data = sealed_with("VelvetSweatshop", SAMPLE.read_bytes())
    assert sealed.unsealed(data) == SAMPLE.read_bytes()
    asked: list[bytes] = []
    monkeypatch.setattr("msoffcrypto.OfficeFile", asked.append)
    assert data.count(b"<keyData ") == 1
    assert sealed.unsealed(data.replace(b"<keyData ", b"<!ENTITY ")) is None
    monkeypatch.setattr(sealed, "_MOST_SPINS", 99_999)
    assert data.count(b'spinCount="100000"') == 1
    sealed.unsealed.cache_clear()
    assert sealed.unsealed(data) is None
    assert asked == []
    sealed.unsealed.cache_clear()


def test_counts_that_the_file_cannot_hold_are_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []
    pytest.importorskip("msoffcrypto")
    monkeypatch.setattr("msoffcrypto.OfficeFile", asked.append)
    for at in (44, 72):
        data = bytearray(compound("EncryptionInfo", "EncryptedPackage"))
        data[at : at + 4] = b"\xff\xff\xff\x0f"
        assert sealed.unsealed(bytes(data)) is None
    assert asked == []
