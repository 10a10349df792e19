"""The common result of a wave's looks at one figure on one platform."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from kooch.looks.models import Look


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The looks at one figure on one platform in one wave. `result` is `disputed` while lookers disagree.

    `speaking` is the look that the result is taken from: of those that agree, the latest. `is_agreed` says that two
    lookers named the same account, or that somebody decided.
    """

    result: Literal["present", "absent", "unclear", "disputed"]
    looks: tuple[Look, ...]
    speaking: Look
    is_agreed: bool


def settle(looks: Iterable[Look]) -> Iterator[Settled]:
    """One result for each figure, platform and wave. If a person has looked, looks by programs do not count."""
    found: dict[tuple[str, str, str | None], list[Look]] = defaultdict(list)
    for look in looks:
        found[look.figure, look.platform, look.wave].append(look)
    for each in found.values():
        yield _settled(each)


def _settled(looks: list[Look]) -> Settled:
    by_people = [look for look in looks if look.is_by_person]
    counted = by_people or looks
    deciding = [look for look in counted if look.adjudicates]
    speaking = max(deciding or counted, key=lambda look: (look.span, look.looker))
    results = {look.result for look in (deciding or counted)}
    accounts = [look.names for look in counted if look.names]
    same = {names for names in accounts if accounts.count(names) > 1}
    lookers = {look.looker for look in counted if look.names in same}
    is_agreed = bool(speaking.names) and (speaking.adjudicates or (len(lookers) > 1 and speaking.names in same))
    return Settled(
        result=speaking.result if len(results) == 1 else "disputed",
        looks=tuple(looks),
        speaking=speaking,
        is_agreed=is_agreed,
    )
