"""Small workbooks written part by part, so that a test shows the markup it is about."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRICT_REL = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE_REL = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
CORPUS = Path(__file__).resolve().parents[1].parent / "shared" / "corpus"
NOTE_BOX = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" '
    'data="1"/></o:shapelayout><v:shape id="_x0000_s1025" type="#_x0000_t202"><x:ClientData '
    'ObjectType="Note"><x:Anchor>1, 15, 0, 2, 3, 15, 4, 4</x:Anchor><x:Row>{row}</x:Row>'
    "<x:Column>{column}</x:Column></x:ClientData></v:shape></xml>"
)

ROWS = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>项目</t></is></c><c r="B1"><v>12.5</v></c></row>'
    '<row r="2"><c r="A2" t="b"><v>1</v></c><c r="B2"><f>B1*2</f><v>25</v></c></row>'
)


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """A package of these parts, in this order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 3, 1, 8, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def parts_of(data: bytes) -> dict[str, bytes]:
    """All parts of a package by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def worksheet(rows: str = ROWS, before: str = "", after: str = "", main: str = MAIN, prefix: str = "") -> str:
    """A worksheet part; `before` and `after` stand around its rows, all markup unprefixed."""
    body = f"{before}<sheetData>{rows}</sheetData>{after}"
    xmlns = f'xmlns:{prefix}="{main}"' if prefix else f'xmlns="{main}"'
    if prefix:
        body = prefixed(body, prefix)
    rel = STRICT_REL if main == STRICT_MAIN else REL
    tag = f"{prefix}:worksheet" if prefix else "worksheet"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{tag} {xmlns} xmlns:r="{rel}">{body}</{tag}>'


def prefixed(markup: str, prefix: str) -> str:
    """The markup with a prefix on every element."""
    return markup.replace("</", "\0").replace("<", f"<{prefix}:").replace("\0", f"</{prefix}:")


def relationships(rels: Sequence[tuple[str, str, str]], strict: bool = False) -> str:
    """A relationships part of (id, last segment of the type, target)."""
    base = STRICT_REL if strict else REL
    listed = "".join(
        f'<Relationship Id="{rel_id}" Type="{base}/{kind}" Target="{target}"/>'
        for rel_id, kind, target in rels
    )
    return f'<Relationships xmlns="{PACKAGE_REL}">{listed}</Relationships>'


def workbook_parts(
    sheets: Mapping[str, str] | None = None, names: str = "", strict: bool = False
) -> dict[str, str | bytes]:
    """Parts of a workbook with these worksheets; `names` is what stands after `sheets` in the workbook part."""
    sheets = {"Sheet1": worksheet(main=STRICT_MAIN if strict else MAIN)} if sheets is None else sheets
    main, rel = (STRICT_MAIN, STRICT_REL) if strict else (MAIN, REL)
    entries, rels, overrides, parts = "", [], "", {}
    for number, (name, xml) in enumerate(sheets.items(), 1):
        entries += f'<sheet name="{name}" sheetId="{number}" r:id="rId{number}"/>'
        rels.append((f"rId{number}", "worksheet", f"worksheets/sheet{number}.xml"))
        overrides += _override(f"/xl/worksheets/sheet{number}.xml", f"{SPREADSHEET}.worksheet+xml")
        parts[f"xl/worksheets/sheet{number}.xml"] = xml
    overrides += _override("/xl/workbook.xml", f"{SPREADSHEET}.sheet.main+xml")
    types = (
        f'<Types xmlns="{TYPES}"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
        f'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )
    return {
        "[Content_Types].xml": types,
        "_rels/.rels": relationships([("rId1", "officeDocument", "xl/workbook.xml")], strict),
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{rel}"><sheets>{entries}</sheets>{names}</workbook>',
        "xl/_rels/workbook.xml.rels": relationships(rels, strict),
        **parts,
    }


def with_part(
    parts: Mapping[str, str | bytes], source: str, kind: str, name: str, data: str | bytes, content_type: str
) -> dict[str, str | bytes]:
    """The parts and one more, related to `source` under a free id and declared in the content types."""
    changed = dict(parts)
    folder, _, file = source.rpartition("/")
    rels_name = f"{folder}/_rels/{file}.rels"
    present = str(changed.get(rels_name, relationships([])))
    rel_id = f"rId{present.count('<Relationship ') + 1}"
    base = STRICT_REL if STRICT_MAIN in str(parts["xl/workbook.xml"]) else REL
    kind = kind if "/" in kind else f"{base}/{kind}"
    added = f'<Relationship Id="{rel_id}" Type="{kind}" Target="/{name}"/></Relationships>'
    changed[rels_name] = present.replace("</Relationships>", added)
    changed["[Content_Types].xml"] = str(changed["[Content_Types].xml"]).replace(
        "</Types>", _override(f"/{name}", content_type) + "</Types>"
    )
    changed[name] = data
    return changed


def with_note(
    text: str = "<r><t>部门的批注</t></r>", ref: str = "B1", row: int = 0, column: int = 1
) -> dict[str, str | bytes]:
    """Parts of a workbook whose one sheet bears a note by somebody else."""
    parts = workbook_parts({"Sheet1": worksheet(after='<legacyDrawing r:id="rId2"/>')})
    comments = (
        f'<comments xmlns="{MAIN}"><authors><author>财务科</author></authors><commentList>'
        f'<comment ref="{ref}" authorId="0"><text>{text}</text></comment></commentList></comments>'
    )
    sheet = "xl/worksheets/sheet1.xml"
    parts = with_part(parts, sheet, "comments", "xl/comments1.xml", comments, f"{SPREADSHEET}.comments+xml")
    box = NOTE_BOX.format(row=row, column=column)
    vml = "application/vnd.openxmlformats-officedocument.vmlDrawing"
    return with_part(parts, sheet, "vmlDrawing", "xl/drawings/vmlDrawing1.vml", box, vml)


def _override(name: str, content_type: str) -> str:
    return f'<Override PartName="{name}" ContentType="{content_type}"/>'


def require_corpus() -> list[Path]:
    """All files of the corpus of wild workbooks; skips the test where it is not at hand."""
    if not CORPUS.is_dir():
        pytest.skip("the corpus of wild workbooks is not at hand")
    return sorted(path for path in CORPUS.rglob("*.*") if path.is_file() and path.suffix != ".csv")
