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

from xlsx_eval.errors import FillError
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
        raise FillError((f"{path.name}：无法打开（{error.strerror}）",)) from None
    except UnicodeDecodeError as error:
        raise FillError(
            (f"{path.name}：第 {error.start + 1} 个字节不是 UTF-8，请另存为 UTF-8 编码",)
        ) from None
    try:
        return _from_json(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except json.JSONDecodeError as error:
        problem = f"第 {error.lineno} 行第 {error.colno} 个字符处有误（{error.msg}）"
    except tomllib.TOMLDecodeError as error:
        problem = f"TOML 有误（{error}）；中文键须加引号"
    raise FillError((f"{path.name}：{problem}",))


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
            self._refuse(path, f"“{field.name}”重复给出")
            return
        try:
            self.fields[field.name] = _entry(field, value)
        except ValueError as error:
            self._refuse(path, str(error))

    def _take_table(self, path: tuple[str, ...], table: Table, rows: object) -> None:
        if not isinstance(rows, list):
            self._refuse(path, "应为表格的各行，写作 [[…]]")
            return
        if table.id in self.tables:
            self._refuse(path, f"“{table.id}”重复给出")
            return
        if len(rows) > table.rows:
            self._refuse(path, f"共 {len(rows)} 行，模板只有 {table.rows} 行")
        columns = {_key(column.name.removeprefix(f"{table.id}_")): column for column in table.columns}
        self.tables[table.id] = [
            dict(self._row_entries((*path, str(number)), columns, row))
            for number, row in enumerate(rows, start=1)
        ]

    def _row_entries(
        self, path: tuple[str, ...], columns: Mapping[str, Field], row: object
    ) -> Iterator[tuple[str, Entry]]:
        if not isinstance(row, Mapping):
            self._refuse(path, "应为一行，写明各列的值")
            return
        for word, value in row.items():
            column = columns.get(_key(word))
            if column is None:
                self._refuse((*path, word), f"没有这一列{_did_you_mean(word, columns)}")
                continue
            try:
                yield column.name, _entry(column, value)
            except ValueError as error:
                self._refuse((*path, word), str(error))

    def _unknown(self, path: tuple[str, ...]) -> None:
        known = [*(field.name for field in self._scheme.single_fields()), *self._scheme.tables]
        self._refuse(path, f"没有这个填报项{_did_you_mean('_'.join(path), known)}")

    def _refuse(self, path: tuple[str, ...], problem: str) -> None:
        self.problems.append(f"{'.'.join(path)}：{problem}")


def _key(name: str) -> str:
    """A name with its separators made one, as keys are compared."""
    return _SEPARATORS.sub("_", name.strip())


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(_key(word), list(known), n=1, cutoff=0.5)
    return f"；是否应为“{close[0]}”" if close else ""


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
    raise ValueError(f"一个单元格不能填 {type(value).__name__}")


def _choice(field: Field, value: bool) -> str:
    word = "是" if value else "否"
    if word not in field.choices:
        raise ValueError(f"不是“是/否”选择项，不能填 {str(value).lower()}")
    return word


def _number(value: float) -> float:
    if not abs(value) < 1e300 or math.isnan(value):
        raise ValueError("单元格无法保存这个数")
    return value


def _text(value: str) -> str:
    if len(value.encode("utf-16-le", "surrogatepass")) // 2 > LONGEST_TEXT:
        raise ValueError(f"共 {len(value)} 个字符，单元格最多 {LONGEST_TEXT} 个")
    # The drawing library takes such text for markup of its own.
    if value.startswith("<r>") and value.endswith("</r>"):
        raise ValueError("文字不能写在 <r>…</r> 之间")
    if any("\ud800" <= char <= "\udfff" for char in value):
        raise ValueError("文字中有不完整的字符")
    return value


def _date(value: datetime.date) -> datetime.date:
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        raise ValueError("单元格不能保存时区，请去掉")
    if value.year < 1900:
        raise ValueError("单元格不能保存 1900 年以前的日期")
    return value


def _from_json(text: str) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(text, object_pairs_hook=_once)
    return values


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys occur once; the later of two would silently win."""
    made = dict(pairs)
    if len(made) < len(pairs):
        words = [word for word, _ in pairs]
        raise FillError(tuple(f"{word}：重复给出" for word in made if words.count(word) > 1))
    return made
