"""`kooch roster`: show, check, import and extend lists."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import replace as changed
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, cast, get_args

import typer

from kooch import rosters
from kooch.cli.faults import refuse, tell
from kooch.cli.output import is_terminal, say, settings_of, show
from kooch.cli.plan import show_first_plan
from kooch.cli.wikidata import from_wikidata
from kooch.config import BUNDLED_ROSTERS, Settings
from kooch.errors import ConfigError
from kooch.platforms import Account, Refused, known, platform_of, read
from kooch.rosters.values import Kind
from kooch.store.state import open_state, say_same
from kooch.store.versions import native_ids
from kooch.times import now

app = typer.Typer(no_args_is_help=True, help="Show, check, import and extend lists.")
app.command("wikidata")(from_wikidata)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a day. Write YYYY-MM-DD") from None


class SelectionOption(StrEnum):
    """Who is on a list. It decides what may be computed from the list."""

    CENSUS = "census"
    SAMPLE = "sample"
    LISTED = "listed"
    JOINERS = "joiners"


@app.command("list")
def list_rosters(context: typer.Context) -> None:
    """Show all lists: those that come with Kooch, and your own."""
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
    columns = [name for name in rows[0] if not (is_terminal() and name in {"statements", "licence"})]
    show(columns, rows, title="rosters")


@app.command()
def check(context: typer.Context) -> None:
    """Find handles that are malformed, held by two figures, or on a mirror host, and follower counts that cannot be read.

    Exit code 2 if there are any in your own lists. Those in lists that come with Kooch are notes, and so are days on
    which people end and others begin: both count then.
    """
    settings = settings_of(context, may_be_new=True)
    bundled = rosters.check(rosters.read_rosters(BUNDLED_ROSTERS))
    found = rosters.check(_all(settings), rosters.read_evidence(settings.home / "rosters"))
    notes, faults = [fault for fault in found if fault in bundled], [fault for fault in found if fault not in bundled]
    tell(faults)
    tell(notes, "note")
    handovers = [note for roster in _all(settings) if (note := rosters.note_of_handovers(roster))]
    tell(handovers, "note")
    if notes and is_terminal():
        say(f"{len(notes)} of the lines above are about lists that come with Kooch: you need not correct them.")
    if faults:
        raise typer.Exit(2)
    if not notes:
        say("No faults.")


@app.command("import")
def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A CSV, TSV, .xlsx or .ods file, or the folder of a list.")],
    slug: Annotated[str | None, typer.Option(help="Short name of the list (default: the name of the file).")] = None,
    title: Annotated[str | None, typer.Option(help="Title of the list (default: the name of the file).")] = None,
    source: Annotated[str | None, typer.Option(help="Who says that these figures hold these roles.")] = None,
    licence: Annotated[
        str | None, typer.Option(help="SPDX name of the licence (default: NOASSERTION, nobody has looked).")
    ] = None,
    as_of: Annotated[
        date | None, typer.Option(parser=_day, metavar="YYYY-MM-DD", help="The day that the list describes.")
    ] = None,
    selection: Annotated[SelectionOption | None, typer.Option(help="Who is on the list (default: listed).")] = None,
    time_zone: Annotated[
        str | None,
        typer.Option(help="IANA time zone of the list's days, e.g. Asia/Kolkata (default: that of --country)."),
    ] = None,
    complete_from: Annotated[
        date | None,
        typer.Option(
            parser=_day,
            metavar="YYYY-MM-DD",
            help="The day since which a census lists everybody, including those who left.",
        ),
    ] = None,
    vouches: Annotated[
        bool | None, typer.Option("--vouches/--no-vouches", help="Whether the accounts existed on the day of --as-of.")
    ] = None,
    country: Annotated[str | None, typer.Option(help="The country of rows that name none, e.g. IN.")] = None,
    platform: Annotated[str | None, typer.Option(help="The platform of statements that name none.")] = None,
    column: Annotated[
        list[str] | None, typer.Option("--map", help='A column and what it is: "Full name=name". Repeat as needed.')
    ] = None,
    statements: Annotated[Path | None, typer.Option(help="Dated statements about the figures (CSV).")] = None,
    accounts: Annotated[Path | None, typer.Option(help="Account claims, accepted or denied (CSV).")] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Encoding of text files, e.g. cp1250 (default: Unicode, else Windows-1252).")
    ] = None,
    same: Annotated[
        list[str] | None,
        typer.Option(help="Two figures that are one person, as A=B: figure ids or official ids. Repeatable."),
    ] = None,
    different: Annotated[list[str] | None, typer.Option(help="Two people with one name, as A,B. Repeatable.")] = None,
    leave_out: Annotated[
        list[int] | None, typer.Option(help="The number of a row that is nobody, such as a total.")
    ] = None,
    keep: Annotated[
        list[int] | None, typer.Option(help="The number of a row that looks like a total, and is somebody.")
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace a list of the same name.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be imported, and write nothing.")] = False,
) -> None:
    """Turn a table into a list, whole or not at all. Every fault is named by row and column, and nothing is guessed.

    A public role is mandatory for every row. On a terminal, the command asks for what the table does not say.
    """
    settings = settings_of(context, may_be_new=True)
    if not file.exists():
        raise ConfigError(f"There is no {file}. Name a CSV, TSV, .xlsx or .ods file, or the folder of a list.")
    options = rosters.ImportOptions(
        slug=slug,
        title=title,
        source=source,
        licence=licence,
        as_of=as_of,
        selection=selection.value if selection else None,
        time_zone=time_zone,
        complete_from=complete_from,
        vouches=vouches,
        country=country,
        platform=platform,
        mapping=_mapping(column or []),
        statements=statements,
        accounts=accounts,
        encoding=encoding,
        same=rosters.pairs("--same", same or [], "="),
        different=rosters.pairs("--different", different or [], ","),
        left_out=frozenset(leave_out or []),
        kept=frozenset(keep or []),
        replace_existing=replace,
    )
    can_ask = is_terminal() and sys.stdin.isatty()

    def read(options: rosters.ImportOptions) -> rosters.ImportReport:
        into = settings.home / "rosters"
        return rosters.import_roster(file, into=into, options=options, known=_all(settings), dry_run=True)

    if can_ask and not file.is_dir():
        # Nobody answers questions about a table that cannot be taken over yet.
        refuse(read(_described(options)).faults, file)
        options = _ask_for_what_is_missing(options)
    report = read(options)
    while can_ask and report.questions and not report.faults:
        options = _ask(report.questions, options)
        report = read(options)
    for note in report.notes:
        say(note)
    for name in report.ignored:
        say(f"Ignored: {name}. If it matters, say what it is with --map.")
    refuse(report.open_points, file)
    if not dry_run:
        rosters.write_roster(report.roster, settings.home / "rosters", replace=replace)
    found = {
        "roster": report.roster.slug,
        "rows": len(report.roster.members),
        "figures": len(report.roster.figure_ids),
        "accounts": ", ".join(f"{name} {n}" for name, n in report.accounts.items()) or "none",
        "statements": len(report.roster.statements),
        "written": not dry_run,
    }
    show(list(found), [found], title="import")
    if not dry_run:
        show_first_plan(settings, report.roster)


@app.command()
def series(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(help="A folder of dated files, or a git repository.")],
    roster: Annotated[str, typer.Argument(help="The list of your own that these are versions of.")],
    path: Annotated[
        list[str],
        typer.Option(
            help="The path of the file in the repository, now or earlier; in a folder, a pattern. Repeatable."
        ),
    ],
    column: Annotated[
        list[str] | None, typer.Option("--map", help='A column and what it is: "social.twitter=x". Repeat as needed.')
    ] = None,
    day_from: Annotated[
        str | None, typer.Option(help="Where the day of a version comes from: name, commit, or a column.")
    ] = None,
    accept: Annotated[
        list[date] | None,
        typer.Option(
            parser=_day, metavar="YYYY-MM-DD", help="A day whose version lost many accounts and is correct. Repeatable."
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Show each day, what it changes and what the series holds, and write nothing."),
    ] = False,
) -> None:
    """Read a list's dated versions into runs of days, and write series.csv. The end of a run is not a departure."""
    settings = settings_of(context, may_be_new=True)
    folder = _own(settings, roster)
    if not source.is_dir():
        raise ConfigError(f"There is no folder {source}. Name a folder of dated files or a git repository.")
    history = rosters.read_history(
        source, rosters.read_roster(folder), paths=path, mapping=_mapping(column or []), day_from=day_from
    )
    found = rosters.runs_of(history.versions, accepted=accept or [])
    for what in history.unread:
        say(f"Not read: {what}")
    for fault, place in history.wrong_ids.items():
        say(f"Left out: an id of {place}: {fault}")
    for day in found.partial:
        say(f"Left out: the version of {day} has less than nine tenths of the people of the one before.")
    for day, lost in found.held.items():
        say(f"Held: the version of {day} lost {lost} accounts and no people. If that is correct, say --accept {day}.")
    if history.strangers:
        say(f"{len(history.strangers)} people of the versions are not on {roster}. They get ids of their own.")
    if dry_run:
        days = [asdict(day) for day in rosters.days_of(history.versions, found)]
        show(list(days[0]), days, title="day")
    counts = {
        "versions": len(history.versions),
        "days": len(found.days),
        "runs": len(found.runs),
        "bridged": found.gaps,
    }
    show([*counts, *found.ends], [counts | found.ends], title="series")
    if not dry_run:
        say(f"Written: {rosters.write_series(folder, found.runs)}")


@app.command()
def remove(
    context: typer.Context,
    roster: Annotated[str, typer.Argument(help="One of your own lists.")],
) -> None:
    """Remove one of your own lists. Earlier observations stay. Accounts that are on no list are not asked for again."""
    settings = settings_of(context, may_be_new=True)
    rosters.remove_roster(_own(settings, roster))
    say(f"{roster} is removed. `kooch load` publishes without it.")


@app.command()
def same(
    context: typer.Context,
    old: Annotated[str, typer.Argument(help="The id that the account had.")],
    new: Annotated[
        str, typer.Argument(help="The id that it has now. Give the same id if only its server was set up anew.")
    ],
    reason: Annotated[str, typer.Option(help="How you know that it is the same account.")],
    platform: Annotated[str, typer.Option(help="The platform of the account.")] = "mastodon",
) -> None:
    """Say that an account changed its id. What was known under the old id then belongs to the new one."""
    settings = settings_of(context)
    if platform not in known():
        raise ConfigError(f"--platform is {platform!r}: it must be one of {', '.join(known())}.")
    if old not in native_ids(settings.home, platform):
        raise ConfigError(
            f"There is no account of {platform} with the id {old!r}. `kooch sql` shows those in accounts.native_id."
        )
    with open_state(settings.home) as state:
        say_same(state, platform=platform, old=old, new=new.strip(), reason=reason)
    say("Noted. `kooch load` publishes it, and the next crawl asks for the new id.")


def _described(options: rosters.ImportOptions) -> rosters.ImportOptions:
    """The options with anything in place of what nobody has said yet about the list, to read its table alone."""
    return changed(
        options,
        source=options.source or "not said yet",
        as_of=options.as_of or now().date(),
        time_zone=options.time_zone or "UTC",
        selection=options.selection or ("census" if options.complete_from else "listed"),
    )


def _ask_for_what_is_missing(options: rosters.ImportOptions) -> rosters.ImportOptions:
    if options.source is None:
        options = changed(
            options, source=typer.prompt("Who says that these figures hold these roles (a page, a register)")
        )
    if options.as_of is None:
        day = typer.prompt("The day that the list describes, YYYY-MM-DD", value_proc=_day)
        options = changed(options, as_of=day)
    if options.time_zone is None:
        zone = rosters.zone_of(options.country)
        words = typer.prompt("Time zone of its days, e.g. Asia/Kolkata", default=zone, value_proc=_zone)
        options = changed(options, time_zone=words)
    if options.selection is None:
        chosen = typer.prompt(
            "Who is on it: census, sample, listed or joiners", default="listed", value_proc=_selection
        )
        options = changed(options, selection=chosen.value)
    return options


def _ask(questions: Sequence[rosters.Question], options: rosters.ImportOptions) -> rosters.ImportOptions:
    for question in questions:
        say(str(question.fault))
        row = question.fault.row or 0
        if question.figures:
            is_same = typer.confirm(f"Are {question.figures[0]} and {question.figures[1]} the same?")
            pairs = (*(options.same if is_same else options.different), question.figures)
            options = changed(options, same=pairs) if is_same else changed(options, different=pairs)
        elif typer.confirm(f"Leave row {row} out?"):
            options = changed(options, left_out=options.left_out | {row})
        else:
            options = changed(options, kept=options.kept | {row})
    return options


def _zone(text: str) -> str:
    if fault := rosters.fault_of_zone(text.strip()):
        raise typer.BadParameter(fault)
    return text.strip()


def _selection(text: str) -> SelectionOption:
    try:
        return SelectionOption(text.strip().lower())
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not one of census, sample, listed and joiners") from None


def _own(settings: Settings, roster: str) -> Path:
    folder = settings.home / "rosters" / roster
    if not (folder / "roster.yaml").exists():
        raise ConfigError(
            f"There is no list {roster!r} of your own in {settings.home / 'rosters'}. Lists that come with Kooch are"
            " not changed: import a copy under another name."
        )
    return folder


@app.command()
def add(
    context: typer.Context,
    roster: Annotated[str, typer.Argument(help="One of your own lists.")],
    name: Annotated[str, typer.Argument(help="The figure's name, or its figure_id if it is listed already.")],
    role: Annotated[str | None, typer.Option(help="The public role; required for a new figure.")] = None,
    source: Annotated[str | None, typer.Option(help="Who says so; required.")] = None,
    kind: Annotated[str, typer.Option(help="person, institution, party or office.")] = "person",
    country: Annotated[str | None, typer.Option(help="e.g. IN")] = None,
    party: Annotated[str | None, typer.Option()] = None,
    qid: Annotated[str | None, typer.Option(help="Wikidata item, e.g. Q42.")] = None,
    official_id: Annotated[list[str] | None, typer.Option("--id", help="Official id, as scheme:value.")] = None,
    same: Annotated[str | None, typer.Option(help="The figure_id, if the figure with this name is the same.")] = None,
    different: Annotated[bool, typer.Option("--different", help="The figure is none of those with this name.")] = False,
    platform: Annotated[str | None, typer.Option(help="With --handle: its platform.")] = None,
    handle: Annotated[str | None, typer.Option(help="Handle or address of an account of the figure.")] = None,
) -> None:
    """Add one figure, one account of a figure, or both. If the name is known, the command asks and never guesses."""
    settings = settings_of(context, may_be_new=True)
    folder = _own(settings, roster)
    if not source:
        raise ConfigError("--source is missing. Say who states the role or the account.")
    account = _account_of(handle, platform) if handle else None
    if kind not in get_args(Kind):
        raise ConfigError(f"--kind is {kind!r}: it must be person, institution, party or office.")
    listed = set(rosters.read_roster(folder).figure_ids)
    figure_id = name
    if name not in listed:
        wanted = rosters.Member(
            figure_id="unnamed",
            name=name,
            kind=cast(Kind, kind),
            role=role or "",
            source=source,
            country=rosters.country_code(country),
            party=party,
            wikidata_qid=qid,
            official_ids=tuple(official_id or ()),
        )
        member, is_answered = _whose(wanted, _all(settings), same=same, different=different)
        figure_id = member.figure_id
        if role or figure_id not in listed:
            if not role:
                raise ConfigError(f"{name!r} is not on {roster}. Give --role, the public role for which it is listed.")
            answer = rosters.Asked(figure_id=figure_id, name=wanted.name, country=wanted.country)
            rosters.add_figure(folder, member, asked=answer if is_answered else None)
            say(f"{figure_id} is on {roster}.")
    if account:
        claim = rosters.AccountClaim(
            figure_id=figure_id,
            platform=account.platform,
            polarity="accepts",
            source=source,
            handle=account.handle,
            native_id=account.native_id,
        )
        rosters.add_account(folder, claim)
        say(f"{account.handle or account.native_id} on {account.platform} is claimed for {figure_id}.")
    say("`kooch load` publishes it.")


def _whose(
    wanted: rosters.Member, known: list[rosters.Roster], *, same: str | None, different: bool
) -> tuple[rosters.Member, bool]:
    """The row with its figure, and whether the user said whose it is. If only the name matches, the user decides."""
    people = rosters.People(known)
    if same:
        if same not in people.figures:
            raise ConfigError(f"--same is {same!r}, which is not a figure_id of any list.")
        return rosters.as_figure(wanted, same, people), True
    match = people.find(rosters.person_of(wanted, "this command"))
    if match.fault:
        raise ConfigError(f"{wanted.name!r} {match.fault}.")
    for figure in () if different else match.question:
        candidate = f"{figure.figure_id} of {figure.people[0].place} ({figure.people[0].particulars})"
        if not (is_terminal() and sys.stdin.isatty()):
            raise ConfigError(
                f"{wanted.name!r} may be {candidate}. Write --same {figure.figure_id}, or --different if it is somebody else; "
                "an id (--qid, --id) says it for good."
            )
        if typer.confirm(f"Is {wanted.name} {candidate}?"):
            return rosters.as_figure(wanted, figure.figure_id, people), True
    return rosters.as_figure(wanted, match.figure_id, people), bool(match.question)


def _account_of(handle: str, platform: str | None) -> Account:
    """The account that the options name. Raises ConfigError without repeating what may be a secret."""
    if platform not in known():
        fault = (
            f"{platform!r}: it must be one of {', '.join(known())}" if platform else "missing: say where the handle is"
        )
        raise ConfigError(f"--platform is {fault}.")
    found = read(handle, platform)
    if isinstance(found, Refused):
        raise ConfigError(f"--handle: {found.why}.")
    if found.platform != platform:
        raise ConfigError(
            f"--handle is an account of {platform_of(found.platform).name}: write --platform {found.platform}."
        )
    return found


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
