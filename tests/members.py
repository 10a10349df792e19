"""Members of the Mastodon family as a developer would write them: their cases stand in `tests/cases/` and find them here."""

from typing import NamedTuple

from crawlers.base import PlatformSpider
from crawlers.crawling import spider_of
from crawlers.fediverse.account import (
    Form,
    handle_on_site,
    identify_by_number,
    opening_by_id,
    opening_to_the_second,
    verified_by_flag,
)
from crawlers.one_site import OneSiteSpider
from kooch.config import Settings


class Section(NamedTuple):
    """What the table of a platform in `kooch.toml` would hold."""

    requests_per_second: float


class TruthSocialSpider(OneSiteSpider):
    name = platform = "truthsocial"
    site = "https://truthsocial.test"
    form = Form(
        identify=identify_by_number,
        read_handle=handle_on_site,
        # For its first accounts, `created_at` names another day.
        read_opening=opening_by_id,
        read_verified=verified_by_flag("verified"),
        more_fields=frozenset({"accepting_messages", "chats_onboarded", "premium", "tv_account", "verified"}),
    )

    @classmethod
    def section(cls, settings: Settings) -> Section:  # noqa: ARG003 -- no setting of its own
        return Section(1)


class GabSpider(OneSiteSpider):
    name = platform = "gab"
    site = "https://gab.test"
    by_name = "/api/v1/account_by_username/{}"
    form = Form(
        identify=identify_by_number,
        read_handle=handle_on_site,
        read_opening=opening_to_the_second,
        read_verified=verified_by_flag("is_verified"),
        more_fields=frozenset({"is_pro", "is_verified"}),
    )

    @classmethod
    def section(cls, settings: Settings) -> Section:  # noqa: ARG003 -- no setting of its own
        return Section(1)


MEMBERS: dict[str, type[PlatformSpider]] = {member.platform: member for member in (TruthSocialSpider, GabSpider)}


def spider_for(platform: str) -> type[PlatformSpider]:
    """A platform's spider: one that can be crawled, or one of these."""
    return MEMBERS.get(platform) or spider_of(platform)
