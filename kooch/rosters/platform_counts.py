"""Published counts of whole platforms (users, downloads, active users) with their sources, read from one CSV."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator

from kooch.errors import RosterError
from kooch.rosters.cells import Choice, OptionalDay, OptionalPastDay, OptionalText, Text, columns_of, parse, raise_any
from kooch.rosters.tables import read_own_csv

Measure = Literal[
    "users",
    "downloads",
    "active_users",
    "monthly_active_users",
    "monthly_active_users_peak",
    "daily_active_users_peak",
    "high_profile_accounts",
]
"""The measures differ. No chart joins counts of two measures by a line."""
CountBound = Literal["exact", "at_least", "at_most", "about"]


def _whole(value: object) -> int:
    if not str(value).isdecimal():
        raise ValueError(f"'{value}' is no whole number")
    return int(str(value))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformCount:
    """One count of a platform in an area (`world` or a country) on a day. `said_by` is who counted."""

    platform: Text
    measure: Annotated[Measure, Choice]
    area: Text
    day: OptionalDay = None
    value: Annotated[int, BeforeValidator(_whole)]
    bound: Annotated[CountBound, Choice]
    said_by: Text
    publisher: Text
    published_on: OptionalPastDay = None
    source_url: OptionalText = None
    note: OptionalText = None


def read_platform_counts(file: Path) -> list[PlatformCount]:
    """The counts of `file`; none where there is no file. Raises RosterError."""
    if not file.exists():
        return []
    table = read_own_csv(file)
    raise_any(table.faults)
    columns = columns_of(PlatformCount)
    if tuple(table.header) != columns:
        raise RosterError(f"has other columns than {', '.join(columns)}", file=file, row=1)
    return [parse(PlatformCount, cells, file=file, row=row) for row, cells in table.rows]
