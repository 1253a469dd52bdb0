"""A whole season: sixty departments, three rounds, late ones, duplicates, impostors, a reviewer; right to the cell."""

from __future__ import annotations

import datetime
import hashlib
from collections import Counter
from pathlib import Path
from typing import Any

import openpyxl
from forms import scheme
from seasons import drop, form, made, returned, right, stamped

from xlsx_eval import evaluate
from xlsx_eval.season.collect import collect_once
from xlsx_eval.season.ledger import ACCEPTED, IDENTICAL, OLDER, SUPERSEDED, UNCLAIMED, UNREAD, Ledger
from xlsx_eval.season.review_sheet import SHEET, read_review, write_review
from xlsx_eval.season.roster import Department
from xlsx_eval.season.standing import REVIEWED, write_summary
from xlsx_eval.season.verify import verify
from xlsx_eval.season.workspace import Workspace

COUNT = 60
CODES = [f"{201001 + number}" for number in range(COUNT)]
TODAY = datetime.date(2023, 5, 10)


def name_of(code: str) -> str:
    return f"区第{int(code) - 201000}局"


def wrong(code: str, words: str = "三百多") -> bytes:
    """A workbook with one figure that is none."""
    return right(code, name_of(code), 编制数=words)


def lacking(code: str) -> bytes:
    """A workbook in which nothing is wrong but an indicator cannot be scored."""
    return right(code, name_of(code), 既定支付进度="")


class Season:
    """What was sent and what has to come of it."""

    def __init__(self, root: Path) -> None:
        listed = [Department(code, name_of(code)) for code in CODES]
        listed[59] = Department(CODES[59], name_of(CODES[59]), excused="机构已撤并")
        self.workspace: Workspace = made(root, *listed, config="deadline = 2023-04-20\n")
        self.counts: dict[str, tuple[int, bytes, str]] = {}

    def send(self, code: str, data: bytes, file: str = "") -> None:
        """A workbook that is to count as the department's next round."""
        drop(self.workspace, file or f"{name_of(code)}.xlsx", data)
        kind = hashlib.sha256(stamped(data, "", "", code, name_of(code))).hexdigest()
        self.counts[code] = (self.counts.get(code, (0, b"", ""))[0] + 1, data, kind)

    def collect(self, day: int) -> Counter[str]:
        """The evening's pass of an April day."""
        done = collect_once(self.workspace, lambda: datetime.datetime(2023, 4, day, 18))
        assert not done.problems
        return Counter(done.outcomes)


def table(book: Any, name: str) -> list[dict[str, Any]]:
    """Lines of a sheet by its headings."""
    rows = list(book[name].iter_rows(values_only=True))
    start = next(index for index, row in enumerate(rows) if "预算编码" in row)
    return [dict(zip(rows[start], row, strict=False)) for row in rows[start + 1 :] if row[0] is not None]


def first_round(season: Season) -> None:
    """56 in time: 6 faultless, 2 that cannot be checked, the others with a fault; two are impostors, one is a picture."""
    for number, code in enumerate(CODES[:56]):
        season.send(code, right(code, name_of(code)) if number < 6 else wrong(code))
    season.send(CODES[6], lacking(CODES[6]), "另一份.xlsx")
    season.counts[CODES[6]] = (1, *season.counts[CODES[6]][1:])
    drop(season.workspace, "冒名.xlsx", form(CODES[0], name_of(CODES[1])))
    drop(season.workspace, "外单位.xlsx", form("999999", "某公司"))
    drop(season.workspace, f"{CODES[57]}扫描.pdf", b"%PDF-1.4")
    expected = {ACCEPTED: 56, SUPERSEDED: 1, UNCLAIMED: 2, UNREAD: 1}
    assert season.collect(10) == expected


def second_round(season: Season) -> None:
    """20 corrected, 2 still wrong, one sends the same again; two come after the deadline."""
    for code in CODES[7:27]:
        season.send(code, right(code, name_of(code)))
    for code in CODES[27:29]:
        season.send(code, wrong(code, "四百多"))
    drop(season.workspace, "又一次.xlsx", season.counts[CODES[30]][1])
    for code in CODES[56:58]:
        season.send(code, wrong(code))
    assert season.collect(25) == {ACCEPTED: 24, IDENTICAL: 1}


def third_round(season: Season) -> None:
    """The two that were still wrong are right now; one sends its first version again."""
    first = wrong(CODES[27])
    for code in CODES[27:29]:
        season.send(code, right(code, name_of(code)))
    assert season.collect(27) == {ACCEPTED: 2}
    drop(season.workspace, "旧的.xlsx", first)
    assert season.collect(28) == {OLDER: 1}


def reviewed(season: Season) -> dict[str, float]:
    """The reviewer decides what could not be scored of one department; points given, by code."""
    path = season.workspace.root / "复核表.xlsx"
    write_review(season.workspace, path)
    book = openpyxl.load_workbook(path)
    sheet = book[SHEET]
    columns = {cell.value: cell.column for cell in sheet[3]}
    given = 0.0
    for row in range(4, sheet.max_row + 1):
        if sheet.cell(row, columns["预算编码"]).value != CODES[6]:
            continue
        own = sheet.cell(row, columns["核定得分"]).value
        if own is None:
            sheet.cell(row, columns["复核得分"]).value = 0.5
            given += 0.5
        else:
            sheet.cell(row, columns["复核得分"]).value = own
        sheet.cell(row, columns["复核意见"]).value = "已核实"
    book.save(path)
    assert read_review(season.workspace, path, datetime.datetime(2023, 5, 9)).entered > 0
    assert given > 0
    return {CODES[6]: given}


def test_a_season_of_sixty_departments_is_right_to_the_cell(tmp_path: Path) -> None:
    season = Season(tmp_path / "season")
    first_round(season)
    second_round(season)
    third_round(season)
    given = reviewed(season)
    # Workbooks that differ in code and name only are judged once for all.
    by_kind = {kind: evaluate(data, scheme()) for _, data, kind in season.counts.values()}
    judged = {code: by_kind[kind] for code, (_, _, kind) in season.counts.items()}
    book = openpyxl.load_workbook(write_summary(season.workspace, TODAY))

    collection = {line["预算编码"]: line for line in table(book, "收集情况")}
    finals = {line["预算编码"]: line for line in table(book, "最终得分")}
    assert list(collection) == list(finals) == CODES
    for code in CODES:
        line, final = collection[code], finals[code]
        assert line["单位名称"] == final["单位名称"] == name_of(code)
        if code not in season.counts:
            assert line["轮次"] is None
            assert final["最终得分"] is None
            continue
        state = REVIEWED if code in given else judged[code].state
        assert (line["状态"], line["轮次"]) == (state, season.counts[code][0])
        assert line["核定得分"] == final["核定得分"] == judged[code].score
        assert final["自评总分"] == judged[code].claimed
        assert final["复核调整"] == given.get(code, 0)
        assert final["最终得分"] == round(judged[code].score + given.get(code, 0), 2)
        late = code in CODES[56:58]
        assert line["时限"] == ("迟报" if late else None)
    assert [(collection[code]["状态"], collection[code]["时限"]) for code in CODES[58:]] == [
        ("未报送", "逾期未报"),
        ("免报", None),
    ]

    ranking = {line["预算编码"]: line["核定得分"] for line in table(book, "排名")}
    assert ranking == {code: judged[code].score for code in season.counts}
    outcomes = Counter(line["处理结果"] for line in table(book, "收件登记"))
    assert outcomes == {ACCEPTED: 82, SUPERSEDED: 1, UNCLAIMED: 2, UNREAD: 1, IDENTICAL: 1, OLDER: 1}

    names = returned(season.workspace)
    assert len(names) == len(season.counts) == 58
    for code, (rounds, _, _) in season.counts.items():
        state = judged[code].state
        assert f"{state}/{code}_{name_of(code)}_第{rounds}轮_{state}.xlsx" in names
    corrected = openpyxl.load_workbook(
        season.workspace.outbox / next(name for name in names if CODES[10] in name)
    )["问题清单"]
    assert "已整改" in {cell.value for row in corrected.iter_rows() for cell in row}
    with Ledger(season.workspace.ledger) as ledger:
        assert sum(1 for _ in ledger.verdicts()) == 82


def test_the_records_of_a_season_are_proven_sound(tmp_path: Path) -> None:
    season = Season(tmp_path / "season")
    for code in CODES[:3]:
        season.send(code, wrong(code))
    season.collect(10)
    for code in CODES[:3]:
        season.send(code, right(code, name_of(code)))
    season.collect(12)
    report = verify(season.workspace)
    assert (report.originals, report.verdicts, report.faults) == (6, 6, ())
