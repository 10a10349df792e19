"""`kooch decisions`: exchange what reviewers decided with a colleague."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer

from kooch.cli.faults import refuse
from kooch.cli.output import complain, is_terminal, say, settings_of, show
from kooch.errors import ConfigError, Fault, StorageError
from kooch.files import write_whole
from kooch.rosters.tables import Table, read_own_csv
from kooch.rosters.write import csv_text
from kooch.store.decisions import COLUMNS, Conflict, Decided, Link, conflicts, fault_of, merge, read_decisions
from kooch.store.state import open_state

app = typer.Typer(no_args_is_help=True, help="Exchange decisions about accounts with a colleague.")

Side = Literal["ours", "theirs"]


@app.command("export")
def export_decisions(context: typer.Context, file: Annotated[Path, typer.Argument(help="The CSV to write.")]) -> None:
    """Write every decision, with who took it, when and why."""
    settings = settings_of(context)
    with open_state(settings.home) as state:
        decided = read_decisions(state)
    try:
        write_whole(file, csv_text(COLUMNS, [asdict(each) for each in decided]))
    except OSError as error:
        raise StorageError(f"{file} could not be written: {error.strerror}.") from error
    say(f"{len(decided)} decisions are in {file}.")


@app.command("import")
def import_decisions(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The file that a colleague exported.")],
    keep: Annotated[
        str | None, typer.Option(help="What to keep in every conflict: ours or theirs (default: ask).")
    ] = None,
) -> None:
    """Add a colleague's decisions to yours. Where you differ, the command asks. Without an answer it imports nothing."""
    settings = settings_of(context, may_be_new=True)
    if keep not in {None, "ours", "theirs"}:
        raise ConfigError(f"--keep is {keep!r}: it must be ours or theirs.")
    table = read_own_csv(file)
    refuse(list(_faults(table)), file)
    theirs = [Decided(**{column: cells[column] for column in COLUMNS}) for _, cells in table.rows]
    with open_state(settings.home) as state:
        open_points = conflicts(read_decisions(state), theirs)
        settled: dict[Link, Side] = {}
        for each in open_points:
            side: Side | None = "ours" if keep == "ours" else "theirs" if keep == "theirs" else _ask(each)
            if side:
                settled[each.ours.link] = side
        if len(settled) < len(open_points):
            for each in open_points:
                complain(_sentence(each))
            complain(
                "Nothing was imported. Say --keep ours or --keep theirs, or repeat the command on a terminal to be asked."
            )
            raise typer.Exit(ConfigError.exit_code)
        n = merge(state, theirs, settled)
    found = {"read": len(theirs), "new": n, "conflicts": len(open_points)}
    show(list(found), [found], title="decisions")
    say("`kooch load` publishes it.")


def _faults(table: Table) -> list[Fault]:
    missing = [column for column in COLUMNS if column not in table.header]
    if missing:
        fault = f"column '{missing[0]}' is missing: the columns are {', '.join(COLUMNS)}"
        return [*table.faults, Fault(file=table.file, row=1, message=fault)]
    found = [(row, message) for row, cells in table.rows if (message := fault_of(cells))]
    return [*table.faults, *(Fault(file=table.file, row=row, message=message) for row, message in found)]


def _sentence(conflict: Conflict) -> str:
    ours, theirs = conflict.ours, conflict.theirs
    return (
        f"{ours.account} of {ours.figure_id} on {ours.platform}: {ours.reviewer} {ours.verdict} it on {ours.decided_at[:10]} "
        f"({ours.reason}), {theirs.reviewer} {theirs.verdict} it on {theirs.decided_at[:10]} ({theirs.reason})."
    )


def _ask(conflict: Conflict) -> Side | None:
    if not (is_terminal() and sys.stdin.isatty()):
        return None
    say(_sentence(conflict))
    return "ours" if typer.confirm(f"Keep ours ({conflict.ours.verdict})?") else "theirs"
