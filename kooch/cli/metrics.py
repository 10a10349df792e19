"""`kooch metrics`: what a Prometheus server should know, in the text format, for node_exporter's textfile collector.

Format: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format. Numbers that only grow are
counters. Numbers that a suppression or a second try can lower are gauges.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import duckdb
import typer

from analytics.measures.crawls import last_live
from kooch import __version__
from kooch.cli.output import settings_of
from kooch.cli.schedule import scheduled_platforms
from kooch.config import Settings
from kooch.errors import ConfigError, StorageError
from kooch.files import write_whole
from kooch.schedule.slots import read_heartbeat
from kooch.store.spool import waiting_batches
from kooch.store.state import Run, open_state, runs
from kooch.store.versions import open_version, reading_file

Sample = tuple[Mapping[str, str], float]

_RUNS = "SELECT platform, source, state, count(*) FROM runs GROUP BY ALL ORDER BY ALL"
_LAST_RUNS = """
SELECT platform, started_at, ended_at, observed, failed, skipped, run_id
FROM runs
WHERE source = 'live' AND NOT is_recheck AND ended_at IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY platform ORDER BY started_at DESC, run_id DESC) = 1
ORDER BY platform
"""
_FAILURES = (
    "SELECT platform, cause, count(*) FROM failures WHERE run_id IN (SELECT unnest($1)) GROUP BY ALL ORDER BY ALL"
)
_VERSION = "SELECT version, published_at FROM versions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A name with its samples: each a set of labels and a value. Times are seconds since 1970."""

    name: str
    help: str
    samples: tuple[Sample, ...]
    kind: Literal["counter", "gauge"] = "gauge"


def metrics(
    context: typer.Context,
    textfile: Annotated[
        Path | None,
        typer.Option(help="Write the metrics to this file (*.prom), whole or not at all, instead of printing them."),
    ] = None,
) -> None:
    """Show how crawls went, how fresh the data are and what they cost, in the text format of Prometheus."""
    if textfile is not None and textfile.suffix != ".prom":
        raise ConfigError(f"File {textfile} does not end in .prom, as the collector's files do. Name another.")
    text = "".join(written(metric) for metric in collect(settings_of(context)))
    if textfile is None:
        sys.stdout.write(text)
        return
    try:
        write_whole(textfile, text)
    except OSError as error:
        raise StorageError(
            f"Metrics {textfile} cannot be written ({error.strerror}). Correct the folder or its permissions."
        ) from error


def collect(settings: Settings) -> Iterator[Metric]:
    """All metrics: from the published version, and from the state where it knows more. Raises StorageError."""
    with open_version(reading_file(settings.home)) as connection:
        yield from _of_version(connection, settings)
    with open_state(settings.home) as state:
        known = runs(state)
        heartbeat = read_heartbeat(state)
    by_platform: dict[str, list[Run]] = {}
    for run in known:
        by_platform.setdefault(run.platform, []).append(run)
    for name, text, field in (
        ("requests", "Requests sent, those of a crawl that is under way included", "requests"),
        ("received_bytes", "Bytes received", "bytes"),
        ("cost_usd", "US dollars that platforms charge for what was asked", "cost_usd"),
    ):
        samples = [({"platform": p}, sum(getattr(run, field) for run in by_platform[p])) for p in sorted(by_platform)]
        yield Metric(name=f"kooch_{name}_total", help=text, kind="counter", samples=tuple(samples))
    waiting = float(len(waiting_batches(settings.home)))
    yield Metric(name="kooch_spooled_batches", help="Batches that wait to be loaded", samples=(({}, waiting),))
    beats: tuple[Sample, ...] = () if heartbeat is None else (({}, heartbeat.beat_at.timestamp()),)
    text = "Latest sign of life of `kooch schedule run`"
    yield Metric(name="kooch_schedule_beat_timestamp_seconds", help=text, samples=beats)


def written(metric: Metric) -> str:
    """One metric in Prometheus's text format; nothing if it has no samples."""
    if not metric.samples:
        return ""
    lines = [f"# HELP {metric.name} {metric.help}.", f"# TYPE {metric.name} {metric.kind}"]
    for labels, value in metric.samples:
        pairs = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())
        lines.append(f"{metric.name}{f'{{{pairs}}}' if pairs else ''} {value!r}")
    return "\n".join(lines) + "\n"


def _of_version(connection: duckdb.DuckDBPyConnection, settings: Settings) -> Iterator[Metric]:
    ((version, published_at),) = _rows(connection, _VERSION)
    yield Metric(name="kooch_build_info", help="Which Kooch this is", samples=(({"version": __version__}, 1),))
    yield Metric(name="kooch_version", help="The number of the published version", samples=(({}, version),))
    text = "When it was published"
    yield Metric(name="kooch_published_timestamp_seconds", help=text, samples=(({}, published_at.timestamp()),))
    counted = [
        ({"platform": p, "source": source, "state": state}, n) for p, source, state, n in _rows(connection, _RUNS)
    ]
    yield Metric(name="kooch_runs", help="Runs by how they ended", samples=tuple(counted))
    last = _rows(connection, _LAST_RUNS)
    for name, column in (("started", 1), ("ended", 2)):
        yield Metric(
            name=f"kooch_last_run_{name}_timestamp_seconds",
            help=f"When the latest whole crawl of a platform {name}",
            samples=tuple(({"platform": row[0]}, row[column].timestamp()) for row in last),
        )
    yield Metric(
        name="kooch_last_run_outcomes",
        help="What became of the targets of the latest whole crawl",
        samples=tuple(
            ({"platform": row[0], "outcome": outcome}, n)
            for row in last
            for outcome, n in zip(("observed", "failed", "skipped"), row[3:6], strict=True)
        ),
    )
    causes = connection.execute(_FAILURES, [[row[6] for row in last]]).fetchall()
    yield Metric(
        name="kooch_last_run_failures",
        help="Why targets of that crawl have no observation",
        samples=tuple(({"platform": platform, "cause": cause}, n) for platform, cause, n in causes),
    )
    seen = last_live(connection)
    watched = sorted({*seen, *scheduled_platforms(settings)})
    yield Metric(
        name="kooch_last_seen_timestamp_seconds",
        help="The latest observation of a platform by a crawl; 0 is never",
        # Without a sample no alert could compare it with anything.
        samples=tuple(
            ({"platform": platform}, at.timestamp() if (at := seen.get(platform)) else 0) for platform in watched
        ),
    )
    yield Metric(
        name="kooch_freshness_limit_seconds",
        help="How old that may become before a platform is late, and stale",
        samples=tuple(
            ({"platform": platform, "state": state}, 3600 * hours)
            for platform in watched
            for state, hours in zip(("late", "stale"), settings.freshness.thresholds(platform), strict=True)
        ),
    )


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    # Through Polars: Python takes DuckDB's instants only where pytz is installed.
    found: list[tuple[Any, ...]] = connection.sql(query).pl().rows()
    return found


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
