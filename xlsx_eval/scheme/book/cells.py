"""How one value of a scheme stands in one cell of its workbook, and how it is read back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from xlsx_eval.scheme.remarks import did_you_mean, shown
from xlsx_eval.scheme.rules import rule_kinds

CellValue = str | float | int | None
EMPTY, NO_ITEMS = "（空）", "（无）"
"""A text that is there but empty, and a list that is there but empty; a blank cell means "not given"."""


@dataclass(frozen=True, slots=True)
class Codec:
    """`write` makes a cell's value of a raw one; `read` the raw one of a cell's, raising ValueError in words.

    `choices` are the words a dropdown offers; `look` is how the cell is drawn.
    """

    write: Callable[[Any], CellValue]
    read: Callable[[Any], Any]
    choices: tuple[str, ...] = ()
    look: str = "text"


def _plain(value: Any) -> str:
    return str(value) if not isinstance(value, float) or not value.is_integer() else str(int(value))


def _write_text(value: Any) -> str:
    return EMPTY if value == "" else str(value)


def _read_text(value: Any) -> str:
    text = _plain(value)
    return "" if text == EMPTY else text


def _read_number(value: Any) -> float | int:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        try:
            value = float(str(value).strip().removesuffix("%")) / (
                100 if str(value).strip().endswith("%") else 1
            )
        except ValueError:
            raise ValueError(f"应为数字，现为{shown(value)}") from None
    return int(value) if float(value).is_integer() else float(value)


def _write_flag(value: Any) -> str:
    return "是" if value else "否"


def _read_flag(value: Any) -> bool:
    if value not in ("是", "否"):
        raise ValueError(f"应为“是”或“否”，现为{shown(value)}")
    return bool(value == "是")


def _write_list(value: Any) -> str:
    items = [EMPTY if item == "" else str(item) for item in value]
    if not items:
        return NO_ITEMS
    if any("、" in item for item in items):
        return "\n".join(items) + ("\n" if len(items) == 1 else "")
    return "、".join(items)


def _read_list(value: Any) -> list[str]:
    text = _plain(value)
    if text == NO_ITEMS:
        return []
    items = text.split("\n") if "\n" in text else text.split("、")
    return ["" if item.strip() == EMPTY else item.strip() for item in items if item.strip()]


def _write_lines(value: Any) -> str:
    return "\n".join(EMPTY if line == "" else line for line in value) or NO_ITEMS


def _read_lines(value: Any) -> list[str]:
    text = _plain(value)
    return [] if text == NO_ITEMS else ["" if line == EMPTY else line for line in text.split("\n")]


def _write_columns(value: Any) -> str:
    return "\n".join(f"{one['name']}={one['label']}" if "label" in one else one["name"] for one in value)


def _read_columns(value: Any) -> list[dict[str, str]]:
    columns = []
    for line in _plain(value).split("\n"):
        name, sign, label = line.strip().partition("=")
        columns.append({"name": name.strip(), "label": label.strip()} if sign else {"name": name.strip()})
    return columns


def _is_numeric(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _write_inputs(value: Any) -> str:
    lines = []
    for name, entry in value.items():
        quoted = isinstance(entry, str) and (_is_numeric(entry) or entry.strip('"') != entry)
        lines.append(
            f'{name}="{entry}"'
            if quoted
            else f"{name}={entry!r}"
            if not isinstance(entry, str)
            else f"{name}={entry}"
        )
    return "\n".join(lines) or NO_ITEMS


def _read_inputs(value: Any) -> dict[str, str | float | int]:
    inputs: dict[str, str | float | int] = {}
    text = _plain(value)
    for line in text.split("\n") if text != NO_ITEMS else ():
        name, sign, entry = line.partition("=")
        if not sign:
            raise ValueError(f"每行应写成“数据项=值”，现为{shown(line)}")
        entry = entry.strip()
        if len(entry) > 1 and entry[0] == entry[-1] == '"':
            inputs[name.strip()] = entry[1:-1]
        else:
            inputs[name.strip()] = _read_number(entry) if _is_numeric(entry) else entry
    return inputs


def _read_either(value: Any) -> float | int | str:
    return _read_text(value) if isinstance(value, str) and not _is_numeric(value) else _read_number(value)


def words(mapping: Mapping[str, str]) -> Codec:
    """A codec for keys of `mapping` that stand as its words."""
    back = {word: key for key, word in mapping.items()}

    def read(value: Any) -> str:
        word = str(value).strip()
        if word not in back:
            raise ValueError(f"没有“{word}”，应为“{'”“'.join(back)}”之一{did_you_mean(word, back)}")
        return back[word]

    return Codec(lambda key: mapping[key], read, tuple(back))


TEXT = Codec(_write_text, _read_text)
FORMULA = Codec(_write_text, _read_text, look="formula")
NUMBER = Codec(lambda value: value, _read_number, look="number")
RATE = Codec(lambda value: value, _read_number, look="rate")
FLAG = Codec(_write_flag, _read_flag, ("是", "否"))
LIST = Codec(_write_list, _read_list)
LINES = Codec(_write_lines, _read_lines)
COLUMNS = Codec(_write_columns, _read_columns)
INPUTS = Codec(_write_inputs, _read_inputs)
EITHER = Codec(lambda value: value if not isinstance(value, str) else _write_text(value), _read_either)
VERDICT = words({word: word for word in ("错误", "待说明", "无法核验", "提示")})
MISSING = words({word: word for word in ("错误", "待说明", "无法核验", "提示", "待复核")})
SHEET_KIND = words(
    {"notes": "说明", "form": "表单", "grid": "数据表", "table": "明细表", "indicators": "指标表"}
)
FIELD_TYPE = words(
    {
        "text": "文字",
        "long": "长文字",
        "code": "编码",
        "year": "年度",
        "date": "日期",
        "choice": "选择",
        "integer": "整数",
        "amount": "金额",
        "rate": "比率",
        "score": "得分",
        "number": "数字",
        "target": "目标值",
    }
)
RULE_KIND = words({kind: str(entry["title"]) for kind, entry in rule_kinds().items()})
STEPS = words({"whole": "按整步", "started": "不足一步按一步"})
TAKE = words({"chosen": "部门选定", "best": "取分高者", "first": "前项优先"})
NOT_APPLICABLE = words({"full": "得满分", "rescale": "不计分并折算"})
YES_NO = words({"是": "是", "否": "否"})
