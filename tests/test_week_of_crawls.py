"""Crawls of a week and four after it on running servers, a clock in hand: what is published each day equals a table by hand.

From 11 January on one account answers 404, one is deleted, one suspended on Bluesky and one on Mastodon; two more are gone
and come back on the 14th. One server is down for three days, one for fifty. Then nobody crawls for two months. Bluesky is
the network of `tests.servers`, its times told by the clock; what Mastodon servers answer is that of `tests.worlds`.
"""

import re
import sys
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from html import unescape
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest

import crawlers.crawling  # noqa: F401 -- a crawl imports it late: the clock must find it
from crawlers import pacing
from kooch import times
from kooch.cli.crawl import crawl_all
from kooch.config import BlueskySettings, CrawlSettings, MastodonSettings, Settings
from tests.faults import Server
from tests.servers.bluesky import Account, BlueskyNetwork
from tests.servers.fediverse import Authority
from tests.stores import bundle, claim, member, query, roster
from tests.test_app import ROOT, run, words
from tests.test_presence import INDIA, Edges, check_edges
from tests.worlds import Towns, earlier

LOOKS = [f"2025-01-{day:02}" for day in range(8, 15)]
LOOKS += ["2025-02-11", "2025-02-25", "2025-03-02", "2025-05-02"]
"""Everybody is asked at ten in India, each time five minutes later: two looks are never less than a day apart."""
CALM = [f"calm{n}" for n in range(8)]
ON_BLUESKY = ("erased", "barred", "back", "firm")
ON_MASTODON = {name: f"{name}@town.test" for name in ("lost", "found", "hidden", *CALM)} | {
    "three": "three@three.test",
    "fifty": "fifty@fifty.test",
}

# The table by hand. How many of the list's 4 on Bluesky and of its 13 on Mastodon were there as a day ended: lower and upper edge.

Counts = dict[str, tuple[str, str]]
ALL = ("4-4", "13-13")
GONE: Counts = {
    "2025-01-08/2025-01-09": ALL,
    # Seen at ten on the 10th, gone at ten on the 11th: three on Bluesky and three on Mastodon.
    "2025-01-10": ("1-4", "10-13"),
    "2025-01-11/2025-01-12": ("1-1", "10-10"),
}
# Gone at ten on the 13th, there at ten on the 14th: one on each.
RETURNED = GONE | {"2025-01-13": ("1-2", "10-11")}
NOW = ("2-2", "11-11")
COUNTS: dict[str, Counts] = {
    "2025-01-08": {"2025-01-08": ALL},
    "2025-01-09": {"2025-01-08/2025-01-09": ALL},
    "2025-01-10": {"2025-01-08/2025-01-10": ALL},
    # One answer is a doubt: out of the lower edge, in the upper. A server that is down is none.
    "2025-01-11": {"2025-01-08/2025-01-10": ALL, "2025-01-11": ("1-4", "10-13")},
    "2025-01-12": GONE,
    "2025-01-13": GONE | {"2025-01-13": ("1-1", "10-10")},
    "2025-01-14": RETURNED | {"2025-01-14": NOW},
    "2025-02-11": RETURNED | {"2025-01-14/2025-02-11": NOW},
    # 10 January and 45 days: 24 February. Nobody knows more of the account whose server is down.
    "2025-02-25": RETURNED | {"2025-01-14/2025-02-24": NOW, "2025-02-25": ("2-2", "10-11")},
    # It is back, and was there all the while. 2 March and 45 days: 16 April. Then too few were looked at.
    "2025-03-02": RETURNED | {"2025-01-14/2025-04-16": NOW, "2025-04-17/2025-05-02": ("None", "None")},
    "2025-05-02": RETURNED | {"2025-01-14/2025-05-02": NOW},
}

# Who was there, in the end.

THROUGHOUT: Edges = {"2025-01-08/2025-05-02": "1-1"}
AWAY: Edges = {"2025-01-08/2025-01-09": "1-1", "2025-01-10": "0-1", "2025-01-11/2025-05-02": "0-0"}
RETURN: Edges = {
    "2025-01-08/2025-01-09": "1-1",
    "2025-01-10": "0-1",
    "2025-01-11/2025-01-12": "0-0",
    "2025-01-13": "0-1",
    "2025-01-14/2025-05-02": "1-1",
}
EDGES = (
    dict.fromkeys(("erased", "barred", "lost", "hidden"), AWAY)
    | dict.fromkeys(("back", "found"), RETURN)
    | dict.fromkeys(("firm", "three", "fifty", *CALM), THROUGHOUT)
)
WHILE_DOWN: Edges = {"2025-01-08/2025-02-24": "1-1", "2025-02-25": "0-1"}
WHILE_NOBODY_CRAWLS: Edges = {"2025-01-08/2025-04-16": "1-1", "2025-04-17/2025-05-02": "0-1"}

# Moves but joins: whose, what, whose act, between which days, and since when it is known.

ENDS = [
    ("back", "left", "owner", "2025-01-10", "2025-01-11", "2025-01-12"),
    ("barred", "ended by platform", "platform", "2025-01-10", "2025-01-11", "2025-01-12"),
    ("erased", "left", "owner", "2025-01-10", "2025-01-11", "2025-01-12"),
    ("found", "not found", "unknown", "2025-01-10", "2025-01-11", "2025-01-12"),
    ("hidden", "not found", "unknown", "2025-01-10", "2025-01-11", "2025-01-12"),
    ("lost", "not found", "unknown", "2025-01-10", "2025-01-11", "2025-01-12"),
]
RETURNS = [
    ("back", "returned", None, "2025-01-13", "2025-01-14", "2025-01-14"),
    ("found", "returned", None, "2025-01-13", "2025-01-14", "2025-01-14"),
]

# The figure's page from a day on: what it says of the account ({} is the day of the crawl), and its moves.

Moves = list[tuple[str, str, str]]
AT_END, AT_RETURN = ("10–11 Jan 2025", "12 Jan 2025"), ("13–14 Jan 2025", "14 Jan 2025")
IN_PLC: Moves = [("joined", "7 Jan 2025", "8 Jan 2025")]
OPENED: Moves = [("joined", "5 Nov 2022", "8 Jan 2025")]
LEFT: Moves = [("left", *AT_END), *IN_PLC]
MISSING: Moves = [("not found; nobody says whose act", *AT_END), *OPENED]
ACTIVE = "observed active, {}"
NOT_FOUND = "not found since 11 January 2025; the server does not say whether it was renamed, deleted or suspended"
NOT_SHOWN = "no longer shown by its server; who did it is unknown"
DUE = "unconfirmed, a second look is due"
PAGES: dict[str, dict[str, tuple[str, Moves]]] = {
    "erased": {
        "2025-01-08": (ACTIVE, IN_PLC),
        "2025-01-11": (DUE + " (deleted), {}", IN_PLC),
        "2025-01-12": ("left (deleted), {}", LEFT),
    },
    "barred": {
        "2025-01-08": (ACTIVE, IN_PLC),
        "2025-01-11": (DUE + " (suspended by the platform), {}", IN_PLC),
        "2025-01-12": (
            "ended by the platform (suspended by the platform), {}",
            [("ended by platform", *AT_END), *IN_PLC],
        ),
    },
    "back": {
        "2025-01-08": (ACTIVE, IN_PLC),
        "2025-01-11": (DUE + " (deactivated by its owner), {}", IN_PLC),
        "2025-01-12": ("left (deactivated by its owner), {}", LEFT),
        "2025-01-14": (ACTIVE, [("returned", *AT_RETURN), *LEFT]),
    },
    "lost": {
        "2025-01-08": (ACTIVE, OPENED),
        "2025-01-11": (f"{DUE} ({NOT_FOUND}), {{}}", OPENED),
        "2025-01-12": (NOT_FOUND + ", {}", MISSING),
    },
    "found": {
        "2025-01-08": (ACTIVE, OPENED),
        "2025-01-11": (f"{DUE} ({NOT_FOUND}), {{}}", OPENED),
        "2025-01-12": (NOT_FOUND + ", {}", MISSING),
        "2025-01-14": (ACTIVE, [("returned", *AT_RETURN), *MISSING]),
    },
    "hidden": {
        "2025-01-08": (ACTIVE, OPENED),
        "2025-01-11": (f"{DUE} ({NOT_SHOWN}), {{}}", OPENED),
        "2025-01-12": (NOT_SHOWN + ", {}", MISSING),
    },
    # What could not be asked is not news.
    "three": {
        "2025-01-08": (ACTIVE, OPENED),
        "2025-01-11": ("observed active, 10 January 2025", OPENED),
        "2025-01-14": (ACTIVE, OPENED),
    },
    "fifty": {
        "2025-01-08": (ACTIVE, OPENED),
        "2025-01-11": ("observed active, 10 January 2025", OPENED),
        "2025-03-02": (ACTIVE, OPENED),
    },
}


@dataclass
class Clock:
    """A clock that is turned from day to day, and goes on from there as the machine's own does."""

    turned: list[tuple[datetime, timedelta]] = field(default_factory=list)

    def turn_to(self, at: datetime) -> None:
        real = datetime.now(UTC)
        self.turned.append((real, real - at))

    def now(self) -> datetime:
        return self.told(datetime.now(UTC))

    def told(self, at: datetime) -> datetime:
        """What it said at an instant of the machine's clock."""
        n = bisect_right(self.turned, at, key=itemgetter(0))
        return at - self.turned[n - 1][1] if n else at


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    """In place of `kooch.times.now`, wherever that was imported."""
    hand, real = Clock(), times.now
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in {"kooch", "crawlers"} and vars(module).get("now") is real:
            monkeypatch.setattr(module, "now", hand.now)
    yield hand
    hand.turned.clear()


def look_at(day: str) -> datetime:
    """The instant of a day's look."""
    return datetime.fromisoformat(f"{day}T10:00+05:30").astimezone(UTC) + timedelta(minutes=5 * LOOKS.index(day))


class World:
    """The accounts and what becomes of them. `hosts` is where the Mastodon servers are, by name."""

    def __init__(self, bluesky: BlueskyNetwork, folder: Path, stack: ExitStack) -> None:
        self.towns, self.bluesky = Towns(), bluesky
        self.authority = Authority(folder)
        names = ("town.test", "three.test", "fifty.test")
        served = stack.enter_context(Server(self.towns, tls=self.authority.issue(*names).context(folder)))
        self.address = served.url.removeprefix("https://")
        self.hosts = dict.fromkeys(names, self.address)
        made = bluesky.create_accounts([f"wk{name}.test" for name in ON_BLUESKY])
        self.people: dict[str, Account] = dict(zip(ON_BLUESKY, made, strict=True))
        bluesky.wait_until_indexed([account.did for account in made])

    def change_before(self, look: str) -> None:
        """What happens between the look before and this one."""
        match look:
            case "2025-01-11":
                self.bluesky.delete(self.people["erased"])
                self.bluesky.take_down(self.people["barred"])
                self.bluesky.deactivate(self.people["back"])
                self.towns.states |= {
                    "lost@town.test": "unknown",
                    "found@town.test": "unknown",
                    "hidden@town.test": "suspended",
                }
                # One answers 503, one does not answer.
                self.towns.down.add("three.test")
                self.hosts["fifty.test"] = "127.0.0.1:1"
            case "2025-01-14":
                self.bluesky.activate(self.people["back"])
                self.towns.states["found@town.test"] = "there"
                self.towns.down.clear()
            case "2025-03-02":
                self.hosts["fifty.test"] = self.address
        self.bluesky.settle()

    @property
    def is_whole(self) -> bool:
        return not self.towns.down and set(self.hosts.values()) == {self.address}

    def settings(self, home: Path, appview: str, plc: str) -> Settings:
        networks: Any = ("127.0.0.0/8", "::1/128")
        return Settings(
            home=home,
            crawl=CrawlSettings(
                allow_networks=networks,
                hosts=self.hosts,
                ca_file=self.authority.file,
                timeout_seconds=5,
                batch_seconds=0.2,
                outage_seconds=0,
            ),
            bluesky=BlueskySettings(appview=appview, plc=plc, requests_per_second=100),  # type: ignore[arg-type] # as text
            mastodon=MastodonSettings(requests_per_second=100),
        )


def days_of(span: str) -> Iterator[date]:
    first, _, last = span.partition("/")
    day, end = date.fromisoformat(first), date.fromisoformat(last or first)
    while day <= end:
        yield day
        day += timedelta(days=1)


def check_counts(home: Path, wanted: Counts) -> None:
    """Every day of the list's adoption, on both platforms."""
    rows = {
        platform: query(
            home,
            f"SELECT day, there_min || '-' || there_max FROM adoption WHERE roster = 'week' AND platform = '{platform}' ORDER BY day",
        )
        for platform in ("bluesky", "mastodon")
    }
    for span, counts in wanted.items():
        for day in days_of(span):
            found = tuple(str(of[bisect_right(of, day, key=itemgetter(0)) - 1][1]) for of in rows.values())
            assert (day, found) == (day, counts)


def moves_of(home: Path) -> list[tuple[Any, ...]]:
    return query(
        home,
        "SELECT figure_id, move, act, not_before::DATE::VARCHAR, before::DATE::VARCHAR, known_at::DATE::VARCHAR"
        " FROM moves WHERE move <> 'joined' ORDER BY known_at::DATE, figure_id",
    )


def page_of(home: Path, figure: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Moves]:
    """What the figure's page says of its account, and the moves it shows."""
    app = run(ROOT / "pages" / "figure.py", home, monkeypatch, figure=figure)
    (account,) = [line for line in words(app).splitlines() if line.startswith("**") and line.count(" · ") == 2]
    cells = [
        re.findall(r'data-label="(?:What|When|Known since)">([^<]*)<', html.proto.body)
        for html in app.get("html")
        if 'data-label="What"' in html.proto.body
    ]
    told = [unescape(cell) for of_table in cells for cell in of_table]
    return account.rpartition(" · ")[2], list(zip(told[::3], told[1::3], told[2::3], strict=True))


def check_pages(home: Path, day: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = date.fromisoformat(day)
    for figure, by_day in PAGES.items():
        status, moves = by_day[max(since for since in by_day if since <= day)]
        wanted = (status.format(f"{shown.day} {shown:%B %Y}"), moves)
        assert (day, figure, page_of(home, figure, monkeypatch)) == (day, figure, wanted)


@pytest.mark.proof
def test_a_week_of_crawls_is_published_day_by_day_as_by_hand(
    bluesky: BlueskyNetwork, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pacing, "_LONGEST_WAIT", 0.5)
    home, bundled = tmp_path / "home", tmp_path / "bundled"
    monkeypatch.setattr("kooch.cli.store.BUNDLED_ROSTERS", bundled)
    accounts = [claim(name, f"wk{name}.test") for name in ON_BLUESKY]
    accounts += [claim(name, handle, platform="mastodon") for name, handle in ON_MASTODON.items()]
    people = [member(name) for name in (*ON_BLUESKY, *ON_MASTODON)]
    as_of = date(2025, 1, 7)
    bundle(bundled, roster("week", people, accounts=accounts, as_of=as_of, time_zone=INDIA, vouches=False))
    with ExitStack() as stack:
        clock.turn_to(datetime(2025, 1, 7, 6, tzinfo=UTC))
        world = World(bluesky, tmp_path, stack)
        appview, plc = (stack.enter_context(earlier(url, clock.told)) for url in (bluesky.appview, bluesky.plc))
        for day in LOOKS:
            world.change_before(day)
            clock.turn_to(look_at(day))
            code = crawl_all(world.settings(home, appview, plc), ["bluesky", "mastodon"])

            assert (day, code) == (day, 0 if world.is_whole else 3)
            check_counts(home, COUNTS[day])
            moves = (ENDS if day >= "2025-01-12" else []) + (RETURNS if day >= "2025-01-14" else [])
            assert (day, moves_of(home)) == (day, moves)
            check_pages(home, day, monkeypatch)
            if day == "2025-02-25":
                check_edges(home, "fifty", "there", WHILE_DOWN)
            if day == "2025-03-02":
                for figure in ("firm", "three", "fifty"):
                    check_edges(home, figure, "there", WHILE_NOBODY_CRAWLS)
    for figure, edges in EDGES.items():
        check_edges(home, figure, "there", edges)
