"""Texts: blanks and invisible characters of every kind, full-width letters."""

from __future__ import annotations

import re

from xlsx_eval.normalise.reading import BLANK, Reading, plain, refused, told
from xlsx_eval.xlsx.cell import ErrorValue, Scalar

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb]"
)
_EDGES = " \t\r\n\v\f\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200c\u200d"
_EDGES += "\u2028\u2029\u202f\u205f\u3000\ufe0e\ufe0f\x00\x1c\x1d\x1e\x1f"
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    0x3000: " ",
    0xA0: " ",
    0xFFE5: "¥",
    0x2212: "-",
}
_NOTHING = {
    "无",
    "没有",
    "暂无",
    "无数据",
    "不涉及",
    "未涉及",
    "不适用",
    "无此项",
    "空",
    "/",
    "\\",
    "n/a",
    "na",
    "n.a.",
    "none",
    "null",
    "nil",
    "×",
    "x",
}
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
    return told(
        raw, text, f"已去除多余的空格或不可见字符，按“{text if len(text) <= 40 else text[:40] + '…'}”读取"
    )


def blank_told() -> Reading:
    """The reading of a cell that only looks filled."""
    return Reading(None, True, "单元格中只有空格或不可见字符，按空白读取")


def trimmed(raw: str) -> str:
    """Text without invisible characters, and without space of any kind at its ends."""
    return _INVISIBLE.sub("", raw.replace("\r\n", "\n")).strip(_EDGES)


def narrow(text: str) -> str:
    """Text with full-width letters, digits and signs made half-width."""
    return text.translate(_WIDE)


def means_nothing(text: str) -> bool:
    """Whether a trimmed entry says that there is nothing to enter: 无, -, ——, /, N/A."""
    return narrow(text).strip("。.()").lower() in _NOTHING or bool(_DASHES.match(text))
