"""Excel's rules, a line each: formula, result, and the requirement in words."""

from __future__ import annotations

import pytest

from xlsx_eval.cell import ErrorValue, Scalar
from xlsx_eval.formula import Column, Value, compile_formula

VALUE, DIV0, NUM, NA = ErrorValue.VALUE, ErrorValue.DIV0, ErrorValue.NUM, ErrorValue.NA
NAME, REF = ErrorValue.NAME, ErrorValue.REF

Row = tuple[str, Scalar, str]


def column(*values: Scalar) -> Column:
    return tuple((value,) for value in values)


BOOK: dict[str, Value] = {
    "支出合计_决算数": 2624.8,
    "支出合计_预算数": 3000,
    "空": None,
    "空文本": "",
    "错": DIV0,
    "缺": NA,
    "是": True,
    "文本数": "1,234.5",
    "五": "5",
    "单位": "教育局",
    "列": column(10, 20.0, None, "30", True, ""),
    "科目": column("教育", "教育支出", "卫生", None, "", "5", 5.0),
    "金额": column(1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0),
    "带错列": column(1.0, NA, 2.0, DIV0),
    "短列": column(1.0, 2.0),
    "全空": column(None, None),
    "横行": ((1.0, 2.0, 3.0),),
    "表": ((1.0, 2.0), (3.0, 4.0)),
    "基础数据!D8": 7.5,
    "'2022 年'!D8": 9.0,
    "D8": 3.0,
    "D8:D9": column(1.0, 2.0),
}


def result(text: str) -> Scalar:
    return compile_formula(text).evaluate(BOOK.__getitem__)


def check(rows: list[Row]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("text", "expected", "rule"), rows, ids=[row[0] for row in rows])


def holds(text: str, expected: Scalar, rule: str) -> None:
    found = result(text)
    assert (type(found), found) == (type(expected), expected), rule


@check(
    [
        ("=-2^2", 4.0, "a sign binds tighter than ^"),
        ("=2^3^2", 64.0, "^ is left associative"),
        ("=0-2^2", -4.0, "a difference binds looser than ^"),
        ("=2^-1", 0.5, "a sign may follow ^"),
        ("=-2^-2", 0.25, "signs on both sides of ^"),
        ("=50%", 0.5, "% is postfix"),
        ("=4^50%", 2.0, "% binds tighter than ^"),
        ("=-5%%", -0.0005, "% repeats"),
        ("=1+2*3", 7.0, "* before +"),
        ("=7-2-1", 4.0, "- is left associative"),
        ("=8/2/2", 2.0, "/ is left associative"),
        ('=1+1&"a"', "2a", "+ before &"),
        ('="a"&1="A1"', True, "& before ="),
        ("=1=1=TRUE", True, "comparisons are left associative"),
        ("=3>2>1", True, "TRUE>1, because truths stand above numbers"),
        ("=--3", 3.0, "signs repeat"),
        ("=(1+2)*3", 9.0, "brackets first"),
        ("= 1 +\n 2 ", 3.0, "spaces and line breaks are free"),
        ("=1.5E+3+.5", 1500.5, "exponents and bare decimals"),
    ]
)
def test_precedence(text: str, expected: Scalar, rule: str) -> None:
    holds(text, expected, rule)


@check(
    [
        ("=文本数*2", 2469.0, "thousands separators read"),
        ('="12%"+0', 0.12, "percent read"),
        ('=" 7 "+0', 7.0, "spaces round a number do not matter"),
        ('="(5)"+0', -5.0, "brackets mean negative"),
        ('="¥3.5"+0', 3.5, "currency sign read"),
        ('="1e3"+0', 1000.0, "exponent read"),
        ('="2023-01-31"+0', 44957.0, "ISO date read as its serial"),
        ('="2023/1/31"+0', 44957.0, "date with slashes"),
        ('="2023年1月31日"+0', 44957.0, "Chinese date"),
        ('="1900-02-28"+0', 59.0, "before the 29 February 1900 that never was"),
        ('="12:30"+0', 0.5208333333333334, "time of day"),
        ('=""+1', VALUE, "an empty text is no number"),
        ("=空文本+1", VALUE, "blank as design has it: an empty text"),
        ("=空+1", 1.0, "a truly blank cell is 0"),
        ('="1,23"+0', VALUE, "a comma out of place"),
        ('="１２"+0', VALUE, "full-width digits are text"),
        ('="2023-02-30"+0', VALUE, "a day that does not exist"),
        ('="十"*1', VALUE, "words are no numbers"),
        ('="无"*1', VALUE, "无 is no number"),
        ("=是+1", 2.0, "TRUE is 1 in arithmetic"),
        ("=-是", -1.0, "and under a sign"),
        ('="TRUE"+1', VALUE, "the word TRUE is not"),
        ("=1/0", DIV0, "division by zero"),
        ("=0/0", DIV0, "zero by zero too"),
        ("=0^0", NUM, "zero to the power of zero"),
        ("=0^-1", DIV0, "zero to a negative power"),
        ("=(-8)^(1/3)", NUM, "no roots of negative numbers"),
        ("=1E308*10", NUM, "overflow"),
        ("=10^400", NUM, "overflow of a power"),
        ("=-1E308-1E308", NUM, "overflow of a difference"),
        ("=1E-300*1E-300", 0.0, "underflow is 0"),
        ("=缺+错", NA, "the left error wins"),
        ("=错+缺", DIV0, "the left error wins"),
        ('="a"+错', VALUE, "a left text that is no number wins over a right error"),
    ]
)
def test_arithmetic(text: str, expected: Scalar, rule: str) -> None:
    holds(text, expected, rule)


@check(
    [
        ('=1<"a"', True, "numbers before texts"),
        ('="z"<FALSE', True, "texts before truths"),
        ("=TRUE=1", False, "a truth is no number"),
        ('="a"="A"', True, "case does not matter"),
        ('="教育"="教育 "', False, "spaces do"),
        ('="5"=5', False, "text is not the number it reads as"),
        ("=空=0", True, "blank equals 0"),
        ('=空=""', True, "blank equals an empty text"),
        ("=空=FALSE", True, "blank equals FALSE"),
        ("=空=空", True, "blank equals blank"),
        ("=空文本=0", False, "an empty text is not 0"),
        ("=空<五", True, "blank is an empty text beside text"),
        ("=0.1+0.2=0.3", True, "equal to 15 digits is equal"),
        ("=0.1+0.2>0.3", False, "and not greater"),
        ("=0.1+0.2<=0.3", True, "but at most"),
        ("=1-0.9=0.1", True, "noise beyond 15 digits does not count"),
        ("=22.26-21.29=0.97", False, "noise within 15 digits does"),
        ("=缺=错", NA, "an error is not compared"),
    ]
)
def test_comparison(text: str, expected: Scalar, rule: str) -> None:
    holds(text, expected, rule)


@check(
    [
        ("=0.5-0.4-0.1", 0.0, "the last step is 0 where both sides agree to 15 digits"),
        ("=(0.5-0.4-0.1)", -2.7755575615628914e-17, "brackets stop it"),
        ("=0=0.5-0.4-0.1", False, "so does any later step"),
        ("=-0.3+0.1+0.2", 0.0, "a sum is a last step as well"),
        ("=1.1-1", 0.10000000000000009, "a difference that is none is kept whole"),
        ("=SUM(0.5,-0.4,-0.1)", -2.7755575615628914e-17, "SUM is not a last step"),
        ("=ROUND(2.675,2)", 2.68, "ROUND goes by the decimal the user sees"),
        ("=ROUND(1.005,2)", 1.01, "ROUND goes by the decimal the user sees"),
        ("=ROUND(-2.5,0)", -3.0, "half away from zero"),
        ("=ROUND(1234.5,-2)", 1200.0, "negative digits"),
        ("=ROUND(50,-2)", 100.0, "half of the place"),
        ("=ROUND(49,-2)", 0.0, "less than half"),
        ("=ROUND(2.5,1.9)", 2.5, "digits are cut off"),
        ("=ROUND(1,400)", 1.0, "digits beyond any number"),
        ("=ROUND(1,-400)", 0.0, "digits beyond any number"),
        ("=ROUNDUP(1,-3)", 1000.0, "up however far"),
        ("=ROUNDUP(0.1+0.2,1)", 0.3, "0.30000000000000004 is not above 0.3"),
        ("=ROUNDUP(-0.01,1)", -0.1, "up is away from zero"),
        ("=ROUNDDOWN(-1.99,0)", -1.0, "down is towards zero"),
        ("=ROUNDDOWN(4.35*100,0)", 435.0, "434.99999999999994 is seen as 435"),
        ("=ROUNDDOWN((0.95-0.9)/0.05,0)", 0.0, "but a difference may lose more than 15 digits hide"),
        ("=ROUNDDOWN(ROUND((0.95-0.9)/0.05,6),0)", 1.0, "so step counts are rounded first"),
        ("=ROUNDDOWN(ROUND((1-0.776)/0.05,6),0)*0.5", 2.0, "22.4 points below, half a point per 5"),
        ("=ROUNDUP(1E308,-308)", 1e308, "already round"),
        ("=ROUNDUP(1.7E308,-308)", NUM, "rounded beyond the largest number"),
        ("=INT(-0.5)", -1.0, "INT goes down"),
        ("=INT(4.35*100)", 435.0, "INT sees 15 digits"),
        ("=TRUNC(-4.35*100)", -435.0, "TRUNC as ROUNDDOWN"),
        ("=POWER(2,10)", 1024.0, "POWER as ^"),
        ("=SQRT(2.25)", 1.5, "root"),
        ("=SQRT(-1)", NUM, "no root"),
        ("=SIGN(-0.1)", -1.0, "sign"),
        ("=MOD(-3,2)", 1.0, "MOD has the divisor's sign"),
        ("=MOD(3,-2)", -1.0, "MOD has the divisor's sign"),
        ("=MOD(1,0.1)", 0.0, "no binary remainder"),
        ("=MOD(1,0)", DIV0, "no divisor"),
        ("=MOD(1E15,1)", NUM, "a quotient too large"),
    ]
)
def test_fifteen_digits(text: str, expected: Scalar, rule: str) -> None:
    holds(text, expected, rule)


@check(
    [
        ("=1/3&空文本", "0.333333333333333", "15 digits"),
        ("=2/3&空文本", "0.666666666666667", "the last one rounded"),
        ("=12345678901234567890&空文本", "12345678901234600000", "whole up to 20 digits"),
        ("=1E20&空文本", "1E+20", "then with an exponent"),
        ("=-1.5E-30&空文本", "-1.5E-30", "small ones too"),
        ("=0.0000123456789&空文本", "0.0000123456789", "decimals up to 20 characters"),
        ("=1.23456789012346E-5&空文本", "1.23456789012346E-05", "then with an exponent"),
        ("=1200&空文本", "1200", "no trailing point"),
        ("=7.50&空文本", "7.5", "no trailing zero"),
        ("=是&空", "TRUE", "truths by name, blank as nothing"),
        ("=错&1", DIV0, "errors stay"),
        ('=LEFT("教育局",2)', "教育", "characters, not bytes"),
        ('=LEFT("教育局")', "教", "one by default"),
        ('=RIGHT("教育局",9)', "教育局", "no more than there is"),
        ('=RIGHT("教育局",0)', "", "none"),
        ('=MID("教育局",2,1)', "育", "from a place"),
        ('=MID("abc",0,1)', VALUE, "places start at 1"),
        ('=LEFT("abc",-1)', VALUE, "no negative counts"),
        ('=LEN("𠮷a")', 3.0, "UTF-16 units, as Excel counts"),
        ('=LEFT("𠮷a",2)', "𠮷", "and cuts"),
        ('=LEFT("𠮷a",1)', "\ufffd", "half a character is not kept as a lone surrogate"),
        ("=LEN(空)", 0.0, "blank has no length"),
        ("=LEN(12.50)", 4.0, "a number's text"),
        ('=TRIM("  三公  经费 ")', "三公 经费", "outer spaces go, inner ones become one"),
        ('=UPPER("abc")&LOWER("ABC")', "ABCabc", "case"),
        ('=SUBSTITUTE("5%，6%","%","")', "5，6", "all of them"),
        ('=SUBSTITUTE("aXbXc","X","-",2)', "aXb-c", "the second only"),
        ('=FIND("局","教育局")', 3.0, "place of a text"),
        ('=FIND("a","banana",3)', 4.0, "from a place on"),
        ('=FIND("x","abc")', VALUE, "not there"),
        ('=EXACT("a","A")', False, "EXACT minds case"),
        ('=EXACT(7.5&"","7.5")', True, "a number by its text"),
        ('=CONCATENATE(1,"a",TRUE)', "1aTRUE", "joined"),
        ('=VALUE("1,234.5")', 1234.5, "as arithmetic reads"),
        ("=VALUE(TRUE)", VALUE, "but truths not"),
        ('=N("5")', 0.0, "N does not read text"),
        ("=N(是)", 1.0, "N of a truth"),
        ('=T(5)&"x"', "x", "T of a number is empty"),
    ]
)
def test_text(text: str, expected: Scalar, rule: str) -> None:
    holds(text, expected, rule)


@check(
    [
        ('=IF(空文本="","缺",1)', "缺", "the branch taken"),
        ("=IF(FALSE,1)", False, "no else gives FALSE"),
        ("=IF(FALSE,1,)", 0.0, "an else left empty gives 0"),
        ("=IF(TRUE,1,1/0)", 1.0, "an error in the other branch does not matter"),
        ("=IF(0,1,2)", 2.0, "0 is false"),
        ("=IF(空,1,2)", 2.0, "blank is false"),
        ('=IF("true",1,2)', 1.0, "the word TRUE is true"),
        ('=IF("是",1,2)', VALUE, "other words are not"),
        ('=IF("1",1,2)', VALUE, "nor are numbers as text"),
        ("=IF(错,1,2)", DIV0, "an error as condition"),
        ("=AND(TRUE,1)", True, "numbers count as truths"),
        ("=AND(列)", True, "texts and blanks in a range are passed over"),
        ("=AND(全空)", VALUE, "nothing to judge"),
        ("=AND(空文本)", VALUE, "nothing to judge"),
        ('=AND("x")', VALUE, "direct text is judged"),
        ("=OR(FALSE,0)", False, "none true"),
        ("=OR(TRUE,错)", DIV0, "errors are not passed over"),
        ("=NOT(0)", True, "NOT of a number"),
        ('=IFERROR(错,"x")', "x", "the substitute"),
        ("=IFERROR(5,错)", 5.0, "not needed"),
        ("=ISBLANK(空)&ISBLANK(空文本)", "TRUEFALSE", "only a blank cell is blank"),
        ("=ISNUMBER(五)", False, "text that reads as a number is text"),
        ("=ISNUMBER(是)", False, "a truth is no number"),
        ("=ISTEXT(空文本)", True, "an empty text is text"),
        ("=ISERROR(错)", True, "errors are asked about, not passed on"),
        ("=ISNA(缺)&ISNA(错)", "TRUEFALSE", "only #N/A"),
        ("=NA()", NA, "#N/A itself"),
        ('=CHOOSE(2.9,"优","良","中")', "良", "the place is cut off"),
        ("=CHOOSE(4,1,2,3)", VALUE, "no such choice"),
        ("=TRUE()", True, "as a function"),
    ]
)
def test_logic(text: str, expected: Scalar, rule: str) -> None:
    holds(text, expected, rule)


@check(
    [
        ("=SUM(列)", 30.0, "texts, truths and blanks in a range do not count"),
        ('=SUM("5",TRUE,列)', 36.0, "written directly they do"),
        ('=SUM(1,"x")', VALUE, "direct text must be a number"),
        ("=SUM(五,1)", 1.0, "a name is a reference, so its text does not count"),
        ("=SUM(带错列)", NA, "the first error"),
        ("=SUM(全空)", 0.0, "nothing is 0"),
        ("=AVERAGE(列)", 15.0, "only numbers are averaged"),
        ("=AVERAGE(全空)", DIV0, "nothing to average"),
        ("=MAX(全空)", 0.0, "nothing is 0"),
        ("=MIN(列,-1)", -1.0, "ranges and numbers together"),
        ("=MAX(,-1)", 0.0, "an argument left empty is 0"),
        ("=COUNT(列)", 2.0, "numbers"),
        ('=COUNT(列,"5",TRUE,1/0,空,"x")', 4.0, "direct text and truths count, errors do not"),
        ("=COUNTA(列)", 5.0, "all but blanks, empty texts too"),
        ("=COUNTA(列,,1/0)", 7.0, "direct arguments always"),
        ("=SUM(IF(TRUE,金额,列))", 127.0, "IF passes a column on"),
        ("=SUM(INDEX(金额,0))", 127.0, "row 0 is the whole column"),
        ("=COUNTBLANK(列)", 2.0, "blank and empty"),
        ("=PRODUCT(短列,5)", 10.0, "product"),
        ("=PRODUCT(全空)", 0.0, "of nothing is 0"),
        ("=LARGE(金额,2)", 32.0, "second from above"),
        ("=SMALL(金额,2)", 2.0, "second from below"),
        ("=SMALL(金额,0)", NUM, "places start at 1"),
        ("=LARGE(金额,8)", NUM, "beyond the end"),
        ("=SUM(D8:D9,基础数据!D8,'2022 年'!$D$8)", 19.5, "cells and ranges, other sheets"),
    ]
)
def test_aggregates(text: str, expected: Scalar, rule: str) -> None:
    holds(text, expected, rule)


@check(
    [
        ('=COUNTIF(科目,"教育")', 1.0, "equal text"),
        ('=COUNTIF(科目,"教育*")', 2.0, "wildcard"),
        ('=COUNTIF(科目,"?生")', 1.0, "one character"),
        ('=COUNTIF(科目,"~*")', 0.0, "escaped wildcard"),
        ("=COUNTIF(科目,5)", 2.0, "a number matches text that reads so"),
        ('=COUNTIF(科目,"=5")', 2.0, "as text"),
        ('=COUNTIF(科目,"5.0")', 2.0, "whatever its form"),
        ('=COUNTIF(科目,">4")', 1.0, "order looks at numbers only"),
        ('=COUNTIF(科目,"")', 2.0, "blank or empty"),
        ('=COUNTIF(科目,"=")', 1.0, "blank only"),
        ('=COUNTIF(科目,"<>")', 6.0, "not blank"),
        ('=COUNTIF(科目,"<>教育")', 6.0, "all others, blanks too"),
        ("=COUNTIF(金额,空)", 0.0, "a blank criterion is 0"),
        ("=COUNTIF(列,TRUE)", 1.0, "truths by themselves"),
        ("=COUNTIF(带错列,缺)", 1.0, "errors can be counted"),
        ('=COUNTIF(带错列,">0")', 2.0, "and are passed over"),
        ('=SUMIF(科目,"教育*",金额)', 3.0, "the other column"),
        ('=SUMIF(金额,">=16")', 112.0, "the column itself"),
        ('=SUMIF(带错列,">0")', 3.0, "errors that do not match are passed over"),
        ('=AVERAGEIF(科目,"教育*",金额)', 1.5, "their average"),
        ('=AVERAGEIF(金额,">99")', DIV0, "none to average"),
        ('=SUMIF(短列,">0",带错列)', VALUE, "columns of different length are refused"),
        ('=SUMIFS(金额,科目,"教育*",金额,">1")', 2.0, "all criteria"),
        ('=COUNTIFS(科目,"教育*",金额,">1")', 1.0, "all criteria"),
        ('=SUMIF(金额,">"&2,金额)', 124.0, "a criterion put together"),
        ('=COUNTIF(5,">1")', VALUE, "no range"),
    ]
)
def test_criteria(text: str, expected: Scalar, rule: str) -> None:
    holds(text, expected, rule)


@check(
    [
        ("=SUMPRODUCT((金额>2)*金额)", 124.0, "conditions by multiplication"),
        ("=SUMPRODUCT(--(金额>2),金额)", 124.0, "or by a double sign"),
        ("=SUMPRODUCT((金额>2),金额)", 0.0, "truths alone are 0"),
        ("=SUMPRODUCT((科目=单位)*1)", 0.0, "a single value against a column"),
        ("=SUMPRODUCT(1/COUNTIF(金额,金额))", 7.0, "how many different ones"),
        ("=SUMPRODUCT(ROUND(金额/3,0))", 42.0, "functions go cell by cell"),
        ("=SUMPRODUCT(LEN(科目))", 10.0, "text functions too"),
        ("=SUMPRODUCT(短列,金额)", VALUE, "shapes must be the same"),
        ("=SUMPRODUCT(短列*金额)", NA, "cells beyond the shorter one are #N/A"),
        ("=SUMPRODUCT(带错列,带错列)", NA, "errors"),
        ("=SUMPRODUCT(列,列)", 500.0, "text counts 0"),
        ("=SUMPRODUCT(短列*横行)", 18.0, "a column times a row"),
        ("=SUMPRODUCT(IF(金额>2,1,0))", VALUE, "IF is not spread"),
        ("=列+1", VALUE, "a column in a scalar's place"),
        ("=列", VALUE, "a column as result"),
        ("=SUM(金额*2)", VALUE, "no arrays outside SUMPRODUCT"),
        ("=INDEX(金额,3)", 4.0, "a row of a column"),
        ("=INDEX(横行,2)", 2.0, "a place in a row"),
        ("=INDEX(表,2,1)", 3.0, "row and column"),
        ("=INDEX(金额,8)", REF, "beyond the end"),
        ("=INDEX(金额,-1)", VALUE, "before the beginning"),
        ('=MATCH("卫生",科目,0)', 3.0, "place of a text"),
        ('=MATCH("*支出",科目,0)', 2.0, "by wildcard"),
        ("=MATCH(5,科目,0)", 7.0, "a number is no text"),
        ('=MATCH("无",科目,0)', NA, "not there"),
        ("=VLOOKUP(3,表,2,FALSE)", 4.0, "a value beside what is sought"),
        ("=VLOOKUP(5,表,2,0)", NA, "not there"),
        ("=VLOOKUP(3,表,3,0)", REF, "no such column"),
        ("=未知", NAME, "an unknown name"),
        ("=Sheet9!A1", REF, "an unknown sheet"),
        ("=空", 0.0, "a blank result shows as 0"),
        ("=INDEX(科目,4)", 0.0, "also out of a column"),
    ]
)
def test_columns(text: str, expected: Scalar, rule: str) -> None:
    holds(text, expected, rule)


def test_a_rate_over_names() -> None:
    assert result("=支出合计_决算数/支出合计_预算数") == 2624.8 / 3000


def test_numbers_excel_cannot_hold_are_errors() -> None:
    for number in (float("nan"), float("inf"), 10**400):
        assert compile_formula("x+0").evaluate({"x": number}.__getitem__) is NUM


def test_a_column_without_rows_is_a_blank() -> None:
    for formula, expected in (("SUM(x)", 0.0), ("COUNTA(x)", 0.0), ("SUMPRODUCT((x>0)*1)", 0.0), ("x", 0.0)):
        assert compile_formula(formula).evaluate({"x": ()}.__getitem__) == expected


def test_names_are_looked_up_as_written() -> None:
    asked: list[str] = []

    def lookup(name: str) -> Value:
        asked.append(name)
        return 1.0

    compile_formula("决算数 + '2022 年'!$D$8 + Sheet1!b2:A1").evaluate(lookup)
    assert asked == ["决算数", "'2022 年'!D8", "Sheet1!A1:B2"]


def test_a_run_that_would_touch_too_many_cells_ends_in_num() -> None:
    many = column(*map(float, range(4_000)))
    assert compile_formula("SUMPRODUCT(1/COUNTIF(x,x))").evaluate({"x": many}.__getitem__) is NUM
