"""`kooch roster wikidata`: a list from Wikidata, of those who hold an office or of organisations of a class."""

import shutil
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, get_args

import typer
import yaml

from kooch import rosters
from kooch.cli.output import complain, is_terminal, say, settings_of, show
from kooch.cli.plan import show_first_plan
from kooch.config import BUNDLED_ROSTERS, Settings
from kooch.errors import ConfigError
from kooch.files import write_whole
from kooch.rosters.values import SOURCES
from kooch.times import now
from kooch.wikidata.answers import Answers
from kooch.wikidata.changes import changes
from kooch.wikidata.lists import Found, Wish, make_list
from kooch.wikidata.questions import Kind, Selector, questions
from kooch.wikidata.service import Service

_SELECTOR = "selector.yaml"
"""A file beside the answers with the selection of the list. `--refresh` asks for the same again."""


def from_wikidata(
    context: typer.Context,
    slug: Annotated[str, typer.Argument(help="Short name of the list.")],
    office: Annotated[str | None, typer.Option(help="List those who hold this office, such as Q16556694.")] = None,
    term: Annotated[
        str | None, typer.Option(help="List those who sat in this term, also those who left early.")
    ] = None,
    cabinet: Annotated[str | None, typer.Option(help="List those who hold an office in this cabinet.")] = None,
    posts_of: Annotated[str | None, typer.Option(help="List those who hold a post of this council.")] = None,
    of_class: Annotated[str | None, typer.Option("--class", help="List organisations of this class.")] = None,
    country: Annotated[
        str | None, typer.Option(help="With --class: only organisations of this country's item.")
    ] = None,
    operated_by: Annotated[
        str | None, typer.Option(help="With --class: only what this state operates, such as its missions.")
    ] = None,
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day of the list (default: today).")
    ] = None,
    language: Annotated[
        list[str] | None, typer.Option(help="Language of names, e.g. hi. Repeatable; the first is preferred.")
    ] = None,
    time_zone: Annotated[
        str | None, typer.Option(help="IANA time zone of the list's days (default: that of the country).")
    ] = None,
    same: Annotated[list[str] | None, typer.Option(help="Two figures that are one person, as A=B. Repeatable.")] = None,
    different: Annotated[
        list[str] | None, typer.Option(help="Two figures that are two people, as A,B. Repeatable.")
    ] = None,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Ask again for the same list, and show what changed.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Write the list without asking.")] = False,
) -> None:
    """Make a list from Wikidata. The command says what the list holds before it writes it, and keeps Wikidata's answers.

    If it is interrupted, repeat the command within a day: it goes on.
    """
    settings = settings_of(context, may_be_new=True)
    into = settings.home / "rosters"
    folder = into / slug
    if message := rosters.fault_of_slug(slug):
        raise ConfigError(f"{slug!r} {message}.")
    given = {"office": office, "term": term, "cabinet": cabinet, "posts_of": posts_of, "class": of_class}
    selector = (
        _selector_before(folder, given, country, operated_by, language)
        if refresh
        else selector_of(given, country, operated_by, language or [])
    )
    if folder.exists() and not refresh:
        raise ConfigError(
            f"There is a list {slug!r} already. Bring it up to date with --refresh, or choose another name."
        )
    known = [each for each in rosters.read_rosters(BUNDLED_ROSTERS, into) if each.slug != slug]
    previous = rosters.read_roster(folder) if refresh else None
    answers = Answers(into / f".{slug}.{SOURCES}")
    _gather(answers, selector, settings)
    wish = Wish(
        slug=slug,
        day=on.date() if on else now().date(),
        time_zone=time_zone or (previous.time_zone if previous else None),
        same=rosters.pairs("--same", same or [], "="),
        different=rosters.pairs("--different", different or [], ","),
    )
    found = make_list(answers, selector, wish, known=known, previous=previous)
    _tell(found, previous)
    if found.questions or found.faults:
        for sentence in (*found.questions, *map(str, found.faults)):
            complain(sentence)
        complain(
            "Nothing was written. Answer the questions above, then repeat the command. It does not ask Wikidata again."
        )
        raise typer.Exit(ConfigError.exit_code)
    if not (yes or _is_agreed(slug)):
        say("Nothing was written. --yes writes the list. The answers are kept for a day.")
        raise typer.Exit(0 if is_terminal() else ConfigError.exit_code)
    write_whole(answers.folder / _SELECTOR, yaml.safe_dump(_as_mapping(selector), sort_keys=False))
    rosters.write_roster(found.roster, into, replace=refresh, beside=answers.folder)
    shutil.rmtree(answers.folder)
    show_first_plan(settings, found.roster)


def selector_of(
    given: dict[str, str | None], country: str | None, operator: str | None, languages: list[str]
) -> Selector:
    """The selection that the options name. `given` has the item of each kind of list. Raises ConfigError."""
    wanted = [(kind, item) for kind in get_args(Kind) if (item := given[kind])]
    if len(wanted) != 1:
        raise ConfigError("Name one of --office, --term, --cabinet, --posts-of and --class.")
    ((kind, item),) = wanted
    return Selector(kind=kind, item=item, country=country, operator=operator, languages=tuple(languages) or ("en",))


def _selector_before(folder: Path, given: dict[str, str | None], *narrowed: object) -> Selector:
    """For a refresh: the selection of the list as it was made."""
    if any(given.values()) or any(narrowed):
        raise ConfigError("--refresh asks for the same as before. Leave out the options that select.")
    return _read_selector(folder)


def _read_selector(folder: Path) -> Selector:
    file = folder / SOURCES / _SELECTOR
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        return Selector(**content | {"languages": tuple(content["languages"])})
    except FileNotFoundError:
        raise ConfigError(
            f"{folder.name} was not made from Wikidata: {file} is missing. Make it without --refresh."
        ) from None
    except (OSError, yaml.YAMLError, TypeError, KeyError) as error:
        raise ConfigError(
            f"{file} cannot be read ({type(error).__name__}). Make the list anew under another name."
        ) from error


def _as_mapping(selector: Selector) -> dict[str, object]:
    return {
        "kind": selector.kind,
        "item": selector.item,
        "country": selector.country,
        "operator": selector.operator,
        "languages": list(selector.languages),
    }


def _gather(answers: Answers, selector: Selector, settings: Settings) -> None:
    asked = list(questions(selector))
    service = Service(
        settings.wikidata,
        settings.contact,
        lambda seconds: say(f"Wikidata asks to wait for {seconds:g} seconds."),
    )
    numbers = iter(range(1, len(asked) + 1))

    def tell(name: str, size: int, is_kept: bool) -> None:  # noqa: FBT001 -- called by position
        say(f"{next(numbers)} of {len(asked)}: {name}, {size / 1000:,.0f} KB{', kept from before' if is_kept else ''}")

    answers.gather(asked, service, tell)


def _tell(found: Found, previous: rosters.Roster | None) -> None:
    from crawlers import crawling  # noqa: PLC0415 -- Scrapy takes a second to import

    roster = found.roster
    counts = {
        "list": found.label,
        "seats": found.seats,
        "people_that_sit": found.sitting,
        "people_that_may_sit": found.possible,
        "posts": found.posts,
        "rows": len(roster.members),
        "selection": roster.selection,
        "complete_from": roster.complete_from,
        "as_of": roster.as_of,
    }
    show(list(counts), [counts], title="wikidata")
    crawled = set(crawling.platforms())
    rows = [
        {
            "platform": platform,
            "accounts": n,
            "crawl": "not read" if platform not in crawled else "paid" if crawling.is_charged(platform) else "free",
        }
        for platform, n in sorted(found.accounts.items(), key=lambda each: -each[1])
    ]
    show(["platform", "accounts", "crawl"], rows, title="accounts")
    for note in found.notes:
        say(note)
    if previous:
        different = [
            {"change": each.what, "figure": each.figure_id, "name": each.name, "account": each.account or None}
            for each in changes(previous, roster)
        ]
        show(["change", "figure", "name", "account"], different, title="change")
        say(
            f"{len(different)} changes since {previous.as_of}."
            if different
            else f"Nothing has changed since {previous.as_of}."
        )


def _is_agreed(slug: str) -> bool:
    return is_terminal() and sys.stdin.isatty() and typer.confirm(f"Write {slug}?")
