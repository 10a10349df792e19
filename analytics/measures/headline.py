"""The founding question's answer in a sentence, computed: who was there by the end of the day, and what is not known."""

from dataclasses import dataclass
from datetime import date

import duckdb

from analytics.measures.words import counted, in_words, listed, long_day
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
    in_one_list: int
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
        if self.in_one_list:
            verb = "stands" if self.in_one_list == 1 else "stand"
            said += (
                f" {in_words(self.in_one_list).capitalize()} of the {self.there} {verb} in one list that came from"
                f" {self.platform}."
            )
        return said

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
        """
        SELECT e.starts_on, r.time_zone, p.name, p.closed
        FROM events AS e, rosters AS r, platforms AS p
        WHERE e.event = $event AND r.roster = $roster AND p.platform = $platform
        """,
        {"event": event, "roster": roster, "platform": platform},
    ).fetchall()
    if not known:
        return None
    day, zone, name, closed = known[0]
    counts = connection.sql(
        """
        WITH entries AS (
            SELECT DISTINCT m.figure_id, f.kind = 'person' AS is_person
            FROM memberships AS m
            INNER JOIN figures AS f ON f.figure_id = m.figure_id
            WHERE m.roster = $roster
        ),

        dated AS (
            SELECT
                e.figure_id,
                e.is_person,
                j.joined_not_before,
                j.joined_before,
                coalesce(j.contradiction, false) AS is_contradicted,
                coalesce(j.joined_before <= $until, false) AS is_there,
                coalesce(j.joined_not_before >= $until, false) AS is_later,
                timezone($zone, j.joined_not_before)::DATE
                = timezone($zone, j.joined_before - INTERVAL 1 MICROSECOND)::DATE AS is_one_day
            FROM entries AS e
            LEFT JOIN first_joins AS j ON j.figure_id = e.figure_id AND j.platform = $platform
        ),

        -- A dispute is about days: every reading of the evidence is one.
        readings_of AS (
            SELECT
                figure_id,
                bool_and(coalesce(
                    timezone($zone, not_before)::DATE = timezone($zone, before - INTERVAL 1 MICROSECOND)::DATE, false
                )) AS are_days,
                bool_or(coalesce(before - not_before >= INTERVAL 28 DAYS, false)) AS has_month
            FROM readings
            WHERE platform = $platform AND spell = 1
            GROUP BY figure_id
        ),

        lists AS (
            SELECT b.source_id, count(DISTINCT b.figure_id) AS figures
            FROM bounds AS b
            INNER JOIN dated AS d ON d.figure_id = b.figure_id AND d.is_there
            INNER JOIN sources AS s ON s.source_id = b.source_id
            WHERE b.platform = $platform AND b.event = 'joined' AND b.before <= $until AND contains(s.derived_from, $name)
            GROUP BY b.source_id
        )

        SELECT
            count(*) AS entries,
            count(*) FILTER (WHERE d.is_there AND d.is_person) AS people,
            count(*) FILTER (WHERE d.is_there AND NOT d.is_person) AS bodies,
            count(*) FILTER (WHERE d.is_later) AS later,
            count(*) FILTER (WHERE NOT d.is_there AND NOT d.is_later) AS unknown,
            coalesce((SELECT max(figures) FROM lists), 0) AS in_one_list,
            count(*) FILTER (WHERE d.is_one_day AND NOT d.is_contradicted) AS days,
            count(*) FILTER (WHERE d.is_contradicted AND r.are_days) AS disputed,
            count(*) FILTER (WHERE d.is_contradicted AND NOT r.are_days) AS contradicted,
            count(*) FILTER (WHERE d.is_contradicted AND NOT r.are_days AND r.has_month) AS contradicted_months,
            count(*) FILTER (WHERE d.joined_not_before IS NULL AND d.joined_before IS NOT NULL AND NOT d.is_contradicted)
                AS there_by,
            count(*) FILTER (
                WHERE d.joined_not_before IS NOT NULL AND NOT coalesce(d.is_one_day, false) AND NOT d.is_contradicted
            ) AS ranges,
            count(*) FILTER (WHERE d.joined_not_before IS NULL AND d.joined_before IS NULL AND NOT d.is_contradicted)
                AS undated
        FROM dated AS d
        LEFT JOIN readings_of AS r ON r.figure_id = d.figure_id
        """,
        params={"roster": roster, "platform": platform, "zone": zone, "until": end_of(day, zone), "name": name},
    ).pl()
    return Headline(
        day=day,
        platform=name,
        occasion="the IT ministry answered Twitter on Koo",
        closed=closed,
        **counts.row(0, named=True),
    )


def count_there_by(connection: duckdb.DuckDBPyConnection, *, roster: str, platform: str, day: date, zone: str) -> int:
    """How many of the roster were certainly there by the end of `day`, by what the world could know by then."""
    until = end_of(day, zone)
    rows = connection.execute(
        """
        SELECT count(*)
        FROM first_joins_known_by($until) AS j
        SEMI JOIN memberships AS m ON m.figure_id = j.figure_id AND m.roster = $roster
        WHERE j.platform = $platform AND j.joined_before <= $until
        """,
        {"until": until, "roster": roster, "platform": platform},
    ).fetchall()
    return int(rows[0][0])
