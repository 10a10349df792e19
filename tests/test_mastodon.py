"""Crawls of many servers under their real names on loopback: the German roster, and a server of other software."""

import csv
import json
import subprocess
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawlers import pacing
from crawlers.crawling import crawl
from crawlers.fediverse import account as reading
from crawlers.fediverse.account import FEDIVERSE, read_account, read_actor
from crawlers.fediverse.addresses import links_in, plain_text
from crawlers.runs import Crawled
from crawlers.spiders.mastodon import MastodonSpider
from kooch.config import BUNDLED_ROSTERS, CrawlSettings, MastodonSettings, Settings
from kooch.platforms import ascii_host
from kooch.store.outcomes import Failed, Looked, Observed, Outcome, Skipped, Target
from tests import faults
from tests.commands import kooch
from tests.faults import Asked, Mastodon, Reply, Server, account
from tests.servers.fediverse import Authority, Fedify
from tests.stores import query
from tests.test_app import run as open_page
from tests.test_app import words
from tests.test_crawlers import replay

Results = dict[str, Observed | Looked | Failed | Skipped]
LATEST = datetime(2026, 11, 25, tzinfo=UTC)
PAGES = Path(__file__).parent.parent / "pages"


def asked_for(handle: str, server: str, **known: Any) -> reading.Asked:  # noqa: ANN401 -- any field
    target = Target(key=f"@{handle}", handle=handle)
    return reading.Asked(target=target, server=server, latest_at=LATEST, **known)


def settings_for(home: Path, hosts: dict[str, str], authority: Authority, rate: float = 100) -> Settings:
    networks: Any = ("127.0.0.0/8",)
    return Settings(
        home=home,
        crawl=CrawlSettings(
            allow_networks=networks,
            hosts=hosts,
            ca_file=authority.file,
            timeout_seconds=3,
            batch_seconds=0.2,
            outage_seconds=0,
        ),
        mastodon=MastodonSettings(requests_per_second=rate),
    )


def crawled(chosen: Settings, handles: list[str]) -> tuple[Crawled, Results]:
    outcomes: list[Outcome] = []
    result = crawl(
        chosen,
        platform="mastodon",
        roster=None,
        plan=lambda: [Target(key=f"@{handle}", handle=handle) for handle in handles],
        on_outcome=lambda _platform, outcome: outcomes.append(outcome),
    )
    return result, {outcome.target: outcome.result for outcome in outcomes}


def test_a_server_of_other_software_is_read_by_webfinger_and_actor(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    users = ["figure", "moved", "gone", "nobody"]
    with Fedify(authority.issue("fediverse.test")) as server:
        chosen = settings_for(tmp_path / "home", {"fediverse.test": server.address}, authority)
        result, found = crawled(chosen, [f"{user}@fediverse.test" for user in users])
    figure, moved, gone, nobody = (found[f"@{user}@fediverse.test"] for user in users)

    assert (result.run.state, result.observed) == ("partial", 3)
    assert isinstance(figure, Observed)
    assert (figure.status, figure.native_id) == ("active", "https://fediverse.test/users/figure")
    assert (figure.followers, figure.following, figure.posts) == (1234, None, None)
    assert [(bound.event, bound.kind, bound.not_before.date().isoformat()) for bound in figure.bounds] == [
        ("joined", "opened", "2022-11-05")
    ]
    assert figure.profile is not None
    assert figure.profile.links == ("https://office.test",)
    assert isinstance(moved, Observed)
    assert moved.status == "moved"
    assert moved.profile is not None
    assert moved.profile.links[0] == "https://fediverse.test/users/successor"
    assert isinstance(gone, Observed)
    assert gone.status == "deleted"
    # Its software may distinguish names by their letter case.
    assert isinstance(nobody, Failed)
    assert "another letter case" in nobody.detail


@pytest.mark.proof
def test_a_server_that_wants_a_pause_after_every_answer_is_left_to_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two seconds after each of forty accounts, of three that a whole run may lose so."""
    monkeypatch.setattr(pacing, "LONGEST_PAUSE", 3.0)

    def answer(asked: Asked) -> Reply:
        found = Mastodon()(asked)
        asks = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"} if asked.host == "slow.test" else {}
        return Reply(found.status, found.body, found.headers | asks)

    authority = Authority(tmp_path)
    with Server(answer, tls=authority.issue("slow.test", "good.test").context(tmp_path)) as server:
        address = server.url.removeprefix("https://")
        chosen = settings_for(tmp_path / "home", {"slow.test": address, "good.test": address}, authority, rate=10)
        handles = [f"figure{n}@{host}" for host in ("slow.test", "good.test") for n in range(40)]
        result, found = crawled(chosen, handles)
    left = [said for said in found.values() if isinstance(said, Failed)]

    assert (result.observed, result.failed) == (80 - len(left), len(left))
    assert 30 < len(left) < 40
    assert {said.cause for said in left} == {"rate_limited"}
    assert left[0].detail.endswith("slow.test:443 asks to be left alone again and again")


_RATE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class German:
    """The German roster, crawled: 263 claims on 44 servers under their real names, and 47 mirrors that nobody asks."""

    home: Path
    claims: list[dict[str, str]]
    opened_on: dict[tuple[str, str], str]
    done: subprocess.CompletedProcess[str]
    asked: list[Asked]


@pytest.fixture(scope="module")
def german(tmp_path_factory: pytest.TempPathFactory) -> German:
    folder = tmp_path_factory.mktemp("german")
    with (BUNDLED_ROSTERS / "de-fediverse" / "accounts.csv").open(encoding="utf-8", newline="") as file:
        claims = list(csv.DictReader(file))
    opened_on = {}
    for claim in claims:
        user, _, domain = claim["handle"].rpartition("@")
        if claim["polarity"] == "accepts":
            opened_on[user.lower(), str(ascii_host(domain))] = claim["opened_on"]
    hosts = sorted({host for _, host in opened_on})
    authority = Authority(folder)
    home = folder / "home"
    home.mkdir()
    with Server(Mastodon(opened_on), tls=authority.issue(*hosts, "respublicae.eu").context(folder)) as server:
        address = server.url.removeprefix("https://")
        named = "\n".join(f'"{host}" = "{address}"' for host in [*hosts, "respublicae.eu"])
        (home / "kooch.toml").write_text(
            f'[crawl]\nallow_networks = ["127.0.0.0/8"]\nca_file = "{authority.file}"\n'
            f"[crawl.hosts]\n{named}\n[mastodon]\nrequests_per_second = {_RATE}\n"
        )
        done = kooch(home, "crawl", "mastodon", "--roster", "de-fediverse")
    return German(home=home, claims=claims, opened_on=opened_on, done=done, asked=server.asked)


@pytest.mark.proof
def test_the_german_roster_is_crawled_whole_at_the_pace_of_each_server(german: German) -> None:
    opened_on = german.opened_on
    times = defaultdict(list)
    for asked in german.asked:
        times[asked.host].append(asked.at)
    (summary,) = [json.loads(line) for line in german.done.stdout.splitlines() if '"causes"' in line]
    print({name: summary[name] for name in ("state", "planned", "observed", "requests")}, f"{len(times)} servers")

    assert german.done.returncode == 0, german.done.stderr
    assert (summary["state"], summary["planned"], summary["observed"]) == ("complete", len(opened_on), len(opened_on))
    assert sum(claim["polarity"] == "denies" for claim in german.claims) == 47
    assert sorted(times) == sorted({host for _, host in opened_on})
    assert len(german.asked) == len(opened_on)
    for seen in times.values():
        # So many take two seconds by the rate; what late timers make up for, here and in the server, takes off a little.
        spans = [b - a for a, b in zip(seen, seen[2 * _RATE + 2 :], strict=False)]
        assert not spans or min(spans) > 1.8
    (row,) = query(
        german.home,
        "SELECT count(DISTINCT account_id), count(*) FROM observations JOIN accounts USING (account_id)"
        " WHERE platform = 'mastodon' AND native_id LIKE 'https://%/users/%' AND status = 'active'",
    )

    assert row == (len(opened_on), len(opened_on))


@pytest.mark.proof
def test_the_app_shows_the_german_crawl(german: German, monkeypatch: pytest.MonkeyPatch) -> None:
    """Crawls, Adoption and Figure: what the crawl of 43 servers brought is there to be seen."""
    n = len(german.opened_on)
    ((members, version),) = query(
        german.home,
        "SELECT count(DISTINCT figure_id), (SELECT version FROM versions) FROM memberships WHERE roster = 'de-fediverse'",
    )
    crawls = open_page(PAGES / "crawls.py", german.home, monkeypatch)
    (run,) = next(frame.value for frame in crawls.dataframe if "planned" in frame.value.columns).to_dict("records")
    fresh = next(frame.value for frame in crawls.dataframe if "not_looked" in frame.value.columns)
    (german_row,) = [row for row in fresh.to_dict("records") if row["observed"]]
    adoption = open_page(PAGES / "adoption.py", german.home, monkeypatch, roster="de-fediverse", platform="mastodon")
    ((name, handle),) = query(
        german.home,
        "SELECT f.name, h.handle FROM links JOIN figures AS f USING (figure_id) JOIN current_handles AS h USING (account_id)"
        " JOIN accounts AS a USING (account_id) WHERE a.platform = 'mastodon' AND h.handle LIKE '%@social.bund.de'"
        " ORDER BY ALL LIMIT 1",
    )
    figure = open_page(PAGES / "figure.py", german.home, monkeypatch)
    label = next(option for option in figure.selectbox(key="figure").options if option.startswith(name))
    figure.selectbox(key="figure").select(label).run()

    assert (run["platform"], run["roster"], run["state"]) == ("Mastodon", "de-fediverse", "complete")
    assert (run["planned"], run["observed"], run["failed"], run["skipped"]) == (n, n, 0, 0)
    assert run["requests"] == n
    assert german_row["platform"] == "Mastodon"
    assert german_row["last_live_at"].date() == datetime.now(UTC).date()
    assert f"{members} of {members} were there." in words(adoption)
    assert version > 1  # one is the roster alone
    assert f"Data: version {version} of" in words(adoption)
    assert handle in words(figure).replace("\u2060", "")  # which keeps it from becoming a link
    assert "observed active" in words(figure)


# The day that an id gives: accounts of mastodon.social, icosahedron.website and servers made for tests, as recorded by
# https://github.com/halcy/Mastodon.py (b9f2eff, folders tests/cassettes*): the id, `created_at`, and the instant in the id. These
# are all 22 accounts of the answering servers themselves whose ids have a time. The ids of all 22 agree with their day.
DATED_IDS = [
    ("108262011720829669", "2022-05-07", "18:13:20.330"),
    ("108902458015766980", "2022-08-28", "20:47:15.250"),
    ("109208442152198181", "2022-10-21", "21:43:02.644"),
    ("109246358402616382", "2022-10-28", "14:25:38.711"),
    ("109333057891195199", "2022-11-12", "21:54:27.919"),
    ("109399908329150108", "2022-11-24", "17:15:24.651"),
    ("109925168336391178", "2023-02-25", "11:35:56.304"),
    ("110266162634306901", "2023-04-26", "16:55:16.368"),
    ("110441535131897219", "2023-05-27", "16:14:48.316"),
    ("115038701837652014", "2025-08-16", "13:34:45.364"),
    ("115911467106207820", "2026-01-17", "16:50:26.498"),
    ("117020457624302809", "2026-08-01", "13:21:18.886"),
    ("117020457767579295", "2026-08-01", "13:21:21.072"),
    ("117020457910412882", "2026-08-01", "13:21:23.252"),
    ("117020458041994908", "2026-08-01", "13:21:25.259"),
    ("117020565693913441", "2026-08-01", "13:48:47.897"),
    ("117020565837443964", "2026-08-01", "13:48:50.087"),
    ("117020565966271181", "2026-08-01", "13:48:52.053"),
    ("117020566092212359", "2026-08-01", "13:48:53.975"),
    ("117020617136550219", "2026-08-01", "14:01:52.850"),
    ("117020617404561855", "2026-08-01", "14:01:56.939"),
    ("117020617532860042", "2026-08-01", "14:01:58.897"),
]
COUNTED_IDS = [("43", "2016-03-21"), ("13179", "2016-11-23"), ("1002649", "2019-11-16")]


def opening_of(number: str, day: str, **more: object) -> tuple[list[str], list[tuple[str, str]]]:
    """The bounds of an account's opening, and the drift."""
    shown = account("figure1", "social.test", 1, day) | {"id": number} | more
    read = read_account(shown, asked_for("figure1@social.test", "social.test"), FEDIVERSE)
    assert isinstance(read, Observed)
    at = [time.isoformat() for bound in read.bounds for time in (bound.not_before, bound.before)]
    return at, [(drift.path, drift.kind) for drift in read.drift]


@pytest.mark.parametrize(("number", "day", "time"), DATED_IDS)
def test_an_id_that_agrees_with_its_day_dates_an_account_to_the_millisecond(number: str, day: str, time: str) -> None:
    opened_at = datetime.fromisoformat(f"{day}T{time}000+00:00")
    after = opened_at + timedelta(milliseconds=1)

    assert opening_of(number, day) == ([opened_at.isoformat(), after.isoformat()], [])


@pytest.mark.parametrize(("number", "day"), COUNTED_IDS)
def test_an_id_that_is_only_counted_dates_nothing(number: str, day: str) -> None:
    opened_on = datetime.fromisoformat(f"{day}T00:00:00+00:00")

    assert opening_of(number, day) == ([opened_on.isoformat(), (opened_on + timedelta(days=1)).isoformat()], [])


@pytest.mark.parametrize("day", ["2022-05-06", "2022-05-08", "2026-01-17"])
def test_an_id_of_another_day_is_drift_and_the_day_stands(day: str) -> None:
    at, drift = opening_of("108262011720829669", day)

    assert at[0] == f"{day}T00:00:00+00:00"
    assert drift == [("id", "contradicts")]


def test_the_ids_of_other_software_are_no_drift() -> None:
    """Takahē's numbers would be of the year 2284."""
    _, drift = opening_of("649708449229822594", "2022-04-04", uri=None, indexable=None)

    assert drift == []


# A website's answers to the lookup of an account that is elsewhere.

WEBSITE: dict[str, dict[str, object]] = {
    "HTML under 200": {"status": 200, "raw": "<!DOCTYPE html><title>City of Stadt</title>"},
    "nothing under 200": {"status": 200, "raw": ""},
    "an empty object": {"status": 200, "raw": "{}"},
    "a list": {"status": 200, "raw": "[]"},
    "another object": {"status": 200, "raw": '{"id": 1, "error": null}'},
    "no content": {"status": 204, "raw": ""},
    **{str(status): {"status": status, "raw": ""} for status in (300, 301, 302, 303, 307, 308)},
    **{
        str(status): {"status": status, "raw": "<html>"}
        for status in (400, 401, 402, 403, 404, 405, 406, 410, 418, 451)
    },
    "a stranger": {"status": 200, "body": account("minister", "elsewhere.test", 7)},
    "another user": {"status": 200, "body": account("webmaster", "stadt.test", 7)},
}


@pytest.mark.parametrize("answer", WEBSITE.values(), ids=WEBSITE)
def test_whatever_a_website_answers_to_a_lookup_webfinger_leads_to_the_account(answer: dict[str, object]) -> None:
    target = Target(key="@minister@stadt.test", handle="minister@stadt.test")
    links = [{"rel": "self", "type": "application/activity+json", "href": "https://soc.stadt.test/users/minister"}]
    answers = {
        "https://stadt.test/api/v1/accounts/lookup?acct=minister": answer,
        "https://stadt.test/.well-known/webfinger?resource=acct:minister@stadt.test": {"body": {"links": links}},
        "https://soc.stadt.test/api/v1/accounts/lookup?acct=minister": {
            "body": account("minister", "soc.stadt.test", 580) | {"acct": "minister@stadt.test"}
        },
    }
    (outcome,) = replay(MastodonSpider(), [target], answers)

    assert isinstance(outcome.result, Observed)
    assert (outcome.result.native_id, outcome.result.followers) == ("https://soc.stadt.test/users/minister", 580)


@pytest.mark.parametrize("webfinger", [404, 410])
@pytest.mark.parametrize("software", ["mastodon", "hollo"])
@pytest.mark.parametrize("answer", ["401", "403", "HTML under 200", "no content", "404", "another user"])
def test_webfinger_decides_about_a_handle_never_seen_to_whose_lookup_a_website_answers(
    answer: str, software: str, webfinger: int
) -> None:
    target = Target(key="@minister@stadt.test", handle="minister@stadt.test")
    answers = {
        "https://stadt.test/api/v1/accounts/lookup?acct=minister": WEBSITE[answer],
        "https://stadt.test/.well-known/webfinger?resource=acct:minister@stadt.test": {"status": webfinger, "raw": ""},
        "https://stadt.test/.well-known/host-meta": {"status": 404, "raw": ""},
        "https://stadt.test/.well-known/nodeinfo": {
            "body": {
                "links": [
                    {
                        "rel": "http://nodeinfo.diaspora.software/ns/schema/2.0",
                        "href": "https://stadt.test/nodeinfo/2.0",
                    }
                ]
            }
        },
        "https://stadt.test/nodeinfo/2.0": {"body": {"software": {"name": software, "version": "1"}}},
    }
    (outcome,) = replay(MastodonSpider(), [target], answers)
    found = outcome.result

    if answer == "another user":
        assert isinstance(found, Failed)
        assert found.cause == "conflicting_answers"
    elif webfinger == 404 and software == "hollo":
        # Another letter case may be meant.
        assert isinstance(found, Failed)
        assert found.cause == "unexpected_answer"
    else:
        assert isinstance(found, Observed)
        assert (found.status, found.native_id) == ("not_found" if webfinger == 404 else "deleted", None)


@pytest.mark.proof
def test_a_known_account_whose_server_says_nothing_of_its_actor_is_gone_only_where_any_letter_case_is_found(
    tmp_path: Path,
) -> None:
    """Lookup and WebFinger answer 404 to `ada`. The actor, `Ada`, answers nothing in time, or 500 again and again."""
    hosts = {"hollo.test": "hollo", "takahe.test": "takahe", "social.test": "mastodon", "silent.test": "mastodon"}

    def answer(asked: Asked) -> Reply | faults.Fault:
        if asked.path == "/@Ada":
            return faults.silent
        if asked.path == "/@Bea":
            return Reply(500, b"")
        if "nodeinfo" in asked.path:
            return faults.silent if asked.host == "silent.test" else faults.nodeinfo(asked, hosts[asked.host])
        return faults.not_found(asked) if asked.path.startswith("/api/") else Reply(404, b"")

    authority = Authority(tmp_path)
    outcomes: dict[str, object] = {}
    with Server(answer, tls=authority.issue(*hosts).context(tmp_path)) as server:
        address = server.url.removeprefix("https://")
        chosen = settings_for(tmp_path / "home", dict.fromkeys(hosts, address), authority)
        crawl(
            chosen.model_copy(update={"crawl": chosen.crawl.model_copy(update={"timeout_seconds": 0.5})}),
            platform="mastodon",
            roster=None,
            plan=lambda: [
                Target(key=f"{user}@{host}", handle=f"{user.lower()}@{host}", native_id=f"https://{host}/@{user}")
                for host in hosts
                for user in ("Ada", "Bea")
            ],
            on_outcome=lambda _platform, outcome: outcomes.update({outcome.target: outcome.result}),
        )
    said = {
        name: found.cause if isinstance(found, Failed) else getattr(found, "status", None)
        for name, found in outcomes.items()
    }

    assert said == {
        "Ada@hollo.test": "timeout",
        "Bea@hollo.test": "server_error",
        "Ada@takahe.test": "timeout",
        "Bea@takahe.test": "server_error",
        "Ada@social.test": "not_found",
        "Bea@social.test": "not_found",
        "Ada@silent.test": "timeout",
        "Bea@silent.test": "server_error",
    }


def test_an_actor_that_leads_to_another_owner_is_not_said_to_be_gone_by_it(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Reply:
        if asked.path == "/@Ada":
            return Reply(302, b"", {"Location": "https://company.test/nobody"})
        if "nodeinfo" in asked.path:
            return faults.nodeinfo(asked, "hollo")
        return faults.not_found(asked) if asked.path.startswith("/api/") else Reply(404, b"")

    authority = Authority(tmp_path)
    found: list[Outcome] = []
    with Server(answer, tls=authority.issue("hollo.test", "company.test").context(tmp_path)) as server:
        address = server.url.removeprefix("https://")
        crawl(
            settings_for(tmp_path / "home", {"hollo.test": address, "company.test": address}, authority),
            platform="mastodon",
            roster=None,
            plan=lambda: [Target(key="ada", handle="ada@hollo.test", native_id="https://hollo.test/@Ada")],
            on_outcome=lambda _platform, outcome: found.append(outcome),
        )
    (said,) = (outcome.result for outcome in found)

    assert isinstance(said, Failed)
    assert said.cause == "unexpected_answer"
    assert "another owner" in said.detail


@pytest.mark.parametrize("status", [429, 500, 502, 503, 521])
def test_a_website_that_is_busy_or_broken_settles_nothing(status: int) -> None:
    target = Target(key="@minister@stadt.test", handle="minister@stadt.test")
    answers = {"https://stadt.test/api/v1/accounts/lookup?acct=minister": {"status": status, "raw": ""}}
    (outcome,) = replay(MastodonSpider(), [target], answers)

    assert isinstance(outcome.result, Failed)


def redirecting(stranger: Callable[[Asked], Reply]) -> Callable[[Asked], Reply]:
    """a.test sends everybody to the same address at b.test, which answers as `stranger` does."""

    def answer(asked: Asked) -> Reply:
        if asked.host != "a.test":
            return stranger(asked)
        query = "&".join(f"{name}={value}" for name, value in asked.query)
        return Reply(301, b"", {"Location": f"https://b.test{asked.path}?{query}"})

    return answer


def vouching(asked: Asked) -> Reply:
    """b.test has taken a.test's accounts over, and says so."""
    if asked.path.endswith("webfinger"):
        return faults.jrd("https://b.test/users/figure7")
    return Mastodon()(asked)


def silent_on_others(asked: Asked) -> Reply:
    """b.test has a figure7 of its own, and knows nobody of a.test."""
    return Reply(404, b"") if asked.path.endswith(("webfinger", "host-meta")) else Mastodon()(asked)


def without_figure7(asked: Asked) -> Reply:
    return faults.not_found(asked) if asked.path.startswith("/api/") else silent_on_others(asked)


@pytest.mark.parametrize(
    ("stranger", "expected"),
    [(silent_on_others, "failed"), (without_figure7, "failed"), (vouching, "https://b.test/users/figure7")],
    ids=["a stranger of the same name", "nobody of the name", "the same account by its own WebFinger"],
)
def test_who_answers_after_a_redirect_is_who_webfinger_says(
    stranger: Callable[[Asked], Reply], expected: str, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    with Server(redirecting(stranger), tls=authority.issue("a.test", "b.test").context(tmp_path)) as server:
        address = server.url.removeprefix("https://")
        chosen = settings_for(tmp_path / "home", {"a.test": address, "b.test": address}, authority)
        _, found = crawled(chosen, ["figure7@a.test"])
    (said,) = found.values()

    assert expected == (said.native_id if isinstance(said, Observed) else "failed")


def test_an_owner_who_asks_not_to_be_indexed_is_skipped_where_that_is_set() -> None:
    shown = account("figure1", "social.test", 1)
    wishes: list[dict[str, Any]] = [
        shown | {"noindex": True, "indexable": True},
        shown | {"indexable": False},
        shown
        | {"indexable": True, "note": '<p>Hi <a href="https://social.test/tags/NoBot">#<span>NoBot</span></a></p>'},
        shown | {"indexable": True},
    ]

    def read(*, honour: bool) -> list[str]:
        asked = asked_for("figure1@social.test", "social.test", honours_noindex=honour)
        found = [read_account(body, asked, FEDIVERSE) for body in wishes]
        return [said.cause if isinstance(said, Skipped) else type(said).__name__ for said in found]

    assert read(honour=True) == ["noindex", "noindex", "noindex", "Observed"]
    assert read(honour=False) == ["Observed"] * 4


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two &amp; three<br />four</p>", "One\nTwo & three\nfour"),
        ("1 < 2", "1 < 2"),
        ("<" * 200_000, "<" * 200_000),
        ("<a " * 200_000, "<a " * 200_000),
        ("", None),
        (None, None),
    ],
    ids=["paragraphs", "less than", "endless openings", "endless links", "empty", "none"],
)
def test_the_html_of_a_profile_is_read_in_time(html: str | None, text: str | None) -> None:
    assert plain_text(html) == (text and text.strip())
    assert links_in(html) == ()


def test_addresses_are_taken_from_links_and_from_text() -> None:
    html = '<p><a href="https://a.test/x?b=1&amp;c=2">a</a> https://b.test <a class="mention" href="https://c.test">@c</a></p>'

    assert links_in(html, html) == ("https://a.test/x?b=1&c=2", "https://b.test")


def test_words_without_an_end_are_left_out() -> None:
    many = "".join(f'<a href="https://a.test/{n}">{n}</a>' for n in range(1000))
    shown = account("figure1", "social.test", 1) | {"note": "x" * 200_000, "fields": [{"name": "n", "value": many}]}
    read = read_account(shown, asked_for("figure1@social.test", "social.test"), FEDIVERSE)

    assert isinstance(read, Observed)
    assert read.profile is not None
    assert read.profile.bio is None
    assert len(read.profile.links) == 100
    assert [(drift.path, drift.kind) for drift in read.drift] == [("note", "too_large")]


def test_of_lists_without_an_end_the_beginning_is_read_and_each_fault_told_once() -> None:
    asked = asked_for("figure1@social.test", "social.test")
    url = "https://social.test/users/figure1"
    shown = account("figure1", "social.test", 1) | {"fields": [0] * 1_000_000}
    actor = {
        "id": url,
        "type": "Person",
        "preferredUsername": "figure1",
        "attachment": [{"type": "PropertyValue", "value": "x" * 200_000}] * 1_000,
        "alsoKnownAs": [*(f"https://social.test/users/{n}" for n in range(10)), *["x"] * 1_000_000],
    }
    by_lookup = read_account(shown, asked, FEDIVERSE)
    by_actor = read_actor(actor, asked)

    assert isinstance(by_lookup, Observed)
    assert isinstance(by_actor, Observed)
    assert [(drift.path, drift.kind) for drift in by_lookup.drift] == [("fields", "too_large"), ("fields", "mistyped")]
    assert len(by_actor.also_known_as) == 10
    assert sorted((drift.path, drift.kind) for drift in by_actor.drift) == [
        ("alsoKnownAs", "mistyped"),
        ("alsoKnownAs", "too_large"),
        ("attachment", "too_large"),
        ("value", "too_large"),
    ]


# The answers of the cases


SHARED = Path(__file__).parents[2] / "shared" / "cases"
HOLLO, AMT = "https://hollo.test", "https://fedi.amt.test"
MOVED = {"id": f"{HOLLO}/@movedlocal", "type": "Person", "preferredUsername": "movedlocal"}
LEADS_TO_MOVED = {"links": [{"rel": "self", "type": "application/activity+json", "href": f"{HOLLO}/@movedlocal"}]}


def of_case(name: str) -> Any:  # noqa: ANN401 -- an answer
    return json.loads((SHARED / name).read_text(encoding="utf-8"))


@pytest.mark.skipif(not SHARED.exists(), reason="the cases are not beside this repository")
@pytest.mark.parametrize(
    ("handle", "files", "others", "expected"),
    [
        ("ada@a.test", "01-redirect-stranger/answers.json", {}, None),
        ("bea@b.test", "04-hidden-count-zero/answers.json", {}, ("active", "https://b.test/users/bea", None, None)),
        (
            "movedlocal@hollo.test",
            {f"{HOLLO}/api/v1/accounts/lookup?acct=movedlocal": "hollo-moved-without-uri.json"},
            {
                f"{HOLLO}/.well-known/webfinger?resource=acct:movedlocal@hollo.test": LEADS_TO_MOVED,
                f"{HOLLO}/@movedlocal": MOVED | {"movedTo": f"{HOLLO}/@successor"},
            },
            ("moved", f"{HOLLO}/@movedlocal", None, f"{HOLLO}/@successor"),
        ),
        (
            "Minister@hollo.test",
            {f"{HOLLO}/api/v1/accounts/lookup?acct=Minister": "hollo-lookup-other-case-404.json"},
            {},
            None,
        ),
        (
            "minister@amt.test",
            {
                "https://amt.test/.well-known/webfinger?resource=acct:minister@amt.test": "takahe-webfinger-at-service-domain.json",
                f"{AMT}/api/v1/accounts/lookup?acct=minister": "takahe-lookup-at-service-domain.json",
                f"{AMT}/api/v1/accounts/lookup?acct=minister@amt.test": "takahe-lookup-at-service-domain.json",
            },
            {},
            ("active", f"{AMT}/@minister@amt.test/", 22, None),
        ),
    ],
    ids=["01", "04", "30 moved", "30 letter case", "30 service domain"],
)
def test_answers_of_the_cases_are_read(
    handle: str,
    files: str | dict[str, str],
    others: dict[str, Any],
    expected: tuple[object, ...] | None,
) -> None:
    """If a case says nothing, the answer is 404 without words."""
    given = (
        of_case(files)
        if isinstance(files, str)
        else {url: {"body": of_case(f"30-servers/{name}")} for url, name in files.items()}
    )
    if "other-case-404" in str(files):
        given = {url: answer | {"status": 404} for url, answer in given.items()}
    answers = defaultdict(
        lambda: {"status": 404, "raw": ""}, given | {url: {"body": body} for url, body in others.items()}
    )
    (outcome,) = replay(MastodonSpider(), [Target(key=f"@{handle.lower()}", handle=handle)], answers)
    found = outcome.result

    if expected is None:
        assert isinstance(found, Failed)
    else:
        assert isinstance(found, Observed)
        assert (found.status, found.native_id, found.followers, found.moved_to) == expected
