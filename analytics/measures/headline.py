"""Computes the answer to the founding question in a sentence: who was there by the end of the day, and what is not
known."""

from dataclasses import dataclass
from datetime import date

import duckdb

from analytics.measures.knowledge import NOTHING, Without, part_of_evidence, until
from analytics.measures.phrases import long_day
from analytics.queries import query
from analytics.said import Number, Said, cell
from kooch.times import end_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The state of knowledge at the end of `day` and the kinds of dates behind it; counts of entries of the list.

    `asked` are the parameters of the query `headline`.
    """

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
    asked: dict[str, object]

    @property
    def there(self) -> int:
        """Entries that had certainly joined."""
        return self.people + self.bodies

    def _number(self, column: str, value: int) -> Number:
        return Number(f"{value:,}", cell("headline", column, **self.asked))

    def _adopted(self, column: str, value: int) -> Number:
        of = {name: self.asked[name] for name in ("roster", "platform")}
        return Number(f"{value:,}", cell("adoption", column, **of, day=self.day))

    def sentence(self) -> Said:
        """The sentence about what is known."""
        return (
            "At least ",
            self._adopted("joined_min", self.there),
            " of the ",
            self._adopted("members", self.entries),
            " people and organisations on our list (",
            self._number("people", self.people),
            f" {'person' if self.people == 1 else 'people'} and ",
            self._number("bodies", self.bodies),
            f" {'organisation' if self.bodies == 1 else 'organisations'}) had joined {self.platform} by the end of",
            f" {long_day(self.day)} (India time), the day {self.occasion}. ",
            self._number("later", self.later),
            " joined later. For ",
            self._number("unknown", self.unknown),
            " the sources do not say whether by then.",
            *self._what_the_platform_said(),
        )

    def _what_the_platform_said(self) -> Said:
        """How many entries the platform itself names, and how many of these others had named before."""
        if not self.said_by_platform:
            return ()
        verb = "appears" if self.said_by_platform == 1 else "appear"
        said: Said = (
            " ",
            self._number("said_by_platform", self.said_by_platform),
            " of those ",
            self._adopted("joined_min", self.there),
            f" {verb} in {self.platform}'s own statement.",
        )
        if not self.said_before:
            return said
        return (
            *said,
            " Reporters had seen ",
            self._number("said_before", self.said_before),
            " of these before that statement.",
        )

    def unknowns(self) -> Said:
        """The sentence about what is not known."""
        disagree = self.disputed + self.contradicted
        ended = f": {self.platform} announced on {long_day(self.closed)} that it would close" if self.closed else ""
        return (
            "How exact the dates are: the day is known for ",
            self._number("days", self.days),
            "; for ",
            self._number("disputed + contradicted", disagree),
            " the sources disagree; for ",
            self._number("there_by", self.there_by),
            " only a latest date is known; ",
            *((self._number("ranges", self.ranges), " within a range of days; ") if self.ranges else ()),
            self._number("undated", self.undated),
            f" {'has' if self.undated == 1 else 'have'} no date. The list is incomplete. Nobody knows whether they stayed",
            f"{ended}.",
        )


def headline(connection: duckdb.DuckDBPyConnection, *, roster: str, platform: str, event: str) -> Headline | None:
    """The headline for the day of `event`; None when roster or event is not in this version."""
    known = connection.execute(
        query("day_of_event"),
        {"event": event, "roster": roster, "platform": platform},
    ).fetchall()
    if not known:
        return None
    day, zone, name, closed = known[0]
    asked = {"roster": roster, "platform": platform, "zone": zone, "until": end_of(day, zone), "name": name}
    counts = connection.sql(query("headline"), params=asked).pl()
    return Headline(
        day=day,
        platform=name,
        occasion="the IT ministry answered Twitter on Koo",
        closed=closed,
        asked=asked,
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
