"""The walk of docs/from-question-to-list.md: an empty folder, a list, a plan, a crawl, looks, a share."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Quad, Store

from kooch.looks import LOOK_COLUMNS
from kooch.rosters.workbooks import read_workbook
from tests.commands import kooch_without_lists
from tests.faults import Bluesky, Server
from tests.servers.sparql import SparqlService
from tests.statements import direct, label, says
from tests.stores import query

PEOPLE = [n for n in range(1, 30) if Bluesky.is_shown(n)][:20]
ON_BLUESKY = PEOPLE[:12]


def house() -> Iterator[Quad]:
    yield label("Q16556694", "member of the house")
    yield direct("Q16556694", "P361", "Q5000")
    yield direct("Q5000", "P1342", "20^n")
    yield direct("Q16556694", "P17", "Q668")
    yield direct("Q668", "P297", "IN")
    for n in PEOPLE:
        yield label(f"Q7700{n:02}", f"Member {n}", "mul")
        yield from says(f"Q7700{n:02}", "P39", "Q16556694", P580=("2024-06-04", 11))
        if n in ON_BLUESKY:
            yield from says(f"Q7700{n:02}", "P12361", f"figure{n}.test")


def spreadsheet(file: Path) -> Path:
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["Name", "Office", "Bluesky"])
        writer.writerows([f"Member {n}", "MP", f"figure{n}.test" if n in ON_BLUESKY else ""] for n in PEOPLE)
    return file


@pytest.mark.parametrize("source", ["wikidata", "spreadsheet"])
def test_the_walk_ends_with_a_share_and_its_coverage(source: str, tmp_path: Path) -> None:
    home = tmp_path / "data"
    store = Store()
    store.bulk_extend(house())
    with SparqlService(store) as wikidata, Server(Bluesky(PEOPLE)) as appview, Server(Bluesky(PEOPLE)) as directory:
        env = {
            "KOOCH_CONTACT": "desk@example.org",
            "KOOCH_WIKIDATA__ENDPOINT": wikidata.url,
            "KOOCH_BLUESKY__APPVIEW": appview.url,
            "KOOCH_BLUESKY__PLC": directory.url,
            "KOOCH_BLUESKY__REQUESTS_PER_SECOND": "200",
            "KOOCH_CRAWL__ALLOW_NETWORKS": '["127.0.0.0/8"]',
        }

        def walk(*words: str) -> str:
            done = kooch_without_lists(home, *words, **env)
            assert done.returncode == 0, (words, done.stderr)
            return done.stdout

        if source == "wikidata":
            walk("roster", "wikidata", "--office", "Q16556694", "--on", "2026-11-01", "house", "--yes")
        else:
            file = spreadsheet(tmp_path / "house.csv")
            told = ("--source", "register", "--as-of", "2026-11-01", "--selection", "census", "--country", "IN")
            walk("roster", "import", str(file), *told)
        walk("load")
        planned = [json.loads(line) for line in walk("plan", "house").splitlines() if line.startswith("{")]
        walk("crawl", "bluesky", "--roster", "house")
        sheet = tmp_path / "house-linkedin.xlsx"
        walk("looks", "template", "house", "linkedin", "-o", str(sheet))
        walk("import", "looks", str(filled(sheet, tmp_path / "linkedin.csv")))
    covered = query(
        home,
        "SELECT platform, figures, joined, absent, not_looked FROM coverage WHERE roster = 'house' ORDER BY platform",
    )
    (bluesky,) = [line for line in planned if line["platform"] == "bluesky"]

    assert query(home, "SELECT selection FROM rosters WHERE roster = 'house'") == [("census",)]
    assert (bluesky["how"], bluesky["accounts"]) == ("free", 12)
    # On LinkedIn 19 of 20 were looked at, 9 are there: a share of 9 in 20 at least. On Bluesky eight were looked for by nobody.
    assert covered == [("bluesky", 20, 12, 0, 8), ("linkedin", 20, 9, 10, 1)]


def filled(sheet: Path, file: Path) -> Path:
    """The sheet as people bring it back: nine are there, ten are not, one was forgotten."""
    rows = [cells for _, cells in read_workbook(sheet).rows]
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, LOOK_COLUMNS)
        writer.writeheader()
        for number, cells in enumerate(rows[:19]):
            seen = {"looked_on": "2026-11-10", "looker": "a", "method": "app_search"}
            writer.writerow(cells | seen | {"result": "present" if number < 9 else "absent"})
    return file
