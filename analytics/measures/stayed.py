"""Who stayed on a platform: what ended the watch over each person, by cause, and how long it took."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import polars as pl

from analytics.measures.phrases import counted
from analytics.measures.places import SEGMENTS
from analytics.queries import query
from analytics.said import Number, Said, cell
from analytics.survival import HISTORIES, compare, incidence, is_installed, survival
from kooch.rosters.countries import country_name

ENDS = {
    "quiet": "quiet",
    "deleted": "left: deleted by its owner",
    "ended by platform": "ended by the platform",
    "not found": "not found",
    "left office": "left office",
}
"""What can end a watch, in words."""

FATES = {
    **ENDS,
    "still there": "none of these by the last look",
    "undated": "undated",
    "not looked at": "not looked at",
}
LENGTHS = (28, 91, 180)
"""Days without a post that can be called quiet."""

INCIDENCES = pl.Schema(
    {
        "day": pl.Float64(),  # after joining
        "end": pl.String(),
        "words": pl.String(),
        "low": pl.Float64(),  # the share that had ended this way: the least that the days allow
        "high": pl.Float64(),
    }
)
STAYING = pl.Schema(
    {
        "day": pl.Float64(),
        "group": pl.String(),
        "low": pl.Float64(),  # the estimate, for joins and ends as the days allow
        "high": pl.Float64(),
        "least": pl.Float64(),  # with a band that holds the whole curve with 95 %
        "most": pl.Float64(),
    }
)
_UNSEEN = (
    "Accounts that ended before anybody looked are in no curve. The lists hold no deaths: a death ends the roles, and counts as"
    " leaving office."
)
_MOST_GROUPS = 4
_FEW = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Stayed:
    """The watch over a list on a platform.

    `frame` has one row per figure, as the macro `histories_of`; `fates` are SEGMENTS of one bar. `ends` are those that
    happened. `incidences` (INCIDENCES) and `staying` (STAYING) are empty if more than a tenth is unknown, or if the
    statistics are not installed: `refusal` then says which. `at_risk` has `group`, and a count with its measure for
    each of `days`.
    """

    frame: pl.DataFrame
    fates: pl.DataFrame
    ends: list[str]
    verdict: Said
    refusal: str | None
    incidences: pl.DataFrame
    staying: pl.DataFrame
    days: list[int]
    at_risk: dict[str, list[Number]]
    notes: tuple[str, ...]


def stayed(
    connection: duckdb.DuckDBPyConnection,
    *,
    roster: str,
    platform: str,
    days: int = 180,
    end: str = "quiet",
    breakdown: str | None = None,
) -> Stayed | None:
    """Who of `roster` stayed on `platform`; after `days` without a post they are quiet. None: nobody has an account
    there.

    The curve of staying is about `end`; `breakdown` (one of PARTS) draws a curve for each of the four largest parts.
    """
    of = {"roster": roster, "platform": platform, "days": days}
    found = connection.sql(query("fates"), params=of).pl()
    if found.is_empty():
        return None
    known = found.filter("is_known")
    refusal = _refusal(found, known)
    ends = [each for each in ENDS if each in set(known["fate"])]
    incidences, staying, at_risk = pl.DataFrame(schema=INCIDENCES), pl.DataFrame(schema=STAYING), {}
    notes: tuple[str, ...] = ()
    last = max(known["left_short"].max() or 0, 0) if known.height else 0
    marks = [int(last * part / 4) for part in range(4)]
    if refusal is None:
        codes = {country_name(code): code for code in known["country"].drop_nulls()} if breakdown == "country" else {}
        names = {code: name for name, code in codes.items()}
        clocks = _clocks(known.with_columns(pl.col("country").replace(names)), breakdown)
        incidences = _incidences(clocks, ends)
        staying, groups = staying_bands(clocks, end)
        for group in groups:
            asked = {**of, "breakdown": breakdown or "", "part": "" if breakdown is None else codes.get(group, group)}
            at_risk[group] = [_at_risk(connection, {**asked, "day": day}) for day in marks]
        notes = _notes(clocks, end, groups if breakdown else [])
    return Stayed(
        frame=found,
        fates=_fates(found, of),
        ends=ends,
        verdict=_verdict(found, known, of, days),
        refusal=refusal,
        incidences=incidences,
        staying=staying,
        days=marks,
        at_risk=at_risk,
        notes=notes,
    )


def _refusal(found: pl.DataFrame, known: pl.DataFrame) -> str | None:
    if known.is_empty():
        return (
            "Nobody has looked at their posts since a dated joining, so nobody can say who stayed. Ask for it with"
            " `kooch crawl --activity`; `kooch backfill activity` reads everything."
        )
    if len(found) - len(known) > 0.1 * len(found):
        return (
            "More than a tenth of those with an account are undated or were not looked at, so there is no percentage."
            " `kooch crawl --activity` looks at them."
        )
    if not is_installed():
        return "Curves need the statistics of Kooch. Install them with `make statistics`."
    return None


def _clocks(known: pl.DataFrame, breakdown: str | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The histories with the shortest and with the longest times that the days allow."""
    group = pl.col(breakdown) if breakdown else pl.lit("all")
    if breakdown:
        largest = known[breakdown].drop_nulls().value_counts(sort=True).head(_MOST_GROUPS)[breakdown].to_list()
        group = pl.when(group.is_in(largest)).then(group)
    short, long = (
        known.select(
            entered=f"entered_{clock}",
            left=f"left_{clock}",
            end=pl.when(pl.col("fate") != "still there").then("fate"),
            group=group,
        ).cast(HISTORIES)
        for clock in ("short", "long")
    )
    return short, long


def _incidences(clocks: tuple[pl.DataFrame, pl.DataFrame], ends: list[str]) -> pl.DataFrame:
    if not ends:
        return pl.DataFrame(schema=INCIDENCES)
    curves = [incidence(clock, ends).select("end", "time", "share") for clock in clocks]
    both = _together(curves, "end", {"share": ("low", "high")}, start=0.0)
    return both.with_columns(words=pl.col("end").replace_strict(ENDS)).select(INCIDENCES.names()).cast(INCIDENCES)


def staying_bands(clocks: tuple[pl.DataFrame, pl.DataFrame], end: str) -> tuple[pl.DataFrame, list[str]]:
    """The curve of `end` for each group (STAYING), from histories with the shortest and the longest times; and the groups."""
    groups = clocks[0]["group"].drop_nulls().unique().sort().to_list()
    curves = [
        pl.concat(
            [
                survival(clock.filter(pl.col("group") == group), end).with_columns(group=pl.lit(group))
                for group in groups
            ]
        )
        for clock in clocks
    ]
    both = _together(
        curves, "group", {"share": ("low", "high"), "low": ("least", "_"), "high": ("__", "most")}, start=1.0
    )
    return both.select(STAYING.names()).cast(STAYING), groups


def _together(
    curves: list[pl.DataFrame], by: str, columns: Mapping[str, tuple[str, str]], *, start: float
) -> pl.DataFrame:
    """Two step curves on the times of both, with the lower and the higher value of each column. The result ends where
    one of them ends."""
    times = pl.concat([curve.select(by, "time") for curve in curves]).unique().sort(by, "time")
    ends = pl.concat([curve.group_by(by).agg(until=pl.col("time").max()) for curve in curves]).group_by(by)
    times = times.join(ends.agg(pl.col("until").min()), on=by).filter(pl.col("time") <= pl.col("until"))
    for n, curve in enumerate(curves):
        named = curve.select(by, "time", pl.col(list(columns)).name.suffix(str(n))).sort("time")
        times = times.sort("time").join_asof(named, on="time", by=by, check_sortedness=False)
    return (
        times.with_columns(pl.col(f"{column}{n}").fill_null(start) for column in columns for n in (0, 1))
        .with_columns(
            expression
            for column, (least, most) in columns.items()
            for expression in (
                pl.min_horizontal(f"{column}0", f"{column}1").alias(least),
                pl.max_horizontal(f"{column}0", f"{column}1").alias(most),
            )
        )
        .rename({"time": "day"})
        .sort(by, "day")
    )


def _at_risk(connection: duckdb.DuckDBPyConnection, asked: dict[str, Any]) -> Number:
    ((figures,),) = connection.sql(query("at_risk"), params=asked).pl().rows()
    return Number(f"{figures:,}", cell("at_risk", "figures", **asked))


def _fates(found: pl.DataFrame, of: Mapping[str, object]) -> pl.DataFrame:
    counts, rows, start = dict(found["fate"].value_counts().rows()), [], 0
    for fate, words in FATES.items():
        if figures := counts.get(fate, 0):
            rows.append(
                {
                    "row": 0,
                    "name": "Everybody with an account",
                    "part": fate,
                    "words": words,
                    "figures": figures,
                    "start": start,
                    "of": len(found),
                    "label": f"{figures:,}",
                    "measure": cell("fates", "count", **of, fate=fate),
                }
            )
            start += figures
    return pl.DataFrame(rows, schema=SEGMENTS)


def _verdict(found: pl.DataFrame, known: pl.DataFrame, of: Mapping[str, object], days: int) -> Said:
    everybody = (
        Number(f"{len(found):,}", cell("fates", "count", **of)),
        f" {'has' if len(found) == 1 else 'have'} an account. ",
    )
    if known.is_empty():
        return (*everybody, "Nobody has both a known time of joining and known posts.")
    return (
        *everybody,
        "Of ",
        Number(f"{len(known):,}", cell("fates", "count", **of, is_known="true")),
        f" it is known when they joined and what they posted. After {counted(days, 'day', 'days')} without a post (quiet{days}@1) ",
        Number(f"{int((known['fate'] == 'quiet').sum()):,}", cell("fates", "count", **of, fate="quiet")),
        " counted as quiet before anything else ended the watch.",
    )


def _notes(clocks: tuple[pl.DataFrame, pl.DataFrame], end: str, groups: list[str]) -> tuple[str, ...]:
    notes = [_UNSEEN]
    small = [group for group in groups if clocks[0].filter(pl.col("group") == group).height < _FEW]
    if small:
        notes.append(f"Fewer than {_FEW} are in: {', '.join(small)}. Their curves say little.")
    tests = [compare(clock, end) for clock in clocks] if len(groups) > 1 else []
    ps = [test.p for test in tests if test]
    if ps:
        least, most = min(ps), max(ps)
        p = f"= {least:.3f}" if f"{least:.3f}" == f"{most:.3f}" else f"between {least:.3f} and {most:.3f}"
        notes.append(f"Log-rank test between the groups, with left truncation: p {p}. It says nothing of the reason.")
    return tuple(notes)
