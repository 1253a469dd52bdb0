"""Checks of the department's own indicators: blocks, rows, targets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from xlsx_eval.findings import Finding, finding
from xlsx_eval.judging.case import Case, explains, readable
from xlsx_eval.judging.checks.contradictions import contradictions, out_of_reach, proves_nothing
from xlsx_eval.judging.checks.scores import self_score
from xlsx_eval.judging.score import IndicatorScore
from xlsx_eval.reading.entries import Answer, show
from xlsx_eval.reading.targets import overdue
from xlsx_eval.scheme import Own

_BANDS = {"达成": (0.8, 1.0), "部分达成": (0.6, 0.8), "未达成": (0.0, 0.6)}


def blocks(case: Case) -> Iterator[Finding]:
    """E09 for blocks whose points do not add up, E10 and E11 for empty ones.

    Neither can be said while a row names no block.
    """
    own = case.scheme.own
    if own is None or f"{own.table.id}_一级指标" not in case.submission.columns:
        return
    rows = [case.submission.row(own.table.id, index) for index in case.submission.filled_rows(own.table.id)]
    homeless = [row for row in rows if row["一级指标"].value not in own.blocks]
    for block, points in own.blocks.items():
        members = [row for row in rows if row["一级指标"].value == block]
        if not members and not homeless:
            yield _empty_block(case, own, block, points)
        elif not homeless and all((row["分值"].number or 0.0) > 0 for row in members):
            yield from _block_points(block, points, members)


def _empty_block(case: Case, own: Own, block: str, points: float) -> Finding:
    """At the first free row, where the missing indicators would be written."""
    column = case.submission.columns[f"{own.table.id}_一级指标"]
    free = max(case.submission.filled_rows(own.table.id), default=-1) + 1
    first = column[min(free, len(column) - 1)]
    code = "E11" if block == own.survey else "E10"
    words = {"类别": block, "分值": show(points)}
    return finding(code, first.place, block, words=words, found="空白", expected="填报指标", points=points)


def _block_points(block: str, points: float, members: list[dict[str, Answer]]) -> Iterator[Finding]:
    total = round(sum(row["分值"].number or 0 for row in members), 4)
    if abs(total - points) > 0.005:
        first = members[0]["分值"]
        words = {"类别": block, "合计": show(total), "分值": show(points)}
        yield finding(
            "E09",
            first.place,
            first.field.name,
            words=words,
            found=show(total),
            expected=show(points),
            points=abs(total - points),
            also=tuple(row["分值"].place for row in members[1:]),
        )


def rows(case: Case) -> Iterator[Finding]:
    """Every own indicator: complete, of the right kind, scored by its target."""
    own = case.scheme.own
    if own is None:
        return
    scored = {one.own_row: one for one in case.scored.indicators if one.own_row is not None}
    for index in case.submission.filled_rows(own.table.id):
        row = case.submission.row(own.table.id, index)
        yield from _incomplete(row)
        yield from _kinds(row)
        yield from contradictions(row, _name(row), case.submission.book)
        points = row["分值"].number
        if points is not None and points <= 0:
            yield _no_points(own, row, points)
        elif index in scored and points is not None:
            yield from _judge(case, row, scored[index])


def _no_points(own: Own, row: Mapping[str, Answer], points: float) -> Finding:
    """B04 at points of nothing or less, which no self-score can be judged by."""
    answer, block = row["分值"], own.blocks.get(str(row["一级指标"].value))
    limits = "大于 0" if block is None else f"大于 0，至多 {show(block)}"
    words = {"字段": f"{_name(row)} 分值", "原文": answer.shown, "范围": limits}
    return finding(
        "B04",
        answer.place,
        answer.field.name,
        words=words,
        found=answer.shown,
        expected=limits,
        points=abs(points),
    )


def _name(row: Mapping[str, Answer]) -> str:
    answer = row["三级指标"]
    return str(answer.value) if answer.value else f"第 {(answer.row or 0) + 1} 个指标"


def _incomplete(row: Mapping[str, Answer]) -> Iterator[Finding]:
    needed = ["一级指标", "三级指标", "指标性质", "实际完成值", "分值"]
    if row["指标性质"].value != "定性":
        needed.insert(3, "年度指标值")
    missing = [row[name] for name in needed if row[name].value is None and readable(row[name])]
    if missing:
        labels = "、".join(answer.field.title for answer in missing)
        yield finding(
            "F01",
            missing[0].place,
            missing[0].field.name,
            words={"指标": _name(row), "清单": labels},
            found="空白",
            expected=labels,
            points=row["分值"].number or 0.0,
            also=tuple(answer.place for answer in missing[1:]),
        )


def _kinds(row: Mapping[str, Answer]) -> Iterator[Finding]:
    """B02 for text where a number is compared, F04 for a qualitative result in other words."""
    if row["指标性质"].value == "定性":
        actual = row["实际完成值"]
        if actual.value is not None and actual.value not in _BANDS:
            words = {"指标": _name(row), "实际": actual.shown}
            expected = "、".join(_BANDS)
            yield finding(
                "F04", actual.place, actual.field.name, words=words, found=actual.shown, expected=expected
            )
        return
    # A day that was missed was read; it is asked about as late, not refused as no number.
    if overdue(row["年度指标值"], row["实际完成值"]):
        return
    for name in ("年度指标值", "实际完成值"):
        answer = row[name]
        if isinstance(answer.value, str) and row["指标性质"].value is not None:
            words = {"字段": f"{_name(row)} {name}", "原文": answer.shown}
            unit = row.get("计量单位")
            expected = f"数字（计量单位：{unit.value}）" if unit is not None and unit.value else "数字"
            yield finding(
                "B02", answer.place, answer.field.name, words=words, found=answer.shown, expected=expected
            )


def _judge(case: Case, row: Mapping[str, Answer], scored: IndicatorScore) -> Iterator[Finding]:
    claim = row["自评得分"]
    explained = explains(row["偏差原因"])
    band = _band(row)
    possible = claim.number is not None and 0 <= claim.number <= scored.points
    if band is not None and possible and not band[0] - 1e-9 <= (claim.number or 0) <= band[1] + 1e-9:
        yield _out_of_band(row, claim, band)
        return
    # What is uncertain proves no score; the department is asked about it instead.
    if not (proves_nothing(row, _name(row)) and scored.score is not None and scored.score < scored.points):
        yield from self_score(scored, claim, explained)
    yield from _overshoot(case, row, explained)


def _band(row: Mapping[str, Answer]) -> tuple[float, float] | None:
    points = row["分值"].number
    share = _BANDS.get(str(row["实际完成值"].value))
    if row["指标性质"].value != "定性" or points is None or share is None:
        return None
    return share[0] * points, share[1] * points


def _out_of_band(row: Mapping[str, Answer], claim: Answer, band: tuple[float, float]) -> Finding:
    expected = f"{show(round(band[0], 4))}～{show(round(band[1], 4))}"
    words = {
        "指标": _name(row),
        "实际": str(row["实际完成值"].value),
        "区间": expected,
        "自评": show(claim.number),
    }
    points = max(band[0] - (claim.number or 0), (claim.number or 0) - band[1])
    return finding(
        "F03", claim.place, claim.field.name, words=words, found=claim.shown, expected=expected, points=points
    )


def _overshoot(case: Case, row: Mapping[str, Answer], explained: bool | None) -> Iterator[Finding]:
    target, actual = row["年度指标值"], row["实际完成值"]
    if out_of_reach(row, actual):
        return
    if row["指标性质"].value != "≥" or explained is not False or not target.number or actual.number is None:
        return
    over = actual.number / target.number - 1
    if target.number > 0 and over > case.scheme.overshoot + 1e-9:
        words = {
            "指标": _name(row),
            "目标": show(target.number),
            "实际": show(actual.number),
            "超出": f"{show(round(over * 100, 1))}%",
        }
        yield finding(
            "F02",
            actual.place,
            actual.field.name,
            words=words,
            found=actual.shown,
            expected="偏差原因说明",
            points=row["分值"].number or 0.0,
        )
