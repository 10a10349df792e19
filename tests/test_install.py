"""Kooch as others get it: one wheel in an environment of its own, in a folder without a checkout."""

import json
import os
import subprocess
import sys
import sysconfig
import time
import urllib.request
import venv
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kooch.config import BUNDLED_ROSTERS
from tests.servers.bluesky import BlueskyNetwork
from tests.servers.loopback import free_port

ROOT = Path(__file__).parents[1]
LIST = """\
Full name,Office,Land,bluesky,Where from
Ada Example,Minister of Examples,AT,{handle},example.org/cabinet
"""
DESCRIPTION = [
    *("--slug", "at-cabinet", "--title", "Cabinet", "--source", "example.org", "--licence", "CC0-1.0"),
    *("--selection", "census", "--time-zone", "Europe/Vienna"),
    *("--map", "Full name=name", "--map", "Office=role", "--map", "Land=country", "--map", "Where from=source"),
]

Installed = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`kooch` of an environment into which pip put the wheel. What it needs is read from this environment, and no checkout."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    install = [str(folder / "bin" / "pip"), "install", "--quiet", "--no-index", "--no-deps", str(wheel)]
    subprocess.run(install, env=_clean(), check=True, capture_output=True)
    # A line of a .pth is a folder of packages; the .pth files in it, which may lead to a checkout, are not read.
    (packages / "needed.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    return folder / "bin" / "kooch"


@pytest.fixture
def installed(program: Path, tmp_path: Path) -> Installed:
    """Run `kooch WORDS…` in an empty folder."""

    def run(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [program, *words],
            cwd=tmp_path,
            env=_clean() | env,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    return run


def _clean() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("KOOCH_", "PYTHON"))}


def test_all_of_a_wheel_lies_below_kooch(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.partition("/")[0] for name in names}
    house = {name.split("/")[2] for name in names if name.startswith("kooch/house/")}

    assert {top for top in tops if not top.endswith(".dist-info")} == {"kooch"}
    assert house == {".streamlit", "analytics", "app.py", "crawlers", "pages", "rosters"}
    for kind in ("*.sql", "*.py", "*.yaml", "*.csv", "*.html", "*.css", "*.js", "*.txt"):
        for part in ("analytics", "pages", "crawlers", "rosters"):
            for file in (ROOT / part).rglob(kind):
                assert f"kooch/house/{file.relative_to(ROOT)}" in names, file


@pytest.mark.proof
def test_a_wheel_in_an_empty_environment_imports_crawls_publishes_and_opens(
    installed: Installed, program: Path, tmp_path: Path, bluesky: BlueskyNetwork
) -> None:
    account = bluesky.create_account("wheel-ada.test")
    bluesky.settle()
    (tmp_path / "cabinet.csv").write_text(LIST.format(handle=account.handle), encoding="utf-8")
    local = {
        "KOOCH_CRAWL__ALLOW_NETWORKS": '["127.0.0.0/8", "::1/128"]',
        "KOOCH_BLUESKY__APPVIEW": bluesky.appview,
        "KOOCH_BLUESKY__PLC": bluesky.plc,
    }

    assert installed("load").returncode == 0
    for words in (
        ("roster", "import", "cabinet.csv", "--as-of", f"{datetime.now(UTC):%Y-%m-%d}", *DESCRIPTION),
        ("load",),
        ("crawl", "bluesky", "--roster", "at-cabinet"),
        ("publish", "site", "--roster", "at-cabinet"),
        ("sheet", "Ada Example", "bluesky", "-o", "sheet.html"),
        ("report", "at-cabinet", "-o", "report.html"),
    ):
        done = installed(*words, **local)
        assert done.returncode == 0, done.stderr
    found = installed("sql", "SELECT status, tier FROM presence WHERE status IS NOT NULL", "--format", "json")
    where = installed("sql", "SELECT count(*) AS n FROM rosters", "--format", "csv")

    assert json.loads(found.stdout) == {"status": "active", "tier": "curated"}
    bundled = sum(folder.is_dir() for folder in BUNDLED_ROSTERS.iterdir())
    assert where.stdout.split() == ["n", str(bundled + 1)]
    assert account.handle in (tmp_path / "site" / "at-cabinet" / "latest" / "index.html").read_text(encoding="utf-8")
    # It writes everything into the current folder.
    assert {path.name for path in tmp_path.iterdir()} == {"cabinet.csv", "data", "site", "sheet.html", "report.html"}

    port = free_port()
    command = [str(program), "start", "--no-crawl", "--port", str(port)]
    with subprocess.Popen(command, cwd=tmp_path, env=_clean(), stdout=subprocess.DEVNULL) as app:
        try:
            assert _answers(f"http://127.0.0.1:{port}/_stcore/health", app) == "ok"
        finally:
            app.terminate()
    log = (tmp_path / "data" / "app.log").read_text(encoding="utf-8")

    assert "Traceback" not in log


def _answers(address: str, app: subprocess.Popen[bytes]) -> str:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(600):
        assert app.poll() is None
        try:
            with opener.open(address, timeout=5) as answer:
                return str(answer.read().decode())
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"{address} does not answer")
