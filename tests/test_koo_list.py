"""The founding facts: who was on Koo by which day, by the press as it was read, against numbers counted by hand."""

import csv
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from analytics.charts.platform_counts import draw as draw_counts
from analytics.measures.arrivals import Arrivals, arrivals
from analytics.measures.headline import Headline, count_there_by, headline
from analytics.measures.knowledge import NOTHING, Without
from analytics.measures.platform_counts import platform_counts
from analytics.measures.sensitivity import in_a_sentence, sensitivity
from analytics.said import words
from kooch.config import BUNDLED_ROSTERS
from kooch.rosters import Roster, read_events, read_followers, read_roster, read_rosters
from kooch.rosters.names import fold
from kooch.store.versions import open_version, reading_file
from tests import stores

KOO = {"roster": "in-koo-2021", "platform": "koo"}
INDIA = "Asia/Kolkata"
DAYS = [date(2021, 2, day) for day in (8, 9, 10)]
YOURSTORY = Without(publishers=["YourStory"], origins=["YourStory"])
KOO_ITSELF = Without(origins=["Statement by Koo"])
NEITHER = Without(publishers=["YourStory"], origins=["YourStory", "Statement by Koo"])
WINDOW = {"day": date(2021, 2, 10), "start": date(2021, 2, 1), "end": date(2021, 3, 6)}

Ask = Callable[..., Any]


@pytest.fixture(scope="module", params=[29, 35], ids=["the first 29", "with the six further public bodies"])
def part(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[int, Ask]:
    """The list cut to its first entries, loaded by itself."""
    whole = read_roster(BUNDLED_ROSTERS / "in-koo-2021")
    kept = set(whole.figure_ids[: request.param])
    folder = tmp_path_factory.mktemp("part")
    bundled = stores.bundle(folder / "bundled", _only(whole, kept))
    (bundled / "events.yaml").write_bytes((BUNDLED_ROSTERS / "events.yaml").read_bytes())
    stores.load(folder / "home", bundled)
    return request.param, _asker(folder / "home")


def _only(roster: Roster, kept: set[str]) -> Roster:
    return replace(
        roster,
        members=tuple(member for member in roster.members if member.figure_id in kept),
        accounts=tuple(claim for claim in roster.accounts if claim.figure_id in kept),
        statements=tuple(statement for statement in roster.statements if statement.figure_id in kept),
    )


def _asker(home: Path) -> Ask:
    def ask(measure: Callable[..., Any], **arguments: object) -> Any:  # noqa: ANN401 -- the measure's own
        with open_version(reading_file(home)) as connection:
            return measure(connection, **arguments)

    return ask


@pytest.mark.parametrize(
    ("without", "counts"),
    [
        (NOTHING, {29: [12, 17, 18], 35: [17, 23, 24]}),
        (Without(publishers=["YourStory"]), {29: [12, 17, 18], 35: [17, 23, 24]}),
        (YOURSTORY, {29: [1, 17, 18], 35: [2, 19, 20]}),
        (KOO_ITSELF, {29: [12, 16, 18], 35: [17, 22, 24]}),
        (NEITHER, {29: [1, 8, 10], 35: [2, 10, 12]}),
        (Without(read_as=["excerpt_cut"]), {29: [12, 16, 18], 35: [17, 22, 24]}),
    ],
    ids=["all", "without its own page", "without YourStory", "without Koo", "without both", "without a cut text"],
)
def test_what_was_known_by_the_end_of_each_day(
    part: tuple[int, Ask], without: Without, counts: dict[int, list[int]]
) -> None:
    entries, ask = part
    known = [
        ask(count_there_by, **KOO, day=day, zone=INDIA, known_by=day, without=without) for day in DAYS
    ]  # by what was published by then

    assert known == counts[entries]


def test_what_is_known_today_of_the_tenth(part: tuple[int, Ask]) -> None:
    entries, ask = part
    found: Headline = ask(headline, **KOO, event="ministry-answers-on-koo")

    assert (found.there, found.people, found.later, found.unknown) == (entries - 11, 6, 7, 4)
    assert (found.said_by_platform, found.said_before) == (11, 10)


def test_the_line_of_firmness_says_what_the_count_would_be_without_some_texts(bundled_home: Path) -> None:
    asked = {**KOO, "day": date(2021, 2, 9), "zone": INDIA, "known_by": date(2021, 2, 9)}

    assert words(in_a_sentence(_asker(bundled_home)(sensitivity, **asked))) == (
        "How firm is that? Without the statement by Koo it would be 22, without what YourStory saw: 19, without both: 10,"
        " without texts that could be read only in part or as a quotation: 22."
    )


def test_a_part_of_the_evidence_leaves_the_version_as_it_was(bundled_home: Path) -> None:
    with open_version(reading_file(bundled_home)) as connection:
        before = connection.execute("SELECT count(*) FROM first_joins").fetchall()
        count_there_by(connection, **KOO, day=DAYS[0], zone=INDIA, known_by=DAYS[0], without=NEITHER)

        assert connection.execute("SELECT count(*) FROM first_joins").fetchall() == before


def test_disputes_are_shown_as_such(bundled_home: Path) -> None:
    ask = _asker(bundled_home)
    disputed: dict[str, str] = {}
    for roster in ("in-koo-2021", "koo-artists-athletes", "koo-elsewhere"):
        seen: Arrivals = ask(arrivals, roster=roster, platform="koo", **WINDOW)
        disputed |= dict(seen.rows.filter("is_contradicted").select("name", "when").iter_rows())

    assert disputed == {
        "Ravi Shankar Prasad": "7–31 Aug 2020 or 29 Jan – 8 Feb",
        "Yogi Adityanath": "27 Feb or 28 Feb",
        "Kangana Ranaut": "by 11 Feb or 16 Feb",
        "Virender Sehwag": "by 4 Oct or 6–21 Oct",
        "Felipe Neto": "by 18 Nov 2022 or 19 Nov 2022",
    }


def test_the_lists_hold_everything_that_was_read() -> None:
    lists = {roster.slug: roster for roster in read_rosters(BUNDLED_ROSTERS) if "koo" in roster.slug}
    statements = [statement for roster in lists.values() for statement in roster.statements]

    assert {slug: len(roster.figure_ids) for slug, roster in lists.items()} == {
        "in-koo-2021": 67,
        "koo-artists-athletes": 37,
        "koo-elsewhere": 4,
    }
    assert Counter(statement.event for statement in statements) == {
        "there": 139,
        "joined": 101,
        "posted": 6,
        "absent": 5,
    }
    assert all(statement.source_url and statement.read_as for statement in statements)
    assert Counter(statement.derived_from for statement in statements) == {
        None: 190,
        "Statement by Koo": 41,
        "YourStory": 20,
    }


LEADS = Path(__file__).parents[2] / "shared" / "data" / "rosters" / "koo" / "leads.csv"
# Names of leads that are on the lists by other texts.
LISTED = {
    *("Yogi Adityanath", "B. S. Yediyurappa", "NITI Aayog", "Smriti Irani", "Anil Kumble", "D. K. Shivakumar"),
    *("Government of Nigeria", "Chouhan"),
}


@pytest.mark.skipif(not LEADS.exists(), reason="the leads are not beside this repository")
def test_no_lead_is_in_any_count(bundled_home: Path) -> None:
    """A lead has no usable day or no address. Nobody is counted for one, and no text of one dates anything."""
    with LEADS.open(encoding="utf-8", newline="") as file:
        leads = list(csv.DictReader(file))
    names = {name.strip() for lead in leads for name in lead["names"].split(";")}
    urls = {lead["url"] for lead in leads if lead["url"]}
    with open_version(reading_file(bundled_home)) as connection:
        counted = {
            name
            for name, aliases in connection.execute(
                "SELECT f.name, f.aliases FROM figures AS f SEMI JOIN bounds AS b ON b.figure_id = f.figure_id AND b.platform = 'koo'"
            ).fetchall()
            for name in (name, *aliases)
        }
        cited = {url for (url,) in connection.execute("SELECT url FROM sources WHERE url IS NOT NULL").fetchall()}
        rows = connection.execute("SELECT count(*) FROM bounds WHERE platform = 'koo' AND kind = 'stated'").fetchall()

    assert (len(leads), len(names), len(urls)) == (22, 36, 11)
    assert {fold(name) for name in names - LISTED} & {fold(name) for name in counted} == set()
    # Shivraj Singh Chouhan is called by his last name there.
    assert {fold(name) for name in LISTED - {"Chouhan"}} <= {fold(name) for name in counted}
    assert len(cited) > 60
    assert cited & urls == set()
    assert rows == [(251,)]


def test_koos_own_statement_names_eleven_bodies_and_the_railways_are_the_papers_own() -> None:
    roster = read_roster(BUNDLED_ROSTERS / "in-koo-2021")
    derived = {
        statement.figure_id: statement.derived_from
        for statement in roster.statements
        if statement.publisher == "Free Press Journal" and statement.published_on == date(2021, 2, 9)
    }

    assert Counter(derived.values()) == {"Statement by Koo": 11, None: 1}
    assert derived["in-ministry-of-railways"] is None


def test_every_over_and_more_than_is_a_lower_bound_in_every_export(bundled_home: Path) -> None:
    with open_version(reading_file(bundled_home)) as connection:
        found = connection.execute(
            "SELECT reported, followers, followers_precision, reported_is_least FROM audience WHERE source = 'report'"
        ).fetchall()
    least = {(printed, followers) for printed, followers, _, is_least in found if is_least}

    assert len(found) == 21
    assert sorted(followers for _, followers in least) == [
        *(10_000, 28_000, 31_000, 51_000, 100_000, 200_000, 234_000, 429_000, 429_000, 800_000)
    ]
    assert all("over" in printed or "more than" in printed for printed, _ in least)
    assert all(precision is None for *_, precision, is_least in found if is_least)


def test_koos_users_and_downloads_are_counts_of_kinds_that_nothing_joins(bundled_home: Path) -> None:
    counts = _asker(bundled_home)(platform_counts, platform="koo")
    chart = draw_counts(counts).to_dict()
    downloads = counts.filter(counts["kind"] == "downloads").select("day", "shown", "said_by").rows()

    assert len(counts) == 30
    assert counts["kind"].n_unique() == 9
    assert not any(layer["mark"]["type"] in {"line", "area"} for layer in chart["layer"])
    assert downloads[0] == (date(2021, 1, 31), "at most 2 million", "founder")
    assert counts.filter(counts["said_by"] == "Apptopia")["is_independent"].to_list() == [True]


def test_a_source_without_a_day_counts_today_and_in_no_known_then(bundled_home: Path) -> None:
    with open_version(reading_file(bundled_home)) as connection:
        undated = connection.execute(
            """
            SELECT count(*), bool_and(b.known_at > TIMESTAMPTZ '2026-01-01'), max(s.published_at)
            FROM bounds AS b
            INNER JOIN sources AS s ON s.source_id = b.source_id
            WHERE s.citation LIKE '%day unknown'
            """
        ).fetchall()

    assert undated[0][0] >= 3
    assert undated[0][1:] == (True, None)


def test_nobody_says_that_the_ministry_was_on_koo_first() -> None:
    (event,) = (e for e in read_events(BUNDLED_ROSTERS / "events.yaml") if e.event == "ministry-answers-on-koo")

    assert "first" not in f"{event.title} {event.description}".lower()


def test_an_office_has_the_days_that_were_read() -> None:
    roles = {
        (member.name, member.role): (member.from_day, member.to_day)
        for member in read_roster(BUNDLED_ROSTERS / "in-koo-2021").members
    }

    assert roles["Piyush Goyal", "Union Minister: Railways"] == (None, date(2021, 7, 7))
    assert roles["Piyush Goyal", "Union Minister: Commerce & Industry"] == (None, None)
    assert roles["Trivendra Singh Rawat", "Chief Minister of Uttarakhand"] == (date(2017, 3, 18), date(2021, 3, 9))


LEAST = [
    ("over 4.29 lakh followers", 429_000),
    ("more than 31K followers in 24 hours", 31_000),
    ("at least 28,000 followers", 28_000),
    ("upwards of 2 crore followers", 20_000_000),
    ("no fewer than 12 followers", 12),
    ("51,000+ followers", 51_000),
    ("5 lakh plus followers", 500_000),
    ("over a lakh followers", 100_000),
    ("4.29 लाख से अधिक फॉलोअर्स", 429_000),
    ("एक लाख से ज्यादा फॉलोवर्स", 100_000),
    ("1 লাখের বেশি ফলোয়ার", 100_000),
    ("mais de 200 mil seguidores", 200_000),
    ("más de 1.200.000 seguidores", 1_200_000),
    ("über 51.000 Follower", 51_000),
    ("plus de 51 000 abonnés", 51_000),
    ("более 5 тыс. подписчиков", 5_000),
    ("10 万以上粉丝", 100_000),
    ("10万人以上のフォロワー", 100_000),
    ("10만 명 이상의 팔로워", 100_000),
    ("१ लाख से अधिक फॉलोअर्स", 100_000),
    ("más de un millón de seguidores", 1_000_000),
    ("más de 1,2 millones de seguidores", 1_200_000),
    ("plus d'1,2 million d'abonnés", 1_200_000),
    ("OVER 51K Followers", 51_000),
    ("just over 51,000 followers", 51_000),
    ("crossed 1 lakh followers", 100_000),
    (">51K followers", 51_000),
    ("gut 51.000 Follower", 51_000),
]
ABOUT = [
    ("nearly 6 lakh followers", 600_000, 50_000),
    ("almost 10,000 followers", 10_000, 5_000),
    ("close to half a million followers", 500_000, 50_000),
    ("about 1.5 million followers", 1_500_000, 50_000),
    ("लगभग 5 लाख फॉलोअर्स", 500_000, 50_000),
    ("करीब 31 हजार फॉलोअर्स", 31_000, 500),
    ("cerca de 500 mil seguidores", 500_000, 50_000),
    ("rund 50.000 Follower", 50_000, 5_000),
    ("5 lakh or so followers", 500_000, 50_000),
    ("presque 51 000 abonnés", 51_000, 500),
    ("knapp 51.000 Follower", 51_000, 500),
    ("ما يقرب من 51 ألف متابع", 51_000, 500),
]


@pytest.mark.parametrize(("printed", "value"), LEAST, ids=[printed for printed, _ in LEAST])
def test_at_least_so_many_is_a_lower_bound_and_never_rounded(printed: str, value: int) -> None:
    assert tuple(read_followers(printed)) == (value, None, True)


@pytest.mark.parametrize(("printed", "value", "precision"), ABOUT, ids=[printed for printed, *_ in ABOUT])
def test_nearly_so_many_is_an_approximation_and_no_lower_bound(printed: str, value: int, precision: int) -> None:
    assert tuple(read_followers(printed)) == (value, precision, False)
