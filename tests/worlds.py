"""A data folder in which all happened that happens to accounts, made by the commands of a checkout.

    python -m tests.worlds FOLDER [--by CHECKOUT]      `kooch` of CHECKOUT, its environment in CHECKOUT/.venv

Ten days pass: lists are imported, accounts are found under their handles and are one account with what was listed by its
id; they are renamed, taken over, deactivated, deleted and suspended, and return; a server fails; archived pages are read;
a reviewer decides; an account is suppressed. The servers are those of the tests; the clock of the commands is set back.
"""

import argparse
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from tests.faults import Asked, Reply, Server, account, as_json
from tests.servers.bluesky import Account, BlueskyNetwork
from tests.servers.fediverse import Authority
from tests.servers.loopback import fetch
from tests.servers.wayback import Archived, WaybackArchive
from tests.test_backfill import page, status

ROOT = Path(__file__).parents[1]
_DAYS = 10
_CLOCK = """
import sys
from datetime import timedelta
from kooch import times
real, ago = times.now, timedelta(seconds=float(sys.argv.pop(1)))
times.now = lambda: real() - ago
from kooch.cli import main
main()
"""
_INSTANT = re.compile(rb"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")


@dataclass
class Calendar:
    """The days of the story. The first is ten days ago; what happens on a day has its time of day from now."""

    begun_at: list[datetime] = field(default_factory=list)
    days: list[float] = field(default_factory=list)

    def begin(self, day: float) -> None:
        self.begun_at.append(datetime.now(UTC))
        self.days.append(day)

    @property
    def ago(self) -> timedelta:
        """How far back the current day is."""
        return timedelta(days=_DAYS - self.days[-1])

    def told(self, at: datetime) -> datetime:
        """When something happened, by the story's calendar; what was before the story stays."""
        n = bisect_right(self.begun_at, at)
        return at - timedelta(days=_DAYS - self.days[n - 1]) if n else at


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Who sits before the data folder and types commands of a checkout, on the calendar's day."""

    home: Path
    checkout: Path
    calendar: Calendar

    def kooch(self, *words: str, codes: tuple[int, ...] = (0,)) -> None:
        ago = str(self.calendar.ago.total_seconds())
        done = subprocess.run(
            [str(self.checkout / ".venv/bin/python"), "-c", _CLOCK, ago, "--home", str(self.home), *words],
            cwd=self.checkout,
            env=os.environ | {"PYTHONPATH": str(self.checkout)},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode not in codes:
            raise SystemExit(
                f"kooch {' '.join(words)}: {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
            )

    def settings(self, text: str) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        (self.home / "kooch.toml").write_text(text, encoding="utf-8")

    def add_list(self, slug: str, rows: list[dict[str, str]], *, days_ago: float, selection: str = "listed") -> None:
        """Import a table whose columns are those of its rows."""
        columns = list(dict.fromkeys(column for row in rows for column in row))
        lines = [columns, *([row.get(column, "") for column in columns] for row in rows)]
        file = self.home.parent / f"{slug}.csv"
        file.write_text("".join(",".join(line) + "\n" for line in lines), encoding="utf-8")
        as_of = (datetime.now(UTC) - timedelta(days=days_ago)).date()
        options = {
            "--slug": slug,
            "--title": slug,
            "--source": "Test",
            "--licence": "CC0-1.0",
            "--as-of": str(as_of),
            "--selection": selection,
            "--time-zone": "Europe/Berlin",
        }
        self.kooch("roster", "import", str(file), *(word for option in options.items() for word in option))

    def decide(self, figure: str, platform: str, account: str, verdict: str) -> None:
        with sqlite3.connect(self.home / "state.sqlite") as state:
            at = self.calendar.told(datetime.now(UTC)).isoformat()
            row = (figure, platform, account, verdict, "reviewer", "seen elsewhere", at)
            state.execute("INSERT INTO decisions VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        state.close()


class Towns:
    """Mastodon servers under any name. `states` says what has become of a user at its host; `down` are hosts that fail."""

    def __init__(self) -> None:
        self.states: dict[str, str] = {}
        self.followers: dict[str, int] = {}
        self.down: set[str] = set()

    def __call__(self, asked: Asked) -> Reply:
        if asked.host in self.down:
            return Reply(503, b"")
        if asked.path == "/api/v1/accounts/lookup":
            return self._lookup(asked.values("acct")[0], asked.host)
        if asked.path.startswith("/users/"):
            return self._actor(asked.path.removeprefix("/users/"), asked.host)
        if asked.path == "/.well-known/nodeinfo":
            return as_json({"links": []})
        return Reply(404, b"")

    def _lookup(self, user: str, host: str) -> Reply:
        name = f"{user}@{host}"
        match self.states.get(name, "there"):
            case "unknown" | "deleted":
                return as_json({"error": "Record not found"}, 404)
            case "suspended":
                return as_json(self._account(user, host) | {"suspended": True})
            case "another":
                return as_json(self._account(user, host) | {"uri": f"https://{host}/users/{user}-2"})
            case state if state.startswith("moved to "):
                to, _, other = state.removeprefix("moved to ").partition("@")
                return as_json(self._account(user, host) | {"moved": self._account(to, other)})
        return as_json(self._account(user, host))

    def _account(self, user: str, host: str) -> dict[str, object]:
        n = self.followers.get(f"{user}@{host}", len(user))
        return account(user, host, n) | {"note": f"<p>{user} in office, see https://{user}.example</p>"}

    def _actor(self, user: str, host: str) -> Reply:
        match self.states.get(f"{user}@{host}", "there"):
            case "deleted":
                return Reply(410, b"")
            case "unknown":
                return Reply(404, b"")
        moved_here = [name for name, state in self.states.items() if state == f"moved to {user}@{host}"]
        named = [f"https://{at}/users/{who}" for who, _, at in (name.partition("@") for name in moved_here)]
        actor = f"https://{host}/users/{user}"
        return as_json({"id": actor, "type": "Person", "preferredUsername": user, "alsoKnownAs": named})


@contextmanager
def earlier(target: str, told: Callable[[datetime], datetime]) -> Iterator[str]:
    """The URL of a server that answers as `target` does, each time in its answers as it is told."""

    def told_in_words(found: re.Match[bytes]) -> bytes:
        at = told(datetime.fromisoformat(found[0].decode()))
        return at.isoformat(timespec="milliseconds").replace("+00:00", "Z").encode()

    def answer(asked: Asked) -> Reply:
        found = fetch(f"{target}{asked.path}?{urlencode(asked.query)}")
        kept = {name: value for name, value in found.headers.items() if name == "content-type"}
        return Reply(found.status, _INSTANT.sub(told_in_words, found.body), kept)

    with Server(answer) as server:
        yield server.url


def archived_pages() -> Iterator[Archived]:
    """Pages of X: of one who was renamed, one whose handle was another's before, and one that holds no numbers."""
    for day in range(40):
        at = f"{datetime(2016, 1, 1, 10, tzinfo=UTC) + timedelta(days=day):%Y%m%d%H%M%S}"
        yield Archived(url="https://twitter.com/Ann", timestamp=at, body=page("Ann", 7, 1000 + day // 3))
        bob = 3 if day < 10 else 8
        yield Archived(url="https://twitter.com/bob_old", timestamp=at, body=page("bob_old", bob, 50 + day))
    for day in (3, 1700, 1800):
        at = f"{datetime(2016, 1, 1, 9, tzinfo=UTC) + timedelta(days=day):%Y%m%d%H%M%S}"
        body = status("Ann", 7, 9000 + day)
        yield Archived(
            url=f"https://twitter.com/Ann/status/{day}", timestamp=at, body=body, mimetype="application/json"
        )
    empty = b"<html><body><div id=react-root></div></body></html>"
    yield Archived(url="https://twitter.com/cara", timestamp="20200901100000", body=empty)
    yield Archived(url="https://twitter.com/cara", timestamp="20180901100000", body=page("caras_other", 9, 5))


class Story:
    """The ten days."""

    def __init__(self, desk: Desk, bluesky: BlueskyNetwork, towns: Towns) -> None:
        self.desk, self.bluesky, self.towns = desk, bluesky, towns
        self.calendar = desk.calendar
        self.people: dict[str, Account] = {}

    def tell(self) -> None:
        chapters: list[tuple[float, Callable[[], None]]] = [
            (0, self.lists_and_a_first_look),
            (1, self.things_happen),
            (1.3, self.a_second_look_too_early),
            (2.4, self.a_second_look_that_confirms),
            (4, self.another_list_and_returns),
            (5, self.looking_back),
            (6, self.a_reviewer_decides),
            (7, self.one_is_suppressed),
            (9, self.a_last_look),
        ]
        for day, chapter in chapters:
            self.calendar.begin(day)
            chapter()
            print(f"day {day}: {chapter.__name__.replace('_', ' ')}", flush=True)

    def lists_and_a_first_look(self) -> None:
        names = ["ada", "bea", "cleo", "dora", "emil", "finn", "gus", "hans", "ines", "jan", "kurt", "lea"]
        for made in self.bluesky.create_accounts([f"w{name}.test" for name in names]):
            self.people[made.handle[1:-5]] = made
        self.people["web"] = self.bluesky.add_did_web("wweb.test")
        for name, person in self.people.items():
            if name not in {"lea", "web"}:
                self.bluesky.set_profile(person, display_name=name.title(), description=f"{name} in office")
        self.bluesky.label_no_unauthenticated(self.people["kurt"])
        for follower in names[1:5]:
            self.bluesky.follow(self.people[follower], self.people["ada"])
        self.bluesky.post(self.people["bea"], "words that are nowhere kept")
        self.bluesky.wait_until_indexed([person.did for person in self.people.values()])
        rows = [
            {"name": f"{name.title()} Test", "role": "MP", "party": name[0].upper(), "country": "DE"} for name in names
        ]
        for row, name in zip(rows, names, strict=True):
            row["bluesky"] = f"w{name}.test"
            row["mastodon"] = f"{name}@{'north' if name < 'g' else 'south'}.test"
        rows += [
            {"name": "Web Test", "role": "MP", "country": "DE", "bluesky": "wweb.test", "mastodon": "web@east.test"},
            {"name": "Nobody Test", "role": "MP", "country": "DE", "bluesky": "wnobody.test"},
            {"name": "Silent Test", "role": "MP", "country": "DE"},
        ]
        self.towns.states |= {"jan@south.test": "unknown", "ines@south.test": "moved to ines@east.test"}
        self.desk.add_list("assembly", rows, days_ago=_DAYS, selection="census")
        self.desk.kooch("load")
        self.look()

    def things_happen(self) -> None:
        people, bluesky = self.people, self.bluesky
        bluesky.deactivate(people["dora"])
        bluesky.take_down(people["emil"])
        bluesky.take_down(people["finn"], at="appview")
        bluesky.delete(people["gus"])
        people["bea"] = bluesky.rename(people["bea"], "wbeanew.test")
        people["cleo"] = bluesky.rename(people["cleo"], "wcleonew.test")
        bluesky.settle()
        stranger = bluesky.create_account("wstranger.test")
        bluesky.rename(stranger, "wcleo.test")
        bluesky.set_profile(people["ada"], display_name="Ada", description="now somebody else's words")
        bluesky.settle()
        self.towns.states |= {
            "ada@north.test": "deleted",
            "bea@north.test": "unknown",
            "cleo@north.test": "another",
            "dora@north.test": "suspended",
            "hans@south.test": "moved to hans@east.test",
        }
        self.towns.followers["emil@north.test"] = 77
        self.towns.down.add("east.test")
        self.look()

    def a_second_look_too_early(self) -> None:
        self.towns.down.clear()
        self.look()

    def a_second_look_that_confirms(self) -> None:
        self.desk.kooch("crawl", "--recheck", codes=(0, 3))

    def another_list_and_returns(self) -> None:
        """The list names accounts by their ids, old and new handles, and one that somebody else is said to have."""
        people = self.people
        self.bluesky.activate(people["dora"])
        self.bluesky.settle()
        self.towns.states |= {"dora@north.test": "there", "jan@south.test": "there"}
        rows = [
            {"name": "Ada Test", "bluesky_native_id": people["ada"].did},
            {"name": "Bea Test", "bluesky": "wbeanew.test"},
            {"name": "Cleo Test", "bluesky": "wcleo.test"},
            {"name": "Hans Test", "bluesky": "wjan.test", "mastodon": "hans@east.test"},
            {"name": "Jan Test", "bluesky": "wjan.test"},
            {"name": "Late Test", "bluesky": "wlate.test", "mastodon": "late@east.test"},
        ]
        self.bluesky.create_account("wlate.test")
        self.bluesky.settle()
        rows = [row | {"role": "Minister", "country": "DE"} for row in rows]
        self.desk.add_list("cabinet", rows, days_ago=_DAYS - 4)
        self.look()

    def looking_back(self) -> None:
        rows = [
            {"name": "Ann Test", "role": "MP", "x": "Ann"},
            {"name": "Bob Test", "role": "MP", "x": "bob_old"},
            {"name": "Cara Test", "role": "MP", "x": "cara"},
        ]
        day = (datetime.now(UTC) - datetime(2016, 3, 1, tzinfo=UTC)).days
        self.desk.add_list("old", rows, days_ago=day)
        self.desk.kooch("backfill", "x", "--roster", "old", "--to", "2016-01-20", codes=(0, 3))
        self.desk.kooch("backfill", "x", "--roster", "old", "--every", "week", codes=(0, 3))

    def a_reviewer_decides(self) -> None:
        self.desk.decide("de-jan-test", "bluesky", self.people["jan"].did, "accepted")
        self.desk.decide("de-hans-test", "bluesky", self.people["jan"].did, "rejected")
        self.desk.decide("de-lea-test", "mastodon", "@lea@south.test", "rejected")
        file = self.desk.home.parent / "press.csv"
        day = self.calendar.told(datetime.now(UTC)).date() - timedelta(days=3)
        file.write_text(
            "figure_id,platform,event,not_before,not_after,publisher,published_on,time_zone,source_url,reported\n"
            f"de-ada-test,koo,joined,,{day},Daily,{day},Asia/Kolkata,https://press.example/1,51K followers\n"
            f"de-bea-test,bluesky,joined,2024-02-06,2024-02-07,Daily,2024-02-08,Europe/Berlin,https://press.example/2,\n"
            f"de-silent-test,mastodon,absent,,{day},Weekly,{day},Europe/Berlin,https://press.example/3,\n"
            f"in-smriti-irani,koo,joined,,2021-03-10,Daily,2021-03-10,Asia/Kolkata,https://press.example/4,2 lakh followers\n",
            encoding="utf-8",
        )
        self.desk.kooch("import", "evidence", str(file))

    def one_is_suppressed(self) -> None:
        self.desk.kooch("suppress", "bluesky", f"id:{self.people['ada'].did}", "--reason", "asked for")
        self.desk.kooch("suppress", "mastodon", "hans@south.test", "--reason", "asked for")
        # What was promised from here on.
        self.desk.kooch("crawl", "--due")

    def a_last_look(self) -> None:
        self.bluesky.deactivate(self.people["dora"])
        self.bluesky.settle()
        self.desk.kooch("crawl", "--due", codes=(0, 3))

    def look(self) -> None:
        self.desk.kooch("crawl", "bluesky", "mastodon", "--roster", "assembly", codes=(0, 3))
        if len(self.calendar.days) > 4:
            self.desk.kooch("crawl", "bluesky", "mastodon", "--roster", "cabinet", codes=(0, 3))


_SETTINGS = """
[crawl]
allow_networks = ["127.0.0.0/8", "::1/128"]
ca_file = "{authority}"
timeout_seconds = 5
batch_seconds = 0.5
[crawl.hosts]
{hosts}
[bluesky]
appview = "{appview}"
plc = "{plc}"
requests_per_second = 50
[mastodon]
requests_per_second = 50
[wayback]
url = "{wayback}"
index_per_minute = 6000
captures_per_second = 500
pause_seconds = 0.2
"""
_SCHEDULE = """
[[schedule]]
name = "nightly"
cron = "0 0 * * *"
platforms = ["bluesky"]
roster = "assembly"
"""


def make(home: Path, checkout: Path) -> None:
    """Let the ten days pass in `home`, which is not there yet, by the commands of `checkout`."""
    calendar, towns = Calendar(), Towns()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        bluesky = stack.enter_context(BlueskyNetwork())
        authority = Authority(folder)
        hosts = [f"{name}.test" for name in ("north", "south", "east")]
        mastodon = stack.enter_context(Server(towns, tls=authority.issue(*hosts).context(folder)))
        wayback = stack.enter_context(WaybackArchive(list(archived_pages()), folder / "wayback"))
        desk = Desk(home=home, checkout=checkout, calendar=calendar)
        desk.settings(
            _SCHEDULE
            + _SETTINGS.format(
                authority=authority.file,
                hosts="\n".join(f'"{host}" = "{mastodon.url.removeprefix("https://")}"' for host in hosts),
                appview=stack.enter_context(earlier(bluesky.appview, calendar.told)),
                plc=stack.enter_context(earlier(bluesky.plc, calendar.told)),
                wayback=wayback.url,
            )
        )
        Story(desk, bluesky, towns).tell()
        # The servers are gone.
        desk.settings(_SCHEDULE)
        desk.kooch("load")
        desk.kooch("doctor", "--rebuild", "--no-network")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--by", type=Path, default=ROOT, metavar="CHECKOUT")
    wanted = parser.parse_args()
    if wanted.folder.exists():
        sys.exit(f"{wanted.folder} is there already.")
    make(wanted.folder.absolute() / "home", wanted.by.absolute())


if __name__ == "__main__":
    main()
