"""docs/formulas.md says what is so: the functions there are, our results, and LibreOffice's."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from office import recalculate, require_office

from xlsx_eval.cell import ErrorValue
from xlsx_eval.formula import FUNCTIONS, Value, compile_formula
from xlsx_eval.formula.numbers import number_text

PAGE = Path(__file__).resolve().parents[1] / "docs" / "formulas.md"
DIFFERENCES = re.findall(r"^\| `(.+?)` \| (.+?) \| (.+?) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
INPUTS: dict[str, tuple[str | float | bool | None, ...]] = {
    "空": (None,),
    "真": (True,),
    "负": (-8.0,),
    "列": (1.0, True, "1", None, "a"),
    "空0": ("", 0.0),
    "数列": (1.0, 2.0, 3.0, 4.0, 5.0),
}


def lookup(name: str) -> Value:
    return tuple((value,) for value in INPUTS[name])


def shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return number_text(float(value))
    return "" if value is None else str(value)


def workbook() -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet, inputs = book.add_worksheet("算式"), book.add_worksheet("输入")
        for column, (name, values) in enumerate(INPUTS.items()):
            for row, value in enumerate(values):
                if value == "":
                    inputs.write_formula(row, column, '=""', None, "")
                elif isinstance(value, str):
                    inputs.write_string(row, column, value)
                elif value is not None:
                    inputs.write(row, column, value)
            letter = chr(65 + column)
            book.define_name(name, f"=输入!${letter}$1:${letter}${len(values)}")
        for row, (formula, _, _) in enumerate(DIFFERENCES):
            sheet.write_formula(row, 0, "=" + formula, None, "未重算")
    return buffer.getvalue()


def test_the_page_lists_every_function_and_no_other() -> None:
    rows = re.findall(r"^\| [a-z ]+ \| ([A-Z ]+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(" ".join(rows).split()) == sorted(FUNCTIONS)


@pytest.mark.parametrize(("formula", "ours", "theirs"), DIFFERENCES)
def test_our_results_are_those_of_the_page(formula: str, ours: str, theirs: str) -> None:
    assert shown(compile_formula(formula).evaluate(lookup)) == ours


def test_the_office_program_differs_as_the_page_says_or_no_more(tmp_path: Path) -> None:
    require_office()
    found = recalculate(workbook(), tmp_path)["算式"]
    others = [
        (formula, shown(found.get(f"A{row}")))
        for row, (formula, ours, theirs) in enumerate(DIFFERENCES, 1)
        if shown(found.get(f"A{row}")) not in (ours, theirs)
    ]
    assert others == []


def test_errors_on_the_page_are_excels() -> None:
    errors = {str(error) for error in ErrorValue}
    assert all(cell in errors for row in DIFFERENCES for cell in row[1:] if cell.startswith("#"))
