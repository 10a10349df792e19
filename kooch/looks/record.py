"""Records one look at a time. The look is on disk, in the file of its wave, before the next one is asked for."""

from collections.abc import Mapping
from pathlib import Path

from kooch.errors import RosterError, StorageError
from kooch.files import sync_folder
from kooch.looks.models import LOOK_COLUMNS, Look
from kooch.looks.take import read_looks, write_looks, writing
from kooch.rosters import slugify
from kooch.rosters.cells import parse
from kooch.rosters.values import LOOKS


def file_of_wave(into: Path, wave: str) -> Path:
    """The file for looks of `wave`. A file `wave.csv` gets the same name when it is imported."""
    return into / LOOKS / f"{slugify(None, wave)}.csv"


def record(cells: Mapping[str, str], *, into: Path) -> Look:
    """Write a look into the file of its wave, and return it. `cells` are those of a row, with a wave; a column may be missing.

    The same look again changes nothing. Raises RosterError for a row that is not a look, and for a look that
    contradicts an earlier one of the same looker; StorageError when writing fails.
    """
    file = file_of_wave(into, cells["wave"])
    content: dict[str, object] = {column: cells.get(column, "") for column in LOOK_COLUMNS}
    look = parse(Look, content | {"file": file}, file=file)
    with writing(file):
        kept = read_looks(into)
        other = next((each for each in kept if each.key == look.key), None)
        if other is None:
            write_looks(file, [*(each for each in kept if each.file == file), look])
        elif (other.result, other.account) != (look.result, look.account):
            raise RosterError(
                f"figure '{look.figure}' is looked at already, as {other.result}: take that back first",
                file=other.file,
                row=None if other.file == file else other.row,
            )
    return other or look


def take_back(look: Look, *, into: Path) -> None:
    """Remove a recorded look. Nothing happens if it is gone. Raises RosterError, StorageError."""
    with writing(look.file):
        kept = [each for each in read_looks(into) if each.file == look.file]
        left = [each for each in kept if each.key != look.key]
        if left:
            write_looks(look.file, left)
        elif kept:
            _remove(look.file)


def _remove(file: Path) -> None:
    try:
        file.unlink()
        sync_folder(file.parent)
    except OSError as error:
        raise StorageError(f"{file} could not be removed: {error.strerror}") from error
