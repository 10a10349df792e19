"""What an observation costs on disk."""

from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure
from kooch.store.versions import open_version, reading_file

_BLOCKS = """
SELECT count(DISTINCT block)
FROM (
    SELECT unnest(list_append(additional_block_ids, block_id)) AS block
    FROM pragma_storage_info('observations')
)
WHERE block >= 0
"""


def measure_sizes(home: Path, *, is_full: bool) -> Iterator[Figure]:
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
    yield Figure(
        what="free space in the published file", figure=100 * free * block_size / file.stat().st_size, unit="%"
    )
