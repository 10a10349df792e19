"""The look of every chart: one palette that colour-blind readers can tell apart, one face, few lines."""

import re
import textwrap
from pathlib import Path
from typing import Any, Literal

import altair as alt
import polars as pl

# A browser uses the variable, which turns dark with the page. Downloaded pictures use the colour of paper.
INK = "var(--k-ink, #1b2733)"
MUTED = "var(--k-muted, #5b6875)"
FAINT = "var(--k-faint, #d5dbe1)"
PAPER = "var(--k-paper, #ffffff)"
SHADE = "var(--k-shade, #f3f5f7)"
BLUE = "var(--k-blue, #0b61a4)"
ORANGE = "var(--k-orange, #c2500a)"
GREEN = "var(--k-green, #1b8a6b)"
SKY = "var(--k-sky, #9cc9ea)"
HATCH = "var(--k-hatch, #9aa6b2)"
VIOLET = "var(--k-violet, #7a4fa3)"
MIST = "var(--k-mist, #e3f0fa)"
YELLOW = "var(--k-yellow, #e8c547)"

FONT = "'Source Sans', 'Source Sans Pro', 'Noto Sans', 'Liberation Sans', Helvetica, Arial, sans-serif"

DARK_CSS = Path(__file__).with_name("dark.css")
"""The values of the same variables where the reader's system is dark."""

_VARIABLE = re.compile(r"var\(--k-\w+, (#\w+)\)")


def on_paper(spec: str) -> str:
    """The specification or picture with the colours of paper, for programs that know no variables."""
    return _VARIABLE.sub(r"\1", spec)


_STROKES = 60  # across the whole of an axis

NARROW = "width < 640"
"""An expression on a drawn chart: true on a phone."""


@alt.theme.register("kooch", enable=True)
def kooch() -> alt.theme.ThemeConfig:
    """Altair calls it; importing this module switches it on."""
    return alt.theme.ThemeConfig(
        config={
            "font": FONT,
            "background": PAPER,
            "view": {"stroke": None},
            "axis": {
                "domain": False,
                "ticks": False,
                "grid": True,
                "gridColor": FAINT,
                "labelColor": MUTED,
                "labelFontSize": 12,
                "labelPadding": 6,
                "titleColor": MUTED,
                "titleFontSize": 12,
                "titleFontWeight": "normal",
            },
            "axisX": {"grid": False, "domain": True, "domainColor": FAINT},
            "title": {
                "anchor": "start",
                "color": INK,
                "fontSize": 17,
                "fontWeight": 600,
                "subtitleColor": MUTED,
                "subtitleFontSize": 12,
                "subtitlePadding": 6,
                "offset": 14,
            },
            "text": {"color": INK, "fontSize": 12},
            "rule": {"color": INK},
        }
    )


SVG = {"embedOptions": {"renderer": "svg"}}
"""`usermeta` of every chart: text that the browser sets, selects and zooms."""


def when_narrow(narrow: float, wide: float) -> alt.ExprRef:
    """A number that depends on the width at which the chart is drawn."""
    return alt.ExprRef(expr=f"{NARROW} ? {narrow} : {wide}")


def layered(*layers: alt.Chart, height: int) -> alt.LayerChart:
    """The layers that have something to draw, on top of each other."""
    filled = [layer for layer in layers if not (isinstance(layer.data, pl.DataFrame) and layer.data.is_empty())]
    return alt.LayerChart(layer=filled).properties(height=height, usermeta=SVG)


WIDEST = 0.5
"""How wide a letter is on average, at most, in font sizes."""

HALO: tuple[dict[str, Any], ...] = ({"stroke": PAPER, "strokeWidth": 4, "strokeJoin": "round", "aria": False}, {})
"""Text is drawn twice, first as a wide stroke in the colour of the paper, so that lines do not cross it."""


def hatched(
    start: float,
    end: float,
    of: float,
    x: alt.X,
    *,
    height: int | Literal["height"],
    top: int = 0,
    colour: str = HATCH,
) -> alt.Chart:
    """Diagonal strokes from `start` to `end` on an axis `of` this length: Vega has no pattern to fill with.

    They are `height` high, or as high as the picture, and begin `top` pixels below its top.
    """
    count = max(int((end - start) / max(of / _STROKES, 1e-9)), 1)
    width = (end - start) / count
    strokes = pl.DataFrame({"start": [start + width * n for n in range(count)]}).with_columns(
        to=pl.col("start") + width
    )
    hatch: alt.Chart = (
        alt.Chart(strokes)
        .mark_rule(color=colour, strokeWidth=1)
        .encode(x=x, x2="to", y=alt.value(height if height == "height" else top + height), y2=alt.value(top))
    )
    return hatch


EVENT_LINE = 14
"""Pixels that the title of an event takes above a picture."""


def from_the_line(size: str) -> alt.ExprRef:
    """How far right of its line the `title` of an event begins: letters of this `size` end before the edge."""
    return alt.ExprRef(expr=f"min(4, width - 4 - scale('x', datum.at) - {WIDEST} * ({size}) * length(datum.title))")


def event_marks(events: pl.DataFrame, x: alt.X, *, top: int = 0) -> list[alt.Chart]:
    """A line for a day, a field for a range (MARKERS), from `top` on; each title above the picture, on a line of its own."""
    if events.is_empty():
        return []
    ranges, points = events.filter(pl.col("until").is_not_null()), events.filter(pl.col("until").is_null())
    return [
        alt.Chart(ranges).mark_rect(color=INK, opacity=0.07, y=top, y2="height").encode(x=x, x2="until:T"),
        alt.Chart(points).mark_rule(color=MUTED, strokeDash=[3, 3], y=top, y2="height").encode(x=x),
        *(
            alt.Chart(events.filter(pl.col("line") == line))
            .mark_text(
                align="left",
                dx=from_the_line(f"{NARROW} ? 10 : 11"),
                y=-8 - EVENT_LINE * (len(events) - 1 - line),
                color=MUTED,
                fontSize=when_narrow(10, 11),
                # A title that ran over the edge would make the whole picture narrower.
                limit=alt.ExprRef("width"),
            )
            .encode(x=x, text="title:N")
            for line in events["line"]
        ),
    ]


def swatch(fill: str, *, top: float, hatch: str | None = None, is_dashed: bool = False) -> list[alt.Chart]:
    """The sample of a fill in a legend, with the strokes and the border that the fill has in the picture."""
    sample = alt.Chart(pl.DataFrame({"at": [0]}))
    height = 12
    return [
        sample.mark_rect(
            fill=fill,
            stroke=MUTED,
            strokeWidth=0.8,
            strokeDash=[3, 2] if is_dashed else [],
            x=0,
            x2=24,
            y=top,
            y2=top + height,
            aria=False,
        ),
        *(
            sample.mark_rule(color=hatch, aria=False).encode(
                x=alt.value(start), x2=alt.value(start + 8), y=alt.value(top + height), y2=alt.value(top)
            )
            for start in (0, 8, 16)
            if hatch is not None
        ),
    ]


def empty(sentence: str) -> alt.LayerChart:
    """The sentence in the place of a chart that has nothing to show."""
    lines = "\n".join(textwrap.wrap(sentence, 44))
    words = alt.Chart(pl.DataFrame({"says": [lines]})).mark_text(color=MUTED, fontSize=14, lineBreak="\n", limit=0)
    return layered(words.encode(text="says:N"), height=120)
