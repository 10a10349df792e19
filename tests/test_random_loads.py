"""Tables that many loads have built up equal those that one load makes of the same data: random histories, row by row."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from kooch.config import VIEWS
from kooch.rosters import AccountClaim, Member, Roster, Statement
from kooch.store.master import master_file
from kooch.store.outcomes import CrawledBound, Drift, HandleSpan, Outcome, Status
from kooch.store.state import end_run, open_state, say_same, withdraw_run
from kooch.store.suppress import suppress
from tests.stores import (
    archived,
    at,
    backfill,
    bundle,
    claim,
    contents,
    failed,
    load,
    member,
    plan,
    roster,
    seen,
    spool,
    statement,
)
from tests.test_activity_states import look, spool_looks

ROUNDS = 5
STATUSES: list[Status] = ["active", "active", "active", "protected", "deactivated", "deleted", "not_found", "suspended"]
BIOS = ["one", "two", "three"]


@dataclass
class History:
    """What happens to two people, each with an account on Bluesky that has a handle, and one on X; whole minutes after START."""

    dice: random.Random
    name: str
    runs: list[str] = field(default_factory=list)
    waiting: list[tuple[str, list[Outcome]]] = field(default_factory=list)
    suppressed: bool = False

    @property
    def people(self) -> list[str]:
        return [f"{self.name}-{letter}" for letter in "ab"]

    def did(self, person: str) -> str:
        return f"did:web:{person}.test"

    def claims(self) -> Iterator[AccountClaim]:
        for person in self.people:
            if self.dice.random() < 0.8:
                known = self.dice.random() < 0.7
                yield claim(person, f"{person}.example.org", self.did(person) if known else None)
            if self.dice.random() < 0.5:
                yield claim(person, person.replace("-", "_"), platform="x")
            if self.dice.random() < 0.2:
                yield claim(person, None, self.did(self.dice.choice(self.people)), polarity="denies")

    def statements(self) -> Iterator[Statement]:
        for person in self.people:
            for day in ("2025-05-20", "2025-06-03", "2025-06-20"):
                if self.dice.random() < 0.25:
                    event: Any = self.dice.choice(["joined", "there", "left", "absent"])
                    yield statement(person, event, day, platform="bluesky", not_before=day, not_after=day)

    def act(self, home: Path, day: int) -> None:
        """One of what happens between two loads."""
        kinds = [
            self.crawl,
            self.crawl,
            self.crawl_late,
            self.part_of_run,
            self.rest_of_runs,
            self.read_archive,
            self.count_posts,
        ]
        self.dice.choice(kinds)(home, day)

    def answer(self, minutes: float, person: str) -> Outcome:
        dice = self.dice
        asked_by_name = dice.random() < 0.3
        target = f"@{person}.example.org" if asked_by_name else self.did(person)
        if dice.random() < 0.15:
            return failed(target, minutes)
        more: dict[str, Any] = {"status": dice.choice(STATUSES), "native_id": self.did(person)}
        more["followers"] = dice.choice([None, 10, 11, 12])
        if dice.random() < 0.5:
            more["bio"] = dice.choice(BIOS)
            more["handle"] = dice.choice([f"{person}.example.org", f"{person}.new.example.org"])
        if dice.random() < 0.3:
            opened = at(dice.choice([-9000, -8000]))
            more["bounds"] = (
                CrawledBound(event="joined", not_before=opened, before=opened + timedelta(seconds=1), kind="plc"),
            )
        if dice.random() < 0.2:
            more["handles"] = (HandleSpan(handle=f"{person}.example.org", valid_from=at(-9000), valid_to=None),)
        if dice.random() < 0.2:
            more["server"] = dice.choice(["pds.one", "pds.two"])
        if dice.random() < 0.1:
            more["drift"] = (Drift(path="posts", kind="missing"),)
        if dice.random() < 0.1:
            more["moved_to"] = self.did(dice.choice(self.people))
        return seen(target, minutes, **more)

    def answers(self, minutes: float) -> list[Outcome]:
        return [self.answer(minutes + n, person) for n, person in enumerate(self.people) if self.dice.random() < 0.8]

    def crawl(self, home: Path, day: int) -> None:
        """Twice a day at most, so that two answers of a day lie less than a day apart."""
        for hour in range(self.dice.randint(1, 2)):
            self.spool_run(home, self.answers(60 * (24 * day + 13 * hour)))

    def crawl_late(self, home: Path, day: int) -> None:
        """A run of days before, which arrives only now."""
        self.spool_run(home, self.answers(60 * 24 * self.dice.randint(-2, day) + self.dice.randint(1, 700)))

    def spool_run(self, home: Path, outcomes: Sequence[Outcome]) -> None:
        if outcomes:
            run = plan(home, *dict.fromkeys(outcome.target for outcome in outcomes), state="complete")
            spool(home, run, *outcomes)
            self.runs.append(run)

    def part_of_run(self, home: Path, day: int) -> None:
        """A run whose answers come in two batches, with a load between them; one target may be answered twice."""
        first, second = self.answers(60 * 24 * day), self.answers(60 * 24 * day + 30)
        if first:
            run = plan(home, *dict.fromkeys(outcome.target for outcome in (*first, *second)))
            spool(home, run, *first)
            self.runs.append(run)
            self.waiting.append((run, second))

    def rest_of_runs(self, home: Path, _: int) -> None:
        for run, outcomes in self.waiting:
            if outcomes:
                spool(home, run, *outcomes)
            with open_state(home) as state:
                end_run(state, run, "complete")
        self.waiting.clear()

    def read_archive(self, home: Path, _: int) -> None:
        person = self.dice.choice(self.people)
        handle = person.replace("-", "_")
        days = sorted(self.dice.sample(["2015-03-01", "2016-03-01", "2017-03-01", "2018-03-01"], 2))
        pages = [
            archived(day, handle, native_id=self.dice.choice([None, x_id(person)]), followers=self.dice.randint(1, 9))
            for day in days
        ]
        backfill(home, *pages, state="complete", days=(days[0], days[1]))

    def count_posts(self, home: Path, day: int) -> None:
        looked_at = f"{date(2025, 6, 1) + timedelta(days=day)}T12:00"
        posts = {"2025-05-20": self.dice.randint(0, 2), "2025-05-30": self.dice.randint(0, 2)}
        spool_looks(home, look(looked_at, posts, target=self.did(self.dice.choice(self.people))))

    def decide(self, home: Path) -> None:
        """Now and then somebody withdraws a run, or says that an account has changed its id."""
        if self.runs and self.dice.random() < 0.15:
            with open_state(home) as state:
                withdraw_run(state, self.runs.pop(self.dice.randrange(len(self.runs))), "asked")
        if self.dice.random() < 0.1:
            with open_state(home) as state:
                old, new = (self.did(person) for person in self.people)
                say_same(state, platform="bluesky", old=old, new=new, reason="asked")

    def suppress(self, home: Path, bundled: Path) -> None:
        self.suppressed = True
        account = f"id:{self.did(self.dice.choice(self.people))}"
        suppress(home, platform="bluesky", account=account, reason="asked", views=VIEWS, bundled=bundled)


def x_id(person: str) -> str:
    total: int = sum(ord(letter) * (n + 1) ** 3 for n, letter in enumerate(person))
    return str(1_000 + total)


def list_of(histories: Sequence[History]) -> Roster:
    members: list[Member] = [member(person) for history in histories for person in history.people]
    return roster(
        "people",
        members,
        accounts=tuple(one for history in histories for one in history.claims()),
        statements=tuple(one for history in histories for one in history.statements()),
    )


def check(tmp_path: Path, seed: int, histories_at_once: int) -> None:
    """Histories do not touch each other: many go through the same loads."""
    dice = random.Random(seed)
    home, bundled = tmp_path / "home", tmp_path / "bundled"
    histories = [History(random.Random(1000 * seed + n), f"h{n}") for n in range(histories_at_once)]
    bundle(bundled, list_of(histories))
    for day in range(ROUNDS):
        for history in histories:
            history.act(home, day)
            history.decide(home)
        if dice.random() < 0.5:
            bundle(bundled, list_of(histories))
        if dice.random() < 0.3:
            dice.choice(histories).suppress(home, bundled)
        load(home, bundled)
    built_up = contents(home)
    master_file(home).unlink()
    load(home, bundled)
    rebuilt = contents(home)

    assert {table: set(rows) ^ set(rebuilt[table]) for table, rows in built_up.items() if rows != rebuilt[table]} == {}
    assert built_up["observations"]
    assert built_up["stays"]


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(2))
def test_random_loads_equal_a_rebuild(tmp_path: Path, seed: int) -> None:
    check(tmp_path, seed, 10)


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(100, 110))
def test_many_random_loads_equal_a_rebuild(tmp_path: Path, seed: int) -> None:
    check(tmp_path, seed, 20)
