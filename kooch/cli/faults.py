"""How commands report faults in files that a user imports."""

from collections.abc import Sequence
from pathlib import Path

import typer

from kooch.cli.output import complain, emit, is_terminal, say
from kooch.errors import ConfigError, Fault


def tell(faults: Sequence[Fault], event: str = "fault") -> None:
    """Print each fault on a line: a sentence on a terminal, elsewhere JSON with this `event`."""
    for fault in faults:
        if is_terminal():
            say(str(fault))
        else:
            place = {"sheet": fault.sheet, "column": fault.column}
            named = {name: value for name, value in place.items() if value}
            emit(event, file=str(fault.file), row=fault.row, **named, message=fault.message)


def refuse(faults: Sequence[Fault], file: Path) -> None:
    """Print all faults of `file` and end the command, if there are any."""
    tell(faults)
    if faults:
        n = len(faults)
        complain(
            f"{file}: {n} {'fault' if n == 1 else 'faults'}, nothing was taken over. Correct the file, then repeat."
        )
        raise typer.Exit(ConfigError.exit_code)
