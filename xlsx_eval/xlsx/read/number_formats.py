"""Number formats: the ones every workbook has, and what a format code says about its values."""

from __future__ import annotations

import re
from collections.abc import Mapping

GENERAL = "General"

_DATE = "yyyy/m/d"
_CHINESE_DATE = 'yyyy"年"m"月"d"日"'
_CHINESE_MONTH = 'yyyy"年"m"月"'
_CHINESE_DAY = 'm"月"d"日"'
BUILTIN: Mapping[int, str] = {
    0: GENERAL, 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00",
    5: '"¥"#,##0;"¥"-#,##0', 6: '"¥"#,##0;[Red]"¥"-#,##0',
    7: '"¥"#,##0.00;"¥"-#,##0.00', 8: '"¥"#,##0.00;[Red]"¥"-#,##0.00',
    9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
    14: _DATE, 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy",
    18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy/m/d h:mm",
    27: _CHINESE_MONTH, 28: _CHINESE_DAY, 29: _CHINESE_DAY, 30: "m-d-yy", 31: _CHINESE_DATE,
    32: 'h"时"mm"分"', 33: 'h"时"mm"分"ss"秒"', 34: '上午/下午h"时"mm"分"', 35: '上午/下午h"时"mm"分"ss"秒"',
    36: _CHINESE_MONTH,
    37: "#,##0;-#,##0", 38: "#,##0;[Red]-#,##0", 39: "#,##0.00;-#,##0.00", 40: "#,##0.00;[Red]-#,##0.00",
    41: "_ * #,##0_ ;_ * -#,##0_ ;_ * \"-\"_ ;_ @_ ",
    42: '_ "¥"* #,##0_ ;_ "¥"* -#,##0_ ;_ "¥"* "-"_ ;_ @_ ',
    43: "_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * \"-\"??_ ;_ @_ ",
    44: '_ "¥"* #,##0.00_ ;_ "¥"* -#,##0.00_ ;_ "¥"* "-"??_ ;_ @_ ',
    45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
    50: _CHINESE_MONTH, 51: _CHINESE_DAY, 52: _CHINESE_MONTH, 53: _CHINESE_DAY, 54: _CHINESE_DAY,
    55: '上午/下午h"时"mm"分"', 56: '上午/下午h"时"mm"分"ss"秒"', 57: _CHINESE_MONTH, 58: _CHINESE_DAY,
}  # fmt: skip
"""Codes of the built-in ids as a Chinese Excel shows them; the file itself does not say them."""

_LITERAL = re.compile(r'"[^"]*"?|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_DATE_LETTER = re.compile(r"[ymdhs]|上午|下午|aaa", re.IGNORECASE)
_LONGEST = 255
"""Characters Excel allows in a code."""
_DECIMALS = re.compile(r"\.([0#?]+)")


def is_date(code: str) -> bool:
    """Whether the format shows dates or times: a date letter outside quotes, colours and conditions."""
    if code == GENERAL:
        return False
    section = _shown(code)
    return bool(_DATE_LETTER.search(section)) and "general" not in section.lower()


def is_percent(code: str) -> bool:
    """Whether the format shows a hundredfold with a percent sign."""
    return "%" in _shown(code)


def decimals(code: str) -> int | None:
    """Decimals the format shows, of the percentage for percent formats; None where it does not fix them."""
    if code == GENERAL or code == "@" or is_date(code):
        return None
    section = _shown(code)
    if not re.search("[0#?]", section) or "/" in section or re.search("[eE][+-]", section):
        return None
    found = _DECIMALS.search(section)
    return len(found[1]) if found else 0


def _shown(code: str) -> str:
    """Placeholders of the section for positive numbers, without what stands there as it is."""
    return _LITERAL.sub("", code[:_LONGEST]).split(";")[0]
