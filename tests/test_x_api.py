"""X over its API: what a crawl costs is known before and counted as it goes, and its token is nowhere."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from scrapy import Request
from scrapy.http import TextResponse
from scrapy.utils.gz import gunzip

from crawlers.crawling import crawl, describe, ready_platforms, spider_of
from crawlers.runs import Crawled, Job
from crawlers.spending import Price
from crawlers.spiders.x import XSpider
from kooch.config import CrawlSettings, Settings, XSettings, load_settings
from kooch.errors import ConfigError, NotReadyError
from kooch.rosters import write_roster
from kooch.store.outcomes import Failed, Looked, Observed, Outcome, Skipped, Target
from kooch.store.state import Run, cost_since, end_run, open_state, plan_run, runs
from tests import faults, stores
from tests.canary import Watched, traces
from tests.commands import kooch
from tests.faults import Asked, Fault, Reply, Server, as_json
from tests.servers.x_api import TOKEN, XApi, is_shown, problem, user
from tests.test_app import run as open_page
from tests.test_app import words

SHARED = Path(__file__).parents[2] / "shared"
Results = dict[str, Observed | Failed | Skipped]


def settings_for(
    home: Path, url: str, budget: float = 100, rate: float = 200, token: str = TOKEN, *, timeout: float = 0.5
) -> Settings:
    networks: Any = ("127.0.0.0/8",)
    address: Any = url
    secret: Any = token
    return Settings(
        home=home,
        crawl=CrawlSettings(
            allow_networks=networks, timeout_seconds=timeout, attempts=2, batch_seconds=0.1, outage_seconds=0
        ),
        x=XSettings(api=address, requests_per_second=rate, monthly_budget_usd=budget),
        x_bearer_token=secret,
    )


def by_id(*numbers: int) -> list[Target]:
    return [Target(key=str(1000 + n), native_id=str(1000 + n), handle=f"figure{n}") for n in numbers]


def by_name(*numbers: int) -> list[Target]:
    return [Target(key=f"@figure{n}", handle=f"Figure{n}") for n in numbers]


def crawled(chosen: Settings, targets: list[Target]) -> tuple[Crawled, Results]:
    outcomes: list[Outcome] = []
    result = crawl(
        chosen,
        platform="x",
        roster=None,
        plan=lambda: targets,
        on_outcome=lambda _platform, outcome: outcomes.append(outcome),
    )
    found = {o.target: o.result for o in outcomes if not isinstance(o.result, Looked)}

    assert len(found) == len(outcomes) == result.planned == result.observed + result.failed + result.skipped
    return result, found


def states(found: Results) -> Counter[str]:
    return Counter(r.status if isinstance(r, Observed) else r.cause for r in found.values())


def spent(home: Path) -> list[float]:
    """What each run has cost."""
    with open_state(home) as state:
        return [run.cost_usd for run in runs(state)]


# The crawl, and what it costs.


def test_accounts_are_asked_a_hundred_at_a_time_and_paid_for_as_they_are_shown(tmp_path: Path) -> None:
    api = XApi()
    with Server(api) as server:
        result, found = crawled(settings_for(tmp_path, server.url), by_id(*range(1, 151)) + by_name(*range(151, 251)))
    shown = sum(map(is_shown, range(1, 251)))
    unknown = len(range(11, 251, 11))

    assert states(found) == {"active": shown, "not_found": unknown, "suspended": 250 - shown - unknown}
    assert sorted(server.paths) == ["/2/users", "/2/users", "/2/users/by", "/2/users/by"]
    assert (api.charged, result.run.cost_usd) == (shown, round(shown * 0.01, 6))
    assert result.run.requests == 4


def test_a_price_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    told: list[Price] = []
    with Server(lambda asked: pytest.fail(f"asked before: {asked}") if not told else XApi()(asked)) as server:
        crawl(
            settings_for(tmp_path, server.url, budget=5),
            platform="x",
            roster=None,
            plan=lambda: by_id(*range(1, 201)),
            on_price=lambda _platform, price: told.append(price),
        )

    assert told == [Price(accounts=200, usd=2, left_usd=5)]


def test_a_crawl_past_the_budget_is_not_planned(tmp_path: Path) -> None:
    with Server(XApi()) as server:
        chosen = settings_for(tmp_path, server.url, budget=0.3)
        # To the cent: 0.1 + 0.2 is no more than 0.3.
        crawled(chosen, by_id(1, 2, 3, 4, 5, 6, 8, 9, 10, 12))
        crawled(chosen, by_id(*(n for n in range(13, 39) if is_shown(n))))
        with pytest.raises(NotReadyError):
            crawled(chosen, by_id(1))
        asked = len(server.asked)

    assert len(spent(tmp_path)) == asked == 2
    assert sum(spent(tmp_path)) == pytest.approx(0.3)


def test_the_refusal_says_what_how_much_and_what_to_do(tmp_path: Path) -> None:
    chosen = settings_for(tmp_path, "http://127.0.0.1:1", budget=10)
    with pytest.raises(NotReadyError) as caught:
        crawl(chosen, platform="x", roster=None, plan=lambda: by_id(*range(1, 1002)))

    assert str(caught.value) == (
        "A crawl of x may cost $10.01, 1,001 accounts at $0.01, and $10.00 is left of the $10.00 for "
        f"{datetime.now(UTC):%B %Y}. Raise monthly_budget_usd in [x] of {tmp_path / 'kooch.toml'}, or take a smaller roster."
    )
    assert (caught.value.exit_code, spent(tmp_path)) == (2, [])


def test_a_fresh_crawl_past_the_budget_gives_nothing_up(tmp_path: Path) -> None:
    with open_state(tmp_path) as state:
        before = plan_run(state, platform="x", targets=by_id(1))
    with pytest.raises(NotReadyError):
        crawl(
            settings_for(tmp_path, "http://127.0.0.1:1", budget=0.01),
            platform="x",
            roster=None,
            plan=lambda: by_id(1, 2),
            fresh=True,
        )
    with open_state(tmp_path) as state:
        assert runs(state) == [before]


@pytest.mark.parametrize(("budget", "is_begun"), [(0.02, True), (0.019, False)])
def test_a_run_goes_on_if_the_rest_is_within_the_budget(budget: float, *, is_begun: bool, tmp_path: Path) -> None:
    with open_state(tmp_path) as state:
        plan_run(state, platform="x", targets=by_id(1, 2))
    with Server(XApi()) as server:
        chosen = settings_for(tmp_path, server.url, budget=budget)
        if is_begun:
            assert crawl(chosen, platform="x", roster=None, plan=pytest.fail).observed == 2
        else:
            with pytest.raises(NotReadyError):
                crawl(chosen, platform="x", roster=None, plan=pytest.fail)

    assert len(server.asked) == is_begun


@pytest.mark.parametrize(
    ("started_at", "ended_at", "usd"),
    [
        ("2026-11-01T00:00:00+00:00", "2026-11-01T00:05:00+00:00", 1),
        ("2026-10-31T23:59:59.500000+00:00", "2026-11-01T00:05:00+00:00", 1),
        ("2026-10-31T23:59:59.500000+00:00", None, 1),
        ("2026-10-30T00:00:00+00:00", "2026-10-31T23:59:59+00:00", 0),
    ],
)
def test_a_month_has_what_was_under_way_in_it(
    started_at: str, ended_at: str | None, usd: float, tmp_path: Path
) -> None:
    with open_state(tmp_path) as state:
        run = plan_run(state, platform="x", targets=[]).run
        other = plan_run(state, platform="bluesky", targets=[]).run
        state.execute("UPDATE runs SET cost_usd = 1, started_at = ?, ended_at = ?", (started_at, ended_at))

        assert run != other
        assert cost_since(state, platform="x", since=datetime(2026, 11, 1, tzinfo=UTC)) == usd


LOST: list[tuple[str, Reply | Fault, float]] = [
    ("an answer cut short may have held all", faults.reset_mid_body, 0.02),
    ("so may one that is not understood", Reply(200, b"<html>"), 0.02),
    ("so may one that never came", faults.silent, 0.02),
    ("one of another form", Reply(200, b'{"data": {}}'), 0.02),
    ("nobody was shown", as_json({"errors": []}), 0),
    ("a fault of the server is free", Reply(503), 0),
    ("so is a refusal", Reply(403), 0),
    ("so is a redirect", Reply(302, b"", {"Location": "/elsewhere"}), 0),
]


@pytest.mark.parametrize(("fault", "usd"), [case[1:] for case in LOST], ids=[case[0] for case in LOST])
def test_what_may_have_been_charged_is_counted(fault: Reply | Fault, usd: float, tmp_path: Path) -> None:
    with Server(lambda _: fault) as server:
        _, found = crawled(settings_for(tmp_path, server.url), by_id(1, 2))

    assert spent(tmp_path) == [usd]
    assert all(isinstance(result, Failed) for result in found.values())


def test_a_host_that_cannot_be_reached_costs_nothing(tmp_path: Path) -> None:
    _, found = crawled(settings_for(tmp_path, "http://127.0.0.1:1"), by_id(1, 2))

    assert states(found) == {"unreachable": 2}
    assert spent(tmp_path) == [0]


def test_a_repeated_question_is_paid_for_once(tmp_path: Path) -> None:
    api = XApi()
    with Server(lambda asked: faults.reset_mid_body if asked.nth == 1 else api(asked)) as server:
        result, _ = crawled(settings_for(tmp_path, server.url), by_id(1, 2, 7))

    assert (len(server.asked), result.run.cost_usd, result.observed) == (2, 0.02, 3)


@pytest.mark.proof
def test_what_a_killed_crawl_has_spent_is_on_disk(tmp_path: Path) -> None:
    """The third answer never comes: two are counted as they came, the third as if all of it had."""
    home, api = tmp_path / "data", XApi()
    write_people(home, range(1, 251))

    def answer(asked: Asked) -> Reply | Fault:
        return faults.silent if asked.nth == 3 else api(asked)

    with Server(answer) as server:
        env = environment(home, server.url, KOOCH_CRAWL__BATCH_SECONDS="60", KOOCH_CRAWL__TIMEOUT_SECONDS="60")
        process = subprocess.Popen(
            [sys.executable, "-m", "kooch", "crawl", "x", "--roster", "people"], env=env, stdout=subprocess.DEVNULL
        )
        wait_for(lambda: len(server.asked) == 3)
        process.send_signal(signal.SIGKILL)
        process.wait()
        (usd,) = spent(home)

    assert usd == round((api.charged + 50) * 0.01, 6)


def wait_for(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


# Limits and refusals.


@pytest.mark.proof
@pytest.mark.parametrize("rate", [10, 200], ids=["the published rate", "as fast as it goes"])
def test_the_limit_is_kept_without_drawing_a_refusal(rate: float, tmp_path: Path) -> None:
    """20 requests in 2 seconds for X's 300 in 15 minutes: 30 times as fast."""
    api = XApi(limit=20, window=2)
    numbers = [n for n in range(1, 12_000) if not is_shown(n)][:2500]
    with Server(api) as server:
        # On a busy machine an answer takes longer than half a second, and would be asked for again.
        chosen = settings_for(tmp_path, server.url, rate=rate, timeout=20)
        result, _ = crawled(chosen, by_id(*numbers))
    times = [asked.at for asked in server.asked]

    print(f"{len(times)} requests in {times[-1] - times[0]:.1f} s, {api.refused} refused")
    assert (api.refused, len(times), result.observed) == (0, 25, 2500)


@pytest.mark.proof
def test_one_request_too_many_waits_for_the_window(tmp_path: Path) -> None:
    """Somebody else has used the window up."""
    api = XApi(limit=1, window=2)
    waits: list[float] = []
    with Server(api) as server:
        api(
            Asked(
                path="/2/users",
                query=[("ids", "1001"), ("user.fields", "")],
                headers={"authorization": f"Bearer {TOKEN}"},
                at=0,
                nth=0,
            )
        )
        result = crawl(
            settings_for(tmp_path, server.url),
            platform="x",
            roster=None,
            plan=lambda: by_id(1),
            on_wait=lambda _platform, _host, seconds: waits.append(seconds),
        )

    assert (result.observed, api.refused, len(server.asked)) == (1, 1, 2)
    assert 0 < waits[0] < 4


def test_a_whole_window_is_waited_for(tmp_path: Path) -> None:
    """Used up at its start, a window of 15 minutes has all of them left."""
    waits: list[float] = []

    def stop(_platform: str, _host: str, seconds: float) -> None:
        waits.append(seconds)
        os.kill(os.getpid(), signal.SIGTERM)

    headers = {"x_rate_limit_remaining": "0", "x_rate_limit_reset": str(int(time.time()) + 900)}
    with Server(lambda _: as_json({}, 429, **headers)) as server:
        chosen = settings_for(tmp_path, server.url)
        result = crawl(chosen, platform="x", roster=None, plan=lambda: by_id(1), on_wait=stop)

    assert (result.is_interrupted, result.failed, result.run.cost_usd) == (True, 0, 0)
    assert 895 < waits[0] < 902


@pytest.mark.parametrize(
    ("reply", "cause", "says"),
    [
        (as_json({"title": "Unauthorized"}, 401), "refused", "KOOCH_X_BEARER_TOKEN"),
        (Reply(403, b"<html>"), "refused", "KOOCH_X_BEARER_TOKEN"),
        (as_json({"title": "CreditsDepleted"}, 402), "refused", "buy credits"),
        (as_json({"title": "UsageCapExceeded"}, 429, x_rate_limit_remaining="299"), "rate_limited", "cap"),
    ],
)
def test_an_answer_that_holds_for_all_is_asked_for_once(reply: Reply, cause: str, says: str, tmp_path: Path) -> None:
    with Server(lambda _: reply) as server:
        result, found = crawled(settings_for(tmp_path, server.url), by_id(*range(1, 501)))

    assert (len(server.asked), result.run.state, result.run.cost_usd) == (1, "failed", 0)
    assert states(found) == {cause: 500}
    assert all(says in failed.detail for failed in found.values() if isinstance(failed, Failed))


def test_the_token_goes_to_x_alone(tmp_path: Path) -> None:
    with (
        Server(XApi()) as elsewhere,
        Server(lambda _: Reply(302, b"", {"Location": f"{elsewhere.url}/2/users"})) as server,
    ):
        _, found = crawled(settings_for(tmp_path, server.url), by_id(1))

    assert elsewhere.asked == []
    assert states(found) == {"unexpected_answer": 1}
    assert server.asked[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in str((server.asked[0].path, server.asked[0].query))


def test_an_unencrypted_address_is_refused() -> None:
    for address in ("http://api.x.com", "http://10.0.0.1"):
        with pytest.raises(ValueError, match="https"):
            XSettings(api=address)  # type: ignore[arg-type] # pydantic reads the text


def test_a_plan_says_whom_it_will_ask(tmp_path: Path) -> None:
    (host,) = describe(Settings(home=tmp_path), "x", by_id(*range(101)) + by_name(*range(150)))

    assert (host.host, host.requests, round(host.seconds)) == ("api.x.com", 4, 9)


# Real answers.


@pytest.mark.skipif(not SHARED.is_dir(), reason="no real captures here")
def test_an_exchange_of_2021_is_read() -> None:
    """Accounts come without the fields that Kooch asks for: they are found and counted, and not made up."""
    file = SHARED / "data" / "captures" / "x-api-v2" / "apiv2_users_by_2021_tweepy.yaml"
    (exchange,) = yaml.safe_load(file.read_text())["interactions"]
    targets = [Target(key=f"@{name}", handle=name) for name in ("twitter", "TwitterDev")]
    spider = spider_with(targets)
    (question,) = spider.ask(targets)
    response = answer_to(question, gunzip(exchange["response"]["body"]["string"]))
    found = [outcome.result for outcome in spider._receive(response) if isinstance(outcome, Outcome)]

    assert spider.charged(response) == 2
    assert [isinstance(result, Failed) and "protected" in result.detail for result in found] == [True, True]


@pytest.mark.skipif(not SHARED.is_dir(), reason="no real captures here")
def test_answers_of_the_official_mock_are_read() -> None:
    """Its account has an id that is none, and it leaves out whoever it does not know without a word."""
    for exchange in json.loads((SHARED / "samples" / "x-api-playground.json").read_text()):
        targets = [Target(key=f"@{name}", handle=name) for name in ("playground_user", "nobody_here")]
        spider = spider_with(targets)
        (question,) = spider.ask(targets)
        response = answer_to(question, json.dumps(exchange["body"]).encode(), exchange["status"])
        found = [outcome.result for outcome in spider._receive(response) if isinstance(outcome, Outcome)]

        assert [isinstance(result, Failed) and result.cause for result in found] == ["unexpected_answer"] * 2
        if exchange["status"] == 400:
            assert "'Invalid Request'" in str(found[0])


ANSWERS: list[tuple[int, dict[str, Any]]] = [
    (200, {"data": [user(1, id="999")]}),
    (
        200,
        {
            "errors": [
                problem("figure1", "usernames", is_suspended=True) | {"detail": "Is @figure999, 999: [Figure999]."}
            ]
        },
    ),
    (
        200,
        {"errors": [problem("figure1", "usernames", is_suspended=True) | {"detail": "User has been suspended: [999"}]},
    ),
    (400, {"title": "Invalid Request", "detail": "`usernames` [figure999] does not match"}),
    (200, {"data": [user(999), user(999)], "errors": [problem("figure999", "usernames", is_suspended=True)]}),
]


@pytest.mark.parametrize(("status", "body"), ANSWERS)
def test_a_failure_names_no_account_but_the_one_asked_for(status: int, body: dict[str, Any]) -> None:
    target = Target(key="@figure1", handle="figure1", listed_before=datetime(2013, 1, 1, tzinfo=UTC))
    spider = spider_with([target])
    (question,) = spider.ask([target])
    answer = answer_to(question, json.dumps(body).encode(), status)
    (failed,) = (outcome.result for outcome in spider._receive(answer) if isinstance(outcome, Outcome))

    assert isinstance(failed, Failed)
    assert "999" not in failed.detail


def spider_with(targets: list[Target]) -> XSpider:
    spider = XSpider()
    run = Run(
        run="r",
        platform="x",
        source="live",
        roster=None,
        started_at=datetime.now(UTC),
        ended_at=None,
        state="running",
        requests=0,
        bytes=0,
        cost_usd=0,
        version="",
    )
    spider.take(Job(settings=Settings(home=Path("/nowhere")), run=run, planned=len(targets), targets=tuple(targets)))
    return spider


def answer_to(question: Request, body: bytes, status: int = 200) -> TextResponse:
    return TextResponse(question.url, status=status, body=body, encoding="utf-8", request=question)


# The token, and what happens without one.


def environment(home: Path, url: str, **more: str) -> dict[str, str]:
    return {
        **os.environ,
        "KOOCH_HOME": str(home),
        "KOOCH_X__API": url,
        "KOOCH_X__REQUESTS_PER_SECOND": "200",
        "KOOCH_X__MONTHLY_BUDGET_USD": "9",
        "KOOCH_X_BEARER_TOKEN": TOKEN,
        "KOOCH_CRAWL__ALLOW_NETWORKS": '["127.0.0.0/8"]',
        **more,
    }


def write_people(home: Path, numbers: Any) -> None:  # noqa: ANN401 -- any numbers
    """A roster `people` of `figure<n>` in a data folder."""
    members = [stores.member(f"p-{n}") for n in numbers]
    claims = tuple(stores.claim(f"p-{n}", f"figure{n}", platform="x") for n in numbers)
    (home / "rosters").mkdir(parents=True)
    write_roster(stores.roster("people", members, accounts=claims), home / "rosters")


def test_a_token_from_the_environment_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOOCH_X_BEARER_TOKEN", f"{TOKEN}\n")
    chosen = load_settings(tmp_path)
    dumped = chosen.model_dump_json() + str(chosen.model_dump()) + repr(chosen) + str(chosen)

    assert chosen.x_bearer_token is not None
    assert chosen.x_bearer_token.get_secret_value() == TOKEN
    assert TOKEN not in dumped


@pytest.mark.parametrize("text", [f"x_bearer_token = '{TOKEN}'", f"[x]\nbearer_token = '{TOKEN}'"])
def test_a_token_in_the_file_is_refused_and_not_shown(text: str, tmp_path: Path) -> None:
    (tmp_path / "kooch.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"kooch\.toml holds X's token.*KOOCH_X_BEARER_TOKEN\.") as caught:
        load_settings(tmp_path)

    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize(
    "env",
    [
        {"KOOCH_X_BEARER_TOKEN": f"{TOKEN} {TOKEN}"},
        {"KOOCH_X_BEARER_TOKEN": f"{TOKEN}é"},
        {"KOOCH_X__BEARER_TOKEN": TOKEN},
        {"KOOCH_X_BEARER_TOKEN": TOKEN, "kooch_x": "["},
    ],
)
def test_a_wrong_variable_is_named_without_the_token(
    env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=r"KOOCH_X|kooch_x") as caught:
        load_settings(tmp_path)

    assert TOKEN not in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_an_empty_variable_is_no_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOOCH_X_BEARER_TOKEN", "")

    assert load_settings(tmp_path).x_bearer_token is None


def test_x_is_left_out_until_it_has_a_token_and_money(tmp_path: Path) -> None:
    ready = settings_for(tmp_path, "http://127.0.0.1:1")
    bare = Settings(home=tmp_path)
    penniless = settings_for(tmp_path, "http://127.0.0.1:1", budget=0)

    assert "x" in ready_platforms(ready)
    assert ready_platforms(bare) == ready_platforms(penniless) == [p for p in ready_platforms(ready) if p != "x"]
    for chosen, says in ((bare, "KOOCH_X_BEARER_TOKEN"), (penniless, "monthly_budget_usd")):
        with pytest.raises(NotReadyError, match=says):
            crawl(chosen, platform="x", roster=None, plan=lambda: by_id(1))
    assert spent(tmp_path) == []


def test_an_account_that_costs_nothing_needs_no_budget(tmp_path: Path) -> None:
    with Server(XApi()) as server:
        chosen = settings_for(tmp_path, server.url, budget=0)
        free = chosen.model_copy(update={"x": chosen.x.model_copy(update={"usd_per_user": 0})})
        result, _ = crawled(free, by_id(1))

    assert (result.observed, result.run.cost_usd) == (1, 0)


def test_a_closed_platform_is_not_crawled() -> None:
    with pytest.raises(
        ConfigError, match=r"^Koo closed in July 2024: .*`kooch backfill koo` reads its archived pages\.$"
    ):
        spider_of("koo")


@pytest.mark.proof
def test_the_commands_say_what_it_costs(tmp_path: Path) -> None:
    home = tmp_path / "data"
    write_people(home, range(1, 4))
    (home / "kooch.toml").write_text(
        "[[schedule]]\nname = 'a'\ncron = '0 0 1 1 *'\nroster = 'people'\nplatforms = ['x']\n", encoding="utf-8"
    )
    nothing = kooch(home, "crawl", "x", "--roster", "people")
    with Server(XApi()) as server:
        env = environment(home, server.url, KOOCH_X__MONTHLY_BUDGET_USD="0.05")
        done = kooch(home, "crawl", "x", "--roster", "people", **env)
        again = kooch(home, "crawl", "x", "--roster", "people", **env)
        (listed,) = [json.loads(line) for line in kooch(home, "schedule", "list", **env).stdout.splitlines()]
        (following,) = [
            json.loads(line) for line in kooch(home, "schedule", "next", "--n", "1", **env).stdout.splitlines()
        ]
        status = [json.loads(line) for line in kooch(home, "status", **env).stdout.splitlines()]
    events = {line["event"]: line for line in map(json.loads, done.stdout.splitlines())}

    assert (nothing.returncode, len(nothing.stderr.splitlines())) == (2, 1)
    assert "KOOCH_X_BEARER_TOKEN" in nothing.stderr
    assert (done.returncode, again.returncode, len(server.asked)) == (0, 2, 1)
    assert (events["price"]["accounts"], events["price"]["cost_usd"], events["price"]["left_usd"]) == (3, 0.03, 0.05)
    assert list(events) == ["price", "plan", "observed", "run"]
    assert "$0.02 is left of the $0.05" in again.stderr
    assert len(again.stderr.splitlines()) == 1
    assert (listed["cost_usd"], following["cost_usd"]) == (0.03, 0.03)
    assert [line["cost_usd"] for line in status if line["event"] == "runs"] == [0.03]


@pytest.mark.proof
def test_the_token_is_nowhere(tmp_path: Path) -> None:
    """A crawl, a refused one, one that ends in a traceback, and what looks at them afterwards."""
    home, token = tmp_path / "data", f"CANARY{uuid.uuid4().hex}"
    write_people(home, range(1, 20))
    with Server(XApi(token=token)) as server, Server(lambda _: Reply(401)) as refusing:
        env = environment(home, server.url) | {"KOOCH_X_BEARER_TOKEN": token}
        watched = Watched(home, env)
        people = ("crawl", "x", "--roster", "people")
        assert watched.run(*people).returncode == 0
        assert watched.run(*people, KOOCH_X__API=refusing.url).returncode == 3
        broken = watched.run(*people, PYTHONPATH=str(traceback_of(tmp_path)))
        assert broken.returncode == 1
        assert "Traceback" in broken.stderr
        watched.run("crawl", "x", module="scrapy", KOOCH_X__MONTHLY_BUDGET_USD="0.01")
        (home / "kooch.toml").write_text(f"x_bearer_token = '{token}'\n", encoding="utf-8")
        assert watched.run("status").returncode == 2
        (home / "kooch.toml").unlink()
        for words in (
            ["status"],
            ["doctor", "--no-network"],
            ["schedule", "list"],
            ["metrics"],
            ["backup", str(home.parent / "kept")],
        ):
            assert watched.run(*words).returncode == 0, words
        assert watched.run("export", str(home / "exported")).returncode == 0
        assert server.asked
        assert any("crawl x --roster people" in line for line in watched.command_lines)

    assert traces(token, home, watched) == traces(token, home.parent / "kept", watched) == []


def traceback_of(folder: Path) -> Path:
    """A folder that breaks Kooch where it is about to ask, with the token at hand."""
    place = folder / "breaks"
    place.mkdir()
    (place / "sitecustomize.py").write_text(
        "import crawlers.spiders.x as x\n"
        "def broken(self, path, targets):\n"
        "    token = self.job.settings.x_bearer_token.get_secret_value()\n"
        "    raise RuntimeError(f'{self.job.settings!r}')\n"
        "x.XSpider._question = broken\n",
        encoding="utf-8",
    )
    return place


@pytest.mark.proof
def test_a_canary_that_was_left_is_found(tmp_path: Path) -> None:
    """The proof of the proof: in Parquet, DuckDB, SQLite, a file, an output."""
    secret = f"CANARY{uuid.uuid4().hex}"
    home = tmp_path / "data"
    run = stores.crawl(home, stores.seen("1001", 0, bio=secret * 200))
    stores.load(
        home,
        stores.bundle(
            tmp_path / "bundled",
            stores.roster("people", [stores.member("a")], accounts=(stores.claim("a", native_id="1001"),)),
        ),
    )
    with open_state(home) as state:
        end_run(state, run, "complete")
        state.execute("UPDATE runs SET roster = ?", (secret,))
    watched = Watched(home, {})
    watched.outputs.append(f"the token is {secret}")
    found = {place.partition(" of ")[0].partition(":")[0] for place in traces(secret, home, watched)}

    assert {"output", "rows", "table texts", "table runs"} <= found


@pytest.mark.proof
@pytest.mark.parametrize(
    ("looks", "says"),
    [
        ([("IN",)], "observed active, withheld in India, "),
        ([("IN",), ("DE", "TR")], "observed active, withheld in Germany, Türkiye, "),
        ([("XX",)], "observed active, withheld in the whole world, "),
        ([("IN",), ()], "observed active, "),
    ],
)
def test_where_an_account_is_withheld_is_said_of_it(
    looks: list[tuple[str, ...]], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    did = f"did:plc:{'a' * 24}"
    accounts = (stores.claim("ada", "ada.test", did),)
    bundled = stores.bundle(tmp_path / "bundled", stores.roster("list", [stores.member("ada")], accounts=accounts))
    for n, withheld_in in enumerate(looks):
        stores.crawl(tmp_path, stores.seen(did, n * 60, withheld_in=withheld_in), state="complete")
    stores.load(tmp_path, bundled)
    page = open_page(Path(__file__).parent.parent / "pages" / "figure.py", tmp_path, monkeypatch, figure="ada")

    assert f"{says}1 June 2025" in words(page)
