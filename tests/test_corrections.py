"""Corrections of what was published: each is recorded once, with its day and reason. Suppressions and lists that end
are not corrections."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from analytics.measures.list_page import corrections_of
from kooch.config import VIEWS
from kooch.rosters import AccountClaim, Member, Statement
from kooch.store.load import Loaded, load
from kooch.store.master import master_file
from kooch.store.publish import published_folder
from kooch.store.state import open_state, withdraw_run
from kooch.store.versions import open_version, reading_file
from tests import stores
from tests.commands import kooch_without_lists
from tests.stores import at, claim, member, query, seen, statement

DAY = 24 * 60
ADA, BO = member("ada"), member("bo")
TRUE, FALSE = claim("bo", "bo.test", "did:web:bo.test"), claim("ada", "false.test", "did:web:false.test")
CORRECTIONS = "SELECT kind, figure_id, platform, said, publisher, reason FROM corrections ORDER BY ALL"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


class Lists:
    """Loads of one list that changes."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder, self.home = folder / "bundled", home

    def load(
        self,
        *accounts: AccountClaim,
        members: Sequence[Member] = (ADA, BO),
        statements: Sequence[Statement] = (),
        **more: Any,  # noqa: ANN401 -- of `load`
    ) -> Loaded:
        stores.bundle(self.folder, stores.roster("people", members, accounts=accounts, statements=tuple(statements)))
        if not master_file(self.home).exists() and not more:
            return stores.load(self.home, self.folder)
        return load(self.home, views=VIEWS, bundled=self.folder, **more)


@pytest.fixture
def lists(tmp_path: Path, home: Path) -> Lists:
    return Lists(tmp_path, home)


@pytest.mark.proof
def test_a_link_that_is_denied_is_a_correction_and_names_the_account_no_more(home: Path, lists: Lists) -> None:
    lists.load(TRUE, FALSE)
    denied = claim("ada", "false.test", "did:web:false.test", polarity="denies", note="@False.test is a parody")
    lists.load(TRUE, denied)
    found = query(home, CORRECTIONS)

    assert ("link", "ada", "bluesky", None, None, "the account is a parody") in found
    assert {kind for kind, *_ in found} == {"link", "move"}  # that Ada had joined by the list's day
    assert {(figure, reason) for _, figure, _, _, _, reason in found} == {("ada", "the account is a parody")}
    # Kept versions named it.
    assert len(list(published_folder(home).glob("kooch-*.duckdb"))) == 1
    # Nothing new, nothing again; a new master knows what was corrected.
    assert lists.load(TRUE, denied).is_new is False
    master_file(home).unlink()
    lists.load(TRUE, denied)
    assert query(home, CORRECTIONS) == found


@pytest.mark.proof
def test_a_link_that_a_list_drops_takes_the_reason_of_the_load(home: Path, lists: Lists) -> None:
    lists.load(TRUE, FALSE)
    loaded = lists.load(TRUE, reason="the list named the wrong account")

    assert loaded.corrections == 2
    assert {row[-1] for row in query(home, CORRECTIONS)} == {"the list named the wrong account"}


@pytest.mark.proof
def test_a_statement_that_is_edited_is_a_correction_and_a_new_wording_is_none(home: Path, lists: Lists) -> None:
    first = statement(
        "ada", "joined", "2021-02-12", not_before="2021-02-09", not_after="2021-02-09", wording="on Tuesday"
    )
    again = statement(
        "ada", "joined", "2021-02-12", not_before="2021-02-09", not_after="2021-02-09", wording="that day"
    )
    other = statement("ada", "joined", "2021-02-12", not_before="2021-02-11", not_after="2021-02-11")
    lists.load(TRUE, statements=[first])
    lists.load(TRUE, statements=[again])
    assert query(home, CORRECTIONS) == []

    lists.load(TRUE, statements=[other])
    assert query(home, CORRECTIONS) == [("statement", "ada", "koo", "joined", "Daily", None)]
    lists.load(TRUE)
    # Nothing says any more that Ada was there, from the day on which she joined to the end of Koo.
    assert [(kind, said) for kind, _, _, said, _, _ in query(home, CORRECTIONS)] == [
        ("move", "ended by platform"),
        ("move", "joined"),
        ("statement", "joined"),
        ("statement", "joined"),
    ]


@pytest.mark.proof
@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_a_day_is_withdrawn_as_it_was_told_whatever_zone_the_list_has(tmp_path: Path, zone: str) -> None:
    home = tmp_path / "home"
    said = statement("ada", "joined", "2021-02-12", not_before="2021-02-09", not_after="2021-02-09")
    for statements in ((said,), ()):
        people = stores.roster("people", [ADA], statements=statements, time_zone=zone)
        stores.load(home, stores.bundle(tmp_path / "bundled", people))
    with open_version(reading_file(home)) as connection:
        told = {one.was for one in corrections_of(connection, "people")}

    assert told == {
        "ada · Koo: “joined, 9 Feb 2021” was stated by Daily.",
        "ada · Koo: “joined, 9 Feb 2021” was published.",
        "ada · Koo: “ended by platform, 3 Jul 2024” was published.",
    }


@pytest.mark.proof
def test_a_move_of_a_withdrawn_run_takes_its_reason(home: Path, lists: Lists) -> None:
    stores.crawl(home, seen("did:web:bo.test", 0), state="complete")
    for day in (1, 3):
        last = stores.crawl(home, seen("did:web:bo.test", day * DAY, status="deleted"), state="complete")
    lists.load(TRUE)
    with open_state(home) as state:
        withdraw_run(state, last, "the server was broken")
    lists.load(TRUE)

    assert ("move", "bo", "bluesky", "left", None, "the server was broken") in query(home, CORRECTIONS)


@pytest.mark.proof
def test_who_leaves_all_lists_is_no_correction_nor_is_a_handle_that_turns_out_to_be_an_id(
    home: Path, lists: Lists
) -> None:
    lists.load(claim("bo", "bo.test"), FALSE)
    stores.crawl(home, seen("@bo.test", 0, native_id="did:web:bo.test"), state="complete")
    lists.load(claim("bo", "bo.test"), FALSE)
    lists.load(claim("bo", "bo.test"), members=[BO])

    assert query(home, CORRECTIONS) == []


@pytest.mark.proof
def test_two_accounts_that_are_known_by_their_handles_keep_their_moves_when_their_ids_become_known(
    home: Path, lists: Lists
) -> None:
    both = claim("ada", "one.test"), claim("ada", "two.test")
    lists.load(*both)
    assert query(home, "SELECT count(*), count(DISTINCT move_id) FROM moves") == [(2, 2)]

    for name in ("two", "one"):
        stores.crawl(home, seen(f"@{name}.test", 10, native_id=f"did:web:{name}.test"))
        assert lists.load(*both).corrections == 0

    assert query(home, "SELECT count(*), count(DISTINCT move_id) FROM moves") == [(2, 2)]
    assert query(home, CORRECTIONS) == []


@pytest.mark.proof
def test_a_suppression_is_no_correction(home: Path, lists: Lists) -> None:
    lists.load(TRUE, FALSE)
    done = kooch_without_lists(home, "suppress", "bluesky", "false.test", "--reason", "asked")

    assert done.returncode == 0, done.stderr
    assert query(home, CORRECTIONS) == []


@pytest.mark.proof
def test_corrections_are_dated(home: Path, lists: Lists) -> None:
    lists.load(TRUE, FALSE)
    lists.load(TRUE)
    ((first,),) = query(home, "SELECT min(corrected_at) FROM corrections")

    assert first > at(0)
