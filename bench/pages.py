"""How long the queries of each page take on an open version: the first time, and once it is warm.

The fastest of several tries counts, because other work on the machine can only add time.
"""

import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from analytics.measures.accounts_by_month import accounts_by_month
from analytics.measures.adoption import adoption_of, choices
from analytics.measures.arrivals import arrivals
from analytics.measures.catalogue import columns, relations
from analytics.measures.crawls import crawls
from analytics.measures.events import markers
from analytics.measures.figure import figure, names
from analytics.measures.headline import count_there_by, headline
from analytics.measures.moves import moves_of
from analytics.measures.statements import statements
from bench.figures import Figure
from kooch.store.versions import open_version, reading_file

_KOO = {"roster": "in-koo-2021", "platform": "koo"}
_ZONE = "Asia/Kolkata"
_DAY = date(2021, 2, 10)
_PEOPLE = ["in-ravi-shankar-prasad", "in-yogi-adityanath"]

Question = tuple[Callable[..., Any], dict[str, Any]]

# Page → its queries when it opens. `known by` and the statements are asked when a reader touches them.
_PAGES: dict[str, list[Question]] = {
    "first screen": [
        (headline, {**_KOO, "event": "ministry-answers-on-koo"}),
        (
            arrivals,
            {
                **_KOO,
                "day": _DAY,
                "start": date(2021, 2, 1),
                "end": date(2021, 3, 6),
                "who": "all",
                "is_folded": True,
                "known_by": None,
            },
        ),
        (accounts_by_month, {"roster": "de-fediverse", "platform": "mastodon"}),
        (markers, {"platform": "mastodon", "start": date(2017, 1, 1), "end": date(2025, 10, 27)}),
    ],
    "first screen, known by a day": [
        (count_there_by, {**_KOO, "day": _DAY, "zone": _ZONE, "known_by": _DAY}),
    ],
    "first screen, statements": [
        (statements, {"figures": _PEOPLE, "platform": "koo", "zone": _ZONE, "known_by": None}),
    ],
    "Adoption": [
        (choices, {}),
        (adoption_of, {"roster": "world", "platform": "bluesky"}),
        (markers, {"platform": "bluesky", "start": date(2023, 1, 1), "end": date(2026, 1, 1)}),
    ],
    "Moves": [(moves_of, {"roster": "world"})],
    "Figure, the names to choose from": [(names, {})],
    "Figure": [(figure, {"figure_id": "figure-77"})],
    "Crawls": [(crawls, {})],
    "SQL": [(relations, {}), (columns, {"relation": "observations"})],
}


def measure_pages(home: Path, *, is_full: bool) -> Iterator[Figure]:
    file = reading_file(home)
    opened = [_open(file) for _ in range(7)]
    yield Figure(what="opening a version", figure=1000 * min(opened), unit="ms")
    for page, questions in _PAGES.items():
        with open_version(file) as connection:
            took = [_ask(connection, questions) for _ in range(8)]
        yield Figure(what=f"page {page}: its queries, first", figure=1000 * took[0], unit="ms")
        yield Figure(
            what=f"page {page}: its queries",
            figure=1000 * min(took[1:]),
            unit="ms",
            target=50 if is_full else None,
        )


def _open(file: Path) -> float:
    began = time.perf_counter()
    with open_version(file):
        return time.perf_counter() - began


def _ask(connection: duckdb.DuckDBPyConnection, questions: list[Question]) -> float:
    began = time.perf_counter()
    for measure, arguments in questions:
        measure(connection, **arguments)
    return time.perf_counter() - began
