"""Values find their fields under every spelling, are written as typed, and whatever does not fit is named."""

from __future__ import annotations

import datetime
import io
import runpy
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from members import members

from xlsx_eval.errors import FillError
from xlsx_eval.form.fill import fill, read_values
from xlsx_eval.form.template import draw_template
from xlsx_eval.scheme import Scheme, load_scheme
from xlsx_eval.xlsx.read.workbook import read_book

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
DEPARTMENTS = sorted(path.stem for path in (SAMPLES / "values").glob("*.toml"))


@pytest.fixture(scope="module")
def scheme() -> Scheme:
    return load_scheme()


def poured(values: dict[str, object], scheme: Scheme) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(fill(values, scheme)))


def entry(book: openpyxl.Workbook, scheme: Scheme, name: str, row: int = 0) -> Any:
    field = scheme.fields[name]
    return book[field.sheet].cell(field.cell.row + row, field.cell.column).value


@pytest.mark.parametrize(
    "values",
    [
        {"支出合计_决算数": 2038.06},
        {"支出合计.决算数": 2038.06},
        {"支出合计/决算数": 2038.06},
        {"支出合计": {"决算数": 2038.06}},
        {"基础数据": {"支出合计_决算数": 2038.06}},
        {"基础数据": {"支出合计": {"决算数": 2038.06}}},
    ],
)
def test_a_field_may_be_spelt_in_several_ways(values: dict[str, object], scheme: Scheme) -> None:
    assert entry(poured(values, scheme), scheme, "支出合计_决算数") == 2038.06


def test_a_sheet_and_a_line_of_the_same_name_are_told_apart(scheme: Scheme) -> None:
    book = poured({"项目支出": {"决算数": 5, "项目": [{"项目名称": "道路养护"}]}}, scheme)
    assert entry(book, scheme, "项目支出_决算数") == 5
    assert entry(book, scheme, "项目_项目名称") == "道路养护"


def test_the_same_indicator_under_two_parents_is_told_apart(scheme: Scheme) -> None:
    book = poured(
        {"部门预算管理/管理制度健全性": {"自评得分": 1}, "资产管理/管理制度健全性.自评得分": 2}, scheme
    )
    assert entry(book, scheme, "部门预算管理_管理制度健全性_自评得分") == 1
    assert entry(book, scheme, "资产管理_管理制度健全性_自评得分") == 2


def test_tables_keep_the_order_of_their_rows(scheme: Scheme) -> None:
    rows: list[object] = [{"科目名称": "住房", "决算数": 1}, {}, {"科目名称": "教育", "决算数": 2.5}]
    book = poured({"功能科目": rows}, scheme)
    assert [entry(book, scheme, "功能科目_科目名称", row) for row in range(4)] == ["住房", None, "教育", None]
    assert entry(book, scheme, "功能科目_决算数", 2) == 2.5


@pytest.mark.parametrize(
    ("name", "value", "found", "kind"),
    [
        ("支出合计_决算数", 1, 1, "n"),
        ("支出合计_决算数", "1,234.50", "1,234.50", "s"),
        ("支出合计_决算数", "7.50.", "7.50.", "s"),
        ("支出合计_决算数", " 12\u00a0万元\u3000", " 12\u00a0万元\u3000", "s"),
        ("既定支付进度", "77.6%", "77.6%", "s"),
        ("既定支付进度", 0.951, 0.951, "n"),
        ("预算编码", "010203", "010203", "s"),
        ("预算编码", 10203, 10203, "n"),
        ("单位名称", "=1+1", "=1+1", "s"),
        ("单位名称", "https://example.com/a", "https://example.com/a", "s"),
        ("部门职能", "一、\n二、", "一、\n二、", "s"),
        ("填报日期", datetime.date(2023, 3, 20), datetime.datetime(2023, 3, 20), "d"),
        ("填报日期", "2023年3月", "2023年3月", "s"),
        ("资产清查情况_要点1", True, "是", "s"),
        ("资产清查情况_要点1", False, "否", "s"),
        ("资产清查情况_要点1", "合格", "合格", "s"),
        ("单位名称", "", None, "n"),
        ("单位名称", None, None, "n"),
    ],
)
def test_a_value_is_written_as_it_is_typed(
    name: str, value: object, found: object, kind: str, scheme: Scheme
) -> None:
    book = poured({name: value}, scheme)
    cell = book[scheme.fields[name].sheet][str(scheme.fields[name].cell)]
    assert cell.value == found
    assert cell.data_type == kind


def test_text_that_looks_like_a_formula_is_stored_as_text(scheme: Scheme) -> None:
    parts = dict(members(fill({"单位名称": "=1+1"}, scheme)))
    assert b"<f>" not in parts["xl/worksheets/sheet2.xml"]
    assert b"<t>=1+1</t>" in parts["xl/sharedStrings.xml"]


# What XML 1.0 cannot hold is escaped by Excel's own convention, so it comes back too.
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
@settings(max_examples=25, deadline=None)
def test_any_text_comes_back_as_it_was_typed(text: str) -> None:
    default = load_scheme()
    field = default.fields["单位名称"]
    sheet = read_book(fill({field.name: text}, default)).sheet(field.sheet)
    assert sheet is not None
    assert sheet.value(field.cell) == text


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"支出合计_决数": 1}, "支出合计_决数：没有这个填报项；是否应为“支出合计_决算数”"),
        ({"支出合计": {"决数": 1}}, "支出合计.决数：没有这个填报项；是否应为“支出合计_决算数”"),
        ({"功能科目": [{"科目名": "a"}]}, "功能科目.1.科目名：没有这一列；是否应为“科目名称”"),
        ({"功能科目": [{}, 3]}, "功能科目.2：应为一行，写明各列的值"),
        ({"功能科目": [{}] * 31}, "功能科目：共 31 行，模板只有 30 行"),
        ({"功能科目": 3}, "功能科目：应为表格的各行，写作 [[…]]"),
        ({"编制数": True}, "编制数：不是“是/否”选择项，不能填 true"),
        ({"编制数": [1]}, "编制数：一个单元格不能填 list"),
        ({"编制数": float("nan")}, "编制数：单元格无法保存这个数"),
        ({"编制数": 10**400}, "编制数：单元格无法保存这个数"),
        ({"编制数": datetime.time(8)}, "编制数：一个单元格不能填 time"),
        ({"填报日期": datetime.date(1899, 1, 1)}, "填报日期：单元格不能保存 1900 年以前的日期"),
        (
            {"填报日期": datetime.datetime(2023, 1, 1, tzinfo=datetime.UTC)},
            "填报日期：单元格不能保存时区，请去掉",
        ),
        ({"单位名称": "长" * 32_768}, "单位名称：共 32768 个字符，单元格最多 32767 个"),
        ({"单位名称": "\ud800"}, "单位名称：文字中有不完整的字符"),
        ({"单位名称": "<r>x</r>"}, "单位名称：文字不能写在 <r>…</r> 之间"),
        ({"编制数": 1, "基础数据": {"编制数": 2}}, "基础数据.编制数：“编制数”重复给出"),
        (
            {"功能科目": [], "支出功能科目": {"功能科目": []}},
            "支出功能科目.功能科目：“功能科目”重复给出",
        ),
    ],
)
def test_what_does_not_fit_is_named_with_its_key(
    values: dict[str, object], problem: str, scheme: Scheme
) -> None:
    with pytest.raises(FillError) as caught:
        fill(values, scheme)
    assert caught.value.problems == (problem,)


def test_all_that_does_not_fit_is_told_at_once(scheme: Scheme) -> None:
    with pytest.raises(FillError) as caught:
        fill({"甲": 1, "编制数": True, "项目": [{"乙": 1}]}, scheme)
    assert [problem.partition("：")[0] for problem in caught.value.problems] == ["甲", "编制数", "项目.1.乙"]


def test_nothing_poured_in_is_the_template(scheme: Scheme) -> None:
    assert fill({}, scheme) == draw_template(scheme)


def test_long_text_gets_a_row_high_enough(scheme: Scheme) -> None:
    book = poured({"功能科目": [{"差异原因": "因故" * 60}], "部门职能": "职能" * 500}, scheme)
    assert book["支出功能科目"].row_dimensions[5].height > 80
    assert book["支出功能科目"].row_dimensions[6].height is None
    assert book["基本情况"].row_dimensions[11].height > 300


def test_values_are_read_from_toml_and_json_by_content(tmp_path: Path) -> None:
    path = tmp_path / "values.txt"
    path.write_text('\ufeff["支出合计"]\n"决算数" = 1.5\n', encoding="utf-8")
    assert read_values(path) == {"支出合计": {"决算数": 1.5}}
    path.write_text('\n {"支出合计": {"决算数": 1.5}}', encoding="utf-8")
    assert read_values(path) == {"支出合计": {"决算数": 1.5}}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'"a" = \n', ("第 1 行", "TOML 有误")),
        ("决算数 = 1".encode(), ("第 1 行", "中文键须加引号")),
        (b'{"a": 1,\n oops}', ("第 2 行第 2 个字符",)),
        (b'{"a": 1, "a": 2}', ("a：重复给出",)),
        ("单位".encode("gb18030"), ("第 1 个字节不是 UTF-8",)),
    ],
)
def test_a_file_that_cannot_be_read_says_where(
    content: bytes, words: tuple[str, ...], tmp_path: Path
) -> None:
    path = tmp_path / "values.toml"
    path.write_bytes(content)
    with pytest.raises(FillError) as caught:
        read_values(path)
    for word in words:
        assert word in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FillError, match=r"nowhere\.toml"):
        read_values(tmp_path / "nowhere.toml")


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_a_sample_workbook_is_what_its_values_make(department: str, scheme: Scheme) -> None:
    made = fill(read_values(SAMPLES / "values" / f"{department}.toml"), scheme)
    assert members((SAMPLES / "inbox" / f"{department}.xlsx").read_bytes()) == members(made)


def test_the_sample_that_is_no_workbook_is_made_by_its_script() -> None:
    script = runpy.run_path(str(SAMPLES / "scan.py"))
    assert script["TARGET"].read_bytes() == script["picture"]()


def test_every_sample_has_its_values_and_the_other_way_round() -> None:
    inbox = {path.stem for path in (SAMPLES / "inbox").iterdir()}
    assert inbox == {*DEPARTMENTS, "扫描件"}
    assert len(DEPARTMENTS) >= 5


def test_what_does_not_fit_is_told_in_either_language() -> None:
    with pytest.raises(FillError) as told:
        fill({"编制": 3, "填报人": "\ud800"}, load_scheme())
    assert told.value.told("zh").splitlines() == [
        "编制：没有这个填报项；是否应为“编制数”",
        "填报人：文字中有不完整的字符",
    ]
    assert told.value.told("en").splitlines() == [
        "编制: no such field; did you mean 编制数",
        "填报人: the text holds half a character",
    ]
