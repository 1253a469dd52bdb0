"""What in a formula gives one result in Excel and another in LibreOffice, or none at all; see docs/formulas.md."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator

from xlsx_eval.formula.compile import Formula
from xlsx_eval.formula.functions import FUNCTIONS
from xlsx_eval.formula.nodes import Binary, Call, Group, Literal, Node, Reference, Unary

_COMPARISONS = frozenset(["=", "<>", "<", ">", "<=", ">="])
_CUTTING = frozenset(["INT", "ROUNDUP", "ROUNDDOWN", "TRUNC"])
_ROUNDING = _CUTTING | {"ROUND"}
_ADDING = frozenset(["SUM", "SUMIF", "SUMIFS", "SUMPRODUCT", "AVERAGE", "AVERAGEIF"])
_TRUTHS = frozenset(
    ["AND", "OR", "NOT", "TRUE", "FALSE", "EXACT", "ISBLANK", "ISNUMBER", "ISTEXT", "ISERROR", "ISNA"]
)
_COUNTING = frozenset(["COUNTIF", "COUNTIFS", "SUMIF", "SUMIFS", "AVERAGEIF"])


def cautions(formula: Formula, columns: Container[str] = frozenset()) -> tuple[str, ...]:
    """Sentences on what to write otherwise, none if all is well; `columns` are names that stand for many cells."""
    found = [
        sentence for node in _parts(formula.tree) for rule in _RULES if (sentence := rule(node)) is not None
    ]
    found += [
        f"“{name}”是一整列，此处需要单个数值，请用 SUM、INDEX 等函数取值"
        for name in _misplaced(formula.tree, columns, single=True)
    ]
    return tuple(dict.fromkeys(found))


def _parts(node: Node) -> Iterator[Node]:
    yield node
    for child in _children(node):
        yield from _parts(child)


def _children(node: Node) -> tuple[Node, ...]:
    match node:
        case Binary():
            return node.left, node.right
        case Unary():
            return (node.operand,)
        case Group():
            return (node.inner,)
        case Call():
            return node.arguments
        case _:
            return ()


def _is_noisy(node: Node, functions: Container[str]) -> bool:
    """Whether it adds or subtracts without rounding afterwards, so that its last digits are chance."""
    match node:
        case Binary(operator="+" | "-"):
            return True
        case Call(name=name) if name in functions:
            return True
        case Call(name="IF", arguments=(_, *branches)):
            return any(_is_noisy(branch, functions) for branch in branches)
        case Call(name=name) if name not in ("ABS", "MAX", "MIN", "IFERROR"):
            return False
        case _:
            return any(_is_noisy(child, functions) for child in _children(node))


def _is_truth(node: Node) -> bool:
    match node:
        case Group():
            return _is_truth(node.inner)
        case Literal():
            return isinstance(node.value, bool)
        case Binary():
            return node.operator in _COMPARISONS
        case Call():
            return node.name in _TRUTHS
        case _:
            return False


def _is_text(node: Node) -> bool:
    return isinstance(node, Literal) and isinstance(node.value, str)


def _cut_off(node: Node) -> str | None:
    if isinstance(node, Call) and node.name in _CUTTING and _is_noisy(node.arguments[0], _ADDING):
        return f"{node.name} 之前的加减运算可能带有尾差，使结果相差一级，请先四舍五入，如 {node.name}(ROUND(…,6),0)"
    return None


def _rounded_to_whole(node: Node) -> str | None:
    match node:
        case Call(name="ROUND", arguments=(Binary(), Literal(value=0.0))):
            return "恰为 0.5 的乘除结果四舍五入到整数时，各办公软件可能不同，请写成 ROUND(ROUND(…,6),0)"
    return None


def _compared(node: Node) -> str | None:
    if not isinstance(node, Binary) or node.operator not in _COMPARISONS:
        return None
    sides = (node.left, node.right)
    if any(_is_noisy(side, _ADDING) for side in sides) and not any(map(_is_text, sides)):
        return "比较的一侧是未经四舍五入的加减结果，可能带有尾差，请先用 ROUND 取到应有的位数"
    if _is_truth(node.left) != _is_truth(node.right):
        return "逻辑值不应与数值或文本比较，请直接作为条件使用"
    if any(map(_is_text, sides)) and node.operator not in ("=", "<>"):
        return "文本的先后次序因办公软件而异，请勿用大于、小于号比较文本"
    return None


def _joined(node: Node) -> str | None:
    operands: tuple[Node, ...] = ()
    if isinstance(node, Binary) and node.operator == "&":
        operands = (node.left, node.right)
    elif isinstance(node, Call):
        operands = tuple(each for place, each in enumerate(node.arguments) if _kind(node, place) == "t")
    if any(map(_is_truth, operands)):
        return '逻辑值不应拼接为文本，请用 IF(条件,"是","否")'
    return None


def _multiplied(node: Node) -> str | None:
    if isinstance(node, Call) and node.name == "SUMPRODUCT":
        if any(map(_is_truth, node.arguments)):
            return "SUMPRODUCT 中的条件请乘以 1，如 SUMPRODUCT((列>0)*1)"
        if any(isinstance(part, Call) and part.name == "IF" for part in _parts(node)):
            return "SUMPRODUCT 中的 IF 不逐个单元格计算，请改为条件相乘"
    return None


def _counted(node: Node) -> str | None:
    if not isinstance(node, Call) or node.name not in _COUNTING:
        return None
    criteria = {each.value for each in node.arguments if isinstance(each, Literal)}
    if criteria & {"*", "?*"}:
        return "通配符是否适用于数值因办公软件而异，请用 COUNTA 统计"
    if node.name == "COUNTIFS" and any(
        isinstance(each, str) and each[:2] in ("", "=", "<>") for each in criteria
    ):
        return "COUNTIFS 遇空白单元格时各办公软件结果不同，请改用 SUMPRODUCT"
    return None


def _added(node: Node) -> str | None:
    if not isinstance(node, Call) or node.name not in ("SUM", "MIN", "MAX", "AVERAGE", "PRODUCT"):
        return None
    return f"{node.name} 的参数请写数值，不要写成文本" if any(map(_is_text, node.arguments)) else None


def _kind(call: Call, place: int) -> str:
    return FUNCTIONS[call.name].kind(place)


def _misplaced(node: Node, columns: Container[str], single: bool) -> Iterator[str]:
    """Columns where a single value is wanted; inside SUMPRODUCT they are computed cell by cell."""
    match node:
        case Reference():
            if single and node.text in columns:
                yield node.text
        case Call(name="SUMPRODUCT"):
            return
        case Call():
            for place, argument in enumerate(node.arguments):
                yield from _misplaced(argument, columns, single=_kind(node, place) != "r")
        case Group():
            yield from _misplaced(node.inner, columns, single)
        case _:
            for child in _children(node):
                yield from _misplaced(child, columns, single=True)


_RULES: tuple[Callable[[Node], str | None], ...] = (
    _cut_off,
    _rounded_to_whole,
    _compared,
    _joined,
    _multiplied,
    _counted,
    _added,
)
