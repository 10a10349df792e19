"""Pictures of a chart for a page: still ones that need no script, and the Vega that draws over them.

On a page, colours are CSS variables: a page turns dark without another picture. Pictures to take away keep their colours.
"""

import re
from typing import Any

import altair as alt
import vl_convert

from analytics.theme import kooch

WIDE, NARROW = 1080, 340
"""Widths of the still pictures in pixels: on a screen and on a phone."""
_PLACES = re.compile(r' (?:d|transform)="[^"]*"')
_NUMBER = re.compile(r"-?\d+\.\d+")


def still(chart: alt.LayerChart, width: int) -> str:
    """The chart as an SVG of `width` pixels, its colours variables; hidden from screen readers, which get the table."""
    svg: str = _PLACES.sub(_rounded, vl_convert.vegalite_to_svg(_spec(chart, width)))
    return svg.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)


def _rounded(places: re.Match[str]) -> str:
    """Places to a tenth of a pixel: more digits double the size of a long curve."""
    return _NUMBER.sub(lambda number: f"{float(number[0]):.1f}".removesuffix(".0"), places[0])


def vega(chart: alt.LayerChart) -> dict[str, Any]:
    """The chart as a Vega specification that fills its box: compiled here, because a strict page compiles nothing."""
    compiled: dict[str, Any] = vl_convert.vegalite_to_vega(_spec(chart, "container"))
    return compiled


def _spec(chart: alt.LayerChart, width: int | str) -> dict[str, Any]:
    sized = chart.properties(width=width, autosize=alt.AutoSizeParams(type="fit-x", contains="padding"))
    config = kooch()["config"] | {"background": None, "aria": False}
    return {**sized.to_dict(), "config": config}
