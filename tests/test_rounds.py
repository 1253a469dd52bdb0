"""Rounds: a finding is known again whatever its row, and the next 问题清单 says what became of it."""

from __future__ import annotations

import io
from collections.abc import Mapping

import openpyxl
import pytest
from forms import scheme
from seasons import SAMPLES, answered

from xlsx_eval import Evaluation, annotate, evaluate
from xlsx_eval.drawing.marked.answers import read_answers
from xlsx_eval.form.fill import fill, read_values
from xlsx_eval.judging.evaluate import with_findings
from xlsx_eval.judging.known_figures import known_findings
from xlsx_eval.judging.rounds import EXPLAINED, FIXED, NEW, OPEN, Past, compare, identities
from xlsx_eval.season.round_judge import Basis, Round, judge_round
from xlsx_eval.xlsx.read.workbook import read_book

HEAD = {"单位名称": "区教育局", "预算编码": "105001"}
WRONG_ROW = {"科目名称": "教育支出", "年初预算数": 10, "决算数": "若干"}
GOOD_ROW = {"科目名称": "住房保障支出", "年初预算数": 10, "决算数": 10}


def judged(**values: object) -> Evaluation:
    return evaluate(fill({**HEAD, **values}, scheme()), scheme())


def past_of(evaluation: Evaluation, answers: Mapping[str, str] | None = None) -> tuple[Past, ...]:
    keys = identities(evaluation)
    said = answers or {}
    return tuple(
        Past(item, key, said.get(item.code, "")) for item, key in zip(evaluation.findings, keys, strict=True)
    )


def standing_of(code: str, after: Evaluation, before: Evaluation, field: str = "") -> str:
    history = compare(after, past_of(before), {}, 2)
    return next(
        standing.word
        for item, standing in zip(after.findings, history.standings, strict=True)
        if item.code == code and field in item.field
    )


def first_round(data: bytes) -> Round:
    return judge_round(data, "甲.xlsx", "d", evaluate(data, scheme()), Basis("105001", "区教育局"))


def next_round(data: bytes, before: Round, number: int = 2) -> Round:
    past = tuple(
        Past(item, key, answer)
        for item, key, answer in zip(before.result.findings, before.keys, before.answers, strict=True)
    )
    basis = Basis("105001", "区教育局", number, past=past)
    return judge_round(data, "甲.xlsx", "d", evaluate(data, scheme()), basis)


def problem_lines(data: bytes) -> list[dict[str, object]]:
    sheet = openpyxl.load_workbook(io.BytesIO(data))["问题清单"]
    headings = [cell.value for cell in sheet[5]]
    rows = sheet.iter_rows(min_row=6, values_only=True)
    return [dict(zip(headings, row, strict=False)) for row in rows]


def test_a_finding_in_a_table_survives_a_shift_of_its_row() -> None:
    before = judged(功能科目=[WRONG_ROW])
    after = judged(功能科目=[GOOD_ROW, {}, WRONG_ROW])
    assert standing_of("B02", after, before, "功能科目") == OPEN


def test_the_same_fault_in_another_row_is_new() -> None:
    before = judged(功能科目=[WRONG_ROW])
    after = judged(功能科目=[{**WRONG_ROW, "科目名称": "农林水支出"}])
    assert standing_of("B02", after, before, "功能科目") == NEW


def test_rows_of_one_name_are_counted() -> None:
    before = judged(功能科目=[WRONG_ROW, WRONG_ROW])
    keys = [key for key in identities(before) if key.startswith("B02")]
    assert len(keys) == len(set(keys)) == 2


def test_what_is_gone_is_corrected_and_what_comes_is_new() -> None:
    before, after = judged(编制数="很多", 年末在职人数=3), judged(编制数=5, 年末在职人数="很多")
    history = compare(after, past_of(before), {}, 2)
    assert any(one.finding.code == "B02" and one.finding.field == "编制数" for one in history.fixed)
    assert standing_of("B02", after, before, "年末在职人数") == NEW


def test_of_several_findings_of_one_identity_the_one_that_stays_is_known_by_its_words() -> None:
    before = judged(支出合计_决算数=10, 基本支出_决算数=3, 项目支出_决算数=3, 功能科目=[GOOD_ROW, GOOD_ROW])
    after = with_findings(before, ())
    history = compare(after, tuple(reversed(past_of(before))), {}, 2)
    assert history.fixed == ()
    assert {standing.word for standing in history.standings} == {OPEN}


def test_figures_that_changed_leave_a_finding_the_same() -> None:
    before = judged(支出合计_决算数=10, 基本支出_决算数=3, 项目支出_决算数=3)
    after = judged(支出合计_决算数=11, 基本支出_决算数=3, 项目支出_决算数=3)
    assert standing_of("C01", after, before, "支出合计_决算数") == OPEN


def test_the_first_round_says_nothing_of_earlier_ones() -> None:
    data = fill(HEAD, scheme())
    first = first_round(data)
    assert {one.word for one in first.standings} == {""}
    headings = [cell.value for cell in openpyxl.load_workbook(io.BytesIO(first.data))["问题清单"][5]]
    assert "整改状态" not in headings


def test_without_a_history_the_workbook_is_as_ever() -> None:
    data = fill(HEAD, scheme())
    assert annotate(data, evaluate(data, scheme())) == annotate(data, evaluate(data, scheme()), None)


def test_an_answer_turns_what_was_to_be_explained_into_explained_and_is_carried_along() -> None:
    owing = {**HEAD, "支出合计_决算数": 0, "三公经费_决算数": 5, "三公经费_年初预算数": 9}
    first = first_round(fill(owing, scheme()))
    verdict = "无法核验"
    assert verdict in {item.verdict for item in first.result.findings}
    second = next_round(answered(first.data, "已附文件说明", verdict=verdict), first)
    states = {
        (item.verdict, standing.word, standing.answer)
        for item, standing in zip(second.result.findings, second.standings, strict=True)
    }
    assert (verdict, EXPLAINED, "已附文件说明") in states
    assert ("错误", OPEN, "") in states
    lines = problem_lines(second.data)
    assert any(
        line["整改状态"] == EXPLAINED and line["整改说明（部门填写）"] == "已附文件说明" for line in lines
    )
    third = next_round(fill(owing, scheme()), second, 3)
    assert "已附文件说明" in third.answers, "a clean copy of the workbook keeps what was answered before"


def test_corrected_items_stand_at_the_end_with_their_answers() -> None:
    first = first_round(fill({**HEAD, "编制数": "很多"}, scheme()))
    second = next_round(answered(first.data, "已更正", verdict="错误"), first)
    assert "已更正" in second.answers
    corrected = next_round(fill({**HEAD, "编制数": 5}, scheme()), second, 3)
    last = problem_lines(corrected.data)[-1]
    assert (last["整改状态"], last["代码"], last["整改说明（部门填写）"]) == (FIXED, "B02", "已更正")
    assert sum(line["整改状态"] == FIXED for line in problem_lines(corrected.data)) == 1


def test_our_marks_of_the_round_before_are_gone_from_the_new_copy() -> None:
    first = first_round(fill({**HEAD, "编制数": "很多"}, scheme()))
    second = next_round(first.data, first)
    assert second.content == first.content
    names = openpyxl.load_workbook(io.BytesIO(second.data)).sheetnames
    assert names.count("问题清单") == 1
    assert not any(name.startswith("问题清单 ") for name in names)


@pytest.mark.parametrize("text", ["=1+1", "+CMD", "@x", '=HYPERLINK("http://x")'])
def test_an_answer_that_looks_like_a_formula_stays_text(text: str) -> None:
    first = first_round(fill({**HEAD, "编制数": "很多"}, scheme()))
    book = openpyxl.load_workbook(io.BytesIO(first.data))
    book["问题清单"]["K6"].value = text
    book["问题清单"]["K6"].data_type = "s"
    target = io.BytesIO()
    book.save(target)
    second = next_round(target.getvalue(), first)
    assert text in second.answers
    cells = [
        cell
        for row in openpyxl.load_workbook(io.BytesIO(second.data))["问题清单"].iter_rows()
        for cell in row
    ]
    assert [cell.data_type for cell in cells if cell.value == text] == ["s"]


def test_answers_are_found_where_rows_were_sorted_or_inserted() -> None:
    first = first_round(fill({**HEAD, "编制数": "很多"}, scheme()))
    book = openpyxl.load_workbook(io.BytesIO(first.data))
    sheet = book["问题清单"]
    sheet["K6"].value = "第一条的说明"
    sheet.insert_rows(1, 2)
    sheet.insert_rows(8)
    target = io.BytesIO()
    book.save(target)
    assert read_answers(read_book(target.getvalue()), past_in(first)) == {0: "第一条的说明"}


def own_rows(*rows: tuple[str, float]) -> bytes:
    """A full workbook in which own indicators of these names and results stand for one far above its target."""
    values = read_values(SAMPLES / "区文化旅游体育局.toml")
    values["基本情况"].update(HEAD)
    listed = values["自定指标"]
    place = next(place for place, row in enumerate(listed) if row["三级指标"] == "全年接待游客人次")
    common = {**listed[place], "分值": 5, "自评得分": 5, "年度指标值": 80}
    drawn = [{**common, "三级指标": name, "实际完成值": result} for name, result in rows]
    values["自定指标"] = [*listed[:place], *drawn, *listed[place + 1 :]]
    return fill(values, scheme())


def saying(data: bytes, words: str, answer: str) -> bytes:
    """The workbook with `answer` beside every finding whose message holds `words`."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book["问题清单"]
    headings = {cell.value: cell.column for cell in sheet[5]}
    for row in range(6, sheet.max_row + 1):
        if words in str(sheet.cell(row, headings["问题说明"]).value):
            sheet.cell(row, headings["整改说明（部门填写）"]).value = answer
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def overwritten(data: bytes, rows: Mapping[float, tuple[str, float]]) -> bytes:
    """The workbook with other names and results in the rows of own indicators, by the result that stood there."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book["产出与效果"]
    headings = {cell.value: cell.column for row in sheet.iter_rows(max_row=4) for cell in row}
    name, result = headings["三级指标"], headings["实际完成值"]
    for row in range(5, sheet.max_row + 1):
        if (new := rows.get(sheet.cell(row, result).value)) is not None:
            sheet.cell(row, name).value, sheet.cell(row, result).value = new
    return saved(book)


def overshoots(judged_round: Round) -> dict[str, tuple[str, str]]:
    """Standing and answer of every F02, by what it says."""
    pairs = zip(judged_round.result.findings, judged_round.standings, strict=True)
    return {item.message[:30]: (one.word, one.answer) for item, one in pairs if item.code == "F02"}


def past_in(judged_round: Round) -> tuple[Past, ...]:
    return tuple(
        Past(item, key) for item, key in zip(judged_round.result.findings, judged_round.keys, strict=True)
    )


def test_the_answer_to_a_corrected_item_goes_to_no_other() -> None:
    first = first_round(own_rows(("游客甲", 118.6), ("游客乙", 150)))
    given = saying(first.data, "游客甲", "甲：已更正")
    second = next_round(overwritten(given, {118.6: ("游客乙", 150), 150: ("游客甲", 85)}), first)
    assert list(overshoots(second).values()) == [(OPEN, "")]
    assert {line["整改状态"]: line["整改说明（部门填写）"] for line in problem_lines(second.data)}[
        FIXED
    ] == "甲：已更正"
    third = next_round(second.data, second, 3)
    assert list(overshoots(third).values()) == [(OPEN, "")]


def test_a_department_may_call_a_finding_corrected_beside_its_answer() -> None:
    first = first_round(own_rows(("游客甲", 118.6)))
    second = next_round(first.data, first)
    book = openpyxl.load_workbook(io.BytesIO(saying(second.data, "游客甲", "追加任务")))
    sheet = book["问题清单"]
    for cell in (cell for row in sheet.iter_rows() for cell in row if cell.value == OPEN):
        cell.value = FIXED
    third = next_round(saved(book), second, 3)
    assert list(overshoots(third).values()) == [(EXPLAINED, "追加任务")]


def test_a_line_that_says_what_a_finding_says_goes_before_one_at_its_place() -> None:
    first = first_round(own_rows(("游客甲", 118.6)))
    book = openpyxl.load_workbook(io.BytesIO(saying(first.data, "游客甲", "逐字相符")))
    sheet = book["问题清单"]
    row = next(cell.row for cell in sheet["H"] if "游客甲" in str(cell.value))
    sheet.insert_rows(6)
    for column in range(1, 12):
        sheet.cell(6, column).value = sheet.cell(row + 1, column).value
    sheet["H6"].value, sheet["K6"].value = "别的话。", "只是位置相同"
    answers = read_answers(read_book(saved(book)), past_in(first))
    assert answers is not None
    assert list(answers.values()) == ["逐字相符"]


def test_rows_of_one_name_that_change_places_keep_their_answers() -> None:
    first = first_round(own_rows(("培训人次", 118.6), ("培训人次", 150)))
    given = saying(saying(first.data, "118.6", "前者的原因"), "实际 150", "后者的原因")
    second = next_round(overwritten(given, {118.6: ("培训人次", 150), 150: ("培训人次", 118.6)}), first)
    assert {words[-17:]: said for words, (_, said) in overshoots(second).items()} == {
        words[-17:]: "前者的原因" if "118.6" in words else "后者的原因" for words in overshoots(first)
    }


def test_of_rows_of_one_name_the_corrected_one_takes_its_answer_along() -> None:
    first = first_round(own_rows(("培训人次", 118.6), ("培训人次", 150)))
    given = saying(first.data, "118.6", "前者的原因")
    second = next_round(overwritten(given, {118.6: ("培训人次", 150), 150: ("培训人次", 85)}), first)
    assert list(overshoots(second).values()) == [(OPEN, "")]
    gone = problem_lines(second.data)[-1]
    assert (gone["整改状态"], gone["整改说明（部门填写）"]) == (FIXED, "前者的原因")


@pytest.mark.parametrize("better", ["干部培训人次", "陪训人次", "培训人次（人）"])
def test_a_row_whose_name_is_mended_keeps_its_finding_and_answer(better: str) -> None:
    first = first_round(own_rows(("培训人次", 118.6)))
    given = saying(first.data, "118.6", "因培训计划追加")
    second = next_round(overwritten(given, {118.6: (better, 118.6)}), first)
    assert list(overshoots(second).values()) == [(EXPLAINED, "因培训计划追加")]
    assert FIXED not in {line["整改状态"] for line in problem_lines(second.data)}


def test_a_row_of_another_name_in_the_same_place_is_another() -> None:
    first = first_round(own_rows(("培训人次", 118.6)))
    given = saying(first.data, "118.6", "因培训计划追加")
    second = next_round(overwritten(given, {118.6: ("植树造林面积", 118.6)}), first)
    assert list(overshoots(second).values()) == [(NEW, "")]


@pytest.mark.parametrize(
    "words", ["无", "—", "/", "0", "１２.5%", "。", "……", "无。", "已阅", "已阅。", "N/A", "暂无"]
)
def test_words_that_say_nothing_explain_nothing(words: str) -> None:
    first = first_round(own_rows(("培训人次", 118.6)))
    second = next_round(answered(first.data, words), first)
    assert [word for word, _ in overshoots(second).values()] == [OPEN]


@pytest.mark.parametrize("words", ["同上", "追加任务", "已更正", "见附件3"])
def test_words_that_say_something_explain(words: str) -> None:
    first = first_round(own_rows(("培训人次", 118.6)))
    second = next_round(answered(first.data, words), first)
    assert list(overshoots(second).values()) == [(EXPLAINED, words)]


def test_approved_and_last_years_figures_are_compared_to_the_decimals_typed() -> None:
    evaluation = judged(编制数=12, 支出合计_年初预算数=100.25, 支出合计_上年决算数=90, 三公经费_上年决算数=3)
    approved = {"编制数": 13.0, "支出合计_年初预算数": 100.254, "三公经费_上年决算数": 3.0}
    last = {"支出合计_决算数": 91.5, "三公经费_决算数": 7.0, "公用经费_决算数": 1.0}
    found = list(known_findings(evaluation, "105001", approved, last))
    assert [(item.code, item.field, item.expected) for item in found] == [
        ("G01", "编制数", "13"),
        ("G02", "支出合计_上年决算数", "91.5"),
    ]


def test_a_code_that_lost_its_zeros_is_told() -> None:
    evaluation = evaluate(fill({"单位名称": "区教育局", "预算编码": 5001}, scheme()), scheme())
    found = list(known_findings(evaluation, "005001", {}, {}))
    assert [(item.code, item.found, item.expected) for item in found] == [("G03", "5001", "005001")]
