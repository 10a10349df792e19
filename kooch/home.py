"""Where the data folder is. Commands that only read what is published need to know no more."""

import os
from pathlib import Path

from kooch.errors import ConfigError


def data_folder(home: Path | None = None) -> Path:
    """The data folder: `home`, else that of `KOOCH_HOME`, else `./data`. It need not be there."""
    return (home or Path(os.environ.get("KOOCH_HOME") or "data")).expanduser().absolute()


def check_data_folder(folder: Path, *, may_be_new: bool = False) -> None:
    """Raise ConfigError if `folder` is no folder or, without `may_be_new`, is not there."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    if not there.is_dir():
        raise ConfigError(f"Data folder {folder}: {there} is no folder. Name another with --home.")
    if there != folder and not may_be_new:
        raise ConfigError(
            f"There is no data folder {folder}. Name yours with --home or KOOCH_HOME, or make one with `kooch start`."
        )
