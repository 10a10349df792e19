"""A name passes to somebody else: what was known of the account before stands, and nobody gets a stranger's numbers."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawlers.crawling import crawl
from kooch.store.outcomes import Failed, Observed, Outcome
from kooch.store.versions import targets
from tests.faults import Asked, Reply, Server, account, as_json, nodeinfo
from tests.servers.fediverse import Authority
from tests.stores import bundle, claim, load, member, query, roster
from tests.test_mastodon import settings_for

BEFORE = account("ada", "a.test", 52_000, "2017-04-05") | {"id": "1", "note": "<p>Office</p>"}
PILLS = {"display_name": "Cheap pills", "note": "<p>Pills</p>", "followers_count": 3, "statuses_count": 2}
TODAY = datetime.now(UTC).date()
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
        self._bundled = bundle(
            folder / "bundled", roster("list", figures, accounts=accounts, as_of=date(2023, 3, 1), selection="census")
        )
        load(self.home, self._bundled)

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
        load(self.home, self._bundled)
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


@pytest.mark.parametrize(
    "changes",
    [
        # Ten days later, on a day that has not come here yet.
        PILLS | {"created_at": f"{TODAY + timedelta(days=2)}T00:00:00.000Z", "id": "1"},
        PILLS | {"created_at": f"{TODAY}T00:00:00.000Z", "id": "1"},
        PILLS | {"created_at": "2021-01-01T00:00:00.000Z", "id": "1"},
        PILLS | {"uri": "https://a.test/users/other"},
        {"actor": reborn_actor(f"{TODAY}T01:02:03Z")},
    ],
    ids=["opened later", "opened today", "opened between the list and the first look", "another actor", "by its actor"],
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


@pytest.mark.parametrize(
    "changes",
    [{"followers_count": 52_100}, {"created_at": "2017-04-05T13:14:15.000Z"}, {"display_name": "Ada of Lovelace"}],
    ids=["more followers", "the hour of the same day", "another name to show"],
)
def test_an_account_that_only_changes_stays_itself(changes: dict[str, Any], tmp_path: Path) -> None:
    homes = Homes(tmp_path)
    homes.crawl(showing())

    assert isinstance(homes.crawl(showing(**changes)), Observed)
