"""How many have joined, as a band between the latest and the earliest possible days."""

from typing import Literal

import altair as alt
import polars as pl

from analytics.measures.adoption import CURVE
from analytics.measures.events import MARKERS
from analytics.theme import BLUE, INK, MUTED, SKY, empty, layered, when_narrow

QUESTION = "How many had joined, and since when?"
DEFINITION = (
    "The lower edge counts those who were certainly there by the end of a day, the upper edge those who may have been. The"
    " band is the range of the possible, not a confidence interval; it cannot know of missing people or wrong links."
)
UNIT = "Figures of the roster, or their share where the roster is a census of which nine tenths were searched"
FRAMES = {"curve": CURVE, "events": MARKERS}

# Ticks within a day say nothing; the first of a month is the month's.
_DAY = "utchours(datum.value) ? '' : utcFormat(datum.value, utcdate(datum.value) > 1 ? '%-d %b %Y' : '%b %Y')"


def draw(
    curve: pl.DataFrame,
    events: pl.DataFrame,
    measure: Literal["count", "share"] = "count",
    scale: Literal["linear", "log"] = "linear",
) -> alt.LayerChart:
    """`share` shows only the days on which the roster may be divided; `log` keeps zero on its axis."""
    low, high = ("joined_min", "joined_max") if measure == "count" else ("share_min", "share_max")
    shown = curve.filter(pl.col(low).is_not_null())
    if shown.is_empty():
        return empty("Nothing to count here. Choose another roster or platform.")
    steps = shown.select(
        at=pl.col("day").dt.epoch("ms"), day=pl.col("day").dt.strftime("%-d %b %Y"), low=low, high=high
    )
    kind = {"type": "symlog", "constant": 1} if scale == "log" else {"type": "linear"}
    at = steps["at"].to_list()
    days = (
        alt.Axis(tickCount=when_narrow(4, 9), labelExpr=_DAY)
        if len(at) > 1
        else alt.Axis(tickCount=1, labelExpr="utcFormat(datum.value, '%-d %B %Y')")
    )
    # Made nice, a single day is no span that a browser can draw.
    x = alt.X("at:T", title=None, scale=alt.Scale(type="utc", nice=False), axis=days)
    form = ".0%" if measure == "share" else ",d"
    axis = alt.Axis(title=None, tickCount=5, format=form)
    if measure == "count":
        axis["tickMinStep"] = 1
    y = alt.Y("low:Q", axis=axis, scale=alt.Scale(zero=True, nice=True, **kind))
    tooltip = [
        alt.Tooltip("day:N", title="Since"),
        alt.Tooltip("low:Q", title="Certainly", format=form),
        alt.Tooltip("high:Q", title="Possibly", format=form),
    ]
    band = alt.Chart(steps).encode(x=x, y=y)
    last = steps.row(-1, named=True)
    ends = [("low", "certainly", 7), ("high", "possibly", -7)] if last["low"] != last["high"] else [("low", "", 0)]
    return layered(
        *_events(events, x, middle=(at[0] + at[-1]) / 2),
        band.mark_area(interpolate="step-after", color=SKY, opacity=0.45).encode(y2="high:Q"),
        band.mark_line(interpolate="step-after", color=BLUE, strokeWidth=1.2, strokeDash=[2, 3]).encode(y="high:Q"),
        band.mark_line(interpolate="step-after", color=BLUE, strokeWidth=2.5),
        band.mark_point(filled=True, color=BLUE, size=28, opacity=1).encode(tooltip=tooltip),
        *(
            alt.Chart(steps.tail(1).with_columns(label=pl.lit(f"{format(last[edge], form.replace('d', ''))} {word}")))
            .mark_text(align="left", dx=8, dy=dy, color=INK)
            .encode(x=x, y=alt.Y(f"{edge}:Q"), text="label:N")
            for edge, word, dy in ends
        ),
        height=320,
    )


def _events(events: pl.DataFrame, x: alt.X, *, middle: float) -> list[alt.Chart]:
    """A line for a day, a field for a range; labels stand above, each on a line of its own, away from the edge."""
    if events.is_empty():
        return []
    ranges, points = events.filter(pl.col("until").is_not_null()), events.filter(pl.col("until").is_null())
    return [
        alt.Chart(ranges).mark_rect(color=INK, opacity=0.07).encode(x=x, x2="until:T"),
        alt.Chart(points).mark_rule(color=MUTED, strokeDash=[3, 3]).encode(x=x),
        *(
            alt.Chart(events.filter(pl.col("line") == line))
            .mark_text(
                align="left" if at < middle else "right",
                dx=4 if at < middle else -4,
                y=-8 - 14 * (len(events) - 1 - line),
                color=MUTED,
                fontSize=when_narrow(10, 11),
                limit=when_narrow(240, 500),
            )
            .encode(x=x, text="title:N")
            for line, at in events.select("line", "at").iter_rows()
        ),
    ]
