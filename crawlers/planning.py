"""Plans a list: what Kooch can learn on each platform, by when and at what price, and what never. No server is asked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from crawlers.activity.looking import activity_spiders
from crawlers.crawling import cost, describe, spider_of
from kooch.config import Settings, is_crawled
from kooch.platforms import Platform, Span
from kooch.platforms import known as known_platforms
from kooch.rosters.countries import country_name
from kooch.store.outcomes import Target

LOOK_SECONDS = 40
"""How long one look by hand takes, from experience. Replace it by your own number."""
DORMANT_DAYS = 91

How = Literal["free", "paid", "not ready", "by hand", "not read", "closed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformPlan:
    """What a platform gives. `requests` and `seconds` are those of the first crawl if all accounts exist.

    `looks` are those that people have to take; then `seconds` is the time that these take. `figures` is how many the
    list has, `accounts` how many of them have a known account there. `usd` is the most that one look costs. `lacks`
    says what is missing before it can be crawled. `gives` and `never` are sentences.
    """

    platform: str
    name: str
    how: How
    figures: int
    accounts: int
    requests: int | None = None
    looks: int | None = None
    seconds: float | None = None
    usd: float | None = None
    lacks: str | None = None
    gives: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    """When a country of the list blocked the platform. Silence then does not mean leaving."""


def plan(
    settings: Settings, targets: Mapping[str, Sequence[Target]], figures: int, countries: Collection[str] = ()
) -> list[PlatformPlan]:
    """One for each platform that is open or has an account among `targets`; those free to crawl first.

    `targets` are the list's accounts by platform, `figures` how many it has, `countries` those of its figures.
    """
    plans = [
        plan_of(settings, platform, targets.get(name, ()), figures)
        for name, platform in known_platforms().items()
        if is_crawled(name) or targets.get(name) or not platform.closed
    ]
    plans = [replace(each, blocked=_blocked(known_platforms()[each.platform], countries)) for each in plans]
    order: tuple[How, ...] = ("free", "paid", "not ready", "by hand", "not read", "closed")
    return sorted(plans, key=lambda each: (order.index(each.how), -each.accounts, each.platform))


def plan_of(settings: Settings, platform: Platform, targets: Sequence[Target], figures: int) -> PlatformPlan:
    """What one platform gives, whether it can be crawled or not. The days on which countries blocked it are left out."""
    if is_crawled(platform.platform):
        return _crawl(settings, platform, targets, figures)
    if platform.closed:
        return _closed(platform, platform.closed, targets, figures)
    return _by_hand(platform, targets, figures)


def _blocked(platform: Platform, countries: Collection[str]) -> tuple[str, ...]:
    return tuple(
        f"Blocked in {country_name(each.country)} from {each.since} to {each.until or 'today'} by {each.by} ({each.source.publisher}): "
        "silence inside is while blocked."
        for each in platform.blocked
        if each.country in countries
    )


def _crawl(settings: Settings, platform: Platform, targets: Sequence[Target], figures: int) -> PlatformPlan:
    spider = spider_of(platform.platform)
    lacks, is_paid = spider.unready(settings), spider.tariff(settings) is not None
    hosts = describe(settings, platform.platform, targets) if targets else []
    gives: list[str] = [
        "Departures from tomorrow on: a look that finds nobody counts when a second one, a day later, agrees."
    ]
    if spider.shows_last_post:
        gives.append(f"Dormancy at the first look, where the last post is {DORMANT_DAYS} days old or more.")
    elif platform.platform in activity_spiders():
        gives.append(f"Dormancy at once with `kooch crawl --activity`, else {DORMANT_DAYS} days after the first look.")
    else:
        gives.append(f"Dormancy {DORMANT_DAYS} days after the first look, as far as counts of posts move.")
    if spider.dates_accounts:
        gives.append("When each account was opened, from the first look on.")
    never = ["Accounts that no list names, and whether somebody without one has an account."]
    never += [] if platform.archive else ["Followers before the first look."]
    return PlatformPlan(
        platform=platform.platform,
        name=platform.name,
        how="not ready" if lacks else "paid" if is_paid else "free",
        figures=figures,
        accounts=len(targets),
        requests=sum(host.requests for host in hosts),
        seconds=max((host.seconds for host in hosts), default=0),
        usd=cost(settings, platform.platform, len(targets)),
        lacks=lacks.removesuffix(".") if lacks else None,
        gives=tuple(gives),
        never=tuple(never),
    )


def _closed(platform: Platform, closed: Span, targets: Sequence[Target], figures: int) -> PlatformPlan:
    archived = f"`kooch backfill {platform.platform}` reads its archived pages." if platform.archive else ""
    return PlatformPlan(
        platform=platform.platform,
        name=platform.name,
        how="closed",
        figures=figures,
        accounts=len(targets),
        gives=tuple(filter(None, (archived,))),
        never=(f"Anything after {closed.not_after.day} {closed.not_after:%B %Y}, when it had closed.",),
    )


def _by_hand(platform: Platform, targets: Sequence[Target], figures: int) -> PlatformPlan:
    """The plan for looks by people: at every figure if people can search by name, else at known accounts."""
    how: How
    if platform.search_url:
        how, looks, who = "by hand", figures, "Who is there"
        lacks = f"Kooch cannot read {platform.name}: people have to look"
    else:
        how, looks, who = "not read", len(targets), "Which known accounts are there"
        lacks = f"Kooch cannot read {platform.name}, and knows no address at which people search it by name"
    takes = f"{looks:,} {'look' if looks == 1 else 'looks'} by hand, about {in_words(looks * LOOK_SECONDS)} at {LOOK_SECONDS} seconds each"
    return PlatformPlan(
        platform=platform.platform,
        name=platform.name,
        how=how,
        figures=figures,
        accounts=len(targets),
        requests=0,
        looks=looks,
        seconds=looks * LOOK_SECONDS,
        usd=0,
        lacks=lacks,
        gives=(f"{who} on the day of a look: {takes}. `kooch looks template` writes the sheet.",) if looks else (),
        never=("What happened between two looks." if looks else "Anything, as long as nobody looks.",),
    )


def in_words(seconds: float) -> str:
    """A time as people say it: `40 seconds`, `12 minutes`, `7.0 hours`."""
    if seconds < 90:
        n = max(1, round(seconds))
        return "1 second" if n == 1 else f"{n} seconds"
    return f"{round(seconds / 60)} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"
