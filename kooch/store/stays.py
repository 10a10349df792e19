"""The stays of every figure on every platform: read the evidence from the master, and write its readings back.

What a stay is stands in docs/methods.md; `kooch.presence` reads the evidence. Nothing here depends on the clock.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import polars as pl
import pyarrow as pa

from kooch import presence
from kooch.presence.evidence import Doubt, Evidence, Held, Known, known_by
from kooch.presence.figures import AccountReadings, StayRow, account_readings, edges, presumptions, stay_rows
from kooch.presence.reading import BEGINNING, NEVER, Item, Says
from kooch.store.rows import as_table

_STEPS = Path(__file__).with_name("staying")
_EVIDENCE = ("evidence", "claimed_accounts", "doubts_of_figures", "gaps_of_figures")
_WRITTEN = ("known_stays", "known_readings", "edge_spans", "read_evidence")
_INSTANT = pa.timestamp("us", tz="UTC")
_SAYS = {"joined": Says.JOINED, "sign": Says.SIGN, "ended": Says.ENDED, "absent": Says.ABSENT}
_DAY = 24 * 60 * 60 * 1_000_000
_WINDOW = 2_000
"""How many figures are read and written at once. This bounds memory and keeps statements cheap."""

_Pair = tuple[str, str]
_Row = dict[str, Any]

_STAYS = pa.schema(
    [
        ("figure_id", pa.string()),
        ("platform", pa.string()),
        ("account_id", pa.int32()),
        ("stay", pa.int32()),
        *((name, _INSTANT) for name in ("joined_not_before", "joined_before")),
        *((name, pa.int32()) for name in ("joined_from_bound", "joined_to_bound")),
        *((name, _INSTANT) for name in ("ended_not_before", "ended_before")),
        *((name, pa.int32()) for name in ("ended_from_bound", "ended_to_bound")),
        ("ended_by", pa.string()),
        ("last_sign_at", _INSTANT),
        *((name, pa.int32()) for name in ("last_sign_bound", "last_sign_run", "longest_gap_days")),
        *((name, pa.bool_()) for name in ("join_is_presumed", "end_is_presumed", "last_sign_is_presumed")),
        *((name, pa.bool_()) for name in ("is_explained", "contradiction")),
        ("readings", pa.int32()),
        ("unexplained", pa.list_(pa.int32())),
        *((name, _INSTANT) for name in ("known_from", "known_until")),
    ]
)
_READINGS = pa.schema(
    [
        ("figure_id", pa.string()),
        ("platform", pa.string()),
        ("account_id", pa.int32()),
        ("stay", pa.int32()),
        *((name, _INSTANT) for name in ("not_before", "before")),
        *((name, pa.int32()) for name in ("from_bound", "to_bound")),
        ("bounds", pa.list_(pa.int32())),
        *((name, _INSTANT) for name in ("known_from", "known_until")),
    ]
)
_SPANS = pa.schema(
    [
        ("figure_id", pa.string()),
        ("platform", pa.string()),
        ("with_presumptions", pa.bool_()),
        ("edge", pa.string()),
        *((name, _INSTANT) for name in ("since", "until", "sign_at")),
    ]
)


class _OfPair(NamedTuple):
    """All evidence on a figure on a platform, whenever it was known. `untimely` are bounds outside the platform's time."""

    evidence: list[Evidence]
    doubts: list[Doubt]
    claimed_at: list[tuple[int, int]]
    held: dict[int, Held]
    untimely: dict[int, int]
    gaps: dict[int, list[tuple[int, int, int]]]


class _Written(NamedTuple):
    stays: list[_Row]
    readings: list[_Row]
    spans: list[_Row]


def store_stays(connection: duckdb.DuckDBPyConnection) -> None:
    """Bring `known_stays`, `known_readings` and `edge_spans` up to date, inside the caller's transaction.

    Figures whose evidence is as it was read are left as they are. Needs the view `links`, and what `store_departures` leaves.
    """
    _store_gaps(connection)
    connection.execute("SET VARIABLE reader = ?", [_reader()])
    steps = (*_EVIDENCE, "evidence_digests", "pairs_to_read")
    for step in steps:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {step} AS {_select(step)}")
    # What is gone goes, and what has changed is written anew.
    for table in _WRITTEN:
        connection.execute(
            f"DELETE FROM {table} WHERE (figure_id, platform) NOT IN (SELECT (figure_id, platform) FROM evidence_digests)"
            f" OR (figure_id, platform) IN (SELECT (figure_id, platform) FROM pairs_to_read)"
        )
    ((n,),) = connection.execute("SELECT count(*) FROM pairs_to_read").fetchall()
    for first in range(0, n, _WINDOW):
        written = _Written([], [], [])
        for pair, found in _pairs(connection, first):
            _add(written, pair, found)
        _write(connection, written)
    connection.execute(
        "INSERT INTO read_evidence SELECT d.* FROM evidence_digests AS d"
        " SEMI JOIN pairs_to_read AS c ON c.figure_id = d.figure_id AND c.platform = d.platform"
    )
    for step in steps:
        connection.execute(f"DROP TABLE temp.{step}")


def read_part(connection: duckdb.DuckDBPyConnection, until: datetime) -> None:
    """Make temporary tables `known_stays` and `known_readings` from the evidence in this connection's `bounds` and `links`.

    They hold what was known by `until`.
    """
    instant = (until - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    for step in _EVIDENCE:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {step} AS {_select(step)}")
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE pairs_to_read AS SELECT *, 0 AS number"
        " FROM (SELECT figure_id, platform FROM evidence UNION SELECT figure_id, platform FROM claimed_accounts)"
    )
    written = _Written([], [], [])
    for pair, found in _pairs(connection, 0):
        known = known_by(instant, found.evidence, found.doubts, found.claimed_at, found.held)
        version = _version(pair, known, account_readings(known), found, instant)
        times: _Row = {"known_from": instant, "known_until": None}
        written.stays.extend(row | times for row in version.stays)
        written.readings.extend(row | times for row in version.readings)
    for step in (*_EVIDENCE, "pairs_to_read"):
        connection.execute(f"DROP TABLE temp.{step}")
    for table, rows, schema in (
        ("known_stays", written.stays, _STAYS),
        ("known_readings", written.readings, _READINGS),
    ):
        connection.register("rows_of_stays", as_table(rows, schema))
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS FROM rows_of_stays")
        connection.unregister("rows_of_stays")


@cache
def _reader() -> str:
    """A digest of the code that reads evidence. Other code may read the same evidence in another way."""
    files = [*Path(presence.__file__).parent.glob("*.py"), Path(__file__)]
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in sorted(files))).hexdigest()


def _write(connection: duckdb.DuckDBPyConnection, written: _Written) -> None:
    for table, rows, schema in (
        ("known_stays", written.stays, _STAYS),
        ("known_readings", written.readings, _READINGS),
        ("edge_spans", written.spans, _SPANS),
    ):
        if rows:
            connection.register("rows_of_stays", as_table(rows, schema))
            connection.execute(f"INSERT INTO {table} BY NAME FROM rows_of_stays")
            connection.unregister("rows_of_stays")


# Evidence


def _pairs(connection: duckdb.DuckDBPyConnection, first: int) -> Iterator[tuple[_Pair, _OfPair]]:
    """The evidence on changed figures and platforms: a window of them, from number `first` on."""
    evidence, claims, doubts, gaps = (_by_pair(connection, step, first) for step in _EVIDENCE)
    for pair in sorted(evidence.keys() | claims.keys()):
        rows = evidence.get(pair, [])
        yield (
            pair,
            _OfPair(
                [
                    Evidence(
                        account,
                        Item(_SAYS[says], _from(since), _to(before), account is not None, bound, act),
                        at,
                        _to(withdrawn_at),
                    )
                    for account, bound, says, since, before, act, at, _, withdrawn_at in rows
                    if says != "nothing"
                ],
                [
                    Doubt(account, since, _to(until), at, BEGINNING if until_at is None else until_at)
                    for account, since, until, at, until_at in doubts.get(pair, ())
                ],
                [(account, at) for account, at, *_ in claims.get(pair, ())],
                {
                    account: Held(_from(since), _from(by), _to(until))
                    for account, _, since, by, until in claims.get(pair, ())
                    if since is not None or until is not None
                },
                {bound: at for _, bound, _, _, _, _, at, is_untimely, _ in rows if is_untimely},
                _gaps(gaps.get(pair, ())),
            ),
        )


def _by_pair(connection: duckdb.DuckDBPyConnection, step: str, first: int) -> dict[_Pair, list[tuple[Any, ...]]]:
    rows = connection.execute(
        f"SELECT s.* FROM {step} AS s"
        " SEMI JOIN (FROM pairs_to_read WHERE number >= $first AND number < $end) AS c"
        " ON c.figure_id = s.figure_id AND c.platform = s.platform ORDER BY ALL",
        {"first": first, "end": first + _WINDOW},
    ).fetchall()
    return {pair: [row[2:] for row in group] for pair, group in groupby(rows, key=lambda row: row[:2])}


def _gaps(rows: Iterable[tuple[int, int, int, int]]) -> dict[int, list[tuple[int, int, int]]]:
    found: dict[int, list[tuple[int, int, int]]] = {}
    for account, first, last, gap in rows:
        found.setdefault(account, []).append((first, last, gap))
    return found


def _from(instant: int | None) -> int:
    return BEGINNING if instant is None else instant


def _to(instant: int | None) -> int:
    return NEVER if instant is None else instant


# Rows


class _Version(NamedTuple):
    """What was known from an instant on."""

    known_from: int
    stays: list[_Row]
    readings: list[_Row]


def _add(written: _Written, pair: _Pair, found: _OfPair) -> None:
    versions: list[_Version] = []
    known = Known(frozenset(), ())
    accounts: list[AccountReadings] = []
    for instant in _epochs(found):
        known = known_by(instant, found.evidence, found.doubts, found.claimed_at, found.held)
        accounts = account_readings(known)
        version = _version(pair, known, accounts, found, instant)
        if versions and _joins(versions[-1]) == _joins(version):
            version = version._replace(known_from=versions.pop().known_from)
        versions.append(version)
    for version, until in zip(versions, [*(later.known_from for later in versions[1:]), None], strict=True):
        times: _Row = {"known_from": version.known_from, "known_until": until}
        written.stays.extend(row | times for row in version.stays)
        written.readings.extend(row | times for row in version.readings)
    written.spans.extend(_spans(pair, known, accounts))


def _epochs(found: _OfPair) -> list[int]:
    """The instants at which more became known."""
    instants = {at for one in found.evidence for at in (one.known_at, one.withdrawn_at)} - {NEVER}
    instants |= {at for _, at in found.claimed_at}
    instants |= {at for one in found.doubts for at in (one.known_at, one.end_known_at)} | set(found.untimely.values())
    return sorted(instants - {BEGINNING})


def _joins(version: _Version) -> tuple[list[_Row], list[_Row]]:
    """What a version of the stays is compared by. A later sign alone makes no new version."""
    passing = {"last_sign_at", "last_sign_bound", "last_sign_run", "longest_gap_days"}
    return [
        {name: value for name, value in row.items() if name not in passing} for row in version.stays
    ], version.readings


def _version(pair: _Pair, known: Known, accounts: list[AccountReadings], found: _OfPair, instant: int) -> _Version:
    is_presumed = presumptions(known, accounts)
    untimely = {bound for bound, at in found.untimely.items() if at <= instant}
    counted = {item.bound for one in accounts for reading in one.readings for item in reading.items}
    stays: list[_Row] = []
    readings: list[_Row] = []
    for one in accounts:
        for row in stay_rows(one):
            account = None if row.account is None or row.account < 0 else row.account
            of_account: _Row = {"figure_id": pair[0], "platform": pair[1], "account_id": account, "stay": row.spell}
            flags = is_presumed[row.account, row.spell]
            stays.append(of_account | _stay_columns(row, flags, untimely, found.gaps.get(row.account or 0, [])))
            readings += [of_account | _reading_columns(side) for side in row.sides]
    if uncounted := sorted(untimely - counted):
        _flag(stays, pair, uncounted)
    return _Version(instant, stays, readings)


def _stay_columns(
    row: StayRow, is_presumed: tuple[bool, bool, bool], untimely: set[int], gaps: list[tuple[int, int, int]]
) -> _Row:
    bounds = {bound for side in row.sides for bound in side[4]}
    return {
        "joined_not_before": _instant(row.stay.joined_from),
        "joined_before": _instant(row.stay.joined_to),
        "joined_from_bound": _bound(row.joined_bounds[0]),
        "joined_to_bound": _bound(row.joined_bounds[1]),
        "ended_not_before": _instant(row.stay.ended_from),
        "ended_before": _instant(row.stay.ended_to),
        "ended_from_bound": _bound(row.ended_bounds[0]),
        "ended_to_bound": _bound(row.ended_bounds[1]),
        "ended_by": row.act,
        "last_sign_at": _instant(row.last_sign),
        "last_sign_bound": _bound(row.last_sign_bound),
        "last_sign_run": _bound(-row.last_sign_bound),
        "longest_gap_days": _longest_gap(row.signs, gaps),
        "join_is_presumed": is_presumed[0],
        "end_is_presumed": is_presumed[1],
        "last_sign_is_presumed": is_presumed[2],
        "is_explained": row.is_explained,
        "contradiction": row.contradiction or bool(bounds & untimely),
        "readings": row.readings,
        "unexplained": list(row.excluded),
    }


def _reading_columns(side: tuple[int, int, int, int, tuple[int, ...]]) -> _Row:
    return {
        "not_before": _instant(side[0]),
        "before": _instant(side[1]),
        "from_bound": _bound(side[2]),
        "to_bound": _bound(side[3]),
        "bounds": list(side[4]),
    }


def _flag(stays: list[_Row], pair: _Pair, bounds: list[int]) -> None:
    """Put evidence that counts nowhere beside the first stay, or into a row of its own if there is no stay."""
    if not stays:
        nothing: _Row = dict.fromkeys(_STAYS.names)
        nothing |= {"figure_id": pair[0], "platform": pair[1], "stay": 0, "readings": 0, "unexplained": []}
        nothing |= dict.fromkeys(
            ("join_is_presumed", "end_is_presumed", "last_sign_is_presumed", "is_explained"), False
        )
        stays.append(nothing)
    stays[0] |= {"contradiction": True, "unexplained": sorted({*stays[0]["unexplained"], *bounds})}


def _longest_gap(signs: tuple[int, ...], gaps: list[tuple[int, int, int]]) -> int | None:
    """The longest time between two signs in whole days, including the longest measured gap within a series of answers."""
    between = [
        min([later - earlier, *(gap for first, last, gap in gaps if first <= earlier and later <= last)])
        for earlier, later in pairwise(signs)
    ]
    return max(between) // _DAY if between else None


def _spans(pair: _Pair, known: Known, accounts: list[AccountReadings]) -> list[_Row]:
    """The edges with and without presumptions. If both are equal, one row stands for both."""
    mine = _edge_rows(pair, accounts)
    if not known.accounts or not known.unnamed:
        return [row | {"with_presumptions": None} for row in mine]
    alone = _edge_rows(pair, account_readings(known.without_unnamed()))
    return [
        *(row | {"with_presumptions": None} for row in mine if row in alone),
        *(row | {"with_presumptions": True} for row in mine if row not in alone),
        *(row | {"with_presumptions": False} for row in alone if row not in mine),
    ]


def _edge_rows(pair: _Pair, accounts: list[AccountReadings]) -> list[_Row]:
    found = edges(accounts)
    of_pair: _Row = {"figure_id": pair[0], "platform": pair[1]}
    rows = [
        of_pair | {"edge": edge, "since": _instant(since), "until": None, "sign_at": None}
        for edge, since in (("joined_min", found.joined_min), ("joined_max", found.joined_max))
        if since < NEVER
    ]
    return rows + [
        of_pair
        | {"edge": edge, "since": _instant(span.start), "until": _instant(span.until), "sign_at": _instant(span.sign)}
        for edge, spans in (("there_min", found.there_min), ("there_max", found.there_max))
        for span in spans
    ]


def _instant(instant: int) -> int | None:
    return None if instant in (BEGINNING, NEVER) else instant


def _bound(bound: int) -> int | None:
    return bound if bound > 0 else None


# The longest time between two signs


def _store_gaps(connection: duckdb.DuckDBPyConnection) -> None:
    """Bring `sign_gaps` up to date: add answers that follow those already counted, and count other series again."""
    fresh = connection.sql(_select("fresh_signs")).pl().sort("account_id", "first_at", "at")
    is_next = (pl.col("account_id") == pl.col("account_id").shift(1)) & (
        pl.col("first_at") == pl.col("first_at").shift(1)
    )
    between = (
        fresh.with_columns(gap=pl.when(is_next).then(pl.col("at") - pl.col("at").shift(1)).otherwise(0))
        .group_by("account_id", "first_at", "is_added")
        .agg(pl.col("gap").max())
    )
    connection.register("gaps_between", between.to_arrow())
    connection.execute(f"CREATE OR REPLACE TEMP TABLE measured_gaps AS {_select('measured_gaps')}")
    connection.unregister("gaps_between")
    connection.execute("DELETE FROM sign_gaps")
    connection.execute("INSERT INTO sign_gaps BY NAME FROM measured_gaps")


def _select(step: str) -> str:
    return (_STEPS / f"{step}.sql").read_text(encoding="utf-8")
