"""Who came back: one line for each silence, from the last post before it to the first after it."""

import altair as alt
import polars as pl

from analytics.measures.weeks_on_two import RETURNS
from analytics.theme import FAINT, GREEN, INK, empty, layered, when_narrow

QUESTION = "Who came back?"
DEFINITION = (
    "A grey line is a silence, each day of which was looked at. The dot at its end is the first post after it. Posts that were deleted before"
    " anybody looked are not known. The latest returns are at the top."
)
UNIT = "Days (UTC) of posts, replies and quotes"
FRAMES = {"returns": RETURNS}

_ROW = 30
_MOST_ROWS = 40


def draw(returns: pl.DataFrame) -> alt.LayerChart:
    """One row for each return, at most 40; the name above its line."""
    if returns.is_empty():
        return empty("Nobody is known to have come back.")
    rows = returns.head(_MOST_ROWS).select(
        "name",
        says=pl.format("after {} days, on {}", "silent_days", pl.col("returned_on").dt.strftime("%-d %b %Y")),
        at=pl.col("last_posted_on").dt.epoch("ms"),
        to=pl.col("returned_on").dt.epoch("ms"),
        first=pl.col("last_posted_on").min().dt.epoch("ms"),
        top=pl.int_range(pl.len()) * _ROW + 20,
    )
    x = alt.X(
        "at:T",
        title=None,
        scale=alt.Scale(type="utc"),
        axis=alt.Axis(format="%b %Y", tickCount=when_narrow(3, 7), orient="bottom"),
    )
    tooltip = [alt.Tooltip("name:N", title="Who"), alt.Tooltip("says:N", title="Came back")]
    layers = []
    for n in range(len(rows)):
        row = rows[n : n + 1]
        top = row["top"][0]
        layers += [
            alt.Chart(row).mark_rule(color=FAINT, strokeWidth=4, y=top).encode(x=x, x2="to:T", tooltip=tooltip),
            alt.Chart(row.select("name", "says", at="to"))
            .mark_point(filled=True, color=GREEN, size=60, opacity=1, y=top)
            .encode(x=x, tooltip=tooltip),
            alt.Chart(row.select("name", at="first"))
            .mark_text(align="left", color=INK, y=top - 10, fontSize=when_narrow(11, 12))
            .encode(x=x, text="name:N"),
        ]
    return layered(*layers, height=_ROW * len(rows) + 12)
