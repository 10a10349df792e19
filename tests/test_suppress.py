"""A suppressed account is nowhere any more, and does not come back."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from kooch.config import VIEWS
from kooch.errors import ConfigError, RunningError
from kooch.store.locks import only_one
from kooch.store.read import targets
from kooch.store.suppress import suppress
from tests.stores import bundle, claim, crawl, load, member, query, roster, seen

DID, OTHER = "did:plc:" + "a" * 24, "did:plc:" + "b" * 24
MARKS = (DID, "canary.test", "canary words")


@pytest.fixture
def bundled(tmp_path: Path) -> Path:
    claims = (claim("gone", "canary.test"), claim("stays", "stays.test", OTHER))
    return bundle(tmp_path / "bundled", roster("list", [member("gone"), member("stays")], accounts=claims))


@pytest.fixture
def home(tmp_path: Path, bundled: Path) -> Path:
    home = tmp_path / "home"
    load(home, bundled)
    crawl(
        home,
        seen("@canary.test", 0, native_id=DID, bio="canary words", handle="canary.test"),
        seen(OTHER, 0, bio="other words", handle="stays.test"),
    )
    load(home, bundled)
    return home


def traces(home: Path) -> list[str]:
    """Files of the data folder, apart from the list of what is suppressed, that hold a mark of the account."""
    return [
        f"{file.relative_to(home)}: {mark}"
        for file in sorted(home.rglob("*"))
        if file.is_file() and not file.name.startswith("state.sqlite")
        for mark in MARKS
        if mark in _text(file)
    ]


def _text(file: Path) -> str:
    # Parquet is compressed: bytes of it would hide what it holds.
    if file.suffix == ".parquet":
        return str(pq.read_table(file).to_pylist())
    return file.read_bytes().decode("latin-1")


def remove(home: Path, bundled: Path, account: str) -> None:
    suppress(home, platform="bluesky", account=account, reason="asked", views=VIEWS, bundled=bundled)


@pytest.mark.parametrize("account", [DID, "canary.test", "@Canary.test"])
def test_no_trace_of_it_is_left(account: str, home: Path, bundled: Path) -> None:
    assert traces(home)

    remove(home, bundled, account)

    assert traces(home) == []
    assert query(home, "SELECT native_id FROM accounts WHERE native_id LIKE 'did:%'") == [(OTHER,)]
    assert query(home, "SELECT planned, observed, failed, skipped FROM runs") == [(1, 1, 0, 0)]
    assert len(list((home / "published").glob("kooch-*.duckdb"))) == 1


def test_it_stays_removed(home: Path, bundled: Path) -> None:
    remove(home, bundled, DID)

    crawl(home, seen("@canary.test", 60, native_id=DID, bio="canary words", handle="canary.test"))
    load(home, bundled)

    assert [target.key for target in targets(home, platform="bluesky", roster=None)] == [OTHER]
    assert query(home, "SELECT count(*) FROM observations") == [(1,)]


def test_numbers_of_others_stay(home: Path, bundled: Path) -> None:
    before = query(home, f"SELECT account_id FROM accounts WHERE native_id = '{OTHER}'")

    remove(home, bundled, DID)

    assert query(home, f"SELECT account_id FROM accounts WHERE native_id = '{OTHER}'") == before


def test_it_waits_for_no_crawl(home: Path, bundled: Path) -> None:
    with only_one(home, "crawl-bluesky"), pytest.raises(RunningError, match="crawl-bluesky"):
        remove(home, bundled, DID)


@pytest.mark.parametrize("account", ["https://bsky.app/profile/canary.test", " @CANARY.test "])
def test_an_account_is_known_by_its_address_too(account: str, home: Path, bundled: Path) -> None:
    remove(home, bundled, account)

    assert traces(home) == []


@pytest.mark.parametrize(("platform", "account"), [("nope", "x"), ("bluesky", ""), ("bluesky", "@")])
def test_what_names_no_account_is_refused(platform: str, account: str, home: Path, bundled: Path) -> None:
    with pytest.raises(ConfigError):
        suppress(home, platform=platform, account=account, reason="asked", views=VIEWS, bundled=bundled)


def test_a_list_that_names_a_suppressed_account_otherwise_does_not_bring_it_back(home: Path, tmp_path: Path) -> None:
    suppress(
        home, platform="bluesky", account="later.test", reason="asked", views=VIEWS, bundled=bundle(tmp_path / "empty")
    )
    claims = (claim("later", "later.test", "did:plc:" + "c" * 24),)
    load(home, bundle(tmp_path / "more", roster("more", [member("later")], accounts=claims)))

    assert query(home, "SELECT * FROM links") == []
