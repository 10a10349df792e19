"""Which number is which account: handles are not people, and what was learned once stays learned."""

from pathlib import Path

import pytest

from kooch.store.outcomes import HandleSpan
from kooch.store.state import open_state
from kooch.store.versions import targets
from tests.stores import at, bundle, claim, contents, crawl, failed, load, member, query, roster, seen

ACCOUNTS = """
SELECT a.native_id, count(DISTINCT c.figure_id), count(DISTINCT a.account_id)
FROM accounts AS a
LEFT JOIN claims AS c ON c.account_id = a.account_id
WHERE a.merged_into IS NULL
GROUP BY a.native_id
ORDER BY a.native_id NULLS LAST
"""
SEEN = """
SELECT a.native_id, o.followers
FROM observations AS o
INNER JOIN accounts AS a ON a.account_id = o.account_id
ORDER BY o.valid_at
"""
FAILURES = "SELECT cause, detail FROM failures ORDER BY failed_at"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def bundled(tmp_path: Path) -> Path:
    """Ann by two handles, Bob by his id and a handle."""
    accounts = (
        claim("ann", "ann.test"),
        claim("ann", "Ann.Other"),
        claim("bob", "bob.test", "did:web:b.test"),
    )
    return bundle(tmp_path / "bundled", roster("people", [member("ann"), member("bob")], accounts=accounts))


@pytest.mark.proof
def test_a_handle_and_the_id_it_answers_with_are_one_account(home: Path, bundled: Path) -> None:
    load(home, bundled)
    before = query(home, "SELECT account_id FROM claims WHERE value = 'ann.test'")
    crawl(home, seen("@ann.test", 0, native_id="did:web:a.test", followers=1))
    load(home, bundled)
    crawl(home, seen("did:web:a.test", 1, followers=2))
    load(home, bundled)

    assert query(home, "SELECT DISTINCT account_id FROM observations") == before
    assert query(
        home, "SELECT native_id FROM accounts WHERE account_id IN (FROM (SELECT account_id FROM observations))"
    )
    assert query(home, SEEN) == [("did:web:a.test", 1), ("did:web:a.test", 2)]


@pytest.mark.proof
def test_two_handles_that_answer_with_one_id_are_one_account(home: Path, bundled: Path) -> None:
    # Both were looked for in vain before: that, too, is now said of the one account.
    crawl(home, seen("@ann.test", 0, native_id=None, status="not_found"), failed("@ann.other", 0))
    load(home, bundled)
    crawl(home, seen("@ann.other", 9, native_id=None, status="not_found"))
    load(home, bundled)
    crawl(home, seen("@ann.test", 10, native_id="did:web:a.test", followers=1, bio="ann", handle="ann.other"))
    load(home, bundled)
    crawl(home, seen("@ann.other", 20, native_id="did:web:a.test", followers=2, bio="ann"))
    load(home, bundled)

    assert query(home, ACCOUNTS) == [("did:web:a.test", 1, 1), ("did:web:b.test", 1, 1)]
    assert query(home, "SELECT count(*) FROM accounts WHERE merged_into IS NOT NULL") == [(1,)]
    assert query(home, SEEN) == [
        ("did:web:a.test", None),
        ("did:web:a.test", None),
        ("did:web:a.test", 1),
        ("did:web:a.test", 2),
    ]
    assert query(home, "SELECT valid_from, bio FROM profiles") == [(at(10), "ann")]
    assert query(home, "SELECT figure_id, accounts FROM first_joins ORDER BY figure_id") == [("ann", 1), ("bob", 1)]
    # The run still has an outcome for each target that was planned.
    assert query(home, "SELECT planned, observed, failed FROM runs ORDER BY run_id")[0] == (2, 1, 1)
    assert sorted((t.key, t.handle) for t in targets(home, platform="bluesky", roster=None)) == [
        ("did:web:a.test", "ann.other"),
        ("did:web:b.test", "bob.test"),
    ]


@pytest.mark.proof
def test_an_id_that_a_roster_learns_later_takes_over_what_the_handle_was_seen_with(home: Path, tmp_path: Path) -> None:
    people = [member("ann"), member("eve")]
    bundled = bundle(
        tmp_path / "bundled", roster("people", people, accounts=(claim("eve", native_id="did:web:a.test"),))
    )
    load(home, bundled)
    bundle(bundled, roster("others", people[:1], accounts=(claim("ann", "ann.test"),)))
    crawl(home, seen("@ann.test", 0, native_id=None, followers=7))
    load(home, bundled)
    bundle(bundled, roster("others", people[:1], accounts=(claim("ann", "ann.test", "did:web:a.test"),)))
    load(home, bundled)

    assert query(home, SEEN) == [("did:web:a.test", 7)]
    assert query(home, ACCOUNTS) == [("did:web:a.test", 2, 1)]


@pytest.mark.proof
def test_a_handle_in_capitals_is_the_same_handle(home: Path, bundled: Path) -> None:
    load(home, bundled)
    crawl(home, seen("@Ann.Test", 0, native_id="did:web:a.test"))
    load(home, bundled)

    assert query(home, "SELECT count(*) FROM accounts WHERE native_id = 'did:web:a.test'") == [(1,)]
    assert query(home, "SELECT count(*) FROM accounts") == [(3,)]


@pytest.mark.proof
@pytest.mark.parametrize("loads", ["one load", "two loads"])
def test_a_handle_answered_by_somebody_else_is_a_failure_and_no_observation(
    home: Path, bundled: Path, loads: str
) -> None:
    load(home, bundled)
    crawl(home, seen("@ann.test", 0, native_id="did:web:a.test", followers=1))
    if loads == "two loads":
        load(home, bundled)
    taken = seen("@ann.test", 60, native_id="did:web:thief.test", followers=9, bio="gotcha", server="pds.thief")
    crawl(home, taken)
    load(home, bundled)

    assert query(home, SEEN) == [("did:web:a.test", 1)]
    assert query(home, FAILURES) == [
        ("handle_taken_over", "the handle was that of did:web:a.test and is answered by did:web:thief.test")
    ]
    assert query(home, "SELECT count(*) FROM profiles") == [(0,)]
    assert query(home, "SELECT server FROM accounts WHERE native_id = 'did:web:a.test'") == [(None,)]
    assert query(home, "SELECT count(*) FROM accounts WHERE native_id = 'did:web:thief.test'") == [(0,)]
    assert query(home, "SELECT planned, observed, failed FROM runs ORDER BY started_at") == [(1, 1, 0), (1, 0, 1)]


@pytest.mark.proof
def test_a_handle_that_a_roster_ties_to_an_id_cannot_be_taken_over(home: Path, bundled: Path) -> None:
    # Known from the roster of the same load, before the answer.
    crawl(home, seen("@bob.test", 0, native_id="did:web:thief.test"))
    load(home, bundled)

    assert query(home, SEEN) == []
    assert query(home, "SELECT cause FROM failures") == [("handle_taken_over",)]


@pytest.mark.proof
def test_the_handle_of_a_merged_account_cannot_be_taken_over(home: Path, bundled: Path) -> None:
    for minutes, handle in enumerate(("@ann.test", "@ann.other")):
        crawl(home, seen(handle, minutes, native_id="did:web:a.test"))
        load(home, bundled)
    crawl(home, seen("@ann.other", 60, native_id="did:web:thief.test"))
    load(home, bundled)

    assert query(home, SEEN) == [("did:web:a.test", None), ("did:web:a.test", None)]
    assert query(home, "SELECT cause FROM failures") == [("handle_taken_over",)]


@pytest.mark.proof
def test_of_two_accounts_that_answer_to_an_unknown_handle_it_is_the_earlier_ones(home: Path, bundled: Path) -> None:
    crawl(home, seen("@ann.test", 60, native_id="did:web:late.test"))
    crawl(home, seen("@ann.test", 0, native_id="did:web:early.test"))
    load(home, bundled)

    assert query(home, SEEN) == [("did:web:early.test", None)]
    assert query(home, "SELECT cause FROM failures") == [("handle_taken_over",)]


@pytest.mark.proof
def test_a_renamed_account_keeps_its_number_and_its_history(home: Path, bundled: Path) -> None:
    first = HandleSpan(handle="bob.test", valid_from=at(-100))
    crawl(home, seen("did:web:b.test", 0, bio="b", handle="bob.test", handles=(first,), followers=1))
    load(home, bundled)
    before = query(home, "SELECT account_id, url FROM accounts WHERE native_id = 'did:web:b.test'")
    spans = (
        HandleSpan(handle="bob.test", valid_from=at(-100), valid_to=at(50)),
        HandleSpan(handle="bobby.test", valid_from=at(50)),
    )
    crawl(home, seen("did:web:b.test", 60, bio="b", handle="bobby.test", handles=spans, followers=2))
    load(home, bundled)
    # The freed handle goes to a stranger, who is nobody's.
    crawl(home, seen("@bob.test", 90, native_id="did:web:stranger.test", followers=3))
    load(home, bundled)

    assert before == [(1, "https://bsky.app/profile/bob.test")]
    assert query(home, "SELECT account_id, url FROM accounts WHERE native_id = 'did:web:b.test'") == [
        (1, "https://bsky.app/profile/bobby.test")
    ]
    assert query(home, SEEN) == [("did:web:b.test", 1), ("did:web:b.test", 2)]
    assert query(home, "SELECT handle, valid_from, valid_to, kind FROM handles WHERE account_id = 1 ORDER BY ALL") == [
        ("bob.test", at(-100), at(50), "registry"),
        ("bob.test", at(0), at(60), "seen"),
        ("bob.test", None, None, "roster"),
        ("bobby.test", at(50), None, "registry"),
        ("bobby.test", at(60), None, "seen"),
    ]
    assert query(home, "SELECT handle FROM current_handles WHERE account_id = 1") == [("bobby.test",)]


@pytest.mark.proof
def test_an_older_history_of_handles_does_not_replace_a_newer(home: Path, bundled: Path) -> None:
    newer = (
        HandleSpan(handle="one", valid_from=at(-100), valid_to=at(50)),
        HandleSpan(handle="two", valid_from=at(50)),
    )
    crawl(home, seen("did:web:b.test", 60, handles=newer, server="pds.new"))
    load(home, bundled)
    crawl(home, seen("did:web:b.test", 0, handles=(HandleSpan(handle="one", valid_from=at(-100)),), server="pds.old"))
    load(home, bundled)

    assert query(home, "SELECT handle, valid_to FROM handles WHERE kind = 'registry' ORDER BY valid_from") == [
        ("one", at(50)),
        ("two", None),
    ]
    assert query(home, "SELECT server FROM accounts WHERE native_id = 'did:web:b.test'") == [("pds.new",)]


@pytest.mark.proof
@pytest.mark.parametrize("account", ["did:web:b.test", "@bob.test"])
def test_a_suppressed_account_never_enters(home: Path, bundled: Path, account: str) -> None:
    with open_state(home) as state:
        state.execute(
            "INSERT INTO suppressions VALUES ('bluesky', ?, 'asked', '2025-01-01T00:00:00+00:00')", (account,)
        )
    crawl(
        home,
        seen(account, 0, native_id="did:web:b.test", bio="secret", handle="bob.test", server="pds.b"),
        seen("did:web:c.test", 0),
    )
    load(home, bundled)
    everything = str(contents(home))

    assert "secret" not in everything
    assert "pds.b" not in everything
    if account == "did:web:b.test":
        assert query(home, "SELECT figure_id FROM claims WHERE figure_id = 'bob'") == []
    assert query(home, "SELECT planned, observed FROM runs") == [(1, 1)]


@pytest.mark.proof
def test_a_suppressed_account_that_answers_to_another_name_does_not_enter_either(home: Path, bundled: Path) -> None:
    with open_state(home) as state:
        state.execute(
            "INSERT INTO suppressions VALUES ('bluesky', 'did:web:a.test', 'asked', '2025-01-01T00:00:00+00:00')"
        )
    crawl(home, seen("@ann.test", 0, native_id="did:web:a.test", bio="secret"))
    load(home, bundled)

    assert "secret" not in str(contents(home))
    assert query(home, "SELECT native_id FROM accounts WHERE native_id = 'did:web:a.test'") == []
    assert query(home, "SELECT planned, observed, failed, skipped FROM runs") == [(1, 0, 0, 1)]
    assert query(home, "SELECT cause FROM failures") == [("suppressed",)]


@pytest.mark.proof
def test_numbers_stay_when_rosters_come_and_go(home: Path, bundled: Path) -> None:
    crawl(home, seen("did:web:b.test", 0))
    load(home, bundled)
    numbers = "SELECT kind, key, id FROM ids WHERE key LIKE '%bob.test' OR key LIKE '% did:web:b.test' ORDER BY ALL"
    before = query(home, numbers)
    early = roster("aaa", [member("zoe")], accounts=(claim("zoe", "aaa.test"),))
    bundle(bundled, early)
    load(home, bundled)
    grown = query(home, numbers)
    for file in (bundled / "aaa").iterdir():
        file.unlink()
    load(home, bundled)

    assert len(before) == 2
    assert grown == before
    assert query(home, numbers) == before
    assert query(home, "SELECT figure_id FROM figures ORDER BY 1") == [("ann",), ("bob",)]


@pytest.mark.proof
def test_a_rejected_link_is_not_published_nor_any_bound_that_rests_on_it(home: Path, bundled: Path) -> None:
    load(home, bundled)
    with open_state(home) as state:
        state.execute(
            "INSERT INTO decisions VALUES ('bob', 'bluesky', 'did:web:b.test', 'rejected', 'rita', 'parody', ?)",
            ("2025-02-01T00:00:00+00:00",),
        )
    crawl(home, seen("did:web:b.test", 0))
    load(home, bundled)
    rejected = query(
        home,
        "SELECT figure_id FROM claims WHERE figure_id = 'bob' UNION ALL SELECT figure_id FROM joins WHERE figure_id = 'bob'",
    )
    bounds = query(home, "SELECT kind FROM bounds WHERE figure_id = 'bob'")
    counted = query(home, "SELECT rejected_claims FROM rosters")
    with open_state(home) as state:
        state.execute(
            "INSERT INTO decisions VALUES ('bob', 'bluesky', 'did:web:b.test', 'accepted', 'rita', 'sorry', ?)",
            ("2025-02-02T00:00:00+00:00",),
        )
    load(home, bundled)

    assert rejected == []
    assert bounds == []
    assert counted == [(1,)]
    assert query(home, "SELECT kind FROM bounds WHERE figure_id = 'bob' ORDER BY kind") == [("listed",), ("seen",)]
