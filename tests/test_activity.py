"""When accounts posted, asked of real servers: days, counts, and what a look covers."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import duckdb
import pyarrow.parquet as pq
import pytest
from pydantic import AnyHttpUrl

from crawlers.activity import looking
from crawlers.activity.tally import midnight
from crawlers.atproto.tid import tid_of
from kooch.config import BlueskySettings, CrawlSettings, Settings
from kooch.rosters import write_roster
from kooch.store.activity import activity_targets
from kooch.store.outcomes import Failed, Looked, Observed, Outcome, Skipped, Target
from tests.commands import kooch_without_lists
from tests.faults import Asked, Reply, Server
from tests.servers.bluesky import Account, BlueskyNetwork
from tests.servers.loopback import fetch
from tests.stores import claim, member, query, roster

CANARY = "quetzalcoatlus"
OPENED = midnight(datetime.now(UTC)) - timedelta(days=70, hours=-9)
"""When the accounts of these tests were opened, as their directory says."""


def post(at: datetime, **more: object) -> dict[str, object]:
    return {"text": f"{CANARY} {at:%Y}", "createdAt": at.isoformat().replace("+00:00", "Z")} | more


@contextmanager
def older_directory(plc: str, server_of: Callable[[str], str | None] = lambda _did: None) -> Iterator[str]:
    """The directory, which dates all that happens here on the day of OPENED: accounts of tests are made today.

    `server_of` says where an account is, if that is not where it was made.
    """

    def answer(asked: Asked) -> Reply:
        found = fetch(plc + asked.path)
        if not asked.path.endswith("/log/audit"):
            return Reply(found.status, found.body, {"Content-Type": "application/json"})
        log = found.json
        for n, entry in enumerate(log):
            if server := server_of(entry["did"]):
                entry["operation"]["services"]["atproto_pds"]["endpoint"] = server
            entry["createdAt"] = (OPENED + timedelta(milliseconds=n)).isoformat(timespec="milliseconds")[:-6] + "Z"
        return Reply(found.status, json.dumps(log).encode(), {"Content-Type": "application/json"})

    with Server(answer) as server:
        yield server.url


class Crawls:
    """A data folder whose one list holds `accounts`, crawled by the command."""

    def __init__(self, home: Path, network: BlueskyNetwork, plc: str, accounts: list[Account], **more: str) -> None:
        self.home = home
        claims = [claim(account.handle.partition(".")[0], None, account.did) for account in accounts]
        people = [member(account.handle.partition(".")[0]) for account in accounts]
        write_roster(roster("people", people, accounts=claims, as_of=datetime.now(UTC).date()), home / "rosters")
        self._env = {
            "KOOCH_CRAWL__ALLOW_NETWORKS": '["127.0.0.0/8", "::1/128"]',
            "KOOCH_BLUESKY__APPVIEW": network.appview,
            "KOOCH_BLUESKY__PLC": plc,
            "KOOCH_BLUESKY__REQUESTS_PER_SECOND": "100",
        } | more

    def __call__(self, *words: str, code: int = 0) -> list[dict[str, Any]]:
        """The JSON lines of `kooch crawl bluesky WORDS`."""
        done = kooch_without_lists(self.home, "crawl", "bluesky", *words, **self._env)

        assert done.returncode == code, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
        return [json.loads(line) for line in done.stdout.splitlines()]

    def look(self, targets: Sequence[Target]) -> dict[str, Observed | Looked | Failed | Skipped]:
        """The result of a look that asks about `targets`, whatever has happened to them since they were seen."""
        outcomes: list[Outcome] = []
        networks: Any = ("127.0.0.0/8", "::1/128")
        known = {target.key: target.before for target in targets}
        looking.look(
            Settings(
                home=self.home,
                crawl=CrawlSettings(allow_networks=networks, outage_seconds=0, batch_seconds=0.5),
                bluesky=BlueskySettings(plc=AnyHttpUrl(self._env["KOOCH_BLUESKY__PLC"]), requests_per_second=100),
            ),
            platform="bluesky",
            roster=None,
            plan=lambda: list(targets),
            before=lambda planned: [replace(target, before=known[target.key]) for target in planned],
            on_outcome=lambda _platform, outcome: outcomes.append(outcome),
        )
        return {outcome.target: outcome.result for outcome in outcomes}

    def load(self) -> None:
        assert kooch_without_lists(self.home, "load").returncode == 0


def requests_of(lines: list[dict[str, Any]]) -> int:
    """How many requests the crawl sent that asked when accounts posted."""
    return int([line for line in lines if line["event"] == "run"][-1]["requests"])


@pytest.mark.proof
def test_days_are_right_whatever_owners_write(bluesky: BlueskyNetwork, tmp_path: Path) -> None:
    account = bluesky.create_account("actdays.test")
    own = [OPENED + timedelta(hours=1 + 18 * n) for n in range(90)]
    posts = {tid_of(at): post(at, **({"reply": reply_to(account)} if n % 3 == 0 else {})) for n, at in enumerate(own)}
    imported = [datetime(2021, 3, 1, tzinfo=UTC) + timedelta(days=9 * n) for n in range(60)]
    posts |= {tid_of(at): post(at) for at in imported}
    now = datetime.now(UTC)
    odd = {
        tid_of(datetime(2015, 5, 5, tzinfo=UTC)): post(datetime(2015, 5, 5, tzinfo=UTC)),
        tid_of(datetime(2035, 5, 5, tzinfo=UTC)): post(now),
        **{
            tid_of(now - timedelta(minutes=n)): post(datetime(year, 1, 1, tzinfo=UTC))
            for n, year in ((3, 1985), (4, 2019), (5, 2031))
        },
    }
    bluesky.write_posts(account, posts | odd)
    bluesky.settle()
    with older_directory(bluesky.plc) as plc:
        crawls = Crawls(tmp_path / "home", bluesky, plc, [account])
        first = crawls("--activity")
        expected = Counter(at.date() for at in own)

        assert query(crawls.home, "SELECT day, posts + replies FROM activity_days ORDER BY day") == sorted(
            expected.items()
        )
        assert query(crawls.home, "SELECT sum(posts), sum(replies) FROM activity_days") == [(60, 30)]
        assert query(crawls.home, "SELECT listed, undated, complete, covers_from FROM activity_looks") == [
            (154, 65, True, midnight(OPENED))
        ]
        assert requests_of(first) == 2

        before = query(crawls.home, "FROM activity_days ORDER BY ALL")
        second = crawls("--activity")

        assert requests_of(second) == 1
        assert query(crawls.home, "FROM activity_days ORDER BY ALL") == before
        assert (
            query(crawls.home, "SELECT listed, counted_more FROM activity_looks ORDER BY looked_at")[0]
            == (query(crawls.home, "SELECT listed, counted_more FROM activity_looks ORDER BY looked_at")[1])
        )


def reply_to(account: Account) -> dict[str, object]:
    there = {
        "uri": f"at://{account.did}/app.bsky.feed.post/3aaaaaaaaaaaa",
        "cid": "bafyreib2rxk3rybk3aobmv5cjuql3bm2twh4jo5uxgf5kpqcsgz7soitae",
    }
    return {"root": there, "parent": there}


ZEROES = """
    SELECT a.native_id, count(*) FILTER (WHERE p.day IS NULL)
    FROM (SELECT account_id, unnest(range(first_day, until_day, INTERVAL 1 DAY))::DATE AS day FROM activity_covers) AS c
    INNER JOIN accounts AS a ON a.account_id = c.account_id
    LEFT JOIN posted_days AS p ON p.account_id = c.account_id AND p.day = c.day
    GROUP BY a.native_id
"""


@pytest.mark.proof
def test_who_could_not_be_asked_has_no_zero(bluesky: BlueskyNetwork, tmp_path: Path) -> None:
    """All had posted every day for ten weeks and were active when the crawl saw them. Then things happened."""
    names = ("deactivated", "takendown", "hidden", "deleted", "label", "moved", "refused", "cut", "fine")
    made = bluesky.create_accounts([f"azero{name}.test" for name in names])
    accounts = dict(zip(names, made, strict=True))
    bluesky.label_no_unauthenticated(accounts["label"])
    daily = [OPENED + timedelta(hours=1 + 11.2 * n) for n in range(150)]
    for account in made:
        bluesky.write_posts(account, {tid_of(at): post(at) for at in daily})
    bluesky.settle()
    has_moved: list[str] = []

    def old_server(asked: Asked) -> Reply:
        did, cursor = asked.values("repo"), asked.values("cursor")
        if did == has_moved:
            return Reply(400, b'{"error": "InvalidRequest"}', {"Content-Type": "application/json"})
        if did == [accounts["refused"].did] or (did == [accounts["cut"].did] and cursor):
            return Reply(403, b"{}", {"Content-Type": "application/json"})
        found = fetch(f"{bluesky.pds}{asked.path}?{urlencode(asked.query)}")
        return Reply(found.status, found.body, {"Content-Type": "application/json"})

    with (
        Server(old_server) as front,
        older_directory(bluesky.plc, lambda did: bluesky.pds if [did] == has_moved else front.url) as plc,
    ):
        crawls = Crawls(tmp_path / "home", bluesky, plc, made)
        crawls(code=0)
        targets = activity_targets(crawls.home, platform="bluesky", roster=None)

        assert sorted(str(target.handle) for target in targets) == sorted(
            f"azero{name}.test" for name in names if name != "label"
        )

        bluesky.deactivate(accounts["deactivated"])
        bluesky.take_down(accounts["takendown"])
        bluesky.take_down(accounts["hidden"], at="appview")
        bluesky.delete(accounts["deleted"])
        has_moved.append(accounts["moved"].did)
        found = crawls.look(targets)
    crawls.load()
    kinds = {name: found[accounts[name].did] for name in names if name != "label"}

    assert {name for name, result in kinds.items() if isinstance(result, Failed)} == {
        "deactivated",
        "takendown",
        "deleted",
        "refused",
    }
    assert {result.cause for result in kinds.values() if isinstance(result, Failed)} == {"refused"}
    # Its own server shows it still: the AppView alone hides it.
    assert {name for name, result in kinds.items() if isinstance(result, Looked) and result.is_complete} == {
        "hidden",
        "moved",
        "fine",
    }
    assert dict(query(crawls.home, ZEROES)) == {accounts[name].did: 0 for name in ("hidden", "moved", "cut", "fine")}
    listed: dict[str, int] = dict(
        query(
            crawls.home,
            "SELECT a.native_id, sum(posts) FROM activity_days AS d JOIN accounts AS a USING (account_id) GROUP BY 1",
        )
    )

    assert listed == {accounts[name].did: 150 for name in ("hidden", "moved", "fine")} | {accounts["cut"].did: 100}
    assert query(crawls.home, "SELECT server FROM accounts WHERE native_id = '" + accounts["moved"].did + "'") == [
        (bluesky.pds,)
    ]


@pytest.mark.proof
def test_what_was_deleted_or_imported_is_found_by_the_counts(bluesky: BlueskyNetwork, tmp_path: Path) -> None:
    account = bluesky.create_account("acthidden.test")
    daily = [OPENED + timedelta(hours=1 + 24 * n) for n in range(60)]
    bluesky.write_posts(account, {tid_of(at): post(at) for at in daily})
    bluesky.settle()
    with older_directory(bluesky.plc) as plc:
        crawls = Crawls(tmp_path / "home", bluesky, plc, [account])

        assert requests_of(crawls("--activity")) == 1

        bluesky.delete_post(account, tid_of(daily[3]))
        bluesky.settle()

        assert requests_of(crawls("--activity")) == 2
        assert query(crawls.home, "SELECT day, posts, posts_most FROM activity_days WHERE posts <> posts_most") == [
            (daily[3].date(), 0, 1)
        ]

        bluesky.post(account, CANARY)
        bluesky.settle()

        assert requests_of(crawls("--activity")) == 1
        assert query(crawls.home, "SELECT posts FROM activity_days WHERE day = today()") == [(1,)]
        assert query(crawls.home, "SELECT listed FROM activity_looks ORDER BY looked_at") == [(60,), (59,), (60,)]


@pytest.mark.proof
def test_of_an_account_with_more_than_is_read_the_first_post_is_known(bluesky: BlueskyNetwork, tmp_path: Path) -> None:
    account = bluesky.create_account("actmany.test")
    daily = [OPENED + timedelta(days=5, hours=1 + 6 * n) for n in range(230)]
    imported = [datetime(2021, 3, 1, tzinfo=UTC) + timedelta(days=n) for n in range(50)]
    bluesky.write_posts(account, {tid_of(at): post(at) for at in [*imported, *daily]})
    bluesky.settle()
    with older_directory(bluesky.plc) as plc:
        crawls = Crawls(tmp_path / "home", bluesky, plc, [account], KOOCH_ACTIVITY__PAGES="1")

        assert requests_of(crawls("--activity")) == 2
        assert query(crawls.home, "SELECT first_day, until_day FROM activity_covers ORDER BY 1")[0] == (
            midnight(OPENED).date(),
            daily[0].date(),
        )
        assert query(crawls.home, "SELECT min(day), max(day) FROM posted_days") == [(daily[0].date(), daily[-1].date())]
        # Between the first post and the newest hundred nobody looked.
        assert query(crawls.home, f"SELECT is_active FROM active_on(DATE '{daily[100].date()}', 7)") == [(None,)]


@pytest.mark.proof
def test_no_word_of_a_post_is_kept(bluesky: BlueskyNetwork, tmp_path: Path) -> None:
    account = bluesky.create_account("actcanary.test")
    at = OPENED + timedelta(hours=5)
    bluesky.write_posts(account, {tid_of(at): post(at), tid_of(at + timedelta(days=3)): post(at, text=CANARY)})
    bluesky.settle()
    with older_directory(bluesky.plc) as plc:
        crawls = Crawls(tmp_path / "home", bluesky, plc, [account])
        lines = crawls("--activity")
    done = kooch_without_lists(crawls.home, "backup", str(tmp_path / "backup"))

    assert done.returncode == 0, done.stderr
    assert query(crawls.home, "SELECT count(*) FROM activity_days") == [(1,)]
    assert CANARY not in json.dumps(lines)
    assert [str(file) for file in holding(CANARY, tmp_path)] == []
    # The search finds what is there.
    assert holding(account.did, tmp_path)


def holding(word: str, folder: Path) -> list[Path]:
    """The files below a folder that hold a word: as it is, and in the columns of Parquet and DuckDB, which are packed."""
    found = []
    for file in sorted(folder.rglob("*")):
        if not file.is_file():
            continue
        words = file.read_bytes()
        if file.suffix == ".parquet":
            words += repr(pq.read_table(file).to_pylist()).encode()
        if file.suffix == ".duckdb":
            with duckdb.connect(str(file), read_only=True) as connection:
                tables = connection.execute(
                    "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'"
                ).fetchall()
                for (table,) in tables:
                    words += repr(connection.sql(f"FROM {table}").pl().rows()).encode()
        if word.encode() in words:
            found.append(file)
    return found
