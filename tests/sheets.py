"""The smallest .xlsx and .ods that programs accept, with what goes wrong in cells: errors, formulas, merges."""

import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

Cell = object
"""A text or number; or a dict: {error: #N/A}, {formula: …}, {formula: …, value: 0}, {formula: …, text: …}."""

_OPEN = "http://schemas.openxmlformats.org"
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"


def write_xlsx(file: Path, rows: Sequence[Sequence[Cell]], *, merges: Sequence[str] = (), far: str = "") -> None:
    """One sheet called S; `far` is a cell that stands far away."""
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    main, link = f"{_OPEN}/spreadsheetml/2006/main", f"{_OPEN}/officeDocument/2006/relationships"
    lines = ["<row>" + "".join(map(_xlsx_cell, row)) + "</row>" for row in rows]
    if far:
        lines.append(f'<row r="{far.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")}"><c r="{far}"><v>1</v></c></row>')
    merged = "".join(f'<mergeCell ref="{merge}"/>' for merge in merges)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_OPEN}/package/2006/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
        f'ContentType="{types}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" '
        f'ContentType="{types}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_OPEN}/package/2006/relationships"><Relationship Id="r1" '
        f'Type="{link}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{link}"><sheets><sheet name="S" sheetId="1" r:id="r1"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_OPEN}/package/2006/relationships"><Relationship Id="r1" '
        f'Type="{link}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{"".join(lines)}</sheetData>'
        + (f"<mergeCells>{merged}</mergeCells>" if merged else "")
        + "</worksheet>",
    }
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)


def write_ods(file: Path, rows: Sequence[Sequence[Cell]], *, merges: Sequence[str] = (), repeat: int = 1) -> None:
    """One table called S; the last row stands there `repeat` times."""
    spans = dict(map(_span, merges))
    lines = []
    for number, row in enumerate(rows):
        cells = [_ods_cell(cell, spans.get((number, column), "")) for column, cell in enumerate(row)]
        times = f' table:number-rows-repeated="{repeat}"' if repeat > 1 and row is rows[-1] else ""
        lines.append(f"<table:table-row{times}>{''.join(cells)}</table:table-row>")
    spaces = " ".join(f'xmlns:{name}="{_OASIS}:{name}:1.0"' for name in ("office", "table", "text"))
    content = (
        f'<office:document-content {spaces} xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:'
        f'calcext:1.0"><office:body><office:spreadsheet><table:table table:name="S">{"".join(lines)}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = f'<manifest:manifest xmlns:manifest="{_OASIS}:manifest:1.0"/>'
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content)


def _xlsx_cell(cell: Cell) -> str:
    match cell:
        case {"error": error}:
            return f'<c t="e"><f>X()</f><v>{error}</v></c>'
        case {"formula": formula, "text": text}:
            return f'<c t="str"><f>{formula}</f><v>{text}</v></c>'
        case {"formula": formula, "value": value}:
            return f"<c><f>{formula}</f><v>{value}</v></c>"
        case {"formula": formula}:
            return f"<c><f>{formula}</f><v/></c>"
        case int() | "":
            return f"<c><v>{cell}</v></c>" if cell != "" else "<c/>"
    return f'<c t="inlineStr"><is><t>{escape(str(cell))}</t></is></c>'


def _ods_cell(cell: Cell, span: str) -> str:
    kind, words = 'office:value-type="string"', escape(str(cell))
    match cell:
        case {"error": error}:
            kind, words = 'table:formula="of:=X()" office:value-type="string" calcext:value-type="error"', error
        case {"formula": formula, "text": text}:
            kind, words = f'table:formula="of:={formula}" office:value-type="string"', text
        case {"formula": formula, "value": value}:
            kind, words = f'table:formula="of:={formula}" office:value-type="float" office:value="{value}"', str(value)
        case {"formula": formula}:
            kind, words = f'table:formula="of:={formula}"', ""
        case int():
            kind = f'office:value-type="float" office:value="{cell}"'
        case "":
            return f"<table:table-cell{span}/>"
    return f"<table:table-cell {kind}{span}><text:p>{words}</text:p></table:table-cell>"


def _span(merge: str) -> tuple[tuple[int, int], str]:
    (left, top), (right, bottom) = (((ord(cell[0]) - ord("A")), int(cell[1:]) - 1) for cell in merge.split(":"))
    across, down = right - left + 1, bottom - top + 1
    return (top, left), f' table:number-columns-spanned="{across}" table:number-rows-spanned="{down}"'
