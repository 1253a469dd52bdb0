"""One template for each department of the roster: named after it, with what the bureau knows filled in."""

from __future__ import annotations

from collections.abc import Iterator

from xlsx_eval.form.fill import fill
from xlsx_eval.names import safe_stem
from xlsx_eval.scheme import Scheme
from xlsx_eval.season.roster import CODE, NAME, Department, Roster


def prefilled(roster: Roster, scheme: Scheme) -> Iterator[tuple[str, bytes]]:
    """File name and workbook for every department that has to file, in the roster's order."""
    for department in roster.departments:
        if not department.excused:
            stem = safe_stem(f"{department.code}_{department.name}", ".xlsx")
            yield f"{stem}.xlsx", fill(_known(department, scheme), scheme)


def _known(department: Department, scheme: Scheme) -> dict[str, object]:
    """What the bureau knows of a department, by field name: who it is, the year, the approved figures."""
    known: dict[str, object] = {CODE: department.code, NAME: department.name}
    known.update({field.name: scheme.year for field in scheme.single_fields() if field.type == "year"})
    known.update(department.approved)
    return {name: value for name, value in known.items() if name in scheme.fields}
