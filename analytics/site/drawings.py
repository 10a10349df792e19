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
from analytics.measures.adoption import Measure, adoption_of
from analytics.measures.events import markers
from analytics.measures.phrases import listed
from analytics.said import words

_MEASURES: tuple[tuple[Measure, str], ...] = (
    ("joined", "adoption"),
    ("there", "presence"),
)
"""What is counted, and the chart that draws it: the stem of its files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A chart of a list. `stem` names its files and never changes; `verdict` is what it shows, in a sentence."""

    stem: str
    platform: str
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
    first = adoption_of(connection, roster=roster, platform=platform)
    if first is None:
        return
    # It is always known who had joined; who is there, only if the list allows it.
    for measure, stem in _MEASURES if first.opens_on == "there" else _MEASURES[:1]:
        # This is already done: without a measure, Kooch chooses the one that the list allows.
        is_asked = measure == first.opens_on
        found = first if is_asked else adoption_of(connection, roster=roster, platform=platform, measure=measure)
        if found is None:
            continue
        chart, days = charts()[stem], found.curve["day"]
        notes = (found.assumes, *found.notes)
        yield Drawing(
            stem=f"{stem}-{platform}",
            platform=platform,
            chart=chart.draw(
                curve=found.curve,
                gaps=found.gaps,
                events=markers(connection, roster=roster, platform=platform, start=days[0], end=days[-1]),
                show="percentage" if found.has_shares(measure) else "count",
                of=f"adoption?roster={roster}&platform={platform}",
            ),
            caption=caption(connection, chart, roster=roster, subject=name, notes=notes),
            verdict=words(found.verdict),
            table=found.curve,
        )
        chart = charts()["coverage"]
        yield Drawing(
            stem=f"coverage-{stem}-{platform}",
            platform=platform,
            chart=chart.draw(parts=found.parts),
            caption=caption(connection, chart, roster=roster, subject=name),
            verdict=f"{listed(found.parts['label'].to_list())}.",
            table=found.parts.drop("start", "measure"),
        )


def _of_months(connection: duckdb.DuckDBPyConnection, roster: str, platform: str, name: str) -> Iterator[Drawing]:
    found = accounts_by_month(connection, roster=roster, platform=platform)
    # A single month needs no chart.
    if found.months["month"].n_unique() < 2:
        return
    chart, months = charts()["accounts_by_month"], found.months["month"]
    start, end = months.min(), months.max() + timedelta(days=31)  # type: ignore[operator] # days, not NULL
    events = markers(connection, roster=roster, platform=platform, start=start, end=end)  # type: ignore[arg-type] # as above
    yield Drawing(
        stem=f"accounts-by-month-{platform}",
        platform=platform,
        chart=chart.draw(months=found.months, kinds=found.kinds, peak=found.peak, events=events),
        caption=caption(connection, chart, roster=roster, subject=name),
        verdict=f"{found.total:,} people and organisations on the list have a day of opening.",
        table=found.months.drop("below"),
    )
