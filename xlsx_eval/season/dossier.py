"""A result as text that gives the same result back, for the ledger."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from xlsx_eval.cell import Address, CellRef, ErrorValue
from xlsx_eval.findings import Finding
from xlsx_eval.judging.results import Result
from xlsx_eval.judging.score import IndicatorScore


def packed(result: Result) -> str:
    """The result without its findings, as JSON."""
    raw = {name: value for name, value in asdict(replace(result, findings=())).items() if name != "findings"}
    pairs = zip(raw["indicators"], result.indicators, strict=True)
    # A place is kept as it always was, so that old records and new ones read alike.
    raw["indicators"] = tuple(
        {**record, "place": None if one.place is None else {"sheet": one.place.sheet, "cell": one.place.cell}}
        for record, one in pairs
    )
    return as_json(raw)


def packed_findings(findings: tuple[Finding, ...]) -> str:
    """Findings as JSON."""
    return as_json([asdict(finding) for finding in findings])


def unpacked(result: str, findings: str) -> Result:
    """What `packed` and `packed_findings` were given."""
    raw = json.loads(result)
    indicators = tuple(_indicator(one) for one in raw.pop("indicators"))
    return Result(**raw, indicators=indicators, findings=unpacked_findings(findings))


def unpacked_findings(text: str) -> tuple[Finding, ...]:
    """What `packed_findings` was given."""
    return tuple(finding_of(raw) for raw in json.loads(text))


def finding_of(raw: Mapping[str, Any]) -> Finding:
    """A finding from what `asdict` gave, as JSON keeps it."""
    places = {name: tuple(map(tuple, raw.get(name, ()))) for name in ("also", "candidates")}
    return Finding(**{**raw, **places})


def as_json(value: object) -> str:
    """JSON in one spelling, so that the same value is the same text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, ErrorValue):
        return {"error": value.value}
    raise TypeError(f"{type(value).__name__} is not kept")


def _indicator(raw: Mapping[str, Any]) -> IndicatorScore:
    inputs = {name: (cell, _scalar(value)) for name, (cell, value) in raw["inputs"].items()}
    place = None if raw["place"] is None else _place(**raw["place"])
    return IndicatorScore(**{**raw, "path": tuple(raw["path"]), "inputs": inputs, "place": place})


def _place(sheet: str, cell: str) -> Address:
    return Address(sheet, CellRef.parse(cell)) if cell else Address(sheet)


def _scalar(value: Any) -> Any:
    return ErrorValue(value["error"]) if isinstance(value, dict) else value
