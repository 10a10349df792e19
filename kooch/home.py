"""Finds the data folder. Commands that only read published data need nothing else."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

from kooch.errors import ConfigError

TOKEN = "x_bearer_token"  # noqa: S105 -- the name of the setting
TOKEN_VARIABLE = "KOOCH_X_BEARER_TOKEN"  # noqa: S105 -- the name of the variable


def data_folder(home: Path | None = None) -> Path:
    """The data folder: `home`, else `KOOCH_HOME`, else `./data`. It need not exist."""
    return (home or Path(os.environ.get("KOOCH_HOME") or "data")).expanduser().absolute()


def check_data_folder(folder: Path, *, may_be_new: bool = False) -> None:
    """Raise ConfigError if `folder` is not a folder or, without `may_be_new`, does not exist."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    if not there.is_dir():
        raise ConfigError(f"Data folder {folder}: {there} is no folder. Name another with --home.")
    if there != folder and not may_be_new:
        raise ConfigError(
            f"There is no data folder {folder}. Name yours with --home or KOOCH_HOME, or make one with `kooch start`."
        )


def refuse_token_in_file(file: Path) -> None:
    """Raise ConfigError if `kooch.toml`, at `file`, holds a token. If the file is not TOML, `load_settings` reports
    it."""
    try:
        refuse_token(tomllib.loads(file.read_text(encoding="utf-8")), file)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return


def refuse_token(settings: Mapping[str, object], file: object) -> None:
    """Raise ConfigError if `settings`, as `file` has them, hold a token."""
    section = settings.get("x")
    if TOKEN in settings or (isinstance(section, dict) and "bearer_token" in section):
        raise ConfigError(
            f"{file} holds X's token, and that file is copied by backups. Remove it there and set the "
            f"environment variable {TOKEN_VARIABLE}."
        )
