"""Tables people bring: CSV, TSV and spreadsheets, with columns under other names."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from kooch.errors import RosterError
from kooch.rosters.tables import Row, read_csv, table
from kooch.rosters.values import PLATFORMS

SPREADSHEETS = {".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"}

# What a column may be called, beside its own name; compared in lower case, with _ for spaces and hyphens.
_ALIASES: dict[str, str] = {
    "figure_name": "name", "full_name": "name", "figure": "name",
    "type": "kind",
    "country_code": "country",
    "qid": "wikidata_qid", "wikidata": "wikidata_qid", "wikidata_id": "wikidata_qid",
    "alias": "aliases", "also_known_as": "aliases",
    "office": "role", "position": "role",
    "party_name": "party",
    "state": "unit", "constituency": "unit", "district": "unit",
    "role_start": "from_day", "start": "from_day", "from": "from_day", "since": "from_day",
    "role_end": "to_day", "end": "to_day", "to": "to_day", "until": "to_day",
    "citation": "source",
    "account_created_on": "opened_on", "created_on": "opened_on",
    "twitter": "x", "twitter_handle": "x", "twitter_username": "x",
    "x_numeric_id": "x_native_id", "x_id": "x_native_id", "twitter_id": "x_native_id",
    "mastodon_address": "mastodon", "fediverse": "mastodon",
    "bsky": "bluesky", "did": "bluesky_native_id", "bluesky_did": "bluesky_native_id",
    "truth_social": "truthsocial",
    "youtube_channel_id": "youtube_native_id", "youtube_channel": "youtube_native_id",
    "says": "event",
    "note": "wording",
    "url": "source_url",
    "followers": "reported",
}  # fmt: skip
_ALIASES |= {f"{platform}_{word}": platform for platform in PLATFORMS for word in ("handle", "username", "account")}


def read_sheet(file: Path) -> tuple[list[str], list[Row]]:
    """Header and rows of a CSV, a TSV or the first sheet of a spreadsheet; every cell as text."""
    if file.suffix.lower() not in SPREADSHEETS:
        return read_csv(file)
    # Polars takes longer to load than the rest of the command line together.
    import fastexcel  # noqa: PLC0415
    import polars as pl  # noqa: PLC0415

    if not file.exists():
        raise RosterError("the file is missing", file=file)
    try:
        whole, typed = (
            pl.read_excel(
                file,
                has_header=False,
                infer_schema_length=None,
                drop_empty_rows=False,
                drop_empty_cols=False,
                read_options={"skip_rows": skipped},
            )
            # The header would make every column text, and rounded ids could not be told from typed ones.
            for skipped in (0, 1)
        )
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError, ValueError) as error:
        raise RosterError(f"cannot be read as a spreadsheet: {str(error).splitlines()[0]}", file=file) from error
    rows = [[_text(cell, file, number) for cell in row] for number, row in enumerate(typed.iter_rows(), start=2)]
    header = [str(cell or "") for cell in whole.row(0)] if whole.height else []
    width = len(header)
    return table([header, *(row + [""] * (width - len(row)) for row in rows)], file)


def rename(
    header: Sequence[str],
    rows: Sequence[Row],
    known: Sequence[str],
    mapping: Mapping[str, str],
    file: Path,
) -> tuple[list[Row], list[str]]:
    """Rows under the names of `known`, and the columns that could not be placed.

    The user's mapping goes before a column's own name, and that before an alias.
    """
    wanted = {_plain(name): _plain(target) for name, target in mapping.items()}
    for name, target in wanted.items():
        if target not in known:
            raise RosterError(f"column '{name}' cannot become '{target}': it can become {', '.join(known)}", file=file)
        if name not in map(_plain, header):
            raise RosterError(f"column '{name}' is not in the table: it has {', '.join(header)}", file=file, row=1)
    placed: dict[str, str] = {}
    # Strongest first; an alias whose name is taken is left over, and reported.
    for strength in (wanted, {name: name for name in known}, _ALIASES):
        for column in header:
            target = strength.get(_plain(column), "")
            if column in placed or target not in known:
                continue
            if target not in placed.values():
                placed[column] = target
            elif strength is wanted:
                raise RosterError(f"two columns are mapped to '{target}': keep one", file=file, row=1)
    renamed = [
        (number, {placed[name]: cell for name, cell in cells.items() if name in placed}) for number, cells in rows
    ]
    return renamed, [column for column in header if column not in placed]


def refuse_without(names: Sequence[str], header: Sequence[str], rows: Sequence[Row], file: Path) -> None:
    """Raise RosterError when there are no renamed rows, or they lack a column that every row needs."""
    if not rows:
        raise RosterError("holds no row below its column names: give a table with one row a membership", file=file)
    for name in names:
        if name not in rows[0][1]:
            raise RosterError(
                f"no column is known as '{name}', which every row needs; the columns are {', '.join(header)}: say which"
                f' it is with --map "COLUMN={name}"',
                file=file,
                row=1,
            )


def _plain(name: str) -> str:
    return re.sub(r"[\s-]+", "_", name.strip().lower())


def _text(cell: object, file: Path, row: int) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, int) and not isinstance(cell, bool) and abs(cell) >= 10**15:
        raise RosterError(
            f"number {cell} has more than 15 digits, which spreadsheets round: format the column as text and enter "
            "the ids again",
            file=file,
            row=row,
        )
    text = str(cell)
    return text.removesuffix(" 00:00:00") if re.match(r"\d{4}-\d\d-\d\d ", text) else text
