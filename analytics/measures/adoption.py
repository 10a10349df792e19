"""How many of a list had joined a platform, or were there, day by day, as a band between the certain and the possible."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import duckdb
import polars as pl

from analytics.measures.phrases import counted, long_day
from analytics.queries import query
from analytics.said import Number, Said, cell
from kooch.rosters.countries import country_name

Measure = Literal["joined", "there"]
WORDS: dict[Measure, str] = {"joined": "had joined", "there": "were there"}
SHARES: dict[Measure, str] = {"joined": "share_min", "there": "there_share_min"}
"""The column that has a value on days on which the list may be divided."""

_EDGES = {
    "joined_min": pl.Int64(),  # had certainly joined by the end of the day
    "joined_max": pl.Int64(),  # had possibly joined
    "share_min": pl.Float64(),  # NULL: the list may not be divided on that day
    "share_max": pl.Float64(),
    "there_min": pl.Int64(),  # certainly there as the day ended; NULL: it cannot be said
    "there_max": pl.Int64(),
    "there_share_min": pl.Float64(),
    "there_share_max": pl.Float64(),
}
CURVE = pl.Schema(
    {
        "day": pl.Date(),  # in the list's time zone; until the next row nothing changes
        "members": pl.Int64(),
        "not_looked": pl.Int64(),
        **_EDGES,
        "is_presumed": pl.Boolean(),  # without reports that name no account the count is another
    }
)
GAPS = pl.Schema(
    {
        "from_day": pl.Date(),  # from here
        "until_day": pl.Date(),  # to here nobody can say who was there
    }
)
PARTS = pl.Schema(
    {
        "part": pl.String(),  # certain, possible, absent or not_looked
        "figures": pl.Int64(),
        "start": pl.Int64(),  # figures in the parts before it
        "label": pl.String(),
        "measure": pl.String(),  # the cell of the count
    }
)
BREAKDOWN = pl.Schema(
    {
        "part": pl.String(),
        "members": pl.Int64(),
        "not_looked": pl.Int64(),
        **_EDGES,
        "label": pl.String(),  # the count, and the percentage where there is one
        "measure": pl.String(),  # the cell of the lower edge
    }
)

_COLUMNS: dict[Measure, tuple[str, str, str, str]] = {
    "joined": ("joined_min", "joined_max", "share_min", "share_max"),
    "there": ("there_min", "there_max", "there_share_min", "there_share_max"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """The curve (CURVE), where it cannot be said (GAPS), what is known of the list on `day` (PARTS), and what to say of them.

    `day` is the last day on which percentages are allowed, else the last day on which the measure is known; None: there
    is no such day. `opens_on` is the measure with which the page opens. `breakdowns` have more than one part. `assumes`
    is what the lower edge takes for granted.
    """

    curve: pl.DataFrame
    gaps: pl.DataFrame
    parts: pl.DataFrame
    day: date | None
    opens_on: Measure
    breakdowns: list[str]
    has_presumptions: bool
    verdict: Said
    assumes: str
    notes: tuple[str, ...]

    def has_shares(self, measure: Measure) -> bool:
        """Whether percentages are allowed on any day."""
        return bool(self.curve[SHARES[measure]].is_not_null().any())


def choices(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """The lists that can be looked at, each with its platforms."""
    return dict(connection.sql(query("platforms_of_lists")).fetchall())


def adoption_of(
    connection: duckdb.DuckDBPyConnection,
    *,
    roster: str,
    platform: str,
    measure: Measure | None = None,
    presumptions: bool = True,
) -> Adoption | None:
    """What the rollup `adoption` says about `roster` on `platform`; None if it says nothing.

    Without a `measure`, Kooch chooses the one that the list allows. Without `presumptions`, reports that name no
    account do not count for a known account; then the result is also None if this makes no difference
    (`has_presumptions`).
    """
    of = {"roster": roster, "platform": platform}
    known = connection.sql(query("adoption_list"), params=of).pl()
    if known.is_empty():
        return None
    about = known.row(0, named=True)
    opens_on: Measure = "there" if about["is_looked_at"] else "joined"
    measure = measure or opens_on
    found = connection.sql(query("adoption_curve"), params=of | {"measure": measure, "presumptions": presumptions}).pl()
    if found.is_empty():
        return None
    curve = found.cast(CURVE)
    said = curve.filter(pl.col(_COLUMNS[measure][1]).is_not_null())
    divided = said.filter(pl.col(SHARES[measure]).is_not_null())
    last = next((days.row(-1, named=True) for days in (divided, said) if len(days)), None)
    gaps = _gaps(curve, about["last_day"]) if measure == "there" else pl.DataFrame(schema=GAPS)
    relation = "adoption" if presumptions else "adoption_without_presumptions"
    return Adoption(
        curve=curve,
        gaps=gaps,
        parts=_parts(last, measure, relation, of),
        day=last["day"] if last else None,
        opens_on=opens_on,
        breakdowns=about["breakdowns"] or [],
        has_presumptions=about["has_presumptions"],
        verdict=_verdict(last, measure, about, gaps=gaps, relation=relation, of=of),
        assumes=_assumes(measure, about["longest_gap_days"]),
        notes=_notes(curve, measure, about, has_shares=len(divided) > 0),
    )


def breakdown_of(
    connection: duckdb.DuckDBPyConnection,
    *,
    roster: str,
    platform: str,
    breakdown: str,
    measure: Measure,
    day: date,
    presumptions: bool = True,
) -> pl.DataFrame:
    """The parts of `roster` by `breakdown` (party, role, unit or country) as they were on `day` (BREAKDOWN), the largest first."""
    of = {"roster": roster, "platform": platform, "breakdown": breakdown, "day": day}
    found: pl.DataFrame = connection.sql(query("adoption_breakdown"), params=of | {"presumptions": presumptions}).pl()
    low = _COLUMNS[measure][0]
    relation = "adoption_parts" if presumptions else "adoption_parts_without_presumptions"
    labels = [
        "cannot be said"
        if row[low] is None
        else f"{_count(row, measure)} of {row['members']:,}{_in_brackets(_share(row, measure))}"
        for row in found.iter_rows(named=True)
    ]
    cells = [cell(relation, low, **of | {"part": part}) for part in found["part"]]
    if breakdown == "country":
        found = found.with_columns(part=pl.Series(map(country_name, found["part"]), dtype=pl.String))
    return (
        found.with_columns(label=pl.Series(labels, dtype=pl.String), measure=pl.Series(cells, dtype=pl.String))
        .select(BREAKDOWN.names())
        .cast(BREAKDOWN)
    )


def _gaps(curve: pl.DataFrame, last_day: date) -> pl.DataFrame:
    """Stretches of days on which nobody can say who was there."""
    return (
        curve.with_columns(is_gap=pl.col("there_max").is_null(), until_day=pl.col("day").shift(-1, fill_value=last_day))
        .with_columns(stretch=pl.col("is_gap").rle_id())
        .filter("is_gap")
        .group_by("stretch", maintain_order=True)
        .agg(from_day=pl.col("day").min(), until_day=pl.col("until_day").max())
        .filter(pl.col("from_day") < pl.col("until_day"))
        .select(GAPS.names())
        .cast(GAPS)
    )


def _parts(last: dict[str, Any] | None, measure: Measure, relation: str, of: dict[str, str]) -> pl.DataFrame:
    """The members of the last day by what is known about them. All counts come from one row of `adoption`."""
    if last is None:
        return pl.DataFrame(schema=PARTS)
    low, high = _COLUMNS[measure][:2]
    had_joined = measure == "joined"
    parts, start = [], 0
    for part, column, figures, label in (
        ("certain", low, last[low], WORDS[measure]),
        ("possible", f"{high} - {low}", last[high] - last[low], f"may have {'joined' if had_joined else 'been there'}"),
        (
            "absent",
            f"members - not_looked - {high}",
            last["members"] - last["not_looked"] - last[high],
            "had not joined" if had_joined else "were not there",
        ),
        ("not_looked", "not_looked", last["not_looked"], "not searched"),
    ):
        if figures:
            measured = cell(relation, column, **of, day=last["day"])
            named = f"{figures:,} {label}"
            parts.append({"part": part, "figures": figures, "start": start, "label": named, "measure": measured})
            start += figures
    return pl.DataFrame(parts, schema=PARTS)


def _percent(share: float) -> str:
    """A share in whole percent; only none is 0 % and only all is 100 %."""
    if 0 < share < 0.005:
        return "<1%"
    if 0.995 <= share < 1:
        return ">99%"
    return f"{share:.0%}"


def _share(row: dict[str, Any], measure: Measure) -> str:
    """`94%`, `58% to 75%`, `at least 94%`; empty if no percentage is allowed."""
    low, high = (row[column] for column in _COLUMNS[measure][2:])
    if low is None:
        return ""
    least, most = _percent(low), _percent(high)
    return f"{'at least ' if row['not_looked'] else ''}{least if least == most else f'{least} to {most}'}"


def _in_brackets(text: str) -> str:
    return f" ({text})" if text else ""


def _count(row: dict[str, Any], measure: Measure) -> str:
    low, high = (row[column] for column in _COLUMNS[measure][:2])
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _verdict(
    row: dict[str, Any] | None,
    measure: Measure,
    about: dict[str, Any],
    *,
    gaps: pl.DataFrame,
    relation: str,
    of: dict[str, str],
) -> Said:
    """The last count in a sentence, with a percentage only if one is allowed."""
    if row is None:
        return ("Too few were looked at to say of any day who was there.",)
    day = row["day"]

    def number(column: str) -> Number:
        return Number(f"{row[column]:,}", cell(relation, column, **of, day=day))

    low, high = _COLUMNS[measure][:2]
    share = _share(row, measure)
    ended = gaps.filter(pl.col("from_day") > day)["from_day"]
    if measure == "joined":
        when = f"By the end of {long_day(day)}"
    elif share or ended.is_empty():
        when = f"On {long_day(day)}"
    else:
        when = f"Until {long_day(ended[0] - timedelta(days=1))}, the last day that can be said"
    count: Said = (number(low),) if row[low] == row[high] else (number(low), " to ", number(high))
    of_whom = " of those the sample was drawn from" if share and about["selection"] == "sample" else ""
    percentage = f", {share}{of_whom}" if share else ""
    return (
        f"{when}, ",
        *count,
        " of ",
        number("members"),
        f" {WORDS[measure]}{percentage}.",
        *(() if share else (f" {_why_undivided(row, about['selection'])}, so there is no percentage.",)),
        *(
            (
                " ",
                number("not_looked"),
                f" {'was' if row['not_looked'] == 1 else 'were'} not searched, so we know nothing about them.",
            )
            if row["not_looked"]
            else ()
        ),
    )


def _why_undivided(row: dict[str, Any], selection: str) -> str:
    if selection == "joiners":
        return "They are on the list because they joined"
    if selection == "listed":
        return "This list does not claim to be complete"
    if row["not_looked"] > 0.1 * row["members"]:
        return "Fewer than nine tenths of the list were searched"
    return "The list is not complete for any such day"


def _assumes(measure: Measure, longest_gap_days: int | None) -> str:
    if measure == "joined":
        return "The lower edge assumes that the dated evidence is right. The upper edge assumes that everybody who joined left some evidence."
    gap = (
        "no stay has two signs yet"
        if longest_gap_days is None
        else f"the longest time between two signs is {counted(longest_gap_days, 'day', 'days')}"
    )
    return (
        f"The lower edge assumes that nobody was away unseen between two signs of a stay ({gap})."
        " It assumes that nobody left unseen within 45 days after the last sign."
        " It also assumes that every stay left some evidence."
    )


def _by_the_list(about: dict[str, Any]) -> str:
    """A sentence on what is counted up to the last version of a list."""
    vouches = (
        "those whom a version had named by then are certain, those whom any version names are possible."
        if about["series_vouches"]
        else "its versions do not say that the accounts exist, so those whom any version names are possible, and nobody is certain."
    )
    withdrawn = " Accounts that it withdrew count nowhere." if about["withdrawal"] == "correction" else ""
    return (
        f"Up to {long_day(about['series_until'])} this counts {about['series_label']}, by the list: {vouches}{withdrawn}"
        " Nobody left a platform because a list dropped them."
    )


def _fall(curve: pl.DataFrame, measure: Measure) -> str | None:
    """Why a line falls, if one does. Nobody stops having joined, so the list must have changed."""
    if not any((curve[edge].diff() < 0).any() for edge in _COLUMNS[measure][:2]):
        return None
    left = "The lines fall where people left the list: each day counts only those who were on it."
    if measure == "joined":
        return f"{left} They do not mean that anybody left the platform."
    return f"{left} They also fall where people left the platform, or may have."


def _notes(curve: pl.DataFrame, measure: Measure, about: dict[str, Any], *, has_shares: bool) -> tuple[str, ...]:
    """Notes on what the shape of the band does not show."""
    notes = []
    before = curve.filter(pl.col("day") < about["as_of"])
    is_possible_for_all = before["joined_max"] + before["not_looked"] == before["members"]
    if measure == "joined" and len(before) and is_possible_for_all.all() and not before["joined_min"].sum():
        notes.append(
            "No source gives a date. All we know is that they joined between the platform's launch and the day of the list."
        )
    if (fall := _fall(curve, measure)) is not None:
        notes.append(fall)
    if about["series_until"]:
        notes.append(_by_the_list(about))
    if curve["is_presumed"].any():
        notes.append(
            "Some counts rest on presumptions: a report that names no account is taken to be about the one account that is known."
        )
    if about["selection"] == "sample" and has_shares:
        drawn = f", corrected for the {about['population']:,} it was drawn from" if about["population"] else ""
        notes.append(
            "The list is a sample. Its percentages speak of those it was drawn from: they run from the lower limit of the lower edge"
            f" to the upper limit of the upper edge (Wilson, 95%{drawn})."
        )
    return tuple(notes)
