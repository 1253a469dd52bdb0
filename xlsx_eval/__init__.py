"""Checks, scores and annotates spending self-evaluation workbooks of a finance bureau's departments."""

from xlsx_eval.drawing.marked import annotate
from xlsx_eval.judging.evaluate import Evaluation, evaluate
from xlsx_eval.scheme import Scheme, load_scheme

__all__ = ["Evaluation", "Scheme", "annotate", "evaluate", "load_scheme"]
