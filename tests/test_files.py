"""Whole or not at all: the file under a name has the old content or the new one, whatever happens in between."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kooch.files import (
    finish_replacements,
    make_folder,
    point,
    remove_unfinished,
    whole_file,
    whole_folder,
    write_whole,
)
from kooch.rosters import read_rosters, write_roster
from tests.killing import is_killed
from tests.stores import member, roster

REPLACE_FILE = "from pathlib import Path; from kooch.files import write_whole; write_whole(Path(sys.argv[1]), 'new')"
REPLACE_FOLDER = """
from pathlib import Path
from kooch.files import whole_folder
with whole_folder(Path(sys.argv[1])) as aside:
    (aside / "a").write_text("new")
"""


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def write_text(file: Path, text: str) -> None:
    make_folder(file.parent)
    write_whole(file, text)


def test_a_file_gets_its_name_when_it_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    with whole_file(file) as aside:
        aside.write_text("new")
        was_there = file.exists()

    assert not was_there
    assert file.read_text() == "new"
    assert names(file.parent) == ["a.txt"]


def test_text_is_written_as_it_stands(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", "ä\r\nb\rc\n")

    assert (tmp_path / "a").read_bytes() == "ä\r\nb\rc\n".encode()


def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("old")

    def write_half() -> None:
        with whole_file(file) as aside:
            aside.write_text("ne")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()

    assert file.read_text() == "old"
    assert names(tmp_path) == ["a.txt"]


def test_an_error_leaves_the_old_folder_and_nothing_else(tmp_path: Path) -> None:
    write_text(tmp_path / "list" / "a", "old")

    def write_half() -> None:
        with whole_folder(tmp_path / "list") as aside:
            (aside / "a").write_text("ne")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()

    assert (tmp_path / "list" / "a").read_text() == "old"
    assert names(tmp_path) == ["list"]


def test_two_writers_of_one_file_do_not_mix(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    with whole_file(file) as first:
        first.write_text("the first")
        with whole_file(file) as second:
            second.write_text("2nd")
        between = file.read_text()

    assert between == "2nd"
    assert file.read_text() == "the first"


def test_everything_is_on_disk_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []

    def noted(stock: Callable[..., Any]) -> Callable[..., Any]:
        def call(first: int | Path, *others: Path) -> object:
            steps.append(f"sync {_of(first)}" if isinstance(first, int) else "rename")
            return stock(first, *others)

        return call

    monkeypatch.setattr(os, "fsync", noted(os.fsync))
    for name in ("rename", "replace"):
        monkeypatch.setattr(Path, name, noted(getattr(Path, name)))
    make_folder(tmp_path / "new")
    write_whole(tmp_path / "new" / "a", "a")
    of_file = [*steps]
    steps.clear()
    with whole_folder(tmp_path / "list") as aside:
        (aside / "deep").mkdir()
        (aside / "deep" / "a").write_text("a")

    assert of_file == [f"sync {tmp_path.name}", "sync a", "rename", "sync new"]
    assert steps == ["sync list", "sync a", "sync deep", "rename", "rename", f"sync {tmp_path.name}"]


def _of(handle: int) -> str:
    """The name of an open file, or of that which it is beside."""
    return Path(f"/proc/self/fd/{handle}").readlink().name.removeprefix(".").split(".")[0]


@pytest.mark.parametrize("at", ["kooch.files:sync_file", "kooch.files:sync_folder"])
def test_a_kill_leaves_the_old_file_or_the_new_one(tmp_path: Path, at: str) -> None:
    file = tmp_path / "a"
    file.write_text("old")

    assert is_killed(REPLACE_FILE, file, at=at)
    assert file.read_text() == {"kooch.files:sync_file": "old", "kooch.files:sync_folder": "new"}[at]
    remove_unfinished(tmp_path)
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize(
    ("at", "n", "content"),
    [
        ("kooch.files:_sync_all", 1, "old"),
        ("kooch.files:_finish", 1, "new"),
        ("shutil:rmtree", 1, "new"),  # with both the old folder and the new one under names of their own
        ("kooch.files:sync_folder", 2, "new"),
        ("shutil:rmtree", 2, "new"),
    ],
)
def test_a_replacement_that_was_killed_is_finished_by_the_next_reader(
    tmp_path: Path, at: str, n: int, content: str
) -> None:
    write_text(tmp_path / "list" / "a", "old")

    assert is_killed(REPLACE_FOLDER, tmp_path / "list", at=at, n=n)
    finish_replacements(tmp_path)
    remove_unfinished(tmp_path)
    assert (tmp_path / "list" / "a").read_text() == content
    assert names(tmp_path) == ["list"]


def test_between_the_two_renames_the_new_folder_is_the_one_that_stays(tmp_path: Path) -> None:
    write_text(tmp_path / ".list.replaced" / "a", "old")
    write_text(tmp_path / ".list.ready" / "a", "new")
    finish_replacements(tmp_path)

    assert names(tmp_path) == ["list"]
    assert (tmp_path / "list" / "a").read_text() == "new"


def test_a_link_leads_to_the_old_place_or_the_new_one(tmp_path: Path) -> None:
    for target in ("one", "two"):
        point(tmp_path / "link", target)

    assert (tmp_path / "link").readlink() == Path("two")
    assert names(tmp_path) == ["link"]


def test_nobody_else_looks_into_what_is_made(tmp_path: Path) -> None:
    make_folder(tmp_path / "home" / "deep")
    with whole_folder(tmp_path / "www" / "export"):
        pass
    modes = {name: (tmp_path / name).stat().st_mode & 0o777 for name in ("home", "home/deep", "www", "www/export")}
    umask = os.umask(0)
    os.umask(umask)

    assert modes == {"home": 0o700, "home/deep": 0o700, "www": 0o777 & ~umask, "www/export": 0o777 & ~umask}


def test_a_file_in_the_place_of_a_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")

    with pytest.raises(OSError, match=r"exists|directory"):
        make_folder(tmp_path / "a" / "b")


def test_a_list_that_was_being_replaced_is_read_as_the_new_one(tmp_path: Path) -> None:
    old = roster("people", [member("ada")])
    for kind, each in (("replaced", old), ("ready", roster("people", [member("bob")]))):
        write_roster(each, tmp_path).rename(tmp_path / f".people.{kind}")

    assert [found.figure_id for each in read_rosters(tmp_path) for found in each.members] == ["bob"]
    assert names(tmp_path) == ["people"]
