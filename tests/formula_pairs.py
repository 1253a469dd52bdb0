"""Generated formulas over generated inputs: one workbook for an office program, the same values for our engine.

What LibreOffice is known to do otherwise than Excel is kept out by the slots below, each with its reason in
docs/formulas.md; formula_agreement.py shows every such difference once.
"""

from __future__ import annotations

import io
import random
from dataclasses import dataclass
from typing import Any

import xlsxwriter

from xlsx_eval.cell import CellRef, ErrorValue, Scalar
from xlsx_eval.formula import Column, Value, compile_formula

INPUTS = "输入"
FORMULAS = "算式"
SINGLES = 240
AREAS = 60
ROWS = 8
SIDE_BY_SIDE = 10
"""Columns without truths, of which ranges several columns wide are taken."""

_ERROR_FORMULAS = {ErrorValue.DIV0: "=1/0", ErrorValue.NA: "=NA()", ErrorValue.VALUE: '="a"+1'}
_NUMBERS = (
    0.0,
    1.0,
    -1.0,
    0.5,
    2.675,
    1.005,
    -2.5,
    100.0,
    99.27,
    92.8,
    2624.87,
    -3.75,
    1234.56,
    0.1,
    0.2,
    0.3,
)
_TEXTS = (
    "教育局",
    "教育支出",
    "卫生健康",
    "abc",
    "ABC",
    "是",
    "否",
    "不适用",
    "a_c",
    "三公经费 控制率",
    " 前后 空格 ",
)
_NUMERIC_TEXTS = ("5", "12", "-3", "007", "2023-01-31")
_CRITERIA = (
    '">=60"', '"<0"', '"<>"', '""', '"="', '"教育*"', '"?bc"', '"a~*c"', '"<>教育局"', '"=5"', '"<=2.675"',
    '"教育?"', '">abc"', "1", "0.5", '"教育局"', '"ABC"', '"<>1"', '">教"', '"#N/A"', '"=*支出"',
)  # fmt: skip

# Slots. n: a number, however large; w: one of everyday size; u: a single such one; t: text; b: truth; v: truth and
# no cell; a: w or t or such a cell; x: any cell but a truth; y: any cell; m: a column of numbers; s: of texts;
# c: any column without truths; o: any column; r: several columns side by side; k: a criterion; d, i, e: digits, a
# place, an exponent; q: text that may read as a number.
NUMERIC = (
    "{n}+{n}", "{n}-{n}", "({n}-{n})", "({n}+{n})", "{n}*{n}", "{n}/{n}", "-{n}", "{n}%", "+{n}-{n}", "{w}^{e}", "-{w}^{e}",
    "ABS({n})", "MOD({w},{w})", "SUM({w},{w})", "SUM({c})", "SUM({m},{w})", "AVERAGE({m})", "AVERAGE({c},{w})", "MIN({c})", "MAX({m})",
    "COUNT({c},{q})", "COUNTA({o},{a})", "SUM({x})", "MAX(0,{n})", "MIN({n},{n})", "COUNT({x},{q},,{n})",
    "COUNTIF({c},{k})", "SUMIF({c},{k},{m})", "SUMIF({m},{k})", "COUNTIFS({c},{k},{c},{k})", "SUMIFS({m},{c},{k},{c},{k})",
    "SUMPRODUCT({m},{m})", "SUMPRODUCT(({m}>{n})*{m})", "SUMPRODUCT(({c}={t})*{m})", "SUMPRODUCT(--({m}<={n}),{m})",
    "SUMPRODUCT({m}/{n})", "SUMPRODUCT(LEN({s}))", "SUMPRODUCT(ISNUMBER({c})*1)", "SUMPRODUCT(ROUND({m},{d}))",
    "SUMPRODUCT({c})", "SUMPRODUCT(1/COUNTIF({m},{m}))", "SUMPRODUCT(({c}<>\"\")*1)", "SUMPRODUCT({c}*{m})",
    "N({y})", "INDEX({m},{i})", "INDEX({c},{i})", "MATCH({w},{m},0)", "MATCH({t},{s},0)", "IF({b},{n},{n})",
    "IF({n}<>0,{n},{n})", "IFERROR({n},{n})", "IFERROR({n}/{n},{n})", "CHOOSE({i},{n},{n},{n})", "VALUE({q})",
    "SUM(IF({b},{m},{m}))", "SUM(INDEX({m},{i}),{w})", "IF({n}>={n},{n},{n}/{n}*{n})", "SUM({m})-{n}", "{q}*{n}", "{x}*1",
    "COUNTBLANK({o})", "PRODUCT({w},{w},{x})", "LARGE({m},{i})", "SMALL({m},{i})", "AVERAGEIF({c},{k},{m})", "POWER({w},{e})",
    "SQRT(ABS({n}))", "SQRT({w})", "SIGN({n})", "FIND({t},{t})", "FIND(\"c\",{t},{i})", "VLOOKUP({t},{s},1,FALSE)", "VLOOKUP({w},{r},1,FALSE)", "VLOOKUP({w},{m},1,0)",
    "SUMPRODUCT(({m}>={w})*({m}<{n})*{m})", "SUMPRODUCT(ABS({m}),{m})", "SUM({r},{r})", "MAX({r},{r},0)", "IF(ISNUMBER({x}),{x},0)",
)  # fmt: skip
MODERATE = (
    "{w}+{w}", "{w}-{w}", "{w}*{w}", "{w}/{w}", "INT({u})", "INT({w}*{w})", "ROUND({w},{d})",
    "ROUNDUP({w},{d})", "ROUNDDOWN({w},{d})", "ROUNDDOWN(ROUND(({w}-{w})/{w},6),0)", "MAX(0,MIN({w},{w}-ROUND({w},{d})*{w}))",
    "ROUND({w}/{w},{d})", "ROUND({w}*{w},{d})", "LEN({a})", "ABS({w}-{w})", "IF({w}>={w},{w},{w}/{w}*{w})",
    "TRUNC({u})", "TRUNC({u},{d})",
)  # fmt: skip
TEXTUAL = (
    "{a}&{a}", "LEFT({t},{i})", "LEFT({t})", "RIGHT({a},{i})", "MID({t},{i},{i})", "TRIM({t})", "CONCATENATE({a},{a})",
    "T({y})", "IF({b},{t},{t})", 'IF({b},"达标","未达标")', "INDEX({s},{i})&{t}", "IFERROR({t},{t})", "CHOOSE({i},{t},{t})",
    "{w}&{t}", "LEFT({t},{w})",
    "UPPER({t})", "LOWER({t})", "SUBSTITUTE({t},{t},{t})", "SUBSTITUTE({t},\"c\",{t})", "IF({x}=\"\",\"缺\",{t})",
)  # fmt: skip
LOGICAL = (
    "{n}={n}", "{n}<>{n}", "{n}<{n}", "{n}>={n}", "{a}={a}", "{w}<{t}", "{x}={x}", "{x}<>{t}", "{t}={t}", "AND({b},{b})",
    "OR({b},{b})", "NOT({b})", "ISBLANK({y})", "ISNUMBER({x})", "ISTEXT({y})", "ISERROR({y})", "ISERROR({n}/{n})",
    "EXACT({a},{a})", "AND({o})", "OR({o},{b})", "TRUE()", "FALSE()", "SUM({m})={n}", "IF({b},{b},{b})", "ISBLANK({a})",
    "IF({b},{b})", "{w}={w}", "{w}>{w}", "{w}-{w}={w}", "({v})=({v})", "{w}<={w}",
    "ISNA({y})", "ISNA(MATCH({w},{m},0))",
)  # fmt: skip
_TEMPLATES = {"n": NUMERIC + MODERATE, "w": MODERATE, "t": TEXTUAL, "b": LOGICAL}
_LITERALS: dict[str, tuple[object, ...]] = {
    "d": (0, 1, 2, 3, -1, -2),
    "i": (1, 2, 3, 4),
    "e": (1, 2, 3, 0.5),
    "q": ('"5"', '"12"', '" 7 "', '"2023-01-31"', '"-3"', '"1e3"', '""', '"十"'),
}


@dataclass(frozen=True, slots=True)
class Pairs:
    """Formulas over one set of inputs: `singles` down column A, `areas` in columns from C on."""

    singles: tuple[Scalar, ...]
    areas: tuple[tuple[Scalar, ...], ...]
    formulas: tuple[str, ...]

    def book(self) -> dict[str, Value]:
        """What a lookup gives: by name, by cell and by range."""
        found: dict[str, Value] = {}
        for place, value in enumerate(self.singles):
            found[f"值_{place}"] = found[f"{INPUTS}!{CellRef(place + 1, 1)}"] = value
        for place, values in enumerate(self.areas):
            column: Column = tuple((value,) for value in values)
            found[f"列_{place}"] = found[_area(place)] = column
        for reference in {cell for formula in self.formulas for cell in compile_formula(formula).cells}:
            if reference not in found:
                found[reference] = self._rectangle(*reference.partition("!")[2].split(":"))
        return found

    def _rectangle(self, first: str, last: str) -> Column:
        start, end = CellRef.parse(first), CellRef.parse(last)
        chosen = self.areas[start.column - 3 : end.column - 2]
        return tuple(tuple(area[row] for area in chosen) for row in range(start.row - 1, end.row))

    def workbook(self) -> bytes:
        """Inputs on one sheet, a formula per row of the other, with a wrong cached value to be replaced."""
        buffer = io.BytesIO()
        with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
            inputs = book.add_worksheet(INPUTS)
            for place, value in enumerate(self.singles):
                _write(inputs, place, 0, value)
                book.define_name(f"值_{place}", f"={INPUTS}!$A${place + 1}")
            for place, values in enumerate(self.areas):
                for row, value in enumerate(values):
                    _write(inputs, row, place + 2, value)
                first, _, last = _area(place).partition("!")[2].partition(":")
                book.define_name(f"列_{place}", f"={INPUTS}!{_fixed(first)}:{_fixed(last)}")
            sheet = book.add_worksheet(FORMULAS)
            for row, formula in enumerate(self.formulas):
                sheet.write_formula(row, 0, "=" + formula, None, "未重算")
        return buffer.getvalue()


def pairs(seed: int, count: int) -> Pairs:
    """So many formulas under a seed."""
    rng = random.Random(seed)
    singles = tuple(_value(rng) for _ in range(SINGLES))
    areas = tuple(_values(rng, truths=place >= SIDE_BY_SIDE) for place in range(AREAS))
    writer = _Writer(rng, singles, areas)
    return Pairs(singles, areas, tuple(writer.formula() for _ in range(count)))


def _area(place: int) -> str:
    return f"{INPUTS}!{CellRef(1, place + 3)}:{CellRef(ROWS, place + 3)}"


def _fixed(cell: str) -> str:
    return CellRef.parse(cell).absolute


def _write(sheet: Any, row: int, column: int, value: Scalar) -> None:
    if isinstance(value, ErrorValue):
        sheet.write_formula(row, column, _ERROR_FORMULAS[value])
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, float):
        sheet.write_number(row, column, value)
    elif value == "":
        sheet.write_formula(row, column, '=""', None, "")
    elif value is not None:
        sheet.write_string(row, column, value)


def _number(rng: random.Random) -> float:
    kind = rng.randrange(10)
    if kind < 4:
        return rng.choice(_NUMBERS)
    if kind < 7:
        return round(rng.uniform(-5000, 5000), 2)
    if kind == 7:
        return float(rng.randrange(40000, 46000))
    return (
        round(rng.random(), 4) if kind == 8 else rng.choice((1e15, 1e20, 1e300, 1e-12, 123456789.12, 1e-300))
    )


def _value(rng: random.Random) -> Scalar:
    kind = rng.randrange(20)
    if kind < 11:
        return _number(rng)
    if kind < 14:
        return rng.choice(_TEXTS)
    if kind == 14:
        return rng.choice(_NUMERIC_TEXTS)
    if kind == 15:
        return rng.random() < 0.5
    return (None, None, "", rng.choice(list(_ERROR_FORMULAS)))[kind - 16]


def _values(rng: random.Random, truths: bool) -> tuple[Scalar, ...]:
    style = rng.randrange(3)
    if style == 0:
        return tuple(_number(rng) for _ in range(ROWS))
    if style == 1:
        return tuple(rng.choice((*_TEXTS, None, "")) for _ in range(ROWS))
    values = tuple(_value(rng) for _ in range(ROWS))
    return tuple(None if isinstance(value, bool) and not truths else value for value in values)


class _Writer:
    """Fills the slots of templates with cells, literals and further templates."""

    def __init__(
        self, rng: random.Random, singles: tuple[Scalar, ...], areas: tuple[tuple[Scalar, ...], ...]
    ) -> None:
        self._rng = rng
        cells = range(len(singles))
        self._cells = {
            "n": [place for place in cells if type(singles[place]) is float],
            "w": [place for place in cells if is_everyday(singles[place])],
            "t": [place for place in cells if isinstance(singles[place], str)],
            "x": [place for place in cells if not isinstance(singles[place], bool)],
            "y": list(cells),
        }
        self._cells["a"] = [
            place
            for place in self._cells["x"]
            if is_everyday(singles[place]) or type(singles[place]) is not float
        ]
        columns = range(len(areas))
        self._columns = {
            "m": [place for place in columns if all(type(value) is float for value in areas[place])],
            "s": [place for place in columns if all(isinstance(value, str | None) for value in areas[place])],
            "c": [place for place in columns if not any(isinstance(value, bool) for value in areas[place])],
            "o": list(columns),
        }

    def formula(self) -> str:
        return self._fill(self._rng.choice(_TEMPLATES[self._rng.choice("nnwtb")]), 2)

    def _fill(self, template: str, depth: int) -> str:
        pieces = template.split("{")
        filled = [pieces[0]]
        for piece in pieces[1:]:
            slot, _, rest = piece.partition("}")
            filled += self._slot(slot, depth), rest
        return "".join(filled)

    def _slot(self, slot: str, depth: int) -> str:
        rng = self._rng
        if slot in self._columns:
            place = rng.choice(self._columns[slot])
            return _area(place) if rng.random() < 0.3 else f"列_{place}"
        if slot == "k":
            return rng.choice(_CRITERIA) if rng.random() < 0.8 else self._cell("wt"[rng.randrange(2)])
        if slot in _LITERALS:
            return str(rng.choice(_LITERALS[slot]))
        if slot == "u":
            return self._leaf("w")
        if slot == "r":
            first, second = (
                CellRef(rng.randint(1, ROWS), rng.randint(3, SIDE_BY_SIDE + 2)) for _ in range(2)
            )
            return f"{INPUTS}!{first}:{second}"
        if slot == "v":
            return self._leaf("b") if depth == 0 else self._fill(rng.choice(LOGICAL), depth - 1)
        if slot in "xy" or rng.random() < 0.04:
            return self._cell(slot if slot in "xy" else "a")
        if slot == "a":
            slot = rng.choice("wt")
        if depth == 0 or rng.random() < 0.6:
            return self._leaf(slot)
        return self._fill(rng.choice(_TEMPLATES[slot]), depth - 1)

    def _leaf(self, slot: str) -> str:
        rng = self._rng
        if slot == "b":
            return rng.choice(("TRUE", "FALSE", "(1=1)", "({w}>{w})", "({w}<={w})")).replace(
                "{w}", self._cell("w")
            )
        if rng.random() < 0.6:
            return self._cell(slot)
        if slot == "t":
            return f'"{rng.choice(_TEXTS)}"'
        return repr(abs(rng.choice(_NUMBERS) if slot == "w" else round(_number(rng), 4))).upper()

    def _cell(self, slot: str) -> str:
        place = self._rng.choice(self._cells[slot])
        return f"值_{place}" if self._rng.random() < 0.7 else f"{INPUTS}!{CellRef(place + 1, 1)}"


def is_everyday(value: Scalar) -> bool:
    """A number of the size that budgets have."""
    return type(value) is float and (value == 0 or 1e-5 < abs(value) < 1e9)
