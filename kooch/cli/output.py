"""What commands print: tables and progress on a terminal, JSON lines elsewhere. Complaints go to standard error."""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from kooch.cli.rows import RowFormat, chosen
from kooch.errors import ConfigError
from kooch.home import check_data_folder, data_folder, refuse_token_in_file

if TYPE_CHECKING:
    # Half a second of imports that most commands do without.
    import polars as pl

    from kooch.config import Settings

# Characters that move the cursor, recolour or reorder a terminal's text, hide in it, or cannot be encoded: C0 but tab
# and line break, C1, zero-width, bidi controls, line separators, surrogates. The joiners U+200C and U+200D spell words
# in India.
_UNSHOWABLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


def home_of(context: typer.Context) -> Path:
    """The data folder named before the command, for commands that need no setting.

    Raises ConfigError if it is not there, or if a token stands in its settings.
    """
    home = data_folder(_named(context))
    check_data_folder(home)
    refuse_token_in_file(home / "kooch.toml")
    return home


def settings_of(context: typer.Context, *, may_be_new: bool = False) -> "Settings":
    """The settings of the data folder named before the command. Raises ConfigError if they or the folder are wrong.

    With `may_be_new`, for commands that make the folder, it need not be there yet.
    """
    from kooch.config import load_settings  # noqa: PLC0415 -- pydantic takes a fifth of a second to import

    settings = load_settings(_named(context))
    if settings.freshness.platforms:
        from kooch.platforms import known  # noqa: PLC0415 -- few settings name a platform

        for name in settings.freshness.platforms:
            if name not in known():
                raise ConfigError(
                    f"Setting freshness.platforms.{name}: there is no platform {name!r}; known are {', '.join(known())}. "
                    f"Correct it in {settings.home / 'kooch.toml'}."
                )
    check_data_folder(settings.home, may_be_new=may_be_new)
    return settings


def _named(context: typer.Context) -> Path | None:
    return context.obj if isinstance(context.obj, Path) else None


def is_terminal() -> bool:
    """Whether a person reads the output: on a terminal, unless `--format` says otherwise."""
    asked = chosen()
    return console.is_terminal if asked is None else asked is RowFormat.TABLE


def showable(text: str) -> str:
    """`text` with � for every character that controls a terminal instead of being shown."""
    return _UNSHOWABLE.sub("�", text)


def say(text: str) -> None:
    """Print one line for a person, never as markup. If a program reads the rows, the line goes to standard error."""
    (errors if chosen() in {RowFormat.JSON, RowFormat.CSV} else console).print(Text(showable(text)), soft_wrap=True)


def put(content: bytes, output: Path | None) -> None:
    """Write `content` to the file, or to standard output. Raises ConfigError if the file cannot be written."""
    if output is None and sys.stdout.isatty():
        # A terminal would obey control characters that a file only stores.
        sys.stdout.write(showable(content.decode()))
    elif output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        try:
            output.write_bytes(content)
        except OSError as error:
            raise ConfigError(f"{output} cannot be written ({error.strerror}). Choose another file.") from error


def complain(text: str) -> None:
    errors.print(Text(showable(text)), soft_wrap=True)


def emit(event: str, **fields: object) -> None:
    """One JSON line on standard output."""
    sys.stdout.write(json.dumps({"event": event, **fields}, default=_plain, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def show(columns: Sequence[str], rows: Sequence[Mapping[str, object]], *, title: str = "") -> None:
    """Print rows as a table on a terminal, as JSON lines elsewhere, or as `--format` says."""
    if chosen() is RowFormat.CSV:
        _write_csv(columns, rows)
        return
    if not is_terminal():
        for row in rows:
            emit(title or "row", **{column: row[column] for column in columns})
        return
    table = Table(title=Text(title) if title else None, title_justify="left", header_style="bold", box=None)
    needed = 0
    for column in columns:
        is_number = any(isinstance(row[column], int | float) for row in rows)
        longest = max((len(word) for row in rows for word in cell(row[column]).split()), default=1)
        # A slug, a number and a day are one word and are never split. Prose is wrapped between its words.
        least = max(longest, *map(len, column.split("_")))
        needed += least + _BETWEEN
        table.add_column(
            column.replace("_", " "),
            justify="right" if is_number else "left",
            min_width=least,
            overflow="fold",
            no_wrap=not any(" " in cell(row[column]) for row in rows),
        )
    if needed > console.width:
        _show_one_by_one(columns, rows, title)
        return
    for row in rows:
        table.add_row(*(Text(cell(row[column])) for column in columns))
    console.print(table)


_BETWEEN = 2
"""Characters between two columns."""


def _show_one_by_one(columns: Sequence[str], rows: Sequence[Mapping[str, object]], title: str) -> None:
    """Print rows that are too wide for the terminal: one line per column, an empty line between rows."""
    widest = max(map(len, columns))
    if title:
        console.print(Text(title, style="bold"))
    for n, row in enumerate(rows):
        for column in columns:
            name = column.replace("_", " ").ljust(widest + _BETWEEN)
            console.print(Text.assemble((name, "bold"), cell(row[column])), soft_wrap=True)
        if n < len(rows) - 1:
            console.print()


def _write_csv(columns: Sequence[str], rows: Sequence[Mapping[str, object]]) -> None:
    """Print a table as CSV. An empty line separates it from the table before."""
    import polars as pl  # noqa: PLC0415 -- half a second of imports that other formats do without

    from kooch.spreadsheet_csv import csv_text  # noqa: PLC0415 -- as above

    cells = {column: [row[column] for row in rows] for column in columns}
    frame = pl.DataFrame({column: pl.Series(values, strict=False) for column, values in cells.items()})
    sys.stdout.write(("\n" if _written else "") + csv_text(frame))
    sys.stdout.flush()
    _written.append(frame.height)


_written: list[int] = []


def print_frame(frame: "pl.DataFrame") -> None:
    """Print a whole frame as a table, with its number of rows."""
    table = Table(header_style="bold", box=None)
    for name, kind in frame.schema.items():
        table.add_column(Text(showable(name)), justify="right" if kind.is_numeric() else "left", overflow="fold")
    for row in frame.iter_rows():
        table.add_row(*(Text(cell(value)) for value in row))
    console.print(table)
    say(f"{frame.height:,} rows")


def cell(value: object) -> str:
    """A value as text for a terminal; None is a dash."""
    match value:
        case None:
            return "–"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M} UTC"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value}"
        case _:
            return showable(str(value))


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
