"""Every slot runs once or is replaced by a later one, and none runs twice, whatever clocks, machines and signals do."""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kooch.config import Schedule, load_settings
from kooch.errors import ConfigError, RunningError, StorageError
from kooch.rosters import write_roster
from kooch.schedule import install, slots
from kooch.schedule.loop import LONGEST_WAIT, Scheduler
from kooch.schedule.plan import due, next_due_at, rechecks, slots_between, starts_at
from kooch.schedule.slots import MOST_ATTEMPTS, Slot
from kooch.store import state as state_store
from kooch.store import versions
from kooch.store.locks import only_one
from kooch.store.outcomes import Observed, Outcome, Target
from kooch.store.spool import write_batch
from kooch.store.state import open_state, state_file
from tests import stores
from tests.commands import command, kooch, kooch_without_lists
from tests.faults import Asked, Bluesky, Fault, Server, did
from tests.faults import silent as say_nothing

BERLIN = ZoneInfo("Europe/Berlin")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def planned(name: str, cron: str, **others: object) -> Schedule:
    return Schedule.model_validate({"name": name, "cron": cron, **others})


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# The plan.


def test_an_hour_that_the_clocks_skip_is_made_up_for_and_one_they_repeat_comes_once() -> None:
    nightly = planned("nightly", "30 2 * * *", time_zone="Europe/Berlin")

    autumn = list(slots_between(nightly, utc("2026-10-23 12:00"), utc("2026-10-26 12:00")))
    spring = list(slots_between(nightly, utc("2027-03-26 12:00"), utc("2027-03-29 12:00")))

    assert autumn == [utc("2026-10-24 00:30"), utc("2026-10-25 00:30"), utc("2026-10-26 01:30")]
    assert spring == [utc("2027-03-27 01:30"), utc("2027-03-28 01:00"), utc("2027-03-29 00:30")]


@given(
    zone=st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata", "America/Santiago", "Africa/Cairo", "Asia/Beirut"]),
    cron=st.sampled_from(["30 2 * * *", "0 * * * *", "*/20 0-3 * * *", "0 0 * * *", "15 1,2 * * 0", "59 23 L * *"]),
    # All days on which one of these zones changes its clocks in 2026, and the days around them.
    day=st.sampled_from(["2026-03-28", "2026-04-04", "2026-04-23", "2026-09-05", "2026-10-24", "2026-10-29"]),
    minutes=st.tuples(st.integers(0, 2880), st.integers(1, 2000), st.integers(1, 2000)),
)
@example(zone="Europe/Berlin", cron="30 2 * * *", day="2026-10-24", minutes=(1000, 510, 300))  # in the repeated hour
@settings(max_examples=500, deadline=None)
def test_slots_do_not_depend_on_where_one_begins_to_count(
    zone: str, cron: str, day: str, minutes: tuple[int, int, int]
) -> None:
    schedule = planned("any", cron, time_zone=zone)
    first, second, third = (utc(day) + timedelta(minutes=sum(minutes[:n])) for n in (1, 2, 3))

    whole = list(slots_between(schedule, first, third))

    assert whole == [*slots_between(schedule, first, second), *slots_between(schedule, second, third)]
    assert whole == sorted(set(whole))


def test_a_burst_runs_from_its_first_day_to_the_end_of_its_last() -> None:
    burst = planned("burst", "0 * * * *", time_zone="Asia/Kolkata", **{"from": "2027-02-08", "until": "2027-02-10"})

    found = list(slots_between(burst, utc("2027-01-01 00:00")))

    assert len(found) == 72
    assert (found[0], found[-1]) == (utc("2027-02-07 18:30"), utc("2027-02-10 17:30"))


def test_jitter_is_the_same_every_time_and_differs_between_slots() -> None:
    hourly = planned("hourly", "0 * * * *")
    found = list(slots_between(hourly, utc("2026-11-01 00:00"), utc("2026-11-11 00:00")))
    late = [(starts_at(hourly, slot) - slot).total_seconds() for slot in found]

    assert late == [(starts_at(planned("hourly", "0 * * * *"), slot) - slot).total_seconds() for slot in found]
    assert starts_at(hourly, found[0]) == found[0] + timedelta(seconds=293)  # across versions, too
    assert min(late) >= 0
    assert max(late) <= 300
    assert len(set(late)) > 100
    assert starts_at(planned("hourly", "0 * * * *", jitter_seconds=0), found[0]) == found[0]


def test_the_latest_due_slot_stands_for_those_before_it() -> None:
    hourly = planned("hourly", "0 * * * *", jitter_seconds=0)

    found = due(hourly, after=utc("2026-11-01 00:00"), at=utc("2026-11-01 07:59"))

    assert found is not None
    assert (found.slot, found.coalesced) == (utc("2026-11-01 07:00"), 6)
    assert due(hourly, after=found.slot, at=utc("2026-11-01 07:59")) is None
    assert next_due_at(hourly, after=found.slot, at=utc("2026-11-01 07:59")) == utc("2026-11-01 08:00")


# The configuration.


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("cron = '61 * * * *'", "schedule.0.cron"),
        ("cron = '* * * *'", "five fields"),
        ("cron = '* * * * * *'", "five fields"),
        ("cron = '0 0 30 2 *'", "schedule.0.cron"),
        ("cron = '0 * * * *'\ntime_zone = 'Europe/Atlantis'", "Europe/Atlantis"),
        ("cron = '0 * * * *'\ntime_zone = '../../etc/passwd'", "time_zone"),
        ("cron = '0 * * * *'\n[[schedule]]\nname = 'a'\ncron = '0 * * * *'", "two schedules are named 'a'"),
        ("cron = '0 * * * *'\n[[schedule]]\nname = 'recheck'\ncron = '0 * * * *'", "choose another name"),
        ("cron = '0 * * * *'\nfrom = 2027-02-10\nuntil = 2027-02-08", "before it begins"),
        ("corn = '0 * * * *'", "schedule.0.corn"),
        ("cron = '0 * * * *'\njitter_seconds = -1", "jitter_seconds"),
        ("cron = '0 * * * *'\n[freshness]\nwarn_after_hours = 100", "error_after_hours"),
        ("cron = '0 * * * *'\n[freshness.platforms.bluesky]\nerror_after_hours = 1", "'bluesky'"),
    ],
)
def test_a_wrong_schedule_is_one_sentence(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "kooch.toml").write_text(f"[[schedule]]\nname = 'a'\n{text}\n", encoding="utf-8")

    with pytest.raises(ConfigError, match=says) as fault:
        load_settings(tmp_path)

    assert "\n" not in str(fault.value)


# Simulated weeks.


class Killed(BaseException):
    """What `kill -9` looks like from inside: nothing runs after it."""


@dataclass
class Crawl:
    """A crawl that takes until `ends_at` on the monotonic clock."""

    machine: "Machine"
    platforms: Sequence[str]
    roster: str | None
    ends_at: float
    code: int
    is_recheck: bool = False
    since: datetime | None = None
    pid: int = 4711
    has_ended: bool = False

    def poll(self) -> int | None:
        if not self.has_ended:
            return None
        self.machine.perhaps("killed before the end was written", 0.01)
        return self.code


@dataclass
class Machine:
    """A simulated machine: its clocks, the crawls it runs, and everything that befalls it."""

    home: Path
    begins_at: datetime
    chance: random.Random
    is_calm: bool = False
    calm_code: int = 0
    monotonic: float = 0.0
    jumped: timedelta = timedelta(0)
    right_at: float = float("inf")
    stops_at: float = float("inf")
    crawl: Crawl | None = None
    befell: Counter[str] = field(default_factory=Counter)
    on_crawled: Callable[[Crawl], None] = lambda _crawl: None
    pid: int = 1

    @property
    def is_stopping(self) -> bool:
        return self.monotonic >= self.stops_at

    def now(self) -> datetime:
        return self.begins_at + timedelta(seconds=self.monotonic) + self.jumped

    def wait(self, seconds: float) -> None:
        assert 0 < seconds <= LONGEST_WAIT.total_seconds()
        until = self.monotonic + seconds
        if self.crawl and not self.crawl.has_ended:
            until = min(until, max(self.crawl.ends_at, self.monotonic))
        self.pass_time(until - self.monotonic)
        if self.monotonic >= self.right_at:
            self.jumped = timedelta(0)
        self._befall()

    def pass_time(self, seconds: float) -> None:
        self.monotonic += seconds
        if self.crawl and not self.crawl.has_ended and self.monotonic >= self.crawl.ends_at:
            self.crawl.has_ended = True
            if self.crawl.code in (0, 3):
                self.note_runs(self.crawl)
            self.on_crawled(self.crawl)

    def start(
        self, platforms: Sequence[str], roster: str | None, *, since: datetime, is_recheck: bool, shard: str | None
    ) -> Crawl:
        assert not self.has_orphan(), "two crawls at once"
        assert platforms
        assert shard is None
        self.perhaps("killed before the crawl began", 0.01)
        lasts = self.chance.choices([1, 60, 600, 6000], [30, 40, 25, 5])[0] * self.chance.uniform(0.5, 1.5)
        code = self.chance.choices([0, 3, 75, 1, -9], [80, 10, 4, 3, 3])[0]
        if self.is_calm:
            lasts, code = 60, self.calm_code
        self.crawl = Crawl(self, platforms, roster, self.monotonic + lasts, code, is_recheck, since)
        return self.crawl

    def has_orphan(self) -> bool:
        return self.crawl is not None and not self.crawl.has_ended

    def reboot(self) -> None:
        """After a kill: some time passes, the loop is to be started again."""
        self.pass_time(self.chance.choice([1, 60, 3600, 40000]) * self.chance.uniform(0.2, 1))

    def _befall(self) -> None:
        self.perhaps("killed, the crawl lives on", 0.0004 if self.has_orphan() else 0.0001)
        if not self.is_calm and self.has_orphan() and self.chance.random() < 0.0004:
            self.crawl = None
            self.befell["power cut"] += 1
            raise Killed
        if not self.is_calm and self.chance.random() < 0.0003:
            self.befell["suspended"] += 1
            self.jumped += self.chance.choice([60, 3000, 20000, 100000]) * timedelta(seconds=self.chance.random())
        if not self.is_calm and self.chance.random() < 0.0003:
            self.befell["clock set back"] += 1
            self.jumped -= self.chance.choice([1, 300, 4000, 12000]) * timedelta(seconds=self.chance.random())

    def perhaps(self, what: str, probability: float) -> None:
        if not self.is_calm and self.chance.random() < probability:
            self.befell[what] += 1
            raise Killed

    def note_runs(self, crawl: Crawl) -> None:
        with open_state(self.home) as state:
            at = self.now().isoformat()
            state.executemany(
                "INSERT INTO runs (run, platform, source, roster, started_at, ended_at, state, version, is_recheck)"
                " VALUES (?, ?, 'live', ?, ?, ?, ?, '', ?)",
                [
                    (
                        f"{platform} {self.monotonic}",
                        platform,
                        crawl.roster,
                        at,
                        at,
                        "partial" if crawl.code else "complete",
                        crawl.is_recheck,
                    )
                    for platform in crawl.platforms
                ],
            )


SCHEDULES = (
    planned("hourly", "0 * * * *"),
    planned("hourly-berlin", "30 * * * *", time_zone="Europe/Berlin", platforms=["bluesky"]),
    planned("night", "30 2 * * *", time_zone="Europe/Berlin"),
    planned("daily", "15 4 * * *", jitter_seconds=3600),
    planned("weekly", "0 12 * * MON", roster="se-parliament"),
    planned("autumn", "*/30 * * * *", roster="koo", **{"from": "2026-10-24", "until": "2026-10-26"}),
    planned("spring", "*/30 * * * *", roster="koo", **{"from": "2027-03-27", "until": "2027-03-29"}),
)


def oracle(name: str, after: datetime, until: datetime) -> list[datetime]:
    """The slots of SCHEDULES, counted minute by minute on the clock on the wall, without cronsim."""
    found = []
    minute = after.replace(second=0, microsecond=0)
    night_of = None
    while minute <= until:
        berlin = minute.astimezone(BERLIN)
        if name == "night" and (berlin.hour, berlin.minute) >= (2, 30) and night_of != berlin.date():
            night_of = berlin.date()
            is_slot = minute > after - HOUR and (berlin.hour, berlin.minute) <= (3, 0)
        else:
            burst = {"autumn": (10, 24, 26), "spring": (3, 27, 29)}.get(name)
            is_slot = {
                "hourly": minute.minute == 0,
                "hourly-berlin": berlin.minute == 30,
                "daily": (minute.hour, minute.minute) == (4, 15),
                "weekly": (minute.weekday(), minute.hour, minute.minute) == (0, 12, 0),
                "night": False,
            }.get(
                name,
                bool(
                    burst
                    and minute.minute % 30 == 0
                    and minute.month == burst[0]
                    and burst[1] <= minute.day <= burst[2]
                ),
            )
        if is_slot and minute > after:
            found.append(minute)
        minute += timedelta(minutes=1)
    return found


@pytest.fixture
def in_memory() -> Iterator[Path]:
    """A data folder that costs no wait for a disk; what is killed here is no machine with a power supply."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.exists() else None) as folder:
        yield Path(folder)


@pytest.mark.parametrize(
    "begins_at", [utc("2026-10-05 09:10"), pytest.param(utc("2027-03-14 09:10"), marks=pytest.mark.proof)]
)
@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.proof) for seed in (1, 2))])
def test_in_24_days_of_trouble_every_slot_runs_once_or_is_stood_for(
    seed: int, begins_at: datetime, in_memory: Path
) -> None:
    machine = Machine(in_memory, begins_at, random.Random(f"{seed} {begins_at}"), stops_at=24 * 86400)
    began: list[tuple[str, datetime, int]] = []

    def note(event: str, slot: Slot) -> None:
        if event == "started":
            began.append((slot.schedule, slot.slot, slot.attempts))
            assert starts_at(by_name[slot.schedule], slot.slot) <= machine.now() or slot.attempts > 1

    by_name = {schedule.name: schedule for schedule in SCHEDULES}
    # While one connection stays open, SQLite need not clean up after each of the others.
    with open_state(in_memory):
        while not machine.is_stopping:
            loop = Scheduler(
                in_memory, SCHEDULES, machine, everything=["bluesky", "mastodon"], on_event=note, beat_every=DAY
            )
            try:
                if machine.chance.random() < 0.3 and not machine.has_orphan():
                    # cron calls `kooch crawl --due` for a while
                    loop.run_due()
                    machine.pass_time(300)
                else:
                    loop.run()
            except Killed:
                machine.reboot()
        machine.is_calm, machine.stops_at = True, float("inf")
        machine.pass_time(10000)
        while Scheduler(in_memory, SCHEDULES, machine, everything=["bluesky", "mastodon"], on_event=note).run_due():
            pass

    with open_state(in_memory) as state:
        rows = [
            slots.read_slot(state, row["schedule"], datetime.fromisoformat(row["slot"]))
            for row in state.execute("SELECT schedule, slot FROM slots ORDER BY slot")
        ]
    n_slots = 0
    for schedule in SCHEDULES:
        mine = [row for row in rows if row.schedule == schedule.name]
        expected = oracle(schedule.name, begins_at, machine.now())
        n_slots += len(expected)
        before = begins_at
        for row in mine:
            stood_for = [slot for slot in expected if before < slot <= row.slot]
            before = row.slot
            assert row.slot in stood_for
            assert row.coalesced == len(stood_for) - 1
            assert row.state in {"complete", "partial", "failed", "busy", "aborted"}
        assert [slot for slot in expected if slot > before and starts_at(schedule, slot) <= machine.now()] == []
    assert len(began) == len(set(began)), "the same attempt twice"
    assert all(
        attempt == 1 or (name, slot) in {(row.schedule, row.slot) for row in rows} for name, slot, attempt in began
    )
    assert max(attempt for _, _, attempt in began) <= MOST_ATTEMPTS
    assert all(
        row.attempts == MOST_ATTEMPTS or row != last_of(rows, row.schedule) for row in rows if row.state == "aborted"
    )
    assert len(machine.befell) >= 5
    print(
        f"seed {seed}, {begins_at:%B}: {n_slots} slots, {len(rows)} claimed, {sum(row.coalesced for row in rows)} stood for, "
        f"{sum(row.attempts - 1 for row in rows)} taken up again; {dict(machine.befell)}"
    )


def last_of(rows: list[Slot], schedule: str) -> Slot:
    return [row for row in rows if row.schedule == schedule][-1]


# Single incidents.


def calm(home: Path, begins_at: datetime) -> Machine:
    return Machine(home, begins_at, random.Random(0), is_calm=True)


def ran(machine: Machine, *schedules: Schedule) -> list[Slot]:
    return Scheduler(machine.home, schedules, machine, everything=["bluesky", "mastodon"]).run_due()


HOURLY = planned("hourly", "0 * * * *", jitter_seconds=0)


def test_a_new_schedule_owes_nothing_from_before(tmp_path: Path) -> None:
    machine = calm(tmp_path, utc("2026-11-01 10:30"))

    assert ran(machine, HOURLY) == []
    machine.pass_time(1800)
    (slot,) = ran(machine, HOURLY)
    assert (slot.slot, slot.coalesced, slot.state, slot.exit_code) == (utc("2026-11-01 11:00"), 0, "complete", 0)
    assert ran(machine, HOURLY) == []
    with open_state(tmp_path) as state:
        assert slots.read_heartbeat(state) is None  # of one call no loop can be seen


def test_a_changed_schedule_begins_anew_and_a_removed_one_is_forgotten(tmp_path: Path) -> None:
    machine = calm(tmp_path, utc("2026-11-01 10:30"))
    ran(machine, planned("a", "0 12 * * *"), planned("b", "0 12 * * *"))
    machine.pass_time(5 * 86400)

    assert ran(machine, planned("a", "0 * * * *")) == []
    assert ran(machine, planned("b", "0 12 * * *")) == []


def test_a_clock_that_was_a_year_ahead_does_not_silence_the_schedule(tmp_path: Path) -> None:
    machine = calm(tmp_path, utc("2026-11-01 10:30"))
    ran(machine, HOURLY)
    machine.jumped = 365 * DAY
    (wrong,) = ran(machine, HOURLY)
    machine.jumped = timedelta(0)
    machine.pass_time(3600)

    assert wrong.slot == utc("2027-11-01 10:00")
    for machine.calm_code, state in ((-9, "aborted"), (0, "complete")):
        assert [(slot.slot, slot.state) for slot in ran(machine, HOURLY)] == [(utc("2026-11-01 11:00"), state)]


def test_a_loop_notices_that_its_clock_was_a_year_ahead(tmp_path: Path) -> None:
    machine = calm(tmp_path, utc("2026-11-01 10:30"))
    ran(machine, HOURLY)
    machine.jumped, machine.right_at, machine.stops_at = 365 * DAY, 3000, 5400
    began: list[datetime] = []
    Scheduler(
        tmp_path,
        [HOURLY],
        machine,
        everything=["bluesky"],
        on_event=lambda event, slot: began.append(slot.slot) if event == "started" else None,
    ).run()

    assert began == [utc("2027-11-01 10:00"), utc("2027-11-01 11:00"), utc("2026-11-01 11:00")]


def test_a_schedule_first_seen_by_a_wrong_clock_begins_with_the_right_one(tmp_path: Path) -> None:
    machine = calm(tmp_path, utc("2026-11-01 10:30"))
    machine.jumped = 365 * DAY
    ran(machine, HOURLY)
    machine.jumped = timedelta(0)
    ran(machine, HOURLY)
    machine.pass_time(3600)

    assert [slot.slot for slot in ran(machine, HOURLY)] == [utc("2026-11-01 11:00")]


def test_a_clock_set_back_runs_nothing_again(tmp_path: Path) -> None:
    machine = calm(tmp_path, utc("2026-11-01 10:30"))
    ran(machine, HOURLY)
    machine.pass_time(6 * 3600)
    (slot,) = ran(machine, HOURLY)
    machine.jumped = -5 * HOUR

    assert slot.coalesced == 5
    for _ in range(5):
        machine.pass_time(3600)
        last = ran(machine, HOURLY)
    assert last == []
    machine.pass_time(3600)
    assert [slot.slot for slot in ran(machine, HOURLY)] == [utc("2026-11-01 17:00")]


def interrupted(machine: Machine) -> None:
    """The loop is killed while the slot of 11:00 runs."""
    ran(machine, HOURLY)
    machine.pass_time(1800)
    with open_state(machine.home) as state:
        found = due(HOURLY, after=machine.begins_at, at=machine.now())
        assert found is not None
        assert slots.claim(state, found, platforms=["bluesky", "mastodon"], roster=None, at=machine.now())
        assert slots.claim(state, found, platforms=["bluesky", "mastodon"], roster=None, at=machine.now()) is None


def test_a_slot_that_died_goes_on_with_the_platforms_it_had_left(tmp_path: Path) -> None:
    machine = calm(tmp_path, utc("2026-11-01 10:30"))
    interrupted(machine)
    machine.pass_time(60)
    machine.note_runs(Crawl(machine, ["bluesky"], None, 0, 0))
    machine.pass_time(600)

    (slot,) = ran(machine, HOURLY)

    assert machine.crawl is not None
    assert machine.crawl.platforms == ["mastodon"]
    assert (slot.slot, slot.state, slot.attempts) == (utc("2026-11-01 11:00"), "complete", 2)
    assert ran(machine, HOURLY) == []


@pytest.mark.parametrize("but", ["started_at = '2026-11-01T10:59:00+00:00'", "state = 'aborted'", "source = 'archive'"])
def test_a_slot_is_done_by_no_run_that_looked_at_others(but: str, tmp_path: Path) -> None:
    machine = calm(tmp_path, utc("2026-11-01 10:30"))
    interrupted(machine)
    machine.pass_time(60)
    machine.note_runs(Crawl(machine, ["bluesky", "mastodon"], None, 0, 0))
    with open_state(tmp_path) as state:
        state.execute(f"UPDATE runs SET {but} WHERE platform = 'bluesky'")

    (slot,) = ran(machine, HOURLY)

    assert machine.crawl is not None
    assert (machine.crawl.platforms, machine.crawl.since) == (["bluesky"], slot.slot)
    assert (slot.state, slot.attempts) == ("complete", 2)


def test_a_slot_whose_crawl_ended_well_without_its_loop_is_not_crawled_again(tmp_path: Path) -> None:
    machine = calm(tmp_path, utc("2026-11-01 10:30"))
    interrupted(machine)
    machine.note_runs(Crawl(machine, ["bluesky", "mastodon"], None, 0, 3))
    machine.pass_time(600)

    assert ran(machine, HOURLY) == []
    with open_state(tmp_path) as state:
        assert slots.read_slot(state, "hourly", utc("2026-11-01 11:00")).state == "partial"


def test_a_slot_that_dies_every_time_is_given_up(tmp_path: Path) -> None:
    machine = calm(tmp_path, utc("2026-11-01 10:30"))
    interrupted(machine)
    machine.calm_code = -9
    for attempt in (2, 3):
        (slot,) = ran(machine, HOURLY)
        assert (slot.state, slot.attempts, slot.exit_code) == ("aborted", attempt, -9)

    assert ran(machine, HOURLY) == []
    machine.pass_time(3600)
    assert [slot.slot for slot in ran(machine, HOURLY)] == [utc("2026-11-01 12:00")]


@pytest.mark.parametrize("code", [130, 143, -15])
def test_a_slot_whose_crawl_was_told_to_end_is_taken_up_again(code: int, tmp_path: Path) -> None:
    machine = calm(tmp_path, utc("2026-11-01 10:30"))
    interrupted(machine)
    machine.calm_code = code
    (stopped,) = ran(machine, HOURLY)
    machine.calm_code = 0
    (again,) = ran(machine, HOURLY)

    assert (stopped.state, stopped.exit_code) == ("aborted", code)
    assert (again.slot, again.state) == (stopped.slot, "complete")


@pytest.mark.parametrize(
    ("code", "state"), [(0, "complete"), (3, "partial"), (75, "busy"), (1, "failed"), (4, "failed")]
)
def test_the_end_of_a_crawl_is_written_down(code: int, state: str, tmp_path: Path) -> None:
    machine = calm(tmp_path, utc("2026-11-01 10:30"))
    ran(machine, HOURLY)
    machine.calm_code = code
    machine.pass_time(3600)

    (slot,) = ran(machine, HOURLY)

    assert (slot.state, slot.exit_code) == (state, code)
    assert ran(machine, HOURLY) == []


def test_one_loop_runs_at_a_time(tmp_path: Path) -> None:
    machine = calm(tmp_path, utc("2026-11-01 10:30"))

    with only_one(tmp_path, "schedule"), pytest.raises(RunningError, match="already running"):
        Scheduler(tmp_path, [HOURLY], machine, everything=["bluesky"]).run()


def test_while_the_crawl_of_a_killed_loop_lives_nothing_else_starts(tmp_path: Path) -> None:
    machine = calm(tmp_path, utc("2026-11-01 10:30"))
    interrupted(machine)
    machine.crawl = Crawl(machine, ["bluesky", "mastodon"], None, machine.monotonic + 5000, 0)
    began: list[tuple[datetime, float]] = []
    machine.stops_at = 8000

    with pytest.raises(RunningError, match="without its scheduler"):
        ran(machine, HOURLY)
    Scheduler(
        tmp_path,
        [HOURLY],
        machine,
        everything=["bluesky", "mastodon"],
        on_event=lambda event, slot: began.append((slot.slot, machine.monotonic)) if event == "started" else None,
    ).run()

    assert [slot for slot, _ in began] == [utc("2026-11-01 12:00")]
    assert began[0][1] >= 1800 + 5000
    with open_state(tmp_path) as state:
        assert slots.read_slot(state, "hourly", utc("2026-11-01 11:00")).state == "complete"
        heartbeat = slots.read_heartbeat(state)
    assert heartbeat is not None
    assert heartbeat.ended_at == heartbeat.beat_at == machine.now()


def test_a_loop_outlives_a_full_disk(tmp_path: Path) -> None:
    machine = calm(tmp_path, utc("2026-11-01 10:30"))
    faults: list[StorageError] = []

    def free_the_disk(error: StorageError) -> None:
        faults.append(error)
        state_file(tmp_path).rmdir()

    ran(machine, HOURLY)
    state_file(tmp_path).unlink()
    state_file(tmp_path).mkdir()  # no state can be opened
    machine.stops_at = 3 * 3600
    Scheduler(tmp_path, [HOURLY], machine, everything=["bluesky"], on_fault=free_the_disk).run()

    assert len(faults) == 1
    with open_state(tmp_path) as state:
        assert state.execute("SELECT count(*) FROM slots").fetchone()[0] == 3


# Second looks at accounts that seemed gone.


@dataclass
class Platform:
    """What accounts answer when they are looked at, and who was asked: each crawl is stored and published."""

    home: Path
    bundled: Path
    answers: Callable[[str, int], str | None]
    """Of an account and the number of the look, from 1: its status; None for no answer."""
    asked: list[tuple[bool, list[str]]] = field(default_factory=list)

    def crawled(self, crawl: Crawl) -> None:
        at = (crawl.machine.now() - stores.START).total_seconds() / 60
        wanted = [look.account_id for look in versions.second_looks(self.home) if look.due_at <= crawl.machine.now()]
        only = wanted if crawl.is_recheck else None
        keys = sorted(target.key for target in versions.targets(self.home, platform="bluesky", roster=None, only=only))
        self.asked.append((crawl.is_recheck, keys))
        looks = Counter(key for _, asked in self.asked for key in asked)
        outcomes = [
            stores.seen(key, at, status=status) if (status := self.answers(key, looks[key])) else stores.failed(key, at)
            for key in keys
        ]
        stores.crawl(self.home, *outcomes)
        stores.load(self.home, self.bundled)

    def due(self) -> list[tuple[datetime, str]]:
        return list(_looks_in(self.home, versions.reading_file(self.home)))


@cache
def _looks_in(home: Path, _version: Path) -> tuple[tuple[datetime, str], ...]:
    return tuple((look.due_at, look.platform) for look in versions.second_looks(home))


def weeks_of(folder: Path, answers: Callable[[str, int], str | None]) -> tuple[list[tuple[str, datetime]], Platform]:
    """Sixteen days from Monday noon, with a schedule that comes on Mondays: which slots began, and who was asked."""
    keys = ["did:web:a.test", "did:web:b.test", "did:web:c.test"]
    claims = tuple(stores.claim(key[8], native_id=key) for key in keys)
    bundled = stores.bundle(folder / "bundled", stores.roster("people", map(stores.member, "abc"), accounts=claims))
    home = folder / "home"
    stores.load(home, bundled)
    platform = Platform(home, bundled, answers)
    machine = calm(home, utc("2026-11-02 10:30"))
    machine.on_crawled, machine.stops_at = platform.crawled, 16 * 86400
    began: list[tuple[str, datetime]] = []
    loop = Scheduler(
        home,
        [planned("mondays", "0 12 * * MON", jitter_seconds=0, platforms=["bluesky"])],
        machine,
        everything=["bluesky"],
        second_looks=platform.due,
        on_event=lambda event, slot: began.append((slot.schedule, slot.slot)) if event == "started" else None,
        beat_every=DAY,
    )
    with open_state(home):
        loop.run()
    return began, platform


MONDAYS = [("mondays", utc(f"2026-11-{day:02} 12:00")) for day in (2, 9, 16)]


@pytest.mark.proof
def test_an_account_that_seems_gone_is_looked_at_again_a_day_later(in_memory: Path) -> None:
    """On the second Monday one account has left, and of another the platform says so by mistake."""

    def answers(key: str, look: int) -> str | None:
        gone_at = {"did:web:a.test": (2, 3), "did:web:b.test": (2,)}.get(key, ())
        return "deleted" if look in gone_at else "active"

    began, platform = weeks_of(in_memory, answers)

    assert began == [*MONDAYS[:2], ("recheck", utc("2026-11-10 13:00")), MONDAYS[2]]
    assert [asked for is_recheck, asked in platform.asked if is_recheck] == [["did:web:a.test", "did:web:b.test"]]
    assert stores.query(platform.home, "SELECT figure_id, move FROM moves WHERE move = 'left'") == [("a", "left")]
    assert stores.query(platform.home, "SELECT state FROM slots WHERE schedule = 'recheck'") == [("complete",)]


@pytest.mark.proof
def test_a_second_look_without_an_answer_is_taken_again_a_day_later(in_memory: Path) -> None:
    def answers(key: str, look: int) -> str | None:
        if key != "did:web:a.test" or look == 1:
            return "active"
        return None if look in (3, 4) else "deleted"

    began, platform = weeks_of(in_memory, answers)

    rechecks = [("recheck", utc(f"2026-11-{day} {hour}:00")) for day, hour in ((10, 13), (11, 14), (12, 15))]
    assert began == [*MONDAYS[:2], *rechecks, MONDAYS[2]]
    assert [asked for is_recheck, asked in platform.asked if is_recheck] == [["did:web:a.test"]] * 3
    assert stores.query(platform.home, "SELECT state FROM states WHERE figure_id = 'a'") == [("left",)]


@pytest.mark.parametrize("code", [75, 4, 2, 1])
def test_a_second_look_that_was_not_taken_gets_the_next_hour(code: int, in_memory: Path) -> None:
    machine = calm(in_memory, utc("2026-11-02 08:30"))
    machine.calm_code, machine.stops_at = code, 86400
    began: list[datetime] = []

    def note(event: str, slot: Slot) -> None:
        if event == "started":
            began.append(slot.slot)
            if len(began) == 3 and machine.crawl is not None:
                machine.crawl.code = 0

    Scheduler(
        in_memory,
        [planned("monthly", "0 4 1 * *", platforms=["bluesky"])],
        machine,
        everything=["bluesky"],
        second_looks=lambda: [(utc("2026-11-02 09:20"), "bluesky")],
        on_event=note,
        beat_every=DAY,
    ).run()

    assert began == [utc(f"2026-11-02 {hour}:00") for hour in (10, 11, 12)]


def test_a_second_look_that_was_not_taken_is_not_caught_up_hour_by_hour() -> None:
    looks = [(utc("2026-11-02 09:20"), "bluesky"), (utc("2026-11-02 11:20"), "bluesky")]

    found = rechecks(looks, looked=None, tried=utc("2026-11-02 10:00"), at=utc("2026-11-02 15:30"))

    assert [(look.slot, look.accounts) for look in found] == [
        (utc("2026-11-02 12:00"), 1),
        (utc("2026-11-02 15:00"), 1),
    ]


@pytest.mark.proof
def test_a_run_of_others_ends_no_hold(tmp_path: Path) -> None:
    keys = [f"did:web:{letter}.test" for letter in "abcdefgh"]
    claims = tuple(stores.claim(key[8], native_id=key) for key in keys)
    members = [stores.member(key[8]) for key in keys]
    bundled = stores.bundle(tmp_path / "bundled", stores.roster("people", members, accounts=claims))
    gone = keys[:6]
    found = []
    for day, who, status in ((0, keys, "active"), (1, gone, "deleted"), (3, keys[6:], "active"), (5, gone, "deleted")):
        run = stores.crawl(tmp_path, *(stores.seen(key, 1440 * day, status=status) for key in who))
        with open_state(tmp_path) as state:
            state.execute("UPDATE runs SET started_at = ? WHERE run = ?", (stores.at(1440 * day).isoformat(), run))
        stores.load(tmp_path, bundled)
        found.append(stores.query(tmp_path, "SELECT newly_gone, is_holding FROM holds"))

    assert found == [[], [(6, True)], [(6, True)], [(6, False)]]


def test_a_crawl_does_not_continue_a_second_look_nor_the_other_way_round(tmp_path: Path) -> None:
    with open_state(tmp_path) as state:
        for is_recheck in (True, False):
            planned_run = state_store.plan_run(state, platform="bluesky", targets=[], is_recheck=is_recheck)
            found = state_store.unfinished_run(state, platform="bluesky", roster=None, is_recheck=is_recheck)
            assert found == planned_run
            if is_recheck:
                assert state_store.unfinished_run(state, platform="bluesky", roster=None) is None


@pytest.mark.proof
def test_what_is_due_asks_again_only_for_who_seemed_gone(tmp_path: Path) -> None:
    """did(13) is deactivated and did(26) too; the third is there. A day has passed only for the first."""
    home = tmp_path / "data"
    accounts = [1, 13, 26]
    claims = tuple(stores.claim(f"x-{n}", native_id=did(n)) for n in accounts)
    members = [stores.member(f"x-{n}") for n in accounts]
    (home / "rosters").mkdir(parents=True)
    write_roster(stores.roster("people", members, accounts=claims), home / "rosters")
    (home / "kooch.toml").write_text(
        "[[schedule]]\nname = 'yearly'\ncron = '0 0 1 1 *'\nplatforms = ['bluesky']\n", encoding="utf-8"
    )
    ago = {1: 30, 13: 30, 26: 2}
    for back in (100, 0):
        minutes = {n: (datetime.now(UTC) - stores.START).total_seconds() / 60 - 60 * (ago[n] + back) for n in accounts}
        status = {n: "active" if back or n == 1 else "deactivated" for n in accounts}
        stores.crawl(home, *(stores.seen(did(n), minutes[n], status=status[n]) for n in accounts), state="complete")
    assert kooch_without_lists(home, "load").returncode == 0
    upcoming = [
        (row["schedule"], row["platforms"], row["accounts"])
        for row in lines(kooch_without_lists(home, "schedule", "next"))
    ]
    with Server(Bluesky(accounts)) as server:
        env = {"KOOCH_BLUESKY__APPVIEW": server.url, "KOOCH_BLUESKY__PLC": server.url, **HANGING}
        done = kooch_without_lists(home, "crawl", "--due", **env)
    asked = {name for each in server.asked for name in (*each.values("actors"), *each.values("actor"))}

    assert upcoming[:3] == [("recheck", "bluesky", 1), ("recheck", "bluesky", 1), ("yearly", "bluesky", None)]
    assert done.returncode == 0, done.stderr
    assert asked == {did(13)}
    assert stores.query(home, "SELECT figure_id, state FROM states WHERE figure_id LIKE 'x-%' ORDER BY ALL") == [
        ("x-1", "active"),
        ("x-13", "left"),
        ("x-26", "unconfirmed"),
    ]
    assert stores.query(home, "SELECT planned, state FROM runs WHERE is_recheck") == [(1, "complete")]


# The state file.


def test_a_state_file_of_before_is_migrated_and_keeps_its_runs(tmp_path: Path) -> None:
    first = (Path(state_store.__file__).parent / "state_migrations" / "0001_initial.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(state_file(tmp_path))) as old:
        old.executescript(first)
        old.execute(
            "INSERT INTO runs (run, platform, source, started_at, state, version) VALUES ('r', 'bluesky', 'live', '2026-11-01T00:00:00+00:00', 'running', '0.1')"
        )
        old.execute("PRAGMA user_version = 1")
        old.commit()

    with open_state(tmp_path) as state:
        assert [run.run for run in state_store.runs(state)] == ["r"]
        assert slots.running_slots(state) == []
        assert slots.read_heartbeat(state) is None


def test_a_migration_that_is_cut_short_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(state_store.__file__).parent / "state_migrations"
    shutil.copytree(folder, tmp_path / "migrations")
    with open_state(tmp_path):
        pass
    next_one = len(list(folder.glob("*.sql"))) + 1
    (tmp_path / "migrations" / f"{next_one:04}_broken.sql").write_text(
        "CREATE TABLE half (a TEXT) STRICT;\nCREATE NONSENSE;\n"
    )

    with monkeypatch.context() as patched:
        patched.setattr(state_store, "_MIGRATIONS", tmp_path / "migrations")
        with pytest.raises(StorageError), open_state(tmp_path):
            pass

    with open_state(tmp_path) as state:
        assert state.execute("PRAGMA user_version").fetchone()[0] == len(list(folder.glob("*.sql")))
        assert state.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'half'").fetchone()[0] == 0


def test_a_state_file_of_a_newer_kooch_is_refused(tmp_path: Path) -> None:
    with open_state(tmp_path) as state:
        state.execute("PRAGMA user_version = 99")

    with pytest.raises(StorageError, match="Upgrade"), open_state(tmp_path):
        pass


# The commands.


def lines(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def home(bundled_home: Path, tmp_path: Path) -> Path:
    """A data folder of one's own with the bundled rosters published, and a schedule that comes every minute."""
    folder = Path(shutil.copytree(bundled_home, tmp_path / "data", symlinks=True))
    (folder / "kooch.toml").write_text(
        "[[schedule]]\nname = 'now'\ncron = '* * * * *'\njitter_seconds = 0\nplatforms = ['bluesky']\n",
        encoding="utf-8",
    )
    return folder


@pytest.fixture
def due_home(home: Path) -> Path:
    """The same, and the schedule has promised slots for an hour: one is due."""
    with open_state(home) as state:
        slots.note_schedules(state, load_settings(home).schedule, at=datetime.now(UTC) - HOUR)
    return home


@pytest.mark.proof
def test_without_a_schedule_nothing_is_due(tmp_path: Path) -> None:
    done = kooch(tmp_path, "crawl", "--due")

    assert (done.returncode, done.stderr) == (0, "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "text", "says"),
    [
        (["crawl", "--due", "bluesky"], "", "--due takes no platforms"),
        (["schedule", "run"], "", "[[schedule]]"),
        (["schedule", "run"], "[[schedule]]\nname = 'a'\ncron = '0 * * * *'\nplatforms = ['friendster']", "friendster"),
        (["crawl", "--due"], "[[schedule]]\nname = 'a'\ncron = '0 * * * *'\nroster = 'nobody'", "'nobody'"),
        (["schedule", "list"], "[[schedule]]\nname = 'a'\ncron = '0 * * *'", "five fields"),
        (["schedule", "install", "--systemd", "--cron"], "", "--cron"),
    ],
)
def test_a_wrong_command_is_one_sentence(words: list[str], text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "kooch.toml").write_text(text, encoding="utf-8")

    done = kooch(tmp_path, *words)

    assert done.returncode == 2
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_plan_says_when_what_and_how_much(home: Path) -> None:
    (listed,) = lines(kooch(home, "schedule", "list"))
    following = lines(kooch(home, "schedule", "next", "--n", "3"))

    assert (listed["schedule"], listed["platforms"], listed["roster"]) == ("now", "bluesky", "all")
    assert listed["requests"] >= 66
    assert (listed["seconds"], listed["cost_usd"], listed["last_slot"]) == (7, 0, None)
    starts = [datetime.fromisoformat(slot["starts_at"]) for slot in following]
    assert len(starts) == 3
    assert starts[2] - starts[0] == timedelta(minutes=2)
    assert abs(starts[0] - datetime.now(UTC)) <= timedelta(minutes=1)


def started(home: Path, **env: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(home, "schedule", "run"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **env},
    )


def wait_for(loop: subprocess.Popen[str], event: str) -> dict[str, Any]:
    assert loop.stdout is not None
    for line in loop.stdout:
        told: dict[str, Any] = json.loads(line)
        if told["event"] == event:
            return told
    raise AssertionError(f"no {event}: {loop.communicate()[1]}")


def row_of(home: Path) -> Slot:
    with open_state(home) as state:
        slot = slots.latest_slot(state, "now", at=datetime.now(UTC))
    assert slot is not None
    return slot


@pytest.mark.proof
def test_a_loop_runs_what_is_due_and_ends_on_sigterm(due_home: Path) -> None:
    with started(due_home, KOOCH_BLUESKY__APPVIEW="https://nowhere.invalid") as loop:
        began = wait_for(loop, "slot_started")
        ended = wait_for(loop, "slot_ended")
        second = kooch(due_home, "schedule", "run")
        loop.send_signal(signal.SIGTERM)
        _, errors = loop.communicate(timeout=30)

    assert (loop.returncode, errors) == (0, "")
    assert began["attempt"] == 1
    assert 59 <= began["coalesced"] <= 61  # a minute may pass until the loop looks
    assert (ended["slot"], ended["state"], ended["exit_code"]) == (began["slot"], "partial", 3)
    assert second.returncode == 75
    with open_state(due_home) as state:
        heartbeat = slots.read_heartbeat(state)
    assert heartbeat is not None
    assert heartbeat.ended_at is not None
    assert kooch(due_home, "schedule", "list").returncode == 0


def silent(_asked: Asked) -> Fault:
    return say_nothing


HANGING = {"KOOCH_CRAWL__ALLOW_NETWORKS": '["127.0.0.0/8"]', "KOOCH_CRAWL__TIMEOUT_SECONDS": "3"}


@pytest.mark.proof
def test_sigterm_reaches_the_crawl_and_the_next_call_goes_on(due_home: Path) -> None:
    with Server(silent) as server, started(due_home, KOOCH_BLUESKY__APPVIEW=server.url, **HANGING) as loop:
        wait_for(loop, "slot_started")
        while not server.asked:
            time.sleep(0.02)
        loop.send_signal(signal.SIGTERM)
        loop.communicate(timeout=30)
    stopped = row_of(due_home)

    assert loop.returncode == 0
    assert (stopped.state, stopped.attempts) == ("aborted", 1)
    with open_state(due_home) as state:
        (run,) = state_store.runs(state)
        assert run.state == "running"
        # Only the slot that was cut short is of interest, not the one that a minute may have added.
        state.execute("UPDATE schedules SET since = '2099' WHERE schedule = 'now'")
    again = kooch(due_home, "crawl", "--due", KOOCH_BLUESKY__APPVIEW="https://nowhere.invalid")

    assert again.returncode == 3, again.stderr
    with open_state(due_home) as state:
        (run,) = state_store.runs(state)
    assert run.state in {"failed", "partial"}


@pytest.mark.proof
def test_the_crawl_of_a_killed_loop_is_left_in_peace(due_home: Path) -> None:
    with Server(silent) as server, started(due_home, KOOCH_BLUESKY__APPVIEW=server.url, **HANGING) as loop:
        wait_for(loop, "slot_started")
        loop.kill()
        loop.wait()
        orphan = row_of(due_home).pid
        due_now = kooch(due_home, "crawl", "--due")
        assert orphan is not None
        os.kill(orphan, signal.SIGKILL)

    assert due_now.returncode == 75
    assert "without its scheduler" in due_now.stdout
    assert row_of(due_home).state == "running"


@pytest.mark.proof
def test_status_check_tells_late_from_stale(home: Path) -> None:
    config = home / "kooch.toml"
    at = datetime.now(UTC) - 40 * HOUR
    with open_state(home) as state:
        targets = versions.targets(home, platform="bluesky", roster=None)
        run = state_store.plan_run(state, platform="bluesky", targets=targets[:1])
        outcome = Outcome(target=targets[0].key, result=Observed(status="not_found"), valid_at=at, recorded_at=at)
        write_batch(home, run=run.run, platform="bluesky", outcomes=[outcome])
        state_store.end_run(state, run.run, "complete")
    assert kooch(home, "load").returncode == 0
    found = {}
    for warn, error in ((41, 50), (39, 50), (20, 39)):
        config.write_text(f"[freshness]\nwarn_after_hours = {warn}\nerror_after_hours = {error}\n", encoding="utf-8")
        done = kooch(home, "status", "--check")
        found[done.returncode] = [(row["platform"], row["state"], row["hours"]) for row in lines(done)]

    assert found == {0: [("bluesky", "fresh", 40.0)], 3: [("bluesky", "late", 40.0)], 5: [("bluesky", "stale", 40.0)]}


def test_a_scheduled_platform_that_was_never_seen_is_stale(home: Path) -> None:
    assert kooch(home, "status", "--check").returncode == 5


@pytest.mark.proof
def test_what_a_clock_saw_that_was_ahead_is_no_news(people: Path) -> None:
    for at in (datetime.now(UTC) - 40 * HOUR, datetime.now(UTC) + 3650 * DAY):
        stores.crawl(people, stores.seen(did(1), (at - stores.START).total_seconds() / 60))
    assert kooch_without_lists(people, "load").returncode == 0
    done = kooch_without_lists(people, "status", "--check")

    assert (done.returncode, [row["hours"] for row in lines(done)]) == (3, [40.0])


@pytest.mark.proof
def test_a_clock_behind_what_is_published_crawls_nothing(people: Path) -> None:
    assert kooch_without_lists(people, "load").returncode == 0
    with duckdb.connect(str(versions.reading_file(people))) as connection:
        connection.execute("UPDATE versions SET published_at = now() + INTERVAL 2 DAYS")
    refused = kooch_without_lists(people, "crawl", "bluesky")
    assert kooch_without_lists(people, "load").returncode == 0
    again = kooch_without_lists(people, "crawl", "bluesky", KOOCH_BLUESKY__APPVIEW="https://nowhere.invalid")

    assert refused.returncode == 2
    assert "`kooch load`" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert again.returncode == 3


# A run that was interrupted.


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """A data folder with a roster of three, not published yet; did(13) is deactivated."""
    folder = tmp_path / "o'neil's data"
    claims = tuple(stores.claim(f"x-{n}", native_id=did(n)) for n in (1, 2, 13))
    members = [stores.member(f"x-{n}") for n in (1, 2, 13)]
    (folder / "rosters").mkdir(parents=True)
    write_roster(stores.roster("people", members, accounts=claims), folder / "rosters")
    return folder


@pytest.mark.parametrize(
    ("hours", "since", "planned"),
    [
        pytest.param(11, None, [2], marks=pytest.mark.proof, id="of today"),
        pytest.param(13, None, [2, 3], id="of yesterday"),
        pytest.param(2, 1, [2, 3], marks=pytest.mark.proof, id="of before the slot"),
        pytest.param(2, 3, [2], marks=pytest.mark.proof, id="of the slot"),
    ],
)
def test_a_run_of_before_is_finished_and_everybody_is_looked_at(
    hours: int, since: int | None, planned: list[int], people: Path
) -> None:
    at = datetime.now(UTC)
    targets = [Target(key=did(n), native_id=did(n), handle=f"figure{n}.test") for n in (1, 2)]
    with open_state(people) as state:
        run = state_store.plan_run(state, platform="bluesky", targets=targets, roster="people").run
        state.execute("UPDATE runs SET started_at = ?", ((at - hours * HOUR).isoformat(),))
    stores.spool(people, run, stores.seen(did(1), 0))
    told = ["--since", (at - since * HOUR).isoformat(timespec="seconds")] if since else []
    with Server(Bluesky((1, 2, 13))) as server:
        env = {"KOOCH_BLUESKY__APPVIEW": server.url, "KOOCH_BLUESKY__PLC": server.url, **HANGING}
        done = kooch_without_lists(people, "crawl", "bluesky", "--roster", "people", *told, **env)
    with open_state(people) as state:
        assert len(state_store.runs(state)) == len(planned)
    summaries = [line for line in lines(done) if line["event"] == "run"]

    assert done.returncode == 0, done.stderr
    assert [(line["state"], line["planned"], line["observed"]) for line in summaries] == [
        ("complete", n, n) for n in planned
    ]
    assert stores.query(people, "SELECT count(*) FROM observations") == [(sum(planned),)]


@pytest.mark.proof
def test_a_crawl_that_is_told_to_end_says_so(people: Path) -> None:
    with Server(silent) as server:
        crawl = subprocess.Popen(
            command(people, "crawl", "bluesky"),
            stdout=subprocess.DEVNULL,
            env={**os.environ, "KOOCH_BLUESKY__APPVIEW": server.url, **HANGING},
        )
        while not server.asked:
            time.sleep(0.02)
        crawl.send_signal(signal.SIGTERM)

        assert crawl.wait(timeout=30) == 130
    with open_state(people) as state:
        assert [run.state for run in state_store.runs(state)] == ["running"]


@pytest.mark.proof
def test_a_folder_with_an_apostrophe_is_rebuilt_as_well_after_a_slot_has_ended(people: Path) -> None:
    with open_state(people) as state:
        state.execute(
            "INSERT INTO slots (schedule, slot, coalesced, platforms, state, started_at, attempts)"
            " VALUES ('now', '2026-11-01T11:00:00+00:00', 0, 'bluesky', 'running', '2026-11-01T11:00:00+00:00', 1)"
        )
    assert kooch_without_lists(people, "load").returncode == 0
    with open_state(people) as state:
        state.execute("UPDATE slots SET state = 'complete', exit_code = 0")  # as when its crawl has published

    assert kooch_without_lists(people, "doctor", "--rebuild", "--no-network").returncode == 0


# Installation.


def test_units_are_written_only_on_request_and_over_nothing_foreign(tmp_path: Path) -> None:
    folder = tmp_path / "config" / "systemd" / "user"
    data = tmp_path / 'a "50 %" $HOME'
    data.mkdir()
    words = ("schedule", "install", "--systemd")
    env = {"XDG_CONFIG_HOME": str(tmp_path / "config")}

    shown = kooch(data, *words, **env)
    assert shown.returncode == 0, shown.stderr
    assert not folder.exists()
    assert "Persistent=true" in shown.stdout
    assert kooch(data, *words, "--write", **env).returncode == 0
    service = (folder / "kooch.service").read_text(encoding="utf-8")
    assert 'a \\"50 %%\\" $$HOME" "crawl" "--due"' in service
    assert sorted(file.name for file in folder.iterdir()) == ["kooch.service", "kooch.timer"]
    assert kooch(data, *words, "--write", **env).returncode == 0  # ours may be renewed
    foreign = kooch(tmp_path, *words, "--write", **env)
    assert foreign.returncode == 2
    assert "--name" in foreign.stderr
    assert (folder / "kooch.service").read_text(encoding="utf-8") == service


FAKE_CRONTAB = """#!/bin/sh
if [ "$1" = -l ]; then cat "$CRONTAB"; else cat > "$CRONTAB"; fi
"""


def test_a_crontab_keeps_its_other_lines(tmp_path: Path) -> None:
    fake = tmp_path / "bin" / "crontab"
    fake.parent.mkdir()
    fake.write_text(FAKE_CRONTAB, encoding="utf-8")
    fake.chmod(0o755)
    table = tmp_path / "table"
    table.write_text("MAILTO=me\n0 1 * * * backup\n", encoding="utf-8")
    env = {"PATH": f"{fake.parent}:{os.environ['PATH']}", "CRONTAB": str(table)}
    data = tmp_path / "100 %"
    data.mkdir()

    assert kooch(data, "schedule", "install", "--cron", **env).returncode == 0
    assert len(table.read_text(encoding="utf-8").splitlines()) == 2
    for _ in range(2):
        assert kooch(data, "schedule", "install", "--cron", "--write", **env).returncode == 0

    written = table.read_text(encoding="utf-8").splitlines()
    assert written[:2] == ["MAILTO=me", "0 1 * * * backup"]
    assert written[2:] == [install.crontab_line(data)]
    assert f"'{tmp_path}/100 \\%'" in written[2]


@pytest.mark.parametrize(
    ("listing", "code", "says"),
    [
        (
            "echo 'crontab: cannot open spool: Too many open files' >&2; exit 1",
            2,
            "ended with code 1: crontab: cannot open",
        ),
        ("echo 'MAILTO=me'; exit 1", 2, "ended with code 1: no message"),
        ("kill -9 $$", 2, "ended with code -9"),
        (r"printf 'MAILTO=me\n# Sp\344t am Abend\n0 1 * * * backup\n'", 2, "Line 2 of the crontab is not UTF-8"),
        ("echo 'no crontab for ada' >&2; exit 1", 0, "Written"),
        ("echo 'crontab: no crontab for ada' >&2; exit 1", 0, "Written"),
    ],
)
def test_a_crontab_that_cannot_be_read_whole_is_not_replaced(
    tmp_path: Path, listing: str, code: int, says: str
) -> None:
    fake = tmp_path / "bin" / "crontab"
    fake.parent.mkdir()
    fake.write_text(f'#!/bin/sh\nif [ "$1" = -l ]; then {listing}; else cat > "$CRONTAB"; fi\n', encoding="utf-8")
    fake.chmod(0o755)
    table = tmp_path / "table"
    env = {"PATH": f"{fake.parent}:{os.environ['PATH']}", "CRONTAB": str(table)}
    done = kooch(tmp_path, "schedule", "install", "--cron", "--write", **env)

    assert done.returncode == code
    assert says in done.stdout + done.stderr
    assert table.exists() is (code == 0)
