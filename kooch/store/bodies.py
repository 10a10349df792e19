"""Kept bodies of archived pages, by the archive's digest. A page that was fetched once is never fetched again."""

import gzip
import os
import re
import zlib
from pathlib import Path

from kooch.errors import StorageError
from kooch.files import make_folder, remove_unfinished, write_whole

_DIGEST = re.compile(r"[A-Z2-7]{32}")


def bodies_folder(home: Path) -> Path:
    return home / "bodies"


def body_file(home: Path, digest: str) -> Path:
    """Where the body with `digest` (Base32 SHA-1, as the index has it) is kept. Raises ValueError for another form."""
    if not _DIGEST.fullmatch(digest):
        raise ValueError(f"{digest!r} is not a digest")
    return bodies_folder(home) / digest[:2] / f"{digest}.gz"


def read_body(home: Path, digest: str) -> bytes | None:
    """The kept body, or None if there is none or it is damaged. Then the page is fetched again."""
    try:
        packed = body_file(home, digest).read_bytes()
        # An earlier Kooch could leave an empty file after a power cut: it would unpack to an empty body.
        return gzip.decompress(packed) if packed else None
    except (OSError, EOFError, ValueError, zlib.error):
        return None


def keep_body(home: Path, digest: str, body: bytes) -> None:
    """Keep `body` under `digest`. Raises StorageError when it cannot be written."""
    file = body_file(home, digest)
    try:
        make_folder(file.parent)
        write_whole(file, gzip.compress(body, compresslevel=6, mtime=0))
    except OSError as error:
        raise StorageError(
            f"Kept bodies {file.parent}: an archived page could not be written ({os.strerror(error.errno or 0)}). Free"
            " space or correct the permissions, then run the command again: it continues where it stopped."
        ) from error


def forget_bodies(home: Path, digests: set[str]) -> None:
    """Delete the bodies with these digests, and every unfinished file. The caller makes sure that no backfill is running."""
    for digest in digests:
        if _DIGEST.fullmatch(digest):
            body_file(home, digest).unlink(missing_ok=True)
    for folder in bodies_folder(home).glob("*/"):
        remove_unfinished(folder)
