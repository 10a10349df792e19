"""What a roster is made of."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import Literal, get_args

Kind = Literal["person", "institution", "party"]
Selection = Literal["census", "sample", "listed", "joiners"]
Polarity = Literal["accepts", "denies"]
EventKind = Literal["joined", "left", "absent", "posted"]
PlatformSlug = Literal[
    "koo",
    "x",
    "mastodon",
    "bluesky",
    "threads",
    "instagram",
    "facebook",
    "youtube",
    "truthsocial",
    "gab",
    "gettr",
]

PLATFORMS: tuple[PlatformSlug, ...] = get_args(PlatformSlug)
EVIDENCE = "evidence"
"""Among the user's rosters, the folder of statements that belong to none of them; no roster may have its name."""

# Letters that Unicode does not decompose into a base letter and a mark.
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l"}
    | {"đ": "d", "Đ": "d", "ð": "d", "Ð": "d", "þ": "th", "Þ": "th", "ı": "i"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a date or a fact was read."""

    citation: str
    publisher: str
    url: str | None = None
    published_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One membership: a figure in a role. `file` and `row` say where it was read (1 is the header, 0 nowhere)."""

    figure_id: str
    name: str
    kind: Kind
    role: str
    source: str
    country: str | None = None
    wikidata_qid: str | None = None
    aliases: tuple[str, ...] = ()
    party: str | None = None
    unit: str | None = None
    from_day: date | None = None
    to_day: date | None = None
    file: Path = field(default=Path(), compare=False, repr=False)
    row: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountClaim:
    """A claim that an account is, or is not, a figure's. `opened_on` is a UTC day; `name` is set for non-members."""

    figure_id: str
    platform: PlatformSlug
    polarity: Polarity
    source: str
    handle: str | None = None
    native_id: str | None = None
    opened_on: date | None = None
    note: str | None = None
    name: str | None = None
    file: Path = field(default=Path(), compare=False, repr=False)
    row: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a publisher says about a figure on a platform.

    `not_before` and `not_after` are inclusive days in `time_zone`, and so is `published_on`. No handle means that the
    account is not identified. `reported` is a follower count as the publisher wrote it.
    """

    figure_id: str
    platform: PlatformSlug
    event: EventKind
    publisher: str
    published_on: date
    time_zone: str
    handle: str | None = None
    not_before: date | None = None
    not_after: date | None = None
    source_url: str | None = None
    derived_from: str | None = None
    reported: str | None = None
    wording: str | None = None
    file: Path = field(default=Path(), compare=False, repr=False)
    row: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """A list of figures with its accounts and dated statements. Its days are days in `time_zone`.

    `complete_from` is the day since which a census lists everybody, leavers included; without it the list is complete
    on `as_of` only. `vouches` says that the accounts existed on `as_of`: false for a list compiled from older reports.
    """

    slug: str
    title: str
    description: str
    source: str
    licence: str
    as_of: date
    time_zone: str
    selection: Selection
    publisher: str | None = None
    source_url: str | None = None
    complete_from: date | None = None
    vouches: bool = True
    members: tuple[Member, ...] = ()
    accounts: tuple[AccountClaim, ...] = ()
    statements: tuple[Statement, ...] = ()
    folder: Path = field(default=Path(), compare=False, repr=False)

    @property
    def figure_ids(self) -> tuple[str, ...]:
        """The members' ids, each once, in the order of the file."""
        return tuple(dict.fromkeys(member.figure_id for member in self.members))


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that charts mark. Days are inclusive days in `time_zone`; `checked` says that a source was read."""

    event: str
    title: str
    starts_on: date
    time_zone: str
    platforms: tuple[PlatformSlug, ...]
    description: str
    sources: tuple[Source, ...]
    ends_on: date | None = None
    checked: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """A platform. `opened` is the earliest day an account can carry; `account_url` holds {handle}, {native_id}, …

    `archive_note` is what a reader must know of counts read from its archived pages.
    """

    platform: PlatformSlug
    name: str
    account_url: str
    sources: tuple[Source, ...] = ()
    opened: date | None = None
    closed: date | None = None
    note: str | None = None
    archive_note: str | None = None


# What stands on one row of a roster's table.
RowValue = Member | AccountClaim | Statement


def slugify(country: str | None, name: str) -> str:
    """An ASCII id such as `in-piyush-goyal`. A name without a Latin letter or digit gets a digest of itself."""
    plain = unicodedata.normalize("NFKD", name.translate(_LETTERS)).lower()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = re.sub(r"['’`.]", "", plain)
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    slug = slug or "u" + blake2b(name.encode(), digest_size=4).hexdigest()
    return f"{country.lower()}-{slug}" if country else slug
