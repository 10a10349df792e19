"""What waves of looks by people found: one bar for each wave, and a line where the definition changes."""

from typing import cast

import altair as alt
import polars as pl

from analytics.charts.places import ROW, bars
from analytics.measures.places import SEGMENTS
from analytics.measures.waves import BREAKS
from analytics.theme import BLUE, FAINT, HATCH, ORANGE, PAPER, layered

QUESTION = "What did people find, wave by wave?"
DEFINITION = (
    "One bar for each wave: all people and organisations it looked at. A program that finds nobody, and a page without a"
    " link, are no searches. An orange line: the waves below it count something else, so bars on its two sides cannot be compared."
)
UNIT = "People and organisations at whom somebody looked"
FRAMES = {"found": SEGMENTS, "breaks": BREAKS}

_FILLS = {"present": BLUE, "absent": FAINT, "not looked": PAPER, "unknown": HATCH}


def draw(found: pl.DataFrame, breaks: pl.DataFrame) -> alt.LayerChart:
    """The bars under each other, the first wave on top; a line across where the meaning changes."""
    drawn = bars(found, _FILLS, nothing="Nobody has looked at this list here.")
    if found.is_empty():
        return drawn
    lines = []
    for row, says in breaks.select("row", "says").iter_rows():
        this, top = pl.DataFrame({"says": [says]}), row * ROW - 2
        lines += [
            alt.Chart(this)
            .mark_rule(color=ORANGE, strokeWidth=2, strokeDash=[6, 3])
            .encode(x=alt.value(0), x2=alt.value("width"), y=alt.value(top)),
            alt.Chart(this)
            .mark_text(align="right", color=ORANGE, fontWeight=600)
            .encode(x=alt.value("width"), y=alt.value(top + 10), text="says:N"),
        ]
    return layered(*cast("list[alt.Chart]", drawn.layer), *lines, height=int(drawn.height))
