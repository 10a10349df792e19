"""Looks by people: files whole or not at all, waves, two lookers, and what a share may count."""

import csv
import random
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from sklearn.metrics import cohen_kappa_score

from analytics.charts import waves
from analytics.measures.report import report_of
from analytics.measures.waves import waves_of
from analytics.queries import query as query_of
from kooch.errors import RosterError
from kooch.looks import LOOK_COLUMNS, import_looks, read_looks, settle, write_sheet
from kooch.rosters import Roster, write_roster
from kooch.rosters.workbooks import read_workbook
from kooch.store.versions import open_version, reading_file, second_looks
from pages.shared.text import plain
from tests import stores
from tests.commands import kooch_without_lists
from tests.small_worlds import account, document, figure, world
from tests.small_worlds import claim as held_by
from tests.small_worlds import looked as look_of
from tests.small_worlds import member as on_list
from tests.small_worlds import rows as rows_of
from tests.stores import bundle, claim, member, query, roster
from tests.test_app import ROOT, run, words
from tests.test_measured import on_charts

DAY = "2025-06-12"
BASE = {
    "platform": "linkedin", "looked_on": DAY, "time_zone": "Europe/Berlin", "looker": "a", "method": "app_search",
    "result": "absent",
}  # fmt: skip


def write(file: Path, rows: Iterable[Mapping[str, object]]) -> Path:
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, LOOK_COLUMNS)
        writer.writeheader()
        writer.writerows({**BASE, **row} for row in rows)
    return file


def house(people: int, **more: object) -> Roster:
    top = {"selection": "census", "time_zone": "Europe/Berlin"} | more
    return roster("house", [member(f"m{number}") for number in range(people)], **top)


def take(home: Path, rows: Iterable[Mapping[str, object]], of: Roster, name: str = "wave-1") -> None:
    """Import looks at `of`, and load them."""
    write_roster(of, home / "rosters", replace=True)
    report = import_looks(write(home / f"{name}.csv", rows), into=home / "rosters", rosters=[of])
    assert [str(fault) for fault in report.faults] == []


def load(home: Path) -> None:
    stores.load(home, bundle(home / "bundle"))


ADA = (figure("ada"), on_list("ada"), account(1), held_by("ada", 1))

FAULTS: list[tuple[dict[str, object], str]] = [
    ({"figure": "nobody"}, "figure 'nobody' is on no list"),
    ({"platform": "orkut"}, "platform 'orkut' is unknown"),
    ({"result": "perhaps"}, "result 'perhaps' is unknown"),
    ({"method": "guess"}, "method 'guess' is unknown"),
    ({"looked_on": "2025-02-30"}, "looked_on '2025-02-30' is no day"),
    ({"time_zone": "Mars/Base"}, "time_zone 'Mars/Base' is unknown"),
    ({"looker": "Ada Lovelace"}, "looker 'Ada Lovelace' is no code"),
    ({"result": "present", "account": "https://x.com/tos"}, "is a page of X"),
    (
        {"result": "present", "account": "in/ada", "followers": "a few", "locale": "en"},
        "followers 'a few' cannot be read",
    ),
    (
        {"result": "present", "account": "in/ada", "last_post_on": "2025-06-13"},
        "last_post_on 2025-06-13 is after looked_on",
    ),
]


def test_ten_faults_in_5000_rows_are_named_and_nothing_is_stored(tmp_path: Path) -> None:
    of = house(5000)
    rows: list[dict[str, object]] = [{"figure": f"m{number}"} for number in range(5000)]
    places = [17 + 490 * number for number in range(10)]
    for place, (wrong, _) in zip(places, FAULTS, strict=True):
        rows[place] |= wrong
    report = import_looks(write(tmp_path / "big.csv", rows), into=tmp_path / "rosters", rosters=[of])

    assert [fault.row for fault in report.faults] == [place + 2 for place in places]
    assert all(words in fault.message for fault, (_, words) in zip(report.faults, FAULTS, strict=True))
    assert not (tmp_path / "rosters").exists()


@pytest.mark.proof
def test_the_command_names_the_faults_and_changes_nothing(tmp_path: Path) -> None:
    write_roster(house(3), tmp_path / "rosters")
    file = write(tmp_path / "looks.csv", [{"figure": "m0"}, {"figure": "m1", "result": "?"}])
    done = kooch_without_lists(tmp_path, "import", "looks", str(file))

    assert done.returncode == 2
    assert '"row": 3' in done.stdout
    assert "1 fault, nothing was taken over" in done.stderr
    assert not (tmp_path / "rosters" / "looks").exists()


@pytest.mark.proof
def test_imported_again_nothing_changes(tmp_path: Path) -> None:
    rows = [{"figure": f"m{n}", "result": "present" if n % 3 else "absent"} for n in range(5000)]
    take(tmp_path, rows, house(5000))
    load(tmp_path)
    kept = (tmp_path / "rosters" / "looks" / "wave-1.csv").read_bytes()
    before = stores.contents(tmp_path)
    report = import_looks(tmp_path / "wave-1.csv", into=tmp_path / "rosters", rosters=[house(5000)])
    load(tmp_path)

    assert not report.is_new
    assert (tmp_path / "rosters" / "looks" / "wave-1.csv").read_bytes() == kept
    assert stores.contents(tmp_path) == before
    assert len(before["looks"]) == 5000


def test_another_file_of_that_name_is_refused(tmp_path: Path) -> None:
    take(tmp_path, [{"figure": "m0"}], house(2))
    with pytest.raises(Exception, match="has the same name and says something else"):
        take(tmp_path, [{"figure": "m1"}], house(2))


def test_what_a_look_is_counted_as(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"figure": "m0"},
        {"figure": "m1", "method": "official_page"},
        {"figure": "m2", "method": "tool:finder"},
        {"figure": "m3", "result": "unclear"},
        {"figure": "m4", "result": "present"},
        {"figure": "m5", "result": "present", "account": "in/five", "followers": "12,3 тыс.", "locale": "ru"},
        {"figure": "m6", "looker": "a"},
        {"figure": "m6", "looker": "b", "result": "present"},
    ]
    take(tmp_path, rows, house(8))
    load(tmp_path)

    assert query(tmp_path, "SELECT figure_id, method, outcome FROM searches ORDER BY 1") == [
        ("m0", "manual:app_search", "absent"),
        ("m1", "manual:official_page", "not_linked"),
        ("m2", "tool:finder", "missed"),
        ("m4", "manual:app_search", "present"),
        ("m5", "manual:app_search", "present"),
    ]
    assert query(tmp_path, "SELECT figure_id, event FROM bounds ORDER BY 1") == [
        ("m0", "absent"),
        ("m4", "there"),
        ("m5", "there"),
    ]
    # One of eight people was searched for and not found, and two are there; nothing is known about five.
    assert query(tmp_path, "SELECT figures, joined, absent, not_looked FROM coverage WHERE platform = 'linkedin'") == [
        (8, 2, 1, 5)
    ]
    assert query(tmp_path, "SELECT followers, followers_precision FROM looks WHERE figure_id = 'm5'") == [(12300, 50)]
    assert query(tmp_path, "SELECT present, absent, not_searched, unclear, disputed FROM waves") == [(2, 1, 2, 1, 1)]


@pytest.mark.proof
def test_a_search_by_people_reaches_nine_tenths_and_one_by_a_program_does_not(tmp_path: Path) -> None:
    shares = {}
    for method in ("app_search", "tool:finder", "official_page"):
        home = tmp_path / method.replace(":", "-")
        home.mkdir()
        rows = [{"figure": f"m{n}", "method": method, "result": "absent"} for n in range(20)]
        take(home, rows, house(20, as_of=date(2025, 6, 1)))
        load(home)
        shares[method] = query(home, "SELECT not_looked FROM coverage WHERE platform = 'linkedin'")

    assert shares == {"app_search": [(0,)], "tool:finder": [(20,)], "official_page": [(20,)]}


def test_an_account_that_two_lookers_name_is_accepted_and_one_lookers_is_not(tmp_path: Path) -> None:
    seen: dict[str, object] = {"result": "present", "account": "https://www.linkedin.com/in/zero/"}
    rows = [
        {"figure": "m0", "looker": "a"} | seen,
        {"figure": "m0", "looker": "b"} | seen,
        {"figure": "m1", "looker": "a"} | seen | {"account": "in/one"},
        {"figure": "m2", "looker": "a"} | seen | {"account": "in/two"},
        {"figure": "m2", "looker": "b"} | seen | {"account": "in/other"},
    ]
    take(tmp_path, rows, house(3))
    load(tmp_path)

    assert query(tmp_path, "SELECT figure_id, tier, value FROM claims") == [("m0", "curated", "in/zero")]
    assert query(tmp_path, "SELECT figure_id FROM links") == [("m0",)]
    # All three are known to be there, whichever account it is.
    assert query(tmp_path, "SELECT count(*) FROM first_joins WHERE platform = 'linkedin'") == [(3,)]
    assert query(tmp_path, "SELECT both_name_an_account, name_the_same_account FROM look_agreement") == [(2, 1)]


@pytest.mark.proof
def test_a_disagreement_counts_nowhere_until_somebody_decides(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"figure": "m0", "looker": "a"},
        {"figure": "m0", "looker": "b", "result": "present", "account": "in/zero"},
    ]
    decided = {"figure": "m0", "looker": "c", "result": "present", "account": "in/zero", "adjudicates": "yes"}
    take(tmp_path, rows, house(1))
    load(tmp_path)
    undecided = query(tmp_path, "SELECT count(*) FROM searches") + query(tmp_path, "SELECT count(*) FROM bounds")
    (tmp_path / "rosters" / "looks" / "wave-1.csv").unlink()
    take(tmp_path, [*rows, decided], house(1))
    load(tmp_path)

    assert undecided == [(0,), (0,)]
    assert query(tmp_path, "SELECT outcome FROM searches") == [("present",)]
    assert query(tmp_path, "SELECT value FROM claims") == [("in/zero",)]


def test_an_account_of_the_list_is_the_account_that_was_seen(tmp_path: Path) -> None:
    of = roster("house", [member("m0")], accounts=(claim("m0", "in/zero", platform="linkedin"),), vouches=False)
    seen: dict[str, object] = {"result": "present", "account": "in/zero", "method": "known_account"}
    take(tmp_path, [{"figure": "m0", "last_post_on": "2025-06-01"} | seen], of)
    load(tmp_path)
    bounds = query(tmp_path, "SELECT event, account_id IS NOT NULL, before FROM bounds ORDER BY event")

    assert [row[:2] for row in bounds] == [("posted", True), ("there", True)]
    assert str(bounds[1][2]) == "2025-06-12 22:00:00+00:00"


def listed_at(native_id: str | None = None) -> Roster:
    """A house of one, whose account a list names by its handle, or by its id too."""
    of = claim("m0", "one", native_id, platform="tiktok")
    return roster("house", [member("m0")], accounts=(of,), vouches=False)


def seen(day: str, result: str = "present", **more: object) -> dict[str, object]:
    """A look at the account of `listed_at`, on a day of June 2025."""
    known = {"platform": "tiktok", "account": "one", "method": "known_account", "figure": "m0"}
    return {**known, "looked_on": f"2025-06-{day}", "result": result, "wave": day, **more}


def test_followers_that_people_saw_are_counts_of_the_account(tmp_path: Path) -> None:
    counted = {
        "followers": "12,3 тыс.",
        "locale": "ru",
        "archive_url": "https://web.archive.org/web/20250602/https://x",
    }
    rows = [
        seen("01", followers="12000"),
        seen("02", **counted),
        # Disputed, and of an account that is nobody's as far as is known.
        seen("03", followers="1"),
        seen("03", "absent", looker="b"),
        seen("04", account="other", followers="2"),
    ]
    take(tmp_path, rows, listed_at())
    load(tmp_path)

    assert query(tmp_path, "SELECT followers, followers_precision, source, url, valid_at::VARCHAR FROM audience") == [
        (12000, None, "look", None, "2025-06-01 22:00:00+00"),
        (12300, 50, "look", counted["archive_url"], "2025-06-02 22:00:00+00"),
    ]


@pytest.mark.proof
@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Tokyo"])
def test_a_count_that_a_look_shows_has_the_day_of_the_look_on_every_page(
    zone: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(tmp_path, [seen("02", followers="12000", time_zone=zone)], listed_at())
    load(tmp_path)
    page = words(run(ROOT / "pages" / "figure.py", tmp_path, monkeypatch, figure="m0"))
    with open_version(reading_file(tmp_path)) as connection:
        report = report_of(connection, roster="house", since=date(2025, 6, 1))

    assert "12,000 followers on 2 June 2025" in page
    assert "\n2 Jun 2025\n12,000\nLooks, wave 02 (wave-1)" in page
    assert "Click a ring, a square or a diamond for its source." in page
    assert report is not None
    assert report.rows["counted_on"].to_list() == [date(2025, 6, 2)]


ONE_DAY = ("2025-06-02", "2025-06-03")
DOCUMENTS = (document(2, "June"), document(3, "June, again"))


def test_of_two_counts_at_one_time_the_speaking_look_counts() -> None:
    two = (
        look_of("ada", 1, ONE_DAY, source=2, looker="a", followers=100, followers_precision=5),
        look_of("ada", 1, ONE_DAY, source=2, looker="b", followers=120, is_speaking=False),
    )
    with world(*ADA, *DOCUMENTS, *two) as connection:
        assert rows_of(connection, "SELECT followers, followers_precision FROM audience") == [(100, 5)]


@pytest.mark.proof
def test_the_report_takes_a_count_with_its_own_precision() -> None:
    two = (
        look_of("ada", 1, ONE_DAY, source=2, followers=120),
        look_of("ada", 1, ONE_DAY, source=3, wave="second", followers=100, followers_precision=5),
    )
    for looks in (two, two[::-1]):
        with world(*ADA, *DOCUMENTS, *looks) as connection:
            asked = {"roster": "people", "since": datetime(2025, 7, 1, tzinfo=UTC)}
            found = connection.sql(query_of("report_numbers"), params=asked).pl().row(0, named=True)

        latest = {"followers": 120, "followers_precision": None, "counted_on": date(2025, 6, 2)}
        earlier = {"earlier_followers": 120, "earlier_precision": None, "earlier_on": date(2025, 6, 2)}
        assert {name: found[name] for name in latest | earlier} == latest | earlier


def test_a_look_on_the_day_of_a_handover_counts_for_no_holder() -> None:
    held = (figure("ada"), figure("bo"), account(1), held_by("ada", 1, to_day="2025-06-02"))
    looks = (
        look_of("ada", 1, ("2025-06-01", "2025-06-02"), source=2, wave="1", followers=1),
        look_of("ada", 1, ("2025-06-02T12:00", "2025-06-03T12:00"), source=2, wave="2", followers=2),
        look_of("bo", 1, ("2025-06-02T12:00", "2025-06-03T12:00"), source=2, wave="2", followers=2),
        look_of("bo", 1, ("2025-06-03T12:00", "2025-06-04T12:00"), source=2, wave="3", followers=3),
    )
    with world(*held, held_by("bo", 1, from_day="2025-06-03"), *DOCUMENTS, *looks) as connection:
        assert rows_of(connection, "SELECT figure_id, followers FROM audience ORDER BY 2") == [("ada", 1), ("bo", 3)]


GONE = (
    "SELECT kind, not_before::VARCHAR, before::VARCHAR, run_id, source_id IS NOT NULL FROM bounds WHERE event = 'left'"
)


@pytest.mark.parametrize(
    ("looks", "kind"),
    [
        ([seen("03", "absent", status="deleted"), seen("05", "absent", status="deleted")], "gone"),
        ([seen("03", "absent", status="suspended"), seen("05", "absent", status="suspended")], "ended"),
    ],
)
def test_two_looks_a_day_apart_end_a_stay(looks: list[dict[str, object]], kind: str, tmp_path: Path) -> None:
    take(tmp_path, [seen("01"), *looks], listed_at())
    load(tmp_path)

    # It was there at some time of the first day, and gone at some time of the third.
    assert query(tmp_path, GONE) == [(kind, "2025-05-31 22:00:00+00", "2025-06-03 22:00:00+00", None, True)]
    assert query(tmp_path, "SELECT ended_by FROM stays WHERE stay > 0") == [
        ("owner" if kind == "gone" else "platform",)
    ]
    assert query(tmp_path, "SELECT move, known_through, known_at::VARCHAR FROM moves WHERE act IS NOT NULL") == [
        ("left" if kind == "gone" else "ended by platform", "look", "2025-06-05 22:00:00+00")
    ]


@pytest.mark.parametrize(
    "looks",
    [
        pytest.param([seen("03", "absent", status="deleted")], id="one look"),
        pytest.param(
            [
                seen("03", "absent", status="deleted", looker="a", wave="one"),
                seen("03", "absent", status="deleted", looker="b", wave="other"),
            ],
            id="two lookers on one day",
        ),
        pytest.param(
            [seen("03", "absent", status="deleted"), seen("04"), seen("05", "absent", status="deleted")],
            id="seen between",
        ),
        pytest.param([seen("03", "absent"), seen("05", "absent")], id="not found by a name that can change"),
        pytest.param(
            [seen("03", "absent", status="active"), seen("05", "absent", status="active")], id="contradicts itself"
        ),
        pytest.param([seen("03", "unclear"), seen("05", "unclear")], id="could not tell"),
    ],
)
def test_a_stay_does_not_end_by(looks: list[dict[str, object]], tmp_path: Path) -> None:
    take(tmp_path, [seen("01"), *looks], listed_at())
    load(tmp_path)

    assert query(tmp_path, GONE) == []
    assert query(tmp_path, "SELECT ended_before FROM stays WHERE stay > 0") == [(None,)]


def test_not_found_by_a_name_is_told_and_ends_nothing(tmp_path: Path) -> None:
    take(tmp_path, [seen("01"), seen("03", "absent"), seen("05", "absent")], listed_at())
    load(tmp_path)

    assert query(tmp_path, "SELECT status, run_id, source_id IS NOT NULL, is_end FROM doubts") == [
        ("not_found", None, True, False)
    ]
    found = query(
        tmp_path,
        "SELECT not_before::VARCHAR, before::VARCHAR, known_through FROM moves WHERE move = 'not found'",
    )
    assert found == [("2025-05-31 22:00:00+00", "2025-06-03 22:00:00+00", "look")]


def test_not_found_by_its_number_ends_a_stay(tmp_path: Path) -> None:
    by_number = {"platform": "facebook", "account": "https://www.facebook.com/profile.php?id=100012345678901"}
    account = claim("m0", None, "100012345678901", platform="facebook")
    of = roster("house", [member("m0")], accounts=(account,), vouches=False)
    days = (("01", "present"), ("03", "absent"), ("05", "absent"))
    take(tmp_path, [seen(day, result) | by_number for day, result in days], of)
    load(tmp_path)

    assert query(tmp_path, "SELECT kind FROM bounds WHERE event = 'left'") == [("missing",)]
    assert query(tmp_path, "SELECT ended_by FROM stays WHERE stay > 0") == [("unknown",)]


def test_looks_on_two_days_that_follow_each_other_may_be_minutes_apart(tmp_path: Path) -> None:
    gone = [seen(day, "absent", status="deleted") for day in ("03", "04")]
    take(tmp_path, [seen("01"), *gone], listed_at())
    load(tmp_path)

    assert query(tmp_path, GONE) == []


def test_over_the_spring_clock_change_a_day_between_is_too_short(tmp_path: Path) -> None:
    gone = [seen(day, "absent", status="deleted", looked_on=f"2025-03-{day}") for day in ("29", "31")]
    take(tmp_path, [seen("01", looked_on="2025-03-01"), *gone], listed_at())
    load(tmp_path)

    assert query(tmp_path, GONE) == []


def test_not_found_by_its_number_before_the_first_sign_ends_nothing(tmp_path: Path) -> None:
    by_number = {"platform": "facebook", "account": "https://www.facebook.com/profile.php?id=100012345678901"}
    account = claim("m0", None, "100012345678901", platform="facebook")
    of = roster("house", [member("m0")], accounts=(account,), vouches=False)
    days = (("01", "absent"), ("03", "absent"), ("10", "present"))
    take(tmp_path, [seen(day, result) | by_number for day, result in days], of)
    load(tmp_path)

    assert query(tmp_path, "SELECT kind FROM bounds WHERE kind IN ('missing', 'returned')") == []


def lower_edge(home: Path) -> list[tuple[str, str]]:
    """The days on which the figure was there for certain, and the first days after them."""
    return query(
        home, "SELECT from_day::VARCHAR, until_day::VARCHAR FROM edge_days(true) WHERE edge = 'there_min' ORDER BY 1"
    )


def test_a_doubt_lasts_from_the_day_of_one_look_to_the_day_of_another(tmp_path: Path) -> None:
    of = replace(listed_at(), time_zone="Europe/Berlin")
    take(tmp_path, [seen("01"), seen("03", "absent"), seen("05")], of)
    load(tmp_path)

    assert lower_edge(tmp_path) == [("2025-06-01", "2025-06-03"), ("2025-06-05", "2025-07-21")]


DID = f"did:plc:{'a' * 24}"


def crawled(home: Path, *answers: tuple[str, str]) -> None:
    """Crawls of a Bluesky account, each at an instant and with a status."""
    for instant, status in answers:
        minutes = (datetime.fromisoformat(f"2025-06-{instant}+02:00") - stores.START) / timedelta(minutes=1)
        stores.crawl(home, stores.seen(DID, minutes, status=status), state="complete")


def on_bluesky(home: Path, *looks: dict[str, object]) -> None:
    of = roster("house", [member("m0")], accounts=(claim("m0", "m0.test", DID),), vouches=False)
    take(home, [look | {"platform": "bluesky", "account": "m0.test"} for look in looks], of)
    load(home)


def state(home: Path) -> list[tuple[object, ...]]:
    return query(home, "SELECT state, status::VARCHAR, first_missing_at::VARCHAR FROM states")


@pytest.mark.proof
def test_a_look_at_an_account_that_turns_out_to_be_denied_is_dropped(tmp_path: Path) -> None:
    write_roster(
        roster("denying", [member("m0")], accounts=(claim("m0", native_id=DID, polarity="denies"),)),
        tmp_path / "rosters",
    )
    of = roster("house", [member("m0")], accounts=(claim("m0", "m0.test"),), vouches=False)
    take(tmp_path, [seen("01", followers="40") | {"platform": "bluesky", "account": "m0.test"}], of)
    load(tmp_path)
    assert query(tmp_path, "SELECT count(*) FROM looks") == [(1,)]

    stores.crawl(tmp_path, stores.seen("@m0.test", 0, native_id=DID))
    load(tmp_path)

    assert query(tmp_path, "SELECT count(*) FROM looks") == [(0,)]
    assert query(tmp_path, "SELECT followers FROM audience") == []


def test_a_sign_on_the_day_of_a_look_may_lie_after_the_look(tmp_path: Path) -> None:
    gone = [seen(day, "absent", status="deleted") for day in ("03", "05")]
    crawled(tmp_path, ("01T12:00", "active"), ("03T15:00", "active"))
    on_bluesky(tmp_path, *gone)

    assert query(tmp_path, GONE) == []


def test_a_look_on_the_day_of_a_crawl_may_show_that_it_was_back(tmp_path: Path) -> None:
    crawled(tmp_path, ("01T12:00", "active"), ("03T15:00", "deleted"), ("05T15:00", "deleted"))
    on_bluesky(tmp_path, seen("05"))

    assert query(tmp_path, GONE) == []


def test_a_person_who_sees_an_account_does_not_confirm_that_it_is_gone(tmp_path: Path) -> None:
    crawled(tmp_path, ("01T12:00", "active"), ("03T12:00", "deleted"))
    on_bluesky(tmp_path, seen("04"))

    assert state(tmp_path) == [("unconfirmed", "deleted", "2025-06-03 10:00:00+00")]
    assert [look.platform for look in second_looks(tmp_path)] == ["bluesky"]


def test_people_who_find_an_account_gone_end_its_stay_and_leave_its_state(tmp_path: Path) -> None:
    crawled(tmp_path, ("01T12:00", "active"))
    on_bluesky(tmp_path, *(seen(day, "absent", status="deleted") for day in ("03", "05")))

    assert query(tmp_path, "SELECT kind FROM bounds WHERE event = 'left'") == [("gone",)]
    assert state(tmp_path) == [("active", "active", None)]


def test_what_people_and_crawls_found_is_confirmed_by_two_crawls(tmp_path: Path) -> None:
    crawled(tmp_path, ("01T12:00", "active"), ("06T12:00", "deleted"), ("07T12:00", "deleted"))
    on_bluesky(tmp_path, *(seen(day, "absent", status="deleted") for day in ("03", "05")))

    assert state(tmp_path) == [("left", "deleted", "2025-06-06 10:00:00+00")]


def test_an_account_that_is_seen_again_has_returned(tmp_path: Path) -> None:
    gone = [seen(day, "absent", status="deleted") for day in ("03", "05")]
    take(tmp_path, [seen("01"), *gone, seen("08")], listed_at())
    load(tmp_path)

    assert query(tmp_path, "SELECT kind, not_before::VARCHAR, before::VARCHAR FROM bounds WHERE event = 'joined'") == [
        ("returned", "2025-06-04 22:00:00+00", "2025-06-08 22:00:00+00")
    ]


def test_what_two_lookers_agreed_on_is_the_account_of_later_waves(tmp_path: Path) -> None:
    rows = [
        seen("01", account="two", looker="a", method="app_search"),
        seen("01", account="two", looker="b", method="app_search"),
        seen("03", account="two", followers="40"),
    ]
    take(tmp_path, rows, house(1))
    load(tmp_path)

    assert query(tmp_path, "SELECT followers FROM audience") == [(40,)]
    assert query(tmp_path, "SELECT count(*) FROM bounds WHERE account_id IS NULL") == [(0,)]


@pytest.mark.proof
def test_kappa_is_that_of_scikit_learn(tmp_path: Path) -> None:
    results = ("present", "absent", "unclear")
    pairs: dict[str, tuple[list[str], list[str]]] = {}
    for seed in range(40):
        chance = random.Random(seed)
        first = [chance.choices(results, (5, 4, 1))[0] for _ in range(100 + seed)]
        pairs[f"wave {seed:02}"] = (first, [one if chance.random() < 0.9 else chance.choice(results) for one in first])
    rows = [
        {"figure": f"m{n}", "looker": looker, "result": result, "wave": wave}
        for wave, both in pairs.items()
        for looker, told in zip("ab", both, strict=True)
        for n, result in enumerate(told)
    ]
    take(tmp_path, rows, house(140))
    load(tmp_path)
    found = query(tmp_path, "SELECT wave, pairs, agreed, kappa FROM look_agreement ORDER BY wave")
    tables: dict[str, int] = dict(query(tmp_path, "SELECT wave, sum(pairs)::INTEGER FROM look_results GROUP BY wave"))

    assert [wave for wave, *_ in found] == list(pairs)
    for wave, n, agreed, kappa in found:
        first, second = pairs[wave]
        assert n == tables[wave] == len(first)
        assert agreed == sum(one == other for one, other in zip(first, second, strict=True))
        assert abs(kappa - cohen_kappa_score(first, second)) < 1e-9


def test_kappa_is_not_told_of_few_pairs_or_of_one_word(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = []
    for wave, pairs, present in (("few", 29, range(1, 29, 2)), ("rare", 100, range(1))):
        for number in range(pairs):
            rows.append({"figure": f"m{number}", "wave": wave, "looker": "a", "result": "absent"})
            word = "present" if number in present else "absent"
            rows.append({"figure": f"m{number}", "wave": wave, "looker": "b", "result": word})
    rows[0]["result"] = "present"  # of the few, each looker uses two words
    take(tmp_path, rows, house(100))
    load(tmp_path)

    assert query(tmp_path, "SELECT wave, kappa FROM look_agreement ORDER BY 1") == [("few", None), ("rare", None)]


WAVES = {
    "2022": (341, 736, date(2022, 6, 1)),
    "2024": (426, 735, date(2024, 5, 2)),
    "2025": (344, 630, date(2025, 6, 12)),
}


@pytest.mark.proof
def test_three_waves_load_and_the_chart_warns_that_the_last_means_something_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = house(736)
    for wave, (present, looked, day) in WAVES.items():
        words = "posted within 90 days" if wave == "2025" else "has a profile"
        rows = [
            {
                "figure": f"m{n}", "wave": wave, "definition": words, "looked_on": day + timedelta(days=n % 3),
                "result": "present" if n < present else "absent",
            }
            for n in range(looked)
        ]  # fmt: skip
        take(tmp_path, rows, of, name=f"wave-{wave}")
    load(tmp_path)
    told = kooch_without_lists(tmp_path, "looks", "agreement").stdout

    assert query(tmp_path, "SELECT wave, present, figures, means_something_else FROM waves ORDER BY wave") == [
        ("2022", 341, 736, False),
        ("2024", 426, 735, False),
        ("2025", 344, 630, True),
    ]
    assert "Wave 2025 of linkedin does not mean the same as the wave before: posted within 90 days." in told

    with open_version(reading_file(tmp_path)) as connection:
        found = waves_of(connection, roster="house", platform="linkedin")
    assert found is not None

    bars = found.found.filter(part="present")

    assert bars.select("row", "figures", "of").rows() == [(0, 341, 736), (1, 426, 735), (2, 344, 630)]
    assert [bool(row) for row in found.frame["means_something_else"]] == [False, False, True]
    assert found.breaks["row"].to_list() == [2]
    assert found.warnings == (
        "The wave 2025 counts something else than the one before: posted within 90 days. The two cannot be compared.",
    )

    app = run(ROOT / "pages" / "adoption.py", tmp_path, monkeypatch, roster="house", platform="linkedin")

    assert [warning.value for warning in app.warning] == [plain(warning) for warning in found.warnings]
    assert {"341 of 736", "426 of 735", "344 of 630"} <= {text for text, _ in on_charts(app)}
    assert "Counts something else from here on" in str(waves.draw(found.found, found.breaks).to_dict())


def test_a_sheet_has_a_row_for_everybody_and_is_read_back(tmp_path: Path) -> None:
    of = roster("house", [member("m0"), member("m1")], accounts=(claim("m1", "in/one", platform="linkedin"),))
    n = write_sheet(tmp_path / "sheet.xlsx", of, "linkedin")
    table = read_workbook(tmp_path / "sheet.xlsx")

    assert n == 2
    assert table.header == LOOK_COLUMNS
    assert [(cells["figure"], cells["account"], cells["method"]) for _, cells in table.rows] == [
        ("m0", "", ""),
        ("m1", "in/one", "known_account"),
    ]


def test_the_sheet_offers_what_a_cell_may_say(tmp_path: Path) -> None:
    write_sheet(tmp_path / "sheet.xlsx", house(2), "linkedin")
    with zipfile.ZipFile(tmp_path / "sheet.xlsx") as archive:
        sheet = ET.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    space = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    offered = {
        LOOK_COLUMNS[ord(each.attrib["sqref"][0]) - ord("A")]: each.findtext("m:formula1", "", space)
        .strip('"')
        .split(",")
        for each in sheet.iterfind("m:dataValidations/m:dataValidation", space)
        if each.attrib["type"] == "list"
    }

    assert offered["method"] == ["app_search", "web_search", "official_page", "known_account"]
    assert offered["result"] == ["present", "absent", "unclear"]
    assert offered["status"][:2] == ["active", "not_found"]


def test_rows_that_nobody_filled_in_are_left_out(tmp_path: Path) -> None:
    untouched: dict[str, object] = {
        "looked_on": "",
        "looker": "",
        "result": "",
        "method": "known_account",
        "account": "in/one",
    }
    rows: list[dict[str, object]] = [
        {"figure": "m0"},
        {"figure": "m1"} | untouched,
        {"figure": "m2"} | untouched | {"account": "in/two"},
    ]
    of = house(3, accounts=tuple(claim(f"m{n}", "in/one" if n == 1 else "in/two", platform="linkedin") for n in (1, 2)))
    report = import_looks(write(tmp_path / "looks.csv", rows), into=tmp_path / "rosters", rosters=[of])
    # A row that says anything of a look must say all of it.
    rows[2]["note"] = "on holiday"
    refused = import_looks(write(tmp_path / "more.csv", rows), into=tmp_path / "rosters", rosters=[of])

    assert [look.figure for look in report.looks] == ["m0"]
    assert report.notes == ("2 rows without a look: left out.",)
    assert [fault.row for fault in refused.faults] == [4, 4, 4]


@pytest.mark.parametrize(
    "half",
    [
        {"figure": "m0", "account": "in/found-her", "method": "app_search"},
        {"figure": "m0", "account": "in/found-her", "method": "known_account"},
        {"figure": "m0", "account": "", "method": "app_search"},
        {"figure": "m1", "account": "in/one", "method": "web_search"},
        {"figure": "m1", "account": "in/found-her", "method": "known_account"},
        {"figure": "m1", "account": "in/one", "method": ""},
    ],
)
def test_a_row_that_is_half_filled_in_is_a_fault(half: dict[str, object], tmp_path: Path) -> None:
    of = house(2, accounts=(claim("m1", "in/one", platform="linkedin"),))
    rows = [half | {"looked_on": "", "looker": "", "result": ""}]
    report = import_looks(write(tmp_path / "looks.csv", rows), into=tmp_path / "rosters", rosters=[of])

    assert {fault.row for fault in report.faults} == {2}
    assert not (tmp_path / "rosters").exists()


def test_a_sheet_has_the_first_account_that_is_theirs_today(tmp_path: Path) -> None:
    earlier = replace(claim("m0", "in/earlier", platform="linkedin"), to_day=date(2020, 1, 1))
    first, second = (claim("m0", f"in/{name}", platform="linkedin") for name in ("first", "second"))
    later = replace(claim("m1", "in/later", platform="linkedin"), from_day=date(2200, 1, 1))
    of = house(2, accounts=(earlier, first, second, later))
    write_sheet(tmp_path / "sheet.xlsx", of, "linkedin")

    assert [cells["account"] for _, cells in read_workbook(tmp_path / "sheet.xlsx").rows] == ["in/first", ""]


def test_an_empty_sheet_is_no_file_of_looks(tmp_path: Path) -> None:
    of = house(2, accounts=(claim("m1", "in/one", platform="linkedin"),))
    write_sheet(tmp_path / "sheet.xlsx", of, "linkedin")
    with pytest.raises(RosterError, match="holds no look: 2 rows without a look"):
        import_looks(tmp_path / "sheet.xlsx", into=tmp_path / "rosters", rosters=[of])

    assert not (tmp_path / "rosters").exists()


def test_nobody_can_look_at_a_platform_that_has_closed(tmp_path: Path) -> None:
    write_roster(house(2), tmp_path / "rosters")
    done = kooch_without_lists(tmp_path, "looks", "template", "house", "vine", "-o", str(tmp_path / "sheet.xlsx"))

    assert done.returncode == 2
    assert "Vine closed in January 2017: nobody can look there." in done.stderr
    assert not (tmp_path / "sheet.xlsx").exists()


def test_the_kept_file_says_what_the_sheet_said(tmp_path: Path) -> None:
    rows = [{"figure": "m0", "looked_at": "23:59", "note": 'a "quoted", note', "wave": "w", "adjudicates": "yes"}]
    take(tmp_path, rows, house(1))
    (look,) = read_looks(tmp_path / "rosters")
    (settled,) = settle([look])

    assert str(look.span[0]) == "2025-06-12 21:59:00+00:00"
    assert (look.note, look.adjudicates, settled.result) == ('a "quoted", note', True, "absent")
