"""Followers on the newer platform for each on the older: one bar per person, as wide as the rounding of the counts."""

import altair as alt
import polars as pl

from analytics.measures.followers import RATIOS
from analytics.theme import BLUE, GREEN, INK, MUTED, ORANGE, empty, layered, when_narrow

QUESTION = "Where is the audience?"
DEFINITION = (
    "Followers on the newer platform for each follower on the older one, on the last day of which both counts are known."
    " Green: as many or more. Orange: fewer. Blue: the counts do not say. A bar is as wide as the rounding allows."
    " A triangle marks a ratio that may go on that way: a count is a lower bound. The dashed line is parity."
    " If somebody has several accounts on a platform, the one that ever had most followers is taken."
)
UNIT = "Followers on the newer platform for each on the older; days of UTC"
FRAMES = {"ratios": RATIOS}

_COLOURS = {"as many": GREEN, "fewer": ORANGE, "cannot be said": BLUE}
_ROW = 34
_AXIS = 36
_MOST_ROWS = 40


def draw(ratios: pl.DataFrame) -> alt.LayerChart:
    """One row for each person, the largest ratio first. At most 40 rows are drawn."""
    if ratios.is_empty():
        return empty("There is no day on which the followers on both platforms are known.")
    rows = ratios.head(_MOST_ROWS).with_columns(top=pl.int_range(pl.len()) * _ROW + 18)
    x = alt.X(
        "end:Q",
        title=None,
        scale=alt.Scale(type="log", padding=20),
        axis=alt.Axis(format="~g", tickCount=when_narrow(3, 8), grid=False),
    )
    marks: list[alt.Chart] = [
        alt.Chart(pl.DataFrame({"end": [1.0]})).mark_rule(color=MUTED, strokeDash=[3, 3]).encode(x=x)
    ]
    for each in rows.iter_rows(named=True):
        top, colour = each["top"] + 8, _COLOURS[each["standing"]]
        ends = pl.DataFrame(
            {
                "end": [end for end in (each["least"], each["most"]) if end is not None],
                "says": each["label"],
                "who": each["name"],
            }
        )
        tooltip = [alt.Tooltip("who:N", title="Who"), alt.Tooltip("says:N", title="Ratio")]
        if ends.height == 2:
            marks.append(alt.Chart(ends).mark_line(color=colour, strokeWidth=6, strokeCap="butt", y=top).encode(x=x))
        shape = "circle" if ends.height == 2 else "triangle-right" if each["most"] is None else "triangle-left"
        marks.append(
            alt.Chart(ends)
            .mark_point(filled=True, shape=shape, size=60, opacity=1, color=colour, y=top)
            .encode(x=x, tooltip=tooltip)
        )
    for row in range(rows.height):
        one, above = rows[row : row + 1], rows["top"][row] - 6
        size = when_narrow(11, 12)
        marks += [
            alt.Chart(one.select("name"))
            .mark_text(align="left", x=0, y=above, color=INK, fontSize=size, limit=when_narrow(170, 500))
            .encode(text="name:N"),
            alt.Chart(one.select("label", "measure"))
            .mark_text(align="right", x=alt.ExprRef("width"), y=above, color=MUTED, fontSize=size)
            .encode(text="label:N", description="measure:N"),
        ]
    return layered(*marks, height=_ROW * rows.height + _AXIS)
