"""Kooch's side of the lake: what is pushed, what is pulled, and what a fault means to the user."""

import json
import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kooch.config import LakeSettings, Settings
from kooch.connections import connect
from kooch.errors import ConfigError, KoochError, StorageError
from kooch.files import make_folder
from kooch.lake.environment import lake_python
from kooch.lake.faults import error_of, without_secrets
from kooch.store import manifest
from kooch.store.columns import describe_shared_columns
from kooch.store.locks import only_one
from kooch.store.master import master_file
from kooch.store.publish import publish_pulled
from kooch.store.schema import LATEST, migrate
from kooch.store.state import last_removal, open_state
from kooch.store.utc import build_utc_views
from kooch.store.versions import reading_file
from kooch.store.views import build_views

_ENGINE = Path(__file__).with_name("engine.py")
_CONNECT_SECONDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """What a push did. `is_new` is False if the lake held the version.

    `written` has the number of rows for each table that was written, and `seconds` how long that took, the commit
    included.
    """

    version: int
    is_new: bool
    written: dict[str, int]
    seconds: float

    @property
    def rows(self) -> int:
        """How many rows were written."""
        return sum(self.written.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """The version that was pulled, and how many rows its tables have."""

    version: int
    rows: int


def push(settings: Settings, *, take_over: bool = False) -> Pushed:
    """Write the latest published version into the lake, unless it is there.

    `take_over`: even if the lake holds later versions of another data folder. Raises ConfigError, StorageError, and
    RunningError while another machine writes.
    """
    home, lake = settings.home, lake_of(settings)
    if manifest.read_rewriting(home) is not None:
        raise StorageError("A suppression has begun and not ended. Run `kooch load`, then push.")
    with open_state(home) as state:
        forget_before = last_removal(state)
    answer = _ask(
        home,
        lake,
        {
            "do": "push",
            "file": str(reading_file(home)),
            "forget_before": forget_before and forget_before.isoformat(),
            "keep_days": lake.keep_days,
            "take_over": take_over,
        },
    )
    return Pushed(
        version=answer["version"], is_new=answer["is_new"], written=answer["written"], seconds=answer["seconds"]
    )


def pull(settings: Settings, *, version: int | None, views: Path) -> Pulled:
    """Make the data folder's published version that of the lake: `version`, else the latest.

    Raises ConfigError in a folder that makes versions itself, StorageError where the tables would not be those pushed.
    """
    home, lake = settings.home, lake_of(settings)
    if master_file(home).exists():
        raise ConfigError(f"Data folder {home} makes versions itself. Pull into another, named with --home.")
    with only_one(home, "load"):
        aside = home / "pulled.duckdb"
        try:
            make_folder(home)
            _make_empty(aside, views)
            answer = _ask(home, lake, {"do": "pull", "version": version, "schema": LATEST, "file": str(aside)})
            publish_pulled(home, aside, answer["version"])
        except OSError as error:
            raise StorageError(
                f"Pulling into {home} failed ({error.strerror}). Free space or correct the permissions, then repeat."
            ) from error
        finally:
            _remove(aside)
    return Pulled(version=answer["version"], rows=answer["rows"])


def lake_of(settings: Settings) -> LakeSettings:
    """The lake of kooch.toml. Raises ConfigError where there is none."""
    if settings.lake is None:
        raise ConfigError(f"{settings.home / 'kooch.toml'} has no [lake]. docs/many-machines.md shows one.")
    return settings.lake


def _make_empty(file: Path, views: Path) -> None:
    """A database with all tables, views and comments, and no rows."""
    _remove(file)
    with connect(file) as connection:
        migrate(connection, file)
        build_views(connection, views)
        describe_shared_columns(connection)
        build_utc_views(connection)


def _remove(file: Path) -> None:
    with suppress(OSError):
        file.unlink(missing_ok=True)
        file.with_suffix(".duckdb.wal").unlink(missing_ok=True)


def _ask(home: Path, lake: LakeSettings, order: Mapping[str, object]) -> dict[str, Any]:
    """The answer of the engine, which ends with this process. Raises KoochError for a fault."""
    place = lake.data if lake.data.startswith("s3://") else str((home / Path(lake.data).expanduser()).absolute())
    python = lake_python(lake.python)
    engine = subprocess.Popen(  # noqa: S603 -- a program of our own
        [python, "-I", _ENGINE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=home,  # DuckDB writes there what does not fit into memory
        env={"PGCONNECT_TIMEOUT": str(_CONNECT_SECONDS)} | os.environ,
    )
    order_line = json.dumps({"catalogue": lake.catalogue, "data": place, **order}) + "\n"
    try:
        line, complaint = _converse(engine, order_line)
    finally:
        engine.kill()
        engine.wait()
    if not line:
        ended = (
            f"by {signal.Signals(-engine.returncode).name}" if engine.returncode < 0 else f"code {engine.returncode}"
        )
        says = without_secrets((complaint.strip().splitlines() or [ended])[-1])
        raise KoochError(f"The lake's program ended before it answered ({says}). Nothing is lost: repeat the command.")
    answer: dict[str, Any] = json.loads(line)
    if "fault" in answer:
        raise error_of(answer, catalogue=lake.catalogue, place=place)
    return answer


def _converse(engine: subprocess.Popen[str], order: str) -> tuple[str, str]:
    """The line that the engine answers (empty if it ended before), and its complaints. Its input stays open
    meanwhile."""
    given, answered = engine.stdin, engine.stdout
    if given is None or answered is None:
        raise TypeError("the engine was started without pipes")
    with suppress(BrokenPipeError):
        given.write(order)
        given.flush()
    line = answered.readline()
    return line, engine.communicate()[1]
