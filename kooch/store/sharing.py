"""The folder that several machines share: who loads, which runs are open, and how far each shard is.

It has the shape of a data folder, so that what reads and writes those reads and writes it.

    loader.json                  which data folder loads, and which accounts are suppressed
    published/reading.duckdb     the loader's version: runs are planned from it
    runs/RUN/run.json            a run, written after its plan
    runs/RUN/plan.json           its targets by shard
    runs/RUN/shards/2.json       how far a shard is
    runs/RUN/handed/2/….json     targets that led other shards to a host of this one, and what these had heard
    over/RUN.json                a run that is over, for a week
    spool/RUN/….parquet          batches that the loader has not taken
    archive/RUN/….parquet        receipts of those that it has: targets and kinds of outcome, nothing else
    locks/                       one process a shard

Every file is written whole. Locks and renames must work there as on a disk, as they do on NFS 4 and CephFS.
"""

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from kooch import __version__
from kooch.errors import RunningError, StorageError
from kooch.files import make_folder, write_whole
from kooch.shards import Shard
from kooch.store.locks import only_one
from kooch.store.outcomes import Target
from kooch.times import now

FORMAT = 1
"""How runs are written down. A Kooch that knows an earlier form alone must not take part."""

_REMEMBERED = timedelta(days=7)
_SILENT = timedelta(minutes=2)
"""A shard that writes nothing for so long is not waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loader:
    """The data folder that loads. `suppressed` are its suppressed accounts by platform; `version` is what it published last."""

    home_id: str
    home: str
    kooch: str
    version: str | None
    suppressed: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedRun:
    """A run of `shards` parts. `scope` says whom it asks, as far as its roster does not. Times are UTC."""

    run: str
    platform: str
    roster: str | None
    scope: str
    shards: int
    planned: int
    started_at: datetime
    kooch: str
    format: int = FORMAT

    @property
    def is_recheck(self) -> bool:
        return self.scope == "recheck"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a shard is. `ended_at` None: it is at work, or was killed."""

    shard: int
    kooch: str
    started_at: datetime
    ended_at: datetime | None = None
    requests: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An answer as it came, with the body in Base64."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A target that led to a host of `shard`, and all answers about it until then: the shard goes on from there."""

    shard: int
    target: Target
    heard: tuple[Heard, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """A run that is over, and the shards that had ended by then."""

    run: SharedRun
    ended: tuple[int, ...]


def check_shared(folder: Path) -> Loader:
    """Who loads. Raises StorageError for a folder that is not there, or that no loader has made its own."""
    file = folder / "loader.json"
    if not file.is_file():
        raise StorageError(
            f"Shared folder {folder} is not there, or no loader has taken it. Mount it; if it is new, run `kooch load` on"
            " the machine that loads. Nothing is lost."
        )
    loader: Loader = _read(file, Loader)
    return loader


def open_runs(folder: Path, platform: str | None = None) -> list[SharedRun]:
    """The runs that are not over, oldest first. Raises StorageError for one of a newer Kooch."""
    found = []
    for file in sorted((folder / "runs").glob("*/run.json")):
        try:
            written = json.loads(file.read_bytes())
        except FileNotFoundError:
            continue  # the loader has just closed it
        except (OSError, ValueError) as error:
            raise StorageError(f"{file} cannot be read ({error}). Mount the shared folder, then repeat.") from error
        if isinstance(written, dict) and written.get("format") != FORMAT:
            raise StorageError(
                f"Run {written.get('run')} of the shared folder {folder} was planned by Kooch {written.get('kooch')}; this Kooch"
                f" {__version__} cannot read its plan. Upgrade this machine, then repeat. Nothing is lost."
            )
        found.append(_read(file, SharedRun))
    return sorted((run for run in found if platform in (None, run.platform)), key=lambda run: (run.started_at, run.run))


def begin_run(
    folder: Path, *, platform: str, roster: str | None, scope: str, parts: Mapping[int, Sequence[Target]]
) -> SharedRun:
    """Write down a new run, whole. `parts` are the targets by shard. The caller holds the lock of `planning`."""
    run = SharedRun(
        run=uuid.uuid4().hex,
        platform=platform,
        roster=roster,
        scope=scope,
        shards=len(parts),
        planned=sum(map(len, parts.values())),
        started_at=now(),
        kooch=__version__,
    )
    with _telling(folder):
        for place in (run_folder(folder, run.run) / "shards", folder / "spool" / run.run):
            make_folder(place)
        write_whole(run_folder(folder, run.run) / "plan.json", _adapter(dict[int, list[Target]]).dump_json(dict(parts)))
        write_whole(run_folder(folder, run.run) / "run.json", as_json(run))
    return run


def plan_of(folder: Path, run: str) -> dict[int, list[Target]]:
    """The targets of a run by shard."""
    plan: dict[int, list[Target]] = _read(run_folder(folder, run) / "plan.json", dict[int, list[Target]])
    return plan


def hand_over(folder: Path, run: str, handed: Handed) -> None:
    """Leave a target to another shard. Raises StorageError."""
    check_shared(folder)
    place = run_folder(folder, run) / "handed" / str(handed.shard)
    with _telling(folder):
        make_folder(place)
        write_whole(place / f"{sha256(handed.target.key.encode()).hexdigest()[:32]}.json", as_json(handed))


def handed_in(folder: Path, run: str) -> dict[str, Handed]:
    """The targets of a run that were handed over, by key: each to the shard that was told most about it."""
    found: dict[str, Handed] = {}
    for file in sorted((run_folder(folder, run) / "handed").glob("*/*.json")):
        handed: Handed = _read(file, Handed)
        before = found.get(handed.target.key)
        if before is None or len(handed.heard) > len(before.heard):
            found[handed.target.key] = handed
    return found


def progress_of(folder: Path, run: str) -> dict[int, Progress]:
    """How far each shard is that has begun."""
    files = sorted((run_folder(folder, run) / "shards").glob("*.json"))
    return {said.shard: said for said in (_read(file, Progress) for file in files)}


def note_progress(folder: Path, run: str, progress: Progress) -> None:
    """Write down how far a shard is. Raises StorageError."""
    check_shared(folder)
    with _telling(folder):
        write_whole(run_folder(folder, run) / "shards" / f"{progress.shard}.json", as_json(progress))


def is_at_work(folder: Path, run: str, number: int) -> bool:
    """Whether a shard has begun, has not ended, and has given a sign of life lately."""
    file = run_folder(folder, run) / "shards" / f"{number}.json"
    said = progress_of(folder, run).get(number)
    if said is None or said.ended_at is not None:
        return False
    try:
        seen_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except OSError:
        return False
    return clock_of(folder) - seen_at < _SILENT


def note_over(folder: Path, over: Over) -> None:
    """Write down that a run is over: a shard that is told to do its part again finds that it has. Earlier ones are forgotten."""
    make_folder(folder / "over")
    write_whole(folder / "over" / f"{over.run.run}.json", as_json(over))
    for earlier in runs_over(folder):
        if earlier.run.started_at < over.run.started_at - _REMEMBERED:
            (folder / "over" / f"{earlier.run.run}.json").unlink(missing_ok=True)


def runs_over(folder: Path) -> list[Over]:
    """The runs that were over lately."""
    return [_read(file, Over) for file in (folder / "over").glob("*.json")]


def is_open(folder: Path, run: str) -> bool:
    """Whether the loader still waits for shards of a run."""
    return (run_folder(folder, run) / "run.json").exists()


def as_json(said: Loader | SharedRun | Progress | Handed | Over) -> bytes:
    """As the file of this folder has it that says so."""
    kind: Any = type(said)
    return _adapter(kind).dump_json(said)


def run_folder(folder: Path, run: str) -> Path:
    return folder / "runs" / run


def clock_of(folder: Path) -> datetime:
    """What time it is for the machine that holds the folder: the time of a file that is written now. Raises StorageError."""
    probe = folder / "locks" / f"clock-{uuid.uuid4().hex}"
    with _telling(folder):
        try:
            probe.touch()
            return datetime.fromtimestamp(probe.stat().st_mtime, UTC)
        finally:
            probe.unlink(missing_ok=True)


@contextmanager
def planning(folder: Path) -> Iterator[None]:
    """Of several shards that find no run to take part in, one plans it, and the others find it."""
    with only_one(folder, "planning", wait=True):
        yield


@contextmanager
def alone_as(folder: Path, platform: str, shard: Shard) -> Iterator[None]:
    """Be the one process that crawls this shard of a platform. Raises RunningError where another does."""
    check_shared(folder)
    with only_one(folder, f"crawl-{platform}-{shard.number}-of-{shard.of}"):
        yield


def refuse_another_division(folder: Path, platform: str, shards: int) -> None:
    """Raise RunningError where an open run divides the platform's hosts otherwise: two shards would ask one host."""
    for run in open_runs(folder, platform):
        if run.shards != shards:
            raise RunningError(
                f"Run {run.run} on {platform} of {run.started_at:%Y-%m-%d %H:%M} UTC has {run.shards} shards, not {shards},"
                " and is not over: two shards would ask one host. Finish it first, or wait until `kooch load` ends it."
            )


def _read(file: Path, kind: Any) -> Any:  # noqa: ANN401 -- what the type says
    try:
        return _adapter(kind).validate_json(file.read_bytes())
    except OSError as error:
        raise StorageError(
            f"{file} cannot be read ({error.strerror}). Mount the shared folder, then repeat."
        ) from error
    except ValidationError as error:
        raise StorageError(
            f"{file} is not what this Kooch {__version__} writes: it is damaged, or of another Kooch. Upgrade this machine,"
            " or restore the file."
        ) from error


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:  # noqa: ANN401 -- any type
    return TypeAdapter(kind)


@contextmanager
def _telling(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"Shared folder {folder} cannot be written ({error.strerror}). Nothing is lost: mount it, free space or correct"
            " the permissions, then repeat."
        ) from error
