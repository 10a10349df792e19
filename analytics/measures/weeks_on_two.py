"""On which of two platforms the same people posted, week by week; and who came back after a silence."""

from dataclasses import dataclass
from datetime import timedelta

import duckdb
import polars as pl

from analytics.measures.events import MARKERS, blocks
from analytics.measures.phrases import counted, long_day
from analytics.queries import query
from analytics.said import Number, Said, cell

PLACES = ("both", "only_here", "only_there", "neither", "unknown")
WEEKS = pl.Schema(
    {
        "week": pl.Date(),  # its Monday, in UTC
        "until": pl.Date(),  # the next Monday
        "place": pl.String(),  # one of PLACES
        "words": pl.String(),
        "figures": pl.Int64(),
        "start": pl.Int64(),  # those in the places before
    }
)
RETURNS = pl.Schema(
    {
        "name": pl.String(),
        "last_posted_on": pl.Date(),
        "returned_on": pl.Date(),
        "silent_days": pl.Int64(),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeksOnTwo:
    """`frame` has one row per week, as the query `weeks_on_two`; `weeks` (WEEKS) one row per week and place. Both are
    empty if nobody looked. `blocks` (MARKERS) are times in which a country of the list blocked one of the two.
    """

    frame: pl.DataFrame
    weeks: pl.DataFrame
    blocks: pl.DataFrame
    verdict: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class CameBack:
    """`frame` has one row per silence, as the query `came_back`; `returns` (RETURNS) are those that ended, the latest
    first."""

    frame: pl.DataFrame
    returns: pl.DataFrame
    verdict: Said


def weeks_on_two(
    connection: duckdb.DuckDBPyConnection, *, roster: str, here: str, there: str, names: tuple[str, str]
) -> WeeksOnTwo:
    """The people of `roster` with an account on both platforms; `names` are the names of `here` and `there`."""
    of = {"roster": roster, "here": here, "there": there}
    frame = connection.sql(query("weeks_on_two"), params=of).pl()
    words = dict(
        zip(PLACES, ("on both", f"on {names[0]} alone", f"on {names[1]} alone", "on neither", "not known"), strict=True)
    )
    rows = []
    for row in frame.iter_rows(named=True):
        start = 0
        for place in PLACES:
            if figures := row[place]:
                rows.append(
                    {
                        "week": row["week"],
                        "until": row["week"] + timedelta(days=7),
                        "place": place,
                        "words": words[place],
                        "figures": figures,
                        "start": start,
                    }
                )
                start += figures
    weeks = pl.DataFrame(rows, schema=WEEKS)
    return WeeksOnTwo(
        frame=frame,
        weeks=weeks,
        blocks=pl.DataFrame(schema=MARKERS)
        if weeks.is_empty()
        else blocks(
            connection,
            platforms=names,
            start=weeks["week"][0],
            end=weeks["until"][-1] - timedelta(days=1),
            roster=roster,
        ),
        verdict=_verdict(frame, of, words),
    )


def _verdict(frame: pl.DataFrame, of: dict[str, str], words: dict[str, str]) -> Said:
    known = frame.filter(10 * pl.col("unknown") <= pl.col("figures"))
    if known.is_empty():
        return ("There is no week in which nine tenths of them were looked at on both platforms.",)
    last = known.row(-1, named=True)
    where = {**of, "week": last["week"]}

    def number(column: str) -> Number:
        return Number(f"{last[column]:,}", cell("weeks_on_two", column, **where))

    return (
        f"In the week from {long_day(last['week'])}, the last in which nine tenths were looked at on both, ",
        number("both"),
        " of the ",
        number("figures"),
        f" with both accounts posted {words['both']}, ",
        number("only_here"),
        f" {words['only_here']}, ",
        number("only_there"),
        f" {words['only_there']}, ",
        number("neither"),
        f" {words['neither']}.",
    )


def came_back(connection: duckdb.DuckDBPyConnection, *, roster: str, platform: str, days: int) -> CameBack:
    """Who of `roster` posted nothing for `days` days on `platform`, and who of them posted again (with 91 that is returned91@1)."""
    of = {"roster": roster, "platform": platform, "days": days}
    frame = connection.sql(query("came_back"), params=of).pl()
    returns = frame.filter("has_returned")
    verdict: Said = (f"Nobody is known to have posted nothing for {counted(days, 'day', 'days')}.",)
    if len(frame):
        verdict = (
            Number(f"{len(frame):,}", cell("came_back", "count", **of)),
            f" {'silence' if len(frame) == 1 else 'silences'} of {counted(days, 'day', 'days')} or more are known (dormant{days}@1); ",
            Number(f"{len(returns):,}", cell("came_back", "count", **of, has_returned="true")),
            f" of them ended with a post (returned{days}@1).",
        )
    return CameBack(frame=frame, returns=returns.select(RETURNS.names()).cast(RETURNS), verdict=verdict)
