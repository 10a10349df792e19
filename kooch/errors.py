"""Every exception of Kooch, in one place.

KoochError                  one sentence: the thing, its value, the fault, the remedy
├── ConfigError     (2)     a setting, a command-line value
│   └── NotReadyError       a platform that needs more before it is asked: a token, money; the others go on
├── RosterError     (2)     a roster file; names file and row
├── QueryError      (2)     SQL that cannot run, or may not
├── HostLostError   (3)     the only host of a crawl answers no more; the run goes on another time
├── StorageError    (4)     spool, master, published version, state, disk
└── RunningError    (75)    another process holds the lock
"""

from pathlib import Path
from typing import ClassVar


class KoochError(Exception):
    """A fault the user can act on. `str()` is the whole sentence shown; `exit_code` is what the command returns."""

    exit_code: ClassVar[int] = 1


class ConfigError(KoochError):
    exit_code = 2


class NotReadyError(ConfigError):
    pass


class RosterError(KoochError):
    """A fault in a roster, at a file and, where there is one, a row (1 is the header)."""

    exit_code = 2

    def __init__(self, fault: str, *, file: Path, row: int | None = None) -> None:
        self.fault, self.file, self.row = fault, file, row
        place = f"{file}, row {row}" if row else f"{file}"
        super().__init__(f"{place}: {fault}")


class QueryError(KoochError):
    exit_code = 2


class HostLostError(KoochError):
    exit_code = 3


class StorageError(KoochError):
    exit_code = 4


class RunningError(KoochError):
    exit_code = 75
