"""`kooch status`: the last runs, how fresh each roster is, and why targets failed."""

from typing import Annotated

import typer

from kooch.cli.output import settings_of, show
from kooch.store.read import open_version, reading_file

_RUNS = """
SELECT run_id, platform, coalesce(roster, 'all') AS roster, state, started_at, ended_at, planned, observed, failed, skipped
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
WHERE f.run_id IN (SELECT max(run_id) FROM runs GROUP BY platform)
GROUP BY f.platform, f.cause
ORDER BY targets DESC
"""
_VERSION = "SELECT version, published_at, kooch FROM versions"


def status(
    context: typer.Context,
    runs: Annotated[int, typer.Option(min=1, help="How many runs to show.")] = 10,
) -> None:
    """Show runs, freshness, and failures of the latest runs by cause."""
    with open_version(reading_file(settings_of(context).home)) as connection:
        for title, query, parameters in (
            ("version", _VERSION, None),
            ("runs", _RUNS, {"n": runs}),
            ("freshness", _FRESHNESS, None),
            ("failures", _FAILURES, None),
        ):
            frame = connection.sql(query, params=parameters).pl()
            show(frame.columns, frame.to_dicts(), title=title)
