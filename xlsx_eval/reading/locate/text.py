"""Labels compared by what they say: width, blanks, brackets, numbering and units left out."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_NOISE = re.compile(r"[\s\u00ad\u200b-\u200f\u2060\ufeff“”\"'‘’()\[\]【】:,，。、·\-—_]+")
_NUMBERING = re.compile(
    r"\s*(?:\((?:[一二三四五六七八九十]{1,3}|[0-9]{1,2})\)|(?:[一二三四五六七八九十]{1,3}|[0-9]{1,2})[、.])\s*"
)
_UNIT = re.compile(r"(?:万元|元|%|(?:扣|得|计)?[0-9.]+分)\Z")
_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")
_TOTAL = re.compile(r"(?:本页|部门|全部|项目|支出|科目|以上)?(?:合计|小计|总计|共计|累计|总和)(?:数|金额)?\Z")


@lru_cache(maxsize=8192)
def squeeze(text: str) -> str:
    """A label without what varies in print: width, blanks of every kind, quotes, brackets, punctuation."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text))


@lru_cache(maxsize=8192)
def core(text: str) -> str:
    """A label by which it is recognised: squeezed, without its numbering, unit and points."""
    bare = squeeze(_NUMBERING.sub("", unicodedata.normalize("NFKC", text), count=1))
    return _UNIT.sub("", bare) or bare


def with_years(text: str, shift: int) -> str:
    """A label as a template of `shift` years later prints it."""
    return _YEAR.sub(lambda match: str(int(match[0]) + shift), text) if shift else text


def is_total(text: str) -> bool:
    """Whether a row's name says that the row sums others up."""
    return bool(_TOTAL.match(core(text)))
