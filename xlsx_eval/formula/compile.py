"""Compiled formulas: what they use, what they give, and their text with names replaced."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from xlsx_eval.cell import Scalar
from xlsx_eval.errors import FormulaError
from xlsx_eval.formula.evaluate import Lookup, Step, evaluate, prepare
from xlsx_eval.formula.nodes import Node
from xlsx_eval.formula.parse import parse
from xlsx_eval.formula.tokens import Token, tokenize

LONGEST = 8192
"""Characters Excel allows in a formula."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that parsed; `text` is as written, without "=", and `tree` its parts."""

    text: str
    tree: Node = field(repr=False, compare=False)
    _tokens: tuple[Token, ...] = field(repr=False, compare=False)
    _step: Step = field(repr=False, compare=False)

    @property
    def names(self) -> frozenset[str]:
        """Defined names it uses, as written."""
        return frozenset(token.text for token in self._tokens if _is_name(token))

    @property
    def cells(self) -> frozenset[str]:
        """Cells and ranges it uses, without dollar signs: `D8`, `基础数据!D8:D20`."""
        return frozenset(token.text for token in self._tokens if token.kind == "cell")

    @property
    def functions(self) -> frozenset[str]:
        """Functions it calls, in upper case."""
        return frozenset(token.text.upper() for token in self._tokens if token.kind == "function")

    def evaluate(self, lookup: Lookup) -> Scalar:
        """The result, errors included, as the cell would show it; a blank result is 0."""
        return evaluate(self._step, lookup)

    def render(self, replace: Callable[[str], str | None]) -> str:
        """The text with each name replaced by what `replace` gives, kept where that is None."""
        pieces: list[str] = []
        end = 0
        for token in filter(_is_name, self._tokens):
            replacement = replace(token.text)
            if replacement is not None:
                pieces += self.text[end : token.start], replacement
                end = token.end
        return "".join(pieces) + self.text[end:]

    def __reduce__(self) -> tuple[Callable[[str], Formula], tuple[str]]:
        """Pickled as its text, because steps cannot be."""
        return compile_formula, (self.text,)


def compile_formula(text: str) -> Formula:
    """A formula, with or without its "="; raises FormulaError saying where it does not parse."""
    body = text.removeprefix("=")
    try:
        return _compiled(body)
    except FormulaError as error:
        raise FormulaError(text, error.message, error.position + len(text) - len(body)) from None


def _compiled(body: str) -> Formula:
    if len(body) > LONGEST:
        raise FormulaError(body, f"公式超过 {LONGEST} 个字符", LONGEST)
    try:
        tokens = tokenize(body)
        tree = parse(body, tokens)
        return Formula(body, tree, tokens, prepare(tree))
    except RecursionError:
        raise FormulaError(body, "公式嵌套过深") from None


def _is_name(token: Token) -> bool:
    return token.kind == "name" and token.text.upper() not in ("TRUE", "FALSE")
