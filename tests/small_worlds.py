"""Small worlds: a database in memory that holds a few rows, and all views of them.

    with world(figure("ada"), account(1), claim("ada", 1), look(1, "2025-10-10T12:00", covers_from="2024-12-01")) as connection:
        ...

Instants are ISO 8601 in UTC, days without a time are dates. Each figure is on the list `people` unless `member` says more.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import duckdb

from analytics.queries import query
from kooch.config import VIEWS
from kooch.connections import connect
from kooch.store.schema import migrate
from kooch.store.views import build_views

Row = tuple[str, dict[str, object]]

_numbers = count(1)


@contextmanager
def world(*rows: Row) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory with these rows, a run and a source of number 1, and the views of them all."""
    with connect() as connection:
        migrate(connection, Path(":memory:"))
        for table, values in (_run(), _source(), *rows):
            places = ", ".join(f"${name} AS {name}" for name in values)
            connection.execute(f"INSERT INTO {table} BY NAME SELECT {places}", values)
        build_views(connection, VIEWS)
        yield connection


def figure(name: str, country: str | None = None) -> Row:
    """A person of this name, who is its own id."""
    return "figures", {"figure_id": name, "name": name, "kind": "person", "country": country, "aliases": []}


def member(
    name: str, roster: str = "people", from_day: str | None = None, to_day: str | None = None, party: str | None = None
) -> Row:
    return "memberships", {
        "roster": roster,
        "figure_id": name,
        "role": "MP",
        "party": party,
        "source": "test",
        "from_day": _day(from_day),
        "to_day": _day(to_day),
    }


def listed(roster: str, as_of: str) -> Row:
    """A list that describes this day."""
    texts = dict.fromkeys(("title", "description", "source", "licence"), "test")
    return "rosters", {
        "roster": roster,
        "as_of": _day(as_of),
        "time_zone": "UTC",
        "selection": "listed",
        "rejected_claims": 0,
        "loaded_at": _instant("2025-01-01"),
        **texts,
    }


def account(number: int, platform: str = "bluesky") -> Row:
    return "accounts", {"account_id": number, "platform": platform, "native_id": f"did:web:a{number}.test"}


def claim(name: str, number: int, from_day: str | None = None, to_day: str | None = None) -> Row:
    return "claims", {
        "claim_id": next(_numbers),
        "figure_id": name,
        "account_id": number,
        "polarity": "accepts",
        "tier": "curated",
        "kind": "roster",
        "source_id": 1,
        "recorded_at": _instant("2025-01-01"),
        "from_day": _day(from_day),
        "to_day": _day(to_day),
    }


def stay(
    name: str,
    number: int,
    joined_from: str,
    joined_before: str,
    *,
    stay: int = 1,
    ended: tuple[str, str] | None = None,
    platform: str = "bluesky",
    bounds: tuple[int | None, int | None] = (None, None),
) -> Row:
    """A stay; `ended` is the interval of its end, by the owner. `bounds` set the ends of the joining."""
    flags = ("contradiction", "join_is_presumed", "end_is_presumed", "last_sign_is_presumed", "is_explained")
    return "known_stays", {
        "figure_id": name,
        "platform": platform,
        "account_id": number,
        "stay": stay,
        "joined_not_before": _instant(joined_from),
        "joined_before": _instant(joined_before),
        "joined_from_bound": bounds[0],
        "joined_to_bound": bounds[1],
        "ended_not_before": _instant(ended[0]) if ended else None,
        "ended_before": _instant(ended[1]) if ended else None,
        "ended_by": "owner" if ended else None,
        "known_from": _instant("2020-01-01"),
        "readings": 1,
        "unexplained": [],
        **dict.fromkeys(flags, False),
    }


def posts(number: int, *days: str) -> list[Row]:
    """A post on each of these days."""
    counts = {"posts": 1, "replies": 0, "reposts": 0, "posts_most": 1}
    return [("activity_days", {"account_id": number, "day": _day(day), **counts}) for day in days]


def look(number: int, looked_at: str, covers_from: str | None, run: int = 1) -> Row:
    """A look at the posts of an account that lists all of them from `covers_from` on."""
    return "activity_looks", {
        "account_id": number,
        "run_id": run,
        "looked_at": _instant(looked_at),
        "covers_from": None if covers_from is None else _instant(covers_from),
        "kinds": "posts",
        "complete": True,
    }


def profile(number: int, seen_at: str, last_post_at: str, run: int = 1) -> Row:
    """A profile that shows when its owner posted last."""
    return "observations", {
        "account_id": number,
        "run_id": run,
        "valid_at": _instant(seen_at),
        "recorded_at": _instant(seen_at),
        "status": "active",
        "last_post_at": _instant(last_post_at),
    }


def posted(name: str, number: int, not_before: str, before: str) -> Row:
    """A source says that the account posted at some time from the one instant until the other."""
    return "bounds", {
        "bound_id": next(_numbers),
        "figure_id": name,
        "platform": "bluesky",
        "account_id": number,
        "event": "posted",
        "kind": "stated",
        "not_before": _instant(not_before),
        "before": _instant(before),
        "known_at": _instant(before),
        "source_id": 1,
    }


def document(number: int, publisher: str, time_zone: str = "UTC") -> Row:
    """A source of this number."""
    return "sources", {
        "source_id": number,
        "citation": publisher,
        "publisher": publisher,
        "time_zone": time_zone,
    }


def bound(
    number: int,
    name: str,
    event: str,
    kind: str,
    span: tuple[str, str],
    *,
    account_id: int | None = 1,
    source: int | None = None,
    run: int | None = None,
    platform: str = "bluesky",
) -> Row:
    """Evidence of this number: a document (`source`) or a crawl (`run`) says that the event happened within the span."""
    return "bounds", {
        "bound_id": number,
        "figure_id": name,
        "platform": platform,
        "account_id": account_id,
        "event": event,
        "kind": kind,
        "not_before": _instant(span[0]),
        "before": _instant(span[1]),
        "source_id": source,
        "run_id": run,
        "known_at": _instant(span[1]),
    }


def looked(
    name: str,
    account_id: int | None,
    span: tuple[str, str],
    *,
    source: int,
    wave: str = "first",
    looker: str = "a",
    platform: str = "bluesky",
    **more: object,
) -> Row:
    """A look by a person at an account that is there, in a wave that is the document `source`."""
    return "looks", {
        "figure_id": name,
        "platform": platform,
        "wave": wave,
        "looker": looker,
        "method": "known_account",
        "is_by_person": True,
        "looked_from": _instant(span[0]),
        "looked_before": _instant(span[1]),
        "result": "present",
        "settled": "present",
        "is_speaking": True,
        "is_search": False,
        "adjudicates": False,
        "account_id": account_id,
        "source_id": source,
        **more,
    }


def check(name: str, number: int, last_post_at: str, checked_at: str) -> Row:
    """The source of the list checked who had posted last."""
    return "last_posts", {
        "roster": "people",
        "figure_id": name,
        "platform": "bluesky",
        "account_id": number,
        "last_post_at": _instant(last_post_at),
        "checked_at": _instant(checked_at),
        "source_id": 1,
    }


def block(country: str, from_day: str, to_day: str, platform: str = "bluesky") -> Row:
    return "blocks", {
        "platform": platform,
        "country": country,
        "from_day": _day(from_day),
        "to_day": _day(to_day),
        "ordered_by": "a court",
        "source_id": 1,
    }


def rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return connection.execute(sql).fetchall()


def answers(connection: duckdb.DuckDBPyConnection, name: str, **parameters: object) -> list[dict[str, Any]]:
    """What a query of `analytics/queries` says, days and instants as text."""
    found = connection.execute(query(name), parameters)
    columns = [column for column, *_ in found.description or ()]
    return [
        {column: str(value) if isinstance(value, date) else value for column, value in zip(columns, row, strict=True)}
        for row in found.fetchall()
    ]


def _run() -> Row:
    counts = dict.fromkeys(("planned", "observed", "failed", "skipped", "requests", "bytes", "cost_usd"), 0)
    return "runs", {
        "run_id": 1,
        "platform": "bluesky",
        "source": "live",
        "started_at": _instant("2025-01-01"),
        "state": "complete",
        "is_recheck": False,
        "version": "test",
        **counts,
    }


def _source() -> Row:
    return "sources", {"source_id": 1, "citation": "test", "publisher": "test", "time_zone": "UTC"}


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(f"{text if 'T' in text else f'{text}T00:00'}+00:00")
