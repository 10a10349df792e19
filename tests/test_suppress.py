"""A suppressed account is nowhere any more, and does not come back."""

import re
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from crawlers.runs import Job
from crawlers.spiders.mastodon import MastodonSpider
from kooch.config import VIEWS, Settings
from kooch.errors import ConfigError, RunningError, StorageError
from kooch.platforms import naming, natural_keys
from kooch.store.locks import only_one
from kooch.store.master import master_file
from kooch.store.outcomes import Failed, Observed, Outcome, Profile, Skipped, Target
from kooch.store.spool import waiting_batches, write_batch
from kooch.store.state import end_run, open_state, plan_run, read_run, say_same
from kooch.store.suppress import Suppressed, suppress
from kooch.store.versions import targets
from tests.commands import kooch
from tests.killing import is_suppressing_killed
from tests.stores import archived, at, backfill, bundle, claim, contents, crawl, load, member, query, roster, seen

DID, OTHER = "did:plc:" + "a" * 24, "did:plc:" + "b" * 24
MARKS = (DID, "canary.test", "canary words")


@pytest.fixture
def bundled(tmp_path: Path) -> Path:
    claims = (claim("gone", "canary.test"), claim("stays", "stays.test", OTHER))
    return bundle(tmp_path / "bundled", roster("list", [member("gone"), member("stays")], accounts=claims))


@pytest.fixture
def home(tmp_path: Path, bundled: Path) -> Path:
    home = tmp_path / "home"
    load(home, bundled)
    crawl(
        home,
        seen("@canary.test", 0, native_id=DID, bio="canary words", handle="canary.test"),
        seen(OTHER, 0, bio="other words", handle="stays.test"),
    )
    load(home, bundled)
    return home


def traces(home: Path, marks: Sequence[str] = MARKS) -> list[str]:
    """Files of the data folder, apart from the list of what is suppressed, that hold a mark of the account."""
    return [
        f"{file.relative_to(home)}: {mark}"
        for file in sorted(home.rglob("*"))
        if file.is_file() and not file.name.startswith("state.sqlite")
        for mark in marks
        if mark in _text(file)
    ]


def _text(file: Path) -> str:
    # Parquet is compressed: bytes of it would hide what it holds.
    if file.suffix == ".parquet":
        return str(pq.read_table(file).to_pylist())
    return file.read_bytes().decode("latin-1")


def remove(home: Path, bundled: Path, account: str, platform: str = "bluesky") -> Suppressed:
    return suppress(home, platform=platform, account=account, reason="asked", views=VIEWS, bundled=bundled)


def crawl_mastodon(home: Path, *outcomes: Outcome) -> None:
    with open_state(home) as state:
        run = plan_run(state, platform="mastodon", targets=[Target(key=outcome.target) for outcome in outcomes]).run
        end_run(state, run, "partial")
    write_batch(home, run=run, platform="mastodon", outcomes=outcomes)


@pytest.mark.proof
@pytest.mark.parametrize("account", [DID, "canary.test", "@Canary.test"])
def test_no_trace_of_it_is_left(account: str, home: Path, bundled: Path) -> None:
    assert traces(home)

    remove(home, bundled, account)

    assert traces(home) == []
    assert query(home, "SELECT native_id FROM accounts WHERE native_id LIKE 'did:%'") == [(OTHER,)]
    assert query(home, "SELECT planned, observed, failed, skipped FROM runs") == [(1, 1, 0, 0)]
    assert len(list((home / "published").glob("kooch-*.duckdb"))) == 1


@pytest.mark.proof
def test_it_stays_removed(home: Path, bundled: Path) -> None:
    remove(home, bundled, DID)

    crawl(home, seen("@canary.test", 60, native_id=DID, bio="canary words", handle="canary.test"))
    load(home, bundled)

    assert [target.key for target in targets(home, platform="bluesky", roster=None)] == [OTHER]
    assert query(home, "SELECT count(*) FROM observations") == [(1,)]


@pytest.mark.proof
def test_numbers_of_others_stay(home: Path, bundled: Path) -> None:
    before = query(home, f"SELECT account_id FROM accounts WHERE native_id = '{OTHER}'")

    remove(home, bundled, DID)

    assert query(home, f"SELECT account_id FROM accounts WHERE native_id = '{OTHER}'") == before


@pytest.mark.proof
def test_it_waits_for_no_crawl(home: Path, bundled: Path) -> None:
    with only_one(home, "crawl-bluesky"), pytest.raises(RunningError, match="crawl-bluesky"):
        remove(home, bundled, DID)


@pytest.mark.proof
@pytest.mark.parametrize("account", ["https://bsky.app/profile/canary.test", " @CANARY.test "])
def test_an_account_is_known_by_its_address_too(account: str, home: Path, bundled: Path) -> None:
    remove(home, bundled, account)

    assert traces(home) == []


@pytest.mark.proof
@pytest.mark.parametrize(
    ("platform", "account"),
    [
        ("nope", "x"),
        ("bluesky", ""),
        ("bluesky", "@"),
        ("x", "id:  "),
        ("x", "https://x.com/i/lists/116"),
        ("koo", "https://www.kooapp.com/koo/abc/uuid"),
        ("instagram", "https://instagram.com/p/abc"),
        ("facebook", "https://facebook.com/groups/abc"),
        ("youtube", "https://youtube.com/watch?v=1"),
        ("x", "https://example.test/i/user/116"),
        ("koo", "https://example.test/hi"),
        ("youtube", "https://example.test/channel/UC" + "a" * 22),
    ],
)
def test_what_names_no_account_is_refused(platform: str, account: str, home: Path, bundled: Path) -> None:
    with pytest.raises(ConfigError):
        suppress(home, platform=platform, account=account, reason="asked", views=VIEWS, bundled=bundled)


def test_an_address_by_id_is_that_id() -> None:
    assert natural_keys("x", "https://x.com/i/user/116") == {"116"}


@pytest.mark.proof
def test_a_list_that_names_a_suppressed_account_otherwise_does_not_bring_it_back(home: Path, tmp_path: Path) -> None:
    suppress(
        home, platform="bluesky", account="later.test", reason="asked", views=VIEWS, bundled=bundle(tmp_path / "empty")
    )
    claims = (claim("later", "later.test", "did:plc:" + "c" * 24),)
    load(home, bundle(tmp_path / "more", roster("more", [member("later")], accounts=claims)))

    assert query(home, "SELECT * FROM links") == []


@pytest.mark.proof
@pytest.mark.parametrize(
    ("handle", "native_id", "account"),
    [
        ("alice@bawü.social", "https://xn--baw-joa.social/users/alice", "https://xn--baw-joa.social/@alice"),
        ("alice@bawü.social", "https://xn--baw-joa.social/users/alice", "alice@xn--baw-joa.social"),
        ("alice@xn--baw-joa.social", "https://xn--baw-joa.social/users/alice", "https://bawü.social/@alice"),
        ("alice@office.test", "https://social.office.test/users/alice", "https://social.office.test/@alice"),
        ("alice@office.test", "https://social.office.test/users/alice", "https://Social.office.test/users/Alice"),
        ("alice@office.test", "https://social.office.test/users/alice", "@alice@social.office.test"),
        ("alice@office.test", "https://social.office.test/ap/users/116", "https://social.office.test/ap/users/116/"),
        ("alice@office.test", "https://social.office.test/ap/users/116", "https://social.office.test/@alice"),
    ],
)
def test_an_account_is_found_by_whatever_a_browser_shows(
    tmp_path: Path, handle: str, native_id: str, account: str
) -> None:
    listed = roster("list", [member("gone")], accounts=(claim("gone", handle, platform="mastodon"),))
    home, bundled = tmp_path / "home", bundle(tmp_path / "bundled", listed)
    server = native_id.split("/")[2]
    crawl_mastodon(home, seen(f"@{handle}", 0, native_id=native_id, bio="canary words", handle=handle, server=server))

    assert {f"@{handle}", native_id} <= set(remove(home, bundled, account, "mastodon").names)
    assert traces(home, [handle, native_id, "canary words"]) == []
    # Nor does it come back when a list spells it otherwise.
    spellings = {f"alice@{server}", handle} | ({"alice@bawü.social"} if server.startswith("xn--") else set())
    for n, spelling in enumerate(sorted(spellings)):
        again = roster(f"list-{n}", [member("gone")], accounts=(claim("gone", spelling, platform="mastodon"),))
        bundle(bundled, again)
    load(home, bundled)
    assert query(home, "SELECT * FROM links") == []


def test_an_address_that_is_an_id_says_nothing_of_a_handle(tmp_path: Path) -> None:
    home, bundled = tmp_path / "home", bundle(tmp_path / "bundled")

    remove(home, bundled, "https://h.test/ap/users/116", "mastodon")

    with open_state(home) as state:
        assert [row["account"] for row in state.execute("SELECT account FROM suppressions")] == [
            "https://h.test/ap/users/116"
        ]


@pytest.mark.proof
def test_what_is_spooled_and_not_loaded_tells_whose_the_handle_is(tmp_path: Path) -> None:
    claims = (claim("gone", native_id=DID),)
    home, bundled = tmp_path / "home", bundle(tmp_path / "b", roster("list", [member("gone")], accounts=claims))
    crawl(home, seen(DID, 0, bio="canary words", handle="canary.test"))

    assert remove(home, bundled, "canary.test").names == ("@canary.test", DID)
    assert traces(home) == []


@pytest.mark.proof
def test_it_is_found_by_the_name_it_was_listed_under_and_has_given_up(home: Path, bundled: Path) -> None:
    claims = (claim("gone", native_id=DID),)
    load(home, bundle(bundled, roster("list", [member("gone")], accounts=claims)))
    crawl(home, seen(DID, 60, bio="canary words", handle="newname.test"))

    remove(home, bundled, "canary.test")

    assert traces(home, [*MARKS, "newname.test"]) == []


@pytest.mark.proof
def test_suppressed_before_it_was_known_it_is_not_published_under_its_id(tmp_path: Path) -> None:
    home, bundled = tmp_path / "home", bundle(tmp_path / "bundled")
    assert remove(home, bundled, "canary.test").names == ()
    claims = (claim("gone", native_id=DID), claim("stays", native_id=OTHER))
    bundle(bundled, roster("list", [member("gone"), member("stays")], accounts=claims))
    crawl(
        home, seen(DID, 0, bio="canary words", handle="Canary.test"), seen(OTHER, 0, bio="words", handle="stays.test")
    )

    for minute in (1, 2):
        load(home, bundled)
        assert query(home, "SELECT figure_id, handle FROM presence") == [("stays", "stays.test")]
        assert [mark for mark in traces(home, MARKS[1:]) if not mark.startswith("archive")] == []
        assert [target.key for target in targets(home, platform="bluesky", roster=None)] == [OTHER]
        # And when rosters are stored again.
        bundle(bundled, roster("more", [member(f"more{minute}")]))


@pytest.mark.proof
def test_who_once_had_the_handle_of_a_suppressed_account_stays(home: Path, bundled: Path) -> None:
    crawl(home, seen(OTHER, -100, bio="other words", handle="canary.test"))
    remove(home, bundled, DID)

    assert query(home, "SELECT figure_id, handle FROM presence") == [("stays", "stays.test")]
    assert query(home, "SELECT count(*) FROM observations") == [(2,)]


@pytest.mark.proof
def test_who_took_over_a_handle_that_it_was_listed_under_stays(home: Path, bundled: Path) -> None:
    crawl(
        home,
        seen(DID, 60, bio="canary words", handle="newname.test"),
        seen(OTHER, 60, bio="other words", handle="canary.test"),
    )
    load(home, bundled)

    assert remove(home, bundled, f"id:{DID}").names == ("@newname.test", DID)
    crawl(home, seen(OTHER, 120, bio="other words", handle="canary.test"))
    load(home, bundled)
    assert query(home, "SELECT figure_id, handle FROM presence") == [("stays", "canary.test")]
    assert query(home, "SELECT count(*) FROM observations") == [(3,)]
    assert query(home, "SELECT DISTINCT planned, observed, failed, skipped FROM runs") == [(1, 1, 0, 0)]
    # What the list says of the handle, it says of the account that is gone.
    assert [target.key for target in targets(home, platform="bluesky", roster=None)] == [OTHER]
    assert traces(home, [DID, "canary words", "newname.test"]) == []


@pytest.mark.proof
def test_pages_under_its_handle_that_show_no_id_go_too(tmp_path: Path) -> None:
    listed = roster("list", [member("gone")], accounts=(claim("gone", "canary", platform="x"),))
    home, bundled = tmp_path / "home", bundle(tmp_path / "bundled", listed)
    backfill(
        home,
        archived("2012-01-01", "canary", profile=Profile(handle="canary", bio="canary words")),
        archived("2022-01-01", "canary", native_id="12"),
    )
    with open_state(home) as state:
        run = plan_run(state, platform="x", targets=[Target(key="@canary")]).run
        end_run(state, run, "partial")
    write_batch(home, run=run, platform="x", outcomes=[seen("@canary", 0, native_id="12", bio="w", handle="canary")])
    load(home, bundled)

    remove(home, bundled, "id:12", "x")

    assert traces(home, ["canary words"]) == []


@pytest.mark.proof
def test_a_new_name_of_a_suppressed_account_is_not_published(home: Path, bundled: Path) -> None:
    remove(home, bundled, DID)
    claims = (claim("gone", "newname.test"), claim("stays", "stays.test", OTHER))
    bundle(bundled, roster("list", [member("gone"), member("stays")], accounts=claims))
    crawl(home, seen("@newname.test", 60, native_id=DID, bio="canary words", handle="newname.test"))

    for minute in (1, 2):
        load(home, bundled)
        assert query(home, "SELECT figure_id, handle FROM presence") == [("stays", "stays.test")]
        assert query(home, "SELECT handle FROM handles WHERE handle = 'newname.test'") == []
        assert query(home, "SELECT url FROM accounts WHERE url LIKE '%newname%'") == []
        bundle(bundled, roster("more", [member(f"more{minute}")]))


OLD, NEW = "https://a.test/users/old", "https://b.test/users/alice"
NAMING = (
    seen(
        "@old@a.test",
        0,
        native_id=OLD,
        status="moved",
        moved_to=NEW,
        is_named_back=True,
        profile=Profile(handle="old@a.test", links=("https://b.test/@alice", "https://kept.test/@alice")),
    ),
    Outcome(
        target="@x@a.test",
        result=Failed(cause="handle_taken_over", detail=f"the handle was that of {NEW}"),
        valid_at=at(1),
        recorded_at=at(1),
    ),
)


@pytest.mark.proof
def test_others_neither_link_to_it_nor_name_it_in_a_failure(tmp_path: Path) -> None:
    claims = [
        claim(figure, handle, platform="mastodon")
        for figure, handle in (("old", "old@a.test"), ("gone", "alice@b.test"), ("x", "x@a.test"))
    ]
    people = [member("old"), member("gone"), member("x")]
    home, bundled = tmp_path / "home", bundle(tmp_path / "b", roster("list", people, accounts=tuple(claims)))
    crawl_mastodon(home, *NAMING, seen("@alice@b.test", 0, native_id=NEW, bio="words", handle="alice@b.test"))
    remove(home, bundled, "alice@b.test", "mastodon")

    assert traces(home, ["b.test/@alice", "b.test/users/alice", "alice@b.test"]) == []
    crawl_mastodon(home, *NAMING)
    load(home, bundled)
    assert query(home, "SELECT DISTINCT links FROM profiles") == [(["https://kept.test/@alice"],)]
    assert query(home, "SELECT DISTINCT cause, detail FROM failures") == [("handle_taken_over", None)]


@pytest.mark.proof
@pytest.mark.parametrize(
    "address", ["https://b.test/users/alice", "https://b.test/users/Alice", "https://b.test/@Alice"]
)
def test_known_by_its_handle_alone_it_is_not_named_by_its_address(tmp_path: Path, address: str) -> None:
    claims = (claim("old", "old@a.test", platform="mastodon"),)
    home, bundled = tmp_path / "home", bundle(tmp_path / "b", roster("list", [member("old")], accounts=claims))
    moved = seen(
        "@old@a.test",
        0,
        native_id=OLD,
        status="moved",
        moved_to=address,
        is_named_back=True,
        also_known_as=(address, "https://kept.test/users/alice"),
    )
    crawl_mastodon(home, moved)
    remove(home, bundled, "Alice@b.test", "mastodon")

    assert traces(home, [address]) == []
    crawl_mastodon(home, moved)
    load(home, bundled)
    assert query(home, "SELECT kind, other FROM account_links") == [("also_known_as", "https://kept.test/users/alice")]


@pytest.mark.parametrize(
    ("platform", "key", "text", "is_named"),
    [
        ("x", "@web", "https://web.archive.org/web/2012id_/https://twitter.com/alice: a title", False),
        ("x", "@twitter", "https://web.archive.org/web/2012id_/https://twitter.com/alice: a title", False),
        ("x", "@title", "https://web.archive.org/web/2012id_/https://twitter.com/alice: a title", False),
        ("x", "@alice", "https://web.archive.org/web/2012id_/https://twitter.com/Alice: a title", True),
        ("x", "@alice", "https://web.archive.org/web/2012id_/http://twitter.com:80/alice", True),
        ("x", "@alice", "asked for @alice.", True),
        ("x", "116", "the handle was that of 116 and is answered by 117", True),
        ("koo", "@alice", "the index of kooapp.com/apiV1/users/handle/alice could not be read", True),
        ("threads", "@alice", "https://www.threads.net/@alice.smith", False),
        ("bluesky", "@alice.test", "alice.test is answered by another", True),
        ("mastodon", "@alice@b.test", "WebFinger names https://b.test/users/alice, which does not exist", True),
    ],
)
def test_a_word_in_a_message_is_no_handle(platform: str, key: str, text: str, *, is_named: bool) -> None:
    pattern = naming(platform, [key])

    assert bool(re.search(pattern, text)) is is_named
    assert duckdb.execute("SELECT regexp_matches($1, $2)", [text, pattern]).fetchone() == (is_named,)


@pytest.mark.proof
def test_nothing_is_left_of_a_batch_that_was_all_about_it(home: Path, bundled: Path) -> None:
    crawl(home, seen(DID, 60, bio="canary words", handle="canary.test"), state="complete")
    load(home, bundled)

    assert remove(home, bundled, DID).loaded.broken == ()
    before = contents(home)
    master_file(home).unlink()
    assert load(home, bundled).broken == ()
    assert contents(home) == before
    assert query(home, "SELECT state, planned, observed FROM runs") == [("partial", 1, 1), ("complete", 0, 0)]


@pytest.mark.parametrize("suppressed", [{NEW, "@alice@b.test"}, {"@alice@b.test"}])
def test_a_crawl_keeps_nothing_that_names_a_suppressed_account(tmp_path: Path, suppressed: set[str]) -> None:
    answers = {outcome.target: outcome.result for outcome in NAMING} | {
        "https://c.test/users/alice": Observed(
            status="active", native_id="https://c.test/users/alice", profile=Profile(handle="Alice@b.test")
        )
    }
    with open_state(tmp_path) as state:
        run = read_run(state, plan_run(state, platform="mastodon", targets=()).run)
    spider = MastodonSpider()
    plan = tuple(Target(key=key) for key in answers)
    spider.take(
        Job(
            settings=Settings(home=tmp_path),
            run=run,
            planned=len(plan),
            targets=plan,
            suppressed=frozenset(suppressed),
        )
    )
    old, failed, shown = (outcome.result for target in plan for outcome in spider.settle([target], answers[target.key]))

    assert isinstance(old, Observed)
    assert (old.moved_to, old.is_named_back) == (None, None)
    assert old.profile == Profile(handle="old@a.test", links=("https://kept.test/@alice",))
    assert failed == Failed(cause="handle_taken_over")
    assert shown == Skipped(cause="suppressed")


@pytest.mark.proof
def test_a_name_that_nothing_goes_by_is_said_to_match_nothing(home: Path) -> None:
    done = kooch(home, "suppress", "bluesky", "nobody.test", "--reason", "asked")

    assert done.returncode == 0
    assert "No stored account is called nobody.test on bluesky, so nothing was removed." in done.stdout
    assert "kooch suppress bluesky id:" in done.stdout


@pytest.mark.proof
def test_broken_off_and_loaded_in_between_it_can_be_finished(home: Path, bundled: Path) -> None:
    was_killed = is_suppressing_killed(home, bundled, DID, platform="bluesky", at="kooch.store.suppress:_cut_batch")
    load(home, bundled)
    crawl(home, seen(OTHER, 60, bio="other words", handle="stays.test"))

    remove(home, bundled, DID)

    assert was_killed
    assert traces(home) == []
    assert query(home, "SELECT count(*) FROM observations") == [(2,)]


@pytest.mark.proof
def test_a_batch_that_cannot_be_read_may_hold_the_account(home: Path, bundled: Path) -> None:
    crawl(home, seen("@canary.test", 60, native_id=DID, bio="canary words", handle="canary.test"))
    (batch,) = waiting_batches(home)
    batch.write_bytes(batch.read_bytes()[:100])

    for _ in range(2):
        with pytest.raises(StorageError, match="may still be in it"):
            remove(home, bundled, DID)
    batch.with_suffix(".broken").unlink()
    remove(home, bundled, DID)
    assert traces(home) == []


@pytest.mark.proof
@pytest.mark.parametrize("named", [f"id:{DID}", "id:did:plc:" + "c" * 24, "@canary.test"])
def test_an_account_that_has_changed_its_id_is_suppressed_under_every_id(home: Path, bundled: Path, named: str) -> None:
    new = "did:plc:" + "c" * 24
    with open_state(home) as state:
        say_same(state, platform="bluesky", old=DID, new=new, reason="the server was set up anew")
    crawl(home, seen(new, 60 * 24, bio="canary words again", handle="canary.test"))
    load(home, bundled)
    assert query(home, "SELECT count(DISTINCT account_id), count(*) FROM observations WHERE followers IS NULL") == [
        (2, 3)
    ]

    remove(home, bundled, named)

    assert traces(home, (*MARKS, new)) == []
    assert query(home, "SELECT count(*) FROM same_accounts") == [(0,)]
    crawl(home, seen(new, 60 * 48))
    crawl(home, seen(DID, 60 * 48))
    load(home, bundled)
    assert query(home, "SELECT count(DISTINCT account_id), count(*) FROM observations") == [(1, 1)]
