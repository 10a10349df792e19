"""Crawls of many servers under their real names on loopback: the German roster, and a server of other software."""

import csv
import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from crawlers.fediverse import ascii_host, links_in, plain_text
from crawlers.jobs import Crawled
from crawlers.run import crawl
from crawlers.spiders.mastodon import read_account
from kooch.config import BUNDLED_ROSTERS, CrawlSettings, MastodonSettings, Settings
from kooch.store.outcomes import Failed, Observed, Outcome, Skipped, Target
from tests.faults import Mastodon, Server, account
from tests.servers.fediverse import Authority, Fedify
from tests.stores import query

Results = dict[str, Observed | Failed | Skipped]


def settings_for(home: Path, hosts: dict[str, str], authority: Authority, rate: float = 100) -> Settings:
    networks: Any = ("127.0.0.0/8",)
    return Settings(
        home=home,
        crawl=CrawlSettings(
            allow_networks=networks, hosts=hosts, ca_file=authority.file, timeout_seconds=3, batch_seconds=0.2
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

    assert (result.run.state, result.observed) == ("complete", 4)
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
    assert isinstance(nobody, Observed)
    assert nobody.status == "not_found"


def kooch(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "kooch", "--home", str(home), *arguments],
        env=os.environ | {"PYTHONPATH": str(BUNDLED_ROSTERS.parent)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_german_roster_is_crawled_whole_at_the_pace_of_each_server(tmp_path: Path) -> None:
    """263 claims on 44 servers under their real names, and 47 mirrors that nobody asks."""
    with (BUNDLED_ROSTERS / "de-fediverse" / "accounts.csv").open(encoding="utf-8", newline="") as file:
        claims = list(csv.DictReader(file))
    opened_on = {}
    for claim in claims:
        user, _, domain = claim["handle"].rpartition("@")
        if claim["polarity"] == "accepts":
            opened_on[user.lower(), str(ascii_host(domain))] = claim["opened_on"]
    hosts = sorted({host for _, host in opened_on})
    rate = 20
    authority = Authority(tmp_path)
    home = tmp_path / "home"
    home.mkdir()
    with Server(Mastodon(opened_on), tls=authority.issue(*hosts, "respublicae.eu").context(tmp_path)) as server:
        address = server.url.removeprefix("https://")
        named = "\n".join(f'"{host}" = "{address}"' for host in [*hosts, "respublicae.eu"])
        (home / "kooch.toml").write_text(
            f'[crawl]\nallow_networks = ["127.0.0.0/8"]\nca_file = "{authority.file}"\n'
            f"[crawl.hosts]\n{named}\n[mastodon]\nrequests_per_second = {rate}\n"
        )
        done = kooch(home, "crawl", "mastodon", "--roster", "de-fediverse")
    times = defaultdict(list)
    for asked in server.asked:
        times[asked.host].append(asked.at)
    (summary,) = [json.loads(line) for line in done.stdout.splitlines() if '"causes"' in line]
    print({name: summary[name] for name in ("state", "planned", "observed", "requests")}, f"{len(times)} servers")

    assert done.returncode == 0, done.stderr
    assert (summary["state"], summary["planned"], summary["observed"]) == ("complete", len(opened_on), len(opened_on))
    assert sum(claim["polarity"] == "denies" for claim in claims) == 47
    assert sorted(times) == hosts
    assert len(server.asked) == len(opened_on)
    for seen in times.values():
        # So many take two seconds by the rate; what late timers make up for, here and in the server, takes off a little.
        spans = [b - a for a, b in zip(seen, seen[2 * rate + 2 :], strict=False)]
        assert not spans or min(spans) > 1.8
    (row,) = query(
        home,
        "SELECT count(DISTINCT account_id), count(*) FROM observations JOIN accounts USING (account_id)"
        " WHERE platform = 'mastodon' AND native_id LIKE 'https://%/users/%' AND status = 'active'",
    )

    assert row == (len(opened_on), len(opened_on))


def test_an_owner_who_asks_not_to_be_indexed_is_skipped_where_that_is_set() -> None:
    shown = account("figure1", "social.test", 1)
    wishes: list[dict[str, Any]] = [
        shown | {"noindex": True, "indexable": True},
        shown | {"indexable": False},
        shown
        | {"indexable": True, "note": '<p>Hi <a href="https://social.test/tags/NoBot">#<span>NoBot</span></a></p>'},
        shown | {"indexable": True},
    ]
    target = Target(key="@figure1@social.test", handle="figure1@social.test")

    def read(*, honour: bool) -> list[str]:
        return [type(read_account(body, target, "social.test", honour=honour)).__name__ for body in wishes]

    assert read(honour=True) == ["Skipped", "Skipped", "Skipped", "Observed"]
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
    target = Target(key="@figure1@social.test", handle="figure1@social.test")
    many = "".join(f'<a href="https://a.test/{n}">{n}</a>' for n in range(1000))
    shown = account("figure1", "social.test", 1) | {"note": "x" * 200_000, "fields": [{"name": "n", "value": many}]}
    read = read_account(shown, target, "social.test", honour=False)

    assert isinstance(read, Observed)
    assert read.profile is not None
    assert read.profile.bio is None
    assert len(read.profile.links) == 100
    assert [(drift.path, drift.kind) for drift in read.drift] == [("note", "too_large")]
