"""Kills at random moments of a crawl, and the memory of a long one."""

import contextlib
import random
import signal
import time
from pathlib import Path

import pytest

from tests.faults import Bluesky, Server
from tests.test_crash import check_finished, finish, spooled, start, without_run
from tests.test_faults import started

pytestmark = pytest.mark.proof


@pytest.mark.timeout(1200)
def test_a_hundred_kills_at_random_lose_and_double_nothing(tmp_path: Path) -> None:
    """Each home is killed ten times on its way through 1,000 targets; then it must be as if nothing had happened."""
    chance = random.Random(1002)
    accounts = range(1, 1001)
    with Server(Bluesky(accounts)) as appview, Server(Bluesky(accounts)) as directory:
        finish(start(tmp_path / "calm", appview.url, directory.url, 500))
        undisturbed = without_run(spooled(tmp_path / "calm"))
        kills, early, homes = 0, 0, 0
        while kills < 100:
            homes += 1
            home = tmp_path / f"home{homes}"
            stored = 0
            while kills < 100 and stored < 800:
                before = len(appview.asked) + len(directory.asked)
                process = start(home, appview.url, directory.url, 500)
                if chance.random() < 0.2:
                    moment = f"{(seconds := chance.uniform(0, 1.2)):.2f} s"
                    time.sleep(seconds)
                else:
                    moment = f"{(requests := chance.randrange(1, 220))} requests"
                    while len(appview.asked) + len(directory.asked) < before + requests and process.poll() is None:
                        time.sleep(0.001)
                process.kill()
                process.communicate()
                stored = len(spooled(home))
                kills += process.returncode == -signal.SIGKILL
                early += process.returncode == -signal.SIGKILL and stored < 1000
                print(f"kill {kills}: home {homes} after {moment}, {stored} of 1000 outcomes on disk")
            if stored == 1000:
                continue
            check_finished(start(home, appview.url, directory.url, 500), home, undisturbed)
    print(f"{kills} kills, {early} of them before the crawl's end")

    assert kills >= 100
    assert early >= 80


@pytest.mark.timeout(1200)
def test_a_crawl_of_a_hundred_thousand_targets_keeps_its_memory(tmp_path: Path) -> None:
    server = started("serve")
    assert server.stdout is not None
    url = server.stdout.readline().strip()
    process = started("crawl", str(tmp_path), url, "100000", "1000")
    sizes: list[float] = []
    while process.poll() is None:
        with contextlib.suppress(OSError, StopIteration):
            lines = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8").splitlines()
            sizes.append(int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024)
        time.sleep(0.25)
    out, _ = process.communicate()
    server.kill()
    server.communicate()
    begun = sizes[len(sizes) // 4]
    print(f"100,000 targets in {len(sizes) / 4:.0f} s: {begun:.0f} MB after a quarter, at most {max(sizes):.0f} MB")

    assert out.split() == ["complete", "100000", "100000", "0", "0"]
    assert max(sizes) < 300
    assert max(sizes) - begun < 30
