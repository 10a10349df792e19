"""The report of a list: what became known since a day, and the state of each account."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import polars as pl

from analytics.measures.list_page import ListPage, Move, Place, list_page
from analytics.queries import query

ROWS = pl.Schema(
    {
        "figure_id": pl.String(),
        "name": pl.String(),
        "role": pl.String(),
        "party": pl.String(),
        "platform": pl.String(),
        "state": pl.String(),  # joined, ended, not there or not looked
        "says": pl.String(),  # the same in words
        "handle": pl.String(),
        "is_current": pl.Boolean(),  # whether the account still has this handle; NULL: no handle of the account is known
        "url": pl.String(),
        "followers": pl.Int64(),  # NULL: not read
        "followers_precision": pl.Int64(),  # half-width of a rounded count; NULL: exact
        "counted_on": pl.Date(),  # UTC; of a look, in the zone of its wave
        "followers_change": pl.Int64(),  # since `since`; NULL: not read then, or not again
        "change_precision": pl.Int64(),  # how far the change may be off; NULL: exact
        "counted_before_on": pl.Date(),  # as counted_on; the day of the count that held at `since`
        "posts_a_week": pl.Float64(),  # of at most the latest 13 weeks; NULL: not read
        "last_posted_on": pl.Date(),  # UTC
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A list since a day. `changes` became known on that day or later; `rows` (ROWS) hold a figure on a platform each.

    `not_read` counts the rows with an account whose followers were never read.
    """

    page: ListPage
    since: date
    changes: tuple[Move, ...]
    rows: pl.DataFrame
    not_read: int


def report_of(connection: duckdb.DuckDBPyConnection, *, roster: str, since: date | None = None) -> Report | None:
    """The report of the list `roster`; None where there is no such list. Without `since`, of the week before the version.

    `since` is a day in the time zone of the list.
    """
    page = list_page(connection, roster)
    if page is None:
        return None
    if since is None:
        ((day,),) = connection.execute(query("day_of_version")).fetchall()
        since = day - timedelta(days=7)
    from_instant = datetime(since.year, since.month, since.day, tzinfo=ZoneInfo(page.time_zone))
    rows = _rows(page).join(
        _numbers(connection, roster, from_instant), on="account_id", how="left", maintain_order="left"
    )
    return Report(
        page=page,
        since=since,
        changes=tuple(move for move in page.moves if move.known_at and move.known_at >= from_instant),
        rows=rows.select(ROWS.names()).cast(ROWS),
        not_read=rows.filter((pl.col("state") == "joined") & pl.col("followers").is_null()).height,
    )


def _rows(page: ListPage) -> pl.DataFrame:
    names = list(page.platforms.values())
    return pl.DataFrame(
        [
            {
                "figure_id": line.figure_id,
                "name": line.name,
                "role": line.role,
                "party": line.party,
                "platform": platform,
                **_of_place(place),
            }
            for line in page.lines
            for platform, place in zip(names, line.places, strict=True)
        ],
        schema=_PLACES,
    )


_PLACES = pl.Schema({name: kind for name, kind in ROWS.items() if name in list(ROWS)[:10]} | {"account_id": pl.Int32()})


def _of_place(place: Place) -> dict[str, object]:
    says = f"{place.says} (sources disagree)" if place.is_disputed else place.says
    return {
        "state": place.state,
        "says": says,
        "handle": place.handle,
        "is_current": place.is_current,
        "url": place.url,
        "account_id": place.account_id,
    }


def _numbers(connection: duckdb.DuckDBPyConnection, roster: str, since: datetime) -> pl.DataFrame:
    """One row per account: what a report shows about it. A change is known if a later count follows the one that held
    at `since`."""
    found = connection.sql(query("report_numbers"), params={"roster": roster, "since": since}).pl()
    has_change = pl.col("earlier_at") < pl.col("counted_at")
    precision = pl.sum_horizontal("followers_precision", "earlier_precision")
    numbers: pl.DataFrame = found.with_columns(
        followers_change=pl.when(has_change).then(pl.col("followers") - pl.col("earlier_followers")),
        change_precision=pl.when(has_change & (precision > 0)).then(precision),
        counted_before_on=pl.when(has_change).then(pl.col("earlier_on")),
    )
    return numbers
