"""Where the people of a list were: each is in one place, unknown never counts as gone, and the sums are those of the
curves."""

from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import polars as pl
import pytest
from playwright.sync_api import Browser, expect

from analytics.charts import place_changes
from analytics.charts import places as places_chart
from analytics.measures.places import CHANGES, Places, changes_of, places_of
from analytics.measures.places import PLACES as PLACES_IN_WORDS
from analytics.said import Number
from analytics.said import words as in_words
from kooch.store.versions import open_version, reading_file
from tests.servers.app import serving
from tests.servers.browser import pick
from tests.small_worlds import account, answers, bound, figure, listed, looked, world
from tests.small_worlds import claim as held_by
from tests.small_worlds import member as on_list
from tests.stores import bundle, claim, crawl, load, member, query, roster, seen, statement
from tests.test_activity_states import look, spool_looks
from tests.test_app import ROOT, run, words

PLACES = ROOT / "pages" / "places.py"
NAMES = ("active", "silent", "there", "left", "ended", "doubted", "claimed", "later", "absent", "unknown")
DID = {name: f"did:web:{name}.test" for name in NAMES}
DAY = 24 * 60
AUGUST = 71 * DAY  # 11 August, noon


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A list whose members are each somewhere else on 11 August 2025."""
    home = tmp_path_factory.mktemp("places")
    with_account = [name for name in NAMES if name not in {"absent", "unknown", "later"}]
    people = roster(
        "people",
        [
            *(member(name, party="Green" if n % 2 else "Blue") for n, name in enumerate(NAMES)),
        ],
        accounts=tuple(claim(name, None, DID[name]) for name in with_account),
        statements=(
            statement(
                "absent", "absent", "2025-08-10", platform="bluesky", not_before="2025-08-10", not_after="2025-08-10"
            ),
            statement(
                "later", "joined", "2025-09-02", platform="bluesky", not_before="2025-09-01", not_after="2025-09-01"
            ),
        ),
        vouches=False,
    )
    house = roster(
        "house",
        [
            member("active", from_day=date(2025, 1, 1)),
            member("left", from_day=date(2025, 1, 1), to_day=date(2025, 7, 31)),
            member("silent", from_day=date(2025, 8, 1)),
        ],
        selection="census",
        complete_from=date(2025, 1, 1),
        as_of=date(2025, 9, 1),
        vouches=False,
    )
    bundled = bundle(home / "bundled", people, house)
    there = [DID[name] for name in ("active", "silent", "there", "left", "ended", "doubted")]
    for minutes in (50 * DAY, 60 * DAY):
        crawl(home, *(seen(did, minutes) for did in there), state="complete")
    for minutes in (65 * DAY, 67 * DAY):
        crawl(
            home,
            seen(DID["left"], minutes, status="deleted"),
            seen(DID["ended"], minutes, status="suspended"),
            state="complete",
        )
    crawl(home, seen(DID["doubted"], AUGUST, status="deleted"), state="complete")
    crawl(home, *(seen(DID[name], AUGUST + 60) for name in ("active", "silent", "there")), state="complete")
    spool_looks(
        home,
        look("2025-08-12T12:00", {"2025-08-01": 1}, target=DID["active"]),
        look("2025-08-12T12:00", {"2025-03-01": 1}, target=DID["silent"]),
    )
    load(home, bundled)
    return home


def found(home: Path, of: str, day: str, **narrowed: str) -> Places:
    with open_version(reading_file(home)) as connection:
        places = places_of(connection, roster=of, day=date.fromisoformat(day), narrowed=narrowed)
    assert places is not None
    return places


def places(home: Path, day: str) -> dict[str, str]:
    return dict(found(home, "people", day).frame.select("figure_id", "place").rows())


@pytest.mark.proof
def test_each_member_is_in_the_one_place_that_the_evidence_gives(home: Path) -> None:
    assert places(home, "2025-08-11") == {
        "active": "active",
        "silent": "silent",
        "there": "there",
        "left": "left",
        "ended": "ended",
        "doubted": "perhaps",
        "claimed": "perhaps",
        "later": "before",
        "absent": "absent",
        "unknown": "not looked",
    }
    # Long after the last look nobody is known to be there, and none of them is gone.
    assert places(home, "2026-01-01") == dict.fromkeys(NAMES, "perhaps") | {
        "left": "left",
        "ended": "ended",
        "absent": "not looked",
        "unknown": "not looked",
    }
    said = dict(found(home, "people", "2025-08-11").frame.select("figure_id", "says").rows())

    assert said["active"] == "active; last post 1 Aug 2025"
    assert said["there"] == "there; last sign 11 Aug 2025"
    # For an earlier day, the words say that the sign came after it.
    assert "perhaps there; later sign 11 Aug 2025" in found(home, "people", "2025-07-01").frame["says"].to_list()
    assert said["silent"] == "no post in 28 days; last post 1 Mar 2025"
    assert (
        "not found on 11 August 2025, 12:00 UTC; a second look counts after 12 August 2025, 12:00 UTC"
        in said["doubted"]
    )


def test_the_numbers_of_a_platform_in_the_sentence_add_up_to_all(home: Path, bundled_home: Path) -> None:
    assert in_words(found(home, "people", "2025-08-11").verdict).strip() == (
        "Bluesky: 3 of 10 certainly there, 2 perhaps, 1 not searched. Not there: 1 left, 1 ended by the platform, 1 not yet, 1"
        " searched and not there."
    )
    for of, roster_, day in (
        (home, "people", "2026-01-01"),
        (home, "house", "2025-08-11"),
        (bundled_home, "us-congress", "2015-06-01"),
        (bundled_home, "in-koo-2021", "2021-06-01"),
    ):
        numbers: dict[str, list[int]] = {}
        for part in found(of, roster_, day).verdict:
            if isinstance(part, Number):
                platform = parse_qs(urlsplit(part.measure).query)["platform"][0]
                numbers.setdefault(platform, []).append(int(str(part).replace(",", "")))

        assert numbers
        for there, of_all, *others in numbers.values():
            assert there + sum(others) == of_all


@pytest.mark.proof
def test_who_read_a_report_did_not_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = statement("ann", "there", "2025-09-02", platform="bluesky", not_after="2025-09-01")
    people = roster("people", [member("ann")], accounts=(claim("ann", None, "did:web:ann.test"),), statements=(read,))
    listed = bundle(tmp_path / "bundled", people)
    load(tmp_path, listed)

    assert "As 1 September 2025 ended: the last day about which a report says something." in words(
        run(PLACES, tmp_path, monkeypatch)
    )

    crawl(tmp_path, seen("did:web:ann.test", 100 * DAY), state="complete")
    load(tmp_path, listed)

    assert "As 9 September 2025 ended: the last day on which anybody looked." in words(
        run(PLACES, tmp_path, monkeypatch)
    )


@pytest.mark.proof
def test_a_list_alone_is_known_on_its_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    people = roster("people", [member("ann")], accounts=(claim("ann", None, "did:web:ann.test"),), vouches=False)
    load(tmp_path, bundle(tmp_path / "bundled", people))

    assert "As 1 January 2025 ended: the day of the list." in words(run(PLACES, tmp_path, monkeypatch))


def test_a_difference_is_of_the_same_people_and_unknown_where_either_day_is(home: Path) -> None:
    with open_version(reading_file(home)) as connection:
        asked: dict[str, Any] = {"against": date(2025, 7, 25), "day": date(2025, 8, 11), "narrowed": {}}
        people = dict(changes_of(connection, roster="people", **asked)[0].select("figure_id", "change").rows())
        house = dict(changes_of(connection, roster="house", **asked)[0].select("figure_id", "change").rows())

    assert people == {
        **dict.fromkeys(("active", "silent", "there"), "on both days"),
        **dict.fromkeys(("left", "ended"), "went"),
        **dict.fromkeys(("absent", "later"), "on neither day"),
        **dict.fromkeys(("doubted", "claimed", "unknown"), "unknown"),
    }
    assert house == {"active": "on both days", "left": "left the list", "silent": "new on the list"}


def test_a_percentage_stands_only_where_at_most_a_tenth_is_unknown(home: Path, bundled_home: Path) -> None:
    def labels(places: Places) -> list[str]:
        return places.spread["label"].to_list()

    assert labels(found(home, "house", "2025-08-11")) == ["2 (100%)"]
    assert labels(found(home, "people", "2025-08-11")) == ["3", "3", "4"]
    congress = found(bundled_home, "us-congress", "2015-06-01")

    # 508 to 528 of 539 by hand; 11 were not searched.
    assert dict(congress.segments.filter(pl.col("name") == "X").select("part", "figures").rows()) == {
        "there": 508,
        "perhaps": 20,
        "not looked": 11,
    }
    assert labels(congress)[:3] == ["508 (94%)", "31 (6%)", "539"]
    assert not [label for label in labels(found(bundled_home, "us-congress", "2026-06-16")) if "%" in label]


def test_members_known_by_a_user_name_alone_count_as_looked_at_and_have_an_address(bundled_home: Path) -> None:
    """318 of 537 members have an account of YouTube. The source has 90 of them by name, and 41 of these names are
    ids."""
    rows = query(
        bundled_home,
        "SELECT a.native_id IS NULL, count(DISTINCT l.figure_id), count(a.url) = count(*), min(a.url) FILTER (WHERE a.native_id IS NULL)"
        " FROM links AS l INNER JOIN accounts AS a USING (account_id) INNER JOIN memberships AS m USING (figure_id)"
        " WHERE a.platform = 'youtube' AND m.roster = 'us-congress' GROUP BY ALL ORDER BY 1",
    )
    ((looked, not_looked, joined),) = query(
        bundled_home,
        "SELECT count(*) FILTER (WHERE place <> 'not looked'), count(*) FILTER (WHERE place = 'not looked'),"
        " count(*) FILTER (WHERE is_there) FROM places_on('us-congress', DATE '2026-06-15') WHERE platform = 'youtube'",
    )
    addresses = query(
        bundled_home,
        "SELECT DISTINCT a.url FROM accounts AS a INNER JOIN handles AS h USING (account_id)"
        " WHERE a.platform = 'youtube' AND h.handle IN ('user/adamschiff', 'sentedbudd')",
    )

    assert [(row[0], row[1], row[2]) for row in rows] == [(False, 228 + 41, True), (True, 90 - 41, True)]
    assert (looked, not_looked, joined) == (318, 219, 318)
    assert sorted(addresses) == [("https://www.youtube.com/@sentedbudd",), ("https://www.youtube.com/user/adamschiff",)]


@pytest.mark.proof
def test_places_sum_to_the_curves_on_every_day(home: Path, bundled_home: Path) -> None:
    for of in (home, bundled_home):
        changes = query(
            of,
            "SELECT roster, platform, day, members, not_looked, there_min, there_max FROM adoption"
            " WHERE roster NOT IN ('de-fediverse', 'se-institutions') QUALIFY row_number() OVER (PARTITION BY roster, platform ORDER BY hash(day)) <= 6",
        )
        with open_version(reading_file(of)) as connection:
            for name, platform, day, members, not_looked, low, high in changes:
                frame = connection.sql(
                    "SELECT count(*) AS members, count(*) FILTER (WHERE place = 'not looked') AS not_looked,"
                    " count(*) FILTER (WHERE is_there) AS low, count(*) FILTER (WHERE is_there OR place = 'perhaps') AS high"
                    " FROM places_on($roster, $day) WHERE platform = $platform",
                    params={"roster": name, "day": day, "platform": platform},
                ).pl()

                assert frame.row(0)[:2] == (members, not_looked), (name, platform, day)
                if low is not None:
                    assert frame.row(0)[2:] == (low, high), (name, platform, day)


@pytest.mark.proof
def test_the_page_is_narrowed_sorted_and_says_what_is_chosen(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = run(
        PLACES,
        home,
        monkeypatch,
        roster="people",
        day="2025-08-11",
        party="Blue",
        place="ended",
        against="2025-07-25",
    )
    said = words(app)

    assert "people · Blue · 11 August 2025" in said
    assert "figure?figure=" not in said
    assert "ended by the platform" in said
    assert "Bluesky: 2 of 5 certainly there" in said
    (rows,) = [body for element in app.get("html") if "Who, Role" in (body := element.proto.body)]
    assert rows.count("<tr>") == 2


@pytest.mark.proof
def test_a_name_leads_to_its_figure_on_a_phone_too(home: Path, browser: Browser) -> None:
    with serving(home) as url:
        page = browser.new_page(viewport={"width": 390, "height": 900})
        page.goto(f"{url}/places?roster=people&day=2025-08-11&place=left")
        link = page.locator("a[href='figure?figure=left']").first
        expect(link).to_be_visible(timeout=60_000)
        assert page.evaluate("document.documentElement.scrollWidth <= 390")
        link.click()
        expect(page.get_by_role("heading", name="left")).to_be_visible(timeout=60_000)
        page.close()


def test_each_place_and_each_difference_has_a_fill_of_its_own() -> None:
    for fills, words_of in ((places_chart.FILLS, PLACES_IN_WORDS), (place_changes.FILLS, CHANGES)):
        assert list(fills) == list(words_of)
        assert len(set(fills.values())) == len(fills)


def test_every_figure_is_once_in_a_bar(home: Path) -> None:
    segments = found(home, "people", "2025-08-11").segments

    assert segments.group_by("row").agg(pl.col("figures").sum(), pl.col("of").first()).rows() == [(0, 10, 10)]


@pytest.mark.proof
def test_two_questions_are_answered_within_three_clicks(bundled_home: Path, browser: Browser) -> None:
    with serving(bundled_home) as url:
        page = browser.new_page(viewport={"width": 1280, "height": 1400})
        # Who of the Koo list had joined by 10 February 2021? The first screen says it.
        page.goto(url)
        expect(page.get_by_text("had joined Koo by the end of 10 February 2021").first).to_be_visible(timeout=60_000)

        # Which share of the Congress had an official account on X on 1 June 2015?
        page.get_by_role("link", name="Where are they?").click()
        # Until the page is drawn, the first box is still that of the page before.
        expect(page.get_by_role("heading", name="Where are they?", level=1)).to_be_visible(timeout=60_000)
        expect(page.get_by_role("combobox", name="Platform")).to_have_count(0, timeout=60_000)
        pick(page.get_by_role("combobox", name="List"), "Congress of the United States")
        expect(page.get_by_text("Congress of the United States · ").first).to_be_visible(timeout=60_000)
        page.goto(f"{page.url}&day=2015-06-01")  # a day is typed, here into the address

        said = page.locator(
            "[data-measure^='where_they_are.count?roster=us-congress&day=2015-06-01&platform=x&is_there']"
        )
        expect(said.first).to_have_text("508", timeout=60_000)
        expect(page.locator("svg").get_by_text("508 (94%)").first).to_be_visible(timeout=60_000)
        page.close()


@pytest.mark.proof
@pytest.mark.parametrize(
    ("kind", "known_by", "looked_on"),
    [
        pytest.param("listed", "list", "2025-03-01", id="a list that says that its accounts existed"),
        pytest.param("stated", "report", "2025-01-01", id="a report that gives a day"),
        pytest.param("published", "report", "2025-01-01", id="a report in which they are there"),
    ],
)
def test_a_page_opens_on_the_last_day_and_names_what_tells_of_it(kind: str, known_by: str, looked_on: str) -> None:
    last = bound(10, "ada", "there", kind, ("2025-03-01", "2025-03-02"), source=1)
    of_list = (listed("people", "2025-01-01"), figure("ada"), on_list("ada"), account(1), held_by("ada", 1))
    published = "UPDATE versions SET published_at = TIMESTAMPTZ '2025-06-01 12:00+00'"
    with world(*of_list, last) as connection:
        connection.execute(published)
        (found,) = answers(connection, "days_of_list", roster="people")
    with world(*of_list, last, looked("ada", 1, ("2025-03-01", "2025-03-02"), source=1)) as both:
        both.execute(published)
        (seen_too,) = answers(both, "days_of_list", roster="people")

    assert (found["known_on"], found["known_by"], found["looked_on"]) == ("2025-03-01", known_by, looked_on)
    assert (seen_too["known_on"], seen_too["known_by"], seen_too["looked_on"]) == ("2025-03-01", "look", "2025-03-01")
