"""The truth table of docs/methods.md, read slowly: every order of beginnings and ends is tried against every piece of evidence.

Nothing here is shared with what it checks. Instants are whole numbers, intervals half-open; `None` is open.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations, combinations_with_replacement, product

MOST_STAYS = 3
FIRST, LAST = -(10**30), 10**30


@dataclass(frozen=True)
class Piece:
    """What one source says: `joined`, `sign`, `ended` or `absent`, at [start, end). `account` None: it names none."""

    says: str
    start: int
    end: int
    account: int | None = None
    known_at: int = FIRST
    number: int = 0
    act: str | None = None


@dataclass(frozen=True)
class Answer:
    """An answer that ends nothing, and the next sign."""

    account: int
    start: int
    end: int = LAST
    known_at: int = FIRST
    end_known_at: int = FIRST


@dataclass(frozen=True)
class Presence:
    """One stay in one reading, over all its ways: the first and last cut of its beginning and end; the last sign."""

    begun: tuple[int, int]
    ended: tuple[int, int] | None
    last_sign: int | None


@dataclass(frozen=True)
class OfAccount:
    """The readings of one account, each a list of its stays, with the evidence it takes."""

    account: int | None
    readings: list[tuple[frozenset[Piece], list[Presence]]]
    answers: tuple[Answer, ...] = ()
    is_explained: bool = False
    excluded: frozenset[Piece] = field(default_factory=frozenset)


# Ways: a stay after another begins in one cell and ends in the same or a later one


@cache
def ways(n_cells: int) -> list[tuple[tuple[tuple[int, int | None], ...], tuple[bool, ...]]]:
    """All orders of up to three stays, as cells of beginning and end, with every choice of those that names tell of.

    Sorted by the number of stays, then of ends.
    """
    found = []
    for n in range(MOST_STAYS + 1):
        for is_open in (True, False) if n else (False,):
            for cells in combinations_with_replacement(range(n_cells), 2 * n - is_open):
                pairs = [*cells, None] if is_open else [*cells]
                stays = tuple(zip(pairs[::2], pairs[1::2], strict=True))
                found += [(stays, labels) for labels in product((True, False), repeat=n)]
    return found  # type: ignore[return-value]  # every beginning is a number


@cache
def satisfied(n_cells: int, says: str, first: int, last: int, *, is_named: bool) -> int:
    """The ways, as bits, that make it true that something happens in the cells from `first` to `last`."""
    bits = 0
    for n, (stays, labels) in enumerate(ways(n_cells)):
        meant = [stay for stay, label in zip(stays, labels, strict=True) if label or not is_named]
        if says == "joined":
            is_true = any(first <= begin <= last for begin, _ in meant)
        elif says == "ended":
            is_true = any(end is not None and first <= end <= last for _, end in meant)
        elif says == "sign":
            is_true = any(begin <= last and (end is None or end >= first) for begin, end in meant)
        else:
            is_true = any(after <= last and before >= first for after, before in gaps(stays, n_cells))
        bits |= is_true << n
    return bits


def gaps(stays: Sequence[tuple[int, int | None]], n_cells: int) -> Iterator[tuple[int, int]]:
    """The cells between stays, before the first and after the last."""
    after = 0
    for begin, end in stays:
        yield after, begin
        if end is None:
            return
        after = end
    yield after, n_cells - 1


@cache
def rests(n_cells: int, says: str, first: int, last: int, n: int) -> int:
    """The ways whose n-th end rests on it, or that have no such end."""
    bits = 0
    for way, (stays, _) in enumerate(ways(n_cells)):
        ends = [end for _, end in stays if end is not None]
        if n >= len(ends):
            is_true = True
        elif says == "ended":
            is_true = first <= ends[n] <= last
        elif says == "absent":
            after, before = list(gaps(stays, n_cells))[n + 1]
            is_true = after <= last and before >= first
        else:
            is_true = False
        bits |= is_true << way
    return bits


@cache
def with_named(n_cells: int, most: int) -> int:
    return sum(1 << n for n, (_, labels) in enumerate(ways(n_cells)) if sum(labels) <= most)


@cache
def alike(n_cells: int) -> list[tuple[int, int, int]]:
    """The ways by number of stays and of ends: that number, and their bits."""
    kinds: dict[tuple[int, int], int] = {}
    for n, (stays, _) in enumerate(ways(n_cells)):
        key = (len(stays), sum(end is not None for _, end in stays))
        kinds[key] = kinds.get(key, 0) | (1 << n)
    return [(stays, ends, bits) for (stays, ends), bits in sorted(kinds.items())]


class Cells:
    """Time cut where evidence begins or ends."""

    def __init__(self, pieces: Iterable[Piece]) -> None:
        instants = {at for piece in pieces for at in (piece.start, piece.end)} - {FIRST, LAST}
        self.cuts = [FIRST, *sorted(instants), LAST]
        self.n = len(self.cuts) - 1

    def of(self, piece: Piece) -> tuple[int, int]:
        return self.cuts.index(piece.start), self.cuts.index(piece.end) - 1

    def true_of(self, pieces: Iterable[Piece], most_named: int | None) -> int:
        """The ways in which all of it is true."""
        pieces = list(pieces)
        bits = -1 if most_named is None else with_named(self.n, most_named)
        for piece in pieces:
            is_named = most_named is not None and piece.account is not None and piece.says != "absent"
            bits &= satisfied(self.n, piece.says, *self.of(piece), is_named=is_named)
        for n in range(MOST_STAYS):
            bits &= self._resting(pieces, n)
        return bits & ((1 << len(ways(self.n))) - 1)

    def _resting(self, pieces: Iterable[Piece], n: int) -> int:
        bits = 0
        for piece in [*pieces, Piece("nothing", FIRST, LAST)]:
            bits |= rests(self.n, piece.says, *self.of(piece), n)
        return bits

    def fewest(self, pieces: Iterable[Piece], most_named: int | None = None) -> list[Presence] | None:
        """The fewest stays, and of those with the fewest ends, over all their ways; None if nothing is true."""
        pieces = list(pieces)
        true = self.true_of(pieces, most_named)
        for n, _, bits in alike(self.n):
            if chosen := true & bits:
                found = {ways(self.n)[way][0] for way in range(chosen.bit_length()) if chosen >> way & 1}
                return [self._over(found, stay, pieces) for stay in range(n)]
        return None

    def _over(self, found: set[tuple[tuple[int, int | None], ...]], n: int, pieces: Sequence[Piece]) -> Presence:
        begins = {stays[n][0] for stays in found}
        ends = {stays[n][1] for stays in found} - {None}
        signs = [
            piece.start
            for piece in pieces
            if piece.start > FIRST and all(self._is_in(piece, *stays[n]) for stays in found)
        ]
        return Presence(
            (self.cuts[min(begins)], self.cuts[max(begins) + 1]),
            (self.cuts[min(ends)], self.cuts[max(ends) + 1]) if ends else None,  # type: ignore[type-var, index, operator]
            max(signs, default=None),
        )

    def _is_in(self, piece: Piece, begin: int, end: int | None) -> bool:
        first, last = self.of(piece)
        if piece.says == "joined":
            return first <= begin <= last
        return piece.says == "sign" and begin <= last and (end is None or end >= first)


def subsets(pieces: Iterable[Piece]) -> Iterator[frozenset[Piece]]:
    pieces = sorted(pieces, key=repr)
    for size in reversed(range(len(pieces) + 1)):
        yield from (frozenset(chosen) for chosen in combinations(pieces, size))


def largest(
    cells: Cells, pieces: Iterable[Piece], fixed: Iterable[Piece] = (), most_named: int | None = None
) -> list[frozenset[Piece]]:
    """Every set of evidence to which no more can be added so that all of it is true."""
    fixed = frozenset(fixed)
    found: list[frozenset[Piece]] = []
    for chosen in subsets(pieces):
        if not any(chosen < other for other in found) and cells.true_of(chosen | fixed, most_named):
            found.append(chosen)
    return [chosen | fixed for chosen in found]


# Accounts


def by_account(accounts: Iterable[int], pieces: Iterable[Piece], answers: Iterable[Answer]) -> list[OfAccount]:
    """The readings of each account and of reports that name none."""
    pieces, answers, accounts = list(pieces), list(answers), sorted(set(accounts))
    cells = Cells(pieces)
    unnamed = [piece for piece in pieces if piece.account is None]
    # A claim says that the account is there at some time.
    named = {
        account: [Piece("sign", FIRST, LAST, account), *(piece for piece in pieces if piece.account == account)]
        for account in accounts
    }
    if not accounts:
        return [OfAccount(None, _read(cells, largest(cells, unnamed)))] if unnamed else []
    if len(accounts) == 1:
        return _with_presumed(cells, accounts[0], named[accounts[0]], unnamed, tuple(answers))
    return _apart(cells, named, unnamed, answers)


def _read(
    cells: Cells, sets: Iterable[frozenset[Piece]], most_named: int | None = None
) -> list[tuple[frozenset[Piece], list[Presence]]]:
    return [(chosen, found) for chosen in sets if (found := cells.fewest(chosen, most_named)) is not None]


def _with_presumed(
    cells: Cells, account: int, named: list[Piece], unnamed: list[Piece], answers: tuple[Answer, ...]
) -> list[OfAccount]:
    own = _read(cells, largest(cells, named))
    without_absences = [piece for piece in named if piece.says != "absent"]
    begin = min(stays[0].begun[0] for _, stays in _read(cells, largest(cells, without_absences)))
    earlier = [piece for piece in unnamed if piece.says != "absent" and piece.end <= begin]
    presumed = [piece for piece in unnamed if piece not in earlier]
    agreeing = [
        chosen for chosen in largest(cells, presumed, fixed=named) if len(own) > 1 and chosen > frozenset(named)
    ]
    if agreeing:
        together = _read(cells, agreeing)
    else:
        together = [
            reading
            for chosen, stays in own
            for reading in _read(cells, largest(cells, presumed, chosen, len(stays)), len(stays))
        ]
    used = {piece for chosen, _ in together for piece in chosen}
    found = [OfAccount(account, together, answers, excluded=frozenset(presumed) - used)]
    if earlier:
        absences = [piece for piece in unnamed if piece.says == "absent"]
        found.append(OfAccount(None, _read(cells, largest(cells, [*earlier, *absences]))))
    return found


def _apart(cells: Cells, named: dict[int, list[Piece]], unnamed: list[Piece], answers: list[Answer]) -> list[OfAccount]:
    ends = [piece for piece in unnamed if piece.says in ("ended", "absent")]
    begins = [piece for piece in unnamed if piece.says in ("joined", "sign")]

    def halts(account: int, pieces: Iterable[Piece], ends: Iterable[Piece]) -> list[Answer]:
        signs = [piece for piece in pieces if piece.says in ("joined", "sign")]
        return [Answer(account, left_from(end, signs), back_by(end, signs)) for end in ends]

    def left_from(end: Piece, signs: Iterable[Piece]) -> int:
        # Who is absent left after the last sign before.
        before = [sign.start for sign in signs if sign.end <= end.start]
        return max(before) if before and end.says == "absent" else end.start

    def back_by(end: Piece, signs: Iterable[Piece]) -> int:
        # The last instant at which the next sign can have been.
        return min((sign.end - 1 for sign in signs if sign.start >= end.end and sign.end < LAST), default=LAST)

    def fits(chosen: frozenset[Piece], stays: list[Presence]) -> bool:
        # Without one more stay.
        together = cells.fewest(chosen, len(stays))
        return together is not None and len(together) <= len(stays)

    found = []
    for account, pieces in named.items():
        own = [answer for answer in answers if answer.account == account]
        found.append(OfAccount(account, _read(cells, largest(cells, pieces)), (*own, *halts(account, pieces, ends))))
    if begins:
        is_explained = all(
            any(fits(chosen | {piece}, stays) for one in found for chosen, stays in one.readings) for piece in begins
        )
        # They may be about any of the accounts, one of which may have ended.
        theirs = [
            Piece("ended", *stay.ended) for one in found for _, stays in one.readings for stay in stays if stay.ended
        ]
        missed = [Piece("ended", answer.start, answer.start + 1) for answer in answers]
        stops = tuple(halts(-1, begins, [*ends, *theirs, *missed]))
        found.append(OfAccount(None, _read(cells, largest(cells, begins)), stops, is_explained))
    return found


# Rows. What a stay is over all readings of its account


@dataclass(frozen=True)
class Hull:
    """When a stay began and ended over all readings that have it, and the last sign that is of it in each of them.

    `ended` is open above if a reading has no end.
    """

    begun: tuple[int, int]
    ended: tuple[int, int] | None
    last_sign: int | None


Hulls = dict[tuple[int | None, int], Hull]
"""By account and number of the stay; None: reports that name no account."""


def hulls(all_of: Iterable[OfAccount]) -> Hulls:
    """Every stay of every account."""
    found: Hulls = {}
    for one in all_of:
        for n in range(max((len(stays) for _, stays in one.readings), default=0)):
            having = [stays[n] for _, stays in one.readings if len(stays) > n]
            ends = [stay.ended for stay in having if stay.ended]
            # A first possible end counts even where one reading has none.
            last = LAST if len(ends) < len(one.readings) else max(end[1] for end in ends)
            signs = [stay.last_sign for stay in having if stay.last_sign is not None]
            found[one.account, n + 1] = Hull(
                (min(stay.begun[0] for stay in having), max(stay.begun[1] for stay in having)),
                (min(end[0] for end in ends), last) if ends else None,
                min(signs) if len(signs) == len(having) else None,
            )
    return found


def presumed(found: Hulls, without_unnamed: Hulls) -> dict[tuple[int | None, int], tuple[bool, bool, bool]]:
    """Of every stay, whether its beginning, its end and its last sign differ without reports that name no account."""
    nothing = Hull((FIRST, FIRST), None, None)

    def differs(stay: tuple[int | None, int]) -> tuple[bool, bool, bool]:
        now, then = found[stay], without_unnamed.get(stay, nothing)
        return now.begun != then.begun, now.ended != then.ended, now.last_sign != then.last_sign

    return {stay: differs(stay) for stay in found}


# Edges. `end` is the instant at which the day ends, `day` its number, `day_of` the number of an instant's day.


def has_joined(all_of: Iterable[OfAccount], end: int) -> tuple[bool, bool]:
    least, most = False, False
    for one in all_of:
        # An upper end that nothing gives is no instant.
        certain = all(any(LAST > stay.begun[1] <= end for stay in stays) for _, stays in one.readings)
        possible = any(any(stay.begun[0] < end for stay in stays) for _, stays in one.readings)
        least = least or certain
        most = most or (certain if one.is_explained else possible)
    return least, most


def is_there(all_of: Iterable[OfAccount], end: int, day: int, day_of: dict[int, int]) -> tuple[bool, bool]:
    least, most = False, False
    for one in all_of:
        is_doubtful = any(answer.start < end <= answer.end for answer in one.answers)
        certain = not is_doubtful and all(
            any(_certainly(stay, end, day, day_of) for stay in stays) for _, stays in one.readings
        )
        possible = any(any(_possibly(stay, end) for stay in stays) for _, stays in one.readings)
        least = least or certain
        most = most or (certain if one.is_explained else possible)
    return least, most


def _certainly(stay: Presence, end: int, day: int, day_of: dict[int, int]) -> bool:
    if not LAST > stay.begun[1] <= end:
        return False
    if stay.ended:
        # Until its end can have come, something tells of the stay: a sign that lies later, or the end itself.
        return end <= stay.ended[0]
    return stay.last_sign is not None and (stay.last_sign >= end or day <= day_of[stay.last_sign] + 45)


def _possibly(stay: Presence, end: int) -> bool:
    return stay.begun[0] < end and not (stay.ended and stay.ended[1] <= end)
