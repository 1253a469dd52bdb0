"""The parts of a parsed formula."""

from __future__ import annotations

from dataclasses import dataclass

from xlsx_eval.cell import Scalar


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, text, truth or error as written; None is an argument left out between commas."""

    value: Scalar


@dataclass(frozen=True, slots=True)
class Reference:
    """A name, cell or range, by the text it is looked up with."""

    text: str
    is_cell: bool


@dataclass(frozen=True, slots=True)
class Unary:
    """-x, +x or x%."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """left operator right."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Group:
    """An expression in brackets, which are kept because they stop Excel's last-step rounding to 0."""

    inner: Node


@dataclass(frozen=True, slots=True)
class Call:
    """A function, by its upper-case name."""

    name: str
    arguments: tuple[Node, ...]


Node = Literal | Reference | Unary | Binary | Group | Call
