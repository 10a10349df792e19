"""Everything a version holds about one figure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from difflib import get_close_matches
from typing import Any

import duckdb
import polars as pl

from analytics.measures.events import MARKERS, blocks
from analytics.measures.phrases import Zones, days, first_day, interval, long_day, silence
from analytics.queries import query
from analytics.said import Number, Said, cell
from kooch.rosters.names import fold

COUNTS = pl.Schema(
    {
        "account": pl.String(),  # handle and platform
        "platform": pl.String(),
        "account_id": pl.Int32(),  # NULL: a report that does not say which account
        "valid_at": pl.Datetime("us", "UTC"),  # for a report, and a look without a time, the end of its day
        "counted_on": pl.Date(),  # of a look or a report in the zone of its source, else in UTC
        "published_on": pl.Date(),  # of a report, in its zone
        "followers": pl.Int32(),
        "followers_precision": pl.Int32(),  # half-width of a rounded count; NULL: exact, or a lower bound
        "is_least": pl.Boolean(),  # a report says "over" or "at least" so many: a lower bound
        "source": pl.String(),  # live, archive, import, look or report
        "reported": pl.String(),  # the count as the report prints it
        "citation": pl.String(),  # of a look or a report
        "url": pl.String(),  # opens the archived page or the report
    }
)
AUDIENCE = pl.Schema(
    {
        "account": pl.String(),
        "at": pl.Int64(),  # milliseconds UTC
        "when": pl.String(),
        "followers": pl.Int64(),
        "low": pl.Int64(),  # the ends of a rounded count; NULL: exact, or a lower bound
        "high": pl.Int64(),
        "is_least": pl.Boolean(),  # a lower bound: the count is this or more
        "shown": pl.String(),  # the count and how far it may be off
        "source": pl.String(),  # as in COUNTS
        "says": pl.String(),  # where it was read; of a report the publisher, and the count as printed
        "url": pl.String(),
        "stretch": pl.String(),  # points of one stretch are joined by a line; NULL: a report, which joins nothing
        "is_last": pl.Boolean(),
        "measure": pl.String(),  # the cell of the count
    }
)
# If two counts are further apart, nobody can say how the count changed between them.
_LONGEST = timedelta(days=92)
_SHORTEST = timedelta(days=2)
_PROSE = "%B"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure's roles, accounts with their claims, stays with the evidence of each end, moves and follower counts.

    `holds` are runs in which an account of theirs was not found together with unusually many others. `held` are the spans in which
    they held an office (is_office false), or in which others held the office that this is.

    An account has the latest count that was seen (`shown`) and its day (`counted_on`). `counts` (COUNTS) are in order of
    account and time, `audience` (AUDIENCE) the same as it is drawn. `archive_notes` say what to know about the counts
    from web archives among them.
    """

    name: str
    kind: str
    country: str | None
    wikidata_qid: str | None
    roles: list[dict[str, Any]]
    held: list[dict[str, Any]]
    accounts: pl.DataFrame
    claims: pl.DataFrame
    stays: list[dict[str, Any]]
    moves: pl.DataFrame
    holds: pl.DataFrame
    counts: pl.DataFrame
    audience: pl.DataFrame
    archive_notes: tuple[str, ...]


def names(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Every figure's id by its label in a choice: its name, with its id if two share a name."""
    known: pl.DataFrame = connection.sql("SELECT name, figure_id FROM figures").pl()
    label = pl.when(pl.len().over("name") > 1).then(pl.format("{} ({})", "name", "figure_id")).otherwise("name")
    return dict(known.select(label.alias("label"), "figure_id").sort("label").iter_rows())


def ids_named(labels: Mapping[str, str], asked: str) -> list[str]:
    """The ids that an address may mean: an id, a label of `names` in any case and with any accents, or a name that
    several share by now."""
    if asked in labels.values():
        return [asked]
    if asked in labels:
        return [labels[asked]]
    if alike := [figure_id for label, figure_id in labels.items() if asked and fold(label) == fold(asked)]:
        return alike
    # Labels as they were before two figures had one name, and after one of the two was removed.
    name, _, figure_id = asked.removesuffix(")").rpartition(" (")
    if figure_id in labels.values():
        return [figure_id]
    shared = [other for label, other in labels.items() if asked and label == f"{asked} ({other})"]
    return shared or ([labels[name]] if name in labels else [])


def near_names(labels: Mapping[str, str], asked: str) -> list[str]:
    """Labels that a reader may mean by a name that nobody has: those with all its words, else similar ones, the most
    similar first."""
    folded = {label: fold(label) for label in labels}
    parts = set(fold(asked).split())
    found = [label for label, words in folded.items() if parts and parts <= set(words.split())]
    alike = dict.fromkeys(get_close_matches(fold(asked), folded.values()))
    return found or [label for near in alike for label, words in folded.items() if words == near]


def figure(connection: duckdb.DuckDBPyConnection, *, figure_id: str) -> Figure | None:
    """The figure; None when this version does not know it. Times are UTC."""
    known = connection.execute(
        "SELECT name, kind, country, wikidata_qid FROM figures WHERE figure_id = ?", [figure_id]
    ).fetchall()
    if not known:
        return None
    name, kind, country, qid = known[0]

    def frame(name: str) -> pl.DataFrame:
        found: pl.DataFrame = connection.sql(query(name), params={"figure_id": figure_id}).pl()
        return found

    counts = _measured(_of_figures(connection, "figure_counts", [figure_id]))
    return Figure(
        name=name,
        kind=kind,
        country=country,
        wikidata_qid=qid,
        roles=_of_figures(connection, "figure_roles", [figure_id]).to_dicts(),
        held=_of_figures(connection, "figure_holders", [figure_id]).to_dicts(),
        accounts=_with_latest_count(frame("figure_accounts"), counts),
        claims=frame("figure_claims"),
        stays=_with_evidence(frame("figure_stays"), frame("figure_evidence")),
        moves=with_when(frame("figure_moves")),
        holds=frame("figure_holds"),
        counts=counts.select(COUNTS.names()).cast(COUNTS),
        audience=_drawn(counts),
        archive_notes=tuple(
            counts.filter(pl.col("source") == "archive")["archive_note"].drop_nulls().unique(maintain_order=True)
        ),
    )


def blocks_of(connection: duckdb.DuckDBPyConnection, *, figure_id: str, counts: pl.DataFrame) -> pl.DataFrame:
    """The times in which the figure's country blocked a platform of `counts` (COUNTS), from the first count to the last (MARKERS)."""
    if counts.is_empty():
        return pl.DataFrame(schema=MARKERS)
    counted_on = counts["valid_at"].dt.date().sort()
    platforms = counts["platform"].unique().to_list()
    return blocks(connection, platforms=platforms, start=counted_on[0], end=counted_on[-1], figure_id=figure_id)


def roles_of(connection: duckdb.DuckDBPyConnection, figures: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """The roles of each of `figures` on all lists."""
    return _by_figure(_of_figures(connection, "figure_roles", figures))


def held_of(connection: duckdb.DuckDBPyConnection, figures: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """The spans in which each of `figures` held an office, or in which others held the office that it is."""
    return _by_figure(_of_figures(connection, "figure_holders", figures))


def holder_in_words(span: Mapping[str, Any]) -> str:
    """Who held this office and when, or which office they held. The accounts of an office belong to no holder."""
    when = term(span["from_day"], span["to_day"]) or "days unknown"
    if span["is_office"]:
        return f"Held by {span['other']} ({when})"
    return f"Held the office {span['other']} ({when}). Its accounts count as the office's."


def term(first: date | None, last: date | None) -> str:
    """`from 3 January 2013`, `until …`, or both; empty if neither is known."""
    if first and last:
        return days(first, last, month=_PROSE)
    return f"from {long_day(first)}" if first else f"until {long_day(last)}" if last else ""


def counts_of(connection: duckdb.DuckDBPyConnection, figures: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """The follower counts of each of `figures` as a reader sees them, in order of account and time; see AUDIENCE."""
    return _by_figure(_of_figures(connection, "figure_counts", figures))


def _of_figures(connection: duckdb.DuckDBPyConnection, name: str, figures: Sequence[str]) -> pl.DataFrame:
    found: pl.DataFrame = connection.sql(query(name), params={"figures": list(figures)}).pl()
    return found


def _by_figure(rows: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows.iter_rows(named=True):
        found.setdefault(row["figure_id"], []).append(row)
    return found


def _measured(counts: pl.DataFrame) -> pl.DataFrame:
    """The counts, each with the cell of `audience` that holds it."""
    cells = [
        cell(
            "audience",
            "followers",
            figure_id=row["figure_id"],
            platform=row["platform_key"],
            account_id="" if row["account_id"] is None else row["account_id"],
            valid_at=f"{row['valid_at']:%Y-%m-%d %H:%M:%S.%f}+00",
            source_id="" if row["source_id"] is None else row["source_id"],
        )
        for row in counts.iter_rows(named=True)
    ]
    return counts.with_columns(measure=pl.Series(cells, dtype=pl.String))


def _with_latest_count(accounts: pl.DataFrame, counts: pl.DataFrame) -> pl.DataFrame:
    """The accounts with the latest count that was seen of each, and its day."""
    latest = counts.filter(pl.col("source") != "report").group_by("account_id").last()
    seen = latest.select("account_id", "shown", "measure", "counted_on")
    return accounts.join(seen, on="account_id", how="left", maintain_order="left")


def when(move: dict[str, Any]) -> str:
    """The interval from `not_before` to `before` in words, in the zones of its sources; for a silence, both of its
    days."""
    if move["last_posted_on"] is None:
        return interval(move["not_before"], move["before"], (move["from_zone"], move["time_zone"]))
    day = move["not_before"].astimezone(UTC).date()
    return silence(move["move"], day, move["last_posted_on"], move["blocked_days"])


def with_when(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with the time of each move in words; see `when`."""
    whens = [
        when(row) + ("; sources disagree" if row.get("contradiction") else "") for row in frame.iter_rows(named=True)
    ]
    return frame.with_columns(pl.Series("when", whens, dtype=pl.String))


def _with_evidence(stays: pl.DataFrame, evidence: pl.DataFrame) -> list[dict[str, Any]]:
    """The stays in words, each end with its evidence: a row of `figure_evidence`, or None."""
    bounds = {row["bound_id"]: row for row in evidence.iter_rows(named=True)}
    return [_stay(row, bounds) for row in stays.iter_rows(named=True)]


def _stay(row: dict[str, Any], bounds: Mapping[int, dict[str, Any]]) -> dict[str, Any]:
    ends = {end: bounds.get(row[f"{end}_bound"]) for end in ("joined_from", "joined_to", "ended_from", "ended_to")}
    last_sign = bounds.get(row["last_sign_bound"])
    if last_sign is None and row["last_sign_run"] is not None:
        last_sign = {
            "kind": "seen",
            "source": f"run {row['last_sign_run']}",
            "url": None,
            "is_archived": False,
            "time_zone": "UTC",
        }
    ended = interval(
        row["ended_not_before"], row["ended_before"], _zones(ends["ended_from"], ends["ended_to"]), month=_PROSE
    )
    zones = _zones(ends["joined_from"], ends["joined_to"])
    # The sides of a disagreement are not one span: no source says that it was between them.
    joined = row["sides"] or [{"not_before": row["joined_not_before"], "before": row["joined_before"]}]
    return {
        **row,
        **ends,
        "last_sign": last_sign,
        "last_sign_on": first_day(row["last_sign_at"], _zone(last_sign)) if row["last_sign_at"] else None,
        "unexplained": [bounds[bound] for bound in row["unexplained"]],
        "when": " or ".join(interval(side["not_before"], side["before"], zones, month=_PROSE) for side in joined),
        "is_dated": row["joined_not_before"] is not None or row["joined_before"] is not None,
        "ended": ended if row["ended_before"] else None,
    }


def _zone(*ends: dict[str, Any] | None) -> str:
    """The time zone of the first that has one."""
    return next((str(end["time_zone"]) for end in ends if end and end["time_zone"]), "UTC")


def _zones(start: dict[str, Any] | None, end: dict[str, Any] | None) -> Zones:
    return _zone(start, end), _zone(end, start)


def shown_count(shown: str, measure: str) -> Said:
    """`at least 31,000` or `429,000 ± 500`. The count names its measure; the words around it do not."""
    least, _, rest = shown.rpartition("at least ")
    count, space, precision = rest.partition(" ")
    return (f"at least {least}" if rest != shown else "", Number(count, measure), f"{space}{precision}")


def _drawn(counts: pl.DataFrame) -> pl.DataFrame:
    """AUDIENCE. A line breaks between two sightings that are far apart.

    For two live sightings, far means three usual distances (at least two days, at most 92); otherwise it means 92 days.
    """
    is_report, is_live = pl.col("source") == "report", pl.col("source") == "live"
    series = ["account_id", is_report]
    distance = pl.col("valid_at").diff().over(series)
    is_between_live = (is_live & is_live.shift()).over(series)
    usual = 3 * distance.filter(is_between_live).median().over(series)
    longest = pl.when(is_between_live).then(usual.clip(_SHORTEST, _LONGEST)).otherwise(_LONGEST)
    precision = pl.col("followers_precision")
    return (
        counts.with_columns(distance=distance, longest=longest)
        .with_columns(n=(pl.col("distance") > pl.col("longest")).fill_null(value=False).cum_sum().over(series))
        .select(
            "account",
            "when",
            "followers",
            "shown",
            "source",
            "says",
            "url",
            "is_least",
            "measure",
            at=pl.col("valid_at").dt.epoch("ms"),
            low=(pl.col("followers") - precision).clip(0),
            high=pl.col("followers") + precision,
            stretch=pl.when(~is_report).then(pl.format("{} {}", pl.col("account_id"), pl.col("n"))),
            is_last=pl.int_range(pl.len()).over("account") == pl.len().over("account") - 1,
        )
        .select(AUDIENCE.names())
        .cast(AUDIENCE)
    )
