"""The walk of docs/from-question-to-list.md: an empty folder, a list, a plan, a crawl, looks, a share."""

import csv
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from pyoxigraph import Quad, Store

from analytics.measures.adoption import adoption_of
from analytics.said import words
from kooch.looks import LOOK_COLUMNS
from kooch.store.versions import open_version, reading_file
from tests.commands import kooch_without_lists
from tests.faults import Bluesky, Server
from tests.servers.sparql import SparqlService
from tests.statements import direct, label, says
from tests.stores import query
from tests.test_app import ROOT

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
ASKED = re.findall(
    r'^kooch sql "(.+)"$', (ROOT / "docs" / "from-question-to-list.md").read_text(encoding="utf-8"), re.MULTILINE
)
LOOKED_ON = "2026-11-10"
TABLE = "xl/worksheets/sheet1.xml"
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


@pytest.mark.proof
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
            given = ("--source", "register", "--as-of", LOOKED_ON, "--selection", "census", "--country", "IN")
            walk("roster", "import", str(file), *given)
        walk("load")
        planned = [json.loads(line) for line in walk("plan", "house").splitlines() if line.startswith("{")]
        (bluesky,) = [line for line in planned if line["platform"] == "bluesky"]
        (linkedin,) = [line for line in planned if line["platform"] == "linkedin"]
        walk("crawl", "bluesky", "--roster", "house")
        sheet = tmp_path / "house-linkedin.xlsx"
        walk(*linkedin["command"].split()[1:], "-o", str(sheet))
        fill(sheet)
        told = walk("import", "looks", str(sheet))
        if source == "wikidata":
            # This list was complete nine days before the looks, and a share needs the list of their day.
            walk("roster", "wikidata", "house", "--refresh", "--on", LOOKED_ON, "--yes")
            walk("load")
    covered, share = (query(home, sql) for sql in ASKED)
    with open_version(reading_file(home)) as version:
        on_linkedin = adoption_of(version, roster="house", platform="linkedin")
    assert on_linkedin is not None

    assert query(home, "SELECT selection FROM rosters WHERE roster = 'house'") == [("census",)]
    assert (bluesky["how"], bluesky["accounts"]) == ("free", 12)
    assert (linkedin["how"], linkedin["accounts"], linkedin["looks"]) == ("by hand", 0, 20)
    assert linkedin["first_answer"] == "13 minutes"
    assert "1 row without a look: left out." in told
    # On LinkedIn 19 of 20 were looked at, 9 are there: a share of 9 in 20 at least. On Bluesky eight were looked for by nobody.
    assert sorted(covered) == [("bluesky", 20, 12, 0, 8), ("linkedin", 20, 9, 10, 1)]
    assert share == [(date(2026, 11, 10), 20, 1, 0.45, 0.45)]
    assert words(on_linkedin.verdict) == (
        "By the end of 10 November 2026, 9 of 20 had joined, at least 45%. 1 was not searched, so we know nothing about them."
    )


def fill(sheet: Path) -> None:
    """Fill in the sheet as a spreadsheet program does: nine are there, ten are not, the last row stays as it was."""
    with zipfile.ZipFile(sheet) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    tree = ET.fromstring(parts[TABLE])
    _, *rows = tree.iter(f"{MAIN}row")
    for number, row in enumerate(rows[:19]):
        seen = {"looked_on": LOOKED_ON, "looker": "a", "method": "app_search"}
        seen["result"] = "present" if number < 9 else "absent"
        for column, text in seen.items():
            cell = row[LOOK_COLUMNS.index(column)].find(f"{MAIN}is/{MAIN}t")
            assert cell is not None
            cell.text = text
    parts[TABLE] = ET.tostring(tree)
    with zipfile.ZipFile(sheet, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
