"""`kooch roster`: see, check, import and extend the lists of figures."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, cast

import typer

from kooch import rosters
from kooch.cli.output import emit, is_terminal, say, settings_of, show
from kooch.config import BUNDLED_ROSTERS, Settings
from kooch.errors import ConfigError
from kooch.rosters.values import PLATFORMS, Kind, PlatformSlug

app = typer.Typer(no_args_is_help=True, help="See, check, import and extend the lists of figures.")


class SelectionOption(StrEnum):
    """Who is on a list, and so what may be computed from it."""

    CENSUS = "census"
    SAMPLE = "sample"
    LISTED = "listed"
    JOINERS = "joiners"


@app.command("list")
def list_rosters(context: typer.Context) -> None:
    """Show all rosters, those that come with Kooch and your own."""
    rows = [
        {
            "roster": roster.slug,
            "selection": roster.selection,
            "as_of": roster.as_of,
            "figures": len(roster.figure_ids),
            "accounts": sum(claim.polarity == "accepts" for claim in roster.accounts),
            "statements": len(roster.statements),
            "licence": roster.licence,
            "title": roster.title,
        }
        for roster in _all(settings_of(context, may_be_new=True))
    ]
    show(list(rows[0]), rows, title="rosters")


@app.command()
def check(context: typer.Context) -> None:
    """Find handles that are malformed, held by two figures, or on a mirror host, and follower counts that are none.

    Exit code 2 if there are any.
    """
    settings = settings_of(context, may_be_new=True)
    faults = rosters.check(_all(settings), rosters.read_evidence(settings.home / "rosters"))
    for fault in faults:
        if is_terminal():
            say(str(fault))
        else:
            emit("fault", file=str(fault.file), row=fault.row, message=fault.message)
    if faults:
        raise typer.Exit(2)
    say("No faults.")


@app.command("import")
def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A CSV, TSV, .xlsx or .ods file, or a roster's folder.")],
    slug: Annotated[str | None, typer.Option(help="Short name of the roster, e.g. in-cabinet-2021.")] = None,
    title: Annotated[str | None, typer.Option()] = None,
    source: Annotated[str | None, typer.Option(help="Who says that these figures hold these roles.")] = None,
    licence: Annotated[str | None, typer.Option(help="SPDX name.")] = None,
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day the list speaks of.")] = None,
    selection: Annotated[SelectionOption | None, typer.Option(help="Who is on the list.")] = None,
    time_zone: Annotated[str | None, typer.Option(help="IANA zone of the list's days, e.g. Asia/Kolkata.")] = None,
    country: Annotated[str | None, typer.Option(help="For rows that name none, e.g. IN.")] = None,
    platform: Annotated[str | None, typer.Option(help="For statements that name none.")] = None,
    column: Annotated[
        list[str] | None, typer.Option("--map", help='A column and what it is: "Full name=name". Repeat as needed.')
    ] = None,
    statements: Annotated[Path | None, typer.Option(help="Dated statements about the figures (CSV).")] = None,
    accounts: Annotated[Path | None, typer.Option(help="Account claims, accepted or denied (CSV).")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace a roster of the same name.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be imported, write nothing.")] = False,
) -> None:
    """Turn a table into a roster. A public role and its source are mandatory for every row."""
    settings = settings_of(context, may_be_new=True)
    if not file.exists():
        raise ConfigError(f"There is no {file}. Name a CSV, TSV, .xlsx or .ods file, or a roster's folder.")
    if not file.is_dir():
        given = {
            "--slug": slug,
            "--title": title,
            "--source": source,
            "--licence": licence,
            "--as-of": as_of,
            "--selection": selection,
            "--time-zone": time_zone,
        }
        if missing := [option for option, value in given.items() if value is None]:
            raise ConfigError(f"{file} is a table, which does not say everything: add {', '.join(missing)}.")
    report = rosters.import_roster(
        file,
        into=settings.home / "rosters",
        slug=slug,
        title=title,
        source=source,
        licence=licence,
        as_of=as_of.date() if as_of else None,
        selection=selection.value if selection else None,
        time_zone=time_zone,
        country=country,
        platform=cast(PlatformSlug, platform) if platform else None,
        mapping=_mapping(column or []),
        statements=statements,
        accounts=accounts,
        known=[roster for roster in _all(settings) if not replace or roster.slug != slug],
        replace_existing=replace,
        dry_run=dry_run,
    )
    found = {
        "roster": report.slug,
        "rows": report.rows,
        "figures": report.figures,
        "accounts": ", ".join(f"{name} {n}" for name, n in report.accounts.items()) or "none",
        "statements": report.statements,
        "written": report.is_written,
    }
    show(list(found), [found], title="import")
    for name in report.ignored:
        say(f"Ignored: {name}. If it matters, say what it is with --map.")
    for fault in report.faults:
        say(f"Check: {fault}")
    if report.is_written:
        say("`kooch load` publishes it.")


@app.command()
def add(
    context: typer.Context,
    roster: Annotated[str, typer.Argument(help="One of your own rosters.")],
    name: Annotated[str, typer.Argument(help="The figure's name, or its figure_id if it is listed already.")],
    role: Annotated[str | None, typer.Option(help="The public role; mandatory for a new figure.")] = None,
    source: Annotated[str | None, typer.Option(help="Who says so; mandatory.")] = None,
    kind: Annotated[str, typer.Option(help="person, institution or party.")] = "person",
    country: Annotated[str | None, typer.Option(help="e.g. IN")] = None,
    party: Annotated[str | None, typer.Option()] = None,
    platform: Annotated[str | None, typer.Option(help="With --handle: where.")] = None,
    handle: Annotated[str | None, typer.Option(help="Handle or address of an account of the figure.")] = None,
) -> None:
    """Add one figure, one account of a figure, or both."""
    settings = settings_of(context, may_be_new=True)
    folder = settings.home / "rosters" / roster
    if not (folder / "roster.yaml").exists():
        raise ConfigError(
            f"There is no roster {roster!r} of your own in {settings.home / 'rosters'}. Rosters that come with Kooch are"
            " not changed: import a copy under another name."
        )
    if not source:
        raise ConfigError("--source is missing: say who states the role or the account.")
    listed = {member.figure_id: member for member in rosters.read_roster(folder).members}
    figure_id = name if name in listed else rosters.slugify(country, name)
    if figure_id not in listed:
        if not role:
            raise ConfigError(f"{name!r} is not on {roster}: give --role, the public role for which it is listed.")
        if kind not in ("person", "institution", "party"):
            raise ConfigError(f"--kind is {kind!r}: it must be person, institution or party.")
        rosters.add_figure(
            folder,
            rosters.Member(
                figure_id=figure_id,
                name=name,
                kind=cast(Kind, kind),
                role=role,
                source=source,
                country=country,
                party=party,
            ),
        )
        say(f"{figure_id} is on {roster}.")
    if handle:
        if not platform:
            raise ConfigError(f"--platform is missing: say where {handle!r} is.")
        if platform not in PLATFORMS:
            raise ConfigError(f"--platform is {platform!r}: it must be one of {', '.join(PLATFORMS)}.")
        plain, native_id = rosters.clean_handle(platform, handle)
        rosters.add_account(
            folder,
            rosters.AccountClaim(
                figure_id=figure_id,
                platform=platform,
                polarity="accepts",
                source=source,
                handle=plain,
                native_id=native_id,
            ),
        )
        say(f"{plain or native_id} on {platform} is claimed for {figure_id}.")
    say("`kooch load` publishes it.")


def _all(settings: Settings) -> list[rosters.Roster]:
    return rosters.read_rosters(BUNDLED_ROSTERS, settings.home / "rosters")


def _mapping(pairs: list[str]) -> dict[str, str]:
    mapping = {}
    for pair in pairs:
        column, separator, meaning = pair.partition("=")
        if not separator:
            raise ConfigError(f'--map is {pair!r}: write it as "Column in the file=what it is".')
        mapping[column.strip()] = meaning.strip()
    return mapping
