"""Review: the bureau's own sheet, filled in and read back; nothing in a department's workbook counts as review."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from forms import scheme
from seasons import NAMES, SAMPLES, answered, collected, drop, form, made, returned, right

from xlsx_eval.cli import run
from xlsx_eval.errors import WorkspaceError
from xlsx_eval.form.fill import fill, read_values
from xlsx_eval.season.ledger import Ledger
from xlsx_eval.season.review_sheet import SHEET, read_review, write_review
from xlsx_eval.season.standing import status
from xlsx_eval.season.workspace import Workspace

NOW = datetime.datetime(2023, 5, 1, 9)
TODAY = datetime.date(2023, 5, 1)


@pytest.fixture
def season(tmp_path: Path) -> Workspace:
    workspace = made(tmp_path / "season")
    drop(workspace, "a.xlsx", form("102001", 编制数=10, 年末在职人数=9))
    collected(workspace)
    return workspace


def sheet_of(season: Workspace) -> tuple[Any, Any, dict[str, int]]:
    write_review(season, season.root / "复核表.xlsx")
    book = openpyxl.load_workbook(season.root / "复核表.xlsx")
    sheet = book[SHEET]
    headings = next(row for row in sheet.iter_rows() if row[0].value == "预算编码")
    return book, sheet, {str(cell.value): cell.column for cell in headings}


def filled(season: Workspace, change: Callable[[Any, dict[str, int]], None]) -> Path:
    book, sheet, columns = sheet_of(season)
    change(sheet, columns)
    path = season.root / "已填.xlsx"
    book.save(path)
    return path


def put(row: int, **cells: object) -> Callable[[Any, dict[str, int]], None]:
    def change(sheet: Any, columns: dict[str, int]) -> None:
        for heading, value in cells.items():
            sheet.cell(row, columns[heading]).value = value

    return change


FIRST = 4
CODE = "105001"
TOURISTS, OPINION_ROW = "全年接待游客人次", "非遗传承机制建设"


def told(rows: dict[str, list[dict[str, object]]] | None = None, **base: object) -> bytes:
    """A full workbook of the bureau of education; `rows` replaces own rows by others, given what changes in each."""
    values = read_values(SAMPLES / "区文化旅游体育局.toml")
    values["基本情况"].update(单位名称=NAMES[CODE], 预算编码=CODE)
    values["基础数据"].update(base)
    changed = rows or {}
    own = values["自定指标"]
    values["自定指标"] = [
        {**row, **change} for row in own for change in changed.get(str(row["三级指标"]), [{}])
    ]
    return fill(values, scheme())


def lines_of(season: Workspace) -> dict[str, dict[str, Any]]:
    """The lines of a sheet drawn now, by what they are about."""
    _, sheet, columns = sheet_of(season)
    rows = sheet.iter_rows(min_row=FIRST)
    lines = [{name: row[column - 1].value for name, column in columns.items()} for row in rows]
    return {str(line["事项"]): line for line in lines}


def row_of(season: Workspace, about: str) -> int:
    """The row of the sheet whose item says `about`."""
    return FIRST + next(place for place, name in enumerate(lines_of(season)) if about in name)


def finals(season: Workspace) -> Any:
    return next(one.final for one in status(season, TODAY).departments if one.code == CODE)


@pytest.fixture
def opinions(tmp_path: Path) -> Workspace:
    """A season in which two own indicators of one kind wait for a reviewer's opinion."""
    workspace = made(tmp_path / "opinions")
    drop(workspace, "a.xlsx", told({OPINION_ROW: [named("甲机制"), named("乙机制")]}))
    collected(workspace)
    return workspace


def explained(season: Workspace, words: str = "因追加任务") -> bytes:
    """What was handed back to the bureau of education, with `words` beside all that was to be explained."""
    handed = next(name for name in returned(season) if CODE in name)
    return answered((season.outbox / handed).read_bytes(), words)


def changed(data: bytes, sheet: str, old: object, new: object) -> bytes:
    """The workbook with every cell of `sheet` that holds `old` holding `new`."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    for cell in (cell for row in book[sheet].iter_rows() for cell in row if cell.value == old):
        cell.value = new
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


@pytest.fixture
def answers(tmp_path: Path) -> Workspace:
    """A season in which the bureau of education explained what it had to."""
    workspace = made(tmp_path / "answers")
    drop(workspace, "a.xlsx", told())
    collected(workspace)
    drop(workspace, "b.xlsx", explained(workspace))
    collected(workspace)
    return workspace


def named(name: str) -> dict[str, object]:
    return {"三级指标": name, "分值": 3, "自评得分": 3}


def test_the_sheet_lists_what_only_a_person_can_decide(season: Workspace) -> None:
    _, sheet, columns = sheet_of(season)
    reasons = {sheet.cell(row, columns["复核原因"]).value for row in range(FIRST, sheet.max_row + 1)}
    assert "无法核定" in reasons
    ranges = {sheet.cell(row, columns["可评范围"]).value for row in range(FIRST, sheet.max_row + 1)}
    assert "0～2" in ranges


def test_a_score_and_a_remark_are_read_back_and_stand_beside_ours(season: Workspace) -> None:
    before = status(season, TODAY).departments[0]
    path = filled(season, put(FIRST, 复核得分=1.5, 复核意见="情况属实"))
    assert read_review(season, path, NOW).entered == 1
    after = status(season, TODAY).departments[0]
    assert before.final is not None
    assert after.final is not None
    assert after.score == before.score, "ours is never replaced"
    assert after.final.score == pytest.approx(before.final.score + 1.5)
    assert after.final.changed == 1.5
    assert after.final.open == before.final.open - 1
    with Ledger(season.ledger) as ledger:
        entry = next(iter(ledger.reviews().values()))
    assert (entry.score, entry.remark, entry.entered) == (1.5, "情况属实", "2023-05-01T09:00:00")


def entries_of(season: Workspace) -> dict[str, tuple[float | None, str]]:
    with Ledger(season.ledger) as ledger:
        return {
            item.partition("|")[2]: (one.score, one.remark) for (_, item), one in ledger.reviews().items()
        }


def test_reading_the_same_sheet_again_enters_nothing(season: Workspace) -> None:
    path = filled(season, put(FIRST, 复核得分=1))
    assert read_review(season, path, NOW).entered == 1
    assert read_review(season, path, NOW).entered == 0
    assert [score for score, _ in entries_of(season).values()] == [1]


def test_an_entry_that_is_emptied_is_taken_back(season: Workspace) -> None:
    before = status(season, TODAY).departments[0].final
    assert read_review(season, filled(season, put(FIRST, 复核得分=1, 复核意见="可以")), NOW).entered == 1
    assert read_review(season, filled(season, put(FIRST, 复核得分=None, 复核意见=None)), NOW).entered == 1
    assert status(season, TODAY).departments[0].final == before
    _, sheet, columns = sheet_of(season)
    assert sheet.cell(FIRST, columns["复核得分"]).value is None


def drawn_for(season: Workspace, name: str) -> Path:
    """A review sheet drawn now for one reviewer."""
    write_review(season, season.root / name)
    return season.root / name


def typed(path: Path, row: int, **cells: object) -> Path:
    """That sheet after its reviewer typed something into a row."""
    book = openpyxl.load_workbook(path)
    sheet = book[SHEET]
    put(row, **cells)(sheet, {str(cell.value): cell.column for cell in sheet[FIRST - 1]})
    book.save(path)
    return path


def test_two_reviewers_sheets_take_nothing_from_each_other(season: Workspace) -> None:
    one, other = drawn_for(season, "甲.xlsx"), drawn_for(season, "乙.xlsx")
    read_review(season, typed(typed(one, FIRST, 复核得分=2), FIRST + 1, 复核得分=1), NOW)
    assert read_review(season, typed(other, FIRST, 复核意见="材料齐全"), NOW).entered == 1
    assert list(entries_of(season).values()) == [(2, "材料齐全"), (1, "")]
    late, early = drawn_for(season, "甲2.xlsx"), drawn_for(season, "乙2.xlsx")
    read_review(season, typed(early, FIRST + 1, 复核得分=0.5), NOW)
    assert read_review(season, typed(late, FIRST + 2, 复核得分=1), NOW).entered == 1
    assert list(entries_of(season).values()) == [(2, "材料齐全"), (0.5, ""), (1, "")]


def test_a_cell_that_another_reviewer_changed_meanwhile_is_told_and_nothing_is_entered(
    season: Workspace,
) -> None:
    one, other = drawn_for(season, "甲.xlsx"), drawn_for(season, "乙.xlsx")
    read_review(season, typed(one, FIRST, 复核得分=2, 复核意见="同意"), NOW)
    typed(typed(other, FIRST, 复核得分=1, 复核意见="同意"), FIRST + 1, 复核得分=1)
    with pytest.raises(WorkspaceError, match="4）填了“1”，但台账中已另记为“2”（本表生成时为空白）"):
        read_review(season, other, NOW)
    assert list(entries_of(season).values()) == [(2, "同意")]


def test_a_reviewer_may_correct_his_own_sheet_and_read_it_again(season: Workspace) -> None:
    sheet = drawn_for(season, "甲.xlsx")
    read_review(season, typed(sheet, FIRST, 复核得分=2), NOW)
    assert read_review(season, typed(sheet, FIRST, 复核得分=1), NOW).entered == 1
    assert list(entries_of(season).values()) == [(1, "")]


def test_what_was_entered_stands_in_the_next_sheet(season: Workspace) -> None:
    read_review(season, filled(season, put(FIRST, 复核得分=1, 复核意见="可以")), NOW)
    _, sheet, columns = sheet_of(season)
    assert sheet.cell(FIRST, columns["复核得分"]).value == 1
    assert sheet.cell(FIRST, columns["复核意见"]).value == "可以"


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"复核得分": 99}, "第 4 行“复核得分”为 99，应在"),
        ({"复核得分": -1}, "应在"),
        ({"复核得分": "两分"}, "应为数字"),
        ({"复核得分": "nan"}, "应为数字，现为“nan”"),
        ({"复核得分": "inf"}, "应为数字，现为“inf”"),
        ({"复核得分": "1_0"}, "应为数字，现为“1_0”"),
        ({"复核得分": 1, "预算编码": "105001"}, "不在待复核事项中"),
        ({"复核得分": 1, "标识（勿改）": "I|别的"}, "不在待复核事项中"),
        ({"复核得分": 1, "轮次": 7}, "为第 7 轮"),
        ({"复核意见": "长" * 1001}, "超过 1000 字"),
    ],
)
def test_a_fault_is_told_with_its_row_and_nothing_is_entered(
    cells: dict[str, object], words: str, season: Workspace
) -> None:
    def change(sheet: Any, columns: dict[str, int]) -> None:
        put(FIRST, **cells)(sheet, columns)
        put(FIRST + 1, 复核得分=0.5)(sheet, columns)

    with pytest.raises(WorkspaceError, match=words):
        read_review(season, filled(season, change), NOW)
    with Ledger(season.ledger) as ledger:
        assert ledger.reviews() == {}


def test_every_fault_is_told_at_once(season: Workspace) -> None:
    def change(sheet: Any, columns: dict[str, int]) -> None:
        put(FIRST, 复核得分=99)(sheet, columns)
        put(FIRST + 1, 复核得分="x")(sheet, columns)

    with pytest.raises(WorkspaceError) as caught:
        read_review(season, filled(season, change), NOW)
    assert len(caught.value.problems) == 2


def test_a_file_that_is_no_review_sheet_is_refused(season: Workspace) -> None:
    (season.root / "x.xlsx").write_bytes(b"nothing")
    with pytest.raises(WorkspaceError, match="无法读取"):
        read_review(season, season.root / "x.xlsx", NOW)
    with pytest.raises(WorkspaceError, match="不是复核表"):
        read_review(season, season.outbox / returned(season)[0], NOW)


def test_a_review_sheet_inside_a_departments_workbook_counts_for_nothing(season: Workspace) -> None:
    _, sheet, _ = sheet_of(season)
    book = openpyxl.load_workbook(io.BytesIO(form("105001")))
    forged = book.create_sheet(SHEET)
    for row in sheet.iter_rows(values_only=True):
        forged.append(row)
    for row in range(FIRST, forged.max_row + 1):
        forged.cell(row, 10).value = 2
    target = io.BytesIO()
    book.save(target)
    drop(season, "复核表.xlsx", target.getvalue())
    collected(season)
    with Ledger(season.ledger) as ledger:
        assert ledger.reviews() == {}


def test_an_entry_stays_in_the_next_round_while_its_figures_stay(season: Workspace) -> None:
    read_review(season, filled(season, put(FIRST, 复核得分=1)), NOW)
    drop(season, "b.xlsx", form("102001", 编制数=10, 年末在职人数=9, 填报人="张三"))
    collected(season)
    shown = status(season, TODAY).departments[0]
    assert shown.final is not None
    assert (shown.round, shown.final.reviewed) == (2, 1)
    _, sheet, columns = sheet_of(season)
    name = str(sheet.cell(FIRST, columns["标识（勿改）"]).value).partition("|")[2]
    drop(season, "c.xlsx", form("102001", 编制数=10, 年末在职人数=9, **{f"{name}_自评得分": 0.5}))
    collected(season)
    shown = status(season, TODAY).departments[0]
    assert shown.final is not None
    assert (shown.round, shown.final.reviewed) == (3, 0)


def test_a_right_workbook_has_no_item_that_cannot_be_scored(season: Workspace) -> None:
    drop(season, "r.xlsx", right("105001", "区教育局"))
    collected(season)
    _, sheet, columns = sheet_of(season)
    rows = [sheet.cell(row, columns["预算编码"]).value for row in range(FIRST, sheet.max_row + 1)]
    reasons = [sheet.cell(row, columns["复核原因"]).value for row in range(FIRST, sheet.max_row + 1)]
    assert ("105001", "无法核定") not in set(zip(rows, reasons, strict=True))


def test_an_own_indicators_score_follows_it_to_another_row(opinions: Workspace) -> None:
    row = row_of(opinions, "甲机制")
    read_review(opinions, filled(opinions, put(row, 复核得分=2.4, 复核意见="材料不足")), NOW)
    drop(opinions, "b.xlsx", told({OPINION_ROW: [named("乙机制"), named("甲机制")]}))
    collected(opinions)
    scores = {name: line["复核得分"] for name, line in lines_of(opinions).items()}
    assert {scores[name] for name in scores if "甲机制" in name} == {2.4}
    assert {scores[name] for name in scores if "乙机制" in name} == {None}


def test_own_indicators_that_say_the_same_are_told_apart(opinions: Workspace) -> None:
    drop(opinions, "b.xlsx", told({OPINION_ROW: [named("甲机制"), named("甲机制")]}))
    collected(opinions)
    keys = [line["标识（勿改）"] for line in lines_of(opinions).values()]
    assert len(set(keys)) == len(keys) == 2
    row = row_of(opinions, "甲机制")
    before = finals(opinions).score
    assert read_review(opinions, filled(opinions, put(row, 复核得分=2.4)), NOW).entered == 1
    assert finals(opinions).score == pytest.approx(before - 0.6)


def test_a_remark_on_an_explained_finding_falls_when_its_figures_change(answers: Workspace) -> None:
    def remark(sheet: Any, columns: dict[str, int]) -> None:
        for row in range(FIRST, sheet.max_row + 1):
            sheet.cell(row, columns["复核意见"]).value = "同意"

    read_review(answers, filled(answers, remark), NOW)
    drop(answers, "c.xlsx", changed(explained(answers), "产出与效果", 118.6, 1118.6))
    collected(answers)
    remarks = {str(line["情况"]): line["复核意见"] for line in lines_of(answers).values()}
    assert {remarks[words] for words in remarks if "1118.6" in words} == {None}
    assert {remarks[words] for words in remarks if "编制数" in words} == {"同意"}


def test_a_score_falls_when_the_result_it_was_given_for_is_another(opinions: Workspace) -> None:
    def result(words: str) -> bytes:
        row = {"实际完成值": words, "自评得分": 4.8, "偏差原因": "机制仍在完善，正在制定细则"}
        return told({OPINION_ROW: [row]})

    drop(opinions, "b.xlsx", result("达成"))
    collected(opinions)
    read_review(opinions, filled(opinions, put(FIRST, 复核得分=6)), NOW)
    assert finals(opinions).reviewed == 1
    drop(opinions, "c.xlsx", result("部分达成"))
    collected(opinions)
    line = next(iter(lines_of(opinions).values()))
    assert (line["可评范围"], line["复核得分"]) == ("3.6～4.8", None)
    assert (finals(opinions).reviewed, finals(opinions).changed) == (0, 0)


def test_a_department_that_sent_again_holds_up_no_other(season: Workspace) -> None:
    drop(season, "r.xlsx", told())
    collected(season)
    sheet = drawn_for(season, "甲.xlsx")
    own = row_of(season, OPINION_ROW)
    drop(season, "b.xlsx", form("102001", 编制数=10, 年末在职人数=9, 填报人="李四"))
    collected(season)
    read = read_review(season, typed(typed(sheet, FIRST, 复核得分=1), own, 复核得分=5), NOW)
    assert read.entered == 1
    assert [score for score, _ in entries_of(season).values()] == [5]
    assert len(read.outdated) == 1
    assert "102001区应急管理局第 1 轮" in read.outdated[0]
    assert "该部门已报送第 2 轮" in read.outdated[0]
    assert re.search(r"^第 4 行“复核得分”（[A-Z]+4）", read.outdated[0])


def test_the_command_tells_which_rows_were_left_out(season: Workspace) -> None:
    sheet = typed(drawn_for(season, "甲.xlsx"), FIRST, 复核得分=1)
    drop(season, "b.xlsx", form("102001", 编制数=10, 年末在职人数=9, 填报人="李四"))
    collected(season)
    out = io.StringIO()
    assert run(["review", str(season.root), str(sheet), "--lang", "zh"], out, io.StringIO()) == 2
    assert "该部门已报送第 2 轮，未读入" in out.getvalue()


def test_an_explained_finding_shows_its_figures_and_the_title_of_its_field(answers: Workspace) -> None:
    lines = lines_of(answers)
    tourists = lines["3.01 全年接待游客人次：实际完成值"]
    assert (tourists["填报内容"], tourists["应为"]) == ("118.6", "偏差原因说明")
    assert (tourists["自评得分"], tourists["核定得分"], tourists["可评范围"]) == (10, 10, "0～10")
    assert lines["年末结转结余"]["应为"] == "525.65"
    assert lines["满意度调查样本量"]["可评范围"] == "—"


def test_a_reviewer_may_cut_the_score_of_an_explained_indicator(answers: Workspace) -> None:
    before = finals(answers).score
    row = row_of(answers, TOURISTS)
    assert read_review(answers, filled(answers, put(row, 复核得分=8)), NOW).entered == 1
    assert (finals(answers).score, finals(answers).changed) == (pytest.approx(before - 2), -2)
    with pytest.raises(WorkspaceError, match="应在 0～10 之间"):
        read_review(answers, filled(answers, put(row, 复核得分=11)), NOW)
    with pytest.raises(WorkspaceError, match="不评分"):
        read_review(answers, filled(answers, put(row_of(answers, "样本量"), 复核得分=1)), NOW)
    drop(answers, "c.xlsx", changed(explained(answers), "产出与效果", 118.6, 1118.6))
    collected(answers)
    assert finals(answers).changed == 0


def test_what_cannot_be_scored_says_why(season: Workspace) -> None:
    words = {name.partition(" ")[2]: str(line["情况"]) for name, line in lines_of(season).items()}
    assert "支出合计 2022年决算数”为必填项，未填写" in words["预算完成率"]
    assert "评分要点未选择" in words["预算编制完整性"]
    assert "计算所需的数据未填" in words["支付进度率"]
    assert "None" not in words.values()


@pytest.mark.parametrize("name", ["游" * 32_760, "游客_x0041_人次", "a|b#2", "=1+1"])
def test_whatever_a_department_calls_its_row_the_sheet_can_be_read(name: str, season: Workspace) -> None:
    drop(season, "b.xlsx", told({OPINION_ROW: [named(name)]}))
    collected(season)
    row = row_of(season, name[:2])
    assert read_review(season, filled(season, put(row, 复核得分=2.4)), NOW).entered == 1
    assert finals(season).changed == -0.6
    assert max(len(str(line["标识（勿改）"])) for line in lines_of(season).values()) <= 200
