"""What differs between two days: one bar for each platform, with a part for each difference."""

import altair as alt
import polars as pl

from analytics.charts.places import bars
from analytics.measures.places import SEGMENTS
from analytics.theme import BLUE, FAINT, GREEN, HATCH, ORANGE, PAPER, VIOLET, YELLOW

QUESTION = "What differs between the two days?"
DEFINITION = (
    "The same people and organisations, as the two days ended. People who were on the list on only one of the days are shown apart"
    " and are no difference. What is unknown on either day is unknown in the difference."
)
UNIT = "People and organisations that were on the list on either day"
FRAMES = {"changes": SEGMENTS}

FILLS = {
    "on both days": BLUE,
    "came": GREEN,
    "went": ORANGE,
    "handed on": YELLOW,
    "on neither day": FAINT,
    "unknown": PAPER,
    "new on the list": HATCH,
    "left the list": VIOLET,
}


def draw(changes: pl.DataFrame) -> alt.LayerChart:
    """One bar for each platform."""
    return bars(changes, FILLS, nothing="Nothing is known of this list on these days.")
