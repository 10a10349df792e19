"""Where the people of a list are: one bar for each platform, with a part for each place."""

import altair as alt
import polars as pl

from analytics.measures.places import SEGMENTS, UNKNOWN
from analytics.theme import (
    BLUE,
    FAINT,
    GREEN,
    HATCH,
    INK,
    MIST,
    MUTED,
    ORANGE,
    PAPER,
    SKY,
    VIOLET,
    YELLOW,
    empty,
    hatched,
    layered,
    swatch,
    when_narrow,
)

QUESTION = "Where are they?"
DEFINITION = (
    "One bar for each platform, as the day ended. Active: a post, reply or quote on one of the 28 days that end with the day"
    " (active28@1). No post: all 28 days were looked at; where the country blocked the platform on one of them, it is said so. Perhaps there: no source excludes it, and none shows it for certain."
    " Not searched: nobody looked. Hatched parts are not known: they are neither there nor gone."
)
UNIT = "People and organisations on the list that day"
FRAMES = {"segments": SEGMENTS}

FILLS = {
    "active": GREEN,
    "silent": SKY,
    "blocked": INK,
    "there": BLUE,
    "perhaps": MIST,
    "left": ORANGE,
    "ended": VIOLET,
    "not found": MUTED,
    "handed on": YELLOW,
    "before": FAINT,
    "absent": HATCH,
    "not looked": PAPER,
}
_HATCHES = {MIST: BLUE}
"""What is perhaps has strokes of its own."""
_DARK = (GREEN, BLUE, ORANGE, VIOLET, MUTED, INK)
ROW = 46
"""From the top of one bar to that of the next, in pixels."""
_BAR = 22
_LEGEND = 20
_WIDE_ENOUGH = 0.07  # of a bar: its count has room


def draw(segments: pl.DataFrame) -> alt.LayerChart:
    """The parts of each bar side by side, with their counts in them. The legend is below."""
    return bars(segments, FILLS, nothing="Nobody on this list has an account on a platform yet.")


def bars(segments: pl.DataFrame, fills: dict[str, str], *, nothing: str) -> alt.LayerChart:
    """One bar for each row, in the colours `fills`; unknown parts are hatched. Without rows, the sentence `nothing`."""
    if segments.is_empty():
        return empty(nothing)
    drawn = segments.with_columns(
        start=pl.col("start") / pl.col("of"), end=(pl.col("start") + pl.col("figures")) / pl.col("of")
    )
    x = alt.X("start:Q", axis=None, scale=alt.Scale(domain=[0, 1], nice=False))
    tooltip = [
        alt.Tooltip("name:N", title=" "),
        alt.Tooltip("words:N", title="Where"),
        alt.Tooltip("label:N", title="How many"),
    ]
    layers: list[alt.Chart] = []
    for row, part, start, end in drawn.select("row", "part", "start", "end").iter_rows():
        this, top, fill = drawn.filter((pl.col("row") == row) & (pl.col("part") == part)), row * ROW + 18, fills[part]
        is_hatched = part in UNKNOWN
        layers += [
            alt.Chart(this)
            .mark_rect(
                fill=fill,
                stroke=MUTED if is_hatched else PAPER,
                strokeWidth=0.8,
                strokeDash=[4, 3] if is_hatched and fill == PAPER else [],
                y=top,
                y2=top + _BAR,
            )
            .encode(x=x, x2="end:Q", tooltip=tooltip),
            *([hatched(start, end, 1, x, height=_BAR, top=top, colour=_hatch(fill))] if is_hatched else []),
        ]
    for row, name in drawn.select("row", "name").unique(maintain_order=True).iter_rows():
        named = pl.DataFrame({"name": [name]})
        layers.append(
            alt.Chart(named)
            .mark_text(align="left", x=0, y=row * ROW + 8, color=INK, fontWeight=600)
            .encode(text="name:N")
        )
    layers += _counts(drawn, fills, x)
    used = (
        drawn.unique("part")
        .with_columns(order=pl.col("part").replace_strict({p: n for n, p in enumerate(fills)}))
        .sort("order")
    )
    below = (int(drawn["row"].max()) + 1) * ROW + 14  # type: ignore[arg-type]  # of integers
    for n, (part, words) in enumerate(used.select("part", "words").iter_rows()):
        top = below + n * _LEGEND
        fill, is_hatched = fills[part], part in UNKNOWN
        layers += [
            *swatch(fill, top=top, hatch=_hatch(fill) if is_hatched else None, is_dashed=is_hatched and fill == PAPER),
            alt.Chart(pl.DataFrame({"words": [words]}))
            .mark_text(align="left", x=30, y=top + 6, color=INK)
            .encode(text="words:N"),
        ]
    return layered(*layers, height=below + len(used) * _LEGEND)


def _hatch(fill: str) -> str:
    return _HATCHES.get(fill, HATCH)


def _counts(drawn: pl.DataFrame, fills: dict[str, str], x: alt.X) -> list[alt.Chart]:
    """The counts of parts that have room for one, on a ground on which they can be read."""
    layers = []
    roomy = drawn.filter(pl.col("end") - pl.col("start") >= _WIDE_ENOUGH).with_columns(
        start=(pl.col("start") + pl.col("end")) / 2
    )
    for row, part in roomy.select("row", "part").iter_rows():
        this = roomy.filter((pl.col("row") == row) & (pl.col("part") == part)).select("start", "label", "measure")
        y = row * ROW + 18 + _BAR / 2
        if part in UNKNOWN:
            layers.append(
                alt.Chart(this)
                .mark_text(color=PAPER, stroke=PAPER, strokeWidth=5, y=y, aria=False)
                .encode(x=x, text="label:N")
            )
        layers.append(
            alt.Chart(this)
            .mark_text(color=PAPER if fills[part] in _DARK else INK, y=y, fontSize=when_narrow(10.5, 12))
            .encode(x=x, text="label:N", description="measure:N")
        )
    return layers
