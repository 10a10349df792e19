"""Followers of a figure's accounts over time: seen live, read from an archive, seen in looks, reported by the press."""

from typing import Any

import altair as alt
import polars as pl

from analytics.measures.events import MARKERS
from analytics.measures.figure import AUDIENCE
from analytics.theme import BLUE, EVENT_LINE, GREEN, INK, ORANGE, PAPER, VIOLET, empty, event_marks, layered

QUESTION = "How many followers, and according to whom?"
DEFINITION = (
    "Dots: counts read by Kooch. Rings: archived pages. Squares: looks. Diamonds: counts printed in reports. A vertical bar shows"
    " how far a rounded count may be off. An arrow upwards marks a lower bound: the report says “over” or “at"
    " least”. A line joins counts of one account and breaks where nobody looked, at the latest after three"
    " months."
)
UNIT = "Followers as the platform showed them, UTC; a report, and a look without a time, by the end of its day"
FRAMES = {"audience": AUDIENCE, "blocks": MARKERS}

# A report is dated to the day, so ticks within a day would say nothing about it.
_DAY = "utchours(datum.value) ? '' : utcFormat(datum.value, utcdate(datum.value) > 1 ? '%-d %b %Y' : '%b %Y')"


_ARROW = 24  # pixels

CHOSEN = ("account", "at", "source")
"""What a click on a ring, a square or a diamond selects, under the name `count`."""
_SHAPES = {"archive": ("circle", 45), "look": ("square", 60), "report": ("diamond", 80)}
OPENED = tuple(_SHAPES)
"""The sources whose counts others recorded. A click on one of their marks shows the source."""


def draw(audience: pl.DataFrame, blocks: pl.DataFrame) -> alt.LayerChart:
    """One colour for each account, which is named at its last point."""
    if audience.is_empty():
        return empty("No follower counts yet. The next crawl brings them.")
    accounts = audience["account"].unique(maintain_order=True).to_list()
    palette = [BLUE, ORANGE, GREEN, INK, VIOLET]
    shades = alt.Scale(domain=accounts, range=(palette * len(accounts))[: len(accounts)])
    colour = alt.Color("account:N", legend=None, scale=shades)
    days = audience["when"].str.split(",").list.first().unique()
    # A single day may hold no tick of a calendar.
    axis = (
        alt.Axis(tickCount=6, labelExpr=_DAY)
        if len(days) > 1
        else alt.Axis(values=[audience["at"][0]], labelExpr=f"'{days[0]}'")
    )
    x = alt.X("at:T", title=None, axis=axis, scale=alt.Scale(type="utc", padding=20))
    y = alt.Y(
        "followers:Q", title=None, axis=alt.Axis(format=",d", tickCount=5), scale=alt.Scale(zero=False, nice=True)
    )
    tooltip = [
        alt.Tooltip("account:N", title="Account"),
        alt.Tooltip("when:N", title="When"),
        alt.Tooltip("shown:N", title="Followers"),
        alt.Tooltip("says:N", title="Source"),
    ]
    # The page says where a source can be opened, so the picture needs no address.
    drawn = audience.drop("url")
    is_report, is_opened = pl.col("source") == "report", pl.col("source").is_in(OPENED)
    chosen = alt.selection_point(name="count", fields=list(CHOSEN), toggle=False)

    def hollow(source: str, *, shape: str, size: int) -> alt.Chart:
        points: alt.Chart = (
            alt.Chart(drawn.filter(pl.col("source") == source))
            .mark_point(shape=shape, size=size, opacity=1, fill=PAPER)
            .encode(
                x=x,
                y=y,
                stroke=alt.Stroke("account:N", legend=None, scale=shades),
                strokeWidth=alt.condition(chosen, alt.value(4), alt.value(1.75), empty=False),
            )
        )
        return points

    def name(**looks: Any) -> alt.Chart:  # noqa: ANN401 -- any channel
        """The account's name, left of an upright stroke if there is one."""
        written: alt.Chart = (
            alt.Chart(drawn.filter("is_last"))
            .mark_text(align="right", dy=-12, dx=alt.ExprRef("datum.low == null ? 6 : -8"), fontWeight=600)
            .encode(x=x, y=y, text="account:N", **looks)
        )
        return written

    return layered(
        *event_marks(blocks, x),
        alt.Chart(drawn.filter(~is_report)).mark_line(strokeWidth=2).encode(x=x, y=y, color=colour, detail="stretch:N"),
        alt.Chart(drawn.filter(pl.col("low").is_not_null()))
        .mark_rule(strokeWidth=1.5, opacity=0.65)
        .encode(x=x, y=alt.Y("low:Q", title=None), y2="high:Q", color=colour),
        *_open_above(drawn.filter("is_least"), x, y, colour),
        alt.Chart(drawn.filter(~is_opened))
        .mark_point(filled=True, size=24, opacity=1)
        .encode(x=x, y=y, color=colour, tooltip=tooltip),
        *(hollow(source, shape=shape, size=size) for source, (shape, size) in _SHAPES.items()),
        name(stroke=alt.value(PAPER), strokeWidth=alt.value(4)),
        name(color=colour),
        # The area to touch: as wide as a finger, above everything.
        alt.Chart(drawn.filter(is_opened))
        .mark_point(shape="square", filled=True, size=400, opacity=0, cursor="pointer")
        .encode(x=x, y=y, tooltip=tooltip)
        .add_params(chosen),
        height=300 + EVENT_LINE * len(blocks),
    )


def _open_above(least: pl.DataFrame, x: alt.X, y: alt.Y, colour: alt.Color) -> list[alt.Chart]:
    """An arrow upwards from each lower bound, of one length on any scale, because nobody says how much more there
    is."""
    if least.is_empty():
        return []
    base = alt.Chart(least)
    return [
        base.mark_rule(strokeWidth=1.5, opacity=0.65, y2Offset=-_ARROW).encode(
            x=x, y=y, y2="followers:Q", color=colour
        ),
        base.mark_point(shape="triangle-up", filled=True, size=60, opacity=1, yOffset=-_ARROW).encode(
            x=x, y=y, color=colour
        ),
    ]
