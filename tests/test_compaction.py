"""The merged archive: whatever happens to it before, during or after the merge, the tables are those of the original
batches."""

import os
import random
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from pyarrow import parquet

from kooch import files
from kooch.config import VIEWS
from kooch.store import compact as compacting
from kooch.store import manifest
from kooch.store.backup import write_backup
from kooch.store.compact import batch_digests, compact, finish_compaction
from kooch.store.master import master_file
from kooch.store.spool import archived_batches, merged_folder, spool_folder
from kooch.store.state import open_state, runs, withdraw_run
from kooch.store.suppress import suppress
from tests import random_worlds
from tests.stores import at, bundle, claim, contents, failed, load, member, plan, query, roster, seen, spool
from tests.test_failpoints import Patch, at_call, killed_in_a_child, rows

A, B = "did:web:a.test", "did:web:b.test"
PEOPLE = roster("people", [member("ann"), member("bob")], accounts=(claim("ann", None, A), claim("bob", None, B)))
RUNS = "SELECT state, planned, observed, failed, skipped FROM runs ORDER BY started_at"
_DAY = 24 * 60


@pytest.fixture
def bundled(tmp_path: Path) -> Path:
    return bundle(tmp_path / "bundled", PEOPLE)


@pytest.fixture
def home(tmp_path: Path, bundled: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four runs of two batches, loaded; in the second nobody could be asked for B. Two files are enough to be merged."""
    monkeypatch.setattr(compacting, "FEWEST_FILES", 2)
    monkeypatch.setattr(compacting, "_GROUP_ROWS", 3)
    home = tmp_path / "home"
    for day in range(4):
        crawled(home, day)
    load(home, bundled)
    return home


def crawled(home: Path, day: int) -> str:
    run = plan(home, A, B, state="complete" if day != 1 else "partial")
    spool(home, run, seen(A, day * _DAY, followers=day, bio="I am A."))
    spool(home, run, failed(B, day * _DAY) if day == 1 else seen(B, day * _DAY, bio=f"B on day {day // 2}"))
    return run


def rebuilt(home: Path, bundled: Path) -> dict[str, list[str]]:
    master_file(home).unlink()
    load(home, bundled)
    return contents(home)


def names_of(paths: list[Path]) -> list[str]:
    return sorted(path.parent.name for path in paths)


@pytest.mark.proof
def test_merged_batches_give_the_same_tables_under_the_same_ids_and_digests(home: Path, bundled: Path) -> None:
    before, digests = contents(home), batch_digests(home)
    batches = "SELECT batch_id, rows FROM batches ORDER BY ALL"
    counted = query(home, batches)
    kept = [(file, file.read_bytes()) for file in archived_batches(home)]
    merged = compact(home)
    again = compact(home)
    is_new = load(home, bundled).is_new
    # Spooling again what was loaded long ago changes nothing.
    for file, content in kept:
        copy = spool_folder(home) / file.parent.name / file.name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(content)
    loaded = load(home, bundled)

    assert (merged, again, is_new, loaded.batches) == (6, 0, False, 0)
    assert len(digests) == 8
    assert contents(home) == before
    assert rebuilt(home, bundled) == before
    assert query(home, batches) == counted
    assert batch_digests(home) == digests


def test_the_rows_of_a_merged_file_are_sorted_by_account_and_time(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compacting, "_GROUP_ROWS", 100)
    compact(home)
    (file,) = merged_folder(home).iterdir()
    told = parquet.read_table(file, columns=["target", "valid_at"]).to_pylist()

    # B failed on the second day: it has no id there, and goes by its target.
    assert [(row["target"], row["valid_at"]) for row in told] == [
        (who, at(n * _DAY)) for who in (A, B) for n in range(3)
    ]


@pytest.mark.proof
def test_smaller_merged_files_are_merged_again_and_few_files_stay(home: Path, bundled: Path) -> None:
    before = len(archived_batches(home))
    for day in range(4, 16):
        crawled(home, day)
        load(home, bundled)
        compact(home)
    wanted = contents(home)

    assert before == 8
    assert len(list(merged_folder(home).iterdir())) <= 4
    assert len(archived_batches(home)) <= 6
    assert len(batch_digests(home)) == 32
    assert rebuilt(home, bundled) == wanted


@pytest.mark.proof
def test_batches_of_a_run_that_may_be_continued_are_not_merged(home: Path, bundled: Path) -> None:
    under_way = plan(home, A, B)
    spool(home, under_way, seen(A, 5 * _DAY))
    load(home, bundled)
    compact(home)

    assert (names_of(archived_batches(home)).count("merged"), len(archived_batches(home))) == (1, 4)
    assert under_way in names_of(archived_batches(home))


@pytest.mark.proof
def test_a_suppressed_account_goes_from_merged_batches(home: Path, bundled: Path, tmp_path: Path) -> None:
    plain = Path(shutil.copytree(home, tmp_path / "plain", symlinks=True))
    compact(home)
    digests = batch_digests(home)
    for each in (home, plain):
        suppress(each, platform="bluesky", account=f"id:{B}", reason="test", views=VIEWS, bundled=bundled)
    told = [str(parquet.read_table(file).to_pylist()) for file in archived_batches(home)]

    assert not [text for text in told if B in text]
    assert query(home, RUNS) == query(plain, RUNS)
    assert [row[1:] for row in query(home, RUNS)] == 4 * [(1, 1, 0, 0)]
    assert contents(home) == contents(plain) == rebuilt(home, bundled)
    assert manifest.faults(home, thorough=True) == []
    # A batch that holds less than before compares as another batch; a batch that holds nothing does not count.
    assert batch_digests(home).keys() == batch_digests(plain).keys()
    assert len({*batch_digests(home).items()} & {*digests.items()}) == 1  # that of the latest run, which is not merged


@pytest.mark.proof
def test_a_run_is_withdrawn_from_merged_batches(home: Path, bundled: Path, tmp_path: Path) -> None:
    plain = Path(shutil.copytree(home, tmp_path / "plain", symlinks=True))
    compact(home)
    for each in (home, plain):
        with open_state(each) as state:
            withdraw_run(state, runs(state)[1].run, "a clock was ahead")
        load(each, bundled)
    found = [contents(each) for each in (home, plain)]
    for tables in found:
        tables["withdrawn_runs"] = [str(len(tables["withdrawn_runs"]))]

    assert found[0] == found[1]
    assert len(query(home, RUNS)) == 3


@pytest.mark.proof
def test_a_merged_file_that_is_damaged_is_told_and_can_be_given_back(home: Path, bundled: Path, tmp_path: Path) -> None:
    before = contents(home)
    compact(home)
    copy = write_backup(home, tmp_path / "backups")
    (file,) = merged_folder(home).iterdir()
    file.write_bytes(file.read_bytes()[:-9])
    faults = manifest.faults(home, thorough=False)
    master_file(home).unlink()
    load(home, bundled, without_lost=True)
    without = query(home, RUNS)
    # As the message says: a copy from a backup comes back through the spool.
    (spool_folder(home) / "merged").mkdir(parents=True)
    shutil.copy2(copy / "archive" / "merged" / file.name, spool_folder(home) / "merged")
    load(home, bundled)

    assert [fault.name for fault in faults] == [f"merged/{file.name}"]
    assert [row[0] for row in without] == ["aborted", "aborted", "aborted", "complete"]
    assert contents(home) == before


POINTS: dict[str, Patch] = {
    "before the note": at_call(1, compacting, "write_whole"),
    "after the note": at_call(1, compacting, "write_whole", is_after=True),
    "before the rows are sorted": at_call(1, compacting, "_write_sorted"),
    "between two parts": at_call(2, compacting, "_write_sorted"),
    "before the file is on disk": at_call(2, files, "sync_file"),
    "before the file has its name": at_call(2, files, "sync_file", is_after=True),
    "before the manifest": at_call(1, manifest, "renew"),
    "before the manifest has its name": at_call(3, files, "sync_file", is_after=True),
    "after the manifest": at_call(1, manifest, "renew", is_after=True),
    "before the second source goes": at_call(2, Path, "unlink"),
    "before the last source goes": at_call(6, Path, "unlink"),
    "before the note goes": at_call(7, Path, "unlink"),
    "after the note has gone": at_call(7, Path, "unlink", is_after=True),
}


@pytest.mark.proof
def test_a_compaction_that_is_killed_at_any_step_loses_nothing(home: Path, bundled: Path, tmp_path: Path) -> None:
    wanted, digests = contents(home), batch_digests(home)
    for n, (point, patch) in enumerate(POINTS.items()):
        hurt = Path(shutil.copytree(home, tmp_path / f"hurt{n}", symlinks=True))

        def work(hurt: Path = hurt, patch: Patch = patch) -> None:
            patch()
            compact(hurt)

        def finish(hurt: Path = hurt) -> None:
            at_call(2, Path, "unlink")()  # where there is as much to do
            finish_compaction(hurt)

        was_killed = killed_in_a_child(work)
        killed_in_a_child(finish)
        got = rebuilt(hurt, bundled)
        left = [*merged_folder(hurt).glob(".*"), *hurt.glob("archive/compacting.json")]
        print(f"{point}: killed {was_killed}; {len(archived_batches(hurt))} files", flush=True)

        assert was_killed, point
        assert got == wanted, point
        assert batch_digests(hurt) == digests, point
        assert left == [], point
        assert compact(hurt) in {0, 6}, point
        shutil.rmtree(hurt)


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(int(os.environ.get("KOOCH_SEEDS", "8"))))
def test_any_history_with_compactions_gives_the_tables_of_the_same_history_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(compacting, "FEWEST_FILES", 2)
    monkeypatch.setattr(compacting, "MOST_ROWS", 30)
    monkeypatch.setattr(compacting, "_GROUP_ROWS", 5)
    merged: list[int] = []

    def told(name: str, then: Callable[[Path], object]) -> dict[str, list[str]]:
        chance = random.Random(seed)  # the same names each time
        named = SimpleNamespace(uuid4=lambda: uuid.UUID(int=chance.getrandbits(128)))
        monkeypatch.setattr("kooch.store.state.uuid", named)
        monkeypatch.setattr("kooch.store.spool.uuid", named)
        dropping = random.Random(-seed)

        def after_load(home: Path) -> None:
            then(home)
            if dropping.random() < 0.2:
                with open_state(home) as state:
                    if ended := [run.run for run in runs(state) if run.ended_at]:
                        withdraw_run(state, dropping.choice(ended), "-")
            if dropping.random() < 0.2:
                master_file(home).unlink()

        random_worlds.make(tmp_path / name, seed, after_load)
        master_file(tmp_path / name).unlink(missing_ok=True)
        load(tmp_path / name, bundle(tmp_path / "none"))
        return rows(tmp_path / name)

    with_compactions = told("compacted", lambda home: merged.append(compact(home)))

    assert with_compactions == told("plain", lambda _home: None)
    print(f"seed {seed}: {sum(merged)} files merged, {sum(map(len, with_compactions.values()))} rows")
