"""Lists the archive's files, each with its size and its digest, so that Kooch notices a file that is deleted, swapped
or edited.

`archive/manifest.csv` is written after the files that it lists. A file that is not listed yet, because a load was killed
or because an earlier Kooch knew no manifest, is listed by the next load.
"""

import csv
import hashlib
import io
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kooch.errors import StorageError
from kooch.files import make_folder, sync_folder, write_whole
from kooch.store.spool import archive_folder, archived_name

_COLUMNS = ("name", "bytes", "sha256")


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a file held when it was listed."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A listed file that is not as it was. `name` is its path in the archive."""

    name: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewriting:
    """A suppression that has begun to rewrite the archive; `faulty` are the files that were at fault before."""

    platform: str
    faulty: frozenset[str]


def manifest_file(home: Path) -> Path:
    return archive_folder(home) / "manifest.csv"


def read_manifest(home: Path) -> dict[str, Content]:
    """The listed files by their paths in the archive; none where there is no manifest yet. Raises StorageError."""
    file = manifest_file(home)
    try:
        text = file.read_text(encoding="utf-8")
        header, *rows = csv.reader(io.StringIO(text))
        found = {name: Content(bytes=int(size), sha256=digest) for name, size, digest in rows}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise StorageError(
            f"Manifest {file} cannot be read ({error}). Restore it from a backup. Without one, delete it: the next load"
            " lists what it finds."
        ) from error
    if tuple(header) != _COLUMNS or len(found) < len(rows):
        raise StorageError(f"Manifest {file} is damaged. Restore it from a backup, or delete it.")
    return found


def faults(home: Path, *, thorough: bool) -> list[Fault]:
    """The listed files that are missing or of another size; with `thorough` also those with other bytes.

    Files that a suppression is rewriting are not compared.
    """
    listed = read_manifest(home)
    rewriting = read_rewriting(home)
    compared = listed if rewriting is None else {name: listed[name] for name in listed if name in rewriting.faulty}
    found = ((name, _fault(archive_folder(home) / name, content, thorough)) for name, content in compared.items())
    return [Fault(name=name, says=says) for name, says in found if says]


def is_as_listed(home: Path, file: Path, listed: Mapping[str, Content]) -> bool:
    """Whether a file of the archive is listed and every byte of it is as it was then."""
    content = listed.get(archived_name(home, file))
    return content is not None and not _fault(file, content, thorough=True)


def sentence(home: Path, found: Sequence[Fault]) -> str:
    """What is wrong with the archive, and what to do."""
    first = "; ".join(f"{archive_folder(home) / fault.name} {fault.says}" for fault in found[:3])
    more = f"; and {len(found) - 3:,} more files are at fault" if len(found) > 3 else ""
    return (
        f"Archive file {first}{more}. Restore what is at fault from a backup, then run `kooch load`. Without a backup,"
        " `kooch load --without-lost` goes on without the rows that were in it."
    )


def renew(home: Path, *, dropped: Collection[str] = ()) -> None:
    """List the files that are new, and no longer the files in `dropped`. Other entries stay as they were, so that
    faults stay faults.

    After a suppression every file is listed as it is now, except files that were at fault before.
    """
    listed = read_manifest(home)
    rewriting = read_rewriting(home)
    kept = listed if rewriting is None else {name: listed[name] for name in listed if name in rewriting.faulty}
    wanted = {name: content for name, content in kept.items() if name not in dropped}
    for file in sorted(archive_folder(home).glob("*/*.parquet")):
        name = archived_name(home, file)
        if name not in wanted and name not in dropped:
            wanted[name] = _content(file)
    if wanted != listed or not manifest_file(home).exists():
        _write(home, wanted)


def set_aside_lost(home: Path) -> list[Path]:
    """Go on without the files that are at fault. Returns those that are there and were changed, now named `*.broken`."""
    found = faults(home, thorough=True)
    aside = []
    for fault in found:
        file = archive_folder(home) / fault.name
        if file.exists():
            aside.append(file.rename(file.with_suffix(".broken")))
            sync_folder(file.parent)
    if found:
        renew(home, dropped={fault.name for fault in found})
    return aside


def last_numbers_file(home: Path) -> int:
    """The highest number of a listed file of ids, 0 if none is listed. Its name is not given to another file."""
    stems = (Path(name).stem for name in read_manifest(home) if name.startswith("ids/"))
    return max((int(stem) for stem in stems if stem.isdecimal()), default=0)


def begin_rewriting(home: Path, platform: str) -> None:
    """Note that a suppression is about to rewrite the archive, and what is at fault before it does.

    If an earlier suppression was killed, files that were at fault then and have been restored since no longer count as
    faults.
    """
    noted = {"platform": platform, "faulty": [fault.name for fault in faults(home, thorough=True)]}
    make_folder(archive_folder(home))
    write_whole(_rewriting_file(home), json.dumps(noted))


def read_rewriting(home: Path) -> Rewriting | None:
    """The suppression that has begun and not ended; None if there is none. Raises StorageError."""
    file = _rewriting_file(home)
    try:
        noted = json.loads(file.read_text(encoding="utf-8"))
        return Rewriting(platform=noted["platform"], faulty=frozenset(noted["faulty"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StorageError(
            f"{file}, the note of a suppression under way, cannot be read ({error}). Delete it and suppress the account again."
        ) from error


def end_rewriting(home: Path) -> None:
    """Note that the suppression is done."""
    _rewriting_file(home).unlink(missing_ok=True)
    sync_folder(archive_folder(home))


def _rewriting_file(home: Path) -> Path:
    return archive_folder(home) / "suppressing.json"


def _fault(file: Path, content: Content, thorough: bool) -> str:  # noqa: FBT001 -- private
    """What is wrong with a file; empty if nothing is."""
    try:
        size = file.stat().st_size
        if size != content.bytes:
            return f"has {size:,} bytes instead of {content.bytes:,}"
        if thorough and _digest(file) != content.sha256:
            return "was changed: its digest is another"
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return ""


def _content(file: Path) -> Content:
    return Content(bytes=file.stat().st_size, sha256=_digest(file))


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _write(home: Path, listed: Mapping[str, Content]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows((name, content.bytes, content.sha256) for name, content in sorted(listed.items()))
    make_folder(archive_folder(home))
    write_whole(manifest_file(home), text.getvalue())
