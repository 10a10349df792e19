"""What ended the watch over each person: one bar, in which the unknown part is hatched."""

import altair as alt
import polars as pl

from analytics.charts.places import bars
from analytics.measures.places import SEGMENTS
from analytics.theme import FAINT, GREEN, MIST, MUTED, ORANGE, PAPER, SKY, VIOLET

QUESTION = "What became of them?"
DEFINITION = (
    "For each, the first thing that ended the watch. Quiet: so many days without a post, all looked at, followed the last one. It"
    " counts from the last of these days. None of these: nothing had ended the watch by the latest look at posts. Hatched: not known"
    " when they joined, or what they posted."
)
UNIT = "People and organisations on the list with an accepted account on the platform"
FRAMES = {"fates": SEGMENTS}


def draw(fates: pl.DataFrame) -> alt.LayerChart:
    """One bar."""
    fills = {
        "quiet": SKY,
        "deleted": ORANGE,
        "ended by platform": VIOLET,
        "not found": MUTED,
        "left office": FAINT,
        "still there": GREEN,
        "undated": MIST,
        "not looked at": PAPER,
    }
    return bars(fates, fills, nothing="Nobody on this list has an account there.")
