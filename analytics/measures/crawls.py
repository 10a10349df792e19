"""How crawls went: runs, freshness, failures by cause, drift."""

from dataclasses import dataclass

import duckdb
import polars as pl

from kooch.store.outcomes import CAUSES_IN_WORDS

FAILURES = pl.Schema(
    {
        "platform": pl.String(),
        "cause": pl.String(),
        "words": pl.String(),  # the cause in plain words
        "targets": pl.Int64(),
    }
)

_NETWORK = frozenset({"unreachable"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawls:
    """Runs, newest first; the failures of each platform's latest ended run (FAILURES); freshness; drift of that run.

    `had_no_network` names the platforms whose latest ended run observed nothing for want of a network. `holds` are runs
    in which unusually many accounts turned gone and which no later run has confirmed or refuted yet. `slots` are the latest of the schedules, newest first.
    """

    runs: pl.DataFrame
    failures: pl.DataFrame
    freshness: pl.DataFrame
    drift: pl.DataFrame
    had_no_network: list[str]
    holds: pl.DataFrame
    slots: pl.DataFrame


def crawls(connection: duckdb.DuckDBPyConnection) -> Crawls:
    """What this version knows of its crawls. Times are UTC."""
    runs = connection.sql(
        """
        SELECT
            r.run_id,
            coalesce(p.name, r.platform) AS platform,
            r.source,
            coalesce(r.roster, 'all') AS roster,
            r.state,
            r.started_at,
            r.ended_at,
            r.planned,
            r.observed,
            r.failed,
            r.skipped,
            r.requests,
            r.bytes
        FROM runs AS r
        LEFT JOIN platforms AS p ON p.platform = r.platform
        ORDER BY r.started_at DESC
        LIMIT 200
        """
    ).pl()
    failures = connection.sql(
        """
        WITH latest AS (
            SELECT platform, arg_max(run_id, started_at) AS run_id
            FROM runs
            WHERE ended_at IS NOT NULL AND NOT is_recheck
            GROUP BY platform, source
        )

        SELECT coalesce(p.name, f.platform) AS platform, f.cause, count(*) AS targets
        FROM failures AS f
        INNER JOIN latest AS l ON l.run_id = f.run_id
        LEFT JOIN platforms AS p ON p.platform = f.platform
        GROUP BY ALL
        ORDER BY targets DESC, platform, f.cause
        """
    ).pl()
    freshness = connection.sql(
        """
        SELECT
            r.title AS roster,
            coalesce(p.name, c.platform) AS platform,
            c.figures,
            c.joined,
            c.absent,
            c.not_looked,
            c.observed,
            c.last_seen_at
        FROM coverage AS c
        INNER JOIN rosters AS r ON r.roster = c.roster
        LEFT JOIN platforms AS p ON p.platform = c.platform
        ORDER BY r.title, platform
        """
    ).pl()
    drift = connection.sql(
        """
        SELECT coalesce(p.name, d.platform) AS platform, d.run_id, d.path, d.kind, d.n
        FROM drift AS d
        LEFT JOIN platforms AS p ON p.platform = d.platform
        ORDER BY d.run_id DESC, d.n DESC, d.path
        LIMIT 200
        """
    ).pl()
    is_looking = pl.col("ended_at").is_not_null() & (pl.col("source") == "live")
    latest = runs.filter(is_looking).unique("platform", keep="first", maintain_order=True)
    blocked = []
    for platform, observed in latest.select("platform", "observed").iter_rows():
        causes = set(failures.filter(pl.col("platform") == platform)["cause"])
        if not observed and causes & _NETWORK:
            blocked.append(platform)
    slots = connection.sql(
        """
        SELECT
            schedule,
            slot,
            state,
            coalesced,
            epoch(started_at - slot)::INTEGER // 60 AS minutes_late,
            started_at,
            ended_at
        FROM slots
        ORDER BY slot DESC, schedule
        LIMIT 50
        """
    ).pl()
    words = [CAUSES_IN_WORDS[cause] for cause in failures["cause"]]
    holds = connection.sql(
        """
        SELECT coalesce(p.name, h.platform) AS platform, h.started_at, h.newly_gone, h.observed
        FROM holds AS h
        LEFT JOIN platforms AS p ON p.platform = h.platform
        WHERE h.is_holding
        ORDER BY h.started_at DESC
        """
    ).pl()
    return Crawls(
        runs=runs,
        failures=failures.with_columns(pl.Series("words", words, dtype=pl.String))
        .select(FAILURES.names())
        .cast(FAILURES),
        freshness=freshness,
        drift=drift,
        had_no_network=blocked,
        holds=holds,
        slots=slots,
    )
