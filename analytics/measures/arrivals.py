"""Who of a roster set up on a platform, when, and who says so: the rows and marks of the chart."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import duckdb
import polars as pl

from analytics.measures.knowledge import EVERYTHING, until
from analytics.measures.window import DAY, Window, wall
from analytics.measures.words import counted, days, first_day, interval, last_day, short_day

Who = Literal["people", "bodies", "all"]

GROUPS = ("Ministers", "Chief ministers", "Other people", "Ministries, agencies and parties")


ROWS = pl.Schema(
    {
        "row": pl.String(),  # stable key: a figure_id, or that of a fold
        "y": pl.Float64(),  # position from the top, in rows
        "name": pl.String(),
        "is_group": pl.Boolean(),  # a heading
        "when": pl.String(),  # the interval in words
        "says": pl.String(),  # publisher and day of the report that sets the known end; or one side of a contradiction
        "says_short": pl.String(),
        "reported": pl.String(),  # followers as that report writes them, or the other side of a contradiction
        "is_contradicted": pl.Boolean(),
        "figures": pl.List(pl.String()),  # the figure_ids in the row
    }
)
MARKS = pl.Schema(
    {
        "row": pl.String(),
        "y": pl.Float64(),
        "shape": pl.String(),  # dot, ring, tick, tail, link, span, none, or end (of a contradiction: its label)
        "at": pl.Float64(),  # position: wall-clock milliseconds in the roster's zone; in a gutter not to scale
        "until": pl.Float64(),
        "label": pl.String(),
        "when": pl.String(),
        "says": pl.String(),
    }
)
EVENTS = pl.Schema(
    {"title": pl.String(), "at": pl.Float64(), "until": pl.Float64(), "line": pl.Float64(), "is_range": pl.Boolean()}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """The chart's frames (ROWS, MARKS, EVENTS), and how many entries of the choice have no row: nothing known yet.

    `archive_note` says what to know of the archived pages on which dates rest; None where none does.
    """

    rows: pl.DataFrame
    marks: pl.DataFrame
    events: pl.DataFrame
    hidden: int
    window: Window
    archive_note: str | None


# A crawl or an archive publishes nothing: it is named for what was read.
_WHO = """
coalesce(s.publisher, CASE u.source
    WHEN 'live' THEN 'crawl'
    WHEN 'archive' THEN 'archived page' || if(p.archive_note IS NULL, '', ', unverified')
    WHEN 'import' THEN 'import'
END)
"""


def arrivals(
    connection: duckdb.DuckDBPyConnection,
    *,
    roster: str,
    platform: str,
    start: date,
    end: date,
    who: Who = "all",
    is_folded: bool = True,
    known_by: date | None = None,
) -> Arrivals:
    """Rows and marks for `roster` on `platform`; days from `start` to before `end` are to scale.

    With `known_by`, only what the world could know by the end of that day in the roster's time zone.
    Bodies that stand in one report with one date share a row when `is_folded`.
    """
    zone, opened, archive_note = connection.execute(
        "SELECT r.time_zone, p.opened, p.archive_note FROM rosters AS r, platforms AS p WHERE r.roster = ? AND p.platform = ?",
        [roster, platform],
    ).fetchall()[0]
    window = Window(start=start, end=end, zone=zone, opened=opened)
    instant = until(known_by, zone)
    entries = _entries(connection, roster=roster, platform=platform, until=instant, who=who)
    shown = [entry for entry in entries if entry["before"] or entry["not_before"] or (known_by is None)]
    sides = _sides(connection, platform=platform, until=instant, entries=shown)
    rows, marks = _laid_out(_folded(shown) if is_folded else [[entry] for entry in shown], sides, window)
    return Arrivals(
        rows=pl.DataFrame(rows, schema=ROWS),
        marks=pl.DataFrame(marks, schema=MARKS),
        events=pl.DataFrame(_events(connection, platform=platform, window=window), schema=EVENTS),
        hidden=len(entries) - len(shown),
        window=window,
        archive_note=archive_note
        if any(one["is_archived"] for one in (*shown, *(side for found in sides.values() for side in found)))
        else None,
    )


_Fields = dict[str, Any]


def _entries(
    connection: duckdb.DuckDBPyConnection, *, roster: str, platform: str, until: datetime, who: Who
) -> list[_Fields]:
    """One row per entry of the roster, in the chart's order."""
    joins = "first_joins" if until == EVERYTHING else "first_joins_known_by($until)"
    frame: pl.DataFrame = connection.sql(
        f"""
        WITH entries AS (
            SELECT
                f.figure_id,
                any_value(f.name) AS name,
                any_value(f.kind) AS kind,
                CASE
                    WHEN any_value(f.kind) <> 'person' THEN 3
                    WHEN bool_or(starts_with(m.role, 'Union Minister')) THEN 0
                    WHEN bool_or(starts_with(m.role, 'Chief Minister')) THEN 1
                    ELSE 2
                END AS grouping
            FROM memberships AS m
            INNER JOIN figures AS f ON f.figure_id = m.figure_id
            WHERE m.roster = $roster
            GROUP BY f.figure_id
        )

        SELECT
            e.figure_id,
            e.name,
            e.kind,
            e.grouping,
            j.joined_not_before AS not_before,
            j.joined_before AS before,
            coalesce(j.contradiction, false) AS is_contradicted,
            b.source_id,
            -- A report's follower count may stand with another of its statements about the figure.
            coalesce(b.reported, (
                SELECT first(o.reported ORDER BY o.bound_id)
                FROM bounds AS o
                WHERE
                    o.figure_id = e.figure_id
                    AND o.platform = $platform
                    AND o.source_id = b.source_id
                    AND o.event = b.event
                    AND o.reported IS NOT NULL
            )) AS reported,
            {_WHO} AS publisher,
            s.published_at,
            coalesce('archive' IN (u.source, v.source), false) AS is_archived
        FROM entries AS e
        LEFT JOIN {joins} AS j ON j.figure_id = e.figure_id AND j.platform = $platform
        LEFT JOIN bounds AS b ON b.bound_id = coalesce(j.to_bound, j.from_bound)
        LEFT JOIN sources AS s ON s.source_id = b.source_id
        LEFT JOIN platforms AS p ON p.platform = $platform
        LEFT JOIN runs AS u ON u.run_id = b.run_id
        LEFT JOIN bounds AS a ON a.bound_id = j.from_bound
        LEFT JOIN runs AS v ON v.run_id = a.run_id
        WHERE $who = 'all' OR ($who = 'people') = (e.kind = 'person')
        ORDER BY e.grouping, j.joined_before NULLS LAST, j.joined_not_before NULLS LAST, e.name
        """,
        params={"roster": roster, "platform": platform, "who": who, **_instant(until)},
    ).pl()
    return frame.to_dicts()


def _instant(until: datetime) -> dict[str, datetime]:
    """The parameter of a query that reads the rollups, as they know everything, or the macros."""
    return {} if until == EVERYTHING else {"until": until}


def _sides(
    connection: duckdb.DuckDBPyConnection, *, platform: str, until: datetime, entries: list[_Fields]
) -> dict[str, list[_Fields]]:
    """The readings of contradictory entries' first stays, each with the reports that date it, by figure_id."""
    figures = [entry["figure_id"] for entry in entries if entry["is_contradicted"]]
    if not figures:
        return {}
    readings = "readings" if until == EVERYTHING else "readings_known_by($until)"
    frame = connection.sql(
        f"""
        SELECT
            r.figure_id,
            r.not_before,
            r.before,
            -- What dates it from below, or, where nothing does, what it ends with.
            list_sort(list(DISTINCT {{'published_at': s.published_at, 'publisher': {_WHO}}}) FILTER (
                WHERE b.not_before IS NOT NULL OR (r.not_before IS NULL AND b.before = r.before)
            )) AS reports,
            bool_or(coalesce(u.source = 'archive', false)) AS is_archived
        FROM (
            SELECT figure_id, account_id, not_before, before, unnest(bounds) AS bound_id
            FROM {readings}
            WHERE platform = $platform AND spell = 1 AND list_contains($figures, figure_id)
        ) AS r
        INNER JOIN bounds AS b ON b.bound_id = r.bound_id
        LEFT JOIN sources AS s ON s.source_id = b.source_id
        LEFT JOIN platforms AS p ON p.platform = $platform
        LEFT JOIN runs AS u ON u.run_id = b.run_id
        GROUP BY r.figure_id, r.account_id, r.not_before, r.before
        ORDER BY r.figure_id, r.not_before NULLS FIRST, r.before NULLS LAST
        """,
        params={"platform": platform, "figures": figures, **_instant(until)},
    ).pl()
    sides: dict[str, list[_Fields]] = {}
    for row in frame.iter_rows(named=True):
        sides.setdefault(row["figure_id"], []).append(row)
    return sides


def _folded(entries: list[_Fields]) -> list[list[_Fields]]:
    """Entries that share a row: bodies with one date from one report. A person always has a row."""
    rows: dict[object, list[_Fields]] = {}
    for entry in entries:
        is_alone = entry["kind"] == "person" or entry["is_contradicted"] or entry["source_id"] is None
        key = entry["figure_id"] if is_alone else (entry["source_id"], entry["not_before"], entry["before"])
        rows.setdefault(key, []).append(entry)
    return list(rows.values())


def _laid_out(
    folds: list[list[_Fields]], sides: dict[str, list[_Fields]], window: Window
) -> tuple[list[_Fields], list[_Fields]]:
    rows: list[_Fields] = []
    marks: list[_Fields] = []
    y, heading = 0.0, None
    for fold in folds:
        entry = fold[0]
        if GROUPS[entry["grouping"]] != heading:
            y += 0.35 if heading else 0.0
            heading = GROUPS[entry["grouping"]]
            rows.append({"row": heading, "y": y, "name": heading, "is_group": True, "figures": []})
            y += 1
        row = _row(fold, sides.get(entry["figure_id"], []), window)
        rows.append({**row, "y": y})
        marks += [
            {"row": row["row"], "y": y, "when": row["when"], "says": row["says"], **mark}
            for mark in _marks(entry, sides.get(entry["figure_id"], []), window)
        ]
        y += 1
    return rows, marks


def _row(fold: list[_Fields], sides: list[_Fields], window: Window) -> _Fields:
    entry = fold[0]
    year = window.start.year
    row: _Fields = {
        "row": entry["figure_id"],
        "name": entry["name"],
        "is_group": False,
        "when": interval(entry["not_before"], entry["before"], window.zone),
        "says": "",
        "says_short": "",
        "reported": entry["reported"] or "",
        "is_contradicted": entry["is_contradicted"],
        "figures": [member["figure_id"] for member in fold],
    }
    if len(fold) > 1:
        if len({member["reported"] for member in fold}) > 1:
            row["reported"] = ""
        row["row"] = f"{entry['figure_id']}+{len(fold) - 1}"
        row["name"] = counted(len(fold), "body", "bodies")
    if entry["publisher"]:
        row["says"] = row["says_short"] = _published(entry)
    if entry["is_contradicted"]:
        # Without follower counts: each is of the day of its report, and not of the day that the report gives.
        whens = [interval(side["not_before"], side["before"], window.zone, of_year=year) for side in sides]
        reports = [side["reports"] or [] for side in sides]
        said = [
            f"{when}: {'; '.join(_published(report) for report in of_side) or 'no dated source'}"
            for when, of_side in zip(whens, reports, strict=True)
        ]
        row["says"], row["reported"] = said[0], "; ".join(said[1:])
        row["says_short"] = " / ".join(
            " and ".join(dict.fromkeys(report["publisher"] for report in of_side)) for of_side in reports
        )
        row["when"] = " or ".join(whens)
    return row


def _published(report: _Fields) -> str:
    on = f", {short_day(report['published_at'])}" if report["published_at"] else ""
    return f"{report['publisher']}{on}"


def _marks(entry: _Fields, sides: list[_Fields], window: Window) -> list[_Fields]:
    if entry["is_contradicted"]:
        drawn = [mark for side in sides for mark in _reading(side, window, is_disputed=True)]
        ends = [mark["until"] if mark["until"] is not None else mark["at"] for mark in drawn]
        starts = [mark["at"] for mark in drawn]
        label = " or ".join(mark["label"] for mark in drawn if mark["label"])
        return [
            *({"shape": "link", "at": ends[i], "until": starts[i + 1], "label": ""} for i in range(len(drawn) - 1)),
            *drawn,
            {"shape": "end", "at": max(ends), "until": None, "label": label},
        ]
    return _reading(entry, window, is_disputed=False)


def _reading(reading: _Fields, window: Window, *, is_disputed: bool) -> list[_Fields]:
    """The marks of one interval: a dot for a day, an outline for several, a tick and a tail where one end is open."""
    not_before, before = reading["not_before"], reading["before"]
    # In a gutter the axis does not say the year.
    is_late = before is not None and last_day(before, window.zone) >= window.end
    label = interval(not_before, before, window.zone, of_year=None if is_late else window.start.year)
    if not_before is None and before is None:
        return [{"shape": "none", "at": window.place(None), "until": None, "label": label}]
    if before is None:
        at = window.place(not_before)
        tail = {"shape": "tail", "at": at, "until": window.right, "label": ""}
        return [tail, {"shape": "tick", "at": at, "until": None, "label": label}]
    if not_before is None:
        at = window.place(before)
        tail = {"shape": "tail", "at": window.left, "until": at, "label": ""}
        return [tail, {"shape": "tick", "at": at, "until": None, "label": label}]
    first, last = window.place(not_before), window.place(before)
    middle = (first + last) / 2
    is_month_in_gutter = last < wall(window.start)
    if first_day(not_before, window.zone) == last_day(before, window.zone) or is_month_in_gutter or first == last:
        return [{"shape": "ring" if is_disputed else "dot", "at": middle, "until": None, "label": label}]
    return [{"shape": "span", "at": first, "until": last, "label": label}]


def _events(connection: duckdb.DuckDBPyConnection, *, platform: str, window: Window) -> list[_Fields]:
    found = connection.execute(
        """
        SELECT title, starts_on, ends_on
        FROM events
        WHERE list_contains(platforms, ?) AND starts_on < ? AND coalesce(ends_on, starts_on) >= ?
        ORDER BY starts_on, title
        """,
        [platform, window.end, window.start],
    ).fetchall()
    return [
        {
            "title": f"{days(starts_on, ends_on, of_year=window.start.year)}: {title}",
            "at": wall(starts_on) if ends_on else wall(starts_on) + DAY / 2,
            "until": wall(ends_on) + DAY if ends_on else None,
            "line": float(line),
            "is_range": ends_on is not None,
        }
        for line, (title, starts_on, ends_on) in enumerate(found)
    ]
