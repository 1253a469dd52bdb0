"""Every function the formula language knows, by its name."""

from __future__ import annotations

from collections.abc import Mapping

from xlsx_eval.formula.aggregates import AGGREGATES
from xlsx_eval.formula.criteria import CRITERIA
from xlsx_eval.formula.logic import LOGIC
from xlsx_eval.formula.lookups import LOOKUPS
from xlsx_eval.formula.mathematics import MATHEMATICS
from xlsx_eval.formula.signature import Function
from xlsx_eval.formula.strings import STRINGS

FUNCTIONS: Mapping[str, Function] = {
    **LOGIC,
    **MATHEMATICS,
    **AGGREGATES,
    **CRITERIA,
    **LOOKUPS,
    **STRINGS,
}
