"""`kooch plan`: what Kooch can learn about a list, by when and at what price. It asks nobody."""

from typing import TYPE_CHECKING, Annotated

import typer

from kooch.cli.output import is_terminal, say, settings_of, show
from kooch.errors import ConfigError
from kooch.platforms import known
from kooch.store import versions

if TYPE_CHECKING:
    from crawlers.planning import PlatformPlan


def plan(
    context: typer.Context,
    roster: Annotated[
        str, typer.Argument(help="A published list. `kooch load` publishes the lists that you have made.")
    ],
) -> None:
    """Say for each platform of a list what you can learn, by when and at what price, and what never. Nobody is asked."""
    from crawlers.planning import plan as plan_all  # noqa: PLC0415 -- Scrapy takes a second to import

    settings = settings_of(context)
    targets = {name: versions.targets(settings.home, platform=name, roster=roster) for name in known()}
    figures = versions.figures_of(settings.home, roster)
    if not figures:
        raise ConfigError(f"{roster!r} has nobody on it.")
    plans = plan_all(settings, targets, figures, versions.countries_of(settings.home, roster))
    columns = ("platform", "how", "accounts", "requests", "first_answer", "usd_a_look")
    rows = [
        {
            "platform": each.platform,
            "name": each.name,
            "how": each.how,
            "accounts": each.accounts,
            "requests": each.requests,
            "first_answer": _in_words(each.seconds) if each.accounts or each.how == "by hand" else None,
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
    show(columns if is_terminal() else list(rows[0]), rows, title="plan")
    for each in plans if is_terminal() else ():
        say(
            f"{each.name}. {each.lacks + '. ' if each.lacks else ''}{' '.join(each.gives)} Never: {' '.join((*each.never, *each.blocked))}"
        )
    free = [each.platform for each in plans if each.how == "free" and each.accounts]
    if free:
        say(f"To crawl what is free: `kooch crawl {' '.join(free)} --roster {roster}`.")


def _command(planned: "PlatformPlan", roster: str) -> str | None:
    """What begins it, if anything does."""
    if planned.how == "by hand":
        return f"kooch looks template {roster} {planned.platform}"
    if planned.how == "closed":
        return f"kooch backfill {planned.platform} --roster {roster}" if planned.gives else None
    return f"kooch crawl {planned.platform} --roster {roster}" if planned.accounts else None


def _in_words(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    if seconds < 90:
        return f"{max(1, round(seconds))} seconds"
    return f"{round(seconds / 60)} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"
