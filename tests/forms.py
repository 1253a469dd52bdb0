"""Forms filled inline: values in, the findings of one run out."""

from __future__ import annotations

from functools import cache

from xlsx_eval import Evaluation, Scheme, evaluate, load_scheme
from xlsx_eval.form.fill import fill


@cache
def scheme() -> Scheme:
    return load_scheme()


def judge(**values: object) -> Evaluation:
    """The default form with just these values, judged."""
    return evaluate(fill(values, scheme()), scheme())


def codes_at(evaluation: Evaluation, field: str) -> set[str]:
    """Codes found at a single field's cell."""
    cell = scheme().fields[field]
    return {
        item.code for item in evaluation.findings if (item.sheet, item.cell) == (cell.sheet, str(cell.cell))
    }


def codes_in_row(evaluation: Evaluation, table: str, index: int) -> set[str]:
    """Codes found in the 0-based row of a table."""
    row = scheme().tables[table].first_row + index
    sheet = scheme().tables[table].sheet
    return {
        item.code
        for item in evaluation.findings
        if item.sheet == sheet and "".join(filter(str.isdigit, item.cell)) == str(row)
    }


def score_of(evaluation: Evaluation, key: str) -> float | None:
    """Our score of the fixed indicator of that key."""
    return next(one.score for one in evaluation.indicators if one.key == key)
