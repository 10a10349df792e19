"""What an observation costs on disk."""

from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure
from kooch.store.master import master_file
from kooch.store.publish import published_folder
from kooch.store.spool import archive_folder
from kooch.store.state import state_file
from kooch.store.versions import open_version, reading_file

_BLOCKS = """
SELECT count(DISTINCT block)
FROM (
    SELECT unnest(list_append(additional_block_ids, block_id)) AS block
    FROM pragma_storage_info('observations')
)
WHERE block >= 0
"""


def measure_sizes(home: Path, *, is_full: bool, is_compacted: bool = True) -> Iterator[Figure]:
    file = reading_file(home)
    with open_version(file) as connection:
        ((n,),) = connection.execute("SELECT count(*) FROM observations").fetchall()
        ((blocks,),) = connection.execute(_BLOCKS).fetchall()
        ((block_size, free),) = connection.execute(
            "SELECT block_size, free_blocks FROM pragma_database_size() WHERE database_name = 'kooch'"
        ).fetchall()
    yield Figure(what="observations", figure=n, unit="rows")
    yield Figure(
        what="an observation in its table", figure=blocks * block_size / n, unit="bytes", target=20 if is_full else None
    )
    yield Figure(
        what="an observation in the whole published file",
        figure=file.stat().st_size / n,
        unit="bytes",
        target=35 if is_full else None,
    )
    yield from _sizes_of_folder(home, n, is_full=is_full, is_compacted=is_compacted)
    yield Figure(
        what="free space in the published file", figure=100 * free * block_size / file.stat().st_size, unit="%"
    )


def _sizes_of_folder(home: Path, n: int, *, is_full: bool, is_compacted: bool) -> Iterator[Figure]:
    """The bytes per observation of the data folder without the spool. A file with two names counts once."""
    published = [file for file in published_folder(home).glob("*.duckdb") if not file.is_symlink()]
    archive = [file for file in archive_folder(home).rglob("*") if file.is_file()]
    for what, files, target in (
        ("archive", archive if is_compacted else [], 20),
        ("state", [state_file(home)], 5),
        ("master and published copies", [master_file(home), *published], 80),
    ):
        size = sum({found.st_ino: found.st_size for found in map(Path.stat, files)}.values())
        if files:
            yield Figure(
                what=f"{what}, an observation", figure=size / n, unit="bytes", target=target if is_full else None
            )
