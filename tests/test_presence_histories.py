"""Random histories of statements and looks in eight time zones, loaded and read; each answer is that of the slow reading.

The slow reading (`tests/truth_table.py`) tries every order of beginnings and ends. A part of the histories is stretched to
three months, so that the 45 days after a last sign run out within them. A part is made from a truth, which must lie
between the edges.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kooch.rosters import Statement
from kooch.rosters.values import EventKind
from kooch.store.outcomes import Status
from tests import truth_table
from tests.stores import START, bundle, claim, crawl, load, member, query, roster, seen
from tests.test_presence import INDIA, on
from tests.truth_table import FIRST, LAST, Answer, OfAccount, Piece

ZONES = (
    "UTC",
    "Asia/Kolkata",
    "America/New_York",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Europe/Lisbon",
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EVENTS: list[EventKind] = ["joined", "joined", "there", "posted", "left", "absent"]
EDGES = ("joined_min", "joined_max", "there_min", "there_max")
SOME_INSTANTS = [datetime(2025, 6, 1, 15, tzinfo=UTC) + timedelta(days=n) for n in (2, 4, 7, 20, 40, 70)]
"""What was known by these is compared. Nothing becomes known at exactly such an instant."""

Looks = list[tuple[datetime, Status]]
Spans = Mapping[tuple[str, bool], Sequence[tuple[date, date]]]
"""By edge, and whether presumptions count: runs of days, the last day excluded."""


# The evidence of a history


@dataclass(frozen=True)
class History:
    """A figure of a list: how many accounts it has, what is said of it, and the looks at its accounts."""

    figure: str
    zone: str
    accounts: int
    said: Sequence[Statement]
    looks: Sequence[Looks]
    scale: int = 1
    """1: evidence of eight days. 10: of eighty."""

    def did(self, n: int) -> str:
        return "did:plc:" + (self.figure + "abcdefgh"[n]).ljust(24, "z")

    @property
    def days(self) -> Iterator[date]:
        """The days on which the edges are compared: from before the evidence to more than 45 days after the last of it."""
        yield from (date(2025, 5, 30) + timedelta(days=n) for n in range(15 if self.scale == 1 else 145))


def name_of(number: int) -> str:
    return "f" + "".join("abcdefghij"[int(digit)] for digit in str(number))


def random_history(dice: random.Random, number: int) -> History:
    """Evidence that need not all be true."""
    figure = name_of(number)
    scale = dice.choice([1, 1, 10])
    accounts = dice.choice([0, 1, 1, 1, 2])
    said = []
    for n in range(dice.randint(0 if accounts else 1, 3)):
        first = date(2025, 6, 1) + timedelta(days=scale * dice.randint(0, 7))
        last = first + timedelta(days=dice.choice([0, 0, 1, 3]) * dice.choice([1, scale]))
        event: EventKind = dice.choice(EVENTS)
        handle = dice.choice([*(f"{figure}{n}.test" for n in range(accounts)), None])
        published = last + timedelta(days=dice.choice([0, 2]))
        said.append(told(figure, event, first, last, handle=handle, published=published, n=n))
    looks: list[Looks] = []
    for _ in range(accounts):
        hours = sorted(dice.sample(range(8 * 24), dice.choice([0, 0, 2, 3, 4])))
        statuses: list[Status] = ["active", "active", "deleted", "not_found", "suspended", "moved"]
        looks.append([(hour(scale * at), dice.choice(statuses)) for at in hours])
    return History(figure, ZONES[number % len(ZONES)], accounts, said, looks, scale)


def told(
    figure: str, event: EventKind, first: date, last: date, *, handle: str | None, published: date, n: int
) -> Statement:
    one = on(event, f"{first}/{last}", published=str(published), handle=handle)
    return replace(one, figure_id=figure, platform="bluesky", publisher=f"Paper {n}")


def hour(n: float) -> datetime:
    return datetime(2025, 6, 1, tzinfo=UTC) + timedelta(hours=n)


# The slow reading of a history


def micros(instant: datetime) -> int:
    return (instant - EPOCH) // timedelta(microseconds=1)


def midnight(day: date, zone: str = INDIA) -> int:
    return micros(datetime.combine(day, time.min, ZoneInfo(zone)))


def pieces_of(said: Statement, account: int | None) -> Iterator[Piece]:
    """What a statement says, as docs/methods.md has it."""
    assert said.not_after
    assert said.published_on
    published = midnight(said.published_on + timedelta(days=1))
    first = midnight(said.not_before or said.not_after)
    last = midnight(said.not_after + timedelta(days=1))
    kinds = {"joined": "joined", "there": "sign", "posted": "sign", "left": "ended", "absent": "absent"}
    yield Piece(kinds[said.event], first, last, account, known_at=published)
    if said.event == "joined":
        yield Piece("sign", FIRST, published, account, known_at=published)


def pieces_of_looks(account: int, looks: Looks) -> tuple[list[Piece], list[Answer]]:
    """What looks by the stable id say: signs, ends that two looks a day apart agree on, and doubts."""
    acts = {"deleted": "owner", "suspended": "platform", "not_found": "unknown"}
    signs = [at for at, status in looks if status == "active"]
    pieces, answers = [], []
    for is_there, group in groupby(looks, key=lambda look: look[1] == "active"):
        stretch = list(group)
        if is_there:
            pieces += [Piece("sign", micros(at), micros(at) + 1, account, known_at=micros(at)) for at, _ in stretch]
            continue
        before = [at for at, status in looks if status == "active" and at < stretch[0][0]]
        after = [at for at, status in looks if status == "active" and at > stretch[0][0]]
        answers.append(Answer(account, micros(stretch[0][0]), micros(min(after)) if after else LAST))
        confirmed = []
        # Not found before the first sign: perhaps the id was not known then.
        said = [(at, acts.get(status)) for at, status in stretch if status != "not_found" or before or not signs]
        for act in sorted({act for _, act in said if act}):
            of_act = [at for at, other in said if other == act]
            second = [at for at in of_act if at - of_act[0] >= timedelta(days=1)]
            if second:
                confirmed.append((second[0], of_act[0]))
        if confirmed:
            since, first = micros(max(before)) if before else FIRST, micros(min(first for _, first in confirmed))
            known_at = micros(min(second for second, _ in confirmed))
            pieces.append(Piece("ended", since, first, account, known_at=known_at))
            if after:
                back = micros(min(after))
                pieces.append(Piece("joined", micros(stretch[-1][0]), back + 1, account, known_at=back))
    return pieces, answers


@dataclass(frozen=True)
class Slow:
    """The evidence of a history in pieces, to be read slowly: all of it, or a part."""

    accounts: int
    pieces: Sequence[Piece]
    answers: Sequence[Answer]

    def read(self, *, with_unnamed: bool = True, known_by: int = LAST) -> list[OfAccount]:
        kept = frozenset(
            piece
            for piece in self.pieces
            if piece.known_at <= known_by and (with_unnamed or not self.accounts or piece.account is not None)
        )
        return read_slowly(self.accounts, kept, tuple(self.answers))

    def presumed(self, known_by: int = LAST) -> dict[tuple[int | None, int], tuple[bool, bool, bool]]:
        found = truth_table.hulls(self.read(known_by=known_by))
        if not self.accounts:
            return dict.fromkeys(found, (False, False, False))
        return truth_table.presumed(found, truth_table.hulls(self.read(with_unnamed=False, known_by=known_by)))


@cache
def read_slowly(accounts: int, pieces: frozenset[Piece], answers: tuple[Answer, ...]) -> list[OfAccount]:
    return truth_table.by_account(range(accounts), sorted(pieces, key=lambda piece: piece.number), answers)


def in_pieces(history: History) -> Slow:
    handles = {f"{history.figure}{n}.test": n for n in range(history.accounts)}
    pieces = [
        piece for said in history.said for piece in pieces_of(said, handles[said.handle] if said.handle else None)
    ]
    answers: list[Answer] = []
    for n, looks in enumerate(history.looks):
        of_looks, doubts = pieces_of_looks(n, looks)
        pieces += of_looks
        answers += doubts
    return Slow(history.accounts, [replace(piece, number=n) for n, piece in enumerate(pieces, start=1)], answers)


def edges_on(slow: Sequence[OfAccount], day: date, zone: str) -> tuple[bool, bool, bool, bool]:
    """Had joined, and was there, each at least and at most, by the slow reading."""
    end = midnight(day + timedelta(days=1), zone)
    signs = {stay.last_sign for one in slow for _, stays in one.readings for stay in stays} - {None}
    days = {sign: day_of(sign, zone).toordinal() for sign in signs if sign is not None}
    return (*truth_table.has_joined(slow, end), *truth_table.is_there(slow, end, day.toordinal(), days))


def day_of(instant: int, zone: str) -> date:
    return datetime.fromtimestamp(instant / 1e6, ZoneInfo(zone)).date()


def is_short(history: History) -> bool:
    """The slow reading tries no more instants than it can."""
    pieces = [piece for said in history.said for piece in pieces_of(said, None)]
    looks = sum(len(looks) for looks in history.looks)
    return len({at for piece in pieces for at in (piece.start, piece.end)}) + 2 * looks <= 10


# What Kooch says of a history


@dataclass(frozen=True)
class Stay:
    """A row of `stays_known_by`; instants in microseconds, NULL as FIRST or LAST."""

    begun: tuple[int, int]
    ended: tuple[int, int] | None
    last_sign: int | None
    presumed: tuple[bool, bool, bool]
    is_contradiction: bool
    is_excluded: bool


@dataclass(frozen=True)
class Found:
    """What a version says of a figure: its edges, and its stays as known by each instant (None: by all evidence)."""

    spans: dict[tuple[str, bool], list[tuple[date, date]]] = field(default_factory=dict)
    stays: dict[datetime | None, dict[tuple[int | None, int], Stay]] = field(default_factory=dict)

    def on(self, day: date, *, presumptions: bool = True) -> tuple[bool, ...]:
        return tuple(
            any(first <= day < until for first, until in self.spans.get((edge, presumptions), ())) for edge in EDGES
        )


def load_histories(folder: Path, histories: Sequence[History]) -> dict[str, Found]:
    """Load all of them into one data folder, and read its version."""
    home = folder / "home"
    lists = [
        roster(
            zone.lower().replace("/", "-").replace("_", "-"),
            [member(history.figure) for history in histories if history.zone == zone],
            accounts=[
                claim(history.figure, f"{history.figure}{n}.test", history.did(n))
                for history in histories
                if history.zone == zone
                for n in range(history.accounts)
            ],
            statements=[said for history in histories if history.zone == zone for said in history.said],
            time_zone=zone,
            vouches=False,
        )
        for zone in ZONES
    ]
    # A run has one answer of each account: the first of all are in the first, the second in the second.
    every = [(history.did(n), looks) for history in histories for n, looks in enumerate(history.looks)]
    for number in range(max(len(looks) for _, looks in every)):
        asked = [(did, *looks[number]) for did, looks in every if len(looks) > number]
        crawl(
            home,
            *(seen(did, (at - START) / timedelta(minutes=1), status=status) for did, at, status in asked),
            state="complete",
        )
    load(home, bundle(folder / "bundled", *lists))
    assert query(home, "SELECT count(*) FROM first_joins WHERE joined_not_before >= joined_before") == [(0,)]
    found = {history.figure: Found() for history in histories}
    _add_spans(home, found)
    for instant in (None, *SOME_INSTANTS):
        _add_stays(home, found, instant)
    return found


def _add_spans(home: Path, found: Mapping[str, Found]) -> None:
    for presumptions in (True, False):
        for figure, edge, first, until in query(
            home,
            "SELECT figure_id, edge, greatest(from_day, '1900-01-01'::DATE), least(until_day, '2100-01-01'::DATE)"
            f" FROM edge_days({presumptions}) WHERE platform = 'bluesky'",
        ):
            found[figure].spans.setdefault((edge, presumptions), []).append((first, until))


def _add_stays(home: Path, found: Mapping[str, Found], instant: datetime | None) -> None:
    for each in found.values():
        each.stays[instant] = {}
    for row in query(
        home,
        f"""
        SELECT
            s.figure_id,
            'abcdefgh'.position(a.native_id[9 + length(s.figure_id)]) - 1,
            s.stay,
            epoch_us(s.joined_not_before),
            epoch_us(s.joined_before),
            epoch_us(s.ended_not_before),
            epoch_us(s.ended_before),
            epoch_us(s.last_sign_at),
            s.join_is_presumed,
            s.end_is_presumed,
            s.last_sign_is_presumed,
            s.contradiction,
            len(s.unexplained) > 0,
            s.ended_by IS NOT NULL
        FROM stays_known_by('{instant.isoformat() if instant else "infinity"}'::TIMESTAMPTZ) AS s
        LEFT JOIN accounts AS a ON a.account_id = s.account_id
        WHERE s.platform = 'bluesky'
        """,
    ):
        figure, account, stay, begun_from, begun_to, ended_from, ended_to, sign, *flags = row
        presumed, (is_contradiction, is_excluded, is_ended) = flags[:3], flags[3:]
        found[figure].stays[instant][account, stay] = Stay(
            (FIRST if begun_from is None else begun_from, LAST if begun_to is None else begun_to),
            (FIRST if ended_from is None else ended_from, LAST if ended_to is None else ended_to) if is_ended else None,
            sign,
            (presumed[0], presumed[1], presumed[2]),
            is_contradiction,
            is_excluded,
        )


# Comparisons


def check_history(history: History, found: Found) -> None:
    """The edges of every day, with presumptions and without, and the stays with their flags are those of the slow reading."""
    slow = in_pieces(history)
    for presumptions in (True, False):
        readings = slow.read(with_unnamed=presumptions)
        for day in history.days:
            edges = found.on(day, presumptions=presumptions)
            assert edges[0] <= edges[1]
            assert edges[2] <= edges[3]
            wanted = edges_on(readings, day, history.zone)
            assert (history, presumptions, day, edges) == (history, presumptions, day, wanted)
    readings = slow.read()
    wanted_stays = truth_table.hulls(readings)
    presumed = slow.presumed()
    flags = {one.account: (len(one.readings) > 1, bool(one.excluded)) for one in readings}
    wanted_rows = {
        stay: Stay(hull.begun, hull.ended, hull.last_sign, presumed[stay], *flags[stay[0]])
        for stay, hull in wanted_stays.items()
    }
    assert (history, found.stays[None]) == (history, wanted_rows)


def check_known_by(history: History, found: Found) -> None:
    """What was known by some instants is what evidence that was known by then says.

    The last sign is not compared: in `stays_known_by` it is as of the latest change of anything else.
    """
    slow = in_pieces(history)
    for instant in SOME_INSTANTS:
        then = micros(instant)
        presumed = slow.presumed(then)
        wanted = {
            stay: (hull.begun, hull.ended, presumed[stay][:2])
            for stay, hull in truth_table.hulls(slow.read(known_by=then)).items()
        }
        rows = {stay: (row.begun, row.ended, row.presumed[:2]) for stay, row in found.stays[instant].items()}
        assert (history, instant, rows) == (history, instant, wanted)


def check_histories(folder: Path, seeds: range) -> None:
    histories = [history for seed in seeds if is_short(history := random_history(random.Random(seed), seed))]
    found = load_histories(folder, histories)
    for history in histories:
        check_history(history, found[history.figure])
        check_known_by(history, found[history.figure])


@pytest.mark.proof
def test_histories_are_read_as_by_the_slow_way(tmp_path: Path) -> None:
    check_histories(tmp_path, range(40))


@pytest.mark.proof
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("first", range(1000, 3800, 350))
def test_many_histories_are_read_as_by_the_slow_way(first: int, tmp_path: Path) -> None:
    """2,800 histories, of which more than 2,000 are short enough for the slow reading."""
    check_histories(tmp_path, range(first, first + 350))


# The truth


Span = tuple[datetime, datetime | None]
"""A stay that was: from when until when; None: it goes on."""


@dataclass(frozen=True)
class Truth:
    """What was, and the evidence on it. Of each account, or of the only holder where none is known, its stays."""

    history: History
    stays: Sequence[Sequence[Span]]

    def is_there(self, at: datetime) -> bool:
        return any(was_there(stays, at) for stays in self.stays)

    def had_joined(self, at: datetime) -> bool:
        return any(stays[0][0] < at for stays in self.stays)


def was_there(stays: Sequence[Span], at: datetime) -> bool:
    return any(begun < at and (ended is None or at <= ended) for begun, ended in stays)


def true_history(dice: random.Random, number: int) -> Truth:
    """One stay or two of each account, and statements and looks that are true of them."""
    figure = name_of(number)
    scale = dice.choice([1, 10])
    accounts = dice.choice([0, 1, 1, 1, 2])
    stays = [true_stays(dice, scale) for _ in range(max(accounts, 1))]
    said = [
        statement
        for n in range(dice.randint(1, 4))
        if (statement := true_statement(dice, figure, stays, accounts=accounts, scale=scale, n=n)) is not None
    ]
    looks = [true_looks(dice, of_account, scale) for of_account in stays[:accounts]]
    return Truth(History(figure, ZONES[number % len(ZONES)], accounts, said, looks, scale), stays)


def true_stays(dice: random.Random, scale: int) -> list[Span]:
    cuts = [hour(scale * at + 0.12) for at in sorted(dice.sample(range(8 * 24), dice.choice([2, 2, 4])))]
    stays: list[Span] = list(zip(cuts[::2], cuts[1::2], strict=True))
    return [*stays[:-1], (stays[-1][0], dice.choice([stays[-1][1], None]))]


def true_statement(
    dice: random.Random, figure: str, stays: Sequence[Sequence[Span]], *, accounts: int, scale: int, n: int
) -> Statement | None:
    """A statement that is true of one of the accounts, if there is an instant of which it can speak."""
    of = dice.randrange(len(stays))
    handle = f"{figure}{of}.test" if accounts and dice.random() < 0.7 else None
    event: EventKind = dice.choice(EVENTS[1:])
    begun, ended = dice.choice(stays[of])
    hours = [hour(scale * at + 0.5) for at in range(8 * 24)]
    # A report that names no account says of the figure that it is absent.
    there = stays[of : of + 1] if handle else stays
    at: dict[str, Sequence[datetime]] = {
        "joined": [begun],
        "left": [ended] if ended else [],
        "there": [at for at in hours if was_there(stays[of], at)],
        "posted": [at for at in hours if was_there(stays[of], at)],
        "absent": [at for at in hours if not any(was_there(each, at) for each in there)],
    }
    if not at[event]:
        return None
    day = dice.choice(at[event]).astimezone(ZoneInfo(INDIA)).date()
    wide = [0, 0, 1, 3]
    first = day - timedelta(days=dice.choice(wide) * dice.choice([1, scale]))
    last = day + timedelta(days=0 if event == "there" else dice.choice(wide) * dice.choice([1, scale]))
    published = last + timedelta(days=dice.choice([0, 2]))
    return told(figure, event, first, last, handle=handle, published=published, n=n)


def true_looks(dice: random.Random, stays: Sequence[Span], scale: int) -> Looks:
    looks: Looks = []
    for n in sorted(dice.sample(range(8 * 24), dice.choice([0, 0, 2, 3, 4]))):
        at = hour(scale * n)
        status: Status = "active"
        if not was_there(stays, at):
            status = "not_found" if at <= stays[0][0] else dice.choice(["deleted", "not_found", "suspended"])
        elif dice.random() < 0.1 and all(status == "active" for _, status in looks):
            status = "moved"
        looks.append((at, status))
    return looks


def is_true(piece: Piece, stays: Sequence[tuple[int, int | None]]) -> bool:
    if piece.says == "joined":
        return any(piece.start <= begun < piece.end for begun, _ in stays)
    if piece.says == "ended":
        return any(ended is not None and piece.start <= ended < piece.end for _, ended in stays)
    if piece.says == "sign":
        return any(begun < piece.end and (ended is None or ended >= piece.start) for begun, ended in stays)
    after = [FIRST, *(ended for _, ended in stays if ended is not None)]
    before = [*(begun for begun, _ in stays), LAST]
    return any(max(piece.start, a) < min(piece.end, b) for a, b in zip(after, before, strict=False))


def holds(truth: Truth, slow: Slow) -> bool:
    """Whether the three assumptions hold: the evidence needs as many stays and ends as there were.

    An end that no evidence needs may lie more than 45 days after the last sign.
    """
    by_account = {one.account: one for one in slow.read()}
    # With one account known, what is read as another one is no presumption.
    if slow.accounts < 2 and len(by_account) > 1:
        return False
    return all(
        (one := by_account.get(n if slow.accounts else None)) is not None
        and holds_of_account(stays, one, slow, truth.history.zone)
        for n, stays in enumerate(truth.stays)
    )


def holds_of_account(spans: Sequence[Span], one: OfAccount, slow: Slow, zone: str) -> bool:
    ((taken, read), *others) = one.readings
    if others or one.excluded or len(read) != len(spans):
        return False
    unseen = [ended for (_, ended), stay in zip(spans, read, strict=True) if ended and not stay.ended]
    # Of several accounts a report may be about each: its signs go on after the end of one.
    if unseen and slow.accounts > 1 and any(piece.account is None for piece in slow.pieces):
        return False
    if not all(is_long_after(ended, read[-1], zone) for ended in unseen):
        return False
    assumed = [(micros(begun), micros(ended) if ended and ended not in unseen else None) for begun, ended in spans]
    return all(is_true(piece, assumed) for piece in taken) and all(
        any(tells(piece, assumed, n) for piece in taken) for n, (_, ended) in enumerate(assumed) if ended
    )


def is_long_after(ended: datetime, stay: truth_table.Presence, zone: str) -> bool:
    return stay.last_sign is None or day_of(micros(ended), zone) > day_of(stay.last_sign, zone) + timedelta(days=45)


def tells(piece: Piece, stays: Sequence[tuple[int, int | None]], n: int) -> bool:
    """Whether the piece tells of the n-th end."""
    end = stays[n][1]
    assert end is not None
    back = stays[n + 1][0] if n + 1 < len(stays) else LAST
    if piece.says == "ended":
        return piece.start <= end < piece.end
    return piece.says == "absent" and max(piece.start, end) < min(piece.end, back)


def check_truths(folder: Path, seeds: range) -> None:
    truths = [truth for seed in seeds if is_short((truth := true_history(random.Random(seed), seed)).history)]
    found = load_histories(folder, [truth.history for truth in truths])
    held = 0
    for truth in truths:
        history = truth.history
        check_history(history, found[history.figure])
        # What methods.md says of the truth is said "apart from presumptions": here, of stays that only unnamed reports show.
        is_presumed = any(stay.presumed[0] for stay in found[history.figure].stays[None].values())
        if not is_presumed and holds(truth, in_pieces(history)):
            held += 1
            check_truth(truth, found[history.figure])
    # So that a change of the histories does not leave the comparison empty.
    assert held > 0.2 * len(truths)


def check_truth(truth: Truth, found: Found) -> None:
    for day in truth.history.days:
        end = datetime.combine(day + timedelta(days=1), time.min, ZoneInfo(truth.history.zone))
        edges = found.on(day)
        was = truth.had_joined(end), truth.is_there(end)
        is_between = edges[0] <= was[0] <= edges[1] and edges[2] <= was[1] <= edges[3]
        assert (is_between, truth, day, was, edges) == (True, truth, day, was, edges)


@pytest.mark.proof
def test_the_truth_lies_between_the_edges(tmp_path: Path) -> None:
    check_truths(tmp_path, range(60))


@pytest.mark.proof
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("first", range(1000, 4000, 375))
def test_many_a_truth_lies_between_the_edges(first: int, tmp_path: Path) -> None:
    check_truths(tmp_path, range(first, first + 375))


# More evidence


def without_one(dice: random.Random, history: History) -> History:
    """The same of another figure, without one statement or one look."""
    figure = history.figure + "x"
    said = [
        replace(one, figure_id=figure, handle=one.handle and one.handle.replace(history.figure, figure))
        for one in history.said
    ]
    looks = [list(of_account) for of_account in history.looks]
    places: list[tuple[Callable[[int], object], int]] = [(said.pop, n) for n in range(len(said))]
    places += [(of_account.pop, n) for of_account in looks for n in range(len(of_account))]
    drop, n = dice.choice(places)
    drop(n)
    return replace(history, figure=figure, said=said, looks=looks)


def is_more_of_the_same(less: Slow, more: Slow) -> bool:
    """Whether the further evidence brings no contradiction, no stay, no end and no doubt.

    Of several stays, another end or absence may give an earlier end one more place to rest: docs/decisions/0031.
    """
    before, after = less.read(), more.read()
    if not len(before) == len(after) == 1:
        return False
    if any(len(one.readings) > 1 or one.excluded for one in (*before, *after)):
        return False
    ((_, was),), ((_, now),) = before[0].readings, after[0].readings
    if [stay.ended is None for stay in was] != [stay.ended is None for stay in now]:
        return False
    if not all(any(old.start <= new.start and new.end <= old.end for old in less.answers) for new in more.answers):
        return False
    ends = [[piece.says for piece in slow.pieces if piece.says in ("ended", "absent")] for slow in (less, more)]
    return len(now) < 2 or ends[0] == ends[1]


def check_narrowing(folder: Path, seeds: range) -> None:
    pairs = []
    for seed in seeds:
        dice = random.Random(seed)
        more = true_history(dice, seed).history
        if more.accounts <= 1 and is_short(more) and (more.said or any(more.looks)):
            pairs.append((without_one(dice, more), more))
    found = load_histories(folder, [history for pair in pairs for history in pair])
    compared = 0
    for less, more in pairs:
        if is_more_of_the_same(in_pieces(less), in_pieces(more)):
            compared += 1
            check_narrower(less, found[less.figure], more, found[more.figure])
    assert compared > 0.3 * len(pairs)


def check_narrower(less: History, before: Found, more: History, after: Found) -> None:
    for stay, was in before.stays[None].items():
        now = after.stays[None][stay]
        assert was.begun[0] <= now.begun[0] < now.begun[1] <= was.begun[1], (less, more)
        assert (was.ended is None) == (now.ended is None)
        if was.ended and now.ended:
            assert was.ended[0] <= now.ended[0] < now.ended[1] <= was.ended[1], (less, more)
    for day in more.days:
        was_on, is_on = before.on(day), after.on(day)
        assert was_on[0] <= is_on[0] <= is_on[1] <= was_on[1], (day, less, more)
        assert was_on[2] <= is_on[2] <= is_on[3] <= was_on[3], (day, less, more)


@pytest.mark.proof
def test_one_more_true_piece_of_evidence_widens_nothing(tmp_path: Path) -> None:
    check_narrowing(tmp_path, range(60))


@pytest.mark.proof
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("first", range(1000, 6000, 500))
def test_one_more_of_many_a_true_piece_of_evidence_widens_nothing(first: int, tmp_path: Path) -> None:
    check_narrowing(tmp_path, range(first, first + 500))
