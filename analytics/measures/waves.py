"""Waves of looks at a list on a platform: what each found, whether it means the same as the one before, and how far lookers agree."""

from dataclasses import dataclass
from typing import Any

import duckdb
import polars as pl

from analytics.measures.phrases import days
from analytics.measures.places import SEGMENTS
from analytics.queries import query
from analytics.said import Number, cell

FOUND = {
    "present": "present",
    "absent": "searched, and not there",
    "not looked": "not searched: no link on an official page, or a program found none",
    "unknown": "unclear, or lookers disagree",
}
"""What a wave can say of somebody, in words."""
_COLUMNS = {"present": "present", "absent": "absent", "not looked": "not_searched", "unknown": "unknown"}
BREAKS = pl.Schema(
    {
        "row": pl.Int64(),  # the bar above which the meaning changes
        "says": pl.String(),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waves:
    """`frame` has one row per wave, as the query `waves_of_list`. `found` are SEGMENTS, one bar per wave. `breaks`
    (BREAKS) has one row per wave with another definition. `results` is the table on which agreement rests, as the query
    `look_results_of`.
    """

    frame: pl.DataFrame
    found: pl.DataFrame
    breaks: pl.DataFrame
    results: pl.DataFrame
    warnings: tuple[str, ...]


def waves_of(connection: duckdb.DuckDBPyConnection, *, roster: str, platform: str) -> Waves | None:
    """The waves of looks at people of `roster` on `platform`; None: there is no wave."""
    of = {"roster": roster, "platform": platform}
    frame = connection.sql(query("waves_of_list"), params=of).pl()
    if frame.is_empty():
        return None
    segments, breaks, warnings = [], [], []
    for row, wave in enumerate(frame.iter_rows(named=True)):
        start = 0
        for part, words in FOUND.items():
            if figures := wave[_COLUMNS[part]]:
                is_first = part == "present"
                segments.append(
                    {
                        "row": row,
                        "name": f"{wave['wave']}, {days(wave['first_day'], wave['last_day'])}",
                        "part": part,
                        "words": words,
                        "figures": figures,
                        "start": start,
                        "of": wave["figures"],
                        "label": f"{figures:,} of {wave['figures']:,}" if is_first else f"{figures:,}",
                        "measure": cell("waves_of_list", _COLUMNS[part], **of, wave=wave["wave"]),
                    }
                )
                start += figures
        if wave["means_something_else"]:
            means = wave["definition"] or "nobody said what"
            breaks.append({"row": row, "says": "Counts something else from here on"})
            warnings.append(
                f"The wave {wave['wave']} counts something else than the one before: {means}. The two cannot be compared."
            )
    results = connection.sql(
        query("look_results_of"), params={"platform": platform, "waves": frame["wave"].to_list()}
    ).pl()
    return Waves(
        frame=frame,
        found=pl.DataFrame(segments, schema=SEGMENTS),
        breaks=pl.DataFrame(breaks, schema=BREAKS),
        results=results,
        warnings=tuple(warnings),
    )


def agreement_in_words(wave: dict[str, Any]) -> tuple[str, str, str]:
    """Pairs that agree, κ and α of a row of `waves_of_list`, in words. If one of them is not given, the words say
    why."""
    if not wave["pairs"]:
        return "one looker", "–", "–"
    kappa, alpha = wave["kappa"], wave["alpha"]
    not_given = "not given: fewer than 30, or only one result"
    return (
        f"{wave['agreed']:,} of {wave['pairs']:,} pairs",
        not_given if kappa is None else f"{kappa:.2f}",
        not_given if alpha is None else f"{alpha:.2f}",
    )


def pairs_of(row: dict[str, object], platform: str) -> Number:
    """How often two lookers gave these two results, of a row of `results`."""
    where = {column: row[column] for column in ("wave", "first_result", "second_result")}
    return Number(f"{row['pairs']:,}", cell("look_results", "pairs", platform=platform, **where))
