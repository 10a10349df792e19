"""Corrections about the figures of a list, in words. The table `corrections` decides what is withdrawn."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from analytics.measures.phrases import interval, long_day
from analytics.queries import query

NO_REASON = "It is no longer in the data: a source was corrected, or the list has changed."


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A link, statement or move that is withdrawn. `day` is in UTC; `move_id` is that of a move.

    `is_consequence`: the account or the statement that it rested on was withdrawn at the same time, and gives the
    reason.
    """

    correction_id: str
    kind: str
    figure_id: str
    platform: str
    move_id: str | None
    day: date
    was: str
    reason: str | None
    is_consequence: bool

    @property
    def sentences(self) -> str:
        """Sentences that say what is withdrawn, when and why."""
        why = f"Reason: {self.reason.rstrip('.')}." if self.reason else NO_REASON
        return f"{self.was} Withdrawn on {long_day(self.day)}. {why}"


def corrections_on(connection: duckdb.DuckDBPyConnection, roster: str) -> tuple[Correction, ...]:
    """The corrections about figures of the list `roster`, the latest first; their days are in the zones of their evidence."""
    rows = connection.sql(query("corrections_of_list"), params={"roster": roster}).pl().to_dicts()
    return tuple(
        Correction(
            correction_id=row["correction_id"],
            kind=row["kind"],
            figure_id=row["figure_id"],
            platform=row["platform"],
            move_id=row["move_id"],
            day=row["corrected_at"].date(),
            was=f"{row['name']} · {row['platform_name']}: {_was(row)}",
            reason=row["reason"],
            is_consequence=row["is_consequence"],
        )
        for row in rows
    )


def _was(row: dict[str, Any]) -> str:
    if row["kind"] == "link":
        return "an account was said to be theirs."
    when = interval(row["not_before"], row["before"], (row["from_zone"], row["time_zone"]))
    quoted = f"“{row['said']}, {when}”"
    return f"{quoted} was stated by {row['publisher']}." if row["kind"] == "statement" else f"{quoted} was published."
