"""Editions: versions told apart by what they say. A load with nothing new makes another version, and no other edition."""

import hashlib

import duckdb

from kooch.spreadsheet_csv import csv_text

_BOOKKEEPING = {"account_bounds", "batches", "ids", "schema_version", "slots", "texts", "versions"}
"""Tables that tell how a version was made, or number its words, and nothing that a reader could cite."""
_LENGTH = 12


def content_digest(connection: duckdb.DuckDBPyConnection) -> str:
    """Twelve hexadecimal digits of what the open version says.

    The SHA-256 of a line for each table, `name SHA-256 of its rows as sorted CSV`. It depends on no file format: another
    release of Polars or DuckDB gives the same.
    """
    digest = hashlib.sha256()
    for (name,) in connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'kooch' AND schema_name = 'main' ORDER BY table_name"
    ).fetchall():
        if name not in _BOOKKEEPING:
            rows = csv_text(connection.sql(f"SELECT * FROM {name} ORDER BY ALL").pl())
            digest.update(f"{name} {hashlib.sha256(rows.encode()).hexdigest()}\n".encode())
    return digest.hexdigest()[:_LENGTH]
