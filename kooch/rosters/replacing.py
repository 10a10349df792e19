"""A roster's folder is replaced whole. What a kill left half done, the next command finishes."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# Beside the roster, a hidden folder named after it holds `new`, written in full before the roster moves to `old`.
_WORKPLACE_SUFFIX = len("-") + 8


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """An empty folder to write into; at the end it is `folder`, in place of what stood there. Raises OSError."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    workplace = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    new, old = workplace / "new", workplace / "old"
    try:
        new.mkdir()
        yield new
        _sync(new)
        if folder.exists():
            folder.rename(old)
        _move_into_place(new, old, folder)
        _sync(folder.parent)
    finally:
        shutil.rmtree(workplace, ignore_errors=True)


def finish_replacements(root: Path) -> None:
    """Finish every replacement among the rosters in `root` that was killed between its two renames. Raises OSError."""
    for workplace in sorted(root.glob(".?*-" + "?" * 8)):
        folder = root / workplace.name[1:-_WORKPLACE_SUFFIX]
        if not (workplace / "old").is_dir():
            continue
        if not folder.exists():
            with suppress(FileNotFoundError):  # its own process was not dead, and was faster
                (workplace / "new").rename(folder)
                _sync(root)
        shutil.rmtree(workplace, ignore_errors=True)


def _move_into_place(new: Path, old: Path, folder: Path) -> None:
    try:
        new.rename(folder)
    except OSError:
        if folder.exists():  # another command found it half done, and finished it
            return
        if old.exists():
            old.rename(folder)
        raise


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
