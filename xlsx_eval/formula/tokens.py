"""A formula's text cut into tokens that keep their place in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from xlsx_eval.cell import MAX_COLUMN, CellRef, column_number, quote_sheet
from xlsx_eval.errors import FormulaError

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
    |(?P<text>"(?:[^"]|"")*")
    |(?P<error>\#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A))
    |(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?(?![\w.:!(]))
    |(?P<reference>
        (?:(?:'(?P<quoted>(?:[^'\[\]]|'')+)'|(?P<plain>[^\W\d][\w.]*))!)?
        (?:(?P<first>\$?[A-Za-z]{1,3}\$?[1-9][0-9]{0,6})(?::(?P<last>\$?[A-Za-z]{1,3}\$?[1-9][0-9]{0,6}))?
            (?![\w.?\\(!:])
        |(?P<name>(?:[^\W\d]|\\)[\w.?\\]*)))
    |(?P<operator><=|>=|<>|[-+*/^&=<>%(),])
    """,
    re.VERBOSE,
)
_FULL_WIDTH = dict(zip("（），；＋－＊／＝＜＞％“”‘’！：＆", "(),;+-*/=<>%\"\"''!:&", strict=True))


@dataclass(frozen=True, slots=True)
class Token:
    """One token: `kind` is text, error, number, cell, name, function, operator or end.

    `text` is as written, apart from cells, which are as they are looked up: `基础数据!D8:D20`.
    """

    kind: str
    text: str
    start: int
    end: int


def tokenize(source: str) -> tuple[Token, ...]:
    """Tokens of a formula without its "=", spaces left out, closed by an `end`; raises FormulaError."""
    return tuple(_tokens(source))


def _tokens(source: str) -> Iterator[Token]:
    position = 0
    while position < len(source):
        match = _TOKEN.match(source, position)
        if match is None:
            raise FormulaError(source, _complaint(source[position]), position)
        if match["space"] is None:
            yield _token(source, match)
        position = match.end()
    yield Token("end", "", position, position)


def _token(source: str, match: re.Match[str]) -> Token:
    start, end = match.span()
    if match["reference"] is None:
        kind = next(kind for kind in ("text", "error", "number", "operator") if match[kind])
        return Token(kind, match[0], start, end)
    if match["first"] and not _is_far_name(match):
        return Token("cell", _cell(source, match), start, end)
    is_call = source[end : end + 1] == "(" and "!" not in match[0]
    return Token("function" if is_call else "name", match[0], start, end)


def _is_far_name(match: re.Match[str]) -> bool:
    """Whether it only looks like a cell: `XYZ2022` lies beyond the last column and is a name."""
    letters = match["first"].rstrip("0123456789")
    return match["last"] is None and letters.isalpha() and column_number(letters) > MAX_COLUMN


def _cell(source: str, match: re.Match[str]) -> str:
    try:
        first = CellRef.parse(match["first"])
        last = CellRef.parse(match["last"]) if match["last"] else first
    except ValueError:
        raise FormulaError(source, f"单元格 {match[0]} 超出工作表范围", match.start()) from None
    corner = CellRef(min(first.row, last.row), min(first.column, last.column))
    opposite = CellRef(max(first.row, last.row), max(first.column, last.column))
    area = f"{corner}:{opposite}" if match["last"] else f"{corner}"
    sheet = match["quoted"].replace("''", "'") if match["quoted"] else match["plain"]
    return f"{quote_sheet(sheet)}!{area}" if sheet else area


def _complaint(character: str) -> str:
    if character in _FULL_WIDTH:
        return f"此处为全角符号“{character}”，请改为半角“{_FULL_WIDTH[character]}”"
    if character == '"':
        return "文本缺少右侧的引号"
    if character in "{}":
        return "不支持数组常量，请改用单元格区域"
    if character in "[]":
        return "不支持引用其他工作簿或表格结构"
    if character == ":":
        return "区域只能写成 A1:B2 的形式"
    if character in "0123456789.":
        return "名称不能以数字开头"
    if character == ";":
        return "参数之间请使用半角逗号"
    return f"公式中不能使用字符“{character}”"
