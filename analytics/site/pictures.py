"""Pictures of a chart for a page: still ones that need no script, and the Vega that draws over them.

On a page, colours are CSS variables: a page turns dark without another picture. Pictures to take away keep their colours.
"""

import re
from typing import Any

import altair as alt
import vl_convert

from analytics import theme
from analytics.theme import kooch

WIDE, NARROW = 1080, 340
"""Widths of the still pictures in pixels: on a screen and on a phone."""

COLOURS = {
    "ink": (theme.INK, "#e6eaee"),
    "muted": (theme.MUTED, "#9fb0bf"),
    "faint": (theme.FAINT, "#33404c"),
    "paper": (theme.PAPER, "#14191f"),
    "shade": (theme.SHADE, "#1c242c"),
    "blue": (theme.BLUE, "#6db3ec"),
    "orange": (theme.ORANGE, "#f08a4b"),
    "green": (theme.GREEN, "#4fc3a1"),
    "sky": (theme.SKY, "#2b5f8a"),
}
"""The name of each colour of a chart, with its value on light and on dark paper."""

_HEX = re.compile("|".join(light for light, _ in COLOURS.values()), re.IGNORECASE)
_NAMES = {light.lower(): name for name, (light, _) in COLOURS.items()}


def still(chart: alt.LayerChart, width: int) -> str:
    """The chart as an SVG of `width` pixels, its colours variables; hidden from screen readers, which get the table."""
    svg = vl_convert.vegalite_to_svg(_spec(chart, width))
    return _as_variables(svg).replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)


def vega(chart: alt.LayerChart) -> dict[str, Any]:
    """The chart as a Vega specification that fills its box: compiled here, because a strict page compiles nothing."""
    compiled: dict[str, Any] = vl_convert.vegalite_to_vega(_spec(chart, "container"))
    turned: dict[str, Any] = _turned(compiled)
    return turned


def _spec(chart: alt.LayerChart, width: int | str) -> dict[str, Any]:
    sized = chart.properties(width=width, autosize=alt.AutoSizeParams(type="fit-x", contains="padding"))
    config = kooch()["config"] | {"background": None, "aria": False}
    return {**sized.to_dict(), "config": config}


def _as_variables(text: str) -> str:
    return _HEX.sub(lambda found: f"var(--{_NAMES[found[0].lower()]})", text)


def _turned(value: Any) -> Any:  # noqa: ANN401 -- any part of a JSON document
    match value:
        case str():
            return _as_variables(value)
        case dict():
            return {name: _turned(part) for name, part in value.items()}
        case list():
            return [_turned(part) for part in value]
    return value
