"""What must hold in every published version: each file here is a query whose rows are the faults."""

from pathlib import Path

import duckdb

from kooch.errors import StorageError


def refuse_faults(connection: duckdb.DuckDBPyConnection) -> None:
    """Raise StorageError if a check finds a fault. Then the load is undone, and the last good version stays."""
    for check in sorted(Path(__file__).parent.glob("*.sql")):
        sql = check.read_text(encoding="utf-8")
        # As text: Python takes DuckDB's instants only where pytz is installed.
        faults = connection.execute(f"SELECT COLUMNS(*)::VARCHAR FROM ({sql.rstrip().rstrip(';')}) LIMIT 3").fetchall()
        if faults:
            raise StorageError(
                f"Check {check.stem} fails ({sql.splitlines()[0].removeprefix('-- ')}): {faults}. "
                "Nothing was loaded; the version published before stays. Please report this."
            )
