"""When accounts of the Fediverse posted, asked of servers that keep Mastodon's rules and of others that break them."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from crawlers.activity import looking
from crawlers.activity.tally import midnight
from kooch.config import ActivitySettings, CrawlSettings, MastodonSettings, Settings
from kooch.store.outcomes import Before, Failed, Looked, Outcome, Target
from tests.faults import Asked, Reply, Server, as_json
from tests.servers.fediverse import Authority, Fedify

OPENED = datetime(2022, 11, 5, tzinfo=UTC)
TODAY = midnight(datetime.now(UTC))
HOST = "social.test"
CANARY = "quetzalcoatlus"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How a server keeps the rules of Mastodon's API; pubby 0.6.2 keeps none of these three."""

    reads_min_id: bool = True
    links_pages: bool = True
    reads_any_max_id: bool = True
    refuses: Callable[[Asked], int] = lambda _asked: 200


class Statuses:
    """Answers as a server does that holds `posts`: by account, statuses by the time of each, the newest last."""

    def __init__(self, posts: Mapping[str, Sequence[datetime]], manners: Manners = Manners()) -> None:
        self._posts = {
            account: [_status(account, at, n) for n, at in enumerate(sorted(times))] for account, times in posts.items()
        }
        self._manners = manners

    def __call__(self, asked: Asked) -> Reply:
        if (status := self._manners.refuses(asked)) != 200:
            return as_json({"error": "This method requires an authenticated user"}, status)
        account = asked.path.split("/")[4]
        statuses = self._posts[account]
        limit = min(int(asked.values("limit")[0]), 40)
        found = statuses[-limit:]
        if (min_id := asked.values("min_id")) and self._manners.reads_min_id:
            found = [status for status in statuses if int(status["id"]) > int(min_id[0])][:limit]
        elif max_id := asked.values("max_id"):
            found = [status for status in statuses if int(status["id"]) < int(max_id[0])][-limit:]
            if not self._manners.reads_any_max_id:
                found = statuses[-limit:]
        links = {}
        if self._manners.links_pages and found:
            is_full = len(found) == limit
            links = {
                "Link": ", ".join(
                    [
                        *(['<https://social.test/?max_id=1>; rel="next"'] if is_full else []),
                        '<https://social.test/?min_id=9>; rel="prev"',
                    ]
                )
            }
        return as_json(found[::-1], 200, **links)


def _status(account: str, at: datetime, n: int) -> dict[str, Any]:
    return {
        "id": str((int(at.timestamp() * 1000) << 16) + n),
        "created_at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "in_reply_to_id": "1" if n % 5 == 1 else None,
        "reblog": {"id": "1", "content": CANARY} if n % 5 == 2 else None,
        "visibility": "public",
        "content": f"<p>{CANARY}</p>",
        "account": {"id": account},
    }


def target(account: str, posts: int | None = None, **known: Any) -> Target:  # noqa: ANN401 -- any field
    uri = f"https://{HOST}/users/{account}"
    before = Before(opened_at=OPENED, posts=posts, **known)
    return Target(key=uri, native_id=uri, server=HOST, local_id=account, before=before)


def settings_for(
    folder: Path,
    hosts: dict[str, str],
    authority: Authority,
    *,
    pages: int = 100,
    **paging: Any,  # noqa: ANN401 -- settings
) -> Settings:
    networks: Any = ("127.0.0.0/8",)
    return Settings(
        home=folder / "home",
        crawl=CrawlSettings(
            allow_networks=networks, hosts=hosts, ca_file=authority.file, outage_seconds=0, batch_seconds=0.2
        ),
        mastodon=MastodonSettings(requests_per_second=500, **paging),
        activity=ActivitySettings(pages=pages),
    )


def look(
    folder: Path,
    answer: Callable[[Asked], Reply],
    targets: list[Target],
    *,
    pages: int = 100,
    **paging: Any,  # noqa: ANN401 -- settings
) -> tuple[dict[str, Looked | Failed], list[Asked]]:
    """The result of a look for each account, by its number at the server, and the questions that the server got."""
    authority, outcomes = Authority(folder), list[Outcome]()
    known = {each.key: each.before for each in targets}
    with Server(answer, tls=authority.issue(HOST).context(folder)) as server:
        hosts = {HOST: server.url.removeprefix("https://")}
        settings = settings_for(folder, hosts, authority, pages=pages, **paging)
        looking.look(
            settings,
            platform="mastodon",
            roster=None,
            plan=lambda: targets,
            before=lambda planned: [replace(each, before=known[each.key]) for each in planned],
            on_outcome=lambda _platform, outcome: outcomes.append(outcome),
        )
        found = {
            outcome.target.rpartition("/")[2]: outcome.result
            for outcome in outcomes
            if isinstance(outcome.result, Looked | Failed)
        }

        assert len(found) == len(outcomes) == len(targets)
        return found, server.asked


def looked(found: Mapping[str, Looked | Failed], account: str) -> Looked:
    result = found[account]
    assert isinstance(result, Looked), result
    return result


def first_day(result: Looked) -> date | None:
    """The day of the first post since the account was opened; None: the look does not say."""
    covers = [cover for cover in result.covers if cover.covers_from == OPENED]
    if not covers:
        return None
    return min(posted.day for posted in result.days if posted.day >= OPENED.date())


def daily(days: int, gap: int = 1) -> list[datetime]:
    """A post on every `gap`th of so many days, the last of them yesterday."""
    return [TODAY - timedelta(days=n, hours=-9) for n in range(1, days + 1, gap)]


def test_everything_is_read_and_counted_by_kind(tmp_path: Path) -> None:
    times = daily(100)
    found, asked = look(tmp_path, Statuses({"1": times, "2": []}), [target("1", 100), target("2", 0)])
    result = looked(found, "1")

    assert result.is_complete
    assert [(cover.covers_from, cover.covers_to > TODAY) for cover in result.covers] == [(OPENED, True)]
    assert {posted.day for posted in result.days} == {at.date() for at in times}
    assert [sum(getattr(posted, kind) for posted in result.days) for kind in ("posts", "replies", "reposts")] == [
        60,
        20,
        20,
    ]
    assert looked(found, "2").covers[0].covers_from == OPENED
    assert looked(found, "2").days == ()
    assert len(asked) == 3 + 1


def test_an_account_with_more_than_is_read_has_its_first_post_or_none(tmp_path: Path) -> None:
    """The newest post is never taken for the first, whatever the server does with `min_id`."""
    times = daily(300)
    good, _ = look(tmp_path, Statuses({"1": times}), [target("1", 300)], pages=3)
    bad, _ = look(tmp_path, Statuses({"1": times}, Manners(reads_min_id=False)), [target("1", 300)], pages=3)

    assert not looked(good, "1").is_complete
    assert first_day(looked(good, "1")) == min(times).date()
    assert first_day(looked(bad, "1")) is None
    assert [cover.covers_from.date() for cover in looked(bad, "1").covers] == [times[118].date()]


def test_a_server_that_answers_from_the_top_again_is_not_believed(tmp_path: Path) -> None:
    manners = Manners(reads_min_id=False, links_pages=False, reads_any_max_id=False)
    found, asked = look(tmp_path, Statuses({"1": daily(100)}, manners), [target("1", 100)])
    result = looked(found, "1")

    assert not result.is_complete
    assert first_day(result) is None
    assert len(result.days) == 40
    assert [cover.covers_from.date() for cover in result.covers] == [daily(100)[38].date()]
    assert len(asked) == 2


def test_one_question_tells_what_is_new(tmp_path: Path) -> None:
    """It does not count against the limit of those that lead on."""
    known = {"looked_at": TODAY - timedelta(days=10, hours=-3), "full_at": TODAY - timedelta(days=50)}
    found, asked = look(tmp_path, Statuses({"1": daily(100, 2)}), [target("1", 50, **known)])
    result = looked(found, "1")

    assert len(asked) == 1
    assert result.is_complete
    assert result.covers[0].covers_from <= TODAY - timedelta(days=11)

    _, again = look(
        tmp_path, Statuses({"1": daily(100, 2)}), [target("1", 50, **known | {"full_at": TODAY - timedelta(days=92)})]
    )

    assert len(again) == 2


@pytest.mark.parametrize("status", [401, 403, 404, 422])
def test_a_refusal_is_a_failure_and_no_zero(tmp_path: Path, status: int) -> None:
    found, asked = look(tmp_path, Statuses({"1": daily(9)}, Manners(refuses=lambda _asked: status)), [target("1", 9)])
    result = found["1"]

    assert isinstance(result, Failed)
    assert result.cause in ("refused", "unexpected_answer")
    assert [each.path for each in asked] == ["/api/v1/accounts/1/statuses", "/users/1"]


def test_a_refusal_on_a_later_page_covers_only_what_was_listed(tmp_path: Path) -> None:
    manners = Manners(refuses=lambda asked: 401 if asked.values("max_id") else 200)
    found, _ = look(tmp_path, Statuses({"1": daily(100)}, manners), [target("1", 100)])
    result = looked(found, "1")

    assert not result.is_complete
    assert result.listed is None
    assert len(result.days) == 40
    assert [cover.covers_from.date() for cover in result.covers] == [daily(100)[38].date()]


def test_an_account_that_lists_nothing_and_counts_posts_is_a_failure(tmp_path: Path) -> None:
    """A suspended account lists nothing, under 200."""
    found, _ = look(tmp_path, Statuses({"1": []}), [target("1", 12)])

    assert isinstance(found["1"], Failed)
    assert found["1"].cause == "conflicting_answers"


def test_where_no_api_answers_the_outbox_dates_posts_and_proves_no_zero(tmp_path: Path) -> None:
    """Fedify's own pages: it says that they hold seven, and they hold fifty."""
    authority, outcomes = Authority(tmp_path), list[Outcome]()
    uri = "https://fediverse.test/users/poster"
    asked_before = Target(key=uri, native_id=uri, server="fediverse.test", before=Before(opened_at=OPENED))
    with Fedify(authority.issue("fediverse.test")) as server:
        settings = settings_for(tmp_path, {"fediverse.test": server.address}, authority)
        looking.look(
            settings,
            platform="mastodon",
            roster=None,
            plan=lambda: [asked_before],
            before=lambda _planned: [asked_before],
            on_outcome=lambda _platform, outcome: outcomes.append(outcome),
        )
    (result,) = (outcome.result for outcome in outcomes)

    assert isinstance(result, Looked), result
    assert result.covers == ()
    assert max(posted.day for posted in result.days) == date(2026, 11, 20)
    assert min(posted.day for posted in result.days) == date(2026, 11, 20) - timedelta(days=98)
    assert [sum(getattr(posted, kind) for posted in result.days) for kind in ("posts", "replies", "reposts")] == [
        48,
        1,
        1,
    ]


@pytest.mark.proof
@pytest.mark.alone
def test_questions_that_lead_on_keep_the_limit_of_fifteen_minutes_and_use_it(tmp_path: Path) -> None:
    """On a clock that runs sixty times as fast: 15 seconds stand for 15 minutes."""
    span, times = 15.0, daily(790)
    accounts = [str(n) for n in range(1, 38)]
    found, asked = look(
        tmp_path,
        Statuses(dict.fromkeys(accounts, times)),
        [target(each, 790) for each in accounts],
        paging_seconds=span,
    )
    paging = sorted(each.at for each in asked if each.values("max_id"))
    most = max(sum(start <= at < start + span for at in paging) for start in paging)
    used = sum(at < paging[0] + 2 * span for at in paging)
    free = Counter(bool(each.values("max_id")) for each in asked)[False]

    assert all(looked(found, each).is_complete for each in accounts)
    assert free == len(accounts)
    assert len(paging) == 19 * len(accounts)
    assert most <= 300, most
    assert used >= 0.9 * 600, used
    assert all(earlier <= later for earlier, later in pairwise(paging))
