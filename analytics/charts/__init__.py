"""Charts on frames that measures made: each file draws one, says what it shows, and registers by existing.

A chart module has QUESTION (its title), DEFINITION and UNIT (what is counted, and how), FRAMES (the frames that `draw`
takes, by name, each with its schema; the first is the one to download) and `draw`. It draws and never computes.
"""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Protocol, cast

import altair as alt
import polars as pl


class ChartModule(Protocol):
    """What a file in this folder has."""

    QUESTION: str
    DEFINITION: str
    UNIT: str
    FRAMES: dict[str, pl.Schema]

    def draw(self, **frames: Any) -> alt.LayerChart:  # noqa: ANN401 -- each chart names its own
        """The picture of these frames. If they are empty, a sentence in its place."""


def charts() -> dict[str, ChartModule]:
    """Every chart by name."""
    return {
        found.name: cast("ChartModule", import_module(f"{__name__}.{found.name}")) for found in iter_modules(__path__)
    }
