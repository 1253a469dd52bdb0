"""名册.xlsx: the departments that have to file, how they are called, and the figures the bureau knows of them."""

from __future__ import annotations

import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from openpyxl.utils import get_column_letter
from schema import And, Schema, SchemaError

from xlsx_eval.drawing.paper import Column, Paper
from xlsx_eval.errors import Said, WorkspaceError
from xlsx_eval.run.outbox import write_whole
from xlsx_eval.scheme import Scheme
from xlsx_eval.season.bureau_file import rows_of, typed_number, unreadable

CODE, NAME, ALIASES, CONTACT, PHONE, EXCUSED = (
    "预算编码",
    "单位名称",
    "别名",
    "联系人",
    "联系电话",
    "免报原因",
)
FIXED = (CODE, NAME, ALIASES, CONTACT, PHONE, EXCUSED)
SHEET = "名册"
_SUGGESTED = ("编制数", "支出合计_年初预算数", "支出合计_上年决算数", "三公经费_年初预算数", "上年结转")
_SEPARATORS = re.compile(r"[、，,；;\n]+")
_NO_REASON = frozenset(
    {"否", "无", "不", "不免", "不免报", "不是", "没有", "非", "no", "n", "0", "/", "-", "—", "——"}
)
"""Words under 免报原因 that say a department is not excused, or nothing."""
_LONGEST_NAME = 80

_CODE_SHAPE = Schema(And(str, lambda code: re.fullmatch(r"[0-9A-Za-z]{3,20}", code) is not None))
_NAME_SHAPE = Schema(And(str, lambda name: 0 < len(name) <= _LONGEST_NAME))


@dataclass(frozen=True, slots=True)
class Department:
    """One line of the roster; `approved` are figures by field name; `excused` says why it need not file."""

    code: str
    name: str
    aliases: tuple[str, ...] = ()
    contact: str = ""
    phone: str = ""
    excused: str = ""
    approved: Mapping[str, float] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name it goes by, as they are compared."""
        return tuple(plain(name) for name in (self.name, *self.aliases))


@dataclass(frozen=True)
class Roster:
    """All departments, in the order of the file."""

    departments: tuple[Department, ...]

    @cached_property
    def by_code(self) -> Mapping[str, Department]:
        """Departments by their code."""
        return {one.code: one for one in self.departments}

    def identify(self, code: str, name: str) -> tuple[Department | None, str]:
        """The department a workbook belongs to, or None and why not; what is given must agree."""
        by_code, by_name = self._with_code(code), self._with_name(name)
        if not code and not name:
            return None, "未填预算编码和单位名称"
        if code and by_code is None:
            return None, f"预算编码“{code}”不在名册中"
        if name and by_name is None:
            return None, f"单位名称“{name}”与名册不符"
        if by_code is not None and by_name is not None and by_code is not by_name:
            return None, f"预算编码“{code}”属于“{by_code.name}”，单位名称填写为“{name}”"
        return by_code or by_name, ""

    def _with_code(self, code: str) -> Department | None:
        """By code; one that lost its leading zeros counts where no other department has it."""
        if code in self.by_code:
            return self.by_code[code]
        same = [one for one in self.departments if code and one.code.lstrip("0") == code.lstrip("0")]
        return same[0] if len(same) == 1 else None

    def _with_name(self, name: str) -> Department | None:
        same = [one for one in self.departments if name and plain(name) in one.names]
        return same[0] if len(same) == 1 else None

    def guess(self, file: str) -> str:
        """Code of the department whose code or name stands in a file's name, "" if there is none or several.

        A name inside a longer one that stands there too does not count, and a code goes before a name that only
        shortens or extends that of its own department.
        """
        folded = plain(file)
        coded = [one for one in self.departments if _stands(one.code, folded)]
        named = [one for one in self.departments if one.names[0] in folded]
        others = [one for one in named if not any(_related(one, other) for other in coded)]
        hits = [*coded, *(one for one in others if not any(_extends(other, one) for other in named))]
        return hits[0].code if len(hits) == 1 else ""


def _extends(one: Department, other: Department) -> bool:
    return one is not other and other.names[0] in one.names[0]


def _related(one: Department, other: Department) -> bool:
    return one is other or _extends(one, other) or _extends(other, one)


def _stands(code: str, text: str) -> bool:
    """Whether the code stands in the text on its own, not as a piece of a longer number."""
    return re.search(rf"(?<!\d){re.escape(code.casefold())}(?!\d)", text) is not None


def plain(name: str) -> str:
    """A name as it is compared: full-width forms folded, without blanks."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def draw_roster(path: Path, scheme: Scheme, departments: Iterable[Department] = ()) -> None:
    """An empty roster, or one with these departments, for the bureau to fill in."""
    departments = tuple(departments)
    figures = [name for name in _SUGGESTED if name in scheme.fields]
    figures += sorted({name for one in departments for name in one.approved} - set(figures))
    widths = (12, 28, 28, 12, 16, 20)
    kinds = ("code", *["text"] * (len(FIXED) - 1))
    columns = [Column(*column) for column in zip(FIXED, widths, kinds, strict=True)]
    columns += [Column(name, 14, "money") for name in figures]
    target = io.BytesIO()
    paper = Paper(target, "部门名册", scheme.year)
    sheet = paper.sheet(SHEET, columns)
    sheet.title(
        f"{scheme.year}年度{scheme.name}部门名册",
        "每行一个部门。预算编码为文本，保留开头的 0；别名用顿号分开；免报的写明原因。"
        "“免报原因”右侧各列为财政部门掌握的批复数，标题为填报项名称，可增删，没有的留空。",
    )
    sheet.header(frozen=2)
    # Below the last department too, so that a code typed there keeps its zeros.
    sheet.drawn.set_column(0, 0, widths[0], paper.looks(num_format="@", align="center"))
    sheet.drawn.ignore_errors({"number_stored_as_text": "A1:A1048576"})
    for one in departments:
        fixed = (one.code, one.name, "、".join(one.aliases), one.contact, one.phone, one.excused)
        sheet.line((*fixed, *(one.approved.get(name) for name in figures)))
    paper.close()
    write_whole(path, target.getvalue())


def read_roster(path: Path, scheme: Scheme) -> Roster:
    """The roster; raises WorkspaceError that tells every fault with its cell."""
    reading = _Reading(scheme)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise WorkspaceError(path.name, (Said("没有这个文件", "there is no such file"),)) from None
    except OSError as error:
        raise WorkspaceError(path.name, (unreadable(error),)) from error
    sheets = rows_of(data, path.name)
    if not sheets:
        raise WorkspaceError(path.name, (Said("没有工作表", "there is no worksheet"),))
    rows = sheets[SHEET] if SHEET in sheets else next(iter(sheets.values()))
    departments = tuple(reading.departments(rows))
    if reading.problems:
        raise WorkspaceError(path.name, tuple(reading.problems))
    return Roster(departments)


class _Reading:
    """The roster's rows on their way to departments, and what is wrong with them."""

    def __init__(self, scheme: Scheme) -> None:
        self._scheme = scheme
        self.problems: list[str] = []
        self._seen: dict[str, int] = {}
        self._names: dict[str, int] = {}
        self._codes: list[_Code] = []

    def departments(self, rows: Sequence[Sequence[object]]) -> Iterator[Department]:
        """Every line below the heading row."""
        start = next((index for index, row in enumerate(rows) if CODE in row and NAME in row), None)
        if start is None:
            self.problems.append(f"没有标题行（应有“{CODE}”和“{NAME}”两列）")
            return
        headings = [_text(cell) for cell in rows[start]]
        self._unknown(headings, start + 1)
        for number, row in enumerate(rows[start + 1 :], start=start + 2):
            if any(_text(cell) for cell in row):
                yield from self._department(headings, row, number)
        self._shortened()

    def _unknown(self, headings: Sequence[str], number: int) -> None:
        figures = [one.name for one in self._scheme.fields.values() if one.numeric and not one.table]
        example = next((name for name in (*_SUGGESTED, *figures) if name in figures), "")
        first: dict[str, str] = {}
        for index, heading in enumerate(headings):
            cell = _place(index, number)
            if heading and first.setdefault(heading, cell) != cell:
                self.problems.append(f"{cell} 标题“{heading}”与 {first[heading]} 重复")
            elif heading and heading not in FIXED and heading not in figures:
                self.problems.append(f"{cell} 标题“{heading}”不是填报项名称，例如“{example}”")

    def _shortened(self) -> None:
        """Codes typed as numbers whose length is not the usual one; a number keeps no leading zeros."""
        lengths = Counter(len(code.text) for code in self._codes)
        usual = max(lengths, key=lambda length: (lengths[length], length), default=0)
        for code in self._codes:
            if code.number and len(code.text) != usual:
                self.problems.append(
                    f"{code.place} 预算编码“{code.text}”为数字格式，可能丢失了开头的 0，编码请以文本填写"
                )

    def _department(
        self, headings: Sequence[str], row: Sequence[object], number: int
    ) -> Iterator[Department]:
        cells = {heading: (index, row[index]) for index, heading in enumerate(headings) if heading}
        texts = {heading: _text(cells[heading][1]) if heading in cells else "" for heading in FIXED}
        self._check(_CODE_SHAPE, texts[CODE], number, f"“{CODE}”应为 3～20 位数字或字母，现为“{texts[CODE]}”")
        self._check(_NAME_SHAPE, texts[NAME], number, _name_fault(texts[NAME]))
        index, cell = cells[CODE]
        self._codes.append(_Code(_place(index, number), texts[CODE], isinstance(cell, int | float)))
        if plain(texts[EXCUSED]) in _NO_REASON:
            self.problems.append(
                f"{_place(cells[EXCUSED][0], number)} “{EXCUSED}”现为“{texts[EXCUSED]}”：免报的写明原因，不免报的请留空"
            )
        approved = {
            heading: figure
            for heading, (index, cell) in cells.items()
            if heading not in FIXED and (figure := self._figure(cell, index, number)) is not None
        }
        aliases = tuple(alias.strip() for alias in _SEPARATORS.split(texts[ALIASES]) if alias.strip())
        one = Department(
            texts[CODE], texts[NAME], aliases, texts[CONTACT], texts[PHONE], texts[EXCUSED], approved
        )
        self._once(one, number)
        yield one

    def _once(self, one: Department, number: int) -> None:
        if one.code and (first := self._seen.setdefault(one.code, number)) != number:
            self.problems.append(f"第 {number} 行预算编码“{one.code}”与第 {first} 行重复")
        for name in dict.fromkeys(one.names):
            if name and (first := self._names.setdefault(name, number)) != number:
                self.problems.append(f"第 {number} 行名称“{name}”与第 {first} 行重复")

    def _check(self, shape: Schema, value: object, number: int, words: str) -> None:
        try:
            shape.validate(value)
        except SchemaError:
            self.problems.append(f"第 {number} 行{words}")

    def _figure(self, cell: object, index: int, number: int) -> float | None:
        text = _text(cell)
        figure = typed_number(text)
        if text and figure is None:
            self.problems.append(f"{_place(index, number)} 应为数字，现为“{text}”")
        return figure


@dataclass(frozen=True, slots=True)
class _Code:
    """A code of the roster, where it stands, and whether it was typed as a number."""

    place: str
    text: str
    number: bool


def _place(index: int, number: int) -> str:
    """Address of the cell in the 0-based column `index` of row `number`."""
    return f"{get_column_letter(index + 1)}{number}"


def _name_fault(name: str) -> str:
    if name:
        return f"“{NAME}”不能超过 {_LONGEST_NAME} 个字，现为 {len(name)} 个字"
    return f"“{NAME}”不能为空"


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return unicodedata.normalize("NFC", str(cell)).strip()
