"""Servers that go away and come back while a crawl asks them, and accounts that only their own questions fail."""

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic

import pytest

from crawlers import pacing
from crawlers.crawling import crawl
from crawlers.runs import Crawled
from kooch.config import CrawlSettings, MastodonSettings, Settings
from kooch.store.outcomes import Failed, Looked, Observed, Outcome, Skipped, Target
from tests import faults
from tests.faults import Asked, Fault, Mastodon, Reply, Server
from tests.servers.fediverse import Authority

Answer = Callable[[Asked], Reply | Fault]
Results = dict[str, Observed | Looked | Failed | Skipped]
ACCOUNTS = 100
BROKEN = frozenset(range(40, 47))
"""Seven accounts next to each other."""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(autouse=True)
def _short_waits(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of a crawl, compressed but in proofs: it asks a doubted host again within a second, not within half a minute."""
    if "proof" not in request.keywords:
        monkeypatch.setattr(pacing, "_LONGEST_WAIT", 0.5)


def crawled(
    home: Path,
    authority: Authority,
    servers: Mapping[str, Server],
    accounts: int,
    outage_seconds: float,
    *,
    requests_per_second: float = 50,
) -> tuple[Crawled, Results]:
    chosen = Settings(
        home=home,
        crawl=CrawlSettings(
            allow_networks=("127.0.0.1/32",),  # type: ignore[arg-type] # as text
            hosts={host: server.url.removeprefix("https://") for host, server in servers.items()},
            ca_file=authority.file,
            timeout_seconds=2,
            batch_seconds=0.2,
            outage_seconds=outage_seconds,
        ),
        mastodon=MastodonSettings(requests_per_second=requests_per_second),
    )
    handles = [f"figure{n}@{host}" for host in servers for n in range(accounts)]
    outcomes: list[Outcome] = []
    result = crawl(
        chosen,
        platform="mastodon",
        roster=None,
        plan=lambda: [Target(key=f"@{handle}", handle=handle) for handle in handles],
        on_outcome=lambda _platform, outcome: outcomes.append(outcome),
    )

    assert len(outcomes) == result.planned == len(handles)
    return result, {outcome.target: outcome.result for outcome in outcomes}


class Restarting:
    """A server of Mastodon that answers `good` questions, then 502 for some seconds, then refuses for as many."""

    def __init__(self, good: int, seconds: float, status: int = 502, headers: Mapping[str, str] = {}) -> None:
        self._good, self._seconds, self._status, self._headers = good, seconds, status, dict(headers)
        self._down_since: float | None = None
        self._has_refused = False
        self.server: Server

    def __call__(self, asked: Asked) -> Reply | Fault:
        if self._has_refused or len(self.server.asked) <= self._good:
            return Mastodon()(asked)
        self._down_since = self._down_since or monotonic()
        if monotonic() - self._down_since >= self._seconds:
            self._has_refused = True
            self.server.refuse(self._seconds)
            return faults.reset_mid_body
        return Reply(self._status, b"<html>Bad gateway", self._headers)


@pytest.mark.proof
@pytest.mark.parametrize(
    ("good", "status", "headers"),
    [(30, 502, {}), (0, 502, {}), (95, 500, {}), (30, 503, {"Retry-After": "1"})],
    ids=["on the way", "from the first question on", "among the last", "with Retry-After"],
)
def test_a_server_that_restarts_loses_no_account(
    good: int, status: int, headers: dict[str, str], authority: Authority, tmp_path: Path
) -> None:
    """Two seconds of errors, then two of refused connections: a tenth of half a minute, at fifty times the pace."""
    answer = Restarting(good, 2, status, headers)
    with Server(answer, tls=authority.issue("social.test").context(tmp_path)) as server:
        answer.server = server
        result, found = crawled(tmp_path / "home", authority, {"social.test": server}, ACCOUNTS, 30)

    assert {key: said for key, said in found.items() if not isinstance(said, Observed)} == {}
    assert (result.run.state, result.observed) == ("complete", ACCOUNTS)
    # Nobody hammers a server that is starting.
    assert len(server.asked) < ACCOUNTS + 30


@pytest.mark.proof
def test_a_restart_of_half_a_minute_loses_no_account_at_the_pace_of_real_crawls(
    authority: Authority, tmp_path: Path
) -> None:
    """A question a second, fifteen seconds of errors, then fifteen of refused connections. It takes two minutes and a half."""
    answer = Restarting(30, 15)
    with Server(answer, tls=authority.issue("social.test").context(tmp_path)) as server:
        answer.server = server
        seconds, pace = CrawlSettings().outage_seconds, MastodonSettings().requests_per_second
        result, found = crawled(
            tmp_path / "home", authority, {"social.test": server}, ACCOUNTS, seconds, requests_per_second=pace
        )

    assert {key: said for key, said in found.items() if not isinstance(said, Observed)} == {}
    assert (result.run.state, result.observed) == ("complete", ACCOUNTS)
    assert len(server.asked) < ACCOUNTS + 30


def broken(accounts: frozenset[int], *, is_nodeinfo_broken: bool = False) -> Answer:
    names = {f"figure{n}" for n in accounts}

    def answer(asked: Asked) -> Reply:
        if asked.path.startswith("/api/") and asked.values("acct")[0] in names:
            return Reply(500, b"<html>")
        return Reply(500, b"<html>") if is_nodeinfo_broken and "nodeinfo" in asked.path else Mastodon()(asked)

    return answer


@pytest.mark.proof
@pytest.mark.parametrize(
    ("accounts", "is_nodeinfo_broken"),
    [(BROKEN, False), (BROKEN, True), (frozenset(range(20, 45)), False), (frozenset({99}), False)],
    ids=["seven", "seven, and NodeInfo", "more than are asked about at once", "the last"],
)
def test_accounts_that_fail_by_themselves_take_no_others_with_them(
    authority: Authority, tmp_path: Path, *, accounts: frozenset[int], is_nodeinfo_broken: bool
) -> None:
    answer = broken(accounts, is_nodeinfo_broken=is_nodeinfo_broken)
    with Server(answer, tls=authority.issue("social.test").context(tmp_path)) as server:
        result, found = crawled(tmp_path / "home", authority, {"social.test": server}, ACCOUNTS, 60)
    failed = {key: said.cause for key, said in found.items() if isinstance(said, Failed)}

    assert failed == {f"@figure{n}@social.test": "server_error" for n in accounts}
    assert (result.observed, result.failed) == (ACCOUNTS - len(accounts), len(accounts))


@pytest.mark.proof
@pytest.mark.parametrize("fault", ["502", "refused", "silent"])
def test_a_server_that_stays_away_costs_no_other_anything(fault: str, authority: Authority, tmp_path: Path) -> None:
    answers: dict[str, Reply | Fault] = {"502": Reply(502), "silent": faults.silent, "refused": Reply(502)}
    folder = tmp_path / "bad"
    folder.mkdir()
    with (
        Server(lambda _: answers[fault], tls=authority.issue("bad.test").context(folder)) as bad,
        Server(Mastodon(), tls=authority.issue("good.test").context(tmp_path)) as good,
    ):
        if fault == "refused":
            bad.url = "https://127.0.0.1:1"
        result, found = crawled(tmp_path / "home", authority, {"bad.test": bad, "good.test": good}, 40, 4)
    causes = Counter(said.cause for said in found.values() if isinstance(said, Failed))

    assert result.observed == 40
    assert causes == {{"502": "server_error", "refused": "unreachable", "silent": "timeout"}[fault]: 40}
    assert len(good.asked) == 40
    # All of the sound server was asked while the other was still waited for.
    assert fault == "refused" or max(asked.at for asked in good.asked) < max(asked.at for asked in bad.asked)


def test_a_question_that_fails_while_its_host_is_well_is_its_own_fault(authority: Authority, tmp_path: Path) -> None:
    """A server of one account: NodeInfo decides, and the crawl does not wait for it to come back."""
    with Server(broken(frozenset({0})), tls=authority.issue("social.test").context(tmp_path)) as server:
        result, _ = crawled(tmp_path / "home", authority, {"social.test": server}, 1, 600)

    assert result.failed == 1
    assert Counter(asked.path for asked in server.asked)["/.well-known/nodeinfo"] <= 2
