"""Data folders by chance: accounts that are renamed, lose their handles and are listed, seen and looked back at in any order.

    python -m tests.random_worlds FOLDER SEED NUMBER      makes FOLDER/SEED/home, FOLDER/SEED+1/home …

Names are a few and times close together, so that everything meets everything. The lists that come with Kooch are left out.
"""

import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal, cast

from kooch.config import VIEWS
from kooch.rosters import write_roster
from kooch.store.outcomes import CrawledBound, Drift, Failed, HandleSpan, Outcome, Profile, Skipped
from kooch.store.state import end_run, open_state
from kooch.store.suppress import suppress
from kooch.store.versions import targets as targets_of
from tests.stores import archived, at, backfill, bundle, claim, failed, load, member, plan, roster, seen, spool

_FIGURES = ("ann", "bob", "cyd", "dan", "eve")
_HANDLES = ("ann.test", "Ann.Other", "bob.test", "cyd.test", "dan.test", "eve.test")
_IDS = ("did:web:a.test", "did:web:b.test", "did:web:c.test", "did:web:d.test", "did:web:e.test", "did:web:f.test")
_X_HANDLES = ("Ann", "bob", "cyd_x")
_X_IDS = ("1", "2", "3", "4")
_DAY = 24 * 60
_DAYS = 12
_GONE = ("not_found", "deleted", "deactivated", "suspended")


class World:
    """What truly goes on, for runs to see: who holds which handle on which day, and who is gone."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # a story to repeat, not a secret
        self.holders = {
            handle: [self.chance.choice([*_IDS, None]) for _ in range(_DAYS + 1)] if self.chance.random() < 0.3 else
            [self.chance.choice([*_IDS, None])] * (_DAYS + 1)
            for handle in _HANDLES
        }  # fmt: skip
        self.status = {name: self._life() for name in _IDS}
        self.words = {name: [self.chance.choice("abc") for _ in range(_DAYS + 1)] for name in _IDS}

    def _life(self) -> list[str]:
        if self.chance.random() < 0.5:
            return ["active"] * (_DAYS + 1)
        days: list[str] = []
        while len(days) <= _DAYS:
            days += [self.chance.choice(["active", "active", "moved", *_GONE])] * self.chance.randint(1, 4)
        return days

    def ask(self, target: str, minutes: float) -> Outcome:
        """The answer that a crawl gets about a handle or an id."""
        chance, day = self.chance, int(minutes // _DAY)
        if chance.random() < 0.1:
            return failed(target, minutes, chance.choice(["timeout", "server_error", "unexpected_answer"]))
        if chance.random() < 0.05:
            return Outcome(
                target=target, result=Skipped(cause="noindex"), valid_at=at(minutes), recorded_at=at(minutes)
            )
        name = target
        if target.startswith("@"):
            holders = next(
                (each for handle, each in self.holders.items() if handle.lower() == target[1:].lower()), None
            )
            held_by = holders[day] if holders else None
            if held_by is None:
                return seen(target, minutes, status="not_found", native_id=None)
            name = held_by
        status = self.status[name][day]
        told: dict[str, Any] = {"status": status, "native_id": name}
        if status in {"active", "moved"}:
            told |= self._shown(name, day, minutes)
        if status == "moved":
            told |= {"moved_to": chance.choice(_IDS), "is_named_back": chance.choice([None, True, False])}
        return seen(target, minutes, **told)

    def _shown(self, name: str, day: int, minutes: float) -> dict[str, Any]:
        chance = self.chance
        called = [handle for handle in _HANDLES if self.holders[handle][day] == name] or [f"{name[8]}.none.test"]
        told: dict[str, Any] = {
            "followers": chance.choice([None, 0, 5, 1000, 2000]),
            "posts": chance.choice([None, 3]),
            "server": chance.choice([None, "https://one.test", "https://two.test"]),
        }
        if chance.random() < 0.8:
            told["profile"] = Profile(handle=called[0], bio=self.words[name][day], links=("https://x.com/Ann",))
        if chance.random() < 0.4:
            told["handles"] = self._history(name, day)
        if chance.random() < 0.4:
            told["bounds"] = (self._bound(name, minutes),)
        if chance.random() < 0.2:
            told["also_known_as"] = tuple(chance.sample(_IDS, 2))
        if chance.random() < 0.2:
            told["drift"] = (Drift(path=chance.choice(["posts", "note"]), kind="mistyped"),)
        return told

    def _history(self, name: str, day: int) -> tuple[HandleSpan, ...]:
        """The handles of an account up to a day, as a registry has them."""
        spans: list[HandleSpan] = []
        for handle, holders in self.holders.items():
            days = [n for n in range(day + 1) if holders[n] == name]
            if days:
                ended = days[-1] < day
                until = at((days[-1] + 1) * _DAY) if ended else None
                spans.append(HandleSpan(handle=handle.lower(), valid_from=at(days[0] * _DAY), valid_to=until))
        return tuple(spans)

    def _bound(self, name: str, minutes: float) -> CrawledBound:
        opened = at(-_DAY * (10 + _IDS.index(name)))
        if self.chance.random() < 0.2:
            ended = at(minutes - self.chance.randint(0, 2 * _DAY))
            return CrawledBound(event="left", not_before=ended, before=ended + timedelta(seconds=1), kind="tombstone")
        return CrawledBound(event="joined", not_before=opened, before=opened + timedelta(seconds=1), kind="plc")


def make(home: Path, seed: int, after_load: Callable[[Path], object] = lambda _home: None) -> None:
    """A data folder that was loaded now and then while its story went on; `after_load` is done to it each time."""
    world = World(seed)
    chance = world.chance
    for number, listed in enumerate(_lists(chance)):
        write_roster(roster(f"list{number}", **listed), home / "rosters")
    with tempfile.TemporaryDirectory() as bare:
        bundled = bundle(Path(bare))
        load(home, bundled)
        for step in _steps(world, home, bundled):
            step()
            if chance.random() < 0.4:
                load(home, bundled)
                after_load(home)
        load(home, bundled)
        after_load(home)


def _lists(chance: random.Random) -> Iterator[dict[str, Any]]:
    for _ in range(chance.randint(1, 3)):
        figures = chance.sample(_FIGURES, chance.randint(2, len(_FIGURES)))
        claims = []
        for figure in figures:
            kind = chance.choice(["handle", "id", "both", "none"])
            handle = chance.choice(_HANDLES) if kind in {"handle", "both"} else None
            native_id = chance.choice(_IDS) if kind in {"id", "both"} else None
            if kind != "none":
                polarity = chance.choice(["accepts", "accepts", "accepts", "denies"])
                claims.append(claim(figure, handle, native_id, polarity=polarity))
            if chance.random() < 0.5:
                claims.append(claim(figure, chance.choice(_X_HANDLES), platform="x"))
        unique = {(each.figure_id, each.platform, each.handle, each.native_id): each for each in claims}
        yield {
            "members": [member(figure) for figure in figures],
            "accounts": tuple(unique.values()),
            "as_of": date(2025, 6, 1) + timedelta(days=chance.randint(-40, _DAYS)),
        }


def _steps(world: World, home: Path, bundled: Path) -> Iterator[Any]:
    chance = world.chance
    runs = [chance.uniform(0, _DAYS * _DAY) for _ in range(chance.randint(3, 10))]
    if chance.random() < 0.7:
        runs.sort()
    for begun in runs:
        yield lambda begun=begun: _crawl(world, home, begun)
    if chance.random() < 0.6:
        for _ in range(chance.randint(1, 3)):
            yield lambda: _look_back(world, home)
    if chance.random() < 0.4:
        yield lambda: _decide(world, home)
    if chance.random() < 0.3:
        yield lambda: _suppress(world, home, bundled)
    if chance.random() < 0.3:
        yield lambda: _crawl(world, home, _DAYS * _DAY - 60)


def _crawl(world: World, home: Path, begun: float) -> None:
    """A run in one to three batches; of what was asked twice, both answers are in them."""
    chance = world.chance
    known = sorted(target.key for target in targets_of(home, platform="bluesky", roster=None))
    if not known:
        return
    targets = sorted(chance.sample(known, chance.randint(1, len(known))))
    run = plan(home, *targets)
    asked = [(target, begun + n / 10) for n, target in enumerate(targets)]
    asked += [(target, begun + 5 + n / 10) for n, target in enumerate(targets) if chance.random() < 0.15]
    outcomes = [world.ask(target, min(minutes, _DAYS * _DAY)) for target, minutes in asked]
    if chance.random() < 0.3:
        chance.shuffle(outcomes)
    n = chance.randint(1, 3)
    for part in range(n):
        if batch := outcomes[part::n]:
            spool(home, run, *batch)
    state = cast(Literal["complete", "partial", "running"], chance.choice(["complete", "partial", "running"]))
    if state != "running":
        with open_state(home) as connection:
            end_run(connection, run, state)


def _look_back(world: World, home: Path) -> None:
    chance = world.chance
    pages: dict[str, Outcome] = {}
    for _ in range(chance.randint(3, 15)):
        day = date(2025, 6, 1) + timedelta(days=chance.randint(-400, 60))
        handle = chance.choice(_X_HANDLES)
        told: dict[str, Any] = {"followers": chance.choice([None, 10, 20]), "native_id": chance.choice([*_X_IDS, None])}
        if chance.random() < 0.3:
            told["opened"] = "2011-11-10"
        if chance.random() < 0.3:
            told["profile"] = Profile(
                handle=handle, display_name=chance.choice(["Ann", "A shop"]), bio=chance.choice("ab")
            )
        result = chance.choice([None, None, None, Failed(cause="no_data")])
        page = archived(str(day), handle, result, **told)
        pages[page.target] = page
    days = chance.choice([(None, None), (None, "2025-06-20"), ("2025-05-20", None)])
    backfill(home, *pages.values(), days=days)


def _decide(world: World, home: Path) -> None:
    chance = world.chance
    names = [*_IDS, *(f"@{handle.lower()}" for handle in _HANDLES)]
    with open_state(home) as state:
        for day in range(chance.randint(1, 3)):
            verdict = chance.choice(["accepted", "rejected"])
            row = (chance.choice(_FIGURES), "bluesky", chance.choice(names), verdict, "rita", "", at(day).isoformat())
            state.execute("INSERT INTO decisions VALUES (?, ?, ?, ?, ?, ?, ?)", row)


def _suppress(world: World, home: Path, bundled: Path) -> None:
    suppress(
        home, platform="bluesky", account=f"id:{world.chance.choice(_IDS)}", reason="-", views=VIEWS, bundled=bundled
    )


def main() -> None:
    folder, first, number = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    for seed in range(first, first + number):
        make(folder / str(seed) / "home", seed)
        print(folder / str(seed), flush=True)


if __name__ == "__main__":
    main()
