"""Two clerks obey what the program says of workbooks with planted slips: python bench/clerk.py [--n 60] [--seed 1].

The typing clerk types every correction into its cell and nothing else; the knowing clerk has his books, looks at
every cell that is named or offered, and puts the true value where it differs. Printed is what diagnosis promises,
beside what is wanted of it. The workbooks are of five schemes and of four departments each, with 1 to 8 slips.
"""

from __future__ import annotations

import argparse
import random
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from xlsx_eval import Evaluation, Scheme, evaluate, load_scheme
from xlsx_eval.findings import ERROR, Finding
from xlsx_eval.form.fill import fill
from xlsx_eval.reading.submission import read_submission
from xlsx_eval.xlsx.read.workbook import read_book

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 6
MOST_SLIPS = 8
FACTORS = (1, 3, 7, 13)
SEEDED = ("hunan", "yueyang", "project", "monitoring")
PLAUSIBLE: Mapping[str, float] = {
    "上年结转": 50.0,
    "年初预算数": 9_000.0,
    "本年追加": 300.0,
    "年末结余": 120.0,
    "批复投资概算": 800.0,
    "实际投资": 800.0,
    "重点项目支出": 2_000.0,
}
"""Figures that no total is made of, so that they must fit each other by themselves."""
Cell = tuple[str, str]
Entry = float | str | None


@dataclass(frozen=True)
class Form:
    """A faultless workbook: its entries by cell, what kind each is, and how to write another."""

    name: str
    scheme: Scheme
    truth: Mapping[Cell, Entry]
    kinds: Mapping[Cell, str]
    keys: Mapping[Cell, tuple[str, int | None]]


def scaled(values: object, factor: int) -> object:
    """Values of another department: every amount and head-count times a whole number, so that all still adds up."""
    if isinstance(values, dict):
        return {name: scaled(value, factor) for name, value in values.items()}
    return values


def form_of(
    name: str, scheme: Scheme, data: bytes, factor: int, kinds_scaled: tuple[str, ...] = ("amount",)
) -> Form:
    """The entries of a workbook, its figures of these kinds times `factor`."""
    submission = read_submission(read_book(data), scheme)
    truth: dict[Cell, Entry] = {}
    kinds: dict[Cell, str] = {}
    keys: dict[Cell, tuple[str, int | None]] = {}
    for answer in submission.all_answers():
        cell = (answer.place.sheet, answer.place.cell)
        value = answer.value
        if isinstance(value, float) and answer.field.type in kinds_scaled:
            value = round(value * factor, 2)
        truth[cell], kinds[cell] = value, answer.field.type
        keys[cell] = (answer.field.name, answer.row)
    return Form(name, scheme, truth, kinds, keys)


def written(form: Form, entries: Mapping[Cell, Entry]) -> bytes:
    """A workbook with these entries."""
    values: dict[str, object] = {}
    tables: dict[str, dict[int, dict[str, Entry]]] = {}
    for cell, value in entries.items():
        name, row = form.keys[cell]
        if value is None:
            continue
        if row is None:
            values[name] = value
        else:
            table = form.scheme.fields[name].table or ""
            tables.setdefault(table, {}).setdefault(row, {})[name.removeprefix(f"{table}_")] = value
    for table, rows in tables.items():
        values[table] = [rows.get(index, {}) for index in range(max(rows) + 1)]
    return fill(values, form.scheme)


def text_of(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def swapped(value: float, dice: random.Random) -> Entry:
    text = text_of(value)
    places = [at for at in range(len(text) - 1) if text[at].isdigit() and text[at + 1].isdigit()]
    places = [at for at in places if text[at] != text[at + 1]]
    if not places:
        return value * 10
    at = dice.choice(places)
    return float(text[:at] + text[at + 1] + text[at] + text[at + 2 :])


def one_digit(value: float, dice: random.Random) -> Entry:
    text = text_of(value)
    at = dice.choice([at for at, letter in enumerate(text) if letter.isdigit()])
    digit = dice.choice([one for one in "0123456789" if one != text[at]])
    return float(text[:at] + digit + text[at + 1 :])


def lost_digit(value: float, dice: random.Random) -> Entry:
    text = text_of(value)
    places = [at for at, letter in enumerate(text) if letter.isdigit()]
    at = dice.choice(places)
    left = text[:at] + text[at + 1 :]
    return float(left) if left.strip(".") else value * 10


SLIPS: Mapping[str, Callable[[float, random.Random], Entry]] = {
    "adjacent digits exchanged": swapped,
    "times ten": lambda value, dice: round(value * 10, 2),
    "yuan": lambda value, dice: round(value * 10_000, 2),
    "one digit": one_digit,
    "lost digit": lost_digit,
    "blank": lambda value, dice: None,
    "another figure": lambda value, dice: float(round(value * dice.uniform(0.5, 1.6) + 1.37, 2)),
}


def planted(form: Form, many: int, dice: random.Random) -> dict[Cell, tuple[str, Entry]]:
    """Slips in amounts, head-counts and self-scores, one a cell."""
    cells = [
        cell
        for cell, value in form.truth.items()
        if form.kinds[cell] in ("amount", "integer") and isinstance(value, float) and value > 0
    ]
    scores = [
        cell
        for cell, value in form.truth.items()
        if form.kinds[cell] == "score"
        and isinstance(value, float)
        and "自评得分" in form.keys[cell][0]
        and value > 0
    ]
    found: dict[Cell, tuple[str, Entry]] = {}
    while len(found) < many:
        if dice.random() < 0.15:
            cell = dice.choice(scores)
            value = form.truth[cell]
            assert isinstance(value, float)
            found.setdefault(cell, ("score too low", round(value / 2, 1)))
            continue
        cell = dice.choice(cells)
        kind = dice.choice(list(SLIPS))
        value = form.truth[cell]
        assert isinstance(value, float)
        if form.kinds[cell] == "integer" and kind in ("yuan", "another figure"):
            continue
        wrong = SLIPS[kind](value, dice)
        if wrong != value:
            found.setdefault(cell, (kind, wrong))
    return found


def named(item: Finding) -> Iterator[Cell]:
    """Every cell a finding names or offers."""
    yield item.sheet, item.cell
    yield from item.also
    yield from ((sheet, cell) for sheet, cell, _ in item.candidates)


def typed(evaluation: Evaluation) -> dict[Cell, Entry]:
    """What a clerk types who does what the list says."""
    return {
        (item.sheet, item.cell): item.correction
        for item in evaluation.findings
        if item.correction is not None and item.verdict == ERROR
    }


def wrong_cells(form: Form, entries: Mapping[Cell, Entry]) -> set[Cell]:
    return {cell for cell, value in entries.items() if value != form.truth[cell]}


def same(one: Entry, other: Entry) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= 5e-5 * max(1.0, abs(other)) and abs(one - other) < 0.006
    return one == other


def run(forms: list[Form], many: int, seed: int, show: bool) -> None:
    dice = random.Random(seed)
    tally: Counter[str] = Counter()
    by_kind: dict[str, Counter[str]] = {}
    spent = 0.0
    for number in range(many):
        form = forms[number % len(forms)]
        slips = planted(form, dice.randint(1, MOST_SLIPS), dice)
        entries = {**form.truth, **{cell: wrong for cell, (_, wrong) in slips.items()}}
        data = written(form, entries)
        began = time.process_time()
        evaluation = evaluate(data, form.scheme)
        spent += time.process_time() - began
        orders = typed(evaluation)
        offered = {cell for item in evaluation.findings for cell in named(item)}
        errors = {(item.sheet, item.cell) for item in evaluation.findings if item.verdict != "提示"}
        for cell, (kind, wrong) in slips.items():
            alone = evaluate(written(form, {**form.truth, cell: wrong}), form.scheme)
            if not [item for item in alone.findings if item.verdict != "提示"]:
                tally["slips without a trace"] += 1
                continue
            mine = by_kind.setdefault(kind, Counter())
            for counter in (tally, mine):
                counter["slips"] += 1
                counter["named at their cell"] += cell in errors
                counter["named or offered"] += cell in offered
                counter["right value"] += cell in orders and same(orders[cell], form.truth[cell])
                values = [
                    value
                    for item in evaluation.findings
                    for *place, value in item.candidates
                    if tuple(place) == cell
                ]
                values += [orders[cell]] if cell in orders else []
                counter["right value, told or offered"] += any(
                    same(value, form.truth[cell]) for value in values
                )
            if show and not (cell in orders and same(orders[cell], form.truth[cell])):
                print(
                    number,
                    kind,
                    *cell,
                    form.truth[cell],
                    "->",
                    wrong,
                    "told",
                    orders.get(cell),
                    cell in offered,
                )
        for cell, value in orders.items():
            tally["ordered"] += 1
            sound = cell not in slips and same(entries[cell], form.truth[cell])
            tally["ordered though sound"] += sound
            if show and sound:
                print(
                    number,
                    "ORDERED SOUND",
                    *cell,
                    form.truth[cell],
                    "->",
                    value,
                    [(c, k, w) for c, (k, w) in slips.items()],
                )
        typing_clerk(form, entries, tally)
        knowing_clerk(form, entries, evaluation, tally)
    report(tally, by_kind, many, spent)


def typing_clerk(form: Form, entries: Mapping[Cell, Entry], tally: Counter[str]) -> None:
    now = dict(entries)
    seen = [now]
    for sent in range(1, ROUNDS + 1):
        evaluation = evaluate(written(form, now), form.scheme)
        orders = typed(evaluation)
        if not orders:
            done = evaluation.state != "退回修改"
            tally["typing clerk: passes by the second submission"] += done and sent <= 2
            tally["typing clerk: passes"] += done
            tally["typing clerk: passes with all right"] += done and all(
                same(now[cell], form.truth[cell]) for cell in now
            )
            tally["typing clerk: waits for his books"] += not done
            return
        now = {**now, **orders}
        if now in seen:
            tally["typing clerk: goes in circles"] += 1
            return
        seen.append(now)
    tally["typing clerk: goes in circles"] += 1


def knowing_clerk(
    form: Form, entries: Mapping[Cell, Entry], evaluation: Evaluation, tally: Counter[str]
) -> None:
    now = dict(entries)
    for cell in {cell for item in evaluation.findings for cell in named(item)} & set(now):
        now[cell] = form.truth[cell]
    after = evaluate(written(form, now), form.scheme)
    tally["knowing clerk: passes by the second submission"] += after.state != "退回修改"


WANTED = {
    "named or offered": "99% of slips",
    "right value": "80% of slips",
    "right value, told or offered": "80% of slips",
    "ordered though sound": "at most 5% of orders",
    "typing clerk: goes in circles": "0",
    "typing clerk: passes by the second submission": "95%",
    "knowing clerk: passes by the second submission": "99%",
}


def report(tally: Counter[str], by_kind: Mapping[str, Counter[str]], many: int, spent: float) -> None:
    print(f"{many} workbooks, {tally['slips']} slips with a trace, {tally['slips without a trace']} without")
    bases = {"ordered though sound": "ordered"}
    for name in sorted(tally):
        base = bases.get(name, many if "clerk" in name else "slips")
        whole = tally[base] if isinstance(base, str) else base
        share = 100 * tally[name] / max(1, whole)
        print(f"  {name:52} {tally[name]:5} {share:6.1f}%  wanted {WANTED.get(name, '-')}")
    for kind, counter in sorted(by_kind.items()):
        share = 100 * counter["right value"] / max(1, counter["slips"])
        print(f"    {kind:30} {counter['slips']:4} slips, right value {share:5.1f}%")
    print(f"  judging {1000 * spent / many:.0f} ms of processor time a workbook")


def forms() -> list[Form]:
    """Faultless workbooks: a sample of the default scheme, and a seeded one of each further scheme."""
    scheme = load_scheme()
    values = tomllib.loads((ROOT / "samples/values/区教育局.toml").read_text(encoding="utf-8"))
    sample, kinds = fill(values, scheme), ("amount", "integer")
    found = [form_of(f"default ×{factor}", scheme, sample, factor, kinds) for factor in FACTORS]
    for name in SEEDED:
        other = load_scheme(name, year=2022)
        data = faultless(other)
        found += [form_of(f"{name} ×{factor}", other, data, factor) for factor in FACTORS]
    for form in found:
        wrong = [
            item
            for item in evaluate(written(form, form.truth), form.scheme).findings
            if item.verdict == ERROR
        ]
        assert not wrong, (form.name, [(item.code, item.cell, item.message) for item in wrong])
    # Departments of all schemes in turn.
    return [found[at + step] for step in range(len(FACTORS)) for at in range(0, len(found), len(FACTORS))]


def faultless(scheme: Scheme) -> bytes:
    """A form whose parts are made up and whose totals, rates and scores are those that the program tells."""
    values = made_up(scheme)
    for _ in range(ROUNDS):
        found = evaluate(fill(values, scheme), scheme).findings
        told = {item.field: item.correction for item in found if item.correction is not None}
        for item in found:
            own = [value for *place, value in item.candidates if place == [item.sheet, item.cell]]
            if item.code == "D01" and own:
                told[item.field] = own[0]
            if item.code == "E04" and item.correction is None:
                told[item.field] = scheme.fields[item.field].points
            if item.code in ("E01", "E02", "E05"):
                told[item.field.replace("自评得分", "扣分原因")] = "部分任务结转下年实施"
        if "上年三公经费预算数" in values:
            told["上年三公经费预算数"] = values.get("三公经费_上年决算数", 0.0)
        if all(values.get(name) == value for name, value in told.items()):
            break
        values.update(told)
    values["自评总分"] = total_of(values, scheme)
    for name, field in scheme.fields.items():
        if name.endswith("自评等级"):
            grade = scheme.grade(float(str(values["自评总分"])))
            values[field.name] = grade
    return fill(values, scheme)


def total_of(values: Mapping[str, object], scheme: Scheme) -> float:
    scores = [value for name, value in values.items() if name.endswith("_自评得分")]
    rows = values.get(scheme.own.table.id, []) if scheme.own else []
    assert isinstance(rows, list)
    return round(sum(float(str(one)) for one in [*scores, *(row["自评得分"] for row in rows)]), 2)


def made_up(scheme: Scheme) -> dict[str, object]:
    """Entries of every kind but totals, rates and scores; figures of one line lie near each other."""
    totals = {name for check in scheme.checks for name in check.right.names}
    answers = {
        item.answer.name: next(
            (
                one
                for one in ("是", "否", "无")
                if one in item.answer.choices and one != indicator.parameters.get("bad")
            ),
            item.answer.choices[0],
        )
        for indicator in scheme.indicators
        for item in indicator.items
    }
    plain: Mapping[str, object] = {
        "text": "区测试局",
        "code": "105001",
        "year": scheme.year,
        "date": f"{scheme.year}-12-20",
        "integer": 120.0,
        "number": 500.0,
        "rate": 1.0,
    }
    values: dict[str, object] = {}
    for number, field in enumerate(scheme.single_fields()):
        if field.bureau or field.name in totals or field.name.endswith(("_指标值", "_自评得分")):
            continue
        if field.type == "amount":
            line = sum(map(ord, field.name.partition("_")[0])) % 977
            later = 3.0 if field.name.endswith("预计执行数") else 0.0
            values[field.name] = PLAUSIBLE.get(
                field.name, round(31.27 + 7.31 * line + 0.13 * (number % 5) + later, 2)
            )
        elif field.name in answers or field.type == "choice":
            values[field.name] = answers.get(field.name, next(iter(field.choices), ""))
        elif field.type in plain:
            values[field.name] = plain[field.type]
    if scheme.own is not None:
        values[scheme.own.table.id] = [
            {
                **{
                    "一级指标": block,
                    "二级指标": "数量指标",
                    "三级指标": f"{block}任务{number}",
                    "指标性质": "≥",
                },
                **{"年度指标值": 20.0 + number, "计量单位": "项", "实际完成值": 20.0 + number},
                **{"分值": points / 2, "自评得分": points / 2},
            }
            for block, points in scheme.own.blocks.items()
            for number in (1, 2)
        ]
    return values


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", action="store_true", help="print each slip that was not told rightly")
    arguments = parser.parse_args()
    run(forms(), arguments.n, arguments.seed, arguments.show)


if __name__ == "__main__":
    main()
