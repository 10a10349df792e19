"""A process that kills itself at one call of a function, as a power cut would."""

import signal
import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_PROGRAM = """
import importlib, os, signal, sys
work, module, name, n = sys.argv[1:5]
del sys.argv[1:5]
place, calls = importlib.import_module(module), []
stock = getattr(place, name)
def call(*arguments, **named):
    calls.append(1)
    if len(calls) == int(n):
        os.kill(os.getpid(), signal.SIGKILL)
    return stock(*arguments, **named)
setattr(place, name, call)
exec(work)
"""
_SUPPRESS = """
from pathlib import Path
from kooch.config import VIEWS
from kooch.store.suppress import suppress
home, bundled, platform, account = sys.argv[1:]
suppress(Path(home), platform=platform, account=account, reason="asked", views=VIEWS, bundled=Path(bundled))
"""


def is_killed(work: str, *arguments: object, at: str, n: int = 1) -> bool:
    """Whether the program `work` (its `sys.argv` are `arguments`) came to the nth call of `at`, `module:function`, and died there.

    It must come to its end otherwise.
    """
    words = [sys.executable, "-W", "error", "-c", _PROGRAM, work, *at.split(":"), str(n), *map(str, arguments)]
    done = subprocess.run(words, cwd=_ROOT, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode == -signal.SIGKILL


def is_suppressing_killed(home: Path, bundled: Path, account: str, *, platform: str, at: str, n: int = 1) -> bool:
    """The same with `kooch suppress PLATFORM ACCOUNT`."""
    return is_killed(_SUPPRESS, home, bundled, platform, account, at=at, n=n)
