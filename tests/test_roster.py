"""The roster: read with every fault told at its cell; a workbook's code and name must agree with it."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from forms import scheme

from xlsx_eval.errors import WorkspaceError
from xlsx_eval.roster import Department, Roster, draw_roster, read_roster

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
