"""Tokens made into a tree by Excel's precedence: signs, then %, ^, * and /, + and -, &, comparisons."""

from __future__ import annotations

from difflib import get_close_matches

from xlsx_eval.cell import ErrorValue
from xlsx_eval.errors import FormulaError
from xlsx_eval.formula.functions import FUNCTIONS
from xlsx_eval.formula.nodes import Binary, Call, Group, Literal, Node, Reference, Unary
from xlsx_eval.formula.tokens import Token

DEEPEST = 64
"""Levels of nesting Excel allows."""

_BINDING = {"^": 5, "*": 4, "/": 4, "+": 3, "-": 3, "&": 2, "=": 1, "<>": 1, "<": 1, ">": 1, "<=": 1, ">=": 1}
_EXACT = {"MATCH": "0", "VLOOKUP": "FALSE"}
_TRUTHS = {"TRUE": True, "FALSE": False}


def parse(source: str, tokens: tuple[Token, ...]) -> Node:
    """The tree of a whole formula; raises FormulaError at the first token that does not fit."""
    return _Parser(source, tokens).whole()


class _Parser:
    def __init__(self, source: str, tokens: tuple[Token, ...]) -> None:
        self._source = source
        self._tokens = iter(tokens)
        self._next = next(self._tokens)
        self._depth = 0

    def whole(self) -> Node:
        if self._next.kind == "end":
            raise self._error("公式为空")
        node = self._expression(1)
        if self._next.kind != "end":
            raise self._error(f"此处不应出现“{self._next.text}”，请检查是否缺少运算符或括号")
        return node

    def _expression(self, tightest: int) -> Node:
        left = self._signed()
        while (binding := self._binding()) >= tightest:
            operator = self._take().text
            left = Binary(operator, left, self._expression(binding + 1))
        return left

    def _signed(self) -> Node:
        self._deeper(1)
        if self._is("+") or self._is("-"):
            node: Node = Unary(self._take().text, self._signed())
        else:
            node = self._operand()
            while self._is("%"):
                node = Unary(self._take().text, node)
        self._deeper(-1)
        return node

    def _operand(self) -> Node:
        token = self._take()
        if token.kind == "function":
            return self._call(token)
        if token.kind == "operator" and token.text == "(":
            inner = self._expression(1)
            self._close()
            return Group(inner)
        leaf = _leaf(token)
        if leaf is None:
            raise self._missing(token)
        return leaf

    def _call(self, token: Token) -> Node:
        name = token.text.upper()
        function = FUNCTIONS.get(name)
        if function is None:
            raise FormulaError(self._source, _unknown(token.text), token.start)
        self._take()
        arguments = self._arguments()
        if not function.accepts(len(arguments)):
            raise FormulaError(self._source, f"函数 {name} 不能带 {len(arguments)} 个参数", token.start)
        if name in _EXACT and not _is_false(arguments[-1]):
            message = f"函数 {name} 只支持精确查找，第 {len(arguments)} 个参数请写 {_EXACT[name]}"
            raise FormulaError(self._source, message, token.start)
        return Call(name, arguments)

    def _arguments(self) -> tuple[Node, ...]:
        if self._is(")"):
            self._take()
            return ()
        arguments = [self._argument()]
        while self._is(","):
            self._take()
            arguments.append(self._argument())
        self._close()
        return tuple(arguments)

    def _argument(self) -> Node:
        return Literal(None) if self._is(",") or self._is(")") else self._expression(1)

    def _close(self) -> None:
        if not self._is(")"):
            raise self._error(
                "缺少右括号" if self._next.kind == "end" else f"此处不应出现“{self._next.text}”"
            )
        self._take()

    def _binding(self) -> int:
        return _BINDING.get(self._next.text, 0) if self._next.kind == "operator" else 0

    def _is(self, operator: str) -> bool:
        return self._next.kind == "operator" and self._next.text == operator

    def _take(self) -> Token:
        token = self._next
        self._next = next(self._tokens, token)
        return token

    def _deeper(self, levels: int) -> None:
        self._depth += levels
        if self._depth > DEEPEST:
            raise self._error(f"公式嵌套超过 {DEEPEST} 层")

    def _missing(self, token: Token) -> FormulaError:
        what = "公式不完整" if token.kind == "end" else f"“{token.text}”之前缺少数值或名称"
        return FormulaError(self._source, what, token.start)

    def _error(self, message: str) -> FormulaError:
        return FormulaError(self._source, message, self._next.start)


def _is_false(node: Node) -> bool:
    return isinstance(node, Literal) and (node.value is None or node.value == 0)


def _leaf(token: Token) -> Node | None:
    if token.kind == "number":
        return Literal(float(token.text))
    if token.kind == "text":
        return Literal(token.text[1:-1].replace('""', '"'))
    if token.kind == "error":
        return Literal(ErrorValue(token.text))
    if token.kind == "cell":
        return Reference(token.text, is_cell=True)
    if token.kind == "name":
        word = token.text.upper()
        return Literal(_TRUTHS[word]) if word in _TRUTHS else Reference(token.text, is_cell=False)
    return None


def _unknown(name: str) -> str:
    close = get_close_matches(name.upper(), FUNCTIONS, n=1, cutoff=0.6)
    return f"没有名为 {name} 的函数" + (f"，是否为 {close[0]}？" if close else "")
