"""Of how many figures anything is known: one bar, the part that nobody searched hatched."""

import altair as alt
import polars as pl

from analytics.measures.adoption import PARTS
from analytics.theme import BLUE, INK, MUTED, PAPER, empty, layered, when_narrow

QUESTION = "Of how many do we know?"
DEFINITION = "Not searched is not absent: of the hatched part nothing is known, and no curve or share includes it."
UNIT = "Figures of the roster"
FRAMES = {"parts": PARTS}

_FILL = {"joined": BLUE, "absent": "#d5dbe1", "not_looked": PAPER}
_HEIGHT = 30
_STROKES = 110  # across the whole bar


def draw(parts: pl.DataFrame) -> alt.LayerChart:
    """The parts side by side, each named under the bar, on a line of its own."""
    if parts.is_empty():
        return empty("The roster has no figures here.")
    ends = parts.with_columns(end=pl.col("start") + pl.col("figures")).with_row_index("line")
    x = alt.X("start:Q", title=None, axis=None, scale=alt.Scale(domain=[0, int(ends["end"][-1])], nice=False))
    layers = []
    for row in range(len(ends)):
        part = ends[row : row + 1]
        name = part["part"][0]
        layers += [
            *([_hatched(part, x)] if name == "not_looked" else []),
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
            alt.Chart(part).mark_rect(
                fill=_FILL[name],
                stroke=MUTED,
                strokeWidth=0.8,
                strokeDash=[3, 2] if name == "not_looked" else [],
                x=0,
                x2=14,
                y=42 + 20 * row,
                y2=54 + 20 * row,
            ),
            alt.Chart(part)
            .mark_text(align="left", x=20, y=48 + 20 * row, color=INK, fontSize=when_narrow(12, 13))
            .encode(text="label:N"),
        ]
    return layered(*layers, height=48 + 20 * len(ends))


def _hatched(part: pl.DataFrame, x: alt.X) -> alt.Chart:
    """Diagonal strokes over the part: Vega has no pattern to fill with."""
    start, end = int(part["start"][0]), int(part["end"][0])
    step = max(end / _STROKES, 1e-9)
    count = max(int((end - start) / step), 1)
    width = (end - start) / count
    strokes = pl.DataFrame({"start": [start + width * n for n in range(count)]}).with_columns(
        to=pl.col("start") + width
    )
    hatch: alt.Chart = (
        alt.Chart(strokes)
        .mark_rule(color="#9aa6b2", strokeWidth=1)
        .encode(x=x, x2="to:Q", y=alt.value(_HEIGHT), y2=alt.value(0))
    )
    return hatch
