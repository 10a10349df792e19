"""Looking back against a real archive on loopback: the right series, at the archive's pace, nothing asked for twice.

Run as a program it is one look back: `python tests/test_backfill.py HOME EVERY`.
"""

import html
import json
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import pytest

from crawlers.backfill import CaptureSpider, Listener, backfill
from crawlers.runs import Crawled, Job
from kooch.config import Settings, load_settings
from kooch.errors import ConfigError, HostLostError
from kooch.store.backfills import Backfill, Every
from kooch.store.bodies import bodies_folder
from kooch.store.outcomes import Observed, Profile
from kooch.store.state import open_state, plan_run, read_run
from kooch.store.versions import captures_read, targets
from tests.servers.wayback import Archived, Limit, Reply, WaybackArchive
from tests.stores import Row, bundle, claim, load, member, query, roster

ROOT = Path(__file__).parent.parent
FIRST = date(2016, 1, 1)
SERIES = """
SELECT a.native_id, strftime(o.valid_at, '%Y%m%d%H%M%S'), o.followers
FROM observations AS o
INNER JOIN accounts AS a ON a.account_id = o.account_id
ORDER BY ALL
"""
FAILURES = "SELECT cause, http_status, detail FROM failures ORDER BY cause, detail"


def page(handle: str, number: int, followers: int, created: str = "Thu Nov 10 20:13:01 +0000 2011") -> bytes:
    """A profile page of X that embeds its account's user object, as pages did from 2012 to 2020."""
    user = {
        "id": number,
        "id_str": str(number),
        "name": handle,
        "screen_name": handle,
        "followers_count": followers,
        "friends_count": 9,
        "statuses_count": 766,
        "created_at": created,
        "protected": False,
        "verified": True,
    }
    value = html.escape(json.dumps({"profile_user": user}))
    return (
        f'<!DOCTYPE html><html lang="en"><head><link rel="canonical" href="https://twitter.com/{handle}"></head><body>'
        f'<input type="hidden" id="init-data" class="json-data" value="{value}"></body></html>'
    ).encode()


def status(handle: str, number: int, followers: int) -> bytes:
    """An archived post of X, in the older of its two forms."""
    user = {
        "id": number,
        "id_str": str(number),
        "name": handle,
        "screen_name": handle,
        "followers_count": followers,
        "friends_count": 9,
        "statuses_count": 766,
        "created_at": "Thu Nov 10 20:13:01 +0000 2011",
        "protected": False,
        "verified": True,
    }
    return json.dumps({"id": 1, "id_str": "1", "created_at": "Wed Feb 10 08:00:00 +0000 2021", "user": user}).encode()


def timestamp(day: int, hour: int = 10) -> str:
    return f"{datetime.combine(FIRST, datetime.min.time()) + timedelta(days=day, hours=hour):%Y%m%d%H%M%S}"


def of_days(handle: str, number: int, days: range, **more: Any) -> Iterator[Archived]:  # noqa: ANN401 -- of Archived
    """A capture a day, each with its own number of followers."""
    for day in days:
        yield Archived(
            url=f"https://twitter.com/{handle}", timestamp=timestamp(day), body=page(handle, number, 1000 + day), **more
        )


@dataclass(frozen=True)
class Desk:
    """A data folder whose roster of March 2016 lists handles on X, and whose archive is on loopback and fast."""

    home: Path

    @classmethod
    def of(cls, folder: Path, archive: str, *handles: str, **more: object) -> Self:
        home = folder / "home"
        settings = {"index_per_minute": 6000, "captures_per_second": 500, "pause_seconds": 0.2} | more
        home.mkdir(parents=True)
        lines = (f"{name} = {value}" for name, value in settings.items())
        (home / "kooch.toml").write_text(
            "\n".join(
                [
                    '[crawl]\nallow_networks = ["127.0.0.0/8"]\noutage_seconds = 0\n[wayback]',
                    f'url = "{archive}"',
                    *lines,
                ]
            ),
            encoding="utf-8",
        )
        accounts = [claim(handle.lower().replace("_", "-"), handle, platform="x") for handle in handles]
        members = [member(account.figure_id) for account in accounts]
        bundle(folder / "bundled", roster("tested", members, accounts=accounts, as_of=date(2016, 3, 1)))
        return cls(home)

    @property
    def bundled(self) -> Path:
        return self.home.parent / "bundled"

    def backfill(self, *, every: str = "day", **more: Any) -> Crawled:  # noqa: ANN401 -- of backfill and Backfill
        """Look back, as the command does, and publish."""
        load(self.home, self.bundled)
        crawled = look_back(self.home, every, **more)
        load(self.home, self.bundled)
        return crawled

    def start(self, every: str = "day") -> subprocess.Popen[str]:
        """Look back in another process."""
        load(self.home, self.bundled)
        command = [sys.executable, "-W", "error", __file__, str(self.home), every]
        return subprocess.Popen(
            command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def query(self, sql: str) -> list[Row]:
        return query(self.home, sql)


def look_back(home: Path, every: str, *, days: tuple[date | None, date | None] = (None, None), **more: Any) -> Crawled:  # noqa: ANN401 -- of backfill
    return backfill(
        load_settings(home),
        platform="x",
        roster=None,
        accounts=lambda: targets(home, platform="x", roster=None),
        read_already=lambda: captures_read(home, "x"),
        wanted=Backfill(first_day=days[0], last_day=days[1], every=Every(every)),
        **more,
    )


def counts(crawled: Crawled) -> tuple[str, int, int, int, int]:
    return crawled.run.state, crawled.planned, crawled.observed, crawled.failed, crawled.skipped


def asked_twice(archive: WaybackArchive) -> list[str]:
    asked = Counter(asked.path for asked in archive.asked if asked.path.startswith(("/web/", "/cdx/")))
    return [path for path, n in asked.items() if n > 1]


def of_hours(handle: str, number: int, n: int) -> Iterator[Archived]:
    """`n` captures, an hour apart, of pages that show one of seven numbers of followers."""
    for hour in range(n):
        moment = timestamp(hour // 20, hour % 20)
        yield Archived(url=f"https://twitter.com/{handle}", timestamp=moment, body=page(handle, number, hour % 7))


def archived() -> Iterator[Archived]:
    """All that the archive holds, each handle for tests of its own."""
    # Ann's page of each day, then some of them unchanged, and some of these stored as repetitions. Two that were bob.
    ann = list(of_days("Ann", 7, range(150)))
    yield from ann
    for n, one in enumerate(ann[:20]):
        moment = timestamp(150 + n)
        yield Archived(url=one.url, timestamp=moment, body=one.body, repeats=one.timestamp if n % 2 else None)
    yield from of_days("bob", 3, range(30))
    yield from of_days("bob", 8, range(30, 130))
    # A second capture of each day.
    yield from of_days("twice", 9, range(70))
    for day in range(70):
        yield Archived(url="https://twitter.com/twice", timestamp=timestamp(day, 12), body=page("twice", 9, 5000 + day))
    # Pages, and after them posts; the last page holds a program and no numbers.
    yield from of_days("writes", 10, range(4))
    for day in (3, 5, 1700, 1800):
        url, body = f"https://twitter.com/writes/status/{day}", status("writes", 10, 9000 + day)
        yield Archived(url=url, timestamp=timestamp(day, 9), body=body, mimetype="application/json")
    program = b"<html><body><div id=react-root></div></body></html>"
    yield Archived(url="https://twitter.com/writes", timestamp=timestamp(1700), body=program)
    # An answer of 429 that X once gave, and its repetition.
    first = Archived(url="https://twitter.com/limited", timestamp="20151224000000", body=b"slow down", status=429)
    yield first
    yield Archived(url=first.url, timestamp=timestamp(9), body=first.body, status=429, repeats=first.timestamp)
    yield from of_days("limited", 11, range(1, 3))
    yield from of_days("faulty", 12, range(8))
    yield from of_days("near", 13, range(50, 55))
    yield Archived(url="https://twitter.com/lent", timestamp=timestamp(3), body=page("borrower", 16, 1))
    yield from of_hours("often1", 14, 300)
    yield from of_hours("often2", 15, 300)


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WaybackArchive]:
    with WaybackArchive(list(archived()), tmp_path_factory.mktemp("archive")) as archive:
        yield archive


@pytest.fixture
def archive(started: WaybackArchive) -> WaybackArchive:
    started.asked.clear()
    started.faults, started.limits = {}, {}
    return started


@pytest.mark.proof
def test_two_figures_over_three_hundred_captures(tmp_path: Path, archive: WaybackArchive) -> None:
    desk = Desk.of(tmp_path, archive.url, "Ann", "bob", index_rows=50)

    assert counts(desk.backfill()) == ("complete", 300, 300, 0, 0)
    assert not asked_twice(archive)
    # A body that comes again under its digest is not asked for again.
    assert len(archive.pages()) == 280
    assert desk.query(SERIES) == sorted(
        [("7", timestamp(day), 1000 + day) for day in range(150)]
        + [("7", timestamp(150 + n), 1000 + n) for n in range(20)]
        + [("3" if day < 30 else "8", timestamp(day), 1000 + day) for day in range(130)]
    )
    # Of the two people that bob has been, the list means the one who held the handle when it was made.
    assert desk.query(
        "SELECT figure_id, count(*), min(followers), max(followers) FROM audience GROUP BY 1 ORDER BY 1"
    ) == [("ann", 170, 1000, 1149), ("bob", 100, 1030, 1129)]
    assert desk.query("SELECT capture_url FROM audience WHERE figure_id = 'ann' ORDER BY valid_at LIMIT 1") == [
        (f"{archive.url}/web/{timestamp(0)}/https://twitter.com/Ann",)
    ]

    # What was read is not planned again.
    assert counts(desk.backfill()) == ("complete", 0, 0, 0, 0)
    assert len(archive.pages()) == 280


@pytest.mark.proof
@pytest.mark.parametrize(("every", "n"), [("month", 3), ("capture", 140)])
def test_captures_are_thinned(tmp_path: Path, archive: WaybackArchive, every: str, n: int) -> None:
    desk = Desk.of(tmp_path, archive.url, "twice")

    assert desk.backfill(every=every).observed == n
    assert every == "capture" or desk.query("SELECT max(followers) < 5000 FROM observations") == [(True,)]


@pytest.mark.proof
def test_days_are_bounded(tmp_path: Path, archive: WaybackArchive) -> None:
    desk = Desk.of(tmp_path, archive.url, "twice")

    assert desk.backfill(days=(date(2016, 1, 11), date(2016, 1, 20))).observed == 10
    assert [row[1][:8] for row in desk.query(SERIES)] == [f"201601{day}" for day in range(11, 21)]


@pytest.mark.proof
def test_posts_fill_the_years_without_pages(tmp_path: Path, archive: WaybackArchive) -> None:
    """If a day has a page, no post of that day is read. A page from after May 2020 does not count, and its failure says
    so."""
    desk = Desk.of(tmp_path, archive.url, "writes")

    assert counts(desk.backfill()) == ("partial", 8, 7, 1, 0)
    assert [row[2] for row in desk.query(SERIES)] == [1000, 1001, 1002, 1003, 9005, 10700, 10800]
    assert [cause for cause, _, _ in desk.query(FAILURES)] == ["no_data"]


@pytest.mark.parametrize(
    "moment", [60, *(pytest.param(moment, marks=pytest.mark.proof) for moment in (1, 3, 8, 12, 15, 30, 100, 200, 270))]
)
def test_killed_it_goes_on_and_asks_for_nothing_twice(tmp_path: Path, archive: WaybackArchive, moment: int) -> None:
    desk = Desk.of(tmp_path, archive.url, "Ann", "bob", index_rows=50, captures_per_second=120)
    running = desk.start()
    while len(archive.asked) < moment:
        assert running.poll() is None
        time.sleep(0.002)
    running.kill()
    running.communicate()
    asked = len(archive.pages())

    assert counts(desk.backfill()) == ("complete", 300, 300, 0, 0)
    print(f"killed after {moment} requests, {asked} of them for pages: {len(archive.pages())} of 280 pages asked for")
    # Nobody heard the answers that were under way when the process died.
    assert len(archive.pages()) - 280 <= CaptureSpider.most_at_once
    assert len(asked_twice(archive)) <= CaptureSpider.most_at_once
    assert desk.query(
        "SELECT a.native_id, count(*), sum(followers) FROM observations INNER JOIN accounts AS a USING (account_id) GROUP BY 1 ORDER BY 1"
    ) == [
        ("3", 30, sum(range(1000, 1030))),
        ("7", 170, sum(range(1000, 1150)) + sum(range(1000, 1020))),
        ("8", 100, sum(range(1030, 1130))),
    ]
    assert desk.query("SELECT count(*) FROM runs") == [(1,)]


@pytest.mark.alone
@pytest.mark.proof
def test_the_index_is_asked_at_its_pace_and_answers_no_429(tmp_path: Path, archive: WaybackArchive) -> None:
    """Sixty pages, on a clock that runs eight times as fast: at most 24 a minute, and at least nine tenths of that."""
    minute = 60 / 8
    archive.limits = {"/cdx/": Limit(24, minute)}
    desk = Desk.of(tmp_path, archive.url, "often1", "often2", index_per_minute=24 * 8, index_rows=10)
    crawled = desk.backfill(every="month")
    pages = archive.index_pages()

    rate = (len(pages) - 1) / (pages[-1].at - pages[0].at) * minute
    refused = sum(asked.status == 429 for asked in pages)
    print(f"index: {len(pages)} pages, {rate:.2f} of 24 a minute used ({rate / 24:.1%}), {refused} × 429")
    assert crawled.run.state == "complete"
    assert len(pages) >= 60
    assert refused == 0
    assert 0.9 * 24 <= rate <= 24


@pytest.mark.alone
@pytest.mark.proof
def test_captures_are_asked_for_at_their_pace(tmp_path: Path, archive: WaybackArchive) -> None:
    """The archive's own limit, 600 a minute, is enforced on a clock that runs four times as fast; four fifths are used."""
    archive.limits = {"/web/": Limit(40, 1)}
    desk = Desk.of(tmp_path, archive.url, "Ann", captures_per_second=32)
    crawled = desk.backfill()
    pages = archive.pages()

    rate = (len(pages) - 1) / (pages[-1].at - pages[0].at)
    print(f"captures: {rate:.1f} of 32 a second used ({rate / 32:.1%})")
    assert crawled.observed == 170
    assert not [asked for asked in pages if asked.status == 429]
    assert 0.9 * 32 <= rate <= 32 * 1.02


@pytest.mark.proof
def test_an_archive_that_says_429_is_left_alone_for_a_while(tmp_path: Path, archive: WaybackArchive) -> None:
    waits: list[float] = []
    archive.limits = {"/web/": Limit(10, 0.5)}
    desk = Desk.of(tmp_path, archive.url, "bob", captures_per_second=200, pause_seconds=0.6)
    crawled = desk.backfill(
        days=(FIRST, date(2016, 1, 30)), tell=Listener(on_wait=lambda _platform, _host, seconds: waits.append(seconds))
    )

    assert crawled.observed == 30
    assert waits
    assert set(waits) == {0.6}


@pytest.mark.proof
def test_refused_connections_stop_the_run_with_advice(tmp_path: Path, archive: WaybackArchive) -> None:
    desk = Desk.of(tmp_path, archive.url, "twice", captures_per_second=50)
    port = int(archive.url.rpartition(":")[2])
    running = desk.start()
    while len(archive.pages()) < 20:
        assert running.poll() is None
        time.sleep(0.005)
    archive.refuse()
    _, complaint = running.communicate(timeout=60)
    archive.listen(port)

    assert running.returncode == HostLostError.exit_code
    assert "refuses connections" in complaint
    assert "Wait an hour" in complaint
    load(desk.home, desk.bundled)
    assert desk.query("SELECT state, failed FROM runs") == [("running", 0)]
    assert counts(desk.backfill()) == ("complete", 70, 70, 0, 0)
    assert len(archive.pages()) <= 70 + CaptureSpider.most_at_once
    assert desk.query("SELECT count(*) FROM runs") == [(1,)]


@pytest.mark.proof
def test_each_fault_of_an_archive_has_its_cause(tmp_path: Path, archive: WaybackArchive) -> None:
    blocked = {"X-Archive-Wayback-Runtime-Error": "AdministrativeAccessControlException: Blocked Site Error"}
    desk = Desk.of(tmp_path, archive.url, "faulty", "not_shown")
    archive.faults = {
        f"{timestamp(0)}id_": Reply(503, {}, b""),
        f"{timestamp(1)}id_": Reply(404, {"Content-Type": "text/html"}, b"<h1>not here</h1>"),
        f"{timestamp(2)}id_": Reply(302, {"Location": f"/web/{timestamp(3)}id_/https://twitter.com/faulty"}, b""),
        f"{timestamp(4)}id_": Reply(200, {"Content-Type": "text/html"}, b"<h1>sorry</h1>"),
        f"{timestamp(5)}id_": lambda reply: reply._replace(is_cut=True),
        f"{timestamp(7)}id_": lambda reply: reply._replace(headers={**reply.headers, "Content-Encoding": "compress"}),
        "not_shown&": Reply(403, blocked, b"Blocked Site Error"),
        "not_shown%2Fstatus": Reply(200, {}, b"<h1>Error</h1>"),
    }

    assert counts(desk.backfill()) == ("partial", 10, 2, 8, 0)
    assert [row[2] for row in desk.query(SERIES)] == [1003, 1006]
    assert [(cause, http) for cause, http, _ in desk.query(FAILURES)] == [
        ("another_time", 200),
        ("excluded", 403),
        ("not_archived", 404),
        ("not_json", 200),
        ("server_error", 503),
        ("unexpected_answer", 200),
        ("unexpected_answer", 200),
        ("unreachable", None),
    ]
    # Each names what cannot be had.
    assert desk.query(
        "SELECT count(*) FROM failures AS f INNER JOIN captures AS c ON c.capture_id = f.target"
        " WHERE c.url LIKE '%/web/%twitter.com/%'"
    ) == [(8,)]
    # What could not be decoded is not kept.
    assert len(list(bodies_folder(desk.home).rglob("*.gz"))) == 2


@pytest.mark.proof
def test_an_archived_error_is_not_the_archives(tmp_path: Path, archive: WaybackArchive) -> None:
    """The index lists a repetition of what it does not list; it turns out to be a 429 that X once gave."""
    waits: list[float] = []
    desk = Desk.of(tmp_path, archive.url, "limited")
    crawled = desk.backfill(
        days=(FIRST, None), tell=Listener(on_wait=lambda _platform, _host, seconds: waits.append(seconds))
    )

    assert counts(crawled) == ("partial", 3, 2, 1, 0)
    assert not waits
    assert [(cause, http) for cause, http, _ in desk.query(FAILURES)] == [("unexpected_answer", 429)]


@pytest.mark.proof
def test_no_page_of_a_suppressed_account_is_kept(tmp_path: Path, archive: WaybackArchive) -> None:
    """Only its page shows who holds a handle."""
    desk = Desk.of(tmp_path, archive.url, "near")
    with open_state(desk.home) as state:
        state.execute("INSERT INTO suppressions VALUES ('x', '13', 'asked', '2026-01-01T00:00:00+00:00')")

    assert counts(desk.backfill()) == ("complete", 5, 0, 0, 5)
    assert not list(bodies_folder(desk.home).rglob("*.gz"))


@pytest.mark.parametrize(("handle", "is_kept"), [("Gone", False), ("near", True)])
def test_a_page_that_is_kept_out_by_its_name_is_not_kept(tmp_path: Path, handle: str, *, is_kept: bool) -> None:
    with open_state(tmp_path) as state:
        run = read_run(state, plan_run(state, platform="x", targets=()).run)
    spider = CaptureSpider()
    spider.take(
        Job(settings=Settings(home=tmp_path), run=run, planned=0, targets=(), suppressed=frozenset({"@gone", "13"}))
    )

    assert spider._may_keep(Observed(status="active", native_id="12", profile=Profile(handle=handle))) is is_kept


@pytest.mark.proof
def test_whom_a_page_of_somebody_else_is_about_is_not_kept(tmp_path: Path, archive: WaybackArchive) -> None:
    """It may be an account that is kept out, or is to be one day."""
    desk = Desk.of(tmp_path, archive.url, "lent")

    assert counts(desk.backfill()) == ("failed", 1, 0, 1, 0)
    address = f"{archive.url}/web/{timestamp(3)}/https://twitter.com/lent"
    assert desk.query(FAILURES) == [("another_account", None, f"{address}: the page is about another account")]
    assert not list(bodies_folder(desk.home).rglob("*.gz"))


@pytest.mark.proof
def test_given_up_its_captures_are_skipped(tmp_path: Path, archive: WaybackArchive) -> None:
    desk = Desk.of(tmp_path, archive.url, "twice", captures_per_second=40)
    running = desk.start()
    while len(archive.pages()) < 20:
        assert running.poll() is None
        time.sleep(0.005)
    running.send_signal(signal.SIGTERM)
    out, _ = running.communicate(timeout=60)
    assert out.split()[0] == "running"

    assert desk.backfill(every="month", fresh=True).run.state == "complete"
    assert desk.query(
        "SELECT state, planned = observed + failed + skipped, skipped > 0 FROM runs ORDER BY started_at"
    ) == [("aborted", True, True), ("complete", True, False)]


@pytest.mark.proof
def test_an_unfinished_one_goes_on_as_it_began(tmp_path: Path, archive: WaybackArchive) -> None:
    desk = Desk.of(tmp_path, archive.url, "twice", "bob", captures_per_second=200)
    archive.faults = {"/cdx/": Reply(503, {}, b"")}
    load(desk.home, desk.bundled)
    archive.refuse()
    with pytest.raises(HostLostError):
        look_back(desk.home, "day")
    archive.listen(int(archive.url.rpartition(":")[2]))
    archive.faults = {}

    with pytest.raises(ConfigError, match=r"keeps one capture a day, from the beginning to now.*--new"):
        look_back(desk.home, "month")
    assert look_back(desk.home, "day").observed == 200


@pytest.mark.proof
def test_rows_of_the_index_that_are_no_captures_are_told_of(tmp_path: Path, archive: WaybackArchive) -> None:
    told: list[int] = []
    desk = Desk.of(tmp_path, archive.url, "near")

    def spoil(reply: Reply) -> Reply:
        return reply._replace(body=reply.body.replace(b"20160220100000", b"20160200100000"))

    archive.faults = {"/cdx/": spoil}

    assert desk.backfill(tell=Listener(on_misfits=told.append)).observed == 4
    assert told == [1]


@pytest.mark.proof
def test_an_archive_that_holds_nothing_ends_with_nothing(tmp_path: Path, archive: WaybackArchive) -> None:
    desk = Desk.of(tmp_path, archive.url, "nobody")

    assert counts(desk.backfill()) == ("complete", 0, 0, 0, 0)
    assert not archive.pages()


@pytest.mark.proof
def test_the_command_tells_and_publishes(tmp_path: Path, archive: WaybackArchive) -> None:
    desk = Desk.of(tmp_path, archive.url, "near")
    shutil.copytree(desk.bundled / "tested", desk.home / "rosters" / "tested")
    done = subprocess.run(command(desk.home, "x"), cwd=ROOT, capture_output=True, text=True, check=False)

    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert [line["event"] for line in lines] == ["index", "plan", *["observed"] * 5, "run"]
    assert (lines[-1]["planned"], lines[-1]["observed"]) == (5, 5)
    assert desk.query("SELECT count(*) FROM audience WHERE source = 'archive'") == [(5,)]


def command(home: Path, *words: str) -> list[str]:
    return [sys.executable, "-W", "error", "-m", "kooch", "--home", str(home), "backfill", *words, "--roster", "tested"]


@pytest.mark.proof
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["mastodon"], "Archived pages of 'mastodon' cannot be read"),
        (["x", "--from", "2020-02-01", "--to", "2020-01-01"], "is earlier than"),
        (["x", "--from", "2999-01-01"], "is in the future"),
        (["x", "--from", "yesterday"], "'yesterday'"),
        (["x", "--every", "hour"], "'hour'"),
    ],
)
def test_a_wrong_command_is_one_sentence(tmp_path: Path, words: list[str], says: str) -> None:
    desk = Desk.of(tmp_path, "http://127.0.0.1:9", "Ann")
    done = subprocess.run(command(desk.home, *words), cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    with open_state(desk.home) as state:
        assert not state.execute("SELECT * FROM runs").fetchall()


if __name__ == "__main__":
    try:
        print(*counts(look_back(Path(sys.argv[1]), sys.argv[2])))
    except HostLostError as lost:
        sys.stderr.write(str(lost))
        sys.exit(lost.exit_code)
