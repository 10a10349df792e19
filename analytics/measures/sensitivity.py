"""Counts again without some of the texts on which a count rests."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import duckdb

from analytics.measures.headline import count_there_by
from analytics.measures.knowledge import Without
from analytics.queries import query
from analytics.said import Number, Said, cell

_WEAK = ("excerpt_cut", "quoted_elsewhere")


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """How many are certainly there without the texts that `texts` names."""

    texts: str
    there: int


def sensitivity(
    connection: duckdb.DuckDBPyConnection,
    *,
    roster: str,
    platform: str,
    day: date,
    zone: str,
    known_by: date | None = None,
) -> list[Left]:
    """The count of `count_there_by` without each origin that several texts share, without all, and without weak texts."""
    found = connection.execute(query("origins"), {"roster": roster, "platform": platform}).fetchall()
    return [
        Left(
            texts=texts,
            there=count_there_by(
                connection, roster=roster, platform=platform, day=day, zone=zone, known_by=known_by, without=without
            ),
        )
        for texts, without in _parts([origin for (origin,) in found])
    ]


def in_a_sentence(found: list[Left], **asked: object) -> Said:
    """`How firm is that? Without … it would be 24, without …: 20, without both: 12.` `asked` is what was counted."""
    if not found:
        return ()
    parts: list[str | Number] = ["How firm is that?"]
    for n, left in enumerate(found):
        count = Number(f"{left.there:,}", cell("sensitivity", "there", **asked, texts=left.texts))
        parts += [f"{', without' if n else ' Without'} {left.texts}{':' if n else ' it would be'} ", count]
    return (*parts, ".")


def _parts(origins: list[str]) -> Iterator[tuple[str, Without]]:
    for origin in origins:
        yield _named(origin), Without(publishers=[origin], origins=[origin])
    if len(origins) > 1:
        every = "both" if len(origins) == 2 else "all of these"
        yield every, Without(publishers=origins, origins=origins)
    yield "texts that could be read only in part or as a quotation", Without(read_as=_WEAK)


def _named(origin: str) -> str:
    """An origin in the middle of a sentence: a statement, or a publisher and what repeats it."""
    if origin.startswith("Statement"):
        return f"the s{origin[1:]}"
    return f"what {origin} saw"
