"""The environment in which the lake is written: DuckDB 1.5 with its extensions, beside the DuckDB of Kooch."""

import shutil
import subprocess
import sys
from pathlib import Path

from kooch.errors import ConfigError

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
_FOLDER = Path(sys.prefix) / "lake"
"""Where it is made: in the environment of Kooch, with which it goes."""


def lake_python(named: Path | None) -> Path:
    """The Python that runs the engine: the one `named` in kooch.toml, else that of Kooch's own environment, which is
    made if needed.

    Raises ConfigError if there is none and none can be made.
    """
    if named is not None:
        if not named.is_file():
            raise ConfigError(
                f"Setting lake.python is {str(named)!r}: there is no such file. Correct it in kooch.toml."
            )
        return named.absolute()
    python = _FOLDER / "bin" / "python"
    # Written last: an installation that was killed is begun again.
    stamp = _FOLDER / "installed.txt"
    if not stamp.is_file() or stamp.read_bytes() != REQUIREMENTS.read_bytes():
        _install(python)
        shutil.copyfile(REQUIREMENTS, stamp)
    return python


def _install(python: Path) -> None:
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if uv is None:
        raise ConfigError(
            "The lake needs uv, which installs its DuckDB. Install it with `pip install 'kooch[lake]'`, or `make lake`."
        )
    make = [uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(_FOLDER)]
    fill = [uv, "pip", "sync", "--quiet", "--python", str(python), "--require-hashes", str(REQUIREMENTS)]
    for command in (make, fill):
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 -- our own words
        if done.returncode:
            says = (done.stderr.strip().splitlines() or ["no reason given"])[0].rstrip(".")
            raise ConfigError(
                f"DuckDB 1.5 for the lake cannot be installed in {_FOLDER} ({says}). Connect to the network once, or name"
                " an environment that holds it with lake.python in kooch.toml."
            )
