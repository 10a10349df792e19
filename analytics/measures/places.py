"""Where the people of a list were on a day, on how many platforms, and what differs from another day."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import polars as pl

from analytics.measures.phrases import first_day, interval, last_day, moment, short_day
from analytics.queries import query
from analytics.said import Number, Said, cell

PLACES = {
    "active": "there and active",
    "silent": "there, no post in 28 days",
    "blocked": "there, no post while the country blocked it",
    "there": "there; of posts nothing is known",
    "perhaps": "perhaps there",
    "left": "left",
    "ended": "ended by the platform",
    "not found": "not found",
    "handed on": "the account is no longer theirs",
    "before": "not yet there",
    "absent": "searched and not there",
    "not looked": "not searched",
}
"""Every place in words, in the order of a bar. `active` and `silent` are active28@1."""

_PERHAPS = {"perhaps": "perhaps", "not looked": "not searched"}
_NOT_THERE = {
    "left": "left",
    "ended": "ended by the platform",
    "not found": "not found",
    "handed on": "with an account no longer theirs",
    "before": "not yet",
    "absent": "searched and not there",
}
"""The places of those who are not certainly there, in the words of a sentence."""

_IN_A_CELL = {
    "active": "active",
    "silent": "no post in 28 days",
    "blocked": "no post while the country blocked it",
    "there": "there",
}

ASSUMES = (
    "Certainly there assumes that nobody was away unseen between two signs of a stay, and that nobody left unseen within 45 days"
    " after the last sign. It also assumes that every stay left some evidence."
)

CHANGES = {
    "on both days": "there on both days",
    "came": "came",
    "went": "went",
    "handed on": "the account is theirs no longer",
    "on neither day": "there on neither day",
    "unknown": "unknown on one of the days",
    "new on the list": "new on the list",
    "left the list": "no longer on the list",
}
"""Every difference between two days in words."""

UNKNOWN = ("perhaps", "not looked", "unknown", "undated", "not looked at")
PARTS = ("party", "role", "unit", "country")
"""What a list can be narrowed by."""

SEGMENTS = pl.Schema(
    {
        "row": pl.Int64(),  # from the top
        "name": pl.String(),  # the platform, or the number of platforms
        "part": pl.String(),  # a place, a change, or yes, unknown, no
        "words": pl.String(),
        "figures": pl.Int64(),
        "start": pl.Int64(),  # figures in the parts before it
        "of": pl.Int64(),  # figures in the whole row
        "label": pl.String(),  # the count, and the percentage where there is one
        "measure": pl.String(),  # the cell of the count
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """A list on a day.

    `frame` has one row per figure and platform, as the query `where_they_are`, and `says`: its place in words. `segments`
    and `spread` are SEGMENTS. `options` are the values that each of PARTS has. `known_on` is the last day about which
    anything is known, `known_by` says by what (look, list or report), `last_day` is the day of the version. Days are in
    the list's time zone.
    """

    day: date
    known_on: date
    known_by: str
    last_day: date
    platforms: dict[str, str]
    frame: pl.DataFrame
    segments: pl.DataFrame
    spread: pl.DataFrame
    options: dict[str, list[str]]
    verdict: Said


def places_of(
    connection: duckdb.DuckDBPyConnection, *, roster: str, day: date | None = None, narrowed: Mapping[str, str]
) -> Places | None:
    """Where the members of `roster` were as `day` ended; None for a list without a platform or members that day.

    Without a `day`, it is the last day about which anything is known. `narrowed` gives values for some of PARTS.
    """
    about = connection.sql(query("days_of_list"), params={"roster": roster}).pl().row(0, named=True)
    day = day or about["known_on"]
    found = connection.sql(query("where_they_are"), params={"roster": roster, "day": day}).pl()
    options = {part: found[part].drop_nulls().unique().sort().to_list() for part in PARTS}
    found = narrow(found, narrowed)
    if found.is_empty():
        return None
    frame = found.with_columns(
        says=pl.Series([_sentence(row, day, about["time_zone"]) for row in found.iter_rows(named=True)])
    )
    of = {"roster": roster, "day": day, **narrowed}
    platforms = dict(found.select("platform", "platform_name").unique(maintain_order=True).rows())
    return Places(
        day=day,
        known_on=about["known_on"],
        known_by=about["known_by"],
        last_day=about["last_day"],
        platforms=platforms,
        frame=frame,
        segments=_segments(found, "place", PLACES, "where_they_are", of),
        spread=_spread(
            connection, of, may_divide=about["is_census"] and about["divided_from"] <= day <= about["divided_to"]
        ),
        options=options,
        verdict=_verdict(found, of),
    )


def changes_of(
    connection: duckdb.DuckDBPyConnection, *, roster: str, day: date, against: date, narrowed: Mapping[str, str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What differs from `against` to `day`: one row per figure and platform, and its SEGMENTS."""
    asked = {"roster": roster, "day": day, "against": against}
    found = narrow(connection.sql(query("where_they_differ"), params=asked).pl(), narrowed)
    return found, _segments(found, "change", CHANGES, "where_they_differ", {**asked, **narrowed})


def narrow(found: pl.DataFrame, narrowed: Mapping[str, str]) -> pl.DataFrame:
    """The rows with these values."""
    return found.filter(pl.lit(value=True), *(pl.col(part) == value for part, value in narrowed.items()))


def _segments(
    found: pl.DataFrame, column: str, words: Mapping[str, str], relation: str, of: Mapping[str, object]
) -> pl.DataFrame:
    """One bar for each platform: how many there are of each part."""
    rows: list[dict[str, Any]] = []
    fullest = found.with_columns(
        n=(~pl.col(column).is_in([*UNKNOWN, "handed on", "before", "absent"])).sum().over("platform")
    )
    fullest = fullest.sort("n", "platform_name", descending=[True, False], maintain_order=True)
    for row, ((platform, name), figures) in enumerate(
        fullest.group_by("platform", "platform_name", maintain_order=True)
    ):
        counts = dict(figures[column].value_counts().rows())
        rows += _bar(
            row,
            str(name),
            [
                (
                    part,
                    words[part],
                    counts.get(part, 0),
                    cell(relation, "count", **of, platform=platform, **{column: part}),
                )
                for part in words
            ],
        )
    return pl.DataFrame(rows, schema=SEGMENTS)


def _bar(
    row: int, name: str, parts: Sequence[tuple[str, str, int, str]], *, may_divide: bool = False
) -> Iterable[dict[str, Any]]:
    """The segments of one bar; a percentage only where at most a tenth is unknown."""
    whole = sum(figures for _, _, figures, _ in parts)
    unknown = sum(figures for part, _, figures, _ in parts if part in UNKNOWN)
    has_shares = may_divide and unknown <= 0.1 * whole
    start = 0
    for part, words, figures, measure in parts:
        if figures:
            share = f" ({figures / whole:.0%})" if has_shares else ""
            label = f"{figures:,}{share}"
            yield {
                "row": row,
                "name": name,
                "part": part,
                "words": words,
                "figures": figures,
                "start": start,
                "of": whole,
                "label": label,
                "measure": measure,
            }
            start += figures


def _spread(connection: duckdb.DuckDBPyConnection, of: Mapping[str, object], *, may_divide: bool) -> pl.DataFrame:
    """A bar for each number of platforms."""
    asked = dict.fromkeys(PARTS, "") | dict(of)
    rows: list[dict[str, Any]] = []
    for n, found in enumerate(connection.sql(query("platform_spread"), params=asked).pl().iter_rows(named=True)):
        least = found["least"]
        rows += _bar(
            n,
            f"On at least {least} platform{'s' if least > 1 else ''}",
            [
                (part, words, found[column], cell("platform_spread", column, **asked, least=least))
                for part, words, column in (
                    ("yes", "certainly", "certain"),
                    ("unknown", "not known", "unknown"),
                    ("no", "on fewer", "fewer"),
                )
            ],
            may_divide=may_divide,
        )
    return pl.DataFrame(rows, schema=SEGMENTS)


def _verdict(found: pl.DataFrame, of: Mapping[str, object]) -> Said:
    """How many were where, platform by platform, the fullest first. The numbers of a platform add up to all."""
    counts = (
        found.group_by("platform", "platform_name", maintain_order=True)
        .agg(
            pl.col("place").value_counts().alias("places"),
            there=pl.col("is_there").sum(),
            perhaps=(pl.col("place") == "perhaps").sum(),
            members=pl.len(),
        )
        .sort("there", "perhaps", descending=True)
    )
    parts: list[str | Number] = []
    for row in counts.iter_rows(named=True):
        of_platform = {**of, "platform": row["platform"]}
        parts += [
            f"{row['platform_name']}: ",
            Number(f"{row['there']:,}", cell("where_they_are", "count", **of_platform, is_there="true")),
            " of ",
            Number(f"{row['members']:,}", cell("where_they_are", "count", **of_platform)),
            " certainly there",
        ]
        numbers = {each["place"]: each["count"] for each in row["places"]}
        parts += [
            *_others(", ", _PERHAPS, numbers, of_platform),
            *_others(". Not there: ", _NOT_THERE, numbers, of_platform),
        ]
        parts.append(". ")
    return tuple(parts)


def _others(
    beginning: str, places: Mapping[str, str], numbers: Mapping[str, int], of_platform: Mapping[str, object]
) -> Iterator[str | Number]:
    """How many are in each of `places`, which gives the words; empty where nobody is."""
    for place in (place for place in places if place in numbers):
        yield beginning
        yield Number(f"{numbers[place]:,}", cell("where_they_are", "count", **of_platform, place=place))
        yield f" {places[place]}"
        beginning = ", "


def _sentence(row: Mapping[str, Any], day: date, zone: str) -> str:
    """The place of a figure on a platform in words, with the days that it rests on."""
    place = row["place"]
    words = [_IN_A_CELL.get(place, PLACES[place])]
    if place in {"active", "silent", "blocked"} and row["last_posted_on"]:
        words.append(_dated("post", row["last_posted_on"], day))
    if place in {"there", "perhaps"} and row["last_sign_at"]:
        words.append(_dated("sign", first_day(row["last_sign_at"], row["last_sign_zone"]), day))
    if place in {"left", "ended", "not found"} and row["ended_before"]:
        words.append(
            interval(row["ended_not_before"], row["ended_before"], (row["ended_from_zone"], row["ended_zone"]))
        )
    if place == "before" and row["joined_not_before"]:
        zones = row["joined_from_zone"], row["joined_zone"]
        words.append(f"joined {interval(row['joined_not_before'], row['joined_before'], zones)}")
    if place == "not looked" and row["last_absent_at"]:
        words.append(f"searched and not there on {short_day(last_day(row['last_absent_at'], zone))}")
    if place == "perhaps" and row["account_state"] == "unconfirmed":
        words.append(_unconfirmed(row["first_missing_at"], row["alike_since"]))
    if row["contradiction"]:
        words.append("sources disagree")
    return "; ".join(words)


def _dated(what: str, at: date, day: date) -> str:
    """The last post or sign. If it is after the chosen day, the words say "later"."""
    return f"{'last' if at <= day else 'later'} {what} {short_day(at)}"


def _unconfirmed(first_missing_at: datetime, alike_since: datetime) -> str:
    return (
        f"not found on {moment(first_missing_at)}; a second look counts after {moment(alike_since + timedelta(days=1))}"
    )
