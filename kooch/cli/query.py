"""`kooch sql`: one SELECT on the published data."""

import io
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import duckdb
import typer

from kooch.cli.output import home_of, is_terminal, print_frame, put
from kooch.errors import ConfigError, QueryError
from kooch.plain import plain_csv
from kooch.store.versions import reading_file

if TYPE_CHECKING:
    # Half a second of imports that a plain answer does without.
    import polars as pl

_Answer = TypeVar("_Answer")


class Format(StrEnum):
    """What `--format` takes."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


_FORMATS = {
    **dict.fromkeys(("", ".csv", ".txt"), Format.CSV),
    **dict.fromkeys((".json", ".jsonl", ".ndjson"), Format.JSON),
    ".parquet": Format.PARQUET,
}


def sql(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help="One SELECT, or - to read it from standard input.")],
    format: Annotated[  # noqa: A002 -- the name of the option
        Format | None,
        typer.Option(
            help="Default: by the ending of the file's name; without a file, table on a terminal and csv elsewhere."
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file instead of standard output.")
    ] = None,
) -> None:
    """Ask the published data with SQL. Tables and columns: docs/data.md."""
    if query == "-":
        query = _read_query()
    wanted = format or _format_of(output)
    if wanted is Format.PARQUET and output is None and sys.stdout.isatty():
        raise ConfigError("Parquet is not for a terminal. Give a file with --output, or redirect.")
    home = home_of(context)
    if output is not None and wanted is Format.TABLE:
        raise ConfigError("A table is for a terminal. For a file choose --format csv, json or parquet.")
    if output is not None and output.resolve().is_relative_to(home.resolve()):
        raise ConfigError(f"{output} lies in the data folder, which only Kooch writes. Choose another folder.")
    file = reading_file(home)
    plain = _answered(plain_csv, file, query) if wanted is Format.CSV else None
    if plain is not None:
        put(plain.encode(), output)
        return
    from kooch.sql import select  # noqa: PLC0415 -- Polars comes with it

    frame = _answered(select, file, query)
    if wanted is Format.TABLE:
        print_frame(frame)
    else:
        put(_written(frame, wanted), output)


def _answered(answer: Callable[[Path, str], _Answer], file: Path, query: str) -> _Answer:
    try:
        return answer(file, query)
    except QueryError as error:
        # For a name that does not exist: no message of DuckDB lists all names that do.
        if isinstance(error.__context__, duckdb.BinderException | duckdb.CatalogException):
            remedy = 'docs/data.md has all tables and columns; `kooch sql "DESCRIBE figures"` shows those of one table.'
            raise QueryError(f"{error}\n{remedy}") from None
        raise


def _format_of(output: Path | None) -> Format:
    if output is None:
        return Format.TABLE if is_terminal() else Format.CSV
    suffix = output.suffix.lower()
    if suffix not in _FORMATS:
        raise ConfigError(f"{output} ends with {suffix}, which names no format. Choose one with --format.")
    return _FORMATS[suffix]


def _read_query() -> str:
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError as error:
        raise QueryError(
            f"Byte 0x{error.object[error.start]:02x} of standard input is not UTF-8. Save the query as UTF-8."
        ) from None


def _written(frame: "pl.DataFrame", wanted: Format) -> bytes:
    import polars as pl  # noqa: PLC0415 -- as above

    try:
        return _bytes(frame, wanted)
    except pl.exceptions.PolarsError as error:
        says = str(error).splitlines()[0]
        raise QueryError(f"The result cannot be written as {wanted} ({says}). Cast that column to VARCHAR.") from None


def _bytes(frame: "pl.DataFrame", wanted: Format) -> bytes:
    import polars.selectors as cs  # noqa: PLC0415 -- as above

    from kooch.spreadsheet_csv import csv_text  # noqa: PLC0415 -- as above

    match wanted:
        case Format.JSON:
            return frame.with_columns(cs.binary().bin.encode("hex")).write_ndjson().encode()
        case Format.PARQUET:
            buffer = io.BytesIO()
            frame.write_parquet(buffer)
            return buffer.getvalue()
        case _:
            return csv_text(frame).encode()
