"""Excel formulas, compiled once and evaluated per workbook: the scheme's one vocabulary."""

from xlsx_eval.formula.cautions import cautions
from xlsx_eval.formula.compile import Formula, compile_formula
from xlsx_eval.formula.evaluate import Lookup
from xlsx_eval.formula.functions import FUNCTIONS
from xlsx_eval.formula.values import Column, Value

__all__ = ["FUNCTIONS", "Column", "Formula", "Lookup", "Value", "cautions", "compile_formula"]
