"""Reads rosters, events and platforms. Strict: what is not understood is a RosterError with file and row."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import cast, get_args

import yaml

from kooch.errors import RosterError, StorageError
from kooch.files import finish_replacements
from kooch.rosters.rows import (
    ACCOUNT_COLUMNS,
    MEMBER_COLUMNS,
    SLUG,
    STATEMENT_COLUMNS,
    parse_account,
    parse_member,
    parse_statement,
    validate,
)
from kooch.rosters.tables import Row, check_year, one_of, parse_day, parse_zone, read_csv, refuse_control
from kooch.rosters.values import PLATFORMS, Event, Platform, PlatformSlug, Roster, Selection, Source, Statement

ROSTER_KEYS = (
    "title",
    "description",
    "source",
    "source_url",
    "publisher",
    "licence",
    "as_of",
    "time_zone",
    "selection",
    "complete_from",
    "vouches",
)


def read_roster(folder: Path) -> Roster:
    """Read one roster; its slug is the folder's name. Raises RosterError."""
    file = folder / "roster.yaml"
    top = _Entry(_read_yaml(file), file)
    top.refuse_unknown(ROSTER_KEYS)
    if not SLUG.fullmatch(folder.name):
        raise RosterError(
            f"the folder's name '{folder.name}' is no slug: use lower-case letters, digits and -", file=file
        )
    roster = Roster(
        slug=folder.name,
        title=top.text("title"),
        description=top.text("description"),
        source=top.text("source"),
        licence=top.text("licence"),
        as_of=top.day("as_of"),
        time_zone=parse_zone(top.text("time_zone"), file=file, row=None),
        selection=cast(Selection, one_of("selection", top.text("selection"), get_args(Selection), file=file, row=None)),
        publisher=top.optional_text("publisher"),
        source_url=top.optional_text("source_url"),
        complete_from=top.optional_day("complete_from"),
        vouches=top.flag("vouches", default=True),
        members=tuple(
            parse_member(cells, file=folder / "members.csv", row=row)
            for row, cells in _read_own(folder / "members.csv", MEMBER_COLUMNS)
        ),
        accounts=tuple(
            parse_account(cells, file=folder / "accounts.csv", row=row)
            for row, cells in _read_own(folder / "accounts.csv", ACCOUNT_COLUMNS, optional=("name",))
        ),
        statements=tuple(read_statements(folder / "statements.csv")) if (folder / "statements.csv").exists() else (),
        folder=folder,
    )
    validate(roster)
    return roster


def read_statements(file: Path) -> list[Statement]:
    """The statements of one CSV in Kooch's own format. Raises RosterError."""
    return [parse_statement(cells, file=file, row=row) for row, cells in _read_own(file, STATEMENT_COLUMNS)]


def read_rosters(*roots: Path) -> list[Roster]:
    """Every subfolder with a roster.yaml, by slug; a later root wins on the same slug. A missing root is empty.

    A replacement that was broken off is finished first. Raises RosterError, and StorageError if it cannot be finished.
    """
    for root in roots:
        _finish_replacements(root)
    folders = {
        folder.name: folder
        for root in roots
        if root.is_dir()
        for folder in sorted(root.iterdir())
        if not folder.name.startswith(".") and (folder / "roster.yaml").is_file()
    }
    return [read_roster(folders[slug]) for slug in sorted(folders)]


def _finish_replacements(root: Path) -> None:
    try:
        finish_replacements(root)
    except OSError as error:
        raise StorageError(
            f"Lists in {root}: a replacement that was broken off cannot be finished ({error.strerror}). Correct the"
            " permissions of that folder, then repeat."
        ) from error


def read_events(path: Path) -> list[Event]:
    """Read a list of events in the order of the file. Raises RosterError."""
    return [_parse_event(entry) for entry in _entries(path, "event")]


def read_platforms(path: Path) -> list[Platform]:
    """Read a list of platforms in the order of the file. Raises RosterError."""
    return [_parse_platform(entry) for entry in _entries(path, "platform")]


def _read_own(file: Path, columns: Sequence[str], optional: Sequence[str] = ()) -> list[Row]:
    header, rows = read_csv(file)
    missing = [name for name in columns if name not in header and name not in optional]
    if missing:
        raise RosterError(f"column '{missing[0]}' is missing: the columns are {', '.join(columns)}", file=file, row=1)
    for name in header:
        if name not in columns:
            raise RosterError(f"column '{name}' is unknown: the columns are {', '.join(columns)}", file=file, row=1)
    return rows


def _read_yaml(file: Path) -> object:
    try:
        return yaml.safe_load(file.read_bytes())
    except FileNotFoundError:
        raise RosterError("the file is missing", file=file) from None
    except OSError as error:
        raise RosterError(f"cannot be read: {error.strerror}", file=file) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise RosterError(f"is not YAML: {error.problem}", file=file, row=line) from error
    except RecursionError:
        raise RosterError("is nested too deeply: a list of mappings is enough", file=file) from None
    except (yaml.YAMLError, ValueError) as error:
        raise RosterError(f"is not YAML: {error}", file=file) from error


def check_text(what: str, value: object, *, file: Path) -> str:
    """`value` without the spaces around it. Raises RosterError for what is no text, or holds control characters."""
    if not isinstance(value, str) or not value.strip():
        raise RosterError(f"{what} '{value}' is no text", file=file)
    refuse_control(what, value, file=file, row=None)
    return value.strip()


def _entries(file: Path, key: str) -> Iterator["_Entry"]:
    content = _read_yaml(file)
    if not isinstance(content, list):
        raise RosterError("is not a list of entries", file=file)
    seen: set[str] = set()
    for number, item in enumerate(content, start=1):
        entry = _Entry(item, file, f"entry {number}: ")
        name = entry.text(key)
        entry.place = f"{key} '{name}': "
        if name in seen:
            raise RosterError(f"{entry.place}stands twice: keep one", file=file)
        seen.add(name)
        yield entry


class _Entry:
    """A mapping of a YAML file, read key by key."""

    def __init__(self, content: object, file: Path, place: str = "") -> None:
        self.file, self.place = file, place
        if not isinstance(content, dict):
            raise RosterError(f"{place}is not a mapping of keys to values", file=file)
        self.content: dict[object, object] = content

    def refuse_unknown(self, keys: Sequence[str]) -> None:
        for key in self.content:
            if key not in keys:
                raise RosterError(f"{self.place}key '{key}' is unknown: the keys are {', '.join(keys)}", file=self.file)

    def optional_text(self, key: str) -> str | None:
        value = self.content.get(key)
        return None if value is None else check_text(f"{self.place}{key}", value, file=self.file)

    def text(self, key: str) -> str:
        value = self.optional_text(key)
        if value is None:
            raise RosterError(f"{self.place}{key} is missing", file=self.file)
        return value

    def optional_day(self, key: str) -> date | None:
        value = self.content.get(key)
        if value is None:
            return None
        if isinstance(value, date) and not isinstance(value, datetime):
            return check_year(f"{self.place}{key}", value, file=self.file, row=None)
        return parse_day(f"{self.place}{key}", str(value), file=self.file, row=None)

    def day(self, key: str) -> date:
        value = self.optional_day(key)
        if value is None:
            raise RosterError(f"{self.place}{key} is missing", file=self.file)
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        value = self.content.get(key, default)
        if not isinstance(value, bool):
            raise RosterError(f"{self.place}{key} '{value}' is neither true nor false", file=self.file)
        return value

    def items(self, key: str) -> list[object]:
        value = self.content.get(key)
        if not isinstance(value, list):
            raise RosterError(f"{self.place}{key} is not a list", file=self.file)
        return value

    def sources(self) -> tuple[Source, ...]:
        sources = [_Entry(item, self.file, f"{self.place}sources: ") for item in self.items("sources")]
        for source in sources:
            source.refuse_unknown(("citation", "publisher", "published_on", "url"))
        return tuple(
            Source(
                citation=source.text("citation"),
                publisher=source.text("publisher"),
                url=source.optional_text("url"),
                published_on=source.optional_day("published_on"),
            )
            for source in sources
        )


def _parse_event(entry: _Entry) -> Event:
    entry.refuse_unknown(
        ("event", "title", "starts_on", "ends_on", "time_zone", "platforms", "description", "sources", "checked")
    )
    event = Event(
        event=entry.text("event"),
        title=entry.text("title"),
        starts_on=entry.day("starts_on"),
        ends_on=entry.optional_day("ends_on"),
        time_zone=parse_zone(entry.text("time_zone"), file=entry.file, row=None),
        platforms=tuple(
            cast(PlatformSlug, one_of(f"{entry.place}platform", str(item), PLATFORMS, file=entry.file, row=None))
            for item in entry.items("platforms")
        ),
        description=entry.text("description"),
        sources=entry.sources(),
        checked=entry.flag("checked", default=True),
    )
    if event.ends_on and event.ends_on < event.starts_on:
        raise RosterError(
            f"{entry.place}ends_on {event.ends_on} is before starts_on {event.starts_on}", file=entry.file
        )
    if not event.sources:
        raise RosterError(f"{entry.place}sources is empty: every event needs one", file=entry.file)
    return event


def _parse_platform(entry: _Entry) -> Platform:
    entry.refuse_unknown(
        ("platform", "name", "opened", "closed", "account_url", "note", "archive_note", "sources"),
    )
    name = entry.text("platform")
    platform = Platform(
        platform=cast(PlatformSlug, one_of("platform", name, PLATFORMS, file=entry.file, row=None)),
        name=entry.text("name"),
        account_url=entry.text("account_url"),
        sources=entry.sources(),
        opened=entry.optional_day("opened"),
        closed=entry.optional_day("closed"),
        note=entry.optional_text("note"),
        archive_note=entry.optional_text("archive_note"),
    )
    if (platform.opened or platform.closed) and not platform.sources:
        raise RosterError(f"{entry.place}has a date and no source: name one", file=entry.file)
    return platform
