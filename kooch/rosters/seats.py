"""Finds which row of a list's next version is which row of the last one, where rows share a name and roles have changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

_MOST = 4
"""With more rows of one name, nothing is clear."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A row of the last version. `post` is its role, unit and party; empty: not said."""

    figure_id: str
    post: tuple[str, ...]


def seat(posts: Sequence[tuple[str, ...]], seats: Sequence[Seat]) -> list[str | None]:
    """The figure of each row, by its post; None where that is not clear.

    As many rows as possible get a seat, so that most of role, unit and party agree. Nobody gets a seat of another unit.
    If several ways agree equally, only what all of them say is clear.
    """
    if not posts or max(len(posts), len(seats)) > _MOST:
        return [None] * len(posts)
    ways: dict[tuple[str | None, ...], tuple[int, int]] = {}
    for order in permutations([*seats, *[None] * len(posts)], len(posts)):
        fits = [_agreement(post, place) for post, place in zip(posts, order, strict=True) if place]
        if None not in fits:
            figures = tuple(place.figure_id if place else None for place in order)
            value = len(fits), sum(filter(None, fits))
            ways[figures] = max(ways.get(figures, value), value)
    best = [figures for figures, value in ways.items() if value == max(ways.values())]
    return [figures[0] if len(set(figures)) == 1 else None for figures in zip(*best, strict=True)]


def _agreement(post: tuple[str, ...], place: Seat) -> int | None:
    """How many of role, unit and party agree; None if the units differ."""
    _, unit, _ = post
    _, last_unit, _ = place.post
    if unit and last_unit and unit != last_unit:
        return None
    return sum(bool(one) and one == other for one, other in zip(post, place.post, strict=True))
