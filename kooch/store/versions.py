"""How Kooch itself opens a published version: its own file, by its real path, read-only, in UTC, and not for long."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from kooch.connections import connect
from kooch.errors import StorageError, UnknownListError
from kooch.store.outcomes import CONFIRMED_AFTER_HOURS, Target
from kooch.store.publish import published_folder
from kooch.store.schema import LATEST, quoted

DAMAGED_BLOCK = "Corrupt database file"
"""The words in DuckDB's most general error if the checksum of a block is wrong."""


def reading_file(home: Path) -> Path:
    """The real path of the latest version for Kooch's own readers: another path for every version.

    Raises StorageError when nothing was published yet.
    """
    link = published_folder(home) / "reading.duckdb"
    if not link.exists():
        raise StorageError(f"There is no data in {home} yet. Run `kooch load`, or `kooch start`.")
    return link.resolve()


def has_version(home: Path) -> bool:
    """Whether anything was published yet."""
    return (published_folder(home) / "reading.duckdb").exists()


@contextmanager
def open_version(file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in which `file` is the catalogue `kooch`, and the default. Close it soon.

    Raises StorageError when the file is gone, damaged, or of a newer Kooch.
    """
    with connect() as connection:
        try:
            connection.execute(f"ATTACH {quoted(str(file))} AS kooch (READ_ONLY)")
            connection.execute("USE kooch")
            version = connection.execute("SELECT max(version) FROM schema_version").fetchall()[0]
        except duckdb.Error as error:
            raise StorageError(
                f"Version {file} cannot be read: {first_line(error)}. Run `kooch load` to publish a new one."
            ) from error
        if version[0] > LATEST:
            raise StorageError(f"Version {file} was made by a newer Kooch. Upgrade this one.")
        try:
            yield connection
        except duckdb.Error as error:
            if DAMAGED_BLOCK not in str(error):  # other errors are those of a query
                raise
            raise StorageError(
                f"Version {file} is damaged: {first_line(error)}. Run `kooch load --anew` to publish a new one."
            ) from error


def read_all(connection: duckdb.DuckDBPyConnection) -> int:
    """Read every value of every table, which finds every damaged block in use. Returns the number of tables."""
    tables = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() ORDER BY table_name"
    ).fetchall()
    for (table,) in tables:
        connection.execute(f'SELECT bit_xor(hash(t)) FROM "{table}" AS t').fetchall()
    return len(tables)


def rows_of(found: duckdb.DuckDBPyRelation) -> list[dict[str, Any]]:
    """All rows, each by column; without Polars, which takes half a second to import.

    Instants travel as times in UTC: for an instant, DuckDB's client wants a package that Kooch does not need.
    """
    instants = [str(kind) == "TIMESTAMP WITH TIME ZONE" for kind in found.types]
    names = found.columns
    plain = found.project(
        ", ".join(f"timezone('UTC', #{n}) AS c{n}" if at else f"#{n} AS c{n}" for n, at in enumerate(instants, 1))
    )
    return [
        {
            name: value.replace(tzinfo=UTC) if at and value is not None else value
            for name, at, value in zip(names, instants, row, strict=True)
        }
        for row in plain.fetchall()
    ]


def first_line(error: Exception) -> str:
    """The first line of an error without its full stop, for use inside a sentence."""
    return str(error).splitlines()[0].rstrip(".!")


def captures_read(home: Path, platform: str) -> set[str]:
    """The addresses of archived pages of which an observation is published."""
    with open_version(reading_file(home)) as connection:
        found = connection.sql(
            """
            SELECT c.url
            FROM observations AS o
            INNER JOIN captures AS c ON c.capture_id = o.capture_id
            INNER JOIN accounts AS a ON a.account_id = o.account_id
            WHERE a.platform = $platform
            """,
            params={"platform": platform},
        ).fetchall()
    return {url for (url,) in found}


def captures_published(home: Path, platform: str) -> set[tuple[str, datetime, str]]:
    """Address, instant and digest of each capture of which an observation is published; none before the first version."""
    if not has_version(home):
        return set()
    with open_version(reading_file(home)) as connection:
        found = connection.sql(
            """
            SELECT c.url, c.captured_at, c.digest
            FROM observations AS o
            INNER JOIN captures AS c ON c.capture_id = o.capture_id
            INNER JOIN accounts AS a ON a.account_id = o.account_id
            WHERE a.platform = $platform
            """,
            params={"platform": platform},
        )
        return {(row["url"], row["captured_at"], row["digest"]) for row in rows_of(found)}


def listed_names(home: Path, platform: str) -> set[str]:
    """Ids and handles (in lower case, after an `@`) of the accounts of a platform that lists claim; none before the first version."""
    if not has_version(home):
        return set()
    with open_version(reading_file(home)) as connection:
        found = connection.sql(
            """
            SELECT a.native_id AS name
            FROM claims AS c
            INNER JOIN accounts AS a ON a.account_id = c.account_id
            WHERE a.platform = $platform AND a.native_id IS NOT NULL
            UNION
            SELECT '@' || lower(h.handle)
            FROM claims AS c
            INNER JOIN accounts AS a ON a.account_id = c.account_id
            INNER JOIN handles AS h ON h.account_id = c.account_id
            WHERE a.platform = $platform
            """,
            params={"platform": platform},
        ).fetchall()
    return {str(name) for (name,) in found}


def native_ids(home: Path, platform: str) -> set[str]:
    """The ids of all accounts of a platform that are known."""
    with open_version(reading_file(home)) as connection:
        found = connection.execute(
            "SELECT native_id FROM accounts WHERE platform = ? AND native_id IS NOT NULL", [platform]
        ).fetchall()
    return {str(native_id) for (native_id,) in found}


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondLook:
    """An accepted account that is asked for again from `due_at` on, because it seemed gone or could not be reached."""

    platform: str
    account_id: int
    due_at: datetime


_PASSING_CAUSES = ("rate_limited", "server_error", "timeout", "unreachable")
_MOST_TRIES = 3
"""An account that has failed so often since it was last seen waits for the next crawl."""


def second_looks(home: Path) -> list[SecondLook]:
    """The accounts that are asked for again before the next crawl, by when that is due.

    One that answered as gone: a day after the first answer of its kind, or after one that failed. One that failed for a
    cause that passes: an hour later, then after four, then after sixteen.
    """
    with open_version(reading_file(home)) as connection:
        found = connection.sql(
            """
            WITH failed AS (
                SELECT coalesce(a.merged_into, a.account_id) AS account_id, f.failed_at, f.cause
                FROM failures AS f
                INNER JOIN runs AS r ON r.run_id = f.run_id AND r.source = 'live'
                INNER JOIN accounts AS a ON a.account_id = f.target
            ),

            seemed_gone AS (
                SELECT
                    s.platform,
                    s.account_id,
                    greatest(min(s.alike_since), max(f.failed_at)) + to_hours($hours) AS due_at
                FROM states AS s
                -- What an archived page said, another look cannot confirm.
                INNER JOIN seen_accounts AS g ON g.account_id = s.account_id AND g.last_live_at = g.last_seen_at
                LEFT JOIN failed AS f ON f.account_id = s.account_id
                WHERE s.state = 'unconfirmed'
                GROUP BY s.platform, s.account_id
            ),

            could_not_be_asked_for AS (
                SELECT a.platform, a.account_id, max(f.failed_at) + to_hours((4 ** (count(*) - 1))::BIGINT) AS due_at
                FROM failed AS f
                INNER JOIN accounts AS a ON a.account_id = f.account_id
                SEMI JOIN links AS l ON l.account_id = f.account_id AND l.state = 'accepted'
                LEFT JOIN seen_accounts AS g ON g.account_id = f.account_id
                ANTI JOIN seemed_gone AS s ON s.account_id = f.account_id
                WHERE f.failed_at > coalesce(g.last_live_at, '-infinity'::TIMESTAMPTZ)
                GROUP BY a.platform, a.account_id
                HAVING count(*) <= $most_tries AND list_contains($causes, arg_max(f.cause, f.failed_at))
            )

            SELECT * FROM seemed_gone
            UNION ALL
            SELECT * FROM could_not_be_asked_for
            ORDER BY due_at, account_id
            """,
            params={"hours": CONFIRMED_AFTER_HOURS, "causes": list(_PASSING_CAUSES), "most_tries": _MOST_TRIES},
        )
        return [SecondLook(**row) for row in rows_of(found)]


def figures_of(home: Path, roster: str) -> int:
    """How many figures a published list has."""
    with open_version(reading_file(home)) as connection:
        found = connection.execute(
            "SELECT count(DISTINCT figure_id) FROM memberships WHERE roster = ?", [roster]
        ).fetchone()
    return int(found[0]) if found else 0


def countries_of(home: Path, roster: str) -> set[str]:
    """The countries of a published list's figures, by code."""
    with open_version(reading_file(home)) as connection:
        rows = connection.execute(
            "SELECT DISTINCT country FROM figures WHERE country IS NOT NULL AND figure_id IN"
            " (SELECT figure_id FROM memberships WHERE roster = ?)",
            [roster],
        ).fetchall()
    return {str(country) for (country,) in rows}


def targets(
    home: Path, *, platform: str, roster: str | None, only: Collection[int] | None = None, former: bool = False
) -> list[Target]:
    """The accepted accounts on `platform` to look at, of `roster` or of all lists, each once, by id if it is known.

    `only` are the `account_id`s that are wanted, if not all are. Accounts that the versions of a list no longer name, and no
    other list claims, are watched no more: they are among them only if they are wanted, or with `former`.

    Raises ConfigError for a roster that is not there.
    """
    with open_version(reading_file(home)) as connection:
        known = [row[0] for row in connection.execute("SELECT roster FROM rosters ORDER BY roster").fetchall()]
        if roster and roster not in known:
            raise UnknownListError(roster, known)
        accounts = connection.sql(
            """
            SELECT
                a.native_id,
                a.server,
                a.local_id,
                h.handle,
                min(substr(i.key, length(a.platform) + 2)) AS key,
                max(c.value) FILTER (
                    WHERE (c.value <> a.native_id OR a.native_id IS NULL) AND c.value IS DISTINCT FROM s.old
                ) AS listed_handle,
                max(b.known_at) FILTER (WHERE b.kind = 'listed') AS listed_before,
                -- What was known of an account that changed its id need not be true of the new one.
                bool_or(s.new IS NOT NULL) AS has_changed,
                min(b.before) FILTER (WHERE b.kind = 'seen') AS seen_since,
                -- Of an opening that several answers narrow down, what all of them say.
                max(b.not_before) FILTER (WHERE b.kind = 'opened' AND b.run_id IS NOT NULL) AS opened_not_before,
                min(b.before) FILTER (WHERE b.kind = 'opened' AND b.run_id IS NOT NULL) AS opened_before
            FROM links AS l
            INNER JOIN accounts AS a ON a.account_id = l.account_id
            INNER JOIN memberships AS m ON m.figure_id = l.figure_id AND m.roster = coalesce($roster, m.roster)
            INNER JOIN claims AS c ON c.account_id = l.account_id
            INNER JOIN ids AS i ON
                i.kind = 'account'
                AND i.id = a.account_id
                AND i.key = coalesce(a.platform || ' ' || a.native_id, i.key)
            LEFT JOIN current_handles AS h ON h.account_id = l.account_id
            LEFT JOIN bounds AS b ON b.account_id = l.account_id AND b.kind IN ('listed', 'seen', 'opened')
            LEFT JOIN same_accounts AS s ON s.platform = a.platform AND s.new = a.native_id
            WHERE
                a.platform = $platform
                AND ($only IS NULL OR list_contains($only::INTEGER[], a.account_id))
                AND (
                    $former
                    OR $only IS NOT NULL
                    OR a.account_id NOT IN (
                        SELECT s.account_id
                        FROM series AS s
                        WHERE s.stands
                        GROUP BY s.account_id
                        HAVING NOT bool_or(s.ended = 'still')
                        EXCEPT
                        SELECT o.account_id
                        FROM claims AS o
                        ANTI JOIN series AS s ON s.account_id = o.account_id AND s.source_id = o.source_id
                    )
                )
            GROUP BY a.account_id, a.native_id, a.server, a.local_id, h.handle
            ORDER BY a.account_id
            """,
            params={
                "platform": platform,
                "roster": roster,
                "only": None if only is None else list(only),
                "former": former,
            },
        )
        return [_target(row) for row in rows_of(accounts)]


def _target(row: dict[str, Any]) -> Target:
    target = Target(
        key=row["key"],
        handle=row["handle"] or row["listed_handle"],
        native_id=row["native_id"],
        server=row["server"],
        listed_before=row["listed_before"],
    )
    if row["has_changed"]:
        return target
    target = replace(target, local_id=row["local_id"], seen_since=row["seen_since"])
    not_before, before = row["opened_not_before"], row["opened_before"]
    if not_before is None or before is None or not_before >= before:
        # Answers that contradict each other tell nothing.
        return target
    return replace(target, opened_not_before=not_before, opened_before=before)


def run_key(home: Path, run_id: int) -> str | None:
    """The key of a run in `state.sqlite` and the archive; None where the latest version has no such run."""
    with open_version(reading_file(home)) as connection:
        rows = connection.execute(
            "SELECT i.key FROM ids AS i SEMI JOIN runs AS r ON r.run_id = i.id WHERE i.kind = 'run' AND i.id = ?",
            [run_id],
        ).fetchall()
    return str(rows[0][0]) if rows else None
