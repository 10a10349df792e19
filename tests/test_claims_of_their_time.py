"""Two lists of two days name one handle: each figure has its own account, or none, and never the other's numbers."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from crawlers.crawling import crawl
from kooch.config import BlueskySettings, CrawlSettings, Settings
from kooch.rosters import Roster
from kooch.store.outcomes import Failed, Observed, Outcome
from kooch.store.versions import targets
from tests.faults import Asked, Reply, Server, as_json, did
from tests.stores import bundle, claim, load, member, query, roster

ALICE, BOB = did(1), did(2)
HANDLE = "minister.gov.test"
LOG = {
    ALICE: [("2022-01-01", HANDLE), ("2025-02-01", "alice.test")],
    BOB: [("2023-06-01", "bob.test"), ("2025-02-02", HANDLE)],
}


class Directory:
    """An AppView and a directory: the handle was Alice's until `passed`, and is Bob's since."""

    def __init__(self, *, is_passed: bool = True) -> None:
        self.is_passed = is_passed

    def __call__(self, asked: Asked) -> Reply:
        holds = {HANDLE: BOB, "alice.test": ALICE} if self.is_passed else {HANDLE: ALICE, "bob.test": BOB}
        if asked.path.endswith("audit"):
            return as_json([self._operation(asked.path.split("/")[1], *step) for step in self._steps(asked)])
        wanted = asked.values("actors") or asked.values("actor")
        found = [actor if actor.startswith("did:") else holds.get(actor) for actor in wanted]
        shown = [self._profile(one, holds) for one in found if one]
        if asked.path.endswith("getProfiles"):
            return as_json({"profiles": shown})
        return as_json(shown[0]) if shown else as_json({"error": "InvalidRequest", "message": ""}, 400)

    def _steps(self, asked: Asked) -> list[tuple[str, str]]:
        steps = LOG[asked.path.split("/")[1]]
        return steps if self.is_passed else steps[:1]

    @staticmethod
    def _operation(of: str, day: str, handle: str) -> dict[str, Any]:
        service = {"atproto_pds": {"type": "AtprotoPersonalDataServer", "endpoint": "https://pds.test"}}
        operation = {"type": "plc_operation", "alsoKnownAs": [f"at://{handle}"], "services": service}
        return {"did": of, "operation": operation, "nullified": False, "createdAt": f"{day}T00:00:00.000Z"}

    @staticmethod
    def _profile(of: str, holds: dict[str, str]) -> dict[str, Any]:
        handle = next(name for name, holder in holds.items() if holder == of)
        counts = {"followersCount": {ALICE: 5000, BOB: 900}[of], "followsCount": 1, "postsCount": 2}
        return {"did": of, "handle": handle, "labels": [], **counts}


def listing(slug: str, figure: str, day: str, native_id: str | None = None) -> Roster:
    accounts = (claim(figure, HANDLE, native_id),)
    return roster(slug, [member(figure)], accounts=accounts, as_of=date.fromisoformat(day), selection="census")


OLD, NEW = listing("old", "alice", "2023-03-01"), listing("new", "bob", "2026-11-01")


class Homes:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.home = folder / "home"

    def load(self, *rosters: Roster) -> None:
        self._bundled = bundle(self._folder / "bundled", *rosters)
        load(self.home, self._bundled)

    def crawl(self, directory: Directory) -> list[Outcome]:
        outcomes: list[Outcome] = []
        networks: Any = ("127.0.0.0/8",)
        with Server(directory) as server:
            url: Any = server.url
            crawl(
                Settings(
                    home=self.home,
                    crawl=CrawlSettings(allow_networks=networks, outage_seconds=0),
                    bluesky=BlueskySettings(appview=url, plc=url, requests_per_second=100),
                ),
                platform="bluesky",
                roster=None,
                plan=lambda: targets(self.home, platform="bluesky", roster=None),
                on_outcome=lambda _platform, outcome: outcomes.append(outcome),
            )
        load(self.home, self._bundled)
        return outcomes

    def accounts(self) -> dict[str, tuple[str | None, int | None]]:
        """Each figure's account and its followers."""
        rows = query(
            self.home,
            "SELECT figure_id, any_value(native_id), max(followers) FROM links JOIN accounts USING (account_id)"
            " LEFT JOIN observations USING (account_id) WHERE state = 'accepted' GROUP BY ALL",
        )
        return {figure: (native_id, followers) for figure, native_id, followers in rows}


def causes(outcomes: Sequence[Outcome]) -> list[str]:
    return sorted(
        outcome.result.cause if isinstance(outcome.result, Failed) else type(outcome.result).__name__
        for outcome in outcomes
    )


def test_without_the_second_list_the_earlier_figure_never_gets_the_successors_numbers(tmp_path: Path) -> None:
    homes = Homes(tmp_path)
    homes.load(OLD)

    assert causes(homes.crawl(Directory())) == ["handle_taken_over"]
    assert homes.accounts() == {"alice": (None, None)}


@pytest.mark.parametrize("order", [(OLD, NEW), (NEW, OLD)], ids=["the older first", "the newer first"])
@pytest.mark.parametrize("are_together", [True, False], ids=["together", "one after the other"])
def test_with_both_lists_each_figure_has_its_own_account_or_none(
    tmp_path: Path, *, order: tuple[Roster, Roster], are_together: bool
) -> None:
    homes = Homes(tmp_path)
    if not are_together:
        homes.load(order[0])
        homes.crawl(Directory())
    homes.load(*order)
    outcomes = homes.crawl(Directory())

    assert causes(outcomes) == ["Observed", "handle_taken_over"]
    assert homes.accounts() == {"alice": (None, None), "bob": (BOB, 900)}


def test_who_was_found_before_the_handle_passed_on_keeps_the_account(tmp_path: Path) -> None:
    homes = Homes(tmp_path)
    homes.load(OLD)
    homes.crawl(Directory(is_passed=False))
    homes.load(OLD, NEW)
    homes.crawl(Directory())

    assert homes.accounts() == {"alice": (ALICE, 5000), "bob": (BOB, 900)}


def test_an_id_in_the_later_list_does_not_lead_the_earlier_handle_to_it(tmp_path: Path) -> None:
    homes = Homes(tmp_path)
    homes.load(OLD, listing("new", "bob", "2026-11-01", native_id=BOB))
    homes.crawl(Directory())

    assert homes.accounts() == {"alice": (None, None), "bob": (BOB, 900)}


def test_two_lists_of_one_day_that_name_one_account_for_two_figures_ask_once(tmp_path: Path) -> None:
    """An account that two people run together."""
    homes = Homes(tmp_path)
    homes.load(NEW, listing("other", "cyd", "2026-11-01"))
    outcomes = homes.crawl(Directory())

    assert len(outcomes) == 1
    assert isinstance(outcomes[0].result, Observed)
    assert homes.accounts() == {"bob": (BOB, 900), "cyd": (BOB, 900)}


def test_an_account_that_was_held_by_both_lists_is_both_figures(tmp_path: Path) -> None:
    """An office's account: who held it in 2025 and who holds it now."""
    homes = Homes(tmp_path)
    homes.load(listing("old", "alice", "2025-06-01"), NEW)
    homes.crawl(Directory())

    assert homes.accounts() == {"alice": (BOB, 900), "bob": (BOB, 900)}
