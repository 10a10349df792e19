"""How many had joined, as a band between the latest and the earliest possible days."""

from datetime import date
from typing import Literal

import altair as alt
import polars as pl

from analytics.measures.adoption import CURVE, GAPS
from analytics.measures.events import MARKERS
from analytics.theme import BLUE, EVENT_LINE, INK, PAPER, SKY, empty, event_marks, hatched, layered, when_narrow

QUESTION = "How many had joined by each date?"
DEFINITION = (
    "The solid line counts those who had certainly joined by the end of each day. The dotted line adds those who may have. The"
    " band between is what the sources leave open. It is not a margin of error. It does not cover people missing from the list"
    " or accounts linked to the wrong person."
)
UNIT = "People and organisations on the list; as a percentage only of a census or sample of which at least nine tenths were searched"
FRAMES = {"curve": CURVE, "gaps": GAPS, "events": MARKERS}

_HEIGHT = 300
_COUNTS = {"joined": ("joined_min", "joined_max"), "there": ("there_min", "there_max")}
_SHARES = {"joined": ("share_min", "share_max"), "there": ("there_share_min", "there_share_max")}
_CANNOT_SAY = {
    "joined": "Nothing to count here. Choose another list or platform.",
    "there": "Too few were looked at to say who was there. Choose “Had joined”.",
}

# Ticks within a day say nothing; the tick on the first of a month stands for the month.
_DAY = "utchours(datum.value) ? '' : utcFormat(datum.value, utcdate(datum.value) > 1 ? '%-d %b %Y' : '%b %Y')"


def draw(
    curve: pl.DataFrame,
    gaps: pl.DataFrame,
    events: pl.DataFrame,
    *,
    show: Literal["count", "percentage"] = "count",
    scale: Literal["linear", "log"] = "linear",
    of: str = "",
) -> alt.LayerChart:
    """`percentage` shows only the days on which the list may be divided; `log` keeps zero on its axis.

    `of` says where the counts come from, as `relation` and `?key=value` of list and platform. The labels name their
    measure by it.
    """
    return band(curve, gaps, events, measure="joined", show=show, scale=scale, of=of)


def band(
    curve: pl.DataFrame,
    gaps: pl.DataFrame,
    events: pl.DataFrame,
    *,
    measure: Literal["joined", "there"],
    show: Literal["count", "percentage"],
    scale: Literal["linear", "log"],
    of: str,
) -> alt.LayerChart:
    """The band of `measure` between its edges, hatched where nobody can say."""
    edges = (_COUNTS if show == "count" else _SHARES)[measure]
    said = curve.with_columns(low=pl.col(edges[0]), high=pl.col(edges[1]), at=pl.col("day").dt.epoch("ms"))
    # A day about which nothing can be said ends a stretch.
    said = said.with_columns(stretch=pl.col("low").is_null().rle_id())
    shown = said.filter(pl.col("low").is_not_null()).with_columns(
        rests=pl.when("is_presumed").then(pl.lit("presumptions")).otherwise(pl.lit("evidence that names the account"))
    )
    if shown.is_empty():
        return empty(_CANNOT_SAY[measure])
    shown = _turns(shown)
    gaps = gaps.select(start=pl.col("from_day").dt.epoch("ms"), end=pl.col("until_day").dt.epoch("ms"))
    steps = _to_the_end(shown.with_columns(is_turn=True), gaps).select(
        "at", "low", "high", "rests", "stretch", "is_turn", day=pl.col("day").dt.strftime("%-d %b %Y")
    )
    is_percentage = show == "percentage"
    if is_percentage:
        gaps = gaps.clear()
    ends = [*steps["at"], *gaps["start"], *gaps["end"]]
    first, final = min(ends), max(ends)
    days = (
        alt.Axis(tickCount=when_narrow(4, 9), labelExpr=_DAY)
        if first < final
        else alt.Axis(tickCount=1, labelExpr="utcFormat(datum.value, '%-d %B %Y')")
    )
    # With `nice`, a browser cannot draw a span of a single day.
    x = alt.X("at:T", title=None, scale=alt.Scale(type="utc", nice=False), axis=days)
    form = ".0%" if is_percentage else ",d"
    axis = alt.Axis(title=None, tickCount=5, format=form)
    if not is_percentage:
        axis["tickMinStep"] = 1
    kind = {"type": "symlog", "constant": 1} if scale == "log" else {"type": "linear"}
    y = alt.Y("low:Q", axis=axis, scale=alt.Scale(zero=True, nice=True, **kind))
    tooltip = [
        alt.Tooltip("day:N", title="Since"),
        alt.Tooltip("low:Q", title="Certainly", format=form),
        alt.Tooltip("high:Q", title="Possibly", format=form),
        alt.Tooltip("rests:N", title="Rests on"),
    ]
    stepped = alt.Chart(steps).encode(x=x, y=y, detail="stretch:N")
    return layered(
        *(
            hatched(
                start, end, final - first, alt.X("start:T", scale=alt.Scale(type="utc", nice=False)), height="height"
            )
            for start, end in gaps.iter_rows()
        ),
        *event_marks(events, x),
        stepped.mark_area(interpolate="step-after", color=SKY, opacity=0.45).encode(y2="high:Q"),
        stepped.mark_line(interpolate="step-after", color=BLUE, strokeWidth=1.2, strokeDash=[2, 3]).encode(y="high:Q"),
        stepped.mark_line(interpolate="step-after", color=BLUE, strokeWidth=2.5),
        alt.Chart(steps)
        .transform_filter("datum.is_turn")
        .mark_point(filled=True, color=BLUE, size=28, opacity=1)
        .encode(x=x, y=y, tooltip=tooltip),
        *_labels(
            steps, shown["day"][-1], x, edges, form=form, of=of, is_last=first == final or shown["at"][-1] == final
        ),
        height=_HEIGHT + EVENT_LINE * len(events),
    )


def _turns(shown: pl.DataFrame) -> pl.DataFrame:
    """The days on which the drawing changes, and the last day. A long list changes its members on many other days."""
    drawn = pl.struct("low", "high", "rests", "stretch")
    return shown.filter((drawn != drawn.shift(1)).fill_null(value=True) | (pl.int_range(pl.len()) == pl.len() - 1))


def _to_the_end(shown: pl.DataFrame, gaps: pl.DataFrame) -> pl.DataFrame:
    """The steps, and one more where a stretch ends, because a stretch counts to the day before."""
    if gaps.is_empty():
        return shown
    last = shown.group_by("stretch", maintain_order=True).last()
    ends = last.join_asof(gaps.rename({"end": "ends"}), left_on="at", right_on="start", strategy="forward")
    further = ends.filter(pl.col("start").is_not_null()).with_columns(at=pl.col("start"), is_turn=False)
    return pl.concat([shown, further.select(shown.columns)]).sort("at", maintain_order=True)


def _labels(
    steps: pl.DataFrame, day: date, x: alt.X, edges: tuple[str, str], *, form: str, of: str, is_last: bool
) -> list[alt.Chart]:
    """The last values of both edges. Each label names its measure for readers who cannot see the chart."""
    last = steps.row(-1, named=True)
    ends = [("low", "certainly", 7), ("high", "possibly", -7)] if last["low"] != last["high"] else [("low", "", 0)]
    relation, _, where = of.partition("?")
    labels = []
    for (edge, word, dy), column in zip(ends, edges, strict=False):
        label = f"{format(last[edge], form.replace('d', ''))} {word}".strip()
        at = alt.Chart(
            steps.tail(1)
            .select("at", "low", "high", label=pl.lit(label))
            .with_columns(measure=pl.lit(f"{relation}.{column}?{where}&day={day}"))
        ).encode(x=x, y=alt.Y(f"{edge}:Q"), text="label:N")
        if not is_last:  # the hatched part is behind it
            labels.append(at.mark_text(align="left", dx=8, dy=dy, color=PAPER, stroke=PAPER, strokeWidth=5, aria=False))
        labels.append(at.mark_text(align="left", dx=8, dy=dy, color=INK).encode(description="measure:N"))
    return labels
