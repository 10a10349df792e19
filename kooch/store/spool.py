"""The spool: Parquet batches of outcomes, one folder a run.

A batch is acknowledged once its file is on disk under its final name. Any number of processes may write;
only the loader takes files away, into the archive of the same shape.
"""

import uuid
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from io import BytesIO
from pathlib import Path
from sys import intern

import pyarrow as pa
import pyarrow.parquet as pq

from kooch.errors import StorageError
from kooch.files import make_folder, write_whole
from kooch.store.outcomes import Failed, Looked, Observed, Outcome, Skipped

_INSTANT = pa.timestamp("us", tz="UTC")
SCHEMA = pa.schema(
    [
        ("run", pa.string()),
        ("platform", pa.string()),
        ("target", pa.string()),
        ("outcome", pa.string()),
        ("valid_at", _INSTANT),
        ("recorded_at", _INSTANT),
        # of an archived page
        ("handle", pa.string()),
        ("capture", pa.struct([("url", pa.string()), ("captured_at", _INSTANT), ("digest", pa.string())])),
        # of an observed target
        ("native_id", pa.string()),
        ("server", pa.string()),
        ("local_id", pa.string()),
        ("status", pa.string()),
        ("followers", pa.int64()),
        ("following", pa.int64()),
        ("posts", pa.int64()),
        ("followers_precision", pa.int32()),
        ("last_post_at", _INSTANT),
        ("withheld_in", pa.list_(pa.string())),
        (
            "profile",
            pa.struct(
                [
                    ("handle", pa.string()),
                    ("display_name", pa.string()),
                    ("bio", pa.string()),
                    ("links", pa.list_(pa.string())),
                    ("verified", pa.bool_()),
                    ("avatar_url", pa.string()),
                ]
            ),
        ),
        (
            "handles",
            pa.list_(pa.struct([("handle", pa.string()), ("valid_from", _INSTANT), ("valid_to", _INSTANT)])),
        ),
        (
            "bounds",
            pa.list_(
                pa.struct(
                    [("event", pa.string()), ("not_before", _INSTANT), ("before", _INSTANT), ("kind", pa.string())]
                )
            ),
        ),
        ("moved_to", pa.string()),
        ("is_named_back", pa.bool_()),
        ("also_known_as", pa.list_(pa.string())),
        ("drift", pa.list_(pa.struct([("path", pa.string()), ("kind", pa.string())]))),
        # of one that was asked when it posted
        (
            "activity",
            pa.struct(
                [
                    ("kinds", pa.string()),
                    ("is_complete", pa.bool_()),
                    ("covers", pa.list_(pa.struct([("covers_from", _INSTANT), ("covers_to", _INSTANT)]))),
                    ("listed", pa.int32()),
                    ("listed_lately", pa.int32()),
                    ("undated", pa.int32()),
                    ("counted_more", pa.int32()),
                    (
                        "days",
                        pa.list_(
                            pa.struct(
                                [
                                    ("day", pa.date32()),
                                    ("posts", pa.int32()),
                                    ("replies", pa.int32()),
                                    ("reposts", pa.int32()),
                                ]
                            )
                        ),
                    ),
                ]
            ),
        ),
        # of a failed or skipped one
        ("cause", pa.string()),
        ("detail", pa.string()),
        ("http_status", pa.int32()),
        ("attempts", pa.int32()),
    ]
)
"""One row per outcome: a target's observation, words, history and drift are in one row, so that none is stored without the rest."""
ADDED_LATER = frozenset({"activity", "local_id", "withheld_in"})
"""Columns that batches of an older Kooch lack."""
# What Arrow raises for a value that has no place in a column; its own errors are ValueErrors and TypeErrors.
_UNSTORABLE = (OverflowError, TypeError, ValueError)


def write_batch(home: Path, *, run: str, platform: str, outcomes: Sequence[Outcome]) -> Path:
    """Put one batch on disk and return its path. When this returns, the outcomes survive a power cut.

    Raises StorageError when the disk is full or the folder cannot be written; no part of the batch is left then. Raises
    as Arrow does for an outcome that is not `storable`.
    """
    folder = spool_folder(home) / run
    file = folder / f"{uuid.uuid4().hex}.parquet"
    batch = batch_of(run=run, platform=platform, outcomes=outcomes)
    try:
        make_folder(folder)
        write_whole(file, batch)
    except OSError as error:
        raise StorageError(
            f"Spool {folder}: a batch of {len(outcomes)} outcomes could not be written ({error.strerror}). "
            "Free space or correct the permissions, then run the crawl again: it continues where it stopped."
        ) from error
    return file


def batch_of(*, run: str, platform: str, outcomes: Sequence[Outcome]) -> bytes:
    """A batch as its file has it. Raises as Arrow does for an outcome that is not `storable`."""
    return as_parquet(_table(run, platform, outcomes))


def as_parquet(table: pa.Table) -> bytes:
    """The content of a small Parquet file."""
    written = BytesIO()
    pq.write_table(table, written, compression="zstd")
    return written.getvalue()


def kinds_in(batch: Path | bytes) -> dict[str, str]:
    """The kind of outcome of each target of a batch or receipt; none of one that cannot be read."""
    source = BytesIO(batch) if isinstance(batch, bytes) else batch
    try:
        table = pq.read_table(source, columns=["target", "outcome"])
    except (pa.ArrowException, FileNotFoundError):
        return {}
    return dict(zip(table["target"].to_pylist(), map(intern, table["outcome"].to_pylist()), strict=True))


def storable(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The outcomes. One that no row can hold is replaced by a failure which says so."""
    with suppress(*_UNSTORABLE):
        _table("", "", outcomes)
        return list(outcomes)
    return [_storable(outcome) for outcome in outcomes]


def is_of_a_batch(schema: pa.Schema) -> bool:
    """Whether a file has the columns of a batch, of this Kooch or of an older one; of merged batches, `batch_id` too."""
    schema = pa.schema([field for field in schema if field.name != "batch_id"])
    lacking = {name for name in SCHEMA.names if name not in schema.names}
    expected = pa.schema([field for field in SCHEMA if field.name not in lacking])
    return lacking <= ADDED_LATER and bool(schema.equals(expected))


def answered(home: Path, run: str) -> set[str]:
    """The targets of `run` that already have an outcome, in the spool or in the archive."""
    return set(outcomes_of(home, run))


def outcomes_of(home: Path, run: str) -> dict[str, str]:
    """The kind of outcome of each target of `run`, in the spool or in the archive.

    A file that cannot be read answers for nothing: its targets are asked again.
    """
    kinds: dict[str, str] = {}
    for file in _batches_of(home, run):
        kinds |= kinds_in(file)
    return kinds


def spool_folder(home: Path) -> Path:
    return home / "spool"


def archive_folder(home: Path) -> Path:
    return home / "archive"


def merged_folder(home: Path) -> Path:
    """The files of the archive that hold many batches each: no run has this name."""
    return archive_folder(home) / "merged"


def archived_name(home: Path, file: Path) -> str:
    """The path of a file in the archive, as the manifest writes it."""
    return file.relative_to(archive_folder(home)).as_posix()


def waiting_batches(home: Path) -> list[Path]:
    """Batches not yet loaded, in a fixed order."""
    return sorted(spool_folder(home).glob("*/*.parquet"))


def archived_batches(home: Path) -> list[Path]:
    """Files of batches that were loaded, in a fixed order. Files of the folder `ids` are no batches."""
    return sorted(file for file in archive_folder(home).glob("*/*.parquet") if file.parent.name != "ids")


def _batches_of(home: Path, run: str) -> Iterable[Path]:
    # The spool first: a file that the loader moves meanwhile is then read twice, not missed.
    yield from sorted((spool_folder(home) / run).glob("*.parquet"))
    yield from sorted((archive_folder(home) / run).glob("*.parquet"))


def _storable(outcome: Outcome) -> Outcome:
    try:
        _table("", "", [outcome])
    except _UNSTORABLE as error:
        detail = f"cannot be stored: {ascii(str(error))[:200]}"
        return replace(outcome, result=Failed(cause="unexpected_answer", detail=detail))
    return outcome


def _table(run: str, platform: str, outcomes: Sequence[Outcome]) -> pa.Table:
    return pa.Table.from_pylist([_row(run, platform, outcome) for outcome in outcomes], schema=SCHEMA)


def _row(run: str, platform: str, outcome: Outcome) -> dict[str, object]:
    row: dict[str, object] = {
        "run": run,
        "platform": platform,
        "target": outcome.target,
        "valid_at": outcome.valid_at,
        "recorded_at": outcome.recorded_at,
        "handle": outcome.handle,
        "capture": asdict(outcome.capture) if outcome.capture else None,
    }
    match outcome.result:
        case Observed():
            return row | {"outcome": "observed"} | asdict(outcome.result)
        case Looked():
            looked = asdict(outcome.result)
            about = {name: looked.pop(name) for name in ("native_id", "server", "drift")}
            return row | {"outcome": "observed"} | about | {"activity": looked}
        case Failed(http_status=status):
            # A server may write any number there.
            known = status if status is not None and 100 <= status <= 999 else None
            return row | {"outcome": "failed"} | asdict(outcome.result) | {"http_status": known}
        case Skipped():
            return row | {"outcome": "skipped"} | asdict(outcome.result)
