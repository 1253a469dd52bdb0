"""Entries as typed, read as what they mean: every reading that is not plain is told, and none raises."""

from __future__ import annotations

import math
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from xlsx_eval.cell import ErrorValue, Scalar
from xlsx_eval.reading.normalise import Reading, read_date, read_number, read_text
from xlsx_eval.reading.normalise.numbers import stored_decimals

KINDS = ("amount", "integer", "rate", "score", "number")
SPACES = (" ", "\xa0", "\u3000", "\u200b", "\ufeff", "\t", "\n", " \u3000\u200b ")


def number(raw: Scalar, kind: str = "number", unit: str = "", **more: object) -> Reading:
    return read_number(raw, kind=kind, unit=unit, **more)  # type: ignore[arg-type]


def test_a_plain_number_is_read_without_a_word() -> None:
    for value in (0.0, -3.0, 1234.5):
        assert number(value) == Reading(value, decimals=stored_decimals(value))


def test_a_blank_is_none_and_zero_stays_zero() -> None:
    assert number(None) == number("") == Reading(None)
    assert number(0.0).value == 0
    assert number("0").value == 0


@pytest.mark.parametrize("raw", SPACES)
def test_a_cell_of_spaces_of_any_kind_is_blank_and_told(raw: str) -> None:
    for reading in (number(raw), read_text(raw), read_date(raw)):
        assert reading.value is None
        assert reading.normalised
        assert reading.problem is None
        assert "空白" in reading.note


@pytest.mark.parametrize(
    ("raw", "value", "decimals"),
    [
        ("7.50.", 7.5, 2),
        ("7。5", 7.5, 1),
        ("１２３．５", 123.5, 1),
        ("1,234.50", 1234.5, 2),
        ("1，234，567", 1234567, 0),
        ("1 234.5", 1234.5, 1),
        ("￥1234", 1234, 0),
        ("(1,234.5)", -1234.5, 1),
        ("（12）", -12, 0),
        ("△5.2", -5.2, 1),
        ("－3", -3, 0),
        ("−3", -3, 0),
        ("12万", 120000, 0),
        ("1.2亿", 120000000, 0),
        ("≥50个", 50, 0),
        (">=50", 50, 0),
        ("约30人次", 30, 0),
        ("= 72890 元", 72890, 0),
        ("≥ 95 次/年", 95, 0),
        ("50个以上", 50, 0),
        ("50（含）以上", 50, 0),
        ("不少于50次", 50, 0),
        ("完成12项", 12, 0),
        ("负12.5", -12.5, 1),
        ("'120", 120, 0),
        ("\u200b12\u3000", 12, 0),
        ("1.5e3", 1500, 0),
        (".5", 0.5, 1),
    ],
)
def test_a_number_in_text_is_read_and_told(raw: str, value: float, decimals: int) -> None:
    reading = number(raw)
    assert (reading.value, reading.decimals, reading.problem) == (value, decimals, None)
    assert reading.normalised
    assert reading.note.startswith(f"单元格为“{raw}”，".replace("\u200b", ""))


def test_the_note_says_what_was_understood() -> None:
    assert number(" 1,234.5 ").note == "单元格为“ 1,234.5 ”，按 1234.5 读取"
    assert number("1234.5").note == "单元格为“1234.5”，系文本型数字，按数值 1234.5 读取"
    assert number("≥50个").note == "单元格为“≥50个”，按 50 读取（“≥”、单位“个”不计入数值）"


def test_a_character_that_cannot_be_seen_is_named() -> None:
    assert number("12\u200b").note == "单元格为“12”，按 12 读取；其中的不可见字符已去除"
    assert read_text("市财\ufeff政局").note.endswith("不可见字符已去除")


@pytest.mark.parametrize(
    ("raw", "value", "words"),
    [
        ("12万", 12, "按 12 万元读取（单位“万”不计入数值）"),
        ("20.5万元", 20.5, "按 20.5 万元读取（单位“万元”不计入数值）"),
        ("3500元", 0.35, "按 0.35 万元读取（已由“元”折算）"),
        ("1.2亿元", 12000, "按 12000 万元读取（已由“亿元”折算）"),
        ("3千元", 0.3, "按 0.3 万元读取（已由“千元”折算）"),
        ("￥1,234", 1234, "按 1234 读取"),
    ],
)
def test_amounts_come_in_the_unit_of_their_field(raw: str, value: float, words: str) -> None:
    reading = number(raw, "amount", "万元")
    assert reading.value == value
    assert reading.note.endswith(words)


def test_yuan_in_a_field_of_ten_thousands_keeps_its_printed_precision() -> None:
    assert number("3500元", "amount", "万元").decimals == 4
    assert number("20.55万元", "amount", "万元").decimals == 2


@pytest.mark.parametrize("raw", ["50个", "95%", "12万人"])
def test_another_unit_in_an_amount_is_a_problem(raw: str) -> None:
    reading = number(raw, "amount", "万元")
    assert reading.value is None
    assert raw in (reading.problem or "")


@pytest.mark.parametrize("raw", ["无", "-", "—", "——", "/", "N/A", "n/a", "不适用", " 无 ", "－", "无。"])
def test_words_for_nothing_are_told_as_nothing_given(raw: str) -> None:
    assert KINDS
    for kind in KINDS:
        reading = number(raw, kind)
        assert (reading.value, reading.problem, reading.normalised) == (None, None, True)
        assert "未填报" in reading.note


@pytest.mark.parametrize(
    "raw",
    [
        "完成",
        "50-60",
        "3/4",
        "1.2.3",
        "1,23",
        "12,3456",
        "第3季度",
        "50、60",
        "--5",
        "2023年5月",
        "1:2",
        "95%/年",
    ],
)
def test_what_is_no_single_number_is_a_problem_and_never_guessed(raw: str) -> None:
    assert KINDS
    for kind in KINDS:
        reading = number(raw, kind)
        assert reading.value is None
        assert reading.problem
        assert not reading.normalised


@pytest.mark.parametrize("raw", [True, False, ErrorValue.DIV0, ErrorValue.REF])
def test_logical_and_error_values_are_problems(raw: Scalar) -> None:
    assert number(raw).problem
    assert read_date(raw).problem


def test_a_number_shown_as_a_date_is_a_problem() -> None:
    assert "日期" in (number(45000.0, number_format='yyyy"年"m"月"d"日"').problem or "")


@pytest.mark.parametrize(
    ("raw", "number_format", "decimals"),
    [
        ("95.10%", "General", 2),
        ("95.10％", "General", 2),
        ("95.1", "General", 1),
        (95.1, "General", 1),
        (0.951, "General", 1),
        ("0.951", "General", 1),
        (0.951, "0.00%", 1),
        ("≥95.1%", "General", 1),
        ("95.1百分比", "General", 1),
        ("≥ 95.1 %", "General", 1),
        ("95.1%以上", "General", 1),
        ("951‰", "General", 1),
    ],
)
def test_one_rate_is_read_the_same_however_typed(raw: Scalar, number_format: str, decimals: int) -> None:
    reading = number(raw, "rate", number_format=number_format)
    assert (reading.value, reading.decimals) == (0.951, decimals)


def test_a_percentage_without_its_sign_is_told() -> None:
    assert number(77.6, "rate").note == "单元格为“77.6”，未带百分号，按 77.6% 读取"
    assert not number(0.776, "rate").normalised


def test_a_rate_that_can_mean_two_things_is_told_with_both() -> None:
    reading = number(1.2, "rate")
    assert reading.value == 1.2
    assert "120%" in reading.note
    assert "1.2%" in reading.note
    reading = number(85.0, "rate", number_format="0%")
    assert reading.value == 0.85
    assert "8500%" in reading.note


def test_a_percentage_means_a_fraction_in_a_plain_number_field_too() -> None:
    assert number("≥90%").value == 0.9
    assert number("90%", unit="%").value == 90


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("满分", 3),
        ("得满分", 3),
        ("扣0.5分", 2.5),
        ("扣 1", 2),
        ("不扣分", 3),
        ("2分", 2),
        ("得2.5分", 2.5),
        ("2", 2),
    ],
)
def test_scores_told_in_words_are_read_against_full_points(raw: str, value: float) -> None:
    reading = number(raw, "score", full_points=3.0)
    assert reading.value == value
    assert reading.normalised


def test_full_marks_without_known_points_are_a_problem() -> None:
    assert number("满分", "score").problem == "“满分”应填写为具体得分"


def test_full_marks_with_a_number_beside_them_are_not_guessed() -> None:
    assert number("满分8分", "score", full_points=3.0).problem


def test_deducting_keeps_exact_decimals() -> None:
    assert number("扣0.1分", "score", full_points=0.3).value == 0.2


def test_float_noise_is_kept_and_not_told() -> None:
    for noisy, decimals in ((0.0900000762939453, 2), (0.1 + 0.2, 1), (1234.5600000000002, 2)):
        assert number(noisy) == Reading(noisy, decimals=decimals)


def test_a_format_adds_no_decimals_that_nobody_typed_and_hides_what_it_cuts() -> None:
    assert number(12.5, number_format="#,##0.00").decimals == 1
    assert number(12.5, number_format="0").decimals == 0
    assert number(12.5).decimals == 1


def test_text_is_trimmed_and_told_only_when_changed() -> None:
    assert read_text("市财政局") == Reading("市财政局")
    reading = read_text("\u3000市财\u200b政局\xa0")
    assert reading.value == "市财政局"
    assert reading.normalised
    assert "市财政局" in reading.note
    assert read_text("一、\r\n二、") == Reading("一、\n二、")


def test_numbers_in_text_fields_keep_their_digits() -> None:
    assert read_text(102001.0).value == "102001"
    assert read_text(0.1 + 0.2).value == "0.3"
    assert read_text(None) == Reading(None)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("2023-03-20", "2023-03-20"),
        ("2023/3/20 15:30", "2023-03-20"),
        ("2023.3.20", "2023-03-20"),
        ("2023年3月20日", "2023-03-20"),
        ("２０２３年３月２０日", "2023-03-20"),
        ("20230320", "2023-03-20"),
        ("二〇二三年三月二十日", "2023-03-20"),
        ("二零二三年十二月", "2023-12"),
        ("2023年5月", "2023-05"),
        ("2023.5", "2023-05"),
        ("202305", "2023-05"),
        ("2023年", "2023"),
        (" 2023-03-20\u3000", "2023-03-20"),
    ],
)
def test_a_date_in_text_is_read_in_whole_or_part_and_told(raw: str, value: str) -> None:
    reading = read_date(raw)
    assert reading.value == value
    assert reading.normalised
    assert "文本" in reading.note


def test_a_serial_shown_as_a_date_is_plain() -> None:
    assert read_date(45005.0, "yyyy/m/d") == Reading("2023-03-20")
    assert read_date(43543.0, "yyyy-mm-dd", date1904=True) == Reading("2023-03-20")


def test_a_serial_not_shown_as_a_date_is_told() -> None:
    reading = read_date(45005.0)
    assert (reading.value, reading.normalised) == ("2023-03-20", True)


def test_a_year_and_month_typed_as_a_number_is_told_with_its_other_meaning() -> None:
    assert read_date(2023.5).value == "2023-05"
    reading = read_date(2023.1)
    assert reading.value == "2023-01"
    assert "10 月" in reading.note


@pytest.mark.parametrize(
    "raw", ["2023-02-30", "2023年13月", "5/6/2023", "去年底", "3月20日", 7.0, 60.5, -1.0]
)
def test_what_is_no_date_is_a_problem(raw: Scalar) -> None:
    reading = read_date(raw)
    assert reading.value is None
    assert reading.problem


TYPED = st.text(
    alphabet="0123456789.,，。-—+()（）%％万亿千百元分满扣得无≥≤~ \u3000\u200bEe¥￥年月日/十二", max_size=14
)


@given(st.one_of(TYPED, st.text(max_size=20), st.floats(), st.booleans(), st.sampled_from(ErrorValue)))
@example("9" * 400)
@example("1e999万亿元")
def test_nothing_typed_makes_a_reading_raise(raw: Scalar) -> None:
    for kind in KINDS:
        for unit in ("", "万元", "%", "万人"):
            reading = number(raw, kind, unit, full_points=2.0)
            assert reading.value is None or math.isfinite(float(reading.value))
            assert not (reading.problem and reading.value is not None)
            assert bool(reading.note) == reading.normalised
    for number_format in ("General", "yyyy/m/d", "0.00%"):
        assert isinstance(read_date(raw, number_format), Reading)
    assert isinstance(read_text(raw), Reading)


@pytest.mark.parametrize("piece", ["1", "(", ".", " ", "1,", "一", "—", "\u200b", "2023-", "%", "[", "'"])
def test_a_cell_full_of_anything_is_read_at_once(piece: str) -> None:
    raw = ("(" + piece * 32767)[:32766] + "x"
    start = time.process_time()
    for kind in KINDS:
        assert number(raw, kind, full_points=2.0).value is None
    assert read_date(raw).value is None
    read_text(raw)
    assert time.process_time() - start < 1


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=4))
def test_a_printed_number_reads_back(value: object) -> None:
    for printed in (f"{value}", f"{value:,}", f" {value}", f"{value}元"):
        assert number(printed).value == float(str(value))
    assert number(f"{value}万元", "amount", "万元").value == float(str(value))


@given(st.text(max_size=30))
def test_text_is_read_the_same_twice(raw: str) -> None:
    once = read_text(raw).value
    assert read_text(once) == Reading(once)
