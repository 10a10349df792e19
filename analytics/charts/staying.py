"""How many had not yet ended by a day after joining: one curve for each group, with the range that the days leave open,
and the limits."""

from collections.abc import Mapping, Sequence

import altair as alt
import polars as pl

from analytics.measures.stayed import STAYING
from analytics.theme import BLUE, GREEN, MUTED, ORANGE, PAPER, VIOLET, empty, layered, when_narrow

QUESTION = "How long until it ends?"
DEFINITION = (
    "The percentage for whom the chosen end has not come. Other ends end the watch (Kaplan and Meier, left-truncated)."
    " Between the lines: what the days leave open. Pale: a band that holds the whole curve with 95 %. A curve ends where nobody is under"
    " watch any more."
)
UNIT = "Percentage of the people and organisations, by days since they joined"
FRAMES = {"staying": STAYING}


def draw(staying: pl.DataFrame) -> alt.LayerChart:
    """One colour for each group, which is named at its end if there are several."""
    groups = staying["group"].unique(maintain_order=True).to_list()
    return steps(
        staying,
        names=[(group, "" if group == "all" else group) for group in groups],
        by="group",
        colours=dict(zip(groups, (BLUE, ORANGE, GREEN, VIOLET), strict=False)),
        nothing="It cannot be said how long they stayed.",
    )


def steps(
    curves: pl.DataFrame,
    *,
    names: Sequence[tuple[str, str]],
    by: str,
    colours: Mapping[str, str],
    nothing: str,
) -> alt.LayerChart:
    """Step curves from the day of joining: `low` to `high` between lines, `least` to `most` pale. Without rows, the
    sentence `nothing`."""
    if curves.is_empty():
        return empty(nothing)
    drawn = curves.select("day", by, "low", "high", "least", "most").with_columns(
        low_says=pl.col("low").map_elements(_percent, return_dtype=pl.String),
        high_says=pl.col("high").map_elements(_percent, return_dtype=pl.String),
    )
    x = alt.X(
        "day:Q",
        title="Days since joining",
        scale=alt.Scale(domain=[0, float(drawn["day"].max() or 1) * 1.02], nice=False),  # type: ignore[arg-type]  # of numbers
        axis=alt.Axis(tickCount=when_narrow(4, 8), format=",d"),
    )
    share = alt.Scale(domain=[0, 1])
    axis = alt.Axis(title=None, format=".0%", tickCount=5)
    layers: list[alt.Chart] = []
    for name, _ in names:
        one = drawn.filter(pl.col(by) == name)
        colour = colours.get(name, MUTED)
        known = one.filter(pl.col("least").is_not_null() & pl.col("most").is_not_null())
        layers += [
            alt.Chart(known)
            .mark_area(interpolate="step-after", color=colour, opacity=0.15)
            .encode(x=x, y=alt.Y("least:Q", scale=share, axis=axis), y2="most:Q"),
            alt.Chart(one)
            .mark_area(interpolate="step-after", color=colour, opacity=0.35)
            .encode(x=x, y=alt.Y("low:Q", scale=share, axis=axis), y2="high:Q"),
            *(
                alt.Chart(one)
                .mark_line(interpolate="step-after", color=colour, strokeWidth=1.75)
                .encode(x=x, y=alt.Y(f"{edge}:Q", scale=share, axis=axis))
                for edge in ("low", "high")
            ),
        ]
    for place, (name, words) in enumerate(names):
        if words:
            layers.append(
                alt.Chart(pl.DataFrame({"words": [words]}))
                .mark_text(
                    align="left",
                    x=8,
                    y=-10 - 16 * (len(names) - 1 - place),
                    color=colours.get(name, MUTED),
                    fontWeight=600,
                )
                .encode(text="words:N")
            )
    layers.append(
        alt.Chart(drawn)
        .mark_point(size=160, opacity=0, fill=PAPER)
        .encode(
            x=x,
            y=alt.Y("high:Q", scale=share),
            tooltip=[
                alt.Tooltip(f"{by}:N", title="Which"),
                alt.Tooltip("day:Q", title="Days since joining", format=",d"),
                alt.Tooltip("low_says:N", title="At least"),
                alt.Tooltip("high_says:N", title="At most"),
            ],
        )
    )
    return layered(*layers, height=300)


def _percent(share: float) -> str:
    return f"{share:.1%}"
