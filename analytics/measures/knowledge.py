"""Selects a part of the evidence: what the world could know by a day, or what is left without some texts.

Temporary tables with the names of the version's tables hold the part, so every query reads it like the whole.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime

import duckdb

from analytics.queries import query
from kooch.store.stays import read_part
from kooch.times import end_of

EVERYTHING = datetime(9999, 1, 1, tzinfo=UTC)
"""An instant by which everything is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Without:
    """Texts that are left out: by publisher, by what a statement derives from, by how the text was read."""

    publishers: Sequence[str] = ()
    origins: Sequence[str] = ()
    read_as: Sequence[str] = ()


NOTHING = Without()


def until(known_by: date | None, zone: str) -> datetime:
    """The instant after the day `known_by` in `zone`; without a day, EVERYTHING."""
    return end_of(known_by, zone) if known_by else EVERYTHING


@contextmanager
def part_of_evidence(
    connection: duckdb.DuckDBPyConnection, *, roster: str, platform: str, until: datetime, without: Without = NOTHING
) -> Iterator[None]:
    """Make `bounds`, `readings` and `first_joins` hold what was known by `until` of `roster` on `platform`, without
    some texts."""
    if until == EVERYTHING and without == NOTHING:
        yield
        return
    kept = {
        "roster": roster,
        "platform": platform,
        "until": until,
        "publishers": list(without.publishers),
        "origins": list(without.origins),
        "read_as": list(without.read_as),
    }
    try:
        connection.execute(f"CREATE TEMP TABLE bounds AS {query('kept_bounds')}", kept)
        if without != NOTHING:
            connection.execute(
                f"CREATE TEMP TABLE links AS {query('kept_links')}", {"roster": roster, "platform": platform}
            )
            read_part(connection, until)
            connection.execute("DROP TABLE temp.links")
        for name in ("readings", "first_joins"):
            connection.execute(f"CREATE TEMP TABLE {name} AS FROM {name}_known_by($until)", {"until": until})
        yield
    finally:
        for name in ("first_joins", "readings", "known_readings", "known_stays", "links", "bounds"):
            connection.execute(f"DROP TABLE IF EXISTS temp.{name}")
