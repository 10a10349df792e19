"""`kooch import`: data sets that others made, taken over whole or not at all."""

from pathlib import Path
from typing import Annotated

import typer

from kooch import rosters
from kooch.cli.faults import refuse
from kooch.cli.output import say, settings_of, show
from kooch.cli.store import load_now
from kooch.config import BUNDLED_ROSTERS, Settings
from kooch.errors import ConfigError


def import_file(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help="evidence: what the press says of figures on a roster, row by row.")],
    file: Annotated[Path, typer.Argument(help="A CSV, TSV, .xlsx or .ods file.")],
) -> None:
    """Take a file over, load it and publish. If a row is wrong nothing is taken over, and every fault is named."""
    settings = settings_of(context, may_be_new=True)
    if kind != "evidence":
        raise ConfigError(f"Nothing is known of {kind!r} to import. Known is evidence: `kooch import evidence FILE`.")
    _import_evidence(settings, file)


def _import_evidence(settings: Settings, file: Path) -> None:
    own = settings.home / "rosters"
    report = rosters.import_evidence(file, into=own, rosters=rosters.read_rosters(BUNDLED_ROSTERS, own))
    for note in report.notes:
        say(note)
    refuse(report.faults, file)
    found = {
        "statements": len(report.statements),
        "with_counts": sum(statement.reported is not None for statement in report.statements),
        "new": report.is_new,
        "file": str(report.file),
    }
    show(list(found), [found], title="import")
    load_now(settings, quiet=False)
