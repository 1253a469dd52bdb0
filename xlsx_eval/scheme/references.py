"""What one part of a scheme says of another, checked before anything is built from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from xlsx_eval.scheme.remarks import Path, Remark, did_you_mean
from xlsx_eval.scheme.rules import plain_name

_PARTS = {"form": "field", "grid": "grid", "table": "table"}
OWN_COLUMNS = (
    "一级指标",
    "二级指标",
    "三级指标",
    "指标性质",
    "年度指标值",
    "实际完成值",
    "分值",
    "自评得分",
    "偏差原因",
)
NEEDED_FIELDS = {
    "单位名称": "text",
    "预算编码": "code",
    "评价年度": "year",
    "自评总分": "score",
    "自评等级": "choice",
}
"""Fields that the program itself asks for, in whatever form they stand."""


def reference_remarks(raw: Mapping[str, Any]) -> Iterator[Remark]:
    """Every part that is missing, doubled, or points nowhere."""
    yield from _sheets(raw["sheet"])
    yield from _indicators(raw["indicator"], raw["sheet"])
    yield from _needed(raw["sheet"])
    if "own" in raw:
        yield from _own(raw["own"], raw["sheet"])
    for key in ("check", "require"):
        for index, name in _doubled([entry["id"] for entry in raw.get(key, ())]):
            yield Remark((key, index, "id"), f"“{name}”重复，请改为不同的编号")


def _doubled(names: Sequence[str]) -> Iterator[tuple[int, str]]:
    counts = Counter(names)
    for index, name in enumerate(names):
        if counts[name] > 1 and names.index(name) != index:
            yield index, name


def _sheets(sheets: Sequence[Mapping[str, Any]]) -> Iterator[Remark]:
    for index, name in _doubled([sheet["name"].casefold() for sheet in sheets]):
        yield Remark(("sheet", index, "name"), f"工作表“{name}”重复")
    for index, sheet in enumerate(sheets):
        if len(sheet["name"]) > 31 or set(sheet["name"]) & set("[]:*?/\\"):
            yield Remark(("sheet", index, "name"), "工作表名不得超过 31 字，不得含有 [ ] : * ? / \\")
        wanted = _PARTS.get(sheet["kind"])
        if wanted is not None and not sheet.get(wanted):
            yield Remark(("sheet", index), f"{sheet['kind']} 工作表缺少“{wanted}”，请补写")
        for grid_index, grid in enumerate(sheet.get("grid", ())):
            yield from _grid(grid, ("sheet", index, "grid", grid_index))
        if "table" in sheet:
            yield from _table(sheet["table"], ("sheet", index, "table"))
    yield from _declared_once(sheets)


def _grid(grid: Mapping[str, Any], path: Path) -> Iterator[Remark]:
    columns = [column["name"] for column in grid["columns"]]
    for index, row in enumerate(grid["rows"]):
        for name in row.get("required", ()):
            if name not in columns:
                message = f"没有“{name}”这一列{did_you_mean(name, columns)}"
                yield Remark((*path, "rows", index, "required"), message)
    for index, column in enumerate(grid["columns"]):
        if not column["name"] and "label" not in column:
            yield Remark((*path, "columns", index), "列名为空时请写 label 作为表头")


def _table(table: Mapping[str, Any], path: Path) -> Iterator[Remark]:
    keys = [column["name"] for column in table["columns"] if column.get("key")]
    if len(keys) != 1:
        yield Remark(path, f"明细表应有且只有一列 key = true（行的名称），现有 {len(keys)} 列")


def declared_names(sheets: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Path, str, Mapping[str, Any]]]:
    """Every field's place, name and raw entry, as the template will name it."""
    for number, sheet in enumerate(sheets):
        for index, entry in enumerate(sheet.get("field", ())):
            yield ("sheet", number, "field", index), entry["name"], entry
        for place, grid in enumerate(sheet.get("grid", ())):
            for index, row in enumerate(grid["rows"]):
                for column in grid["columns"]:
                    name = f"{row['name']}_{column['name']}" if column["name"] else row["name"]
                    yield ("sheet", number, "grid", place, "rows", index), name, row
        if "table" in sheet:
            for index, column in enumerate(sheet["table"]["columns"]):
                yield (
                    ("sheet", number, "table", "columns", index),
                    f"{sheet['table']['id']}_{column['name']}",
                    column,
                )


def _declared_once(sheets: Sequence[Mapping[str, Any]]) -> Iterator[Remark]:
    declared = list(declared_names(sheets))
    names = [name.casefold() for _, name, _ in declared]
    for index, _ in _doubled(names):
        yield Remark(declared[index][0], f"名称“{declared[index][1]}”重复声明，请改为不同的名称")
    for path, name, entry in declared:
        if plain_name(name) != name or not (name[:1].isalpha() or name[:1] == "_"):
            yield Remark(
                (*path, "name"), f"“{name}”不能作单元格名称，只能用汉字、字母、数字和下划线，且不以数字开头"
            )
        if entry.get("type") == "choice" and not entry.get("choices"):
            yield Remark(path, f"“{name}”为选择项，请写 choices（可选内容）")


def _indicators(raw: Sequence[Mapping[str, Any]], sheets: Sequence[Mapping[str, Any]]) -> Iterator[Remark]:
    full = [f"{entry['path'][-1]}·{plain_name(entry['name'])}" for entry in raw]
    for index, name in _doubled(full):
        yield Remark(("indicator", index, "name"), f"“{name}”重复；同一二级指标下的三级指标不得同名")
    drawn = sum(1 for sheet in sheets if sheet["kind"] == "indicators")
    if raw and drawn != 1:
        yield Remark(("sheet",), f"应有且只有一张 indicators 工作表（指标自评表），现有 {drawn} 张")


def _needed(sheets: Sequence[Mapping[str, Any]]) -> Iterator[Remark]:
    declared = {name: entry for _, name, entry in declared_names(sheets)}
    for name, kind in NEEDED_FIELDS.items():
        if name not in declared:
            yield Remark(
                ("sheet",), f"缺少程序需要的数据项“{name}”，请在某张 form 工作表中加上（类型 {kind}）"
            )


def _own(own: Mapping[str, Any], sheets: Sequence[Mapping[str, Any]]) -> Iterator[Remark]:
    tables = {sheet["table"]["id"]: sheet for sheet in sheets if "table" in sheet}
    if own["table"] not in tables:
        yield Remark(("own", "table"), f"没有“{own['table']}”这张明细表{did_you_mean(own['table'], tables)}")
        return
    sheet = tables[own["table"]]
    if own["sheet"] != sheet["name"]:
        yield Remark(("own", "sheet"), f"明细表“{own['table']}”在工作表“{sheet['name']}”，请改为该表名")
    columns = {column["name"]: column for column in sheet["table"]["columns"]}
    for name in OWN_COLUMNS:
        if name not in columns:
            yield Remark(("own", "table"), f"自定指标表缺少“{name}”一列")
    blocks = [block for block, _ in own["blocks"]]
    choices = columns.get("一级指标", {}).get("choices", blocks)
    for block in blocks:
        if block not in choices:
            yield Remark(
                ("own", "blocks"), f"“{block}”不在“一级指标”一列的可选内容中{did_you_mean(block, choices)}"
            )
    if own.get("survey") and own["survey"] not in blocks:
        yield Remark(("own", "survey"), f"没有“{own['survey']}”这一类{did_you_mean(own['survey'], blocks)}")
