"""Every exception of Kooch, in one place.

KoochError                  one sentence: the thing, its value, the fault, the remedy
├── ConfigError     (2)     a setting, a command-line value
│   ├── NotReadyError       a platform that needs more before it is asked: a token, money; the others go on
│   └── UnknownListError    a list that is not there
├── RosterError     (2)     roster files; names file and row of each fault
├── QueryError      (2)     SQL that cannot run, or may not
├── AnswerError     (3)     a service that gave no whole answer to a question
├── HostLostError   (3)     the only host of a crawl answers no more; the run goes on another time
├── StorageError    (4)     spool, master, published version, state, disk
└── RunningError    (75)    another process holds the lock
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self


class KoochError(Exception):
    """A fault the user can act on. `str()` is the whole sentence shown; `exit_code` is what the command returns."""

    exit_code: ClassVar[int] = 1


class ConfigError(KoochError):
    exit_code = 2


class NotReadyError(ConfigError):
    pass


class UnknownListError(ConfigError):
    def __init__(self, roster: str, known: Iterable[str]) -> None:
        self.roster, self.known = roster, tuple(sorted(known))
        super().__init__(f"There is no list {roster!r}. Known are: {', '.join(self.known)}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A sentence about one place: a file, and in it a sheet, a row (1 is the header) and a column, as far as known.

    `is_between_lists`: each of two lists may be right of its own day. `figures` are the two that hold one account.
    """

    file: Path
    message: str
    row: int | None = None
    sheet: str | None = None
    column: str | None = None
    is_between_lists: bool = False
    figures: tuple[str, str] | None = None

    def __str__(self) -> str:
        place = f"{self.file}"
        if self.sheet:
            place += f", sheet '{self.sheet}'"
        if self.row:
            place += f", row {self.row}"
        # Most messages already begin with the name of the column.
        if self.column and not self.message.startswith(self.column):
            place += f", column '{self.column}'"
        return f"{place}: {self.message}"


class RosterError(KoochError):
    """Faults in a roster, one per line. `fault`, `file` and `row` are those of the first fault."""

    exit_code = 2

    def __init__(self, fault: str, *, file: Path, row: int | None = None, faults: Sequence[Fault] = ()) -> None:
        self.faults = tuple(faults) or (Fault(file=file, row=row, message=fault),)
        self.fault, self.file, self.row = fault, file, row
        super().__init__("\n".join(map(str, self.faults)))

    @classmethod
    def of(cls, faults: Sequence[Fault]) -> Self:
        """All faults as one error; there is at least one."""
        first = faults[0]
        return cls(first.message, file=first.file, row=first.row, faults=faults)


class QueryError(KoochError):
    exit_code = 2


class AnswerError(KoochError):
    """A question without a complete answer, and the cause. Nothing is written."""

    exit_code = 3

    def __init__(self, question: str, cause: str) -> None:
        self.question, self.cause = question, cause
        super().__init__(f"Question {question}: {cause}. Nothing was written. Repeat the command to continue.")


class HostLostError(KoochError):
    exit_code = 3


class StorageError(KoochError):
    exit_code = 4


class RunningError(KoochError):
    exit_code = 75
