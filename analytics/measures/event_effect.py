"""What an event did to joining: the eight weeks after it against the eight before, and against placebo dates."""

from dataclasses import dataclass
from datetime import date

import duckdb
import polars as pl

from analytics.event_study import APART, FEWEST, WINDOW, Study, study
from analytics.measures.phrases import long_day
from analytics.queries import query
from analytics.said import Number, Said, cell

PLACEBOS = pl.Schema(
    {
        "day": pl.Date(),  # in UTC
        "before": pl.Int64(),  # joins, or posts, in the 56 days before it
        "after": pl.Int64(),  # in the 56 days that begin with it
        "ratio": pl.Float64(),  # (after + 0.5) / (before + 0.5)
        "is_event": pl.Boolean(),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What changed around a day. `refusal` is a sentence if nothing may be said; `changes` are PLACEBOS."""

    refusal: str | None
    changes: pl.DataFrame
    verdict: Said
    notes: tuple[str, ...]


def events(connection: duckdb.DuckDBPyConnection, *, platform: str) -> list[tuple[str, str, date]]:
    """Every dated event, as its id, its words and its first day; those about `platform` first."""
    found = (
        connection.sql(query("events"), params={"platform": platform})
        .pl()
        .sort("is_of_platform", descending=True, maintain_order=True)
    )
    return [
        (event, f"{long_day(day)}: {title}", day)
        for event, title, day in found.select("event", "title", "starts_on").rows()
    ]


def event_effect(connection: duckdb.DuckDBPyConnection, *, roster: str, platform: str, day: date) -> Effect:
    """How joining of `platform` by the people of `roster` changed on `day`."""
    of = {"roster": roster, "platform": platform}
    joins = connection.sql(query("dated_joins"), params=of).pl()
    about = connection.sql(query("days_of_list"), params={"roster": roster}).pl().row(0, named=True)
    refusal = _refusal(joins)
    dated = joins.filter("is_by_platform")["day"]
    found: Study | None = None
    if refusal is None:
        days = [each.toordinal() for each in dated]
        found = study(days, day.toordinal(), first=days[0], last=about["looked_on"].toordinal())
        if found is None:
            refusal = (
                f"The eight weeks before and after must lie between the first join on this list, {long_day(dated[0])}, and the last"
                f" look at it, {long_day(about['looked_on'])}. Choose another event or day."
            )
    return Effect(
        refusal=refusal,
        changes=changes_of(found),
        verdict=_verdict(found, day, of),
        notes=_notes(found, len(joins) - len(dated)),
    )


def _refusal(joins: pl.DataFrame) -> str | None:
    if joins.is_empty():
        return "We know of nobody on this list who has joined there."
    by_platform = int(joins["is_by_platform"].fill_null(value=False).sum())
    if int(joins["is_by_press"].fill_null(value=False).sum()) > by_platform:
        return "The joins on this list are dated by the press, which writes when something happens: they would show a jump at any event."
    if by_platform < 0.9 * len(joins):
        return (
            "Fewer than nine tenths of the joins on this list are dated by the platform, so nobody can say what the event did. A"
            " crawl of Bluesky or Mastodon dates them: `kooch crawl`."
        )
    return None


def changes_of(found: Study | None) -> pl.DataFrame:
    """The event and its placebo dates as PLACEBOS, by day; no rows for None."""
    rows = [] if found is None else [*((each, False) for each in found.placebos), (found.event, True)]
    return pl.DataFrame(
        [
            {
                "day": date.fromordinal(each.day),
                "before": each.before,
                "after": each.after,
                "ratio": (each.after + 0.5) / (each.before + 0.5),
                "is_event": is_event,
            }
            for each, is_event in rows
        ],
        schema=PLACEBOS,
    ).sort("day")


def _verdict(found: Study | None, day: date, of: dict[str, str]) -> Said:
    if found is None:
        return ()
    asked = {**of, "window": WINDOW, "day": day}
    counted: Said = (
        f"In the eight weeks from {long_day(day)} on ",
        Number(f"{found.event.after:,}", cell("joins_around", "after", **asked)),
        " joined, in the eight weeks before ",
        Number(f"{found.event.before:,}", cell("joins_around", "before", **asked)),
        ". ",
    )
    if found.p is None:
        return (
            *counted,
            f"There are fewer than {FEWEST} other dates to compare with, so nobody can say whether that is rare.",
        )
    is_rare = found.p <= 0.05
    return (
        *counted,
        f"Around other dates a change as large, up or down, is {'rare' if is_rare else 'not rare'} (p = {found.p:.3f}). ",
        "This does not say what caused it." if is_rare else "Nothing shows that the event did anything to joining.",
    )


def _notes(found: Study | None, undated: int) -> tuple[str, ...]:
    if found is None:
        return ()
    return (
        f"Placebo dates: {len(found.placebos):,}, every seventh day that is {APART} days or more away from the event.",
        *((f"Not dated by the platform, and left out: {undated:,}.",) if undated else ()),
        "The list was made on one day: people who joined and were gone by then are missing, both before and after.",
    )
