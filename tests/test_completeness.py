"""Completeness: one run names every damaged cell, and undoing what it names leaves nothing to be found.

A faultless form is damaged in 1 to 20 random ways. Damages that only other figures betray (a wrong amount, a
wrong rate) are put where nothing else touches the sums and rates that betray them: what cannot be read or is
missing keeps a sum from being checked at all, and such a fault comes out in the round after.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

import pytest
from damage import Editor, faultless, named_cells
from forms import scheme

from xlsx_eval import evaluate
from xlsx_eval.cell import CellRef
from xlsx_eval.findings import Finding
from xlsx_eval.judging.precision import answers_of
from xlsx_eval.reading.entries import Answer, Submission
from xlsx_eval.reading.submission import read_submission
from xlsx_eval.xlsx.read.workbook import read_book

CASES = 1_000 if os.environ.get("XLSX_EVAL_NIGHTLY") == "1" else 100
CHUNK = 10
Spot = tuple[str, str]


@cache
def sound() -> Submission:
    return read_submission(read_book(faultless()), scheme())


def spot(answer: Answer) -> Spot:
    return answer.place.sheet, answer.place.cell


@cache
def filled() -> tuple[Answer, ...]:
    return tuple(answer for answer in sound().all_answers() if answer.given)


def of_type(*types: str) -> tuple[Answer, ...]:
    return tuple(answer for answer in filled() if answer.field.type in types)


@cache
def zones() -> dict[Spot, frozenset[str]]:
    """For each filled cell, the sums, rates, rows and scores it takes part in."""
    found: dict[Spot, set[str]] = {spot(answer): {f"{answer.place}"} for answer in filled()}

    def put(answer: Answer, zone: str) -> None:
        found.setdefault(spot(answer), set()).add(zone)

    for check in scheme().checks:
        for side in (check.left, check.right):
            for answer in answers_of(side, sound(), scheme()):
                put(answer, check.id)
    for indicator in scheme().indicators:
        used = list(answers_of(indicator.value or indicator.score, sound(), scheme()))
        own = [
            indicator.claimed_value,
            indicator.claimed,
            indicator.why,
            *(item.answer for item in indicator.items),
        ]
        used += [sound().answers[one.name] for one in own if one is not None]
        for answer in used:
            put(answer, indicator.key)
    for answer in filled():
        if answer.field.type == "score" or answer.field.name in ("自评总分", "自评等级"):
            put(answer, "total")
        if answer.row is not None:
            put(answer, f"{answer.field.table} {answer.row}")
        elif answer.field.type == "amount":
            put(answer, f"{answer.place.sheet} {CellRef.parse(answer.place.cell).row}")
        if answer.field.name == "自定指标_分值":
            put(answer, "points")
    return {place: frozenset(tags) for place, tags in found.items()}


@dataclass
class Damaged:
    """A form being damaged: which cells, which zones they lie in, and how the rest is undone."""

    editor: Editor
    cells: set[Spot] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)
    guarded: set[str] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    kinds: list[str] = field(default_factory=list)

    def take(self, place: Spot, *, alone: bool) -> bool:
        """Reserve a cell; one that is to stand `alone` shares no zone with any other damage."""
        tags = zones().get(place, frozenset())
        if place in self.cells or tags & self.guarded or (alone and tags & self.touched):
            return False
        self.cells.add(place)
        self.touched |= tags
        if alone:
            self.guarded |= tags
        return True


Damage = Callable[[random.Random, Damaged], bool]


def entry(
    types: tuple[str, ...], change: Callable[[Answer], object], *, alone: bool = False, only: str = ""
) -> Damage:
    """A damage that puts another value into one cell of these types."""

    def damage(rng: random.Random, form: Damaged) -> bool:
        answers = [one for one in of_type(*types) if re.search(only, one.field.name)]
        answer = rng.choice(answers)
        value = change(answer)
        if value is KEEP or not form.take(spot(answer), alone=alone):
            return False
        formula = None
        if isinstance(value, tuple):
            value, formula = value
        form.editor.set(*spot(answer), value, formula)
        return True

    return damage


KEEP = object()


def number(answer: Answer) -> float:
    return answer.number or 0.0


def positive(answer: Answer, change: Callable[[float], object]) -> object:
    return change(number(answer)) if number(answer) > 1 else KEEP


AMOUNT, COUNT, RATE, SCORE, CHOICE = ("amount",), ("integer",), ("rate",), ("score",), ("choice",)
IN_SUMS = "^(支出合计|基本支出|人员经费|公用经费|项目支出|三公经费|公务|因公|功能科目|项目)_"
CLAIMED = "_指标值$"
FIXED = "^(?!自定指标|自评总分).*_自评得分$"


def stray(rng: random.Random, form: Damaged) -> bool:
    place = (rng.choice(["基础数据", "支出功能科目", "项目支出"]), f"M{rng.randint(3, 60)}")
    if not form.take(place, alone=False):
        return False
    form.editor.set(*place, "、")
    return True


def label(cells: tuple[Spot, ...]) -> Damage:
    def damage(rng: random.Random, form: Damaged) -> bool:
        place = rng.choice(cells)
        if not form.take(place, alone=False):
            return False
        form.editor.set(*place, 7 if place[1].startswith("D") and place[0] == "指标自评" else "（已改动）")
        return True

    return damage


def name_to(refers_to: Callable[[str], str], code: str) -> Damage:
    def damage(rng: random.Random, form: Damaged) -> bool:
        one = rng.choice([answer for answer in sound().answers.values() if answer.field.type == "amount"])
        if code in form.codes or one.field.name in form.names:
            return False
        form.names.add(one.field.name)
        old = f'name="{one.field.name}">'
        book = form.editor.parts["xl/workbook.xml"]
        at = book.index(old) + len(old)
        end = book.index("<", at)
        form.editor.parts["xl/workbook.xml"] = book[:at] + refers_to(book[at:end]) + book[end:]
        form.codes.add(code)
        return True

    return damage


def workbook(old: str, new: str, code: str, part: str = "xl/workbook.xml") -> Damage:
    def damage(rng: random.Random, form: Damaged) -> bool:
        if code in form.codes or old not in form.editor.parts[part]:
            return False
        form.editor.swap(part, old, new)
        form.codes.add(code)
        return True

    return damage


def total_row(rng: random.Random, form: Damaged) -> bool:
    if not form.take(("项目支出", "B13"), alone=False):
        return False
    form.editor.set("项目支出", "B13", "合计").set("项目支出", "F13", 6435.86)
    form.cells.discard(("项目支出", "F13"))
    return True


CATALOGUE: dict[str, Damage] = {
    "a space only": entry(AMOUNT, lambda a: " "),
    "a no-break space only": entry(AMOUNT, lambda a: "\u00a0"),
    "a zero-width space only": entry(COUNT, lambda a: "\u200b"),
    "a wide space only": entry(("text", "long"), lambda a: "\u3000"),
    "thousands as text": entry(AMOUNT, lambda a: positive(a, lambda n: f"{n:,.2f}")),
    "with its unit": entry(AMOUNT, lambda a: f"{number(a)}万元"),
    "a currency sign": entry(AMOUNT, lambda a: f"￥{number(a)}"),
    "full width": entry(
        AMOUNT, lambda a: f"{number(a)}".translate(str.maketrans("0123456789.", "０１２３４５６７８９．"))
    ),
    "a trailing dot": entry(AMOUNT, lambda a: f"{number(a):.2f}."),
    "invisible in a number": entry(AMOUNT, lambda a: f"{number(a)}\u200b"),
    "about": entry(AMOUNT, lambda a: "大约五千"),
    "none": entry(AMOUNT, lambda a: "无"),
    "a dash": entry(AMOUNT, lambda a: "——"),
    "a negative in brackets": entry(AMOUNT, lambda a: positive(a, lambda n: f"({n})"), alone=True),
    "a negative": entry(AMOUNT, lambda a: positive(a, lambda n: -n), alone=True),
    "yuan": entry(AMOUNT, lambda a: positive(a, lambda n: round(n * 10_000, 2)), alone=True, only=IN_SUMS),
    "a reference lost": entry(AMOUNT, lambda a: "#REF!"),
    "a division by zero": entry(RATE, lambda a: "#DIV/0!", only=CLAIMED),
    "two numbers": entry(AMOUNT, lambda a: "12；13"),
    "a formula without result": entry(AMOUNT, lambda a: (None, f"{number(a)!r}+0")),
    "a formula unknown": entry(AMOUNT, lambda a: (None, "WEBSERVICE(A1)")),
    "a stale formula": entry(AMOUNT, lambda a: positive(a, lambda n: (n + 5, f"{n!r}*1"))),
    "another workbook's cell": entry(AMOUNT, lambda a: (number(a), "[1]决算!B7")),
    "a wrong amount": entry(
        AMOUNT, lambda a: positive(a, lambda n: round(n + 137.41, 2)), alone=True, only=IN_SUMS
    ),
    "an amount with digits exchanged": entry(
        AMOUNT, lambda a: positive(a, lambda n: round(n * 1.09, 2)), alone=True, only=IN_SUMS
    ),
    "no amount": entry(AMOUNT, lambda a: None, alone=True, only=IN_SUMS),
    "ten thousand times too little": entry(
        AMOUNT, lambda a: positive(a, lambda n: round(n / 10_000, 6)), alone=True, only=IN_SUMS
    ),
    "half a person": entry(COUNT, lambda a: number(a) + 0.5, only="编制数|离退休|编外"),
    "persons with unit": entry(COUNT, lambda a: f"{number(a):.0f}人"),
    "fewer than nobody": entry(COUNT, lambda a: -number(a), only="离退休|编外"),
    "a wrong rate": entry(RATE, lambda a: number(a) - 0.0713, alone=True, only=CLAIMED),
    "a wrong rate in a row": entry(RATE, lambda a: number(a) - 0.0713, alone=True, only="完成率$"),
    "the saving rate": entry(
        RATE, lambda a: 1 - number(a) if number(a) < 0.99 else KEEP, alone=True, only=CLAIMED
    ),
    "a rate as text": entry(RATE, lambda a: f"{number(a) * 100:.2f}%"),
    "no rate": entry(RATE, lambda a: None, alone=True, only=CLAIMED),
    "a rate in words": entry(RATE, lambda a: "基本完成"),
    "more than the points": entry(SCORE, lambda a: number(a) + 4, alone=True, only=FIXED),
    "no score": entry(SCORE, lambda a: None, only=FIXED),
    "full marks in words": entry(
        SCORE, lambda a: "满分" if number(a) == a.field.points else KEEP, only=FIXED
    ),
    "points taken without reason": entry(
        SCORE, lambda a: number(a) - 0.3 if number(a) == a.field.points else KEEP, alone=True, only=FIXED
    ),
    "a wrong total": entry(SCORE, lambda a: 91.3, alone=True, only="自评总分"),
    "a wrong grade": entry(CHOICE, lambda a: "良", alone=True, only="自评等级"),
    "points of an own indicator": entry(SCORE, lambda a: number(a) + 1, alone=True, only="自定指标_分值"),
    "no choice": entry(CHOICE, lambda a: None, only="_要点"),
    "a choice with a blank": entry(CHOICE, lambda a: f"{a.value} ", only="_要点"),
    "a choice nobody offers": entry(CHOICE, lambda a: "基本符合", only="_要点"),
    "a sign spelt out": entry(CHOICE, lambda a: ">=" if a.value == "≥" else KEEP, only="指标性质"),
    "no name of a department": entry(("text",), lambda a: None, only="单位名称|填报人|联系电话"),
    "no name of a row": entry(("text",), lambda a: None, alone=True, only="科目名称|项目名称|三级指标"),
    "a code without its zeros": entry(("code",), lambda a: 5001),
    "last year": entry(("year",), lambda a: 2021),
    "no date": entry(("date",), lambda a: "下周"),
    "a far date": entry(("date",), lambda a: 20_000),
    "a date as text": entry(("date",), lambda a: "2022.12.30"),
    "a placeholder": entry(("long",), lambda a: "负责XX工作", only="职能|成效|措施"),
    "a stray character": stray,
    "a row label": label((("基础数据", "A13"), ("基础数据", "A26"), ("基本情况", "B7"), ("指标自评", "C12"))),
    "a heading": label((("基础数据", "C12"), ("项目支出", "D4"), ("产出与效果", "G4"))),
    "points of an indicator": label((("指标自评", "D12"), ("指标自评", "D33"))),
    "a total row": total_row,
    "a name to nothing": name_to(lambda old: "#REF!", "A03"),
    "a name to another workbook": name_to(lambda old: f"[1]{old}", "A19"),
    "a name to another cell": name_to(lambda old: "基础数据!$H$3", "A10"),
    "a hidden sheet": workbook('name="项目支出" sheetId', 'name="项目支出" state="hidden" sheetId', "A14"),
    "another sheet name": workbook('<sheet name="产出与效果"', '<sheet name="附表7"', "A12"),
    "another year's template": workbook(">2022<", ">2021<", "A04", "docProps/custom.xml"),
    "another scheme's template": workbook(">default<", ">elsewhere<", "A20", "docProps/custom.xml"),
}
WHOLE_BOOK = {"A03", "A04", "A09", "A10", "A12", "A14", "A19", "A20"}
"""Findings whose undoing is not the content of a cell."""


def damaged(seed: int) -> Damaged:
    rng = random.Random(seed)
    form = Damaged(Editor())
    wanted = rng.randint(1, 20)
    names = sorted(CATALOGUE)
    for _ in range(4 * wanted):
        if len(form.kinds) == wanted:
            break
        kind = rng.choice(names)
        if kind == "another year's template" and any(
            "heading" in one or "label" in one for one in form.kinds
        ):
            continue
        if CATALOGUE[kind](rng, form):
            form.kinds.append(kind)
    return form


@cache
def original() -> Editor:
    return Editor()


def undo(form: Damaged, found: tuple[Finding, ...]) -> bytes:
    """The damaged form with exactly what the findings name put back."""
    renamed = {"附表7": "产出与效果"}
    for item in found:
        if item.code in WHOLE_BOOK:
            for part in ("xl/workbook.xml", "docProps/custom.xml"):
                form.editor.parts[part] = original().parts[part]
    for item in found:
        for sheet, cell in named_cells(item):
            if cell:
                restore(form.editor, renamed.get(sheet, sheet), cell)
    return form.editor.save()


def restore(editor: Editor, sheet: str, cell: str) -> None:
    """One cell as it was, or gone if it was not there."""
    part = editor.sheets[sheet]
    cell_xml = re.compile(rf'<c r="{cell}"[^>]*?(?:/>|>.*?</c>)', re.DOTALL)
    before = cell_xml.search(original().parts[part])
    editor.parts[part] = cell_xml.sub(lambda _: before[0] if before else "", editor.parts[part], count=1)


@pytest.mark.parametrize("chunk", range(CASES // CHUNK))
def test_one_run_names_every_damage_and_undoing_it_leaves_nothing(chunk: int) -> None:
    for seed in range(chunk * CHUNK, (chunk + 1) * CHUNK):
        form = damaged(seed)
        found = evaluate(form.editor.save(), scheme()).findings
        named = {
            ("产出与效果" if sheet == "附表7" else sheet, cell)
            for item in found
            for sheet, cell in named_cells(item)
        }
        assert form.cells <= named, (seed, form.kinds, form.cells - named)
        assert form.codes <= {item.code for item in found}, (seed, form.kinds, form.codes)
        left = evaluate(undo(form, found), scheme()).findings
        assert left == (), (seed, form.kinds, [(item.code, item.sheet, item.cell) for item in left])


@pytest.mark.parametrize("kind", sorted(CATALOGUE))
def test_every_kind_of_damage_is_named_by_itself(kind: str) -> None:
    form = Damaged(Editor())
    rng = random.Random(7)
    assert any(CATALOGUE[kind](rng, form) for _ in range(50)), "no cell for it"
    found = evaluate(form.editor.save(), scheme()).findings
    assert found
    assert form.cells <= {cell for item in found for cell in named_cells(item)} | {
        ("产出与效果", cell) for item in found for _, cell in named_cells(item)
    }
    assert form.codes <= {item.code for item in found}


def test_the_catalogue_has_forty_kinds_and_more() -> None:
    assert len(CATALOGUE) >= 40
