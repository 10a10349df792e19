"""Reads evidence as the fewest stays that satisfy all of it, and among those as the ones with the fewest ends.

Time is cut into cells where a piece of evidence begins or ends. Within a cell anything may happen in any order. A search
for the shortest path through the cells finds the fewest stays. All shortest paths together give the intervals of each stay.
"""

from collections.abc import Collection, Iterable, Sequence
from enum import IntEnum
from typing import NamedTuple

BEGINNING, NEVER = -(1 << 62), 1 << 62
"""Before and after all instants; instants are microseconds since 1970, in UTC."""


class Says(IntEnum):
    """What a piece of evidence says about its interval [start, end)."""

    JOINED = 0  # a stay begins in it
    SIGN = 1  # there at some instant of it
    ENDED = 2  # a stay ends in it
    ABSENT = 3  # not there at some instant of it


class Item(NamedTuple):
    """A piece of evidence. `start` may be BEGINNING, `end` may be NEVER. `is_named` says whether its source names the account."""

    says: Says
    start: int
    end: int
    is_named: bool = True
    bound: int = 0
    act: str | None = None


class Stay(NamedTuple):
    """One presence: when it can have begun and ended, half-open; an open stay ends at NEVER."""

    joined_from: int
    joined_to: int
    ended_from: int = NEVER
    ended_to: int = NEVER

    @property
    def is_open(self) -> bool:
        return self.ended_to == NEVER


class Reading(NamedTuple):
    """The evidence of the reading, and its stays."""

    items: frozenset[Item]
    stays: tuple[Stay, ...]


class _Place(NamedTuple):
    """The state of a path through the cells, without the number of stays so far."""

    is_there: bool = False
    is_named: bool = False  # whether the present stay is one that named evidence shows
    named: int = 0  # such stays so far
    owes: bool = False  # the last end rests on nothing yet: an absence must follow before a return
    pending: int = 0  # evidence that has begun and is not satisfied, as bits


def read(
    items: Collection[Item], supports: Collection[Item] = (), named_stays: int | None = None
) -> tuple[Stay, ...] | None:
    """The stays of the reading that satisfies all `items`, or None if there is none.

    An end may also rest on `supports`. With `named_stays`, named evidence must lie in at most so many stays.
    """
    simple = _read_as_one(items, named_stays)
    if simple is not None:
        return simple
    return _Search(items, supports, named_stays).stays()


def _read_as_one(items: Collection[Item], named_stays: int | None) -> tuple[Stay, ...] | None:
    """The reading as no stay, or as one stay without an end; None if more is needed."""
    start, end, is_told, is_named = BEGINNING, NEVER, False, False
    for item in items:
        if item.says is Says.ENDED:
            return None
        if item.says is not Says.SIGN and item.start > start:
            start = item.start
        if item.says is not Says.ABSENT:
            is_told = True
            is_named = is_named or item.is_named
            end = min(end, item.end)
    if not is_told:
        return ()
    if start >= end or (is_named and named_stays == 0):
        return None
    return (Stay(start, end),)


class _Search:
    """The shortest paths through the cells."""

    def __init__(self, items: Collection[Item], supports: Collection[Item], named_stays: int | None) -> None:
        everything = {*items, *supports}
        instants = {instant for item in everything for instant in (item.start, item.end)} - {BEGINNING, NEVER}
        self._cuts = [BEGINNING, *sorted(instants), NEVER]
        cell = {instant: n for n, instant in enumerate(self._cuts)}
        self._named_stays = named_stays
        n_cells = len(self._cuts) - 1
        self._begins = [0] * n_cells
        self._expires = [0] * n_cells
        self._bits = dict.fromkeys(Says, 0)
        self._named_bits = 0
        for n, item in enumerate(_narrowest(items)):
            bit = 1 << n
            self._begins[cell[item.start]] |= bit
            self._expires[cell[item.end] - 1] |= bit
            self._bits[item.says] |= bit
            # An absence is about the figure, whichever stay it means.
            if item.is_named and item.says is not Says.ABSENT:
                self._named_bits |= bit
        self._end_rests = _covered(everything, Says.ENDED, cell, n_cells)
        self._gap_rests = _covered(everything, Says.ABSENT, cell, n_cells)

    def stays(self) -> tuple[Stay, ...] | None:
        layers = self._layers()
        last = {place: stays for place, stays in layers[-1].items() if not place.owes and not place.pending}
        if not last:
            return None
        fewest = min((stays, not place.is_there) for place, stays in last.items())
        goals = {place for place, stays in last.items() if (stays, not place.is_there) == fewest}
        return self._hulls(layers, goals, fewest[0], is_open=not fewest[1])

    def _layers(self) -> list[dict[_Place, int]]:
        """For each cell, the states that can be reached in it, with the fewest stays so far."""
        layers: list[dict[_Place, int]] = []
        entering = {_Place(): 0}
        for cell in range(len(self._begins)):
            reached: dict[_Place, int] = {}
            waiting = [(self._settled(place, cell, self._begins[cell]), stays) for place, stays in entering.items()]
            while waiting:
                place, stays = waiting.pop()
                if stays >= reached.get(place, NEVER):
                    continue
                reached[place] = stays
                waiting += [(to, stays + to.is_there) for to in self._turns(place, cell)]
            layers.append(reached)
            entering = {place: stays for place, stays in reached.items() if not place.pending & self._expires[cell]}
        return layers

    def _turns(self, place: _Place, cell: int) -> Iterable[_Place]:
        """The states after one more beginning or end in the cell."""
        if place.is_there:
            done = self._bits[Says.ENDED] & self._meant(is_named=place.is_named)
            after = place._replace(
                is_there=False, is_named=False, owes=not self._end_rests[cell], pending=place.pending & ~done
            )
            yield self._settled(after, cell)
        elif not place.owes:
            for is_named in (True, False) if self._named_stays is not None else (True,):
                if is_named and self._named_stays is not None:
                    if place.named == self._named_stays:
                        continue
                    named = place.named + 1
                else:
                    named = place.named
                done = self._bits[Says.JOINED] & self._meant(is_named=is_named)
                yield self._settled(_Place(True, is_named, named, False, place.pending & ~done), cell)

    def _meant(self, *, is_named: bool) -> int:
        """The evidence that a stay can satisfy. Evidence that names the account counts only if it is about this stay."""
        return -1 if is_named else ~self._named_bits

    def _settled(self, place: _Place, cell: int, beginning: int = 0) -> _Place:
        """The state after the evidence that being there, or not being there, satisfies by itself."""
        pending = place.pending | beginning
        if place.is_there:
            return place._replace(pending=pending & ~(self._bits[Says.SIGN] & self._meant(is_named=place.is_named)))
        return place._replace(pending=pending & ~self._bits[Says.ABSENT], owes=place.owes and not self._gap_rests[cell])

    def _hulls(self, layers: list[dict[_Place, int]], goals: set[_Place], n: int, *, is_open: bool) -> tuple[Stay, ...]:
        """Go back along all shortest paths, and find where each stay can begin and end."""
        begins, ends = [[NEVER, BEGINNING] for _ in range(n)], [[NEVER, BEGINNING] for _ in range(n)]
        for cell in reversed(range(len(layers))):
            reached = layers[cell]
            wanted = self._led_to(reached, goals, cell, begins, ends)
            if cell:
                goals = {
                    place
                    for place, stays in layers[cell - 1].items()
                    if not place.pending & self._expires[cell - 1]
                    and (to := self._settled(place, cell, self._begins[cell])) in wanted
                    and reached[to] == stays
                }
        stays = [Stay(*begin, *end) for begin, end in zip(begins, ends, strict=True)]
        return (*stays[:-1], stays[-1]._replace(ended_from=NEVER, ended_to=NEVER)) if is_open and stays else (*stays,)

    def _led_to(
        self,
        reached: dict[_Place, int],
        goals: set[_Place],
        cell: int,
        begins: list[list[int]],
        ends: list[list[int]],
    ) -> set[_Place]:
        """The states in the cell from which a shortest path leads to `goals`. Beginnings and ends are added to `begins` and `ends`."""
        ways: dict[_Place, list[_Place]] = {}
        for place, stays in reached.items():
            for to in self._turns(place, cell):
                if reached.get(to) == stays + to.is_there:
                    ways.setdefault(to, []).append(place)
        wanted, waiting = set(goals), list(goals)
        while waiting:
            to = waiting.pop()
            for place in ways.get(to, ()):
                hull = (begins if to.is_there else ends)[reached[to] - 1]
                hull[0] = min(hull[0], self._cuts[cell])
                hull[1] = max(hull[1], self._cuts[cell + 1])
                if place not in wanted:
                    wanted.add(place)
                    waiting.append(place)
        return wanted


def _covered(items: Iterable[Item], says: Says, cell: dict[int, int], n_cells: int) -> list[bool]:
    """Which cells lie in an interval of the kind."""
    covered = [False] * n_cells
    for item in items:
        if item.says is says:
            covered[cell[item.start] : cell[item.end]] = [True] * (cell[item.end] - cell[item.start])
    return covered


def _narrowest(items: Iterable[Item]) -> list[Item]:
    """The evidence without pieces that another piece of the same kind implies. An interval is implied by one that lies inside it."""
    kept: list[Item] = []
    for item in sorted(items, key=lambda item: (item.end - item.start, item.start)):
        if not any(
            other.says is item.says
            and other.start >= item.start
            and other.end <= item.end
            and (other.is_named or not item.is_named)
            for other in kept
        ):
            kept.append(item)
    return kept


def readings(items: Collection[Item], fixed: Collection[Item] = (), named_stays: int | None = None) -> list[Reading]:
    """Every set of `items`, together with `fixed`, to which no more can be added, and its stays.

    If all evidence can be true, there is one reading. `fixed` must have one.
    """
    supports = {*items, *fixed}
    if (all_true := read(supports, (), named_stays)) is not None:
        return [Reading(frozenset(supports), all_true)]
    found: list[frozenset[Item]] = []
    seen: set[frozenset[Item]] = set()
    waiting = [frozenset(items)]
    while waiting:
        chosen = waiting.pop()
        if chosen in seen or any(chosen <= other for other in found):
            continue
        seen.add(chosen)
        core = _core(chosen, fixed, supports, named_stays)
        if core is None:
            found.append(chosen)
        else:
            waiting += [chosen - {item} for item in core]
    largest = [chosen for chosen in found if not any(chosen < other for other in found)]
    made = [
        Reading(chosen | frozenset(fixed), stays)
        for chosen in largest
        if (stays := read([*chosen, *fixed], supports, named_stays)) is not None
    ]
    return sorted(made, key=lambda reading: (reading.stays, sorted(reading.items)))


def _core(
    chosen: frozenset[Item], fixed: Collection[Item], supports: Collection[Item], named_stays: int | None
) -> Sequence[Item] | None:
    """A minimal set of pieces of `chosen` that cannot all be true; None if all can be true.

    If an end may rest on any of `supports`, more evidence never makes a contradictory set true. So one core serves for
    all.
    """
    if read([*chosen, *fixed], supports, named_stays) is not None:
        return None
    core = sorted(chosen)
    for item in sorted(chosen):
        less = [other for other in core if other is not item]
        if read([*less, *fixed], supports, named_stays) is None:
            core = less
    return core
