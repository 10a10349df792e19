"""Published numbers beside our own, from the lists that come with Kooch."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kooch.store.versions import open_version, reading_file
from tests.stores import bundle, load
from tests.test_app import ROOT, run, words
from tests.test_measured import is_shown, shown_on, value_of

STUDIES = ROOT / "pages" / "studies.py"


def reproduced(home: Path, *words: str, code: int = 0) -> str:
    run = subprocess.run(
        [sys.executable, "-m", "kooch", "--home", str(home), "reproduce", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == code, run.stderr
    return run.stdout if code == 0 else run.stderr


def test_every_study_has_our_number_and_the_reason_of_the_difference(bundled_home: Path) -> None:
    rows = {row["study"]: row for row in map(json.loads, reproduced(bundled_home, "--all").splitlines())}

    assert {name: (row["state"], row["ours"]) for name, row in rows.items()} == {
        "koo-february-2021": ("counted", "24 to 55 of 67"),
        "german-accounts-2022": ("reproduced", "83 of 263"),
        "congress-x-2015": ("reproduced", "508 to 528 of 539"),
        "congress-mastodon-2026": ("reproduced", "13 of 537"),
        "riksdag-last-posts": ("counted", "92 of 226"),
        "announced-and-kept": ("no data", "none: these data have no such rows"),
        "koo-conundrum-2021": ("closed", "none: the data are closed"),
        "pew-2025": ("closed", "none: the data are closed"),
    }
    assert all(row["citation"] and row["reason"] and row["definition"] for row in rows.values())

    # For a range, the reason says what each end counts; a definition promises no more than its range holds.
    for row in rows.values():
        if " to " in row["ours"]:
            assert "The first number counts those" in row["reason"], row
            assert "second also" in row["reason"], row
            assert "certainly" not in row["definition"], row

    (row,) = map(json.loads, reproduced(bundled_home, "congress-x-2015").splitlines())

    assert row["difference"] == "none"


@pytest.mark.proof
def test_a_study_that_is_not_known_names_those_that_are(tmp_path: Path, bundled_home: Path) -> None:
    assert "Known are: koo-february-2021" in reproduced(bundled_home, "nothing", code=2)
    assert "Name a study, or ask for --all" in reproduced(bundled_home, code=2)

    # Data without these lists have no number, and none is made up.
    load(tmp_path / "home", bundle(tmp_path / "bundled"))
    rows = list(map(json.loads, reproduced(tmp_path / "home", "--all").splitlines()))

    assert {row["state"] for row in rows} == {"no data", "closed"}


def test_the_page_says_what_the_command_prints_and_each_number_of_ours_is_what_sql_says(
    bundled_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = run(STUDIES, bundled_home, monkeypatch)
    said, shown = words(app), list(shown_on(app))
    with open_version(reading_file(bundled_home)) as connection:
        wrong = [(text, measure) for text, measure in shown if not is_shown(value_of(connection, measure), text)]
    printed = list(map(json.loads, reproduced(bundled_home, "--all").splitlines()))

    assert wrong == []
    assert len(shown) == 3 + 2 + 3 + 2 + 2  # a range or a number, each of a whole; closed data have none
    assert [
        (row["study"], text)
        for row in printed
        for text in (row["definition"], row["published"], row["ours"], row["difference"], row["reason"])
        if text not in said
    ] == []
    assert said.count("Closed data: named, not imitated") == 2
    assert "`kooch load` brings the lists" in said
