"""The tables on the pages of one list: where its figures are, and what changed."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb

from analytics.measures.corrections import Correction, corrections_on
from analytics.measures.figure import when
from analytics.measures.phrases import first_day, interval, long_day, short_day
from analytics.queries import query

_WITHOUT_ACCOUNT = {"not there": "searched, not there", "not looked": "not searched"}
_ENDED_BY = {"owner": "left", "platform": "ended by the platform"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A figure on a platform. `says` is the state in words; `is_disputed`: sources disagree.

    `url` opens the account as it is now. `is_current`: the account still has the handle, as far as is known; None: no
    handle of the account is known.
    """

    state: str
    says: str
    handle: str | None = None
    is_current: bool | None = None
    url: str | None = None
    is_disputed: bool = False
    account_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A figure, and its place on each platform of the list, in the order of `ListPage.platforms`."""

    figure_id: str
    name: str
    role: str
    party: str | None
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A transition. `move_id` stays the same when its interval narrows. `known_at` is in UTC; `when` is in words. `last_posted_on` (UTC) is None unless the move is a silence or its end. `citation` is the document that it rests on, or the run."""

    move_id: str
    figure_id: str
    name: str
    platform: str
    platform_name: str
    handle: str | None
    move: str
    when: str
    last_posted_on: date | None
    known_at: datetime
    is_presumed: bool
    citation: str | None
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A document that something on these pages rests on."""

    citation: str
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """A list: its own words, its platforms by name, one line per figure, its moves and corrections (the latest first)
    and its sources."""

    roster: str
    title: str
    description: str
    source: str
    source_url: str | None
    licence: str
    as_of: date
    time_zone: str
    platforms: dict[str, str]
    lines: tuple[Line, ...]
    moves: tuple[Move, ...]
    corrections: tuple[Correction, ...]
    sources: tuple[Source, ...]


def list_page(connection: duckdb.DuckDBPyConnection, roster: str) -> ListPage | None:
    """Everything in tables about the list `roster`; None: there is no such list.

    There is a line for each member of the last day about which anything is known.
    """
    found = _rows(connection, "list_of", roster=roster)
    if not found:
        return None
    about = found[0]
    (days,) = _rows(connection, "days_of_list", roster=roster)
    places = _rows(connection, "where_they_are", roster=roster, day=days["known_on"])
    platforms = {row["platform"]: row["platform_name"] for row in places}
    lines: dict[str, list[dict[str, Any]]] = {}
    for row in places:
        lines.setdefault(row["figure_id"], []).append(row)
    return ListPage(
        **about,
        platforms=platforms,
        lines=tuple(_line(rows, list(platforms)) for rows in lines.values()),
        moves=tuple(_move(row) for row in _rows(connection, "published_moves", roster=roster)),
        corrections=corrections_on(connection, roster),
        sources=tuple(Source(**row) for row in _rows(connection, "sources_of_list", roster=roster)),
    )


def _rows(connection: duckdb.DuckDBPyConnection, name: str, **asked: object) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = connection.sql(query(name), params=asked).pl().to_dicts()
    return rows


def _line(rows: list[dict[str, Any]], platforms: list[str]) -> Line:
    first, of_platform = rows[0], {row["platform"]: row for row in rows}
    return Line(
        figure_id=first["figure_id"],
        name=first["name"],
        role=first["role"],
        party=first["party"],
        places=tuple(_place(of_platform[platform]) for platform in platforms),
    )


def _place(row: dict[str, Any]) -> Place:
    return Place(
        state=row["state"],
        says=_says(row),
        handle=row["handle"],
        is_current=row["is_current"],
        url=row["url"],
        is_disputed=bool(row["contradiction"]),
        account_id=row["account_id"],
    )


def _says(row: dict[str, Any]) -> str:
    if row["state"] in _WITHOUT_ACCOUNT:
        return _WITHOUT_ACCOUNT[row["state"]]
    joined = interval(row["joined_not_before"], row["joined_before"], (row["joined_from_zone"], row["joined_zone"]))
    words = ["has an account; no day is known" if joined == "undated" else f"joined {joined}"]
    if (row["accounts"] or 0) > 1 and joined != "undated":
        words[0] += f" (the first of {row['accounts']} accounts)"
    if row["state"] == "ended":
        ended = interval(row["ended_not_before"], row["ended_before"], (row["ended_from_zone"], row["ended_zone"]))
        words.append(f"{_ENDED_BY.get(row['ended_by'], 'no longer found')} {ended}")
    elif row["left_before"] and row["back_before"]:
        left = interval(row["left_not_before"], row["left_before"], (row["left_from_zone"], row["left_zone"]))
        words.append(f"{_ENDED_BY.get(row['left_by'], 'no longer found')} {left}")
        words.append(f"back {interval(None, row['back_before'], row['back_zone'])}")
    if row["state"] != "ended" and row["last_sign_at"]:
        words.append(f"last sign {short_day(first_day(row['last_sign_at'], row['last_sign_zone']))}")
    return "; ".join(words)


def _move(row: dict[str, Any]) -> Move:
    return Move(
        move_id=row["move_id"],
        figure_id=row["figure_id"],
        name=row["name"],
        platform=row["platform"],
        platform_name=row["platform_name"],
        handle=row["handle"],
        move=row["move"],
        when=when(row),
        last_posted_on=row["last_posted_on"],
        known_at=row["known_at"],
        is_presumed=row["is_presumed"],
        citation=row["citation"],
        url=row["url"],
    )


def moves_on(connection: duckdb.DuckDBPyConnection, roster: str) -> tuple[Move, ...]:
    """The moves of the figures of the list `roster`, the latest first; none where there is no such list."""
    found = _rows(connection, "list_of", roster=roster)
    rows = _rows(connection, "published_moves", roster=roster) if found else []
    return tuple(_move(row) for row in rows)


def corrections_of(connection: duckdb.DuckDBPyConnection, roster: str) -> tuple[Correction, ...]:
    """The corrections about figures of the list `roster`, the latest first; none where there is no such list."""
    found = _rows(connection, "list_of", roster=roster)
    return corrections_on(connection, roster) if found else ()


def sentence(move: Move) -> str:
    """A move in a sentence, as feeds and messages carry it."""
    handle = f" (@{move.handle})" if move.handle else ""
    presumed = ", presumably" if move.is_presumed else ""
    return f"{move.name} · {move.platform_name}{handle}: {move.move}{presumed}, {move.when}."


def known_on(move: Move) -> str:
    """The day (UTC) from which the move was known."""
    return long_day(move.known_at.date())
