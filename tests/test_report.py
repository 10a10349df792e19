"""`kooch report`: one file that says what changed, the state of each account, and what was not read."""

from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Browser

from tests import stores
from tests.commands import kooch_without_lists
from tests.test_activity_states import look, spool_looks

DAYS = 60 * 24
NAMES = ("ada", "bo", "cy", "di")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ada is read twice, Bo once, Cy never; Di has no account."""
    folder = tmp_path_factory.mktemp("report")
    claims = tuple(stores.claim(name, f"{name}.test", f"did:web:{name}.test") for name in NAMES[:3])
    bundled = stores.bundle(
        folder / "bundled", stores.roster("people", [stores.member(name) for name in NAMES], accounts=claims)
    )
    stores.crawl(folder / "home", stores.seen("did:web:ada.test", 0, followers=100))
    stores.crawl(
        folder / "home",
        stores.seen("did:web:ada.test", 10 * DAYS, followers=150),
        stores.seen("did:web:bo.test", 10 * DAYS, followers=2000, followers_precision=50),
        stores.failed("did:web:cy.test", 10 * DAYS, "unreachable"),
    )
    spool_looks(folder / "home", look("2025-06-11", {"2025-06-02": 4, "2025-06-09": 9}, [("2025-05-28", "2025-06-11")]))
    stores.load(folder / "home", bundled)
    return folder / "home"


@pytest.mark.proof
def test_a_report_says_what_was_read_and_what_was_not(home: Path, tmp_path: Path) -> None:
    done = kooch_without_lists(home, "report", "people", "--since", "2025-06-05", "-o", str(tmp_path / "r.csv"))
    rows = {row["name"]: row for row in pl.read_csv(tmp_path / "r.csv").iter_rows(named=True)}

    assert done.returncode == 0, done.stderr
    assert "4 rows, 1 not read" in done.stdout
    assert (rows["ada"]["followers"], rows["ada"]["followers_change"]) == (150, 50)
    assert rows["ada"]["counted_before_on"] == "2025-06-01"
    # Thirteen posts on the fourteen days that were looked at; the look's own day is not whole.
    assert rows["ada"]["posts_a_week"] == pytest.approx(7 * 13 / 14, abs=0.05)
    assert rows["ada"]["last_posted_on"] == "2025-06-09"
    assert (rows["bo"]["followers"], rows["bo"]["followers_precision"]) == (2000, 50)
    # Read once is no change of zero, and what nobody read is nothing.
    assert rows["bo"]["followers_change"] is None
    assert [rows["cy"][name] for name in ("followers", "followers_change", "posts_a_week", "last_posted_on")] == [
        None
    ] * 4
    assert rows["di"]["state"] == "not looked"


def test_since_a_later_day_nothing_changed(home: Path, tmp_path: Path) -> None:
    done = kooch_without_lists(home, "report", "people", "--since", "2025-12-31", "-o", str(tmp_path / "r.html"))
    future = kooch_without_lists(home, "report", "people", "--since", "2199-01-01", "-o", str(tmp_path / "f.html"))
    wrong = kooch_without_lists(home, "report", "nobody", "-o", str(tmp_path / "r.html"))
    odd = kooch_without_lists(home, "report", "people", "-o", str(tmp_path / "r.docx"))

    assert "0 changes" in done.stdout
    assert "Nothing. A failed check is not a change." in (tmp_path / "r.html").read_text(encoding="utf-8")
    assert (wrong.returncode, odd.returncode, future.returncode) == (2, 2, 2)
    assert "--since is 2199-01-01, which is in the future." in future.stderr
    # A list may say so where nobody looked: a sign, not a sight.
    assert "; last sign " in (tmp_path / "r.html").read_text(encoding="utf-8")


@pytest.mark.proof
@pytest.mark.parametrize("width", [390, 1280])
def test_a_report_needs_no_other_file_and_sorts(browser: Browser, home: Path, tmp_path: Path, width: int) -> None:
    kooch_without_lists(home, "report", "people", "--since", "2025-06-05", "-o", str(tmp_path / "r.html"))
    page = browser.new_page(viewport={"width": width, "height": 844})
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto((tmp_path / "r.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if width == 1280:
        page.get_by_role("button", name="Followers").click()
        names = page.locator("tbody tr td:first-child").all_inner_texts()

        # Values that were not read come last in every order.
        assert [name.split()[0] for name in names] == ["ada", "bo", "cy", "di"]
        page.get_by_role("button", name="Followers").click()
        names = page.locator("tbody tr td:first-child").all_inner_texts()
        assert [name.split()[0] for name in names] == ["bo", "ada", "cy", "di"]
    page.close()

    assert said == []
    assert asked == [(tmp_path / "r.html").as_uri()]
