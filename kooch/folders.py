"""Where the parts of Kooch lie that are not in this package: beside it in a checkout, in `kooch/house` once installed."""

import sys
from pathlib import Path

_INSTALLED = Path(__file__).with_name("house")
HOUSE = _INSTALLED if _INSTALLED.is_dir() else Path(__file__).parents[1]
"""The folder of `app.py`, `pages`, `crawlers`, `analytics` and `rosters`."""


def make_importable() -> None:
    """Let `crawlers`, `analytics` and `pages` be imported by this program. Others have no use for such general names."""
    if str(HOUSE) not in sys.path:
        sys.path.insert(0, str(HOUSE))
