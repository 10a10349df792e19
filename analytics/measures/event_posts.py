"""What an event did to posting: the eight weeks after it against the eight before, for the same accounts, and against placebo dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
import polars as pl

from analytics.event_study import APART, FEWEST, WINDOW, Study, study
from analytics.measures.event_effect import changes_of
from analytics.measures.phrases import counted, long_day
from analytics.queries import query
from analytics.said import Number, Said, cell

_WEEKS = WINDOW // 7
_KEPT = 0.9
"""So many of the accounts may decide how far back and on all of them are known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """What changed around a day. `refusal` is a sentence if nothing may be said.

    `posts` and `active` are PLACEBOS of event_effect: of posts, and of weeks in which an account posted.
    """

    refusal: str | None
    posts: pl.DataFrame
    active: pl.DataFrame
    verdict: Said
    notes: tuple[str, ...]


def event_posts(connection: duckdb.DuckDBPyConnection, *, roster: str, platform: str, day: date) -> Posting:
    """How the posting of the people of `roster` on `platform` changed on `day`."""
    asked = {"roster": roster, "platform": platform, "day": day, "window": WINDOW}
    panel = connection.sql(query("panel"), params=asked).pl()
    if panel.is_empty():
        return Posting(
            refusal=(
                "Kooch does not know for anybody on this list what they posted on every day of the eight weeks before and after."
                " `kooch backfill activity` reads earlier posts, and `kooch crawl --activity` new ones."
            ),
            posts=changes_of(None),
            active=changes_of(None),
            verdict=(),
            notes=(),
        )
    first, last = _common_days(panel, day)
    accounts = panel.filter(pl.col("first_day") <= first, pl.col("until_day") > last)["account_id"].n_unique()
    where = {**asked, "first": first, "last": last}
    weeks = connection.sql(query("weeks_of_panel"), params=where).pl()
    # A week begins with the event, or so many weeks before or after it.
    days = [day.toordinal() + 7 * week for week in weeks["week"]]
    of_posts, of_active = (_study(days, weeks[column].to_list(), day, first, last) for column in ("posts", "accounts"))
    return Posting(
        refusal=None,
        posts=changes_of(of_posts),
        active=changes_of(of_active),
        verdict=_verdict(accounts, day, of_posts, of_active, where),
        notes=(
            f"{counted(accounts, 'account is', 'accounts are')} known on every day from {long_day(first)} to {long_day(last)}. Others are left out.",
            f"Placebo dates: {len(of_posts.placebos):,}, every seventh day that is {APART} days or more away from the event.",
            "Posts that were deleted before anybody looked are missing. More of the old ones are, so a rise can be a matter of deletion.",
        ),
    )


def _common_days(panel: pl.DataFrame, day: date) -> tuple[date, date]:
    """The days for which nine tenths of the accounts are known; they always include the time around the event."""
    start, end = panel["first_day"].sort(), panel["until_day"].sort(descending=True)
    last_of_kept = max(int(_KEPT * len(panel) + 0.999) - 1, 0)
    first = min(start[last_of_kept], date.fromordinal(day.toordinal() - WINDOW))
    last = max(date.fromordinal(end[last_of_kept].toordinal() - 1), date.fromordinal(day.toordinal() + WINDOW - 1))
    return first, last


def _study(days: Sequence[int], counts: Sequence[int], day: date, first: date, last: date) -> Study:
    found = study(days, day.toordinal(), first=first.toordinal(), last=last.toordinal(), counts=counts)
    assert found is not None  # noqa: S101 -- the windows around the event lie between first and last
    return found


def _verdict(accounts: int, day: date, posts: Study, active: Study, where: dict[str, object]) -> Said:
    def number(value: int, column: str) -> Number:
        return Number(f"{value:,}", cell("posts_around", column, **where))

    return (
        f"In the eight weeks from {long_day(day)} on the same ",
        number(accounts, "accounts"),
        f" {'account' if accounts == 1 else 'accounts'} posted ",
        number(posts.event.after, "posts_after"),
        f" times, {posts.event.after / _WEEKS:,.1f} a week; in the eight weeks before ",
        number(posts.event.before, "posts_before"),
        f" times, {posts.event.before / _WEEKS:,.1f} a week. ",
        f"Active in a week were {active.event.after / _WEEKS:,.1f} of them after and {active.event.before / _WEEKS:,.1f} before. ",
        _rarity("posting", posts.p),
        " ",
        _rarity("the number of active accounts", active.p),
    )


def _rarity(what: str, p: float | None) -> str:
    if p is None:
        return (
            f"There are fewer than {FEWEST} other dates to compare {what} with, so nobody can say whether that is rare."
        )
    if p <= 0.05:
        return f"Around other dates so large a change of {what} is rare (p = {p:.3f}): something changed then, which does not say why."
    return f"Around other dates so large a change of {what} is not rare (p = {p:.3f})."
