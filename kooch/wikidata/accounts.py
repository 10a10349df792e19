"""Turns statements about accounts into accounts with their spans, and sentences about what was left out."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from kooch.platforms import Account, describe_foreign_host, host_of, platform_of, read
from kooch.platforms.row import WikidataProperty
from kooch.wikidata.answers import Row, Span, span_of, text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """An account as Wikidata claims it for an item. `start` and `end` are those of the handle, not of the account."""

    figure: str
    platform: str
    handle: str | None
    native_id: str | None
    stated_by: str
    """The Wikidata property of the statement."""
    start: Span | None = None
    end: Span | None = None
    is_denied: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The folded names of the account."""
        return tuple(name for name in (self.native_id, f"@{self.handle.lower()}" if self.handle else None) if name)

    def has_ended(self, day: date) -> bool:
        return self.end is not None and self.end.last < day


@dataclass(slots=True, kw_only=True)
class Accounts:
    """All accounts of a list, and what was left out."""

    claims: list[Claimed] = field(default_factory=list)
    deprecated: int = 0
    unknown: int = 0
    unreadable: list[str] = field(default_factory=list)
    shared: list[str] = field(default_factory=list)

    @property
    def notes(self) -> Iterator[str]:
        """What a reader of the list should know, a sentence each."""
        if self.deprecated:
            yield f"{self.deprecated} statements of accounts are deprecated, and are not claimed."
        if self.unknown:
            yield f"{self.unknown} statements say that there is an account and not which."
        yield from self.unreadable
        yield from self.shared


def read_accounts(answers: Iterable[tuple[str, WikidataProperty, Iterable[Row]]], day: date) -> Accounts:
    """The accounts of all answers. Each answer comes with the platform and the property that it is about."""
    found = Accounts()
    for platform, about, rows in answers:
        for row in _statements(rows):
            claimed = _claim(platform, about, row, found)
            if claimed:
                found.claims.append(claimed)
    found.claims = list(_denied_where_shared(_joined(found.claims, day), found))
    return found


def _statements(rows: Iterable[Row]) -> Iterator[Row]:
    """Each statement once, even if a qualifier has several values."""
    seen: set[str] = set()
    for row in rows:
        statement = text_of(row, "statement")
        if statement and statement not in seen:
            seen.add(statement)
            yield row


def _claim(platform: str, about: WikidataProperty, row: Row, found: Accounts) -> Claimed | None:
    figure, text = text_of(row, "figure"), text_of(row, "handle")
    if (text_of(row, "rank") or "").endswith("DeprecatedRank"):
        found.deprecated += 1
        return None
    if figure is None or text is None:
        found.unknown += 1
        return None
    account = _account(platform, about, about.write.replace("{value}", text.strip()))
    if isinstance(account, str):
        found.unreadable.append(f"{figure}: {about.property} {account}.")
        return None
    native_id = account.native_id or text_of(row, "native_id")
    if native_id and not platform_of(account.platform).is_id(native_id):
        native_id = None
    host = host_of(account.platform, account.handle) if account.handle else None
    return Claimed(
        figure=figure,
        platform=account.platform,
        handle=account.handle,
        native_id=native_id,
        stated_by=about.property,
        start=span_of(row, "start"),
        end=span_of(row, "end"),
        is_denied=bool(host and describe_foreign_host(host)),
    )


def _account(platform: str, about: WikidataProperty, text: str) -> Account | str:
    """The account that a value names, or what is wrong with the value."""
    if about.holds == "id":
        fault = platform_of(platform).fault_of_id(text)
        return fault or Account(platform=platform, native_id=text)
    account = read(text, platform)
    return account if isinstance(account, Account) else account.why


def _joined(claims: Sequence[Claimed], day: date) -> Iterator[Claimed]:
    """Join a handle and an id from two properties into one account, if the figure now has one of each there."""
    places: dict[tuple[str, str], list[Claimed]] = defaultdict(list)
    for claimed in claims:
        places[claimed.figure, claimed.platform].append(claimed)
    for each in places.values():
        handles = [one for one in each if one.handle and not one.native_id and not one.has_ended(day)]
        ids = [one for one in each if one.native_id and not one.handle and not one.has_ended(day)]
        if len(handles) == len(ids) == 1:
            yield replace(handles[0], native_id=ids[0].native_id)
            yield from (one for one in each if one not in {handles[0], ids[0]})
        else:
            yield from each


def _denied_where_shared(claims: Iterable[Claimed], found: Accounts) -> Iterator[Claimed]:
    """Each account once for a figure. An account that two figures claim belongs to neither."""
    claims = list(claims)
    holders: dict[tuple[str, str], set[str]] = defaultdict(set)
    for claimed in claims:
        for name in claimed.names if not claimed.is_denied else ():
            holders[claimed.platform, name].add(claimed.figure)
    for (platform, name), figures in holders.items():
        if len(figures) > 1:
            found.shared.append(
                f"{name} on {platform} is claimed for {' and '.join(sorted(figures))}: denied for each."
            )
    seen: Counter[tuple[str, str, str]] = Counter()
    # A handle that ended and came back is one account: the statement that still holds is kept.
    for claimed in sorted(claims, key=lambda one: one.end is not None):
        is_shared = any(len(holders[claimed.platform, name]) > 1 for name in claimed.names)
        key = (claimed.figure, claimed.platform, (claimed.handle or claimed.native_id or "").lower())
        seen[key] += 1
        if seen[key] == 1:
            yield replace(claimed, is_denied=claimed.is_denied or is_shared)
