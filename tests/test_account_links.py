"""Accounts that name others: where they moved to, and whether the other says so too."""

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from kooch.config import VIEWS
from kooch.store.outcomes import Outcome, Target
from kooch.store.spool import archived_batches, write_batch
from kooch.store.state import end_run, open_state, plan_run
from kooch.store.suppress import suppress
from tests.stores import at, bundle, claim, contents, load, member, query, roster, seen

OLD, NEW, OTHER = (f"https://{host}/users/minister" for host in ("old.test", "new.test", "other.test"))
LINKS = """
SELECT a.native_id, n.kind, n.other, o.native_id, n.is_named_back
FROM account_links AS n
JOIN accounts AS a USING (account_id)
LEFT JOIN accounts AS o ON o.account_id = n.other_account_id
ORDER BY ALL
"""


@pytest.fixture
def bundled(tmp_path: Path) -> Path:
    accounts = [claim("a", native_id=OLD, platform="mastodon"), claim("b", "b@third.test", platform="mastodon")]
    return bundle(tmp_path / "bundled", roster("people", map(member, "ab"), accounts=tuple(accounts)))


def account(actor: str, minutes: float, **more: Any) -> Outcome:  # noqa: ANN401 -- fields of any kind
    return seen(actor, minutes, server=actor.split("/")[2], **more)


def crawl(home: Path, *outcomes: Outcome) -> None:
    with open_state(home) as state:
        targets = [Target(key=outcome.target) for outcome in outcomes]
        run = plan_run(state, platform="mastodon", targets=targets).run
        end_run(state, run, "complete")
    write_batch(home, run=run, platform="mastodon", outcomes=outcomes)


def test_a_move_that_both_accounts_confirm_is_a_move(tmp_path: Path, bundled: Path) -> None:
    crawl(tmp_path, account(OLD, 0))
    crawl(tmp_path, account(OLD, 60, status="moved", moved_to=NEW, is_named_back=True))
    load(tmp_path, bundled)

    assert query(tmp_path, LINKS) == [(OLD, "moved_to", NEW, None, True)]
    assert query(tmp_path, "SELECT move, not_before, before FROM moves WHERE move <> 'joined'") == [
        ("moved server", at(0), at(60))
    ]
    assert query(tmp_path, "SELECT moved_to, is_mutual FROM moved_accounts") == [(NEW, True)]


def test_an_account_that_names_itself_goes_nowhere(tmp_path: Path, bundled: Path) -> None:
    crawl(tmp_path, account(OLD, 0))
    crawl(tmp_path, account(OLD, 60, status="moved", moved_to=OLD, is_named_back=True))
    load(tmp_path, bundled)

    assert query(tmp_path, "SELECT * FROM moved_accounts") == []
    assert query(tmp_path, "SELECT * FROM moves WHERE move <> 'joined'") == []


@pytest.mark.parametrize("is_named_back", [False, None])
def test_the_word_of_one_side_alone_is_no_move(tmp_path: Path, bundled: Path, *, is_named_back: bool | None) -> None:
    crawl(tmp_path, account(OLD, 0))
    crawl(tmp_path, account(OLD, 60, status="moved", moved_to=NEW, is_named_back=is_named_back))
    load(tmp_path, bundled)

    assert query(tmp_path, "SELECT moved_to, is_mutual, not_before FROM moved_accounts") == [(NEW, False, at(0))]
    assert query(tmp_path, "SELECT * FROM moves WHERE move <> 'joined'") == []


@pytest.mark.proof
def test_the_other_side_may_be_heard_later(tmp_path: Path, bundled: Path) -> None:
    """The account moved to is crawled itself, loads later, and names the old one."""
    crawl(tmp_path, account(OLD, 0))
    crawl(tmp_path, account(OLD, 60, status="moved", moved_to=NEW))
    load(tmp_path, bundled)
    assert query(tmp_path, "SELECT is_mutual, moved_to_account_id FROM moved_accounts") == [(False, None)]
    crawl(tmp_path, account(NEW, 120, also_known_as=(OLD, OTHER)))
    load(tmp_path, bundled)

    assert query(tmp_path, LINKS) == [
        (NEW, "also_known_as", OLD, OLD, None),
        (NEW, "also_known_as", OTHER, None, None),
        (OLD, "moved_to", NEW, NEW, None),
    ]
    assert query(tmp_path, "SELECT move FROM moves WHERE move <> 'joined'") == [("moved server",)]


def test_what_was_so_from_the_first_is_no_move(tmp_path: Path, bundled: Path) -> None:
    crawl(tmp_path, account(OLD, 0, status="moved", moved_to=NEW, is_named_back=True))
    load(tmp_path, bundled)

    assert query(tmp_path, "SELECT is_mutual, not_before, before FROM moved_accounts") == [(True, None, at(0))]
    assert query(tmp_path, "SELECT * FROM moves WHERE move <> 'joined'") == []


@pytest.mark.proof
def test_a_link_is_one_however_often_and_in_whatever_order_it_is_read(tmp_path: Path, bundled: Path) -> None:
    homes = [tmp_path / "forth", tmp_path / "back", tmp_path / "at once"]
    runs = [
        account(OLD, minutes, status="moved", moved_to=NEW, is_named_back=back)
        for minutes, back in ((0, None), (60, True), (120, False))
    ]
    for home, order in zip(homes, (runs, runs[::-1], runs), strict=True):
        for outcome in order:
            crawl(home, outcome)
            if home != homes[2]:
                load(home, bundled)
        load(home, bundled)
        load(home, bundled)

    found = [query(home, "SELECT other, is_named_back, known_at FROM account_links") for home in homes]
    assert found == [[(NEW, True, at(0))]] * 3


@pytest.mark.proof
def test_a_rebuilt_store_has_the_same_links(tmp_path: Path, bundled: Path) -> None:
    home = tmp_path / "home"
    crawl(home, account(OLD, 60, status="moved", moved_to=NEW, is_named_back=True))
    load(home, bundled)
    crawl(home, account(NEW, 120, also_known_as=(OLD,)))
    load(home, bundled)
    before = contents(home)
    (home / "master.duckdb").unlink()
    load(home, bundled)

    assert contents(home) == before


@pytest.mark.proof
def test_a_handle_that_becomes_an_account_keeps_its_links(tmp_path: Path, bundled: Path) -> None:
    """Found by its handle without an id, an account that says where it went is later known by its id."""
    load(tmp_path, bundled)
    crawl(tmp_path, seen("@b@third.test", 0, status="moved", server="third.test", moved_to=NEW))
    load(tmp_path, bundled)
    crawl(tmp_path, account(OTHER, 30))
    load(tmp_path, bundled)
    crawl(tmp_path, seen("@b@third.test", 60, native_id=OTHER, server="other.test"))
    load(tmp_path, bundled)

    assert query(tmp_path, LINKS) == [(OTHER, "moved_to", NEW, None, None)]


@pytest.mark.proof
def test_nobody_names_a_suppressed_account(tmp_path: Path, bundled: Path) -> None:
    home = tmp_path / "home"
    outcomes = (
        account(OLD, 0, status="moved", moved_to=NEW, is_named_back=True, also_known_as=(NEW, OTHER)),
        account(NEW, 1, also_known_as=(OLD,), bio="Minister", handle="minister@new.test"),
    )
    crawl(home, *outcomes)
    load(home, bundled)
    suppress(home, platform="mastodon", account="minister@new.test", reason="asked", views=VIEWS, bundled=bundled)
    kept = [row for file in archived_batches(home) for row in pq.read_table(file).to_pylist()]

    assert [row["target"] for row in kept] == [OLD]
    assert NEW not in repr(kept)
    for _ in range(2):
        assert query(home, LINKS) == [(OLD, "also_known_as", OTHER, None, None)]
        # Others go on naming it.
        crawl(home, *outcomes)
        load(home, bundled)
