"""Who set up when, as far as sources say: one row for each entry, its evidence drawn as exactly as it is known."""

import textwrap
from typing import Any

import altair as alt
import polars as pl

from analytics.measures.arrivals import EVENTS, MARKS, ROWS
from analytics.measures.window import Window
from analytics.theme import (
    BLUE,
    FAINT,
    HALO,
    INK,
    MUTED,
    NARROW,
    ORANGE,
    PAPER,
    SHADE,
    WIDEST,
    empty,
    from_the_line,
    layered,
    when_narrow,
)

QUESTION = "Who joined, and when?"
DEFINITION = (
    "A dot marks the day of joining. Orange marks with a dashed line between them mean that sources disagree: each of them"
    " gives one of these dates. A tick means “joined by the end of that day”. The dotted line before it means that no source says how long before. The shaded"
    " columns at both sides are not to scale: read the dates from their labels."
)
UNIT = (
    "Each date in the time zone of its source. One row for each person; organisations named with the same date in one report share a"
    " row, and so do people who came later"
)
FRAMES = {"rows": ROWS, "marks": MARKS, "events": EVENTS}

_ROW = 31
_LABELS, _EVIDENCE = 200, 312  # pixels for names and sources beside the days, on a wide screen
# A name beside its source is as large as the room allows.
_AS_FITS = f"min(11.5, (width - 10 - {WIDEST} * 10 * length(datum.says_short || '')) / {WIDEST} / length(datum.name))"
_NAME_LINE = 30  # letters


def draw(rows: pl.DataFrame, marks: pl.DataFrame, events: pl.DataFrame, window: Window | None = None) -> alt.LayerChart:
    """`window` is that of the frames; without it there is nothing to place marks in."""
    if rows.is_empty() or window is None:
        return empty("Nothing was known by then about this choice. Choose a later day or everybody.")
    top = -1.9 - 0.62 * len(events)
    bottom: float = max(rows["y"].to_list()) + 0.7
    x = alt.X("at:Q", axis=None, scale=_days(window))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[top, bottom], reverse=True, nice=False, zero=False))
    layers = [
        *_events(events, bottom, x, y),
        *_ground(window, bottom, x, y),
        *_evidence(marks, x, y),
        *_words(rows, y),
        _touch(rows, y),
    ]
    return layered(*layers, height=int((bottom - top) * _ROW))


def _days(window: Window) -> alt.Scale:
    """On a wide screen the days leave room at both sides; on a narrow one names stand above their row."""
    span = window.right - window.left
    free = f"{span} / max(width - {_LABELS + _EVIDENCE}, 100)"
    return alt.Scale(
        domain=[
            alt.ExprRef(expr=f"{NARROW} ? {window.left} : {window.left} - {_LABELS} * {free}"),
            alt.ExprRef(expr=f"{NARROW} ? {window.right} : {window.right} + {_EVIDENCE} * {free}"),
        ],
        nice=False,
        zero=False,
    )


def _ground(window: Window, bottom: float, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """The gutters, the lines of the days and the words over them."""
    gutters = pl.DataFrame(
        {
            "at": [window.left, window.end_at],
            "until": [window.start_at, window.right],
            "y": [-1.45, -1.45],
            "bottom": [bottom, bottom],
        }
    )
    at, days = zip(*window.ticks, strict=True)
    lines = pl.DataFrame({"at": at, "day": days, "y": [-0.55] * len(at), "bottom": [bottom] * len(at)})
    over = pl.DataFrame(
        {
            "at": [window.left + window.unit / 5, window.end_at + window.unit * 7 / 12],
            "y": [-1.2, -1.2],
            "narrow": ["earlier", "later"],
            "wide": ["\n".join(("earlier, from", *window.launch)), "later\nnot to scale"],
        }
    )
    texts: dict[str, Any] = {"fontSize": 11, "color": MUTED}
    return [
        alt.Chart(gutters).mark_rect(color=SHADE).encode(x=x, x2="until:Q", y=y, y2="bottom:Q"),
        alt.Chart(lines).mark_rule(color=FAINT, strokeWidth=1).encode(x=x, y=y, y2="bottom:Q"),
        *(
            alt.Chart(lines).mark_text(dy=-8, align="left", dx=1, **texts, **halo).encode(x=x, y=y, text="day:N")
            for halo in HALO
        ),
        *(
            alt.Chart(over[n : n + 1])
            .mark_text(align="left", baseline="top", opacity=shown, lineHeight=12, lineBreak="\n", **texts)
            .encode(x=x, y=y, text=text)
            for n in range(2)
            for text, shown in (("narrow:N", when_narrow(1, 0)), ("wide:N", when_narrow(0, 1)))
        ),
    ]


def _events(events: pl.DataFrame, bottom: float, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    if events.is_empty():
        return []
    placed = events.with_columns(y=-1.9 - 0.62 * (len(events) - 1 - pl.col("line")), bottom=pl.lit(bottom))
    ranges, points = placed.filter("is_range"), placed.filter(~pl.col("is_range"))
    return [
        alt.Chart(ranges).mark_rect(color=INK, opacity=0.05).encode(x=x, x2="until:Q", y=y, y2="bottom:Q"),
        alt.Chart(points).mark_rule(color=INK, strokeWidth=1, opacity=0.55).encode(x=x, y=y, y2="bottom:Q"),
        *(
            alt.Chart(placed)
            .mark_text(
                align="left",
                dx=from_the_line(f"{NARROW} ? 10.5 : 12"),
                fontSize=when_narrow(10.5, 12),
                color=INK,
                # A title that ran over the edge would make the whole picture narrower.
                limit=alt.ExprRef("width"),
                **halo,
            )
            .encode(x=x, y=y, text="title:N")
            for halo in HALO
        ),
    ]


def _evidence(marks: pl.DataFrame, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    def of(*shapes: str) -> alt.Chart:
        return alt.Chart(marks.filter(pl.col("shape").is_in(shapes))).encode(x=x, y=y)

    down = when_narrow(6, 0)
    label: dict[str, Any] = {"align": "left", "fontSize": when_narrow(9.5, 11), "yOffset": down}
    return [
        of("tail")
        .mark_rule(strokeDash=[1, 4], strokeCap="round", strokeWidth=2, color=BLUE, yOffset=down, y2Offset=down)
        .encode(x2="until:Q"),
        of("link").mark_rule(strokeWidth=1, strokeDash=[2, 3], color=ORANGE, yOffset=down).encode(x2="until:Q"),
        of("span")
        .mark_bar(height=8, cornerRadius=4, fill=PAPER, stroke=ORANGE, strokeWidth=2, yOffset=down)
        .encode(x2="until:Q"),
        of("ring").mark_point(size=75, filled=False, fill=PAPER, stroke=ORANGE, strokeWidth=2, opacity=1, yOffset=down),
        of("dot").mark_point(size=95, filled=True, color=BLUE, opacity=1, yOffset=down),
        of("tick").mark_tick(opacity=1, thickness=3, height=15, color=BLUE, orient="vertical", yOffset=down),
        *(
            of(*shapes).mark_text(dx=9, color=color, **label, **halo).encode(text="label:N")
            for shapes, color in ((("dot", "tick", "none"), INK), (("end",), ORANGE))
            for halo in HALO
        ),
    ]


def _words(rows: pl.DataFrame, y: alt.Y) -> list[alt.Chart]:
    heads, entries = rows.filter("is_group"), rows.filter(~pl.col("is_group"))
    flagged = alt.when("datum.is_contradicted").then(alt.value(ORANGE)).otherwise(alt.value(INK))
    narrow: dict[str, Any] = {"opacity": when_narrow(1, 0)}
    wide: dict[str, Any] = {"opacity": when_narrow(0, 1)}
    right = alt.ExprRef(expr="width")
    evidence = alt.ExprRef(expr=f"width - {_EVIDENCE - 14}")
    lines = pl.col("name").map_elements(lambda name: "\n".join(textwrap.wrap(name, _NAME_LINE)), return_dtype=pl.String)
    named = entries.with_columns(lines=lines).with_columns(breaks=pl.col("lines").str.count_matches("\n"))
    return [
        *(
            alt.Chart(heads)
            .mark_text(align="left", x=0, fontSize=12, fontWeight=600, color=MUTED, **halo)
            .encode(y=y, text="name:N")
            for halo in HALO
        ),
        *(
            alt.Chart(named)
            .mark_text(align="left", x=0, fontSize=alt.ExprRef(_AS_FITS), yOffset=-7, **narrow, **halo)
            .encode(y=y, text="name:N", **({} if halo else {"color": flagged}))
            for halo in HALO
        ),
        alt.Chart(named)
        .mark_text(
            align="left",
            x=0,
            fontSize=alt.ExprRef("datum.breaks ? 11.5 : 13"),
            lineBreak="\n",
            lineHeight=13,
            yOffset=alt.ExprRef("-6.5 * datum.breaks"),
            **wide,
        )
        .encode(y=y, text="lines:N", color=flagged),
        *(
            alt.Chart(entries)
            .mark_text(align="right", x=right, fontSize=10, yOffset=-7, color=MUTED, limit=212, **narrow, **halo)
            .encode(y=y, text="says_short:N")
            for halo in HALO
        ),
        alt.Chart(entries)
        .mark_text(
            align="left",
            x=evidence,
            fontSize=12,
            yOffset=alt.ExprRef(expr="datum.reported ? -6.5 : 0"),
            limit=_EVIDENCE - 16,
            **wide,
        )
        .encode(y=y, text="says:N", color=flagged),
        alt.Chart(entries)
        .mark_text(align="left", x=evidence, fontSize=11, yOffset=7, limit=_EVIDENCE - 16, color=MUTED, **wide)
        .encode(y=y, text="reported:N"),
    ]


def _touch(rows: pl.DataFrame, y: alt.Y) -> alt.Chart:
    """The whole row answers a click, which opens the statements."""
    entries = rows.filter(~pl.col("is_group"))
    entry = alt.selection_point(name="entry", fields=["row"], toggle=False)
    rows_drawn: alt.Chart = (
        alt.Chart(entries)
        .mark_rect(color=BLUE, x=0, height=_ROW - 2, x2=alt.ExprRef(expr="width"), cursor="pointer")
        .encode(
            y=y,
            opacity=alt.condition(entry, alt.value(0.07), alt.value(0), empty=False),
            tooltip=[
                alt.Tooltip("name:N", title="Name"),
                alt.Tooltip("when:N", title="Joined"),
                alt.Tooltip("says:N", title="Source"),
                alt.Tooltip("reported:N", title="And"),
            ],
        )
        .add_params(entry)
    )
    return rows_drawn
