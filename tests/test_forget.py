"""The filter that takes suppressed accounts out of batches."""

from typing import Any

import pyarrow as pa
import pytest

from kooch.store import spool
from kooch.store.forget import forget, is_meant, without_asked_for
from tests.stores import at

ANN, BOB = "did:plc:" + "a" * 24, "did:plc:" + "b" * 24
NAMES = {"bluesky": frozenset({ANN, "@ann.bsky.social"})}


def table(*rows: dict[str, Any]) -> pa.Table:
    common = {"run": "r", "platform": "bluesky", "target": BOB, "outcome": "observed", "status": "active"}
    return pa.Table.from_pylist(
        [common | {"valid_at": at(0), "recorded_at": at(0)} | row for row in rows], schema=spool.SCHEMA
    )


def words(*links: str) -> dict[str, Any]:
    return {"handle": "bob.example", "links": list(links)}


def test_an_answer_that_shows_a_suppressed_account_is_a_skipped_one_and_tells_nothing_else() -> None:
    shown = table({"native_id": ANN, "followers": 5, "profile": words(), "moved_to": BOB, "server": "s"})
    (row,) = forget(shown, NAMES).to_pylist()

    assert {name: cell for name, cell in row.items() if cell is not None} == {
        "run": "r",
        "platform": "bluesky",
        "target": BOB,
        "outcome": "skipped",
        "cause": "suppressed",
        "valid_at": at(0),
        "recorded_at": at(0),
    }


@pytest.mark.parametrize(
    ("row", "column", "left"),
    [
        (
            {"profile": words("https://bsky.app/profile/Ann.bsky.social", "https://b.test")},
            "profile",
            ["https://b.test"],
        ),
        ({"platform": "x", "profile": words(f"https://bsky.app/profile/{ANN}")}, "profile", []),
        ({"also_known_as": [ANN, "did:plc:" + "c" * 24]}, "also_known_as", ["did:plc:" + "c" * 24]),
        ({"moved_to": ANN, "is_named_back": True}, "moved_to", None),
        ({"moved_to": ANN, "is_named_back": True}, "is_named_back", None),
        ({"detail": "https://bsky.app/profile/ann.bsky.social answers 500"}, "detail", None),
    ],
)
def test_no_other_outcome_names_it(row: dict[str, Any], column: str, left: object) -> None:
    (kept,) = forget(table(row), NAMES)[column].to_pylist()

    assert (kept["links"] if column == "profile" else kept) == left


def test_a_batch_that_tells_nothing_of_it_stays_the_same_object() -> None:
    others = table(
        {"native_id": BOB, "profile": words("https://b.test"), "moved_to": BOB, "detail": "no answer"},
        {"platform": "x", "target": ANN, "native_id": ANN, "also_known_as": [ANN], "moved_to": ANN, "detail": ANN},
    )

    assert forget(others, NAMES) is others
    assert without_asked_for(others, "bluesky", NAMES["bluesky"]) is others


def test_outcomes_are_meant_by_their_target_by_the_handle_of_a_page_and_by_the_id_they_show() -> None:
    rows = table(
        {"target": ANN},
        {"target": "@Ann.bsky.social"},
        {"target": "20250101/page", "handle": "ANN.bsky.social"},
        {"native_id": ANN},
        {"native_id": BOB},
        {"platform": "x", "target": ANN},
    )

    assert is_meant(rows, "bluesky", NAMES["bluesky"]).to_pylist() == [True, True, True, True, False, False]
    assert without_asked_for(rows, "bluesky", NAMES["bluesky"]).num_rows == 3
