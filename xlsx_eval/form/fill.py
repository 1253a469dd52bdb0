"""Pours values from a file into the template: prefilling, samples, tests."""

from __future__ import annotations

import datetime
import difflib
import json
import math
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from xlsx_eval.errors import FillError, Said, toml_fault
from xlsx_eval.form.template import Entries, Entry, draw_template
from xlsx_eval.scheme import Field, Scheme, Table

LONGEST_TEXT = 32_767
"""What one cell of a workbook can hold."""
_SEPARATORS = re.compile(r"[._/]")


def read_values(path: Path) -> dict[str, Any]:
    """Values from a TOML or JSON file, told apart by content; raises FillError naming line or key."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        what = Said("无法打开", f"cannot be opened ({error.strerror})")
        raise FillError((_at(path.name, what),)) from None
    except UnicodeDecodeError as error:
        at = error.start + 1
        what = Said(
            f"第 {at} 个字节不是 UTF-8，请另存为 UTF-8 编码", f"byte {at} is not UTF-8; save it as UTF-8"
        )
        raise FillError((_at(path.name, what),)) from None
    try:
        return _from_json(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except json.JSONDecodeError as error:
        place = error.lineno, error.colno
        problem = Said(
            f"第 {place[0]} 行第 {place[1]} 个字符处有误",
            f"{error.msg} (at line {place[0]}, column {place[1]})",
        )
    except tomllib.TOMLDecodeError as error:
        fault = toml_fault(error)
        problem = Said(
            f"TOML 有误：{fault}；中文键须加引号", f"not TOML: {fault.en}; Chinese keys take quotes"
        )
    raise FillError((_at(path.name, problem),))


def _at(where: str, what: Said) -> Said:
    return Said(f"{where}：{what}", f"{where}: {what.en}")


def _why(error: ValueError) -> Said:
    """The sentence that an entry was refused with."""
    (said,) = error.args
    assert isinstance(said, Said)
    return said


def fill(values: Mapping[str, object], scheme: Scheme) -> bytes:
    """The template with `values` poured in, as an .xlsx package; raises FillError listing every bad key.

    A key is a field's name, with . or / in place of _ if liked, or nested tables that spell it; sheet names
    may group keys. A table is a list of tables by short column names. Values are written as they are typed.
    """
    pouring = _Pouring(scheme)
    pouring.take((), values)
    if pouring.problems:
        raise FillError(tuple(pouring.problems))
    return draw_template(scheme, Entries(pouring.fields, pouring.tables))


class _Pouring:
    """Values on their way to their fields, and what is wrong with them."""

    def __init__(self, scheme: Scheme) -> None:
        self._scheme = scheme
        self._fields = {_key(field.name): field for field in scheme.single_fields()}
        self._tables = {_key(name): table for name, table in scheme.tables.items()}
        self._sheets = {_key(sheet.name) for sheet in scheme.sheets}
        self.fields: dict[str, Entry] = {}
        self.tables: dict[str, list[dict[str, Entry]]] = {}
        self.problems: list[str] = []

    def take(self, path: tuple[str, ...], values: Mapping[str, object]) -> None:
        """Values under `path`, which is made of keys that are no field yet."""
        for word, value in values.items():
            here = (*path, word)
            key = self._resolved(here)
            if key in self._fields:
                self._take_field(here, self._fields[key], value)
            elif key in self._tables:
                self._take_table(here, self._tables[key], value)
            elif isinstance(value, Mapping):
                self.take(here, value)
            else:
                self._unknown(here)

    def _resolved(self, path: tuple[str, ...]) -> str:
        """The key that `path` spells, with or without the sheet's name before it."""
        key = _key("_".join(path))
        if key in self._fields or key in self._tables or _key(path[0]) not in self._sheets:
            return key
        return _key("_".join(path[1:]))

    def _take_field(self, path: tuple[str, ...], field: Field, value: object) -> None:
        if field.name in self.fields:
            self._refuse(path, Said(f"“{field.name}”重复给出", f"{field.name} is given twice"))
            return
        try:
            self.fields[field.name] = _entry(field, value)
        except ValueError as error:
            self._refuse(path, _why(error))

    def _take_table(self, path: tuple[str, ...], table: Table, rows: object) -> None:
        if not isinstance(rows, list):
            self._refuse(path, Said("应为表格的各行，写作 [[…]]", "takes the rows of a table, written [[…]]"))
            return
        if table.id in self.tables:
            self._refuse(path, Said(f"“{table.id}”重复给出", f"{table.id} is given twice"))
            return
        if len(rows) > table.rows:
            counts = len(rows), table.rows
            said = (
                f"共 {counts[0]} 行，模板只有 {counts[1]} 行",
                f"{counts[0]} rows, the template has {counts[1]}",
            )
            self._refuse(path, Said(*said))
        columns = {_key(column.name.removeprefix(f"{table.id}_")): column for column in table.columns}
        self.tables[table.id] = [
            dict(self._row_entries((*path, str(number)), columns, row))
            for number, row in enumerate(rows, start=1)
        ]

    def _row_entries(
        self, path: tuple[str, ...], columns: Mapping[str, Field], row: object
    ) -> Iterator[tuple[str, Entry]]:
        if not isinstance(row, Mapping):
            self._refuse(path, Said("应为一行，写明各列的值", "takes a row with the value of each column"))
            return
        for word, value in row.items():
            column = columns.get(_key(word))
            if column is None:
                self._refuse((*path, word), _no_such("这一列", "column", word, columns))
                continue
            try:
                yield column.name, _entry(column, value)
            except ValueError as error:
                self._refuse((*path, word), _why(error))

    def _unknown(self, path: tuple[str, ...]) -> None:
        known = [*(field.name for field in self._scheme.single_fields()), *self._scheme.tables]
        self._refuse(path, _no_such("这个填报项", "field", "_".join(path), known))

    def _refuse(self, path: tuple[str, ...], problem: Said) -> None:
        self.problems.append(_at(".".join(path), problem))


def _key(name: str) -> str:
    """A name with its separators made one, as keys are compared."""
    return _SEPARATORS.sub("_", name.strip())


def _no_such(zh: str, en: str, word: str, known: Iterable[str]) -> Said:
    close = difflib.get_close_matches(_key(word), list(known), n=1, cutoff=0.5)
    if not close:
        return Said(f"没有{zh}", f"no such {en}")
    return Said(f"没有{zh}；是否应为“{close[0]}”", f"no such {en}; did you mean {close[0]}")


def _entry(field: Field, value: object) -> Entry:
    """What is written into the cell; raises ValueError saying why it cannot be."""
    if isinstance(value, bool):
        return _choice(field, value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, (int, float)):
        return _number(value)
    if isinstance(value, datetime.date):
        return _date(value)
    if value is None:
        return None
    kind = type(value).__name__
    raise ValueError(Said(f"一个单元格不能填 {kind}", f"one cell cannot hold a {kind}"))


def _choice(field: Field, value: bool) -> str:
    word = "是" if value else "否"
    if word not in field.choices:
        said = str(value).lower()
        raise ValueError(Said(f"不是“是/否”选择项，不能填 {said}", f"no yes-or-no choice, cannot be {said}"))
    return word


def _number(value: float) -> float:
    if not abs(value) < 1e300 or math.isnan(value):
        raise ValueError(Said("单元格无法保存这个数", "a cell cannot hold this number"))
    return value


def _text(value: str) -> str:
    if len(value.encode("utf-16-le", "surrogatepass")) // 2 > LONGEST_TEXT:
        count = len(value)
        zh, en = (
            f"共 {count} 个字符，单元格最多 {LONGEST_TEXT} 个",
            f"{count} characters, a cell holds {LONGEST_TEXT}",
        )
        raise ValueError(Said(zh, en))
    # The drawing library takes such text for markup of its own.
    if value.startswith("<r>") and value.endswith("</r>"):
        raise ValueError(Said("文字不能写在 <r>…</r> 之间", "a text cannot stand between <r> and </r>"))
    if any("\ud800" <= char <= "\udfff" for char in value):
        raise ValueError(Said("文字中有不完整的字符", "the text holds half a character"))
    return value


def _date(value: datetime.date) -> datetime.date:
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        raise ValueError(Said("单元格不能保存时区，请去掉", "a cell holds no time zone"))
    if value.year < 1900:
        raise ValueError(Said("单元格不能保存 1900 年以前的日期", "a cell holds no date before 1900"))
    return value


def _from_json(text: str) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(text, object_pairs_hook=_once)
    return values


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys occur once; the later of two would silently win."""
    made = dict(pairs)
    if len(made) < len(pairs):
        words = [word for word, _ in pairs]
        twice = Said("重复给出", "is given twice")
        raise FillError(tuple(_at(word, twice) for word in made if words.count(word) > 1))
    return made
