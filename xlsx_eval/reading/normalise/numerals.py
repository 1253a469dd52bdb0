"""Numbers written in Chinese: 一百二十万, 三千五百, 二〇二二."""

from __future__ import annotations

import re
from decimal import Decimal

_DIGITS = {letter: digit for digit, letter in enumerate("零一二三四五六七八九")} | {
    "〇": 0, "○": 0, "两": 2, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9,
}  # fmt: skip
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIADS = {"万": 10_000, "亿": 100_000_000}
_NUMERAL = re.compile(
    "[" + "".join({**_DIGITS, **_TENS}) + "][" + "".join({**_DIGITS, **_TENS, **_MYRIADS}) + "]*"
)
_COUNTED = re.compile(
    r"(?:元|万元|亿元|人|人次|名|个|项|次|件|家|户|所|台|套|座|处|篇|期|场|份|批|条|村|公里|千米|米|亩|吨|平方米)?\Z"
)
"""What may stand behind a numeral; of other words, such as 一般 or 三公, it is a part."""


def in_digits(text: str) -> str | None:
    """The text with the Chinese numeral it begins with in digits; None where it begins with none.

    Only a numeral alone or before something counted is taken for one.
    """
    match = _NUMERAL.match(text)
    if match is None or _COUNTED.match(text[match.end() :]) is None:
        return None
    number = _number(match[0])
    if number is None:
        return None
    # 万 or 亿 at the end is a unit, which the field's own is compared with.
    multiple = match[0][-1] if match[0][-1] in _MYRIADS else ""
    shown = number / _MYRIADS[multiple] if multiple else number
    return f"{shown:f}{multiple}{text[match.end() :]}"


def _number(numeral: str) -> Decimal | None:
    """The value of a numeral; one of bare digits is read digit by digit, as in 二〇二二."""
    if len(numeral) > 1 and all(letter in _DIGITS for letter in numeral):
        return Decimal("".join(str(_DIGITS[letter]) for letter in numeral))
    total, section, digit = 0, 0, 0
    for letter in numeral:
        if letter in _DIGITS:
            digit = _DIGITS[letter]
        elif letter in _TENS:
            # 十二 leaves the one before the ten unsaid.
            section += (digit or 1) * _TENS[letter]
            digit = 0
        else:
            if not (section or digit or total):
                return None
            total = (
                (total + section + digit) * _MYRIADS[letter]
                if letter == "亿"
                else total + (section + digit) * _MYRIADS[letter]
            )
            section = digit = 0
    return Decimal(total + section + digit)
