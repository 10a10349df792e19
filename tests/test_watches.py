"""From when until when an account is under watch, and what is said of people who post nothing."""

from typing import Any

import duckdb
import pytest

from analytics.measures.silent import silent
from analytics.said import words
from tests.small_worlds import (
    Row,
    account,
    answers,
    block,
    check,
    claim,
    figure,
    listed,
    look,
    member,
    posted,
    posts,
    profile,
    rows,
    stay,
    world,
)

ADA = (figure("ada"), account(1), claim("ada", 1), stay("ada", 1, "2024-12-01", "2024-12-02"))
LIST = (*ADA, member("ada"))
QUIET = {"roster": "people", "platform": "bluesky", "days": 180}
"""quiet180@1"""


def fate(connection: duckdb.DuckDBPyConnection, roster: str = "people") -> tuple[Any, ...]:
    """What became of ada, when she entered the watch, and when it ended."""
    (found,) = answers(connection, "fates", **(QUIET | {"roster": roster}))
    return found["fate"], found["entered_on"], found["left_to"]


def at_risk(connection: duckdb.DuckDBPyConnection, day: int) -> int:
    (found,) = answers(connection, "at_risk", **QUIET, day=day, part="", breakdown="")
    return int(found["figures"])


def lengths(connection: duckdb.DuckDBPyConnection) -> list[int]:
    return [
        row["silent_for"] for row in answers(connection, "silent_at_last_look", roster="people", platform="bluesky")
    ]


# Posts after the last whole day that was looked at


@pytest.mark.proof
@pytest.mark.parametrize(
    "seen",
    [
        [*posts(1, "2025-10-10"), look(1, "2025-10-10T12:00", "2024-12-01")],
        # The second look covers nothing, and lists one post.
        [*posts(1, "2025-10-05"), look(1, "2025-09-01", "2024-12-01"), look(1, "2025-10-10T12:00", None, run=2)],
    ],
    ids=["on the day of the look", "after the last day that was covered"],
)
def test_who_posted_after_the_last_whole_day_that_was_looked_at_is_not_quiet(seen: list[Row]) -> None:
    with world(*LIST, *posts(1, "2025-01-01"), *seen) as connection:
        assert rows(connection, "SELECT quiet_on, returned_on = last_posted_on FROM activity") == [(None, True)]
        assert fate(connection)[0] == "still there"
        assert lengths(connection) == [0]


# Reports of a post on one of two days in UTC


INDIAN_DAY = ("2025-06-02T18:30", "2025-06-03T18:30")


@pytest.mark.proof
def test_a_check_that_missed_a_post_of_a_day_elsewhere_is_not_believed() -> None:
    seen = (check("ada", 1, "2025-01-01T10:00", "2025-12-01"), posted("ada", 1, *INDIAN_DAY))
    with world(*LIST, *seen[:1]) as connection:
        assert rows(connection, "SELECT dormant_on::VARCHAR FROM activity") == [("2025-04-02",)]
    with world(*LIST, *seen) as connection:
        assert rows(connection, "SELECT * FROM believed_checks") == []
        assert rows(connection, "SELECT dormant_on, quiet_on FROM activity") == [(None, None)]
        assert lengths(connection) == [0]


@pytest.mark.parametrize(
    ("not_before", "before", "covers"),
    [
        ("2025-06-03", "2025-06-04", [("2024-12-01", "2025-12-01")]),
        (*INDIAN_DAY, [("2024-12-01", "2025-06-02"), ("2025-06-04", "2025-12-01")]),
        ("2025-06-01", "2025-07-01", [("2024-12-01", "2025-06-01"), ("2025-07-01", "2025-12-01")]),
        # The known post explains the report.
        ("2024-12-31T18:30", "2025-01-01T18:30", [("2024-12-01", "2025-12-01")]),
        ("2024-11-30T18:30", "2024-12-01T18:30", [("2024-12-02", "2025-12-01")]),
        ("2025-11-30T18:30", "2025-12-01T18:30", [("2024-12-01", "2025-11-30")]),
        ("2025-12-10T18:30", "2025-12-11T18:30", [("2024-12-01", "2025-12-01")]),
    ],
    ids=["UTC", "India", "a month", "explained", "first day", "last day", "later"],
)
def test_days_on_one_of_which_it_posted_are_no_days_without_a_post(
    not_before: str, before: str, covers: list[tuple[str, str]]
) -> None:
    seen = (*posts(1, "2025-01-01"), look(1, "2025-12-01", "2024-12-01"), posted("ada", 1, not_before, before))
    with world(*LIST, *seen) as connection:
        found = rows(
            connection, "SELECT first_day::VARCHAR, until_day::VARCHAR FROM activity_covers ORDER BY first_day"
        )

    assert found == covers


def test_days_on_one_of_which_it_posted_end_no_silence_and_make_none_longer() -> None:
    """Dormant since 2 April, before the report. It is not known to be quiet, nor to be inactive in June."""
    seen = (*posts(1, "2025-01-01"), look(1, "2025-12-01", "2024-12-01"), posted("ada", 1, *INDIAN_DAY))
    with world(*LIST, *seen) as connection:
        assert rows(connection, "SELECT dormant_on::VARCHAR, quiet_on FROM activity") == [("2025-04-02", None)]
        assert rows(connection, "SELECT is_active FROM active_on(DATE '2025-06-10', 28)") == [(None,)]
        assert fate(connection) == ("still there", "2024-12-01", "2025-06-02")


# When a silence was known


@pytest.mark.proof
def test_a_later_profile_does_not_move_the_day_on_which_a_silence_was_known() -> None:
    seen = [
        *posts(1, "2025-01-01"),
        look(1, "2025-01-02", "2025-01-01"),
        profile(1, "2025-02-20", "2025-01-01", run=2),
        look(1, "2025-04-10", "2025-02-15", run=3),
    ]
    known = "SELECT known_at::DATE::VARCHAR, run_id FROM silence_moves WHERE move = 'dormant'"
    with world(*LIST, *seen) as connection:
        assert rows(connection, known) == [("2025-04-10", 3)]
    with world(*LIST, *seen, profile(1, "2025-11-01", "2025-01-01", run=4)) as connection:
        assert rows(connection, known) == [("2025-04-10", 3)]


# Who was not looked at


def test_who_was_looked_at_only_after_the_last_role_was_not_looked_at() -> None:
    seen = (look(1, "2025-12-01", "2025-01-01"), *posts(1, "2025-02-01"))
    with world(*ADA, member("ada", to_day="2024-12-20"), *seen) as connection:
        assert fate(connection)[:2] == ("not looked at", None)
        assert lengths(connection) == []


@pytest.mark.proof
def test_a_look_of_less_than_a_day_begins_no_watch() -> None:
    two_hours = look(1, "2025-06-05T12:00", "2025-06-05T10:00")
    with world(*LIST, two_hours) as connection:
        assert fate(connection)[:2] == ("not looked at", None)
        assert lengths(connection) == []
        assert rows(connection, "SELECT covered_from, covered_until FROM activity") == [(None, None)]
    with world(*LIST, two_hours, look(1, "2025-12-01", "2025-09-01", run=2)) as connection:
        assert fate(connection) == ("still there", "2025-09-01", "2025-12-01")


@pytest.mark.proof
def test_nobody_watches_across_days_at_which_nobody_looked() -> None:
    """It posted in January and was looked at until the 20th, and then again from June on, without a post."""
    looks = (look(1, "2025-01-20", "2024-12-01"), look(1, "2025-12-10", "2025-06-01", run=2))
    with world(*LIST, *posts(1, "2025-01-05"), *looks) as connection:
        assert fate(connection) == ("still there", "2024-12-01", "2025-01-20")
        assert (at_risk(connection, 40), at_risk(connection, 300)) == (1, 0)
    # A profile that shows an earlier post begins a watch, too. So does a look that finds no post.
    with world(*LIST, profile(1, "2024-12-05", "2024-11-20"), *looks) as connection:
        assert fate(connection) == ("still there", "2024-11-21", "2025-01-20")
    with world(*LIST, *looks) as connection:
        assert fate(connection) == ("still there", "2024-12-01", "2025-01-20")
    # A later post shows that it had not fallen quiet for good.
    with world(*LIST, *posts(1, "2025-01-05", "2025-11-05"), *looks) as connection:
        assert fate(connection) == ("still there", "2024-12-01", "2025-12-10")


@pytest.mark.proof
def test_of_whom_nobody_can_say_how_long_they_were_silent_is_told_apart() -> None:
    def said(*seen: Row) -> str:
        with world(*LIST, *seen) as connection:
            found = silent(connection, roster="people", platform="bluesky")
        assert found
        return words(found.verdict)

    reasons = (
        ": of these no post is known, nobody looked for a time after the last one, or the country blocked the platform."
    )
    gap = (look(1, "2025-01-20", "2024-12-01"), look(1, "2025-12-10", "2025-06-01", run=2))
    later_gap = (look(1, "2025-02-20", "2024-12-01"), look(1, "2025-12-10", "2025-06-01", run=2))

    for_all = f"It cannot be said of 1 for 28 days, of 1 for 91 days and of 1 for 180 days{reasons}"
    assert said(look(1, "2025-12-10", "2024-12-01")).endswith(for_all)
    assert said(*posts(1, "2025-01-05"), *gap).endswith(for_all)
    assert said(*posts(1, "2025-01-05"), *later_gap).endswith(
        f"1 had posted nothing for 28 days, 0 had posted nothing for 91 days and 0 had posted nothing for 180 days"
        f" (dormant28@1, dormant91@1, dormant180@1). It cannot be said of 0 for 28 days, of 1 for 91 days and of 1 for 180 days{reasons}"
    )
    assert said(*posts(1, "2025-12-01"), look(1, "2025-12-10", "2024-12-01")).endswith("dormant180@1).")
    assert said(*posts(1, "2025-01-05"), look(1, "2025-12-10", "2024-12-01")).endswith("dormant180@1).")


# What ends a watch


def test_the_end_of_the_role_on_this_list_ends_the_watch_of_this_list() -> None:
    """She left parliament on 1 March and is in the government. Her last post was on 1 February."""
    roles = (member("ada", to_day="2025-03-01"), member("ada", "government", from_day="2024-01-01"))
    with world(*ADA, *roles, *posts(1, "2025-02-01"), look(1, "2025-12-01", "2024-12-01")) as connection:
        assert fate(connection) == ("left office", "2024-12-01", "2025-03-02")
        assert fate(connection, "government") == ("quiet", "2024-12-01", "2025-07-31")


@pytest.mark.parametrize(
    ("as_of", "ended", "silent_for"),
    [
        ("2025-06-01", ("quiet", "2024-12-01", "2025-07-31"), 180),
        ("2024-06-01", ("left office", "2024-12-01", "2024-12-21"), 0),
    ],
    ids=["newer than the end of the dated role", "older"],
)
def test_a_role_without_any_day_is_held_on_the_day_of_its_list(
    as_of: str, ended: tuple[str, ...], silent_for: int
) -> None:
    """She left parliament on 20 December 2024. Another list, without days, names her. Her last post was on 1 February 2025."""
    roles = (listed("activists", as_of), member("ada", to_day="2024-12-20"), member("ada", "activists"))
    seen = (*posts(1, "2024-12-10", "2025-02-01"), look(1, "2025-12-01", "2024-12-01"))
    with world(*ADA, *roles, *seen) as connection:
        (silent_row,) = answers(connection, "silent_at_last_look", roster="activists", platform="bluesky")

        assert fate(connection, "activists") == ended
        assert silent_row["silent_for"] == silent_for
        assert fate(connection) == ("left office", "2024-12-01", "2024-12-21")


@pytest.mark.parametrize(
    ("covers_from", "expected"),
    [
        ("2025-01-01", ("still there", "2025-01-01", "2025-10-10")),
        ("2024-01-01", ("deleted", "2024-01-01", "2024-06-04")),
    ],
    ids=["back before anybody looked", "looked at before it went"],
)
def test_an_account_that_was_back_before_anybody_looked_has_not_ended(
    covers_from: str, expected: tuple[str, ...]
) -> None:
    stays = (
        stay("ada", 1, "2024-01-01", "2024-01-02", ended=("2024-06-01", "2024-06-05")),
        stay("ada", 1, "2024-06-05", "2024-09-01", stay=2),
    )
    each_month = posts(1, *(f"2025-{month:02}-01" for month in range(1, 11)))
    seen = (*each_month, look(1, "2025-10-10", covers_from))
    with world(figure("ada"), member("ada"), account(1), claim("ada", 1), *stays, *seen) as connection:
        assert fate(connection) == expected


def test_people_count_with_the_party_that_they_had_when_they_joined() -> None:
    roles = (
        member("ada", from_day="1990-01-01", to_day="1995-01-01", party="Alpha"),
        member("ada", from_day="2020-01-01", party="Zeta"),
    )
    with world(*ADA, *roles, look(1, "2025-10-10", "2024-12-01"), *posts(1, "2025-10-01")) as connection:
        assert [row["party"] for row in answers(connection, "fates", **QUIET)] == ["Zeta"]


# Blocks of a country


def test_a_block_counts_for_whoever_had_the_account_in_it() -> None:
    """Ada in Nigeria until 10 January, then Bo in Sweden. Nigeria blocks from March to June."""
    people = (
        figure("ada", "NG"),
        figure("bo", "SE"),
        member("ada"),
        member("bo"),
        account(1),
        claim("ada", 1, to_day="2025-01-10"),
        claim("bo", 1, from_day="2025-01-11"),
    )
    seen = (*posts(1, "2025-02-01"), look(1, "2025-12-31T12:00", "2024-12-01"))
    with world(*people, block("NG", "2025-03-01", "2025-06-30"), *seen) as connection:
        assert rows(
            connection, "SELECT dormant_on::VARCHAR, quiet_on::VARCHAR FROM activity WHERE figure_id = 'bo'"
        ) == [("2025-05-03", "2025-07-31")]
        assert rows(connection, "SELECT figure_id, blocked_days FROM silence_moves") == [("bo", 0)]


BOTH = (
    figure("ada", "NG"),
    member("ada"),
    account(1),
    account(2, "mastodon"),
    claim("ada", 1),
    claim("ada", 2),
    stay("ada", 2, "2020-01-01", "2020-01-02", platform="mastodon"),
)
WEEKS = (
    "SELECT week::VARCHAR, figures, posted_on_both + posted_only_here + posted_only_there + posted_on_neither"
    " FROM platform_pair_weeks ORDER BY week"
)
"""How many have both, and of how many it is known where they posted."""
LOOKED = (
    look(1, "2025-02-17", "2024-12-30"),
    look(2, "2025-02-17", "2024-12-30"),
    *posts(2, "2025-01-08", "2025-01-15"),
)


@pytest.mark.proof
def test_a_blocked_week_is_no_week_without_a_post() -> None:
    with world(*BOTH, *LOOKED, stay("ada", 1, "2020-01-01", "2020-01-02")) as connection:
        open_weeks = rows(connection, WEEKS)
    with world(
        *BOTH, *LOOKED, stay("ada", 1, "2020-01-01", "2020-01-02"), block("NG", "2025-01-14", "2025-01-26")
    ) as connection:
        blocked = rows(connection, WEEKS)

    assert {known for _, _, known in open_weeks} == {1}
    assert [week for week, _, known in blocked if known == 0] == ["2025-01-13", "2025-01-20"]
    assert [week for week, *_ in blocked] == [week for week, *_ in open_weeks]


def test_nobody_has_an_account_on_both_before_joining() -> None:
    """She joined the second platform on Saturday, 1 February."""
    with world(*BOTH, *LOOKED, stay("ada", 1, "2025-02-01", "2025-02-02")) as connection:
        assert [week for week, figures, _ in rows(connection, WEEKS) if figures] == ["2025-02-03", "2025-02-10"]


@pytest.mark.parametrize(
    ("ended_before", "first_known"),
    [("2025-01-06", "2025-01-06"), ("2025-01-06T10:00", "2025-01-13"), ("2025-01-07T10:00", "2025-01-13")],
)
def test_an_account_that_ended_posts_nothing_from_the_week_on_that_begins_after_its_end(
    ended_before: str, first_known: str
) -> None:
    gone = stay("ada", 1, "2020-01-01", "2020-01-02", ended=("2025-01-02", ended_before))
    with world(*BOTH, gone, *LOOKED[1:]) as connection:
        assert min(week for week, _, known in rows(connection, WEEKS) if known) == first_known
