"""For how many each end had come by a day after joining: one separate band for each cause."""

import altair as alt
import polars as pl

from analytics.charts.staying import steps
from analytics.measures.stayed import INCIDENCES
from analytics.theme import BLUE, GREEN, MUTED, ORANGE, VIOLET

QUESTION = "What ended, and how soon after joining?"
DEFINITION = (
    "For each cause, the percentage for whom it had come by then, with the other causes as competing events (Aalen and Johansen)."
    " The bands are what the days leave open, not a margin of error. People who were there before the watch enter late. People who"
    " are still there leave as the watch ends."
)
UNIT = "Percentage of the people and organisations, by days since they joined"
FRAMES = {"incidences": INCIDENCES}

_COLOURS = {"quiet": BLUE, "deleted": ORANGE, "ended by platform": VIOLET, "not found": MUTED, "left office": GREEN}


def draw(incidences: pl.DataFrame) -> alt.LayerChart:
    """A line at each edge of a band, and the cause's name at its end."""
    return steps(
        incidences.with_columns(least="low", most="high"),
        names=incidences.select("end", "words").unique(maintain_order=True).rows(),
        by="end",
        colours=_COLOURS,
        nothing="Nothing has ended yet, or it cannot be said in percentages.",
    )
