"""On how many platforms the people of a list are: a bar for at least one, two, three …"""

import altair as alt
import polars as pl

from analytics.charts.places import bars
from analytics.measures.places import SEGMENTS
from analytics.theme import BLUE, FAINT, PAPER

QUESTION = "On how many platforms are they?"
DEFINITION = (
    "Dark: certainly there on at least so many of the list's platforms as the day ended. Hatched: not known, because they are"
    " perhaps there, or were not searched for, on a platform that would decide it. Light: on fewer. A percentage is given where"
    " the list is a census on that day and at most a tenth of the bar is hatched."
)
UNIT = "People and organisations on the list that day"
FRAMES = {"spread": SEGMENTS}


def draw(spread: pl.DataFrame) -> alt.LayerChart:
    """One bar for each number of platforms."""
    fills = {"yes": BLUE, "unknown": PAPER, "no": FAINT}
    return bars(spread, fills, nothing="Nobody on this list has an account on a platform yet.")
