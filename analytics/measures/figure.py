"""Everything a version holds about one figure."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import duckdb
import polars as pl

from analytics.measures.words import interval

AUDIENCE = pl.Schema(
    {
        "account": pl.String(),  # handle and platform
        "at": pl.Int64(),  # milliseconds UTC
        "when": pl.String(),
        "followers": pl.Int64(),
        "is_archived": pl.Boolean(),  # read from a web archive, not from the platform
        "stretch": pl.String(),  # points of one stretch are joined by a line; between stretches is a gap
        "is_last": pl.Boolean(),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure's roles, accounts with their claims, joins with the evidence of both ends, moves and audience."""

    name: str
    kind: str
    country: str | None
    wikidata_qid: str | None
    roles: list[dict[str, Any]]
    accounts: pl.DataFrame
    claims: pl.DataFrame
    joins: pl.DataFrame
    moves: pl.DataFrame
    audience: pl.DataFrame


def names(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Every figure's id by what it is called in a choice: its name, and its id too where two share a name."""
    return dict(
        connection.execute(
            """
            SELECT
                name || CASE WHEN count(*) OVER (PARTITION BY name) > 1 THEN ' (' || figure_id || ')' ELSE '' END AS label,
                figure_id
            FROM figures
            ORDER BY label
            """
        ).fetchall()
    )


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
            p.url,
            p.tier,
            p.status::VARCHAR AS status,
            p.state,
            p.followers,
            p.last_seen_at,
            p.account_id
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
            e.kind AS to_kind,
            coalesce(es.citation, 'run ' || e.run_id) AS to_source,
            coalesce(es.time_zone, bs.time_zone, 'UTC') AS time_zone
        FROM joins AS j
        LEFT JOIN platforms AS p ON p.platform = j.platform
        LEFT JOIN current_handles AS h ON h.account_id = j.account_id
        LEFT JOIN bounds AS b ON b.bound_id = j.from_bound
        LEFT JOIN sources AS bs ON bs.source_id = b.source_id
        LEFT JOIN bounds AS e ON e.bound_id = j.to_bound
        LEFT JOIN sources AS es ON es.source_id = e.source_id
        WHERE j.figure_id = $figure_id
        ORDER BY platform, j.account_id, j.spell
        """
    )
    moves = frame(
        """
        SELECT m.platform, h.handle, m.move, m.not_before, m.before
        FROM moves AS m
        LEFT JOIN current_handles AS h ON h.account_id = m.account_id
        WHERE m.figure_id = $figure_id
        ORDER BY m.before DESC NULLS LAST
        """
    )
    return Figure(
        name=name,
        kind=kind,
        country=country,
        wikidata_qid=qid,
        roles=roles.to_dicts(),
        accounts=accounts,
        claims=claims,
        joins=joins.with_columns(
            pl.Series(
                "when",
                [interval(j["joined_not_before"], j["joined_before"], j["time_zone"]) for j in joins.to_dicts()],
                dtype=pl.String,
            )
        ),
        moves=moves,
        audience=_audience(connection, accounts),
    )


def _audience(connection: duckdb.DuckDBPyConnection, accounts: pl.DataFrame) -> pl.DataFrame:
    """AUDIENCE. Where two sightings are more than three usual distances apart (at least two days), there is a gap."""
    # Straight from the observations: the view `audience` asks again whose the accounts are.
    seen: pl.DataFrame = connection.sql(
        """
        SELECT o.account_id, o.valid_at, o.followers, r.source = 'archive' AS is_archived
        FROM observations AS o
        INNER JOIN runs AS r ON r.run_id = o.run_id
        WHERE o.account_id IN (SELECT unnest($accounts::INTEGER[])) AND o.followers IS NOT NULL
        ORDER BY o.account_id, o.valid_at
        """,
        params={"accounts": accounts["account_id"].to_list()},
    ).pl()
    names = accounts.select(
        "account_id",
        account=pl.format(
            "{} · {}", pl.col("handle").fill_null(pl.format("account {}", pl.col("account_id"))), pl.col("platform")
        ),
    )
    seen = seen.join(names, on="account_id", how="left", maintain_order="left")
    distance = pl.col("valid_at").diff().over("account_id")
    usual = pl.max_horizontal(3 * pl.col("distance").median().over("account_id"), pl.lit(timedelta(days=2)))
    return (
        seen.with_columns(distance=distance)
        .with_columns(n=(pl.col("distance") > usual).fill_null(value=False).cum_sum().over("account_id"))
        .select(
            "account",
            at=pl.col("valid_at").dt.epoch("ms"),
            when=pl.col("valid_at").dt.strftime("%-d %b %Y, %H:%M UTC"),
            followers="followers",
            is_archived="is_archived",
            stretch=pl.format("{} {}", pl.col("account_id"), pl.col("n")),
            is_last=pl.col("valid_at") == pl.col("valid_at").max().over("account_id"),
        )
        .cast(AUDIENCE)
    )
