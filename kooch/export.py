"""A published version as files: Parquet and CSV of every table and view (`intervals.csv` for most questions), a data package, a citation."""

import json
from pathlib import Path

import duckdb
import polars as pl

from kooch import __version__
from kooch.errors import ConfigError, StorageError
from kooch.files import whole_folder
from kooch.spreadsheet_csv import csv_text
from kooch.store.versions import open_version

# Internal numbers and bookkeeping of the store.
_INTERNAL = {
    "account_bounds",
    "account_numbers",
    "batches",
    "definitions",
    "ids",
    "post_digits",
    "read_evidence",
    "rollup_inputs",
    "schema_version",
}

_TYPES = {"INTEGER": "integer", "BIGINT": "integer", "DOUBLE": "number", "BOOLEAN": "boolean", "DATE": "date"}


def export_version(file: Path, folder: Path) -> list[Path]:
    """Write the version `file` into `folder`, which must be new or empty. Returns the files written.

    Raises ConfigError for a folder in use, StorageError when it cannot be written; nothing is left there then.
    """
    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"{folder} is a file. Name a new folder: nothing is overwritten.")
    if folder.exists() and any(folder.iterdir()):
        raise ConfigError(f"Folder {folder} is not empty. Name a new one: nothing is overwritten.")
    try:
        with whole_folder(folder) as aside, open_version(file) as connection:
            _write(connection, aside)
    except (OSError, pl.exceptions.PolarsError) as error:
        says = (error.strerror if isinstance(error, OSError) else None) or str(error).splitlines()[0]
        raise StorageError(f"Export into {folder} failed ({says}). Free space or choose another folder.") from error
    return sorted(folder.iterdir())


def _write(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    tables = connection.sql(
        "SELECT table_name AS name, comment FROM (SELECT table_name, comment FROM duckdb_tables() WHERE database_name = 'kooch'"
        " UNION ALL SELECT view_name, comment FROM duckdb_views() WHERE database_name = 'kooch' AND schema_name = 'main' AND NOT internal)"
        " ORDER BY ALL"
    ).pl()
    columns = connection.sql(
        "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() WHERE database_name = 'kooch' AND schema_name = 'main'"
        " ORDER BY table_name, column_index"
    ).pl()
    resources = []
    for name, comment in tables.rows():
        if name in _INTERNAL:
            continue
        frame = connection.sql(f"SELECT * FROM {name}").pl()
        frame.write_parquet(folder / f"{name}.parquet")
        (folder / f"{name}.csv").write_text(csv_text(frame), encoding="utf-8")
        resources.append(_resource(name, comment, columns.filter(pl.col("table_name") == name)))
    version, published_at = connection.sql("SELECT version, published_at FROM versions").pl().row(0)
    rosters = connection.sql("SELECT title, source, licence FROM rosters ORDER BY roster").pl().to_dicts()
    package = {
        "name": "kooch",
        "title": "Public figures on social platforms: joins as intervals, with their sources",
        "version": str(version),
        "created": published_at.isoformat(),
        "sources": [{"title": f"{roster['title']}: {roster['source']}"} for roster in rosters],
        "licenses": [{"name": licence} for licence in sorted({roster["licence"] for roster in rosters})],
        "resources": resources,
    }
    (folder / "datapackage.json").write_text(json.dumps(package, indent=2, ensure_ascii=False), encoding="utf-8")
    (folder / "CITATION.txt").write_text(_citation(version, f"{published_at:%Y-%m-%d}", rosters), encoding="utf-8")


def _resource(name: str, comment: str | None, columns: pl.DataFrame) -> dict[str, object]:
    return {
        "name": name,
        "path": f"{name}.csv",
        "description": comment or "",
        "schema": {
            "fields": [
                {
                    "name": row["column_name"],
                    "type": "datetime" if "TIME ZONE" in row["data_type"] else _TYPES.get(row["data_type"], "string"),
                    "description": row["comment"] or "",
                }
                for row in columns.iter_rows(named=True)
            ]
        },
    }


def _citation(version: int, day: str, rosters: list[dict[str, str]]) -> str:
    lists = "\n".join(f"- {roster['title']}: {roster['source']} ({roster['licence']})" for roster in rosters)
    return (
        f"Kooch {__version__}, data version {version} of {day}: which public figures set up on which social platforms,"
        " when, and who says so.\n\n"
        "Name the lists as well; each keeps its licence:\n"
        f"{lists}\n\n"
        "Joins are intervals [joined_not_before, joined_before) in UTC: the range of the possible, not a confidence"
        " interval. Each end names the statement it rests on.\n"
    )
