"""Accounts by month of opening, a bar a month."""

import altair as alt
import polars as pl

from analytics.measures.accounts_by_month import KINDS, MONTHS, PEAK
from analytics.measures.events import MARKERS
from analytics.theme import BLUE, EVENT_LINE, GREEN, INK, ORANGE, PAPER, VIOLET, empty, event_marks, layered

QUESTION = "When did they open the accounts that they still have?"
DEFINITION = (
    "Accounts by month of opening, as their servers give it. Only accounts still on the list on the day it was"
    " made are shown. Closed accounts, and earlier accounts of people who changed server, are missing, so the"
    " early years are too low."
)
UNIT = "Names on the list per month"
FRAMES = {"months": MONTHS, "kinds": KINDS, "peak": PEAK, "events": MARKERS}

_KINDS = {
    "institution": ("offices", BLUE),
    "party": ("parties", ORANGE),
    "person": ("office-holders", GREEN),
    "office": ("posts that people hold", VIOLET),
}


def draw(months: pl.DataFrame, kinds: pl.DataFrame, peak: pl.DataFrame, events: pl.DataFrame) -> alt.LayerChart:
    """Bars of the kinds on top of each other, their totals at the left, the highest month named."""
    if months.is_empty():
        return empty("No account with a day of opening.")
    x = alt.X("at:T", title=None, scale=alt.Scale(type="utc"), axis=alt.Axis(format="%Y", tickCount="year"))
    y = alt.Y("top:Q", title=None, axis=alt.Axis(tickCount=4))
    colour = alt.Color(
        "kind:N", legend=None, scale=alt.Scale(domain=list(_KINDS), range=[colour for _, colour in _KINDS.values()])
    )
    names = {kind: many for kind, (many, _) in _KINDS.items()}
    bars = months.select(
        "kind",
        "accounts",
        "below",
        top=pl.col("below") + pl.col("accounts"),
        at=_milliseconds(pl.col("month")),
        until=_milliseconds(pl.col("month").dt.offset_by("1mo")),
        name=pl.col("month").dt.strftime("%B %Y"),
    )
    label = peak.select(
        "measure",
        at=_milliseconds(pl.col("month").dt.offset_by("1mo")),
        top="accounts",
        label=pl.format("{}: {}", pl.col("month").dt.strftime("%B %Y"), pl.col("accounts")),
    )
    totals = kinds.with_columns(label=pl.format("{} {}", pl.col("accounts"), pl.col("kind").replace(names)))
    return layered(
        *event_marks(events, x),
        alt.Chart(bars)
        .mark_rect(stroke=PAPER, strokeWidth=0.5)
        .encode(
            x=x,
            x2="until:T",
            y=y,
            y2="below:Q",
            color=colour,
            tooltip=[
                alt.Tooltip("name:N", title="Month"),
                alt.Tooltip("kind:N", title="Kind"),
                alt.Tooltip("accounts:Q", title="Accounts"),
            ],
        ),
        alt.Chart(label)
        .mark_text(align="left", dx=5, baseline="top", color=INK, fontWeight=600)
        .encode(x=x, y=y, text="label:N", description="measure:N"),
        *(
            alt.Chart(totals.filter(pl.col("place") == place))
            .mark_text(align="left", x=8, y=50 + 18 * place, fontWeight=600, fontSize=13)
            .encode(text="label:N", color=colour, description="measure:N")
            for place in totals["place"]
        ),
        height=260 + EVENT_LINE * len(events),
    )


def _milliseconds(day: pl.Expr) -> pl.Expr:
    return day.dt.epoch("ms")
