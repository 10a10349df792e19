"""Turns dated versions of a list into runs: the days on which each account stood there, and how each run ended.

A list is not a crawl: if an account is gone from the list, this says nothing about the account. So every end has a
reason of the list's own. A version that lost more than lists usually lose in a day is not believed until the next one
agrees.
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from typing import Literal, TypeVar

from kooch.rosters.models import Run
from kooch.rosters.values import Ended

_Ordered = TypeVar("_Ordered", int, date)
_FEWEST_PEOPLE = 0.9
"""The least part of the previous version's people. A version with fewer is taken as incomplete."""
_LATER_VERSIONS = 5
_MOST_LOST, _FEWEST_LOST = 0.1, 5
_GAP_VERSIONS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An account as one version names it; `native_id` where the list has the platform's own id."""

    figure_id: str
    platform: str
    handle: str = ""
    native_id: str = ""

    @property
    def account(self) -> tuple[str, str, str]:
        """What stays the same when the handle changes, if the list knows it."""
        return (self.figure_id, self.platform, self.native_id or f"@{self.handle.casefold()}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A list as it stood on one day: its figures, with an account or without, and their accounts.

    `members` are the people who held their role on that day according to the list itself, whether the version has them
    or not.
    """

    day: date
    figures: frozenset[str]
    accounts: frozenset[Listed]
    members: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The runs of a list, and the versions that were not believed: `partial`, `held` (with the lost accounts), and the bridged `gaps`."""

    days: tuple[date, ...]
    runs: tuple[Run, ...]
    partial: tuple[date, ...]
    held: Mapping[date, int] = field(default_factory=dict)
    gaps: int = 0

    @property
    def ends(self) -> dict[str, int]:
        """How many runs ended in each way."""
        return dict(sorted(Counter(run.ended for run in self.runs).items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What a list says on a day, and what it changes against the last day before that was taken (None: there is none).

    `people` came onto the list or went from it. Of `accounts`, `new` and `gone` ones are counted, and those `renamed`: the same
    number with another handle. `taken` is `no` for a version with too few people, and `held` for one that is not believed yet.
    """

    day: date
    versions: int
    people: int
    came: int | None = None
    went: int | None = None
    accounts: int
    new: int | None = None
    gone: int | None = None
    renamed: int | None = None
    taken: Literal["yes", "no", "held"]


_Places = Mapping[Listed, Sequence[int]]
_Numbers = Mapping[tuple[str, str, str], Sequence[date]]
"""The days of the versions that name a number, in order, by figure, platform and number."""


def runs_of(versions: Iterable[Version], *, accepted: Sequence[date] = ()) -> Series:
    """The runs of a list's versions, given in order of time. If a day has several versions, the last one counts.

    `accepted` are days of versions that lost much and are true.
    """
    of_day = {version.day: version for version in versions}
    ordered = [of_day[day] for day in sorted(of_day)]
    whole, partial = _without_partial(_with_ids(ordered))
    believed, held = _without_falls(whole, set(accepted))
    runs, gaps = _follow(believed, _days_of_numbers(ordered))
    return Series(
        days=tuple(version.day for version in believed),
        runs=tuple(sorted(runs, key=lambda r: (r.figure_id, r.platform, r.first_listed, r.handle, r.native_id))),
        partial=partial,
        held=held,
        gaps=gaps,
    )


def days_of(versions: Sequence[Version], series: Series) -> list[Day]:
    """The days of the versions of which `series` was made, in order."""
    of_day = {version.day: version for version in versions}
    counts = Counter(version.day for version in versions)
    before: Version | None = None
    days: list[Day] = []
    for version in _with_ids([of_day[day] for day in sorted(of_day)]):
        days.append(_day(version, before, counts[version.day], series))
        before = version if days[-1].taken == "yes" else before
    return days


def _day(version: Version, before: Version | None, versions: int, series: Series) -> Day:
    handles = _handles(version)
    day = Day(
        day=version.day,
        versions=versions,
        people=len(version.figures),
        accounts=len(handles),
        taken="no" if version.day in series.partial else "held" if version.day in series.held else "yes",
    )
    if before is None:
        return day
    earlier = _handles(before)
    return replace(
        day,
        came=len(version.figures - before.figures),
        went=len(before.figures - version.figures),
        new=len(handles.keys() - earlier.keys()),
        gone=len(earlier.keys() - handles.keys()),
        renamed=sum(
            bool(handles[account] and earlier[account]) and handles[account].isdisjoint(earlier[account])
            for account in handles.keys() & earlier.keys()
        ),
    )


def _handles(version: Version) -> dict[tuple[str, str, str], set[str]]:
    """The handles of each account, without letter case; none where a version has its number alone."""
    handles: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for listed in version.accounts:
        handles[listed.account].update({listed.handle.casefold()} - {""})
    return handles


def _places(versions: Sequence[Version]) -> dict[Listed, list[int]]:
    """Where each account stands, as positions in `versions`. Versions share most accounts, so what is asked of one is asked once."""
    found: dict[Listed, list[int]] = {}
    for place, version in enumerate(versions):
        for listed in version.accounts:
            found.setdefault(listed, []).append(place)
    return found


def _days_of_numbers(versions: Sequence[Version]) -> _Numbers:
    days: dict[tuple[str, str, str], set[date]] = defaultdict(set)
    for listed, places in _places(versions).items():
        if listed.native_id:
            days[listed.figure_id, listed.platform, listed.native_id].update(versions[place].day for place in places)
    return {number: sorted(found) for number, found in days.items()}


def _with_ids(versions: Sequence[Version]) -> list[Version]:
    """Give a handle one id for as long as it stands without a break: the last id named, which corrects earlier ones."""
    by_handle: dict[tuple[str, str, str], dict[Listed, list[int]]] = defaultdict(dict)
    for listed, places in _places(versions).items():
        if listed.handle:
            by_handle[listed.figure_id, listed.platform, listed.handle.casefold()][listed] = places
    # An account whose id changes, with its names up to each position.
    changed: dict[Listed, list[tuple[int, Listed]]] = {}
    for spellings in by_handle.values():
        if len({listed.native_id for listed in spellings}) > 1:
            stretches = [(stretch[-1], native_id) for stretch, native_id in _ids_of_stretches(spellings)]
            for listed in spellings:
                changed[listed] = [(last, replace(listed, native_id=native_id)) for last, native_id in stretches]
    return [
        version
        if changed.keys().isdisjoint(version.accounts)
        else replace(
            version,
            accounts=frozenset(
                next(named for last, named in changed[listed] if place <= last) if listed in changed else listed
                for listed in version.accounts
            ),
        )
        for place, version in enumerate(versions)
    ]


def _ids_of_stretches(spellings: Mapping[Listed, Sequence[int]]) -> Iterator[tuple[list[int], str]]:
    only = {listed.native_id for listed in spellings} - {""}
    named = [(place, listed.native_id) for listed, places in spellings.items() if listed.native_id for place in places]
    for stretch in _stretches(sorted(set().union(*spellings.values()))):
        last = max((each for each in named if stretch[0] <= each[0] <= stretch[-1]), default=None)
        yield stretch, last[1] if last else (next(iter(only)) if len(only) == 1 else "")


def _without_partial(versions: Sequence[Version]) -> tuple[list[Version], tuple[date, ...]]:
    """Leave out a version with too few people, unless the next ones miss them too: then they have left."""
    whole: list[Version] = []
    partial: list[date] = []
    for place, version in enumerate(versions):
        is_small = bool(whole) and len(version.figures) < _FEWEST_PEOPLE * len(whole[-1].figures)
        if is_small and _come_back(whole[-1].figures - version.figures, versions[place + 1 :][:_LATER_VERSIONS]):
            partial.append(version.day)
        else:
            whole.append(version)
    return whole, tuple(partial)


def _come_back(gone: frozenset[str], following: Sequence[Version]) -> bool:
    """Whether half of those who are gone are in the next versions. If there are none, nobody has left for good yet."""
    back = gone & frozenset().union(*(later.figures for later in following))
    return not following or 2 * len(back) >= len(gone)


def _without_falls(versions: Sequence[Version], accepted: set[date]) -> tuple[list[Version], dict[date, int]]:
    """Leave out a version that lost a tenth of its accounts and no people, unless the next one has lost them too."""
    believed: list[Version] = []
    held: dict[date, int] = {}
    for place, version in enumerate(versions):
        lost = _lost(believed[-1], version) if believed else set()
        following = versions[place + 1] if place + 1 < len(versions) else None
        if lost and version.day not in accepted and not (following and lost <= _missing(lost, following)):
            held[version.day] = len(lost)
        else:
            believed.append(version)
    return believed, held


def _lost(before: Version, after: Version) -> set[tuple[str, str, str]]:
    """The accounts that a version lost, if it lost so many of one platform while its people stayed."""
    # Most accounts stand in both, and are one object: only of the others it is asked which account they are.
    gone = {listed.account for listed in before.accounts - after.accounts}
    kept = len(before.figures & after.figures) >= _FEWEST_PEOPLE * len(before.figures)
    lost = _missing(gone, after) if gone and kept else set()
    stood = Counter(listed.platform for listed in before.accounts) if lost else Counter[str]()
    many = {
        platform
        for platform, n in Counter(platform for _, platform, _ in lost).items()
        if n >= max(_FEWEST_LOST, _MOST_LOST * stood[platform])
    }
    return {account for account in lost if account[1] in many and account[0] in after.figures}


def _missing(accounts: set[tuple[str, str, str]], version: Version) -> set[tuple[str, str, str]]:
    return accounts - {listed.account for listed in version.accounts}


def _follow(versions: Sequence[Version], numbers: _Numbers) -> tuple[list[Run], int]:
    """The runs of every account with one handle. An account that is back within two versions was never away."""
    spellings: dict[Listed, dict[Listed, list[int]]] = defaultdict(dict)
    for listed, places in _places(versions).items():
        spellings[_as_one(listed)][listed] = places
    places_of = {listed: sorted(set().union(*spelt.values())) for listed, spelt in spellings.items()}
    beside: dict[tuple[str, str], list[Listed]] = defaultdict(list)
    for listed in places_of:
        beside[listed.figure_id, listed.platform].append(listed)
    runs: list[Run] = []
    gaps = 0
    for listed, places in places_of.items():
        others = {other: places_of[other] for other in beside[listed.figure_id, listed.platform] if other is not listed}
        for stretch in _stretches(places, _places_of_other_handles(listed, others)):
            gaps += sum(1 for one, other in pairwise(stretch) if other - one > 1)
            after = versions[stretch[-1] + 1] if stretch[-1] + 1 < len(versions) else None
            ended = _end_of(listed, after, _standing(others, stretch[-1] + 1), numbers) if after else "still"
            spelt = next(each for each, stood in spellings[listed].items() if _has(stood, stretch[-1]))
            runs.append(_run(spelt, stretch, versions, ended=ended))
    return _with_gaps(runs), gaps


def _places_of_other_handles(listed: Listed, others: _Places) -> list[int]:
    """Where the account, known by its number, stands with another handle: there this handle is not missing, but another's turn."""
    if not (listed.native_id and listed.handle):
        return []
    renamed = (places for other, places in others.items() if other.native_id == listed.native_id and other.handle)
    return sorted(set().union(*renamed))


def _standing(others: _Places, place: int) -> list[Listed]:
    return [other for other, places in others.items() if _has(places, place)]


def _has(ordered: Sequence[_Ordered], value: _Ordered) -> bool:
    place = bisect_left(ordered, value)
    return place < len(ordered) and ordered[place] == value


def _with_gaps(runs: Sequence[Run]) -> list[Run]:
    """Mark withdrawals that the list reversed: the account is listed again later, with the same handle."""
    last: dict[tuple[str, str, str, str], date] = {}
    for run in runs:
        last[_named(run)] = max(last.get(_named(run), run.first_listed), run.first_listed)
    return [
        replace(run, ended="gap") if run.ended == "withdrawn" and last[_named(run)] > run.last_listed else run
        for run in runs
    ]


def _named(run: Run) -> tuple[str, str, str, str]:
    return (run.figure_id, run.platform, run.native_id, run.handle.casefold())


def _as_one(listed: Listed) -> Listed:
    # A change of letter case is not a new name.
    return Listed(
        figure_id=listed.figure_id,
        platform=listed.platform,
        handle=listed.handle.casefold(),
        native_id=listed.native_id,
    )


def _stretches(places: Sequence[int], between: Sequence[int] = ()) -> Iterator[list[int]]:
    """Places with no more than a gap between two of them. At one of `between` something else stood, so there is no gap."""
    stretch: list[int] = []
    for place in places:
        if stretch and (place - stretch[-1] > _GAP_VERSIONS + 1 or _any_between(between, stretch[-1], place)):
            yield stretch
            stretch = []
        stretch.append(place)
    yield stretch


def _any_between(places: Sequence[int], first: int, last: int) -> bool:
    return bisect_right(places, first) < bisect_left(places, last)


def _run(listed: Listed, places: Sequence[int], versions: Sequence[Version], *, ended: Ended) -> Run:
    first, last = places[0], places[-1]
    return Run(
        figure_id=listed.figure_id,
        platform=listed.platform,
        handle=listed.handle,
        native_id=listed.native_id,
        first_listed=versions[first].day,
        last_listed=versions[last].day,
        not_listed_before=versions[first - 1].day if first else None,
        not_listed_after=versions[last + 1].day if last + 1 < len(versions) else None,
        snapshots=len(places),
        ended=ended,
    )


def _end_of(listed: Listed, after: Version, others: Sequence[Listed], numbers: _Numbers) -> Ended:
    """How a run ended, by the version after it; `others` are that version's accounts of the figure on the platform."""
    if listed.figure_id not in after.figures and listed.figure_id not in after.members:
        return "no_longer_on_the_list"
    # A list may name the new handle beside the old number first, and correct the number later.
    if _has(numbers.get((listed.figure_id, listed.platform, listed.native_id), ()), after.day):
        return "renamed"
    return "replaced" if others else "withdrawn"
