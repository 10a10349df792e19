"""The app computes what it says, and computes it correctly: on the bundled rosters, and on small ones counted by
hand."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from analytics.examples import examples
from analytics.measures.accounts_by_month import accounts_by_month
from analytics.measures.adoption import Measure, adoption_of, breakdown_of, choices
from analytics.measures.arrivals import Arrivals, arrivals
from analytics.measures.catalogue import columns, relations
from analytics.measures.crawls import crawls
from analytics.measures.events import markers
from analytics.measures.figure import figure, names
from analytics.measures.headline import Headline, count_there_by, headline
from analytics.measures.phrases import days, in_words, interval
from analytics.measures.places import ASSUMES
from analytics.measures.statements import statements
from analytics.said import words
from analytics.site.drawings import drawings
from kooch.config import BUNDLED_ROSTERS
from kooch.rosters import read_rosters
from kooch.sql import select
from kooch.store.versions import open_version, reading_file
from kooch.times import end_of, start_of
from tests import stores

KOO = {"roster": "in-koo-2021", "platform": "koo"}
INDIA = "Asia/Kolkata"
WINDOW = {"day": date(2021, 2, 10), "start": date(2021, 2, 1), "end": date(2021, 3, 6)}

Ask = Callable[..., Any]


@pytest.fixture
def ask(bundled_home: Path) -> Ask:
    return asker(bundled_home)


def asker(home: Path) -> Ask:
    """Calls a measure on the latest version of `home`."""

    def call(measure: Callable[..., Any], /, **arguments: object) -> Any:  # noqa: ANN401 -- the measure's own
        with open_version(reading_file(home)) as connection:
            return measure(connection, **arguments)

    return call


def koo_headline(ask: Ask) -> Headline:
    found: Headline | None = ask(headline, **KOO, event="ministry-answers-on-koo")
    assert found is not None
    return found


def test_the_headline_says_who_was_there_and_what_is_not_known(ask: Ask) -> None:
    found = koo_headline(ask)

    assert words(found.sentence()) == (
        "At least 24 of the 67 people and organisations on our list (6 people and 18 organisations) had joined Koo by the end of"
        " 10 February 2021 (India time), the day the IT ministry answered Twitter on Koo. 12 joined later. For 31 the sources"
        " do not say whether by then. 11 of those 24 appear in Koo's own statement. Reporters had seen 10 of these before that statement."
    )
    assert words(found.unknowns()) == (
        "How exact the dates are: the day is known for 13; for 2 the sources disagree; for 51 only a latest date is known; 1"
        " has no date. The list is incomplete. Nobody knows whether they stayed: Koo announced on 3 July 2024 that it would"
        " close."
    )


def test_every_number_of_the_headline_follows_the_roster(tmp_path: Path) -> None:
    said = stores.statement
    koo = stores.roster(
        "in-koo-2021",
        [
            stores.member(f"in-{name}", kind=kind)
            for name, kind in (("a", "person"), ("b", "person"), ("c", "party"), ("d", "institution"), ("e", "person"))
        ],
        selection="joiners",
        time_zone=INDIA,
        statements=(
            said("in-a", "joined", "2021-02-10", not_before="2021-02-09", not_after="2021-02-09"),
            said("in-b", "joined", "2021-03-01", not_before="2021-02-12", not_after="2021-02-20"),
            said(
                "in-c",
                "joined",
                "2021-02-10",
                publisher="Post",
                not_after="2021-02-10",
                derived_from="Statement by Koo",
            ),
            said(
                "in-d",
                "joined",
                "2021-02-11",
                publisher="Post",
                not_after="2021-02-11",
                derived_from="Statement by Koo",
            ),
        ),
    )
    bundled = stores.bundle(tmp_path / "bundled", koo)
    (bundled / "events.yaml").write_bytes((BUNDLED_ROSTERS / "events.yaml").read_bytes())
    stores.load(tmp_path / "home", bundled)
    found = koo_headline(asker(tmp_path / "home"))

    assert (found.entries, found.people, found.bodies, found.later, found.unknown) == (5, 1, 1, 1, 2)
    assert (found.days, found.ranges, found.there_by, found.undated) == (1, 1, 2, 1)
    assert words(found.sentence()).startswith(
        "At least 2 of the 5 people and organisations on our list (1 person and 1 organisation) had joined Koo by the end of"
    )
    assert words(found.sentence()).endswith(
        "1 joined later. For 2 the sources do not say whether by then. 1 of those 2 appears in Koo's own statement."
    )


def test_a_store_without_the_roster_has_no_headline(tmp_path: Path) -> None:
    stores.load(tmp_path / "home", stores.bundle(tmp_path / "bundled"))

    assert asker(tmp_path / "home")(headline, **KOO, event="ministry-answers-on-koo") is None


@pytest.mark.parametrize(("day", "there"), [(8, 17), (9, 23), (10, 24)])
def test_what_was_known_by_a_day(ask: Ask, day: int, there: int) -> None:
    known_by = date(2021, 2, day)
    seen: Arrivals = ask(arrivals, **KOO, **WINDOW, known_by=known_by)

    assert ask(count_there_by, **KOO, day=known_by, zone=INDIA, known_by=known_by) == there
    assert sum(len(figures) for figures in seen.rows["figures"]) + seen.hidden == 67
    assert set(seen.rows["is_contradicted"].drop_nulls()) == {False}


def test_every_entry_is_in_one_row_and_contradictions_are_flagged(ask: Ask) -> None:
    seen: Arrivals = ask(arrivals, **KOO, **WINDOW)
    entries = [figure_id for figures in seen.rows["figures"] for figure_id in figures]
    flagged = seen.rows.filter("is_contradicted")

    assert len(entries) == len(set(entries)) == 67
    assert seen.hidden == 0
    assert sorted(flagged["name"]) == ["Ravi Shankar Prasad", "Yogi Adityanath"]
    assert dict(flagged.select("says", "reported").iter_rows()) == {
        "7–31 Aug 2020: LatestLY, 8 Feb 2021 and 3 more": "29 Jan – 8 Feb: Hindustan Times, 12 Feb 2021",
        "27 Feb: Free Press Journal, 3 Mar 2021 and 1 more": "28 Feb: Mint, 1 Mar 2021",
    }


def test_those_there_by_the_day_stand_first_and_later_ones_by_month(ask: Ask) -> None:
    rows = ask(arrivals, **KOO, **WINDOW).rows
    heads = rows.filter("is_group")["name"].to_list()
    second = rows.filter(pl.col("name") == heads[1])["y"].item()
    there = rows.filter((pl.col("y") < second) & ~pl.col("is_group"))

    assert heads[:3] == [
        "Joined by 10 February 2021",
        "Known to have joined by February 2021",
        "Known to have joined by March 2021",
    ]
    assert heads[-1] == "No day is known"
    assert sum(len(figures) for figures in there["figures"]) == 24
    assert rows["y"].is_sorted()
    assert len(rows) < 60


def test_a_mark_stands_where_the_evidence_is(ask: Ask) -> None:
    seen: Arrivals = ask(arrivals, **KOO, **WINDOW)
    in_window = {
        label: pl.from_epoch(pl.Series([int(at)]), time_unit="ms").item()
        for label, at, shape in seen.marks.select("label", "at", "shape").iter_rows()
        if shape in {"dot", "ring"} and seen.window.start_at <= at < seen.window.end_at
    }
    late = seen.marks.filter(pl.col("at") >= seen.window.end_at)
    by_march = seen.marks.filter((pl.col("row") == "in-kamal-nath") & (pl.col("shape") == "tail"))

    assert {label: at.strftime("%d %H") for label, at in in_window.items()} == {
        "9 Feb": "09 12",
        "12 Feb": "12 12",
        "17 Feb": "17 12",
        "27 Feb": "27 12",
        "28 Feb": "28 12",
    }
    assert {("1 Nov 2022", "dot"), ("4 Sep 2021", "dot"), ("by 9 Mar 2021", "tick")} <= set(
        zip(late["label"], late["shape"], strict=True)
    )
    assert by_march["at"].item() == seen.window.left
    assert by_march["until"].item() > seen.window.end_at


def test_bodies_fold_by_report_and_unfold(ask: Ask) -> None:
    folded: Arrivals = ask(arrivals, **KOO, **WINDOW, who="bodies")
    unfolded: Arrivals = ask(arrivals, **KOO, **WINDOW, who="bodies", is_folded=False)

    assert folded.rows.filter(~pl.col("is_group"))["name"].to_list()[:6] == [
        "Vividh Bharati",
        "14 organisations",
        "2 organisations",
        "Press Information Bureau",
        "NITI Aayog",
        "BSNL",
    ]
    assert len(unfolded.rows.filter(~pl.col("is_group"))) == 34


def test_people_who_came_later_in_one_report_share_a_row(ask: Ask) -> None:
    rows = ask(arrivals, **KOO, **WINDOW, who="people").rows
    shared = rows.filter(pl.col("figures").list.len() > 1)

    assert dict(zip(shared["name"], shared["figures"].list.len(), strict=True)) == {
        "Chandrima Bhattacharya and 4 others": 5,
        "Basavaraj Bommai and 2 others": 3,
        "Devendra Fadnavis and 2 others": 3,
    }


def test_statements_carry_wording_publisher_and_an_address_or_a_citation(ask: Ask) -> None:
    found: pl.DataFrame = ask(statements, figures=["in-yogi-adityanath"], platform="koo", zone=INDIA)
    everything: pl.DataFrame = ask(statements, figures=list(ask(names).values()), platform="koo", zone=INDIA)

    assert found.select("when", "publisher", "reported").row(0) == (
        "28 Feb 2021",
        "Mint",
        "more than 31K followers in 24 hours",
    )
    assert found["citation"][0] == "Mint, 1 March 2021"
    assert set(found["event"]) == {"joined", "there"}
    assert len(everything) == 251
    assert everything.filter(pl.col("url").is_null() & pl.col("citation").is_null()).is_empty()


def test_german_accounts_peak_in_november_2022(ask: Ask) -> None:
    found = ask(accounts_by_month, roster="de-fediverse", platform="mastodon")

    assert found.total == 263
    assert found.peak.select("month", "accounts").rows() == [(date(2022, 11, 1), 83)]
    assert dict(found.kinds.select("kind", "accounts").iter_rows()) == {"institution": 142, "party": 41, "person": 80}


@pytest.mark.proof
def test_a_curve_never_falls_and_shares_are_only_for_a_searched_census(ask: Ask) -> None:
    for roster, platforms in ask(choices).items():
        for platform in platforms:
            found = ask(adoption_of, roster=roster, platform=platform)
            curve = found.curve

            assert (curve["joined_min"] <= curve["joined_max"]).all(), (roster, platform)
            # If members of a list come and go, a count may fall.
            assert roster == "us-congress" or curve["joined_min"].is_sorted(), (roster, platform)
            assert found.has_shares("joined") == (
                (roster, platform) in {("us-congress", "x"), ("us-congress", "facebook")}
            )
            assert found.parts["figures"].sum() == curve.filter(pl.col("day") <= found.day)["members"][-1]


def test_a_verdict_divides_only_what_may_be_divided(ask: Ask) -> None:
    def verdict(roster: str, platform: str, measure: Measure = "joined") -> str:
        return words(ask(adoption_of, roster=roster, platform=platform, measure=measure).verdict)

    assert verdict("us-congress", "x") == (
        "By the end of 15 June 2026, 507 of 537 had joined, at least 94%. 30 were not searched, so we know nothing about them."
    )
    # The last version of its list of accounts is of 22 April 2026.
    assert verdict("us-congress", "x", "there").startswith(
        "On 23 April 2026, 506 to 507 of 536 were there, at least 94% to 95%."
    )
    assert any(
        "official accounts, by the list" in note for note in ask(adoption_of, roster="us-congress", platform="x").notes
    )
    assert verdict("in-koo-2021", "koo") == (
        "By the end of 27 December 2022, 66 to 67 of 67 had joined. They are on the list because they joined, so there is"
        " no percentage."
    )
    assert verdict("de-fediverse", "mastodon", "there").startswith(
        "Until 11 December 2025, the last day that can be said, 263 of 263 were there."
    )
    assert "%" not in verdict("us-congress", "mastodon")


@pytest.mark.proof
def test_a_chart_opens_on_what_the_list_can_carry(tmp_path: Path) -> None:
    crawled(tmp_path)
    ask = asker(tmp_path)
    before, was_there = (ask(adoption_of, roster="mps", platform="bluesky", measure=of) for of in (None, "there"))
    an_hour_ago = (datetime.now(UTC) - stores.START).total_seconds() / 60 - 60
    stores.crawl(
        tmp_path,
        *(
            stores.seen(f"@{name}.example.org", an_hour_ago, native_id=f"did:plc:{name * 24}", followers=1)
            for name in "ab"
        ),
    )
    stores.load(tmp_path, tmp_path / "bundled")
    after = ask(adoption_of, roster="mps", platform="bluesky")

    assert before.opens_on == "joined"
    assert words(before.verdict).startswith("By the end of 1 January 2025, 2 of 2 had joined.")
    assert was_there.gaps["from_day"].to_list()[-1] == date(2025, 2, 16)
    assert after.opens_on == "there"
    assert " 2 of 2 were there." in words(after.verdict)
    assert "the longest time between two signs is " in after.assumes


@pytest.mark.proof
def test_every_chart_of_who_was_there_says_the_three_things_that_it_assumes(tmp_path: Path) -> None:
    stores.load(tmp_path, crawled(tmp_path))
    an_hour_ago = (datetime.now(UTC) - stores.START).total_seconds() / 60 - 60
    stores.crawl(
        tmp_path,
        *(
            stores.seen(f"@{name}.example.org", an_hour_ago, native_id=f"did:plc:{name * 24}", followers=1)
            for name in "ab"
        ),
    )
    stores.load(tmp_path, tmp_path / "bundled")
    with open_version(reading_file(tmp_path)) as connection:
        drawn = {one.stem: one.caption.notes for one in drawings(connection, "mps", {"bluesky": "Bluesky"})}
    of_chart = asker(tmp_path)(adoption_of, roster="mps", platform="bluesky", measure="there").assumes

    # The published charts say the same as the app.
    assert drawn["presence-bluesky"][0] == of_chart
    for said in (of_chart, ASSUMES):
        assert "nobody was away unseen between two signs of a stay" in said
        assert "nobody left unseen within 45 days after the last sign." in said
        assert "It also assumes that every stay left some evidence." in said
        assert all(len(sentence.split()) <= 30 for sentence in said.split(". "))


def test_a_breakdown_has_the_count_beside_the_percentage(tmp_path: Path) -> None:
    of_party = [stores.member(f"a{n}", party="Green") for n in range(12)] + [stores.member("b", party="Blue")]
    joined = [stores.statement(f"a{n}", "joined", "2021-02-10", not_after="2021-02-09") for n in range(7)]
    absent = [
        stores.statement(who, "absent", "2021-03-02", not_before="2021-03-01", not_after="2021-03-01")
        for who in (*(f"a{n}" for n in range(7, 12)), "b")
    ]
    census = stores.roster(
        "house", of_party, selection="census", as_of=date(2021, 3, 1), statements=(*joined, *absent), time_zone=INDIA
    )
    stores.load(tmp_path, stores.bundle(tmp_path / "bundled", census))
    ask = asker(tmp_path)
    house = {"roster": "house", "platform": "koo"}
    found = ask(adoption_of, **house, measure="joined")
    parts = ask(breakdown_of, **house, breakdown="party", measure="joined", day=found.day)

    assert found.breakdowns == ["party"]
    assert words(found.verdict) == "By the end of 1 March 2021, 7 of 13 had joined, 54%."
    assert parts["label"].to_list() == ["7 of 12 (58%)", "0 of 1 (0%)"]
    assert (
        parts["measure"][0]
        == "adoption_parts.joined_min?roster=house&platform=koo&breakdown=party&day=2021-03-01&part=Green"
    )


def test_percentages_of_a_sample_speak_of_those_it_was_drawn_from(tmp_path: Path) -> None:
    people = [stores.member(f"a{n}") for n in range(20)]
    joined = [stores.statement(f"a{n}", "joined", "2021-02-10", not_after="2021-02-09") for n in range(12)]
    absent = [
        stores.statement(f"a{n}", "absent", "2021-03-02", not_before="2021-03-01", not_after="2021-03-01")
        for n in range(12, 20)
    ]
    sample = stores.roster(
        "drawn",
        people,
        selection="sample",
        population=1000,
        as_of=date(2021, 3, 1),
        statements=(*joined, *absent),
        time_zone=INDIA,
    )
    stores.load(tmp_path, stores.bundle(tmp_path / "bundled", sample))
    found = asker(tmp_path)(adoption_of, roster="drawn", platform="koo", measure="joined")
    last = found.curve.row(-1, named=True)

    # Wilson's limits of 12 in 20 with z = 1.96, for 20 * 999 / 980 = 20.39 people.
    assert (round(last["share_min"], 4), round(last["share_max"], 4)) == (0.3884, 0.7799)
    assert words(found.verdict).endswith("12 of 20 had joined, 39% to 78% of those the sample was drawn from.")
    assert any("Wilson, 95%, corrected for the 1,000 it was drawn from" in note for note in found.notes)


@pytest.mark.parametrize(
    ("population", "limits"),
    [
        # Wilson's limits with z = 1.96: the lower one of 8 in 20, the upper one of 12 in 20, for 20 * 199 / 180 = 22.11 people.
        (200, (0.2257, 0.7743)),
        # As many as were drawn: nothing is left to guess. 8 and 12 of 20.
        (20, (0.4, 0.6)),
        # Nobody says how many there are: for 20 people.
        (None, (0.2188, 0.7812)),
    ],
)
def test_a_sample_whose_edges_are_apart_runs_from_the_lower_limit_to_the_upper_one(
    population: int | None, limits: tuple[float, float], tmp_path: Path
) -> None:
    """Eight had joined, four had joined or not, eight were looked for in vain."""
    joined = [stores.statement(f"a{n}", "joined", "2021-02-10", not_after="2021-02-09") for n in range(8)]
    perhaps = [
        stores.statement(f"a{n}", "joined", "2021-03-28", not_before="2021-02-01", not_after="2021-03-28")
        for n in range(8, 12)
    ]
    absent = [
        stores.statement(f"a{n}", "absent", "2021-03-02", not_before="2021-03-01", not_after="2021-03-01")
        for n in range(12, 20)
    ]
    sample = stores.roster(
        "drawn",
        [stores.member(f"a{n}") for n in range(20)],
        selection="sample",
        population=population,
        as_of=date(2021, 3, 1),
        statements=(*joined, *perhaps, *absent),
        time_zone=INDIA,
    )
    stores.load(tmp_path, stores.bundle(tmp_path / "bundled", sample))
    ((counts, shares),) = stores.query(
        tmp_path,
        """
        SELECT
            [joined_min, joined_max, there_min, there_max],
            [round(share_min, 4), round(share_max, 4), round(there_share_min, 4), round(there_share_max, 4)]
        FROM adoption
        WHERE roster = 'drawn' AND platform = 'koo' AND day <= '2021-03-01'
        ORDER BY day DESC
        LIMIT 1
        """,
    )

    assert counts == [8, 12, 8, 12]
    assert shares == [*limits, *limits]


def test_without_presumptions_the_list_counts_named_evidence_alone(ask: Ask) -> None:
    koo = {**KOO, "measure": "joined"}
    taken, left = (ask(adoption_of, **koo, presumptions=presumptions) for presumptions in (True, False))

    assert taken.has_presumptions
    assert taken.curve["is_presumed"].any()
    assert not left.curve["is_presumed"].any()
    assert any("rest on presumptions" in note for note in taken.notes)
    assert not any("rest on presumptions" in note for note in left.notes)
    assert taken.curve["joined_min"].sum() > 0
    assert left.curve.filter(pl.col("day") <= date(2021, 2, 10))["joined_min"][-1] < 24


def test_the_latest_events_of_the_list_s_own_country_are_marked(ask: Ask) -> None:
    days = {"start": date(2021, 2, 1), "end": date(2021, 2, 28)}
    found = ask(markers, roster="in-koo-2021", platform="koo", **days)
    of_x = {
        roster: ask(markers, roster=roster, platform="x", start=date(2021, 1, 1), end=date(2024, 12, 31))
        for roster in ("in-koo-2021", "us-congress")
    }

    assert found["title"].to_list() == [
        "9 Feb 2021: Koo names eleven verified public bodies",
        "9 Feb 2021: Piyush Goyal announces that he is on Koo",
        "10 Feb 2021: India's IT ministry answers on Koo and on Twitter",
        "15 Feb 2021: A plan to publish on Koo before Twitter is reported",
    ]
    assert found["line"].to_list() == [0, 1, 2, 3]
    assert any("India" in title for title in of_x["in-koo-2021"]["title"])
    assert not any("India" in title for title in of_x["us-congress"]["title"])


def crawled(home: Path) -> Path:
    """Two days of sightings, a pause of a week, two more; then a run without a network."""
    koo = stores.roster(
        "mps",
        [stores.member("xx-a"), stores.member("xx-b")],
        accounts=(stores.claim("xx-a", "a.example.org"), stores.claim("xx-b", "b.example.org")),
    )
    bundled = stores.bundle(home / "bundled", koo)
    day = 24 * 60
    for n, days_later in enumerate((0, 1, 8, 9)):
        sighting = stores.seen(
            "@a.example.org", days_later * day, native_id="did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", followers=100 + n
        )
        stores.crawl(home, sighting, stores.failed("@b.example.org", days_later * day))
        stores.load(home, bundled)
    return bundled


@pytest.mark.proof
def test_a_pause_between_sightings_is_a_gap(tmp_path: Path) -> None:
    crawled(tmp_path)
    found = asker(tmp_path)(figure, figure_id="xx-a")

    assert found is not None
    assert found.audience["followers"].to_list() == [100, 101, 102, 103]
    assert found.audience["stretch"].n_unique() == 2
    assert found.audience["is_last"].to_list() == [False, False, False, True]
    assert found.accounts["status"].to_list() == ["active"]
    assert [stay["joined_to"]["kind"] for stay in found.stays] == ["listed"]


@pytest.mark.proof
def test_a_run_without_a_network_says_so_and_changes_no_state(tmp_path: Path) -> None:
    bundled = crawled(tmp_path)
    ask = asker(tmp_path)
    before = ask(figure, figure_id="xx-a").accounts
    targets = ("@a.example.org", "@b.example.org")
    stores.crawl(tmp_path, *(stores.failed(target, 20_000, "unreachable") for target in targets), state="failed")
    stores.load(tmp_path, bundled)
    found = ask(crawls)

    assert found.had_no_network == ["Bluesky"]
    assert found.failures.drop("measure").rows() == [
        ("Bluesky", "unreachable", "the network or the server could not be reached", 2)
    ]
    assert ask(figure, figure_id="xx-a").accounts.equals(before)
    for planned, *outcomes in found.runs.select("planned", "observed", "failed", "skipped").iter_rows():
        assert planned == sum(outcomes)


def test_names_in_a_choice_are_unique(ask: Ask) -> None:
    figures = {member.figure_id for roster in read_rosters(BUNDLED_ROSTERS) for member in roster.members}

    assert set(ask(names).values()) == figures
    assert "Mattias Karlsson (se-mattias-karlsson-2)" in ask(names)


def test_the_catalogue_describes_every_relation(ask: Ask) -> None:
    known = ask(relations)

    assert known.filter(pl.col("description").is_null()).is_empty()
    assert {"adoption", "joins", "first_joins_known_by(known_by)"} <= set(known["name"])
    assert ask(columns, relation="adoption").height == 16


@pytest.mark.parametrize("title", list(examples()))
def test_an_example_runs_and_asks_what_its_title_says(bundled_home: Path, title: str) -> None:
    found = select(reading_file(bundled_home), examples()[title])

    assert title.endswith("?")
    assert found.width > 1
    assert len(found) > 0 or "run" in title


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2021, 2, 9), date(2021, 2, 9), "9 Feb 2021"),
        (date(2020, 8, 1), date(2020, 8, 31), "Aug 2020"),
        (date(2021, 1, 29), date(2021, 2, 8), "29 Jan – 8 Feb 2021"),
        (date(2021, 2, 1), date(2021, 2, 27), "1–27 Feb 2021"),
        (None, date(2021, 2, 8), "by 8 Feb 2021"),
        (date(2021, 2, 8), None, "from 8 Feb 2021"),
        (None, None, "undated"),
    ],
)
def test_an_interval_in_words(first: date | None, last: date | None, words: str) -> None:
    before = end_of(last, INDIA) if last else None

    assert interval(start_of(first, INDIA) if first else None, before, INDIA) == words


def test_numbers_in_words() -> None:
    assert [in_words(n) for n in (0, 1, 12, 13, 1234)] == ["no", "one", "twelve", "13", "1,234"]
    assert days(date(2021, 6, 4), date(2022, 1, 13)) == "4 Jun 2021 – 13 Jan 2022"
