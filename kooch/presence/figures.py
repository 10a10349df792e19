"""One figure on one platform: the stays of its accounts, and between which instants it was there, at least and at most."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

from kooch.presence.evidence import ALWAYS, CLAIM, Doubt, Held, Known
from kooch.presence.reading import BEGINNING, NEVER, Item, Reading, Says, Stay, read, readings


class Span(NamedTuple):
    """The days that end after `start` and up to `until`, and not later than some days after the sign at `sign`.

    The first day of a lower edge is the day with the last instant before `start`; the first day of an upper edge is the
    day of `start`. `until` ends a lower edge with the day before. It ends an upper edge with the day before the one
    that holds the last instant before it. NEVER: no such limit.
    """

    start: int
    until: int = NEVER
    sign: int = NEVER


class Edges(NamedTuple):
    """When the figure had joined and when it was there, each at least and at most."""

    joined_min: int
    joined_max: int
    there_min: tuple[Span, ...]
    there_max: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountReadings:
    """The readings of one account, or of reports that name none (`account` is None).

    `is_explained`: reports that some known account explains; they raise lower edges only. `excluded` are reports that
    its named evidence excludes and that move no edge. `held` is the time for which the account was the figure's.
    """

    account: int | None
    readings: Sequence[Reading]
    doubts: Sequence[Doubt] = ()
    is_explained: bool = False
    excluded: tuple[Item, ...] = ()
    held: Held = ALWAYS

    @property
    def held_readings(self) -> Sequence[Reading]:
        """The readings with the stays of the figure: cut to the time for which the account was its own."""
        return self.readings if self.held == ALWAYS else [_cut(reading, self.held) for reading in self.readings]


@dataclass(frozen=True, slots=True, kw_only=True)
class StayRow:
    """One stay over all readings, with intervals that cover each of them. A bound below zero is the number of a run; 0 is no bound."""

    account: int | None
    spell: int
    stay: Stay
    joined_bounds: tuple[int, int]
    ended_bounds: tuple[int, int]
    act: str | None
    last_sign: int
    last_sign_bound: int
    readings: int
    is_explained: bool
    contradiction: bool
    sides: tuple[tuple[int, int, int, int, tuple[int, ...]], ...]
    """For each reading: the interval of the join, the bounds of its two ends, and the bounds that agree."""
    signs: tuple[int, ...]
    """The first possible instants of the signs that belong to the stay in every reading."""
    excluded: tuple[int, ...]


def account_readings(known: Known) -> list[AccountReadings]:
    """The readings of each account, and those of reports that name no account."""
    named, unnamed = known.named, known.unnamed
    if not named:
        return [AccountReadings(account=None, readings=readings(unnamed), doubts=known.doubts)] if unnamed else []
    if len(named) == 1:
        ((account, items),) = named.items()
        return _of_one_account(account, items, unnamed, known.doubts, known.held.get(account, ALWAYS))
    return _of_several_accounts(named, unnamed, known.doubts, known.held)


def edges(accounts: Iterable[AccountReadings]) -> Edges:
    """The edges of a figure: it is there if one of its accounts is."""
    parts = [_edges_of(one) for one in accounts]
    return Edges(
        min((part.joined_min for part in parts), default=NEVER),
        min((part.joined_max for part in parts), default=NEVER),
        tuple(span for part in parts for span in part.there_min),
        tuple(span for part in parts for span in part.there_max),
    )


def stay_rows(one: AccountReadings) -> list[StayRow]:
    """The stays of an account, each over all readings that have it."""
    return [_row(one, spell) for spell in range(_stays_of(one))]


def _stays_of(one: AccountReadings) -> int:
    """How many stays the account has, over all readings."""
    return max((len(reading.stays) for reading in one.held_readings), default=0)


def presumptions(
    known: Known, accounts: Iterable[AccountReadings]
) -> dict[tuple[int | None, int], tuple[bool, bool, bool]]:
    """For each stay, by account and number: whether its join, end and last sign would differ without reports that name no account.

    Where no account is known, nothing is presumed.
    """
    if not known.accounts or not known.unnamed:
        stays = ((one.account, spell) for one in accounts for spell in range(1, _stays_of(one) + 1))
        return dict.fromkeys(stays, (False, False, False))
    rows = {(row.account, row.spell): row for one in accounts for row in stay_rows(one)}
    alone = {
        (row.account, row.spell): row for one in account_readings(known.without_unnamed()) for row in stay_rows(one)
    }
    return {stay: _differs(row, alone.get(stay)) for stay, row in rows.items()}


def _differs(row: StayRow, own: StayRow | None) -> tuple[bool, bool, bool]:
    if own is None:
        return True, row.stay.ended_from < NEVER, row.last_sign > BEGINNING
    return (
        (row.stay.joined_from, row.stay.joined_to) != (own.stay.joined_from, own.stay.joined_to),
        (row.stay.ended_from, row.stay.ended_to) != (own.stay.ended_from, own.stay.ended_to),
        row.last_sign != own.last_sign,
    )


# One known account: reports that name none are presumed to be about it


def _of_one_account(
    account: int, named: list[Item], unnamed: list[Item], doubts: tuple[Doubt, ...], held: Held
) -> list[AccountReadings]:
    own = readings(named)
    if not unnamed:
        return [AccountReadings(account=account, readings=own, doubts=doubts, held=held)]
    first = _first_possible(named)
    # If the account was not the figure's at the time of a report, the report is about another account.
    earlier = [item for item in unnamed if item.says is not Says.ABSENT and (item.end <= first or not held.holds(item))]
    presumed = [item for item in unnamed if item not in earlier and held.holds(item)]
    together = _presumed(named, own, presumed) if presumed else own
    found: list[AccountReadings] = []
    if earlier:
        absences = [item for item in unnamed if item.says is Says.ABSENT]
        found.append(AccountReadings(account=None, readings=readings([*earlier, *absences])))
    used = {item for reading in together for item in reading.items}
    excluded = tuple(item for item in presumed if item not in used)
    own_account = AccountReadings(account=account, readings=together, doubts=doubts, excluded=excluded, held=held)
    return [own_account, *found]


def _first_possible(named: list[Item]) -> int:
    """The instant before which named evidence allows no stay to begin. Absences do not count here."""
    of_stays = [item for item in named if item.says is not Says.ABSENT]
    return min(reading.stays[0].joined_from for reading in readings(of_stays))


def _presumed(named: list[Item], own: Sequence[Reading], unnamed: list[Item]) -> list[Reading]:
    """The readings of named and unnamed evidence together. Named evidence keeps its number of stays, unless only an unnamed end makes it agree."""
    if len(own) > 1 and read(named, [*named, *unnamed]) is not None:
        return readings(unnamed, fixed=named)
    return [reading for mine in own for reading in readings(unnamed, fixed=mine.items, named_stays=_dated_stays(mine))]


def _dated_stays(reading: Reading) -> int:
    """How many stays the named evidence has. A claim alone adds none."""
    return len(reading.stays) if any(item != CLAIM and item.says is not Says.ABSENT for item in reading.items) else 1


# Several known accounts: a report that names none is attached to none


def _of_several_accounts(
    named: dict[int, list[Item]], unnamed: list[Item], doubts: tuple[Doubt, ...], held: Mapping[int, Held]
) -> list[AccountReadings]:
    ends = [item for item in unnamed if item.says in (Says.ENDED, Says.ABSENT)]
    begins = [item for item in unnamed if item.says in (Says.JOINED, Says.SIGN)]
    found = []
    for account, items in named.items():
        own_doubts = [doubt for doubt in doubts if doubt.account == account]
        found.append(
            AccountReadings(
                account=account,
                readings=readings(items),
                doubts=[*own_doubts, *_halts(account, items, ends)],
                held=held.get(account, ALWAYS),
            )
        )
    if begins:
        is_explained = all(any(_explains(one, item) for one in found) for item in begins)
        # The reports may be about any of the accounts, so they outlast the end of none.
        halts = _halts(None, begins, [*ends, *_possible_ends(found, doubts)])
        found.append(AccountReadings(account=None, readings=readings(begins), doubts=halts, is_explained=is_explained))
    return found


def _halts(account: int | None, items: Iterable[Item], ends: Iterable[Item]) -> list[Doubt]:
    """From when each end is possible to the last instant of the next sign, nobody can say that the account was there."""
    signs = [item for item in items if item.says in (Says.JOINED, Says.SIGN)]
    return [Doubt(account, _possible_from(end, signs), _back_by(end, signs)) for end in ends]


def _possible_from(end: Item, signs: Iterable[Item]) -> int:
    """When the end is possible first. Who is absent can have left after the last sign before it."""
    if end.says is Says.ENDED:
        return end.start
    return max((sign.start for sign in signs if sign.end <= end.start), default=end.start)


def _back_by(end: Item, signs: Iterable[Item]) -> int:
    back = min((sign.end for sign in signs if sign.start >= end.end), default=NEVER)
    return back if back == NEVER else back - 1


def _possible_ends(accounts: Iterable[AccountReadings], doubts: Iterable[Doubt]) -> list[Item]:
    """When stays of the accounts can have ended, the ends of their times, and the answers that do not show an account there."""
    accounts = list(accounts)
    return [
        *(Item(Says.ENDED, one.held.until, one.held.until + 1) for one in accounts if one.held.until < NEVER),
        *(
            Item(Says.ENDED, stay.ended_from, stay.ended_to)
            for one in accounts
            for reading in one.readings
            for stay in reading.stays
            if not stay.is_open
        ),
        *(Item(Says.ENDED, doubt.start, doubt.start + 1) for doubt in doubts),
    ]


def _explains(one: AccountReadings, item: Item) -> bool:
    """Whether the report may be about the account, judged by its time and the account's own evidence.

    A report that needs one more stay is not explained: upper edges must show that stay.
    """
    return one.held.holds(item) and any(_fits(reading, item) for reading in one.readings)


def _fits(own: Reading, item: Item) -> bool:
    together = read([*own.items, item], own.items, _dated_stays(own))
    return together is not None and len(together) <= len(own.stays)


# Edges


def _edges_of(one: AccountReadings) -> Edges:
    lower: list[Span] | None = None
    upper: set[Span] = set()
    joined_min, joined_max = BEGINNING, NEVER
    for reading, whole in zip(one.held_readings, one.readings, strict=True):
        joined_min = max(joined_min, min((stay.joined_to for stay in reading.stays), default=NEVER))
        joined_max = min(joined_max, min((stay.joined_from for stay in reading.stays), default=NEVER))
        # A sign from after the figure's time still shows that the account was there before.
        spans = [_within(span, one.held) for stay in whole.stays if (span := _certain(whole, stay))]
        lower = spans if lower is None else _both(lower, spans)
        # The last day of an upper edge is the day of the last instant before its end.
        last = one.held.until if one.held.until == NEVER else one.held.until + 1
        upper |= {Span(stay.joined_from, min(stay.ended_to, last)) for stay in reading.stays}
    certain = tuple(_without_doubts(lower or [], one.doubts))
    if one.is_explained:
        # A lower edge counts beginnings and ends by their last instant, an upper edge by their first.
        most = tuple(
            Span(span.start - 1, span.until if span.until == NEVER else span.until + 1, span.sign) for span in certain
        )
        return Edges(joined_min, joined_min - 1, certain, most)
    return Edges(joined_min, joined_max, certain, tuple(sorted(upper)))


def _within(span: Span, held: Held) -> Span:
    return span._replace(start=max(span.start, held.by), until=min(span.until, held.until))


def _cut(reading: Reading, held: Held) -> Reading:
    """The stays within the time for which an account was the figure's, and the evidence of that time. The cut ends no stay."""
    items = frozenset(item for item in reading.items if held.holds(item))
    return Reading(items, tuple(stay for whole in reading.stays if (stay := _cut_stay(whole, held))))


def _cut_stay(stay: Stay, held: Held) -> Stay | None:
    if stay.ended_to <= held.since or stay.joined_from >= held.until:
        return None
    # It may have ended before the account became the figure's, or have begun after it was.
    is_certain = stay.ended_from >= held.by and stay.joined_to <= held.until
    joined_to = max(stay.joined_to, held.by) if is_certain else NEVER
    is_ended = stay.ended_to <= held.until
    return Stay(
        max(stay.joined_from, held.since),
        joined_to,
        stay.ended_from if is_ended or stay.ended_from < held.until else NEVER,
        stay.ended_to if is_ended else NEVER,
    )


def _certain(reading: Reading, stay: Stay) -> Span | None:
    """When the stay certainly lasted; None if no instant is certain."""
    if stay.joined_to == NEVER:
        return None
    if not stay.is_open:
        return Span(stay.joined_to, stay.ended_from) if stay.ended_from > BEGINNING else None
    sign = last_sign(reading, stay)
    return Span(stay.joined_to, NEVER, sign.start) if sign else None


def last_sign(reading: Reading, stay: Stay) -> Item | None:
    """The latest sign that certainly belongs to the stay, by its first possible instant."""
    return max(_signs(reading, stay), key=lambda item: (item.start, -item.end, -item.bound), default=None)


def _signs(reading: Reading, stay: Stay) -> set[Item]:
    return {item for item in reading.items if item.start > BEGINNING and _is_sign_of(item, stay)}


def _is_sign_of(item: Item, stay: Stay) -> bool:
    if item.says is Says.JOINED:
        return item.start <= stay.joined_from and stay.joined_to <= item.end
    return item.says is Says.SIGN and stay.joined_to <= item.end and item.start <= stay.ended_from


def _both(some: list[Span], others: list[Span]) -> list[Span]:
    return [
        Span(max(one.start, other.start), min(one.until, other.until), min(one.sign, other.sign))
        for one, other in product(some, others)
    ]


def _without_doubts(spans: list[Span], doubts: Iterable[Doubt]) -> list[Span]:
    for doubt in sorted(doubts, key=lambda doubt: doubt.start):
        parts: list[Span] = []
        for span in spans:
            if doubt.start >= span.start:
                parts.append(span._replace(until=min(span.until, doubt.start)))
            if doubt.end < NEVER:
                # The first day is that of the next sign.
                parts.append(span._replace(start=max(span.start, doubt.end + 1)))
        spans = parts
    return spans


# Rows


def _row(one: AccountReadings, spell: int) -> StayRow:
    readings_of_figure = one.held_readings
    having = [reading for reading in readings_of_figure if len(reading.stays) > spell]
    stays = [reading.stays[spell] for reading in having]
    sides = sorted({_side(reading, spell) for reading in having})
    lower, upper = min(sides), max(sides, key=lambda side: (side[1], -side[3]))
    is_open = len(having) < len(readings_of_figure) or any(stay.is_open for stay in stays)
    ends = [_ended_bounds(reading, stay) for reading, stay in zip(having, stays, strict=True)]
    first_end = min(range(len(stays)), key=lambda n: (stays[n].ended_from, ends[n]))
    last_end = max(range(len(stays)), key=lambda n: (stays[n].ended_to, ends[n]))
    last = [last_sign(reading, stay) for reading, stay in zip(having, stays, strict=True)]
    sign = min((sign for sign in last if sign), key=lambda item: item.start) if all(last) else None
    signs = set.intersection(*(_signs(reading, stay) for reading, stay in zip(having, stays, strict=True)))
    acts = [_act(reading, stay) for reading, stay in zip(having, stays, strict=True)]
    is_dated = any(item != CLAIM for reading in having for item in reading.items if item.says is not Says.ABSENT)
    return StayRow(
        account=one.account,
        spell=spell + 1,
        stay=Stay(
            lower[0],
            upper[1],
            min(stay.ended_from for stay in stays),
            NEVER if is_open else max(stay.ended_to for stay in stays),
        ),
        joined_bounds=(lower[2], upper[3]),
        ended_bounds=(ends[first_end][0], 0 if is_open else ends[last_end][1]),
        act=None if all(stay.is_open for stay in stays) else next((act for act in acts if act), None),
        last_sign=sign.start if sign else BEGINNING,
        last_sign_bound=sign.bound if sign else 0,
        readings=len({reading.items for reading in having}) if is_dated else 0,
        is_explained=one.is_explained,
        contradiction=len(one.readings) > 1,
        sides=tuple(sides) if is_dated else (),
        signs=tuple(sorted(item.start for item in signs)),
        excluded=tuple(sorted(item.bound for item in one.excluded)),
    )


def _side(reading: Reading, spell: int) -> tuple[int, int, int, int, tuple[int, ...]]:
    stay = reading.stays[spell]
    return (
        stay.joined_from,
        stay.joined_to,
        _bound_at(reading.items, stay.joined_from, (Says.JOINED, Says.ABSENT, Says.ENDED), is_start=True),
        _bound_at(reading.items, stay.joined_to, (Says.JOINED, Says.SIGN, Says.ENDED), is_start=False),
        tuple(sorted({item.bound for item in _of_stay(reading, spell) if item.bound > 0})),
    )


def _ended_bounds(reading: Reading, stay: Stay) -> tuple[int, int]:
    if stay.is_open:
        return (0, 0)
    return (
        _bound_at(reading.items, stay.ended_from, (Says.ENDED, Says.SIGN, Says.JOINED), is_start=True),
        _bound_at(reading.items, stay.ended_to, (Says.ENDED, Says.ABSENT, Says.JOINED), is_start=False),
    )


def _bound_at(items: Collection[Item], instant: int, kinds: Sequence[Says], *, is_start: bool) -> int:
    """The bound that sets an end of an interval. If several do, the kinds are tried in order."""
    if instant in (BEGINNING, NEVER):
        return 0
    setting = [
        (kinds.index(item.says) if item.says in kinds else len(kinds), item.bound <= 0, item.bound)
        for item in items
        if (item.start if is_start else item.end) == instant
    ]
    return min(setting)[2] if setting else 0


def _of_stay(reading: Reading, spell: int) -> list[Item]:
    """The evidence that may bear on the stay: what can lie in it, and the absences and ends before it."""
    stay = reading.stays[spell]
    if len(reading.stays) == 1:
        return list(reading.items)
    before = reading.stays[spell - 1].ended_from if spell else BEGINNING
    return [item for item in reading.items if item.start < stay.ended_to and item.end > before]


def _act(reading: Reading, stay: Stay) -> str | None:
    """Who ended the stay, by the evidence that certainly belongs to its end."""
    if stay.is_open:
        return None
    acts = sorted(
        (item.act or "unknown", item.bound)
        for item in reading.items
        if item.says is Says.ENDED and item.start <= stay.ended_from and stay.ended_to <= item.end
    )
    return next((act for act, _ in acts if act != "unknown"), "unknown")
