"""The command line: one module a group of commands; faults become one sentence and an exit code here."""

import errno
import os
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from kooch import __version__
from kooch.cli import (
    backfill,
    crawl,
    doctor,
    export,
    imports,
    metrics,
    parse,
    query,
    roster,
    schedule,
    start,
    status,
    store,
)
from kooch.cli.output import complain
from kooch.errors import ConfigError, KoochError

app = typer.Typer(
    name="kooch",
    help="Which public figures set up on which social platforms, when, and who says so.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _show_version(is_wanted: bool) -> None:  # noqa: FBT001 -- typer calls it with the flag
    if is_wanted:
        typer.echo(f"kooch {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    home: Annotated[Path | None, typer.Option(help="The data folder (default: KOOCH_HOME, else ./data).")] = None,
    version: Annotated[  # noqa: ARG001 -- its callback answers
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    """Options before the command."""
    context.obj = home


app.command("start")(start.start)
app.add_typer(roster.app, name="roster")
app.command("crawl")(crawl.crawl)
app.command("backfill")(backfill.backfill)
app.add_typer(schedule.app, name="schedule")
app.command("load")(store.load)
app.command("backup")(store.backup)
app.command("suppress")(store.suppress)
app.command("status")(status.status)
app.command("metrics")(metrics.metrics)
app.command("sql")(query.sql)
app.command("parse")(parse.parse)
app.command("import")(imports.import_file)
app.command("export")(export.export)
app.command("doctor")(doctor.doctor)


def main() -> None:
    """Run the command line; exit codes are those of docs/commands.md."""
    try:
        _refuse_other_than_utf8()
        # What a command leaves with typer.Exit comes back as a value.
        code = app(standalone_mode=False)
        sys.stdout.flush()
        sys.exit(code if isinstance(code, int) else 0)
    except KoochError as error:
        complain(str(error))
        sys.exit(error.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        complain("Stopped.")
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output has enough (`kooch sql … | head`).
        sys.stderr.close()
        sys.exit(141)
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EIO}:
            _report(error)
        complain(f"The output cannot be written ({error.strerror}). Free space, or write it elsewhere.")
        with suppress(OSError):
            sys.stdout.close()
        sys.exit(4)
    except Exception as error:  # noqa: BLE001 -- the last line of defence: a sentence for the user, the rest below it
        if is_usage_error(error):
            complain(usage_sentence(error))
            sys.exit(2)
        _report(error)


def _refuse_other_than_utf8() -> None:
    """Raise ConfigError for a word that neither DuckDB nor a file of ours can hold; `parse` only opens what it names."""
    for word in [] if "parse" in sys.argv else [*sys.argv[1:], os.environ.get("KOOCH_HOME", "")]:
        if any("\ud800" <= letter <= "\udfff" for letter in word):
            raise ConfigError(f"{word!a} is not UTF-8. Write it in UTF-8.")


def _report(error: Exception) -> NoReturn:
    complain(traceback.format_exc())
    complain(f"This is a fault in Kooch ({type(error).__name__}: {error}). Nothing stored is lost. Please report it.")
    sys.exit(1)


def is_usage_error(error: Exception) -> bool:
    """Whether the command line itself was wrong: typer's own copy of click raises these."""
    return hasattr(error, "format_message") and hasattr(error, "exit_code")


def usage_sentence(error: Exception) -> str:
    """The error of a wrong command line as one sentence with the remedy."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "kooch"
    return f"{error.format_message()} See `{command} --help`."  # type: ignore[attr-defined]  # checked by is_usage_error
