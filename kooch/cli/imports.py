"""`kooch import`: press statements, looks by people and captures, from files."""

from collections import Counter
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kooch import looks, rosters
from kooch.cli.faults import refuse
from kooch.cli.instants import captured_instant
from kooch.cli.output import complain, is_terminal, say, settings_of, show
from kooch.cli.store import load_now
from kooch.config import BUNDLED_ROSTERS, Settings
from kooch.errors import ConfigError
from kooch.store import versions

if TYPE_CHECKING:  # Readers of pages take half a second to import.
    from crawlers.captures.importing import Found

_KINDS = "evidence: `kooch import evidence FILE`, looks: `kooch import looks FILE`, and captures: `kooch import captures FILE…`"
_MOST_NAMED = 10
_COUNTS = ("planned", "observed", "failed", "skipped")


def import_files(
    context: typer.Context,
    kind: Annotated[
        str,
        typer.Argument(
            help="evidence: statements of the press about people on your lists. looks: what people saw. captures: web archives, saved pages and saved answers."
        ),
    ],
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            help="evidence and looks: a CSV, TSV, .xlsx or .ods file. captures: WARC, WACZ, MHTML, HTML, JSON or JSON lines."
        ),
    ] = None,
    platform: Annotated[
        str | None,
        typer.Option(
            help="captures: the platform, if no address in the files names it. Records of other platforms are left out."
        ),
    ] = None,
    captured_at: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="captures: when files without a time were saved: ISO 8601 with its zone, or 14 digits (UTC).",
        ),
    ] = None,
    unlisted: Annotated[
        bool, typer.Option("--unlisted", help="captures: import accounts that are on no list, too.")
    ] = False,
) -> None:
    """Import files, load them and publish. Every fault is named. A file of evidence or looks with a fault is not imported."""
    settings = settings_of(context, may_be_new=True)
    if not files:
        raise ConfigError(
            f"Name a file: `kooch import {kind} FILE`."
            if kind in {"captures", "evidence", "looks"}
            else f"{kind!r} is no kind of import. Say what it is: `kooch import evidence {kind}`. Known are {_KINDS}."
        )
    if kind == "captures":
        at = captured_instant(captured_at) if captured_at is not None else None
        _import_captures(settings, files, platform=platform, captured_at=at, unlisted=unlisted)
    elif kind not in {"evidence", "looks"}:
        raise ConfigError(f"{kind!r} cannot be imported. Known are {_KINDS}.")
    elif len(files) > 1 or platform is not None or captured_at is not None or unlisted:
        raise ConfigError(
            f"One file of {kind} is imported at a time, without other options: `kooch import {kind} FILE`."
        )
    elif kind == "looks":
        _import_looks(settings, files[0])
    else:
        _import_evidence(settings, files[0])


def _import_looks(settings: Settings, file: Path) -> None:
    own = settings.home / "rosters"
    report = looks.import_looks(file, into=own, rosters=rosters.read_rosters(BUNDLED_ROSTERS, own))
    for note in report.notes:
        say(note)
    refuse(report.faults, file)
    settled = Counter(each.result for each in looks.settle(report.looks))
    found = {
        "looks": len(report.looks),
        "waves": len({look.wave for look in report.looks}),
        **{name: settled[name] for name in ("present", "absent", "unclear", "disputed")},
        "new": report.is_new,
        "file": str(report.file),
    }
    show(list(found), [found], title="import")
    load_now(settings, quiet=False)


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


def _import_captures(
    settings: Settings, files: list[Path], *, platform: str | None, captured_at: datetime | None, unlisted: bool
) -> None:
    from crawlers.archives import parser_of  # noqa: PLC0415 -- no other command waits for the parsers
    from crawlers.captures import importing  # noqa: PLC0415 -- as above

    if platform is not None:
        parser_of(platform)
    found = importing.read_files(files, platform=platform, captured_at=captured_at)
    importing.refuse_undated(found)
    _tell_left_out(found)
    if not unlisted:
        claimed = rosters.claimed_names(rosters.read_rosters(BUNDLED_ROSTERS, settings.home / "rosters"))
        importing.leave_out_unlisted(
            found, lambda of: claimed.get(of, set()) | versions.listed_names(settings.home, of)
        )
        _tell_unlisted(found)
    done = importing.store(settings, found, published=partial(versions.captures_published, settings.home))
    if found.known:
        say(f"Imported before, and left unchanged: {_records(found.known)}.")
    rows = [
        {
            "platform": each.run.platform,
            **{name: getattr(each, name) for name in _COUNTS},
        }
        for each in done
    ]
    if rows or not is_terminal():
        show(["platform", *_COUNTS], rows, title="import")
    load_now(settings, quiet=False)
    if found.unread or any(each.run.state != "complete" for each in done):
        raise typer.Exit(3)
    if not done and not found.known and any(found.unlisted.values()):
        raise ConfigError(
            "No list claims an account in these files. Nothing was imported. Add the public figures to a list, or repeat with"
            " --unlisted."
        )
    if not done and not found.known:
        raise ConfigError("No record is about an account that can be read. Nothing was imported.")


def _tell_left_out(found: "Found") -> None:
    for record in found.unread[:_MOST_NAMED]:
        complain(f"{record.place} cannot be read: {record.why}.")
    if len(found.unread) > _MOST_NAMED:
        complain(f"{_records(len(found.unread) - _MOST_NAMED)} more cannot be read.")
    for name, n in found.others.items():
        say(f"{name}: left out are {_records(n)} about no account that can be read.")


def _tell_unlisted(found: "Found") -> None:
    for platform, names in sorted(found.unlisted.items()):
        accounts = "1 account" if len(names) == 1 else f"{len(names):,} accounts"
        first = ", ".join(sorted(names)[:_MOST_NAMED])
        more = f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else ""
        say(f"No list claims {accounts} of {platform} ({first}{more}): left out. --unlisted imports them.")


def _records(n: int) -> str:
    return "1 record" if n == 1 else f"{n:,} records"
