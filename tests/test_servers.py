"""The real servers answer as the crawlers expect."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Browser

from tests.servers.bluesky import Account, BlueskyNetwork
from tests.servers.loopback import CountingProxy, fetch

Proxies = Callable[[str], CountingProxy]


def profile(network: BlueskyNetwork, actor: str) -> tuple[int, str]:
    """Status and handle, or status and error, of the AppView's `getProfile`."""
    answer = network.ask(network.appview, "app.bsky.actor.getProfile", actor=actor)
    return answer.status, answer.json.get("error") or answer.json["handle"]


def repo_status(network: BlueskyNetwork, account: Account) -> tuple[int, str]:
    """Status and repo status, or status and error, of the PDS's `getRepoStatus`."""
    answer = network.ask(network.pds, "com.atproto.sync.getRepoStatus", did=account.did)
    return answer.status, answer.json.get("error") or answer.json.get("status") or "active"


@pytest.mark.proof
def test_a_profile_says_what_its_owner_wrote(bluesky: BlueskyNetwork) -> None:
    author = bluesky.create_account("srv-author.test")
    reader = bluesky.create_account("srv-reader.test")
    bluesky.set_profile(author, display_name="कूच", description="walks", created_at="2019-01-01T00:00:00.000Z")
    bluesky.post(author, "on the way")
    bluesky.follow(reader, author)
    bluesky.label_no_unauthenticated(author)
    bluesky.settle()

    shown = bluesky.ask(bluesky.appview, "app.bsky.actor.getProfile", actor="srv-author.test").json

    assert shown["did"] == author.did
    assert shown["displayName"] == "कूच"
    assert shown["description"] == "walks"
    assert shown["createdAt"] == shown["indexedAt"] == "2019-01-01T00:00:00.000Z"
    assert (shown["followersCount"], shown["followsCount"], shown["postsCount"]) == (1, 0, 1)
    assert [label["val"] for label in shown["labels"]] == ["!no-unauthenticated"]


@pytest.mark.parametrize(
    ("state", "appview", "pds"),
    [
        ("active", (200, "srv-active.test"), (200, "active")),
        ("deactivated", (400, "AccountDeactivated"), (200, "deactivated")),
        ("suspended", (400, "AccountTakedown"), (200, "takendown")),
        ("hidden", (400, "AccountTakedown"), (200, "active")),
        ("deleted", (400, "InvalidRequest"), (400, "RepoNotFound")),
    ],
)
def test_each_account_state_has_its_own_answers(
    bluesky: BlueskyNetwork, state: str, appview: tuple[int, str], pds: tuple[int, str]
) -> None:
    account = bluesky.create_account(f"srv-{state}.test")
    bluesky.wait_until_indexed([account.did])
    match state:
        case "deactivated":
            bluesky.deactivate(account)
        case "suspended":
            bluesky.take_down(account, at="pds")
        case "hidden":
            bluesky.take_down(account, at="appview")
        case "deleted":
            bluesky.delete(account)
    bluesky.settle()

    batch = bluesky.ask(bluesky.appview, "app.bsky.actor.getProfiles", actors=[account.did]).json["profiles"]

    assert profile(bluesky, account.did) == appview
    assert repo_status(bluesky, account) == pds
    assert len(batch) == (1 if state == "active" else 0)
    assert fetch(f"{bluesky.plc}/{account.did}").status == 200


def test_a_renamed_account_keeps_its_did_and_its_history(bluesky: BlueskyNetwork) -> None:
    before = bluesky.create_account("srv-before.test")
    after = bluesky.rename(before, "srv-after.test")
    stranger = bluesky.create_account("srv-before.test")
    bluesky.settle()

    log = fetch(f"{bluesky.plc}/{before.did}/log/audit").json

    assert after.did == before.did != stranger.did
    assert profile(bluesky, before.did) == (200, "srv-after.test")
    assert (
        bluesky.ask(bluesky.appview, "app.bsky.actor.getProfile", actor="srv-before.test").json["did"] == stranger.did
    )
    assert [entry["operation"]["alsoKnownAs"] for entry in log] == [["at://srv-before.test"], ["at://srv-after.test"]]


def test_a_did_web_account_is_shown_and_the_directory_does_not_know_it(bluesky: BlueskyNetwork) -> None:
    account = bluesky.add_did_web("srv-web.test")
    bluesky.set_profile(account, display_name="Own domain")
    bluesky.wait_until_indexed([account.did])

    port = account.did.removeprefix("did:web:localhost%3A")
    document = fetch(f"http://localhost:{port}/.well-known/did.json").json

    assert profile(bluesky, account.did) == (200, "srv-web.test")
    assert document["id"] == account.did
    assert document["service"][0]["serviceEndpoint"] == bluesky.pds
    assert fetch(f"{bluesky.plc}/{account.did}").status in {400, 404}


def test_the_directory_sends_the_crawler_to_a_pds_on_loopback(bluesky: BlueskyNetwork) -> None:
    account = bluesky.create_account("srv-home.test")

    services = fetch(f"{bluesky.plc}/{account.did}").json["service"]

    assert [service["serviceEndpoint"] for service in services] == [bluesky.pds]
    assert bluesky.pds.startswith("http://localhost:")


def test_the_pds_limits_requests_that_do_not_come_from_the_harness(bluesky: BlueskyNetwork) -> None:
    answer = fetch(f"{bluesky.pds}/xrpc/com.atproto.sync.listRepos?limit=1")

    assert answer.status == 200
    assert answer.headers["ratelimit-policy"] == "3000;w=300"


def test_a_counting_proxy_changes_nothing_and_remembers_the_query(bluesky: BlueskyNetwork, counted: Proxies) -> None:
    account = bluesky.create_account("srv-counted.test")
    bluesky.wait_until_indexed([account.did])
    proxy = counted(bluesky.appview)
    path = "/xrpc/app.bsky.actor.getProfiles"

    answer = fetch(f"{proxy.url}{path}?actors={account.did}&actors=srv-counted.test")
    missing = fetch(f"{proxy.url}/xrpc/app.bsky.actor.getProfile?actor=srv-nobody.test")

    assert [shown["did"] for shown in answer.json["profiles"]] == [account.did, account.did]
    assert missing.status == 400
    assert proxy.requests[0] == (path, [("actors", account.did), ("actors", "srv-counted.test")])
    assert len(proxy.requests) == 2


@pytest.mark.alone
@pytest.mark.proof
def test_sixty_accounts_are_seeded_in_twenty_seconds(bluesky: BlueskyNetwork) -> None:
    began = time.monotonic()

    accounts = bluesky.create_accounts(f"srv-many{number}.test" for number in range(60))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda account: bluesky.set_profile(account, display_name=account.handle), accounts))
    bluesky.wait_until_indexed(account.did for account in accounts)

    assert len({account.did for account in accounts}) == 60
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("width", [1280, 390])
def test_the_browser_has_a_glyph_for_each_letter_of_the_name(browser: Browser, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 300})
    # U+10FFFE is no character: it is drawn as the box that stands for a missing glyph.
    page.set_content("<p><span>क</span><span>च</span><span>&#x10FFFE;</span></p>")

    pictures = [span.screenshot() for span in page.locator("span").all()]
    page.close()

    assert len(set(pictures)) == 3
