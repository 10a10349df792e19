"""The parts of a roster: one class per table or mapping, with the values that each field allows."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, ClassVar, Self, TypeVar

from pydantic import AfterValidator, BeforeValidator, ConfigDict, ValidationInfo

from kooch.platforms import one_spelling
from kooch.rosters.cells import (
    Choice,
    Country,
    Day,
    Flag,
    Handle,
    OfficialIds,
    OfPlatform,
    OptionalChoice,
    OptionalCount,
    OptionalDay,
    OptionalPastDay,
    OptionalText,
    PastDay,
    PastInstant,
    Qid,
    Slug,
    Text,
    WholeSentenceError,
    Words,
    Year,
    Zone,
    columns_of,
    parse,
)
from kooch.rosters.values import Ended, EventKind, Kind, Polarity, ReadAs, Selection, Withdrawal


def _not_before(first: str) -> AfterValidator:
    def check(day: date | None, info: ValidationInfo) -> date | None:
        start = info.data.get(first)
        if day and start and day < start:
            raise ValueError(f"{day} is before {first} {start}")
        return day

    return AfterValidator(check)


def _with_one_host(handle: str | None, info: ValidationInfo) -> str | None:
    platform = info.data.get("platform")
    return one_spelling(platform, handle) if handle and platform else handle


def _one_of_both(native_id: str | None, info: ValidationInfo) -> str | None:
    if not native_id and info.data.get("handle", "unreadable") is None:
        raise WholeSentenceError("handle and native_id are both empty: give one of them")
    return native_id


def _a_day(not_after: date | None, info: ValidationInfo) -> date | None:
    if not not_after and info.data.get("not_before", "unreadable") is None:
        raise WholeSentenceError(
            "not_before and not_after are both empty: write at least the day of publication as not_after"
        )
    return not_after


def _not_foretold(published_on: date | None, info: ValidationInfo) -> date | None:
    start = info.data.get("not_before")
    if start and published_on and start > published_on:
        raise WholeSentenceError(
            f"not_before {start} is after published_on {published_on}: no report knows what happens later"
        )
    return published_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a date or a fact was read."""

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid")
    citation: Text
    publisher: Text
    url: OptionalText = None
    published_on: OptionalDay = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One membership: a figure in a role. `file` and `row` say where it was read (1 is the header, 0 nowhere).

    `official_ids` are written scheme:value, such as bioguide:B000575; `born` is a year.
    """

    figure_id: Slug
    name: Text
    kind: Annotated[Kind, Choice]
    country: Country = None
    wikidata_qid: Qid = None
    aliases: Words = ()
    role: Text
    party: OptionalText = None
    unit: OptionalText = None
    from_day: OptionalDay = None
    to_day: Annotated[OptionalDay, _not_before("from_day")] = None
    source: Text
    official_ids: OfficialIds = ()
    born: Year = None
    file: Path = field(default=Path(), compare=False, repr=False)
    row: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountClaim:
    """A claim that an account is, or is not, a figure's. `opened_on` is a UTC day; `name` is set for non-members.

    `from_day` and `to_day` are the first and the last day on which it was the figure's, in the list's zone; None: no limit.
    `column` is where it was read in a table that has a column for each platform.
    """

    figure_id: Slug
    platform: OfPlatform
    handle: Annotated[Handle, AfterValidator(_with_one_host)] = None
    native_id: Annotated[OptionalText, AfterValidator(_one_of_both)] = None
    polarity: Annotated[Polarity, Choice]
    opened_on: OptionalPastDay = None
    source: Text
    note: OptionalText = None
    name: OptionalText = None
    from_day: OptionalDay = None
    to_day: Annotated[OptionalDay, _not_before("from_day")] = None
    file: Path = field(default=Path(), compare=False, repr=False)
    row: int = field(default=0, compare=False, repr=False)
    column: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a publisher says about a figure on a platform.

    `not_before` and `not_after` are inclusive days in `time_zone`, and so is `published_on`; None: its day is not known.
    No handle means that the account is not identified. `derived_from` is the source from which the publisher has this
    statement. `reported` is a follower count as the publisher wrote it.
    """

    figure_id: Slug
    platform: OfPlatform
    handle: Annotated[Handle, AfterValidator(_with_one_host)] = None
    event: Annotated[EventKind, Choice]
    not_before: OptionalDay = None
    not_after: Annotated[OptionalDay, AfterValidator(_a_day), _not_before("not_before")] = None
    source_url: OptionalText = None
    publisher: Text
    published_on: Annotated[OptionalPastDay, AfterValidator(_not_foretold)] = None
    time_zone: Zone
    derived_from: OptionalText = None
    reported: OptionalText = None
    read_as: Annotated[ReadAs | None, OptionalChoice] = None
    wording: OptionalText = None
    file: Path = field(default=Path(), compare=False, repr=False)
    row: int = field(default=0, compare=False, repr=False)


def _count_of_days(value: object) -> int:
    text = str(value)
    if not text.isdecimal() or not int(text):
        raise ValueError(f"'{text}' is no number of days: write a whole number above zero")
    return int(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run: consecutive versions of a list on which an account stood with one handle. Days are in the list's time zone.

    `not_listed_before` is the day of the version before, None where there is none; `not_listed_after` that of the version
    after, None while it is listed. `snapshots` are the days with a version on which it stood.
    """

    figure_id: Slug
    platform: OfPlatform
    handle: Annotated[str, Choice] = ""
    native_id: Annotated[str, Choice] = ""
    first_listed: Day
    last_listed: Annotated[Day, _not_before("first_listed")]
    not_listed_before: OptionalDay = None
    not_listed_after: Annotated[OptionalDay, _not_before("last_listed")] = None
    snapshots: Annotated[int, BeforeValidator(_count_of_days)]
    ended: Annotated[Ended, Choice]
    file: Path = field(default=Path(), compare=False, repr=False)
    row: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who held an office, from which day to which, in the list's zone; None: not known, or still. Both are figures."""

    figure_id: Slug
    holder: Slug
    from_day: OptionalDay = None
    to_day: Annotated[OptionalDay, _not_before("from_day")] = None
    source: Text
    file: Path = field(default=Path(), compare=False, repr=False)
    row: int = field(default=0, compare=False, repr=False)


def _not_before_last_post(checked_at: datetime, info: ValidationInfo) -> datetime:
    posted_at = info.data.get("last_post_at")
    if posted_at and checked_at < posted_at:
        raise WholeSentenceError(
            f"checked_at {checked_at.isoformat()} is before last_post_at {posted_at.isoformat()}: a check cannot show a later post"
        )
    return checked_at


@dataclass(frozen=True, slots=True, kw_only=True)
class LastPost:
    """The last post that a source's check of an account found. It may have been a repost. No post came between the two instants."""

    figure_id: Slug
    platform: OfPlatform
    handle: Annotated[Text, AfterValidator(_with_one_host)]
    last_post_at: PastInstant
    checked_at: Annotated[PastInstant, AfterValidator(_not_before_last_post)]
    file: Path = field(default=Path(), compare=False, repr=False)
    row: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A name about which an import asked, and whose it is by the answer. An import of the next version asks no more."""

    figure_id: Slug
    name: Text
    country: Country = None
    file: Path = field(default=Path(), compare=False, repr=False)
    row: int = field(default=0, compare=False, repr=False)


def _within_a_census(since: date | None, info: ValidationInfo) -> date | None:
    selection, as_of = info.data.get("selection", "census"), info.data.get("as_of")
    if since and selection != "census":
        raise ValueError(
            f"{since} stands on a list of selection '{selection}': only a census is complete; "
            "remove it, or set selection to census"
        )
    if since and as_of and since > as_of:
        raise ValueError(f"{since} is after as_of {as_of}: write an earlier day")
    return since


def _of_a_sample(population: int | None, info: ValidationInfo) -> int | None:
    if population is not None and info.data.get("selection", "sample") != "sample":
        raise ValueError(f"{population} stands on a list that is no sample: remove it, or set selection to sample")
    return population


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """A list of figures with its accounts and dated statements. Its days are days in `time_zone`.

    `complete_from` is the day since which a census lists everybody, leavers included; without it the list is complete
    on `as_of` only. `population` is how many a sample was drawn from. `vouches` says that the accounts existed on
    `as_of`: false for a list compiled from older reports.

    `series` are the runs of days that its dated versions make. `series_vouches` says that on each version's day its
    accounts existed (None: `vouches` decides). `withdrawal` says why the list drops an account of somebody who stays,
    and `series_label` which accounts it lists, in words. `asked` are answers of those who imported it.
    """

    slug: Slug
    title: Text
    description: Text
    source: Text
    source_url: OptionalText = None
    publisher: OptionalText = None
    licence: Text
    as_of: PastDay
    time_zone: Zone
    selection: Annotated[Selection, Choice]
    complete_from: Annotated[OptionalDay, AfterValidator(_within_a_census)] = None
    population: Annotated[OptionalCount, AfterValidator(_of_a_sample)] = None
    vouches: Flag = True
    series_vouches: Flag | None = None
    withdrawal: Annotated[Withdrawal, Choice] = "correction"
    series_label: OptionalText = None
    members: tuple[Member, ...] = ()
    accounts: tuple[AccountClaim, ...] = ()
    statements: tuple[Statement, ...] = ()
    series: tuple[Run, ...] = ()
    holders: tuple[Holder, ...] = ()
    last_posts: tuple[LastPost, ...] = ()
    asked: tuple[Asked, ...] = ()
    folder: Path = field(default=Path(), compare=False, repr=False)

    @property
    def figure_ids(self) -> tuple[str, ...]:
        """The members' ids, each once, in the order of the file."""
        return tuple(dict.fromkeys(member.figure_id for member in self.members))

    @property
    def vouched_by_versions(self) -> bool:
        """Whether an account existed on the day of each version on which it stands."""
        return self.vouches if self.series_vouches is None else self.series_vouches

    def with_versions_of(self, previous: Self) -> Self:
        """This list with the versions, holders and last posts of the list that it replaces, as far as they are about
        its members."""
        stays = set(self.figure_ids)
        return replace(
            self,
            series=tuple(run for run in previous.series if run.figure_id in stays),
            holders=tuple(each for each in previous.holders if each.figure_id in stays),
            last_posts=tuple(each for each in previous.last_posts if each.figure_id in stays),
            series_vouches=previous.series_vouches,
            series_label=previous.series_label,
            withdrawal=previous.withdrawal,
        )


def _at_least_one(sources: tuple[Source, ...]) -> tuple[Source, ...]:
    if not sources:
        raise ValueError("is empty: every event needs one")
    return sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that charts mark. Days are inclusive days in `time_zone`; `checked` says that a source was read.

    `country` is the only country in which it mattered; None: it mattered everywhere.
    """

    event: Text
    title: Text
    starts_on: Day
    ends_on: Annotated[OptionalDay, _not_before("starts_on")] = None
    time_zone: Zone
    country: Country = None
    platforms: tuple[OfPlatform, ...]
    description: Text
    sources: Annotated[tuple[Source, ...], AfterValidator(_at_least_one)]
    checked: Flag = True


# The value of one row of a roster's table.
RowValue = Member | AccountClaim | Statement | Run | Holder | LastPost | Asked
Row = TypeVar("Row", Member, AccountClaim, Statement, Run, Holder, LastPost, Asked)

MEMBER_COLUMNS, ACCOUNT_COLUMNS, STATEMENT_COLUMNS, RUN_COLUMNS, HOLDER_COLUMNS, LAST_POST_COLUMNS = map(
    columns_of, (Member, AccountClaim, Statement, Run, Holder, LastPost)
)
ASKED_COLUMNS = columns_of(Asked)
# Columns that were added later. A file without them can still be read.
LATER_COLUMNS = frozenset(
    {
        (AccountClaim, "name"),
        (AccountClaim, "from_day"),
        (AccountClaim, "to_day"),
        (Member, "official_ids"),
        (Member, "born"),
        (Statement, "read_as"),
    }
)


def parse_row(model: type[Row], cells: Mapping[str, str], *, file: Path, row: int) -> Row:
    """One row of a table. A missing column is an empty cell. Raises RosterError with all faults of the row."""
    content: dict[str, object] = {column: cells.get(column, "") for column in columns_of(model)}
    return parse(model, content | {"file": file, "row": row}, file=file, row=row)
