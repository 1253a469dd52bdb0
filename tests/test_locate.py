"""Fields are found again wherever they went, and where they went is told in words."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from damage import Editor, at, cut, faultless, resaved, saved, told
from forms import scheme
from openpyxl.workbook import Workbook
from openpyxl.workbook.defined_name import DefinedName

from xlsx_eval import Evaluation, annotate, evaluate, load_scheme
from xlsx_eval.cell import CellRef
from xlsx_eval.form.fill import fill
from xlsx_eval.scheme import scheme_names

RIGHT = 98.1
"""The faultless form's score: it is reached only if every figure was found."""


def without_names(book: Workbook) -> None:
    for name in list(book.defined_names):
        del book.defined_names[name]


def shift(
    book: Workbook, sheet: str, *, rows: tuple[int, int] = (0, 0), columns: tuple[int, int] = (0, 0)
) -> None:
    """Insert rows or columns (where, how many) as Excel does: merges and names move along."""
    page = book[sheet]
    merges = [str(merged) for merged in page.merged_cells.ranges]
    for merged in merges:
        page.unmerge_cells(merged)
    if rows[1]:
        page.insert_rows(*rows)
    if columns[1]:
        page.insert_cols(*columns)
    for name, defined in book.defined_names.items():
        where, _, cells = defined.attr_text.partition("!")
        if where.strip("'") == sheet:
            moved = re.sub(r"\$([A-Z]+)\$(\d+)", lambda m: _moved(m[1], int(m[2]), rows, columns), cells)
            book.defined_names[name] = DefinedName(name, attr_text=f"{where}!{moved}")


def _moved(letters: str, row: int, rows: tuple[int, int], columns: tuple[int, int]) -> str:
    column = openpyxl.utils.column_index_from_string(letters)
    row += rows[1] if rows[1] and row >= rows[0] else 0
    column += columns[1] if columns[1] and column >= columns[0] else 0
    return f"${openpyxl.utils.get_column_letter(column)}${row}"


def messages(evaluation: Evaluation, code: str) -> list[str]:
    return [item.message for item in evaluation.findings if item.code == code]


@pytest.mark.parametrize("name", scheme_names())
def test_a_fresh_template_of_every_scheme_has_its_fields_where_they_belong(name: str) -> None:
    own = load_scheme(name)
    found = evaluate(fill({}, own), own).submission
    assert found.lost == ()
    assert found.remarks == ()
    for answer in found.answers.values():
        assert (answer.place.sheet, answer.place.cell) == (answer.field.sheet, str(answer.field.cell))


def test_the_faultless_form_has_nothing_to_tell() -> None:
    assert evaluate(faultless(), scheme()).findings == ()


def test_all_names_lost() -> None:
    found = resaved(without_names)
    assert {code for code, _, _ in told(found)} == {"A03"}
    assert found.score == RIGHT


def test_a_name_that_refers_to_nothing() -> None:
    editor = Editor()
    editor.swap("xl/workbook.xml", "基础数据!$E$13</definedName>", "基础数据!#REF!</definedName>")
    found = evaluate(editor.save(), scheme())
    assert messages(found, "A03") == [
        "“基础数据”中 1 个填报项的名称已失效，已按表头定位读取：支出合计 2022年决算数"
    ]
    assert found.score == RIGHT


def test_a_name_that_points_to_another_workbook() -> None:
    editor = Editor()
    editor.swap("xl/workbook.xml", "基础数据!$E$13</definedName>", "[1]基础数据!$E$13</definedName>")
    found = evaluate(editor.save(), scheme())
    assert {code for code, _, _ in told(found)} == {"A19"}
    assert found.score == RIGHT


def test_a_name_on_the_wrong_cell_gives_way_to_the_headings() -> None:
    editor = Editor()
    editor.swap("xl/workbook.xml", "基础数据!$E$13</definedName>", "基础数据!$E$14</definedName>")
    found = evaluate(editor.save(), scheme())
    assert told(found) == {("A10", "基础数据", "E13")}
    assert at(found, "基础数据", "E14") == {"A10"}
    assert found.score == RIGHT


def test_a_name_wins_where_the_headings_lead_to_a_blank() -> None:
    editor = Editor().set("基础数据", "E13", None).set("基础数据", "F13", 51342.18)
    editor.swap("xl/workbook.xml", "基础数据!$E$13</definedName>", "基础数据!$F$13</definedName>")
    found = evaluate(editor.save(), scheme())
    assert ("A10", "基础数据", "F13") in told(found)
    assert found.submission.number("支出合计_决算数") == 51342.18


@pytest.mark.parametrize("names", [True, False])
def test_a_column_put_in_is_told_and_passed_over(names: bool) -> None:
    def change(book: Workbook) -> None:
        shift(book, "基础数据", columns=(5, 1))
        if not names:
            without_names(book)

    found = resaved(change)
    assert "“基础数据”E 列为插入列，“2022年决算数（万元）”取自 F 列" in messages(found, "A11")
    assert {code for code, _, _ in told(found)} == ({"A11"} if names else {"A11", "A03"})
    assert found.score == RIGHT


@pytest.mark.parametrize("names", [True, False])
def test_a_row_put_in_is_told_and_passed_over(names: bool) -> None:
    def change(book: Workbook) -> None:
        shift(book, "基础数据", rows=(16, 1))
        if not names:
            without_names(book)

    found = resaved(change)
    assert messages(found, "A11") == ["“基础数据”第 16 行为插入行，“2.公用经费”取自第 17 行"]
    assert found.score == RIGHT


@pytest.mark.parametrize("sheet", ["基本情况", "基础数据", "支出功能科目", "指标自评", "产出与效果"])
@pytest.mark.parametrize("names", [True, False])
def test_title_rows_put_above_every_kind_of_sheet(sheet: str, names: bool) -> None:
    def change(book: Workbook) -> None:
        shift(book, sheet, rows=(1, 2))
        book[sheet]["A1"] = "附件2"
        if not names:
            without_names(book)

    found = resaved(change)
    assert {code for code, _, _ in told(found)} == ({"A11"} if names else {"A11", "A03"})
    assert found.score == RIGHT


def test_rows_that_changed_places() -> None:
    def change(book: Workbook) -> None:
        page = book["基础数据"]
        for column in "ABCDE":
            first, second = page[f"{column}19"].value, page[f"{column}22"].value
            page[f"{column}19"], page[f"{column}22"] = second, first
        without_names(book)

    found = resaved(change)
    assert {code for code, _, _ in told(found)} == {"A03", "A11"}
    assert found.submission.number("公务接待费_决算数") == 8.15
    assert found.score == RIGHT


def test_only_the_rows_that_moved_are_told_and_their_cells_once() -> None:
    def change(book: Workbook) -> None:
        for letter in "ABCDE":
            one, other = book["基础数据"][f"{letter}14"], book["基础数据"][f"{letter}17"]
            one.value, other.value = other.value, one.value

    found = resaved(change)
    assert messages(found, "A11") == [
        "“基础数据”“（一）基本支出”一行已移动，取自第 17 行",
        "“基础数据”“（二）项目支出”一行已移动，取自第 14 行",
    ]
    assert {one for one in told(found) if one[0] == "A10"} == {
        ("A10", "基础数据", "B17"),
        ("A10", "基础数据", "B14"),
    }
    assert found.score == RIGHT


def test_a_line_that_was_pasted_over_is_lost_and_not_read_from_another() -> None:
    def change(book: Workbook) -> None:
        page = book["基础数据"]
        for row in range(16, 24):
            for letter in "ABCDEF":
                page[f"{letter}{row}"].value = page[f"{letter}{row + 1}"].value if row < 23 else None

    found = resaved(change)
    assert "公用经费_决算数" not in found.submission.answers
    assert found.submission.number("项目支出_决算数") == 6435.86
    assert any("公用经费" in message for message in messages(found, "A02"))


def test_columns_of_a_table_that_changed_places() -> None:
    def change(book: Workbook) -> None:
        page = book["支出功能科目"]
        for row in range(4, 35):
            page[f"C{row}"].value, page[f"F{row}"].value = page[f"F{row}"].value, page[f"C{row}"].value
        without_names(book)

    found = resaved(change)
    assert "A11" in {code for code, _, _ in told(found)}
    assert found.score == RIGHT


def test_a_deleted_row_is_a_lost_field() -> None:
    def change(book: Workbook) -> None:
        book["基础数据"].delete_rows(29)
        without_names(book)

    found = resaved(change)
    assert messages(found, "A02") == ["未找到“基础数据”中的 1 个填报项：财政收回"]


@pytest.mark.parametrize("name", [field.name for field in scheme().column_fields()])
def test_a_deleted_column_of_a_table_is_told_and_everything_else_is_judged(name: str) -> None:
    field = scheme().fields[name]
    book = openpyxl.load_workbook(io.BytesIO(faultless()))
    cut(book, field.sheet, column=field.cell.column)
    found = evaluate(saved(book), scheme())
    [lost] = found.findings
    beside = CellRef(4, max(2, field.cell.column - 1))
    assert (lost.code, lost.sheet, lost.cell) == ("A02", field.sheet, str(beside))
    assert field.title in lost.message
    kept = {one.name for one in scheme().column_fields()} - {name}
    assert kept == set(found.submission.columns)
    annotate(saved(book), found)


@pytest.mark.parametrize(
    ("name", "scores"), [("指标性质", 0), ("年度指标值", 1), ("分值", 0), ("自评得分", 12), ("偏差原因", 13)]
)
def test_without_a_column_what_needs_it_is_not_scored_and_the_rest_is(name: str, scores: int) -> None:
    field = scheme().fields[f"自定指标_{name}"]
    found = resaved(lambda book: cut(book, field.sheet, column=field.cell.column))
    own = [one.score for one in found.indicators if one.own_row is not None]
    assert (len(own), sum(score is not None for score in own)) == (13, scores)
    assert {code for code, _, _ in told(found)} == {"A02"}


@pytest.mark.parametrize("column", ["科目名称", "上年决算数", "差异原因"])
def test_a_wrong_figure_is_still_told_apart_where_a_column_was_deleted(column: str) -> None:
    field = scheme().fields[f"功能科目_{column}"]

    def change(book: Workbook) -> None:
        book["支出功能科目"]["F5"] = 41438.85
        cut(book, field.sheet, column=field.cell.column)

    found = resaved(change)
    assert {code for code, _, _ in told(found)} == {"A02", "C07"}


def test_a_deleted_row_names_the_indicators_that_cannot_be_scored() -> None:
    found = resaved(lambda book: cut(book, "基础数据", row=16))
    [lost] = found.findings
    assert (lost.code, lost.sheet, lost.cell, lost.points) == ("A02", "基础数据", "A15", 2)
    assert lost.message.endswith("，因此“公用经费控制率”无法核定")


@pytest.mark.parametrize(("sheet", "column"), [("基础数据", 5), ("自评结论", 3), ("基本情况", 3)])
def test_explanations_are_not_taken_for_a_deleted_column_of_entries(sheet: str, column: int) -> None:
    found = resaved(lambda book: cut(book, sheet, column=column))
    assert "A02" in {code for code, where, _ in told(found) if where == sheet}
    assert not {"B02", "B05", "B06", "B08", "A08", "A21"} & {code for code, _, _ in told(found)}


def test_no_rate_is_computed_without_a_deleted_column() -> None:
    found = resaved(lambda book: cut(book, "基础数据", column=4))
    assert told(found) == {("A02", "基础数据", "A13")}
    assert "因此“预算完成率”、“公用经费控制率”、“三公经费控制率”" in messages(found, "A02")[0]
    scores = {one.key: one.score for one in found.indicators}
    assert (scores["预算完成率"], scores["在职人员控制率"]) == (None, 2)


def test_a_renamed_sheet_is_known_by_its_contents() -> None:
    def change(book: Workbook) -> None:
        book["基础数据"].title = "Sheet3"
        without_names(book)

    found = resaved(change)
    assert {code for code, _, _ in told(found)} == {"A12", "A03"}
    assert messages(found, "A12") == ["工作表“基础数据”已改名为“Sheet3”，已按内容识别"]
    assert found.score == RIGHT


def test_sheets_in_another_order_are_read_all_the_same() -> None:
    found = resaved(lambda book: book.move_sheet("基础数据", 3))
    assert found.findings == ()


def test_two_sheets_whose_names_were_exchanged() -> None:
    editor = Editor()
    editor.swap("xl/workbook.xml", 'name="支出功能科目"', 'name="X"')
    editor.swap("xl/workbook.xml", 'name="项目支出"', 'name="支出功能科目"')
    editor.swap("xl/workbook.xml", 'name="X"', 'name="项目支出"')
    found = evaluate(editor.save(), scheme())
    assert {code for code, _, _ in told(found)} >= {"A12"}
    assert found.score == RIGHT


def test_a_missing_sheet_is_named() -> None:
    found = resaved(lambda book: book.remove(book["项目支出"]))
    lost = [item for item in found.findings if item.code == "A02"]
    assert [item.field for item in lost] == ["项目支出"]


def test_a_hidden_sheet_is_read_and_told() -> None:
    def change(book: Workbook) -> None:
        book["支出功能科目"].sheet_state = "hidden"

    found = resaved(change)
    assert told(found) == {("A14", "支出功能科目", "A1")}


def test_entries_in_hidden_rows_and_columns_are_read_and_told() -> None:
    def change(book: Workbook) -> None:
        book["支出功能科目"].row_dimensions[6].hidden = True
        book["基础数据"].column_dimensions["D"].hidden = True

    found = resaved(change)
    assert told(found) == {("A14", "支出功能科目", "B6"), ("A14", "基础数据", "D13")}
    assert "“支出功能科目”第 6 行被隐藏，其中的填报内容已照常读取" in messages(found, "A14")
    assert found.score == RIGHT


def test_a_copied_sheet_asks_which_one_counts() -> None:
    def change(book: Workbook) -> None:
        book.copy_worksheet(book["基础数据"]).title = "基础数据 (2)"

    found = resaved(change)
    assert told(found) == {("A13", "基础数据 (2)", "A1")}
    assert "内容相同" in messages(found, "A13")[0]


def test_of_two_copies_the_filled_one_is_read() -> None:
    def change(book: Workbook) -> None:
        book.copy_worksheet(book["基础数据"]).title = "基础数据 (2)"
        for row in book["基础数据"]["B6:E40"]:
            for cell in row:
                if cell.protection.locked is False:
                    cell.value = None

    found = resaved(change)
    assert "A13" in {code for code, _, _ in told(found)}
    assert found.submission.answers["编制数"].place.sheet == "基础数据 (2)"
    assert found.score == RIGHT


def test_a_changed_label_is_told_at_its_cell() -> None:
    found = resaved(lambda book: book["基础数据"].__setitem__("A13", "全年支出"))
    assert told(found) == {("A15", "基础数据", "A13")}
    assert found.score == RIGHT


def test_changed_points_are_told_at_their_cell() -> None:
    found = resaved(lambda book: book["指标自评"].__setitem__("D12", 5))
    assert told(found) == {("A15", "指标自评", "D12")}


@pytest.mark.parametrize(
    ("sheet", "cell", "text"),
    [
        ("指标自评", "E12", "完成 90% 以上得满分"),
        ("指标自评", "F5", "收入数据完整（2 分）"),
        ("指标自评", "A5", "履职管理（40 分）"),
        ("指标自评", "H5", "100%"),
        ("基础数据", "A2", "金额单位：元"),
        ("支出功能科目", "A2", "金额单位：元"),
        ("支出功能科目", "A2", None),
    ],
)
def test_a_changed_locked_text_is_told_at_its_cell(sheet: str, cell: str, text: str | None) -> None:
    found = resaved(lambda book: book[sheet].__setitem__(cell, text))
    assert told(found) == {("A15", sheet, cell)}
    assert found.score == RIGHT


def test_a_deleted_heading_row_is_told_where_it_stood() -> None:
    found = resaved(lambda book: cut(book, "基础数据", row=12))
    assert told(found) == {("A11", "基础数据", "A12")}
    assert messages(found, "A11") == ["“基础数据”模板第 12 行“项目”已删除"]
    assert found.score == RIGHT


def test_a_deleted_column_of_locked_points_is_told_where_it_stood() -> None:
    found = resaved(lambda book: cut(book, "指标自评", column=4))
    assert told(found) == {("A11", "指标自评", "D4")}
    assert found.score == RIGHT


def test_the_number_of_a_row_that_was_moved_down_is_not_foreign() -> None:
    def change(book: Workbook) -> None:
        shift(book, "项目支出", rows=(7, 1))
        without_names(book)

    found = resaved(change)
    assert {code for code, _, _ in told(found)} == {"A03"}
    assert found.score == RIGHT


def test_a_label_cleared_and_names_lost_is_asked() -> None:
    def change(book: Workbook) -> None:
        book["基础数据"]["A14"] = None
        without_names(book)

    found = resaved(change)
    assert {"A21", "A15"} <= {code for code, _, _ in told(found)}
    assert found.score == RIGHT


def test_a_heading_in_three_rows() -> None:
    def change(book: Workbook) -> None:
        shift(book, "支出功能科目", rows=(4, 2))
        page = book["支出功能科目"]
        for column in "ABCH":
            page[f"{column}4"], page[f"{column}6"] = page[f"{column}6"].value, None
        page["D4"] = "本年数"
        without_names(book)

    found = resaved(change)
    assert found.score == RIGHT


def test_rows_below_the_table_are_read_and_told() -> None:
    def change(book: Workbook) -> None:
        page = book["支出功能科目"]
        for column in "BCDEFGH":
            page[f"{column}35"], page[f"{column}8"] = page[f"{column}8"].value, None

    found = resaved(change)
    assert told(found) == {("A17", "支出功能科目", "B35")}


def test_data_after_sixty_empty_rows_is_not_cut_off() -> None:
    def change(book: Workbook) -> None:
        page = book["支出功能科目"]
        for column in "BCDEFGH":
            page[f"{column}95"], page[f"{column}8"] = page[f"{column}8"].value, None

    found = resaved(change)
    assert told(found) == {("A17", "支出功能科目", "B95")}
    assert found.score == RIGHT


def test_one_stray_character_far_below() -> None:
    found = resaved(lambda book: book["支出功能科目"].__setitem__("D700", "、"))
    assert told(found) == {("A16", "支出功能科目", "D700")}
    assert found.score == RIGHT


def test_notes_beside_the_form_are_told_once() -> None:
    def change(book: Workbook) -> None:
        book["基础数据"]["J3"], book["基础数据"]["J4"] = "草稿", 12

    found = resaved(change)
    assert told(found) == {("A16", "基础数据", "J3")}
    assert at(found, "基础数据", "J4") == {"A16"}


def test_blank_rows_inside_a_table_keep_true_row_numbers() -> None:
    def change(book: Workbook) -> None:
        page = book["支出功能科目"]
        for column in "BCDEFGH":
            page[f"{column}20"], page[f"{column}8"] = page[f"{column}8"].value, None
        page["G20"] = 0.5

    found = resaved(change)
    assert told(found) == {("D01", "支出功能科目", "G20")}


def test_a_total_row_is_left_out_and_told() -> None:
    def change(book: Workbook) -> None:
        page = book["支出功能科目"]
        page["B9"], page["C9"], page["D9"] = "合　计", 48215.36, 50120
        page["E9"], page["F9"] = 51860.5, 51342.18

    found = resaved(change)
    assert told(found) == {("A18", "支出功能科目", "B9")}
    assert found.score == RIGHT


def test_prepared_formulas_that_give_nothing_are_no_data() -> None:
    editor = Editor()
    for row in range(9, 35):
        editor.set("支出功能科目", f"G{row}", "", f'IF(D{row}="","",F{row}/D{row})')
        editor.set("支出功能科目", f"F{row}", 0, f"D{row}*0")
    assert evaluate(editor.save(), scheme()).findings == ()


def test_a_level_merged_over_its_rows_counts_for_all_of_them() -> None:
    def change(book: Workbook) -> None:
        book["产出与效果"].merge_cells("B5:B10")

    found = resaved(change)
    assert told(found) == {("A22", "产出与效果", "B5")}
    assert found.score == RIGHT


@pytest.mark.parametrize(
    ("sheet", "merged", "covered"),
    [("基础数据", "D18:E18", "E18"), ("支出功能科目", "F5:F6", "F6"), ("产出与效果", "I5:I6", "I6")],
)
def test_a_figure_merged_over_another_speaks_for_itself_only(sheet: str, merged: str, covered: str) -> None:
    found = resaved(lambda book: book[sheet].merge_cells(merged))
    (one,) = (item for item in found.findings if item.code == "A25")
    assert (one.sheet, one.cell, one.also) == (sheet, merged.partition(":")[0], ((sheet, covered),))
    values = [
        answer.value
        for answer in found.submission.all_answers()
        if answer.place.cell == covered and answer.place.sheet == sheet
    ]
    assert values == [None]


def test_many_merged_ranges_cost_little() -> None:
    editor = Editor()
    part = editor.sheets["产出与效果"]
    merges = "".join(f'<mergeCell ref="N{row}:P{row}"/>' for row in range(100, 42_100))
    editor.parts[part] = re.sub(r"<mergeCells[^>]*>", lambda m: m[0] + merges, editor.parts[part])
    assert evaluate(editor.save(), scheme()).findings == ()


def test_an_old_template_without_a_column_names_its_version_and_reads_the_rest() -> None:
    def change(book: Workbook) -> None:
        book["支出功能科目"].delete_cols(3)
        without_names(book)
        book.custom_doc_props["xlsx-eval version"].value = 0

    found = resaved(change)
    assert {"A09", "A02"} <= {code for code, _, _ in told(found)}
    assert (
        "上年" in next(message for message in messages(found, "A02"))
        or "2021年决算数" in messages(found, "A02")[0]
    )
    assert found.submission.columns["功能科目_决算数"][0].number == 44138.85


def test_last_years_template_says_so_and_its_columns_are_not_mixed_up() -> None:
    values = {"支出合计_决算数": 5, "支出合计_上年决算数": 3}
    found = evaluate(fill(values, load_scheme(year=2021)), scheme())
    assert "A04" in {code for code, _, _ in told(found)}
    assert found.submission.number("支出合计_决算数") == 5
    assert found.submission.number("支出合计_上年决算数") == 3
    assert "A15" not in {code for code, _, _ in told(found)}


def test_a_template_of_another_scheme_says_so() -> None:
    editor = Editor()
    editor.swap("docProps/custom.xml", ">default<", ">hunan<")
    assert told(evaluate(editor.save(), scheme())) == {("A20", "", "")}


def test_what_was_written_between_the_blocks_is_told() -> None:
    found = resaved(lambda book: book["基础数据"].__setitem__("B24", 12))
    assert told(found) == {("A16", "基础数据", "B24")}


def test_a_row_copied_within_the_form_is_asked() -> None:
    def change(book: Workbook) -> None:
        page = book["基础数据"]
        for column in "ABCDE":
            page[f"{column}50"] = page[f"{column}17"].value

    found = resaved(change)
    assert ("A23", "基础数据", "A50") in told(found)


def test_saving_through_another_program_changes_nothing() -> None:
    again = saved(openpyxl.load_workbook(io.BytesIO(faultless())))
    assert evaluate(again, scheme()).findings == ()


def test_the_reader_knows_the_properties_and_the_version_that_the_template_writes() -> None:
    from xlsx_eval.form import template
    from xlsx_eval.judging.checks import structure
    from xlsx_eval.reading.locate import find

    assert structure.TEMPLATE_VERSION == template.TEMPLATE_VERSION
    assert structure.SCHEME_PROPERTY == template.SCHEME_PROPERTY
    assert structure.VERSION_PROPERTY == template.VERSION_PROPERTY
    assert structure.YEAR_PROPERTY == find.YEAR_PROPERTY == template.YEAR_PROPERTY
