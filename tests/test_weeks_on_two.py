"""Where the same people posted, week by week on two platforms, and who came back: weeks and silences written by hand."""

from datetime import date
from pathlib import Path

import pytest

from analytics.measures.weeks_on_two import came_back, weeks_on_two
from kooch.rosters import Roster
from kooch.store.versions import open_version, reading_file
from tests.stores import bundle, claim, crawl, load, member, query, roster, seen
from tests.test_activity_states import look, spool_looks
from tests.test_app import ROOT, run, words
from tests.test_measured import is_shown, shown_on, value_of

STAYED = ROOT / "pages" / "stayed.py"
NAMES = ("Bluesky", "Mastodon")
ON_TWO = {"roster": "two", "here": "bluesky", "there": "mastodon"}


def did(name: str) -> str:
    return f"did:web:{name}.test"


def actor(name: str) -> str:
    return f"https://town.test/users/{name}"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ann posts on both, nobody looked at Bo's second account, Cy leaves office on 12 March, Dee has one account."""
    home = tmp_path_factory.mktemp("two")
    two = roster(
        "two",
        [member("ann"), member("bo"), member("cy", to_day=date(2025, 3, 12)), member("dee")],
        accounts=(
            *(claim(name, None, did(name)) for name in ("ann", "bo", "cy", "dee")),
            *(claim(name, f"{name}@town.test", actor(name), platform="mastodon") for name in ("ann", "bo", "cy")),
        ),
        vouches=False,
    )
    silent = roster(
        "silent",
        [
            member("ed"),
            member("fay"),
            member("gus", to_day=date(2025, 5, 1)),
            member("hal", to_day=date(2025, 3, 1)),
        ],
        accounts=tuple(claim(name, None, did(name)) for name in ("ed", "fay", "gus", "hal")),
        vouches=False,
    )
    march = [("2025-03-01", "2025-04-01T12:00")]
    posts = {
        "ann": ("2025-03-04", "2025-03-11"),
        "bo": ("2025-03-04", "2025-03-11", "2025-03-18", "2025-03-25"),
        "cy": ("2025-03-04", "2025-03-18"),
        "dee": ("2025-03-04",),
    }
    spool_looks(
        home,
        *(
            look("2025-04-01T12:00", dict.fromkeys(days, 1), march, target=did(name), is_complete=True)
            for name, days in posts.items()
        ),
        *(
            look(
                "2025-06-01T12:00",
                {"2025-01-10": 1} if name == "fay" else {"2025-01-10": 1, "2025-05-20": 2},
                [("2025-01-01", "2025-06-01T12:00")],
                target=did(name),
            )
            for name in ("ed", "fay", "gus", "hal")
        ),
    )
    spool_looks(
        home,
        look("2025-04-01T12:00", {"2025-03-05": 1, "2025-03-26": 1}, march, target=actor("ann")),
        look("2025-04-01T12:00", {}, march, target=actor("cy")),
        platform="mastodon",
    )
    load(home, bundle(home / "bundled", two, silent))
    return home


def test_a_week_without_a_look_is_unknown_and_the_end_of_a_role_ends_the_watch(home: Path) -> None:
    with open_version(reading_file(home)) as connection:
        found = weeks_on_two(connection, **ON_TWO, names=NAMES)

    assert found.frame.rows() == [
        # Monday, figures, both, Bluesky alone, Mastodon alone, neither, unknown
        (date(2025, 3, 3), 3, 1, 1, 0, 0, 1),
        (date(2025, 3, 10), 3, 0, 1, 0, 1, 1),
        (date(2025, 3, 17), 2, 0, 0, 0, 1, 1),
        (date(2025, 3, 24), 2, 0, 0, 1, 0, 1),
    ]
    assert set(found.weeks["words"]) == {"on both", "on Bluesky alone", "on Mastodon alone", "on neither", "not known"}
    # A third of them is unknown in every week.
    assert found.verdict == ("There is no week in which nine tenths of them were looked at on both platforms.",)


def test_who_came_back_is_told_with_both_days_and_the_time_between(home: Path) -> None:
    with open_version(reading_file(home)) as connection:
        found = came_back(connection, roster="silent", platform="bluesky", days=91)
        shorter = came_back(connection, roster="silent", platform="bluesky", days=180)

    assert found.frame.select("figure_id", "dormant_on", "returned_on", "silent_days").rows() == [
        ("ed", date(2025, 4, 11), date(2025, 5, 20), 130),
        ("fay", date(2025, 4, 11), None, None),
        ("gus", date(2025, 4, 11), None, None),  # in office until 1 May
    ]
    assert "".join(map(str, found.verdict)) == (
        "3 silences of 91 days or more are known (dormant91@1); 1 of them ended with a post (returned91@1)."
    )
    assert shorter.frame.is_empty()


@pytest.mark.proof
def test_the_page_shows_both_and_each_number_is_what_sql_says(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = run(STAYED, home, monkeypatch, roster="silent", days="91")
    shown = list(shown_on(app))
    with open_version(reading_file(home)) as connection:
        wrong = [(text, measure) for text, measure in shown if not is_shown(value_of(connection, measure), text)]

    assert wrong == []
    assert ("130", "came_back.silent_days") in [(text, measure.partition("?")[0]) for text, measure in shown]
    assert "20 May 2025" in words(app)

    said = words(run(STAYED, home, monkeypatch, roster="two", platform="bluesky", other="mastodon"))

    assert "There is no week in which nine tenths" in said


def weeks_of(home: Path, listed: Roster) -> dict[date, tuple[int, ...]]:
    """By Monday: figures, both, Bluesky alone, Mastodon alone, neither, unknown."""
    load(home, bundle(home / "bundled", listed))
    with open_version(reading_file(home)) as connection:
        return {row[0]: row[1:] for row in weeks_on_two(connection, **ON_TWO, names=NAMES).frame.rows()}


def on_both(*figures: str, **more: object) -> Roster:
    """A list of people with an account on both; `more` is of the claim of the account on Mastodon."""
    return roster(
        "two",
        map(member, figures),
        accounts=(
            *(claim(name, None, did(name)) for name in figures),
            *(claim(name, f"{name}@town.test", actor(name), platform="mastodon", **more) for name in figures),
        ),
        vouches=False,
    )


def test_nobody_is_counted_with_an_account_before_or_after_its_time(tmp_path: Path) -> None:
    """Ann's account on Mastodon is hers to 1 February 2025, a Saturday; on Bluesky all is looked at to May."""
    january = [("2025-01-06", "2025-05-05T00:00")]
    spool_looks(tmp_path, look("2025-05-05T00:00", {"2025-01-08": 1, "2025-04-30": 1}, january, target=did("ann")))
    spool_looks(
        tmp_path, look("2025-05-05T00:00", {"2025-01-08": 1}, january, target=actor("ann")), platform="mastodon"
    )

    # The week from 27 January ends on 2 February: a part of it is not hers.
    assert weeks_of(tmp_path, on_both("ann", to_day=date(2025, 2, 1))) == {
        date(2025, 1, 6): (1, 1, 0, 0, 0, 0),
        date(2025, 1, 13): (1, 0, 0, 0, 1, 0),
        date(2025, 1, 20): (1, 0, 0, 0, 1, 0),
    }


@pytest.mark.proof
def test_who_has_another_account_after_a_claim_ended_is_asked_about_that_one(tmp_path: Path) -> None:
    """Ann has the ministry's account on Mastodon to 19 January 2025, and her own of which nobody looked at anything before 20 January."""
    spool_looks(
        tmp_path,
        look("2025-02-03T00:00", {"2025-01-08": 1}, [("2025-01-06", "2025-02-03T00:00")], target=did("ann")),
    )
    spool_looks(
        tmp_path,
        look("2025-02-03T00:00", {}, [("2025-01-06", "2025-02-03T00:00")], target=actor("ministry")),
        look("2025-02-03T00:00", {"2025-01-30": 1}, [("2025-01-20", "2025-02-03T00:00")], target=actor("ann")),
        platform="mastodon",
    )
    listed = roster(
        "two",
        [member("ann")],
        accounts=(
            claim("ann", None, did("ann")),
            claim("ann", "ministry@town.test", actor("ministry"), platform="mastodon", to_day=date(2025, 1, 19)),
            claim("ann", "ann@town.test", actor("ann"), platform="mastodon"),
        ),
        vouches=False,
    )

    assert weeks_of(tmp_path, listed) == {
        date(2025, 1, 6): (1, 0, 0, 0, 0, 1),
        date(2025, 1, 13): (1, 0, 0, 0, 0, 1),
        date(2025, 1, 20): (1, 0, 0, 0, 1, 0),
        date(2025, 1, 27): (1, 0, 0, 1, 0, 0),
    }


def test_a_look_at_two_days_adds_no_week(tmp_path: Path) -> None:
    """The days from 6 to 12 January 2025 are looked at, and then 25 and 26 February alone."""
    spool_looks(
        tmp_path,
        look("2025-01-13T00:00", {"2025-01-08": 1}, [("2025-01-06", "2025-01-13T00:00")], target=did("ann")),
        look("2025-02-27T00:00", {}, [("2025-02-25", "2025-02-27T00:00")], target=did("ann")),
    )

    assert weeks_of(tmp_path, on_both("ann")) == {date(2025, 1, 6): (1, 0, 0, 0, 0, 1)}


@pytest.mark.proof
def test_an_account_that_came_back_is_unknown_where_nobody_looked(tmp_path: Path) -> None:
    """Ann deactivated her account on Bluesky in June 2025 and was back on 11 July; Bo's is gone for good. Nobody looked at their posts there."""
    listed = on_both("ann", "bo")
    load(tmp_path, bundle(tmp_path / "bundled", listed))
    day = 24 * 60
    crawl(tmp_path, seen(did("ann"), 0), seen(did("bo"), 0), state="complete")
    for minutes in (10 * day, 12 * day):
        gone = (seen(did(name), minutes, status="deactivated") for name in ("ann", "bo"))
        crawl(tmp_path, *gone, state="complete")
    crawl(tmp_path, seen(did("ann"), 40 * day), state="complete")
    august = [("2025-08-04", "2025-08-18T00:00")]
    spool_looks(
        tmp_path,
        look("2025-08-18T00:00", {"2025-08-05": 1}, august, target=actor("ann")),
        look("2025-08-18T00:00", {"2025-08-05": 1}, august, target=actor("bo")),
        platform="mastodon",
    )
    found = weeks_of(tmp_path, listed)

    assert query(
        tmp_path,
        "SELECT figure_id, stay, ended_before IS NOT NULL FROM stays WHERE platform = 'bluesky' ORDER BY ALL",
    ) == [("ann", 1, True), ("ann", 2, False), ("bo", 1, True)]
    assert found == {date(2025, 8, 4): (2, 0, 0, 1, 0, 1), date(2025, 8, 11): (2, 0, 0, 0, 1, 1)}
