"""Headless Chromium: the machine's own, or the one among the npm packages."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import Browser, Locator, expect, sync_playwright

from tests.servers.installed import NODE_MODULES, SERVERS, node

# Pages are loopback only: no sandbox (root and containers have none) and no calls home.
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_PACKAGE = "@sparticuz/chromium"
_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{unpacked}/fonts</dir>
  <dir>{node_modules}/@expo-google-fonts</dir>
  <cachedir>{unpacked}/fonts-cache</cachedir>
</fontconfig>
"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running browser that shows Latin and Devanagari text on a machine without fonts, too."""
    unpacked = _unpack()
    environment = os.environ | {"FONTCONFIG_FILE": str(unpacked / "fonts.conf")}
    program = shutil.which("chromium", path=f"/usr/bin{os.pathsep}{os.environ['PATH']}")
    if program is None:
        program = str(unpacked / "chromium")
        environment["LD_LIBRARY_PATH"] = str(unpacked / "al2023" / "lib")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_ARGUMENTS, env=dict(environment))
        yield browser
        browser.close()


def pick(box: Locator, title: str | None = None) -> None:
    """Choose the option `title` of a select box, or its first one. As a reader does, it clicks again when nothing opens."""
    options = (
        box.page.get_by_role("option") if title is None else box.page.get_by_role("option", name=title, exact=True)
    )
    for _ in range(20):
        box.click()
        with suppress(AssertionError):
            expect(options.first).to_be_visible(timeout=3_000)
            break
    options.first.click()


def _unpack() -> Path:
    """The folder with the unpacked package, made once for each installed version."""
    version = json.loads((NODE_MODULES / _PACKAGE / "package.json").read_text())["version"]
    cache = NODE_MODULES / ".cache"
    unpacked = cache / f"chromium-{version}"
    if not unpacked.is_dir():
        cache.mkdir(exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=cache))
        # The package adds the shared libraries it needs only where it thinks it runs as a cloud function.
        environment = os.environ | {"TMPDIR": str(fresh), "AWS_EXECUTION_ENV": "AWS_Lambda_nodejs22.x"}
        subprocess.run([node(), SERVERS / "chromium.mjs"], env=environment, check=True, stdout=subprocess.DEVNULL)
        (fresh / "fonts.conf").write_text(_FONTS.format(unpacked=unpacked, node_modules=NODE_MODULES))
        fresh.rename(unpacked)
    return unpacked
