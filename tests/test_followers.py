"""Where is the audience? Answers written by hand: rounded counts, lower bounds, days with one count, and parity."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from analytics.measures.followers import days_of, followers, parity, ratio
from kooch.store.versions import open_version, reading_file
from tests.servers.app import serving
from tests.stores import archived, backfill, bundle, claim, crawl, load, member, roster, seen, statement
from tests.test_app import ROOT, run, words
from tests.test_measured import is_shown, shown_on, value_of

PAGE = ROOT / "pages" / "followers.py"
DAY = 24 * 60
OF = {"roster": "people", "newer": "bluesky", "older": "x"}
NUMBERS = {"ann": "1", "bo": "2", "cy": "3", "di": "4", "eve": "5", "gus": "6"}

# By hand: the ratio on the last day with both counts, what it says, when there were first as many.
ANSWERS = {
    "ann": ("2025-06-11", "1.2", "as many", "2–11 Jun 2025"),  # 500 of 1,000 on the 1st, 1,200 of 1,000 on the 11th
    "bo": ("2025-06-01", "0.476 to 0.526", "fewer", "not by 1 Jun 2025"),  # 5,000 of 9,500 to 10,500
    "cy": ("2025-06-11", "0.952 to 1.05", "cannot be said", "no count shows it"),  # 1,000 of 950 to 1,050
    "di": (None, "cannot be said", "no common day", "no count shows it"),  # the 1st on one, the 11th on the other
    "eve": ("2025-06-11", "at most 2", "cannot be said", "no count shows it"),  # 2,000 of more than 1,000
    "gus": ("2025-06-01", "3", "as many", "by 1 Jun 2025"),  # 300 of 100; the second account, with 10, is left out
}


def did(name: str) -> str:
    return f"did:web:{name}.test"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("followers")
    people = roster(
        "people",
        map(member, [*NUMBERS, "fay"]),
        accounts=(
            *(claim(name, name, number, platform="x") for name, number in NUMBERS.items()),
            *(claim(name, None, did(name)) for name in [*NUMBERS, "fay"]),
            claim("gus", None, did("gus2")),
        ),
        statements=(
            statement(
                "eve",
                "there",
                "2025-06-11",
                not_after="2025-06-11",
                time_zone="UTC",
                platform="x",
                handle="eve",
                reported="over 1,000 followers",
            ),
        ),
    )
    bundled = bundle(home / "bundled", people)
    first = {"ann": 500, "bo": 5000, "fay": 9, "gus": 300, "gus2": 10}
    later = {"ann": 1200, "cy": 1000, "di": 300, "eve": 2000}
    # If a day has two counts, the later one is taken.
    for minutes, counts in ((-60, {"ann": 900}), (0, first), (10 * DAY, later)):
        crawl(home, *(seen(did(name), minutes, followers=n) for name, n in counts.items()), state="complete")
    on_x = {
        ("ann", "2025-06-01"): (1000, None),
        ("ann", "2025-06-11"): (1000, None),
        ("bo", "2025-06-01"): (10_000, 500),
        ("cy", "2025-06-11"): (1000, 50),
        ("di", "2025-06-01"): (100, None),
        ("gus", "2025-06-01"): (100, None),
    }
    backfill(
        home,
        *(
            archived(day, name, native_id=NUMBERS[name], followers=n, followers_precision=precision)
            for (name, day), (n, precision) in on_x.items()
        ),
    )
    load(home, bundled)
    return home


@pytest.mark.proof
def test_ratio_and_parity_are_as_written_by_hand(home: Path) -> None:
    with open_version(reading_file(home)) as connection:
        found = followers(connection, **OF, names=("Bluesky", "X"))
        of_ann = days_of(connection, figure_id="ann", newer="bluesky", older="x")
    last = {row["figure_id"]: row for row in found.frame.iter_rows(named=True)}

    assert {
        name: (str(row["day"]) if row["day"] else None, ratio(row), row["standing"], parity(row))
        for name, row in last.items()
    } == ANSWERS
    assert of_ann["ratio_least"].to_list() == [1.2, 0.5]
    assert "".join(map(str, found.verdict)) == (
        "6 have an account on both. For 1 of them no day is known with both counts, so there is no ratio. On the last day of which"
        " both counts are known, 2 had as many followers on Bluesky as on X or more, and 1 had fewer. Of 2 the counts do not say."
    )


def test_the_other_way_round_a_lower_bound_leaves_the_ratio_open_above(home: Path) -> None:
    with open_version(reading_file(home)) as connection:
        found = followers(connection, roster="people", newer="x", older="bluesky", names=("X", "Bluesky"))
    rows = {row["figure_id"]: row for row in found.frame.iter_rows(named=True)}

    assert (ratio(rows["eve"]), rows["eve"]["standing"]) == ("at least 0.5", "cannot be said")
    assert (ratio(rows["bo"]), rows["bo"]["standing"]) == ("1.9 to 2.1", "as many")
    # Before the 11th as many on X, then fewer: the first day of as many is shown.
    assert parity(rows["ann"]) == "by 1 Jun 2025"


@pytest.mark.proof
def test_each_number_of_the_page_is_what_sql_says(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = run(PAGE, home, monkeypatch, **OF, who="ann")
    shown = list(shown_on(app))
    with open_version(reading_file(home)) as connection:
        wrong = [(text, measure) for text, measure in shown if not is_shown(value_of(connection, measure), text)]

    assert wrong == []
    assert len(shown) > 30
    assert "at least 1,000" in words(app)
    assert "10,000 ± 500" in words(app)
    assert "di" not in app.selectbox(key="who").options


def test_a_list_without_a_day_in_common_names_the_command(bundled_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = words(run(PAGE, bundled_home, monkeypatch, roster="us-congress"))

    assert "Both platforms must be looked at on one day: `kooch crawl`" in said
    assert "ratio" in said
    assert "Many people follow" not in said


@pytest.mark.proof
def test_on_a_phone_the_page_is_not_wider_than_the_screen(home: Path, browser: Browser) -> None:
    with serving(home) as url:
        page = browser.new_page(viewport={"width": 390, "height": 1200})
        page.goto(f"{url}/followers?newer=bluesky&older=x&who=ann")

        expect(page.get_by_text("0.476 to 0.526 on 1 Jun 2025").first).to_be_visible(timeout=60_000)
        expect(page.locator("svg [aria-label^='audience_of_list.ratio_least']").first).to_be_attached()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.close()
