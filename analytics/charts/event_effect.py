"""The change around an event among those around placebo dates."""

import altair as alt
import polars as pl

from analytics.measures.event_effect import PLACEBOS
from analytics.theme import BLUE, MUTED, ORANGE, empty, layered, when_narrow

QUESTION = "What did the event do?"
DEFINITION = (
    "Each mark is a day: joins in the eight weeks that begin with it, for one join in the eight weeks before. One means no change;"
    " half a join is added to each count. The large mark is the event; the others are placebo dates. p is the part of all dates with"
    " a change at least as large, up or down."
)
UNIT = "Joins as the platform dates them, after for each before; days of UTC"
FRAMES = {"changes": PLACEBOS}


def draw(changes: pl.DataFrame) -> alt.LayerChart:
    """A dot a placebo date, a diamond for the event."""
    return around(changes, counted="Joins")


def around(changes: pl.DataFrame, *, counted: str) -> alt.LayerChart:
    """The changes around dates of what `counted` names."""
    if changes.is_empty():
        return empty("Nothing can be said of this event and this list.")
    shown = changes.with_columns(
        at=pl.col("day").dt.epoch("ms"),
        when=pl.col("day").dt.strftime("%-d %b %Y"),
        says=pl.format("{} after, {} before", "after", "before"),
    ).drop("day")
    x = alt.X("at:T", title=None, scale=alt.Scale(type="utc"), axis=alt.Axis(format="%Y", tickCount=when_narrow(4, 9)))
    y = alt.Y(
        "ratio:Q",
        title=None,
        scale=alt.Scale(type="log", nice=False),
        axis=alt.Axis(format="~g", grid=False, values=[0.01, 0.05, 0.2, 1, 5, 20, 100]),
    )
    tooltip = [alt.Tooltip("when:N", title="Day"), alt.Tooltip("says:N", title=counted)]
    event = shown.filter("is_event")
    return layered(
        alt.Chart(pl.DataFrame({"ratio": [1.0]})).mark_rule(color=MUTED, strokeDash=[3, 3]).encode(y=y),
        alt.Chart(shown.filter(~pl.col("is_event")))
        .mark_point(filled=True, size=18, color=BLUE, opacity=0.6)
        .encode(x=x, y=y, tooltip=tooltip),
        alt.Chart(event).mark_rule(color=ORANGE, opacity=0.5).encode(x=x),
        alt.Chart(event)
        .mark_point(filled=True, shape="diamond", size=180, color=ORANGE, opacity=1)
        .encode(x=x, y=y, tooltip=tooltip),
        height=280,
    )
