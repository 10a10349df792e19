"""The command line: one module a group of commands; faults become one sentence and an exit code here."""

import errno
import os
import sys
import traceback
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, NamedTuple, NoReturn

import typer
from typer.core import TyperGroup
from typer.main import get_group

from kooch import __version__
from kooch.cli.rows import WITH_ROWS, format_option
from kooch.errors import ConfigError, KoochError
from kooch.folders import make_importable

make_importable()


class Place(NamedTuple):
    """The module and function of a command, and its line in the list of commands."""

    module: str
    name: str
    help: str


COMMANDS = {
    "start": Place("start", "start", "Publish the lists, open the app, and crawl once."),
    "roster": Place("roster", "app", "Show, check, import and extend lists."),
    "plan": Place("plan", "plan", "Say what Kooch can learn about a list, when, at what price."),
    "crawl": Place("crawl", "crawl", "Look at every accepted account once, then publish."),
    "backfill": Place("backfill", "backfill", "Read archived profile pages, then publish."),
    "schedule": Place("schedule", "app", "Crawl at set times."),
    "load": Place("store", "load", "Load what crawls found and what lists say, and publish."),
    "backup": Place("store", "backup", "Copy everything from which the published data can be rebuilt."),
    "suppress": Place("store", "suppress", "Remove an account everywhere, and keep it out."),
    "runs": Place("runs", "app", "Withdraw what a crawl observed."),
    "status": Place("status", "status", "Show runs, freshness, and failures by cause."),
    "metrics": Place("metrics", "metrics", "Show how crawls went, in the text format of Prometheus."),
    "sql": Place("query", "sql", "Ask the published data with SQL."),
    "parse": Place("parse", "parse", "Show how Kooch reads saved pages and answers."),
    "import": Place("imports", "import_files", "Import press statements, looks or saved pages, and publish."),
    "looks": Place("looks", "app", "Make sheets for looks by people, and compare lookers."),
    "decisions": Place("decisions", "app", "Exchange decisions about accounts with a colleague."),
    "export": Place("export", "export", "Write every table as Parquet and CSV."),
    "lake": Place("lake", "app", "Write published versions into a shared lake, or read one from it."),
    "publish": Place("publish", "publish", "Write pages of lists that open without a server."),
    "notify": Place("notify", "notify", "Send what changed to your channels, each change once."),
    "report": Place("report", "report", "Write a report of a list: changes, and the state of accounts."),
    "sheet": Place("sheet", "sheet", "Say what you may print about a person or organisation, and why."),
    "reproduce": Place("reproduce", "reproduce", "Show published numbers beside our own."),
    "doctor": Place("doctor", "doctor", "Check everything and say what to do."),
}


class Commands(TyperGroup):
    """The commands by name. A command's module, and all that it needs, is imported when the command is called."""

    def __init__(self, **attributes: Any) -> None:  # noqa: ANN401 -- they are those of typer
        # The names are there before the commands, because typer needs them to guess a misspelt command.
        super().__init__(**attributes | {"commands": dict.fromkeys(COMMANDS)})

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401, ARG002 -- typer keeps the types to itself
        """The command `cmd_name`, or None if there is no such command."""
        if cmd_name not in COMMANDS:
            return None
        place = COMMANDS[cmd_name]
        written = getattr(import_module(f"kooch.cli.{place.module}"), place.name)
        group = _typer()
        if isinstance(written, typer.Typer):
            group.add_typer(written, name=cmd_name)
        else:
            group.callback()(lambda: None)
            group.command(cmd_name)(written)
        return _finished(get_group(group).commands[cmd_name], cmd_name)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401, ARG002 -- as above
        """Write the list of commands, without importing one of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, place.help) for name, place in COMMANDS.items()])


def _finished(command: Any, path: str) -> Any:  # noqa: ANN401 -- as above
    """Give a command and its subcommands `--format` if they print rows, and keep the first line of their help whole."""
    for name, below in getattr(command, "commands", {}).items():
        _finished(below, f"{path} {name}")
    if command.help:
        command.short_help = " ".join(command.help.partition("\n\n")[0].split())
    if path in WITH_ROWS:
        command.params.append(format_option())
    return command


def _typer(**attributes: Any) -> typer.Typer:  # noqa: ANN401 -- they are those of typer
    with_completion = attributes.pop("add_completion", False)
    return typer.Typer(
        add_completion=with_completion, pretty_exceptions_enable=False, rich_markup_mode=None, **attributes
    )


app = _typer(
    name="kooch",
    add_completion=True,
    cls=Commands,
    help="Which public figures joined which social platforms, when, and who says so.",
    no_args_is_help=True,
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
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Options before the command."""
    context.obj = home


def main() -> None:
    """Run the command line; exit codes are those of docs/commands.md."""
    try:
        _refuse_other_than_utf8()
        # If a command ends with typer.Exit, its code comes back as a value.
        code = app(standalone_mode=False)
        sys.stdout.flush()
        sys.exit(code if isinstance(code, int) else 0)
    except KoochError as error:
        _complain(str(error))
        sys.exit(error.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        _complain("Stopped.")
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output has enough (`kooch sql … | head`).
        sys.stderr.close()
        sys.exit(141)
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EIO}:
            _report(error)
        _complain(f"The output cannot be written ({error.strerror}). Free space, or write it elsewhere.")
        with suppress(OSError):
            sys.stdout.close()
        sys.exit(4)
    except Exception as error:  # noqa: BLE001 -- the last line of defence: a sentence for the user, the rest below it
        if is_usage_error(error):
            _complain(usage_sentence(error))
            sys.exit(2)
        _report(error)


def _refuse_other_than_utf8() -> None:
    """Raise ConfigError for a word that neither DuckDB nor a file of ours can hold; `parse` only opens what it names."""
    for word in [] if "parse" in sys.argv else [*sys.argv[1:], os.environ.get("KOOCH_HOME", "")]:
        if any("\ud800" <= letter <= "\udfff" for letter in word):
            raise ConfigError(f"{word!a} is not UTF-8. Write it in UTF-8.")


def _complain(text: str) -> None:
    from kooch.cli.output import complain  # noqa: PLC0415 -- `kooch --help` has nothing to complain of

    complain(text)


def _report(error: Exception) -> NoReturn:
    _complain(traceback.format_exc())
    _complain(f"This is a fault in Kooch ({type(error).__name__}: {error}). Nothing stored is lost. Please report it.")
    sys.exit(1)


def is_usage_error(error: Exception) -> bool:
    """Whether the command line itself was wrong: typer's own copy of click raises these."""
    return hasattr(error, "format_message") and hasattr(error, "exit_code")


def usage_sentence(error: Exception) -> str:
    """The error of a wrong command line as one sentence with the remedy."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "kooch"
    return f"{error.format_message()} See `{command} --help`."  # type: ignore[attr-defined]  # checked by is_usage_error
