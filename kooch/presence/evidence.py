"""The evidence on the accounts of one figure on one platform, and the part of it that was known by an instant."""

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from kooch.presence.reading import BEGINNING, NEVER, Item, Says

CLAIM = Item(Says.SIGN, BEGINNING, NEVER)
"""Says of an accepted account without any day that it was there at some time."""


class Evidence(NamedTuple):
    """A piece of evidence on an account. `account` is None if the source names no account.

    A number below zero is an account whose name must stay unknown. From `withdrawn_at` on the evidence no longer
    counts.
    """

    account: int | None
    item: Item
    known_at: int = BEGINNING
    withdrawn_at: int = NEVER


class Doubt(NamedTuple):
    """An answer that ends nothing. From it to the next sign, nobody can say that the account was there."""

    account: int | None
    start: int
    end: int = NEVER
    known_at: int = BEGINNING
    end_known_at: int = BEGINNING


class Held(NamedTuple):
    """The time for which an account was the figure's. That time began in [since, by) and ended at `until`."""

    since: int = BEGINNING
    by: int = BEGINNING
    until: int = NEVER

    def holds(self, item: Item) -> bool:
        """Whether the evidence may be of that time."""
        return item.start < self.until and item.end > self.since


ALWAYS = Held()


class Known(NamedTuple):
    """All that is known of a figure on a platform. `accounts` are those accepted as the figure's, `held` those for a time only."""

    accounts: frozenset[int]
    evidence: tuple[Evidence, ...]
    doubts: tuple[Doubt, ...] = ()
    held: Mapping[int, Held] = MappingProxyType({})

    @property
    def named(self) -> dict[int, list[Item]]:
        """The evidence on each account, including its claim."""
        found: dict[int, list[Item]] = {account: [CLAIM] for account in sorted(self.accounts)}
        for one in self.evidence:
            if one.account is not None:
                found[one.account].append(one.item)
        return found

    @property
    def unnamed(self) -> list[Item]:
        return [one.item for one in self.evidence if one.account is None]

    def without_unnamed(self) -> "Known":
        """The same without reports that name no account."""
        return self._replace(evidence=tuple(one for one in self.evidence if one.account is not None))


def known_by(
    instant: int,
    evidence: Iterable[Evidence],
    doubts: Iterable[Doubt],
    claimed_at: Collection[tuple[int, int]],
    held: Mapping[int, Held] = MappingProxyType({}),
) -> Known:
    """What was known by `instant`; `claimed_at` are accounts with the instant at which the world could know of the claim."""
    known = tuple(one for one in evidence if one.known_at <= instant < one.withdrawn_at)
    accounts = {account for account, at in claimed_at if at <= instant}
    return Known(
        frozenset(accounts | {one.account for one in known if one.account is not None}),
        known,
        tuple(
            one if one.end_known_at <= instant else one._replace(end=NEVER) for one in doubts if one.known_at <= instant
        ),
        held,
    )
