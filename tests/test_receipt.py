"""The receipt for a file that could not be read: what it is, what to do, whatever the reason."""

from __future__ import annotations

import io
import re
from pathlib import Path

import openpyxl
import pytest

from xlsx_eval.drawing.receipt import draw_receipt, reason_sentence, receipt_texts
from xlsx_eval.errors import Unreadable

PACKAGE = Path(__file__).resolve().parents[1] / "xlsx_eval"


def lines(data: bytes) -> dict[str, str]:
    """Second column by the first."""
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    return {str(row[0]): str(row[1]) for row in sheet.iter_rows(values_only=True) if row[1] is not None}


def test_every_reason_that_can_be_raised_has_its_words() -> None:
    assert Unreadable.__doc__ is not None
    listed = re.sub(r"\(.*?\)", "", Unreadable.__doc__.partition("Reasons:")[2], flags=re.DOTALL)
    raised = set(re.findall(r"\w+", listed))
    for path in PACKAGE.rglob("*.py"):
        raised |= set(re.findall(r'Unreadable\("(\w+)"', path.read_text(encoding="utf-8")))
    assert raised <= set(receipt_texts())


@pytest.mark.parametrize("reason", sorted(receipt_texts()))
def test_a_receipt_says_what_the_file_is_and_what_to_do(reason: str) -> None:
    told = lines(draw_receipt("教育局/自评表.xlsx", 1234, "ab" * 32, reason, "", 2022))
    assert told["文件名"] == "教育局/自评表.xlsx"
    assert told["文件大小"] == "1,234 字节"
    assert told["文件指纹"] == "ab" * 32
    assert told["原因"] == receipt_texts()[reason].seen
    assert told["处理办法 1"].endswith("。")


def test_an_unknown_reason_still_gives_a_receipt() -> None:
    assert lines(draw_receipt("a", 0, "", "never_heard_of", "", 2022))["原因"] == "文件不是电子表格工作簿"


def test_a_chinese_detail_is_told_and_a_technical_one_is_not() -> None:
    assert reason_sentence("too_large", "共 12 亿个单元格") == "文件内容超出处理上限（共 12 亿个单元格）"
    assert reason_sentence("truncated", "no zip directory") == "文件不完整，可能在复制、下载或传输时中断"


def test_a_file_name_is_never_a_formula() -> None:
    data = draw_receipt('=HYPERLINK("http://x")', 1, "00", "pdf", "", 2022)
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    cell = next(cell for row in sheet.iter_rows() for cell in row if str(cell.value).startswith("=HYPER"))
    assert cell.data_type == "s" or cell.data_type == "inlineStr"
    assert cell.hyperlink is None


def test_the_same_file_gives_the_same_receipt(tmp_path: Path) -> None:
    first, second = (draw_receipt("a.pdf", 5, "00", "pdf", "", 2022) for _ in range(2))
    assert first == second
