"""The template is what the scheme lays out: places, names, validations, protection; twice the same bytes."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from members import members
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from xlsx_eval.cell import CellRef, quote_sheet
from xlsx_eval.form.template import draw_template
from xlsx_eval.form.template.measure import clip, line_count, row_height, text_width
from xlsx_eval.form.template.prompts import LIST_LIMIT, TEXT_LIMIT, TITLE_LIMIT, validation
from xlsx_eval.scheme import Field, Scheme, load_scheme

ROOT = Path(__file__).resolve().parents[1]
CHECKER = ROOT.parent / "shared" / "tools" / "xlsx_conform.py"


@pytest.fixture(scope="module")
def scheme() -> Scheme:
    return load_scheme()


@pytest.fixture(scope="module")
def drawn(scheme: Scheme) -> bytes:
    return draw_template(scheme)


@pytest.fixture(scope="module")
def book(drawn: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(drawn))


def conforms(path: Path) -> None:
    if not CHECKER.exists():
        pytest.skip("the conformance checker is not beside this checkout")
    done = subprocess.run(
        [sys.executable, str(CHECKER), str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def cells_of(field: Field, scheme: Scheme) -> list[CellRef]:
    if field.table is None:
        return [field.cell]
    table = scheme.tables[field.table]
    return [table.cell(field, index) for index in range(table.rows)]


def merge_ends(sheet: Worksheet) -> dict[str, str]:
    """Top-left cell to bottom-right cell of every merged range."""
    return dict(str(merged).split(":") for merged in sheet.merged_cells.ranges)


def test_the_committed_template_is_what_the_default_scheme_draws(drawn: bytes) -> None:
    assert members((ROOT / "templates" / "input_template.xlsx").read_bytes()) == members(drawn)


def test_the_same_scheme_draws_the_same_bytes(drawn: bytes, scheme: Scheme) -> None:
    assert draw_template(scheme) == drawn


def test_the_package_conforms_to_the_standard(drawn: bytes, tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    path.write_bytes(drawn)
    conforms(path)


def test_sheets_stand_in_the_schemes_order_and_the_first_is_open(
    book: openpyxl.Workbook, scheme: Scheme
) -> None:
    assert book.sheetnames == [sheet.name for sheet in scheme.sheets]
    assert book.active is not None
    assert book.active.title == "填报说明"


def test_every_field_has_a_defined_name_on_its_cells(book: openpyxl.Workbook, scheme: Scheme) -> None:
    for field in scheme.fields.values():
        cells = cells_of(field, scheme)
        where = cells[0].absolute if len(cells) == 1 else f"{cells[0].absolute}:{cells[-1].absolute}"
        assert book.defined_names[field.name].attr_text == f"{quote_sheet(field.sheet)}!{where}", field.name
    assert set(book.defined_names) == set(scheme.fields)


def test_input_cells_are_open_and_nothing_else_is(book: openpyxl.Workbook, scheme: Scheme) -> None:
    inputs = {(field.sheet, str(ref)) for field in scheme.fields.values() for ref in cells_of(field, scheme)}
    assert len(inputs) > 100
    for sheet in book:
        assert sheet.protection.sheet
        assert sheet.protection.password is None
        assert not sheet.protection.formatColumns
        assert not sheet.protection.formatRows
        # Cells behind the first of a merged range carry its style but cannot be typed into.
        covered = {cell for merged in sheet.merged_cells.ranges for row in merged.cells for cell in [row]}
        for row in sheet.iter_rows():
            for cell in row:
                if (cell.row, cell.column) in covered and not isinstance(cell, openpyxl.cell.Cell):
                    continue
                assert cell.protection.locked != ((sheet.title, cell.coordinate) in inputs), cell


def test_input_cells_are_pale_yellow(book: openpyxl.Workbook, scheme: Scheme) -> None:
    cells = [(field.sheet, str(ref)) for field in scheme.fields.values() for ref in cells_of(field, scheme)]
    assert len(cells) > 100
    for sheet, ref in cells:
        assert book[sheet][ref].fill.fgColor.rgb == "FFFFFBE0"


def test_every_input_cell_has_a_prompt_and_a_refusal_in_chinese(
    book: openpyxl.Workbook, scheme: Scheme
) -> None:
    assert len(scheme.fields) > 50
    for field in scheme.fields.values():
        found = validations_at(book[field.sheet], field.cell)
        assert len(found) == 1, field.name
        assert found[0].showInputMessage
        assert found[0].showErrorMessage
        for text, limit in (
            (found[0].promptTitle, TITLE_LIMIT),
            (found[0].prompt, TEXT_LIMIT),
            (found[0].errorTitle, TITLE_LIMIT),
            (found[0].error, TEXT_LIMIT),
        ):
            assert text
            assert len(text) <= limit
            assert any("\u4e00" <= char <= "\u9fff" for char in text)


def validations_at(sheet: Worksheet, ref: CellRef) -> list[DataValidation]:
    return [rule for rule in sheet.data_validations.dataValidation if str(ref) in rule.sqref]


@pytest.mark.parametrize(
    ("name", "kind", "operator", "low", "high"),
    [
        ("支出合计_决算数", "decimal", "greaterThanOrEqual", "0", None),
        ("功能科目_决算数", "decimal", "greaterThanOrEqual", "0", None),
        ("编制数", "whole", "greaterThanOrEqual", "0", None),
        ("评价年度", "whole", "equal", "2022", None),
        ("预算编码", "textLength", "equal", "6", None),
        ("预算完成率_自评得分", "decimal", None, "0", "2.0"),
        ("支付进度率_自评得分", "decimal", None, "0", "1.0"),
        ("自定指标_分值", "decimal", None, "0", "100"),
        ("既定支付进度", "decimal", None, "0", "10"),
        ("填报日期", "date", None, "44562", "46752"),
        ("自评等级", "list", None, '"优,良,中,差"', None),
        ("预算编制完整性_要点1", "list", None, '"是,部分,否,不适用"', None),
        ("单位名称", "textLength", "lessThanOrEqual", "200", None),
    ],
)
def test_a_validation_says_what_the_field_accepts(
    book: openpyxl.Workbook,
    scheme: Scheme,
    name: str,
    kind: str,
    operator: str | None,
    low: str,
    high: str | None,
) -> None:
    rule = validations_at(book[scheme.fields[name].sheet], scheme.fields[name].cell)[0]
    assert (rule.type, rule.operator, rule.formula1, rule.formula2) == (kind, operator, low, high)
    assert rule.errorStyle is None  # "stop", which is the default


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("支出合计_决算数", "#,##0.00"),
        ("编制数", "#,##0"),
        ("既定支付进度", "0.00%"),
        ("功能科目_完成率", "0.00%"),
        ("预算编码", "@"),
        ("填报日期", "yyyy-mm-dd"),
        ("预算完成率_自评得分", "0.0#"),
    ],
)
def test_a_number_format_says_how_the_entry_is_shown(
    book: openpyxl.Workbook, scheme: Scheme, name: str, code: str
) -> None:
    field = scheme.fields[name]
    assert book[field.sheet][str(field.cell)].number_format == code


def test_labels_stand_where_the_layout_says(book: openpyxl.Workbook, scheme: Scheme) -> None:
    assert len(scheme.sheets) > 5
    for sheet in scheme.sheets:
        for field in sheet.fields:
            assert book[sheet.name][str(field.label_cell)].value == field.label
        for column in sheet.table.columns if sheet.table else ():
            heading = str(book[sheet.name][str(column.label_cell)].value)
            assert heading.startswith(column.label)
        for grid in sheet.grids:
            for row in grid.rows:
                label = str(book[sheet.name].cell(row.row, 1).value)
                assert label.startswith(row.label)


def test_headings_say_the_unit(book: openpyxl.Workbook) -> None:
    assert book["支出功能科目"]["F4"].value == "2022年决算数\n（万元）"
    assert book["基础数据"]["E12"].value == "2022年决算数\n（万元）"
    assert book["基础数据"]["A38"].value == "固定资产总额（万元）"


def test_levels_and_indicators_are_merged_over_their_rows(book: openpyxl.Workbook, scheme: Scheme) -> None:
    sheet = book["指标自评"]
    ends = merge_ends(sheet)
    assert ends["A5"] == "A42"
    assert sheet["A5"].value == "履职管理\n（30 分）"
    assert ends["B12"] == "B15"
    assert sheet["B12"].value == "预算执行管理\n（7 分）"
    for indicator in scheme.indicators:
        first, last = indicator.rows
        if last > first:
            assert ends[f"C{first}"] == f"C{last}"
            assert ends[f"I{first}"] == f"I{last}"


def test_only_measured_indicators_ask_for_a_value(book: openpyxl.Workbook, scheme: Scheme) -> None:
    sheet = book["指标自评"]
    assert scheme.indicators
    for indicator in scheme.indicators:
        first = indicator.rows[0]
        assert (sheet[f"H{first}"].value == "—") is (indicator.claimed_value is None)
        assert (sheet[f"G{first}"].value == "—") is (not indicator.items)


def test_every_sheet_prints_on_a4_landscape_one_page_wide(book: openpyxl.Workbook) -> None:
    assert len(book.sheetnames) > 5
    for sheet in book:
        assert sheet.page_setup.paperSize == 9
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) in ((1, 0), (None, 0))
        assert sheet.oddFooter.center.text == "第 &P 页 共 &N 页"
        assert sheet.print_title_rows
        assert sheet.sheet_properties.tabColor


def test_headers_are_frozen(book: openpyxl.Workbook) -> None:
    assert book["支出功能科目"].freeze_panes == "C5"
    assert book["指标自评"].freeze_panes == "D5"
    assert book["基本情况"].freeze_panes == "A4"


def test_the_workbook_says_its_scheme_year_and_version(book: openpyxl.Workbook) -> None:
    said = {one.name: one.value for one in book.custom_doc_props.props}
    assert said == {"xlsx-eval scheme": "default", "xlsx-eval year": 2022, "xlsx-eval version": 1}


def test_another_year_is_drawn_throughout() -> None:
    book = openpyxl.load_workbook(io.BytesIO(draw_template(load_scheme(year=2025))))
    assert "2025年度" in book["填报说明"]["A1"].value
    assert book["支出功能科目"]["C4"].value == "2024年决算数\n（万元）"


def test_the_last_form_ends_in_lines_to_sign(book: openpyxl.Workbook) -> None:
    words = [
        cell.value for row in book["自评结论"].iter_rows() for cell in row if isinstance(cell.value, str)
    ]
    assert words[-3:] == ["单位负责人（签字）：", "填报单位（盖章）：", "日期：　　　　年　　月　　日"]


def test_a_list_too_long_for_excel_becomes_a_prompt_only(scheme: Scheme) -> None:
    choices = tuple(f"选项{number:03d}" for number in range(60))
    field = Field("x", "很长的标题" * 20, "choice", "s", CellRef(1, 1), CellRef(1, 1), choices=choices)
    assert len(",".join(choices)) > LIST_LIMIT
    rule = validation(field, scheme)
    assert rule["validate"] == "any"
    assert len(rule["input_title"]) == TITLE_LIMIT
    assert rule["input_message"].endswith("…")


def test_text_is_measured_with_room_to_spare() -> None:
    assert text_width("预算ab") > 6
    assert line_count("一" * 10, 25) == 1
    assert line_count("一" * 10, 14) == 2
    assert line_count("一\n二\n", 20) == 3
    assert row_height(1) < row_height(2)
    assert row_height(1000) == 409
    assert clip("一二三四", 3) == "一二…"


def test_no_indicator_is_cut_by_a_page(scheme: Scheme, drawn: bytes) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(drawn))["指标自评"]
    breaks = [page.id for page in sheet.row_breaks.brk]
    starts = {indicator.rows[0] for indicator in scheme.indicators}
    assert breaks, "the sheet takes more than one page"
    assert {row + 1 for row in breaks} <= starts
