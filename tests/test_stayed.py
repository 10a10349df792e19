"""Did they stay? What ended each watch, the first thing alone, and no percentage where a tenth is unknown."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from analytics.measures.stayed import Stayed, stayed
from kooch.store.outcomes import CrawledBound
from kooch.store.versions import open_version, reading_file
from tests.stores import bundle, claim, crawl, load, member, roster, seen
from tests.test_activity_states import look, spool_looks
from tests.test_app import ROOT, run, words

STAYED = ROOT / "pages" / "stayed.py"
DAY = 24 * 60
JOINED = date(2025, 1, 1)
KINDS = ("poster", "quiet", "deleted", "official")
NAMES = [f"{kind}{n}" for n in range(10) for kind in KINDS]


def did(name: str) -> str:
    return f"did:web:{name}.test"


def opened(on: date) -> CrawledBound:
    at = datetime.combine(on, datetime.min.time(), UTC)
    return CrawledBound(event="joined", not_before=at, before=at + timedelta(seconds=1), kind="plc")


def make(home: Path, *, unknown: int = 0) -> Path:
    """Forty who joined in January 2025: ten post on, ten fall quiet, ten delete their accounts, ten leave office; and `unknown` whom nobody looked at."""
    names = [*NAMES, *(f"unknown{n}" for n in range(unknown))]
    people = roster(
        "people",
        [
            member(
                name,
                party="Green" if n % 8 < 4 else "Blue",
                to_day=date(2025, 8, 1) + timedelta(days=n // 4) if name.startswith("official") else None,
            )
            for n, name in enumerate(names)
        ],
        accounts=tuple(claim(name, None, did(name)) for name in names),
        vouches=False,
    )
    bundled = bundle(home / "bundled", people)
    joined = {name: JOINED + timedelta(days=n // 4) for n, name in enumerate(NAMES)}
    crawl(home, *(seen(did(name), 0, bounds=(opened(joined[name]),)) for name in NAMES), state="complete")
    for minutes in (200 * DAY, 202 * DAY):  # 18 and 20 December
        gone = [name for name in NAMES if name.startswith("deleted")]
        crawl(home, *(seen(did(name), minutes, status="deleted") for name in gone), state="complete")
        there = [name for name in NAMES if not name.startswith("deleted")]
        crawl(home, *(seen(did(name), minutes) for name in there), state="complete")
    weekly = {"poster": 50, "quiet": 10, "deleted": 48, "official": 50}
    spool_looks(
        home,
        *(
            look(
                "2025-12-17T12:00",
                {
                    str(joined[name] + timedelta(days=7 * week + int(name[-1]))): 1
                    for week in range(weekly[name[:-1]])
                    if joined[name] + timedelta(days=7 * week + int(name[-1])) < date(2025, 12, 17)
                },
                [(str(joined[name]), "2025-12-17T12:00")],
                target=did(name),
            )
            for name in NAMES
        ),
    )
    load(home, bundled)
    return home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("stayed"))


def found(home: Path, **asked: object) -> Stayed:
    with open_version(reading_file(home)) as connection:
        told = stayed(connection, **{"roster": "people", "platform": "bluesky", **asked})  # type: ignore[arg-type]  # the measure's own
    assert told is not None
    return told


@pytest.mark.proof
def test_the_first_thing_alone_ends_a_watch(home: Path) -> None:
    """A third of a year after the last post the quiet are quiet; the officials' roles end before anything else does."""
    told = found(home)

    assert dict(told.frame["fate"].value_counts().rows()) == {
        "still there": 10,
        "quiet": 10,
        "deleted": 10,
        "left office": 10,
    }
    quiet = told.frame.filter(pl.col("figure_id") == "quiet3").row(0, named=True)

    # Its last post was in the tenth week; it counts as quiet 180 days later.
    assert quiet["left_short"] == 7 * 9 + 3 + 180
    assert quiet["left_from"] == quiet["joined_to"] + timedelta(days=quiet["left_short"])

    deleted = told.frame.filter(pl.col("figure_id") == "deleted3").row(0, named=True)

    # Between the last look that showed it and the first that did not.
    assert (deleted["left_from"], deleted["left_to"]) == (date(2025, 6, 1), date(2025, 12, 18))
    assert deleted["left_long"] - deleted["left_short"] == 200


def test_each_cause_has_its_own_band_and_all_leave_those_who_stayed(home: Path) -> None:
    told = found(home)
    last = told.incidences.group_by("end", maintain_order=True).agg(pl.col("low").last(), pl.col("high").last())

    assert set(last["end"]) == {"quiet", "deleted", "left office"}
    assert (told.incidences["low"] <= told.incidences["high"]).all()
    # Nobody knows when in those 200 days they were deleted; nobody was quiet before day 243.
    assert (told.incidences.filter((pl.col("end") == "quiet") & (pl.col("day") < 243))["high"] == 0).all()
    assert (told.staying["most"] <= 1).all()
    assert str(told.at_risk["all"][0]) == "40"

    shorter = found(home, days=28)

    assert shorter.frame.filter(pl.col("figure_id") == "quiet3")["left_short"].item() == 7 * 9 + 3 + 28


def test_groups_are_compared_and_small_ones_named(home: Path) -> None:
    told = found(home, breakdown="party")

    assert set(told.staying["group"]) == {"Blue", "Green"}
    assert any(note.startswith("Log-rank test between the groups, with left truncation: p ") for note in told.notes)


@pytest.mark.proof
def test_no_percentage_where_a_tenth_is_unknown(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few, many = make(tmp_path / "few", unknown=4), make(tmp_path / "many", unknown=5)

    assert found(few).refusal is None
    assert found(many).incidences.is_empty()

    said = words(run(STAYED, many, monkeypatch, roster="people"))

    assert "More than a tenth of those with an account are undated or were not looked at" in said
    assert "45 have an account. Of 40 it is known when they joined and what they posted." in said
    assert "What ended, and how soon after joining?" not in said
    assert "What ended, and how soon after joining?" in words(
        run(STAYED, home, monkeypatch, roster="people", by="party")
    )


def test_a_list_nobody_looked_at_names_the_command(bundled_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = words(run(STAYED, bundled_home, monkeypatch, roster="us-congress", platform="x"))

    assert "kooch crawl --activity" in said
    assert "have an account. Nobody has both a known time of joining" in said


def test_without_the_statistics_the_page_counts_and_says_what_to_install(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analytics.measures.stayed.is_installed", lambda: False)
    said = words(run(STAYED, home, monkeypatch, roster="people", days="91"))

    assert "make statistics" in said
    assert "What became of them?" in said
