"""From the spool to a published version: whatever the order, the crash or the fault, nothing is lost or doubled."""

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kooch.errors import RunningError, StorageError
from kooch.rosters import write_roster
from kooch.store import manifest, schema
from kooch.store.locks import only_one
from kooch.store.master import master_file, open_master
from kooch.store.outcomes import CrawledBound, Drift, HandleSpan, Outcome, Skipped
from kooch.store.publish import make_private, publish, published_folder
from kooch.store.spool import SCHEMA, answered, archive_folder, spool_folder
from kooch.store.state import end_run, open_state, read_run, say_same, state_file
from kooch.store.versions import open_version, reading_file
from tests.disk import Disk
from tests.stores import (
    at,
    bundle,
    claim,
    contents,
    crawl,
    failed,
    ids,
    load,
    member,
    plan,
    query,
    roster,
    seen,
    spool,
)

OUTCOMES = """
SELECT i.key, o.outcome::VARCHAR
FROM outcomes AS o
INNER JOIN ids AS i ON i.kind = 'account' AND i.id = o.target AND i.key NOT LIKE '%@%'
ORDER BY i.key
"""


@pytest.fixture
def bundled(tmp_path: Path) -> Path:
    """Ann, known by her id and by another name besides, and Bob, known by his handle."""
    people = [member("ann"), member("bob")]
    accounts = (claim("ann", "ann.test", "did:web:a.test"), claim("ann", "ann.other"), claim("bob", "bob.test"))
    return bundle(tmp_path / "bundled", roster("people", people, accounts=accounts))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def run_python(code: str, *arguments: Path | str, seconds: float = 240) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
        cwd=Path(__file__).parent.parent,
    )


# The spool


def test_a_batch_under_its_first_name_is_never_loaded(home: Path, bundled: Path) -> None:
    run = plan(home, "did:web:a.test", "@bob.test")
    whole = spool(home, run, seen("did:web:a.test", 0))
    unfinished = whole.with_name("unfinished.partial")
    spool(home, run, seen("@bob.test", 0, native_id="did:web:b.test")).rename(unfinished)
    loaded = load(home, bundled)

    assert loaded.batches == 1
    assert unfinished.exists()
    assert answered(home, run) == {"did:web:a.test"}
    assert query(home, "SELECT planned, observed FROM runs") == [(2, 1)]


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def empty(file: Path) -> None:
    file.write_bytes(b"")


def scramble(file: Path) -> None:
    file.write_bytes(b"not parquet " * 100)


def zero_a_page(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[4:200] = bytes(196)
    file.write_bytes(content)


def rename_a_column(file: Path) -> None:
    table = pq.read_table(file)
    pq.write_table(table.rename_columns(["crawl", *table.column_names[1:]]), file)


def set_cells(**cells: object) -> Callable[[Path], None]:
    def change(file: Path) -> None:
        rows = pq.read_table(file).to_pylist()
        pq.write_table(pa.Table.from_pylist([row | cells for row in rows], schema=SCHEMA), file)

    return change


DAMAGE: dict[str, Callable[[Path], None]] = {
    "empty": empty,
    "garbage": scramble,
    "half": cut,
    "zeroed page": zero_a_page,
    "other columns": rename_a_column,
    "unknown status": set_cells(status="asleep"),
    "unknown outcome": set_cells(outcome="perhaps"),
    "too large a count": set_cells(followers=2**40),
    "no target": set_cells(target=None),
    "another run": set_cells(run="somebody-else"),
}


@pytest.mark.proof
@pytest.mark.parametrize("kind", DAMAGE)
def test_a_broken_batch_is_set_aside_and_the_rest_loads(home: Path, bundled: Path, kind: str) -> None:
    run = plan(home, "did:web:a.test", "did:web:b.test", "did:web:c.test", state="complete")
    spool(home, run, seen("did:web:a.test", 0, bio="a"))
    broken = spool(home, run, seen("did:web:b.test", 1, bio="b"))
    spool(home, run, failed("did:web:c.test", 2))
    DAMAGE[kind](broken)
    content = broken.read_bytes()
    loaded = load(home, bundled)

    assert loaded.broken == (broken.with_suffix(".broken"),)
    assert loaded.broken[0].read_bytes() == content
    assert loaded.batches == 2
    assert query(home, OUTCOMES) == [
        ("bluesky did:web:a.test", "observed"),
        ("bluesky did:web:c.test", "failed"),
    ]
    # What was in it is asked again: the run is not complete.
    with open_state(home) as state:
        assert read_run(state, run).state == "running"
    assert answered(home, run) == {"did:web:a.test", "did:web:c.test"}
    assert load(home, bundled).broken == ()


@pytest.mark.proof
@pytest.mark.parametrize("kind", ["garbage", "half"])
def test_a_broken_batch_of_the_archive_is_told_when_the_master_is_new(home: Path, bundled: Path, kind: str) -> None:
    run = plan(home, "did:web:a.test", "did:web:b.test", state="complete")
    spool(home, run, seen("did:web:a.test", 0))
    name = spool(home, run, seen("did:web:b.test", 1)).name
    load(home, bundled)
    archived = archive_folder(home) / run / name
    backup = archived.read_bytes()
    DAMAGE[kind](archived)
    master_file(home).unlink()
    with pytest.raises(StorageError, match=rf"{name} .*kooch load --without-lost"):
        load(home, bundled)
    loaded = load(home, bundled, without_lost=True)

    assert loaded.broken == (archived.with_suffix(".broken"),)
    assert loaded.batches == 1
    assert load(home, bundled).broken == ()

    # The remedy that `kooch load` names.
    (spool_folder(home) / run).mkdir(parents=True, exist_ok=True)
    (spool_folder(home) / run / name).write_bytes(backup)

    assert load(home, bundled).batches == 1
    assert query(home, OUTCOMES) == [("bluesky did:web:a.test", "observed"), ("bluesky did:web:b.test", "observed")]


@pytest.mark.proof
@pytest.mark.parametrize("is_new", [True, False], ids=["new master", "old master"])
def test_damaged_numbers_are_named_and_not_the_master(home: Path, bundled: Path, *, is_new: bool) -> None:
    load(home, bundled)
    (numbers,) = (archive_folder(home) / "ids").glob("*.parquet")
    scramble(numbers)
    if is_new:
        master_file(home).unlink()
    says = {
        True: f"Archive file {numbers} has .* Restore what is at fault from a backup",
        False: rf"^{numbers}, .* is damaged\. Restore it from a backup",
    }
    with pytest.raises(StorageError, match=says[is_new]):
        load(home, bundled, anew=True)


def test_a_fault_in_a_query_is_not_blamed_on_the_master(home: Path, bundled: Path) -> None:
    load(home, bundled)
    with pytest.raises(duckdb.CatalogException), open_master(home) as connection:
        connection.execute("SELECT * FROM nothing")


# Loading


@pytest.mark.proof
def test_loading_again_changes_nothing(home: Path, bundled: Path) -> None:
    crawl(home, seen("did:web:a.test", 0, bio="a"), seen("@bob.test", 1, native_id="did:web:b.test"))
    first = load(home, bundled)
    before = contents(home)
    # As after a crash before the archive, or a folder restored from a copy.
    for file in archive_folder(home).glob("[!i]*/*.parquet"):
        (spool_folder(home) / file.parent.name).mkdir(exist_ok=True)
        shutil.copyfile(file, spool_folder(home) / file.parent.name / file.name)
    again = load(home, bundled)

    assert (first.version, first.batches) == (1, 1)
    assert (again.version, again.batches) == (2, 0)
    assert contents(home) == before
    assert not list(spool_folder(home).glob("*/*.parquet"))


def history(n: int, handle: str, previous: str) -> tuple[HandleSpan, ...]:
    return (
        HandleSpan(handle=previous, valid_from=at(-9000), valid_to=at(-8000 + n)),
        HandleSpan(handle=handle, valid_from=at(-8000 + n)),
    )


def opened(minutes: float) -> CrawledBound:
    return CrawledBound(event="joined", not_before=at(minutes), before=at(minutes + 1), kind="plc")


def everything_that_arrives() -> list[list[Outcome]]:
    """Batches of three runs, by run: words that change and change back, answers fetched twice, and each kind of fact."""
    return [
        [
            seen(
                "did:web:a.test",
                0,
                bio="one",
                followers=10,
                handles=history(0, "ann.test", "old"),
                bounds=(opened(-9000),),
            ),
            failed("@bob.test", 1),
            # Fetched again after a crash: later in the day, with other words.
            seen("did:web:a.test", 5, bio="two", followers=11, drift=(Drift(path="posts", kind="missing"),)),
        ],
        [
            # The same account by two names: two outcomes, one sighting.
            seen("did:web:a.test", 100, bio="one", followers=12, server="pds.one"),
            seen("@ann.other", 101, bio="one", native_id="did:web:a.test", followers=13),
            seen("@bob.test", 102, bio="bob", native_id="did:web:b.test", bounds=(opened(-500),)),
            # A failure that another try made good.
            failed("did:web:c.test", 103),
            seen("did:web:c.test", 104, bio="c", drift=(Drift(path="posts", kind="missing"),)),
        ],
        [
            seen("did:web:a.test", 200, status="deactivated", server="pds.two"),
            failed("did:web:c.test", 201),
            seen("@bob.test", 202, bio="bob", native_id="did:web:b.test", bounds=(opened(-500),)),
        ],
        [
            seen("did:web:a.test", 300, bio="two", handles=history(5, "ann.two", "ann.test"), bounds=(opened(-9000),)),
            seen("did:web:c.test", 301, bio="c again", followers=3, drift=(Drift(path="bio", kind="mistyped"),)),
            seen("@bob.test", 302, native_id="did:web:x.test"),
        ],
    ]


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.proof) for n in range(1, 8))])
def test_the_order_in_which_batches_come_does_not_matter(tmp_path: Path, bundled: Path, seed: int) -> None:
    start = tmp_path / "start"
    runs = everything_that_arrives()
    named = [plan(start, *dict.fromkeys(outcome.target for outcome in outcomes)) for outcomes in runs]
    # Who is who is learned once: by whom a handle is answered first depends on what is known.
    crawl(start, *(seen(f"@{name}", -10, native_id=f"did:web:{name[0]}.test") for name in ("ann.other", "bob.test")))
    load(start, bundled)
    together, shuffled = tmp_path / "together", tmp_path / "shuffled"
    shutil.copytree(start, together, symlinks=True)
    for name, outcomes in zip(named, runs, strict=True):
        for outcome in outcomes:
            spool(together, name, outcome)
    files = sorted(spool_folder(together).glob("*/*.parquet"))
    random.Random(seed).shuffle(files)
    shutil.copytree(start, shuffled, symlinks=True)
    while files:
        for _ in range(random.Random(seed + len(files)).randint(1, 4)):
            if files:
                file = files.pop()
                folder = spool_folder(shuffled) / file.parent.name
                folder.mkdir(exist_ok=True)
                shutil.copyfile(file, folder / file.name)
        load(shuffled, bundled)
    load(together, bundled)

    # What one version told and a later one does not tell depends on what had arrived.
    unlike = {"corrections"}
    shuffled_tables, tables = (
        {name: rows for name, rows in contents(place).items() if name not in unlike} for place in (shuffled, together)
    )
    assert shuffled_tables == tables


def test_migrations_are_numbered_one_after_the_other() -> None:
    """Of two with one number, only the first would ever be applied."""
    for folder in ("migrations", "state_migrations"):
        files = sorted(Path(schema.__file__).with_name(folder).glob("*.sql"))

        assert [int(file.name[:4]) for file in files] == list(range(1, len(files) + 1))


@pytest.mark.proof
def test_an_account_asked_for_by_handle_and_by_id_is_two_targets_of_a_run(home: Path, bundled: Path) -> None:
    """Whether both answers come with one load or with two."""
    run = plan(home, "@new.test", "did:web:new.test", "@failing.test", "did:web:failing.test")
    spool(
        home,
        run,
        seen("@new.test", 0, native_id="did:web:new.test", followers=1),
        seen("@failing.test", 1, native_id="did:web:failing.test"),
    )
    load(home, bundled)
    spool(home, run, seen("did:web:new.test", 5, followers=2), failed("did:web:failing.test", 6))
    # The first answer comes again, and replaces itself alone.
    spool(home, run, seen("@new.test", 7, native_id="did:web:new.test", followers=3))
    with open_state(home) as state:
        end_run(state, run, "complete")
    load(home, bundled)
    loaded_twice = contents(home)
    master_file(home).unlink()
    load(home, bundled)

    assert query(home, "SELECT planned, observed, failed, skipped FROM runs") == [(4, 3, 1, 0)]
    assert query(home, "SELECT asked_handle, cause FROM failures") == [(None, "timeout")]
    assert query(home, "SELECT asked_handle FROM outcomes ORDER BY ALL") == [
        ("@failing.test",),
        ("@new.test",),
        (None,),
        (None,),
    ]
    assert contents(home) == loaded_twice


@pytest.mark.proof
def test_an_id_that_changes_twice_leads_to_the_last_one_in_whatever_order_it_is_said(
    tmp_path: Path, bundled: Path
) -> None:
    ids = [f"did:web:{name}.test" for name in ("first", "second", "third")]
    said = [(ids[0], ids[1]), (ids[1], ids[2])]
    found = []
    for name, loads in {
        "at once": [said],
        "in order": [said[:1], said[1:]],
        "last first": [said[1:], said[:1]],
    }.items():
        home = tmp_path / name
        # The handle is known before the id that it belongs to.
        crawl(home, seen("@first.test", 0, native_id=ids[0], followers=1), seen(ids[1], 1, followers=2))
        crawl(home, seen(ids[2], 10, followers=3))
        load(home, bundled)
        for decisions in loads:
            with open_state(home) as state:
                for old, new in decisions:
                    say_same(state, platform="bluesky", old=old, new=new, reason="asked")
            load(home, bundled)
        crawl(home, seen("@first.test", 20, native_id=ids[2], followers=4))
        load(home, bundled)
        found.append(
            query(
                home,
                "SELECT a.native_id, a.merged_into IS NULL, o.followers FROM observations AS o"
                " INNER JOIN accounts AS a ON a.account_id = o.account_id ORDER BY o.followers",
            )
        )

    # Of two answers of one run about one account the earlier stands.
    assert found == [[(ids[2], True, 1), (ids[2], True, 3), (ids[2], True, 4)]] * 3


def test_two_ids_said_to_have_become_each_other_stay_two_accounts(home: Path, bundled: Path) -> None:
    crawl(home, seen("did:web:a.test", 0), seen("did:web:b.test", 1))
    with open_state(home) as state:
        say_same(state, platform="bluesky", old="did:web:a.test", new="did:web:b.test", reason="asked")
        say_same(state, platform="bluesky", old="did:web:b.test", new="did:web:a.test", reason="asked")
    load(home, bundled)

    assert query(home, "SELECT count(DISTINCT account_id) FROM observations") == [(2,)]


@pytest.mark.proof
def test_an_answer_fetched_again_replaces_the_first(home: Path, bundled: Path) -> None:
    run = plan(home, "did:web:a.test", "did:web:b.test")
    spool(home, run, failed("did:web:a.test", 0), seen("did:web:b.test", 0, bio="first", followers=1))
    load(home, bundled)
    spool(home, run, seen("did:web:a.test", 9, followers=5), failed("did:web:b.test", 9))
    load(home, bundled)

    assert query(home, "SELECT planned, observed, failed, skipped FROM runs") == [(2, 1, 1, 0)]
    assert query(home, "SELECT followers FROM observations") == [(5,)]
    assert query(home, "SELECT cause FROM failures") == [("timeout",)]
    assert query(home, "SELECT count(*) FROM profiles") == [(0,)]


@pytest.mark.proof
def test_words_are_kept_where_they_change(home: Path, bundled: Path) -> None:
    for minutes, bio in ((10, "one"), (20, "one"), (40, "two"), (50, "one")):
        crawl(home, seen("did:web:a.test", minutes, bio=bio))
        load(home, bundled)
    before = query(home, "SELECT valid_from, bio FROM profiles ORDER BY valid_from")
    # These come late: one between two sightings that agree, one before all.
    crawl(home, seen("did:web:a.test", 15, bio="between"))
    crawl(home, seen("did:web:a.test", 5, bio="one"))
    load(home, bundled)

    assert before == [(at(10), "one"), (at(40), "two"), (at(50), "one")]
    assert query(home, "SELECT valid_from, bio FROM profiles ORDER BY valid_from") == [
        (at(5), "one"),
        (at(15), "between"),
        (at(20), "one"),
        (at(40), "two"),
        (at(50), "one"),
    ]


def test_a_run_ends_when_every_planned_target_has_an_outcome(home: Path, bundled: Path) -> None:
    run = plan(home, "did:web:a.test", "did:web:b.test", "did:web:c.test")
    skipped = Outcome(target="did:web:c.test", result=Skipped(cause="aborted"), valid_at=at(0), recorded_at=at(0))
    spool(home, run, seen("did:web:a.test", 0), failed("did:web:b.test", 0), skipped)
    load(home, bundled)

    assert query(home, "SELECT planned, observed, failed, skipped FROM runs") == [(3, 1, 1, 1)]


@pytest.mark.proof
def test_outcomes_that_nobody_planned_are_refused(home: Path, bundled: Path) -> None:
    crawl(home, seen("did:web:a.test", 0))
    load(home, bundled)
    before = contents(home)
    run = plan(home, "did:web:a.test", state="complete")
    batch = spool(home, run, seen("did:web:a.test", 10), seen("did:web:b.test", 10))
    with pytest.raises(StorageError, match=r"Check runs_add_up fails .* the version published before stays"):
        load(home, bundled)

    assert contents(home) == before
    assert batch.exists()


@pytest.mark.proof
@pytest.mark.parametrize(
    ("outcome", "check"),
    [
        (seen("did:web:a.test", 0, followers=-1), "counts_are_not_negative"),
        (
            Outcome(
                target="did:web:a.test", result=seen("did:web:a.test", 0).result, valid_at=at(9999), recorded_at=at(0)
            ),
            "future",
        ),
    ],
    ids=["negative", "future"],
)
def test_an_impossible_value_is_not_published(home: Path, bundled: Path, outcome: Outcome, check: str) -> None:
    load(home, bundled)
    before = contents(home)
    crawl(home, outcome)
    with pytest.raises(StorageError, match=check):
        load(home, bundled)

    assert contents(home) == before


# Rebuilding


@pytest.mark.proof
def test_archive_rosters_and_state_give_the_same_tables_and_numbers_again(home: Path, tmp_path: Path) -> None:
    early = roster(
        "people", [member("ann"), member("bob")], accounts=(claim("ann", "ann.other"), claim("bob", "bob.test"))
    )
    bundled = bundle(tmp_path / "bundled", early)
    for run in everything_that_arrives():
        crawl(home, *{outcome.target: outcome for outcome in run}.values())
        load(home, bundled)
    late = roster(
        "people", [member("ann"), member("bob")], accounts=(claim("ann", "ann.x", "did:web:a.test"), *early.accounts)
    )
    bundle(bundled, late)
    last = load(home, bundled)
    before, numbers = contents(home), ids(home)
    for file in home.glob("master.duckdb*"):
        file.unlink()
    again = load(home, bundled)

    assert contents(home) == before
    assert ids(home) == numbers
    assert again.version == last.version + 1
    assert again.batches == 4
    assert query(home, "SELECT version FROM versions") == [(last.version + 1,)]


@pytest.mark.proof
def test_numbers_survive_the_joining_of_their_files(home: Path, bundled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kooch.store.load._KEPT_ID_FILES", 3)
    for n in range(5):
        crawl(home, seen(f"did:web:{n}.test", n))
        load(home, bundled)
    numbers = ids(home)
    kept = sorted((archive_folder(home) / "ids").glob("*.parquet"))
    shutil.rmtree(home / "published")
    master_file(home).unlink()
    load(home, bundled)

    assert [file.name for file in kept] == ["00000004.parquet", "00000005.parquet"]
    assert ids(home) == numbers


# Faults


def damage_newer(home: Path) -> Path:
    with duckdb.connect(str(master_file(home))) as connection:
        connection.execute("INSERT INTO schema_version VALUES (99, now(), '9')")
    return master_file(home)


def damage_master(home: Path) -> Path:
    cut(master_file(home))
    return master_file(home)


def replace_master(home: Path) -> Path:
    scramble(master_file(home))
    return master_file(home)


def damage_state(home: Path) -> Path:
    for file in home.glob("state.sqlite-*"):
        file.unlink()
    scramble(state_file(home))
    return state_file(home)


def newer_state(home: Path) -> Path:
    with open_state(home) as state:
        state.execute("PRAGMA user_version = 99")
    return state_file(home)


@pytest.mark.proof
@pytest.mark.parametrize(
    ("damage", "remedy"),
    [
        (damage_newer, "Upgrade Kooch"),
        (newer_state, "Upgrade Kooch"),
        (damage_master, "move it away and run `kooch load`"),
        (replace_master, "move it away and run `kooch load`"),
        (damage_state, "Restore it from a copy"),
    ],
)
def test_a_store_that_cannot_be_read_is_said_in_a_sentence(
    home: Path, bundled: Path, damage: Callable[[Path], Path], remedy: str
) -> None:
    load(home, bundled)
    # As a load that was killed leaves it.
    make_private(master_file(home))
    before = contents(home)
    crawl(home, seen("did:web:a.test", 0))
    place = damage(home)
    with pytest.raises(StorageError) as raised:
        load(home, bundled)

    assert str(place) in str(raised.value)
    assert remedy in str(raised.value)
    assert raised.value.exit_code == 4
    assert contents(home) == before
    assert len(list(spool_folder(home).glob("*/*.parquet"))) == 1


def keep_the_start(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:10_000])


@pytest.mark.proof
@pytest.mark.parametrize(
    "damage", [keep_the_start, empty, scramble, Path.unlink], ids=["start", "empty", "garbage", "gone"]
)
def test_a_published_version_that_cannot_be_read_is_replaced_by_the_next(
    home: Path, bundled: Path, damage: Callable[[Path], None]
) -> None:
    load(home, bundled)
    file = reading_file(home)
    damage(file)
    with pytest.raises(StorageError, match=r"Run `kooch load` to publish a new one"), open_version(file):
        pass
    load(home, bundled)

    assert query(home, "SELECT version FROM versions") == [(2,)]


def test_a_version_of_a_newer_kooch_is_not_read(home: Path, bundled: Path) -> None:
    load(home, bundled)
    file = reading_file(home)
    with duckdb.connect(str(file)) as connection:
        connection.execute("INSERT INTO schema_version VALUES (99, now(), '9')")
    with pytest.raises(StorageError, match=r"newer Kooch\. Upgrade"), open_version(file):
        pass


def test_nothing_published_yet_says_what_to_do(home: Path) -> None:
    with pytest.raises(StorageError, match=r"no data in .* yet\. Run `kooch load`"):
        reading_file(home)


@pytest.mark.proof
@pytest.mark.parametrize("name", ["archive", "published", "locks", "master.duckdb", "state.sqlite"])
def test_something_in_the_place_of_a_folder_or_file_is_said_and_loses_nothing(
    home: Path, bundled: Path, name: str
) -> None:
    load(home, bundled)
    crawl(home, seen("did:web:a.test", 0))
    place, moved = home / name, home.with_name("moved")
    place.rename(moved)
    if place.suffix:
        place.mkdir()
    else:
        place.write_text("in the way", encoding="utf-8")
    with pytest.raises(StorageError, match=str(place)):
        load(home, bundled)
    shutil.rmtree(place) if place.is_dir() else place.unlink()
    moved.rename(place)
    load(home, bundled)

    assert query(home, "SELECT observed FROM runs") == [(1,)]


def test_something_in_the_place_of_the_spool_is_said(home: Path) -> None:
    run = plan(home, "did:web:a.test")
    spool_folder(home).write_text("in the way", encoding="utf-8")
    with pytest.raises(StorageError, match=rf"Spool .*{run}: a batch of 1 outcomes could not be written"):
        spool(home, run, seen("did:web:a.test", 0))


READ_ONLY = """
import os, sys
from pathlib import Path
from kooch.errors import StorageError
from tests.stores import load, seen, spool
import tests.stores, polars, pyarrow.parquet, zoneinfo
if os.getuid() == 0:
    os.setuid(65534)
home = Path(sys.argv[1])
for action in (lambda: load(home, Path(sys.argv[2])), lambda: spool(home, "run", seen("did:web:a.test", 0))):
    try:
        action()
    except StorageError as error:
        print(error)
"""


@pytest.mark.proof
def test_a_folder_that_cannot_be_written_is_said(bundled: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    load(home, bundled)
    # Others must get to it, when the tests run as root and step down to nobody.
    for folder in (tmp_path, *list(tmp_path.parents)[:3]):
        folder.chmod(0o755)
    for path in (home, *home.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o555 if path.is_dir() else 0o444)
    said = run_python(READ_ONLY, home, bundled)
    for path in (home, *home.rglob("*")):
        if path.is_dir():
            path.chmod(0o755)

    assert said.stderr == ""
    assert [line.partition(" ")[0] for line in said.stdout.splitlines()] == ["Lock", "Spool"]
    assert said.stdout.count("permissions") == 2


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    disk = Disk(tmp_path / "disk")
    yield disk
    disk.close()


def many(run: int) -> list[Outcome]:
    words = random.Random(run)
    return [seen(f"did:web:{n}.test", run, bio=words.randbytes(400).hex()) for n in range(500)]


@pytest.mark.proof
def test_a_full_disk_while_spooling_leaves_no_part_of_a_batch(disk: Disk, bundled: Path) -> None:
    home = disk.folder / "home"
    load(home, bundled)
    run = plan(home, *(f"did:web:{n}.test" for n in range(500)))
    with disk.full(), pytest.raises(StorageError, match=f"Spool .*{run}.*Free space"):
        spool(home, run, *many(0))
    left = [file.name for file in spool_folder(home).rglob("*") if file.is_file()]
    spool(home, run, *many(0))
    load(home, bundled)

    assert left == []
    assert query(home, "SELECT planned, observed FROM runs") == [(500, 500)]


@pytest.mark.proof
def test_a_full_disk_while_loading_loses_nothing(disk: Disk, bundled: Path) -> None:
    home = disk.folder / "home"
    crawl(home, *many(0))
    load(home, bundled)
    before = contents(home)
    run = crawl(home, *many(1))
    with disk.full(), pytest.raises(StorageError, match="free space"):
        load(home, bundled)
    between = contents(home)
    load(home, bundled)

    assert between == before
    assert query(home, "SELECT observed FROM runs ORDER BY run_id") == [(500,), (500,)]
    assert (archive_folder(home) / run).is_dir()


@pytest.mark.proof
def test_a_full_disk_while_publishing_keeps_the_last_version(disk: Disk, bundled: Path) -> None:
    home = disk.folder / "home"
    crawl(home, *many(0))
    load(home, bundled)
    before = contents(home)
    with disk.full(), pytest.raises(StorageError, match=r"Publishing version 2 .* free space"):
        publish(home, master_file(home), 2)
    partial = list(published_folder(home).glob("*.partial"))
    between = contents(home)
    load(home, bundled)

    assert partial == []
    assert between == before
    assert contents(home) == before


# What others on the machine see


@pytest.mark.proof
@pytest.mark.parametrize("begins", ["load", "spool", "state", "roster"])
def test_the_data_folder_is_the_owners_alone(home: Path, bundled: Path, begins: str) -> None:
    if begins == "spool":
        spool(home, "a" * 32, seen("did:web:a.test", 0))
    elif begins == "roster":
        write_roster(roster("mine", [member("ann")]), home / "rosters")
    elif begins == "state":
        with open_state(home):
            pass
    else:
        load(home, bundled)
    folder = home.stat().st_mode & 0o777
    crawl(home, seen("did:web:a.test", 0))
    load(home, bundled)
    with open_state(home):
        logs = [file.stat().st_mode & 0o777 for file in home.glob("state.sqlite*")]

    assert folder == 0o700
    assert logs == [0o600] * len(logs)
    assert len(logs) > 1


def test_a_state_that_others_could_read_is_closed_to_them(home: Path) -> None:
    with open_state(home):
        pass
    state_file(home).chmod(0o644)
    with open_state(home):
        pass

    assert state_file(home).stat().st_mode & 0o777 == 0o600


# Two at once, and crashes


@pytest.mark.proof
def test_a_second_loader_is_refused_or_waits(home: Path, bundled: Path) -> None:
    load(home, bundled)
    done = threading.Event()

    def wait_and_load() -> None:
        load(home, bundled, wait=True, anew=True)
        done.set()

    waiting = threading.Thread(target=wait_and_load)
    with only_one(home, "load"):
        with pytest.raises(RunningError, match=rf"already running: process {os.getpid()} since") as raised:
            load(home, bundled, wait=False)
        waiting.start()
        waited = not done.wait(0.5)
    waiting.join(30)

    assert raised.value.exit_code == 75
    assert waited
    assert done.is_set()
    assert query(home, "SELECT version FROM versions") == [(2,)]


CRASH = """
import os, signal, sys
from contextlib import contextmanager
from pathlib import Path
import kooch.store.load as store, kooch.store.publish as publishing, shutil
from tests.stores import load

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def after(function):
    def run(*arguments, **named):
        function(*arguments, **named)
        die()
    return run

transaction = store.transaction

@contextmanager
def commit_and_die(connection):
    with transaction(connection):
        yield
    die()

def copy_half(source, target):
    Path(target).write_bytes(Path(source).read_bytes()[:10_000])
    die()

def archive_one(home, files):
    original(home, files[:1])
    die()

original = store._archive
points = {
    "before the rosters": lambda: setattr(store, "store_listed", die),
    "before the batches": lambda: setattr(store, "store_batches", die),
    "after the batches": lambda: setattr(store, "store_batches", after(store.store_batches)),
    "before the views": lambda: setattr(store, "build_views", die),
    "before the ids": lambda: setattr(store, "_keep_ids", die),
    "before the commit": lambda: setattr(store, "_keep_ids", after(store._keep_ids)),
    "after the commit": lambda: setattr(store, "transaction", commit_and_die),
    "before the archive": lambda: setattr(store, "_archive", die),
    "in the archive": lambda: setattr(store, "_archive", archive_one),
    "before publishing": lambda: setattr(store, "publish", die),
    "in the copy": lambda: setattr(shutil, "copyfile", copy_half),
    "between the copies": lambda: setattr(publishing, "_copy", after(publishing._copy)),
    "before the links": lambda: setattr(publishing, "point", die),
    "between the links": lambda: setattr(publishing, "point", after(publishing.point)),
    "before the pruning": lambda: setattr(publishing, "_prune", die),
}
# One process for all: each point is a fork of it, made before any thread was.
start, bundled, folder = map(Path, sys.argv[1:4])
for point, patch in points.items():
    if sys.argv[4] not in ("everywhere", point):
        continue
    home = folder / point
    shutil.copytree(start, home, symlinks=True)
    child = os.fork()
    if child == 0:
        patch()
        load(home, bundled)
        os._exit(0)
    print(point, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), sep=":")
"""


@pytest.mark.parametrize(
    ("is_first", "where", "n"),
    [
        (True, "before the commit", 1),
        pytest.param(True, "before publishing", 1, marks=pytest.mark.proof),
        pytest.param(False, "everywhere", 15, marks=pytest.mark.proof),
    ],
)
def test_a_load_killed_at_any_moment_is_finished_by_the_next(
    tmp_path: Path, bundled: Path, where: str, n: int, *, is_first: bool
) -> None:
    start, undisturbed = tmp_path / "start", tmp_path / "undisturbed"
    first, *others = everything_that_arrives()
    crawl(start, *{outcome.target: outcome for outcome in first}.values())
    if not is_first:
        load(start, bundled)
    for run in others:
        name = plan(start, *dict.fromkeys(outcome.target for outcome in run))
        for outcome in run:
            spool(start, name, outcome)
    # Moved on, so that only what is listed now says when a roster was first seen.
    with open_state(start) as state:
        state.execute("INSERT OR IGNORE INTO rosters VALUES ('people', '2025-01-01T00:00:00+00:00')")
    shutil.copytree(start, undisturbed, symlinks=True)
    load(undisturbed, bundled)
    wanted, numbers = contents(undisturbed), ids(undisturbed)
    killed = run_python(CRASH, start, bundled, tmp_path, where)
    points = dict(line.split(":") for line in killed.stdout.splitlines())

    assert len(points) == n, killed.stderr
    assert set(points.values()) == {str(-signal.SIGKILL)}, points
    for point in points:
        home = tmp_path / point
        if not is_first:
            query(home, "SELECT version FROM versions")
        load(home, bundled)
        assert contents(home) == wanted, point
        assert ids(home) == numbers, point


# Published versions


@pytest.mark.proof
def test_what_a_user_deletes_is_back_in_the_next_version(home: Path, bundled: Path) -> None:
    crawl(home, seen("did:web:a.test", 0))
    load(home, bundled)
    before = contents(home)
    with duckdb.connect(str((home / "kooch.duckdb").resolve())) as shell:
        shell.execute("DELETE FROM observations")
        shell.execute("DROP TABLE figures")
    unharmed = contents(home)
    load(home, bundled)
    with duckdb.connect(str((home / "kooch.duckdb").resolve()), read_only=True) as shell:
        rows = shell.execute("SELECT (SELECT count(*) FROM observations), (SELECT count(*) FROM figures)").fetchall()

    assert unharmed == before
    assert rows == [(1, 2)]


@pytest.mark.proof
def test_a_load_of_nothing_publishes_nothing(home: Path, bundled: Path) -> None:
    crawl(home, seen("did:web:a.test", 0))
    first = load(home, bundled)
    files = {file.name: file.stat().st_mtime_ns for file in published_folder(home).iterdir()}
    nothing = load(home, bundled)

    assert (nothing.version, nothing.batches, nothing.is_new) == (first.version, 0, False)
    assert {file.name: file.stat().st_mtime_ns for file in published_folder(home).iterdir()} == files
    assert load(home, bundled, anew=True).version == first.version + 1


def _write_to_the_published_file(home: Path) -> None:
    with duckdb.connect(str((home / "kooch.duckdb").resolve())) as connection:
        connection.execute("DELETE FROM figures")


def _lose_the_link(home: Path) -> None:
    (home / "kooch.duckdb").unlink()


def _lose_the_readers_file(home: Path) -> None:
    reading_file(home).unlink()


def _restore_an_older_master(home: Path) -> None:
    make_private(master_file(home))
    with duckdb.connect(str(master_file(home))) as connection:
        connection.execute("UPDATE versions SET version = 0")


def _lose_the_manifest(home: Path) -> None:
    manifest.manifest_file(home).unlink()


def _end_a_run(home: Path) -> None:
    plan(home, "did:web:b.test", state="aborted")


@pytest.mark.proof
@pytest.mark.parametrize(
    "change",
    [
        _write_to_the_published_file,
        _lose_the_link,
        _lose_the_readers_file,
        _restore_an_older_master,
        _lose_the_manifest,
        _end_a_run,
    ],
)
def test_a_load_after_any_change_publishes(home: Path, bundled: Path, change: Callable[[Path], None]) -> None:
    crawl(home, seen("did:web:a.test", 0))
    first = load(home, bundled)
    change(home)
    again = load(home, bundled)

    assert again.is_new
    assert again.version > first.version
    assert query(home, "SELECT count(*) FROM figures") == [(2,)]


@pytest.mark.proof
def test_two_files_of_the_latest_version_are_kept_and_one_of_the_version_before(home: Path, bundled: Path) -> None:
    for _ in range(5):
        load(home, bundled, anew=True)

    assert sorted(file.name for file in published_folder(home).glob("*-*")) == [
        "kooch-00000005.duckdb",
        "reading-00000004.duckdb",
        "reading-00000005.duckdb",
    ]
    assert (home / "kooch.duckdb").resolve().name == "kooch-00000005.duckdb"


SHELL = """
import sys, duckdb
with duckdb.connect(sys.argv[1]) as shell:
    shell.execute("BEGIN")
    shell.execute("DELETE FROM figures")
    print("open", flush=True)
    sys.stdin.read()
"""


@pytest.mark.proof
def test_a_shell_left_open_disturbs_neither_loader_nor_reader(home: Path, bundled: Path) -> None:
    load(home, bundled)
    file = (home / "kooch.duckdb").resolve()
    with subprocess.Popen(
        [sys.executable, "-c", SHELL, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as shell:
        assert shell.stdout is not None
        assert shell.stdout.readline() == "open\n"
        with pytest.raises(duckdb.IOException, match="lock"):
            duckdb.connect(str(file), read_only=True)
        figures = query(home, "SELECT count(*) FROM figures")
        versions = [load(home, bundled, anew=True).version for _ in range(4)]
        after = query(home, "SELECT version FROM versions")
        shell.terminate()

    assert figures == [(2,)]
    assert versions == [2, 3, 4, 5]
    assert after == [(5,)]


@pytest.mark.proof
def test_a_reader_keeps_the_version_it_opened(home: Path, bundled: Path) -> None:
    load(home, bundled)
    with open_version(reading_file(home)) as connection:
        for _ in range(5):
            load(home, bundled, anew=True)
        rows = connection.execute("SELECT version FROM versions").fetchall()

    assert rows == [(1,)]
    assert query(home, "SELECT version FROM versions") == [(6,)]


@pytest.mark.proof
def test_a_reader_that_has_found_a_version_may_open_it_after_the_next_one(home: Path, bundled: Path) -> None:
    load(home, bundled)
    found = reading_file(home)
    load(home, bundled, anew=True)
    with open_version(found) as connection:
        rows = connection.execute("SELECT version FROM versions").fetchall()

    assert rows == [(1,)]


def test_a_lost_state_is_not_passed_over(home: Path, bundled: Path) -> None:
    crawl(home, seen("did:web:a.test", 0))
    load(home, bundled)
    for file in home.glob("state.sqlite*"):
        file.unlink()

    with pytest.raises(StorageError, match="Restore it from a backup"):
        load(home, bundled)


def test_a_master_of_the_first_schema_keeps_its_words_and_who_showed_them() -> None:
    first = (Path(schema.__file__).parent / "migrations" / "0001_tables.sql").read_text(encoding="utf-8")
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        schema.schema_version(connection)
        connection.execute(first)
        connection.execute("INSERT INTO schema_version VALUES (1, now(), 'old')")
        for account, day, bio in ((1, 1, "one"), (1, 3, "two"), (2, 1, "one"), (1, 5, "one")):
            connection.execute(
                "INSERT INTO profiles VALUES (?, make_date(2025, 1, ?), 'ann', NULL, ?, [], NULL, NULL)",
                [account, day, bio],
            )
        for account, day, has_profile in (
            (1, 1, True),
            (1, 2, True),
            (1, 3, True),
            (1, 4, False),
            (1, 6, True),
            (2, 2, True),
        ):
            connection.execute(
                "INSERT INTO observations BY NAME SELECT $1 AS account_id, make_date(2025, 1, $2) AS valid_at,"
                " now() AS recorded_at, 1 AS run_id, 'active' AS status, $3 AS has_profile",
                [account, day, has_profile],
            )
        schema.migrate(connection, Path())
        shown = connection.execute(
            "SELECT o.account_id, day(o.valid_at), t.bio FROM observations AS o LEFT JOIN texts AS t USING (text_id) ORDER BY ALL"
        ).fetchall()
        changes = connection.execute(
            "SELECT c.account_id, day(c.valid_from), t.bio FROM profile_changes AS c INNER JOIN texts AS t USING (text_id)"
            " ORDER BY ALL"
        ).fetchall()
        texts = connection.execute("SELECT count(*), count(DISTINCT digest) FROM texts").fetchall()

    assert shown == [(1, 1, "one"), (1, 2, "one"), (1, 3, "two"), (1, 4, None), (1, 6, "one"), (2, 2, "one")]
    assert changes == [(1, 1, "one"), (1, 3, "two"), (1, 5, "one"), (2, 1, "one")]
    assert texts == [(2, 2)]


@pytest.mark.proof
def test_words_that_no_observation_shows_any_more_are_gone(home: Path, bundled: Path) -> None:
    run = crawl(home, seen("did:web:a.test", 0, bio="mistaken"), seen("did:web:b.test", 0, bio="kept"))
    load(home, bundled)
    spool(home, run, seen("did:web:a.test", 5, bio="right"))
    load(home, bundled)

    assert query(home, "SELECT bio FROM texts ORDER BY bio") == [("kept",), ("right",)]
    assert query(home, "SELECT bio FROM profiles ORDER BY bio") == [("kept",), ("right",)]


def test_a_figure_has_what_all_its_lists_say_of_it(tmp_path: Path) -> None:
    lists = (
        roster("a", [member("ada", name="Ada King", born="1815")]),
        roster(
            "b",
            [
                member(
                    "ada", name="Ada Lovelace", country="GB", wikidata_qid="Q7259", official_ids=("bioguide:K1", "uk:7")
                ),
                member("bob", aliases=("Robert",)),
            ],
        ),
        roster("c", [member("ada", name="Ada King", aliases=("Countess",), official_ids=("uk:7",), born="1816")]),
    )
    load(tmp_path / "home", bundle(tmp_path / "lists", *lists))

    assert query(
        tmp_path / "home",
        "SELECT name, country, wikidata_qid, aliases, official_ids, born FROM figures ORDER BY figure_id",
    ) == [
        ("Ada King", "GB", "Q7259", ["Ada Lovelace", "Countess"], ["bioguide:K1", "uk:7"], 1815),
        ("bob", None, None, ["Robert"], [], None),
    ]
