"""`--format`: how commands print rows. Each command that is named here gets the option."""

from enum import StrEnum
from typing import Annotated, Any

import typer
from typer.main import get_command

WITH_ROWS = frozenset({
    "decisions import",
    "import",
    "looks agreement",
    "notify",
    "plan",
    "reproduce",
    "roster import",
    "roster list",
    "roster series",
    "roster wikidata",
    "schedule list",
    "schedule next",
    "status",
})  # fmt: skip
"""Commands that print rows. `kooch sql` has an option of its own, which also takes parquet."""


class RowFormat(StrEnum):
    """What `--format` takes."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


_chosen: list[RowFormat] = []


def chosen() -> RowFormat | None:
    """What the command line asks for; None: a table on a terminal, JSON lines elsewhere."""
    return _chosen[-1] if _chosen else None


def format_option() -> Any:  # noqa: ANN401 -- typer keeps the types to itself
    """`--format` as a parameter of a command."""
    carrier = typer.Typer(add_completion=False, rich_markup_mode=None)
    carrier.command()(_carry)
    return next(each for each in get_command(carrier).params if each.name == "format")


def _choose(value: RowFormat | None) -> None:
    _chosen[:] = [] if value is None else [value]


def _carry(
    format: Annotated[  # noqa: A002 -- the name of the option, whose callback takes it
        RowFormat | None,
        typer.Option(
            callback=_choose,
            expose_value=False,
            help="Default: table on a terminal, json (JSON lines) elsewhere. In csv an empty line separates several tables.",
        ),
    ] = None,
) -> None:
    """Carry the option."""
