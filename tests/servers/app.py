"""The app on a free port of loopback."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.loopback import free_port

ROOT = Path(__file__).parent.parent.parent


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """The app's address, as `kooch start` would serve `home`."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)],
        cwd=ROOT,
        env=os.environ | {"KOOCH_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address_of_app = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{address_of_app}/_stcore/health", timeout=5).close()
                break
            except OSError:
                time.sleep(0.2)
        yield address_of_app
    finally:
        server.terminate()
        server.wait(timeout=20)
