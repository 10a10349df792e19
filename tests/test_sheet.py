"""*Can I print this?*: each sheet says what the tables say, all of it, and nothing more certain."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser

from analytics.measures.list_page import list_page
from analytics.measures.phrases import interval
from analytics.measures.sheet import Sheet, sheet, sheets
from analytics.site.files import edition_of
from analytics.site.sheets import sheet_html, sheet_text
from kooch.config import BUNDLED_ROSTERS
from kooch.store.versions import open_version, reading_file
from tests import stores
from tests.commands import kooch
from tests.test_app import ROOT, run

DAYS = 60 * 24
SEEN = 400 * DAYS  # July 2026, after the day of the list
GONE = "se-asa-westlund"

# What may be printed, written by hand from the rows of the lists.
TEN = {
    ("in-ravi-shankar-prasad", "koo"): (
        "disputed",
        (
            "Sources disagree on when Ravi Shankar Prasad joined Koo; the days that they give lie between 7 August 2020 and"
            " 8 February 2021, provided that a report which names no account means @ravishankarprasad."
        ),
    ),
    ("in-yogi-adityanath", "koo"): (
        "disputed",
        "Yogi Adityanath joined Koo on 27 February 2021, according to Khaskhabar; Mint says otherwise.",
    ),
    ("in-virender-sehwag", "koo"): (
        "disputed",
        (
            "Virender Sehwag had joined Koo by 4 October 2021, according to Business Standard (press release, ANI);"
            " no source says since when; The Statesman says otherwise."
        ),
    ),
    ("in-kangana-ranaut", "koo"): (
        "disputed",
        (
            "Kangana Ranaut had joined Koo by 11 February 2021, according to Aaj Tak, without naming the account;"
            " no source says since when; the evidence speaks of more than one account."
        ),
    ),
    ("in-piyush-goyal", "koo"): (
        "presumed",
        (
            "Piyush Goyal joined Koo on 9 February 2021, according to Business Standard,"
            " provided that a report which names no account means @piyushgoyal."
        ),
    ),
    ("ng-atiku-abubakar", "koo"): (
        "not there",
        "Atiku Abubakar was not on Koo on 12 June 2021, according to New Telegraph, Ripples Nigeria and Leadership.",
    ),
    ("de-andre-hahn", "mastodon"): (
        "opened",
        (
            "André Hahn’s account @andrehahn@social.linksfraktion.de on Mastodon was opened on 4 May 2022,"
            " according to rstockm/fedipol."
        ),
    ),
    ("in-b-s-yediyurappa", "x"): (
        "undated",
        "Kooch project names @BSYBJP as B. S. Yediyurappa’s account on X; no source says when they joined.",
    ),
    ("in-abhishek-banerjee", "x"): (
        "not looked",
        "Whether Abhishek Banerjee has an account on X is not known: nobody has searched for one.",
    ),
    (GONE, "bluesky"): (
        "unconfirmed",
        (
            "It is not confirmed that Åsa Westlund left Bluesky: on 7 July 2026, 12:00 UTC, @asawestlund.bsky.social was"
            " not found, and no second check has agreed yet."
        ),
    ),
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled lists; one account of them was there, and then was not found once."""
    home = tmp_path_factory.mktemp("sheets")
    account = "@asawestlund.bsky.social"
    stores.crawl(home, stores.seen(account, SEEN))
    stores.crawl(home, stores.seen(account, SEEN + DAYS, status="not_found"))
    stores.load(home, BUNDLED_ROSTERS)
    return home


def made(home: Path, figure_id: str, platform: str) -> tuple[Sheet, str, str]:
    with open_version(reading_file(home)) as connection:
        claim = sheet(connection, figure_id=figure_id, platform=platform)
        edition = edition_of(connection, publisher="The Desk", contact="")
    return claim, sheet_text(claim, edition), sheet_html(claim, edition)


@pytest.mark.parametrize("place", TEN, ids=" on ".join)
def test_a_sheet_says_what_the_tables_say(home: Path, place: tuple[str, str]) -> None:
    claim, text, page = made(home, *place)
    flat = " ".join(text.split())
    at = f"figure_id = '{place[0]}' AND platform = '{place[1]}'"
    told = stores.query(
        home,
        "SELECT s.citation, s.url, b.wording FROM bounds AS b INNER JOIN sources AS s USING (source_id)"
        f" WHERE {at} AND b.kind <> 'listed'",
    )

    assert (claim.kind, claim.sentence) == TEN[place]
    assert claim.definition
    assert claim.overturn
    assert claim.question.endswith("?")
    assert claim.open or claim.kind == "opened"
    # Every statement stands there: who, where it can be read, and its words.
    for citation, url, wording in told:
        for said in (citation, url, wording):
            assert said is None or " ".join(said.split()) in flat, said
    for row in claim.evidence:
        assert row.archived_url or row.lookup_url or row.url is None
    # The page says the same as the text.
    words = " ".join(re.sub(r"<[^>]+>", " ", page[page.index("<body") :]).split())
    for one in claim.open:
        assert one.what in words
        assert one.what in flat
        assert one.until in flat


@pytest.mark.proof
def test_no_sentence_is_more_certain_than_its_rows(home: Path) -> None:
    """Of all lists: a day is named only where the join is known to the day, and each hedge stands where its flag does."""
    with open_version(reading_file(home)) as connection:
        found = [
            claim
            for claims in sheets(
                connection, [row[0] for row in connection.sql("SELECT figure_id FROM figures").fetchall()]
            ).values()
            for claim in claims
        ]
        joins = {
            (row["figure_id"], row["platform"]): row
            for row in connection.sql("FROM first_joins").pl().iter_rows(named=True)
        }
        page = list_page(connection, "us-congress")
        without_account = set(
            connection.sql("SELECT figure_id, platform FROM bounds WHERE account_id IS NULL").fetchall()
        )
        flags = connection.sql(
            "SELECT figure_id, platform, bool_or(join_is_presumed AND account_id IS NOT NULL), bool_or(contradiction),"
            " bool_or(len(unexplained) > 0), bool_or(account_id IS NULL) FROM stays WHERE stay > 0 GROUP BY ALL"
        ).pl()
    presumed, contradicted, excluded, unnamed = (
        {(row[0], row[1]) for row in flags.iter_rows() if row[n]} for n in range(2, 6)
    )
    assert len(found) > 3000
    assert page is not None
    # The table of a list gives the days of the sheets: those of the first account, and not of the latest.
    several = 0
    placed = [
        (line.figure_id, platform, place)
        for line in page.lines
        for platform, place in zip(page.platforms, line.places, strict=True)
    ]
    for figure_id, platform, shown in placed:
        join = joins.get((figure_id, platform))
        if join is not None and join["joined_before"] is not None:
            joined = interval(join["joined_not_before"], join["joined_before"], page.time_zone)
            assert re.match(rf"joined {joined}($|;| \()", shown.says), (figure_id, shown)
            assert (f"(the first of {join['accounts']} accounts)" in shown.says) == (join["accounts"] > 1)
            several += join["accounts"] > 1
    assert several > 20
    for claim in found:
        place = (claim.figure_id, claim.platform)
        join = joins.get(place)
        if join is None:
            assert claim.kind in {"not looked", "not there"}
            continue
        # Asked, overturned and shown is the account that the sentence is about, by its handle or its id.
        asked = re.match(r"Is (\S+) on .+ your account", claim.question)
        if asked:
            assert f"Proof that {asked[1]} is not theirs, or belonged to another at the time." in claim.overturn
        assert bool(re.match("Which account", claim.question)) <= (place in unnamed), claim
        names_none = [row.says for row in claim.evidence if "it names no account" in row.says]
        assert bool(names_none) <= (place in without_account), claim
        if claim.kind == "unconfirmed":
            assert claim.sentence.startswith("It is not confirmed")
            continue
        assert not re.search(r"\b(left|closed by|gone)\b", claim.sentence), claim.sentence
        if re.search(rf"(joined {claim.platform_name}|was opened) on \d", claim.sentence):
            assert is_one_day(join), claim.sentence
        assert (join["joined_not_before"] is not None) == bool(
            re.search(r" (on \d|lie between|between \d|in \w+ \d)", claim.sentence)
        )
        assert ("provided that" in claim.sentence) == (place in presumed), claim.sentence
        assert ("Sources disagree" in claim.sentence) == (place in contradicted), claim.sentence
        assert (" otherwise" in claim.sentence) == (place in excluded), claim.sentence
        assert (bool(re.search("nam(es|ing) the account", claim.sentence))) == (place in unnamed), claim.sentence


def test_a_sheet_of_several_accounts_and_of_an_id_alone_is_about_one_account(home: Path) -> None:
    of_two, by_id = made(home, "us-jared-polis", "x")[0], made(home, "us-mike-rogers", "youtube")[0]
    joins = [row.says for row in of_two.evidence if row.says.startswith("Joined") and "@JaredPolis" in row.says]

    assert of_two.question.startswith("Is @JaredPolis on X your account")
    assert "Whether @RepJaredPolis exists, at which Kooch has never looked" in {one.what for one in of_two.open}
    assert len(joins) == 1
    assert by_id.question.startswith("Is UCH-WUWuY0_dlKwJDSqKTJsg on YouTube your account")
    assert all("UCH-WUWuY0_dlKwJDSqKTJsg" in row.says for row in by_id.evidence)


def is_one_day(join: dict[str, Any]) -> bool:
    """Whether some zone of a source has the whole interval in one of its days."""
    first: datetime = join["joined_not_before"]
    last = join["joined_before"] - timedelta(microseconds=1)
    zones = ("UTC", "Asia/Kolkata", "Africa/Lagos", "America/Sao_Paulo", "Europe/Stockholm")
    return any(first.astimezone(ZoneInfo(zone)).date() == last.astimezone(ZoneInfo(zone)).date() for zone in zones)


@pytest.mark.proof
def test_an_unconfirmed_departure_becomes_one_when_a_second_look_agrees(home: Path, tmp_path: Path) -> None:
    claim, text, _ = made(home, GONE, "bluesky")
    bundled = stores.bundle(
        tmp_path / "lists",
        stores.roster("people", [stores.member("a")], accounts=(stores.claim("a", "a.test", "did:web:a.test"),)),
    )
    alone = tmp_path / "home"
    stores.crawl(alone, stores.seen("did:web:a.test", 0))
    for day in (1, 3):
        stores.crawl(alone, stores.seen("did:web:a.test", day * DAYS, status="deleted"))
        stores.load(alone, bundled)
        latest, _, _ = made(alone, "a", "bluesky")
        if day == 1:
            assert latest.kind == "unconfirmed"
            assert latest.open[0].until == "until a check after 3 June 2025, 12:00 UTC agrees"

    assert "until a check after 8 July 2026, 12:00 UTC agrees" in " ".join(text.split())
    assert [one.says for one in claim.evidence][-2:] == ["Observed active: 1 answer", "Not found: 1 answer"]
    assert latest.kind == "left"
    assert (
        "was closed by its owner between 1 June 2025 and 2 June 2025: two checks at least a day apart agree"
        in latest.sentence
    )


@pytest.mark.proof
def test_the_command_and_the_page_give_the_same_sheet(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_name = kooch(home, "sheet", "piyush goyal", "Koo")
    near = kooch(home, "sheet", "Goyal", "koo")
    misspelt = kooch(home, "sheet", "Piyus Goyal", "koo")
    odd = kooch(home, "sheet", "Piyush Goyal", "koo", "-o", str(tmp_path / "sheet.pdf"))
    page = kooch(home, "sheet", "in-piyush-goyal", "koo", "-o", str(tmp_path / "sheet.html"))
    nobody = kooch(home, "sheet", "Nobody", "koo")
    nowhere = kooch(home, "sheet", "Piyush Goyal", "friendster")
    by_alias = kooch(home, "sheet", "Piyush Goyal", "Twitter")
    app = run(ROOT / "pages" / "figure.py", home, monkeypatch, figure="in-piyush-goyal")

    assert page.returncode == 0, page.stderr
    assert "<script" not in (tmp_path / "sheet.html").read_text(encoding="utf-8")
    assert by_name.stdout.splitlines()[0] == "CAN I PRINT THIS? Piyush Goyal on Koo"
    assert by_name.stdout.rstrip() in {code.value for code in app.code}
    assert (nobody.returncode, nowhere.returncode, near.returncode, odd.returncode) == (2, 2, 2, 2)
    assert "Nobody on the lists is called 'Goyal'. Similar names: Piyush Goyal." in near.stderr
    assert "Similar names: Piyush Goyal" in misspelt.stderr
    assert not (tmp_path / "sheet.pdf").exists()
    assert "There is no platform 'friendster'" in nowhere.stderr
    assert by_alias.stdout.splitlines()[:1] == ["CAN I PRINT THIS? Piyush Goyal on X"], by_alias.stderr


@pytest.mark.proof
@pytest.mark.parametrize("width", [390, 1280])
def test_a_sheet_fits_its_window(browser: Browser, home: Path, tmp_path: Path, width: int) -> None:
    file = tmp_path / "sheet.html"
    file.write_text(made(home, "in-ravi-shankar-prasad", "koo")[2], encoding="utf-8")
    page = browser.new_page(viewport={"width": width, "height": 844})
    page.goto(file.as_uri())

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()
