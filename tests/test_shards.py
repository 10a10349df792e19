"""Crawls in shards: machines with data folders of their own, one shared folder, and servers of many hosts on loopback."""

import json
import os
import random
import re
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heappop, heappush
from pathlib import Path
from typing import Any

import obstore
import pytest
from obstore.exceptions import GenericError

from crawlers.crawling import spider_of
from crawlers.sharding import divide
from kooch import times
from kooch.config import Schedule
from kooch.errors import ConfigError, RunningError, StorageError
from kooch.rosters import write_roster
from kooch.schedule.loop import Child, Scheduler
from kooch.shards import shard_of
from kooch.store import bucket as buckets
from kooch.store import collecting, sharing
from kooch.store.collecting import collect, is_loader
from kooch.store.outcomes import Target
from kooch.store.places import Place, place_of
from kooch.store.state import open_state
from tests import stores
from tests.commands import kooch_without_lists
from tests.faults import Asked, Fault, Mastodon, Reply, Server, account, as_json
from tests.machines import AT, Machines
from tests.servers.fediverse import Authority
from tests.servers.loopback import Gate
from tests.servers.s3 import S3Server

HOSTS = [f"host{n}.test" for n in range(12)]
ACCOUNTS = [(f"figure{n}", host) for host in HOSTS for n in range(5)]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Machines, the folder that they share (or `bucket`), and the server that answers for all hosts."""

    folder: Path
    machines: Machines
    server: Server
    toml: str
    bucket: str | None

    @property
    def shared(self) -> Path:
        return self.folder / "shared"

    def home(self, name: str, *, shares: bool = True) -> Path:
        """The data folder of a machine. Servers know it by its name; only that of the loader has lists."""
        home = self.folder / name
        home.mkdir(exist_ok=True)
        shards = f'[shards]\nfolder = "{self.bucket or self.shared}"\n' if shares else ""
        (home / "kooch.toml").write_text(f'contact = "{name}"\n{shards}{self.toml}')
        return home

    def hosts_asked(self) -> dict[str, set[str]]:
        """Who has asked which host."""
        asked = defaultdict(set)
        for each in self.server.asked:
            asked[each.host].add(each.headers["user-agent"].partition("+")[2].rstrip(")"))
        return asked


@contextmanager
def world(
    folder: Path,
    accounts: list[tuple[str, str]],
    *,
    answer: Callable[[Asked], Reply | Fault] | None = None,
    others: Sequence[str] = (),
    rate: float = 1000,
    more: str = "",
    bucket: str | None = None,
) -> Iterator[World]:
    hosts = sorted({host for _, host in accounts} | set(others))
    authority = Authority(folder)
    (folder / "shared").mkdir()
    members = [stores.member(f"figure-{n}") for n in range(len(accounts))]
    claims = [
        stores.claim(f"figure-{n}", f"{user}@{host}", platform="mastodon") for n, (user, host) in enumerate(accounts)
    ]
    roster = stores.roster("all", members, accounts=tuple(claims))
    with (
        Server(answer or Mastodon(), tls=authority.issue(*hosts).context(folder)) as server,
        Machines(folder, stores.bundle(folder / "bundled")) as machines,
    ):
        address = server.url.removeprefix("https://")
        named = "\n".join(f'"{host}" = "{address}"' for host in hosts)
        toml = (
            f'[crawl]\nallow_networks = ["127.0.0.0/8"]\nca_file = "{authority.file}"\nbatch_seconds = 0.2\n{more}\n'
            f"[crawl.hosts]\n{named}\n[mastodon]\nrequests_per_second = {rate}\n"
        )
        found = World(folder=folder, machines=machines, server=server, toml=toml, bucket=bucket)
        for name, shares in (("loader", True), ("alone", False)):
            write_roster(roster, found.home(name, shares=shares) / "rosters")
        yield found


def rows(home: Path) -> dict[str, list[str]]:
    """What is published, without the names of runs, and how much was asked: who was killed asks again."""
    runs = [key for (key,) in stores.query(home, "SELECT key FROM ids WHERE kind = 'run'")]
    found = stores.contents(home)
    for run in runs:
        found = {table: sorted(row.replace(run, "RUN") for row in rows) for table, rows in found.items()}
    found["runs"] = [re.sub(r"'(requests|bytes)': \d+", r"'\1': 0", row) for row in found["runs"]]
    return found


@pytest.mark.proof
def test_two_shards_see_what_one_machine_sees(tmp_path: Path) -> None:
    with world(tmp_path, ACCOUNTS) as place:
        alone, loader = tmp_path / "alone", tmp_path / "loader"
        whole = place.machines.run(alone, "crawl", "mastodon")
        asked_alone = len(place.server.asked)
        place.server.asked.clear()
        first = place.machines.run(loader, "load")
        shards = [
            place.machines.start(place.home(f"machine-{n}"), "crawl", "mastodon", "--shard", f"{n}/2") for n in (1, 2)
        ]
        ended = [place.machines.wait(process) for process in shards]
        second = place.machines.run(loader, "load")

    assert (whole.code, first.code, second.code) == (0, 0, 0), (whole.err, first.err, second.err)
    assert [each.code for each in ended] == [0, 0], [each.err for each in ended]
    assert len(place.server.asked) == asked_alone == len(ACCOUNTS)
    asked = place.hosts_asked()
    assert {host: {f"machine-{shard_of(host, 2)}"} for host in HOSTS} == asked
    assert rows(loader) == rows(alone)
    assert [path.name for path in (place.shared / "runs").iterdir()] == []


def leading_elsewhere(asked: Asked) -> Reply | Fault:
    """Mastodon, but accounts of `here<n>.test` live on `there<n>.test`, and `moved` of any host has moved to `next.test`."""
    host, stock = asked.host, Mastodon()(asked)
    if host.startswith("here"):
        home = host.replace("here", "there")
        if asked.path == "/api/v1/accounts/lookup":
            return Reply(404, b"<html>", {"Content-Type": "text/html"})
        if asked.path == "/.well-known/webfinger":
            user = asked.values("resource")[0].removeprefix("acct:").partition("@")[0]
            self = {"rel": "self", "type": "application/activity+json", "href": f"https://{home}/users/{user}"}
            return as_json({"subject": f"acct:{user}@{home}", "links": [self]})
    if asked.path == "/api/v1/accounts/lookup" and asked.values("acct")[0] == "moved1":
        named = account("moved1", host, 1)
        return as_json(named | {"moved": account(f"from-{host.partition('.')[0]}", "next.test", 2)})
    if host == "next.test" and asked.path.startswith("/users/from-"):
        before = asked.path.rpartition("-")[2]
        actor = {"id": f"https://next.test{asked.path}", "alsoKnownAs": [f"https://{before}.test/users/moved1"]}
        return as_json(actor)
    if host == "old.test" and asked.path == "/api/v1/accounts/lookup":
        return Reply(302, b"", {"Location": f"https://next.test/api/v1/accounts/lookup?acct={asked.values('acct')[0]}"})
    return stock


@pytest.mark.proof
def test_an_account_that_leads_to_a_host_of_another_shard_is_handed_over(tmp_path: Path) -> None:
    names = [("figure1", f"here{n}.test") for n in range(6)] + [("moved1", f"plain{n}.test") for n in range(4)]
    names += [("figure7", "old.test"), ("figure3", "next.test")]
    others = [f"there{n}.test" for n in range(6)]
    with world(tmp_path, names, answer=leading_elsewhere, others=others) as place:
        alone = place.machines.run(tmp_path / "alone", "crawl", "mastodon")
        asked_alone = sorted((each.host, each.path) for each in place.server.asked)
        place.server.asked.clear()
        place.machines.run(tmp_path / "loader", "load")
        shards = [
            place.machines.start(place.home(f"machine-{n}"), "crawl", "mastodon", "--shard", f"{n}/2") for n in (1, 2)
        ]
        ended = [place.machines.wait(process) for process in shards]
        again = [
            place.machines.run(place.home(f"machine-{n}"), "crawl", "mastodon", "--shard", f"{n}/2", *SAME_LOOK)
            for n in (1, 2)
        ]
        loaded = place.machines.run(tmp_path / "loader", "load")
    divided = {shard_of(f"here{n}.test", 2) != shard_of(f"there{n}.test", 2) for n in range(6)}

    assert divided == {True, False}
    assert [each.code for each in (*ended, *again)] == [alone.code] * 4, [each.err for each in ended]
    assert (loaded.code, loaded.err) == (0, "")
    assert {len(machines) for machines in place.hosts_asked().values()} == {1}
    assert sorted((each.host, each.path) for each in place.server.asked) == asked_alone
    assert rows(tmp_path / "loader") == rows(tmp_path / "alone")


def crawl_with_kills(place: World, *, shards: int, kills: int, step: int) -> tuple[int, int]:
    """Crawl in shards and load meanwhile; kill any of the processes, and start it again. Returns kills and commands.

    A kill comes after up to `step` more requests, or when a process has ended.
    """
    chance = random.Random(kills)
    loader = place.folder / "loader"
    words: dict[Path, tuple[str, ...]] = {
        place.home(f"machine-{n}"): ("crawl", "mastodon", "--shard", f"{n}/{shards}") for n in range(1, shards + 1)
    }
    words[loader] = ("load",)
    running = {home: place.machines.start(home, *words[home]) for home in words}
    killed, started, done = 0, len(running), set[Path]()
    while len(done) < shards or killed < kills:
        enough = len(place.server.asked) + chance.randint(1, step)
        while len(place.server.asked) < enough and not any(map(place.machines.has_ended, running.values())):
            time.sleep(0.01)
        for home, process in list(running.items()):
            if place.machines.has_ended(process):
                ended = place.machines.wait(process)
                assert ended.code == 0, ended.err
                del running[home]
                if home != loader:
                    done.add(home)
        if loader not in running:
            running[loader] = place.machines.start(loader, *words[loader])
            started += 1
        if killed < kills:
            home = chance.choice(list(running))
            running[home].kill()
            assert place.machines.wait(running[home]).code in {0, -9}
            running[home] = place.machines.start(home, *words[home], *() if home == loader else SAME_LOOK)
            killed, started, done = killed + 1, started + 1, done - {home}
    for process in running.values():
        assert place.machines.wait(process).code == 0
    return killed, started


SAME_LOOK = ("--since", "2026-11-25T00:00:00+0000")
"""The command again is no new look, if the one that was killed had just ended its part."""


def check_kills(folder: Path, *, hosts: int, accounts: int, kills: int, rate: float, bucket: str | None = None) -> None:
    found_at = [f"here{n}.test" if n % 6 == 0 else f"host{n}.test" for n in range(hosts)]
    names = [(f"figure{n}", found_at[n % hosts]) for n in range(accounts)]
    others = [host.replace("here", "there") for host in found_at if host.startswith("here")]
    with world(folder, names, answer=leading_elsewhere, others=others, rate=rate, bucket=bucket) as place:
        assert place.machines.run(folder / "alone", "crawl", "mastodon").code == 0
        place.server.asked.clear()
        assert place.machines.run(folder / "loader", "load").code == 0
        killed, started = crawl_with_kills(place, shards=3, kills=kills, step=accounts // kills)
        last = place.machines.run(folder / "loader", "load")
        # A shard ends while one that was killed waits for its lock, and is handed accounts after that: its next command takes them.
        for n in range(1, 4) if "has been handed accounts since it ended" in last.err else ():
            again = place.machines.run(place.home(f"machine-{n}"), "crawl", "mastodon", "--shard", f"{n}/3", *SAME_LOOK)
            assert again.code == 0, again.err
            last = place.machines.run(folder / "loader", "load")
    asked = Counter((each.host, str(each.query)) for each in place.server.asked if each.query)
    print(
        f"{accounts} accounts of {hosts} hosts, 3 shards, {killed} kills, {started} commands:"
        f" {asked.total() - len(asked)} of {asked.total():,} questions asked again"
    )
    lost = stores.query(folder / "loader", "SELECT planned - observed FROM runs")

    assert (last.code, last.err) == (0, "")
    assert killed == kills
    assert lost == [(0,)]
    assert {host: len(machines) for host, machines in place.hosts_asked().items()} == dict.fromkeys(
        found_at + others, 1
    )
    assert rows(folder / "loader") == rows(folder / "alone")
    times = defaultdict(list)
    for each in place.server.asked:
        times[each.host].append(each.at)
    # A busy machine may take the first of them late.
    assert all(seen[-1] - seen[0] > (len(seen) - 1) / rate * 0.8 - 0.5 for seen in times.values())


@pytest.mark.proof
def test_kills_of_shards_and_of_the_loader_lose_and_double_nothing(tmp_path: Path) -> None:
    check_kills(tmp_path, hosts=12, accounts=60, kills=5, rate=20)


@pytest.mark.proof
def test_many_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    """900 accounts of 105 hosts, and 100 kills: what two minutes of a processor allow."""
    check_kills(tmp_path, hosts=90, accounts=900, kills=100, rate=20)


@pytest.mark.proof
@pytest.mark.usefixtures("s3")
def test_kills_lose_and_double_nothing_where_a_bucket_is_shared(tmp_path: Path) -> None:
    check_kills(tmp_path, hosts=12, accounts=60, kills=10, rate=20, bucket=f"s3://shared/{tmp_path.name}")


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A run of which shard 1 has ended and shard 2 has not begun. Each test puts the shared folder back."""
    with world(tmp_path_factory.mktemp("shards"), ACCOUNTS, more="batch_rows = 5") as place:
        assert place.machines.run(place.folder / "loader", "load").code == 0
        assert place.machines.run(place.home("first"), "crawl", "mastodon", "--shard", "1/2").code == 0
        place.home("second")
        yield place


def second(place: World, **how: float) -> tuple[int, str]:
    """What the second machine's shard ends with."""
    ended = place.machines.run(place.folder / "second", "crawl", "mastodon", "--shard", "2/2", **how)  # type: ignore[arg-type]
    return ended.code, ended.err


@pytest.mark.proof
def test_a_machine_with_a_wrong_clock_or_an_old_kooch_takes_no_part(interrupted: World) -> None:
    place, asked = interrupted, len(interrupted.server.asked)
    (file,) = (place.shared / "runs").glob("*/run.json")
    run = json.loads(file.read_bytes())
    skewed = second(place, clock_ahead=3600)
    file.write_text(json.dumps(run | {"kooch": "99.1"}))
    older = second(place)
    file.write_text(json.dumps(run | {"format": 2, "kooch": "99.1"}))
    oldest = second(place)
    file.write_text(json.dumps(run))

    assert skewed[0] == 2
    assert skewed[1] == (
        "The clock of this machine says 2026-11-25 13:00 UTC, and that of the shared folder"
        f" {place.shared} 2026-11-25 12:00. Set the clock, then repeat. Nothing was asked.\n"
    )
    assert older[0] == 2
    assert "was planned by Kooch 99.1, and this machine has" in older[1]
    assert oldest[0] == 4
    assert "was planned by Kooch 99.1; this Kooch" in oldest[1]
    assert len(place.server.asked) == asked


def test_another_division_and_a_crawl_of_one_machine_wait(interrupted: World) -> None:
    place, asked = interrupted, len(interrupted.server.asked)
    thirds = place.machines.run(place.folder / "second", "crawl", "mastodon", "--shard", "2/3")
    alone = place.machines.run(place.folder / "loader", "crawl", "mastodon")

    assert (thirds.code, alone.code) == (75, 75)
    assert "has 2 shards, not 3, and is not over: two shards would ask one host." in thirds.err
    assert "is crawled in 2 shards and is not over" in alone.err
    assert len(place.server.asked) == asked


def test_status_and_load_name_a_shard_that_is_missing(interrupted: World) -> None:
    place = interrupted
    left = sum(shard_of(host, 2) == 2 for _, host in ACCOUNTS)
    loaded = place.machines.run(place.folder / "loader", "load")
    status = place.machines.run(place.folder / "loader", "status")
    (shards,) = [told for told in map(json.loads, status.out.splitlines()) if told["event"] == "shards"]
    (run,) = [told for told in map(json.loads, status.out.splitlines()) if told["event"] == "runs"]

    assert loaded.code == 0
    assert loaded.err == (
        "Run on mastodon of 2026-11-25 12:00 UTC: shard 2 of 2 has not begun;"
        f" {left} of {len(ACCOUNTS)} accounts have no outcome yet.\n"
    )
    assert (shards["not_begun"], shards["not_ended"], shards["not_loaded"]) == ("2", "", left)
    assert (run["state"], run["planned"], run["observed"]) == ("running", len(ACCOUNTS), len(ACCOUNTS) - left)


@pytest.mark.proof
def test_a_shared_folder_that_is_gone_or_full_costs_nothing(interrupted: World) -> None:
    place = interrupted
    aside = place.folder / "aside"
    full = second(place, room=2000)
    place.shared.rename(aside)
    gone = second(place)
    loading = place.machines.run(place.folder / "loader", "load")
    aside.rename(place.shared)
    goes_on = second(place)
    loaded = place.machines.run(place.folder / "loader", "load")
    ((*counts, state),) = stores.query(
        place.folder / "loader", "SELECT planned, observed, failed, skipped, state FROM runs"
    )

    assert full[0] == 4
    assert "cannot be written (File too large). Nothing is lost: mount it, free space or correct" in full[1]
    assert gone[0] == 4
    assert gone[1] == (
        f"Shared folder {place.shared} is not there, or no loader has taken it. Mount it; if it is new, run `kooch load`"
        " on the machine that loads. Nothing is lost.\n"
    )
    assert loading.code == 4
    assert "is not there, or was emptied: it does not say that this data folder loads." in loading.err
    assert (goes_on, loaded.code, loaded.err) == ((0, ""), 0, "")
    assert (counts, state) == ([len(ACCOUNTS), len(ACCOUNTS), 0, 0], "complete")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A loader's data folder and a shared place with a run of three shards, without servers."""

    home: Path
    place: Place
    run: str

    @property
    def batches(self) -> list[str]:
        """The batches that the loader has not taken."""
        return self.place.names("spool")

    def say(self, number: int, *keys: str, minutes: float = 0) -> None:
        if keys:
            seen = [stores.seen(key, minutes) for key in keys]
            sharing.leave_batch(self.place, run=self.run, platform="bluesky", outcomes=seen)
        said = sharing.Progress(shard=number, kooch="1", started_at=stores.at(0), ended_at=stores.at(1))
        sharing.note_progress(self.place, self.run, said)

    def runs(self, bundled: Path) -> list[stores.Row]:
        stores.load(self.home, bundled)
        return stores.query(self.home, "SELECT planned, observed, failed, skipped, state FROM runs")


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Server]:
    """An S3 with a bucket `shared`. Every command of this file has its keys."""
    with S3Server() as server, pytest.MonkeyPatch.context() as environment:
        server.make_bucket("shared")
        for name, value in server.environment.items():
            environment.setenv(name, value)
        yield server


@pytest.fixture(params=["folder", "bucket"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    home, shared = tmp_path / "home", tmp_path / "shared"
    home.mkdir()
    shared.mkdir()
    if request.param == "bucket":
        request.getfixturevalue("s3")
    place = place_of(str(shared) if request.param == "folder" else f"s3://shared/{tmp_path.name}")
    assert is_loader(home, place, takes=True)
    parts = {number: [Target(key=f"did:web:{number}{n}.test") for n in "ab"] for number in (1, 2, 3)}
    run = sharing.begin_run(place, platform="bluesky", roster=None, scope="listed", parts=parts)
    return Desk(home=home, place=place, run=run.run)


@pytest.mark.proof
def test_targets_of_a_shard_that_never_comes_fail_and_what_it_brings_later_counts(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundled = stores.bundle(tmp_path / "bundled")
    desk.say(1, "did:web:1a.test", "did:web:1b.test")
    desk.say(2, "did:web:2a.test")
    first = collect(desk.home, desk.place, wait_hours=24)
    open_rows = desk.runs(bundled)
    monkeypatch.setattr(collecting, "now", lambda: AT + timedelta(days=4000))
    over = collect(desk.home, desk.place, wait_hours=24)
    over_rows = desk.runs(bundled)
    causes = stores.query(desk.home, "SELECT cause, detail, count(*) FROM failures GROUP BY ALL ORDER BY detail")
    sharing.leave_batch(
        desk.place,
        run=desk.run,
        platform="bluesky",
        outcomes=[stores.seen("did:web:3a.test", 9e5), stores.seen("did:web:3b.test", 9e5)],
    )
    late = collect(desk.home, desk.place, wait_hours=24)
    late_rows = desk.runs(bundled)

    assert first.batches == 2
    assert [division.absent for division in first.divisions] == [(3,)]
    assert open_rows == [(6, 3, 0, 0, "running")]
    assert len(over.over) == 1
    assert over.over[0].endswith(
        "shard 3 of 3 has not begun; 3 of 6 accounts have no outcome yet."
        " After 24 hours they count as failed (missing_shard)."
    )
    assert over_rows == [(6, 3, 3, 0, "partial")]
    assert causes == [
        ("missing_shard", "shard 2/3 has ended, but the loader does not have its outcome", 1),
        ("missing_shard", "shard 3/3 did not begin within 24 hours", 2),
    ]
    assert late.batches == 1
    assert late_rows == [(6, 5, 1, 0, "partial")]


@pytest.mark.proof
def test_a_batch_is_taken_once_however_often_a_loader_is_killed(desk: Desk, tmp_path: Path) -> None:
    desk.say(1, "did:web:1a.test", "did:web:1b.test")
    (batch,) = desk.batches
    kept = desk.place.read(batch) or b""
    # Killed after the copy, and after the receipt.
    (desk.home / "spool" / desk.run).mkdir(parents=True)
    (desk.home / batch).write_bytes(kept)
    collect(desk.home, desk.place, wait_hours=24)
    desk.place.write(batch, kept)
    again = collect(desk.home, desk.place, wait_hours=24)
    rows = desk.runs(stores.bundle(tmp_path / "bundled"))

    assert again.batches == 0
    assert desk.batches == []
    assert rows == [(6, 2, 0, 0, "running")]


@pytest.mark.proof
def test_what_a_loader_has_lost_is_no_silence(desk: Desk, tmp_path: Path) -> None:
    for number in (1, 2, 3):
        desk.say(number, f"did:web:{number}a.test", f"did:web:{number}b.test")
    sharing.note_progress(desk.place, desk.run, sharing.Progress(shard=3, kooch="1", started_at=stores.at(0)))
    collect(desk.home, desk.place, wait_hours=1e6)
    next((desk.home / "spool" / desk.run).glob("*.parquet")).unlink()
    desk.say(3)
    collected = collect(desk.home, desk.place, wait_hours=1e6)

    assert (collected.divisions, collected.over) == ((), ())
    assert desk.runs(stores.bundle(tmp_path / "bundled")) == [(6, 4, 2, 0, "partial")]


def test_nothing_is_left_of_a_run_that_is_over(desk: Desk) -> None:
    """A load is killed while it removes a run, and a shard hands over a target when the run is over."""
    for number in (1, 2, 3):
        desk.say(number, f"did:web:{number}a.test", f"did:web:{number}b.test")
    left = [name for name in desk.place.names("runs") if not name.endswith("/run.json")]
    kept = {name: desk.place.read(name) or b"" for name in left}
    collect(desk.home, desk.place, wait_hours=24)
    for name, content in kept.items():
        desk.place.write(name, content)
    desk.place.write(f"archive/{desk.run}/1.parquet", b"a receipt")
    handed = sharing.Handed(shard=2, target=Target(key="did:web:1a.test"), heard=())
    sharing.hand_over(desk.place, desk.run, handed)
    parts = {1: [Target(key="did:web:4a.test")]}
    begun = sharing.begin_run(desk.place, platform="bluesky", roster=None, scope="listed", parts=parts)
    desk.place.write("runs/planned/plan.json", b"{}")
    before = desk.place.names("runs")
    collect(desk.home, desk.place, wait_hours=24)

    assert len([name for name in before if desk.run in name]) == len(left) + 1 > 1
    assert desk.place.names("runs") == sorted(
        ["runs/planned/plan.json", f"runs/{begun.run}/plan.json", f"runs/{begun.run}/run.json"]
    )
    assert desk.place.names("archive") == []


def test_a_batch_of_a_newer_kooch_is_left_where_it_is(desk: Desk) -> None:
    strange = f"spool/{desk.run}/strange.parquet"
    desk.place.write(strange, b"PAR1 of another kind")
    collected = collect(desk.home, desk.place, wait_hours=0)

    assert desk.batches == [strange]
    assert len(collected.left) == 1
    assert "is damaged, or of a newer Kooch" in collected.left[0]
    # Nobody is given up whose outcome may lie there.
    assert (collected.over, [division.left for division in collected.divisions]) == ((), [6])


def test_shards_are_told_whom_to_leave_out(desk: Desk) -> None:
    with open_state(desk.home) as state:
        state.execute(
            "INSERT INTO suppressions VALUES ('bluesky', 'did:web:1a.test', 'asked', '2026-11-25T12:00:00+00:00')"
        )
    collect(desk.home, desk.place, wait_hours=24)

    assert sharing.check_shared(desk.place).suppressed == {"bluesky": ("did:web:1a.test",)}


def test_the_clock_of_what_is_shared_is_that_of_its_machine(desk: Desk) -> None:
    assert abs(desk.place.now() - times.now()) < timedelta(minutes=5)
    assert [name for name in desk.place.names("locks") if "clock" in name] == []


def test_an_s3_that_finds_the_clock_wrong_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    says = b"<Error><Code>RequestTimeTooSkewed</Code><Message>The difference is too large.</Message></Error>"
    with Server(lambda _asked: Reply(403, says, {"Content-Type": "application/xml"})) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", server.url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "loopback")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "only-for-loopback-s3")
        with pytest.raises(ConfigError) as skewed:
            place_of("s3://shared/kooch").names("runs")

    assert str(skewed.value) == (
        "S3 says that this machine's clock is wrong. Set the clock, then repeat. Nothing is lost."
    )


def test_a_load_goes_on_where_an_s3_finds_the_clock_wrong(tmp_path: Path) -> None:
    says = b"<Error><Code>RequestTimeTooSkewed</Code></Error>"
    with Server(lambda _asked: Reply(403, says, {"Content-Type": "application/xml"})) as server:
        keys = {"AWS_ACCESS_KEY_ID": "loopback", "AWS_SECRET_ACCESS_KEY": "only-for-loopback-s3"}
        done = kooch_without_lists(
            tmp_path, "load", "--shared", "s3://shared/kooch", AWS_ENDPOINT_URL_S3=server.url, **keys
        )

    assert done.returncode == 4
    assert set(done.stderr.splitlines()) == {
        "S3 says that this machine's clock is wrong. Set the clock, then repeat. Nothing is lost."
    }
    assert [json.loads(line)["event"] for line in done.stdout.splitlines()] == ["loaded"]


@pytest.mark.parametrize(
    ("status", "code", "says"),
    [
        (400, "InvalidRequest", "{place} cannot be reached (InvalidRequest)."),
        (400, "InvalidAccessKeyId", "{place} may not be read or written (InvalidAccessKeyId)."),
        (403, "ExpiredSomething", "{place} may not be read or written (ExpiredSomething)."),
        (401, "", "{place} may not be read or written (non-2xx status code: 401 Unauthorized)."),
        (404, "NoSuchKey", None),
    ],
)
def test_what_is_wrong_with_an_s3_is_not_guessed_from_names(
    status: int, code: str, says: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = "s3://shared/desk-401/403/NoSuchBucket/AccessDenied"
    body = f"<Error><Code>{code}</Code></Error>".encode() if code else b""
    with Server(lambda _asked: Reply(status, body, {"Content-Type": "application/xml"})) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", server.url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "loopback")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "only-for-loopback-s3")
        if says is None:
            assert place_of(place).read("loader.json") is None
            return
        with pytest.raises(StorageError) as refused:
            place_of(place).read("loader.json")

    assert str(refused.value).startswith(says.format(place=place))


@pytest.mark.usefixtures("s3")
@pytest.mark.parametrize("ignored", ["create", "e_tag"])
def test_an_s3_that_writes_under_no_condition_is_refused(
    ignored: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, place = obstore.put, place_of(f"s3://shared/{tmp_path.name}")

    def put_at_once(store: Any, name: str, content: bytes, mode: Any = "overwrite") -> Any:  # noqa: ANN401 -- as obstore has them
        return put(store, name, content, mode="overwrite" if ignored in mode else mode)

    with monkeypatch.context() as other:
        other.setattr(obstore, "put", put_at_once)
        with pytest.raises(ConfigError, match="for this S3 writes under no condition"):
            is_loader(tmp_path, place, takes=True)

    assert place.names("") == []
    assert is_loader(tmp_path, place, takes=True)
    assert place.names("locks") == []


@pytest.mark.usefixtures("s3")
def test_a_full_temporary_folder_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with (
        pytest.raises(StorageError, match="cannot be copied into the temporary folder"),
        place_of("s3://shared/kooch").as_home(),
    ):
        pass


def test_a_folder_may_change_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place, scandir = place_of(str(tmp_path)), os.scandir
    for run in ("goes", "stays"):
        place.write(f"runs/{run}/run.json", b"{}")

    def after_the_loader(path: Any) -> Any:  # noqa: ANN401 -- as os has them
        if str(path).endswith("/goes"):
            shutil.rmtree(path)
        return scandir(path)

    with monkeypatch.context() as loader:
        loader.setattr(os, "scandir", after_the_loader)
        names = place.names("runs")
    (tmp_path / "spool").write_text("no folder")

    assert names == ["runs/stays/run.json"]
    assert place.names("archive") == []
    for read in (place.names, place.read, place.written_at):
        with pytest.raises(StorageError, match="cannot be read"):
            read("spool/run" if read != place.names else "spool")


def test_only_one_data_folder_takes_what_is_shared(desk: Desk, tmp_path: Path) -> None:
    desk.say(1, "did:web:1a.test")
    other = tmp_path / "other"
    other.mkdir()
    done = kooch_without_lists(other, "load", "--shared", str(desk.place))

    assert done.returncode == 0
    assert f"is loaded by another data folder, {desk.home}. This one takes nothing from it." in done.stderr
    assert len(desk.batches) == 1


def seconds_of(hosts: Counter[str], *, most: float) -> float:
    """How long a machine takes that asks each host once a second, and `most` questions a second in all: on a simulated clock."""
    ready, left, clock = [(0.0, host) for host in sorted(hosts)], Counter(hosts), 0.0
    while ready:
        may_be_asked_at, host = heappop(ready)
        clock = max(clock + 1 / most, may_be_asked_at)
        left[host] -= 1
        if left[host]:
            heappush(ready, (clock + 1, host))
    return clock


def test_hosts_are_divided_evenly_and_by_what_they_are_called_alone() -> None:
    """What three machines gain where one has more to do than it can, and where hosts set the pace: 5,000 accounts on 300 hosts."""
    spider = spider_of("mastodon")
    targets = [
        Target(key=f"@figure{n}@social.host{n % 300}.test", handle=f"figure{n}@social.host{n % 300}.test")
        for n in range(5000)
    ]
    parts = divide(spider, targets, 3)
    hosts = {
        number: Counter(str(target.handle).rpartition("@")[2] for target in part) for number, part in parts.items()
    }
    whole = hosts[1] + hosts[2] + hosts[3]
    gains = {}
    for most in (30, 1000):
        one, three = seconds_of(whole, most=most), max(seconds_of(each, most=most) for each in hosts.values())
        gains[most] = one / three
        print(
            f"hosts at 1 request a second, machines at {most:,} at most: one takes {one:.0f} s,"
            f" 3 shards {three:.0f} s, {gains[most]:.2f} times as fast (simulated clock)"
        )

    assert whole.total() == 5000
    assert len(whole) == sum(map(len, hosts.values())) == 300
    assert gains[30] >= 2.7
    # A machine that asks all hosts at once is no slower than three.
    assert gains[1000] == pytest.approx(1, abs=0.3)
    assert divide(spider, targets[:100], 3)[2] == parts[2][: len(divide(spider, targets[:100], 3)[2])]


def test_what_is_no_shard_and_what_cannot_be_divided_is_refused(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    said = [
        kooch_without_lists(home, *words, KOOCH_X_BEARER_TOKEN="t", KOOCH_X__MONTHLY_BUDGET_USD="5")
        for words in (
            ("crawl", "mastodon", "--shard", "4/3"),
            ("crawl", "mastodon", "--shard", "1/3"),
            ("crawl", "x", "--shard", "1/3", "--shared", str(tmp_path)),
            ("crawl", "mastodon", "--shard", "1/3", "--shared", str(tmp_path), "--new"),
            ("backfill", "x", "--shard", "1/3"),
        )
    ]

    assert [done.returncode for done in said] == [2, 2, 2, 2, 2]
    assert [done.stderr.splitlines()[-1].partition(":")[0] for done in said[:1]] == ["--shard is '4/3'"]
    assert "--shard needs the folder that the machines share" in said[1].stderr
    assert "x limits the requests of one token" in said[2].stderr
    assert "--shard cannot be combined with --new" in said[3].stderr
    assert "the Wayback Machine limits what one address may ask" in said[4].stderr


@pytest.mark.proof
@pytest.mark.parametrize("shared", ["folder", "bucket"])
def test_the_recipe_for_two_hosts_with_cron_runs(shared: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    page = (Path(__file__).parents[1] / "docs" / "many-machines.md").read_text("utf-8")
    crontabs = re.findall(r"^```crontab\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    hosts = [[line.split()[5:] for line in crontab.splitlines()] for crontab in crontabs]
    named = dict(
        zip(("folder", "bucket"), re.findall(r'^\[shards\]\nfolder = "(.*)"$', page, re.MULTILINE), strict=True)
    )
    bucket = None
    if shared == "bucket":
        server = request.getfixturevalue("s3")
        bucket = named["bucket"]
        server.make_bucket(bucket.removeprefix("s3://").partition("/")[0])
        (exported,) = re.findall(r"^export (AWS_ACCESS_KEY_ID=.*)$", page.partition("### Recipes")[0], re.MULTILINE)
        assert [pair.partition("=")[0] for pair in exported.split()] == list(server.environment)[:3]
    with world(tmp_path, ACCOUNTS[:20], bucket=bucket) as place:
        homes = [tmp_path / "loader", place.home("second")]
        said = [
            place.machines.run(home, *words[3:])
            for home, words in [
                (homes[0], hosts[0][0]),
                (homes[0], hosts[0][1]),
                (homes[1], hosts[1][0]),
                (homes[0], hosts[0][0]),
            ]
        ]
    (row,) = stores.query(homes[0], "SELECT planned, observed, failed, skipped, state FROM runs")

    assert named["folder"] == "/mnt/kooch"
    assert [words[:3] for host in hosts for words in host] == [["kooch", "--home", "/srv/kooch"]] * 3
    assert [(each.code, each.err) for each in said[2:]] == [(0, ""), (0, "")]
    assert row == (20, 20, 0, 0, "complete")
    assert list((tmp_path / "shared").iterdir()) == [] or shared == "folder"


@pytest.mark.proof
def test_a_bucket_that_refuses_or_is_gone_costs_nothing(s3: S3Server, tmp_path: Path) -> None:
    """Refused before, refused by its keys, and gone in the middle of a crawl: said in a sentence, and the next command goes on."""
    bucket, keys = f"s3://shared/{tmp_path.name}", s3.environment
    answered = Mastodon()
    with Gate(s3.url) as gate:

        def shut_at_last(asked: Asked) -> Reply | Fault:
            if len(place.server.asked) > len(ACCOUNTS) // 4:
                gate.shut()
            return answered(asked)

        with world(tmp_path, ACCOUNTS, answer=shut_at_last, bucket=bucket, rate=20, more="batch_rows = 5") as place:
            loader, home = tmp_path / "loader", place.home("machine")
            unnamed = place.machines.run(loader, "load", "--shared", "s3://no-such/kooch")
            s3.give_rights(to_all=False)
            refused = place.machines.run(loader, "load")
            s3.give_rights(to_all=True)
            assert place.machines.run(loader, "load").code == 0
            s3.give_rights(to_all=False)
            unread = place.machines.run(home, "crawl", "mastodon", "--shard", "1/1")
            s3.give_rights(to_all=True)
            asked = len(place.server.asked)
            gone = place.machines.run(home, "crawl", "mastodon", "--shard", "1/1", AWS_ENDPOINT_URL_S3=gate.url)
            unloaded = place.machines.run(loader, "load", AWS_ENDPOINT_URL_S3=gate.url)
            goes_on = place.machines.run(home, "crawl", "mastodon", "--shard", "1/1")
            loaded = place.machines.run(loader, "load")
            ((*counts, state),) = stores.query(loader, "SELECT planned, observed, failed, skipped, state FROM runs")

    assert (unnamed.code, refused.code, unread.code, gone.code, unloaded.code) == (4, 4, 4, 4, 4)
    assert unnamed.err.startswith(
        "s3://no-such/kooch: there is no such bucket. Make it, or correct folder in [shards]."
    )
    for each in (refused, unread):
        assert each.err.startswith(f"{bucket} may not be read or written (")
        assert "or the keys in the environment: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY." in each.err
    assert asked == 0
    for each in (gone, unloaded):
        assert each.err.splitlines()[0].startswith(f"{bucket} cannot be reached (")
        assert each.err.splitlines()[0].endswith("Nothing is lost: repeat the command.")
    assert keys["AWS_SECRET_ACCESS_KEY"] not in "".join(each.err for each in (unnamed, refused, unread, gone, unloaded))
    assert (goes_on.code, loaded.code, loaded.err) == (0, 0, ""), goes_on.err
    assert (counts, state) == ([len(ACCOUNTS), len(ACCOUNTS), 0, 0], "complete")


@pytest.mark.proof
@pytest.mark.usefixtures("s3")
def test_a_lock_in_a_bucket_has_one_holder_and_ends_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buckets, "BEAT_SECONDS", 0.1)
    monkeypatch.setattr(buckets, "DEAD_SECONDS", 30)
    mine, other = place_of("s3://shared/locks"), place_of("s3://shared/locks")
    with mine.alone("crawl"):
        with pytest.raises(RunningError) as refused, other.alone("crawl"):
            pass
        with mine.alone("planning"), other.alone("another"):
            pass
    with other.alone("crawl"):
        pass

    # As a process that was killed leaves it, then another machine takes it, then the first one wakes up.
    monkeypatch.setattr(buckets, "BEAT_SECONDS", 60)
    monkeypatch.setattr(buckets, "DEAD_SECONDS", 1)
    with mine.alone("crawl"):
        with other.alone("crawl"):
            other.write("spool/run/batch.parquet", b"in time")
            for _ in range(2):
                with pytest.raises(RunningError, match="Another process has taken over crawl, for this one was silent"):
                    mine.write("spool/run/batch.parquet", b"late")
        with other.alone("crawl"):
            pass
    mine.write("spool/run/another.parquet", b"of another lock")

    assert str(refused.value).startswith("A crawl is already running: ")
    assert f"process {os.getpid()}. Wait for it, or end it." in str(refused.value)
    assert mine.read("spool/run/batch.parquet") == b"in time"


@pytest.mark.usefixtures("s3")
def test_a_lock_is_kept_when_answers_are_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """S3 writes a sign of life, and the connection breaks before it says so."""
    monkeypatch.setattr(buckets, "BEAT_SECONDS", 0.1)
    place, put, beats, until = place_of("s3://shared/answers"), obstore.put, list[bytes](), time.monotonic() + 60

    def lose_answers(store: Any, name: str, content: bytes, **how: Any) -> Any:  # noqa: ANN401 -- as obstore has them
        answer = put(store, name, content, **how)
        if name == "locks/crawl" and content:
            beats.append(content)
            if len(beats) <= 2:
                raise GenericError("the connection is broken")
        return answer

    with place.alone("crawl"):
        monkeypatch.setattr(obstore, "put", lose_answers)
        while len(beats) < 5 and time.monotonic() < until:
            time.sleep(0.05)
        place.write("spool/run/batch.parquet", b"whole")

    assert len(beats) >= 5
    assert place.read("locks/crawl") == b""


@pytest.mark.proof
def test_a_bucket_needs_a_package_and_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    for address in ("s3:///kooch", "s3://loopback:only-for-loopback-s3@shared/kooch"):
        with pytest.raises(ConfigError) as unnamed:
            place_of(address)
        assert str(unnamed.value) == (
            "The address of the shared folder names no bucket. Write it as s3://BUCKET/FOLDER."
        )
    monkeypatch.delenv("AWS_ENDPOINT_URL_S3", raising=False)
    addresses = ("s3.test", "u:only-for-loopback-s3@s3.test", "http://[bad", "http://s3 test", "http://s3.test:99999")
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        for address in addresses:
            monkeypatch.setenv(name, address)
            with pytest.raises(ConfigError) as astray:
                place_of("s3://shared/kooch")
            assert str(astray.value) == (
                f"Environment variable {name} is no address. Write it as https://HOST, or https://HOST:PORT."
            )
        monkeypatch.delenv(name)
    for address in ("https://s3.test", "http://127.0.0.1:9000", "http://[::1]:9000/s3"):
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", address)
        place_of("s3://shared/kooch")
    monkeypatch.setenv("AWS_VIRTUAL_HOSTED_STYLE_REQUEST", "maybe")
    with pytest.raises(ConfigError, match=r"^A variable AWS_… of the environment is wrong: "):
        place_of("s3://shared/kooch")
    monkeypatch.delitem(sys.modules, "kooch.store.bucket")
    monkeypatch.setitem(sys.modules, "obstore", None)
    with pytest.raises(ConfigError, match=r"needs obstore\. Install it with `pip install 'kooch"):
        place_of("s3://shared/kooch")


@pytest.mark.proof
def test_a_schedule_crawls_the_shard_that_it_names(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    file = home / "kooch.toml"
    file.write_text('[[schedule]]\nname = "daily"\ncron = "15 4 * * *"\nshard = "3/2"\n')
    refused = kooch_without_lists(home, "schedule", "list")
    started: list[str | None] = []

    class Started(Exception):  # noqa: N818 -- no fault
        pass

    class World:
        pid, is_stopping = 1, False

        def __init__(self) -> None:
            self.at = AT

        def now(self) -> datetime:
            return self.at

        def wait(self, seconds: float) -> None:
            raise AssertionError(seconds)

        def has_orphan(self) -> bool:
            return False

        def start(
            self, platforms: Sequence[str], roster: str | None, *, since: datetime, is_recheck: bool, shard: str | None
        ) -> Child:
            assert (list(platforms), roster, is_recheck) == (["mastodon"], None, False)
            assert since.date() == self.at.date()
            started.append(shard)
            raise Started

    schedule = Schedule(name="daily", cron="15 4 * * *", platforms=("mastodon",), shard="2/2")
    clock = World()
    loop = Scheduler(home, (schedule,), clock, everything=())
    assert loop.run_due() == []
    clock.at = AT + timedelta(days=1)
    with pytest.raises(Started):
        loop.run_due()

    assert started == ["2/2"]
    assert refused.returncode == 2
    assert "a shard is written as 2/3: its number, and of how many, 1000 at most" in refused.stderr
