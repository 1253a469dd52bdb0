"""Where everything stands in the template: from a scheme's raw sheets to fields with cells.

The template is drawn from these places, and the reader falls back on them when defined names are lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xlsx_eval.cell import CellRef
from xlsx_eval.formula import compile_formula
from xlsx_eval.scheme.parts import Field, Grid, GridRow, Sheet, Table

FORM_FIRST_ROW = 4
FORM_LABEL_COLUMN = 2
FORM_INPUT_COLUMN = 3
GRID_FIRST_ROW = 4
TABLE_HEADING_ROW = 4
INDICATOR_HEADING_ROW = 4
INDICATOR_HEADINGS = (
    "一级指标",
    "二级指标",
    "三级指标",
    "分值",
    "评分标准",
    "评分要点",
    "自评判断",
    "指标值",
    "自评得分",
    "扣分原因",
    "佐证材料",
)
ANSWER_COLUMN, VALUE_COLUMN, CLAIM_COLUMN, WHY_COLUMN, EVIDENCE_COLUMN = 7, 8, 9, 10, 11


def lay_out(raw: Mapping[str, Any]) -> Sheet:
    """One sheet of the scheme with every field in its cell; an indicators sheet gets its fields later."""
    common = {"name": raw["name"], "kind": raw["kind"], "title": raw["title"], "note": raw.get("note", "")}
    if raw["kind"] == "form":
        return Sheet(**common, fields=_form_fields(raw))
    if raw["kind"] == "grid":
        return Sheet(**common, grids=_grids(raw))
    if raw["kind"] == "table":
        return Sheet(**common, table=_table(raw["name"], raw["table"]))
    return Sheet(**common, lines=tuple(raw.get("lines", ())))


def _form_fields(raw: Mapping[str, Any]) -> tuple[Field, ...]:
    fields = []
    for row, entry in enumerate(raw.get("field", ()), start=FORM_FIRST_ROW):
        cell, label = CellRef(row, FORM_INPUT_COLUMN), CellRef(row, FORM_LABEL_COLUMN)
        fields.append(_field(entry, raw["name"], entry["name"], cell, label))
    return tuple(fields)


def _field(
    entry: Mapping[str, Any], sheet: str, name: str, cell: CellRef, label: CellRef, table: str | None = None
) -> Field:
    claims = entry.get("claims")
    return Field(
        name=name,
        label=entry.get("label", entry["name"]),
        type=entry["type"],
        sheet=sheet,
        cell=cell,
        label_cell=label,
        unit=entry.get("unit", ""),
        required=bool(entry.get("required", False)),
        choices=tuple(entry.get("choices", ())),
        help=entry.get("help", ""),
        points=entry.get("points"),
        width=entry.get("width"),
        table=table,
        claims=None if claims is None else compile_formula(claims),
        signed=bool(entry.get("signed", False)),
        bureau=bool(entry.get("bureau", False)),
    )


def _grids(raw: Mapping[str, Any]) -> tuple[Grid, ...]:
    grids = []
    row = GRID_FIRST_ROW
    for entry in raw["grid"]:
        grids.append(_grid(raw["name"], entry, row))
        row += len(entry["rows"]) + 3
    return tuple(grids)


def _grid(sheet: str, raw: Mapping[str, Any], title_row: int) -> Grid:
    columns = raw["columns"]
    rows = []
    for number, line in enumerate(raw["rows"], start=title_row + 2):
        fields = tuple(
            _grid_field(sheet, raw, line, column, CellRef(number, 2 + offset))
            for offset, column in enumerate(columns)
        )
        rows.append(GridRow(line.get("label", line["name"]), fields, number, line.get("help", "")))
    headings = tuple(column.get("label", column["name"]) for column in columns)
    return Grid(raw["title"], raw.get("unit", ""), headings, title_row, title_row + 1, tuple(rows))


def _grid_field(
    sheet: str, grid: Mapping[str, Any], line: Mapping[str, Any], column: Mapping[str, Any], cell: CellRef
) -> Field:
    kind = line.get("type", grid["type"])
    label = line.get("label", line["name"]).strip("　 ")
    entry = {
        "name": line["name"],
        "label": f"{label} {column.get('label', column['name'])}" if column["name"] else label,
        "type": kind,
        "unit": line.get("unit", grid.get("unit", "") if kind == grid["type"] else ""),
        "required": column["name"] in line.get("required", ()),
        "help": line.get("help", ""),
        "choices": line.get("choices", ()),
        "signed": line.get("signed", False),
        "bureau": line.get("bureau", False),
    }
    name = f"{line['name']}_{column['name']}" if column["name"] else line["name"]
    return _field(entry, sheet, name, cell, CellRef(cell.row, 1))


def _table(sheet: str, raw: Mapping[str, Any]) -> Table:
    first_row = TABLE_HEADING_ROW + 1
    columns = tuple(
        _field(
            entry,
            sheet,
            f"{raw['id']}_{entry['name']}",
            CellRef(first_row, 2 + offset),
            CellRef(TABLE_HEADING_ROW, 2 + offset),
            raw["id"],
        )
        for offset, entry in enumerate(raw["columns"])
    )
    key = next(field for field, entry in zip(columns, raw["columns"], strict=True) if entry.get("key"))
    return Table(raw["id"], sheet, columns, key, first_row, raw["rows"])
