"""The roster: read with every fault told at its cell; a workbook's code and name must agree with it."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest
from forms import scheme

from xlsx_eval.errors import WorkspaceError
from xlsx_eval.scheme import load_scheme
from xlsx_eval.season.bureau_file import typed_number
from xlsx_eval.season.roster import Department, Roster, draw_roster, read_roster

HEADINGS = ("预算编码", "单位名称", "别名", "联系人", "联系电话", "免报原因", "编制数")
ROSTER = Roster(
    (
        Department("102001", "区应急管理局", ("应急局",)),
        Department("010203", "区档案馆"),
        Department("105001", "区教育局"),
    )
)


def written(path: Path, *rows: tuple[object, ...], headings: tuple[str, ...] = HEADINGS) -> Path:
    book = openpyxl.Workbook()
    book.active.append(headings)
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_what_is_drawn_is_read_back(tmp_path: Path) -> None:
    departments = (
        Department("010203", "区应急管理局", ("应急局", "安监局"), "张三", "000", "", {"编制数": 12.0}),
        Department("102002", "区档案馆", excused="机构已撤并"),
    )
    draw_roster(tmp_path / "roster.xlsx", scheme(), departments)
    assert read_roster(tmp_path / "roster.xlsx", scheme()).departments == departments


def test_an_empty_roster_is_drawn_and_read(tmp_path: Path) -> None:
    draw_roster(tmp_path / "roster.xlsx", scheme())
    assert read_roster(tmp_path / "roster.xlsx", scheme()).departments == ()


def test_codes_typed_as_numbers_and_blank_rows_are_read(tmp_path: Path) -> None:
    path = written(
        tmp_path / "r.xlsx",
        (102001, "区应急管理局"),
        (None,),
        ("102002", "区档案馆", "", "", "", "", "1,200"),
    )
    assert [one.code for one in read_roster(path, scheme()).departments] == ["102001", "102002"]
    assert read_roster(path, scheme()).departments[1].approved == {"编制数": 1200.0}


def test_every_fault_is_told_with_its_place(tmp_path: Path) -> None:
    rows = (
        ("102001", "区应急管理局", "", "", "", "", "约12"),
        ("102001", "区教育局"),
        ("1!", "", "应急局"),
        ("102009", "区应急管理局"),
        (None, "区档案馆"),
    )
    path = written(tmp_path / "r.xlsx", *rows, headings=(*HEADINGS[:6], "编制数", "编制书"))
    with pytest.raises(WorkspaceError) as caught:
        read_roster(path, scheme())
    told = "\n".join(caught.value.problems)
    for words in (
        "H1 标题“编制书”",
        "G2 应为数字",
        "第 3 行预算编码“102001”与第 2 行重复",
        "第 4 行“预算编码”",
        "第 4 行“单位名称”不能为空",
        "第 5 行名称",
    ):
        assert words in told
    assert "数字格式" not in told


def test_a_file_that_is_no_workbook_and_one_without_headings_are_told(tmp_path: Path) -> None:
    (tmp_path / "r.xlsx").write_bytes(b"no workbook")
    with pytest.raises(WorkspaceError, match="无法读取"):
        read_roster(tmp_path / "r.xlsx", scheme())
    with pytest.raises(WorkspaceError, match="没有标题行"):
        read_roster(written(tmp_path / "s.xlsx", headings=("编码",)), scheme())
    with pytest.raises(WorkspaceError, match="没有这个文件"):
        read_roster(tmp_path / "t.xlsx", scheme())


@pytest.mark.parametrize(
    ("code", "name", "found"),
    [
        ("102001", "区应急管理局", "102001"),
        ("102001", "应急局", "102001"),
        ("102001", " 区 应急管理局　", "102001"),
        ("102001", "", "102001"),
        ("", "应急局", "102001"),
        ("10203", "区档案馆", "010203"),
    ],
)
def test_a_department_is_found_where_code_and_name_agree(code: str, name: str, found: str) -> None:
    department, _ = ROSTER.identify(code, name)
    assert department is not None
    assert department.code == found


@pytest.mark.parametrize(
    ("code", "name", "words"),
    [
        ("", "", "未填预算编码和单位名称"),
        ("999999", "区应急管理局", "不在名册中"),
        ("102001", "区教育局", "属于“区应急管理局”"),
        ("102001", "某公司", "与名册不符"),
        ("", "应急", "与名册不符"),
    ],
)
def test_what_does_not_agree_belongs_to_nobody(code: str, name: str, words: str) -> None:
    department, reason = ROSTER.identify(code, name)
    assert department is None
    assert words in reason


def test_a_file_name_only_hints() -> None:
    assert ROSTER.guess("inbox/102001 扫描.pdf") == "102001"
    assert ROSTER.guess("区教育局.pdf") == "105001"
    assert ROSTER.guess("区教育局和102001.pdf") == ""


def told(path: Path) -> str:
    """The faults of a roster."""
    with pytest.raises(WorkspaceError) as caught:
        read_roster(path, scheme())
    return "\n".join(caught.value.problems)


def test_the_column_of_codes_is_text_so_that_zeros_stay(tmp_path: Path) -> None:
    draw_roster(tmp_path / "roster.xlsx", scheme(), (Department("010203", "区档案馆"),))
    sheet = openpyxl.load_workbook(tmp_path / "roster.xlsx").active
    assert sheet["A4"].number_format == "@"
    assert sheet.column_dimensions["A"].number_format == "@"


def test_a_code_that_lost_its_zero_as_a_number_is_told_at_its_cell(tmp_path: Path) -> None:
    path = written(tmp_path / "r.xlsx", (102001, "甲局"), (10203, "乙局"), ("102003", "丙局"))
    words = "A3 预算编码“10203”为数字格式，可能丢失了开头的 0，编码请以文本填写"
    assert told(path) == words


def test_codes_of_different_lengths_are_fine_as_text(tmp_path: Path) -> None:
    path = written(tmp_path / "r.xlsx", (102001, "甲局"), (102002, "乙局"), ("102003001", "丙中心"))
    assert len(read_roster(path, scheme()).departments) == 3


@pytest.mark.parametrize("word", ["否", "无", " 不 ", "不免报", "N"])
def test_a_no_is_no_reason_to_be_excused(word: str, tmp_path: Path) -> None:
    path = written(tmp_path / "r.xlsx", ("102001", "甲局", "", "", "", word))
    assert told(path).startswith("F2 “免报原因”现为")


def test_a_figure_that_stands_twice_is_told(tmp_path: Path) -> None:
    path = written(tmp_path / "r.xlsx", ("102001", "甲局"), headings=(*HEADINGS, "编制数"))
    assert told(path) == "H1 标题“编制数”与 G1 重复"


def test_a_name_that_is_too_long_says_so(tmp_path: Path) -> None:
    assert "不能超过 80 个字，现为 81 个字" in told(written(tmp_path / "r.xlsx", ("102001", "长" * 81)))


def test_the_example_of_a_heading_is_a_field_of_the_scheme(tmp_path: Path) -> None:
    other = load_scheme("project")
    path = written(tmp_path / "r.xlsx", ("102001", "甲局"), headings=(*HEADINGS[:6], "没有的项"))
    with pytest.raises(WorkspaceError) as caught:
        read_roster(path, other)
    example = str(caught.value).rpartition("例如“")[2].rstrip("”")
    assert other.fields[example].numeric


def test_a_code_inside_a_longer_number_is_no_hint() -> None:
    roster = Roster((Department("102", "区应急管理局"), Department("105001", "区教育局")))
    assert roster.guess("20221025报送.xlsx") == ""
    assert roster.guess("2022_102_报送.xlsx") == "102"


SCHOOL = Roster((Department("105001", "区教育局"), Department("105009", "区教育局实验小学")))


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("区教育局实验小学.xlsx", "105009"),
        ("区教育局.xlsx", "105001"),
        ("105009区教育局.xlsx", "105009"),
        ("105001_区教育局实验小学.xlsx", "105001"),
        ("105001和105009.xlsx", ""),
    ],
)
def test_of_names_in_a_files_name_the_longest_counts_and_a_code_before_it(file: str, code: str) -> None:
    assert SCHOOL.guess(file) == code


def cut(path: Path, part: str) -> None:
    """Cuts the XML of a part of the workbook in two."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    parts[part] = parts[part][: len(parts[part]) // 2]
    with zipfile.ZipFile(path, "w") as package:
        for name, data in parts.items():
            package.writestr(name, data)


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml"])
def test_a_roster_whose_xml_is_cut_is_told_in_a_sentence(part: str, tmp_path: Path) -> None:
    path = tmp_path / "roster.xlsx"
    draw_roster(path, scheme(), SCHOOL.departments)
    cut(path, part)
    with pytest.raises(WorkspaceError, match=r"roster\.xlsx：无法读取（.*），请另存为 \.xlsx"):
        read_roster(path, scheme())


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234.5", 1234.5),
        ("-3", -3.0),
        ("0.50", 0.5),
        ("1,23", None),
        ("1_0", None),
        ("", None),
        ("abc", None),
    ],
)
def test_a_typed_number_is_read_in_one_way(text: str, number: float | None) -> None:
    assert typed_number(text) == number
