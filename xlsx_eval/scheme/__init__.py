"""A scheme: what is asked of a department, what is allowed, what it is worth."""

from xlsx_eval.scheme.figures import Figures
from xlsx_eval.scheme.load import Checked, check_scheme, load_scheme, scheme_names
from xlsx_eval.scheme.parts import (
    Check,
    Example,
    Field,
    Grid,
    GridRow,
    Indicator,
    Item,
    Own,
    Requirement,
    Scheme,
    Sheet,
    Table,
    Way,
)

__all__ = [
    "Check",
    "Checked",
    "Example",
    "Field",
    "Figures",
    "Grid",
    "GridRow",
    "Indicator",
    "Item",
    "Own",
    "Requirement",
    "Scheme",
    "Sheet",
    "Table",
    "Way",
    "check_scheme",
    "load_scheme",
    "scheme_names",
]
