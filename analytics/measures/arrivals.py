"""Who of a roster set up on a platform, when, and who says so: the rows and marks of the chart."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, NamedTuple

import duckdb
import polars as pl

from analytics.measures.events import MOST as MOST_EVENTS
from analytics.measures.events import title_of
from analytics.measures.knowledge import EVERYTHING, part_of_evidence, until
from analytics.measures.phrases import counted, days, ends_of, in_order, interval, last_day, long_day, short_day
from analytics.measures.window import DAY, Window, wall
from analytics.queries import query

Who = Literal["people", "bodies", "all"]

ROWS = pl.Schema(
    {
        "row": pl.String(),  # stable key: a figure_id, or the key of a shared row
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
        "at": pl.Float64(),  # position: wall-clock milliseconds in the zone of its evidence; in a gutter not to scale
        "until": pl.Float64(),
        "label": pl.String(),
        "when": pl.String(),
        "says": pl.String(),
    }
)
EVENTS = pl.Schema(
    {"title": pl.String(), "at": pl.Float64(), "until": pl.Float64(), "line": pl.Float64(), "is_range": pl.Boolean()}
)


_Fields = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """The chart's frames (ROWS, MARKS, EVENTS), and how many entries of the choice have no row.

    Of these, `hidden` have no date, `earlier` are known to have joined by an earlier day than those with a row, and of
    `claimed` only a list says that they have an account. `figures` are the figure_ids of
    all whom the table covers, also without a row. `archive_note` says what to know about the archived pages on which
    dates rest; None: no date rests on one.
    """

    rows: pl.DataFrame
    marks: pl.DataFrame
    events: pl.DataFrame
    hidden: int
    earlier: int
    claimed: int
    figures: list[str]
    window: Window
    archive_note: str | None


def arrivals(
    connection: duckdb.DuckDBPyConnection,
    *,
    roster: str,
    platform: str,
    day: date,
    start: date,
    end: date,
    who: Who = "all",
    is_folded: bool = True,
    known_by: date | None = None,
) -> Arrivals:
    """Rows and marks for `roster` on `platform`; days from `start` to before `end` are to scale.

    First those who had certainly joined by the end of `day`, then the others by the month by which they are known to
    have joined. With `known_by`, only what the world could know by the end of that day in the roster's time zone. If
    `is_folded`, organisations share a row if one report names them with one date, and after `day` people do, too.
    """
    about = _about(connection, roster, platform)
    zone, opened, _ = about
    window = Window(start=start, end=end, zone=zone, opened=opened)
    with part_of_evidence(connection, roster=roster, platform=platform, until=until(known_by, zone)):
        entries = _rows(connection, "arrivals_entries", roster=roster, platform=platform, who=who)
        shown = [entry for entry in entries if entry["before"] or entry["not_before"] or (known_by is None)]
        sides = _sides(connection, platform=platform, entries=shown)
    for entry in shown:
        entry["heading"] = _heading(entry, day, zone)
    shown.sort(key=lambda entry: entry["heading"].order)
    folds = _folded(shown) if is_folded else [[entry] for entry in shown]
    events = _events(connection, roster=roster, platform=platform, window=window, most=_EVERY_EVENT)
    hidden = len(entries) - len(shown)
    return _arranged(folds, sides, events, window, archive_note=about[2], covered=shown, hidden=hidden)


def arrivals_of_list(connection: duckdb.DuckDBPyConnection, *, roster: str, platform: str) -> Arrivals | None:
    """The latest MOST_ROWS rows of those on the list `roster` whose joining of `platform` is dated; None if no joining
    is dated.

    A join is dated by a report, or by an interval of at most a year. A list that names somebody gives no date.
    """
    zone, opened, archive_note = _about(connection, roster, platform)
    entries = _rows(connection, "arrivals_entries", roster=roster, platform=platform, who="all")
    dated = [entry for entry in entries if _is_dated(entry)]
    if not dated:
        return None
    for entry in dated:
        year = last_day(entry["before"], entry["time_zone"]).year
        entry["heading"] = _Heading((year, 0), f"Known to have joined by the end of {year}", is_first=False)
    dated.sort(key=lambda entry: (entry["heading"].order, entry["before"], entry["name"]))
    folds = _folded(dated)[-MOST_ROWS:]
    shown = [entry for fold in folds for entry in fold]
    days_of = [ends_of(entry["not_before"], entry["before"], _zones(entry)) for entry in shown]
    end = max(last for _, last in days_of if last) + timedelta(days=1)
    first = min(first or last for first, last in days_of if last)
    window = Window(start=min(first, end - timedelta(days=33)), end=end, zone=zone, opened=opened)
    sides = _sides(connection, platform=platform, entries=shown)
    events = _events(connection, roster=roster, platform=platform, window=window, most=MOST_EVENTS)
    hidden = sum(entry["has_joined"] for entry in entries) - len(dated)
    claimed = sum(entry["is_claimed"] for entry in entries)
    return _arranged(
        folds, sides, events, window, archive_note=archive_note, covered=dated, hidden=hidden, claimed=claimed
    )


MOST_ROWS = 40
"""A longer chart is not read; its table has all."""
_EVERY_EVENT = 100


def _is_dated(entry: dict[str, Any]) -> bool:
    not_before, before = entry["not_before"], entry["before"]
    is_reported = entry["bound_kind"] in ("stated", "published")
    return before is not None and (is_reported or (not_before is not None and before - not_before <= _YEAR))


_YEAR = timedelta(days=366)


def _about(connection: duckdb.DuckDBPyConnection, roster: str, platform: str) -> tuple[str, date | None, str | None]:
    """The list's time zone, the day on which the platform opened, and what to know about its archived pages."""
    ((zone, opened, archive_note),) = connection.execute(
        "SELECT r.time_zone, p.opened, p.archive_note FROM rosters AS r, platforms AS p WHERE r.roster = ? AND p.platform = ?",
        [roster, platform],
    ).fetchall()
    return zone, opened, archive_note


def _arranged(
    folds: list[list[_Fields]],
    sides: dict[str, list[_Fields]],
    events: list[_Fields],
    window: Window,
    *,
    archive_note: str | None,
    covered: list[_Fields],
    hidden: int,
    claimed: int = 0,
) -> Arrivals:
    rows, marks = _laid_out(folds, sides, window)
    entries = [entry for fold in folds for entry in fold]
    is_archived = any(one["is_archived"] for one in (*entries, *(side for found in sides.values() for side in found)))
    return Arrivals(
        rows=pl.DataFrame(rows, schema=ROWS),
        marks=pl.DataFrame(marks, schema=MARKS),
        events=pl.DataFrame(events, schema=EVENTS),
        hidden=hidden,
        earlier=len(covered) - len(entries),
        claimed=claimed,
        figures=[entry["figure_id"] for entry in covered],
        window=window,
        archive_note=archive_note if is_archived else None,
    )


class _Heading(NamedTuple):
    """The heading of entries, and its place among the headings."""

    order: tuple[int, int]
    text: str
    is_first: bool


def _heading(entry: _Fields, day: date, zone: str) -> _Heading:
    if entry["before"] is None:
        return _Heading((9999, 0), "No day is known", is_first=False)
    # Those who had joined as the day ended are counted in the list's time zone.
    if last_day(entry["before"], zone) <= day:
        return _Heading((0, 0), f"Joined by {long_day(day)}", is_first=True)
    last = last_day(entry["before"], entry["time_zone"])
    return _Heading((last.year, last.month), f"Known to have joined by {last:%B %Y}", is_first=False)


def _rows(connection: duckdb.DuckDBPyConnection, name: str, **parameters: Any) -> list[_Fields]:  # noqa: ANN401 -- the query's own
    found: list[_Fields] = connection.sql(query(name), params=parameters).pl().to_dicts()
    return found


def _sides(connection: duckdb.DuckDBPyConnection, *, platform: str, entries: list[_Fields]) -> dict[str, list[_Fields]]:
    """The readings of contradictory entries' first stays, each with the reports that date it, by figure_id."""
    figures = [entry["figure_id"] for entry in entries if entry["is_contradicted"]]
    sides: dict[str, list[_Fields]] = {}
    if figures:
        for row in _rows(connection, "arrivals_readings", platform=platform, figures=figures):
            sides.setdefault(row["figure_id"], []).append(row)
    return {figure_id: _without_repetition(found) for figure_id, found in sides.items()}


def _without_repetition(sides: list[_Fields]) -> list[_Fields]:
    """The sides without those that say less than another side, whose interval lies within theirs."""
    return [
        side for n, side in enumerate(sides) if not any(_says_more(sides, m, n) for m in range(len(sides)) if m != n)
    ]


def _says_more(sides: list[_Fields], other: int, side: int) -> bool:
    """Whether the interval of `other` lies within that of `side`. If both are equal, the first stays."""
    starts, ends = (
        [edge if edge is not None else nothing for edge in (sides[other][key], sides[side][key])]
        for key, nothing in (("not_before", datetime.min.replace(tzinfo=UTC)), ("before", EVERYTHING))
    )
    is_within = starts[0] >= starts[1] and ends[0] <= ends[1]
    return is_within and (starts[0] != starts[1] or ends[0] != ends[1] or other < side)


def _folded(entries: list[_Fields]) -> list[list[_Fields]]:
    """Entries that share a row: those with one date from one report. A person who was there by the day has a row of
    their own."""
    rows: dict[object, list[_Fields]] = {}
    for entry in entries:
        heading = entry["heading"]
        is_person = heading.is_first and entry["kind"] == "person"
        is_alone = is_person or entry["is_contradicted"] or entry["source_id"] is None
        dates = (entry["source_id"], entry["not_before"], entry["before"], heading, entry["kind"] == "person")
        rows.setdefault(entry["figure_id"] if is_alone else dates, []).append(entry)
    return list(rows.values())


def _laid_out(
    folds: list[list[_Fields]], sides: dict[str, list[_Fields]], window: Window
) -> tuple[list[_Fields], list[_Fields]]:
    rows: list[_Fields] = []
    marks: list[_Fields] = []
    y, above = 0.0, None
    for fold in folds:
        entry = fold[0]
        heading = entry["heading"].text
        if heading != above:
            y += 0.35 if above else 0.0
            above = heading
            rows.append({"row": heading, "y": y, "name": heading, "is_group": True, "figures": []})
            y += 0.85
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
    year = window.year
    row: _Fields = {
        "row": entry["figure_id"],
        "name": entry["name"],
        "is_group": False,
        "when": interval(entry["not_before"], entry["before"], _zones(entry)),
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
        row["name"] = _names(fold)
    if _who(entry):
        row["says"] = row["says_short"] = _published(entry)
    if entry["is_contradicted"]:
        # Without follower counts, because each is of the day of its report and not of the day that the report gives.
        whens = [interval(side["not_before"], side["before"], _zones(side), of_year=year) for side in sides]
        reports = [side["reports"] or [] for side in sides]
        said = [
            f"{when}: {_first_of(dict.fromkeys(map(_published, of_side))) or 'no dated source'}"
            for when, of_side in zip(whens, reports, strict=True)
        ]
        row["says"], row["reported"] = said[0], "; ".join(said[1:])
        row["says_short"] = " / ".join(
            _first_of(dict.fromkeys(_who(report) or "" for report in of_side)) for of_side in reports
        )
        row["when"] = " or ".join(whens)
    return row


def _first_of(said: Collection[str]) -> str:
    """The first one, and how many more: a row of the picture has room for one. The statements list all."""
    first = next(iter(said), "")
    return f"{first} and {len(said) - 1} more" if len(said) > 1 else first


def _names(fold: list[_Fields]) -> str:
    if fold[0]["kind"] == "person":
        return f"{fold[0]['name']} and {counted(len(fold) - 1, 'other', 'others')}"
    return counted(len(fold), "organisation", "organisations")


def _who(report: _Fields) -> str | None:
    """Who says so. A crawl or an archive publishes nothing, so its name says what was read."""
    if report["publisher"]:
        return str(report["publisher"])
    archived = "archived page, unverified" if report["archive_note"] else "archived page"
    return {"live": "crawl", "archive": archived, "import": "import", None: None}[report["crawled_from"]]


def _published(report: _Fields) -> str:
    on = f", {short_day(report['published_at'])}" if report["published_at"] else ""
    return f"{_who(report)}{on}"


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
    of_start, of_end = in_order(not_before, before, _zones(reading))
    first_on, last_on = ends_of(not_before, before, (of_start, of_end))
    # In a gutter the axis does not say the year.
    is_late = last_on is not None and last_on >= window.end
    label = interval(not_before, before, (of_start, of_end), of_year=None if is_late else window.year)
    if not_before is None and before is None:
        return [{"shape": "none", "at": window.left, "until": None, "label": label}]
    if before is None:
        at = window.place(not_before, of_start)
        tail = {"shape": "tail", "at": at, "until": window.right, "label": ""}
        return [tail, {"shape": "tick", "at": at, "until": None, "label": label}]
    if not_before is None:
        at = window.place(before, of_end)
        tail = {"shape": "tail", "at": window.left, "until": at, "label": ""}
        return [tail, {"shape": "tick", "at": at, "until": None, "label": label}]
    first, last = window.place(not_before, of_start), window.place(before, of_end)
    middle = (first + last) / 2
    is_month_in_gutter = last < wall(window.start)
    if first_on == last_on or is_month_in_gutter or first == last:
        return [{"shape": "ring" if is_disputed else "dot", "at": middle, "until": None, "label": label}]
    return [{"shape": "span", "at": first, "until": last, "label": label}]


def _zones(reading: _Fields) -> tuple[str, str]:
    """The time zones of the days on which an interval starts and ends."""
    return reading["from_zone"], reading["time_zone"]


def _events(
    connection: duckdb.DuckDBPyConnection, *, roster: str, platform: str, window: Window, most: int
) -> list[_Fields]:
    found = connection.execute(
        query("events_in_window"),
        {
            "roster": roster,
            "platform": platform,
            "start": window.start,
            "end": window.end,
            "zone": window.zone,
            "most": most,
        },
    ).fetchall()
    return [
        {
            "title": f"{days(starts_on, ends_on, of_year=window.year)}: {title_of(title, country)}",
            # Only the part that is to scale is drawn.
            "at": max(wall(starts_on), window.start_at) if ends_on else wall(starts_on) + DAY / 2,
            "until": min(wall(ends_on) + DAY, window.end_at) if ends_on else None,
            "line": float(line),
            "is_range": ends_on is not None,
        }
        for line, (title, country, starts_on, ends_on) in enumerate(found)
    ]
