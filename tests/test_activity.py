"""When accounts posted, asked of real servers: days, counts, and what a look covers."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from crawlers.activity.tally import midnight
from crawlers.atproto.tid import tid_of
from kooch.rosters import write_roster
from tests.commands import kooch_without_lists
from tests.faults import Asked, Reply, Server
from tests.servers.bluesky import Account, BlueskyNetwork
from tests.servers.loopback import fetch
from tests.stores import claim, member, query, roster

CANARY = "quetzalcoatlus"
LIST_RECORDS = "/xrpc/com.atproto.repo.listRecords"
OPENED = midnight(datetime.now(UTC)) - timedelta(days=70, hours=-9)
"""When the accounts of these tests were opened, as their directory says."""


def post(at: datetime, **more: object) -> dict[str, object]:
    return {"text": f"{CANARY} {at:%Y}", "createdAt": at.isoformat().replace("+00:00", "Z")} | more


@contextmanager
def older_directory(plc: str) -> Iterator[str]:
    """The directory, which dates all that happens here on the day of OPENED: accounts of tests are made today."""

    def answer(asked: Asked) -> Reply:
        found = fetch(plc + asked.path)
        if not asked.path.endswith("/log/audit"):
            return Reply(found.status, found.body, {"Content-Type": "application/json"})
        log = found.json
        for n, entry in enumerate(log):
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

    def load(self) -> None:
        assert kooch_without_lists(self.home, "load").returncode == 0


def requests_of(lines: list[dict[str, Any]]) -> int:
    """How many requests the crawl sent that asked when accounts posted."""
    return int([line for line in lines if line["event"] == "run"][-1]["requests"])


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
