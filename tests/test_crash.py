"""Killed at any moment, a crawl finishes when it is run again: nothing lost, nothing twice.

Run as a program it is the crawl itself: `python tests/test_crash.py HOME APPVIEW PLC RATE`.
"""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

ROOT = Path(__file__).parent.parent
ACCOUNTS = range(1, 1001)


def main(home: str, appview: str, plc: str, rate: str) -> None:
    from crawlers.crawling import crawl  # noqa: PLC0415 -- only in the crawl's own process
    from kooch.config import BlueskySettings, CrawlSettings, Settings  # noqa: PLC0415
    from kooch.store.outcomes import Target  # noqa: PLC0415

    networks: Any = ("127.0.0.0/8",)
    settings = Settings(
        home=Path(home),
        crawl=CrawlSettings(allow_networks=networks, batch_rows=60, batch_seconds=0.2),
        bluesky=BlueskySettings(appview=appview, plc=plc, requests_per_second=float(rate)),  # type: ignore[arg-type]
    )
    targets = [Target(key=f"@figure{n}.test", handle=f"figure{n}.test") for n in ACCOUNTS]
    result = crawl(settings, platform="bluesky", roster=None, plan=lambda: targets)
    print(result.run.run, result.run.state, result.planned, result.observed, result.failed, result.skipped)


def start(home: Path, appview: str, plc: str, rate: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "error", __file__, str(home), appview, plc, str(rate)]
    return subprocess.Popen(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True)


def spooled(home: Path) -> list[dict[str, Any]]:
    """Every stored outcome, without its times."""
    rows = [row for file in sorted(home.glob("spool/*/*.parquet")) for row in pq.read_table(file).to_pylist()]
    return [
        {name: value for name, value in row.items() if not name.endswith("ed_at") and name != "valid_at"}
        for row in rows
    ]


def without_run(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["target"]: {name: value for name, value in row.items() if name != "run"} for row in rows}


def check_finished(process: subprocess.Popen[str], home: Path, undisturbed: object) -> None:
    """The crawl of 1,000 targets ends, and all is on disk as if nothing had happened."""
    run, *counts = finish(process)
    rows = spooled(home)

    assert counts == ["complete", "1000", "1000", "0", "0"]
    assert {row["run"] for row in rows} == {run}
    assert len(rows) == 1000
    assert without_run(rows) == undisturbed


def finish(crawl: subprocess.Popen[str]) -> list[str]:
    out, _ = crawl.communicate(timeout=120)
    assert crawl.returncode == 0
    return out.split()


@pytest.mark.proof
def test_a_killed_crawl_of_a_thousand_targets_loses_and_doubles_nothing(tmp_path: Path) -> None:
    from tests.faults import Bluesky, Server  # noqa: PLC0415 -- not in the crawl's own process

    with Server(Bluesky(ACCOUNTS)) as appview, Server(Bluesky(ACCOUNTS)) as directory:
        calm = tmp_path / "calm"
        _, *counts = finish(start(calm, appview.url, directory.url, 250))
        whole = len(appview.asked) + len(directory.asked)
        undisturbed = without_run(spooled(calm))

        assert counts == ["complete", "1000", "1000", "0", "0"]
        assert len(undisturbed) == len(spooled(calm)) == 1000
        chance = random.Random(2021)
        for moment in [0, *sorted(chance.randrange(1, whole - 50) for _ in range(9))]:
            home = tmp_path / f"killed{moment}"
            appview.asked.clear()
            directory.asked.clear()
            crawl = start(home, appview.url, directory.url, 250)
            while len(appview.asked) + len(directory.asked) < moment:
                time.sleep(0.001)
            crawl.send_signal(signal.SIGKILL)
            crawl.communicate()
            stored = len(spooled(home))
            print(f"killed after {moment} of {whole} requests: {stored} outcomes on disk")

            assert crawl.returncode == -signal.SIGKILL
            directory.asked.clear()
            check_finished(start(home, appview.url, directory.url, 250), home, undisturbed)
            assert len(directory.asked) <= 1000 - stored


@pytest.mark.proof
def test_a_crawl_killed_again_and_again_still_ends(tmp_path: Path) -> None:
    from tests.faults import Bluesky, Server  # noqa: PLC0415 -- not in the crawl's own process

    with Server(Bluesky(ACCOUNTS)) as appview, Server(Bluesky(ACCOUNTS)) as directory:
        for n in range(8):
            crawl = start(tmp_path, appview.url, directory.url, 250)
            time.sleep(1.2 + n / 10)
            crawl.send_signal(signal.SIGKILL)
            crawl.communicate()
            print(f"kill {n + 1}: {len(spooled(tmp_path))} outcomes on disk")
        _, *counts = finish(start(tmp_path, appview.url, directory.url, 250))
    rows = spooled(tmp_path)

    assert counts == ["complete", "1000", "1000", "0", "0"]
    assert len(rows) == len(without_run(rows)) == 1000


@pytest.mark.proof
def test_a_killed_crawl_goes_on_where_its_spool_ends(tmp_path: Path) -> None:
    from tests.faults import Bluesky, Server  # noqa: PLC0415 -- not in the crawl's own process

    with Server(Bluesky(ACCOUNTS)) as appview, Server(Bluesky(ACCOUNTS)) as directory:
        crawl = start(tmp_path, appview.url, directory.url, 400)
        while not spooled(tmp_path):
            time.sleep(0.02)
        crawl.send_signal(signal.SIGKILL)
        crawl.communicate()
        stored = len(spooled(tmp_path))
        _, *counts = finish(start(tmp_path, appview.url, directory.url, 400))
    rows = spooled(tmp_path)

    assert 0 < stored < 1000
    assert counts == ["complete", "1000", "1000", "0", "0"]
    assert len(rows) == len(without_run(rows)) == 1000


if __name__ == "__main__":
    main(*sys.argv[1:])
