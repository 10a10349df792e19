"""Lists over time: what a series of versions says of each account's days, and what it never says."""

import json
import os
import re
import subprocess
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kooch.config import BUNDLED_ROSTERS
from kooch.rosters import Roster, read_history, read_roster, read_rosters, write_roster
from kooch.rosters.models import Run
from kooch.rosters.series import Listed, Version, days_of, runs_of
from kooch.rosters.values import Ended
from kooch.store.versions import targets
from tests import stores
from tests.commands import kooch

FIRST = date(2025, 1, 1)
Account = tuple[str, str, str]


def day(n: int) -> date:
    return FIRST + timedelta(days=n)


def version(n: int, people: str, *accounts: Account) -> Version:
    """The nth day's list: a letter a figure, accounts as figure, handle and id."""
    listed = (Listed(figure_id=who, platform="x", handle=handle, native_id=number) for who, handle, number in accounts)
    return Version(day=day(n), figures=frozenset(people), accounts=frozenset(listed))


def told(runs: Sequence[Run]) -> list[tuple[str, str, int, int, int | None, str]]:
    return [
        (
            *(run.figure_id, run.handle, (run.first_listed - FIRST).days, (run.last_listed - FIRST).days),
            (run.not_listed_after - FIRST).days if run.not_listed_after else None,
            run.ended,
        )
        for run in runs
    ]


@pytest.mark.parametrize(
    ("versions", "runs"),
    [
        (
            [version(0, "ab", ("a", "ann", "1")), version(1, "ab", ("a", "Ann", "1"))],
            [("a", "Ann", 0, 1, None, "still")],
        ),
        (
            [version(0, "ab", ("a", "ann", "1")), version(1, "ab", ("a", "ann2", "1"))],
            [("a", "ann", 0, 0, 1, "renamed"), ("a", "ann2", 1, 1, None, "still")],
        ),
        (
            [version(0, "ab", ("a", "ann", "1")), version(1, "ab", ("a", "else", "2"))],
            [("a", "ann", 0, 0, 1, "replaced"), ("a", "else", 1, 1, None, "still")],
        ),
        (
            [version(0, "ab", ("a", "ann", "")), version(3, "ab", ("a", "else", ""))],
            [("a", "ann", 0, 0, 3, "replaced"), ("a", "else", 3, 3, None, "still")],
        ),
        ([version(0, "ab", ("a", "ann", "1")), version(1, "ab")], [("a", "ann", 0, 0, 1, "withdrawn")]),
        (
            [version(0, "abcdefghijk", ("a", "ann", "1")), version(1, "bcdefghijk")],
            [("a", "ann", 0, 0, 1, "no_longer_on_the_list")],
        ),
        # The number came later: the handle is the same account's.
        (
            [
                version(0, "ab", ("a", "ann", "")),
                version(1, "ab", ("a", "ann", "1")),
                version(2, "ab", ("a", "bea", "1")),
            ],
            [("a", "ann", 0, 1, 2, "renamed"), ("a", "bea", 2, 2, None, "still")],
        ),
        # Back within the next two versions: it was never away.
        (
            [version(0, "a", ("a", "ann", "1")), version(1, "a"), version(2, "a"), version(3, "a", ("a", "ann", "1"))],
            [("a", "ann", 0, 3, None, "still")],
        ),
        (
            [
                *(version(0, "a", ("a", "ann", "1")), version(1, "a"), version(2, "a"), version(3, "a")),
                version(4, "a", ("a", "ann", "1")),
            ],
            [("a", "ann", 0, 0, 1, "gap"), ("a", "ann", 4, 4, None, "still")],
        ),
        # Renamed and named back at once: it was not missing in between, but had another handle.
        (
            [
                *(version(0, "a", ("a", "ann", "1")), version(1, "a", ("a", "bea", "1"))),
                version(2, "a", ("a", "ann", "1")),
            ],
            [("a", "ann", 0, 0, 1, "renamed"), ("a", "bea", 1, 1, 2, "renamed"), ("a", "ann", 2, 2, None, "still")],
        ),
        # Another account instead for one version: that one was taken back, and this one was never away.
        (
            [
                *(version(0, "a", ("a", "ann", "1")), version(1, "a", ("a", "else", "2"))),
                version(2, "a", ("a", "ann", "1")),
            ],
            [("a", "ann", 0, 2, None, "still"), ("a", "else", 1, 1, 2, "replaced")],
        ),
        # The new handle stands beside the old number first, which is corrected later: the list renamed it when it named it.
        (
            [
                *(version(0, "a", ("a", "ann", "1")), version(1, "a", ("a", "bea", "1"))),
                version(2, "a", ("a", "bea", "2")),
            ],
            [("a", "ann", 0, 0, 1, "renamed"), ("a", "bea", 1, 2, None, "still")],
        ),
        # A number that a handle got years later says nothing of the account that once had it.
        (
            [
                version(0, "a", ("a", "ann", "")),
                *(version(n, "a", ("a", "bea", "1")) for n in (1, 2, 3)),
                *(version(n, "a", ("a", "ann", "1" if n == 4 else "2")) for n in (4, 5)),
            ],
            [
                *(("a", "ann", 0, 0, 1, "replaced"), ("a", "bea", 1, 3, 4, "renamed")),
                ("a", "ann", 4, 5, None, "still"),
            ],
        ),
        # A number that changes beside the same handle corrects the earlier one, which may have named another account first.
        (
            [
                *(version(0, "a", ("a", "old", "1")), version(1, "a", ("a", "ann", "1"))),
                version(2, "a", ("a", "ann", "2")),
            ],
            [("a", "old", 0, 0, 1, "renamed"), ("a", "ann", 1, 2, None, "still")],
        ),
        # Back after long, by another handle: the first one was taken back.
        (
            [
                *(version(0, "a", ("a", "ann", "1")), version(1, "a"), version(2, "a"), version(3, "a")),
                version(4, "a", ("a", "else", "1")),
            ],
            [("a", "ann", 0, 0, 1, "withdrawn"), ("a", "else", 4, 4, None, "still")],
        ),
        # The version lacks somebody of whom the list says that they sit: they have stayed.
        (
            [
                version(0, "abcdefghijk", ("a", "ann", "1")),
                replace(version(1, "bcdefghijk"), members=frozenset("a")),
            ],
            [("a", "ann", 0, 0, 1, "withdrawn")],
        ),
        # Of one day the last counts.
        ([version(0, "a"), version(0, "a", ("a", "ann", "1"))], [("a", "ann", 0, 0, None, "still")]),
        # Half a version ends nothing.
        (
            [
                version(0, "abcdefghijk", ("a", "ann", "1")),
                version(1, "bc"),
                version(2, "abcdefghijk", ("a", "ann", "1")),
            ],
            [("a", "ann", 0, 2, None, "still")],
        ),
    ],
)
def test_a_run_ends_as_the_list_says(versions: list[Version], runs: list[tuple[object, ...]]) -> None:
    assert told(runs_of(versions).runs) == runs


PEOPLE = "abcdefghijklmnopqrst"
ALL = tuple((who, f"h{who}", "") for who in PEOPLE)


def test_a_version_that_names_an_account_by_its_number_alone_renames_nobody() -> None:
    handles = ("ann", "", "ann", "ann2", "ANN2")
    versions = [version(n, "a", ("a", handle, "7")) for n, handle in enumerate(handles)]
    found = days_of(versions, runs_of(versions))
    assert [each.renamed for each in found] == [None, 0, 0, 1, 0]
    assert [each.accounts for each in found] == [1] * len(handles)


def test_a_fall_is_held_until_the_next_version_agrees() -> None:
    fallen, back = version(1, PEOPLE, *ALL[:13]), version(2, PEOPLE, *ALL)
    series = runs_of([version(0, PEOPLE, *ALL), fallen, back])

    assert (series.held, series.ends, series.days) == ({day(1): 7}, {"still": 20}, (day(0), day(2)))
    again = runs_of([version(0, PEOPLE, *ALL), fallen, version(2, PEOPLE, *ALL[:13])])
    assert (again.held, again.ends) == ({}, {"still": 13, "withdrawn": 7})
    believed = runs_of([version(0, PEOPLE, *ALL), fallen, back], accepted=[day(1)])
    assert (believed.held, believed.gaps, believed.ends) == ({}, 7, {"still": 20})
    last = runs_of([version(0, PEOPLE, *ALL), fallen])
    assert (last.held, last.ends) == ({day(1): 7}, {"still": 20})


def test_people_who_leave_with_their_accounts_are_no_fall() -> None:
    series = runs_of([version(0, PEOPLE, *ALL), version(1, PEOPLE[:18], *ALL[:18])])

    assert (series.held, series.ends) == ({}, {"no_longer_on_the_list": 2, "still": 18})


def test_a_version_with_few_people_is_left_out_and_named() -> None:
    series = runs_of([version(0, PEOPLE, *ALL), version(1, PEOPLE[:17], *ALL[:17]), version(2, PEOPLE, *ALL)])

    assert (series.partial, series.ends) == ((day(1),), {"still": 20})


def test_people_who_leave_for_good_make_no_half_version() -> None:
    changed = [version(n, PEOPLE[:16], *ALL[:16]) for n in (1, 2, 3)]
    series = runs_of([version(0, PEOPLE, *ALL), *changed])

    assert (series.partial, series.ends) == ((), {"no_longer_on_the_list": 4, "still": 16})
    assert runs_of([version(0, PEOPLE, *ALL), changed[0]]).partial == (day(1),)


HISTORIES = st.lists(
    st.tuples(
        st.integers(0, 40),
        st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["one", "two"]), st.sampled_from(["", "1", "2"]))),
    ),
    min_size=1,
    max_size=12,
)


@given(HISTORIES)
def test_runs_cover_the_versions_in_which_an_account_stood_and_never_overlap(
    history: list[tuple[int, list[Account]]],
) -> None:
    series = runs_of([version(n, "abc", *accounts) for n, accounts in sorted(history, key=lambda each: each[0])])
    by_account: dict[tuple[str, str, str], list[Run]] = {}
    for run in series.runs:
        by_account.setdefault((run.figure_id, run.handle.casefold(), run.native_id), []).append(run)

        assert run.first_listed <= run.last_listed
        assert run.not_listed_before is None or run.not_listed_before < run.first_listed
        assert (run.not_listed_after is None) is (run.ended == "still")
        assert run.not_listed_after is None or run.last_listed < run.not_listed_after
        assert {run.first_listed, run.last_listed} <= set(series.days)
    for runs in by_account.values():
        assert all(one.last_listed < other.first_listed for one, other in pairwise(runs))


# From a git repository and a folder


PLAIN = "name,x,x_id"


def commit(repository: Path, at: str, **files: str | Path | None) -> None:
    """Commit files under the names of the arguments (`_` for `.`); a Path is a link to it, None is a removal."""
    for name, content in files.items():
        file = repository / name.replace("_", ".")
        file.unlink(missing_ok=True)
        if isinstance(content, Path):
            file.symlink_to(content)
        elif content is not None:
            file.write_text(content, encoding="utf-8")
    who = ("-c", "user.name=Test", "-c", "user.email=test@a.test", "-c", "commit.gpgsign=false")
    dates = {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at}
    for words in (("add", "-A"), (*who, "commit", "-q", "--allow-empty", "-m", at)):
        subprocess.run(["git", "-C", str(repository), *words], check=True, env=os.environ | dates)


def people(*rows: str, n: int = 10) -> str:
    """A list of ten, of whom the first have these handles."""
    names = [row.partition(",")[0] for row in rows]
    others = [f"Person {chr(ord('A') + place)}" for place in range(n)]
    return "\n".join([PLAIN, *rows, *(f"{name},," for name in others if name not in names)]) + "\n"


def test_a_git_history_with_every_trap_gives_the_report_by_hand(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    subprocess.run(["git", "init", "-q", str(repository)], check=True)
    a, b = "Person A,ann,1", "Person B,bob,"
    commit(repository, "2025-01-01T10:00:00Z", old_csv=people(a, b), other_csv=people("Person A,wrong,9"))
    # A copy that is no rename: the file of another list, then this one where it lies from now on.
    commit(repository, "2025-01-02T10:00:00Z", list_csv=people(a, b), old_csv=None)
    commit(repository, "2025-01-03T10:00:00Z", list_csv=people(a, n=5))  # partial
    commit(repository, "2025-01-04T10:00:00Z", list_csv='name,x\n"broken')
    commit(repository, "2025-01-05T10:00:00Z", list_csv=people(a))  # Bob's account is gone …
    commit(repository, "2025-01-06T10:00:00Z", list_csv=people(a, b))  # … and back
    commit(
        repository,
        "2025-01-07T10:00:00Z",
        list_csv=people("A Person,ann,1", "B Person,bob,", n=0) + "\n".join(people(n=10).split("\n")[3:]),
    )
    # Two commits in one second, and in the list's zone the next day already.
    commit(repository, "2025-01-07T23:30:00Z", list_csv=people("Person A,nobody,9", b))
    commit(repository, "2025-01-07T23:30:00Z", list_csv=people("Person A,anna,1", b))
    commit(repository, "2025-01-09T10:00:00Z", real_csv=people("Person A,anna,1"), list_csv=Path("real.csv"))
    members = [stores.member(f"p-{letter}", name=f"Person {letter.upper()}") for letter in "abcdefghij"]
    roster = stores.roster("list", members, time_zone="Europe/Oslo")
    history = read_history(repository, roster, paths=["list.csv", "old.csv"], mapping={})
    series = runs_of(history.versions)

    assert [day.day for day in series.days] == [1, 2, 5, 6, 7, 8, 9]
    assert [day.day for day in series.partial] == [3]
    assert (len(history.unread), history.strangers, series.gaps) == (1, set(), 1)
    assert [
        (run.figure_id, run.handle, run.first_listed.day, run.last_listed.day, run.ended) for run in series.runs
    ] == [
        ("p-a", "ann", 1, 7, "renamed"),
        ("p-a", "anna", 8, 9, "still"),
        ("p-b", "bob", 1, 8, "withdrawn"),
    ]


@pytest.mark.parametrize(
    ("zone", "runs"),
    [
        ("America/New_York", [("ann", 9, 9, "replaced"), ("anna", 10, 10, "still")]),
        # In UTC two versions are of 10 January, and the last one counts.
        ("UTC", [("anna", 10, 10, "still")]),
    ],
)
def test_days_of_versions_are_those_of_the_list(zone: str, runs: list[tuple[object, ...]], tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    subprocess.run(["git", "init", "-q", str(repository)], check=True)
    commit(repository, "2025-01-09T21:26:00-05:00", list_csv=people("Person A,ann,"))
    commit(repository, "2025-01-10T18:14:00-05:00", list_csv=people("Person A,anna,"))
    members = [stores.member(f"p-{letter}", name=f"Person {letter.upper()}") for letter in "abcdefghij"]
    roster = stores.roster("list", members, time_zone=zone)
    series = runs_of(read_history(repository, roster, paths=["list.csv"], mapping={}).versions)

    assert [(run.handle, run.first_listed.day, run.last_listed.day, run.ended) for run in series.runs] == runs


def test_two_entries_of_one_figure_are_one_run(tmp_path: Path) -> None:
    """For a time a list names somebody twice, first once without an account."""
    a, b = "Person A,ann,", "Person B,bob,1"
    for day, rows in enumerate(((a, b), (a, "Person A,,", b), (a, a, b), ("Person A,ann,7", b)), start=1):
        (tmp_path / f"2025-01-0{day}.csv").write_text(people(*rows))
    members = [stores.member(f"p-{letter}", name=f"Person {letter.upper()}") for letter in "abcdefghij"]
    history = read_history(tmp_path, stores.roster("list", members), paths=["*.csv"], mapping={})
    series = runs_of(history.versions)

    assert [(run.handle, run.native_id, run.snapshots, run.ended) for run in series.runs] == [
        ("ann", "7", 4, "still"),
        ("bob", "1", 4, "still"),
    ]
    assert series.gaps == 0


def test_an_earlier_path_is_read_in_its_own_format(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    subprocess.run(["git", "init", "-q", str(repository)], check=True)
    commit(repository, "2025-01-01T10:00:00Z", old_csv="x,name\nann,Person A\n")
    commit(repository, "2025-01-02T10:00:00Z", old_csv="name,x\nPerson A,ann\n")
    commit(repository, "2025-01-03T10:00:00Z", old_csv=None, list_yaml="- name: Person A\n  x: ann\n")
    commit(repository, "2025-01-04T10:00:00Z", list_yaml="- name: Person A\n  x: anna\n")
    roster = stores.roster("list", [stores.member("p-a", name="Person A")], time_zone="UTC")
    history = read_history(repository, roster, paths=["list.yaml", "old.csv"], mapping={})

    assert (history.unread, history.strangers) == ([], set())
    assert [
        (run.handle, run.first_listed.day, run.last_listed.day, run.ended) for run in runs_of(history.versions).runs
    ] == [("ann", 1, 3, "replaced"), ("anna", 4, 4, "still")]


def test_a_version_that_is_nested_too_deeply_is_named_and_left_out(tmp_path: Path) -> None:
    record = {"name": "Person A", "x": "ann"}
    (tmp_path / "2025-01-01.json").write_text(json.dumps([record]), encoding="utf-8")
    (tmp_path / "2025-01-02.json").write_text("[" * 100_000, encoding="utf-8")
    roster = stores.roster("list", [stores.member("p-a", name="Person A")])
    history = read_history(tmp_path, roster, paths=["*.json"], mapping={})

    assert [version.day.day for version in history.versions] == [1]
    assert [each.partition(":")[0] for each in history.unread] == ["2025-01-02.json"]


def test_an_id_is_judged_by_its_column_in_each_version(tmp_path: Path) -> None:
    """One id that ends in two zeros may be true. Two of two are not, though the first row is as it was."""
    rows = ["Person A,ann,12345678901234500", "Person B,bob,12345678901234567", "Person B,bob,12345678901234600"]
    for day, other in enumerate(rows[1:], start=1):
        (tmp_path / f"2025-01-0{day}.csv").write_text(people(rows[0], other))
    (tmp_path / "2025-01-03.csv").write_text(people(rows[0], rows[1]))
    roster = stores.roster("list", [stores.member(f"p-{n}", name=f"Person {n.upper()}") for n in "abcdefghij"])
    history = read_history(tmp_path, roster, paths=["*.csv"], mapping={})

    assert [sorted(listed.native_id for listed in version.accounts) for version in history.versions] == [
        ["12345678901234500", "12345678901234567"],
        ["", ""],
        ["12345678901234500", "12345678901234567"],
    ]
    assert list(history.wrong_ids.values()) == ["2025-01-02.csv, row 2", "2025-01-02.csv, row 3"]


@pytest.mark.parametrize(
    ("native_id", "says"),
    [
        ("1.2E+18", "is a number that a spreadsheet has shortened"),
        ("1234567890123450000", "ends as only a rounded number does"),
        ("n/a", "is not an id of X"),
        ("1234567890123450000.0", "is not an id of X"),
    ],
)
def test_a_wrong_id_of_a_version_is_named_and_left_out(native_id: str, says: str, tmp_path: Path) -> None:
    for day in (1, 2):
        (tmp_path / f"2025-01-0{day}.csv").write_text(people(f"Person A,ann,{native_id}", "Person B,bob,117501995"))
    roster = stores.roster("list", [stores.member(f"p-{n}", name=f"Person {n.upper()}") for n in "abcdefghij"])
    history = read_history(tmp_path, roster, paths=["*.csv"], mapping={})

    assert [(run.handle, run.native_id) for run in runs_of(history.versions).runs] == [
        ("ann", ""),
        ("bob", "117501995"),
    ]
    assert list(history.wrong_ids.values()) == ["2025-01-01.csv, row 2"]
    assert all(f"native_id '{native_id}' {says}" in fault for fault in history.wrong_ids)


def test_a_folder_of_dated_files_becomes_series_csv_beside_the_list(tmp_path: Path) -> None:
    home, versions = tmp_path / "home", tmp_path / "versions"
    versions.mkdir()
    write_roster(stores.roster("list", [stores.member("p-a", name="Person A")]), home / "rosters")
    for name, handle in (("2025-01-01.json", "ann"), ("20250301.json", "anna"), ("notes.json", "x")):
        record = {"who": "Person A", "social": {"twitter": handle}, "id": {"twitter": 7}}
        record |= {"later": "a.bsky.test"} if name == "20250301.json" else {}
        (versions / name).write_text(json.dumps([record]), encoding="utf-8")
    # A column that came later, and is mapped: an early version without it is read all the same.
    words = (
        "--map",
        "later=bluesky",
        "--path",
        "*.json",
        "--map",
        "who=name",
        "--map",
        "social.twitter=x",
        "--map",
        "id.twitter=x_native_id",
    )
    tried = kooch(home, "roster", "series", str(versions), "list", *words, "--dry-run")
    assert (tried.returncode, "notes.json: it has no day" in tried.stdout) == (0, True)
    assert not (home / "rosters" / "list" / "series.csv").exists()

    assert kooch(home, "roster", "series", str(versions), "list", *words).returncode == 0
    assert (home / "rosters" / "list" / "series.csv").read_text().splitlines()[1:] == [
        "p-a,bluesky,a.bsky.test,,2025-03-01,2025-03-01,2025-01-01,,1,still",
        "p-a,x,ann,7,2025-01-01,2025-01-01,,2025-03-01,1,renamed",
        "p-a,x,anna,7,2025-03-01,2025-03-01,2025-01-01,,1,still",
    ]
    wrong = kooch(home, "roster", "series", str(versions), "list", *words, "--map", "whom=name")
    assert (wrong.returncode, "--map names whom, which no version has" in wrong.stderr) == (2, True)
    wrong = kooch(home, "roster", "series", str(versions), "list", "--path", "*.csv")
    assert (wrong.returncode, "no version of *.csv could be read" in wrong.stderr) == (2, True)


def test_a_dry_run_shows_each_day_and_what_it_changes(tmp_path: Path) -> None:
    home, versions = tmp_path / "home", tmp_path / "versions"
    versions.mkdir()
    members = [stores.member(f"p-{letter}", name=f"Person {letter.upper()}") for letter in "abcdefghijk"]
    write_roster(stores.roster("list", members), home / "rosters")
    others = [f"Person {letter},handle{letter}," for letter in "BCDEFGHIJ"]
    ann, anna = "Person A,ann,1", "Person A,anna,1"
    for name, content in {
        "2025-01-01": people(ann, *others),
        "2025-01-02": people(anna, *others, n=11),
        "2025-01-03": people(anna, n=5),  # half of the list
        "2025-01-04": people(anna, *others[:3], n=11),  # six accounts are gone, and nobody
        "2025-01-05": people(n=11),
        "2025-01-05b": people(anna, "Person B,other,", *others[1:]),  # the last version of its day
    }.items():
        (versions / f"{name}.csv").write_text(content, encoding="utf-8")
    words = ("roster", "series", str(versions), "list", "--path", "*.csv")
    tried = kooch(home, *words, "--dry-run", "--format", "json")
    days = [row for row in map(json.loads, tried.stdout.splitlines()) if row.pop("event") == "day"]

    assert [tuple(row.values()) for row in days] == [
        ("2025-01-01", 1, 10, None, None, 10, None, None, None, "yes"),
        ("2025-01-02", 1, 11, 1, 0, 10, 0, 0, 1, "yes"),
        ("2025-01-03", 1, 5, 0, 6, 1, 0, 9, 0, "no"),
        ("2025-01-04", 1, 11, 0, 0, 4, 0, 6, 0, "held"),
        ("2025-01-05", 2, 10, 0, 1, 10, 1, 1, 0, "yes"),
    ]
    assert "Held: the version of 2025-01-04 lost 6 accounts" in tried.stderr
    assert "Left out: the version of 2025-01-03" in tried.stderr
    # In a terminal of 80 characters it is a table.
    assert re.search(
        r"2025-01-04 +1 +11 +0 +0 +4 +0 +6 +0 +held", kooch(home, *words, "--dry-run", "--format", "table").stdout
    )
    assert '"event": "day"' not in kooch(home, *words).stdout


# What a series counts


def run_of(figure: str, handle: str, first: str, last: str, ended: Ended, *, after: str | None = None) -> Run:
    """Days of 2025 are written MM-DD."""
    days = [date.fromisoformat(f"2025-{day}") if day else None for day in (first, last, after)]
    return Run(
        figure_id=figure,
        platform="bluesky",
        handle=f"{handle}.test",
        first_listed=days[0] or date.min,
        last_listed=days[1] or date.min,
        not_listed_after=days[2],
        snapshots=2,
        ended=ended,
    )


def listed_over_time(slug: str, **more: object) -> Roster:
    """Six people, of whom all but the last had an account on one of four days, the last of them 1 March 2025.

    The account of b was withdrawn, that of c replaced, and d went from the list. Of e a newspaper says when it joined.
    """
    a, b, c, d, e, f = (f"{slug}-{letter}" for letter in "abcdef")
    joined = stores.statement(
        e,
        "joined",
        "2024-11-10",
        platform="bluesky",
        handle=f"{e}.test",
        not_before="2024-11-01",
        not_after="2024-11-09",
        time_zone="UTC",
    )
    series = (
        run_of(a, a, "01-01", "03-01", "still"),
        run_of(b, b, "01-01", "01-01", "withdrawn", after="01-15"),
        run_of(c, f"{c}-old", "01-01", "01-15", "replaced", after="02-01"),
        run_of(c, c, "02-01", "03-01", "still"),
        run_of(d, d, "01-01", "01-10", "no_longer_on_the_list", after="02-01"),
        run_of(e, e, "02-01", "03-01", "still"),
    )
    # The accounts of a list as it stands now, and one that was withdrawn; former ones are in its series alone.
    claims = tuple(stores.claim(figure, f"{figure}.test") for figure in (a, b, c, e))
    return stores.roster(
        slug,
        [stores.member(figure) for figure in (a, b, c, d, e, f)],
        selection="census",
        complete_from=date(2024, 1, 1),
        as_of=date(2025, 12, 31),
        accounts=claims,
        statements=(joined,),
        series=series,
        **more,
    )


def counted_on(home: Path, roster: str, platform: str, *days: str) -> list[tuple[object, ...]]:
    """What `adoption` says of each day: members, had joined and were there, at least and at most, not looked."""
    return stores.query(
        home,
        f"""
        SELECT a.members, a.joined_min, a.joined_max, a.there_min, a.there_max, a.not_looked
        FROM (SELECT unnest({list(days)})::DATE AS day) AS d
        ASOF JOIN (FROM adoption WHERE roster = '{roster}' AND platform = '{platform}') AS a ON a.day <= d.day
        ORDER BY d.day
        """,
    )


@pytest.mark.proof
def test_a_series_counts_by_runs_up_to_its_last_version(tmp_path: Path) -> None:
    lists = (
        listed_over_time("corrected", withdrawal="correction"),
        listed_over_time("curated", withdrawal="curation"),
        listed_over_time("silent", series_vouches=False),
        listed_over_time("crawled"),
        listed_over_time("asked"),
    )
    # Kooch has looked at the account of whom the list dropped, and found it or not.
    stores.crawl(
        tmp_path,
        stores.seen("@crawled-d.test", 0, native_id=f"did:plc:{'d' * 24}"),
        stores.seen("@asked-d.test", 0, status="not_found"),
    )
    stores.load(tmp_path, stores.bundle(tmp_path / "bundled", *lists))
    days = ("2024-10-31", "2024-12-01", "2025-01-20", "2025-03-01", "2025-03-10", "2025-04-15", "2025-04-16")

    # By the list alone somebody was possibly there since the platform opened: e, of whom a newspaper tells, since 1 November.
    assert counted_on(tmp_path, "corrected", "bluesky", *days) == [
        (6, 0, 3, 0, 3, 2),
        (6, 1, 4, 1, 4, 2),
        (6, 4, 4, 4, 4, 2),
        (6, 4, 4, 4, 4, 2),
        # After the last version: d was last listed 59 days ago.
        (6, 4, 4, 3, 4, 2),
        (6, 4, 4, 3, 4, 2),
        (6, 4, 4, None, None, 2),
    ]
    # By a day before the version that took b's account back, b had one; nobody is told which. Since then b had none.
    known = (
        "SELECT account_id, joined_before::DATE FROM stays_known_by(TIMESTAMPTZ '{}') WHERE figure_id = 'corrected-b'"
    )
    assert [
        stores.query(tmp_path, known.format(instant))
        for instant in (
            "2025-01-01 23:59:59+00",
            "2025-01-02 00:00+00",
            "2025-01-15 23:59:59+00",
            "2025-01-16 00:00+00",
        )
    ] == [[], [(None, date(2025, 1, 2))], [(None, date(2025, 1, 2))], []]
    curated = known.replace("corrected-b", "curated-b").format("2025-01-16 00:00+00")
    assert [day for _, day in stores.query(tmp_path, curated)] == [date(2025, 1, 2)]
    # A withdrawal that corrects nothing leaves the run as it was.
    assert counted_on(tmp_path, "curated", "bluesky", *days)[1:5] == [
        (6, 1, 5, 1, 5, 1),
        (6, 5, 5, 5, 5, 1),
        (6, 5, 5, 5, 5, 1),
        (6, 5, 5, 3, 5, 1),
    ]
    # Versions that do not say that their accounts exist are looks, and no signs: certain is the newspaper's one alone.
    assert counted_on(tmp_path, "silent", "bluesky", *days)[1:5] == [
        (6, 1, 4, 1, 4, 2),
        (6, 1, 4, 0, 4, 2),
        (6, 1, 4, 0, 4, 2),
        (6, 1, 4, 0, 4, 2),
    ]
    # A crawl has seen d on 1 June: nobody was away between two signs of a stay.
    assert counted_on(tmp_path, "crawled", "bluesky", *days)[4:] == [
        (6, 4, 4, 4, 4, 2),
        (6, 4, 4, 4, 4, 2),
        (6, 4, 4, None, None, 2),
    ]
    # One answer that finds nobody ends nothing. It is a look all the same: the last sign of d is then that of 10 January.
    assert counted_on(tmp_path, "asked", "bluesky", *days)[2:4] == [(6, 4, 4, 4, 4, 2), (6, 4, 4, 3, 4, 2)]
    # What a list withdrew or dropped has not left, and what was corrected is named nowhere.
    assert stores.query(tmp_path, "SELECT count(*) FROM stays WHERE ended_before IS NOT NULL") == [(0,)]
    assert stores.query(tmp_path, "SELECT DISTINCT move FROM moves") == [("joined",)]
    assert stores.query(
        tmp_path, "SELECT count(*) FROM handles WHERE handle IN ('corrected-b.test', 'curated-b.test')"
    ) == [(1,)]
    assert stores.query(
        tmp_path,
        "SELECT stands, handle, account_id IS NULL FROM series WHERE ended = 'withdrawn' AND roster IN ('corrected', 'curated') ORDER BY ALL",
    ) == [(False, None, True), (True, "curated-b.test", False)]


def test_the_congress_on_x_is_counted_by_run_and_until_its_last_version(bundled_home: Path) -> None:
    found = counted_on(bundled_home, "us-congress", "x", "2015-06-01", "2026-06-06", "2026-06-07")

    # By hand from the runs: 508 of 539 members had one that stands and had begun, 528 have one that stands.
    assert found[0] == (539, 508, 528, 508, 528, 11)
    # The last version is of 22 April 2026.
    assert [row[3] is None for row in found[1:]] == [False, True]
    assert stores.query(
        bundled_home,
        "SELECT count(*) FILTER (WHERE ended_before IS NOT NULL), count(*) FILTER (WHERE account_id IS NULL)"
        " FROM stays WHERE platform = 'x' AND stay > 0",
    ) == [(0, 0)]
    # Silences are no departures.
    moves = "SELECT DISTINCT move FROM moves WHERE platform = 'x' AND move NOT IN ('dormant', 'returned to posting')"
    assert stores.query(bundled_home, moves) == [("joined",)]
    # Who left office is counted in their time, and watched no more.
    asked, former = (
        len(targets(bundled_home, platform="x", roster="us-congress", former=former)) for former in (False, True)
    )
    assert (asked, former) == (506, 1071)


def test_the_ends_of_the_runs_of_the_congress_are_those_of_the_methods() -> None:
    runs = [run for run in read_roster(BUNDLED_ROSTERS / "us-congress").series if run.platform == "x"]
    said = (Path(__file__).parents[1] / "docs" / "methods.md").read_text(encoding="utf-8")
    ends = Counter(run.ended.replace("_", " ") for run in runs if run.ended != "still")

    assert ends == {"no longer on the list": 493, "replaced": 95, "renamed": 40, "withdrawn": 34, "gap": 3}
    assert all(re.search(rf"\| {end} \| \d+ \| {n} \|", said) for end, n in (ends | {"all": ends.total()}).items())


def test_an_account_of_a_bundled_list_stands_with_one_handle_at_a_time() -> None:
    by_account: dict[tuple[str, str, str], list[Run]] = {}
    for roster in read_rosters(BUNDLED_ROSTERS):
        for run in roster.series:
            if run.native_id:
                by_account.setdefault((run.figure_id, run.platform, run.native_id), []).append(run)
    several = [sorted(runs, key=lambda run: run.first_listed) for runs in by_account.values() if len(runs) > 1]

    assert len(several) > 10
    assert [one for runs in several for one, other in pairwise(runs) if one.last_listed >= other.first_listed] == []


def test_a_claim_of_its_time_counts_in_that_time_whatever_versions_list(tmp_path: Path) -> None:
    """The versions name the accounts of both from 1 January to 1 March; that of a was a's to 31 January only."""
    a, b = "p-a", "p-b"
    people = stores.roster(
        "people",
        [stores.member(a), stores.member(b)],
        selection="census",
        complete_from=date(2024, 1, 1),
        as_of=date(2025, 12, 31),
        accounts=(stores.claim(a, f"{a}.test", to_day=date(2025, 1, 31)), stores.claim(b, f"{b}.test")),
        series=(run_of(a, a, "01-01", "03-01", "still"), run_of(b, b, "01-01", "03-01", "still")),
    )
    stores.load(tmp_path, stores.bundle(tmp_path / "bundled", people))

    assert counted_on(tmp_path, "people", "bluesky", "2025-01-31", "2025-02-01", "2025-03-01") == [
        (2, 2, 2, 2, 2, 0),
        (2, 2, 2, 1, 1, 0),
        (2, 2, 2, 1, 1, 0),
    ]
