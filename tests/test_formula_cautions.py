"""Formulas that Excel and LibreOffice would compute differently are told before they are used."""

from __future__ import annotations

import pytest

from xlsx_eval.formula import cautions, compile_formula

COLUMNS = frozenset({"功能科目_决算数"})


def told(text: str) -> str:
    return "；".join(cautions(compile_formula(text), COLUMNS))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ROUNDDOWN((目标-值)/步长,0)", "ROUNDDOWN(ROUND(…,6),0)"),
        ("INT(MAX(0,目标-值)*100)", "INT(ROUND(…,6),0)"),
        ("ROUND(满分*值,0)", "ROUND(ROUND(…,6),0)"),
        ("IF(甲-乙=0,1,0)", "请先用 ROUND"),
        ("SUM(功能科目_决算数)=支出合计_决算数", "请先用 ROUND"),
        ("ABS(甲-乙)<=0.05", "请先用 ROUND"),
        ("(甲>乙)=1", "逻辑值不应与数值"),
        ('甲>"B"', "文本的先后次序"),
        ('"结果："&(甲>乙)', 'IF(条件,"是","否")'),
        ("LEN(AND(甲,乙))", 'IF(条件,"是","否")'),
        ("SUMPRODUCT(功能科目_决算数>0)", "乘以 1"),
        ("SUMPRODUCT(IF(功能科目_决算数>0,1,0))", "条件相乘"),
        ('COUNTIF(功能科目_决算数,"*")', "COUNTA"),
        ('COUNTIFS(功能科目_决算数,"")', "SUMPRODUCT"),
        ('SUM("5",甲)', "请写数值"),
        ("功能科目_决算数/2", "“功能科目_决算数”是一整列"),
        ("ROUND(功能科目_决算数,2)", "“功能科目_决算数”是一整列"),
        ("功能科目_决算数", "“功能科目_决算数”是一整列"),
    ],
)
def test_what_is_told(text: str, words: str) -> None:
    assert words in told(text)


@pytest.mark.parametrize(
    "text",
    [
        "MAX(最低分,满分-扣分*ROUNDDOWN(ROUND(MAX(0,目标-值)/步长,6),0))",
        "IF(值>=目标,满分,ROUND(MAX(最低分,满分*值/目标),2))",
        "ROUND(SUM(功能科目_决算数)-支出合计_决算数,2)=0",
        "ROUND(甲*乙,2)",
        'IF(调整后预算数="",年初预算数,调整后预算数)',
        "AND(三公经费_预算数=0,三公经费_决算数=0)",
        "(甲>乙)=(丙>丁)",
        "SUMPRODUCT((功能科目_决算数>0)*功能科目_决算数)",
        'COUNTIF(功能科目_决算数,">0")',
        "SUM(IF(甲>0,功能科目_决算数,0))",
        "INDEX(功能科目_决算数,3)",
        'IF(SUM(甲,乙)="","",1)',
    ],
)
def test_what_is_well(text: str) -> None:
    assert told(text) == ""
