"""A run that is withdrawn: what it observed is in no later version, and a rebuild says the same."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kooch.errors import StorageError
from kooch.store.master import master_file
from kooch.store.spool import archived_batches, waiting_batches
from kooch.store.state import cost_since, count_cost, open_state, withdraw_run
from kooch.times import now
from tests.commands import kooch
from tests.stores import START, bundle, claim, contents, crawl, load, member, query, roster, seen

DID = "did:plc:" + "a" * 24
PEOPLE = roster("people", [member("m")], accounts=(claim("m", "m.test", DID),))


@pytest.fixture
def bundled(tmp_path: Path) -> Path:
    return bundle(tmp_path / "bundled", PEOPLE)


@pytest.fixture
def home(tmp_path: Path, bundled: Path) -> Path:
    """Three looks: active, gone twice by a clock that was 400 days ahead, and active again today."""
    home = tmp_path / "home"
    ahead = (now() - START) / timedelta(minutes=1) + 400 * 24 * 60
    crawl(home, seen(DID, 0, followers=10), state="complete")
    crawl(home, seen(DID, ahead, status="deleted"), state="complete")
    crawl(home, seen(DID, 24 * 60, followers=11), state="complete")
    load(home, bundled)
    return home


def run_of_ahead(home: Path) -> str:
    ((key,),) = query(
        home,
        "SELECT i.key FROM observations AS o INNER JOIN ids AS i ON i.kind = 'run' AND i.id = o.run_id"
        " WHERE o.status = 'deleted'",
    )
    return str(key)


@pytest.mark.proof
def test_a_load_names_runs_that_observed_something_later_than_now(home: Path, bundled: Path) -> None:
    loaded = load(home, bundled)
    with open_state(home) as state:
        withdraw_run(state, run_of_ahead(home), "a clock was ahead")

    assert [(run.platform, run.observations) for run in loaded.ahead] == [("bluesky", 1)]
    assert loaded.ahead[0].latest_at > datetime.now(UTC) + timedelta(days=399)
    assert load(home, bundled).ahead == ()


@pytest.mark.proof
def test_a_withdrawn_run_hides_nothing_any_more(home: Path, bundled: Path) -> None:
    key = run_of_ahead(home)
    batches = archived_batches(home)
    with open_state(home) as state:
        count_cost(state, key, 0.5)
        withdraw_run(state, key, "a clock was ahead")
        spent = cost_since(state, platform="bluesky", since=datetime(2020, 1, 1, tzinfo=UTC))
    load(home, bundled)
    as_withdrawn = contents(home)

    assert query(home, "SELECT status::VARCHAR, followers FROM seen_accounts") == [("active", 11)]
    assert query(home, "SELECT count(*) FROM runs") == [(2,)]
    assert query(home, "SELECT run, reason FROM withdrawn_runs") == [(key, "a clock was ahead")]
    assert query(home, "SELECT count(*) FROM moves WHERE move <> 'joined'") == [(0,)]
    # What was spent is spent, and what was heard is kept.
    assert spent == 0.5
    assert archived_batches(home) == batches
    master_file(home).unlink()
    load(home, bundled)
    assert contents(home) == as_withdrawn


@pytest.mark.proof
def test_a_batch_that_waits_is_kept_and_not_loaded(home: Path, bundled: Path) -> None:
    run = crawl(home, seen(DID, 3 * 24 * 60, followers=99), state="complete")
    with open_state(home) as state:
        withdraw_run(state, run, "a test of the proxy")
    load(home, bundled)

    assert waiting_batches(home) == []
    assert any(file.parent.name == run for file in archived_batches(home))
    assert query(home, "SELECT max(followers) FROM observations") == [(11,)]


@pytest.mark.proof
def test_no_run_is_withdrawn_from_an_archive_that_lacks_something(home: Path, bundled: Path) -> None:
    key = run_of_ahead(home)
    next(file for file in archived_batches(home) if file.parent.name != key).unlink()
    with open_state(home) as state:
        withdraw_run(state, key, "a clock was ahead")

    with pytest.raises(StorageError, match="cannot be withdrawn without loss"):
        load(home, bundled)
    assert master_file(home).exists()


@pytest.mark.proof
def test_runs_drop_withdraws_a_run_by_its_number(home: Path) -> None:
    ((number,),) = query(home, "SELECT run_id FROM observations WHERE status = 'deleted'")
    doctor = kooch(home, "doctor", "--no-network")
    clock = next(check for check in map(json.loads, doctor.stdout.splitlines()) if check["name"] == "clock")
    done = kooch(home, "runs", "drop", str(number), "--reason", "a clock was ahead")
    again = kooch(home, "runs", "drop", str(number), "--reason", "a clock was ahead")

    assert (doctor.returncode, clock["ok"]) == (4, False)
    assert f"kooch runs drop {number}" in clock["found"]
    assert (done.returncode, again.returncode) == (0, 2)
    assert f"There is no run {number}" in again.stderr
    assert query(home, "SELECT count(*) FROM observations WHERE status = 'deleted'") == [(0,)]
