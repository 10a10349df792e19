"""Finds which row of a list's next version is which row of the last one, where rows share a name and roles have changed."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from itertools import permutations

_MOST = 4
"""With more rows of one name, nothing is clear."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A row of the last version. `post` is its role, unit and party; empty: not said."""

    figure_id: str
    post: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """A row of the next version. `others` are figures that it cannot be."""

    post: tuple[str, ...]
    others: Set[str]


def seat(rows: Sequence[Newcomer], seats: Sequence[Seat]) -> list[str | None]:
    """The figure of each row, by its post; None where that is not clear.

    As many rows as possible get a seat, so that most of role, unit and party agree. Nobody gets a seat of another unit, or one
    where role and party are others and no unit agrees. If several ways agree equally, only what all of them say is clear.
    """
    if not rows or max(len(rows), len(seats)) > _MOST:
        return [None] * len(rows)
    ways: dict[tuple[str | None, ...], tuple[int, int]] = {}
    for order in permutations([*seats, *[None] * len(rows)], len(rows)):
        fits = [_agreement(row, place) for row, place in zip(rows, order, strict=True) if place]
        if None not in fits:
            figures = tuple(place.figure_id if place else None for place in order)
            value = len(fits), sum(filter(None, fits))
            ways[figures] = max(ways.get(figures, value), value)
    best = [figures for figures, value in ways.items() if value == max(ways.values())]
    return [figures[0] if len(set(figures)) == 1 else None for figures in zip(*best, strict=True)]


def _agreement(row: Newcomer, place: Seat) -> int | None:
    """How many of role, unit and party agree; None if the row is somebody else's."""
    (role, unit, party), (last_role, last_unit, last_party) = row.post, place.post
    is_elsewhere = _differ(unit, last_unit)
    is_stranger = _differ(role, last_role) and _differ(party, last_party) and not (unit and unit == last_unit)
    if place.figure_id in row.others or is_elsewhere or is_stranger:
        return None
    return sum(bool(one) and one == other for one, other in zip(row.post, place.post, strict=True))


def _differ(one: str, other: str) -> bool:
    """Whether both say something, and not the same."""
    return bool(one and other) and one != other
