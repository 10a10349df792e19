"""A spreadsheet of 40 rows in which everything goes wrong that goes wrong in lists, told in one run, mended, imported."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kooch.rosters import Roster, read_roster
from tests import stores
from tests.commands import kooch
from tests.sheets import Cell, write_ods, write_xlsx

HEADER = ["Full name", "Office", "Country", "District", "Since", "Wikidata", "x", "X ID", "bluesky", "mastodon"]
ASIDE = "Shoe size"

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
]


def sheet(*, is_mended: bool) -> list[list[Cell]]:
    rows: list[list[Cell]] = [[*HEADER, ASIDE]]
    for number in range(2, 42):
        cells: dict[str, Cell] = {"Full name": f"Person {letters(number)}", "Office": "Minister", "Country": "GB"}
        if number - 2 < len(FAULTS):
            wrong, _, right = FAULTS[number - 2]
            cells |= wrong | (right if is_mended else {})
        rows.append([cells.get(name, "") for name in (*HEADER, ASIDE)])
    return rows


def letters(number: int) -> str:
    return chr(ord("A") + number // 26) + chr(ord("a") + number % 26)


@pytest.mark.parametrize(("write", "ending"), [(write_xlsx, "xlsx"), (write_ods, "ods")])
def test_one_run_names_every_fault_and_the_mended_sheet_is_counted_whole(
    write: Callable[..., None], ending: str, tmp_path: Path
) -> None:
    home, file = tmp_path / "home", tmp_path / f"cabinet.{ending}"
    bundled = stores.bundle(tmp_path / "bundled", stores.roster("people", [stores.member("ann")]))
    stores.load(home, bundled)
    words = ("roster", "import", str(file), "--source", "register", "--as-of", "2026-11-01", "--time-zone", "UTC")
    write(file, sheet(is_mended=False), merges=["D31:D33"])
    refused = kooch(home, *words)
    told = [json.loads(line) for line in refused.stdout.splitlines() if '"fault"' in line]

    print(f"{len(told)} faults and questions named by row and column in one run of 40 rows (.{ending})")
    assert refused.returncode == 2
    assert refused.stderr.startswith(f"{file}: {len(told)} faults, nothing was taken over.")
    wanted = [(row, *fault) for row, (_, faults, _) in enumerate(FAULTS, start=2) for fault in faults]
    assert [(fault["row"], fault.get("column")) for fault in told] == [(row, column) for row, column, _ in wanted]
    assert [fault["message"][: len(start)] for fault, (_, _, start) in zip(told, wanted, strict=True)] == [
        start for _, _, start in wanted
    ]
    stores.load(home, bundled)
    assert stores.query(home, "SELECT roster FROM rosters") == [("people",)]
    assert stores.query(home, "FROM accounts") == []

    write(file, sheet(is_mended=True), merges=["D31:D33"])
    answers = ("--different", "no-anna-berg,no-anna-berg-2".replace("no-", "gb-"), "--leave-out", "27")
    done = kooch(home, *words, *answers)
    assert done.returncode == 0, done.stdout
    assert "row 28: mastodon holds an account of X, and is read as that: row28" in done.stdout
    assert "row 28: bluesky" in done.stdout
    stores.load(home, bundled)
    roster = read_roster(home / "rosters" / "cabinet")
    assert (len(roster.members), len(set(roster.figure_ids))) == (39, 39)
    assert "in-ravi-shankar-prasad" in roster.figure_ids
    assert stores.query(home, "SELECT platform, count(*) FROM accounts GROUP BY ALL ORDER BY ALL") == [
        (platform, n) for platform, n in counted(roster).items()
    ]
    assert counted(roster) == {"bluesky": 2, "mastodon": 1, "x": 10}


def counted(roster: Roster) -> dict[str, int]:
    found: dict[str, int] = {}
    for claim in roster.accounts:
        found[claim.platform] = found.get(claim.platform, 0) + 1
    return dict(sorted(found.items()))
