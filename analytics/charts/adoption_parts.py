"""How the parts of a list differ: one bar for each part, from none to all of its members."""

from typing import Literal

import altair as alt
import polars as pl

from analytics.measures.adoption import BREAKDOWN
from analytics.theme import BLUE, FAINT, INK, MUTED, SKY, empty, layered, when_narrow

QUESTION = "How do the parts of the list differ?"
DEFINITION = (
    "Dark: those who are certain. Light: those who are possible. Grey: the rest of the part, with those who were not searched."
    " A percentage of few people says little, so the count is given before it."
)
UNIT = "Percentage of the people and organisations in each part of the list"
FRAMES = {"parts": BREAKDOWN}

_COUNTS = {"joined": ("joined_min", "joined_max"), "there": ("there_min", "there_max")}
_ROW = 34
_MOST_ROWS = 40


def draw(parts: pl.DataFrame, measure: Literal["joined", "there"] = "joined") -> alt.LayerChart:
    """One row a part, the largest first, its name above its bar and its count behind it. At most 40 rows are drawn."""
    if parts.is_empty():
        return empty("The list names no such parts.")
    low, high = _COUNTS[measure]
    rows = parts.head(_MOST_ROWS).select(
        "part",
        "label",
        "measure",
        least=(pl.col(low) / pl.col("members")).fill_null(0),
        most=(pl.col(high) / pl.col("members")).fill_null(0),
        top=pl.int_range(pl.len()) * _ROW + 18,
    )
    x = alt.X("start:Q", axis=None, scale=alt.Scale(domain=[0, 1.7]))
    layers = []
    for row in range(len(rows)):
        part = rows[row : row + 1]
        top = part["top"][0]
        for start, end, fill in (
            (pl.lit(0.0), pl.lit(1.0), FAINT),
            (pl.col("least"), pl.col("most"), SKY),
            (pl.lit(0.0), pl.col("least"), BLUE),
        ):
            layers.append(
                alt.Chart(part.select(start=start, end=end))
                .mark_rect(fill=fill, y=top, y2=top + 10)
                .encode(x=x, x2="end:Q")
            )
        layers += [
            alt.Chart(part)
            .mark_text(
                align="left", x=0, y=top - 8, color=INK, fontSize=when_narrow(11, 12), limit=when_narrow(330, 700)
            )
            .encode(text="part:N"),
            alt.Chart(part.select("label", "measure", start=pl.lit(1.0)))
            .mark_text(align="left", dx=8, y=top + 5, color=MUTED, fontSize=when_narrow(11, 12))
            .encode(x=x, text="label:N", description="measure:N"),
        ]
    return layered(*layers, height=_ROW * len(rows) + 8)
