"""Writes rosters: a whole folder by rename, or one file by replacement. Never half of either."""

import csv
import io
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from pathlib import Path

import yaml

from kooch.errors import RosterError, StorageError
from kooch.files import make_folder, whole_folder, write_whole
from kooch.rosters.cells import SLUG
from kooch.rosters.models import (
    ACCOUNT_COLUMNS,
    ASKED_COLUMNS,
    HOLDER_COLUMNS,
    LAST_POST_COLUMNS,
    MEMBER_COLUMNS,
    RUN_COLUMNS,
    STATEMENT_COLUMNS,
    Roster,
    RowValue,
    Run,
    Statement,
)
from kooch.rosters.read import ROSTER_KEYS
from kooch.rosters.values import EVIDENCE, LOOKS, SOURCES


def write_roster(roster: Roster, into: Path, *, replace: bool = False, beside: Path | None = None) -> Path:
    """Write `into/<slug>/` and return it. An existing folder is refused (RosterError) unless `replace`.

    `beside` is a folder with the sources of the roster. A copy of it is written with the roster, as `answers/`.
    """
    folder = into / roster.slug
    if not SLUG.fullmatch(roster.slug):
        raise RosterError(f"slug '{roster.slug}' is no slug: use lower-case letters, digits and -", file=folder)
    if what := {EVIDENCE: "imported statements", LOOKS: "looks"}.get(roster.slug):
        raise RosterError(f"slug '{roster.slug}' names the folder of {what}: choose another", file=folder)
    refuse_existing(folder, replace=replace)
    try:
        make_folder(into)
        with whole_folder(folder) as aside:
            for name, text in _files(roster).items():
                (aside / name).write_text(text, encoding="utf-8", newline="")
            if beside:
                shutil.copytree(beside, aside / SOURCES)
    except OSError as error:
        raise StorageError(f"{folder} could not be written: {error.strerror}") from error
    return folder


def refuse_existing(folder: Path, *, replace: bool) -> None:
    """Raise RosterError if `folder` exists and must not be replaced."""
    if folder.exists() and not replace:
        raise RosterError(
            f"roster '{folder.name}' exists already: choose another --slug, or put this one in its place with --replace",
            file=folder,
        )


def rewrite(file: Path, values: Sequence[RowValue]) -> None:
    """Replace one CSV of a roster by the rows of `values`."""
    columns = {
        "members.csv": MEMBER_COLUMNS,
        "accounts.csv": ACCOUNT_COLUMNS,
        "statements.csv": STATEMENT_COLUMNS,
        "asked.csv": ASKED_COLUMNS,
    }
    _replace(file, columns[file.name], values)


def write_statements(file: Path, statements: Sequence[Statement]) -> None:
    """Write a CSV of statements that belongs to no roster, and its folder where there is none."""
    _replace(file, STATEMENT_COLUMNS, statements)


def write_series(folder: Path, runs: Sequence[Run]) -> Path:
    """Write `series.csv` of the roster in `folder`. Raises StorageError."""
    try:
        write_whole(folder / "series.csv", csv_text(RUN_COLUMNS, map(cells_of, runs)))
    except OSError as error:
        raise StorageError(f"{folder / 'series.csv'} could not be written: {error.strerror}") from error
    return folder / "series.csv"


def _replace(file: Path, columns: Sequence[str], values: Sequence[RowValue]) -> None:
    try:
        make_folder(file.parent)
        write_whole(file, csv_text(columns, map(cells_of, values)))
    except OSError as error:
        raise StorageError(f"{file} could not be written: {error.strerror}") from error


def cells_of(value: RowValue) -> dict[str, str]:
    """The cells of one row as they stand in a file."""
    return {field.name: _cell(getattr(value, field.name)) for field in fields(value) if field.compare}


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return "|".join(value) if isinstance(value, tuple) else str(value)


def _files(roster: Roster) -> dict[str, str]:
    top = {key: getattr(roster, key) for key in ROSTER_KEYS if getattr(roster, key) is not None}
    files = {
        "roster.yaml": yaml.safe_dump(top, allow_unicode=True, sort_keys=False, width=120),
        "members.csv": csv_text(MEMBER_COLUMNS, map(cells_of, roster.members)),
        "accounts.csv": csv_text(ACCOUNT_COLUMNS, map(cells_of, roster.accounts)),
    }
    if roster.statements:
        files["statements.csv"] = csv_text(STATEMENT_COLUMNS, map(cells_of, roster.statements))
    if roster.series:
        files["series.csv"] = csv_text(RUN_COLUMNS, map(cells_of, roster.series))
    if roster.holders:
        files["holders.csv"] = csv_text(HOLDER_COLUMNS, map(cells_of, roster.holders))
    if roster.last_posts:
        files["last_posts.csv"] = csv_text(LAST_POST_COLUMNS, map(cells_of, roster.last_posts))
    if roster.asked:
        files["asked.csv"] = csv_text(ASKED_COLUMNS, map(cells_of, roster.asked))
    return files


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    """A CSV as Kooch writes it: UTF-8, one header, lines that end with \\n."""
    return "".join([_line(columns), *(_line([cells[column] for column in columns]) for cells in rows)])


def _line(cells: Iterable[str]) -> str:
    # Before Python 3.13 a cell is quoted for a lone carriage return only if lines end with one.
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue().removesuffix("\r\n") + "\n"
