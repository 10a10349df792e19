"""What many loads leave on disk: the plans of old runs are removed, their counts stay, and the master takes no room of
its own."""

import errno
from pathlib import Path

import duckdb
import pytest

from kooch.config import VIEWS
from kooch.errors import StorageError
from kooch.store.master import master_file
from kooch.store.spool import archive_folder
from kooch.store.state import open_state, read_run, runs, state_file, targets_of
from kooch.store.suppress import suppress
from kooch.store.versions import open_version, reading_file
from tests.killing import is_killed
from tests.stores import bundle, claim, contents, crawl, failed, load, member, plan, query, roster, seen, spool

A, B = "did:web:a.test", "did:web:b.test"
PEOPLE = roster("people", [member("ann"), member("bob")], accounts=(claim("ann", None, A), claim("bob", None, B)))
RUNS = "SELECT state, planned, observed, failed, skipped FROM runs ORDER BY started_at"
_DAY = 24 * 60


@pytest.fixture
def bundled(tmp_path: Path) -> Path:
    return bundle(tmp_path / "bundled", PEOPLE)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def crawled(home: Path, day: int) -> str:
    """A run in which A was seen and B was not, a batch each."""
    run = plan(home, A, B, state="partial")
    spool(home, run, seen(A, day * _DAY))
    spool(home, run, failed(B, day * _DAY))
    return run


def targets_by_run(home: Path) -> list[int]:
    with open_state(home) as state:
        return [len(targets_of(state, run.run)) for run in runs(state)]


LOAD = """
import sys
from pathlib import Path
from tests.stores import load
load(Path(sys.argv[1]), Path(sys.argv[2]))
"""


@pytest.mark.proof
def test_between_loads_the_master_is_the_file_of_readers_and_no_load_writes_to_it(home: Path, bundled: Path) -> None:
    crawled(home, 0)
    load(home, bundled)
    first, content = reading_file(home), reading_file(home).read_bytes()
    is_one = first.samefile(master_file(home))
    crawled(home, 1)
    with open_version(first) as reader:
        load(home, bundled)
        seen_by_reader = reader.execute("SELECT count(*) FROM observations").fetchall()

    assert is_one
    assert seen_by_reader == [(1,)]
    assert first.read_bytes() == content
    assert reading_file(home).samefile(master_file(home))
    assert not (home / "kooch.duckdb").samefile(master_file(home))
    assert query(home, "SELECT count(*) FROM observations") == [(2,)]


@pytest.mark.proof
@pytest.mark.parametrize(
    "at",
    [
        "shutil:copyfile",  # before the master has a file of its own
        "kooch.store.load:refuse_faults",
        "kooch.store.load:publish",
        "kooch.store.publish:_share",
        "kooch.store.publish:_prune",
    ],
)
def test_a_load_that_is_killed_has_not_touched_the_file_of_readers(at: str, home: Path, bundled: Path) -> None:
    crawled(home, 0)
    load(home, bundled)
    first, content = reading_file(home), reading_file(home).read_bytes()
    crawled(home, 1)
    # The remains of a copy that was cut off.
    left = master_file(home).with_name(".master.duckdb.0123456789ab.partial")
    left.write_bytes(content[:100])
    was_killed = is_killed(LOAD, home, bundled, at=at)
    after_kill = first.read_bytes()
    load(home, bundled)

    assert was_killed
    assert after_kill == content
    assert query(home, "SELECT count(*) FROM observations") == [(2,)]
    assert reading_file(home).samefile(master_file(home))
    assert not list(home.rglob("*.partial"))


@pytest.mark.proof
def test_a_load_that_is_undone_has_not_touched_the_file_of_readers(
    home: Path, bundled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crawled(home, 0)
    load(home, bundled)
    content = reading_file(home).read_bytes()
    crawled(home, 1)

    def find_a_fault(_: duckdb.DuckDBPyConnection) -> None:
        raise StorageError("A check failed.")

    monkeypatch.setattr("kooch.store.load.refuse_faults", find_a_fault)
    with pytest.raises(StorageError, match=r"A check failed\."):
        load(home, bundled)

    assert reading_file(home).read_bytes() == content


@pytest.mark.proof
@pytest.mark.parametrize("is_archive_whole", [True, False])
def test_a_damaged_block_in_the_file_of_readers_is_mended_from_the_archive(
    home: Path, bundled: Path, *, is_archive_whole: bool
) -> None:
    crawled(home, 0)
    load(home, bundled)
    before = contents(home)
    # The file opens; one of its tables cannot be read.
    file, content = reading_file(home), reading_file(home).read_bytes()
    for start in range(12_288, len(content), 262_144):
        damaged = bytearray(content)
        damaged[start + 1000] ^= 0xFF
        file.write_bytes(damaged)
        try:
            contents(home)
        except StorageError:
            break
    if not is_archive_whole:
        next((home / "archive").glob("[!i]*/*.parquet")).unlink()
        with pytest.raises(
            StorageError, match=r"is damaged \(.*\) and cannot be rebuilt without loss\. .*--without-lost"
        ):
            load(home, bundled, anew=True)
        load(home, bundled, anew=True, without_lost=True)
        assert contents(home) != before
        return
    load(home, bundled, anew=True)

    assert reading_file(home) != file
    assert contents(home) == before


@pytest.mark.proof
def test_where_the_file_system_has_no_second_names_the_file_of_readers_is_a_copy(
    home: Path, bundled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Path) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    crawled(home, 0)
    load(home, bundled)

    assert not reading_file(home).samefile(master_file(home))
    assert reading_file(home).read_bytes() == master_file(home).read_bytes()
    assert not load(home, bundled).is_new


@pytest.mark.proof
def test_the_targets_of_a_loaded_run_go_once_another_has_followed_and_their_number_stays(
    home: Path, bundled: Path
) -> None:
    crawled(home, 0)
    load(home, bundled)
    alone = targets_by_run(home)
    for day in (1, 2):
        crawled(home, day)
    load(home, bundled)
    with open_state(home) as state:
        planned = [run.planned for run in runs(state)]

    assert alone == [2]
    assert targets_by_run(home) == [0, 0, 2]
    assert planned == [2, 2, 2]
    assert query(home, RUNS) == 3 * [("partial", 2, 1, 1, 0)]
    assert not load(home, bundled).is_new


@pytest.mark.proof
def test_the_targets_of_a_run_stay_while_it_is_under_way_or_another_scope_follows(home: Path, bundled: Path) -> None:
    plan(home, A, B)
    with open_state(home) as state:
        state.execute("UPDATE runs SET roster = 'people'")
    crawled(home, 0)
    load(home, bundled)
    plan(home, A, B)
    load(home, bundled)

    assert targets_by_run(home) == [2, 2, 2]


@pytest.mark.proof
def test_the_state_shrinks_and_keeps_no_word_of_what_went(home: Path, bundled: Path) -> None:
    names = [f"did:web:account-{n}.test" for n in range(5_000)]
    crawl(home, *(seen(name, 0) for name in names))
    load(home, bundled)
    before = state_file(home).stat().st_size
    crawl(home, seen(A, _DAY))
    load(home, bundled)

    assert before > 93 * len(names) / 2
    assert state_file(home).stat().st_size < before / 4
    assert b"account-77.test" not in b"".join(file.read_bytes() for file in home.glob("state.sqlite*"))


@pytest.mark.proof
@pytest.mark.parametrize("is_followed", [False, True])
def test_a_lost_batch_is_asked_again_by_the_latest_run_and_given_up_by_an_older_one(
    home: Path, bundled: Path, *, is_followed: bool
) -> None:
    run = crawled(home, 0)
    if is_followed:
        crawled(home, 1)
    load(home, bundled)
    lost = next(file for file in sorted((archive_folder(home) / run).iterdir()))
    content = lost.read_bytes()
    lost.unlink()
    master_file(home).unlink()
    load(home, bundled, without_lost=True)
    first = query(home, RUNS)[0]
    with open_state(home) as state:
        in_plans = read_run(state, run).state
    # Given back, it is as if nothing had happened.
    folder = home / "spool" / run
    folder.mkdir(parents=True, exist_ok=True)
    (folder / lost.name).write_bytes(content)
    load(home, bundled)

    assert (first[0], in_plans) == (("aborted", "partial") if is_followed else ("running", "running"))
    assert first[1] == 2
    assert sum(first[2:]) == (2 if is_followed else 1)
    assert not is_followed or query(home, RUNS)[0] == ("partial", 2, 1, 1, 0)


@pytest.mark.proof
def test_a_suppressed_account_is_planned_no_more_where_its_targets_are_gone(home: Path, bundled: Path) -> None:
    for day in (0, 1):
        crawled(home, day)
        load(home, bundled)
    suppress(home, platform="bluesky", account=f"id:{B}", reason="test", views=VIEWS, bundled=bundled)
    load(home, bundled)
    load(home, bundled, anew=True)

    assert query(home, RUNS) == 2 * [("partial", 1, 1, 0, 0)]
    with open_state(home) as state:
        assert [run.planned for run in runs(state)] == [1, 1]
