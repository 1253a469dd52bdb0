"""A workspace: one folder that holds a season of collecting, and xlsx-eval.toml that says how."""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from schema import And, Optional, Or, Schema, SchemaError

from xlsx_eval.errors import Said, SchemeError, WorkspaceError, toml_fault
from xlsx_eval.run.allowance import DEFAULT_ALLOWANCE, SETTINGS, Allowance, allowance
from xlsx_eval.run.outbox import write_whole
from xlsx_eval.scheme import Scheme, load_scheme, scheme_names
from xlsx_eval.scheme.book import load_any, raw_tables, to_toml
from xlsx_eval.scheme.book.anywhere import is_workbook
from xlsx_eval.season.roster import draw_roster

CONFIG, ROSTER, LEDGER, MANUAL = "xlsx-eval.toml", "roster.xlsx", "ledger.sqlite", "使用说明.txt"
SCHEME = "scheme.toml"
"""A scheme that is a file of its own, as a workspace keeps it."""

_POSITIVE = And(Or(int, float), lambda number: not isinstance(number, bool) and 0 <= number <= 3600)
_SHAPES = {
    "scheme": (
        And(str, len),
        Said("应为评价方案的名称或方案文件的路径", "takes the name of a scheme or the path of a scheme file"),
    ),
    "year": (
        Or(And(int, lambda year: 1990 <= year <= 2200), 0),
        Said("应为四位年度，0 为方案自己的年度", "takes a year of four digits, 0 for the scheme's own"),
    ),
    "deadline": (
        Or(And(datetime.date, lambda day: not isinstance(day, datetime.datetime)), ""),
        Said(
            '应为日期，如 2023-04-30（不加引号）；没有截止日期写 ""',
            'takes a date such as 2023-04-30 without quotes; "" for none',
        ),
    ),
    "inbox": (And(str, len), Said("应为文件夹", "takes a folder")),
    "outbox": (And(str, len), Said("应为文件夹", "takes a folder")),
    "settle": (_POSITIVE, Said("应为秒数", "takes a number of seconds")),
    "polling": (Or(bool, "auto"), Said('应为 "auto"、true 或 false', 'takes "auto", true or false')),
    "workers": (
        And(int, lambda number: 0 <= number <= 512),
        Said("应为进程数，0 为处理器核数", "takes a number of processes, 0 for one a processor"),
    ),
    "last_year": (
        str,
        Said('应为上年度工作文件夹，没有写 ""', 'takes the workspace of the year before, "" for none'),
    ),
}
_LIMITS = {
    name: (And(setting.allows, Or(int, float) if name == "seconds" else int), setting)
    for name, setting in SETTINGS.items()
}
_GRAMMAR = Schema(
    {
        **{Optional(key): shape for key, (shape, _) in _SHAPES.items()},
        Optional("limits"): {Optional(key): shape for key, (shape, _) in _LIMITS.items()},
    }
)

_CONFIG_TEXT = """\
# 本文件说明这个工作文件夹怎样收集和核对。改后重新启动 watch 生效。

# 评价方案：内置方案名称，或方案文件（.toml）的路径（相对路径从本文件夹算起）。
scheme = {scheme}
# 评价年度；0 为方案自己的年度。
year = {year}
# 报送截止日期，如 2023-04-30（不加引号）；没有截止日期写 ""。
deadline = ""

# 收件和退件文件夹；可以是网络文件夹。
inbox = "inbox"
outbox = "outbox"
# 文件停止变化多少秒后才处理。
settle = 1.0
# 网络文件夹收不到变动通知，要定时查看："auto" 自行识别；识别不出的写 true。
polling = "auto"
# 同时处理的进程数；0 为处理器核数。
workers = 0

# 上年度的工作文件夹；填写后自动比对上年决算数。没有写 ""。
last_year = ""

# 处理单个文件的上限，超过的列为“无法读取”，不影响其他文件。一般不需要改。
[limits]
# 时间（秒）和内存（MB）。
seconds = 60
memory = 2048
# 解压后的总大小和单个成员的大小（MB）、成员个数、较大成员的压缩倍数。
total = 512
member = 256
members = 10000
ratio = 300
# 有内容的单元格个数。
cells = 1000000
"""

_MANUAL_TEXT = """\
{year}年度{name} 收集核对工作文件夹

一、准备
  1. 在 roster.xlsx 中登记应报送的部门：预算编码、单位名称、别名、联系人；财政部门掌握的批复数填在右侧各列，免报的写明原因。
  2. 在 xlsx-eval.toml 中填写截止日期。
  3. 运行 xlsx-eval template --roster 本文件夹/roster.xlsx -o 模板文件夹，为名册中每个应报部门生成填好编码、名称、年度和批复数的模板，发给部门填报。
二、收集
  1. 把部门报来的文件放入 inbox（可建子文件夹）。文件名不限，程序按内容识别部门。
  2. 自动处理：运行 xlsx-eval watch 本文件夹；或定时运行 xlsx-eval run 本文件夹。
  3. 处理后的文件从 inbox 移走，原件永久保存在 archive。
三、退件
  1. outbox 中按“退回修改”“待复核”“通过”“无法读取”分放，每个部门只保留最新一轮。
  2. 将“退回修改”和“待复核”中的文件发还部门；部门在“问题清单”的“整改说明”栏答复后，将修改好的文件重新报送。
  3. 不能确认部门的文件列为“待认领”：在 roster.xlsx 中补充别名或编码后，下一次处理时自动认领。
四、掌握进度：xlsx-eval status 本文件夹；汇总：xlsx-eval summary 本文件夹。
五、复核：xlsx-eval review 本文件夹 复核表.xlsx 生成复核表，填写“复核得分”“复核意见”后再次运行同一命令读入。
六、archive 和 ledger.sqlite 是全部记录，请勿改动，并定期备份；xlsx-eval verify 本文件夹 可检验记录是否完好。
"""


@dataclass(frozen=True, slots=True)
class Config:
    """What xlsx-eval.toml says; folders as written there. `year` 0 is the scheme's, `workers` 0 one a processor.

    `polling` None is true for a folder on a network drive; `allowed` is what one file may cost.
    """

    scheme: str = "default"
    year: int = 0
    deadline: datetime.date | None = None
    inbox: str = "inbox"
    outbox: str = "outbox"
    settle: float = 1.0
    polling: bool | None = None
    workers: int = 0
    last_year: str = ""
    allowed: Allowance = DEFAULT_ALLOWANCE


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder of a season and where things lie in it."""

    root: Path
    config: Config

    @property
    def inbox(self) -> Path:
        """Where files are dropped."""
        return self.root / self.config.inbox

    @property
    def outbox(self) -> Path:
        """Where what is handed back appears."""
        return self.root / self.config.outbox

    @property
    def archive(self) -> Path:
        """Originals by digest."""
        return self.root / "archive"

    @property
    def ledger(self) -> Path:
        """The record of everything."""
        return self.root / LEDGER

    @property
    def roster(self) -> Path:
        """The departments."""
        return self.root / ROSTER

    def scheme(self) -> Scheme:
        """The scheme that judges this season."""
        name = self.config.scheme
        if name.endswith(".toml"):
            name = str(self.root / name)
        return load_scheme(name, year=self.config.year or None)

    def last_ledger(self) -> Path | None:
        """The ledger of the year before, if there is one."""
        return self.root / self.config.last_year / LEDGER if self.config.last_year else None


def init_workspace(root: Path, scheme_name: str = "default", year: int | None = None) -> Workspace:
    """Makes the folders and the files the bureau fills in; what is there already is left as it is.

    A scheme that is a file, TOML or workbook, named as seen from the current folder, is copied: the season
    then is complete in itself.
    """
    if (root / CONFIG).exists():
        raise WorkspaceError(
            str(root), (Said("已经是工作文件夹，未作改动", "is a workspace already; nothing was changed"),)
        )
    scheme, own = load_any(scheme_name, year=year), _own_scheme(scheme_name)
    workspace = Workspace(root, Config(scheme=SCHEME if own else scheme_name, year=year or 0))
    for folder in (root, workspace.inbox, workspace.outbox, workspace.archive):
        folder.mkdir(parents=True, exist_ok=True)
    if own:
        _keep_scheme(own, root / SCHEME)
    if not workspace.roster.exists():
        draw_roster(workspace.roster, scheme)
    manual = _MANUAL_TEXT.format(year=scheme.year, name=scheme.name)
    write_whole(root / MANUAL, b"\xef\xbb\xbf" + manual.replace("\n", "\r\n").encode())
    # The configuration comes last: it is what makes the folder a workspace.
    config = _CONFIG_TEXT.format(scheme=f'"{workspace.config.scheme}"', year=year or 0)
    write_whole(root / CONFIG, config.encode())
    return workspace


def _own_scheme(name: str) -> bytes:
    """The scheme as a TOML file, from such a file or a workbook; nothing where a ready one is named."""
    if is_workbook(name):
        return to_toml(raw_tables(name)).encode()
    return Path(name).read_bytes() if name not in scheme_names() else b""


def _keep_scheme(data: bytes, target: Path) -> None:
    """Puts the scheme into the workspace; another one that lies there already is not replaced."""
    if target.exists() and target.read_bytes() != data:
        raise WorkspaceError(
            str(target),
            (Said("已有内容不同的方案文件，请先移走", "another scheme file lies there; move it away first"),),
        )
    write_whole(target, data)


def open_workspace(root: Path) -> Workspace:
    """The workspace at `root`; raises WorkspaceError that tells every fault of its configuration."""
    path = root / CONFIG
    try:
        raw = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise WorkspaceError(
            str(root),
            (
                Said(
                    f"不是工作文件夹（没有 {CONFIG}），请先运行 init",
                    f"not a workspace (there is no {CONFIG}); run init first",
                ),
            ),
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WorkspaceError(
            CONFIG, (Said(f"无法读取：{toml_fault(error)}", f"cannot be read: {toml_fault(error).en}"),)
        ) from None
    problems = tuple(_problems(raw))
    if problems:
        raise WorkspaceError(CONFIG, problems)
    raw["deadline"] = raw.get("deadline") or None
    raw["polling"] = None if raw.get("polling", "auto") == "auto" else raw["polling"]
    raw["allowed"] = allowance(raw.pop("limits", {}))
    workspace = Workspace(root, Config(**raw))
    _refuse_knots(workspace)
    _refuse_itself(workspace)
    try:
        workspace.scheme()
    except SchemeError as error:
        raise WorkspaceError(CONFIG, (Said(f"scheme：{error}", f"scheme: {error.told('en')}"),)) from error
    return workspace


def _problems(raw: dict[str, object]) -> list[str]:
    try:
        _GRAMMAR.validate(raw)
    except SchemaError:
        pass
    else:
        return []
    found: list[str] = [
        Said(f"{key}：没有这一项", f"there is no setting {key}")
        for key in raw
        if key not in (*_SHAPES, "limits")
    ]
    for key, (shape, words) in _SHAPES.items():
        if key in raw and not Schema(shape).is_valid(raw[key]):
            found.append(Said(f"{key}：{words}", f"{key} {words.en}"))
    return [*found, *_limit_problems(raw.get("limits", {}))]


def _limit_problems(raw: object) -> Iterator[str]:
    if not isinstance(raw, dict):
        yield Said("limits：应为 [limits] 一节", "limits takes a section [limits]")
        return
    for key, value in raw.items():
        if key not in _LIMITS:
            yield Said(f"limits.{key}：没有这一项", f"there is no setting limits.{key}")
            continue
        shape, setting = _LIMITS[key]
        if not Schema(shape).is_valid(value):
            kind = "数" if key == "seconds" else "整数"
            span = f"{setting.least:.0f}", f"{setting.most:.0f}"
            yield Said(
                f"limits.{key}：应为 {span[0]} 至 {span[1]} 之间的{kind}",
                f"limits.{key} takes a {'number' if key == 'seconds' else 'whole number'} from {span[0]} to {span[1]}",
            )


def _refuse_itself(workspace: Workspace) -> None:
    """Last year's workspace is another one, or a season would be compared with itself."""
    last = workspace.last_ledger()
    if last is not None and last.parent.resolve() == workspace.root.resolve():
        raise WorkspaceError(
            CONFIG,
            (
                Said(
                    "last_year：不能是本工作文件夹自己，应为上年度的工作文件夹",
                    "last_year cannot be this workspace itself",
                ),
            ),
        )


def _refuse_knots(workspace: Workspace) -> None:
    """Inbox, outbox and archive must not lie in one another, or outputs would come in as submissions."""
    folders = {
        "inbox": workspace.inbox.resolve(),
        "outbox": workspace.outbox.resolve(),
        "archive": workspace.archive.resolve(),
    }
    for name, folder in folders.items():
        for other, path in folders.items():
            if name != other and (folder == path or folder.is_relative_to(path)):
                raise WorkspaceError(
                    CONFIG, (Said(f"{name} 不能放在 {other} 里面", f"{name} cannot lie in {other}"),)
                )
        if folder == workspace.root.resolve():
            raise WorkspaceError(
                CONFIG, (Said(f"{name} 不能是工作文件夹本身", f"{name} cannot be the workspace itself"),)
            )
