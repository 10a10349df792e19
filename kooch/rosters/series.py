"""Turns dated versions of a list into runs: the days on which each account stood there, and how each run ended.

A list is not a crawl: if an account is gone from the list, this says nothing about the account. So every end has a
reason of the list's own. A version that lost more than lists usually lose in a day is not believed until the next one
agrees.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise

from kooch.rosters.models import Run
from kooch.rosters.values import Ended

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
    numbers: frozenset[tuple[str, str, str]] = frozenset()  # figure, platform and number, as the version has them


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


def runs_of(versions: Iterable[Version], *, accepted: Sequence[date] = ()) -> Series:
    """The runs of a list's versions, given in order of time. If a day has several versions, the last one counts.

    `accepted` are days of versions that lost much and are true.
    """
    of_day = {version.day: version for version in versions}
    ordered = _with_ids([of_day[day] for day in sorted(of_day)])
    whole, partial = _without_partial(ordered)
    believed, held = _without_falls(whole, set(accepted))
    runs, gaps = _follow(believed)
    return Series(
        days=tuple(version.day for version in believed),
        runs=tuple(sorted(runs, key=lambda r: (r.figure_id, r.platform, r.first_listed, r.handle, r.native_id))),
        partial=partial,
        held=held,
        gaps=gaps,
    )


def _with_ids(versions: Sequence[Version]) -> list[Version]:
    """Give a handle one id for as long as it stands without a break: the last id named, which corrects earlier ones."""
    ids: dict[tuple[str, str, str], list[tuple[int, str]]] = {}
    for place, version in enumerate(versions):
        for listed in version.accounts:
            if listed.handle:
                ids.setdefault(_handle_of(listed), []).append((place, listed.native_id))
    named: dict[tuple[tuple[str, str, str], int], str] = {}
    for handle, places in ids.items():
        only = {native_id for _, native_id in places} - {""}
        for stretch in map(set, _stretches(sorted({place for place, _ in places}))):
            last = next(
                (native_id for place, native_id in sorted(places, reverse=True) if native_id and place in stretch), ""
            )
            named.update(((handle, place), last or (next(iter(only)) if len(only) == 1 else "")) for place in stretch)
    return [
        replace(
            version,
            numbers=frozenset(
                (listed.figure_id, listed.platform, listed.native_id) for listed in version.accounts if listed.native_id
            ),
            accounts=frozenset(
                replace(listed, native_id=named[_handle_of(listed), place]) if listed.handle else listed
                for listed in version.accounts
            ),
        )
        for place, version in enumerate(versions)
    ]


def _handle_of(listed: Listed) -> tuple[str, str, str]:
    return (listed.figure_id, listed.platform, listed.handle.casefold())


def _without_partial(versions: Sequence[Version]) -> tuple[list[Version], tuple[date, ...]]:
    """Leave out a version with too few people, unless the next ones miss them too: then they have left."""
    whole: list[Version] = []
    partial: list[date] = []
    for place, version in enumerate(versions):
        gone = whole[-1].figures - version.figures if whole else frozenset()
        is_small = bool(whole) and len(version.figures) < _FEWEST_PEOPLE * len(whole[-1].figures)
        following = versions[place + 1 : place + 1 + _LATER_VERSIONS]
        back = gone & frozenset().union(*(later.figures for later in following))
        if is_small and (not following or 2 * len(back) >= len(gone)):
            partial.append(version.day)
        else:
            whole.append(version)
    return whole, tuple(partial)


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
    kept = len(before.figures & after.figures) >= _FEWEST_PEOPLE * len(before.figures)
    lost = _missing({listed.account for listed in before.accounts}, after) if kept else set()
    stood = Counter(listed.platform for listed in before.accounts)
    many = {
        platform
        for platform, n in Counter(platform for _, platform, _ in lost).items()
        if n >= max(_FEWEST_LOST, _MOST_LOST * stood[platform])
    }
    return {account for account in lost if account[1] in many and account[0] in after.figures}


def _missing(accounts: set[tuple[str, str, str]], version: Version) -> set[tuple[str, str, str]]:
    return accounts - {listed.account for listed in version.accounts}


def _follow(versions: Sequence[Version]) -> tuple[list[Run], int]:
    """The runs of every account with one handle. An account that is back within two versions was never away."""
    stood: dict[Listed, list[int]] = {}
    for place, version in enumerate(versions):
        for listed in version.accounts:
            stood.setdefault(_as_one(listed), []).append(place)
    runs: list[Run] = []
    gaps = 0
    for listed, places in stood.items():
        for stretch in _stretches(places):
            gaps += sum(1 for one, other in pairwise(stretch) if other - one > 1)
            runs.append(_run(listed, stretch, versions))
    return _with_gaps(runs), gaps


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


def _stretches(places: Sequence[int]) -> Iterator[list[int]]:
    stretch: list[int] = []
    for place in places:
        if stretch and place - stretch[-1] > _GAP_VERSIONS + 1:
            yield stretch
            stretch = []
        stretch.append(place)
    yield stretch


def _run(listed: Listed, places: Sequence[int], versions: Sequence[Version]) -> Run:
    first, last = places[0], places[-1]
    after = versions[last + 1] if last + 1 < len(versions) else None
    spelling = next(other for other in versions[last].accounts if _as_one(other) == listed)
    return Run(
        figure_id=listed.figure_id,
        platform=listed.platform,
        handle=spelling.handle,
        native_id=listed.native_id,
        first_listed=versions[first].day,
        last_listed=versions[last].day,
        not_listed_before=versions[first - 1].day if first else None,
        not_listed_after=after.day if after else None,
        snapshots=len(places),
        ended=_end_of(listed, after) if after else "still",
    )


def _end_of(listed: Listed, after: Version) -> Ended:
    if listed.figure_id not in after.figures and listed.figure_id not in after.members:
        return "no_longer_on_the_list"
    others = [
        other for other in after.accounts if (other.figure_id, other.platform) == (listed.figure_id, listed.platform)
    ]
    # A list may name the new handle beside the old number first, and correct the number later.
    if (listed.figure_id, listed.platform, listed.native_id) in after.numbers:
        return "renamed"
    return "replaced" if others else "withdrawn"
