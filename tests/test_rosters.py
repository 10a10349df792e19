"""Rosters: the bundled ones, what reading refuses, what check reports, and what import brings in."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from kooch.errors import ConfigError, RosterError
from kooch.rosters import (
    AccountClaim,
    ImportOptions,
    ImportReport,
    Member,
    Roster,
    add_account,
    add_figure,
    check,
    import_roster,
    note_of_handovers,
    read_events,
    read_roster,
    read_rosters,
    remove_roster,
    slugify,
    write_roster,
)
from kooch.rosters.cells import Slug, fault_of
from kooch.rosters.countries import read_country
from kooch.rosters.models import ACCOUNT_COLUMNS, MEMBER_COLUMNS, STATEMENT_COLUMNS
from kooch.times import now
from tests.sheets import write_xlsx

BUNDLED = Path(__file__).parents[1] / "rosters"
SHARED = Path(__file__).parents[2] / "shared" / "data" / "rosters"

TOP = """\
title: A list
description: Two figures
source: A register
licence: CC0-1.0
as_of: 2024-05-01
time_zone: Europe/Berlin
selection: listed
"""
MEMBERS = "\n".join(
    [
        ",".join(MEMBER_COLUMNS[:-2]),  # as before lists had official ids and years of birth
        "xx-ada,Ada,person,XX,Q7259,Countess|Lovelace,Minister,,,2020-01-01,,register",
        "xx-bob,Bob,person,XX,,,Mayor,,,,,register",
    ]
)
ACCOUNTS = "\n".join(
    [
        ",".join(ACCOUNT_COLUMNS[:-2]),
        "xx-ada,x,ada,123,accepts,,register,,",
        "xx-bob,mastodon,bob@a.social,,accepts,,reg,,",
    ]
)
STATEMENTS = "\n".join(
    [
        ",".join(STATEMENT_COLUMNS),
        "xx-ada,koo,,joined,2021-02-01,2021-02-03,,Mint,2021-02-04,Asia/Kolkata,,4.29 lakh followers,,",
    ]
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "a-list"
    folder.mkdir()
    (folder / "roster.yaml").write_text(TOP)
    (folder / "members.csv").write_text(MEMBERS)
    (folder / "accounts.csv").write_text(ACCOUNTS)
    (folder / "statements.csv").write_text(STATEMENTS)
    return folder


def bundled(slug: str) -> Roster:
    return read_roster(BUNDLED / slug)


def bring(file: Path, into: Path, **changes: object) -> ImportReport:
    settings: dict[str, Any] = {
        "slug": "mine",
        "title": "Mine",
        "source": "My register",
        "licence": "CC0-1.0",
        "as_of": date(2024, 5, 1),
        "selection": "listed",
        "time_zone": "Asia/Kolkata",
    }
    known, dry_run = changes.pop("known", ()), bool(changes.pop("dry_run", False))
    options = ImportOptions(**(settings | changes))
    return import_roster(file, into=into, options=options, known=known, dry_run=dry_run)  # type: ignore[arg-type]  # rosters


# The bundled rosters


@pytest.mark.parametrize(
    ("slug", "selection", "counts"),
    [
        ("in-koo-2021", "joiners", {"rows": 71, "figures": 67, "accepts": 44, "denies": 0, "statements": 187}),
        ("koo-artists-athletes", "joiners", {"rows": 37, "figures": 37, "accepts": 3, "denies": 0, "statements": 54}),
        ("koo-elsewhere", "listed", {"rows": 5, "figures": 4, "accepts": 1, "denies": 0, "statements": 10}),
        ("de-fediverse", "joiners", {"rows": 263, "figures": 263, "accepts": 263, "denies": 47, "statements": 0}),
        ("us-congress", "census", {"rows": 1187, "figures": 1051, "accepts": 2327, "denies": 3, "statements": 0}),
        ("us-congress-offices", "listed", {"rows": 1, "figures": 1, "accepts": 1, "denies": 0, "statements": 0}),
        ("se-parliament", "listed", {"rows": 371, "figures": 370, "accepts": 321, "denies": 3, "statements": 0}),
        ("ch-zurich-city", "listed", {"rows": 132, "figures": 132, "accepts": 87, "denies": 0, "statements": 0}),
        ("se-institutions", "listed", {"rows": 413, "figures": 404, "accepts": 407, "denies": 0, "statements": 0}),
    ],
)
def test_a_bundled_roster_holds_what_its_source_holds(slug: str, selection: str, counts: dict[str, int]) -> None:
    roster = bundled(slug)
    polarities = Counter(claim.polarity for claim in roster.accounts)

    assert roster.selection == selection
    assert counts == {
        "rows": len(roster.members),
        "figures": len(roster.figure_ids),
        "accepts": polarities["accepts"],
        "denies": polarities["denies"],
        "statements": len(roster.statements),
    }


def test_the_account_of_an_office_is_the_offices_and_no_holders() -> None:
    (office,), (claim,) = (bundled("us-congress-offices").members, bundled("us-congress-offices").accounts)
    congress = [each for each in bundled("us-congress").accounts if each.handle == claim.handle]
    holders = [each.holder for each in bundled("us-congress-offices").holders]

    assert (claim.figure_id, claim.polarity, office.kind) == (office.figure_id, "accepts", "office")
    assert [(each.figure_id, each.polarity) for each in congress] == [(holder, "denies") for holder in holders]
    # The days on which the source listed it for its holders are those on which it listed it for the office.
    assert [(run.first_listed, run.last_listed) for run in bundled("us-congress-offices").series] == [
        (run.first_listed, run.last_listed) for run in bundled("us-congress").series if run.handle == claim.handle
    ]


def test_bundled_rosters_have_only_the_faults_their_readme_lists() -> None:
    faults = check(read_rosters(BUNDLED))

    assert sorted((fault.file.parent.name, fault.file.name, fault.row) for fault in faults) == [
        ("de-fediverse", "accounts.csv", 83),
        ("de-fediverse", "accounts.csv", 262),
    ]
    assert "is held by 'de-deutscher-wetterdienst' and by 'de-deutscher-wetterdienst-dwd'" in faults[0].message
    assert "bmds@social.bund.de" in faults[1].message


def test_mirrors_are_denied_and_their_figures_are_no_members() -> None:
    germany, sweden = bundled("de-fediverse"), bundled("se-parliament")
    denied = [claim for claim in germany.accounts if claim.polarity == "denies"]

    assert all(claim.handle and claim.handle.endswith("@respublicae.eu") and claim.name for claim in denied)
    assert not {claim.figure_id for claim in denied} & set(germany.figure_ids)
    assert {claim.figure_id for claim in sweden.accounts if claim.polarity == "denies"} == {
        "se-gunilla-carlsson",
        "se-jytte-guteland",
        "se-asa-westlund",
    }


def test_every_german_account_carries_the_day_it_was_opened() -> None:
    accepted = [claim for claim in bundled("de-fediverse").accounts if claim.polarity == "accepts"]
    days = [claim.opened_on for claim in accepted if claim.opened_on]

    assert len(days) == 263
    assert (min(days), max(days).year) == (date(2017, 4, 17), 2025)


def test_one_person_in_two_roles_is_one_figure_and_namesakes_are_two() -> None:
    members = bundled("se-parliament").members
    persson = {member.figure_id for member in members if member.name == "Mats Persson"}
    karlsson = {member.figure_id for member in members if member.name == "Mattias Karlsson"}

    assert persson == {"se-mats-persson"}
    assert karlsson == {"se-mattias-karlsson", "se-mattias-karlsson-2"}


def test_members_with_a_user_name_of_youtube_alone_are_searched() -> None:
    youtube = [claim for claim in bundled("us-congress").accounts if claim.platform == "youtube"]

    assert len({claim.figure_id for claim in youtube}) == 228 + 90
    assert Counter((claim.handle or "id").partition("/")[0] == "user" for claim in youtube)[True] == 16


def test_a_facebook_page_copied_to_the_wrong_senator_is_denied() -> None:
    claims = {c.figure_id: c.polarity for c in bundled("us-congress").accounts if c.handle == "RogerMarshallMD"}

    assert claims == {"us-roger-marshall": "accepts", "us-tommy-tuberville": "denies"}


def test_events_carry_sources() -> None:
    events = {event.event: event for event in read_events(BUNDLED / "events.yaml")}

    assert len(events) == 31
    assert all(event.sources for event in events.values())
    assert [event.event for event in events.values() if not event.checked] == ["koo-series-a"]
    assert (events["twitter-notice"].starts_on, events["twitter-notice"].ends_on) == (
        date(2021, 2, 2),
        date(2021, 2, 3),
    )


def members_on(roster: Roster, day: date) -> set[str]:
    return {
        each.figure_id
        for each in roster.members
        if (not each.from_day or each.from_day <= day) and (not each.to_day or day <= each.to_day)
    }


def test_the_congress_has_no_more_members_than_seats_on_any_day() -> None:
    """435 representatives, 100 senators, 5 delegates and the resident commissioner; never fewer than 534 sat."""
    congress = bundled("us-congress")
    days = [date(2013, 1, 3) + timedelta(days=number) for number in range((congress.as_of - date(2013, 1, 3)).days + 1)]
    counts = {day: len(members_on(congress, day)) for day in days}

    assert max(counts.values()) == 541
    assert min(counts.values()) == 534
    # The first day of each Congress: 541 seats without those that were empty, which are known.
    empty = {
        2015: ["NY-11"],
        2017: [],
        2019: ["NC-9", "a senator of Florida"],
        2021: ["NY-22", "LA-5", "a senator of Georgia"],
        2023: ["VA-4"],
        2025: ["FL-1", "a senator of West Virginia"],
    }
    assert {year: counts[date(year, 1, 3)] for year in empty} == {year: 541 - len(empty[year]) for year in empty}
    assert all(counts[date(year, 1, 4)] == counts[date(year, 1, 3)] for year in empty)


def test_lists_that_come_with_kooch_count_nobody_beside_a_successor() -> None:
    assert [note for roster in read_rosters(BUNDLED) if (note := note_of_handovers(roster))] == []


@pytest.mark.skipif(not SHARED.exists(), reason="the source tables are not beside this repository")
@pytest.mark.parametrize(
    ("table", "slug", "settings", "asked"),
    [
        ("us_congress.csv", "us-congress", {}, []),
        ("se_institutions.csv", "se-institutions", {"kind": "institution"}, []),
        # The source lists the weather service and a ministry under two names each, as README.md says.
        (
            "de_fediverse_accounts.csv",
            "de-fediverse",
            {},
            [
                ("de-deutscher-wetterdienst-dwd", "de-deutscher-wetterdienst"),
                ("de-bundesdigitalministerium", "de-bundesministerium-fur-digitales-und-staatsmodernisierung"),
            ],
        ),
    ],
)
def test_a_source_table_imports_without_a_mapping(
    table: str, slug: str, settings: dict[str, Any], asked: list[tuple[str, str]], tmp_path: Path
) -> None:
    report = bring(SHARED / table, tmp_path, slug=slug, dry_run=True, **settings)
    ours = bundled(slug)

    assert len(report.roster.statements) == len(ours.statements)
    # The table has channel ids of YouTube alone; the list has the names of those without one, too.
    names = [claim for claim in ours.accounts if claim.platform == "youtube" and not claim.native_id]
    ids_named = 41 if slug == "us-congress" else 0
    # Former accounts stand in its versions alone.
    ended = {(run.figure_id, run.platform, run.handle) for run in ours.series if run.ended != "still"}
    ended -= {(run.figure_id, run.platform, run.handle) for run in ours.series if run.ended == "still"}
    former = [claim for claim in ours.accounts if (claim.figure_id, claim.platform, claim.handle) in ended]
    assert sum(report.accounts.values()) == len(ours.accounts) - len(names) - ids_named - len(former)
    assert [question.figures for question in report.questions] == asked


# Reading


def test_a_roster_reads_as_it_is_written(folder: Path, tmp_path: Path) -> None:
    roster = read_roster(folder)
    write_roster(replace(roster, slug="copy"), tmp_path)

    assert read_roster(tmp_path / "copy") == replace(roster, slug="copy")
    assert roster.members[0].aliases == ("Countess", "Lovelace")
    assert roster.statements[0].not_after == date(2021, 2, 3)


def test_a_byte_order_mark_is_tolerated(folder: Path) -> None:
    (folder / "members.csv").write_bytes(b"\xef\xbb\xbf" + MEMBERS.encode())

    assert read_roster(folder).figure_ids == ("xx-ada", "xx-bob")


def test_a_later_root_wins_on_the_same_slug(folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    write_roster(replace(read_roster(folder), title="My own"), own)

    assert [(r.slug, r.title) for r in read_rosters(tmp_path, own, tmp_path / "missing")] == [("a-list", "My own")]


@pytest.mark.parametrize(
    ("file", "old", "new", "row", "fault"),
    [
        ("members.csv", "Mayor", "", 3, "role is empty"),
        ("members.csv", "Mayor,,,,,register", "Mayor,,,,,", 3, "source is empty"),
        ("members.csv", "Bob,person", "Bob,robot", 3, "kind 'robot' is unknown: write one of person"),
        ("members.csv", "2020-01-01", "1.1.2020", 2, "from_day '1.1.2020' is no day: write YYYY-MM-DD"),
        ("members.csv", "2020-01-01", "2020-02-30", 2, "from_day '2020-02-30' is no day"),
        ("members.csv", "2020-01-01,", "2020-01-01,2019-01-01", 2, "to_day 2019-01-01 is before from_day 2020-01-01"),
        ("members.csv", "Q7259", "7259", 2, "wikidata_qid '7259' is no Wikidata id"),
        ("members.csv", "xx-bob", "Bob!", 3, "figure_id 'Bob!' is no id"),
        ("members.csv", "xx-bob,Bob", "xx-bob", 3, "has 11 cells, the header has 12"),
        ("members.csv", "aliases", "alias", 1, "column 'aliases' is missing"),
        (
            "members.csv",
            "xx-bob,Bob",
            "xx-ada,Ada,person,XX,,,Minister,,,2020-01-01,,r\nxx-bob,Bob",
            3,
            "same as row 2",
        ),
        ("accounts.csv", "xx-ada,x", "xx-ada,orkut", 2, "platform 'orkut' is unknown"),
        ("accounts.csv", "123,accepts", "123,maybe", 2, "polarity 'maybe' is unknown"),
        ("accounts.csv", "ada,123", ",", 2, "handle and native_id are both empty"),
        ("accounts.csv", "xx-bob", "xx-eve", 3, "figure_id 'xx-eve' is not in members.csv"),
        ("accounts.csv", "xx-bob", "xx-ada,x,ADA,,accepts,,r,,\nxx-bob", 3, "says the same as row 2"),
        ("statements.csv", "joined", "fled", 2, "event 'fled' is unknown"),
        ("statements.csv", "2021-02-03", "2021-01-03", 2, "not_after 2021-01-03 is before not_before 2021-02-01"),
        ("statements.csv", "Asia/Kolkata", "Asia/Atlantis", 2, "time_zone 'Asia/Atlantis' is unknown"),
        ("statements.csv", "2021-02-01,", "2021-02-05,", 2, "not_after 2021-02-03 is before not_before 2021-02-05"),
        (
            "statements.csv",
            "2021-02-01,2021-02-03,",
            "2021-02-05,,",
            2,
            "not_before 2021-02-05 is after published_on 2021-02-04",
        ),
        ("members.csv", "2020-01-01", "0001-01-01", 2, "from_day '0001-01-01' is not between 1900 and 2200"),
        ("members.csv", "2020-01-01", "9999-12-31", 2, "from_day '9999-12-31' is not between 1900 and 2200"),
        ("members.csv", "Mayor", "Ma\x1b[31myor", 3, "role holds the control character U+001B"),
        ("members.csv", "Mayor", "Ma\x00yor", 3, "role holds the control character U+0000"),
        ("accounts.csv", "ada,123", "a\x85da,123", 2, "handle holds the control character U+0085"),
        ("statements.csv", "Asia/Kolkata", "posix/Asia/Kolkata", 2, "time_zone 'posix/Asia/Kolkata' is unknown"),
        ("statements.csv", "Asia/Kolkata", "localtime", 2, "time_zone 'localtime' is unknown"),
        ("roster.yaml", "Europe/Berlin", "right/UTC", None, "time_zone 'right/UTC' is unknown"),
        ("roster.yaml", "2024-05-01", "9999-12-31", None, "as_of '9999-12-31' is not between 1900 and 2200"),
        (
            "roster.yaml",
            "2024-05-01",
            "2190-01-01",
            None,
            "as_of 2190-01-01 is in the future: write today or an earlier day",
        ),
        ("statements.csv", "2021-02-04", "2190-01-01", 2, "published_on 2190-01-01 is in the future: write today"),
        ("roster.yaml", "listed", "listed\ncomplete_from: 2020-01-01", None, "only a census is complete"),
        ("roster.yaml", "listed", "census\ncomplete_from: 2025-01-01", None, "is after as_of 2024-05-01"),
        ("roster.yaml", "listed", "everybody", None, "selection 'everybody' is unknown"),
        ("roster.yaml", "title: A list", "titel: A list", None, "key 'titel' is unknown"),
        ("roster.yaml", "as_of: 2024-05-01", "as_of: May", None, "as_of 'May' is no day"),
        ("roster.yaml", "title: A list", "title: A: list", 1, "is not YAML"),
    ],
)
def test_a_fault_names_file_and_row(
    *, folder: Path, file: str, old: str, new: str, row: int | None, fault: str
) -> None:
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))

    with pytest.raises(RosterError) as caught:
        read_roster(folder)

    assert (caught.value.file, caught.value.row) == (folder / file, row)
    assert fault in caught.value.fault


def test_today_of_the_furthest_time_zone_is_no_future(folder: Path) -> None:
    tomorrow, later = (now().date() + timedelta(days=days) for days in (1, 3))
    (folder / "roster.yaml").write_text(TOP.replace("2024-05-01", str(tomorrow)))
    (folder / "statements.csv").write_text(STATEMENTS.replace("2021-02-04", str(tomorrow)))
    read = read_roster(folder)

    assert (read.as_of, read.statements[0].published_on) == (tomorrow, tomorrow)
    (folder / "roster.yaml").write_text(TOP.replace("2024-05-01", str(later)))
    with pytest.raises(RosterError, match=f"as_of {later} is in the future"):
        read_roster(folder)


def test_a_leading_at_sign_is_no_part_of_a_handle(folder: Path) -> None:
    (folder / "accounts.csv").write_text(ACCOUNTS.replace("x,ada,", "x,@ada,"))
    (folder / "statements.csv").write_text(STATEMENTS.replace("koo,,", "koo,@ada,"))
    roster = read_roster(folder)

    assert roster.accounts[0].handle == "ada"
    assert roster.statements[0].handle == "ada"


def test_an_unknown_column_is_refused(folder: Path) -> None:
    first, *rest = MEMBERS.splitlines()
    (folder / "members.csv").write_text("\n".join([f"{first},shoe_size", *(f"{row},44" for row in rest)]))

    with pytest.raises(RosterError, match=r"members.csv, row 1: column 'shoe_size' is unknown: the columns are"):
        read_roster(folder)


def test_another_encoding_is_refused_with_its_row(folder: Path) -> None:
    (folder / "members.csv").write_bytes(MEMBERS.replace("Bob", "Bö").encode("latin-1"))

    with pytest.raises(RosterError, match=r"members.csv, row 3: byte 0xf6 is not UTF-8: save the file as CSV UTF-8"):
        read_roster(folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "accounts.csv").unlink()

    with pytest.raises(RosterError, match=r"accounts.csv: the file is missing"):
        read_roster(folder)


def test_an_event_without_a_source_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "events.yaml"
    file.write_text(
        "- {event: a, title: A, starts_on: 2024-01-02, time_zone: UTC, platforms: [x], description: D, sources: []}"
    )

    with pytest.raises(RosterError, match="event 'a': sources is empty"):
        read_events(file)


# Checking


@pytest.mark.parametrize(
    ("platform", "handle", "native_id", "message"),
    [
        ("x", "a-b", "", "handle 'a-b' is not a handle of X"),
        ("x", "sixteen_letters_", "", "is not a handle of X"),
        ("bluesky", "ada", "", "is not a handle of Bluesky: write a domain name"),
        ("bluesky", "ada.-b.social", "", "is not a handle of Bluesky"),
        ("bluesky", "ada.bsky.social", "did:key:abc", "native_id 'did:key:abc' is not an id of Bluesky"),
        ("mastodon", "ada", "", "is not a handle of Mastodon: write user@host"),
        ("mastodon", "ada@respublicae.eu", "", "mirrors or bridges"),
        ("mastodon", "ada@birdsite.example.org", "", "mirrors or bridges"),
        ("mastodon", "ada@bsky.brid.gy", "", "mirrors or bridges"),
        ("bluesky", "ada.mastodon.social.ap.brid.gy", "", "mirrors or bridges"),
        ("mastodon", "ada@social.network.europa.eu", "", "a server that has closed"),
        ("koo", "ada lovelace", "", "is not a handle of Koo"),
        ("youtube", "", "UC123", "is not an id of YouTube"),
        ("mastodon", "BOB@a.social", "", "is held by 'xx-bob' and by 'xx-ada'"),
    ],
)
def test_check_reports_a_doubtful_account(
    folder: Path, platform: str, handle: str, native_id: str, message: str
) -> None:
    text = ACCOUNTS.replace("xx-ada,x,ada,123", f"xx-ada,{platform},{handle},{native_id}")
    (folder / "accounts.csv").write_text(text)

    (fault,) = check([read_roster(folder)])

    assert fault.file == folder / "accounts.csv"
    assert fault.row == (3 if "xx-bob" in message else 2)
    assert message in str(fault)


def test_handles_that_platforms_allow_pass() -> None:
    good: dict[str, list[str]] = {
        "bluesky": ["ada.bsky.social", "xn--bcher-kva.test"],
        "mastodon": ["a.b-c@social.bund.de", "x@bawü.social"],
        "koo": ["_BHASHINI", "मोदी"],
        "x": ["SenSanders"],
    }
    roster = bundled("in-koo-2021")
    member = roster.members[0]
    claims = [
        AccountClaim(figure_id=member.figure_id, platform=p, handle=h, polarity="accepts", source="s")
        for p, handles in good.items()
        for h in handles
    ]

    assert check([replace(roster, accounts=tuple(claims), statements=())]) == []


def test_check_reports_torn_identities_across_rosters(folder: Path) -> None:
    one = read_roster(folder)
    other_ids = replace(one.members[0], figure_id="xx-ada-2"), replace(one.members[1], name="Robert", row=3)
    other = replace(one, slug="b-list", members=other_ids, accounts=(), statements=())

    messages = [fault.message for fault in check([one, other])]

    assert any("wikidata_qid 'Q7259' is 'xx-ada-2' here and 'xx-ada' in" in message for message in messages)
    assert any("figure_id 'xx-bob' is 'Robert' here and 'Bob' in" in message for message in messages)


@pytest.mark.parametrize(
    ("publisher", "published_on", "message"),
    [
        ("Mint", "2021-02-05", "has published_on '2021-02-05' here and '2021-02-04' in"),
        ("Hindu", "2021-02-04", "has publisher 'Hindu' here and 'Mint' in"),
    ],
)
def test_check_reports_a_page_with_two_publishers_or_days(
    folder: Path, publisher: str, published_on: str, message: str
) -> None:
    first = STATEMENTS.replace("2021-02-03,,Mint", "2021-02-03,https://a.example/1,Mint")
    second = f"xx-bob,koo,,joined,,2021-02-03,https://a.example/1,{publisher},{published_on},Asia/Kolkata,,,,"
    (folder / "statements.csv").write_text(f"{first}\n{second}\n")

    (fault,) = check([read_roster(folder)])

    assert (fault.file, fault.row) == (folder / "statements.csv", 3)
    assert message in fault.message


def test_a_denied_claim_may_name_an_account_others_hold(folder: Path) -> None:
    (folder / "accounts.csv").write_text(ACCOUNTS + "\nxx-bob,x,Ada,,denies,,register,namesake,\n")

    assert check([read_roster(folder)]) == []


# Importing


TABLE = """\
figure_name,wikidata_qid,country,party,role,role_start,x_handle,x_numeric_id,mastodon_address,youtube_channel_id,as_of
Ada Lovelace,http://www.wikidata.org/entity/Q7259,IN,Whigs,Minister,2020-01-01,https://x.com/ada?s=20,1336344005588738052,@ada@a.social,,2024-01-01
Ada Lovelace,Q7259,IN,Whigs,Member,,@ADA,1336344005588738052,https://a.social/@ada,,2024-01-01
Zoë Çelik,,IN,,Mayor,,,,,UCN52UDqKgvHRk39ncySrIMw,2024-01-01
"""


def test_a_table_becomes_a_roster(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text(TABLE)

    report = bring(file, tmp_path / "own")
    roster = read_roster(tmp_path / "own" / "mine")

    assert (len(report.roster.members), len(report.roster.figure_ids), report.faults) == (3, 2, ())
    assert report.accounts == {"mastodon": 1, "x": 1, "youtube": 1}
    assert report.ignored == ("table.csv: as_of",)
    assert report.roster == roster
    assert roster.figure_ids == ("in-ada-lovelace", "in-zoe-celik")
    assert [(c.platform, c.handle, c.native_id) for c in roster.accounts] == [
        ("x", "ada", "1336344005588738052"),
        ("mastodon", "ada@a.social", None),
        ("youtube", None, "UCN52UDqKgvHRk39ncySrIMw"),
    ]
    assert {member.source for member in roster.members} == {"My register"}


def test_a_spreadsheet_imports_like_the_same_csv(tmp_path: Path) -> None:
    csv_file, sheet = tmp_path / "table.csv", tmp_path / "table.xlsx"
    csv_file.write_text("Full name,Office,Twitter,X ID\nAda,Minister,ada,117501995\nBob,Mayor,,\n")
    write_xlsx(
        sheet, [["Full name", "Office", "Twitter", "X ID"], ["Ada", "Minister", "ada", 117501995], ["Bob", "Mayor"]]
    )

    bring(csv_file, tmp_path / "csv")
    bring(sheet, tmp_path / "sheet")

    assert read_roster(tmp_path / "csv" / "mine") == read_roster(tmp_path / "sheet" / "mine")


def test_an_id_that_a_spreadsheet_has_rounded_is_refused(tmp_path: Path) -> None:
    sheet = tmp_path / "table.xlsx"
    write_xlsx(
        sheet, [["name", "role", "x", "x_id"], ["", "", "", ""], ["Ada", "Minister", "ada", 1336344005588738048]]
    )

    with pytest.raises(RosterError, match=r"row 3, column 'x_id': cell D3 is the number 1336344005588738048 of more"):
        bring(sheet, tmp_path / "own")


def test_what_is_no_spreadsheet_is_refused(tmp_path: Path) -> None:
    sheet = tmp_path / "table.xlsx"
    sheet.write_text("name,role\n")

    with pytest.raises(RosterError, match="cannot be read as a spreadsheet"):
        bring(sheet, tmp_path / "own")


def test_a_mapping_names_columns_and_semicolons_are_understood(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text("Wer;Amt;Konto\nAda;Ministerin;ada.bsky.social\n")

    report = bring(file, tmp_path / "own", mapping={"Wer": "name", "amt": "role", "Konto": "bluesky"}, country="de")

    assert report.ignored == ()
    assert read_roster(tmp_path / "own" / "mine").figure_ids == ("de-ada",)


@pytest.mark.parametrize(
    ("mapping", "message"),
    [({"Wer": "shoe"}, "cannot become 'shoe'"), ({"Wen": "name"}, "column 'Wen' is not in the table")],
)
def test_a_mapping_that_cannot_hold_is_refused(tmp_path: Path, mapping: dict[str, str], message: str) -> None:
    file = tmp_path / "table.csv"
    file.write_text("Wer,role\nAda,Minister\n")

    with pytest.raises(RosterError, match=message):
        bring(file, tmp_path / "own", mapping=mapping)


@pytest.mark.parametrize(
    ("text", "row", "message"),
    [
        ("name,role\nAda,Minister\nBob,\n", 3, "role is empty"),
        ("role\nMinister\n", 1, "no column is known as 'name'"),
        ("name,role\n", None, "holds no row below its column names"),
        ("%PDF-1.7\n", None, "holds no row below its column names"),
        ("name,role,since\nAda,Minister,soon\n", 2, "from_day 'soon' is no day"),
        ("name,role\nAda,Minister\nAda,Minister\n", 3, "says the same as row 2"),
    ],
)
def test_a_fault_in_a_table_names_its_row_and_nothing_is_written(
    tmp_path: Path, text: str, row: int | None, message: str
) -> None:
    file = tmp_path / "table.csv"
    file.write_text(text)

    with pytest.raises(RosterError) as caught:
        bring(file, tmp_path / "own")

    assert (caught.value.file, caught.value.row) == (file, row)
    assert message in caught.value.fault
    assert not (tmp_path / "own").exists()


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"platform": "orkut"}, "platform 'orkut' is unknown"),
        ({"country": "??"}, "country '[?]{2}' is not a known country"),
        ({"as_of": date(2190, 1, 1)}, "as_of 2190-01-01 is in the future"),
        ({"as_of": date(9999, 12, 31)}, "as_of '9999-12-31' is not between"),
        ({"time_zone": "localtime"}, "time_zone 'localtime' is unknown"),
    ],
)
def test_a_wrong_setting_is_refused_even_if_unused(tmp_path: Path, setting: dict[str, object], message: str) -> None:
    file = tmp_path / "table.csv"
    file.write_text("name,role,country\nAda,Minister,XX\n")

    with pytest.raises(RosterError, match=message):
        bring(file, tmp_path / "own", **setting)


def test_half_an_address_is_reported_and_no_crash(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text("name,role,x\nAda,Minister,https://[::1\n")

    (fault,) = bring(file, tmp_path / "own", dry_run=True).faults

    assert "'https://[::1' is no address: write 1 to 15 letters" in fault.message
    with pytest.raises(RosterError, match="is no address"):
        bring(file, tmp_path / "own")
    assert not (tmp_path / "own").exists()


def test_a_dry_run_reports_and_writes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text("name,role,mastodon\nAda,Minister,ada@respublicae.eu\n")

    report = bring(file, tmp_path / "own", dry_run=True)

    assert len(report.roster.members) == 1
    assert [(fault.file, fault.row) for fault in report.faults] == [(file, 2)]
    assert not (tmp_path / "own").exists()


def test_an_existing_roster_is_replaced_only_on_request(tmp_path: Path) -> None:
    file, own = tmp_path / "table.csv", tmp_path / "own"
    file.write_text("name,role\nAda,Minister\n")
    bring(file, own)
    file.write_text("name,role\nBob,Mayor\n")

    with pytest.raises(RosterError, match="roster 'mine' exists already"):
        bring(file, own)
    kept = read_roster(own / "mine").figure_ids
    bring(file, own, replace_existing=True)

    assert kept == ("ada",)
    assert read_roster(own / "mine").figure_ids == ("bob",)
    assert [path.name for path in own.iterdir()] == ["mine"]


def test_accounts_and_statements_come_from_files_of_their_own(tmp_path: Path) -> None:
    members, accounts, statements = (tmp_path / name for name in ("m.csv", "a.csv", "s.csv"))
    members.write_text("name,role,aliases\nAda,Minister,Countess\nBob,Mayor,\n")
    accounts.write_text("figure_name,platform,handle,colour\nada,Koo,@ada,red\n")
    statements.write_text(
        "figure_name,says,not_before,not_after,precision,source_url,publisher,published_on,note\n"
        "Countess,joined,,2021-02-08,by,,Mint,2021-02-08,seen there\n"
        "Bob,joined,2021-02-09,2021-02-09,day,,Mint,2021-02-10,\n"
    )

    report = bring(members, tmp_path / "own", accounts=accounts, statements=statements, platform="koo")
    roster = read_roster(tmp_path / "own" / "mine")

    assert report.ignored == ("a.csv: colour", "s.csv: precision")
    assert [(s.figure_id, s.handle, s.wording, s.time_zone) for s in roster.statements] == [
        ("ada", "ada", "seen there", "Asia/Kolkata"),
        ("bob", None, None, "Asia/Kolkata"),
    ]


def test_a_statement_about_nobody_on_the_list_is_refused(tmp_path: Path) -> None:
    members, statements = tmp_path / "m.csv", tmp_path / "s.csv"
    members.write_text("name,role\nAda,Minister\n")
    statements.write_text(
        "name,platform,event,not_after,publisher,published_on\nEve,koo,joined,2021-02-08,M,2021-02-08\n"
    )

    with pytest.raises(RosterError, match=r"s.csv, row 2: name 'Eve' is nobody on the list"):
        bring(members, tmp_path / "own", statements=statements)


def test_a_known_wikidata_id_keeps_its_figure_and_a_namesake_gets_another(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text("name,role,qid,country\nA. Lovelace,Minister,Q7259,XX\nAda,Mayor,Q1,XX\n")

    bring(file, tmp_path / "own", known=[read_roster(folder)])

    assert read_roster(tmp_path / "own" / "mine").figure_ids == ("xx-ada", "xx-ada-2")


def test_a_folder_in_our_format_is_brought_in_under_another_slug(folder: Path, tmp_path: Path) -> None:
    import_roster(folder, into=tmp_path / "own", options=ImportOptions(slug="b-list", title="B"))

    assert read_roster(tmp_path / "own" / "b-list") == replace(read_roster(folder), slug="b-list", title="B")


def test_a_setting_that_a_table_needs_is_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text("name,role\nAda,Minister\n")

    with pytest.raises(ConfigError, match="source and as_of are missing; add --source, --as-of"):
        bring(file, tmp_path / "own", source=None, as_of=None)
    with pytest.raises(RosterError, match=r"slug '../up' is no id"):
        bring(file, tmp_path / "own", slug="../up")


# Adding one row


def test_a_figure_and_an_account_are_added(folder: Path) -> None:
    add_figure(folder, Member(figure_id="xx-eve", name="Eve, the 3rd", kind="person", role="Judge", source="register"))
    add_account(folder, AccountClaim(figure_id="xx-eve", platform="x", handle="eve", polarity="accepts", source="r"))
    roster = read_roster(folder)

    assert (roster.members[-1].name, roster.members[-1].row) == ("Eve, the 3rd", 4)
    assert roster.accounts[-1].figure_id == "xx-eve"
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda claim: replace(claim, figure_id="xx-eve"), "is not in members.csv"),
        (lambda claim: replace(claim, source=""), "source is empty"),
        (lambda claim: replace(claim, figure_id="xx-ada", handle="ADA"), "says the same as row 2"),
    ],
)
def test_a_wrong_account_is_not_added(
    folder: Path, change: Callable[[AccountClaim], AccountClaim], message: str
) -> None:
    claim = AccountClaim(figure_id="xx-bob", platform="x", handle="bob", polarity="accepts", source="register")

    with pytest.raises(RosterError, match=message):
        add_account(folder, change(claim))

    assert (folder / "accounts.csv").read_text() == ACCOUNTS


@pytest.mark.parametrize(
    ("country", "name", "slug"),
    [
        ("IN", "Piyush Goyal", "in-piyush-goyal"),
        ("SE", "Åsa Ekström-O'Hara", "se-asa-ekstrom-ohara"),
        ("DE", "Große Łódź", "de-grosse-lodz"),
        (None, "B. S. Yediyurappa", "b-s-yediyurappa"),
    ],
)
def test_a_name_becomes_an_ascii_slug(country: str | None, name: str, slug: str) -> None:
    assert slugify(country, name) == slug


def test_a_long_name_becomes_an_id_that_can_name_a_file() -> None:
    slugs = {slugify("IN", f"{'Long ' * 80}{end}") for end in ("One", "Two")}

    assert len(slugs) == 2
    assert [fault_of(Slug, slug) for slug in slugs] == [None, None]
    assert "too long" in str(fault_of(Slug, "a" * 201))


def test_names_in_another_script_get_different_slugs() -> None:
    slugs = {slugify("IN", "नरेन्द्र मोदी"), slugify("IN", "राहुल गांधी")}

    assert len(slugs) == 2
    assert all(slug.isascii() for slug in slugs)


# Everything that is wrong, at once


def test_all_faults_of_structure_and_cells_are_told_at_once_by_row_and_column(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text(
        "Full name,Office,Country,since,Twitter,bluesky,X ID\n"
        "Ada,,XX,soon,,,\n"
        "Bob,Mayor,Congo,,a-b,not a domain,\n"
        "Cyd,Mayor,UK,,cyd,\n"
        "Dan,Mayor,Ukraine,2020-01-01,dan,,12x\n"
        "Dan,Mayor,Ukraine,2020-01-01,dan,,12x\n"
    )
    with pytest.raises(RosterError) as caught:
        bring(file, tmp_path / "own")

    assert [(fault.row, fault.column, fault.message.split(":")[0]) for fault in caught.value.faults] == [
        (2, "Office", "role is empty"),
        (2, "since", "from_day 'soon' is no day"),
        (3, "Country", "country 'Congo' may be CD or CG"),
        (3, "Twitter", "handle 'a-b' is not a handle of X"),
        (3, "bluesky", "handle 'not a domain' is not a handle of Bluesky"),
        (4, None, "has 6 cells, the header has 7"),
        (5, "X ID", "native_id '12x' is not an id of X"),
        (6, None, "says the same as row 5"),
    ]
    assert f"{file}, row 2, column 'Office': role is empty" in str(caught.value)
    assert not (tmp_path / "own").exists()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("UK", "GB"),
        ("uk", "GB"),
        ("U.K.", "GB"),
        ("Great Britain", "GB"),
        ("Ukraine", "UA"),
        ("UKR", "UA"),
        ("Україна", "UA"),
        ("Indien", "IN"),
        ("भारत", "IN"),
        ("U.S.A.", "US"),
        ("Côte d'Ivoire", "CI"),
        ("osterreich", "AT"),
        ("XX", "XX"),
        ("EU", "EU"),
    ],
)
def test_a_country_is_understood_by_code_and_by_name(text: str, code: str) -> None:
    assert read_country(text) == code


@pytest.mark.parametrize("text", ["Congo", "Korea", "Kongo", "Yugoslavia", "SU", "Europe", "??", "", "X"])
def test_a_country_that_may_be_two_or_none_is_never_guessed(text: str) -> None:
    with pytest.raises(ValueError, match=r"write (the|its) code"):
        read_country(text)


def test_a_table_needs_a_source_a_day_and_a_zone_and_the_rest_has_defaults(tmp_path: Path) -> None:
    file = tmp_path / "My cabinet.csv"
    file.write_text("name,role,country\nAda,Minister,IN\n")
    import_roster(
        file,
        into=tmp_path,
        options=ImportOptions(source="register", as_of=date(2024, 5, 1), country="IN", vouches=False),
    )
    roster = read_roster(tmp_path / "my-cabinet")

    assert (roster.title, roster.licence, roster.selection) == ("My cabinet", "NOASSERTION", "listed")
    assert (roster.time_zone, roster.vouches, roster.complete_from) == ("Asia/Kolkata", False, None)


def test_a_census_says_since_when_it_is_complete(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text("name,role\nAda,Minister\n")
    bring(file, tmp_path / "own", selection="census", complete_from=date(2019, 5, 30))

    assert read_roster(tmp_path / "own" / "mine").complete_from == date(2019, 5, 30)
    with pytest.raises(RosterError, match="only a census is complete"):
        bring(file, tmp_path / "own", slug="other", complete_from=date(2019, 5, 30))


def test_a_list_of_ones_own_is_taken_away(folder: Path) -> None:
    remove_roster(folder)

    assert list(folder.parent.iterdir()) == []


def test_another_spelling_of_a_known_figure_becomes_its_alias(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text("name,role,qid,country\nA. Lovelace,Minister,Q7259,XX\n")
    bring(file, tmp_path / "own", known=[read_roster(folder)])
    (member,) = read_roster(tmp_path / "own" / "mine").members

    assert (member.name, member.aliases) == ("Ada", ("A. Lovelace",))


def test_a_handle_that_changed_hands_between_two_lists_is_said_and_taken(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text("name,role,x\nEve,Minister,ada\n")
    report = bring(file, tmp_path / "own", known=[read_roster(folder)], different=(("eve", "xx-ada"),))

    assert any("x handle 'ada' is held by 'eve' and by 'xx-ada'" in note for note in report.notes)
    file.write_text("name,role,x\nEve,Minister,ada\nDan,Mayor,ADA\n")
    with pytest.raises(RosterError, match="row 3: x handle 'ada' is held by 'dan' and by 'eve'"):
        bring(file, tmp_path / "own", slug="other")
