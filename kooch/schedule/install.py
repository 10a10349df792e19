"""What lets the machine's own scheduler call `kooch crawl --due`: systemd user units, or a crontab line."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

from kooch.errors import ConfigError

_MARK = "# Written by `kooch schedule install`"

_SERVICE = """\
{mark}: crawls {home} when a slot is due.
[Unit]
Description=Kooch: crawls that are due

[Service]
Type=oneshot
WorkingDirectory={folder}
ExecStart={command}
# Kooch tells its crawl to end, and writes down how far it came.
KillMode=mixed
TimeoutStopSec=120
# 3: some targets could not be observed; 75: a crawl is running already. `kooch status --check` watches both.
SuccessExitStatus=3 75
NoNewPrivileges=yes
"""
_TIMER = """\
{mark}: crawls {home} when a slot is due.
[Unit]
Description=Kooch: looks every five minutes what is due

[Timer]
OnCalendar=*:0/5
AccuracySec=30s
Persistent=true

[Install]
WantedBy=timers.target
"""


def units(home: Path, name: str) -> dict[Path, str]:
    """The unit files for the data folder `home`, by their paths; nothing is written."""
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user"
    command = " ".join(f'"{_unit_text(word)}"' for word in _command(home))
    texts = {"service": _SERVICE, "timer": _TIMER}
    return {
        folder / f"{name}.{kind}": text.format(
            mark=_MARK, home=home, folder=str(home).replace("%", "%%"), command=command
        )
        for kind, text in texts.items()
    }


def write_units(files: dict[Path, str]) -> None:
    """Write them. Raises ConfigError before the first if a file of that name is not ours, or is for another folder."""
    try:
        for file, text in files.items():
            if file.exists():
                first = file.read_bytes().partition(b"\n")[0]
                if first != text.partition("\n")[0].encode():
                    raise ConfigError(f"{file} is there already and serves another purpose. Give another --name.")
        for file, text in files.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{error.filename} cannot be written ({error.strerror}). Correct its permissions.") from error


def crontab_line(home: Path) -> str:
    """The line for the data folder `home`. Faults go to cron's mail; what crawls say is in `kooch status`."""
    command = " ".join(shlex.quote(word) for word in _command(home)).replace("%", r"\%")
    return f"*/5 * * * *  {command} >/dev/null  {_mark_of(home)}"


def write_crontab_line(home: Path) -> None:
    """Add the line to the user's crontab, in the place of an earlier one for the same folder; the rest stays."""
    try:
        found = subprocess.run(["crontab", "-l"], capture_output=True, text=True, check=False)  # noqa: S607 -- the user's own cron
        others = [line for line in found.stdout.splitlines() if not line.endswith(_mark_of(home))]
        table = "\n".join([*others, crontab_line(home), ""])
        subprocess.run(["crontab", "-"], input=table, text=True, check=True)  # noqa: S607 -- the user's own cron
    except (OSError, subprocess.CalledProcessError) as error:
        says = error.strerror if isinstance(error, OSError) else f"`crontab` ended with code {error.returncode}"
        raise ConfigError(f"The crontab could not be written ({says}). Add the line by hand.") from error


def _command(home: Path) -> list[str]:
    return [sys.executable, "-m", "kooch", "--home", str(home), "crawl", "--due"]


def _mark_of(home: Path) -> str:
    return f"# kooch: {home}"


def _unit_text(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return escaped.replace("%", "%%").replace("$", "$$")
