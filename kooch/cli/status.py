"""`kooch status`: the last runs, how fresh each list is, and why targets failed."""

from dataclasses import asdict, fields
from typing import Annotated

import typer

from kooch.cli.output import home_of, is_terminal, say, settings_of, show
from kooch.store.versions import open_version, reading_file, rows_of
from kooch.times import now

_RUNS = """
SELECT run_id, platform, source, coalesce(roster, 'all') AS roster, state, started_at, ended_at, planned, observed, failed, skipped, nullif(cost_usd, 0) AS cost_usd
FROM runs
ORDER BY started_at DESC
LIMIT $n
"""
_FRESHNESS = """
SELECT roster, platform, figures, joined, not_looked, observed, last_seen_at
FROM coverage
ORDER BY roster, platform
"""
_FAILURES = """
SELECT f.platform, f.cause, count(*) AS targets, max(f.failed_at) AS last_at, any_value(f.detail) AS example
FROM failures AS f
WHERE
    f.run_id IN (
        SELECT arg_max(run_id, (started_at, run_id))
        FROM runs
        WHERE ended_at IS NOT NULL AND NOT is_recheck
        GROUP BY platform, source
    )
GROUP BY f.platform, f.cause
ORDER BY targets DESC
"""
_VERSION = "SELECT version, published_at, kooch FROM versions"
_CODES = {"fresh": 0, "late": 3, "stale": 5}


def status(
    context: typer.Context,
    runs: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many runs to show.")] = 10,
    check: Annotated[
        bool, typer.Option("--check", help="Only say which platforms are late (exit code 3) or stale (5).")
    ] = False,
) -> None:
    """Show runs, freshness, and failures of the latest runs by cause."""
    if check:
        raise typer.Exit(_check(context))
    with open_version(reading_file(home_of(context))) as connection:
        for title, query, parameters in (
            ("version", _VERSION, None),
            ("runs", _RUNS, {"n": runs}),
            ("freshness", _FRESHNESS, None),
            ("failures", _FAILURES, None),
        ):
            found = connection.sql(query, params=parameters)
            show(found.columns, rows_of(found), title=title)
    _show_shards(context)


def _show_shards(context: typer.Context) -> None:
    """Which shards of which run have not ended, where several machines crawl."""
    folder = settings_of(context).shards.folder
    if folder is None:
        return
    from kooch.store.collecting import divisions  # noqa: PLC0415 -- few crawls are divided
    from kooch.store.places import place_of  # noqa: PLC0415 -- the same

    rows: list[dict[str, object]] = [
        {
            "run": division.run.run,
            "platform": division.run.platform,
            "started_at": division.run.started_at,
            "shards": division.run.shards,
            "not_begun": " ".join(map(str, division.absent)),
            "not_ended": " ".join(map(str, division.at_work)),
            "planned": division.run.planned,
            "not_loaded": division.left,
        }
        for division in divisions(place_of(folder))
    ]
    columns = ("run", "platform", "started_at", "shards", "not_begun", "not_ended", "planned", "not_loaded")
    show(columns, rows, title="shards")


def _check(context: typer.Context) -> int:
    """Show how fresh each platform is that is scheduled or was crawled. Returns 0, 3 (one is late) or 5 (one is stale)."""
    # Imported only here, because the rest of this command needs neither settings nor Polars.
    from analytics.measures.crawls import Age, ages, last_live  # noqa: PLC0415
    from kooch.cli.schedule import scheduled_platforms  # noqa: PLC0415

    settings = settings_of(context)
    with open_version(reading_file(settings.home)) as connection:
        seen = last_live(connection)
    found = ages(seen, scheduled_platforms(settings), settings.freshness, at=now())
    if found or not is_terminal():
        show([field.name for field in fields(Age)], [asdict(age) for age in found], title="freshness")
    if not found:
        say("No platform is scheduled or was crawled, so none can be late.")
    return max((_CODES[age.state] for age in found), default=0)
