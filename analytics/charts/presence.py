"""How many were there, as a band between those who certainly were and those who may have been."""

from typing import Literal

import altair as alt
import polars as pl

from analytics.charts.adoption import band
from analytics.measures.adoption import CURVE, GAPS
from analytics.measures.events import MARKERS

QUESTION = "How many were there on each date?"
DEFINITION = (
    "The solid line counts those who were certainly there as each day ended. The dotted line adds those who may have been. The"
    " band between is what the sources leave open. It is not a margin of error. Hatched: too few were looked at around that"
    " day, so nobody can say."
)
UNIT = "People and organisations on the list; as a percentage only of a census or sample of which at least nine tenths were searched"
FRAMES = {"curve": CURVE, "gaps": GAPS, "events": MARKERS}


def draw(
    curve: pl.DataFrame,
    gaps: pl.DataFrame,
    events: pl.DataFrame,
    *,
    show: Literal["count", "percentage"] = "count",
    scale: Literal["linear", "log"] = "linear",
    of: str = "",
) -> alt.LayerChart:
    """Like `adoption`. Days on which nobody can say who was there are hatched (`gaps`)."""
    return band(curve, gaps, events, measure="there", show=show, scale=scale, of=of)
