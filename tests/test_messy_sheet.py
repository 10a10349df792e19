"""A spreadsheet of 40 rows with all the faults that occur in lists: one run names them, then it is mended and
imported."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from kooch.rosters import Roster, read_roster
from tests import stores
from tests.commands import kooch
from tests.sheets import Cell, write_ods, write_xlsx

HEADER = ["Full name", "Office", "Country", "District", "Since", "Wikidata", "x", "X ID", "bluesky", "mastodon"]
ASIDE = "Shoe size"
# Two columns that only the faulty sheet has: a second one called x, and one without a name.
SECOND, NAMELESS = "x again", "nameless"
SHOWN = {SECOND: "x", NAMELESS: ""}

Place = tuple[int, str | None, str]
"""Row, column, and how the sentence begins."""
# A row: what is wrong with it by column, the column that is named and how the sentence begins, and the right cells.
Fault = tuple[dict[str, Cell], list[tuple[str | None, str]], dict[str, Cell]]
FAULTS: list[Fault] = [
    ({"Full name": ""}, [("Full name", "name is empty")], {"Full name": "Nora Named"}),
    ({"Office": ""}, [("Office", "role is empty")], {"Office": "Minister"}),
    ({"Country": "Congo"}, [("Country", "country 'Congo' may be CD or CG")], {"Country": "CD"}),
    ({"Country": "Atlantis"}, [("Country", "country 'Atlantis' is not a known country")], {"Country": "UK"}),
    ({"Since": "soon"}, [("Since", "from_day 'soon' is no day")], {"Since": "2020-01-31"}),
    ({"Since": "2020-02-30"}, [("Since", "from_day '2020-02-30' is no day")], {"Since": "2020-02-29"}),
    ({"Wikidata": "42"}, [("Wikidata", "wikidata_qid '42' is no Wikidata id")], {"Wikidata": "Q42000001"}),
    ({"x": {"error": "#N/A"}}, [("x", "cell G9 is the error #N/A")], {"x": "row9"}),
    ({"bluesky": {"error": "#REF!"}}, [("bluesky", "cell I10 is the error #REF!")], {"bluesky": ""}),
    ({"x": {"formula": "LOWER(A1)"}}, [("x", "cell G11 holds a formula")], {"x": "row11"}),
    ({"x": {"formula": "LOWER(A1)", "value": 0}}, [("x", "cell G12 holds a formula")], {"x": "row12"}),
    (
        {"X ID": 1336344005588738048},
        [("X ID", "cell H13 is the number 1336344005588738048")],
        {"X ID": "987654321"},
    ),
    ({"X ID": "1.23457E+18"}, [("X ID", "x_native_id '1.23457E+18' is a number that")], {"X ID": ""}),
    ({"X ID": "1234567890123450000"}, [("X ID", "x_native_id '1234567890123450000' ends as")], {"X ID": ""}),
    ({"X ID": "twelve"}, [("X ID", "native_id 'twelve' is not an id of X")], {"X ID": "12"}),
    ({"x": "sixteen_letters_"}, [("x", "handle 'sixteen_letters_' is not a handle of X")], {"x": "fifteen_letters"}),
    (
        {"bluesky": "not a domain"},
        [("bluesky", "handle 'not a domain' is not a handle of Bluesky")],
        {"bluesky": "a.example.org"},
    ),
    (
        {"bluesky": "row19"},
        [("bluesky", "handle 'row19' is not a handle of Bluesky")],
        {"bluesky": "row19.example.org"},
    ),
    (
        {"mastodon": "row20"},
        [("mastodon", "handle 'row20' is not a handle of Mastodon")],
        {"mastodon": "row20@a.social"},
    ),
    (
        {"mastodon": "row21@respublicae.eu"},
        [("mastodon", "handle 'row21@respublicae.eu' is on a host that mirrors")],
        {"mastodon": ""},
    ),
    ({"x": "taken"}, [], {"x": "row22"}),
    (
        {"Office": "", "Country": "Congo", "x": "a-b"},
        [("Country", "country 'Congo'"), ("Office", "role is empty"), ("x", "handle 'a-b' is not a handle of X")],
        {"Office": "Minister", "Country": "CG", "x": "row23"},
    ),
    ({"Full name": "Anna Berg", "District": "Oslo"}, [], {}),
    ({"Full name": "Anna Berg", "District": "Troms"}, [("Full name", "'Anna Berg' (Minister, Troms) may be")], {}),
    (
        {"Full name": "Ravi Shankar Prasad", "Country": "India"},
        [("Full name", "'Ravi Shankar Prasad' (Minister) may be in-ravi-shankar-prasad")],
        {"Wikidata": "Q3630922"},
    ),
    ({"Full name": "Total", "Office": "26"}, [("Full name", "'Total' looks like a total")], {}),
    ({"mastodon": "https://x.com/row28", "bluesky": "n/a"}, [], {}),
    ({ASIDE: {"error": "#DIV/0!"}, "x": "Taken"}, [("x", "x handle 'taken' is held by")], {}),
    (
        {"bluesky": "row30.example"},
        [("bluesky", "handle 'row30.example' is not a handle of Bluesky")],
        {"bluesky": "row30.example.org"},
    ),
    (
        {"mastodon": "row31@social.example"},
        [("mastodon", "handle 'row31@social.example' is not a handle of Mastodon")],
        {"mastodon": "row31@a.social"},
    ),
    ({"x": "row32", SECOND: "other32"}, [("x", "column 'x' says 'row32' and 'other32'")], {}),
    ({NAMELESS: "left over"}, [(None, "has a cell in a column without a name")], {}),
    (
        {NAMELESS: "too", "x": "row34", SECOND: "other34", "Country": "Congo", "bluesky": "row34"},
        [
            (None, "has a cell in a column without a name"),
            ("Country", "country 'Congo'"),
            ("bluesky", "handle 'row34' is not a handle of Bluesky"),
            ("x", "column 'x' says 'row34' and 'other34'"),
        ],
        {"Country": "CD", "bluesky": "row34.example.org"},
    ),
    ({"x": "a-b", SECOND: "a-b"}, [("x", "handle 'a-b' is not a handle of X")], {"x": "row35"}),
    ({"x": "#VALUE!"}, [("x", "is the error #VALUE!")], {"x": "row36"}),
]
OF_THE_HEADER: list[Place] = [(1, "x", "column 'x' occurs twice")]
MERGED = "D38:D40"


def sheet(*, is_mended: bool) -> list[list[Cell]]:
    columns = [*HEADER, ASIDE, *([] if is_mended else [SECOND, NAMELESS])]
    rows: list[list[Cell]] = [[SHOWN.get(name, name) for name in columns]]
    for number in range(2, 42):
        cells: dict[str, Cell] = {"Full name": f"Person {letters(number)}", "Office": "Minister", "Country": "GB"}
        if number - 2 < len(FAULTS):
            wrong, _, right = FAULTS[number - 2]
            cells |= wrong | (right if is_mended else {})
        rows.append([cells.get(name, "") for name in columns])
    return rows


def write_csv(file: Path, rows: list[list[Cell]], *, wrong_rows: bool) -> None:
    """As a spreadsheet writes it: what a formula has not given is empty, and merges are gone."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in rows:
        writer.writerow([cell.get("error", cell.get("value", "")) if isinstance(cell, dict) else cell for cell in row])
    lines = text.getvalue().splitlines()
    if wrong_rows:
        for number, (line, _) in WRONG_LINES.items():
            lines[number - 1] = line
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


WRONG_LINES: dict[int, tuple[str, list[tuple[str | None, str]]]] = {
    37: ("Person Bl,Minister,Congo", [(None, "has 3 cells, the header has 13"), ("Country", "country 'Congo'")]),
    38: (
        "Person, Bm,Minister,GB,,,,,,,,,,",
        [(None, "has 14 cells, the header has 13"), ("Country", "country 'Minister'")],
    ),
    39: ('"Person Bn,Minister,GB,,,,,,,,,,', [(None, "has a quotation mark that is not closed")]),
    40: ('"Person" Bo,Minister,GB,,,,,,,,,,', [(None, "has text behind a closing quotation mark")]),
    41: ("Person Bp,,GB,,,,,,,,,,", [("Office", "role is empty")]),
}
"""Lines of a CSV that are no rows, and one below them that is a row with a fault."""


def letters(number: int) -> str:
    return chr(ord("A") + number // 26) + chr(ord("a") + number % 26)


def start(home: Path, bundled: Path, file: Path) -> tuple[str, ...]:
    """An empty store, and the words of an import of `file`."""
    stores.bundle(bundled, stores.roster("people", [stores.member("ann")]))
    stores.load(home, bundled)
    return ("roster", "import", str(file), "--source", "register", "--as-of", "2026-11-01", "--time-zone", "UTC")


def told(home: Path, words: tuple[str, ...], file: Path) -> list[dict[str, Any]]:
    """The sentences of a refused import, by place. Nothing is written or counted."""
    refused = kooch(home, *words)
    found = [json.loads(line) for line in refused.stdout.splitlines() if '"fault"' in line]
    stores.load(home, home.parent / "bundled")

    assert refused.returncode == 2, refused.stderr
    assert f"{file}: {len(found)} faults, nothing was taken over." in refused.stderr
    assert stores.query(home, "SELECT roster FROM rosters") == [("people",)]
    assert stores.query(home, "FROM accounts") == []
    return found


def wanted(ending: str) -> list[Place]:
    """The faults of the sheet in a file with this ending, by place."""
    rows = {row: faults for row, (_, faults, _) in enumerate(FAULTS, start=2)}
    rows |= IN_TEXT if ending == "csv" else {}
    found = [*OF_THE_HEADER, *((row, *fault) for row, faults in rows.items() for fault in faults)]
    return sorted(found, key=lambda fault: (fault[0], fault[1] or ""))


def agree(found: list[dict[str, Any]], expected: list[Place]) -> None:
    """Each fault has its place and its sentence, and there is no other."""
    assert [(fault["row"], fault.get("column")) for fault in found] == [(row, column) for row, column, _ in expected]
    pairs = zip(found, expected, strict=True)
    assert [fault["message"][: len(begin)] for fault, (_, _, begin) in pairs] == [begin for _, _, begin in expected]


def write(file: Path, rows: list[list[Cell]], *, is_mended: bool = False) -> None:
    if file.suffix == ".csv":
        write_csv(file, rows, wrong_rows=not is_mended)
    else:
        (write_ods if file.suffix == ".ods" else write_xlsx)(file, rows, merges=[MERGED])


ENDINGS = ["xlsx", "ods", "csv"]
# In a text an error is a word, nobody sees that a cell lost its value, and an id shows by its digits that it was rounded.
IN_TEXT: dict[int, list[tuple[str | None, str]]] = {
    9: [("x", "is the error #N/A")],
    10: [("bluesky", "is the error #REF!")],
    11: [],
    12: [],
    13: [("X ID", "x_native_id '1336344005588738048' ends as")],
    **{row: faults for row, (_, faults) in WRONG_LINES.items()},
}


@pytest.mark.proof
@pytest.mark.parametrize("ending", ENDINGS)
def test_one_run_names_every_fault_and_the_mended_sheet_is_counted_whole(ending: str, tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / f"cabinet.{ending}"
    words = start(home, tmp_path / "bundled", file)
    write(file, sheet(is_mended=False))
    found = told(home, words, file)

    print(f"{len(found)} faults and questions named by row and column in one run of 40 rows (.{ending})")
    agree(found, wanted(ending))
    assert {fault.get("sheet") for fault in found} == {None if ending == "csv" else "S"}

    write(file, sheet(is_mended=True), is_mended=True)
    answers = ("--different", "gb-anna-berg,gb-anna-berg-2", "--leave-out", "27")
    done = kooch(home, *words, *answers)
    assert done.returncode == 0, done.stdout
    assert "row 28: mastodon holds an account of X, and is read as that: row28" in done.stdout
    assert "row 28: bluesky" in done.stdout
    stores.load(home, tmp_path / "bundled")
    roster = read_roster(home / "rosters" / "cabinet")
    assert (len(roster.members), len(set(roster.figure_ids))) == (39, 39)
    assert "in-ravi-shankar-prasad" in roster.figure_ids
    assert stores.query(home, "SELECT platform, count(*) FROM accounts GROUP BY ALL ORDER BY ALL") == [
        (platform, n) for platform, n in counted(roster).items()
    ]
    assert counted(roster) == {"bluesky": 4, "mastodon": 2, "x": 14}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_column_that_is_not_there_hides_no_fault_of_a_cell(ending: str, tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / f"cabinet.{ending}"
    words = start(home, tmp_path / "bundled", file)
    rows = sheet(is_mended=False)
    rows[0][1] = "Funktion"
    write(file, rows)
    expected = [fault for fault in wanted(ending) if fault[1] != "Office"]
    expected.insert(0, (1, None, "no column is known as 'role', which every row needs"))
    found = told(home, words, file)
    agree(
        [fault | {"message": re.sub(r" \(.*", "", fault["message"])} for fault in found],
        [(row, column, re.sub(r" \(.*", "", begin)) for row, column, begin in expected],
    )


def counted(roster: Roster) -> dict[str, int]:
    found: dict[str, int] = {}
    for claim in roster.accounts:
        found[claim.platform] = found.get(claim.platform, 0) + 1
    return dict(sorted(found.items()))
