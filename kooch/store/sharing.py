"""What several machines share, in a folder or in a bucket: who loads, which runs are open, and how far each shard is.

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

Every file is written whole.
"""

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

from pydantic import TypeAdapter, ValidationError

from kooch import __version__
from kooch.errors import RunningError, StorageError
from kooch.shards import Shard
from kooch.store.outcomes import Outcome, Target
from kooch.store.places import Place
from kooch.store.spool import batch_of, kinds_in
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


def check_shared(place: Place) -> Loader:
    """Who loads. Raises StorageError for a place that is not there, or that no loader has made its own."""
    loader: Loader | None = _read(place, "loader.json", Loader)
    if loader is None:
        raise StorageError(
            f"Shared folder {place} is not there, or no loader has taken it. {place.remedy}; if it is new, run `kooch load` on"
            " the machine that loads. Nothing is lost."
        )
    return loader


def open_runs(place: Place, platform: str | None = None) -> list[SharedRun]:
    """The runs that are not over, oldest first. Raises StorageError for one of a newer Kooch."""
    found = []
    for name in place.names("runs"):
        # None: the loader has just closed it.
        if not name.endswith("/run.json") or (content := place.read(name)) is None:
            continue
        with suppress(ValueError):
            written = json.loads(content)
            if isinstance(written, dict) and written.get("format") != FORMAT:
                raise StorageError(
                    f"Run {written.get('run')} of the shared folder {place} was planned by Kooch {written.get('kooch')}; this Kooch"
                    f" {__version__} cannot read its plan. Upgrade this machine, then repeat. Nothing is lost."
                )
        found.append(_parsed(place, name, content, SharedRun))
    return sorted((run for run in found if platform in (None, run.platform)), key=lambda run: (run.started_at, run.run))


def begin_run(
    place: Place, *, platform: str, roster: str | None, scope: str, parts: Mapping[int, Sequence[Target]]
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
    place.write(f"{run_folder(run.run)}/plan.json", _adapter(dict[int, list[Target]]).dump_json(dict(parts)))
    place.write(f"{run_folder(run.run)}/run.json", as_json(run))
    return run


def plan_of(place: Place, run: str) -> dict[int, list[Target]]:
    """The targets of a run by shard. Raises StorageError where the run is over."""
    plan: dict[int, list[Target]] | None = _read(place, f"{run_folder(run)}/plan.json", dict[int, list[Target]])
    if plan is None:
        raise StorageError(f"Run {run} in {place} is over, or its plan is gone. The next crawl asks for what is left.")
    return plan


def hand_over(place: Place, run: str, handed: Handed) -> None:
    """Leave a target to another shard. Raises StorageError."""
    check_shared(place)
    key = sha256(handed.target.key.encode()).hexdigest()[:32]
    place.write(f"{run_folder(run)}/handed/{handed.shard}/{key}.json", as_json(handed))


def handed_in(place: Place, run: str) -> dict[str, Handed]:
    """The targets of a run that were handed over, by key: each to the shard that was told most about it."""
    found: dict[str, Handed] = {}
    for handed in _read_all(place, f"{run_folder(run)}/handed", Handed):
        before = found.get(handed.target.key)
        if before is None or len(handed.heard) > len(before.heard):
            found[handed.target.key] = handed
    return found


def progress_of(place: Place, run: str) -> dict[int, Progress]:
    """How far each shard is that has begun."""
    return {said.shard: said for said in _read_all(place, f"{run_folder(run)}/shards", Progress)}


def note_progress(place: Place, run: str, progress: Progress) -> None:
    """Write down how far a shard is. Raises StorageError."""
    check_shared(place)
    place.write(_progress_file(run, progress.shard), as_json(progress))


def is_at_work(place: Place, run: str, number: int) -> bool:
    """Whether a shard has begun, has not ended, and has given a sign of life lately."""
    said: Progress | None = _read(place, _progress_file(run, number), Progress)
    if said is None or said.ended_at is not None:
        return False
    seen_at = place.written_at(_progress_file(run, number))
    return seen_at is not None and clock_of(place) - seen_at < _SILENT


def note_over(place: Place, over: Over) -> None:
    """Write down that a run is over: a shard that is told to do its part again finds that it has. Earlier ones are forgotten."""
    place.write(f"over/{over.run.run}.json", as_json(over))
    for earlier in runs_over(place):
        if earlier.run.started_at < over.run.started_at - _REMEMBERED:
            place.remove(f"over/{earlier.run.run}.json")


def runs_over(place: Place) -> list[Over]:
    """The runs that were over lately."""
    return list(_read_all(place, "over", Over))


def is_open(place: Place, run: str) -> bool:
    """Whether the loader still waits for shards of a run."""
    return place.written_at(f"{run_folder(run)}/run.json") is not None


def leave_batch(place: Place, *, run: str, platform: str, outcomes: Sequence[Outcome]) -> None:
    """Leave a batch to the loader. Raises StorageError."""
    # Where a folder is not mounted, a batch would go to the disk below it.
    check_shared(place)
    place.write(f"spool/{run}/{uuid.uuid4().hex}.parquet", batch_of(run=run, platform=platform, outcomes=outcomes))


def outcomes_in(place: Place, run: str) -> dict[str, str]:
    """The kind of outcome of each target of a run, as batches and receipts have it.

    A file that cannot be read answers for nothing: its targets are asked again.
    """
    kinds: dict[str, str] = {}
    # The spool first: a batch that the loader takes meanwhile is then read twice, not missed.
    for under in ("spool", "archive"):
        for name in place.names(f"{under}/{run}"):
            content = place.read(name)
            if content is not None:
                kinds |= kinds_in(content)
    return kinds


def as_json(said: Loader | SharedRun | Progress | Handed | Over) -> bytes:
    """As the file of this folder has it that says so."""
    kind: Any = type(said)
    return _adapter(kind).dump_json(said)


def run_folder(run: str) -> str:
    return f"runs/{run}"


def clock_of(place: Place) -> datetime:
    """What time it is for the machine that holds the place. Raises StorageError."""
    return place.now()


@contextmanager
def planning(place: Place) -> Iterator[None]:
    """Of several shards that find no run to take part in, one plans it, and the others find it."""
    with place.alone("planning", wait=True):
        yield


@contextmanager
def alone_as(place: Place, platform: str, shard: Shard) -> Iterator[None]:
    """Be the one process that crawls this shard of a platform. Raises RunningError where another does."""
    check_shared(place)
    with place.alone(f"crawl-{platform}-{shard.number}-of-{shard.of}"):
        yield


def refuse_another_division(place: Place, platform: str, shards: int) -> None:
    """Raise RunningError where an open run divides the platform's hosts otherwise: two shards would ask one host."""
    for run in open_runs(place, platform):
        if run.shards != shards:
            raise RunningError(
                f"Run {run.run} on {platform} of {run.started_at:%Y-%m-%d %H:%M} UTC has {run.shards} shards, not {shards},"
                " and is not over: two shards would ask one host. Finish it first, or wait until `kooch load` ends it."
            )


def _progress_file(run: str, number: int) -> str:
    return f"{run_folder(run)}/shards/{number}.json"


def _read_all(place: Place, under: str, kind: Any) -> Iterator[Any]:  # noqa: ANN401 -- what the type says
    for name in place.names(under):
        said = _read(place, name, kind)
        if said is not None:
            yield said


def _read(place: Place, name: str, kind: Any) -> Any:  # noqa: ANN401 -- what the type says, or None
    content = place.read(name)
    return None if content is None else _parsed(place, name, content, kind)


def _parsed(place: Place, name: str, content: bytes, kind: Any) -> Any:  # noqa: ANN401 -- what the type says
    try:
        return _adapter(kind).validate_json(content)
    except ValidationError as error:
        raise StorageError(
            f"{place}/{name} is not what this Kooch {__version__} writes: it is damaged, or of another Kooch. Upgrade this"
            " machine, or restore the file."
        ) from error


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:  # noqa: ANN401 -- any type
    return TypeAdapter(kind)
