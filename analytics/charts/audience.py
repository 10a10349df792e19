"""Followers of a figure's accounts over time."""

import altair as alt
import polars as pl

from analytics.measures.figure import AUDIENCE
from analytics.theme import BLUE, GREEN, INK, ORANGE, PAPER, empty, layered

QUESTION = "How many followers, and when was that seen?"
DEFINITION = (
    "Every point is one sighting; a line joins sightings that follow each other at the usual distance, and where none was"
    " made there is a gap. Hollow points were read from a web archive."
)
UNIT = "Followers as the platform showed them, UTC"
FRAMES = {"audience": AUDIENCE}


def draw(audience: pl.DataFrame) -> alt.LayerChart:
    """A colour an account, named at its last point."""
    if audience.is_empty():
        return empty("No followers were seen yet. They come with the next crawl: kooch crawl")
    accounts = audience["account"].unique(maintain_order=True).to_list()
    palette = [BLUE, ORANGE, GREEN, "#7a4fa3", INK]
    shades = alt.Scale(domain=accounts, range=(palette * len(accounts))[: len(accounts)])
    colour = alt.Color("account:N", legend=None, scale=shades)
    x = alt.X("at:T", title=None, axis=alt.Axis(tickCount=6), scale=alt.Scale(type="utc", padding=20))
    y = alt.Y(
        "followers:Q", title=None, axis=alt.Axis(format=",d", tickCount=5), scale=alt.Scale(zero=False, nice=True)
    )
    tooltip = [
        alt.Tooltip("account:N", title="Account"),
        alt.Tooltip("when:N", title="Seen"),
        alt.Tooltip("followers:Q", format=",d"),
    ]

    def points(*, is_archived: bool) -> alt.Chart:
        seen = alt.Chart(audience.filter(pl.col("is_archived") == is_archived)).encode(x=x, y=y, tooltip=tooltip)
        drawn: alt.Chart = (
            seen.mark_point(size=45, strokeWidth=1.5, opacity=1, fill=PAPER).encode(
                stroke=alt.Stroke("account:N", legend=None, scale=shades)
            )
            if is_archived
            else seen.mark_point(filled=True, size=35, opacity=1).encode(color=colour)
        )
        return drawn

    return layered(
        alt.Chart(audience).mark_line(strokeWidth=2).encode(x=x, y=y, color=colour, detail="stretch:N"),
        points(is_archived=False),
        points(is_archived=True),
        alt.Chart(audience.filter("is_last"))
        .mark_text(align="right", dy=-12, dx=6, fontWeight=600)
        .encode(x=x, y=y, text="account:N", color=colour),
        height=300,
    )
