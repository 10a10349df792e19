"""Writes files and folders whole or not at all, so that nobody finds them half written.

Everything is written beside its place, brought to the disk, and renamed. A kill or a power cut leaves the old content or
the new one under the name, never a part of either. After a kill, a file whose name ends in `.partial` may be left
beside it.

The functions raise OSError; the caller says what it means.
"""

import fcntl
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_UNFINISHED = ".partial"
_READY = ".ready"
_REPLACED = ".replaced"


@contextmanager
def whole_file(file: Path) -> Iterator[Path]:
    """Yield a path beside `file` to write to. At the end the written file is on disk under the name `file`.

    After an error inside, nothing is left and an earlier `file` is as it was.
    """
    aside = _beside(file)
    try:
        yield aside
        sync_file(aside)
        aside.replace(file)
    except BaseException:
        with suppress(OSError):
            aside.unlink()
        raise
    sync_folder(file.parent)


def write_whole(file: Path, content: bytes | str) -> None:
    """Write a small file. Text is written as UTF-8, without changes."""
    with whole_file(file) as aside:
        aside.write_bytes(content.encode() if isinstance(content, str) else content)


def point(link: Path, target: str) -> None:
    """Point the symbolic link `link` to `target` instead of its earlier target."""
    aside = _beside(link)
    try:
        aside.symlink_to(target)
        aside.replace(link)
    except BaseException:
        with suppress(OSError):
            aside.unlink()
        raise
    sync_folder(link.parent)


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Yield an empty folder to fill. At the end everything in it is on disk under the name `folder`.

    An earlier folder of that name is replaced. A process that is killed between the two renames of a replacement leaves
    it to `finish_replacements`. After an error inside, nothing is left and an earlier `folder` is as it was.
    """
    make_folder(folder.parent, mode=0o777)
    aside = _beside(folder)
    try:
        aside.mkdir()
        yield aside
        _sync_all(aside)
        with alone_in(folder.parent):
            aside.rename(_named(folder, _READY))
            _finish(folder)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise


def finish_replacements(parent: Path) -> None:
    """Finish replacements of folders in `parent` that killed processes began."""
    if not any(_begun(parent)):
        return
    with alone_in(parent):
        for folder in {*_begun(parent)}:
            _finish(folder)


def remove_folder(folder: Path) -> None:
    """Remove `folder` at once. If a kill leaves a part of it under another name, `finish_replacements` removes that."""
    with alone_in(folder.parent):
        replaced = _named(folder, _REPLACED)
        shutil.rmtree(replaced, ignore_errors=True)
        folder.rename(replaced)
        sync_folder(folder.parent)
        shutil.rmtree(replaced)


def remove_unfinished(folder: Path) -> None:
    """Remove what killed writers left in `folder`. The caller knows that nobody is writing there."""
    for left in folder.glob(f"*{_UNFINISHED}"):
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left)
        else:
            left.unlink(missing_ok=True)


def make_folder(folder: Path, *, mode: int = 0o700) -> None:
    """Make `folder` and those above it, so that a power cut does not take away what is written in it next.

    Other users of this machine cannot look into new folders, unless `mode` says otherwise. Existing folders stay as
    they are.
    """
    if folder.is_dir():
        return
    make_folder(folder.parent, mode=mode)
    folder.mkdir(mode=mode, exist_ok=True)
    sync_folder(folder.parent)


def sync_file(file: Path) -> None:
    """Bring the content of `file` to the disk."""
    with file.open("rb") as written:
        os.fsync(written.fileno())


def sync_folder(folder: Path) -> None:
    """Make a change of names in `folder` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Let only one of several writers change `folder` at a time."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def is_writable(folder: Path) -> bool:
    """Whether files can be written in `folder`, or in the nearest existing folder above it."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{uuid.uuid4().hex[:12]}{_UNFINISHED}")


def _named(folder: Path, suffix: str) -> Path:
    return folder.with_name(f".{folder.name}{suffix}")


def _begun(parent: Path) -> Iterator[Path]:
    """The folders in `parent` of which a replacement was begun."""
    for suffix in (_READY, _REPLACED):
        for found in parent.glob(f".*{suffix}"):
            yield found.with_name(found.name[1:].removesuffix(suffix))


def _finish(folder: Path) -> None:
    """Put the new folder in its place. Each step can be repeated after a kill."""
    ready, replaced = _named(folder, _READY), _named(folder, _REPLACED)
    if ready.exists():
        if folder.exists():
            shutil.rmtree(replaced, ignore_errors=True)
            folder.rename(replaced)
        try:
            ready.rename(folder)
        except OSError:
            if replaced.exists():
                replaced.rename(folder)
            raise
        sync_folder(folder.parent)
    shutil.rmtree(replaced, ignore_errors=True)


def _sync_all(folder: Path) -> None:
    for here, _, names in os.walk(folder):
        for name in names:
            if not Path(here, name).is_symlink():
                sync_file(Path(here, name))
        sync_folder(Path(here))
