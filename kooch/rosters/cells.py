"""The types of cells and keys of a roster for pydantic, and the sentences for values that are refused."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, TypeAdapter, ValidationError

from kooch.connections import connect
from kooch.errors import Fault, RosterError
from kooch.platforms import has_secret, known
from kooch.rosters.names import slugify
from kooch.times import now

Value = TypeVar("Value")

# Databases and time zones overflow outside these years, and nobody joined a platform then.
FIRST_YEAR, LAST_YEAR = 1900, 2200

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_SLUG = 200
"""A slug names files, and file systems allow names of 255 bytes."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_QID = re.compile(r"Q[1-9]\d*", re.ASCII)
_OFFICIAL_ID = re.compile(r"[a-z][a-z0-9_.-]*:\S+")
_COUNTRY = re.compile(r"[A-Z]{2,3}")
# Tabs and line breaks may stand in a cell, other control characters are damage or an attack on terminals.
# Half a surrogate pair is not a character of UTF-8.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


class WholeSentenceError(ValueError):
    """A fault whose sentence names its columns itself."""


def control_character(text: str) -> str | None:
    """The first control character in `text` that may not stand there, as U+001B."""
    found = _CONTROL.search(text)
    return f"U+{ord(found[0]):04X}" if found else None


def plain(value: object) -> str:
    """`value` without the spaces around it. Raises ValueError if it is not a text, or holds control characters."""
    if not isinstance(value, str):
        raise ValueError(f"'{value}' is no text")  # noqa: TRY004 -- pydantic takes a TypeError for a fault of the code
    if not value:  # most cells of most tables
        return value
    if found := control_character(value):
        raise ValueError(f"holds the control character {found}: remove it")
    if has_secret(value):
        raise ValueError("holds a secret key: remove it; whoever reads the file can use it")
    return value.strip()


def _required(value: object) -> str:
    text = plain(value)
    if not text:
        raise ValueError("is empty: every row needs one")
    return text


def _optional(value: object) -> str | None:
    return None if value is None else plain(value) or None


def _slug(text: str) -> str:
    if not SLUG.fullmatch(text):
        raise ValueError(
            f"'{text}' is no id: write lower-case letters, digits and hyphens, as in '{slugify(None, text)}'"
        )
    if len(text) > LONGEST_SLUG:
        raise ValueError(f"'{text[:40]}…' is too long: use at most {LONGEST_SLUG} letters")
    return text


def _qid(text: str | None) -> str | None:
    if text and not _QID.fullmatch(text):
        raise ValueError(f"'{text}' is no Wikidata id: write e.g. Q42")
    return text


def _country(text: str | None) -> str | None:
    if text and not _COUNTRY.fullmatch(text):
        raise ValueError(f"'{text}' is no country code: write e.g. IN")
    return text


def _words(value: object) -> tuple[str, ...]:
    text = "|".join(value) if isinstance(value, tuple) else plain(value)
    return tuple(word.strip() for word in text.split("|") if word.strip())


def _official_ids(ids: tuple[str, ...]) -> tuple[str, ...]:
    for each in ids:
        if not _OFFICIAL_ID.fullmatch(each):
            raise ValueError(f"'{each}' is no official id: write scheme:value, e.g. bioguide:B000575")
    return ids


def _year(text: str | None) -> str | None:
    if text and not (re.fullmatch(r"\d{4}", text, re.ASCII) and FIRST_YEAR - 100 <= int(text) <= LAST_YEAR):
        raise ValueError(f"'{text}' is no year of birth: write YYYY")
    return text


def _handle(value: object) -> str | None:
    return re.sub(r"^[@\s]+", "", _optional(value) or "") or None


def _platform(value: object) -> str:
    text = plain(value)
    if text not in known():
        raise ValueError(f"'{text}' is unknown: write one of {', '.join(known())}")
    return text


def _zone(text: str) -> str:
    if text not in _zones():
        raise ValueError(f"'{text}' is unknown: write e.g. Asia/Kolkata")
    return text


@cache
def _zones() -> frozenset[str]:
    with connect() as connection:
        known = {name for (name,) in connection.execute("SELECT name FROM pg_timezone_names()").fetchall()}
    return frozenset(name for name in available_timezones() & known if not name.startswith(("posix/", "right/")))


def _day(value: object) -> date:
    text = value.isoformat() if isinstance(value, date) else _required(str(value))
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise ValueError(f"'{text}' is no day: write YYYY-MM-DD")
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(
            f"'{day}' is not between {FIRST_YEAR} and {LAST_YEAR}: correct it, or leave it empty if unknown"
        )
    return day


def _optional_day(value: object) -> date | None:
    return _day(value) if value else None


def _past(day: date) -> date:
    # East of Greenwich it is tomorrow already.
    if day > now().date() + timedelta(days=1):
        raise ValueError(f"{day} is in the future: write today or an earlier day")
    return day


def _optional_past(day: date | None) -> date | None:
    return _past(day) if day else None


def _past_instant(value: object) -> datetime:
    text = value.isoformat() if isinstance(value, datetime) else _required(str(value))
    try:
        instant: datetime | None = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise ValueError(f"'{text}' is no instant with a time zone: write YYYY-MM-DDThh:mm:ss+00:00")
    if instant > now():
        raise ValueError(f"{text} is in the future: write an instant that has passed")
    return instant.astimezone(UTC)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"'{value}' is neither true nor false")  # noqa: TRY004 -- as above
    return value


def _optional_count(value: object) -> int | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"'{value}' is no number of people: write a whole number above zero")
    return value


Text = Annotated[str, BeforeValidator(_required)]
OptionalText = Annotated[str | None, BeforeValidator(_optional)]
Choice = BeforeValidator(plain)
"""For a closed set of words: the cell without spaces around it."""
OptionalChoice = BeforeValidator(_optional)
Slug = Annotated[str, BeforeValidator(_required), AfterValidator(_slug)]
Qid = Annotated[str | None, BeforeValidator(_optional), AfterValidator(_qid)]
Country = Annotated[str | None, BeforeValidator(_optional), AfterValidator(_country)]
OfficialIds = Annotated[tuple[str, ...], BeforeValidator(_words), AfterValidator(_official_ids)]
Year = Annotated[str | None, BeforeValidator(_optional), AfterValidator(_year)]
Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
Handle = Annotated[str | None, BeforeValidator(_handle)]
OfPlatform = Annotated[str, BeforeValidator(_platform)]
Zone = Annotated[str, BeforeValidator(_required), AfterValidator(_zone)]
Day = Annotated[date, BeforeValidator(_day)]
PastDay = Annotated[date, BeforeValidator(_day), AfterValidator(_past)]
PastInstant = Annotated[datetime, BeforeValidator(_past_instant)]
OptionalDay = Annotated[date | None, BeforeValidator(_optional_day)]
OptionalPastDay = Annotated[date | None, BeforeValidator(_optional_day), AfterValidator(_optional_past)]
OptionalCount = Annotated[int | None, BeforeValidator(_optional_count)]
Flag = Annotated[bool, BeforeValidator(_flag)]


def columns_of(model: type[object]) -> tuple[str, ...]:
    """The columns of a model's table, in order, without the fields that say where a row was read."""
    return tuple(field.name for field in fields(model) if field.compare)  # type: ignore[arg-type]  # a dataclass


_ADAPTERS: dict[object, TypeAdapter[Any]] = {}


def _adapter(model: type[Value]) -> TypeAdapter[Value]:
    # Built when first needed: it takes longer than most commands that read no roster.
    return _ADAPTERS.setdefault(model, _ADAPTERS.get(model) or TypeAdapter(model))


def parse(
    model: type[Value], content: Mapping[str, object], *, file: Path, row: int | None = None, place: str = ""
) -> Value:
    """`content` as a `model`. Raises RosterError with all of its faults; `place` goes before each sentence."""
    try:
        return _adapter(model).validate_python(dict(content))
    except ValidationError as error:
        faults = [
            Fault(file=file, row=row, column=column, message=f"{place}{message}")
            for column, message in _sentences(error)
        ]
        raise RosterError.of(faults) from error


def fault_of(kind: Any, value: object) -> str | None:  # noqa: ANN401 -- a type with its validators
    """The fault of one value, without the name of its column; None if it has none."""
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        return next(message for _, message in _sentences(error))
    return None


def fault_of_slug(text: str) -> str | None:
    """The fault of a list's short name; None if it has none."""
    return fault_of(Slug, text)


def fault_of_zone(text: str) -> str | None:
    """The fault of a time zone; None if it has none."""
    return fault_of(Zone, text)


def fault_of_figure_id(text: str, named: Sequence[str] = ()) -> str | None:
    """The fault of a figure_id; None if it has none. `named` are the figures with that name, which it offers."""
    if SLUG.fullmatch(text):
        return None
    if named:
        return f"figure_id '{text}' is no id: write {' or '.join(map(repr, named))}"
    return f"figure_id {fault_of(Slug, text)}"


def _sentences(error: ValidationError) -> Iterator[tuple[str, str]]:
    for fault in error.errors(include_url=False):
        column = ".".join(str(part) for part in fault["loc"])
        match fault["type"]:
            case "value_error" if isinstance(fault["ctx"]["error"], WholeSentenceError):
                yield column, str(fault["ctx"]["error"])
            case "value_error":
                yield column, f"{column} {fault['ctx']['error']}".strip()
            case "unexpected_keyword_argument":
                yield column, f"key '{column}' is unknown"
            case "missing":
                yield column, f"{column} is missing"
            case "literal_error":
                allowed = fault["ctx"]["expected"].replace(" or ", ", ").replace("'", "")
                yield column, f"{column} '{fault['input']}' is unknown: write one of {allowed}"
            case _:
                yield column, f"{column} '{fault['input']}' cannot be read: {fault['msg']}"


@contextmanager
def gathering(faults: list[Fault]) -> Iterator[None]:
    """Add the faults of a RosterError inside to `faults`, and continue after the block."""
    try:
        yield
    except RosterError as error:
        faults += error.faults


def raise_any(faults: Sequence[Fault]) -> None:
    """Raise RosterError if there are faults."""
    if faults:
        raise RosterError.of(faults)
