"""Texts: blanks and invisible characters of every kind, full-width letters."""

from __future__ import annotations

import re

from xlsx_eval.cell import ErrorValue, Scalar
from xlsx_eval.reading.normalise.reading import BLANK, INVISIBLE, Reading, plain, quoted, refused, told

_EDGES = " \t\r\n\v\f\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200c\u200d"
_EDGES += "\u2028\u2029\u202f\u205f\u3000\ufe0e\ufe0f\x00\x1c\x1d\x1e\x1f"
_WIDE = dict(zip(range(0xFF01, 0xFF5F), range(0x21, 0x7F), strict=True)) | {
    ord("\u3000"): " ", ord("\u00a0"): " ", ord("\u202f"): " ", ord("\u2009"): " ", ord("￥"): "¥", ord("\u2212"): "-",
}  # fmt: skip
_NOTHING = frozenset({
    "无", "没有", "暂无", "无数据", "无此项", "未发生", "不涉及", "未涉及", "不适用", "空",
    "/", "\\", "n/a", "na", "n.a", "none", "null", "nil",
})  # fmt: skip
_DASHES = re.compile(r"[-‐‑‒–—―─━－_~～]+\Z")


def read_text(raw: Scalar) -> Reading:
    """The text of an entry without spaces around it and without invisible characters; told when changed."""
    if raw is None or raw == "":
        return BLANK
    if isinstance(raw, ErrorValue):
        return refused(f"公式结果为错误值 {raw}")
    if isinstance(raw, bool):
        return Reading("TRUE" if raw else "FALSE")
    if not isinstance(raw, str):
        return Reading(plain(raw))
    text = trimmed(raw)
    if not text:
        return blank_told()
    if text == raw.replace("\r\n", "\n"):
        return Reading(text)
    return told(raw, text, f"去除首尾空格后按{quoted(text)}读取")


def blank_told() -> Reading:
    """The reading of a cell that only looks filled."""
    return Reading(None, True, "单元格中只有空格或不可见字符，按空白读取")


def trimmed(raw: str) -> str:
    """Text without invisible characters, and without space of any kind at its ends."""
    return INVISIBLE.sub("", raw.replace("\r\n", "\n")).strip(_EDGES)


def narrow(text: str) -> str:
    """Text with full-width letters, digits and signs made half-width."""
    return text.translate(_WIDE)


def means_nothing(text: str) -> bool:
    """Whether a trimmed entry says that there is nothing to enter: 无, -, ——, /, N/A."""
    return narrow(text).strip("。.()").lower() in _NOTHING or bool(_DASHES.match(text))
