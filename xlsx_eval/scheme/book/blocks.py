"""The sheets of a scheme's workbook: blocks of rows, and which key each column holds."""

from __future__ import annotations

from dataclasses import dataclass

from xlsx_eval.scheme.book import cells
from xlsx_eval.scheme.book.cells import Codec


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a block: its heading, the key it holds, and what its note says.

    A column whose key is "" is there to be read by people only.
    """

    heading: str
    key: str
    codec: Codec
    width: float = 14
    help: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A titled table on one sheet."""

    sheet: str
    title: str
    columns: tuple[Column, ...]
    help: str = ""
    spare: int = 10


def _c(heading: str, key: str, codec: Codec = cells.TEXT, width: float = 14, note: str = "") -> Column:
    return Column(heading, key, codec, width, note)


_SIGNED = _c("可为负", "signed", cells.FLAG, 8, "填“是”的可以是负数，如预算追减。")
_BUREAU = _c("财政填写", "bureau", cells.FLAG, 9, "填“是”的由财政部门填写，部门不能修改。")
_HELP = _c("填报说明", "help", cells.TEXT, 44, "印在模板上，选中单元格时也会显示。")
_CHOICES = _c(
    "可选内容", "choices", cells.LIST, 22, "类型为“选择”时填写，用顿号分开；内容本身带顿号的，每行写一项。"
)
_TYPE = _c("类型", "type", cells.FIELD_TYPE, 10, "金额按方案的金额单位填写，比率按百分数填写。")
_LABEL = _c(
    "显示名称", "label", cells.TEXT, 24, "印在模板上的名称；不填的与名称相同。可用 {年度}、{上年}、{次年}。"
)
_UNIT = _c("单位", "unit", cells.TEXT, 8)

HEAD = Block(
    "方案",
    "方案",
    (_c("项目", "", width=18), _c("内容", "", width=60), _c("说明", "", width=60)),
    "方案的总体设定。",
)
HEAD_ROWS: tuple[Column, ...] = (
    _c("方案编号", "scheme.id", note="英文字母和数字，用于文件和命令。"),
    _c("方案名称", "scheme.name"),
    _c("年度", "scheme.year", cells.NUMBER, note="每年只改此处；各表中的 {年度}、{上年}、{次年} 随之变化。"),
    _c("总分", "scheme.points", cells.NUMBER),
    _c("金额单位", "scheme.unit"),
    _c("小数位数", "scheme.decimals", cells.NUMBER, note="金额保留的小数位数，也用于推算允许误差。"),
    _c("超额说明线", "scheme.overshoot", cells.RATE, note="自定指标完成值高出目标多少须说明，如 30%。"),
    _c("依据", "scheme.source"),
    _c("凭记忆录入", "scheme.remembered", cells.FLAG, note="填“是”的表示未与原文件逐字核对。"),
    _c("备注", "scheme.note"),
    _c("自定指标工作表", "own.sheet", note="部门自定指标所在的工作表；没有自定指标的留空。"),
    _c("自定指标明细表", "own.table"),
    _c("满意度类别", "own.survey", note="需要调查数据的类别；没有的留空。"),
    _c("自定指标计分公式", "own.score", cells.FORMULA, note="按明细表的一行计算，直接写列名。"),
)
GRADES = Block(
    "方案",
    "等级",
    (_c("等级", "grade", width=18), _c("最低分", "lowest", cells.NUMBER, 60)),
    "自高到低；最低一级从 0 分起。",
    3,
)
REMARKS = Block(
    "方案",
    "自评差异分档",
    (_c("比例", "share", cells.RATE, 18),),
    "自评与核定相差超过这些比例的，逐档提示。",
    2,
)
OWN_BLOCKS = Block(
    "方案",
    "自定指标类别",
    (_c("类别", "block", width=18), _c("分值", "points", cells.NUMBER, 60)),
    "部门自定指标的各类分值；加上“指标”表的分值应等于总分。",
    3,
)
SHEETS = Block(
    "工作表",
    "工作表",
    (
        _c("工作表", "name", width=16, note="工作表名，不超过 31 字。"),
        _c(
            "类型",
            "kind",
            cells.SHEET_KIND,
            10,
            "说明：只有文字；表单：一行一项；数据表：行列数据；明细表：逐行填报；指标表：指标自评。",
        ),
        _c("标题", "title", width=34),
        _c("表头说明", "note", width=44),
        _c("正文", "lines", cells.LINES, 60, "只用于“说明”表，每行一段（Alt+Enter 换行）。"),
        _c("明细表编号", "table.id", width=12, note="只用于“明细表”；列的名称前会加上它，如 项目_决算数。"),
        _c("明细表行数", "table.rows", cells.NUMBER, 10),
    ),
    "模板由哪些工作表组成，自上而下即模板中的次序。",
)
GRIDS = Block(
    "工作表",
    "数据块",
    (
        _c("工作表", "sheet", width=16),
        _c("类型", "type", cells.FIELD_TYPE, 10),
        _c("标题", "title", width=34),
        _c("单位", "unit", width=44),
        _c(
            "列", "columns", cells.COLUMNS, 60, "每行一列，写成“列名=表头”；只有一列的可不写列名，如“=人数”。"
        ),
    ),
    "“数据表”由一个或几个数据块组成；数据块的行在“数据项”表中。",
)
FIELDS = Block(
    "数据项",
    "表单项",
    (
        _c("工作表", "sheet", width=14),
        _c("名称", "name", width=20, note="公式中使用的名称，汉字、字母、数字和下划线。"),
        _LABEL,
        _TYPE,
        _UNIT,
        _c("必填", "required", cells.FLAG, 8),
        _CHOICES,
        _HELP,
        _SIGNED,
        _BUREAU,
        _c("最高分", "points", cells.NUMBER, 9, "类型为“得分”时的上限。"),
    ),
)
ROWS = Block(
    "数据项",
    "数据块的行",
    (
        _c("工作表", "sheet", width=14),
        _c("名称", "name", width=20, note="公式中写成“名称_列名”，只有一列的直接写名称。"),
        _LABEL,
        _c("类型", "type", cells.FIELD_TYPE, 10, "与数据块相同的不填。"),
        _UNIT,
        _c("必填列", "required", cells.LIST, 8, "必须填报的列名，用顿号分开；只有一列的填“（空）”。"),
        _CHOICES,
        _HELP,
        _SIGNED,
        _BUREAU,
        _c("数据块", "grid", width=20, note="所属数据块的标题。"),
    ),
)
COLUMNS = Block(
    "数据项",
    "明细表的列",
    (
        _c("工作表", "sheet", width=14),
        _c("名称", "name", width=20),
        _LABEL,
        _TYPE,
        _c("列宽", "width", cells.NUMBER, 8),
        _c("行名称", "key", cells.FLAG, 8, "填“是”的一列是每行的名称，每张明细表有且只有一列。"),
        _CHOICES,
        _HELP,
        _SIGNED,
        _BUREAU,
        _c("核对公式", "claims", cells.FORMULA, 20, "部门填报的比率应等于此公式的结果，直接写列名。"),
    ),
)
DERIVED = Block(
    "数据项",
    "推算数",
    (_c("名称", "name", width=14), _c("公式", "formula", cells.FORMULA, 20)),
    "由填报数据推算、供指标和勾稽公式使用的数。",
)
INDICATORS = Block(
    "指标",
    "指标",
    (
        _c("编号", "number", cells.NUMBER, 7, "1、2、3……，“评分规则”表用它找到指标。"),
        _c("一级指标", "level1", width=12),
        _c("二级指标", "level2", width=16),
        _c("三级指标", "name", width=24),
        _c("分值", "points", cells.NUMBER, 7),
        _c(
            "指标值公式",
            "value",
            cells.FORMULA,
            40,
            "如 =支出合计_决算数/支出合计_预算数；按要点或选择评分的不填。",
        ),
        _c("计量单位", "unit", width=9, note="不填的为 %。"),
        _SIGNED,
        _c("不适用条件", "not_applicable", cells.FORMULA, 30),
        _c("不适用时", "if_not_applicable", cells.NOT_APPLICABLE, 14, "不填的得满分。"),
        _c("缺数据时", "missing", cells.MISSING, 10, "不填的为“无法核验”。"),
        _c("指标解释", "meaning", width=44),
        _c("凭记忆录入", "remembered", cells.FLAG, 10),
    ),
    "每行一个三级指标，自上而下即模板中的次序。",
    20,
)
RULES = Block(
    "评分规则",
    "规则",
    (
        _c("指标编号", "number", cells.NUMBER, 8),
        _c("指标（参考）", "", width=32, note="只供阅读，不读取。"),
        _c("规则类型", "kind", cells.RULE_KIND, 14, "从下拉列表选择；各类型的含义见填写说明。"),
        _c("目标", "target", cells.RATE, 8),
        _c("步长", "step", cells.RATE, 7, "每超过（低于）多少扣一次分。"),
        _c("扣分", "deduct", cells.NUMBER, 14, "每个步长扣几分。"),
        _c("步数计法", "steps", cells.STEPS, 16, "不填的按整步：不足一步的部分不扣。"),
        _c("最低分", "lowest", cells.NUMBER, 8, "不填的扣完为止。"),
        _c("零分线", "zero", cells.RATE, 8, "越过此线不得分。"),
        _c("折算满分", "full", cells.NUMBER, 9, "外部评分的满分，如 100。"),
        _c("超额说明线", "overshoot", cells.RATE, 10),
        _c("不符答案", "bad", cells.YES_NO, 9, "选哪个答案扣分，不填的为“否”。"),
        _c("另扣公式", "also", cells.FORMULA, 12),
        _c("其余值", "outside", cells.EITHER, 9, "不在各档的值得几分，或填“待复核”。"),
        _c("提问", "question", width=12, note="部门看到的问题，不填的为“完成情况”。"),
        _c("选法", "take", cells.TAKE, 10),
        _c("自定公式", "formula", cells.FORMULA, 14),
        _c("规则文字", "words", width=14),
        _c("扣分理由", "reason", width=12),
        _c("第几项", "way", cells.NUMBER, 7, "“二选一”的第一项填 1，第二项填 2；其他规则不填。"),
        _c("该项名称", "way.name", width=12),
        _c("该项公式", "way.value", cells.FORMULA, 16),
        _c("该项单位", "way.unit", width=9),
    ),
    "每个指标一行；“二选一”的每一项另占一行。",
    20,
)
ENTRIES = Block(
    "评分规则",
    "要点和分档",
    (
        _c("指标编号", "number", cells.NUMBER, 8),
        _c("内容", "text", cells.FORMULA, 32, "要点、区间（如 [80%,90%)、≥95%）、情形或条件公式。"),
        _c("分值", "points", cells.NUMBER, 14, "得（扣）几分；定性分档填最低比例。"),
        _c("最高比例", "most", cells.RATE, 8, "只用于定性分档。"),
        _c("第几项", "way", cells.NUMBER, 7, "只用于“二选一”。"),
        _c("情形说明", "words", width=14, note="只用于“分情形（按数据）”。"),
        _c("指标（参考）", "", width=10, note="只供阅读，不读取。"),
    ),
    "要点、分档、情形每条一行，自上而下。",
    20,
)
CHECKS = Block(
    "勾稽关系",
    "勾稽关系",
    (
        _c("编号", "id", width=20),
        _c("关系", "title", width=36),
        _c("推算（左边）", "left", cells.FORMULA, 44),
        _c("填报（右边）", "right", cells.FORMULA, 24),
        _c("逐列", "each", cells.LIST, 20, "同一关系用于几列的，写列名，公式中用 {列} 代替。"),
        _c("须填", "needs", cells.LIST, 24, "这些数据都填了才核对。"),
        _c("不符时", "verdict", cells.VERDICT, 10, "不填的为“错误”。"),
        _c("处理办法", "hint", width=40),
    ),
    "两边之差超过四舍五入所能解释的范围，即为不符。",
)
REQUIREMENTS = Block(
    "勾稽关系",
    "填报要求",
    (
        _c("编号", "id", width=20),
        _c("要求", "title", width=36),
        _c("条件公式", "test", cells.FORMULA, 44, "结果为 FALSE 时提出问题。"),
        _c("标注位置", "place", width=24),
        _c("应为", "expected", width=20),
        _c("逐列", "each", cells.LIST, 20, "同一要求用于几列或几项的，写其名称，公式和文字中用 {列} 代替。"),
        _c("须填", "needs", cells.LIST, 24),
        _c("不符时", "verdict", cells.VERDICT, 10),
        _c("处理办法", "hint", width=40),
        _c("问题说明", "message", width=40, note="可用 {数据项} 写出填报的数。"),
    ),
)
EXAMPLES = Block(
    "示例",
    "示例",
    (
        _c("指标", "indicator", width=24),
        _c("数据", "inputs", cells.INPUTS, 44, "每行一项，写成“数据项=值”；没写的视为未填。"),
        _c("应得", "points", cells.EITHER, 9, "分数，或“待复核”“不适用”。"),
    ),
    "用具体数据说明每条规则应得几分；检查方案时逐条试算。",
    20,
)
BLOCKS = (
    HEAD,
    GRADES,
    REMARKS,
    OWN_BLOCKS,
    SHEETS,
    GRIDS,
    FIELDS,
    ROWS,
    COLUMNS,
    DERIVED,
    INDICATORS,
    RULES,
    ENTRIES,
    CHECKS,
    REQUIREMENTS,
    EXAMPLES,
)
"""Every block, in the order of the sheets."""
