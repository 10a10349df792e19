"""What is known of one figure on one platform: the evidence on its accounts, and what was known of it by an instant."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from kooch.presence.reading import BEGINNING, NEVER, Item, Says

CLAIM = Item(Says.SIGN, BEGINNING, NEVER)
"""An accepted account without any day: there at some time."""


class Evidence(NamedTuple):
    """A piece of evidence on an account, or on the figure where `account` is None: its source names none."""

    account: int | None
    item: Item
    known_at: int = BEGINNING


class Doubt(NamedTuple):
    """An answer that ends nothing: from it to the next sign nobody can say that the account was there."""

    account: int | None
    start: int
    end: int = NEVER
    known_at: int = BEGINNING
    end_known_at: int = BEGINNING


class Known(NamedTuple):
    """All that is known of a figure on a platform. `accounts` are those accepted as the figure's."""

    accounts: frozenset[int]
    evidence: tuple[Evidence, ...]
    doubts: tuple[Doubt, ...] = ()

    @property
    def named(self) -> dict[int, list[Item]]:
        """The evidence on each account, its claim included."""
        found: dict[int, list[Item]] = {account: [CLAIM] for account in sorted(self.accounts)}
        for one in self.evidence:
            if one.account is not None:
                found[one.account].append(one.item)
        return found

    @property
    def unnamed(self) -> list[Item]:
        return [one.item for one in self.evidence if one.account is None]

    def without_unnamed(self) -> "Known":
        """The same as if no report had left the account unnamed."""
        return self._replace(evidence=tuple(one for one in self.evidence if one.account is not None))


def known_by(
    instant: int, evidence: Iterable[Evidence], doubts: Iterable[Doubt], claimed_at: Collection[tuple[int, int]]
) -> Known:
    """What was known by `instant`; `claimed_at` are accounts with the instant from which they count as the figure's."""
    known = tuple(one for one in evidence if one.known_at <= instant)
    accounts = {account for account, at in claimed_at if at <= instant}
    return Known(
        frozenset(accounts | {one.account for one in known if one.account is not None}),
        known,
        tuple(
            one if one.end_known_at <= instant else one._replace(end=NEVER) for one in doubts if one.known_at <= instant
        ),
    )
