"""What a plan says about a list beforehand, and what the crawls of test servers then take."""

import asyncio
import json
import selectors
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from playwright.sync_api import Browser

from crawlers import crawling, pacing
from kooch.config import Settings, is_crawled
from kooch.looks import write_sheet
from kooch.platforms import known
from kooch.rosters import Roster, write_roster
from kooch.rosters.workbooks import read_workbook
from kooch.store.state import open_state, runs
from tests.commands import kooch_without_lists, on_a_terminal
from tests.faults import Bluesky, Mastodon, Server
from tests.servers.app import serving
from tests.servers.fediverse import Authority
from tests.servers.x_api import TOKEN, XApi
from tests.stores import claim, member, roster
from tests.test_app import ROOT, Watched, run, words

LOCAL = {"KOOCH_CRAWL__ALLOW_NETWORKS": '["127.0.0.0/8"]', "KOOCH_CONTACT": "desk@example.org"}


def plans(home: Path, of: str, **env: str) -> dict[str, dict[str, Any]]:
    done = kooch_without_lists(home, "plan", of, **env)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return {line["platform"]: line for line in lines}


class SkippingLoop(asyncio.SelectorEventLoop):
    """A loop with a clock of its own: where it would wait, the time has passed already."""

    def __init__(self) -> None:
        super().__init__(_Skipping(self))
        self.now = 1000.0

    def time(self) -> float:
        return self.now


class _Skipping(selectors.DefaultSelector):
    def __init__(self, loop: SkippingLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready: list[tuple[selectors.SelectorKey, int]] = super().select(0)
        if not ready:
            assert timeout is not None, "nobody would ever wake up"
            self._loop.now += timeout
        return ready


def seconds_at_its_pace(asked: Mapping[str, int], per_second: float, monkeypatch: pytest.MonkeyPatch) -> float:
    """How long a crawl takes that sends each URL so many requests at the pace of a crawl, if servers answer at once."""

    async def ask(gate: pacing.Gate) -> None:
        await gate.turn()
        with gate.ending_turn():
            gate.answered()

    async def ask_all() -> None:
        crawler = SimpleNamespace(
            spider=SimpleNamespace(
                job=SimpleNamespace(settings=Settings()), requests_per_second=per_second, most_at_once=8,
                has_deadline=True, paging=None, probe_url=lambda _: None,
            )
        )  # fmt: skip
        paced = pacing.Pacing(cast("Any", crawler))
        gates = {url: paced._open_gate(pacing.host_of(url), url) for url in asked}
        await asyncio.gather(*(ask(gates[url]) for url, times in asked.items() for _ in range(times)))

    with monkeypatch.context() as patched, closing(SkippingLoop()) as loop:
        patched.setattr(pacing, "monotonic", loop.time)
        begun = loop.now
        loop.run_until_complete(ask_all())
        return loop.now - begun


def publish(home: Path, *lists: Roster) -> None:
    for each in lists:
        write_roster(each, home / "rosters")
    assert kooch_without_lists(home, "load").returncode == 0


def on_bluesky(numbers: list[int]) -> Roster:
    return roster(
        "bsky",
        [member(f"m{n}") for n in numbers],
        accounts=tuple(claim(f"m{n}", f"figure{n}.test") for n in numbers),
        vouches=False,
    )


@pytest.mark.proof
@pytest.mark.parametrize("people", [30, 130])
def test_a_plan_for_bluesky_is_what_a_crawl_takes(people: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = [n for n in range(1, 2 * people) if Bluesky.is_shown(n)][:people]
    publish(tmp_path, on_bluesky(numbers))
    with Server(Bluesky(numbers)) as server, Server(Bluesky(numbers)) as directory:
        env = LOCAL | {
            "KOOCH_BLUESKY__APPVIEW": server.url,
            "KOOCH_BLUESKY__PLC": directory.url,
        }
        planned = plans(tmp_path, "bsky", **env)["bluesky"]
        faster = {"KOOCH_BLUESKY__REQUESTS_PER_SECOND": "200"}
        crawled = kooch_without_lists(tmp_path, "crawl", "bluesky", "--roster", "bsky", **env, **faster)
        asked = {each.url: len(each.asked) for each in (server, directory)}
    with open_state(tmp_path) as state:
        (run,) = runs(state)

    assert crawled.returncode == 0, crawled.stderr
    assert (planned["how"], planned["accounts"], planned["usd_a_look"]) == ("free", people, 0)
    assert abs(planned["requests"] - run.requests) <= 0.05 * run.requests
    assert run.cost_usd == 0
    assert planned["seconds"] == pytest.approx(seconds_at_its_pace(asked, 10, monkeypatch), rel=0.05)


@pytest.mark.proof
@pytest.mark.parametrize(
    "hosts",
    [
        pytest.param(["one.test", "two.test", "three.test"], id="of three owners"),
        # Six servers share the pace of four.
        pytest.param([f"{name}.one.test" for name in "abcdef"], id="of one owner"),
    ],
)
def test_a_plan_for_many_servers_is_what_a_crawl_takes(
    hosts: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = {n: hosts[n % len(hosts)] for n in range(60)}
    opened_on = {(f"figure{n}", host): "2022-11-05" for n, host in where.items()}
    claims = tuple(claim(f"m{n}", f"figure{n}@{host}", platform="mastodon") for n, host in where.items())
    publish(tmp_path, roster("masto", [member(f"m{n}") for n in range(60)], accounts=claims, vouches=False))
    authority = Authority(tmp_path)
    with Server(Mastodon(opened_on), tls=authority.issue(*hosts).context(tmp_path)) as server:
        named = "\n".join(f'"{host}" = "{server.url.removeprefix("https://")}"' for host in hosts)
        (tmp_path / "kooch.toml").write_text(f'[crawl]\nca_file = "{authority.file}"\n[crawl.hosts]\n{named}\n')
        planned = plans(tmp_path, "masto", **LOCAL)["mastodon"]
        faster = {"KOOCH_MASTODON__REQUESTS_PER_SECOND": "200"}
        crawled = kooch_without_lists(tmp_path, "crawl", "mastodon", "--roster", "masto", **LOCAL, **faster)
        asked = Counter(f"https://{each.host.partition(':')[0]}" for each in server.asked)
    with open_state(tmp_path) as state:
        (run,) = runs(state)

    assert crawled.returncode == 0, crawled.stderr
    assert (planned["how"], planned["accounts"]) == ("free", 60)
    assert abs(planned["requests"] - run.requests) <= 0.05 * run.requests
    assert planned["seconds"] == pytest.approx(seconds_at_its_pace(asked, 1, monkeypatch), rel=0.05)


@pytest.mark.proof
def test_a_plan_for_x_is_what_a_crawl_takes_and_costs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = [n for n in range(1, 400) if n % 7 and n % 11][:230]
    claims = tuple(claim(f"m{n}", f"figure{n}", platform="x") for n in shown)
    publish(tmp_path, roster("x-list", [member(f"m{n}") for n in shown], accounts=claims, vouches=False))
    with Server(XApi()) as server:
        env = LOCAL | {
            "KOOCH_X__API": server.url, "KOOCH_X_BEARER_TOKEN": TOKEN, "KOOCH_X__MONTHLY_BUDGET_USD": "9",
        }  # fmt: skip
        faster = {"KOOCH_X__REQUESTS_PER_SECOND": "200"}
        without = plans(tmp_path, "x-list", **LOCAL)["x"]
        planned = plans(tmp_path, "x-list", **env)["x"]
        crawled = kooch_without_lists(tmp_path, "crawl", "x", "--roster", "x-list", **env, **faster)
        asked = {server.url: len(server.asked)}
    with open_state(tmp_path) as state:
        (run,) = runs(state)

    assert crawled.returncode == 0, crawled.stderr
    assert (without["how"], without["usd_a_look"]) == ("not ready", 2.3)
    assert "KOOCH_X_BEARER_TOKEN" in without["lacks"]
    assert planned["how"] == "paid"
    assert planned["requests"] == run.requests
    assert planned["usd_a_look"] == run.cost_usd == 2.3
    assert planned["seconds"] == pytest.approx(seconds_at_its_pace(asked, 300 / 900, monkeypatch), rel=0.05)


@pytest.mark.proof
def test_nothing_is_promised_that_a_platform_cannot_give(tmp_path: Path) -> None:
    members = [member(f"m{n}") for n in range(630)]
    claims = (
        claim("m1", "in/one", platform="linkedin"),
        claim("m2", "two", platform="instagram"),
        claim("m3", "three", platform="koo"),
        claim("m4", "four", platform="vine"),
    )
    publish(tmp_path, roster("mixed", members, accounts=claims, vouches=False))
    found = plans(tmp_path, "mixed", **LOCAL)

    assert (found["linkedin"]["how"], found["linkedin"]["first_answer"]) == ("by hand", "7.0 hours")
    assert "people have to look" in found["linkedin"]["lacks"]
    # Nobody can search there by name: people can look at the one account that is known.
    assert (found["instagram"]["how"], found["instagram"]["looks"]) == ("not read", 1)
    assert "1 look by hand" in found["instagram"]["gives"][0]
    assert found["koo"]["how"] == found["vine"]["how"] == "closed"
    assert found["koo"]["gives"] == ["`kooch backfill koo` reads its archived pages."]
    assert found["vine"]["gives"] == []
    # Bluesky's answers do not say when somebody last posted: dormancy takes another crawl, or 91 days.
    assert not any("at the first look" in each for each in found["bluesky"]["gives"])
    assert any("at the first look" in each for each in found["mastodon"]["gives"])
    # A list has no account there: no request is promised.
    assert (found["bluesky"]["accounts"], found["bluesky"]["requests"]) == (0, 0)
    assert found["bluesky"]["first_answer"] is None


@pytest.mark.proof
def test_what_people_must_look_at_is_planned_without_an_account(tmp_path: Path) -> None:
    publish(tmp_path, roster("house", [member(f"m{n}") for n in range(630)]))
    found = plans(tmp_path, "house", **LOCAL)
    by_hand = {name for name, line in found.items() if line["how"] == "by hand"}
    linkedin, instagram = found["linkedin"], found["instagram"]

    assert by_hand == {"facebook", "linkedin", "tiktok"}
    assert (linkedin["accounts"], linkedin["looks"], linkedin["first_answer"]) == (0, 630, "7.0 hours")
    assert linkedin["command"] == "kooch looks template house linkedin"
    assert "630 looks by hand, about 7.0 hours at 40 seconds each" in linkedin["gives"][0]
    assert (instagram["how"], instagram["looks"], instagram["first_answer"]) == ("not read", 0, None)
    assert instagram["lacks"].startswith("Kooch cannot read Instagram")
    assert (instagram["gives"], instagram["command"]) == ([], None)
    # A platform that has closed and holds nobody of the list is left out.
    assert not any(line["how"] == "closed" for line in found.values())


@pytest.mark.proof
def test_an_import_ends_with_the_plan_that_the_command_prints(tmp_path: Path) -> None:
    numbers = range(1, 41)
    file = tmp_path / "house.csv"
    rows = [f"Member {n},MP,figure{n}.test,@figure{n}@{'one' if n % 2 else 'two'}.example.org,name{n}" for n in numbers]
    file.write_text("\n".join(["Name,Office,Bluesky,Mastodon,Twitter", *rows]), encoding="utf-8")
    told = ("--source", "register", "--as-of", "2026-11-01", "--time-zone", "Asia/Kolkata", "--country", "NG")
    imported = kooch_without_lists(tmp_path, "roster", "import", str(file), *told, "--format", "json", **LOCAL)
    at_once = [json.loads(line) for line in imported.stdout.splitlines()]
    assert kooch_without_lists(tmp_path, "load", **LOCAL).returncode == 0
    later = plans(tmp_path, "house", **LOCAL)
    first = [line for line in at_once if line["event"] == "plan"]

    assert imported.returncode == 0, imported.stderr
    assert [line["platform"] for line in first] == list(later)
    assert all(later[line["platform"]] | line == later[line["platform"]] for line in first)
    assert later["bluesky"]["requests"] == 42
    assert "`kooch plan house`" in imported.stderr


@pytest.mark.parametrize(
    ("platform", "says"),
    [
        (
            "linkedin",
            "Kooch cannot read LinkedIn: people have to look. `kooch looks template ROSTER linkedin` writes",
        ),
        (
            "instagram",
            (
                "Kooch cannot read Instagram, and knows no address at which people search it by name. People can look at accounts"
                " that a list names: `kooch looks template ROSTER instagram` writes the sheet for them."
            ),
        ),
        (
            "koo",
            "Koo closed in July 2024: there is nothing left to crawl. `kooch backfill koo` reads its archived pages.",
        ),
        ("vine", "Vine closed in January 2017: there is nothing left to crawl."),
        ("nowhere", "There is no platform 'nowhere'."),
    ],
)
def test_a_crawl_where_kooch_cannot_read_says_so_and_what_to_do(platform: str, says: str, tmp_path: Path) -> None:
    publish(tmp_path, on_bluesky([1]))
    done = kooch_without_lists(tmp_path, "crawl", platform, **LOCAL)

    assert done.returncode == 2
    assert done.stderr.startswith(says)


@pytest.mark.proof
def test_a_crawl_of_a_list_ends_with_what_could_not_be_read(tmp_path: Path) -> None:
    claims = (
        claim("m1", "figure1.test"),
        claim("m2", "in/two", platform="linkedin"),
        claim("m3", "in/three", platform="linkedin"),
        claim("m3", "three", platform="instagram"),
        claim("m3", "three", platform="x"),  # could be read with a token
        claim("m3", "three", platform="koo"),
    )
    publish(tmp_path, roster("mixed", [member(f"m{n}") for n in range(4)], accounts=claims, vouches=False))
    publish(tmp_path, on_bluesky([1]))
    with Server(Bluesky([1])) as server, Server(Bluesky([1])) as directory:
        env = LOCAL | {"KOOCH_BLUESKY__APPVIEW": server.url, "KOOCH_BLUESKY__PLC": directory.url}
        mixed = kooch_without_lists(tmp_path, "crawl", "bluesky", "--roster", "mixed", **env)
        shown = on_a_terminal(tmp_path, "crawl", "bluesky", "--roster", "mixed", **env)
        other = kooch_without_lists(tmp_path, "crawl", "bluesky", "--roster", "bsky", **env)

    assert mixed.returncode == 0, mixed.stderr
    assert [json.loads(line) for line in mixed.stdout.splitlines()[-2:]] == [
        {"event": "cannot_be_read", "roster": "mixed", "accounts": 3, "platforms": {"instagram": 1, "linkedin": 2}},
        {"event": "closed", "roster": "mixed", "accounts": 1, "platforms": {"koo": 1}},
    ]
    assert shown.splitlines()[-2:] == [
        "3 accounts of mixed cannot be read: 1 on Instagram, 2 on LinkedIn. `kooch plan mixed` says what can be done.",
        (
            "1 account of mixed is on a platform that has closed: 1 on Koo. `kooch backfill koo --roster mixed` reads archived"
            " pages of Koo."
        ),
    ]
    assert "cannot" not in other.stdout
    assert '"closed"' not in other.stdout


def test_what_can_be_crawled_is_what_has_settings() -> None:
    assert [name for name in known() if is_crawled(name)] == crawling.platforms()


@pytest.mark.proof
@pytest.mark.parametrize("page", ["first_screen", "adoption", "stayed", "event", "followers"])
def test_a_page_says_that_kooch_cannot_read_the_chosen_platform(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = (claim("m1", "one.test"), claim("m2", "in/two", platform="linkedin"))
    publish(tmp_path, roster("mixed", [member("m1"), member("m2")], accounts=claims, vouches=False))

    def said(platform: str) -> str:
        named = {"newer": platform, "older": "bluesky"} if page == "followers" else {"platform": platform}
        return words(run(ROOT / "pages" / f"{page}.py", tmp_path, monkeypatch, roster="mixed", **named))

    sentence = "Kooch cannot read LinkedIn: people have to look. `kooch looks template mixed linkedin`"
    assert said("linkedin").count(sentence) == 1
    if page != "followers":
        assert "cannot read" not in said("bluesky")


def test_a_list_that_is_not_published_is_named(tmp_path: Path) -> None:
    publish(tmp_path, on_bluesky([1]))
    done = kooch_without_lists(tmp_path, "plan", "nowhere")

    assert done.returncode == 2
    assert "nowhere" in done.stderr


@pytest.mark.proof
def test_a_country_that_blocks_is_named_for_lists_of_its_own(tmp_path: Path) -> None:
    publish(tmp_path, roster("ng", [member("m1", country="NG")]), roster("se", [member("m2", country="SE")]))
    (told,) = plans(tmp_path, "ng", **LOCAL)["x"]["blocked"]

    assert "Blocked in Nigeria from 2021-06-04 to 2022-01-12 by the federal government of Nigeria" in told
    assert "Premium Times" in told
    assert plans(tmp_path, "se", **LOCAL)["x"]["blocked"] == []


@pytest.mark.proof
def test_the_page_shows_what_the_command_prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [member(f"m{n}", country="NG") for n in range(3)]
    claims = (claim("m0", "one.test"), claim("m1", "two", platform="x"), claim("m2", "in/three", platform="linkedin"))
    publish(tmp_path, roster("ng", people, accounts=claims, vouches=False))
    printed = plans(tmp_path, "ng")
    app = run(ROOT / "pages" / "plan.py", tmp_path, monkeypatch, roster="ng")
    said = words(app)

    assert not app.exception
    assert next(code.value for code in app.code) == "kooch crawl bluesky --roster ng"
    assert "kooch looks template ng linkedin" in [code.value for code in app.code]
    for row in printed.values():
        assert row["name"] in said
        if row["how"] == "not read":
            continue
        for sentence in (*row["gives"], *row["never"], *row["blocked"]):
            assert sentence in said
        if row["lacks"]:
            assert row["lacks"] in said
    assert "Kooch cannot read Gab, Gettr, Instagram, " in said
    assert [button.proto.label for button in app.get("download_button")][1:] == [
        "Sheet for LinkedIn (.xlsx)",
        "Sheet for Facebook (.xlsx)",
        "Sheet for TikTok (.xlsx)",
    ]
    assert f"{printed['x']['usd_a_look']:.2f}" in said
    assert printed["bluesky"]["first_answer"] in said


@pytest.mark.proof
def test_the_page_gives_the_sheet_that_people_fill_in(tmp_path: Path, browser: Browser) -> None:
    people = [member(f"m{n}") for n in (2, 0, 1)]
    before = replace(claim("m2", "in/before", platform="linkedin"), to_day=date(2020, 1, 1))
    claims = (before, *(claim("m2", name, platform="linkedin") for name in ("in/two", "in/other")))
    of = roster("house", people, accounts=claims, vouches=False)
    publish(tmp_path, of)
    write_sheet(tmp_path / "command.xlsx", of, "linkedin")
    sheet = tmp_path / "sheet.xlsx"
    with serving(tmp_path) as url:
        page = Watched(browser, url, width=390, height=844).open("/plan?roster=house")
        with page.expect_download(timeout=60_000) as download:
            page.get_by_role("button", name="Sheet for LinkedIn").click()
        download.value.save_as(sheet)
        width = page.evaluate("document.documentElement.scrollWidth")
        page.close()
    rows = [(cells["figure"], cells["account"], cells["time_zone"]) for _, cells in read_workbook(sheet).rows]

    assert download.value.suggested_filename == "house-linkedin.xlsx"
    assert [row[:2] for row in rows] == [("m2", "in/two"), ("m0", ""), ("m1", "")]
    assert read_workbook(sheet).rows == read_workbook(tmp_path / "command.xlsx").rows
    assert {zone for *_, zone in rows} == {roster("house", people).time_zone}
    assert width == 390
