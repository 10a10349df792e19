"""One look at one figure on one platform: a row of a file."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, ValidationInfo

from kooch.counts import NotACountError, read_count
from kooch.platforms import Account, read
from kooch.rosters.cells import (
    Choice,
    OfPlatform,
    OptionalChoice,
    OptionalPastDay,
    OptionalText,
    PastDay,
    Text,
    WholeSentenceError,
    Zone,
    columns_of,
    plain,
)
from kooch.times import end_of, start_of

Result = Literal["present", "absent", "unclear"]
Status = Literal["active", "not_found", "deleted", "deactivated", "suspended", "protected", "moved", "limited"]

METHODS = ("app_search", "web_search", "official_page", "known_account")
TOOL = "tool:"
_LOOKER = re.compile(r"[A-Za-z0-9_.-]{1,30}")
_METHOD = re.compile(r"tool:[A-Za-z0-9_.-]{1,40}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_ARCHIVED = re.compile(r"/web/([0-9]{14})")
_ARCHIVE_DAYS = 2
"""An archived page counts as evidence of a look if their days are not further apart than this."""


def _method(text: str) -> str:
    if text not in METHODS and not _METHOD.fullmatch(text):
        raise ValueError(f"'{text}' is unknown: write one of {', '.join(METHODS)}, or tool:NAME for a program's export")
    return text


def _looker(text: str) -> str:
    if not _LOOKER.fullmatch(text):
        raise ValueError(f"'{text}' is no code of a looker: write up to 30 letters, digits, _, . or -, and no name")
    return text


def _time(text: str | None) -> str | None:
    if text and not _TIME.fullmatch(text):
        raise ValueError(f"'{text}' is no time of day: write HH:MM")
    return text


def _count(text: str | None, info: ValidationInfo) -> str | None:
    try:
        if text:
            read_count(text, info.data.get("locale"))
    except NotACountError as error:
        raise ValueError(
            f"'{text}' cannot be read as a number ({error.fault}): write it as shown, and its language under locale"
        ) from None
    return text


def _account(text: str | None, info: ValidationInfo) -> str | None:
    platform = info.data.get("platform")
    if text and platform:
        found = read(text, platform)
        if not isinstance(found, Account):
            raise WholeSentenceError(found.why if found.why.startswith("account") else f"account {found.why}")
        if found.platform != platform:
            raise ValueError(f"'{text}' is an account of {found.platform}, and the row is about {platform}")
    return text


def _result(result: Result, info: ValidationInfo) -> Result:
    method, account = info.data.get("method"), info.data.get("account")
    if method == "known_account" and "account" in info.data and not account:
        raise WholeSentenceError("account is empty: a look at a known account says which")
    if result == "absent" and account and method != "known_account":
        raise ValueError(
            f"'absent' is written beside the account '{account}': write present, or the method known_account"
        )
    return result


def _flag(value: object) -> bool:
    text = plain(value).lower() if isinstance(value, str) else value
    if text in {True, "yes", "true", "1", "x"}:
        return True
    if text in {False, "", None, "no", "false", "0"}:
        return False
    raise ValueError(f"'{value}' is neither yes nor no")


def _not_later(day: date | None, info: ValidationInfo) -> date | None:
    looked_on = info.data.get("looked_on")
    if day and looked_on and day > looked_on:
        raise ValueError(f"{day} is after looked_on {looked_on}")
    return day


def _archived(url: str | None, info: ValidationInfo) -> str | None:
    looked_on = info.data.get("looked_on")
    if url and not url.startswith(("https://", "http://")):
        raise ValueError(f"'{url}' is no web address: write https://…")
    found = _ARCHIVED.search(url or "")
    if found and looked_on:
        captured = datetime.strptime(found[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC).date()
        if abs((captured - looked_on).days) > _ARCHIVE_DAYS:
            raise ValueError(f"is of {captured}, and the look of {looked_on}: they may be {_ARCHIVE_DAYS} days apart")
    return url


Looker = Annotated[Text, AfterValidator(_looker)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one looker saw of one figure on one platform. Days and times are in `time_zone`.

    Counts are as the page showed them, read in the language `locale`. `definition` says what counts as present in its
    wave. A look that `adjudicates` decides between others of the same figure, platform and wave.
    """

    figure: Text
    platform: OfPlatform
    account: Annotated[OptionalText, AfterValidator(_account)] = None
    looked_on: PastDay
    looked_at: Annotated[OptionalText, AfterValidator(_time)] = None
    time_zone: Zone
    looker: Looker
    method: Annotated[Text, AfterValidator(_method)]
    result: Annotated[Result, Choice, AfterValidator(_result)]
    status: Annotated[Status | None, OptionalChoice] = None
    locale: OptionalText = None
    followers: Annotated[OptionalText, AfterValidator(_count)] = None
    following: Annotated[OptionalText, AfterValidator(_count)] = None
    posts: Annotated[OptionalText, AfterValidator(_count)] = None
    last_post_on: Annotated[OptionalPastDay, AfterValidator(_not_later)] = None
    archive_url: Annotated[OptionalText, AfterValidator(_archived)] = None
    note: OptionalText = None
    wave: OptionalText = None
    definition: OptionalText = None
    adjudicates: Annotated[bool, BeforeValidator(_flag)] = False
    file: Path = field(default=Path(), compare=False, repr=False)
    row: int = field(default=0, compare=False, repr=False)

    @property
    def key(self) -> tuple[object, ...]:
        """The key of a look: a looker has one look per figure, platform, wave and method, and one more that decides."""
        return self.figure, self.platform, self.wave, self.looker, self.adjudicates, self.method

    @property
    def is_by_person(self) -> bool:
        return not self.method.startswith(TOOL)

    @property
    def is_search(self) -> bool:
        """Whether the figure was searched for. A missing link on an official page is not a search."""
        return self.method != "official_page" or self.result == "present"

    @property
    def span(self) -> tuple[datetime, datetime]:
        """The half-open time of the look in UTC: its day, or the minute of `looked_at`."""
        if self.looked_at is None:
            return start_of(self.looked_on, self.time_zone), end_of(self.looked_on, self.time_zone)
        at = datetime.combine(self.looked_on, time.fromisoformat(self.looked_at), ZoneInfo(self.time_zone)).astimezone(
            UTC
        )
        return at, at + timedelta(minutes=1)

    @property
    def names(self) -> tuple[str, ...]:
        """The account's natural keys: its id, and `@` with its handle in small letters."""
        found = read(self.account, self.platform) if self.account else None
        if not isinstance(found, Account):
            return ()
        return tuple(name for name in (found.native_id, f"@{found.handle.lower()}" if found.handle else None) if name)


LOOK_COLUMNS = columns_of(Look)
KNOWN = "known_account"
"""The method of the empty sheet's rows that hold an account."""
GIVEN = frozenset({"figure", "platform", "account", "time_zone", "method"})
"""What the empty sheet says of a figure already."""
NEEDED = ("figure", "platform", "looked_on", "time_zone", "looker", "method", "result")
