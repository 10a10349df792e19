"""Sixty accounts on the real Bluesky servers, before and after the things that happen to accounts."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawlers.crawling import crawl
from crawlers.runs import Crawled
from kooch.config import BlueskySettings, CrawlSettings, Settings
from kooch.store.outcomes import Failed, Looked, Observed, Outcome, Skipped, Target
from tests.servers.bluesky import Account, BlueskyNetwork
from tests.servers.loopback import CountingProxy

Results = dict[str, Observed | Looked | Failed | Skipped]
CREATED = 56


def crawled(settings: Settings, targets: list[Target]) -> tuple[Crawled, Results]:
    outcomes: list[Outcome] = []
    result = crawl(
        settings,
        platform="bluesky",
        roster=None,
        plan=lambda: targets,
        on_outcome=lambda _platform, outcome: outcomes.append(outcome),
    )
    found = {outcome.target: outcome.result for outcome in outcomes}

    assert sorted(found) == sorted(target.key for target in targets)
    assert len(found) == len(outcomes) == result.observed + result.failed + result.skipped
    return result, found


def methods(proxy: CountingProxy) -> Counter[str]:
    """How often each method, or the directory's log, was asked for since the last count."""
    found = Counter(seen.path.rpartition("/")[2] for seen in proxy.requests)
    proxy.requests.clear()
    return found


def observed(found: Results, key: str) -> Observed:
    result = found[key]
    assert isinstance(result, Observed), result
    return result


def state(result: Any) -> str:  # noqa: ANN401 -- any result
    return str(result.status if isinstance(result, Observed) else result.cause)


@pytest.mark.proof
def test_sixty_accounts_are_each_in_the_right_state(
    bluesky: BlueskyNetwork, counted: Callable[[str], CountingProxy], tmp_path: Path
) -> None:
    started_at = datetime.now(UTC)
    made = bluesky.create_accounts([f"cr{n:02}.test" for n in range(CREATED)])
    for account in made[1:]:
        bluesky.set_profile(account, display_name=account.handle, description="says so on https://office.test/")
    bluesky.set_profile(made[1], display_name="typed", created_at="2019-01-01T00:00:00.000Z")
    bluesky.label_no_unauthenticated(made[2])
    web = bluesky.add_did_web("crweb.test")
    stranger = bluesky.create_account("crstranger.test")
    bluesky.wait_until_indexed([account.did for account in [*made, web, stranger]])
    appview, directory = counted(bluesky.appview), counted(bluesky.plc)
    settings = Settings(
        home=tmp_path,
        crawl=CrawlSettings(allow_networks=("127.0.0.0/8", "::1/128"), batch_seconds=0.5),  # type: ignore[arg-type]
        bluesky=BlueskySettings(appview=appview.url, plc=directory.url, requests_per_second=50),  # type: ignore[arg-type]
    )
    listed = datetime.now(UTC) + timedelta(milliseconds=2)
    handles = [account.handle for account in [*made, web]] + ["crnobody.test", "crnever.test", "not a handle"]
    targets = [Target(key=f"@{handle}", handle=handle, listed_before=listed) for handle in handles]

    assert len(targets) == 60
    result, found = crawled(settings, targets)
    active = [account for account in made if account is not made[2]]

    assert (result.run.state, result.observed, result.failed, result.skipped) == ("partial", 58, 1, 1)
    assert state(found["@not a handle"]) == "malformed_handle"
    assert state(found["@crnobody.test"]) == state(found["@crnever.test"]) == "not_found"
    assert state(found["@cr02.test"]) == "no_unauthenticated"
    for account in active:
        seen = observed(found, f"@{account.handle}")
        (joined,) = seen.bounds

        assert (seen.status, seen.native_id, seen.server) == ("active", account.did, bluesky.pds)
        assert started_at - timedelta(seconds=5) < joined.not_before < listed
        assert joined.before - joined.not_before == timedelta(milliseconds=1)
        assert [(span.handle, span.valid_from) for span in seen.handles] == [(account.handle, joined.not_before)]
    no_record = observed(found, "@cr00.test").profile

    assert no_record is not None
    assert (no_record.handle, no_record.display_name) == ("cr00.test", None)
    assert (observed(found, "@crweb.test").native_id, observed(found, "@crweb.test").bounds) == (web.did, ())
    assert methods(appview) == {"app.bsky.actor.getProfiles": 3, "app.bsky.actor.getProfile": 2}
    assert methods(directory) == {"audit": len(active)}

    happen(bluesky, made, stranger)
    again = [
        Target(key=account.did, native_id=account.did, handle=account.handle, server=bluesky.pds) for account in active
    ]
    again += [Target(key=web.did, native_id=web.did, handle=web.handle), replace(targets[16], key="@cr16.test")]
    result, found = crawled(settings, again)
    states = {account.handle: state(found[account.did]) for account in active}

    assert states == {account.handle: "active" for account in active} | {
        "cr10.test": "deactivated",
        "cr11.test": "suspended",
        "cr12.test": "suspended",
        "cr13.test": "deleted",
    }
    assert state(found[web.did]) == "active"
    assert state(found["@cr16.test"]) == "handle_taken_over"
    for n, new in ((15, "crnew15.test"), (16, "crnew16.test")):
        renamed = observed(found, made[n].did)

        assert renamed.profile is not None
        assert renamed.profile.handle == new
        assert [span.handle for span in renamed.handles] == [made[n].handle, new]
        assert renamed.handles[0].valid_to == renamed.handles[1].valid_from
    assert methods(appview) == {"app.bsky.actor.getProfiles": 3, "app.bsky.actor.getProfile": 4}
    # The two that were renamed, the one that its server no longer knows, and the one that took the handle.
    assert methods(directory) == {"audit": 4}
    assert result.run.requests == 3 + 4 + 4 + 1


def happen(network: BlueskyNetwork, accounts: list[Account], stranger: Account) -> None:
    network.deactivate(accounts[10])
    network.take_down(accounts[11])
    network.take_down(accounts[12], at="appview")
    network.delete(accounts[13])
    network.rename(accounts[15], "crnew15.test")
    network.rename(accounts[16], "crnew16.test")
    network.settle()
    network.rename(stranger, accounts[16].handle)
    network.settle()
