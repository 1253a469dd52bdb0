"""Cross-checks: figures that must add up, and the scheme's own requirements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from xlsx_eval.findings import Finding, finding
from xlsx_eval.judging.case import Case, readable
from xlsx_eval.judging.precision import FLOAT_NOISE, answers_of
from xlsx_eval.judging.score import CheckScore
from xlsx_eval.reading.entries import Answer, show
from xlsx_eval.scheme import Check

MOST_PARTS = 100
_LISTED = 3


def cross_checks(case: Case) -> Iterator[Finding]:
    """C01 to C05 for each cross-check whose entries are all readable."""
    for check, scored in zip(case.scheme.checks, case.scored.checks, strict=True):
        answers = list(answers_of(check.left, case.submission, case.scheme))
        stated = list(answers_of(check.right, case.submission, case.scheme))
        if stated and all(readable(answer) for answer in answers + stated):
            found = _check(check, scored, stated[0])
            yield from (_with_parts(item, case.expected(answers)) for item in found)
            yield from _incomplete(case, check, scored, stated[0])


def _incomplete(case: Case, check: Check, scored: CheckScore, stated: Answer) -> Iterator[Finding]:
    """C08 where some of the parts that a sum needs are given and others are not."""
    parts = [case.submission.answers[name] for name in check.needs if name in case.submission.answers]
    blank = [part for part in parts if not part.given]
    if not scored.right or stated in blank or not 0 < len(blank) < len(parts):
        return
    missing = "、".join(f"“{part.field.title}”" for part in blank)
    words = {"关系": check.title, "右": _amount(scored.right), "缺少": missing}
    yield finding(
        "C08",
        blank[0].place,
        blank[0].field.name,
        words=words,
        found="空白",
        expected="金额，没有发生的填 0",
        also=tuple(part.place for part in blank[1:]),
        about=f"sum:{check.id}",
    )


def _with_parts(item: Finding, parts: list[Answer]) -> Finding:
    """A sum that fails names its parts too: any of them may be the wrong one."""
    if item.code not in ("C01", "C05"):
        return item
    places = [(part.place.sheet, part.place.cell) for part in parts]
    blank = [part for part in parts if not part.given]
    said = "、".join(f"“{part.field.title}”（{part.place.cell}）" for part in blank[:_LISTED])
    more = f"等 {len(blank)} 项" if len(blank) > _LISTED else ""
    return replace(
        item,
        message=f"{item.message}；其中{said}{more}未填" if blank else item.message,
        also=tuple(dict.fromkeys(places[:MOST_PARTS])),
    )


def _check(check: Check, scored: CheckScore, stated: Answer) -> Iterator[Finding]:
    words = {"关系": check.title, "左": _amount(scored.left), "右": _amount(scored.right)}
    if scored.left is not None and scored.right is not None:
        yield from _both_given(check, scored, stated, words)
    elif scored.left is not None and not stated.field.required:
        yield _finding("C03", stated, words, check, scored.left, "空白")
    elif scored.right and scored.left is None and not check.needs:
        yield _finding("C04", stated, words, check, None, _amount(scored.right))


def _both_given(check: Check, scored: CheckScore, stated: Answer, words: dict[str, str]) -> Iterator[Finding]:
    difference = abs((scored.left or 0.0) - (scored.right or 0.0))
    words |= {"差": _amount(difference), "容差": _amount(scored.tolerance)}
    if not scored.agrees:
        code = "C01" if check.verdict == "错误" else "C05"
        yield _finding(code, stated, words, check, scored.left, words["右"], difference)
    elif difference > FLOAT_NOISE * max(1.0, abs(scored.left or 0.0)):
        yield _finding("C02", stated, words, check, scored.left, words["右"], difference)


def _finding(
    code: str,
    stated: Answer,
    words: dict[str, str],
    check: Check,
    left: float | None,
    found: str,
    money: float = 0.0,
) -> Finding:
    return finding(
        code,
        stated.place,
        stated.field.name,
        words=words,
        found=found,
        expected=_amount(left) if left is not None else "明细数据",
        verdict=check.verdict if code == "C05" else None,
        hint=check.hint or None if code in ("C01", "C05") else None,
        money=money,
        about=f"sum:{check.id}",
        correction=left if code == "C03" else None,
    )


def _amount(value: float | None) -> str:
    return "空白" if value is None else show(round(value, 4))


def requirements(case: Case) -> Iterator[Finding]:
    """C06 for each requirement of the scheme whose test is FALSE."""
    for requirement in case.scheme.requirements:
        if any(case.submission.number(name) is None for name in requirement.needs):
            continue
        if requirement.test.evaluate(case.scored.figures) is not False:
            continue
        answer = case.submission.answers.get(requirement.place)
        if answer is None:
            continue
        figures = {name: show(item.value, item.field) for name, item in case.submission.answers.items()}
        yield finding(
            "C06",
            answer.place,
            answer.field.name,
            words={"说明": requirement.message.format_map(figures), "办法": requirement.hint},
            found=answer.shown,
            expected=requirement.expected.format_map(figures),
            verdict=requirement.verdict,
            about=f"require:{requirement.id}",
        )
