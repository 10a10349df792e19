"""Published counts of Koo as a whole: one row for each kind of count, one mark for each count, and no lines between
them."""

import altair as alt
import polars as pl

from analytics.measures.platform_counts import COUNTS
from analytics.theme import BLUE, INK, MUTED, ORANGE, PAPER, empty, layered, when_narrow

QUESTION = "How many used Koo, and according to whom?"
DEFINITION = (
    "Each row is one kind of count. A filled mark is a count by the company or its founders. A ring is a count by"
    " somebody else. Kinds are never joined by a line, because articles call downloads users."
)
UNIT = "Users, downloads or accounts as they were said, by the day that the source gives; undated counts, and those without room for a label, are in the CSV"
FRAMES = {"counts": COUNTS}

_ROW = 62
_ROOM = 80  # days: nearer to each other, two counts have one label


def draw(counts: pl.DataFrame) -> alt.LayerChart:
    """One row for each kind, named above its marks. The counts are beside the marks, every other one below."""
    dated = counts.filter(pl.col("day").is_not_null())
    if dated.is_empty():
        return empty("Nothing is known of the platform as a whole.")
    shown = dated.with_columns(
        at=pl.col("day").dt.epoch("ms"),
        when=pl.col("day").dt.strftime("%-d %b %Y"),
    )
    labels = pl.DataFrame([row for _, of in shown.group_by("row", maintain_order=True) for row in _labelled(of)])
    shown = shown.drop("source_url", "published_on", "day")
    rows = shown.unique("row", maintain_order=True)
    x = alt.X("at:T", title=None, scale=alt.Scale(type="utc", padding=40), axis=alt.Axis(format="%Y", tickCount="year"))
    y = alt.Y("row:O", axis=None, scale=alt.Scale(paddingInner=0.2))
    tooltip = [
        alt.Tooltip("kind:N", title="What"),
        alt.Tooltip("when:N", title="Of"),
        alt.Tooltip("shown:N", title="Count"),
        alt.Tooltip("said_by:N", title="Said by"),
        alt.Tooltip("publisher:N", title="In"),
        alt.Tooltip("note:N", title="Note"),
    ]
    independent = pl.col("is_independent")
    return layered(
        alt.Chart(rows).mark_rule(color=MUTED, strokeWidth=0.5, opacity=0.5).encode(y=y),
        alt.Chart(rows)
        .mark_text(align="left", x=0, dy=-26, color=MUTED, fontSize=when_narrow(10.5, 12))
        .encode(y=y, text="kind:N"),
        alt.Chart(shown.filter(~independent))
        .mark_point(filled=True, size=60, color=BLUE, opacity=1)
        .encode(x=x, y=y, tooltip=tooltip),
        alt.Chart(shown.filter(independent))
        .mark_point(size=60, stroke=ORANGE, fill=PAPER, strokeWidth=2, opacity=1)
        .encode(x=x, y=y, tooltip=tooltip),
        alt.Chart(labels)
        .mark_text(
            align="center",
            dy=alt.ExprRef("datum.below ? 15 : -12"),
            fontSize=10,
            color=INK,
            opacity=when_narrow(0, 1),
        )
        .encode(x=x, y=y, text="shown:N", description="measure:N"),
        height=_ROW * len(rows),
    )


def _labelled(counts: pl.DataFrame) -> list[dict[str, object]]:
    """The counts of one kind that have room for a label, in turn above and below."""
    labels: list[dict[str, object]] = []
    last = None
    for day, at, row, shown, measure in counts.select("day", "at", "row", "shown", "measure").iter_rows():
        if last is None or (day - last).days >= _ROOM:
            labels.append({"at": at, "row": row, "shown": shown, "measure": measure, "below": len(labels) % 2})
            last = day
    return labels
