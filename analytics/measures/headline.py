"""The founding question's answer in a sentence, computed: who was there by the end of the day, and what is not known."""

from dataclasses import dataclass
from datetime import date

import duckdb

from analytics.measures.knowledge import NOTHING, Without, part_of_evidence, until
from analytics.measures.phrases import counted, in_words, listed, long_day
from analytics.queries import query
from kooch.times import end_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The state of knowledge at the end of `day` and the kinds of dates behind it; counts of entries of the roster."""

    day: date
    platform: str
    occasion: str
    entries: int
    people: int
    bodies: int
    later: int
    unknown: int
    said_by_platform: int
    said_before: int
    days: int
    disputed: int
    contradicted: int
    contradicted_months: int
    there_by: int
    ranges: int
    undated: int
    closed: date | None

    @property
    def there(self) -> int:
        """Entries that were certainly there."""
        return self.people + self.bodies

    def sentence(self) -> str:
        """What is known."""
        who = listed([counted(self.people, "person", "people"), counted(self.bodies, "body", "bodies")])
        said = (
            f"By the end of {long_day(self.day)} (India time), the day {self.occasion}, at least {self.there} of our"
            f" {self.entries} entries, {who}, were there; {self.later} joined later; for {self.unknown} we cannot tell."
        )
        return said + self._what_the_platform_said()

    def _what_the_platform_said(self) -> str:
        """How many entries the platform itself names, and how many of them others had named before."""
        if not self.said_by_platform:
            return ""
        verb = "stands" if self.said_by_platform == 1 else "stand"
        said = f" {in_words(self.said_by_platform).capitalize()} of the {self.there} {verb} in {self.platform}'s own statement"
        if not self.said_before:
            return f"{said}."
        which = "it" if self.said_by_platform == 1 else f"{in_words(self.said_before)} of them"
        return f"{said}; reporters had seen {which} before."

    def _what_is_contradicted(self) -> tuple[str, str]:
        return ("month", "months") if self.contradicted == self.contradicted_months else ("date", "dates")

    def unknowns(self) -> str:
        """What is not known."""
        kinds = [
            counted(self.days, "day known", "days known"),
            f"{self.disputed} disputed",
            f"{counted(self.contradicted, *self._what_is_contradicted())} contradicted",
            f"{self.there_by} only “there by”",
            *([f"{self.ranges} within a range of days"] if self.ranges else []),
            f"{self.undated} undated",
        ]
        ended = f": {self.platform} announced its end on {long_day(self.closed)}" if self.closed else ""
        return f"{', '.join(kinds)}; the list is incomplete; did they stay? unknown{ended}."


def headline(connection: duckdb.DuckDBPyConnection, *, roster: str, platform: str, event: str) -> Headline | None:
    """The headline for the day of `event`; None when roster or event is not in this version."""
    known = connection.execute(
        query("day_of_event"),
        {"event": event, "roster": roster, "platform": platform},
    ).fetchall()
    if not known:
        return None
    day, zone, name, closed = known[0]
    counts = connection.sql(
        query("headline"),
        params={"roster": roster, "platform": platform, "zone": zone, "until": end_of(day, zone), "name": name},
    ).pl()
    return Headline(
        day=day,
        platform=name,
        occasion="the IT ministry answered Twitter on Koo",
        closed=closed,
        **counts.row(0, named=True),
    )


def count_there_by(
    connection: duckdb.DuckDBPyConnection,
    *,
    roster: str,
    platform: str,
    day: date,
    zone: str,
    known_by: date | None,
    without: Without = NOTHING,
) -> int:
    """How many of the roster were certainly there by the end of `day`.

    By what the world could know by the end of `known_by`, if that is given, and `without` some texts.
    """
    with part_of_evidence(connection, roster=roster, platform=platform, until=until(known_by, zone), without=without):
        ((found,),) = connection.execute(
            query("count_there_by"), {"until": end_of(day, zone), "roster": roster, "platform": platform}
        ).fetchall()
    return int(found)
