"""The SQL page under load: a hundred queries in a browser, ten at once, and the app answers meanwhile."""

import os
import random
import re
import threading
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from kooch.errors import QueryError
from kooch.sql import AT_ONCE, run_query
from kooch.store.versions import open_version, reading_file
from tests.servers.app import serving

pytestmark = pytest.mark.proof

_STOPPED = re.compile(r"The query (was stopped after 10 seconds|needed more memory than it may have)")
PAIRS_A_SECOND = 500_000


def work(n: int, seconds: float, figures: int) -> tuple[str, int]:
    """A query that takes about so long on an idle machine, and its answer."""
    rows = max(1, int(seconds * PAIRS_A_SECOND / figures))
    sql = (
        f"SELECT {n} AS n, count(*) AS pairs FROM range({rows}) AS r CROSS JOIN figures AS f"
        " WHERE levenshtein(f.name || r.range::VARCHAR, f.figure_id) >= 0"
    )
    return sql, rows * figures


def write(page: Page, url: str, sql: str) -> None:
    """Open the page and write a query, without running it."""
    page.goto(f"{url}/sql")
    box = page.get_by_label("Query")
    expect(box).to_be_visible(timeout=120_000)
    box.fill(sql)
    box.press("Control+Enter")


def ask(pages: Sequence[Page], url: str, queries: Sequence[str]) -> None:
    """Each query on its own page; all run at once."""
    for page, sql in zip(pages, queries, strict=True):
        write(page, url, sql)
    for page in pages:
        page.get_by_role("button", name="Run", exact=True).click(timeout=120_000)


def answer(page: Page) -> str:
    """What the page says in the end."""
    done = page.get_by_text(re.compile(r"^1 row$|The query was not run, or did not finish"))
    expect(done).to_be_visible(timeout=300_000)
    if page.get_by_text("1 row", exact=True).count():
        return "right"
    return page.get_by_test_id("stCode").inner_text()


class Watch:
    """Asks the app for its health all the while, and weighs it and the children that compute answers.

    `heaviest` is the most that the children took together, `heaviest_in_all` that with the app.
    """

    def __init__(self, url: str) -> None:
        self.slowest, self.answers, self.failures = 0.0, 0, 0
        self.heaviest, self.heaviest_in_all, self.most = 0, 0, 0
        self._url = f"{url}/_stcore/health"
        self._port = url.rpartition(":")[2]
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(0.2):
            begun = time.monotonic()
            try:
                urllib.request.urlopen(self._url, timeout=30).close()
                self.answers += 1
            except OSError:
                self.failures += 1
            self.slowest = max(self.slowest, time.monotonic() - begun)
            apps, children = self._processes()
            sizes = [_size(pid) for pid in children]
            self.heaviest, self.most = max(self.heaviest, sum(sizes)), max(self.most, len(sizes))
            self.heaviest_in_all = max(self.heaviest_in_all, sum(sizes) + sum(map(_size, apps)))

    def _processes(self) -> tuple[set[int], list[int]]:
        """The app, and the processes that compute an answer for it: another app may be under test beside it."""
        words = {int(entry.name): _words(entry) for entry in Path("/proc").iterdir() if entry.name.isdecimal()}
        apps = {pid for pid, said in words.items() if b"streamlit" in said and said[-1:] == [self._port.encode()]}
        return apps, [
            pid
            for pid, said in words.items()
            if b"from kooch.answers import answer; answer()" in said and _parent(pid) in apps
        ]


def _words(entry: Path) -> list[bytes]:
    """A process's command line; none where it has ended meanwhile."""
    try:
        return (entry / "cmdline").read_bytes().rstrip(b"\0").split(b"\0")
    except OSError:
        return []


def _parent(pid: int) -> int:
    try:
        return int(
            Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[1]
        )
    except OSError:
        return 0


def _size(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.timeout(3600)
def test_a_hundred_queries_are_right_or_stopped_with_a_sentence(bundled_home: Path, browser: Browser) -> None:
    """Ten visitors ask ten queries each, of 0.1 to 9 seconds on an idle machine; on a busy one more are stopped."""
    draw = random.Random(11)
    with open_version(reading_file(bundled_home)) as connection:
        ((figures,),) = connection.execute("SELECT count(*) FROM figures").fetchall()
    said: list[str] = []
    with serving(bundled_home) as url, Watch(url) as watch:
        pages = [browser.new_page() for _ in range(10)]
        for _ in range(10):
            # The first of them is over soon on any machine.
            asked = [work(n, draw.uniform(0.1, 9) if n else 0.1, figures) for n in range(len(pages))]
            ask(pages, url, [sql for sql, _pairs in asked])
            for page, (_sql, pairs) in zip(pages, asked, strict=True):
                found = answer(page)
                said.append(found if found != "right" or _holds(page, pairs) else "wrong")
        is_waiting = any(page.get_by_text("waits for its turn").count() for page in pages)
        for page in pages:
            page.close()
    stopped = [text for text in said if text != "right"]
    print(
        f"{len(said)} queries: {said.count('right')} right, {len(stopped)} stopped; at most {watch.most} at once"
        f" with {watch.heaviest >> 20} MB; the app answered within {watch.slowest:.2f} s, {watch.failures} times not"
    )

    assert len(said) == 100
    assert [text for text in stopped if not _STOPPED.search(text)] == []
    assert "right" in said
    assert watch.failures == 0
    assert 0 < watch.most <= AT_ONCE
    assert not is_waiting  # nothing is left of the waiting


def _holds(page: Page, pairs: int) -> bool:
    """Whether the answer is the right one: the frame offers it as CSV."""
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    return download.value.path().read_text("utf-8").splitlines()[1].endswith(f",{pairs}")


HEAVY = "SELECT list(f.name || r.range::VARCHAR) AS names FROM range(100000) AS r CROSS JOIN figures AS f"
ENDLESS = (
    "SELECT count(*) AS pairs FROM range(10000000000) AS r CROSS JOIN range(10000000000) AS s WHERE r.range > s.range"
)


@pytest.mark.timeout(900)
def test_ten_heavy_ones_stay_under_2_gb(bundled_home: Path, browser: Browser) -> None:
    with serving(bundled_home) as url, Watch(url) as watch:
        pages = [browser.new_page() for _ in range(10)]
        ask(pages, url, [HEAVY] * len(pages))
        said = [answer(page) for page in pages]
        for page in pages:
            page.close()
    print(
        f"10 heavy queries: {watch.most} at once, {watch.heaviest >> 20} MB, {watch.heaviest_in_all >> 20} MB with the app;"
        f" {watch.answers} answers of the app meanwhile, the slowest after {watch.slowest:.2f} s, {watch.failures} times none"
    )

    assert [text for text in said if not _STOPPED.search(text)] == []
    assert 0 < watch.heaviest < watch.heaviest_in_all < 2 << 30
    assert watch.answers > 10
    assert watch.failures == 0
    assert 0 < watch.most <= AT_ONCE


@pytest.mark.timeout(900)
def test_whoever_waits_sees_it(bundled_home: Path, browser: Browser) -> None:
    """Ten queries that end only when they are stopped: the last waits until eight others were."""
    with serving(bundled_home) as url:
        pages = [browser.new_page() for _ in range(10)]
        ask(pages, url, [ENDLESS] * len(pages))

        expect(pages[-1].get_by_text("waits for its turn")).to_be_visible(timeout=60_000)
        for page in pages:
            page.close()


# Queries that DuckDB interrupts, and those that only the system can end.
ENDLESS_ONES = {
    "a join": ENDLESS,
    "a recursion": "WITH RECURSIVE t(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM t) SELECT max(a) FROM t",
    "a comparison of two long texts": "SELECT levenshtein(repeat('ab', 60000), repeat('ba', 60000)) AS n",
    "an expression that backtracks": "SELECT regexp_matches(repeat('a', 3000000), '(a?){900}b') AS n",
    "a sort of many rows": "SELECT max(n) FROM (SELECT row_number() OVER (ORDER BY hash(r.range)) AS n FROM range(4000000000) AS r)",
    "many aggregates": "SELECT count(DISTINCT hash(r.range * s.range)) FROM range(100000) AS r CROSS JOIN range(100000) AS s",
}


@pytest.mark.alone
@pytest.mark.parametrize("sql", ENDLESS_ONES.values(), ids=ENDLESS_ONES)
def test_a_query_stops_within_a_second_of_its_limit(sql: str, bundled_home: Path) -> None:
    file, seconds = reading_file(bundled_home), 3
    begun = time.monotonic()
    assert run_query(file, "SELECT 1 AS n").rows() == [(1,)]
    starting = time.monotonic() - begun
    begun = time.monotonic()
    with pytest.raises(QueryError) as stopped:
        run_query(file, sql, seconds=seconds)
    took = time.monotonic() - begun - starting
    print(f"limit {seconds} s: ended after {took:.2f} s, and {starting:.2f} s to start")

    assert _STOPPED.search(str(stopped.value).replace(f"{seconds} seconds", "10 seconds"))
    assert took < seconds + 1
