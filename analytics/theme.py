"""The look of every chart: one palette that colour-blind readers can tell apart, one face, few lines."""

import re
import textwrap
from pathlib import Path
from typing import Literal

import altair as alt
import polars as pl

# A browser takes the variable, which turns with the page into dark; what is taken away takes the colour of paper.
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


def hatched(
    start: float, end: float, of: float, x: alt.X, *, height: int | Literal["height"], top: int = 0
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
        .mark_rule(color=HATCH, strokeWidth=1)
        .encode(x=x, x2="to", y=alt.value(height if height == "height" else top + height), y2=alt.value(top))
    )
    return hatch


def empty(sentence: str) -> alt.LayerChart:
    """What stands in the place of a chart that has nothing to show."""
    lines = "\n".join(textwrap.wrap(sentence, 44))
    words = alt.Chart(pl.DataFrame({"says": [lines]})).mark_text(color=MUTED, fontSize=14, lineBreak="\n", limit=0)
    return layered(words.encode(text="says:N"), height=120)
