"""The styles part: fonts, fills, borders and formats appended at the ends of their lists."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from xlsx_eval.xlsx.package.markup import Node, Text, parse, whole
from xlsx_eval.xlsx.package.parts import resolve
from xlsx_eval.xlsx.write.added import Style
from xlsx_eval.xlsx.write.edits import Edit, append_child, applied, element, insert, set_attribute
from xlsx_eval.xlsx.write.patch import Patch
from xlsx_eval.xlsx.write.sheet import place

_CHILDREN = "numFmts fonts fills borders cellStyleXfs cellXfs cellStyles dxfs tableStyles colors extLst"
STYLES_ORDER = _CHILDREN.split()
FONT = "宋体"
_CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
_BUILT_IN = {"General": 0, "0": 1, "0.00": 2, "#,##0": 3, "#,##0.00": 4, "0%": 9, "0.00%": 10, "@": 49}
_SIDES = ("left", "right", "top", "bottom")
_FIRST_FREE_FORMAT = 164
_EMPTY = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<styleSheet xmlns="{main}">'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


@dataclass(frozen=True, slots=True)
class Look:
    """Colours of a conditional format, RRGGBB: fill, text, border; never bold, lest a number become too wide."""

    fill: str
    color: str | None = None
    border: str | None = None
    underline: bool = False


class Styles:
    """What a patch adds to the styles part; an equal entry that is already there is used again."""

    def __init__(self, patch: Patch) -> None:
        self._patch = patch
        package = patch.package
        rels = package.rels(package.workbook)
        found = [rel.target for rel in rels if rel.kind == "styles" and package.has(rel.target)]
        self._partname = found[0] if found else ""
        self._data = patch.text(found[0]).data if found else _EMPTY.format(main=patch.main_uri).encode()
        self._root = parse(self._data, self._partname)
        self._new: dict[str, list[str]] = defaultdict(list)
        self._known: dict[str, dict[object, int]] = {}
        self._indices: dict[tuple[str, str], int] = {}
        self._formats: dict[str, int] = {}
        self._xfs: dict[Style, int] = {}
        self._by_id: dict[int, tuple[Style, int]] = {}
        self._dxfs: dict[Look, int] = {}
        self._parent = {"xfId": "0"} if self._root.find("cellStyleXfs") else {}

    def dxf(self, look: Look) -> int:
        """Index of the differential format with these colours."""
        if look not in self._dxfs:
            self._dxfs[look] = self._index("dxfs", self._dxf(look))
        return self._dxfs[look]

    def xf(self, style: Style) -> int:
        """Index of the cell format that looks like `style`."""
        known = self._by_id.get(id(style))
        if known is None:
            if style not in self._xfs:
                self._xfs[style] = self._index("cellXfs", self._xf(style))
            # Kept with the index, so that no other style can come to bear this id.
            known = self._by_id[id(style)] = style, self._xfs[style]
        return known[1]

    def finish(self) -> None:
        """Queue the edits; the part is created where the workbook has none."""
        added = [(name, self._new[name]) for name in STYLES_ORDER if self._new[name]]
        if self._partname:
            for name, new in added:
                self._patch.edit(self._partname, *self._appended(name, new))
        elif added:
            self._create([edit for name, new in added for edit in self._appended(name, new) if edit])

    def _create(self, edits: list[Edit]) -> None:
        """The part under the name that a dangling relationship gives it, else under a new one."""
        text, _ = applied(Text(self._data, "utf-8"), edits)
        package = self._patch.package
        rels = package.rels(package.workbook)
        awaited = next((rel.target for rel in rels if rel.kind == "styles" and not rel.external), "")
        name = awaited or resolve(package.workbook, "styles.xml")
        if package.has(name):
            name = self._patch.add("", "styles", ".xml", text.data, _CONTENT_TYPE)
        else:
            self._patch.put(name, text.data, _CONTENT_TYPE)
        if not awaited:
            self._patch.relate(package.workbook, "styles", name)

    def _appended(self, name: str, added: list[str]) -> list[Edit | None]:
        listed = self._root.find(name)
        if listed is None:
            at = place(self._root, name, STYLES_ORDER)
            return [insert(at, self._tag(name, *added, count=str(len(added))))]
        count = str(len(listed.children) + len(added))
        return [
            set_attribute(listed, self._data, "count", count),
            append_child(listed, self._data, "".join(added)),
        ]

    def _dxf(self, look: Look) -> str:
        font = self._tag("u") if look.underline else ""
        font += self._tag("color", rgb=f"FF{look.color}") if look.color else ""
        solid = self._tag("patternFill", self._tag("bgColor", rgb=f"FF{look.fill}"))
        edges = ""
        if look.border:
            line = self._tag("color", rgb=f"FF{look.border}")
            sides = [self._tag(side, line, style="thin") for side in _SIDES]
            edges = self._tag("border", *sides)
        return self._tag("dxf", self._tag("font", font) if font else "", self._tag("fill", solid), edges)

    def _xf(self, style: Style) -> str:
        number_format = self._number_format(style.number_format)
        alignment = {"vertical": style.vertical}
        if style.horizontal:
            alignment = {"horizontal": style.horizontal, **alignment}
        if style.wrap:
            alignment["wrapText"] = "1"
        attrs = {
            "numFmtId": str(number_format), "fontId": str(self._font(style)),
            "fillId": str(self._fill(style)), "borderId": str(self._border(style)), **self._parent,
            **({"applyNumberFormat": "1"} if number_format else {}),
            "applyFont": "1", "applyFill": "1", "applyBorder": "1", "applyAlignment": "1",
            **({} if style.locked else {"applyProtection": "1"}),
        }  # fmt: skip
        unlocked = "" if style.locked else self._tag("protection", locked="0")
        return self._tag("xf", self._tag("alignment", **alignment), unlocked, **attrs)

    def _font(self, style: Style) -> int:
        size = f"{style.size:g}"
        color = {"rgb": f"FF{style.color}"} if style.color else {"indexed": "64"}
        return self._index(
            "fonts",
            self._tag(
                "font",
                self._tag("b") if style.bold else "",
                self._tag("u") if style.underline else "",
                self._tag("sz", val=size),
                self._tag("color", **color),
                self._tag("name", val=FONT),
                self._tag("family", val="3"),
                self._tag("charset", val="134"),
            ),
        )

    def _fill(self, style: Style) -> int:
        if not style.fill:
            return self._index("fills", self._tag("fill", self._tag("patternFill", patternType="none")))
        colours = self._tag("fgColor", rgb=f"FF{style.fill}"), self._tag("bgColor", indexed="64")
        return self._index(
            "fills", self._tag("fill", self._tag("patternFill", *colours, patternType="solid"))
        )

    def _border(self, style: Style) -> int:
        line = {"style": "thin"} if style.border else {}
        colour = self._tag("color", rgb="FF7F7F7F") if style.border else ""
        sides = [self._tag(side, colour, **line) for side in _SIDES]
        return self._index("borders", self._tag("border", *sides, self._tag("diagonal")))

    def _number_format(self, code: str | None) -> int:
        if code is None or code in _BUILT_IN:
            return _BUILT_IN[code or "General"]
        if not self._formats:
            listed = self._root.find("numFmts")
            for node in listed.all("numFmt") if listed else ():
                given = whole(node.attrs.get("numFmtId", ""))
                if given is not None:
                    self._formats.setdefault(node.attrs.get("formatCode", ""), given)
        if code not in self._formats:
            number = max([_FIRST_FREE_FORMAT - 1, *self._formats.values()]) + 1
            self._formats[code] = number
            self._new["numFmts"].append(self._tag("numFmt", numFmtId=str(number), formatCode=code))
        return self._formats[code]

    def _index(self, name: str, markup: str) -> int:
        """Index of an equal entry in the list `name`, which grows by one where there is none."""
        if (name, markup) not in self._indices:
            self._indices[name, markup] = self._find_or_append(name, markup)
        return self._indices[name, markup]

    def _find_or_append(self, name: str, markup: str) -> int:
        if name not in self._known:
            listed = self._root.find(name)
            self._known[name] = {}
            for index, node in enumerate(listed.children if listed else ()):
                self._known[name].setdefault(_shape(node), index)
            if listed is None or not listed.children:
                self._new[name] += self._first_entries(name)
        known = self._known[name]
        declared = f"xmlns:{self._root.prefix}" if self._root.prefix else "xmlns"
        shape = _shape(parse(element("w", {declared: "x"}, markup).encode()).children[0])
        if shape not in known:
            listed = self._root.find(name)
            known[shape] = (len(listed.children) if listed else 0) + len(self._new[name])
            self._new[name].append(markup)
        return known[shape]

    def _first_entries(self, name: str) -> list[str]:
        """What an office program expects at the head of a list that is missing."""
        if name == "fonts":
            return [self._tag("font", self._tag("sz", val="11"), self._tag("name", val="Calibri"))]
        if name == "fills":
            kinds = ("none", "gray125")
            return [self._tag("fill", self._tag("patternFill", patternType=kind)) for kind in kinds]
        if name == "borders":
            return [self._tag("border", *(self._tag(side) for side in (*_SIDES, "diagonal")))]
        if name == "cellXfs":
            return [self._tag("xf", numFmtId="0", fontId="0", fillId="0", borderId="0")]
        return []

    def _tag(self, name: str, *children: str, **attrs: str) -> str:
        return element(self._root.tag + name, attrs, *children)


def _shape(node: Node) -> object:
    """What makes two entries equal, whatever their prefixes."""
    # How many children each has makes the flat list stand for one tree only.
    return tuple(
        (below.name, tuple(sorted(below.attrs.items())), len(below.children)) for below in node.descendants()
    )
