"""Makes the machine's own scheduler call `kooch crawl --due`: by systemd user units, or by a crontab line."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

from kooch.errors import ConfigError
from kooch.files import make_folder, write_whole

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
                    raise ConfigError(f"{file} exists already and serves another purpose. Give another --name.")
        for file, text in files.items():
            make_folder(file.parent)
            write_whole(file, text)
    except OSError as error:
        raise ConfigError(f"{error.filename} cannot be written ({error.strerror}). Correct its permissions.") from error


def crontab_line(home: Path) -> str:
    """The line for the data folder `home`. Faults go to cron's mail; what crawls say is in `kooch status`."""
    command = " ".join(shlex.quote(word) for word in _command(home)).replace("%", r"\%")
    return f"*/5 * * * *  {command} >/dev/null  {_mark_of(home)}"


def write_crontab_line(home: Path) -> None:
    """Add the line to the user's crontab, in the place of an earlier one for the same folder; the rest stays.

    Raises ConfigError, and writes nothing, where the crontab cannot be listed or is not UTF-8.
    """
    others = [line for line in _crontab_lines() if not line.endswith(_mark_of(home))]
    table = "\n".join([*others, crontab_line(home), ""])
    try:
        subprocess.run(["crontab", "-"], input=table.encode(), check=True)  # noqa: S607 -- the user's own cron
    except (OSError, subprocess.CalledProcessError) as error:
        says = error.strerror if isinstance(error, OSError) else f"`crontab` ended with code {error.returncode}"
        raise ConfigError(f"The crontab could not be written ({says}). Add the line by hand.") from error


def _crontab_lines() -> list[str]:
    """The lines of the user's crontab; none if there is no crontab.

    Writing replaces the whole crontab, so every doubt is a ConfigError.
    """
    try:
        found = subprocess.run(["crontab", "-l"], capture_output=True, check=False, env=os.environ | {"LC_ALL": "C"})  # noqa: S607 -- the user's own cron
    except OSError as error:
        raise ConfigError(f"`crontab` could not be started ({error.strerror}). Add the line by hand.") from error
    if found.returncode == 0:
        text = _decoded(found.stdout)
        return text.removesuffix("\n").split("\n") if text else []
    says = found.stderr.decode(errors="replace").strip()
    if not found.stdout and "no crontab for " in says.lower():
        return []
    raise ConfigError(
        f"The crontab could not be listed (`crontab -l` ended with code {found.returncode}: {says or 'no message'}), so"
        " nothing was written. Add the line by hand."
    )


def _decoded(table: bytes) -> str:
    try:
        return table.decode()
    except UnicodeDecodeError as error:
        line = table.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            f"Line {line} of the crontab is not UTF-8, so nothing was written. Save the crontab as UTF-8, or add the line by"
            " hand."
        ) from error


def _command(home: Path) -> list[str]:
    return [sys.executable, "-m", "kooch", "--home", str(home), "crawl", "--due"]


def _mark_of(home: Path) -> str:
    return f"# kooch: {home}"


def _unit_text(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return escaped.replace("%", "%%").replace("$", "$$")
