"""Follower counts that the press reports: read honestly, dated, sourced; brought in row by row, or not at all."""

import json
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from analytics.charts.audience import draw
from analytics.downloads import to_csv
from analytics.measures.events import MARKERS
from analytics.measures.figure import COUNTS, Figure, figure
from kooch.counts import NotACountError
from kooch.errors import RosterError
from kooch.rosters import (
    check,
    import_evidence,
    read_evidence,
    read_followers,
    read_roster,
    write_roster,
)
from kooch.rosters.models import STATEMENT_COLUMNS
from kooch.store.versions import open_version, reading_file
from tests import stores
from tests.commands import kooch
from tests.sheets import write_xlsx

DID = f"did:plc:{'a' * 24}"


@pytest.mark.parametrize(
    ("printed", "value", "precision"),
    [
        ("4.29 lakh followers", 429_000, 500),
        ("1.5M followers", 1_500_000, 50_000),
        ("51K followers in five days", 51_000, 500),
        ("1 crore followers", 10_000_000, 5_000_000),
        ("51,000 followers", 51_000, 500),
        ("1,23,456 followers", 123_456, None),
        ("7 followers", 7, None),
        ("0 followers", 0, None),
        ("51K Followers", 51_000, 500),
        ("51.234 Follower", 51_234, None),
    ],
)
def test_a_report_is_as_exact_as_its_last_digit_that_is_no_zero(
    printed: str, value: int, precision: int | None
) -> None:
    assert tuple(read_followers(printed)) == (value, precision, False)


@pytest.mark.parametrize(
    "printed",
    [
        "under 1 million followers",
        "no more than 500 followers",
        "5 लाख से कम फॉलोअर्स",
        "1 million",
        "followers",
        "many followers",
        "51K followers lost",
        "1.234 followers",
        "4 billion followers",
        "-5 followers",
        "5 lakh to 6 lakh followers",
        "bis zu 51.000 Follower",
        "jusqu'à 51 000 abonnés",
        "hasta 51.000 seguidores",
        "10万人以下のフォロワー",
        "upto 51K followers",
        "<51K followers",
        "max. 51K followers",
        "not over 51,000 followers",
        "over 50K but under 60K followers",
        "लाख से अधिक फॉलोअर्स",
        "around 50-60K followers",
    ],
)
def test_what_is_no_single_count_is_never_a_number(printed: str) -> None:
    with pytest.raises(NotACountError):
        read_followers(printed)


@pytest.mark.parametrize(
    ("printed", "platform", "value"),
    [
        ("51K followers on Koo", "koo", 51_000),
        ("2 million followers on Twitter", "x", 2_000_000),
        ("2 million followers on X", "x", 2_000_000),
        ("51K followers on 10 February", "koo", 51_000),
        ("20 mil seguidores no Koo", "koo", 20_000),
        # A count of another platform than the row's.
        ("2 million followers on Twitter", "koo", None),
        ("2 million followers on X", "bluesky", None),
        ("5 lakh followers on Facebook", "koo", None),
        ("20 mil seguidores no Twitter", "koo", None),
        ("51K followers in five days on Koo and 2M on Twitter", "koo", None),
        # Of all together.
        ("over 1.2 lakh followers in total on all platforms", "koo", None),
        ("1.2M followers on several networks", "koo", None),
    ],
)
def test_a_count_of_another_platform_is_none_of_this_one(printed: str, platform: str, value: int | None) -> None:
    if value is None:
        with pytest.raises(NotACountError, match="another platform"):
            read_followers(printed, platform)
    else:
        assert read_followers(printed, platform).value == value


def test_an_unreadable_count_is_a_fault_of_its_row_and_no_number(tmp_path: Path) -> None:
    said = stores.statement(
        "ann", "joined", "2021-02-10", not_after="2021-02-10", reported="a million or two followers"
    )
    roster = stores.roster("people", [stores.member("ann")], statements=(said,))
    bundled = stores.bundle(tmp_path / "bundled", roster)
    stores.load(tmp_path / "home", bundled)
    (fault,) = check([read_roster(bundled / "people")])

    assert (fault.file, fault.row) == (bundled / "people" / "statements.csv", 2)
    assert "reported 'a million or two followers' cannot be read as a number" in fault.message
    assert stores.query(tmp_path / "home", "SELECT reported, reported_followers FROM bounds") == [
        ("a million or two followers", None)
    ]
    assert stores.query(tmp_path / "home", "FROM audience") == []


def test_a_lower_bound_is_drawn_open_above_and_exported_as_one(tmp_path: Path) -> None:
    said = stores.statement("ann", "there", "2021-02-10", not_after="2021-02-10", reported="over 51,000 followers")
    roster = stores.roster("people", [stores.member("ann")], statements=(said,))
    stores.load(tmp_path, stores.bundle(tmp_path / "bundled", roster))
    found = ask_figure(tmp_path, "ann")
    (drawn,) = found.audience.to_dicts()

    assert (drawn["followers"], drawn["low"], drawn["high"], drawn["is_least"]) == (51_000, None, None, True)
    assert drawn["shown"] == "at least 51,000"
    assert found.counts.select("followers", "followers_precision", "is_least").rows() == [(51_000, None, True)]
    assert b"51000,,true" in to_csv(found.counts.select("followers", "followers_precision", "is_least"))
    marks = [layer["mark"] for layer in draw(found.audience, pl.DataFrame(schema=MARKERS)).to_dict()["layer"]]
    assert any(mark.get("shape") == "triangle-up" for mark in marks)


def test_a_denied_account_takes_its_reported_counts_along(tmp_path: Path) -> None:
    said = {"not_after": "2021-02-10", "handle": "ann", "reported": "5K followers"}
    roster = stores.roster(
        "people",
        [stores.member("ann")],
        accounts=(stores.claim("ann", "ann", platform="koo", polarity="denies"),),
        statements=(stores.statement("ann", "joined", "2021-02-10", **said),),
    )
    stores.load(tmp_path / "home", stores.bundle(tmp_path / "bundled", roster))

    assert stores.query(tmp_path / "home", "FROM audience") == []


# The Figure page's frames


def ask_figure(home: Path, figure_id: str) -> Figure:
    with open_version(reading_file(home)) as connection:
        found = figure(connection, figure_id=figure_id)
    assert found is not None
    return found


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Ann: Bluesky in an archive and live, another account in an archive, reports of Bluesky and of an unknown account on Koo."""
    home = tmp_path / "home"
    report = {"not_after": "2024-12-01", "source_url": "https://daily.example/ann"}
    roster = stores.roster(
        "people",
        [stores.member("ann"), stores.member("bo")],
        accounts=(stores.claim("ann", "ann.test", DID), stores.claim("ann", "annx", "7", platform="x")),
        statements=(
            stores.statement(
                "ann", "joined", "2024-12-01", platform="bluesky", handle="ann.test", reported="9K followers", **report
            ),
            stores.statement("ann", "joined", "2024-12-01", reported="1 lakh followers", **report),
        ),
    )
    bundled = stores.bundle(tmp_path / "bundled", roster)
    stores.load(home, bundled)
    of_bluesky = (("2024-10-01", 8_000), ("2025-03-01", 10_000), ("2025-05-01", 10_500))
    stores.backfill(
        home,
        *(stores.archived(day, "ann.test", native_id=DID, followers=n) for day, n in of_bluesky),
        platform="bluesky",
    )
    stores.backfill(
        home,
        stores.archived("2024-12-15", "annx", native_id="7", followers=5_400_000, followers_precision=50_000),
        stores.archived("2025-01-15", "annx", native_id="7", followers=5_450_000, followers_precision=50_000),
    )
    for day in (0, 1, 2, 9, 10):
        stores.crawl(home, stores.seen(DID, day * 1440, followers=11_000 + day), state="complete")
    stores.load(home, bundled)
    return home


@pytest.mark.proof
def test_counts_are_the_rows_of_the_view(home: Path) -> None:
    found = ask_figure(home, "ann").counts
    columns = ["account_id", "valid_at", "followers", "followers_precision", "source", "reported", "url"]
    names = ", ".join(columns)
    view = stores.query(home, f"SELECT {names} FROM audience WHERE figure_id = 'ann' ORDER BY ALL")

    assert found.schema == COUNTS
    assert sorted(found.select(columns).rows(), key=repr) == sorted(view, key=repr)
    assert len(view) == 12


@pytest.mark.proof
def test_archive_and_live_are_one_line_and_a_long_time_without_a_sighting_is_a_gap(home: Path) -> None:
    drawn = ask_figure(home, "ann").audience
    lines = {
        account: [len(points) for _, points in of.group_by("stretch", maintain_order=True)]
        for (account,), of in drawn.drop_nulls("stretch").group_by("account", maintain_order=True)
    }

    # October; March, May and three days of June; two days after a week's pause.
    assert lines == {"ann.test · Bluesky": [1, 5, 2], "annx · X": [2]}
    assert drawn.drop_nulls("stretch").group_by("stretch").agg(pl.col("account").n_unique())["account"].max() == 1


@pytest.mark.proof
def test_a_line_never_spans_more_than_92_days_however_rare_the_crawls(tmp_path: Path) -> None:
    roster = stores.roster("people", [stores.member("ann")], accounts=(stores.claim("ann", "ann.test", DID),))
    bundled = stores.bundle(tmp_path / "bundled", roster)
    for day in (0, 92, 185):
        stores.crawl(tmp_path, stores.seen(DID, day * 1440, followers=day), state="complete")
    stores.load(tmp_path, bundled)

    drawn = ask_figure(tmp_path, "ann").audience
    assert [len(points) for _, points in drawn.group_by("stretch", maintain_order=True)] == [2, 1]


@pytest.mark.proof
def test_a_report_joins_no_line_and_says_what_was_printed(home: Path) -> None:
    reports = ask_figure(home, "ann").audience.filter(pl.col("source") == "report")

    assert reports.select("account", "when", "shown", "low", "high", "says", "url", "stretch").rows() == [
        (
            *("account unidentified · Koo", "1 Dec 2024", "100,000 ± 50,000", 50_000, 150_000),
            *("Daily: “1 lakh followers”", "https://daily.example/ann", None),
        ),
        (
            *("ann.test · Bluesky", "1 Dec 2024", "9,000 ± 500", 8_500, 9_500),
            *("Daily: “9K followers”", "https://daily.example/ann", None),
        ),
    ]


def test_an_archived_count_leads_to_its_page_and_a_foreign_address_nowhere(tmp_path: Path) -> None:
    said = {"not_after": "2021-02-10", "reported": "5K followers", "source_url": "javascript:alert(1)"}
    roster = stores.roster(
        "people", [stores.member("ann")], statements=(stores.statement("ann", "joined", "2021-02-10", **said),)
    )
    stores.load(tmp_path, stores.bundle(tmp_path / "bundled", roster))

    assert ask_figure(tmp_path, "ann").audience["url"].to_list() == [None]


@pytest.mark.proof
def test_a_page_of_an_archive_is_opened_at_its_address(home: Path) -> None:
    archived = ask_figure(home, "ann").audience.filter(pl.col("source") == "archive")

    assert all(url.startswith("https://web.archive.org/web/20") for url in archived["url"])
    assert archived["shown"].to_list()[-1] == "5,450,000 ± 50,000"


@pytest.mark.proof
def test_archived_counts_of_koo_say_that_they_are_unverified(tmp_path: Path) -> None:
    roster = stores.roster(
        "people",
        [stores.member("ann"), stores.member("bo")],
        accounts=(stores.claim("ann", "Ann", stores.KOO_ID, platform="koo"),),
        statements=(stores.statement("bo", "joined", "2021-02-10", not_after="2021-02-10", reported="5K followers"),),
    )
    bundled = stores.bundle(tmp_path / "bundled", roster)
    stores.load(tmp_path, bundled)
    stores.backfill(
        tmp_path, stores.archived("2023-01-01", "Ann", native_id=stores.KOO_ID, followers=9), platform="koo"
    )
    stores.load(tmp_path, bundled)

    (note,) = ask_figure(tmp_path, "ann").archive_notes
    assert "unverified" in note
    assert ask_figure(tmp_path, "bo").archive_notes == ()


# Evidence

ROW = {
    "figure_id": "ann",
    "platform": "koo",
    "event": "joined",
    "not_after": "2021-02-10",
    "source_url": "https://daily.example/1",
    "publisher": "Daily",
    "published_on": "2021-02-10",
    "time_zone": "Asia/Kolkata",
    "reported": "3.5 lakh followers",
}


def write_rows(file: Path, *rows: Mapping[str, str]) -> Path:
    columns = list(rows[0])
    file.write_text("\n".join([",".join(columns), *(",".join(row[column] for column in columns) for row in rows)]))
    return file


ANN = stores.roster("people", [stores.member("ann")])


def test_every_fault_of_every_row_is_named_and_nothing_is_taken_over(tmp_path: Path) -> None:
    wrong = {
        "figure_id": "nobody",
        "platform": "friendster",
        "event": "moved",
        "not_after": "2021-02-30",
        "source_url": "javascript:alert(1)",
        "publisher": "",
        "published_on": "yesterday",
        "time_zone": "Asia/Kalkutta",
        "reported": "many followers",
    }
    later = ROW | {"published_on": "2021-02-11", "not_after": "2021-02-11", "reported": "5 lakh followers"}
    file = write_rows(tmp_path / "press.csv", ROW, wrong, ROW, later)
    report = import_evidence(file, into=tmp_path / "rosters", rosters=[ANN])

    assert {fault.file for fault in report.faults} == {file}
    assert [(fault.row, fault.message.split(" ")[0]) for fault in report.faults] == [
        *((3, column) for column in sorted(wrong)),
        (4, "says"),
        (5, "source_url"),
    ]
    assert not (tmp_path / "rosters").exists()


@pytest.mark.parametrize(
    ("days", "says"),
    [
        ({"published_on": "2190-04-09", "not_after": "2190-04-09"}, "published_on 2190-04-09 is in the future"),
        ({"not_before": "2021-02-11", "not_after": ""}, "not_before 2021-02-11 is after published_on 2021-02-10"),
    ],
)
def test_tomorrows_news_is_a_fault(tmp_path: Path, days: dict[str, str], says: str) -> None:
    file = write_rows(tmp_path / "a.csv", ROW | days)
    (fault,) = import_evidence(file, into=tmp_path / "rosters", rosters=[ANN]).faults

    assert fault.row == 2
    assert says in fault.message
    assert not (tmp_path / "rosters").exists()


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"followers": "1"}, "column 'followers' is unknown"),
        ({"publisher": None}, "column 'publisher' is missing"),
    ],
)
def test_a_wrong_column_is_a_fault_of_the_header(tmp_path: Path, columns: dict[str, str | None], says: str) -> None:
    row = {name: text for name, text in (ROW | columns).items() if text is not None}
    (fault,) = import_evidence(write_rows(tmp_path / "a.csv", row), into=tmp_path, rosters=[ANN]).faults

    assert fault.row == 1
    assert says in fault.message


def test_a_table_without_rows_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(",".join(STATEMENT_COLUMNS))

    with pytest.raises(RosterError, match="holds no row"):
        import_evidence(tmp_path / "a.csv", into=tmp_path, rosters=[ANN])


def test_evidence_is_taken_over_once_and_another_file_is_never_overwritten(tmp_path: Path) -> None:
    into = tmp_path / "rosters"
    first = import_evidence(write_rows(tmp_path / "Press 2021.csv", ROW), into=into, rosters=[ANN])
    before = first.file.read_bytes()
    again = import_evidence(tmp_path / "Press 2021.csv", into=into, rosters=[ANN])
    other = write_rows(tmp_path / "press-2021.csv", ROW | {"publisher": "Weekly", "source_url": ""})

    assert (first.file, first.is_new, again.is_new) == (into / "evidence" / "press-2021.csv", True, False)
    with pytest.raises(RosterError, match="has the same name and says something else"):
        import_evidence(other, into=into, rosters=[ANN])
    assert first.file.read_bytes() == before
    assert list(first.file.parent.iterdir()) == [first.file]


def test_what_stands_in_a_roster_or_another_file_is_not_taken_twice(tmp_path: Path) -> None:
    into = tmp_path / "rosters"
    import_evidence(write_rows(tmp_path / "one.csv", ROW), into=into, rosters=[ANN])
    (fault,) = import_evidence(write_rows(tmp_path / "two.csv", ROW), into=into, rosters=[ANN]).faults

    assert f"says the same as {into / 'evidence' / 'one.csv'}, row 2" in fault.message


def test_a_spreadsheet_is_evidence_like_the_same_csv(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "sheet.xlsx", [list(ROW), list(ROW.values())])
    of_sheet = import_evidence(tmp_path / "sheet.xlsx", into=tmp_path / "a", rosters=[ANN])
    of_csv = import_evidence(write_rows(tmp_path / "sheet.csv", ROW), into=tmp_path / "b", rosters=[ANN])

    assert of_sheet.file.read_bytes() == of_csv.file.read_bytes()
    assert of_sheet.statements == of_csv.statements


@pytest.mark.proof
def test_evidence_is_published_with_the_rosters_and_gone_with_its_file(tmp_path: Path) -> None:
    home, bundled = tmp_path / "home", stores.bundle(tmp_path / "bundled", ANN)
    stores.load(home, bundled)
    report = import_evidence(write_rows(tmp_path / "press.csv", ROW), into=home / "rosters", rosters=[ANN])
    stores.load(home, bundled)

    assert stores.query(home, "SELECT followers, followers_precision FROM audience") == [(350_000, 5_000)]
    assert stores.query(
        home,
        "SELECT figure_id, to_kind FROM (SELECT j.figure_id, b.kind AS to_kind FROM joins AS j"
        " INNER JOIN bounds AS b ON b.bound_id = j.to_bound)",
    ) == [("ann", "stated")]
    once = stores.contents(home)

    (home / "master.duckdb").unlink()
    stores.load(home, bundled)
    assert stores.contents(home) == once

    report.file.unlink()
    stores.load(home, bundled)
    assert stores.query(home, "FROM bounds") == []


@pytest.mark.proof
def test_evidence_of_a_figure_that_was_taken_from_every_roster_is_not_published_and_named(tmp_path: Path) -> None:
    home, other = tmp_path / "home", stores.roster("people", [stores.member("bo")])
    bundled = stores.bundle(tmp_path / "bundled", ANN)
    import_evidence(write_rows(tmp_path / "press.csv", ROW), into=home / "rosters", rosters=[ANN])
    stores.load(home, bundled)
    write_roster(other, bundled, replace=True)
    stores.load(home, bundled)
    (fault,) = check([other], read_evidence(home / "rosters"))

    assert stores.query(home, "FROM bounds") == []
    assert "figure_id 'ann' is on no list" in fault.message


def test_no_roster_is_named_as_the_folder_of_evidence(tmp_path: Path) -> None:
    with pytest.raises(RosterError, match="slug 'evidence'"):
        write_roster(stores.roster("evidence", [stores.member("ann")]), tmp_path)


@pytest.mark.proof
def test_the_command_imports_loads_and_publishes(tmp_path: Path) -> None:
    home = tmp_path / "home"
    rows = (
        ROW | {"figure_id": "in-piyush-goyal", "published_on": "2021-03-10", "not_after": "2021-03-10"},
        ROW | {"figure_id": "in-smriti-irani", "published_on": "2021-03-10", "not_after": "2021-03-10", "reported": ""},
    )
    file = write_rows(tmp_path / "press.csv", *rows)
    done = kooch(home, "import", "evidence", str(file))
    said = [json.loads(line) for line in done.stdout.splitlines()]

    assert done.returncode == 0, done.stderr
    assert [line["event"] for line in said] == ["import", "loaded"]
    assert (said[0]["statements"], said[0]["with_counts"], said[0]["new"]) == (2, 1, True)
    counts = stores.query(home, "SELECT followers FROM audience WHERE figure_id = 'in-piyush-goyal' ORDER BY valid_at")
    assert counts == [(325_000,), (350_000,)]

    assert kooch(home, "backup", str(tmp_path / "backups")).returncode == 0
    (copy,) = (tmp_path / "backups").glob("*/rosters/evidence/press.csv")
    assert copy.read_bytes() == (home / "rosters" / "evidence" / "press.csv").read_bytes()

    file = write_rows(tmp_path / "wrong.csv", rows[0] | {"reported": "lots", "publisher": ""})
    done = kooch(home, "import", "evidence", str(file))
    assert done.returncode == 2
    assert [json.loads(line)["row"] for line in done.stdout.splitlines()] == [2, 2]
    assert done.stderr.strip() == f"{file}: 2 faults, nothing was taken over. Correct the file, then repeat."


def test_an_unknown_kind_of_import_is_said_in_a_sentence(tmp_path: Path) -> None:
    done = kooch(tmp_path, "import", "cheese", "a.csv")

    assert done.returncode == 2
    assert done.stderr.strip() == (
        "'cheese' cannot be imported. Known are evidence: `kooch import evidence FILE`,"
        " looks: `kooch import looks FILE`, and captures: `kooch import captures FILE…`."
    )


def test_doctor_says_what_would_verify_the_pages_of_koo_and_asks_nobody(bundled_home: Path) -> None:
    done = kooch(bundled_home, "doctor", "--no-network")
    (koo,) = (line for line in map(json.loads, done.stdout.splitlines()) if line["name"] == "archived pages of Koo")

    assert done.returncode == 0
    assert "unverified" in koo["found"]
    assert "`kooch backfill koo --every month --to 2024-07-03`" in koo["found"]
    assert "https://web.archive.org/cdx/search/cdx?url=kooapp.com%2Fprofile%2F&matchType=prefix" in koo["found"]
