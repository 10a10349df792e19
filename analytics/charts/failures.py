"""Why targets have no observation: one bar for each cause."""

import altair as alt
import polars as pl

from analytics.measures.crawls import FAILURES
from analytics.theme import INK, MUTED, ORANGE, empty, layered

QUESTION = "Why could some accounts not be read?"
DEFINITION = (
    "Accounts and archived pages that the latest crawl of each platform could not read, by reason. This does not"
    " mean that an account is gone."
)
UNIT = "Accounts and archived pages"
FRAMES = {"failures": FAILURES}


def draw(failures: pl.DataFrame) -> alt.LayerChart:
    """The words stand over their bar, the count at its end."""
    if failures.is_empty():
        return empty("Nothing failed in the latest runs.")
    named = failures.with_columns(
        label=pl.format("{}: {}", pl.col("platform"), pl.col("words")), text=pl.col("targets").cast(pl.String)
    )
    order = named["label"].to_list()
    base = alt.Chart(named).encode(
        y=alt.Y("label:N", sort=order, axis=None, scale=alt.Scale(paddingInner=0.55)),
    )
    x = alt.X("targets:Q", axis=None, scale=alt.Scale(domainMin=0))
    return layered(
        base.mark_bar(color=ORANGE, height=8, yOffset=8).encode(x=x),
        base.mark_text(align="left", x=0, dy=-8, color=INK).encode(text="label:N"),
        base.mark_text(align="left", dx=6, dy=8, color=MUTED).encode(x=x, text="text:N", description="measure:N"),
        height=44 * len(named),
    )
