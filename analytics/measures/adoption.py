"""How many of a roster had joined a platform, day by day, as a band between the certain and the possible."""

from dataclasses import dataclass
from datetime import date

import duckdb
import polars as pl

from analytics.queries import query

CURVE = pl.Schema(
    {
        "day": pl.Date(),  # in the roster's time zone; until the next row nothing changes
        "joined_min": pl.Int64(),  # certainly there by the end of the day
        "joined_max": pl.Int64(),  # possibly there
        "members": pl.Int64(),
        "not_looked": pl.Int64(),
        "share_min": pl.Float64(),  # NULL: the roster may not be divided on that day
        "share_max": pl.Float64(),
    }
)
PARTS = pl.Schema(
    {
        "part": pl.String(),  # joined, absent or not_looked
        "figures": pl.Int64(),
        "start": pl.Int64(),  # figures in the parts before it
        "label": pl.String(),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """The curve (CURVE), what is known of the figures of the roster (PARTS), and what may be said of them."""

    curve: pl.DataFrame
    parts: pl.DataFrame
    selection: str
    as_of: date
    verdict: str

    @property
    def has_shares(self) -> bool:
        """Whether the roster may be divided on any day."""
        return self.curve["share_min"].is_not_null().any()


def choices(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """The rosters that can be looked at, each with its platforms."""
    found = connection.execute(
        "SELECT roster, list(platform ORDER BY joined DESC, platform) FROM coverage GROUP BY roster ORDER BY roster"
    ).fetchall()
    return dict(found)


def adoption_of(connection: duckdb.DuckDBPyConnection, *, roster: str, platform: str) -> Adoption | None:
    """What the rollup `adoption` says of `roster` on `platform`; None when it says nothing."""
    curve = connection.sql(
        query("adoption_curve"),
        params={"roster": roster, "platform": platform},
    ).pl()
    found = connection.execute(
        """
        SELECT r.selection, r.as_of, c.figures, c.joined, c.absent, c.not_looked
        FROM coverage AS c
        INNER JOIN rosters AS r ON r.roster = c.roster
        WHERE c.roster = ? AND c.platform = ?
        """,
        [roster, platform],
    ).fetchall()
    if curve.is_empty() or not found:
        return None
    selection, as_of, figures, joined, absent, not_looked = found[0]
    parts = [
        {"part": "joined", "figures": joined, "start": 0, "label": f"{joined:,} known to have joined"},
        {"part": "absent", "figures": absent, "start": joined, "label": f"{absent:,} searched, not there"},
        {
            "part": "not_looked",
            "figures": not_looked,
            "start": joined + absent,
            "label": f"{not_looked:,} not searched",
        },
    ]
    frame = curve.cast(CURVE)
    return Adoption(
        curve=frame,
        parts=pl.DataFrame([part for part in parts if part["figures"]], schema=PARTS),
        selection=selection,
        as_of=as_of,
        verdict=_verdict(frame, selection, figures, joined, not_looked),
    )


def _percent(share: float) -> str:
    """A share in whole percent; only none is 0 % and only all is 100 %."""
    if 0 < share < 0.005:
        return "<1%"
    if 0.995 <= share < 1:
        return ">99%"
    return f"{share:.0%}"


def _verdict(curve: pl.DataFrame, selection: str, figures: int, joined: int, not_looked: int) -> str:
    """The last count in one sentence, divided only where that is allowed."""
    shares = curve.filter(pl.col("share_min").is_not_null())
    unsearched = f" {not_looked:,} of {figures:,} were not searched: of them nothing is known." if not_looked else ""
    if not shares.is_empty():
        last = shares.row(-1, named=True)
        least, most = _percent(last["share_min"]), _percent(last["share_max"])
        at_least = "at least " if not_looked else ""
        of = f"{_range(last['joined_min'], last['joined_max'])} of {last['members']:,}"
        # Of a few people a percentage says less than the count.
        share = "" if last["members"] < 20 else f", {at_least}{least if least == most else f'{least} to {most}'}"
        return f"On {last['day'].day} {last['day']:%B %Y}: {of}{share}.{unsearched}"
    reason = {
        "joiners": "Its entries are listed because they joined: they are counted and never divided.",
        "listed": "The list is not a census: it is counted and not divided.",
        "sample": "The list is a sample: it is counted and not divided.",
        "census": "Less than nine tenths were searched, or no day is fully listed: no share.",
    }[selection]
    known = f"All {figures:,}" if joined == figures else f"{joined:,} of the {figures:,}"
    return f"{known} entries are known to have joined. {reason}{unsearched}"


def _range(least: int, most: int) -> str:
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"
