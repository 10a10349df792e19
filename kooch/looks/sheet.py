"""The empty sheet of a list for one platform: a workbook with drop-downs, a row for every figure."""

import io
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import get_args
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from kooch.errors import ConfigError
from kooch.files import write_whole
from kooch.looks.models import KNOWN, LOOK_COLUMNS, METHODS, Result, Status
from kooch.rosters import Roster, claims_by_series
from kooch.times import now

_OPEN = "http://schemas.openxmlformats.org"
_CHOICES = {"method": METHODS, "result": get_args(Result), "status": get_args(Status), "adjudicates": ("yes",)}
_MORE_ROWS = 1000


def write_sheet(file: Path, roster: Roster, platform: str) -> int:
    """Write the sheet of `roster` for `platform`. Returns its rows. Raises ConfigError for an ending other than .xlsx."""
    if file.suffix.lower() != ".xlsx":
        raise ConfigError(f"{file} is no .xlsx file: give the sheet that ending.")
    write_whole(file, sheet_of(roster, platform))
    return len(roster.figure_ids)


def accounts_listed(roster: Roster, platform: str, day: date | None = None) -> dict[str, list[str]]:
    """The accounts on `platform` that `roster` accepts for each figure, on `day` if one is given. Figures and accounts in the list's order."""
    accounts: dict[str, list[str]] = {figure_id: [] for figure_id in roster.figure_ids}
    for claim in claims_by_series(roster):
        is_theirs = claim.platform == platform and claim.polarity == "accepts" and claim.figure_id in accounts
        if is_theirs and (day is None or (claim.from_day or day) <= day <= (claim.to_day or day)):
            accounts[claim.figure_id].append(claim.handle or claim.native_id or "")
    return accounts


def sheet_of(roster: Roster, platform: str) -> bytes:
    """An .xlsx with a row for every figure, and the first listed account that is theirs today; empty: none.

    The columns `GIVEN` are filled in. Every cell is text, so no program that opens it turns an id into a number.
    """
    today = now().astimezone(ZoneInfo(roster.time_zone)).date()
    accounts = {
        figure_id: next(iter(listed), "") for figure_id, listed in accounts_listed(roster, platform, today).items()
    }
    rows = [
        {
            "figure": figure_id,
            "platform": platform,
            "account": account,
            "time_zone": roster.time_zone,
            "method": KNOWN if account else "",
        }
        for figure_id, account in accounts.items()
    ]
    cells = [list(LOOK_COLUMNS), *([row.get(column, "") for column in LOOK_COLUMNS] for row in rows)]
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _parts(cells).items():
            archive.writestr(name, text)
    return content.getvalue()


def _parts(rows: Sequence[Sequence[str]]) -> dict[str, str]:
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    main, link = f"{_OPEN}/spreadsheetml/2006/main", f"{_OPEN}/officeDocument/2006/relationships"
    lines = [f'<row r="{number}">{"".join(map(_cell, row))}</row>' for number, row in enumerate(rows, start=1)]
    last = len(rows) + _MORE_ROWS
    choices = [
        f'<dataValidation type="list" allowBlank="1" showErrorMessage="1" sqref="{letter}2:{letter}{last}">'
        f'<formula1>"{",".join(words)}"</formula1></dataValidation>'
        for column, words in _CHOICES.items()
        for letter in [_letter(LOOK_COLUMNS.index(column))]
    ]
    frozen = '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" state="frozen"/></sheetView></sheetViews>'
    return {
        "[Content_Types].xml": f'<Types xmlns="{_OPEN}/package/2006/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
        f'ContentType="{types}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" '
        f'ContentType="{types}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_OPEN}/package/2006/relationships"><Relationship Id="r1" '
        f'Type="{link}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{link}"><sheets><sheet name="looks" sheetId="1" r:id="r1"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_OPEN}/package/2006/relationships"><Relationship Id="r1" '
        f'Type="{link}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}">{frozen}<sheetData>{"".join(lines)}</sheetData>'
        f'<dataValidations count="{len(choices)}">{"".join(choices)}</dataValidations></worksheet>',
    }


def _cell(text: str) -> str:
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def _letter(index: int) -> str:
    return chr(ord("A") + index)
