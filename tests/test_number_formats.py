"""Number formats and date serials, read as Excel shows them."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.datetime import to_excel

from xlsx_eval.xlsx.read.number_formats import BUILTIN, decimals, is_date, is_percent
from xlsx_eval.xlsx.read.serial import from_iso, from_serial, to_serial


@pytest.mark.parametrize(
    "code",
    [
        "yyyy/m/d",
        'yyyy"年"m"月"',
        "[$-804]yyyy年m月d日;@",
        "h:mm",
        "[h]:mm:ss",
        "mm:ss.0",
        "上午/下午h时",
        "aaaa",
        "[DBNum1]m月",
    ],
)
def test_formats_with_date_letters_show_dates(code: str) -> None:
    assert is_date(code)
    assert decimals(code) is None


@pytest.mark.parametrize(
    "code",
    [
        "General", "GENERAL", "G/通用格式", "0.00", "[Red]0.00", '0"days"', r"0\d", "_-* #,##0.00", "@", "0.00E+00",
        '[$¥-804]#,##0.00', '#,##0.00;[Red]-#,##0.00',
    ],
)  # fmt: skip
def test_letters_in_quotes_colours_and_escapes_make_no_date(code: str) -> None:
    assert not is_date(code)


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("General", None), ("@", None), ("0", 0), ("#,##0", 0), ("0.00", 2), (".00", 2), ("0.0%", 1), ("0%", 0),
        ('#,##0.00_);[Red](#,##0.00)', 2), ('"¥"#,##0.000', 3), ("0.00E+00", None), ("# ?/?", None), ('"合计"', None),
    ],
)  # fmt: skip
def test_decimals_are_those_the_format_fixes(code: str, shown: int | None) -> None:
    assert decimals(code) == shown


def test_only_a_percent_sign_outside_quotes_makes_a_percentage() -> None:
    assert is_percent("0.00%")
    assert is_percent("0%;[Red]-0%")
    assert not is_percent('0.00"%"')
    assert not is_percent(r"0\%")


def test_a_code_longer_than_any_is_read_at_once() -> None:
    start = time.process_time()
    assert not is_date("[" * 100_000)
    assert time.process_time() - start < 1


def test_built_in_formats_say_what_they_are() -> None:
    dates = {number for number, code in BUILTIN.items() if is_date(code)}
    assert dates == {*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)}
    assert {number for number, code in BUILTIN.items() if is_percent(code)} == {9, 10}


@given(
    st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(9999, 12, 31)).map(
        lambda moment: moment.replace(microsecond=0)
    )
)
def test_serials_agree_with_another_library_and_lead_back(moment: dt.datetime) -> None:
    serial = to_serial(moment)
    assert serial == pytest.approx(to_excel(moment), abs=1e-9)  # type: ignore[no-untyped-call]  # its stubs lack it
    assert from_serial(serial) == moment
    assert from_iso(moment.isoformat()) == serial


def test_the_day_that_never_was_has_no_date() -> None:
    assert to_serial(dt.date(1900, 2, 28)) == 59
    assert to_serial(dt.date(1900, 3, 1)) == 61
    assert from_serial(60) is None
    assert from_serial(-1) is None
    assert from_serial(1e9) is None


def test_times_and_durations_are_fractions_of_days() -> None:
    assert to_serial(dt.time(18)) == 0.75
    assert to_serial(dt.timedelta(hours=36)) == 1.5
    assert from_iso("not a date") is None
