"""Which links are published, and what of a figure's stays and terms: what one list denies, nobody reads."""

from datetime import date
from pathlib import Path

import pytest

from analytics.measures.accounts_by_month import accounts_by_month
from kooch.rosters import AccountClaim, Roster
from kooch.store.versions import open_version, reading_file
from tests.stores import bundle, claim, crawl, load, member, query, roster, seen, statement

DID = "did:plc:" + "a" * 24


def published(home: Path) -> list[tuple[object, ...]]:
    return query(home, "SELECT figure_id, account_id FROM links")


def lists(accepts: AccountClaim, denies: AccountClaim) -> tuple[Roster, Roster]:
    return (
        roster("denying", [member("a")], accounts=(denies,)),
        roster("listing", [member("a")], accounts=(accepts,)),
    )


@pytest.mark.parametrize(
    ("accepts", "denies"),
    [
        (claim("a", "a.test", DID), claim("a", "a.test", polarity="denies")),
        (claim("a", "a.test", DID), claim("a", native_id=DID, polarity="denies")),
        (claim("a", "A.Test"), claim("a", "a.test", DID, polarity="denies")),
    ],
)
def test_a_denial_holds_whatever_name_it_uses(accepts: AccountClaim, denies: AccountClaim, tmp_path: Path) -> None:
    load(tmp_path, bundle(tmp_path / "bundled", *lists(accepts, denies)))

    assert published(tmp_path) == []


@pytest.mark.proof
def test_a_denied_id_takes_the_handle_that_turns_out_to_be_it(tmp_path: Path) -> None:
    bundled = bundle(tmp_path / "bundled", *lists(claim("a", "a.test"), claim("a", native_id=DID, polarity="denies")))
    load(tmp_path, bundled)
    assert len(published(tmp_path)) == 1

    crawl(tmp_path, seen("@a.test", 0, native_id=DID))
    load(tmp_path, bundled)

    assert published(tmp_path) == []
    assert query(tmp_path, "SELECT * FROM joins") == []


def test_a_report_that_names_a_handle_accepts_no_link(tmp_path: Path) -> None:
    said = statement("a", "joined", "2021-02-09", not_before="2021-02-09", not_after="2021-02-09", handle="somebody")
    load(tmp_path, bundle(tmp_path / "bundled", roster("list", [member("a")], statements=(said,))))

    assert query(tmp_path, "SELECT account_id, readings FROM joins") == [(None, 1)]
    assert query(tmp_path, "SELECT * FROM accounts") == []


def test_letters_without_one_lower_case_keep_their_claim(tmp_path: Path) -> None:
    claims = (claim("a", "ΝΙΚΟΣ", platform="facebook"), claim("a", "İstanbul", platform="facebook"))
    load(tmp_path, bundle(tmp_path / "bundled", roster("list", [member("a")], accounts=claims)))

    assert len(published(tmp_path)) == 2


def left(day: str, published_on: str) -> object:
    return statement("a", "left", published_on, not_before=day, not_after=day)


def test_whoever_left_has_been_there(tmp_path: Path) -> None:
    bundled = bundle(
        tmp_path / "bundled", roster("list", [member("a")], statements=(left("2021-05-01", "2021-05-02"),))
    )
    load(tmp_path, bundled)

    assert query(tmp_path, "SELECT joined, not_looked FROM coverage") == [(1, 0)]
    assert query(tmp_path, "SELECT spell, joined_not_before FROM joins") == [(1, None)]


def test_two_reports_of_one_departure_are_one(tmp_path: Path) -> None:
    again = statement("a", "joined", "2021-12-02", not_before="2021-06-05", not_after="2021-06-05")
    within_days = statement("a", "left", "2021-05-03", not_before="2021-04-30", not_after="2021-05-02")
    said = (within_days, left("2021-05-02", "2021-05-04"), again)
    load(tmp_path, bundle(tmp_path / "bundled", roster("list", [member("a")], statements=said)))

    spells = query(tmp_path, "SELECT spell, joined_before::DATE FROM joins ORDER BY spell")
    assert [spell for spell, _ in spells] == [1, 2]
    assert spells[0][1] <= date(2021, 5, 3)


def test_a_census_of_one_day_counts_its_members_of_that_day(tmp_path: Path) -> None:
    members = [
        member("now", from_day=date(2024, 1, 1)),
        member("before", to_day=date(2024, 12, 1)),
        member("after", from_day=date(2025, 2, 1)),
    ]
    claims = tuple(claim(each.figure_id, f"{each.figure_id}.test") for each in members)
    load(tmp_path, bundle(tmp_path / "bundled", roster("list", members, accounts=claims, selection="census")))

    found = query(tmp_path, "SELECT members, share_min FROM adoption WHERE day = DATE '2025-01-01'")
    assert found == [(1, 1.0)]


@pytest.mark.parametrize("zone", ["UTC", "Europe/Vienna", "America/New_York", "Asia/Kolkata"])
def test_the_month_of_opening_is_the_platforms_in_every_zone(zone: str, tmp_path: Path) -> None:
    opened = claim("a", "a@b.test", platform="mastodon", opened_on=date(2022, 11, 1))
    load(tmp_path, bundle(tmp_path / "bundled", roster("list", [member("a")], accounts=(opened,), time_zone=zone)))

    with open_version(reading_file(tmp_path)) as connection:
        found = accounts_by_month(connection, roster="list", platform="mastodon")
    assert found.total == 1
    assert found.months["month"].to_list() == [date(2022, 11, 1)]
