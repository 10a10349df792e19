"""Finds the parts of Kooch outside this package: beside it in a checkout, in `kooch/house` in an installation."""

import sys
from pathlib import Path

_INSTALLED = Path(__file__).with_name("house")
HOUSE = _INSTALLED if _INSTALLED.is_dir() else Path(__file__).parents[1]
"""The folder of `app.py`, `pages`, `crawlers`, `analytics` and `rosters`."""


def make_importable() -> None:
    """Make `crawlers`, `analytics` and `pages` importable in this program only, because their names are so general."""
    if str(HOUSE) not in sys.path:
        sys.path.insert(0, str(HOUSE))
