"""Highlights: a conditional format that holds only while the cell still has the value that was sent."""

from __future__ import annotations

import re

from xlsx_eval.cell import CellRef
from xlsx_eval.xlsx.package.markup import Node, whole
from xlsx_eval.xlsx.write.edits import Edit, content, element
from xlsx_eval.xlsx.write.patch import Patch
from xlsx_eval.xlsx.write.stored import Stored

MARKER = 'N("xlsx-eval")'
"""Stands in the formula of every highlight; office programs keep it when they save."""

_ERROR_TYPES = {
    "#NULL!": 1, "#DIV/0!": 2, "#VALUE!": 3, "#REF!": 4, "#NAME?": 5, "#NUM!": 6, "#N/A": 7,
}  # fmt: skip
_LITERAL = 200
"""Characters of one literal; Excel allows 255."""
_COMPARED = 1000
"""Characters of a text that are compared; beyond, its length and both ends are."""
_AWKWARD = re.compile("[\x00-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


def highlight(tag: str, area: str, ref: CellRef, value: Stored, dxf: int, priority: int) -> str:
    """A conditionalFormatting element over `area` that looks at `ref`; `tag` is the sheet's prefix."""
    rule = element(
        f"{tag}cfRule",
        {"type": "expression", "dxfId": str(dxf), "priority": str(priority)},
        element(f"{tag}formula", {}, content(still_formula(ref.absolute, value))),
    )
    return element(f"{tag}conditionalFormatting", {"sqref": area}, rule)


def highest_priority(root: Node) -> int:
    """The greatest priority of the sheet's rules; ours come after, so the department's own stay on top."""
    given = (node.attrs.get("priority", "") for node in root.descendants() if node.name == "cfRule")
    return max((whole(text) or 0 for text in given), default=0)


def strip_highlights(patch: Patch, partname: str, root: Node) -> None:
    """Queue the removal of our rules from the sheet with outline `root`, and of elements left empty by it."""
    for node in root.children:
        if node.name in ("conditionalFormatting", "extLst"):
            patch.edit(partname, *_without_rules(node))


def _without_rules(node: Node) -> list[Edit]:
    """Edits that take our rules out from under `node`; one edit for all of it if nothing else is in it."""
    if _is_ours(node):
        return [Edit(node.start, node.end, "")]
    edits = [edit for child in node.children for edit in _without_rules(child)]
    gone = [child for child in node.children if Edit(child.start, child.end, "") in edits]
    left = [child for child in node.children if child not in gone and child.name != "sqref"]
    if gone and not left:
        return [Edit(node.start, node.end, "")]
    return edits


def _is_ours(node: Node) -> bool:
    return node.name == "cfRule" and any(
        MARKER in re.sub(r"\s", "", child.text) for child in node.children if child.name in ("formula", "f")
    )


def still_formula(cell: str, value: Stored) -> str:
    """Formula that is true while `cell` holds `value`, and always where the value cannot be told."""
    conditions = [f"{MARKER}=0", *_conditions(cell, value)]
    return f"AND({','.join(conditions)})" if len(conditions) > 1 else conditions[0]


def _conditions(cell: str, value: Stored) -> list[str]:
    if value.kind == "blank":
        return [f"LEN({cell})=0"]
    if value.kind == "n" and _is_number(value.text):
        return [f"ISNUMBER({cell})", f"{cell}={_number(value.text)}"]
    if value.kind == "b":
        return [f"ISLOGICAL({cell})", f"{cell}={'TRUE' if value.text in ('1', 'true') else 'FALSE'}"]
    if value.kind == "e":
        number = _ERROR_TYPES.get(value.text)
        return [f"ERROR.TYPE({cell})={number}" if number else f"ISERROR({cell})"]
    if value.kind == "text":
        return _text_conditions(cell, value.text)
    return []


def _text_conditions(cell: str, text: str) -> list[str]:
    if not text:
        return [f"LEN({cell})=0"]
    if len(text) <= _COMPARED:
        return [f"ISTEXT({cell})", f'EXACT({cell}&"",{literal(text)})']
    half = _COMPARED // 2
    if _ASTRAL.search(text):
        # Office programs do not agree on whether such a character counts once or twice.
        head = _ASTRAL.split(text, maxsplit=1)[0][:half]
        return [f"ISTEXT({cell})", f"EXACT(LEFT({cell},{len(head)}),{literal(head)})"] if head else []
    return [
        f"LEN({cell})={len(text)}",
        f"EXACT(LEFT({cell},{half}),{literal(text[:half])})",
        f"EXACT(RIGHT({cell},{half}),{literal(text[-half:])})",
    ]


def literal(text: str) -> str:
    """Text as a formula writes it: in pieces below Excel's limit, control characters by CHAR."""
    pieces: list[str] = []
    at = 0
    for match in _AWKWARD.finditer(text):
        pieces += _quoted(text[at : match.start()])
        pieces.append('"_"' if match[0] == "_" else f"CHAR({ord(match[0])})")
        at = match.end()
    pieces += _quoted(text[at:])
    return "&".join(pieces) or '""'


def _quoted(text: str) -> list[str]:
    step = _LITERAL // 2
    return ['"' + text[at : at + step].replace('"', '""') + '"' for at in range(0, len(text), step)]


def _is_number(text: str) -> bool:
    try:
        number = float(text)
    except ValueError:
        return False
    return number - number == 0


def _number(text: str) -> str:
    number = float(text)
    whole = int(number) if number.is_integer() and abs(number) < 1e15 else number
    return repr(whole).replace("e", "E")
