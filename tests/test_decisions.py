"""Two colleagues decide, and give their decisions to each other."""

from pathlib import Path

import pytest

from kooch.store.decisions import COLUMNS, Decided, conflicts, read_decisions
from kooch.store.state import open_state
from tests.commands import kooch_without_lists, on_a_terminal


def decided(account: str, verdict: str, reviewer: str, day: int) -> Decided:
    return Decided(
        figure_id="bob", platform="bluesky", account=account, verdict=verdict, reviewer=reviewer, reason="seen",
        decided_at=f"2026-10-{day:02}T12:00:00+00:00",
    )  # fmt: skip


def folder(home: Path, *decisions: Decided) -> Path:
    with open_state(home) as state:
        for each in decisions:
            state.execute(
                "INSERT INTO decisions VALUES (?, ?, ?, ?, ?, ?, ?)", [getattr(each, column) for column in COLUMNS]
            )
    return home


def of(home: Path) -> dict[str, str]:
    """The latest verdict of each account."""
    with open_state(home) as state:
        return {each.account: each.verdict for each in read_decisions(state)}


def give(one: Path, other: Path, *words: str) -> tuple[int, str]:
    file = one / "given.csv"
    assert kooch_without_lists(one, "decisions", "export", str(file)).returncode == 0
    done = kooch_without_lists(other, "decisions", "import", str(file), *words)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_what_two_decided_is_merged_and_a_conflict_asks(side: str, tmp_path: Path) -> None:
    ada = folder(tmp_path / "ada", decided("@a", "accepted", "ada", 1), decided("@both", "accepted", "ada", 3))
    ben = folder(tmp_path / "ben", decided("@b", "rejected", "ben", 2), decided("@both", "rejected", "ben", 4))
    refused, told = give(ben, ada)
    unchanged = of(ada)
    taken, _ = give(ben, ada, "--keep", side)
    again, said_again = give(ben, ada)
    back, _ = give(ada, ben)

    assert refused == 2
    assert "@both of bob on bluesky: ada accepted it on 2026-10-03 (seen), ben rejected it" in told
    assert unchanged == {"@a": "accepted", "@both": "accepted"}
    assert taken == again == back == 0
    assert '"new": 0' in said_again
    # The side that has seen the other's decision has the last word, so the way back asks nobody.
    assert of(ada) == of(ben) == {
        "@a": "accepted", "@b": "rejected", "@both": "accepted" if side == "ours" else "rejected",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "after"),
    [
        pytest.param("y\n", {"@both": "accepted", "@b": "rejected"}, id="ours"),
        pytest.param("n\n", {"@both": "rejected", "@b": "rejected"}, id="theirs"),
        pytest.param("perhaps\nn\n", {"@both": "rejected", "@b": "rejected"}, id="asked again"),
        pytest.param("\x04", {"@both": "accepted"}, id="no answer"),
    ],
)
def test_on_a_terminal_a_conflict_asks_which_verdict_stays(typed: str, after: dict[str, str], tmp_path: Path) -> None:
    ada = folder(tmp_path / "ada", decided("@both", "accepted", "ada", 3))
    ben = folder(tmp_path / "ben", decided("@b", "rejected", "ben", 2), decided("@both", "rejected", "ben", 4))
    file = tmp_path / "given.csv"
    assert kooch_without_lists(ben, "decisions", "export", str(file)).returncode == 0
    said = on_a_terminal(ada, "decisions", "import", str(file), typed=typed)

    assert "ada accepted it on 2026-10-03 (seen), ben rejected it on 2026-10-04 (seen)." in said
    assert "Keep ours (accepted)?" in said
    assert of(ada) == after


def test_the_same_verdict_of_two_is_no_conflict() -> None:
    ours, theirs = [decided("@a", "accepted", "ada", 1)], [decided("@a", "accepted", "ben", 2)]

    assert conflicts(ours, theirs) == []


def test_a_file_with_a_fault_changes_nothing(tmp_path: Path) -> None:
    home = folder(tmp_path / "ada", decided("@a", "accepted", "ada", 1))
    file = tmp_path / "theirs.csv"
    file.write_text(
        ",".join(COLUMNS) + "\n"
        "bob,bluesky,@b,accepted,ben,seen,2026-10-02T12:00:00+00:00\n"
        "bob,bluesky,@c,perhaps,ben,seen,2026-10-02T12:00:00+00:00\n"
        "bob,bluesky,@d,accepted,ben,seen,2026-10-02\n"
    )
    done = kooch_without_lists(home, "decisions", "import", str(file))

    assert done.returncode == 2
    assert "verdict 'perhaps' is unknown" in done.stdout
    assert "has no zone" in done.stdout
    assert of(home) == {"@a": "accepted"}
