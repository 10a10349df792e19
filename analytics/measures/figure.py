"""Everything a version holds about one figure."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import duckdb
import polars as pl

from analytics.measures.words import interval

COUNTS = pl.Schema(
    {
        "account": pl.String(),  # handle and platform
        "platform": pl.String(),
        "account_id": pl.Int32(),  # NULL: a report that does not say which account
        "valid_at": pl.Datetime("us", "UTC"),  # of a report the end of its day
        "published_on": pl.Date(),  # of a report, in its zone
        "followers": pl.Int32(),
        "followers_precision": pl.Int32(),  # half-width of a rounded count; NULL: exact
        "source": pl.String(),  # live, archive, import or report
        "reported": pl.String(),  # the count as the report prints it
        "citation": pl.String(),  # of a report
        "url": pl.String(),  # opens the archived page or the report
    }
)
AUDIENCE = pl.Schema(
    {
        "account": pl.String(),
        "at": pl.Int64(),  # milliseconds UTC
        "when": pl.String(),
        "followers": pl.Int64(),
        "low": pl.Int64(),  # the ends of a rounded count; NULL: exact
        "high": pl.Int64(),
        "shown": pl.String(),  # the count and how far it may be off
        "source": pl.String(),  # as in COUNTS
        "says": pl.String(),  # where it was read; of a report the publisher, and the count as printed
        "url": pl.String(),
        "stretch": pl.String(),  # points of one stretch are joined by a line; NULL: a report, which joins nothing
        "is_last": pl.Boolean(),
    }
)
# Further apart, nobody can say what the count did between.
_LONGEST = timedelta(days=92)
_SHORTEST = timedelta(days=2)
_SOURCES = {"live": "seen by Kooch", "archive": "archived page", "import": "imported"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure's roles, accounts with their claims, joins with the evidence of both ends, moves and follower counts.

    An account has the latest count that was seen (`shown`) and when (`counted_at`). `counts` (COUNTS) are in order of account and time, `audience` (AUDIENCE) the same as it is drawn. `archive_notes`
    say what to know of the counts from web archives among them.
    """

    name: str
    kind: str
    country: str | None
    wikidata_qid: str | None
    roles: list[dict[str, Any]]
    accounts: pl.DataFrame
    claims: pl.DataFrame
    joins: pl.DataFrame
    moves: pl.DataFrame
    counts: pl.DataFrame
    audience: pl.DataFrame
    archive_notes: tuple[str, ...]


def names(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Every figure's id by what it is called in a choice: its name, and its id too where two share a name."""
    known: pl.DataFrame = connection.sql("SELECT name, figure_id FROM figures").pl()
    label = pl.when(pl.len().over("name") > 1).then(pl.format("{} ({})", "name", "figure_id")).otherwise("name")
    return dict(known.select(label.alias("label"), "figure_id").sort("label").iter_rows())


def figure(connection: duckdb.DuckDBPyConnection, *, figure_id: str) -> Figure | None:
    """The figure; None when this version does not know it. Times are UTC."""
    known = connection.execute(
        "SELECT name, kind, country, wikidata_qid FROM figures WHERE figure_id = ?", [figure_id]
    ).fetchall()
    if not known:
        return None
    name, kind, country, qid = known[0]

    def frame(sql: str) -> pl.DataFrame:
        found: pl.DataFrame = connection.sql(sql, params={"figure_id": figure_id}).pl()
        return found

    roles = frame(
        """
        SELECT m.role, m.party, m.unit, m.from_day, m.to_day, m.source, r.title AS roster
        FROM memberships AS m
        INNER JOIN rosters AS r ON r.roster = m.roster
        WHERE m.figure_id = $figure_id
        ORDER BY r.title, m.role
        """
    )
    accounts = frame(
        """
        SELECT
            coalesce(f.name, p.platform) AS platform,
            p.handle,
            -- Only an archive still shows what it saw alone, or what closed with its platform.
            CASE
                WHEN p.is_archived AND p.last_live_at IS NULL THEN (
                    SELECT arg_max(c.url, o.valid_at)
                    FROM observations AS o
                    INNER JOIN captures AS c ON c.capture_id = o.capture_id
                    WHERE o.account_id = p.account_id
                )
                WHEN f.closed IS NULL THEN p.url
            END AS url,
            p.tier,
            p.status::VARCHAR AS status,
            p.state,
            p.last_seen_at,
            p.is_archived,
            p.account_id,
            f.archive_note
        FROM presence AS p
        LEFT JOIN platforms AS f ON f.platform = p.platform
        WHERE p.figure_id = $figure_id
        ORDER BY platform, p.account_id
        """
    )
    claims = frame(
        """
        SELECT c.account_id, c.tier, c.kind, c.polarity, c.value, c.stated_in, s.publisher, s.citation, s.url, s.published_at
        FROM claims AS c
        INNER JOIN sources AS s ON s.source_id = c.source_id
        WHERE c.figure_id = $figure_id
        ORDER BY c.account_id, c.claim_id
        """
    )
    joins = frame(
        """
        -- What a bound of a crawl was read from: a page of an archive, or nothing that can be opened.
        WITH pages AS (
            SELECT b.bound_id, arg_min(c.url, o.valid_at) AS url
            FROM bounds AS b
            INNER JOIN observations AS o
                ON o.account_id = b.account_id AND o.run_id = b.run_id AND o.recorded_at = b.known_at
            INNER JOIN captures AS c ON c.capture_id = o.capture_id
            WHERE b.figure_id = $figure_id
            GROUP BY b.bound_id
        )

        SELECT
            j.platform AS platform_key,
            coalesce(p.name, j.platform) AS platform,
            j.spell,
            h.handle,
            j.account_id,
            j.joined_not_before,
            j.joined_before,
            j.contradiction,
            b.kind AS from_kind,
            coalesce(bs.citation, 'run ' || b.run_id) AS from_source,
            coalesce(bs.url, bc.url) AS from_url,
            coalesce(br.source = 'archive', false) AS from_archive,
            e.kind AS to_kind,
            coalesce(es.citation, 'run ' || e.run_id) AS to_source,
            coalesce(es.url, ec.url) AS to_url,
            coalesce(er.source = 'archive', false) AS to_archive,
            p.archive_note,
            coalesce(es.time_zone, bs.time_zone, 'UTC') AS time_zone
        FROM joins AS j
        LEFT JOIN platforms AS p ON p.platform = j.platform
        LEFT JOIN current_handles AS h ON h.account_id = j.account_id
        LEFT JOIN bounds AS b ON b.bound_id = j.from_bound
        LEFT JOIN sources AS bs ON bs.source_id = b.source_id
        LEFT JOIN runs AS br ON br.run_id = b.run_id
        LEFT JOIN pages AS bc ON bc.bound_id = b.bound_id
        LEFT JOIN bounds AS e ON e.bound_id = j.to_bound
        LEFT JOIN sources AS es ON es.source_id = e.source_id
        LEFT JOIN runs AS er ON er.run_id = e.run_id
        LEFT JOIN pages AS ec ON ec.bound_id = e.bound_id
        WHERE j.figure_id = $figure_id
        ORDER BY platform, j.account_id, j.spell
        """
    )
    moves = frame(
        """
        SELECT coalesce(p.name, m.platform) AS platform, h.handle, m.move, m.not_before, m.before
        FROM moves AS m
        LEFT JOIN platforms AS p ON p.platform = m.platform
        LEFT JOIN current_handles AS h ON h.account_id = m.account_id
        WHERE m.figure_id = $figure_id
        ORDER BY m.before DESC NULLS LAST
        """
    )
    counts = _counts(connection, figure_id, accounts)
    latest = counts.filter(pl.col("source") != "report").group_by("account_id").last()
    return Figure(
        name=name,
        kind=kind,
        country=country,
        wikidata_qid=qid,
        roles=roles.to_dicts(),
        accounts=accounts.join(
            latest.select("account_id", "shown", counted_at="valid_at"),
            on="account_id",
            how="left",
            maintain_order="left",
        ),
        claims=claims,
        joins=joins.with_columns(
            pl.Series(
                "when",
                [interval(j["joined_not_before"], j["joined_before"], j["time_zone"]) for j in joins.to_dicts()],
                dtype=pl.String,
            )
        ),
        moves=moves.with_columns(
            pl.Series(
                "when", [interval(m["not_before"], m["before"], "UTC") for m in moves.to_dicts()], dtype=pl.String
            )
        ),
        counts=counts.select(COUNTS.names()).cast(COUNTS),
        audience=_drawn(counts),
        archive_notes=tuple(
            counts.filter(pl.col("source") == "archive")["archive_note"].drop_nulls().unique(maintain_order=True)
        ),
    )


def _counts(connection: duckdb.DuckDBPyConnection, figure_id: str, accounts: pl.DataFrame) -> pl.DataFrame:
    """The rows of the view `audience`: COUNTS, the words in which AUDIENCE says them, and the platform's `archive_note`."""
    # Straight from the tables: the view asks again whose the accounts are.
    found: pl.DataFrame = connection.sql(
        """
        SELECT
            u.*,
            strftime(coalesce(u.published_on, u.valid_at), if(u.published_on IS NULL, '%-d %b %Y, %H:%M UTC', '%-d %b %Y'))
                AS when,
            format('{:,}', u.followers) || coalesce(format(' ± {:,}', u.followers_precision), '') AS shown
        FROM (
            SELECT
                o.account_id,
                NULL AS reported_on,
                o.valid_at,
                NULL AS published_on,
                o.followers,
                o.followers_precision,
                r.source,
                NULL AS reported,
                NULL AS publisher,
                NULL AS citation,
                c.url
            FROM observations AS o
            INNER JOIN runs AS r ON r.run_id = o.run_id
            LEFT JOIN captures AS c ON c.capture_id = o.capture_id
            WHERE list_contains($accounts::INTEGER[], o.account_id) AND o.followers IS NOT NULL
            UNION ALL
            SELECT
                b.account_id,
                coalesce(p.name, b.platform),
                b.known_at,
                s.published_at,
                b.reported_followers,
                b.reported_precision,
                'report',
                b.reported,
                s.publisher,
                s.citation,
                s.url
            FROM bounds AS b
            INNER JOIN sources AS s ON s.source_id = b.source_id
            LEFT JOIN platforms AS p ON p.platform = b.platform
            WHERE b.figure_id = $figure_id AND b.reported_followers IS NOT NULL
        ) AS u
        """,
        params={"figure_id": figure_id, "accounts": accounts["account_id"].to_list()},
    ).pl()
    platform = pl.coalesce("platform", "reported_on")
    handle = pl.coalesce("handle", pl.format("account {}", "account_id"), pl.lit("account unidentified"))
    return (
        found.join(accounts.select("account_id", "handle", "platform", "archive_note"), on="account_id", how="left")
        .with_columns(
            platform=platform,
            account=pl.format("{} · {}", handle, platform),
            url=pl.when(pl.col("url").str.contains("^https?://[^/]")).then("url"),
            says=pl.col("source").replace_strict(_SOURCES, default=pl.format("{}: “{}”", "publisher", "reported")),
        )
        .sort("account", "account_id", "valid_at", "citation", maintain_order=True)
    )


def _drawn(counts: pl.DataFrame) -> pl.DataFrame:
    """AUDIENCE. A line leaves out the time between two sightings that are far apart.

    Far is, between two live ones, three usual distances (at least two days, at most 92); else 92 days.
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
            at=pl.col("valid_at").dt.epoch("ms"),
            low=(pl.col("followers") - precision).clip(0),
            high=pl.col("followers") + precision,
            stretch=pl.when(~is_report).then(pl.format("{} {}", pl.col("account_id"), pl.col("n"))),
            is_last=pl.int_range(pl.len()).over("account") == pl.len().over("account") - 1,
        )
        .select(AUDIENCE.names())
        .cast(AUDIENCE)
    )
