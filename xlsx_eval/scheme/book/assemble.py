"""Rows of the workbook put together into a scheme's raw tables, each place remembered by its cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xlsx_eval.scheme.book import blocks
from xlsx_eval.scheme.book.read import Place, ReadBook, ReadRow
from xlsx_eval.scheme.remarks import Path, did_you_mean
from xlsx_eval.scheme.rules import rule_kinds

_PLACELESS = ("sheet", "grid", "number", "way")


class Assembly:
    """Raw tables as they come together; `places` says in which cell each came to stand."""

    def __init__(self, book: ReadBook) -> None:
        self._book = book
        self.raw: dict[str, Any] = {}
        self.places: dict[Path, Place] = {}
        self.faults = list(book.faults)

    def put_together(self) -> None:
        """All blocks, in an order in which each finds what it belongs to."""
        self._head()
        self._sheets()
        self._derived()
        self._indicators()
        for key, block in (
            ("check", blocks.CHECKS),
            ("require", blocks.REQUIREMENTS),
            ("example", blocks.EXAMPLES),
        ):
            if self._book.rows[block]:
                self.raw[key] = [
                    self._entry(row, (key, index)) for index, row in enumerate(self._book.rows[block])
                ]
        for example in self.raw.get("example", ()):
            example.setdefault("inputs", {})

    def place(self, path: Path) -> Place | None:
        """The cell of a place in the raw tables, or of the nearest place around it."""
        while path:
            if path in self.places:
                return self.places[path]
            path = path[:-1]
        return None

    def _entry(self, row: ReadRow, path: Path, *without: str) -> dict[str, Any]:
        self.places[path] = row.place
        for key, place in row.cells.items():
            self.places[(*path, key)] = place
        return {key: value for key, value in row.values.items() if key not in without}

    def _fault(self, row: ReadRow, key: str, text: str) -> None:
        self.faults.append((row.cells.get(key, row.place), text))

    def _head(self) -> None:
        rows = self._book.rows[blocks.HEAD]
        values: Mapping[str, Any] = rows[0].values if rows else {}
        cells = rows[0].cells if rows else {}
        for name in ("scheme", "own"):
            table = {
                key.partition(".")[2]: value for key, value in values.items() if key.startswith(f"{name}.")
            }
            for key, place in cells.items():
                if key.startswith(f"{name}."):
                    self.places[(name, key.partition(".")[2])] = place
            if table or name == "scheme":
                self.raw[name] = table
                self.places[(name,)] = rows[0].place if rows else ("方案", "A1")
        self._lists()

    def _lists(self) -> None:
        head = self.raw["scheme"]
        head["grades"] = self._pairs(blocks.GRADES, "grade", "lowest", ("scheme", "grades"))
        head["remark_bands"] = [row.values.get("share") for row in self._book.rows[blocks.REMARKS]]
        pairs = self._pairs(blocks.OWN_BLOCKS, "block", "points", ("own", "blocks"))
        if "own" in self.raw:
            self.raw["own"]["blocks"] = pairs

    def _pairs(self, block: blocks.Block, first: str, second: str, path: Path) -> list[list[Any]]:
        rows = self._book.rows[block]
        if rows:
            self.places[path] = rows[0].place
        for index, row in enumerate(rows):
            self.places[(*path, index)] = row.place
        return [[row.values.get(first), row.values.get(second)] for row in rows]

    def _sheets(self) -> None:
        self.raw["sheet"] = []
        self._number: dict[str, int] = {}
        for index, row in enumerate(self._book.rows[blocks.SHEETS]):
            path: Path = ("sheet", index)
            entry = self._entry(row, path)
            table = {key.partition(".")[2]: entry.pop(key) for key in list(entry) if key.startswith("table.")}
            for key in table:
                self.places[(*path, "table", key)] = row.cells[f"table.{key}"]
            if table:
                self.places[(*path, "table")] = row.place
                entry["table"] = {**table, "columns": []}
            self.raw["sheet"].append(entry)
            self._number[entry.get("name", "")] = index
        self._places: dict[tuple[int, str], int] = {}
        for row in self._book.rows[blocks.GRIDS]:
            self._member(row, "grid")
        for row in self._book.rows[blocks.FIELDS]:
            self._member(row, "field")
        for row in self._book.rows[blocks.COLUMNS]:
            self._member(row, "columns")
        for row in self._book.rows[blocks.ROWS]:
            self._grid_row(row)

    def _sheet_of(self, row: ReadRow) -> int | None:
        name = row.values.get("sheet", "")
        if name not in self._number:
            self._fault(row, "sheet", f"没有“{name}”这张工作表{did_you_mean(name, self._number)}")
            return None
        return self._number[name]

    def _member(self, row: ReadRow, key: str) -> None:
        number = self._sheet_of(row)
        if number is None:
            return
        sheet = self.raw["sheet"][number]
        path: Path = ("sheet", number, key)
        if key == "columns":
            if "table" not in sheet:
                self._fault(row, "sheet", f"工作表“{sheet['name']}”没有明细表编号，请先在“工作表”表中填写")
                return
            sheet, path = sheet["table"], ("sheet", number, "table", key)
        members = sheet.setdefault(key, [])
        entry = self._entry(row, (*path, len(members)), "sheet")
        if key == "grid":
            self._places[number, entry.get("title", "")] = len(members)
            entry["rows"] = []
        members.append(entry)

    def _grid_row(self, row: ReadRow) -> None:
        number = self._sheet_of(row)
        if number is None:
            return
        title = row.values.get("grid", "")
        if (number, title) not in self._places:
            known = [name for sheet, name in self._places if sheet == number]
            self._fault(row, "grid", f"该工作表没有“{title}”这个数据块{did_you_mean(title, known)}")
            return
        index = self._places[number, title]
        rows = self.raw["sheet"][number]["grid"][index]["rows"]
        rows.append(self._entry(row, ("sheet", number, "grid", index, "rows", len(rows)), "sheet", "grid"))

    def _derived(self) -> None:
        derived = {}
        for row in self._book.rows[blocks.DERIVED]:
            name = row.values.get("name", "")
            derived[name] = row.values.get("formula", "")
            self.places["derived", name] = row.cells.get("formula", row.place)
        if derived:
            self.raw["derived"] = derived

    def _indicators(self) -> None:
        self.raw["indicator"] = []
        self._indicator: dict[object, int] = {}
        for index, row in enumerate(self._book.rows[blocks.INDICATORS]):
            entry = self._entry(row, ("indicator", index), "number")
            levels = [entry.pop(key) for key in ("level1", "level2") if key in entry]
            self.raw["indicator"].append({"path": levels, **entry})
            number = row.values.get("number")
            if number in self._indicator:
                self._fault(row, "number", f"编号 {number} 重复，请改为不同的编号")
            self._indicator[number] = index
        for row in self._book.rows[blocks.RULES]:
            self._rule(row)
        for row in self._book.rows[blocks.ENTRIES]:
            self._rule_entry(row)

    def _indicator_of(self, row: ReadRow) -> int | None:
        number = row.values.get("number")
        if number not in self._indicator:
            self._fault(row, "number", f"“指标”表中没有编号 {number}")
            return None
        return self._indicator[number]

    def _rule(self, row: ReadRow) -> None:
        index = self._indicator_of(row)
        if index is None:
            return
        indicator = self.raw["indicator"][index]
        if "way" not in row.values:
            if "rule" in indicator:
                self._fault(row, "number", f"指标编号 {row.values['number']} 已有规则，请删去重复的一行")
            indicator["rule"] = self._entry(row, ("indicator", index, "rule"), "number")
            return
        ways = indicator.setdefault("rule", {}).setdefault("ways", [])
        path: Path = ("indicator", index, "rule", "ways", len(ways))
        rule = self._entry(row, (*path, "rule"), "number", "way")
        way = {key.partition(".")[2]: rule.pop(key) for key in list(rule) if key.startswith("way.")}
        for key in way:
            self.places[(*path, key)] = row.cells[f"way.{key}"]
        ways.append({**way, "rule": rule})

    def _rule_entry(self, row: ReadRow) -> None:
        index = self._indicator_of(row)
        if index is None:
            return
        rule = self.raw["indicator"][index].get("rule", {})
        path: Path = ("indicator", index, "rule")
        if "way" in row.values:
            ways, way = rule.get("ways", []), row.values["way"]
            if not isinstance(way, int) or not 1 <= way <= len(ways):
                self._fault(row, "way", f"该指标没有第 {way} 项")
                return
            rule, path = ways[way - 1]["rule"], (*path, "ways", way - 1, "rule")
        key = rule_kinds().get(rule.get("kind", ""), {}).get("list", "")
        if key in ("", "ways"):
            self._fault(row, "number", "该指标的规则类型不用要点和分档，请改规则类型或删去此行")
            return
        entries = rule.setdefault(key, [])
        self.places[(*path, key, len(entries))] = row.cells.get("text", row.place)
        self.places.setdefault((*path, key), row.cells.get("text", row.place))
        entry = [row.values.get("text"), row.values.get("points")]
        third = {"cases": "words", "levels": "most"}.get(key)
        entries.append([*entry, row.values.get(third)] if third else entry)
