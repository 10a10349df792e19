"""The change of active accounts around an event among those around placebo dates."""

import altair as alt
import polars as pl

from analytics.charts.event_effect import around
from analytics.measures.event_effect import PLACEBOS

QUESTION = "What did the event do to the number of active accounts?"
DEFINITION = (
    "Each mark is a day. It compares the weeks in which the same accounts posted: in the eight weeks that begin with the day, for one in the eight weeks before."
    " One means no change; a half is added to each count. The large mark is the event; the others are placebo dates. p is the part of"
    " all dates with a change at least as large, up or down."
)
UNIT = "Active accounts a week, after for each before; days of UTC"
FRAMES = {"changes": PLACEBOS}


def draw(changes: pl.DataFrame) -> alt.LayerChart:
    """A dot a placebo date, a diamond for the event."""
    return around(changes, counted="Active weeks")
