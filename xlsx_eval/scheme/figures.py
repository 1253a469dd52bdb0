"""Names to values: what a formula sees when it names a field, a column or a derived figure."""

from __future__ import annotations

from collections.abc import Mapping

from xlsx_eval.cell import ErrorValue, Scalar
from xlsx_eval.formula import Column, Formula, Value


class Figures:
    """Looks names up for the engine; a blank field is "", so arithmetic on it is an error and never 0.

    Derived figures are computed when first asked for; one that depends on itself is #REF!.
    """

    def __init__(
        self,
        values: Mapping[str, Scalar],
        columns: Mapping[str, Column] | None = None,
        derived: Mapping[str, Formula] | None = None,
    ) -> None:
        self._known: dict[str, Value] = {
            name: "" if value is None else value for name, value in values.items()
        }
        for name, column in (columns or {}).items():
            self._known[name] = tuple(tuple("" if cell is None else cell for cell in row) for row in column)
        self._derived = derived or {}

    def __call__(self, name: str) -> Value:
        """Value of `name`; raises KeyError, which the engine turns into #NAME?."""
        if name not in self._known:
            formula = self._derived[name]
            self._known[name] = ErrorValue.REF
            self._known[name] = formula.evaluate(self)
        return self._known[name]

    def with_values(self, more: Mapping[str, Value]) -> Figures:
        """The same figures with others put in place; derived ones are computed anew."""
        fresh = Figures({}, derived=self._derived)
        fresh._known = {name: value for name, value in self._known.items() if name not in self._derived}
        fresh._known.update({name: "" if value is None else value for name, value in more.items()})
        return fresh
