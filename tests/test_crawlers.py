"""One contract for every spider: its recorded and constructed cases, damaged answers, faults, pacing, interruption."""

import asyncio
import copy
import errno
import json
import os
import resource
import signal
import ssl
import subprocess
import sys
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, fields
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from time import process_time
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pyarrow.parquet as pq
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scrapy import Request
from scrapy.http import TextResponse

from crawlers import reading
from crawlers.base import PlatformSpider
from crawlers.crawling import crawl, describe, platforms, spider_of
from crawlers.pacing import Gate, Turns, read_reset
from crawlers.reading import parse_json
from crawlers.runs import Crawled, Job
from kooch.config import BlueskySettings, CrawlSettings, Settings
from kooch.errors import ConfigError, RunningError, StorageError
from kooch.store.locks import only_one
from kooch.store.outcomes import CAUSES, STATUSES, Failed, Observed, Outcome, Skipped, Target
from kooch.store.spool import answered, waiting_batches
from kooch.store.state import Run, open_state, runs
from kooch.times import read_pause
from tests import faults
from tests.faults import Asked, Bluesky, Fault, Reply, Server, as_json, audit_log, did, profile
from tests.members import spider_for

CASES = Path(__file__).parent / "cases"
FOLDERS = sorted(path.parent for path in CASES.glob("*/*/input.json"))
RUN = Run(
    run="r",
    platform="",
    source="live",
    roster=None,
    started_at=datetime(2026, 1, 1, tzinfo=UTC),
    ended_at=None,
    state="running",
    requests=0,
    bytes=0,
    cost_usd=0,
    version="",
)

# A platform's cases: what a spider makes of answers, without a network.


def platform_of(folder: Path) -> str:
    """The platform of a case. If archived pages are read as well, the answers of its API are in a folder beside."""
    return folder.parent.name.removesuffix("_api")


INSTANTS = ("listed_before", "seen_since", "opened_not_before", "opened_before")


def targets_in(case: dict[str, Any]) -> tuple[Target, ...]:
    found: list[dict[str, Any]] = case["targets"]
    return tuple(
        Target(**(fields | {name: datetime.fromisoformat(fields[name]) for name in INSTANTS if fields.get(name)}))
        for fields in found
    )


def place(url: str) -> str:
    """A URL as cases write it: the query decoded and in order."""
    parts = urlsplit(url)
    query = "&".join(f"{name}={value}" for name, value in parse_qsl(parts.query))
    return f"{parts.scheme}://{parts.netloc}{parts.path}" + (f"?{query}" if query else "")


def replay(spider: PlatformSpider, targets: Sequence[Target], answers: dict[str, Any]) -> Iterator[Outcome]:
    """Every outcome of a crawl of `targets` that is answered from `answers`."""
    spider.take(Job(settings=Settings(home=Path("/nowhere")), run=RUN, planned=len(targets), targets=tuple(targets)))
    steps: list[Request] = []
    left = deque(targets)
    while left:
        batch = spider.next_batch(left)
        yield from batch.settled
        for asked in spider.ask(batch.good) if batch.good else ():
            if isinstance(asked, Request):
                steps.append(asked)
            else:
                yield from spider.settle([asked.target], asked.result)
    while steps:
        request = steps.pop(0)
        answer = answers[place(request.url)]
        response = TextResponse(
            request.url,
            status=answer.get("status", 200),
            body=answer["raw"].encode() if "raw" in answer else json.dumps(answer["body"]).encode(),
            encoding="utf-8",
            request=request,
        )
        for step in spider._receive(response):
            if isinstance(step, Request):
                steps.append(step)
            else:
                yield step


def as_expected(value: Any) -> object:  # noqa: ANN401 -- any dataclass, and what its fields hold
    """An outcome's values as cases write them: what is not the default, times in ISO 8601."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, tuple):
        return [as_expected(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        found = {f.name: getattr(value, f.name) for f in fields(value) if f.name != "detail"}
        defaults = {f.name: f.default for f in fields(value) if f.default is not MISSING}
        return {k: as_expected(v) for k, v in found.items() if k not in defaults or v != defaults[k]}
    return value


def test_every_platform_is_named_once() -> None:
    assert "bluesky" in platforms()
    for platform in platforms():
        spider = spider_of(platform)

        assert issubclass(spider, PlatformSpider)
        assert spider.name == spider.platform == spider.__module__.rpartition(".")[2]
        assert hasattr(Settings(), platform)
        assert any(platform_of(folder) == platform for folder in FOLDERS)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_a_case_reads_as_expected(folder: Path) -> None:
    case = json.loads((folder / "input.json").read_text())
    meta = json.loads((folder / "meta.json").read_text())
    spider = spider_for(platform_of(folder))()
    found = list(replay(spider, targets_in(case), case["answers"]))
    again = list(replay(spider, targets_in(case), case["answers"]))

    outcomes = {o.target: {type(o.result).__name__.lower(): as_expected(o.result)} for o in found}
    assert outcomes == json.loads((folder / "expected.json").read_text())
    assert [(o.target, o.result) for o in again] == [(o.target, o.result) for o in found]
    assert meta["kind"] in {"recorded", "documented", "constructed"}
    assert meta["source"]


def damage(draw: Callable[..., Any], value: object) -> object:
    """The same answer with one part of it missing, renamed or of another type."""
    value = copy.deepcopy(value)
    where: Any = value
    while True:
        keys = list(where) if isinstance(where, dict) else list(range(len(where)))
        if not keys:
            return value
        part = draw(st.sampled_from(keys))
        inner = where[part]
        if isinstance(inner, dict | list) and inner and draw(st.booleans()):
            where = inner
            continue
        change = draw(st.sampled_from(["drop", "rename", "retype"]))
        if change == "drop" and isinstance(where, dict):
            del where[part]
        elif change == "rename" and isinstance(where, dict):
            where[f"{part}_"] = where.pop(part)
        else:
            where[part] = draw(
                st.sampled_from([None, True, -1, 12.5, 2**40, "", "12", "\ud800\0", [], {}, [None], {"a": 1}, inner])
            )
        return value


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_answer_gives_one_outcome_for_each_target(folder: Path, data: st.DataObject) -> None:
    case = json.loads((folder / "input.json").read_text())
    hurt = data.draw(st.sampled_from(sorted(case["answers"])))
    if "body" in case["answers"][hurt]:
        case["answers"][hurt]["body"] = damage(data.draw, case["answers"][hurt]["body"])
    gone = {"status": 404, "body": {"error": "NotInTheCase"}}
    answers = type("Answers", (dict,), {"__missing__": lambda _self, _key: gone})(case["answers"])
    found = list(replay(spider_for(platform_of(folder))(), targets_in(case), answers))

    assert sorted(outcome.target for outcome in found) == sorted(target.key for target in targets_in(case))
    for outcome in found:
        match outcome.result:
            case Observed(status=status, profile=words):
                assert status in STATUSES
                json.dumps(as_expected(words), ensure_ascii=False).encode()
            case Failed(cause=cause) | Skipped(cause=cause):
                assert cause in CAUSES


BAD_JSON = [
    "",
    "<html><body>Down for maintenance</body></html>",
    '{"profiles": [], "n": NaN}',
    '{"profiles": [], "n": -Infinity}',
    '{"profiles": [], "n": 1e999}',
    '{"profiles": [], "profiles": []}',
    '{"profiles": [], "n": ' + "9" * 5000 + "}",
    "[" * 100_000,
    '{"profiles": []',
    '{"profiles": []} more',
]


@pytest.mark.parametrize("body", BAD_JSON, ids=lambda body: ascii(body)[:30])
def test_a_body_that_is_not_strict_json_is_not_json(body: str) -> None:
    with pytest.raises(Exception, match="not JSON") as caught:
        parse_json(TextResponse("http://a.test", body=body.encode(), encoding="utf-8"), dict)

    assert getattr(caught.value, "cause", None) == "not_json"


def test_another_top_level_is_an_unexpected_answer() -> None:
    with pytest.raises(Exception, match="list where dict") as caught:
        parse_json(TextResponse("http://a.test", body=b"[]"), dict)

    assert getattr(caught.value, "cause", None) == "unexpected_answer"


# Crawls against a server on loopback.


def settings_for(
    home: Path,
    appview: str,
    plc: str | None = None,
    rate: float = 100,
    crawling: Mapping[str, float] = MappingProxyType({}),
) -> Settings:
    options = {"allow_networks": ("127.0.0.0/8",), "timeout_seconds": 2, "batch_seconds": 0.2, "outage_seconds": 0}
    options |= dict(crawling)
    return Settings(
        home=home,
        contact="https://kooch.example/contact",
        crawl=CrawlSettings(**options),  # type: ignore[arg-type]
        bluesky=BlueskySettings(appview=appview, plc=plc or appview, requests_per_second=rate),  # type: ignore[arg-type]
    )


def known(numbers: Sequence[int], server: str = "http://127.0.0.1:1") -> list[Target]:
    """Targets seen before: nothing is asked but the AppView."""
    return [Target(key=did(n), native_id=did(n), handle=f"figure{n}.test", server=server) for n in numbers]


def crawled(
    chosen: Settings, targets: list[Target], on_wait: Callable[[str, str, float], None] = lambda *_: None
) -> tuple[Crawled, dict[str, Any]]:
    outcomes: list[Outcome] = []
    result = crawl(
        chosen,
        platform="bluesky",
        roster=None,
        plan=lambda: targets,
        on_outcome=lambda _platform, outcome: outcomes.append(outcome),
        on_wait=on_wait,
    )
    found = {outcome.target: outcome.result for outcome in outcomes}

    assert len(found) == len(outcomes)
    assert result.planned == result.observed + result.failed + result.skipped
    return result, found


def cause_of(
    home: Path, answer: Callable[[Asked], Reply | Fault], crawling: Mapping[str, float] = MappingProxyType({})
) -> tuple[Failed, int]:
    """Why the one target failed, and how often the server was asked."""
    with Server(answer) as server:
        _, found = crawled(settings_for(home, server.url, crawling=crawling), known([1]))
    (result,) = found.values()
    assert isinstance(result, Failed)
    return result, len(server.asked)


NEVER = f"Mon, 01 Jan {'9' * 20} 00:00:00 GMT"
FAULTS: list[tuple[str, Reply | Fault, str, int]] = [
    ("5xx", Reply(500), "server_error", 3),
    ("502 with HTML", Reply(502, b"<html>"), "server_error", 3),
    ("501 is for good", Reply(501), "server_error", 1),
    ("403", Reply(403), "refused", 1),
    ("404", Reply(404), "unexpected_answer", 1),
    ("html under 200", Reply(200, b"<html>", {"Content-Type": "text/html"}), "not_json", 1),
    ("NaN", Reply(200, b'{"profiles": NaN}'), "not_json", 1),
    ("a key twice", Reply(200, b'{"profiles": [], "profiles": []}'), "not_json", 1),
    ("nesting", Reply(200, b"[" * 100_000), "not_json", 1),
    ("another shape", Reply(200, b"[]"), "unexpected_answer", 1),
    ("no profiles", Reply(200, b"{}"), "unexpected_answer", 1),
    ("reset mid-body", faults.reset_mid_body, "unreachable", 3),
    ("truncated", faults.truncated, "unreachable", 3),
    ("cut without a length", faults.cut_without_length, "unreachable", 3),
    ("64 MiB", faults.huge_body, "body_too_large", 1),
    ("gzip bomb", faults.gzip_bomb(), "body_too_large", 1),
    ("not gzip", Reply(200, b"nothing packed", {"Content-Encoding": "gzip"}), "unexpected_answer", 1),
    ("redirect loop", Reply(302, b"", {"Location": "/again"}), "refused", 4),
    ("429 for good", Reply(429, b"{}", {"Retry-After": "0"}), "rate_limited", 3),
    ("429 for longer than a run", Reply(429, b"{}", {"Retry-After": "100000000000"}), "rate_limited", 1),
    ("429 until after every calendar", Reply(429, b"{}", {"Retry-After": NEVER}), "rate_limited", 3),
    ("a clock beyond every calendar", Reply(403, b"", {"Date": NEVER}), "refused", 1),
    ("a status of eleven digits", Reply(99999999999), "server_error", 3),
    ("a status below zero", Reply(-5), "unexpected_answer", 1),
]


@pytest.mark.parametrize(("fault", "cause", "times"), [case[1:] for case in FAULTS], ids=[case[0] for case in FAULTS])
def test_a_fault_fails_the_target_with_its_cause(fault: Reply | Fault, cause: str, times: int, tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    failed, asked = cause_of(tmp_path, lambda _: fault)

    assert (failed.cause, asked) == (cause, times)
    assert "127.0.0.1" in failed.detail
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024


@pytest.mark.parametrize("fault", [faults.slow_loris, faults.silent], ids=["slow loris", "silence"])
def test_a_server_that_stalls_costs_its_time_limit(fault: Fault, tmp_path: Path) -> None:
    """Both would go on for a minute, and then fail otherwise."""
    failed, asked = cause_of(tmp_path, lambda _: fault, {"timeout_seconds": 0.5, "attempts": 2})

    assert (failed.cause, asked) == ("timeout", 2)


def test_a_fault_that_passes_costs_no_observation(tmp_path: Path) -> None:
    passing: dict[int, Reply | Fault] = {1: Reply(503), 2: faults.reset_mid_body}
    answers = Bluesky([1])
    with Server(lambda asked: passing.get(asked.nth) or answers(asked)) as server:
        result, _ = crawled(settings_for(tmp_path, server.url), known([1]))

    assert (result.run.state, result.run.requests) == ("complete", 3)


def test_a_crawl_says_who_asks(tmp_path: Path) -> None:
    with Server(Bluesky([1])) as server:
        crawled(settings_for(tmp_path, server.url), known([1]))
    headers = server.asked[0].headers

    assert headers["user-agent"].startswith("Kooch/")
    assert headers["user-agent"].endswith(" (+https://kooch.example/contact)")
    assert not {"cookie", "referer"} & headers.keys()


@pytest.mark.parametrize("dead", ["refused", "unresolved"])
def test_a_dead_host_is_found_out_by_two_questions(dead: str, tmp_path: Path) -> None:
    url = {"refused": "http://127.0.0.1:1", "unresolved": "http://nowhere.invalid"}[dead]
    result, found = crawled(settings_for(tmp_path, url, rate=10), known(range(1, 2001)))

    assert (result.run.state, result.failed) == ("failed", 2000)
    assert Counter(failed.cause for failed in found.values()) == {"unreachable": 2000}
    assert result.run.requests == 2


def test_a_dead_host_leaves_the_others_unharmed(tmp_path: Path) -> None:
    """The directory refuses connections: accounts are observed all the same, undated."""
    targets = [Target(key=f"@figure{n}.test", handle=f"figure{n}.test") for n in (1, 2, 3)]
    with Server(Bluesky([1, 2, 3])) as server:
        result, found = crawled(settings_for(tmp_path, server.url, "http://127.0.0.1:1"), targets)

    assert result.run.state == "complete"
    assert {(o.status, o.native_id, o.followers, o.server, o.bounds) for o in found.values()} == {
        ("active", did(n), n, None, ()) for n in (1, 2, 3)
    }


@pytest.mark.proof
def test_a_host_that_dies_on_the_way_is_given_up(tmp_path: Path) -> None:
    answers = Bluesky(range(1, 1001))
    with Server(lambda asked: answers(asked) if asked.nth <= 10 else Reply(500)) as server:
        result, _ = crawled(settings_for(tmp_path, server.url, rate=200), known(range(1, 4001)))

    assert result.run.state == "partial"
    assert result.failed >= 3500
    assert len(server.asked) < 60


@pytest.mark.proof
@pytest.mark.alone
def test_a_host_keeps_its_rate(tmp_path: Path) -> None:
    with Server(Bluesky(range(1, 1001))) as server:
        used = process_time()
        crawled(settings_for(tmp_path, server.url, rate=10), known(shown(range(1, 1000))))
        used = process_time() - used
    times = [asked.at for asked in server.asked]
    seconds = times[-1] - times[0]
    rate = (len(times) - 1) / seconds

    print(f"{rate:.2f} requests/s of 10, {used / seconds:.1%} of a core")
    assert rate >= 9.5
    assert len(times) - 1 <= 10 * seconds + 1  # a request that comes late is made up for by the next
    assert used / seconds <= 0.25


def shown(numbers: Sequence[int]) -> list[int]:
    return [n for n in numbers if Bluesky.is_shown(n)]


@pytest.mark.proof
@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {"Retry-After": "2"}, 2.0),
        (503, {"Retry-After": "2"}, 2.0),
        (429, {"Retry-After": "Tue, 24 Nov 2026 10:00:02 GMT", "Date": "Tue, 24 Nov 2026 10:00:00 GMT"}, 2.0),
        (200, {"RateLimit-Remaining": "0", "RateLimit-Reset": "2"}, 2.0),
        (
            200,
            {"RateLimit-Remaining": "0", "RateLimit-Reset": "1795509002", "Date": "Tue, 24 Nov 2026 08:30:00 GMT"},
            2.0,
        ),
        (429, {"Retry-After": "-5"}, 1.0),
    ],
)
def test_a_host_that_asks_for_a_pause_alone_gets_it(
    status: int, headers: dict[str, str], seconds: float, tmp_path: Path
) -> None:
    answers, numbers = Bluesky(range(1, 101)), sorted(shown(range(1, 101)), key=did)

    def answer(asked: Asked) -> Reply:
        found = answers(asked)
        return Reply(status, found.body, headers) if asked.nth == 2 else found

    directory = Server(answers)
    waits: list[tuple[str, float]] = []
    with Server(answer) as server, directory:
        # Those of the first batch are new: the directory is asked about them while the AppView pauses.
        new = [Target(key=did(n), native_id=did(n), handle=f"figure{n}.test") for n in numbers[:15]]
        result, _ = crawled(
            settings_for(tmp_path, server.url, directory.url, rate=10),
            [*new, *known(numbers[15:])],
            on_wait=lambda _platform, host, wait: waits.append((host, wait)),
        )
    gaps = [b.at - a.at for a, b in zip(server.asked, server.asked[1:], strict=False)]
    others = [b.at - a.at for a, b in zip(directory.asked, directory.asked[1:], strict=False)]

    assert result.run.state == "complete"
    assert seconds <= max(gaps) + 0.1 <= seconds + 1.5
    assert len([gap for gap in gaps if gap > 0.5]) == 1
    assert [host for host, _ in waits] == [server.url.removeprefix("http://")]
    assert max(others) < 0.5


AT_TEN = datetime(2026, 11, 24, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("290", 290.0),
        ("0", 0.0),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("9" * 19, float("9" * 19)),
        ("9" * 400, None),
        (NEVER, None),
        (f"Tue, 24 Nov 2026 10:01:00 +{'9' * 20}", None),
        ("Tue, 24 Nov 2026 10:01:00 GMT", 60.0),
        ("Tue, 24 Nov 2026 09:00:00 GMT", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", (datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC) - AT_TEN).total_seconds()),
    ],
)
def test_retry_after_is_read(value: str, seconds: float | None) -> None:
    assert read_pause(value, AT_TEN) == seconds


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (str(int((AT_TEN + timedelta(seconds=30)).timestamp())), 30.0),
        ("2026-11-24T10:05:00.000Z", 300.0),
        ("2026-11-24T09:00:00Z", 0.0),
        ("-1", None),
        ("later", None),
    ],
)
def test_a_reset_is_read(value: str, seconds: float | None) -> None:
    assert read_reset(value, AT_TEN) == seconds


@given(st.text())
def test_no_header_breaks_the_reading_of_pauses(value: str) -> None:
    for read in (read_pause, read_reset):
        seconds = read(value, AT_TEN)

        assert seconds is None or seconds >= 0


def test_a_turn_is_over_whatever_befalls_the_reading_of_its_answer() -> None:
    async def ask_twice() -> None:
        gate = Gate("a.test", 100, 3, Turns(100), 1)
        await gate.turn()
        with pytest.raises(OverflowError), gate.ending_turn():
            raise OverflowError
        await asyncio.wait_for(gate.turn(), 1)

    asyncio.run(ask_twice())


@pytest.mark.parametrize(("status", "stored"), [(404, 404), (99, None), (99999999999, None), (-5, None)])
def test_a_status_that_is_none_is_stored_as_null(status: int, stored: int | None, tmp_path: Path) -> None:
    cause_of(tmp_path, lambda _: Reply(status), {"attempts": 1})
    (file,) = waiting_batches(tmp_path)

    assert pq.read_table(file)["http_status"].to_pylist() == [stored]


def test_an_outcome_that_no_row_holds_fails_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if a count were let through that no column takes."""
    monkeypatch.setattr(reading, "_MOST", 2**70)
    shown = [profile(1) | {"followersCount": 2**65}, profile(2)]
    with Server(lambda _: as_json({"profiles": shown})) as server:
        result, found = crawled(settings_for(tmp_path, server.url), known([1, 2]))

    assert (result.run.state, found[did(2)].followers) == ("partial", 2)
    assert found[did(1)].cause == "unexpected_answer"
    assert found[did(1)].detail.startswith("cannot be stored: ")
    assert answered(tmp_path, result.run.run) == {did(1), did(2)}


def test_a_stopped_crawl_goes_on_where_it_stopped(tmp_path: Path) -> None:
    targets = known(shown(range(1, 1001)))
    with Server(Bluesky(range(1, 1001))) as server:
        chosen = settings_for(tmp_path, server.url, rate=10)
        timer = threading.Timer(1.5, os.kill, (os.getpid(), signal.SIGTERM))
        timer.start()
        first = crawl(chosen, platform="bluesky", roster=None, plan=lambda: targets)
        timer.join()
        done = answered(tmp_path, first.run.run)
        asked = len(server.asked)
        second = crawl(settings_for(tmp_path, server.url), platform="bluesky", roster=None, plan=pytest.fail)

    assert first.is_interrupted
    assert 0 < len(done) < len(targets)
    assert second.run.run == first.run.run
    assert (second.run.state, second.observed) == ("complete", len(targets))
    assert second.run.requests == len(server.asked)
    assert len(server.asked) - asked == -(-(len(targets) - len(done)) // 25)


def test_a_fresh_crawl_aborts_the_unfinished_one(tmp_path: Path) -> None:
    targets = known(shown(range(1, 501)))
    with Server(Bluesky(range(1, 501))) as server:
        timer = threading.Timer(0.7, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        crawl(settings_for(tmp_path, server.url, rate=10), platform="bluesky", roster=None, plan=lambda: targets)
        timer.join()
        crawl(settings_for(tmp_path, server.url), platform="bluesky", roster=None, plan=lambda: targets[:3], fresh=True)
    with open_state(tmp_path) as connection:
        states = {run.state: len(answered(tmp_path, run.run)) for run in runs(connection)}

    assert states == {"aborted": len(targets), "complete": 3}


def test_two_crawls_of_a_platform_do_not_run_at_once(tmp_path: Path) -> None:
    with only_one(tmp_path, "crawl-bluesky"), pytest.raises(RunningError):
        crawl(settings_for(tmp_path, "http://127.0.0.1:1"), platform="bluesky", roster=None, plan=list)


@pytest.mark.parametrize("rate", [20, 500], ids=["on the way", "at the end"])
def test_a_spool_that_cannot_be_written_ends_the_crawl(
    rate: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def disk_is_full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    targets = known(shown(range(1, 1001)))
    with monkeypatch.context() as context, Server(Bluesky(range(1, 1001))) as server:
        context.setattr(os, "fsync", disk_is_full)
        with pytest.raises(StorageError, match="No space left"):
            crawl(settings_for(tmp_path, server.url, rate=rate), platform="bluesky", roster=None, plan=lambda: targets)
        asked = len(server.asked)
    with Server(Bluesky(range(1, 1001))) as server:
        result = crawl(settings_for(tmp_path, server.url), platform="bluesky", roster=None, plan=pytest.fail)

    assert asked < 30 or rate == 500
    assert (result.run.state, result.observed) == ("complete", len(targets))


def test_an_empty_plan_is_complete(tmp_path: Path) -> None:
    result = crawl(settings_for(tmp_path, "http://127.0.0.1:1"), platform="bluesky", roster=None, plan=list)

    assert (result.run.state, result.planned, result.run.requests) == ("complete", 0, 0)


def test_a_plan_says_whom_it_will_ask() -> None:
    hosts = describe(Settings(), "bluesky", [Target(key=f"@m{n}.test", handle=f"m{n}.test") for n in range(1000)])

    assert [(h.host, h.requests, h.per_second, h.seconds) for h in hosts] == [
        ("plc.directory", 1000, 10, 99.9),
        ("public.api.bsky.app", 40, 10, 3.9),
    ]


def test_a_plan_over_many_servers_counts_each_and_leaves_mirrors_out() -> None:
    addresses = ["a@one.social", "b@one.social", "c@two.social", "d@respublicae.eu"]

    hosts = describe(Settings(), "mastodon", [Target(key=f"@{name}", handle=name) for name in addresses])

    assert [(h.host, h.requests, h.per_second) for h in hosts] == [("one.social", 2, 1), ("two.social", 1, 1)]


def test_an_unknown_platform_is_a_configuration_error() -> None:
    with pytest.raises(ConfigError, match="myspace"):
        spider_of("myspace")


def test_a_damaged_profile_hurts_its_own_member_alone(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Reply:
        if asked.path.endswith("getProfiles"):
            return as_json({"profiles": [profile(1) | {"handle": 7}, profile(2), profile(3) | {"followersCount": "3"}]})
        return as_json(audit_log(did(2), "figure2.test", "http://127.0.0.1:1"))

    with Server(answer) as server:
        _, found = crawled(settings_for(tmp_path, server.url), known([1, 2, 3]))

    assert found[did(1)].cause == "unexpected_answer"
    assert found[did(2)].followers == 2
    assert (found[did(3)].followers, [(d.path, d.kind) for d in found[did(3)].drift]) == (
        None,
        [("followersCount", "mistyped")],
    )


def test_an_observation_keeps_the_time_at_which_it_was_shown(tmp_path: Path) -> None:
    """The directory answers a second later; the counts were true before."""
    answers = Bluesky([1])

    async def late(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(1)
        body = json.dumps(audit_log(did(1), "figure1.test", "https://pds.example")).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()

    outcomes: list[Outcome] = []
    with Server(answers) as server, Server(lambda _: late) as directory:
        crawl(
            settings_for(tmp_path, server.url, directory.url),
            platform="bluesky",
            roster=None,
            plan=lambda: [Target(key="@figure1.test", handle="figure1.test")],
            on_outcome=lambda _platform, outcome: outcomes.append(outcome),
        )
    (outcome,) = outcomes

    assert isinstance(outcome.result, Observed)
    assert outcome.result.server == "https://pds.example"
    assert timedelta(seconds=0.9) < outcome.recorded_at - outcome.valid_at < timedelta(seconds=3)


def test_nothing_is_kept_of_a_suppressed_account(tmp_path: Path) -> None:
    targets = [*known([1]), *(Target(key=f"@figure{n}.test", handle=f"Figure{n}.test") for n in (2, 3, 4))]
    with open_state(tmp_path) as connection:
        for account in (did(1), "@figure2.test", did(3)):
            connection.execute("INSERT INTO suppressions VALUES ('bluesky', ?, 'asked', '2026-01-01')", (account,))
    with Server(Bluesky(range(1, 5))) as server:
        _, found = crawled(settings_for(tmp_path, server.url), targets)

    assert [type(found[target.key]).__name__ for target in targets] == ["Skipped", "Skipped", "Skipped", "Observed"]
    assert server.asked[0].values("actors") == ["figure3.test", "figure4.test"]


def test_a_certificate_that_nobody_vouches_for_is_refused_once(tmp_path: Path) -> None:
    with Server(Bluesky(range(1, 1001)), tls=self_signed(tmp_path)) as server:
        result, found = crawled(settings_for(tmp_path, server.url), known(range(1, 1001)))

    assert Counter(failed.cause for failed in found.values()) == {"tls": 1000}
    assert (result.run.requests, server.asked) == (1, [])


def self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, AT_TEN, AT_TEN + timedelta(days=36500))
    address = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    certificate = made.add_extension(address, critical=False).sign(key, hashes.SHA256())
    file = folder / "certificate.pem"
    file.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def scrapy(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scrapy", *arguments],
        cwd=CASES.parent.parent,
        env=os.environ | {"KOOCH_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_scrapy_lists_the_spiders(tmp_path: Path) -> None:
    listed = scrapy(tmp_path, "list")

    assert listed.stdout.split() == platforms()


@pytest.mark.proof
def test_scrapy_leaves_with_one_sentence_and_the_exit_code_of_the_fault(tmp_path: Path) -> None:
    left = scrapy(tmp_path, "crawl", "bluesky")

    assert left.returncode == 4
    assert len(left.stderr.splitlines()) == 1
    assert str(tmp_path) in left.stderr
