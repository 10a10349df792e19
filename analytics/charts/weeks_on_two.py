"""On which of two platforms the same people posted: one column for each week."""

import altair as alt
import polars as pl

from analytics.measures.events import MARKERS
from analytics.measures.weeks_on_two import PLACES, WEEKS
from analytics.theme import (
    BLUE,
    FAINT,
    GREEN,
    HATCH,
    INK,
    MUTED,
    ORANGE,
    PAPER,
    empty,
    event_marks,
    layered,
    when_narrow,
)

QUESTION = "Where did the same people post, week by week?"
DEFINITION = (
    "The people with an account on both platforms, in a role that week. Posted: a post, reply or quote in the week (posted@1). A week counts as"
    " one without a post only where each of its days was looked at. What is not known is hatched."
)
UNIT = "People and organisations, by week from Monday (UTC)"
FRAMES = {"weeks": WEEKS, "blocks": MARKERS}

_FILLS = dict(zip(PLACES, (GREEN, BLUE, ORANGE, FAINT, PAPER), strict=True))
_LEGEND = 20
_HEIGHT = 240
_BAND = 10


def draw(weeks: pl.DataFrame, blocks: pl.DataFrame) -> alt.LayerChart:
    """One column for each week, with its places on top of each other. The legend is above."""
    if weeks.is_empty():
        return empty("Nobody has looked at their posts on both platforms.")
    drawn = weeks.with_columns(
        at=pl.col("week").dt.epoch("ms"),
        to=pl.col("until").dt.epoch("ms"),
        end=pl.col("start") + pl.col("figures"),
        when=pl.col("week").dt.strftime("%-d %b %Y"),
    ).drop("week", "until")
    most = int(drawn["end"].max())  # type: ignore[arg-type]  # of integers
    x = alt.X("at:T", title=None, scale=alt.Scale(type="utc"), axis=alt.Axis(tickCount=when_narrow(4, 9)))
    used = [(place, words) for place in PLACES for words in drawn.filter(pl.col("place") == place)["words"].head(1)]
    below = len(used) * _LEGEND + 10 + (0 if blocks.is_empty() else _BAND)
    scale = alt.Scale(domain=[0, most], range=[below + _HEIGHT, below], nice=False)
    axis = alt.Axis(title=None, tickMinStep=1, tickCount=5, format=",d")
    # The columns cover a band, so it reaches above them.
    layers = event_marks(blocks, x, top=below - _BAND)
    for place, fill in _FILLS.items():
        this = drawn.filter(pl.col("place") == place)
        layers.append(
            alt.Chart(this)
            .mark_rect(
                fill=fill,
                stroke=HATCH if place == "unknown" else PAPER,
                strokeWidth=0.5,
                strokeDash=[3, 2] if place == "unknown" else [],
            )
            .encode(
                x=x,
                x2="to:T",
                y=alt.Y("start:Q", scale=scale, axis=axis),
                y2="end:Q",
                tooltip=[
                    alt.Tooltip("when:N", title="Week from"),
                    alt.Tooltip("words:N", title="Posted"),
                    alt.Tooltip("figures:Q", title="How many", format=",d"),
                ],
            )
        )
    unknown = drawn.filter(pl.col("place") == "unknown")
    layers.append(
        alt.Chart(unknown)
        .mark_rule(color=HATCH, strokeWidth=1)
        .encode(x=x, x2="to:T", y=alt.Y("start:Q", scale=scale, axis=axis), y2="end:Q")
    )
    for n, (place, words) in enumerate(used):
        top = n * _LEGEND
        swatch = pl.DataFrame({"words": [f"posted {words}" if place != "unknown" else words]})
        layers += [
            alt.Chart(swatch).mark_rect(
                fill=_FILLS[place],
                stroke=MUTED,
                strokeWidth=0.8,
                strokeDash=[3, 2] if place == "unknown" else [],
                x=0,
                x2=14,
                y=top,
                y2=top + 12,
            ),
            alt.Chart(swatch).mark_text(align="left", x=20, y=top + 6, color=INK).encode(text="words:N"),
        ]
    return layered(*layers, height=below + _HEIGHT)
