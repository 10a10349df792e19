"""A crawl that asks when accounts posted, from plan to end. It follows a crawl that showed which accounts are active."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from pkgutil import iter_modules

import crawlers.activity
from crawlers.base import PlatformSpider
from crawlers.crawling import HostPlan, host_plans
from crawlers.reactor import run_spider
from crawlers.runs import Crawled, Plan, Scope, end_job, open_job
from kooch.config import Settings
from kooch.store.outcomes import Outcome, Target

_SHARED = {"looking", "tally"}


def look(
    settings: Settings,
    *,
    platform: str,
    roster: str | None,
    plan: Plan,
    before: Callable[[Sequence[Target]], list[Target]],
    fresh: bool = False,
    on_cost: Callable[[str, int, Sequence[HostPlan]], None] = lambda _platform, _accounts, _hosts: None,
    on_plan: Callable[[str, int, int], None] = lambda _platform, _planned, _left: None,
    on_outcome: Callable[[str, Outcome], None] = lambda _platform, _outcome: None,
    on_wait: Callable[[str, str, float], None] = lambda _platform, _host, _seconds: None,
) -> Crawled:
    """Continue the unfinished look at the posts of `platform`'s accounts, or plan one and run it; returns when it has ended.

    `plan` lists the targets of a new run, `before` adds to targets what is known of their posts. `on_cost` hears how many
    accounts are asked, and what that takes at most. The other arguments are as in `crawling.crawl`.
    """
    spider = activity_spiders()[platform]
    scope = Scope(platform=platform, roster=roster, source="activity")
    with open_job(settings, scope, plan, fresh=fresh) as job:
        targets = before(job.targets)
        on_cost(platform, len(targets), host_plans(settings, spider, targets))
        on_plan(platform, job.planned, len(targets))
        if targets:
            listening = replace(
                job,
                targets=tuple(targets),
                on_outcome=lambda outcome: on_outcome(platform, outcome),
                on_wait=lambda host, seconds: on_wait(platform, host, seconds),
            )
            run_spider(spider, listening)
        return end_job(settings, job.run)


def activity_spiders() -> Mapping[str, type[PlatformSpider]]:
    """The platforms that show when accounts posted. A module registers by being in this package."""
    names = {module.name for module in iter_modules(crawlers.activity.__path__)} - _SHARED
    return {name: import_module(f"crawlers.activity.{name}").SPIDER for name in sorted(names)}
