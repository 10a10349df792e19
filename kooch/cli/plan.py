"""`kooch plan`: what Kooch can learn about a list, by when and at what price. It asks nobody."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from kooch.cli.output import is_terminal, say, settings_of, show
from kooch.config import Settings
from kooch.errors import ConfigError
from kooch.platforms import known
from kooch.rosters import Roster
from kooch.store import versions
from kooch.store.outcomes import Target

if TYPE_CHECKING:
    from crawlers.planning import PlatformPlan

_SHORT = ("platform", "how", "accounts", "requests", "looks", "first_answer", "usd_a_look")


def plan(
    context: typer.Context,
    roster: Annotated[
        str, typer.Argument(help="A published list. `kooch load` publishes the lists that you have made.")
    ],
) -> None:
    """Say for each platform of a list what you can learn, by when and at what price, and what nobody can learn. It asks nobody."""
    settings = settings_of(context)
    targets = {name: versions.targets(settings.home, platform=name, roster=roster) for name in known()}
    figures = versions.figures_of(settings.home, roster)
    if not figures:
        raise ConfigError(f"{roster!r} has nobody on it.")
    plans = _plans(settings, targets, figures, versions.countries_of(settings.home, roster))
    rows = _rows(plans, roster)
    show(_SHORT if is_terminal() else list(rows[0]), rows, title="plan")
    if is_terminal():
        _say_in_sentences(plans)
    free = [each.platform for each in plans if each.how == "free" and each.accounts]
    if free:
        say(f"To crawl what is free: `kooch crawl {' '.join(free)} --roster {roster}`.")


def _say_in_sentences(plans: Sequence["PlatformPlan"]) -> None:
    """Print one line per platform, and one line for all platforms that cannot be read and on which the list has no
    account."""
    unread = [each for each in plans if each.how == "not read" and not (each.gives or each.blocked)]
    for each in plans:
        if each not in unread:
            lacks = [f"{each.lacks}."] if each.lacks else []
            say(" ".join((f"{each.name}.", *lacks, *each.gives, "Never:", *each.never, *each.blocked)))
    if unread:
        say(f"Kooch cannot read {', '.join(each.name for each in unread)}. The list names no account there.")


def show_first_plan(settings: Settings, roster: Roster) -> None:
    """Print the plan of a list that no version holds yet, a line per platform: its accounts are those that it accepts."""
    targets: dict[str, dict[str, Target]] = {}
    for claim in roster.accounts:
        if claim.polarity == "accepts":
            key = claim.native_id or f"@{claim.handle}"
            target = Target(key=key, handle=claim.handle, native_id=claim.native_id)
            targets.setdefault(claim.platform, {})[key] = target
    countries = {member.country for member in roster.members if member.country}
    found = {platform: list(each.values()) for platform, each in targets.items()}
    show(_SHORT, _rows(_plans(settings, found, len(roster.figure_ids), countries), roster.slug), title="plan")
    say(
        f"`kooch load` publishes {roster.slug}. Then `kooch plan {roster.slug}` says what each platform gives and what nobody can learn there."
    )


def _plans(
    settings: Settings, targets: Mapping[str, Sequence[Target]], figures: int, countries: Collection[str]
) -> list["PlatformPlan"]:
    from crawlers.planning import plan as plan_all  # noqa: PLC0415 -- Scrapy takes a second to import

    return plan_all(settings, targets, figures, countries)


def _rows(plans: Sequence["PlatformPlan"], roster: str) -> list[dict[str, object]]:
    from crawlers.planning import in_words  # noqa: PLC0415 -- as above

    return [
        {
            "platform": each.platform,
            "name": each.name,
            "how": each.how,
            "accounts": each.accounts,
            "requests": each.requests,
            "looks": each.looks,
            "first_answer": in_words(each.seconds)
            if each.seconds is not None and (each.accounts or each.looks)
            else None,
            "usd_a_look": each.usd,
            "seconds": each.seconds,
            "figures": each.figures,
            "lacks": each.lacks,
            "gives": list(each.gives),
            "never": list(each.never),
            "blocked": list(each.blocked),
            "command": _command(each, roster),
        }
        for each in plans
    ]


def _command(planned: "PlatformPlan", roster: str) -> str | None:
    """The command that begins it, if there is one."""
    if planned.looks:
        return f"kooch looks template {roster} {planned.platform}"
    if planned.how == "closed":
        return f"kooch backfill {planned.platform} --roster {roster}" if planned.gives else None
    return f"kooch crawl {planned.platform} --roster {roster}" if planned.accounts else None
