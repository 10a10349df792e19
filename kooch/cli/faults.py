"""How the commands tell what is wrong with the files that somebody brings."""

from collections.abc import Sequence
from pathlib import Path

import typer

from kooch.cli.output import complain, emit, is_terminal, say
from kooch.errors import ConfigError, Fault


def tell(faults: Sequence[Fault], event: str = "fault") -> None:
    """Each fault in a line: a sentence on a terminal, JSON elsewhere, where it is an `event` of this name."""
    for fault in faults:
        if is_terminal():
            say(str(fault))
        else:
            place = {"sheet": fault.sheet, "column": fault.column}
            named = {name: value for name, value in place.items() if value}
            emit(event, file=str(fault.file), row=fault.row, **named, message=fault.message)


def refuse(faults: Sequence[Fault], file: Path) -> None:
    """Tell all faults of `file` and end the command, if there are any."""
    tell(faults)
    if faults:
        n = len(faults)
        complain(
            f"{file}: {n} {'fault' if n == 1 else 'faults'}, nothing was taken over. Correct the file, then repeat."
        )
        raise typer.Exit(ConfigError.exit_code)
