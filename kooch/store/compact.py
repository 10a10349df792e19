"""Merges the archive's batches: many small files that repeat an account's words every day become few files that say
them once.

`archive/merged/` holds files with the rows of many batches, in row groups that are sorted by account and time. The column
`batch_id` says which batch a row came in; the digest that the batch's own file had stands in the file's metadata. So a
merged batch is known by the same id and digest as before.

A compaction is noted in `archive/compacting.json`. It writes the merged file, lists it instead of its sources, and removes
these. `finish_compaction` ends one that was killed, or undoes it.
"""

import json
import tempfile
import uuid
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kooch.errors import RunningError, StorageError
from kooch.files import make_folder, remove_unfinished, sync_folder, whole_file, write_whole
from kooch.store import manifest, spool
from kooch.store.locks import only_one
from kooch.store.state import open_state, settled_runs

FEWEST_FILES = 32
"""So many batches of settled runs are merged at once; fewer wait for more."""
MOST_ROWS = 1_000_000
"""A merged file of so many rows is not merged again."""
_GROUP_ROWS = 60_000
_READ_ROWS = 5_000
_SCHEMA = pa.schema([*spool.SCHEMA, ("batch_id", pa.string())])
_SPLIT = frozenset({"valid_at", "recorded_at", "followers", "following", "posts"})
_DIGESTS = b"kooch.batches"


def batches_in(file: Path) -> dict[str, str]:
    """The ids of the batches in a merged file, each with its digest; none for the file of one batch.

    Raises as Arrow does for a file that cannot be read.
    """
    digests = (pq.read_schema(file).metadata or {}).get(_DIGESTS)
    return {} if digests is None else dict(json.loads(digests))


def with_digests(schema: pa.Schema, digests: Mapping[str, str]) -> pa.Schema:
    """The schema of a merged file that holds these batches."""
    return schema.with_metadata({_DIGESTS: json.dumps(digests, sort_keys=True)})


def open_merged(into: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """A writer of merged rows. Instants and counts of an account differ in their last bytes: split by byte, they pack well."""
    sink = pa.BufferOutputStream()
    pq.write_table(schema.empty_table(), sink)
    columns = pq.ParquetFile(sink.getvalue()).schema
    paths = {columns.column(n).path for n in range(len(columns.names))}
    return pq.ParquetWriter(
        into,
        schema,
        compression="zstd",
        compression_level=9,
        write_statistics=False,
        use_dictionary=sorted(paths - _SPLIT),
        column_encoding=dict.fromkeys(_SPLIT, "BYTE_STREAM_SPLIT"),
    )


def batch_digests(home: Path) -> dict[str, str]:
    """Every batch of the archive by its id, with the SHA-256 of the file that it came in, merged since or not."""
    digests: dict[str, str] = {}
    for name, content in manifest.read_manifest(home).items():
        if not name.startswith("ids/"):
            file = spool.archive_folder(home) / name
            digests |= batches_in(file) or {file.stem: content.sha256}
    return digests


def compact(home: Path) -> int:
    """Merge the batches of settled runs where enough have gathered. Returns how many files were merged.

    Where another loader works, the next call merges. Raises StorageError on a full disk.
    """
    n = 0
    with suppress(RunningError), only_one(home, "load"):
        finish_compaction(home)
        while manifest.read_rewriting(home) is None and (sources := _sources(home)):
            with _naming_faults(home):
                _merge(home, sources)
            n += len(sources)
    return n


def finish_compaction(home: Path) -> None:
    """End a compaction that was killed, or undo it. The caller has the loader's lock."""
    try:
        noted = json.loads(_note(home).read_text(encoding="utf-8"))
        merged, sources = (_files(home, noted[name]) for name in ("merged", "sources"))
    except FileNotFoundError:
        return
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StorageError(
            f"{_note(home)}, the note of a compaction under way, cannot be read ({error}). Restore the archive from a backup."
        ) from error
    with _naming_faults(home):
        is_written = all(file.exists() for file in merged)
        is_listed = {*noted["merged"]} <= manifest.read_manifest(home).keys()
        # If not all of its sources are there, it is needed, whatever the manifest says.
        is_needed = is_written and (is_listed or not all(file.exists() for file in sources))
        _end(home, sources if is_needed else merged)


def _sources(home: Path) -> list[Path]:
    """What to merge next: batches of settled runs, and smaller merged files, so that few files grow large. None: too few."""
    with open_state(home) as state:
        settled = settled_runs(state)
    loose = [file for file in spool.archived_batches(home) if file.parent.name in settled]
    if len(loose) < FEWEST_FILES:
        return []
    merged = [file for file in spool.archived_batches(home) if file.parent == spool.merged_folder(home)]
    listed = manifest.read_manifest(home)
    loose, merged = ([file for file in files if manifest.is_as_listed(home, file, listed)] for files in (loose, merged))
    # If somebody has put a copy beside a merged file, the copy stays where it is.
    twice = {batch for file in merged for batch in batches_in(file)}
    loose = [file for file in loose if file.stem not in twice]
    if len(loose) < FEWEST_FILES:
        return []
    chosen, rows = [], 0
    for file in loose:
        if rows < MOST_ROWS:
            chosen.append(file)
            rows += _rows(file)
    for file in sorted(merged, key=_rows):
        if _rows(file) <= rows and rows + _rows(file) <= MOST_ROWS:
            chosen.append(file)
            rows += _rows(file)
    return chosen


def _merge(home: Path, sources: Sequence[Path]) -> None:
    listed = manifest.read_manifest(home)
    digests: dict[str, str] = {}
    for source in sources:
        digests |= batches_in(source) or {source.stem: listed[spool.archived_name(home, source)].sha256}
    merged = spool.merged_folder(home) / f"{uuid.uuid4().hex}.parquet"
    names = [spool.archived_name(home, source) for source in sources]
    note = {"merged": [spool.archived_name(home, merged)], "sources": names}
    write_whole(_note(home), json.dumps(note))
    make_folder(merged.parent)
    with whole_file(merged) as aside:
        before = _write(sources, aside, with_digests(_SCHEMA, digests))
        if _rows_of_batches(aside) != before:
            raise StorageError(f"Archive {merged.parent}: a merged file lacks rows. Nothing is lost; report this.")
    manifest.renew(home, dropped=names)
    _end(home, sources)


def _write(sources: Sequence[Path], into: Path, schema: pa.Schema) -> Counter[str]:
    """Write the rows of `sources`, sorted. Returns how many rows each batch has.

    The rows are dealt out to parts by account, each small enough to be sorted in memory.
    """
    n_parts = -(-sum(map(_rows, sources)) // _GROUP_ROWS)
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(dir=into.parent, prefix=".", suffix=".partial") as folder:
        parts = [Path(folder) / str(n) for n in range(n_parts)]
        with ExitStack() as stack:
            options = pa.ipc.IpcWriteOptions(compression="lz4")
            writers = [stack.enter_context(pa.ipc.new_stream(part, schema, options=options)) for part in parts]
            for table in _tables(sources, schema):
                counts.update(table["batch_id"].to_pylist())
                numbers = _part_numbers(table, n_parts)
                for n, writer in enumerate(writers):
                    writer.write_table(table.filter(pc.equal(numbers, n)))
        with open_merged(into, schema) as writer:
            for part in parts:
                _write_sorted(part, writer)
    return counts


def _tables(sources: Sequence[Path], schema: pa.Schema) -> Iterator[pa.Table]:
    for source in sources:
        with pq.ParquetFile(source) as file:
            for batch in file.iter_batches(_READ_ROWS):
                table = pa.Table.from_batches([batch])
                # A batch of an older Kooch lacks what was added since, and one that was not merged yet its id.
                for field in schema:
                    if field.name not in table.column_names:
                        cell = source.stem if field.name == "batch_id" else None
                        table = table.append_column(field, pa.repeat(pa.scalar(cell, field.type), len(table)))
                yield table.select(schema.names).cast(schema)


def _part_numbers(table: pa.Table, n_parts: int) -> pa.Array:
    accounts = _accounts(table).combine_chunks().dictionary_encode()
    numbers = [zlib.crc32(account.encode()) % n_parts for account in accounts.dictionary.to_pylist()]
    return pa.array(numbers, pa.int32()).take(accounts.indices)


def _write_sorted(part: Path, writer: pq.ParquetWriter) -> None:
    """Write the rows of a part as one row group. This is a function of its own, so that its tables are freed before the
    next part is read."""
    with pa.ipc.open_stream(part) as stream:
        table = stream.read_all()
    if len(table):
        keys = pa.table({"platform": table["platform"], "account": _accounts(table), "valid_at": table["valid_at"]})
        order = pc.sort_indices(keys, sort_keys=[(name, "ascending") for name in keys.column_names])
        table = table.take(order)
        writer.write_table(table)
    del table
    pa.default_memory_pool().release_unused()


def _accounts(table: pa.Table) -> pa.ChunkedArray:
    """The account of each row, exact enough to make neighbouring rows alike."""
    return pc.coalesce(table["native_id"], table["handle"], table["target"])


def _rows_of_batches(file: Path) -> Counter[str]:
    counts: Counter[str] = Counter()
    with pq.ParquetFile(file) as written:
        for n in range(written.num_row_groups):
            counts.update(written.read_row_group(n, columns=["batch_id"])["batch_id"].to_pylist())
    return counts


def _rows(file: Path) -> int:
    return int(pq.read_metadata(file).num_rows)


def _end(home: Path, files: Sequence[Path]) -> None:
    """Remove the files that are not needed, then the note."""
    folders = {file.parent for file in files if file.parent.exists()}
    for file in files:
        file.unlink(missing_ok=True)
    for folder in folders:
        remove_unfinished(folder)
        sync_folder(folder)
        with suppress(OSError):
            folder.rmdir()  # one that is not empty stays
    _note(home).unlink()
    sync_folder(_note(home).parent)


def _files(home: Path, names: Sequence[str]) -> list[Path]:
    return [spool.archive_folder(home) / name for name in names]


def _note(home: Path) -> Path:
    return spool.archive_folder(home) / "compacting.json"


@contextmanager
def _naming_faults(home: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        says = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise StorageError(
            f"Archive {spool.archive_folder(home)} could not be compacted ({says}). Nothing is lost: free space or correct"
            " the permissions, then run `kooch load`."
        ) from error
