"""A name passes to somebody else: what was known of the account before stands, and nobody gets a stranger's numbers."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from crawlers.crawling import crawl
from kooch.config import VIEWS
from kooch.store.outcomes import Failed, Observed, Outcome
from kooch.store.suppress import suppress
from kooch.store.versions import targets
from tests.commands import kooch
from tests.faults import Asked, Reply, Server, account, as_json, nodeinfo
from tests.servers.fediverse import Authority
from tests.stores import bundle, claim, load, member, plan, query, roster, seen, spool
from tests.test_mastodon import settings_for

BEFORE = account("ada", "a.test", 52_000, "2017-04-05") | {"id": "1", "note": "<p>Office</p>"}
PILLS = {"display_name": "Cheap pills", "note": "<p>Pills</p>", "followers_count": 3, "statuses_count": 2}
DID = f"did:plc:{'a' * 24}"
TODAY = datetime.now(UTC).date()
SHARED = Path(__file__).parents[2] / "shared" / "cases" / "02-server-reborn"
TABLES = (
    "SELECT * FROM joins ORDER BY ALL",
    "SELECT account_id, followers, posts FROM observations ORDER BY ALL",
    "SELECT account_id, handle, display_name, bio FROM profiles ORDER BY ALL",
    "SELECT * EXCLUDE (run_id, known_at) FROM bounds ORDER BY ALL",
)


class Homes:
    """A data folder with one list, crawled as often as wanted."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self._authority = Authority(folder)
        self._folder = folder
        figures = [member("ada")]
        accounts = (claim("ada", "ada@a.test", platform="mastodon"),)
        self.bundled = bundle(
            folder / "bundled", roster("list", figures, accounts=accounts, as_of=date(2023, 3, 1), selection="census")
        )
        load(self.home, self.bundled)

    def crawl(self, answer: Callable[[Asked], Reply]) -> Observed | Failed:
        outcomes: list[Outcome] = []
        with Server(answer, tls=self._authority.issue("a.test").context(self._folder)) as server:
            crawl(
                settings_for(self.home, {"a.test": server.url.removeprefix("https://")}, self._authority),
                platform="mastodon",
                roster=None,
                plan=lambda: targets(self.home, platform="mastodon", roster=None),
                on_outcome=lambda _platform, outcome: outcomes.append(outcome),
            )
        load(self.home, self.bundled)
        ((found,),) = [[outcome.result for outcome in outcomes]]
        assert isinstance(found, Observed | Failed)
        return found


def showing(**changes: Any) -> Callable[[Asked], Reply]:  # noqa: ANN401 -- any field of an account
    """A server that shows the account with these changes, or by its actor alone where `actor` is given."""
    actor = changes.pop("actor", None)

    def answer(asked: Asked) -> Reply:
        if "nodeinfo" in asked.path:
            return nodeinfo(asked)
        if actor is None:
            return as_json(BEFORE | changes) if asked.path.startswith("/api/") else Reply(404, b"")
        if asked.path.endswith("webfinger"):
            return as_json(
                {"links": [{"rel": "self", "type": "application/activity+json", "href": "https://a.test/users/ada"}]}
            )
        return as_json(actor) if asked.path == "/users/ada" else Reply(401, b"{}")

    return answer


def reborn_actor(published: str) -> dict[str, Any]:
    uri = "https://a.test/users/ada"
    return {"id": uri, "type": "Person", "preferredUsername": "ada", "name": "Cheap pills", "published": published}


@pytest.mark.proof
@pytest.mark.parametrize(
    "changes",
    [
        # Ten days later, on a day that has not come here yet.
        PILLS | {"created_at": f"{TODAY + timedelta(days=2)}T00:00:00.000Z", "id": "1"},
        PILLS | {"created_at": f"{TODAY}T00:00:00.000Z", "id": "1"},
        PILLS | {"created_at": "2021-01-01T00:00:00.000Z", "id": "1"},
        PILLS | {"created_at": "2017-04-05T00:00:00.000Z", "id": "2"},
        PILLS | {"uri": "https://a.test/users/other"},
        {"actor": reborn_actor(f"{TODAY}T01:02:03Z")},
    ],
    ids=[
        "opened later",
        "opened today",
        "opened between the list and the first look",
        "another number",
        "another actor",
        "by its actor",
    ],
)
def test_a_server_that_is_set_up_anew_changes_nothing_of_what_was_known(
    changes: dict[str, Any], tmp_path: Path
) -> None:
    homes = Homes(tmp_path)
    first = homes.crawl(showing())
    known = [query(homes.home, table) for table in TABLES]
    second = homes.crawl(showing(**changes))

    assert isinstance(first, Observed)
    assert isinstance(second, Failed)
    assert second.cause == "handle_taken_over"
    assert [query(homes.home, table) for table in TABLES] == known


@pytest.mark.proof
@pytest.mark.skipif(not SHARED.exists(), reason="the cases are not beside this repository")
def test_the_reborn_server_of_the_cases_changes_nothing_of_what_was_known(tmp_path: Path) -> None:
    first, second = (json.loads((SHARED / f"answers-{n}.json").read_text(encoding="utf-8")) for n in (1, 2))
    homes = Homes(tmp_path)
    (was,), (now,) = (
        [homes.crawl(showing(**answer["body"])) for answer in answers.values()] for answers in (first, second)
    )

    assert isinstance(was, Observed)
    assert was.followers == 52_000
    assert isinstance(now, Failed)
    assert now.cause == "handle_taken_over"
    assert query(homes.home, "SELECT followers FROM observations") == [(52_000,)]
    assert query(homes.home, "SELECT display_name FROM profiles") == [("Ada",)]
    assert query(homes.home, "SELECT joined_not_before, contradiction FROM joins") == [
        (datetime(2017, 4, 5, tzinfo=UTC), False)
    ]


@pytest.mark.proof
@pytest.mark.parametrize(
    "changes",
    [{"followers_count": 52_100}, {"created_at": "2017-04-05T13:14:15.000Z"}, {"display_name": "Ada of Lovelace"}],
    ids=["more followers", "the hour of the same day", "another name to show"],
)
def test_an_account_that_only_changes_stays_itself(changes: dict[str, Any], tmp_path: Path) -> None:
    homes = Homes(tmp_path)
    homes.crawl(showing())

    assert isinstance(homes.crawl(showing(**changes)), Observed)


@pytest.mark.proof
def test_a_batch_of_an_older_version_lacks_what_was_added_since_and_loads(tmp_path: Path) -> None:
    figures = [member("ada")]
    bundled = bundle(tmp_path / "bundled", roster("list", figures, accounts=(claim("ada", "ada.test", DID),)))
    run = plan(tmp_path, DID, state="complete")
    old = spool(tmp_path, run, seen(DID, 0, followers=7))
    table = pq.read_table(old)
    pq.write_table(table.drop_columns(["local_id", "withheld_in"]), old)
    newer = plan(tmp_path, DID, state="complete")
    spool(tmp_path, newer, seen(DID, 60, followers=8, withheld_in=("IN",), server="https://pds.test", local_id="5"))
    load(tmp_path, bundled)

    assert query(tmp_path, "SELECT followers, withheld_in FROM observations ORDER BY valid_at") == [
        (7, None),
        (8, ["IN"]),
    ]
    assert query(tmp_path, "SELECT local_id FROM accounts WHERE native_id IS NOT NULL") == [("5",)]
    suppress(tmp_path, platform="bluesky", account=f"id:{DID}", reason="asked", views=VIEWS, bundled=bundled)
    assert query(tmp_path, "SELECT count(*) FROM observations") == [(0,)]


@pytest.mark.proof
def test_an_account_that_is_said_to_have_changed_its_id_goes_on_under_the_new_one(tmp_path: Path) -> None:
    homes = Homes(tmp_path)
    homes.crawl(showing())
    uri, other = "https://a.test/users/ada", "https://a.test/ap/users/116"
    moved = {"uri": other, "created_at": f"{TODAY}T00:00:00.000Z", "id": "9", "followers_count": 52_001}
    refused = homes.crawl(showing(**moved))
    said = kooch(homes.home, "roster", "same", uri, other, "--reason", "the server was moved to other software")
    load(homes.home, homes.bundled)
    found = homes.crawl(showing(**moved))

    assert isinstance(refused, Failed)
    assert said.returncode == 0, said.stderr
    assert isinstance(found, Observed)
    assert query(
        homes.home,
        "SELECT native_id, list(followers ORDER BY valid_at) FROM observations JOIN accounts USING (account_id) GROUP BY ALL",
    ) == [(other, [52_000, 52_001])]


@pytest.mark.proof
def test_a_server_that_was_restored_is_taken_at_its_word_once_somebody_says_so(tmp_path: Path) -> None:
    homes = Homes(tmp_path)
    homes.crawl(showing())
    restored = {"created_at": f"{TODAY}T00:00:00.000Z", "id": "9"}
    refused = homes.crawl(showing(**restored))
    uri = "https://a.test/users/ada"
    said = kooch(homes.home, "roster", "same", uri, uri, "--reason", "restored from a copy")
    load(homes.home, homes.bundled)

    assert isinstance(refused, Failed)
    assert said.returncode == 0, said.stderr
    assert isinstance(homes.crawl(showing(**restored)), Observed)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("https://a.test/users/nobody", "https://a.test/users/ada"), "There is no account of mastodon with the id"),
        (("https://a.test/users/ada", "x", "--platform", "myspace"), "--platform is 'myspace'"),
    ],
)
def test_what_cannot_be_the_same_is_refused_in_a_sentence(words: tuple[str, ...], says: str, tmp_path: Path) -> None:
    homes = Homes(tmp_path)
    said = kooch(homes.home, "roster", "same", *words, "--reason", "tried")

    assert said.returncode == 2
    assert says in said.stderr
