"""The program that writes and reads the lake. It runs under DuckDB 1.5, in an environment of its own, and imports nothing of Kooch.

It takes one order, a line of JSON on standard input, and ends when that input ends, so it does not outlive the process
that started it. It answers with a line of JSON: what was done, or `fault` and the words of the fault as `says`.
"""

import json
import os
import re
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any, NoReturn

import duckdb

_EXTENSIONS = ("ducklake", "postgres_scanner", "httpfs")
LOCK = 0x6B6F6F6368
"""The advisory lock of the one writer: `kooch`, as a number."""
_SORTED = {
    "audience_days": "figure_id, platform, day",
    "observations": "account_id, valid_at",
    "outcomes": "run_id, target",
}
"""Rows side by side that are alike take fewer bytes."""
_MANY_ROWS = 100_000
"""Of a table with more rows, those that are new are looked for among the others."""
_MOST_FILES = 32
"""A table of more files is merged."""

# The first pattern that fits gives the kind of DuckDB's fault.
_FAULTS = {
    "disk": r"No space left|Disk quota",
    "password": r"password authentication failed|no password supplied",
    "no_database": r"(?:database|role) \"\w+\" does not exist|permission denied for",
    "catalogue": r"connect to Postgres|server closed the connection|terminating connection|connection to server|no connection to the server|SSL connection|query \"ROLLBACK\"",
    "no_lake": r"Existing DuckLake at metadata catalog .* does not exist",
    "other_data": r"DATA_PATH",
    "clock": r"RequestTimeTooSkewed",
    "rights": r"HTTP 40[13]|AccessDenied|InvalidAccessKeyId|SignatureDoesNotMatch|Permission denied",
    "missing": r"NoSuchBucket|HTTP 404|No such file",
    "gone": r"onnection error|Could not connect|Connection refused|HTTP Error|https?://",
}


class Fault(Exception):  # noqa: N818 -- what it is called in the answer
    """Why the order cannot be carried out. Kooch chooses its sentence by `kind`."""

    def __init__(self, kind: str, **details: object) -> None:
        self.kind, self.details = kind, details
        super().__init__(kind)


def main() -> None:
    """Carry out the order and print the answer."""
    order = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_input, daemon=True).start()
    try:
        _answer(push(**order) if order.pop("do") == "push" else pull(**order))
    except Fault as fault:
        _answer({"fault": fault.kind, **fault.details})
    except duckdb.Error as error:
        _answer({"fault": _kind(str(error)), "says": str(error).splitlines()[0].rstrip(": ")})


def _answer(answer: Mapping[str, object]) -> NoReturn:
    """Print the answer and end at once, with every connection open: DuckDB breaks off where it closes one whose server is gone."""
    print(json.dumps(answer), flush=True)  # noqa: T201 -- the answer
    # The thread that waits for the end of the input would keep the interpreter from ending, too.
    os._exit(0)


def _end_with_input() -> None:
    sys.stdin.read()
    os._exit(1)


def _kind(says: str) -> str:
    return next((kind for kind, pattern in _FAULTS.items() if re.search(pattern, says, re.DOTALL)), "other")


def push(
    *, catalogue: str, data: str, file: str, forget_before: str | None, keep_days: int, take_over: bool
) -> dict[str, Any]:
    """Write the version `file` as one snapshot, unless the lake has it. Then remove old snapshots.

    Snapshots of versions that were published before the instant `forget_before` go at once, with their files; others after
    `keep_days`.
    """
    connection = _opened(data)
    with _only_writer(connection, catalogue) as check_lock:
        _open_lake(connection, catalogue, data)
        connection.execute(f"ATTACH {_text(file)} AS kooch (READ_ONLY)")
        ((number, published_at),) = connection.execute(
            "SELECT version, strftime(published_at, '%Y-%m-%dT%H:%M:%S.%f+00:00') FROM kooch.versions"
        ).fetchall()
        ((schema,),) = connection.execute("SELECT max(version) FROM kooch.schema_version").fetchall()
        pushed = _pushed(connection)
        latest = pushed[-1] if pushed else None
        if latest and latest["schema"] > schema:
            raise Fault("newer", **latest)
        is_new = latest is None or (latest["version"], latest["published_at"]) != (number, published_at)
        if latest and is_new and latest["version"] >= number and not take_over:
            raise Fault("other_folder", version=latest["version"], own=number)
        written, seconds = {}, 0.0
        if is_new:
            # Another version of DuckDB may make other digests.
            known = latest["tables"] if latest and latest["duckdb"] == duckdb.__version__ else {}
            there, wanted = _columns(connection, "lake"), _columns(connection, "kooch")
            tables = {name: _held(connection, "kooch", name) for name in wanted}
            about = {
                "version": number,
                "published_at": published_at,
                "removed_at": forget_before,
                "schema": schema,
                "kooch": _single(connection, "SELECT kooch FROM kooch.versions"),
                "duckdb": duckdb.__version__,
                "tables": tables,
            }
            news = {name: _news(connection, name, held, known.get(name)) for name, held in tables.items()}
            began = time.perf_counter()
            connection.execute("BEGIN")
            written = _write_tables(connection, there, wanted, news)
            if "definitions" in written:
                _write_views(connection)
            connection.execute(
                "CALL lake.set_commit_message('Kooch', $message, extra_info => $about)",
                {"message": f"version {number}", "about": json.dumps(about)},
            )
            check_lock()
            connection.execute("COMMIT")
            seconds = time.perf_counter() - began
        _let_go(connection, forget_before, keep_days)
        _merge_files(connection)
        return {"version": number, "is_new": is_new, "written": written, "seconds": seconds}


def pull(*, catalogue: str, data: str, version: int | None, schema: int, file: str) -> dict[str, Any]:
    """Fill the tables of `file`, which Kooch made with schema `schema` and without a row, with those of a version."""
    connection = _opened(data)
    wanted = _wanted(connection, catalogue, version)
    if wanted["schema"] != schema:
        raise Fault("newer" if wanted["schema"] > schema else "older", **wanted)
    connection.execute(
        f"ATTACH {_text('ducklake:postgres:' + catalogue)} AS past (READ_ONLY, SNAPSHOT_VERSION {wanted['snapshot']})"
    )
    connection.execute(f"ATTACH {_text(file)} AS pulled")
    if _columns(connection, "past") != _columns(connection, "pulled"):
        raise Fault("older", **wanted)
    connection.execute("BEGIN")
    rows = 0
    for name in _columns(connection, "pulled"):
        connection.execute(f'DELETE FROM pulled."{name}"')
        connection.execute(f'INSERT INTO pulled."{name}" BY NAME SELECT * FROM past."{name}"')
        found, pushed = _held(connection, "pulled", name), wanted["tables"][name]
        # Another version of DuckDB may make another digest.
        compared = ("rows", "digest") if wanted["duckdb"] == duckdb.__version__ else ("rows",)
        if any(found[key] != pushed[key] for key in compared):
            raise Fault("differs", table=name)
        rows += found["rows"]
    connection.execute("COMMIT")
    connection.execute("CHECKPOINT pulled")
    connection.execute("DETACH pulled")
    return {"version": wanted["version"], "rows": rows}


def _wanted(connection: duckdb.DuckDBPyConnection, catalogue: str, version: int | None) -> dict[str, Any]:
    connection.execute(f"ATTACH {_text('ducklake:postgres:' + catalogue)} AS lake (READ_ONLY)")
    pushed = _pushed(connection)
    connection.execute("DETACH lake")
    found = [one for one in pushed if version in {None, one["version"]}]
    if not found:
        raise Fault("no_version", versions=", ".join(str(one["version"]) for one in pushed) or "none")
    return found[-1]


def _opened(data: str) -> duckdb.DuckDBPyConnection:
    """A connection with the extensions and, for S3, the keys of the environment."""
    connection = duckdb.connect()
    for name in _EXTENSIONS:
        folder = files(f"duckdb_extension_{name}") / "extensions" / f"v{duckdb.__version__}"
        connection.execute(f"LOAD {_text(str(folder / f'{name}.duckdb_extension'))}")
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")
    if data.startswith("s3://"):
        connection.execute(f"CREATE SECRET (TYPE s3, {', '.join(_keys_of_s3())})")
    return connection


def _keys_of_s3() -> list[str]:
    env = os.environ
    endpoint = env.get("AWS_ENDPOINT_URL_S3") or env.get("AWS_ENDPOINT_URL") or ""
    scheme, _, host = endpoint.rpartition("://")
    given = {
        "KEY_ID": env.get("AWS_ACCESS_KEY_ID"),
        "SECRET": env.get("AWS_SECRET_ACCESS_KEY"),
        "SESSION_TOKEN": env.get("AWS_SESSION_TOKEN"),
        "REGION": env.get("AWS_REGION") or env.get("AWS_DEFAULT_REGION"),
        "ENDPOINT": host.rstrip("/"),
        # A server of one's own seldom has a name for each bucket.
        "URL_STYLE": "path" if endpoint else None,
        "USE_SSL": "false" if scheme == "http" else None,
    }
    return [f"{name} {_text(value)}" for name, value in given.items() if value]


def _open_lake(connection: duckdb.DuckDBPyConnection, catalogue: str, data: str) -> None:
    """Attach the lake, and make it where there is none."""
    attach = (
        f"ATTACH {_text('ducklake:postgres:' + catalogue)} AS lake (DATA_PATH {_text(data)}, DATA_INLINING_ROW_LIMIT 0"
    )
    try:
        connection.execute(f"{attach}, CREATE_IF_NOT_EXISTS false)")
    except duckdb.Error as error:
        if _kind(str(error)) != "no_lake":
            raise
        # A lake keeps the place of its files for good, so a mistyped place must show before.
        _write_trial(connection, data)
        connection.execute(f"{attach})")
        connection.execute("CALL lake.set_option('parquet_compression', 'zstd')")


def _write_trial(connection: duckdb.DuckDBPyConnection, data: str) -> None:
    if not data.startswith("s3://"):
        try:
            os.makedirs(data, exist_ok=True)  # noqa: PTH103 -- a path is text here
        except OSError as error:
            raise Fault("rights", says=error.strerror) from error
    connection.execute(f"COPY (SELECT 'Kooch writes here' AS lake) TO {_text(data.rstrip('/') + '/kooch-lake.csv')}")


@contextmanager
def _only_writer(connection: duckdb.DuckDBPyConnection, catalogue: str) -> Iterator[Any]:
    """Hold the lock of the one writer; gives a function that raises Fault where it was lost.

    It lives in a transaction of its own connection, so it ends with this process, however that ends.
    """
    holder = connection.cursor()
    holder.execute(f"ATTACH {_text(catalogue)} AS catalogue (TYPE postgres)")
    holder.execute("BEGIN")

    def ask(statement: str) -> Any:  # noqa: ANN401 -- a value of any SQL type
        return _single(holder, f"SELECT * FROM postgres_query('catalogue', {_text(statement)})")

    if not ask(f"SELECT pg_try_advisory_xact_lock({LOCK}) AS got"):
        raise Fault("busy")
    own = ask("SELECT pg_backend_pid() AS own")

    def check() -> None:
        if ask("SELECT pg_backend_pid() AS own") != own:
            raise Fault("catalogue", says="the connection that holds the lock was lost")

    yield check
    holder.execute("ROLLBACK")


def _pushed(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """For each snapshot that is a version: its own description, and its number as `snapshot`; oldest first."""
    rows = connection.execute(
        "SELECT snapshot_id, commit_extra_info FROM lake.snapshots()"
        " WHERE author = 'Kooch' AND commit_extra_info IS NOT NULL ORDER BY snapshot_id"
    ).fetchall()
    return [{**json.loads(about), "snapshot": snapshot} for snapshot, about in rows]


def _news(
    connection: duckdb.DuckDBPyConnection, name: str, held: dict[str, Any], known: dict[str, Any] | None
) -> str | None:
    """Where the rows of a published table are that are new to the lake, where it held what is `known`.

    The table itself: all rows are to be written, for a row went or changed. None: nothing is new.
    """
    table = f'kooch."{name}"'
    if known is None:
        return table
    if (held["rows"], held["digest"]) == (known["rows"], known["digest"]):
        return None
    if known["rows"] and _held(connection, "kooch", name, until=known["end"]) == known:
        return f"{table} WHERE rowid >= {known['end']}"
    if _MANY_ROWS < known["rows"] < held["rows"]:
        found = f'temp."new_{name}"'
        connection.execute(
            f'CREATE TEMP TABLE "new_{name}" AS'
            f' SELECT * FROM {table} AS t WHERE hash(t) NOT IN (SELECT hash(l) FROM lake."{name}" AS l)'
        )
        rows, digest = connection.execute(f"SELECT count(*), sum(hash(t)) FROM {found} AS t").fetchall()[0]
        if rows + known["rows"] == held["rows"] and digest + int(known["digest"]) == int(held["digest"]):
            return found
    return table


def _write_tables(
    connection: duckdb.DuckDBPyConnection,
    there: dict[str, list[str]],
    wanted: dict[str, list[str]],
    news: dict[str, str | None],
) -> dict[str, int]:
    """Write the rows of each published table that are new. Returns how many, for each table that was written.

    `there` and `wanted` are the columns of the tables in the lake, and of those published.
    """
    new = [name for name, columns in wanted.items() if there.get(name) != columns]
    for name in [*(there.keys() - wanted.keys()), *(there.keys() & set(new))]:
        connection.execute(f'DROP TABLE lake."{name}"')
    for name in new:
        connection.execute(f'CREATE TABLE lake."{name}" ({", ".join(wanted[name])})')
    if new:
        _describe(connection, new)
    written = {}
    for name in wanted:
        table = f'kooch."{name}"'
        rows = table if name in new else news[name]
        if rows is None:
            continue
        if rows == table and name not in new:
            # If all rows are deleted, their files are removed.
            connection.execute(f'DELETE FROM lake."{name}"')
        order = f" ORDER BY {_SORTED[name]}" if name in _SORTED else ""
        written[name] = int(_single(connection, f'INSERT INTO lake."{name}" SELECT * FROM {rows}{order}'))
    return written


def _held(
    connection: duckdb.DuckDBPyConnection, database: str, name: str, *, until: int | None = None
) -> dict[str, Any]:
    """What a table holds, or its rows before the row number `until`: how many rows, their digest, and the row number after them."""
    first = "" if until is None else f" WHERE rowid < {until}"
    rows, digest, end = connection.execute(
        f'SELECT count(*), sum(hash(t))::VARCHAR, coalesce(max(rowid) + 1, 0) FROM {database}."{name}" AS t{first}'
    ).fetchall()[0]
    return {"rows": rows, "digest": digest, "end": end}


def _columns(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, list[str]]:
    """The columns of each table with the types that they have in the lake."""
    rows = connection.execute(
        """
        SELECT t.table_name, c.column_name, c.data_type
        FROM duckdb_tables() AS t
        INNER JOIN duckdb_columns() AS c USING (database_name, schema_name, table_name)
        WHERE t.database_name = $database AND t.schema_name = 'main'
        ORDER BY t.table_name, c.column_index
        """,
        {"database": database},
    ).fetchall()
    found: dict[str, list[str]] = {}
    for table, column, kind in rows:
        # Parquet has neither: it would keep a HUGEINT as a DOUBLE.
        kept = "VARCHAR" if kind == "HUGEINT" or kind.startswith("ENUM") else kind
        found.setdefault(table, []).append(f'"{column}" {kept}')
    return found


def _describe(connection: duckdb.DuckDBPyConnection, tables: Sequence[str]) -> None:
    """Give new tables the comments of the published ones."""
    rows = connection.execute(
        """
        SELECT 'TABLE', table_name, NULL, comment
        FROM duckdb_tables() WHERE database_name = 'kooch' AND schema_name = 'main'
        UNION ALL
        SELECT 'COLUMN', table_name, column_name, comment
        FROM duckdb_columns() WHERE database_name = 'kooch' AND schema_name = 'main'
        """
    ).fetchall()
    for kind, table, column, comment in rows:
        if table in tables and comment is not None:
            place = f'"{table}"' if column is None else f'"{table}"."{column}"'
            connection.execute(f"COMMENT ON {kind} lake.{place} IS {_text(comment)}")


def _write_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the views of the published version, each after those that it reads."""
    connection.execute("USE lake")
    waiting: list[str] = [
        sql.replace("CREATE VIEW", "CREATE OR REPLACE VIEW", 1)
        for (sql,) in connection.execute(
            "SELECT sql FROM duckdb_views() WHERE database_name = 'kooch' AND schema_name = 'main' AND NOT internal"
        ).fetchall()
    ]
    while waiting:
        left = [sql for sql in waiting if not _is_made(connection, sql)]
        if len(left) == len(waiting):
            raise Fault("other", says=f"a view cannot be made: {left[0][:80]}")
        waiting = left
    connection.execute("USE memory")


def _is_made(connection: duckdb.DuckDBPyConnection, sql: str) -> bool:
    try:
        connection.execute(sql)
    except duckdb.CatalogException:
        return False
    return True


def _merge_files(connection: duckdb.DuckDBPyConnection) -> None:
    """Merge the files of tables that many pushes have added to. Versions stay as they are."""
    many = connection.execute(
        f"SELECT table_name FROM ducklake_table_info('lake') WHERE file_count > {_MOST_FILES}"
    ).fetchall()
    for (name,) in many:
        connection.execute(f"CALL ducklake_merge_adjacent_files('lake', {_text(name)})")


def _let_go(connection: duckdb.DuckDBPyConnection, forget_before: str | None, keep_days: int) -> None:
    """Let snapshots go that are old, and at once those from before a suppression; and the files that only they have."""
    snapshots = connection.execute(
        "SELECT snapshot_id, snapshot_time < now() - to_days($days) FROM lake.snapshots()", {"days": keep_days}
    ).fetchall()
    pushed = _pushed(connection)
    latest = pushed[-1]["snapshot"]
    # Between two versions there are snapshots of the lake's own upkeep. They show the same rows as the version before
    # them.
    kept_from = _first_kept(pushed, forget_before)
    forgotten = [number for number, _ in snapshots if number < kept_from]
    old = [number for number, is_old in snapshots if is_old and number < latest]
    _expire(connection, sorted({*forgotten, *old}))
    # A reader of a removed file may read it for another day; suppressed data go now. A push that was killed
    # after its snapshots had expired left their files: so for two days all files go at once.
    two_days_ago = datetime.now(UTC) - timedelta(days=2)
    at_once = forgotten or (forget_before is not None and datetime.fromisoformat(forget_before) > two_days_ago)
    grace = "cleanup_all => true" if at_once else "older_than => now() - INTERVAL 1 DAY"
    connection.execute(f"CALL ducklake_cleanup_old_files('lake', {grace})")
    connection.execute(f"CALL ducklake_delete_orphaned_files('lake', {grace})")


def _first_kept(pushed: Sequence[dict[str, Any]], forget_before: str | None) -> int:
    """The first snapshot of the versions that were published in one row up to the latest, all after the instant."""
    if forget_before is None:
        return int(pushed[0]["snapshot"])
    instant, kept = datetime.fromisoformat(forget_before), pushed[-1]
    for one in reversed(pushed[:-1]):
        # Where the clock was set back, the times do not say whether a version was published before something was removed.
        # So each tells which removal it knew. Those of Kooch before 2026-12 do not.
        if one.get("removed_at", forget_before) != forget_before:
            break
        if not instant <= datetime.fromisoformat(one["published_at"]) <= datetime.fromisoformat(kept["published_at"]):
            break
        kept = one
    return int(kept["snapshot"])


def _expire(connection: duckdb.DuckDBPyConnection, snapshots: Sequence[int]) -> None:
    if snapshots:
        connection.execute(f"CALL ducklake_expire_snapshots('lake', versions => {list(snapshots)})")


def _single(connection: duckdb.DuckDBPyConnection, query: str) -> Any:  # noqa: ANN401 -- a value of any SQL type
    return connection.execute(query).fetchall()[0][0]


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


if __name__ == "__main__":
    main()
