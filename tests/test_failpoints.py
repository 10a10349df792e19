"""Killed at every step from plan to publication, and in every migration, everything is as if nothing had happened.

Run as a program it is the process that is killed: `python tests/test_failpoints.py HOME BUNDLED URL [POINT]` crawls,
loads and publishes.
"""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NoReturn

import pytest

from kooch import files
from kooch.store import load as loading
from kooch.store import master, schema, spool
from kooch.store import publish as publishing
from kooch.store import state as states
from tests import stores
from tests.faults import Bluesky, Server, did

ROOT = Path(__file__).parent.parent
TARGETS = 320
Patch = Callable[[], None]


def die(*_: object, **__: object) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("nobody survives this")


def at_call(n: int, module: object, name: str, *, is_after: bool = False) -> Patch:
    """Die at the nth call of something: before it or after it."""

    def patch() -> None:
        stock, calls = getattr(module, name), []

        def call(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 -- whatever it is
            calls.append(1)
            if len(calls) == n and not is_after:
                die()
            found = stock(*arguments, **named)
            if len(calls) == n:
                die()
            return found

        setattr(module, name, call)

    return patch


def half(module: object, name: str, cut: Callable[..., None], n: int = 1) -> Patch:
    """Die in the middle of the nth call: `cut` does what half of it would have done."""

    def patch() -> None:
        stock, calls = getattr(module, name), []

        def call(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 -- whatever it is
            calls.append(1)
            if len(calls) == n:
                cut(stock, *arguments, **named)
                die()
            return stock(*arguments, **named)

        setattr(module, name, call)

    return patch


def at_statement(words: str) -> Patch:
    """Die before the statement to the state that begins so."""

    def patch() -> None:
        class Dying(sqlite3.Connection):
            def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:  # noqa: ANN401 -- as SQLite's
                if sql.strip().startswith(words):
                    die()
                return super().execute(sql, *parameters)

        stock = sqlite3.connect

        def connect(file: Any, **named: Any) -> sqlite3.Connection:  # noqa: ANN401 -- as SQLite's
            return stock(file, **named, factory=Dying)

        sqlite3.connect = connect  # type: ignore[assignment] # in this process alone

    return patch


def half_a_plan(stock: Callable[..., None], connection: sqlite3.Connection, run: str, targets: Any) -> None:  # noqa: ANN401
    stock(connection, run, list(targets)[: TARGETS // 2])


def half_a_file(_: object, file: Path, content: bytes) -> None:
    with files.whole_file(file) as aside:
        aside.write_bytes(content[: len(content) // 2])
        die()


def half_a_copy(_: object, source: Path, target: Path) -> None:
    target.write_bytes(source.read_bytes()[: source.stat().st_size // 2])


def half_an_archive(stock: Callable[..., None], home: Path, files: list[Path]) -> None:
    stock(home, files[: len(files) // 2])


def points() -> dict[str, Patch]:
    from crawlers import runs, spooling  # noqa: PLC0415 -- Scrapy is for the process that crawls
    from crawlers.base import PlatformSpider  # noqa: PLC0415
    from crawlers.spiders.bluesky import BlueskySpider  # noqa: PLC0415

    return {
        "migrate state: before a statement": at_statement("CREATE TABLE slots"),
        "migrate state: before the version": at_statement("PRAGMA user_version = 3"),
        "migrate state: before the commit": at_statement("COMMIT"),
        "migrate master: before the comments": at_call(1, schema, "table_comments"),
        "migrate master: before the commit": at_call(1, master, "migrate", is_after=True),
        "plan: before": at_call(1, runs, "plan_run"),
        "plan: half of it": half(states, "add_targets", half_a_plan),
        "plan: after": at_call(1, runs, "plan_run", is_after=True),
        "fetch: before the first question": at_call(1, BlueskySpider, "ask"),
        "fetch: before a later question": at_call(9, BlueskySpider, "ask"),
        "fetch: before an answer is read": at_call(150, PlatformSpider, "_receive"),
        "fetch: before an outcome is kept": at_call(200, spooling.Spooling, "process_item"),
        "spool: before a batch": at_call(3, runs, "write_batch"),
        "spool: in a batch": half(spool, "write_whole", half_a_file, n=3),
        "spool: before its fsync": at_call(3, files, "sync_file"),
        "spool: before its rename": at_call(3, files, "sync_file", is_after=True),
        "spool: after its rename": at_call(5, files, "sync_folder"),
        "spool: after a batch": at_call(3, runs, "write_batch", is_after=True),
        "spool: before the traffic is counted": at_call(2, runs, "count_traffic"),
        "run: before its end": at_call(1, runs, "end_run"),
        "run: after its end": at_call(1, runs, "end_run", is_after=True),
        "load: before the rosters": at_call(2, loading, "store_listed"),
        "load: before the batches": at_call(2, loading, "store_batches"),
        "load: after the batches": at_call(2, loading, "store_batches", is_after=True),
        "load: before the views": at_call(2, loading, "build_views"),
        "load: before the checks": at_call(2, loading, "refuse_faults"),
        "load: before the ids": at_call(2, loading, "_keep_ids"),
        "load: before the commit": at_call(2, loading, "_keep_ids", is_after=True),
        "load: before the archive": at_call(2, loading, "_archive"),
        "load: in the archive": half(loading, "_archive", half_an_archive, n=2),
        "publish: before": at_call(2, loading, "publish"),
        "publish: in the copy": half(shutil, "copyfile", half_a_copy, n=3),
        "publish: between the copies": at_call(3, publishing, "_copy", is_after=True),
        "publish: before a link": at_call(4, publishing, "point"),
        "publish: between the links": at_call(5, publishing, "point", is_after=True),
        "publish: before the pruning": at_call(2, publishing, "_prune"),
    }


def main(home: str, bundled: str, url: str, point: str = "") -> None:
    from crawlers.crawling import crawl  # noqa: PLC0415 -- Scrapy is for the process that crawls
    from kooch.config import VIEWS, BlueskySettings, CrawlSettings, Settings  # noqa: PLC0415
    from kooch.store import versions  # noqa: PLC0415

    folder, networks = Path(home), ("127.0.0.0/8",)
    settings = Settings(
        home=folder,
        # A busy machine is not what is tried here.
        crawl=CrawlSettings(
            allow_networks=networks,  # type: ignore[arg-type] # as text
            timeout_seconds=120,
            outage_seconds=1,
            batch_rows=30,
            batch_seconds=0.5,
        ),
        bluesky=BlueskySettings(appview=url, plc=url, requests_per_second=400),  # type: ignore[arg-type] # as text
    )
    if point:
        points()[point]()
    # Not as `tests.stores` loads: here a master is made from nothing.
    loading.load(folder, views=VIEWS, bundled=Path(bundled))
    with states.open_state(folder) as state:
        has_ended = any(run.ended_at for run in states.runs(state))
    # As the scheduler, which crawls no slot again whose run has ended: the next one would be another run.
    if not has_ended:
        crawl(
            settings,
            platform="bluesky",
            roster=None,
            plan=lambda: versions.targets(folder, platform="bluesky", roster=None),
        )
    loading.load(folder, views=VIEWS, bundled=Path(bundled))


def started(*arguments: object) -> int:
    process = subprocess.run(
        [sys.executable, "-W", "error", __file__, *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        check=False,
    )
    return process.returncode


_OF_NOW = re.compile(r"datetime\.(?:date|datetime)\(20(?:2[6-9]|[3-9]\d)\b[^()]*(?:\([^()]*\))?[^()]*\)")
_OF_NOW_IN_KEYS = re.compile(r"\b20(?:2[6-9]|[3-9]\d)-\d\d-\d\d[ T][\d:.+]+")
_RUN = re.compile(r"\b[0-9a-f]{32}\b")
# For instants; words are compared beside their digest.
_DIGEST = re.compile(r"'digest': \d+")
_TRAFFIC = re.compile(r"'(requests|bytes)': \d+")
# How often a dead server is asked before it is given up depends on who asks first.
_TRIES = re.compile(r"'attempts': \d+|, \d+ times\b")


def rows(home: Path) -> dict[str, list[str]]:
    """Every row of every published table, without the columns that say when, in which run and by how many requests it
    was found."""
    found = stores.contents(home)
    masks = (
        (_OF_NOW, "now"),
        (_OF_NOW_IN_KEYS, "now"),
        (_RUN, "run"),
        (_TRAFFIC, r"'\1'"),
        (_TRIES, "tried"),
        (_DIGEST, "digest"),
    )
    for pattern, word in masks:
        found = {table: [pattern.sub(word, row) for row in each] for table, each in found.items()}
    return {table: sorted(each) for table, each in found.items()}


@pytest.fixture
def bundled(tmp_path: Path) -> Path:
    names = [f"figure-{n}" for n in range(1, TARGETS + 1)]
    accounts = tuple(
        stores.claim(name, f"figure{n}.test", did(n) if n % 3 else None) for n, name in enumerate(names, start=1)
    )
    return stores.bundle(tmp_path / "bundled", stores.roster("people", map(stores.member, names), accounts=accounts))


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(Bluesky(range(1, TARGETS + 1))) as found:
        yield found


@pytest.mark.proof
@pytest.mark.timeout(1800)
def test_killed_at_any_step_and_run_again_all_is_as_if_nothing_had_happened(
    tmp_path: Path, bundled: Path, server: Server
) -> None:
    calm = tmp_path / "calm"
    assert started(calm, bundled, server.url) == 0
    wanted = rows(calm)
    n_rows = sum(map(len, wanted.values()))
    (run,) = stores.query(calm, "SELECT state, planned, observed + failed + skipped FROM runs")
    table = []
    for n, point in enumerate(points()):
        home = tmp_path / f"home{n}"
        code = started(home, bundled, server.url, point)
        again = started(home, bundled, server.url)
        got = rows(home)
        unequal = [name for name in wanted if wanted[name] != got.get(name)]
        for name in unequal:
            print(f"  {name}: {sorted(set(wanted[name]) ^ set(got.get(name, [])))[:4]}")
        table.append((point, code == -signal.SIGKILL, again == 0, unequal))
        shutil.rmtree(home)
        print(f"{point:40} | killed {code == -signal.SIGKILL} | {unequal or 'equal'}", flush=True)
    print(f"{len(table)} steps; {len(wanted)} tables with {n_rows} rows compared each time")

    assert run == ("partial", TARGETS, TARGETS)  # one server is dead
    assert n_rows > 5 * TARGETS
    assert [row for row in table if row[1:] != (True, True, [])] == []


def killed_in_a_child(work: Callable[[], object]) -> bool:
    """Whether the work killed the process that did it."""
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def dump(home: Path) -> list[str]:
    with closing(sqlite3.connect(states.state_file(home))) as connection:
        return [*connection.iterdump(), str(connection.execute("PRAGMA user_version").fetchone())]


def open_and_close(home: Path) -> None:
    with states.open_state(home):
        pass


def dies_at_statement(n: int, home: Path) -> Callable[[], None]:
    """Opening the state, and dying at the nth statement."""
    count = 0

    class Dying(sqlite3.Connection):
        def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:  # noqa: ANN401 -- as SQLite's
            nonlocal count
            count += 1
            if count == n:
                die()
            return super().execute(sql, *parameters)

    def work() -> None:
        stock = sqlite3.connect
        sqlite3.connect = lambda file, **named: stock(file, **named, factory=Dying)  # type: ignore[assignment] # in the child
        open_and_close(home)

    return work


@pytest.mark.proof
def test_a_state_of_the_first_release_is_migrated_whatever_kills_the_migration(tmp_path: Path) -> None:
    """At each statement in turn, until it comes to its end without being killed."""
    old = tmp_path / "old"
    old.mkdir()
    first = (Path(states.__file__).parent / "state_migrations" / "0001_initial.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(states.state_file(old))) as connection:
        connection.executescript(first)
        connection.execute(
            "INSERT INTO runs (run, platform, source, started_at, state, version)"
            " VALUES ('r', 'bluesky', 'live', '2026-11-01T00:00:00+00:00', 'running', '0.1')"
        )
        connection.executemany(
            "INSERT INTO targets (run, target) VALUES ('r', ?)", [(f"did:web:{n}.test",) for n in range(TARGETS)]
        )
        connection.execute("PRAGMA user_version = 1")
        connection.commit()
    calm = Path(shutil.copytree(old, tmp_path / "calm"))
    open_and_close(calm)
    wanted, n = dump(calm), 0
    while True:
        n += 1
        home = Path(shutil.copytree(old, tmp_path / f"home{n}"))
        was_killed = killed_in_a_child(dies_at_statement(n, home))
        open_and_close(home)

        assert dump(home) == wanted, n
        if not was_killed:
            break
    print(f"migrate state: killed at each of {n - 1} statements; {TARGETS} targets, all equal")

    assert n > 20
    assert any(f"VALUES('r','did:web:{TARGETS - 1}.test'" in line for line in wanted)


_NEXT = """
ALTER TABLE versions ADD COLUMN note VARCHAR;
UPDATE versions SET note = 'migrated';
CREATE TABLE doubles AS SELECT account_id, 2 * followers AS doubled FROM observations;
"""


@pytest.mark.proof
def test_a_master_is_migrated_whatever_kills_the_migration(
    tmp_path: Path, bundled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "old"
    stores.load(old, bundled)
    stores.crawl(old, *(stores.seen(did(n), n, followers=n) for n in range(1, TARGETS + 1)), state="complete")
    stores.load(old, bundled)
    number = schema.LATEST + 1
    (tmp_path / f"{number:04}_next.sql").write_text(_NEXT, encoding="utf-8")
    monkeypatch.setattr(schema, "_MIGRATIONS", [*schema._MIGRATIONS, tmp_path / f"{number:04}_next.sql"])
    monkeypatch.setattr(schema, "LATEST", number)
    for module in ("versions", "load", "views"):
        monkeypatch.setattr(f"kooch.store.{module}.LATEST", number)
    calm = Path(shutil.copytree(old, tmp_path / "calm", symlinks=True))
    stores.load(calm, bundled)
    wanted = stores.contents(calm)
    steps = {
        "before the statements": at_call(1, master, "migrate"),
        "between statements and version": at_call(1, schema, "table_comments"),
        "before the commit": at_call(1, master, "migrate", is_after=True),
        "after the commit": at_call(1, loading, "last_version"),
    }
    for step, patch in steps.items():
        home = Path(shutil.copytree(old, tmp_path / step, symlinks=True))

        def work(patch: Patch = patch, home: Path = home) -> None:
            patch()
            stores.load(home, bundled)

        was_killed = killed_in_a_child(work)
        # What was published before can be read until the next load has published.
        read = stores.query(home, "SELECT count(*) FROM observations")
        stores.load(home, bundled)
        is_equal = stores.contents(home) == wanted
        print(f"migrate master: {step:32} | killed {was_killed} | {'equal' if is_equal else 'DIFFERS'}")

        assert was_killed
        assert read == [(TARGETS,)]
        assert is_equal
    assert stores.query(calm, "SELECT note FROM versions") == [("migrated",)]
    assert stores.query(calm, "SELECT sum(doubled) FROM doubles") == [(TARGETS * (TARGETS + 1),)]


if __name__ == "__main__":
    main(*sys.argv[1:])
