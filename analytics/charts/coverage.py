"""About how many on a list anything is known: one bar, in which the part that nobody searched is hatched."""

import altair as alt
import polars as pl

from analytics.measures.adoption import PARTS
from analytics.theme import BLUE, FAINT, HATCH, INK, MUTED, PAPER, SKY, empty, hatched, layered, swatch, when_narrow

QUESTION = "How many have we checked?"
DEFINITION = "Hatched: not searched yet. They may or may not have an account; no curve counts them as having joined."
UNIT = "People and organisations on the list"
FRAMES = {"parts": PARTS}

_FILL = {"certain": BLUE, "possible": SKY, "absent": FAINT, "not_looked": PAPER}
_HEIGHT = 30


def draw(parts: pl.DataFrame) -> alt.LayerChart:
    """The parts side by side, each named under the bar, on a line of its own."""
    if parts.is_empty():
        return empty("Nothing can be said of this list here.")
    ends = parts.with_columns(end=pl.col("start") + pl.col("figures")).with_row_index("line")
    x = alt.X("start:Q", title=None, axis=None, scale=alt.Scale(domain=[0, int(ends["end"][-1])], nice=False))
    layers = []
    for row in range(len(ends)):
        part = ends[row : row + 1]
        name = part["part"][0]
        layers += [
            *(
                [hatched(part["start"][0], part["end"][0], ends["end"][-1], x, height=_HEIGHT)]
                if name == "not_looked"
                else []
            ),
            alt.Chart(part)
            .mark_rect(
                fill=_FILL[name],
                fillOpacity=0 if name == "not_looked" else 1,
                stroke=MUTED if name == "not_looked" else PAPER,
                strokeDash=[4, 3] if name == "not_looked" else [],
                y=0,
                y2=_HEIGHT,
            )
            .encode(x=x, x2="end:Q", tooltip=[alt.Tooltip("label:N", title=" ")]),
            *swatch(
                _FILL[name],
                top=42 + 20 * row,
                hatch=HATCH if name == "not_looked" else None,
                is_dashed=name == "not_looked",
            ),
            alt.Chart(part)
            .mark_text(align="left", x=30, y=48 + 20 * row, color=INK, fontSize=when_narrow(12, 13))
            .encode(text="label:N", description="measure:N"),
        ]
    return layered(*layers, height=48 + 20 * len(ends))
