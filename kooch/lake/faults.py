"""What a fault of the engine means to the user: one sentence and an exit code."""

import os
from collections.abc import Mapping

from kooch.errors import ConfigError, KoochError, RunningError, StorageError
from kooch.store.schema import LATEST

_SECRETS = ("PGPASSWORD", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_AGAIN = "Nothing is lost: repeat the command."
# `catalogue` and `place` are those of the lake. The engine gives the rest.
_SENTENCES: dict[str, tuple[type[KoochError], str]] = {
    "busy": (RunningError, "Another process is writing into the lake {catalogue}. Wait for it, then repeat."),
    "newer": (
        StorageError,
        "The lake holds schema {schema}, of Kooch {kooch}; this one knows " + f"{LATEST}. Upgrade this Kooch.",
    ),
    "older": (
        StorageError,
        (
            "Version {version} was pushed by Kooch {kooch}, whose tables differ from those of this one. Push again with this Kooch,"
            " or pull with that one."
        ),
    ),
    "other_folder": (
        ConfigError,
        (
            "The lake holds version {version}, and version {own} here is no later one: another data folder pushed it. Name another"
            " lake, or run `kooch lake push --take-over` if this folder has taken its place."
        ),
    ),
    "no_version": (ConfigError, "The lake {catalogue} does not hold the version. It holds: {versions}."),
    "no_lake": (ConfigError, "The database of {catalogue} holds no lake yet. Run `kooch lake push` first."),
    "differs": (StorageError, "Table {table} of the lake is not as it was pushed. Nothing was pulled."),
    "disk": (StorageError, "There is no space left ({says}). Free space. " + _AGAIN),
    "password": (
        ConfigError,
        "PostgreSQL refuses the password for {catalogue}. Set the environment variable PGPASSWORD to the right one. "
        + _AGAIN,
    ),
    "catalogue": (StorageError, "PostgreSQL cannot be reached for {catalogue} ({says}). " + _AGAIN),
    "no_database": (
        ConfigError,
        "PostgreSQL has no such database or user, or gives no rights there: {catalogue} ({says}). Correct lake.catalogue.",
    ),
    "clock": (ConfigError, "S3 says that this machine's clock is wrong. Set the clock, then repeat. Nothing is lost."),
    "rights": (
        StorageError,
        "The lake's files in {place} may not be read or written ({says}). Correct the rights, or the keys in the environment:"
        " AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY. " + _AGAIN,
    ),
    "missing": (
        StorageError,
        "{place}: there is no such bucket, or a file of the lake is gone ({says}). Make the bucket, or correct lake.data. "
        + _AGAIN,
    ),
    "other_data": (ConfigError, "The files of the lake {catalogue} are elsewhere than in {place}. Correct lake.data."),
    "gone": (StorageError, "{place} cannot be reached ({says}). " + _AGAIN),
    "other": (StorageError, "The lake {catalogue} cannot be used ({says}). " + _AGAIN),
}


def error_of(answer: Mapping[str, object], *, catalogue: str, place: str) -> KoochError:
    """The error for an answer that has a `fault`. No password stands in it."""
    kind, sentence = _SENTENCES[str(answer["fault"])]
    says = without_secrets(str(answer.get("says", ""))).rstrip(".!")
    return kind(sentence.format_map({**answer, "says": says, "catalogue": catalogue, "place": place}))


def without_secrets(text: str) -> str:
    """`text` without the values of the environment that are secret."""
    for value in filter(None, map(os.environ.get, _SECRETS)):
        text = text.replace(value, "…")
    return text
