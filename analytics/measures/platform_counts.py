"""Published counts of a whole platform: users, downloads, active users, each with its source."""

import duckdb
import polars as pl

from analytics.queries import query
from analytics.said import cell

COUNTS = pl.Schema(
    {
        "kind": pl.String(),  # what is counted, and where
        "row": pl.Int64(),  # the kinds from the top
        "day": pl.Date(),  # the day that the count describes; NULL: undated
        "value": pl.Int64(),
        "bound": pl.String(),  # exact, at_least, at_most or about
        "shown": pl.String(),  # the count in words
        "said_by": pl.String(),
        "is_independent": pl.Boolean(),  # neither the company nor its founders say so
        "publisher": pl.String(),
        "published_on": pl.Date(),
        "source_url": pl.String(),
        "note": pl.String(),
        "measure": pl.String(),  # the cell of the count
    }
)
_KINDS = {
    "downloads": "downloads",
    "users": "users",
    "active_users": "active users, of what time is not said",
    "monthly_active_users": "active users a month",
    "monthly_active_users_peak": "active users a month, at the peak",
    "daily_active_users_peak": "active users a day, at the peak",
    "high_profile_accounts": "accounts of well-known people",
}
_BOUNDS = {"exact": "", "at_least": "at least ", "at_most": "at most ", "about": "about "}
_OWN = ("company", "founder", "founders")
_COUNTRIES = {"BR": "Brazil", "IN": "India"}


def platform_counts(connection: duckdb.DuckDBPyConnection, *, platform: str) -> pl.DataFrame:
    """One row per count (COUNTS). Kinds are never mixed: papers call downloads users."""
    found = connection.sql(query("platform_counts"), params={"platform": platform}).pl()
    rows = [
        {
            **row,
            "kind": _kind(row["measure"], row["area"]),
            "shown": f"{_BOUNDS[row['bound']]}{_in_millions(row['value'])}",
            "is_independent": row["said_by"] not in _OWN,
            "cell": cell(
                "platform_counts",
                "value",
                **{name: row[name] or "" for name in ("measure", "area", "day", "publisher", "source_url")},
                platform=platform,
            ),
        }
        for row in found.iter_rows(named=True)
    ]
    kinds = sorted(
        {(row["kind"], row["area"] != "world", list(_KINDS).index(row["measure"])) for row in rows},
        key=lambda kind: kind[1:],
    )
    places = {kind: place for place, (kind, *_) in enumerate(kinds)}
    return pl.DataFrame(
        [{**row, "row": places[row["kind"]], "measure": row["cell"]} for row in rows], schema=COUNTS, strict=False
    ).sort("row", "day", nulls_last=True, maintain_order=True)


def _kind(measure: str, area: str) -> str:
    where = "" if area == "world" else f", {_COUNTRIES.get(area, area)}"
    return f"{_KINDS[measure]}{where}"


def _in_millions(value: int) -> str:
    return f"{value / 1_000_000:g} million" if value >= 1_000_000 else f"{value:,}"
