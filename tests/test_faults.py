"""Faults in a crawl of many servers: the matrix of faults as a table; pace, drift, kills and memory."""

import asyncio
import contextlib
import copy
import json
import logging
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from time import monotonic
from types import MappingProxyType
from typing import Any

import duckdb
import pytest

from crawlers.crawling import crawl
from crawlers.runs import Crawled
from kooch.config import CrawlSettings, MastodonSettings, Settings
from kooch.errors import RunningError
from kooch.store.locks import only_one
from kooch.store.master import master_file
from kooch.store.outcomes import Failed, Looked, Observed, Outcome, Skipped, Target
from tests import faults, stores, test_proofs_store, test_schedule, test_store
from tests.disk import Disk
from tests.faults import Asked, Bluesky, Fault, Mastodon, Reply, Server, as_json
from tests.members import spider_for
from tests.servers.fediverse import Authority
from tests.test_crash import spooled
from tests.test_crawlers import BAD_JSON, FOLDERS, NEVER, platform_of, replay, settings_for, targets_in

pytestmark = pytest.mark.proof

ROOT = Path(__file__).parent.parent
Answer = Callable[[Asked], Reply | Fault]
Results = dict[str, Observed | Looked | Failed | Skipped]


def mastodon_settings(
    home: Path,
    hosts: Mapping[str, str],
    authority: Authority,
    rate: float = 50,
    crawling: Mapping[str, float] = MappingProxyType({}),
) -> Settings:
    options: dict[str, Any] = {
        "allow_networks": ("127.0.0.1/32",),
        "hosts": dict(hosts),
        "ca_file": authority.file,
        "timeout_seconds": 1,
        "batch_seconds": 0.2,
        "outage_seconds": 0,
    }
    return Settings(
        home=home,
        crawl=CrawlSettings(**(options | dict(crawling))),
        mastodon=MastodonSettings(requests_per_second=rate),
    )


def on(host: str, count: int) -> list[Target]:
    return [Target(key=f"@figure{n}@{host}", handle=f"figure{n}@{host}") for n in range(1, count + 1)]


def crawled(chosen: Settings, targets: list[Target], platform: str = "mastodon") -> tuple[Crawled, Results]:
    outcomes: list[Outcome] = []
    result = crawl(
        chosen,
        platform=platform,
        roster=None,
        plan=lambda: targets,
        on_outcome=lambda _platform, outcome: outcomes.append(outcome),
    )
    found = {outcome.target: outcome.result for outcome in outcomes}

    assert len(found) == len(outcomes) == result.planned == result.observed + result.failed + result.skipped
    return result, found


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


# The matrix: a server at fault beside one that is sound.


def addresses(*found: str) -> Callable[[], list[str]]:
    return lambda: list(found)


def no_such_name() -> list[str]:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def never() -> list[str]:
    time.sleep(12)
    return []


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A fault of bad.test, and what becomes of its three accounts; those of good.test are observed whatever happens."""

    fault: str
    expected: str
    answer: Answer = field(default_factory=Mastodon)
    certificate: str = "good"
    resolve: Callable[[], list[str]] | None = None
    seconds: float = 12
    most_asked: int = 9


def always(reply: Reply | Fault) -> Answer:
    return lambda _: reply


def redirect(location: str) -> Reply:
    return Reply(302, b"", {"Location": location})


def chain(length: int) -> Callable[[Asked], Reply]:
    """Redirects of WebFinger to itself, and then an account of good.test."""

    def answer(asked: Asked) -> Reply:
        step = int((asked.values("step") or ["0"])[0])
        if not asked.path.endswith("webfinger"):
            return Reply(404, b"<html>")
        resource = asked.values("resource")[0]
        if step < length:
            return redirect(f"{asked.path}?resource={resource}&step={step + 1}")
        return faults.jrd(f"https://good.test/users/{resource.removeprefix('acct:').partition('@')[0]}")

    return answer


def passing(*first: Reply | Fault) -> Answer:
    """These answers first, and then the account."""
    return lambda asked: first[asked.nth - 1] if asked.nth <= len(first) else Mastodon()(asked)


def limited(**headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return passing(Reply(429, b"{}", named))


def with_date(seconds: float, **headers: str) -> Answer:
    """A server whose clock is wrong by some seconds, and that says by it when to come back: in a second."""
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    date = at.strftime("%a, %d %b %Y %H:%M:%S GMT")
    return limited(Date=date, **headers, Retry_After=(at + timedelta(seconds=1)).strftime("%a, %d %b %Y %H:%M:%S GMT"))


def dated(date: str) -> Answer:
    """A server that says the time is `date`, whatever it answers."""

    def answer(asked: Asked) -> Reply:
        found = Mastodon()(asked)
        return Reply(found.status, found.body, found.headers | {"Date": date})

    return answer


def by_webfinger(answer: Reply) -> Callable[[Asked], Reply]:
    """A host that leaves its accounts to another, which `answer` names."""
    return lambda asked: answer if asked.path.endswith("webfinger") else Reply(404, b"<html>")


def to_good(asked: Asked) -> Reply:
    """The domain's WebFinger, which good.test answers for it."""
    return redirect(f"https://good.test{asked.path}?resource={asked.values('resource')[0]}")


async def plain_http(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    await writer.drain()


async def slow_headers(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    for n in range(600):
        writer.write(b"X-%d: 1\r\n" % n)
        await writer.drain()
        await asyncio.sleep(0.1)


async def garbage(writer: asyncio.StreamWriter) -> None:
    writer.write(os.urandom(2000) + b"\r\n\r\n")
    await writer.drain()


GONE = Reply(404, b"<!DOCTYPE html><title>This domain is for sale</title>")
ROWS = [
    Row(fault="429 with Retry-After in seconds", expected="observed", answer=limited(Retry_After="1")),
    Row(fault="429 with Retry-After as a date, clock an hour fast", expected="observed", answer=with_date(3600)),
    Row(
        fault="429 with Retry-After of a thousand years",
        expected="rate_limited",
        answer=always(Reply(429, b"{}", {"Retry-After": "9" * 11})),
    ),
    Row(fault="429 with Retry-After beyond every calendar", expected="observed", answer=limited(Retry_After=NEVER)),
    Row(fault="Date beyond every calendar", expected="observed", answer=dated(NEVER)),
    Row(fault="status of eleven digits", expected="server_error", answer=always(Reply(99999999999))),
    Row(fault="429 with a negative Retry-After", expected="observed", answer=limited(Retry_After="-5")),
    Row(fault="429 for ever", expected="rate_limited", answer=always(Reply(429, b"{}", {"Retry-After": "0"}))),
    Row(fault="500 for ever", expected="server_error", answer=always(Reply(500))),
    Row(fault="503 twice, then well", expected="observed", answer=passing(Reply(503), Reply(503)), most_asked=12),
    Row(fault="connection reset mid-body", expected="unreachable", answer=always(faults.reset_mid_body)),
    Row(fault="body shorter than its length", expected="unreachable", answer=always(faults.truncated)),
    Row(fault="body cut, no length given", expected="unreachable", answer=always(faults.cut_without_length)),
    Row(fault="headers, one every 0.1 s", expected="timeout", answer=always(slow_headers), seconds=20),
    Row(fault="body, one byte every 0.1 s", expected="timeout", answer=always(faults.slow_loris), seconds=20),
    Row(fault="silence", expected="timeout", answer=always(faults.silent), seconds=20),
    Row(fault="64 MiB of body", expected="body_too_large", answer=always(faults.huge_body)),
    Row(fault="gzip bomb", expected="body_too_large", answer=always(faults.gzip_bomb())),
    Row(fault="20 MB of header lines", expected="body_too_large", answer=always(faults.endless_headers)),
    Row(
        fault="20 MB in one header line",
        expected="unreachable|body_too_large",
        answer=always(faults.endless_header_line),
    ),
    Row(fault="bytes that are no HTTP", expected="unreachable", answer=always(garbage)),
    *(
        Row(fault=f"not JSON: {ascii(body)[:30]}", expected="not_json", answer=always(Reply(200, body.encode())))
        for body in BAD_JSON
    ),
    Row(
        fault="HTML under 200",
        expected="not_json",
        answer=always(Reply(200, b"<!DOCTYPE html><title>Log in</title>", {"Content-Type": "text/html"})),
    ),
    Row(fault="JSON of another shape", expected="unexpected_answer", answer=always(Reply(200, b"{}"))),
    Row(fault="404 in HTML to everything", expected="unexpected_answer", answer=always(GONE), most_asked=12),
    Row(fault="410 to everything: the server has ended", expected="platform_closed", answer=always(Reply(410, b""))),
    Row(fault="403 to everything", expected="refused", answer=always(Reply(403, b"blocked"))),
    Row(fault="redirect loop", expected="refused", answer=always(redirect("/again")), most_asked=15),
    Row(fault="three redirects of WebFinger", expected="observed", answer=chain(3), most_asked=15),
    Row(fault="four redirects of WebFinger", expected="refused", answer=chain(4), most_asked=15),
    Row(fault="redirect to http", expected="tls", answer=always(redirect("http://good.test/"))),
    Row(fault="redirect to file:", expected="unexpected_answer", answer=always(redirect("file:///etc/passwd"))),
    Row(
        fault="redirect to a private address", expected="unsafe_address", answer=always(redirect("https://127.0.0.2/"))
    ),
    Row(fault="redirect to it in decimal", expected="unsafe_address", answer=always(redirect("https://2130706434/"))),
    Row(
        fault="redirect to it as mapped IPv6",
        expected="unsafe_address",
        answer=always(redirect("https://[::ffff:127.0.0.2]/")),
    ),
    Row(
        fault="WebFinger redirected to another server, which knows nobody",
        expected="not_found",
        answer=lambda asked: to_good(asked) if asked.path.endswith("webfinger") else faults.not_found(asked),
        most_asked=12,
    ),
    Row(
        fault="WebFinger names a private address",
        expected="unexpected_answer",
        answer=by_webfinger(faults.jrd("https://127.0.0.2/users/a")),
    ),
    Row(
        fault="WebFinger names a mirror of X",
        expected="refused",
        answer=by_webfinger(faults.jrd("https://bird.makeup/users/a")),
    ),
    Row(fault="name that does not exist", expected="unreachable", resolve=no_such_name, most_asked=0),
    Row(fault="name without an address", expected="unreachable", resolve=addresses(), most_asked=0),
    Row(
        fault="name server that does not answer",
        expected="unreachable|timeout",
        resolve=never,
        seconds=20,
        most_asked=0,
    ),
    Row(fault="name with a private address", expected="unsafe_address", resolve=addresses("127.0.0.2"), most_asked=0),
    Row(
        fault="name with a NAT64 address", expected="unsafe_address", resolve=addresses("64:ff9b::7f00:2"), most_asked=0
    ),
    Row(fault="certificate that has expired", expected="tls", certificate="expired", most_asked=0),
    Row(fault="certificate for another name", expected="tls", certificate="other", most_asked=0),
    Row(fault="certificate of nobody's authority", expected="tls", certificate="stranger", most_asked=0),
    Row(fault="TLS 1.1 at most", expected="tls|unreachable", certificate="old", most_asked=0),
    Row(fault="no TLS where https is spoken", expected="timeout", certificate="none", most_asked=0),
]


@pytest.fixture(scope="module")
def table(request: pytest.FixtureRequest) -> Iterator[list[tuple[str, str, str]]]:
    """Rows of fault, expected and got, printed when the matrix is done."""
    rows: list[tuple[str, str, str]] = []
    yield rows
    widths = [max(len(row[n]) for row in [("fault", "expected", "got"), *rows]) for n in range(3)]
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print()
        for row in [("fault", "expected", "got"), *rows]:
            print(" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)))


def served(row: Row, authority: Authority, folder: Path) -> ssl.SSLContext | None:
    """How bad.test is encrypted."""
    match row.certificate:
        case "expired":
            return authority.issue("bad.test", until=datetime.now(UTC) - timedelta(days=1)).context(folder)
        case "other":
            return authority.issue("other.test").context(folder)
        case "stranger":
            (folder / "stranger").mkdir()
            return Authority(folder / "stranger").issue("bad.test").context(folder)
        case "old":
            context = authority.issue("bad.test").context(folder)
            context.set_ciphers("DEFAULT:@SECLEVEL=0")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                context.minimum_version = ssl.TLSVersion.TLSv1
                context.maximum_version = ssl.TLSVersion.TLSv1_1
            return context
        case "none":
            return None
    return authority.issue("bad.test").context(folder)


@pytest.mark.alone
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.fault)
def test_a_fault_of_one_server_is_named_and_hurts_no_other(
    row: Row,
    authority: Authority,
    table: list[tuple[str, str, str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bad_folder = tmp_path / "bad"
    bad_folder.mkdir()
    with (
        Server(row.answer, tls=served(row, authority, bad_folder)) as bad,
        Server(faults.known_here(Mastodon()), tls=authority.issue("good.test").context(tmp_path)) as good,
    ):
        hosts = {"good.test": good.url.removeprefix("https://")}
        if row.resolve is None:
            hosts["bad.test"] = bad.url.partition("://")[2]
        else:
            resolve(monkeypatch, "bad.test", row.resolve)
        started_at = monotonic()
        chosen = mastodon_settings(tmp_path / "home", hosts, authority, crawling={"attempts": 3})
        result, found = crawled(chosen, [*on("bad.test", 3), *on("good.test", 3)])
        seconds = monotonic() - started_at
    states = Counter(
        "observed" if said.status == "active" else said.status for said in found.values() if isinstance(said, Observed)
    )
    got = Counter(said.cause for said in found.values() if isinstance(said, Failed)) or (states - Counter(observed=3))
    table.append((row.fault, row.expected, ", ".join(f"{n} x {cause}" for cause, n in got.items())))

    assert {found[f"@figure{n}@good.test"].status for n in (1, 2, 3)} == {"active"}  # type: ignore[union-attr] # asserted
    assert sum(got.values()) == 3
    assert set(got) <= set(row.expected.split("|"))
    assert len(bad.asked) <= row.most_asked
    assert seconds < row.seconds
    assert result.run.state == ("partial" if result.failed else "complete")


def resolve(monkeypatch: pytest.MonkeyPatch, name: str, answer: Callable[[], list[str]]) -> None:
    stock = socket.getaddrinfo

    def look_up(host: str, *args: Any, **kwargs: Any) -> object:  # noqa: ANN401 -- as the system's
        if host == name:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in answer()]
        return stock(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


def late(reply: Reply, seconds: float) -> Fault:
    """The same reply, its body a byte at a time."""

    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 %d Status\r\nContent-Length: %d\r\n\r\n" % (reply.status, len(reply.body)))
        for n in range(len(reply.body)):
            writer.write(reply.body[n : n + 1])
            await writer.drain()
            await asyncio.sleep(seconds / len(reply.body))

    return drip


def lingering(asked: Asked) -> Reply | Fault:
    """A host that takes 0.6 s over every answer, and does not come to an end with the last."""
    url = "https://bad.test/users/figure1"
    match asked.path:
        case "/users/figure1":
            actor = {"id": url, "type": "Person", "preferredUsername": "figure1", "followers": f"{url}/followers"}
            return late(as_json(actor), 0.6)
        case "/users/figure1/followers":
            return late(as_json({"totalItems": 7}), 30)
        case "/.well-known/webfinger":
            return late(faults.jrd(url), 0.6)
    return late(as_json({"error": "This method requires an authenticated user"}, 401), 0.6)


@pytest.mark.alone
@pytest.mark.parametrize(
    ("target_seconds", "expected", "most_asked"), [(1.5, "timeout", 3), (3.3, "observed without followers", 6)]
)
def test_servers_may_take_so_long_over_one_account_and_no_longer(
    tmp_path: Path,
    authority: Authority,
    table: list[tuple[str, str, str]],
    *,
    target_seconds: float,
    expected: str,
    most_asked: int,
) -> None:
    """Slow bodies times questions times tries: five seconds and more, if nothing ended it."""
    with (
        Server(lingering, tls=authority.issue("bad.test").context(tmp_path)) as bad,
        Server(faults.known_here(Mastodon()), tls=authority.issue("good.test").context(tmp_path)) as good,
    ):
        hosts = {name: server.url.removeprefix("https://") for name, server in (("bad.test", bad), ("good.test", good))}
        limits = {"attempts": 3, "timeout_seconds": 1, "target_seconds": target_seconds}
        chosen = mastodon_settings(tmp_path / "home", hosts, authority, crawling=limits)
        _, found = crawled(chosen, [*on("bad.test", 1), *on("good.test", 3)])
        seconds = monotonic() - bad.asked[0].at
    said = found["@figure1@bad.test"]
    got = said.cause if isinstance(said, Failed) else "observed without followers"
    table.append((f"slow bodies x questions x tries, {target_seconds} s a target", expected, got))

    assert got == expected
    if isinstance(said, Failed):
        assert said.detail.endswith("servers took 1.5 seconds over it, the most for one account")
    else:
        assert isinstance(said, Observed)
        assert (said.native_id, said.followers) == ("https://bad.test/users/figure1", None)
    assert len(bad.asked) <= most_asked
    assert seconds < target_seconds + 2.5  # what lies between the tries does not count
    assert all(isinstance(found[f"@figure{n}@good.test"], Observed) for n in (1, 2, 3))


@pytest.mark.alone
def test_waiting_for_a_turn_takes_nothing_off_the_time_for_an_account(tmp_path: Path, authority: Authority) -> None:
    """Forty accounts at ten a second, and a pause of two seconds that the server asks for: more than a second each."""
    limits = {"target_seconds": 1}
    with Server(limited(Retry_After="2"), tls=authority.issue("bad.test").context(tmp_path)) as server:
        hosts = {"bad.test": server.url.removeprefix("https://")}
        chosen = mastodon_settings(tmp_path / "home", hosts, authority, rate=10, crawling=limits)
        result, _ = crawled(chosen, on("bad.test", 40))

    assert (result.run.state, result.observed) == ("complete", 40)


def test_a_crawl_is_not_begun_while_another_process_crawls(tmp_path: Path, authority: Authority) -> None:
    with only_one(tmp_path, "crawl-mastodon"), pytest.raises(RunningError):
        crawled(mastodon_settings(tmp_path, {}, authority), on("good.test", 1))


def test_a_clock_that_is_wrong_is_told_once(
    tmp_path: Path, authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    late = (datetime.now(UTC) - timedelta(hours=2)).strftime("%a, %d %b %Y %H:%M:%S GMT")

    def answer(asked: Asked) -> Reply:
        found = Mastodon()(asked)
        return Reply(found.status, found.body, found.headers | {"Date": late})

    with Server(answer, tls=authority.issue("good.test").context(tmp_path)) as server:
        hosts = {"good.test": server.url.removeprefix("https://")}
        with caplog.at_level(logging.WARNING, logger="crawlers.pacing"):
            result, _ = crawled(mastodon_settings(tmp_path / "home", hosts, authority), on("good.test", 4))

    assert result.observed == 4
    (record,) = caplog.records
    assert record.getMessage() == "The clocks of this machine and of good.test:443 differ by -7200 seconds." or (
        "good.test:443 differ by -720" in record.getMessage()
    )


@pytest.mark.alone
def test_hosts_under_one_name_share_a_rate(tmp_path: Path, authority: Authority) -> None:
    """Otherwise the owner of a name could make Kooch ask the owner's server, or a victim's, as many times faster as the
    name has hosts."""
    hosts = [f"h{n}.wild.test" for n in range(30)]
    with Server(Mastodon(), tls=authority.issue(*hosts).context(tmp_path)) as server:
        chosen = mastodon_settings(
            tmp_path / "home", dict.fromkeys(hosts, server.url.removeprefix("https://")), authority, rate=2
        )
        result, _ = crawled(chosen, [target for host in hosts for target in on(host, 1)])
    seconds = server.asked[-1].at - server.asked[0].at

    assert (result.run.state, len(server.asked)) == ("complete", 30)
    assert (len(server.asked) - 1) / seconds <= 4 * 2 * 1.1


# The rest of the matrix: disks, folders, clocks, readers, files and versions. Each row names the check that it runs.


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a row runs."""

    folder: Path
    bundled: Path
    patch: pytest.MonkeyPatch

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @contextlib.contextmanager
    def disk(self) -> Iterator[Disk]:
        with contextlib.closing(Disk(self.folder / "disk")) as found:
            yield found


def on_a_full_disk(check: Callable[[Disk, Path], None]) -> Callable[[Place], None]:
    def run(place: Place) -> None:
        with place.disk() as disk:
            check(disk, place.bundled)

    return run


def no_folder(place: Place) -> None:
    command = [sys.executable, "-m", "kooch", "--home", str(place.home / "nowhere"), "crawl", "--due"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "There is no data folder" in done.stderr
    assert not place.home.exists()


def readers_while_it_is_published(place: Place) -> None:
    """Two readers ask without a pause while four versions are loaded and published."""
    stores.load(place.home, place.bundled)
    run = stores.plan(place.home, *(f"did:web:{n}.test" for n in range(100)))
    wrong: list[object] = []
    asked: list[int] = []
    has_ended = threading.Event()

    def read() -> None:
        while not has_ended.is_set():
            try:
                wrong.extend(stores.query(place.home, test_proofs_store.HALF_A_LOAD))
                asked.append(1)
            except Exception as error:  # noqa: BLE001 -- whatever a reader meets is the fault looked for
                wrong.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for first in range(0, 100, 25):
        stores.spool(place.home, run, *(stores.seen(f"did:web:{n}.test", n) for n in range(first, first + 25)))
        stores.load(place.home, place.bundled)
    has_ended.set()
    for reader in readers:
        reader.join()

    assert wrong == [], wrong
    assert len(asked) >= 10
    assert stores.query(place.home, "SELECT count(*) FROM outcomes") == [(100,)]


def damaged(damage: Callable[[Path], None]) -> Callable[[Place], None]:
    return lambda place: test_store.test_a_published_version_that_cannot_be_read_is_replaced_by_the_next(
        place.home, place.bundled, damage
    )


def damaged_master(place: Place) -> None:
    test_store.test_a_store_that_cannot_be_read_is_said_in_a_sentence(
        place.home, place.bundled, test_store.damage_master, "move it away and run `kooch load`"
    )


def newer_master(place: Place) -> None:
    test_store.test_a_store_that_cannot_be_read_is_said_in_a_sentence(
        place.home, place.bundled, test_store.damage_newer, "Upgrade Kooch"
    )


def storage_of_duckdb_1_0(place: Place) -> None:
    """A master as DuckDB 1.0 wrote it is loaded into and published as if it were of today."""
    others = place.folder / "others"
    for home in (place.home, others):
        stores.crawl(home, stores.seen("did:web:a.test", 0, bio="One"))
        stores.load(home, place.bundled)
    old = place.folder / "old.duckdb"
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{master_file(place.home)}' AS master (READ_ONLY)")
        connection.execute(f"ATTACH '{old}' AS old (STORAGE_VERSION 'v1.0.0')")
        connection.execute("COPY FROM DATABASE master TO old")
    old.replace(master_file(place.home))
    for home in (place.home, others):
        stores.crawl(home, stores.seen("did:web:a.test", 60, bio="Two"))
        stores.load(home, place.bundled)
    ours, wanted = (stores.query(home, "SELECT * EXCLUDE (run_id) FROM observations") for home in (place.home, others))

    assert len(ours) == 2
    assert ours == wanted
    assert stores.query(place.home, "SELECT bio FROM profiles ORDER BY valid_from") == [("One",), ("Two",)]


REST: list[tuple[str, str, str, Callable[[Place], None]]] = [
    (
        "3",
        "disk full while spooling",
        "StorageError (4), no part of a batch left",
        on_a_full_disk(test_store.test_a_full_disk_while_spooling_leaves_no_part_of_a_batch),
    ),
    (
        "3",
        "disk full while loading",
        "StorageError (4), nothing lost, loads later",
        on_a_full_disk(test_store.test_a_full_disk_while_loading_loses_nothing),
    ),
    (
        "3",
        "disk full while publishing",
        "StorageError (4), the last version stays",
        on_a_full_disk(test_store.test_a_full_disk_while_publishing_keeps_the_last_version),
    ),
    (
        "4",
        "folder that cannot be written",
        "StorageError (4) in a sentence",
        lambda place: test_store.test_a_folder_that_cannot_be_written_is_said(place.bundled, place.folder),
    ),
    ("4", "folder that is not there", "exit 2 in a sentence, nothing made", no_folder),
    (
        "5",
        "clock set back five hours",
        "no slot runs twice",
        lambda place: test_schedule.test_a_clock_set_back_runs_nothing_again(place.home),
    ),
    (
        "5",
        "clock a year ahead, then right",
        "slots go on",
        lambda place: test_schedule.test_a_loop_notices_that_its_clock_was_a_year_ahead(place.home),
    ),
    (
        "5",
        "daylight saving begins and ends",
        "each night's slot once",
        lambda _: test_schedule.test_an_hour_that_the_clocks_skip_is_made_up_for_and_one_they_repeat_comes_once(),
    ),
    ("27", "readers while versions are published", "no error, never half a run", readers_while_it_is_published),
    ("28", "published version cut in half", "said; the next load replaces it", damaged(test_store.keep_the_start)),
    ("28", "published version overwritten", "said; the next load replaces it", damaged(test_store.scramble)),
    ("28", "master cut", "StorageError (4), last version readable", damaged_master),
    ("29", "master of a newer Kooch", "StorageError (4): upgrade", newer_master),
    (
        "29",
        "version of a newer Kooch",
        "StorageError (4): upgrade",
        lambda place: test_store.test_a_version_of_a_newer_kooch_is_not_read(place.home, place.bundled),
    ),
    (
        "29",
        "state of the first release",
        "migrated, runs kept",
        lambda place: test_schedule.test_a_state_file_of_before_is_migrated_and_keeps_its_runs(place.folder),
    ),
    (
        "29",
        "migration of the state cut short",
        "nothing changed",
        lambda place: test_schedule.test_a_migration_that_is_cut_short_changes_nothing(place.folder, place.patch),
    ),
    ("30", "master written by DuckDB 1.0", "loaded and published", storage_of_duckdb_1_0),
]


@pytest.mark.parametrize("row", REST, ids=lambda row: row[1])
def test_a_fault_of_the_machine_or_its_files_is_as_the_matrix_says(
    row: tuple[str, str, str, Callable[[Place], None]],
    table: list[tuple[str, str, str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    number, fault, expected, check = row
    people = [stores.member("ann"), stores.member("bob")]
    accounts = (stores.claim("ann", "ann.test", "did:web:a.test"), stores.claim("bob", "bob.test"))
    bundled = stores.bundle(tmp_path / "bundled", stores.roster("people", people, accounts=accounts))
    table.append((f"{fault} (row {number})", expected, "otherwise"))
    check(Place(folder=tmp_path, bundled=bundled, patch=monkeypatch))
    table[-1] = (f"{fault} (row {number})", expected, "so")


@pytest.mark.alone
def test_of_many_servers_the_dead_ones_cost_their_own_accounts_alone(tmp_path: Path, authority: Authority) -> None:
    hosts = [f"s{n}.test" for n in range(40)]
    dead = {"dead.test": "127.0.0.1:1"}
    with Server(Mastodon(), tls=authority.issue(*hosts).context(tmp_path)) as server:
        sound = dict.fromkeys(hosts, server.url.removeprefix("https://"))
        result, found = crawled(
            mastodon_settings(tmp_path / "home", sound | dead, authority),
            [*on("dead.test", 3000), *(target for host in hosts for target in on(host, 5))],
        )

    assert (result.observed, result.failed) == (200, 3000)
    assert {said.cause for said in found.values() if isinstance(said, Failed)} == {"unreachable"}
    assert result.run.requests <= 200 + 2


@pytest.mark.alone
@pytest.mark.parametrize("times", [1, 2], ids=["once", "twice"])
def test_ctrl_c_ends_a_crawl_once_cleanly_and_twice_at_once(times: int, tmp_path: Path) -> None:
    answers = Bluesky(range(1, 4001))

    def answer(asked: Asked) -> Reply | Fault:
        return answers(asked) if asked.nth <= 3 else faults.silent

    with Server(answer) as server:
        process = started("crawl", str(tmp_path), server.url, "2000", "20")
        while len(server.asked) < 5:
            time.sleep(0.02)
        asked_at = monotonic()
        process.send_signal(signal.SIGINT)
        # Pressed at once after the other, a busy machine sees one: it is pressed again until it is heard.
        for _ in range(20 if times == 2 else 0):
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=1)
                break
            asked_at = monotonic()
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        seconds = monotonic() - asked_at
    stored = len(spooled(tmp_path))
    with Server(answers) as server:
        rest = started("crawl", str(tmp_path), server.url, "2000", "500")
        out, _ = rest.communicate(timeout=120)

    assert process.returncode == 0 if times == 1 else process.returncode != 0
    assert seconds < (25 if times == 1 else 4)
    assert stored >= 60 or times == 2
    assert out.split() == ["complete", "2000", "2000", "0", "0"]
    assert len(spooled(tmp_path)) == 2000


# Drift: every key of every answer of every case.

Change = tuple[str, Callable[[Any], Any]]
CHANGES: list[Change] = [
    ("null", lambda _: None),
    ("text", lambda _: "12"),
    ("number", lambda _: 12),
    ("list", lambda _: []),
    ("object", lambda _: {}),
    ("huge", lambda _: 2**40),
    ("negative", lambda _: -7),
    ("fraction", lambda _: 1.5),
    ("true", lambda _: True),
]
OPTIONAL = {
    *("suspended", "limited", "moved", "movedTo", "noindex", "indexable", "uri"),
    *("published", "followers", "totalItems", "deleted"),
    *("labels", "neg"),
}
"""What documents call optional: where it is not there, nothing is missed, and nothing is said."""


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 -- JSON
    keys = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in keys:
        if isinstance(value, dict):
            yield (*path, key)
        yield from places(inner, (*path, key))


def changed(body: Any, path: tuple[Any, ...], change: Callable[[Any], Any] | None, name: str | None) -> Any:  # noqa: ANN401 -- JSON
    """The body with one key changed, renamed or (neither) deleted."""
    body = copy.deepcopy(body)
    where = body
    for step in path[:-1]:
        where = where[step]
    value = where.pop(path[-1]) if change is None else where[path[-1]]
    if change is not None:
        where[path[-1]] = change(value)
    elif name is not None:
        where[name] = value
    return body


def numbers(said: Observed) -> dict[str, Any]:
    """What is true or false about an account, each under its name, without words."""
    dates = {f"{bound.event} {bound.kind}": (bound.not_before, bound.before) for bound in said.bounds}
    counts = {name: getattr(said, name) for name in ("followers", "following", "posts", "last_post_at", "native_id")}
    return {name: value for name, value in (counts | dates).items() if value is not None}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_no_change_of_a_key_makes_a_wrong_number_and_none_goes_unrecorded(folder: Path) -> None:
    case = json.loads((folder / "input.json").read_text())
    spider, targets = spider_for(platform_of(folder)), targets_in(case)
    missing: dict[str, Any] = {"status": 599, "body": {}}
    answers: dict[str, Any] = type("Answers", (dict,), {"__missing__": lambda _self, _key: missing})(case["answers"])
    sound = {outcome.target: outcome.result for outcome in replay(spider(), targets, answers)}
    wrong, tried = [], 0
    for url, answer in case["answers"].items():
        for path in places(answer.get("body")):
            changes = [*CHANGES, ("deleted", None), ("renamed", None)]
            for kind, change in changes:
                renamed = f"{path[-1]}_" if kind == "renamed" else None
                hurt = answer | {"body": changed(answer["body"], path, change, renamed)}
                mixed = type(answers)({**case["answers"], url: hurt})
                tried += 1
                for outcome in replay(spider(), targets, mixed):
                    fault = fault_of(sound[outcome.target], outcome.result, path[-1], kind)
                    if fault:
                        wrong.append(f"{kind} {'.'.join(map(str, path))} of {url}: {fault}")

    assert wrong == [], wrong
    assert tried or not any("body" in answer for answer in case["answers"].values())


HIDING = frozenset({"pleroma", "hide_followers", "hide_followers_count", "hide_follows", "hide_follows_count"})
"""By which Pleroma says what it hides."""
NAMING = frozenset({"created_at", "href", "id", "links", "rel", "type", "uri", "url", "published"})
"""What tells the software, or leads to the actor: without it other software is dated by `created_at`, or not at all."""

SHOWING = frozenset({"inbox", "first"})
"""By which a 0 is known to be shown: the inbox names the software, and a collection without pages is hidden."""


def fault_of(sound: Any, got: Any, key: str, kind: str) -> str | None:  # noqa: ANN401 -- outcomes of any kind
    """What is wrong about an outcome after `key` was changed; None if nothing is."""
    if got == sound or isinstance(got, Failed) or isinstance(sound, Failed):
        return None
    says_other = (
        key in HIDING
        or (key in OPTIONAL and kind in ("null", "deleted", "renamed", "true", "list", "object", "text"))
        or (
            (key, kind)
            in {
                *(("nullified", "true"), ("last_status_at", "null"), ("val", "text")),
                # Another number is another account of X, and whether an account is protected is the platform's word.
                *(("id", "text"), ("protected", "true")),
                # X leaves the newest post out where it shows none; an early number tells no time.
                *(("most_recent_tweet_id", kind) for kind in ("deleted", "renamed", "text")),
                # Only the server itself says what it runs, and whether its dates are dates of opening.
                ("name", "text"),
            }
        )
    )
    if type(got) is not type(sound) or got.status != sound.status:
        return None if says_other else f"{got}, where it was {sound}"
    if not isinstance(got, Observed):
        return None
    before, after = numbers(sound), numbers(got)
    for name, value in after.items():
        is_wider = (
            name in before and isinstance(value, tuple) and value[0] <= before[name][0] < before[name][1] <= value[1]
        )
        if name == "joined opened" and name not in before and key in NAMING:
            continue
        if before.get(name) != value and not (kind == "number" and value == 12) and not says_other and not is_wider:
            return f"{name} became {value}"
    lost = before.keys() - after.keys()
    is_zero = key in SHOWING and all(before[name] == 0 for name in lost)
    if is_zero or (lost == {"joined opened"} and key in NAMING):
        return None
    is_recorded = len(got.drift) > len(sound.drift) or says_other
    return f"lost {lost} without a record" if lost and not is_recorded else None


# Pace, on a compressed clock.


class Limited:
    """A server that allows `limit` requests in each `period` seconds, says so as `style` does, and answers 429 beyond.

    mastodon: periods of the clock, the reset in ISO 8601 (rack-attack, config/initializers/rack_attack.rb).
    bluesky: a period begins with the first request after the last one, the reset in whole seconds of Unix time
    (rate-limiter-flexible in @atproto/xrpc-server).
    """

    def __init__(self, answer: Answer, *, limit: int, period: float, style: str) -> None:
        self._answer, self._limit, self._period, self._style = answer, limit, period, style
        self._began_at = 0.0
        self._used = 0
        self.refused = 0
        self.counts: list[int] = []

    def __call__(self, asked: Asked) -> Reply | Fault:
        at = time.time()
        if at >= self._began_at + self._period:
            if self._used:
                self.counts.append(self._used)
            self._began_at = at - at % self._period if self._style == "mastodon" else at
            self._used = 0
        self._used += 1
        left, ends_at = max(0, self._limit - self._used), self._began_at + self._period
        if self._style == "mastodon":
            reset = datetime.fromtimestamp(ends_at, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
            headers = {
                "X-RateLimit-Limit": str(self._limit),
                "X-RateLimit-Remaining": str(left),
                "X-RateLimit-Reset": reset,
            }
        else:
            headers = {
                "RateLimit-Limit": str(self._limit),
                "RateLimit-Remaining": str(left),
                "RateLimit-Reset": str(int(ends_at)),
                "RateLimit-Policy": f"{self._limit};w={self._period:.0f}",
            }
        if self._used > self._limit:
            self.refused += 1
            return Reply(429, b'{"error": "Too many requests"}', headers)
        found = self._answer(asked)
        return Reply(found.status, found.body, found.headers | headers) if isinstance(found, Reply) else found


@pytest.mark.alone
def test_a_limit_of_mastodon_is_used_and_never_exceeded(tmp_path: Path, authority: Authority) -> None:
    """300 in 5 minutes, twenty times as fast."""
    limits = Limited(Mastodon(), limit=300, period=15, style="mastodon")
    with Server(limits, tls=authority.issue("good.test").context(tmp_path)) as server:
        hosts = {"good.test": server.url.removeprefix("https://")}
        result, _ = crawled(mastodon_settings(tmp_path / "home", hosts, authority, rate=20), on("good.test", 1300))
    whole = limits.counts[1:]
    print(f"Mastodon: {whole} of 300 in each whole period, {limits.refused} x 429, first period {limits.counts[0]}")

    assert (result.run.state, limits.refused) == ("complete", 0)
    assert len(whole) >= 3
    assert sum(whole) / (300 * len(whole)) >= 0.95


@pytest.mark.proof
@pytest.mark.alone
def test_a_limit_of_bluesky_is_used_and_never_exceeded(tmp_path: Path) -> None:
    """3000 in 5 minutes; here half as many in a tenth of the time: the second that whole seconds cost weighs ten times as much."""
    numbers = [n for n in range(1, 7_500) if Bluesky.is_shown(n)][:5_000]
    limits = Limited(Bluesky(numbers), limit=1500, period=30, style="bluesky")
    asked_alone = [Target(key=f"@figure{n}.test", handle=f"figure{n}.test") for n in numbers]
    with Server(Bluesky(numbers)) as appview, Server(limits) as directory:
        result, _ = crawled(settings_for(tmp_path, appview.url, directory.url, rate=50), asked_alone, "bluesky")
    whole = limits.counts
    print(f"Bluesky: {whole} of 1500 in each period, {limits.refused} x 429")

    assert (result.run.state, limits.refused) == ("complete", 0)
    assert len(whole) >= 3
    assert sum(whole) / (1500 * len(whole)) >= 0.95


@pytest.mark.alone
def test_of_two_hundred_servers_the_slow_ones_delay_nobody(tmp_path: Path, authority: Authority) -> None:
    hosts = [f"s{n}.test" for n in range(200)]
    at_fault = {"slow.test": 0.0, "hangs.test": 0.0, "busy.test": 0.0}

    async def late(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(1)
        body = json.dumps(faults.account("figure1", "slow.test", 1)).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()

    def answer(asked: Asked) -> Reply | Fault:
        match asked.host:
            case "slow.test":
                return late
            case "hangs.test":
                return faults.silent
            case "busy.test":
                return as_json({"error": "Too many requests"}, 429, Retry_After="5")
        return Mastodon()(asked)

    names = [*hosts, *at_fault]
    with Server(answer, tls=authority.issue(*names).context(tmp_path)) as server:
        address = server.url.removeprefix("https://")
        chosen = mastodon_settings(
            tmp_path / "home", dict.fromkeys(names, address), authority, rate=0.5, crawling={"timeout_seconds": 5}
        )
        started_at = monotonic()
        result, found = crawled(
            chosen,
            [
                *(target for host in at_fault for target in on(host, 200 if host == "hangs.test" else 12)),
                *(target for host in hosts for target in on(host, 8)),
            ],
        )
        whole = monotonic() - started_at
    times = defaultdict(list)
    for asked in server.asked:
        times[asked.host].append(asked.at - started_at)
    gaps = [b - a for host in hosts for a, b in zip(times[host], times[host][1:], strict=False)]
    last = max(max(times[host]) for host in hosts)
    print(
        f"200 servers, 8 accounts each at one in 2 s: last answer asked after {last:.1f} s, longest gap {max(gaps):.2f} s; all {whole:.1f} s"
    )

    assert all(isinstance(found[f"@figure{n}@{host}"], Observed) for host in hosts for n in range(1, 9))
    assert result.observed >= 1600
    assert last < 16 + 6
    # A turn taken late is made up for by the next, and a first request also waits for its TLS handshake: what a server
    # counts is how many come in a number of seconds, and that is never two more than the rate allows.
    for host in hosts:
        for earlier, later in combinations(range(len(times[host])), 2):
            assert times[host][later] - times[host][earlier] > 2 * (later - earlier - 2), host
    assert whole < 90


def started(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", str(ROOT / "tests" / "crawling.py"), *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
