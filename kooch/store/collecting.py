"""The loader's side of the shared folder: it takes batches of shards into the spool, and ends runs that are over.

If it is killed, the next load goes on. A batch that is taken twice is loaded once.
"""

import json
import sqlite3
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from kooch import __version__
from kooch.errors import StorageError
from kooch.files import make_folder, write_whole
from kooch.shards import Shard
from kooch.store import sharing
from kooch.store.locks import only_one
from kooch.store.outcomes import Failed, Outcome, Target
from kooch.store.places import Place
from kooch.store.sharing import Loader, Over, Progress, SharedRun, as_json
from kooch.store.spool import as_parquet, is_of_a_batch, kinds_in, outcomes_of, spool_folder, write_batch
from kooch.store.state import (
    adopt_run,
    end_run,
    open_state,
    set_traffic,
    state_at_end,
    suppressions,
    withdrawn_runs,
)
from kooch.store.versions import has_version, reading_file
from kooch.times import now

_RECEIPT = ["target", "outcome"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """How far an open run is: which of its shards have not begun, which are at work or were killed, how many targets are left.

    `handed` are shards that have ended and to which others have handed accounts since.
    """

    run: SharedRun
    absent: tuple[int, ...]
    at_work: tuple[int, ...]
    handed: tuple[int, ...]
    left: int

    @property
    def sentence(self) -> str:
        """Which shards are missing."""
        which_run = f"Run on {self.run.platform} of {self.run.started_at:%Y-%m-%d %H:%M} UTC"
        parts = [
            f"{_shards(numbers, self.run.shards)} {verb}"
            for numbers, verb in (
                (self.absent, "not begun"),
                (self.at_work, "not ended"),
                (self.handed, "been handed accounts since it ended"),
            )
            if numbers
        ]
        return f"{which_run}: {', '.join(parts)}; {self.left:,} of {self.run.planned:,} accounts have no outcome yet."


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What a load took from the shared folder. `over` are runs that were ended without shards; `left` says what was not taken."""

    batches: int = 0
    divisions: tuple[Division, ...] = ()
    over: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def is_loader(home: Path, place: Place, *, takes: bool = False) -> bool:
    """Whether this data folder is the one that loads; with `takes` it becomes so where there is none.

    Raises StorageError if it was the loader and the folder does not say so any more.
    """
    mine = _own_file(home)
    known = json.loads(mine.read_bytes()) if mine.exists() else None
    if place.written_at("loader.json") is not None:
        return known is not None and sharing.check_shared(place).home_id == known["home_id"]
    if known is not None and known["folder"] == str(place):
        raise StorageError(
            f"Shared folder {place} is not there, or was emptied: it does not say that this data folder loads. {place.remedy}."
            f" If it is to be a new one, delete {mine}. Nothing is lost."
        )
    if not takes:
        return False
    if not place.is_there():
        raise StorageError(f"Shared folder {place} is not there. Make it or mount it, then run `kooch load`.")
    known = {"home_id": uuid.uuid4().hex, "folder": str(place)}
    place.write("loader.json", as_json(_loader(home, known["home_id"], None)))
    try:
        write_whole(mine, json.dumps(known))
    except OSError as error:
        raise _unwritable(home, error) from error
    return True


def collect(home: Path, place: Place, *, wait_hours: float) -> Collected:
    """Take what shards have put into the shared place, and end the runs that are over: by all shards, or by time.

    The targets of a run that is over by time become failures, one each.
    """
    with only_one(home, "collect", wait=True):
        loader = sharing.check_shared(place)
        batches, left = 0, []
        divisions, over = [], []
        try:
            runs = sharing.open_runs(place)
            for run in runs:
                _adopt(home, place, run)
                taken, refused = _take(home, place, run.run)
                batches += taken
                left += refused
                settled = _settle(home, place, run, wait_hours=wait_hours, is_whole=not refused)
                if isinstance(settled, Division):
                    divisions.append(settled)
                elif settled:
                    over.append(settled)
            open_runs = {run.run for run in runs}
            late, refused = _take_late(home, place, open_runs)
            _clear(home, place, open_runs)
        except OSError as error:
            raise _unwritable(home, error) from error
        _share_suppressions(home, place, loader)
        return Collected(batches=batches + late, divisions=tuple(divisions), over=tuple(over), left=(*left, *refused))


def share_version(home: Path, place: Place) -> None:
    """Give the shards the latest version: they plan from it."""
    loader = sharing.check_shared(place)
    if not has_version(home):
        return
    file, shared = reading_file(home), "published/reading.duckdb"
    if loader.version == file.name and place.written_at(shared) is not None:
        return
    place.write_file(shared, file)
    place.write("loader.json", as_json(_loader(home, loader.home_id, file.name)))


def divisions(place: Place) -> list[Division]:
    """How far each open run is."""
    sharing.check_shared(place)
    return [_division(place, run) for run in sharing.open_runs(place)]


def _division(place: Place, run: SharedRun) -> Division:
    progress = sharing.progress_of(place, run.run)
    numbers = range(1, run.shards + 1)
    received = _received(place, run.run)
    handed = {each.shard for key, each in sharing.handed_in(place, run.run).items() if key not in received}
    return Division(
        run=run,
        absent=tuple(number for number in numbers if number not in progress),
        at_work=tuple(number for number in numbers if number in progress and progress[number].ended_at is None),
        handed=tuple(number for number in sorted(handed) if number in progress and progress[number].ended_at),
        left=run.planned - len(received),
    )


def _received(place: Place, run: str) -> set[str]:
    """The targets of a run whose outcomes the loader has."""
    receipts = (place.read(name) for name in place.names(f"archive/{run}"))
    return {target for receipt in receipts if receipt is not None for target in kinds_in(receipt)}


def _adopt(home: Path, place: Place, run: SharedRun) -> None:
    """Write down what the loader needs of a run that was planned elsewhere."""
    with open_state(home) as state:
        if _is_known(state, run.run):
            return
    targets = [target for part in sharing.plan_of(place, run.run).values() for target in part]
    with open_state(home) as state:
        adopt_run(
            state,
            run=run.run,
            platform=run.platform,
            roster=run.roster,
            started_at=run.started_at,
            version=run.kooch,
            is_recheck=run.is_recheck,
            shards=run.shards,
            targets=targets,
        )


def _take(home: Path, place: Place, run: str) -> tuple[int, list[str]]:
    """Copy batches of a run into the spool, and leave receipts. Returns how many, and a sentence for each that was left."""
    taken, left = 0, []
    receipts = set(place.names(f"archive/{run}"))
    for name in place.names(f"spool/{run}"):
        receipt = name.replace("spool/", "archive/", 1)
        if receipt not in receipts:
            batch = place.read(name)
            if batch is None:
                continue
            table = _read_batch(batch)
            if table is None:
                left.append(
                    f"Batch {place}/{name} is damaged, or of a newer Kooch than {__version__}, and was left there. Upgrade this"
                    " machine, or delete the batch: its shard asks for its targets again."
                )
                continue
            make_folder(spool_folder(home) / run)
            write_whole(spool_folder(home) / run / name.rpartition("/")[2], batch)
            place.write(receipt, as_parquet(table.select(_RECEIPT)))
            taken += 1
        place.remove(name)
    return taken, left


def _take_late(home: Path, place: Place, open_runs: set[str]) -> tuple[int, list[str]]:
    """Take batches of runs that are over: what a shard saw still counts, even if the shard was given up."""
    taken, left = 0, []
    runs = {name.split("/")[1] for name in place.names("spool")} - open_runs
    with open_state(home) as state:
        known = {row["run"] for row in state.execute("SELECT run FROM runs WHERE shards IS NOT NULL")}
        gone = {row["run"] for row in withdrawn_runs(state)}
    for run in sorted(runs & known):
        more, refused = _take(home, place, run)
        taken += more
        left += refused
        if more:
            _end(home, place, run)
    for run in sorted(runs & gone):
        place.remove_all(f"spool/{run}")
    return taken, left


def _clear(home: Path, place: Place, open_runs: set[str]) -> None:
    """Remove what is left of runs that have ended: a load was killed while it removed it, or a shard wrote once more."""
    runs = {name.split("/")[1] for under in ("runs", "archive") for name in place.names(under)} - open_runs
    with open_state(home) as state:
        ended = {row["run"] for row in state.execute("SELECT run FROM runs WHERE shards > 0 AND ended_at IS NOT NULL")}
        gone = {row["run"] for row in withdrawn_runs(state)}
    for run in sorted(runs & (ended | gone)):
        _forget(place, run)


def _settle(home: Path, place: Place, run: SharedRun, *, wait_hours: float, is_whole: bool) -> Division | str | None:
    """End a run that is over. If it is not over, returns how far it is. If it ended without some shards, returns a
    sentence."""
    division, progress = _division(place, run), sharing.progress_of(place, run.run)
    with open_state(home) as state:
        set_traffic(
            state,
            run.run,
            requests=sum(each.requests for each in progress.values()),
            received=sum(each.bytes for each in progress.values()),
        )
        is_known = _is_known(state, run.run)
    if not is_known:  # it was withdrawn
        _forget(place, run.run)
        return None
    ended = tuple(number for number, each in progress.items() if each.ended_at)
    is_done = not (division.left or division.absent or division.at_work)
    if not is_done and (not is_whole or now() - run.started_at <= timedelta(hours=wait_hours)):
        return division
    _give_up(home, place, run, progress, wait_hours)
    sharing.note_over(place, Over(run=run, ended=ended))
    _end(home, place, run.run)
    return None if is_done else f"{division.sentence} After {wait_hours:g} hours they count as failed (missing_shard)."


def _give_up(home: Path, place: Place, run: SharedRun, progress: dict[int, Progress], wait_hours: float) -> None:
    """Fail the targets that are left of a run. Their failures have the time at which the run began, so any later answer
    of a shard replaces them."""
    answered, handed = outcomes_of(home, run.run), sharing.handed_in(place, run.run)
    suppressed = set(_suppressed(home).get(run.platform, ()))
    lost = [
        _lost(run, handed[target.key].shard if target.key in handed else number, target, progress, wait_hours)
        for number, part in sharing.plan_of(place, run.run).items()
        for target in part
        if target.key not in answered
        and not suppressed & {target.key, target.native_id, f"@{target.handle or ''}".lower()}
    ]
    if lost:
        write_batch(home, run=run.run, platform=run.platform, outcomes=lost)


def _lost(run: SharedRun, number: int, target: Target, progress: dict[int, Progress], wait_hours: float) -> Outcome:
    shard = Shard(number=number, of=run.shards)
    if number not in progress:
        detail = f"shard {shard} did not begin within {wait_hours:g} hours"
    elif progress[number].ended_at is None:
        detail = f"shard {shard} did not end within {wait_hours:g} hours"
    else:
        detail = f"shard {shard} has ended, but the loader does not have its outcome"
    result = Failed(cause="missing_shard", detail=detail, attempts=0)
    return Outcome(target=target.key, result=result, valid_at=run.started_at, recorded_at=run.started_at)


def _end(home: Path, place: Place, run: str) -> None:
    """End a run in the state, by what is in the spool and the archive, and take it out of the shared folder."""
    kinds = list(outcomes_of(home, run).values())
    with open_state(home) as state:
        end_run(state, run, state_at_end(observed=kinds.count("observed"), failed=kinds.count("failed")))
    _forget(place, run)


def _forget(place: Place, run: str) -> None:
    # First the file by which shards find it.
    place.remove(f"{sharing.run_folder(run)}/run.json")
    for under in (sharing.run_folder(run), f"archive/{run}"):
        place.remove_all(under)
    place.remove_empty(f"spool/{run}")  # a batch may have come that nobody waited for


def _is_known(state: sqlite3.Connection, run: str) -> bool:
    return state.execute("SELECT 1 FROM runs WHERE run = ?", (run,)).fetchone() is not None


def _read_batch(batch: bytes) -> pa.Table | None:
    """None if it is damaged, or none of this Kooch."""
    try:
        table = pq.read_table(BytesIO(batch))
    except (pa.ArrowException, OSError):
        return None
    return table if is_of_a_batch(table.schema) else None


def _share_suppressions(home: Path, place: Place, loader: Loader) -> None:
    if _suppressed(home) != loader.suppressed or loader.kooch != __version__:
        place.write("loader.json", as_json(_loader(home, loader.home_id, loader.version)))


def _suppressed(home: Path) -> dict[str, tuple[str, ...]]:
    with open_state(home) as state:
        found = sorted(suppressions(state))
    return {name: tuple(account for of, account in found if of == name) for name in dict(found)}


def _loader(home: Path, home_id: str, version: str | None) -> Loader:
    return Loader(home_id=home_id, home=str(home), kooch=__version__, version=version, suppressed=_suppressed(home))


def _own_file(home: Path) -> Path:
    return home / "shared.json"


def _unwritable(home: Path, error: OSError) -> StorageError:
    return StorageError(
        f"Data folder {home} cannot be written ({error.strerror}). Nothing is lost: free space or correct the permissions,"
        " then run `kooch load`."
    )


def _shards(numbers: Sequence[int], of: int) -> str:
    names = ", ".join(map(str, numbers))
    return f"shard {names} of {of} has" if len(numbers) == 1 else f"shards {names} of {of} have"
