"""The receipt a department gets for a file that could not be judged: what it is and what to do."""

from __future__ import annotations

import io
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from xlsx_eval.drawing.paper import Column, Paper

PROGRAM_FAULTS = frozenset({"unopened", "program_failed", "timed_out", "too_much_memory", "worker_died"})
"""Reasons that the operator must look into, for the file need not be at fault."""


@dataclass(frozen=True, slots=True)
class ReceiptText:
    """What is said for one reason: what the file was seen to be, and the steps to take."""

    seen: str
    steps: tuple[str, ...]


@cache
def receipt_texts() -> Mapping[str, ReceiptText]:
    """All reasons there are, by key."""
    raw = tomllib.loads(files("xlsx_eval").joinpath("receipts.toml").read_text(encoding="utf-8"))
    return {reason: ReceiptText(entry["seen"], tuple(entry["steps"])) for reason, entry in raw.items()}


def reason_sentence(reason: str, detail: str = "") -> str:
    """The reason as a sentence for people; an unknown one counts as no workbook."""
    texts = receipt_texts()
    seen = texts.get(reason, texts["not_a_workbook"]).seen
    return f"{seen}（{detail}）" if detail and _chinese(detail) else seen


def _chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def draw_receipt(file: str, size: int, sha256: str, reason: str, detail: str, year: int) -> bytes:
    """A one-page workbook for the file of that name, size in bytes and digest ("": it was never read)."""
    target = io.BytesIO()
    paper = Paper(target, "报送文件无法读取回执", year)
    sheet = paper.sheet("无法读取回执", (Column("项目", 16, "word"), Column("内容", 74)), landscape=False)
    sheet.title("报送文件无法读取回执", "以下文件未能核对，请按“处理办法”处理后重新报送。")
    texts = receipt_texts()
    steps = texts.get(reason, texts["not_a_workbook"]).steps
    sheet.header()
    sheet.line(("文件名", file))
    sheet.line(("文件大小", f"{size:,} 字节" if sha256 or size else "未能读取"))
    sheet.line(("文件指纹", sha256 or "未能读取"))
    sheet.line(("核对结果", "无法读取"))
    sheet.line(("原因", reason_sentence(reason, detail)))
    for number, step in enumerate(steps, 1):
        sheet.line((f"处理办法 {number}", step))
    sheet.blank()
    sheet.remark("说明：本回执不替代报送文件；文件指纹（SHA-256）用于确认所指的是同一个文件。")
    paper.close()
    return target.getvalue()
