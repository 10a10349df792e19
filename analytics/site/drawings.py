"""The charts of a list, each with its caption and its table: the ones that the app draws, from the same frames."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import altair as alt
import duckdb
import polars as pl

from analytics.captions import Caption, caption
from analytics.charts import charts
from analytics.measures.accounts_by_month import accounts_by_month
from analytics.measures.adoption import adoption_of
from analytics.measures.events import markers

_MOST_EVENTS = 4
"""On a page for readers, more labels than these cover the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A chart of a list. `stem` names its files and never changes; `verdict` is what it shows, in a sentence."""

    stem: str
    chart: alt.LayerChart
    caption: Caption
    verdict: str
    table: pl.DataFrame


def drawings(connection: duckdb.DuckDBPyConnection, roster: str, platforms: dict[str, str]) -> Iterator[Drawing]:
    """The charts of the list `roster`; `platforms` are those to draw, with their names."""
    for platform, name in platforms.items():
        yield from _of_adoption(connection, roster, platform, name)
    for platform, name in platforms.items():
        yield from _of_months(connection, roster, platform, name)


def _of_adoption(connection: duckdb.DuckDBPyConnection, roster: str, platform: str, name: str) -> Iterator[Drawing]:
    found = adoption_of(connection, roster=roster, platform=platform)
    if found is None:
        return
    chart, days = charts()["adoption"], found.curve["day"]
    events = markers(connection, platform=platform, start=days[0], end=max(found.as_of, days[-1]))
    measure = "share" if found.has_shares else "count"
    yield Drawing(
        stem=f"adoption-{platform}",
        chart=chart.draw(curve=found.curve, events=_few(events), measure=measure),
        caption=caption(connection, chart, roster=roster, subject=name),
        verdict=found.verdict,
        table=found.curve,
    )
    chart = charts()["coverage"]
    yield Drawing(
        stem=f"coverage-{platform}",
        chart=chart.draw(parts=found.parts),
        caption=caption(connection, chart, roster=roster, subject=name),
        verdict="; ".join(found.parts["label"].to_list()),
        table=found.parts.drop("start"),
    )


def _of_months(connection: duckdb.DuckDBPyConnection, roster: str, platform: str, name: str) -> Iterator[Drawing]:
    found = accounts_by_month(connection, roster=roster, platform=platform)
    # Below that a list of dates says more than bars.
    if found.months["month"].n_unique() < 2:
        return
    chart, months = charts()["accounts_by_month"], found.months["month"]
    events = markers(connection, platform=platform, start=months.min(), end=months.max() + timedelta(days=31))  # type: ignore[operator,arg-type] # days, not NULL
    yield Drawing(
        stem=f"accounts-by-month-{platform}",
        chart=chart.draw(months=found.months, kinds=found.kinds, peak=found.peak, events=_few(events)),
        caption=caption(connection, chart, roster=roster, subject=name),
        verdict=f"{found.total:,} entries have a day of opening.",
        table=found.months.drop("below"),
    )


def _few(events: pl.DataFrame) -> pl.DataFrame:
    """The latest of the markers, their lines counted anew."""
    return events.tail(_MOST_EVENTS).with_columns(line=pl.int_range(min(len(events), _MOST_EVENTS), dtype=pl.Int64))
